/* Growing arrays and a hash map that keeps the order of insertion: entries in
 * an array, and open-addressed slots holding (index of the entry + 1). */
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

void *
vec_room(struct mem *mem, void *items, size_t n, size_t *cap, size_t size)
{
    void *bigger;

    if (n < *cap) {
        return items;
    }
    *cap = *cap ? *cap * 2 : 8;
    bigger = mem_array(mem, *cap, size);
    if (n) {
        memcpy(bigger, items, n * size);
    }
    return bigger;
}

/* MurmurHash3's finalizer over 8-byte words: for tables, not for secrets. */
static uint64_t
mix(uint64_t h)
{
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdULL;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53ULL;
    return h ^ h >> 33;
}

uint64_t
hash_bytes(const void *data, size_t n, uint64_t seed)
{
    const unsigned char *p = data;
    uint64_t h = seed ^ n * 0x9e3779b97f4a7c15ULL;
    uint64_t word;

    for (; n >= 8; n -= 8, p += 8) {
        memcpy(&word, p, 8);
        h = mix(h ^ word) * 0x9e3779b97f4a7c15ULL;
    }
    word = 0;
    if (n) {
        memcpy(&word, p, n);
    }
    return mix(h ^ word);
}

/* Seeded by the process's own random bytes: a stranger who chooses keys cannot
 * make them collide. */
static uint32_t
key_hash(const char *key)
{
    uint64_t seed = 0;
    const void *random = (const void *)getauxval(AT_RANDOM);

    if (random) {
        memcpy(&seed, random, sizeof seed);
    }
    return (uint32_t)hash_bytes(key, strlen(key), seed);
}

void
map_init(struct map *map, struct mem *mem)
{
    *map = (struct map){.mem = mem};
}

void
map_done(struct map *map)
{
    if (!map->mem) {
        free(map->entries);
        free(map->slots);
    }
    *map = (struct map){.mem = map->mem};
}

/* The slot of 'key': holds its entry, or is the empty one where it belongs.
 * There is always an empty slot. */
static uint32_t *
find_slot(const struct map *map, const char *key, uint32_t hash)
{
    size_t mask = map->n_slots - 1;

    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        uint32_t index = map->slots[i];
        const struct map_entry *entry = index ? &map->entries[index - 1] : NULL;

        if (!entry || (entry->hash == hash && !strcmp(entry->key, key))) {
            return &map->slots[i];
        }
    }
}

/* Puts the entries that live (in order) into new arrays of room for 'cap'. */
static void
rebuild(struct map *map, size_t cap)
{
    struct map_entry *old = map->entries;
    size_t n_old = map->n;

    if (map->mem) {
        map->entries = MEM_ARRAY(map->mem, cap, struct map_entry);
        map->slots = MEM_ARRAY(map->mem, cap * 2, uint32_t);
    } else {
        free(map->slots);
        map->entries = heap_alloc(cap * sizeof *map->entries);
        map->slots = heap_alloc(cap * 2 * sizeof *map->slots);
    }
    map->cap = cap;
    map->n_slots = cap * 2;
    map->n = 0;
    for (size_t i = 0; i < n_old; i++) {
        if (old[i].value) {
            map->entries[map->n++] = old[i];
            *find_slot(map, old[i].key, old[i].hash) = (uint32_t)map->n;
        }
    }
    if (!map->mem) {
        free(old);
    }
}

void *
map_get(const struct map *map, const char *key)
{
    uint32_t index = map->n_slots ? *find_slot(map, key, key_hash(key)) : 0;

    return index ? map->entries[index - 1].value : NULL;
}

void
map_set(struct map *map, const char *key, void *value)
{
    uint32_t hash = key_hash(key);
    uint32_t *slot = map->n_slots ? find_slot(map, key, hash) : NULL;

    if (slot && *slot) {
        struct map_entry *entry = &map->entries[*slot - 1];

        map->n_live += (size_t)(value != NULL) - (size_t)(entry->value != NULL);
        entry->value = value;
    } else if (value) {
        if (map->n == map->cap) {
            size_t cap = map->n_live * 2 > map->cap ? map->cap * 2 : map->cap;

            rebuild(map, cap ? cap : 8);
        }
        slot = find_slot(map, key, hash);
        map->entries[map->n++] = (struct map_entry){.key = key, .value = value, .hash = hash};
        *slot = (uint32_t)map->n;
        map->n_live++;
    }
}

void *
map_take(struct map *map, const char *key)
{
    uint32_t *slot = map->n_slots ? find_slot(map, key, key_hash(key)) : NULL;
    size_t mask = map->n_slots - 1, hole;
    struct map_entry *entry;
    void *value;

    if (!slot || !*slot) {
        return NULL;
    }
    entry = &map->entries[*slot - 1];
    value = entry->value;
    map->n_live -= value != NULL;
    *entry = (struct map_entry){0}; /* No slot leads to it; a rebuild drops it. */
    hole = (size_t)(slot - map->slots);
    for (size_t i = (hole + 1) & mask; map->slots[i]; i = (i + 1) & mask) {
        size_t home = map->entries[map->slots[i] - 1].hash & mask;

        if (((i - home) & mask) >= ((i - hole) & mask)) {
            map->slots[hole] = map->slots[i];
            hole = i;
        }
    }
    map->slots[hole] = 0;
    return value;
}

bool
map_add(struct map *map, const char *key, void *value)
{
    if (map_get(map, key)) {
        return false;
    }
    map_set(map, key, value);
    return true;
}
