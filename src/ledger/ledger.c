/* Claims against capacity and quota.  Who claims runs on the one writer, inside
 * the transaction of the thing itself: between the look and the claim nobody
 * else can come. */
#include "ledger/ledger.h"

#include "base/vec.h"

#include <inttypes.h>
#include <string.h>

struct inventory {
    struct row row;
#define ATTR ATTR_MEMBER
#include "ledger/inventory.tbl"
};
struct claim_row {
    struct row row;
#include "ledger/claim.tbl"
};
struct use {
    struct row row;
#include "ledger/use.tbl"
#undef ATTR
};

#define ATTR ATTR_ROW
#define TABLE_STRUCT inventory
static const struct attr inventory_attrs[] = {
#include "ledger/inventory.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT claim_row
static const struct attr claim_attrs[] = {
#include "ledger/claim.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT use
static const struct attr use_attrs[] = {
#include "ledger/use.tbl"
};
#undef TABLE_STRUCT
#undef ATTR

static const struct table inventory_table = {.name = "ledger_inventory",
                                             .doc = "Capacity of providers, limits of projects.",
                                             .unique = "provider, class, project_id",
                                             .unlogged = true,
                                             TABLE(struct inventory, inventory_attrs)};
static const struct table claim_table = {.name = "ledger_claim",
                                         .doc = "What is taken, by whom, for what.",
                                         .unlogged = true,
                                         TABLE(struct claim_row, claim_attrs)};
static const struct table use_table = {.name = "ledger_use",
                                       .doc = "Sums of open claims.",
                                       .unique = "provider, class, project_id",
                                       .unlogged = true,
                                       TABLE(struct use, use_attrs)};
const struct table *const ledger_tables[] = {&inventory_table, &claim_table, &use_table, NULL};

static const char *
number(struct tx *tx, int64_t n)
{
    return mem_printf(tx_mem(tx), "%" PRIi64, n);
}

/* ---- looking ------------------------------------------------------------------------- */

struct standing {
    int64_t limit, used;
    bool limited; /* an inventory was found */
};

static struct err *
standing_row(void *arg, int n, const char *const *columns)
{
    struct standing *standing = arg;

    (void)n;
    standing->limited = columns[0] && str_to_i64(columns[0], &standing->limit);
    if (!columns[1] || !str_to_i64(columns[1], &standing->used)) {
        standing->used = 0;
    }
    return NULL;
}

static const char *
standing_key(struct tx *tx, const char *provider, const char *class, const char *project_id)
{
    size_t p = strlen(provider), c = strlen(class), j = strlen(project_id);
    char *key = mem_alloc(tx_mem(tx), p + c + j + 3);

    memcpy(key, provider, p);
    key[p] = '\n';
    memcpy(key + p + 1, class, c);
    key[p + 1 + c] = '\n';
    memcpy(key + p + c + 2, project_id, j);
    return key;
}

/* Read once a transaction: whatever changes it afterwards (below) changes or forgets what was read. */
static struct err *
standing_get(struct tx *tx, const char *provider, const char *class, const char *project_id,
             struct standing *standing)
{
    const char *const args[] = {provider, class, project_id, NULL};
    const char *key = standing_key(tx, provider, class, project_id);
    const struct standing *kept = tx_kept(tx, &use_table, key);

    if (kept) {
        *standing = *kept;
        return NULL;
    }
    *standing = (struct standing){0};
    TRY(tx_sql(tx,
               "SELECT (SELECT total FROM ledger_inventory WHERE provider = ?1 AND class = ?2 "
               "AND project_id = ?3), (SELECT used FROM ledger_use WHERE provider = ?1 AND "
               "class = ?2 AND project_id = ?3)",
               args, standing_row, standing));
    tx_keep(tx, &use_table, key, mem_copy(tx_mem(tx), standing, sizeof *standing));
    return NULL;
}

static int64_t
default_limit(const struct quota_default *defaults, const char *class)
{
    for (; defaults && defaults->class; defaults++) {
        if (str_eq(defaults->class, class)) {
            return defaults->limit;
        }
    }
    return -1;
}

/* A project's limits have the project's own row; a provider's capacity is for all. */
static bool
is_quota(const struct claim *claim)
{
    return str_eq(claim->provider, LEDGER_QUOTA);
}

static struct err *
too_much(const struct claim *claim, const struct standing *standing)
{
    if (is_quota(claim)) {
        return err_new(E_QUOTA, "OverQuota",
                       "Quota exceeded for resources: ['%s'] (limit %" PRIi64 ", used %" PRIi64
                       ", asked %" PRIi64 ").",
                       claim->class, standing->limit, standing->used, claim->amount);
    }
    return err_new(E_QUOTA, "NoCapacity",
                   "%s has not enough %s: capacity %" PRIi64 ", used %" PRIi64 ", asked %" PRIi64,
                   claim->provider, claim->class, standing->limit, standing->used, claim->amount);
}

/* What claims of one call take from the same thing. */
struct sum {
    const char *provider, *class, *project_id;
    struct standing standing;
    int64_t amount;
};
typedef VEC(struct sum) sums;

static struct sum *
sum_find(const sums *all, const char *provider, const char *class, const char *project_id)
{
    vec_each (all, sum) {
        if (str_eq(sum->provider, provider) && str_eq(sum->class, class) &&
            str_eq(sum->project_id, project_id)) {
            return sum;
        }
    }
    return NULL;
}

static struct sum *
sum_add(struct tx *tx, sums *all, const char *provider, const char *class, const char *project_id)
{
    vec_add(tx_mem(tx), all,
            ((struct sum){.provider = provider, .class = class, .project_id = project_id}));
    return &all->items[all->n - 1];
}

/* The sum that a claim is checked against. */
static struct err *
sum_of(struct tx *tx, const struct quota_default *defaults, const struct claim *claim, sums *all,
       struct sum **out)
{
    const char *project = is_quota(claim) ? str_or(claim->project_id, "") : "";
    struct sum *sum = sum_find(all, claim->provider, claim->class, project);

    if (!sum) {
        sum = sum_add(tx, all, claim->provider, claim->class, project);
        TRY(standing_get(tx, claim->provider, claim->class, project, &sum->standing));
        if (!sum->standing.limited) {
            sum->standing.limit = is_quota(claim) ? default_limit(defaults, claim->class) : 0;
        }
    }
    *out = sum;
    return NULL;
}

static struct err *
claim_check(struct tx *tx, const struct quota_default *defaults, const struct claim *claim,
            sums *all)
{
    struct sum *sum;
    int64_t total;

    if (claim->amount < 0) {
        return err_new(E_INVALID, NULL, "a negative amount of %s", claim->class);
    }
    if (claim->since || (claim->until && claim->until != LEDGER_FOREVER)) {
        return err_new(E_NOT_IMPLEMENTED, NULL, "claims of a limited time are not known yet");
    }
    TRY(sum_of(tx, defaults, claim, all, &sum));
    if (__builtin_add_overflow(sum->standing.used, claim->amount, &total) ||
        (sum->standing.limit >= 0 && total > sum->standing.limit)) {
        return too_much(claim, &sum->standing);
    }
    sum->standing.used = total; /* The claims behind this one find it taken. */
    return NULL;
}

/* ---- taking and giving --------------------------------------------------------------------- */

static struct err *
use_add(struct tx *tx, const char *provider, const char *class, const char *project_id,
        int64_t amount)
{
    const char *const args[] = {provider, class, project_id, number(tx, amount), NULL};
    struct standing *kept = tx_kept(tx, &use_table, standing_key(tx, provider, class, project_id));

    if (kept) {
        kept->used += amount;
    }
    return tx_sql(tx,
                  "INSERT INTO ledger_use (provider, class, project_id, used) "
                  "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (provider, class, project_id) "
                  "DO UPDATE SET used = ledger_use.used + excluded.used",
                  args, NULL, NULL);
}

/* A provider has its own sum beside the projects'. */
static struct err *
uses_add(struct tx *tx, const char *provider, const char *class, const char *project_id,
         int64_t amount)
{
    if (!str_empty(provider)) {
        TRY(use_add(tx, provider, class, "", amount));
    }
    return str_empty(project_id) ? NULL : use_add(tx, provider, class, project_id, amount);
}

static void *
claim_row_new(struct tx *tx, const struct claim *claim)
{
    struct claim_row *row = row_new(tx_mem(tx), &claim_table);

    row->consumer = claim->consumer;
    row->provider = claim->provider;
    row->class = claim->class;
    row->project_id = str_or(claim->project_id, "");
    row->amount = claim->amount;
    row->since = 0;
    row->until = LEDGER_FOREVER;
    return row;
}

/* One sum for all claims on the same thing; a row for each claim. */
static struct err *
claims_take(struct tx *tx, const struct claim *claims, size_t n)
{
    void **rows = MEM_ARRAY(tx_mem(tx), n, void *);
    sums all = {0};

    for (size_t i = 0; i < n; i++) {
        const char *project = str_or(claims[i].project_id, "");
        struct sum *sum = sum_find(&all, claims[i].provider, claims[i].class, project);

        sum = sum ? sum : sum_add(tx, &all, claims[i].provider, claims[i].class, project);
        sum->amount += claims[i].amount;
        rows[i] = claim_row_new(tx, &claims[i]);
    }
    vec_each (&all, sum) {
        TRY(uses_add(tx, sum->provider, sum->class, sum->project_id, sum->amount));
    }
    return row_insert_all(tx, rows, n);
}

struct err *
ledger_claim(struct tx *tx, const struct quota_default *defaults, const struct claim *claims,
             size_t n)
{
    sums all = {0};

    for (size_t i = 0; i < n; i++) {
        TRY(claim_check(tx, defaults, &claims[i], &all));
    }
    return claims_take(tx, claims, n);
}

struct taken {
    struct tx *tx;
    struct claim claims[64];
    size_t n;
};

static struct err *
taken_row(void *arg, int n, const char *const *columns)
{
    struct taken *taken = arg;
    struct mem *mem = tx_mem(taken->tx);
    struct claim *claim = &taken->claims[taken->n];

    (void)n;
    *claim = (struct claim){.provider = mem_str(mem, columns[0]),
                            .class = mem_str(mem, columns[1]),
                            .project_id = mem_str(mem, columns[2])};
    if (!str_to_i64(columns[3], &claim->amount)) {
        return err_new(E_INTERNAL, NULL, "a claim of %s is no number", claim->class);
    }
    taken->n++;
    return NULL;
}

struct err *
ledger_release(struct tx *tx, const char *consumer)
{
    struct taken taken = {.tx = tx};
    const char *const args[] = {consumer, NULL};

    /* Summed by what they take from, a page at a time. */
    do {
        taken.n = 0;
        TRY(tx_sql(tx,
                   "SELECT provider, class, project_id, SUM(amount) FROM ledger_claim "
                   "WHERE consumer = ?1 GROUP BY provider, class, project_id LIMIT 64",
                   args, taken_row, &taken));
        for (size_t i = 0; i < taken.n; i++) {
            const struct claim *claim = &taken.claims[i];
            const char *const which[] = {consumer, claim->provider, claim->class,
                                         claim->project_id, NULL};

            TRY(uses_add(tx, claim->provider, claim->class, claim->project_id, -claim->amount));
            TRY(tx_sql(tx,
                       "DELETE FROM ledger_claim WHERE consumer = ?1 AND provider = ?2 AND "
                       "class = ?3 AND project_id = ?4",
                       which, NULL, NULL));
        }
    } while (taken.n == 64);
    return NULL;
}

static struct err *
sum_row(void *arg, int n, const char *const *columns)
{
    (void)n;
    return str_to_i64(columns[0], arg) ? NULL
                                       : err_new(E_INTERNAL, NULL, "a sum of claims is no number");
}

struct err *
ledger_claimed(struct tx *tx, const char *consumer, const char *class, int64_t *amount)
{
    const char *const args[] = {consumer, class, NULL};

    *amount = 0;
    return tx_sql(tx,
                  "SELECT COALESCE(SUM(amount), 0) FROM ledger_claim "
                  "WHERE consumer = ?1 AND class = ?2",
                  args, sum_row, amount);
}

/* ---- capacity and limits --------------------------------------------------------------------- */

static struct err *
inventory_set(struct tx *tx, const char *provider, const char *class, const char *project_id,
              int64_t total)
{
    const char *const args[] = {provider, class, project_id, number(tx, total), NULL};

    if (total < -1) {
        return err_new(E_INVALID, NULL, "a limit of %s is -1 (unlimited) or more", class);
    }
    tx_forget(tx, &use_table);
    return tx_sql(tx,
                  "INSERT INTO ledger_inventory (provider, class, project_id, total) "
                  "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (provider, class, project_id) "
                  "DO UPDATE SET total = excluded.total",
                  args, NULL, NULL);
}

struct err *
ledger_inventory_set(struct tx *tx, const char *provider, const char *class, int64_t total)
{
    return inventory_set(tx, provider, class, "", total);
}

struct err *
ledger_usage(struct tx *tx, const char *provider, const char *class, struct ledger_use *use)
{
    struct standing standing;

    TRY(standing_get(tx, provider, class, "", &standing));
    *use = (struct ledger_use){.provider = provider,
                               .class = class,
                               .project_id = "",
                               .limit = standing.limit,
                               .used = standing.used};
    return NULL;
}

struct err *
quota_get(struct tx *tx, const struct quota_default *defaults, const char *project_id,
          const char *class, struct ledger_use *use)
{
    struct standing standing;

    TRY(standing_get(tx, LEDGER_QUOTA, class, project_id, &standing));
    *use = (struct ledger_use){
        .provider = LEDGER_QUOTA,
        .class = class,
        .project_id = project_id,
        .limit = standing.limited ? standing.limit : default_limit(defaults, class),
        .used = standing.used};
    return NULL;
}

struct err *
quota_set(struct tx *tx, const char *project_id, const char *class, int64_t limit)
{
    return inventory_set(tx, LEDGER_QUOTA, class, project_id, limit);
}

struct err *
quota_reset(struct tx *tx, const char *project_id)
{
    const char *const args[] = {LEDGER_QUOTA, project_id, NULL};

    tx_forget(tx, &use_table);
    return tx_sql(tx, "DELETE FROM ledger_inventory WHERE provider = ?1 AND project_id = ?2", args,
                  NULL, NULL);
}

struct err *
quota_reset_class(struct tx *tx, const char *project_id, const char *class)
{
    const char *const args[] = {LEDGER_QUOTA, project_id, class, NULL};

    tx_forget(tx, &use_table);
    return tx_sql(tx,
                  "DELETE FROM ledger_inventory WHERE provider = ?1 AND project_id = ?2 AND "
                  "class = ?3",
                  args, NULL, NULL);
}

struct own_limits {
    struct mem *mem;
    const struct quota_default *defaults;
    struct strs *projects;
    size_t cap;
};

/* Rows come by project: one is noted once. */
static struct err *
own_limit_row(void *arg, int n, const char *const *columns)
{
    struct own_limits *own = arg;
    struct strs *list = own->projects;

    (void)n;
    for (const struct quota_default *d = own->defaults; d->class; d++) {
        if (str_eq(d->class, columns[1]) &&
            !(list->n && str_eq(list->items[list->n - 1], columns[0]))) {
            list->items = vec_room(own->mem, list->items, list->n, &own->cap, sizeof *list->items);
            list->items[list->n++] = mem_str(own->mem, columns[0]);
        }
    }
    return NULL;
}

struct err *
quota_projects(struct tx *tx, const struct quota_default *defaults, struct strs *projects)
{
    struct own_limits own = {.mem = tx_mem(tx), .defaults = defaults, .projects = projects};
    const char *const args[] = {LEDGER_QUOTA, NULL};

    *projects = (struct strs){0};
    return tx_sql(tx,
                  "SELECT project_id, class FROM ledger_inventory WHERE provider = ?1 ORDER BY "
                  "project_id, class",
                  args, own_limit_row, &own);
}
