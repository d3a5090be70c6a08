/* Arrays and maps. */
#include "base/vec.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

TEST(vec_keeps_what_was_added)
{
    AUTO(mem) m = mem_new("test");
    VEC(int) v = {0};
    int sum = 0;

    for (int i = 0; i < 1000; i++) {
        vec_add(m, &v, i);
    }
    vec_each (&v, it) {
        sum += *it;
    }
    CHECK_INT(v.n, 1000);
    CHECK_INT(sum, 999 * 1000 / 2);
}

static void
fill_and_check(struct map *map)
{
    static char keys[5000][8];
    int seen = 0;

    for (int i = 0; i < 5000; i++) {
        snprintf(keys[i], sizeof keys[i], "k%d", i);
        CHECK(map_add(map, keys[i], keys[i]));
    }
    CHECK(!map_add(map, "k17", keys));
    for (int i = 0; i < 5000; i += 2) {
        map_set(map, keys[i], NULL);
    }
    CHECK_INT(map->n_live, 2500);
    for (int i = 0; i < 5000; i++) {
        const char *got = map_get(map, keys[i]);

        REQUIRE(i % 2 ? got == keys[i] : !got);
    }
    map_each (map, it) {
        REQUIRE(it->value == keys[2 * seen + 1]); /* Order of insertion. */
        seen++;
    }
    CHECK_INT(seen, 2500);
    map_set(map, "k0", keys[7]);
    CHECK(map_get(map, "k0") == keys[7]);
    CHECK_INT(map->n_live, 2501);
}

TEST(vec_map_in_an_arena)
{
    AUTO(mem) m = mem_new("test");
    struct map map;

    map_init(&map, m);
    CHECK(!map_get(&map, "nothing"));
    fill_and_check(&map);
}

TEST(vec_map_on_the_heap)
{
    struct map map;

    map_init(&map, NULL);
    fill_and_check(&map);
    map_done(&map);
}

TEST(vec_map_does_not_grow_by_set_and_delete)
{
    static char keys[20000][8];
    struct map map;

    map_init(&map, NULL);
    for (int i = 0; i < 20000; i++) {
        snprintf(keys[i], sizeof keys[i], "x%d", i);
        map_set(&map, keys[i], keys[i]);
        map_set(&map, keys[i], NULL);
    }
    CHECK(map.cap <= 64);
    CHECK_INT(map.n_live, 0);
    map_done(&map);
}

/* Keys may go as soon as they are taken; what stands behind them is still found. */
TEST(vec_map_take_leaves_nothing_behind)
{
    static char keys[3000][8];
    uint64_t seed = 1;
    struct map map;
    size_t n = 0;

    map_init(&map, NULL);
    CHECK(!map_take(&map, "x"));
    for (int round = 0; round < 20000; round++) {
        int i = (int)((seed = seed * 6364136223846793005ULL + 1) >> 33) % 3000;

        if (*keys[i]) {
            CHECK(map_take(&map, keys[i]) == keys[i]);
            CHECK(!map_get(&map, keys[i]));
            memset(keys[i], 0, sizeof keys[i]); /* As if it were freed. */
            n--;
        } else {
            snprintf(keys[i], sizeof keys[i], "x%d", i);
            map_set(&map, keys[i], keys[i]);
            n++;
        }
    }
    CHECK_INT(map.n_live, n);
    CHECK(map.cap <= 8192);
    for (int i = 0; i < 3000; i++) {
        CHECK(!*keys[i] || map_get(&map, keys[i]) == keys[i]);
    }
    n = 0;
    map_each (&map, it) {
        n++;
    }
    CHECK_INT(map.n_live, n);
    map_done(&map);
}

TEST(vec_hash_differs_by_length_and_seed)
{
    CHECK(hash_bytes("\0", 1, 0) != hash_bytes("\0\0", 2, 0));
    CHECK(hash_bytes("abcdefghi", 9, 1) != hash_bytes("abcdefghi", 9, 2));
    CHECK(hash_bytes("abcdefgh", 8, 1) == hash_bytes("abcdefgh", 8, 1));
}
