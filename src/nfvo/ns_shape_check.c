/* Updates that change what an NS consists of, held against its NSD and its record before anything
 * is started. */
#include "nfvo/ns_update.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "vnfm/vnfm.h"

/* ---- all of it -------------------------------------------------------------------------- */

static bool
is_leaving(const struct ns_updating *u, const struct plan_vnf *vnf)
{
    for (size_t i = 0; i < u->in->scaled.n; i++) {
        const struct vnf_in *in = u->in->scaled.items[i];

        if (str_eq(in->vnf_instance_id, vnf->vnf_instance_id)) {
            return true;
        }
    }
    return false;
}

/* Instances of a profile as there will be. */
static int64_t
count_of(const struct ns_updating *u, const char *profile)
{
    int64_t n = 0;

    for (size_t i = 0; i < u->made->vnfs.n; i++) {
        const struct plan_vnf *vnf = u->made->vnfs.items[i];

        n += str_eq(vnf->profile, profile) && !is_leaving(u, vnf);
    }
    for (size_t i = 0; i < u->in->added.n; i++) {
        n += str_eq(((const struct vnf_add *)u->in->added.items[i])->profile, profile);
    }
    return n;
}

static int64_t
count_before(const struct ns_updating *u, const char *profile)
{
    int64_t n = 0;

    for (size_t i = 0; i < u->made->vnfs.n; i++) {
        n += str_eq(((const struct plan_vnf *)u->made->vnfs.items[i])->profile, profile);
    }
    return n;
}

static void
profiles_check(const struct ns_updating *u, struct err **faults)
{
    for (size_t i = 0; i < u->nsd->n_vnfs; i++) {
        const struct nsd_vnf *profile = &u->nsd->vnfs[i];
        int64_t n = count_of(u, profile->name), before = count_before(u, profile->name);

        if ((n > before && n > profile->max_instances) ||
            (n < before && n < profile->min_instances)) {
            request_fault(faults, "VNF profile %s has %lld to %lld instances, there would be %lld",
                          profile->name, (long long)profile->min_instances,
                          (long long)profile->max_instances, (long long)n);
        }
    }
}

/* A position that is gone through and has no instance lets nothing pass. */
static void
positions_check(const struct ns_updating *u, struct err **faults)
{
    for (size_t i = 0; i < u->made->hops.n; i++) {
        const struct plan_hop *hop = u->made->hops.items[i];
        int64_t n = 0;

        for (size_t j = 0; j < hop->functions.n; j++) {
            const struct plan_cp *cp = hop->functions.items[j];

            n += count_of(u, cp->vnf) + (cp->nested != NULL); /* No VNF of this NS. */
        }
        if (n == 0) {
            request_fault(faults, "position %s would be without instances", hop->name);
        }
    }
    for (size_t i = 0; i < u->in->passed.n; i++) {
        const char *profile = ((const struct plan_cp *)u->in->passed.items[i])->vnf;

        if (count_of(u, profile) == 0) {
            request_fault(faults,
                          "a path of an NS around goes through VNF profile %s, which would be "
                          "without instances",
                          profile);
        }
    }
}

struct err *
ns_shape_check(const struct ns_updating *u)
{
    struct err *faults = NULL;

    profiles_check(u, &faults);
    positions_check(u, &faults);
    return faults;
}

/* Who is an end of a path is named by its classifiers, which stay as they are. */
static struct err *
ends_check(const struct ns_updating *u, const struct plan_vnf *vnf)
{
    struct ns_plan *plan = row_new(tx_mem(u->tx), &ns_plan_table);
    struct steering steering = {.plan = plan};

    plan->paths = u->made->paths;
    return steer_ends_check(&steering, vnf);
}

/* ---- INSTANTIATE_VNF ---------------------------------------------------------------------- */

static bool
fits(const struct instantiate_vnf_data *data, const struct nsd_vnf *profile)
{
    return (!data->profile || str_eq(data->profile, profile->name)) &&
           (!data->vnfd_id || str_eq(data->vnfd_id, profile->vnfd_id)) &&
           (!data->flavour_id || !profile->flavour_id ||
            str_eq(data->flavour_id, profile->flavour_id));
}

static struct err *
profile_find(const struct ns_updating *u, const struct instantiate_vnf_data *data,
             const struct nsd_vnf **found)
{
    size_t n = 0;

    if (!data->profile && !data->vnfd_id) {
        return err_new(E_UNPROCESSABLE, NULL, "vnfProfileId or vnfdId is needed");
    }
    for (size_t i = 0; i < u->nsd->n_vnfs; i++) {
        if (fits(data, &u->nsd->vnfs[i])) {
            *found = &u->nsd->vnfs[i];
            n++;
        }
    }
    if (n != 1) {
        return err_new(E_UNPROCESSABLE, NULL,
                       n ? "the NSD has several such VNF profiles: vnfProfileId says which"
                         : "the NSD has no such VNF profile");
    }
    return NULL;
}

/* Its package may be used, and knows the level. */
static struct err *
package_check(struct ns_updating *u, const struct nsd_vnf *profile, const char *level)
{
    struct vnf_wanted *wanted = row_new(tx_mem(u->tx), &vnf_wanted_table);
    struct vnf_package *package = NULL;
    struct vnfd *vnfd;

    TRY(vnf_package_find(u->tx, u->in->project_id, profile->vnfd_id, &package));
    if (!str_eq(package->operational_state, "ENABLED")) {
        return err_new(E_UNPROCESSABLE, NULL, "VNF package %s is DISABLED", package->id);
    }
    TRY(vnfd_load_once(u->tx, &u->vnfds, package->id, &vnfd));
    return vnf_wanted_fill(tx_mem(u->tx), vnfd, profile->flavour_id, str_or(level, profile->level),
                           NULL, wanted);
}

/* Is there a site that could do, up or not? */
static struct err *
location_check(const struct ns_updating *u, const struct vnf_location *location,
               const struct nsd_vnf *profile)
{
    struct owner *owner = row_new(tx_mem(u->tx), &owner_table);
    struct site_list *list = row_new(tx_mem(u->tx), &site_list_table);
    const char *why = "there are no sites";

    if (!str_eq(location->profile, profile->name)) {
        return err_new(E_UNPROCESSABLE, NULL, "locationConstraints is for VNF profile %s, not %s",
                       location->profile, profile->name);
    }
    owner->project_id = u->in->project_id;
    TRY(ns_sites.local(u->tx, owner, list));
    for (size_t i = 0; i < list->sites.n; i++) {
        why = place_location_fault(tx_mem(u->tx), location, list->sites.items[i]);
        if (!why) {
            return NULL;
        }
    }
    return err_new(E_UNPROCESSABLE, NULL,
                   "locationConstraints: no site that is registered fits: %s", why);
}

struct err *
ns_shape_add(struct ns_updating *u, const struct nsd_vnf *profile, struct vnf_add *add)
{
    struct plan_vnf *vnf = row_new(tx_mem(u->tx), &plan_vnf_table);

    vnf->name = vnf->profile = profile->name;
    TRY(ends_check(u, vnf));
    TRY(package_check(u, profile, add->level_id));
    if (add->where.n) {
        TRY(location_check(u, add->where.items[0], profile));
    }
    place_add(tx_mem(u->tx), &u->in->added, add);
    return NULL;
}

struct err *
update_instantiate(struct ns_updating *u, const void *item)
{
    const struct instantiate_vnf_data *data = item;
    struct vnf_add *add = row_new(tx_mem(u->tx), &vnf_add_table);
    const struct nsd_vnf *profile = NULL;

    if (!data) {
        return ns_shape_check(u);
    }
    TRY(profile_find(u, data, &profile));
    add->profile = profile->name;
    add->name = data->name;
    add->description = data->description;
    add->level_id = data->level_id;
    add->where = data->location;
    return ns_shape_add(u, profile, add);
}

/* ---- REMOVE_VNF ----------------------------------------------------------------------------- */

/* How the request wants it to end.  All leave together: after the longest of their drains. */
static void
manner_fill(struct ns_updating *u, struct vnf_in *in)
{
    int64_t drain_s = NS_DRAIN_S;
    bool by_force = false;

    for (size_t i = 0; i < u->request->terminate.n; i++) {
        const struct terminate_vnf_data *data = u->request->terminate.items[i];

        if (str_eq(data->vnf_instance_id, in->vnf_instance_id)) {
            drain_s = json_int(json_get(data->additional_params, NS_DRAIN_PARAM), NS_DRAIN_S);
            by_force = str_eq(data->type, "FORCEFUL");
            in->graceful = str_eq(data->type, "GRACEFUL");
            in->timeout_s = data->timeout_s == INT_NULL ? GRACEFUL_TIMEOUT_S : data->timeout_s;
        }
    }
    in->scripts_reach_s = by_force ? INT_NULL : NS_SCRIPTS_REACH_S;
    u->in->drain_s =
        u->in->scaled.n > 1 && u->in->drain_s > drain_s ? u->in->drain_s : drain_s;
}

static struct err *
remove_check(const struct ns_updating *u)
{
    struct err *faults = NULL;

    for (size_t i = 0; i < u->request->terminate.n; i++) {
        const struct terminate_vnf_data *data = u->request->terminate.items[i];
        struct plan_vnf *vnf = row_new(tx_mem(u->tx), &plan_vnf_table);

        vnf->vnf_instance_id = data->vnf_instance_id;
        if (!is_leaving(u, vnf)) {
            request_fault(&faults, "terminateVnfData[%zu]: VNF instance %s is not to be removed", i,
                          data->vnf_instance_id);
        }
    }
    return err_join(faults, ns_shape_check(u));
}

struct err *
ns_shape_remove(struct ns_updating *u, const char *id, struct vnf_in **out)
{
    const struct plan_vnf *vnf;
    struct vnf_instance *row;
    struct vnf_in *in;

    TRY(ns_vnf_take(u->tx, u->in, id, &row, &in));
    if (out) {
        *out = in;
    }
    vnf = plan_vnf_find(&u->made->vnfs, row->id);
    return vnf ? ends_check(u, vnf) : NULL;
}

struct err *
update_remove(struct ns_updating *u, const void *item)
{
    struct vnf_in *in = NULL;

    if (!item) {
        return remove_check(u);
    }
    TRY(ns_shape_remove(u, item, &in));
    manner_fill(u, in);
    return NULL;
}

/* ---- graphs --------------------------------------------------------------------------------- */

static bool
has_graph(const struct ns_made *made, const char *graph)
{
    for (size_t i = 0; i < made->paths.n; i++) {
        if (str_eq(((const struct plan_path *)made->paths.items[i])->graph, graph)) {
            return true;
        }
    }
    return false;
}

static bool
is_among(const struct strs *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++) {
        if (str_eq(names->items[i], name)) {
            return true;
        }
    }
    return false;
}

struct err *
update_graph_add(struct ns_updating *u, const void *item)
{
    const struct add_vnffg_data *data = item;
    bool known = false;

    for (size_t i = 0; data && i < u->nsd->n_graphs; i++) {
        known = known || str_eq(u->nsd->graphs[i].name, data->graph);
    }
    if (!data) {
        return NULL;
    }
    if (!known) {
        return err_new(E_UNPROCESSABLE, NULL, "the NSD has no VNFFG %s", data->graph);
    }
    if (has_graph(u->made, data->graph) || is_among(&u->in->graphs_added, data->graph)) {
        return err_new(E_UNPROCESSABLE, NULL, "VNFFG %s is there already", data->graph);
    }
    steer_name_add(tx_mem(u->tx), &u->in->graphs_added, data->graph);
    return NULL;
}

struct err *
update_graph_remove(struct ns_updating *u, const void *item)
{
    if (!item) {
        return NULL;
    }
    if (!has_graph(u->made, item) || is_among(&u->in->graphs_removed, item)) {
        return err_new(E_UNPROCESSABLE, NULL, "the NS has no VNFFG %s", (const char *)item);
    }
    steer_name_add(tx_mem(u->tx), &u->in->graphs_removed, item);
    return NULL;
}

/* ---- service access points ------------------------------------------------------------------ */

static struct err *
sap_ends_check(const struct ns_updating *u, const char *sap)
{
    struct ns_plan *plan = row_new(tx_mem(u->tx), &ns_plan_table);
    struct steering steering = {.plan = plan};

    plan->paths = u->made->paths;
    return steer_sap_check(&steering, sap, "", NULL);
}

/* As an instantiation would have it. */
static struct err *
sap_data_check(const struct ns_updating *u, const struct sap_data *data)
{
    struct instantiate_ns_request *request = row_new(tx_mem(u->tx), &instantiate_ns_request_table);
    const struct rows none = {0};

    request->flavour_id = u->nsd->flavour_id;
    place_add(tx_mem(u->tx), &request->saps, row_copy(tx_mem(u->tx), data));
    return ns_request_check(tx_mem(u->tx), u->nsd, &none, request);
}

struct err *
update_sap_add(struct ns_updating *u, const void *item)
{
    const struct sap_data *data = item;

    if (!data) {
        return NULL;
    }
    TRY(sap_data_check(u, data));
    for (size_t i = 0; i < u->made->saps.n + u->in->saps_added.n; i++) {
        const char *there =
            i < u->made->saps.n
                ? ((const struct ns_sap_made *)u->made->saps.items[i])->name
                : ((const struct sap_data *)u->in->saps_added.items[i - u->made->saps.n])->sapd;

        if (str_eq(there, data->sapd)) {
            return err_new(E_UNPROCESSABLE, NULL, "SAP %s is there already", data->sapd);
        }
    }
    TRY(sap_ends_check(u, data->sapd));
    place_add(tx_mem(u->tx), &u->in->saps_added, row_copy(tx_mem(u->tx), data));
    return NULL;
}

struct err *
update_sap_remove(struct ns_updating *u, const void *item)
{
    for (size_t i = 0; item && i < u->made->saps.n; i++) {
        const struct ns_sap_made *sap = u->made->saps.items[i];

        if (str_eq(sap->port_id, item) && !is_among(&u->in->saps_removed, sap->name)) {
            steer_name_add(tx_mem(u->tx), &u->in->saps_removed, sap->name);
            return sap_ends_check(u, sap->name);
        }
    }
    return item ? err_new(E_UNPROCESSABLE, NULL, "the NS has no SAP %s", (const char *)item) : NULL;
}
