/* Real packets of a few flows, told while somebody follows them. */
#ifndef CARRICK_AGENT_FOLLOW_H
#define CARRICK_AGENT_FOLLOW_H

#include "agent/host.h"
#include "desired/trace.h"

/* At first nobody follows anything, whatever an earlier agent was asked.  E_UNAVAILABLE. */
struct err *follows_new(struct host *host, struct follows **follows) MUST_USE;
void follows_free(struct follows *follows); /* null accepted */

/* The answer (desired_followed_table) to a question, both as JSON, in 'mem': the first with an id
 * begins to follow the flow, each one keeps it so for DESIRED_FOLLOW_S.  E_INVALID: the question;
 * E_NOT_FOUND: no such network is here; E_CONFLICT: the id is another flow's; E_BUSY: as many are
 * followed as can be. */
struct err *follows_ask(struct follows *follows, struct mem *mem, const struct json *asked,
                        const struct json **told) MUST_USE;

#endif
