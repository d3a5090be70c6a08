/* A request to scale VNFs of an NS, held against the NS, its VNFs and their VNFDs before
 * anything is started; each becomes the input of a scaling of that VNF (SOL003). */
#include "nfvo/flows.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "vnfm/vnfm.h"

struct checking {
    struct tx *tx;
    struct ns_in *in;
    struct steering steering; /* its plan is the record's; sites are looked at by the flow */
    int64_t drain_s;          /* of the VNF at hand */
    bool shrinks;
};

/* ---- the SOL003 request that each becomes ---------------------------------------------- */

static void
params_write(struct checking *c, struct jw *w, const struct json *params)
{
    const struct json *drain = json_get(params, NS_DRAIN_PARAM);

    if (params) {
        jw_json(w, "additionalParams", params);
    }
    c->drain_s = drain ? json_int(drain, NS_DRAIN_S) : NS_DRAIN_S;
}

static struct err *
by_step_body(struct checking *c, const char *type, const struct scale_by_step_data *data,
             const struct json **body)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "type", type);
    jw_str(&w, "aspectId", data->aspect);
    jw_int(&w, "numberOfSteps", data->steps);
    params_write(c, &w, data->additional_params);
    jw_end(&w);
    return json_parse(tx_mem(c->tx), text.data, text.len, body);
}

static struct err *
to_level_body(struct checking *c, const struct scale_to_level_data *data, const struct json **body)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    if (data->level_id) {
        jw_str(&w, "instantiationLevelId", data->level_id);
    } else {
        jw_array(&w, "scaleInfo");
        for (size_t i = 0; i < data->scales.n; i++) {
            const struct scale_info *info = data->scales.items[i];

            jw_object(&w, NULL);
            jw_str(&w, "aspectId", info->aspect);
            jw_int(&w, "scaleLevel", info->level);
            jw_end(&w);
        }
        jw_end(&w);
    }
    params_write(c, &w, data->additional_params);
    jw_end(&w);
    return json_parse(tx_mem(c->tx), text.data, text.len, body);
}

/* ---- one VNF --------------------------------------------------------------------------- */

static struct err *
by_step(struct checking *c, const struct vnf_instance *vnf, const struct scale_vnf_data *data,
        struct vnf_in *in, const struct flow_type **type)
{
    const struct scale_by_step_data *steps = data->by_step.items[0];
    struct scale_request *request = row_new(tx_mem(c->tx), &scale_request_table);

    request->type = data->type;
    request->aspect = steps->aspect;
    request->steps = steps->steps;
    TRY(by_step_body(c, data->type, steps, &in->request));
    return vnf_scale_check(c->tx, vnf, request, in, type);
}

static struct err *
to_level(struct checking *c, const struct vnf_instance *vnf, const struct scale_vnf_data *data,
         struct vnf_in *in, const struct flow_type **type)
{
    const struct scale_to_level_data *level = data->to_level.items[0];
    struct scale_to_level_request *request = row_new(tx_mem(c->tx), &scale_to_level_request_table);

    request->level_id = level->level_id;
    request->scales = level->scales;
    TRY(to_level_body(c, level, &in->request));
    return vnf_scale_to_level_check(c->tx, vnf, request, in, type);
}

/* Which of the two data a type needs: the other is not for it. */
static struct err *
data_check(const struct scale_vnf_data *data)
{
    bool steps = str_eq(data->type, "SCALE_OUT") || str_eq(data->type, "SCALE_IN");
    const struct scale_to_level_data *level = data->to_level.n ? data->to_level.items[0] : NULL;

    if (data->by_step.n != (steps ? 1 : 0) || data->to_level.n != (steps ? 0 : 1)) {
        return err_new(E_UNPROCESSABLE, NULL, "%s needs %s, and nothing else", data->type,
                       steps ? "scaleByStepData" : "scaleToLevelData");
    }
    if (level && str_eq(data->type, "SCALE_TO_INSTANTIATION_LEVEL") != (level->level_id != NULL)) {
        return err_new(E_UNPROCESSABLE, NULL, "%s needs %s in scaleToLevelData", data->type,
                       level->level_id ? "vnfScaleInfo" : "vnfInstantiationLevelId");
    }
    return NULL;
}

static struct err *
vnf_find(struct tx *tx, const struct ns_in *ns, const char *id, struct vnf_instance **vnf)
{
    struct cond of_ns[] = {COND("id", id), COND("ns_instance_id", ns->ns_instance_id), {0}};

    TRY(row_find(tx, &vnf_instance_table, of_ns, vnf));
    if (!*vnf) {
        return err_new(E_UNPROCESSABLE, NULL, "the NS has no VNF instance %s", id);
    }
    for (size_t i = 0; i < ns->scaled.n; i++) {
        const struct vnf_in *other = ns->scaled.items[i];

        if (str_eq(other->vnf_instance_id, id)) {
            return err_new(E_UNPROCESSABLE, NULL, "VNF instance %s is given twice", id);
        }
    }
    return NULL;
}

struct err *
ns_vnf_take(struct tx *tx, struct ns_in *ns, const char *id, struct vnf_instance **vnf,
            struct vnf_in **out)
{
    struct vnf_in *in = row_new(tx_mem(tx), &vnf_in_table);
    struct site *site = NULL;

    TRY(vnf_find(tx, ns, id, vnf));
    TRY(vnf_operation_free(tx, (*vnf)->id));
    vnf_in_fill(*vnf, in);
    if (in->vnfm && in->site) { /* Its VNFM is told of the site by name. */
        TRY(row_get(tx, &site_table, in->site, &site));
        in->site_name = site->name;
    }
    place_add(tx_mem(tx), &ns->scaled, in);
    *out = in;
    return NULL;
}

static struct err *
ends_check(const struct checking *c, const char *vnf_instance_id)
{
    const struct rows *vnfs = &c->steering.plan->vnfs;

    for (size_t i = 0; i < vnfs->n; i++) {
        const struct plan_vnf *vnf = vnfs->items[i];

        if (str_eq(vnf->vnf_instance_id, vnf_instance_id)) {
            return steer_ends_check(&c->steering, vnf);
        }
    }
    return NULL;
}

static struct err *
vnf_check(struct checking *c, const struct scale_vnf_data *data)
{
    const struct flow_type *type = NULL;
    struct vnf_instance *vnf;
    struct vnf_in *in;

    TRY(data_check(data));
    TRY(ns_vnf_take(c->tx, c->in, data->vnf_instance_id, &vnf, &in));
    TRY(ends_check(c, vnf->id));
    TRY(data->by_step.n ? by_step(c, vnf, data, in, &type) : to_level(c, vnf, data, in, &type));
    if (type->no_rollback) {
        /* All leave at once: whoever needs the longest has it. */
        c->in->drain_s = c->shrinks && c->in->drain_s > c->drain_s ? c->in->drain_s : c->drain_s;
        c->shrinks = true;
    }
    return NULL;
}

/* ---- the request ------------------------------------------------------------------------- */

static struct err *
vnfs_check(struct tx *tx, const struct scale_ns_request *request, struct ns_in *in,
           const struct flow_type **type)
{
    struct ns_made *made = row_new(tx_mem(tx), &ns_made_table);
    struct ns_plan *plan = row_new(tx_mem(tx), &ns_plan_table);
    struct checking c = {.tx = tx, .in = in, .steering = {.plan = plan}};

    TRY(ns_instance_made(tx, in->ns_instance_id, made));
    plan->vnfs = made->vnfs;
    plan->paths = made->paths;
    for (size_t i = 0; i < request->vnfs.n; i++) {
        TRY_MSG(vnf_check(&c, request->vnfs.items[i]), "scaleVnfData[%zu]", i);
    }
    *type = c.shrinks ? &ns_scale_in_flow : &ns_scale_out_flow;
    return NULL;
}

struct err *
ns_scale_check(struct tx *tx, const struct scale_ns_request *request, struct ns_in *in,
               const struct flow_type **type)
{
    bool of_ns = str_eq(request->type, "SCALE_NS");

    if ((request->vnfs.n > 0) == of_ns || (request->ns_data.n > 0) != of_ns) {
        return err_new(E_UNPROCESSABLE, NULL, "scaleType %s needs %s, and no %s", request->type,
                       of_ns ? "scaleNsData" : "scaleVnfData",
                       of_ns ? "scaleVnfData" : "scaleNsData");
    }
    return of_ns ? ns_level_check(tx, request->ns_data.items[0], in, type)
                 : vnfs_check(tx, request, in, type);
}
