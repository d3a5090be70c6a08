/* How tests make functions of the kernel's own means and of programs: what they
 * are plugged to, what they forward by, and who saw which flow. */
#ifndef CARRICK_TESTS_FUNCTIONS_H
#define CARRICK_TESTS_FUNCTIONS_H

#include "topo.h"

#include <netinet/in.h>

#define WATCHED_MAX 4
#define WATCH_PORTS 65536

/* Ports NAME.in and NAME.out, transparent, and nothing inside that forwards. */
void function_bare(struct site *site, const char *name, const char *network);
/* One port of that name (ip 'ip', prefix 24), which the kernel inside routes back out of. */
struct desired_port *function_routed(struct site *site, const char *name, const char *network,
                                     const char *ip);
/* The same with a second port 'NAME.out' with 'ip_out', by which it reaches 'behind'; the rest is
 * reached by the first, 'NAME.in'. */
struct desired_port *function_routed_between(struct site *site, const char *name,
                                             const char *network, const char *ip,
                                             const char *ip_out, const char *behind);
/* An instance that function_routed made: addressed, one-armed. */
void instance_routed(struct site *site, struct desired_instance *inst, const char *name);
/* Runs nft with 'rules' (commands with ';' between) inside. */
void function_nft(struct site *site, const char *name, const char *rules);
/* Writes into a file below /proc/sys of the function's namespace. */
void function_sysctl(struct site *site, const char *name, const char *key, const char *value);
/* Value of the named counter of table 'inet t'. */
int64_t function_counter(struct site *site, const char *name, const char *counter);
/* A server's interface sends what a wire would carry: no larger segments, complete checksums. */
void node_plain(struct site *site, const char *server, const char *ifname);

/* Who has seen which of a client's flows to port 'service', by the client's port; looks at what
 * crosses 'eth0' of each function.  Flows of others, which may have the same ports, are not
 * watched: what a proxy asks by itself is such a one.  No packet is missed: the test ends where
 * the kernel says one was. */
struct watch {
    int fd[WATCHED_MAX];
    size_t n;
    struct in_addr client;
    int protocol, service;
    int8_t at[WATCH_PORTS];       /* -1 = not seen */
    int64_t seen[WATCHED_MAX];    /* packets */
    int64_t wrong;                /* packets elsewhere than their flow was before */
};
struct watch *watch_new(struct site *site, const char *const *names, size_t n, const char *client,
                        int protocol, int service);
void watch_free(struct watch *watch);
/* Takes in what has come since. */
void watch_look(struct watch *watch);
/* Flows of this one may be elsewhere from now on. */
void watch_forget(struct watch *watch, int member);
/* Flows that were seen at it. */
int watch_count(const struct watch *watch, int member);

#endif
