/* `carrick site`: an OpenStack-compatible site on one box.  One unprivileged
 * process, one port, a prefix per service. */
#ifndef CARRICK_FACES_SITE_H
#define CARRICK_FACES_SITE_H

#include "base/attr.h"
#include "sys/settings.h"

/* Serves until SIGTERM.  0, or 1 with the reason on stderr, or 2 where the
 * arguments are wrong. */
int site_main(int argc, char **argv);

/* What a site is told. */
extern const struct setting site_settings[];
/* What their table cannot know: files that are read at the start, options that go together.
 * E_INVALID tells every fault. */
struct err *site_settings_check(struct mem *mem, struct settings *settings) MUST_USE;

/* The tables of its store, null-terminated, in 'mem'. */
const struct table *const *site_tables(struct mem *mem) MUST_USE;

/* Registers the resources of every service of a site. */
void site_register(void);

#endif
