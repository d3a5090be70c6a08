/* The ports that may ask, as the agent told: changed only by whole changes. */
#ifndef CARRICK_RESPONDER_GUESTS_H
#define CARRICK_RESPONDER_GUESTS_H

#include "base/net.h"
#include "base/vec.h"
#include "desired/desired.h"

#define HANDLE_MAX 0xffffffu

struct guests;

struct guests *guests_new(void) MUST_USE;
void guests_free(struct guests *guests); /* null accepted */

/* The guest of a handle, or null. */
const struct desired_guest *guests_find(const struct guests *guests, uint32_t handle);
/* All guests of a server, in the order of their interfaces' names, in 'mem'. */
struct rows guests_of_server(const struct guests *guests, const char *server_id, struct mem *mem);
/* The guests of a network that have this host name (of either case), in 'mem'. */
struct rows guests_named(const struct guests *guests, const char *network_id, const char *hostname,
                         struct mem *mem);
/* A guest of a network that has this address, or null. */
const struct desired_guest *guests_at(const struct guests *guests, const char *network_id,
                                      const struct ip *ip);
size_t guests_count(const struct guests *guests);

/* A snapshot or a transaction: begin, any number of puts and deletes, end.  A second begin forgets
 * the first.  E_INVALID where a put is no guest or stands outside of a change; at the end where
 * the snapshot is not whole ('count') - nothing of it holds then. */
void guests_begin(struct guests *guests, bool snapshot);
struct err *guests_put(struct guests *guests, const struct json *json) MUST_USE;
struct err *guests_delete(struct guests *guests, const char *id) MUST_USE;
struct err *guests_end(struct guests *guests, bool snapshot, int64_t count) MUST_USE;

#endif
