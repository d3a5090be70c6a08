/* Paths follow what they go through in nested NSs: an operation of the nested NS that brings or takes
 * away functions has the NSs around told of it, in a flow of its own for each of them, before what goes is
 * deleted.  These NSs rest meanwhile (ns.c), so that their records may be written. */
#include "nfvo/ns_parts.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "vnfm/vnfm.h"

#include <string.h>

#include "flow/poison.h"

/* ---- an operation of the nested NS --------------------------------------------------------- */

static struct follow_in *
input_of(const struct steering *s, const struct ns_around *around, const char *part)
{
    struct mem *mem = flow_mem(s->f);
    struct follow_in *in = row_new(mem, &follow_in_table);

    in->ns_instance_id = around->ns_instance_id;
    in->project_id = s->in->project_id;
    in->name = around->name;
    in->nested_id = s->in->ns_instance_id;
    in->nested = around->nested;
    in->part = part;
    in->vnfs = s->plan->vnfs;
    in->ports = members_ports(mem, &s->sites, &s->ports);
    in->coming = s->coming;
    in->mended = s->mended;
    in->parting = s->parting;
    in->fresh = s->fresh;
    return in;
}

struct err *
ns_follow(struct steering *s, const char *part, const struct strs *leaving, int64_t drain_s)
{
    const struct flow_type *type = str_eq(part, "LEAVE") ? &ns_unfollow_flow : &ns_follow_flow;

    for (size_t i = 0; i < s->in->around.n; i++) {
        const struct ns_around *around = s->in->around.items[i];
        struct follow_in *in = input_of(s, around, part);

        in->leaving = leaving ? *leaving : in->leaving;
        in->drain_s = drain_s;
        TRY(flow_spawn(s->f, flow_label(s->f, "%s around %s", part, around->ns_instance_id), type,
                       in));
    }
    for (size_t i = 0; i < s->in->around.n; i++) {
        const struct ns_around *around = s->in->around.items[i];

        TRY(flow_join(s->f, flow_label(s->f, "%s around %s", part, around->ns_instance_id), NULL));
    }
    return NULL;
}

/* ---- at the NS around ---------------------------------------------------------------------- */

struct run {
    struct flow *f;
    struct mem *mem;
    const struct follow_in *in;
    struct ns_in *ns;
    struct ns_now now;
    struct ns_plan *plan;
    struct steering steering;
    struct ns_scaled *changed;
};

static struct strs
renamed(const struct run *run, const struct strs *names)
{
    struct strs all = {0};

    for (size_t i = 0; i < names->n; i++) {
        steer_name_add(run->mem, &all,
                       member_name(run->mem, run->in->nested_id, names->items[i]));
    }
    return all;
}

/* All members: the nested NS's as its operation knows them, others as they are recorded. */
static struct err *
members_fill(struct run *run)
{
    struct members *recorded = row_new(run->mem, &members_table);
    struct members *all = row_new(run->mem, &members_table);
    const struct member_of of = {.ns_instance_id = run->in->nested_id,
                                 .nested = run->in->nested,
                                 .vnfs = &run->in->vnfs,
                                 .ports = &run->in->ports};
    const char *own = member_name(run->mem, run->in->nested_id, "");

    TRY(members_read(&run->steering, run->in->part, recorded));
    for (size_t i = 0; i < recorded->vnfs.n; i++) {
        if (!str_starts(((const struct plan_vnf *)recorded->vnfs.items[i])->name, own)) {
            place_add(run->mem, &all->vnfs, recorded->vnfs.items[i]);
        }
    }
    for (size_t i = 0; i < recorded->ports.n; i++) {
        if (!str_starts(((const struct fwd_port *)recorded->ports.items[i])->name, own)) {
            place_add(run->mem, &all->ports, recorded->ports.items[i]);
        }
    }
    members_add(run->mem, &run->plan->hops, &of, all);
    members_take(&run->steering, all);
    return NULL;
}

static struct err *
begin(struct run *run)
{
    struct steering *s = &run->steering;

    run->ns->ns_instance_id = run->in->ns_instance_id;
    run->ns->project_id = run->in->project_id;
    run->ns->name = run->in->name;
    TRY(ns_now_read(run->f, run->ns, &run->now));
    ns_steering_begin(run->f, run->ns, &run->now, run->plan, s);
    TRY(members_fill(run));
    s->coming = renamed(run, &run->in->coming);
    s->mended = renamed(run, &run->in->mended);
    s->parting = renamed(run, &run->in->parting);
    s->fresh = renamed(run, &run->in->fresh);
    run->changed->ns_instance_id = run->in->ns_instance_id;
    run->changed->project_id = run->in->project_id;
    return NULL;
}

static struct err *
part_run(struct run *run)
{
    struct steering *s = &run->steering;
    struct strs leaving = renamed(run, &run->in->leaving);
    struct rows items = {0};

    if (str_eq(run->in->part, "JOIN")) {
        return ns_steer(s);
    }
    if (str_eq(run->in->part, "LEAVE")) {
        return ns_unsteer(s, &leaving, run->in->drain_s, &run->changed->removed);
    }
    TRY(ns_depart(s, run->in->drain_s, &items));
    if (items.n) {
        TRY(flow_step(run->f, "one way", &ns_one_way, run->now.owner, NULL));
        TRY(ns_release(run->f, run->now.owner, &items, "moved"));
    }
    run->changed->removed = items;
    return NULL;
}

static struct err *
follow_run(struct flow *f, const void *arg)
{
    struct run run = {
        .f = f,
        .mem = flow_mem(f),
        .in = arg,
        .ns = row_new(flow_mem(f), &ns_in_table),
        .plan = row_new(flow_mem(f), &ns_plan_table),
        .changed = row_new(flow_mem(f), &ns_scaled_table),
    };

    TRY(begin(&run));
    TRY(part_run(&run));
    run.changed->added = run.steering.held;
    return flow_step(f, "instance", &ns_scaled, run.changed, NULL);
}

/* What one that is given up left is the NS's around. */
static struct err *
follow_state_changed(struct tx *tx, const struct flow_row *flow, int old)
{
    struct follow_in *in = row_new(tx_mem(tx), &follow_in_table);
    const struct json *json;

    if (old == FLOW_N_STATES || flow_row_state(flow) != FLOW_FAILED) {
        return NULL;
    }
    TRY(json_parse(tx_mem(tx), flow->input, strlen(flow->input), &json));
    TRY(row_from_json(tx_mem(tx), &follow_in_table, json, in));
    TRY(held_follow_journal(tx, flow->id, in->ns_instance_id, in->project_id));
    return ns_instance_renew(tx, in->ns_instance_id);
}

const struct flow_type ns_follow_flow = {
    .name = "ns_follow",
    .version = 1,
    .doc = "Paths of an NS follow what comes in one that is nested in it.",
    .in = &follow_in_table,
    .run = follow_run,
    .sweep = vim_sweep,
    .state_changed = follow_state_changed,
};
const struct flow_type ns_unfollow_flow = {
    .name = "ns_unfollow",
    .version = 1,
    .doc = "Paths of an NS let go of what leaves in one that is nested in it.",
    .in = &follow_in_table,
    .run = follow_run,
    .state_changed = follow_state_changed,
    .no_rollback = true,
};

/* ---- which NSs around ---------------------------------------------------------------------- */

/* Positions of an NS around, as far as they are in the nested one. */
static void
passed_add(struct mem *mem, const struct rows *hops, const char *nested, struct rows *passed)
{
    size_t n = strlen(nested);

    for (size_t i = 0; i < hops->n; i++) {
        const struct plan_hop *hop = hops->items[i];

        for (size_t k = 0; k < hop->functions.n; k++) {
            const struct plan_cp *cp = hop->functions.items[k];
            struct plan_cp *own;

            if (cp->nested && str_eq(cp->nested, nested)) {
                own = row_copy(mem, cp);
                own->vnf = cp->vnf + n + 1;
                own->nested = NULL;
                place_add(mem, passed, own);
            }
        }
    }
}

struct err *
ns_around_fill(struct tx *tx, const struct ns_instance *ns, struct ns_in *in)
{
    struct mem *mem = tx_mem(tx);
    const char *nested = ns->nested_as;
    struct ns_instance *outer;

    for (const char *id = ns->nested_in; id && nested; id = outer->nested_in) {
        struct ns_made *made = row_new(mem, &ns_made_table);
        struct ns_around *around = row_new(mem, &ns_around_table);
        size_t before = in->passed.n;

        TRY(row_get(tx, &ns_instance_table, id, &outer));
        TRY(outer->made ? ns_instance_made(tx, id, made) : NULL);
        passed_add(mem, &made->hops, nested, &in->passed);
        if (in->passed.n > before) {
            around->ns_instance_id = outer->id;
            around->name = str_empty(outer->name) ? outer->id : outer->name;
            around->nested = nested;
            place_add(mem, &in->around, around);
        }
        nested = outer->nested_as ? mem_printf(mem, "%s:%s", outer->nested_as, nested) : NULL;
    }
    return NULL;
}

static struct err *
inside_free(struct tx *tx, const char *ns_instance_id)
{
    struct rows rows;

    TRY(ns_nested_of(tx, ns_instance_id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct ns_instance *ns = rows.items[i];

        TRY(ns_operation_free(tx, ns->id));
        TRY(inside_free(tx, ns->id));
    }
    return NULL;
}

struct err *
ns_inside_free(struct tx *tx, const struct ns_instance *ns)
{
    struct ns_made *made = row_new(tx_mem(tx), &ns_made_table);

    TRY(ns->made ? ns_instance_made(tx, ns->id, made) : NULL);
    return members_wanted(&made->hops) ? inside_free(tx, ns->id) : NULL;
}

struct err *
ns_inside_free_for(struct tx *tx, const struct ns_in *in)
{
    struct nsd *nsd;

    if (in->graphs_added.n == 0) {
        return NULL;
    }
    TRY(nsd_load(tx, in->nsd_info_id, &nsd));
    for (size_t i = 0; i < nsd->n_graphs; i++) {
        if (steer_is_among(&in->graphs_added, nsd->graphs[i].name) &&
            place_goes_inside(&nsd->graphs[i])) {
            return inside_free(tx, in->ns_instance_id);
        }
    }
    return NULL;
}
