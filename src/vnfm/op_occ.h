/* Operation occurrences follow their flows: written in the very transaction that
 * changes the flow's state. */
#ifndef CARRICK_VNFM_OP_OCC_H
#define CARRICK_VNFM_OP_OCC_H

#include "flow/flow.h"

/* The occurrence's grant; null = none. */
struct err *vnf_op_granted(struct tx *tx, const char *op_occ_id, const char *grant_id) MUST_USE;
/* ProblemDetails of a flow's error (its JSON in flow.error), in 'mem'; null for null. */
struct err *problem_of_flow(struct mem *mem, const char *error,
                            const struct json **problem) MUST_USE;

/* A thing at a site that an operation made, deleted, took back or changed. */
enum touch {
    TOUCH_ADDED,
    TOUCH_REMOVED,
    TOUCH_TEMPORARY,
    TOUCH_MODIFIED,
    TOUCH_DOUBTED, /* perhaps made; its id is its marker; told to who notes what was left only */
};
struct touched {
    enum touch touch;
    const struct step_kind *kind; /* vim_server_create ... */
    const char *label;            /* of the step; valid during the call */
    const char *site, *id;
    const struct json *out; /* what the site said of what was made; null = it is deleted */
    bool is_own; /* of the flow itself or a part of it, not of another operation */
};
/* Calls 'fn' for each entry of the journal of flow 'id' and of its children (those of
 * other operations too) that made or deleted something. */
struct err *journal_touched(struct tx *tx, const char *id,
                            struct err *(*fn)(void *arg, const struct touched *touched),
                            void *arg) MUST_USE;

/* Notes what the journal of a given-up operation (without operations that are its
 * children) left at sites as held by 'owner_id', so that it can be terminated. */
struct err *held_from_journal(struct tx *tx, const char *flow_id, const char *owner_id,
                              const char *project_id) MUST_USE;

/* The same for an operation on what is there already: what it deleted is held no more. */
struct err *held_follow_journal(struct tx *tx, const char *flow_id, const char *owner_id,
                                const char *project_id) MUST_USE;

/* The same of servers alone, and of none that is in doubt; '*touched': there were such. */
struct err *held_follow_servers(struct tx *tx, const char *flow_id, const char *owner_id,
                                const char *project_id, bool *touched) MUST_USE;

/* What is in doubt alone: noted by its marker. */
struct err *held_doubts(struct tx *tx, const char *flow_id, const char *owner_id,
                        const char *project_id) MUST_USE;

/* state_changed of the VNFM's operations. */
struct err *vnf_op_state_changed(struct tx *tx, const struct flow_row *flow, int old) MUST_USE;

#endif
