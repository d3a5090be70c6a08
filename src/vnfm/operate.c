/* Operations on a VNF instance as clients ask for them (SOL003 5.4.4-5.4.17): the
 * request becomes the input of a flow in the same transaction that checks the
 * instance's state, so that two of them cannot both be taken. */
#include "nfvo/nfvo.h"
#include "vnfm/flows.h"
#include "vnfm/request_check.h"
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

#include <string.h>

/* ---- any instance: of a VNF here, of an NS in src/nfvo ----------------------------------- */

static const char *
text_of(const struct table *table, const void *row, const char *attr)
{
    return *(const char *const *)attr_at(table_attr(table, attr), row);
}

const char *const lcm_open_states[] = {"STARTING", "PROCESSING", "ROLLING_BACK", "FAILED_TEMP",
                                       NULL};

struct err *
lcm_free(struct tx *tx, const struct lcm_kind *kind, const char *id)
{
    struct cond open[] = {
        COND(kind->instance, id), {.attr = "operation_state", .texts = lcm_open_states}, {0}};
    void *occ;

    TRY(row_find(tx, kind->operations, open, &occ));
    if (occ) {
        return err_new(E_CONFLICT, NULL, "operation %s (%s) on %s %s is %s",
                       text_of(kind->operations, occ, "id"),
                       text_of(kind->operations, occ, "operation"), kind->name, id,
                       text_of(kind->operations, occ, "operation_state"));
    }
    return NULL;
}

struct err *
lcm_take(struct tx *tx, struct op *op, const struct lcm_operation *operation, const char *id,
         void **instance)
{
    const struct lcm_kind *kind = operation->kind;
    const char *state;

    TRY(resource_get(tx, op, id, instance));
    TRY(lcm_free(tx, kind, id));
    state = text_of(kind->instances, *instance, kind->state);
    if (operation->state && !str_eq(state, operation->state)) {
        return err_new(E_CONFLICT, NULL, "%s %s is %s", kind->name, id, state);
    }
    return NULL;
}

struct err *
lcm_start(struct tx *tx, struct op *op, const struct lcm_operation *operation, const void *in,
          const char *project_id, const char **op_occ_id)
{
    struct nfvo *nfvo = op->user;
    struct flow_start start = {.type = operation->type, .in = in, .project_id = project_id};

    return flow_start(tx, nfvo->engine, &start, op_occ_id);
}

/* ---- starting ------------------------------------------------------------------------------- */

static const struct lcm_kind vnf_kind = {
    .name = "VNF instance",
    .instances = &vnf_instance_table,
    .state = "instantiation_state",
    .operations = &vnf_lcm_op_occ_table,
    .instance = "vnf_instance_id",
};
static const struct lcm_operation vnf_instantiate = {&vnf_kind, &vnf_instantiate_flow,
                                                     "NOT_INSTANTIATED"},
                                  vnf_terminate = {&vnf_kind, &vnf_terminate_flow, "INSTANTIATED"},
                                  vnf_scale = {&vnf_kind, &vnf_scale_out_flow, "INSTANTIATED"},
                                  vnf_operate = {&vnf_kind, &vnf_operate_flow, "INSTANTIATED"},
                                  vnf_heal = {&vnf_kind, &vnf_heal_flow, "INSTANTIATED"},
                                  vnf_change_package = {&vnf_kind, &vnf_change_package_flow,
                                                        "INSTANTIATED"},
                                  vnf_change_connectivity = {
                                      &vnf_kind, &vnf_change_connectivity_flow, "INSTANTIATED"},
                                  vnf_modify = {&vnf_kind, &vnf_modify_flow, NULL};

struct err *
vnf_operation_free(struct tx *tx, const char *vnf_instance_id)
{
    return lcm_free(tx, &vnf_kind, vnf_instance_id);
}

void
vnf_in_fill(const struct vnf_instance *instance, struct vnf_in *in)
{
    in->vnf_instance_id = instance->id;
    in->package_id = instance->package_id;
    in->project_id = instance->project_id;
    in->name = str_or(instance->name, instance->id);
    in->site = instance->site_id;
    in->vnfm = instance->vnfm_id;
}

/* Which instance, by whom it may be operated on, and that it is free for it. */
static struct err *
instance_take(struct tx *tx, struct op *op, const char *id, const struct lcm_operation *operation,
              struct vnf_in *in, struct vnf_instance **taken)
{
    struct vnf_instance *instance;

    TRY(lcm_take(tx, op, operation, id, (void **)&instance));
    *taken = instance;
    if (instance->ns_instance_id) {
        return err_new(E_CONFLICT, NULL, "VNF instance %s is managed by NS instance %s", id,
                       instance->ns_instance_id);
    }
    vnf_in_fill(instance, in);
    in->foreign_nfvo = ((const struct nfvo *)op->user)->grants_from.url != NULL;
    return NULL;
}

/* The input of a flow, and which it is, after all checks: for a start, and for a plan. */
typedef struct err *input_fn(struct tx *tx, struct op *op, const char *id,
                             const struct lcm_request *request, struct vnf_in **in,
                             const struct flow_type **type);

/* 'operation' is what it may begin on; the type is as that says where it is not told otherwise. */
static struct err *
input_begin(struct tx *tx, struct op *op, const char *id, const struct lcm_operation *operation,
            const struct lcm_request *request, struct vnf_in **in, const struct flow_type **type,
            struct vnf_instance **instance)
{
    *in = row_new(tx_mem(tx), &vnf_in_table);
    *type = operation->type;
    TRY(instance_take(tx, op, id, operation, *in, instance));
    (*in)->request = request->body;
    return NULL;
}

static struct err *
begin(struct tx *tx, struct op *op, const char *id, const struct lcm_request *request,
      input_fn *input, const char **op_occ_id)
{
    struct lcm_operation operation = {.kind = &vnf_kind};
    struct vnf_in *in = NULL;

    TRY(input(tx, op, id, request, &in, &operation.type));
    return lcm_start(tx, op, &operation, in, in->project_id, op_occ_id);
}

#define VNF_START(name)                                                                            \
    struct err *vnf_##name##_start(struct tx *tx, struct op *op, const char *id,                   \
                                   const struct lcm_request *request, const char **op_occ_id)      \
    {                                                                                              \
        return begin(tx, op, id, request, name##_input, op_occ_id);                                \
    }

/* What was planned is of a site: others may have taken of it meanwhile, and it is still that one. */
static struct err *
site_as_planned(struct tx *tx, const char *id, struct vnf_in *in)
{
    struct site *site;

    TRY(row_get(tx, &site_table, id, &site));
    in->site = site->id;
    in->site_name = site->name;
    in->reason = "as it was planned";
    return NULL;
}

static struct err *
instantiate_input(struct tx *tx, struct op *op, const char *id, const struct lcm_request *request,
                  struct vnf_in **in, const struct flow_type **type)
{
    struct vnf_instance *instance;

    TRY(input_begin(tx, op, id, &vnf_instantiate, request, in, type, &instance));
    TRY(err_join(vnf_info_asked(tx, instance, request->row, *in),
                 instantiate_check(tx, request->row, request->seen, request->n_seen, *in)));
    return (*in)->site || !request->site ? NULL : site_as_planned(tx, request->site, *in);
}
VNF_START(instantiate)

static struct err *
terminate_input(struct tx *tx, struct op *op, const char *id, const struct lcm_request *request,
                struct vnf_in **in, const struct flow_type **type)
{
    const struct terminate_request *asked = request->row;
    struct vnf_instance *instance;

    TRY(input_begin(tx, op, id, &vnf_terminate, request, in, type, &instance));
    (*in)->graceful = str_eq(asked->type, "GRACEFUL");
    (*in)->timeout_s = asked->timeout_s == INT_NULL ? GRACEFUL_TIMEOUT_S : asked->timeout_s;
    return NULL;
}
VNF_START(terminate)

/* The state and the kind are the same for both flows: which one it is follows from the request. */
static struct err *
scale_input(struct tx *tx, struct op *op, const char *id, const struct lcm_request *request,
            struct vnf_in **in, const struct flow_type **type)
{
    struct vnf_instance *instance;

    TRY(input_begin(tx, op, id, &vnf_scale, request, in, type, &instance));
    return vnf_scale_check(tx, instance, request->row, *in, type);
}
VNF_START(scale)

static struct err *
scale_to_level_input(struct tx *tx, struct op *op, const char *id,
                     const struct lcm_request *request, struct vnf_in **in,
                     const struct flow_type **type)
{
    struct vnf_instance *instance;

    TRY(input_begin(tx, op, id, &vnf_scale, request, in, type, &instance));
    return vnf_scale_to_level_check(tx, instance, request->row, *in, type);
}
VNF_START(scale_to_level)

/* ---- start and stop ------------------------------------------------------------------------- */

/* One without a server has no other identifier than its name. */
static bool
is_vnfc(const struct made_vnfc *vnfc, const char *id)
{
    return str_eq(str_empty(vnfc->server_id) ? vnfc->name : vnfc->server_id, id);
}

bool
vnf_in_names(const struct vnf_in *in, const struct made_vnfc *vnfc)
{
    for (size_t i = 0; i < in->servers.n; i++) {
        if (is_vnfc(vnfc, in->servers.items[i])) {
            return true;
        }
    }
    return in->servers.n == 0;
}

struct err *
vnf_servers_check(const struct vnf_made *made, const struct strs *servers)
{
    for (size_t i = 0; i < servers->n; i++) {
        bool known = false;

        for (size_t j = 0; !known && j < made->vnfcs.n; j++) {
            known = is_vnfc(made->vnfcs.items[j], servers->items[i]);
        }
        if (!known) {
            return err_new(E_UNPROCESSABLE, NULL, "VNF instance %s has no VNFC %s",
                           made->vnf_instance_id, servers->items[i]);
        }
    }
    return NULL;
}

/* What a given-up operation left in pieces cannot be said to run. */
static struct err *
whole_check(const struct vnf_made *made)
{
    bool whole = made->vnfcs.n > 0;

    for (size_t i = 0; whole && i < made->vnfcs.n; i++) {
        whole = ((const struct made_vnfc *)made->vnfcs.items[i])->server_id != NULL;
    }
    return whole ? NULL
                 : err_new(E_CONFLICT, NULL,
                           "VNF instance %s is not whole since an operation was given up",
                           made->vnf_instance_id);
}

struct err *
vnf_whole_check(struct tx *tx, const struct vnf_instance *instance, const char *what,
                struct vnf_made *made)
{
    const char *state = json_get_str(instance->instantiated_info, "vnfState");

    if (!str_eq(state, "STARTED")) {
        return err_new(E_CONFLICT, NULL, "VNF instance %s is %s: only what is STARTED is %s",
                       instance->id, str_or(state, "not INSTANTIATED"), what);
    }
    TRY(vnf_instance_made(tx, instance->id, made));
    return whole_check(made);
}

/* SOL003 5.5.2.10, its note. */
static struct err *
stop_check(const struct operate_request *asked)
{
    bool graceful = str_eq(asked->type, "GRACEFUL");

    if (str_eq(asked->state, "STARTED") && (asked->type || asked->timeout_s != INT_NULL)) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "stopType and gracefulStopTimeout are for STOPPED, not for STARTED");
    }
    if (str_eq(asked->state, "STOPPED") && graceful != (asked->timeout_s != INT_NULL)) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "gracefulStopTimeout is needed with stopType GRACEFUL, and with no other");
    }
    return NULL;
}

struct err *
vnf_operate_check(struct tx *tx, const struct vnf_instance *instance,
                  const struct operate_request *asked, struct vnf_in *in)
{
    struct vnf_made *made = row_new(tx_mem(tx), &vnf_made_table);

    TRY(stop_check(asked));
    TRY(vnf_instance_made(tx, instance->id, made));
    TRY(whole_check(made));
    TRY(vnf_servers_check(made, &asked->vnfcs));
    in->operation = "OPERATE";
    in->state = asked->state;
    in->servers = asked->vnfcs;
    in->timeout_s =
        asked->timeout_s > OPERATE_TIMEOUT_S ? asked->timeout_s : OPERATE_TIMEOUT_S;
    return NULL;
}

static struct err *
operate_input(struct tx *tx, struct op *op, const char *id, const struct lcm_request *request,
              struct vnf_in **in, const struct flow_type **type)
{
    struct vnf_instance *instance;

    TRY(input_begin(tx, op, id, &vnf_operate, request, in, type, &instance));
    return vnf_operate_check(tx, instance, request->row, *in);
}
VNF_START(operate)

/* ---- healing, changes ------------------------------------------------------------------------ */

/* What its site has lost of it, all of it: not servers of its. */
static struct err *
repair_input(const struct heal_request *asked, struct vnf_in *in, const struct flow_type **type)
{
    if (!str_eq(json_get_str(asked->additional_params, REPAIR_DEGREE), REPAIR_RESTORE) ||
        asked->vnfcs.n > 0) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "additionalParams." REPAIR_DEGREE " is " REPAIR_RESTORE
                       ", without vnfcInstanceId");
    }
    TRY_MSG(repair_params_check(asked->additional_params), "additionalParams");
    in->operation = "HEAL";
    *type = &vnf_repair_flow;
    return NULL;
}

static struct err *
heal_input(struct tx *tx, struct op *op, const char *id, const struct lcm_request *request,
           struct vnf_in **in, const struct flow_type **type)
{
    const struct heal_request *asked = request->row;
    struct vnf_instance *instance;

    TRY(input_begin(tx, op, id, &vnf_heal, request, in, type, &instance));
    if (json_get(asked->additional_params, REPAIR_DEGREE)) {
        return repair_input(asked, *in, type);
    }
    return vnf_heal_check(tx, instance, &asked->vnfcs, *in);
}
VNF_START(heal)

static struct err *
change_package_input(struct tx *tx, struct op *op, const char *id,
                     const struct lcm_request *request, struct vnf_in **in,
                     const struct flow_type **type)
{
    struct vnf_instance *instance;

    TRY(input_begin(tx, op, id, &vnf_change_package, request, in, type, &instance));
    return vnf_change_package_check(tx, instance, request, *in);
}
VNF_START(change_package)

static struct err *
change_flavour_input(struct tx *tx, struct op *op, const char *id,
                     const struct lcm_request *request, struct vnf_in **in,
                     const struct flow_type **type)
{
    struct vnf_instance *instance;

    TRY(input_begin(tx, op, id, &vnf_scale, request, in, type, &instance));
    return vnf_change_flavour_check(tx, instance, request, *in, type);
}
VNF_START(change_flavour)

static struct err *
change_connectivity_input(struct tx *tx, struct op *op, const char *id,
                          const struct lcm_request *request, struct vnf_in **in,
                          const struct flow_type **type)
{
    struct vnf_instance *instance;

    TRY(input_begin(tx, op, id, &vnf_change_connectivity, request, in, type, &instance));
    return vnf_change_connectivity_check(tx, instance, request, *in);
}
VNF_START(change_connectivity)

/* ---- plans ------------------------------------------------------------------------------------ */

static const struct instantiate_request *
instantiate_links(struct mem *mem, const void *request)
{
    (void)mem;
    return request;
}

static const struct instantiate_request *
change_connectivity_links(struct mem *mem, const void *request)
{
    return connectivity_links(mem, request);
}

static const struct instantiate_request *
change_package_links(struct mem *mem, const void *request)
{
    return package_links(mem, request);
}

static const struct instantiate_request *
change_flavour_links(struct mem *mem, const void *request)
{
    return flavour_links(mem, request);
}

#define PLANNABLE(word_, name, table_)                                                             \
    .word = word_, .member = "vnf_" #name, .request = &(table_), .vnf_input = name##_input,        \
    .start = vnf_##name##_start
const struct plannable vnf_plannables[] = {
    {PLANNABLE("INSTANTIATE", instantiate, instantiate_request_table), .links = instantiate_links},
    {PLANNABLE("SCALE", scale, scale_request_table)},
    {PLANNABLE("SCALE_TO_LEVEL", scale_to_level, scale_to_level_request_table)},
    {PLANNABLE("OPERATE", operate, operate_request_table)},
    {PLANNABLE("HEAL", heal, heal_request_table)},
    {PLANNABLE("CHANGE_VNFPKG", change_package, change_package_request_table),
     .links = change_package_links},
    {PLANNABLE("CHANGE_EXT_CONN", change_connectivity, change_connectivity_request_table),
     .links = change_connectivity_links},
    {PLANNABLE("CHANGE_FLAVOUR", change_flavour, change_flavour_request_table),
     .links = change_flavour_links},
    {PLANNABLE("TERMINATE", terminate, terminate_request_table)},
    {0},
};

/* ---- modification -------------------------------------------------------------------------- */

struct err *
client_data_merge(struct mem *mem, const char *name, const struct json *patch,
                  const struct json **data)
{
    size_t n;

    *data = json_merge(mem, *data, patch);
    n = strlen(json_text(mem, *data));
    if (n > CLIENT_DATA_MAX) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "%s would have %zu bytes with what is there already: %d are allowed", name,
                       n, CLIENT_DATA_MAX);
    }
    return NULL;
}

struct err *
vnf_modify_start(struct tx *tx, struct op *op, const char *id, const struct lcm_request *request,
                 const char **op_occ_id)
{
    struct vnf_in *in = row_new(tx_mem(tx), &vnf_in_table);
    struct vnf_instance *instance;

    TRY(instance_take(tx, op, id, &vnf_modify, in, &instance));
    TRY(resource_revision_check(op, instance));
    TRY(vnf_modify_check(tx, instance, request->row, in));
    in->request = request->body;
    return lcm_start(tx, op, &vnf_modify, in, in->project_id, op_occ_id);
}

/* ---- tasks on occurrences -----------------------------------------------------------------------
 */

struct err *
flow_task(struct tx *tx, struct flow_engine *engine, const char *id, const char *task,
          const char *cancel_mode)
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
    if (str_eq(task, "continue")) {
        return flow_continue(tx, engine, id);
    }
    if (str_eq(task, "cancel")) {
        return flow_cancel(tx, engine, id, str_eq(cancel_mode, FLOW_FORCEFUL));
    }
    return err_new(E_NOT_FOUND, NULL, "there is no task %s", task);
}

struct err *
lcm_may_roll_back(const char *operation, bool one_way)
{
    if (str_eq(operation, "TERMINATE")) {
        return err_new(E_CONFLICT, NULL, "a termination cannot be rolled back");
    }
    if (one_way) {
        return err_new(E_CONFLICT, NULL,
                       "%s that deletes %s cannot be rolled back: retry it, or fail it",
                       str_eq(operation, "HEAL")             ? "a healing"
                       : str_eq(operation, "UPDATE")         ? "an update"
                       : str_eq(operation, "CHANGE_FLAVOUR") ? "a change of the flavour"
                                                             : "a scaling",
                       str_eq(operation, "UPDATE") ? "what is there" : "servers");
    }
    return NULL;
}

struct err *
vnf_operation_task(struct tx *tx, struct op *op, const char *id, const char *task,
                   const char *cancel_mode)
{
    struct nfvo *nfvo = op->user;
    struct vnf_lcm_op_occ *occ;

    TRY(resource_get(tx, op, id, (void **)&occ));
    if (occ->ns_lcm_op_occ_id) {
        return err_new(E_CONFLICT, NULL, "operation %s is part of NS operation %s: use %s there",
                       id, occ->ns_lcm_op_occ_id, task);
    }
    if (str_eq(task, "rollback")) {
        TRY(lcm_may_roll_back(occ->operation, occ->one_way));
    }
    return flow_task(tx, nfvo->engine, id, task, cancel_mode);
}
