/* The data plane against a bare redirect over the very same links, servers and
 * functions: only the program at the links changes, in turns.  Writes a table
 * to $BENCH_OUT.
 *
 * CPU time is the sending thread's: link, program, function and delivery all
 * run in its context up to the receiver's socket. */
#include "../datapath/topo.h"

#include "base/time.h"
#include "sys/file.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 9
#define PACKETS 150000
#define TRIPS 2000
#define CHAINED_PORT 5000
#define PLAIN_PORT 6000

enum { RAW, OURS, N_MODES };
enum { CPU_NS, TCP_GBIT, RTT_P50, RTT_P99, N_VALUES };

struct bench {
    struct topo *topo;
    struct site *site;
    struct bpf_object *object;
    int raw_prog, raw_map, our_prog;
    int ifindex[4]; /* a, b, f.in, f.out */
    double values[2][N_MODES][N_VALUES][ROUNDS];
};
static const char *const port_names[] = {"a", "b", "f.in", "f.out"};

/* ---- changing the program at the links --------------------------------------------------- */

static void
in_netns(const char *path, void (*fn)(void *arg), void *arg)
{
    int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    int there = open(path, O_RDONLY | O_CLOEXEC);

    REQUIRE(own >= 0 && there >= 0 && !setns(there, CLONE_NEWNET));
    fn(arg);
    REQUIRE(!setns(own, CLONE_NEWNET));
    close(own);
    close(there);
}

static void
find_links(void *arg)
{
    struct bench *b = arg;

    for (int i = 0; i < 4; i++) {
        const char *id =
            topo_id(b->topo, mem_printf(b->topo->mem, "port %s", port_names[i]));
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

    for (int i = 0; i < 4; i++) {
        LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = a->b->ifindex[i],
                    .attach_point = BPF_TC_INGRESS);
        LIBBPF_OPTS(bpf_tc_opts, opts, .handle = 1, .priority = 1, .prog_fd = a->prog,
                    .flags = BPF_TC_F_REPLACE);

        REQUIRE(!bpf_tc_attach(&hook, &opts));
    }
}

static void
mode_set(struct bench *b, int mode, int chained)
{
    static const int wires[2][4] = {{1, 0, -1, -1}, {2, 3, 0, 1}};
    struct attach a = {b, mode == RAW ? b->raw_prog : b->our_prog};

    for (int i = 0; i < 4; i++) {
        uint32_t from = (uint32_t)b->ifindex[i];
        uint32_t to = wires[chained][i] < 0 ? 0 : (uint32_t)b->ifindex[wires[chained][i]];

        REQUIRE(!bpf_map_update_elem(b->raw_map, &from, &to, BPF_ANY));
    }
    in_netns(mem_printf(b->topo->mem, "/run/netns/%s", b->site->netns), attach_all, &a);
}

/* ---- measuring -------------------------------------------------------------------------------- */

struct udp {
    int fd, port;
    const char *bind_ip;
    struct sockaddr_in to;
};

static void
udp_open(void *arg)
{
    struct udp *u = arg;
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((uint16_t)u->port)};

    u->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    (void)inet_pton(AF_INET, u->bind_ip, &own.sin_addr);
    REQUIRE(u->fd >= 0 && !bind(u->fd, (struct sockaddr *)&own, sizeof own));
}

static struct udp
udp_in(struct bench *b, const char *server, const char *ip, int port, int to_port)
{
    struct udp u = {.port = port, .bind_ip = ip};

    u.to.sin_family = AF_INET;
    u.to.sin_port = htons((uint16_t)to_port);
    (void)inet_pton(AF_INET, "10.0.0.2", &u.to.sin_addr);
    in_netns(mem_printf(b->topo->mem, "/proc/%d/ns/net", (int)node_pid(b->site, server)), udp_open,
             &u);
    return u;
}

/* CPU-ns of the sending thread a packet; the receiver's buffer takes what it can. */
static double
measure_cpu(struct bench *b, int port)
{
    struct udp from = udp_in(b, "a", "10.0.0.1", 0, port), to = udp_in(b, "b", "10.0.0.2", port, 0);
    struct timespec t0, t1;
    char data[22] = "";

    REQUIRE(!connect(from.fd, (struct sockaddr *)&from.to, sizeof from.to));
    for (int i = 0; i < 1000; i++) {
        (void)!send(from.fd, data, sizeof data, 0);
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t0);
    for (int i = 0; i < PACKETS; i++) {
        (void)!send(from.fd, data, sizeof data, 0);
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t1);
    close(from.fd);
    close(to.fd);
    return ((double)(t1.tv_sec - t0.tv_sec) * 1e9 + (double)(t1.tv_nsec - t0.tv_nsec)) / PACKETS;
}

static void *
echo(void *arg)
{
    struct udp *u = arg;
    struct sockaddr_in from;
    char data[64];

    for (;;) {
        socklen_t n = sizeof from;
        ssize_t len = recvfrom(u->fd, data, sizeof data, 0, (struct sockaddr *)&from, &n);

        if (len <= 1) {
            return NULL;
        }
        (void)!sendto(u->fd, data, (size_t)len, 0, (struct sockaddr *)&from, n);
    }
}

static int
double_cmp(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void
measure_rtt(struct bench *b, int port, double *p50, double *p99)
{
    struct udp from = udp_in(b, "a", "10.0.0.1", 0, port), to = udp_in(b, "b", "10.0.0.2", port, 0);
    struct timeval patience = {.tv_sec = 1};
    double *trips = MEM_ARRAY(b->topo->mem, TRIPS, double);
    char data[32] = "";
    pthread_t thread;

    REQUIRE(!connect(from.fd, (struct sockaddr *)&from.to, sizeof from.to));
    (void)setsockopt(from.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    REQUIRE(!pthread_create(&thread, NULL, echo, &to));
    for (int i = 0; i < TRIPS; i++) {
        int64_t t0 = time_mono_ns();

        REQUIRE(send(from.fd, data, sizeof data, 0) == sizeof data);
        REQUIRE(recv(from.fd, data, sizeof data, 0) == sizeof data);
        trips[i] = (double)(time_mono_ns() - t0) / 1000;
    }
    (void)!send(from.fd, data, 1, 0);
    (void)pthread_join(thread, NULL);
    qsort(trips, TRIPS, sizeof *trips, double_cmp);
    *p50 = trips[TRIPS / 2];
    *p99 = trips[TRIPS * 99 / 100];
    close(from.fd);
    close(to.fd);
}

/* iperf3 tells in its answer, not by its status, that there was no server yet. */
static double
tcp_try(struct bench *b, int port)
{
    const struct json *json = NULL, *bits;
    const char *output = "";
    struct err *e =
        node_run(b->site, "a", &output, "iperf3 -J -C cubic -t 1 -c 10.0.0.2 -p %d", port);

    e = e ? e : json_parse(b->topo->mem, output, strlen(output), &json);
    err_ignore(e, "then there is no figure");
    bits = json_path(json, "end.sum_received.bits_per_second");
    return !bits ? 0 : (bits->type == JSON_T_REAL ? bits->r : (double)bits->i) / 1e9;
}

static double
measure_tcp(struct bench *b, int port)
{
    pid_t server = node_spawn(b->site, "b", "iperf3 -s -1 -p %d", port);
    double rate = 0;

    EVENTUALLY(10000, (rate = tcp_try(b, port)) > 0);
    spawned_end(server);
    return rate;
}

static void
measure(struct bench *b, int chained, int mode, int round)
{
    int port = chained ? CHAINED_PORT : PLAIN_PORT;
    double(*v)[ROUNDS] = b->values[chained][mode];

    mode_set(b, mode, chained);
    v[CPU_NS][round] = measure_cpu(b, port);
    measure_rtt(b, port, &v[RTT_P50][round], &v[RTT_P99][round]);
    v[TCP_GBIT][round] = measure_tcp(b, port);
}

/* ---- telling --------------------------------------------------------------------------------- */

static void
row_write(FILE *out, struct bench *b, int chained, int value, const char *name)
{
    double ratios[ROUNDS], median[N_MODES];

    for (int i = 0; i < ROUNDS; i++) {
        ratios[i] = b->values[chained][OURS][value][i] / b->values[chained][RAW][value][i];
    }
    for (int m = 0; m < N_MODES; m++) {
        qsort(b->values[chained][m][value], ROUNDS, sizeof(double), double_cmp);
        median[m] = b->values[chained][m][value][ROUNDS / 2];
    }
    qsort(ratios, ROUNDS, sizeof(double), double_cmp);
    (void)fprintf(out, "| %d | %s | %.1f | %.1f | %.2f (%.2f-%.2f) |\n", chained, name,
                  median[RAW], median[OURS], ratios[ROUNDS / 2], ratios[1], ratios[ROUNDS - 2]);
}

static void
table_write(struct bench *b, const char *path)
{
    static const char *const names[] = {"CPU-ns a packet (64 B UDP)", "TCP Gbit/s",
                                        "round trip p50 us", "round trip p99 us"};
    FILE *out = fopen(path, "w");

    REQUIRE(out);
    (void)fprintf(out,
                  "| functions | what | bare redirect | Carrick | ratio (2nd lowest - 2nd highest "
                  "of %d rounds) |\n|---|---|---|---|---|\n",
                  ROUNDS);
    for (int chained = 0; chained < 2; chained++) {
        for (int value = 0; value < N_VALUES; value++) {
            row_write(out, b, chained, value, names[value]);
        }
    }
    (void)fclose(out);
}

static void
bench_open(struct bench *b)
{
    struct desired_chain *chain;
    const char *output;

    b->topo = topo_new(1);
    b->site = &b->topo->sites[0];
    site_network(b->site, "n", 100);
    site_node(b->site, "a", "n", "10.0.0.1", NULL);
    site_node(b->site, "b", "n", "10.0.0.2", NULL);
    site_function(b->site, "f", "n");
    chain = site_chain(b->site, "c", "n");
    (void)chain_class(b->site, chain, 17, CHAINED_PORT);
    (void)chain_class(b->site, chain, 6, CHAINED_PORT);
    (void)chain_hop(b->site, chain, "f");
    topo_up(b->topo);
    /* A bare redirect answers no ARP. */
    for (int i = 0; i < 2; i++) {
        const struct desired_port *other = b->site->objects.items[i ? 2 : 4];

        REQUIRE_OK(node_run(b->site, i ? "b" : "a", &output,
                            "ip neigh replace 10.0.0.%d lladdr %s nud permanent dev eth0", i ? 1 : 2,
                            other->mac));
    }
    in_netns(mem_printf(b->topo->mem, "/run/netns/%s", b->site->netns), find_links, b);
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
        for (int chained = 0; chained < 2; chained++) {
            for (int i = 0; i < N_MODES; i++) {
                measure(&b, chained, (round + i) % N_MODES, round);
            }
        }
    }
    table_write(&b, path);
    bpf_object__close(b.object);
}
