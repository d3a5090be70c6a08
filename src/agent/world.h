/* The desired state as the agent holds it: objects by kind and id, changed only
 * by whole, checked changes. */
#ifndef CARRICK_AGENT_WORLD_H
#define CARRICK_AGENT_WORLD_H

#include "base/vec.h"
#include "desired/desired.h"

/* One object with the arena it lives in. */
struct thing {
    struct mem *mem;
    void *object;
    enum desired_kind kind;
    uint64_t serial;       /* Never two things' alike. */
    size_t n_refs;         /* So often do others refer to it. */
};

struct world_change {
    enum desired_kind kind;
    const char *id;
};
struct world {
    struct map kinds[DESIRED_N_KINDS]; /* id -> struct thing */
    /* What came, went or was replaced since world_changes_done, an object perhaps several times. */
    VEC(struct world_change) changes;
    struct mem *changes_mem;
};

void world_init(struct world *world);
void world_done(struct world *world);

/* Null when absent. */
void *world_find(const struct world *world, enum desired_kind kind, const char *id);
/* Its serial; 0 when absent. */
uint64_t world_serial(const struct world *world, enum desired_kind kind, const char *id);
size_t world_count(const struct world *world, enum desired_kind kind);

/* All changes so far have been looked at. */
void world_changes_done(struct world *world);

/* Each object of a kind: world_each (world, DESIRED_port, it) { struct desired_port *p = world_object(it); } */
#define world_each(world, kind, it) map_each(&(world)->kinds[kind], it)
#define world_object(it) (((struct thing *)(it)->value)->object)

struct delta_step {
    struct thing *put;    /* Or null: */
    enum desired_kind kind;
    const char *id;       /* deleted */
};
/* A change being collected: puts and deletes, in order. */
struct delta {
    bool is_snapshot;
    int64_t seq;
    size_t n_puts;
    VEC(struct delta_step) steps;
    struct mem *mem;
};
struct delta *delta_new(bool is_snapshot, int64_t seq) MUST_USE;
void delta_free(struct delta *delta); /* null accepted */
/* Decodes and keeps an object.  E_INVALID, E_TOO_LARGE. */
struct err *delta_put(struct delta *delta, enum desired_kind kind, const struct json *json) MUST_USE;
void delta_delete(struct delta *delta, enum desired_kind kind, const char *id);

/* Makes the change in 'world', or nothing of it: E_INVALID where a reference
 * leads nowhere, E_CONFLICT where it removes most of what there is and
 * 'allow_removal' is not given.  Takes the objects out of 'delta'.  Costs what the
 * change has in it, however much there is. */
struct err *world_change(struct world *world, struct delta *delta, bool allow_removal) MUST_USE;

#endif
