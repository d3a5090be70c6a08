/* What an orchestrator does to be one of several: its folder that all share, and what it remembers of rows that
 * others change. */
#ifndef CARRICK_FACES_ORCHESTRATOR_REPLICA_H
#define CARRICK_FACES_ORCHESTRATOR_REPLICA_H

#include "identity/identity.h"
#include "nfvo/nfvo.h"

/* GET /carrick/v1/replicas: administrators see who is there. */
extern const struct resource replica_resource;

/* Nobody else begins in 'dir' until '*fd' is closed: keys and the administrator are made once. */
struct err *shared_hold(struct mem *mem, const char *dir, int *fd) MUST_USE;
/* Is it the folder that all replicas have, at the same path (journals name files in it)?  The first says which
 * it is.  Null for a store of one process.  E_CONFLICT. */
struct err *shared_check(struct store *store, struct mem *mem, const char *dir) MUST_USE;

/* Follows what other replicas change, and forgets what was remembered of it; nothing of a store of one
 * process.  'nfvo' has its vim, peers and desk.  On the loop's thread, or before it runs. */
struct remembered;
struct remembered *remembered_follow(struct nfvo *nfvo, struct identity *identity) MUST_USE NEVER_NULL;
/* Before the store closes; null accepted. */
void remembered_free(struct remembered *remembered);

#endif
