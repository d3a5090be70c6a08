/* Links and addresses by rtnetlink. */
#ifndef CARRICK_AGENT_LINK_H
#define CARRICK_AGENT_LINK_H

#include "base/err.h"
#include "base/net.h"
#include "base/vec.h"

#include <net/if.h>

struct netlink;

/* A socket in the namespace that 'netns' is open on, or in our own (-1). */
struct err *netlink_new(int netns, struct netlink **nl) MUST_USE;
void netlink_free(struct netlink *nl);
void netlink_autofree(struct netlink **nl);

/* A link as the kernel has it. */
struct link_seen {
    int ifindex;
    uint32_t group;
    bool up;
    const char *name;
    const char *alias;  /* "" where none */
    const char *kind;   /* "veth", "vxlan", "" */
};
struct links_seen {
    struct mem *mem;
    struct link_seen *items;
    size_t n, cap;
};
/* All links of the socket's namespace, in 'mem'. */
struct err *netlink_links(struct netlink *nl, struct mem *mem, struct links_seen *links) MUST_USE;

#define LINK_GROUP 0x636b /* Marks what the agent made, from the moment it is there. */

struct veth_spec {
    const char *name;       /* Of the host's end. */
    const char *peer_name;  /* Of the end inside 'peer_netns'. */
    int peer_netns;
    struct mac peer_mac;
    uint32_t mtu;
};
/* Makes the pair, the host's end up, in LINK_GROUP and without an address.  E_EXISTS. */
struct err *netlink_veth(struct netlink *nl, const struct veth_spec *spec, int *ifindex) MUST_USE;
/* The one VXLAN device in external mode, up.  E_EXISTS. */
struct err *netlink_vxlan(struct netlink *nl, const char *name, uint16_t port, int *ifindex) MUST_USE;
struct err *netlink_set_alias(struct netlink *nl, int ifindex, const char *alias) MUST_USE;
struct err *netlink_up(struct netlink *nl, int ifindex) MUST_USE;
/* E_NOT_FOUND. */
struct err *netlink_index(struct netlink *nl, const char *name, int *ifindex) MUST_USE;
struct err *netlink_delete(struct netlink *nl, int ifindex) MUST_USE; /* not there = fine */
/* IPv6 without duplicate address detection: the tables know that it is unique. */
struct err *netlink_address(struct netlink *nl, int ifindex, const struct ip *ip, int prefix_len) MUST_USE;
/* Up, with no search for neighbours: whoever is behind it is reached as it is. */
struct err *netlink_up_noarp(struct netlink *nl, int ifindex) MUST_USE;
/* 'to' by way of 'via'; null: on the link itself. */
struct err *netlink_route(struct netlink *nl, int ifindex, const struct cidr *to, const struct ip *via) MUST_USE;

/* A network namespace that lives as long as something is open in it; '*netns' is the caller's. */
struct err *netns_new(int *netns) MUST_USE;
/* Runs 'fn(arg)' in the network namespace that 'netns' is open on. */
struct err *netns_run(int netns, struct err *(*fn)(void *arg), void *arg) MUST_USE;

#endif
