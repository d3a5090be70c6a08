/* NS update (SOL005 6.4.6), of which there is OPERATE_VNF: VNFs are stopped and started as SOL003
 * has it, in parallel.  A rollback starts what was stopped, and the other way round. */
#include "nfvo/flows.h"
#include "nfvo/request.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

/* ---- the request ------------------------------------------------------------------------- */

/* The OperateVnfRequest that it becomes. */
static struct err *
body_of(struct mem *mem, const struct operate_vnf_data *data, const struct json **body)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "changeStateTo", data->state);
    if (data->type) {
        jw_str(&w, "stopType", data->type);
    }
    if (data->timeout_s != INT_NULL) {
        jw_int(&w, "gracefulStopTimeout", data->timeout_s);
    }
    if (data->additional_params) {
        jw_json(&w, "additionalParams", data->additional_params);
    }
    jw_end(&w);
    return json_parse(mem, text.data, text.len, body);
}

static struct err *
vnf_check(struct tx *tx, const struct operate_vnf_data *data, struct ns_in *ns)
{
    struct operate_request *asked = row_new(tx_mem(tx), &operate_request_table);
    struct vnf_instance *vnf;
    struct vnf_in *in;

    TRY(ns_vnf_take(tx, ns, data->vnf_instance_id, &vnf, &in));
    asked->state = data->state;
    asked->type = data->type;
    asked->timeout_s = data->timeout_s;
    TRY(vnf_operate_check(tx, vnf, asked, in));
    return body_of(tx_mem(tx), data, &in->request);
}

struct err *
ns_update_check(struct tx *tx, const struct update_ns_request *request, struct ns_in *in)
{
    struct ns_made *made = row_new(tx_mem(tx), &ns_made_table);

    TRY(ns_instance_made(tx, in->ns_instance_id, made));
    for (size_t i = 0; i < request->operate.n; i++) {
        TRY_MSG(vnf_check(tx, request->operate.items[i], in), "operateVnfData[%zu]", i);
    }
    return NULL;
}

/* ---- the flow ---------------------------------------------------------------------------- */

static struct err *
update_run(struct flow *f, const void *arg)
{
    return ns_vnfs_run(f, arg, &vnf_operate_flow);
}

const struct flow_type ns_update_flow = {
    .name = "ns_update",
    .version = 1,
    .doc = "Stops and starts VNFs of a network service.",
    .in = &ns_in_table,
    .run = update_run,
    .state_changed = ns_op_state_changed,
};
