/* An instantiation that is given up ends in the middle: the VNFD says what there would
 * have been, the journal what there is of it. */
#include "vnfm/remains.h"

#include "base/vec.h"
#include "nfvo/nfvo.h"
#include "vim/vim.h"
#include "vnfm/flows.h"
#include "vnfm/op_occ.h"
#include "vnfm/vnfc.h"
#include "vnfm/scripts.h"
#include "vnfm/vnfm.h"

struct remains {
    struct mem *mem;
    struct map things;  /* label of the step -> struct touched */
    struct map deleted; /* id */
    const char *site;
};

static struct err *
thing_add(void *arg, const struct touched *touched)
{
    struct remains *remains = arg;

    if (touched->is_own && touched->touch == TOUCH_REMOVED) {
        map_set(&remains->deleted, mem_str(remains->mem, touched->id), remains);
    }
    if (touched->is_own && touched->touch == TOUCH_ADDED) {
        map_set(&remains->things, mem_str(remains->mem, touched->label),
                mem_copy(remains->mem, touched, sizeof *touched));
        remains->site = mem_str(remains->mem, touched->site);
    }
    return NULL;
}

static const struct touched *
thing(const struct remains *remains, const char *what, const char *name)
{
    return map_get(&remains->things, mem_printf(remains->mem, "%s %s", what, name));
}

static void
row_add(struct mem *mem, struct rows *rows, void *row)
{
    void **grown = MEM_ARRAY(mem, rows->n + 1, void *);

    for (size_t i = 0; i < rows->n; i++) {
        grown[i] = rows->items[i];
    }
    grown[rows->n++] = row;
    rows->items = grown;
}

static void
addresses_fill(struct mem *mem, const struct json *out, struct made_port *port)
{
    const struct json *fixed = json_get(out, "fixed_ips");
    VEC(const char *) ips = {0};

    port->mac_address = json_get_str(out, "mac_address");
    json_each (fixed, i) {
        const char *ip = json_get_str(fixed->items[i], "ip_address");

        if (ip) {
            vec_add(mem, &ips, ip);
        }
    }
    port->ips = (struct strs){.n = ips.n, .items = ips.items};
}

static void
port_add(struct remains *remains, const struct vnf_in *in, const struct wanted_vnfc *wanted,
         const struct wanted_cp *cp, struct made_vnfc *vnfc)
{
    const struct vnf_connection *connection =
        vnf_connection_of(&in->connections, cp, wanted->number);
    const struct touched *there =
        thing(remains, mem_printf(remains->mem, "port %s", wanted->name), cp->cpd);
    const char *given = connection ? connection->port_id : NULL;
    struct made_port *port = row_new(remains->mem, &made_port_table);

    if (!there && !given) {
        return;
    }
    port->given = given != NULL;
    port->cpd = cp->cpd;
    port->ext_cpd = cp->ext_cpd;
    port->config = connection ? connection->config : NULL;
    port->requirement = cp->requirement;
    port->link = connection ? connection->link : str_or(cp->link, "");
    port->network_id = connection ? connection->network_id : "";
    port->port_id = there ? there->id : given;
    addresses_fill(remains->mem, there ? there->out : NULL, port);
    row_add(remains->mem, &vnfc->ports, port);
}

static void
vnfcs_fill(struct remains *remains, const struct vnf_in *in, const struct rows *wanted,
           struct vnf_made *made)
{
    for (size_t i = 0; i < wanted->n; i++) {
        const struct wanted_vnfc *one = wanted->items[i];
        const struct touched *there = thing(remains, "server", one->name);
        struct made_vnfc *vnfc = row_new(remains->mem, &made_vnfc_table);

        vnfc->name = one->name;
        vnfc->vdu = one->vdu;
        vnfc->number = one->number;
        vnfc->server_id = there ? there->id : NULL;
        for (size_t j = 0; j < one->cps.n; j++) {
            port_add(remains, in, one, one->cps.items[j], vnfc);
        }
        row_add(remains->mem, &made->vnfcs, vnfc);
    }
}

static void
links_fill(struct remains *remains, const struct rows *wanted, const struct rows *managed,
           struct rows *links)
{
    for (size_t i = 0; i < wanted->n; i++) {
        const struct wanted_link *one = wanted->items[i];
        const struct touched *there = thing(remains, "network", one->name);
        const struct touched *subnet = thing(remains, "subnet", one->name);
        struct made_link *link = vnf_link_managed(remains->mem, managed, one->name);

        if (link) {
            row_add(remains->mem, links, link);
        } else if (there) {
            link = row_new(remains->mem, &made_link_table);
            link->name = one->name;
            link->network_id = there->id;
            link->subnet_id = subnet ? subnet->id : "";
            row_add(remains->mem, links, link);
        }
    }
}

/* What servers that come later connect to: the networks given, and those made. */
static void
connections_fill(struct remains *remains, const struct rows *links, struct vnf_made *made)
{
    for (size_t i = 0; i < links->n; i++) {
        row_add(remains->mem, &made->connections,
                vnf_link_connection(remains->mem, links->items[i]));
    }
}

/* With what the grant gave, as far as there was one. */
static struct err *
granted_fill(struct tx *tx, const struct flow_row *flow, const struct vnf_wanted *wanted,
             const struct vnf_in **in)
{
    struct grant_out *grant = NULL;

    TRY(vnf_grant_read(tx, flow, *in, &grant));
    *in = vnf_in_granted(tx_mem(tx), *in, grant, wanted);
    return NULL;
}

struct err *
vnf_remains(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in,
            struct vnf_made **made)
{
    struct remains remains = {.mem = tx_mem(tx), .site = in->site};
    struct vnf_wanted *wanted = row_new(tx_mem(tx), &vnf_wanted_table);
    struct vnfd *vnfd = NULL;
    struct err *e;

    map_init(&remains.things, tx_mem(tx));
    map_init(&remains.deleted, tx_mem(tx));
    TRY(journal_touched(tx, flow->id, thing_add, &remains));
    *made = row_new(tx_mem(tx), &vnf_made_table);
    (*made)->vnf_instance_id = in->vnf_instance_id;
    (*made)->project_id = in->project_id;
    (*made)->site = remains.site;
    (*made)->flavour_id = str_or(in->flavour_id, "");
    (*made)->params = vnf_params_after(tx_mem(tx), NULL, in);
    e = vnfd_load(tx, in->package_id, &vnfd);
    if (!e) {
        e = vnf_wanted_fill(tx_mem(tx), vnfd, in->flavour_id, in->level_id, NULL, wanted);
    }
    if (e) {
        err_ignore(e, "its holdings are known without the VNFD");
        return NULL;
    }
    TRY(granted_fill(tx, flow, wanted, &in));
    (*made)->params = vnf_params_after(tx_mem(tx), NULL, in);
    (*made)->flavour_id = wanted->flavour_id;
    (*made)->level_id = wanted->level_id;
    (*made)->scales = wanted->scales;
    vnfcs_fill(&remains, in, &wanted->vnfcs, *made);
    links_fill(&remains, &wanted->links, &in->managed, &(*made)->links);
    (*made)->connections = in->connections;
    connections_fill(&remains, &(*made)->links, *made);
    return NULL;
}

/* ---- scaling ---------------------------------------------------------------------------------- */

/* A server that was there, without what is deleted of it; null where nothing is left. */
static struct made_vnfc *
vnfc_left(const struct remains *remains, const struct made_vnfc *before)
{
    struct made_vnfc *vnfc = row_copy(remains->mem, before);

    vnfc->ports = (struct rows){0};
    for (size_t i = 0; i < before->ports.n; i++) {
        const struct made_port *port = before->ports.items[i];

        if (!map_get(&remains->deleted, port->port_id)) {
            row_add(remains->mem, &vnfc->ports, before->ports.items[i]);
        }
    }
    if (vnfc->server_id && map_get(&remains->deleted, vnfc->server_id)) {
        vnfc->server_id = NULL;
    }
    return vnfc->server_id || vnfc->ports.n > 0 ? vnfc : NULL;
}

static bool
has_server(const struct rows *vnfcs, const char *server_id)
{
    for (size_t i = 0; i < vnfcs->n; i++) {
        if (str_eq(((const struct made_vnfc *)vnfcs->items[i])->server_id, server_id)) {
            return true;
        }
    }
    return false;
}

/* Links that were there, without what is deleted of them. */
static void
links_left(const struct remains *remains, struct vnf_made *made)
{
    struct rows before = made->links;

    made->links = (struct rows){0};
    for (size_t i = 0; i < before.n; i++) {
        struct made_link *link = row_copy(remains->mem, before.items[i]);

        link->subnet_id = map_get(&remains->deleted, link->subnet_id) ? "" : link->subnet_id;
        if (!map_get(&remains->deleted, link->network_id)) {
            row_add(remains->mem, &made->links, link);
        }
    }
}

/* What there is of the links that were to be made, and the networks of all connection points. */
static void
links_added_fill(struct remains *remains, const struct vnf_in *in, const struct vnf_wanted *wanted,
                 const struct vnf_change *change, struct vnf_made *made)
{
    struct rows links = {0};

    links_fill(remains, &change->links_added, &in->managed, &links);
    made->connections =
        vnf_connections_after(remains->mem, made, wanted, &in->connections, change);
    connections_fill(remains, &links, made);
    for (size_t i = 0; i < links.n; i++) {
        row_add(remains->mem, &made->links, links.items[i]);
    }
}

/* What there is of the links and servers that were to be made, unless they are noted already. */
static struct err *
added_fill(struct remains *remains, struct tx *tx, const struct flow_row *flow,
           const struct vnf_in *in, struct vnf_made *made)
{
    struct vnf_wanted *wanted = row_new(tx_mem(tx), &vnf_wanted_table);
    struct vnf_made *some = row_new(tx_mem(tx), &vnf_made_table);
    struct vnf_change change;
    struct vnf_in *with;
    struct vnfd *vnfd;

    TRY(vnfd_load(tx, in->package_id, &vnfd));
    TRY(vnf_wanted_fill(tx_mem(tx), vnfd, in->flavour_id ? in->flavour_id : made->flavour_id,
                        in->level_id || in->flavour_id ? in->level_id : made->level_id,
                        &in->scales, wanted));
    TRY(granted_fill(tx, flow, wanted, &in));
    with = row_copy(tx_mem(tx), in);
    change = vnf_change_of(tx_mem(tx), made, wanted);
    links_added_fill(remains, in, wanted, &change, made);
    if (!str_eq(wanted->flavour_id, made->flavour_id)) {
        made->flavour_wanted = wanted->flavour_id;
    }
    with->connections = made->connections;
    vnfcs_fill(remains, with, &change.added, some);
    for (size_t i = 0; i < some->vnfcs.n; i++) {
        struct made_vnfc *vnfc = some->vnfcs.items[i];

        vnfc->came = made->flavour_wanted != NULL; /* Its scripts met none of them: they are new to the next. */

        if ((vnfc->server_id || vnfc->ports.n > 0) &&
            !(vnfc->server_id && has_server(&made->vnfcs, vnfc->server_id))) {
            row_add(remains->mem, &made->vnfcs, some->vnfcs.items[i]);
        }
    }
    return NULL;
}

struct err *
vnf_scale_remains(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in,
                  struct vnf_made **made)
{
    struct remains remains = {.mem = tx_mem(tx)};
    struct rows before;

    map_init(&remains.things, tx_mem(tx));
    map_init(&remains.deleted, tx_mem(tx));
    TRY(journal_touched(tx, flow->id, thing_add, &remains));
    *made = row_new(tx_mem(tx), &vnf_made_table);
    TRY(vnf_instance_made(tx, in->vnf_instance_id, *made));
    before = (*made)->vnfcs;
    (*made)->vnfcs = (struct rows){0};
    for (size_t i = 0; i < before.n; i++) {
        struct made_vnfc *vnfc = vnfc_left(&remains, before.items[i]);

        if (vnfc) {
            row_add(remains.mem, &(*made)->vnfcs, vnfc);
        }
    }
    links_left(&remains, *made);
    return added_fill(&remains, tx, flow, in, *made);
}

static const struct wanted_vnfc *
sized_as(const struct rows *wanted, const char *vdu)
{
    for (size_t i = 0; i < wanted->n; i++) {
        const struct wanted_vnfc *one = wanted->items[i];

        if (str_eq(one->vdu, vdu)) {
            return one;
        }
    }
    return NULL;
}

struct err *
vnf_scale_remains_size(struct tx *tx, const struct vnf_in *in, const struct vnf_made *made,
                       struct vnf_size *size)
{
    struct vnf_wanted *before = row_new(tx_mem(tx), &vnf_wanted_table);
    struct vnf_wanted *after = row_new(tx_mem(tx), &vnf_wanted_table);
    struct vnf_wanted there = {0};
    struct vnfd *vnfd;

    TRY(vnfd_load(tx, in->package_id, &vnfd));
    TRY(vnf_wanted_fill(tx_mem(tx), vnfd, made->flavour_id, made->level_id, &made->scales,
                        before));
    TRY(vnf_wanted_fill(tx_mem(tx), vnfd, in->flavour_id ? in->flavour_id : made->flavour_id,
                        in->level_id || in->flavour_id ? in->level_id : made->level_id,
                        &in->scales, after));
    for (size_t i = 0; i < made->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = made->vnfcs.items[i];
        const struct wanted_vnfc *one = sized_as(&before->vnfcs, vnfc->vdu);

        one = one ? one : sized_as(&after->vnfcs, vnfc->vdu);
        if (vnfc->server_id && one) {
            row_add(tx_mem(tx), &there.vnfcs, row_copy(tx_mem(tx), one));
        }
    }
    *size = vnf_size_of(&there);
    return NULL;
}

/* ---- healing ---------------------------------------------------------------------------------- */

struct err *
vnf_heal_remains(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in,
                 struct vnf_made **made)
{
    struct remains remains = {.mem = tx_mem(tx)};

    map_init(&remains.things, tx_mem(tx));
    map_init(&remains.deleted, tx_mem(tx));
    TRY(journal_touched(tx, flow->id, thing_add, &remains));
    *made = row_new(tx_mem(tx), &vnf_made_table);
    TRY(vnf_instance_made(tx, in->vnf_instance_id, *made));
    for (size_t i = 0; i < (*made)->vnfcs.n; i++) {
        struct made_vnfc *vnfc = (*made)->vnfcs.items[i];
        const struct touched *there = thing(&remains, "server", vnfc->name);

        if (there) {
            vnfc->server_id = there->id;
        } else if (vnfc->server_id && map_get(&remains.deleted, vnfc->server_id)) {
            vnfc->server_id = NULL;
        }
    }
    return NULL;
}
