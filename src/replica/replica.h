/* Processes that share a store (store/replica.h): who is there, who of them leads, and what of those who
 * are gone.  Each has a row as long as it is there; what belongs to nobody of the rows is orphaned. */
#ifndef CARRICK_REPLICA_REPLICA_H
#define CARRICK_REPLICA_REPLICA_H

#include "store/store.h"

struct replica {
    struct row row;
#define ATTR ATTR_MEMBER
#include "replica/replica.tbl"
#undef ATTR
};
extern const struct table replica_table;
extern const struct table *const replica_tables[]; /* null-terminated, for store_config */

/* In a write of what one process does for all (notifications, alarms, measurements): is it us?  E_CONFLICT
 * where somebody else leads by now; null in a store of one process. */
struct err *replica_leads(struct tx *tx) MUST_USE;

/* Is another process there?  Not in a store of one process. */
struct err *replica_beside(struct tx *tx, bool *beside) MUST_USE;

struct replicas_config {
    struct loop *loop;
    struct store *store;
    const char *address, *version; /* as shown to people */
    int64_t look_ms;               /* how often others are looked after, 0 = 300; a beat is ten of it */
    /* In the write that removes somebody's row (a store_fn's rules); may be null. */
    struct err *(*orphaned)(struct tx *tx);
    /* On the loop: somebody's row was removed; whether we lead has changed. */
    void (*gone)(void *arg);
    void (*lead)(void *arg, bool leads);
    void *arg;
};
/* Makes our row and begins to look after the others; waits for the write: call it before the loop runs and before
 * anything is begun in our name.  'lead' is called before it returns where we lead.  Of a store without a
 * name: we lead, and that is all. */
struct replicas;
struct err *replicas_new(const struct replicas_config *config, struct replicas **replicas) MUST_USE;
/* Others find us gone when the store is closed.  On the loop's thread, or when it does not run; null accepted. */
void replicas_free(struct replicas *replicas);

#endif
