/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The entries: 'port_in' at every port, 'tun_in' at the VXLAN device, 'punt_in'
 * (punt.h) at the responder's.  The first two parse, look the flow up and go on;
 * what is rare is a tail call away. */
#include "chain.h"
#include "punt.h"

/* Larger than the network carries?  A tenant may set its own MTU as it likes. */
INLINE int
too_large(struct __sk_buff *skb, __u32 mtu)
{
    return skb->gso_size ? skb->gso_size + 40 > mtu : skb->len > mtu + ETH_HLEN;
}

SEC("tc")
int
dp_port_in(struct __sk_buff *skb)
{
    __u32 ifindex = skb->ifindex;
    struct dp_port *port = bpf_map_lookup_elem(&ports, &ifindex);
    struct pkt *k = pkt_get();
    int bad;

    if (!port || !k) {
        return drop_count(DROP_no_port);
    }
    k->in_port = port->id;
    k->in_slot = port->slot;
    k->in_inst = port->inst;
    k->in_gen = port->gen;
    k->in_flags = port->flags;
    k->in_ifindex = ifindex;
    k->lent = port->lent;
    bad = pkt_start(skb, k, port->inst ? port->serves : port->net, FROM_PORT);
    key_lend(k, port->lent);
    if (bad) {
        return drop(k, (__u32)bad);
    }
    if (!(port->flags & DP_PORT_UP)) {
        return drop(k, DROP_port_down);
    }
    if (port->flags & DP_PORT_SECURITY && !mac_eq(k->mac_src, port->mac) &&
        !(port->flags & DP_PORT_PAIRS)) {
        return drop(k, DROP_spoofed_mac);
    }
    if (skb->protocol == bpf_htons(ETH_P_ARP)) {
        k->key.net = port->net;
        return call(skb, k, CALL_arp);
    }
    if (skb->protocol == bpf_htons(DP_PROBE_ETHERTYPE)) {
        return call(skb, k, CALL_probe);
    }
    if (skb->protocol == bpf_htons(ETH_P_NSH) && port->flags & DP_PORT_NSH) {
        return call(skb, k, CALL_nsh_in);
    }
    if (too_large(skb, port->mtu)) {
        return drop(k, DROP_mtu);
    }
    bad = pkt_parse(skb, k);
    if (bad) {
        return drop(k, (__u32)bad);
    }
    if (is_nd(k)) {
        k->key.net = port->net;
        return call(skb, k, CALL_nd);
    }
    if (k->mac_dst[0] & 1 || is_to_service(k)) {
        return call(skb, k, CALL_punt);
    }
    count_in(skb, port->slot);
    TRACE(k, DP_EVENT_enters, port->id, 0);
    return call(skb, k, CALL_step);
}

SEC("tc")
int
dp_tun_in(struct __sk_buff *skb)
{
    struct bpf_tunnel_key key = {0};
    struct dp_peer_key peer = {0};
    struct pkt *k = pkt_get();
    struct dp_vni *vni;
    __u32 id;
    int bad;

    if (!k || bpf_skb_get_tunnel_key(skb, &key, sizeof key, 0)) {
        return drop_count(DROP_tunnel_unknown);
    }
    id = key.tunnel_id;
    k->vtep = key.remote_ipv4;
    k->from = FROM_TUNNEL;
    if (id == DP_VNI_ECHO) {
        return call(skb, k, CALL_echoed);
    }
    vni = bpf_map_lookup_elem(&vnis, &id);
    if (!vni) {
        return drop_count(DROP_tunnel_unknown);
    }
    peer.net = vni->net;
    peer.vtep = key.remote_ipv4;
    if (!bpf_map_lookup_elem(&peers, &peer)) {
        return drop_count(DROP_tunnel_peer);
    }
    k->in_port = k->in_inst = k->in_gen = k->in_flags = k->in_ifindex = 0;
    k->vni = *vni;
    k->class_block = 0;
    bad = pkt_start(skb, k, vni->net, vni->chain ? FROM_LABEL : FROM_TUNNEL);
    k->lent = vni->flags & DP_VNI_LENT ? vni->chain : 0;
    key_lend(k, k->lent);
    if (vni->flags & DP_VNI_BACK) {
        k->from = FROM_FUNCTION;
        k->in_inst = vni->inst;
    }
    if (!bad && vni->chain && skb->protocol == bpf_htons(DP_PROBE_ETHERTYPE)) {
        return call(skb, k, CALL_echo);
    }
    if (!bad) {
        bad = pkt_parse(skb, k);
    }
    if (bad) {
        return drop(k, (__u32)bad);
    }
    if (is_nd(k)) {
        return drop(k, DROP_spoofed_nd);
    }
    if (k->mac_dst[0] & 1) {
        return drop(k, DROP_multicast);
    }
    TRACE(k, DP_EVENT_enters, 0, id);
    return call(skb, k, CALL_step);
}

char dp_license[] SEC("license") = "Dual BSD/GPL";
