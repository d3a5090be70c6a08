/* Arenas: alignment, zeroing, reset, hooks, the right size of things. */
#include "base/mem.h"
#include "test.h"

#include <string.h>

TEST(mem_gives_zeroed_aligned_memory)
{
    AUTO(mem) m = mem_new("test");

    for (size_t n = 0; n < 3000; n += 7) {
        unsigned char *p = mem_alloc(m, n);

        CHECK_INT((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < n; i++) {
            REQUIRE(p[i] == 0);
        }
        memset(p, 0xff, n);
    }
    CHECK(mem_size(m) > 3000 / 7 * 1500);
}

TEST(mem_reset_keeps_a_block_for_the_next_turn)
{
    AUTO(mem) m = mem_new("test");
    size_t kept;

    for (int i = 0; i < 100; i++) {
        memset(mem_alloc(m, 1000), 1, 1000);
    }
    mem_reset(m);
    kept = mem_size(m);
    CHECK(kept >= 64 << 10 && kept <= 256 << 10);
    for (int i = 0; i < 40; i++) {
        memset(mem_alloc(m, 1000), 1, 1000);
    }
    CHECK_INT(mem_size(m), kept); /* nothing was needed from the heap */
}

TEST(mem_reset_keeps_no_large_block)
{
    AUTO(mem) m = mem_new("test");
    size_t before = mem_size(m);
    char *p;

    memset(mem_alloc(m, 1 << 20), 1, 1 << 20);
    memset(mem_alloc(m, 5000), 1, 5000);
    CHECK(mem_size(m) > 1 << 20);
    mem_reset(m);
    CHECK_INT(mem_size(m), before);
    p = mem_alloc(m, 100);
    CHECK_INT(p[0] | p[99], 0);
}

static char order[8];
static size_t n_order;

static void
note(void *arg)
{
    order[n_order++] = *(const char *)arg;
}

TEST(mem_runs_hooks_last_first_and_once)
{
    struct mem *m = mem_new("test");
    char a = 'a', b = 'b', c = 'c';

    mem_on_free(m, note, &a);
    mem_on_free(m, note, &b);
    mem_reset(m);
    mem_on_free(m, note, &c);
    mem_free(m);
    CHECK_STR(order, "bac");
}

TEST(mem_copies_strings)
{
    AUTO(mem) m = mem_new("test");

    CHECK_STR(mem_printf(m, "%d-%s", 7, "x"), "7-x");
    CHECK_STR(mem_strn(m, "abcdef", 3), "abc");
    CHECK_STR(mem_str(m, NULL), NULL);
    CHECK(!memcmp(mem_copy(m, "a\0b", 4), "a\0b", 4));
}

TEST(mem_small_allocations_after_a_large_one_stay_in_their_block)
{
    AUTO(mem) m = mem_new("test");
    size_t size;

    memset(mem_alloc(m, 16), 1, 16);
    memset(mem_alloc(m, 100000), 1, 100000);
    size = mem_size(m);
    for (int i = 0; i < 20; i++) {
        memset(mem_alloc(m, 16), 1, 16);
    }
    CHECK_INT(mem_size(m), size);
}
