/* CHANGE_EXTERNAL_VNF_CONNECTIVITY (SOL005 6.4.6) of VNFs that paths go through or end at: new ports are
 * there and in the paths before the old ones leave, are drained and go.  Until something is deleted
 * all of it can be taken back. */
#include "nfvo/ns_parts.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

struct run {
    struct flow *f;
    struct mem *mem;
    const struct ns_in *in;
    struct ns_now now; /* before */
    struct ns_plan *plan;
    struct steering steering;
    struct ns_scaled *changed;
    struct strs left; /* names of VNFs that the NS goes on without */
};

/* ---- from here on only forward ----------------------------------------------------------- */

static struct err *
one_way_local(struct tx *tx, const void *in, void *out)
{
    (void)tx, (void)in, (void)out;
    return NULL;
}

static struct err *
one_way_undo(struct tx *tx, const void *in, const void *out)
{
    (void)tx, (void)in, (void)out;
    return err_new(E_CONFLICT, "OneWay",
                   "what its paths went through before is deleted, which cannot be taken back: retry "
                   "the operation, or fail it");
}

const struct step_kind ns_one_way = {
    .name = "ns one way",
    .doc = "From here on the operation deletes, and cannot be taken back.",
    .effect = FLOW_LOCAL,
    .in = &owner_table,
    .local = one_way_local,
    .undo_local = one_way_undo,
};

/* ---- VNFs -------------------------------------------------------------------------------- */

static const struct plan_vnf *
vnf_of(const struct run *run, size_t i)
{
    const struct vnf_in *in = run->in->scaled.items[i];

    return plan_vnf_find(&run->now.made->vnfs, in->vnf_instance_id);
}

/* Its ports did not move: none of them departs. */
static bool
is_left(const struct run *run, const struct plan_vnf *vnf)
{
    for (size_t i = 0; i < run->left.n; i++) {
        if (str_eq(run->left.items[i], vnf->name)) {
            return true;
        }
    }
    return false;
}

static struct err *
vnfs_spawn(struct run *run, const char *word, const char *part)
{
    for (size_t i = 0; i < run->in->scaled.n; i++) {
        const struct plan_vnf *vnf = vnf_of(run, i);
        struct vnf_in *in = row_copy(run->mem, run->in->scaled.items[i]);
        const char *label;

        if (vnf && is_left(run, vnf)) {
            continue;
        }
        if (!vnf) {
            return err_new(E_INTERNAL, NULL, "VNF instance %s is none of the NS's",
                           in->vnf_instance_id);
        }
        label = flow_label(run->f, "%s %s", word, vnf->name);
        in->ns_lcm_op_occ_id = flow_self(run->f);
        in->site_name = vnf->site_name;
        in->part = part;
        TRY(flow_spawn_as(run->f, label, &vnf_change_connectivity_flow, flow_id(run->f, label), in));
    }
    return NULL;
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

/* The record of the VNF as if it had those ports that leave, and no others. */
static struct vnf_made *
made_before(struct run *run, const struct vnf_made *made)
{
    struct vnf_made *before = row_copy(run->mem, made);

    before->vnfcs = (struct rows){0};
    for (size_t i = 0; i < made->vnfcs.n; i++) {
        struct made_vnfc *vnfc = row_copy(run->mem, made->vnfcs.items[i]);

        vnfc->ports = vnfc->parting;
        place_add(run->mem, &before->vnfcs, vnfc);
    }
    return before;
}

/* Both are there for now: ports that the VNF has, and those that they took the place of, also in an
 * operation that was given up. */
static void
ports_take(struct run *run, const struct plan_vnf *vnf, const struct vnf_made *made)
{
    struct vnf_made *before = made_before(run, made);
    struct steering *s = &run->steering;
    struct rows all = {0};
    size_t n_before;

    ns_links_rename(run->now.made, made);
    ns_links_rename(run->now.made, before);
    steer_ports_take(run->mem, &all, vnf, before);
    n_before = all.n;
    steer_ports_take(run->mem, &all, vnf, made);
    for (size_t i = 0; i < all.n; i++) {
        const struct fwd_port *port = all.items[i];
        bool is_known = has_port(&s->ports, port->port_id);

        if (i < n_before) {
            steer_name_add(run->mem, &s->parting, port->name);
        } else if (!is_known) {
            steer_name_add(run->mem, &s->fresh, port->name);
        }
        if (!is_known) {
            place_add(run->mem, &s->ports, all.items[i]);
        }
    }
}

/* One that failed, and that the NS goes on without, has the ports that it had. */
static struct err *
vnfs_join(struct run *run, const char *word, bool are_new)
{
    for (size_t i = 0; i < run->in->scaled.n; i++) {
        const struct plan_vnf *vnf = vnf_of(run, i);
        struct vnf_made *made = row_new(run->mem, &vnf_made_table);
        bool left;

        if (is_left(run, vnf)) {
            continue;
        }
        TRY(flow_join_or_leave(run->f, flow_label(run->f, "%s %s", word, vnf->name), made, &left));
        if (left) {
            steer_name_add(run->mem, &run->left, vnf->name);
            TRY(flow_note(run->f, "VNF %s failed: the NS goes on without it", vnf->name));
        } else if (are_new) {
            ports_take(run, vnf, made);
        }
    }
    return NULL;
}

/* ---- the flow ---------------------------------------------------------------------------- */

static struct err *
old_leave(struct run *run)
{
    struct rows items = {0};

    TRY(ns_depart(&run->steering, run->in->drain_s, &items));
    if (items.n) {
        TRY(flow_step(run->f, "one way", &ns_one_way, run->now.owner, NULL));
        TRY(ns_release(run->f, run->now.owner, &items, "moved"));
    }
    run->changed->removed = items;
    return NULL;
}

static struct err *
connect_run(struct flow *f, const void *arg)
{
    struct run run = {
        .f = f,
        .mem = flow_mem(f),
        .in = arg,
        .plan = row_new(flow_mem(f), &ns_plan_table),
        .changed = row_new(flow_mem(f), &ns_scaled_table),
    };

    TRY(ns_hold(f, run.in));
    TRY(ns_now_read(f, run.in, &run.now));
    ns_steering_begin(f, run.in, &run.now, run.plan, &run.steering);
    TRY(vnfs_spawn(&run, "vnf", "COMES"));
    TRY(vnfs_join(&run, "vnf", true));
    TRY(ns_steer(&run.steering));
    TRY(old_leave(&run));
    TRY(vnfs_spawn(&run, "rest of vnf", "GOES"));
    TRY(vnfs_join(&run, "rest of vnf", false));
    run.changed->ns_instance_id = run.in->ns_instance_id;
    run.changed->project_id = run.in->project_id;
    run.changed->added = run.steering.held;
    return flow_step(f, "instance", &ns_scaled, run.changed, NULL);
}

const struct flow_type ns_connect_flow = {
    .name = "ns_connect",
    .version = 1,
    .doc = "Connects VNFs of a network service otherwise; its paths follow.",
    .in = &ns_in_table,
    .run = connect_run,
    .sweep = vim_sweep,
    .spares = ns_spares,
    .state_changed = ns_op_state_changed,
};
