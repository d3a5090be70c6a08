/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The maps.  The agent pins them by these names; their meaning is in abi.h. */
#ifndef CARRICK_BPF_MAPS_H
#define CARRICK_BPF_MAPS_H

#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "abi.h"

#define MAP(name_, type_, key_, value_, max_, flags_)                                              \
    struct {                                                                                       \
        __uint(type, type_);                                                                       \
        __uint(max_entries, max_);                                                                 \
        __uint(map_flags, flags_);                                                                 \
        __type(key, key_);                                                                         \
        __type(value, value_);                                                                     \
    } name_ SEC(".maps")

MAP(config, BPF_MAP_TYPE_ARRAY, __u32, struct dp_config, 1, 0);
MAP(ports, BPF_MAP_TYPE_HASH, __u32, struct dp_port, DP_PORTS_MAX, BPF_F_NO_PREALLOC);
MAP(fdb, BPF_MAP_TYPE_HASH, struct dp_fdb_key, __u32, 131072, BPF_F_NO_PREALLOC);
MAP(places, BPF_MAP_TYPE_HASH, __u32, struct dp_place, 131072, BPF_F_NO_PREALLOC);
MAP(addrs, BPF_MAP_TYPE_HASH, struct dp_addr_key, struct dp_addr, 262144, BPF_F_NO_PREALLOC);
MAP(sources, BPF_MAP_TYPE_LPM_TRIE, struct dp_source_key, __u32, 262144, BPF_F_NO_PREALLOC);
MAP(nets, BPF_MAP_TYPE_HASH, __u32, struct dp_net, 16384, BPF_F_NO_PREALLOC);
MAP(usage, BPF_MAP_TYPE_HASH, __u32, __u64, 16384, BPF_F_NO_PREALLOC);
MAP(rules, BPF_MAP_TYPE_HASH, struct dp_rules_key, struct dp_rules, 65536, BPF_F_NO_PREALLOC);
MAP(members, BPF_MAP_TYPE_HASH, struct dp_member_key, __u32, 262144, BPF_F_NO_PREALLOC);
MAP(shapes, BPF_MAP_TYPE_HASH, struct dp_shapes_key, struct dp_shapes, 65536, BPF_F_NO_PREALLOC);
MAP(classes, BPF_MAP_TYPE_HASH, struct dp_class_key, struct dp_class, 262144, BPF_F_NO_PREALLOC);
MAP(chains, BPF_MAP_TYPE_HASH, __u32, struct dp_chain, DP_CHAINS_MAX, BPF_F_NO_PREALLOC);
MAP(groups, BPF_MAP_TYPE_HASH, __u32, struct dp_group, DP_HOP_SLOTS, BPF_F_NO_PREALLOC);
MAP(insts, BPF_MAP_TYPE_HASH, __u32, struct dp_inst, 65536, BPF_F_NO_PREALLOC);
MAP(health, BPF_MAP_TYPE_ARRAY, __u32, struct dp_health, DP_INSTS_MAX, BPF_F_MMAPABLE);
MAP(labels, BPF_MAP_TYPE_HASH, struct dp_label_key, struct dp_label, 65536, BPF_F_NO_PREALLOC);
MAP(vnis, BPF_MAP_TYPE_HASH, __u32, struct dp_vni, 65536, BPF_F_NO_PREALLOC);
MAP(peers, BPF_MAP_TYPE_HASH, struct dp_peer_key, __u32, 65536, BPF_F_NO_PREALLOC);
MAP(flows, BPF_MAP_TYPE_HASH, struct dp_flow_key, struct dp_flow, DP_FLOWS_DEFAULT, 0);
MAP(frags, BPF_MAP_TYPE_LRU_HASH, struct dp_frag_key, struct dp_frag, 16384, 0);
MAP(port_stats, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, struct dp_port_stats, DP_PORTS_MAX, 0);
MAP(hop_stats, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, struct dp_hop_stats, DP_HOP_SLOTS, 0);
MAP(drops, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, __u64, DROP_N, 0);
MAP(guests, BPF_MAP_TYPE_HASH, __u32, struct dp_guest, DP_PORTS_MAX, BPF_F_NO_PREALLOC);
MAP(rates, BPF_MAP_TYPE_ARRAY, __u32, __u64, DP_PORTS_MAX * 2, 0);
/* Of the agent alone; kept here so that they live as long as the rest. */
MAP(ids, BPF_MAP_TYPE_HASH, struct dp_id_key, struct dp_id, 524288, BPF_F_NO_PREALLOC);
MAP(meta, BPF_MAP_TYPE_ARRAY, __u32, struct dp_meta, 1, 0);

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, CALL_N);
    __uint(key_size, 4);
    __uint(value_size, 4);
} calls SEC(".maps");

#endif
