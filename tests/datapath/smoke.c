/* The shortest path: two servers on one network. */
#include "topo.h"

TEST(two_servers_on_one_network_reach_each_other)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];

    site_network(s, "n", 100);
    site_node(s, "a", "n", "10.0.0.1", "fd00::1");
    site_node(s, "b", "n", "10.0.0.2", "fd00::2");
    topo_up(t);
    CHECK(node_ping(s, "a", "10.0.0.2", 56));
    CHECK(node_ping(s, "a", "fd00::2", 56));
    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 80));
    CHECK(node_tcp(s, "a", s, "b", "fd00::2", 80));
}
