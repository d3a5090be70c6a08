/* Waiting for the change log: many requests sleep here and cost nothing until
 * something is committed or their time is over. */
#include "network/network.h"

#include "base/log.h"

#include <stdlib.h>

struct waiter {
    int64_t seq;
    int64_t deadline_ns;
    loop_fn *fn;
    void *arg;
    struct waiter *next;
    struct log_origin origin;
};

struct change_feed {
    struct store *store;
    struct loop *loop;
    struct store_watch *watch;
    struct loop_timer *timer;
    pthread_mutex_t lock;  /* Guards what follows. */
    struct waiter *waiters;
    int64_t last;          /* Newest sequence known. */
    bool closed;
};

/* store_fn */
static struct err *
last_read(struct tx *tx, void *arg)
{
    return changes_last(tx, arg);
}

/* Takes out whom the log has passed or whose time is over; '*next' is the next deadline. */
static struct waiter *
due_take(struct change_feed *feed, int64_t now, int64_t *next)
{
    struct waiter **at = &feed->waiters, *due = NULL;

    *next = INT64_MAX;
    while (*at) {
        struct waiter *waiter = *at;

        if (feed->closed || feed->last > waiter->seq || waiter->deadline_ns <= now) {
            *at = waiter->next;
            waiter->next = due;
            due = waiter;
        } else {
            *next = waiter->deadline_ns < *next ? waiter->deadline_ns : *next;
            at = &waiter->next;
        }
    }
    return due;
}

static void
wake(struct change_feed *feed)
{
    int64_t now = time_mono_ns(), next;
    struct log_origin was;
    struct waiter *due;

    pthread_mutex_lock(&feed->lock);
    due = due_take(feed, now, &next);
    pthread_mutex_unlock(&feed->lock);
    if (next != INT64_MAX) {
        loop_timer_arm(feed->timer, (next - now) / 1000000 + 1);
    }
    while (due) {
        struct waiter *waiter = due;

        due = waiter->next;
        was = log_origin_swap(waiter->origin); /* woken in the turn of somebody else */
        waiter->fn(waiter->arg);
        (void)log_origin_swap(was);
        free(waiter);
    }
}

/* loop_fn: something was committed, or somebody came. */
static void
grown(void *arg)
{
    struct change_feed *feed = arg;
    int64_t last = 0;
    struct err *e = store_read(feed->store, last_read, &last);

    if (e) {
        log_err(LOG_LV_WARN, "feed", e, "newest change");
    } else {
        pthread_mutex_lock(&feed->lock);
        feed->last = last;
        pthread_mutex_unlock(&feed->lock);
    }
    wake(feed);
}

static void
timed(void *arg)
{
    wake(arg);
}

bool
change_feed_wait(struct change_feed *feed, int64_t seq, int64_t timeout_ms, loop_fn *fn, void *arg)
{
    struct waiter *waiter = heap_alloc(sizeof *waiter);
    bool closed;

    *waiter = (struct waiter){
        .seq = seq,
        .deadline_ns = time_mono_ns() + timeout_ms * 1000000,
        .fn = fn,
        .arg = arg,
        .origin = log_origin(),
    };
    pthread_mutex_lock(&feed->lock);
    closed = feed->closed;
    if (!closed) {
        waiter->next = feed->waiters;
        feed->waiters = waiter;
    }
    pthread_mutex_unlock(&feed->lock);
    if (closed) {
        free(waiter);
        return false;
    }
    loop_post(feed->loop, grown, feed);
    return true;
}

struct err *
change_feed_new(struct store *store, struct loop *loop, struct change_feed **feed)
{
    struct change_feed *made = heap_alloc(sizeof *made);

    made->store = store;
    made->loop = loop;
    pthread_mutex_init(&made->lock, NULL);
    made->timer = loop_timer_new(loop, timed, made);
    made->watch = store_watch(store, loop, grown, made);
    *feed = made;
    return NULL;
}

void
change_feed_close(struct change_feed *feed)
{
    if (!feed) {
        return;
    }
    pthread_mutex_lock(&feed->lock);
    feed->closed = true;
    pthread_mutex_unlock(&feed->lock);
    wake(feed);
}

void
change_feed_free(struct change_feed *feed)
{
    if (!feed) {
        return;
    }
    change_feed_close(feed);
    store_unwatch(feed->watch);
    loop_timer_del(feed->timer);
    pthread_mutex_destroy(&feed->lock);
    free(feed);
}
