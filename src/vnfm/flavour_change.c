/* Change of the deployment flavour (SOL003 5.4.7) as a request asks for it: VDUs and links of both
 * flavours stay as they are, those of the new one come, those of the old one go.  What would have to
 * change and stay is refused with all of it at once; scale.c does the rest. */
#include "nfvo/nfvo.h"
#include "vnfm/describe.h"
#include "vnfm/difference.h"
#include "vnfm/flows.h"
#include "vnfm/request_check.h"
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

struct checking {
    struct tx *tx;
    const struct vnf_instance *instance;
    struct vnf_in *in;
    struct vnf_made *made;
    const struct vnfd *vnfd;
    struct vnf_wanted *before, *after;
    struct vnf_change change;
    struct rows connections; /* those of afterwards */
    struct err *faults;
};

/* ---- which flavour ----------------------------------------------------------------------- */

static struct err *
state_check(const struct checking *c, const char *flavour_id)
{
    const char *state = json_get_str(c->instance->instantiated_info, "vnfState");

    if (!str_eq(state, "STARTED")) {
        return err_new(E_CONFLICT, NULL,
                       "VNF instance %s is %s: only what is STARTED is brought to another flavour",
                       c->instance->id, str_or(state, "not INSTANTIATED"));
    }
    if (c->vnfd->n_flavours < 2) {
        return err_new(E_NOT_FOUND, NULL, "VNFD %s has one deployment flavour only",
                       c->vnfd->descriptor_id);
    }
    if (!c->made->flavour_wanted && str_eq(flavour_id, c->made->flavour_id)) {
        return err_new(E_CONFLICT, NULL, "VNF instance %s is of flavour %s already",
                       c->instance->id, flavour_id);
    }
    if (c->made->flavour_wanted && !str_eq(flavour_id, c->made->flavour_id) &&
        !str_eq(flavour_id, c->made->flavour_wanted)) {
        return err_new(E_CONFLICT, NULL,
                       "a change of VNF instance %s from flavour %s to %s was given up: it can only "
                       "be brought to one of these",
                       c->instance->id, c->made->flavour_id, c->made->flavour_wanted);
    }
    return NULL;
}

static struct err *
checking_begin(struct checking *c, const struct change_flavour_request *asked)
{
    struct mem *mem = tx_mem(c->tx);
    struct vnfd *vnfd;
    struct err *e;

    TRY(vnf_instance_made(c->tx, c->instance->id, c->made));
    TRY(vnfd_load(c->tx, c->instance->package_id, &vnfd));
    c->vnfd = vnfd;
    TRY(state_check(c, asked->flavour_id));
    TRY(vnf_wanted_fill(mem, vnfd, c->made->flavour_id, c->made->level_id, &c->made->scales,
                        c->before));
    e = vnf_wanted_fill(mem, vnfd, asked->flavour_id, asked->level_id, NULL, c->after);
    if (err_is(e, E_INVALID)) {
        e->code = E_UNPROCESSABLE; /* It is not the form of the body that is wrong. */
    }
    TRY(e);
    c->in->operation = "CHANGE_FLAVOUR";
    c->in->flavour_id = c->after->flavour_id;
    c->in->level_id = c->after->level_id;
    c->change = vnf_change_of(mem, c->made, c->after);
    return NULL;
}

/* ---- what stays -------------------------------------------------------------------------- */

static const struct wanted_vnfc *
first_of(const struct vnf_wanted *wanted, const char *vdu)
{
    for (size_t i = 0; i < wanted->vnfcs.n; i++) {
        const struct wanted_vnfc *vnfc = wanted->vnfcs.items[i];

        if (str_eq(vnfc->vdu, vdu) && vnfc->number == 0) {
            return vnfc;
        }
    }
    return NULL;
}

/* A server runs what it was made of: file and user data are those of its flavour. */
static void
software_differs(struct checking *c, const char *name)
{
    const struct vnfd_vdu *old = vnfd_vdu(vnfd_flavour(c->vnfd, c->before->flavour_id), name);
    const struct vnfd_vdu *new = vnfd_vdu(vnfd_flavour(c->vnfd, c->after->flavour_id), name);
    struct mem *mem = tx_mem(c->tx);

    if (!old || !new || !old->image || !new->image) {
        return;
    }
    vnf_text_differs(&c->faults, mem_printf(mem, "VDU %s, image", name), old->image->hash,
                     new->image->hash);
    if (!str_eq(str_or(old->user_data, ""), str_or(new->user_data, "")) ||
        !json_equal(old->boot_text, new->boot_text)) {
        request_fault(&c->faults, "VDU %s: its user data changes", name);
    }
}

static void
staying_check(struct checking *c)
{
    struct mem *mem = tx_mem(c->tx);

    for (size_t i = 0; i < c->before->vnfcs.n; i++) {
        const struct wanted_vnfc *old = c->before->vnfcs.items[i];
        const struct wanted_vnfc *new = old->number == 0 ? first_of(c->after, old->vdu) : NULL;

        if (new) {
            vnf_vdu_differs(mem, &c->faults, old, new);
            software_differs(c, old->vdu);
        }
    }
    for (size_t i = 0; i < c->before->links.n; i++) {
        const struct wanted_link *link = c->before->links.items[i];

        if (vnf_link_named(c->after, link->name)) {
            vnf_link_differs(mem, &c->faults, link, vnf_link_named(c->after, link->name));
        }
    }
}

/* ---- what it attaches to ----------------------------------------------------------------- */

static const struct wanted_vnfc *
kept_as(const struct checking *c, const struct made_vnfc *vnfc)
{
    for (size_t i = 0; vnfc->server_id && i < c->after->vnfcs.n; i++) {
        const struct wanted_vnfc *one = c->after->vnfcs.items[i];

        if (str_eq(one->vdu, vnfc->vdu) && one->number == vnfc->number) {
            return one;
        }
    }
    return NULL;
}

static const struct made_port *
port_of(const struct made_vnfc *vnfc, const struct wanted_cp *cp)
{
    for (size_t i = 0; i < vnfc->ports.n; i++) {
        const struct made_port *port = vnfc->ports.items[i];

        if (str_eq(port->cpd, cp->cpd)) {
            return port;
        }
    }
    return NULL;
}

/* Ports of servers that stay are not moved by the way. */
static void
ports_stay(struct checking *c, const struct made_vnfc *vnfc, const struct wanted_vnfc *wanted)
{
    for (size_t i = 0; wanted && i < wanted->cps.n; i++) {
        const struct wanted_cp *cp = wanted->cps.items[i];
        const struct made_port *port = port_of(vnfc, cp);
        const struct vnf_connection *connection =
            vnf_connections_serve(&c->in->connections, cp)
                ? vnf_connection_of(&c->connections, cp, wanted->number)
                : NULL;

        if (port && connection && !vnf_port_fits(port, connection)) {
            request_fault(&c->faults,
                          "connection point %s of VNFC %s has a port of both flavours, which stays: "
                          "change_ext_conn moves it",
                          str_or(cp->ext_cpd, cp->cpd), vnfc->name);
        }
    }
}

static bool
holds(const struct made_port *port, const struct vnf_connection *connection)
{
    if (connection->port_id) {
        return str_eq(port->port_id, connection->port_id);
    }
    for (size_t i = 0; connection->ip_address && i < port->ips.n; i++) {
        if (str_eq(port->network_id, connection->network_id) &&
            str_eq(port->ips.items[i], connection->ip_address)) {
            return true;
        }
    }
    return connection->mac_address && str_eq(port->mac_address, connection->mac_address);
}

/* A new server is there before the old one goes: both cannot have the address, or the client's port. */
static void
address_free(struct checking *c, const struct wanted_vnfc *vnfc, const struct wanted_cp *cp,
             const struct vnf_connection *connection)
{
    for (size_t i = 0; i < c->change.removed.n; i++) {
        const struct made_vnfc *old = c->change.removed.items[i];

        for (size_t j = 0; j < old->ports.n; j++) {
            if (holds(old->ports.items[j], connection)) {
                request_fault(&c->faults,
                              "connection point %s of VDU %s: VNFC %s has its port or address until "
                              "it goes",
                              str_or(cp->ext_cpd, cp->cpd), vnfc->vdu, old->name);
            }
        }
    }
}

/* Every connection point of a server that comes has a network, and an address of its own. */
static void
coming_check(struct checking *c)
{
    for (size_t i = 0; i < c->change.added.n; i++) {
        const struct wanted_vnfc *vnfc = c->change.added.items[i];

        for (size_t j = 0; j < vnfc->cps.n; j++) {
            const struct wanted_cp *cp = vnfc->cps.items[j];
            const struct vnf_connection *connection =
                vnf_connection_of(&c->connections, cp, vnfc->number);

            if (connection) {
                address_free(c, vnfc, cp, connection);
            } else if (!cp->link) {
                request_fault(&c->faults,
                              "%s: connection point %s is not connected by extVirtualLinks, or has "
                              "more instances than were configured",
                              vnfc->name, str_or(cp->ext_cpd, cp->cpd));
            }
        }
    }
}

/* A link that is there stays what it is. */
static void
managed_come(struct checking *c)
{
    for (size_t i = 0; i < c->made->links.n; i++) {
        const struct made_link *link = c->made->links.items[i];

        if (vnf_link_managed(tx_mem(c->tx), &c->in->managed, link->name)) {
            request_fault(&c->faults, "extManagedVirtualLinks: internal virtual link %s is there already",
                          link->name);
        }
    }
}

/* Links of the request, or of its grant, against what stays and what comes. */
static void
links_fit(struct checking *c)
{
    managed_come(c);
    c->connections = vnf_connections_after(tx_mem(c->tx), c->made, c->after, &c->in->connections,
                                           &c->change);
    for (size_t i = 0; i < c->made->vnfcs.n; i++) {
        ports_stay(c, c->made->vnfcs.items[i], kept_as(c, c->made->vnfcs.items[i]));
    }
    coming_check(c);
}

static struct err *
connections_take(struct checking *c, const struct lcm_request *request)
{
    const struct instantiate_request *links = flavour_links(tx_mem(c->tx), request->row);

    c->faults = err_join(c->faults,
                         connections_check(c->tx, c->made, c->after, request, links, c->in));
    return c->faults && c->faults->code != E_UNPROCESSABLE ? c->faults : NULL;
}

/* ---- the request ------------------------------------------------------------------------- */

struct err *
vnf_change_flavour_check(struct tx *tx, const struct vnf_instance *instance,
                         const struct lcm_request *request, struct vnf_in *in,
                         const struct flow_type **type)
{
    struct checking c = {.tx = tx,
                         .instance = instance,
                         .in = in,
                         .made = row_new(tx_mem(tx), &vnf_made_table),
                         .before = row_new(tx_mem(tx), &vnf_wanted_table),
                         .after = row_new(tx_mem(tx), &vnf_wanted_table)};

    TRY(checking_begin(&c, request->row));
    c.faults = vnf_info_asked(tx, instance, request->row, in);
    TRY(connections_take(&c, request));
    staying_check(&c);
    links_fit(&c);
    *type = c.change.removed.n + c.change.links_removed.n > 0 ? &vnf_flavour_change_flow
                                                               : &vnf_flavour_grow_flow;
    return c.faults ? err_join(err_new(E_UNPROCESSABLE, NULL,
                                       "VNF instance %s cannot be brought to flavour %s in this way",
                                       instance->id, in->flavour_id),
                               c.faults)
                    : NULL;
}

struct err *
vnf_flavour_granted_check(struct tx *tx, const struct vnf_in *in, const struct grant_out *grant)
{
    struct mem *mem = tx_mem(tx);
    struct checking c = {.tx = tx,
                         .made = row_new(mem, &vnf_made_table),
                         .after = row_new(mem, &vnf_wanted_table)};
    struct vnfd *vnfd;

    TRY(vnf_instance_made(tx, in->vnf_instance_id, c.made));
    TRY(vnfd_load(tx, in->package_id, &vnfd));
    TRY(vnf_wanted_fill(mem, vnfd, in->flavour_id, in->level_id, NULL, c.after));
    c.vnfd = vnfd;
    c.in = row_copy(mem, vnf_in_granted(mem, in, grant, c.after));
    c.change = vnf_change_of(mem, c.made, c.after);
    links_fit(&c);
    return err_wrap(c.faults, "the grant");
}
