/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What there is to compare with: a bare redirect from port to port, without
 * looking at the packet. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 64);
    __type(key, __u32);
    __type(value, __u32);
} wires SEC(".maps");

SEC("tc")
int
redirect(struct __sk_buff *skb)
{
    __u32 from = skb->ifindex, *to = bpf_map_lookup_elem(&wires, &from);

    if (!to) {
        return TC_ACT_SHOT;
    }
    bpf_skb_change_type(skb, 0);
    return (int)bpf_redirect_peer(*to, 0);
}

char bench_license[] SEC("license") = "Dual BSD/GPL";
