/* Echo requests with "don't fragment", by halves between the size that passes and the one that does not. */
#include "cli/path.h"

#include "base/mem.h"
#include "base/time.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/icmp.h>
#include <linux/ip.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SMALLEST 84 /* what ping sends */
#define SIZE_MAX_IP 65535
#define WAIT_MS 250 /* for an answer; each size is tried twice */
#define CLOSE_ENOUGH 8
#define OTHERS_MAX 1000 /* packets of others that are let pass */

struct probe {
    int fd;
    uint16_t id, seq;
    char packet[SIZE_MAX_IP];
};

static struct sockaddr_in
address_of(const struct ip *ip)
{
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(ip_v4(ip))};
}

struct err *
path_link_mtu(const struct ip *own, int *mtu)
{
    struct sockaddr_in wanted = address_of(own);
    struct ifreq ask = {0};
    struct ifaddrs *all = NULL;
    char text[IP_TEXT_SIZE];
    int fd;

    if (getifaddrs(&all)) {
        return err_errno(E_UNAVAILABLE, "addresses of this box");
    }
    for (const struct ifaddrs *one = all; one && !ask.ifr_name[0]; one = one->ifa_next) {
        struct sockaddr_in in;

        if (one->ifa_addr && one->ifa_addr->sa_family == AF_INET) {
            memcpy(&in, one->ifa_addr, sizeof in);
            if (in.sin_addr.s_addr == wanted.sin_addr.s_addr) {
                (void)strncpy(ask.ifr_name, one->ifa_name, sizeof ask.ifr_name - 1);
            }
        }
    }
    freeifaddrs(all);
    if (!ask.ifr_name[0]) {
        return err_new(E_NOT_FOUND, NULL, "no link of this box has the address %s", ip_text(text, own));
    }
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct err *e = fd < 0 || ioctl(fd, SIOCGIFMTU, &ask) ? err_errno(E_UNAVAILABLE, "MTU of %s", ask.ifr_name) : NULL;

    if (fd >= 0) {
        (void)close(fd);
    }
    *mtu = e ? 0 : ask.ifr_mtu;
    return e;
}

/* RFC 1071. */
static uint16_t
checksum(const char *data, size_t n)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < n; i++) {
        sum += (uint32_t)(uint8_t)data[i] << (i % 2 ? 0 : 8);
    }
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return htons((uint16_t)~sum);
}

/* Whether the packet that has just arrived is the answer to the request that is under way. */
static bool
is_answer(const struct probe *probe, size_t n)
{
    size_t header = (size_t)(probe->packet[0] & 15) * 4;
    struct icmphdr icmp;

    if (n < header + sizeof icmp) {
        return false;
    }
    memcpy(&icmp, probe->packet + header, sizeof icmp);
    return icmp.type == ICMP_ECHOREPLY && icmp.un.echo.id == probe->id &&
           icmp.un.echo.sequence == htons(probe->seq);
}

/* Whether the answer comes in time, or was there when we came to look.  What else arrives is let pass; an
 * error of the socket is what a router, or our own link, says of a packet that is too large. */
static bool
answered(struct probe *probe)
{
    int64_t until = time_mono_ns() + WAIT_MS * 1000000LL;

    for (int i = 0; i < OTHERS_MAX; i++) {
        int64_t left_ms = (until - time_mono_ns() + 999999) / 1000000;
        struct pollfd wait = {.fd = probe->fd, .events = POLLIN};
        int ready = poll(&wait, 1, left_ms > 0 ? (int)left_ms : 0);
        ssize_t n = ready > 0 ? recv(probe->fd, probe->packet, sizeof probe->packet, MSG_DONTWAIT) : 0;

        if (!ready || ((ready < 0 || n < 0) && errno != EAGAIN && errno != EINTR)) {
            return false;
        }
        if (n > 0 && is_answer(probe, (size_t)n)) {
            return true;
        }
    }
    return false;
}

/* Whether a packet of 'size' bytes is answered. */
static struct err *
passes(struct probe *probe, int size, bool *good)
{
    size_t n = (size_t)size - sizeof(struct iphdr);

    *good = false;
    for (int tries = 0; tries < 2 && !*good; tries++) {
        struct icmphdr icmp = {.type = ICMP_ECHO, .un.echo = {.id = probe->id, .sequence = htons(++probe->seq)}};

        memset(probe->packet, 0, n);
        memcpy(probe->packet, &icmp, sizeof icmp);
        icmp.checksum = checksum(probe->packet, n);
        memcpy(probe->packet, &icmp, sizeof icmp);
        if (send(probe->fd, probe->packet, n, 0) < 0) {
            if (errno != EMSGSIZE && errno != ENOBUFS) { /* our own link is narrower, or drops it */
                return err_errno(E_UNAVAILABLE, "an echo request of %d bytes", size);
            }
            continue;
        }
        *good = answered(probe);
    }
    return NULL;
}

static struct err *
probe_open(struct probe *probe, const struct ip *own, const struct ip *peer)
{
    struct sockaddr_in from = address_of(own), to = address_of(peer);
    int whole = IP_PMTUDISC_PROBE;

    probe->fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
    if (probe->fd < 0) {
        return err_errno(E_UNAVAILABLE, "a socket for echo requests");
    }
    probe->id = (uint16_t)getpid();
    if (setsockopt(probe->fd, IPPROTO_IP, IP_MTU_DISCOVER, &whole, sizeof whole) ||
        bind(probe->fd, (struct sockaddr *)&from, sizeof from) ||
        connect(probe->fd, (struct sockaddr *)&to, sizeof to)) {
        return err_errno(E_UNAVAILABLE, "a socket for echo requests");
    }
    return NULL;
}

/* By halves between what passes and what does not. */
static struct err *
search(struct probe *probe, int size, int *reached)
{
    int narrow = size;
    bool good;

    *reached = 0;
    TRY(passes(probe, size, &good));
    if (good) {
        *reached = size;
        return NULL;
    }
    TRY(passes(probe, SMALLEST, &good));
    *reached = good ? SMALLEST : 0;
    while (good && narrow - *reached > CLOSE_ENOUGH) {
        int middle = *reached + (narrow - *reached) / 2;
        bool fits;

        TRY(passes(probe, middle, &fits));
        *(fits ? reached : &narrow) = middle;
    }
    return NULL;
}

struct err *
path_measure(const struct ip *own, const struct ip *peer, int size, int *reached)
{
    struct probe *probe = heap_alloc(sizeof *probe);
    struct err *e;

    probe->fd = -1;
    e = probe_open(probe, own, peer);
    e = e ? e : search(probe, size, reached);
    if (probe->fd >= 0) {
        (void)close(probe->fd);
    }
    free(probe);
    return e;
}
