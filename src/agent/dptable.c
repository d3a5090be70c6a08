/* Difference by copy: the agent knows what each map holds and only writes what
 * differs, so that reconciling a thousand ports for one that is new costs one
 * system call. */
#include "agent/dptable.h"

#include "base/vec.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SLOT_EMPTY, SLOT_DEAD, SLOT_USED };
struct head {
    uint32_t round;
    uint32_t state;
};
#define FIRST_SLOTS 64

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
    return slot_key(slot) + t->key_size;
}

/* The entry of 'key', else the slot where it belongs. */
static struct head *
slot_find(const struct dptable *t, const void *key)
{
    size_t i = hash_bytes(key, t->key_size, 0) & (t->n_slots - 1);
    struct head *dead = NULL;

    for (;; i = (i + 1) & (t->n_slots - 1)) {
        struct head *slot = slot_at(t, i);

        if (slot->state == SLOT_EMPTY) {
            return dead ? dead : slot;
        }
        if (slot->state == SLOT_DEAD) {
            dead = dead ? dead : slot;
        } else if (!memcmp(slot_key(slot), key, t->key_size)) {
            return slot;
        }
    }
}

static struct head *
slot_fill(struct dptable *t, const void *key, const void *value)
{
    struct head *slot = slot_find(t, key);

    if (slot->state == SLOT_EMPTY) {
        t->n_used++;
    }
    slot->state = SLOT_USED;
    memcpy(slot_key(slot), key, t->key_size);
    memcpy(slot_value(t, slot), value, t->value_size);
    return slot;
}

/* Keeps a quarter free; dead slots go. */
static void
dptable_grow(struct dptable *t)
{
    struct dptable old = *t;
    size_t live = 0;

    if ((t->n_used + 1) * 4 < t->n_slots * 3) {
        return;
    }
    for (size_t i = 0; i < old.n_slots; i++) {
        live += slot_at(&old, i)->state == SLOT_USED;
    }
    while (t->n_slots < FIRST_SLOTS || (live + 1) * 2 > t->n_slots) {
        t->n_slots = t->n_slots ? t->n_slots * 2 : FIRST_SLOTS;
    }
    t->entries = heap_alloc(t->n_slots * t->stride);
    t->n_used = 0;
    for (size_t i = 0; i < old.n_slots; i++) {
        struct head *slot = slot_at(&old, i);

        if (slot->state == SLOT_USED) {
            slot_fill(t, slot_key(slot), slot_value(t, slot))->round = slot->round;
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
dptable_open(struct dptable *t, const char *name, int fd)
{
    struct bpf_map_info info = {0};
    uint32_t n = sizeof info;

    *t = (struct dptable){.name = name, .fd = fd};
    if (bpf_obj_get_info_by_fd(fd, &info, &n)) {
        return err_errno(E_UNAVAILABLE, "map %s", name);
    }
    t->key_size = info.key_size;
    t->value_size = info.value_size;
    t->is_array = info.type == BPF_MAP_TYPE_ARRAY;
    t->stride = (uint32_t)(sizeof(struct head) + info.key_size + info.value_size + 7) & ~7u;
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
}

struct err *
dptable_put(struct dptable *t, const void *key, const void *value)
{
    struct head *slot;

    dptable_grow(t);
    slot = slot_find(t, key);
    if (slot->state != SLOT_USED || memcmp(slot_value(t, slot), value, t->value_size) != 0) {
        if (bpf_map_update_elem(t->fd, key, value, BPF_ANY)) {
            return err_errno(errno == E2BIG || errno == ENOSPC ? E_QUOTA : E_UNAVAILABLE,
                             "write to map %s", t->name);
        }
        slot = slot_fill(t, key, value);
    }
    slot->round = t->round;
    return NULL;
}

struct err *
dptable_end(struct dptable *t)
{
    for (size_t i = 0; !t->is_array && i < t->n_slots; i++) {
        struct head *slot = slot_at(t, i);

        if (slot->state == SLOT_USED && slot->round != t->round) {
            if (bpf_map_delete_elem(t->fd, slot_key(slot)) && errno != ENOENT) {
                return err_errno(E_UNAVAILABLE, "delete from map %s", t->name);
            }
            slot->state = SLOT_DEAD;
        }
    }
    return NULL;
}

bool
dptable_was_put(const struct dptable *t, const void *key)
{
    struct head *slot = slot_find(t, key);

    return slot->state == SLOT_USED && slot->round == t->round;
}

const void *
dptable_get(const struct dptable *t, const void *key)
{
    struct head *slot = slot_find(t, key);

    return slot->state == SLOT_USED ? slot_value(t, slot) : NULL;
}

void
dptable_each_entry(const struct dptable *t, dptable_fn *fn, void *arg)
{
    for (size_t i = 0; i < t->n_slots; i++) {
        struct head *slot = slot_at(t, i);

        if (slot->state == SLOT_USED) {
            fn(arg, slot_key(slot), slot_value(t, slot));
        }
    }
}
