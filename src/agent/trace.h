/* What an imagined packet would meet. */
#ifndef CARRICK_AGENT_TRACE_H
#define CARRICK_AGENT_TRACE_H

#include "agent/host.h"
#include "desired/trace.h"

/* The answer (desired_trace_answer_table) to a question, both as JSON, in 'mem'.  Nothing that runs
 * is changed.  E_INVALID: the question; E_CONFLICT: its port is not plugged; E_UNAVAILABLE: the
 * maps cannot be read. */
struct err *host_trace(struct host *host, struct mem *mem, const struct json *asked,
                       const struct json **told) MUST_USE;

#endif
