/* The sources of the kernel programs, compiled for this machine: each helper of
 * the kernel that they use is named here with what stands for it, maps are known
 * by their names, and a tail call is a call whose answer is returned. */
#include "agent/trace_helpers.h"

/* Instead of <bpf/bpf_helpers.h>. */
#define __BPF_HELPERS__
#define SEC(name)
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name
#define BOUND(x, mask) ((x) &= (mask))
#define ONCE static
#define FORGET(x, any) ((void)(any))

#define bpf_map_lookup_elem(map, key) trace_map_lookup(#map, key)
#define bpf_map_update_elem(map, key, value, flags) trace_map_update(#map, key, value, flags)
#define bpf_map_delete_elem(map, key) trace_map_delete(#map, key)
#define bpf_skb_load_bytes(skb, off, to, n) trace_load_bytes(off, to, n)
#define bpf_skb_store_bytes(skb, off, from, n, flags) trace_store_bytes(off, from, n)
#define bpf_skb_change_tail(skb, n, flags) trace_change_tail(skb, n)
#define bpf_skb_change_head(skb, more, flags) trace_change_head(skb, more)
#define bpf_skb_adjust_room(skb, more, mode, flags) trace_adjust_room(skb, more)
#define bpf_skb_vlan_push(skb, proto, tci) trace_vlan_push(skb, proto, tci)
#define bpf_skb_vlan_pop(skb) trace_vlan_pop(skb)
#define bpf_skb_change_type(skb, type) ((void)((skb)->pkt_type = (type)))
#define bpf_skb_get_tunnel_key(skb, key, n, flags) trace_get_tunnel_key(key)
#define bpf_skb_set_tunnel_key(skb, key, n, flags) trace_set_tunnel_key(key)
#define bpf_redirect(ifindex, flags) trace_redirect(ifindex, 0)
#define bpf_redirect_peer(ifindex, flags) trace_redirect(ifindex, 1)
#define bpf_clone_redirect(skb, ifindex, flags) ((void)(ifindex), 0)
#define bpf_csum_diff(from, n, to, m, seed) trace_csum_diff(from, n, to, m, seed)
/* A sum that is replaced needs the packet's payload; nobody looks at sums here. */
#define bpf_l3_csum_replace(skb, off, from, to, flags) ((void)(from), (void)(to), 0)
#define bpf_l4_csum_replace(skb, off, from, to, flags) ((void)(from), (void)(to), 0)
#define bpf_ktime_get_coarse_ns() trace_time_ns()
#define bpf_tail_call(skb, map, which)                                                             \
    do {                                                                                           \
        int verdict_;                                                                              \
                                                                                                   \
        if (tail_call(skb, which, &verdict_)) {                                                    \
            return verdict_;                                                                       \
        }                                                                                          \
    } while (0)

#define TRACE(k, kind, a, b) trace_event(kind, a, b)

static int tail_call(struct __sk_buff *skb, __u32 which, int *verdict);

/* NOLINTNEXTLINE(bugprone-suspicious-include): the programs themselves, as functions. */
#include "bpf/datapath.bpf.c"

static int
tail_call(struct __sk_buff *skb, __u32 which, int *verdict)
{
    static const struct {
        const char *name;
        int (*run)(struct __sk_buff *skb);
    } programs[] = {
#define X(name) {#name, dp_##name},
        DP_CALLS(X)
#undef X
    };

    if (which >= CALL_N || !trace_may_call(programs[which].name)) {
        return 0;
    }
    *verdict = programs[which].run(skb);
    return 1;
}

int
trace_port_in(struct __sk_buff *skb)
{
    return dp_port_in(skb);
}

int
trace_tun_in(struct __sk_buff *skb)
{
    return dp_tun_in(skb);
}
