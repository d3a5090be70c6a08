/* The kernel programs and their maps: loaded, pinned, found again after a
 * restart, and filled.  An entry stays while an object owns it, or where it is
 * put anew in each round, between begin and end; what neither keeps goes. */
#ifndef CARRICK_AGENT_DATAPATH_H
#define CARRICK_AGENT_DATAPATH_H

#include "base/err.h"
#include "bpf/abi.h"

#include <stdint.h>

struct datapath;

/* X(map, what its entries are): the maps the agent fills, in the order in which entries must appear
 * (a port only when all that judges it is there); they go in reverse order. */
#define DATAPATH_TABLES(X)                                                                         \
    X(ids, "numbers of objects")                                                                   \
    X(config, "settings")                                                                          \
    X(nets, "networks")                                                                            \
    X(rules, "blocks of 8 security group rules")                                                   \
    X(members, "members of security groups")                                                       \
    X(addrs, "addresses in networks")                                                              \
    X(peers, "tunnel endpoints of networks")                                                       \
    X(insts, "instances")                                                                          \
    X(groups, "groups of instances")                                                               \
    X(labels, "labels to send with")                                                               \
    X(chains, "chains")                                                                            \
    X(paths, "service paths")                                                                      \
    X(classes, "classifiers")                                                                      \
    X(shapes, "blocks of 8 shapes of classifiers")                                                 \
    X(sources, "addresses that ports may send from")                                               \
    X(fdb, "link-layer addresses")                                                                 \
    X(vnis, "VXLAN identifiers")                                                                   \
    X(guests, "ports that may ask for services")                                                   \
    X(places, "places of ports")                                                                   \
    X(ports, "ports")

enum datapath_table {
#define X(name, of) TABLE_##name,
    DATAPATH_TABLES(X)
#undef X
    N_TABLES
};

/* Loads the embedded object, or finds what an earlier agent pinned in 'bpffs'
 * (a mounted bpf file system; E_INVALID where it is not).  Programs of another
 * build are replaced while traffic flows.  What maps of an earlier ABI hold is taken over into new
 * ones; links go on by the old until datapath_settle.  Maps of a later ABI are E_CONFLICT.
 * 'flows' (a power of two) is how many entries the flow table is to have; one that is there
 * stays as large as it is, which is logged. */
struct err *datapath_new(const char *bpffs, uint32_t flows, struct datapath **dp) MUST_USE;
/* All that is desired is in the maps, once: flows of an earlier ABI are taken over, links get the new
 * programs, what nobody forwards by any more goes.  After an error it is to be called again. */
struct err *datapath_settle(struct datapath *dp) MUST_USE;
/* Closes; pins stay. */
void datapath_free(struct datapath *dp);
/* Removes the pins. */
struct err *datapath_purge(const char *bpffs) MUST_USE;

/* Attaches the entry program to a link of our own network namespace. */
struct err *datapath_attach_port(struct datapath *dp, int ifindex) MUST_USE;
struct err *datapath_attach_tunnel(struct datapath *dp, int ifindex) MUST_USE;
struct err *datapath_attach_punt(struct datapath *dp, int ifindex) MUST_USE;
struct err *datapath_attach_bounce(struct datapath *dp, int ifindex) MUST_USE;
struct err *datapath_attach_gpe(struct datapath *dp, int ifindex) MUST_USE;

void datapath_begin(struct datapath *dp);
/* Puts an entry; written only where it differs from what the kernel has.  E_QUOTA where it is new
 * and there is no room; one that is there stays as it is then. */
struct err *datapath_put(struct datapath *dp, enum datapath_table table, const void *key,
                         const void *value) MUST_USE;
/* Likewise, unless the key was put since datapath_begin: the first holds.  Not for owners. */
struct err *datapath_put_first(struct datapath *dp, enum datapath_table table, const void *key,
                               const void *value) MUST_USE;
/* What was put under the key since datapath_begin, or null; the present owner has it as well then. */
const void *datapath_put_already(struct datapath *dp, enum datapath_table table, const void *key);
/* Deletes what was not put and nobody owns. */
struct err *datapath_end(struct datapath *dp) MUST_USE;

/* The entries of one object: they stay until it lets go of them, and as long as any other that put
 * the same.  Zero at first. */
struct datapath_owned {
    uint8_t *bytes;
    size_t n, cap;
};
/* What is put from here on is this one's; null = the round's, as at first. */
void datapath_own(struct datapath *dp, struct datapath_owned *owned);
/* Lets go of all of them, last put first.  After an error the next datapath_end tries again. */
struct err *datapath_disown(struct datapath *dp, struct datapath_owned *owned) MUST_USE;
bool datapath_is_owned(struct datapath *dp, enum datapath_table table, const void *key);
/* Single entries, for who keeps account of them: one holder more, another value for one that is
 * there, one holder less. */
struct err *datapath_hold(struct datapath *dp, enum datapath_table table, const void *key,
                          const void *value) MUST_USE;
struct err *datapath_set(struct datapath *dp, enum datapath_table table, const void *key,
                         const void *value) MUST_USE;
struct err *datapath_release(struct datapath *dp, enum datapath_table table,
                             const void *key) MUST_USE;
/* Entries written and deleted since datapath_new. */
void datapath_changes(const struct datapath *dp, uint64_t *writes, uint64_t *deletes);

/* What the kernel has, or null; the pointer is good until the next put. */
const void *datapath_get(struct datapath *dp, enum datapath_table table, const void *key);

/* The number of (kind, uuid), given once and never again; kinds of the caller.
 * Counts as put.  'slot' (null = none wanted): index of its counters, or health,
 * below 'n_slots' (DP_PORTS_MAX, DP_HOP_SLOTS, DP_INSTS_MAX); zeroed where new.
 * E_QUOTA where there is no room: then none is given, nor lost. */
struct err *datapath_id(struct datapath *dp, uint32_t kind, const char *uuid, uint32_t n_slots,
                        struct dp_id *id) MUST_USE;

/* The number, where it has one already. */
bool datapath_id_known(struct datapath *dp, uint32_t kind, const char *uuid, uint32_t n_slots,
                       struct dp_id *id);

/* The uuid of a kind that has the number, in 'mem'; null where none has. */
const char *datapath_uuid(struct datapath *dp, struct mem *mem, uint32_t kind, uint32_t number);

/* A descriptor of one's own of the map that is pinned by that name. */
struct err *datapath_map_open(struct datapath *dp, const char *name, int *fd) MUST_USE;

/* The words of fail-over themselves, by instances' slots, DP_INSTS_MAX of them: what is written
 * there holds for the next packet. */
struct dp_health *datapath_health(struct datapath *dp);

/* The number of a group of instances, never given again, and of its members, each of which has a
 * seat of the group (DP_INST_NUMBER) and a slot of its health.  All members at once: who stays
 * keeps its seat, who comes back has its own while nobody else has it, and who comes gets the one
 * that was left longest ago.  E_QUOTA where there are too many. */
struct err *datapath_group(struct datapath *dp, uint32_t kind, const char *uuid,
                           uint32_t *number) MUST_USE;
bool datapath_group_known(struct datapath *dp, uint32_t kind, const char *uuid, struct dp_id *id);
struct err *datapath_members(struct datapath *dp, uint32_t kind, uint32_t group,
                             const char *const *uuids, size_t n, struct dp_id *ids) MUST_USE;
/* The number of one that is a member; else 0. */
uint32_t datapath_member(struct datapath *dp, uint32_t kind, uint32_t group, const char *uuid);

/* Lets a network's flows be counted (0 = all networks'); E_QUOTA where there is no room.
 * datapath_collect drops the counts of networks that are gone. */
struct err *datapath_usage(struct datapath *dp, uint32_t net) MUST_USE;
/* Entries that the flow table has, and that it has room for. */
uint64_t datapath_flows(struct datapath *dp);
uint32_t datapath_flows_max(const struct datapath *dp);

/* Removes entries that have idled too long from some of the table; '*done' when all of it was
 * looked at, and the next call begins anew. */
struct err *datapath_collect(struct datapath *dp, bool *done) MUST_USE;

void datapath_port_stats(struct datapath *dp, uint32_t slot, struct dp_port_stats *sum);
void datapath_hop_stats(struct datapath *dp, uint32_t slot, struct dp_hop_stats *sum);
uint64_t datapath_drops(struct datapath *dp, uint32_t reason);
/* Name and meaning of a drop reason (bpf/drops.tbl); "unknown" past the last. */
const char *datapath_drop_name(uint32_t reason);
const char *datapath_drop_doc(uint32_t reason);

#endif
