/* Chains on one site: order, both directions, containment. */
#include "frames.h"
#include "topo.h"

#include <string.h>
#include <unistd.h>

static struct topo *
two_functions(struct site **out)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_chain *chain;

    *out = s;
    site_network(s, "n", 100);
    site_node(s, "a", "n", "10.0.0.1", "fd00::1");
    site_node(s, "b", "n", "10.0.0.2", "fd00::2");
    site_function(s, "f", "n");
    site_function(s, "g", "n");
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 6, 80);
    (void)chain_class(s, chain, 17, 2000);
    (void)chain_hop(s, chain, "f");
    (void)chain_hop(s, chain, "g");
    topo_up(t);
    return t;
}

static void *
find(struct site *s, enum desired_kind kind, const char *name)
{
    const char *id =
        topo_id(s->topo, mem_printf(s->topo->mem, "%s %s", desired_kind_names[kind], name));

    for (size_t i = 0; i < s->objects.n; i++) {
        if (s->kinds.items[i] == kind && str_eq(desired_id(s->objects.items[i]), id)) {
            return s->objects.items[i];
        }
    }
    test_fail(__FILE__, __LINE__, "no %s", name);
    test_end();
}

static const char *
mac_of(struct site *s, const char *name)
{
    return ((struct desired_port *)find(s, DESIRED_port, name))->mac;
}

TEST(classified_flows_pass_the_functions_both_ways_and_others_do_not)
{
    struct site *s;

    (void)two_functions(&s);
    /* First what passes none: what ends a connection may still be on its way when the test looks. */
    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 81));
    CHECK(node_ping(s, "a", "10.0.0.2", 56));
    CHECK_INT(site_hop_packets(s, "c", 0, "forward"), 0);
    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 80));
    for (int hop = 0; hop < 2; hop++) {
        SITE_EVENTUALLY(s, 1000, site_hop_packets(s, "c", hop, "forward") >= 4);
        SITE_EVENTUALLY(s, 1000, site_hop_packets(s, "c", hop, "reverse") >= 3);
    }
    CHECK_INT(site_drops(s, "function_flow"), 0);
    CHECK_INT(site_drops(s, "internal"), 0);
}

/* Classifiers that differ by one attribute and by the destination port that asks for them. */
static void
classes_add(struct site *s, struct desired_chain *chain, const char *a, const char *d)
{
    struct desired_classifier *c;

    chain_class(s, chain, 17, 2000)->source_port_id = a;
    chain_class(s, chain, 17, 2010)->destination_port_id = d;
    chain_class(s, chain, 17, 2020)->dst_port_max = 2021;
    c = chain_class(s, chain, 17, 2030);
    c->src_port_min = 1010;
    c->src_port_max = 1011;
    chain_class(s, chain, 17, 2040)->src_cidr = "10.0.0.0/30";
    chain_class(s, chain, 17, 2050)->dst_cidr = "10.0.0.4/30";
    (void)chain_class(s, chain, 6, 2060);
    chain_class(s, chain, 17, 2070)->ethertype = "IPv6";
}

/* What is not classified is delivered all the same: the function's counter tells. */
TEST(a_classifier_is_for_its_ends_ports_and_prefixes)
{
    static const struct {
        char from, to;
        int sport, dport;
        bool hit;
    } cases[] = {
        {'a', 'b', 5, 2000, true},     {'d', 'b', 5, 2000, false},    {'a', 'b', 5, 2010, false},
        {'a', 'd', 5, 2010, true},     {'a', 'b', 5, 2019, false},    {'a', 'b', 5, 2020, true},
        {'a', 'b', 5, 2021, true},     {'a', 'b', 5, 2022, false},    {'a', 'b', 1009, 2030, false},
        {'a', 'b', 1010, 2030, true},  {'a', 'b', 1011, 2030, true},  {'a', 'b', 1012, 2030, false},
        {'a', 'b', 5, 2040, true},     {'d', 'b', 5, 2040, false},    {'a', 'b', 5, 2050, false},
        {'a', 'd', 5, 2050, true},     {'a', 'b', 5, 2060, false},    {'a', 'b', 5, 2070, false},
    };
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_chain *chain;
    const struct desired_port *a, *b, *d;
    uint8_t buf[FRAME_MAX];

    site_network(s, "n", 100);
    a = site_node(s, "a", "n", "10.0.0.1", NULL);
    b = site_node(s, "b", "n", "10.0.0.2", NULL);
    d = site_node(s, "d", "n", "10.0.0.4", NULL);
    site_function(s, "f", "n");
    chain = site_chain(s, "c", "n");
    classes_add(s, chain, a->id, d->id);
    (void)chain_hop(s, chain, "f");
    topo_up(t);
    int at_a = node_raw(s, "a", "eth0"), at_b = node_raw(s, "b", "eth0");
    int at_d = node_raw(s, "d", "eth0");

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        bool from_a = cases[i].from == 'a', to_b = cases[i].to == 'b';
        struct frame f =
            frame_udp(from_a ? a->mac : d->mac, to_b ? b->mac : d->mac,
                      from_a ? "10.0.0.1" : "10.0.0.4", to_b ? "10.0.0.2" : "10.0.0.4",
                      cases[i].sport, cases[i].dport, 9);
        int64_t before = site_hop_packets(s, "c", 0, "forward");

        raw_send(from_a ? at_a : at_d, f.b, f.n);
        CHECK(raw_receive(to_b ? at_b : at_d, buf, sizeof buf, 1000, is_udp_to, &cases[i].dport));
        if (site_hop_packets(s, "c", 0, "forward") != before + cases[i].hit) {
            test_fail(__FILE__, __LINE__, "%c to %c, %d to %d", cases[i].from, cases[i].to,
                      cases[i].sport, cases[i].dport);
        }
    }
    close(at_a);
    close(at_b);
    close(at_d);
}

/* The places a packet is seen at, in order: times of arrival grow. */
TEST(a_packet_is_seen_at_every_hop_in_order)
{
    static const struct {
        const char *server, *ifname;
    } forward[] = {{"f", "eth0"}, {"f", "eth1"}, {"g", "eth0"}, {"g", "eth1"}, {"b", "eth0"}};
    int fds[ARRAY_SIZE(forward)];
    struct site *s;
    struct frame f;
    uint8_t buf[FRAME_MAX];
    int port = 2000;

    (void)two_functions(&s);
    for (size_t i = 0; i < ARRAY_SIZE(forward); i++) {
        fds[i] = node_raw(s, forward[i].server, forward[i].ifname);
    }
    int a = node_raw(s, "a", "eth0");
    f = frame_udp(mac_of(s, "a"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", 1000, port, 30);
    raw_send(a, f.b, f.n);
    for (size_t i = 0; i < ARRAY_SIZE(forward); i++) {
        CHECK_INT(raw_receive(fds[i], buf, sizeof buf, 1000, is_udp_to, &port), f.n);
        CHECK(!memcmp(buf, f.b, f.n)); /* Transparent: not a byte is changed. */
        CHECK(!raw_receive(fds[i], buf, sizeof buf, 20, is_udp_to, &port)); /* And once. */
    }
    port = 1000;
    f = frame_udp(mac_of(s, "b"), mac_of(s, "a"), "10.0.0.2", "10.0.0.1", 2000, port, 30);
    raw_send(fds[4], f.b, f.n);
    for (size_t i = ARRAY_SIZE(forward) - 1; i-- > 0;) {
        CHECK_INT(raw_receive(fds[i], buf, sizeof buf, 1000, is_udp_to, &port), f.n);
    }
    CHECK_INT(raw_receive(a, buf, sizeof buf, 1000, is_udp_to, &port), f.n);
    for (size_t i = 0; i < ARRAY_SIZE(forward); i++) {
        close(fds[i]);
    }
    close(a);
}

TEST(a_function_only_emits_what_was_sent_into_it)
{
    struct site *s;
    struct frame f;
    uint8_t buf[FRAME_MAX];
    int port = 2000;

    (void)two_functions(&s);
    int out = node_raw(s, "f", "eth1"), in = node_raw(s, "f", "eth0"),
        b = node_raw(s, "b", "eth0"), a = node_raw(s, "a", "eth0");
    /* A flow nobody sent into it. */
    f = frame_udp(mac_of(s, "a"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", 1000, port, 30);
    raw_send(out, f.b, f.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "function_flow") == 1);
    CHECK(!raw_receive(b, buf, sizeof buf, 50, is_udp_to, &port));
    /* The real one passes; then the function throws it back where it came from. */
    raw_send(a, f.b, f.n);
    CHECK(raw_receive(b, buf, sizeof buf, 1000, is_udp_to, &port));
    raw_send(in, f.b, f.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "function_direction") == 1);
    CHECK(!raw_receive(b, buf, sizeof buf, 50, is_udp_to, &port));
    close(a);
    close(b);
    close(in);
    close(out);
}

TEST(a_chain_that_comes_or_goes_takes_running_flows_along)
{
    struct site *s;
    struct desired_chain *chain;
    struct frame f;
    uint8_t buf[FRAME_MAX];
    int port = 2000;

    (void)two_functions(&s);
    int a = node_raw(s, "a", "eth0"), b = node_raw(s, "b", "eth0");
    chain = find(s, DESIRED_chain, "c");
    site_remove(s, chain);
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 2000, site_hop_packets(s, "c", 0, "forward") == -1);
    f = frame_udp(mac_of(s, "a"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", 1000, port, 30);
    raw_send(a, f.b, f.n);
    CHECK(raw_receive(b, buf, sizeof buf, 1000, is_udp_to, &port));
    vec_add(s->topo->mem, &s->objects, (void *)chain);
    vec_add(s->topo->mem, &s->kinds, DESIRED_chain);
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 2000,
                    (raw_send(a, f.b, f.n), site_hop_packets(s, "c", 1, "forward") > 0));
    CHECK(raw_receive(b, buf, sizeof buf, 1000, is_udp_to, &port));
    close(a);
    close(b);
}

TEST(a_hop_without_a_live_instance_drops_and_says_so)
{
    struct site *s;

    (void)two_functions(&s);
    ((struct desired_server *)find(s, DESIRED_server, "g"))->power = "stopped";
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 8000, str_eq(site_state(s, DESIRED_server, "g"), "SHUTOFF"));
    CHECK(node_no_tcp(s, "a", s, "b", "10.0.0.2", 80));
    SITE_EVENTUALLY(s, 1000, site_drops(s, "no_instance") >= 1);
    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 81));
}

TEST(an_asymmetric_chain_lets_replies_go_straight)
{
    struct site *s;
    struct topo *t = topo_new(1);
    struct desired_chain *chain;

    s = &t->sites[0];
    site_network(s, "n", 100);
    site_node(s, "a", "n", "10.0.0.1", NULL);
    site_node(s, "b", "n", "10.0.0.2", NULL);
    site_function(s, "f", "n");
    chain = site_chain(s, "c", "n");
    chain->symmetric = false;
    (void)chain_class(s, chain, 6, 80);
    (void)chain_hop(s, chain, "f");
    topo_up(t);
    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 80));
    SITE_EVENTUALLY(s, 1000, site_hop_packets(s, "c", 0, "forward") >= 4);
    CHECK_INT(site_hop_packets(s, "c", 0, "reverse"), 0);
}

/* Floods a network that has only its least share of the flow table. */
TEST(with_a_full_table_chains_go_on_and_guarded_flows_are_refused)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_chain *chain;
    struct desired_security_group *group;
    struct desired_port *pa, *pb, *pc;
    struct frame f;
    uint8_t buf[FRAME_MAX];
    int port = 2000;

    for (int i = 0; i < 70; i++) {
        (void)site_network(s, i ? mem_printf(t->mem, "n%d", i) : "n", 100 + i);
    }
    group = site_group(s, "all");
    (void)group_rule(s, group, "egress", "IPv4", -1, -1, -1);
    pa = site_node(s, "a", "n", "10.0.0.1", NULL);
    pb = site_node(s, "b", "n", "10.0.0.2", NULL);
    pc = site_node(s, "c", "n", "10.0.0.3", NULL);
    port_group(s, pc, "all");
    site_function(s, "f", "n");
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 17, 2000);
    (void)chain_class(s, chain, 6, 80);
    (void)chain_hop(s, chain, "f");
    topo_up(t);
    int a = node_raw(s, "a", "eth0"), b, c = node_raw(s, "c", "eth0");
    for (int i = 0; i < 5000; i++) {
        f = frame_udp(pa->mac, pb->mac, "10.0.0.1", "10.0.0.2", 10000 + i, 9, 4);
        raw_send(a, f.b, f.n);
    }
    f = frame_udp(pc->mac, pb->mac, "10.0.0.3", "10.0.0.2", 7, 8, 4);
    raw_send(c, f.b, f.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "share_full") == 1);
    /* Through the function without an entry, and back. */
    b = node_raw(s, "b", "eth0");
    f = frame_udp(pa->mac, pb->mac, "10.0.0.1", "10.0.0.2", 1234, port, 30);
    raw_send(a, f.b, f.n);
    CHECK(raw_receive(b, buf, sizeof buf, 1000, is_udp_to, &port));
    port = 1234;
    f = frame_udp(pb->mac, pa->mac, "10.0.0.2", "10.0.0.1", 2000, port, 30);
    raw_send(b, f.b, f.n);
    CHECK(raw_receive(a, buf, sizeof buf, 1000, is_udp_to, &port));
    CHECK_INT(site_hop_packets(s, "c", 0, "forward"), 1);
    CHECK_INT(site_hop_packets(s, "c", 0, "reverse"), 1);
    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 80));
    SITE_EVENTUALLY(s, 1000, site_hop_packets(s, "c", 0, "forward") >= 1 + 4);
    SITE_EVENTUALLY(s, 1000, site_hop_packets(s, "c", 0, "reverse") >= 1 + 3);
    CHECK_INT(site_drops(s, "tcp_state"), 0);
    CHECK_INT(site_drops(s, "function_flow"), 0);
    close(a);
    close(b);
    close(c);
}

TEST(a_routing_function_with_one_arm_is_addressed_and_undone)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    const char *const ports[] = {"r", NULL};
    struct desired_chain *chain;
    struct desired_instance *inst;
    struct desired_port *r, *pa;
    struct frame f;
    uint8_t buf[FRAME_MAX];
    const int port = 2000;

    site_network(s, "n", 100);
    pa = site_node(s, "a", "n", "10.0.0.1", NULL);
    site_node(s, "b", "n", "10.0.0.2", NULL);
    r = site_port(s, "r", "n", "10.0.0.9", NULL);
    r->port_security = false;
    r->function = true;
    (void)site_server(s, "r",
                      "echo 1 > /proc/sys/net/ipv4/ip_forward; exec sleep 100000", ports);
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 6, 80);
    (void)chain_class(s, chain, 17, 2000);
    inst = chain_hop(s, chain, "r");
    inst->ingress_port_id = inst->egress_port_id = r->id;
    inst->layer = "l3";
    topo_up(t);
    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 80));
    SITE_EVENTUALLY(s, 1000, site_hop_packets(s, "c", 0, "forward") >= 4);
    SITE_EVENTUALLY(s, 1000, site_hop_packets(s, "c", 0, "reverse") >= 3);
    int a = node_raw(s, "a", "eth0"), b = node_raw(s, "b", "eth0");
    f = frame_udp(pa->mac, mac_of(s, "b"), "10.0.0.1", "10.0.0.2", 1000, port, 30);
    raw_send(a, f.b, f.n);
    CHECK(raw_receive(b, buf, sizeof buf, 1000, is_udp_to, &port));
    CHECK(!memcmp(buf, f.b, 12)); /* Its own addresses again. */
    CHECK_INT(buf[22], 63);       /* And routed it was. */
    close(a);
    close(b);
}

TEST(a_function_emits_nothing_of_a_flow_that_stopped_before_it)
{
    struct site *s;
    struct frame f;
    uint8_t buf[FRAME_MAX];
    const char *output;
    const int port = 2000;

    (void)two_functions(&s);
    REQUIRE_OK(node_run(s, "f", &output, "ip link set br0 down"));
    int a = node_raw(s, "a", "eth0"), b = node_raw(s, "b", "eth0"), g = node_raw(s, "g", "eth1");
    f = frame_udp(mac_of(s, "a"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", 1000, port, 30);
    raw_send(a, f.b, f.n);
    SITE_EVENTUALLY(s, 1000, site_hop_packets(s, "c", 0, "forward") == 1);
    raw_send(g, f.b, f.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "function_flow") == 1);
    CHECK(!raw_receive(b, buf, sizeof buf, 50, is_udp_to, &port));
    close(a);
    close(b);
    close(g);
}
