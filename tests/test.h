/* Unit tests: TEST(name) { ... } registers itself; each runs in a process of
 * its own, so that a crash is one failed test and leaks are that test's.
 *
 *     TEST(ipam_gives_lowest_free_address)
 *     {
 *         CHECK_OK(ipam_take(tx, net, &a));
 *         CHECK_STR(a, "10.0.0.2");
 *     }
 *
 * A failed check is printed and the test goes on; REQUIRE ends it. */
#ifndef CARRICK_TEST_H
#define CARRICK_TEST_H

#include "base/err.h"

#include <stdint.h>
#include <stdlib.h>

struct test {
    const char *name, *file;
    void (*fn)(void);
    struct test *next;
};
void test_register(struct test *test);

#define TEST(name_)                                                                                \
    static void test_##name_(void);                                                                \
    static struct test reg_##name_ = {.name = #name_, .file = __FILE__, .fn = test_##name_};       \
    __attribute__((constructor)) static void add_##name_(void)                                     \
    {                                                                                              \
        test_register(&reg_##name_);                                                               \
    }                                                                                              \
    static void test_##name_(void)

/* Notes a failure at a place and goes on. */
void test_fail(const char *file, int line, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Has the running test failed so far? */
bool test_has_failed(void);
/* Ends the running test as skipped. */
void test_skip(const char *fmt, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));
/* Ends the running test (failures noted so far decide). */
void test_end(void) __attribute__((noreturn));
/* An empty folder for this test, removed with all that is in it afterwards. */
const char *test_dir(void);
/* Where a test's store is: 'path' itself, or its stand-in in the database of $CARRICK_TEST_DATABASE (a URL
 * of PostgreSQL; tests/postgresql).  The same path is the same store, ":memory:" a new one each time. */
const char *test_store(const char *path);
bool test_on_server(void); /* is it in such a database? */
/* Ends a test that is about the file of a database as skipped, where there is none. */
void test_needs_file(void);
/* Waits a blink between two looks of EVENTUALLY; false when 'deadline' is over. */
bool test_again(int64_t deadline_ns);
int64_t test_now_ns(void);
/* How many times as long as usual things may take: $CARRICK_PATIENCE, else 1.  For machines that
 * are emulated: every limit of a test is multiplied by it. */
int test_patience(void);
bool test_check_ok(const char *file, int line, const char *what, struct err *e);
/* Checks the code of 'e' and frees it. */
bool test_check_err(const char *file, int line, const char *what, struct err *e,
                    enum err_code code);
/* As CHECK_ERR, and the message (all faults of it) has to contain 'text'. */
bool test_check_msg(const char *file, int line, const char *what, struct err *e, enum err_code code,
                    const char *text);
bool test_check_str(const char *file, int line, const char *what, const char *a, const char *b);
bool test_check_int(const char *file, int line, const char *what, long long a, long long b);

#define CHECK(x) ((x) ? (void)0 : test_fail(__FILE__, __LINE__, "%s", #x))
#define CHECK_OK(x) ((void)test_check_ok(__FILE__, __LINE__, #x, (x)))
#define CHECK_ERR(x, code) ((void)test_check_err(__FILE__, __LINE__, #x, (x), (code)))
#define CHECK_ERR_MSG(x, code, text)                                                               \
    ((void)test_check_msg(__FILE__, __LINE__, #x, (x), (code), (text)))
#define CHECK_STR(a, b) ((void)test_check_str(__FILE__, __LINE__, #a, (a), (b)))
#define CHECK_INT(a, b)                                                                            \
    ((void)test_check_int(__FILE__, __LINE__, #a " == " #b, (long long)(a), (long long)(b)))
#define SKIP(...) test_skip(__VA_ARGS__)

/* These end the test where they fail. */
#define REQUIRE(x) ((x) ? (void)0 : (test_fail(__FILE__, __LINE__, "%s", #x), test_end()))
#define REQUIRE_OK(x) (test_check_ok(__FILE__, __LINE__, #x, (x)) ? (void)0 : test_end())

/* Waits until 'cond' holds, at most 'ms' milliseconds (times test_patience). */
#define EVENTUALLY(ms, cond)                                                                       \
    do {                                                                                           \
        int64_t deadline_ = test_now_ns() + (int64_t)(ms)*test_patience() * 1000000;               \
        while (!(cond)) {                                                                          \
            if (!test_again(deadline_)) {                                                          \
                test_fail(__FILE__, __LINE__, "not within %d ms: %s", (int)(ms), #cond);           \
                break;                                                                             \
            }                                                                                      \
        }                                                                                          \
    } while (0)

#endif
