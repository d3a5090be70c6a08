/* Topologies for tests: sites in network namespaces of their own, each with a
 * real agent, driven over its real socket, with real containers. */
#ifndef CARRICK_TESTS_TOPO_H
#define CARRICK_TESTS_TOPO_H

#include "base/vec.h"
#include "desired/desired.h"
#include "frames.h"
#include "sys/process.h"
#include "test.h"

#include <sys/socket.h>

#define TOPO_SITES_MAX 2
#define PROJECT "11111111111111111111111111111111"
#define PROJECT_2 "22222222222222222222222222222222"

struct topo;

struct site {
    struct topo *topo;
    const char *name;       /* "east" */
    const char *netns;
    const char *dir;
    const char *vtep;       /* null with one site */
    const char *socket;
    pid_t agent, responder;
    struct desired_client *client;
    int64_t epoch, seq;
    VEC(void *) objects;    /* In the order of sending. */
    VEC(enum desired_kind) kinds;
    struct map states;      /* "kind id" -> state last told */
    struct map reasons;
    int64_t applied_seq, refused_seq;
    const char *refused;    /* reason */
    bool ready;
    struct desired_counters *counters;
    bool allow_removal;
    int flows;              /* Entries of its flow table; 0 = as many as an agent takes by itself. */
};

struct topo {
    struct mem *mem;
    struct loop *loop;
    struct site sites[TOPO_SITES_MAX];
    size_t n_sites;
    const char *dir;
};

/* Skips the test where namespaces are not permitted or programs are missing. */
struct topo *topo_new(size_t n_sites);
/* The same, with flow tables of that size. */
struct topo *topo_new_flows(size_t n_sites, int flows);
void topo_free(struct topo *topo);

void site_agent_start(struct site *site);
void site_agent_kill(struct site *site); /* SIGKILL, waited for */
/* The responder is not there until it is started; the agent looks for it from the beginning. */
void site_responder_start(struct site *site);
void site_responder_kill(struct site *site);

/* The same name gives the same id. */
const char *topo_id(struct topo *topo, const char *name);

struct desired_network *site_network(struct site *site, const char *name, int64_t vni);
/* 'ip' is "10.0.0.1" (prefix 24) or null; 'ip6' likewise (prefix 64). */
struct desired_port *site_port(struct site *site, const char *name, const char *network,
                               const char *ip, const char *ip6);
/* A server with these ports, running 'command' (null = sleeps). */
struct desired_server *site_server(struct site *site, const char *name, const char *command,
                                   const char *const *ports);
/* Port and server of one name, no security groups and port_security off. */
struct desired_port *site_node(struct site *site, const char *name, const char *network,
                               const char *ip, const char *ip6);
/* A transparent function: ports NAME.in and NAME.out, bridged inside. */
void site_function(struct site *site, const char *name, const char *network);
struct desired_remote_port *site_remote(struct site *site, const char *name, const char *network,
                                        const struct site *there, const struct desired_port *port,
                                        int64_t vni);
struct desired_security_group *site_group(struct site *site, const char *name);
struct desired_rule *group_rule(struct site *site, struct desired_security_group *group,
                                const char *direction, const char *ethertype, int64_t protocol,
                                int64_t min, int64_t max);
void group_member_add(struct site *site, struct desired_security_group *group, const char *ip);
struct desired_chain *site_chain(struct site *site, const char *name, const char *network);
struct desired_classifier *chain_class(struct site *site, struct desired_chain *chain,
                                       int64_t protocol, int64_t port);
/* One more hop with one instance, local (function) or at 'vtep'. */
struct desired_instance *chain_hop(struct site *site, struct desired_chain *chain,
                                   const char *function);
/* One more of the fields that choose the instance. */
void hop_field(struct site *site, struct desired_hop *hop, const char *field);
/* One more instance of a hop. */
struct desired_instance *hop_instance(struct site *site, struct desired_hop *hop,
                                      const char *function);
void instance_remote(struct desired_instance *inst, const char *vtep, int64_t forward,
                     int64_t reverse);
void site_label(struct site *site, const char *chain, int64_t hop, const char *direction,
                const char *function, int64_t label);
/* One more allowed address pair. */
struct desired_pair *port_pair(struct site *site, struct desired_port *port);
void port_group(struct site *site, struct desired_port *port, const char *group);
void site_remove(struct site *site, const void *object);

/* Sends everything and waits until it is applied (false: refused). */
bool site_push(struct site *site);
/* Likewise, and the kernel has all of it when this returns. */
bool site_push_through(struct site *site);
/* Likewise without waiting. */
void site_send(struct site *site);
/* Waits until all servers and ports are ACTIVE. */
bool site_settled(struct site *site);
/* site_push and site_settled of every site; ends the test where not. */
void topo_up(struct topo *topo);

const char *site_state(struct site *site, enum desired_kind kind, const char *name);
const struct desired_counters *site_counters(struct site *site);
int64_t site_drops(struct site *site, const char *reason);
int64_t site_hop_packets(struct site *site, const char *chain, int64_t hop, const char *direction);
/* Why an instance gets no flows as the site sees it; null where it does. */
const char *site_instance_reason(struct site *site, const struct desired_instance *inst);
/* Sends 'frame' in VXLAN (RFC 7348) to the first site from an address of this one's. */
void site_tunnel_send(struct site *site, const char *from, int vni, const struct frame *frame);

/* Runs the loop a little; for EVENTUALLY. */
bool topo_turn(struct topo *topo);
#define SITE_EVENTUALLY(site, ms, cond) EVENTUALLY(ms, topo_turn((site)->topo) && (cond))

/* Runs a program of this machine in the site's own network namespace; ends the test where it fails. */
void site_run(struct site *site, const char *command);
pid_t node_pid(struct site *site, const char *server);
/* Runs a program of this machine in the server's network namespace. */
struct err *node_run(struct site *site, const char *server, const char **output, const char *fmt,
                     ...) PRINTF_LIKE(4, 5) MUST_USE;
/* The same in the background; kill it by its pid. */
pid_t node_spawn(struct site *site, const char *server, const char *fmt, ...) PRINTF_LIKE(3, 4);
void spawned_end(pid_t pid);
bool node_ping(struct site *site, const char *server, const char *ip, int size);
/* No answer comes within a second, however patient the test is with what has to come. */
bool node_no_ping(struct site *site, const char *server, const char *ip);
/* One TCP connection that carries some bytes each way: the client asks 'to_ip', the server listens
 * at 'ip'. */
bool node_tcp_to(struct site *from, const char *client, const char *to_ip, struct site *to,
                 const char *server, const char *ip, int port);
/* The same, where the address that the client asks is the server's own. */
bool node_tcp(struct site *from, const char *client, struct site *to, const char *server,
              const char *ip, int port);
/* No such connection comes to be within a second and a half, however patient the test is. */
bool node_no_tcp(struct site *from, const char *client, struct site *to, const char *server,
                 const char *ip, int port);

/* A socket made inside of the server's network namespace. */
int node_socket(struct site *site, const char *server, int family, int type, int protocol);
/* The address of a socket, IPv4 or IPv6 as 'ip' is written; its size. */
socklen_t socket_address(const char *ip, int port, struct sockaddr_storage *out);
/* A raw socket inside of the server, on its interface; it does not hear the probes of functions. */
int node_raw(struct site *site, const char *server, const char *ifname);
void raw_send(int fd, const void *frame, size_t n);
/* Next frame that 'match' accepts, within 'ms'; its length or 0. */
size_t raw_receive(int fd, void *frame, size_t max, int ms,
                   bool (*match)(const uint8_t *frame, size_t n, const void *arg), const void *arg);

#endif
