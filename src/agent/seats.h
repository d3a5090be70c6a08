/* Which seat of its group an instance has: the few bits by which a flow's entry knows it.  A seat
 * is given again when it has to be, the one that was left longest ago first, so that hardly a
 * flow is left that means another by it.  All of it is in the map 'ids': an agent that was killed
 * goes on where it was. */
#ifndef CARRICK_AGENT_SEATS_H
#define CARRICK_AGENT_SEATS_H

#include "agent/dptable.h"
#include "bpf/abi.h"

struct seats;
/* 'ids' (struct dp_id_key -> struct dp_id) is borrowed. */
struct seats *seats_new(struct dptable *ids);
void seats_free(struct seats *seats); /* null accepted */

/* An entry of 'ids' was found at the start, or has gone; any that is of no instance is ignored, but a
 * group's takes its seats along. */
void seats_found(struct seats *seats, const struct dp_id_key *key, const struct dp_id *id);
void seats_gone(struct seats *seats, const struct dp_id_key *key, const struct dp_id *id);

/* Has the instance a seat, be it one that it has left? */
bool seats_has(const struct seats *seats, const struct dp_id_key *key);
/* A seat for one more of the group: none of 'listed' (a bit each), nor of who was put in this round.
 * False where there is none. */
bool seats_take(struct seats *seats, uint32_t group, uint64_t listed, uint32_t *seat);
/* The seat of the number 'inst' is this one's now. */
void seats_sit(struct seats *seats, const struct dp_id_key *key, uint32_t inst);

/* Puts the entries of those that have left; when a round begins, and behind its end. */
struct err *seats_keep(struct seats *seats) MUST_USE;

#endif
