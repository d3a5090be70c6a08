/* The audit log of a site or an orchestrator: who asked for what, from where, and what came of it.
 * One JSON object a line in a file of its own (STATE/audit.log, or "audit-log"), kept through
 * restarts and turned over by size, for people (jq), and for programs that ship logs. */
#ifndef CARRICK_FACES_AUDIT_H
#define CARRICK_FACES_AUDIT_H

#include "rest/rest.h"
#include "sys/settings.h"

#define AUDIT_OPTIONS(X)                                                                           \
    X(audit_log, "audit-log", OF_PATH("FILE"), "",                                                 \
      "file of who changed what, or was refused; none: audit.log in 'state'")                      \
    X(audit_max_mb, "audit-max-mb", OF_NUMBER("MIB", 1, 1 << 20), "64",                            \
      "size at which it is turned over; four such files are kept beside it")

struct audit;

/* Opens it.  'path' "" = audit.log in 'state'; 'max_mb' MiB.  E_UNAVAILABLE. */
struct err *audit_open(struct mem *mem, const char *state, const char *path, int64_t max_mb,
                       struct audit **audit) MUST_USE;
/* A rest_audit_fn; 'audit' is the struct audit.  Of refusals of those who proved nobody to be there are as
 * many lines as strangers.h has room for, the others are counted. */
void audit_request(void *audit, const struct rest_request *r, const struct err *e);
/* The file was moved away: the next lines go to a new one.  Null accepted. */
void audit_reopen(struct audit *audit);
/* Writes what waits and what was counted, and ends.  Null accepted. */
void audit_close(struct audit *audit);

#endif
