/* How long a flow is without its function: 10 000 packets a second through a
 * chain with two instances; one that carries the flow is broken in one way or
 * another, in turns.  Counts the packets that never arrived and the longest time
 * in which none did.  Writes a table to $BENCH_OUT. */
#include "../datapath/frames.h"
#include "../datapath/topo.h"

#include "base/time.h"
#include "sys/file.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROUNDS 20
#define STEP_NS 100000 /* Between packets. */
#define PACKETS 6000   /* In one round. */
#define BREAK_AT 1500  /* The packet after which the function is broken. */
#define SERVER_PORT 4000
#define SEQ_AT 42      /* Of the payload in a frame. */

static const struct way {
    const char *name, *breaks, *mends;
    int probe_ms;
} ways[] = {
    {"link of the function down", "ip link set eth1 down", "ip link set eth1 up", 10},
    {"function silent, probes 10 ms x 3", "ip link set br0 down", "ip link set br0 up", 10},
    {"function silent, probes 1 ms x 3", "ip link set br0 down", "ip link set br0 up", 1},
};
enum { N_WAYS = ARRAY_SIZE(ways) };

struct bench {
    struct topo *topo;
    struct site *site;
    struct desired_port *pa, *pb;
    struct desired_hop *hop;
    struct desired_instance *inst[2];
    int a, b, in[2];
    int source; /* Port of the flow; another in each round. */
    _Atomic int sent;
    int64_t sent_ns[PACKETS], arrived_ns[PACKETS];
    double lost[N_WAYS][ROUNDS], gap_ms[N_WAYS][ROUNDS];
};

static void *
send_all(void *arg)
{
    struct bench *b = arg;
    struct frame f = frame_udp(b->pa->mac, b->pb->mac, "10.0.0.1", "10.0.0.2", b->source,
                               SERVER_PORT, 30);
    struct sched_param param = {.sched_priority = 5};
    int64_t next = time_mono_ns();

    (void)pthread_setschedparam(pthread_self(), SCHED_FIFO, &param);
    f.b[40] = f.b[41] = 0; /* No checksum: the payload changes. */
    for (int i = 0; i < PACKETS; i++) {
        struct timespec until = {.tv_sec = (next += STEP_NS) / 1000000000,
                                 .tv_nsec = next % 1000000000};
        uint32_t seq = htonl((uint32_t)i);

        (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        memcpy(f.b + SEQ_AT, &seq, 4);
        b->sent_ns[i] = time_mono_ns();
        (void)!send(b->a, f.b, f.n, 0);
        b->sent = i + 1;
    }
    return NULL;
}

static void *
receive_all(void *arg)
{
    struct bench *b = arg;
    struct timeval patience = {.tv_usec = 500000};
    uint8_t buf[FRAME_MAX];
    ssize_t n;

    (void)setsockopt(b->b, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    while ((n = recv(b->b, buf, sizeof buf, 0)) > 0) {
        uint32_t seq;

        if (n >= SEQ_AT + 4 && buf[23] == 17 && (buf[34] << 8 | buf[35]) == b->source) {
            memcpy(&seq, buf + SEQ_AT, 4);
            seq = ntohl(seq);
            if (seq < PACKETS && !b->arrived_ns[seq]) {
                b->arrived_ns[seq] = time_mono_ns();
            }
        }
    }
    return NULL;
}

/* Frees a raw socket of what it has seen; true where a frame of the flow was among it. */
static bool
saw_flow(const struct bench *b, int fd)
{
    uint8_t buf[FRAME_MAX];
    bool saw = false;
    ssize_t n;

    while ((n = recv(fd, buf, sizeof buf, MSG_DONTWAIT)) > 0) {
        saw = saw || (n > SEQ_AT && buf[23] == 17 && (buf[34] << 8 | buf[35]) == b->source);
    }
    return saw;
}

/* A flow that is at the first instance. */
static void
flow_choose(struct bench *b)
{
    uint8_t buf[FRAME_MAX];
    int port = SERVER_PORT;

    for (;;) {
        struct frame f;

        b->source = b->source < 1000 || b->source > 60000 ? 1000 : b->source + 1;
        f = frame_udp(b->pa->mac, b->pb->mac, "10.0.0.1", "10.0.0.2", b->source, SERVER_PORT, 30);
        raw_send(b->a, f.b, f.n);
        REQUIRE(raw_receive(b->b, buf, sizeof buf, 1000, is_udp_to, &port));
        (void)saw_flow(b, b->in[1]);
        if (saw_flow(b, b->in[0])) {
            return;
        }
    }
}

static bool
both_up(struct bench *b)
{
    const struct desired_counters *counters = site_counters(b->site);
    size_t n = 0;

    for (size_t i = 0; i < counters->instances.n; i++) {
        n += ((struct desired_instance_counter *)counters->instances.items[i])->up;
    }
    return n == 2;
}

static void
result_take(struct bench *b, int way, int round)
{
    int64_t last = 0;
    double lost = 0, gap = 0;

    for (int i = 0; i < PACKETS; i++) {
        if (!b->arrived_ns[i]) {
            lost++;
            continue;
        }
        if (last && (double)(b->arrived_ns[i] - last) / 1e6 > gap) {
            gap = (double)(b->arrived_ns[i] - last) / 1e6;
        }
        last = b->arrived_ns[i];
    }
    b->lost[way][round] = lost;
    b->gap_ms[way][round] = gap;
}

static void
round_run(struct bench *b, int way, int round)
{
    pthread_t sender, receiver;
    const char *output;

    if (b->hop->probe_interval_ms != ways[way].probe_ms) {
        b->hop->probe_interval_ms = ways[way].probe_ms;
        REQUIRE(site_push(b->site));
    }
    SITE_EVENTUALLY(b->site, 5000, both_up(b));
    flow_choose(b);
    memset(b->arrived_ns, 0, sizeof b->arrived_ns);
    b->sent = 0;
    REQUIRE(!pthread_create(&receiver, NULL, receive_all, b));
    REQUIRE(!pthread_create(&sender, NULL, send_all, b));
    while (b->sent < BREAK_AT) {
        (void)sched_yield();
    }
    REQUIRE_OK(node_run(b->site, "f", &output, "%s", ways[way].breaks));
    (void)pthread_join(sender, NULL);
    (void)pthread_join(receiver, NULL);
    REQUIRE_OK(node_run(b->site, "f", &output, "%s", ways[way].mends));
    result_take(b, way, round);
}

static void
bench_open(struct bench *b)
{
    struct desired_chain *chain;

    b->topo = topo_new(1);
    b->site = &b->topo->sites[0];
    site_network(b->site, "n", 100);
    b->pa = site_node(b->site, "a", "n", "10.0.0.1", NULL);
    b->pb = site_node(b->site, "b", "n", "10.0.0.2", NULL);
    site_function(b->site, "f", "n");
    site_function(b->site, "g", "n");
    chain = site_chain(b->site, "c", "n");
    (void)chain_class(b->site, chain, 17, SERVER_PORT);
    b->inst[0] = chain_hop(b->site, chain, "f");
    b->hop = chain->hops.items[0];
    b->inst[1] = hop_instance(b->site, b->hop, "g");
    topo_up(b->topo);
    b->a = node_raw(b->site, "a", "eth0");
    b->b = node_raw(b->site, "b", "eth0");
    b->in[0] = node_raw(b->site, "f", "eth0");
    b->in[1] = node_raw(b->site, "g", "eth0");
}

static int
number_cmp(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void
table_write(struct bench *b, const char *path)
{
    FILE *out = fopen(path, "w");

    REQUIRE(out);
    fprintf(out, "10 000 packets a second, %d rounds each; two instances, one is broken.\n\n", ROUNDS);
    fprintf(out, "| what happens | packets lost, median | most | without packets, median | most |\n"
                 "|---|---|---|---|---|\n");
    for (int way = 0; way < N_WAYS; way++) {
        qsort(b->lost[way], ROUNDS, sizeof(double), number_cmp);
        qsort(b->gap_ms[way], ROUNDS, sizeof(double), number_cmp);
        fprintf(out, "| %s | %.0f | %.0f | %.2f ms | %.2f ms |\n", ways[way].name,
                b->lost[way][ROUNDS / 2], b->lost[way][ROUNDS - 1], b->gap_ms[way][ROUNDS / 2],
                b->gap_ms[way][ROUNDS - 1]);
    }
    REQUIRE(!fclose(out));
}

TEST(failover_of_a_flow)
{
    static struct bench b;
    const char *path = getenv("BENCH_OUT");

    if (!path) {
        SKIP("BENCH_OUT is not set");
    }
    alarm(600);
    bench_open(&b);
    for (int round = 0; round < ROUNDS; round++) {
        for (int way = 0; way < N_WAYS; way++) {
            round_run(&b, way, round);
        }
    }
    table_write(&b, path);
}
