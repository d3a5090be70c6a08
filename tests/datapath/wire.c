/* What makes packets awkward: fragments, errors, sizes, offloads. */
#include "frames.h"
#include "topo.h"

#include "sys/file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct topo *
plain(struct site **out, struct desired_port **a, struct desired_port **b)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];

    *out = s;
    site_network(s, "n", 100);
    *a = site_node(s, "a", "n", "10.0.0.1", "fd00::1");
    *b = site_node(s, "b", "n", "10.0.0.2", "fd00::2");
    topo_up(t);
    return t;
}

TEST(later_fragments_follow_their_first_and_none_come_alone)
{
    struct site *s;
    struct desired_port *pa, *pb;
    struct frame first, later;
    uint8_t buf[FRAME_MAX];
    const int id = 4711, unknown = 4712;

    (void)plain(&s, &pa, &pb);
    int a = node_raw(s, "a", "eth0"), b = node_raw(s, "b", "eth0");
    later = frame_fragment(pa->mac, pb->mac, "10.0.0.1", "10.0.0.2", id, 800, 100, false);
    raw_send(a, later.b, later.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "fragment_unknown") == 1);
    first = frame_fragment(pa->mac, pb->mac, "10.0.0.1", "10.0.0.2", id, 0, 800, true);
    raw_send(a, first.b, first.n);
    CHECK_INT(raw_receive(b, buf, sizeof buf, 1000, is_fragment, &id), first.n);
    raw_send(a, later.b, later.n);
    CHECK_INT(raw_receive(b, buf, sizeof buf, 1000, is_fragment, &id), later.n);
    later = frame_fragment(pa->mac, pb->mac, "10.0.0.1", "10.0.0.2", unknown, 800, 100, false);
    raw_send(a, later.b, later.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "fragment_unknown") == 2);
    CHECK(node_ping(s, "a", "10.0.0.2", 4000));
    CHECK(node_ping(s, "a", "fd00::2", 4000));
    close(a);
    close(b);
}

/* Whoever uses the identifier of another's packet, its first fragment is not this one's. */
TEST(a_fragment_belongs_to_its_ends_network_and_protocol)
{
    struct site *s;
    struct desired_port *a, *b;
    struct topo *t = plain(&s, &a, &b);
    const struct desired_port *c = site_node(s, "c", "n", "10.0.0.3", NULL), *d, *e;
    const int id = 4711;
    uint8_t buf[FRAME_MAX];

    site_network(s, "m", 101);
    d = site_node(s, "d", "m", "10.0.0.1", NULL);
    e = site_node(s, "e", "m", "10.0.0.2", NULL);
    topo_up(t);
    int at_a = node_raw(s, "a", "eth0"), at_b = node_raw(s, "b", "eth0");
    int at_c = node_raw(s, "c", "eth0"), at_d = node_raw(s, "d", "eth0");
    struct frame first = frame_fragment(a->mac, b->mac, "10.0.0.1", "10.0.0.2", id, 0, 800, true);
    struct frame other = frame_fragment(a->mac, b->mac, "10.0.0.1", "10.0.0.2", id, 800, 9, false);
    struct {
        int from;
        struct frame frame;
    } cases[] = {
        {at_c, frame_fragment(c->mac, b->mac, "10.0.0.3", "10.0.0.2", id, 800, 9, false)},
        {at_a, frame_fragment(a->mac, c->mac, "10.0.0.1", "10.0.0.3", id, 800, 9, false)},
        {at_d, frame_fragment(d->mac, e->mac, "10.0.0.1", "10.0.0.2", id, 800, 9, false)},
        {at_a, other},
    };
    cases[3].frame.b[23] = 6;
    raw_send(at_a, first.b, first.n);
    CHECK(raw_receive(at_b, buf, sizeof buf, 1000, is_fragment, &id));
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        raw_send(cases[i].from, cases[i].frame.b, cases[i].frame.n);
        SITE_EVENTUALLY(s, 1000, site_drops(s, "fragment_unknown") == (int64_t)i + 1);
    }
    raw_send(at_a, other.b, other.n);
    CHECK(raw_receive(at_b, buf, sizeof buf, 1000, is_fragment, &id));
    close(at_a);
    close(at_b);
    close(at_c);
    close(at_d);
}

TEST(icmp_errors_ride_the_flow_they_quote)
{
    struct site *s;
    struct desired_port *pa, *pb;
    struct desired_security_group *group;
    struct frame ask, error;
    uint8_t buf[FRAME_MAX];
    const int port = 2000;
    struct topo *t = topo_new(1);

    s = &t->sites[0];
    site_network(s, "n", 100);
    group = site_group(s, "out");
    (void)group_rule(s, group, "egress", "IPv4", -1, -1, -1);
    (void)group_rule(s, group, "ingress", "IPv4", 17, -1, -1);
    pa = site_node(s, "a", "n", "10.0.0.1", NULL);
    pb = site_node(s, "b", "n", "10.0.0.2", NULL);
    port_group(s, pa, "out");
    port_group(s, pb, "out");
    topo_up(t);
    int a = node_raw(s, "a", "eth0"), b = node_raw(s, "b", "eth0");
    error = frame_unreachable(pb->mac, pa->mac, "10.0.0.2", "10.0.0.1", 1000, port);
    raw_send(b, error.b, error.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "icmp_error_unknown") >= 1);
    CHECK(!raw_receive(a, buf, sizeof buf, 50, is_unreachable, NULL));
    ask = frame_udp(pa->mac, pb->mac, "10.0.0.1", "10.0.0.2", 1000, port, 20);
    raw_send(a, ask.b, ask.n);
    CHECK(raw_receive(b, buf, sizeof buf, 1000, is_udp_to, &port));
    error.b[29] = 9; /* As if somebody else told of it. */
    raw_send(b, error.b, error.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "spoofed_ip") == 1);
    error.b[29] = 2;
    error.b[49] = 1; /* A later fragment has no ports to be quoted. */
    raw_send(b, error.b, error.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "truncated") == 1);
    error.b[49] = 0;
    raw_send(b, error.b, error.n);
    CHECK(raw_receive(a, buf, sizeof buf, 1000, is_unreachable, NULL));
    close(a);
    close(b);
}

TEST(a_server_cannot_send_more_than_the_networks_mtu)
{
    struct site *s;
    struct desired_port *pa, *pb;
    struct frame f;
    const char *output;

    (void)plain(&s, &pa, &pb);
    REQUIRE_OK(node_run(s, "a", &output, "ip link set eth0 mtu 1700"));
    int a = node_raw(s, "a", "eth0");
    f = frame_udp(pa->mac, pb->mac, "10.0.0.1", "10.0.0.2", 5, 6, 1450 - 28);
    raw_send(a, f.b, f.n);
    CHECK_INT(site_drops(s, "mtu"), 0);
    f = frame_udp(pa->mac, pb->mac, "10.0.0.1", "10.0.0.2", 5, 6, 1450 - 27);
    raw_send(a, f.b, f.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "mtu") == 1);
    CHECK(node_ping(s, "a", "10.0.0.2", 1450 - 28));
    close(a);
}

/* Gbit/s that one run of iperf3 had; -1 where it found no server, which it tells
 * in its answer and not by its status. */
static double
transfer_try(struct site *from, const char *client, const char *ip, int mb)
{
    const struct json *json = NULL, *bits;
    const char *output = "";
    struct err *e =
        node_run(from, client, &output, "iperf3 -J -C cubic -n %dM -c %s", mb, ip);

    e = e ? e : json_parse(from->topo->mem, output, strlen(output), &json);
    err_ignore(e, "then there is no figure");
    bits = json_path(json, "end.sum_received.bits_per_second");
    return !bits ? -1 : bits->type == JSON_T_REAL ? bits->r / 1e9 : (double)bits->i / 1e9;
}

/* Sends 'mb' MiB; Gbit/s, or -1. */
static double
transfer(struct site *from, const char *client, struct site *to, const char *server,
         const char *ip, int mb)
{
    pid_t pid = node_spawn(to, server, "iperf3 -s -1 -B %s", ip);
    double rate = -1;

    EVENTUALLY(10000, (rate = transfer_try(from, client, ip, mb)) > 0);
    spawned_end(pid);
    return rate;
}

TEST(a_large_transfer_keeps_its_segmentation_offload_through_a_chain)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_chain *chain;
    double rate;

    site_network(s, "n", 100);
    site_node(s, "a", "n", "10.0.0.1", NULL);
    site_node(s, "b", "n", "10.0.0.2", NULL);
    site_function(s, "f", "n");
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 6, -1);
    (void)chain_hop(s, chain, "f");
    topo_up(t);
    rate = transfer(s, "a", s, "b", "10.0.0.2", 200);
    CHECK(rate > 0);
    /* 200 MiB in far fewer packets than segments: it travelled as large ones. */
    SITE_EVENTUALLY(s, 1000, site_hop_packets(s, "c", 0, "forward") > 0);
    CHECK(site_hop_packets(s, "c", 0, "forward") < 200 * 1048576 / 1400 / 4);
    CHECK_INT(site_drops(s, "internal"), 0);
}

TEST(a_large_transfer_crosses_sites)
{
    struct topo *t = topo_new(2);
    struct site *east = &t->sites[0], *west = &t->sites[1];
    struct desired_port *a, *b;

    site_network(east, "n", 100);
    site_network(west, "n", 200);
    a = site_node(east, "a", "n", "10.0.0.1", NULL);
    b = site_node(west, "b", "n", "10.0.0.2", NULL);
    (void)site_remote(east, "b", "n", west, b, 200);
    (void)site_remote(west, "a", "n", east, a, 100);
    topo_up(t);
    CHECK(transfer(east, "a", west, "b", "10.0.0.2", 50) > 0);
    /* The largest packet of the segment fits the WAN unfragmented. */
    CHECK(node_ping(east, "a", "10.0.0.2", 1450 - 28));
}
