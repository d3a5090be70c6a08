/* A round (dptable_begin to dptable_end) is the unit: who was not put in it has left. */
#include "agent/seats.h"

#include "base/vec.h"
#include "bpf/abi.h"

#include <stdlib.h>
#include <string.h>

#define KEPT 16384 /* Seats that are remembered as left, over all groups. */

enum { SEAT_NEVER, SEAT_HELD, SEAT_TAKEN };
struct row {
    uint32_t left[DP_MEMBERS];
    uint8_t state[DP_MEMBERS];
};
struct member {
    struct dp_id_key key;
    struct dp_id id;
};
struct seats {
    struct dptable *ids;
    struct mem *mem;   /* Of what follows; null = not made in this round. */
    struct map rows;   /* Group's number as text -> struct row */
    VEC(struct member) absent; /* Not put yet. */
    uint32_t newest;
};

struct seats *
seats_new(struct dptable *ids)
{
    struct seats *s = heap_alloc(sizeof *s);

    s->ids = ids;
    return s;
}

void
seats_free(struct seats *s)
{
    if (s) {
        mem_free(s->mem);
        free(s);
    }
}

static struct row *
row_of(struct seats *s, uint32_t group)
{
    const char *key = mem_printf(s->mem, "%u", group);
    struct row *row = map_get(&s->rows, key);

    if (!row) {
        row = MEM_NEW(s->mem, struct row);
        map_set(&s->rows, key, row);
    }
    return row;
}

static void
member_note(void *arg, const void *key, const void *value)
{
    struct seats *s = arg;
    struct member m;
    struct row *row;
    uint32_t seat;

    memcpy(&m.key, key, sizeof m.key);
    memcpy(&m.id, value, sizeof m.id);
    if (!m.key.group) {
        return; /* No instance. */
    }
    row = row_of(s, DP_INST_GROUP(m.id.id));
    seat = DP_INST_SEAT(m.id.id);
    s->newest = m.id.left > s->newest ? m.id.left : s->newest;
    if (dptable_was_put(s->ids, key)) {
        row->state[seat] = SEAT_TAKEN;
    } else {
        vec_add(s->mem, &s->absent, m);
        if (row->state[seat] == SEAT_NEVER) {
            row->state[seat] = SEAT_HELD;
            row->left[seat] = m.id.left;
        }
    }
}

static void
rows_make(struct seats *s)
{
    s->mem = mem_new("seats");
    map_init(&s->rows, s->mem);
    memset(&s->absent, 0, sizeof s->absent);
    s->newest = 0;
    dptable_each_entry(s->ids, member_note, s);
}

void
seats_sit(struct seats *s, uint32_t inst)
{
    if (s->mem) {
        row_of(s, DP_INST_GROUP(inst))->state[DP_INST_SEAT(inst)] = SEAT_TAKEN;
    }
}

/* Less is better: never used, left long ago, left lately, still held (by one who leaves now). */
static uint64_t
seat_rank(const struct row *row, uint32_t seat)
{
    return row->state[seat] == SEAT_NEVER  ? 0
           : row->state[seat] == SEAT_TAKEN ? UINT64_MAX
           : row->left[seat]                ? row->left[seat]
                                            : UINT32_MAX + 1ULL;
}

bool
seats_take(struct seats *s, uint32_t group, uint32_t *seat)
{
    const struct row *row;

    if (!s->mem) {
        rows_make(s);
    }
    row = row_of(s, group);
    *seat = 0;
    for (uint32_t i = 1; i < DP_MEMBERS; i++) {
        if (seat_rank(row, i) < seat_rank(row, *seat)) {
            *seat = i;
        }
    }
    return row->state[*seat] != SEAT_TAKEN;
}

static bool
group_is_there(const struct row *row)
{
    return memchr(row->state, SEAT_TAKEN, sizeof row->state);
}

struct err *
seats_end(struct seats *s)
{
    struct err *e = NULL;

    mem_free(s->mem);
    rows_make(s); /* As it is at the round's end. */
    for (size_t i = 0; i < s->absent.n && !e; i++) {
        struct member *m = &s->absent.items[i];
        struct row *row = row_of(s, DP_INST_GROUP(m->id.id));

        m->id.left = m->id.left ? m->id.left : ++s->newest;
        m->id.slot = UINT32_MAX; /* Nobody looks after it. */
        if (group_is_there(row) && row->state[DP_INST_SEAT(m->id.id)] != SEAT_TAKEN &&
            s->newest - m->id.left < KEPT) {
            row->state[DP_INST_SEAT(m->id.id)] = SEAT_TAKEN;
            e = dptable_put(s->ids, &m->key, &m->id);
        }
    }
    mem_free(s->mem);
    s->mem = NULL;
    return e;
}
