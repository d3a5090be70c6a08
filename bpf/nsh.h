/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* NSH (RFC 8300) for functions and forwarders that speak it.  We are the
 * classifier and the forwarder: a packet's place in its chain is written into
 * the header before such a function, and read from what it gives back.  The
 * header is never believed further than the flow's own entry: it may only
 * choose a later place of the very chain and direction. */
#ifndef CARRICK_BPF_NSH_H
#define CARRICK_BPF_NSH_H

#include "flow.h"

#define NSH_OFF ETH_HLEN
#define NSH_FIXED 8        /* Base and service path header. */
#define NSH_TTL 63
#define NSH_OAM 0x20
#define NSH_NEXT_ETHERNET 3
#define NSH_FIRST_CONTEXT 16 /* Metadata of type 1: always so long. */

static const __u8 nsh_service_mac[6] = DP_SERVICE_MAC;

/* ---- what came with it ------------------------------------------------------------------------ */

/* Can it be gone on with?  0 or a reason; lowers the time to live, as each forwarder does before it
 * looks anything up (section 2.2: from 0 it becomes 63; with none left it goes no further). */
INLINE int
nsh_check(__u8 *h, __u32 *len)
{
    __u32 word = (__u32)h[0] << 8 | h[1], ttl = ((word >> 6) - 1) & NSH_TTL, type = h[2] & 15;

    *len = (word & 63) * 4;
    if (h[0] >> 6) {
        return DROP_nsh_version;
    }
    if (h[0] & NSH_OAM) {
        return DROP_nsh_oam;
    }
    if (type != 1 && type != 2) {
        return DROP_nsh_metadata;
    }
    if (type == 1 ? *len != NSH_FIXED + NSH_FIRST_CONTEXT : *len < NSH_FIXED) {
        return DROP_nsh_length;
    }
    if (h[3] != NSH_NEXT_ETHERNET) {
        return DROP_nsh_payload;
    }
    if (!ttl) {
        return DROP_nsh_ttl;
    }
    h[0] = (__u8)((h[0] & 0xf0) | ttl >> 2);
    h[1] = (__u8)((h[1] & 0x3f) | (ttl & 3) << 6);
    return h[7] ? 0 : DROP_nsh_index;
}

/* The header into the notes; 0 or a reason. */
INLINE int
nsh_load(struct __sk_buff *skb, struct pkt *k)
{
    __u8 *h = k->nsh_frame + ETH_HLEN, fixed[NSH_FIXED];
    __u64 n; /* In one register, for the verifier. */
    __u32 len;
    int bad;

    if (bpf_skb_load_bytes(skb, NSH_OFF, fixed, NSH_FIXED)) {
        return DROP_nsh_length;
    }
    bad = nsh_check(fixed, &len);
    if (bad) {
        return bad;
    }
    n = len;
    BOUND(n, DP_NSH_MAX);
    if (n < NSH_FIXED || bpf_skb_load_bytes(skb, NSH_OFF, h, (__u32)n)) {
        return DROP_nsh_length;
    }
    __builtin_memcpy(h, fixed, NSH_FIXED);
    k->nsh_len = len;
    return 0;
}

/* Leaves the frame that the header carries.  Taking bytes off is for IPv4 and IPv6 only, and the
 * one way to say that a packet is that is to take a VLAN tag off whose own header says so. */
INLINE int
nsh_strip(struct __sk_buff *skb, __u32 len)
{
    __u8 eth[ETH_HLEN];
    __be16 type;

    if (bpf_skb_load_bytes(skb, NSH_OFF + len, eth, ETH_HLEN)) {
        return DROP_nsh_length;
    }
    type = *(__be16 *)(eth + 12);
    if ((type != bpf_htons(ETH_P_IP) && type != bpf_htons(ETH_P_IPV6)) || skb->vlan_present) {
        return DROP_nsh_payload;
    }
    /* The first tag moves into the packet when the second is put on. */
    if (bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), 1) ||
        bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), 1) ||
        bpf_skb_store_bytes(skb, ETH_HLEN + 2, &type, 2, 0) || bpf_skb_vlan_pop(skb) ||
        bpf_skb_vlan_pop(skb) ||
        bpf_skb_adjust_room(skb, -(__s32)(ETH_HLEN + len), BPF_ADJ_ROOM_MAC,
                            BPF_F_ADJ_ROOM_FIXED_GSO) ||
        bpf_skb_store_bytes(skb, 0, eth, ETH_HLEN, 0)) {
        return DROP_nsh_failed;
    }
    return 0;
}

/* The path that the header names, where its sender may use it; 0 or a reason. */
INLINE int
nsh_path(struct pkt *k, __u32 *net)
{
    const __u8 *h = k->nsh_frame + ETH_HLEN;
    __u32 spi = (__u32)h[4] << 16 | (__u32)h[5] << 8 | h[6];
    struct dp_path *path = bpf_map_lookup_elem(&paths, &spi);
    struct dp_peer_key peer = {.vtep = k->vtep};

    if (!path || (k->in_ifindex && path->net != k->key.net)) {
        return DROP_nsh_path;
    }
    peer.net = path->net;
    if (!k->in_ifindex && !bpf_map_lookup_elem(&peers, &peer)) {
        return DROP_tunnel_peer;
    }
    *net = path->net;
    k->nsh_chain = path->chain;
    k->nsh_dir = (__u8)path->dir;
    k->nsh_place = DP_NSH_INDEX - h[7];
    return 0;
}

/* A tenant may set its own MTU as it likes. */
INLINE int
nsh_too_large(struct __sk_buff *skb, const struct pkt *k)
{
    __u32 ifindex = k->in_ifindex;
    struct dp_port *port = bpf_map_lookup_elem(&ports, &ifindex);

    return port && !skb->gso_size && skb->len > port->mtu + ETH_HLEN;
}

/* From a function's port, or by tunnel from a forwarder (in_ifindex 0). */
SEC("tc")
int
dp_nsh_in(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();
    __u32 net = 0, len;
    int bad;

    if (!k) {
        return TC_ACT_SHOT;
    }
    bad = nsh_load(skb, k);
    if (!bad) {
        bad = nsh_path(k, &net);
    }
    if (!bad) {
        len = k->nsh_len;
        BOUND(len, DP_NSH_MAX);
        bad = nsh_strip(skb, len);
    }
    if (!bad) {
        bad = pkt_start(skb, k, net, FROM_FUNCTION);
    }
    if (bad) {
        return drop(k, (__u32)bad);
    }
    k->nsh = 1;
    bad = nsh_too_large(skb, k) ? DROP_mtu : pkt_parse(skb, k);
    if (!bad && k->mac_dst[0] & 1) {
        bad = DROP_multicast;
    }
    if (bad || is_nd(k)) {
        return drop(k, bad ? (__u32)bad : DROP_spoofed_nd);
    }
    if (k->in_ifindex) {
        count_in(skb, k->in_slot);
    }
    return call(skb, k, CALL_step);
}

/* Is the flow's instance of a hop the one that sent the packet? */
INLINE int
nsh_is_sender(const struct pkt *k, const struct dp_flow *flow, const struct dp_chain *chain,
              __u32 hop)
{
    struct dp_inst *inst;
    __u32 id, seat;

    if (k->in_ifindex) {
        return flow_has(flow, chain, hop, k->in_inst);
    }
    seat = flow_seat(flow, hop);
    id = DP_INST_NUMBER(chain->group[hop], 0) + seat - 1;
    inst = seat ? bpf_map_lookup_elem(&insts, &id) : 0;
    return inst && inst->flags & DP_INST_NSH && inst->flags & DP_INST_REMOTE &&
           inst->vtep == k->vtep;
}

/* Where a packet goes that came with NSH: to any place behind one at which its sender was sent it.
 * So it only ever moves on, as all packets do. */
ONCE int
nsh_next(const struct pkt *k, const struct dp_flow *flow, const struct dp_chain *chain,
         int from_init)
{
    int dir = from_init ? DP_FORWARD : DP_REVERSE, place, n, first;
    struct dp_inst *inst;
    __u32 id;

    if (!k || !flow) {
        return -DROP_internal;
    }
    place = k->nsh_place;
    id = k->in_inst;
    inst = bpf_map_lookup_elem(&insts, &id);
    if (!chain || k->nsh_chain != flow->chain || k->nsh_dir != dir) {
        return -DROP_nsh_path;
    }
    n = (int)chain->n_hops;
    for (first = 0; first < DP_HOPS && first < n; first++) {
        __u32 hop = (__u32)(from_init ? first : n - 1 - first);

        BOUND(hop, DP_HOPS - 1);
        if (flow->sent >> hop & 1 && nsh_is_sender(k, flow, chain, hop)) {
            break;
        }
    }
    if (first == DP_HOPS || first >= n) {
        return -DROP_function_flow;
    }
    if (k->in_ifindex && (!inst || inst->port[!dir] != k->in_port)) {
        return -DROP_function_direction;
    }
    if (!from_init && is_spoken_here(k, flow, chain)) {
        return -DROP_function_direction; /* The flow ends here. */
    }
    if (place <= first || place > n) {
        return -DROP_nsh_index;
    }
    return next_hop(k, flow, chain, from_init ? place : n - 1 - place, from_init);
}

/* May the function begin a flow at the place that its packet comes from?  That is then the flow's
 * first hop. */
INLINE int
nsh_begins(struct pkt *k)
{
    __u32 id = k->nsh_chain, hop = (__u32)k->nsh_place - 1;
    struct dp_chain *chain = bpf_map_lookup_elem(&chains, &id);

    if (!chain || k->nsh_dir != DP_FORWARD || hop >= chain->n_hops || hop >= DP_HOPS) {
        return 0;
    }
    BOUND(hop, DP_HOPS - 1);
    k->chain = id;
    k->first = (__u8)hop;
    return chain->group[hop] == DP_INST_GROUP(k->in_inst);
}

/* ---- what it goes with --------------------------------------------------------------------------- */

/* One of our own: metadata of type 1, all zero. */
INLINE void
nsh_fresh(struct pkt *k)
{
    __u8 *h = k->nsh_frame + ETH_HLEN;

    k->nsh_len = NSH_FIXED + NSH_FIRST_CONTEXT;
    __builtin_memset(h, 0, NSH_FIXED + NSH_FIRST_CONTEXT);
    h[0] = NSH_TTL >> 2;
    h[1] = (NSH_TTL & 3) << 6 | (NSH_FIXED + NSH_FIRST_CONTEXT) / 4;
    h[2] = 1;
    h[3] = NSH_NEXT_ETHERNET;
}

/* The path and the place in it, and the link-layer header of the way to the function, or to the
 * other end of the bounce. */
INLINE void
nsh_address(struct pkt *k, const struct dp_chain *chain, const struct dp_inst *inst)
{
    __u8 *eth = k->nsh_frame, *h = k->nsh_frame + ETH_HLEN;
    __u32 dir = k->nsh_dir, hop = k->nsh_hop, id = k->nsh_inst, spi;

    BOUND(dir, 1);
    spi = chain->spi[dir];
    h[4] = (__u8)(spi >> 16);
    h[5] = (__u8)(spi >> 8);
    h[6] = (__u8)spi;
    h[7] = (__u8)(DP_NSH_INDEX - (dir == DP_FORWARD ? hop : chain->n_hops - 1 - hop));
    mac_copy(eth, inst->mac[dir]);
    mac_copy(eth + 6, nsh_service_mac);
    if (inst->flags & DP_INST_REMOTE) {
        eth[6] = DP_BOUNCE_TAG_0;
        eth[7] = DP_BOUNCE_TAG_1;
        eth[8] = (__u8)(id >> 24);
        eth[9] = (__u8)(id >> 16);
        eth[10] = (__u8)(id >> 8);
        eth[11] = (__u8)id;
    }
    *(__be16 *)(eth + 12) = bpf_htons(ETH_P_NSH);
}

/* Into 'nsh_inst', at the place of hop 'nsh_hop'.  The links there have no offloads, so that what
 * is larger than a frame is cut behind us and each part gets the header. */
SEC("tc")
int
dp_nsh_out(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();
    __u32 zero = 0, id, dir, len;
    struct dp_config *c = bpf_map_lookup_elem(&config, &zero);
    struct dp_chain *chain;
    struct dp_inst *inst;

    if (!k || !c) {
        return TC_ACT_SHOT;
    }
    id = k->nsh_inst;
    inst = bpf_map_lookup_elem(&insts, &id);
    id = k->nsh_chain;
    chain = bpf_map_lookup_elem(&chains, &id);
    if (!inst || !chain) {
        return drop(k, DROP_chain_gone);
    }
    if (inst->flags & DP_INST_REMOTE && !c->bounce_ifindex) {
        return drop(k, DROP_tunnel_failed);
    }
    if (!k->nsh) {
        nsh_fresh(k);
    }
    nsh_address(k, chain, inst);
    len = k->nsh_len;
    BOUND(len, DP_NSH_MAX);
    len += ETH_HLEN;
    if (bpf_skb_change_head(skb, len, 0) ||
        bpf_skb_store_bytes(skb, 0, k->nsh_frame, len, 0)) {
        return drop(k, DROP_nsh_failed);
    }
    if (inst->flags & DP_INST_REMOTE) {
        return (int)bpf_redirect(c->bounce_ifindex, 0);
    }
    dir = k->nsh_dir;
    BOUND(dir, 1);
    count_out(skb, inst->slot[dir]);
    return (int)bpf_redirect(inst->ifindex[dir], 0);
}

/* ---- the entries ------------------------------------------------------------------------------------ */

/* At the bounce's other end: from here on the kernel takes it for NSH. */
SEC("tc")
int
dp_bounce_in(struct __sk_buff *skb)
{
    struct bpf_tunnel_key key = {.tunnel_ttl = 64};
    __u32 zero = 0, id;
    struct dp_config *c = bpf_map_lookup_elem(&config, &zero);
    struct dp_inst *inst;
    __u8 eth[ETH_HLEN];

    if (!c || skb->protocol != bpf_htons(ETH_P_NSH) ||
        bpf_skb_load_bytes(skb, 0, eth, ETH_HLEN) || eth[6] != DP_BOUNCE_TAG_0 ||
        eth[7] != DP_BOUNCE_TAG_1) {
        return drop_count(DROP_no_port);
    }
    id = (__u32)eth[8] << 24 | (__u32)eth[9] << 16 | (__u32)eth[10] << 8 | eth[11];
    inst = bpf_map_lookup_elem(&insts, &id);
    if (!inst || !(inst->flags & DP_INST_NSH) || !(inst->flags & DP_INST_REMOTE)) {
        return drop_count(DROP_chain_gone);
    }
    key.tunnel_id = inst->vni;
    key.remote_ipv4 = inst->vtep;
    if (!c->gpe_ifindex || bpf_skb_set_tunnel_key(skb, &key, sizeof key, BPF_F_ZERO_CSUM_TX)) {
        return drop_count(DROP_tunnel_failed);
    }
    return (int)bpf_redirect(c->gpe_ifindex, 0);
}

/* At the VXLAN-GPE device, whose packets begin with the NSH: they get a link-layer header, as they
 * have it from a function. */
SEC("tc")
int
dp_gpe_in(struct __sk_buff *skb)
{
    struct bpf_tunnel_key key = {0};
    struct pkt *k = pkt_get();

    if (!k || bpf_skb_get_tunnel_key(skb, &key, sizeof key, 0) ||
        skb->protocol != bpf_htons(ETH_P_NSH)) {
        return drop_count(DROP_tunnel_unknown);
    }
    if (bpf_skb_change_head(skb, ETH_HLEN, 0)) {
        return drop_count(DROP_nsh_failed);
    }
    k->in_port = k->in_inst = k->in_gen = k->in_flags = k->in_ifindex = k->lent = 0;
    k->vtep = key.remote_ipv4;
    k->class_block = 0;
    k->from = FROM_TUNNEL;
    return call(skb, k, CALL_nsh_in);
}

#endif
