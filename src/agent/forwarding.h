/* Desired state -> entries of the data plane's maps. */
#ifndef CARRICK_AGENT_FORWARDING_H
#define CARRICK_AGENT_FORWARDING_H

#include "agent/datapath.h"
#include "agent/world.h"

/* Kinds of numbers, see datapath_id. */
enum { ID_NETWORK = 1, ID_PORT, ID_GROUP, ID_CHAIN, ID_INSTANCE };

struct forwarding {
    struct datapath *dp;
    const struct world *world;
    struct map links;      /* Port id -> struct forwarding_link, of ports that are plugged. */
    uint32_t vxlan_ifindex; /* 0 = no tunnels here */
    /* An object that cannot be made so; the rest goes on. */
    void (*problem)(void *arg, enum desired_kind kind, const char *id, const char *reason);
    void *arg;
};
struct forwarding_link {
    uint32_t ifindex;
};

/* Makes the maps hold what the world says. */
struct err *forwarding_sync(struct forwarding *forwarding) MUST_USE;

#endif
