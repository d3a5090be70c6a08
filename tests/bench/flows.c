/* A million flows: what their table takes of the kernel, what a flow's first packet and a later one
 * cost as it fills, and what the agent spends on looking through it.  Writes a table to $BENCH_OUT.
 *
 * Packets go through the entry program by BPF_PROG_TEST_RUN, all the way to the verdict: the
 * kernel's own clock around it is what is told.  Each is of a chain of two functions. */
#include "../datapath/frames.h"
#include "../datapath/topo.h"

#include "base/time.h"
#include "bpf/abi.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <linux/pkt_cls.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENTRIES 1048576
#define SAMPLES 20000
#define PORTS 60000 /* Flows an address. */
#define WATCH_S 12

struct bench {
    struct topo *t;
    struct site *s;
    int prog, flows;
    unsigned ifindex;
    struct frame frame;
    uint32_t ns[SAMPLES];
};

/* The packet of flow 'i'; ns. */
static uint32_t
packet(struct bench *b, uint32_t i)
{
    uint32_t address = 1 + i / PORTS, port = 1024 + i % PORTS;
    struct __sk_buff ctx = {.ifindex = b->ifindex};
    LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = b->frame.b,
                .data_size_in = (uint32_t)b->frame.n, .ctx_in = &ctx, .ctx_size_in = sizeof ctx);

    b->frame.b[28] = (uint8_t)(address >> 8);
    b->frame.b[29] = (uint8_t)address;
    b->frame.b[34] = (uint8_t)(port >> 8);
    b->frame.b[35] = (uint8_t)port;
    REQUIRE(!bpf_prog_test_run_opts(b->prog, &opts));
    REQUIRE(opts.retval == TC_ACT_REDIRECT);
    return opts.duration;
}

static int
ns_cmp(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void
cell(FILE *out, struct bench *b, uint32_t n)
{
    qsort(b->ns, n, sizeof *b->ns, ns_cmp);
    (void)fprintf(out, " %u (%u) |", b->ns[n / 2], b->ns[n * 99 / 100]);
}

/* Fills up from 'from' to 'to' and measures the last of them, then known ones here and there. */
static void
level(FILE *out, struct bench *b, uint32_t from, uint32_t to)
{
    uint32_t n = to - from < SAMPLES ? to - from : SAMPLES;

    for (uint32_t i = from; i < to - n; i++) {
        (void)packet(b, i);
    }
    for (uint32_t i = 0; i < n; i++) {
        b->ns[i] = packet(b, to - n + i);
    }
    (void)fprintf(out, "| %u |", to);
    cell(out, b, n);
    for (uint32_t i = 0; i < SAMPLES; i++) {
        b->ns[i] = packet(b, (uint32_t)((uint64_t)i * 2654435761u % to));
    }
    cell(out, b, SAMPLES);
    (void)fprintf(out, "\n");
}

static long
map_bytes(int fd)
{
    char path[64], line[128];
    long bytes = 0;
    FILE *f;

    (void)snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    f = fopen(path, "r");
    REQUIRE(f);
    while (!bytes && fgets(line, sizeof line, f)) {
        (void)sscanf(line, "memlock: %ld", &bytes);
    }
    (void)fclose(f);
    return bytes;
}

/* Seconds of CPU that the agent has had. */
static double
agent_cpu(struct bench *b)
{
    const char *path = mem_printf(b->t->mem, "/proc/%d/schedstat", (int)b->s->agent);
    unsigned long long ns = 0;
    FILE *f = fopen(path, "r");

    REQUIRE(f && fscanf(f, "%llu", &ns) == 1);
    (void)fclose(f);
    return (double)ns / 1e9;
}

/* As if all had idled for a day. */
static void
age(struct bench *b)
{
    static struct dp_flow_key keys[4096];
    static struct dp_flow values[4096];
    uint32_t at = 0;
    bool first = true;
    int bad = 0;

    while (!bad) {
        uint32_t n = ARRAY_SIZE(keys);

        bad = bpf_map_lookup_batch(b->flows, first ? NULL : &at, &at, keys, values, &n, NULL);
        first = false;
        for (uint32_t i = 0; i < n; i++) {
            values[i].last -= 86400;
            (void)bpf_map_update_elem(b->flows, &keys[i], &values[i], BPF_EXIST);
        }
    }
}

static void
agent_measure(FILE *out, struct bench *b)
{
    double cpu = agent_cpu(b);
    int64_t since = time_mono_ns();

    while (time_mono_ns() - since < WATCH_S * 1000000000LL) {
        (void)topo_turn(b->t);
    }
    cpu = (agent_cpu(b) - cpu) * 100 / WATCH_S;
    age(b);
    since = time_mono_ns();
    SITE_EVENTUALLY(b->s, 60000, site_counters(b->s)->flows == 0);
    (void)fprintf(out, "\nThe agent's main thread looks through a million entries at %.1f %% of a "
                       "processor; a million stale ones are gone after %.1f s.\n",
                  cpu, (double)(time_mono_ns() - since) / 1e9);
}

static void
bench_open(struct bench *b)
{
    struct desired_port *pa, *pb;
    struct desired_chain *chain;
    int there;

    b->t = topo_new_flows(1, ENTRIES);
    b->s = &b->t->sites[0];
    site_network(b->s, "n", 100);
    pa = site_node(b->s, "a", "n", "10.0.0.1", NULL);
    pb = site_node(b->s, "b", "n", "10.0.0.2", NULL);
    site_function(b->s, "f", "n");
    site_function(b->s, "g", "n");
    chain = site_chain(b->s, "c", "n");
    (void)chain_class(b->s, chain, 17, 2000);
    (void)chain_hop(b->s, chain, "f");
    (void)chain_hop(b->s, chain, "g");
    topo_up(b->t);
    b->frame = frame_udp(pa->mac, pb->mac, "10.1.0.0", "10.0.0.2", 1, 2000, 22);
    b->prog = bpf_obj_get(mem_printf(b->t->mem, "%s/bpf/prog_dp_port_in", b->s->dir));
    b->flows = bpf_obj_get(mem_printf(b->t->mem, "%s/bpf/map_flows", b->s->dir));
    there = open(mem_printf(b->t->mem, "/run/netns/%s", b->s->netns), O_RDONLY | O_CLOEXEC);
    REQUIRE(b->prog >= 0 && b->flows >= 0 && there >= 0);
    REQUIRE(!setns(there, CLONE_NEWNET));
    close(there);
    for (const struct if_nameindex *i = if_nameindex(); i && i->if_index; i++) {
        const char *id = topo_id(b->t, "port a");

        /* As the agent names it: ck and the beginning of the port's id. */
        if (!strncmp(i->if_name, "ck", 2) && !strncmp(i->if_name + 2, id, 8)) {
            b->ifindex = i->if_index;
        }
    }
    REQUIRE(b->ifindex);
}

TEST(a_million_flows)
{
    static struct bench b;
    const char *path = getenv("BENCH_OUT");
    FILE *out;

    if (!path) {
        SKIP("BENCH_OUT is not set");
    }
    alarm(300);
    bench_open(&b);
    out = fopen(path, "w");
    REQUIRE(out);
    (void)fprintf(out, "A table of %d entries takes %.1f bytes of the kernel for each (aim: <= 160).\n\n",
                  ENTRIES, (double)map_bytes(b.flows) / ENTRIES);
    (void)fprintf(out, "| entries | first packet, ns: p50 (p99) | later packet, ns: p50 (p99) |\n"
                       "|---|---|---|\n");
    level(out, &b, 0, 1000);
    level(out, &b, 1000, 100000);
    level(out, &b, 100000, 1000000);
    CHECK_INT(site_counters(b.s)->flows, 1000000);
    agent_measure(out, &b);
    (void)fclose(out);
}
