/* The network service of a site: networks, subnets, ports with IPAM, security
 * groups, service function chains and the joins with other sites.  Resources
 * are tables with hooks; what the kernel shall be follows from their rows
 * (network/desired.h is the part that tells the agent). */
#ifndef CARRICK_NETWORK_NETWORK_H
#define CARRICK_NETWORK_NETWORK_H

#include "desired/desired.h"
#include "resource/resource.h"

#include <pthread.h>

/* ---- rows --------------------------------------------------------------- */

#define ATTR ATTR_MEMBER
struct network {
    struct row row;
#include "network/network.tbl"
};
struct pool {
    struct row row;
#include "network/pool.tbl"
};
struct host_route {
    struct row row;
#include "network/host_route.tbl"
};
struct subnet {
    struct row row;
#include "network/subnet.tbl"
};
struct fixed_ip {
    struct row row;
#include "network/fixed_ip.tbl"
}; /* remote_fixed_ip.tbl has the same members: its rows are of this struct too. */
struct address_pair {
    struct row row;
#include "network/address_pair.tbl"
};
struct port {
    struct row row;
#include "network/port.tbl"
};
struct security_group {
    struct row row;
#include "network/security_group.tbl"
};
struct security_group_rule {
    struct row row;
#include "network/security_group_rule.tbl"
};
struct port_pair {
    struct row row;
#include "network/port_pair.tbl"
};
struct port_pair_group {
    struct row row;
#include "network/port_pair_group.tbl"
};
struct flow_classifier {
    struct row row;
#include "network/flow_classifier.tbl"
};
struct port_chain {
    struct row row;
#include "network/port_chain.tbl"
};
struct service_graph {
    struct row row;
#include "network/service_graph.tbl"
};
struct service_graph_path {
    struct row row;
#include "network/service_graph_path.tbl"
};
struct interconnect {
    struct row row;
#include "network/interconnect.tbl"
};
struct remote_port {
    struct row row;
#include "network/remote_port.tbl"
};
struct chain_label {
    struct row row;
#include "network/chain_label.tbl"
};
#undef ATTR

extern const struct table network_table, pool_table, host_route_table, subnet_table,
    fixed_ip_table, address_pair_table, port_table, security_group_table,
    security_group_rule_table, port_pair_table, port_pair_group_table, flow_classifier_table,
    port_chain_table, interconnect_table, remote_fixed_ip_table, remote_port_table,
    chain_label_table, service_graph_table, service_graph_path_table;

/* Tables for store_config, parents first, null-terminated. */
extern const struct table *const network_tables[];

extern const struct resource network_resource, subnet_resource, port_resource,
    security_group_resource, security_group_rule_resource, port_pair_resource,
    port_pair_group_resource, flow_classifier_resource, port_chain_resource,
    interconnect_resource, remote_port_resource, chain_label_resource, service_graph_resource;

/* All of the above, null-terminated, for resource_register. */
extern const struct resource *const network_resources[];

/* Default limits of the classes counted per project (Neutron API: quotas); ends with class null. */
extern const struct quota_default network_quotas[];

/* ---- the service ----------------------------------------------------------- */

struct network_config {
    struct store *store;
    const char *host;      /* Host id of this box: binding:host_id of ports plugged here. */
    const char *vtep;      /* IPv4 address of this site's tunnel endpoint, or null: not joined. */
    int64_t underlay_mtu;  /* MTU of the link the tunnels go over; 0 = 1500. */
};

struct change_feed;

/* What hooks find at op.user: settings and search hints, no state of record. */
struct network_service {
    struct store *store;
    struct change_feed *feed; /* where carrick-changes waits; null = it answers at once */
    struct loop *loop;        /* set by the site, with ... */
    struct site_sync *sync;   /* ... the connection to the agent; or null */
    char *host, *vtep;
    int64_t mtu_max;       /* Largest MTU of a segment here. */
    pthread_mutex_t lock;  /* Guards 'hints'. */
    struct ipam_hints *hints;
};

/* E_INVALID: vtep is not an IPv4 address, or the underlay leaves less than 576 bytes. */
struct err *network_service_new(const struct network_config *config,
                                struct network_service **service) MUST_USE;
void network_service_free(struct network_service *service); /* null accepted */
void network_service_autofree(struct network_service **service);

/* ---- for the other services of the site --------------------------------------- */

/* Does a statement "select ..." find anything?  'args' as in tx_sql. */
struct err *sql_exists(struct tx *tx, const char *sql, const char *const *args, bool *found) MUST_USE;
/* First column of all rows found. */
struct err *sql_column(struct tx *tx, const char *sql, const char *const *args, struct strs *out) MUST_USE;
#define SQL_ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* An operation on a network resource for the caller of 'op' (compute acting for its user). */
struct op network_op(const struct op *op, const struct resource *resource,
                     struct network_service *service);
/* Makes the default security group of 'project_id' if it is not there; '*group' lives in the
 * transaction. */
struct err *security_group_default(struct tx *tx, const char *project_id,
                                   struct security_group **group) MUST_USE;
/* Where a port goes: interface eth<index> of a server on this host. */
struct port_plug {
    const char *server_id, *device_owner; /* "compute:nova" */
    int64_t index;
};
/* Plugs a port, or unplugs it ('plug' null).  E_NOT_FOUND; E_CONFLICT (PortInUse) where another
 * device has it. */
struct err *port_plug(struct tx *tx, const struct op *op, struct network_service *service,
                      const char *port_id, const struct port_plug *plug) MUST_USE;
/* What the agent counted for ways through service graphs is of the chains that they consist of: the
 * counters of hops become one row for each hop and direction of a chain.  Instances get what was
 * counted at their ports. */
struct err *counters_complete(struct tx *tx, struct desired_counters *counters) MUST_USE;
/* The agent tells: ACTIVE or DOWN, and the same of the function that it is of, as far as somebody looks
 * (else null).  A port that is gone is fine. */
struct err *port_set_status(struct tx *tx, const char *port_id, const char *status,
                            const char *data_plane) MUST_USE;

/* ---- waiting for changes ------------------------------------------------------------ */

/* Wakes those who wait for the change log to grow (carrick-changes).  One of a process, on a loop. */
struct err *change_feed_new(struct store *store, struct loop *loop, struct change_feed **feed) MUST_USE;
/* Wakes everybody; from now on nobody waits.  Before the server of those who wait goes, on the loop's
 * thread or after it stopped.  Null accepted. */
void change_feed_close(struct change_feed *feed);
/* Closes and ends.  Null accepted. */
void change_feed_free(struct change_feed *feed);
/* Calls 'fn(arg)' once: soon after the log grows beyond 'seq' (at once where it has), or when
 * 'timeout_ms' are over.  Any thread; 'fn' runs on the loop's thread and may wait again.  False where
 * the feed is closed: 'fn' is not called. */
bool change_feed_wait(struct change_feed *feed, int64_t seq, int64_t timeout_ms, loop_fn *fn,
                      void *arg);

/* ---- the agent --------------------------------------------------------------------- */

/* What one service of the site tells the agent of, and hears from it. */
struct desired_touched;
struct desired_source {
    const char *name;
    /* Ids of all objects of a kind; kinds of other services: leaves 'ids' alone. */
    struct err *(*list)(struct tx *tx, enum desired_kind kind, struct strs *ids);
    /* The object (in the transaction's arena) or null where it is not there (any more). */
    struct err *(*load)(struct tx *tx, void *arg, enum desired_kind kind, const char *id,
                        void **object);
    /* Notes by desired_touch which objects a change may alter. */
    struct err *(*touch)(struct tx *tx, const struct change *change,
                         struct desired_touched *touched);
    /* A report of the agent -> rows.  Kinds of other services are left alone. */
    struct err *(*status)(struct tx *tx, void *arg, const struct desired_message *status);
    uint32_t kinds; /* 1 << DESIRED_x of what 'list' and 'load' know */
    void *arg;
};
void desired_touch(struct desired_touched *touched, enum desired_kind kind, const char *id);

/* Networks, groups, ports, remote ports, chains and labels. */
extern const struct desired_source network_desired_source;

struct site_sync;
struct site_sync_config {
    struct store *store;
    struct loop *loop;
    const char *socket;      /* The agent's. */
    const char *site, *host; /* Ids, as the agent was started with. */
    uid_t agent_uid;         /* 0 = root. */
    const struct desired_source *const *sources; /* null-terminated; must outlive the store */
};
/* Keeps the agent at what the rows say: a snapshot at each connection, then transactions as the
 * change log grows; reports of the agent become rows.  Call it before the loop runs or on its
 * thread, not on the writer's (it writes the site's epoch and waits). */
struct err *site_sync_new(const struct site_sync_config *config, struct site_sync **sync) MUST_USE;
/* Ends the connection: who waits for an answer of the agent is told that there is none.  Before the
 * server of those who wait goes; on the loop's thread or after it stopped.  Null accepted. */
void site_sync_close(struct site_sync *sync);
/* Closes and ends; likewise, and before store_close.  Null accepted. */
void site_sync_free(struct site_sync *sync);
/* The connection, for questions; on the loop's thread. */
struct desired_client *site_sync_client(struct site_sync *sync);
/* The agent's console folder as it said, copied to 'mem', or null while it has not; any thread. */
const char *site_sync_console_dir(struct site_sync *sync, struct mem *mem);
/* The change up to which the agent holds the rows; any thread. */
int64_t site_sync_applied(struct site_sync *sync);
bool site_sync_connected(struct site_sync *sync); /* any thread */

#endif
