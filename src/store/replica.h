/* Several processes that write to one database.  A write holds all others off until it is committed, so the
 * order of the change log stays the order of commits, and each process's watches are called after
 * commits of any.  Of a store without a name (store_config.replica) there is one process. */
#ifndef CARRICK_STORE_REPLICA_H
#define CARRICK_STORE_REPLICA_H

#include "store/store.h"

/* What this process is called, null = it is the only one. */
const char *store_replica(const struct store *store);
/* Is it told of others' commits at once?  False while there is no connection for that: what it remembers of
 * rows may be old then.  Watches are called when this changes.  Any thread. */
bool store_hears(struct store *store);
/* Has nobody called 'name' the database open?  Where connections ended a moment ago perhaps only because
 * the server did. */
struct err *tx_replica_gone(struct tx *tx, const char *name, bool *gone) MUST_USE;

#endif
