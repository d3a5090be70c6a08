/* Desired state -> entries of the data plane's maps. */
#ifndef CARRICK_AGENT_FORWARDING_H
#define CARRICK_AGENT_FORWARDING_H

#include "agent/datapath.h"
#include "agent/watch.h"
#include "agent/world.h"

/* Kinds of numbers, see datapath_id. */
enum { ID_NETWORK = 1, ID_PORT, ID_GROUP, ID_CHAIN, ID_INSTANCE, ID_HOP_GROUP };
#define ID_HOP 64 /* And the position: a chain's positions, for their counters. */

/* An instance that is here, and the server that it is; its process is the caller's to say. */
struct forwarding_instance {
    struct watched watched;
    const char *server_id;
    const char *not_used; /* Why no flow is to go there whatever is found of it; or null. */
};
struct forwarding {
    struct datapath *dp;
    struct world *world;
    struct compiled *compiled; /* What is known of chains and ports from one run to the next. */
    struct map links;      /* Port id -> struct forwarding_link, of ports that are plugged. */
    uint32_t vxlan_ifindex; /* 0 = no tunnels here */
    uint32_t punt_ifindex;  /* 0 = no responder is there */
    struct mem *watched_mem;
    VEC(struct forwarding_instance) watched; /* Made by forwarding_sync. */
    int64_t due;           /* When forwarding_sync is to run again by itself (wall clock); 0 = never. */
    bool tell_all;         /* 'settled' for each chain and label once more. */
    /* An object that cannot be made so; the rest goes on. */
    void (*problem)(void *arg, enum desired_kind kind, const char *id, const char *reason);
    /* A chain or label is as it is to be now, or why it cannot be (else null); where that is news. */
    void (*settled)(void *arg, enum desired_kind kind, const char *id, const char *reason);
    void *arg;
};
struct forwarding_link {
    uint32_t ifindex;
};

/* Writes the two numbers above, at once. */
struct err *forwarding_config(struct forwarding *forwarding) MUST_USE;
/* What the responder knows a plugged port by, and what it may ask (DP_GUEST_*); false where it is
 * not plugged, or nobody's. */
bool forwarding_guest(struct forwarding *forwarding, const struct desired_port *port,
                      uint32_t *handle, uint32_t *flags);
/* Makes the maps hold what the world says.  Chains and labels cost what has changed of them. */
struct err *forwarding_sync(struct forwarding *forwarding) MUST_USE;
/* Forgets what is known from one run to the next; maps stay as they are. */
void forwarding_done(struct forwarding *forwarding);

#endif
