/* Another sealing key for a database that nobody has open. */
#ifndef CARRICK_STORE_RESEAL_H
#define CARRICK_STORE_RESEAL_H

#include "store/store.h"

/* Every secret of the database is sealed with the 32 bytes of 'next' in place of those of 'config', in one
 * transaction, and nothing of before is left in its files (of a server's in its tables: its log and its
 * backups are the server's), nor copies of before an upgrade.  Killed anywhere, it is done again, with the
 * same keys, or 'next' twice; when it has returned null the key of before opens nothing.  What tx_secret tells
 * stays the same.  E_INVALID of type SEAL_OTHER_KEY: it is not the key of 'config' that seals; E_INTERNAL: something
 * was not sealed with it.  E_UNAVAILABLE of type RESEAL_LEFT: 'next' seals, and it is to be done again for what is
 * left of before (no room, or somebody reads it). */
#define RESEAL_LEFT "ResealLeft"
struct err *store_reseal(const struct store_config *config, const char *next) MUST_USE;

#endif
