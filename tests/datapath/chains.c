/* Chains on one site: order, both directions, containment. */
#include "topo.h"

#include <string.h>

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
    (void)chain_hop(s, chain, "f");
    (void)chain_hop(s, chain, "g");
    topo_up(t);
    return t;
}

TEST(classified_flows_pass_the_functions_both_ways_and_others_do_not)
{
    struct site *s;

    (void)two_functions(&s);
    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 80));
    for (int hop = 0; hop < 2; hop++) {
        CHECK(site_hop_packets(s, "c", hop, "forward") >= 4);
        CHECK(site_hop_packets(s, "c", hop, "reverse") >= 3);
    }
    int64_t before = site_hop_packets(s, "c", 0, "forward");
    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 81));
    CHECK(node_ping(s, "a", "10.0.0.2", 56));
    CHECK_INT(site_hop_packets(s, "c", 0, "forward"), before);
    CHECK_INT(site_drops(s, "function_flow"), 0);
    CHECK_INT(site_drops(s, "internal"), 0);
}
