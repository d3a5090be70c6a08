/* From changes to notifications. */
#ifndef CARRICK_NOTIFY_NOTICES_H
#define CARRICK_NOTIFY_NOTICES_H

#include "base/vec.h"
#include "notify/notify.h"

/* Notifications for all subscribers of a change, in 'mem'. */
struct notices {
    struct mem *mem;
    VEC(struct notification *) items;
    VEC(const char *) untold; /* Projects, for each of whose changes that nobody can read any more. */
};

/* What a filter of a subscription of an older version, or of the newest (0), may have. */
const struct criterion *notice_filter(const struct notice_api *api, int64_t major);
/* Adds what 'change' is to its project's subscribers; on a reader or a writer. */
struct err *notices_of(struct tx *tx, const struct notice_api *const *apis,
                       const struct change *change, struct notices *notices) MUST_USE;
/* Adds, for those who subscribed before 'seq', that changes up to there were not told, where their API
 * has words for that; filters count as far as they are of types. */
struct err *notices_of_gap(struct tx *tx, const struct notice_api *const *apis, int64_t seq,
                           struct notices *notices) MUST_USE;

#endif
