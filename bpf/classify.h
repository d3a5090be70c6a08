/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which chain a flow takes: a look-up for each shape that its network's
 * classifiers have, best first, however many classifiers there are; then, where
 * chains follow the one that was found, the same again among those. */
#ifndef CARRICK_BPF_CLASSIFY_H
#define CARRICK_BPF_CLASSIFY_H

#include "rules.h"

/* Three calls are enough for DP_SHAPES_MAX and DP_HOPS times DP_SHAPES_AFTER_MAX. */
#define CLASS_BLOCKS_A_CALL 16

/* Without an entry to ask, it may also be the other direction. */
INLINE int
class_none(struct __sk_buff *skb, struct pkt *k)
{
    struct dp_end end = k->end[0];

    if ((k->from != FROM_FUNCTION && !k->hash_only) || k->swapped) {
        return call(skb, k, CALL_insert);
    }
    k->end[0] = k->end[1];
    k->end[1] = end;
    k->init_lo = !k->init_lo;
    k->class_block = 0;
    ends_swap(k);
    return call(skb, k, CALL_classify);
}

INLINE void
ip_masked(struct dp_ip *out, const struct dp_ip *ip, const __u64 *mask)
{
    __u64 *to = (__u64 *)out->b;
    const __u64 *from = (const __u64 *)ip->b;

    to[0] = from[0] & mask[0];
    to[1] = from[1] & mask[1];
}

INLINE int
class_outranks(const struct dp_class *a, const struct dp_class *b)
{
    return !b->chain || a->priority > b->priority ||
           (a->priority == b->priority && a->tie < b->tie);
}

/* The classifier of this shape that the packet matches, if it is the best so far. */
INLINE void
class_look(struct pkt *k, const struct dp_shape *shape)
{
    struct dp_class_key key = {.scope = k->class_scope,
                               .from = shape->flags & DP_CLASS_FROM ? k->end[0].port : 0,
                               .to = shape->flags & DP_CLASS_TO ? k->end[1].port : 0,
                               .sport = k->sport & shape->sport_mask,
                               .dport = k->dport & shape->dport_mask,
                               .flags = shape->flags,
                               .src_len = shape->src_len,
                               .dst_len = shape->dst_len,
                               .sport_len = shape->sport_len,
                               .dport_len = shape->dport_len,
                               .proto = shape->proto};
    struct dp_class *class;

    if (!!(shape->flags & DP_CLASS_V6) != k->v6 ||
        (shape->flags & DP_CLASS_PROTO && shape->proto != k->key.proto)) {
        return;
    }
    ip_masked(&key.src, &k->src, shape->src_mask);
    ip_masked(&key.dst, &k->dst, shape->dst_mask);
    class = bpf_map_lookup_elem(&classes, &key);
    if (class && class_outranks(class, &k->class)) {
        k->class = *class;
    }
}

/* Goes through the next block of the scope; false where the rest of the scope cannot have better. */
ONCE int
class_block_look(struct pkt *k)
{
    struct dp_shapes_key key = {0};
    struct dp_shapes *block;

    if (!k) {
        return 0;
    }
    key.scope = k->class_scope;
    key.block = k->class_block - 1;
    block = bpf_map_lookup_elem(&shapes, &key);
    if (!block) {
        return 0;
    }
    for (__u32 i = 0; i < DP_SHAPES_A_BLOCK; i++) {
        const struct dp_shape *shape = &block->shape[i];

        if (i >= block->n || (k->class.chain && shape->top < k->class.priority)) {
            return 0;
        }
        class_look(k, shape);
    }
    k->class_block++;
    return (int)block->more;
}

INLINE void
class_scope_enter(struct pkt *k, __u32 scope)
{
    k->class_scope = scope;
    k->class_block = 1;
    k->class.chain = 0;
}

/* The scope is through.  What was found is the chain; false where none follows it. */
INLINE int
class_descend(struct pkt *k)
{
    __u32 id = k->class.chain;
    struct dp_chain *chain = id ? bpf_map_lookup_elem(&chains, &id) : 0;

    k->chain = id ? id : k->chain;
    if (!chain || !(chain->flags & DP_CHAIN_BRANCHES) || k->class_depth >= DP_HOPS) {
        return 0;
    }
    k->class_depth++;
    class_scope_enter(k, id);
    return 1;
}

SEC("tc")
int
dp_classify(struct __sk_buff *skb)
{
    struct pkt *k = pkt_get();

    if (!k) {
        return TC_ACT_SHOT;
    }
    if (!k->class_block) {
        k->chain = 0;
        k->classified = 1;
        k->class_depth = 0;
        class_scope_enter(k, k->key.net);
    }
    for (int n = 0; n < CLASS_BLOCKS_A_CALL; n++) {
        if (!class_block_look(k) && !class_descend(k)) {
            return k->chain ? call(skb, k, CALL_insert) : class_none(skb, k);
        }
    }
    return call(skb, k, CALL_classify);
}

#endif
