/* Operations on a VNF instance as clients ask for them (SOL003 5.4.4-5.4.17): the
 * request becomes the input of a flow in the same transaction that checks the
 * instance's state, so that two of them cannot both be taken. */
#include "nfvo/nfvo.h"
#include "vnfm/flows.h"
#include "vnfm/request_check.h"
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

/* ---- starting ------------------------------------------------------------------------------- */

enum { VNF_INSTANTIATE, VNF_TERMINATE };
static const struct vnf_operation {
    const struct flow_type *type;
    const char *state; /* That the instance has to be in. */
} operations[] = {
    [VNF_INSTANTIATE] = {&vnf_instantiate_flow, "NOT_INSTANTIATED"},
    [VNF_TERMINATE] = {&vnf_terminate_flow, "INSTANTIATED"},
};

/* Which instance, by whom it may be operated on, and that it is free for it. */
static struct err *
instance_take(struct tx *tx, struct op *op, const char *id, const struct vnf_operation *operation,
              struct vnf_in *in)
{
    struct vnf_instance *instance;

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
    return NULL;
}

static struct err *
start(struct tx *tx, struct op *op, const struct vnf_operation *operation, struct vnf_in *in,
      const char **op_occ_id)
{
    struct nfvo *nfvo = op->user;
    struct flow_start start = {
        .type = operation->type, .in = in, .project_id = in->project_id};

    return flow_start(tx, nfvo->engine, &start, op_occ_id);
}

struct err *
vnf_instantiate_start(struct tx *tx, struct op *op, const char *id,
                      const struct lcm_request *request, const char **op_occ_id)
{
    struct vnf_in *in = row_new(tx_mem(tx), &vnf_in_table);

    TRY(instance_take(tx, op, id, &operations[VNF_INSTANTIATE], in));
    in->request = request->body;
    TRY(instantiate_check(tx, request->row, request->seen, request->n_seen, in));
    return start(tx, op, &operations[VNF_INSTANTIATE], in, op_occ_id);
}

struct err *
vnf_terminate_start(struct tx *tx, struct op *op, const char *id,
                    const struct lcm_request *request, const char **op_occ_id)
{
    const struct terminate_request *asked = request->row;
    struct vnf_in *in = row_new(tx_mem(tx), &vnf_in_table);

    TRY(instance_take(tx, op, id, &operations[VNF_TERMINATE], in));
    in->request = request->body;
    in->graceful = str_eq(asked->type, "GRACEFUL");
    in->timeout_s = asked->timeout_s == INT_NULL ? GRACEFUL_TIMEOUT_S : asked->timeout_s;
    return start(tx, op, &operations[VNF_TERMINATE], in, op_occ_id);
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
