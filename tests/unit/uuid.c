/* Identifiers: shape, difference, seeding, derivation. */
#include "base/uuid.h"
#include "base/str.h"
#include "test.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

TEST(uuid_has_the_shape_of_version_4)
{
    AUTO(mem) m = mem_new("test");
    char a[UUID_SIZE], b[UUID_SIZE];

    uuid_new(a);
    uuid_new(b);
    CHECK(strcmp(a, b));
    CHECK_INT(a[14], '4');
    CHECK(strchr("89ab", a[19]));
    CHECK(uuid_valid(a) && uuid_valid(uuid_make(m)) && uuid_valid(uuid_make_hex(m)));
    CHECK_INT(strlen(uuid_make_hex(m)), 32);
}

TEST(uuid_seeded_repeats)
{
    char a[UUID_SIZE], b[UUID_SIZE], c[UUID_SIZE];

    uuid_seed(7);
    uuid_new(a);
    uuid_new(b);
    uuid_seed(7);
    uuid_new(c);
    CHECK_STR(a, c);
    CHECK(strcmp(a, b));
    uuid_seed(0);
    uuid_new(c);
    CHECK(strcmp(a, c));
}

TEST(uuid_from_a_name_is_a_function_of_it)
{
    AUTO(mem) m = mem_new("test");

    CHECK_STR(uuid_from(m, "x"), uuid_from(m, "x"));
    CHECK(strcmp(uuid_from(m, "x"), uuid_from(m, "y")));
    CHECK(uuid_valid(uuid_from(m, "")));
    CHECK_INT(uuid_from(m, "x")[14], '5');
}

TEST(uuid_valid_refuses)
{
    CHECK(!uuid_valid(NULL) && !uuid_valid(""));
    CHECK(!uuid_valid("0123456789abcdef0123456789abcdeg"));
    CHECK(!uuid_valid("01234567-89ab-cdef-0123-456789abcde"));
    CHECK(!uuid_valid("01234567x89ab-cdef-0123-456789abcdef"));
    CHECK(uuid_valid("01234567-89AB-cdef-0123-456789abcdef"));
}

TEST(uuid_differs_after_a_fork)
{
    char here[UUID_SIZE], there[UUID_SIZE] = "";
    int fds[2], status;
    pid_t pid;

    uuid_new(here); /* Fills the pool. */
    REQUIRE(!pipe(fds));
    pid = fork();
    REQUIRE(pid >= 0);
    uuid_new(here);
    if (!pid) {
        _exit(write(fds[1], here, UUID_SIZE) == UUID_SIZE ? 0 : 1);
    }
    CHECK_INT(read(fds[0], there, UUID_SIZE), UUID_SIZE);
    waitpid(pid, &status, 0);
    CHECK(uuid_valid(there) && strcmp(here, there));
}
