/* Proves that a function that does what it likes stays in its own chain: it may lose, hold back,
 * repeat and reorder what it was sent, and nothing else.  What it makes up is refused and counted;
 * a second tenant with the same addresses and link-layer addresses never sees a frame. */
#include "frames.h"
#include "topo.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FLOOD 100000
#define BATCH 64
#define PORT 2000 /* The chain's. */

/* a -> f (which misbehaves) -> g -> b for UDP to PORT; a2 and b2 are the other tenant's. */
struct play {
    struct site *s;
    const struct desired_port *a, *b;
    int at_a, at_b, in, out, other[2], behind;
};

static struct play *
play_up(void)
{
    static const char *const ours[] = {"a", "b"}, *const others[] = {"a2", "b2"};
    static const char *const ips[] = {"10.0.0.1", "10.0.0.2"};
    struct topo *t = topo_new(1);
    struct play *p = MEM_NEW(t->mem, struct play);
    struct site *s = p->s = &t->sites[0];
    struct desired_port *ports[2];
    struct desired_chain *chain;

    site_network(s, "n", 100);
    site_network(s, "m", 101)->project_id = PROJECT_2;
    for (int i = 0; i < 2; i++) {
        struct desired_port *port;

        ports[i] = site_node(s, ours[i], "n", ips[i], NULL);
        port = site_node(s, others[i], "m", ips[i], NULL);
        port->mac = ports[i]->mac;
        port->project_id = PROJECT_2;
    }
    site_function(s, "f", "n");
    site_function(s, "g", "n");
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 17, PORT);
    (void)chain_hop(s, chain, "f");
    (void)chain_hop(s, chain, "g");
    for (int hop = 0; hop < 2; hop++) {
        ((struct desired_hop *)chain->hops.items[hop])->probe_interval_ms = 0;
    }
    topo_up(t);
    p->a = ports[0];
    p->b = ports[1];
    p->at_a = node_raw(s, "a", "eth0");
    p->at_b = node_raw(s, "b", "eth0");
    p->in = node_raw(s, "f", "eth0");
    p->out = node_raw(s, "f", "eth1");
    p->behind = node_raw(s, "g", "eth0");
    for (int i = 0; i < 2; i++) {
        p->other[i] = node_raw(s, others[i], "eth0");
    }
    return p;
}

static struct frame
forward(const struct play *p, int sport, int dport)
{
    return frame_udp(p->a->mac, p->b->mac, "10.0.0.1", "10.0.0.2", sport, dport, 20);
}

static bool
reaches(int fd, int port)
{
    uint8_t buf[FRAME_MAX];

    return raw_receive(fd, buf, sizeof buf, 1000, is_udp_to, &port) > 0;
}

static bool
is_quiet(int fd, int port)
{
    uint8_t buf[FRAME_MAX];

    return raw_receive(fd, buf, sizeof buf, 20, is_udp_to, &port) == 0;
}

/* The flow from 'sport', known and sent into the function once. */
static void
flow_begin(const struct play *p, int sport)
{
    struct frame f = forward(p, sport, PORT);

    raw_send(p->at_a, f.b, f.n);
    CHECK(reaches(p->at_b, PORT));
}

/* Nothing at all has arrived at the other tenant's: both kernels there are silent. */
static void
others_saw_nothing(struct play *p)
{
    for (int i = 0; i < 2; i++) {
        uint8_t buf[FRAME_MAX];
        struct sockaddr_ll from;
        ssize_t n;

        while ((n = recvfrom(p->other[i], buf, sizeof buf, MSG_DONTWAIT, (struct sockaddr *)&from,
                             &(socklen_t){sizeof from})) > 0) {
            /* What it says itself when it comes up is no concern of anybody's. */
            CHECK(from.sll_pkttype == PACKET_OUTGOING);
        }
    }
}

static void
play_done(struct play *p)
{
    const int fds[] = {p->at_a, p->at_b, p->in, p->out, p->other[0], p->other[1], p->behind};

    others_saw_nothing(p);
    CHECK_INT(site_drops(p->s, "internal"), 0);
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
        close(fds[i]);
    }
}

TEST(a_function_may_reorder_repeat_and_readdress_what_it_was_sent)
{
    struct play *p = play_up();
    struct frame f = forward(p, 1000, PORT), g = forward(p, 1001, PORT);
    uint8_t buf[FRAME_MAX];
    int port = PORT;

    flow_begin(p, 1000);
    flow_begin(p, 1001);
    /* Repeated, and the later first: each goes through the rest of its chain to its end. */
    raw_send(p->out, g.b, g.n);
    raw_send(p->out, f.b, f.n);
    raw_send(p->out, f.b, f.n);
    for (int i = 0; i < 3; i++) {
        REQUIRE(raw_receive(p->at_b, buf, sizeof buf, 1000, is_udp_to, &port));
        CHECK_INT(buf[34] << 8 | buf[35], i ? 1000 : 1001);
    }
    CHECK(is_quiet(p->at_b, PORT));
    CHECK_INT(site_hop_packets(p->s, "c", 1, "forward"), 2 + 3);
    /* Other link-layer addresses, nobody's and another's: the flow's own are put back. */
    for (int i = 0; i < 2; i++) {
        f = frame_udp(i ? p->b->mac : "02:00:00:00:00:77", i ? p->a->mac : "02:00:00:00:00:78",
                      "10.0.0.1", "10.0.0.2", 1000, PORT, 20);
        raw_send(p->out, f.b, f.n);
        REQUIRE(raw_receive(p->at_b, buf, sizeof buf, 1000, is_udp_to, &port));
        f = forward(p, 1000, PORT);
        CHECK(!memcmp(buf, f.b, 12));
    }
    play_done(p);
}

TEST(what_a_function_makes_up_is_refused_and_counted)
{
    static const uint8_t v6[8] = {7, 208, 7, 208, 0, 8, 0, 0};
    struct play *p = play_up();
    struct site *s = p->s;
    struct frame lldp = forward(p, 1000, PORT), short_ip = lldp, wide = lldp;
    struct frame past = forward(p, 1000, 2001), back;
    const char *a = p->a->mac, *b = p->b->mac;

    lldp.b[12] = 0x88;
    lldp.b[13] = 0xcc;
    short_ip.b[17] = 8; /* A packet shorter than its header. */
    wide.b[14] = 0x4f;
    wide.n = 40;
    flow_begin(p, 1000);
    raw_send(p->at_a, past.b, past.n); /* A flow of the network's that is not the chain's. */
    CHECK(reaches(p->at_b, 2001));
    back = frame_udp(b, a, "10.0.0.2", "10.0.0.1", 2001, 1000, 20);
    const struct {
        const char *what;
        int from;
        struct frame frame;
        const char *reason;
    } cases[] = {
        {"a flow nobody has", p->out, forward(p, 1009, PORT), "function_flow"},
        {"a flow of a third", p->out,
         frame_udp("02:00:00:00:00:09", b, "10.0.0.9", "10.0.0.2", 5, PORT, 9), "function_flow"},
        {"another flow's packet", p->out, past, "function_flow"},
        {"another flow's packet on the near side", p->in, past, "function_flow"},
        {"an answer to another flow", p->in, back, "function_flow"},
        {"the flow's packet on the wrong side", p->in, forward(p, 1000, PORT),
         "function_direction"},
        {"an answer on the wrong side", p->out,
         frame_udp(b, a, "10.0.0.2", "10.0.0.1", PORT, 1000, 9), "function_direction"},
        {"an error about a flow nobody has", p->in,
         frame_unreachable(b, a, "10.0.0.2", "10.0.0.1", 77, 78), "icmp_error_unknown"},
        {"an error about another flow", p->in,
         frame_unreachable(b, a, "10.0.0.2", "10.0.0.1", 1000, 2001), "function_flow"},
        {"a broadcast", p->out,
         frame_udp(a, "ff:ff:ff:ff:ff:ff", "10.0.0.1", "10.0.0.255", 5, PORT, 9), "multicast"},
        {"another ethertype", p->out, lldp, "ethertype"},
        {"an ARP answer", p->out, frame_arp(2, a, a, "10.0.0.2", "10.0.0.1"), "arp_unsolicited"},
        {"a length that cannot be", p->out, short_ip, "truncated"},
        {"options that are not there", p->out, wide, "truncated"},
        {"IPv6 of nobody", p->out, frame_v6(a, b, "fd00::1", "fd00::2", 17, v6, sizeof v6),
         "function_flow"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        int64_t before = site_drops(s, cases[i].reason);

        raw_send(cases[i].from, cases[i].frame.b, cases[i].frame.n);
        /* The function's own kernel may send what is dropped for the same reason. */
        SITE_EVENTUALLY(s, 1000, site_drops(s, cases[i].reason) > before);
        if (site_drops(s, cases[i].reason) == before) {
            test_fail(__FILE__, __LINE__, "%s: not counted as %s", cases[i].what, cases[i].reason);
        }
    }
    CHECK(is_quiet(p->at_b, PORT));
    CHECK(is_quiet(p->at_b, 2001));
    CHECK_INT(site_hop_packets(s, "c", 1, "forward"), 1);
    play_done(p);
}

/* The frame with 'n' tags in front of its type. */
static struct frame
tagged(const struct frame *f, int n)
{
    struct frame out = *f;

    for (int i = 0; i < n; i++) {
        memmove(out.b + 16, out.b + 12, out.n - 12);
        memcpy(out.b + 12, i ? "\x88\xa8\0\5" : "\x81\0\0\5", 4);
        out.n += 4;
    }
    return out;
}

TEST(nobody_sends_tagged_frames)
{
    struct play *p = play_up();
    struct frame f = forward(p, 1000, PORT), plain = forward(p, 1000, 2001);
    int64_t drops = 0;

    flow_begin(p, 1000);
    for (int n = 1; n <= 2; n++) {
        const struct {
            int fd;
            struct frame frame;
        } sent[] = {{p->out, tagged(&f, n)}, {p->at_a, tagged(&f, n)}, {p->at_a, tagged(&plain, n)}};

        for (size_t i = 0; i < ARRAY_SIZE(sent); i++) {
            raw_send(sent[i].fd, sent[i].frame.b, sent[i].frame.n);
            drops++;
            SITE_EVENTUALLY(p->s, 1000, site_drops(p->s, "ethertype") == drops);
        }
    }
    CHECK(is_quiet(p->at_b, PORT));
    CHECK(is_quiet(p->at_b, 2001));
    CHECK_INT(site_hop_packets(p->s, "c", 0, "forward"), 1);
    play_done(p);
}

/* What has come of a flood so far: packets of its flow behind the function, or of flows that are none. */
static int64_t
flooded(struct site *s, bool same)
{
    return same ? site_hop_packets(s, "c", 1, "forward") - 1 : site_drops(s, "function_flow");
}

/* As fast as they are looked at: the kernel's own queue, which holds a thousand, drops without our counting. */
static void
flood(const struct play *p, const struct frame *like, int n, bool same)
{
    static struct frame frames[BATCH];
    struct iovec iov[BATCH];
    struct mmsghdr msgs[BATCH] = {0};
    uint16_t port = 3000;

    for (int i = 0; i < BATCH; i++) {
        frames[i] = *like;
        iov[i] = (struct iovec){frames[i].b, frames[i].n};
        msgs[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i], .msg_iovlen = 1};
    }
    for (int sent = 0; sent < n; sent += BATCH) {
        for (int i = 0; i < BATCH && !same; i++) {
            uint16_t sport = htons(port++ | 0x2000);

            memcpy(frames[i].b + 34, &sport, 2);
        }
        for (int i = sent; i < n && i < sent + BATCH;) {
            int done = sendmmsg(p->out, msgs + i - sent, (unsigned)((n < sent + BATCH ? n : sent + BATCH) - i), 0);

            REQUIRE(done > 0);
            i += done;
        }
        if (sent % (8 * BATCH) == 0) {
            SITE_EVENTUALLY(p->s, 5000, flooded(p->s, same) >= sent);
        }
    }
}

TEST(a_function_that_floods_floods_its_own_chain_only)
{
    struct play *p = play_up();
    struct site *s = p->s;
    struct frame f = forward(p, 1000, PORT);

    flow_begin(p, 1000);
    f.b[40] = f.b[41] = 0;
    /* Of flows that it made up: none goes on, and none takes room from any. */
    flood(p, &f, FLOOD, false);
    SITE_EVENTUALLY(s, 5000, flooded(s, false) >= FLOOD);
    CHECK_INT(flooded(s, false), FLOOD);
    CHECK_INT(site_hop_packets(s, "c", 1, "forward"), 1);
    CHECK(is_quiet(p->at_b, PORT));
    /* Of the flow that it was sent: that flow's end gets them, by the rest of its chain. */
    f = forward(p, 1000, PORT);
    flood(p, &f, FLOOD / 10, true);
    SITE_EVENTUALLY(s, 5000, flooded(s, true) >= FLOOD / 10);
    CHECK_INT(flooded(s, true), FLOOD / 10);
    CHECK_INT(site_hop_packets(s, "c", 0, "forward"), 1);
    CHECK_INT(site_drops(s, "share_full"), 0);
    play_done(p);
}
