/* What a flow's first packet costs among few and many classifiers, and how soon a
 * change of one chain among ten thousand is in the maps.  Writes a table to
 * $BENCH_OUT.
 *
 * The first packet runs through the agent's own programs by BPF_PROG_TEST_RUN: the
 * kernel measures the programs alone.  A change is effective when the map that the
 * programs read has it, which is looked at without pause. */
#include "../datapath/population.h"

#include "agent/forwarding.h"
#include "base/net.h"
#include "base/str.h"
#include "base/time.h"
#include "sys/file.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHAINS_MAX 10000
#define RULES_A_CHAIN 10
#define BATCH 500
#define PACKETS 2000
#define PASSES 9
#define CHANGES 100

static const size_t sizes[] = {1, 100, 10000}; /* Chains. */
static const unsigned kinds[] = {0, 1, 2, 5, 6, 7, 8, 9}; /* Templates, one shape each. */

struct bench {
    struct topo *t;
    struct site *s;
    const struct desired_port *a, *b;
    const char *ends[POP_ENDS];
    struct desired_chain *chains[CHAINS_MAX];
    struct pop_packet packets[PACKETS];
    size_t n_chains;
    int prog, flows, ifindex;
    uint64_t seed;
    double first_ns[ARRAY_SIZE(sizes)];
    long memory_kb[ARRAY_SIZE(sizes)];
    double load_ms;
};

/* ---- the population ---------------------------------------------------------------------------- */

static struct desired_chain *
chain_make(struct bench *b, size_t i)
{
    struct desired_chain *chain = site_chain(b->s, mem_printf(b->t->mem, "c%zu", i), "n");

    b->s->objects.n--; /* Told by hand. */
    b->s->kinds.n--;
    for (size_t k = 0; k < RULES_A_CHAIN; k++) {
        struct pop_rule rule = pop_rule_draw(&b->seed, kinds[k % ARRAY_SIZE(kinds)]);

        pop_rule_add(b->s, chain, &rule, b->ends);
        for (size_t n = 0; i == 0 && n < PACKETS / RULES_A_CHAIN; n++) {
            b->packets[n * RULES_A_CHAIN + k] = pop_packet_draw(&b->seed, &rule);
        }
    }
    (void)chain_hop(b->s, chain, "f");
    return chain;
}

static void
begin(struct bench *b)
{
    b->s->seq++;
    b->s->applied_seq = b->s->refused_seq = -1;
    desired_client_begin(b->s->client, b->s->seq);
}

static void
applied(struct bench *b)
{
    SITE_EVENTUALLY(b->s, 60000,
                    b->s->applied_seq == b->s->seq || b->s->refused_seq == b->s->seq);
    REQUIRE(b->s->applied_seq == b->s->seq);
}

/* Chains come or go until there are 'n', and the agent has nothing left to do. */
static void
population_set(struct bench *b, size_t n)
{
    int64_t since = time_mono_ns();

    while (b->n_chains != n) {
        begin(b);
        for (int i = 0; i < BATCH && b->n_chains != n; i++) {
            if (b->n_chains < n) {
                size_t at = b->n_chains++;

                b->chains[at] = b->chains[at] ? b->chains[at] : chain_make(b, at);
                CHECK_OK(desired_client_put(b->s->client, DESIRED_chain, b->chains[at]));
            } else {
                desired_client_delete(b->s->client, DESIRED_chain, b->chains[--b->n_chains]->id);
            }
        }
        desired_client_commit(b->s->client, true);
        applied(b);
    }
    EVENTUALLY(60000, topo_turn(b->t) &&
                          site_number(b->s, ID_CHAIN, b->chains[n - 1]->id) != 0);
    b->load_ms = (double)(time_mono_ns() - since) / 1e6;
}

static long
memory_kb(pid_t pid)
{
    AUTO(mem) mem = mem_new("status");
    char *text, *at;
    size_t n;

    REQUIRE_OK(file_read(mem, mem_printf(mem, "/proc/%d/status", (int)pid), 65536, &text, &n));
    at = strstr(text, "VmRSS:");
    return at ? strtol(at + 6, NULL, 10) : 0;
}

/* ---- the first packet --------------------------------------------------------------------------- */

static int
double_cmp(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double
quantile(double *values, size_t n, double q)
{
    qsort(values, n, sizeof *values, double_cmp);
    return values[(size_t)(q * (double)(n - 1))];
}

static void
flows_forget(struct bench *b)
{
    struct dp_flow_key key;

    while (!bpf_map_get_next_key(b->flows, NULL, &key)) {
        (void)bpf_map_delete_elem(b->flows, &key);
    }
}

static double
first_packet_ns(struct bench *b)
{
    static double ns[PACKETS];

    flows_forget(b);
    for (size_t i = 0; i < PACKETS; i++) {
        struct frame f = pop_frame(&b->packets[i], b->a->mac, b->b->mac);
        struct __sk_buff ctx = {.ifindex = (uint32_t)b->ifindex};
        LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = f.b, .data_size_in = (uint32_t)f.n,
                    .ctx_in = &ctx, .ctx_size_in = sizeof ctx, .repeat = 1);

        REQUIRE(!bpf_prog_test_run_opts(b->prog, &opts));
        ns[i] = opts.duration;
    }
    return quantile(ns, PACKETS, 0.5);
}

/* Up and down again twice, so that what drifts is in all of them. */
static void
first_packets(struct bench *b)
{
    static const int way[] = {0, 1, 2, 1, 0, 1, 2};
    double ns[ARRAY_SIZE(sizes)][PASSES * ARRAY_SIZE(way)];
    size_t n[ARRAY_SIZE(sizes)] = {0};

    for (size_t i = 0; i < ARRAY_SIZE(way); i++) {
        int at = way[i];

        population_set(b, sizes[at]);
        if (!b->memory_kb[at]) {
            b->memory_kb[at] = memory_kb(b->s->agent); /* Before it has had more. */
        }
        for (int k = 0; k < PASSES; k++) {
            ns[at][n[at]++] = first_packet_ns(b);
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        b->first_ns[i] = quantile(ns[i], n[i], 0.5);
    }
}

/* ---- changes ---------------------------------------------------------------------------------------- */

/* The entry of a chain's first classifier: UDP from one address, to one port. */
static struct dp_class_key
first_key(struct bench *b, const struct desired_chain *chain)
{
    const struct desired_classifier *c = chain->classifiers.items[0];
    struct dp_class_key key = {.scope = site_number(b->s, ID_NETWORK, topo_id(b->t, "n")),
                               .dport = htons((uint16_t)c->dst_port_min),
                               .flags = DP_CLASS_PROTO,
                               .src_len = 128,
                               .dport_len = 16,
                               .proto = 17};
    struct cidr src;

    REQUIRE(cidr_parse(c->src_cidr, &src));
    memcpy(key.src.b, src.ip.b, 16);
    return key;
}

static double
until(struct bench *b, int64_t since, int fd, const void *key, void *value, bool (*is)(void *value))
{
    int64_t end = since + 5000000000LL;

    while (bpf_map_lookup_elem(fd, key, value) || !is(value)) {
        REQUIRE(time_mono_ns() < end);
        REQUIRE_OK(loop_turn(b->t->loop, 0));
    }
    return (double)(time_mono_ns() - since) / 1e6;
}

static bool
is_there(void *value)
{
    (void)value;
    return true;
}

static double
class_change(struct bench *b, size_t i)
{
    struct desired_chain *chain = b->chains[i];
    struct desired_classifier *c = chain->classifiers.items[0];
    int fd = site_map(b->s, "classes");
    struct dp_class value;
    struct dp_class_key key;
    int64_t since;
    double ms;

    c->dst_port_min = c->dst_port_max = 40000 + (int64_t)(i % 20000);
    key = first_key(b, chain);
    begin(b);
    CHECK_OK(desired_client_put(b->s->client, DESIRED_chain, chain));
    since = time_mono_ns();
    desired_client_commit(b->s->client, false);
    ms = until(b, since, fd, &key, &value, is_there);
    applied(b);
    close(fd);
    return ms;
}

static uint32_t members_wanted;

static bool
has_members(void *value)
{
    return ((struct dp_group *)value)->n_members == members_wanted;
}

/* One instance more, or one less. */
static double
instance_change(struct bench *b, struct desired_chain *grows, bool more)
{
    struct desired_hop *hop = grows->hops.items[0];
    uint32_t group = site_number(b->s, ID_HOP_GROUP, hop->group_id);
    int fd = site_map(b->s, "groups");
    struct dp_group value;
    int64_t since;
    double ms;

    if (more) {
        (void)hop_instance(b->s, hop, "x1");
    } else {
        hop->instances.n--;
    }
    members_wanted = (uint32_t)hop->instances.n;
    begin(b);
    CHECK_OK(desired_client_put(b->s->client, DESIRED_chain, grows));
    since = time_mono_ns();
    desired_client_commit(b->s->client, false);
    ms = until(b, since, fd, &group, &value, has_members);
    applied(b);
    close(fd);
    return ms;
}

/* ---- all of it --------------------------------------------------------------------------------------- */

static void
link_find(void *arg)
{
    struct bench *b = arg;
    char name[16] = "ck";
    size_t n = 2;

    for (const char *c = b->a->id; *c && n < 15; c++) {
        if (*c != '-') {
            name[n++] = *c;
        }
    }
    b->ifindex = (int)if_nametoindex(name);
    REQUIRE(b->ifindex > 0);
}

static struct desired_chain *
bench_open(struct bench *b)
{
    struct desired_chain *grows;
    int there;

    b->t = topo_new(1);
    b->s = &b->t->sites[0];
    b->seed = 1;
    site_network(b->s, "n", 100);
    b->a = site_node(b->s, "a", "n", "10.0.0.1", NULL);
    b->b = site_node(b->s, "b", "n", "10.0.0.2", NULL);
    b->ends[0] = b->a->id;
    b->ends[1] = b->b->id;
    site_function(b->s, "f", "n");
    for (int i = 0; i < 2; i++) {
        (void)site_port(b->s, mem_printf(b->t->mem, "x%d.in", i), "n", NULL, NULL);
        (void)site_port(b->s, mem_printf(b->t->mem, "x%d.out", i), "n", NULL, NULL);
    }
    grows = site_chain(b->s, "grows", "n");
    (void)chain_class(b->s, grows, 47, -1);
    (void)chain_hop(b->s, grows, "x0");
    REQUIRE(site_push(b->s));
    SITE_EVENTUALLY(b->s, 10000, str_eq(site_state(b->s, DESIRED_port, "a"), "ACTIVE") &&
                                     str_eq(site_state(b->s, DESIRED_port, "b"), "ACTIVE") &&
                                     str_eq(site_state(b->s, DESIRED_port, "f.out"), "ACTIVE"));
    b->prog = bpf_obj_get(mem_printf(b->t->mem, "%s/bpf/prog_dp_port_in", b->s->dir));
    b->flows = site_map(b->s, "flows");
    REQUIRE(b->prog >= 0);
    /* The programs see the link of this index in our own namespace: so it is the site's. */
    there = open(mem_printf(b->t->mem, "/run/netns/%s", b->s->netns), O_RDONLY | O_CLOEXEC);
    REQUIRE(there >= 0 && !setns(there, CLONE_NEWNET));
    close(there);
    link_find(b);
    return grows;
}

static void
report(struct bench *b, double *classes, double *instances)
{
    FILE *out = fopen(getenv("BENCH_OUT"), "w");

    REQUIRE(out);
    fprintf(out, "| what | chains | rules | value | to the fewest |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        fprintf(out, "| first packet, programs alone | %zu | %zu | %.0f ns | %.2f |\n", sizes[i],
                sizes[i] * RULES_A_CHAIN, b->first_ns[i], b->first_ns[i] / b->first_ns[0]);
    }
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        fprintf(out, "| memory of the agent | %zu | %zu | %.1f MB | |\n", sizes[i],
                sizes[i] * RULES_A_CHAIN, (double)b->memory_kb[i] / 1024);
    }
    fprintf(out, "| 9 900 chains told until all are in the maps | 10000 | 100000 | %.0f ms | |\n",
            b->load_ms);
    for (int i = 0; i < 2; i++) {
        double *ms = i ? instances : classes;

        fprintf(out, "| %s until effective, median | 10000 | 100000 | %.2f ms | |\n",
                i ? "an instance comes or goes," : "a classifier changes,",
                quantile(ms, CHANGES, 0.5));
        fprintf(out, "| the same, 99th percentile | 10000 | 100000 | %.2f ms | |\n",
                quantile(ms, CHANGES, 0.99));
    }
    (void)fclose(out);
}

TEST(many_classifiers)
{
    static struct bench b;
    static double classes[CHANGES], instances[CHANGES];
    struct desired_chain *grows;

    alarm(280);
    grows = bench_open(&b);
    first_packets(&b);
    for (size_t i = 0; i < CHANGES; i++) {
        classes[i] = class_change(&b, i * 97 + 1);
        instances[i] = instance_change(&b, grows, i % 2 == 0);
    }
    report(&b, classes, instances);
    close(b.prog);
    close(b.flows);
}
