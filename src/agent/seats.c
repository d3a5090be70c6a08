/* Who lets go of its entry in 'ids' has left: it is put back for it, as one that has left, in each
 * round from then on until its seat is another's. */
#include "agent/seats.h"

#include "base/str.h"
#include "base/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT 4096 /* Seats that are remembered as left, over all groups. */
#define NAME_SIZE 12

struct seat {
    struct dp_id_key key;
    uint32_t left; /* In which order; 0 = it sits there. */
};
struct row {
    char name[NAME_SIZE];
    struct seat *seats[DP_MEMBERS]; /* null = never used */
};
struct seats {
    struct dptable *ids;
    struct map rows; /* Group's number as text -> struct row */
    size_t n_left;
    uint32_t newest;
};

struct seats *
seats_new(struct dptable *ids)
{
    struct seats *s = heap_alloc(sizeof *s);

    s->ids = ids;
    map_init(&s->rows, NULL);
    return s;
}

static void
seat_free(struct seats *s, struct seat **seat)
{
    s->n_left -= *seat && (*seat)->left;
    free(*seat);
    *seat = NULL;
}

static void
row_free(struct seats *s, struct row *row)
{
    for (uint32_t i = 0; i < DP_MEMBERS; i++) {
        seat_free(s, &row->seats[i]);
    }
    free(row);
}

void
seats_free(struct seats *s)
{
    if (s) {
        map_each (&s->rows, it) {
            row_free(s, it->value);
        }
        map_done(&s->rows);
        free(s);
    }
}

static struct row *
row_find(const struct seats *s, uint32_t group)
{
    char name[NAME_SIZE];

    (void)snprintf(name, sizeof name, "%u", group);
    return map_get(&s->rows, name);
}

static struct row *
row_of(struct seats *s, uint32_t group)
{
    struct row *row = row_find(s, group);

    if (!row) {
        row = heap_alloc(sizeof *row);
        (void)snprintf(row->name, sizeof row->name, "%u", group);
        map_set(&s->rows, row->name, row);
    }
    return row;
}

static bool
is_of(const struct seat *seat, const struct dp_id_key *key)
{
    return seat && !memcmp(&seat->key, key, sizeof *key);
}

void
seats_found(struct seats *s, const struct dp_id_key *key, const struct dp_id *id)
{
    struct seat *seat;

    if (!key->group || key->group == DP_ID_GROUP) {
        return;
    }
    seat = row_of(s, key->group)->seats[DP_INST_SEAT(id->id)];
    if (id->left && seat) {
        return; /* Another has got it, and an agent was killed then. */
    }
    seats_sit(s, key, id->id);
    if (id->left) {
        row_of(s, key->group)->seats[DP_INST_SEAT(id->id)]->left = id->left;
        s->n_left++;
        s->newest = id->left > s->newest ? id->left : s->newest;
    }
}

void
seats_gone(struct seats *s, const struct dp_id_key *key, const struct dp_id *id)
{
    bool is_group = key->group == DP_ID_GROUP;
    struct row *row = row_find(s, is_group ? id->id : key->group);

    if (!row || !key->group) {
        return;
    }
    if (is_group) {
        (void)map_take(&s->rows, row->name);
        row_free(s, row);
    } else if (is_of(row->seats[DP_INST_SEAT(id->id)], key) && !id->left) {
        row->seats[DP_INST_SEAT(id->id)]->left = ++s->newest;
        s->n_left++;
    }
}

bool
seats_has(const struct seats *s, const struct dp_id_key *key)
{
    const struct row *row = row_find(s, key->group);

    for (uint32_t i = 0; row && i < DP_MEMBERS; i++) {
        if (is_of(row->seats[i], key)) {
            return true;
        }
    }
    return false;
}

#define RANK_NONE UINT64_MAX

/* Less is better: never used, left long ago, left lately, of one who leaves now. */
static uint64_t
seat_rank(const struct seats *s, const struct seat *seat)
{
    return !seat        ? 0
           : seat->left ? seat->left
           : dptable_was_put(s->ids, &seat->key) ? RANK_NONE
                                                 : RANK_NONE - 1;
}

bool
seats_take(struct seats *s, uint32_t group, uint64_t listed, uint32_t *seat)
{
    const struct row *row = row_of(s, group);
    uint64_t best = RANK_NONE;

    for (uint32_t i = 0; i < DP_MEMBERS; i++) {
        uint64_t rank = listed >> i & 1 ? RANK_NONE : seat_rank(s, row->seats[i]);

        if (rank < best) {
            best = rank;
            *seat = i;
        }
    }
    return best != RANK_NONE;
}

void
seats_sit(struct seats *s, const struct dp_id_key *key, uint32_t inst)
{
    struct seat **seat = &row_of(s, key->group)->seats[DP_INST_SEAT(inst)];

    if (!*seat) {
        *seat = heap_alloc(sizeof **seat);
    }
    s->n_left -= (*seat)->left != 0;
    **seat = (struct seat){.key = *key};
}

static struct err *
row_keep(struct seats *s, uint32_t group, struct row *row)
{
    for (uint32_t i = 0; i < DP_MEMBERS; i++) {
        struct seat *seat = row->seats[i];
        struct dp_id id = {.id = DP_INST_NUMBER(group, i), .slot = UINT32_MAX};
        struct err *e;

        if (!seat || !seat->left) {
            continue;
        }
        if (s->newest - seat->left >= KEPT) {
            seat_free(s, &row->seats[i]);
            continue;
        }
        id.left = seat->left;
        e = dptable_put(s->ids, &seat->key, &id);
        if (e && err_is(e, E_QUOTA)) {
            err_ignore(e, "a seat that is not kept is another's a little earlier");
            e = NULL;
        }
        TRY(e);
    }
    return NULL;
}

struct err *
seats_keep(struct seats *s)
{
    if (!s->n_left) {
        return NULL;
    }
    map_each (&s->rows, it) {
        TRY(row_keep(s, (uint32_t)strtoul(it->key, NULL, 10), it->value));
    }
    return NULL;
}
