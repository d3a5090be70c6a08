/* Operations that ended long ago, of instances that are gone, are forgotten: their occurrences, journals and
 * grants.  Those of what lives are kept for ever, for its journals say what things at sites were made of
 * (decision 048).  Alarms, figures, notifications and the change log have bounds of their own. */
#include "nfvo/retention.h"

#include "base/vec.h"
#include "flow/flow.h"
#include "nfvo/nfvo.h"
#include "vnfm/vnfm.h"

#define DAY_US (24LL * 3600 * 1000000)
#define LOOK_AT_ONCE 20 /* that a read finds: a write, which others wait for, forgets those of them that may be */

/* Operations are occurrences, by the identifier of their flow, of an instance. */
static const struct {
    const struct table *occurrences, *instances;
    const char *instance_id;
} kinds[] = {
    {&vnf_lcm_op_occ_table, &vnf_instance_table, "vnf_instance_id"},
    {&ns_lcm_op_occ_table, &ns_instance_table, "ns_instance_id"},
};
/* Flows that are nobody's operation, and leave all that they tell in rows of their own. */
#define ALONE "'package_onboard', 'nsd_onboard', 'pnfd_onboard', 'package_erase'"

struct forgetting {
    struct mem *mem;
    int64_t until_us;
    const char *after; /* root that was looked at last */
    size_t n_seen;
    VEC(const char *) roots; /* that may go */
};

/* ---- what may go --------------------------------------------------------------------------- */

/* Does what an operation of this identifier worked on still live? */
static struct err *
lives(struct tx *tx, const char *id, bool *living)
{
    for (size_t i = 0; i < ARRAY_SIZE(kinds) && !*living; i++) {
        struct cond by_id[] = {COND("id", id), {0}};
        void *occurrence, *instance = NULL;

        TRY(row_find(tx, kinds[i].occurrences, by_id, &occurrence));
        if (occurrence) {
            const char *const *at = attr_at(table_attr(kinds[i].occurrences, kinds[i].instance_id), occurrence);
            struct cond of[] = {COND("id", *at), {0}};

            TRY(row_find(tx, kinds[i].instances, of, &instance));
        }
        *living = instance;
    }
    return NULL;
}

static struct err *
seen_add(void *arg, int n, const char *const *columns)
{
    struct forgetting *f = arg;

    if (n > 0) {
        vec_add(f->mem, &f->roots, mem_str(f->mem, columns[0]));
    }
    return NULL;
}

/* Of what ended in time, those whose own instance is gone; then without those that worked on one that is not,
 * as a part of them. */
static struct err *
look(struct tx *tx, void *arg)
{
    struct forgetting *f = arg;
    struct mem *mem = tx_mem(tx);
    const char *args[] = {mem_printf(mem, "%lld", (long long)f->until_us), f->after, NULL};
    const char *gone = "", *had = "";
    size_t n_kept = 0;

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        const char *name = kinds[i].occurrences->name;

        gone = mem_printf(mem, "%s AND NOT EXISTS (SELECT 1 FROM %s o JOIN %s i ON i.id = o.%s WHERE o.id = flow.id)",
                          gone, name, kinds[i].instances->name, kinds[i].instance_id);
        had = mem_printf(mem, "%s OR EXISTS (SELECT 1 FROM %s o WHERE o.id = flow.id)", had, name);
    }
    f->roots.n = 0;
    TRY(tx_sql(tx, mem_printf(mem,
                              "SELECT id FROM flow WHERE parent_id IS NULL AND state IN ('COMPLETED', 'FAILED', "
                              "'ROLLED_BACK') AND state_at < CAST(? AS BIGINT) AND id > ?%s AND (type IN (" ALONE ")%s) "
                              "ORDER BY id LIMIT %d", gone, had, LOOK_AT_ONCE),
               args, seen_add, f));
    f->n_seen = f->roots.n;
    f->after = f->n_seen ? f->roots.items[f->n_seen - 1] : f->after;
    for (size_t i = 0; i < f->n_seen; i++) {
        bool living = false, over;
        struct strs family;

        TRY(flow_family(tx, f->roots.items[i], &family, &over));
        for (size_t k = 0; k < family.n && !living; k++) {
            TRY(lives(tx, family.items[k], &living));
        }
        if (over && !living) {
            f->roots.items[n_kept++] = f->roots.items[i];
        }
    }
    f->roots.n = n_kept;
    return NULL;
}

/* ---- going ----------------------------------------------------------------------------------- */

static struct err *
grants_forget(struct tx *tx, const char *id)
{
    struct cond of[] = {COND("vnf_lcm_op_occ_id", id), {0}};
    struct query query = {.table = &grant_table, .conds = of};
    struct rows grants;

    TRY(rows_select(tx, &query, &grants));
    for (size_t i = 0; i < grants.n; i++) {
        TRY(row_delete(tx, &grant_table, ((const struct grant *)grants.items[i])->id));
    }
    return NULL;
}

static struct err *
operation_forget(struct tx *tx, const char *id)
{
    TRY(grants_forget(tx, id));
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        struct cond by_id[] = {COND("id", id), {0}};
        void *occurrence;

        TRY(row_find(tx, kinds[i].occurrences, by_id, &occurrence));
        if (occurrence) {
            TRY(row_delete(tx, kinds[i].occurrences, id));
        }
    }
    return NULL;
}

/* What has ended stays so, and what is gone too: what was read still holds. */
static struct err *
forget(struct tx *tx, void *arg)
{
    const struct forgetting *f = arg;

    for (size_t i = 0; i < f->roots.n; i++) {
        struct strs family;
        bool over;

        TRY(flow_family(tx, f->roots.items[i], &family, &over));
        for (size_t k = 0; k < family.n; k++) {
            TRY(operation_forget(tx, family.items[k]));
        }
        TRY(flow_forget(tx, f->roots.items[i]));
    }
    return NULL;
}

struct err *
retention_run(struct store *store, int64_t now_us, int64_t days, size_t *n)
{
    AUTO(mem) mem = mem_new("retention");
    struct forgetting f = {.mem = mem, .until_us = now_us - days * DAY_US, .after = ""};

    *n = 0;
    do {
        TRY(store_read(store, look, &f));
        if (f.roots.n) {
            TRY(store_write_wait(store, forget, &f));
            *n += f.roots.n;
        }
    } while (f.n_seen == LOOK_AT_ONCE);
    return NULL;
}
