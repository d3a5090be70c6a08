/* A disk that is full: an error of its own, and how the store is. */
#ifndef CARRICK_STORE_ROOM_H
#define CARRICK_STORE_ROOM_H

#include "store/store.h"

/* Type of the E_UNAVAILABLE of a write that the disk has no room for: 507 (RFC 4918 section 11.5) in every
 * dialect.  Nothing of the write is left; tried again when there is room it succeeds. */
#define STORE_NO_ROOM "InsufficientStorage"

/* Whether the last write found no room; over with the next that succeeds.  Any thread. */
bool store_is_full(struct store *store);

/* Is the transaction lost, whatever its function says: the database is away, or has no room?  Then an error of
 * the function is the store's, and passes. */
bool tx_is_lost(const struct tx *tx);

#endif
