/* VNF healing (SOL003 5.4.9): each server asked for is deleted, and another takes over its ports, with
 * their addresses; so chains and peers find it where it was.  A port can be at one server only,
 * which is why the old one goes first: it can be retried or given up, and not be taken back. */
#include "nfvo/nfvo.h"
#include "vim/vim.h"
#include "vnfm/describe.h"
#include "vnfm/flows.h"
#include "vnfm/foreign.h"
#include "vnfm/held.h"
#include "vnfm/op_occ.h"
#include "vnfm/scripts.h"
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

/* ---- the request ------------------------------------------------------------------------- */

static const struct wanted_vnfc *
wanted_of(const struct vnf_wanted *wanted, const struct made_vnfc *vnfc)
{
    for (size_t i = 0; i < wanted->vnfcs.n; i++) {
        const struct wanted_vnfc *one = wanted->vnfcs.items[i];

        if (str_eq(one->vdu, vnfc->vdu) && one->number == vnfc->number) {
            return one;
        }
    }
    return NULL;
}

/* What is not described any more, or lost its ports too, is not made again from its ports. */
static struct err *
targets_check(const struct vnf_in *in, const struct vnf_made *made,
              const struct vnf_wanted *wanted)
{
    for (size_t i = 0; i < made->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = made->vnfcs.items[i];
        const struct wanted_vnfc *one = wanted_of(wanted, vnfc);

        if (vnf_in_names(in, vnfc) && (!one || one->cps.n != vnfc->ports.n)) {
            return err_new(E_CONFLICT, NULL,
                           "VNFC %s is not whole since an operation was given up: scale the VNF to "
                           "the levels that it is at, or terminate it",
                           vnfc->name);
        }
    }
    return NULL;
}

struct err *
vnf_heal_check(struct tx *tx, const struct vnf_instance *instance, const struct strs *vnfcs,
               struct vnf_in *in)
{
    const char *state = json_get_str(instance->instantiated_info, "vnfState");
    struct vnf_made *made = row_new(tx_mem(tx), &vnf_made_table);
    struct vnf_wanted *wanted = row_new(tx_mem(tx), &vnf_wanted_table);
    struct vnfd *vnfd;

    if (!str_eq(state, "STARTED")) {
        return err_new(E_CONFLICT, NULL, "VNF instance %s is %s: only what is STARTED is healed",
                       instance->id, str_or(state, "not INSTANTIATED"));
    }
    TRY(vnf_instance_made(tx, instance->id, made));
    TRY(vnf_servers_check(made, vnfcs));
    TRY(vnfd_load(tx, instance->package_id, &vnfd));
    TRY(vnf_wanted_fill(tx_mem(tx), vnfd, made->flavour_id, made->level_id, &made->scales,
                        wanted));
    in->operation = "HEAL";
    in->servers = *vnfcs;
    in->scales = made->scales;
    return targets_check(in, made, wanted);
}

/* ---- the flow ---------------------------------------------------------------------------- */

struct run {
    struct flow *f;
    const struct vnf_in *in;
    struct vnf_made *before, *after;
    struct vnf_wanted *wanted;
    struct rows lost, made; /* made_vnfc that go; wanted_vnfc that come */
    struct vnf_scaled *scaled;
    struct grant_out *grant;
    bool others_live; /* A flow begun before others might be dead. */
};

static void
targets_find(struct run *run)
{
    struct mem *mem = flow_mem(run->f);

    for (size_t i = 0; i < run->before->vnfcs.n; i++) {
        struct made_vnfc *vnfc = run->before->vnfcs.items[i];
        const struct wanted_vnfc *wanted = wanted_of(run->wanted, vnfc);

        if (wanted && vnf_in_names(run->in, vnfc)) {
            struct wanted_vnfc *same = row_copy(mem, wanted);

            same->name = vnfc->name; /* Where it was the only one of its VDU, it has no number. */
            vnf_rows_add(mem, &run->lost, vnfc);
            vnf_rows_add(mem, &run->made, same);
        }
    }
}

/* Server for server: nothing is claimed, and ports are none of it. */
static struct err *
grant_get(struct run *run)
{
    const struct vnf_size nothing = {0};
    struct mem *mem = flow_mem(run->f);
    struct grant_in *in = vnf_grant_in(run->f, run->in, run->before->site, &nothing);
    struct rows lost = {0}, made = {0};

    for (size_t i = 0; i < run->lost.n; i++) {
        struct made_vnfc *old = row_copy(mem, run->lost.items[i]);
        struct wanted_vnfc *new = row_copy(mem, run->made.items[i]);

        old->ports = new->cps = (struct rows){0};
        vnf_rows_add(mem, &lost, old);
        vnf_rows_add(mem, &made, new);
    }
    TRY(vnfcs_definitions(mem, &made, &in->resources));
    TRY(vnfcs_made_definitions(mem, &lost, &in->removed));
    run->grant = row_new(mem, &grant_out_table);
    TRY(vnf_grant(run->f, &run->in, NULL, in, run->grant));
    return flow_started(run->f);
}

/* Those that go may be dead, and so may others, which are healed next: who lets nobody in is passed over, but what
 * a script says is heard. */
static struct err *
scripts_before(struct run *run)
{
    struct rows stay = {0};

    for (size_t i = 0, next = 0; i < run->before->vnfcs.n; i++) {
        if (next < run->lost.n && run->lost.items[next] == run->before->vnfcs.items[i]) {
            next++;
        } else {
            vnf_rows_add(flow_mem(run->f), &stay, run->before->vnfcs.items[i]);
        }
    }
    return vnf_scripts_run(&(struct scripts){.f = run->f,
                                             .in = run->in,
                                             .before = true,
                                             .may_be_dead = !run->others_live,
                                             .wanted = run->wanted,
                                             .vnfcs = &stay,
                                             .old = &stay});
}

static struct err *
servers_replace(struct run *run)
{
    struct mem *mem = flow_mem(run->f);
    struct vnfcs vnfcs = {
        .f = run->f,
        .site = run->before->site,
        .in = run->in,
        .wanted = run->wanted,
        .connections = run->before->connections,
        .had = run->lost,
        .zones = run->grant->zones,
    };

    TRY(vnfcs_make(&vnfcs, &run->made));
    for (size_t i = 0, next = 0; i < run->before->vnfcs.n; i++) {
        struct made_vnfc *vnfc = run->before->vnfcs.items[i];

        if (next < run->lost.n && run->lost.items[next] == vnfc) {
            struct made_vnfc *made = vnfcs.made.items[next++];

            vnfc_server_held(mem, run->before->site, vnfc, &run->scaled->removed);
            vnfc_server_held(mem, run->before->site, made, &run->scaled->added);
            made->parting = vnfc->parting;
            made->came = vnfc->came;
            vnfc = made;
        }
        vnf_rows_add(mem, &run->after->vnfcs, vnfc);
    }
    return NULL;
}

static struct err *
servers_heal(struct flow *f, const struct vnf_in *in, bool others_live, struct vnf_made **after)
{
    struct mem *mem = flow_mem(f);
    struct run run = {
        .f = f,
        .in = in,
        .before = row_new(mem, &vnf_made_table),
        .wanted = row_new(mem, &vnf_wanted_table),
        .scaled = row_new(mem, &vnf_scaled_table),
        .others_live = others_live,
    };

    TRY(vnf_now_read(f, run.in, run.before, run.wanted));
    targets_find(&run);
    *after = run.after = row_copy(mem, run.before);
    run.after->vnfcs = (struct rows){0};
    TRY(grant_get(&run));
    TRY(scripts_before(&run));
    TRY(servers_replace(&run));
    vnf_rows_add(mem, &run.scaled->made, run.after);
    TRY(vnf_scripts_run(&(struct scripts){.f = f,
                                          .in = run.in,
                                          .wanted = run.wanted,
                                          .vnfcs = &run.after->vnfcs,
                                          .old = &run.before->vnfcs}));
    return flow_step(f, "instance", &vnf_scaled, run.scaled, NULL);
}

struct err *
vnf_servers_heal(struct flow *f, const struct vnf_in *in)
{
    struct vnf_made *after;

    return servers_heal(f, in, false, &after);
}

static struct err *
heal(struct flow *f, const void *arg, bool others_live)
{
    const struct vnf_in *in = arg;
    struct vnf_made *after;

    if (in->vnfm) {
        return foreign_heal(f, in);
    }
    TRY(servers_heal(f, in, others_live, &after));
    flow_result(f, after);
    return NULL;
}

static struct err *
heal_run(struct flow *f, const void *arg)
{
    return heal(f, arg, false);
}

static struct err *
heal_run_2(struct flow *f, const void *arg)
{
    return heal(f, arg, true);
}

const struct flow_type vnf_heal_flow_2 = {
    .name = "vnf_heal",
    .version = 2,
    .doc = "The same, as when its first script had to reach every server.",
    .in = &vnf_in_table,
    .out = &vnf_made_table,
    .run = heal_run_2,
    .sweep = vim_sweep,
    .starting = true,
    .state_changed = vnf_op_state_changed,
    .no_rollback = true,
};
const struct flow_type vnf_heal_flow = {
    .name = "vnf_heal",
    .version = 3,
    .doc = "Replaces servers of a VNF; their ports stay.",
    .in = &vnf_in_table,
    .out = &vnf_made_table,
    .run = heal_run,
    .sweep = vim_sweep,
    .starting = true,
    .state_changed = vnf_op_state_changed,
    .no_rollback = true,
};
