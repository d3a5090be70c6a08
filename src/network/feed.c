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
    struct change_feed *feed;
    struct waiter *next;
};

struct change_feed {
    struct store *store;
    struct loop *loop;
    struct store_watch *watch;
    struct loop_timer *timer;
    struct waiter *waiters;
    int64_t last; /* Newest sequence known. */
};

/* store_fn */
static struct err *
last_read(struct tx *tx, void *arg)
{
    return changes_last(tx, arg);
}

/* Wakes whom the log has passed or whose time is over, and sleeps until the next deadline. */
static void
wake(struct change_feed *feed, bool all)
{
    struct waiter **at = &feed->waiters, *due = NULL;
    int64_t now = time_mono_ns(), next = INT64_MAX;

    while (*at) {
        struct waiter *waiter = *at;

        if (all || feed->last > waiter->seq || waiter->deadline_ns <= now) {
            *at = waiter->next;
            waiter->next = due;
            due = waiter;
        } else {
            next = waiter->deadline_ns < next ? waiter->deadline_ns : next;
            at = &waiter->next;
        }
    }
    if (next != INT64_MAX) {
        loop_timer_arm(feed->timer, (next - now) / 1000000 + 1);
    }
    while (due) {
        struct waiter *waiter = due;

        due = waiter->next;
        waiter->fn(waiter->arg);
        free(waiter);
    }
}

/* loop_fn: something was committed. */
static void
grown(void *arg)
{
    struct change_feed *feed = arg;
    struct err *e = store_read(feed->store, last_read, &feed->last);

    if (e) {
        log_err(LOG_LV_WARN, "feed", e, "newest change");
    }
    wake(feed, false);
}

static void
timed(void *arg)
{
    wake(arg, false);
}

/* loop_fn: one more. */
static void
waiter_add(void *arg)
{
    struct waiter *waiter = arg;
    struct change_feed *feed = waiter->feed;

    waiter->next = feed->waiters;
    feed->waiters = waiter;
    grown(feed);
}

void
change_feed_wait(struct change_feed *feed, int64_t seq, int64_t timeout_ms, loop_fn *fn, void *arg)
{
    struct waiter *waiter = heap_alloc(sizeof *waiter);

    *waiter = (struct waiter){
        .seq = seq,
        .deadline_ns = time_mono_ns() + timeout_ms * 1000000,
        .fn = fn,
        .arg = arg,
        .feed = feed,
    };
    loop_post(feed->loop, waiter_add, waiter);
}

struct err *
change_feed_new(struct store *store, struct loop *loop, struct change_feed **feed)
{
    struct change_feed *made = heap_alloc(sizeof *made);

    made->store = store;
    made->loop = loop;
    made->timer = loop_timer_new(loop, timed, made);
    made->watch = store_watch(store, loop, grown, made);
    *feed = made;
    return NULL;
}

void
change_feed_free(struct change_feed *feed)
{
    if (!feed) {
        return;
    }
    store_unwatch(feed->watch);
    wake(feed, true);
    loop_timer_del(feed->timer);
    free(feed);
}
