/* Carrick against what peers made of the same chains: tests/bench/peers sets
 * those up, says what they are, and names their namespaces in $BENCH_PEERS and
 * the switch's process in $BENCH_OVS.  All contenders take their turn in every
 * round.  Writes a table to $BENCH_OUT. */
#include "chained.h"
#include "rounds.h"

#include <stdio.h>
#include <unistd.h>

#define ROUNDS 7
#define TRIPS 500
#define TCP_MS 400
#define LOAD_MS 1200
#define TRIAL_MS 300
#define WHOLE 0.9999 /* Of what was sent: without loss. */

/* REDIRECT is our own site with a bare redirect in the place of its programs. */
enum contender { BARE, REDIRECT, OVS, TSO, OURS, OVS_WAN, OURS_WAN, N_CONTENDERS };
enum { WORKERS_US, MACHINE_US, TCP_GBIT, RTT_US, N_VALUES };

#define SINGLE (1 << 0 | 1 << 1 | 1 << 2 | 1 << 3) /* Of chain_lengths: all. */
#define PAIR (1 << 2)                              /* The chain of two, one at each site. */

/* What is measured of whom, and for chains of which lengths. */
static const struct part {
    enum contender who;
    int what, lengths;
} parts[] = {
    {OVS, WORKERS_US, SINGLE}, {REDIRECT, WORKERS_US, SINGLE}, {OURS, WORKERS_US, SINGLE},
    {OVS, TCP_GBIT, SINGLE},   {TSO, TCP_GBIT, SINGLE},   {OURS, TCP_GBIT, SINGLE},
    {OVS_WAN, TCP_GBIT, PAIR},
    {OURS_WAN, TCP_GBIT, PAIR}, {BARE, RTT_US, 1},       {OVS, RTT_US, SINGLE},
    {OURS, RTT_US, SINGLE},    {OVS_WAN, RTT_US, PAIR},  {OURS_WAN, RTT_US, PAIR},
};

static const struct comparison {
    const char *name;
    enum contender peer, ours;
    int what, lengths;
    struct aim aim;
    int from; /* Functions from which on the aim holds. */
} comparisons[] = {
    {"CPU us a packet, who carried it, against OVS", OVS, OURS, WORKERS_US, SINGLE, {.most = 0.25}, 2},
    {"CPU us a packet, all processors, against OVS", OVS, OURS, MACHINE_US, SINGLE, {.most = 0.25}, 2},
    {"the same of a bare redirect, against OVS", OVS, REDIRECT, MACHINE_US, SINGLE, {.most = 0}, 0},
    {"TCP Gbit/s, against OVS", OVS, OURS, TCP_GBIT, SINGLE, {.least = 20}, 2},
    {"TCP Gbit/s, against OVS with TSO", TSO, OURS, TCP_GBIT, SINGLE, {.least = 4}, 2},
    {"TCP Gbit/s over VXLAN, against OVS", OVS_WAN, OURS_WAN, TCP_GBIT, PAIR, {.least = 12}, 0},
    {"round trip p50 us, against a bare veth pair", BARE, OURS, RTT_US, SINGLE, {.most = 2}, 0},
    {"round trip p50 us, against OVS", OVS, OURS, RTT_US, SINGLE, {.most = 0}, 0},
    {"round trip p50 us over VXLAN, against OVS", OVS_WAN, OURS_WAN, RTT_US, PAIR, {.most = 0}, 0},
};

struct bench {
    struct topo *topo;
    struct ends ends[N_CONTENDERS];
    struct bare *bare;
    pid_t ovs;
    int rate[N_LENGTHS]; /* Packets a second that both carry. */
    double worst[N_CONTENDERS][N_LENGTHS]; /* Share delivered in the worst round. */
    struct rounds rounds[N_CONTENDERS][N_VALUES][N_LENGTHS];
};

/* ---- the site ------------------------------------------------------------------------------------ */

static struct ends
peer_ends(struct mem *mem, const char *spaces, const char *to_ip)
{
    const char *all = getenv("BENCH_PEERS");

    return (struct ends){mem_printf(mem, "/run/netns/%s%ca", all, spaces[0]),
                         mem_printf(mem, "/run/netns/%s%cb", all, spaces[1]), "10.0.0.1", to_ip};
}

static void
wan_chain(struct site *east, struct site *west)
{
    struct desired_chain *ce = site_chain(east, "wan", "n"), *cw = site_chain(west, "wan", "n");
    struct desired_chain *const chains[] = {ce, cw};
    struct site *const sites[] = {east, west};

    site_function(east, "g1", "n");
    site_function(west, "g2", "n");
    for (int i = 0; i < 2; i++) {
        (void)chain_class(sites[i], chains[i], 17, PORT_WAN);
        (void)chain_class(sites[i], chains[i], 6, PORT_WAN);
    }
    (void)chain_hop(east, ce, "g1");
    instance_remote(chain_hop(east, ce, "g2"), west->vtep, 0x800001, 0x800002);
    instance_remote(chain_hop(west, cw, "g1"), east->vtep, 0x800003, 0x800004);
    (void)chain_hop(west, cw, "g2");
    site_label(west, "wan", 1, "forward", "g2", 0x800001);
    site_label(west, "wan", 1, "reverse", "g2", 0x800002);
    site_label(east, "wan", 0, "forward", "g1", 0x800003);
    site_label(east, "wan", 0, "reverse", "g1", 0x800004);
}

static void
bench_open(struct bench *b)
{
    struct site *east, *west;
    struct chained nodes;
    struct desired_port *w;

    b->topo = topo_new(2);
    east = &b->topo->sites[0];
    west = &b->topo->sites[1];
    nodes = chained_site(east);
    (void)site_network(west, "n", 200);
    w = site_node(west, "w", "n", "10.0.0.3", NULL);
    (void)site_remote(east, "w", "n", west, w, 200);
    (void)site_remote(west, "a", "n", east, nodes.a, 100);
    wan_chain(east, west);
    topo_up(b->topo);
    chained_bumps(east);
    chained_bump(east, "g1");
    chained_bump(west, "g2");
    chained_neighbours(east, &nodes);
    b->ends[BARE] = peer_ends(b->topo->mem, "rr", "10.0.0.2");
    b->ends[OVS] = peer_ends(b->topo->mem, "oo", "10.0.0.2");
    b->ends[TSO] = peer_ends(b->topo->mem, "tt", "10.0.0.2");
    b->ends[OVS_WAN] = peer_ends(b->topo->mem, "ew", "10.0.0.3");
    b->ends[OURS] = chained_ends(east, "a", "10.0.0.1", east, "b", "10.0.0.2");
    b->ends[REDIRECT] = b->ends[OURS];
    b->bare = bare_open(east);
    b->ends[OURS_WAN] = chained_ends(east, "a", "10.0.0.1", west, "w", "10.0.0.3");
}

/* ---- measuring -------------------------------------------------------------------------------------- */

static int
port_of(enum contender who, int length)
{
    return who == OVS_WAN || who == OURS_WAN ? PORT_WAN : PORT_OF(chain_lengths[length]);
}

static bool
carries(struct bench *b, enum contender who, int length, int rate)
{
    struct load load = traffic_load(&b->ends[who], port_of(who, length), rate, TRIAL_MS, 0);

    return load.delivered >= load.sent * WHOLE;
}

/* Half of the highest that both carry in two trials each, so that nobody is at his limit. */
static void
rates_find(struct bench *b)
{
    static const int rates[] = {80000, 60000, 40000, 30000, 20000, 10000, 5000};

    for (int length = 0; length < N_LENGTHS; length++) {
        for (size_t i = 0; i < ARRAY_SIZE(rates) && !b->rate[length]; i++) {
            if (carries(b, OVS, length, rates[i]) && carries(b, OURS, length, rates[i]) &&
                carries(b, OVS, length, rates[i]) && carries(b, OURS, length, rates[i])) {
                b->rate[length] = rates[i] / 2;
            }
        }
        REQUIRE(b->rate[length]);
    }
}

/* What the machine does by itself is taken off, as it was at the beginning of the round. */
static void
load_measure(struct bench *b, enum contender who, int length, double idle_us)
{
    struct load load;

    bare_set(b->bare, who == REDIRECT, chain_lengths[length]);
    load = traffic_load(&b->ends[who], port_of(who, length), b->rate[length], LOAD_MS,
                        who == OVS ? b->ovs : 0);
    bare_set(b->bare, false, 0);
    REQUIRE(load.delivered > 0);
    if (load.delivered / load.sent < b->worst[who][length]) {
        b->worst[who][length] = load.delivered / load.sent;
    }
    rounds_add(&b->rounds[who][WORKERS_US][length], load.workers_us / load.delivered);
    rounds_add(&b->rounds[who][MACHINE_US][length],
               (load.machine_us - idle_us * load.ms) / load.delivered);
}

static void
measure(struct bench *b, const struct part *part, int length, double idle_us)
{
    const struct ends *ends = &b->ends[part->who];
    struct rounds *rounds = &b->rounds[part->who][part->what][length];
    int port = port_of(part->who, length);
    double p50, p99;

    if (part->what == TCP_GBIT) {
        rounds_add(rounds, traffic_tcp_gbit(ends, port, TCP_MS));
    } else if (part->what == RTT_US) {
        traffic_trips(ends, port, TRIPS, &p50, &p99);
        rounds_add(rounds, p50);
    } else {
        load_measure(b, part->who, length, idle_us);
    }
}

static void
round_run(struct bench *b, int round)
{
    double idle_us = traffic_idle_us(LOAD_MS);

    for (int length = 0; length < N_LENGTHS; length++) {
        for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
            /* Who comes first changes. */
            const struct part *part = &parts[round % 2 ? ARRAY_SIZE(parts) - 1 - i : i];

            if (part->lengths & 1 << length) {
                measure(b, part, length, idle_us);
            }
        }
    }
}

/* ---- telling ---------------------------------------------------------------------------------------- */

static void
comparison_write(struct bench *b, FILE *out, const struct comparison *c)
{
    for (int length = 0; length < N_LENGTHS; length++) {
        const struct rounds *theirs = b->rounds[c->peer][c->what];
        struct aim aim = chain_lengths[length] >= c->from ? c->aim : (struct aim){0};

        if (c->lengths & 1 << length) {
            versus_row(out, mem_printf(b->topo->mem, "%d", chain_lengths[length]), c->name,
                       &theirs[c->peer == BARE ? 0 : length],
                       &b->rounds[c->ours][c->what][length], aim);
        }
    }
}

static void
table_write(struct bench *b, const char *path)
{
    FILE *out = fopen(path, "w");

    REQUIRE(out);
    (void)fprintf(out, "OVS is Open vSwitch in user space. CPU is that of all processors at equal load; "
                       "functions: packets a second\n(delivered in the worst round by OVS, Carrick):");
    for (int i = 0; i < N_LENGTHS; i++) {
        (void)fprintf(out, "%s %d: %d (%.2f %%, %.2f %%)", i ? ";" : "", chain_lengths[i], b->rate[i],
                      b->worst[OVS][i] * 100, b->worst[OURS][i] * 100);
    }
    (void)fprintf(out, ".\n\n");
    versus_head(out, "peer", ROUNDS);
    for (size_t i = 0; i < ARRAY_SIZE(comparisons); i++) {
        comparison_write(b, out, &comparisons[i]);
    }
    REQUIRE(!fclose(out));
}

TEST(chains_against_peers)
{
    static struct bench b;
    const char *path = getenv("BENCH_OUT");

    if (!path || !getenv("BENCH_PEERS") || !getenv("BENCH_OVS")) {
        SKIP("tests/bench/peers has not set it up");
    }
    alarm(600);
    b.ovs = (pid_t)atoi(getenv("BENCH_OVS"));
    bench_open(&b);
    for (int i = 0; i < N_LENGTHS; i++) {
        b.worst[OVS][i] = b.worst[OURS][i] = 1;
    }
    rates_find(&b);
    for (int round = 0; round < ROUNDS; round++) {
        round_run(&b, round);
    }
    table_write(&b, path);
}
