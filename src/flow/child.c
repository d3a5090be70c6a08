/* Children: started in the transaction of their journal entry, joined by their
 * rows, taken back by the parent's rollback. */
#include "flow/live.h"

#include "base/log.h"

#include <string.h>

#define CHILDREN_RETRY_MS 1000

/* ---- spawn ------------------------------------------------------------------------- */

/* A retry found the child half taken away by another flow: that one ends first. */
static struct err *
torn_drive(struct flow *f, struct entry *e)
{
    if (f->cancel) {
        return flow_cancelled(f);
    }
    undo_child(f, e);
    if (e->state == ENTRY_UNDO_FAILED) {
        return err_copy(e->err);
    }
    if (e->state == ENTRY_TORN) {
        return flow_parked(f);
    }
    e->state = ENTRY_AGAIN;
    return NULL;
}

static struct err *
spawn_check(const struct flow *f, const struct flow_type *type, const void *in)
{
    const struct table *table = in ? ((const struct row *)in)->table : NULL;

    if (table != type->in) {
        return err_new(E_INTERNAL, NULL, "the input of flow type %s has to be a %s, made by "
                       "flow_new or row_new", type->name, type->in ? type->in->name : "null");
    }
    if (engine_type(f->engine, type->name, type->version) != type) {
        return err_new(E_INTERNAL, NULL, "flow type %s is not among the engine's", type->name);
    }
    return NULL;
}

struct err *
flow_spawn_as(struct flow *f, const char *label, const struct flow_type *type, const char *id,
              const void *in)
{
    struct entry *e;
    bool is_new;

    TRY(spawn_check(f, type, in));
    TRY(next_entry(f, label, type->name, ENTRY_CHILD,
                   in ? row_to_json(f->run_mem, in, false) : NULL, &e, &is_new));
    e->child_type = type;
    if (e->state == ENTRY_TORN) {
        TRY(torn_drive(f, e));
    }
    if (is_new || e->state == ENTRY_AGAIN) {
        e->in = in ? row_copy(f->mem, in) : NULL;
        e->output = mem_str(f->mem, id);
        e->started = time_now_us();
        entry_done(e, NULL);
    }
    if (e->state == ENTRY_FAILED) {
        return err_copy(e->err);
    }
    return f->plan ? plan_spawn(f, e) : NULL;
}

struct err *
flow_spawn(struct flow *f, const char *label, const struct flow_type *type, const void *in)
{
    return flow_spawn_as(f, label, type, flow_id(f, label), in);
}

/* ---- the child's row ------------------------------------------------------------------ */

struct child_read {
    struct mem *mem;
    const char *id;
    struct flow_row *row;
};

static struct err *
read_child(struct tx *tx, void *arg)
{
    struct child_read *read = arg;
    struct flow_row *row;

    TRY(row_get(tx, &flow_table, read->id, &row));
    read->row = row_copy(read->mem, row);
    return NULL;
}

static struct err *
child_row(struct flow *f, const char *id, struct flow_row **row)
{
    struct child_read read = {.mem = f->run_mem, .id = id};

    TRY(store_read(f->engine->config.store, read_child, &read));
    *row = read.row;
    return NULL;
}

static struct err *
child_error(const struct flow_row *row, const char *label)
{
    AUTO(err) cause = row->error ? flow_err_parse(row->error) : NULL;
    struct err *err;

    err = err_new(cause ? cause->code : E_CONFLICT, NULL, "%s '%s' (flow %s) is %s%s%s", row->type,
                  label, row->id, row->state, cause ? ": " : "", cause ? cause->message : "");
    if (cause) {
        err->status = cause->status;
        if (cause->type) {
            err_set_type(err, cause->type);
        }
    }
    return err;
}

/* ---- join ------------------------------------------------------------------------------- */

static struct entry *
child_entry(struct flow *f, const char *label)
{
    vec_each (&f->entries, at) {
        if ((*at)->effect == ENTRY_CHILD && str_eq((*at)->label, label)) {
            return *at;
        }
    }
    return NULL;
}

/* Has the child come to rest?  Then the join has an outcome. */
static struct err *
join_look(struct flow *f, struct entry *e, const struct entry *child)
{
    struct flow_row *row;

    if (!child->stored || child->version != child->saved) {
        return flow_parked(f); /* Its row is written with this turn, perhaps under another id. */
    }
    TRY(child_row(f, child->output, &row));
    switch (flow_row_state(row)) {
    case FLOW_COMPLETED:
        e->output = mem_str(f->mem, row->output);
        entry_done(e, NULL);
        return NULL;
    case FLOW_FAILED_TEMP:
    case FLOW_FAILED:
    case FLOW_ROLLED_BACK:
        entry_failed(e, child_error(row, e->label));
        e->state = row->left ? ENTRY_LEFT : ENTRY_FAILED;
        return err_copy(e->err);
    case FLOW_STARTING:
    case FLOW_PROCESSING:
    case FLOW_ROLLING_BACK:
    case FLOW_N_STATES:
    default:
        engine_take(f->engine, child->output);
        return flow_parked(f);
    }
}

static struct err *
join_drive(struct flow *f, struct entry *e, const struct entry *child)
{
    if (e->state == ENTRY_DONE) {
        return NULL;
    }
    if (e->state == ENTRY_FAILED || e->state == ENTRY_LEFT) {
        return err_copy(e->err);
    }
    if (f->cancel) {
        return flow_cancelled(f);
    }
    return join_look(f, e, child);
}

struct err *
flow_join(struct flow *f, const char *label, void *out)
{
    struct entry *child = child_entry(f, label), *e;
    const struct table *table;
    bool is_new;

    if (!child) {
        return err_new(E_INTERNAL, NULL, "flow_join: no child '%s'", label);
    }
    child->joined = true;
    TRY(next_entry(f, label, "join", ENTRY_JOIN, NULL, &e, &is_new));
    if (f->plan) {
        return plan_join(f, e, child, out);
    }
    TRY(join_drive(f, e, child));
    table = child->child_type->out;
    if (!e->out) {
        TRY(decode_text(f->mem, table, e->output, &e->out));
    }
    if (out && e->out) {
        memcpy(out, e->out, table->size);
    }
    return NULL;
}

struct err *
flow_join_or_leave(struct flow *f, const char *label, void *out, bool *left)
{
    int64_t seq = f->seq;
    struct err *err = flow_join(f, label, out);
    const struct entry *join = err ? entry_at(f, seq) : NULL;

    *left = join && join->effect == ENTRY_JOIN && join->state == ENTRY_LEFT;
    if (*left) {
        err_ignore(err, "the flow was told to go on without the child");
        return NULL;
    }
    return err;
}

struct err *
flow_join_all(struct flow *f)
{
    bool left;

    /* A turn joins in the same order each time: what was joined by name before. */
    for (size_t i = 0; i < f->entries.n; i++) {
        struct entry *e = f->entries.items[i];

        if (e->effect == ENTRY_CHILD && e->seq < f->seq && !e->joined) {
            TRY(flow_join_or_leave(f, e->label, NULL, &left));
        }
    }
    return NULL;
}

/* ---- rollback ------------------------------------------------------------------------------- */

static void
child_ask(struct flow *f, enum child_op op, const char *id, const struct flow_type *type)
{
    struct job *job = job_new(f);

    job->child_op = op;
    job->child_id = mem_str(job->mem, id);
    job->child_type = type;
    job_queue(job);
}

#define LOOKED_AT 16 /* Each child that stops asks again: to look at all of them would be n times n. */

struct children_read {
    struct mem *mem;
    const char *parent_id;
    VEC(struct flow_row *) active; /* some of them */
    struct flow_row *uncancelled;  /* one of them that is not to be cancelled yet; null = none */
};

static struct err *
read_active(struct tx *tx, void *arg)
{
    const char *const states[] = {flow_state_names[FLOW_STARTING], flow_state_names[FLOW_PROCESSING],
                                  flow_state_names[FLOW_ROLLING_BACK], NULL};
    struct children_read *read = arg;
    const struct cond conds[] = {
        COND("parent_id", read->parent_id), {.attr = "state", .texts = states}, {0}};
    const struct cond uncancelled[] = {
        conds[0], conds[1], {.attr = "cancel", .op = COND_NULL}, {0}};
    const struct query query = {.table = &flow_table, .conds = conds, .limit = LOOKED_AT};
    struct flow_row *row;
    struct rows rows;

    read->active.n = 0;
    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        vec_add(read->mem, &read->active, (struct flow_row *)row_copy(read->mem, rows.items[i]));
    }
    TRY(row_find(tx, &flow_table, uncancelled, &row));
    read->uncancelled = row ? row_copy(read->mem, row) : NULL;
    return NULL;
}

/* Have all children come to rest?  Of a cancelled flow, one that was started while the cancel was
 * asked for is cancelled now; else they end what they do.  Each wakes its parent when it stops. */
bool
children_rest(struct flow *f)
{
    struct children_read read = {.mem = f->run_mem, .parent_id = f->id};
    struct err *err = store_read(f->engine->config.store, read_active, &read);

    if (err) {
        log_err(LOG_LV_ERROR, "flow", err, "read of children");
        flow_timer_arm(f, CHILDREN_RETRY_MS);
        return false;
    }
    if (f->cancel && read.uncancelled) {
        child_ask(f, CHILD_CANCEL, read.uncancelled->id, NULL);
        return false;
    }
    vec_each (&read.active, child) {
        engine_take(f->engine, (*child)->id);
    }
    if (read.active.n && entries_unsaved(f, true)) {
        job_queue(job_new(f)); /* What has ended is told although others still work. */
    }
    return read.active.n == 0;
}

static void
child_undone(struct entry *e, struct err *err)
{
    if (err) {
        entry_failed(e, err);
        e->state = ENTRY_UNDO_FAILED;
    } else {
        e->state = ENTRY_UNDONE;
        entry_changed(e);
    }
    flow_wake(e->flow);
}

/* A completed (or given up) child whose type names the operation that takes it
 * back: that is one more child, under an id that follows from the first's. */
static void
undo_by_flow(struct flow *f, struct entry *e, const struct flow_type *type)
{
    const char *id = uuid_from(f->run_mem, mem_printf(f->run_mem, "undo %s", e->output));
    struct flow_row *row;
    struct err *err = child_row(f, id, &row);

    if (err_is(err, E_NOT_FOUND)) {
        err_ignore(err, "not started yet");
        child_ask(f, CHILD_UNDO, e->output, type);
        return;
    }
    if (err) {
        child_undone(e, err);
        return;
    }
    switch (flow_row_state(row)) {
    case FLOW_COMPLETED:
        child_undone(e, NULL);
        break;
    case FLOW_FAILED_TEMP:
        if (!e->undo_tried) {
            e->undo_tried = true;
            child_ask(f, CHILD_RETRY, id, type->undo_type);
            break;
        }
        child_undone(e, child_error(row, e->label));
        break;
    case FLOW_FAILED:
    case FLOW_ROLLED_BACK:
        child_undone(e, child_error(row, e->label));
        break;
    case FLOW_STARTING:
    case FLOW_PROCESSING:
    case FLOW_ROLLING_BACK:
    case FLOW_N_STATES:
    default:
        e->undo_tried = true;
        engine_take(f->engine, id);
        break;
    }
}

static void
undo_failed_child(struct flow *f, struct entry *e, const struct flow_type *type,
                  const struct flow_row *row)
{
    if (type && type->no_rollback) {
        child_ask(f, CHILD_FAIL, row->id, type);
    } else if (e->undo_tried) {
        child_undone(e, child_error(row, e->label));
    } else {
        e->undo_tried = true;
        child_ask(f, CHILD_ROLLBACK, row->id, type);
    }
}

static void
undo_by_state(struct flow *f, struct entry *e, const struct flow_row *row)
{
    const struct flow_type *type = engine_type_like(f->engine, row->type, row->version);

    switch (flow_row_state(row)) {
    case FLOW_ROLLED_BACK:
        child_undone(e, NULL);
        break;
    case FLOW_COMPLETED:
    case FLOW_FAILED:
        if (type && type->undo_type) {
            undo_by_flow(f, e, type);
        } else {
            e->undo_tried = true;
            child_ask(f, CHILD_ROLLBACK, row->id, type);
        }
        break;
    case FLOW_FAILED_TEMP:
        undo_failed_child(f, e, type, row);
        break;
    case FLOW_STARTING:
    case FLOW_PROCESSING:
        if (!row->cancel) {
            child_ask(f, CHILD_CANCEL, row->id, type);
            break;
        }
        engine_take(f->engine, row->id);
        break;
    case FLOW_ROLLING_BACK:
    case FLOW_N_STATES:
    default:
        e->undo_tried = true;
        engine_take(f->engine, row->id);
        break;
    }
}

/* One move towards the child being gone; it wakes the parent when it rests. */
void
undo_child(struct flow *f, struct entry *e)
{
    struct flow_row *row;
    struct err *err = child_row(f, e->output, &row);

    if (err_is(err, E_NOT_FOUND)) {
        err_ignore(err, "never written, or already deleted");
        child_undone(e, NULL);
    } else if (err) {
        child_undone(e, err);
    } else {
        undo_by_state(f, e, row);
    }
}
