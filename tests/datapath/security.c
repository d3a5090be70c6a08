/* Who may send what to whom. */
#include "frames.h"
#include "topo.h"

#include "base/net.h"

#include <string.h>
#include <unistd.h>

#define SYN 2
#define ACK 16
#define RST 4

static struct topo *
two_guarded(struct site **out)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_security_group *group;

    *out = s;
    site_network(s, "n", 100);
    group = site_group(s, "web");
    (void)group_rule(s, group, "egress", "IPv4", -1, -1, -1);
    (void)group_rule(s, group, "egress", "IPv6", -1, -1, -1);
    (void)group_rule(s, group, "ingress", "IPv4", 6, 80, 82);
    (void)group_rule(s, group, "ingress", "IPv6", 6, 80, 82);
    port_group(s, site_node(s, "a", "n", "10.0.0.1", "fd00::1"), "web");
    port_group(s, site_node(s, "b", "n", "10.0.0.2", "fd00::2"), "web");
    topo_up(t);
    return t;
}

static const char *
mac_of(const struct site *s, const char *name)
{
    for (size_t i = 0; i < s->objects.n; i++) {
        const struct desired_port *port = s->objects.items[i];

        if (s->kinds.items[i] == DESIRED_port &&
            str_eq(port->id, topo_id(s->topo, mem_printf(s->topo->mem, "port %s", name)))) {
            return port->mac;
        }
    }
    return "";
}

TEST(security_groups_are_stateful)
{
    struct site *s;

    (void)two_guarded(&s);
    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 80));
    CHECK(node_tcp(s, "a", s, "b", "fd00::2", 82));
    CHECK(node_no_tcp(s, "a", s, "b", "10.0.0.2", 83));
    SITE_EVENTUALLY(s, 1000, site_drops(s, "ingress_refused") >= 1);
    CHECK(node_no_ping(s, "a", "10.0.0.2"));
}

TEST(rules_that_go_also_end_flows_that_run)
{
    struct site *s;
    struct desired_security_group *group;
    const int port = 80;
    struct frame syn, ack;
    uint8_t buf[FRAME_MAX];

    (void)two_guarded(&s);
    int a = node_raw(s, "a", "eth0"), b = node_raw(s, "b", "eth0");
    syn = frame_tcp(mac_of(s, "a"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", 999, port, SYN);
    ack = frame_tcp(mac_of(s, "a"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", 999, port, ACK);
    raw_send(a, syn.b, syn.n);
    CHECK(raw_receive(b, buf, sizeof buf, 1000, is_tcp_to, &port));
    group = s->objects.items[2];
    CHECK(s->kinds.items[2] == DESIRED_security_group);
    group->rules.n = 2;
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 2000, (raw_send(a, ack.b, ack.n), site_drops(s, "ingress_refused") > 0));
    group->rules.n = 4;
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 2000,
                    (raw_send(a, ack.b, ack.n),
                     raw_receive(b, buf, sizeof buf, 100, is_tcp_to, &port) > 0));
    close(a);
    close(b);
}

/* UDP, which no kernel at its ends resets: 'a' asks, 'b' and 'c' are asked at port 80. */
static struct desired_security_group *
askers(struct site **out)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_security_group *asks, *asked;

    *out = s;
    site_network(s, "n", 100);
    asks = site_group(s, "asks");
    asked = site_group(s, "asked");
    (void)group_rule(s, asks, "egress", "IPv4", 17, -1, -1);
    (void)group_rule(s, asked, "ingress", "IPv4", 17, 80, 80);
    (void)group_rule(s, asked, "egress", "IPv4", 17, -1, -1);
    port_group(s, site_node(s, "a", "n", "10.0.0.1", NULL), "asks");
    port_group(s, site_node(s, "b", "n", "10.0.0.2", NULL), "asked");
    port_group(s, site_node(s, "c", "n", "10.0.0.3", NULL), "asked");
    topo_up(t);
    return asks;
}

TEST(egress_rules_that_go_end_a_flow_in_both_directions)
{
    struct site *s;
    struct desired_security_group *asks = askers(&s);
    const int port = 80, back = 999;
    uint8_t buf[FRAME_MAX];
    int a = node_raw(s, "a", "eth0"), b = node_raw(s, "b", "eth0");
    struct frame ask = frame_udp(mac_of(s, "a"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", back, port,
                                 9);
    struct frame reply = frame_udp(mac_of(s, "b"), mac_of(s, "a"), "10.0.0.2", "10.0.0.1", port,
                                   back, 9);

    raw_send(a, ask.b, ask.n);
    CHECK(raw_receive(b, buf, sizeof buf, 1000, is_udp_to, &port));
    raw_send(b, reply.b, reply.n);
    CHECK(raw_receive(a, buf, sizeof buf, 1000, is_udp_to, &back));
    asks->rules.n = 0;
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 2000, (raw_send(a, ask.b, ask.n), site_drops(s, "egress_refused") > 0));
    raw_send(b, reply.b, reply.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "ingress_refused") > 0);
    CHECK(!raw_receive(a, buf, sizeof buf, 50, is_udp_to, &back));
    close(a);
    close(b);
}

TEST(what_was_refused_opens_no_way_back)
{
    struct site *s;
    const int port = 83, back = 999;
    uint8_t buf[FRAME_MAX];

    (void)two_guarded(&s);
    int a = node_raw(s, "a", "eth0"), b = node_raw(s, "b", "eth0");
    struct frame syn = frame_tcp(mac_of(s, "a"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", back, port,
                                 SYN);
    struct frame other = frame_tcp(mac_of(s, "b"), mac_of(s, "a"), "10.0.0.2", "10.0.0.1", port,
                                   back, SYN);

    raw_send(a, syn.b, syn.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "ingress_refused") == 1);
    raw_send(b, other.b, other.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "ingress_refused") == 2);
    CHECK(!raw_receive(a, buf, sizeof buf, 50, is_tcp_to, &back));
    close(a);
    close(b);
}

TEST(a_forged_packet_does_not_end_anothers_flow)
{
    struct site *s;
    const int port = 80, back = 999;
    uint8_t buf[FRAME_MAX];

    (void)askers(&s);
    int a = node_raw(s, "a", "eth0"), b = node_raw(s, "b", "eth0"), c = node_raw(s, "c", "eth0");
    struct frame ask = frame_udp(mac_of(s, "a"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", back, port,
                                 9);
    struct frame forged = frame_udp(mac_of(s, "c"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", back,
                                    port, 9);
    struct frame reply = frame_udp(mac_of(s, "b"), mac_of(s, "a"), "10.0.0.2", "10.0.0.1", port,
                                   back, 9);

    raw_send(a, ask.b, ask.n);
    CHECK(raw_receive(b, buf, sizeof buf, 1000, is_udp_to, &port));
    raw_send(c, forged.b, forged.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "spoofed_ip") == 1);
    raw_send(b, reply.b, reply.n);
    CHECK(raw_receive(a, buf, sizeof buf, 1000, is_udp_to, &back));
    close(a);
    close(b);
    close(c);
}

TEST(who_was_never_reached_does_not_reply)
{
    struct site *s;
    struct desired_security_group *asked;
    struct desired_port *port_b = NULL;
    const int port = 80, back = 999;
    uint8_t buf[FRAME_MAX];

    (void)askers(&s);
    int a = node_raw(s, "a", "eth0"), b = node_raw(s, "b", "eth0");
    struct frame ask = frame_udp(mac_of(s, "a"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", back, port,
                                 9);
    struct frame reply = frame_udp(mac_of(s, "b"), mac_of(s, "a"), "10.0.0.2", "10.0.0.1", port,
                                   back, 9);
    struct frame first = frame_udp(mac_of(s, "a"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", 998, port,
                                   9);
    int64_t before;

    asked = s->objects.items[3];
    REQUIRE(s->kinds.items[3] == DESIRED_security_group);
    asked->rules.n = 1; /* no egress */
    for (size_t i = 0; i < s->objects.n && !port_b; i++) {
        if (s->kinds.items[i] == DESIRED_port &&
            str_eq(((struct desired_port *)s->objects.items[i])->mac, mac_of(s, "b"))) {
            port_b = s->objects.items[i];
        }
    }
    REQUIRE(port_b);
    port_b->admin_state_up = false;
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 2000, str_eq(site_state(s, DESIRED_port, "b"), "DOWN"));
    SITE_EVENTUALLY(s, 2000, (raw_send(a, first.b, first.n), site_drops(s, "port_down") > 0));
    before = site_drops(s, "port_down");
    raw_send(a, ask.b, ask.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "port_down") > before);
    port_b->admin_state_up = true;
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 2000, str_eq(site_state(s, DESIRED_port, "b"), "ACTIVE"));
    raw_send(b, reply.b, reply.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "egress_refused") > 0);
    CHECK(!raw_receive(a, buf, sizeof buf, 50, is_udp_to, &back));
    close(a);
    close(b);
}

/* One server may reach the other by what a single rule says, and by nothing near it. */
TEST(a_rule_is_for_its_version_protocol_type_and_code)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_security_group *out, *in;
    const int port = 80;
    uint8_t buf[FRAME_MAX];
    struct frame udp;

    site_network(s, "n", 100);
    out = site_group(s, "out");
    in = site_group(s, "in");
    (void)group_rule(s, out, "egress", "IPv4", -1, -1, -1);
    (void)group_rule(s, out, "egress", "IPv6", -1, -1, -1);
    for (int i = 0; i < 100; i++) {
        (void)group_rule(s, in, "ingress", "IPv4", 6, 1000 + i, 1000 + i);
    }
    (void)group_rule(s, in, "ingress", "IPv4", 6, 80, 80);
    struct desired_rule *echo = group_rule(s, in, "ingress", "IPv4", 1, 8, 1);
    port_group(s, site_node(s, "a", "n", "10.0.0.1", "fd00::1"), "out");
    port_group(s, site_node(s, "b", "n", "10.0.0.2", "fd00::2"), "in");
    topo_up(t);
    int a = node_raw(s, "a", "eth0"), b = node_raw(s, "b", "eth0");

    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 80)); /* the last of many */
    CHECK(node_no_tcp(s, "a", s, "b", "fd00::2", 80));
    udp = frame_udp(mac_of(s, "a"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", 5, port, 10);
    raw_send(a, udp.b, udp.n);
    CHECK(!raw_receive(b, buf, sizeof buf, 50, is_udp_to, &port));
    CHECK(node_no_ping(s, "a", "10.0.0.2"));
    echo->port_max = 0;
    REQUIRE(site_push(s));
    CHECK(node_ping(s, "a", "10.0.0.2", 56));
    close(a);
    close(b);
}

TEST(remote_prefixes_and_remote_groups_are_honoured)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_security_group *client, *server;

    site_network(s, "n", 100);
    client = site_group(s, "client");
    server = site_group(s, "server");
    (void)group_rule(s, client, "egress", "IPv4", -1, -1, -1);
    group_member_add(s, client, "10.0.0.1");
    group_rule(s, server, "ingress", "IPv4", 6, 80, 80)->remote_group_id = client->id;
    group_rule(s, server, "ingress", "IPv4", 6, 81, 81)->remote_cidr = "10.0.0.3/32";
    group_rule(s, server, "ingress", "IPv4", 1, 8, -1)->remote_cidr = "10.0.0.0/30";
    port_group(s, site_node(s, "a", "n", "10.0.0.1", NULL), "client");
    port_group(s, site_node(s, "b", "n", "10.0.0.2", NULL), "server");
    site_node(s, "c", "n", "10.0.0.3", NULL);
    site_node(s, "d", "n", "10.0.0.4", NULL);
    topo_up(t);
    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 80));
    CHECK(node_no_tcp(s, "c", s, "b", "10.0.0.2", 80));
    CHECK(node_tcp(s, "c", s, "b", "10.0.0.2", 81));
    CHECK(node_no_tcp(s, "a", s, "b", "10.0.0.2", 81));
    CHECK(node_ping(s, "c", "10.0.0.2", 56));
    CHECK(node_no_ping(s, "d", "10.0.0.2"));
    /* No egress rule: it answers but does not ask. */
    CHECK(node_no_ping(s, "b", "10.0.0.3"));
    SITE_EVENTUALLY(s, 1000, site_drops(s, "egress_refused") >= 1);
}

TEST(spoofed_frames_are_dropped_with_their_reason)
{
    struct site *s;
    const char *mac_a, *mac_b, *lie = "02:00:00:00:00:01";
    uint8_t buf[FRAME_MAX];
    const int port = 80;

    (void)two_guarded(&s);
    mac_a = mac_of(s, "a");
    mac_b = mac_of(s, "b");
    int a = node_raw(s, "a", "eth0"), b = node_raw(s, "b", "eth0");
    struct {
        struct frame frame;
        const char *reason;
    } cases[] = {
        {frame_tcp(lie, mac_b, "10.0.0.1", "10.0.0.2", 999, port, SYN), "spoofed_mac"},
        {frame_tcp(mac_a, mac_b, "10.0.0.9", "10.0.0.2", 999, port, SYN), "spoofed_ip"},
        {frame_arp(1, mac_a, mac_a, "10.0.0.9", "10.0.0.2"), "spoofed_arp"},
        {frame_arp(1, mac_a, lie, "10.0.0.1", "10.0.0.2"), "spoofed_arp"},
        {frame_arp(1, mac_a, lie, "0.0.0.0", "10.0.0.2"), "spoofed_arp"},
        {frame_solicit(mac_a, mac_b, "fd00::9", "fd00::2", 255), "spoofed_nd"},
        {frame_solicit(mac_a, mac_b, "fd00::1", "fd00::2", 64), "spoofed_nd"},
        {frame_solicit(mac_a, mac_b, "fd00::1", "fd00::77", 255), "nd_unknown"},
        {frame_arp(2, mac_a, mac_a, "10.0.0.1", "10.0.0.2"), "arp_unsolicited"},
        {frame_arp(1, mac_a, mac_a, "10.0.0.1", "10.0.0.77"), "arp_unknown"},
        {frame_tcp(mac_a, lie, "10.0.0.1", "10.0.0.2", 999, port, SYN), "unknown_destination"},
        {frame_tcp(mac_a, "ff:ff:ff:ff:ff:ff", "10.0.0.1", "10.0.0.2", 999, port, SYN),
         "multicast"},
        {frame_tcp(mac_a, mac_b, "10.0.0.1", "10.0.0.2", 999, port, SYN | ACK), "tcp_state"},
        {frame_tcp(mac_a, mac_b, "10.0.0.1", "10.0.0.2", 999, port, RST), "tcp_state"},
        {frame_unreachable(mac_a, mac_b, "10.0.0.1", "10.0.0.2", 5, 6), "icmp_error_unknown"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        int64_t before = site_drops(s, cases[i].reason);

        raw_send(a, cases[i].frame.b, cases[i].frame.n);
        /* More than one: the server's kernel asks for neighbours and routers as well. */
        SITE_EVENTUALLY(s, 1000, site_drops(s, cases[i].reason) > before);
        if (site_drops(s, cases[i].reason) <= before) {
            test_fail(__FILE__, __LINE__, "case %zu: %s", i, cases[i].reason);
        }
    }
    CHECK(!raw_receive(b, buf, sizeof buf, 50, is_tcp_to, &port));
    close(a);
    close(b);
}

TEST(arp_and_nd_are_answered_from_tables)
{
    struct site *s;
    struct frame ask;
    uint8_t buf[FRAME_MAX];

    (void)two_guarded(&s);
    int a = node_raw(s, "a", "eth0");
    ask = frame_arp(1, mac_of(s, "a"), mac_of(s, "a"), "10.0.0.1", "10.0.0.2");
    raw_send(a, ask.b, ask.n);
    CHECK(raw_receive(a, buf, sizeof buf, 1000, is_arp_reply, "10.0.0.2"));
    struct mac mac;
    CHECK(mac_parse(mac_of(s, "b"), &mac) && !memcmp(buf + 22, mac.b, 6));
    close(a);
}

TEST(networks_do_not_see_each_other)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_network *other;
    struct frame f;
    uint8_t buf[FRAME_MAX];
    const int port = 80;

    site_network(s, "n", 100);
    other = site_network(s, "m", 101);
    other->project_id = PROJECT_2;
    site_node(s, "a", "n", "10.0.0.1", NULL);
    site_node(s, "b", "m", "10.0.0.2", NULL);
    site_node(s, "c", "n", "10.0.0.2", NULL); /* The same address in the other network. */
    topo_up(t);
    int a = node_raw(s, "a", "eth0"), b = node_raw(s, "b", "eth0");
    CHECK(node_tcp(s, "a", s, "c", "10.0.0.2", 80));
    CHECK(node_no_ping(s, "b", "10.0.0.1"));
    SITE_EVENTUALLY(s, 1000, site_drops(s, "arp_unknown") >= 1);
    f = frame_udp(mac_of(s, "a"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", 5, port, 10);
    raw_send(a, f.b, f.n);
    CHECK(!raw_receive(b, buf, sizeof buf, 100, is_udp_to, &port));
    SITE_EVENTUALLY(s, 1000, site_drops(s, "unknown_destination") >= 1);
    close(a);
    close(b);
}

TEST(a_port_that_is_down_neither_sends_nor_receives)
{
    struct site *s;
    struct topo *t = two_guarded(&s);
    struct desired_port *b = NULL;

    (void)t;
    for (size_t i = 0; i < s->objects.n; i++) {
        if (s->kinds.items[i] == DESIRED_port) {
            b = s->objects.items[i];
        }
    }
    REQUIRE(b != NULL);
    b->admin_state_up = false;
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 2000, str_eq(site_state(s, DESIRED_port, "b"), "DOWN"));
    const int port = 80;
    uint8_t buf[FRAME_MAX];
    struct frame to = frame_tcp(mac_of(s, "a"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", 5, port, SYN);
    struct frame from = frame_tcp(mac_of(s, "b"), mac_of(s, "a"), "10.0.0.2", "10.0.0.1", 5, port,
                                  SYN);
    int at_a = node_raw(s, "a", "eth0"), at_b = node_raw(s, "b", "eth0");

    raw_send(at_a, to.b, to.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "port_down") > 0);
    CHECK(!raw_receive(at_b, buf, sizeof buf, 50, is_tcp_to, &port));
    raw_send(at_b, from.b, from.n);
    CHECK(!raw_receive(at_a, buf, sizeof buf, 100, is_tcp_to, &port));
    close(at_a);
    close(at_b);
}
