/* A transaction that somebody waits to hear of tells of itself (store_follow): its notifications are rows
 * when it is committed, by the one fsync of both.  What it must not do is pass over anything: it tells of all
 * that the log has had since the notifier looked, or, where that is much, leaves it to the notifier. */
#include "notify/live.h"

#include "base/log.h"
#include "replica/replica.h"

#include <stdio.h>
#include <stdlib.h>

#define NOW_MAX 64 /* changes, and notifications: a writer's transaction is short */

static bool
is_for_later(const struct change *change)
{
    return change->kind == CHANGE_DELETE && str_eq(change->table, subscription_table.name);
}

static void
wakes_add(struct notifier *notifier, const struct notices *notices, int64_t cursor)
{
    vec_each (&notices->items, notice) {
        struct wake *wake = heap_alloc(sizeof *wake);

        *wake = (struct wake){.at = cursor};
        (void)snprintf(wake->id, sizeof wake->id, "%s", (*notice)->subscription_id);
        pthread_mutex_lock(&notifier->lock);
        wake->next = notifier->told;
        notifier->told = wake;
        pthread_mutex_unlock(&notifier->lock);
    }
}

static struct err *
tell_now(struct tx *tx, void *arg)
{
    struct notifier *notifier = arg;
    struct notices notices = {.mem = tx_mem(tx)};
    int64_t cursor, looked = notifier->looked;
    struct change *changes;
    struct err *err;
    size_t n;

    err = replica_leads(tx);
    if (err_is(err, E_CONFLICT)) {
        err_ignore(err, "who leads tells of it");
        return NULL;
    }
    TRY(err);
    TRY(cursor_read(tx, &cursor));
    err = changes_read(tx, looked > cursor ? looked : cursor, NOW_MAX, &changes, &n);
    if (err_is(err, E_GONE)) {
        err_ignore(err, "the notifier finds what was lost");
        return NULL;
    }
    TRY(err);
    for (size_t i = 0; i < n; i++) {
        if (is_for_later(&changes[i])) {
            return NULL;
        }
        TRY(change_tell(tx, notifier, &changes[i], &notices));
    }
    if (n == NOW_MAX || !(notices.items.n + notices.untold.n) || notices.items.n > NOW_MAX) {
        return NULL;
    }
    cursor = changes[n - 1].seq;
    TRY(notices_put(tx, notifier, &notices, cursor));
    wakes_add(notifier, &notices, cursor);
    return NULL;
}

/* What cannot be told now is the notifier's, who comes by it again: no alarm is lost for that. */
struct err *
notices_now(struct tx *tx, void *arg)
{
    struct err *err = tx_try(tx, tell_now, arg);

    if (!err || err_is(err, E_UNAVAILABLE)) {
        return err; /* Of the database: the transaction is lost with it. */
    }
    log_err(LOG_LV_WARN, "notify", err, "telling at once: the notifier does it");
    return NULL;
}

void
now_wake(struct notifier *notifier, int64_t cursor)
{
    struct wake **at = &notifier->told, *due = NULL;

    pthread_mutex_lock(&notifier->lock);
    while (*at) {
        struct wake *wake = *at;

        if (wake->at <= cursor) { /* Else its transaction is not committed yet. */
            *at = wake->next;
            wake->next = due;
            due = wake;
        } else {
            at = &wake->next;
        }
    }
    pthread_mutex_unlock(&notifier->lock);
    for (struct wake *next; due; due = next) {
        next = due->next;
        line_wake(notifier, due->id, false);
        free(due);
    }
}

void
now_free(struct notifier *notifier)
{
    for (struct wake *wake = notifier->told, *next; wake; wake = next) {
        next = wake->next;
        free(wake);
    }
}
