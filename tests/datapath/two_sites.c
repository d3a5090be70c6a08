/* Two sites over VXLAN. */
#include "frames.h"
#include "topo.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

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
    SITE_EVENTUALLY(east, 1000, site_hop_packets(east, "c", 0, "forward") >= 4);
    SITE_EVENTUALLY(east, 1000, site_hop_packets(east, "c", 0, "reverse") >= 3);
    SITE_EVENTUALLY(west, 1000, site_hop_packets(west, "c", 1, "forward") >= 4);
    SITE_EVENTUALLY(west, 1000, site_hop_packets(west, "c", 1, "reverse") >= 3);
    CHECK_INT(site_drops(east, "internal"), 0);
    CHECK_INT(site_drops(west, "internal"), 0);
    CHECK(node_tcp(west, "b", east, "a", "10.0.0.1", 80));
}

TEST(what_comes_by_tunnel_is_believed_only_from_where_it_belongs)
{
    struct topo *t = joined(false);
    struct site *east = &t->sites[0], *west = &t->sites[1];
    const struct desired_port *a = east->objects.items[2], *b = west->objects.items[2];
    struct frame good = frame_udp(b->mac, a->mac, "10.0.0.2", "10.0.0.1", 5, 6, 10);
    struct frame own = frame_udp(a->mac, a->mac, "10.0.0.1", "10.0.0.1", 5, 6, 10);
    struct frame onward = frame_udp(b->mac, b->mac, "10.0.0.2", "10.0.0.2", 5, 6, 10);
    struct frame nobody = frame_udp(b->mac, "02:00:00:00:00:09", "10.0.0.2", "10.0.0.9", 5, 6, 10);
    struct frame answer = frame_tcp(b->mac, a->mac, "10.0.0.2", "10.0.0.1", 5, 6, 2 | 16);
    struct frame back = frame_udp(a->mac, b->mac, "10.0.0.1", "10.0.0.2", 6, 5, 10);
    struct desired_address address = *(const struct desired_address *)b->addresses.items[0];
    void *addresses[] = {&address};
    struct desired_port elsewhere = *b;
    const char *output;
    const struct {
        const struct frame *frame;
        const char *from;
        int vni;
        const char *reason;
    } cases[] = {
        {&good, "192.0.2.9", 100, "tunnel_peer"},     {&good, "192.0.2.2", 101, "tunnel_unknown"},
        {&own, "192.0.2.2", 100, "tunnel_source"},    {&onward, "192.0.2.2", 100, "tunnel_transit"},
        {&nobody, "192.0.2.2", 100, "unknown_destination"},
        {&good, "192.0.2.2", 0x800001, "tunnel_unknown"},
        {&good, "192.0.2.8", 100, "tunnel_source"},   {&answer, "192.0.2.2", 100, "tcp_state"},
    };
    struct process_spec spec = {.stdin_fd = -1,
                                .stdout_fd = -1,
                                .stderr_fd = -1,
                                .netns = mem_printf(t->mem, "/run/netns/%s", west->netns)};

    for (int i = 8; i <= 9; i++) {
        spec.argv = process_argv(t->mem, "ip", "addr", "add",
                                 mem_printf(t->mem, "192.0.2.%d/24", i), "dev", "wan0", NULL);
        REQUIRE_OK(process_run(t->mem, &spec, NULL, 5000, &output));
    }
    /* A third site, which has another port than the second's. */
    address.ip = "10.0.0.7";
    elsewhere.id = topo_id(t, "port x");
    elsewhere.mac = "02:00:00:00:00:07";
    elsewhere.addresses = (struct rows){.n = 1, .items = addresses};
    site_remote(east, "x", "n", west, &elsewhere, 200)->vtep = "192.0.2.8";
    topo_up(t);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        int64_t before = site_drops(east, cases[i].reason);

        site_tunnel_send(west, cases[i].from, cases[i].vni, cases[i].frame);
        SITE_EVENTUALLY(east, 1000, site_drops(east, cases[i].reason) == before + 1);
        if (site_drops(east, cases[i].reason) != before + 1) {
            test_fail(__FILE__, __LINE__, "case %zu: %s", i, cases[i].reason);
        }
    }
    int fd = node_raw(east, "a", "eth0"), port = 6;
    uint8_t buf[FRAME_MAX];

    site_tunnel_send(west, "192.0.2.2", 100, &good);
    CHECK(raw_receive(fd, buf, sizeof buf, 1000, is_udp_to, &port));
    /* Nor is the way back of a flow that is known a way through this site. */
    int64_t before = site_drops(east, "tunnel_transit");
    site_tunnel_send(west, "192.0.2.2", 100, &back);
    SITE_EVENTUALLY(east, 1000, site_drops(east, "tunnel_transit") == before + 1);
    close(fd);
}

/* New connections from a to b, both at east, that are answered. */
static int
answered(struct site *east, int first, int n)
{
    int count = 0;

    for (int i = 0; i < n; i++) {
        count += node_tcp(east, "a", east, "b", "10.0.0.2", first + i);
    }
    return count;
}

static void
wan(struct site *s, const char *state)
{
    struct process_spec spec = {.argv = process_argv(s->topo->mem, "ip", "-n", s->netns, "link",
                                                     "set", "wan0", state, NULL),
                                .stdin_fd = -1,
                                .stdout_fd = -1,
                                .stderr_fd = -1};
    const char *output;

    REQUIRE_OK(process_run(s->topo->mem, &spec, NULL, 5000, &output));
}

/* One hop, an instance here (f) and one at the other site (g). */
TEST(a_site_leaves_an_instance_of_another_that_is_dead_or_out_of_reach)
{
    struct topo *t = topo_new(2);
    struct site *east = &t->sites[0], *west = &t->sites[1];
    struct desired_chain *ce, *cw;
    struct desired_instance *g;
    struct desired_port *a, *b;

    site_network(east, "n", 100);
    site_network(west, "n", 200);
    a = site_node(east, "a", "n", "10.0.0.1", NULL);
    b = site_node(east, "b", "n", "10.0.0.2", NULL);
    (void)site_remote(west, "a", "n", east, a, 100);
    (void)site_remote(west, "b", "n", east, b, 100);
    site_function(east, "f", "n");
    site_function(west, "g", "n");
    ce = site_chain(east, "c", "n");
    cw = site_chain(west, "c", "n");
    (void)chain_class(east, ce, 6, -1);
    (void)chain_class(west, cw, 6, -1);
    (void)chain_hop(east, ce, "f");
    g = hop_instance(east, ce->hops.items[0], "g");
    instance_remote(g, west->vtep, 0x800001, 0x800002);
    instance_remote(chain_hop(west, cw, "f"), east->vtep, 0x800003, 0x800004);
    (void)hop_instance(west, cw->hops.items[0], "g");
    site_label(west, "c", 0, "forward", "g", 0x800001);
    site_label(west, "c", 0, "reverse", "g", 0x800002);
    site_label(east, "c", 0, "forward", "f", 0x800003);
    site_label(east, "c", 0, "reverse", "f", 0x800004);
    topo_up(t);

    /* Whichever of the two came up later was out of reach until then. */
    SITE_EVENTUALLY(east, 5000, !site_instance_reason(east, g));
    CHECK_INT(answered(east, 80, 24), 24);
    SITE_EVENTUALLY(west, 1000, site_hop_packets(west, "c", 0, "forward") > 0); /* Some went there. */
    SITE_EVENTUALLY(east, 3000, !site_instance_reason(east, g));
    (void)site_counters(east);
    /* Out of reach: not for a lost packet or two, but soon. */
    wan(east, "down");
    SITE_EVENTUALLY(east, 5000, site_instance_reason(east, g));
    CHECK_STR(site_instance_reason(east, g), "its site does not answer for it");
    CHECK_INT(answered(east, 100, 12), 12);
    wan(east, "up");
    SITE_EVENTUALLY(east, 8000, !site_instance_reason(east, g));
    /* Dead there. */
    REQUIRE(!kill(node_pid(west, "g"), SIGKILL));
    SITE_EVENTUALLY(east, 5000, site_instance_reason(east, g));
    CHECK_INT(answered(east, 120, 12), 12);
    CHECK_INT(site_drops(west, "no_instance"), 0);
}
