/* The audit log of a site or an orchestrator: who asked for what, from where, and what came of it.
 * One JSON object a line in a file of its own (STATE/audit.log, or "audit-log"), kept through
 * restarts and turned over by size, for people (jq), and for programs that ship logs. */
#ifndef CARRICK_FACES_AUDIT_H
#define CARRICK_FACES_AUDIT_H

#include "rest/rest.h"
#include "sys/settings.h"
#include "sys/trail.h"

#define AUDIT_OPTIONS(X)                                                                           \
    X(audit_log, "audit-log", OF_PATH("FILE"), "",                                                 \
      "file of who changed what, or was refused; none: audit.log in 'state'")                      \
    X(audit_max_mb, "audit-max-mb", OF_NUMBER("MIB", 1, 1 << 20), "64",                            \
      "size at which it is turned over; four such files are kept beside it")

/* Opens it.  'path' "" = audit.log in 'state'; 'max_mb' MiB. */
struct err *audit_open(struct mem *mem, const char *state, const char *path, int64_t max_mb,
                       struct trail **trail) MUST_USE;
/* A rest_audit_fn; 'arg' is the trail. */
void audit_request(void *trail, const struct rest_request *r, const struct err *e);

#endif
