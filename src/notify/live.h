/* The notifier in memory: everything here is the loop's thread's, but what the lock guards. */
#ifndef CARRICK_NOTIFY_LIVE_H
#define CARRICK_NOTIFY_LIVE_H

#include "base/uuid.h"
#include "notify/callback.h"
#include "notify/notices.h"
#include "notify/notify.h"
#include "notify/queue.h"

#include <pthread.h>

/* A write of which there is one at a time; 'then' runs on the loop and owns 'err'. */
struct notify_write {
    struct notifier *notifier;
    store_fn *fn;
    void *arg;
    void (*then)(void *arg, struct err *err);
    struct err *err;
};

struct line;

/* Somebody asks that a line tries again. */
struct wake {
    struct wake *next;
    char id[UUID_SIZE]; /* of the subscription */
};

struct notifier {
    struct notifier_config config;
    struct queue_limits limits;
    struct http_client *http;
    struct store_watch *watch;
    struct loop_timer *timer; /* Of a look at the log that failed. */
    struct line *lines;
    /* Following the log. */
    int64_t cursor; /* All up to here was looked at. */
    int64_t kept;   /* The same as the store knows it. */
    bool leads;     /* It is we who notify; ... */
    bool is_new;    /* ... only just: where the log was left is to be read. */
    bool is_behind; /* There is more of the log than was read. */
    bool is_writing;
    struct notices notices; /* Being written. */
    VEC(const char *) moved; /* Subscriptions that were deleted or redriven; in the notices' arena. */
    struct notify_write write;
    /* The end. */
    bool is_closed;
    pthread_mutex_t lock;
    pthread_cond_t quiet;
    struct wake *wakes; /* Asked for; guarded. */
    int n_writes; /* Under way; guarded. */
};

/* Queues the write; nothing is heard of it once the notifier stops. */
void notify_write(struct notifier *notifier, struct notify_write *write, store_fn *fn, void *arg,
                  void (*then)(void *arg, struct err *err));
/* Takes back what waits on the loop. */
void notify_write_drop(struct notify_write *write);
const struct notice_api *notify_api(const struct notifier *notifier, const char *name);

/* There is something for the subscription; 'now': its pause behind a failure ends. */
void line_wake(struct notifier *notifier, const char *subscription_id, bool now);
void lines_free(struct notifier *notifier);

#endif
