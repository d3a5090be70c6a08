/* The engine: which flows live here, when they have a turn, and what follows
 * when one ends or fails. */
#include "flow/live.h"

#include "base/log.h"
#include "sys/meter.h"

#include <string.h>

#define LEASE_MS 30000

/* ---- look-ups --------------------------------------------------------------------- */

const struct flow_type *
engine_type(const struct flow_engine *engine, const char *name, int64_t version)
{
    for (const struct flow_type *const *at = engine->config.types; *at; at++) {
        if (str_eq((*at)->name, name) && (*at)->version == version) {
            return *at;
        }
    }
    return NULL;
}

const struct flow_type *
engine_type_like(const struct flow_engine *engine, const char *name, int64_t version)
{
    const struct flow_type *type = engine_type(engine, name, version);

    for (const struct flow_type *const *at = engine->config.types; !type && *at; at++) {
        if (str_eq((*at)->name, name)) {
            type = *at;
        }
    }
    return type;
}

static struct flow **
bucket(struct flow_engine *engine, const char *id)
{
    return &engine->flows[hash_bytes(id, strlen(id), 0) % FLOW_BUCKETS];
}

struct flow *
engine_flow(struct flow_engine *engine, const char *id)
{
    struct flow *f = *bucket(engine, id);

    while (f && !str_eq(f->id, id)) {
        f = f->next;
    }
    return f;
}

void
engine_keep(struct flow_engine *engine, struct flow *f)
{
    struct flow **at = bucket(engine, f->id);

    f->next = *at;
    *at = f;
    engine->n_flows++;
}

static void
engine_drop(struct flow_engine *engine, struct flow *f)
{
    struct flow **at = bucket(engine, f->id);

    while (*at != f) {
        at = &(*at)->next;
    }
    *at = f->next;
    engine->n_flows--;
}

void
engine_fault(struct flow_engine *engine, enum flow_point point, const char *flow_id,
             const char *label)
{
    if (engine->config.fault) {
        engine->config.fault(engine->config.fault_arg, point, flow_id, label);
    }
}

size_t
flow_engine_running(const struct flow_engine *engine)
{
    return engine->n_flows;
}

/* ---- flows ------------------------------------------------------------------------- */

static void
timer_fired(void *arg)
{
    flow_wake(arg);
}

struct flow *
flow_alloc(struct flow_engine *engine, const struct flow_type *type, const char *id)
{
    struct mem *mem = mem_new("flow");
    struct flow *f = MEM_NEW(mem, struct flow);

    f->mem = mem;
    f->run_mem = mem_new("flow turn");
    f->engine = engine;
    f->type = type;
    f->id = mem_str(mem, id);
    f->timer = loop_timer_new(engine->config.loop, timer_fired, f);
    return f;
}

static void
ready_drop(struct flow_engine *engine, const struct flow *f)
{
    vec_each (&engine->ready, at) {
        if (*at == f) {
            *at = NULL;
        }
    }
}

void
flow_free(struct flow *f)
{
    ready_drop(f->engine, f);
    loop_timer_del(f->timer);
    vec_each (&f->entries, at) {
        entry_free(*at);
    }
    mem_free(f->run_mem);
    mem_free(f->mem);
}

void
flow_timer_arm(struct flow *f, int64_t ms)
{
    int64_t due = time_mono_ns() + (ms > 0 ? ms : 0) * 1000000;

    if (!f->in_turn || !f->due || due < f->due) {
        f->due = due;
        loop_timer_arm(f->timer, ms > 0 ? ms : 0);
    }
}

/* ---- turns -------------------------------------------------------------------------- */

/* What was begun and not awaited has to come to its end all the same. */
static struct err *
unended(const struct flow *f, int64_t from)
{
    for (size_t i = f->entries.n; i-- > 0 && f->entries.items[i]->seq >= from;) {
        const struct entry *e = f->entries.items[i];

        if (e->seq < f->seq && e->effect == ENTRY_WRITE && e->state != ENTRY_DONE) {
            return flow_parked(f);
        }
    }
    return NULL;
}

static void
function_turn(struct flow *f)
{
    int64_t from = f->phase == PHASE_RUN     ? 0
                   : f->phase == PHASE_SWEEP ? SEQ_SWEEP
                                             : SEQ_SWEEP_BACK;
    struct err *err;

    f->seq = from;
    f->local = NULL;
    f->begin.n = 0;
    f->flush = false;
    f->mark = false;
    vec_each (&f->entries, at) {
        (*at)->joined = false;
    }
    mem_reset(f->run_mem);
    f->in_turn = true;
    err = f->phase == PHASE_RUN ? f->type->run(f, f->in) : f->type->sweep(f, f->in);
    f->in_turn = false;
    if (!err) {
        err = unended(f, from);
    }
    if (!err && entry_at(f, f->seq)) {
        err = err_new(E_INTERNAL, "ReplayMismatch",
                      "the journal has step '%s' where the function ends",
                      entry_at(f, f->seq)->label);
    }
    if (err_is(err, E_PARKED)) {
        err_ignore(err, "not a failure: the flow waits");
        flow_park(f);
    } else if (err) {
        flow_stop(f, FLOW_FAILED_TEMP, err);
    } else {
        flow_stop(f, FLOW_COMPLETED, NULL);
    }
}

static bool
needs_sweep(const struct flow *f)
{
    if (!f->type->sweep) {
        return false;
    }
    for (size_t i = 0; i < f->entries.n; i++) {
        if (f->entries.items[i]->doubted) {
            return true;
        }
    }
    return f->row.doubted;
}

/* Also in a turn that a child's end gave it: it rests only when all of them do. */
static void
type_gone(struct flow *f)
{
    mem_reset(f->run_mem);
    flow_stop(f, FLOW_FAILED_TEMP,
              err_new(E_NOT_IMPLEMENTED, "FlowVersionGone",
                      "this program has no flow type %s of version %lld: run one that has, or "
                      "roll back there",
                      f->row.type, (long long)f->row.version));
}

static void
flow_turn(struct flow *f)
{
    if (f->job || f->ended) {
        return;
    }
    f->missed = false;
    f->due = 0;
    if (f->phase == PHASE_UNDO) {
        undo_turn(f);
    } else if (!f->type->run) {
        type_gone(f);
    } else {
        function_turn(f);
    }
}

static void
engine_turn(void *arg)
{
    struct flow_engine *engine = arg;

    engine->posted = false;
    for (size_t i = 0; i < engine->ready.n; i++) {
        struct flow *f = engine->ready.items[i];

        if (!f) {
            continue;
        }
        engine->ready.items[i] = NULL;
        f->ready = false;
        (void)log_origin_swap(log_origin_of(f->row.request_id));
        if (f->plan) {
            plan_turn(f);
        } else {
            flow_turn(f);
        }
    }
    engine->ready.n = 0;
}

void
flow_wake(struct flow *f)
{
    struct flow_engine *engine = f->engine;

    while (f->plan_parent) {
        f = f->plan_parent;
    }
    f->missed = f->job != NULL;
    if (f->ready || f->in_turn || f->job) {
        return;
    }
    f->ready = true;
    vec_add(engine->mem, &engine->ready, f);
    if (!engine->posted) {
        engine->posted = true;
        loop_post(engine->config.loop, engine_turn, engine);
    }
}

/* The function waits: what it decided is written, if anything needs that. */
void
flow_park(struct flow *f)
{
    struct job *job;

    if (f->job ||
        (!f->local && !f->begin.n && !f->flush && !f->mark && !entries_unsaved(f, true))) {
        return; /* Also where the turn itself has asked something of a child. */
    }
    job = job_new(f);
    job->local = f->local;
    job->to = f->mark ? FLOW_PROCESSING : FLOW_N_STATES;
    job_queue(job);
}

/* ---- ends ------------------------------------------------------------------------------ */

static const char *
last_label(const struct flow *f)
{
    for (size_t i = f->entries.n; i-- > 0;) {
        const struct entry *e = f->entries.items[i];

        if (e->state == ENTRY_FAILED || e->state == ENTRY_UNDO_FAILED) {
            return e->label;
        }
    }
    return NULL;
}

static void
stop_failed(struct flow *f, struct err *err)
{
    struct job *job;

    log_warn("flow", "flow=%s type=%s step=\"%s\" failed: %s", f->id, f->type->name,
             str_or(last_label(f), ""), err->message);
    job = job_new(f);
    job->error = flow_err_text(job->mem, err, last_label(f));
    job->set_error = true;
    if (flow_row_state(&f->row) == FLOW_STARTING && f->phase == PHASE_RUN) {
        job->phase = "rollback";
    } else if (f->phase == PHASE_RUN && f->type->gives_up && f->type->gives_up(err)) {
        job->phase = "rollback";
        job->to = FLOW_ROLLING_BACK;
    } else {
        job->phase = f->phase == PHASE_UNDO || f->phase == PHASE_UNDO_SWEEP ? "rollback" : "run";
        job->to = FLOW_FAILED_TEMP;
    }
    err_free(err);
    job_queue(job);
}

static void
stop_done(struct flow *f, enum flow_state to)
{
    struct job *job = job_new(f);

    job->to = to;
    if (to == FLOW_COMPLETED) {
        job->set_error = true;
        job->output = mem_str(job->mem, f->result);
    }
    job_queue(job);
}

/* What the turn that fails meant to begin is not begun.  The same turn comes again until all rests:
 * where the store knows it there is nothing to write. */
static void
begin_not(struct entry **begin, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct entry *e = begin[i];

        if (e->doubted) {
            continue;
        }
        e->state = ENTRY_AGAIN;
        if (e->stored && str_eq(e->stored->state, flow_entry_states[ENTRY_AGAIN])) {
            e->version = e->saved;
        } else {
            entry_changed(e);
        }
    }
}

/* Has everything come to an end that was begun?  Whatever ends wakes the flow. */
static bool
steps_rest(const struct flow *f)
{
    for (size_t i = f->entries.n; i-- > 0;) {
        if (f->entries.items[i]->step) {
            return false;
        }
    }
    return true;
}

/* The phase is over; FLOW_COMPLETED stands for 'the function returned'.  A flow that stops rests
 * only when its steps and its children do: nothing of an operation in FAILED_TEMP still works, so
 * that a 'fail' knows what there is. */
void
flow_stop(struct flow *f, enum flow_state to, struct err *err)
{
    begin_not(f->begin.items, f->begin.n);
    f->begin.n = 0;
    if (!steps_rest(f)) {
        err_ignore(err, "the flow is asked again when a step has ended");
        flow_park(f);
    } else if (err && (f->cancel || f->phase == PHASE_RUN) && !children_rest(f)) {
        err_ignore(err, "the flow is asked again when a child has stopped");
    } else if (err) {
        stop_failed(f, err);
    } else if (f->phase == PHASE_RUN && to == FLOW_COMPLETED && needs_sweep(f)) {
        f->phase = PHASE_SWEEP;
        flow_wake(f);
    } else if (f->phase == PHASE_UNDO && needs_sweep(f)) {
        f->phase = PHASE_UNDO_SWEEP;
        flow_wake(f);
    } else if (f->phase == PHASE_UNDO || f->phase == PHASE_UNDO_SWEEP) {
        stop_done(f, FLOW_ROLLED_BACK);
    } else {
        stop_done(f, FLOW_COMPLETED);
    }
}

void
wake_parent(struct flow_engine *engine, const char *parent_id)
{
    struct flow *parent = parent_id ? engine_flow(engine, parent_id) : NULL;

    if (parent) {
        flow_wake(parent);
    }
}

static void
flow_leave(struct flow *f)
{
    struct flow_engine *engine = f->engine;
    AUTO(mem) mem = mem_new("flow leaves");
    const char *parent = mem_str(mem, f->row.parent_id);

    f->ended = true;
    engine_drop(engine, f);
    flow_free(f);
    wake_parent(engine, parent);
    /* What was asked of it between its last write and now. */
    engine_look(engine);
}

/* ---- a job has landed ---------------------------------------------------------------------- */

static void
rows_saved(struct job *job)
{
    for (size_t i = 0; i < job->n_rows; i++) {
        struct job_row *row = &job->rows[i];
        struct entry *e = row->entry;

        /* NOLINTBEGIN(clang-analyzer-core.NullDereference): every row has its entry */
        if (e == job->local && !job->undo) {
            e->state = ENTRY_DONE;
            e->output = mem_str(e->flow->mem, job->local_out);
            e->ended = row->row.ended;
            err_ignore(decode_text(e->flow->mem, e->kind->out, e->output, &e->out),
                       "written by row_to_json a moment ago");
            entry_log(e);
        }
        e->stored = row_copy(e->flow->mem, &row->row);
        e->saved = row->version;
        if (e->effect == ENTRY_CHILD && e->state == ENTRY_DONE) {
            e->output = e->stored->output; /* The id that the child was given. */
            engine_take(e->flow->engine, e->output);
        }
        /* NOLINTEND(clang-analyzer-core.NullDereference) */
    }
}

/* What was asked of a child was refused.  A child that has moved is looked at
 * again; where its undo cannot even be begun, asking again would never end. */
static void
child_refused(struct flow *f, const struct job *job, struct err *err)
{
    bool moved = err->code == E_CONFLICT || err->code == E_EXISTS || err->code == E_NOT_FOUND;

    for (size_t i = 0; job->child_op == CHILD_UNDO && !moved && i < f->entries.n; i++) {
        struct entry *e = f->entries.items[i];

        if (e->effect == ENTRY_CHILD && str_eq(e->output, job->child_id)) {
            entry_failed(e, err);
            e->state = ENTRY_UNDO_FAILED;
            flow_wake(f);
            return;
        }
    }
    log_err(LOG_LV_INFO, "flow", err, "the child moved meanwhile");
    flow_wake(f);
}

/* The transaction did not happen. */
static void
job_failed(struct flow *f, struct job *job)
{
    struct err *err = job->err;
    bool failed = job->local_failed && err == job->local_err; /* Else the store did, after it was run. */

    job->err = NULL;
    if (failed && !job->undo) {
        entry_failed(job->local, err);
        flow_wake(f);
    } else if (failed) {
        entry_failed(job->local, err);
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): it has failed, so it is there */
        job->local->state = ENTRY_UNDO_FAILED;
        flow_wake(f);
    } else if (job->refused && err->code != E_UNAVAILABLE) {
        entry_failed(job->refused, err);
        flow_wake(f);
    } else if (err->code == E_GONE) {
        log_err(LOG_LV_WARN, "flow", err, "let go");
        flow_leave(f);
    } else if (job->child_op != CHILD_NONE && err->code != E_UNAVAILABLE) {
        child_refused(f, job, err);
    } else {
        if (job->undo) {
            /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): an undo has its step */
            job->local->state = ENTRY_DONE;
            entry_changed(job->local);
        }
        log_err(LOG_LV_ERROR, "flow", err, "journal write, to be tried again");
        flow_timer_arm(f, STORE_RETRY_MS);
    }
}

/* Refused before it was granted, or given up by its type: nor does a cancel from before want more
 * than that.  One that is asked for now is of the rollback, and is heard although the word for it is
 * the same. */
static void
phase_undo(struct flow *f)
{
    f->phase = PHASE_UNDO;
    f->cancel = NULL;
    f->seen_request = NULL;
    vec_each (&f->entries, at) {
        (*at)->undo_tried = false;
    }
    engine_look(f->engine);
}

static void
job_done(struct flow *f, struct job *job)
{
    rows_saved(job);
    if (job->undo && job->local) {
        job->local->state = ENTRY_UNDONE;
    }
    f->row.doubted |= job->doubted;
    if (job->to != FLOW_N_STATES) {
        f->row.state = flow_state_names[job->to];
    }
    if (job->to == FLOW_COMPLETED || job->to == FLOW_FAILED_TEMP ||
        job->to == FLOW_ROLLED_BACK) {
        log_info("flow", "flow=%s type=%s state=%s", f->id, f->type->name, f->row.state);
        meter_add(METER_flows, f->type->name, f->row.state, 1);
        flow_leave(f);
        return;
    }
    if ((job->to == FLOW_N_STATES || job->to == FLOW_ROLLING_BACK) &&
        str_eq(job->phase, "rollback")) {
        phase_undo(f);
    }
    if (f->cancel) {
        begin_not(job->begin, job->n_begin);
    }
    for (size_t i = 0; !f->cancel && i < job->n_begin; i++) {
        step_begin(job->begin[i], job->begin[i]->look_first ? STEP_FIND : STEP_ACT);
    }
    if (f->cancel || !job->n_begin || f->missed) {
        flow_wake(f);
    }
}

static void
job_free(struct job *job)
{
    err_free(job->err);
    mem_free(job->mem);
}

void
job_landed(struct job *job)
{
    struct flow *f = job->flow;

    f->engine->n_jobs--;
    f->job = NULL;
    engine_fault(f->engine, FLOW_AT_WRITTEN, f->id, job->local ? job->local->label : "");
    if (f->ended) {
        flow_free(f);
    } else if (job->err) {
        job_failed(f, job);
    } else {
        job_done(f, job);
    }
    job_free(job);
}

/* ---- life of the engine ----------------------------------------------------------------------------- */

static struct services *
services_new(struct loop *loop)
{
    struct mem *mem = mem_new("flow services");
    struct services *services = MEM_NEW(mem, struct services);

    services->mem = mem;
    services->refs = 1;
    services->loop = loop;
    map_init(&services->map, mem);
    return services;
}

struct err *
flow_engine_new(const struct flow_engine_config *config, struct flow_engine **engine)
{
    struct mem *mem = mem_new("flow engine");
    struct flow_engine *e = MEM_NEW(mem, struct flow_engine);

    e->mem = mem;
    e->config = *config;
    e->config.owner = mem_str(mem, config->owner);
    e->config.lease_ms = config->lease_ms ? config->lease_ms : LEASE_MS;
    e->config.settle_ms = config->settle_ms ? config->settle_ms : SETTLE_MS;
    e->services = services_new(config->loop);
    map_init(&e->kinds, mem);
    e->lease = loop_timer_new(config->loop, engine_lease_due, e);
    *engine = e;
    return NULL;
}

void
flow_service_set(struct flow_engine *engine, const char *name, void *service)
{
    map_set(&engine->services->map, mem_str(engine->services->mem, name), service);
}

void
flow_kinds_add(struct flow_engine *engine, const struct step_kind *const *kinds)
{
    for (; *kinds; kinds++) {
        map_set(&engine->kinds, (*kinds)->name, (void *)(uintptr_t)*kinds);
    }
}

static void
drop_flows(struct flow_engine *engine)
{
    for (size_t i = 0; i < FLOW_BUCKETS; i++) {
        while (engine->flows[i]) {
            struct flow *f = engine->flows[i];

            engine_drop(engine, f);
            f->ended = true;
            if (!f->job) {
                flow_free(f);
            }
        }
    }
    vec_each (&engine->plans, at) {
        if (*at) {
            plan_drop(*at);
        }
    }
}

void
flow_engine_free(struct flow_engine *engine)
{
    if (!engine) {
        return;
    }
    engine->started = false;
    if (engine->watch) {
        store_unwatch(engine->watch);
    }
    drop_flows(engine);
    /* Writes under way hold flows; each lands on the loop. */
    do {
        err_ignore(loop_turn(engine->config.loop, engine->n_jobs ? 100 : 0), "own posts");
    } while (engine->n_jobs || engine->posted);
    loop_timer_del(engine->lease);
    services_unref(engine->services);
    mem_free(engine->mem);
}
