/* Two sites over VXLAN. */
#include "topo.h"

static struct topo *
joined(bool with_chain)
{
    struct topo *t = topo_new(2);
    struct site *east = &t->sites[0], *west = &t->sites[1];
    struct desired_port *a, *b;

    site_network(east, "n", 100);
    site_network(west, "n", 200);
    a = site_node(east, "a", "n", "10.0.0.1", "fd00::1");
    b = site_node(west, "b", "n", "10.0.0.2", "fd00::2");
    (void)site_remote(east, "b", "n", west, b, 200);
    (void)site_remote(west, "a", "n", east, a, 100);
    if (with_chain) {
        struct desired_chain *ce = site_chain(east, "c", "n"), *cw = site_chain(west, "c", "n");

        site_function(east, "f", "n");
        site_function(west, "g", "n");
        (void)chain_class(east, ce, 6, 80);
        (void)chain_class(west, cw, 6, 80);
        (void)chain_hop(east, ce, "f");
        instance_remote(chain_hop(east, ce, "g"), west->vtep, 0x800001, 0x800002);
        instance_remote(chain_hop(west, cw, "f"), east->vtep, 0x800003, 0x800004);
        (void)chain_hop(west, cw, "g");
        site_label(west, "c", 1, "forward", "g", 0x800001);
        site_label(west, "c", 1, "reverse", "g", 0x800002);
        site_label(east, "c", 0, "forward", "f", 0x800003);
        site_label(east, "c", 0, "reverse", "f", 0x800004);
    }
    topo_up(t);
    return t;
}

TEST(a_segment_spans_two_sites)
{
    struct topo *t = joined(false);
    struct site *east = &t->sites[0], *west = &t->sites[1];

    CHECK(node_ping(east, "a", "10.0.0.2", 56));
    CHECK(node_ping(west, "b", "10.0.0.1", 56));
    CHECK(node_ping(east, "a", "fd00::2", 56));
    CHECK(node_tcp(east, "a", west, "b", "10.0.0.2", 80));
    CHECK(node_tcp(west, "b", east, "a", "fd00::1", 80));
}

TEST(a_chain_goes_through_functions_at_both_sites)
{
    struct topo *t = joined(true);
    struct site *east = &t->sites[0], *west = &t->sites[1];

    CHECK(node_tcp(east, "a", west, "b", "10.0.0.2", 80));
    CHECK(node_tcp(east, "a", west, "b", "fd00::2", 81));
    CHECK(site_hop_packets(east, "c", 0, "forward") >= 4);
    CHECK(site_hop_packets(east, "c", 0, "reverse") >= 3);
    CHECK(site_hop_packets(west, "c", 1, "forward") >= 4);
    CHECK(site_hop_packets(west, "c", 1, "reverse") >= 3);
    CHECK_INT(site_drops(east, "internal"), 0);
    CHECK_INT(site_drops(west, "internal"), 0);
    CHECK(node_tcp(west, "b", east, "a", "10.0.0.1", 80));
}
