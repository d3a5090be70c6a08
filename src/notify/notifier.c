/* The notifier follows the change log: what is new becomes notifications, in one
 * transaction with the note how far it got, so that each change is told exactly once to
 * each queue whatever ends the process; lines empty the queues. */
#include "notify/live.h"

#include "base/log.h"
#include "replica/replica.h"
#include "store/replica.h"
#include "sys/meter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of one transaction, or a few more: a backlog, or one that grows, is no more at once. */
#define AT_ONCE 64
#define NOTICES_MAX 1000
#define BYTES_MAX ((size_t)32 << 20)
#define KEEP_EVERY 10000 /* changes that concern nobody until the store hears of them */

const struct notice_api *
notify_api(const struct notifier *notifier, const char *name)
{
    const struct notice_api *const *api = notifier->config.apis;

    while (*api && !str_eq((*api)->name, name)) {
        api++;
    }
    return *api;
}

bool
notifier_has_certificate(const struct notifier *notifier)
{
    return notifier->config.tls.cert_file;
}

/* ---- writes ------------------------------------------------------------------------------ */

static void
write_end(void *arg)
{
    struct notify_write *write = arg;
    struct err *err = write->err;

    write->err = NULL;
    write->then(write->arg, err);
}

/* store_fn */
static struct err *
write_run(struct tx *tx, void *arg)
{
    const struct notify_write *write = arg;

    return write->fn(tx, write->arg);
}

/* On the writer's thread.  Whoever stops the notifier waits for it. */
static void
write_done(void *arg, struct err *err)
{
    struct notify_write *write = arg;
    struct notifier *notifier = write->notifier;

    write->err = err;
    loop_post(notifier->config.loop, write_end, write);
    pthread_mutex_lock(&notifier->lock);
    notifier->n_writes--;
    pthread_cond_broadcast(&notifier->quiet);
    pthread_mutex_unlock(&notifier->lock);
}

void
notify_write(struct notifier *notifier, struct notify_write *write, store_fn *fn, void *arg,
             void (*then)(void *arg, struct err *err))
{
    *write = (struct notify_write){notifier, fn, arg, then, NULL};
    pthread_mutex_lock(&notifier->lock);
    notifier->n_writes++;
    pthread_mutex_unlock(&notifier->lock);
    store_write(notifier->config.store, write_run, write, write_done);
}

void
notify_write_drop(struct notify_write *write)
{
    if (write->notifier) {
        (void)loop_unpost(write->notifier->config.loop, write_end, write);
        err_ignore(write->err, "nobody waits for it any more");
    }
}

/* ---- following ------------------------------------------------------------------------------ */

static void follow(void *arg);
static void lead_begin(struct notifier *notifier);

static bool
is_enough(struct tx *tx, const struct notices *notices)
{
    return notices->items.n >= NOTICES_MAX ||
           mem_size(tx_mem(tx)) + mem_size(notices->mem) > BYTES_MAX;
}

/* Its line sees that it is gone, or that there is something to send again; not that something was lost. */
static void
moved_note(struct notifier *notifier, const struct change *change)
{
    struct mem *mem = notifier->notices.mem;

    if (str_eq(change->table, subscription_table.name) &&
        (change->kind == CHANGE_DELETE || (change->kind == CHANGE_UPDATE && !json_get(change->columns, "lost")))) {
        vec_add(mem, &notifier->moved, (const char *)mem_str(mem, change->id));
    }
}

/* What cannot be read today cannot be read tomorrow: it is no reason that nobody hears of anything any
 * more. */
struct err *
change_tell(struct tx *tx, const struct notifier *notifier, const struct change *change,
            struct notices *notices)
{
    struct err *err = notices_of(tx, notifier->config.apis, change, notices);

    if (!err_is(err, E_INVALID)) {
        return err;
    }
    log_err(LOG_LV_ERROR, "notify", err_wrap(err, "%s %s", change->table, change->id),
            "a change is not told");
    vec_add(notices->mem, &notices->untold, (const char *)mem_str(notices->mem, change->owner));
    return NULL;
}

/* What is new, as notifications: until there are enough of them for one transaction. */
static struct err *
log_read(struct tx *tx, void *arg)
{
    struct notifier *notifier = arg;
    struct change *changes;
    size_t n, i = 0;
    int64_t cursor;

    TRY(cursor_read(tx, &cursor));
    /* Some transactions have told by themselves (now.c). */
    notifier->kept = cursor;
    notifier->cursor = cursor > notifier->cursor ? cursor : notifier->cursor;
    TRY(changes_read(tx, notifier->cursor, AT_ONCE, &changes, &n));
    for (; i < n && (!i || !is_enough(tx, &notifier->notices)); i++) {
        TRY(change_tell(tx, notifier, &changes[i], &notifier->notices));
        moved_note(notifier, &changes[i]);
        notifier->cursor = changes[i].seq;
    }
    notifier->is_behind = n == AT_ONCE || i < n;
    return NULL;
}

static struct err *
cursor_write(struct tx *tx, int64_t cursor)
{
    return tx_fact_set(tx, NOTIFY_CURSOR, mem_printf(tx_mem(tx), "%lld", (long long)cursor));
}

struct err *
cursor_read(struct tx *tx, int64_t *cursor)
{
    const char *text;

    *cursor = -1;
    TRY(tx_fact_get(tx, NOTIFY_CURSOR, &text));
    return text && !str_to_i64(text, cursor) ? err_new(E_INTERNAL, NULL, "%s is '%s'", NOTIFY_CURSOR, text)
                                             : NULL;
}

struct err *
notices_put(struct tx *tx, const struct notifier *notifier, const struct notices *notices,
            int64_t cursor)
{
    vec_each (&notices->items, notice) {
        TRY(queue_put(tx, &notifier->limits, row_copy(tx_mem(tx), *notice)));
    }
    vec_each (&notices->untold, project) {
        TRY(tx_sql(tx, "UPDATE subscription SET lost = lost + 1 WHERE project_id = ?",
                   (const char *[]){*project, NULL}, NULL, NULL));
    }
    return cursor_write(tx, cursor);
}

/* store_fn: into their queues, with the note how far that goes; not where another transaction has told of
 * some of it since it was read: then it is read again. */
static struct err *
notices_write(struct tx *tx, void *arg)
{
    struct notifier *notifier = arg;
    int64_t cursor;

    TRY(replica_leads(tx));
    TRY(cursor_read(tx, &cursor));
    notifier->is_passed = cursor != notifier->kept;
    return notifier->is_passed ? NULL
                               : notices_put(tx, notifier, &notifier->notices, notifier->cursor);
}

static void
notices_drop(struct notifier *notifier)
{
    mem_free(notifier->notices.mem);
    notifier->notices = (struct notices){0};
    memset(&notifier->moved, 0, sizeof notifier->moved);
}

/* Later, from where the store knows that we are. */
static void
follow_later(struct notifier *notifier, struct err *err)
{
    log_err(LOG_LV_WARN, "notify", err, "following changes");
    notices_drop(notifier);
    notifier->cursor = notifier->kept;
    loop_timer_arm(notifier->timer, notifier->config.retry_ms);
}

/* All up to the cursor has been looked at: what there was to tell of it is told, or waits in queues. */
static void
look_done(struct notifier *notifier)
{
    notifier->looked = notifier->cursor;
    meter_set(METER_notify_log, NULL, (double)notifier->looked);
}

static void
notices_kept(void *arg, struct err *err)
{
    struct notifier *notifier = arg;

    notifier->is_writing = false;
    if (err) {
        follow_later(notifier, err);
        return;
    }
    if (notifier->is_passed) {
        notices_drop(notifier);
        notifier->cursor = notifier->kept;
        follow(notifier);
        return;
    }
    notifier->kept = notifier->cursor;
    look_done(notifier);
    vec_each (&notifier->notices.items, notice) {
        line_wake(notifier, (*notice)->subscription_id, false);
    }
    notices_drop(notifier);
    follow(notifier);
}

/* The log does not reach back to us (we were far behind), or is shorter than what we know (the store
 * is an older one): on with what there is.  How many notifications that were, nobody can say any
 * more: each subscription from before has lost one, which is news to nobody; and who follows a list
 * that is to be read anew then is told. */
static struct err *
gap_write(struct tx *tx, void *arg)
{
    struct notifier *notifier = arg;
    int64_t first, last;

    TRY(replica_leads(tx));
    TRY(changes_first(tx, &first));
    TRY(changes_last(tx, &last));
    notifier->cursor = notifier->kept < last && first ? first - 1 : last;
    notifier->notices.items.n = 0; /* It may be run again. */
    TRY(notices_of_gap(tx, notifier->config.apis, notifier->cursor, &notifier->notices));
    notifier->is_passed = false;
    TRY(notices_put(tx, notifier, &notifier->notices, notifier->cursor));
    return tx_sql(tx, "UPDATE subscription SET lost = lost + 1 WHERE since < CAST(? AS BIGINT)",
                  (const char *[]){mem_printf(tx_mem(tx), "%lld", (long long)notifier->cursor), NULL},
                  NULL, NULL);
}

static void
log_lost(struct notifier *notifier, struct err *gone)
{
    log_err(LOG_LV_ERROR, "notify", gone, "changes were not told");
    notices_drop(notifier);
    notifier->notices.mem = mem_new("notices");
    notifier->is_writing = true;
    notify_write(notifier, &notifier->write, gap_write, notifier, notices_kept);
}

/* loop_fn: something was committed. */
static void
follow(void *arg)
{
    struct notifier *notifier = arg;
    struct err *err;

    if (notifier->is_closed || notifier->is_writing || !notifier->leads) {
        return;
    }
    if (notifier->is_new) {
        lead_begin(notifier);
        return;
    }
    notifier->notices.mem = mem_new("notices");
    notifier->is_behind = false;
    err = store_read(notifier->config.store, log_read, notifier);
    if (err_is(err, E_GONE)) {
        log_lost(notifier, err);
        return;
    }
    vec_each (&notifier->moved, id) {
        line_wake(notifier, *id, true);
    }
    now_wake(notifier, notifier->kept);
    if (err) {
        follow_later(notifier, err);
    } else if (notifier->notices.items.n || notifier->notices.untold.n || notifier->is_behind ||
               notifier->cursor - notifier->kept > KEEP_EVERY) {
        notifier->is_writing = true;
        notify_write(notifier, &notifier->write, notices_write, notifier, notices_kept);
    } else {
        look_done(notifier);
        notices_drop(notifier);
    }
}

/* ---- what waits already -------------------------------------------------------------------- */

static struct err *
subscriptions_read(struct tx *tx, void *arg)
{
    struct notices *all = arg;
    struct query query = {.table = &subscription_table};
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct subscription *row = rows.items[i];
        struct notification *waiting = row_new(all->mem, &notification_table);

        waiting->subscription_id = mem_str(all->mem, row->id);
        vec_add(all->mem, &all->items, waiting);
    }
    return NULL;
}

/* loop_fn: at the start. */
static void
wake_all(void *arg)
{
    struct notifier *notifier = arg;
    AUTO(mem) mem = mem_new("subscriptions");
    struct notices all = {.mem = mem};
    struct err *err = store_read(notifier->config.store, subscriptions_read, &all);

    if (err) {
        log_err(LOG_LV_WARN, "notify", err, "subscriptions");
    }
    vec_each (&all.items, waiting) {
        line_wake(notifier, (*waiting)->subscription_id, false);
    }
}

static struct wake *
wakes_take(struct notifier *notifier)
{
    struct wake *wakes;

    pthread_mutex_lock(&notifier->lock);
    wakes = notifier->wakes;
    notifier->wakes = NULL;
    pthread_mutex_unlock(&notifier->lock);
    return wakes;
}

/* loop_fn */
static void
wake_some(void *arg)
{
    struct notifier *notifier = arg;

    for (struct wake *wake = wakes_take(notifier), *next; wake; wake = next) {
        next = wake->next;
        if (notifier->leads) {
            line_wake(notifier, wake->id, true);
        }
        free(wake);
    }
}

struct err *
notifier_redrive(const struct notifier *notifier, struct tx *tx, const char *subscription_id,
                 int64_t *n, int64_t *left)
{
    TRY(queue_redrive(tx, &notifier->limits, subscription_id, n, left));
    return store_replica(tx_store(tx)) ? row_touch(tx, &subscription_table, subscription_id) : NULL;
}

void
notifier_wake(struct notifier *notifier, const char *subscription_id)
{
    struct wake *wake = heap_alloc(sizeof *wake);

    (void)snprintf(wake->id, sizeof wake->id, "%s", subscription_id);
    pthread_mutex_lock(&notifier->lock);
    wake->next = notifier->wakes;
    notifier->wakes = wake;
    pthread_mutex_unlock(&notifier->lock);
    loop_post(notifier->config.loop, wake_some, notifier);
}

/* ---- start and end ------------------------------------------------------------------------- */

/* Where the log was left; at the very first start its end. */
static struct err *
cursor_take(struct tx *tx, void *arg)
{
    struct notifier *notifier = arg;
    const char *text;

    TRY(tx_fact_get(tx, NOTIFY_CURSOR, &text));
    if (!text || !str_to_i64(text, &notifier->cursor)) {
        TRY(changes_last(tx, &notifier->cursor));
        TRY(cursor_write(tx, notifier->cursor));
    }
    notifier->kept = notifier->cursor;
    look_done(notifier);
    return NULL;
}

/* loop: as wake_all and follow at the start. */
static void
lead_begun(void *arg, struct err *err)
{
    struct notifier *notifier = arg;

    notifier->is_writing = false;
    if (err) {
        notifier->is_new = true;
        follow_later(notifier, err);
        return;
    }
    wake_all(notifier);
    follow(notifier);
}

static void
lead_begin(struct notifier *notifier)
{
    notifier->is_new = false;
    notifier->is_writing = true;
    notify_write(notifier, &notifier->write, cursor_take, notifier, lead_begun);
}

void
notifier_lead(struct notifier *notifier, bool leads)
{
    if (!notifier || notifier->is_closed || notifier->leads == leads) {
        return;
    }
    notifier->leads = notifier->is_new = leads;
    follow(notifier);
}

static int64_t
or_default(int64_t given, int64_t otherwise)
{
    return given ? given : otherwise;
}

static void
config_take(struct notifier *notifier, const struct notifier_config *config)
{
    notifier->config = *config;
    notifier->config.retry_ms = or_default(config->retry_ms, 500);
    notifier->config.retry_max_ms = or_default(config->retry_max_ms, 60000);
    notifier->config.timeout_ms = or_default(config->timeout_ms, 10000);
    notifier->limits.queue_max = or_default(config->queue_max, 1000);
    notifier->limits.dead_max = or_default(config->dead_max, 1000);
}

struct err *
notifier_new(const struct notifier_config *config, struct notifier **out)
{
    struct notifier *notifier = heap_alloc(sizeof *notifier);
    /* A line has one call at a time: nothing is gained by a queue of the client's, in which
     * one host's slow callbacks would wait for each other. */
    struct http_client_config http = {
        .max_per_host = 10000,
        .tls = config->tls,
        .may_connect = callback_may,
        .may_arg = &notifier->config.rule,
    };

    *notifier = (struct notifier){0};
    config_take(notifier, config);
    notifier->leads = !config->stands_by;
    pthread_mutex_init(&notifier->lock, NULL);
    pthread_cond_init(&notifier->quiet, NULL);
    *out = notifier;
    TRY(store_write_wait(config->store, cursor_take, notifier));
    TRY(http_client_new(config->loop, &http, &notifier->http));
    notifier->timer = loop_timer_new(config->loop, follow, notifier);
    notifier->watch = store_watch(config->store, config->loop, follow, notifier);
    store_follow(config->store, notices_now, notifier);
    loop_post(config->loop, follow, notifier);
    if (notifier->leads) {
        loop_post(config->loop, wake_all, notifier);
    }
    return NULL;
}

void
notifier_stop(struct notifier *notifier)
{
    if (!notifier || notifier->is_closed) {
        return;
    }
    notifier->is_closed = true;
    store_follow(notifier->config.store, NULL, NULL);
    store_unwatch(notifier->watch);
    loop_timer_del(notifier->timer);
    http_client_free(notifier->http);
    pthread_mutex_lock(&notifier->lock);
    while (notifier->n_writes) {
        pthread_cond_wait(&notifier->quiet, &notifier->lock);
    }
    pthread_mutex_unlock(&notifier->lock);
}

void
notifier_free(struct notifier *notifier)
{
    if (!notifier) {
        return;
    }
    notifier_stop(notifier);
    while (loop_unpost(notifier->config.loop, follow, notifier) ||
           loop_unpost(notifier->config.loop, wake_all, notifier) ||
           loop_unpost(notifier->config.loop, wake_some, notifier)) {
    }
    for (struct wake *wake = notifier->wakes, *next; wake; wake = next) {
        next = wake->next;
        free(wake);
    }
    now_free(notifier);
    notify_write_drop(&notifier->write);
    lines_free(notifier);
    callback_rule_done(&notifier->config.rule);
    notices_drop(notifier);
    pthread_cond_destroy(&notifier->quiet);
    pthread_mutex_destroy(&notifier->lock);
    free(notifier);
}
