/* The kernel programs in user space: the very sources of bpf/, compiled for
 * this machine, run over copies of what the pinned maps hold.  What they read is
 * read from the kernel once; what they write stays here, so that nothing that
 * runs is touched, and the next packet of the same trace finds it. */
#ifndef CARRICK_AGENT_TRACE_KERNEL_H
#define CARRICK_AGENT_TRACE_KERNEL_H

#include "base/err.h"

#include <linux/if_ether.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_HEAD 1024 /* Bytes of a packet that are there; behind them are zeros. */
#define TRACE_TYPE_OFF offsetof(struct ethhdr, h_proto)

struct trace_packet {
    uint8_t b[TRACE_HEAD];
    uint32_t n;          /* Length, which may be more than is there. */
    uint32_t ifindex;    /* Where it comes in: a port's link, or: */
    uint32_t vtep, vni;  /* the tunnel endpoint and identifier that it comes by */
};

/* What a program did, told while it runs; pointers are good during the call. */
enum trace_act {
    TRACE_CALL,   /* 'name' is a program that is gone on in. */
    TRACE_LOOKUP, /* 'name' is a map; 'value' null = nothing is there. */
    TRACE_EVENT,  /* 'event' (DP_EVENT_*, bpf/abi.h) with its 'a' and 'b'. */
};
struct trace_seen {
    enum trace_act act;
    const char *name;
    const void *key, *value;
    uint32_t event, a, b;
};
typedef void trace_seen_fn(void *arg, const struct trace_seen *seen);
/* Opens the map that is pinned by that name. */
typedef struct err *trace_open_fn(void *arg, const char *name, int *fd);

/* How a packet left the programs. */
enum trace_end { TRACE_DROPPED, TRACE_SENT, TRACE_TUNNELLED };
struct trace_verdict {
    enum trace_end end;
    uint32_t ifindex;   /* TRACE_SENT: into that link, to its other side where 'peer'. */
    bool peer;
    uint32_t vtep, vni; /* TRACE_TUNNELLED */
};

struct trace_kernel;
struct trace_kernel *trace_kernel_new(trace_open_fn *open, trace_seen_fn *seen, void *arg) MUST_USE;
void trace_kernel_free(struct trace_kernel *kernel);
void trace_kernel_autofree(struct trace_kernel **kernel);
/* Runs the entry program of 'packet', which it may change.  E_UNAVAILABLE where a map cannot be
 * read, E_INTERNAL where the programs do what cannot be followed here. */
struct err *trace_kernel_run(struct trace_kernel *kernel, struct trace_packet *packet,
                             struct trace_verdict *verdict) MUST_USE;
/* What the map holds under the key, after the trace so far; null where nothing.  Not told. */
const void *trace_kernel_read(struct trace_kernel *kernel, const char *map, const void *key);

#endif
