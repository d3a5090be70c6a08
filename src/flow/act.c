/* Acts, look-ups and undos: what happens outside.  An act whose outcome is in
 * doubt is looked for until the site has had time to show it, then repeated. */
#include "flow/live.h"

#include "base/log.h"

#include <stdlib.h>

struct step {
    struct mem *mem;
    struct entry *entry;         /* null: orphaned, whoever still works on it is ignored */
    struct services *services;
    const struct step_kind *kind;
    enum step_what what;
    bool planned, doubted;
    const void *in, *out;
    const char *label, *flow_id;
    struct loop_timer *timer;    /* by which it waits; or null */
    const char *cancel;          /* how its flow was asked to stop meanwhile; or null */
};

/* ---- services --------------------------------------------------------------------- */

static struct services *
services_ref(struct services *services)
{
    services->refs++;
    return services;
}

void
services_unref(struct services *services)
{
    if (--services->refs == 0) {
        mem_free(services->mem);
    }
}

/* ---- what a kind may ask ------------------------------------------------------------- */

struct mem *
step_mem(const struct step *step)
{
    return step->mem;
}

const void *
step_in(const struct step *step)
{
    return step->in;
}

const void *
step_out(const struct step *step)
{
    return step->out;
}

void *
step_out_new(const struct step *step)
{
    return row_new(step->mem, step->kind->out);
}

const struct step_kind *
step_kind(const struct step *step)
{
    return step->kind;
}

const char *
step_label(const struct step *step)
{
    return step->label;
}

const char *
step_flow_id(const struct step *step)
{
    return step->flow_id;
}

const char *
step_marker(const struct step *step)
{
    return mem_printf(step->mem, "carrick:%s:%s", step->flow_id, step->label);
}

bool
step_planned(const struct step *step)
{
    return step->planned;
}

bool
step_doubted(const struct step *step)
{
    return step->doubted;
}

void *
step_service(const struct step *step, const char *name)
{
    void *service = map_get(&step->services->map, name);

    if (!service) {
        log_error("flow", "step kind '%s' asks for '%s', which no one gave", step->kind->name,
                  name);
        abort();
    }
    return service;
}

struct loop *
step_loop(const struct step *step)
{
    return step->services->loop;
}

#define CALLS_MAX 16384

bool
step_wanted(const struct step *step)
{
    return step->entry != NULL;
}

const char *
step_cancelled(const struct step *step)
{
    return step->cancel;
}

void
step_waits_by(struct step *step, struct loop_timer *timer)
{
    step->timer = timer;
}

void
step_said(struct step *step, const char *fmt, ...)
{
    va_list args;

    if (!step->entry || step->entry->calls.len > CALLS_MAX) {
        return;
    }
    va_start(args, fmt);
    buf_str(&step->entry->calls, mem_vprintf(step->mem, fmt, args));
    va_end(args);
    buf_char(&step->entry->calls, '\n');
}

/* ---- begin ---------------------------------------------------------------------------- */

static struct step *
step_new(struct entry *e, enum step_what what)
{
    struct mem *mem = mem_new("flow step");
    struct step *step = MEM_NEW(mem, struct step);

    step->mem = mem;
    step->entry = e;
    step->services = services_ref(e->flow->engine->services);
    step->kind = e->kind;
    step->what = what;
    step->doubted = e->doubted;
    /* Copies: the step may outlive the flow. */
    step->in = e->in ? row_copy(mem, e->in) : NULL;
    step->out = e->out ? row_copy(mem, e->out) : NULL;
    step->label = mem_str(mem, e->label);
    step->flow_id = mem_str(mem, e->flow->id);
    return step;
}

static void
step_free(struct step *step)
{
    services_unref(step->services);
    mem_free(step->mem);
}

void
step_orphan(struct step *step)
{
    step->entry->step = NULL;
    step->entry = NULL;
    if (step->timer) {
        loop_timer_hurry(step->timer);
    }
}

/* What was begun may happen all the same: it is in doubt, be it made or taken back. */
void
step_cancel(struct step *step, const char *how)
{
    struct entry *e = step->entry;
    bool undo = step->what == STEP_UNDO;

    step->cancel = str_eq(how, FLOW_FORCEFUL) ? FLOW_FORCEFUL : FLOW_GRACEFUL;
    if (!str_eq(how, FLOW_FORCEFUL)) {
        return;
    }
    step_orphan(step);
    e->doubted |= e->effect == ENTRY_WRITE;
    entry_failed(e, err_new(E_CANCELLED, NULL, "cancelled while it was under way"));
    if (undo) {
        e->state = e->flow->phase == PHASE_RUN ? ENTRY_TORN : ENTRY_UNDO_FAILED;
    }
}

const char *
step_text(struct entry *e)
{
    struct step *step = step_new(e, STEP_ACT);
    const char *text;

    step->planned = true;
    if (e->kind->describe) {
        text = mem_str(e->flow->mem, e->kind->describe(step));
    } else {
        text = mem_printf(e->flow->mem, "%s %s", e->kind->name, str_or(e->input, ""));
    }
    step_free(step);
    return text;
}

static int64_t
settle_us(const struct entry *e)
{
    int ms = e->kind->settle_ms;

    return (int64_t)(ms ? ms : e->flow->engine->config.settle_ms) * 1000;
}

int64_t
entry_settled_in(const struct entry *e)
{
    return (e->started + settle_us(e) - time_now_us()) / 1000;
}

void
step_begin(struct entry *e, enum step_what what)
{
    struct step *step = step_new(e, what);

    e->step = step;
    e->looked = e->looked || what == STEP_FIND;
    if (what == STEP_ACT) {
        e->attempts++;
        e->tries++;
        if (e->effect != ENTRY_READ || !e->started) {
            e->started = time_now_us();
        }
    }
    engine_fault(e->flow->engine, FLOW_AT_ACT, e->flow->id, e->label);
    switch (what) {
    case STEP_FIND:
        e->kind->find(step);
        break;
    case STEP_UNDO:
        e->kind->undo(step);
        break;
    case STEP_ACT:
    default:
        e->kind->act(step);
        break;
    }
}

/* ---- end ------------------------------------------------------------------------------ */

/* Taken back in order to be done again (drive_torn). */
static void
cleared(struct entry *e, struct err *err)
{
    if (err) {
        entry_failed(e, err);
        e->state = ENTRY_TORN;
        return;
    }
    e->state = ENTRY_AGAIN;
    e->out = NULL;
    e->output = NULL;
    e->started = 0;
    entry_changed(e);
    entry_log(e);
}

static void
undone(struct entry *e, struct err *err)
{
    if (e->flow->phase == PHASE_RUN) {
        cleared(e, err);
    } else if (err) {
        entry_failed(e, err);
        e->state = ENTRY_UNDO_FAILED;
    } else {
        e->state = ENTRY_UNDONE;
        entry_changed(e);
        entry_log(e);
    }
}

/* An act of unknown outcome: looked for, or simply repeated. */
static void
in_doubt(struct entry *e, struct err *err)
{
    if (e->effect == ENTRY_WRITE) {
        e->doubted = true;
    }
    if (e->tries >= ATTEMPTS_MAX) {
        entry_failed(e, err);
        return;
    }
    log_warn("flow", "flow=%s step=\"%s\" in doubt: %s", e->flow->id, e->label, err->message);
    err_ignore(err, "the step is looked for, then repeated");
    e->state = e->kind->find ? ENTRY_STARTED : ENTRY_AGAIN;
    entry_changed(e);
}

static void
probed(struct entry *e, const void *out, struct err *err)
{
    mem_free(e->probe_mem);
    err_free(e->probe_err);
    e->probe_mem = mem_new("flow probe");
    e->probe = out ? row_copy(e->probe_mem, out) : NULL;
    e->probe_err = err;
    e->probed = true;
}

static void
acted(struct entry *e, const void *out, struct err *err)
{
    if (e->effect == ENTRY_READ) {
        probed(e, out, err);
    } else if (!err) {
        entry_done(e, out);
    } else if (err->code == E_IN_DOUBT) {
        in_doubt(e, err);
    } else {
        entry_failed(e, err);
    }
}

/* While a flow rolls back, a look-up only serves to know what to undo. */
static void
found(struct entry *e, const void *out, struct err *err)
{
    if (err) {
        if (e->flow->phase == PHASE_UNDO) {
            undone(e, err);
        } else {
            entry_failed(e, err);
        }
    } else {
        entry_done(e, out);
    }
}

static void
step_end(struct step *step, const void *out, struct err *err)
{
    struct entry *e = step->entry;

    if (!e) {
        err_ignore(err, "nobody waits for the step any more");
        step_free(step);
        return;
    }
    e->step = NULL;
    engine_fault(e->flow->engine, FLOW_AT_ANSWER, e->flow->id, e->label);
    if (step->what == STEP_UNDO) {
        undone(e, err);
    } else if (step->what == STEP_FIND) {
        found(e, out, err);
    } else {
        acted(e, out, err);
    }
    step_free(step);
    flow_wake(e->flow);
}

void
step_done(struct step *step, const void *out)
{
    step_end(step, out, NULL);
}

void
step_failed(struct step *step, struct err *err)
{
    step_end(step, NULL, err);
}

void
step_absent(struct step *step)
{
    struct entry *e = step->entry;

    if (e) {
        e->step = NULL;
        engine_fault(e->flow->engine, FLOW_AT_ANSWER, e->flow->id, e->label);
        entry_look_in(e, settle_us(e) / 4000);
        if (e->look_first || entry_settled_in(e) <= 0) { /* whoever made it before has long settled */
            e->look_first = false;
            e->state = e->flow->phase == PHASE_UNDO ? ENTRY_UNDONE : ENTRY_AGAIN;
            entry_changed(e);
        }
        flow_wake(e->flow);
    }
    step_free(step);
}
