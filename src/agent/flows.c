/* A million entries are walked in turns, so that the agent's loop does other things
 * in between, and so that no processor is held for long.  Copying keys out and
 * judging them here costs least; to remove one is left to the kernel program, which
 * looks once more and counts exactly whatever becomes of the agent. */
#include "agent/flows.h"

#include "bpf/abi.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#define BATCH 4096
#define FLOWS_A_TURN 32768

struct turn {
    struct dp_flow_key keys[BATCH];
    struct dp_flow flows[BATCH];
    struct {
        uint8_t header[DP_COLLECT_OFF];
        uint32_t n;
        struct dp_flow_key keys[DP_COLLECT_MAX];
    } frame; /* As dp_collect reads it. */
};

static struct err *
frame_send(struct turn *t, int collector)
{
    LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = &t->frame, .data_size_in = sizeof t->frame);

    if (t->frame.n && bpf_prog_test_run_opts(collector, &opts)) {
        return err_errno(E_UNAVAILABLE, "remove stale flows");
    }
    t->frame.n = 0;
    return NULL;
}

static struct err *
batch_judge(struct turn *t, int collector, uint32_t n, uint32_t tick)
{
    for (uint32_t i = 0; i < n; i++) {
        if (dp_flow_idle(&t->flows[i], t->keys[i].proto, tick)) {
            t->frame.keys[t->frame.n++] = t->keys[i];
        }
        if (t->frame.n == DP_COLLECT_MAX) {
            TRY(frame_send(t, collector));
        }
    }
    return frame_send(t, collector);
}

static uint32_t
tick_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint32_t)(((uint64_t)ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec) >> DP_TICK_SHIFT);
}

struct err *
flows_collect(int table, int collector, struct flow_walk *walk, bool *done)
{
    AUTO(mem) mem = mem_new("collect");
    struct turn *t = MEM_NEW(mem, struct turn);
    uint32_t seen = 0, tick = tick_now();

    *done = false;
    while (!*done && seen < FLOWS_A_TURN) {
        uint32_t n = BATCH, next;
        int bad = bpf_map_lookup_batch(table, walk->begun ? &walk->at : NULL, &next, t->keys,
                                       t->flows, &n, NULL);

        if (bad && errno != ENOENT) {
            *walk = (struct flow_walk){0};
            return err_errno(E_UNAVAILABLE, "walk the flow table");
        }
        *done = bad;
        *walk = (struct flow_walk){.at = bad ? 0 : next, .begun = !bad};
        seen += n;
        TRY(batch_judge(t, collector, n, tick));
    }
    return NULL;
}

struct err *
flows_usage(int usage, uint32_t net)
{
    struct bpf_map_info info = {0};
    uint32_t n = sizeof info;
    uint64_t zero = 0;

    if (!bpf_map_update_elem(usage, &net, &zero, BPF_NOEXIST) || errno == EEXIST) {
        return NULL;
    }
    if (errno == E2BIG && !bpf_obj_get_info_by_fd(usage, &info, &n)) {
        return err_new(E_QUOTA, NULL,
                       "the host's table of networks whose flows are counted is full (%u entries)",
                       info.max_entries);
    }
    return err_errno(E_UNAVAILABLE, "count of a network's flows");
}
