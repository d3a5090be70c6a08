/* NS healing by its VNFs (SOL005 6.4.7, healVnfData): each is healed as SOL003 has it, in parallel.
 * Servers come back at their ports, so that chains and remote sites are not touched. */
#include "nfvo/flows.h"
#include "nfvo/place.h"
#include "nfvo/repair.h"
#include "nfvo/request.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

/* ---- the request ------------------------------------------------------------------------- */

struct err *
heal_body(struct mem *mem, const struct strs *vnfcs, const char *cause, const struct json *params,
          const struct json **body)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    if (vnfcs->n > 0) {
        jw_array(&w, "vnfcInstanceId");
        for (size_t i = 0; i < vnfcs->n; i++) {
            jw_str(&w, NULL, vnfcs->items[i]);
        }
        jw_end(&w);
    }
    if (cause) {
        jw_str(&w, "cause", cause);
    }
    if (params) {
        jw_json(&w, "additionalParams", params);
    }
    jw_end(&w);
    return json_parse(mem, text.data, text.len, body);
}

static struct err *
vnf_check(struct tx *tx, const struct heal_vnf_data *data, struct ns_in *ns)
{
    struct vnf_instance *vnf;
    struct vnf_in *in;

    TRY(ns_vnf_take(tx, ns, data->vnf_instance_id, &vnf, &in));
    TRY(vnf_heal_check(tx, vnf, &data->vnfcs, in));
    return heal_body(tx_mem(tx), &data->vnfcs, data->cause, data->additional_params, &in->request);
}

/* The service as a whole: by what was there before, not by actions or scripts of an NSD. */
static struct err *
whole_check(struct tx *tx, const struct heal_ns_request *request, const struct ns_in *in)
{
    const char *degree = json_get_str(request->ns_data, REPAIR_DEGREE);

    if (!str_eq(degree, REPAIR_RESTORE) || json_get(request->ns_data, "actionsHealing") ||
        json_get(request->ns_data, "healScript")) {
        return err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                       "healNsData: no NSD has actions or scripts that are supported; "
                       "degreeHealing " REPAIR_RESTORE " makes again what sites have lost, "
                       "healVnfData heals VNFs");
    }
    if (request->vnfs.n > 0) {
        return err_new(E_UNPROCESSABLE, NULL, "one of healNsData and healVnfData is needed");
    }
    TRY_MSG(repair_params_check(json_get(request->ns_data, "additionalParamsforNs")),
            "additionalParamsforNs");
    return repair_check(tx, in->ns_instance_id, NULL);
}

struct err *
ns_heal_check(struct tx *tx, const struct heal_ns_request *request, struct ns_in *in,
              const struct flow_type **type)
{
    struct ns_made *made = row_new(tx_mem(tx), &ns_made_table);

    if (request->ns_data) {
        *type = &ns_repair_flow;
        return whole_check(tx, request, in);
    }
    *type = &ns_heal_flow;
    if (request->vnfs.n == 0) {
        return err_new(E_UNPROCESSABLE, NULL, "healVnfData is needed");
    }
    TRY(ns_instance_made(tx, in->ns_instance_id, made));
    for (size_t i = 0; i < request->vnfs.n; i++) {
        TRY_MSG(vnf_check(tx, request->vnfs.items[i], in), "healVnfData[%zu]", i);
    }
    return NULL;
}

/* ---- the flow ---------------------------------------------------------------------------- */

static const char *
label_of(struct flow *f, const struct vnf_in *in)
{
    return flow_label(f, "vnf %s", in->vnf_instance_id);
}

struct err *
ns_vnfs_run(struct flow *f, const struct ns_in *in, const struct flow_type *type)
{
    struct ns_scaled *changed = row_new(flow_mem(f), &ns_scaled_table);

    for (size_t i = 0; i < in->scaled.n; i++) {
        struct vnf_in *vnf = row_copy(flow_mem(f), in->scaled.items[i]);
        const char *label = label_of(f, vnf);

        vnf->ns_lcm_op_occ_id = flow_self(f);
        TRY(flow_spawn_as(f, label, type, flow_id(f, label), vnf));
    }
    TRY(flow_join_all(f));
    changed->ns_instance_id = in->ns_instance_id;
    changed->project_id = in->project_id;
    return flow_step(f, "instance", &ns_scaled, changed, NULL);
}

static struct err *
heal_run(struct flow *f, const void *arg)
{
    return ns_vnfs_run(f, arg, &vnf_heal_flow);
}

const struct flow_type ns_heal_flow = {
    .name = "ns_heal",
    .version = 1,
    .doc = "Heals VNFs of a network service.",
    .in = &ns_in_table,
    .run = heal_run,
    .spares = ns_spares,
    .state_changed = ns_op_state_changed,
    .no_rollback = true,
};
