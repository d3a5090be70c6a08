/* Capacity over time: provider x resource class x interval x consumer x
 * project.  This floor now knows the interval "now to infinity": inventories,
 * claims, and limits of projects (quotas).  All inside the caller's
 * transaction, so that a claim and the row it is for live or die together. */
#ifndef CARRICK_LEDGER_LEDGER_H
#define CARRICK_LEDGER_LEDGER_H

#include "store/store.h"

#define LEDGER_FOREVER INT64_MAX
/* Provider of quotas: a project's limit is an inventory of this provider. */
#define LEDGER_QUOTA ""

extern const struct table *const ledger_tables[]; /* null-terminated, for store_config */

struct claim {
    const char *provider;   /* site, host, or LEDGER_QUOTA for a plain count against the project's limit */
    const char *class;      /* "port", "VCPU", "MEMORY_MB" */
    const char *project_id;
    const char *consumer;   /* id of the thing it is for */
    int64_t amount;
    int64_t since, until;   /* microseconds; 0 and LEDGER_FOREVER: now to infinity */
};

/* Default limit of a class for projects without their own; -1 = unlimited.  Arrays of defaults end
 * with a null class; a class that is not in them is unlimited. */
struct quota_default {
    const char *class;
    int64_t limit;
    const char *doc;
};

/* Takes all of the claims or none; claims of one call add up.  E_QUOTA (type "OverQuota", or
 * "NoCapacity" for a provider) names class, limit, used and asked. */
struct err *ledger_claim(struct tx *tx, const struct quota_default *defaults, const struct claim *claims,
                         size_t n) MUST_USE;
/* Gives back everything of a consumer (idempotent). */
struct err *ledger_release(struct tx *tx, const char *consumer) MUST_USE;
/* Predicate of a query: the consumer 'id' (an expression of the query's row) has nothing. */
#define LEDGER_CLAIMS_NOTHING(id)                                                                  \
    "NOT EXISTS (SELECT 1 FROM ledger_claim c WHERE c.consumer = " id " AND c.amount > 0)"
/* What a consumer has of a class, of all providers, for whichever project. */
struct err *ledger_claimed(struct tx *tx, const char *consumer, const char *class,
                           int64_t *amount) MUST_USE;
/* Total and reserved amount of a provider; sets it for -1 = unlimited. */
struct err *ledger_inventory_set(struct tx *tx, const char *provider, const char *class, int64_t total) MUST_USE;
struct ledger_use {
    const char *provider, *class, *project_id;
    int64_t limit, used;
};
struct err *ledger_usage(struct tx *tx, const char *provider, const char *class, struct ledger_use *use) MUST_USE;
struct err *quota_get(struct tx *tx, const struct quota_default *defaults, const char *project_id,
                      const char *class, struct ledger_use *use) MUST_USE;
struct err *quota_set(struct tx *tx, const char *project_id, const char *class, int64_t limit) MUST_USE;
struct err *quota_reset(struct tx *tx, const char *project_id) MUST_USE; /* back to defaults */
/* One class back to its default: other services' limits stay. */
struct err *quota_reset_class(struct tx *tx, const char *project_id, const char *class) MUST_USE;
/* Projects that have a limit of their own for any class of 'defaults', in the transaction's arena. */
struct err *quota_projects(struct tx *tx, const struct quota_default *defaults,
                           struct strs *projects) MUST_USE;

#endif
