/* How much of the audit log belongs to those who proved nobody to be.  A refusal costs them nothing, and
 * the log is turned over by size: without a bound whoever reaches the port could push out of it what users
 * did.  Two bounds: some lines a minute for each address, the others are counted; and of the bytes a
 * share that users' lines earn, so that no number of addresses gets more. */
#ifndef CARRICK_FACES_STRANGERS_H
#define CARRICK_FACES_STRANGERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(name, value, doc) */
#define STRANGERS_LIMITS(X)                                                                        \
    X(STRANGERS_LINES, 10, "refusals of one address that are written in a minute")                 \
    X(STRANGERS_ADDRESSES, 64, "addresses that are counted each for itself at a time")             \
    X(STRANGERS_SHARE, 4, "part of a file (one of so many) that strangers have to begin with")     \
    X(STRANGERS_EARNED, 3, "bytes of users' lines that one more of strangers comes with")

enum strangers_limit {
#define X(name, value, doc) name = value,
    STRANGERS_LIMITS(X)
#undef X
};

struct strangers;

/* What was not written. */
struct strangers_count {
    const char *from;  /* The address, an IPv6 network of 64 bits, or "others". */
    uint64_t n;
    int64_t since_us;
};
/* Writes the line that tells of it. */
typedef void strangers_tell_fn(void *arg, const struct strangers_count *count);

/* For a file that is turned over at 'max_bytes'. */
struct strangers *strangers_new(int64_t max_bytes);
void strangers_free(struct strangers *strangers); /* null accepted */
/* Is a refusal of somebody at 'peer' (text of an address; anything else is "others") written, as a line
 * of 'n' bytes?  Else it is counted.  'now_us' is the wall clock's. */
bool strangers_may(struct strangers *strangers, const char *peer, size_t n, int64_t now_us);
/* A line of a user, of 'n' bytes, is written. */
void strangers_earn(struct strangers *strangers, size_t n);
/* Tells of what was counted, where its minute is over (its hour, while strangers have no bytes left);
 * 'all': of everything. */
void strangers_tell(struct strangers *strangers, int64_t now_us, bool all, strangers_tell_fn *tell,
                    void *arg);

#endif
