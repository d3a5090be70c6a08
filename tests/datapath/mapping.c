/* A transparent function that changes ports (a group with ppg_n_tuple_mapping): what it makes of a
 * flow goes on from its place in the chain, and what comes back reaches it.  The test is the
 * function. */
#include "frames.h"
#include "topo.h"

#include <unistd.h>

struct mapped {
    struct site *s;
    const struct desired_port *a, *b;
    int at_a, at_b, in, out; /* raw sockets */
};

/* a -> f (transparent, changes the source port) -> g -> b, for UDP to port 80. */
static struct mapped
mapped_up(bool speaks)
{
    static const char *const ports[] = {"f.in", "f.out", NULL};
    struct topo *t = topo_new(1);
    struct mapped m = {.s = &t->sites[0]};
    struct desired_chain *chain;

    site_network(m.s, "n", 100);
    m.a = site_node(m.s, "a", "n", "10.0.0.1", NULL);
    m.b = site_node(m.s, "b", "n", "10.0.0.2", NULL);
    for (int i = 0; i < 2; i++) {
        struct desired_port *port = site_port(m.s, ports[i], "n", NULL, NULL);

        port->port_security = false;
        port->function = true;
    }
    (void)site_server(m.s, "f", "exec sleep 100000", ports);
    site_function(m.s, "g", "n");
    chain = site_chain(m.s, "c", "n");
    (void)chain_class(m.s, chain, 17, 80);
    chain_hop(m.s, chain, "f")->speaks = speaks;
    (void)chain_hop(m.s, chain, "g");
    topo_up(t);
    m.at_a = node_raw(m.s, "a", "eth0");
    m.at_b = node_raw(m.s, "b", "eth0");
    m.in = node_raw(m.s, "f", "eth0");
    m.out = node_raw(m.s, "f", "eth1");
    return m;
}

static void
mapped_down(struct mapped *m)
{
    close(m->at_a);
    close(m->at_b);
    close(m->in);
    close(m->out);
}

static void
forth(const struct mapped *m, int fd, int sport)
{
    struct frame f = frame_udp(m->a->mac, m->b->mac, "10.0.0.1", "10.0.0.2", sport, 80, 9);

    raw_send(fd, f.b, f.n);
}

static void
back(const struct mapped *m, int fd, int dport)
{
    struct frame f = frame_udp(m->b->mac, m->a->mac, "10.0.0.2", "10.0.0.1", 80, dport, 9);

    raw_send(fd, f.b, f.n);
}

static bool
got(int fd, int port, int ms)
{
    uint8_t buf[FRAME_MAX];

    return raw_receive(fd, buf, sizeof buf, ms, is_udp_to, &port) > 0;
}

TEST(a_transparent_function_that_changes_ports_keeps_both_directions_in_the_chain)
{
    struct mapped m = mapped_up(true);

    forth(&m, m.at_a, 1000);
    CHECK(got(m.in, 80, 1000));
    CHECK(!got(m.at_b, 80, 20));
    /* It makes port 2000 of it; that passes g and reaches b. */
    forth(&m, m.out, 2000);
    CHECK(got(m.at_b, 80, 1000));
    CHECK_INT(site_hop_packets(m.s, "c", 1, "forward"), 1);
    /* The answer passes g backwards and comes to the function, not to a. */
    back(&m, m.at_b, 2000);
    CHECK(got(m.out, 2000, 1000));
    CHECK(!got(m.at_a, 2000, 20));
    CHECK(site_hop_packets(m.s, "c", 1, "reverse") >= 1); /* b's host says that nobody listens. */
    /* It makes the first flow of it again. */
    back(&m, m.in, 1000);
    CHECK(got(m.at_a, 1000, 1000));
    mapped_down(&m);
}

TEST(a_transparent_function_that_does_not_say_so_changes_nothing)
{
    struct mapped m = mapped_up(false);

    forth(&m, m.at_a, 1000);
    CHECK(got(m.in, 80, 1000));
    forth(&m, m.out, 2000);
    SITE_EVENTUALLY(m.s, 1000, site_drops(m.s, "function_flow") == 1);
    CHECK(!got(m.at_b, 80, 20));
    mapped_down(&m);
}
