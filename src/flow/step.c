/* The flow function's side: each call either answers from the journal or decides
 * what this turn will do, and then says E_PARKED. */
#include "flow/live.h"

#include "base/json.h"
#include "base/log.h"
#include "store/room.h"

#include <string.h>

#define POLL_INTERVAL_MS 500
#define POLL_PART 4
#define POLL_TIMEOUT_MS 300000

struct err *
flow_parked(const struct flow *f)
{
    return err_new(E_PARKED, NULL, "flow %s waits", f->id);
}

struct err *
flow_cancelled(const struct flow *f)
{
    return err_new(E_CANCELLED, "Cancelled", "operation %s was cancelled (%s)", f->id, f->cancel);
}

/* ---- replay ------------------------------------------------------------------------- */

static struct err *
mismatch(const struct flow *f, const struct entry *e, const char *label, const char *kind,
         const char *what)
{
    struct err *err =
        err_new(E_INTERNAL, "ReplayMismatch",
                "replay of flow %s (%s version %d), step %lld: the journal has '%s' (%s), the "
                "function asks for '%s' (%s): %s differs",
                f->id, f->type->name, f->type->version, (long long)e->seq, e->label,
                e->kind_name, label, kind, what);

    log_error("flow", "%s", err->message);
    return err;
}

static struct err *
label_is_new(struct flow *f, const char *label)
{
    for (size_t i = f->entries.n; i-- > 0;) {
        const struct entry *e = f->entries.items[i];

        if (e->effect != ENTRY_JOIN && e->effect != ENTRY_NOTE && str_eq(e->label, label) &&
            e->seq / SEQ_SWEEP == f->seq / SEQ_SWEEP) {
            return err_new(E_INTERNAL, "LabelTaken", "flow type %s has two steps labelled '%s'",
                           f->type->name, label);
        }
    }
    return NULL;
}

static bool
is_nothing(const struct json *json)
{
    switch (json->type) {
    case JSON_T_NULL:
        return true;
    case JSON_T_BOOL:
        return !json->b;
    case JSON_T_INT:
        return json->i == 0;
    case JSON_T_REAL:
        return json->r == 0;
    case JSON_T_STR:
    case JSON_T_ARRAY:
    case JSON_T_OBJECT:
        return json->n == 0;
    }
    return false;
}

/* Is 'now' the same as 'then', but for members that were not known then and hold nothing? */
static bool
has_grown(const struct json *then, const struct json *now)
{
    if (!then || !now || then->type != now->type) {
        return false;
    }
    if (then->type == JSON_T_OBJECT) {
        json_each (then, i) {
            if (!has_grown(then->items[i], json_get(now, then->keys[i]))) {
                return false;
            }
        }
        json_each (now, i) {
            if (!json_get(then, now->keys[i]) && !is_nothing(now->items[i])) {
                return false;
            }
        }
        return true;
    }
    if (then->type != JSON_T_ARRAY) {
        return json_equal(then, now);
    }
    for (size_t i = 0; i < then->n && then->n == now->n; i++) {
        if (!has_grown(then->items[i], now->items[i])) {
            return false;
        }
    }
    return then->n == now->n;
}

/* A table of an input has got attributes since the entry was written: of an older call they have to
 * say nothing. */
static bool
input_has_grown(const struct flow *f, const char *then, const char *now)
{
    const struct json *a, *b;
    struct err *e;

    if (!then || !now) {
        return false;
    }
    e = json_parse(f->run_mem, then, strlen(then), &a);
    if (!e) {
        e = json_parse(f->run_mem, now, strlen(now), &b);
    }
    if (e) {
        err_ignore(e, "what cannot be read is not the same");
        return false;
    }
    return has_grown(a, b);
}

/* The entry of the call that the function makes now: as journalled, after it was
 * checked to be the same call, or a new one (then '*is_new'). */
struct err *
next_entry(struct flow *f, const char *label, const char *kind_name, enum entry_effect effect,
           const char *input, struct entry **entry, bool *is_new)
{
    struct entry *e = entry_at(f, f->seq);
    char hash[17];

    snprintf(hash, sizeof hash, "%016llx",
             (unsigned long long)hash_bytes(str_or(input, ""), strlen(str_or(input, "")), 0));
    *is_new = !e;
    if (!e) {
        if (f->cancel) {
            return flow_cancelled(f);
        }
        if (effect != ENTRY_JOIN && effect != ENTRY_NOTE) {
            TRY(label_is_new(f, label));
        }
        e = entry_add(f, f->seq, label, kind_name, effect);
        e->input = mem_str(f->mem, input);
        memcpy(e->hash, hash, sizeof hash);
    } else if (!str_eq(e->label, label)) {
        return mismatch(f, e, label, kind_name, "the label");
    } else if (e->effect != effect || !str_eq(e->kind_name, kind_name)) {
        return mismatch(f, e, label, kind_name, "the kind");
    } else if (strcmp(e->hash, hash) != 0) {
        if (!input_has_grown(f, e->input, input)) {
            return mismatch(f, e, label, kind_name, "the input");
        }
        memcpy(e->hash, hash, sizeof hash); /* The next run need not look so closely. */
    }
    f->seq++;
    *entry = e;
    return NULL;
}

static void
give(const struct entry *e, void *out)
{
    if (out && e->out) {
        memcpy(out, e->out, e->kind->out->size);
    }
}

/* ---- reads ------------------------------------------------------------------------------ */

struct local_read {
    struct entry *e;
    struct mem *mem;
    void *out;
    const struct err *own; /* what the kind said itself: any other error is the store's */
};

static struct err *
run_local_read(struct tx *tx, void *arg)
{
    struct local_read *read = arg;
    const struct step_kind *kind = read->e->kind;
    void *out = kind->out ? row_new(tx_mem(tx), kind->out) : NULL;

    struct err *err = kind->local(tx, read->e->in, out);

    read->own = tx_is_lost(tx) ? NULL : err;
    TRY(err);
    read->out = out ? row_copy(read->mem, out) : NULL;
    return NULL;
}

/* Begins one reading; the answer may already be there when it returns. */
static void
read_once(struct entry *e)
{
    struct local_read read = {.e = e};

    if (!e->kind->local) {
        step_begin(e, STEP_ACT);
        return;
    }
    mem_free(e->probe_mem);
    e->probe_mem = read.mem = mem_new("flow probe");
    e->attempts++;
    e->probe_err = store_read(e->flow->engine->config.store, run_local_read, &read);
    e->probe = read.out;
    e->probed = true;
    e->unanswered = e->probe_err && e->probe_err != read.own;
}

static struct err *
probe_take(struct entry *e)
{
    struct err *err = e->probe_err;

    e->probe_err = NULL;
    e->probed = false;
    return err;
}

static struct err *
fail_entry(struct entry *e, struct err *err)
{
    entry_failed(e, err);
    return err_copy(err);
}

static struct err *
drive_read(struct entry *e)
{
    for (;;) {
        struct err *err;

        if (!e->probed) {
            read_once(e);
        }
        if (!e->probed) {
            return flow_parked(e->flow);
        }
        err = probe_take(e);
        if (!err) {
            entry_done(e, e->probe);
            return NULL;
        }
        if (e->kind->local && e->unanswered) {
            log_err(LOG_LV_WARN, "flow", err, "a read of the store, to be tried again");
            flow_timer_arm(e->flow, STORE_RETRY_MS);
            return flow_parked(e->flow);
        }
        if (err->code != E_IN_DOUBT || e->tries >= ATTEMPTS_MAX) {
            return fail_entry(e, err);
        }
        err_ignore(err, "a read may be asked again");
    }
}

/* ---- writes ------------------------------------------------------------------------------- */

static struct err *drive(struct flow *f, struct entry *e);

/* Begun, by an earlier process or with a lost answer: what became of it? */
static struct err *
drive_doubt(struct flow *f, struct entry *e)
{
    int64_t wait_ms = entry_wait_ms(e);

    e->doubted = true;
    if (e->kind->find && wait_ms > 0) {
        flow_timer_arm(f, wait_ms);
        return flow_parked(f);
    }
    step_begin(e, e->kind->find ? STEP_FIND : STEP_ACT);
    return e->step ? flow_parked(f) : drive(f, e);
}

/* Of a flow that was put back from a backup: the one that it was copied from may have come further, under
 * the same marker, also with what had failed by then.  Once looked for, and not there, a step is begun as
 * any other. */
static void
drive_restored(const struct flow *f, struct entry *e)
{
    e->look_first = f->row.restored && e->kind->find && !e->looked;
    e->doubted |= e->look_first;
}

static struct err *
drive_write(struct flow *f, struct entry *e)
{
    if (entry_begun(e)) {
        return drive_doubt(f, e);
    }
    drive_restored(f, e);
    e->state = ENTRY_STARTED;
    e->started = time_now_us();
    entry_changed(e);
    vec_add(f->mem, &f->begin, e);
    return flow_parked(f);
}

/* What it made is broken: a retry makes it anew, which has forgotten all that followed.  Until then
 * it stands, also where the flow waits for its children to rest and has further turns. */
static bool
stays_torn(const struct flow *f, const struct entry *e)
{
    const struct entry *last = f->entries.items[f->entries.n - 1];

    return e->state == ENTRY_TORN && last != e;
}

/* It goes before another is made in its place. */
static struct err *
drive_torn(struct flow *f, struct entry *e)
{
    if (e->undo_tried) {
        return err_copy(e->err);
    }
    e->undo_tried = true;
    step_begin(e, STEP_UNDO);
    return e->step ? flow_parked(f) : drive(f, e);
}

static struct err *
drive(struct flow *f, struct entry *e)
{
    if (e->state == ENTRY_DONE || stays_torn(f, e)) {
        return NULL;
    }
    if (e->state == ENTRY_FAILED) {
        return err_copy(e->err);
    }
    if (e->step) {
        return flow_parked(f);
    }
    if (f->cancel) {
        return flow_cancelled(f);
    }
    if (e->state == ENTRY_TORN) {
        return drive_torn(f, e);
    }
    switch (e->effect) {
    case ENTRY_WRITE:
        return drive_write(f, e);
    case ENTRY_LOCAL:
        e->started = e->started ? e->started : time_now_us();
        e->attempts++;
        entry_changed(e);
        f->local = e;
        return flow_parked(f);
    case ENTRY_READ:
    case ENTRY_CHILD:
    case ENTRY_JOIN:
    case ENTRY_TIME:
    case ENTRY_NOTE:
    case ENTRY_MARK:
    default:
        return drive_read(e);
    }
}

/* ---- steps ----------------------------------------------------------------------------------- */

static enum entry_effect
effect_of(const struct step_kind *kind)
{
    return kind->effect == FLOW_READ    ? ENTRY_READ
           : kind->effect == FLOW_WRITE ? ENTRY_WRITE
                                        : ENTRY_LOCAL;
}

static struct err *
step_entry(struct flow *f, const char *label, const struct step_kind *kind, const void *in,
           struct entry **e)
{
    const struct table *table = in ? ((const struct row *)in)->table : NULL;
    const char *input = in && table == kind->in ? row_to_json(f->run_mem, in, false) : NULL;
    bool is_new;

    if (table != kind->in) {
        return err_new(E_INTERNAL, NULL, "step '%s': the input of '%s' has to be a %s, made by "
                       "flow_new or row_new", label, kind->name,
                       kind->in ? kind->in->name : "null");
    }
    if (map_get(&f->engine->kinds, kind->name) != kind) {
        return err_new(E_INTERNAL, NULL, "step kind '%s' was not given to flow_kinds_add",
                       kind->name);
    }
    TRY(next_entry(f, label, kind->name, effect_of(kind), input, e, &is_new));
    if (is_new) {
        (*e)->kind = kind;
        (*e)->in = in ? row_copy(f->mem, in) : NULL;
    }
    return NULL;
}

struct err *
flow_step(struct flow *f, const char *label, const struct step_kind *kind, const void *in,
          void *out)
{
    struct entry *e;

    TRY(step_entry(f, label, kind, in, &e));
    TRY(f->plan ? plan_step(f, e) : drive(f, e));
    give(e, out);
    return NULL;
}

struct err *
flow_begin(struct flow *f, const char *label, const struct step_kind *kind, const void *in)
{
    struct entry *e;
    struct err *err;

    if (kind->local) {
        return err_new(E_INTERNAL, NULL, "step '%s' is one of our own store: it is run by "
                       "flow_step", label);
    }
    TRY(step_entry(f, label, kind, in, &e));
    if (f->plan) {
        return plan_step(f, e);
    }
    err = drive(f, e);
    if (err_is(err, E_PARKED)) {
        err_ignore(err, "flow_end waits for it");
        return NULL;
    }
    return err;
}

/* Made by this run of the function already. */
static struct entry *
begun_entry(struct flow *f, const char *label)
{
    for (size_t i = f->entries.n; i-- > 0;) {
        struct entry *e = f->entries.items[i];

        if (e->seq < f->seq && e->seq / SEQ_SWEEP == f->seq / SEQ_SWEEP && e->kind &&
            str_eq(e->label, label)) {
            return e;
        }
    }
    return NULL;
}

struct err *
flow_end(struct flow *f, const char *label, void *out)
{
    const struct entry *e = begun_entry(f, label);

    if (!e) {
        return err_new(E_INTERNAL, NULL, "flow type %s awaits step '%s', which it has not begun",
                       f->type->name, label);
    }
    if (e->state != ENTRY_DONE) {
        return flow_parked(f);
    }
    give(e, out);
    return NULL;
}

/* ---- polls -------------------------------------------------------------------------------------- */

static bool
may_pass(const struct err *err)
{
    return err->code == E_UNAVAILABLE || err->code == E_IN_DOUBT || err->code == E_BUSY ||
           (err->code == E_REMOTE && err->status >= 500);
}

static struct err *
poll_late(struct entry *e, int64_t timeout_ms, struct err *last)
{
    struct err *err;

    if (time_now_us() - e->started < timeout_ms * 1000) {
        err_ignore(last, "may pass");
        return NULL;
    }
    err = err_new(E_UNAVAILABLE, "NotInTime", "'%s' did not come about within %lld s%s%s",
                  e->label, (long long)timeout_ms / 1000, last ? ": " : "",
                  last ? last->message : "");
    err_ignore(last, "told in the message");
    return err;
}

/* Nothing but errors that may pass, for longer than the poll bears? */
static bool
is_silent(struct entry *e, const struct flow_poll *poll, const struct err *err)
{
    if (!err) {
        e->heard = time_mono_ns();
    }
    return err && poll->silence_ms && time_mono_ns() - e->heard > poll->silence_ms * 1000000;
}

/* What the poll looks at is to be made anew by a retry. */
static void
poll_spoils(const struct entry *e, const struct flow_poll *poll)
{
    vec_each (&e->flow->entries, at) {
        struct entry *made = *at;

        if (poll->made_by && made->effect == ENTRY_WRITE && made->state == ENTRY_DONE &&
            made->kind->undo && str_eq(made->label, poll->made_by)) {
            made->state = ENTRY_TORN;
            entry_changed(made);
        }
    }
}

/* Judges the last answer: '*done', an error that ends the poll, or neither. */
static struct err *
poll_judge(struct entry *e, const struct flow_poll *poll, bool *done)
{
    struct err *err = probe_take(e), *broken = NULL;

    *done = !err && !poll->until;
    if (!err && poll->until) {
        broken = poll->until(e->probe, poll->arg, done);
    }
    if (broken || err_is(err, E_NOT_FOUND)) {
        poll_spoils(e, poll);
        return broken ? broken : err;
    }
    if (*done || (err && !may_pass(err)) || is_silent(e, poll, err)) {
        return err;
    }
    return poll_late(e, poll->timeout_ms ? poll->timeout_ms : POLL_TIMEOUT_MS, err);
}

/* The pauses grow with what is waited for, so that the last one is a part of the whole. */
static int64_t
poll_pause_ms(const struct entry *e, int64_t interval_ms)
{
    int64_t part = (time_now_us() - e->started) / 1000 / POLL_PART;
    int64_t least = interval_ms / POLL_PART;

    return part < least ? least : part < interval_ms ? part : interval_ms;
}

static struct err *
drive_poll(struct flow *f, struct entry *e, const struct flow_poll *poll)
{
    int64_t interval_ms = poll->interval_ms ? poll->interval_ms : POLL_INTERVAL_MS;
    struct err *err;
    bool done;

    e->heard = e->heard ? e->heard : time_mono_ns();
    for (;;) {
        if (!e->probed && entry_wait_ms(e) > 0) {
            flow_timer_arm(f, entry_wait_ms(e));
            return flow_parked(f);
        }
        if (!e->probed) {
            read_once(e);
        }
        if (!e->probed) {
            return flow_parked(f);
        }
        err = poll_judge(e, poll, &done);
        if (err) {
            e->heard = 0;
            return fail_entry(e, err);
        }
        if (done) {
            entry_done(e, e->probe);
            return NULL;
        }
        entry_look_in(e, poll_pause_ms(e, interval_ms));
    }
}

/* What waits by the clock has its start in the journal. */
static void
clock_start(struct flow *f, struct entry *e)
{
    if (e->state == ENTRY_AGAIN || !e->started) {
        e->state = ENTRY_STARTED;
        e->started = time_now_us();
        entry_changed(e);
    }
    f->flush |= e->version != e->saved;
}

struct err *
flow_poll(struct flow *f, const char *label, const struct step_kind *kind, const void *in,
          const struct flow_poll *poll, void *out)
{
    struct entry *e;

    TRY(step_entry(f, label, kind, in, &e));
    if (f->plan) {
        TRY(plan_step(f, e));
    } else if (e->state == ENTRY_FAILED) {
        return err_copy(e->err);
    } else if (e->state != ENTRY_DONE) {
        if (e->step) {
            return flow_parked(f);
        }
        if (f->cancel) {
            return flow_cancelled(f);
        }
        clock_start(f, e);
        TRY(drive_poll(f, e, poll));
    }
    give(e, out);
    return NULL;
}

/* ---- time, notes, ids ------------------------------------------------------------------------------ */

/* Parks until 'us', which 'is_relative' to when this was first reached. */
static struct err *
clock_wait(struct flow *f, const char *label, int64_t us, bool is_relative)
{
    struct entry *e;
    bool is_new;
    int64_t rest_ms;

    TRY(next_entry(f, label, "delay", ENTRY_TIME, NULL, &e, &is_new));
    if (f->plan || e->state == ENTRY_DONE) {
        e->state = ENTRY_DONE;
        return NULL;
    }
    if (f->cancel) {
        return flow_cancelled(f);
    }
    clock_start(f, e);
    rest_ms = (us + (is_relative ? e->started : 0) - time_now_us()) / 1000;
    if (rest_ms > 0) {
        flow_timer_arm(f, rest_ms + 1);
        return flow_parked(f);
    }
    entry_done(e, NULL);
    return NULL;
}

struct err *
flow_delay(struct flow *f, const char *label, int64_t ms)
{
    return clock_wait(f, label, ms * 1000, true);
}

struct err *
flow_until(struct flow *f, const char *label, int64_t us)
{
    return clock_wait(f, label, us, false);
}

struct err *
flow_time(struct flow *f, const char *label, int64_t *us)
{
    struct entry *e;
    bool is_new;

    TRY(next_entry(f, label, "time", ENTRY_TIME, NULL, &e, &is_new));
    if (e->state != ENTRY_DONE) {
        e->started = time_now_us();
        entry_done(e, NULL);
    }
    *us = e->started;
    return NULL;
}

const char *
flow_id(struct flow *f, const char *label)
{
    return uuid_from(f->run_mem, mem_printf(f->run_mem, "%s %s", f->id, label));
}

struct err *
flow_note(struct flow *f, const char *fmt, ...)
{
    struct entry *e;
    va_list args;
    bool is_new;

    TRY(next_entry(f, "note", "note", ENTRY_NOTE, NULL, &e, &is_new));
    if (is_new) {
        va_start(args, fmt);
        buf_str(&e->calls, mem_vprintf(f->run_mem, fmt, args));
        va_end(args);
        entry_done(e, NULL);
    }
    return NULL;
}

struct err *
flow_started(struct flow *f)
{
    struct entry *e;
    bool is_new;

    TRY(next_entry(f, "started", "started", ENTRY_MARK, NULL, &e, &is_new));
    if (is_new || e->state != ENTRY_DONE) {
        entry_done(e, NULL);
    }
    if (!f->plan && flow_row_state(&f->row) == FLOW_STARTING) {
        f->mark = true;
        return flow_parked(f);
    }
    return NULL;
}

void
flow_result(struct flow *f, const void *out)
{
    const char *text = row_to_json(f->run_mem, out, false);

    if (!str_eq(text, f->result)) {
        f->result = mem_str(f->mem, text);
    }
}

/* ---- what a flow knows of itself --------------------------------------------------------------------- */

const char *
flow_self(const struct flow *f)
{
    return f->id;
}

struct mem *
flow_mem(struct flow *f)
{
    return f->run_mem;
}

void *
flow_new(struct flow *f, const struct table *table)
{
    void *row = row_new(f->run_mem, table);

    row_defaults(f->run_mem, row);
    return row;
}

const char *
flow_label(struct flow *f, const char *fmt, ...)
{
    va_list args;
    const char *text;

    va_start(args, fmt);
    text = mem_vprintf(f->run_mem, fmt, args);
    va_end(args);
    return text;
}

int64_t
flow_settle_ms(const struct flow *f)
{
    return f->engine->config.settle_ms;
}

bool
flow_is_plan(const struct flow *f)
{
    return f->plan != NULL;
}

void *
flow_service(struct flow *f, const char *name)
{
    return map_get(&f->engine->services->map, name);
}

bool
flow_made(struct flow *f, size_t i, struct flow_made *made)
{
    const struct entry *e;

    if (i >= f->entries.n || f->entries.items[i]->seq >= SEQ_SWEEP) {
        return false;
    }
    e = f->entries.items[i];
    made->kind = e->kind;
    made->label = e->label;
    made->in = e->in;
    made->out = e->out;
    made->held = e->state == ENTRY_DONE;
    made->doubted = e->doubted;
    return true;
}
