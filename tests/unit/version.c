/* Versions: which is ahead, and what does not work together. */
#include "base/version.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>

TEST(version_ahead_counts_minor_versions)
{
    static const struct {
        const char *a, *b;
        int ahead;
    } cases[] = {{"0.1.0", "0.1.9", 0}, {"0.3.0", "0.1.5", 2}, {"0.1.0", "0.2.0", -1}, {"1.0.0", "0.9.0", 991}};
    static const char *const none[] = {"", "1", "1.2", "a.b.c", "1.2.3-rc1", "1.2.3.4", "-1.2.3", "99999.1.1"};
    int ahead;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        REQUIRE(version_ahead(cases[i].a, cases[i].b, &ahead));
        CHECK_INT(ahead, cases[i].ahead);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        CHECK(!version_ahead(none[i], "0.1.0", &ahead));
        CHECK(!version_told(none[i]));
    }
    CHECK_STR(version_told("0.1.0"), "0.1.0");
    CHECK(!version_told(NULL) && !version_told("0.1.0\xff\x1b[2J") && !version_told("0.1.0000000000"));
    CHECK(!version_ahead(NULL, "0.1.0", &ahead));
}

TEST(version_refusal_is_for_more_than_one_minor_version)
{
    AUTO(mem) mem = mem_new("test");
    unsigned major, minor;

    REQUIRE(sscanf(carrick_version, "%u.%u.", &major, &minor) == 2);
    CHECK(!version_refusal(mem, "it", NULL, "this")); /* another OpenStack */
    for (unsigned ahead = 0; ahead < 2; ahead++) {
        CHECK(!version_refusal(mem, "it", mem_printf(mem, "%u.%u.7", major, minor + ahead), "this"));
    }
    CHECK_STR(version_refusal(mem, "it", mem_printf(mem, "%u.%u.0", major, minor + 2), "this"),
              mem_printf(mem, "it has version %u.%u.0 and this %s: they may be one minor version apart; upgrade "
                              "this first, one minor version at a time", major, minor + 2, carrick_version));
}
