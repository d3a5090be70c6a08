/* A service graph whose functions are at two sites: instances that a site lends to the graph of
 * another, which alone knows where a packet goes on.  East has the graph, west most functions. */
#include "frames.h"
#include "functions.h"
#include "topo.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define GOES_BACK 0xc00001 /* Labels of west's, two a function; */
#define CAME_BACK 0x800001 /* and of east's for what comes back. */

/* Chain A takes all datagrams, B, C and D some of their ports.  Behind A come B and C, and D behind
 * both: a letter in 'functions' is a function, one a chain. */
static const struct way {
    const char *name, *after, *functions;
    int64_t from, to;
} ways[] = {{"A", NULL, "f", INT_NULL, INT_NULL},
            {"AB", "A", "fg", 80, 89},
            {"AC", "A", "fh", 90, 99},
            {"ABD", "AB", "fgk", 85, 95},
            {"ACD", "AC", "fhk", 85, 95}};

struct lent {
    struct topo *t;
    struct site *east, *west;
    const char *there; /* Functions at west. */
    const struct desired_port *a, *b, *d;
    struct desired_classifier *branch; /* B's, behind A. */
    struct desired_hop *lender;        /* The last that west has made. */
    struct desired_chain *last;        /* East's last. */
};

static const char *
letter(struct lent *l, char c)
{
    return mem_printf(l->t->mem, "%c", c);
}

static bool
is_there(const struct lent *l, char c)
{
    return strchr(l->there, c);
}

static int64_t
label_of(char c, int64_t first)
{
    return first + 2 * (c - 'a');
}

/* ---- what each site is told -------------------------------------------------------------- */

static void
instance_elsewhere(struct lent *l, struct desired_instance *inst, char c)
{
    int64_t label = label_of(c, GOES_BACK);

    instance_remote(inst, l->west->vtep, label, label + 1);
}

static void
instance_lend(struct lent *l, struct desired_instance *inst, char c)
{
    inst->back_vtep = l->east->vtep;
    inst->label_forward = label_of(c, CAME_BACK);
    inst->label_reverse = inst->label_forward + 1;
}

/* The label for one direction, of an instance that has one at both sites. */
static void
labels_make(struct lent *l, const char *way, int64_t hop, const char *there, char c)
{
    const char *name = letter(l, c);

    for (int dir = 0; dir < 2; dir++) {
        const char *word = dir ? "reverse" : "forward";

        site_label(l->east, way, hop, word, name, label_of(c, CAME_BACK) + dir);
        site_label(l->west, there, 0, word, name, label_of(c, GOES_BACK) + dir);
    }
}

static struct desired_chain *
way_make(struct lent *l, const struct way *way)
{
    struct desired_chain *chain = site_chain(l->east, way->name, "n");
    struct desired_classifier *class = chain_class(l->east, chain, 17, -1);

    l->last = chain;
    chain->home = true;
    chain->after = way->after ? topo_id(l->t, mem_printf(l->t->mem, "chain %s", way->after)) : NULL;
    class->dst_port_min = way->from;
    class->dst_port_max = way->to;
    for (const char *c = way->functions; *c; c++) {
        struct desired_instance *inst = chain_hop(l->east, chain, letter(l, *c));

        if (is_there(l, *c)) {
            instance_elsewhere(l, inst, *c);
        }
    }
    return chain;
}

/* West has a chain of its own for each function that it lends. */
static void
lend(struct lent *l, char c, const char *way, int64_t hop)
{
    struct desired_chain *chain = site_chain(l->west, letter(l, c), "n");

    instance_lend(l, chain_hop(l->west, chain, letter(l, c)), c);
    l->lender = chain->hops.items[0];
    labels_make(l, way, hop, letter(l, c), c);
}

/* Ends a and b are at east and west knows nothing of b; d is at west. */
static struct lent *
lent_new(const char *functions, const char *there, int flows)
{
    struct topo *t = topo_new_flows(2, flows);
    struct lent *l = MEM_NEW(t->mem, struct lent);

    l->t = t;
    l->east = &t->sites[0];
    l->west = &t->sites[1];
    l->there = there;
    site_network(l->east, "n", 100);
    site_network(l->west, "n", 200);
    l->a = site_node(l->east, "a", "n", "10.0.0.1", NULL);
    l->b = site_node(l->east, "b", "n", "10.0.0.2", NULL);
    l->d = site_node(l->west, "d", "n", "10.0.0.3", NULL);
    (void)site_remote(l->east, "d", "n", l->west, l->d, 200);
    (void)site_remote(l->west, "a", "n", l->east, l->a, 100);
    for (const char *c = functions; *c; c++) {
        site_function(is_there(l, *c) ? l->west : l->east, letter(l, *c), "n");
    }
    return l;
}

static struct lent *
graph_up(const char *there)
{
    struct lent *l = lent_new("fghk", there, 0);

    for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
        const struct desired_chain *chain = way_make(l, &ways[i]);

        l->branch = str_eq(ways[i].name, "AB") ? chain->classifiers.items[0] : l->branch;
    }
    for (const char *c = there; *c; c++) {
        for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
            const char *at = strchr(ways[i].functions, *c);

            if (at) {
                lend(l, *c, ways[i].name, at - ways[i].functions);
                break;
            }
        }
    }
    topo_up(l->t);
    return l;
}

/* ---- packets ------------------------------------------------------------------------------- */

/* Packets that a function was sent, in one direction. */
static int64_t
sent_into(struct lent *l, char c, const char *direction)
{
    int64_t n = 0;

    if (is_there(l, c)) {
        return site_hop_packets(l->west, letter(l, c), 0, direction);
    }
    for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
        const char *at = strchr(ways[i].functions, c);

        n += at ? site_hop_packets(l->east, ways[i].name, at - ways[i].functions, direction) : 0;
    }
    return n;
}

struct end {
    const struct desired_port *port;
    const char *ip;
    int fd;
};

/* Its kernel has another address, so that it says nothing by itself. */
static struct end
end_open(struct site *site, const char *name, const struct desired_port *port)
{
    const char *ip = mem_printf(site->topo->mem, "10.0.0.%d", 10 + name[0] - 'a');

    return (struct end){.port = port, .ip = ip, .fd = node_raw(site, name, "eth0")};
}

static bool
arrives(const struct end *from, const struct end *to, int sport, int dport)
{
    struct frame f = frame_udp(from->port->mac, to->port->mac, from->ip, to->ip, sport, dport, 9);
    uint8_t buf[FRAME_MAX];

    raw_send(from->fd, f.b, f.n);
    return raw_receive(to->fd, buf, sizeof buf, 1000, is_udp_to, &dport);
}

/* A packet to 'port' and its answer go through the functions that 'way' names, each once. */
static void
there_and_back(struct lent *l, const struct end *from, const struct end *to, int sport, int port,
               const char *way)
{
    int64_t before[4][2];

    for (int i = 0; i < 4; i++) {
        before[i][0] = sent_into(l, "fghk"[i], "forward");
        before[i][1] = sent_into(l, "fghk"[i], "reverse");
    }
    CHECK(arrives(from, to, sport, port));
    CHECK(arrives(to, from, port, sport));
    for (int i = 0; i < 4; i++) {
        char c = "fghk"[i];
        int64_t more = strchr(way, c) != NULL, forth = sent_into(l, c, "forward") - before[i][0],
                back = sent_into(l, c, "reverse") - before[i][1];

        if (forth != more || back != more) {
            test_fail(__FILE__, __LINE__, "%s to %s, port %d should take %s; %c got %d and %d",
                      from->ip, to->ip, port, way, c, (int)forth, (int)back);
        }
    }
}

static void
every_way(struct lent *l, const struct end *from, const struct end *to)
{
    there_and_back(l, from, to, 1000, 79, "f");
    there_and_back(l, from, to, 1000, 81, "fg");
    there_and_back(l, from, to, 1000, 85, "fgk");
    there_and_back(l, from, to, 1000, 90, "fhk");
    there_and_back(l, from, to, 1000, 96, "fh");
    there_and_back(l, from, to, 1000, 85, "fgk"); /* A flow that is known. */
}

static void
nothing_is_wrong(struct site *s)
{
    CHECK_INT(site_drops(s, "internal"), 0);
    CHECK_INT(site_drops(s, "function_flow"), 0);
    CHECK_INT(site_drops(s, "function_direction"), 0);
    CHECK_INT(site_drops(s, "tunnel_source"), 0);
    CHECK_INT(site_drops(s, "tunnel_transit"), 0);
}

/* Late packets of a flow come out of each function and go on from there, whatever of it is at the
 * other functions of its site by now. */
static void
late_packets_go_on(struct lent *l, const struct end *from, const struct end *to)
{
    const char *a = from->port->mac, *b = to->port->mac;
    int sport = 1000, dport = 85;
    struct frame forth = frame_udp(a, b, from->ip, to->ip, sport, dport, 9);
    struct frame back = frame_udp(b, a, to->ip, from->ip, dport, sport, 9);
    uint8_t buf[FRAME_MAX];

    for (const char *c = "fgk"; *c; c++) {
        struct site *s = is_there(l, *c) ? l->west : l->east;
        int in = node_raw(s, letter(l, *c), "eth0"), out = node_raw(s, letter(l, *c), "eth1");

        raw_send(out, forth.b, forth.n);
        CHECK(raw_receive(to->fd, buf, sizeof buf, 1000, is_udp_to, &dport));
        raw_send(in, back.b, back.n);
        CHECK(raw_receive(from->fd, buf, sizeof buf, 1000, is_udp_to, &sport));
        close(in);
        close(out);
    }
}

/* A branch that takes less: flows that began at the other site leave it as those from here do. */
static void
flows_are_classified_again(struct lent *l, const struct end *a, const struct end *b,
                           const struct end *d)
{
    l->branch->dst_port_min = 82;
    REQUIRE(site_push_through(l->east));
    there_and_back(l, a, b, 1000, 81, "f");
    there_and_back(l, d, a, 1000, 81, "f");
    there_and_back(l, d, a, 1000, 82, "fg");
}

/* Between ends here, from one here to one there, and from there to here. */
TEST(a_graph_has_its_first_a_middle_and_its_joined_function_at_another_site)
{
    struct lent *l = graph_up("fgk");
    struct end a = end_open(l->east, "a", l->a), b = end_open(l->east, "b", l->b),
               d = end_open(l->west, "d", l->d);

    every_way(l, &a, &b);
    every_way(l, &a, &d);
    every_way(l, &d, &a);
    late_packets_go_on(l, &a, &b);
    flows_are_classified_again(l, &a, &b, &d);
    nothing_is_wrong(l->east);
    nothing_is_wrong(l->west);
    close(a.fd);
    close(b.fd);
    close(d.fd);
}

/* ---- what goes wrong ----------------------------------------------------------------------- */

/* Chains A and B, of which A's group has two instances: f at west, and m where 'there' says. */
static struct lent *
pair_up(const char *there, int64_t probe_ms, int flows, struct desired_instance *f[2])
{
    struct lent *l = lent_new("fgm", there, flows);

    for (int i = 0; i < 2; i++) {
        struct desired_chain *chain = way_make(l, &ways[i]);
        struct desired_hop *hop = chain->hops.items[0];
        struct desired_instance *m = hop_instance(l->east, hop, "m");

        hop->probe_interval_ms = probe_ms;
        f[i] = hop->instances.items[0];
        if (is_there(l, 'm')) {
            instance_elsewhere(l, m, 'm');
        }
    }
    lend(l, 'f', "A", 0);
    if (is_there(l, 'm')) {
        instance_lend(l, hop_instance(l->west, l->lender, "m"), 'm');
        labels_make(l, "A", 0, "f", 'm');
    }
    topo_up(l->t);
    return l;
}

#define N_FLOWS 24
#define FLOWS_LEAST 1024

/* Of so many flows, packets that arrive, and answers. */
static int
flows_arrive(const struct end *from, const struct end *to)
{
    int n = 0;

    for (int i = 0; i < N_FLOWS; i++) {
        n += arrives(from, to, 2000 + i, 80 + i % 10) && arrives(to, from, 80 + i % 10, 2000 + i);
    }
    return n;
}

/* One more of a reason to drop, when 'frame' comes to east so. */
static void
is_dropped(struct lent *l, const char *from, int64_t vni, const struct frame *frame,
           const char *reason)
{
    int64_t before = site_drops(l->east, reason);

    site_tunnel_send(l->west, from, (int)vni, frame);
    SITE_EVENTUALLY(l->east, 1000, site_drops(l->east, reason) == before + 1);
    if (site_drops(l->east, reason) != before + 1) {
        test_fail(__FILE__, __LINE__, "%s: %s", from, reason);
    }
}

static void
forged_packets_are_dropped(struct lent *l, const struct end *a, const struct end *b)
{
    int64_t label = label_of('f', CAME_BACK), sent = sent_into(l, 'f', "forward");
    struct frame known, other, back;
    struct process_spec spec = {
        .stdin_fd = -1,
        .stdout_fd = -1,
        .stderr_fd = -1,
        .netns = mem_printf(l->t->mem, "/run/netns/%s", l->west->netns),
        .argv = process_argv(l->t->mem, "ip", "addr", "add", "192.0.2.8/24", "dev", "wan0", NULL)};
    const char *output;
    int sport = 2000, dport = 80;
    uint8_t buf[FRAME_MAX];

    /* A third site's, which may send into the network. */
    site_remote(l->east, "x", "n", l->west, site_port(l->west, "x", "n", "10.0.0.7", NULL), 200)
        ->vtep = "192.0.2.8";
    REQUIRE_OK(process_run(l->t->mem, &spec, NULL, 5000, &output));
    REQUIRE(site_push_through(l->east));
    /* A flow that takes f. */
    do {
        CHECK(arrives(a, b, ++sport, dport));
    } while (sent_into(l, 'f', "forward") == sent && sport < 2000 + N_FLOWS);
    known = frame_udp(a->port->mac, b->port->mac, a->ip, b->ip, sport, dport, 9);
    other = frame_udp(a->port->mac, b->port->mac, a->ip, b->ip, 1999, dport, 9);
    back = frame_udp(b->port->mac, a->port->mac, b->ip, a->ip, dport, sport, 9);
    site_tunnel_send(l->west, "192.0.2.2", (int)label, &known);
    CHECK(raw_receive(b->fd, buf, sizeof buf, 1000, is_udp_to, &dport));
    is_dropped(l, "192.0.2.2", label, &other, "function_flow");
    is_dropped(l, "192.0.2.8", label, &known, "function_direction");
    is_dropped(l, "192.0.2.2", label + 1, &known, "function_direction");
    is_dropped(l, "192.0.2.2", label, &back, "function_direction");
    is_dropped(l, "192.0.2.2", label + 2, &known, "tunnel_unknown");
    /* Nor does an end that is here send by a tunnel. */
    is_dropped(l, "192.0.2.2", 100, &known, "tunnel_source");
    is_dropped(l, "192.0.2.2", 100, &back, "tunnel_source");
}

TEST(flows_leave_a_lent_instance_that_is_drained_or_dead)
{
    struct desired_instance *f[2];
    struct lent *l = pair_up("f", 10, 0, f);
    struct end a = end_open(l->east, "a", l->a), b = end_open(l->east, "b", l->b),
               d = end_open(l->west, "d", l->d);
    int64_t there;

    /* A site that comes up slowly is judged down first. */
    SITE_EVENTUALLY(l->east, 8000, !site_instance_reason(l->east, f[0]));
    CHECK_INT(flows_arrive(&a, &d), N_FLOWS);
    there = sent_into(l, 'f', "forward");
    CHECK(there > 0 && there < N_FLOWS);
    CHECK(sent_into(l, 'f', "reverse") > 0);
    /* Its time to drain is over. */
    f[0]->drain_until = f[1]->drain_until = 1;
    REQUIRE(site_push_through(l->east));
    CHECK_INT(flows_arrive(&a, &d), N_FLOWS);
    CHECK_INT(sent_into(l, 'f', "forward"), there);
    f[0]->drain_until = f[1]->drain_until = INT_NULL;
    REQUIRE(site_push_through(l->east));
    SITE_EVENTUALLY(l->east, 8000, !site_instance_reason(l->east, f[0]));
    CHECK_INT(flows_arrive(&d, &a), N_FLOWS);
    CHECK(sent_into(l, 'f', "forward") > there);
    nothing_is_wrong(l->east);
    forged_packets_are_dropped(l, &a, &b);
    REQUIRE(!kill(node_pid(l->west, "f"), SIGKILL));
    SITE_EVENTUALLY(l->east, 5000, site_instance_reason(l->east, f[0]));
    CHECK_INT(flows_arrive(&a, &d), N_FLOWS);
    CHECK_INT(flows_arrive(&d, &a), N_FLOWS);
    /* B is gone: flows from there go through A alone, not past it. */
    site_remove(l->east, l->last);
    REQUIRE(site_push_through(l->east));
    there = site_hop_packets(l->east, "A", 0, "forward");
    CHECK_INT(flows_arrive(&d, &a), N_FLOWS);
    CHECK_INT(site_hop_packets(l->east, "A", 0, "forward"), there + N_FLOWS);
    CHECK_INT(site_drops(l->east, "internal"), 0);
    close(a.fd);
    close(b.fd);
    close(d.fd);
}

/* West has no room for an entry any more. */
static void
table_fill(struct lent *l)
{
    struct end d = end_open(l->west, "d", l->d);

    for (int i = 0; i < FLOWS_LEAST; i++) {
        struct frame frame = frame_udp(d.port->mac, d.port->mac, d.ip, "10.0.0.99", 1000 + i, 9, 9);

        raw_send(d.fd, frame.b, frame.n);
    }
    close(d.fd);
}

/* East does not ask, so it is west that gives a dead instance's packets to the other.  With no
 * entry left there, it is by its label and the function's side that a packet finds its way. */
TEST(a_flow_stays_with_the_lent_instance_that_its_site_gave_it_to)
{
    struct desired_instance *f[2];
    struct lent *l = pair_up("fm", 0, FLOWS_LEAST, f);
    struct end a = end_open(l->east, "a", l->a), b = end_open(l->east, "b", l->b);
    int64_t before;

    CHECK_INT(flows_arrive(&a, &b), N_FLOWS);
    CHECK_INT(sent_into(l, 'f', "forward"), N_FLOWS);
    REQUIRE(!kill(node_pid(l->west, "f"), SIGKILL));
    SITE_EVENTUALLY(l->west, 5000, site_instance_reason(l->west, f[0]));
    before = sent_into(l, 'f', "reverse");
    CHECK_INT(flows_arrive(&a, &b), N_FLOWS);
    CHECK_INT(flows_arrive(&a, &b), N_FLOWS);
    CHECK_INT(sent_into(l, 'f', "reverse"), before + 2 * N_FLOWS);
    table_fill(l);
    CHECK_INT(flows_arrive(&b, &a), N_FLOWS);
    CHECK_INT(sent_into(l, 'f', "reverse"), before + 3 * N_FLOWS);
    /* None is left, and its site's group lets packets past: they come back all the same. */
    l->lender->fail_open = true;
    REQUIRE(site_push_through(l->west));
    REQUIRE(!kill(node_pid(l->west, "m"), SIGKILL));
    SITE_EVENTUALLY(l->west, 5000, site_instance_reason(l->west, l->lender->instances.items[1]));
    CHECK_INT(flows_arrive(&a, &b), N_FLOWS);
    CHECK_INT(sent_into(l, 'f', "reverse"), before + 3 * N_FLOWS);
    nothing_is_wrong(l->east);
    nothing_is_wrong(l->west);
    close(a.fd);
    close(b.fd);
}

/* a -> r (addressed, at west, with 10.0.0.9) -> g -> b: what r makes of a flow comes back as r's
 * own, and its answers end there. */
TEST(a_lent_function_translates_and_both_directions_stay_in_the_chain)
{
    struct lent *l = lent_new("g", "r", 0);
    struct desired_port *r = function_routed(l->west, "r", "n", "10.0.0.9");
    struct desired_chain *here = site_chain(l->east, "c", "n");
    struct desired_instance *inst = chain_hop(l->east, here, "r");
    struct desired_instance *lent = chain_hop(l->west, site_chain(l->west, "r", "n"), "r");
    const char *output;

    (void)site_remote(l->east, "r", "n", l->west, r, 200);
    (void)site_remote(l->west, "b", "n", l->east, l->b, 100); /* Whom r asks for. */
    here->home = true;
    (void)chain_class(l->east, here, 6, 80);
    (void)chain_hop(l->east, here, "g");
    instance_elsewhere(l, inst, 'r');
    instance_routed(l->west, lent, "r");
    instance_lend(l, lent, 'r');
    labels_make(l, "c", 0, "r", 'r');
    inst->layer = "l3";
    inst->speaks = lent->speaks = true;
    topo_up(l->t);
    REQUIRE_OK(
        node_run(l->west, "r", &output,
                 "nft add table ip t; add chain ip t c { type nat hook postrouting priority 0; }; "
                 "add rule ip t c oifname eth0 ip saddr 10.0.0.1 snat to 10.0.0.9"));
    CHECK(node_tcp(l->east, "a", l->east, "b", "10.0.0.2", 80));
    for (int hop = 0; hop < 2; hop++) {
        SITE_EVENTUALLY(l->east, 1000, site_hop_packets(l->east, "c", hop, "forward") >= 4);
        SITE_EVENTUALLY(l->east, 1000, site_hop_packets(l->east, "c", hop, "reverse") >= 3);
    }
    nothing_is_wrong(l->east);
    nothing_is_wrong(l->west);
}
