/* Keeps account of who asks for what, so that one classifier that comes or goes
 * is one entry written: the best of those that ask for the same is in the kernel,
 * the others wait here. */
#include "agent/classes.h"

#include "base/str.h"
#include "base/vec.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define N_SCOPES 4096 /* Buckets of them. */
#define PREFIXES_MAX 30 /* Of a range of 16-bit numbers. */

/* A shape of a scope, and how many ask with which priority (ascending). */
struct shape {
    struct dp_shape value; /* 'top' is filled when it is written. */
    struct {
        uint16_t priority;
        uint32_t n;
    } *ranks;
    size_t n_ranks, cap;
};
struct scope {
    struct scope *next; /* Of its bucket. */
    struct scope *next_dirty;
    struct scope *next_touched; /* While it is flushed. */
    uint32_t number;
    size_t n_entries;
    struct shape **shapes;
    size_t n_shapes, cap;
    uint64_t hash; /* Of a network's own scope: sum over all entries of its flows, */
    size_t n_asked; /* and how many of those that will stay it was the first to ask for, */
    size_t n_net_blocks; /* and blocks of shapes, of all its scopes. */
    uint32_t net;   /* Whose they are; */
    size_t n_blocks; /* this scope's own. */
    size_t n_put;   /* Shapes that the kernel has. */
    struct datapath_owned owned;
    bool is_dirty;
};
/* One entry of the table, with those who ask for it, the best first. */
struct entry {
    struct entry *next; /* Of its bucket. */
    struct entry *next_dirty;
    struct dp_class_key key;
    struct class_asker *askers;
    struct scope *scope;
    uint32_t payer; /* The network that asked for it first. */
    uint32_t net;  /* Whose hash it is in: */
    uint64_t hash; /* as it is in the kernel; 0 = it is not. */
    bool is_dirty;
};
struct class_asker {
    struct class_asker *next_lower; /* Of its entry. */
    struct class_asker *next;       /* Of its chain. */
    struct entry *entry;
    struct shape *shape;
    uint32_t chain, net;
    uint16_t priority;
    uint8_t uuid[16];
};
struct classes {
    struct entry **buckets;
    size_t n_buckets, n_entries;
    size_t n_asked; /* Entries that will stay. */
    size_t n_blocks; /* Of shapes. */
    size_t n_nets;
    struct scope **scopes;
    struct entry *dirty;
    struct scope *dirty_scopes;
};

struct classes *
classes_new(void)
{
    struct classes *c = heap_alloc(sizeof *c);

    c->n_buckets = 1024;
    c->buckets = heap_alloc(c->n_buckets * sizeof(struct entry *));
    c->scopes = heap_alloc(N_SCOPES * sizeof(struct scope *));
    return c;
}

static void
shape_free(struct shape *shape)
{
    free(shape->ranks);
    free(shape);
}

static void
entry_free(struct entry *entry)
{
    while (entry->askers) {
        struct class_asker *asker = entry->askers;

        entry->askers = asker->next_lower;
        free(asker);
    }
    free(entry);
}

static void
scope_free(struct scope *scope)
{
    for (size_t i = 0; i < scope->n_shapes; i++) {
        shape_free(scope->shapes[i]);
    }
    free(scope->shapes);
    free(scope->owned.bytes);
    free(scope);
}

void
classes_free(struct classes *c)
{
    if (!c) {
        return;
    }
    for (size_t i = 0; i < c->n_buckets; i++) {
        for (struct entry *next, *e = c->buckets[i]; e; e = next) {
            next = e->next;
            entry_free(e);
        }
    }
    for (size_t i = 0; i < N_SCOPES; i++) {
        for (struct scope *next, *s = c->scopes[i]; s; s = next) {
            next = s->next;
            scope_free(s);
        }
    }
    free(c->buckets);
    free(c->scopes);
    free(c);
}

/* ---- scopes and their shapes -------------------------------------------------------------- */

static struct scope **
scope_place(const struct classes *c, uint32_t number)
{
    struct scope **at = &c->scopes[number % N_SCOPES];

    while (*at && (*at)->number != number) {
        at = &(*at)->next;
    }
    return at;
}

static struct scope *
scope_get(struct classes *c, uint32_t number)
{
    struct scope **at = scope_place(c, number);

    if (!*at) {
        *at = heap_alloc(sizeof **at);
        (*at)->number = number;
    }
    return *at;
}

static void
scope_touch(struct classes *c, struct scope *scope)
{
    if (!scope->is_dirty) {
        scope->is_dirty = true;
        scope->next_dirty = c->dirty_scopes;
        c->dirty_scopes = scope;
    }
}

/* Index of the priority, or where it belongs. */
static size_t
rank_at(const struct shape *shape, uint16_t priority)
{
    size_t low = 0, high = shape->n_ranks;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (shape->ranks[middle].priority < priority) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static uint16_t
shape_top(const struct shape *shape)
{
    return shape->n_ranks ? shape->ranks[shape->n_ranks - 1].priority : 0;
}

static void
rank_add(struct shape *shape, uint16_t priority)
{
    size_t i = rank_at(shape, priority), size = sizeof *shape->ranks;

    if (i < shape->n_ranks && shape->ranks[i].priority == priority) {
        shape->ranks[i].n++;
        return;
    }
    if (shape->n_ranks == shape->cap) {
        shape->cap = shape->cap * 2 + 1;
        shape->ranks = heap_realloc(shape->ranks, shape->cap * size);
    }
    memmove(&shape->ranks[i + 1], &shape->ranks[i], (shape->n_ranks++ - i) * size);
    shape->ranks[i].priority = priority;
    shape->ranks[i].n = 1;
}

static void
rank_drop(struct shape *shape, uint16_t priority)
{
    size_t i = rank_at(shape, priority);

    if (!--shape->ranks[i].n) {
        memmove(&shape->ranks[i], &shape->ranks[i + 1],
                (--shape->n_ranks - i) * sizeof *shape->ranks);
    }
}

/* What makes shapes the same. */
static uint64_t
shape_word(const struct dp_shape *s)
{
    return (uint64_t)s->proto << 40 | (uint64_t)s->flags << 32 | (uint64_t)s->src_len << 24 | (uint64_t)s->dst_len << 16 |
           (uint64_t)s->sport_len << 8 | s->dport_len;
}

/* Is there room for one more of the network's?  No network leaves others without: once half of the
 * table is taken, each may have its part of the other half, as it is with flows. */
static struct err *
room_check(const struct classes *c, const char *of, size_t most, size_t n_all, size_t n_own)
{
    size_t sure = c->n_nets > 1 ? most / 2 / c->n_nets : most;

    if (n_all >= most) {
        return err_new(E_QUOTA, NULL, "the host's table of %s is full (%zu entries)", of, most);
    }
    if (n_all >= most / 2 && n_own >= sure) {
        return err_new(E_QUOTA, NULL,
                       "its network has its share of the host's table of %s (%zu of %zu entries; a "
                       "range of ports may need many)",
                       of, n_own, most);
    }
    return NULL;
}

/* To be called whenever its shapes have become more or fewer. */
static void
blocks_count(struct classes *c, struct scope *scope)
{
    size_t n = (scope->n_shapes + DP_SHAPES_A_BLOCK - 1) / DP_SHAPES_A_BLOCK;
    struct scope *net;

    if (n == scope->n_blocks) {
        return;
    }
    net = scope_get(c, scope->net);
    c->n_blocks += n - scope->n_blocks; /* Perhaps fewer: modulo 2^64. */
    net->n_net_blocks += n - scope->n_blocks;
    scope->n_blocks = n;
    if (!net->n_net_blocks && net != scope) {
        scope_touch(c, net); /* Perhaps it goes. */
    }
}

/* Those that nobody asks in any more; it may be called at any time. */
static void
shapes_prune(struct classes *c, struct scope *scope)
{
    size_t n = 0;

    for (size_t i = 0; i < scope->n_shapes; i++) {
        if (scope->shapes[i]->n_ranks) {
            scope->shapes[n++] = scope->shapes[i];
        } else {
            shape_free(scope->shapes[i]);
        }
    }
    scope->n_shapes = n;
    blocks_count(c, scope);
}

static struct err *
shape_get(struct classes *c, struct scope *scope, bool is_network, const struct dp_shape *value,
          struct shape **out)
{
    size_t most = is_network ? DP_SHAPES_MAX : DP_SHAPES_AFTER_MAX;

    for (size_t i = 0; i < scope->n_shapes; i++) {
        if (shape_word(&scope->shapes[i]->value) == shape_word(value)) {
            *out = scope->shapes[i];
            return NULL;
        }
    }
    if (scope->n_shapes >= most) {
        shapes_prune(c, scope);
    }
    if (scope->n_shapes >= most) {
        return err_new(E_QUOTA, NULL,
                       "its classifiers ask in more than %zu different ways together with those "
                       "%s (protocols, kinds of fields, lengths of prefixes, of which a range of "
                       "ports may have many)",
                       most, is_network ? "of its network" : "that come after the same chain");
    }
    if (scope->n_shapes % DP_SHAPES_A_BLOCK == 0) {
        TRY(room_check(c, "blocks of 8 shapes of classifiers", DP_SHAPE_BLOCKS_MAX, c->n_blocks,
                       scope_get(c, scope->net)->n_net_blocks));
    }
    if (scope->n_shapes == scope->cap) {
        scope->cap = scope->cap * 2 + 4;
        scope->shapes = heap_realloc(scope->shapes, scope->cap * sizeof *scope->shapes);
    }
    *out = heap_alloc(sizeof **out);
    (*out)->value = *value;
    scope->shapes[scope->n_shapes++] = *out;
    blocks_count(c, scope);
    return NULL;
}

/* ---- entries and who asks for them ---------------------------------------------------------- */

static struct entry **
entry_place(const struct classes *c, const struct dp_class_key *key)
{
    struct entry **at = &c->buckets[hash_bytes(key, sizeof *key, 0) & (c->n_buckets - 1)];

    while (*at && memcmp(&(*at)->key, key, sizeof *key) != 0) {
        at = &(*at)->next;
    }
    return at;
}

static void
buckets_grow(struct classes *c)
{
    struct entry **old = c->buckets;
    size_t n_old = c->n_buckets;

    if (c->n_entries < c->n_buckets) {
        return;
    }
    c->n_buckets *= 2;
    c->buckets = heap_alloc(c->n_buckets * sizeof(struct entry *));
    for (size_t i = 0; i < n_old; i++) {
        for (struct entry *next, *e = old[i]; e; e = next) {
            struct entry **at = entry_place(c, &e->key);

            next = e->next;
            e->next = NULL;
            *at = e;
        }
    }
    free(old);
}

static void
entry_touch(struct classes *c, struct entry *entry)
{
    if (!entry->is_dirty) {
        entry->is_dirty = true;
        entry->next_dirty = c->dirty;
        c->dirty = entry;
    }
}

/* Does 'a' come before 'b' where both ask for the same? */
static bool
outranks(const struct class_asker *a, const struct class_asker *b)
{
    return a->priority != b->priority ? a->priority > b->priority
                                      : memcmp(a->uuid, b->uuid, sizeof a->uuid) < 0;
}

static void
uuid_bytes(uint8_t *out, const char *uuid)
{
    char hex[33];
    size_t n = 0;

    for (const char *c = uuid; *c && n < 32; c++) {
        if (*c != '-') {
            hex[n++] = *c;
        }
    }
    hex[n] = 0;
    (void)hex_to(out, hex, 16); /* Checked when it was decoded. */
}

/* One more entry that will stay, or one less. */
static void
entry_asked(struct classes *c, const struct entry *entry, size_t n)
{
    struct scope *scope = scope_get(c, entry->payer);

    c->n_asked += n;
    scope->n_asked += n;
    if (!scope->n_asked) {
        scope_touch(c, scope); /* Perhaps it goes. */
    }
}

static struct err *
asker_add(struct classes *c, const struct class_spec *spec, const struct dp_class_key *key,
          const struct dp_shape *shape, struct class_list *list)
{
    struct scope *scope = scope_get(c, spec->scope);
    struct class_asker *asker, **at;
    struct entry **entry;
    struct shape *of;

    scope_touch(c, scope); /* Also where it stays empty: then it goes. */
    if (!scope->n_blocks) {
        scope->net = spec->net;
    }
    TRY(shape_get(c, scope, spec->scope == spec->net, shape, &of));
    entry = entry_place(c, key);
    if (!*entry || !(*entry)->askers) {
        TRY(room_check(c, "classifiers", DP_CLASSES_MAX, c->n_asked,
                       scope_get(c, spec->net)->n_asked));
    }
    if (!*entry) {
        *entry = heap_alloc(sizeof **entry);
        (*entry)->key = *key;
        (*entry)->scope = scope;
        c->n_entries++;
        scope->n_entries++;
    }
    asker = heap_alloc(sizeof *asker);
    *asker = (struct class_asker){.entry = *entry,
                                  .shape = of,
                                  .chain = spec->chain,
                                  .net = spec->net,
                                  .priority = spec->priority,
                                  .next = list->first};
    uuid_bytes(asker->uuid, spec->chain_id);
    list->first = asker;
    for (at = &(*entry)->askers; *at && !outranks(asker, *at); at = &(*at)->next_lower) {
    }
    asker->next_lower = *at;
    *at = asker;
    if (!asker->next_lower && (*entry)->askers == asker) {
        (*entry)->payer = spec->net;
        entry_asked(c, *entry, 1);
    }
    rank_add(of, asker->priority);
    entry_touch(c, *entry);
    buckets_grow(c);
    return NULL;
}

/* Entries and scopes that are empty stay until the flush has taken them out of the kernel. */
static void
asker_drop(struct classes *c, struct class_asker *asker)
{
    struct class_asker **at = &asker->entry->askers;

    while (*at != asker) {
        at = &(*at)->next_lower;
    }
    *at = asker->next_lower;
    if (!asker->entry->askers) {
        entry_asked(c, asker->entry, (size_t)-1);
    }
    rank_drop(asker->shape, asker->priority);
    entry_touch(c, asker->entry);
    scope_touch(c, asker->entry->scope);
    free(asker);
}

void
classes_share(struct classes *c, size_t n_nets)
{
    c->n_nets = n_nets;
}

void
classes_drop(struct classes *c, struct class_list *list)
{
    while (list->first) {
        struct class_asker *asker = list->first;

        list->first = asker->next;
        asker_drop(c, asker);
    }
}

bool
classes_any(const struct classes *c, uint32_t scope)
{
    const struct scope *s = *scope_place(c, scope);

    for (size_t i = 0; s && i < s->n_shapes; i++) {
        if (s->shapes[i]->n_ranks) {
            return true;
        }
    }
    return false;
}

uint64_t
classes_hash(const struct classes *c, uint32_t net)
{
    const struct scope *s = *scope_place(c, net);

    return s ? s->hash : 0;
}

/* ---- from a classifier to entries ----------------------------------------------------------- */

struct prefix {
    uint16_t value;
    uint8_t len;
};

/* The fewest prefixes that make up the range. */
static size_t
prefixes_of(uint32_t min, uint32_t max, struct prefix *out)
{
    size_t n = 0;

    while (min <= max) {
        uint32_t bits = 0;

        while (bits < 16 && !(min & ((2u << bits) - 1)) && min + (2u << bits) - 1 <= max) {
            bits++;
        }
        out[n++] = (struct prefix){(uint16_t)min, (uint8_t)(16 - bits)};
        min += 1u << bits;
    }
    return n;
}

static void
mask_words(uint8_t len, __u64 *mask)
{
    uint8_t m[16] = {0};

    for (int i = 0; i < len; i++) {
        m[i / 8] |= (uint8_t)(0x80 >> i % 8);
    }
    memcpy(mask, m, 16);
}

static uint16_t
port_mask(uint8_t len)
{
    return htons((uint16_t)(0xffff0000u >> len));
}

struct err *
classes_add(struct classes *c, const struct class_spec *spec, struct class_list *list)
{
    struct prefix sports[PREFIXES_MAX], dports[PREFIXES_MAX];
    size_t n_sports = prefixes_of(spec->sport_min, spec->sport_max, sports);
    size_t n_dports = prefixes_of(spec->dport_min, spec->dport_max, dports);
    struct dp_shape shape = {.flags = (uint8_t)((spec->v6 ? DP_CLASS_V6 : 0) |
                                                (spec->proto >= 0 ? DP_CLASS_PROTO : 0) |
                                                (spec->from ? DP_CLASS_FROM : 0) |
                                                (spec->to ? DP_CLASS_TO : 0)),
                             .src_len = spec->src_len,
                             .dst_len = spec->dst_len,
                             .proto = (uint8_t)(spec->proto >= 0 ? spec->proto : 0)};
    struct dp_class_key key = {.scope = spec->scope,
                               .from = spec->from,
                               .to = spec->to,
                               .flags = shape.flags,
                               .src_len = spec->src_len,
                               .dst_len = spec->dst_len,
                               .proto = shape.proto};

    mask_words(spec->src_len, shape.src_mask);
    mask_words(spec->dst_len, shape.dst_mask);
    memcpy(key.src.b, spec->src, 16);
    memcpy(key.dst.b, spec->dst, 16);
    for (size_t i = 0; i < n_sports * n_dports; i++) {
        const struct prefix *s = &sports[i / n_dports], *d = &dports[i % n_dports];

        key.sport = htons(s->value);
        key.dport = htons(d->value);
        key.sport_len = shape.sport_len = s->len;
        key.dport_len = shape.dport_len = d->len;
        shape.sport_mask = port_mask(s->len);
        shape.dport_mask = port_mask(d->len);
        TRY(asker_add(c, spec, &key, &shape, list));
    }
    return NULL;
}

/* ---- into the kernel ------------------------------------------------------------------------ */

/* The network's hash is a sum: each entry's part of it comes and goes by itself. */
static void
entry_count(struct classes *c, struct entry *entry, uint32_t net, uint64_t hash)
{
    if (entry->hash) {
        struct scope *scope = scope_get(c, entry->net);

        scope->hash -= entry->hash;
        if (!scope->hash) {
            scope_touch(c, scope); /* Perhaps it goes. */
        }
    }
    if (hash) {
        scope_get(c, net)->hash += hash;
    }
    entry->net = net;
    entry->hash = hash;
}

static struct err *
entry_write(struct classes *c, struct datapath *dp, struct entry *entry)
{
    const struct class_asker *best = entry->askers;
    struct dp_class value = {.chain = best->chain, .priority = best->priority};

    for (int i = 0; i < 8; i++) {
        value.tie = value.tie << 8 | best->uuid[i];
    }
    if (entry->hash) {
        TRY(datapath_set(dp, TABLE_classes, &entry->key, &value));
    } else {
        TRY(datapath_hold(dp, TABLE_classes, &entry->key, &value));
    }
    entry_count(c, entry, best->net,
                hash_bytes(&value, sizeof value, hash_bytes(&entry->key, sizeof entry->key, 1)) | 1);
    return NULL;
}

static struct err *
entry_remove(struct classes *c, struct datapath *dp, struct entry *entry)
{
    struct entry **at = entry_place(c, &entry->key);
    struct err *e = entry->hash ? datapath_release(dp, TABLE_classes, &entry->key) : NULL;

    entry_count(c, entry, 0, 0);
    *at = entry->next;
    entry->scope->n_entries--;
    c->n_entries--;
    entry_free(entry);
    return e;
}

/* The highest first; of equals in an order that every agent has. */
static int
shape_cmp(const void *a, const void *b)
{
    const struct shape *x = *(struct shape *const *)a, *y = *(struct shape *const *)b;
    uint64_t v = shape_word(&x->value), w = shape_word(&y->value);

    return shape_top(x) != shape_top(y) ? (shape_top(x) > shape_top(y) ? -1 : 1)
                                        : (v > w) - (v < w);
}

static struct err *
block_put(const struct scope *scope, struct datapath *dp, size_t at)
{
    struct dp_shapes_key key = {.scope = scope->number, .block = (uint32_t)at};
    struct dp_shapes block = {0};
    size_t i = at * DP_SHAPES_A_BLOCK;

    while (block.n < DP_SHAPES_A_BLOCK && i < scope->n_shapes) {
        block.shape[block.n] = scope->shapes[i]->value;
        block.shape[block.n++].top = shape_top(scope->shapes[i++]);
    }
    block.more = i < scope->n_shapes;
    return datapath_put(dp, TABLE_shapes, &key, &block);
}

/* Where shapes have come others move to later blocks, which are written first: none is missing in
 * between, and what is new and has no room is only found behind what is there.  Where some have
 * gone it is the other way round. */
static struct err *
shapes_put(struct scope *scope, struct datapath *dp)
{
    bool grows = scope->n_shapes >= scope->n_put;

    for (size_t i = 0; i < scope->n_blocks; i++) {
        TRY(block_put(scope, dp, grows ? scope->n_blocks - 1 - i : i));
    }
    scope->n_put = scope->n_shapes;
    return NULL;
}

/* 'to' has what 'more' has as well. */
static void
owned_join(struct datapath_owned *to, struct datapath_owned *more)
{
    if (more->n) {
        to->bytes = heap_realloc(to->bytes, to->n + more->n);
        memcpy(to->bytes + to->n, more->bytes, more->n);
        to->n += more->n;
        to->cap = to->n;
    }
    free(more->bytes);
    *more = (struct datapath_owned){0};
}

/* A chain that others come after says so; one that is not in the table does when it comes. */
static struct err *
branches_flag(const struct scope *scope, struct datapath *dp)
{
    const void *chain = datapath_get(dp, TABLE_chains, &scope->number);
    struct dp_chain value;

    if (!chain) {
        return NULL;
    }
    memcpy(&value, chain, sizeof value); /* Behind its key it is not aligned. */
    if (!(value.flags & DP_CHAIN_BRANCHES) == !scope->n_shapes) {
        return NULL;
    }
    value.flags ^= DP_CHAIN_BRANCHES;
    return datapath_set(dp, TABLE_chains, &scope->number, &value);
}

static struct err *
scope_flush(struct classes *c, struct datapath *dp, struct scope *scope)
{
    struct datapath_owned before = scope->owned;
    struct err *e;

    shapes_prune(c, scope);
    if (scope->n_shapes) {
        qsort(scope->shapes, scope->n_shapes, sizeof *scope->shapes, shape_cmp);
    }
    scope->owned = (struct datapath_owned){0};
    datapath_own(dp, &scope->owned);
    e = shapes_put(scope, dp);
    datapath_own(dp, NULL);
    if (e) {
        owned_join(&scope->owned, &before); /* Else what was found before would pass its chain. */
    } else {
        e = datapath_disown(dp, &before);
    }
    e = err_join(e, branches_flag(scope, dp));
    if (e) {
        scope_touch(c, scope);
    }
    return e;
}

/* What has nothing in it and counts for nothing goes. */
static void
scope_forget(struct classes *c, struct scope *scope)
{
    struct scope **at = scope_place(c, scope->number);

    if (!scope->n_entries && !scope->n_shapes && !scope->hash && !scope->n_asked &&
        !scope->n_net_blocks && !scope->is_dirty) {
        *at = scope->next;
        scope_free(scope);
    }
}

/* Each, whatever becomes of another: the room that one needs may be what another lets go of. */
static struct err *
scopes_flush(struct classes *c, struct datapath *dp, struct scope **touched)
{
    struct scope *dirty = c->dirty_scopes;
    struct err *e = NULL;

    c->dirty_scopes = NULL;
    while (dirty) {
        struct scope *scope = dirty;

        dirty = scope->next_dirty;
        scope->is_dirty = false;
        e = err_join(e, scope_flush(c, dp, scope));
        if (!scope->is_dirty) {
            scope->next_touched = *touched;
            *touched = scope;
        }
    }
    return e;
}

/* All that are there first, then their shapes, then what goes: that stays, where the shapes of what
 * comes instead are not there yet. */
struct err *
classes_flush(struct classes *c, struct datapath *dp)
{
    struct scope *touched = NULL;
    struct entry *gone = NULL;
    bool keep = false;
    struct err *e = NULL;

    while (c->dirty && !e) {
        struct entry *entry = c->dirty;

        e = entry->askers ? entry_write(c, dp, entry) : NULL;
        if (!e) {
            c->dirty = entry->next_dirty;
            entry->is_dirty = false;
        }
        if (!e && !entry->askers) {
            entry->next_dirty = gone;
            gone = entry;
        }
    }
    if (!e) {
        e = scopes_flush(c, dp, &touched);
        keep = e;
    }
    while (gone) {
        struct entry *next = gone->next_dirty;

        if (keep) {
            entry_touch(c, gone);
        } else {
            e = err_join(e, entry_remove(c, dp, gone));
        }
        gone = next;
    }
    for (struct scope *next; touched; touched = next) {
        next = touched->next_touched;
        scope_forget(c, touched);
    }
    return e;
}
