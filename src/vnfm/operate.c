/* Operations on a VNF instance as clients ask for them (SOL003 5.4.4-5.4.17): the
 * request becomes the input of a flow in the same transaction that checks the
 * instance's state, so that two of them cannot both be taken. */
#include "nfvo/nfvo.h"
#include "vnfm/flows.h"
#include "vnfm/vnfm.h"

static const char *const open_states[] = {"STARTING", "PROCESSING", "ROLLING_BACK", "FAILED_TEMP",
                                          NULL};

struct err *
vnf_operation_free(struct tx *tx, const char *vnf_instance_id)
{
    struct cond open[] = {COND("vnf_instance_id", vnf_instance_id),
                          {.attr = "operation_state", .texts = open_states},
                          {0}};
    struct vnf_lcm_op_occ *occ;

    TRY(row_find(tx, &vnf_lcm_op_occ_table, open, &occ));
    if (occ) {
        return err_new(E_CONFLICT, NULL, "operation %s (%s) on VNF instance %s is %s", occ->id,
                       occ->operation, vnf_instance_id, occ->operation_state);
    }
    return NULL;
}

/* ---- the request of an instantiation ----------------------------------------------------- */

/* The site named by a connection id of the request: a site's id or its name. */
static struct err *
site_named(struct tx *tx, const char *project_id, const char *name, const char **site_id)
{
    struct cond by_id[] = {COND("id", name), COND("project_id", project_id), {0}};
    struct cond by_name[] = {COND("name", name), COND("project_id", project_id), {0}};
    struct site *site = NULL;

    TRY(row_find(tx, &site_table, by_id, &site));
    if (!site) {
        TRY(row_find(tx, &site_table, by_name, &site));
    }
    if (!site) {
        return err_new(E_INVALID, NULL, "vimConnectionId %s names no site", name);
    }
    if (*site_id && !str_eq(*site_id, site->id)) {
        return err_new(E_INVALID, NULL, "a VNF runs at one site; the request names several");
    }
    *site_id = site->id;
    return NULL;
}

/* vimConnectionInfo's key may stand for a site: then its vimId names it. */
static const char *
vim_id(const struct json *request, const char *connection_id)
{
    const struct json *info = json_get(json_get(request, "vimConnectionInfo"), connection_id);

    return str_or(json_get_str(info, "vimId"), connection_id);
}

static struct err *
fixed_of(const struct json *cp, struct vnf_connection *connection)
{
    const struct json *config = json_get(cp, "cpConfig");
    const struct json *first = config && config->n ? config->items[0] : NULL;
    const struct json *address = json_path(first, "cpProtocolData.0.ipOverEthernet.ipAddresses.0");

    if (json_get_str(first, "linkPortId")) {
        return err_new(E_NOT_IMPLEMENTED, "FeatureNotSupported",
                       "linkPortId: attaching to an existing port is not supported");
    }
    connection->ip_address = json_str(json_path(address, "fixedAddresses.0"));
    connection->subnet_id = json_get_str(address, "subnetId");
    return NULL;
}

static struct err *
ext_link_read(struct tx *tx, struct vnf_in *in, const struct json *request, const struct json *link,
              struct rows *connections)
{
    const struct json *cps = json_get(link, "extCps");
    const char *resource_id = json_get_str(link, "resourceId");
    const char *vim = json_get_str(link, "vimConnectionId");

    if (!json_get_str(link, "id") || !resource_id || !json_is(cps, JSON_T_ARRAY)) {
        return err_new(E_INVALID, NULL,
                       "an entry of extVirtualLinks lacks id, resourceId or extCps");
    }
    if (vim) {
        TRY(site_named(tx, in->project_id, vim_id(request, vim), &in->site));
    }
    json_each (cps, i) {
        struct vnf_connection *connection = row_new(tx_mem(tx), &vnf_connection_table);

        connection->cpd = json_get_str(cps->items[i], "cpdId");
        connection->link = json_get_str(link, "id");
        connection->network_id = resource_id;
        if (!connection->cpd) {
            return err_new(E_INVALID, NULL, "an entry of extCps lacks cpdId");
        }
        TRY(fixed_of(cps->items[i], connection));
        connections->items[connections->n++] = connection;
    }
    return NULL;
}

static size_t
n_ext_cps(const struct json *links)
{
    size_t n = 0;

    json_each (links, i) {
        const struct json *cps = json_get(links->items[i], "extCps");

        n += cps ? cps->n : 0;
    }
    return n;
}

static struct err *
request_read(struct tx *tx, struct vnf_in *in, const struct json *request)
{
    static const char *const known[] = {"flavourId",
                                        "instantiationLevelId",
                                        "extVirtualLinks",
                                        "vimConnectionInfo",
                                        "additionalParams",
                                        "localizationLanguage",
                                        NULL};
    const struct json *links = json_get(request, "extVirtualLinks");
    const struct json *vims = json_get(request, "vimConnectionInfo");
    struct err *faults = NULL;

    json_each (request, i) {
        if (!str_in(request->keys[i], known)) {
            faults = err_join(faults, err_new(E_INVALID, NULL, "attribute '%s' is not supported",
                                              request->keys[i]));
        }
    }
    in->flavour_id = json_get_str(request, "flavourId");
    in->level_id = json_get_str(request, "instantiationLevelId");
    if (!in->flavour_id) {
        faults = err_join(faults, err_new(E_INVALID, NULL, "attribute 'flavourId' is required"));
    }
    TRY(faults);
    json_each (vims, i) {
        TRY(site_named(tx, in->project_id, vim_id(request, vims->keys[i]), &in->site));
    }
    in->connections.items = MEM_ARRAY(tx_mem(tx), n_ext_cps(links) + 1, void *);
    json_each (links, i) {
        TRY(ext_link_read(tx, in, request, links->items[i], &in->connections));
    }
    return NULL;
}

/* The VNFD is asked before anything is started: a flavour or a level that it
 * does not have is a bad request, not a failed operation. */
static struct err *
request_check(struct tx *tx, const struct vnf_in *in)
{
    const struct vnfd_flavour *flavour;
    struct vnfd *vnfd;

    TRY(vnfd_load(tx, in->package_id, &vnfd));
    flavour = vnfd_flavour(vnfd, in->flavour_id);
    if (!flavour) {
        return err_new(E_INVALID, NULL, "VNFD %s has no deployment flavour %s", vnfd->descriptor_id,
                       in->flavour_id);
    }
    if (in->level_id && !vnfd_level(flavour, in->level_id)) {
        return err_new(E_INVALID, NULL, "flavour %s has no instantiation level %s", flavour->id,
                       in->level_id);
    }
    for (size_t i = 0; i < in->connections.n; i++) {
        const struct vnf_connection *connection = in->connections.items[i];

        if (!vnfd_ext_cp(flavour, connection->cpd)) {
            return err_new(E_INVALID, NULL, "VNFD %s has no external connection point %s",
                           vnfd->descriptor_id, connection->cpd);
        }
    }
    return NULL;
}

/* ---- starting ------------------------------------------------------------------------------- */

static const struct vnf_operation {
    const char *name;
    const struct flow_type *type;
    const char *state; /* That the instance has to be in. */
} operations[] = {
    {"INSTANTIATE", &vnf_instantiate_flow, "NOT_INSTANTIATED"},
    {"TERMINATE", &vnf_terminate_flow, "INSTANTIATED"},
};

static const struct vnf_operation *
operation_find(const char *name)
{
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        if (str_eq(operations[i].name, name)) {
            return &operations[i];
        }
    }
    return NULL;
}

static struct err *
termination_check(const struct json *request)
{
    const char *type = json_get_str(request, "terminationType");

    if (!str_eq(type, "FORCEFUL") && !str_eq(type, "GRACEFUL")) {
        return err_new(E_INVALID, NULL,
                       "attribute 'terminationType' has to be FORCEFUL or GRACEFUL");
    }
    return NULL;
}

struct err *
vnf_operation_start(struct tx *tx, struct op *op, const char *id, const char *name,
                    const struct json *request, const char **op_occ_id)
{
    const struct vnf_operation *operation = operation_find(name);
    struct nfvo *nfvo = op->user;
    struct vnf_in *in = row_new(tx_mem(tx), &vnf_in_table);
    struct flow_start start = {.in = in};
    struct vnf_instance *instance;

    if (!operation) {
        return err_new(E_NOT_FOUND, NULL, "there is no operation %s", name);
    }
    start.type = operation->type;
    TRY(resource_get(tx, op, id, (void **)&instance));
    TRY(vnf_operation_free(tx, id));
    if (!str_eq(instance->instantiation_state, operation->state)) {
        return err_new(E_CONFLICT, NULL, "VNF instance %s is %s", id,
                       instance->instantiation_state);
    }
    if (instance->ns_instance_id) {
        return err_new(E_CONFLICT, NULL, "VNF instance %s is managed by NS instance %s", id,
                       instance->ns_instance_id);
    }
    in->vnf_instance_id = instance->id;
    in->package_id = instance->package_id;
    in->project_id = instance->project_id;
    in->name = str_or(instance->name, instance->id);
    in->site = instance->site_id;
    in->request = request;
    start.project_id = instance->project_id;
    if (operation->type == &vnf_instantiate_flow) {
        TRY(request_read(tx, in, request));
        TRY(request_check(tx, in));
    } else {
        TRY(termination_check(request));
    }
    return flow_start(tx, nfvo->engine, &start, op_occ_id);
}

/* ---- tasks on occurrences -----------------------------------------------------------------------
 */

struct err *
flow_task(struct tx *tx, struct flow_engine *engine, const char *id, const char *task)
{
    if (str_eq(task, "retry")) {
        return flow_retry(tx, engine, id);
    }
    if (str_eq(task, "rollback")) {
        return flow_rollback(tx, engine, id);
    }
    if (str_eq(task, "fail")) {
        return flow_fail(tx, engine, id);
    }
    return err_new(E_NOT_FOUND, NULL, "there is no task %s", task);
}

struct err *
vnf_operation_task(struct tx *tx, struct op *op, const char *id, const char *task)
{
    struct nfvo *nfvo = op->user;
    struct vnf_lcm_op_occ *occ;

    TRY(resource_get(tx, op, id, (void **)&occ));
    if (occ->ns_lcm_op_occ_id) {
        return err_new(E_CONFLICT, NULL, "operation %s is part of NS operation %s: use %s there",
                       id, occ->ns_lcm_op_occ_id, task);
    }
    if (str_eq(task, "rollback") && str_eq(occ->operation, "TERMINATE")) {
        return err_new(E_CONFLICT, NULL, "a termination cannot be rolled back");
    }
    return flow_task(tx, nfvo->engine, id, task);
}
