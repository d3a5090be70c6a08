/* Inside of trace_kernel: what the programs call, and the programs. */
#ifndef CARRICK_AGENT_TRACE_HELPERS_H
#define CARRICK_AGENT_TRACE_HELPERS_H

#include <linux/bpf.h>
#include <linux/types.h>

/* The helpers of the kernel (bpf-helpers(7)), as far as the programs use them, over the packet and
 * the maps of the trace that runs on this thread. */
void *trace_map_lookup(const char *map, const void *key);
long trace_map_update(const char *map, const void *key, const void *value, __u64 flags);
long trace_map_delete(const char *map, const void *key);
long trace_load_bytes(__u32 off, void *to, __u32 n);
long trace_store_bytes(__u32 off, const void *from, __u32 n);
long trace_change_tail(struct __sk_buff *skb, __u32 n);
long trace_change_head(struct __sk_buff *skb, __u32 more);
long trace_adjust_room(struct __sk_buff *skb, __s32 more);
long trace_vlan_push(struct __sk_buff *skb, __be16 proto, __u16 tci);
long trace_vlan_pop(struct __sk_buff *skb);
long trace_get_tunnel_key(struct bpf_tunnel_key *key);
long trace_set_tunnel_key(const struct bpf_tunnel_key *key);
long trace_redirect(__u32 ifindex, int peer);
__s64 trace_csum_diff(const void *from, __u32 from_size, const void *to, __u32 to_size, __u32 seed);
__u64 trace_time_ns(void);
/* Counts a tail call and tells of it; 0 where it may not be made any more. */
int trace_may_call(const char *program);

/* Tells what a live trace would be told (TRACE in bpf/trace.h). */
void trace_event(__u32 event, __u32 a, __u32 b);

/* The entries (trace_programs.c). */
int trace_port_in(struct __sk_buff *skb);
int trace_tun_in(struct __sk_buff *skb);

#endif
