/* VNF scaling (SOL003 5.4.5, 5.4.6) and change of the deployment flavour (5.4.7): from what the
 * instance consists of to what its VNFD wants at other scale levels, or for another flavour.  New links
 * and servers are there before old ones go.
 *
 * What only adds is taken back by its steps' undos.  What deletes servers cannot be:
 * it can be retried, or given up. */
#include "nfvo/nfvo.h"
#include "vim/vim.h"
#include "vnfm/describe.h"
#include "vnfm/flows.h"
#include "vnfm/foreign.h"
#include "vnfm/held.h"
#include "vnfm/op_occ.h"
#include "vnfm/scripts.h"
#include "vnfm/vnfc.h"

#include "flow/poison.h"

struct run {
    struct flow *f;
    const struct vnf_in *in;
    struct vnf_made *before, *after;
    struct vnf_wanted *wanted;
    struct vnf_change change;
    struct vnf_scaled *scaled;
    struct grant_out *grant;
};

/* ---- what changes -------------------------------------------------------------------- */

/* Of what is removed, that which is made anew (it had no server), or the rest. */
static struct rows
removed_part(struct run *run, bool anew)
{
    struct rows part = {0};

    for (size_t i = 0; i < run->change.removed.n; i++) {
        const struct made_vnfc *vnfc = run->change.removed.items[i];
        bool comes_back = false;

        for (size_t j = 0; j < run->change.added.n; j++) {
            const struct wanted_vnfc *added = run->change.added.items[j];

            comes_back |= str_eq(added->vdu, vnfc->vdu) && added->number == vnfc->number;
        }
        if (comes_back == anew) {
            vnf_rows_add(flow_mem(run->f), &part, run->change.removed.items[i]);
        }
    }
    return part;
}

/* A plan does not see what the first part has done. */
static void
part_take(struct run *run)
{
    bool comes = str_eq(run->in->part, "COMES");

    if (!run->in->part) {
        return;
    }
    run->change.removed = removed_part(run, comes);
    if (comes) {
        run->change.links_removed = (struct rows){0};
    } else {
        run->change.added = run->change.links_added = (struct rows){0};
    }
}

static struct err *
change_find(struct run *run)
{
    TRY(vnf_now_read(run->f, run->in, run->before, run->wanted));
    run->change = vnf_change_of(flow_mem(run->f), run->before, run->wanted);
    part_take(run);
    TRY(run->change.links_added.n + run->change.links_removed.n
            ? flow_note(run->f, "%s: %zu links are added, %zu are removed", run->in->name,
                        run->change.links_added.n, run->change.links_removed.n)
            : NULL);
    return flow_note(run->f, "%s: %zu servers are added, %zu are removed", run->in->name,
                     run->change.added.n, run->change.removed.n);
}

static bool
is_among(const struct rows *rows, const void *row)
{
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->items[i] == row) {
            return true;
        }
    }
    return false;
}

static struct rows
those_that_stay(struct mem *mem, const struct rows *before, const struct rows *removed)
{
    struct rows rows = {0};

    for (size_t i = 0; i < before->n; i++) {
        if (!is_among(removed, before->items[i])) {
            vnf_rows_add(mem, &rows, before->items[i]);
        }
    }
    return rows;
}

/* What stays; what is added joins it. */
static void
after_begin(struct run *run)
{
    struct mem *mem = flow_mem(run->f);

    run->after = row_copy(mem, run->before);
    run->after->vnfcs = those_that_stay(mem, &run->before->vnfcs, &run->change.removed);
    run->after->links = those_that_stay(mem, &run->before->links, &run->change.links_removed);
    run->after->connections = vnf_connections_after(mem, run->before, run->wanted,
                                                    &run->in->connections, &run->change);
}

static struct err *
grant_get(struct run *run)
{
    struct mem *mem = flow_mem(run->f);
    const struct vnf_wanted added = {.vnfcs = run->change.added};
    struct vnf_size size = vnf_size_of(&added);
    struct grant_in *in = vnf_grant_in(run->f, run->in, run->before->site, &size);

    in->total_vcpus = run->in->total_vcpus;
    in->total_memory_mb = run->in->total_memory_mb;
    in->total_servers = run->in->total_servers;
    TRY(vnfcs_definitions(mem, &run->change.added, &in->resources));
    TRY(vnfcs_made_definitions(mem, &run->change.removed, &in->removed));
    run->grant = row_new(mem, &grant_out_table);
    TRY(vnf_grant(run->f, &run->in, run->wanted, in, run->grant));
    TRY(flow_started(run->f));
    return vnf_request_judge(run->f, run->in, run->before->site);
}

/* ---- links ------------------------------------------------------------------------------ */

static struct err *
links_add(struct run *run)
{
    struct mem *mem = flow_mem(run->f);
    struct rows links = {0};

    TRY(vnf_links_make(run->f, run->before->site, run->wanted->name, &run->change.links_added,
                       &run->in->managed, &links));
    for (size_t i = 0; i < links.n; i++) {
        struct made_link *made = links.items[i];

        vnf_rows_add(mem, &run->after->links, made);
        vnf_rows_add(mem, &run->after->connections, vnf_link_connection(mem, made));
        vnf_link_held(mem, run->before->site, made, &run->scaled->added);
    }
    return NULL;
}

/* ---- servers ------------------------------------------------------------------------- */

static struct err *
servers_add(struct run *run)
{
    struct mem *mem = flow_mem(run->f);
    struct vnfcs vnfcs = {
        .f = run->f,
        .site = run->before->site,
        .in = run->in,
        .wanted = run->wanted,
        .connections = run->after->connections,
        .zones = run->grant->zones,
    };

    TRY(vnfcs_make(&vnfcs, &run->change.added));
    for (size_t i = 0; i < vnfcs.made.n; i++) {
        vnf_rows_add(mem, &run->after->vnfcs, vnfcs.made.items[i]);
        vnfc_held(mem, run->before->site, vnfcs.made.items[i], &run->scaled->added);
    }
    return NULL;
}

/* The newest goes first, and servers before links: what is held is released from the end of the list. */
/* Ports that a given-up move left at a server: they go with it. */
static void
parting_held(struct run *run, const struct made_vnfc *vnfc)
{
    for (size_t i = 0; i < vnfc->parting.n; i++) {
        const struct made_port *port = vnfc->parting.items[i];

        if (!port->given) {
            held_add(flow_mem(run->f), &run->scaled->removed, run->before->site, "port",
                     port->port_id, port->cpd);
        }
    }
}

static struct err *
rest_remove(struct run *run)
{
    struct mem *mem = flow_mem(run->f);

    for (size_t i = run->change.links_removed.n; i-- > 0;) {
        vnf_link_held(mem, run->before->site, run->change.links_removed.items[i],
                      &run->scaled->removed);
    }
    for (size_t i = run->change.removed.n; i-- > 0;) {
        parting_held(run, run->change.removed.items[i]);
        vnfc_held(mem, run->before->site, run->change.removed.items[i], &run->scaled->removed);
    }
    return held_release(run->f, "", &run->scaled->removed, NULL);
}

/* ---- the flows ----------------------------------------------------------------------- */

static struct err *
result_keep(struct run *run)
{
    struct vnf_size size = vnf_size_of(run->wanted);

    if (str_eq(run->in->part, "COMES")) {
        run->after->flavour_wanted = run->wanted->flavour_id;
    } else {
        run->after->flavour_id = run->wanted->flavour_id;
        run->after->flavour_wanted = NULL;
        run->after->level_id = run->wanted->level_id;
        run->after->scales = run->wanted->scales;
    }
    vnf_rows_add(flow_mem(run->f), &run->scaled->made, run->after);
    TRY(flow_step(run->f, "instance", &vnf_scaled, run->scaled, NULL));
    if (run->change.removed.n > 0 && !str_eq(run->in->part, "COMES")) {
        TRY(flow_step(run->f, "claims", &nfvo_grant_settle,
                      vnf_grant_in(run->f, run->in, run->before->site, &size), NULL));
    }
    flow_result(run->f, run->after);
    return NULL;
}

/* A change of the flavour in two parts ends with its second one: for scripts, what came with the first is
 * as new as it is for the first.  Until version 3 each part was an end. */
static struct err *
scripts_after(struct run *run, bool is_whole)
{
    struct mem *mem = flow_mem(run->f);
    struct scripts scripts = {.f = run->f,
                              .in = run->in,
                              .wanted = run->wanted,
                              .vnfcs = &run->after->vnfcs,
                              .old = &run->before->vnfcs};
    bool comes = str_eq(run->in->part, "COMES");
    struct rows old = {0}, after = {0};

    if (!is_whole) {
        return vnf_scripts_run(&scripts);
    }
    for (size_t i = 0; i < run->before->vnfcs.n; i++) {
        if (!((const struct made_vnfc *)run->before->vnfcs.items[i])->came) {
            vnf_rows_add(mem, &old, run->before->vnfcs.items[i]);
        }
    }
    scripts.old = &old;
    TRY(comes ? NULL : vnf_scripts_run(&scripts));
    for (size_t i = 0; i < run->after->vnfcs.n; i++) {
        struct made_vnfc *vnfc = row_copy(mem, run->after->vnfcs.items[i]);

        vnfc->came = comes && !is_among(&old, run->after->vnfcs.items[i]);
        vnf_rows_add(mem, &after, vnfc);
    }
    run->after->vnfcs = after;
    return NULL;
}

/* A change of the flavour begins with the script of the flavour that it leaves; one in two parts with its first. */
static struct err *
scripts_before(struct run *run, bool is_whole)
{
    if (is_whole) {
        return str_eq(run->in->part, "GOES")
                   ? NULL
                   : vnf_scripts_kept(run->f, run->in, "change_flavour_start", NULL);
    }
    return str_eq(run->in->operation, "CHANGE_FLAVOUR")
               ? NULL
               : vnf_scripts_run(&(struct scripts){.f = run->f,
                                                   .in = run->in,
                                                   .before = true,
                                                   .wanted = run->wanted,
                                                   .vnfcs = &run->before->vnfcs,
                                                   .old = &run->before->vnfcs});
}

/* 'is_whole': a change of the flavour has one beginning and one end, whatever its parts. */
static struct err *
change(struct flow *f, const struct vnf_in *in, bool is_whole)
{
    struct mem *mem = flow_mem(f);
    struct run run = {
        .f = f,
        .in = in,
        .before = row_new(mem, &vnf_made_table),
        .wanted = row_new(mem, &vnf_wanted_table),
        .scaled = row_new(mem, &vnf_scaled_table),
    };

    if (in->vnfm) {
        return foreign_scale(f, in);
    }
    TRY(change_find(&run));
    TRY(grant_get(&run));
    after_begin(&run);
    TRY(scripts_before(&run, is_whole));
    TRY(vnf_info_take(f, in));
    TRY(links_add(&run));
    TRY(servers_add(&run));
    TRY(rest_remove(&run));
    TRY(scripts_after(&run, is_whole));
    return result_keep(&run);
}

static struct err *
scale_run(struct flow *f, const void *arg)
{
    return change(f, arg, false);
}

/* Until version 3 there was no script at its start, and each part was an end. */
static struct err *
flavour_run(struct flow *f, const void *arg)
{
    return change(f, arg, true);
}

const struct flow_type vnf_scale_out_flow = {
    .name = "vnf_scale_out",
    .version = 2,
    .doc = "Adds servers to a VNF.",
    .in = &vnf_in_table,
    .out = &vnf_made_table,
    .run = scale_run,
    .sweep = vim_sweep,
    .starting = true,
    .state_changed = vnf_op_state_changed,
};
const struct flow_type vnf_scale_in_flow = {
    .name = "vnf_scale_in",
    .version = 2,
    .doc = "Removes servers of a VNF; may add others before.",
    .in = &vnf_in_table,
    .out = &vnf_made_table,
    .run = scale_run,
    .sweep = vim_sweep,
    .starting = true,
    .state_changed = vnf_op_state_changed,
    .no_rollback = true,
};
const struct flow_type vnf_flavour_grow_flow = {
    .name = "vnf_flavour_grow",
    .version = 3,
    .doc = "Changes a VNF to a flavour that has all of what there is.",
    .in = &vnf_in_table,
    .out = &vnf_made_table,
    .run = flavour_run,
    .sweep = vim_sweep,
    .starting = true,
    .state_changed = vnf_op_state_changed,
};
const struct flow_type vnf_flavour_grow_flow_2 = {
    .name = "vnf_flavour_grow",
    .version = 2,
    .doc = "Changes a VNF to a flavour that has all of what there is, as before its scripts were whole.",
    .in = &vnf_in_table,
    .out = &vnf_made_table,
    .run = scale_run,
    .sweep = vim_sweep,
    .starting = true,
    .state_changed = vnf_op_state_changed,
};
const struct flow_type vnf_flavour_change_flow = {
    .name = "vnf_flavour_change",
    .version = 3,
    .doc = "Changes a VNF to a flavour that has not all of what there is.",
    .in = &vnf_in_table,
    .out = &vnf_made_table,
    .run = flavour_run,
    .sweep = vim_sweep,
    .starting = true,
    .state_changed = vnf_op_state_changed,
    .no_rollback = true,
};
const struct flow_type vnf_flavour_change_flow_2 = {
    .name = "vnf_flavour_change",
    .version = 2,
    .doc = "Changes a VNF to a flavour that has not all of what there is, as before its scripts were whole.",
    .in = &vnf_in_table,
    .out = &vnf_made_table,
    .run = scale_run,
    .sweep = vim_sweep,
    .starting = true,
    .state_changed = vnf_op_state_changed,
    .no_rollback = true,
};
