/* Difference by copy: the agent knows what each map holds and only writes what
 * differs, so that reconciling a thousand ports for one that is new costs one
 * system call. */
#include "agent/dptable.h"

#include "base/vec.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct head {
    uint32_t round; /* When it was put last; 0 = the slot is empty. */
    uint32_t seen;  /* Likewise, for a holder. */
    uint32_t holders;
    uint32_t zero;
};
#define FIRST_SLOTS 64
#define FOUND 1 /* Round of what was in the map before the first. */

static struct head *
slot_at(const struct dptable *t, size_t i)
{
    return (struct head *)(void *)(t->entries + i * t->stride);
}

static uint8_t *
slot_key(struct head *slot)
{
    return (uint8_t *)(slot + 1);
}

static uint8_t *
slot_value(const struct dptable *t, struct head *slot)
{
    return slot_key(slot) + ((t->key_size + 7) & ~7u); /* Aligned for any. */
}

static bool
slot_is_kept(const struct dptable *t, const struct head *slot)
{
    return slot->holders || slot->round == t->round;
}

static size_t
key_place(const struct dptable *t, const void *key)
{
    return hash_bytes(key, t->key_size, 0) & (t->n_slots - 1);
}

/* The entry of 'key', else the slot where it belongs. */
static struct head *
slot_find(const struct dptable *t, const void *key)
{
    size_t i = key_place(t, key);

    while (slot_at(t, i)->round && memcmp(slot_key(slot_at(t, i)), key, t->key_size) != 0) {
        i = (i + 1) & (t->n_slots - 1);
    }
    return slot_at(t, i);
}

static struct head *
slot_fill(struct dptable *t, const void *key, const void *value)
{
    struct head *slot = slot_find(t, key);

    if (!slot->round) {
        t->n_used++;
        slot->round = FOUND;
        memcpy(slot_key(slot), key, t->key_size);
    }
    memcpy(slot_value(t, slot), value, t->value_size);
    return slot;
}

/* What stands behind an empty slot moves up where it would not be found any more. */
static void
slot_empty(struct dptable *t, struct head *slot)
{
    size_t mask = t->n_slots - 1, hole = (size_t)((uint8_t *)slot - t->entries) / t->stride;

    for (size_t i = (hole + 1) & mask; slot_at(t, i)->round; i = (i + 1) & mask) {
        size_t home = key_place(t, slot_key(slot_at(t, i)));

        if (((i - home) & mask) >= ((i - hole) & mask)) {
            memcpy(slot_at(t, hole), slot_at(t, i), t->stride);
            hole = i;
        }
    }
    memset(slot_at(t, hole), 0, sizeof(struct head));
    t->n_used--;
}

/* Keeps a quarter free. */
static void
dptable_grow(struct dptable *t)
{
    struct dptable old = *t;

    if ((t->n_used + 1) * 4 < t->n_slots * 3) {
        return;
    }
    t->n_slots = t->n_slots ? t->n_slots * 2 : FIRST_SLOTS;
    t->entries = heap_alloc(t->n_slots * t->stride);
    for (size_t i = 0; i < old.n_slots; i++) {
        struct head *slot = slot_at(&old, i);

        if (slot->round) {
            memcpy(slot_find(t, slot_key(slot)), slot, t->stride);
        }
    }
    free(old.entries);
}

/* The kernel's content: keys first, since they move under deletion. */
static struct err *
dptable_read(struct dptable *t)
{
    AUTO(mem) mem = mem_new("table read");
    uint8_t *key = mem_alloc(mem, t->key_size), *next = mem_alloc(mem, t->key_size);
    uint8_t *value = mem_alloc(mem, t->value_size);
    bool first = true;

    while (!bpf_map_get_next_key(t->fd, first ? NULL : key, next)) {
        first = false;
        memcpy(key, next, t->key_size);
        if (!bpf_map_lookup_elem(t->fd, key, value)) {
            dptable_grow(t);
            (void)slot_fill(t, key, value);
        }
    }
    return NULL;
}

struct err *
dptable_open(struct dptable *t, const char *name, const char *of, int fd)
{
    struct bpf_map_info info = {0};
    uint32_t n = sizeof info;

    *t = (struct dptable){.name = name, .of = of, .fd = fd, .round = FOUND};
    if (bpf_obj_get_info_by_fd(fd, &info, &n)) {
        return err_errno(E_UNAVAILABLE, "map %s", name);
    }
    t->key_size = info.key_size;
    t->value_size = info.value_size;
    t->max = info.max_entries;
    t->is_array = info.type == BPF_MAP_TYPE_ARRAY;
    t->stride = (uint32_t)(sizeof(struct head) + ((info.key_size + 7) & ~7u) + info.value_size + 7) & ~7u;
    dptable_grow(t);
    return dptable_read(t);
}

void
dptable_close(struct dptable *t)
{
    free(t->entries);
    t->entries = NULL;
}

void
dptable_begin(struct dptable *t)
{
    t->round++;
    t->n_kept = t->n_held;
}

/* Its slot, with this value in the kernel too. */
static struct err *
slot_write(struct dptable *t, const void *key, const void *value, struct head **out)
{
    struct head *slot;

    dptable_grow(t);
    slot = slot_find(t, key);
    if (!slot->round || memcmp(slot_value(t, slot), value, t->value_size) != 0) {
        if (bpf_map_update_elem(t->fd, key, value, BPF_ANY)) {
            return errno == E2BIG || errno == ENOSPC
                       ? err_new(E_QUOTA, NULL, "the host's table of %s is full (%u entries)",
                                 t->of, t->max)
                       : err_errno(E_UNAVAILABLE, "write to map %s", t->name);
        }
        t->writes++;
        slot = slot_fill(t, key, value);
    }
    *out = slot;
    return NULL;
}

struct err *
dptable_put(struct dptable *t, const void *key, const void *value)
{
    struct head *slot;

    TRY(slot_write(t, key, value, &slot));
    t->n_kept += !slot_is_kept(t, slot);
    slot->round = t->round;
    return NULL;
}

struct err *
dptable_hold(struct dptable *t, const void *key, const void *value)
{
    struct head *slot;

    TRY(slot_write(t, key, value, &slot));
    t->n_kept += !slot_is_kept(t, slot);
    t->n_held += !slot->holders;
    slot->holders++;
    slot->seen = t->round;
    return NULL;
}

struct err *
dptable_set(struct dptable *t, const void *key, const void *value)
{
    struct head *slot;

    return slot_find(t, key)->round ? slot_write(t, key, value, &slot) : NULL;
}

/* Out of the kernel, and forgotten. */
static struct err *
slot_delete(struct dptable *t, struct head *slot)
{
    if (bpf_map_delete_elem(t->fd, slot_key(slot)) && errno != ENOENT) {
        return err_errno(E_UNAVAILABLE, "delete from map %s", t->name);
    }
    t->deletes++;
    if (t->gone) {
        t->gone(t->arg, slot_key(slot), slot_value(t, slot));
    }
    slot_empty(t, slot);
    return NULL;
}

struct err *
dptable_release(struct dptable *t, const void *key)
{
    struct head *slot = slot_find(t, key);

    if (!slot->holders) {
        return NULL;
    }
    slot->holders--;
    t->n_held -= !slot->holders;
    if (slot_is_kept(t, slot)) {
        return NULL;
    }
    t->n_kept--;
    return slot_delete(t, slot); /* If that fails, the round's end tries it again. */
}

struct err *
dptable_end(struct dptable *t)
{
    if (t->is_array || t->n_kept == t->n_used) {
        return NULL;
    }
    for (size_t i = 0; i < t->n_slots; i++) {
        struct head *slot = slot_at(t, i);

        while (slot->round && !slot_is_kept(t, slot)) {
            TRY(slot_delete(t, slot)); /* Another may have moved here. */
        }
    }
    return NULL;
}

bool
dptable_is_held(const struct dptable *t, const void *key)
{
    return slot_find(t, key)->holders > 0;
}

bool
dptable_was_put(const struct dptable *t, const void *key)
{
    const struct head *slot = slot_find(t, key);

    return slot->round && (slot->round == t->round || slot->seen == t->round);
}

const void *
dptable_get(const struct dptable *t, const void *key)
{
    struct head *slot = slot_find(t, key);

    return slot->round ? slot_value(t, slot) : NULL;
}

void
dptable_each_entry(const struct dptable *t, dptable_fn *fn, void *arg)
{
    for (size_t i = 0; i < t->n_slots; i++) {
        struct head *slot = slot_at(t, i);

        if (slot->round) {
            fn(arg, slot_key(slot), slot_value(t, slot));
        }
    }
}
