/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Security groups, judged on a flow's first packet and again when the rules'
 * generation has changed. */
#ifndef CARRICK_BPF_RULES_H
#define CARRICK_BPF_RULES_H

#include "flow.h"

#define BLOCKS_A_CALL 6

INLINE int
prefix_match(const __u64 *net, const __u64 *mask, const struct dp_ip *ip)
{
    const __u64 *w = (const __u64 *)ip->b;

    return (w[0] & mask[0]) == net[0] && (w[1] & mask[1]) == net[1];
}

INLINE int
rule_match_ports(const struct pkt *k, const struct dp_rule *r)
{
    __u16 port = bpf_ntohs(k->dport);

    if (k->key.proto == (k->v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP)) {
        return k->icmp_type == r->min && (!(r->flags & DP_RULE_CODE) || k->icmp_code == r->max);
    }
    return port >= r->min && port <= r->max;
}

INLINE int
rule_match(const struct pkt *k, const struct dp_rule *r, const struct dp_ip *peer)
{
    struct dp_member_key key;

    if (!(r->flags & DP_RULE_USED) || !!(r->flags & DP_RULE_V6) != k->v6 ||
        (r->flags & DP_RULE_PROTO && r->proto != k->key.proto) ||
        (r->flags & DP_RULE_PORTS && !rule_match_ports(k, r)) ||
        !prefix_match(r->net, r->mask, peer)) {
        return 0;
    }
    if (r->flags & DP_RULE_GROUP) {
        key.group = r->group;
        key.ip = *peer;
        return bpf_map_lookup_elem(&members, &key) != 0;
    }
    return 1;
}

/* Does one of the block's rules match? */
ONCE int
rules_match(const struct pkt *k, const struct dp_rules *block, const struct dp_ip *peer)
{
    if (!k || !block || !peer) {
        return 0;
    }
    for (int i = 0; i < DP_RULES_A_BLOCK; i++) {
        if (rule_match(k, &block->rule[i], peer)) {
            return 1;
        }
    }
    return 0;
}

/* Remembers that the rules allow it, and goes on. */
INLINE int
rules_passed(struct __sk_buff *skb, struct pkt *k, const struct dp_port *port)
{
    struct dp_flow *flow;

    if (k->rule_next == CALL_classify) {
        k->end[0].gen = port->gen;
        return call(skb, k, CALL_classify);
    }
    flow = flow_find(k);
    if (!flow) {
        return drop(k, DROP_internal);
    }
    flow->flags |= DP_FLOW_REPLY_OK;
    if (k->rule_dir == DP_INGRESS) {
        flow->gen[1] = port->gen;
        k->judged = 1;
        if (k->from == FROM_TUNNEL && !k->classified) {
            end_recall(&k->end[0], flow, 0);
            end_recall(&k->end[1], flow, 1);
            k->recheck = 1;
            return call(skb, k, CALL_classify);
        }
    }
    return call(skb, k, CALL_step);
}

INLINE int
rules_refused(struct pkt *k)
{
    if (k->recheck || k->rule_dir == DP_INGRESS) {
        flow_forget(k);
    }
    return drop(k, k->rule_dir == DP_INGRESS ? DROP_ingress_refused : DROP_egress_refused);
}

SEC("tc")
int
dp_rules(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();
    struct dp_rules_key key;
    struct dp_rules *block;
    struct dp_port *port;
    struct dp_ip peer;

    if (!k) {
        return TC_ACT_SHOT;
    }
    port = bpf_map_lookup_elem(&ports, &k->rule_ifindex);
    if (!port) {
        return drop(k, DROP_no_port);
    }
    peer = k->rule_dir == DP_INGRESS ? k->src : k->dst;
    for (int n = 0; n < BLOCKS_A_CALL; n++) {
        if (k->rule_group >= port->n_groups || k->rule_group >= DP_GROUPS) {
            return rules_refused(k);
        }
        key.group = port->groups[k->rule_group & (DP_GROUPS - 1)];
        key.dir = k->rule_dir;
        key.block = (__u16)k->rule_block;
        block = bpf_map_lookup_elem(&rules, &key);
        if (block && rules_match(k, block, &peer)) {
            return rules_passed(skb, k, port);
        }
        if (block && block->more) {
            k->rule_block++;
        } else {
            k->rule_block = 0;
            k->rule_group++;
        }
    }
    return call(skb, k, CALL_rules);
}

#endif
