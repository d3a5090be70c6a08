/* Lines that are kept: their order, turning over, a full disk. */
#include "base/log.h"
#include "sys/file.h"
#include "sys/trail.h"
#include "test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void
lost(struct buf *out, uint64_t n)
{
    buf_printf(out, "lost %llu\n", (unsigned long long)n);
}

static struct trail *
opened(const char *path, int64_t max_bytes, int keep)
{
    const struct trail_config config = {
        .path = path, .max_bytes = max_bytes, .keep = keep, .lost = lost};
    struct trail *trail;

    REQUIRE_OK(trail_open(&config, &trail));
    return trail;
}

static void
add(struct trail *trail, const char *line)
{
    trail_add(trail, line, strlen(line));
}

static const char *
content(struct mem *m, const char *path)
{
    char *data;
    size_t n;

    REQUIRE_OK(file_read(m, path, 16 << 20, &data, &n));
    return data;
}

TEST(trail_keeps_lines_in_order_over_a_restart)
{
    AUTO(mem) m = mem_new("test");
    const char *path = mem_printf(m, "%s/trail", test_dir());
    struct trail *trail = opened(path, 1 << 20, 2);
    struct stat st;

    add(trail, "one\n");
    add(trail, "two\n");
    REQUIRE_OK(trail_flush(trail, 10000));
    CHECK_STR(content(m, path), "one\ntwo\n");
    REQUIRE(!stat(path, &st));
    CHECK_INT(st.st_mode & 07777, 0600);
    add(trail, "three\n");
    trail_close(trail); /* writes what waits */
    trail = opened(path, 1 << 20, 2);
    add(trail, "four\n");
    trail_close(trail);
    CHECK_STR(content(m, path), "one\ntwo\nthree\nfour\n");
    /* A power cut in the middle of a line. */
    REQUIRE(!truncate(path, 17));
    trail = opened(path, 1 << 20, 2);
    add(trail, "five\n");
    trail_close(trail);
    CHECK_STR(content(m, path), "one\ntwo\nthree\nfou\nfive\n");
    CHECK(!unlink(path));
}

TEST(trail_is_turned_over_when_full)
{
    AUTO(mem) m = mem_new("test");
    const char *path = mem_printf(m, "%s/turned", test_dir());
    struct trail *trail = opened(path, 8, 2);

    for (const char *const *line = (const char *const[]){"aaa\n", "bbb\n", "ccc\n", "ddd\n", "a line longer than a file\n", "eee\n", NULL}; *line; line++) {
        add(trail, *line);
    }
    REQUIRE_OK(trail_flush(trail, 10000));
    CHECK_STR(content(m, path), "eee\n");
    CHECK_STR(content(m, mem_printf(m, "%s.1", path)), "a line longer than a file\n");
    CHECK_STR(content(m, mem_printf(m, "%s.2", path)), "ccc\nddd\n");
    CHECK(!file_exists(mem_printf(m, "%s.3", path)));
    /* Who ships logs may move it away. */
    REQUIRE(!rename(path, mem_printf(m, "%s.away", path)));
    trail_reopen(trail);
    add(trail, "fff\n");
    trail_close(trail);
    CHECK_STR(content(m, path), "fff\n");
}

/* A file system that takes 5 bytes, then more: half a line is never left, and what did not fit the
 * memory meanwhile is counted. */
TEST(trail_waits_for_a_full_disk)
{
    AUTO(mem) m = mem_new("test");
    const char *path = mem_printf(m, "%s/full", test_dir());
    struct trail *trail = opened(path, 64 << 20, 1);
    struct rlimit was, small;
    char *big = mem_alloc(m, 3 << 20);

    log_init("test", LOG_LV_ERROR);
    memset(big, 'x', 3 << 20);
    big[(3 << 20) - 1] = '\n';
    REQUIRE(!getrlimit(RLIMIT_FSIZE, &was));
    small = was;
    small.rlim_cur = 5;
    (void)signal(SIGXFSZ, SIG_IGN);
    REQUIRE(!setrlimit(RLIMIT_FSIZE, &small));
    add(trail, "one\n");
    add(trail, "two\n");
    CHECK_ERR(trail_flush(trail, 300), E_UNAVAILABLE);
    CHECK_STR(content(m, path), "one\n");
    trail_add(trail, big, 3 << 20);
    trail_add(trail, big, 3 << 20);
    CHECK_INT((int)trail_lost(trail), 1);
    REQUIRE(!setrlimit(RLIMIT_FSIZE, &was));
    REQUIRE_OK(trail_flush(trail, 10000));
    trail_close(trail);
    const char *text = content(m, path);
    CHECK(strncmp(text, "one\ntwo\nxxx", 11) == 0);
    CHECK_INT((int)strlen(text), 8 + (3 << 20) + 7);
    CHECK_STR(text + 8 + (3 << 20), "lost 1\n");
}
