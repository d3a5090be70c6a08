/* The whole protocol between `carrick site` (unprivileged) and `carrick agent`
 * (root): typed objects that say what the kernel of this host shall be, never
 * commands.
 *
 * Wire: a unix stream socket; each message is a 4-byte big-endian length and
 * that many bytes of strict JSON, decoded by message.tbl.  At most
 * DESIRED_FRAME_MAX bytes.  A message that breaks a rule ends the connection.
 *
 * Order, site -> agent:
 *   hello          site, host, version, epoch
 *   snapshot_begin seq
 *   put            host, kind, object                  (in any order of kinds)
 *   snapshot_end   count (of puts), seq, allow_removal
 * then any number of
 *   begin          seq
 *   put / delete   host, kind, object / id
 *   commit         seq, allow_removal
 * and at any time
 *   counters
 *   trace          object (trace_question.tbl)
 *   follow         object (follow_question.tbl)
 *   usage          id (of a server)
 * agent -> site:
 *   hello          site, host, version, epoch and seq last applied, console_dir, vtep
 *   applied        seq             the state is decoded, stored and being made so
 *   refused        seq, reason     nothing of that snapshot or transaction holds
 *   status         kind, id, state, reason, data_plane, at     (all of them again after each snapshot)
 *   event          state (its name), reason, at
 *   counters       object (counters.tbl)
 *   trace, follow  object (trace_answer.tbl, followed.tbl), or reason; all questions are answered in
 *                  their order
 *   usage          object (server_usage.tbl)
 *
 * Agent -> responder: the same, where the agent is the one that connects and
 * sends snapshots and transactions, of guests alone.  Behind each hello it sends
 *   descriptors    count            a packet socket and a listening one, as SCM_RIGHTS of
 *                                   the frame's first byte
 * and the responder says hello, nothing else.
 *
 * A snapshot replaces everything; a transaction takes effect as a whole.  The
 * agent refuses: another site's id, another host's objects, an (epoch, seq)
 * lower than the last applied, a snapshot whose count is wrong, an object that
 * breaks its table or refers to one that is not there (port -> network, server;
 * remote_port -> network; chain -> network, its local ports, the chain it comes after; label -> chain;
 * server -> image, ports; port -> security group; rule -> group), and, without
 * allow_removal, a change that removes more than half and more than ten of the
 * servers, ports or networks there are.
 *
 * Chains between sites.  A chain is always entered at the sender's site: at the
 * source port's site for the forward direction, at the other end's site for the
 * reverse one.  A packet that arrives on a segment's own VNI has been through
 * its chain and is only delivered; a new flow that arrives so is classified
 * with the remote port of its source MAC as source, so that replies enter the
 * chain here.  A packet that arrives on a label is handed to that instance.
 * Every site with a member of the segment is therefore given the chain with all
 * its hops, each instance local or remote, and all classifiers.  VNIs and
 * labels are chosen by the receiving site.
 * A chain with 'home' is an exception: no site but this one is given it.  What
 * came out of an instance elsewhere comes back here, on a label for that
 * instance; its site has it as one with back_vtep, in a chain of its own, and
 * needs to know neither the flow's ends nor what comes before and behind.
 *
 * An instance with 'nsh' gets its packets with that header (RFC 8300), the path
 * spi_forward or spi_reverse and index 255 less its place in that direction; it
 * goes on from the place that the index of what it gives back says.  Remote, it
 * is behind a forwarder at vtep that speaks the same by VXLAN-GPE, not a site. */
#ifndef CARRICK_DESIRED_H
#define CARRICK_DESIRED_H

#include "base/attr.h"
#include "sys/loop.h"

#define DESIRED_VERSION 6
#define DESIRED_DOMAIN "openstacklocal" /* Of names of ports; as Neutron's default. */
#define DESIRED_FRAME_MAX (16 << 20) /* Counters of all ports and positions there can be. */
#define DESIRED_VNI_MAX 0x7fffff    /* Above: labels. */
#define DESIRED_LABEL_MIN 0x800000
#define DESIRED_LABEL_LENT 0xc00000 /* From here: what comes out of the instance comes back. */
#define DESIRED_LABEL_MAX 0xfffffe  /* The one above is for answers to probes. */
#define DESIRED_LABEL_NOBODY DESIRED_LABEL_MIN /* Never given out: its site has not told one yet. */
#define DESIRED_HOPS_MAX 8
#define DESIRED_WEIGHT_MAX 65535
#define DESIRED_FDS_MAX 4
#define DESIRED_OBJECTS_MAX 100000  /* In one snapshot. */

/* X(kind, doc): the objects; in this order each only refers to earlier ones
 * (except a port's server and a server's ports, which name each other). */
#define DESIRED_KINDS(X)                                                                           \
    X(network, "an L2 segment")                                                                    \
    X(security_group, "rules and members' addresses")                                              \
    X(image, "an archive that servers are started from")                                           \
    X(port, "a port on this host")                                                                 \
    X(remote_port, "a port of a joined segment at another site")                                   \
    X(chain, "functions that flows of a network go through")                                       \
    X(label, "what a VXLAN identifier of the reserved range stands for")                           \
    X(server, "a container")                                                                       \
    X(guest, "what the responder answers to a port (from the agent, to nobody else)")

enum desired_kind {
#define X(kind, doc) DESIRED_##kind,
    DESIRED_KINDS(X)
#undef X
    DESIRED_N_KINDS
};

/* X(op, who sends it) */
#define DESIRED_OPS(X)                                                                             \
    X(hello, "both")                                                                               \
    X(snapshot_begin, "site")                                                                      \
    X(snapshot_end, "site")                                                                        \
    X(begin, "site")                                                                               \
    X(commit, "site")                                                                              \
    X(put, "site")                                                                                 \
    X(delete, "site")                                                                              \
    X(counters, "both")                                                                            \
    X(trace, "both")                                                                               \
    X(follow, "both")                                                                              \
    X(usage, "both")                                                                               \
    X(applied, "agent")                                                                            \
    X(refused, "agent")                                                                            \
    X(status, "agent")                                                                             \
    X(event, "agent")                                                                              \
    X(descriptors, "agent, to the responder")

enum desired_op {
#define X(op, who) DESIRED_OP_##op,
    DESIRED_OPS(X)
#undef X
    DESIRED_N_OPS
};

/* The structs of the tables: struct desired_port { struct row row; const char *id; ... }. */
#define ATTR ATTR_MEMBER
struct desired_network {
    struct row row;
#include "desired/network.tbl"
};
struct desired_address {
    struct row row;
#include "desired/address.tbl"
};
struct desired_route {
    struct row row;
#include "desired/route.tbl"
};
struct desired_pair {
    struct row row;
#include "desired/pair.tbl"
};
struct desired_port {
    struct row row;
#include "desired/port.tbl"
};
struct desired_remote_port {
    struct row row;
#include "desired/remote_port.tbl"
};
struct desired_rule {
    struct row row;
#include "desired/rule.tbl"
};
struct desired_security_group {
    struct row row;
#include "desired/security_group.tbl"
};
struct desired_classifier {
    struct row row;
#include "desired/classifier.tbl"
};
struct desired_instance {
    struct row row;
#include "desired/instance.tbl"
};
struct desired_hop {
    struct row row;
#include "desired/hop.tbl"
};
struct desired_chain {
    struct row row;
#include "desired/chain.tbl"
};
struct desired_label {
    struct row row;
#include "desired/label.tbl"
};
struct desired_image {
    struct row row;
#include "desired/image.tbl"
};
struct desired_env {
    struct row row;
#include "desired/env.tbl"
};
struct desired_server {
    struct row row;
#include "desired/server.tbl"
};
struct desired_guest {
    struct row row;
#include "desired/guest.tbl"
};
struct desired_message {
    struct row row;
#include "desired/message.tbl"
};
struct desired_port_counter {
    struct row row;
#include "desired/port_counter.tbl"
};
struct desired_hop_counter {
    struct row row;
#include "desired/hop_counter.tbl"
};
struct desired_instance_counter {
    struct row row;
#include "desired/instance_counter.tbl"
};
struct desired_server_usage {
    struct row row;
#include "desired/server_usage.tbl"
};
struct desired_drop_counter {
    struct row row;
#include "desired/drop_counter.tbl"
};
struct desired_counters {
    struct row row;
#include "desired/counters.tbl"
};
#undef ATTR

/* Make objects with row_new(mem, &desired_port_table): nulls and row.table set. */
extern const struct table desired_network_table, desired_address_table, desired_route_table,
    desired_pair_table, desired_port_table, desired_remote_port_table, desired_rule_table,
    desired_security_group_table, desired_classifier_table, desired_instance_table,
    desired_hop_table, desired_chain_table, desired_label_table, desired_image_table,
    desired_env_table, desired_server_table, desired_guest_table, desired_message_table,
    desired_port_counter_table, desired_hop_counter_table,
    desired_instance_counter_table, desired_server_usage_table, desired_drop_counter_table,
    desired_counters_table;

/* Words of the enumerations, null-terminated; compare with str_eq. */
extern const char *const desired_kind_names[], *const desired_ops[], *const desired_ethertypes[],
    *const desired_rule_directions[], *const desired_label_directions[],
    *const desired_image_formats[], *const desired_powers[], *const desired_layers[],
    *const desired_ra_modes[], *const desired_fields[];
/* One of desired_fields? */
bool desired_is_field(const char *name);

/* Table of a kind, and kind or op of a word (DESIRED_N_KINDS, DESIRED_N_OPS where unknown). */
const struct table *desired_table(enum desired_kind kind);
enum desired_kind desired_kind_from_name(const char *name);
enum desired_op desired_op_from_name(const char *name);
/* Key of an object of any kind. */
const char *desired_id(const void *object);

/* ---- Encoding and decoding (both sides) ---- */

/* JSON of an object -> its struct in 'mem', everything checked that can be
 * checked without other objects: types, ranges, lengths, words, paths, unicast
 * addresses, and what the members mean together.  All faults at once.
 * E_INVALID. */
struct err *desired_decode(struct mem *mem, enum desired_kind kind, const struct json *json,
                           void **object) MUST_USE;
/* The same checks on a struct, for the side that sends.  E_INVALID. */
struct err *desired_check(struct mem *mem, enum desired_kind kind, const void *object) MUST_USE;

/* A frame -> message in 'mem'.  E_INVALID. */
struct err *desired_message_decode(struct mem *mem, const char *json, size_t n,
                                   struct desired_message **message) MUST_USE;
/* Appends length and JSON of 'message' to 'out'. */
void desired_message_encode(struct buf *out, const struct desired_message *message);
/* Appends a put of 'object' (as it is: see desired_check). */
void desired_put_encode(struct buf *out, const char *host, enum desired_kind kind,
                        const void *object);

/* ---- Connection: frames over a stream socket, on a loop ---- */

struct desired_conn;

struct desired_conn_config {
    struct loop *loop;
    int fd;             /* Connected stream socket, taken over. */
    size_t max_queued;  /* Bytes waiting to be sent; 0 = 64 MiB.  More ends the connection. */
    /* One whole message; an error (taken) ends the connection with it.  The
     * message lives in an arena that is reset afterwards. */
    struct err *(*message)(void *arg, struct desired_message *message);
    /* The connection has ended ('why' is owned by the callee, null = closed by
     * the peer).  The conn is freed after it returns. */
    void (*closed)(void *arg, struct err *why);
    void *arg;
    bool takes_fds;     /* Descriptors may come with messages; else they are closed. */
};
struct err *desired_conn_new(const struct desired_conn_config *config,
                             struct desired_conn **conn) MUST_USE;
/* Closes without calling 'closed'.  Null accepted. */
void desired_conn_free(struct desired_conn *conn);
void desired_conn_send(struct desired_conn *conn, const struct desired_message *message);
void desired_conn_put(struct desired_conn *conn, const char *host, enum desired_kind kind,
                      const void *object);
/* Sends 'message' with 'n' descriptors (at most DESIRED_FDS_MAX; copied, the caller keeps its own).
 * Nothing of an earlier call may still wait to be sent. */
void desired_conn_send_fds(struct desired_conn *conn, const struct desired_message *message,
                           const int *fds, size_t n);
/* The next descriptor that came, in order, now the caller's; -1 where there is none. */
int desired_conn_take_fd(struct desired_conn *conn);
/* A message that only has an op: fill the rest. */
struct desired_message *desired_message_new(struct mem *mem, enum desired_op op) MUST_USE;

/* ---- The site's side ---- */

struct desired_client;

/* All callbacks run on the loop's thread; each may be null except 'ready'. */
struct desired_client_config {
    struct loop *loop;
    const char *socket;  /* Path of the agent's socket. */
    const char *site;    /* Site id. */
    const char *host;    /* Host id (of this host: the agent was started with the same). */
    int64_t epoch;       /* Raised at every start of the site, kept in its store. */
    uid_t agent_uid;     /* Uid the peer must have (0 = root; tests differ). */
    int64_t answer_ms;   /* How long a question waits for its answer; 0 = 30 s. */
    void *arg;
    /* Connected and greeted: send a snapshot, now or soon after (with
     * desired_client_snapshot, _put, _snapshot_end).  'agent' is its hello. */
    void (*ready)(void *arg, const struct desired_message *agent);
    /* Connection lost; it is tried again by itself (0.1 s, doubling to 2 s). */
    void (*lost)(void *arg, const char *why);
    void (*applied)(void *arg, int64_t seq);
    /* Nothing of it holds.  Send a (correct) snapshot next. */
    void (*refused)(void *arg, int64_t seq, const char *reason);
    /* kind, id, state, reason, at.  Every object's status is told after a
     * snapshot and then at every change.  A status is true at 'at', and may be told twice. */
    void (*status)(void *arg, const struct desired_message *status);
    void (*event)(void *arg, const struct desired_message *event);
};

/* Strings are copied.  Connecting goes on in the background for ever. */
struct err *desired_client_new(const struct desired_client_config *config,
                               struct desired_client **client) MUST_USE;
void desired_client_free(struct desired_client *client);
bool desired_client_connected(const struct desired_client *client);

/* Snapshot: begin, puts, end (the count is kept here).  While not connected
 * these and the transaction's functions do nothing: 'ready' asks again.  A put
 * inside checks the object: E_INVALID means it was not sent (a bug of the
 * sender; leave it out or give up). */
void desired_client_snapshot(struct desired_client *client, int64_t seq);
void desired_client_snapshot_end(struct desired_client *client, bool allow_removal);
/* A 'descriptors' message; from inside 'ready' only. */
void desired_client_send_fds(struct desired_client *client, const int *fds, size_t n);
/* Transaction. */
void desired_client_begin(struct desired_client *client, int64_t seq);
void desired_client_commit(struct desired_client *client, bool allow_removal);
struct err *desired_client_put(struct desired_client *client, enum desired_kind kind,
                               const void *object) MUST_USE;
void desired_client_delete(struct desired_client *client, enum desired_kind kind, const char *id);

/* Asks for counters; 'fn' is called once, with null where the connection is
 * not there or is lost before the answer, or the answer does not come in time. */
typedef void desired_counters_fn(void *arg, const struct desired_counters *counters);
void desired_client_counters(struct desired_client *client, desired_counters_fn *fn, void *arg);

#define DESIRED_QUESTIONS_MAX 32   /* That wait at once, ... */
#define DESIRED_QUESTIONS_OF_ONE 4 /* ... and of one owner. */

/* Asks a question of another kind ('op', its object) whose answer is of 'table', on behalf of
 * 'owner' (null = nobody's: only the limit of all counts); 'fn' is called once, with null where
 * there is no answer: 'why' is the agent's reason, or that too many wait, or null where the
 * connection is not there, is lost before, or the answer does not come in time. */
typedef void desired_answer_fn(void *arg, const void *answer, const char *why);
void desired_client_ask(struct desired_client *client, enum desired_op op, const char *owner,
                        const void *object, const struct table *table, desired_answer_fn *fn,
                        void *arg);
/* Asks what a server has used; 'fn' is called once, with a struct desired_server_usage or null as
 * above.  For administrators: how many wait at once is not limited. */
void desired_client_usage(struct desired_client *client, const char *server_id,
                          desired_answer_fn *fn, void *arg);

#endif
