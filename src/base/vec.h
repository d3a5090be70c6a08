/* Type-safe growing arrays (in an arena) and string-keyed maps.
 *
 *     VEC(const char *) names = {0};
 *     vec_add(mem, &names, "x");
 *     vec_each (&names, name) { puts(*name); }
 */
#ifndef CARRICK_BASE_VEC_H
#define CARRICK_BASE_VEC_H

#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>

#define VEC(type)                                                                                  \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t n, cap;                                                                             \
    }

#define vec_add(mem, vec, item)                                                                    \
    do {                                                                                           \
        (vec)->items = vec_room((mem), (vec)->items, (vec)->n, &(vec)->cap, sizeof *(vec)->items); \
        (vec)->items[(vec)->n++] = (item);                                                         \
    } while (0)

/* An empty array is null, to which not even 0 may be added. */
#define vec_each(vec, it)                                                                          \
    for (__typeof__(&*(vec)->items) it = (vec)->items; it && it < (vec)->items + (vec)->n; it++)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof *(a))

/* Room for one more element; used by vec_add. */
void *vec_room(struct mem *mem, void *items, size_t n, size_t *cap, size_t size) MUST_USE;

/* A map from strings (borrowed, must outlive the map) to pointers; insertion
 * order is kept for iteration.  Lives in an arena, or on the heap where 'mem'
 * is null (then map_done frees it). */
struct map_entry {
    const char *key;
    void *value; /* null = deleted */
    uint32_t hash;
};
struct map {
    struct mem *mem;
    struct map_entry *entries;
    size_t n, cap, n_live;
    uint32_t *slots;
    size_t n_slots;
};

void map_init(struct map *map, struct mem *mem);
void map_done(struct map *map);
void *map_get(const struct map *map, const char *key);            /* null when absent */
void map_set(struct map *map, const char *key, void *value);      /* replaces; null deletes */
/* Takes it out, key and all: neither is looked at again.  Null where it was not there. */
void *map_take(struct map *map, const char *key);
bool map_add(struct map *map, const char *key, void *value);      /* false when present */

#define map_each(map, it)                                                                          \
    for (struct map_entry *it = (map)->entries; it && it < (map)->entries + (map)->n; it++)        \
        if (it->value)

uint64_t hash_bytes(const void *data, size_t n, uint64_t seed);

#endif
