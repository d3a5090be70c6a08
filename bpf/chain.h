/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A flow's first packet: who its ends are, which chain it takes, and the entry
 * that remembers it. */
#ifndef CARRICK_BPF_CHAIN_H
#define CARRICK_BPF_CHAIN_H

#include "rules.h"

#define CLASS_BLOCKS_A_CALL 6

/* One end from the tables; false where nobody has that address. */
INLINE int
end_find(struct pkt *k, const __u8 *mac, struct dp_end *end)
{
    struct dp_fdb_key key = {.net = k->key.net};
    struct dp_fdb *fdb_entry;

    mac_copy(key.mac, mac);
    fdb_entry = bpf_map_lookup_elem(&fdb, &key);
    if (!fdb_entry) {
        return 0;
    }
    end->port = fdb_entry->port;
    end->ifindex = fdb_entry->ifindex;
    end->gen = 0;
    end->zero = 0;
    mac_copy(end->mac, mac);
    return fdb_entry->remote || fdb_entry->ifindex;
}

/* Can this packet be the first that is seen of a connection?  Like conntrack's
 * loose pick-up: also in the middle, but not at its end or with an answer. */
INLINE int
may_start(const struct pkt *k)
{
    return !k->is_tcp || !(k->tcp_flags & (TCP_RST | TCP_FIN)) ||
           (k->tcp_flags & TCP_SYN && !(k->tcp_flags & (TCP_ACK | TCP_RST)));
}

INLINE int
is_syn_ack(const struct pkt *k)
{
    return k->is_tcp && (k->tcp_flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
}

/* From a port, with no entry or one that is to be judged again. */
SEC("tc")
int
dp_new_flow(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();

    if (!k) {
        return TC_ACT_SHOT;
    }
    if (k->in_flags & DP_PORT_SECURITY && !source_allowed(k->in_port, k->mac_src, &k->src)) {
        return drop(k, DROP_spoofed_ip);
    }
    if (k->in_flags & DP_PORT_FUNCTION && !k->recheck) {
        return drop(k, DROP_function_flow);
    }
    if (!k->recheck && (!may_start(k) || is_syn_ack(k))) {
        return drop(k, DROP_tcp_state);
    }
    if (!end_find(k, k->mac_dst, &k->end[1])) {
        return drop(k, DROP_unknown_destination);
    }
    k->end[0].port = k->in_port;
    k->end[0].ifindex = k->in_ifindex;
    k->end[0].gen = k->in_gen;
    k->end[0].zero = 0;
    mac_copy(k->end[0].mac, k->mac_src);
    k->init_lo = k->from_lo;
    k->class_block = 0;
    if (!(k->in_flags & DP_PORT_SECURITY)) {
        return call(skb, k, CALL_classify);
    }
    k->rule_dir = DP_EGRESS;
    k->rule_ifindex = k->in_ifindex;
    k->rule_group = 0;
    k->rule_block = 0;
    k->rule_next = CALL_classify;
    return call(skb, k, CALL_rules);
}

INLINE int
class_match(const struct pkt *k, const struct dp_class *c)
{
    __u16 sport = bpf_ntohs(k->sport), dport = bpf_ntohs(k->dport);

    return !!(c->flags & DP_CLASS_V6) == k->v6 &&
           (!(c->flags & DP_CLASS_PROTO) || c->proto == k->key.proto) &&
           (!(c->flags & DP_CLASS_SPORT) || (sport >= c->sport_min && sport <= c->sport_max)) &&
           (!(c->flags & DP_CLASS_DPORT) || (dport >= c->dport_min && dport <= c->dport_max)) &&
           (!(c->flags & DP_CLASS_FROM) || c->from == k->end[0].port) &&
           (!(c->flags & DP_CLASS_TO) || c->to == k->end[1].port) &&
           prefix_match(c->src, c->src_mask, &k->src) && prefix_match(c->dst, c->dst_mask, &k->dst);
}

SEC("tc")
int
dp_classify(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();
    struct dp_classes_key key;
    struct dp_classes *block;

    if (!k) {
        return TC_ACT_SHOT;
    }
    k->chain = 0;
    k->classified = 1;
    key.net = k->key.net;
    for (int n = 0; n < CLASS_BLOCKS_A_CALL; n++) {
        key.block = k->class_block;
        block = bpf_map_lookup_elem(&classes, &key);
        if (!block) {
            return call(skb, k, CALL_insert);
        }
        for (__u32 i = 0; i < DP_CLASSES_A_BLOCK; i++) {
            if (i < block->n && class_match(k, &block->class[i])) {
                k->chain = block->class[i].chain;
                return call(skb, k, CALL_insert);
            }
        }
        if (!block->more) {
            return call(skb, k, CALL_insert);
        }
        k->class_block++;
    }
    return call(skb, k, CALL_classify);
}

/* Chooses the instances of all hops by hash, as every site would. */
INLINE void
choose(struct pkt *k, struct dp_flow *flow)
{
    struct dp_chain *chain = bpf_map_lookup_elem(&chains, &k->chain);
    __u32 hash = flow_hash(&k->key);

    flow->chain = chain ? k->chain : 0;
    flow->sent = 0;
    for (__u32 i = 0; i < DP_HOPS; i++) {
        flow->inst[i] = chain && i < chain->n_hops ? inst_pick(k->chain, i, hash) : 0;
    }
}

/* One more entry for the network? */
INLINE int
usage_take(struct pkt *k)
{
    struct dp_net *net = bpf_map_lookup_elem(&nets, &k->key.net);
    __u64 *n = bpf_map_lookup_elem(&usage, &k->key.net);

    if (!net || !n || *n >= net->share) {
        return 0;
    }
    __sync_fetch_and_add(n, 1);
    return 1;
}

/* An entry that is there is brought up to date in place. */
INLINE int
insert_again(struct __sk_buff *skb, struct pkt *k)
{
    struct dp_flow *flow = bpf_map_lookup_elem(&flows, &k->key);

    if (!flow) {
        return drop(k, DROP_internal);
    }
    flow->end[0] = k->end[0];
    if (flow->end[1].port != k->end[1].port || !mac_eq(flow->end[1].mac, k->end[1].mac)) {
        flow->end[1] = k->end[1];
    }
    if (flow->chain != k->chain) {
        choose(k, flow);
    }
    return call(skb, k, CALL_step);
}

/* No room: a flow that needs no memory goes on by its hash alone. */
INLINE int
insert_full(struct __sk_buff *skb, struct pkt *k, __u32 reason)
{
    if (k->in_flags & DP_PORT_SECURITY && k->from == FROM_PORT) {
        return drop(k, reason);
    }
    k->hash_only = 1;
    return call(skb, k, CALL_step);
}

SEC("tc")
int
dp_insert(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();
    struct dp_flow *flow;
    long bad;

    if (!k) {
        return TC_ACT_SHOT;
    }
    if (k->recheck) {
        return insert_again(skb, k);
    }
    flow = &k->flow;
    __builtin_memset(flow, 0, sizeof *flow);
    flow->last_ns = bpf_ktime_get_coarse_ns();
    flow->end[0] = k->end[0];
    flow->end[1] = k->end[1];
    flow->flags = k->init_lo ? DP_FLOW_FROM_LO : 0;
    flow->state = !k->is_tcp ? TCP_ST_NONE : k->tcp_flags & TCP_SYN ? TCP_ST_SYN : TCP_ST_OPEN;
    choose(k, flow);
    if (k->from == FROM_LABEL && k->vni.hop < DP_HOPS) {
        flow->inst[k->vni.hop & (DP_HOPS - 1)] = k->vni.inst;
    }
    if (!usage_take(k)) {
        return insert_full(skb, k, DROP_share_full);
    }
    bad = bpf_map_update_elem(&flows, &k->key, flow, BPF_NOEXIST);
    if (bad) {
        usage_drop(k->key.net);
        if (bad != -17) { /* EEXIST: another packet was first; its entry holds. */
            return insert_full(skb, k, DROP_table_full);
        }
    }
    return call(skb, k, CALL_step);
}

#endif
