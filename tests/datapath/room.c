/* Maps of the kernel that are full: whose object has no room is told, nothing is
 * open that should be shut, and the others' changes arrive. */
#include "agent/forwarding.h"
#include "base/str.h"
#include "frames.h"
#include "population.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The n-th entry that is nobody's, in a map of any kind. */
static void
junk_key(const struct bpf_map_info *info, uint8_t *key, uint32_t n)
{
    uint32_t word = n | 0x80000000;

    memset(key, 0xee, info->key_size);
    if (info->type == BPF_MAP_TYPE_LPM_TRIE) {
        const uint32_t all = (info->key_size - 4) * 8;

        memcpy(key, &all, sizeof all);
    }
    memcpy(key + info->key_size - 4, &word, sizeof word);
}

#define SOME 4096

/* Fills what is left of a map, or makes some room again. */
static void
junk(struct site *s, const char *name, bool in)
{
    int fd = site_map(s, name), bad = 0;
    struct bpf_map_info info = {0};
    uint32_t size = sizeof info;

    REQUIRE(!bpf_obj_get_info_by_fd(fd, &info, &size));
    uint8_t *key = mem_alloc(s->topo->mem, info.key_size);
    void *value = mem_alloc(s->topo->mem, info.value_size);
    for (uint32_t n = 0; !bad && n <= (in ? info.max_entries : SOME); n++) {
        junk_key(&info, key, n);
        bad = in ? bpf_map_update_elem(fd, key, value, BPF_ANY) : bpf_map_delete_elem(fd, key);
    }
    CHECK(!in ? !bad : bad && (errno == E2BIG || errno == ENOSPC));
    close(fd);
}

static const char *
told(struct map *map, struct site *s, enum desired_kind kind, const char *id)
{
    (void)topo_turn(s->topo);
    return str_or(map_get(map, mem_printf(s->topo->mem, "%s %s", desired_kind_names[kind], id)), "");
}

static bool
is_fault(struct site *s, enum desired_kind kind, const char *id, const char *reason)
{
    return str_eq(told(&s->states, s, kind, id), "ERROR") &&
           strstr(told(&s->reasons, s, kind, id), reason);
}

static struct desired_security_group *
web_group(struct site *s, const char *name)
{
    struct desired_security_group *group = site_group(s, name);

    (void)group_rule(s, group, "egress", "IPv4", -1, -1, -1);
    (void)group_rule(s, group, "ingress", "IPv4", 6, 80, 80);
    return group;
}

TEST(a_port_whose_rules_have_no_room_is_shut_and_told_while_others_go_on)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_security_group *before;
    struct desired_port *shut, *other;

    site_network(s, "n", 100);
    before = web_group(s, "before");
    (void)site_node(s, "a", "n", "10.0.0.1", NULL);
    topo_up(t);
    junk(s, "rules", true);
    (void)web_group(s, "web");
    shut = site_node(s, "b", "n", "10.0.0.2", NULL);
    port_group(s, shut, "web");
    other = site_node(s, "c", "n", "10.0.0.3", NULL);
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 20000,
                    str_eq(told(&s->states, s, DESIRED_port, other->id), "ACTIVE") &&
                        str_eq(site_state(s, DESIRED_server, "b"), "ACTIVE"));
    CHECK(node_ping(s, "a", "10.0.0.3", 56));
    CHECK(is_fault(s, DESIRED_port, shut->id,
                   "the host's table of blocks of 8 security group rules is full (65536 entries)"));
    CHECK(node_no_tcp(s, "a", s, "b", "10.0.0.2", 80));
    SITE_EVENTUALLY(s, 1000, site_drops(s, "ingress_refused") >= 1);
    /* What goes makes room for what waits, in the same change. */
    site_remove(s, before);
    s->allow_removal = true;
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 20000, str_eq(told(&s->states, s, DESIRED_port, shut->id), "ACTIVE"));
    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 80));
}

/* What is at fault where a map is full, and what is told of it. */
static const struct {
    const char *map, *full;
    enum desired_kind kind;
    bool is_long; /* Large or slow to fill. */
} maps[] = {
    {"nets", "the host's table of networks is full (16384 entries)", DESIRED_network, false},
    {"vnis", "the host's table of VXLAN identifiers is full (65536 entries)", DESIRED_network, false},
    {"members", "is not whole: the host's table of members of security groups is full (262144 ",
     DESIRED_port, false},
    {"fdb", "the host's table of link-layer addresses is full (131072 entries)", DESIRED_port, false},
    {"addrs", "the host's table of addresses in networks is full (262144 entries)", DESIRED_port,
     true},
    {"sources", "the host's table of addresses that ports may send from is full (262144 ",
     DESIRED_port, true},
    {"ids", "its network has no room on the host", DESIRED_port, true},
};

/* Of a network that nothing else is of: a port with a group that names itself. */
static struct desired_port *
newcomer(struct site *s, size_t i)
{
    struct mem *mem = s->topo->mem;
    const char *net = mem_printf(mem, "n%zu", i), *group = mem_printf(mem, "g%zu", i);
    struct desired_security_group *g = web_group(s, group);
    struct desired_port *port;

    site_network(s, net, 200 + (int64_t)i);
    group_member_add(s, g, "10.0.0.7");
    group_rule(s, g, "ingress", "IPv4", -1, -1, -1)->remote_group_id = g->id;
    port = site_port(s, mem_printf(mem, "p%zu", i), net, "10.0.0.7", NULL);
    port_group(s, port, group);
    return port;
}

TEST(a_full_map_is_the_fault_of_what_it_has_no_room_for)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_port *port = NULL;

    site_network(s, "n", 100);
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        const struct desired_port *healed = port;

        if (maps[i].is_long && !getenv("DATAPATH_LONG")) {
            continue;
        }
        REQUIRE(site_push(s));
        junk(s, maps[i].map, true);
        port = newcomer(s, i);
        REQUIRE(site_push(s));
        SITE_EVENTUALLY(s, 20000,
                        is_fault(s, maps[i].kind,
                                 maps[i].kind == DESIRED_port ? port->id : port->network_id,
                                 maps[i].full));
        if (healed) { /* The others' changes arrive. */
            SITE_EVENTUALLY(s, 20000, str_eq(told(&s->states, s, DESIRED_port, healed->id), "DOWN"));
        }
        junk(s, maps[i].map, false);
    }
    (void)newcomer(s, 100);
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 20000, str_eq(told(&s->states, s, DESIRED_port, port->id), "DOWN"));
}

/* ---- shapes of classifiers ------------------------------------------------------------------- */

#define SHAPES 8 /* A block of them. */
#define PORT 1000

static bool
has_address(struct site *s, const char *ip)
{
    struct dp_addr_key key = {.net = site_number(s, ID_NETWORK, topo_id(s->topo, "n"))};
    struct dp_addr addr;
    int fd = site_map(s, "addrs");

    key.ip.b[10] = key.ip.b[11] = 0xff;
    REQUIRE(inet_pton(AF_INET, ip, key.ip.b + 12) == 1);
    bool found = !bpf_map_lookup_elem(fd, &key, &addr);
    close(fd);
    return found && topo_turn(s->topo);
}

/* A change is being made when its addresses are there, and the one before it is through. */
static void
change_begun(struct site *s, const char *ip)
{
    (void)site_port(s, ip, "n", ip, NULL);
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 20000, has_address(s, ip));
}

/* Does a packet that the chain claims go through it? */
static bool
goes_through(struct site *s, const char *chain, int fd, const char *const *macs, int dport)
{
    static int sport = 2000;
    int64_t was = site_hop_packets(s, chain, 0, "forward");
    struct frame f = frame_udp(macs[0], macs[1], "10.0.0.1", "10.0.0.2", ++sport, dport, 9);

    raw_send(fd, f.b, f.n);
    return site_hop_packets(s, chain, 0, "forward") > was;
}

TEST(a_chain_is_not_passed_while_the_shapes_of_another_have_no_room)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_chain *first, *second;
    const char *macs[2];

    site_network(s, "n", 100);
    macs[0] = site_node(s, "a", "n", "10.0.0.1", NULL)->mac;
    macs[1] = site_node(s, "b", "n", "10.0.0.2", NULL)->mac;
    site_function(s, "f", "n");
    site_function(s, "g", "n");
    first = site_chain(s, "c", "n");
    (void)chain_hop(s, first, "f");
    for (int i = 0; i < SHAPES; i++) {
        chain_class(s, first, 17, PORT + i)->src_cidr =
            mem_printf(t->mem, "10.0.0.0/%d", 20 + i);
    }
    topo_up(t);
    int fd = node_raw(s, "a", "eth0");
    SITE_EVENTUALLY(s, 5000, goes_through(s, "c", fd, macs, PORT + SHAPES - 1));
    junk(s, "shapes", true);
    second = site_chain(s, "d", "n");
    (void)chain_hop(s, second, "g");
    chain_class(s, second, 17, PORT + SHAPES)->dst_cidr = "10.0.0.2/32";
    ((struct desired_classifier *)second->classifiers.items[0])->priority = 5;
    change_begun(s, "10.0.0.77");
    change_begun(s, "10.0.0.78");
    for (int i = 0; i < SHAPES; i++) {
        SITE_EVENTUALLY(s, 5000, goes_through(s, "c", fd, macs, PORT + i));
    }
    junk(s, "shapes", false);
    SITE_EVENTUALLY(s, 20000, str_eq(told(&s->states, s, DESIRED_chain, second->id), "ACTIVE"));
    SITE_EVENTUALLY(s, 5000, goes_through(s, "c", fd, macs, PORT + SHAPES - 1));
    SITE_EVENTUALLY(s, 5000, goes_through(s, "d", fd, macs, PORT + SHAPES));
    close(fd);
}
