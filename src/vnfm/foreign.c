/* The flows of VNFs that a foreign VNFM manages.  The NFVO makes the ports of their external
 * connection points itself and gives them to the VNFM (SOL003 4.4.1.12): so it knows the handles
 * that its chains need, and security groups and the ports of functions are as they are for its own
 * VNFs.  Servers are the VNFM's; which of them has which port is read from the instance. */
#include "vnfm/foreign.h"

#include "base/vec.h"
#include "nfvo/nfvo.h"
#include "vim/vim.h"
#include "vnfm/describe.h"
#include "vnfm/flows.h"
#include "vnfm/foreign_run.h"
#include "vnfm/held.h"
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

#include <string.h>

#include "flow/poison.h"

#define INSTANCES "/vnflcm/v2/vnf_instances"
#define VERSION "2.0.0"

/* ---- our row --------------------------------------------------------------------------- */

static struct err *
note_local(struct tx *tx, const void *arg, void *result)
{
    const struct foreign_known *known = arg;
    struct vnf_instance *old, *instance;

    (void)result;
    TRY(row_get(tx, &vnf_instance_table, known->vnf_instance_id, &old));
    instance = row_copy(tx_mem(tx), old);
    instance->foreign_id = known->foreign_id;
    instance->site_id = known->site; /* Its grant is for there. */
    return row_update(tx, old, instance);
}

static struct err *
note_undo(struct tx *tx, const void *arg, const void *result)
{
    struct foreign_known *known = row_copy(tx_mem(tx), arg);

    (void)result;
    known->foreign_id = known->site = NULL;
    return note_local(tx, known, NULL);
}

const struct step_kind foreign_note = {
    .name = "foreign note",
    .doc = "What a foreign VNFM calls an instance.",
    .effect = FLOW_LOCAL,
    .in = &foreign_known_table,
    .local = note_local,
    .undo_local = note_undo,
};

static struct err *
read_local(struct tx *tx, const void *arg, void *result)
{
    const struct owner *owner = arg;
    struct foreign_known *known = result;
    struct vnf_instance *instance;

    TRY(row_get(tx, &vnf_instance_table, owner->owner_id, &instance));
    known->vnf_instance_id = instance->id;
    known->vnfm = instance->vnfm_id;
    known->foreign_id = instance->foreign_id;
    known->vnfd_id = instance->vnfd_id;
    known->state = str_or(json_get_str(instance->instantiated_info, "vnfState"), "STARTED");
    return NULL;
}

const struct step_kind foreign_read = {
    .name = "foreign read",
    .doc = "Reads what a foreign VNFM calls an instance.",
    .effect = FLOW_READ,
    .in = &owner_table,
    .out = &foreign_known_table,
    .local = read_local,
};

/* ---- the request ------------------------------------------------------------------------ */

struct err *
foreign_ports_make(struct foreign_run *run, const struct rows *vnfcs)
{
    for (size_t i = 0; i < vnfcs->n; i++) {
        struct wanted_vnfc *vnfc = vnfcs->items[i];
        struct made_vnfc *made = row_new(run->mem, &made_vnfc_table);
        struct vnfc_in *in = row_new(run->mem, &vnfc_in_table);

        in->site = run->in->site;
        in->name = mem_printf(run->mem, "%s-%s", run->wanted->name, vnfc->name);
        in->connections = run->made->connections;
        made->name = vnfc->name;
        made->vdu = vnfc->vdu;
        made->number = vnfc->number;
        for (size_t j = 0; j < vnfc->cps.n; j++) {
            const struct wanted_cp *cp = vnfc->cps.items[j];
            struct made_port *port = row_new(run->mem, &made_port_table);

            if (cp->ext_cpd) {
                TRY(vnfc_port_make(run->f, in, vnfc, cp, port));
                vnf_rows_add(run->mem, &made->ports, port);
            }
        }
        vnf_rows_add(run->mem, &run->made->vnfcs, made);
    }
    return NULL;
}

/* Calls 'fn' for each port of the link. */
static void
each_port(const struct foreign_run *run, const struct rows *vnfcs, const char *link, struct jw *w,
          void (*fn)(struct jw *w, const struct foreign_run *run, const struct made_port *port))
{
    for (size_t i = 0; i < vnfcs->n; i++) {
        const struct made_vnfc *vnfc = vnfcs->items[i];

        for (size_t j = 0; j < vnfc->ports.n; j++) {
            const struct made_port *port = vnfc->ports.items[j];

            if (str_eq(port->link, link)) {
                fn(w, run, port);
            }
        }
    }
}

static void
link_port_write(struct jw *w, const struct foreign_run *run, const struct made_port *port)
{
    jw_object(w, NULL);
    jw_str(w, "id", port->port_id);
    jw_object(w, "resourceHandle");
    jw_str(w, "vimConnectionId", run->in->site_name);
    jw_str(w, "resourceId", port->port_id);
    jw_end(w);
    jw_end(w);
}

/* Ports of a connection point in the order of the instances of its VDU. */
static void
configs_write(struct jw *w, const struct foreign_run *run, const struct rows *vnfcs,
              const char *link, const char *ext_cpd)
{
    int n = 0;

    jw_object(w, "cpConfig");
    for (size_t i = 0; i < vnfcs->n; i++) {
        const struct made_vnfc *vnfc = vnfcs->items[i];

        for (size_t j = 0; j < vnfc->ports.n; j++) {
            const struct made_port *port = vnfc->ports.items[j];

            if (str_eq(port->link, link) && str_eq(port->ext_cpd, ext_cpd)) {
                jw_object(w, mem_printf(run->mem, "%d", ++n));
                jw_str(w, "linkPortId", port->port_id);
                jw_end(w);
            }
        }
    }
    jw_end(w);
}

static void
cps_write(struct jw *w, const struct foreign_run *run, const struct rows *vnfcs, const char *link)
{
    struct map seen;

    map_init(&seen, run->mem);
    jw_array(w, "extCps");
    for (size_t i = 0; i < vnfcs->n; i++) {
        const struct made_vnfc *vnfc = vnfcs->items[i];

        for (size_t j = 0; j < vnfc->ports.n; j++) {
            const struct made_port *port = vnfc->ports.items[j];

            if (!str_eq(port->link, link) || map_get(&seen, port->ext_cpd)) {
                continue;
            }
            map_set(&seen, port->ext_cpd, &seen);
            jw_object(w, NULL);
            jw_str(w, "cpdId", port->ext_cpd);
            configs_write(w, run, vnfcs, link, port->ext_cpd);
            jw_end(w);
        }
    }
    jw_end(w);
}

void
foreign_links_write(struct jw *w, const struct foreign_run *run, const struct rows *vnfcs)
{
    struct map seen;

    map_init(&seen, run->mem);
    jw_array(w, "extVirtualLinks");
    for (size_t i = 0; i < run->made->connections.n; i++) {
        const struct vnf_connection *connection = run->made->connections.items[i];

        if (map_get(&seen, connection->link)) {
            continue;
        }
        map_set(&seen, connection->link, &seen);
        jw_object(w, NULL);
        jw_str(w, "id", connection->link);
        jw_str(w, "vimConnectionId", run->in->site_name);
        jw_str(w, "resourceId", connection->network_id);
        jw_array(w, "extLinkPorts");
        each_port(run, vnfcs, connection->link, w, link_port_write);
        jw_end(w);
        cps_write(w, run, vnfcs, connection->link);
        jw_end(w);
    }
    jw_end(w);
}

static struct err *
instantiate_body(const struct foreign_run *run, const struct json **body)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "flavourId", run->wanted->flavour_id);
    if (run->in->level_id) {
        jw_str(&w, "instantiationLevelId", run->in->level_id);
    }
    foreign_links_write(&w, run, &run->made->vnfcs);
    jw_object(&w, "vimConnectionInfo");
    jw_object(&w, run->in->site_name);
    jw_str(&w, "vimType", "ETSINFV.OPENSTACK_KEYSTONE.V_3");
    jw_end(&w);
    jw_end(&w);
    jw_end(&w);
    return json_parse(run->mem, text.data, text.len, body);
}

/* ---- what came of it ---------------------------------------------------------------------- */

static const struct json *
by_id(const struct json *list, const char *id)
{
    json_each (list, i) {
        if (id && str_eq(json_get_str(list->items[i], "id"), id)) {
            return list->items[i];
        }
    }
    return NULL;
}

/* The port at the site of an external connection point: by its link port, which a handle is told of. */
static const char *
port_of_cp(const struct json *info, const char *ext_cp_id)
{
    const struct json *cp = by_id(json_get(info, "extCpInfo"), ext_cp_id);
    const struct json *links = json_get(info, "extVirtualLinkInfo");
    const char *link_port = json_get_str(cp, "extLinkPortId");

    json_each (links, i) {
        const struct json *port = by_id(json_get(links->items[i], "extLinkPorts"), link_port);
        const char *id = json_get_str(json_get(port, "resourceHandle"), "resourceId");

        if (id) {
            return id;
        }
    }
    return NULL;
}

static bool
has_port(const struct made_vnfc *vnfc, const char *port_id)
{
    for (size_t i = 0; port_id && i < vnfc->ports.n; i++) {
        if (str_eq(((const struct made_port *)vnfc->ports.items[i])->port_id, port_id)) {
            return true;
        }
    }
    return false;
}

/* Which of our VNFCs a server is: one with a port of its, else the next of its VDU without any. */
static struct made_vnfc *
vnfc_of(const struct foreign_run *run, const struct json *info, const struct json *resource)
{
    const struct json *cps = json_get(resource, "vnfcCpInfo");
    const char *vdu = json_get_str(resource, "vduId");

    for (size_t i = 0; i < run->made->vnfcs.n; i++) {
        struct made_vnfc *vnfc = run->made->vnfcs.items[i];
        bool fits = vnfc->ports.n == 0 && str_eq(vnfc->vdu, vdu);

        json_each (cps, j) {
            fits = fits ||
                   has_port(vnfc, port_of_cp(info, json_get_str(cps->items[j], "vnfExtCpId")));
        }
        if (fits && !vnfc->server_id) {
            return vnfc;
        }
    }
    return NULL;
}

static struct err *
servers_take(struct foreign_run *run, const struct json *instance)
{
    const struct json *info = json_get(instance, "instantiatedVnfInfo");
    const struct json *resources = json_get(info, "vnfcResourceInfo");

    json_each (resources, i) {
        const struct json *one = resources->items[i];
        struct made_vnfc *vnfc = vnfc_of(run, info, one);
        const char *id = json_get_str(json_get(one, "computeResource"), "resourceId");

        if (vnfc && peer_is_id(id)) { /* It becomes a part of paths at the site. */
            vnfc->server_id = id;
        }
    }
    for (size_t i = 0; i < run->made->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = run->made->vnfcs.items[i];

        if (!vnfc->server_id) {
            return err_new(E_REMOTE, NULL,
                           "the VNFM tells of no server of VDU %s that has the ports of %s",
                           vnfc->vdu, vnfc->name);
        }
    }
    return NULL;
}

/* ---- instantiation ------------------------------------------------------------------------ */

static struct err *
created(struct foreign_run *run)
{
    struct foreign_new *new = row_new(run->mem, &foreign_new_table);
    struct peer_said *said = row_new(run->mem, &peer_said_table);

    new->vnfm = run->in->vnfm;
    new->vnfd_id = run->wanted->vnfd_id;
    new->name = run->in->name;
    TRY(flow_step(run->f, "create", &foreign_create, new, said));
    run->known->vnf_instance_id = run->in->vnf_instance_id;
    run->known->vnfm = run->in->vnfm;
    run->known->foreign_id = said->id;
    run->known->site = run->in->site;
    return flow_step(run->f, "note", &foreign_note, run->known, NULL);
}

struct err *
foreign_done(struct foreign_run *run, const char *label, const char *operation,
             const struct json *body, const struct json *undo)
{
    struct foreign_ask *ask = row_new(run->mem, &foreign_ask_table);

    ask->vnfm = run->known->vnfm;
    ask->foreign_id = run->known->foreign_id;
    ask->operation = operation;
    ask->body = body;
    ask->undo = undo;
    return flow_step(run->f, label, &foreign_operate, ask, row_new(run->mem, &peer_said_table));
}

struct err *
foreign_seen(struct foreign_run *run, const char *label, const struct json **instance)
{
    struct peer_ref *ref = row_new(run->mem, &peer_ref_table);
    struct peer_said *said = row_new(run->mem, &peer_said_table);

    *instance = NULL;
    if (flow_is_plan(run->f)) {
        return NULL;
    }
    ref->peer = run->known->vnfm;
    ref->path = mem_printf(run->mem, INSTANCES "/%s", run->known->foreign_id);
    ref->version = VERSION;
    TRY(flow_step(run->f, label, &peer_get, ref, said));
    if (said->status != 200) {
        return err_new(E_REMOTE, NULL, "the VNFM answered %lld of VNF instance %s",
                       (long long)said->status, run->known->foreign_id);
    }
    if (!str_eq(json_get_str(said->body, "id"), run->known->foreign_id)) {
        return err_new(E_REMOTE, NULL, "the VNFM answered with VNF instance %s instead of %s",
                       str_or(json_get_str(said->body, "id"), "(no id)"), run->known->foreign_id);
    }
    *instance = said->body;
    return NULL;
}

struct err *
foreign_look(struct foreign_run *run)
{
    const struct json *instance;

    TRY(foreign_seen(run, "look", &instance));
    return flow_is_plan(run->f) ? NULL : servers_take(run, instance);
}

/* What we made is ours to delete: the ports. */
static struct err *
kept(struct foreign_run *run)
{
    struct held_list *held = row_new(run->mem, &held_list_table);

    held->owner_id = run->in->vnf_instance_id;
    held->project_id = run->in->project_id;
    for (size_t i = 0; i < run->made->vnfcs.n; i++) {
        struct made_vnfc *vnfc = row_copy(run->mem, run->made->vnfcs.items[i]);

        vnfc->server_id = NULL;
        vnfc_held(run->mem, run->in->site, vnfc, &held->items);
    }
    TRY(flow_step(run->f, "holdings", &held_note, held, NULL));
    TRY(flow_step(run->f, "instance", &vnf_keep, run->made, NULL));
    flow_result(run->f, run->made);
    return NULL;
}

struct err *
foreign_instantiate(struct flow *f, const struct vnf_in *in)
{
    struct mem *mem = flow_mem(f);
    struct foreign_run run = {
        .f = f,
        .mem = mem,
        .in = in,
        .wanted = row_new(mem, &vnf_wanted_table),
        .made = row_new(mem, &vnf_made_table),
        .known = row_new(mem, &foreign_known_table),
    };
    struct describe_in *what = row_new(mem, &describe_in_table);
    const struct json *body;

    what->package_id = in->package_id;
    what->name = in->name;
    what->flavour_id = in->flavour_id;
    what->level_id = in->level_id;
    TRY(flow_step(f, "describe", &vnf_describe, what, run.wanted));
    TRY(flow_started(f));
    run.made->connections = in->connections;
    TRY(foreign_ports_make(&run, &run.wanted->vnfcs));
    TRY(created(&run));
    TRY(instantiate_body(&run, &body));
    TRY(foreign_done(&run, "operate", "INSTANTIATE", body, NULL));
    TRY(foreign_look(&run));
    run.made->vnf_instance_id = in->vnf_instance_id;
    run.made->project_id = in->project_id;
    run.made->site = in->site;
    run.made->flavour_id = run.wanted->flavour_id;
    run.made->level_id = run.wanted->level_id;
    run.made->scales = run.wanted->scales;
    return kept(&run);
}

/* ---- termination -------------------------------------------------------------------------- */

static struct err *
terminate_body(const struct foreign_run *run, const struct json **body)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "terminationType", run->in->graceful ? "GRACEFUL" : "FORCEFUL");
    if (run->in->graceful) {
        jw_int(&w, "gracefulTerminationTimeout", run->in->timeout_s);
    }
    jw_end(&w);
    return json_parse(run->mem, text.data, text.len, body);
}

struct err *
foreign_terminate(struct flow *f, const struct vnf_in *in)
{
    struct mem *mem = flow_mem(f);
    struct foreign_run run = {
        .f = f, .mem = mem, .in = in, .known = row_new(mem, &foreign_known_table)};
    struct owner *owner = row_new(mem, &owner_table);
    struct held_list *held = row_new(mem, &held_list_table);
    const struct json *body;

    owner->owner_id = in->vnf_instance_id;
    owner->project_id = in->project_id;
    TRY(flow_step(f, "holdings", &held_read, owner, held));
    TRY(flow_step(f, "known", &foreign_read, owner, run.known));
    TRY(flow_started(f));
    if (run.known->foreign_id) {
        TRY(terminate_body(&run, &body));
        TRY(foreign_done(&run, "operate", "TERMINATE", body, NULL));
        TRY(flow_step(f, "delete", &foreign_delete, run.known, NULL));
    }
    TRY(held_release(f, "", &held->items, NULL));
    return flow_step(f, "instance", &vnf_forget, owner, NULL);
}
