/* NS instances and their operations as clients see them (SOL005 clause 6): rows,
 * what may be asked in which state, and occurrences that follow their flows. */
#include "base/log.h"
#include "nfvo/flows.h"
#include "nfvo/place.h"
#include "nfvo/stored_plan.h"
#include "vnfm/vnfm.h"

#include <string.h>

/* ---- instances ---------------------------------------------------------------------------- */

static struct err *
usage_set(struct tx *tx, const char *nsd_info_id, const char *state)
{
    struct ns_descriptor *old, *descriptor;

    TRY(row_get(tx, &ns_descriptor_table, nsd_info_id, &old));
    descriptor = row_copy(tx_mem(tx), old);
    descriptor->usage_state = state;
    return row_update(tx, old, descriptor);
}

static struct err *
before_create(struct tx *tx, struct op *op, void *row)
{
    struct ns_instance *ns = row;
    struct ns_descriptor *descriptor = NULL;

    TRY(owner_set(op, &ns->project_id));
    TRY(ns_descriptor_find(tx, ns->project_id, ns->nsd_id, &descriptor));
    if (!str_eq(descriptor->operational_state, "ENABLED")) {
        return err_new(E_UNPROCESSABLE, NULL, "NSD %s is DISABLED", descriptor->id);
    }
    ns->nsd_info_id = descriptor->id;
    return usage_set(tx, descriptor->id, "IN_USE");
}

static const struct lcm_kind ns_kind = {
    .name = "NS instance",
    .instances = &ns_instance_table,
    .state = "ns_state",
    .operations = &ns_lcm_op_occ_table,
    .instance = "ns_instance_id",
};

struct err *
ns_operation_free(struct tx *tx, const char *ns_instance_id)
{
    return lcm_free(tx, &ns_kind, ns_instance_id);
}

static struct err *nested_check(const struct ns_instance *ns);

static struct err *
before_delete(struct tx *tx, struct op *op, const void *row)
{
    const struct ns_instance *ns = row;

    (void)op;
    TRY(nested_check(ns));
    if (!str_eq(ns->ns_state, "NOT_INSTANTIATED")) {
        return err_new(E_CONFLICT, NULL, "NS instance %s is INSTANTIATED: terminate it first",
                       ns->id);
    }
    return lcm_free(tx, &ns_kind, ns->id);
}

/* Of no instance, and of none that an operation is yet to make. */
static struct err *
nsd_release(struct tx *tx, const char *nsd_info_id)
{
    struct cond of_nsd[] = {COND("nsd_info_id", nsd_info_id), {0}};
    struct cond nesting[] = {COND("nested_nsds", nsd_info_id), {0}};
    struct query instances = {.table = &ns_instance_table, .conds = of_nsd};
    struct query operations = {.table = &ns_lcm_op_occ_table, .conds = nesting};
    int64_t n, n_nesting;

    TRY(rows_count(tx, &instances, &n));
    TRY(rows_count(tx, &operations, &n_nesting));
    return n + n_nesting == 0 ? usage_set(tx, nsd_info_id, "NOT_IN_USE") : NULL;
}

static struct err *
after_delete(struct tx *tx, struct op *op, const void *row)
{
    (void)op;
    return nsd_release(tx, ((const struct ns_instance *)row)->nsd_info_id);
}

struct err *
ns_instance_add(struct tx *tx, struct ns_instance *ns)
{
    TRY(row_insert(tx, ns));
    return usage_set(tx, ns->nsd_info_id, "IN_USE");
}

struct err *
ns_instance_drop(struct tx *tx, const struct ns_instance *ns)
{
    TRY(row_delete(tx, &ns_instance_table, ns->id));
    return nsd_release(tx, ns->nsd_info_id);
}

/* It comes and goes with the NS that it is part of. */
static struct err *
nested_check(const struct ns_instance *ns)
{
    if (ns->nested_taken) {
        return err_new(E_CONFLICT, NULL,
                       "NS instance %s is nested in NS instance %s: take it out of that first, by an "
                       "update REMOVE_NESTED_NS",
                       ns->id, ns->nested_in);
    }
    return ns->nested_in ? err_new(E_CONFLICT, NULL,
                                   "NS instance %s is nested in NS instance %s, and goes with it",
                                   ns->id, ns->nested_in)
                         : NULL;
}

/* SOL005's handles of resources name the VIM where SOL003's name a connection to it. */
static void
handles_write(struct jw *w, const char *key, const struct json *json)
{
    bool object = json_is(json, JSON_T_OBJECT);

    key = key && str_eq(key, "vimConnectionId") ? "vimId" : key;
    if (!object && !json_is(json, JSON_T_ARRAY)) {
        jw_json(w, key, json);
        return;
    }
    if (object) {
        jw_object(w, key);
    } else {
        jw_array(w, key);
    }
    for (size_t i = 0; i < json->n; i++) {
        handles_write(w, object ? json->keys[i] : NULL, json->items[i]);
    }
    jw_end(w);
}

/* What clients say of it, as SOL005's VnfInstance has it; its profile is among the metadata. */
static void
said_write(struct jw *w, const struct vnf_instance *vnf)
{
    if (vnf->name) {
        jw_str(w, "vnfInstanceName", vnf->name);
    }
    if (vnf->description) {
        jw_str(w, "vnfInstanceDescription", vnf->description);
    }
    jw_object(w, "metadata");
    json_each (vnf->metadata, i) {
        if (!str_eq(vnf->metadata->keys[i], "vnfProfileId")) {
            jw_json(w, vnf->metadata->keys[i], vnf->metadata->items[i]);
        }
    }
    jw_str(w, "vnfProfileId", vnf->vnf_profile_id);
    jw_end(w);
    if (vnf->configurable) {
        jw_json(w, "vnfConfigurableProperties", vnf->configurable);
    }
    if (vnf->extensions) {
        jw_json(w, "extensions", vnf->extensions);
    }
}

/* The VNF instances of an NS, as SOL005's VnfInstance shows them. */
static void
vnf_write(struct jw *w, const struct vnf_instance *vnf)
{
    jw_object(w, NULL);
    jw_str(w, "id", vnf->id);
    said_write(w, vnf);
    jw_str(w, "vnfdId", vnf->vnfd_id);
    jw_str(w, "vnfProvider", vnf->vnf_provider);
    jw_str(w, "vnfProductName", vnf->vnf_product_name);
    jw_str(w, "vnfSoftwareVersion", vnf->vnf_software_version);
    jw_str(w, "vnfdVersion", vnf->vnfd_version);
    jw_str(w, "vnfPkgId", vnf->package_id);
    jw_str(w, "instantiationState", vnf->instantiation_state);
    if (vnf->vim_connection_info && vnf->site_id) {
        jw_str(w, "vimId", vnf->site_id);
    }
    if (vnf->instantiated_info) {
        handles_write(w, "instantiatedVnfInfo", vnf->instantiated_info);
    }
    jw_end(w);
}

static struct err *
nested_show(struct tx *tx, struct ns_instance *ns)
{
    struct cond of_ns[] = {COND("nested_in", ns->id), {0}};
    struct sort by_name[] = {{.attr = "name"}, {0}};
    struct query query = {.table = &ns_instance_table, .conds = of_ns, .sorts = by_name};
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    struct rows nested;

    TRY(rows_select(tx, &query, &nested));
    if (nested.n == 0) {
        return NULL;
    }
    jw_array(&w, NULL);
    for (size_t i = 0; i < nested.n; i++) {
        jw_str(&w, NULL, ((const struct ns_instance *)nested.items[i])->id);
    }
    jw_end(&w);
    return json_parse(tx_mem(tx), text.data, text.len, &ns->nested_ids);
}

static struct err *
before_show(struct tx *tx, struct op *op, void **rows, size_t n)
{
    (void)op;
    for (size_t i = 0; i < n; i++) {
        struct ns_instance *ns = rows[i];
        struct cond of_ns[] = {COND("ns_instance_id", ns->id), {0}};
        struct sort by_name[] = {{.attr = "name"}, {0}};
        struct query query = {.table = &vnf_instance_table, .conds = of_ns, .sorts = by_name};
        AUTO_BUF text = BUF_INIT;
        struct jw w = jw_to(&text);
        struct rows vnfs;

        TRY(rows_select(tx, &query, &vnfs));
        jw_array(&w, NULL);
        for (size_t j = 0; j < vnfs.n; j++) {
            vnf_write(&w, vnfs.items[j]);
        }
        jw_end(&w);
        TRY(json_parse(tx_mem(tx), text.data, text.len, &ns->vnf_instances));
        TRY(nested_show(tx, ns));
    }
    return NULL;
}

const struct resource ns_instance_resource = {
    .table = &ns_instance_table,
    .singular = "ns_instance",
    .plural = "ns_instances",
    .doc = "NS instances (SOL005 clause 6).",
    .flags = RESOURCE_NO_UPDATE | RESOURCE_REVISION,
    .rule_create = "writer",
    .hooks = {.before_create = before_create,
              .before_delete = before_delete,
              .after_delete = after_delete,
              .before_show = before_show},
};

const struct resource ns_lcm_op_occ_resource = {
    .table = &ns_lcm_op_occ_table,
    .singular = "ns_lcm_op_occ",
    .plural = "ns_lcm_op_occs",
    .doc = "Operations on NS instances (SOL005 clause 6).",
    .flags = RESOURCE_FIXED,
};

/* ---- starting -------------------------------------------------------------------------------- */

static const struct lcm_operation ns_instantiate = {&ns_kind, &ns_instantiate_flow,
                                                    "NOT_INSTANTIATED"},
                                  ns_terminate = {&ns_kind, &ns_terminate_flow, "INSTANTIATED"},
                                  ns_scale = {&ns_kind, &ns_scale_out_flow, "INSTANTIATED"},
                                  ns_heal = {&ns_kind, &ns_heal_flow, "INSTANTIATED"},
                                  ns_update = {&ns_kind, &ns_update_flow, "INSTANTIATED"};

/* While something is done with an NS around, nothing is with those in it: its rollback, or its end,
 * would not know of that. */
static struct err *
around_free(struct tx *tx, const struct ns_instance *ns)
{
    struct ns_instance *around;

    for (const char *id = ns->nested_in; id; id = around->nested_in) {
        TRY(lcm_free(tx, &ns_kind, id));
        TRY(row_get(tx, &ns_instance_table, id, &around));
    }
    return NULL;
}

static struct err *
instance_take(struct tx *tx, struct op *op, const char *id, const struct lcm_operation *operation,
              struct ns_in *in)
{
    struct ns_instance *ns;

    TRY(lcm_take(tx, op, operation, id, (void **)&ns));
    TRY(around_free(tx, ns));
    TRY(ns_inside_free(tx, ns));
    TRY(repair_free(tx, ns->id));
    if (operation == &ns_instantiate || operation == &ns_terminate) {
        TRY(nested_check(ns));
    } else {
        TRY(ns_around_fill(tx, ns, in));
    }
    in->ns_instance_id = ns->id;
    in->project_id = ns->project_id;
    in->nsd_info_id = ns->nsd_info_id;
    in->name = str_empty(ns->name) ? ns->id : ns->name;
    return NULL;
}

#define START_DAYS 365

/* When it is to begin; until then it is under way, and nothing else begins on the instance. */
static struct err *
start_take(struct tx *tx, int64_t start_at, struct ns_in *in)
{
    int64_t in_us = start_at == TIME_NULL ? 0 : start_at - tx_now(tx);

    in->start_at = in_us > 0 ? start_at : TIME_NULL;
    return in_us > INT64_C(1000000) * 86400 * START_DAYS
               ? err_new(E_UNPROCESSABLE, NULL, "it would begin in more than %d days", START_DAYS)
               : NULL;
}

struct err *
ns_hold(struct flow *f, const struct ns_in *in)
{
    return in->start_at == TIME_NULL ? NULL : flow_until(f, "its time", in->start_at);
}

struct err *
ns_instantiate_input(struct tx *tx, struct op *op, const char *id,
                     const struct lcm_request *request, struct ns_in **out)
{
    const struct instantiate_ns_request *body = request->row;
    struct ns_in *in = row_new(tx_mem(tx), &ns_in_table);
    struct err *faults;
    struct nsd *nsd;

    TRY(instance_take(tx, op, id, &ns_instantiate, in));
    TRY(nsd_load(tx, in->nsd_info_id, &nsd));
    in->request = request->body;
    faults = start_take(tx, body->start_at, in);
    faults = err_join(faults, ns_instantiate_check(tx, in->project_id, nsd, body));
    faults = err_join(faults, ns_pnfs_check(tx, nsd, body, in));
    faults = err_join(faults, ns_links_fill(tx, body->params, in));
    faults = err_join(faults, ns_nest_fill(tx, nsd, body, in));
    faults = err_join(faults, ns_adopt_fill(tx, nsd, body, in));
    TRY(err_join(faults, ns_nested_fill(tx, nsd, in)));
    *out = in;
    return NULL;
}

struct err *
ns_instantiate_start(struct tx *tx, struct op *op, const char *id,
                     const struct lcm_request *request, const char **op_occ_id)
{
    struct ns_in *in = NULL;

    TRY(ns_instantiate_input(tx, op, id, request, &in));
    return lcm_start(tx, op, &ns_instantiate, in, in->project_id, op_occ_id);
}

static struct err *
terminate_input(struct tx *tx, struct op *op, const char *id, const struct lcm_request *request,
                struct ns_in **out, const struct flow_type **type)
{
    struct ns_in *in = row_new(tx_mem(tx), &ns_in_table);
    struct err *late;

    TRY(instance_take(tx, op, id, &ns_terminate, in));
    TRY(ns_vnfs_rest(tx, id));
    late = start_take(tx, ((const struct terminate_ns_request *)request->row)->start_at, in);
    TRY(err_join(ns_terminate_check(tx, id, request->row), late));
    in->request = request->body;
    TRY(ns_nested_ends(tx, in));
    *type = &ns_terminate_flow;
    *out = in;
    return NULL;
}

struct err *
ns_terminate_start(struct tx *tx, struct op *op, const char *id, const struct lcm_request *request,
                   const char **op_occ_id)
{
    const struct flow_type *type = NULL;
    struct ns_in *in = NULL;

    TRY(terminate_input(tx, op, id, request, &in, &type));
    return lcm_start(tx, op, &ns_terminate, in, in->project_id, op_occ_id);
}

struct err *
ns_scale_input(struct tx *tx, struct op *op, const char *id, const struct lcm_request *request,
               struct ns_in **out, const struct flow_type **type)
{
    struct ns_in *in = row_new(tx_mem(tx), &ns_in_table);
    struct err *late;

    TRY(instance_take(tx, op, id, &ns_scale, in));
    late = start_take(tx, ((const struct scale_ns_request *)request->row)->start_at, in);
    TRY(err_join(ns_scale_check(tx, request->row, in, type), late));
    in->request = request->body;
    *out = in;
    return NULL;
}

struct err *
ns_scale_start(struct tx *tx, struct op *op, const char *id, const struct lcm_request *request,
               const char **op_occ_id)
{
    struct lcm_operation operation = ns_scale;
    struct ns_in *in = NULL;

    TRY(ns_scale_input(tx, op, id, request, &in, &operation.type));
    return lcm_start(tx, op, &operation, in, in->project_id, op_occ_id);
}

static struct err *
heal_input(struct tx *tx, struct op *op, const char *id, const struct lcm_request *request,
           struct ns_in **out, const struct flow_type **type)
{
    struct ns_in *in = row_new(tx_mem(tx), &ns_in_table);

    TRY(instance_take(tx, op, id, &ns_heal, in));
    TRY(ns_heal_check(tx, request->row, in, type));
    in->request = request->body;
    *out = in;
    return NULL;
}

struct err *
ns_heal_start(struct tx *tx, struct op *op, const char *id, const struct lcm_request *request,
              const char **op_occ_id)
{
    struct lcm_operation operation = ns_heal;
    struct ns_in *in = NULL;

    TRY(heal_input(tx, op, id, request, &in, &operation.type));
    return lcm_start(tx, op, &operation, in, in->project_id, op_occ_id);
}

struct err *
ns_update_input(struct tx *tx, struct op *op, const char *id, const struct lcm_request *request,
                struct ns_in **out, const struct flow_type **type)
{
    struct ns_in *in = row_new(tx_mem(tx), &ns_in_table);
    struct err *late;

    TRY(instance_take(tx, op, id, &ns_update, in));
    in->request = request->body;
    late = start_take(tx, ((const struct update_ns_request *)request->row)->start_at, in);
    TRY(err_join(ns_update_check(tx, request->row, in, type), late));
    TRY(ns_inside_free_for(tx, in));
    *out = in;
    return NULL;
}

struct err *
ns_update_start(struct tx *tx, struct op *op, const char *id, const struct lcm_request *request,
                const char **op_occ_id)
{
    struct lcm_operation operation = ns_update;
    struct ns_in *in = NULL;

    TRY(ns_update_input(tx, op, id, request, &in, &operation.type));
    return lcm_start(tx, op, &operation, in, in->project_id, op_occ_id);
}

static struct err *
instantiate_input(struct tx *tx, struct op *op, const char *id, const struct lcm_request *request,
                  struct ns_in **out, const struct flow_type **type)
{
    *type = &ns_instantiate_flow;
    return ns_instantiate_input(tx, op, id, request, out);
}

const struct plannable ns_plannables[] = {
    {"INSTANTIATE", "request", &instantiate_ns_request_table, .ns_input = instantiate_input,
     .start = ns_instantiate_start},
    {"SCALE", "scale", &scale_ns_request_table, .ns_input = ns_scale_input,
     .start = ns_scale_start},
    {"HEAL", "heal", &heal_ns_request_table, .ns_input = heal_input, .start = ns_heal_start},
    {"UPDATE", "update", &update_ns_request_table, .ns_input = ns_update_input,
     .start = ns_update_start},
    {"TERMINATE", "terminate", &terminate_ns_request_table, .ns_input = terminate_input,
     .start = ns_terminate_start},
    {0},
};

struct operation {
    const struct flow_type *type;
    const char *word;
};
static const struct operation *operation_of(const struct flow_row *flow);

struct err *
ns_operation_task(struct tx *tx, struct op *op, const char *id, const char *task,
                  const char *cancel_mode)
{
    struct nfvo *nfvo = op->user;
    struct ns_lcm_op_occ *occ;
    struct flow_row *flow;

    TRY(resource_get(tx, op, id, (void **)&occ));
    TRY(row_get(tx, &flow_table, id, &flow));
    if (flow->parent_id) {
        return err_new(E_CONFLICT, NULL, "operation %s is part of NS operation %s: use %s there",
                       id, flow->parent_id, task);
    }
    if (str_eq(task, "rollback")) {
        TRY(lcm_may_roll_back(occ->operation, occ->one_way));
    }
    if (str_eq(task, "continue")) {
        TRY(ns_continue_check(tx, operation_of(flow)->type, flow));
    }
    return flow_task(tx, nfvo->engine, id, task, cancel_mode);
}

/* ---- occurrences
 * ------------------------------------------------------------------------------------ */

static const struct operation operations[] = {
    {&ns_instantiate_flow, "INSTANTIATE"},
    {&ns_scale_out_flow, "SCALE"},
    {&ns_scale_in_flow, "SCALE"},
    {&ns_scale_up_flow, "SCALE"},
    {&ns_scale_down_flow, "SCALE"},
    {&ns_heal_flow, "HEAL"},
    {&ns_repair_flow, "HEAL"},
    {&ns_update_flow, "UPDATE"},
    {&ns_connect_flow, "UPDATE"},
    {&ns_flavour_grow_flow, "UPDATE"},
    {&ns_flavour_change_flow, "UPDATE"},
    {&ns_adopt_flow, "UPDATE"},
    {&ns_pnfs_flow, "UPDATE"},
    {&ns_nest_flow, "UPDATE"},
    {&ns_unnest_flow, "UPDATE"},
    {&ns_grow_flow, "UPDATE"},
    {&ns_shrink_flow, "UPDATE"},
    {&ns_terminate_flow, "TERMINATE"},
};

static const struct operation *
operation_of(const struct flow_row *flow)
{
    size_t i = 0;

    while (i + 1 < sizeof operations / sizeof *operations &&
           !str_eq(flow->type, operations[i].type->name)) {
        i++;
    }
    return &operations[i];
}

static struct err *
op_occ_insert(struct tx *tx, const struct flow_row *flow)
{
    struct ns_lcm_op_occ *occ = row_new(tx_mem(tx), &ns_lcm_op_occ_table);
    struct ns_in *in = NULL;

    TRY(ns_input_read(tx, flow, &in));
    occ->id = flow->id;
    occ->project_id = in->project_id;
    occ->operation_state = flow->state;
    occ->state_entered_time = occ->start_time = tx_now(tx);
    occ->ns_instance_id = in->ns_instance_id;
    occ->operation = operation_of(flow)->word;
    occ->is_automatic = flow->parent_id != NULL;
    occ->one_way = operation_of(flow)->type->no_rollback;
    occ->operation_params = in->request;
    TRY(ns_nested_nsds(tx_mem(tx), in, &occ->nested_nsds));
    for (size_t i = 0; i < occ->nested_nsds.n; i++) {
        TRY(usage_set(tx, occ->nested_nsds.items[i], "IN_USE"));
    }
    return row_insert(tx, occ);
}

/* One that went on without what failed is completed in part. */
static const char *
state_of(const struct flow_row *flow)
{
    return flow->continued && flow_row_state(flow) == FLOW_COMPLETED ? "PARTIALLY_COMPLETED"
                                                                     : flow->state;
}

/* Only where that is sure: what is told here does not keep an operation from resting. */
static bool
may_continue(struct tx *tx, const struct flow_row *flow)
{
    struct err *err = ns_continue_check(tx, operation_of(flow)->type, flow);
    bool may = err == NULL && !flow->parent_id; /* A part goes on with the whole. */

    if (err && !err_is(err, E_NOT_FOUND) && !err_is(err, E_CONFLICT)) {
        log_warn("nfvo", "operation %s is not said to be able to continue: %s", flow->id,
                 err_full(tx_mem(tx), err));
    }
    err_ignore(err, "it is told by what the occurrence links to");
    return may;
}

static bool
has_changes(enum flow_state state)
{
    return state != FLOW_STARTING && state != FLOW_PROCESSING && state != FLOW_ROLLING_BACK;
}

static bool
has_ended(enum flow_state state)
{
    return has_changes(state) && state != FLOW_FAILED_TEMP;
}

/* A given-up instantiation leaves things behind: they are noted, so that the
 * instance can be terminated and nothing is forgotten. */
static struct err *
failed_note(struct tx *tx, const struct flow_row *flow, const struct ns_lcm_op_occ *occ)
{
    struct ns_instance *old, *ns;

    if (flow_row_state(flow) != FLOW_FAILED || str_eq(occ->operation, "TERMINATE")) {
        return NULL;
    }
    if (str_eq(flow->type, ns_repair_flow.name)) {
        return repair_left(tx, flow, occ->ns_instance_id, NULL);
    }
    if (!str_eq(occ->operation, "INSTANTIATE")) {
        TRY(held_follow_journal(tx, flow->id, occ->ns_instance_id, occ->project_id));
        TRY(ns_shape_left(tx, flow->id, occ->ns_instance_id, occ->project_id));
        return ns_instance_renew(tx, occ->ns_instance_id);
    }
    TRY(held_from_journal(tx, flow->id, occ->ns_instance_id, occ->project_id));
    TRY(row_get(tx, &ns_instance_table, occ->ns_instance_id, &old));
    ns = row_copy(tx_mem(tx), old);
    ns->ns_state = "INSTANTIATED";
    ns->flavour_id = json_get_str(occ->operation_params, "nsFlavourId");
    return row_update(tx, old, ns);
}

struct err *
ns_op_state_changed(struct tx *tx, const struct flow_row *flow, int old)
{
    struct ns_lcm_op_occ *before, *occ;
    struct ns_instance *ns;

    if (old == FLOW_N_STATES) {
        return op_occ_insert(tx, flow);
    }
    TRY(row_get(tx, &ns_lcm_op_occ_table, flow->id, &before));
    occ = row_copy(tx_mem(tx), before);
    occ->is_cancel_pending = flow->cancel != NULL;
    occ->cancel_mode = flow->cancel;
    if (old == (int)flow_row_state(flow)) {
        return row_update(tx, before, occ); /* It is to be cancelled, and still works. */
    }
    occ->operation_state = state_of(flow);
    occ->state_entered_time = tx_now(tx);
    occ->may_continue = may_continue(tx, flow);
    TRY(problem_of_flow(tx_mem(tx), flow->error, &occ->error));
    if (has_changes(flow_row_state(flow))) {
        TRY(row_get(tx, &ns_instance_table, occ->ns_instance_id, &ns));
        TRY(ns_changes_of(tx, flow, ns->nsd_info_id, &occ->resource_changes));
    }
    if (has_ended(flow_row_state(flow))) {
        occ->nested_nsds = (struct strs){0};
    }
    TRY(row_update(tx, before, occ));
    for (size_t i = 0; occ->nested_nsds.n == 0 && i < before->nested_nsds.n; i++) {
        TRY(nsd_release(tx, before->nested_nsds.items[i]));
    }
    return failed_note(tx, flow, occ);
}
