/* Filters of subscriptions: held against their table when they come, and against the
 * facts of events ever after. */
#ifndef CARRICK_NOTIFY_CRITERIA_H
#define CARRICK_NOTIFY_CRITERIA_H

#include "notify/notify.h"

/* Is the filter (null: fine) what the criteria allow?  E_INVALID with all faults, each with its
 * path below 'path', or with its size where that is more than a filter may have. */
struct err *criteria_check(struct mem *mem, const struct criterion *criteria, const char *path,
                           const struct json *filter) MUST_USE;
/* Does a checked filter (null: yes) hold for an event with these facts (an object of texts and
 * lists of texts)? */
bool criteria_hold(const struct criterion *criteria, const struct json *filter,
                   const struct json *facts);

#endif
