/* Proves what chains with several instances carry: between two sites and on one box, IPv4 and
 * IPv6 with extension headers, fragments in and out of order, jumbo frames, ICMP errors, and the
 * discovery of a smaller MTU behind a routing function. */
#include "crowd.h"
#include "frames.h"
#include "joint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOPS 2

/* a, c at east, b, d at west.  Of either hop one instance is at each site: f and g, h and k. */
static struct joint *
carriage_up(int64_t mtu)
{
    struct joint *j = joint_new(mtu);

    (void)joint_node(j, 0, "c", "10.0.0.3", "fd00::3");
    (void)joint_node(j, 1, "d", "10.0.0.4", "fd00::4");
    site_function(j->east, "f", "n");
    site_function(j->west, "g", "n");
    site_function(j->west, "h", "n");
    site_function(j->east, "k", "n");
    joint_class(j, false, -1, -1);
    joint_class(j, true, -1, -1);
    joint_hop(j, "f", 0);
    joint_instance(j, "g", 1);
    joint_hop(j, "h", 1);
    joint_instance(j, "k", 0);
    topo_up(j->t);
    return j;
}

/* What every hop has got so far, each way. */
struct steps {
    int64_t n[HOPS][2];
};

static struct steps
steps_now(struct joint *j)
{
    struct steps s;

    for (int hop = 0; hop < HOPS; hop++) {
        s.n[hop][0] = joint_hop_packets(j, hop, "forward");
        s.n[hop][1] = joint_hop_packets(j, hop, "reverse");
    }
    return s;
}

/* Has every hop got at least so many more? */
static bool
stepped(struct joint *j, const struct steps *before, int64_t forward, int64_t reverse)
{
    struct steps now = steps_now(j);

    for (int hop = 0; hop < HOPS; hop++) {
        if (now.n[hop][0] < before->n[hop][0] + forward ||
            now.n[hop][1] < before->n[hop][1] + reverse) {
            return false;
        }
    }
    return true;
}

TEST(chains_over_sites_and_on_one_box_carry_both_families)
{
    static const struct {
        int from, to;
        const char *client, *server, *ip, *ip6;
    } ways[] = {
        {0, 1, "a", "b", "10.0.0.2", "fd00::2"}, /* between the sites */
        {1, 0, "d", "a", "10.0.0.1", "fd00::1"}, /* and the other way */
        {0, 0, "a", "c", "10.0.0.3", "fd00::3"}, /* both on one box */
        {1, 1, "d", "b", "10.0.0.2", "fd00::2"},
    };
    struct joint *j = carriage_up(1450);

    for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
        struct site *from = &j->t->sites[ways[i].from], *to = &j->t->sites[ways[i].to];

        for (int v6 = 0; v6 < 2; v6++) {
            const char *ip = v6 ? ways[i].ip6 : ways[i].ip;
            struct steps before = steps_now(j);

            CHECK(node_ping(from, ways[i].client, ip, 56));
            CHECK(stepped(j, &before, 1, 1));
            CHECK(node_ping(from, ways[i].client, ip, 4000)); /* fragments */
            CHECK(stepped(j, &before, 4, 4));
            before = steps_now(j);
            CHECK(node_tcp(from, ways[i].client, to, ways[i].server, ip, 80));
            CHECK(stepped(j, &before, 4, 3));
        }
    }
    for (int i = 0; i < 2; i++) {
        CHECK_INT(site_drops(&j->t->sites[i], "function_flow"), 0);
        CHECK_INT(site_drops(&j->t->sites[i], "fragment_unknown"), 0);
        CHECK_INT(site_drops(&j->t->sites[i], "internal"), 0);
    }
}

/* The first before all others, which come in any order. */
static void
fragments_pass(struct joint *j, int a, int b, bool v6)
{
    static const struct {
        size_t offset, n;
        bool more;
    } parts[] = {{0, 800, true}, {1600, 300, false}, {800, 800, true}};
    bool (*is)(const uint8_t *frame, size_t n, const void *id) = v6 ? is_v6_fragment : is_fragment;
    int id = v6 ? 4001 : 4000, alone = id + 10;
    uint8_t buf[FRAME_MAX];
    struct frame f;

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        f = v6 ? frame_v6_fragment(j->a->mac, j->b->mac, "fd00::1", "fd00::2", id, parts[i].offset,
                                   parts[i].n, parts[i].more)
               : frame_fragment(j->a->mac, j->b->mac, "10.0.0.1", "10.0.0.2", id, parts[i].offset,
                                parts[i].n, parts[i].more);
        raw_send(a, f.b, f.n);
        CHECK_INT(raw_receive(b, buf, sizeof buf, 1000, is, &id), f.n);
        CHECK(!memcmp(buf, f.b, f.n));
    }
    f = v6 ? frame_v6_fragment(j->a->mac, j->b->mac, "fd00::1", "fd00::2", alone, 800, 100, false)
           : frame_fragment(j->a->mac, j->b->mac, "10.0.0.1", "10.0.0.2", alone, 800, 100, false);
    raw_send(a, f.b, f.n);
    SITE_EVENTUALLY(j->east, 1000, site_drops(j->east, "fragment_unknown") == 1 + v6);
}

/* An end's kernel answers for a closed port; the asker's kernel hears of it. */
static void
refusal_comes_back(struct joint *j, const char *ip)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(999)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(999)};
    bool v6 = inet_pton(AF_INET6, ip, &in6.sin6_addr) == 1;
    struct steps before = steps_now(j);
    struct pollfd p = {.events = POLLIN};
    char c;

    p.fd = node_socket(j->east, "a", v6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
    (void)inet_pton(AF_INET, ip, &in.sin_addr);
    REQUIRE(!connect(p.fd, v6 ? (struct sockaddr *)&in6 : (struct sockaddr *)&in,
                     v6 ? sizeof in6 : sizeof in));
    REQUIRE(send(p.fd, "x", 1, 0) == 1);
    CHECK(poll(&p, 1, 1000 * test_patience()) == 1 && recv(p.fd, &c, 1, MSG_DONTWAIT) < 0);
    CHECK_INT(errno, ECONNREFUSED);
    CHECK(stepped(j, &before, 1, 1));
    close(p.fd);
}

TEST(chains_carry_fragments_extension_headers_and_errors)
{
    struct joint *j = carriage_up(1450);
    int a = node_raw(j->east, "a", "eth0"), b = node_raw(j->west, "b", "eth0");
    struct steps before = steps_now(j);
    struct frame f = frame_v6_extended(j->a->mac, j->b->mac, "fd00::1", "fd00::2", 5, 6);
    uint8_t buf[FRAME_MAX];

    raw_send(a, f.b, f.n);
    CHECK_INT(raw_receive(b, buf, sizeof buf, 1000, is_v6_extended, NULL), f.n);
    CHECK(!memcmp(buf, f.b, f.n));
    CHECK(stepped(j, &before, 1, 0));
    for (int v6 = 0; v6 < 2; v6++) {
        before = steps_now(j);
        fragments_pass(j, a, b, v6);
        CHECK(stepped(j, &before, 3, 0));
    }
    refusal_comes_back(j, "10.0.0.2");
    refusal_comes_back(j, "fd00::2");
    refusal_comes_back(j, "10.0.0.3");
    refusal_comes_back(j, "fd00::3");
    close(a);
    close(b);
}

static bool
ping_whole(struct site *s, const char *server, const char *ip, int size)
{
    const char *output;
    struct err *e = node_run(s, server, &output, "ping -c 1 -W %d -M do -s %d %s", 2 * test_patience(), size, ip);
    bool ok = !e;

    err_ignore(e, "the answer is no");
    return ok;
}

TEST(chains_carry_jumbo_frames_where_the_network_does)
{
    struct joint *j = carriage_up(9000);
    struct crowd *crowd = crowd_new(j->east, "a", "10.0.0.2", j->west, "b", "10.0.0.2", 80);
    struct steps before = steps_now(j);

    CHECK(ping_whole(j->east, "a", "10.0.0.2", 9000 - 28));
    CHECK(ping_whole(j->east, "a", "fd00::2", 9000 - 48));
    CHECK(ping_whole(j->west, "b", "10.0.0.4", 9000 - 28));
    CHECK(stepped(j, &before, 3, 3));
    CHECK(!ping_whole(j->east, "a", "10.0.0.2", 9000 - 27));
    crowd_open(crowd, 10);
    CHECK_INT(crowd_round(crowd, 200000, 8000), 10);
    CHECK_INT(site_drops(j->east, "mtu"), 0);
    CHECK_INT(site_drops(j->west, "mtu"), 0);
    crowd_free(crowd);
}

/* What the sender's kernel has learnt. */
static bool
path_mtu_is(struct site *s, const char *ip, const char *mtu)
{
    const char *output;

    REQUIRE_OK(node_run(s, "a", &output, "ip route get %s", ip));
    return strstr(output, mtu) != NULL;
}

TEST(senders_learn_the_smaller_mtu_behind_a_routing_function)
{
    static const char *const inside[] = {
        "ip link set eth1 mtu 1300",
        "sysctl -qw net.ipv6.conf.all.forwarding=1",
        "ip addr add fd00::9/64 dev eth0 nodad",
        "ip route add fd00::2 dev eth1",
    };
    static const char *const ips[] = {"10.0.0.2", "fd00::2"};
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_chain *chain;
    const char *output;

    site_network(s, "n", 100);
    site_node(s, "a", "n", "10.0.0.1", "fd00::1");
    site_node(s, "b", "n", "10.0.0.2", "fd00::2");
    (void)function_routed_between(s, "r", "n", "10.0.0.9", "10.0.0.10", "10.0.0.2");
    site_function(s, "f", "n");
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 6, 80);
    chain_class(s, chain, 6, 80)->ethertype = "IPv6";
    (void)chain_hop(s, chain, "f"); /* The error passes it. */
    chain_hop(s, chain, "r")->layer = "l3";
    topo_up(t);
    for (size_t i = 0; i < ARRAY_SIZE(inside); i++) {
        REQUIRE_OK(node_run(s, "r", &output, "%s", inside[i]));
    }
    for (size_t i = 0; i < ARRAY_SIZE(ips); i++) {
        struct crowd *crowd = crowd_new(s, "a", ips[i], s, "b", ips[i], 80);

        CHECK(!path_mtu_is(s, ips[i], "mtu 1300"));
        crowd_open(crowd, 5);
        CHECK_INT(crowd_round(crowd, 50000, 8000), 5);
        CHECK(path_mtu_is(s, ips[i], "mtu 1300"));
        crowd_free(crowd);
    }
    CHECK_INT(site_drops(s, "function_direction"), 0);
    CHECK_INT(site_drops(s, "icmp_error_unknown"), 0);
}
