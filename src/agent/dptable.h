/* One BPF map and the agent's copy of it. */
#ifndef CARRICK_AGENT_DPTABLE_H
#define CARRICK_AGENT_DPTABLE_H

#include "base/err.h"

#include <stdint.h>

struct dptable {
    const char *name;
    int fd;
    uint32_t key_size, value_size;
    bool is_array;
    uint32_t round;     /* Entries put in this round stay. */
    uint8_t *entries;   /* Open addressing; each: round, state, key, value. */
    size_t n_slots, n_used;
    uint32_t stride;
};

/* Takes the map over and reads what is in it. */
struct err *dptable_open(struct dptable *table, const char *name, int fd) MUST_USE;
void dptable_close(struct dptable *table);
void dptable_begin(struct dptable *table);
struct err *dptable_put(struct dptable *table, const void *key, const void *value) MUST_USE;
struct err *dptable_end(struct dptable *table) MUST_USE;
/* Was it put since dptable_begin? */
bool dptable_was_put(const struct dptable *table, const void *key);
const void *dptable_get(const struct dptable *table, const void *key);
/* Each entry there is. */
typedef void dptable_fn(void *arg, const void *key, const void *value);
void dptable_each_entry(const struct dptable *table, dptable_fn *fn, void *arg);

#endif
