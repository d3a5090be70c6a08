/* What one of several replicas may do at a time, and who is at it: by name.  In a store of one process each turn is
 * ours at once, and nothing is written. */
#ifndef CARRICK_REPLICA_TURN_H
#define CARRICK_REPLICA_TURN_H

#include "store/store.h"

#define TURN_NAME_MAX 255

struct replica_turn {
    struct row row;
#define ATTR ATTR_MEMBER
#include "replica/turn.tbl"
#undef ATTR
};
extern const struct table replica_turn_table;

/* Asks for the turn 'name' (TURN_NAME_MAX characters at most): ours once that is written and nobody has it; else it
 * is to be asked for again.  turn_end gives it back; both are written in the order of the calls, in a moment.  On the loop. */
void turn_ask(struct store *store, const char *name);
void turn_end(struct store *store, const char *name);
/* Ends that the store did not take are told it again; or are forgotten, when the process ends.  On the loop. */
void turns_end_again(struct store *store);
void turns_forget(struct store *store);
/* Is it ours by now?  Errors of the store: it is not known. */
struct err *turn_is_ours(struct store *store, const char *name, bool *ours) MUST_USE;
/* All that 'holder' had: it is gone, or begins anew.  In a write. */
struct err *turns_drop(struct tx *tx, const char *holder) MUST_USE;

#endif
