/* Two sites with one network, an end at each, and a chain whose functions are at both. */
#ifndef CARRICK_TESTS_JOINT_H
#define CARRICK_TESTS_JOINT_H

#include "functions.h"

struct joint {
    struct topo *t;
    struct site *east, *west;
    struct desired_chain *chain[2]; /* The same, as each site knows it. */
    int64_t next_label;
    struct desired_port *a, *b;     /* East's, west's. */
};

/* Network "n"; "a" (10.0.0.1, fd00::1) at east, "b" (10.0.0.2, fd00::2) at west; chain "c" without
 * classifiers and hops.  The wire between the sites carries the network's MTU in VXLAN. */
struct joint *joint_new(int64_t mtu);
/* The same classifier at both; 'v6' for that ethertype. */
void joint_class(struct joint *j, bool v6, int64_t protocol, int64_t port);
/* A function that is at site 'at' (0, 1), which has it already: one more hop, or one more instance
 * of the last. */
void joint_hop(struct joint *j, const char *name, int at);
void joint_instance(struct joint *j, const char *name, int at);
/* One more end at a site, known to the other. */
struct desired_port *joint_node(struct joint *j, int at, const char *name, const char *ip,
                                const char *ip6);
/* Bytes that a site has sent to the other. */
int64_t joint_sent(struct joint *j, int site);
/* Packets that went into a hop at whatever site. */
int64_t joint_hop_packets(struct joint *j, int64_t hop, const char *direction);

#endif
