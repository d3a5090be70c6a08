/* The queue of each subscription: rows in the order of the changes they tell of. */
#ifndef CARRICK_NOTIFY_QUEUE_H
#define CARRICK_NOTIFY_QUEUE_H

#include "notify/notify.h"

struct queue_limits {
    int64_t queue_max, dead_max;
};

/* Appends 'wanted' (subscription, project, seq, type, body, created_at).  Where more than queue_max
 * wait then, the oldest of them become dead letters, and where these are more than dead_max, the
 * oldest are forgotten and counted (subscription.lost).  Nothing where the subscription is gone. */
struct err *queue_put(struct tx *tx, const struct queue_limits *limits,
                      struct notification *wanted) MUST_USE;
/* The first that waits, or null. */
struct err *queue_head(struct tx *tx, const char *subscription_id,
                       struct notification **head) MUST_USE;
/* It was delivered: forgotten.  Nothing where it is gone. */
struct err *queue_delivered(struct tx *tx, const char *id) MUST_USE;
/* It was not: counted, with the reason; a dead letter where 'is_dead'. */
struct err *queue_failed(struct tx *tx, const struct queue_limits *limits, const char *id,
                         const char *why, bool is_dead) MUST_USE;
/* The oldest dead letters wait again in the place that is theirs, as many as the queue has room for:
 * '*n' of them; '*left' stay dead.  What was refused for good keeps its count: one more refusal, and
 * it is dead again, so that it does not hold up what is behind it for long. */
struct err *queue_redrive(struct tx *tx, const struct queue_limits *limits,
                          const char *subscription_id, int64_t *n, int64_t *left) MUST_USE;
/* Fills what a subscription shows of its queue. */
struct err *queue_tell(struct tx *tx, struct subscription *subscription) MUST_USE;

#endif
