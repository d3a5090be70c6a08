/* One BPF map and the agent's copy of it.  An entry stays because somebody holds
 * it, or because it was put since the round began. */
#ifndef CARRICK_AGENT_DPTABLE_H
#define CARRICK_AGENT_DPTABLE_H

#include "base/err.h"

#include <stdint.h>

struct dptable {
    const char *name, *of; /* And what its entries are. */
    int fd;
    uint32_t key_size, value_size, max;
    bool is_array;
    uint32_t round;     /* Entries put in this round stay. */
    uint8_t *entries;   /* Open addressing; each: round, holders, key, value. */
    size_t n_slots, n_used;
    size_t n_held;      /* Entries that somebody holds, */
    size_t n_kept;      /* and with them those that were put in this round. */
    uint32_t stride;
    uint64_t writes, deletes; /* System calls that changed the map, since it was opened. */
    /* An entry has gone; may be null. */
    void (*gone)(void *arg, const void *key, const void *value);
    void *arg;
};

/* Takes the map over and reads what is in it. */
struct err *dptable_open(struct dptable *table, const char *name, const char *of, int fd) MUST_USE;
void dptable_close(struct dptable *table);
void dptable_begin(struct dptable *table);
/* E_QUOTA where it is new and the map is full; an entry that is there always has room. */
struct err *dptable_put(struct dptable *table, const void *key, const void *value) MUST_USE;
/* Deletes what was not put since dptable_begin and nobody holds; costs nothing where there is none. */
struct err *dptable_end(struct dptable *table) MUST_USE;
/* Puts it for one holder more, whatever the round. */
struct err *dptable_hold(struct dptable *table, const void *key, const void *value) MUST_USE;
/* Another value for an entry that is there (nothing where it is not). */
struct err *dptable_set(struct dptable *table, const void *key, const void *value) MUST_USE;
/* One holder less; with the last it goes, unless the round keeps it. */
struct err *dptable_release(struct dptable *table, const void *key) MUST_USE;
bool dptable_is_held(const struct dptable *table, const void *key);
/* Was it put or held since dptable_begin? */
bool dptable_was_put(const struct dptable *table, const void *key);
const void *dptable_get(const struct dptable *table, const void *key);
/* Each entry there is. */
typedef void dptable_fn(void *arg, const void *key, const void *value);
void dptable_each_entry(const struct dptable *table, dptable_fn *fn, void *arg);

#endif
