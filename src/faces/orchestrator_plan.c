/* Plans: the flow function of an operation, run without effects.  One that is kept remembers what it
 * saw, and is applied only if a fresh one sees the same. */
#include "faces/orchestrator_plan.h"

#include "base/uuid.h"
#include "faces/etsi.h"
#include "nfvo/journal.h"
#include "nfvo/stored_plan.h"
#include "vnfm/network_look.h"

#include <string.h>

#define ROOT "/carrick/v1"
#define LINES_MAX 50 /* So many differences are told. */

/* A plan under way; it lives as long as its request. */
struct planning {
    struct rest_request *r;
    const struct plannable *kind;
    bool is_vnf;
    const char *instance_id, *project_id, *id;
    struct lcm_request request;
    void *in; /* struct vnf_in or ns_in */
    const struct flow_type *type;
    const struct flow_plan *plan; /* while it is told */
    struct stored_plan *kept;     /* as it is to be stored, or was */
    const struct json *seen;
    const char *op_occ_id;
};

static struct op
op_on(const struct planning *planning, const struct resource *resource)
{
    struct op op = planning->r->op;

    op.resource = resource;
    op.views = NULL;
    return op;
}

/* ---- making one ------------------------------------------------------------------------- */

/* One of those that are of the other kind of instance, which 'r' gives; or null. */
static const char *
stranger_of(const struct rest_request *r, bool is_vnf)
{
    for (const struct plannable *at = is_vnf ? ns_plannables : vnf_plannables; at->word; at++) {
        const struct attr *attr = table_attr(&plan_request_table, at->member);

        if (((const struct rows *)attr_at(attr, r->row))->n > 0) {
            return attr_json_name(attr);
        }
    }
    return NULL;
}

/* Which operation the body asks for, and its request. */
static struct err *
request_find(struct planning *planning)
{
    struct rest_request *r = planning->r;
    const char *names = "", *before = "", *stranger = stranger_of(r, planning->is_vnf);

    for (const struct plannable *at = planning->is_vnf ? vnf_plannables : ns_plannables; at->word;
         at++) {
        const struct attr *attr = table_attr(&plan_request_table, at->member);
        const struct rows *rows = attr_at(attr, r->row);

        names = mem_printf(r->mem, "%s%s'%s'", names, *names ? ", " : "", attr_json_name(attr));
        if (rows->n > 0 && planning->kind) {
            return err_new(E_INVALID, NULL, "only one of '%s' and '%s' can be planned", before,
                           attr_json_name(attr));
        }
        if (rows->n > 0) {
            before = attr_json_name(attr);
            planning->kind = at;
            planning->request =
                (struct lcm_request){.row = rows->items[0], .body = json_get(r->body, before)};
        }
    }
    if (stranger) {
        return err_new(E_INVALID, NULL, "'%s' is no request on %s", stranger,
                       planning->is_vnf ? "a VNF instance" : "an NS instance");
    }
    return planning->kind ? NULL : err_new(E_INVALID, NULL, "one of %s is needed", names);
}

/* Rows of a transaction end with it: what is planned with has to stay. */
static struct err *
input_keep(struct mem *mem, const struct table *table, const void *in, void **kept)
{
    const char *text = row_to_json(mem, in, false);
    const struct json *json;

    *kept = row_new(mem, table);
    TRY(json_parse(mem, text, strlen(text), &json));
    return row_from_json(mem, table, json, *kept);
}

/* A plan is of a site: that which a grant would have now.  Which a foreign NFVO would is not known. */
static struct err *
site_foresee(struct tx *tx, struct vnf_in *in)
{
    struct site *site;

    if (in->site) {
        return NULL;
    }
    if (in->foreign_nfvo) {
        return err_new(E_CONFLICT, NULL,
                       "which site the NFVO grants is not known before: name one (vimConnectionInfo)");
    }
    TRY(grant_site_foresee(tx, in->project_id, &site, &in->reason));
    in->site = site->id;
    in->site_name = site->name;
    return NULL;
}

static struct err *
vnf_input_make(struct tx *tx, struct planning *planning)
{
    struct op op = op_on(planning, &vnf_instance_resource);
    struct vnf_in *in = NULL;

    TRY(planning->kind->vnf_input(tx, &op, planning->instance_id, &planning->request, &in,
                                  &planning->type));
    TRY(site_foresee(tx, in));
    planning->project_id = mem_str(planning->r->mem, in->project_id);
    return input_keep(planning->r->mem, &vnf_in_table, in, &planning->in);
}

static struct err *
ns_input_make(struct tx *tx, struct planning *planning)
{
    struct op op = op_on(planning, &ns_instance_resource);
    struct ns_in *in = NULL;

    TRY(planning->kind->ns_input(tx, &op, planning->instance_id, &planning->request, &in,
                                 &planning->type));
    planning->project_id = mem_str(planning->r->mem, in->project_id);
    return input_keep(planning->r->mem, &ns_in_table, in, &planning->in);
}

/* The flow's input, after the checks of the operation. */
static struct err *
input_make(struct tx *tx, void *arg)
{
    struct planning *planning = arg;

    return planning->is_vnf ? vnf_input_make(tx, planning) : ns_input_make(tx, planning);
}

/* What sites say of the networks that it names: waits, on a thread of the pool. */
static struct err *
networks_look(struct planning *planning)
{
    struct rest_request *r = planning->r;
    struct network_seen *seen = NULL;

    if (!planning->kind->links) {
        return NULL;
    }
    TRY(vnf_networks_look(r->op.user, r->mem, &r->caller, planning->instance_id,
                          planning->kind->links(r->mem, planning->request.row), &seen,
                          &planning->request.n_seen));
    planning->request.seen = seen;
    return NULL;
}

struct err *
plan_prepare(struct rest_request *r)
{
    const struct plan_request *asked = r->row;
    struct planning *planning = MEM_NEW(r->mem, struct planning);

    if (!asked->ns_instance_id == !asked->vnf_instance_id) {
        return err_new(E_INVALID, NULL, "one of nsInstanceId and vnfInstanceId is needed");
    }
    *planning = (struct planning){.r = r,
                                  .id = uuid_make(r->mem),
                                  .is_vnf = asked->vnf_instance_id != NULL,
                                  .instance_id =
                                      str_or(asked->vnf_instance_id, asked->ns_instance_id)};
    r->state = planning;
    TRY(request_find(planning));
    return networks_look(planning);
}

/* ---- shown ------------------------------------------------------------------------------ */

static void
shown(void *arg, const struct flow_plan *plan)
{
    struct planning *planning = arg;
    struct rest_request *r = planning->r;

    jw_object(&r->w, NULL);
    flow_plan_to_json(plan, &r->w);
    jw_end(&r->w);
    rest_finish(r, NULL);
}

static void
show_run(void *arg)
{
    struct planning *planning = arg;
    struct nfvo *nfvo = planning->r->op.user;

    flow_plan(nfvo->engine, planning->type, planning->id, planning->in, shown, planning);
}

struct err *
plan_start(struct rest_request *r)
{
    struct nfvo *nfvo = r->op.user;
    struct planning *planning = r->state;

    if (((const struct plan_request *)r->row)->name) {
        return err_new(E_INVALID, NULL, "a plan with a name is kept: POST %s/stored_plans", ROOT);
    }
    TRY(store_read(nfvo->store, input_make, planning));
    r->status = 200;
    rest_post(r, nfvo->loop, show_run, planning);
    return NULL;
}

/* ---- kept --------------------------------------------------------------------------------- */

static struct err *
seen_read(struct tx *tx, void *arg)
{
    struct planning *planning = arg;
    const struct json *seen;

    TRY(stored_plan_seen(tx, planning->is_vnf, planning->instance_id, planning->plan, &seen));
    return json_parse(planning->r->mem, json_text(tx_mem(tx), seen),
                      strlen(json_text(tx_mem(tx), seen)), &planning->seen);
}

/* What the plan came to: an error of it, or what it saw. */
static struct err *
planned(struct planning *planning, const struct flow_plan *plan)
{
    struct nfvo *nfvo = planning->r->op.user;

    if (plan->err) {
        return err_new(E_CONFLICT, "PlanFails", "the operation would fail now: %s",
                       err_full(planning->r->mem, plan->err));
    }
    planning->plan = plan;
    return store_read(nfvo->store, seen_read, planning);
}

static struct err *
plan_text(struct mem *mem, const struct flow_plan *plan, const struct json **json)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    flow_plan_to_json(plan, &w);
    jw_end(&w);
    return json_parse(mem, buf_copy(mem, &text), text.len, json);
}

static struct err *
save_write(struct tx *tx, void *arg)
{
    const struct planning *planning = arg;
    struct stored_plan *row = row_copy(tx_mem(tx), planning->kept);

    TRY(stored_plan_keep(tx, row));
    planning->kept->created_at = row->created_at;
    return NULL;
}

/* store_done_fn */
static void
saved(void *arg, struct err *err)
{
    struct planning *planning = arg;
    struct rest_request *r = planning->r;

    if (!err) {
        rest_header(r, "Location", "%s%s/stored_plans/%s", r->base, ROOT, planning->id);
        rest_write_row(r, &stored_plan_resource, &stored_plan_shape, planning->kept);
    }
    rest_finish(r, err);
}

static struct err *
row_make(struct planning *planning, const struct flow_plan *plan)
{
    struct rest_request *r = planning->r;
    struct stored_plan *row = row_new(r->mem, &stored_plan_table);

    TRY(planned(planning, plan));
    row->id = planning->id;
    row->project_id = planning->project_id;
    row->name = ((const struct plan_request *)r->row)->name;
    row->ns_instance_id = planning->is_vnf ? NULL : planning->instance_id;
    row->vnf_instance_id = planning->is_vnf ? planning->instance_id : NULL;
    row->operation = planning->kind->word;
    row->request = planning->request.body;
    row->seen = planning->seen;
    planning->kept = row;
    return plan_text(r->mem, plan, &row->plan);
}

static void
save_planned(void *arg, const struct flow_plan *plan)
{
    struct planning *planning = arg;
    struct nfvo *nfvo = planning->r->op.user;
    struct err *err = row_make(planning, plan);

    if (err) {
        rest_finish(planning->r, err);
    } else {
        store_write(nfvo->store, save_write, planning, saved);
    }
}

static void
save_run(void *arg)
{
    struct planning *planning = arg;
    struct nfvo *nfvo = planning->r->op.user;

    flow_plan(nfvo->engine, planning->type, planning->id, planning->in, save_planned, planning);
}

struct err *
stored_plan_save(struct rest_request *r)
{
    struct nfvo *nfvo = r->op.user;
    struct planning *planning = r->state;

    if (!((const struct plan_request *)r->row)->name) {
        return err_new(E_INVALID, NULL, "a plan that is kept needs a 'name'");
    }
    TRY(store_read(nfvo->store, input_make, planning));
    r->status = 201;
    rest_post(r, nfvo->loop, save_run, planning);
    return NULL;
}

/* ---- applied -------------------------------------------------------------------------------- */

static struct err *
applied_already(const struct stored_plan *plan)
{
    const char *operation = str_or(plan->operation_id, plan->vnf_operation_id);

    return operation ? err_new(E_CONFLICT, NULL, "plan %s is applied: operation %s", plan->name,
                               operation)
                     : NULL;
}

/* JSON of a row ends with its transaction. */
static struct err *
json_keep(struct mem *mem, const struct json *json, const struct json **kept)
{
    const char *text = json_text(mem, json);

    return json_parse(mem, text, strlen(text), kept);
}

static struct err *
apply_read(struct tx *tx, void *arg)
{
    struct planning *planning = arg;
    struct rest_request *r = planning->r;
    struct op op = op_on(planning, &stored_plan_resource);
    void *stored, *row;

    TRY(resource_get(tx, &op, r->id, &stored));
    planning->kept = row_copy(r->mem, stored);
    TRY(applied_already(planning->kept));
    TRY(json_keep(r->mem, planning->kept->seen, &planning->kept->seen));
    TRY(json_keep(r->mem, planning->kept->request, &planning->kept->request));
    planning->kept->plan = NULL;
    planning->id = planning->kept->id;
    planning->is_vnf = planning->kept->vnf_instance_id != NULL;
    planning->instance_id =
        str_or(planning->kept->vnf_instance_id, planning->kept->ns_instance_id);
    planning->kind = plannable_of(planning->is_vnf, planning->kept->operation);
    if (!planning->kind) {
        return err_new(E_CONFLICT, NULL, "%s is not planned any more", planning->kept->operation);
    }
    row = row_new(r->mem, planning->kind->request);
    TRY(row_decode(r->mem, planning->kind->request, planning->kept->request, ROW_PLAIN, 0, NULL,
                   row));
    planning->request = (struct lcm_request){.row = row, .body = planning->kept->request};
    return NULL;
}

struct err *
stored_plan_prepare(struct rest_request *r)
{
    struct nfvo *nfvo = r->op.user;
    struct planning *planning = MEM_NEW(r->mem, struct planning);

    *planning = (struct planning){.r = r};
    r->state = planning;
    TRY(store_read(nfvo->store, apply_read, planning));
    return networks_look(planning);
}

static struct err *
world_compare(struct planning *planning, const struct flow_plan *plan)
{
    struct mem *mem = planning->r->mem;
    stored_plan_lines lines = {0};
    AUTO_BUF all = BUF_INIT;

    TRY(planned(planning, plan));
    stored_plan_differences(mem, planning->kept->seen, planning->seen, &lines);
    if (lines.n == 0) {
        return NULL;
    }
    for (size_t i = 0; i < lines.n && i < LINES_MAX; i++) {
        buf_printf(&all, "%s%s", i ? "; " : "", lines.items[i]);
    }
    if (lines.n > LINES_MAX) {
        buf_printf(&all, "; and %zu more differences", lines.n - LINES_MAX);
    }
    return err_new(E_CONFLICT, "PlanOutdated", "the world has moved since plan %s was made: %s",
                   planning->kept->name, all.data);
}

/* The operation and the note of it are one transaction: a plan is applied once. */
static struct err *
apply_write(struct tx *tx, void *arg)
{
    struct planning *planning = arg;
    struct op op = op_on(planning, planning->is_vnf ? &vnf_instance_resource : &ns_instance_resource);
    struct stored_plan *old, *row;
    const char *op_occ_id = NULL;

    TRY(row_get(tx, &stored_plan_table, planning->id, &old));
    TRY(applied_already(old));
    TRY(stored_plan_still(tx, old));
    if (planning->is_vnf) {
        planning->request.site = ((const struct vnf_in *)planning->in)->site;
    }
    TRY(planning->kind->start(tx, &op, planning->instance_id, &planning->request, &op_occ_id));
    row = row_copy(tx_mem(tx), old);
    *(planning->is_vnf ? &row->vnf_operation_id : &row->operation_id) = op_occ_id;
    row->applied_at = tx_now(tx);
    TRY(row_update(tx, old, row));
    planning->op_occ_id = mem_str(planning->r->mem, op_occ_id);
    return NULL;
}

/* store_done_fn */
static void
applied(void *arg, struct err *err)
{
    struct planning *planning = arg;
    struct rest_request *r = planning->r;

    if (!err) {
        rest_header(r, "Location", "%s%s/%s", r->base,
                    planning->is_vnf ? "/vnflcm/v2/vnf_lcm_op_occs" : "/nslcm/v2/ns_lcm_op_occs",
                    planning->op_occ_id);
    }
    rest_finish(r, err);
}

static void
apply_planned(void *arg, const struct flow_plan *plan)
{
    struct planning *planning = arg;
    struct nfvo *nfvo = planning->r->op.user;
    struct err *err = world_compare(planning, plan);

    if (err) {
        rest_finish(planning->r, err);
    } else {
        store_write(nfvo->store, apply_write, planning, applied);
    }
}

static void
apply_run(void *arg)
{
    struct planning *planning = arg;
    struct nfvo *nfvo = planning->r->op.user;

    flow_plan(nfvo->engine, planning->type, planning->id, planning->in, apply_planned, planning);
}

struct err *
stored_plan_apply(struct rest_request *r)
{
    struct nfvo *nfvo = r->op.user;
    struct planning *planning = r->state;

    TRY(store_read(nfvo->store, input_make, planning));
    r->status = 202;
    rest_post(r, nfvo->loop, apply_run, planning);
    return NULL;
}

/* ---- told --------------------------------------------------------------------------------- */

static void
stored_plan_encode(struct rest_request *r, struct jw *w, const void *row)
{
    etsi_row(r, w, row);
}

static const char *const left_out[] = {"request", "seen", "plan", NULL};
const struct rest_shape stored_plan_shape = {
    .encode = stored_plan_encode,
    .exclude_default = left_out,
};
