/* NS scaling by its VNFs (SOL005 6.4.5, SCALE_VNF): chains let go of what leaves, the VNFs are
 * scaled in parallel, chains take in what came.  Other flavours of theirs (6.4.6, CHANGE_VNF_DF): what
 * comes joins before what goes leaves.  A server is in a chain only while it is there. */
#include "nfvo/ns_parts.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

struct run {
    struct flow *f;
    struct mem *mem;
    const struct ns_in *in;
    struct ns_now now;    /* before */
    struct ns_plan *plan; /* as an instantiation would have it: of 'made' and of sites seen now */
    struct steering steering;
    struct strs leaving; /* VNF/VNFC */
    struct ns_scaled *scaled;
    bool flavour; /* To other flavours, not to other levels of the same. */
    bool is_first_version; /* It began in a program that told ports once and for all what they may send. */
};

/* ---- what there is ----------------------------------------------------------------------- */

static struct err *
now_read(struct run *run)
{
    TRY(ns_now_read(run->f, run->in, &run->now));
    ns_steering_begin(run->f, run->in, &run->now, run->plan, &run->steering);
    return NULL;
}

/* ---- what changes ------------------------------------------------------------------------ */

/* A VNFC without a server goes, with what there is of it, and is made anew: it comes back. */
static bool
comes_back(const struct vnf_change *change, const struct made_vnfc *vnfc)
{
    for (size_t i = 0; i < change->added.n; i++) {
        const struct wanted_vnfc *added = change->added.items[i];

        if (str_eq(added->vdu, vnfc->vdu) && added->number == vnfc->number) {
            return true;
        }
    }
    return false;
}

/* One VNF that is scaled. */
struct scaling {
    const struct plan_vnf *vnf;
    struct vnf_in *in;
    struct vnf_change change;
    bool left; /* It failed, and the NS goes on without it. */
};

static void
leaving_add(struct run *run, const struct scaling *scaling)
{
    for (size_t i = 0; i < scaling->change.removed.n; i++) {
        const struct made_vnfc *vnfc = scaling->change.removed.items[i];

        steer_instances_of(run->mem, scaling->vnf->name, vnfc, &run->leaving);
        if (comes_back(&scaling->change, vnfc)) {
            steer_instances_of(run->mem, scaling->vnf->name, vnfc, &run->steering.coming);
        }
    }
}

/* Who lost his server, and is made anew, has other ports then: chains that he has a place in would keep
 * the old ones. */
static struct err *
places_check(const struct run *run, const struct scaling *scaling)
{
    for (size_t i = 0; i < scaling->change.removed.n; i++) {
        const struct made_vnfc *vnfc = scaling->change.removed.items[i];
        struct strs names = {0};

        steer_instances_of(run->mem, scaling->vnf->name, vnfc, &names);
        for (size_t j = 0; comes_back(&scaling->change, vnfc) && j < run->now.noted->items.n; j++) {
            const struct held *held = run->now.noted->items.items[j];

            if (str_eq(held->kind, "port_pair") && steer_is_of(&run->steering, held, &names)) {
                return err_new(E_UNPROCESSABLE, NULL,
                               "VNFC %s of VNF %s has no server and stands in a chain: heal it first",
                               vnfc->name, scaling->vnf->name);
            }
        }
    }
    return NULL;
}

static struct err *
change_find(struct run *run, const struct vnf_in *asked, struct scaling *scaling)
{
    struct owner *owner = row_new(run->mem, &owner_table);
    struct vnf_made *made = row_new(run->mem, &vnf_made_table);
    struct vnf_wanted *wanted = row_new(run->mem, &vnf_wanted_table);
    struct describe_in *what = row_new(run->mem, &describe_in_table);

    scaling->vnf = plan_vnf_find(&run->now.made->vnfs, asked->vnf_instance_id);
    if (!scaling->vnf) {
        return err_new(E_INTERNAL, NULL, "VNF instance %s is none of the NS's",
                       asked->vnf_instance_id);
    }
    scaling->in = row_copy(run->mem, asked);
    scaling->in->ns_lcm_op_occ_id = flow_self(run->f);
    scaling->in->site_name = scaling->vnf->site_name;
    ns_totals_fill(&run->plan->sites, scaling->vnf->site, scaling->in);
    owner->owner_id = asked->vnf_instance_id;
    owner->project_id = asked->project_id;
    TRY(flow_step(run->f, flow_label(run->f, "made %s", scaling->vnf->name), &vnf_made_read, owner,
                  made));
    what->package_id = asked->package_id;
    what->name = asked->name;
    what->flavour_id = run->flavour ? asked->flavour_id : made->flavour_id;
    what->level_id = asked->level_id || run->flavour ? asked->level_id : made->level_id;
    what->scales = asked->scales;
    TRY(flow_step(run->f, flow_label(run->f, "describe %s", scaling->vnf->name), &vnf_describe,
                  what, wanted));
    scaling->change = vnf_change_of(run->mem, made, wanted);
    if (asked->vnfm) { /* Its internal links are its VNFM's. */
        scaling->change.links_added = scaling->change.links_removed = (struct rows){0};
    }
    leaving_add(run, scaling);
    if (scaling->change.added.n + scaling->change.removed.n == 0) {
        steer_name_add(run->mem, &run->steering.mended, scaling->vnf->name);
    }
    if (run->flavour) {
        TRY(places_check(run, scaling));
        TRY(steer_served_check(&run->steering, scaling->vnf, made, &scaling->change));
    }
    TRY(steer_routed_check(&run->steering, scaling->vnf, made, &scaling->change));
    return steer_ends_check(&run->steering, scaling->vnf);
}

/* ---- VNFs ---------------------------------------------------------------------------------- */

static const char *
label_of(struct run *run, const struct scaling *scaling)
{
    return flow_label(run->f, "vnf %s", scaling->vnf->name);
}

static struct err *
vnfs_scale(struct run *run, const struct scaling *scalings)
{
    for (size_t i = 0; i < run->in->scaled.n; i++) {
        const struct scaling *one = &scalings[i];
        const struct flow_type *type =
            one->change.removed.n > 0 ? &vnf_scale_in_flow : &vnf_scale_out_flow;
        const char *label = label_of(run, one);

        TRY(flow_spawn_as(run->f, label, type, flow_id(run->f, label), one->in));
    }
    return NULL;
}

/* All ports but those of the VNF, and those that it has now. */
static void
ports_renew(struct run *run, const struct plan_vnf *vnf, const struct vnf_made *made)
{
    const char *prefix = mem_printf(run->mem, "%s/", vnf->name);
    struct rows before = run->steering.ports;

    run->steering.ports = (struct rows){0};
    for (size_t i = 0; i < before.n; i++) {
        const struct fwd_port *port = before.items[i];

        if (!str_starts(port->name, prefix)) {
            place_add(run->mem, &run->steering.ports, before.items[i]);
        }
    }
    steer_ports_take(run->mem, &run->steering.ports, vnf, made);
}

static bool
has_port(const struct rows *ports, const char *port_id)
{
    for (size_t i = 0; i < ports->n; i++) {
        if (str_eq(((const struct fwd_port *)ports->items[i])->port_id, port_id)) {
            return true;
        }
    }
    return false;
}

/* Its scaling was given up: what it had before and has still is in chains, nothing that is new. */
static struct err *
left_keep(struct run *run, const struct scaling *scaling)
{
    struct owner *owner = row_new(run->mem, &owner_table);
    struct vnf_made *made = row_new(run->mem, &vnf_made_table);
    struct rows before = run->steering.ports, now;

    owner->owner_id = scaling->in->vnf_instance_id;
    owner->project_id = scaling->in->project_id;
    TRY(flow_note(run->f, "VNF %s failed: the NS goes on without it", scaling->vnf->name));
    TRY(flow_step(run->f, flow_label(run->f, "left %s", scaling->vnf->name), &vnf_made_read, owner,
                  made));
    ports_renew(run, scaling->vnf, made);
    now = run->steering.ports;
    run->steering.ports = (struct rows){0};
    for (size_t i = 0; i < now.n; i++) {
        const struct fwd_port *port = now.items[i];

        if (has_port(&before, port->port_id)) {
            place_add(run->mem, &run->steering.ports, now.items[i]);
        }
    }
    return NULL;
}

static struct err *
vnfs_join(struct run *run, const struct scaling *scalings)
{
    for (size_t i = 0; i < run->in->scaled.n; i++) {
        struct vnf_made *made = row_new(run->mem, &vnf_made_table);
        bool left;

        TRY(flow_join_or_leave(run->f, label_of(run, &scalings[i]), made, &left));
        if (left) {
            TRY(left_keep(run, &scalings[i]));
        } else {
            ports_renew(run, scalings[i].vnf, made);
        }
    }
    return NULL;
}

/* ---- flavours ------------------------------------------------------------------------------ */

static bool
goes(const struct scaling *one)
{
    return one->change.removed.n + one->change.links_removed.n > 0;
}

/* Where something goes too, a foreign VNFM does both at once, when it may go. */
static bool
comes(const struct scaling *one)
{
    return one->change.added.n + one->change.links_added.n > 0 && !(one->in->vnfm && goes(one));
}

static bool
is_last(const struct scaling *one)
{
    return !one->left && (goes(one) || !comes(one));
}

/* The flows of those VNFs that 'of' tells, all at once; then their ports are known.  'part' is that of
 * VNFs of which something comes and something goes. */
static struct err *
flavours_run(struct run *run, struct scaling *scalings, const char *word,
             bool (*of)(const struct scaling *one), const char *part)
{
    for (size_t i = 0; i < run->in->scaled.n; i++) {
        const struct scaling *one = &scalings[i];
        const char *label = flow_label(run->f, "%s %s", word, one->vnf->name);
        const struct flow_type *type =
            goes(one) ? &vnf_flavour_change_flow : &vnf_flavour_grow_flow;
        struct vnf_in *in = row_copy(run->mem, one->in);

        in->part = comes(one) && goes(one) ? part : NULL;
        if (of(one)) {
            TRY(flow_spawn_as(run->f, label, type, flow_id(run->f, label), in));
        }
    }
    for (size_t i = 0; i < run->in->scaled.n; i++) {
        struct vnf_made *made = row_new(run->mem, &vnf_made_table);

        if (!of(&scalings[i])) {
            continue;
        }
        TRY(flow_join_or_leave(run->f, flow_label(run->f, "%s %s", word, scalings[i].vnf->name),
                               made, &scalings[i].left));
        if (scalings[i].left) {
            TRY(left_keep(run, &scalings[i]));
        } else {
            ports_renew(run, scalings[i].vnf, made);
        }
    }
    return NULL;
}

/* What is made anew has come back by now. */
static void
leavers_add(struct run *run, const struct scaling *scaling)
{
    for (size_t i = 0; !scaling->left && i < scaling->change.removed.n; i++) {
        const struct made_vnfc *vnfc = scaling->change.removed.items[i];

        if (!comes_back(&scaling->change, vnfc)) {
            steer_instances_of(run->mem, scaling->vnf->name, vnfc, &run->leaving);
        }
    }
}

/* Servers of the new flavour are there and in the chains before those of the old one leave; where they
 * did not come, nothing leaves. */
static struct err *
flavours_change(struct run *run, struct scaling *scalings)
{
    TRY(flavours_run(run, scalings, "vnf", comes, "COMES"));
    TRY(ns_steer(&run->steering));
    steer_noted_join(&run->steering);
    run->leaving = (struct strs){0};
    for (size_t i = 0; i < run->in->scaled.n; i++) {
        leavers_add(run, &scalings[i]);
    }
    TRY(ns_unsteer(&run->steering, &run->leaving, run->in->drain_s, &run->scaled->removed));
    return flavours_run(run, scalings, "rest of vnf", is_last, "GOES");
}

static struct err *
levels_change(struct run *run, const struct scaling *scalings)
{
    const struct rows none = {0};

    TRY(ns_unsteer(&run->steering, &run->leaving, run->in->drain_s, &run->scaled->removed));
    TRY(vnfs_scale(run, scalings));
    TRY(vnfs_join(run, scalings));
    TRY(ns_steer(&run->steering));
    return run->is_first_version ? NULL : ns_pass(&run->steering, &none);
}

/* ---- the flows ----------------------------------------------------------------------------- */

static struct err *
vnfs_change(struct flow *f, const void *arg, bool flavour, bool is_first_version)
{
    struct run run = {
        .f = f,
        .flavour = flavour,
        .is_first_version = is_first_version,
        .mem = flow_mem(f),
        .in = arg,
        .plan = row_new(flow_mem(f), &ns_plan_table),
        .scaled = row_new(flow_mem(f), &ns_scaled_table),
    };
    struct scaling *scalings = MEM_ARRAY(run.mem, run.in->scaled.n + 1, struct scaling);

    TRY(ns_hold(f, run.in));
    TRY(now_read(&run));
    for (size_t i = 0; i < run.in->scaled.n; i++) {
        TRY(change_find(&run, run.in->scaled.items[i], &scalings[i]));
    }
    TRY(flavour ? flavours_change(&run, scalings) : levels_change(&run, scalings));
    run.scaled->ns_instance_id = run.in->ns_instance_id;
    run.scaled->project_id = run.in->project_id;
    run.scaled->added = run.steering.held;
    return flow_step(f, "instance", &ns_scaled, run.scaled, NULL);
}

static struct err *
scale_run(struct flow *f, const void *arg)
{
    return vnfs_change(f, arg, false, false);
}

static struct err *
scale_run_1(struct flow *f, const void *arg)
{
    return vnfs_change(f, arg, false, true);
}

static struct err *
flavour_run(struct flow *f, const void *arg)
{
    return vnfs_change(f, arg, true, false);
}

const struct flow_type ns_scale_out_flow = {
    .name = "ns_scale_out",
    .version = 2,
    .doc = "Adds servers to VNFs of a network service.",
    .in = &ns_in_table,
    .run = scale_run,
    .sweep = vim_sweep,
    .spares = ns_spares,
    .state_changed = ns_op_state_changed,
};
const struct flow_type ns_scale_out_flow_1 = {
    .name = "ns_scale_out",
    .version = 1,
    .doc = "Adds servers to VNFs of a network service.",
    .in = &ns_in_table,
    .run = scale_run_1,
    .sweep = vim_sweep,
    .spares = ns_spares,
    .state_changed = ns_op_state_changed,
};
const struct flow_type ns_scale_in_flow = {
    .name = "ns_scale_in",
    .version = 2,
    .doc = "Removes servers from VNFs of a network service; may add others.",
    .in = &ns_in_table,
    .run = scale_run,
    .sweep = vim_sweep,
    .spares = ns_spares,
    .state_changed = ns_op_state_changed,
    .no_rollback = true,
};
const struct flow_type ns_scale_in_flow_1 = {
    .name = "ns_scale_in",
    .version = 1,
    .doc = "Removes servers from VNFs of a network service; may add others.",
    .in = &ns_in_table,
    .run = scale_run_1,
    .sweep = vim_sweep,
    .spares = ns_spares,
    .state_changed = ns_op_state_changed,
    .no_rollback = true,
};
const struct flow_type ns_flavour_grow_flow = {
    .name = "ns_flavour_grow",
    .version = 1,
    .doc = "Brings VNFs of a network service to flavours that have all of what there is.",
    .in = &ns_in_table,
    .run = flavour_run,
    .sweep = vim_sweep,
    .spares = ns_spares,
    .state_changed = ns_op_state_changed,
};
const struct flow_type ns_flavour_change_flow = {
    .name = "ns_flavour_change",
    .version = 1,
    .doc = "Brings VNFs of a network service to flavours that have not all of what there is.",
    .in = &ns_in_table,
    .run = flavour_run,
    .sweep = vim_sweep,
    .spares = ns_spares,
    .state_changed = ns_op_state_changed,
    .no_rollback = true,
};
