/* Plan mode: the same function, with READ steps run and all others recorded and
 * answered by stand-ins.  A read that asks about something only planned is
 * recorded too.  Nothing is written to the store. */
#include "flow/live.h"

#include <string.h>

struct plan_run {
    struct flow_plan plan;
    flow_plan_done_fn *done;
    void *arg;
};

#define PLANNED "<planned:"

/* ---- stand-ins ------------------------------------------------------------------------ */

static void stand_in_row(struct mem *mem, const char *label, void *row);

static void
stand_in_attr(struct mem *mem, const char *label, const struct attr *attr, void *row)
{
    void *at = attr_at(attr, row);
    struct rows *rows = at;

    switch (attr->type) {
    case ATTR_T_uuid:
    case ATTR_T_str:
    case ATTR_T_mac:
    case ATTR_T_ip:
    case ATTR_T_cidr:
        *(const char **)at = mem_printf(mem, PLANNED "%s.%s>", label, attr->name);
        break;
    case ATTR_T_name_enum:
        *(const char **)at = attr->values ? attr->values[0] : NULL;
        break;
    case ATTR_T_rows:
        /* One, so that code that looks at the first finds something. */
        rows->n = 1;
        rows->items = MEM_ARRAY(mem, 1, void *);
        rows->items[0] = row_new(mem, attr->item);
        stand_in_row(mem, mem_printf(mem, "%s.%s", label, attr->name), rows->items[0]);
        break;
    case ATTR_T_boolean:
    case ATTR_T_integer:
    case ATTR_T_time:
    case ATTR_T_json:
    case ATTR_T_strs:
    case ATTR_T_refs:
    default:
        break;
    }
}

static void
stand_in_row(struct mem *mem, const char *label, void *row)
{
    const struct table *table = ((struct row *)row)->table;

    for (size_t i = 0; i < table->n_attrs; i++) {
        stand_in_attr(mem, label, &table->attrs[i], row);
    }
    row_defaults(mem, row);
}

static void *
stand_in(struct entry *e)
{
    struct mem *mem = e->flow->mem;
    void *out;

    if (!e->kind->out) {
        return NULL;
    }
    out = row_new(mem, e->kind->out);
    stand_in_row(mem, e->label, out);
    if (e->kind->stand_in) {
        e->kind->stand_in(mem, e->label, e->in, out);
    }
    return out;
}

/* ---- steps ------------------------------------------------------------------------------- */

static void
plan_record(struct entry *e)
{
    buf_str(&e->calls, step_text(e));
    if (e->kind->capacity) {
        e->kind->capacity(&e->flow->plan->plan, e->in);
    }
    e->out = stand_in(e);
    e->state = ENTRY_DONE;
}

static struct err *
plan_read_local(struct tx *tx, void *arg)
{
    struct entry *e = arg;
    void *out = e->kind->out ? row_new(tx_mem(tx), e->kind->out) : NULL;

    TRY(e->kind->local(tx, e->in, out));
    e->out = out ? row_copy(e->flow->mem, out) : NULL;
    return NULL;
}

static struct err *
plan_read(struct entry *e)
{
    struct err *err;

    if (e->kind->local) {
        e->attempts++;
        TRY(store_read(e->flow->engine->config.store, plan_read_local, e));
    } else {
        if (!e->probed && !e->step) {
            step_begin(e, STEP_ACT);
        }
        if (!e->probed) {
            return flow_parked(e->flow);
        }
        err = e->probe_err;
        e->probe_err = NULL;
        TRY(err);
        e->out = e->probe ? row_copy(e->flow->mem, e->probe) : NULL;
    }
    buf_clear(&e->calls);
    buf_str(&e->calls, step_text(e));
    e->state = ENTRY_DONE;
    return NULL;
}

struct err *
plan_step(struct flow *f, struct entry *e)
{
    (void)f;
    if (e->state == ENTRY_DONE) {
        return NULL;
    }
    if (e->effect == ENTRY_READ && !strstr(str_or(e->input, ""), PLANNED)) {
        return plan_read(e);
    }
    plan_record(e);
    return NULL;
}

/* ---- children ------------------------------------------------------------------------------ */

static struct err *
plan_function(struct flow *f)
{
    f->seq = 0;
    mem_reset(f->run_mem);
    vec_each (&f->entries, at) {
        (*at)->joined = false;
    }
    return f->type->run(f, f->in);
}

/* A child is planned where it is spawned. */
struct err *
plan_spawn(struct flow *f, struct entry *e)
{
    struct flow *child = e->planned;

    if (!child) {
        child = e->planned = flow_alloc(f->engine, e->child_type, e->output);
        child->plan = f->plan;
        child->plan_parent = f;
        child->depth = f->depth + 1;
        child->in = e->in;
    }
    if (!child->ended) {
        TRY(plan_function(child));
        child->ended = true;
    }
    return NULL;
}

struct err *
plan_join(struct flow *f, struct entry *e, struct entry *child, void *out)
{
    const struct table *table = child->child_type->out;

    e->state = ENTRY_DONE;
    if (!out || !table) {
        return NULL;
    }
    if (child->planned->result) {
        void *row;

        TRY(decode_text(f->mem, table, child->planned->result, &row));
        memcpy(out, row, table->size);
    } else {
        void *row = row_new(f->mem, table);

        stand_in_row(f->mem, e->label, row);
        memcpy(out, row, table->size);
    }
    return NULL;
}

/* ---- the result ------------------------------------------------------------------------------- */

void
flow_plan_ask(struct flow_plan *plan, const char *provider, const char *class, int64_t amount)
{
    vec_each (&plan->asks, ask) {
        if (str_eq(ask->provider, provider) && str_eq(ask->class, class)) {
            ask->amount += amount;
            return;
        }
    }
    vec_add(plan->mem, &plan->asks,
            ((struct flow_capacity){mem_str(plan->mem, provider), mem_str(plan->mem, class),
                                    amount}));
}

static enum flow_effect
effect_shown(const struct entry *e)
{
    return e->effect == ENTRY_WRITE   ? FLOW_WRITE
           : e->effect == ENTRY_LOCAL ? FLOW_LOCAL
                                      : FLOW_READ;
}

static void
gather(struct flow_plan *plan, const struct flow *f, const char *prefix)
{
    vec_each (&f->entries, at) {
        struct entry *e = *at;
        struct flow_plan_step step = {
            .depth = f->depth,
            .flow_type = f->type->name,
            .label = e->effect == ENTRY_NOTE ? NULL : mem_str(plan->mem, e->label),
            .kind = mem_str(plan->mem, e->kind_name),
            .effect = effect_shown(e),
            .text = e->calls.len ? buf_copy(plan->mem, &e->calls) : NULL,
            .ran = e->attempts > 0,
            .path = mem_printf(plan->mem, "%s%s", prefix, e->label),
            .answer = e->effect == ENTRY_READ && e->attempts > 0 && e->out
                          ? row_to_json(plan->mem, e->out, false)
                          : NULL,
        };

        if (e->kind || e->effect == ENTRY_NOTE) {
            vec_add(plan->mem, &plan->steps, step);
        } else if (e->planned) {
            gather(plan, e->planned, mem_printf(plan->mem, "%s/", step.path));
        }
    }
}

static void
plan_forget(struct flow *f)
{
    vec_each (&f->engine->plans, at) {
        if (*at == f) {
            *at = NULL;
        }
    }
}

void
plan_drop(struct flow *f)
{
    struct plan_run *run = f->plan;

    plan_forget(f);
    flow_free(f);
    err_free(run->plan.err);
    mem_free(run->plan.mem);
}

void
plan_turn(struct flow *f)
{
    struct plan_run *run = f->plan;
    struct err *err;

    f->in_turn = true;
    err = plan_function(f);
    f->in_turn = false;
    if (err_is(err, E_PARKED)) {
        err_ignore(err, "not a failure: a read is under way");
        return;
    }
    run->plan.err = err;
    gather(&run->plan, f, "");
    run->done(run->arg, &run->plan);
    plan_drop(f);
}

void
flow_plan(struct flow_engine *engine, const struct flow_type *type, const char *id, const void *in,
          flow_plan_done_fn *done, void *arg)
{
    struct mem *mem = mem_new("flow plan");
    struct plan_run *run = MEM_NEW(mem, struct plan_run);
    struct flow *f = flow_alloc(engine, type, id ? id : PLANNED "operation>");

    run->plan.mem = mem;
    run->done = done;
    run->arg = arg;
    f->plan = run;
    f->in = in ? row_copy(f->mem, in) : NULL;
    vec_add(engine->mem, &engine->plans, f);
    flow_wake(f);
}

static void
step_to_json(const struct flow_plan_step *step, struct jw *w)
{
    static const char *const effects[] = {
#define X(name, doc) #name,
        FLOW_EFFECTS(X)
#undef X
    };

    jw_object(w, NULL);
    jw_int(w, "depth", step->depth);
    jw_str(w, "flow", step->flow_type);
    if (step->label) {
        jw_str(w, "label", step->label);
        jw_str(w, "kind", step->kind);
        jw_str(w, "effect", effects[step->effect]);
        jw_bool(w, "ran", step->ran);
        jw_str(w, "call", step->text);
    } else {
        jw_str(w, "note", step->text);
    }
    jw_end(w);
}

void
flow_plan_to_json(const struct flow_plan *plan, struct jw *w)
{
    jw_array(w, "plan");
    vec_each (&plan->steps, step) {
        step_to_json(step, w);
    }
    jw_end(w);
    jw_array(w, "capacity");
    vec_each (&plan->asks, ask) {
        jw_object(w, NULL);
        jw_str(w, "provider", ask->provider);
        jw_str(w, "class", ask->class);
        jw_int(w, "amount", ask->amount);
        jw_end(w);
    }
    jw_end(w);
    if (plan->err) {
        jw_str(w, "error", plan->err->message);
    }
}
