/* ADD_VNF (SOL005 6.4.6): a VNF that runs and is no NS's becomes part of one.  Nothing of it changes: its
 * connection points have to be on the NS's networks as its profile says, and no path may go through the
 * profile or end there.  From then on it is operated by way of the NS, and goes with it. */
#include "nfvo/ns_update.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

/* What is held against one VNF: when it is asked for, and again when it is taken. */
struct adopting {
    struct tx *tx;
    const struct ns_made *made;
    const struct nsd *nsd;
    const struct rows *passed; /* Functions that paths of NSs around go through. */
    const struct nsd_vnf *profile;
    struct vnf_instance *vnf;
    struct vnf_made *vnf_made;
    struct err *faults;
};

/* ---- the instance ------------------------------------------------------------------------ */

const char *
ns_link_of(const struct ns_made *made, const char *site, const char *network_id)
{
    for (size_t i = 0; i < made->sites.n; i++) {
        const struct ns_site_made *at = made->sites.items[i];

        for (size_t j = 0; str_eq(at->site, site) && j < at->nets.n; j++) {
            const struct made_net *net = at->nets.items[j];

            if (str_eq(net->network_id, network_id)) {
                return net->link;
            }
        }
    }
    return NULL;
}

static struct err *
instance_find(struct adopting *a, const char *project_id, const char *id)
{
    struct cond by_id[] = {COND("id", id), COND("project_id", project_id), {0}};

    TRY(row_find(a->tx, &vnf_instance_table, by_id, &a->vnf));
    if (!a->vnf) {
        return err_new(E_UNPROCESSABLE, NULL, "there is no VNF instance %s", id);
    }
    if (a->vnf->ns_instance_id) {
        return err_new(E_CONFLICT, NULL, "VNF instance %s is managed by NS instance %s", id,
                       a->vnf->ns_instance_id);
    }
    TRY(vnf_operation_free(a->tx, id));
    return vnf_whole_check(a->tx, a->vnf, "taken in", a->vnf_made);
}

static void
kind_check(struct adopting *a)
{
    if (!str_eq(a->profile->vnfd_id, a->vnf->vnfd_id)) {
        request_fault(&a->faults, "it is of VNFD %s, profile %s is of %s", a->vnf->vnfd_id,
                      a->profile->name, a->profile->vnfd_id);
    }
    if (a->profile->flavour_id && !str_eq(a->profile->flavour_id, a->vnf_made->flavour_id)) {
        request_fault(&a->faults, "it is of flavour %s, profile %s is of %s",
                      a->vnf_made->flavour_id, a->profile->name, a->profile->flavour_id);
    }
}

/* ---- its connection points --------------------------------------------------------------- */

static const char *
link_wanted(const struct nsd_vnf *profile, const char *requirement)
{
    for (size_t i = 0; i < profile->n_connections; i++) {
        if (str_eq(profile->connections[i].requirement, requirement)) {
            return profile->connections[i].link;
        }
    }
    return NULL;
}

static void
port_check(struct adopting *a, const struct made_vnfc *vnfc, const struct made_port *port)
{
    const char *wanted = link_wanted(a->profile, port->requirement);
    const char *link = ns_link_of(a->made, a->vnf_made->site, port->network_id);

    if (!wanted) {
        request_fault(&a->faults, "profile %s says no link for connection point %s",
                      a->profile->name, port->requirement);
    } else if (!str_eq(wanted, link)) {
        request_fault(&a->faults,
                      "connection point %s of VNFC %s is on network %s, which is not link %s there: "
                      "change_ext_conn moves it",
                      port->requirement, vnfc->name, port->network_id, wanted);
    }
}

static void
ports_check(struct adopting *a)
{
    for (size_t i = 0; i < a->vnf_made->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = a->vnf_made->vnfcs.items[i];

        for (size_t j = 0; j < vnfc->ports.n; j++) {
            const struct made_port *port = vnfc->ports.items[j];

            if (port->requirement) {
                port_check(a, vnfc, port);
            }
        }
    }
}

/* ---- paths and sites --------------------------------------------------------------------- */

static bool
names_profile(const struct rows *cps, const char *profile)
{
    for (size_t i = 0; i < cps->n; i++) {
        if (str_eq(((const struct plan_cp *)cps->items[i])->vnf, profile)) {
            return true;
        }
    }
    return false;
}

static bool
is_on_path(const struct adopting *a, const struct plan_path *path)
{
    for (size_t i = 0; i < path->links.n; i++) {
        for (size_t j = 0; j < a->profile->n_connections; j++) {
            if (str_eq(path->links.items[i], a->profile->connections[j].link)) {
                return true;
            }
        }
    }
    return false;
}

/* Chains, and other sites, would have to be told of its ports. */
static void
steering_check(struct adopting *a)
{
    const char *profile = a->profile->name;

    if (a->passed && names_profile(a->passed, profile)) {
        request_fault(&a->faults, "a path of an NS around goes through profile %s", profile);
    }
    if (a->made->sites.n > 1) {
        request_fault(&a->faults, "the NS is at %zu sites: the others would not know of its ports",
                      a->made->sites.n);
    }
    for (size_t i = 0; i < a->made->hops.n; i++) {
        const struct plan_hop *hop = a->made->hops.items[i];

        if (names_profile(&hop->functions, profile)) {
            request_fault(&a->faults, "profile %s is a function of position %s", profile,
                          hop->name);
        }
    }
    for (size_t i = 0; i < a->made->paths.n; i++) {
        const struct plan_path *path = a->made->paths.items[i];
        bool open = path->sources.n == 0 || path->destinations.n == 0;

        if (names_profile(&path->sources, profile) ||
            names_profile(&path->destinations, profile) || (open && is_on_path(a, path))) {
            request_fault(&a->faults, "profile %s is an end of path %s, or may be one", profile,
                          path->name);
        }
    }
}

static struct err *
adopting_check(struct adopting *a, const char *project_id, const char *id, const char *profile)
{
    a->vnf_made = row_new(tx_mem(a->tx), &vnf_made_table);
    a->profile = nsd_vnf(a->nsd, profile);
    if (!a->profile) {
        return err_new(E_UNPROCESSABLE, NULL, "the NSD has no VNF profile %s", profile);
    }
    TRY(instance_find(a, project_id, id));
    kind_check(a);
    ports_check(a);
    steering_check(a);
    return a->faults;
}

/* ---- the request ------------------------------------------------------------------------- */

struct err *
update_adopt(struct ns_updating *u, const void *item)
{
    const struct vnf_instance_data *data = item;
    struct adopting a = {.tx = u->tx, .made = u->made, .nsd = u->nsd, .passed = &u->in->passed};
    struct vnf_add *add = row_new(tx_mem(u->tx), &vnf_add_table);

    if (!data) {
        return ns_shape_check(u);
    }
    for (size_t i = 0; i < u->in->added.n; i++) {
        const struct vnf_add *other = u->in->added.items[i];

        if (str_eq(other->vnf_instance_id, data->vnf_instance_id)) {
            return err_new(E_UNPROCESSABLE, NULL, "VNF instance %s is named twice",
                           data->vnf_instance_id);
        }
    }
    TRY(adopting_check(&a, u->in->project_id, data->vnf_instance_id, data->profile));
    add->profile = a.profile->name;
    add->vnf_instance_id = a.vnf->id;
    place_add(tx_mem(u->tx), &u->in->added, add);
    return NULL;
}

/* ---- the step ---------------------------------------------------------------------------- */

static bool
has_name(const struct rows *vnfs, const char *name)
{
    for (size_t i = 0; i < vnfs->n; i++) {
        if (str_eq(((const struct plan_vnf *)vnfs->items[i])->name, name)) {
            return true;
        }
    }
    return false;
}

/* It as an instance that the NS would have made. */
static struct plan_vnf *
planned_of(const struct adopting *a)
{
    struct mem *mem = tx_mem(a->tx);
    struct plan_vnf *vnf = row_new(mem, &plan_vnf_table);

    vnf->name = vnf->profile = a->profile->name;
    for (size_t n = 2; has_name(&a->made->vnfs, vnf->name); n++) {
        vnf->name = mem_printf(mem, "%s-%zu", vnf->profile, n);
    }
    vnf->vnfd_id = a->vnf->vnfd_id;
    vnf->package_id = a->vnf->package_id;
    vnf->instance_name = str_or(a->vnf->name, a->vnf->id);
    vnf->vnf_instance_id = a->vnf->id;
    vnf->site = a->vnf_made->site;
    vnf->reason = "it ran there when it was taken in";
    for (size_t i = 0; i < a->profile->n_connections; i++) {
        struct plan_connection *connection = row_new(mem, &plan_connection_table);

        connection->cpd = a->profile->connections[i].requirement;
        connection->link = a->profile->connections[i].link;
        place_add(mem, &vnf->connections, connection);
    }
    return vnf;
}

/* Whose the row is. */
static struct err *
ns_set(struct tx *tx, const char *id, const char *ns_instance_id, const char *profile)
{
    struct vnf_instance *old, *vnf;

    TRY(row_get(tx, &vnf_instance_table, id, &old));
    vnf = row_copy(tx_mem(tx), old);
    vnf->ns_instance_id = ns_instance_id;
    vnf->vnf_profile_id = profile;
    return row_update(tx, old, vnf);
}

static struct err *
adopt_local(struct tx *tx, const void *arg, void *out)
{
    const struct ns_in *in = arg;
    struct ns_made *made = row_new(tx_mem(tx), &ns_made_table);
    struct nsd *nsd;

    (void)out;
    TRY(ns_instance_made(tx, in->ns_instance_id, made));
    TRY(nsd_load(tx, in->nsd_info_id, &nsd));
    for (size_t i = 0; i < in->added.n; i++) {
        const struct vnf_add *add = in->added.items[i];
        struct adopting a = {.tx = tx, .made = made, .nsd = nsd, .passed = &in->passed};
        struct plan_vnf *vnf;
        struct site *site;

        TRY(adopting_check(&a, in->project_id, add->vnf_instance_id, add->profile));
        vnf = planned_of(&a);
        TRY(row_get(tx, &site_table, vnf->site, &site));
        vnf->site_name = site->name;
        place_add(tx_mem(tx), &made->vnfs, vnf);
        TRY(ns_set(tx, a.vnf->id, in->ns_instance_id, a.profile->name));
    }
    TRY(ns_made_keep(tx, made));
    return ns_instance_renew(tx, in->ns_instance_id);
}

static struct err *
adopt_undo(struct tx *tx, const void *arg, const void *out)
{
    const struct ns_in *in = arg;
    struct ns_made *made = row_new(tx_mem(tx), &ns_made_table);
    struct rows before;

    (void)out;
    TRY(ns_instance_made(tx, in->ns_instance_id, made));
    for (size_t i = 0; i < in->added.n; i++) {
        TRY(ns_set(tx, ((const struct vnf_add *)in->added.items[i])->vnf_instance_id, NULL, NULL));
    }
    before = made->vnfs;
    made->vnfs = (struct rows){0};
    for (size_t i = 0; i < before.n; i++) {
        const struct plan_vnf *vnf = before.items[i];
        bool added = false;

        for (size_t j = 0; j < in->added.n; j++) {
            added = added || str_eq(((const struct vnf_add *)in->added.items[j])->vnf_instance_id,
                                    vnf->vnf_instance_id);
        }
        if (!added) {
            place_add(tx_mem(tx), &made->vnfs, before.items[i]);
        }
    }
    TRY(ns_made_keep(tx, made));
    return ns_instance_renew(tx, in->ns_instance_id);
}

const struct step_kind ns_vnfs_adopt = {
    .name = "vnf instances adopted",
    .doc = "VNF instances that run become the NS's; its record has them.",
    .effect = FLOW_LOCAL,
    .in = &ns_in_table,
    .local = adopt_local,
    .undo_local = adopt_undo,
};

static struct err *
adopt_run(struct flow *f, const void *arg)
{
    return flow_step(f, "instances", &ns_vnfs_adopt, arg, NULL);
}

const struct flow_type ns_adopt_flow = {
    .name = "ns_adopt",
    .version = 1,
    .doc = "Takes VNFs that run into a network service.",
    .in = &ns_in_table,
    .run = adopt_run,
    .state_changed = ns_op_state_changed,
};
