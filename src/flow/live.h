/* What the files of this folder share: a flow while it lives in this process,
 * its journal in memory, and the writes that keep the store in step with it.
 *
 * One turn of a flow runs its function from the top.  A turn ends when the
 * function waits; what it decided is then written in one transaction ('job').
 * No turn is run while a job is under way, and an action with effects outside
 * is begun only after the job that holds its intent. */
#ifndef CARRICK_FLOW_LIVE_H
#define CARRICK_FLOW_LIVE_H

#include "flow/flow.h"

#include "base/uuid.h"

#include <stdio.h>

/* Closing sweeps are flow functions too; their entries start here. */
#define SEQ_SWEEP 1000000
#define SEQ_SWEEP_BACK 2000000
#define ATTEMPTS_MAX 3       /* Of an act whose outcome stays in doubt. */
#define SETTLE_MS 5000
#define STORE_RETRY_MS 1000  /* What the store did not do, or say, is asked of it again. */

/* X(name, doc): what a journal entry is. */
#define ENTRY_EFFECTS(X)                                                                           \
    X(READ, "a READ step or a poll")                                                               \
    X(WRITE, "a WRITE step")                                                                       \
    X(LOCAL, "a LOCAL step")                                                                       \
    X(CHILD, "a child was started")                                                                \
    X(JOIN, "a child's end")                                                                       \
    X(TIME, "a time or a delay")                                                                   \
    X(NOTE, "a reason")                                                                            \
    X(MARK, "the grant is there")

enum entry_effect {
#define X(name, doc) ENTRY_##name,
    ENTRY_EFFECTS(X)
#undef X
};

/* X(name, doc) */
#define ENTRY_STATES(X)                                                                            \
    X(STARTED, "begun; the outcome is not known")                                                  \
    X(DONE, "done")                                                                                \
    X(FAILED, "failed")                                                                            \
    X(UNDONE, "taken back")                                                                        \
    X(UNDO_FAILED, "could not be taken back")                                                      \
    X(AGAIN, "to be begun again: it certainly did not happen")                                     \
    X(TORN, "broken, or begun to be taken back: that is ended, then it is begun again")            \
    X(LEFT, "a child that failed and was given up: the flow goes on without it")

enum entry_state {
#define X(name, doc) ENTRY_##name,
    ENTRY_STATES(X)
#undef X
};
extern const char *const flow_entry_effects[], *const flow_entry_states[];

struct entry {
    struct flow *flow;
    int64_t seq;
    const char *label, *kind_name;
    enum entry_effect effect;
    enum entry_state state;
    const struct step_kind *kind;      /* null: the engine's own, or not in this program */
    const struct flow_type *child_type; /* CHILD */
    const char *input, *output, *error; /* JSON texts */
    char hash[17];
    const void *in;                    /* decoded */
    void *out;
    struct err *err;
    int64_t attempts, started, ended;
    bool doubted;
    struct buf calls;
    struct flow_step_row *stored;      /* as the store has it; null = not there */
    uint32_t version, saved;           /* differ: the store has to be told */
    struct step *step;                 /* under way */
    struct mem *probe_mem;             /* a poll's last answer */
    void *probe;
    struct err *probe_err;
    int64_t next_look;                 /* monotonic ns; not before that */
    int64_t heard;                     /* monotonic ns; a poll's last answer that was none of the passing errors */
    int tries;                         /* acts begun by this process */
    bool probed, undo_tried, joined;
    bool unanswered;                   /* the store was away when it was read */
    bool look_first;                   /* begin with 'find': what the step makes may be there */
    bool looked;                       /* that was done, by this process */
    struct flow *planned;              /* plan: the child */
};

enum flow_phase { PHASE_RUN, PHASE_SWEEP, PHASE_UNDO, PHASE_UNDO_SWEEP };

struct services {
    int refs;
    struct loop *loop;
    struct map map;
    struct mem *mem;
};

struct flow {
    struct flow_engine *engine;
    struct flow *next;                 /* in its bucket */
    const struct flow_type *type;
    const char *id;
    struct mem *mem;                   /* of its life */
    struct mem *run_mem;               /* of one turn */
    struct flow_row row;               /* as known here */
    const void *in;
    enum flow_phase phase;
    VEC(struct entry *) entries;       /* by seq */
    int64_t seq;                       /* next in this turn */
    struct job *job;
    struct entry *local;               /* asked by this turn: run it in the job */
    VEC(struct entry *) begin;         /* asked by this turn: begin their acts after the job */
    bool flush;                        /* asked by this turn: write although nothing waits for it */
    bool mark;                         /* asked by this turn: STARTING -> PROCESSING */
    bool in_turn, ready, ended;
    bool missed;                       /* woken while a job was under way */
    const char *seen_request;
    const char *cancel;
    const char *result;                /* JSON */
    struct loop_timer *timer;
    int64_t due;                       /* monotonic ns: the timer as this turn armed it; 0 = not yet */
    struct plan_run *plan;             /* not null: nothing is written */
    struct flow *plan_parent;
    int depth;
};

#define FLOW_BUCKETS 4096

struct flow_engine {
    struct flow_engine_config config;
    struct mem *mem;
    struct services *services;
    struct map kinds;                  /* by name */
    struct flow *flows[FLOW_BUCKETS];  /* those that run now, chained by id */
    size_t n_flows;
    VEC(struct flow *) ready;
    VEC(struct flow *) plans;
    struct store_watch *watch;
    struct loop_timer *lease;
    bool posted, looking, started;
    bool taking, take_again;           /* a write that renews leases and takes over */
    size_t n_jobs;
};

/* What a job asks of a child flow in its transaction. */
enum child_op { CHILD_NONE, CHILD_CANCEL, CHILD_ROLLBACK, CHILD_FAIL, CHILD_RETRY, CHILD_UNDO };

struct job_row {
    struct entry *entry;
    uint32_t version;
    struct flow_step_row row;
    const struct flow_step_row *old;   /* null = insert */
};
/* One write of one flow; made on the loop, run on the writer, landed on the loop. */
struct job {
    struct flow *flow;
    struct mem *mem;
    int64_t epoch;
    struct job_row *rows;
    size_t n_rows;
    struct entry *local;
    struct entry **begin;              /* whose acts follow */
    size_t n_begin;
    bool undo;                         /* 'local' is to be taken back */
    bool local_failed;
    const struct err *local_err;       /* with this error, owned by whoever has it */
    struct entry *refused;             /* CHILD that could not be inserted */
    const char *local_out;
    enum flow_state to;                /* FLOW_N_STATES = as it is */
    const char *error, *output, *phase, *seen_request;
    bool set_error, doubted;
    enum child_op child_op;
    const char *child_id;
    const struct flow_type *child_type;
    struct err *err;
};

/* ---- errors as JSON (error.c) ---- */
const char *flow_err_text(struct mem *mem, const struct err *e, const char *label);
struct err *flow_err_parse(const char *text);
/* May the thing have happened all the same? */
bool flow_err_doubtful(const struct err *e);

/* ---- journal.c: entries and jobs ---- */
bool entry_begun(const struct entry *e);       /* as the store has it: its act may have happened */
struct entry *entry_add(struct flow *f, int64_t seq, const char *label, const char *kind_name,
                        enum entry_effect effect);
struct entry *entry_at(struct flow *f, int64_t seq);
void entry_changed(struct entry *e);
void entry_log(const struct entry *e);
int64_t entry_wait_ms(const struct entry *e);  /* until its next look; <= 0: now */
void entry_look_in(struct entry *e, int64_t ms);
void entry_done(struct entry *e, const void *out);
void entry_failed(struct entry *e, struct err *err); /* owns err */
struct err *entry_from_row(struct flow *f, const struct flow_step_row *row) MUST_USE;
void entry_free(struct entry *e);
bool entries_unsaved(const struct flow *f, bool weighty);
struct job *job_new(struct flow *f);
void job_queue(struct job *job);
struct err *decode_text(struct mem *mem, const struct table *table, const char *text,
                        void **row) MUST_USE;

/* ---- step.c ---- */
struct err *next_entry(struct flow *f, const char *label, const char *kind_name,
                       enum entry_effect effect, const char *input, struct entry **entry,
                       bool *is_new) MUST_USE;

/* ---- operation.c ---- */
bool type_spares(const struct flow_type *type, const char *child_type);

/* ---- engine.c ---- */
struct flow *engine_flow(struct flow_engine *engine, const char *id); /* null: not here */
void flow_wake(struct flow *f);
void flow_timer_arm(struct flow *f, int64_t ms); /* within a turn: the earliest that it asks for */
void engine_keep(struct flow_engine *engine, struct flow *f);
void job_landed(struct job *job);
void flow_park(struct flow *f);
void flow_stop(struct flow *f, enum flow_state to, struct err *err); /* owns err */
void flow_free(struct flow *f);
struct flow *flow_alloc(struct flow_engine *engine, const struct flow_type *type, const char *id);
const struct flow_type *engine_type(const struct flow_engine *engine, const char *name,
                                    int64_t version);
/* The same, or, where this program has not that version, another of the name: who is told of the flow's
 * states, and how what it made is taken back, is of the type and not of an order of steps. */
const struct flow_type *engine_type_like(const struct flow_engine *engine, const char *name,
                                         int64_t version);
void engine_fault(struct flow_engine *engine, enum flow_point point, const char *flow_id,
                  const char *label);
void wake_parent(struct flow_engine *engine, const char *parent_id);

/* ---- take.c ---- */
void engine_take(struct flow_engine *engine, const char *id);
void engine_look(void *engine);      /* What other threads asked of flows. */
void engine_lease_due(void *engine);

/* ---- act.c ---- */
enum step_what { STEP_ACT, STEP_FIND, STEP_UNDO };
void step_begin(struct entry *e, enum step_what what);
void step_orphan(struct step *step);
void step_cancel(struct step *step, const char *how); /* FLOW_FORCEFUL: nobody waits for it any more */
const char *step_text(struct entry *e);
int64_t entry_settled_in(const struct entry *e); /* ms; <= 0: over */
void services_unref(struct services *services);

/* ---- undo.c, child.c, operation.c ---- */
void undo_turn(struct flow *f);
void undo_child(struct flow *f, struct entry *e);
bool children_rest(struct flow *f);
struct err *flow_insert(struct tx *tx, const char *owner, const struct flow_row *proto,
                        const struct flow_type *type, int64_t lease_ms) MUST_USE;
struct err *flow_rollback_any(struct tx *tx, struct flow_engine *engine, const char *id) MUST_USE;
struct err *row_state_set(struct tx *tx, const struct flow_type *type, const struct flow_row *old,
                          struct flow_row *row, enum flow_state to) MUST_USE;

/* ---- plan.c ---- */
struct err *plan_step(struct flow *f, struct entry *e) MUST_USE;
struct err *plan_spawn(struct flow *f, struct entry *e) MUST_USE;
struct err *plan_join(struct flow *f, struct entry *e, struct entry *child, void *out) MUST_USE;
void plan_turn(struct flow *f);
void plan_drop(struct flow *f);

struct err *flow_parked(const struct flow *f) MUST_USE;
struct err *flow_cancelled(const struct flow *f) MUST_USE;

#endif
