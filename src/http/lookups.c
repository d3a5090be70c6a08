/* A name server that does not answer costs a thread for as long as the C library asks it, and tenants
 * name the names: so many and no more.  Who is refused is told so at once. */
#include "http/lookups.h"

#include "base/time.h"

/* Three servers, asked twice, five seconds each (resolv.conf(5)). */
#define LEFT_NS 30000000000

bool
lookups_begin(struct lookups *lookups)
{
    int64_t now = time_mono_ns();
    int n = lookups->n;

    for (int i = 0; i < LOOKUPS_MAX; i++) {
        n += lookups->left_ns[i] > now;
    }
    lookups->n += n < LOOKUPS_MAX;
    return n < LOOKUPS_MAX;
}

void
lookups_end(struct lookups *lookups, bool is_answered)
{
    int64_t now = time_mono_ns();

    lookups->n--;
    for (int i = 0; !is_answered && i < LOOKUPS_MAX; i++) {
        if (lookups->left_ns[i] <= now) {
            lookups->left_ns[i] = now + LEFT_NS;
            return;
        }
    }
}
