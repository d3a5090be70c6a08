/* Proves, with nftables and the kernel's connection tracking as the function, that a
 * stateful firewall in several instances works: both directions of a connection meet
 * the same one, in every state of the group, and what nobody asked for is dropped by
 * it. */
#include "fleet.h"

#include "base/time.h"
#include "frames.h"

#include <unistd.h>

static const char *const names[] = {"f", "g", "h"};

/* A bump in the wire: a bridge whose packets the rules for IP see. */
static void
firewall_make(struct site *s, const char *name)
{
    function_sysctl(s, name, "net.bridge.bridge-nf-call-iptables", "1");
    /* It does not take a connection that it has not seen from its beginning. */
    function_sysctl(s, name, "net.netfilter.nf_conntrack_tcp_loose", "0");
    function_nft(s, name,
                 "add table inet t; add counter inet t known; add counter inet t begun; "
                 "add counter inet t unasked; "
                 "add chain inet t c { type filter hook forward priority 0; policy drop; }; "
                 "add rule inet t c ct state established,related counter name known accept; "
                 "add rule inet t c ct state new ip saddr 10.0.0.1 counter name begun accept; "
                 "add rule inet t c counter name unasked drop");
}

static struct fleet *
firewalls_up(void)
{
    struct topo *t;
    struct fleet *fleet;
    struct desired_chain *chain;
    struct site *s;

    if (access("/proc/sys/net/bridge/bridge-nf-call-iptables", F_OK)) {
        SKIP("needs br_netfilter: modprobe br_netfilter");
    }
    t = topo_new(1);
    s = &t->sites[0];
    fleet = MEM_NEW(t->mem, struct fleet);
    fleet->s = s;
    site_network(s, "n", 100);
    site_node(s, "a", "n", "10.0.0.1", NULL);
    site_node(s, "b", "n", "10.0.0.2", NULL);
    for (int i = 0; i < FLEET_MAX; i++) {
        fleet->names[i] = names[i];
        site_function(s, names[i], "n");
    }
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 6, -1);
    fleet->inst[0] = chain_hop(s, chain, "f");
    fleet->hop = chain->hops.items[0];
    fleet->inst[1] = hop_instance(s, fleet->hop, "g");
    topo_up(t);
    for (int i = 0; i < FLEET_MAX; i++) {
        firewall_make(s, names[i]);
    }
    fleet->crowd = crowd_new(s, "a", "10.0.0.2", s, "b", "10.0.0.2", 80);
    fleet->watch = watch_new(s, names, FLEET_MAX, "10.0.0.1", 6, 80);
    return fleet;
}

static void
firewalls_done(struct fleet *fleet)
{
    crowd_free(fleet->crowd);
    watch_free(fleet->watch);
}

static int64_t
sum(struct fleet *fleet, const char *counter)
{
    int64_t n = 0;

    for (int i = 0; i < FLEET_MAX; i++) {
        n += function_counter(fleet->s, names[i], counter);
    }
    return n;
}

static bool
is_any(const void *arg, int port)
{
    (void)arg;
    return port > 0;
}

TEST(two_stateful_firewalls_let_replies_in_and_nothing_unasked)
{
    struct fleet *fleet = firewalls_up();
    struct site *s = fleet->s;

    crowd_open(fleet->crowd, 60);
    CHECK_INT(crowd_round(fleet->crowd, 3000, 8000), 60);
    watch_look(fleet->watch);
    for (int i = 0; i < 2; i++) {
        CHECK(watch_count(fleet->watch, i) > 10);
        CHECK_INT(function_counter(s, names[i], "begun"), watch_count(fleet->watch, i));
        CHECK(function_counter(s, names[i], "known") > 4 * watch_count(fleet->watch, i));
    }
    CHECK_INT(sum(fleet, "unasked"), 0);
    /* From the other side, to an open port: only the firewalls are against it. */
    CHECK(node_no_tcp(s, "b", s, "a", "10.0.0.1", 81));
    CHECK(sum(fleet, "unasked") >= 1);
    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 81));
    CHECK_INT(crowd_finish(fleet->crowd, is_any, NULL, 8000), 60);
    CHECK_INT(crowd_broken(fleet->crowd), 0);
    firewalls_done(fleet);
}

/* The test's own; ends' kernels say other things. */
static bool
is_bare_ack(const uint8_t *f, size_t n, const void *port)
{
    return is_tcp_to(f, n, port) && f[47] == 16;
}

/* That the test above can see it at all: a flow that is moved does not go on. */
TEST(a_connection_that_is_moved_to_another_firewall_is_dropped_by_it)
{
    struct fleet *fleet = firewalls_up();
    struct site *s = fleet->s;
    const struct desired_port *a = s->objects.items[2], *b = s->objects.items[4];
    int port = 80, fa = node_raw(s, "a", "eth0"), fb = node_raw(s, "b", "eth0"), first;
    struct frame syn = frame_tcp(a->mac, b->mac, "10.0.0.1", "10.0.0.2", 999, 80, 2);
    struct frame more = frame_tcp(a->mac, b->mac, "10.0.0.1", "10.0.0.2", 999, 80, 16);
    uint8_t buf[FRAME_MAX];

    raw_send(fa, syn.b, syn.n);
    CHECK(raw_receive(fb, buf, sizeof buf, 1000, is_tcp_to, &port));
    watch_look(fleet->watch);
    first = fleet->watch->at[999];
    REQUIRE(first == 0 || first == 1);
    fleet->inst[first]->drain_until = 1;
    REQUIRE(site_push_through(fleet->s));
    raw_send(fa, more.b, more.n);
    EVENTUALLY(1000, function_counter(s, names[1 - first], "unasked") == 1);
    CHECK(!raw_receive(fb, buf, sizeof buf, 20, is_bare_ack, &port));
    watch_look(fleet->watch);
    CHECK(fleet->watch->wrong >= 1);
    close(fa);
    close(fb);
    firewalls_done(fleet);
}

TEST(connections_live_while_firewalls_become_three_and_two_again)
{
    struct fleet *fleet = firewalls_up();

    fleet_two_three_two(fleet, getenv("DATAPATH_LONG") ? 600 : 80);
    CHECK_INT(sum(fleet, "unasked"), 0);
    firewalls_done(fleet);
}
