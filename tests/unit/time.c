/* Time: texts in every form, and what the parser refuses. */
#include "base/time.h"
#include "base/vec.h"
#include "test.h"

TEST(time_text_in_every_form)
{
    char out[TIME_TEXT_SIZE];
    int64_t us;

    REQUIRE(time_parse("2026-01-02T03:04:05.678901Z", &us));
    CHECK_STR(time_text(out, us, TIME_Z), "2026-01-02T03:04:05Z");
    CHECK_STR(time_text(out, us, TIME_Z_US), "2026-01-02T03:04:05.678901Z");
    CHECK_STR(time_text(out, us, TIME_Z_MS), "2026-01-02T03:04:05.678Z");
    CHECK_STR(time_text(out, us, TIME_NAIVE_US), "2026-01-02T03:04:05.678901");
    CHECK_STR(time_text(out, TIME_NULL, TIME_Z), "");
    CHECK_STR(time_text(out, -1, TIME_Z_US), "1969-12-31T23:59:59.999999Z");
}

TEST(time_parse_knows_the_calendar)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } good[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2000-02-29T12:00:00Z", 951825600},
        {"2026-11-20T23:47:27+01:00", 1795214847},
        {"2026-11-20T23:47:27-05:30", 1795238247},
        {"1969-12-31T23:59:59Z", -1},
        {"2038-01-19t03:14:08z", 2147483648},
    };
    static const char *const bad[] = {
        "",
        "2026",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00Zx",
        "2026-01-01T00:60:00Z",
        "26-01-01T00:00:00Z",
        "2026-01-01T00:00:00+25:00",
        "2026-01-00T00:00:00Z",
        " 2026-01-01T00:00:00Z",
    };
    int64_t us;

    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        REQUIRE(time_parse(good[i].text, &us));
        CHECK_INT(us, good[i].seconds * 1000000);
    }
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        if (time_parse(bad[i], &us)) {
            test_fail(__FILE__, __LINE__, "\"%s\" accepted", bad[i]);
        }
    }
    CHECK(!time_parse(NULL, &us));
}

TEST(time_freezes_for_tests)
{
    int64_t mono = time_mono_ns();

    time_freeze(42);
    CHECK_INT(time_now_us(), 42);
    time_freeze(TIME_NULL);
    CHECK(time_now_us() > 1700000000000000);
    CHECK(time_mono_ns() >= mono);
}
