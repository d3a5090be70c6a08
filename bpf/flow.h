/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What happens to a packet of a known flow: its place in the chain, and the
 * way out to a port, an instance or a tunnel.  A packet only ever moves on in
 * its direction's order of hops and then to the end it is for, so no loop can
 * be built from rows. */
#ifndef CARRICK_BPF_FLOW_H
#define CARRICK_BPF_FLOW_H

#include "neighbour.h"

#define TCP_FIN 1
#define TCP_SYN 2
#define TCP_RST 4
#define TCP_ACK 16
#define ROUNDS_MAX 12 /* Each hop may be tried and passed, and the ends' rules asked. */
#define PACKET_HOST 0 /* <linux/if_packet.h> is not for this target. */

/* usage[0] counts all. */
INLINE void
usage_lower(__u32 net)
{
    __u64 *n = bpf_map_lookup_elem(&usage, &net);

    if (n && *n) {
        __sync_fetch_and_add(n, (__u64)-1);
    }
}

INLINE void
usage_drop(__u32 net)
{
    usage_lower(net);
    usage_lower(0);
}

INLINE void
flow_forget(struct pkt *k)
{
    if (!k->hash_only && !bpf_map_delete_elem(&flows, &k->key)) {
        usage_drop(k->key.net);
    }
}

INLINE struct dp_flow *
flow_find(struct pkt *k)
{
    return k->hash_only ? &k->flow : bpf_map_lookup_elem(&flows, &k->key);
}

INLINE __u32
tick_now(void)
{
    return (__u32)(bpf_ktime_get_coarse_ns() >> DP_TICK_SHIFT);
}

INLINE __u32
seat_of(__u64 seats, __u32 hop)
{
    return seats >> 8 * hop & DP_SEAT_MASK;
}

/* The word as it is at one moment. */
INLINE __u64
flow_seats(const struct dp_flow *flow)
{
    return *(const volatile __u64 *)&flow->seats;
}

/* The seat + 1 that the entry has for a hop; 0 = none. */
INLINE __u32
flow_seat(const struct dp_flow *flow, __u32 hop)
{
    return seat_of(flow_seats(flow), hop);
}

/* The whole word is put in the place of the one that was seen, or it is not: another processor may
 * have brought the entry to another version, which must not be undone.  The packet looks again. */
INLINE void
flow_sit(struct dp_flow *flow, __u32 hop, __u32 seat)
{
    __u64 was = flow_seats(flow);

    __sync_bool_compare_and_swap(&flow->seats, was,
                                 (was & ~((__u64)DP_SEAT_MASK << 8 * hop)) | (__u64)seat << 8 * hop);
}

/* Is it this instance that the entry has for the hop? */
INLINE int
flow_has(const struct dp_flow *flow, const struct dp_chain *chain, __u32 hop, __u32 inst)
{
    return flow_seat(flow, hop) == DP_INST_SEAT(inst) + 1 &&
           chain->group[hop] == DP_INST_GROUP(inst);
}

/* Too old to count, or a connection that is over and begins anew. */
INLINE int
flow_is_stale(const struct pkt *k, const struct dp_flow *flow, __u32 now)
{
    if (dp_flow_idle(flow, k->key.proto, now)) {
        return 1;
    }
    return k->is_tcp && (k->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN &&
           (flow->state == TCP_ST_CLOSED || flow->state == TCP_ST_FIN);
}

INLINE int
from_initiator(const struct pkt *k, const struct dp_flow *flow)
{
    return k->from_lo == !!(flow->flags & DP_FLOW_FROM_LO);
}

/* The state that decides how long an entry may idle (after RFC 9293). */
INLINE void
flow_track(const struct pkt *k, struct dp_flow *flow, int from_init, __u32 now)
{
    __u8 state = flow->state, flags = flow->flags;

    if (k->is_error) {
        return;
    }
    if (now != flow->last) {
        flow->last = now;
    }
    if (!from_init) {
        flags |= DP_FLOW_REPLIED;
    }
    if (k->is_tcp) {
        if (k->tcp_flags & TCP_RST) {
            state = TCP_ST_CLOSED;
        } else if (k->tcp_flags & TCP_FIN) {
            flags |= from_init ? DP_FLOW_FIN : DP_FLOW_FIN << 1;
            state = (flags & DP_FLOW_FIN * 3) == DP_FLOW_FIN * 3 ? TCP_ST_CLOSED : TCP_ST_FIN;
        } else if (!from_init && state == TCP_ST_SYN) {
            state = TCP_ST_OPEN;
        }
    }
    if (state != flow->state) {
        flow->state = state;
    }
    if (flags != flow->flags) {
        flow->flags = flags;
    }
}

INLINE void
count_in(struct __sk_buff *skb, __u32 slot)
{
    struct dp_port_stats *stats = bpf_map_lookup_elem(&port_stats, &slot);

    if (stats) {
        stats->in_packets++;
        stats->in_bytes += skb->len;
    }
}

INLINE void
count_out(struct __sk_buff *skb, __u32 slot)
{
    struct dp_port_stats *stats = bpf_map_lookup_elem(&port_stats, &slot);

    if (stats) {
        stats->out_packets++;
        stats->out_bytes += skb->len;
    }
}

/* Link-layer addresses as wanted; written only where a function changed them. */
INLINE void
set_macs(struct __sk_buff *skb, struct pkt *k, const __u8 *dst, const __u8 *src)
{
    if (!mac_eq(k->mac_dst, dst)) {
        bpf_skb_store_bytes(skb, 0, dst, 6, 0);
    }
    if (!mac_eq(k->mac_src, src)) {
        bpf_skb_store_bytes(skb, 6, src, 6, 0);
    }
}

INLINE int
send_tunnel(struct __sk_buff *skb, const struct pkt *k, __u32 vtep, __u32 vni)
{
    struct bpf_tunnel_key key = {.tunnel_id = vni, .remote_ipv4 = vtep, .tunnel_ttl = 64};
    __u32 zero = 0;
    struct dp_config *c = bpf_map_lookup_elem(&config, &zero);

    if (!c || !c->vxlan_ifindex ||
        bpf_skb_set_tunnel_key(skb, &key, sizeof key, BPF_F_ZERO_CSUM_TX)) {
        return drop(k, DROP_tunnel_failed);
    }
    TRACE(k, DP_EVENT_tunnelled, vtep, vni);
    return (int)bpf_redirect(c->vxlan_ifindex, 0);
}

INLINE int
send_port(struct __sk_buff *skb, __u32 ifindex, __u32 slot, int to_host)
{
    count_out(skb, slot);
    if (to_host && skb->pkt_type != PACKET_HOST) {
        bpf_skb_change_type(skb, PACKET_HOST);
    }
    return (int)bpf_redirect_peer(ifindex, 0);
}

/* The same at every site and in both directions. */
INLINE __u32
flow_hash(const struct dp_flow_key *key)
{
    __u64 h = ip_word(&key->lo, 0) ^ 0x9e3779b97f4a7c15ULL;

    h = (h ^ ip_word(&key->lo, 1)) * 0xff51afd7ed558ccdULL;
    h = (h ^ h >> 33 ^ ip_word(&key->hi, 0)) * 0xc4ceb9fe1a85ec53ULL;
    h = (h ^ h >> 33 ^ ip_word(&key->hi, 1)) * 0xff51afd7ed558ccdULL;
    h ^= (__u64)bpf_ntohs(key->lo_port) << 32 | (__u64)bpf_ntohs(key->hi_port) << 16 | key->proto;
    h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53ULL;
    return (__u32)(h ^ h >> 32);
}

/* May packets be sent into it?  'faults' are those (DP_DOWN_*) that shall not matter. */
INLINE int
inst_is_up(const struct dp_inst *inst, __u32 faults)
{
    __u32 at = inst->health;
    struct dp_health *h = bpf_map_lookup_elem(&health, &at);

    return inst->up && h && !(h->down & ~faults);
}

INLINE __u64
hash_mix(__u64 h, __u64 x)
{
    h = (h ^ x) * 0xff51afd7ed558ccdULL;
    return h ^ h >> 33;
}

INLINE __u64
mac_word(const __u8 *mac)
{
    __u64 w = 0;

    for (int i = 0; i < 6; i++) {
        w = w << 8 | mac[i];
    }
    return w;
}

/* Of the chosen fields, as the flow's first packet had them. */
INLINE __u32
fields_hash(const struct dp_flow_key *key, const struct dp_flow *flow, __u32 fields)
{
    int from_lo = flow->flags & DP_FLOW_FROM_LO;
    const struct dp_ip *src = from_lo ? &key->lo : &key->hi, *dst = from_lo ? &key->hi : &key->lo;
    __u16 sport = from_lo ? key->lo_port : key->hi_port;
    __u16 dport = from_lo ? key->hi_port : key->lo_port;
    __u32 ports = key->proto == IPPROTO_TCP   ? fields
                  : key->proto == IPPROTO_UDP ? fields / (DP_FIELD_UDP_SRC / DP_FIELD_TCP_SRC)
                                              : 0;
    __u64 h = 0x9e3779b97f4a7c15ULL;

    if (fields & DP_FIELD_IP_SRC) {
        h = hash_mix(hash_mix(h, ip_word(src, 0)), ip_word(src, 1));
    }
    if (fields & DP_FIELD_IP_DST) {
        h = hash_mix(hash_mix(h, ip_word(dst, 0)), ip_word(dst, 1));
    }
    h = hash_mix(h, (ports & DP_FIELD_TCP_SRC ? (__u64)sport << 16 : 0) |
                        (ports & DP_FIELD_TCP_DST ? dport : 0));
    if (fields & DP_FIELD_ETH_SRC) {
        h = hash_mix(h, mac_word(flow->mac[0]));
    }
    if (fields & DP_FIELD_ETH_DST) {
        h = hash_mix(h, mac_word(flow->mac[1]));
    }
    h *= 0xc4ceb9fe1a85ec53ULL;
    return (__u32)(h ^ h >> 32);
}

INLINE struct dp_hop_stats *
hop_counters(const struct dp_chain *chain, __u32 hop)
{
    __u32 at;

    BOUND(hop, DP_HOPS - 1);
    at = chain->slot[hop];
    return bpf_map_lookup_elem(&hop_stats, &at);
}

INLINE void
count_hop(struct __sk_buff *skb, const struct dp_chain *chain, __u32 hop, __u32 dir)
{
    struct dp_hop_stats *stats = hop_counters(chain, hop);

    if (stats) {
        BOUND(dir, 1);
        stats->packets[dir]++;
        stats->bytes[dir] += skb->len;
    }
}

INLINE void
count_passed(const struct dp_chain *chain, __u32 hop, __u32 dir)
{
    struct dp_hop_stats *stats = hop_counters(chain, hop);

    if (stats) {
        BOUND(dir, 1);
        stats->passed[dir]++;
    }
}

/* To the site that has the instance, on the label that the chain has for it there. */
INLINE int
hand_remote(struct __sk_buff *skb, const struct pkt *k, __u32 chain, __u32 inst, __u32 vtep,
            __u32 dir)
{
    struct dp_label_key key = {.chain = chain, .inst = inst};
    struct dp_label *l = bpf_map_lookup_elem(&labels, &key);

    return l ? send_tunnel(skb, k, vtep, l->label[dir]) : drop(k, DROP_chain_gone);
}

/* Out of an instance that is lent, and back to the site whose chain it served. */
INLINE int
hand_back(struct __sk_buff *skb, const struct pkt *k, __u32 inst, __u32 dir)
{
    struct dp_label_key key = {.chain = k->lent, .inst = inst};
    struct dp_label *l = bpf_map_lookup_elem(&labels, &key);

    BOUND(dir, 1);
    return l ? send_tunnel(skb, k, l->vtep, l->label[dir]) : drop(k, DROP_chain_gone);
}

/* A copy for the instance; the packet itself goes on. */
INLINE int
hand_copy(struct __sk_buff *skb, struct pkt *k, const struct dp_inst *inst, __u32 hop, __u32 dir)
{
    __u32 ifindex = inst->ifindex[dir];

    if (!(inst->flags & DP_INST_REMOTE)) {
        count_out(skb, inst->slot[dir]);
        TRACE(k, DP_EVENT_copied, ifindex, DP_EVENT_PLACE(hop, dir));
        bpf_clone_redirect(skb, ifindex, 0);
    }
    k->passed |= (__u8)(1 << hop);
    return call(skb, k, CALL_step);
}

/* Into the instance of hop 'hop'; a dead one is replaced. */
INLINE int
hand(struct __sk_buff *skb, struct pkt *k, struct dp_flow *flow, const struct dp_chain *chain,
     __u32 hop, __u32 dir)
{
    const __u8 *dst = flow->mac[dir == DP_FORWARD], *src = flow->mac[dir != DP_FORWARD];
    __u64 seats = flow_seats(flow);
    struct dp_inst *inst;
    __u32 id;

    if (hop >= DP_HOPS) {
        return drop(k, DROP_internal);
    }
    if ((seats & DP_VERSION) != chain->version) {
        return call(skb, k, CALL_reseat); /* Another processor has just done so. */
    }
    BOUND(hop, DP_HOPS - 1);
    BOUND(dir, 1);
    id = DP_INST_NUMBER(chain->group[hop], 0) + seat_of(seats, hop) - 1;
    inst = seat_of(seats, hop) ? bpf_map_lookup_elem(&insts, &id) : 0;
    if (!inst || !inst_is_up(inst, k->trusted >> hop & 1 ? DP_DOWN_SILENT : 0)) {
        k->repick = hop;
        k->repick_dir = (__u8)dir;
        return call(skb, k, CALL_repick);
    }
    count_hop(skb, chain, hop, dir);
    if (chain->flags >> DP_CHAIN_TAPS >> hop & 1) {
        set_macs(skb, k, dst, src);
        return hand_copy(skb, k, inst, hop, dir);
    }
    TRACE(k, DP_EVENT_handed, inst->ifindex[dir], DP_EVENT_PLACE(hop, dir));
    if (!(flow->sent & 1 << hop)) {
        flow->sent |= (__u8)(1 << hop);
    }
    if (inst->flags & DP_INST_NSH) {
        set_macs(skb, k, (inst->flags & (DP_INST_L3 | DP_INST_REMOTE)) == DP_INST_L3 ? inst->mac[dir] : dst,
                 src);
        k->nsh_chain = flow->chain;
        k->nsh_inst = id;
        k->nsh_hop = (__u8)hop;
        k->nsh_dir = (__u8)dir;
        return call(skb, k, CALL_nsh_out);
    }
    if (inst->flags & DP_INST_REMOTE) {
        set_macs(skb, k, dst, src);
        return hand_remote(skb, k, flow->chain, id, inst->vtep, dir);
    }
    if (inst->flags & DP_INST_L3) {
        set_macs(skb, k, inst->mac[dir], src);
        return send_port(skb, inst->ifindex[dir], inst->slot[dir], 1);
    }
    set_macs(skb, k, dst, src);
    return send_port(skb, inst->ifindex[dir], inst->slot[dir], 0);
}

/* The end it is for is no longer what the entry says. */
INLINE int
deliver_stale(struct __sk_buff *skb, struct pkt *k)
{
    flow_forget(k);
    if (k->from == FROM_PORT && !k->is_error) {
        return call(skb, k, CALL_new_flow);
    }
    return drop(k, DROP_unknown_destination);
}

INLINE int
deliver_remote(struct __sk_buff *skb, struct pkt *k, struct dp_flow *flow,
               const struct dp_place *place)
{
    if (k->from == FROM_TUNNEL) {
        return drop(k, DROP_tunnel_transit);
    }
    if (!(flow->flags & DP_FLOW_REPLY_OK)) {
        flow->flags |= DP_FLOW_REPLY_OK;
    }
    return send_tunnel(skb, k, place->vtep, place->vni);
}

/* Behind the chain: to the port it is for, whose rules have the last word. */
INLINE int
deliver(struct __sk_buff *skb, struct pkt *k, struct dp_flow *flow, int from_init)
{
    __u32 port = flow->port[from_init ? 1 : 0];
    struct dp_place *place = bpf_map_lookup_elem(&places, &port);

    if (flow->chain) {
        set_macs(skb, k, flow->mac[from_init ? 1 : 0], flow->mac[from_init ? 0 : 1]);
    }
    if (!place) {
        return deliver_stale(skb, k);
    }
    if (!place->ifindex) {
        return deliver_remote(skb, k, flow, place);
    }
    if (!(place->flags & DP_PORT_UP)) {
        return drop(k, DROP_port_down);
    }
    if (k->hash_only && place->flags & DP_PORT_SECURITY) {
        return drop(k, DROP_table_full); /* Its rules need an entry. */
    }
    if (from_init && !k->is_error) {
        if (place->flags & DP_PORT_SECURITY && flow->gen[1] != place->gen && !k->judged) {
            k->rule_dir = DP_INGRESS;
            k->rule_ifindex = place->ifindex;
            k->rule_group = 0;
            k->rule_block = 0;
            k->rule_next = CALL_step;
            return call(skb, k, CALL_rules);
        }
        if (!(flow->flags & DP_FLOW_REPLY_OK)) {
            flow->flags |= DP_FLOW_REPLY_OK;
        }
    }
    TRACE(k, DP_EVENT_delivered, place->ifindex, 0);
    return send_port(skb, place->ifindex, place->slot, 1);
}

/* Where a packet goes next: to the end it is for, to a hop (NEXT_HOP + index),
 * into another program (NEXT_CALL + which), or nowhere (-reason). */
#define NEXT_END 0
#define NEXT_HOP 1
#define NEXT_BACK 50 /* To the site that it was sent by. */
#define NEXT_CALL 100

/* 'hop', or the next in its direction that is not passed by. */
INLINE int
next_hop(const struct pkt *k, const struct dp_flow *flow, const struct dp_chain *chain, int hop,
         int from_init)
{
    int first = flow->flags & DP_FLOW_SPOKEN ? flow->first : 0;

    if (!chain || !(from_init || chain->flags & DP_CHAIN_SYMMETRIC)) {
        return NEXT_END;
    }
    for (int i = 0; i < DP_HOPS; i++) {
        if (hop < first || hop >= (int)chain->n_hops || hop >= DP_HOPS) {
            return NEXT_END;
        }
        if (!(k->passed >> hop & 1)) {
            return NEXT_HOP + hop;
        }
        hop += from_init ? 1 : -1;
    }
    return NEXT_END;
}

/* Is the packet of a flow that its function itself began? */
INLINE int
is_spoken_here(const struct pkt *k, const struct dp_flow *flow, const struct dp_chain *chain)
{
    __u32 first = flow->first;

    BOUND(first, DP_HOPS - 1);
    return flow->flags & DP_FLOW_SPOKEN && k->in_inst && flow_has(flow, chain, first, k->in_inst);
}

/* Was the packet's function sent something of the flow?  Then it speaks as that, even where it has
 * an address that is one of the flow's ends. */
INLINE int
was_sent_here(const struct pkt *k, const struct dp_flow *flow, const struct dp_chain *chain)
{
    for (__u32 i = 0; chain && i < DP_HOPS; i++) {
        if (flow_has(flow, chain, i, k->in_inst) && flow->sent >> i & 1) {
            return 1;
        }
    }
    return 0;
}

ONCE int nsh_next(const struct pkt *k, const struct dp_flow *flow, const struct dp_chain *chain,
                  int from_init); /* nsh.h */

/* Did it come out of the side that packets of that direction come out of? */
INLINE int
came_out(const struct pkt *k, const struct dp_inst *inst, __u32 dir)
{
    if (inst->flags & DP_INST_REMOTE) {
        return k->vni.dir == dir && k->vtep == inst->vtep;
    }
    return inst->port[dir == DP_FORWARD ? DP_REVERSE : DP_FORWARD] == k->in_port;
}

/* An instance's site gave the packet to another of its group there, which is the flow's now. */
INLINE int
moved_there(const struct pkt *k, struct dp_flow *flow, const struct dp_chain *chain)
{
    for (__u32 i = 0; i < DP_HOPS; i++) {
        __u32 seat = flow_seat(flow, i);
        __u32 id = DP_INST_NUMBER(chain->group[i], 0) + seat - 1;
        struct dp_inst *inst;

        if (!seat || !(flow->sent >> i & 1) || chain->group[i] != DP_INST_GROUP(k->in_inst)) {
            continue;
        }
        inst = bpf_map_lookup_elem(&insts, &id);
        if (!inst || !(inst->flags & DP_INST_REMOTE) || inst->vtep != k->vtep) {
            return -1;
        }
        flow_sit(flow, i, DP_INST_SEAT(k->in_inst) + 1);
        return (int)i;
    }
    return -1;
}

/* Out of a function: which hop it is, and whether it may. */
INLINE int
from_function(const struct pkt *k, struct dp_flow *flow, const struct dp_chain *chain,
              int from_init)
{
    __u32 id = k->in_inst, dir = from_init ? DP_FORWARD : DP_REVERSE;
    struct dp_inst *inst = bpf_map_lookup_elem(&insts, &id);
    int hop = -1;

    if (!inst || !chain) {
        return -DROP_function_flow;
    }
    if (k->in_flags & DP_PORT_NSH) {
        return -DROP_nsh_missing;
    }
    for (__u32 i = 0; i < DP_HOPS && i < chain->n_hops; i++) {
        if (flow_has(flow, chain, i, id)) {
            hop = (int)i;
        }
    }
    FORGET(hop, id);
    if (hop < 0 && inst->flags & DP_INST_REMOTE && came_out(k, inst, dir)) {
        hop = moved_there(k, flow, chain);
    }
    if (hop < 0 || !(flow->sent >> hop & 1)) {
        return -DROP_function_flow;
    }
    if (!came_out(k, inst, dir)) {
        return -DROP_function_direction;
    }
    if (!from_init && is_spoken_here(k, flow, chain)) {
        return -DROP_function_direction; /* The flow ends here. */
    }
    if (key_is_lent(k)) {
        return NEXT_BACK;
    }
    return next_hop(k, flow, chain, from_init ? hop + 1 : hop - 1, from_init);
}

/* An end as the entry has it. */
INLINE void
end_recall(struct dp_end *end, const struct dp_flow *flow, int which)
{
    end->port = flow->port[which];
    end->gen = flow->gen[which];
    mac_copy(end->mac, flow->mac[which]);
}

/* The packet is taken for one of its other direction, or again for what it is. */
INLINE void
ends_swap(struct pkt *k)
{
    struct dp_ip ip = k->src;
    __u16 port = k->sport;

    k->src = k->dst;
    k->dst = ip;
    k->sport = k->dport;
    k->dport = port;
    k->swapped = !k->swapped;
}

/* The entry's chain is to be found anew; its ends stay, the first with the generation 'gen'. */
INLINE int
classify_again(struct pkt *k, const struct dp_flow *flow, __u32 gen, int from_init)
{
    end_recall(&k->end[0], flow, 0);
    end_recall(&k->end[1], flow, 1);
    k->end[0].gen = gen;
    k->class_block = 0;
    k->recheck = 1;
    if (!from_init) {
        ends_swap(k); /* Chains take flows by their first direction. */
    }
    return NEXT_CALL + CALL_classify;
}

/* Is the entry's chain gone, and may it have a successor?  Flows that a function began end with it. */
INLINE int
chain_is_lost(const struct pkt *k, const struct dp_flow *flow, const struct dp_chain *chain)
{
    return flow->chain && !chain && !k->is_error && !k->classified &&
           !(flow->flags & DP_FLOW_SPOKEN);
}

/* From a port that is one of the flow's ends.  Whether a chain that is gone has a successor, its
 * rules are asked before they have another generation; in the other direction they were. */
INLINE int
from_end(struct pkt *k, const struct dp_flow *flow, const struct dp_chain *chain, int from_init)
{
    if (from_init && (flow->gen[0] != k->in_gen || (flow->chain && !chain)) && !k->is_error) {
        k->recheck = 1;
        return NEXT_CALL + CALL_new_flow;
    }
    if (!from_init && !(flow->flags & DP_FLOW_REPLY_OK) && k->in_flags & DP_PORT_SECURITY) {
        k->rule_dir = DP_EGRESS;
        k->rule_ifindex = k->in_ifindex;
        k->rule_group = 0;
        k->rule_block = 0;
        k->rule_next = CALL_step;
        return NEXT_CALL + CALL_rules;
    }
    if (!from_init && chain_is_lost(k, flow, chain)) {
        return classify_again(k, flow, flow->gen[0], 0);
    }
    return next_hop(k, flow, chain, from_init || !chain ? 0 : (int)chain->n_hops - 1, from_init);
}

/* By a segment, of a flow whose chain is this site's alone: from an end that is there, which is then
 * where the chain begins.  One that is gone may have a successor. */
INLINE int
from_far_end(struct pkt *k, const struct dp_flow *flow, const struct dp_chain *chain,
             int from_init)
{
    __u32 port = flow->port[from_init ? 0 : 1];
    struct dp_place *place = bpf_map_lookup_elem(&places, &port);

    if (chain && (!place || place->ifindex || place->vtep != k->vtep)) {
        return -DROP_tunnel_source;
    }
    if (place && from_init && (flow->gen[0] != place->gen || !chain) && !k->is_error &&
        !k->classified && !(flow->flags & DP_FLOW_SPOKEN)) {
        return classify_again(k, flow, place->gen, 1);
    }
    if (!from_init && chain_is_lost(k, flow, chain)) {
        return classify_again(k, flow, flow->gen[0], 0);
    }
    return next_hop(k, flow, chain, from_init || !chain ? 0 : (int)chain->n_hops - 1, from_init);
}

/* A packet on a label: to exactly that instance, while it is up. */
INLINE int
from_label(const struct pkt *k, struct dp_flow *flow, const struct dp_chain *chain, int from_init)
{
    __u32 hop = k->vni.hop;

    if (!chain) {
        return -DROP_chain_gone;
    }
    if (hop >= DP_HOPS) {
        return -DROP_internal;
    }
    BOUND(hop, DP_HOPS - 1);
    if (k->rounds == 1 && !flow_has(flow, chain, hop, k->vni.inst) && /* Later: it was down. */
        chain->group[hop] == DP_INST_GROUP(k->vni.inst)) {
        flow_sit(flow, hop, DP_INST_SEAT(k->vni.inst) + 1);
    }
    if (key_is_lent(k)) {
        return k->passed >> hop & 1 ? NEXT_BACK : NEXT_HOP + (int)hop;
    }
    return next_hop(k, flow, chain, (int)hop, from_init);
}

/* Is the packet's sender the end that the entry says? */
INLINE int
ends_match(const struct pkt *k, const struct dp_flow *flow, int from_init)
{
    int from = from_init ? 0 : 1;

    if (k->from == FROM_PORT && flow->port[from] != k->in_port) {
        return 0;
    }
    return mac_eq(flow->mac[from], k->mac_src) && mac_eq(flow->mac[!from], k->mac_dst);
}

/* A label says more surely than an entry which chain and direction it is. */
INLINE int
label_differs(const struct pkt *k, const struct dp_flow *flow, int from_init)
{
    return k->from == FROM_LABEL &&
           (flow->chain != k->vni.chain || from_init != (k->vni.dir == DP_FORWARD));
}

/* Is the entry one for this packet?  What is not is made anew; a reason to
 * drop the packet where that may not be. */
INLINE int
flow_fits(struct pkt *k, const struct dp_flow *flow, const struct dp_chain *chain, int from_init,
          __u32 now)
{
    if (flow_is_stale(k, flow, now)) {
        return 0;
    }
    if (k->from == FROM_PORT && k->in_flags & DP_PORT_FUNCTION && k->in_inst &&
        ((flow->port[0] != k->in_port && flow->port[1] != k->in_port) ||
         was_sent_here(k, flow, chain))) {
        k->from = FROM_FUNCTION;
    }
    return k->from == FROM_FUNCTION ||
           (ends_match(k, flow, from_init) && !label_differs(k, flow, from_init));
}

INLINE int
flow_next(struct pkt *k, struct dp_flow *flow, const struct dp_chain *chain, int from_init,
          __u32 now)
{
    if (k->from == FROM_FUNCTION) {
        return k->nsh ? nsh_next(k, flow, chain, from_init)
                      : from_function(k, flow, chain, from_init);
    }
    flow_track(k, flow, from_init, now);
    if (k->from == FROM_LABEL) {
        return from_label(k, flow, chain, from_init);
    }
    if (k->from == FROM_TUNNEL && flow->chain && (!chain || chain->flags & DP_CHAIN_HOME)) {
        return from_far_end(k, flow, chain, from_init);
    }
    if (k->from == FROM_TUNNEL && !from_init && chain && flow->flags & DP_FLOW_SPOKEN) {
        /* Its site does not know it as the chain's. */
        return next_hop(k, flow, chain, (int)chain->n_hops - 1, 0);
    }
    return k->from == FROM_TUNNEL ? NEXT_END : from_end(k, flow, chain, from_init);
}

/* The first that is seen of a flow, or what is to be judged again. */
INLINE int
flow_unknown(struct __sk_buff *skb, const struct pkt *k)
{
    if (k->rounds) {
        return drop(k, DROP_internal);
    }
    if (k->is_error) {
        return drop(k, DROP_icmp_error_unknown);
    }
    if (k->from == FROM_FUNCTION) { /* Not by a port of its own. */
        return call(skb, k, CALL_speak);
    }
    return call(skb, k, k->from == FROM_PORT ? CALL_new_flow : CALL_new_remote);
}

/* An error that claims to be of an end has to come from it. */
INLINE int
error_is_spoofed(const struct pkt *k)
{
    return k->is_error && k->from == FROM_PORT && k->in_flags & DP_PORT_SECURITY &&
           !source_allowed(k->in_port, k->mac_src, &k->src);
}

INLINE int
flow_go(struct __sk_buff *skb, struct pkt *k, struct dp_flow *flow, const struct dp_chain *chain,
        int from_init, __u32 now)
{
    int next = flow_next(k, flow, chain, from_init, now);

    if (next == NEXT_END) {
        return deliver(skb, k, flow, from_init);
    }
    FORGET(next, now); /* By which way it came to its hop. */
    if (chain && next >= NEXT_HOP && next < NEXT_BACK) {
        return hand(skb, k, flow, chain, (__u32)(next - NEXT_HOP), from_init ? DP_FORWARD : DP_REVERSE);
    }
    if (next < 0) {
        return drop(k, (__u32)-next);
    }
    if (next == NEXT_CALL + CALL_new_flow) {
        return call(skb, k, CALL_new_flow);
    }
    if (next == NEXT_CALL + CALL_rules) {
        return call(skb, k, CALL_rules);
    }
    if (next == NEXT_CALL + CALL_classify) {
        return call(skb, k, CALL_classify);
    }
    if (next == NEXT_BACK) {
        set_macs(skb, k, flow->mac[from_init], flow->mac[!from_init]);
        return hand_back(skb, k, k->from == FROM_LABEL ? k->vni.inst : k->in_inst,
                         from_init ? DP_FORWARD : DP_REVERSE);
    }
    return drop(k, DROP_internal);
}

/* One packet whose key is known, and again after a rule was found or an entry made. */
SEC("tc")
int
dp_step(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();
    struct dp_chain *chain = 0;
    __u32 now = tick_now(), id;
    struct dp_flow *flow;
    int from_init;

    if (!k) {
        return TC_ACT_SHOT;
    }
    flow = flow_find(k);
    if (!flow) {
        return flow_unknown(skb, k);
    }
    id = flow->chain;
    if (id) {
        chain = bpf_map_lookup_elem(&chains, &id);
    }
    if (chain && (flow->seats & DP_VERSION) != chain->version) {
        return call(skb, k, CALL_reseat);
    }
    from_init = from_initiator(k, flow);
    if (!k->rounds && !flow_fits(k, flow, chain, from_init, now)) {
        if (k->from == FROM_PORT && k->in_flags & DP_PORT_SECURITY &&
            !source_allowed(k->in_port, k->mac_src, &k->src)) {
            return drop(k, DROP_spoofed_ip);
        }
        flow_forget(k);
        return flow_unknown(skb, k);
    }
    if (error_is_spoofed(k)) {
        return drop(k, DROP_spoofed_ip);
    }
    if (k->rounds++ > ROUNDS_MAX) {
        return drop(k, DROP_internal);
    }
    return flow_go(skb, k, flow, chain, from_init, now);
}

#endif
