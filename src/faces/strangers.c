/* See strangers.h.  Whoever calls has a lock. */
#include "faces/strangers.h"

#include "base/mem.h"
#include "base/net.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>

#define MINUTE_US INT64_C(60000000)
#define HOUR_US (60 * MINUTE_US)
#define COUNT_SIZE 256 /* bytes of the line that tells of a count, about */

struct source {
    char from[CIDR_TEXT_SIZE];
    int64_t since_us; /* of its minute */
    int n_lines;
    uint64_t n_more;
};

struct strangers {
    int64_t left, max; /* bytes */
    size_t n;
    struct source others; /* addresses without a place, and what had no bytes */
    struct source sources[STRANGERS_ADDRESSES];
};

struct strangers *
strangers_new(int64_t max_bytes)
{
    struct strangers *s = heap_alloc(sizeof *s);

    s->left = s->max = max_bytes / STRANGERS_SHARE;
    (void)snprintf(s->others.from, sizeof s->others.from, "others");
    return s;
}

void
strangers_free(struct strangers *strangers)
{
    free(strangers);
}

/* Whoever has one IPv6 address has all of its network. */
static const char *
from_of(char text[CIDR_TEXT_SIZE], const char *peer)
{
    struct cidr of = {.len = 64};

    if (!ip_parse(peer, &of.ip)) {
        return NULL;
    }
    if (ip_is_v4(&of.ip)) {
        return ip_text(text, &of.ip);
    }
    of = cidr_network(&of);
    return cidr_text(text, &of);
}

static bool
is_over(const struct source *source, int64_t now_us)
{
    return now_us - source->since_us >= MINUTE_US || now_us < source->since_us;
}

/* Its place, or one that nobody needs any more. */
static struct source *
source_get(struct strangers *s, const char *from, int64_t now_us)
{
    struct source *free_one = NULL;

    for (size_t i = 0; i < s->n; i++) {
        struct source *source = &s->sources[i];

        if (str_eq(source->from, from)) {
            return source;
        }
        free_one = !source->n_more && is_over(source, now_us) ? source : free_one;
    }
    if (s->n < STRANGERS_ADDRESSES) {
        free_one = &s->sources[s->n++];
    }
    if (!free_one) {
        return &s->others;
    }
    *free_one = (struct source){.since_us = now_us};
    (void)snprintf(free_one->from, sizeof free_one->from, "%s", from);
    return free_one;
}

static void
more(struct source *source, uint64_t n, int64_t now_us)
{
    if (!source->n_lines && !source->n_more) {
        source->since_us = now_us;
    }
    source->n_more += n;
}

bool
strangers_may(struct strangers *s, const char *peer, size_t n, int64_t now_us)
{
    char text[CIDR_TEXT_SIZE];
    const char *from = from_of(text, peer);
    struct source *source = from ? source_get(s, from, now_us) : &s->others;

    if (!source->n_more && is_over(source, now_us)) {
        source->since_us = now_us;
        source->n_lines = 0;
    }
    if (source->n_lines >= STRANGERS_LINES || s->left < (int64_t)n) {
        more(source, 1, now_us);
        return false;
    }
    s->left -= (int64_t)n;
    source->n_lines++;
    return true;
}

void
strangers_earn(struct strangers *s, size_t n)
{
    s->left += (int64_t)n / STRANGERS_EARNED;
    s->left = s->left > s->max ? s->max : s->left;
}

static void
source_tell(struct source *source, int64_t now_us, strangers_tell_fn *tell, void *arg)
{
    const struct strangers_count count = {
        .from = source->from, .n = source->n_more, .since_us = source->since_us};

    tell(arg, &count);
    source->n_more = 0;
    source->n_lines = 0;
    source->since_us = now_us;
}

void
strangers_tell(struct strangers *s, int64_t now_us, bool all, strangers_tell_fn *tell, void *arg)
{
    struct source *others = &s->others;

    for (size_t i = 0; i < s->n; i++) {
        struct source *source = &s->sources[i];

        if (!source->n_more || !(all || is_over(source, now_us))) {
            continue;
        }
        if (all || s->left >= COUNT_SIZE) {
            s->left -= all ? 0 : COUNT_SIZE;
            source_tell(source, now_us, tell, arg);
        } else { /* A line of its own is too much: it is among the others'. */
            more(others, source->n_more, source->since_us);
            source->n_more = 0;
            source->n_lines = 0;
            source->since_us = now_us;
        }
    }
    if (others->n_more &&
        (all || now_us - others->since_us >= (s->left >= COUNT_SIZE ? MINUTE_US : HOUR_US) ||
         now_us < others->since_us)) {
        s->left -= s->left >= COUNT_SIZE && !all ? COUNT_SIZE : 0;
        source_tell(others, now_us, tell, arg);
    }
}
