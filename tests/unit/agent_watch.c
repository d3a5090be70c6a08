/* The rules by which instances are judged (src/agent/watch.c), with links of our
 * own: the test is the function that answers probes, or does not. */
#include "agent/link.h"
#include "agent/watch.h"
#include "sys/file.h"
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SLOTS 4
#define NEWS_SIZE 512 /* At least, of a buffer. */

/* Two links, "x0" and "x1", whose other ends, "y0" and "y1", are the function's. */
struct ground {
    struct watch *watch;
    struct dp_health health[SLOTS];
    struct netlink *nl;
    int ctl;
    int x[2];
    int wire[2];       /* Raw sockets at the function's ends. */
    uint32_t last[2];  /* Probes that came last there. */
    bool is_held;      /* 'on_changed' waits for a byte. */
    int hold[2];
    uint32_t n_changed;
};

static void
on_changed(void *arg)
{
    struct ground *g = arg;
    char c;

    __atomic_add_fetch(&g->n_changed, 1, __ATOMIC_RELEASE);
    if (__atomic_load_n(&g->is_held, __ATOMIC_ACQUIRE)) {
        (void)!read(g->hold[0], &c, 1);
    }
}

static short
link_flags(struct ground *g, const char *name)
{
    struct ifreq ifr = {0};

    (void)snprintf(ifr.ifr_name, sizeof ifr.ifr_name, "%s", name);
    REQUIRE(!ioctl(g->ctl, SIOCGIFFLAGS, &ifr));
    return ifr.ifr_flags;
}

static void
link_set(struct ground *g, const char *name, bool up)
{
    struct ifreq ifr = {.ifr_flags = link_flags(g, name)};

    (void)snprintf(ifr.ifr_name, sizeof ifr.ifr_name, "%s", name);
    ifr.ifr_flags = (short)(up ? ifr.ifr_flags | IFF_UP : ifr.ifr_flags & ~IFF_UP);
    REQUIRE(!ioctl(g->ctl, SIOCSIFFLAGS, &ifr));
}

static int
wire_open(int ifindex)
{
    struct sockaddr_ll at = {.sll_family = AF_PACKET,
                             .sll_protocol = htons(DP_PROBE_ETHERTYPE),
                             .sll_ifindex = ifindex};
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    REQUIRE(fd >= 0 && !bind(fd, (struct sockaddr *)&at, sizeof at));
    return fd;
}

static void
ground_open(struct ground *g)
{
    int own;

    if (geteuid() != 0 || unshare(CLONE_NEWNET)) {
        SKIP("namespaces are not permitted here");
    }
    own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    g->ctl = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    REQUIRE(own >= 0 && g->ctl >= 0 && !pipe(g->hold));
    REQUIRE_OK(netlink_new(-1, &g->nl));
    for (int i = 0; i < 2; i++) {
        char name[] = "x0", peer[] = "y0";
        struct veth_spec spec = {
            .name = name, .peer_name = peer, .peer_netns = own, .peer_mac = {{2}}, .mtu = 1500};

        name[1] = peer[1] = (char)('0' + i);
        REQUIRE_OK(netlink_veth(g->nl, &spec, &g->x[i]));
        link_set(g, peer, true);
        EVENTUALLY(3000, link_flags(g, name) & IFF_RUNNING);
        g->wire[i] = wire_open((int)if_nametoindex(peer));
    }
    close(own);
    REQUIRE_OK(watch_new(g->health, on_changed, g, &g->watch));
}

static void
ground_close(struct ground *g)
{
    watch_free(g->watch);
    netlink_free(g->nl);
    for (int i = 0; i < 2; i++) {
        close(g->wire[i]);
        close(g->hold[i]);
    }
    close(g->ctl);
}

static uint32_t
down(const struct ground *g, uint32_t slot)
{
    return __atomic_load_n(&g->health[slot].down, __ATOMIC_ACQUIRE);
}

static struct watched
between(const struct ground *g, uint32_t number, uint32_t slot, int side_a, int side_b)
{
    return (struct watched){.id = "an instance",
                            .number = number,
                            .slot = slot,
                            .ifindex = {(uint32_t)g->x[side_a], (uint32_t)g->x[side_b]},
                            .threshold = 3};
}

/* Takes what came, as the function's other side would tell; the number of whole pairs that were
 * answered before another came. */
static int
probes_answer(struct ground *g, uint32_t slot)
{
    static const int dirs[2] = {DP_FORWARD, DP_REVERSE};
    uint32_t before = g->last[0] == g->last[1] ? g->last[0] : 0;
    uint8_t frame[64];
    struct dp_probe probe;

    for (int i = 0; i < 2; i++) {
        while (recv(g->wire[i], frame, sizeof frame, 0) >= ETH_HLEN + (ssize_t)sizeof probe) {
            memcpy(&probe, frame + ETH_HLEN, sizeof probe);
            g->last[i] = probe.seq;
            __atomic_store_n(&g->health[slot].seen[dirs[i]], probe.seq, __ATOMIC_RELEASE);
        }
    }
    return g->last[0] == g->last[1] && g->last[0] != before;
}

/* Answers 'n' of them. */
static void
probes_serve(struct ground *g, uint32_t slot, int n)
{
    EVENTUALLY(10000, (n -= probes_answer(g, slot)) <= 0);
}

TEST(who_has_the_slot_of_one_that_is_gone_is_judged_for_itself)
{
    struct ground g = {0};
    struct watched a, b;

    ground_open(&g);
    a = between(&g, 1, 3, 0, 1);
    b = between(&g, 2, 3, 0, 1);
    watch_set(g.watch, &a, 1);
    CHECK_INT(down(&g, 3), 0);
    /* The new one is not well: that is not cleared with what was of the old one. */
    b.ifindex[1] = 0;
    watch_set(g.watch, &b, 1);
    CHECK_INT(down(&g, 3), DP_DOWN_LINK);
    /* Nor is it what the old one was. */
    a.interval_ms = 20;
    watch_set(g.watch, &a, 1);
    CHECK_INT(down(&g, 3), 0);
    probes_serve(&g, 3, 5);
    EVENTUALLY(5000, down(&g, 3) == DP_DOWN_SILENT);
    b.ifindex[1] = a.ifindex[1];
    watch_set(g.watch, &b, 1);
    CHECK_INT(down(&g, 3), 0);
    watch_set(g.watch, NULL, 0);
    ground_close(&g);
}

TEST(an_instance_is_up_when_both_its_links_are)
{
    struct ground g = {0};
    struct watched of[2];

    ground_open(&g);
    of[0] = between(&g, 1, 1, 0, 1);
    of[1] = between(&g, 2, 2, 0, 0);
    watch_set(g.watch, of, 2);
    link_set(&g, "y1", false);
    EVENTUALLY(3000, down(&g, 1) == DP_DOWN_LINK);
    link_set(&g, "y0", false);
    EVENTUALLY(3000, down(&g, 2) == DP_DOWN_LINK);
    link_set(&g, "y0", true);
    EVENTUALLY(5000, !down(&g, 2));
    CHECK_INT(down(&g, 1), DP_DOWN_LINK);
    link_set(&g, "y1", true);
    EVENTUALLY(5000, !down(&g, 1));
    ground_close(&g);
}

/* A socket that hears of links, and has read nothing; it has room for less than 'n' messages. */
static int
news_open(int *n)
{
    socklen_t size = sizeof *n;
    struct sockaddr_nl groups = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

    REQUIRE(fd >= 0 && !bind(fd, (struct sockaddr *)&groups, sizeof groups));
    REQUIRE(!getsockopt(fd, SOL_SOCKET, SO_RCVBUF, n, &size));
    *n /= NEWS_SIZE;
    return fd;
}

TEST(news_of_links_that_were_too_many_leave_nobody_down)
{
    struct ground g = {.is_held = true};
    struct watched of;
    char buf[8192];
    int news, lo, n;

    ground_open(&g);
    of = between(&g, 1, 1, 0, 1);
    watch_set(g.watch, &of, 1);
    link_set(&g, "y1", false);
    EVENTUALLY(3000, __atomic_load_n(&g.n_changed, __ATOMIC_ACQUIRE)); /* It waits there. */
    news = news_open(&n);
    REQUIRE_OK(netlink_index(g.nl, "lo", &lo));
    for (int i = 0; i < n; i++) {
        REQUIRE_OK(netlink_mtu(g.nl, lo, 60000 + (uint32_t)i % 2));
    }
    REQUIRE(recv(news, buf, sizeof buf, 0) < 0 && errno == ENOBUFS);
    link_set(&g, "y1", true);
    EVENTUALLY(3000, link_flags(&g, "x1") & IFF_RUNNING);
    CHECK_INT(down(&g, 1), DP_DOWN_LINK);
    __atomic_store_n(&g.is_held, false, __ATOMIC_RELEASE);
    REQUIRE(write(g.hold[1], "", 1) == 1);
    EVENTUALLY(5000, !down(&g, 1));
    close(news);
    ground_close(&g);
}

TEST(a_lap_that_is_lost_does_not_end_judgement)
{
    struct ground g = {0};
    struct watched of;

    ground_open(&g);
    of = between(&g, 1, 1, 0, 1);
    of.interval_ms = 20;
    of.threshold = 30; /* The test itself may be kept from running. */
    watch_set(g.watch, &of, 1);
    probes_serve(&g, 1, 5);
    link_set(&g, "lo", false); /* Laps go over it. */
    probes_serve(&g, 1, 5);
    link_set(&g, "lo", true);
    probes_serve(&g, 1, 5);
    EVENTUALLY(8000, down(&g, 1) == DP_DOWN_SILENT);
    ground_close(&g);
}

/* The other site: takes the questions that came and answers each when 'late' more have come. */
static void
elsewhere_answers(struct ground *g, int fd, uint32_t slot, uint32_t late)
{
    uint8_t packet[128];
    struct dp_probe probe;

    while (recv(fd, packet, sizeof packet, 0) >= 8 + ETH_HLEN + (ssize_t)sizeof probe) {
        memcpy(&probe, packet + 8 + ETH_HLEN, sizeof probe);
        __atomic_store_n(&g->health[slot].seen[probe.dir], probe.seq - late, __ATOMIC_RELEASE);
    }
}

TEST(an_instance_elsewhere_of_which_nothing_is_heard_is_down)
{
    struct ground g = {0};
    struct watched of = {.id = "elsewhere",
                         .number = 1,
                         .slot = 1,
                         .vtep = INADDR_LOOPBACK,
                         .label = {1, 2},
                         .interval_ms = 20,
                         .threshold = 40};
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons(DP_VXLAN_PORT),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = -1;

    ground_open(&g);
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    REQUIRE(fd >= 0 && !bind(fd, (struct sockaddr *)&at, sizeof at));
    /* From the beginning: nobody there has ever answered. */
    watch_set(g.watch, &of, 1);
    EVENTUALLY(8000, down(&g, 1) == DP_DOWN_SILENT);
    /* Far away, more is on the way than is allowed for by counting. */
    EVENTUALLY(8000, (elsewhere_answers(&g, fd, 1, 10), !down(&g, 1)));
    EVENTUALLY(8000, down(&g, 1) == DP_DOWN_SILENT);
    EVENTUALLY(8000, (elsewhere_answers(&g, fd, 1, 10), !down(&g, 1)));
    close(fd);
    ground_close(&g);
}
