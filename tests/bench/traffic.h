/* What is sent through a path to measure it: from one network namespace to
 * another, by sockets, whatever lies between. */
#ifndef CARRICK_BENCH_TRAFFIC_H
#define CARRICK_BENCH_TRAFFIC_H

#include <sys/types.h>

/* A path: two network namespaces and the address that each has. */
struct ends {
    const char *from, *to; /* Files, as /proc/1/ns/net. */
    const char *from_ip, *to_ip;
};

/* Calls 'fn' in the network namespace at 'path' and comes back. */
void netns_call(const char *path, void (*fn)(void *arg), void *arg);

/* CPU-ns of the sending thread a packet of 64 bytes, as fast as it can; what it does not carry
 * itself is not counted. */
double traffic_cpu_ns(const struct ends *ends, int port);
/* Round trips of a datagram one after the other, in microseconds. */
void traffic_trips(const struct ends *ends, int port, int n, double *p50, double *p99);
/* Gbit/s of one TCP connection (cubic) that has run for a while, over 'ms'. */
double traffic_tcp_gbit(const struct ends *ends, int port, int ms);

/* What it costs to carry so much. */
struct load {
    double sent, delivered; /* Packets. */
    double ms;              /* That it took. */
    double machine_us;      /* That all processors worked, on whatever it was. */
    double workers_us;      /* Of this process, of 'worker' and of the kernel's ksoftirqd: where no one
                             * else sends, all of it was for these packets.  A kernel that keeps
                             * softirqs apart from the threads they interrupt tells less here. */
};
/* 'rate' packets of 64 bytes a second for 'ms', in bursts; 'worker' is the process that carries
 * them, 0 = none. */
struct load traffic_load(const struct ends *ends, int port, int rate, int ms, pid_t worker);
/* Microseconds a millisecond that all processors work while we do nothing, seen for 'ms'. */
double traffic_idle_us(int ms);

#endif
