/* Counts the IPv4 packets that arrive at interfaces, by protocol, port and time to live: how many
 * routers a packet passed says which place in a chain a machine has.
 *
 * usage: counts FILE INTERFACE...     FILE has a line "eth0 tcp/80 ttl 64 packets 12" each, at most
 *                                     five times a second, while something changes */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define N_COUNTS 512
#define REPORT_MS 200

struct count {
    const char *interface;
    uint8_t protocol, ttl;
    uint16_t port;
    uint64_t packets;
};

static struct count counts[N_COUNTS];
static size_t n_counts;

static void
count(const char *interface, const struct iphdr *ip, uint16_t port)
{
    size_t i = 0;

    while (i < n_counts && !(counts[i].interface == interface && counts[i].protocol == ip->protocol &&
                             counts[i].ttl == ip->ttl && counts[i].port == port)) {
        i++;
    }
    if (i == n_counts) {
        if (n_counts == N_COUNTS) {
            return;
        }
        counts[n_counts++] = (struct count){
            .interface = interface, .protocol = ip->protocol, .ttl = ip->ttl, .port = port};
    }
    counts[i].packets++;
}

/* The service's port: the lower one, which is that of whoever listens. */
static uint16_t
port_of(const struct iphdr *ip, const uint8_t *packet, size_t n)
{
    size_t head = (size_t)ip->ihl * 4;
    uint16_t ports[2];

    if ((ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP) ||
        n < head + sizeof ports) {
        return 0;
    }
    memcpy(ports, packet + head, sizeof ports);
    return ntohs(ports[0]) < ntohs(ports[1]) ? ntohs(ports[0]) : ntohs(ports[1]);
}

/* What is there for the interface; false where there is nothing. */
static bool
receive(int fd, const char *interface)
{
    uint8_t packet[2048];
    struct sockaddr_ll from;
    socklen_t size = sizeof from;
    struct iphdr ip;
    ssize_t n = recvfrom(fd, packet, sizeof packet, MSG_DONTWAIT, (struct sockaddr *)&from, &size);

    if (n < (ssize_t)sizeof ip) {
        return n >= 0;
    }
    memcpy(&ip, packet, sizeof ip);
    if (from.sll_pkttype == PACKET_HOST && ip.version == 4) {
        count(interface, &ip, port_of(&ip, packet, (size_t)n));
    }
    return true;
}

static void
report(const char *path)
{
    char half[256];
    FILE *file;

    snprintf(half, sizeof half, "%s.new", path);
    file = fopen(half, "w");
    for (size_t i = 0; file && i < n_counts; i++) {
        const struct count *c = &counts[i];
        const char *protocol = c->protocol == IPPROTO_TCP    ? "tcp"
                               : c->protocol == IPPROTO_UDP  ? "udp"
                               : c->protocol == IPPROTO_ICMP ? "icmp"
                                                             : "other";

        fprintf(file, "%s %s/%u ttl %u packets %llu\n", c->interface, protocol, c->port, c->ttl,
                (unsigned long long)c->packets);
    }
    if (!file || fclose(file) != 0 || rename(half, path) != 0) {
        perror(path);
    }
}

static int
listen_at(const char *interface)
{
    struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP)};
    int fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));

    at.sll_ifindex = (int)if_nametoindex(interface);
    if (fd < 0 || at.sll_ifindex == 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0) {
        perror(interface);
        exit(1);
    }
    return fd;
}

int
main(int argc, char **argv)
{
    struct pollfd polls[8];
    nfds_t n = 0;

    for (int i = 2; i < argc && n < sizeof polls / sizeof *polls; i++) {
        polls[n++] = (struct pollfd){.fd = listen_at(argv[i]), .events = POLLIN};
    }
    if (n == 0) {
        fprintf(stderr, "usage: counts FILE INTERFACE...\n");
        return 2;
    }
    report(argv[1]);
    for (;;) {
        if (poll(polls, n, -1) < 0) {
            perror("poll");
            return 1;
        }
        for (nfds_t i = 0; i < n; i++) {
            while (receive(polls[i].fd, argv[i + 2])) {
            }
        }
        report(argv[1]);
        usleep(REPORT_MS * 1000);
    }
}
