/* How long a flow is without its function: 10 000 packets a second through a
 * chain with two instances; one that carries the flow is broken in one way or
 * another, in turns.  Counts the packets that never arrived, and the longest time
 * from the sending of a packet until that or a later one arrived, by the kernel's
 * stamps.  What breaks it is one system call of ours: a process that is started
 * for it would disturb the sender more than the fault does.  Writes a table to
 * $BENCH_OUT. */
#include "../datapath/frames.h"
#include "../datapath/topo.h"

#include "base/time.h"
#include "sys/file.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 20
#define STEP_NS 100000 /* Between packets. */
#define PACKETS 4000   /* In one round. */
#define BREAK_AT 1500  /* The packet after which the function is broken. */
#define SERVER_PORT 4000
#define SEQ_AT 42      /* Of the payload in a frame. */

struct bench;
static void process_kill(struct bench *b, const char *ifname, bool down);
static void link_set(struct bench *b, const char *ifname, bool down);

static const struct way {
    const char *name;
    void (*turn)(struct bench *b, const char *ifname, bool down);
    const char *ifname;
    int probe_ms;
    double most_ms, most_lost; /* The aim; 0 = none */
} ways[] = {
    {"first process of the function killed", process_kill, NULL, 10, 2, 20},
    {"link of the function down", link_set, "eth1", 10, 2, 20},
    {"function silent, probes 10 ms x 3", link_set, "br0", 10, 50, 0},
    {"function silent, probes 1 ms x 3", link_set, "br0", 1, 5, 0},
};
enum { N_WAYS = ARRAY_SIZE(ways) };

struct bench {
    struct topo *topo;
    struct site *site;
    struct desired_port *pa, *pb;
    struct desired_server *server; /* Of the function that is broken. */
    struct desired_hop *hop;
    struct desired_instance *inst[2];
    int a, b, in[2];
    pid_t victim; /* Its first process. */
    int source; /* Port of the flow; another in each round. */
    _Atomic int sent;
    int64_t sent_ns[PACKETS], arrived_ns[PACKETS];
    double lost[N_WAYS][ROUNDS], gap_ms[N_WAYS][ROUNDS];
};

/* The clock that stamps what arrives. */
static int64_t
wall_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void *
send_all(void *arg)
{
    struct bench *b = arg;
    struct frame f = frame_udp(b->pa->mac, b->pb->mac, "10.0.0.1", "10.0.0.2", b->source,
                               SERVER_PORT, 30);
    struct sched_param param = {.sched_priority = 5};
    int64_t next = time_mono_ns(), now;

    (void)pthread_setschedparam(pthread_self(), SCHED_FIFO, &param);
    f.b[40] = f.b[41] = 0; /* No checksum: the payload changes. */
    for (int i = 0; i < PACKETS; i++) {
        struct timespec until;
        uint32_t seq = htonl((uint32_t)i);

        /* What could not be sent in time is not made up for: it would be a burst. */
        now = time_mono_ns();
        next = next + STEP_NS < now ? now : next + STEP_NS;
        until = (struct timespec){.tv_sec = next / 1000000000, .tv_nsec = next % 1000000000};
        (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        memcpy(f.b + SEQ_AT, &seq, 4);
        b->sent_ns[i] = wall_ns();
        (void)!send(b->a, f.b, f.n, 0);
        b->sent = i + 1;
    }
    return NULL;
}

/* When this thread gets to run is not what is measured. */
static ssize_t
receive_one(int fd, uint8_t *buf, int64_t *at_ns)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct timespec))];
    struct iovec iov = {buf, FRAME_MAX};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control,
                         .msg_controllen = sizeof control};
    ssize_t n = recvmsg(fd, &msg, 0);
    struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
    struct timespec at;

    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
        memcpy(&at, CMSG_DATA(c), sizeof at);
        *at_ns = at.tv_sec * 1000000000LL + at.tv_nsec;
    }
    return n;
}

static void *
receive_all(void *arg)
{
    struct bench *b = arg;
    struct timeval patience = {.tv_usec = 200000};
    uint8_t buf[FRAME_MAX];
    int64_t at = 0;
    int one = 1, room = 4 << 20;
    ssize_t n;

    (void)setsockopt(b->b, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(b->b, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    REQUIRE(!setsockopt(b->b, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one));
    while ((n = receive_one(b->b, buf, &at)) > 0) {
        uint32_t seq;

        if (n >= SEQ_AT + 4 && buf[23] == 17 && (buf[34] << 8 | buf[35]) == b->source) {
            memcpy(&seq, buf + SEQ_AT, 4);
            seq = ntohl(seq);
            if (seq < PACKETS && !b->arrived_ns[seq]) {
                b->arrived_ns[seq] = at;
            }
        }
    }
    return NULL;
}

/* ---- breaking and mending ----------------------------------------------------------------------- */

/* The socket is in the function's namespace. */
static void
link_set(struct bench *b, const char *ifname, bool down)
{
    struct ifreq ifr = {0};

    snprintf(ifr.ifr_name, sizeof ifr.ifr_name, "%s", ifname);
    REQUIRE(!ioctl(b->in[0], SIOCGIFFLAGS, &ifr));
    ifr.ifr_flags = (short)(down ? ifr.ifr_flags & ~IFF_UP : ifr.ifr_flags | IFF_UP);
    REQUIRE(!ioctl(b->in[0], SIOCSIFFLAGS, &ifr));
}

/* One that ended is started again when that is asked for. */
static void
process_kill(struct bench *b, const char *ifname, bool down)
{
    const char *console = mem_printf(b->topo->mem, "%s/agent/console/%s.log", b->site->dir,
                                     b->server->id);

    (void)ifname;
    if (down) {
        REQUIRE(!kill(b->victim, SIGKILL));
        return;
    }
    (void)unlink(console); /* Which would say that the bridge is there. */
    b->server->generation++;
    REQUIRE(site_push(b->site) && site_settled(b->site));
    b->victim = node_pid(b->site, "f");
    close(b->in[0]);
    b->victim = node_pid(b->site, "f");
    b->in[0] = node_raw(b->site, "f", "eth0");
}

/* ---- rounds -------------------------------------------------------------------------------------- */

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
    int waiting = 0; /* The first packet since the last that arrived. */
    int64_t gap = 0;

    for (int i = 0; i < PACKETS; i++) {
        if (!b->arrived_ns[i]) {
            continue;
        }
        if (b->arrived_ns[i] - b->sent_ns[waiting] > gap) {
            gap = b->arrived_ns[i] - b->sent_ns[waiting];
        }
        b->lost[way][round] += i - waiting;
        waiting = i + 1;
    }
    b->lost[way][round] += PACKETS - waiting;
    b->gap_ms[way][round] = (double)gap / 1e6;
}

static void
round_run(struct bench *b, int way, int round)
{
    pthread_t sender, receiver;

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
    ways[way].turn(b, ways[way].ifname, true);
    (void)pthread_join(sender, NULL);
    (void)pthread_join(receiver, NULL);
    ways[way].turn(b, ways[way].ifname, false);
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
    b->server = b->site->objects.items[b->site->objects.n - 1];
    site_function(b->site, "g", "n");
    chain = site_chain(b->site, "c", "n");
    (void)chain_class(b->site, chain, 17, SERVER_PORT);
    b->inst[0] = chain_hop(b->site, chain, "f");
    b->hop = chain->hops.items[0];
    b->inst[1] = hop_instance(b->site, b->hop, "g");
    topo_up(b->topo);
    b->a = node_raw(b->site, "a", "eth0");
    b->b = node_raw(b->site, "b", "eth0");
    b->victim = node_pid(b->site, "f");
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
way_write(struct bench *b, FILE *out, int way)
{
    const struct way *w = &ways[way];
    double *lost = b->lost[way], *gap = b->gap_ms[way];
    bool held;

    qsort(lost, ROUNDS, sizeof *lost, number_cmp);
    qsort(gap, ROUNDS, sizeof *gap, number_cmp);
    held = gap[ROUNDS - 1] < w->most_ms && (w->most_lost == 0 || lost[ROUNDS - 1] <= w->most_lost);
    fprintf(out, "| %s | %.0f | %.0f | %.2f ms | %.2f ms | ", w->name, lost[ROUNDS / 2],
            lost[ROUNDS - 1], gap[ROUNDS / 2], gap[ROUNDS - 1]);
    if (w->most_lost > 0) {
        fprintf(out, "<= %.0f packets, ", w->most_lost);
    }
    fprintf(out, "< %.0f ms | %s |\n", w->most_ms, held ? "held" : "missed");
}

static void
table_write(struct bench *b, const char *path)
{
    FILE *out = fopen(path, "w");

    REQUIRE(out);
    fprintf(out, "10 000 packets a second, %d rounds each; two instances, one is broken.\n\n", ROUNDS);
    fprintf(out, "| what happens | packets lost, median | most | without packets, median | most | "
                 "aim of the most | |\n|---|---|---|---|---|---|---|\n");
    for (int way = 0; way < N_WAYS; way++) {
        way_write(b, out, way);
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
