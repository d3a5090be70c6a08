/* External artifacts of packages: who lets them be got, and what was got (SOL005 9.4.4a, 9.5.2.10; decision 061). */
#ifndef CARRICK_NFVO_OUTSIDE_H
#define CARRICK_NFVO_OUTSIDE_H

#include "nfvo/nfvo.h"
#include "nfvo/request.h"
#include "nfvo/unpack.h"

/* access.c: how artifacts of the caller's package 'id' are got, instead of what was said before.  An
 * on-boarding that failed once the archive was here begins again: '*again'.  E_NOT_FOUND, E_CONFLICT (neither
 * CREATED nor ERROR), E_PRECONDITION, E_UNPROCESSABLE (all that is wrong about it). */
struct err *access_set(struct tx *tx, struct op *op, const char *id,
                       const struct external_access_config *config, bool *again) MUST_USE;
/* What was said; rows of package_access in tx_mem. */
struct err *access_list(struct tx *tx, const char *package_id, struct rows *rows) MUST_USE;

/* outside.c: the one that is called 'path' among the artifacts; '*fd' is the caller's, -1 where there is none. */
struct err *outside_open(struct nfvo *nfvo, const struct package_ask *ask, const char *path, int *fd,
                         int64_t *size) MUST_USE;
/* Adds those that the order leaves in to the zip in 'fd' (bundle_append); '*size' is its size after that.
 * 'room' as in struct examination_order, with nfvo->unpacks. */
struct err *outside_add(struct nfvo *nfvo, const struct package_ask *ask, const struct bundle_order *order,
                        struct err *(*room)(void *arg, int fd, uint64_t n), int fd,
                        int64_t *size) MUST_USE;

#endif
