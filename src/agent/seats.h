/* Which seat of its group an instance has: the few bits by which a flow's entry knows it.  A seat
 * is given again when it has to be, the one that was left longest ago first, so that hardly a
 * flow is left that means another by it.  All of it is in the map 'ids': an agent that was killed
 * goes on where it was. */
#ifndef CARRICK_AGENT_SEATS_H
#define CARRICK_AGENT_SEATS_H

#include "agent/dptable.h"

struct seats;
/* 'ids' (struct dp_id_key -> struct dp_id) is borrowed. */
struct seats *seats_new(struct dptable *ids);
void seats_free(struct seats *seats); /* null accepted */
/* The seat of 'inst' (a number) is its for the rest of the round. */
void seats_sit(struct seats *seats, uint32_t inst);
/* A seat of the group that nobody has in this round; false where there is none. */
bool seats_take(struct seats *seats, uint32_t group, uint32_t *seat);
/* Before dptable_end: who has left a group keeps its entry while its seat is nobody else's. */
struct err *seats_end(struct seats *seats) MUST_USE;

#endif
