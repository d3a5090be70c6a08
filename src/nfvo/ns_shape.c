/* An update that changes what an NS consists of (SOL005 7.4.5): VNFs, service access points and
 * forwarding graphs come and go while packets pass.  What comes is made and joins chains before
 * what goes leaves them, is drained and deleted. */
#include "nfvo/ns_parts.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "vnfm/vnfm.h"

#include <string.h>

#include "flow/poison.h"

struct run {
    struct ns_parts parts; /* Its plan: VNFs and paths as they will be. */
    struct ns_now now;
    struct ns_scaled *changed;
};

/* ---- the plan ----------------------------------------------------------------------------- */

static struct err *
plan_make(struct run *run)
{
    struct ns_parts *parts = &run->parts;
    struct shape_in *in = row_new(parts->mem, &shape_in_table);

    in->seed = flow_self(parts->f);
    place_add(parts->mem, &in->ns, row_copy(parts->mem, parts->in));
    place_add(parts->mem, &in->made, run->now.made);
    in->sites = run->now.sites->sites;
    TRY(flow_step(parts->f, "place", &ns_shape_place, in, parts->plan));
    for (size_t i = 0; i < parts->plan->notes.n; i++) {
        TRY(flow_note(parts->f, "%s", parts->plan->notes.items[i]));
    }
    return NULL;
}

/* What sites are told of: also VNFs that leave, until they have left. */
static struct ns_plan *
whole_plan(struct run *run)
{
    struct mem *mem = run->parts.mem;
    struct ns_plan *whole = row_copy(mem, run->parts.plan);

    for (size_t i = 0; i < run->now.made->vnfs.n; i++) {
        const struct plan_vnf *vnf = run->now.made->vnfs.items[i];

        if (!plan_vnf_find(&whole->vnfs, vnf->vnf_instance_id)) {
            place_add(mem, &whole->vnfs, run->now.made->vnfs.items[i]);
        }
    }
    return whole;
}

static void
steering_fill(struct run *run)
{
    struct steering *steering = &run->parts.steering;

    steering->f = run->parts.f;
    steering->in = run->parts.in;
    steering->plan = whole_plan(run);
    steering->sites = run->now.made->sites;
    steering->ports = run->now.made->ports;
    steering->noted = &run->now.noted->items;
}

/* ---- what comes --------------------------------------------------------------------------- */

static struct err *
vnfs_spawn(struct run *run, const struct rows *vnfs)
{
    struct ns_parts *parts = &run->parts;
    struct ns_vnfs *rows = row_new(parts->mem, &ns_vnfs_table);

    for (size_t i = 0; i < vnfs->n; i++) {
        TRY(steer_ends_check(&parts->steering, vnfs->items[i]));
    }
    TRY(ns_images_spawn(parts));
    TRY(ns_images_join(parts));
    rows->ns_instance_id = parts->in->ns_instance_id;
    rows->project_id = parts->in->project_id;
    rows->vnfs = *vnfs;
    TRY(flow_step(parts->f, "instances", &ns_vnfs_take, rows, NULL));
    for (size_t i = 0; i < vnfs->n; i++) {
        TRY(ns_vnf_spawn(parts, vnfs->items[i]));
    }
    return NULL;
}

static bool
has_path(const struct rows *paths, const char *name)
{
    for (size_t i = 0; i < paths->n; i++) {
        if (str_eq(((const struct plan_path *)paths->items[i])->name, name)) {
            return true;
        }
    }
    return false;
}

static bool
is_among(const struct strs *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++) {
        if (str_eq(names->items[i], name)) {
            return true;
        }
    }
    return false;
}

/* Routed paths that there will not be any more. */
static struct rows
routed_gone(const struct run *run)
{
    struct rows gone = {0};

    for (size_t i = 0; i < run->now.made->paths.n; i++) {
        const struct plan_path *path = run->now.made->paths.items[i];

        if (path->routed && !has_path(&run->parts.plan->paths, path->name)) {
            place_add(run->parts.mem, &gone, run->now.made->paths.items[i]);
        }
    }
    return gone;
}

/* Do routed paths come, go or change? */
static bool
is_rerouted(const struct run *run)
{
    const struct ns_in *in = run->parts.in;
    const struct rows *sets[] = {&run->now.made->paths, &run->parts.plan->paths};

    for (size_t k = 0; k < ARRAY_SIZE(sets); k++) {
        for (size_t i = 0; i < sets[k]->n; i++) {
            const struct plan_path *path = sets[k]->items[i];

            if (path->routed &&
                (is_among(&in->graphs_added, path->graph) || is_among(&in->graphs_changed, path->graph) ||
                 is_among(&in->graphs_removed, path->graph))) {
                return true;
            }
        }
    }
    return false;
}

static struct err *
come(struct run *run)
{
    struct ns_parts *parts = &run->parts;
    struct rows vnfs = {0};

    for (size_t i = 0; i < parts->plan->vnfs.n; i++) {
        const struct plan_vnf *vnf = parts->plan->vnfs.items[i];

        if (!plan_vnf_find(&run->now.made->vnfs, vnf->vnf_instance_id)) {
            place_add(parts->mem, &vnfs, parts->plan->vnfs.items[i]);
        }
    }
    if (vnfs.n + parts->plan->saps.n + parts->in->graphs_added.n +
                parts->in->graphs_changed.n ==
            0 &&
        !is_rerouted(run)) {
        return NULL;
    }
    for (size_t i = 0; i < parts->plan->saps.n; i++) {
        const struct plan_sap *sap = parts->plan->saps.items[i];

        TRY(steer_sap_check(&parts->steering, sap->name, sap->link, sap->site));
    }
    TRY(vnfs.n ? vnfs_spawn(run, &vnfs) : NULL);
    TRY(ns_saps_make(parts));
    for (size_t i = 0; i < vnfs.n; i++) {
        TRY(ns_vnf_join(parts, vnfs.items[i]));
    }
    TRY(ns_steer(&parts->steering));
    if (is_rerouted(run)) {
        struct rows gone = routed_gone(run);

        TRY(ns_pass(&parts->steering, &gone));
    }
    return ns_saps_open(parts);
}

/* ---- graphs and service access points that go --------------------------------------------- */

static bool
has_hop(const struct rows *hops, const char *name)
{
    for (size_t i = 0; i < hops->n; i++) {
        if (str_eq(((const struct plan_hop *)hops->items[i])->name, name)) {
            return true;
        }
    }
    return false;
}

/* Does the label begin with that name: "NAME/..."? */
static bool
is_below(struct mem *mem, const char *label, const char *name)
{
    return str_starts(label, mem_printf(mem, "%s/", name));
}

/* Classifiers of rules that a path which stays has no more. */
static bool
is_of_rule(const struct run *run, const struct held *held)
{
    const struct rows *paths = &run->parts.plan->paths;

    for (size_t i = 0; str_eq(held->kind, "flow_classifier") && i < paths->n; i++) {
        const struct plan_path *path = paths->items[i];

        if (is_below(run->parts.mem, held->label, path->name)) {
            return !steer_has_rule(run->parts.mem, &path->rules, path->name, held->label);
        }
    }
    return false;
}

static bool
is_of_path(struct mem *mem, const struct held *held, const char *path)
{
    return (str_eq(held->kind, "port_chain") && str_eq(held->label, path)) ||
           ((str_eq(held->kind, "flow_classifier") || str_eq(held->kind, "chain_label")) &&
            is_below(mem, held->label, path));
}

static bool
is_of_hop(struct mem *mem, const struct held *held, const char *hop)
{
    return (str_eq(held->kind, "port_pair_group") && str_eq(held->label, hop)) ||
           (str_eq(held->kind, "port_pair") && is_below(mem, held->label, hop));
}

/* Chains of paths that there will not be, and positions that none goes through any more. */
static bool
is_of_graph(const struct run *run, const struct held *held)
{
    const struct ns_made *before = run->now.made;
    const struct ns_plan *after = run->parts.plan;

    for (size_t i = 0; i < before->paths.n; i++) {
        const char *path = ((const struct plan_path *)before->paths.items[i])->name;

        if (!has_path(&after->paths, path) && is_of_path(run->parts.mem, held, path)) {
            return true;
        }
    }
    for (size_t i = 0; i < before->hops.n; i++) {
        const char *hop = ((const struct plan_hop *)before->hops.items[i])->name;

        if (!has_hop(&after->hops, hop) && is_of_hop(run->parts.mem, held, hop)) {
            return true;
        }
    }
    return false;
}

/* Its port, and what other sites know of it. */
static bool
is_of_sap(const struct run *run, const struct held *held)
{
    return (str_eq(held->kind, "port") || str_eq(held->kind, "remote_port")) &&
           is_among(&run->parts.in->saps_removed, held->label);
}

static struct err *
saps_shut(struct run *run, const struct rows *items)
{
    for (size_t i = 0; i < items->n; i++) {
        const struct held *item = items->items[i];
        struct vim_ref *port = row_new(run->parts.mem, &vim_ref_table);

        if (str_eq(item->kind, "port")) {
            port->site = item->site;
            port->id = item->resource_id;
            TRY(flow_step(run->parts.f, flow_label(run->parts.f, "shut SAP %s", item->label),
                          &vim_port_shut, port, NULL));
        }
    }
    return NULL;
}

static struct err *
parts_go(struct run *run, const char *round,
         bool (*is_going)(const struct run *run, const struct held *held))
{
    const struct rows *noted = &run->now.noted->items;
    struct rows items = {0};

    for (size_t i = 0; i < noted->n; i++) {
        if (is_going(run, noted->items[i])) {
            place_add(run->parts.mem, &items, noted->items[i]);
            place_add(run->parts.mem, &run->changed->removed, noted->items[i]);
        }
    }
    TRY(saps_shut(run, &items));
    return ns_release(run->parts.f, run->now.owner, &items, round);
}

/* ---- VNFs that go ------------------------------------------------------------------------- */

/* The instances of a VNF that chains may know: VNF/VNFC. */
static void
instances_add(struct run *run, const struct plan_vnf *vnf, struct strs *names)
{
    struct mem *mem = run->parts.mem;

    for (size_t i = 0; i < run->now.made->ports.n; i++) {
        const char *port = ((const struct fwd_port *)run->now.made->ports.items[i])->name;
        const char *last = strrchr(port, '/'), *instance;

        if (last && is_below(mem, port, vnf->name)) {
            instance = mem_strn(mem, port, (size_t)(last - port));
            if (!is_among(names, instance)) {
                steer_name_add(mem, names, instance);
            }
        }
    }
}

static struct err *
vnfs_leave(struct run *run)
{
    struct ns_parts *parts = &run->parts;
    struct steering left = parts->steering;
    struct rows noted = {0};
    struct strs leaving = {0};

    for (size_t i = 0; i < parts->in->scaled.n; i++) {
        const struct vnf_in *in = parts->in->scaled.items[i];
        const struct plan_vnf *vnf = plan_vnf_find(&run->now.made->vnfs, in->vnf_instance_id);

        if (vnf) {
            instances_add(run, vnf, &leaving);
        }
    }
    for (size_t i = 0; i < run->now.noted->items.n; i++) {
        place_add(parts->mem, &noted, run->now.noted->items.items[i]);
    }
    for (size_t i = 0; i < parts->steering.held.n; i++) {
        place_add(parts->mem, &noted, parts->steering.held.items[i]);
    }
    left.noted = &noted;
    return ns_unsteer(&left, &leaving, parts->in->drain_s, &run->changed->removed);
}

static const char *
label_of(struct run *run, const struct vnf_in *in)
{
    return flow_label(run->parts.f, "end %s", in->vnf_instance_id);
}

/* One without a site has nothing: its instantiation was given up at the beginning. */
static struct err *
vnfs_end(struct run *run)
{
    const struct rows *ending = &run->parts.in->scaled;

    for (size_t i = 0; i < ending->n; i++) {
        struct vnf_in *in = row_copy(run->parts.mem, ending->items[i]);
        const char *label = label_of(run, in);

        in->ns_lcm_op_occ_id = flow_self(run->parts.f);
        if (in->site) {
            TRY(flow_spawn_as(run->parts.f, label, &vnf_terminate_flow,
                              flow_id(run->parts.f, label), in));
        }
    }
    for (size_t i = 0; i < ending->n; i++) {
        const struct vnf_in *in = ending->items[i];

        if (in->site) {
            TRY(flow_join(run->parts.f, label_of(run, in), NULL));
        }
        steer_name_add(run->parts.mem, &run->changed->gone, in->vnf_instance_id);
    }
    return NULL;
}

/* ---- the end ------------------------------------------------------------------------------ */

static struct err *
keep(struct run *run)
{
    struct ns_parts *parts = &run->parts;
    struct ns_made *made = row_copy(parts->mem, run->now.made);
    struct rows saps = made->saps;

    made->vnfs = parts->plan->vnfs;
    made->paths = parts->plan->paths;
    made->hops = parts->plan->hops;
    made->ports = parts->steering.ports;
    made->scales = parts->in->scales.n ? parts->in->scales : made->scales;
    made->saps = (struct rows){0};
    for (size_t i = 0; i < saps.n; i++) {
        if (!is_among(&parts->in->saps_removed, ((struct ns_sap_made *)saps.items[i])->name)) {
            place_add(parts->mem, &made->saps, saps.items[i]);
        }
    }
    for (size_t i = 0; i < parts->saps.n; i++) {
        place_add(parts->mem, &made->saps, parts->saps.items[i]);
    }
    run->changed->ns_instance_id = parts->in->ns_instance_id;
    run->changed->project_id = parts->in->project_id;
    run->changed->added = parts->steering.held;
    place_add(parts->mem, &run->changed->made, made);
    return flow_step(parts->f, "instance", &ns_scaled, run->changed, NULL);
}

/* ---- what is left of one that was given up ------------------------------------------------ */

struct left {
    struct tx *tx;
    struct ns_plan *plan;
    struct ns_made *made;
    struct held_list *held;
    struct rows renamed; /* struct held: under the names that they have where all goes well */
};

/* The plan that it was done by; without one, nothing was done. */
static struct err *
left_plan(struct left *left, const char *flow_id, bool *planned)
{
    struct cond of_plan[] = {COND("flow_id", flow_id), COND("kind", ns_shape_place.name),
                             COND("state", "DONE"), {0}};
    struct flow_step_row *row;
    const struct json *json;

    TRY(row_find(left->tx, &flow_step_table, of_plan, &row));
    *planned = row && row->output;
    if (!*planned) {
        return NULL;
    }
    TRY(json_parse(tx_mem(left->tx), row->output, strlen(row->output), &json));
    return row_from_json(tx_mem(left->tx), &ns_plan_table, json, left->plan);
}

static const struct held *
held_port(const struct left *left, const char *id)
{
    for (size_t i = 0; i < left->held->items.n; i++) {
        const struct held *held = left->held->items.items[i];

        if (str_eq(held->kind, "port") && str_eq(held->resource_id, id)) {
            return held;
        }
    }
    return NULL;
}

/* A port that was made for one of the plan's SAPs. */
static struct err *
left_sap(void *arg, const struct touched *touched)
{
    struct left *left = arg;
    struct mem *mem = tx_mem(left->tx);
    struct vim_made *made = row_new(mem, &vim_made_table);
    const char *prefix = NS_SAP_STEP;

    if (!touched->is_own || touched->touch != TOUCH_ADDED || !held_port(left, touched->id) ||
        !str_starts(touched->label, prefix)) {
        return NULL;
    }
    TRY(row_from_json(mem, &vim_made_table, touched->out, made));
    for (size_t i = 0; i < left->plan->saps.n; i++) {
        const struct plan_sap *sap = left->plan->saps.items[i];

        if (str_eq(sap->name, touched->label + strlen(prefix))) {
            ns_sap_note(mem, sap, made, &left->made->saps, &left->made->ports);
            held_add(mem, &left->renamed, sap->site, "port", made->id, sap->name);
        }
    }
    return NULL;
}

static struct err *
saps_left(struct left *left, const char *flow_id, const char *ns_instance_id,
          const char *project_id)
{
    struct rows before = left->made->saps;

    left->made->saps = (struct rows){0};
    for (size_t i = 0; i < before.n; i++) {
        if (held_port(left, ((const struct ns_sap_made *)before.items[i])->port_id)) {
            place_add(tx_mem(left->tx), &left->made->saps, before.items[i]);
        }
    }
    TRY(journal_touched(left->tx, flow_id, left_sap, left));
    TRY(held_drop(left->tx, ns_instance_id, &left->renamed));
    return held_insert(left->tx, ns_instance_id, project_id, &left->renamed);
}

/* Does a path that is neither new nor to go pass the position? */
static bool
hop_stays(const struct left *left, const struct rows *before, const char *hop)
{
    for (size_t i = 0; i < before->n; i++) {
        const struct plan_path *path = before->items[i];

        if (has_path(&left->plan->paths, path->name) && is_among(&path->hops, hop)) {
            return true;
        }
    }
    return false;
}

/* Is anything of a path held that comes or goes? */
static bool
path_is_held(const struct left *left, const struct rows *before, const struct plan_path *path)
{
    struct mem *mem = tx_mem(left->tx);

    for (size_t i = 0; i < left->held->items.n; i++) {
        const struct held *held = left->held->items.items[i];

        if (is_of_path(mem, held, path->name)) {
            return true;
        }
        for (size_t j = 0; j < path->hops.n; j++) {
            const char *hop = path->hops.items[j];

            if (is_of_hop(mem, held, hop) && !hop_stays(left, before, hop)) {
                return true;
            }
        }
    }
    return false;
}

static void
hops_left(struct left *left, const struct rows *hops)
{
    for (size_t i = 0; i < hops->n; i++) {
        const struct plan_hop *hop = hops->items[i];
        bool used = false;

        for (size_t j = 0; j < left->made->paths.n; j++) {
            used = used || is_among(&((const struct plan_path *)left->made->paths.items[j])->hops,
                                    hop->name);
        }
        if (used && !has_hop(&left->made->hops, hop->name)) {
            place_add(tx_mem(left->tx), &left->made->hops, hops->items[i]);
        }
    }
}

static const struct plan_path *
path_find(const struct rows *paths, const char *name)
{
    for (size_t i = 0; i < paths->n; i++) {
        if (str_eq(((const struct plan_path *)paths->items[i])->name, name)) {
            return paths->items[i];
        }
    }
    return NULL;
}

static bool
has_nfp(const struct rows *rules, const char *nfp)
{
    for (size_t i = 0; i < rules->n; i++) {
        if (str_eq(((const struct plan_rule *)rules->items[i])->nfp, nfp)) {
            return true;
        }
    }
    return false;
}

/* Adds those rules of 'path' that have a classifier somewhere and are not among 'rules'.  The rule of an NFP
 * before its change, where both are there, is an NFP of its own: so it can be removed. */
static void
rules_held(const struct left *left, const struct plan_path *path, struct rows *rules)
{
    struct mem *mem = tx_mem(left->tx);

    for (size_t i = 0; i < path->rules.n; i++) {
        struct plan_rule *rule = row_copy(mem, path->rules.items[i]);
        const char *label = steer_rule_label(mem, path->name, rule, i);
        bool held = false;

        for (size_t k = 0; k < left->held->items.n; k++) {
            const struct held *item = left->held->items.items[k];

            held = held ||
                   (str_eq(item->kind, "flow_classifier") && str_starts(item->label, label));
        }
        if (held && !steer_has_rule(mem, rules, path->name, label)) {
            rule->nfp = ns_nfp_id(mem, path, i);
            rule->key = rule->key ? rule->key : mem_printf(mem, "%zu", i);
            if (has_nfp(rules, rule->nfp)) {
                rule->nfp = mem_printf(mem, "%s.%s-before", path->name, rule->key);
            }
            place_add(mem, rules, rule);
        }
    }
}

/* A path that stays, with the rules that it has now, be they those before or after. */
static void *
path_left(const struct left *left, const struct plan_path *before, const struct plan_path *after)
{
    struct plan_path *path = row_copy(tx_mem(left->tx), before);
    struct rows rules = {0};

    rules_held(left, after, &rules);
    rules_held(left, before, &rules);
    path->rules = rules.n ? rules : path->rules;
    return path;
}

/* An update gives names to the rules of the paths that it changes. */
static bool
is_changed(const struct plan_path *after)
{
    return after && after->rules.n && ((const struct plan_rule *)after->rules.items[0])->key;
}

static void
paths_left(struct left *left)
{
    const struct rows before = left->made->paths, hops = left->made->hops;
    const struct rows *after = &left->plan->paths, *all[] = {&before, after};

    left->made->paths = left->made->hops = (struct rows){0};
    for (size_t k = 0; k < ARRAY_SIZE(all); k++) {
        for (size_t i = 0; i < all[k]->n; i++) {
            const struct plan_path *path = all[k]->items[i];
            const struct plan_path *now = path_find(after, path->name);
            bool stays = now && has_path(&before, path->name);

            if (!has_path(&left->made->paths, path->name) &&
                (stays || path_is_held(left, &before, path))) {
                place_add(tx_mem(left->tx), &left->made->paths,
                          stays && is_changed(now) ? path_left(left, path, now)
                                                   : all[k]->items[i]);
            }
        }
    }
    hops_left(left, &hops);
    hops_left(left, &left->plan->hops);
}

struct err *
ns_shape_left(struct tx *tx, const char *flow_id, const char *ns_instance_id,
              const char *project_id)
{
    struct left left = {.tx = tx,
                        .plan = row_new(tx_mem(tx), &ns_plan_table),
                        .made = row_new(tx_mem(tx), &ns_made_table),
                        .held = row_new(tx_mem(tx), &held_list_table)};
    struct owner *owner = row_new(tx_mem(tx), &owner_table);
    bool planned;

    TRY(left_plan(&left, flow_id, &planned));
    if (!planned) {
        return NULL;
    }
    owner->owner_id = ns_instance_id;
    TRY(held_read.local(tx, owner, left.held));
    TRY(ns_instance_made(tx, ns_instance_id, left.made));
    TRY(saps_left(&left, flow_id, ns_instance_id, project_id));
    paths_left(&left);
    return ns_made_keep(tx, left.made);
}

/* ---- the flows ---------------------------------------------------------------------------- */

static struct err *
shape_run(struct flow *f, const void *arg)
{
    struct run run = {
        .parts = {.f = f,
                  .mem = flow_mem(f),
                  .in = arg,
                  .plan = row_new(flow_mem(f), &ns_plan_table)},
        .changed = row_new(flow_mem(f), &ns_scaled_table),
    };

    TRY(ns_hold(f, arg));
    TRY(ns_now_read(f, arg, &run.now));
    TRY(plan_make(&run));
    steering_fill(&run);
    TRY(come(&run));
    TRY(parts_go(&run, "graph", is_of_graph));
    TRY(((const struct ns_in *)arg)->graphs_changed.n ? parts_go(&run, "rule", is_of_rule) : NULL);
    TRY(vnfs_leave(&run));
    TRY(vnfs_end(&run));
    TRY(parts_go(&run, "SAP", is_of_sap));
    return keep(&run);
}

const struct flow_type ns_grow_flow = {
    .name = "ns_grow",
    .version = 1,
    .doc = "Adds VNFs, service access points and graphs to a network service.",
    .in = &ns_in_table,
    .run = shape_run,
    .sweep = vim_sweep,
    .spares = ns_spares,
    .state_changed = ns_op_state_changed,
};
const struct flow_type ns_shrink_flow = {
    .name = "ns_shrink",
    .version = 1,
    .doc = "Removes VNFs, service access points and graphs from a network service; may add others.",
    .in = &ns_in_table,
    .run = shape_run,
    .sweep = vim_sweep,
    .spares = ns_spares,
    .state_changed = ns_op_state_changed,
    .no_rollback = true,
};
const struct flow_type ns_scale_up_flow = {
    .name = "ns_scale_up",
    .version = 1,
    .doc = "Adds VNFs as aspects and levels of the NSD say.",
    .in = &ns_in_table,
    .run = shape_run,
    .sweep = vim_sweep,
    .spares = ns_spares,
    .state_changed = ns_op_state_changed,
};
const struct flow_type ns_scale_down_flow = {
    .name = "ns_scale_down",
    .version = 1,
    .doc = "Removes VNFs as aspects and levels of the NSD say; may add others.",
    .in = &ns_in_table,
    .run = shape_run,
    .sweep = vim_sweep,
    .spares = ns_spares,
    .state_changed = ns_op_state_changed,
    .no_rollback = true,
};
