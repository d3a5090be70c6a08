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

TEST(vec_hash_differs_by_length_and_seed)
{
    CHECK(hash_bytes("\0", 1, 0) != hash_bytes("\0\0", 2, 0));
    CHECK(hash_bytes("abcdefghi", 9, 1) != hash_bytes("abcdefghi", 9, 2));
    CHECK(hash_bytes("abcdefgh", 8, 1) == hash_bytes("abcdefgh", 8, 1));
}
