/* Ports that others have taken the place of leave the chains of an NS: instances their groups, ends the
 * classifiers that name them.  Unlike ns_unsteer (resteer.c) nothing is deleted here, so that all of it
 * can be taken back; who called deletes afterwards. */
#include "nfvo/place.h"
#include "nfvo/steer.h"

#include <string.h>

#include "flow/poison.h"

/* ---- at one site ------------------------------------------------------------------------- */

/* The classifiers of a chain that name a port which leaves, added to 'gone'; the others stay. */
static struct err *
classifiers_sort(struct flow *f, const struct fwd_leave *in, const struct fwd_path *path,
                 struct strs *stay, struct strs *gone)
{
    for (size_t i = 0; i < path->before.n; i++) {
        struct vim_ref *ref = row_new(flow_mem(f), &vim_ref_table);
        struct vim_made *now = row_new(flow_mem(f), &vim_made_table);
        bool leaves;

        ref->site = in->site;
        ref->id = path->before.items[i];
        TRY(flow_step(f, flow_label(f, "classifier %zu of %s", i, path->name),
                      &vim_flow_classifier_show, ref, now));
        leaves = (now->logical_source_port && steer_is_among(&in->ports, now->logical_source_port)) ||
                 (now->logical_destination_port &&
                  steer_is_among(&in->ports, now->logical_destination_port));
        steer_name_add(flow_mem(f), leaves ? gone : stay, ref->id);
    }
    return NULL;
}

static struct err *
path_depart(struct flow *f, const struct fwd_leave *in, const struct fwd_path *path,
            struct fwd_made *made)
{
    struct mem *mem = flow_mem(f);
    struct vim_members *members = row_new(mem, &vim_members_table);
    struct strs gone = {0};

    TRY(classifiers_sort(f, in, path, &members->members, &gone));
    for (size_t i = 0; i < path->kept.n; i++) {
        steer_name_add(mem, &members->members, path->kept.items[i]);
    }
    members->site = in->site;
    members->id = path->chain_id;
    for (size_t i = 0; i < gone.n; i++) {
        held_add(mem, &made->items, in->site, "flow_classifier", gone.items[i], path->name);
        steer_name_add(mem, &members->before, gone.items[i]);
    }
    for (size_t i = 0; i < members->members.n; i++) {
        steer_name_add(mem, &members->before, members->members.items[i]);
    }
    return gone.n ? flow_step(f, flow_label(f, "classify %s", path->name), &vim_port_chain_set,
                              members, NULL)
                  : NULL;
}

static struct err *
depart_run(struct flow *f, const void *arg)
{
    const struct fwd_leave *in = arg;
    struct fwd_made *made = row_new(flow_mem(f), &fwd_made_table);

    made->site = in->site;
    TRY(forward_leave(f, in));
    for (size_t i = 0; i < in->paths.n; i++) {
        TRY(path_depart(f, in, in->paths.items[i], made));
    }
    flow_result(f, made);
    return NULL;
}

const struct flow_type ns_depart_flow = {
    .name = "ns_depart",
    .version = 1,
    .doc = "Takes ports that others replace out of the chains of a site.",
    .in = &fwd_leave_table,
    .out = &fwd_made_table,
    .run = depart_run,
};

/* ---- what each site is asked ------------------------------------------------------------- */

static struct strs
instances_parting(const struct steering *s, const struct rows *hops)
{
    struct strs leaving = {0};

    for (size_t i = 0; i < hops->n; i++) {
        const struct fwd_hop *hop = hops->items[i];

        for (size_t j = 0; j < hop->instances.n; j++) {
            const struct fwd_instance *instance = hop->instances.items[j];

            if (steer_is_among(&s->parting, instance->ingress) &&
                !steer_is_among(&leaving, instance->name)) {
                steer_name_add(flow_mem(s->f), &leaving, instance->name);
            }
        }
    }
    return leaving;
}

/* A port as the site knows it: its own, or what stands for one of another site. */
static const char *
port_at(const struct steering *s, const char *site, const char *name)
{
    for (size_t i = 0; i < s->ports.n; i++) {
        const struct fwd_port *port = s->ports.items[i];

        if (str_eq(port->name, name) && str_eq(port->site, site)) {
            return port->port_id;
        }
    }
    return steer_noted(s, site, "remote_port", name);
}

static void
classifiers_take(const struct steering *s, const struct rows *held, const char *site,
                 const char *path, struct strs *ids)
{
    const char *below = mem_printf(flow_mem(s->f), "%s/", path);

    for (size_t i = 0; i < held->n; i++) {
        const struct held *one = held->items[i];

        if (str_eq(one->kind, "flow_classifier") && str_eq(one->site, site) &&
            str_starts(one->label, below)) {
            steer_name_add(flow_mem(s->f), ids, one->resource_id);
        }
    }
}

/* Chains there that a port which leaves may be an end of. */
static void
paths_fill(const struct steering *s, const struct rows *noted, struct fwd_leave *in)
{
    for (size_t i = 0; in->ports.n && i < s->plan->paths.n; i++) {
        const struct plan_path *planned = s->plan->paths.items[i];
        struct fwd_path *path = row_new(flow_mem(s->f), &fwd_path_table);

        path->name = planned->name;
        path->chain_id = steer_noted(s, in->site, "port_chain", planned->name);
        if (planned->routed || !path->chain_id) {
            continue;
        }
        classifiers_take(s, noted, in->site, path->name, &path->before);
        classifiers_take(s, &s->held, in->site, path->name, &path->kept);
        place_add(flow_mem(s->f), &in->paths, path);
    }
}

/* Pairs, labels and remote ports there that go with those that leave. */
static void
items_take(const struct steering *s, const char *site, const struct strs *leaving,
           struct rows *items)
{
    for (size_t i = 0; i < s->noted->n; i++) {
        const struct held *held = s->noted->items[i];
        bool is_remote =
            str_eq(held->kind, "remote_port") && steer_is_among(&s->parting, held->label);

        if (str_eq(held->site, site) && (is_remote || steer_is_of(s, held, leaving))) {
            place_add(flow_mem(s->f), items, s->noted->items[i]);
        }
    }
}

static const char *
label_of(const struct steering *s, const struct fwd_leave *in)
{
    return flow_label(s->f, "depart %s", steer_site_name(s, in->site));
}

static struct err *
depart(struct steering *s, int64_t drain_s, struct rows *items)
{
    struct mem *mem = flow_mem(s->f);
    struct rows before = *s->noted, hops, ins = {0};
    struct strs leaving;

    steer_noted_join(s);
    hops = steer_hops(s);
    leaving = instances_parting(s, &hops);
    for (size_t i = 0; i < s->sites.n; i++) {
        const struct ns_site_made *site = s->sites.items[i];
        struct fwd_leave *in = row_new(mem, &fwd_leave_table);

        in->site = site->site;
        in->drain_s = steer_drains(s, in->site) ? drain_s : 0;
        for (size_t j = 0; j < hops.n; j++) {
            TRY(steer_hop_leave(s, hops.items[j], &leaving, in));
        }
        for (size_t j = 0; j < s->parting.n; j++) {
            const char *id = port_at(s, in->site, s->parting.items[j]);

            if (id) {
                steer_name_add(mem, &in->ports, id);
            }
        }
        paths_fill(s, &before, in);
        items_take(s, in->site, &leaving, items);
        if (in->hops.n + in->paths.n > 0) {
            place_add(mem, &ins, in);
        }
    }
    for (size_t i = 0; i < ins.n; i++) {
        TRY(flow_spawn(s->f, label_of(s, ins.items[i]), &ns_depart_flow, ins.items[i]));
    }
    for (size_t i = 0; i < ins.n; i++) {
        struct fwd_made *made = row_new(mem, &fwd_made_table);

        TRY(flow_join(s->f, label_of(s, ins.items[i]), made));
        for (size_t j = 0; j < made->items.n; j++) {
            place_add(mem, items, made->items.items[j]);
        }
    }
    return NULL;
}

struct err *
ns_depart(struct steering *s, int64_t drain_s, struct rows *items)
{
    struct steering whole = *s;

    TRY(members_join(&whole, "part"));
    TRY(depart(&whole, drain_s, items));
    s->noted = whole.noted;
    return s->parting.n ? ns_follow(s, "DEPART", NULL, drain_s) : NULL;
}
