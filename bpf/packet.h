/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One packet's notes while programs hand it to each other, and how a packet
 * becomes a flow key.  The notes live in a per-processor slot: a packet stays
 * on its processor, undisturbed, from tc ingress to its verdict. */
#ifndef CARRICK_BPF_PACKET_H
#define CARRICK_BPF_PACKET_H

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>

#include "maps.h"

#define INLINE static __attribute__((always_inline)) inline

/* A function that the verifier looks through once a program, by itself, and not again from each place
 * that calls it with all that may be known there.  It may be given any pointer but the packet (which
 * takes the kernel's BTF), asks each for null, and returns a number of which nothing is known.  A map's key
 * or value that is behind such a pointer is copied first: Linux 6.1 wants it so. */
#ifndef ONCE
#define ONCE __attribute__((noinline))
#endif

/* Bounds an index where the verifier sees it; the compiler would optimise a plain 'and' away. */
#ifndef BOUND
#define BOUND(x, mask) asm volatile("%0 &= %1" : "+r"(x) : "i"(mask))
#endif

/* The verifier forgets what it knows of a number, by another of which it knows nothing: what differs in
 * that alone, for having come by different ways, is looked at once from here on. */
#ifndef FORGET
#define FORGET(x, any) asm volatile("%0 ^= %1\n%0 ^= %1" : "+&r"(x) : "r"(any))
#endif

enum { FROM_PORT, FROM_FUNCTION, FROM_TUNNEL, FROM_LABEL };

/* One end of a flow in the making. */
struct dp_end {
    __u32 port;
    __u32 gen; /* See dp_flow. */
    __u8 mac[6];
    __u16 zero;
};

struct pkt {
    struct dp_flow_key key;
    struct dp_ip src, dst;     /* As on the packet. */
    __u8 mac_dst[6], mac_src[6];
    __u16 sport, dport;        /* Network order; of the flow, also for fragments. */
    __u8 from_lo;              /* It travels from 'lo' to 'hi'. */
    __u8 v6;
    __u8 tcp_flags;
    __u8 is_tcp;
    __u8 is_error;             /* An ICMP error about the flow of 'key'. */
    __u8 icmp_type, icmp_code;
    __u8 from;                 /* FROM_* */
    __u8 parsed;               /* 'key', 'src', 'dst' and so on are this packet's. */
    __u32 in_port, in_slot, in_inst, in_gen, in_flags, in_ifindex;
    __u32 lent;                /* Chain by which it may have been lent; FROM_PORT, FROM_LABEL. */
    __u32 vtep;                /* FROM_TUNNEL, FROM_LABEL */
    struct dp_vni vni;         /* FROM_LABEL */
    /* A flow in the making. */
    struct dp_end end[2];
    __u32 chain;
    __u8 init_lo;
    __u8 recheck;              /* The entry is there and is judged again. */
    __u8 classified;
    __u8 rounds;
    __u8 swapped;              /* Classified as its other direction. */
    __u8 spoken, first;        /* A function's own flow, and the function's hop. */
    __u32 repick;              /* Hop that needs an instance. */
    __u8 repick_dir;
    __u8 trusted;              /* Bit per hop: its instance is used although it is silent. */
    __u8 passed;               /* Bit per hop: none is up, and it lets packets past. */
    __u8 hash_only;            /* No room for an entry: 'flow' below is it. */
    __u8 judged;               /* By the rules of the port it is for, just now. */
    /* Iteration over rules and classifiers. */
    __u8 rule_dir, rule_group, rule_next;
    __u8 class_depth;
    __u32 rule_ifindex, rule_block;
    __u32 class_block;         /* 0 = from the beginning */
    __u32 class_scope;
    struct dp_class class;     /* The best so far in the scope; chain 0 = none. */
    struct dp_flow flow;
    /* NSH: what it came with is kept for the next hop that speaks it. */
    __u8 nsh;                  /* It came with it. */
    __u8 nsh_place;            /* Where in its path it goes next. */
    __u8 nsh_dir;
    __u8 nsh_hop;              /* Whose instance 'nsh_inst' is to get it. */
    __u32 nsh_chain, nsh_inst, nsh_len;
    __u8 nsh_frame[ETH_HLEN + DP_NSH_MAX]; /* Link-layer header, then 'nsh_len' bytes. */
};
MAP(scratch, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, struct pkt, 1, 0);

#include "trace.h"

INLINE struct pkt *
pkt_get(void)
{
    __u32 zero = 0;

    return bpf_map_lookup_elem(&scratch, &zero);
}

INLINE int
drop_count(__u32 reason)
{
    __u64 *n = bpf_map_lookup_elem(&drops, &reason);

    if (n) {
        (*n)++;
    }
    return TC_ACT_SHOT;
}

/* Drops it, counted by reason and at the port it came from. */
ONCE int
drop(const struct pkt *k, __u32 reason)
{
    struct dp_port_stats *stats;
    __u32 slot;

    if (!k) {
        return TC_ACT_SHOT;
    }
    slot = k->in_slot;
    if ((k->from == FROM_PORT || k->from == FROM_FUNCTION) && k->in_ifindex) {
        stats = bpf_map_lookup_elem(&port_stats, &slot);
        if (stats) {
            stats->drops++;
        }
    }
    TRACE(k, DP_EVENT_dropped, reason, 0);
    return drop_count(reason);
}

/* Goes on in another program; comes back only where that is not there. */
INLINE int
call(struct __sk_buff *skb, const struct pkt *k, __u32 which)
{
    bpf_tail_call(skb, &calls, which);
    return drop(k, DROP_internal);
}

INLINE void
ip_from_v4(struct dp_ip *ip, __be32 v4)
{
    __u32 *w = (__u32 *)ip->b;

    w[0] = 0;
    w[1] = 0;
    w[2] = bpf_htonl(0xffff);
    w[3] = v4;
}

INLINE __u64
ip_word(const struct dp_ip *ip, int i)
{
    const __u32 *w = (const __u32 *)ip->b;

    return (__u64)bpf_ntohl(w[2 * i]) << 32 | bpf_ntohl(w[2 * i + 1]);
}

INLINE int
mac_eq(const __u8 *a, const __u8 *b)
{
    const __u16 *x = (const __u16 *)a, *y = (const __u16 *)b;

    return x[0] == y[0] && x[1] == y[1] && x[2] == y[2];
}

INLINE void
mac_copy(__u8 *to, const __u8 *from)
{
    __u16 *x = (__u16 *)to;
    const __u16 *y = (const __u16 *)from;

    x[0] = y[0];
    x[1] = y[1];
    x[2] = y[2];
}

/* Sorts the two ends into the key.  For an error the travel is against the
 * quoted packet. */
INLINE void
key_make(struct pkt *k, const struct dp_ip *src, const struct dp_ip *dst)
{
    __u64 a = ip_word(src, 0), b = ip_word(dst, 0);
    int src_is_lo;

    if (a == b) {
        a = ip_word(src, 1);
        b = ip_word(dst, 1);
    }
    src_is_lo = a != b ? a < b : bpf_ntohs(k->sport) <= bpf_ntohs(k->dport);
    k->key.lo = src_is_lo ? *src : *dst;
    k->key.hi = src_is_lo ? *dst : *src;
    k->key.lo_port = src_is_lo ? k->sport : k->dport;
    k->key.hi_port = src_is_lo ? k->dport : k->sport;
    k->from_lo = k->is_error ? !src_is_lo : src_is_lo;
}

/* Ports of a transport header at 'off'; 'quoted' = only 8 bytes are there. */
INLINE int
parse_l4(struct __sk_buff *skb, struct pkt *k, __u32 off, int quoted)
{
    __u8 h[14];

    if (k->key.proto == IPPROTO_TCP && !quoted) {
        if (bpf_skb_load_bytes(skb, off, h, 14)) {
            return DROP_truncated;
        }
        k->is_tcp = 1;
        k->tcp_flags = h[13];
    } else if (k->key.proto == IPPROTO_TCP || k->key.proto == IPPROTO_UDP ||
               k->key.proto == IPPROTO_SCTP) {
        if (bpf_skb_load_bytes(skb, off, h, 4)) {
            return DROP_truncated;
        }
    } else {
        k->sport = 0;
        k->dport = 0;
        return 0;
    }
    k->sport = *(__u16 *)h;
    k->dport = *(__u16 *)(h + 2);
    return 0;
}

INLINE int
icmp_is_echo(const struct pkt *k, __u8 type)
{
    return k->v6 ? type == 128 || type == 129 : type == 8 || type == 0;
}

INLINE int
icmp_is_error(const struct pkt *k, __u8 type)
{
    return k->v6 ? type >= 1 && type <= 4
                 : type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/* ICMP: echo has its identifier as both ports. */
INLINE int
parse_icmp(struct __sk_buff *skb, struct pkt *k, __u32 off)
{
    __u8 h[8];

    if (bpf_skb_load_bytes(skb, off, h, 8)) {
        return DROP_truncated;
    }
    k->icmp_type = h[0];
    k->icmp_code = h[1];
    k->sport = k->dport = icmp_is_echo(k, h[0]) ? *(__u16 *)(h + 4) : 0;
    return 0;
}

/* The packet that an ICMP error quotes becomes the key. */
INLINE int
parse_quoted(struct __sk_buff *skb, struct pkt *k, __u32 off)
{
    struct dp_ip src, dst;
    struct iphdr ip4;
    struct ipv6hdr ip6;

    k->is_error = 1;
    if (k->v6) {
        if (bpf_skb_load_bytes(skb, off, &ip6, sizeof ip6) || ip6.version != 6) {
            return DROP_truncated;
        }
        __builtin_memcpy(&src, &ip6.saddr, 16);
        __builtin_memcpy(&dst, &ip6.daddr, 16);
        k->key.proto = ip6.nexthdr;
        off += sizeof ip6;
    } else {
        if (bpf_skb_load_bytes(skb, off, &ip4, sizeof ip4) || ip4.version != 4 || ip4.ihl < 5 ||
            ip4.frag_off & bpf_htons(0x1fff)) {
            return DROP_truncated;
        }
        ip_from_v4(&src, ip4.saddr);
        ip_from_v4(&dst, ip4.daddr);
        k->key.proto = ip4.protocol;
        off += (__u32)ip4.ihl * 4;
    }
    if (k->key.proto == (k->v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP)) {
        __u8 type = k->icmp_type, code = k->icmp_code;
        int bad = parse_icmp(skb, k, off);

        k->icmp_type = type;
        k->icmp_code = code;
        if (bad) {
            return bad;
        }
    } else {
        int bad = parse_l4(skb, k, off, 1);

        if (bad) {
            return bad;
        }
    }
    key_make(k, &src, &dst);
    return 0;
}

#define FRAG_VALID_NS 30000000000ULL

/* A fragment: the first leaves its ports for the later ones. */
INLINE int
parse_fragment(struct pkt *k, __u32 id, int later)
{
    struct dp_frag_key key = {.src = k->src, .dst = k->dst, .net = k->key.net, .id = id,
                              .proto = k->key.proto};
    struct dp_frag mine = {.seen_ns = bpf_ktime_get_coarse_ns(), .sport = k->sport,
                           .dport = k->dport};
    struct dp_frag *first;

    if (!later) {
        bpf_map_update_elem(&frags, &key, &mine, BPF_ANY);
        return 0;
    }
    first = bpf_map_lookup_elem(&frags, &key);
    if (!first || mine.seen_ns - first->seen_ns > FRAG_VALID_NS) {
        return DROP_fragment_unknown;
    }
    k->sport = first->sport;
    k->dport = first->dport;
    return 0;
}

/* Everything behind the IP header. */
INLINE int
parse_transport(struct __sk_buff *skb, struct pkt *k, __u32 off, __u32 frag_id, int is_frag,
                int is_later)
{
    int bad;

    if (!is_later) {
        if (k->key.proto == (k->v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP)) {
            bad = parse_icmp(skb, k, off);
            if (!bad && icmp_is_error(k, k->icmp_type)) {
                return parse_quoted(skb, k, off + 8);
            }
        } else {
            bad = parse_l4(skb, k, off, 0);
        }
        if (bad) {
            return bad;
        }
    }
    if (is_frag) {
        bad = parse_fragment(k, frag_id, is_later);
        if (bad) {
            return bad;
        }
    }
    key_make(k, &k->src, &k->dst);
    return 0;
}

INLINE int
parse_v4(struct __sk_buff *skb, struct pkt *k)
{
    struct iphdr ip;
    __u16 frag;

    if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof ip) || ip.version != 4 || ip.ihl < 5 ||
        bpf_ntohs(ip.tot_len) < (__u32)ip.ihl * 4) {
        return DROP_truncated;
    }
    ip_from_v4(&k->src, ip.saddr);
    ip_from_v4(&k->dst, ip.daddr);
    k->key.proto = ip.protocol;
    frag = bpf_ntohs(ip.frag_off) & 0x3fff;
    return parse_transport(skb, k, ETH_HLEN + (__u32)ip.ihl * 4, ip.id, frag != 0,
                           (frag & 0x1fff) != 0);
}

#define V6_HEADERS_MAX 5

INLINE int
parse_v6(struct __sk_buff *skb, struct pkt *k)
{
    struct ipv6hdr ip;
    __u32 off = ETH_HLEN + sizeof ip, id = 0;
    int is_frag = 0, is_later = 0;
    __u8 h[8];

    if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof ip) || ip.version != 6) {
        return DROP_truncated;
    }
    k->v6 = 1;
    __builtin_memcpy(&k->src, &ip.saddr, 16);
    __builtin_memcpy(&k->dst, &ip.daddr, 16);
    k->key.proto = ip.nexthdr;
    for (int i = 0; i < V6_HEADERS_MAX; i++) {
        __u8 type = k->key.proto;

        if (is_later || (type != IPPROTO_HOPOPTS && type != IPPROTO_ROUTING &&
                         type != IPPROTO_DSTOPTS && type != IPPROTO_FRAGMENT)) {
            break;
        }
        if (bpf_skb_load_bytes(skb, off, h, 8)) {
            return DROP_truncated;
        }
        k->key.proto = h[0];
        if (type == IPPROTO_FRAGMENT) {
            is_frag = h[2] || h[3] & 0xf9; /* Offset or more-fragments; else atomic. */
            is_later = h[2] || h[3] & 0xf8;
            id = *(__u32 *)(h + 4);
            off += 8;
        } else {
            off += 8 + (__u32)h[1] * 8;
        }
    }
    return parse_transport(skb, k, off, id, is_frag, is_later);
}

/* What is known of the flow for the chain of another site, to which an instance is lent; chain 0 =
 * what is known of it here. */
INLINE void
key_lend(struct pkt *k, __u32 chain)
{
    __u32 lent = chain ? DP_LENT(chain) : 0;

    k->key.lent[0] = (__u8)lent;
    k->key.lent[1] = (__u8)(lent >> 8);
    k->key.lent[2] = (__u8)(lent >> 16);
}

INLINE int
key_is_lent(const struct pkt *k)
{
    return k->key.lent[0] | k->key.lent[1] | k->key.lent[2];
}

/* Starts the notes; the link-layer header is there for certain behind it. */
INLINE int
pkt_start(struct __sk_buff *skb, struct pkt *k, __u32 net, __u8 from)
{
    __u8 eth[12];

    k->from = from;
    k->parsed = 0;
    if (bpf_skb_load_bytes(skb, 0, eth, 12)) {
        return DROP_truncated;
    }
    if (skb->vlan_present) { /* A tag, which the kernel has taken out of the bytes. */
        return DROP_ethertype;
    }
    mac_copy(k->mac_dst, eth);
    mac_copy(k->mac_src, eth + 6);
    k->key.net = net;
    key_lend(k, 0);
    k->v6 = k->is_tcp = k->is_error = k->tcp_flags = 0;
    k->icmp_type = k->icmp_code = 0;
    k->recheck = k->classified = k->rounds = k->hash_only = k->swapped = 0;
    k->passed = k->trusted = k->spoken = k->judged = k->nsh = 0;
    k->chain = 0;
    return 0;
}

/* Fills key and direction.  0 or the reason to drop it. */
INLINE int
pkt_parse(struct __sk_buff *skb, struct pkt *k)
{
    int bad = DROP_ethertype;

    if (skb->protocol == bpf_htons(ETH_P_IP)) {
        bad = parse_v4(skb, k);
    } else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
        bad = parse_v6(skb, k);
    }
    k->parsed = !bad;
    return bad;
}

/* Neighbour and router messages: answered or refused, never switched. */
INLINE int
is_nd(const struct pkt *k)
{
    return k->v6 && k->key.proto == IPPROTO_ICMPV6 && !k->is_error && k->icmp_type >= 134 &&
           k->icmp_type <= 137;
}

#endif
