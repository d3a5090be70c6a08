/* What a comparison compares: what sites show, one list a site and kind and all at once, then what the
 * store has recorded.  A site that does not answer is not known, which is no difference. */
#include "nfvo/drift.h"
#include "nfvo/flows.h"
#include "nfvo/request.h"
#include "vnfm/vnfm.h"

#include <string.h>

#define CHECK_MS 30000      /* So long sites have in all. */
#define HOLDINGS_MAX 10000
#define FLOWS_DEEP 16       /* Flows within flows. */

struct drift_check {
    struct mem *mem; /* Outlives the request where sites are late. */
    struct nfvo *nfvo;
    const char *ns_id, *vnf_id; /* One of the two. */
    struct map sites;           /* id -> name */
    struct map held;            /* SITE/KIND/ID, and SITE/KIND/ */
    struct drift_seen seen;
    struct loop_timer *timer;
    struct jw *w;
    drift_done_fn *done;
    void *arg;
    size_t n_open;
    bool ended;
};

/* One list under way. */
struct asked {
    struct drift_check *check;
    size_t list; /* Of check->seen. */
};

static const char *
key_of(struct mem *mem, const char *site, const char *kind, const char *id)
{
    return mem_printf(mem, "%s/%s/%s", site, kind, id);
}

/* ---- rows ---------------------------------------------------------------------------------- */

static struct err *
holdings_of(struct tx *tx, const char *owner_id, struct rows *rows)
{
    struct cond owned[] = {COND("owner_id", owner_id), {0}};
    struct sort sorts[] = {{.attr = "position"}, {0}};
    struct query query = {.table = &holding_table, .conds = owned, .sorts = sorts};

    return rows_select(tx, &query, rows);
}

static struct err *
vnfs_of(struct tx *tx, const struct drift_check *check, struct rows *rows)
{
    struct cond of_ns[] = {COND("ns_instance_id", check->ns_id), {0}};
    struct cond itself[] = {COND("id", check->vnf_id), {0}};
    struct sort by_name[] = {{.attr = "name"}, {0}};
    struct query query = {.table = &vnf_instance_table,
                          .conds = check->ns_id ? of_ns : itself,
                          .sorts = by_name};

    return rows_select(tx, &query, rows);
}

/* What is under way is not recorded yet. */
static struct err *
operations_free(struct tx *tx, const struct drift_check *check, const struct rows *vnfs)
{
    if (check->ns_id) {
        TRY(ns_operation_free(tx, check->ns_id));
    }
    for (size_t i = 0; i < vnfs->n; i++) {
        TRY(vnf_operation_free(tx, ((const struct vnf_instance *)vnfs->items[i])->id));
    }
    return NULL;
}

/* ---- the beginning: which sites to ask ------------------------------------------------------ */

static struct err *
owner_add(struct tx *tx, struct drift_check *check, const char *owner_id)
{
    struct mem *mem = check->mem;
    struct rows rows;

    TRY(holdings_of(tx, owner_id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct holding *row = rows.items[i];
        struct site *site;

        if (!map_get(&check->sites, row->site_id)) {
            TRY(row_get(tx, &site_table, row->site_id, &site));
            map_set(&check->sites, mem_str(mem, site->id), mem_str(mem, site->name));
        }
        map_set(&check->held, key_of(mem, row->site_id, row->kind, row->resource_id), check);
        map_set(&check->held, key_of(mem, row->site_id, row->kind, ""), check);
    }
    if (check->held.n_live > HOLDINGS_MAX) {
        return err_new(E_UNPROCESSABLE, NULL, "more than %d things are held: compare VNF by VNF",
                       HOLDINGS_MAX);
    }
    return NULL;
}

struct begin {
    struct op op;
    struct drift_check *check;
};

static struct err *
begin_read(struct tx *tx, void *arg)
{
    struct begin *begin = arg;
    struct drift_check *check = begin->check;
    struct rows vnfs;
    void *row;

    begin->op.resource = check->ns_id ? &ns_instance_resource : &vnf_instance_resource;
    TRY(resource_get(tx, &begin->op, check->ns_id ? check->ns_id : check->vnf_id, &row));
    TRY(vnfs_of(tx, check, &vnfs));
    TRY(operations_free(tx, check, &vnfs));
    if (check->ns_id) {
        TRY(owner_add(tx, check, check->ns_id));
    }
    for (size_t i = 0; i < vnfs.n; i++) {
        TRY(owner_add(tx, check, ((const struct vnf_instance *)vnfs.items[i])->id));
    }
    return NULL;
}

struct err *
drift_check_new(const struct op *op, const struct check_request *request,
                struct drift_check **check)
{
    struct begin begin = {.op = *op};
    struct mem *mem;
    struct err *err;

    if (!request->ns_instance_id == !request->vnf_instance_id) {
        return err_new(E_INVALID, NULL, "one of 'nsInstanceId' and 'vnfInstanceId' is needed");
    }
    mem = mem_new("drift");
    begin.check = MEM_NEW(mem, struct drift_check);
    begin.check->mem = mem;
    begin.check->nfvo = op->user;
    begin.check->ns_id = mem_str(mem, request->ns_instance_id);
    begin.check->vnf_id = mem_str(mem, request->vnf_instance_id);
    map_init(&begin.check->sites, mem);
    map_init(&begin.check->held, mem);
    err = store_read(begin.check->nfvo->store, begin_read, &begin);
    if (err) {
        mem_free(mem);
        return err;
    }
    *check = begin.check;
    return NULL;
}

/* ---- the record ------------------------------------------------------------------------------- */

struct recording {
    struct tx *tx;
    struct mem *mem;
    const struct drift_check *check;
    struct drift_record record;
    const char *ns;       /* As commands are told it, or null. */
    struct map vnfs;      /* Id of a VNF instance -> drift_vnf */
    struct map by_label;  /* As labels of chains have it -> drift_vnf */
    struct map servers;   /* SITE/port/ID -> server */
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

static struct err *
vnf_record(struct recording *r, const struct vnf_instance *row)
{
    struct vnf_made *made = row_new(r->mem, &vnf_made_table);
    struct drift_vnf *vnf = MEM_NEW(r->mem, struct drift_vnf);

    vnf->id = row->id;
    vnf->name = word_of(row->name, row->id);
    vnf->ns = r->ns;
    if (str_eq(row->instantiation_state, "INSTANTIATED")) {
        vnf->state = json_get_str(row->instantiated_info, "vnfState");
    }
    map_set(&r->vnfs, row->id, vnf);
    if (!row->made) {
        return NULL;
    }
    TRY(vnf_instance_made(r->tx, row->id, made));
    vnf->levels = levels_of(r->mem, &made->scales);
    for (size_t i = 0; i < made->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = made->vnfcs.items[i];

        for (size_t j = 0; vnfc->server_id && j < vnfc->ports.n; j++) {
            const struct made_port *port = vnfc->ports.items[j];

            map_set(&r->servers, key_of(r->mem, made->site, "port", port->port_id),
                    mem_str(r->mem, vnfc->server_id));
        }
    }
    return NULL;
}

static struct err *
things_record(struct recording *r, const char *owner_id, const struct drift_vnf *vnf)
{
    struct rows rows;

    TRY(holdings_of(r->tx, owner_id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct holding *row = rows.items[i];
        struct drift_thing thing = {.site = row->site_id,
                                    .kind = row->kind,
                                    .id = row->resource_id,
                                    .label = row->label,
                                    .vnf = vnf};

        thing.server = map_get(&r->servers, key_of(r->mem, thing.site, thing.kind, thing.id));
        vec_add(r->mem, &r->record.things, thing);
    }
    return NULL;
}

/* ---- groups: a pair "HOP/VNF/VNFC" is a member of group "HOP" -------------------------------- */

/* Names of positions may have a '/': the longest that fits. */
static struct drift_thing *
group_find(struct recording *r, const struct drift_thing *pair)
{
    struct drift_thing *found = NULL;

    vec_each (&r->record.things, thing) {
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
    vec_each (&r->record.things, thing) {
        struct drift_thing *group = str_eq(thing->kind, "port_pair") ? group_find(r, thing) : NULL;

        if (group) {
            member_add(r, group, thing);
        }
    }
}

static struct err *
labels_record(struct recording *r, const struct ns_instance *ns)
{
    struct ns_made *made = row_new(r->mem, &ns_made_table);

    if (!ns->made) {
        return NULL;
    }
    TRY(ns_instance_made(r->tx, ns->id, made));
    for (size_t i = 0; i < made->vnfs.n; i++) {
        const struct plan_vnf *vnf = made->vnfs.items[i];

        map_set(&r->by_label, vnf->name, map_get(&r->vnfs, vnf->vnf_instance_id));
    }
    return NULL;
}

/* ---- whose an object is that nobody holds ----------------------------------------------------- */

static struct err *
operation_is_ours(struct recording *r, const char *id, bool *ours)
{
    struct cond by_id[] = {COND("id", id), {0}};
    struct vnf_lcm_op_occ *of_vnf;
    struct ns_lcm_op_occ *of_ns;

    TRY(row_find(r->tx, &vnf_lcm_op_occ_table, by_id, &of_vnf));
    TRY(row_find(r->tx, &ns_lcm_op_occ_table, by_id, &of_ns));
    *ours = (of_vnf && map_get(&r->vnfs, of_vnf->vnf_instance_id)) ||
            (of_ns && str_eq(of_ns->ns_instance_id, r->check->ns_id));
    return NULL;
}

/* A flow is ours where it, or one that it is part of, is an operation on the instance. */
static struct err *
flow_record(struct recording *r, const char *flow)
{
    const char *id = flow;
    bool ours = false;

    for (int i = 0; id && !ours && i < FLOWS_DEEP; i++) {
        struct cond by_id[] = {COND("id", id), {0}};
        struct flow_row *row;

        TRY(operation_is_ours(r, id, &ours));
        TRY(row_find(r->tx, &flow_table, by_id, &row));
        id = row ? row->parent_id : NULL;
    }
    if (ours) {
        map_set(&r->record.flows, flow, r);
    }
    return NULL;
}

static struct err *
flows_record(struct recording *r)
{
    struct map asked;

    map_init(&asked, r->mem);
    vec_each (&r->check->seen.objects, object) {
        if (object->flow &&
            !map_get(&r->check->held, key_of(r->mem, object->site, object->kind, object->id)) &&
            map_add(&asked, object->flow, r)) {
            TRY(flow_record(r, object->flow));
        }
    }
    return NULL;
}

/* ---- the answer ----------------------------------------------------------------------------------- */

static void
differences_write(const struct drift_check *check, struct jw *w,
                  const struct drift_differences *differences)
{
    jw_array(w, "differences");
    vec_each (differences, difference) {
        jw_object(w, NULL);
#define X(member, json) jw_str(w, json, difference->member);
        DRIFT_MEMBERS(X)
#undef X
        jw_str(w, "siteName", map_get(&check->sites, difference->site));
        jw_end(w);
    }
    jw_end(w);
}

static void
unknown_write(const struct drift_check *check, struct jw *w, const char *site)
{
    const char *reason = NULL;

    vec_each (&check->seen.lists, list) {
        if (!list->error || !str_eq(list->site, site)) {
            continue;
        }
        if (!reason) {
            reason = list->error;
            jw_object(w, NULL);
            jw_str(w, "siteId", site);
            jw_str(w, "siteName", map_get(&check->sites, site));
            jw_str(w, "reason", reason);
            jw_array(w, "kinds");
        }
        jw_str(w, NULL, list->kind);
    }
    if (reason) {
        jw_end(w);
        jw_end(w);
    }
}

static void
answer_write(const struct drift_check *check, const struct recording *r)
{
    struct drift_differences differences = drift_compare(r->mem, &r->record, &check->seen);

    jw_int(check->w, "compared", (int64_t)r->record.things.n);
    differences_write(check, check->w, &differences);
    jw_array(check->w, "unknown");
    map_each(&check->sites, site) {
        unknown_write(check, check->w, site->key);
    }
    jw_end(check->w);
}

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
        TRY(things_record(r, row->id, map_get(&r->vnfs, row->id)));
    }
    return NULL;
}

static struct err *
end_read(struct tx *tx, void *arg)
{
    const struct drift_check *check = arg;
    struct recording r = {.tx = tx, .mem = tx_mem(tx), .check = check};
    struct ns_instance *ns;
    struct rows vnfs;

    map_init(&r.vnfs, r.mem);
    map_init(&r.by_label, r.mem);
    map_init(&r.servers, r.mem);
    map_init(&r.record.flows, r.mem);
    TRY(vnfs_of(tx, check, &vnfs));
    TRY(operations_free(tx, check, &vnfs));
    TRY(vnfs_record(&r, &vnfs));
    if (check->ns_id) {
        TRY(row_get(tx, &ns_instance_table, check->ns_id, &ns));
        TRY(labels_record(&r, ns));
        TRY(things_record(&r, check->ns_id, NULL));
    }
    members_record(&r);
    TRY(flows_record(&r));
    answer_write(check, &r);
    return NULL;
}

/* ---- asking ------------------------------------------------------------------------------------ */

static void
check_finish(struct drift_check *check, bool told)
{
    if (!check->ended) {
        check->ended = true;
        loop_timer_del(check->timer);
        if (told) {
            check->done(check->arg, store_read(check->nfvo->store, end_read, check));
        }
    }
    if (check->n_open == 0) {
        mem_free(check->mem);
    }
}

static void
check_over(void *arg)
{
    check_finish(arg, true);
}

static struct strs
strs_of(struct mem *mem, const struct json *list)
{
    struct strs strs = {.items = MEM_ARRAY(mem, list ? list->n + 1 : 1, const char *)};

    json_each (list, i) {
        const char *s = json_str(list->items[i]);

        if (s) {
            strs.items[strs.n++] = mem_str(mem, s);
        }
    }
    return strs;
}

/* What is neither held nor ours is nobody's business. */
static void
object_see(struct drift_check *check, const struct drift_list *list, const struct json *json)
{
    struct mem *mem = check->mem;
    const char *id = json_get_str(json, "id"), *marker = vim_marker_of(list->kind, json);
    struct drift_object object = {.site = list->site, .kind = list->kind};

    if (!id || (!marker && !map_get(&check->held, key_of(mem, list->site, list->kind, id)))) {
        return;
    }
    object.id = mem_str(mem, id);
    object.name = mem_str(mem, json_get_str(json, "name"));
    object.status = mem_str(mem, json_get_str(json, "status"));
    object.server = mem_str(mem, str_or(json_get_str(json, "device_id"), ""));
    object.flow = drift_flow_of(mem, marker);
    object.shut = !json_bool(json_get(json, "admin_state_up"), true);
    object.members = strs_of(mem, json_get(json, "port_pairs"));
    vec_add(mem, &check->seen.objects, object);
}

/* A kind that a site does not have, and that nothing is held of there, is not missing. */
static void
list_failed(struct drift_check *check, struct drift_list *list, struct err *err)
{
    bool held = map_get(&check->held, key_of(check->mem, list->site, list->kind, ""));

    list->error =
        err_is(err, E_NOT_FOUND) && !held ? NULL : mem_str(check->mem, err_full(check->mem, err));
    err_ignore(err, "what a site does not say is told as unknown");
}

static void
listed(void *arg, const struct json *json, bool more, struct err *err)
{
    struct asked *asked = arg;
    struct drift_check *check = asked->check;
    struct drift_list *list = &check->seen.lists.items[asked->list];
    bool told = !err_is(err, E_CANCELLED); /* Else the driver ends, and whoever asked with it. */

    if (check->ended) {
        err_ignore(err, "it came too late");
    } else if (err) {
        list_failed(check, list, err);
    } else {
        json_each (json, i) {
            object_see(check, list, json->items[i]);
        }
        list->error = more ? list->error : NULL;
    }
    if (!more) {
        check->n_open--;
        if (check->ended || check->n_open == 0 || !told) {
            check_finish(check, told);
        }
    }
}

/* Rules go with their group, and are not held: the lists of those are not asked for. */
static bool
is_asked(const struct drift_check *check, const char *site, const char *kind)
{
    return !str_eq(kind, "security_group_rule") ||
           map_get(&check->held, key_of(check->mem, site, kind, ""));
}

void
drift_check_run(struct drift_check *check, struct jw *w, drift_done_fn *done, void *arg)
{
    check->w = w;
    check->done = done;
    check->arg = arg;
    map_each(&check->sites, site) {
        for (const char *const *kind = holding_kinds; *kind; kind++) {
            struct drift_list list = {.site = site->key,
                                      .kind = *kind,
                                      .error = mem_printf(check->mem, "no answer within %d s",
                                                          CHECK_MS / 1000)};

            if (is_asked(check, site->key, *kind)) {
                vec_add(check->mem, &check->seen.lists, list);
            }
        }
    }
    check->n_open = check->seen.lists.n;
    check->timer = loop_timer_new(check->nfvo->loop, check_over, check);
    loop_timer_arm(check->timer, check->n_open ? CHECK_MS : 0);
    for (size_t i = 0, n = check->seen.lists.n; i < n; i++) {
        struct asked *asked = MEM_NEW(check->mem, struct asked);

        *asked = (struct asked){.check = check, .list = i};
        vim_list(check->nfvo->vim, check->seen.lists.items[i].site, check->seen.lists.items[i].kind,
                 listed, asked);
    }
}
