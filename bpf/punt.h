/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Questions to the site's own services: DHCP, router solicitations, DNS, metadata.
 * They go to the responder's device and its answers come back, each marked with
 * the handle of the port it is of: whatever addresses two tenants use, the
 * responder cannot take one for the other, and its answers reach nobody else. */
#ifndef CARRICK_BPF_PUNT_H
#define CARRICK_BPF_PUNT_H

#include "flow.h"

#define PORT_DHCP4_SERVER 67
#define PORT_DHCP4_CLIENT 68
#define PORT_DHCP6_SERVER 547
#define PORT_DHCP6_CLIENT 546
#define PORT_DNS 53
#define PORT_HTTP 80
#define ND_ROUTER_SOLICIT 133
#define ND_ROUTER_ADVERT 134
#define IP_SRC_OFF 12
#define IP_DST_OFF 16
#define IP_SUM_OFF 10
#define TCP_SUM_OFF 16
#define L4_OFF (ETH_HLEN + (__u32)sizeof(struct iphdr))

static const __u8 punt_host_mac[6] = DP_PUNT_HOST, punt_bare_mac[6] = DP_PUNT_BARE,
                  service_mac[6] = DP_SERVICE_MAC;

INLINE __be32
v4_of(const struct dp_ip *ip)
{
    return ((const __be32 *)ip->b)[3];
}

INLINE int
is_to_service(const struct pkt *k)
{
    return !k->v6 && v4_of(&k->dst) == bpf_htonl(DP_SERVICE_IP);
}

/* Which service an IPv4 packet asks; 0 = none that is there. */
INLINE __u32
punt_kind_v4(struct __sk_buff *skb, const struct pkt *k)
{
    struct iphdr ip;

    if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof ip) || ip.ihl != 5 ||
        ip.frag_off & bpf_htons(0x3fff)) {
        return 0;
    }
    if (ip.protocol == IPPROTO_UDP && k->dport == bpf_htons(PORT_DHCP4_SERVER)) {
        return DP_GUEST_DHCP4;
    }
    if (!is_to_service(k) || k->mac_dst[0] & 1) {
        return 0;
    }
    if (ip.protocol == IPPROTO_UDP && k->dport == bpf_htons(PORT_DNS)) {
        return DP_GUEST_DNS;
    }
    return ip.protocol == IPPROTO_TCP && k->dport == bpf_htons(PORT_HTTP) ? DP_GUEST_METADATA : 0;
}

INLINE __u32
punt_kind_v6(struct __sk_buff *skb, const struct pkt *k)
{
    struct ipv6hdr ip;

    if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof ip)) {
        return 0;
    }
    if (ip.nexthdr == IPPROTO_ICMPV6 && k->icmp_type == ND_ROUTER_SOLICIT && ip.hop_limit == 255) {
        return DP_GUEST_ROUTER;
    }
    return ip.nexthdr == IPPROTO_UDP && k->dport == bpf_htons(PORT_DHCP6_SERVER) ? DP_GUEST_DHCP6
                                                                                 : 0;
}

/* A reason where the sender is not what the port may be; who has no address yet
 * asks with none. */
INLINE __u32
punt_source(const struct pkt *k, const struct dp_guest *guest, __u32 what)
{
    __u32 bad = what == DP_GUEST_ROUTER ? DROP_spoofed_nd : DROP_spoofed_ip;
    int none = k->v6 ? !(ip_word(&k->src, 0) | ip_word(&k->src, 1)) : !v4_of(&k->src);

    if (!(k->in_flags & DP_PORT_SECURITY)) {
        return 0;
    }
    if (none && (what == DP_GUEST_DHCP4 || what == DP_GUEST_ROUTER)) {
        return mac_eq(k->mac_src, guest->mac) ? 0 : bad;
    }
    return source_allowed(k->in_port, k->mac_src, &k->src) ? 0 : bad;
}

/* A token bucket as the time at which it is full again. */
INLINE int
rate_take(__u32 slot, __u32 direction)
{
    __u32 at = slot * 2 + direction;
    __u64 now = bpf_ktime_get_coarse_ns(), *full = bpf_map_lookup_elem(&rates, &at), from;

    if (!full) {
        return 0;
    }
    from = *full > now ? *full : now;
    if (from - now > DP_RATE_BURST * DP_RATE_NS) {
        return 0;
    }
    *full = from + DP_RATE_NS;
    return 1;
}

/* Puts 'to' in the place of one of the IPv4 addresses of a TCP packet. */
INLINE int
address_replace(struct __sk_buff *skb, __u32 off, __be32 from, __be32 to)
{
    return bpf_l4_csum_replace(skb, L4_OFF + TCP_SUM_OFF, from, to, BPF_F_PSEUDO_HDR | 4) ||
           bpf_l3_csum_replace(skb, ETH_HLEN + IP_SUM_OFF, from, to, 4) ||
           bpf_skb_store_bytes(skb, ETH_HLEN + off, &to, 4, 0);
}

/* TCP: the port's address becomes one that is this port's alone. */
INLINE int
punt_tcp(struct __sk_buff *skb, const struct pkt *k, const struct dp_guest *guest, __u32 handle)
{
    __be32 src = v4_of(&k->src);
    __u32 which = DP_GUEST_IPS;
    __u8 eth[12];

    for (__u32 i = 0; i < DP_GUEST_IPS; i++) {
        if (src && guest->ip[i] == src) {
            which = i;
            break;
        }
    }
    if (which == DP_GUEST_IPS) {
        return DROP_spoofed_ip;
    }
    mac_copy(eth, punt_host_mac);
    mac_copy(eth + 6, punt_bare_mac);
    return address_replace(skb, IP_SRC_OFF, src, bpf_htonl(DP_GUEST_NET | handle << 4 | which)) ||
                   bpf_skb_store_bytes(skb, 0, eth, 12, 0)
               ? DROP_truncated
               : 0;
}

/* Anything else goes as it is, with the handle for its sender's address. */
INLINE int
punt_bare(struct __sk_buff *skb, __u32 handle)
{
    __u8 eth[12];

    mac_copy(eth, punt_bare_mac);
    eth[6] = DP_PUNT_TAG_0;
    eth[7] = DP_PUNT_TAG_1;
    eth[8] = 0;
    eth[9] = (__u8)(handle >> 16);
    eth[10] = (__u8)(handle >> 8);
    eth[11] = (__u8)handle;
    return bpf_skb_store_bytes(skb, 0, eth, 12, 0) ? DROP_truncated : 0;
}

/* From a port: multicast, or to the services' address. */
SEC("tc")
int
dp_punt(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();
    __u32 what, handle, bad, zero = 0;
    struct dp_config *c = bpf_map_lookup_elem(&config, &zero);
    struct dp_guest *guest;

    if (!k || !c) {
        return TC_ACT_SHOT;
    }
    what = k->is_error ? 0 : k->v6 ? punt_kind_v6(skb, k) : punt_kind_v4(skb, k);
    if (!what) {
        return drop(k, is_to_service(k) ? DROP_responder_service : DROP_multicast);
    }
    handle = DP_HANDLE(k->in_slot, k->in_port);
    guest = bpf_map_lookup_elem(&guests, &handle);
    if (!guest || !(guest->flags & what)) {
        return drop(k, DROP_responder_service);
    }
    bad = punt_source(k, guest, what);
    if (bad) {
        return drop(k, bad);
    }
    if (!c->punt_ifindex) {
        return drop(k, DROP_responder_absent);
    }
    if (!rate_take(guest->slot, DP_QUESTION)) {
        return drop(k, DROP_responder_rate);
    }
    bad = (__u32)(what == DP_GUEST_METADATA ? punt_tcp(skb, k, guest, handle)
                                            : punt_bare(skb, handle));
    if (bad) {
        return drop(k, bad);
    }
    count_in(skb, guest->slot);
    return (int)bpf_redirect(c->punt_ifindex, 0);
}

/* The ports are those of an answer by UDP over IPv4: DHCP's, or DNS from the services' address. */
INLINE int
is_answer_v4(const struct iphdr *ip, const __be16 ports[2])
{
    if (ports[0] == bpf_htons(PORT_DNS)) {
        return ip->saddr == bpf_htonl(DP_SERVICE_IP);
    }
    return ports[0] == bpf_htons(PORT_DHCP4_SERVER) && ports[1] == bpf_htons(PORT_DHCP4_CLIENT);
}

/* Is a bare frame of the responder an answer that it may give? */
INLINE int
is_answer(struct __sk_buff *skb, __be16 ethertype)
{
    struct ipv6hdr ip6;
    struct iphdr ip4;
    __be16 ports[2];

    if (ethertype == bpf_htons(ETH_P_IP)) {
        return !bpf_skb_load_bytes(skb, ETH_HLEN, &ip4, sizeof ip4) && ip4.ihl == 5 &&
               ip4.protocol == IPPROTO_UDP && !bpf_skb_load_bytes(skb, L4_OFF, ports, 4) &&
               is_answer_v4(&ip4, ports);
    }
    if (ethertype != bpf_htons(ETH_P_IPV6) ||
        bpf_skb_load_bytes(skb, ETH_HLEN, &ip6, sizeof ip6) ||
        bpf_skb_load_bytes(skb, ETH_HLEN + sizeof ip6, ports, 4)) {
        return 0;
    }
    return (ip6.nexthdr == IPPROTO_ICMPV6 && ports[0] == bpf_htons(ND_ROUTER_ADVERT << 8)) ||
           (ip6.nexthdr == IPPROTO_UDP && ports[0] == bpf_htons(PORT_DHCP6_SERVER) &&
            ports[1] == bpf_htons(PORT_DHCP6_CLIENT));
}

/* To the port's link-layer address, or to all of its link. */
INLINE int
answer_macs(struct __sk_buff *skb, const struct dp_guest *guest, int to_all, __be16 ethertype)
{
    __u8 eth[12];

    mac_copy(eth, guest->mac);
    if (to_all && ethertype == bpf_htons(ETH_P_IP)) {
        __builtin_memset(eth, 0xff, 6);
    } else if (to_all) {
        __builtin_memset(eth, 0, 6);
        eth[0] = eth[1] = 0x33;
        eth[5] = 1;
    }
    mac_copy(eth + 6, service_mac);
    return bpf_skb_store_bytes(skb, 0, eth, 12, 0) ? DROP_truncated : 0;
}

/* The TCP packet is of the metadata service, to the address that stands for a port. */
INLINE int
is_metadata(const struct iphdr *ip)
{
    return ip->ihl == 5 && ip->protocol == IPPROTO_TCP && !(ip->frag_off & bpf_htons(0x3fff)) &&
           ip->saddr == bpf_htonl(DP_SERVICE_IP) &&
           (bpf_ntohl(ip->daddr) & DP_GUEST_NET) == DP_GUEST_NET;
}

INLINE int
answer_send(struct __sk_buff *skb, const struct dp_guest *guest)
{
    if (!rate_take(guest->slot, DP_ANSWER)) {
        return drop_count(DROP_responder_rate);
    }
    return send_port(skb, guest->ifindex, guest->slot, 1);
}

INLINE int
answer_tcp(struct __sk_buff *skb)
{
    struct dp_guest *guest;
    struct iphdr ip;
    __u32 handle, which;
    __be16 port;
    __be32 to = 0;

    if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof ip) || !is_metadata(&ip) ||
        bpf_skb_load_bytes(skb, L4_OFF, &port, 2) || port != bpf_htons(PORT_HTTP)) {
        return drop_count(DROP_responder_answer);
    }
    handle = bpf_ntohl(ip.daddr) >> 4 & 0xffffff;
    which = bpf_ntohl(ip.daddr) & 15;
    guest = bpf_map_lookup_elem(&guests, &handle);
    BOUND(which, 15);
    if (guest) {
        to = guest->ip[which];
    }
    if (!guest || !to) {
        return drop_count(DROP_responder_port);
    }
    if (address_replace(skb, IP_DST_OFF, ip.daddr, to) ||
        answer_macs(skb, guest, 0, bpf_htons(ETH_P_IP))) {
        return drop_count(DROP_truncated);
    }
    return answer_send(skb, guest);
}

/* From the responder's device: only answers, only to the port they name. */
SEC("tc")
int
dp_punt_in(struct __sk_buff *skb)
{
    struct dp_guest *guest;
    __be16 ethertype;
    __u8 eth[14];
    __u32 handle;

    if (bpf_skb_load_bytes(skb, 0, eth, sizeof eth)) {
        return drop_count(DROP_truncated);
    }
    ethertype = *(__be16 *)(eth + 12);
    if (eth[0] != DP_PUNT_TAG_0 || eth[1] != DP_PUNT_TAG_1) {
        return ethertype == bpf_htons(ETH_P_IP) ? answer_tcp(skb)
                                                : drop_count(DROP_responder_answer);
    }
    if (!is_answer(skb, ethertype)) {
        return drop_count(DROP_responder_answer);
    }
    handle = (__u32)eth[3] << 16 | (__u32)eth[4] << 8 | eth[5];
    guest = bpf_map_lookup_elem(&guests, &handle);
    if (!guest) {
        return drop_count(DROP_responder_port);
    }
    if (answer_macs(skb, guest, eth[2] & 1, ethertype)) {
        return drop_count(DROP_truncated);
    }
    return answer_send(skb, guest);
}

#endif
