/* Durable operations.  A flow is a plain C function whose steps are journalled:
 * after a crash it is run again from the top, what was done answers from the
 * journal, and it goes on.  Retry, rollback, cancel, fail, plan and explain come
 * from here, not from each operation (DESIGN section 6).
 *
 *     static struct err *
 *     ns_run(struct flow *f, const void *arg)
 *     {
 *         const struct ns_in *in = arg;
 *         struct vim_network *wanted = flow_new(f, &vim_network_table);
 *         struct vim_made net;
 *
 *         wanted->site = in->site;
 *         TRY(flow_step(f, "network", &vim_network_create, wanted, &net));
 *         for (size_t i = 0; i < in->vnfs.n; i++) {
 *             TRY(flow_spawn(f, flow_label(f, "vnf %zu", i), &vnf_flow, in->vnfs.items[i]));
 *         }
 *         return flow_join_all(f);
 *     }
 *
 * Rules for a flow function.  It may be run any number of times from the top, so
 * it is a function of its input and of what its steps answer: no clocks, no
 * random numbers, no files (include "flow/poison.h" last), no static state.  It
 * returns every error of a call below at once (TRY): E_PARKED means that it waits
 * and will be run again.  Labels are unique within a flow.  Inputs and outputs
 * hold no SECRET attribute: what is journalled can be read.
 *
 * Everything here is used on the engine's loop, except what takes a 'tx'. */
#ifndef CARRICK_FLOW_FLOW_H
#define CARRICK_FLOW_FLOW_H

#include "base/attr.h"
#include "base/vec.h"
#include "store/store.h"
#include "sys/loop.h"

struct flow;        /* A flow while it lives in this process. */
struct flow_engine;
struct step;        /* One act, look-up or undo under way. */

/* ---- what a step is ------------------------------------------------------ */

/* X(name, doc) */
#define FLOW_EFFECTS(X)                                                                            \
    X(READ, "changes nothing; really runs in a plan too")                                          \
    X(WRITE, "changes something outside; journalled before and after")                             \
    X(LOCAL, "one transaction of our own store, together with its journal entry")

enum flow_effect {
#define X(name, doc) FLOW_##name,
    FLOW_EFFECTS(X)
#undef X
};

/* What a plan asks of providers: "VCPU" at site east. */
struct flow_capacity {
    const char *provider, *class;
    int64_t amount;
};
struct flow_plan;

/* A step kind is a row of a table.  Of the functions below a kind has
 *   LOCAL:  local, perhaps undo_local
 *   READ:   act, or local (then it runs on a reader: our own store)
 *   WRITE:  act, undo, and find where act is not idempotent (a create). */
struct step_kind {
    const char *name;           /* "network create" */
    const char *doc;
    enum flow_effect effect;
    const struct table *in;     /* Describes the input; null = none. */
    const struct table *out;    /* Describes the result; null = none. */
    const void *data;           /* For functions that serve many kinds. */

    /* Runs inside a transaction; no I/O; may be run again; 'out' is row_new().
     * Exactly once: its effects commit together with the journal entry. */
    struct err *(*local)(struct tx *tx, const void *in, void *out);
    /* Takes back what 'local' did, in the transaction of the undo's entry. */
    struct err *(*undo_local)(struct tx *tx, const void *in, const void *out);

    /* Begin an asynchronous operation on the loop and return; end it later, or
     * at once, with exactly one of step_done, step_failed (and, in find,
     * step_absent).  An error of code E_IN_DOUBT means that it may have happened:
     * then 'find' is asked, or without find 'act' is repeated. */
    void (*act)(struct step *step);
    /* In-doubt look-up: step_done(out) adopts, step_absent repeats the act.  Asked
     * again every settle_ms / 4 until settle_ms after the act was begun. */
    void (*find)(struct step *step);
    /* Makes it not be; 'not there' is success.  step_out() is null where the
     * outcome is unknown: look for it first.  Ends with step_done(step, NULL). */
    void (*undo)(struct step *step);
    int settle_ms;              /* How long a site may take to show it; 0 = the engine's. */

    /* "POST network /v2.0/networks {...}" in step_mem(step); null: name and input. */
    const char *(*describe)(const struct step *step);
    /* The result of a planned step; null: strings become "<planned:LABEL.attr>". */
    void (*stand_in)(struct mem *mem, const char *label, const void *in, void *out);
    /* What it will take of whom: flow_plan_ask(). */
    void (*capacity)(struct flow_plan *plan, const void *in);
};

/* ---- inside act, find and undo -------------------------------------------- */

struct mem *step_mem(const struct step *step);          /* lives until the step ends */
const void *step_in(const struct step *step);
const void *step_out(const struct step *step);          /* undo: null = unknown */
void *step_out_new(const struct step *step) MUST_USE;   /* row_new of the out table */
const struct step_kind *step_kind(const struct step *step);
const char *step_label(const struct step *step);
const char *step_flow_id(const struct step *step);
/* "carrick:FLOW:LABEL": what everything made by this step carries in its name or
 * description, for people, look-ups and the sweep. */
const char *step_marker(const struct step *step);
bool step_planned(const struct step *step);             /* only described, by a plan */
/* The outcome was unknown at some time: more than one may carry the marker, and an
 * undo takes back all of them. */
bool step_doubted(const struct step *step);
/* False once the flow was cancelled forcefully: what asks again and again has to end then. */
bool step_wanted(const struct step *step);
/* How its flow was asked to be cancelled while the step was under way: FLOW_GRACEFUL or FLOW_FORCEFUL,
 * null = it was not.  For what works on behalf of the step elsewhere, and is to be told. */
const char *step_cancelled(const struct step *step);
/* The timer by which the step waits between two calls: it fires at once when nobody wants the step
 * any more, for its function to see that and end the step. */
void step_waits_by(struct step *step, struct loop_timer *timer);
/* What was given to flow_service_set under this name; aborts where absent. */
void *step_service(const struct step *step, const char *name);
struct loop *step_loop(const struct step *step);
/* A line for explain: an exact call, its answer, its request id. */
void step_said(struct step *step, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The end; 'step' is gone afterwards.  'out' is copied; null where the kind has
 * no out table.  step_failed takes ownership of 'err'. */
void step_done(struct step *step, const void *out);
void step_failed(struct step *step, struct err *err);
void step_absent(struct step *step);

/* ---- inside a flow function ------------------------------------------------ */

/* Runs a step or answers from the journal.  'out' (may be null) is a struct of
 * kind->out; its strings live as long as the flow does. */
struct err *flow_step(struct flow *f, const char *label, const struct step_kind *kind,
                      const void *in, void *out) MUST_USE;

/* Begins a step (READ or WRITE, not of our own store) and goes on: what does not need its answer
 * runs beside it.  flow_end waits for it and gives the answer; every step that was begun is awaited
 * so before the function ends.  Where one fails the flow stops when the others have come to an end,
 * and a retry begins those again that failed. */
struct err *flow_begin(struct flow *f, const char *label, const struct step_kind *kind,
                       const void *in) MUST_USE;
struct err *flow_end(struct flow *f, const char *label, void *out) MUST_USE;

/* Repeats a READ step until 'until' says so. */
struct flow_poll {
    /* Sets '*done', or returns an error that ends the poll.  Null: once is enough. */
    struct err *(*until)(const void *out, const void *arg, bool *done);
    const void *arg;
    int64_t interval_ms;   /* 0 = 500; at first a quarter of it, then a quarter of the time waited */
    int64_t timeout_ms;    /* 0 = 300 000; by journalled time.  Then E_UNAVAILABLE. */
    int64_t silence_ms;    /* So long errors that may pass are waited out; 0 = the timeout. */
    /* Label of the WRITE step that made what is looked at, null = none: where it turns out to be
     * broken ('until' fails) or gone (E_NOT_FOUND), a retry takes that step back and does it again. */
    const char *made_by;
};
/* Errors that may pass (E_UNAVAILABLE, E_IN_DOUBT, E_BUSY, E_REMOTE of status 5xx) are
 * waited out until the deadline, or until nothing else came for silence_ms; that error is
 * then the poll's. */
struct err *flow_poll(struct flow *f, const char *label, const struct step_kind *kind,
                      const void *in, const struct flow_poll *poll, void *out) MUST_USE;
/* Parks for 'ms' of journalled time. */
struct err *flow_delay(struct flow *f, const char *label, int64_t ms) MUST_USE;
/* Parks until it is 'us' by the clock, microseconds; not at all where that is past. */
struct err *flow_until(struct flow *f, const char *label, int64_t us) MUST_USE;
/* The time when this line was first reached, microseconds. */
struct err *flow_time(struct flow *f, const char *label, int64_t *us) MUST_USE;
/* An id that is a function of flow and label: 36 characters, the same at each run. */
const char *flow_id(struct flow *f, const char *label);
/* A reason kept for explain and shown by a plan. */
struct err *flow_note(struct flow *f, const char *fmt, ...) PRINTF_LIKE(2, 3) MUST_USE;
/* STARTING -> PROCESSING: the grant is there (only types with .starting). */
struct err *flow_started(struct flow *f) MUST_USE;
/* The flow's result, described by its type's out table; kept when it completes. */
void flow_result(struct flow *f, const void *out);

struct flow_type;
/* Starts a child in one transaction with its journal entry; it runs in parallel. */
struct err *flow_spawn(struct flow *f, const char *label, const struct flow_type *type,
                       const void *in) MUST_USE;
/* As flow_spawn, but the child has the given id (an op-occ that already has a row). */
struct err *flow_spawn_as(struct flow *f, const char *label, const struct flow_type *type,
                          const char *id, const void *in) MUST_USE;
/* Waits until the child ends or stops in FAILED_TEMP.  'out' (may be null) is a
 * struct of the child type's out table.  Its failure is this call's error. */
struct err *flow_join(struct flow *f, const char *label, void *out) MUST_USE;
/* As flow_join; where the flow goes on without the child (flow_continue), '*left' is true, and
 * 'out' as it was. */
struct err *flow_join_or_leave(struct flow *f, const char *label, void *out, bool *left) MUST_USE;
/* Those not joined yet, in order of spawning; those that the flow goes on without are passed over. */
struct err *flow_join_all(struct flow *f) MUST_USE;

/* A struct of 'table' with its defaults, for inputs: row.table has to be set in them
 * and in their children. */
void *flow_new(struct flow *f, const struct table *table) MUST_USE;
const char *flow_self(const struct flow *f);        /* id of the flow */
struct mem *flow_mem(struct flow *f);               /* of this run of the function */
int64_t flow_settle_ms(const struct flow *f);       /* the engine's default settle time */
const char *flow_label(struct flow *f, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool flow_is_plan(const struct flow *f);
void *flow_service(struct flow *f, const char *name);

/* What the journal holds, for closing sweeps: entry 'i' or false.  'in' and 'out'
 * are structs of the kind's tables, 'out' null where unknown; 'held': done and not
 * undone; 'doubted': the outcome was unknown at some time. */
struct flow_made {
    const struct step_kind *kind;
    const char *label;
    const void *in, *out;
    bool held, doubted;
};
bool flow_made(struct flow *f, size_t i, struct flow_made *made);

/* ---- flow types ------------------------------------------------------------ */

struct flow_row;

struct flow_type {
    const char *name;          /* "ns_instantiate" */
    int version;               /* A changed order of steps is a new version; keep the old type
                                * registered until its flows are drained. */
    const char *doc;
    const struct table *in;
    const struct table *out;   /* null = no result */
    struct err *(*run)(struct flow *f, const void *in);
    /* Ends every operation in which some outcome was in doubt, completed or rolled
     * back: a flow function too, removes what flow_made() does not hold. */
    struct err *(*sweep)(struct flow *f, const void *in);
    bool starting;             /* begins in STARTING; see flow_started().  A failure or a cancel
                                * before that rolls back by itself and ends ROLLED_BACK. */
    /* Called in the very transaction that changes flow->state (and when it is
     * made, with old == FLOW_N_STATES; and when a cancel is asked for, with the state that it
     * still has).  flow->error says why it failed, as JSON. */
    struct err *(*state_changed)(struct tx *tx, const struct flow_row *flow, int old);

    /* How a parent takes back a COMPLETED child of this type: by a flow of
     * 'undo_type' whose input 'undo_input' makes (in tx_mem), or, where null, by the
     * child's own undos.  A child in FAILED_TEMP is rolled back; where 'no_rollback',
     * failed and then undone by 'undo_type'. */
    const struct flow_type *undo_type;
    struct err *(*undo_input)(struct tx *tx, const struct flow_row *child, void *in);
    bool no_rollback;
    /* Is it of no use to wait for somebody after this failure?  Then what was done is taken back at
     * once (ROLLING_BACK instead of FAILED_TEMP).  Null = never. */
    bool (*gives_up)(const struct err *err);
    /* Types of children that it can go on without where they failed (flow_continue): it joins them
     * by flow_join_or_leave or flow_join_all.  Null-terminated; null = none. */
    const struct flow_type *const *spares;
};

/* ---- rows ------------------------------------------------------------------ */

/* X(name, doc): SOL003 LcmOperationStateType, in this spelling in flow.state. */
#define FLOW_STATES(X)                                                                             \
    X(STARTING, "waits for its grant")                                                             \
    X(PROCESSING, "runs")                                                                          \
    X(COMPLETED, "done")                                                                           \
    X(FAILED_TEMP, "stopped; may be retried, rolled back or failed")                               \
    X(FAILED, "given up")                                                                          \
    X(ROLLING_BACK, "undoes in reverse order")                                                     \
    X(ROLLED_BACK, "nothing is left of it")

enum flow_state {
#define X(name, doc) FLOW_##name,
    FLOW_STATES(X)
#undef X
    FLOW_N_STATES
};
extern const char *const flow_state_names[]; /* null-terminated, in enum order */

struct flow_row {
    struct row row;
#define ATTR ATTR_MEMBER
#include "flow/flow.tbl"
#undef ATTR
};
struct flow_step_row {
    struct row row;
#define ATTR ATTR_MEMBER
#include "flow/flow_step.tbl"
#undef ATTR
};
extern const struct table flow_table, flow_step_table;
extern const struct table *const flow_tables[]; /* null-terminated, for store_config */

enum flow_state flow_row_state(const struct flow_row *row);
/* Did a retry start another of 'children' (struct flow_row, of one parent) in place of this one, which
 * had taken itself back? */
bool flow_is_replaced(const struct rows *children, const struct flow_row *child);
/* Does it work, or wait to? */
bool flow_is_active(const struct flow_row *row);
/* flow.cancel (SOL003 CancelModeType). */
#define FLOW_GRACEFUL "GRACEFUL"
#define FLOW_FORCEFUL "FORCEFUL"

/* ---- the engine ------------------------------------------------------------ */

/* Where a test may stop the world; never set by the product. */
enum flow_point { FLOW_AT_WRITE, FLOW_AT_WRITTEN, FLOW_AT_ACT, FLOW_AT_ANSWER };
typedef void flow_fault_fn(void *arg, enum flow_point point, const char *flow_id,
                           const char *label);

struct flow_engine_config {
    struct loop *loop;
    struct store *store;
    const char *owner;                     /* This process among those that share the store. */
    const struct table *owners;            /* A row, by name, for each owner that is there: flows of others are
                                            * taken over.  Null = leases tell. */
    const struct flow_type *const *types;  /* null-terminated; old versions too */
    int64_t lease_ms;                      /* 0 = 30 000 */
    int settle_ms;                         /* Of step kinds that do not say; 0 = 5 000. */
    flow_fault_fn *fault;
    void *fault_arg;
};

/* Makes an engine; flows run after flow_engine_start. */
struct err *flow_engine_new(const struct flow_engine_config *config,
                            struct flow_engine **engine) MUST_USE;
/* Gives step kinds what they work with ("vim"); borrowed. */
void flow_service_set(struct flow_engine *engine, const char *name, void *service);
/* Makes step kinds known by name, so that a journal of an earlier process can be
 * undone; null-terminated, borrowed.  A kind that is not known here is refused by
 * flow_step (E_INTERNAL). */
void flow_kinds_add(struct flow_engine *engine, const struct step_kind *const *kinds);
/* Takes over the flows that are this owner's or whose lease is over, with a new
 * epoch, and goes on with them.  The write is awaited: call it before the loop runs. */
struct err *flow_engine_start(struct flow_engine *engine) MUST_USE;
/* An owner's row is gone: takes over what was his, of operations that rest too, with a new epoch.  On the
 * loop; only with 'owners'. */
void flow_engine_take(struct flow_engine *engine);
/* Lets go of everything at once, as a crash would; steps under way are abandoned.
 * Free it before the services that steps use. */
void flow_engine_free(struct flow_engine *engine);
/* Flows of this process that run now. */
size_t flow_engine_running(const struct flow_engine *engine);

/* ---- operations: each in the caller's transaction, any thread ---------------- */

struct flow_start {
    const struct flow_type *type;
    const char *id;            /* null = a new one */
    const void *in;            /* of type->in; copied */
    const char *project_id;
    const char *parent_id;     /* null; children are made by flow_spawn */
};
/* Inserts the flow; it runs once the transaction is committed.  '*id' (may be
 * null) lives in tx_mem.  E_EXISTS, E_INVALID (the input breaks its table). */
struct err *flow_start(struct tx *tx, struct flow_engine *engine, const struct flow_start *start,
                       const char **id) MUST_USE;
/* E_NOT_FOUND; E_CONFLICT (type "WrongState") in another state than
 *   retry, rollback, fail   FAILED_TEMP
 *   cancel                  STARTING, PROCESSING, ROLLING_BACK
 * (SOL003 5.4.14-5.4.17).  Children go along: retry retries failed ones, rollback
 * takes them back, cancel cancels them, fail gives them up (one that still works is cancelled,
 * and given up when it stops); a retry that finds a child half taken back by a flow of
 * undo_type brings that one to its end and makes the child anew. */
struct err *flow_retry(struct tx *tx, struct flow_engine *engine, const char *id) MUST_USE;
struct err *flow_rollback(struct tx *tx, struct flow_engine *engine, const char *id) MUST_USE;
struct err *flow_fail(struct tx *tx, struct flow_engine *engine, const char *id) MUST_USE;
/* As a retry, but children of the types that it spares which failed are given up, and it goes on
 * without them; what else failed is tried again.  E_NOT_FOUND: its type spares none.  E_CONFLICT:
 * another state than FAILED_TEMP, a rollback stopped, or none of those failed. */
struct err *flow_continue(struct tx *tx, struct flow_engine *engine, const char *id) MUST_USE;
/* Whether flow_continue would, for a flow of 'type': its errors. */
struct err *flow_continue_check(struct tx *tx, const struct flow_type *type,
                                const struct flow_row *flow) MUST_USE;
/* A wish to stop, kept with the flow: it survives a crash.  No step begins any more; graceful:
 * what is under way ends and is journalled; forceful: waits are given up, and what is under way is
 * left in doubt, which a retry or a rollback settles.  A flow rests when its children do: STARTING
 * -> ROLLED_BACK, PROCESSING and ROLLING_BACK -> FAILED_TEMP; one that had nothing left to do
 * completes.  A forceful cancel may follow a graceful one; the other way round changes nothing. */
struct err *flow_cancel(struct tx *tx, struct flow_engine *engine, const char *id,
                        bool forceful) MUST_USE;
/* The flow, and all that it spawned, parents first ('*ids' in the transaction's arena; empty where there is
 * none).  '*over': all of them have ended, and nobody spawned it. */
struct err *flow_family(struct tx *tx, const char *id, struct strs *ids, bool *over) MUST_USE;
/* Deletes a flow, all that it spawned, and their journals: nothing is known of them any more.  E_CONFLICT: they
 * are not over.  None of that name is no error. */
struct err *flow_forget(struct tx *tx, const char *id) MUST_USE;

/* ---- plan -------------------------------------------------------------------- */

struct flow_plan_step {
    int depth;                 /* 0 = the flow itself, 1 = a child ... */
    const char *flow_type;
    const char *label;         /* null: a note */
    const char *kind;
    enum flow_effect effect;
    const char *text;          /* exact call, or the note */
    bool ran;                  /* a READ that really ran */
    const char *path;          /* labels of its children and its own, "vnf web/describe" */
    const char *answer;        /* what such a READ told, as JSON; null: nothing, or none */
};
struct flow_plan {
    struct mem *mem;
    VEC(struct flow_plan_step) steps;
    VEC(struct flow_capacity) asks;   /* summed by provider and class */
    struct err *err;                  /* Why it would fail, or null. */
};
/* Adds to what the plan asks. */
void flow_plan_ask(struct flow_plan *plan, const char *provider, const char *class, int64_t amount);

/* 'plan' is valid during the call. */
typedef void flow_plan_done_fn(void *arg, const struct flow_plan *plan);
/* Runs the function without effects: nothing is written to the store, no WRITE or
 * LOCAL runs.  On the loop; 'in' is copied. */
void flow_plan(struct flow_engine *engine, const struct flow_type *type, const char *id,
               const void *in, flow_plan_done_fn *done, void *arg);
/* The plan as members of an open JSON object: steps, notes, capacity, error. */
void flow_plan_to_json(const struct flow_plan *plan, struct jw *w);

/* ---- explain ----------------------------------------------------------------- */

/* Members of an open object: the flow, its steps with calls, answers, durations,
 * errors, notes, and its children, deeply.  E_NOT_FOUND. */
struct err *flow_explain(struct tx *tx, const char *id, struct jw *w) MUST_USE;
/* What flow_explain (or flow_plan_to_json) wrote, as a tree for a terminal. */
void flow_tree(struct buf *out, const struct json *explained, bool colour);

#endif
