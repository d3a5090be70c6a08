/* What forwarding.c and chains.c share: one run from the desired state to the maps. */
#ifndef CARRICK_AGENT_FORWARDING_PARTS_H
#define CARRICK_AGENT_FORWARDING_PARTS_H

#include "agent/forwarding.h"

#include "base/log.h"
#include "base/net.h"

/* What is known of an object during one run. */
struct group_note {
    struct dp_id id;
    uint64_t rules_hash, members_hash;
    uint64_t hash; /* Of its rules and of all members they name. */
    const struct desired_security_group *group;
};
struct net_note {
    struct dp_id id;
    uint64_t classes_hash;
    uint32_t mtu;
    VEC(struct ranked) classes;
};
struct ranked {
    int64_t priority;
    const char *chain;
    struct dp_class class;
};
struct port_note {
    struct dp_id id;
    uint32_t ifindex;
    uint32_t inst, serves;   /* Function. */
    const char *inst_uuid;
    bool nsh;                /* The instance speaks NSH. */
    const struct desired_port *port; /* Null for a remote one. */
};
struct run {
    struct forwarding *f;
    struct datapath *dp;
    const struct world *world;
    struct mem *mem;
    int64_t now;
    struct map nets, ports, groups, chains; /* id -> note; chains -> struct dp_id */
};

/* Tells that an object cannot be made so. */
void run_problem(struct run *r, enum desired_kind kind, const char *id, const char *reason);
/* Texts that were checked when they were decoded, as bytes. */
void mac_key(uint8_t *out, const char *text);
uint32_t vtep_of(const char *text);
/* A prefix as network and mask words over the 16-byte form; null = any. */
void prefix_words(const char *text, __u64 net[2], __u64 mask[2]);
struct err *peer_put(struct run *r, uint32_t net, uint32_t vtep) MUST_USE;

/* chains.c: chains, groups, instances, labels to send with, classifiers. */
struct err *chains_sync(struct run *r) MUST_USE;

#endif
