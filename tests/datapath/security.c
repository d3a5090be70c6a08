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
    CHECK(!node_tcp(s, "a", s, "b", "10.0.0.2", 83));
    CHECK(site_drops(s, "ingress_refused") >= 1);
    CHECK(!node_ping(s, "a", "10.0.0.2", 56));
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
    CHECK(!node_tcp(s, "c", s, "b", "10.0.0.2", 80));
    CHECK(node_tcp(s, "c", s, "b", "10.0.0.2", 81));
    CHECK(!node_tcp(s, "a", s, "b", "10.0.0.2", 81));
    CHECK(node_ping(s, "c", "10.0.0.2", 56));
    CHECK(!node_ping(s, "d", "10.0.0.2", 56));
    /* No egress rule: it answers but does not ask. */
    CHECK(!node_ping(s, "b", "10.0.0.3", 56));
    CHECK(site_drops(s, "egress_refused") >= 1);
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
        /* Kernels send multicast of their own, now and then. */
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
    CHECK(!node_ping(s, "b", "10.0.0.1", 56));
    CHECK(site_drops(s, "arp_unknown") >= 1);
    f = frame_udp(mac_of(s, "a"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", 5, port, 10);
    raw_send(a, f.b, f.n);
    CHECK(!raw_receive(b, buf, sizeof buf, 100, is_udp_to, &port));
    CHECK(site_drops(s, "unknown_destination") >= 1);
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
    CHECK(!node_tcp(s, "a", s, "b", "10.0.0.2", 80));
    CHECK(!node_tcp(s, "b", s, "a", "10.0.0.1", 80));
    CHECK(site_drops(s, "port_down") >= 2);
}
