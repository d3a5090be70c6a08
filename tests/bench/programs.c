/* What a packet costs in the kernel programs alone, beside those of another build.  Writes a table to
 * $BENCH_OUT; $BENCH_PEER is the other's datapath.bpf.o, which has the same ABI.
 *
 * Both are loaded over the maps of one agent, and the same packets go through both in turns by
 * BPF_PROG_TEST_RUN, all the way to the verdict.  They are loaded anew for each round, in turns: where in
 * memory programs come to be makes a twentieth, of the same ones too. */
#include "../datapath/frames.h"
#include "../datapath/topo.h"
#include "rounds.h"

#include "bpf/abi.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/pkt_cls.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS 20
#define TURNS 60 /* Of a round; the shortest is taken, which nobody else was in. */
#define REPEAT 1000
#define FIRSTS 200 /* Flows a round. */

enum { PEER, OURS, N_BUILDS };
enum { PLAIN, GROUPED, REPLY, INTO, BETWEEN, BEHIND, BACK, N_WAYS };
static const struct {
    const char *what, *port; /* Where it comes in. */
    int dport;
    bool back;
} ways[N_WAYS] = {
    [PLAIN] = {"no chain", "a", 3000, false},
    [GROUPED] = {"no chain, security groups", "s", 3000, false},
    [REPLY] = {"no chain, a reply", "b", 3000, true},
    [INTO] = {"a chain of two: into the first", "a", 2000, false},
    [BETWEEN] = {"between them", "f.out", 2000, false},
    [BEHIND] = {"behind the last", "g.out", 2000, false},
    [BACK] = {"a reply between them", "g.in", 2000, true},
};

struct bench {
    struct topo *t;
    struct site *s;
    const struct desired_port *a, *b, *secure;
    struct bpf_object *objects[N_BUILDS];
    int progs[N_BUILDS];
    struct rounds later[N_WAYS][N_BUILDS], first[2][N_BUILDS];
    int next_port;
};

/* ---- the programs --------------------------------------------------------------------------- */

static const char *const call_names[CALL_N] = {
#define X(name) "dp_" #name,
    DP_CALLS(X)
#undef X
};

/* All maps are the agent's but those that only programs of one build share. */
static void
object_open(struct bench *b, int build, const char *path)
{
    struct bpf_object *object = bpf_object__open_file(path, NULL);
    struct bpf_map *map;
    int calls;

    REQUIRE(object);
    bpf_object__for_each_map (map, object) {
        const char *name = bpf_map__name(map);
        int fd;

        if (!strcmp(name, "calls") || !strcmp(name, "scratch")) {
            continue;
        }
        fd = bpf_obj_get(mem_printf(b->t->mem, "%s/bpf/map_%s", b->s->dir, name));
        REQUIRE(fd >= 0 && !bpf_map__reuse_fd(map, fd));
        close(fd);
    }
    REQUIRE(!bpf_object__load(object));
    calls = bpf_object__find_map_fd_by_name(object, "calls");
    for (uint32_t i = 0; i < CALL_N; i++) {
        int fd = bpf_program__fd(bpf_object__find_program_by_name(object, call_names[i]));

        REQUIRE(fd >= 0 && !bpf_map_update_elem(calls, &i, &fd, BPF_ANY));
    }
    b->objects[build] = object;
    b->progs[build] = bpf_program__fd(bpf_object__find_program_by_name(object, "dp_port_in"));
}

/* ---- packets ---------------------------------------------------------------------------------- */

/* The host's end of a port, as the agent names it. */
static unsigned
link_of(struct bench *b, const char *port)
{
    const char *id = topo_id(b->t, mem_printf(b->t->mem, "port %s", port));
    unsigned found = 0;

    for (const struct if_nameindex *i = if_nameindex(); i && i->if_index; i++) {
        found = !strncmp(i->if_name, "ck", 2) && !strncmp(i->if_name + 2, id, 8) ? i->if_index : found;
    }
    REQUIRE(found);
    return found;
}

static struct frame
frame_of(struct bench *b, int way, int sport)
{
    const struct desired_port *from = way == GROUPED ? b->secure : b->a;
    const char *ip = way == GROUPED ? "10.0.0.3" : "10.0.0.1";

    return ways[way].back ? frame_udp(b->b->mac, from->mac, "10.0.0.2", ip, ways[way].dport, sport, 22)
                          : frame_udp(from->mac, b->b->mac, ip, "10.0.0.2", sport, ways[way].dport, 22);
}

/* ns a packet */
static double
packets(struct bench *b, int build, unsigned ifindex, const struct frame *in, int n)
{
    struct __sk_buff ctx = {.ifindex = ifindex};
    struct frame out;
    LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in->b, .data_size_in = (uint32_t)in->n, .data_out = out.b,
                .data_size_out = sizeof out.b, .ctx_in = &ctx, .ctx_size_in = sizeof ctx, .repeat = n);

    REQUIRE(!bpf_prog_test_run_opts(b->progs[build], &opts));
    REQUIRE(opts.retval == TC_ACT_REDIRECT);
    return opts.duration;
}

static void
later_round(struct bench *b, int way)
{
    struct frame f = frame_of(b, way, 999);
    unsigned ifindex = link_of(b, ways[way].port);

    double ns[N_BUILDS] = {0};

    for (int i = 0; i < TURNS * N_BUILDS; i++) {
        int build = i % N_BUILDS;
        double took = packets(b, build, ifindex, &f, REPEAT);

        ns[build] = i < N_BUILDS || took < ns[build] ? took : ns[build];
    }
    for (int k = 0; k < N_BUILDS; k++) {
        rounds_add(&b->later[way][k], ns[k]);
    }
}

/* Each packet is of a flow that is not known yet. */
static void
first_round(struct bench *b, int at, int way)
{
    unsigned ifindex = link_of(b, "a");
    double ns[N_BUILDS] = {0};

    for (int i = 0; i < FIRSTS * N_BUILDS; i++) {
        struct frame f = frame_of(b, way, b->next_port++);

        ns[i % N_BUILDS] += packets(b, i % N_BUILDS, ifindex, &f, 1) / FIRSTS;
    }
    for (int k = 0; k < N_BUILDS; k++) {
        rounds_add(&b->first[at][k], ns[k]);
    }
}

static void
round_run(struct bench *b, int round, const char *peer)
{
    for (int k = 0; k < N_BUILDS; k++) {
        int build = (round + k) % N_BUILDS;

        object_open(b, build, build == PEER ? peer : OBJECT);
    }
    for (int way = 0; way < N_WAYS; way++) {
        later_round(b, way);
    }
    first_round(b, 0, PLAIN);
    first_round(b, 1, INTO);
    for (int k = 0; k < N_BUILDS; k++) {
        bpf_object__close(b->objects[k]);
    }
}

static void
bench_open(struct bench *b)
{
    struct desired_security_group *group;
    struct desired_chain *chain;
    struct desired_port *secure;
    int there;

    b->t = topo_new(1);
    b->s = &b->t->sites[0];
    site_network(b->s, "n", 100);
    group = site_group(b->s, "all");
    (void)group_rule(b->s, group, "egress", "IPv4", 17, 3000, 3000);
    b->a = site_node(b->s, "a", "n", "10.0.0.1", NULL);
    b->b = site_node(b->s, "b", "n", "10.0.0.2", NULL);
    b->secure = secure = site_node(b->s, "s", "n", "10.0.0.3", NULL);
    port_group(b->s, secure, "all");
    site_function(b->s, "f", "n");
    site_function(b->s, "g", "n");
    chain = site_chain(b->s, "c", "n");
    chain->symmetric = true;
    (void)chain_class(b->s, chain, 17, 2000);
    (void)chain_hop(b->s, chain, "f");
    (void)chain_hop(b->s, chain, "g");
    topo_up(b->t);
    there = open(mem_printf(b->t->mem, "/run/netns/%s", b->s->netns), O_RDONLY | O_CLOEXEC);
    REQUIRE(there >= 0 && !setns(there, CLONE_NEWNET));
    close(there);
    b->next_port = 10000;
}

TEST(what_a_packet_costs_in_the_programs)
{
    static struct bench b;
    const char *path = getenv("BENCH_OUT"), *peer = getenv("BENCH_PEER");
    FILE *out;

    if (!path || !peer) {
        SKIP("BENCH_OUT or BENCH_PEER is not set");
    }
    alarm(300);
    bench_open(&b);
    for (int round = 0; round < ROUNDS; round++) {
        round_run(&b, round, peer);
        (void)topo_turn(b.t);
    }
    out = fopen(path, "w");
    REQUIRE(out);
    versus_head(out, "peer", ROUNDS);
    for (int way = 0; way < N_WAYS; way++) {
        versus_row(out, ways[way].what, "ns a packet", &b.later[way][PEER], &b.later[way][OURS], (struct aim){0});
    }
    versus_row(out, "no chain", "ns, a flow's first packet", &b.first[0][PEER], &b.first[0][OURS], (struct aim){0});
    versus_row(out, "a chain of two", "ns, a flow's first packet", &b.first[1][PEER], &b.first[1][OURS],
               (struct aim){0});
    REQUIRE(!fclose(out));
}
