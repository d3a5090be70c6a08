/* Steering the traffic of an NS (VNFFG to networking-sfc), at every site that has
 * a member: a chain is entered at the sender's site, so each of them is given all
 * positions, local or remote, and all classifiers.
 *
 * Two rounds.  In the first every site learns of the ports of the others, makes
 * pairs, groups, classifiers and chains, and allocates labels for the instances it
 * has itself.  In the second it is told the labels that the others allocated. */
#include "base/vec.h"
#include "nfvo/flows.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

#define WAIT_S 86400 /* Longer than an operation that is stopped for a while. */

/* One run at one site. */
struct round {
    struct flow *f;
    const struct fwd_in *in;
    struct fwd_made *made;
    struct map ids;    /* port name -> port or remote port here */
    struct map pairs;  /* HOP/INSTANCE -> port pair */
    struct map groups; /* hop -> port pair group */
    bool is_first_version; /* Its flow began in a program that did not look at members. */
};

static const char *
key2(struct flow *f, const char *a, const char *b)
{
    return mem_printf(flow_mem(f), "%s/%s", a, b);
}

static char *
keep(struct flow *f, const char *id)
{
    return mem_str(flow_mem(f), id);
}

static void
made_add(struct round *r, const char *kind, const char *id, const char *label)
{
    held_add(flow_mem(r->f), &r->made->items, r->in->site, kind, id, label);
}

/* ---- remote ports ---------------------------------------------------------------------- */

static struct rows
fixed_ips(struct flow *f, const struct strs *ips)
{
    struct rows rows = {.items = MEM_ARRAY(flow_mem(f), ips->n + 1, void *)};

    for (size_t i = 0; i < ips->n; i++) {
        struct vim_fixed_ip *ip = row_new(flow_mem(f), &vim_fixed_ip_table);

        ip->ip_address = ips->items[i];
        rows.items[rows.n++] = ip;
    }
    return rows;
}

static struct err *
remote_make(struct round *r, const struct fwd_remote *remote)
{
    struct vim_remote_port *port = row_new(flow_mem(r->f), &vim_remote_port_table);
    struct vim_made *out = row_new(flow_mem(r->f), &vim_made_table);

    port->site = r->in->site;
    port->name = mem_printf(flow_mem(r->f), "%s %s", r->in->name, remote->name);
    port->network_id = remote->network_id;
    port->mac_address = remote->mac_address;
    port->fixed_ips = fixed_ips(r->f, &remote->ips);
    port->vtep = remote->vtep;
    port->vni = remote->vni;
    if (r->in->security_group_id) {
        port->security_groups.items =
            mem_copy(flow_mem(r->f), &r->in->security_group_id, sizeof(const char *));
        port->security_groups.n = 1;
    }
    TRY(flow_step(r->f, flow_label(r->f, "remote %s", remote->name), &vim_remote_port_create, port,
                  out));
    map_set(&r->ids, remote->name, keep(r->f, out->id));
    made_add(r, "remote_port", out->id, remote->name);
    return NULL;
}

/* ---- positions --------------------------------------------------------------------------- */

static struct err *
pair_make(struct round *r, const struct fwd_hop *hop, const struct fwd_instance *instance)
{
    struct vim_port_pair *pair = row_new(flow_mem(r->f), &vim_port_pair_table);
    struct vim_made *out = row_new(flow_mem(r->f), &vim_made_table);
    const char *key = key2(r->f, hop->name, instance->name);

    if (instance->pair_id) {
        map_set(&r->pairs, key, keep(r->f, instance->pair_id));
        return NULL;
    }
    pair->site = r->in->site;
    pair->name = mem_printf(flow_mem(r->f), "%s %s", r->in->name, key);
    pair->ingress = map_get(&r->ids, instance->ingress);
    pair->egress = map_get(&r->ids, instance->egress);
    pair->function_kind = r->in->drains && instance->routed ? "routed" : NULL;
    if (!pair->ingress || !pair->egress) {
        return err_new(E_INTERNAL, NULL, "position %s: port %s or %s is not known at site %s",
                       hop->name, instance->ingress, instance->egress, r->in->site);
    }
    TRY(flow_step(r->f, flow_label(r->f, "pair %s", key), &vim_port_pair_create, pair, out));
    map_set(&r->pairs, key, keep(r->f, out->id));
    made_add(r, "port_pair", out->id, key);
    return NULL;
}

/* A packet for an instance of another site needs its label, which comes in the second round: no
 * flow is to be given to it before, where the site can be told so. */
static struct err *
pair_wait(struct round *r, const struct fwd_hop *hop, const struct fwd_instance *instance)
{
    struct vim_drain *pair = row_new(flow_mem(r->f), &vim_drain_table);

    pair->site = r->in->site;
    pair->id = map_get(&r->pairs, key2(r->f, hop->name, instance->name));
    pair->seconds = WAIT_S;
    steer_name_add(flow_mem(r->f), &r->made->waiting, pair->id);
    return flow_step(r->f, flow_label(r->f, "wait %s/%s", hop->name, instance->name),
                     &vim_port_pair_drain, pair, NULL);
}

static struct err *
pairs_wait(struct round *r, const struct fwd_hop *hop)
{
    for (size_t i = 0; r->in->drains && r->in->labelled && i < hop->instances.n; i++) {
        const struct fwd_instance *instance = hop->instances.items[i];

        if (!str_eq(instance->site, r->in->site)) {
            TRY(pair_wait(r, hop, instance));
        }
    }
    return NULL;
}

static struct err *
pair_open(struct flow *f, const char *label, const char *site, const char *id)
{
    struct vim_drain *pair = row_new(flow_mem(f), &vim_drain_table);

    pair->site = site;
    pair->id = id;
    pair->seconds = 0;
    return flow_step(f, label, &vim_port_pair_open, pair, NULL);
}

/* Those that stay take flows: an operation that was given up may have drained one that it did not let
 * go, or have let one wait for labels that it has by now. */
static struct err *
pairs_open(struct round *r, const struct fwd_hop *hop)
{
    for (size_t i = 0; r->in->drains && i < hop->pairs.n; i++) {
        TRY(pair_open(r->f, flow_label(r->f, "open %s %zu", hop->name, i), r->in->site,
                      hop->pairs.items[i]));
    }
    return NULL;
}

/* What a rollback makes of the group again: an operation that was given up may have let in, or not, what
 * is noted. */
static struct err *
members_now(struct round *r, const struct fwd_hop *hop, struct strs *members)
{
    struct vim_ref *group = row_new(flow_mem(r->f), &vim_ref_table);
    struct vim_made *now = row_new(flow_mem(r->f), &vim_made_table);

    group->site = r->in->site;
    group->id = hop->group_id;
    TRY(flow_step(r->f, flow_label(r->f, "members %s", hop->name), &vim_port_pair_group_show, group,
                  now));
    *members = now->port_pairs;
    return NULL;
}

/* New instances join a group that is there already: those in it stay. */
static struct err *
group_join(struct round *r, const struct fwd_hop *hop, const char *const *new_pairs)
{
    struct vim_members *members = row_new(flow_mem(r->f), &vim_members_table);
    size_t n = hop->pairs.n;

    members->before = hop->pairs;
    TRY(r->is_first_version ? NULL : members_now(r, hop, &members->before));
    TRY(pairs_wait(r, hop));
    members->site = r->in->site;
    members->id = hop->group_id;
    members->members.items = MEM_ARRAY(flow_mem(r->f), n + hop->instances.n + 1, const char *);
    for (size_t i = 0; i < n; i++) {
        members->members.items[i] = hop->pairs.items[i];
    }
    for (size_t i = 0; i < hop->instances.n; i++) {
        members->members.items[n + i] = new_pairs[i];
    }
    members->members.n = n + hop->instances.n;
    TRY(flow_step(r->f, flow_label(r->f, "join %s", hop->name), &vim_port_pair_group_set, members,
                  NULL));
    return r->is_first_version ? NULL : pairs_open(r, hop);
}

static struct err *
group_make(struct round *r, const struct fwd_hop *hop)
{
    struct vim_port_pair_group *group = row_new(flow_mem(r->f), &vim_port_pair_group_table);
    struct vim_made *out = row_new(flow_mem(r->f), &vim_made_table);
    const char **pairs = MEM_ARRAY(flow_mem(r->f), hop->instances.n + 1, const char *);

    for (size_t i = 0; i < hop->instances.n; i++) {
        const struct fwd_instance *instance = hop->instances.items[i];

        TRY(pair_make(r, hop, instance));
        pairs[i] = map_get(&r->pairs, key2(r->f, hop->name, instance->name));
    }
    if (hop->group_id) {
        map_set(&r->groups, hop->name, keep(r->f, hop->group_id));
        return group_join(r, hop, pairs);
    }
    group->site = r->in->site;
    group->name = mem_printf(flow_mem(r->f), "%s %s", r->in->name, hop->name);
    group->port_pairs = (struct strs){.n = hop->instances.n, .items = pairs};
    TRY(flow_step(r->f, flow_label(r->f, "group %s", hop->name), &vim_port_pair_group_create, group,
                  out));
    map_set(&r->groups, hop->name, keep(r->f, out->id));
    made_add(r, "port_pair_group", out->id, hop->name);
    return NULL;
}

/* ---- classifiers --------------------------------------------------------------------------- */

static struct err *
classifier_make(struct round *r, const struct plan_rule *rule, const char *label,
                const char *source, const char *destination, const char **id)
{
    struct vim_flow_classifier *fc = row_new(flow_mem(r->f), &vim_flow_classifier_table);
    struct vim_made *out = row_new(flow_mem(r->f), &vim_made_table);

    fc->site = r->in->site;
    fc->name = mem_printf(flow_mem(r->f), "%s %s", r->in->name, label);
    fc->ethertype = rule->ethertype;
    fc->protocol = rule->protocol;
    fc->source_port_range_min = rule->source_port_min;
    fc->source_port_range_max = rule->source_port_max;
    fc->destination_port_range_min = rule->destination_port_min;
    fc->destination_port_range_max = rule->destination_port_max;
    fc->source_ip_prefix = rule->source_prefix;
    fc->destination_ip_prefix = rule->destination_prefix;
    fc->logical_source_port = source;
    fc->logical_destination_port = destination;
    TRY(flow_step(r->f, flow_label(r->f, "classifier %s", label), &vim_flow_classifier_create, fc,
                  out));
    made_add(r, "flow_classifier", out->id, label);
    *id = keep(r->f, out->id);
    return NULL;
}

static bool
is_in(const struct strs *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++) {
        if (str_eq(names->items[i], name)) {
            return true;
        }
    }
    return false;
}

/* The other ends have theirs already. */
static bool
has_classifier(const struct fwd_path *path, size_t source, size_t destination)
{
    return path->fresh.n &&
           !(path->sources.n && is_in(&path->fresh, path->sources.items[source])) &&
           !(path->destinations.n && is_in(&path->fresh, path->destinations.items[destination]));
}

/* One classifier a rule, source and destination; no source or destination = any.  No port sends
 * to itself. */
static struct err *
classifiers_of_rule(struct round *r, const struct fwd_path *path, const struct plan_rule *rule,
                    size_t nr, struct strs *ids)
{
    const char *label = steer_rule_label(flow_mem(r->f), path->name, rule, nr);
    size_t n_sources = path->sources.n ? path->sources.n : 1;
    size_t n_destinations = path->destinations.n ? path->destinations.n : 1;
    const char **grown =
        MEM_ARRAY(flow_mem(r->f), ids->n + n_sources * n_destinations, const char *);

    for (size_t i = 0; i < ids->n; i++) {
        grown[i] = ids->items[i];
    }
    ids->items = grown;
    for (size_t i = 0; i < n_sources; i++) {
        for (size_t j = 0; j < n_destinations; j++) {
            const char *source = path->sources.n ? map_get(&r->ids, path->sources.items[i]) : NULL;
            const char *destination =
                path->destinations.n ? map_get(&r->ids, path->destinations.items[j]) : NULL;

            if ((source && str_eq(source, destination)) || has_classifier(path, i, j)) {
                continue;
            }
            TRY(classifier_make(r, rule,
                                mem_printf(flow_mem(r->f), "%s%zu.%zu%s", label, i, j,
                                           str_or(path->mark, "")),
                                source, destination, &ids->items[ids->n]));
            ids->n++;
        }
    }
    return NULL;
}

/* ---- ends ---- */

struct err *
forward_end_check(struct flow *f, const char *label, const struct vim_ref *end, const char *what)
{
    struct vim_made *port = row_new(flow_mem(f), &vim_made_table);

    TRY(flow_step(f, label, &vim_port_show, end, port));
    /* Who may not see where a port is bound is not told. */
    if (port->host_id && !*port->host_id) {
        return err_new(E_CONFLICT, NULL,
                       "%s, and nothing is attached to its port %s: chains of this site want both ends "
                       "bound to a host; attach a server to it, then retry",
                       what, end->id);
    }
    return NULL;
}

static struct err *
end_check(struct round *r, const struct fwd_path *path, const char *name)
{
    struct vim_ref *ref = row_new(flow_mem(r->f), &vim_ref_table);

    ref->site = r->in->site;
    ref->id = map_get(&r->ids, name);
    return forward_end_check(r->f, flow_label(r->f, "end %s of %s", name, path->name), ref,
                             mem_printf(flow_mem(r->f), "path %s begins or ends at %s", path->name, name));
}

static struct err *
ends_check(struct round *r, const struct fwd_path *path)
{
    for (size_t i = 0; i < path->sources.n; i++) {
        TRY(end_check(r, path, path->sources.items[i]));
    }
    for (size_t i = 0; i < path->destinations.n; i++) {
        if (!is_in(&path->sources, path->destinations.items[i])) {
            TRY(end_check(r, path, path->destinations.items[i]));
        }
    }
    return NULL;
}

/* ---- chains ---------------------------------------------------------------------------------- */

static void
labels_want(struct round *r, const struct fwd_path *path, const struct fwd_hop *hop,
            const char *chain_id)
{
    static const char *const directions[] = {"forward", "reverse"};

    for (size_t i = 0; hop && i < hop->instances.n; i++) {
        const struct fwd_instance *instance = hop->instances.items[i];

        for (size_t d = 0; d < ARRAY_SIZE(directions); d++) {
            struct fwd_label *label = row_new(flow_mem(r->f), &fwd_label_table);

            if (is_in(&instance->labels, key2(r->f, path->name, directions[d]))) {
                continue;
            }
            label->path = path->name;
            label->instance = instance->name;
            label->hop = hop->name;
            label->direction = directions[d];
            label->chain_id = chain_id;
            label->pair_id = map_get(&r->pairs, key2(r->f, hop->name, instance->name));
            label->local = str_eq(instance->site, r->in->site);
            label->label = INT_NULL;
            place_add(flow_mem(r->f), &r->made->labels, label);
        }
    }
}

static const struct fwd_hop *
hop_find(const struct rows *hops, const char *name)
{
    for (size_t i = 0; i < hops->n; i++) {
        const struct fwd_hop *hop = hops->items[i];

        if (str_eq(hop->name, name)) {
            return hop;
        }
    }
    return NULL;
}

/* Between sites, packets for each new instance are told apart by labels. */
static void
path_labels_want(struct round *r, const struct fwd_path *path, const char *chain_id)
{
    bool labelled = r->in->labelled || r->in->remotes.n > 0;

    for (size_t i = 0; labelled && i < path->hops.n; i++) {
        labels_want(r, path, hop_find(&r->in->hops, path->hops.items[i]), chain_id);
    }
}

static struct err *
chain_make(struct round *r, const struct fwd_path *path)
{
    struct vim_port_chain *chain = row_new(flow_mem(r->f), &vim_port_chain_table);
    struct vim_made *out = row_new(flow_mem(r->f), &vim_made_table);
    static const char parameters[] = "{\"symmetric\":true,\"correlation\":\"mpls\"}";

    for (size_t i = 0; i < path->rules.n; i++) {
        TRY(classifiers_of_rule(r, path, path->rules.items[i], i, &chain->flow_classifiers));
    }
    chain->site = r->in->site;
    chain->name = mem_printf(flow_mem(r->f), "%s %s", r->in->name, path->name);
    chain->port_pair_groups.items = MEM_ARRAY(flow_mem(r->f), path->hops.n + 1, const char *);
    for (size_t i = 0; i < path->hops.n; i++) {
        chain->port_pair_groups.items[chain->port_pair_groups.n++] =
            map_get(&r->groups, path->hops.items[i]);
    }
    TRY(json_parse(flow_mem(r->f), parameters, sizeof parameters - 1, &chain->chain_parameters));
    if (r->in->named_ends) {
        TRY(ends_check(r, path));
    }
    TRY(flow_step(r->f, flow_label(r->f, "chain %s", path->name), &vim_port_chain_create, chain,
                  out));
    made_add(r, "port_chain", out->id, path->name);
    path_labels_want(r, path, keep(r->f, out->id));
    return NULL;
}

/* A chain that is there gets other classifiers, at once: packets of those that it keeps are not
 * touched.  What it has no more is deleted afterwards. */
static struct err *
chain_reclassify(struct round *r, const struct fwd_path *path)
{
    struct vim_members *members = row_new(flow_mem(r->f), &vim_members_table);

    members->site = r->in->site;
    members->id = path->chain_id;
    members->before = path->before;
    members->members = path->kept;
    if (r->in->named_ends && path->rules.n) {
        TRY(ends_check(r, path));
    }
    for (size_t i = 0; i < path->rules.n; i++) {
        TRY(classifiers_of_rule(r, path, path->rules.items[i], i, &members->members));
    }
    return flow_step(r->f, flow_label(r->f, "classify %s", path->name), &vim_port_chain_set,
                     members, NULL);
}

/* ---- labels -------------------------------------------------------------------------------------
 */

/* Tells a site of a label; one without a number is allocated there. */
static struct err *
label_make(struct flow *f, const char *site, struct fwd_label *label, struct fwd_made *made)
{
    struct vim_chain_label *in = row_new(flow_mem(f), &vim_chain_label_table);
    struct vim_made *out = row_new(flow_mem(f), &vim_made_table);
    const char *name = steer_label_name(flow_mem(f), label);

    in->site = site;
    in->port_chain_id = label->chain_id;
    in->port_pair_id = label->pair_id;
    in->direction = label->direction;
    in->label = label->label;
    TRY(flow_step(f, flow_label(f, "label %s", name), &vim_chain_label_create, in, out));
    label->label = out->label;
    held_add(flow_mem(f), &made->items, site, "chain_label", out->id, name);
    return NULL;
}

/* ---- routes, where there are no chains ------------------------------------------------------- */

static struct err *
routes_tell(struct round *r, const struct fwd_router *router)
{
    struct vim_ref *ref = row_new(flow_mem(r->f), &vim_ref_table);
    struct vim_made *now = row_new(flow_mem(r->f), &vim_made_table);
    struct vim_routes *routes = row_new(flow_mem(r->f), &vim_routes_table);

    ref->site = routes->site = r->in->site;
    ref->id = routes->id = router->router_id;
    routes->routes = router->routes;
    if (router->there) {
        TRY(flow_step(r->f, flow_label(r->f, "routes of %s", router->link), &vim_router_show, ref,
                      now));
        routes->before = now->routes;
        if (route_is_same(&routes->before, &routes->routes)) {
            return NULL;
        }
    }
    return flow_step(r->f, flow_label(r->f, "route %s", router->link), &vim_router_routes_set,
                     routes, NULL);
}

static struct err *
forward_as(struct flow *f, const struct fwd_in *in, bool is_first_version)
{
    struct round r = {.f = f,
                      .in = in,
                      .made = row_new(flow_mem(f), &fwd_made_table),
                      .is_first_version = is_first_version};

    map_init(&r.ids, flow_mem(f));
    map_init(&r.pairs, flow_mem(f));
    map_init(&r.groups, flow_mem(f));
    r.made->site = in->site;
    for (size_t i = 0; i < in->ports.n; i++) {
        const struct fwd_port *port = in->ports.items[i];

        map_set(&r.ids, port->name, keep(f, port->port_id));
    }
    for (size_t i = 0; i < in->remotes.n; i++) {
        TRY(remote_make(&r, in->remotes.items[i]));
    }
    for (size_t i = 0; i < in->hops.n; i++) {
        TRY(group_make(&r, in->hops.items[i]));
    }
    for (size_t i = 0; i < in->paths.n; i++) {
        const struct fwd_path *path = in->paths.items[i];

        if (path->chain_id) {
            TRY(path->rules.n + path->before.n ? chain_reclassify(&r, path) : NULL);
            path_labels_want(&r, path, path->chain_id);
        } else {
            TRY(chain_make(&r, path));
        }
    }
    for (size_t i = 0; i < in->routers.n; i++) {
        TRY(routes_tell(&r, in->routers.items[i]));
    }
    for (size_t i = 0; i < r.made->labels.n; i++) {
        struct fwd_label *label = r.made->labels.items[i];

        if (label->local) {
            TRY(label_make(f, in->site, label, r.made));
        }
    }
    flow_result(f, r.made);
    return NULL;
}

static struct err *
forward_run(struct flow *f, const void *arg)
{
    return forward_as(f, arg, false);
}

static struct err *
forward_run_1(struct flow *f, const void *arg)
{
    return forward_as(f, arg, true);
}

const struct flow_type ns_forward_flow = {
    .name = "ns_forward",
    .version = 2,
    .doc = "Makes the chains of a network service at one site.",
    .in = &fwd_in_table,
    .out = &fwd_made_table,
    .run = forward_run,
    .sweep = vim_sweep,
};
const struct flow_type ns_forward_flow_1 = {
    .name = "ns_forward",
    .version = 1,
    .doc = "The same without a look at members; those that an earlier program began.",
    .in = &fwd_in_table,
    .out = &fwd_made_table,
    .run = forward_run_1,
    .sweep = vim_sweep,
};

/* ---- leaving ------------------------------------------------------------------------------------ */

static struct err *
drain(struct flow *f, const struct fwd_leave *in)
{
    for (size_t i = 0; i < in->pairs.n; i++) {
        struct vim_drain *pair = row_new(flow_mem(f), &vim_drain_table);

        pair->site = in->site;
        pair->id = in->pairs.items[i];
        pair->seconds = in->drain_s;
        TRY(flow_step(f, flow_label(f, "drain %zu", i), &vim_port_pair_drain, pair, NULL));
    }
    return flow_delay(f, "drained", in->drain_s * 1000);
}

struct err *
forward_leave(struct flow *f, const struct fwd_leave *in)
{
    if (in->drain_s > 0 && in->pairs.n > 0) {
        TRY(drain(f, in));
    }
    for (size_t i = 0; i < in->hops.n; i++) {
        const struct fwd_hop *hop = in->hops.items[i], *before = in->before.items[i];
        struct vim_members *members = row_new(flow_mem(f), &vim_members_table);

        members->site = in->site;
        members->id = hop->group_id;
        members->members = hop->pairs;
        members->before = before->pairs;
        TRY(flow_step(f, flow_label(f, "leave %s", hop->name), &vim_port_pair_group_set, members,
                      NULL));
    }
    return NULL;
}

static struct err *
leave_run(struct flow *f, const void *arg)
{
    const struct fwd_leave *in = arg;

    TRY(forward_leave(f, in));
    return held_release(f, "", &in->items, NULL);
}

const struct flow_type ns_leave_flow = {
    .name = "ns_leave",
    .version = 1,
    .doc = "Takes instances of functions out of the chains of a site.",
    .in = &fwd_leave_table,
    .run = leave_run,
    .no_rollback = true,
};

/* ---- labels of others ---------------------------------------------------------------------------- */

static struct err *
labels_run(struct flow *f, const void *arg)
{
    const struct fwd_labels_in *in = arg;
    struct fwd_made *made = row_new(flow_mem(f), &fwd_made_table);

    made->site = in->site;
    for (size_t i = 0; i < in->labels.n; i++) {
        TRY(label_make(f, in->site, row_copy(flow_mem(f), in->labels.items[i]), made));
    }
    for (size_t i = 0; i < in->waiting.n; i++) {
        TRY(pair_open(f, flow_label(f, "open %zu", i), in->site, in->waiting.items[i]));
    }
    flow_result(f, made);
    return NULL;
}

const struct flow_type ns_labels_flow = {
    .name = "ns_labels",
    .version = 1,
    .doc = "Tells a site the labels that other sites allocated.",
    .in = &fwd_labels_in_table,
    .out = &fwd_made_table,
    .run = labels_run,
    .sweep = vim_sweep,
};
