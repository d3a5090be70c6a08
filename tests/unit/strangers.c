/* What those who proved nobody to be get of the audit log: some lines, a share of the bytes, and counts. */
#include "faces/strangers.h"
#include "base/str.h"
#include "test.h"

#include <stdio.h>

#define MINUTE INT64_C(60000000)
#define LINE 300

struct told {
    int n;
    uint64_t more;
    char last[64];
};

static void
tell(void *arg, const struct strangers_count *count)
{
    struct told *told = arg;

    told->n++;
    told->more += count->n;
    (void)snprintf(told->last, sizeof told->last, "%s", count->from);
}

static int
knock(struct strangers *s, const char *peer, int times, int64_t now)
{
    int written = 0;

    for (int i = 0; i < times; i++) {
        written += strangers_may(s, peer, LINE, now);
    }
    return written;
}

TEST(strangers_of_one_address_have_some_lines_a_minute)
{
    struct strangers *s = strangers_new(64 << 20);
    struct told told = {0};

    CHECK_INT(knock(s, "192.0.2.1", 1000, MINUTE), STRANGERS_LINES);
    CHECK_INT(knock(s, "192.0.2.2", 1, MINUTE), 1); /* another one has his own */
    strangers_tell(s, 2 * MINUTE - 1, false, tell, &told);
    CHECK_INT(told.n, 0); /* its minute is not over */
    strangers_tell(s, 2 * MINUTE, false, tell, &told);
    CHECK_INT(told.n, 1);
    CHECK_INT(told.more, 1000 - STRANGERS_LINES);
    CHECK_STR(told.last, "192.0.2.1");
    CHECK_INT(knock(s, "192.0.2.1", 1000, 2 * MINUTE), STRANGERS_LINES);
    /* At the end nothing is left untold. */
    strangers_tell(s, 2 * MINUTE, true, tell, &told);
    CHECK_INT(told.more, 2 * (1000 - STRANGERS_LINES));
    strangers_free(s);
}

TEST(strangers_of_one_ipv6_network_are_one)
{
    struct strangers *s = strangers_new(64 << 20);
    struct told told = {0};
    char peer[64];
    int written = 0;

    for (int i = 0; i < 500; i++) {
        (void)snprintf(peer, sizeof peer, "2001:db8:0:7::%d", i);
        written += strangers_may(s, peer, LINE, MINUTE);
    }
    CHECK_INT(written, STRANGERS_LINES);
    strangers_tell(s, 0, true, tell, &told);
    CHECK_STR(told.last, "2001:db8:0:7::/64");
    strangers_free(s);
}

TEST(strangers_get_no_more_by_having_many_addresses)
{
    const int64_t max = 1 << 20;
    struct strangers *s = strangers_new(max);
    struct told told = {0};
    int64_t bytes = 0, knocks = 0;
    char peer[64];

    /* A day of a million addresses. */
    for (int64_t now = MINUTE; now < 1440 * MINUTE; now += MINUTE) {
        for (int i = 0; i < 700; i++, knocks++) {
            (void)snprintf(peer, sizeof peer, "10.%d.%d.%d", (int)(knocks >> 16 & 255),
                           (int)(knocks >> 8 & 255), (int)(knocks & 255));
            bytes += strangers_may(s, peer, LINE, now) ? LINE : 0;
        }
        strangers_tell(s, now, false, tell, &told);
    }
    CHECK(bytes > 0);
    CHECK(bytes <= max / STRANGERS_SHARE);
    CHECK(told.n <= 24 + max / STRANGERS_SHARE / 256); /* hours, once there are no bytes left */
    strangers_tell(s, 1440 * MINUTE, true, tell, &told);
    CHECK_INT(bytes / LINE + (int64_t)told.more, knocks); /* each is written or counted */
    CHECK(!strangers_may(s, "192.0.2.1", LINE, 1441 * MINUTE));
    /* Users' lines earn them some. */
    strangers_earn(s, (STRANGERS_EARNED * LINE));
    CHECK_INT(knock(s, "192.0.2.3", 5, 1441 * MINUTE), 1);
    strangers_free(s);
}

TEST(strangers_without_an_address_are_the_others)
{
    struct strangers *s = strangers_new(1 << 20);
    struct told told = {0};

    CHECK_INT(knock(s, "-", 100, MINUTE), STRANGERS_LINES);
    strangers_tell(s, 2 * MINUTE, false, tell, &told);
    CHECK_STR(told.last, "others");
    CHECK_INT(told.more, 100 - STRANGERS_LINES);
    strangers_free(s);
}
