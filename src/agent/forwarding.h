/* Desired state -> entries of the data plane's maps. */
#ifndef CARRICK_AGENT_FORWARDING_H
#define CARRICK_AGENT_FORWARDING_H

#include "agent/datapath.h"
#include "agent/watch.h"
#include "agent/world.h"

/* Kinds of numbers, see datapath_id. */
enum { ID_NETWORK = 1, ID_PORT, ID_GROUP, ID_CHAIN, ID_INSTANCE, ID_HOP_GROUP };

/* An instance that is here, and the server that it is; its process is the caller's to say. */
struct forwarding_instance {
    struct watched watched;
    const char *server_id;
    const char *not_used; /* Why no flow is to go there whatever is found of it; or null. */
};
struct forwarding {
    struct datapath *dp;
    const struct world *world;
    struct map links;      /* Port id -> struct forwarding_link, of ports that are plugged. */
    uint32_t vxlan_ifindex; /* 0 = no tunnels here */
    uint32_t punt_ifindex;  /* 0 = no responder is there */
    uint32_t bounce_ifindex, gpe_ifindex; /* 0 = no tunnels here */
    struct mem *watched_mem;
    VEC(struct forwarding_instance) watched; /* Made by forwarding_sync. */
    int64_t due;           /* When forwarding_sync is to run again by itself (wall clock); 0 = never. */
    /* An object that cannot be made so; the rest goes on. */
    void (*problem)(void *arg, enum desired_kind kind, const char *id, const char *reason);
    void *arg;
};
struct forwarding_link {
    uint32_t ifindex;
    uint32_t mtu; /* As the link has it. */
};

/* Writes the links' numbers above, at once. */
struct err *forwarding_config(struct forwarding *forwarding) MUST_USE;
/* What the responder knows a plugged port by, and what it may ask (DP_GUEST_*); false where it is
 * not plugged, or nobody's. */
bool forwarding_guest(struct forwarding *forwarding, const struct desired_port *port,
                      uint32_t *handle, uint32_t *flags);
/* Makes the maps hold what the world says. */
struct err *forwarding_sync(struct forwarding *forwarding) MUST_USE;

#endif
