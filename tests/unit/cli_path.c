/* How large packets may be on a path: a router in the middle, played over a tun device, says so or says nothing. */
#include "cli/path.h"

#include "test.h"

#include <fcntl.h>
#include <linux/icmp.h>
#include <linux/if_tun.h>
#include <linux/ip.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define NARROW 1400
#define FAR_MS 20 /* an answer takes so long */

struct router {
    int fd;
    bool tells;
};

/* RFC 1071. */
static uint16_t
sum_of(const char *data, size_t n)
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

/* Sends 'n' bytes of ICMP back to where 'packet' came from. */
static void
send_back(const struct router *router, const struct iphdr *packet, char *icmp, size_t n)
{
    char out[2048] = {0};
    struct iphdr ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_ICMP, .saddr = packet->daddr,
                       .daddr = packet->saddr, .tot_len = htons((uint16_t)(sizeof ip + n))};
    struct icmphdr head;

    memcpy(&head, icmp, sizeof head);
    head.checksum = 0;
    memcpy(icmp, &head, sizeof head);
    head.checksum = sum_of(icmp, n);
    memcpy(icmp, &head, sizeof head);
    ip.check = sum_of((const char *)&ip, sizeof ip);
    memcpy(out, &ip, sizeof ip);
    memcpy(out + sizeof ip, icmp, n);
    REQUIRE(write(router->fd, out, sizeof ip + n) == (ssize_t)(sizeof ip + n));
}

static void *
route(void *arg)
{
    const struct router *router = arg;
    char data[2048];
    ssize_t n;

    while ((n = read(router->fd, data, sizeof data)) > 0) {
        struct icmphdr icmp;
        struct iphdr ip;

        memcpy(&ip, data, sizeof ip);
        if (n < (ssize_t)(sizeof ip + sizeof icmp) || ip.version != 4 || ip.protocol != IPPROTO_ICMP) {
            continue;
        }
        memcpy(&icmp, data + sizeof ip, sizeof icmp);
        if (n > NARROW && router->tells) {
            char said[sizeof icmp + sizeof ip + 8];
            struct icmphdr head = {.type = ICMP_DEST_UNREACH, .code = ICMP_FRAG_NEEDED, .un.frag.mtu = htons(NARROW)};

            memcpy(said, &head, sizeof head);
            memcpy(said + sizeof head, data, sizeof ip + 8);
            send_back(router, &ip, said, sizeof said);
        } else if (n <= NARROW && icmp.type == ICMP_ECHO) {
            icmp.type = ICMP_ECHOREPLY;
            memcpy(data + sizeof ip, &icmp, sizeof icmp);
            (void)poll(NULL, 0, FAR_MS);
            send_back(router, &ip, data + sizeof ip, (size_t)n - sizeof ip);
        }
    }
    return NULL;
}

static void
ioctl_do(unsigned long what, struct ifreq *ask)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    REQUIRE(fd >= 0 && !ioctl(fd, what, ask));
    close(fd);
}

static void
address_set(struct ifreq *ask, unsigned long what, uint32_t address)
{
    const struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};

    memcpy(&ask->ifr_addr, &in, sizeof in);
    ioctl_do(what, ask);
}

static void
router_begin(struct router *router)
{
    struct ifreq ask = {.ifr_name = "far", .ifr_flags = IFF_TUN | IFF_NO_PI};
    pthread_t thread;

    if (unshare(CLONE_NEWNET)) {
        SKIP("network namespaces are not permitted here");
    }
    router->fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (router->fd < 0 || ioctl(router->fd, TUNSETIFF, &ask)) {
        SKIP("no tun device here");
    }
    address_set(&ask, SIOCSIFADDR, 0x0a090001);
    address_set(&ask, SIOCSIFNETMASK, 0xffffff00);
    ask.ifr_flags = IFF_UP;
    ioctl_do(SIOCSIFFLAGS, &ask);
    REQUIRE(!pthread_create(&thread, NULL, route, router));
    pthread_detach(thread);
}

/* A slow machine may be too late for an answer, which is then taken for none. */
static bool
finds(int size, int least, int most)
{
    struct ip own, peer;
    int reached = -1;

    REQUIRE(ip_parse("10.9.0.1", &own) && ip_parse("10.9.0.2", &peer));
    CHECK_OK(path_measure(&own, &peer, size, &reached));
    return reached >= least && reached <= most;
}

TEST(a_path_is_measured_where_a_router_says_how_narrow_it_is)
{
    static struct router router = {.tells = true};

    router_begin(&router);
    EVENTUALLY(30000, finds(1500, NARROW - 8, NARROW));
    EVENTUALLY(30000, finds(1300, 1300, 1300));
}

TEST(a_path_is_measured_where_nobody_says_how_narrow_it_is)
{
    static struct router router;

    router_begin(&router);
    EVENTUALLY(60000, finds(1500, NARROW - 8, NARROW));
}
