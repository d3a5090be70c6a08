/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ARP (RFC 826) and neighbour discovery (RFC 4861) answered from tables: no
 * request is ever flooded, and no claim of a tenant is believed. */
#ifndef CARRICK_BPF_NEIGHBOUR_H
#define CARRICK_BPF_NEIGHBOUR_H

#include "packet.h"

#define ARP_ETHER 1
#define ARP_REQUEST 1
#define ARP_REPLY 2

struct arp_packet {
    __be16 hrd, pro;
    __u8 hln, pln;
    __be16 op;
    __u8 sha[6];
    __u8 spa[4];
    __u8 tha[6];
    __u8 tpa[4];
} __attribute__((packed, aligned(4)));

/* May 'port' send from (mac, ip)? */
INLINE int
source_allowed(__u32 port, const __u8 *mac, const struct dp_ip *ip)
{
    struct dp_source_key key = {.prefix_len = DP_SOURCE_FIXED_BITS + 128, .port = port, .ip = *ip};

    mac_copy(key.mac, mac);
    return bpf_map_lookup_elem(&sources, &key) != 0;
}

INLINE int
send_back(struct __sk_buff *skb)
{
    return (int)bpf_redirect(skb->ifindex, 0);
}

SEC("tc")
int
dp_arp(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();
    struct dp_addr_key key = {0};
    struct arp_packet arp;
    struct dp_addr *addr;
    struct dp_ip sender;
    __u8 eth[12];
    __be32 ip;

    if (!k) {
        return TC_ACT_SHOT;
    }
    if (bpf_skb_load_bytes(skb, ETH_HLEN, &arp, sizeof arp) || arp.hrd != bpf_htons(ARP_ETHER) ||
        arp.pro != bpf_htons(ETH_P_IP) || arp.hln != 6 || arp.pln != 4) {
        return drop(k, DROP_truncated);
    }
    __builtin_memcpy(&ip, arp.spa, 4);
    ip_from_v4(&sender, ip);
    if (k->in_flags & DP_PORT_SECURITY &&
        (!mac_eq(arp.sha, k->mac_src) ||
         (ip && !source_allowed(k->in_port, arp.sha, &sender)))) {
        return drop(k, DROP_spoofed_arp);
    }
    if (arp.op != bpf_htons(ARP_REQUEST)) {
        return drop(k, DROP_arp_unsolicited);
    }
    __builtin_memcpy(&ip, arp.tpa, 4);
    ip_from_v4(&key.ip, ip);
    key.net = k->key.net;
    addr = bpf_map_lookup_elem(&addrs, &key);
    if (!addr || mac_eq(addr->mac, k->mac_src)) {
        return drop(k, DROP_arp_unknown);
    }
    mac_copy(eth, k->mac_src);
    mac_copy(eth + 6, addr->mac);
    arp.op = bpf_htons(ARP_REPLY);
    mac_copy(arp.tha, arp.sha);
    mac_copy(arp.sha, addr->mac);
    __builtin_memcpy(&ip, arp.spa, 4);
    __builtin_memcpy(arp.spa, arp.tpa, 4);
    __builtin_memcpy(arp.tpa, &ip, 4);
    if (bpf_skb_store_bytes(skb, 0, eth, 12, 0) ||
        bpf_skb_store_bytes(skb, ETH_HLEN, &arp, sizeof arp, 0)) {
        return drop(k, DROP_truncated);
    }
    return send_back(skb);
}

#define ND_SOLICIT 135
#define ND_ADVERT 136

/* A neighbour solicitation or advertisement with one option. */
struct nd_packet {
    __u16 pad; /* Puts the addresses behind the frame's 14 bytes in line. */
    __u8 dst_mac[6], src_mac[6];
    __be16 ethertype;
    __be32 flow;
    __be16 payload;
    __u8 next, limit;
    struct dp_ip src, dst;
    __u8 type, code;
    __be16 sum;
    __be32 flags;
    struct dp_ip target;
    __u8 opt_type, opt_len, opt_mac[6];
} __attribute__((packed, aligned(8)));
#define ND_SIZE (sizeof(struct nd_packet) - 2)
#define ND_BARE (ND_SIZE - 8)

/* Checksum over the pseudo header and the 32 bytes of the message. */
INLINE __be16
nd_checksum(struct nd_packet *nd)
{
    __be32 tail[2] = {bpf_htonl(32), bpf_htonl(IPPROTO_ICMPV6)};
    __be32 block[16];
    __s64 sum;

    __builtin_memcpy(block, &nd->src, 32);
    __builtin_memcpy(block + 8, &nd->type, 32);
    sum = bpf_csum_diff(0, 0, block, sizeof block, 0);
    sum = bpf_csum_diff(0, 0, tail, sizeof tail, (__wsum)sum);
    sum = (sum & 0xffff) + ((__u64)sum >> 16 & 0xffff);
    sum = (sum & 0xffff) + (sum >> 16);
    return (__be16)~sum;
}

/* Turns the solicitation into the advertisement of 'mac'. */
INLINE void
nd_answer(struct nd_packet *nd, const __u8 *mac, int is_probe)
{
    mac_copy(nd->dst_mac, nd->src_mac);
    mac_copy(nd->src_mac, mac);
    nd->ethertype = bpf_htons(ETH_P_IPV6);
    nd->flow = bpf_htonl(6u << 28);
    nd->payload = bpf_htons(32);
    nd->next = IPPROTO_ICMPV6;
    nd->limit = 255;
    if (is_probe) {
        __builtin_memset(&nd->dst, 0, 16);
        nd->dst.b[0] = 0xff;
        nd->dst.b[1] = 2;
        nd->dst.b[15] = 1;
    } else {
        nd->dst = nd->src;
    }
    nd->src = nd->target;
    nd->type = ND_ADVERT;
    nd->code = 0;
    nd->sum = 0;
    nd->flags = bpf_htonl(is_probe ? 0x20000000 : 0x60000000); /* override (+ solicited) */
    nd->opt_type = 2;
    nd->opt_len = 1;
    mac_copy(nd->opt_mac, mac);
    nd->sum = nd_checksum(nd);
}

SEC("tc")
int
dp_nd(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();
    struct dp_addr_key key = {0};
    struct nd_packet nd = {0};
    struct dp_addr *addr;
    int is_probe;

    if (!k) {
        return TC_ACT_SHOT;
    }
    if (bpf_skb_load_bytes(skb, 0, nd.dst_mac, ND_BARE)) {
        return drop(k, DROP_truncated);
    }
    is_probe = !(ip_word(&nd.src, 0) | ip_word(&nd.src, 1));
    if (nd.limit != 255 || nd.next != IPPROTO_ICMPV6 || (nd.type != ND_SOLICIT && nd.type != ND_ADVERT) ||
        (k->in_flags & DP_PORT_SECURITY && !is_probe &&
         !source_allowed(k->in_port, k->mac_src, &nd.src))) {
        return drop(k, DROP_spoofed_nd);
    }
    if (nd.type == ND_ADVERT) {
        return drop(k, DROP_nd_unsolicited);
    }
    key.net = k->key.net;
    key.ip = nd.target;
    addr = bpf_map_lookup_elem(&addrs, &key);
    if (!addr || mac_eq(addr->mac, k->mac_src)) {
        return drop(k, DROP_nd_unknown);
    }
    nd_answer(&nd, addr->mac, is_probe);
    if (bpf_skb_change_tail(skb, ND_SIZE, 0) ||
        bpf_skb_store_bytes(skb, 0, nd.dst_mac, ND_SIZE, 0)) {
        return drop(k, DROP_truncated);
    }
    return send_back(skb);
}

#endif
