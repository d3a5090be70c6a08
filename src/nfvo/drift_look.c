/* What a comparison compares: what sites show, one list a site and kind and all at once, then what the
 * store has recorded.  A site that does not answer is not known, which is no difference.  No list is
 * believed in what it leaves out: each of that is asked for by itself. */
#include "nfvo/drift.h"
#include "base/uuid.h"
#include "nfvo/flows.h"
#include "nfvo/repair.h"
#include "nfvo/request.h"
#include "vim/marked.h"
#include "vnfm/vnfm.h"

#include <string.h>

#define CHECK_MS 30000      /* So long sites have in all. */
#define NO_ANSWER "no answer within 30 s"
#define TOO_MUCH "more than 1000 of the things that are recorded are in no list: compare VNF by VNF"
#define HOLDINGS_MAX 10000
#define FLOWS_DEEP 16       /* Flows within flows. */

/* What is recorded of one thing. */
struct held_one {
    const char *site, *kind, *id;
};
/* One list under way, then what it left out. */
struct asked {
    struct drift_check *check;
    size_t list;      /* Of check->seen. */
    size_t n_open;    /* Things that are asked for by themselves. */
    size_t n_there;   /* Of them the site shows so many ... */
    const char *there; /* ... one of which is this. */
};
/* One thing that is asked for by itself. */
struct confirming {
    struct asked *asked;
    struct held_one *held;
};

struct drift_check {
    struct mem *mem; /* Outlives the request where sites are late. */
    struct nfvo *nfvo;
    struct drift_subject subject;
    struct map sites;           /* id -> name */
    struct map held;            /* SITE/KIND/ID, and SITE/KIND/ */
    struct drift_seen seen;
    VEC(struct held_one) holds; /* What has to be there. */
    struct map shown;           /* SITE/KIND/ID of what lists have. */
    struct map ours;            /* Sites of which lists have anything that operations of ours made. */
    struct map asked;           /* SITE/KIND/ -> struct asked */
    struct map gone;            /* SITE/KIND/ID of what the site says of, asked for by itself, that it has not. */
    struct loop_timer *timer;
    struct jw *w;              /* Where it is told; null: a repair asks ... */
    struct rows *items;        /* ... what it has to do, ... */
    struct mem *items_mem;
    bool left_over;            /* ... with what nobody holds. */
    drift_done_fn *done;
    void *arg;
    size_t n_open;
    bool ended;
};

/* ---- the beginning: which sites to ask ------------------------------------------------------ */

static struct err *
owner_add(struct tx *tx, struct drift_check *check, const char *owner_id)
{
    struct mem *mem = check->mem;
    struct rows rows;

    TRY(drift_holdings(tx, owner_id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct holding *row = rows.items[i];
        struct site *site;

        if (!map_get(&check->sites, row->site_id)) {
            TRY(row_get(tx, &site_table, row->site_id, &site));
            map_set(&check->sites, mem_str(mem, site->id), mem_str(mem, site->name));
        }
        map_set(&check->held, drift_key(mem, row->site_id, row->kind, row->resource_id), check);
        map_set(&check->held, drift_key(mem, row->site_id, row->kind, ""), check);
        if (!row->stale && !vim_is_marker(row->resource_id)) {
            vec_add(mem, &check->holds,
                    ((struct held_one){.site = mem_str(mem, row->site_id),
                                       .kind = mem_str(mem, row->kind),
                                       .id = mem_str(mem, row->resource_id)}));
        }
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
owners_add(struct tx *tx, struct drift_check *check, const struct rows *vnfs)
{
    if (check->subject.ns_id) {
        TRY(owner_add(tx, check, check->subject.ns_id));
    }
    for (size_t i = 0; i < vnfs->n; i++) {
        TRY(owner_add(tx, check, ((const struct vnf_instance *)vnfs->items[i])->id));
    }
    return NULL;
}

static struct err *
begin_read(struct tx *tx, void *arg)
{
    struct begin *begin = arg;
    struct drift_check *check = begin->check;
    struct rows vnfs;
    void *row;

    begin->op.resource = check->subject.ns_id ? &ns_instance_resource : &vnf_instance_resource;
    TRY(resource_get(tx, &begin->op, check->subject.ns_id ? check->subject.ns_id : check->subject.vnf_id, &row));
    TRY(drift_subject_vnfs(tx, &check->subject, &vnfs));
    TRY(drift_subject_free(tx, &check->subject, &vnfs));
    return owners_add(tx, check, &vnfs);
}

/* An operation of ours is what is under way. */
static struct err *
repair_begin(struct tx *tx, void *arg)
{
    struct drift_check *check = arg;
    struct rows vnfs;

    TRY(drift_subject_vnfs(tx, &check->subject, &vnfs));
    return owners_add(tx, check, &vnfs);
}

static struct drift_check *
check_new(struct nfvo *nfvo, const char *ns_id, const char *vnf_id)
{
    struct mem *mem = mem_new("drift");
    struct drift_check *check = MEM_NEW(mem, struct drift_check);

    check->mem = mem;
    check->nfvo = nfvo;
    check->subject.ns_id = mem_str(mem, ns_id);
    check->subject.vnf_id = mem_str(mem, vnf_id);
    map_init(&check->sites, mem);
    map_init(&check->held, mem);
    map_init(&check->shown, mem);
    map_init(&check->ours, mem);
    map_init(&check->asked, mem);
    map_init(&check->gone, mem);
    check->seen.gone = &check->gone;
    return check;
}

struct err *
drift_check_new(const struct op *op, const struct check_request *request,
                struct drift_check **check)
{
    struct begin begin = {.op = *op};
    struct err *err;

    if (!request->ns_instance_id == !request->vnf_instance_id) {
        return err_new(E_INVALID, NULL, "one of 'nsInstanceId' and 'vnfInstanceId' is needed");
    }
    begin.check = check_new(op->user, request->ns_instance_id, request->vnf_instance_id);
    err = store_read(begin.check->nfvo->store, begin_read, &begin);
    if (err) {
        mem_free(begin.check->mem);
        return err;
    }
    *check = begin.check;
    return NULL;
}

/* ---- the end: what is recorded now ------------------------------------------------------------ */

struct recording {
    struct tx *tx;
    struct mem *mem;
    const struct drift_check *check;
    struct drift_record record;
};

/* ---- whose an object is that nobody holds ----------------------------------------------------- */

static struct err *
operation_is_ours(struct recording *r, const char *id, bool *ours)
{
    struct cond by_id[] = {COND("id", id), {0}};
    struct vnf_lcm_op_occ *of_vnf;
    struct ns_lcm_op_occ *of_ns;

    TRY(row_find(r->tx, &vnf_lcm_op_occ_table, by_id, &of_vnf));
    TRY(row_find(r->tx, &ns_lcm_op_occ_table, by_id, &of_ns));
    *ours = (of_vnf && map_get(&r->record.vnfs, of_vnf->vnf_instance_id)) ||
            (of_ns && str_eq(of_ns->ns_instance_id, r->check->subject.ns_id));
    return NULL;
}

/* Is it an operation on another NS that is there: one that is nested?  That is compared by itself. */
static struct err *
operation_is_others(struct recording *r, const char *id, bool *others)
{
    struct cond by_id[] = {COND("id", id), {0}};
    struct ns_lcm_op_occ *occ;
    struct ns_instance *ns = NULL;

    TRY(row_find(r->tx, &ns_lcm_op_occ_table, by_id, &occ));
    if (occ) {
        struct cond of_occ[] = {COND("id", occ->ns_instance_id), {0}};

        TRY(row_find(r->tx, &ns_instance_table, of_occ, &ns));
    }
    *others = ns && !str_eq(ns->id, r->check->subject.ns_id);
    return NULL;
}

/* A flow is ours where it, or one that it is part of, is an operation on the instance. */
static struct err *
flow_record(struct recording *r, const char *flow)
{
    const char *id = flow;
    bool ours = false, others = false;

    for (int i = 0; id && !ours && !others && i < FLOWS_DEEP; i++) {
        struct cond by_id[] = {COND("id", id), {0}};
        struct flow_row *row;

        TRY(operation_is_ours(r, id, &ours));
        TRY(operation_is_others(r, id, &others));
        TRY(row_find(r->tx, &flow_table, by_id, &row));
        id = row ? row->parent_id : NULL;
    }
    if (ours) {
        map_set(&r->record.flows, flow, r);
    }
    return NULL;
}

/* An operation of ours also makes what is another NS's: instances in the chains of the one around (follow.c).
 * A cloud that is registered twice shows one thing at two sites: it is held at the other. */
static struct err *
other_record(struct recording *r, const struct drift_object *object, const char *key)
{
    struct cond at[] = {COND("resource_id", object->id), COND("kind", object->kind), {0}};
    struct query query = {.table = &holding_table, .conds = at};
    struct rows rows;

    TRY(rows_select(r->tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct holding *held = rows.items[i];

        if (!str_eq(held->site_id, object->site) ? !held->stale : !map_get(&r->record.stale, key)) {
            map_set(&r->record.others, key, r);
        }
    }
    return NULL;
}

static struct err *
flows_record(struct recording *r)
{
    struct map asked;

    map_init(&asked, r->mem);
    vec_each (&r->check->seen.objects, object) {
        const char *key = drift_key(r->mem, object->site, object->kind, object->id);

        if (!object->flow || (map_get(&r->check->held, key) && !map_get(&r->record.stale, key))) {
            continue;
        }
        if (map_add(&asked, object->flow, r)) {
            TRY(flow_record(r, object->flow));
        }
        TRY(map_get(&r->record.flows, object->flow) ? other_record(r, object, key) : NULL);
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
answer_write(const struct drift_check *check, const struct recording *r,
             const struct drift_differences *differences)
{
    jw_int(check->w, "compared", (int64_t)r->record.things.n);
    differences_write(check, check->w, differences);
    jw_array(check->w, "unknown");
    map_each(&check->sites, site) {
        unknown_write(check, check->w, site->key);
    }
    jw_end(check->w);
}

/* What is not known is not made again. */
static struct err *
all_is_known(const struct drift_check *check)
{
    vec_each (&check->seen.lists, list) {
        if (list->error) {
            return err_new(E_UNAVAILABLE, NULL, "site %s does not tell its %ss: %s",
                           str_or(map_get(&check->sites, list->site), list->site), list->kind,
                           list->error);
        }
    }
    return NULL;
}

static struct err *
items_give(const struct drift_check *check, const struct rows *items)
{
    if (items->n >= REPAIR_MAX) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "more than %d things differ: terminate the instance and instantiate it",
                       REPAIR_MAX);
    }
    check->items->items = MEM_ARRAY(check->items_mem, items->n + 1, void *);
    for (size_t i = 0; i < items->n; i++) {
        check->items->items[check->items->n++] = row_copy(check->items_mem, items->items[i]);
    }
    return NULL;
}

static struct err *
end_read(struct tx *tx, void *arg)
{
    const struct drift_check *check = arg;
    struct recording r = {.tx = tx, .mem = tx_mem(tx), .check = check};
    struct drift_differences differences;
    struct rows vnfs, items = {0};

    drift_record_init(&r.record, r.mem);
    TRY(check->w ? NULL : all_is_known(check));
    TRY(drift_subject_vnfs(tx, &check->subject, &vnfs));
    TRY(check->w ? drift_subject_free(tx, &check->subject, &vnfs) : NULL);
    TRY(drift_record_add(tx, &check->subject, &vnfs, &r.record));
    TRY(flows_record(&r));
    differences = drift_compare(r.mem, &r.record, &check->seen);
    TRY(repair_plan_fill(tx, &check->subject, &r.record, &check->seen, &differences,
                         check->left_over, &items));
    if (!check->w) {
        return items_give(check, &items);
    }
    answer_write(check, &r, &differences);
    return NULL;
}

/* ---- asking ------------------------------------------------------------------------------------ */

/* Nothing of all that is recorded there, be it one thing, nor of anything else of ours: another project, or
 * another site behind the same name, says just that of everything. */
static void
site_judge(struct drift_check *check, const char *site)
{
    size_t n = 0, n_gone = 0;
    const char *why;

    vec_each (&check->holds, held) {
        n += str_eq(held->site, site);
        n_gone += str_eq(held->site, site) &&
                  map_get(&check->gone, drift_key(check->mem, site, held->kind, held->id));
    }
    if (n_gone == 0 || n_gone < n || map_get(&check->ours, site)) {
        return;
    }
    why = drift_denied(check->mem, n);
    vec_each (&check->seen.lists, list) {
        list->error = str_eq(list->site, site) ? why : list->error;
    }
}

static void
check_finish(struct drift_check *check, bool told)
{
    if (!check->ended) {
        check->ended = true;
        loop_timer_del(check->timer);
        map_each(&check->sites, site) {
            site_judge(check, site->key);
        }
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

/* What is neither held nor ours is nobody's business. */
static void
object_see(struct drift_check *check, const struct drift_list *list, const struct json *json)
{
    struct mem *mem = check->mem;
    const char *id = json_get_str(json, "id"), *marker = vim_marker_of(list->kind, json), *key;

    if (!uuid_valid(id)) {
        return; /* Nothing that we made: it would stand in paths of calls. */
    }
    if (marker) {
        map_set(&check->ours, list->site, check);
    }
    key = drift_key(mem, list->site, list->kind, id);
    if (map_get(&check->held, key)) {
        map_set(&check->shown, key, check);
    } else if (!marker) {
        return;
    }
    vec_add(mem, &check->seen.objects, drift_object_of(mem, list, json));
}

/* A kind that a site does not have, and that nothing is held of there, is not missing. */
static void
list_failed(struct drift_check *check, struct drift_list *list, struct err *err)
{
    bool held = map_get(&check->held, drift_key(check->mem, list->site, list->kind, ""));

    list->error =
        err_is(err, E_NOT_FOUND) && !held ? NULL : mem_str(check->mem, err_full(check->mem, err));
    err_ignore(err, "what a site does not say is told as unknown");
}

/* ---- what lists leave out --------------------------------------------------------------------- */

/* A list without what is there is no list: a site that hides a thing today hides others too. */
static void
asked_judge(struct drift_check *check, struct asked *asked)
{
    struct drift_list *list = &check->seen.lists.items[asked->list];

    if (asked->n_there > 0) {
        list->error = drift_left_out(check->mem, asked->n_there, asked->there);
    } else if (asked->n_open == 0 && str_eq(list->error, NO_ANSWER)) {
        list->error = NULL;
    }
}

static void
confirmed(void *arg, const struct json *object, struct err *err)
{
    struct confirming *confirming = arg;
    struct asked *asked = confirming->asked;
    struct drift_check *check = asked->check;
    bool told = !err_is(err, E_CANCELLED);

    (void)object;
    asked->n_open--;
    if (check->ended) {
        err_ignore(err, "it came too late");
    } else if (err_is(err, E_NOT_FOUND)) {
        map_set(&check->gone, drift_key(check->mem, confirming->held->site, confirming->held->kind,
                                     confirming->held->id), check);
        err_ignore(err, "that is the answer");
        asked_judge(check, asked);
    } else if (err) {
        list_failed(check, &check->seen.lists.items[asked->list], err);
    } else {
        asked->n_there++;
        asked->there = confirming->held->id;
        asked_judge(check, asked);
    }
    check->n_open--;
    if (check->ended || check->n_open == 0 || !told) {
        check_finish(check, told);
    }
}

/* The list that has to have it, where it does not; null: it has, or is not known. */
static struct asked *
left_out(const struct drift_check *check, const struct held_one *held)
{
    struct asked *asked = map_get(&check->asked, drift_key(check->mem, held->site, held->kind, ""));
    bool known = asked && !check->seen.lists.items[asked->list].error;

    return known && !map_get(&check->shown, drift_key(check->mem, held->site, held->kind, held->id))
               ? asked
               : NULL;
}

/* Only a 404 to the very thing says that it is lost. */
static void
confirm_ask(struct drift_check *check)
{
    VEC(struct confirming) questions = {0};

    vec_each (&check->holds, held) {
        struct asked *asked = left_out(check, held);

        if (asked) {
            vec_add(check->mem, &questions, ((struct confirming){.asked = asked, .held = held}));
        }
    }
    vec_each (&questions, question) {
        question->asked->n_open++;
        check->seen.lists.items[question->asked->list].error =
            questions.n > REPAIR_MAX ? TOO_MUCH : NO_ANSWER;
    }
    check->n_open = questions.n > REPAIR_MAX ? 0 : questions.n;
    if (check->n_open == 0) {
        check_finish(check, true);
        return;
    }
    vec_each (&questions, question) {
        vim_get(check->nfvo->vim, question->held->site, question->held->kind, question->held->id,
                confirmed, question);
    }
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
    if (more) {
        return;
    }
    check->n_open--;
    if (check->ended || !told) {
        check_finish(check, told);
    } else if (check->n_open == 0) {
        confirm_ask(check);
    }
}

/* Rules go with their group, and are not held: the lists of those are not asked for. */
static bool
is_asked(const struct drift_check *check, const char *site, const char *kind)
{
    return !str_eq(kind, "security_group_rule") ||
           map_get(&check->held, drift_key(check->mem, site, kind, ""));
}

static void
check_ask(struct drift_check *check, drift_done_fn *done, void *arg)
{
    check->done = done;
    check->arg = arg;
    map_each(&check->sites, site) {
        for (const char *const *kind = holding_kinds; *kind; kind++) {
            struct drift_list list = {.site = site->key,
                                      .kind = *kind,
                                      .error = NO_ANSWER};

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
        map_set(&check->asked,
                drift_key(check->mem, check->seen.lists.items[i].site, check->seen.lists.items[i].kind, ""),
                asked);
        vim_list(check->nfvo->vim, check->seen.lists.items[i].site, check->seen.lists.items[i].kind,
                 listed, asked);
    }
}

void
drift_check_run(struct drift_check *check, struct jw *w, drift_done_fn *done, void *arg)
{
    check->w = w;
    check_ask(check, done, arg);
}

struct err *
repair_look(struct nfvo *nfvo, const struct repair_look *in, struct mem *mem, struct rows *items,
            drift_done_fn *done, void *arg)
{
    struct drift_check *check = check_new(nfvo, in->ns_instance_id, in->vnf_instance_id);
    struct err *err = store_read(nfvo->store, repair_begin, check);

    if (err) {
        mem_free(check->mem);
        return err;
    }
    check->items = items;
    check->items_mem = mem;
    check->left_over = in->left_over;
    check_ask(check, done, arg);
    return NULL;
}
