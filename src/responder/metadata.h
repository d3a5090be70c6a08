/* The metadata service's connections: one request each, bounded in number, in
 * size and in time. */
#ifndef CARRICK_RESPONDER_METADATA_H
#define CARRICK_RESPONDER_METADATA_H

#include "responder/guests.h"

struct metadata;

struct metadata *metadata_new(struct loop *loop, const struct guests *guests) MUST_USE;
void metadata_free(struct metadata *metadata); /* null accepted */
/* Serves a listening socket (taken over) in the place of an earlier one. */
struct err *metadata_listen(struct metadata *metadata, int fd) MUST_USE;
/* The guests have changed: connections of those that are gone end at once. */
void metadata_recheck(struct metadata *metadata);

#endif
