/* `carrick orchestrator`: NFVO, VNFM and manager of sites in one unprivileged
 * process with an identity of its own. */
#ifndef CARRICK_FACES_ORCHESTRATOR_H
#define CARRICK_FACES_ORCHESTRATOR_H

#include "nfvo/nfvo.h"
#include "rest/rest.h"
#include "sys/settings.h"

struct health;
struct identity;

/* POST /oauth2/token; its context is the identity service. */
extern const struct face oauth2_face;

/* Serves until SIGTERM.  0, or 1 with the reason on stderr, or 2 where the
 * arguments are wrong. */
int orchestrator_main(int argc, char **argv);

/* What an orchestrator is told, and what their table cannot know: as of a site (faces/site.h). */
extern const struct setting orchestrator_settings[];
struct err *orchestrator_settings_check(struct mem *mem, struct settings *settings) MUST_USE;

/* The tables of its store, null-terminated, in 'mem'. */
const struct table *const *orchestrator_tables(struct mem *mem) MUST_USE;

/* Registers the resources of an orchestrator. */
void orchestrator_register(void);

/* Every face of an orchestrator, in 'mem'. */
const struct rest_mount *orchestrator_mounts(struct mem *mem, struct identity *identity,
                                             struct nfvo *nfvo, struct health *health, size_t *n);

#endif
