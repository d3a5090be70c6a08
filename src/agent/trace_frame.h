/* Frames of packets that are imagined. */
#ifndef CARRICK_AGENT_TRACE_FRAME_H
#define CARRICK_AGENT_TRACE_FRAME_H

#include "agent/trace_kernel.h"
#include "desired/trace.h"

/* Makes 'frame' of a decoded packet, with headers and no payload; where it comes in is the caller's
 * to say. */
void trace_frame_make(const struct desired_trace_packet *packet, struct trace_packet *frame);

#endif
