/* Files: limits, atomic replacement, removal that follows nothing. */
#include "sys/file.h"
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h> /* The system's: ours is the one in quotes. */
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(LOCK_EX == 2, "<sys/file.h> is the system's");

static const char *
in_dir(struct mem *m, const char *name)
{
    return mem_printf(m, "%s/%s", test_dir(), name);
}

TEST(file_goes_there_and_back)
{
    AUTO(mem) m = mem_new("test");
    const char *path = in_dir(m, "f");
    struct stat st;
    char *data;
    size_t n;

    CHECK_OK(file_write(path, "one", 3, 0600));
    CHECK_OK(file_write(path, "a\0two", 5, 0640));
    REQUIRE_OK(file_read(m, path, 5, &data, &n));
    CHECK(n == 5 && !memcmp(data, "a\0two", 6));
    REQUIRE(!stat(path, &st));
    CHECK_INT(st.st_mode & 07777, 0640);
    CHECK_ERR(file_read(m, path, 4, &data, &n), E_TOO_LARGE);
    CHECK_ERR(file_read(m, in_dir(m, "none"), 4, &data, &n), E_NOT_FOUND);
    CHECK_ERR(file_read(m, in_dir(m, "f/x"), 4, &data, &n), E_NOT_FOUND);
    CHECK_ERR(file_read(m, test_dir(), 4, &data, &n), E_UNAVAILABLE);
    CHECK(file_exists(path) && !file_exists(in_dir(m, "none")));
}

TEST(file_failed_write_leaves_the_old_and_no_litter)
{
    AUTO(mem) m = mem_new("test");
    const char *dir = in_dir(m, "d");

    CHECK_OK(dir_make(in_dir(m, "d/inner"), 0755));
    CHECK_ERR(file_write(in_dir(m, "d/inner"), "x", 1, 0600),
              E_UNAVAILABLE); /* A folder is there. */
    CHECK(!rmdir(in_dir(m, "d/inner")));
    CHECK(!rmdir(dir)); /* Empty: nothing was left. */
    CHECK_ERR(file_write(in_dir(m, "no/such/f"), "x", 1, 0600), E_UNAVAILABLE);
}

TEST(file_large)
{
    AUTO(mem) m = mem_new("test");
    char *big = mem_alloc(m, 3 << 20), *data;
    size_t n;

    memset(big, 'x', 3 << 20);
    CHECK_OK(file_write(in_dir(m, "big"), big, 3 << 20, 0600));
    REQUIRE_OK(file_read(m, in_dir(m, "big"), 3 << 20, &data, &n));
    CHECK(n == 3 << 20 && !memcmp(big, data, n));
}

TEST(file_put_replaces_as_a_whole)
{
    AUTO(mem) m = mem_new("test");
    const char *path = in_dir(m, "put");
    struct stat st;
    char *text;
    size_t n;

    CHECK_OK(file_put(path, "first and longer", 16, 0600));
    CHECK_OK(file_put(path, "second", 6, 0640));
    CHECK_OK(file_read(m, path, 100, &text, &n));
    CHECK_STR(text, "second");
    CHECK(!stat(path, &st) && (st.st_mode & 07777) == 0640);
    CHECK_ERR(file_put(in_dir(m, "none/put"), "x", 1, 0600), E_UNAVAILABLE);
}

TEST(file_dir_make_and_remove)
{
    AUTO(mem) m = mem_new("test");
    const char *outside = in_dir(m, "outside");

    CHECK_OK(file_write(outside, "keep", 4, 0600));
    CHECK_OK(dir_make(in_dir(m, "a/b/c"), 0700));
    CHECK_OK(dir_make(in_dir(m, "a/b/c"), 0700));
    CHECK_ERR(dir_make(in_dir(m, "outside/x"), 0700), E_UNAVAILABLE);
    CHECK_OK(file_write(in_dir(m, "a/b/f"), "x", 1, 0600));
    CHECK(!symlink(outside, in_dir(m, "a/b/link")));
    CHECK(!symlink(test_dir(), in_dir(m, "a/dirlink")));
    CHECK_OK(dir_remove(in_dir(m, "a")));
    CHECK(!file_exists(in_dir(m, "a")));
    CHECK(file_exists(outside));
    CHECK_OK(dir_remove(in_dir(m, "a")));
    CHECK(!symlink(test_dir(), in_dir(m, "link")));
    CHECK_ERR(dir_remove(in_dir(m, "link")), E_UNAVAILABLE);
    CHECK(file_exists(outside));
}

TEST(file_remove_copes_with_absurd_depth)
{
    AUTO(mem) m = mem_new("test");
    AUTO_FD fd = -1;
    int depth = 0;

    REQUIRE(!mkdir(in_dir(m, "deep"), 0700));
    REQUIRE(!mkdir(in_dir(m, "deep/deep.0"), 0700)); /* a name that removal itself would use */
    fd = open(in_dir(m, "deep"), O_RDONLY | O_DIRECTORY);
    for (; depth < 3000 && fd >= 0; depth++) {
        int next;

        mkdirat(fd, "d", 0700);
        next = openat(fd, "d", O_RDONLY | O_DIRECTORY);
        close(fd);
        fd = next;
    }
    REQUIRE(depth == 3000);
    CHECK_OK(dir_remove(in_dir(m, "deep")));
    CHECK(!file_exists(in_dir(m, "deep")));
}
