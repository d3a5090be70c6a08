/* Plans: the flow function of an operation, run without effects.  One that is kept remembers what it
 * saw, and is applied only if a fresh one sees the same. */
#include "faces/orchestrator_plan.h"

#include "base/uuid.h"
#include "faces/etsi.h"
#include "nfvo/journal.h"
#include "nfvo/stored_plan.h"

#include <string.h>

#define ROOT "/carrick/v1"
#define LINES_MAX 50 /* So many differences are told. */

/* A plan under way; it lives as long as its request. */
struct planning {
    struct rest_request *r;
    const struct ns_plannable *kind;
    const char *ns_instance_id, *id;
    struct lcm_request request;
    struct ns_in *in;
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

/* Which operation the body asks for, and its request. */
static struct err *
request_find(struct planning *planning)
{
    struct rest_request *r = planning->r;
    const char *names = "";

    for (const struct ns_plannable *at = ns_plannables; at->word; at++) {
        const struct rows *rows = attr_at(table_attr(&plan_request_table, at->member), r->row);

        names = mem_printf(r->mem, "%s%s'%s'", names, *names ? ", " : "", at->member);
        if (rows->n > 0 && planning->kind) {
            return err_new(E_INVALID, NULL, "only one of '%s' and '%s' can be planned",
                           planning->kind->member, at->member);
        }
        if (rows->n > 0) {
            planning->kind = at;
            planning->request = (struct lcm_request){.row = rows->items[0],
                                                     .body = json_get(r->body, at->member)};
        }
    }
    return planning->kind ? NULL : err_new(E_INVALID, NULL, "one of %s is needed", names);
}

/* The flow's input, after the checks of the operation. */
static struct err *
input_make(struct tx *tx, void *arg)
{
    struct planning *planning = arg;
    struct op op = op_on(planning, &ns_instance_resource);
    struct ns_in *in = NULL;

    TRY(planning->kind->input(tx, &op, planning->ns_instance_id, &planning->request, &in,
                              &planning->type));
    planning->in = row_copy(planning->r->mem, in);
    planning->in->request = planning->request.body;
    for (size_t i = 0; i < planning->in->scaled.n; i++) {
        ((struct vnf_in *)planning->in->scaled.items[i])->request = NULL; /* ends with 'tx' */
    }
    return NULL;
}

static struct err *
planning_new(struct rest_request *r, struct planning **planning)
{
    const struct plan_request *asked = r->row;

    *planning = MEM_NEW(r->mem, struct planning);
    (*planning)->r = r;
    (*planning)->id = uuid_make(r->mem);
    (*planning)->ns_instance_id = asked->ns_instance_id;
    return request_find(*planning);
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
    struct planning *planning;

    TRY(planning_new(r, &planning));
    if (((const struct plan_request *)r->row)->name) {
        return err_new(E_INVALID, NULL, "a plan with a name is kept: POST %s/stored_plans", ROOT);
    }
    TRY(store_read(nfvo->store, input_make, planning));
    r->status = 200;
    loop_post(nfvo->loop, show_run, planning);
    return NULL;
}

/* ---- kept --------------------------------------------------------------------------------- */

static struct err *
seen_read(struct tx *tx, void *arg)
{
    struct planning *planning = arg;
    const struct json *seen;

    TRY(stored_plan_seen(tx, planning->ns_instance_id, planning->plan, &seen));
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
    row->project_id = planning->in->project_id;
    row->name = ((const struct plan_request *)r->row)->name;
    row->ns_instance_id = planning->ns_instance_id;
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
    struct planning *planning;

    TRY(planning_new(r, &planning));
    if (!((const struct plan_request *)r->row)->name) {
        return err_new(E_INVALID, NULL, "a plan that is kept needs a 'name'");
    }
    TRY(store_read(nfvo->store, input_make, planning));
    r->status = 201;
    loop_post(nfvo->loop, save_run, planning);
    return NULL;
}

/* ---- applied -------------------------------------------------------------------------------- */

static struct err *
applied_already(const struct stored_plan *plan)
{
    return plan->operation_id ? err_new(E_CONFLICT, NULL, "plan %s is applied: operation %s",
                                        plan->name, plan->operation_id)
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
    planning->ns_instance_id = planning->kept->ns_instance_id;
    planning->kind = ns_plannable(planning->kept->operation);
    row = row_new(r->mem, planning->kind->request);
    TRY(row_decode(r->mem, planning->kind->request, planning->kept->request, ROW_PLAIN, 0, NULL,
                   row));
    planning->request = (struct lcm_request){.row = row, .body = planning->kept->request};
    return input_make(tx, planning);
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
    struct op op = op_on(planning, &ns_instance_resource);
    struct stored_plan *old, *row;
    const char *op_occ_id = NULL;

    TRY(row_get(tx, &stored_plan_table, planning->id, &old));
    TRY(applied_already(old));
    TRY(stored_plan_still(tx, old));
    TRY(planning->kind->start(tx, &op, planning->ns_instance_id, &planning->request, &op_occ_id));
    row = row_copy(tx_mem(tx), old);
    row->operation_id = op_occ_id;
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
        rest_header(r, "Location", "%s/nslcm/v2/ns_lcm_op_occs/%s", r->base, planning->op_occ_id);
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
    struct planning *planning = MEM_NEW(r->mem, struct planning);

    planning->r = r;
    TRY(store_read(nfvo->store, apply_read, planning));
    r->status = 202;
    loop_post(nfvo->loop, apply_run, planning);
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
