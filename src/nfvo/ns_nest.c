/* NS instances that run become part of another NS, and go their own way again (SOL005 6.5.3.19a,
 * ADD_NESTED_NS, REMOVE_NESTED_NS).  Nothing of such an instance changes: where its NSD has a SAP, its
 * network is lent to the NS around, whose functions join it, in the groups of both.  An NS is in one
 * other at a time (decision 038). */
#include "nfvo/ns_parts.h"
#include "nfvo/ns_update.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

/* ---- what is asked for ------------------------------------------------------------------- */

/* An NS that is asked for, and the one that is to have it. */
struct nesting {
    struct tx *tx;
    const struct nsd *nsd;
    const struct ns_made *made; /* what that one consists of; null: it is being made */
    struct ns_in *in;
    const struct nsd_nested *profile;
    struct ns_instance *inner;
    struct ns_made *inner_made;
    struct nsd *inner_nsd;
    struct err *faults;
};

static struct err *
around_of(struct tx *tx, const char *id, const char **around)
{
    struct ns_instance *ns;

    TRY(row_get(tx, &ns_instance_table, id, &ns));
    *around = ns->nested_in;
    return NULL;
}

/* NSs in NSs, with the one itself. */
static struct err *
height_of(struct tx *tx, const char *id, size_t *height)
{
    struct rows rows;
    size_t most = 0, one;

    TRY(ns_nested_of(tx, id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        TRY(height_of(tx, ((const struct ns_instance *)rows.items[i])->id, &one));
        most = one > most ? one : most;
    }
    *height = most + 1;
    return NULL;
}

static struct err *
depth_check(struct tx *tx, const char *around, const char *inner)
{
    size_t height;

    TRY(height_of(tx, inner, &height));
    for (const char *id = around; id; height++) {
        if (str_eq(id, inner)) {
            return err_new(E_UNPROCESSABLE, NULL, "NS instance %s is that NS or around it", id);
        }
        TRY(around_of(tx, id, &id));
    }
    if (height > NS_DEPTH_MAX + 1) {
        return err_new(E_UNPROCESSABLE, NULL, "network services would be nested more than %d deep",
                       NS_DEPTH_MAX);
    }
    return NULL;
}

/* It runs, and is nobody's. */
static struct err *
inner_check(struct tx *tx, const struct ns_instance *ns)
{
    if (ns->nested_in) {
        return err_new(E_CONFLICT, NULL,
                       "NS instance %s is nested in NS instance %s, and an NS is in one at a time",
                       ns->id, ns->nested_in);
    }
    if (!str_eq(ns->ns_state, "INSTANTIATED")) {
        return err_new(E_CONFLICT, NULL, "NS instance %s is %s", ns->id, ns->ns_state);
    }
    return ns_operation_free(tx, ns->id);
}

static struct err *
inner_find(struct nesting *n, const char *id)
{
    struct cond by_id[] = {COND("id", id), COND("project_id", n->in->project_id), {0}};

    TRY(row_find(n->tx, &ns_instance_table, by_id, &n->inner));
    if (!n->inner) {
        return err_new(E_UNPROCESSABLE, NULL, "there is no NS instance %s", id);
    }
    for (size_t i = 0; i < n->in->nested_taken.n; i++) {
        if (str_eq(((const struct ns_nested *)n->in->nested_taken.items[i])->ns_instance_id, id)) {
            return err_new(E_UNPROCESSABLE, NULL, "NS instance %s is named twice", id);
        }
    }
    TRY(depth_check(n->tx, n->in->ns_instance_id, n->inner->id));
    TRY(inner_check(n->tx, n->inner));
    n->inner_made = row_new(tx_mem(n->tx), &ns_made_table);
    TRY(ns_instance_made(n->tx, id, n->inner_made));
    return nsd_load(n->tx, n->inner->nsd_info_id, &n->inner_nsd);
}

/* ---- its profile ------------------------------------------------------------------------- */

/* Instances of a profile that there are, without those that go; those asked for. */
static struct err *
count_of(struct tx *tx, const struct ns_in *in, const struct nsd_nested *profile, int64_t *count)
{
    struct rows rows;

    *count = 0;
    TRY(ns_nested_of(tx, in->ns_instance_id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct ns_instance *ns = rows.items[i];

        *count += ns->nested_as ? str_eq(ns->nested_as, profile->name)
                                : str_eq(ns->nsd_id, profile->nsd_id);
    }
    for (size_t i = 0; i < in->nested_taken.n; i++) {
        *count += str_eq(((const struct ns_nested *)in->nested_taken.items[i])->profile,
                         profile->name);
    }
    return NULL;
}

static struct err *
room_check(const struct nesting *n, const struct nsd_nested *profile)
{
    int64_t count, max = nsd_nested_max(profile);

    max = max < NS_NESTED_MAX ? max : NS_NESTED_MAX;
    TRY(count_of(n->tx, n->in, profile, &count));
    return count < max ? NULL
                       : err_new(E_UNPROCESSABLE, NULL,
                                 "of NS profile %s there are %lld, and may be %lld", profile->name,
                                 (long long)count, (long long)max);
}

static bool
fits(const struct nesting *n, const struct nsd_nested *profile)
{
    return str_eq(profile->nsd_id, n->inner->nsd_id) &&
           (!profile->flavour_id || str_eq(profile->flavour_id, n->inner->flavour_id));
}

static struct err *
profile_take(struct nesting *n, const char *name)
{
    n->profile = nsd_nested_named(n->nsd, name);
    if (!n->profile) {
        return err_new(E_UNPROCESSABLE, NULL, "the NSD has no NS profile %s", name);
    }
    if (!fits(n, n->profile)) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "it is of NSD %s, flavour %s; NS profile %s is of NSD %s, flavour %s",
                       n->inner->nsd_id, str_or(n->inner->flavour_id, "-"), name,
                       n->profile->nsd_id, str_or(n->profile->flavour_id, "-"));
    }
    return room_check(n, n->profile);
}

/* The one that is named, else the first that has room for it. */
static struct err *
profile_find(struct nesting *n, const char *name)
{
    struct err *why = NULL;

    if (name) {
        return profile_take(n, name);
    }
    for (size_t i = 0; i < n->nsd->n_nested; i++) {
        if (fits(n, &n->nsd->nested[i])) {
            err_ignore(why, "another profile may have room");
            n->profile = &n->nsd->nested[i];
            TRY(err_is(why = room_check(n, n->profile), E_UNPROCESSABLE) ? NULL : why);
            if (!why) {
                return NULL;
            }
        }
    }
    return why ? why
               : err_new(E_UNPROCESSABLE, NULL, "the NSD has no NS profile of NSD %s, flavour %s",
                         n->inner->nsd_id, str_or(n->inner->flavour_id, "-"));
}

/* ---- its links --------------------------------------------------------------------------- */

/* Where a link is: the site and the network, and at how many sites. */
struct link_at {
    const struct ns_site_made *site;
    const struct made_net *net;
    size_t n;
};

static void
link_find(const struct rows *sites, const char *link, struct link_at *at)
{
    for (size_t i = 0; i < sites->n; i++) {
        const struct ns_site_made *site = sites->items[i];

        for (size_t k = 0; k < site->nets.n; k++) {
            const struct made_net *net = site->nets.items[k];

            if (str_eq(net->link, link)) {
                at->site = site;
                at->net = net;
                at->n++;
            }
        }
    }
}

static void
lend(struct nesting *n, const struct link_at *at, const char *link)
{
    struct mem *mem = tx_mem(n->tx);
    struct ns_site_made *given = row_new(mem, &ns_site_made_table);
    struct made_net *net = ns_net_shared(mem, at->net, at->site->security_group_id, link);

    net->lent_by = n->inner->id;
    given->site = at->site->site;
    given->security_group_id = at->site->security_group_id;
    place_add(mem, &given->nets, net);
    place_add(mem, &n->in->given, given);
}

static void
connection_check(struct nesting *n, const struct nsd_connection *connection,
                 struct ns_nested *nested)
{
    const struct nsd_sap *sap = ns_nested_sap(n->inner_nsd, n->profile, connection->requirement);
    struct ns_join *join = row_new(tx_mem(n->tx), &ns_join_table);
    struct link_at lent = {0}, there = {0};

    if (!sap) {
        request_fault(&n->faults, "NSD %s maps no SAP to %s", n->profile->nsd_id,
                      connection->requirement);
        return;
    }
    link_find(&n->inner_made->sites, sap->link, &lent);
    link_find(&n->in->given, connection->link, &there);
    if (n->made) {
        link_find(&n->made->sites, connection->link, &there);
    }
    if (lent.n != 1) {
        request_fault(&n->faults, "its link %s is at %zu sites: one that is lent has to be at one",
                      sap->link, lent.n);
    } else if (there.n && !str_eq(there.net->network_id, lent.net->network_id)) {
        request_fault(&n->faults,
                      "link %s of the NS is network %s: its link %s, which is to be the same, is "
                      "network %s",
                      connection->link, there.net->network_id, sap->link, lent.net->network_id);
    } else if (!there.n) {
        lend(n, &lent, connection->link);
    }
    join->outer = connection->link;
    join->inner = sap->link;
    place_add(tx_mem(n->tx), &nested->joins, join);
}

/* A network is one link of the NS. */
static void
twice_check(struct nesting *n, const struct ns_nested *nested)
{
    for (size_t i = 0; i < nested->joins.n; i++) {
        const struct ns_join *join = nested->joins.items[i];

        for (size_t k = 0; k < i; k++) {
            const struct ns_join *other = nested->joins.items[k];

            if (str_eq(join->inner, other->inner) && !str_eq(join->outer, other->outer)) {
                request_fault(&n->faults, "its link %s would be links %s and %s of the NS at once",
                              join->inner, other->outer, join->outer);
            }
        }
    }
}

static struct err *
nest(struct nesting *n, const struct nested_ns_data *data)
{
    struct ns_nested *nested = row_new(tx_mem(n->tx), &ns_nested_table);

    TRY(inner_find(n, data->ns_instance_id));
    TRY(profile_find(n, data->profile));
    for (size_t i = 0; i < n->profile->n_connections; i++) {
        connection_check(n, &n->profile->connections[i], nested);
    }
    twice_check(n, nested);
    TRY(n->faults);
    TRY(n->made ? inside_unused_check(&n->made->hops, n->profile->name) : NULL);
    nested->profile = n->profile->name;
    nested->ns_instance_id = n->inner->id;
    nested->nsd_id = n->inner->nsd_id;
    place_add(tx_mem(n->tx), &n->in->nested_taken, nested);
    return NULL;
}

struct err *
ns_nest_fill(struct tx *tx, const struct nsd *nsd, const struct instantiate_ns_request *request,
             struct ns_in *in)
{
    struct err *faults = NULL;

    for (size_t i = 0; i < request->nested_taken.n; i++) {
        struct nesting n = {.tx = tx, .nsd = nsd, .in = in};

        faults = err_join(faults, err_wrap(nest(&n, request->nested_taken.items[i]),
                                           "nestedNsInstanceData[%zu]", i));
    }
    return faults;
}

struct err *
update_nest(struct ns_updating *u, const void *item)
{
    struct nesting n = {.tx = u->tx, .nsd = u->nsd, .in = u->in, .made = u->made};

    return item ? nest(&n, item) : NULL;
}

/* ---- taken ------------------------------------------------------------------------------- */

/* The networks are those that it had when it was asked for. */
static struct err *
lent_check(struct tx *tx, const struct rows *given, const struct ns_instance *ns)
{
    struct ns_made *made = row_new(tx_mem(tx), &ns_made_table);

    TRY(ns_instance_made(tx, ns->id, made));
    for (size_t i = 0; i < given->n; i++) {
        const struct ns_site_made *at = given->items[i];

        for (size_t k = 0; k < at->nets.n; k++) {
            const struct made_net *net = at->nets.items[k];

            if (str_eq(net->lent_by, ns->id) && !ns_link_of(made, at->site, net->network_id)) {
                return err_new(E_CONFLICT, NULL, "NS instance %s has network %s no more", ns->id,
                               net->network_id);
            }
        }
    }
    return NULL;
}

static struct err *
take_local(struct tx *tx, const void *arg, void *out)
{
    const struct nest_rows *in = arg;

    (void)out;
    for (size_t i = 0; i < in->taken.n; i++) {
        const struct ns_nested *nested = in->taken.items[i];
        struct cond by_id[] = {COND("id", nested->ns_instance_id), {0}};
        struct ns_instance *old, *ns;

        TRY(row_find(tx, &ns_instance_table, by_id, &old));
        if (!old) {
            return err_new(E_CONFLICT, NULL, "NS instance %s is gone", nested->ns_instance_id);
        }
        TRY(inner_check(tx, old));
        TRY(depth_check(tx, in->ns_instance_id, old->id)); /* Others may have been taken in meanwhile. */
        TRY(lent_check(tx, &in->given, old));
        ns = row_copy(tx_mem(tx), old);
        ns->nested_in = in->ns_instance_id;
        ns->nested_as = nested->profile;
        ns->nested_taken = true;
        TRY(row_update(tx, old, ns));
    }
    return NULL;
}

static struct err *
let_go(struct tx *tx, const struct ns_instance *old)
{
    struct ns_instance *ns = row_copy(tx_mem(tx), old);

    ns->nested_in = ns->nested_as = NULL;
    ns->nested_taken = false;
    return row_update(tx, old, ns);
}

/* Those among 'ids'; null = all. */
static struct err *
taken_free(struct tx *tx, const char *ns_instance_id, const struct map *ids)
{
    struct rows rows;

    TRY(ns_nested_of(tx, ns_instance_id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct ns_instance *ns = rows.items[i];

        if (ns->nested_taken && (!ids || map_get(ids, ns->id))) {
            TRY(let_go(tx, ns));
        }
    }
    return NULL;
}

struct err *
ns_nest_free(struct tx *tx, const char *ns_instance_id)
{
    return taken_free(tx, ns_instance_id, NULL);
}

static struct err *
take_undo(struct tx *tx, const void *arg, const void *out)
{
    const struct nest_rows *in = arg;
    struct map ids;

    (void)out;
    map_init(&ids, tx_mem(tx));
    for (size_t i = 0; i < in->taken.n; i++) {
        map_set(&ids, ((const struct ns_nested *)in->taken.items[i])->ns_instance_id,
                in->taken.items[i]);
    }
    return taken_free(tx, in->ns_instance_id, &ids);
}

const struct step_kind ns_nest_take = {
    .name = "ns instances taken in",
    .doc = "NS instances that run become part of an NS.",
    .effect = FLOW_LOCAL,
    .in = &nest_rows_table,
    .local = take_local,
    .undo_local = take_undo,
};

static struct nest_rows *
rows_of(struct flow *f, const struct ns_in *in)
{
    struct nest_rows *rows = row_new(flow_mem(f), &nest_rows_table);

    rows->ns_instance_id = in->ns_instance_id;
    rows->project_id = in->project_id;
    rows->taken = in->nested_taken;
    rows->given = in->given;
    rows->freed = in->nested_freed;
    rows->gone = in->nested_gone;
    return rows;
}

struct err *
ns_nest_begin(struct flow *f, const struct ns_in *in)
{
    return in->nested_taken.n
               ? flow_step(f, "nested taken", &ns_nest_take, rows_of(f, in), NULL)
               : NULL;
}

/* ---- ADD_NESTED_NS ----------------------------------------------------------------------- */

struct run {
    struct flow *f;
    const struct ns_in *in;
    struct ns_made *made; /* as it was, then as it will be */
    struct ns_scaled *changed;
};

static struct ns_site_made *
base_at(const struct rows *sites, const char *site)
{
    for (size_t i = 0; i < sites->n; i++) {
        struct ns_site_made *base = sites->items[i];

        if (str_eq(base->site, site)) {
            return base;
        }
    }
    return NULL;
}

/* Sites where the NS has nothing yet: a group of its own for what may come. */
static struct err *
bases_make(struct run *run, const struct rows *sites)
{
    struct mem *mem = flow_mem(run->f);

    for (size_t i = 0; i < sites->n; i++) {
        struct ns_site_in *in = row_new(mem, &ns_site_in_table);

        in->site = sites->items[i];
        in->name = run->in->name;
        TRY(flow_spawn(run->f, flow_label(run->f, "site %s", in->site), &ns_site_flow, in));
    }
    for (size_t i = 0; i < sites->n; i++) {
        struct ns_site_made *base = row_new(mem, &ns_site_made_table);

        TRY(flow_join(run->f, flow_label(run->f, "site %s", (const char *)sites->items[i]), base));
        base->site = sites->items[i];
        place_add(mem, &run->made->sites, base);
        held_add(mem, &run->changed->added, base->site, "security_group", base->security_group_id,
                 "group");
    }
    return NULL;
}

static bool
is_among(const struct rows *texts, const char *text)
{
    for (size_t i = 0; i < texts->n; i++) {
        if (str_eq(texts->items[i], text)) {
            return true;
        }
    }
    return false;
}

static struct err *
lent_take(struct run *run)
{
    struct mem *mem = flow_mem(run->f);
    struct rows wanted = {0};

    for (size_t i = 0; i < run->in->given.n; i++) {
        struct ns_site_made *at = run->in->given.items[i];

        if (!base_at(&run->made->sites, at->site) && !is_among(&wanted, at->site)) {
            place_add(mem, &wanted, mem_str(mem, at->site));
        }
    }
    TRY(bases_make(run, &wanted));
    for (size_t i = 0; i < run->in->given.n; i++) {
        const struct ns_site_made *at = run->in->given.items[i];

        for (size_t k = 0; k < at->nets.n; k++) {
            place_add(mem, &base_at(&run->made->sites, at->site)->nets, at->nets.items[k]);
        }
    }
    return NULL;
}

static struct err *
nest_run(struct flow *f, const void *arg)
{
    struct owner *owner = row_new(flow_mem(f), &owner_table);
    struct run run = {.f = f,
                      .in = arg,
                      .made = row_new(flow_mem(f), &ns_made_table),
                      .changed = row_new(flow_mem(f), &ns_scaled_table)};

    owner->owner_id = run.in->ns_instance_id;
    owner->project_id = run.in->project_id;
    TRY(ns_hold(f, run.in));
    TRY(flow_step(f, "made", &ns_made_read, owner, run.made));
    run.made = row_copy(flow_mem(f), run.made); /* What a step answered stays as it is. */
    TRY(ns_nest_begin(f, run.in));
    TRY(lent_take(&run));
    run.changed->ns_instance_id = run.in->ns_instance_id;
    run.changed->project_id = run.in->project_id;
    place_add(flow_mem(f), &run.changed->made, run.made);
    return flow_step(f, "instance", &ns_scaled, run.changed, NULL);
}

const struct flow_type ns_nest_flow = {
    .name = "ns_nest",
    .version = 1,
    .doc = "Takes NSs that run into another one.",
    .in = &ns_in_table,
    .run = nest_run,
    .sweep = vim_sweep,
    .state_changed = ns_op_state_changed,
};

/* ---- REMOVE_NESTED_NS -------------------------------------------------------------------- */

/* Has the NS a network of that id, wherever from? */
static struct err *
has_network(struct tx *tx, const struct ns_instance *ns, const char *site, const char *network_id,
            bool *has)
{
    struct ns_made *made = row_new(tx_mem(tx), &ns_made_table);

    *has = false;
    if (ns->made) {
        TRY(row_from_json(tx_mem(tx), &ns_made_table, ns->made, made));
        *has = ns_link_of(made, site, network_id) != NULL;
    }
    return NULL;
}

/* NSs beside it, and around, that are on a network which it lends. */
static struct err *
others_check(struct ns_updating *u, const struct ns_instance *inner, const char *site,
             const struct made_net *net)
{
    struct ns_instance *around;
    struct rows rows;
    bool has;

    TRY(ns_nested_of(u->tx, u->in->ns_instance_id, &rows));
    TRY(row_get(u->tx, &ns_instance_table, u->in->ns_instance_id, &around));
    while (around->nested_in) {
        TRY(row_get(u->tx, &ns_instance_table, around->nested_in, &around));
        place_add(tx_mem(u->tx), &rows, around);
    }
    for (size_t i = 0; i < rows.n; i++) {
        const struct ns_instance *ns = rows.items[i];

        TRY(has_network(u->tx, ns, site, net->network_id, &has));
        if (has && !str_eq(ns->id, inner->id)) {
            return err_new(E_UNPROCESSABLE, NULL,
                           "NS instance %s is on its network %s, which is link %s here", ns->id,
                           net->network_id, net->link);
        }
    }
    return NULL;
}

/* What of the NS itself is on a link; null = nothing. */
static const char *
user_of(const struct ns_updating *u, const char *link)
{
    struct mem *mem = tx_mem(u->tx);

    for (size_t i = 0; i < u->made->vnfs.n; i++) {
        const struct plan_vnf *vnf = u->made->vnfs.items[i];

        for (size_t k = 0; k < vnf->connections.n; k++) {
            if (str_eq(((const struct plan_connection *)vnf->connections.items[k])->link, link)) {
                return mem_printf(mem, "VNF instance %s", vnf->vnf_instance_id);
            }
        }
    }
    for (size_t i = 0; i < u->made->saps.n; i++) {
        const struct ns_sap_made *sap = u->made->saps.items[i];

        if (str_eq(sap->link, link)) {
            return mem_printf(mem, "SAP %s", sap->name);
        }
    }
    for (size_t i = 0; i < u->made->paths.n; i++) {
        const struct plan_path *path = u->made->paths.items[i];

        for (size_t k = 0; k < path->links.n; k++) {
            if (str_eq(path->links.items[k], link)) {
                return mem_printf(mem, "path %s", path->name);
            }
        }
    }
    return NULL;
}

/* Nobody is left on a network that goes with it. */
static struct err *
users_check(struct ns_updating *u, const struct ns_instance *inner)
{
    for (size_t i = 0; i < u->made->sites.n; i++) {
        const struct ns_site_made *at = u->made->sites.items[i];

        for (size_t k = 0; k < at->nets.n; k++) {
            const struct made_net *net = at->nets.items[k];
            const char *user = str_eq(net->lent_by, inner->id) ? user_of(u, net->link) : NULL;

            if (user) {
                return err_new(E_UNPROCESSABLE, NULL,
                               "%s is on link %s, whose network is that of NS instance %s: remove "
                               "it first",
                               user, net->link, inner->id);
            }
            TRY(str_eq(net->lent_by, inner->id) ? others_check(u, inner, at->site, net) : NULL);
        }
    }
    return NULL;
}

static bool
is_going(const struct ns_in *in, const char *id)
{
    const struct strs *const all[] = {&in->nested_gone, &in->nested_freed};

    for (size_t k = 0; k < ARRAY_SIZE(all); k++) {
        for (size_t i = 0; i < all[k]->n; i++) {
            if (str_eq(all[k]->items[i], id)) {
                return true;
            }
        }
    }
    return false;
}

/* A profile keeps as many instances as the NSD wants. */
static struct err *
numbers_check(const struct ns_updating *u)
{
    struct err *faults = NULL;
    struct rows rows;

    TRY(ns_nested_of(u->tx, u->in->ns_instance_id, &rows));
    for (size_t i = 0; i < u->nsd->n_nested; i++) {
        const struct nsd_nested *profile = &u->nsd->nested[i];
        int64_t n = 0, before;

        TRY(count_of(u->tx, u->in, profile, &before));
        for (size_t k = 0; k < rows.n; k++) {
            const struct ns_instance *ns = rows.items[k];

            n += str_eq(ns->nested_as, profile->name) && is_going(u->in, ns->id);
        }
        if (n && profile->is_counted && before - n < profile->min_instances) {
            request_fault(&faults, "NS profile %s has %lld instances at least, there would be %lld",
                          profile->name, (long long)profile->min_instances, (long long)(before - n));
        }
    }
    return faults;
}

struct err *
update_unnest(struct ns_updating *u, const void *item)
{
    struct cond nested[] = {COND("id", item), COND("nested_in", u->in->ns_instance_id), {0}};
    struct ns_instance *ns;

    if (!item) {
        return numbers_check(u);
    }
    TRY(row_find(u->tx, &ns_instance_table, nested, &ns));
    if (!ns || is_going(u->in, item)) {
        return err_new(E_UNPROCESSABLE, NULL, ns ? "NS instance %s is named twice"
                                                 : "the NS has no nested NS instance %s",
                       (const char *)item);
    }
    TRY(inside_unused_check(&u->made->hops, ns->nested_as));
    if (ns->nested_taken) {
        TRY(users_check(u, ns));
        steer_name_add(tx_mem(u->tx), &u->in->nested_freed, ns->id);
        return NULL;
    }
    TRY(ns_nested_end_add(u->tx, ns, u->in));
    steer_name_add(tx_mem(u->tx), &u->in->nested_gone, ns->id);
    return NULL;
}

/* The record of the NS without networks that are lent no more. */
static struct err *
lent_drop(struct tx *tx, const struct nest_rows *in, const struct map *freed)
{
    struct ns_made *made = row_new(tx_mem(tx), &ns_made_table);

    TRY(ns_instance_made(tx, in->ns_instance_id, made));
    for (size_t i = 0; i < made->sites.n; i++) {
        struct ns_site_made *at = made->sites.items[i];
        struct rows nets = at->nets;

        at->nets = (struct rows){0};
        for (size_t k = 0; k < nets.n; k++) {
            const char *lent_by = ((const struct made_net *)nets.items[k])->lent_by;

            if (!lent_by || !map_get(freed, lent_by)) {
                place_add(tx_mem(tx), &at->nets, nets.items[k]);
            }
        }
    }
    return ns_made_keep(tx, made);
}

static struct err *
leave_local(struct tx *tx, const void *arg, void *out)
{
    const struct nest_rows *in = arg;
    struct map freed;

    (void)out;
    map_init(&freed, tx_mem(tx));
    for (size_t i = 0; i < in->freed.n; i++) {
        map_set(&freed, in->freed.items[i], &freed);
    }
    for (size_t i = 0; i < in->gone.n; i++) {
        struct cond by_id[] = {COND("id", in->gone.items[i]), {0}};
        struct ns_instance *ns;

        TRY(row_find(tx, &ns_instance_table, by_id, &ns));
        TRY(ns ? ns_instance_drop(tx, ns) : NULL);
    }
    TRY(taken_free(tx, in->ns_instance_id, &freed));
    return lent_drop(tx, in, &freed);
}

const struct step_kind ns_nest_leave = {
    .name = "ns instances let go",
    .doc = "NS instances are no part of an NS any more; its record is without what they lent it.",
    .effect = FLOW_LOCAL,
    .in = &nest_rows_table,
    .local = leave_local,
};

static struct err *
unnest_run(struct flow *f, const void *arg)
{
    TRY(ns_hold(f, arg));
    TRY(ns_nested_end(f, arg));
    return flow_step(f, "nested gone", &ns_nest_leave, rows_of(f, arg), NULL);
}

const struct flow_type ns_unnest_flow = {
    .name = "ns_unnest",
    .version = 1,
    .doc = "Takes NSs out of another one: those that were made with it end.",
    .in = &ns_in_table,
    .run = unnest_run,
    .state_changed = ns_op_state_changed,
    .no_rollback = true,
};
