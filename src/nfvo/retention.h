/* How long what has ended is kept. */
#ifndef CARRICK_NFVO_RETENTION_H
#define CARRICK_NFVO_RETENTION_H

#include "store/store.h"

/* Forgets operations (occurrences, journals, grants) that ended 'days' before 'now_us' (microseconds) and of
 * whose instances none is there any more, and on-boardings as old.  '*n' = how many; on a worker, some twenty,
 * with all that they spawned, a transaction.  SOL003 5.4.12 and SOL005 6.4.9 leave it to the producer how long occurrences stay. */
struct err *retention_run(struct store *store, int64_t now_us, int64_t days, size_t *n) MUST_USE;

#endif
