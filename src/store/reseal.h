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

/* Whether the key of 'config' is the one that seals, or nothing is sealed, or there is no database yet: before
 * anything of it is changed.  Only reads, also beside who has it open.  E_INVALID of type SEAL_OTHER_KEY;
 * E_UNAVAILABLE: it cannot be asked. */
struct err *store_key_check(const struct store_config *config) MUST_USE;
/* Tells of each sealed column ('table', 'attr') that the database has how many secrets are in it.  Takes no key.
 * Only reads.  E_NOT_FOUND, E_UNAVAILABLE. */
typedef void store_sealed_fn(void *arg, const char *table, const char *attr, int64_t n);
struct err *store_sealed(const struct store_config *config, store_sealed_fn *told, void *arg) MUST_USE;
/* The key is lost: each secret becomes SEAL_LOST, sealed with the 32 bytes of 'next', what tx_secret tells becomes
 * another, all else stays, in one transaction, which notes in the fact STORE_GIVEN_UP how many of what there were
 * ("TABLE.ATTRIBUTE=N ...").  Nobody else may have the database.  Done again with the same 'next' it does nothing.
 * Whether the key is really lost is for the caller to know (store_key_check). */
struct err *store_give_up(const struct store_config *config, const char *next) MUST_USE;

#endif
