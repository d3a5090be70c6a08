/* NS instantiation (SOL005 6.4.4): look, place, make what sites need, instantiate
 * the VNFs in parallel, open the SAPs meanwhile, steer the traffic, keep it. */
#include "nfvo/ns_parts.h"

#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

/* ---- plan ------------------------------------------------------------------------------ */

static struct err *
sites_look(struct ns_parts *run, struct rows *seen)
{
    struct owner *owner = row_new(run->mem, &owner_table);
    struct site_list *list = row_new(run->mem, &site_list_table);
    struct site_list *looked = row_new(run->mem, &site_list_table);

    owner->owner_id = run->in->ns_instance_id;
    owner->project_id = run->in->project_id;
    TRY(flow_step(run->f, "sites", &ns_sites, owner, list));
    TRY(flow_step(run->f, "look", &ns_sites_look, list, looked));
    *seen = looked->sites;
    return NULL;
}

static struct err *
plan_make(struct ns_parts *run, bool is_first_version)
{
    struct place_in *in = row_new(run->mem, &place_in_table);

    in->seed = flow_self(run->f);
    place_add(run->mem, &in->ns, ns_given_names(run));
    TRY(ns_links_look(run->f, run->in, !is_first_version));
    TRY(sites_look(run, &in->sites));
    TRY(flow_step(run->f, "place", &ns_place, in, run->plan));
    for (size_t i = 0; i < run->plan->notes.n; i++) {
        TRY(flow_note(run->f, "%s", run->plan->notes.items[i]));
    }
    return NULL;
}

/* ---- what sites need -------------------------------------------------------------------- */

/* The links of one site, each with that site's share only. */
static void
links_of_site(struct ns_parts *run, const struct site_seen *site, struct ns_site_in *in)
{
    for (size_t i = 0; i < run->plan->links.n; i++) {
        const struct plan_link *link = run->plan->links.items[i];

        for (size_t j = 0; j < link->members.n; j++) {
            struct plan_member *member = link->members.items[j];
            struct plan_link *own;

            if (str_eq(member->site, site->site)) {
                own = row_copy(run->mem, link);
                own->members = (struct rows){0};
                place_add(run->mem, &own->members, member);
                place_add(run->mem, &in->links, own);
            }
        }
    }
}

static struct err *
bases_spawn(struct ns_parts *run)
{
    for (size_t i = 0; i < run->plan->sites.n; i++) {
        const struct site_seen *site = run->plan->sites.items[i];
        struct ns_site_in *in = row_new(run->mem, &ns_site_in_table);

        in->site = site->site;
        in->name = run->in->name;
        links_of_site(run, site, in);
        TRY(flow_spawn(run->f, flow_label(run->f, "site %s", site->name), &ns_site_flow, in));
    }
    return ns_images_spawn(run);
}

static void
base_held(struct ns_parts *run, const struct ns_site_made *made)
{
    struct rows *held = &run->steering.held;

    held_add(run->mem, held, made->site, "security_group", made->security_group_id, "group");
    for (size_t i = 0; i < made->nets.n; i++) {
        const struct made_net *net = made->nets.items[i];

        held_add(run->mem, held, made->site, "network", net->network_id, net->link);
        held_add(run->mem, held, made->site, "subnet", net->subnet_id, net->link);
        if (net->router_id) {
            held_add(run->mem, held, made->site, "router", net->router_id, net->link);
        }
        if (net->interconnect_id) {
            held_add(run->mem, held, made->site, "interconnect", net->interconnect_id, net->link);
        }
    }
}

static struct err *
bases_join(struct ns_parts *run)
{
    for (size_t i = 0; i < run->plan->sites.n; i++) {
        const struct site_seen *site = run->plan->sites.items[i];
        struct ns_site_made *made = row_new(run->mem, &ns_site_made_table);

        TRY(flow_join(run->f, flow_label(run->f, "site %s", site->name), made));
        base_held(run, made);
        ns_given_take(run, made);
        place_add(run->mem, &run->steering.sites, made);
    }
    return ns_images_join(run);
}

/* ---- VNFs ------------------------------------------------------------------------------------ */

static struct err *
vnfs_spawn(struct ns_parts *run)
{
    struct ns_vnfs *rows = row_new(run->mem, &ns_vnfs_table);

    rows->ns_instance_id = run->in->ns_instance_id;
    rows->project_id = run->in->project_id;
    rows->vnfs = run->plan->vnfs;
    TRY(flow_step(run->f, "instances", &ns_vnfs_make, rows, NULL));
    for (size_t i = 0; i < run->plan->vnfs.n; i++) {
        TRY(ns_vnf_spawn(run, run->plan->vnfs.items[i]));
    }
    return NULL;
}

static struct err *
vnfs_join(struct ns_parts *run)
{
    for (size_t i = 0; i < run->plan->vnfs.n; i++) {
        TRY(ns_vnf_join(run, run->plan->vnfs.items[i]));
    }
    return NULL;
}

/* ---- the end
 * ---------------------------------------------------------------------------------------- */

static struct err *
keep(struct ns_parts *run)
{
    struct held_list *held = row_new(run->mem, &held_list_table);
    struct ns_made *made = row_new(run->mem, &ns_made_table);

    held->owner_id = run->in->ns_instance_id;
    held->project_id = run->in->project_id;
    held->items = run->steering.held;
    TRY(flow_step(run->f, "holdings", &held_note, held, NULL));
    made->ns_instance_id = run->in->ns_instance_id;
    made->project_id = run->in->project_id;
    made->flavour_id = run->plan->flavour_id;
    made->sites = run->steering.sites;
    made->ports = run->steering.ports;
    made->vnfs = run->plan->vnfs;
    made->saps = run->saps;
    made->paths = run->plan->paths;
    made->hops = run->plan->hops;
    made->scales = run->plan->scales;
    made->pnfs = run->in->pnfs_added;
    return flow_step(run->f, "instance", &ns_keep, made, NULL);
}

static struct err *
instantiate_as(struct flow *f, const void *arg, bool is_first_version)
{
    struct ns_parts run = {
        .f = f,
        .mem = flow_mem(f),
        .in = arg,
        .plan = row_new(flow_mem(f), &ns_plan_table),
    };

    run.steering.f = f;
    run.steering.in = run.in;
    run.steering.plan = run.plan;
    TRY(ns_hold(f, run.in));
    TRY(plan_make(&run, is_first_version));
    TRY(ns_nest_begin(f, run.in));
    TRY(bases_spawn(&run));
    TRY(bases_join(&run));
    TRY(ns_nested_spawn(&run));
    TRY(vnfs_spawn(&run));
    TRY(ns_saps_make(&run));
    TRY(vnfs_join(&run));
    TRY(ns_nested_join(&run));
    TRY(ns_steer(&run.steering));
    TRY(ns_saps_open(&run));
    TRY(keep(&run));
    return run.in->added.n ? flow_step(f, "taken in", &ns_vnfs_adopt, run.in, NULL) : NULL;
}

static struct err *
instantiate_run(struct flow *f, const void *arg)
{
    return instantiate_as(f, arg, false);
}

static struct err *
instantiate_run_1(struct flow *f, const void *arg)
{
    return instantiate_as(f, arg, true);
}

const struct flow_type ns_instantiate_flow = {
    .name = "ns_instantiate",
    .version = 2,
    .doc = "Instantiates a network service.",
    .in = &ns_in_table,
    .run = instantiate_run,
    .sweep = vim_sweep,
    .spares = ns_spares,
    .state_changed = ns_op_state_changed,
};
const struct flow_type ns_instantiate_flow_1 = {
    .name = "ns_instantiate",
    .version = 1,
    .doc = "The same without a look at the groups of links; those that an earlier program began.",
    .in = &ns_in_table,
    .run = instantiate_run_1,
    .sweep = vim_sweep,
    .spares = ns_spares,
    .state_changed = ns_op_state_changed,
};
