/* Where a test stops an orchestrator: at the n-th point of its flows.  Built only with
 * -Dfaults=true or with sanitizers; the product has none of it. */
#ifndef CARRICK_FACES_FAULT_H
#define CARRICK_FACES_FAULT_H

#include "flow/flow.h"

/* Looks for the folder STATE/faults at every journal write, before and after, and at every effect
 * outside, before it is begun and when its answer is there (enum flow_point).  Where there is one:
 *     STATE/faults/points     if it is there, gets a line "POINT FLOW LABEL"
 *     STATE/faults/stop       "N kill" or "N stop": counts down; at 0 it is removed, and this
 *                             process gets SIGKILL or SIGSTOP
 *     STATE/faults/settle_ms  read at the start: flow_engine_config.settle_ms
 * 'state' must live as long as the engine. */
void fault_points(const char *state, struct flow_engine_config *config);

#endif
