/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel programs and the agent agree on: keys and values of the
 * maps.  Every struct is free of holes, since keys are compared and values are
 * hashed as bytes.  Identifiers of networks, ports, groups, chains and
 * instances are numbers that are never used again while the maps live, so a
 * stale flow entry can reach nobody else's port. */
#ifndef CARRICK_BPF_ABI_H
#define CARRICK_BPF_ABI_H

#include <linux/types.h>

/* Raised whenever a struct here changes.  Members are only added, behind others, and zero says what was
 * so before: thus an agent takes over what maps of DP_ABI_TAKEN and later hold (src/agent/take.c).  A
 * map whose key changes is made anew.  Tests build the agent of a next ABI, too. */
#ifdef DP_NEXT
#define DP_ABI 6
#define DP_NEXT_MEMBER(type, name) type name;
#else
#define DP_ABI 5
#define DP_NEXT_MEMBER(type, name)
#endif
#define DP_ABI_TAKEN 5

#define DP_FLOWS_DEFAULT 131072 /* Unless the agent is told another power of two between these: */
#define DP_FLOWS_LEAST 1024
#define DP_FLOWS_MOST 4194304
#define DP_PORTS_MAX 16384
#define DP_CHAINS_MAX 16384
#define DP_HOP_SLOTS 32768 /* Positions of all chains together, for their counters. */
#define DP_INSTS_MAX 8192 /* That are watched; differs from the other two. */
#define DP_HOPS 8
#define DP_GROUPS 16
#define DP_BUCKETS 256
#define DP_MEMBERS 64
#define DP_MEMBER_BITS 6
#define DP_RULES_A_BLOCK 8
#define DP_BLOCKS_A_GROUP 32
#define DP_CLASSES_MAX 200000 /* Entries; the map has room for as many as change at a time. */
#define DP_SHAPES_A_BLOCK 8
#define DP_SHAPE_BLOCKS_MAX 49152 /* Likewise, of all scopes together. */
/* Different shapes that a packet may be asked about: in its network, and in what follows a
 * chain, which may be DP_HOPS deep.  At most 3 tail calls (bpf/classify.h). */
#define DP_SHAPES_MAX 256
#define DP_SHAPES_AFTER_MAX 16
#define DP_LABEL_MIN 0x800000
#define DP_VXLAN_PORT 4789
#define DP_VNI_ECHO 0xffffff /* Answers to probes of instances elsewhere; nobody's label. */

enum dp_drop {
#define DROP(name, doc) DROP_##name,
#include "drops.tbl"
#undef DROP
    DROP_N
};

/* Programs that are reached by tail call: index in the 'calls' map. */
#define DP_CALLS(X)                                                                                \
    X(arp) X(nd) X(new_flow) X(rules) X(classify) X(insert) X(step)                                \
    X(new_remote) X(repick) X(punt) X(speak) X(probe) X(resort) X(reseat) X(echo) X(echoed)       \
    X(nsh_in) X(nsh_out)
enum dp_call {
#define X(name) CALL_##name,
    DP_CALLS(X)
#undef X
    CALL_N
};

struct dp_ip {
    __u8 b[16]; /* IPv4 as ::ffff:a.b.c.d */
};

/* config[0] */
struct dp_config {
    __u32 vxlan_ifindex;
    __u32 punt_ifindex; /* 0 = no responder is there */
    __u32 bounce_ifindex; /* What goes to a forwarder that speaks NSH; 0 = no tunnels here. */
    __u32 gpe_ifindex;
    __u32 flows;        /* Entries that the flow table has. */
};

/* ports: interface index of the host's end -> port */
#define DP_PORT_UP 1
#define DP_PORT_SECURITY 2
#define DP_PORT_FUNCTION 4
#define DP_PORT_PEER 8 /* A veth: bpf_redirect_peer. */
#define DP_PORT_NSH 32 /* Function: of an instance that speaks NSH. */
#define DP_PORT_PAIRS 16 /* Allowed address pairs may bring other link-layer addresses. */
struct dp_port {
    __u32 id;
    __u32 net;
    __u32 serves; /* Function: network whose flows its instance handles. */
    __u32 inst;   /* Function: its instance. */
    __u32 flags;
    __u32 gen; /* A hash of all that classified its flows; never 0. */
    __u32 slot; /* Of its counters. */
    __u32 mtu;
    __u32 lent; /* Function: chain by which its instance serves another site's; 0 = none. */
    __u8 mac[6];
    __u16 n_groups;
    __u32 groups[DP_GROUPS];
    DP_NEXT_MEMBER(__u32, next)
};

/* Questions to the site's own services go to the responder, by a veth pair into a
 * namespace that holds nothing else.  A port is known there by its handle, which
 * only the programs here can write: in the link-layer addresses of a bare frame
 * (DP_PUNT_TAG, then 1 where it is for all, then the handle), and for TCP to the
 * metadata address in the IPv4 address that stands for the port's own
 * (240.0.0.0/4: handle, then which of its addresses). */
#define DP_PUNT_TAG_0 0x0e
#define DP_PUNT_TAG_1 0xcc
#define DP_PUNT_HOST {0x0e, 0xcb, 0, 0, 0, 0} /* The device in that namespace. */
#define DP_PUNT_BARE {0x0e, 0xcb, 0, 0, 0, 1} /* Nobody's: for the packet socket only. */
#define DP_SERVICE_MAC {0x02, 0xcc, 0xa9, 0xfe, 0xa9, 0xfe} /* As tenants see the services. */
#define DP_SERVICE_IP 0xa9fea9fe /* 169.254.169.254 */
#define DP_GUEST_NET 0xf0000000 /* 240.0.0.0/4 */
#define DP_GUEST_IPS 15
/* The slot is one live port's; the number's low bits tell its users apart. */
#define DP_HANDLE(slot, id) (((slot) & 0x3fff) << 10 | ((id) & 0x3ff))

/* guests: handle -> the port, and what it may ask */
#define DP_GUEST_DHCP4 1
#define DP_GUEST_DHCP6 2
#define DP_GUEST_ROUTER 4 /* Router solicitations. */
#define DP_GUEST_METADATA 8
#define DP_GUEST_DNS 16
struct dp_guest {
    __u32 ifindex;
    __u32 slot;
    __u32 flags;
    __u8 mac[6];
    __u16 zero;
    /* Addresses from which it may ask for metadata; 0 = none, as the last always is. */
    __be32 ip[DP_GUEST_IPS + 1];
};
/* rates: what a port's questions, and the answers to it, may cost: one packet a
 * DP_RATE_NS, and DP_RATE_BURST at once. */
#define DP_RATE_NS 2000000ULL
#define DP_RATE_BURST 256
enum { DP_QUESTION, DP_ANSWER };

/* fdb: (network, link-layer address) -> port id */
struct dp_fdb_key {
    __u32 net;
    __u8 mac[6];
    __u16 zero;
};

/* places: port id -> how a packet gets there.  What is needed of 'ports' to deliver to one is here
 * as well, so that delivery is one look-up. */
struct dp_place {
    __u32 ifindex; /* 0 = elsewhere */
    __u32 flags;   /* DP_PORT_*, of a port that is here */
    __u32 gen;
    __u32 slot;
    __u32 vtep; /* Elsewhere: where its site is (host order), and what to send with. */
    __u32 vni;
};

/* addrs: (network, address) -> link-layer address */
struct dp_addr_key {
    __u32 net;
    struct dp_ip ip;
};
struct dp_addr {
    __u8 mac[6];
    __u16 zero;
};

/* sources (LPM): what a port may send from */
#define DP_SOURCE_FIXED_BITS 96
struct dp_source_key {
    __u32 prefix_len; /* DP_SOURCE_FIXED_BITS + bits of 'ip' */
    __u32 port;
    __u8 mac[6];
    __u16 zero;
    struct dp_ip ip;
};

/* nets: network -> flows it may have */
struct dp_net {
    __u32 sure;  /* Flow entries it may have whatever the others have; of all networks, half. */
    __u32 share; /* Most that it may have, while the table is not half full. */
};

/* rules: a block of a group's rules in one direction */
#define DP_RULE_USED 1
#define DP_RULE_PROTO 2
#define DP_RULE_PORTS 4 /* Or ICMP type (min) and code (max). */
#define DP_RULE_GROUP 8
#define DP_RULE_CODE 16 /* ICMP: the code is given as well. */
#define DP_RULE_V6 32
struct dp_rule {
    __u64 net[2];  /* Network order words. */
    __u64 mask[2]; /* All zero: any. */
    __u32 group;
    __u16 min, max; /* host order */
    __u8 flags;
    __u8 proto;
    __u16 zero;
    __u32 zero2;
};
enum { DP_INGRESS, DP_EGRESS };
struct dp_rules_key {
    __u32 group;
    __u16 dir;
    __u16 block;
};
struct dp_rules {
    __u32 n;    /* In this block. */
    __u32 more; /* 1 = another block follows. */
    struct dp_rule rule[DP_RULES_A_BLOCK];
};
struct dp_member_key {
    __u32 group;
    struct dp_ip ip;
};

/* Classifiers are looked up, not gone through.  All that ask about the same fields with the same
 * prefix lengths, for one protocol or any, have one shape; a shape's are one look-up away, however many they are.  A range
 * of port numbers is several prefixes of them.
 *
 * A scope is a network's number, for its flows; or a chain's, for flows that matched it: what
 * they match there replaces it. */
/* shapes: a block of a scope's shapes, those first that have the highest priority */
#define DP_CLASS_PROTO 1
#define DP_CLASS_FROM 2
#define DP_CLASS_TO 4
#define DP_CLASS_V6 8
struct dp_shape {
    __u64 src_mask[2], dst_mask[2];
    __be16 sport_mask, dport_mask;
    __u16 top; /* Highest priority that any of its classifiers has. */
    __u8 flags;
    __u8 src_len, dst_len; /* Of the 16-byte form; any is 0. */
    __u8 sport_len, dport_len;
    __u8 proto; /* DP_CLASS_PROTO: others are not looked up. */
    __u8 zero[4];
};
struct dp_shapes_key {
    __u32 scope;
    __u32 block;
};
struct dp_shapes {
    __u32 n;
    __u32 more;
    struct dp_shape shape[DP_SHAPES_A_BLOCK];
};
/* classes: what the shape leaves of a packet -> the best of those that ask for it */
struct dp_class_key {
    __u32 scope;
    __u32 from, to; /* port ids */
    __be16 sport, dport;
    struct dp_ip src, dst;
    __u8 flags, src_len, dst_len, sport_len, dport_len; /* The shape. */
    __u8 proto;
    __u16 zero;
};
struct dp_class {
    __u64 tie; /* Of equal priorities the lower wins: how the chain's UUID begins. */
    __u32 chain;
    __u32 priority;
};

/* chains: chain -> shape */
#define DP_PAST 15
#define DP_CHAIN_SYMMETRIC 1
#define DP_CHAIN_BRANCHES 2 /* Its number is a scope of classifiers. */
#define DP_CHAIN_HOME 4 /* No other site knows it: what a segment brings was in none of it. */
#define DP_CHAIN_TAPS 8 /* From this bit on: one a hop whose instance only gets copies. */
struct dp_chain {
    __u32 n_hops;
    __u32 flags;
    __u32 net;
    __u32 zero;
    __u32 group[DP_HOPS];
    __u32 spi[2]; /* Service paths of forward, reverse packets. */
    __u32 slot[DP_HOPS]; /* Of each hop's counters. */
    /* Rises with each change of the groups, whose lists before it are kept, the last first. */
    __u64 version; /* Spread over the bits DP_VERSION, as a flow has it. */
    __u32 past[DP_PAST][DP_HOPS];
};

/* paths: service path identifier (RFC 8300) -> whose it is.  A place in a path is counted from 0 in
 * its own direction; the service index is DP_NSH_INDEX less that. */
#define DP_NSH_INDEX 255
struct dp_path {
    __u32 chain;
    __u32 dir;
    __u32 net;
};
/* The longest header with the frame's own; links of functions that speak NSH carry so much more. */
#define DP_NSH_MAX 252
#define DP_NSH_ROOM (DP_NSH_MAX + 14)
#define DP_NSH_GPE_PORT 4790
/* Frames on their way to a forwarder are between two ends of a link of the agent's own, where
 * their source names the instance: these two bytes, then its number. */
#define DP_BOUNCE_TAG_0 0x0e
#define DP_BOUNCE_TAG_1 0xcd
/* groups: equal instances, of which each flow gets one.  Each has a seat of its group's, and its
 * number is made of the group's number and that.  'member' are those that may get new flows, for
 * when the one of the hash value is down. */
#define DP_INST_NUMBER(group, seat) ((group) << DP_MEMBER_BITS | (seat))
#define DP_INST_GROUP(inst) ((inst) >> DP_MEMBER_BITS)
#define DP_INST_SEAT(inst) ((inst) & (DP_MEMBERS - 1))
#define DP_GROUP_NUMBER_MAX ((1u << (32 - DP_MEMBER_BITS)) - 1)
#define DP_GROUP_OPEN 1 /* Where none is up, packets go on past the hop. */
/* What decides which instance a flow gets; none = all, alike in both directions. */
#define DP_FIELD_IP_SRC 1
#define DP_FIELD_IP_DST 2
#define DP_FIELD_TCP_SRC 4
#define DP_FIELD_TCP_DST 8
#define DP_FIELD_UDP_SRC 16
#define DP_FIELD_UDP_DST 32
#define DP_FIELD_ETH_SRC 64
#define DP_FIELD_ETH_DST 128
struct dp_group {
    __u32 flags;
    __u32 fields;
    __u32 n_members;
    __u8 member[DP_MEMBERS]; /* Seat + 1, here and below. */
    __u8 bucket[DP_BUCKETS]; /* 0 = none at all */
};
/* health: what is found of an instance while packets flow, by its slot; the agent writes 'down',
 * which is the point of fail-over, and the programs which probe they saw last. */
#define DP_DOWN_PROCESS 1
#define DP_DOWN_LINK 2
#define DP_DOWN_SILENT 4
struct dp_health {
    __u32 down;    /* DP_DOWN_*; 0 = it is well */
    __u32 seen[2]; /* By direction. */
    __u32 zero;
};
/* A probe goes in at one side of a function and is expected at the other. */
#define DP_PROBE_ETHERTYPE 0x88b5 /* Local experiments (IEEE 802). */
#define DP_PROBE_MAGIC 0x6b636f65
#define DP_PROBE_FORWARD {0x0e, 0xcb, 0, 0, 0, 2} /* Its source; the other's is its destination. */
#define DP_PROBE_REVERSE {0x0e, 0xcb, 0, 0, 0, 3}
struct dp_probe {
    __u32 magic, inst, seq, dir; /* As the agent's machine writes them. */
};
/* insts: instance (DP_INST_NUMBER) -> where it is. */
#define DP_INST_REMOTE 1
#define DP_INST_L3 2 /* Frames are addressed to it, and restored behind it. */
#define DP_INST_ONE_ARM 4
#define DP_INST_NSH 16 /* Frames to it and from it carry NSH; remote: by VXLAN-GPE. */
#define DP_INST_SPEAKS 8 /* It sends flows of its own: what it translates, or relays. */
enum { DP_FORWARD, DP_REVERSE };
struct dp_inst {
    __u32 up;
    __u32 health; /* Its slot. */
    __u32 flags;
    __u32 ifindex[2]; /* Where a forward, a reverse packet is sent into. */
    __u32 port[2];
    __u32 slot[2];
    __u32 vtep;
    __u32 vni; /* DP_INST_NSH, remote */
    __u32 chain, hop; /* DP_INST_SPEAKS: the one position it has. */
    __u8 mac[2][6];
};
/* labels: what an instance elsewhere is reached by, which is each chain's own; or what came out of
 * one here that is lent to the chain of another site goes back by */
struct dp_label_key {
    __u32 chain;
    __u32 inst;
};
struct dp_label {
    __u32 label[2]; /* Of a forward, a reverse packet. */
    __u32 vtep;     /* The other end. */
};

/* vnis: VXLAN identifier on which this site receives -> network or position */
struct dp_vni {
    __u32 net;
    __u32 chain; /* 0 = plain segment */
    __u32 hop;
    __u32 dir;
    __u32 inst;
    __u32 flags;
};
#define DP_VNI_LENT 1 /* What comes out of the instance goes back where it came from. */
#define DP_VNI_BACK 2 /* The instance is elsewhere, and this came out of it. */
/* peers: tunnel endpoints that may send into a network */
struct dp_peer_key {
    __u32 net;
    __u32 vtep;
};

/* flows */
struct dp_flow_key {
    struct dp_ip lo, hi;         /* (address, port) pairs, sorted */
    __u16 lo_port, hi_port;      /* network order; ICMP echo: identifier twice */
    __u32 net;
    __u8 proto;
    /* 0, or of which chain by which an instance here is lent: what other sites make of a flow is
     * nothing to what is known of it here. */
    __u8 lent[3];
};
#define DP_LENT(chain) ((chain) % 0xffffff + 1)
#define DP_FLOW_FROM_LO 1   /* The initiator is 'lo'. */
#define DP_FLOW_REPLY_OK 2  /* The responder may answer: it was let in, or may send by itself. */
#define DP_FLOW_REPLIED 4
#define DP_FLOW_SPOKEN 8 /* It begins at an instance, that of hop 'first'. */
#define DP_FLOW_FIN 16   /* And 32 for the responder's. */
enum { TCP_ST_NONE, TCP_ST_SYN, TCP_ST_OPEN, TCP_ST_FIN, TCP_ST_CLOSED };
#define DP_SEAT_MASK 0x7f
#define DP_VERSION 0x8080808080808080ULL
#define DP_TICK_SHIFT 30
/* A million of these are 160 bytes each in the kernel: 48 of its own, the key's 44 (rounded up),
 * this, and 16 of a bucket.  Ends are initiator and responder. */
struct dp_flow {
    __u32 last;  /* When a packet was seen, in units of 2^DP_TICK_SHIFT ns. */
    __u32 chain;
    /* A byte a hop: the instance's seat + 1 in the hop's group, 0 = none yet.  The top bits are the
     * version of the chain that the order of hops is of: both change by one store. */
    __u64 seats;
    __u32 port[2];
    __u32 gen[2]; /* Port's, when its rules were last found to allow this flow. */
    __u8 mac[2][6];
    __u8 sent;  /* Bit per hop: a packet was handed to it. */
    __u8 flags;
    __u8 state; /* TCP */
    __u8 first; /* DP_FLOW_SPOKEN */
    DP_NEXT_MEMBER(__u64, next)
};
_Static_assert(sizeof(struct dp_flow_key) == 44 &&
                   (sizeof(struct dp_flow) == 48 || DP_ABI > DP_ABI_TAKEN),
               "an entry of the flow table is to take 160 bytes");
/* What the agent asks dp_collect to remove where it is still stale: keys behind a link-layer
 * header and their number (DP_COLLECT_OFF), as a frame. */
#define DP_COLLECT_OFF 16
#define DP_COLLECT_MAX 64
/* What it asks dp_adopt to put there unless it is there: likewise. */
#define DP_ADOPT_MAX 24
struct dp_adopted {
    struct dp_flow_key key;
    __u32 zero;
    struct dp_flow flow;
};

/* fragments (LRU) */
struct dp_frag_key {
    struct dp_ip src, dst;
    __u32 net;
    __u32 id;
    __u32 proto;
};
struct dp_frag {
    __u64 seen_ns;
    __u16 sport, dport;
    __u32 zero;
};

/* Counters, per processor. */
struct dp_port_stats {
    __u64 in_packets, in_bytes, out_packets, out_bytes, drops;
};
struct dp_hop_stats {
    __u64 packets[2], bytes[2]; /* By direction, as all here. */
    __u64 passed[2]; /* Packets that went on past the hop, since none of its instances was up. */
};

/* tracing[0]: flows whose packets are told of while somebody follows them; 'events' is the ring that
 * they are told in, trace_left (by place of the filter) how many more may be, and who was not. */
#define DP_TRACES 4
#define DP_EVENTS_BYTES (1 << 18)
struct dp_trace_filter {
    __u32 id; /* Never two alike; 0 = none. */
    __u32 net;
    struct dp_ip src, dst;
    __u16 sport, dport; /* Network order; 0 = any. */
    __u8 proto;
    __u8 zero[3];
};
struct dp_tracing {
    __u32 n; /* Filters there are; 0 = nothing is told. */
    __u32 zero;
    struct dp_trace_filter filter[DP_TRACES];
};
struct dp_trace_left {
    __u64 n, lost;
};
enum { DP_TRACE_REQUEST = 1, DP_TRACE_REPLY };
/* X(name, what 'a' and 'b' are) */
#define DP_EVENTS(X)                                                                               \
    X(enters, "port's number or 0; VXLAN identifier where it came by tunnel")                      \
    X(handed, "interface index of the function's port, 0 elsewhere; DP_EVENT_PLACE")               \
    X(copied, "likewise")                                                                          \
    X(passed, "0; DP_EVENT_PLACE")                                                                 \
    X(tunnelled, "tunnel endpoint; VXLAN identifier")                                              \
    X(delivered, "interface index of the port; 0")                                                 \
    X(dropped, "reason; 0")
enum dp_event_kind {
#define X(name, doc) DP_EVENT_##name,
    DP_EVENTS(X)
#undef X
    DP_EVENT_N
};
#define DP_EVENT_PLACE(hop, dir) ((hop) * 2 + (dir))
struct dp_event {
    __u64 ns; /* CLOCK_MONOTONIC */
    __u32 trace;
    __u32 kind;
    __u32 direction; /* DP_TRACE_* */
    __u32 in_port;   /* Number of the port it came out of; 0 = by tunnel. */
    __u32 a, b;
    __u16 sport, dport;
    __u32 zero;
};

/* ids: what a number stands for; kept by the agent only. */
#define DP_ID_GROUP 0xffffffff
struct dp_id_key {
    __u32 kind;
    __u32 group; /* Of an instance; DP_ID_GROUP = it is one itself. */
    __u8 uuid[16];
};
struct dp_id {
    __u32 id;
    __u32 slot;
    __u32 left; /* An instance that has left its group, which keeps its seat for it: in which order. */
};
/* meta[0] */
struct dp_meta {
    __u32 abi;
    __u32 next_id;
    __u32 next_group; /* Groups of instances have numbers of their own. */
    __u8 build[32]; /* SHA-256 of the object whose programs are pinned. */
    DP_NEXT_MEMBER(__u32, next)
};

/* Idle time after which an entry counts for nothing, in seconds. */
#define DP_IDLE_TCP_SYN 30
#define DP_IDLE_TCP_OPEN 7200
#define DP_IDLE_TCP_FIN 60
#define DP_IDLE_TCP_CLOSED 10
#define DP_IDLE_NEW 30
#define DP_IDLE_REPLIED 180

/* proto 6 = TCP */
static inline __u32
dp_flow_idle_s(__u8 proto, __u8 state, __u8 flags)
{
    if (proto != 6) {
        return flags & DP_FLOW_REPLIED ? DP_IDLE_REPLIED : DP_IDLE_NEW;
    }
    return state == TCP_ST_OPEN     ? DP_IDLE_TCP_OPEN
           : state == TCP_ST_FIN    ? DP_IDLE_TCP_FIN
           : state == TCP_ST_CLOSED ? DP_IDLE_TCP_CLOSED
                                    : DP_IDLE_TCP_SYN;
}

/* Has it idled too long at time 'tick'?  'last' may be of a processor that is ahead. */
static inline int
dp_flow_idle(const struct dp_flow *flow, __u8 proto, __u32 tick)
{
    __s32 idle = (__s32)(tick - flow->last);

    return idle > (__s32)dp_flow_idle_s(proto, flow->state, flow->flags);
}

#endif
