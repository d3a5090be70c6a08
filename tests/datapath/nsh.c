/* Functions and forwarders that speak NSH (RFC 8300), written with scapy; what is on the wire is
 * captured by tcpdump and told by tshark, so that nobody's reading of the header is our own. */
#include "frames.h"
#include "topo.h"

#include "base/str.h"
#include "sys/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PYTHON "/usr/bin/python3"
#define PEER "tests/datapath/nsh_peer.py"
#define FORWARDER "192.0.2.9"
#define STRANGER "192.0.2.8"
#define SPI 7
#define SPI_BACK 65543
#define NSH_AND_FRAME 38 /* What a frame grows by. */
#define TTL_63 "0x003f" /* As tshark tells it. */
#define TTL_62 "0x003e"

static void
needs(struct topo *t)
{
    struct process_spec spec = {.stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    const char *output;
    struct err *e;

    spec.argv = process_argv(t->mem, PYTHON, "-c", "import scapy.contrib.nsh", NULL);
    e = process_run(t->mem, &spec, NULL, 30000 * test_patience(), &output);
    if (!e) {
        spec.argv = process_argv(t->mem, "tshark", "--version", NULL);
        e = process_run(t->mem, &spec, NULL, 30000 * test_patience(), &output);
    }
    if (e) {
        err_ignore(e, "said");
        SKIP("needs python3-scapy and tshark");
    }
}

/* ---- programs -------------------------------------------------------------------------------- */

static pid_t
spawn_at(struct topo *t, const char *netns, const char *const *argv)
{
    struct process_spec spec = {.stdin_fd = -1,
                                .stdout_fd = -1,
                                .stderr_fd = -1,
                                .netns = netns,
                                .argv = argv,
                                .die_with_parent = true};
    pid_t pid;

    (void)t;
    REQUIRE_OK(process_start(&spec, &pid));
    return pid;
}

static const char *
netns_of(struct site *s, const char *server)
{
    return mem_printf(s->topo->mem, "/proc/%d/ns/net", (int)node_pid(s, server));
}

static void
function_start(struct site *s, const char *name)
{
    struct mem *mem = s->topo->mem;
    const char *ready = mem_printf(mem, "%s/%s.ready", s->dir, name);

    (void)spawn_at(s->topo, netns_of(s, name),
                   process_argv(mem, PYTHON, PEER, ready, "function", "eth0", "eth1", NULL));
    EVENTUALLY(20000, file_exists(ready));
}

struct capture {
    pid_t pid;
    const char *path;
};

static bool
has_header(const char *path)
{
    AUTO(mem) mem = mem_new("capture");
    char *data;
    size_t n;
    struct err *e = file_read(mem, path, 1 << 28, &data, &n);

    err_ignore(e, "not yet");
    return !e && n >= 24;
}

static struct capture
capture_start(struct site *s, const char *netns, const char *ifname)
{
    static int n;
    struct mem *mem = s->topo->mem;
    struct capture c = {.path = mem_printf(mem, "%s/%d.pcap", s->topo->dir, n++)};

    c.pid = spawn_at(s->topo, netns,
                     process_argv(mem, "tcpdump", "-i", ifname, "-U", "-Z", "root", "-w", c.path,
                                  NULL));
    EVENTUALLY(10000, has_header(c.path));
    return c;
}

/* Lines of "SPI SI TTL MD-TYPE LENGTH NEXT-PROTOCOL" that tshark tells of frames that 'filter' takes. */
static const char *
told(struct topo *t, const struct capture *c, const char *filter)
{
    static const char *const fields[] = {"nsh.spi",    "nsh.si",     "nsh.ttl",
                                         "nsh.mdtype", "nsh.length", "nsh.nextproto"};
    struct process_spec spec = {.stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    VEC(const char *) argv = {0};
    const char *output;

    vec_add(t->mem, &argv, "sh");
    vec_add(t->mem, &argv, "-c");
    vec_add(t->mem, &argv, "exec tshark \"$@\" 2>/dev/null");
    vec_add(t->mem, &argv, "-");
    vec_add(t->mem, &argv, "-r");
    vec_add(t->mem, &argv, c->path);
    vec_add(t->mem, &argv, "-Y");
    vec_add(t->mem, &argv, filter);
    vec_add(t->mem, &argv, "-T");
    vec_add(t->mem, &argv, "fields");
    vec_add(t->mem, &argv, "-E");
    vec_add(t->mem, &argv, "separator=/s");
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        vec_add(t->mem, &argv, "-e");
        vec_add(t->mem, &argv, fields[i]);
    }
    vec_add(t->mem, &argv, NULL);
    spec.argv = argv.items;
    REQUIRE_OK(process_run(t->mem, &spec, NULL, 60000, &output));
    return output;
}

static bool
tells(struct topo *t, const struct capture *c, const char *filter, const char *line)
{
    return strstr(told(t, c, filter), line);
}

/* ---- topologies ------------------------------------------------------------------------------- */

static void
function_make(struct site *s, const char *name)
{
    struct mem *mem = s->topo->mem;
    const char *const ports[] = {mem_printf(mem, "%s.in", name), mem_printf(mem, "%s.out", name),
                                 NULL};

    for (int i = 0; i < 2; i++) {
        struct desired_port *port = site_port(s, ports[i], "n", NULL, NULL);

        port->port_security = false;
        port->function = true;
    }
    (void)site_server(s, name, NULL, ports);
}

static void
function_address(struct site *s, const char *port, const char *ip)
{
    const char *id = topo_id(s->topo, mem_printf(s->topo->mem, "port %s", port));

    vec_each (&s->objects, it) {
        if (((struct row *)*it)->table == &desired_port_table && str_eq(desired_id(*it), id)) {
            struct desired_pair *pair = port_pair(s, *it);

            pair->cidr = mem_printf(s->topo->mem, "%s/32", ip);
        }
    }
}

static struct desired_chain *
chain_make(struct site *s)
{
    struct desired_chain *chain = site_chain(s, "c", "n");

    chain->spi_forward = SPI;
    chain->spi_reverse = SPI_BACK;
    (void)chain_class(s, chain, 6, -1);
    chain_class(s, chain, 6, -1)->ethertype = "IPv6";
    chain_class(s, chain, 17, 2000)->dst_port_max = 2030;
    return chain;
}

/* a -> f (NSH) -> g (NSH) -> t (as it is) -> b */
static struct site *
functions_up(void)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_chain *chain;

    needs(t);
    site_network(s, "n", 100);
    site_node(s, "a", "n", "10.0.0.1", "fd00::1");
    site_node(s, "b", "n", "10.0.0.2", "fd00::2");
    function_make(s, "f");
    function_make(s, "g");
    site_function(s, "t", "n");
    chain = chain_make(s);
    chain_hop(s, chain, "f")->nsh = true;
    chain_hop(s, chain, "g")->nsh = true;
    (void)chain_hop(s, chain, "t");
    topo_up(t);
    function_start(s, "f");
    function_start(s, "g");
    return s;
}

static const char *
mac_of(struct site *s, const char *name)
{
    const char *id = topo_id(s->topo, mem_printf(s->topo->mem, "port %s", name));

    vec_each (&s->objects, it) {
        if (((struct row *)*it)->table == &desired_port_table && str_eq(desired_id(*it), id)) {
            return ((struct desired_port *)*it)->mac;
        }
    }
    return NULL;
}

static const struct {
    int port;
    const char *drop;
} wrong[] = {
    {2011, "nsh_index"},    {2012, "nsh_ttl"},    {2013, "nsh_path"},    {2014, "nsh_version"},
    {2015, "nsh_oam"},      {2016, "nsh_metadata"}, {2017, "nsh_length"}, {2018, "nsh_payload"},
    {2019, "nsh_index"},    {2020, "nsh_index"},  {2021, "nsh_length"},  {2023, "nsh_length"},
};

/* Each is counted for its own reason and gets no further. */
static void
wrong_ones_are_dropped(struct site *s, int at_a, int at_b)
{
    uint8_t buf[FRAME_MAX];

    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        int64_t before = site_drops(s, wrong[i].drop);
        struct frame f = frame_udp(mac_of(s, "a"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", 5,
                                   wrong[i].port, 100);

        raw_send(at_a, f.b, f.n);
        SITE_EVENTUALLY(s, 2000, site_drops(s, wrong[i].drop) == before + 1);
        if (site_drops(s, wrong[i].drop) != before + 1) {
            test_fail(__FILE__, __LINE__, "udp %d: %s", wrong[i].port, wrong[i].drop);
        }
        if (raw_receive(at_b, buf, sizeof buf, 1, is_udp_to, &wrong[i].port)) {
            test_fail(__FILE__, __LINE__, "udp %d arrived", wrong[i].port);
        }
    }
}

/* Large sends of TCP are cut before the header: no frame is longer than its link's. */
static void
bulk(struct site *s)
{
    pid_t server = node_spawn(s, "b", "iperf3 -s -1");
    const char *output;
    struct err *e = NULL;
    int tries = 0;

    do {
        err_ignore(e, "it does not listen yet");
        e = node_run(s, "a", &output, "iperf3 -c 10.0.0.2 -n 8M --connect-timeout 2000");
    } while (e && tries++ < 50);
    CHECK_OK(e);
    spawned_end(server);
}

/* ---- functions here ------------------------------------------------------------------------------ */

static void
both_directions(struct site *s, const struct capture *at_f)
{
    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 80));
    CHECK(node_tcp(s, "a", s, "b", "fd00::2", 80));
    for (int hop = 0; hop < 3; hop++) {
        SITE_EVENTUALLY(s, 1000, site_hop_packets(s, "c", hop, "forward") >= 8);
        SITE_EVENTUALLY(s, 1000, site_hop_packets(s, "c", hop, "reverse") >= 6);
    }
    EVENTUALLY(5000, tells(s->topo, at_f, "ip.dst == 10.0.0.2", "7 255 " TTL_63 " 1 6 3"));
    EVENTUALLY(5000, tells(s->topo, at_f, "ip.src == 10.0.0.2", "65543 252 " TTL_62 " 1 6 3"));
    CHECK(tells(s->topo, at_f, "ipv6.dst == fd00::2", "7 255 " TTL_63 " 1 6 3"));
}

static void
metadata_is_kept(struct site *s, const struct capture *at_g, int at_a, int at_b)
{
    static const struct {
        int port;
        const char *at_g, *context;
    } cases[] = {
        {2000, "7 254 " TTL_62 " 1 6 3", "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00"},
        {2001, "7 254 " TTL_62 " 1 6 3", "00:00:00:01:00:00:00:02:00:00:00:03:00:00:00:04"},
        {2002, "7 254 " TTL_62 " 2 5 3", "01:00:01:08:00:c0:ff:ee:00:c0:ff:ee"},
        {2003, "7 254 " TTL_62 " 2 2 3", "00:00:07:fe"},
        {2004, "7 254 " TTL_63 " 1 6 3", "00:00:07:fe"},
    };
    struct topo *t = s->topo;
    uint8_t buf[FRAME_MAX];

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct frame f = frame_udp(mac_of(s, "a"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", 5,
                                   cases[i].port, 1400);

        raw_send(at_a, f.b, f.n);
        CHECK_INT(raw_receive(at_b, buf, sizeof buf, 3000, is_udp_to, &cases[i].port), f.n);
        CHECK(!memcmp(buf, f.b, f.n)); /* As it was, to the last byte. */
        EVENTUALLY(5000, tells(t, at_g,
                               mem_printf(t->mem, "udp.dstport == %d && frame contains %s",
                                          cases[i].port, cases[i].context),
                               cases[i].at_g));
    }
}

/* No header at all, and a later place than the next. */
static void
others_are_as_they_are_said(struct site *s, int at_a, int at_b)
{
    const int skips = 2005, bare = 2022;
    struct frame f = frame_udp(mac_of(s, "a"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", 5, bare, 10);
    int64_t at_g = site_hop_packets(s, "c", 1, "forward");
    uint8_t buf[FRAME_MAX];

    raw_send(at_a, f.b, f.n);
    SITE_EVENTUALLY(s, 2000, site_drops(s, "nsh_missing") == 1);
    f = frame_udp(mac_of(s, "a"), mac_of(s, "b"), "10.0.0.1", "10.0.0.2", 5, skips, 10);
    raw_send(at_a, f.b, f.n);
    CHECK(raw_receive(at_b, buf, sizeof buf, 3000, is_udp_to, &skips));
    CHECK_INT(site_hop_packets(s, "c", 1, "forward"), at_g);
}

TEST(functions_that_speak_nsh_get_it_and_have_to_give_it_back)
{
    struct site *s = functions_up();
    struct capture at_f = capture_start(s, netns_of(s, "f"), "eth0");
    struct capture at_g = capture_start(s, netns_of(s, "g"), "eth0");
    struct capture at_t = capture_start(s, netns_of(s, "t"), "eth0");
    int at_a = node_raw(s, "a", "eth0"), at_b = node_raw(s, "b", "eth0");

    both_directions(s, &at_f);
    metadata_is_kept(s, &at_g, at_a, at_b);
    wrong_ones_are_dropped(s, at_a, at_b);
    others_are_as_they_are_said(s, at_a, at_b);
    bulk(s);
    CHECK(!str_empty(told(s->topo, &at_f, "frame.len > 1400")));
    CHECK_STR(told(s->topo, &at_f, mem_printf(s->topo->mem, "frame.len > %d",
                                              1450 + 14 + NSH_AND_FRAME)), "");
    CHECK_STR(told(s->topo, &at_t, "nsh"), ""); /* Nothing of it where it is not spoken. */
    CHECK_INT(site_drops(s, "mtu"), 0);
    CHECK_INT(site_drops(s, "nsh_failed"), 0);
    CHECK_INT(site_drops(s, "function_flow"), 0);
    CHECK_INT(site_drops(s, "internal"), 0);
    close(at_a);
    close(at_b);
    spawned_end(at_f.pid);
    spawned_end(at_g.pid);
    spawned_end(at_t.pid);
}

/* f stands in two chains and sends flows of its own in both: its packets say from which place, and
 * answers to them come back to it by the path of that chain. */
TEST(a_function_that_speaks_nsh_translates_in_two_chains)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    const int ports[] = {2040, 2041};
    const char *mac_a, *mac_b, *mac_f;
    uint8_t buf[FRAME_MAX];

    needs(t);
    site_network(s, "n", 100);
    mac_a = site_node(s, "a", "n", "10.0.0.1", NULL)->mac;
    mac_b = site_node(s, "b", "n", "10.0.0.2", NULL)->mac;
    function_make(s, "f");
    function_address(s, "f.in", "10.0.0.9");
    mac_f = mac_of(s, "f.in");
    site_function(s, "t", "n");
    for (int i = 0; i < 2; i++) {
        struct desired_chain *chain = site_chain(s, i ? "d" : "c", "n");
        struct desired_instance *f;

        chain->spi_forward = SPI + i;
        chain->spi_reverse = SPI_BACK + i;
        (void)chain_class(s, chain, 17, ports[i]);
        if (i) {
            (void)chain_hop(s, chain, "t");
        }
        f = chain_hop(s, chain, "f");
        f->nsh = f->speaks = true;
        if (!i) {
            (void)chain_hop(s, chain, "t");
        }
    }
    topo_up(t);
    function_start(s, "f");
    int at_a = node_raw(s, "a", "eth0"), at_b = node_raw(s, "b", "eth0");
    for (int i = 0; i < 2; i++) {
        const char *chain = i ? "d" : "c";
        const int back = 700;
        struct frame f = frame_udp(mac_a, mac_b, "10.0.0.1", "10.0.0.2", back, ports[i], 20);

        raw_send(at_a, f.b, f.n);
        CHECK(raw_receive(at_b, buf, sizeof buf, 3000, is_udp_to, &ports[i]));
        CHECK(!memcmp(buf + 26, "\x0a\x00\x00\x09", 4));
        f = frame_udp(mac_b, mac_f, "10.0.0.2", "10.0.0.9", ports[i], back, 20);
        raw_send(at_b, f.b, f.n);
        CHECK(raw_receive(at_a, buf, sizeof buf, 3000, is_udp_to, &back));
        for (int hop = 0; hop < 2; hop++) {
            SITE_EVENTUALLY(s, 1000, site_hop_packets(s, chain, hop, "forward") >= 1);
            SITE_EVENTUALLY(s, 1000, site_hop_packets(s, chain, hop, "reverse") >= 1);
        }
    }
    CHECK_INT(site_drops(s, "internal"), 0);
    close(at_a);
    close(at_b);
}

/* a -> f (NSH, at east) -> g (as it is, at west) -> b: between the sites it is labels. */
TEST(a_function_that_speaks_nsh_serves_a_chain_of_two_sites)
{
    struct topo *t = topo_new(2);
    struct site *east = &t->sites[0], *west = &t->sites[1];
    struct desired_chain *ce, *cw;
    struct desired_port *a, *b;

    needs(t);
    site_network(east, "n", 100);
    site_network(west, "n", 200);
    a = site_node(east, "a", "n", "10.0.0.1", NULL);
    b = site_node(west, "b", "n", "10.0.0.2", NULL);
    (void)site_remote(east, "b", "n", west, b, 200);
    (void)site_remote(west, "a", "n", east, a, 100);
    function_make(east, "f");
    site_function(west, "g", "n");
    ce = chain_make(east);
    cw = chain_make(west);
    cw->spi_forward = 1234; /* Each site's own. */
    chain_hop(east, ce, "f")->nsh = true;
    instance_remote(chain_hop(east, ce, "g"), west->vtep, 0x800001, 0x800002);
    instance_remote(chain_hop(west, cw, "f"), east->vtep, 0x800003, 0x800004);
    (void)chain_hop(west, cw, "g");
    site_label(west, "c", 1, "forward", "g", 0x800001);
    site_label(west, "c", 1, "reverse", "g", 0x800002);
    site_label(east, "c", 0, "forward", "f", 0x800003);
    site_label(east, "c", 0, "reverse", "f", 0x800004);
    topo_up(t);
    function_start(east, "f");
    CHECK(node_tcp(east, "a", west, "b", "10.0.0.2", 80));
    CHECK(node_tcp(west, "b", east, "a", "10.0.0.1", 80));
    SITE_EVENTUALLY(east, 1000, site_hop_packets(east, "c", 0, "reverse") >= 3);
    SITE_EVENTUALLY(west, 1000, site_hop_packets(west, "c", 1, "forward") >= 4);
    CHECK_INT(site_drops(east, "internal"), 0);
    CHECK_INT(site_drops(east, "function_flow"), 0);
}

/* ---- forwarders elsewhere --------------------------------------------------------------------------- */

static void
at_west(struct site *west, const char *const *argv)
{
    const char *output;
    struct process_spec spec = {.stdin_fd = -1,
                                .stdout_fd = -1,
                                .stderr_fd = -1,
                                .argv = argv,
                                .netns = mem_printf(west->topo->mem, "/run/netns/%s", west->netns)};

    REQUIRE_OK(process_run(west->topo->mem, &spec, NULL, 10000, &output));
}

/* a -> x (behind a forwarder at west's end of the WAN) -> t (as it is) -> b */
static struct site *
forwarder_up(void)
{
    struct topo *t = topo_new(2);
    struct site *east = &t->sites[0], *west = &t->sites[1];
    const char *ready = mem_printf(t->mem, "%s/forwarder.ready", t->dir);
    struct desired_chain *chain;
    struct desired_instance *x;

    needs(t);
    site_network(east, "n", 100);
    site_node(east, "a", "n", "10.0.0.1", NULL);
    site_node(east, "b", "n", "10.0.0.2", NULL);
    site_function(east, "t", "n");
    chain = chain_make(east);
    x = chain_hop(east, chain, "x");
    instance_remote(x, FORWARDER, INT_NULL, INT_NULL);
    x->nsh = true;
    x->vni = 5;
    (void)chain_hop(east, chain, "t");
    topo_up(t);
    at_west(west, process_argv(t->mem, "ip", "addr", "add", FORWARDER "/24", "dev", "wan0", NULL));
    at_west(west, process_argv(t->mem, "ip", "addr", "add", STRANGER "/24", "dev", "wan0", NULL));
    at_west(west, process_argv(t->mem, "ip", "link", "del", "ckgpe0", NULL));
    (void)spawn_at(t, mem_printf(t->mem, "/run/netns/%s", west->netns),
                   process_argv(t->mem, PYTHON, PEER, ready, "forwarder", FORWARDER, STRANGER, NULL));
    EVENTUALLY(20000, file_exists(ready));
    return east;
}

TEST(a_foreign_forwarder_is_spoken_to_by_vxlan_gpe)
{
    struct site *s = forwarder_up();
    struct topo *t = s->topo;
    struct capture wan = capture_start(s, mem_printf(t->mem, "/run/netns/%s", s->netns), "wan0");
    int at_a = node_raw(s, "a", "eth0"), at_b = node_raw(s, "b", "eth0");
    const int good[] = {2002, 2004};
    const char *mac_a = mac_of(s, "a"), *mac_b = mac_of(s, "b");
    uint8_t buf[FRAME_MAX];
    struct frame f;

    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 80));
    EVENTUALLY(5000, tells(t, &wan, "ip.src == 192.0.2.1 && vxlan.vni == 5 && tcp.dstport == 80",
                           "7 255 " TTL_63 " 1 6 3"));
    CHECK(tells(t, &wan, "ip.src == " FORWARDER " && tcp.dstport == 80", "7 254 " TTL_63));
    CHECK(tells(t, &wan, "ip.src == 192.0.2.1 && tcp.srcport == 80", "65543 254 " TTL_63));
    CHECK(!str_empty(told(t, &wan, "vxlan.next_proto == 4 && udp.dstport == 4790")));
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        f = frame_udp(mac_a, mac_b, "10.0.0.1", "10.0.0.2", 5, good[i], 200);
        raw_send(at_a, f.b, f.n);
        CHECK_INT(raw_receive(at_b, buf, sizeof buf, 3000, is_udp_to, &good[i]), f.n);
        CHECK(!memcmp(buf, f.b, f.n));
    }
    wrong_ones_are_dropped(s, at_a, at_b);
    /* What no instance of the chain is behind is not believed. */
    f = frame_udp(mac_a, mac_b, "10.0.0.1", "10.0.0.2", 5, 2024, 9);
    raw_send(at_a, f.b, f.n);
    SITE_EVENTUALLY(s, 3000, site_drops(s, "tunnel_peer") == 1);
    bulk(s);
    CHECK_INT(site_drops(s, "nsh_failed"), 0);
    CHECK_INT(site_drops(s, "internal"), 0);
    close(at_a);
    close(at_b);
    spawned_end(wan.pid);
}
