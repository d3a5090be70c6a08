/* Operations that kill.c kills besides a whole service: a port moves, a router leads into a path, an instance
 * leaves a chain. */
#include "flow/kill.h"

#include <string.h>

/* A port takes the place of another, which is deleted at the end. */
static struct err *
move_port(struct flow *f, const void *arg)
{
    struct vim_site_ref *ref = flow_new(f, &vim_site_ref_table);
    struct vim_port *port = flow_new(f, &vim_port_table);
    struct vim_attachment *joins = flow_new(f, &vim_attachment_table);
    struct vim_attachment *leaves = flow_new(f, &vim_attachment_table);
    struct vim_ref *old = flow_new(f, &vim_ref_table);
    struct vim_made made;

    (void)arg;
    ref->site = port->site = joins->site = leaves->site = old->site = SITE_ID;
    port->network_id = SITE_ID; /* Any id serves. */
    TRY(flow_step(f, "port", &vim_port_create, port, &made));
    joins->server_id = leaves->server_id = "server-1";
    joins->port_id = made.id;
    leaves->port_id = old->id = "old-port";
    TRY(flow_step(f, "attach", &vim_server_attach, joins, NULL));
    TRY(flow_step(f, "detach", &vim_server_detach, leaves, NULL));
    TRY(flow_step(f, "count", &count_kind, ref, NULL));
    return flow_step(f, "drop", &vim_port_drop, old, NULL);
}
const struct flow_type moving = {.name = "moving",
                                        .version = 1,
                                        .doc = "A port instead of another.",
                                        .in = &vim_site_ref_table,
                                        .run = move_port,
                                        .sweep = vim_sweep};
/* A router that leads into a path; at the end something that may be refused. */
static struct err *
route_path(struct flow *f, const void *arg)
{
    struct vim_site_ref *ref = flow_new(f, &vim_site_ref_table);
    struct vim_network *network = flow_new(f, &vim_network_table);
    struct vim_subnet *subnet = flow_new(f, &vim_subnet_table);
    struct vim_router *router = flow_new(f, &vim_router_table);
    struct vim_router_interface *interface = flow_new(f, &vim_router_interface_table);
    struct vim_routes *routes = flow_new(f, &vim_routes_table);
    struct vim_port_chain *chain = flow_new(f, &vim_port_chain_table);
    struct vim_route *route = flow_new(f, &vim_route_table);
    struct vim_made made[3];

    (void)arg;
    ref->site = network->site = subnet->site = router->site = interface->site = routes->site =
        chain->site = SITE_ID;
    TRY(flow_step(f, "network", &vim_network_create, network, &made[0]));
    subnet->network_id = made[0].id;
    subnet->cidr = "10.0.0.0/24";
    TRY(flow_step(f, "subnet", &vim_subnet_create, subnet, &made[1]));
    TRY(flow_step(f, "router", &vim_router_create, router, &made[2]));
    interface->router_id = routes->id = made[2].id;
    interface->subnet_id = made[1].id;
    TRY(flow_step(f, "gateway", &vim_router_join, interface, NULL));
    route->destination = "10.1.0.0/24";
    route->nexthop = "10.0.0.9";
    routes->routes.items = mem_copy(flow_mem(f), &(void *){route}, sizeof(void *));
    routes->routes.n = 1;
    TRY(flow_step(f, "routes", &vim_router_routes_set, routes, NULL));
    TRY(flow_step(f, "count", &count_kind, ref, NULL));
    return flow_step(f, "chain", &vim_port_chain_create, chain, NULL);
}
const struct flow_type routing = {.name = "routing",
                                         .version = 1,
                                         .doc = "A router with a route.",
                                         .in = &vim_site_ref_table,
                                         .run = route_path,
                                         .sweep = vim_sweep};
/* An instance leaves the group of a chain at a site that is not ours: the chain is set anew behind that. */
static struct err *
leave_group(struct flow *f, const struct vim_made *group, const struct strs *pairs)
{
    struct vim_members *members = flow_new(f, &vim_members_table);

    members->site = SITE_ID;
    members->id = group->id;
    members->before = *pairs;
    members->members = (struct strs){1, pairs->items};
    return flow_step(f, "leave", &vim_port_pair_group_set, members, NULL);
}

static struct err *
leave_chain(struct flow *f, const void *arg)
{
    struct vim_site_ref *ref = flow_new(f, &vim_site_ref_table);
    struct vim_port *port = flow_new(f, &vim_port_table);
    struct vim_port_pair *pair = flow_new(f, &vim_port_pair_table);
    struct vim_port_pair_group *group = flow_new(f, &vim_port_pair_group_table);
    struct vim_port_chain *chain = flow_new(f, &vim_port_chain_table);
    const char **ids = MEM_ARRAY(flow_mem(f), 3, const char *);
    struct vim_made made[5];

    (void)arg;
    ref->site = port->site = pair->site = group->site = chain->site = SITE_ID;
    port->network_id = SITE_ID; /* Any id serves. */
    TRY(flow_step(f, "port", &vim_port_create, port, &made[0]));
    pair->ingress = pair->egress = made[0].id;
    TRY(flow_step(f, "pair", &vim_port_pair_create, pair, &made[1]));
    TRY(flow_step(f, "second pair", &vim_port_pair_create, pair, &made[2]));
    ids[0] = made[1].id;
    ids[1] = made[2].id;
    group->port_pairs = (struct strs){2, ids};
    TRY(flow_step(f, "group", &vim_port_pair_group_create, group, &made[3]));
    ids[2] = made[3].id;
    chain->port_pair_groups = (struct strs){1, ids + 2};
    TRY(flow_step(f, "chain", &vim_port_chain_create, chain, &made[4]));
    TRY(flow_delay(f, "shown", 2 * HIDE_MS)); /* The chains of a group are listed. */
    TRY(leave_group(f, &made[3], &group->port_pairs));
    return flow_step(f, "count", &count_kind, ref, NULL);
}
const struct flow_type leaving = {.name = "leaving",
                                         .version = 1,
                                         .doc = "An instance leaves a chain.",
                                         .in = &vim_site_ref_table,
                                         .run = leave_chain,
                                         .sweep = vim_sweep};
