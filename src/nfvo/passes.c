/* What ports of functions that are reached by routes may send for others: port security stays, and lets
 * through what a routed path brings (decision 032).  It follows from paths, as routes do. */
#include "nfvo/place.h"
#include "nfvo/steer.h"

#include <string.h>

#include "flow/poison.h"

struct strs
route_passes(struct mem *mem, const struct rows *paths, const char *profile,
             const char *requirement)
{
    struct strs passes = {0};

    for (size_t i = 0; i < paths->n; i++) {
        const struct plan_path *path = paths->items[i];

        for (size_t j = 0; j < path->routes.n; j++) {
            const struct plan_route *route = path->routes.items[j];

            if (str_eq(route->vnf, profile) && str_eq(route->cpd, requirement) &&
                !steer_is_among(&passes, route->destination)) {
                steer_name_add(mem, &passes, route->destination);
            }
        }
    }
    return passes;
}

/* ---- at one site ------------------------------------------------------------------------- */

static bool
is_same(const struct json *pairs, const struct strs *prefixes)
{
    size_t n = 0;

    json_each (pairs, i) {
        if (!steer_is_among(prefixes, str_or(json_get_str(pairs->items[i], "ip_address"), ""))) {
            return false;
        }
        n++;
    }
    return n == prefixes->n;
}

static struct err *
pass_tell(struct flow *f, const char *site, const struct fwd_pass *pass)
{
    struct mem *mem = flow_mem(f);
    struct vim_ref *ref = row_new(mem, &vim_ref_table);
    struct vim_made *now = row_new(mem, &vim_made_table);
    struct vim_passes *passes = row_new(mem, &vim_passes_table);

    ref->site = passes->site = site;
    ref->id = passes->id = pass->port_id;
    TRY(flow_step(f, flow_label(f, "passes of %s", pass->name), &vim_port_show, ref, now));
    if (is_same(now->allowed_address_pairs, &pass->prefixes)) {
        return NULL;
    }
    passes->passes = pass->prefixes;
    passes->before = now->allowed_address_pairs;
    return flow_step(f, flow_label(f, "pass %s", pass->name), &vim_port_passes_set, passes, NULL);
}

static struct err *
passes_run(struct flow *f, const void *arg)
{
    const struct fwd_passes *in = arg;

    for (size_t i = 0; i < in->ports.n; i++) {
        TRY(pass_tell(f, in->site, in->ports.items[i]));
    }
    return NULL;
}

const struct flow_type ns_passes_flow = {
    .name = "ns_passes",
    .version = 1,
    .doc = "Tells ports of functions that route what they may send for others.",
    .in = &fwd_passes_table,
    .run = passes_run,
};

/* ---- which ports ------------------------------------------------------------------------- */

static bool
is_routed(const struct rows *paths, const struct plan_vnf *vnf, const struct fwd_port *port)
{
    for (size_t i = 0; i < paths->n; i++) {
        const struct plan_path *path = paths->items[i];

        for (size_t j = 0; j < path->routes.n; j++) {
            const struct plan_route *route = path->routes.items[j];

            if (str_eq(route->vnf, vnf->profile) &&
                steer_port_is(port->name, vnf->name, route->cpd)) {
                return true;
            }
        }
    }
    return false;
}

static const struct plan_vnf *
vnf_of(const struct steering *s, const struct rows *gone, const struct fwd_port *port)
{
    for (size_t i = 0; i < s->plan->vnfs.n; i++) {
        const struct plan_vnf *vnf = s->plan->vnfs.items[i];

        if (is_routed(&s->plan->paths, vnf, port) || is_routed(gone, vnf, port)) {
            return vnf;
        }
    }
    return NULL;
}

static struct fwd_passes *
passes_of_site(const struct steering *s, const struct rows *gone, const char *site)
{
    struct mem *mem = flow_mem(s->f);
    struct fwd_passes *in = row_new(mem, &fwd_passes_table);

    in->site = site;
    for (size_t i = 0; i < s->ports.n; i++) {
        const struct fwd_port *port = s->ports.items[i];
        const struct plan_vnf *vnf = str_eq(port->site, site) ? vnf_of(s, gone, port) : NULL;
        struct fwd_pass *pass = row_new(mem, &fwd_pass_table);

        if (vnf) {
            pass->name = port->name;
            pass->port_id = port->port_id;
            pass->prefixes = route_passes(mem, &s->plan->paths, vnf->profile,
                                          strrchr(port->name, '/') + 1);
            place_add(mem, &in->ports, pass);
        }
    }
    return in;
}

struct err *
ns_pass(struct steering *s, const struct rows *gone)
{
    struct rows ins = {0};

    for (size_t i = 0; i < s->sites.n; i++) {
        const struct ns_site_made *site = s->sites.items[i];
        struct fwd_passes *in = passes_of_site(s, gone, site->site);

        if (in->ports.n) {
            place_add(flow_mem(s->f), &ins, in);
        }
    }
    for (size_t i = 0; i < ins.n; i++) {
        const struct fwd_passes *in = ins.items[i];

        TRY(flow_spawn(s->f, flow_label(s->f, "passes at %s", steer_site_name(s, in->site)),
                       &ns_passes_flow, in));
    }
    for (size_t i = 0; i < ins.n; i++) {
        const struct fwd_passes *in = ins.items[i];

        TRY(flow_join(s->f, flow_label(s->f, "passes at %s", steer_site_name(s, in->site)), NULL));
    }
    return NULL;
}
