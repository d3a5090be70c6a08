/* Where a site has no chains: routes as they follow from paths and from the ports that functions have
 * by now.  A function of paths, VNFs and ports, so that what a site is told and what a comparison
 * expects there cannot differ. */
#include "nfvo/place.h"
#include "nfvo/steer.h"

#include <string.h>

/* ---- routes ---------------------------------------------------------------------------- */

/* The address of the family that 'like' is of. */
static const char *
address_of(const struct strs *ips, const char *like)
{
    for (size_t i = 0; i < ips->n; i++) {
        if (!strchr(ips->items[i], ':') == !strchr(like, ':')) {
            return ips->items[i];
        }
    }
    return NULL;
}

static const struct fwd_port *
port_of(const struct rows *vnfs, const struct rows *ports, const struct plan_route *route)
{
    for (size_t i = 0; i < vnfs->n; i++) {
        const struct plan_vnf *vnf = vnfs->items[i];

        for (size_t j = 0; str_eq(vnf->profile, route->vnf) && j < ports->n; j++) {
            const struct fwd_port *port = ports->items[j];

            if (steer_port_is(port->name, vnf->name, route->cpd)) {
                return port;
            }
        }
    }
    return NULL;
}

static bool
is_known(const struct rows *routes, const struct vim_route *route)
{
    for (size_t i = 0; i < routes->n; i++) {
        const struct vim_route *other = routes->items[i];

        if (str_eq(other->destination, route->destination) &&
            str_eq(other->nexthop, route->nexthop)) {
            return true;
        }
    }
    return false;
}

struct rows
route_of_link(struct mem *mem, const struct rows *paths, const struct rows *vnfs,
              const struct rows *ports, const char *link)
{
    struct rows routes = {0};

    for (size_t i = 0; i < paths->n; i++) {
        const struct plan_path *path = paths->items[i];

        for (size_t j = 0; j < path->routes.n; j++) {
            const struct plan_route *planned = path->routes.items[j];
            const struct fwd_port *port = port_of(vnfs, ports, planned);
            struct vim_route *route = row_new(mem, &vim_route_table);

            if ((!port && !planned->nexthop) || !str_eq(planned->link, link)) {
                continue;
            }
            route->destination = planned->destination;
            route->nexthop = planned->nexthop ? planned->nexthop
                                              : address_of(&port->ips, planned->destination);
            if (!is_known(&routes, route)) {
                place_add(mem, &routes, route);
            }
        }
    }
    return routes;
}

static bool
is_within(const struct rows *a, const struct rows *b)
{
    for (size_t i = 0; i < a->n; i++) {
        if (!is_known(b, a->items[i])) {
            return false;
        }
    }
    return true;
}

bool
route_is_same(const struct rows *a, const struct rows *b)
{
    return is_within(a, b) && is_within(b, a);
}

/* Those that others have not taken the place of. */
static struct rows
ports_staying(const struct steering *s)
{
    struct rows ports = {0};

    for (size_t i = 0; i < s->ports.n; i++) {
        if (!steer_is_among(&s->parting, ((const struct fwd_port *)s->ports.items[i])->name)) {
            place_add(flow_mem(s->f), &ports, s->ports.items[i]);
        }
    }
    return ports;
}

void
steer_routers(const struct steering *s, const struct ns_site_made *made, struct fwd_in *in)
{
    struct mem *mem = flow_mem(s->f);
    struct rows ports = ports_staying(s);

    for (size_t i = 0; i < made->nets.n; i++) {
        const struct made_net *net = made->nets.items[i];
        struct fwd_router *router = row_new(mem, &fwd_router_table);

        if (net->router_id) {
            router->link = net->link;
            router->router_id = net->router_id;
            router->routes =
                route_of_link(mem, &s->plan->paths, &s->plan->vnfs, &ports, net->link);
            router->there = s->noted != NULL;
            place_add(mem, &in->routers, router);
        }
    }
}

/* ---- one server a position ------------------------------------------------------------- */

static size_t
made_at(const struct rows *vnfcs, const char *requirement)
{
    size_t n = 0;

    for (size_t i = 0; i < vnfcs->n; i++) {
        const struct made_vnfc *vnfc = vnfcs->items[i];

        for (size_t j = 0; j < vnfc->ports.n; j++) {
            n += str_eq(((const struct made_port *)vnfc->ports.items[j])->requirement, requirement);
        }
    }
    return n;
}

static size_t
wanted_at(const struct rows *vnfcs, const char *requirement)
{
    size_t n = 0;

    for (size_t i = 0; i < vnfcs->n; i++) {
        const struct wanted_vnfc *vnfc = vnfcs->items[i];

        for (size_t j = 0; j < vnfc->cps.n; j++) {
            n += str_eq(((const struct wanted_cp *)vnfc->cps.items[j])->requirement, requirement);
        }
    }
    return n;
}

static size_t
servers_after(const struct vnf_made *before, const struct vnf_change *change,
              const char *requirement)
{
    return made_at(&before->vnfcs, requirement) + wanted_at(&change->added, requirement) -
           made_at(&change->removed, requirement);
}

struct err *
steer_served_check(const struct steering *s, const struct plan_vnf *vnf,
                   const struct vnf_made *before, const struct vnf_change *change)
{
    for (size_t i = 0; i < s->plan->hops.n; i++) {
        const struct plan_hop *hop = s->plan->hops.items[i];

        for (size_t j = 0; j < hop->functions.n; j++) {
            const struct plan_cp *cp = hop->functions.items[j];

            if (str_eq(cp->vnf, vnf->profile) && (servers_after(before, change, cp->ingress) == 0 ||
                                                  servers_after(before, change, cp->egress) == 0)) {
                return err_new(E_UNPROCESSABLE, NULL,
                               "VNF %s would have no server at position %s any more", vnf->name,
                               hop->name);
            }
        }
    }
    return NULL;
}

struct err *
steer_routed_check(const struct steering *s, const struct plan_vnf *vnf,
                   const struct vnf_made *before, const struct vnf_change *change)
{
    for (size_t i = 0; i < s->plan->paths.n; i++) {
        const struct plan_path *path = s->plan->paths.items[i];

        for (size_t j = 0; j < path->routes.n; j++) {
            const struct plan_route *route = path->routes.items[j];
            size_t n = servers_after(before, change, route->cpd);

            if (str_eq(route->vnf, vnf->profile) && n != 1) {
                return err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                               "VNF %s would have %zu servers at %s: path %s goes through it by "
                               "routes, and a route leads to one",
                               vnf->name, n, route->cpd, path->name);
            }
        }
    }
    return NULL;
}
