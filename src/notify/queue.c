/* Notifications as rows.  A notification is in its queue from the transaction that makes
 * it to the one that knows it delivered; whatever ends the process in between, it is sent
 * again. */
#include "notify/queue.h"

static struct err *
count(struct tx *tx, const char *subscription_id, const char *state, int64_t *n)
{
    struct cond conds[] = {COND("subscription_id", subscription_id), COND("state", state), {0}};
    struct query query = {.table = &notification_table, .conds = conds};

    return rows_count(tx, &query, n);
}

/* The first or the last of a state, by their order; null where there is none. */
static struct err *
end_of(struct tx *tx, const char *subscription_id, const char *state, bool last,
       struct notification **found)
{
    struct cond conds[] = {COND("subscription_id", subscription_id), COND("state", state), {0}};
    struct sort sorts[] = {{.attr = "seq", .descending = last}, {0}};
    struct query query = {.table = &notification_table, .conds = conds, .sorts = sorts, .limit = 1};
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    *found = rows.n ? rows.items[0] : NULL;
    return NULL;
}

static struct err *
find(struct tx *tx, const struct table *table, const char *id, void *row)
{
    struct cond by_id[] = {COND("id", id), {0}};

    return row_find(tx, table, by_id, row);
}

struct err *
queue_head(struct tx *tx, const char *subscription_id, struct notification **head)
{
    return end_of(tx, subscription_id, "WAITING", false, head);
}

/* Dead letters are kept for somebody to look at; those beyond the bound only as a number. */
static struct err *
dead_trim(struct tx *tx, const struct queue_limits *limits, const char *subscription_id)
{
    struct subscription *before, *subscription;
    struct notification *oldest;
    int64_t n;

    TRY(count(tx, subscription_id, "DEAD", &n));
    TRY(find(tx, &subscription_table, subscription_id, &before));
    if (n <= limits->dead_max || !before) {
        return NULL;
    }
    subscription = row_copy(tx_mem(tx), before);
    for (; n > limits->dead_max; n--) {
        TRY(end_of(tx, subscription_id, "DEAD", false, &oldest));
        if (oldest) {
            TRY(row_delete(tx, &notification_table, oldest->id));
            subscription->lost++;
        }
    }
    return row_update(tx, before, subscription);
}

static struct err *
bury(struct tx *tx, const struct queue_limits *limits, const struct notification *before,
     struct notification *after)
{
    after->state = "DEAD";
    TRY(row_update(tx, before, after));
    return dead_trim(tx, limits, before->subscription_id);
}

struct err *
queue_put(struct tx *tx, const struct queue_limits *limits, struct notification *wanted)
{
    struct subscription *subscription;
    struct notification *oldest, *buried;
    int64_t n;

    TRY(find(tx, &subscription_table, wanted->subscription_id, &subscription));
    if (!subscription) {
        return NULL;
    }
    wanted->state = "WAITING";
    TRY(row_insert(tx, wanted));
    TRY(count(tx, wanted->subscription_id, "WAITING", &n));
    for (; n > limits->queue_max; n--) {
        TRY(queue_head(tx, wanted->subscription_id, &oldest));
        if (!oldest) {
            return NULL;
        }
        buried = row_copy(tx_mem(tx), oldest);
        buried->last_error =
            oldest->last_error
                ? mem_printf(tx_mem(tx), "too many wait; the last try: %s", oldest->last_error)
                : "too many wait";
        TRY(bury(tx, limits, oldest, buried));
    }
    return NULL;
}

struct err *
queue_delivered(struct tx *tx, const char *id)
{
    struct notification *there;

    TRY(find(tx, &notification_table, id, &there));
    return there ? row_delete(tx, &notification_table, id) : NULL;
}

struct err *
queue_failed(struct tx *tx, const struct queue_limits *limits, const char *id, const char *why,
             bool is_dead)
{
    struct notification *before, *after;

    TRY(find(tx, &notification_table, id, &before));
    if (!before) {
        return NULL;
    }
    after = row_copy(tx_mem(tx), before);
    after->attempts++;
    after->last_error = why;
    if (is_dead && str_eq(before->state, "WAITING")) {
        return bury(tx, limits, before, after);
    }
    return row_update(tx, before, after);
}

struct err *
queue_tell(struct tx *tx, struct subscription *subscription)
{
    struct notification *first;

    TRY(count(tx, subscription->id, "WAITING", &subscription->waiting));
    TRY(count(tx, subscription->id, "DEAD", &subscription->dead));
    TRY(queue_head(tx, subscription->id, &first));
    if (!first || !first->last_error) {
        TRY(end_of(tx, subscription->id, "DEAD", true, &first));
    }
    subscription->last_error = first ? first->last_error : NULL;
    return NULL;
}

struct err *
queue_redrive(struct tx *tx, const struct queue_limits *limits, const char *subscription_id,
              int64_t *n, int64_t *left)
{
    struct cond dead[] = {COND("subscription_id", subscription_id), COND("state", "DEAD"), {0}};
    struct sort sorts[] = {{.attr = "seq"}, {0}};
    struct query query = {.table = &notification_table, .conds = dead, .sorts = sorts};
    struct rows rows = {0};
    int64_t waiting;

    TRY(count(tx, subscription_id, "WAITING", &waiting));
    TRY(count(tx, subscription_id, "DEAD", left));
    query.limit = limits->queue_max - waiting;
    if (query.limit > 0) {
        TRY(rows_select(tx, &query, &rows));
    }
    for (size_t i = 0; i < rows.n; i++) {
        struct notification *after = row_copy(tx_mem(tx), rows.items[i]);

        after->state = "WAITING";
        TRY(row_update(tx, rows.items[i], after));
    }
    *n = (int64_t)rows.n;
    *left -= *n;
    return NULL;
}
