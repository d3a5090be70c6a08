/* Everything the agent holds, and how its parts call each other. */
#ifndef CARRICK_AGENT_HOST_H
#define CARRICK_AGENT_HOST_H

#include "agent/forwarding.h"
#include "agent/link.h"
#include "agent/world.h"
#include "sys/loop.h"

#define UID_RANGE 65536u /* Users of one server. */
#define SERVERS_MAX 1023
#define VXLAN_LINK "ckvx0"
#define PUNT_LINK "ckpunt0"
#define NSH_LINK "cknsh0"

struct agent_listener;
struct briefing;
struct follows;
struct told;

struct host_options {
    const char *site_id, *host_id;
    const char *state;       /* The agent's folder. */
    const char *site_state;  /* The site's folder, where images are. */
    const char *socket;
    const char *bpffs;
    const char *vtep;        /* Null = no tunnels. */
    uid_t site_uid;
    const char *responder;   /* The responder's socket; null = none here. */
    uid_t responder_uid;
    uint32_t uid_base;       /* First user of the range of this site. */
    uint32_t flows;          /* Entries of the flow table. */
};

struct host {
    struct mem *mem;
    struct host_options options;
    struct loop *loop;
    struct netlink *nl;
    struct forwarding forwarding;
    struct world world;
    bool has_world;          /* A site has said what it wants since we started. */
    int64_t epoch, seq;      /* Last applied; kept in a file. */
    struct map servers;      /* id -> struct container */
    struct map images;       /* id -> struct rootfs */
    struct told *told;       /* What the site was last told of ports and networks. */
    struct mem *links_mem;   /* Of forwarding.links. */
    int applied_fd;          /* File that holds epoch and seq. */
    bool hybrid_cgroups;     /* crun needs v2's mount hidden. */
    bool idmapped;           /* A range of users a server. */
    bool reconcile_posted;
    struct agent_listener *listener;
    struct follows *follows;
    struct briefing *briefing; /* Null without a responder. */
    struct loop_timer *collect_timer, *console_timer, *retry_timer, *due_timer;
    struct watch *watch;
};

/* Reconciles soon, once for all that asked. */
void host_kick(struct host *host);
/* Tells the site, where one is connected. */
void host_status(struct host *host, enum desired_kind kind, const char *id, const char *state,
                 const char *reason);

/* Keeps (epoch, seq) where a restarted agent finds it. */
struct err *host_applied(struct host *host, int64_t epoch, int64_t seq) MUST_USE;

/* reconcile.c */

void host_reconcile(struct host *host);
void told_free(struct host *host);
/* All statuses once more, after a snapshot. */
void host_statuses(struct host *host);

/* listener.c: the socket and the one connected site. */
struct err *agent_listener_new(struct host *host, struct agent_listener **listener) MUST_USE;
void agent_listener_free(struct agent_listener *listener);
/* Sends where connected and greeted. */
void agent_listener_send(struct agent_listener *listener, const struct desired_message *message);

/* briefing.c: what the responder is told. */
struct err *briefing_new(struct host *host, struct briefing **briefing) MUST_USE;
void briefing_free(struct briefing *briefing);
/* What is told of a port, but for its handle; in 'mem'. */
struct desired_guest *briefing_guest(const struct world *world, struct mem *mem,
                                     const struct desired_port *port);
/* Makes the folder 'dir' what the config drive of 'server' holds (Nova: "Config drives"), or takes it away
 * where it wants none.  E_UNAVAILABLE: no room. */
struct err *drive_make(const struct world *world, struct mem *mem,
                       const struct desired_server *server, const char *dir) MUST_USE;
/* Tells what has changed; 'briefing' may be null. */
void briefing_sync(struct briefing *briefing);

/* counters.c: the answer to a counters query, in 'mem'. */
const struct json *host_counters(struct host *host, struct mem *mem);
/* The answer to a question of usage (server_usage.tbl), in 'mem'. */
const struct json *host_usage(struct host *host, struct mem *mem, const char *server_id);

#endif
