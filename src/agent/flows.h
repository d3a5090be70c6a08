/* What has idled too long leaves the flow table. */
#ifndef CARRICK_AGENT_FLOWS_H
#define CARRICK_AGENT_FLOWS_H

#include "base/err.h"

#include <stdint.h>

/* Where a walk through the table is. */
struct flow_walk {
    uint32_t at;
    bool begun;
};

/* One turn: looks at some entries (FLOWS_A_TURN, a few ms), and has 'collector' (dp_collect)
 * remove the stale ones.  '*done' at the end of the table; 'walk' is then as new. */
struct err *flows_collect(int table, int collector, struct flow_walk *walk, bool *done) MUST_USE;

/* Lets a network's entries be counted in the map 'usage'; E_QUOTA where there is no room. */
struct err *flows_usage(int usage, uint32_t net) MUST_USE;

#endif
