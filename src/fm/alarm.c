/* Alarms as rows: raised once, changed, cleared, taken note of, forgotten. */
#include "fm/turn.h"
#include "replica/replica.h"

#define DAY_US (86400 * INT64_C(1000000))
#define FORGET_MAX 500 /* of one transaction */

static struct err *
alarm_find(struct tx *tx, const struct alarm *like, struct alarm **found)
{
    struct cond raised[] = {COND("object_id", like->object_id),
                            COND("fault_key", like->fault_key),
                            {.attr = "cleared_at", .op = COND_NULL},
                            {0}};

    return row_find(tx, like->row.table, raised, found);
}

/* ---- turns ------------------------------------------------------------------------------- */

static struct err *
raise(struct tx *tx, const struct alarm *wanted)
{
    struct alarm *alarm = row_copy(tx_mem(tx), wanted);

    alarm->raised_at = tx_now(tx);
    alarm->event_at = alarm->raised_at;
    return row_insert(tx, alarm);
}

static struct err *
change(struct tx *tx, const struct alarm *there, const struct alarm *wanted)
{
    struct alarm *alarm = row_copy(tx_mem(tx), there);

    alarm->severity = wanted->severity;
    alarm->raised_as = wanted->severity;
    alarm->resource = wanted->resource;
    alarm->details = wanted->details;
    alarm->is_root = wanted->is_root;
    alarm->correlated = wanted->correlated;
    alarm->changed_at = tx_now(tx);
    return row_update(tx, there, alarm);
}

static struct err *
clear(struct tx *tx, const struct alarm *there)
{
    struct alarm *alarm = row_copy(tx_mem(tx), there);

    alarm->severity = "CLEARED";
    alarm->cleared_at = tx_now(tx);
    return row_update(tx, there, alarm);
}

static struct err *
turn_do(struct tx *tx, const struct turn *turn)
{
    struct alarm *there;

    TRY(alarm_find(tx, turn->alarm, &there));
    switch (turn->kind) {
    case TURN_RAISE:
        return there ? NULL : raise(tx, turn->alarm);
    case TURN_CHANGE:
        return there ? change(tx, there, turn->alarm) : NULL;
    case TURN_CLEAR:
        return there ? clear(tx, there) : NULL;
    }
    return NULL;
}

struct err *
turns_do(struct tx *tx, void *arg)
{
    struct turning *turning = arg;
    struct map touched;

    turning->again = false;
    TRY(replica_leads(tx));
    map_init(&touched, tx_mem(tx));
    TRY(touched_since(tx, turning->judgement->seq, &touched));
    for (size_t i = 0; i < turning->n; i++) {
        const struct turn *turn = &turning->judgement->turns.items[turning->first + i];

        if (map_get(&touched, turn->alarm->object_id) ||
            (turn->ns_id && map_get(&touched, turn->ns_id))) {
            turning->again = true;
        } else {
            TRY(turn_do(tx, turn));
        }
    }
    return tx_follow(tx); /* Somebody waits for it: one commit for the alarm and for who is told of it. */
}

/* ---- what a client does ---------------------------------------------------------------------- */

struct err *
alarm_acknowledge(struct tx *tx, struct op *op, const char *id,
                  const struct alarm_changes *changes)
{
    struct alarm *old, *alarm;

    TRY(resource_get(tx, op, id, (void **)&old));
    TRY(resource_revision_check(op, old));
    if (str_eq(old->ack_state, changes->ack_state)) {
        return err_new(E_CONFLICT, NULL, "alarm %s is %s already", id, old->ack_state);
    }
    alarm = row_copy(tx_mem(tx), old);
    alarm->ack_state = changes->ack_state;
    alarm->acked_at = str_eq(changes->ack_state, "ACKNOWLEDGED") ? tx_now(tx) : TIME_NULL;
    return row_update(tx, old, alarm);
}

/* ---- forgetting -------------------------------------------------------------------------------- */

struct forgetting_of {
    struct forgetting *forgetting;
    const struct table *table;
    struct map *found;
};

static struct err *
old_add(void *arg, int n, const char *const *columns)
{
    struct forgetting_of *of = arg;

    if (n > 0 && of->found->n_live < FORGET_MAX) {
        map_set(of->found, mem_str(of->forgetting->mem, columns[0]),
                mem_copy(of->forgetting->mem, &of->table, sizeof of->table));
    }
    return NULL;
}

/* The oldest of a project beyond the bound are those with so many younger ones. */
static struct err *
forget_find_of(struct tx *tx, struct forgetting *forgetting, const struct table *table)
{
    struct mem *mem = tx_mem(tx);
    struct forgetting_of of = {forgetting, table, &forgetting->old};
    struct forgetting_of gone = {forgetting, table, &forgetting->gone};
    const char *until[] = {
        mem_printf(mem, "%lld", (long long)(tx_now(tx) - FM_KEPT_DAYS * DAY_US)), NULL};
    const char *most[] = {mem_printf(mem, "%d", FM_KEPT_MAX), NULL};

    TRY(tx_sql(tx,
               mem_printf(mem, "SELECT id FROM %s WHERE cleared_at < CAST(? AS BIGINT)",
                          table->name),
               until, old_add, &of));
    TRY(tx_sql(tx,
               mem_printf(mem,
                          "SELECT id FROM %s WHERE cleared_at IS NULL AND NOT EXISTS "
                          "(SELECT 1 FROM site WHERE site.id = site_id)",
                          table->name),
               (const char *[]){NULL}, old_add, &gone));
    return tx_sql(tx,
                  mem_printf(mem,
                             "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY project_id "
                             "ORDER BY cleared_at DESC, id DESC) AS place FROM %s "
                             "WHERE cleared_at IS NOT NULL) AS ranked WHERE place > CAST(? AS BIGINT)",
                             table->name),
                  most, old_add, &of);
}

struct err *
forget_find(struct tx *tx, void *arg)
{
    for (const struct table *const *table = fm_tables; *table; table++) {
        TRY(forget_find_of(tx, arg, *table));
    }
    return NULL;
}

struct err *
forget_do(struct tx *tx, void *arg)
{
    struct forgetting *forgetting = arg;

    map_each(&forgetting->gone, entry) {
        const struct table *const *table = entry->value;
        struct cond open[] = {
            COND("id", entry->key), {.attr = "cleared_at", .op = COND_NULL}, {0}};
        struct alarm *there;

        TRY(row_find(tx, *table, open, &there));
        if (there) {
            TRY(clear(tx, there));
        }
    }
    map_each(&forgetting->old, entry) {
        const struct table *const *table = entry->value;
        struct cond by_id[] = {COND("id", entry->key), {0}};
        void *there;

        TRY(row_find(tx, *table, by_id, &there));
        if (there) {
            TRY(row_delete(tx, *table, entry->key));
        }
    }
    return NULL;
}
