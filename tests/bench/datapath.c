/* The data plane against a bare redirect over the very same links, servers and
 * functions: only the program at the links changes, in turns.  Writes a table
 * to $BENCH_OUT.
 *
 * CPU time is the sending thread's: link, program, function and delivery all
 * run in its context up to the receiver's socket. */
#include "chained.h"
#include "rounds.h"

#include <stdio.h>
#include <unistd.h>

#define ROUNDS 9
#define TRIPS 1000
#define TCP_MS 500

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
    struct bare *bare;
    struct rounds rounds[N_LENGTHS][N_MODES][N_VALUES];
};

/* ---- measuring and telling ------------------------------------------------------------------ */

static void
measure(struct bench *b, int length, int mode)
{
    struct rounds *r = b->rounds[length][mode];
    int port = PORT_OF(chain_lengths[length]);
    double p50, p99;

    bare_set(b->bare, mode == RAW, chain_lengths[length]);
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
    b->bare = bare_open(b->site);
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
    bare_close(b.bare);
}
