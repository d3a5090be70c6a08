/* The journal: entries in memory, and the one write of a turn that brings the
 * store up to them.  The writer's thread sees copies only, so that the loop may
 * go on changing entries while a write is under way. */
#include "flow/live.h"

#include "base/log.h"
#include "store/room.h"

#include <stdlib.h>
#include <string.h>

/* ---- entries ------------------------------------------------------------------- */

struct entry *
entry_add(struct flow *f, int64_t seq, const char *label, const char *kind_name,
          enum entry_effect effect)
{
    struct entry *e = heap_alloc(sizeof *e);

    e->flow = f;
    e->seq = seq;
    e->label = mem_str(f->mem, label);
    e->kind_name = mem_str(f->mem, kind_name);
    e->effect = effect;
    e->state = ENTRY_STARTED;
    e->version = 1;
    vec_add(f->mem, &f->entries, e);
    return e;
}

void
entry_free(struct entry *e)
{
    if (e->step) {
        step_orphan(e->step);
    }
    if (e->planned) {
        flow_free(e->planned);
    }
    mem_free(e->probe_mem);
    err_free(e->probe_err);
    err_free(e->err);
    buf_done(&e->calls);
    free(e);
}

struct entry *
entry_at(struct flow *f, int64_t seq)
{
    size_t low = 0, high = f->entries.n;

    while (low < high) {
        size_t mid = (low + high) / 2;

        if (f->entries.items[mid]->seq < seq) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low < f->entries.n && f->entries.items[low]->seq == seq ? f->entries.items[low] : NULL;
}

void
entry_changed(struct entry *e)
{
    e->version++;
}

/* Its intent is in the store: unless its act ends here, it is in doubt. */
bool
entry_begun(const struct entry *e)
{
    return e->state == ENTRY_STARTED && e->stored &&
           str_eq(e->stored->state, flow_entry_states[ENTRY_STARTED]);
}

/* One line a step that changes something. */
void
entry_log(const struct entry *e)
{
    log_line(e->effect == ENTRY_READ ? LOG_LV_DEBUG : LOG_LV_INFO, "flow",
             "flow=%s step=\"%s\" kind=\"%s\" state=%s attempts=%lld ms=%lld", e->flow->id,
             e->label, e->kind_name, flow_entry_states[e->state], (long long)e->attempts,
             e->started && e->ended ? (long long)(e->ended - e->started) / 1000 : 0);
}

int64_t
entry_wait_ms(const struct entry *e)
{
    return (e->next_look - time_mono_ns() + 999999) / 1000000;
}

void
entry_look_in(struct entry *e, int64_t ms)
{
    e->next_look = time_mono_ns() + ms * 1000000;
}

static void
entry_clear_error(struct entry *e)
{
    err_free(e->err);
    e->err = NULL;
    e->error = NULL;
}

void
entry_done(struct entry *e, const void *out)
{
    entry_clear_error(e);
    e->state = ENTRY_DONE;
    e->ended = time_now_us();
    if (out) {
        e->out = row_copy(e->flow->mem, out);
        e->output = row_to_json(e->flow->mem, e->out, false);
    }
    entry_changed(e);
    if (e->kind) {
        entry_log(e);
    }
}

void
entry_failed(struct entry *e, struct err *err)
{
    entry_clear_error(e);
    e->state = ENTRY_FAILED;
    e->ended = time_now_us();
    e->err = err;
    e->error = flow_err_text(e->flow->mem, err, NULL);
    entry_changed(e);
    entry_log(e);
}

/* 'weighty': only what tells of effects outside or counts time. */
bool
entries_unsaved(const struct flow *f, bool weighty)
{
    for (size_t i = f->entries.n; i-- > 0;) {
        const struct entry *e = f->entries.items[i];

        if (e->version != e->saved &&
            (!weighty || (e->effect != ENTRY_READ && e->effect != ENTRY_NOTE))) {
            return true;
        }
    }
    return false;
}

/* ---- rows -> entries -------------------------------------------------------------- */

struct err *
decode_text(struct mem *mem, const struct table *table, const char *text, void **row)
{
    const struct json *json;

    *row = NULL;
    if (!table || !text) {
        return NULL;
    }
    TRY(json_parse(mem, text, strlen(text), &json));
    *row = row_new(mem, table);
    return row_from_json(mem, table, json, *row);
}

static int
name_index(const char *const *names, const char *name)
{
    int i = 0;

    while (names[i] && !str_eq(names[i], name)) {
        i++;
    }
    return i;
}

static int64_t
time_or_zero(int64_t us)
{
    return us == TIME_NULL ? 0 : us;
}

static struct err *
words_check(const struct flow_step_row *row)
{
    const char *effect = flow_entry_effects[name_index(flow_entry_effects, row->effect)];
    const char *state = flow_entry_states[name_index(flow_entry_states, row->state)];

    if (effect && state) {
        return NULL;
    }
    return err_new(E_INVALID, NULL, "effect %s and state %s are not known here", row->effect,
                   row->state);
}

static struct err *
entry_fill(struct entry *e, const struct flow_step_row *row)
{
    struct flow *f = e->flow;
    void *in = NULL;

    TRY(words_check(row));
    e->state = (enum entry_state)name_index(flow_entry_states, row->state);
    e->kind = map_get(&f->engine->kinds, row->kind);
    e->input = mem_str(f->mem, row->input);
    e->output = mem_str(f->mem, row->output);
    e->error = mem_str(f->mem, row->error);
    snprintf(e->hash, sizeof e->hash, "%s", str_or(row->in_hash, ""));
    e->attempts = row->attempts;
    e->started = time_or_zero(row->started);
    e->ended = time_or_zero(row->ended);
    e->doubted = row->doubted;
    buf_str(&e->calls, row->calls);
    e->stored = row_copy(f->mem, row);
    e->saved = e->version;
    if (e->error && (e->state == ENTRY_FAILED || e->state == ENTRY_UNDO_FAILED ||
                     e->state == ENTRY_LEFT)) {
        e->err = flow_err_parse(e->error);
    }
    if (e->kind) {
        TRY(decode_text(f->mem, e->kind->in, e->input, &in));
        TRY(decode_text(f->mem, e->kind->out, e->output, &e->out));
    }
    e->in = in;
    return NULL;
}

struct err *
entry_from_row(struct flow *f, const struct flow_step_row *row)
{
    struct entry *e =
        entry_add(f, row->seq, row->label, row->kind,
                  (enum entry_effect)name_index(flow_entry_effects, row->effect));

    return err_wrap(entry_fill(e, row), "step %lld '%s'", (long long)row->seq, row->label);
}

/* ---- entries -> rows ----------------------------------------------------------------- */

static struct flow_step_row *
row_from_entry(struct mem *mem, const struct entry *e)
{
    struct flow_step_row *row = row_new(mem, &flow_step_table);

    row->id = mem_printf(mem, "%s.%lld", e->flow->id, (long long)e->seq);
    row->flow_id = mem_str(mem, e->flow->id);
    row->seq = e->seq;
    row->label = mem_str(mem, e->label);
    row->kind = mem_str(mem, e->kind_name);
    row->effect = flow_entry_effects[e->effect];
    row->state = flow_entry_states[e->state];
    row->input = mem_str(mem, e->input);
    row->in_hash = mem_str(mem, e->hash);
    row->output = mem_str(mem, e->output);
    row->error = mem_str(mem, e->error);
    row->attempts = e->attempts;
    row->doubted = e->doubted;
    row->started = e->started ? e->started : TIME_NULL;
    row->ended = e->ended ? e->ended : TIME_NULL;
    row->calls = e->calls.len ? buf_copy(mem, &e->calls) : NULL;
    return row;
}

struct job *
job_new(struct flow *f)
{
    struct mem *mem = mem_new("flow job");
    struct job *job = MEM_NEW(mem, struct job);

    job->mem = mem;
    job->flow = f;
    job->epoch = f->row.epoch;
    job->to = FLOW_N_STATES;
    job->seen_request = mem_str(mem, f->seen_request);
    job->rows = MEM_ARRAY(mem, f->entries.n + 1, struct job_row);
    job->n_begin = f->begin.n;
    job->begin = f->begin.n ? mem_copy(mem, f->begin.items, f->begin.n * sizeof *job->begin) : NULL;
    f->begin.n = 0;
    vec_each (&f->entries, at) {
        struct entry *e = *at;

        job->doubted |= e->doubted;
        if (e->version != e->saved) {
            struct job_row *row = &job->rows[job->n_rows++];

            row->entry = e;
            row->version = e->version;
            row->row = *row_from_entry(mem, e);
            row->old = e->stored;
        }
    }
    return job;
}

/* ---- on the writer's thread -------------------------------------------------------------- */

static struct err *
job_local(struct tx *tx, struct job *job)
{
    const struct entry *e = job->local;
    void *out = e->kind->out ? row_new(tx_mem(tx), e->kind->out) : NULL;
    struct err *err;

    job->local_out = NULL;
    if (job->undo) {
        err = e->kind->undo_local ? e->kind->undo_local(tx, e->in, e->out) : NULL;
    } else {
        err = e->kind->local(tx, e->in, out);
    }
    job->local_failed = err && !tx_is_lost(tx);
    job->local_err = err;
    if (!err && out && !job->undo) {
        job->local_out = row_to_json(job->mem, out, false);
    }
    return err;
}

/* The id of a child.  A child of the same name that was taken back keeps its id and
 * row, for explain: the next gets an id that follows from it. */
static struct err *
child_id(struct tx *tx, const struct flow_row *parent, const struct flow_step_row *row,
         const char **id)
{
    struct cond by_id[] = {COND("id", row->output), {0}};
    struct flow_row *old;

    *id = row->output;
    for (;;) {
        by_id[0] = (struct cond)COND("id", *id);
        TRY(row_find(tx, &flow_table, by_id, &old));
        if (!old || !str_eq(old->parent_id, parent->id) || !str_eq(old->label, row->label)) {
            return NULL;
        }
        *id = uuid_from(tx_mem(tx), mem_printf(tx_mem(tx), "again %s", *id));
    }
}

static struct err *
job_spawn(struct tx *tx, struct job *job, const struct flow_row *parent, struct job_row *row)
{
    const struct flow_type *type = row->entry->child_type;
    struct flow_row *child = row_new(tx_mem(tx), &flow_table);

    TRY(child_id(tx, parent, &row->row, &child->id));
    row->row.output = mem_str(job->mem, child->id);
    child->input = row->row.input;
    child->parent_id = parent->id;
    child->label = row->row.label;
    child->project_id = parent->project_id;
    child->restored = parent->restored;
    return flow_insert(tx, parent->owner, child, type, job->flow->engine->config.lease_ms);
}

static bool
is_done(const struct flow_step_row *row)
{
    return str_eq(row->state, flow_entry_states[ENTRY_DONE]);
}

static struct err *
job_entry(struct tx *tx, struct job *job, const struct flow_row *flow, struct job_row *row)
{
    bool is_local = row->entry == job->local;

    if (is_local && !job->undo) {
        row->row.state = flow_entry_states[ENTRY_DONE];
        row->row.output = job->local_out;
        row->row.ended = tx_now(tx);
    }
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): every row has its entry */
    if (row->entry->effect == ENTRY_CHILD && is_done(&row->row) &&
        !(row->old && is_done(row->old))) {
        job->refused = row->entry;
        TRY(job_spawn(tx, job, flow, row));
        job->refused = NULL;
    }
    if (row->old) {
        return row_update(tx, row->old, &row->row);
    }
    return row_insert(tx, &row->row);
}

static struct err *
job_undo_child(struct tx *tx, struct job *job, const struct flow_row *parent)
{
    const struct flow_type *type = job->child_type;
    struct flow_row *child, *undo;
    void *in = row_new(tx_mem(tx), type->undo_type->in);

    TRY(row_get(tx, &flow_table, job->child_id, &child));
    TRY(type->undo_input(tx, child, in));
    undo = row_new(tx_mem(tx), &flow_table);
    undo->id = uuid_from(tx_mem(tx), mem_printf(tx_mem(tx), "undo %s", job->child_id));
    undo->input = row_to_json(tx_mem(tx), in, false);
    undo->parent_id = parent->id;
    undo->label = mem_printf(tx_mem(tx), "undo %s", str_or(child->label, child->id));
    undo->project_id = parent->project_id;
    return flow_insert(tx, parent->owner, undo, type->undo_type,
                       job->flow->engine->config.lease_ms);
}

static struct err *
job_child(struct tx *tx, struct job *job, const struct flow_row *flow)
{
    struct flow_engine *engine = job->flow->engine;

    switch (job->child_op) {
    case CHILD_CANCEL:
        /* A rollback does not wait for what it takes back. */
        return flow_cancel(tx, engine, job->child_id, !str_eq(flow->cancel, FLOW_GRACEFUL));
    case CHILD_ROLLBACK:
        return flow_rollback_any(tx, engine, job->child_id);
    case CHILD_FAIL:
        return flow_fail(tx, engine, job->child_id);
    case CHILD_RETRY:
        return flow_retry(tx, engine, job->child_id);
    case CHILD_UNDO:
        return job_undo_child(tx, job, flow);
    case CHILD_NONE:
    default:
        return NULL;
    }
}

/* What stops under a parent that was given up is given up with it: nobody asks for it again. */
static struct err *
job_end(struct tx *tx, const struct job *job, const struct flow_row *row, enum flow_state *to)
{
    const struct cond by_id[] = {COND("id", row->parent_id), {0}};
    struct flow_row *parent = NULL;

    *to = job->to;
    if (job->to == FLOW_FAILED_TEMP && row->parent_id) {
        TRY(row_find(tx, &flow_table, by_id, &parent));
    }
    if (parent && flow_row_state(parent) == FLOW_FAILED) {
        *to = FLOW_FAILED;
    }
    return NULL;
}

/* The flow's own row: state, error, result, and that its request was seen. */
static struct err *
job_flow(struct tx *tx, const struct job *job, const struct flow_row *old)
{
    struct flow_row *row = row_copy(tx_mem(tx), old);
    enum flow_state to;

    TRY(job_end(tx, job, old, &to));
    if (row->request && str_eq(row->request, job->seen_request)) {
        row->request = NULL;
    }
    row->doubted |= job->doubted;
    if (job->set_error) {
        row->error = job->error;
    }
    if (job->output) {
        row->output = job->output;
    }
    if (job->phase) {
        row->phase = job->phase;
    }
    if (to == FLOW_N_STATES || to == flow_row_state(old)) {
        return row_update(tx, old, row);
    }
    if (to != FLOW_PROCESSING) {
        row->cancel = NULL;
        row->request = NULL;
    }
    return row_state_set(tx, job->flow->type, old, row, to);
}

/* The flow's row, if it still is ours. */
static struct err *
job_own(struct tx *tx, const struct job *job, struct flow_row **flow)
{
    struct err *err = row_get(tx, &flow_table, job->flow->id, flow);

    if (err_is(err, E_NOT_FOUND)) {
        err->code = E_GONE;
    }
    TRY(err);
    if ((*flow)->epoch != job->epoch) {
        return err_new(E_GONE, NULL, "flow %s was taken over", (*flow)->id);
    }
    return NULL;
}

static struct err *
job_write(struct tx *tx, void *arg)
{
    struct job *job = arg;
    struct flow_row *flow;

    job->local_failed = false;
    job->refused = NULL;
    TRY(job_own(tx, job, &flow));
    if (job->local) {
        TRY(job_local(tx, job));
    }
    for (size_t i = 0; i < job->n_rows; i++) {
        TRY(job_entry(tx, job, flow, &job->rows[i]));
    }
    TRY(job_child(tx, job, flow));
    return job_flow(tx, job, flow);
}

static void
landed(void *arg)
{
    job_landed(arg);
}

static void
job_written(void *arg, struct err *err)
{
    struct job *job = arg;

    job->err = err;
    loop_post(job->flow->engine->config.loop, landed, job);
}

void
job_queue(struct job *job)
{
    struct flow *f = job->flow;

    f->job = job;
    f->engine->n_jobs++;
    engine_fault(f->engine, FLOW_AT_WRITE, f->id, job->local ? job->local->label : "");
    store_write(f->engine->config.store, job_write, job, job_written);
}
