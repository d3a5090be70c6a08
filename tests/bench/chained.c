/* Every contender has the same functions, which cost as little as one can: what comes in at one
 * link goes out at the other, by tc, in a namespace of its own between two veth pairs. */
#include "chained.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <net/if.h>

#define LINKS (2 + 2 * FUNCTIONS)

struct bare {
    struct site *site;
    struct bpf_object *object;
    int redirect, wires, ours;
    int ifindex[LINKS]; /* a, b, f1.in, f1.out, f2.in, ... */
    bool on;
};

static void
neighbour_set(struct site *site, const char *node, const char *ip, const struct desired_port *port)
{
    const char *output;

    REQUIRE_OK(node_run(site, node, &output,
                        "ip neigh replace %s lladdr %s nud permanent dev eth0", ip, port->mac));
}

static void
chains_make(struct site *site)
{
    struct mem *mem = site->topo->mem;

    for (int i = 1; i <= FUNCTIONS; i++) {
        site_function(site, mem_printf(mem, "f%d", i), "n");
    }
    for (int i = 1; i < N_LENGTHS; i++) {
        int n = chain_lengths[i];
        struct desired_chain *chain = site_chain(site, mem_printf(mem, "c%d", n), "n");

        (void)chain_class(site, chain, 17, PORT_OF(n));
        (void)chain_class(site, chain, 6, PORT_OF(n));
        for (int f = 1; f <= n; f++) {
            (void)chain_hop(site, chain, mem_printf(mem, "f%d", f));
            /* A bare redirect takes probes for packets, and who does not answer them is left: then
             * every packet of the turn behind it would first look for another instance. */
            ((struct desired_hop *)chain->hops.items[f - 1])->probe_interval_ms = 0;
        }
    }
}

struct chained
chained_site(struct site *site)
{
    struct chained nodes;

    (void)site_network(site, "n", 100);
    nodes.a = site_node(site, "a", "n", "10.0.0.1", NULL);
    nodes.b = site_node(site, "b", "n", "10.0.0.2", NULL);
    chains_make(site);
    return nodes;
}

void
chained_bump(struct site *site, const char *function)
{
    static const char *const links[] = {"eth0", "eth1"};
    const char *output;

    for (int i = 0; i < 2; i++) {
        REQUIRE_OK(node_run(site, function, &output, "tc qdisc add dev %s clsact", links[i]));
        REQUIRE_OK(node_run(site, function, &output,
                            "tc filter add dev %s ingress protocol all u32 match u32 0 0 action "
                            "mirred egress redirect dev %s",
                            links[i], links[!i]));
    }
}

void
chained_bumps(struct site *site)
{
    for (int i = 1; i <= FUNCTIONS; i++) {
        chained_bump(site, mem_printf(site->topo->mem, "f%d", i));
    }
}

void
chained_neighbours(struct site *site, const struct chained *nodes)
{
    neighbour_set(site, "a", "10.0.0.2", nodes->b);
    neighbour_set(site, "b", "10.0.0.1", nodes->a);
}

struct ends
chained_ends(struct site *from, const char *a, const char *a_ip, struct site *to, const char *b,
             const char *b_ip)
{
    struct mem *mem = from->topo->mem;

    return (struct ends){mem_printf(mem, "/proc/%d/ns/net", (int)node_pid(from, a)),
                         mem_printf(mem, "/proc/%d/ns/net", (int)node_pid(to, b)), a_ip, b_ip};
}

/* ---- another program at the links ------------------------------------------------------------------ */

static const char *
port_name(struct mem *mem, int link)
{
    return link < 2 ? (link ? "b" : "a")
                    : mem_printf(mem, "f%d.%s", link / 2, link % 2 ? "out" : "in");
}

static void
links_find(void *arg)
{
    struct bare *bare = arg;
    struct topo *topo = bare->site->topo;

    for (int i = 0; i < LINKS; i++) {
        const char *id = topo_id(topo, mem_printf(topo->mem, "port %s", port_name(topo->mem, i)));
        char name[16] = "ck";
        size_t n = 2;

        for (; *id && n < 15; id++) {
            if (*id != '-') {
                name[n++] = *id;
            }
        }
        bare->ifindex[i] = (int)if_nametoindex(name);
        REQUIRE(bare->ifindex[i] > 0);
    }
}

static void
programs_attach(void *arg)
{
    struct bare *bare = arg;

    for (int i = 0; i < LINKS; i++) {
        LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = bare->ifindex[i], .attach_point = BPF_TC_INGRESS);
        LIBBPF_OPTS(bpf_tc_opts, opts, .handle = 1, .priority = 1,
                    .prog_fd = bare->on ? bare->redirect : bare->ours, .flags = BPF_TC_F_REPLACE);

        REQUIRE(!bpf_tc_attach(&hook, &opts));
    }
}

/* What goes in at one link comes out at the other, both ways. */
static void
wire(struct bare *bare, int from, int to)
{
    uint32_t x = (uint32_t)bare->ifindex[from], y = (uint32_t)bare->ifindex[to];

    REQUIRE(!bpf_map_update_elem(bare->wires, &x, &y, BPF_ANY));
    REQUIRE(!bpf_map_update_elem(bare->wires, &y, &x, BPF_ANY));
}

static void
in_site(struct bare *bare, void (*fn)(void *arg))
{
    netns_call(mem_printf(bare->site->topo->mem, "/run/netns/%s", bare->site->netns), fn, bare);
}

void
bare_set(struct bare *bare, bool on, int functions)
{
    for (int f = 0; f <= functions; f++) {
        wire(bare, f ? 2 * f + 1 : 0, f < functions ? 2 * f + 2 : 1);
    }
    bare->on = on;
    in_site(bare, programs_attach);
}

struct bare *
bare_open(struct site *site)
{
    struct bare *bare = MEM_NEW(site->topo->mem, struct bare);

    bare->site = site;
    in_site(bare, links_find);
    bare->object = bpf_object__open(REDIRECT_OBJECT);
    REQUIRE(bare->object && !bpf_object__load(bare->object));
    bare->redirect =
        bpf_program__fd(bpf_object__find_program_by_name(bare->object, "redirect"));
    bare->wires = bpf_object__find_map_fd_by_name(bare->object, "wires");
    bare->ours = bpf_obj_get(mem_printf(site->topo->mem, "%s/bpf/prog_dp_port_in", site->dir));
    REQUIRE(bare->ours >= 0);
    return bare;
}

void
bare_close(struct bare *bare)
{
    bpf_object__close(bare->object);
}
