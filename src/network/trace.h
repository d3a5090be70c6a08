/* What an imagined packet between two ports would meet, and what real ones do
 * (carrick-traces): the agent knows, ports and names are here. */
#ifndef CARRICK_NETWORK_TRACE_H
#define CARRICK_NETWORK_TRACE_H

#include "desired/trace.h"
#include "network/network.h"

#define ATTR ATTR_MEMBER
struct trace_flow {
    struct row row;
#include "network/trace_flow.tbl"
};
struct trace_request {
    struct row row;
#include "network/trace_flow.tbl"
#include "network/trace_request.tbl"
};
struct follow_request {
    struct row row;
#include "network/follow_request.tbl"
};
#undef ATTR
extern const struct table trace_flow_table, trace_request_table, follow_request_table;

/* The question for the agent, in the arena of 'op'.  The caller of 'op' has to see all ports that
 * are named: E_NOT_FOUND (PortNotFound).  What comes by tunnel has to be of the source's network:
 * E_NOT_FOUND (TunnelNotFound).  E_INVALID: they have no addresses of one family, or no
 * such protocol is there. */
struct err *network_trace_ask(struct tx *tx, struct op *op, const struct trace_request *request,
                              struct desired_trace_question **question) MUST_USE;
/* Writes the members of the answer: each step with the names of what the caller of 'op' may see;
 * of what he may not, neither name nor id nor counter.  How many packets of all were dropped for a
 * reason is told to administrators. */
struct err *network_trace_tell(struct tx *tx, struct op *op,
                               const struct desired_trace_answer *answer, struct jw *w) MUST_USE;

/* Likewise for real packets of a flow.  E_INVALID also where the ports are on two networks, or an
 * address is not its port's: nobody follows what is not between ports that he sees. */
struct err *network_follow_ask(struct tx *tx, struct op *op, const struct follow_request *request,
                               struct desired_follow_question **question) MUST_USE;
struct err *network_follow_tell(struct tx *tx, struct op *op,
                                const struct desired_followed *followed, struct jw *w) MUST_USE;

#endif
