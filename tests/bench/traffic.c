/* Both ends of a path run in this process, on sockets that were opened in the
 * two namespaces, so that they cost the same whatever lies between. */
#include "traffic.h"

#include "../test.h"
#include "base/time.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FLOOD 100000
#define PAYLOAD 22       /* A frame of 64 bytes. */
#define BURST 64
#define WARM_NS 200000000LL
#define TCP_BLOCK 131072
#define HELD_US 1500000  /* A path that carries nothing for so long is broken. */

void
netns_call(const char *path, void (*fn)(void *arg), void *arg)
{
    int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    int there = open(path, O_RDONLY | O_CLOEXEC);

    REQUIRE(own >= 0 && there >= 0 && !setns(there, CLONE_NEWNET));
    fn(arg);
    REQUIRE(!setns(own, CLONE_NEWNET));
    close(own);
    close(there);
}

/* ---- sockets ------------------------------------------------------------------------------------ */

struct opening {
    int type, port, fd;
    const char *ip;
};

static void
opening_do(void *arg)
{
    struct opening *o = arg;
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((uint16_t)o->port)};
    struct timeval patience = {.tv_sec = HELD_US / 1000000, .tv_usec = HELD_US % 1000000};
    int one = 1, size = 4 << 20;

    o->fd = socket(AF_INET, o->type | SOCK_CLOEXEC, 0);
    (void)inet_pton(AF_INET, o->ip, &own.sin_addr);
    (void)setsockopt(o->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    (void)setsockopt(o->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(o->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (o->type == SOCK_STREAM) {
        (void)setsockopt(o->fd, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5);
    } else {
        (void)setsockopt(o->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    }
    REQUIRE(o->fd >= 0 && !bind(o->fd, (struct sockaddr *)&own, sizeof own));
}

static int
socket_in(const char *netns, int type, const char *ip, int port)
{
    struct opening o = {.type = type, .ip = ip, .port = port};

    netns_call(netns, opening_do, &o);
    return o.fd;
}

static int
connect_to(const struct ends *ends, int fd, int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    (void)inet_pton(AF_INET, ends->to_ip, &to.sin_addr);
    return connect(fd, (struct sockaddr *)&to, sizeof to);
}

struct pair {
    int from, to;
};

static struct pair
udp_open(const struct ends *ends, int port)
{
    struct pair p = {socket_in(ends->from, SOCK_DGRAM, ends->from_ip, 0),
                     socket_in(ends->to, SOCK_DGRAM, ends->to_ip, port)};

    REQUIRE(!connect_to(ends, p.from, port));
    return p;
}

static void
pair_close(struct pair *p)
{
    close(p->from);
    close(p->to);
}

/* ---- as fast as it can ---------------------------------------------------------------------------- */

double
traffic_cpu_ns(const struct ends *ends, int port)
{
    struct pair p = udp_open(ends, port);
    struct timespec t0, t1;
    char data[PAYLOAD] = "";

    for (int i = 0; i < 1000; i++) {
        (void)!send(p.from, data, sizeof data, 0);
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t0);
    for (int i = 0; i < FLOOD; i++) {
        (void)!send(p.from, data, sizeof data, 0);
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t1);
    pair_close(&p);
    return ((double)(t1.tv_sec - t0.tv_sec) * 1e9 + (double)(t1.tv_nsec - t0.tv_nsec)) / FLOOD;
}

/* ---- round trips ----------------------------------------------------------------------------------- */

static void *
echo(void *arg)
{
    int fd = *(int *)arg;
    struct sockaddr_in from;
    char data[64];

    for (;;) {
        socklen_t n = sizeof from;
        ssize_t len = recvfrom(fd, data, sizeof data, 0, (struct sockaddr *)&from, &n);

        if (len <= 1) {
            return NULL;
        }
        (void)!sendto(fd, data, (size_t)len, 0, (struct sockaddr *)&from, n);
    }
}

static int
double_cmp(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* The first ones wake what sleeps, fill caches and are not counted. */
void
traffic_trips(const struct ends *ends, int port, int n, double *p50, double *p99)
{
    struct pair p = udp_open(ends, port);
    double *trips = calloc((size_t)n, sizeof *trips);
    int warm = n / 10;
    char data[32] = "";
    pthread_t thread;

    REQUIRE(trips && !pthread_create(&thread, NULL, echo, &p.to));
    for (int i = -warm; i < n; i++) {
        int64_t t0 = time_mono_ns();

        REQUIRE(send(p.from, data, sizeof data, 0) == sizeof data);
        REQUIRE(recv(p.from, data, sizeof data, 0) == sizeof data);
        trips[i < 0 ? 0 : i] = (double)(time_mono_ns() - t0) / 1000;
    }
    (void)!send(p.from, data, 1, 0);
    (void)pthread_join(thread, NULL);
    qsort(trips, (size_t)n, sizeof *trips, double_cmp);
    *p50 = trips[n / 2];
    *p99 = trips[n * 99 / 100];
    free(trips);
    pair_close(&p);
}

/* ---- one TCP connection ----------------------------------------------------------------------------- */

static void *
pump(void *arg)
{
    static const char block[TCP_BLOCK];
    int fd = *(int *)arg;

    while (send(fd, block, sizeof block, MSG_NOSIGNAL) > 0) {
    }
    return NULL;
}

/* Bytes that arrive until 'end'. */
static double
bytes_until(int fd, int64_t end)
{
    static char block[2 * TCP_BLOCK];
    double bytes = 0;

    while (time_mono_ns() < end) {
        ssize_t n = recv(fd, block, sizeof block, 0);

        if (n <= 0) {
            break;
        }
        bytes += (double)n;
    }
    return bytes;
}

double
traffic_tcp_gbit(const struct ends *ends, int port, int ms)
{
    int listener = socket_in(ends->to, SOCK_STREAM, ends->to_ip, port), to;
    int from = socket_in(ends->from, SOCK_STREAM, ends->from_ip, 0);
    pthread_t thread;
    int64_t t0;
    double bytes;

    REQUIRE(!listen(listener, 1) && !connect_to(ends, from, port));
    REQUIRE((to = accept(listener, NULL, NULL)) >= 0);
    REQUIRE(!pthread_create(&thread, NULL, pump, &from));
    (void)bytes_until(to, time_mono_ns() + WARM_NS);
    t0 = time_mono_ns();
    bytes = bytes_until(to, t0 + ms * 1000000LL);
    t0 = time_mono_ns() - t0;
    close(to); /* The pump is answered by a reset. */
    (void)shutdown(from, SHUT_RDWR);
    (void)pthread_join(thread, NULL);
    close(from);
    close(listener);
    return bytes * 8 / (double)t0;
}

/* ---- as fast as asked ------------------------------------------------------------------------------- */

/* Of all processors since the machine started.  Time that was not idle is exact to a tick of the
 * clock, however short each piece of work was; the other columns are guesses. */
static double
busy_us(void)
{
    FILE *f = fopen("/proc/stat", "r");
    double idle, waiting;
    struct timespec now;

    REQUIRE(f && fscanf(f, "cpu %*f %*f %*f %lf %lf", &idle, &waiting) == 2);
    (void)fclose(f);
    clock_gettime(CLOCK_MONOTONIC, &now);
    return ((double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3) *
               (double)sysconf(_SC_NPROCESSORS_ONLN) -
           (idle + waiting) * 1e6 / (double)sysconf(_SC_CLK_TCK);
}

static double
process_us(pid_t pid)
{
    struct timespec used;
    clockid_t clock;

    REQUIRE(!clock_getcpuclockid(pid, &clock) && !clock_gettime(clock, &used));
    return (double)used.tv_sec * 1e6 + (double)used.tv_nsec / 1e3;
}

/* Of the kernel's threads that do what interrupts left over. */
static double
softirqs_us(void)
{
    glob_t found = {0};
    double sum = 0;

    REQUIRE(!glob("/proc/[0-9]*/comm", 0, NULL, &found));
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char name[32] = "";
        FILE *f = fopen(found.gl_pathv[i], "r");

        if (f && fgets(name, sizeof name, f) && !strncmp(name, "ksoftirqd/", 10)) {
            sum += process_us((pid_t)atoi(found.gl_pathv[i] + strlen("/proc/")));
        }
        if (f) {
            (void)fclose(f);
        }
    }
    globfree(&found);
    return sum;
}

static double
workers_us(pid_t worker)
{
    return process_us(getpid()) + softirqs_us() + (worker ? process_us(worker) : 0);
}

double
traffic_idle_us(int ms)
{
    struct timespec wait = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
    double before = busy_us();
    int64_t t0 = time_mono_ns();

    (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, NULL);
    return (busy_us() - before) * 1e6 / (double)(time_mono_ns() - t0);
}

static void
vectors_make(struct mmsghdr *msgs, struct iovec *iov, char (*data)[PAYLOAD])
{
    for (int i = 0; i < BURST; i++) {
        iov[i] = (struct iovec){data[i], PAYLOAD};
        msgs[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &iov[i], .msg_iovlen = 1}};
    }
}

struct receiver {
    int fd;
    _Atomic long n;
    _Atomic bool over;
};

/* Looks now and then: to wake for every packet would cost more than to carry it. */
static void *
receive(void *arg)
{
    static const struct timespec blink = {.tv_nsec = 5000000};
    struct receiver *r = arg;
    struct mmsghdr msgs[BURST];
    struct iovec iov[BURST];
    char data[BURST][PAYLOAD];

    vectors_make(msgs, iov, data);
    while (!r->over) {
        int n = recvmmsg(r->fd, msgs, BURST, MSG_DONTWAIT, NULL);

        if (n > 0) {
            r->n += n;
        } else {
            (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &blink, NULL);
        }
    }
    return NULL;
}

/* Sends 'n' bursts; those that are late are made up for. */
static void
bursts_send(int fd, int n, int rate)
{
    struct mmsghdr msgs[BURST];
    struct iovec iov[BURST];
    char data[BURST][PAYLOAD] = {0};
    int64_t next = time_mono_ns(), step = 1000000000LL * BURST / rate;

    vectors_make(msgs, iov, data);
    for (int i = 0; i < n; i++) {
        struct timespec until;

        next += step;
        until = (struct timespec){.tv_sec = next / 1000000000, .tv_nsec = next % 1000000000};
        (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        (void)!sendmmsg(fd, msgs, BURST, 0);
    }
}

struct load
traffic_load(const struct ends *ends, int port, int rate, int ms, pid_t worker)
{
    struct pair p = udp_open(ends, port);
    struct receiver r = {.fd = p.to};
    int n = (int)((int64_t)rate * ms / 1000 / BURST);
    struct load load = {.sent = (double)n * BURST};
    pthread_t thread;
    long before;

    REQUIRE(!pthread_create(&thread, NULL, receive, &r));
    bursts_send(p.from, 20, rate);
    (void)traffic_idle_us(20); /* Until all of these have arrived. */
    before = r.n;
    load.workers_us = -workers_us(worker);
    load.machine_us = -busy_us();
    load.ms = -(double)time_mono_ns() / 1e6;
    bursts_send(p.from, n, rate);
    (void)traffic_idle_us(20);
    load.machine_us += busy_us();
    load.ms += (double)time_mono_ns() / 1e6;
    load.workers_us += workers_us(worker);
    load.delivered = (double)(r.n - before);
    r.over = true;
    (void)pthread_join(thread, NULL);
    pair_close(&p);
    return load;
}
