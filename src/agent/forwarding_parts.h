/* What forwarding.c, chains.c, compiled.c and labels.c share: one run from the desired state to the
 * maps, and what is kept between two runs. */
#ifndef CARRICK_AGENT_FORWARDING_PARTS_H
#define CARRICK_AGENT_FORWARDING_PARTS_H

#include "agent/classes.h"
#include "agent/forwarding.h"

#include "base/log.h"
#include "base/net.h"

/* What is known of an object during one run. */
struct group_note {
    struct dp_id id;
    uint64_t rules_hash, members_hash;
    uint64_t hash; /* Of its rules and of all members they name. */
    const struct desired_security_group *group;
    const char *reason;  /* Why some of its rules, or of what they name, are not in the maps; or null. */
    const char *members; /* Likewise, of its members. */
};
struct net_note {
    struct dp_id id;
    uint32_t mtu;
};

struct chain_note;

/* What is known of an object from one run to the next. */
struct port_note {
    char *uuid;
    struct dp_id id;
    uint32_t ifindex;
    uint32_t inst, serves;   /* Function: while chains claim it. */
    bool nsh;                /* The instance speaks NSH. */
    struct chain_note *lender; /* The chain by which it serves another site's; null = none. */
    uint32_t n_claims;
    uint32_t run;            /* The last in which it was there. */
    uint64_t print;          /* Of all that chains read of it. */
    const struct desired_port *port; /* Of this run; null for a remote one. */
    const struct net_note *net;      /* Likewise; null where it is not in the maps at all. */
};
/* An instance that chains have, and each of them that has it: what it says of whom to watch. */
struct inst_note {
    char *uuid;
    struct inst_hold *holds;     /* The newest first. */
    uint32_t chain, hop, n_places; /* DP_INST_SPEAKS: its one place, while n_places. */
};
struct inst_hold {
    struct inst_note *note;
    struct inst_hold *next, **at;
    bool is_place, is_watched;
    char *server_id;
    struct forwarding_instance made;
};
/* An array on the heap, grown by note_add. */
#define HEAP_LIST(type)                                                                            \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t n;                                                                                  \
    }
struct chain_note {
    char *uuid;
    uint32_t number, had_number;  /* 0 = it is not in the maps; and before this run. */
    size_t n_hops;
    uint64_t members, had_members; /* A hash of their numbers. */
    struct datapath_owned owned;  /* All it has in the maps, */
    struct datapath_owned fresh;  /* and while it is made anew, what it will have. */
    struct class_list classes;
    HEAP_LIST(struct port_note *) claims;
    HEAP_LIST(struct inst_hold *) insts;
    HEAP_LIST(uint64_t) ports;    /* Hashes of the ids of all that it names. */
    int64_t due;                  /* When it is to be made anew by itself; 0 = never. */
    const char *reason;           /* In this run: why it cannot be made, or null. */
    uint64_t told;
    bool is_dirty, has_failed;
};
struct label_note {
    char *uuid;
    struct datapath_owned owned;
    uint64_t chain;               /* Hash of its id. */
    uint32_t label;               /* 0 = it is not in the maps. */
    uint64_t told;
    bool is_dirty, has_failed;
};
struct compiled {
    struct map ports, insts, chains, labels; /* id -> note */
    struct classes *classes;
    VEC(struct chain_note *) dirty;
    VEC(struct label_note *) dirty_labels;
    struct mem *dirty_mem, *labels_mem;
    size_t n_failed, n_due, n_failed_labels;
    uint32_t run;
    bool is_cut;                  /* The last run was cut short: what had changed then is not known. */
    bool adopted;                 /* A run has been through since the agent started. */
};

/* Ids by their hashes: two of one hash only cost work. */
struct id_set {
    uint64_t *slots; /* 0 = free */
    size_t n, n_slots;
};
void id_set_add(struct mem *mem, struct id_set *set, const char *id);
bool id_set_has(const struct id_set *set, uint64_t hash);
uint64_t id_hash(const char *id);

struct run {
    struct forwarding *f;
    struct datapath *dp;
    const struct world *world;
    struct compiled *c;
    struct mem *mem;
    int64_t now;
    bool after_cut;               /* All chains and labels may be of what is no more. */
    struct map nets, groups;      /* id -> note; networks without a number have none. */
    struct id_set ports_changed, chains_moved;
    struct chain_note *note;      /* The chain that is being made. */
    const char *reason;           /* Why it, or another object, cannot be; or null. */
    bool is_full;                 /* Something had no room. */
};

/* Tells that an object cannot be made so; of chains and labels when they are through. */
void run_problem(struct run *r, enum desired_kind kind, const char *id, const char *reason);
/* What has no room (E_QUOTA) is a fault of the object that is being made, and the rest goes on; any
 * other error is the run's. */
struct err *run_fit(struct run *r, struct err *e) MUST_USE;
/* Texts that were checked when they were decoded, as bytes. */
void mac_key(uint8_t *out, const char *text);
uint32_t vtep_of(const char *text);
/* A prefix as network and mask words over the 16-byte form, and its length there; null = any, 0. */
uint8_t prefix_words(const char *text, __u64 net[2], __u64 mask[2]);
struct err *peer_put(struct run *r, uint32_t net, uint32_t vtep) MUST_USE;

/* The chain that is being made has this instance. */
struct inst_hold *inst_hold_new(struct run *r, const char *id);
/* Room for one element more behind 'n'. */
void *note_room(void *items, size_t n, size_t size) MUST_USE NEVER_NULL;
#define note_add(list, item)                                                                       \
    do {                                                                                           \
        (list)->items = note_room((list)->items, (list)->n, sizeof *(list)->items);                \
        (list)->items[(list)->n++] = (item);                                                       \
    } while (0)

/* chains.c: the hops of one chain into 'value': groups, instances, labels to send with.  'ok' is
 * false where it cannot be made so. */
struct err *chain_hops(struct run *r, const struct desired_chain *chain, uint32_t number,
                       uint32_t net, struct dp_chain *value, bool *ok) MUST_USE;

/* With another list of groups than it has in the maps it is another version, that knows the lists
 * before it: by them a flow finds its instances again. */
void chain_version(struct run *r, uint32_t number, struct dp_chain *value);

/* compiled.c: which chains have to be made anew, and what they had.  First of all, so that nobody
 * claims what is gone: */
void compiled_begin(struct run *r);
/* and once the ports are known. */
struct err *chains_sync(struct run *r) MUST_USE;
struct compiled *compiled_new(void) MUST_USE;
void compiled_free(struct compiled *compiled); /* null accepted */
/* Tells it where it is news. */
void settled_tell(struct run *r, enum desired_kind kind, const char *id, const char *reason,
                  uint64_t *told);

/* labels.c: what is received on labels. */
void label_touch(struct run *r, const char *id);
struct err *labels_sync(struct run *r) MUST_USE;
void label_note_free(struct label_note *note);

#endif
