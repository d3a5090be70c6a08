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
