/* Every contender has the same functions, which cost as little as one can: what comes in at one
 * link goes out at the other, by tc, in a namespace of its own between two veth pairs. */
#include "chained.h"

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
