/* Log lines: level, shape, and that nobody can forge one. */
#include "base/log.h"
#include "base/time.h"
#include "test.h"

#include <string.h>
#include <unistd.h>

/* What 'fn' writes to stderr. */
static const char *
captured(void (*fn)(void))
{
    static char text[4096];
    int fds[2], saved = dup(STDERR_FILENO);
    ssize_t n;

    REQUIRE(saved >= 0 && !pipe(fds));
    dup2(fds[1], STDERR_FILENO);
    close(fds[1]);
    fn();
    dup2(saved, STDERR_FILENO);
    close(saved);
    n = read(fds[0], text, sizeof text - 1);
    close(fds[0]);
    text[n > 0 ? n : 0] = 0;
    return text;
}

static void
write_lines(void)
{
    log_debug("net", "not shown");
    log_info("net", "port=%d name=%s", 7, "a\nb");
}

static void
write_error(void)
{
    log_err(LOG_LV_ERROR, "flow", err_new(E_QUOTA, NULL, "full"), "step link");
}

TEST(log_line_has_one_shape)
{
    time_freeze(0);
    log_init("site", LOG_LV_INFO);
    CHECK_STR(captured(write_lines),
              "1970-01-01T00:00:00.000Z info site net: port=7 name=a\\x0ab\n");
    CHECK(strstr(captured(write_error), "error site flow: step link: full code=QUOTA at="));
}

TEST(log_levels_have_names)
{
    enum log_level level;

    CHECK(log_level_from_name("WARN", &level) && level == LOG_LV_WARN);
    CHECK(!log_level_from_name("loud", &level));
}

static void
write_modules(void)
{
    log_debug("vim", "shown");
    log_info("http", "not shown");
    log_info("store", "shown");
    log_debug("store", "not shown");
}

TEST(log_levels_of_modules_go_before_the_level)
{
    time_freeze(0);
    log_init("site", LOG_LV_INFO);
    REQUIRE(log_levels_set("vim=debug,http=error"));
    CHECK_STR(captured(write_modules), "1970-01-01T00:00:00.000Z debug site vim: shown\n"
                                       "1970-01-01T00:00:00.000Z info site store: shown\n");
    /* What is no list of modules that there are changes nothing. */
    CHECK(!log_levels_set("vim"));
    CHECK(!log_levels_set("vim=loud"));
    CHECK(!log_levels_set("vi=debug"));
    CHECK(!log_levels_set("vim=debug,"));
    CHECK(!log_levels_set("vim=debug,,http=info"));
    CHECK(!log_levels_set("=debug"));
    CHECK(!log_levels_valid("vim=debug http=info"));
    CHECK(strstr(captured(write_modules), "vim: shown"));
    REQUIRE(log_levels_set(""));
    CHECK(!strstr(captured(write_modules), "vim: shown"));
}

TEST(log_levels_that_were_there_before_are_kept_once)
{
    size_t before;

    REQUIRE(log_levels_set("vim=debug"));
    REQUIRE(log_levels_set(""));
    before = log_levels_kept();
    for (int i = 0; i < 10; i++) { /* As SIGHUP does. */
        REQUIRE(log_levels_set("vim=debug"));
        REQUIRE(log_levels_set(""));
    }
    CHECK_INT(log_levels_kept(), before);
    REQUIRE(log_levels_set("vim=error"));
    CHECK_INT(log_levels_kept(), before + 1);
}

static void
write_of_request(void)
{
    struct log_origin was = log_origin_swap(log_origin_of("req-1"));

    log_info("net", "one");
    (void)log_origin_swap(was);
    log_info("net", "two");
}

TEST(log_lines_name_the_request_they_are_of)
{
    time_freeze(0);
    log_init("site", LOG_LV_INFO);
    CHECK_STR(captured(write_of_request), "1970-01-01T00:00:00.000Z info site net: one request=req-1\n"
                                          "1970-01-01T00:00:00.000Z info site net: two\n");
}
