/* What the processes that serve APIs (site, orchestrator) share at their start and when they are
 * told to read their options again: the sealing key, the rules, signals. */
#ifndef CARRICK_FACES_ROLE_H
#define CARRICK_FACES_ROLE_H

#include "faces/audit.h"
#include "resource/resource.h"
#include "sys/loop.h"

/* The 32 bytes of STATE/seal.key; made (0600) where absent.  E_UNAVAILABLE where it cannot be
 * read, E_INVALID where it is not such a key. */
struct err *role_seal_key(struct mem *mem, const char *state, const char **key) MUST_USE;
/* Makes the folder of everything a role keeps (0700), where there is none.  E_FORBIDDEN: root runs the role, and the
 * folder is another user's, who could not read what root leaves in it. */
struct err *role_state_make(const char *state) MUST_USE;
/* Opens the store of 'config' with that key; where `carrick secret renew` has left another one (64
 * hexadecimal digits in STATE/ROLE_NEXT_SEAL_KEY), all is sealed with that first, and it becomes the key; where
 * `carrick secret lost` has left one (ROLE_LOST_SEAL_KEY) and no key opens the store, what is sealed is given up
 * (store_give_up), and it becomes the key.  E_INVALID where the key is another one than what is sealed, or gone: none
 * is left in its place, nor where the database cannot be asked. */
#define ROLE_NEXT_SEAL_KEY "seal.key.new"
#define ROLE_LOST_SEAL_KEY "seal.key.lost"
/* Left beside it: the password that the administrator gets where secrets are given up, and only then. */
#define ROLE_PASSWORD "admin.password"
#define ROLE_LOST_PASSWORD ROLE_PASSWORD ".lost"
struct err *role_store_open(struct mem *mem, const char *state, struct store_config *config,
                            struct store **store) MUST_USE;
/* Whether none of the keys in 'state' opens the store of 'config'.  E_CONFLICT of type ROLE_KEY_OPENS: one does. */
#define ROLE_KEY_OPENS "KeyOpens"
struct err *role_seal_lost(struct mem *mem, const char *state, const struct store_config *config) MUST_USE;
/* A line in the audit log of what was given up with a lost key, once: where the disk does not take it now, at the next
 * start. */
void role_given_up_tell(struct store *store, struct audit *audit);
/* Joins null-terminated lists of tables into one, without repeats: arguments end with null. */
const struct table *const *role_tables(struct mem *mem, const struct table *const *first, ...)
    __attribute__((sentinel)) MUST_USE;
/* The rules of several floors as the rules of this process; the arrays are borrowed for the
 * call.  E_INVALID names a rule that does not parse. */
struct role_rules {
    const struct policy_rule *rules;
    size_t n;
};
struct err *role_rules_use(struct mem *mem, const struct role_rules *lists, size_t n_lists,
                           struct policy **policy) MUST_USE;
/* Stops the loop at SIGTERM and SIGINT; a closed connection never kills us. */
struct err *role_signals(struct loop *loop) MUST_USE;

#endif
