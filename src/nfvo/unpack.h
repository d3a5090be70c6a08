/* Parts of on-boarded packages, NSDs and PNFDs, as files to answer with. */
#ifndef CARRICK_NFVO_UNPACK_H
#define CARRICK_NFVO_UNPACK_H

#include "nfvo/nfvo.h"

struct bundle_order;

/* How many are given at a time: 4 to a project, 16 to all; and none takes the last 'leave_free' bytes of the
 * disk, 0 = 256 MiB. */
struct unpacks *unpacks_new(uint64_t leave_free) MUST_USE;
void unpacks_free(struct unpacks *unpacks); /* After all requests; null accepted. */

/* Who asks for a part of what. */
struct package_ask {
    struct mem *mem;        /* Of the request: while it lives the part counts as being given. */
    const char *id;         /* Of an ONBOARDED package, NSD or PNFD. */
    const char *project_id; /* Who asks. */
};
/* Opens one file of it, unpacked by a child (examination.h), or got from outside of it; '*fd' is the caller's.
 * On a worker.  E_NOT_FOUND, E_BUSY (too many at a time), E_UNAVAILABLE, STORE_NO_ROOM of the disk. */
struct err *package_member(struct nfvo *nfvo, const struct package_ask *ask, const char *name, int *fd,
                           int64_t *size) MUST_USE;
/* Opens a zip of those of its files that are ordered, and with 'with_outside' of such from outside; the rest
 * as package_member. */
struct err *package_bundle(struct nfvo *nfvo, const struct package_ask *ask,
                           const struct bundle_order *order, bool with_outside, int *fd,
                           int64_t *size) MUST_USE;

#endif
