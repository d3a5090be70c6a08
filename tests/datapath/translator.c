/* Proves, with the kernel's NAT (nftables) as the function, that several instances
 * translate side by side: each connection has one translator and one public address,
 * a function behind them sees both directions of what they made, and a group of them
 * grows and shrinks under live connections. */
#include "fleet.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"r", "s", "u"};
static const char *const ips[] = {"10.0.0.9", "10.0.0.10", "10.0.0.11"};

static void
translator_shape(struct fleet *fleet, struct desired_instance *inst, const char *name)
{
    instance_routed(fleet->s, inst, name);
    inst->speaks = true;
}

/* a -> r or s (NAT, one arm each) -> g (transparent) -> b, for all TCP; u is not used yet. */
static struct fleet *
translators_up(void)
{
    struct topo *t = topo_new(1);
    struct fleet *fleet = MEM_NEW(t->mem, struct fleet);
    struct site *s = fleet->s = &t->sites[0];
    struct desired_chain *chain;

    fleet->shape = translator_shape;
    site_network(s, "n", 100);
    site_node(s, "a", "n", "10.0.0.1", NULL);
    site_node(s, "b", "n", "10.0.0.2", NULL);
    for (int i = 0; i < FLEET_MAX; i++) {
        fleet->names[i] = names[i];
        (void)function_routed(s, names[i], "n", ips[i]);
    }
    site_function(s, "g", "n");
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 6, -1);
    fleet->inst[0] = chain_hop(s, chain, "r");
    fleet->hop = chain->hops.items[0];
    translator_shape(fleet, fleet->inst[0], "r");
    fleet->inst[1] = hop_instance(s, fleet->hop, "s");
    translator_shape(fleet, fleet->inst[1], "s");
    (void)chain_hop(s, chain, "g");
    topo_up(t);
    for (int i = 0; i < FLEET_MAX; i++) {
        function_sysctl(s, names[i], "net.netfilter.nf_conntrack_tcp_loose", "0");
        function_nft(s, names[i],
                     "add table ip t; "
                     "add chain ip t c { type nat hook postrouting priority 100; }; "
                     "add rule ip t c ip saddr 10.0.0.1 masquerade");
    }
    fleet->crowd = crowd_new(s, "a", "10.0.0.2", s, "b", "10.0.0.2", 80);
    fleet->watch = watch_new(s, names, FLEET_MAX, "10.0.0.1", 6, 80);
    return fleet;
}

static void
translators_done(struct fleet *fleet)
{
    crowd_free(fleet->crowd);
    watch_free(fleet->watch);
}

/* How many of the server's connections are from an address. */
static int
connections_from(struct site *s, const char *ip)
{
    const char *output, *at;
    int n = 0;

    REQUIRE_OK(node_run(s, "b", &output, "ss -Htn state established src 10.0.0.2:80 dst %s", ip));
    for (at = output; (at = strstr(at, "10.0.0.2:80")); at++) {
        n++;
    }
    return n;
}

TEST(each_connection_has_one_of_two_translators_and_the_next_function_sees_both_ways)
{
    struct fleet *fleet = translators_up();
    struct site *s = fleet->s;
    int64_t forward, reverse;

    crowd_open(fleet->crowd, 60);
    CHECK_INT(crowd_round(fleet->crowd, 3000, 8000), 60);
    watch_look(fleet->watch);
    CHECK_INT(fleet->watch->wrong, 0);
    for (int i = 0; i < 2; i++) {
        CHECK(watch_count(fleet->watch, i) > 10);
        CHECK_INT(connections_from(s, ips[i]), watch_count(fleet->watch, i));
    }
    CHECK_INT(connections_from(s, "10.0.0.1"), 0);
    /* Handshake and data there, handshake and data back, of each. */
    forward = site_hop_packets(s, "c", 1, "forward");
    reverse = site_hop_packets(s, "c", 1, "reverse");
    CHECK(forward >= 3 * 60);
    CHECK(reverse >= 2 * 60);
    SITE_EVENTUALLY(s, 1000, site_hop_packets(s, "c", 0, "forward") >= 3 * 60);
    CHECK_INT(site_drops(s, "function_flow"), 0);
    CHECK_INT(site_drops(s, "function_direction"), 0);
    translators_done(fleet);
}

TEST(connections_live_while_translators_become_three_and_two_again)
{
    struct fleet *fleet = translators_up();

    fleet_two_three_two(fleet, getenv("DATAPATH_LONG") ? 300 : 60);
    translators_done(fleet);
}
