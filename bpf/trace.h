/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Live traces: packets of a few flows are told to the agent while somebody
 * follows them.  While nobody does, a place that tells costs one look at a word
 * that all share. */
#ifndef CARRICK_BPF_TRACE_H
#define CARRICK_BPF_TRACE_H

#include "maps.h"

MAP(tracing, BPF_MAP_TYPE_ARRAY, __u32, struct dp_tracing, 1, 0);
MAP(trace_left, BPF_MAP_TYPE_ARRAY, __u32, struct dp_trace_left, DP_TRACES, 0);
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, DP_EVENTS_BYTES);
} events SEC(".maps");

/* TRACE(packet's notes, DP_EVENT_*, what it is about: see struct dp_event).  A packet that is not
 * understood yet is of no flow: it is not told of. */
#ifndef TRACE
#define TRACE(k, kind, a, b)                                                                       \
    do {                                                                                           \
        __u32 zero_ = 0;                                                                           \
        struct dp_tracing *tracing_ = bpf_map_lookup_elem(&tracing, &zero_);                       \
                                                                                                   \
        if (tracing_ && tracing_->n && (k)->parsed) {                                              \
            trace_tell(tracing_, k, kind, a, b);                                                   \
        }                                                                                          \
    } while (0)

static __attribute__((always_inline)) inline int
trace_ip_eq(const struct dp_ip *a, const struct dp_ip *b)
{
    const __u64 *x = (const __u64 *)a->b, *y = (const __u64 *)b->b;

    return x[0] == y[0] && x[1] == y[1];
}

/* 0 = it is another flow's; else DP_TRACE_REQUEST or _REPLY. */
ONCE int
trace_match(const struct dp_trace_filter *f, const struct pkt *k)
{
    if (!f || !k || !f->id || f->net != k->key.net || f->proto != k->key.proto) {
        return 0;
    }
    if (trace_ip_eq(&f->src, &k->src) && trace_ip_eq(&f->dst, &k->dst) &&
        (!f->sport || f->sport == k->sport) && (!f->dport || f->dport == k->dport)) {
        return DP_TRACE_REQUEST;
    }
    if (trace_ip_eq(&f->src, &k->dst) && trace_ip_eq(&f->dst, &k->src) &&
        (!f->sport || f->sport == k->dport) && (!f->dport || f->dport == k->sport)) {
        return DP_TRACE_REPLY;
    }
    return 0;
}

/* It is called from many places and hardly ever. */
ONCE int
trace_tell(const struct dp_tracing *t, const struct pkt *k, __u32 kind, __u32 a, __u32 b)
{
    struct dp_event event = {.ns = bpf_ktime_get_ns(), .kind = kind, .a = a, .b = b};

    if (!t || !k) {
        return 0;
    }
    event.in_port = k->in_port;
    event.sport = k->sport;
    event.dport = k->dport;
    for (__u32 i = 0; i < DP_TRACES; i++) {
        __u32 at = i, direction = (__u32)trace_match(&t->filter[i], k);
        struct dp_trace_left *left;

        if (!direction) {
            continue;
        }
        left = bpf_map_lookup_elem(&trace_left, &at);
        if (!left) {
            continue;
        }
        event.trace = t->filter[i].id;
        event.direction = direction;
        if (left->n && !bpf_ringbuf_output(&events, &event, sizeof event, 0)) {
            left->n--; /* Two processors may both take the last one. */
        } else {
            __sync_fetch_and_add(&left->lost, 1);
        }
    }
    return 0;
}
#endif

#endif
