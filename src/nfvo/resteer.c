/* Instances that join and leave the chains of an NS while packets pass: what is new is
 * told to every site as at the beginning (steer.c, forward.c), what goes is drained and leaves
 * first.  Holdings say what is there. */
#include "nfvo/place.h"
#include "nfvo/steer.h"

#include <string.h>

#include "flow/poison.h"

const char *
steer_noted(const struct steering *s, const char *site, const char *kind, const char *label)
{
    for (size_t i = 0; i < s->noted->n; i++) {
        const struct held *held = s->noted->items[i];

        if (str_eq(held->kind, kind) && str_eq(held->label, label) && str_eq(held->site, site)) {
            return held->resource_id;
        }
    }
    return NULL;
}

static const char *
noted_pair(const struct steering *s, const char *site, const char *hop, const char *instance)
{
    return steer_noted(s, site, "port_pair", mem_printf(flow_mem(s->f), "%s/%s", hop, instance));
}

bool
steer_drains(const struct steering *s, const char *site)
{
    for (size_t i = 0; i < s->plan->sites.n; i++) {
        const struct site_seen *seen = s->plan->sites.items[i];

        if (str_eq(seen->site, site)) {
            return seen->drains;
        }
    }
    return false;
}

/* Has the port 'name' no server behind it?  What stands in chains already stays until its VNFC is
 * healed or goes; nothing joins without one. */
static bool
is_lone(const struct steering *s, const char *name)
{
    for (size_t i = 0; i < s->ports.n; i++) {
        const struct fwd_port *port = s->ports.items[i];

        if (str_eq(port->name, name)) {
            return port->lone;
        }
    }
    return false;
}

/* ---- joining ---------------------------------------------------------------------------- */

const char *
steer_label_name(struct mem *mem, const struct fwd_label *label)
{
    return mem_printf(mem, "%s/%s/%s/%s", label->path, label->hop, label->instance,
                      label->direction);
}

/* The labels that the instance has in a path at the site already, added to 'found'; whether it lacks
 * none. */
static bool
path_labels_find(const struct steering *s, const struct fwd_in *in, const struct fwd_path *path,
                 const char *hop, const char *instance, struct strs *found)
{
    static const char *const directions[] = {"forward", "reverse"};
    struct mem *mem = flow_mem(s->f);
    bool all = true;

    for (size_t d = 0; in->labelled && steer_is_among(&path->hops, hop) && d < ARRAY_SIZE(directions);
         d++) {
        const struct fwd_label label = {
            .path = path->name, .hop = hop, .instance = instance, .direction = directions[d]};

        if (steer_noted(s, in->site, "chain_label", steer_label_name(mem, &label))) {
            steer_name_add(mem, found, mem_printf(mem, "%s/%s", path->name, directions[d]));
        } else {
            all = false;
        }
    }
    return all;
}

/* The same in all paths. */
static bool
labels_find(const struct steering *s, const struct fwd_in *in, const struct rows *paths,
            const char *hop, const char *instance, struct strs *found)
{
    bool all = true;

    for (size_t i = 0; i < paths->n; i++) {
        all &= path_labels_find(s, in, paths->items[i], hop, instance, found);
    }
    return all;
}

static const char *
site_of_instance(const struct steering *s, const char *instance)
{
    const char *prefix = mem_printf(flow_mem(s->f), "%s/", instance);

    for (size_t i = 0; i < s->ports.n; i++) {
        const struct fwd_port *port = s->ports.items[i];

        if (str_starts(port->name, prefix)) {
            return port->site;
        }
    }
    return NULL;
}

struct err *
steer_label_read(const struct steering *s, struct fwd_label *label)
{
    const char *name = steer_label_name(flow_mem(s->f), label);
    struct vim_ref *ref = row_new(flow_mem(s->f), &vim_ref_table);
    struct vim_made *made = row_new(flow_mem(s->f), &vim_made_table);

    ref->site = site_of_instance(s, label->instance);
    ref->id = s->noted && ref->site ? steer_noted(s, ref->site, "chain_label", name) : NULL;
    if (!ref->id) {
        return NULL;
    }
    TRY(flow_step(s->f, flow_label(s->f, "known label %s for %s", name, label->chain_id),
                  &vim_chain_label_show, ref, made));
    label->label = made->label;
    return NULL;
}

static bool
is_mended(const struct steering *s, const struct fwd_hop *hop)
{
    for (size_t i = 0; i < hop->instances.n; i++) {
        const struct fwd_instance *instance = hop->instances.items[i];

        for (size_t j = 0; j < s->mended.n; j++) {
            const char *prefix = mem_printf(flow_mem(s->f), "%s/", s->mended.items[j]);

            if (str_starts(instance->name, prefix)) {
                return true;
            }
        }
    }
    return false;
}

/* Does a path that there is no chain of yet go through the position? */
static bool
is_entered(const struct rows *paths, const char *hop)
{
    for (size_t i = 0; i < paths->n; i++) {
        const struct fwd_path *path = paths->items[i];

        if (!path->chain_id && steer_is_among(&path->hops, hop)) {
            return true;
        }
    }
    return false;
}

/* The position with those instances that have not all that they need at the site; null = none, and
 * no new path goes through it.  What a given-up operation left may be noted and yet be no member:
 * its group is set anew. */
static struct fwd_hop *
hop_narrow(const struct steering *s, const struct fwd_in *in, const struct rows *paths,
           const struct fwd_hop *whole)
{
    struct mem *mem = flow_mem(s->f);
    struct fwd_hop *hop = row_new(mem, &fwd_hop_table);

    hop->name = whole->name;
    hop->group_id = steer_noted(s, in->site, "port_pair_group", whole->name);
    for (size_t i = 0; i < whole->instances.n; i++) {
        struct fwd_instance *instance = whole->instances.items[i];
        const char *pair = noted_pair(s, in->site, whole->name, instance->name);
        bool lone = is_lone(s, instance->ingress);
        struct strs labels = {0};
        bool labelled = labels_find(s, in, paths, whole->name, instance->name, &labels);

        if (pair && (lone || labelled)) {
            steer_name_add(mem, &hop->pairs, pair);
        } else if (!lone) {
            instance = row_copy(mem, instance);
            instance->pair_id = pair;
            instance->labels = labels;
            place_add(mem, &hop->instances, instance);
        }
    }
    return hop->instances.n > 0 || is_mended(s, whole) || is_entered(paths, whole->name) ? hop
                                                                                         : NULL;
}

/* Is there an instance that is to be told of to the path's chain? */
static bool
path_lacks(const struct steering *s, const struct fwd_in *in, const struct fwd_path *path)
{
    for (size_t i = 0; i < in->hops.n; i++) {
        const struct fwd_hop *hop = in->hops.items[i];

        for (size_t j = 0; steer_is_among(&path->hops, hop->name) && j < hop->instances.n; j++) {
            const struct fwd_instance *instance = hop->instances.items[j];
            struct strs labels = {0};

            if (!instance->pair_id ||
                !path_labels_find(s, in, path, hop->name, instance->name, &labels)) {
                return true;
            }
        }
    }
    return false;
}

const char *
steer_rule_label(struct mem *mem, const char *path, const struct plan_rule *rule, size_t i)
{
    return rule->key ? mem_printf(mem, "%s/%s.", path, rule->key)
                     : mem_printf(mem, "%s/%zu.", path, i);
}

bool
steer_has_rule(struct mem *mem, const struct rows *rules, const char *path, const char *label)
{
    for (size_t i = 0; i < rules->n; i++) {
        if (str_starts(label, steer_rule_label(mem, path, rules->items[i], i))) {
            return true;
        }
    }
    return false;
}

/* Does the operation change the graph that the path is of? */
static bool
is_changed(const struct steering *s, const char *path)
{
    for (size_t i = 0; i < s->in->graph_paths.n; i++) {
        if (str_eq(((const struct plan_path *)s->in->graph_paths.items[i])->name, path)) {
            return true;
        }
    }
    return false;
}

/* Of a path whose chain is there: its rules that have no classifiers at the site yet, and the
 * classifiers of those that it still has.  Whether the chain is to get other classifiers. */
static bool
rules_narrow(const struct steering *s, const char *site, struct fwd_path *path)
{
    struct mem *mem = flow_mem(s->f);
    const char *below = mem_printf(mem, "%s/", path->name);
    struct rows all = path->rules;
    struct strs labels = {0};

    for (size_t i = 0; i < s->noted->n; i++) {
        const struct held *held = s->noted->items[i];

        if (str_eq(held->kind, "flow_classifier") && str_eq(held->site, site) &&
            str_starts(held->label, below)) {
            steer_name_add(mem, &path->before, held->resource_id);
            steer_name_add(mem, &labels, held->label);
            if (steer_has_rule(mem, &all, path->name, held->label)) {
                steer_name_add(mem, &path->kept, held->resource_id);
            }
        }
    }
    path->rules = (struct rows){0};
    for (size_t i = 0; i < all.n; i++) {
        const char *label = steer_rule_label(mem, path->name, all.items[i], i);
        bool there = false;

        for (size_t k = 0; k < labels.n; k++) {
            there = there || str_starts(labels.items[k], label);
        }
        if (!there) {
            place_add(mem, &path->rules, all.items[i]);
        }
    }
    return path->rules.n > 0 || path->kept.n < path->before.n;
}

/* Of a path whose chain is there: ends that took the place of others get classifiers of their own, beside
 * those of before.  Whether there are any. */
static bool
ends_narrow(const struct steering *s, const char *site, struct fwd_path *path)
{
    struct mem *mem = flow_mem(s->f);
    const char *below = mem_printf(mem, "%s/", path->name);

    for (size_t i = 0; i < s->fresh.n; i++) {
        if (steer_is_among(&path->sources, s->fresh.items[i]) ||
            steer_is_among(&path->destinations, s->fresh.items[i])) {
            steer_name_add(mem, &path->fresh, s->fresh.items[i]);
        }
    }
    for (size_t i = 0; path->fresh.n && i < s->noted->n; i++) {
        const struct held *held = s->noted->items[i];

        if (str_eq(held->kind, "flow_classifier") && str_eq(held->site, site) &&
            str_starts(held->label, below)) {
            steer_name_add(mem, &path->before, held->resource_id);
            steer_name_add(mem, &path->kept, held->resource_id);
        }
    }
    path->mark = path->fresh.n ? mem_printf(mem, "~%.8s", flow_self(s->f)) : NULL;
    return path->fresh.n > 0;
}

/* Paths without a chain are made whole, chains that are there get labels for what is new, and other
 * classifiers where an update says so, or ends of theirs move. */
static void
paths_narrow(const struct steering *s, const struct rows *paths, struct fwd_in *in)
{
    for (size_t i = 0; i < paths->n; i++) {
        struct fwd_path *path = paths->items[i];

        bool is_other =
            path->chain_id && (is_changed(s, path->name) ? rules_narrow(s, in->site, path)
                                                         : ends_narrow(s, in->site, path));

        if (path->chain_id && !is_other) {
            path->rules = (struct rows){0};
            path->sources = path->destinations = path->kept = path->before = (struct strs){0};
        }
        if (!path->chain_id || is_other || path_lacks(s, in, path)) {
            place_add(flow_mem(s->f), &in->paths, path);
        }
    }
}

/* A new chain may begin at a port of another site that is known here already. */
static void
known_add(const struct steering *s, const struct fwd_remote *remote, const char *id,
          struct fwd_in *in)
{
    struct fwd_port *port = row_new(flow_mem(s->f), &fwd_port_table);

    port->name = remote->name;
    port->link = "";
    port->site = in->site;
    port->port_id = id;
    port->mac_address = remote->mac_address;
    port->ips = remote->ips;
    place_add(flow_mem(s->f), &in->ports, port);
}

void
steer_narrow(const struct steering *s, struct fwd_in *in)
{
    struct mem *mem = flow_mem(s->f);
    struct rows remotes = in->remotes, hops = in->hops, paths = in->paths;

    in->labelled = remotes.n > 0;
    in->remotes = in->hops = in->paths = (struct rows){0};
    for (size_t i = 0; i < remotes.n; i++) {
        const struct fwd_remote *remote = remotes.items[i];
        const char *id = steer_noted(s, in->site, "remote_port", remote->name);

        if (id) {
            known_add(s, remote, id, in);
        } else if (!is_lone(s, remote->name)) {
            place_add(mem, &in->remotes, remotes.items[i]);
        }
    }
    for (size_t i = 0; i < paths.n; i++) {
        struct fwd_path *path = paths.items[i];

        path->chain_id = steer_noted(s, in->site, "port_chain", path->name);
    }
    for (size_t i = 0; i < hops.n; i++) {
        struct fwd_hop *hop = hop_narrow(s, in, &paths, hops.items[i]);

        if (hop) {
            place_add(mem, &in->hops, hop);
        }
    }
    paths_narrow(s, &paths, in);
}

/* ---- ends ----------------------------------------------------------------------------------- */

static bool
is_end_of(const struct rows *ends, const struct plan_vnf *vnf)
{
    for (size_t i = 0; i < ends->n; i++) {
        if (str_eq(((const struct plan_cp *)ends->items[i])->vnf, vnf->profile)) {
            return true;
        }
    }
    return false;
}

/* Is a port of the VNF on one of the path's links, and none of its functions? */
static bool
is_on(const struct plan_path *path, const struct plan_vnf *vnf)
{
    for (size_t i = 0; i < vnf->connections.n; i++) {
        const struct plan_connection *connection = vnf->connections.items[i];

        for (size_t j = 0; !connection->function && j < path->links.n; j++) {
            if (str_eq(path->links.items[j], connection->link)) {
                return true;
            }
        }
    }
    return false;
}

struct err *
steer_ends_check(const struct steering *s, const struct plan_vnf *vnf)
{
    for (size_t i = 0; i < s->plan->paths.n; i++) {
        const struct plan_path *path = s->plan->paths.items[i];
        bool is_open = path->sources.n == 0 || path->destinations.n == 0;

        if (path->routed) {
            continue; /* Routes name no ends. */
        }
        if (is_end_of(&path->sources, vnf) || is_end_of(&path->destinations, vnf) ||
            (is_open && steer_wants_ends(s, vnf->site) && is_on(path, vnf))) {
            return err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                           "VNF %s is an end of path %s: only functions that a path goes through "
                           "come and go, not its ends",
                           vnf->name, path->name);
        }
    }
    return NULL;
}

static bool
is_sap_of(const struct rows *ends, const char *sap)
{
    for (size_t i = 0; i < ends->n; i++) {
        if (str_eq(((const struct plan_cp *)ends->items[i])->sap, sap)) {
            return true;
        }
    }
    return false;
}

struct err *
steer_sap_check(const struct steering *s, const char *sap, const char *link, const char *site)
{
    for (size_t i = 0; i < s->plan->paths.n; i++) {
        const struct plan_path *path = s->plan->paths.items[i];
        bool is_open = path->sources.n == 0 || path->destinations.n == 0;

        if (path->routed) {
            continue;
        }
        if (is_sap_of(&path->sources, sap) || is_sap_of(&path->destinations, sap) ||
            (is_open && site && steer_wants_ends(s, site) && steer_is_among(&path->links, link))) {
            return err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                           "SAP %s is an end of path %s, whose classifiers name its port: while "
                           "VNFFG %s is there, it neither comes nor goes",
                           sap, path->name, path->graph);
        }
    }
    return NULL;
}

/* ---- leaving -----------------------------------------------------------------------------------
 */

bool
steer_is_of(const struct steering *s, const struct held *held, const struct strs *leaving)
{
    for (size_t i = 0; i < leaving->n; i++) {
        const char *inside = mem_printf(flow_mem(s->f), "/%s/", leaving->items[i]);
        const char *last = mem_printf(flow_mem(s->f), "/%s", leaving->items[i]);

        if ((str_eq(held->kind, "port_pair") && str_ends(held->label, last)) ||
            (str_eq(held->kind, "chain_label") && strstr(held->label, inside))) {
            return true;
        }
    }
    return false;
}

/* Is it a remote port of an instance that leaves? */
static bool
is_remote_of(const struct steering *s, const struct held *held, const struct strs *leaving)
{
    for (size_t i = 0; str_eq(held->kind, "remote_port") && i < leaving->n; i++) {
        if (str_starts(held->label, mem_printf(flow_mem(s->f), "%s/", leaving->items[i]))) {
            return true;
        }
    }
    return false;
}

struct err *
steer_hop_leave(const struct steering *s, const struct fwd_hop *hop, const struct strs *leaving,
                struct fwd_leave *in)
{
    struct mem *mem = flow_mem(s->f);
    struct fwd_hop *stay = row_new(mem, &fwd_hop_table), *all = row_new(mem, &fwd_hop_table);
    bool changes = false, comes = false;

    stay->name = all->name = hop->name;
    stay->group_id = steer_noted(s, in->site, "port_pair_group", hop->name);
    for (size_t i = 0; i < hop->instances.n; i++) {
        const struct fwd_instance *instance = hop->instances.items[i];
        const char *pair = noted_pair(s, in->site, hop->name, instance->name);

        if (pair && steer_is_among(leaving, instance->name)) {
            if (!is_lone(s, instance->ingress)) {
                steer_name_add(mem, &in->pairs, pair);
            }
            steer_name_add(mem, &all->pairs, pair);
            changes = true;
            comes = comes || steer_is_among(&s->coming, instance->name);
        } else if (pair) {
            steer_name_add(mem, &stay->pairs, pair);
            steer_name_add(mem, &all->pairs, pair);
        }
    }
    if (!changes || !stay->group_id) {
        return NULL;
    }
    if (stay->pairs.n == 0 && !comes) {
        return err_new(E_UNPROCESSABLE, NULL, "position %s would be without instances at site %s",
                       hop->name, steer_site_name(s, in->site));
    }
    place_add(mem, &in->hops, stay);
    place_add(mem, &in->before, all);
    return NULL;
}

static struct err *
site_leave(const struct steering *s, const struct ns_site_made *site, const struct strs *leaving,
           int64_t drain_s, struct fwd_leave *in)
{
    struct rows hops = steer_hops(s);

    in->site = site->site;
    in->drain_s = steer_drains(s, site->site) ? drain_s : 0;
    for (size_t i = 0; i < hops.n; i++) {
        TRY(steer_hop_leave(s, hops.items[i], leaving, in));
    }
    for (size_t i = 0; i < s->noted->n; i++) {
        const struct held *held = s->noted->items[i];

        if (str_eq(held->site, site->site) &&
            (steer_is_of(s, held, leaving) || is_remote_of(s, held, leaving))) {
            place_add(flow_mem(s->f), &in->items, s->noted->items[i]);
        }
    }
    return NULL;
}

static bool
is_held(const struct rows *items, const struct held *held)
{
    for (size_t i = 0; i < items->n; i++) {
        const struct held *other = items->items[i];

        if (str_eq(other->resource_id, held->resource_id) && str_eq(other->kind, held->kind) &&
            str_eq(other->site, held->site)) {
            return true;
        }
    }
    return false;
}

/* What has left is not there any more for what joins under the same name. */
void
steer_noted_drop(struct steering *s, const struct rows *removed)
{
    struct mem *mem = flow_mem(s->f);
    struct rows *left = MEM_NEW(mem, struct rows);

    *left = (struct rows){0};
    for (size_t i = 0; i < s->noted->n; i++) {
        if (!is_held(removed, s->noted->items[i])) {
            place_add(mem, left, s->noted->items[i]);
        }
    }
    s->noted = left;
}

void
steer_noted_join(struct steering *s)
{
    struct mem *mem = flow_mem(s->f);
    struct rows *noted = MEM_NEW(mem, struct rows);

    *noted = (struct rows){0};
    for (size_t i = 0; i < s->noted->n; i++) {
        place_add(mem, noted, s->noted->items[i]);
    }
    for (size_t i = 0; i < s->held.n; i++) {
        place_add(mem, noted, s->held.items[i]);
    }
    s->noted = noted;
}

static struct err *
unsteer(struct steering *s, const struct strs *leaving, int64_t drain_s, struct rows *removed)
{
    struct mem *mem = flow_mem(s->f);
    struct rows ins = {0};

    for (size_t i = 0; leaving->n > 0 && i < s->sites.n; i++) {
        struct fwd_leave *in = row_new(mem, &fwd_leave_table);

        TRY(site_leave(s, s->sites.items[i], leaving, drain_s, in));
        if (in->items.n > 0) {
            place_add(mem, &ins, in);
        }
    }
    for (size_t i = 0; i < ins.n; i++) {
        const struct fwd_leave *in = ins.items[i];

        TRY(flow_spawn(s->f, flow_label(s->f, "leave %s", steer_site_name(s, in->site)),
                       &ns_leave_flow, in));
    }
    for (size_t i = 0; i < ins.n; i++) {
        const struct fwd_leave *in = ins.items[i];

        TRY(flow_join(s->f, flow_label(s->f, "leave %s", steer_site_name(s, in->site)), NULL));
        for (size_t j = 0; j < in->items.n; j++) {
            place_add(mem, removed, in->items.items[j]);
        }
    }
    steer_noted_drop(s, removed);
    return NULL;
}

struct err *
ns_unsteer(struct steering *s, const struct strs *leaving, int64_t drain_s, struct rows *removed)
{
    struct steering whole = *s;

    if (leaving->n == 0) {
        return NULL;
    }
    TRY(ns_follow(s, "LEAVE", leaving, drain_s));
    TRY(members_join(&whole, "leave"));
    TRY(unsteer(&whole, leaving, drain_s, removed));
    s->noted = whole.noted;
    return NULL;
}
