/* Inside of http: how many names are looked up for one client.  Each takes a thread of libcurl's, and
 * one that was given up keeps it for as long as the C library goes on asking. */
#ifndef CARRICK_HTTP_LOOKUPS_H
#define CARRICK_HTTP_LOOKUPS_H

#include <stdbool.h>
#include <stdint.h>

#define LOOKUPS_MAX 64

/* Starts zeroed; the loop's thread. */
struct lookups {
    int n;                         /* under way */
    int64_t left_ns[LOOKUPS_MAX];  /* until when one that was given up may go on; monotonic */
};

/* One more: false where there are too many. */
bool lookups_begin(struct lookups *lookups);
/* It ended, or nobody waits for it any more. */
void lookups_end(struct lookups *lookups, bool is_answered);

#endif
