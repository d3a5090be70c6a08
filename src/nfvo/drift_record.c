/* What is recorded of instances, from their rows: what a comparison holds against what sites show. */
#include "nfvo/drift.h"
#include "nfvo/flows.h"
#include "nfvo/steer.h"
#include "vim/marked.h"
#include "vnfm/vnfm.h"

#include <string.h>

/* ---- rows ---------------------------------------------------------------------------------- */

struct err *
drift_holdings(struct tx *tx, const char *owner_id, struct rows *rows)
{
    struct cond owned[] = {COND("owner_id", owner_id), {0}};
    struct sort sorts[] = {{.attr = "position"}, {0}};
    struct query query = {.table = &holding_table, .conds = owned, .sorts = sorts};

    return rows_select(tx, &query, rows);
}

struct err *
drift_subject_vnfs(struct tx *tx, const struct drift_subject *subject, struct rows *rows)
{
    struct cond of_ns[] = {COND("ns_instance_id", subject->ns_id), {0}};
    struct cond itself[] = {COND("id", subject->vnf_id), {0}};
    struct sort by_name[] = {{.attr = "name"}, {0}};
    struct query query = {.table = &vnf_instance_table,
                          .conds = subject->ns_id ? of_ns : itself,
                          .sorts = by_name};

    return rows_select(tx, &query, rows);
}

/* What is under way is not recorded yet. */
struct err *
drift_subject_free(struct tx *tx, const struct drift_subject *subject, const struct rows *vnfs)
{
    if (subject->ns_id) {
        TRY(ns_operation_free(tx, subject->ns_id));
    }
    for (size_t i = 0; i < vnfs->n; i++) {
        TRY(vnf_operation_free(tx, ((const struct vnf_instance *)vnfs->items[i])->id));
    }
    return NULL;
}

/* ---- the record ------------------------------------------------------------------------------- */

struct recording {
    struct tx *tx;
    struct mem *mem;
    struct drift_record *record;
    size_t first;         /* Of the record: where what is read now begins. */
    const char *ns;       /* As commands are told it, or null. */
    struct map by_label;  /* As labels of chains have it -> drift_vnf */
    struct map servers;   /* SITE/port/ID -> server */
    const struct ns_made *made; /* Of the NS; of a VNF of none: nothing. */
    struct map passes;    /* SITE/port/ID -> struct strs: prefixes of others that it may send */
};

/* What needs no quotes is called by its name. */
static const char *
word_of(const char *name, const char *id)
{
    return drift_word_is_plain(name) ? name : id;
}

static struct strs
levels_of(struct mem *mem, const struct rows *scales)
{
    struct strs levels = {.items = MEM_ARRAY(mem, scales->n + 1, const char *)};

    for (size_t i = 0; i < scales->n; i++) {
        const struct vnf_scale *scale = scales->items[i];

        levels.items[levels.n++] =
            mem_printf(mem, "%s=%lld", scale->aspect, (long long)scale->level);
    }
    return levels;
}

/* What a routed path's prefixes let its function's ports send. */
static void
passes_record(struct recording *r, const struct vnf_instance *row, const char *site,
              const struct made_port *port)
{
    struct strs passes = route_passes(r->mem, &r->made->paths, row->vnf_profile_id, port->requirement);

    if (passes.n > 0) {
        map_set(&r->passes, drift_key(r->mem, site, "port", port->port_id),
                mem_copy(r->mem, &passes, sizeof passes));
    }
}

static struct err *
vnf_record(struct recording *r, const struct vnf_instance *row)
{
    struct vnf_made *made = row_new(r->mem, &vnf_made_table);
    struct drift_vnf *vnf = MEM_NEW(r->mem, struct drift_vnf);

    vnf->id = row->id;
    vnf->name = word_of(row->name, row->id);
    vnf->ns = r->ns;
    map_init(&vnf->stopped, r->mem);
    if (str_eq(row->instantiation_state, "INSTANTIATED")) {
        vnf->state = json_get_str(row->instantiated_info, "vnfState");
    }
    map_set(&r->record->vnfs, row->id, vnf);
    if (!row->made) {
        return NULL;
    }
    TRY(vnf_instance_made(r->tx, row->id, made));
    vnf->levels = levels_of(r->mem, &made->scales);
    for (size_t i = 0; i < made->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = made->vnfcs.items[i];

        if (str_empty(vnfc->server_id)) {
            steer_name_add(r->mem, &vnf->bare, vnfc->name);
        }
        if (vnfc->stopped && !str_empty(vnfc->server_id)) {
            map_set(&vnf->stopped, vnfc->server_id, vnf);
        }
        for (size_t j = 0; !str_empty(vnfc->server_id) && j < vnfc->ports.n; j++) {
            const struct made_port *port = vnfc->ports.items[j];

            map_set(&r->servers, drift_key(r->mem, made->site, "port", port->port_id),
                    mem_str(r->mem, vnfc->server_id));
            passes_record(r, row, made->site, port);
        }
    }
    return NULL;
}

static struct err *
things_record(struct recording *r, const char *owner_id, const struct drift_vnf *vnf)
{
    struct rows rows;

    TRY(drift_holdings(r->tx, owner_id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct holding *row = rows.items[i];
        struct drift_thing thing = {.owner = row->owner_id,
                                    .site = row->site_id,
                                    .kind = row->kind,
                                    .id = row->resource_id,
                                    .label = row->label,
                                    .vnf = vnf};

        const char *key = drift_key(r->mem, thing.site, thing.kind, thing.id);

        if (vim_is_marker(thing.id)) { /* Nobody knows whether it is there: if so, it is told as left over. */
            thing.since = row->created_at;
            map_set(&r->record->doubts, key, mem_copy(r->mem, &thing, sizeof thing));
            continue;
        }
        if (row->stale) { /* The same. */
            map_set(&r->record->stale, key, r);
            continue;
        }
        thing.server = map_get(&r->servers, key);
        if (map_get(&r->passes, key)) {
            thing.members = *(const struct strs *)map_get(&r->passes, key);
        }
        vec_add(r->mem, &r->record->things, thing);
    }
    return NULL;
}

/* ---- groups: a pair "HOP/VNF/VNFC" is a member of group "HOP" -------------------------------- */

/* Names of positions may have a '/': the longest that fits. */
static struct drift_thing *
group_find(struct recording *r, const struct drift_thing *pair)
{
    struct drift_thing *found = NULL;

    for (size_t i = r->first; i < r->record->things.n; i++) {
        struct drift_thing *thing = &r->record->things.items[i];
        size_t n = strlen(thing->label);

        if (str_eq(thing->kind, "port_pair_group") && str_eq(thing->site, pair->site) &&
            str_starts(pair->label, thing->label) && pair->label[n] == '/' &&
            (!found || n > strlen(found->label))) {
            found = thing;
        }
    }
    return found;
}

static void
member_add(struct recording *r, struct drift_thing *group, const struct drift_thing *pair)
{
    const char *vnf = pair->label + strlen(group->label) + 1, *end = strchr(vnf, '/');
    const char **grown = MEM_ARRAY(r->mem, group->members.n + 1, const char *);

    for (size_t i = 0; i < group->members.n; i++) {
        grown[i] = group->members.items[i];
    }
    grown[group->members.n++] = pair->id;
    group->members.items = grown;
    if (end && !group->vnf) {
        group->vnf = map_get(&r->by_label, mem_strn(r->mem, vnf, (size_t)(end - vnf)));
    }
}

static void
members_record(struct recording *r)
{
    for (size_t i = r->first; i < r->record->things.n; i++) {
        struct drift_thing *thing = &r->record->things.items[i];
        struct drift_thing *group = str_eq(thing->kind, "port_pair") ? group_find(r, thing) : NULL;

        if (group) {
            member_add(r, group, thing);
        }
    }
}

/* ---- routers: what paths and ports say ------------------------------------------------------- */

/* A scaling to where one of its functions is tells them anew. */
static const struct drift_vnf *
routed_vnf(struct recording *r, const struct ns_made *made, const char *link)
{
    for (size_t i = 0; i < made->paths.n; i++) {
        const struct plan_path *path = made->paths.items[i];

        for (size_t j = 0; j < path->routes.n; j++) {
            const struct plan_route *route = path->routes.items[j];

            for (size_t k = 0; str_eq(route->link, link) && k < made->vnfs.n; k++) {
                const struct plan_vnf *vnf = made->vnfs.items[k];

                if (str_eq(vnf->profile, route->vnf)) {
                    return map_get(&r->record->vnfs, vnf->vnf_instance_id);
                }
            }
        }
    }
    return NULL;
}

static void
routes_record(struct recording *r, const struct ns_made *made)
{
    for (size_t i = r->first; i < r->record->things.n; i++) {
        struct drift_thing *thing = &r->record->things.items[i];
        struct rows routes = {0};

        if (!str_eq(thing->kind, "router")) {
            continue;
        }
        routes = route_of_link(r->mem, &made->paths, &made->vnfs, &made->ports, thing->label);
        thing->vnf = routed_vnf(r, made, thing->label);
        for (size_t k = 0; k < routes.n; k++) {
            const struct vim_route *route = routes.items[k];

            if (route->nexthop) {
                steer_name_add(r->mem, &thing->members,
                               drift_route(r->mem, route->destination, route->nexthop));
            }
        }
    }
}

/* ---- chains: groups and classifiers of a path ------------------------------------------------- */

/* Is the thing one of the path's: its chain, its classifiers and labels, what its positions are? */
static bool
is_of_path(struct recording *r, const struct drift_thing *thing, const struct plan_path *path)
{
    bool is_pair = str_eq(thing->kind, "port_pair");

    if (str_eq(thing->kind, "port_chain")) {
        return str_eq(thing->label, path->name);
    }
    if (str_eq(thing->kind, "flow_classifier") || str_eq(thing->kind, "chain_label")) {
        return str_starts(thing->label, mem_printf(r->mem, "%s/", path->name));
    }
    for (size_t i = 0; (is_pair || str_eq(thing->kind, "port_pair_group")) && i < path->hops.n; i++) {
        const char *hop = path->hops.items[i];

        if (is_pair ? str_starts(thing->label, mem_printf(r->mem, "%s/", hop))
                    : str_eq(thing->label, hop)) {
            return true;
        }
    }
    return false;
}

/* As the NSD has it: what clients changed of it would not come again. */
static bool
is_as_described(const struct ns_made *made, const char *graph)
{
    for (size_t i = 0; i < made->paths.n; i++) {
        const struct plan_path *path = made->paths.items[i];

        for (size_t j = 0; str_eq(path->graph, graph) && j < path->rules.n; j++) {
            if (((const struct plan_rule *)path->rules.items[j])->key) {
                return false;
            }
        }
    }
    return true;
}

static void
chain_record(struct recording *r, struct drift_thing *chain, const struct plan_path *path)
{
    for (size_t i = r->first; i < r->record->things.n; i++) {
        const struct drift_thing *thing = &r->record->things.items[i];
        bool is_member = str_eq(thing->kind, "port_pair_group") ||
                         str_eq(thing->kind, "flow_classifier");

        if (is_member && str_eq(thing->site, chain->site) && is_of_path(r, thing, path)) {
            steer_name_add(r->mem, &chain->members, thing->id);
        }
    }
}

static void
chains_record(struct recording *r, const struct ns_made *made)
{
    for (size_t i = r->first; i < r->record->things.n; i++) {
        struct drift_thing *thing = &r->record->things.items[i];

        for (size_t j = 0; j < made->paths.n; j++) {
            const struct plan_path *path = made->paths.items[j];

            if (!is_of_path(r, thing, path)) {
                continue;
            }
            thing->ns = r->ns;
            thing->graph = is_as_described(made, path->graph) ? path->graph : NULL;
            if (str_eq(thing->kind, "port_chain")) {
                chain_record(r, thing, path);
            }
            break;
        }
    }
}

static void
labels_record(struct recording *r, const struct ns_made *made)
{
    for (size_t i = 0; i < made->vnfs.n; i++) {
        const struct plan_vnf *vnf = made->vnfs.items[i];

        map_set(&r->by_label, vnf->name, map_get(&r->record->vnfs, vnf->vnf_instance_id));
    }
}

/* ---- VNFs ------------------------------------------------------------------------------------- */

static struct err *
vnfs_record(struct recording *r, const struct rows *vnfs)
{
    for (size_t i = 0; i < vnfs->n; i++) {
        const struct vnf_instance *row = vnfs->items[i];
        struct ns_instance *ns;

        if (row->ns_instance_id && !r->ns) {
            TRY(row_get(r->tx, &ns_instance_table, row->ns_instance_id, &ns));
            r->ns = word_of(ns->name, ns->id);
        }
        TRY(vnf_record(r, row));
        TRY(things_record(r, row->id, map_get(&r->record->vnfs, row->id)));
    }
    return NULL;
}

/* ---- whole subjects ------------------------------------------------------------------------------ */

void
drift_record_init(struct drift_record *record, struct mem *mem)
{
    *record = (struct drift_record){0};
    map_init(&record->vnfs, mem);
    map_init(&record->flows, mem);
    map_init(&record->others, mem);
    map_init(&record->stale, mem);
    map_init(&record->doubts, mem);
}

struct err *
drift_record_add(struct tx *tx, const struct drift_subject *subject, const struct rows *vnfs,
                 struct drift_record *record)
{
    struct recording r = {
        .tx = tx, .mem = tx_mem(tx), .record = record, .first = record->things.n};
    struct ns_made *made = row_new(r.mem, &ns_made_table);
    struct ns_instance *ns;

    map_init(&r.by_label, r.mem);
    map_init(&r.servers, r.mem);
    map_init(&r.passes, r.mem);
    if (subject->ns_id) {
        TRY(row_get(tx, &ns_instance_table, subject->ns_id, &ns));
        r.ns = word_of(ns->name, ns->id);
        TRY(ns->made ? ns_instance_made(tx, ns->id, made) : NULL);
    }
    r.made = made;
    TRY(vnfs_record(&r, vnfs));
    if (subject->ns_id) {
        labels_record(&r, made);
        TRY(things_record(&r, subject->ns_id, NULL));
        routes_record(&r, made);
        chains_record(&r, made);
    }
    members_record(&r);
    return NULL;
}
