/* One site against the records of all instances that hold something there: which alarms have to be
 * raised, changed, cleared.  Whose record changes meanwhile is not judged: a site is asked before the
 * store, and neither waits for the other. */
#include "fm/fault.h"
#include "fm/turn.h"

#include "base/uuid.h"
#include "vnfm/vnfm.h"

#define CHANGES_AT_ONCE 500

/* ---- whose record changed -------------------------------------------------------------- */

static struct err *
owner_of_row(struct tx *tx, const struct change *change, const struct table *table,
             const char *column, const char **owner)
{
    struct cond by_id[] = {COND("id", change->id), {0}};
    void *row;

    *owner = json_get_str(change->columns, column);
    if (!*owner) {
        TRY(row_find(tx, table, by_id, &row));
        *owner = row ? *(const char *const *)attr_at(table_attr(table, column), row) : NULL;
    }
    return NULL;
}

/* Tables whose rows tell of an instance: where its id is, null = the key. */
static const struct {
    const struct table *table;
    const char *column;
} records[] = {
    {&vnf_instance_table, NULL},
    {&ns_instance_table, NULL},
    {&holding_table, "owner_id"},
    {&vnf_lcm_op_occ_table, "vnf_instance_id"},
    {&ns_lcm_op_occ_table, "ns_instance_id"},
};

static struct err *
touch(struct tx *tx, const struct change *change, struct map *touched)
{
    for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
        const char *owner = change->id;

        if (!str_eq(records[i].table->name, change->table)) {
            continue;
        }
        if (records[i].column) {
            TRY(owner_of_row(tx, change, records[i].table, records[i].column, &owner));
        }
        if (owner) {
            map_set(touched, owner, touched);
        }
    }
    return NULL;
}

struct err *
touched_since(struct tx *tx, int64_t seq, struct map *touched)
{
    struct change *changes;
    size_t n;

    do {
        TRY(changes_read(tx, seq, CHANGES_AT_ONCE, &changes, &n));
        for (size_t i = 0; i < n; i++) {
            TRY(touch(tx, &changes[i], touched));
            seq = changes[i].seq;
        }
    } while (n == CHANGES_AT_ONCE);
    return NULL;
}

/* ---- who is at the site -------------------------------------------------------------------- */

struct judging {
    struct tx *tx;
    struct mem *mem; /* Of the transaction. */
    struct judgement *j;
    struct map touched;
    struct map subjects; /* Id -> drift_subject */
    struct map skipped;  /* Ids of instances that are not judged now. */
    struct map objects;  /* Id -> fault_object */
    struct map unsure;   /* Kinds of which lists leave out something that may be there. */
    struct drift_record record;
    struct faults faults;
    struct map alarms; /* Name of the fault -> alarm, those that are not cleared */
};

static struct err *
owner_add(void *arg, int n, const char *const *columns)
{
    struct judging *g = arg;

    if (n > 0) {
        map_set(&g->subjects, mem_str(g->mem, columns[0]), g);
    }
    return NULL;
}

static struct err *
subjects_add(struct judging *g, const struct map *owners)
{
    map_each(owners, owner) {
        struct cond by_id[] = {COND("id", owner->key), {0}};
        struct drift_subject *subject = MEM_NEW(g->mem, struct drift_subject);
        struct vnf_instance *vnf;

        TRY(row_find(g->tx, &vnf_instance_table, by_id, &vnf));
        subject->ns_id = vnf ? vnf->ns_instance_id : owner->key;
        subject->vnf_id = vnf && !vnf->ns_instance_id ? vnf->id : NULL;
        map_set(&g->subjects, subject->ns_id ? subject->ns_id : subject->vnf_id, subject);
    }
    return NULL;
}

static struct err *
subjects_find(struct judging *g)
{
    const char *at[] = {g->j->site, NULL};
    struct map owners;

    map_init(&g->subjects, g->mem);
    TRY(tx_sql(g->tx, "SELECT DISTINCT owner_id FROM holding WHERE site_id = ?", at, owner_add, g));
    owners = g->subjects;
    map_init(&g->subjects, g->mem);
    return subjects_add(g, &owners);
}

/* An operation is open, or something was recorded since the site was asked. */
static struct err *
is_busy(struct judging *g, const struct drift_subject *subject, const struct rows *vnfs, bool *busy)
{
    struct err *err = drift_subject_free(g->tx, subject, vnfs);

    *busy = err_is(err, E_CONFLICT) || (subject->ns_id && map_get(&g->touched, subject->ns_id));
    if (err && !err_is(err, E_CONFLICT)) {
        return err;
    }
    err_ignore(err, "it is looked at again");
    for (size_t i = 0; i < vnfs->n; i++) {
        *busy = *busy || map_get(&g->touched, ((const struct vnf_instance *)vnfs->items[i])->id);
    }
    return NULL;
}

static struct fault_object *
object_add(struct judging *g, const struct table *table, const char *id, const char *project_id,
           struct fault_object *ns)
{
    struct fault_object *object = MEM_NEW(g->mem, struct fault_object);

    *object = (struct fault_object){.table = table, .id = id, .project_id = project_id, .ns = ns};
    map_set(&g->objects, id, object);
    return object;
}

static void
subject_skip(struct judging *g, const struct drift_subject *subject, const struct rows *vnfs)
{
    g->j->again = true;
    if (subject->ns_id) {
        map_set(&g->skipped, subject->ns_id, g);
    }
    for (size_t i = 0; i < vnfs->n; i++) {
        map_set(&g->skipped, ((const struct vnf_instance *)vnfs->items[i])->id, g);
    }
}

static struct err *
subject_read(struct judging *g, const struct drift_subject *subject)
{
    struct fault_object *of_ns = NULL;
    struct ns_instance *ns = NULL;
    struct rows vnfs;
    bool busy;

    TRY(drift_subject_vnfs(g->tx, subject, &vnfs));
    TRY(is_busy(g, subject, &vnfs, &busy));
    if (busy) {
        subject_skip(g, subject, &vnfs);
        return NULL;
    }
    if (subject->ns_id) {
        TRY(row_get(g->tx, &ns_instance_table, subject->ns_id, &ns));
        of_ns = object_add(g, &ns_alarm_table, ns->id, ns->project_id, NULL);
    }
    for (size_t i = 0; i < vnfs.n; i++) {
        const struct vnf_instance *vnf = vnfs.items[i];

        object_add(g, &vnf_alarm_table, vnf->id, vnf->project_id, of_ns);
    }
    return drift_record_add(g->tx, subject, &vnfs, &g->record);
}

/* Only those of them that hold something at the site (of the kind; null = of any) suffer from its
 * silence; NSs do with them. */
static void
sufferers_find(struct judging *g, const char *kind, struct map *sufferers)
{
    map_init(sufferers, g->mem);
    vec_each (&g->record.things, thing) {
        struct fault_object *object = map_get(&g->objects, thing->owner);

        if (object && str_eq(thing->site, g->j->site) && (!kind || str_eq(kind, thing->kind))) {
            map_set(sufferers, object->id, object);
            if (object->ns) {
                map_set(sufferers, object->ns->id, object->ns);
            }
        }
    }
}

/* ---- what is there already -------------------------------------------------------------------- */

static struct err *
alarms_read(struct judging *g, const struct table *table)
{
    struct cond raised[] = {
        COND("site_id", g->j->site), {.attr = "cleared_at", .op = COND_NULL}, {0}};
    struct query query = {.table = table, .conds = raised};
    struct rows rows;

    TRY(rows_select(g->tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        struct alarm *alarm = rows.items[i];

        map_set(&g->alarms, fault_name(g->mem, alarm->object_id, alarm->fault_key), alarm);
    }
    return NULL;
}

static const struct drift_list *
list_of(const struct judging *g, const char *kind)
{
    vec_each (&g->j->seen->lists, list) {
        if (str_eq(list->kind, kind)) {
            return list;
        }
    }
    return NULL;
}

/* Why the list of that kind failed, or null. */
static const char *
list_error(const struct judging *g, const char *kind)
{
    const struct drift_list *list = list_of(g, kind);

    return list ? list->error : NULL;
}

/* Where nothing of a kind is held, there is no list of it to ask for. */
static bool
is_told(const struct judging *g, const char *kind)
{
    const struct drift_list *list = list_of(g, kind);

    return !map_get(&g->unsure, kind) && (list ? !list->error : g->j->is_whole);
}

/* Nothing is known of what was not told, and of the site itself until it answers whole. */
static bool
is_unknown(const struct judging *g, const struct alarm *alarm)
{
    return map_get(&g->skipped, alarm->object_id) ||
           (*alarm->kind ? !is_told(g, alarm->kind) : !g->j->is_answering);
}

/* What no list has is believed when the site was asked for it by itself. */
static void
left_out_note(struct judging *g, const struct drift_differences *differences)
{
    struct mem *mem = g->j->mem;

    vec_each (&g->record.things, thing) {
        const struct drift_list *list = list_of(g, thing->kind);

        g->j->n_things += str_eq(thing->site, g->j->site) && list && !list->error &&
                          !(g->j->seen->gone &&
                            map_get(g->j->seen->gone,
                                    drift_key(g->mem, thing->site, thing->kind, thing->id)));
    }
    vec_each (&differences->left_out, thing) {
        map_set(&g->unsure, (*thing)->kind, g);
        vec_add(mem, &g->j->left_out,
                ((struct left_out){mem_str(mem, (*thing)->kind), mem_str(mem, (*thing)->id)}));
    }
}

/* ---- turns ------------------------------------------------------------------------------------ */

static bool
is_same(const struct alarm *a, const struct alarm *b)
{
    static const char *const said[] = {"severity", "resource", "details", "is_root", "correlated"};

    /* Why a site does not answer, or not tell something, may be said in other words each time. */
    for (size_t i = 0; a->resource && i < ARRAY_SIZE(said); i++) {
        if (!attr_equal(table_attr(a->row.table, said[i]), a, b)) {
            return false;
        }
    }
    return true;
}

static void
turn_add(struct judging *g, enum turn_kind kind, const struct alarm *alarm, const char *ns_id)
{
    const struct turn turn = {.kind = kind,
                              .alarm = row_copy(g->j->mem, alarm),
                              .ns_id = mem_str(g->j->mem, ns_id)};

    vec_add(g->j->mem, &g->j->turns, turn);
}

/* Alarms that know each other need their ids before there are rows. */
static void
ids_give(struct judging *g)
{
    vec_each (&g->faults.items, fault) {
        const char *name = fault_name(g->mem, (*fault)->object->id, (*fault)->key);
        const struct alarm *there = map_get(&g->alarms, name);

        (*fault)->alarm_id = there ? there->id : uuid_make_ordered(g->mem);
    }
}

/* Of two lists of a site one may be older than what the other tells, and what makes it say one thing
 * and then the other comes one behind the other too: it counts when it is still so a while later. */
static bool
is_doubted(struct judging *g, const struct fault *fault, const char *name)
{
    const int64_t *before = fault->kind->follows ? map_get(g->j->seen_before, name) : NULL;
    int64_t *since;

    if (!fault->kind->follows ||
        (before && g->j->asked_ns - *before >= FM_DOUBT_MS * INT64_C(1000000))) {
        return false;
    }
    since = MEM_NEW(g->j->mem, int64_t);
    *since = before ? *before : g->j->asked_ns;
    map_set(&g->j->doubts, mem_str(g->j->mem, name), since);
    g->j->again = true;
    return true;
}

static void
fault_turn(struct judging *g, const struct fault *fault)
{
    const struct fault_object *ns = fault->object->ns;
    const char *name = fault_name(g->mem, fault->object->id, fault->key);
    struct alarm *there = map_get(&g->alarms, name), *alarm = fault_alarm(g->mem, fault);

    alarm->id = fault->alarm_id;
    if (fault->with) {
        const char **other = MEM_NEW(g->mem, const char *);

        *other = fault->with->alarm_id;
        alarm->is_root = !fault->vnf;
        alarm->correlated = (struct strs){.items = other, .n = 1};
    }
    if (!there && is_doubted(g, fault, name)) {
        return;
    }
    if (!there) {
        turn_add(g, TURN_RAISE, alarm, ns ? ns->id : NULL);
    } else if (!is_same(alarm, there)) {
        turn_add(g, TURN_CHANGE, alarm, ns ? ns->id : NULL);
    }
}

static void
turns_find(struct judging *g)
{
    ids_give(g);
    vec_each (&g->faults.items, fault) {
        fault_turn(g, *fault);
    }
    map_each(&g->alarms, entry) {
        const struct fault_object *object;
        const struct alarm *alarm = entry->value;

        if (!map_get(&g->faults.by_key, entry->key) && !is_unknown(g, alarm)) {
            object = map_get(&g->objects, alarm->object_id);
            turn_add(g, TURN_CLEAR, alarm, object && object->ns ? object->ns->id : NULL);
        }
    }
}

static struct err *
all_read(struct judging *g)
{
    TRY(touched_since(g->tx, g->j->seq, &g->touched));
    TRY(subjects_find(g));
    map_each(&g->subjects, entry) {
        TRY(subject_read(g, entry->value));
    }
    for (const struct table *const *table = fm_tables; *table; table++) {
        TRY(alarms_read(g, *table));
    }
    return NULL;
}

struct err *
judge(struct tx *tx, void *arg)
{
    struct judging g = {.tx = tx, .mem = tx_mem(tx), .j = arg};
    struct drift_differences differences;
    struct map sufferers;

    map_init(&g.touched, g.mem);
    map_init(&g.skipped, g.mem);
    map_init(&g.objects, g.mem);
    map_init(&g.alarms, g.mem);
    map_init(&g.unsure, g.mem);
    map_init(&g.j->doubts, g.j->mem);
    map_init(&g.faults.by_key, g.mem);
    drift_record_init(&g.record, g.mem);
    TRY(all_read(&g));
    differences = drift_compare(g.mem, &g.record, g.j->seen);
    left_out_note(&g, &differences);
    faults_of(g.mem, &differences, &g.objects, &g.faults);
    if (g.j->missed) {
        sufferers_find(&g, NULL, &sufferers);
        faults_unreachable(g.mem, g.j->site, g.j->missed, &sufferers, &g.faults);
    }
    for (size_t i = 0; i < g.j->untold.n; i++) {
        const char *kind = g.j->untold.items[i];

        sufferers_find(&g, kind, &sufferers);
        faults_untold(g.mem, g.j->site, kind, list_error(&g, kind), &sufferers, &g.faults);
    }
    turns_find(&g);
    return NULL;
}
