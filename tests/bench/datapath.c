/* The data plane against a bare redirect over the very same links, servers and
 * functions: only the program at the links changes, in turns.  Writes a table
 * to $BENCH_OUT.
 *
 * CPU time is the sending thread's: link, program, function and delivery all
 * run in its context up to the receiver's socket. */
#include "chained.h"
#include "rounds.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <net/if.h>
#include <stdio.h>
#include <unistd.h>

#define ROUNDS 9
#define TRIPS 1000
#define TCP_MS 500
#define LINKS (2 + 2 * FUNCTIONS)

enum { RAW, OURS, N_MODES };
enum { CPU_NS, TCP_GBIT, RTT_P50, RTT_P99, N_VALUES };

static const struct value {
    const char *name;
    struct aim aim;
} values[N_VALUES] = {
    [CPU_NS] = {"CPU-ns a packet (64 B UDP)", {.most = 1.35}},
    [TCP_GBIT] = {"TCP Gbit/s", {0}},
    [RTT_P50] = {"round trip p50 us", {0}},
    [RTT_P99] = {"round trip p99 us", {0}},
};

struct bench {
    struct topo *topo;
    struct site *site;
    struct ends ends;
    struct bpf_object *object;
    int raw_prog, raw_map, our_prog;
    int ifindex[LINKS]; /* a, b, f1.in, f1.out, f2.in, ... */
    struct rounds rounds[N_LENGTHS][N_MODES][N_VALUES];
};

/* ---- changing the program at the links --------------------------------------------------- */

static const char *
port_name(struct bench *b, int link)
{
    return link < 2 ? (link ? "b" : "a")
                    : mem_printf(b->topo->mem, "f%d.%s", link / 2, link % 2 ? "out" : "in");
}

static void
find_links(void *arg)
{
    struct bench *b = arg;

    for (int i = 0; i < LINKS; i++) {
        const char *id =
            topo_id(b->topo, mem_printf(b->topo->mem, "port %s", port_name(b, i)));
        char name[16] = "ck";
        size_t n = 2;

        for (; *id && n < 15; id++) {
            if (*id != '-') {
                name[n++] = *id;
            }
        }
        b->ifindex[i] = (int)if_nametoindex(name);
        REQUIRE(b->ifindex[i] > 0);
    }
}

struct attach {
    struct bench *b;
    int prog;
};

static void
attach_all(void *arg)
{
    struct attach *a = arg;

    for (int i = 0; i < LINKS; i++) {
        LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = a->b->ifindex[i],
                    .attach_point = BPF_TC_INGRESS);
        LIBBPF_OPTS(bpf_tc_opts, opts, .handle = 1, .priority = 1, .prog_fd = a->prog,
                    .flags = BPF_TC_F_REPLACE);

        REQUIRE(!bpf_tc_attach(&hook, &opts));
    }
}

/* What goes in at one link comes out at the other, both ways. */
static void
wire(struct bench *b, int from, int to)
{
    uint32_t x = (uint32_t)b->ifindex[from], y = (uint32_t)b->ifindex[to];

    REQUIRE(!bpf_map_update_elem(b->raw_map, &x, &y, BPF_ANY));
    REQUIRE(!bpf_map_update_elem(b->raw_map, &y, &x, BPF_ANY));
}

static void
mode_set(struct bench *b, int mode, int functions)
{
    struct attach a = {b, mode == RAW ? b->raw_prog : b->our_prog};

    for (int f = 0; f <= functions; f++) {
        wire(b, f ? 2 * f + 1 : 0, f < functions ? 2 * f + 2 : 1);
    }
    netns_call(mem_printf(b->topo->mem, "/run/netns/%s", b->site->netns), attach_all, &a);
}

/* ---- measuring and telling ------------------------------------------------------------------ */

static void
measure(struct bench *b, int length, int mode)
{
    struct rounds *r = b->rounds[length][mode];
    int port = PORT_OF(chain_lengths[length]);
    double p50, p99;

    mode_set(b, mode, chain_lengths[length]);
    rounds_add(&r[CPU_NS], traffic_cpu_ns(&b->ends, port));
    traffic_trips(&b->ends, port, TRIPS, &p50, &p99);
    rounds_add(&r[RTT_P50], p50);
    rounds_add(&r[RTT_P99], p99);
    rounds_add(&r[TCP_GBIT], traffic_tcp_gbit(&b->ends, port, TCP_MS));
}

static void
table_write(struct bench *b, const char *path)
{
    FILE *out = fopen(path, "w");

    REQUIRE(out);
    versus_head(out, "bare redirect", ROUNDS);
    for (int i = 0; i < N_LENGTHS; i++) {
        for (int v = 0; v < N_VALUES; v++) {
            versus_row(out, mem_printf(b->topo->mem, "%d", chain_lengths[i]), values[v].name,
                       &b->rounds[i][RAW][v], &b->rounds[i][OURS][v], values[v].aim);
        }
    }
    REQUIRE(!fclose(out));
}

static void
bench_open(struct bench *b)
{
    struct chained nodes;

    b->topo = topo_new(1);
    b->site = &b->topo->sites[0];
    nodes = chained_site(b->site);
    topo_up(b->topo);
    chained_bumps(b->site);
    chained_neighbours(b->site, &nodes);
    b->ends = chained_ends(b->site, "a", "10.0.0.1", b->site, "b", "10.0.0.2");
    netns_call(mem_printf(b->topo->mem, "/run/netns/%s", b->site->netns), find_links, b);
    b->object = bpf_object__open(REDIRECT_OBJECT);
    REQUIRE(b->object && !bpf_object__load(b->object));
    b->raw_prog = bpf_program__fd(bpf_object__find_program_by_name(b->object, "redirect"));
    b->raw_map = bpf_object__find_map_fd_by_name(b->object, "wires");
    b->our_prog =
        bpf_obj_get(mem_printf(b->topo->mem, "%s/bpf/prog_dp_port_in", b->site->dir));
    REQUIRE(b->our_prog >= 0);
}

TEST(datapath_against_a_bare_redirect)
{
    static struct bench b;
    const char *path = getenv("BENCH_OUT");

    if (!path) {
        SKIP("BENCH_OUT is not set");
    }
    alarm(600);
    bench_open(&b);
    for (int round = 0; round < ROUNDS; round++) {
        for (int length = 0; length < N_LENGTHS; length++) {
            for (int i = 0; i < N_MODES; i++) {
                measure(&b, length, (round + i) % N_MODES);
            }
        }
    }
    table_write(&b, path);
    bpf_object__close(b.object);
}
