/* What the files of the data plane share: its maps and programs by name, and where they are pinned. */
#ifndef CARRICK_AGENT_DATAPATH_PARTS_H
#define CARRICK_AGENT_DATAPATH_PARTS_H

#include "agent/datapath.h"
#include "agent/dptable.h"
#include "agent/flows.h"
#include "agent/seats.h"
#include "base/vec.h"

/* Maps that the agent has open besides DATAPATH_TABLES. */
#define DATAPATH_MAPS(X)                                                                           \
    X(flows) X(usage) X(port_stats) X(hop_stats) X(drops) X(meta) X(calls) X(health) X(tracing)    \
    X(trace_left) X(events)
enum {
#define X(name) MAP_##name,
    DATAPATH_MAPS(X)
#undef X
    N_MAPS
};
/* Programs behind those that are reached by tail call (enum dp_call). */
#define DATAPATH_ENTRIES(X)                                                                        \
    X(port_in) X(tun_in) X(punt_in) X(bounce_in) X(gpe_in) X(collect) X(adopt)
enum {
    PROG_before = CALL_N - 1,
#define X(name) PROG_##name,
    DATAPATH_ENTRIES(X)
#undef X
    N_PROGS
};
extern const char *const datapath_table_names[N_TABLES];
extern const char *const datapath_map_names[N_MAPS];
extern const char *const datapath_prog_names[N_PROGS];
#define SPACES 3

/* A link whose program waits for maps that are complete. */
struct datapath_waiting {
    int ifindex, prog;
};

struct datapath {
    struct mem *mem;
    const char *dir;
    struct dptable tables[N_TABLES];
    int maps[N_MAPS];
    int progs[N_PROGS];
    struct dp_meta meta;
    int n_cpus;
    struct datapath_owned *owner; /* Of what is put; null = the round. */
    uint8_t *slots_used[SPACES];
    uint32_t slots_next[SPACES]; /* Where to look for a free one. */
    struct dp_health *health;    /* The map itself, DP_INSTS_MAX of them. */
    struct seats *seats;
    uint32_t flows_max;
    struct flow_walk walk;
    uint32_t aside; /* ABI whose programs still forward by maps of their own; 0 = none. */
    bool is_settled;
    VEC(struct datapath_waiting) waiting;
};

/* Descriptor of what is pinned as DIR/KIND_NAME. */
struct err *load_pin_open(struct datapath *dp, const char *kind, const char *name, int *fd) MUST_USE;
/* Entries that a map has room for; 0 where it cannot be told. */
uint32_t load_map_entries(int fd);
/* What a map 'meta' says, of this ABI or another; false where it cannot be read. */
bool load_meta(int fd, struct dp_meta *meta);
/* Programs of another build, or none, are (re)placed, and maps of an earlier ABI set aside.  'meta' is
 * known then, and for the caller to write when all is open.  E_CONFLICT: maps of a later ABI, or set aside
 * by one that was. */
struct err *load_programs(struct datapath *dp) MUST_USE;
/* What programs that nothing forwards by any more have left. */
void load_leave_before(struct datapath *dp);

/* Pins of another ABI have a folder of their own below 'dir' while their programs forward (take.c). */
const char *aside_path(struct datapath *dp, uint32_t abi, const char *kind, const char *name);
/* Moves the pins there, 'meta' last: done again where it was cut short. */
struct err *aside_put(struct datapath *dp, uint32_t abi) MUST_USE;
/* The newest ABI that is there; 0 = none. */
uint32_t aside_find(struct datapath *dp);
/* What it was given so far: numbers go on from there. */
struct err *aside_meta(struct datapath *dp, struct dp_meta *meta) MUST_USE;
/* Entries of all maps but flows and counters, into new ones. */
struct err *aside_take(struct datapath *dp) MUST_USE;
/* Counters: last, for the old programs count until links have the new ones.  A slot that is given anew
 * before is zeroed there too. */
struct err *aside_counters(struct datapath *dp) MUST_USE;
void aside_zero(struct datapath *dp, const char *map, uint32_t slot);
/* Flows that the new table does not have; '*n' of them. */
struct err *aside_flows(struct datapath *dp, uint64_t *n) MUST_USE;
/* All pins of 'dir' (kind and name as they are) and of those below go. */
void pins_remove(const char *dir);
void aside_remove(struct datapath *dp);

#endif
