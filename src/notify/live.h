/* The notifier in memory: everything here is the loop's thread's, but what the lock guards. */
#ifndef CARRICK_NOTIFY_LIVE_H
#define CARRICK_NOTIFY_LIVE_H

#include "base/uuid.h"
#include "notify/callback.h"
#include "notify/notices.h"
#include "notify/notify.h"
#include "notify/queue.h"

#include <pthread.h>
#include <stdatomic.h>

/* A write of which there is one at a time; 'then' runs on the loop and owns 'err'. */
struct notify_write {
    struct notifier *notifier;
    store_fn *fn;
    void *arg;
    void (*then)(void *arg, struct err *err);
    struct err *err;
};

struct line;

/* Somebody asks that a line tries again, or has put something into its queue (now.c). */
struct wake {
    struct wake *next;
    char id[UUID_SIZE]; /* of the subscription */
    int64_t at;         /* of now.c: committed where the store's cursor is there */
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
    bool is_passed; /* Somebody else has told of what is being written. */
    _Atomic int64_t looked; /* All up to here was told, or concerns nobody. */
    struct notices notices; /* Being written. */
    VEC(const char *) moved; /* Subscriptions that were deleted or redriven; in the notices' arena. */
    struct notify_write write;
    /* The end. */
    bool is_closed;
    pthread_mutex_t lock;
    pthread_cond_t quiet;
    struct wake *wakes; /* Asked for; guarded. */
    struct wake *told;  /* Of now.c; guarded. */
    int n_writes; /* Under way; guarded. */
};

/* Queues the write; nothing is heard of it once the notifier stops. */
void notify_write(struct notifier *notifier, struct notify_write *write, store_fn *fn, void *arg,
                  void (*then)(void *arg, struct err *err));
/* Adds the notifications of a change; one that nobody can read counts as lost. */
struct err *change_tell(struct tx *tx, const struct notifier *notifier, const struct change *change,
                        struct notices *notices) MUST_USE;
/* Puts them into their queues, with the note that the log was read up to 'cursor'. */
struct err *notices_put(struct tx *tx, const struct notifier *notifier, const struct notices *notices,
                        int64_t cursor) MUST_USE;
/* How far the store knows the log to be told. */
struct err *cursor_read(struct tx *tx, int64_t *cursor) MUST_USE;
/* store_fn of store_follow (now.c): the notifications of a transaction in it. */
struct err *notices_now(struct tx *tx, void *notifier) MUST_USE;
/* Wakes lines of what notices_now has put up to 'cursor'.  On the loop. */
void now_wake(struct notifier *notifier, int64_t cursor);
void now_free(struct notifier *notifier);
/* Takes back what waits on the loop. */
void notify_write_drop(struct notify_write *write);
const struct notice_api *notify_api(const struct notifier *notifier, const char *name);

/* There is something for the subscription; 'now': its pause behind a failure ends. */
void line_wake(struct notifier *notifier, const char *subscription_id, bool now);
void lines_free(struct notifier *notifier);

#endif
