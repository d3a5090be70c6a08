/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A flow's first packet: who its ends are, which chain it takes, and the entry
 * that remembers it. */
#ifndef CARRICK_BPF_CHAIN_H
#define CARRICK_BPF_CHAIN_H

#include "classify.h"
#include "nsh.h"

/* One end from the tables, and where it is; 0 where nobody has that address. */
INLINE struct dp_place *
end_find(struct pkt *k, const __u8 *mac, struct dp_end *end)
{
    struct dp_fdb_key key = {.net = k->key.net};
    struct dp_place *place;
    __u32 *port;

    mac_copy(key.mac, mac);
    port = bpf_map_lookup_elem(&fdb, &key);
    if (!port) {
        return 0;
    }
    place = bpf_map_lookup_elem(&places, port);
    end->port = *port;
    end->gen = place && !place->ifindex ? place->gen : 0; /* No rules are asked for it here. */
    mac_copy(end->mac, mac);
    return place;
}

/* One end of a flow of another site's, which is nobody's business here. */
INLINE void
end_foreign(const __u8 *mac, struct dp_end *end)
{
    end->port = end->gen = 0;
    mac_copy(end->mac, mac);
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

ONCE int
inst_serves(__u32 group, __u32 seat, int only_here, __u32 faults)
{
    __u32 id = DP_INST_NUMBER(group, 0) + seat - 1;
    struct dp_inst *inst = bpf_map_lookup_elem(&insts, &id);

    return inst && inst_is_up(inst, faults) && !(only_here && inst->flags & DP_INST_REMOTE);
}

/* Seat + 1 of a flow's instance in a group: of its hash value's bucket, else any that is up,
 * others for other hash values.  With 'only_here' none of another site: what a
 * site was sent for an instance of its own, it does not send on. */
ONCE int
inst_pick(const struct pkt *k, const struct dp_flow *flow, __u32 group, int only_here, __u32 faults)
{
    struct dp_group *g = bpf_map_lookup_elem(&groups, &group);
    __u32 seat, n, hash;

    if (!g || !k || !flow) {
        return 0;
    }
    hash = g->fields ? fields_hash(&k->key, flow, g->fields) : flow_hash(&k->key);
    seat = g->bucket[hash % DP_BUCKETS];
    if (seat && inst_serves(group, seat, only_here, faults)) {
        return (int)seat;
    }
    n = g->n_members;
    if (!n || n > DP_MEMBERS) {
        return 0;
    }
    for (__u32 i = 0; i < DP_MEMBERS && i < n; i++) {
        __u32 at = (hash / DP_BUCKETS + i) % n;

        BOUND(at, DP_MEMBERS - 1);
        seat = g->member[at];
        if (inst_serves(group, seat, only_here, faults)) {
            return (int)seat;
        }
    }
    return 0;
}

/* 0, or why there is no room for one more entry of the network.  Half of the table is for what is
 * sure to each: no network, nor several of one tenant, leaves others without. */
INLINE __u32
table_is_full(const struct pkt *k)
{
    __u32 net = k->key.net, all = 0;
    struct dp_net *value = bpf_map_lookup_elem(&nets, &net);
    struct dp_config *c = bpf_map_lookup_elem(&config, &all);
    __u64 *n = bpf_map_lookup_elem(&usage, &net), *total = bpf_map_lookup_elem(&usage, &all);

    if (!value || !c || !n || !total || *total >= c->flows) {
        return DROP_table_full;
    }
    return *n >= value->share || (*n >= value->sure && *total >= c->flows / 2) ? DROP_share_full
                                                                               : 0;
}

/* Is there no room to remember the flow, and none needed?  Then nothing is known of what it was
 * before: it may as well be the other direction of a flow. */
INLINE int
goes_by_hash(struct pkt *k)
{
    k->hash_only = !(k->in_flags & DP_PORT_SECURITY) && table_is_full(k) != 0;
    return k->hash_only;
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
        return call(skb, k, CALL_speak);
    }
    if (!k->recheck && !goes_by_hash(k) && (!may_start(k) || is_syn_ack(k))) {
        return drop(k, DROP_tcp_state);
    }
    if (!end_find(k, k->mac_dst, &k->end[1])) {
        return drop(k, DROP_unknown_destination);
    }
    k->end[0].port = k->in_port;
    k->end[0].gen = k->in_gen;
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

/* The end that has an address of the network; false where nobody has. */
INLINE int
end_by_ip(struct pkt *k, const struct dp_ip *ip, struct dp_end *end)
{
    struct dp_addr_key key = {.net = k->key.net, .ip = *ip};
    struct dp_addr *addr = bpf_map_lookup_elem(&addrs, &key);

    return addr && end_find(k, addr->mac, end);
}

/* A flow that nobody sent into the function: its own, where it may have such and sends it on from
 * its place in the chain.  What comes back to it ends there. */
SEC("tc")
int
dp_speak(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();
    struct dp_inst *inst;
    __u32 id;

    if (!k) {
        return TC_ACT_SHOT;
    }
    id = k->in_inst;
    inst = bpf_map_lookup_elem(&insts, &id);
    if (k->in_flags & DP_PORT_NSH && !k->nsh) {
        return drop(k, DROP_nsh_missing);
    }
    if (!inst || !(inst->flags & DP_INST_SPEAKS)) {
        if (!table_is_full(k) || !(inst || k->nsh)) {
            return drop(k, DROP_function_flow);
        }
        return inst && k->lent
                   ? hand_back(skb, k, id, came_out(k, inst, DP_FORWARD) ? DP_FORWARD : DP_REVERSE)
                   : call(skb, k, CALL_new_remote);
    }
    if (!came_out(k, inst, DP_FORWARD)) {
        return drop(k, DROP_function_direction);
    }
    if (!may_start(k) || is_syn_ack(k)) {
        return drop(k, DROP_tcp_state);
    }
    if (!end_by_ip(k, &k->dst, &k->end[1])) {
        return drop(k, DROP_unknown_destination);
    }
    if (!end_by_ip(k, &k->src, &k->end[0])) {
        return drop(k, DROP_spoofed_ip);
    }
    k->init_lo = k->from_lo;
    k->chain = inst->chain;
    k->first = (__u8)inst->hop;
    if (k->nsh && !nsh_begins(k)) {
        return drop(k, DROP_nsh_path);
    }
    k->classified = k->spoken = 1;
    k->from = FROM_FUNCTION;
    return call(skb, k, CALL_insert);
}

/* The first that is seen of a flow that came by tunnel, or out of a function
 * while there is no room for entries. */
SEC("tc")
int
dp_new_remote(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();
    struct dp_place *src, *dst;
    int swap;

    if (!k) {
        return TC_ACT_SHOT;
    }
    swap = k->from == FROM_LABEL && k->vni.dir == DP_REVERSE;
    if (k->from == FROM_LABEL && k->lent) {
        end_foreign(k->mac_src, &k->end[swap]);
        end_foreign(k->mac_dst, &k->end[!swap]);
        k->init_lo = swap ? !k->from_lo : k->from_lo;
        k->chain = k->vni.chain;
        k->classified = 1;
        return call(skb, k, CALL_insert);
    }
    src = end_find(k, k->mac_src, &k->end[swap]);
    dst = end_find(k, k->mac_dst, &k->end[!swap]);
    if (!src || !dst) {
        return drop(k, DROP_unknown_destination);
    }
    k->init_lo = swap ? !k->from_lo : k->from_lo;
    k->class_block = 0;
    if (k->from == FROM_LABEL) {
        k->chain = k->vni.chain;
        k->classified = 1;
        return call(skb, k, CALL_insert);
    }
    if (k->from == FROM_PORT || k->from == FROM_FUNCTION) {
        k->from = FROM_FUNCTION;
        return call(skb, k, CALL_classify);
    }
    if (src->ifindex || src->vtep != k->vtep) {
        return drop(k, DROP_tunnel_source);
    }
    if (!dst->ifindex) {
        return drop(k, DROP_tunnel_transit);
    }
    if (!goes_by_hash(k) && (!may_start(k) || is_syn_ack(k))) {
        return drop(k, DROP_tcp_state);
    }
    return call(skb, k, CALL_classify);
}

/* The seat that the flow has in a group, by its hops of the chain that it was on; 0 = none. */
INLINE __u32
seat_had(const struct dp_flow *flow, const struct dp_chain *was, __u32 group, __u32 *hop)
{
    for (__u32 i = 0; i < DP_HOPS; i++) {
        if (i < was->n_hops && was->group[i] == group) {
            *hop = i;
            return flow_seat(flow, i);
        }
    }
    return 0;
}

/* Chooses the instances of all hops by hash, as every site would; in groups of the chain that it
 * was on ('was', or null) a flow keeps those that it has. */
ONCE int
choose(struct pkt *k, struct dp_flow *flow, const struct dp_chain *was)
{
    __u32 id = k ? k->chain : 0, sent = 0;
    struct dp_chain *chain = bpf_map_lookup_elem(&chains, &id);
    __u64 seats = chain ? chain->version : 0;

    if (!k || !flow) {
        return 0;
    }
    if (was && (flow->seats & DP_VERSION) != was->version) {
        was = 0; /* Its hops are of another order. */
    }
    for (__u32 i = 0; i < DP_HOPS; i++) {
        __u32 seat = 0, hop = 0;

        if (!chain || i >= chain->n_hops) {
            break;
        }
        if (was) {
            seat = seat_had(flow, was, chain->group[i], &hop);
            sent |= seat ? (flow->sent >> hop & 1) << i : 0;
        }
        seats |= (__u64)(seat ? seat : (__u32)inst_pick(k, flow, chain->group[i], 0, 0)) << 8 * i;
    }
    flow->chain = chain ? id : 0;
    flow->sent = (__u8)sent;
    flow->seats = seats;
    return 0;
}

/* One more entry for the network; 0, or a reason why not. */
INLINE __u32
usage_take(const struct pkt *k)
{
    __u32 net = k->key.net, all = 0, bad = table_is_full(k);
    __u64 *n = bpf_map_lookup_elem(&usage, &net), *total = bpf_map_lookup_elem(&usage, &all);

    if (bad || !n || !total) {
        return bad ? bad : DROP_table_full;
    }
    __sync_fetch_and_add(n, 1);
    __sync_fetch_and_add(total, 1);
    return 0;
}

INLINE void
end_keep(struct dp_flow *flow, int which, const struct dp_end *end)
{
    flow->port[which] = end->port;
    flow->gen[which] = end->gen;
    mac_copy(flow->mac[which], end->mac);
}

/* An entry that is there is brought up to date in place. */
INLINE int
insert_again(struct __sk_buff *skb, struct pkt *k)
{
    struct dp_flow *flow = bpf_map_lookup_elem(&flows, &k->key);
    __u32 was;

    if (!flow) {
        return drop(k, DROP_internal);
    }
    if (k->swapped) {
        ends_swap(k);
    }
    was = flow->chain;
    end_keep(flow, 0, &k->end[0]);
    if (flow->port[1] != k->end[1].port || !mac_eq(flow->mac[1], k->end[1].mac)) {
        end_keep(flow, 1, &k->end[1]);
    }
    if (was != k->chain) {
        (void)choose(k, flow, bpf_map_lookup_elem(&chains, &was));
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
    k->flow.sent = 0xff;
    return call(skb, k, CALL_step);
}

SEC("tc")
int
dp_insert(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();
    struct dp_flow *flow;
    __u32 full;
    long bad;

    if (!k) {
        return TC_ACT_SHOT;
    }
    if (k->chain && !bpf_map_lookup_elem(&chains, &k->chain)) {
        return drop(k, DROP_chain_gone); /* Not past its functions. */
    }
    if (k->recheck) {
        return insert_again(skb, k);
    }
    flow = &k->flow;
    __builtin_memset(flow, 0, sizeof *flow);
    flow->last = tick_now();
    end_keep(flow, 0, &k->end[0]);
    end_keep(flow, 1, &k->end[1]);
    flow->flags = k->init_lo ? DP_FLOW_FROM_LO : 0;
    flow->state = !k->is_tcp ? TCP_ST_NONE : k->tcp_flags & TCP_SYN ? TCP_ST_SYN : TCP_ST_OPEN;
    (void)choose(k, flow, 0);
    if (k->spoken && k->first < DP_HOPS) {
        flow->first = k->first;
        flow->flags |= DP_FLOW_SPOKEN;
        flow_sit(flow, k->first & (DP_HOPS - 1), DP_INST_SEAT(k->in_inst) + 1);
        flow->sent = (__u8)(1 << k->first);
    }
    full = k->hash_only ? DROP_table_full : usage_take(k);
    if (full) {
        return insert_full(skb, k, full);
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

/* The flow and the chain of a packet whose hop 'k->repick' needs an instance; 0 or a reason. */
INLINE __u32
repick_begin(struct pkt *k, struct dp_flow **flow, struct dp_chain **chain)
{
    __u32 id;

    *flow = flow_find(k);
    if (!*flow || k->repick >= DP_HOPS) {
        return DROP_internal;
    }
    id = (*flow)->chain;
    *chain = bpf_map_lookup_elem(&chains, &id);
    return *chain ? 0 : DROP_chain_gone;
}

/* None of the hop's instances is up.  Packets go past it where its group says so; else into one
 * that is only silent: it loses nothing if it is dead, and all of it was wrong if it is not. */
SEC("tc")
int
dp_resort(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();
    struct dp_chain *chain;
    struct dp_flow *flow;
    struct dp_group *g;
    __u32 hop, id, seat, bad;

    if (!k) {
        return TC_ACT_SHOT;
    }
    bad = repick_begin(k, &flow, &chain);
    if (bad) {
        return drop(k, bad);
    }
    hop = k->repick;
    BOUND(hop, DP_HOPS - 1);
    id = chain->group[hop];
    g = bpf_map_lookup_elem(&groups, &id);
    if (g && g->flags & DP_GROUP_OPEN) {
        k->passed |= (__u8)(1 << hop);
        count_passed(chain, hop, k->repick_dir);
        TRACE(k, DP_EVENT_passed, 0, DP_EVENT_PLACE(hop, k->repick_dir));
        return call(skb, k, CALL_step);
    }
    seat = flow_seat(flow, hop);
    if (!seat || !inst_serves(chain->group[hop], seat, k->from == FROM_LABEL, DP_DOWN_SILENT)) {
        seat = (__u32)inst_pick(k, flow, chain->group[hop], k->from == FROM_LABEL, DP_DOWN_SILENT);
    }
    if (!seat) {
        return drop(k, DROP_no_instance);
    }
    flow_sit(flow, hop, seat);
    k->trusted |= (__u8)(1 << hop);
    return call(skb, k, CALL_step);
}

/* A probe that came through a function; nobody else sees it. */
SEC("tc")
int
dp_probe(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();
    struct dp_probe probe;
    struct dp_health *h;
    struct dp_inst *inst;
    __u32 at;

    if (!k) {
        return TC_ACT_SHOT;
    }
    at = k->in_inst;
    inst = bpf_map_lookup_elem(&insts, &at);
    if (!inst || bpf_skb_load_bytes(skb, ETH_HLEN, &probe, sizeof probe) ||
        probe.magic != DP_PROBE_MAGIC || probe.inst != k->in_inst ||
        inst->port[probe.dir == DP_FORWARD ? DP_REVERSE : DP_FORWARD] != k->in_port) {
        return drop(k, DROP_ethertype);
    }
    at = inst->health;
    h = bpf_map_lookup_elem(&health, &at);
    if (h && probe.dir == DP_FORWARD) {
        h->seen[DP_FORWARD] = probe.seq;
    } else if (h) {
        h->seen[DP_REVERSE] = probe.seq;
    }
    return TC_ACT_SHOT;
}

/* Another site asks by a label of ours whether that instance is alive; no answer = it is not. */
SEC("tc")
int
dp_echo(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();
    struct dp_inst *inst;
    __u32 id;

    if (!k) {
        return TC_ACT_SHOT;
    }
    id = k->vni.inst;
    inst = bpf_map_lookup_elem(&insts, &id);
    if (!inst || inst->flags & DP_INST_REMOTE || !inst_is_up(inst, 0)) {
        return TC_ACT_SHOT;
    }
    return send_tunnel(skb, k, k->vtep, DP_VNI_ECHO);
}

/* The answer to our own question, from where the instance is. */
SEC("tc")
int
dp_echoed(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();
    struct dp_probe probe;
    struct dp_health *h;
    struct dp_inst *inst;
    __u32 at;

    if (!k || bpf_skb_load_bytes(skb, ETH_HLEN, &probe, sizeof probe) ||
        probe.magic != DP_PROBE_MAGIC) {
        return drop_count(DROP_tunnel_unknown);
    }
    at = probe.inst;
    inst = bpf_map_lookup_elem(&insts, &at);
    if (!inst || !(inst->flags & DP_INST_REMOTE) || inst->vtep != k->vtep) {
        return drop_count(DROP_tunnel_source);
    }
    at = inst->health;
    h = bpf_map_lookup_elem(&health, &at);
    if (h && probe.dir == DP_FORWARD) {
        h->seen[DP_FORWARD] = probe.seq;
    } else if (h) {
        h->seen[DP_REVERSE] = probe.seq;
    }
    return TC_ACT_SHOT;
}

/* A hop's instance is down or gone: the flow moves to another. */
SEC("tc")
int
dp_repick(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();
    struct dp_chain *chain;
    struct dp_flow *flow;
    __u32 hop, seat, bad;

    if (!k) {
        return TC_ACT_SHOT;
    }
    bad = repick_begin(k, &flow, &chain);
    if (bad) {
        return drop(k, bad);
    }
    hop = k->repick;
    BOUND(hop, DP_HOPS - 1);
    if (flow->flags & DP_FLOW_SPOKEN && hop == flow->first) {
        return drop(k, DROP_no_instance); /* It was this one's flow. */
    }
    seat = (__u32)inst_pick(k, flow, chain->group[hop], k->from == FROM_LABEL, 0);
    if (!seat) {
        return call(skb, k, CALL_resort);
    }
    flow_sit(flow, hop, seat);
    return call(skb, k, CALL_step);
}

/* The number that is spread over the bits DP_VERSION. */
INLINE __u32
version_number(__u64 bits)
{
    __u32 n = 0;

    for (int i = 0; i < 8; i++) {
        n |= (__u32)(bits >> (8 * i + 7) & 1) << i;
    }
    return n;
}

/* Where a hop of the order of that age is now; DP_HOPS = nowhere. */
ONCE int
hop_now(const struct dp_chain *chain, __u32 age, __u32 hop)
{
    __u64 at = age - 1;

    BOUND(at, 0xff);
    BOUND(hop, DP_HOPS - 1);
    if (!chain || at >= DP_PAST) {
        return DP_HOPS;
    }
    for (__u32 i = 0; i < DP_HOPS && i < chain->n_hops; i++) {
        if (chain->group[i] == chain->past[at][hop]) {
            return (int)i;
        }
    }
    return DP_HOPS;
}

/* The hop of a group in the order of that age; DP_HOPS = none. */
ONCE int
hop_had(const struct dp_chain *chain, __u32 age, __u32 group)
{
    __u64 at = age - 1; /* In one register, for the verifier. */

    BOUND(at, 0xff);
    if (!chain || at >= DP_PAST) {
        return DP_HOPS;
    }
    for (__u32 hop = 0; hop < DP_HOPS; hop++) {
        if (chain->past[at][hop] == group) {
            return (int)hop;
        }
    }
    return DP_HOPS;
}

/* The chain's hops are others than the entry's.  A group's instance stays the flow's wherever the
 * group stands now; only what is older than the chain remembers has all chosen anew.  One processor
 * does so: what the others make of an entry that is half new is thrown away. */
SEC("tc")
int
dp_reseat(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();
    struct dp_chain *chain;
    struct dp_flow *flow;
    struct dp_flow *was;
    __u32 bad, age, sent = 0, first;
    __u64 seats;

    if (!k) {
        return TC_ACT_SHOT;
    }
    k->repick = 0;
    bad = repick_begin(k, &flow, &chain);
    if (bad) {
        return drop(k, bad);
    }
    was = &k->flow;
    was->seats = flow_seats(flow);
    was->sent = flow->sent;
    was->first = flow->first;
    asm volatile("" ::: "memory"); /* From here on this is what it was. */
    seats = chain->version;
    age = (version_number(seats) - version_number(was->seats)) & 0xff;
    for (__u32 i = 0; i < DP_HOPS && i < chain->n_hops; i++) {
        __u32 from = (__u32)hop_had(chain, age, chain->group[i]);

        if (from < DP_HOPS) {
            seats |= (__u64)flow_seat(was, from) << 8 * i;
            sent |= (was->sent >> from & 1) << i;
        }
    }
    first = (__u32)hop_now(chain, age, was->first);
    if (!age || !__sync_bool_compare_and_swap(&flow->seats, was->seats, seats)) {
        return call(skb, k, CALL_step); /* Another processor was first. */
    }
    if (flow->flags & DP_FLOW_SPOKEN && first == DP_HOPS) {
        flow_forget(k); /* Where it began is no longer there. */
        return k->hash_only ? drop(k, DROP_internal) : call(skb, k, CALL_step);
    }
    flow->sent = k->hash_only ? 0xff : (__u8)sent;
    flow->first = first < DP_HOPS ? (__u8)first : 0;
    return call(skb, k, CALL_step);
}

/* An entry goes where it is stale; 0 always. */
ONCE int
collect_one(const struct dp_flow_key *at, __u32 now)
{
    struct dp_flow_key key;
    struct dp_flow *flow;

    if (!at) {
        return 0;
    }
    key = *at;
    flow = bpf_map_lookup_elem(&flows, &key);
    if (flow && dp_flow_idle(flow, key.proto, now) && !bpf_map_delete_elem(&flows, &key)) {
        usage_drop(key.net);
    }
    return 0;
}

/* Removes what the agent found stale, where it still is: a packet may have come since. */
SEC("tc")
int
dp_collect(struct __sk_buff *skb)
{
    __u32 now = tick_now(), n = 0, off = DP_COLLECT_OFF + sizeof n;
    struct dp_flow_key key;

    if (bpf_skb_load_bytes(skb, DP_COLLECT_OFF, &n, sizeof n)) {
        return 0;
    }
    for (__u32 i = 0; i < DP_COLLECT_MAX && i < n; i++) {
        if (bpf_skb_load_bytes(skb, off, &key, sizeof key)) {
            break;
        }
        off += sizeof key;
        (void)collect_one(&key, now);
    }
    return 0;
}

/* An entry of a network that is there; 0 always. */
ONCE int
adopt_one(const struct dp_adopted *at)
{
    struct dp_adopted in;
    __u64 *of_net, *total;
    __u32 all = 0;

    if (!at) {
        return 0;
    }
    in = *at;
    of_net = bpf_map_lookup_elem(&usage, &in.key.net);
    total = bpf_map_lookup_elem(&usage, &all);
    if (!of_net || !total) {
        return 0;
    }
    __sync_fetch_and_add(of_net, 1);
    __sync_fetch_and_add(total, 1);
    if (bpf_map_update_elem(&flows, &in.key, &in.flow, BPF_NOEXIST)) {
        usage_drop(in.key.net);
    }
    return 0;
}

/* Puts flows that the agent found in the table of an earlier ABI, unless a packet was first. */
SEC("tc")
int
dp_adopt(struct __sk_buff *skb)
{
    __u32 n = 0, off = DP_COLLECT_OFF + sizeof n;
    struct dp_adopted in;

    if (bpf_skb_load_bytes(skb, DP_COLLECT_OFF, &n, sizeof n)) {
        return 0;
    }
    for (__u32 i = 0; i < DP_ADOPT_MAX && i < n; i++) {
        if (bpf_skb_load_bytes(skb, off, &in, sizeof in)) {
            break;
        }
        off += sizeof in;
        (void)adopt_one(&in);
    }
    return 0;
}

#endif
