/* Paths through a site without service function chains.  Where their functions route, routes do what a
 * chain would: every link of the path has a router at its gateway address, which sends what is for the
 * far end to the function that stands on the link, in both directions (decision 032).  A route knows
 * destinations and one next hop, so much of what a chain can say is refused here, with the reason. */
#include "base/net.h"
#include "base/vec.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"

#include <string.h>

/* What Neutron takes where nobody has said otherwise (max_routes, max_allowed_address_pair). */
#define ROUTES_MAX 30
#define PASSES_MAX 10

/* One side of a function: the link that it is on, and where it is entered from there. */
struct side {
    struct plan_link *link;
    struct plan_connection *connection;
    const char *vnf;
};
struct routing {
    struct placing *p;
    struct plan_path *path;
    const struct site_seen *site;
    const struct ns_made *made; /* Of an NS that runs; null = it is instantiated */
    VEC(struct side) sides;     /* From end to end, two a function: in and out. */
};

/* Why the path cannot be routed. */
#define CANNOT(r, ...)                                                                             \
    err_new(E_NOT_IMPLEMENTED, "NoChains", "%s: %s", unchained(r),                                  \
            mem_printf((r)->p->mem, __VA_ARGS__))

static const char *
unchained(const struct routing *r)
{
    return mem_printf(r->p->mem,
                      r->site->chains
                          ? "path %s goes over several virtual links, and chains of site %s steer "
                            "within one; routes cannot stand in for them"
                          : "path %s passes site %s, which does not offer service function chains "
                            "(networking-sfc), and routes cannot stand in for one",
                      r->path->name, r->site->name);
}

static struct plan_link *
link_named(const struct placing *p, const char *name)
{
    for (size_t i = 0; i < p->plan->links.n; i++) {
        struct plan_link *link = p->plan->links.items[i];

        if (str_eq(link->name, name)) {
            return link;
        }
    }
    return NULL;
}

/* ---- the site -------------------------------------------------------------------------- */

/* The first site of the path whose chains do not do, since it has none or they would have to go from
 * link to link; null = there are chains for it. */
static const struct site_seen *
site_unchained(const struct placing *p, const struct plan_path *path)
{
    for (size_t i = 0; i < path->links.n; i++) {
        const struct plan_link *link = link_named(p, path->links.items[i]);

        for (size_t j = 0; link && j < link->members.n; j++) {
            const struct plan_member *member = link->members.items[j];
            const struct site_seen *site = place_site(p, member->site);

            if (site && (!site->chains || path->links.n > 1)) {
                return site;
            }
        }
    }
    return NULL;
}

static struct err *
site_check(const struct routing *r)
{
    for (size_t i = 0; i < r->path->links.n; i++) {
        const struct plan_link *link = link_named(r->p, r->path->links.items[i]);

        const struct plan_member *member =
            link && link->members.n == 1 ? link->members.items[0] : NULL;

        if (!member || !str_eq(member->site, r->site->site)) {
            return CANNOT(r, "its link %s is not at that site only", r->path->links.items[i]);
        }
    }
    return r->site->routes ? NULL
                           : CANNOT(r, "the site does not offer router, extraroute and "
                                       "allowed-address-pairs");
}

/* ---- functions ------------------------------------------------------------------------- */

static struct plan_connection *
connection_of(const struct plan_vnf *vnf, const char *cpd)
{
    for (size_t i = 0; i < vnf->connections.n; i++) {
        struct plan_connection *connection = vnf->connections.items[i];

        if (str_eq(connection->cpd, cpd)) {
            return connection;
        }
    }
    return NULL;
}

/* Servers of a profile's VNFs with that connection point. */
static size_t
servers_at(const struct placing *p, const struct plan_cp *cp)
{
    const struct vnf_wanted *wanted = map_get(&p->descriptors, cp->vnf);
    size_t n = 0;

    for (size_t i = 0; wanted && i < wanted->vnfcs.n; i++) {
        const struct wanted_vnfc *vnfc = wanted->vnfcs.items[i];

        for (size_t j = 0; j < vnfc->cps.n; j++) {
            const struct wanted_cp *own = vnfc->cps.items[j];

            n += str_eq(own->requirement, cp->ingress);
        }
    }
    return n;
}

/* The same of an NS that runs: it may have been scaled. */
static size_t
ports_at(const struct ns_made *made, const struct plan_cp *cp, const struct rows *vnfs)
{
    size_t n = 0;

    for (size_t i = 0; i < vnfs->n; i++) {
        const struct plan_vnf *vnf = vnfs->items[i];

        for (size_t j = 0; j < made->ports.n; j++) {
            n += steer_port_is(((const struct fwd_port *)made->ports.items[j])->name, vnf->name,
                               cp->ingress);
        }
    }
    return n;
}

static struct err *
function_check(const struct routing *r, const struct plan_hop *hop, const struct plan_cp *cp,
               const struct rows *vnfs)
{
    size_t n = r->made ? ports_at(r->made, cp, vnfs) : vnfs->n * servers_at(r->p, cp);

    if (hop->functions.n != 1 || n != 1) {
        return CANNOT(r, "position %s has %zu instances, and a route leads to one", hop->name,
                      hop->functions.n > 1 ? hop->functions.n : n);
    }
    if (!cp->routed) {
        return CANNOT(r,
                      "the VNFD of %s does not say that it routes (function_kind: routed at "
                      "connection point %s)",
                      cp->vnf, cp->ingress);
    }
    if (((const struct plan_vnf *)vnfs->items[0])->vnfm) {
        return CANNOT(r, "the ports of %s are made by another VNFM", cp->vnf);
    }
    return NULL;
}

static struct err *
side_find(const struct routing *r, const struct plan_vnf *vnf, const char *cpd, struct side *side)
{
    side->vnf = vnf->profile;
    side->connection = connection_of(vnf, cpd);
    side->link = side->connection ? link_named(r->p, side->connection->link) : NULL;
    return side->link ? NULL : CANNOT(r, "%s has no link at %s", vnf->name, cpd);
}

static struct err *
function_take(struct routing *r, const struct plan_hop *hop)
{
    const struct plan_cp *cp = hop->functions.items[0];
    struct side in, out;
    struct rows vnfs;

    if (cp->nested) {
        return CANNOT(r, "position %s is in a nested NS, and routes lead to functions of the NS itself",
                      hop->name);
    }
    place_instances(r->p, cp->vnf, &vnfs);
    TRY(function_check(r, hop, cp, &vnfs));
    TRY(side_find(r, vnfs.items[0], cp->ingress, &in));
    TRY(side_find(r, vnfs.items[0], cp->egress, &out));
    if (r->sides.n > 0 && r->sides.items[r->sides.n - 1].link != in.link) {
        return CANNOT(r, "position %s is entered from link %s, and the one before it is left on %s",
                      hop->name, in.link->name, r->sides.items[r->sides.n - 1].link->name);
    }
    vec_add(r->p->mem, &r->sides, in);
    vec_each (&r->sides, side) {
        if (side->link == out.link) {
            return CANNOT(r, "it comes back to link %s at position %s", out.link->name, hop->name);
        }
    }
    vec_add(r->p->mem, &r->sides, out);
    return NULL;
}

static struct err *
functions_take(struct routing *r)
{
    for (size_t i = 0; i < r->path->hops.n; i++) {
        for (size_t j = 0; j < r->p->plan->hops.n; j++) {
            const struct plan_hop *hop = r->p->plan->hops.items[j];

            if (str_eq(hop->name, r->path->hops.items[i])) {
                TRY(function_take(r, hop));
            }
        }
    }
    return NULL;
}

/* ---- ends ------------------------------------------------------------------------------ */

static bool
end_is_on(const struct routing *r, const struct plan_cp *cp, const char *link)
{
    const struct ns_plan *plan = r->p->plan;
    struct rows vnfs = {0};

    for (size_t i = 0; cp->sap && i < plan->saps.n; i++) {
        const struct plan_sap *sap = plan->saps.items[i];

        if (str_eq(sap->name, cp->sap)) {
            return str_eq(sap->link, link);
        }
    }
    if (cp->vnf) {
        place_instances(r->p, cp->vnf, &vnfs);
    }
    for (size_t i = 0; i < vnfs.n; i++) {
        const struct plan_connection *connection = connection_of(vnfs.items[i], cp->ingress);

        if (!connection || !str_eq(connection->link, link)) {
            return false;
        }
    }
    return true;
}

static struct err *
ends_check(const struct routing *r, const struct rows *ends, const char *link)
{
    for (size_t i = 0; i < ends->n; i++) {
        const struct plan_cp *cp = ends->items[i];

        if (!end_is_on(r, cp, link)) {
            return CANNOT(r, "its end %s is not on link %s, where the function next to it is",
                          str_or(cp->sap, cp->vnf), link);
        }
    }
    return NULL;
}

/* ---- routes ---------------------------------------------------------------------------- */

/* The link's route for a destination, and whose it is ('of', which may be null); null where there is none. */
static const struct plan_route *
route_for(const struct routing *r, const char *link, const char *destination,
          const struct plan_path **of)
{
    for (size_t i = 0; i < r->p->plan->paths.n; i++) {
        const struct plan_path *path = r->p->plan->paths.items[i];

        for (size_t j = 0; j < path->routes.n; j++) {
            const struct plan_route *route = path->routes.items[j];

            if (str_eq(route->link, link) && str_eq(route->destination, destination)) {
                *(of ? of : &path) = path;
                return route;
            }
        }
    }
    return NULL;
}

/* Routes that the link's router has: each destination once. */
static size_t
routes_count(const struct routing *r, const char *link)
{
    size_t n = 0;

    for (size_t i = 0; i < r->p->plan->paths.n; i++) {
        const struct plan_path *path = r->p->plan->paths.items[i];

        for (size_t j = 0; j < path->routes.n; j++) {
            const struct plan_route *route = path->routes.items[j];

            n += str_eq(route->link, link) && route_for(r, link, route->destination, NULL) == route;
        }
    }
    return n;
}

static struct err *
route_fault(const struct routing *r, const struct plan_link *link, const char *destination,
            const struct plan_route *wanted)
{
    const struct plan_path *of = NULL;
    const struct plan_route *other = route_for(r, link->name, destination, &of);

    if (!strchr(link->cidr, ':') != !strchr(destination, ':')) {
        return CANNOT(r, "%s is of another IP version than link %s (%s)", destination, link->name,
                      link->cidr);
    }
    if (str_eq(link->cidr, destination)) {
        return CANNOT(r, "%s is link %s itself, where nobody asks for a route", destination,
                      link->name);
    }
    if (other) {
        return str_eq(other->vnf, wanted->vnf) && str_eq(other->cpd, wanted->cpd)
                   ? NULL
                   : CANNOT(r, "on link %s, what is for %s goes to %s already (path %s)", link->name,
                            destination, other->vnf, of->name);
    }
    return routes_count(r, link->name) < ROUTES_MAX
               ? NULL
               : CANNOT(r, "link %s would have more than %d routes", link->name, ROUTES_MAX);
}

/* What is for 'destination' goes from the side's link to its function, which sends it on by its other
 * side. */
static struct err *
route_add(struct routing *r, const struct side *side, const char *destination)
{
    struct mem *mem = r->p->mem;
    struct plan_route *route = row_new(mem, &plan_route_table);
    struct strs *passes = &side->connection->passes;

    route->link = side->link->name;
    route->destination = destination;
    route->vnf = side->vnf;
    route->cpd = side->connection->cpd;
    TRY(route_fault(r, side->link, destination, route));
    place_add(mem, &r->path->routes, route);
    for (size_t k = 0; k < passes->n; k++) {
        if (str_eq(passes->items[k], destination)) {
            return NULL;
        }
    }
    if (passes->n >= PASSES_MAX) {
        return CANNOT(r, "a port of %s would have to pass more than %d prefixes", side->vnf,
                      PASSES_MAX);
    }
    steer_name_add(mem, passes, destination); /* Answers come from there. */
    return NULL;
}

static struct err *
rule_route(struct routing *r, const struct plan_rule *rule)
{
    const struct side *first = &r->sides.items[0], *last = &r->sides.items[r->sides.n - 1];
    const char *source = str_or(rule->source_prefix, first->link->cidr);
    const char *destination = str_or(rule->destination_prefix, last->link->cidr);

    if (rule->protocol || rule->source_port_min != INT_NULL ||
        rule->destination_port_min != INT_NULL) {
        return CANNOT(r, "its rule %s asks for a protocol or ports, and a route knows prefixes only",
                      rule->name);
    }
    for (size_t i = 0; i < r->sides.n; i++) {
        TRY(route_add(r, &r->sides.items[i], i % 2 ? source : destination));
    }
    return NULL;
}

/* ---- links ----------------------------------------------------------------------------- */

/* The router takes the gateway's address; where the NSD says none, the first one, which no pool has
 * (place_link.c) unless the NSD says so. */
static struct err *
gateway_have(const struct routing *r, struct plan_link *link)
{
    const struct plan_member *member = link->members.items[0];
    struct ip gateway, start, end;
    struct cidr cidr;
    char text[IP_TEXT_SIZE];

    if (!link->gateway_ip && cidr_parse(link->cidr, &cidr)) {
        gateway = cidr_first(&cidr);
        gateway = ip_add(&gateway, 1);
        link->gateway_ip = mem_str(r->p->mem, ip_text(text, &gateway));
    }
    if (ip_parse(link->gateway_ip, &gateway) && ip_parse(member->pool_start, &start) &&
        ip_parse(member->pool_end, &end) && ip_cmp(&start, &gateway) <= 0 &&
        ip_cmp(&gateway, &end) <= 0) {
        return CANNOT(r, "link %s gives out %s, which its router needs: its pool has to leave that",
                      link->name, link->gateway_ip);
    }
    link->routed = true;
    return NULL;
}

/* Routers are made with the NS. */
static struct err *
gateway_there(const struct routing *r, const struct plan_link *link)
{
    for (size_t i = 0; i < r->made->sites.n; i++) {
        const struct ns_site_made *site = r->made->sites.items[i];

        for (size_t j = 0; j < site->nets.n; j++) {
            const struct made_net *net = site->nets.items[j];

            if (str_eq(net->link, link->name) && net->router_id) {
                return NULL;
            }
        }
    }
    return CANNOT(r, "link %s has no router, and routers are made with the NS", link->name);
}

static struct err *
path_route(struct placing *p, struct plan_path *path, const struct site_seen *site,
           const struct ns_made *made)
{
    struct routing r = {.p = p, .path = path, .site = site, .made = made};

    TRY(site_check(&r));
    TRY(functions_take(&r));
    if (r.sides.n == 0) {
        return CANNOT(&r, "it goes through no function");
    }
    TRY(ends_check(&r, &path->sources, r.sides.items[0].link->name));
    TRY(ends_check(&r, &path->destinations, r.sides.items[r.sides.n - 1].link->name));
    for (size_t i = 0; i < path->rules.n; i++) {
        TRY(rule_route(&r, path->rules.items[i]));
    }
    for (size_t i = 0; i < r.sides.n; i++) {
        TRY(made ? gateway_there(&r, r.sides.items[i].link)
                 : gateway_have(&r, r.sides.items[i].link));
    }
    path->routed = true;
    place_note(p,
               "path %s is routed at site %s, without service function chains: whatever is for its "
               "prefixes goes through its functions, also from others on its links",
               path->name, site->name);
    return NULL;
}

/* The routers of a link of the NS around, or of a site's own network, are not the NS's. */
static struct err *
given_check(const struct placing *p, const struct plan_path *path)
{
    for (size_t i = 0; i < path->links.n; i++) {
        const char *link = path->links.items[i];

        for (size_t k = 0; k < p->sites->n; k++) {
            const struct site_seen *site = p->sites->items[k];

            if (place_given(p, link, site->site) && (!site->chains || path->links.n > 1)) {
                return err_new(E_NOT_IMPLEMENTED, "NoChains",
                               "path %s would have to be routed at site %s, and its link %s is not "
                               "the service's own",
                               path->name, site->name, link);
            }
        }
    }
    return NULL;
}

struct err *
place_routes(struct placing *p)
{
    for (size_t i = 0; i < p->plan->paths.n; i++) {
        struct plan_path *path = p->plan->paths.items[i];
        const struct site_seen *site = site_unchained(p, path);

        TRY(given_check(p, path));
        TRY(site ? path_route(p, path, site, NULL) : NULL);
    }
    return NULL;
}

/* ---- an NS that runs ------------------------------------------------------------------- */

static const struct plan_path *
path_named(const struct rows *paths, const char *name)
{
    for (size_t i = 0; i < paths->n; i++) {
        const struct plan_path *path = paths->items[i];

        if (str_eq(path->name, name)) {
            return path;
        }
    }
    return NULL;
}

static struct err *
members_stay(const struct placing *p, const struct plan_path *path)
{
    for (size_t i = 0; i < path->routes.n; i++) {
        const struct plan_route *route = path->routes.items[i];

        for (size_t j = p->n_there; j < p->plan->vnfs.n; j++) {
            const struct plan_vnf *vnf = p->plan->vnfs.items[j];

            if (str_eq(vnf->profile, route->vnf)) {
                return err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                               "VNF %s cannot join path %s, which is routed: a route leads to one "
                               "instance",
                               vnf->name, path->name);
            }
        }
    }
    return NULL;
}

static bool
is_changed(const struct ns_in *in, const struct plan_path *path)
{
    for (size_t i = 0; i < in->graphs_changed.n; i++) {
        if (str_eq(in->graphs_changed.items[i], path->graph)) {
            return true;
        }
    }
    return false;
}

static bool
stays(const struct placing *p, const struct ns_made *made, const struct plan_path *path)
{
    return path_named(&made->paths, path->name) && !is_changed(p->in, path);
}

/* What its ports may send follows from the paths that it will be in. */
static void
passes_renew(struct placing *p, const struct ns_made *made)
{
    struct rows staying = {0};

    for (size_t i = 0; i < p->plan->paths.n; i++) {
        if (stays(p, made, p->plan->paths.items[i])) {
            place_add(p->mem, &staying, p->plan->paths.items[i]);
        }
    }
    for (size_t i = 0; i < p->n_there; i++) {
        const struct plan_vnf *vnf = p->plan->vnfs.items[i];

        for (size_t j = 0; j < vnf->connections.n; j++) {
            struct plan_connection *connection = vnf->connections.items[j];

            connection->passes = route_passes(p->mem, &staying, vnf->profile, connection->cpd);
        }
    }
}

struct err *
place_routes_change(struct placing *p, const struct ns_made *made)
{
    place_links_there(p, made);
    passes_renew(p, made);
    for (size_t i = 0; i < p->plan->paths.n; i++) {
        struct plan_path *path = p->plan->paths.items[i];
        const struct site_seen *site = site_unchained(p, path);

        if (stays(p, made, path)) {
            TRY(members_stay(p, path));
            continue;
        }
        path->routed = false;
        path->routes = (struct rows){0};
        TRY(given_check(p, path));
        TRY(site ? path_route(p, path, site, made) : NULL);
        TRY(members_stay(p, path));
    }
    p->plan->links = (struct rows){0};
    return NULL;
}
