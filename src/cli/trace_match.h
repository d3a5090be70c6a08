/* Which packet a trace is of, in words: "tcp dport 80 src 10.0.0.5". */
#ifndef CARRICK_CLI_TRACE_MATCH_H
#define CARRICK_CLI_TRACE_MATCH_H

#include "base/err.h"
#include "base/json.h"

struct trace_match {
    const char *protocol;    /* Name or number. */
    const char *src, *dst;   /* Addresses; null = the ports' own. */
    int64_t sport, dport, length; /* -1 = not given. */
};

/* Reads a protocol ("tcp", "udp", "sctp", "icmp", "proto N") and clauses ("sport N", "dport N",
 * "src ADDRESS", "dst ADDRESS", "length N") in any order.  E_INVALID says what is possible. */
struct err *trace_match_parse(struct mem *mem, const char *text, struct trace_match *match) MUST_USE;
/* Members of the API's flow into an open object; 'reverse' = of the answer to it. */
void trace_match_write(const struct trace_match *match, bool reverse, struct jw *w);

#endif
