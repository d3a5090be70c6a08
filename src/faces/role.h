/* What the processes that serve APIs (site, orchestrator) share at their start:
 * options, the state folder, the sealing key, the rules. */
#ifndef CARRICK_FACES_ROLE_H
#define CARRICK_FACES_ROLE_H

#include "resource/resource.h"
#include "sys/loop.h"

/* One option of a role: "--name VALUE".  A table of them is the parser, the
 * usage text and the check of what is required. */
struct role_option {
    const char *name;     /* "listen" */
    const char *value;    /* "ADDRESS:PORT", in the usage text */
    const char *doc;
    const char *def;      /* default, null = required, "" = none */
};
/* Options -> '*values' in the order of the table (name null ends it).  Returns
 * -1, or the exit status where that is all (--help: 0, a mistake: 2). */
int role_options(struct mem *mem, const char *role, const struct role_option *options, int argc,
                 char **argv, const char ***values);

/* "127.0.0.1:8080", "[::1]:8080" -> address and port.  E_INVALID. */
struct err *role_listen(struct mem *mem, const char *text, const char **address, uint16_t *port) MUST_USE;
/* The 32 bytes of STATE/seal.key; made (0600) where absent.  E_UNAVAILABLE where it cannot be
 * read, E_INVALID where it is not such a key. */
struct err *role_seal_key(struct mem *mem, const char *state, const char **key) MUST_USE;
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
