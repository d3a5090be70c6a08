/* Functions whose packets are not the packets they were sent: translation in
 * both senses and a relay, each followed by a function that has to see all. */
#include "frames.h"
#include "functions.h"

#include <string.h>
#include <unistd.h>

/* a -> r (addressed, with 10.0.0.9) -> g (transparent) -> b, for TCP to port 80. */
static struct site *
speaker_up(bool speaks)
{
    static const char *const ports[] = {"r", NULL};
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_chain *chain;
    struct desired_instance *inst;
    struct desired_port *r;
    struct desired_pair *vip;

    site_network(s, "n", 100);
    site_node(s, "a", "n", "10.0.0.1", NULL);
    site_node(s, "b", "n", "10.0.0.2", NULL);
    r = site_port(s, "r", "n", "10.0.0.9", NULL);
    r->port_security = false;
    r->function = true;
    vip = port_pair(s, r);
    vip->cidr = "10.0.0.50/32";
    (void)site_server(s, "r", "echo 1 > /proc/sys/net/ipv4/ip_forward; exec sleep 100000", ports);
    site_function(s, "g", "n");
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 6, 80);
    inst = chain_hop(s, chain, "r");
    inst->ingress_port_id = inst->egress_port_id = r->id;
    inst->layer = "l3";
    inst->speaks = speaks;
    (void)chain_hop(s, chain, "g");
    topo_up(t);
    return s;
}

static void
nft(struct site *s, const char *chain, const char *rule)
{
    const char *output;

    REQUIRE_OK(node_run(s, "r", &output,
                        "nft add table ip t; add chain ip t c { type nat hook %s priority 0; }; "
                        "add rule ip t c %s", chain, rule));
}

/* Every packet there and back was at both functions; none got lost. */
static void
both_saw_all(struct site *s)
{
    for (int hop = 0; hop < 2; hop++) {
        SITE_EVENTUALLY(s, 1000, site_hop_packets(s, "c", hop, "forward") >= 4);
        SITE_EVENTUALLY(s, 1000, site_hop_packets(s, "c", hop, "reverse") >= 3);
    }
    CHECK_INT(site_drops(s, "function_flow"), 0);
    CHECK_INT(site_drops(s, "function_direction"), 0);
    CHECK_INT(site_drops(s, "internal"), 0);
}

TEST(a_function_that_translates_the_source_keeps_both_directions_in_the_chain)
{
    struct site *s = speaker_up(true);

    nft(s, "postrouting", "oifname eth0 ip saddr 10.0.0.1 snat to 10.0.0.9");
    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 80));
    both_saw_all(s);
    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 81)); /* Not the chain's. */
}

TEST(a_function_that_translates_the_destination_keeps_both_directions_in_the_chain)
{
    struct site *s = speaker_up(true);

    nft(s, "prerouting", "ip daddr 10.0.0.50 tcp dport 80 dnat to 10.0.0.2");
    CHECK(node_tcp_to(s, "a", "10.0.0.50", s, "b", "10.0.0.2", 80));
    both_saw_all(s);
}

TEST(a_relay_answers_for_the_server_and_asks_it_by_itself)
{
    struct site *s = speaker_up(true);
    pid_t relay;

    nft(s, "prerouting", "iifname eth0 tcp dport 80 redirect to :8080");
    relay = node_spawn(s, "r", "busybox nc -ll -p 8080 -e busybox nc 10.0.0.2 80");
    EVENTUALLY(3000, node_tcp(s, "a", s, "b", "10.0.0.2", 80));
    both_saw_all(s);
    spawned_end(relay);
}

TEST(a_function_that_does_not_say_so_sends_no_flow_of_its_own)
{
    struct site *s = speaker_up(false);

    nft(s, "postrouting", "oifname eth0 ip saddr 10.0.0.1 snat to 10.0.0.9");
    CHECK(node_no_tcp(s, "a", s, "b", "10.0.0.2", 80));
    SITE_EVENTUALLY(s, 1000, site_drops(s, "function_flow") >= 1);
}

TEST(a_function_forges_no_address_that_nobody_has)
{
    struct site *s = speaker_up(true);

    nft(s, "postrouting", "oifname eth0 ip saddr 10.0.0.1 snat to 10.0.0.77");
    CHECK(node_no_tcp(s, "a", s, "b", "10.0.0.2", 80));
    SITE_EVENTUALLY(s, 1000, site_drops(s, "spoofed_ip") >= 1);
}

/* r (NAT, two arms) -> g, for TCP to port 80: what it begins itself, it may send on from its place
 * in the chain, and nowhere else. */
TEST(a_translator_begins_flows_on_its_far_side_only)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_chain *chain;
    struct desired_instance *inst;
    const struct desired_port *b, *r;
    const int port = 80;
    struct frame f;
    uint8_t buf[FRAME_MAX];

    site_network(s, "n", 100);
    site_node(s, "a", "n", "10.0.0.1", NULL);
    b = site_node(s, "b", "n", "10.0.0.2", NULL);
    r = function_routed_between(s, "r", "n", "10.0.0.9", "10.0.0.10", "10.0.0.2");
    site_function(s, "g", "n");
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 6, 80);
    inst = chain_hop(s, chain, "r");
    inst->layer = "l3";
    inst->speaks = true;
    (void)chain_hop(s, chain, "g");
    topo_up(t);
    int in = node_raw(s, "r", "eth0"), out = node_raw(s, "r", "eth1"), fb = node_raw(s, "b", "eth0");

    f = frame_tcp("02:00:00:00:00:01", b->mac, "10.0.0.9", "10.0.0.2", 1000, port, 2);
    raw_send(in, f.b, f.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "function_direction") == 1);
    CHECK(!raw_receive(fb, buf, sizeof buf, 20, is_tcp_to, &port));
    CHECK_INT(site_hop_packets(s, "c", 1, "forward"), 0);
    /* Nor is it remembered: what would be its answer is nobody's. */
    f = frame_tcp(b->mac, r->mac, "10.0.0.2", "10.0.0.9", port, 1000, 2 | 16);
    raw_send(fb, f.b, f.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "tcp_state") == 1);
    f = frame_tcp("02:00:00:00:00:01", b->mac, "10.0.0.9", "10.0.0.2", 1000, port, 2);
    raw_send(out, f.b, f.n);
    CHECK(raw_receive(fb, buf, sizeof buf, 1000, is_tcp_to, &port));
    CHECK_INT(site_hop_packets(s, "c", 1, "forward"), 1);
    CHECK_INT(site_drops(s, "function_direction"), 1);
    close(in);
    close(out);
    close(fb);
}
