/* The command line: `carrick <noun> <verb>`, over REST only. */
#ifndef CARRICK_CLI_CLI_H
#define CARRICK_CLI_CLI_H

#include "base/attr.h"
#include "sys/settings.h"

/* What the program can be; `main.c` holds the table of them, ended by a null name. */
struct cli_role {
    const char *name;
    const char *words; /* "site|orchestrator": what it is told first; "" = only options */
    const char *doc;
    int (*main)(int argc, char **argv);
    const struct setting *settings; /* what stands in its file of configuration, or null */
    /* What their table cannot know (may be null): all faults, joined. */
    struct err *(*check)(struct mem *mem, struct settings *settings);
    /* Tables of its store (null-terminated, in 'mem'), or null: it has none. */
    const struct table *const *(*tables)(struct mem *mem);
};

/* Runs one command: argv[0] is the program, then come its words; 'roles' is what
 * help and manual tell of the rest (may be null).  0, 1 where it failed (the reason
 * is on stderr), 2 where the arguments are wrong. */
int cli_main(int argc, char **argv, const struct cli_role *roles);

#endif
