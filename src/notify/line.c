/* A line leads to one subscriber: one notification at a time, the next when it is
 * delivered, so that they come in order; with a pause behind failures, so that a dead
 * receiver costs little.  Lines know nothing of each other: a slow one delays nobody. */
#include "notify/live.h"

#include "base/log.h"
#include "base/time.h"
#include "base/uuid.h"
#include "replica/replica.h"
#include "sys/meter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REFUSALS_MAX 5

struct line {
    struct notifier *notifier;
    struct line *prev, *next;
    char id[UUID_SIZE]; /* of the subscription */
    struct bearer bearer;
    struct loop_timer *timer;
    bool is_busy, is_paused;
    int64_t pause_ms; /* of the last failure; 0 = none */
    /* While busy. */
    struct mem *mem;
    struct subscription *subscription;
    struct notification *head;
    struct callback callback;
    const char *why; /* it was not delivered, or null */
    bool is_dead;
    struct notify_write write;
};

static void line_turn(struct line *line);

/* ---- ends -------------------------------------------------------------------------------- */

static void
line_free(struct line *line)
{
    *(line->prev ? &line->prev->next : &line->notifier->lines) = line->next;
    if (line->next) {
        line->next->prev = line->prev;
    }
    loop_timer_del(line->timer);
    notify_write_drop(&line->write);
    bearer_forget(&line->bearer);
    mem_free(line->mem);
    free(line);
}

void
lines_free(struct notifier *notifier)
{
    for (struct line *line = notifier->lines, *next; line; line = next) {
        next = line->next;
        line_free(line);
    }
}

static void
line_rest(struct line *line)
{
    line->is_busy = false;
    mem_free(line->mem);
    line->mem = NULL;
}

/* There is nothing to send.  A line is made anew when there is; a token is kept for that, as long as
 * it lasts. */
static void
line_idle(struct line *line)
{
    int64_t ms = bearer_lasts(&line->bearer);

    if (!ms) {
        line_free(line);
        return;
    }
    line_rest(line);
    loop_timer_arm(line->timer, ms);
}

/* ---- pauses ------------------------------------------------------------------------------- */

static void
pause_over(void *arg)
{
    struct line *line = arg;

    line->is_paused = false;
    line_turn(line);
}

static void
line_pause(struct line *line)
{
    const struct notifier_config *config = &line->notifier->config;

    line->pause_ms = line->pause_ms ? 2 * line->pause_ms : config->retry_ms;
    if (line->pause_ms > config->retry_max_ms) {
        line->pause_ms = config->retry_max_ms;
    }
    line->is_paused = true;
    loop_timer_arm(line->timer, line->pause_ms);
}

/* ---- what came of it ------------------------------------------------------------------------ */

/* Was it read, and will it be refused ever after?  Everything else may be better next time. */
static bool
is_refusal(int status)
{
    return status == 400 || status == 405 || status == 406 || status == 413 || status == 415 ||
           status == 422;
}

static struct err *
outcome_write(struct tx *tx, void *arg)
{
    struct line *line = arg;

    TRY(replica_leads(tx)); /* Who leads now sends it again. */
    return line->why
               ? queue_failed(tx, &line->notifier->limits, line->head->id, line->why, line->is_dead)
               : queue_delivered(tx, line->head->id);
}

/* What the store did not keep is sent again: better twice than never. */
static void
outcome_kept(void *arg, struct err *err)
{
    struct line *line = arg;
    bool failed = err || (line->why && !line->is_dead);

    if (err) {
        log_err(LOG_LV_WARN, "notify", err, "outcome of a notification");
    }
    line_rest(line);
    if (failed) {
        line_pause(line);
    } else {
        line->pause_ms = 0;
        line_turn(line);
    }
}

static void
outcome_log(const struct line *line)
{
    const struct notification *head = line->head;
    int64_t ms = (time_now_us() - head->created_at) / 1000;

    meter_add(METER_notifications, line->why ? "failed" : "delivered", NULL, 1);
    if (line->why) {
        log_warn("notify", "subscription=%s seq=%lld type=%s attempts=%lld dead=%d why=%s",
                 line->id, (long long)head->seq, head->type, (long long)head->attempts + 1,
                 line->is_dead, line->why);
    } else {
        log_info("notify", "subscription=%s seq=%lld type=%s delivered after_ms=%lld", line->id,
                 (long long)head->seq, head->type, (long long)ms);
    }
}

/* callback_done_fn */
static void
line_told(void *arg, int status, struct err *err)
{
    struct line *line = arg;

    if (line->notifier->is_closed) {
        err_ignore(err, "the next start sends it again");
        return;
    }
    line->why = NULL;
    line->is_dead = false;
    if (err) {
        line->why = err_full(line->mem, err);
        err_ignore(err, "kept with the notification");
    } else if (status < 200 || status > 299) {
        line->why =
            mem_printf(line->mem, "POST %s answered %d", line->subscription->callback_uri, status);
        line->is_dead = is_refusal(status) && line->head->attempts + 1 >= REFUSALS_MAX;
    }
    outcome_log(line);
    notify_write(line->notifier, &line->write, outcome_write, line, outcome_kept);
}

/* ---- a turn -------------------------------------------------------------------------------- */

static struct err *
head_read(struct tx *tx, void *arg)
{
    struct line *line = arg;
    struct cond by_id[] = {COND("id", line->id), {0}};
    struct subscription *subscription;
    struct notification *head;

    TRY(row_find(tx, &subscription_table, by_id, &subscription));
    TRY(queue_head(tx, line->id, &head));
    line->subscription = subscription ? row_copy(line->mem, subscription) : NULL;
    line->head = head ? row_copy(line->mem, head) : NULL;
    return NULL;
}

static void
head_send(struct line *line)
{
    const struct notice_api *api = notify_api(line->notifier, line->subscription->api);

    line->callback = (struct callback){
        .subscription = line->subscription,
        .method = "POST",
        .body = line->head->body,
        .version = notice_version(api, line->subscription),
        .timeout_ms = line->notifier->config.timeout_ms,
    };
    callback_call(line->notifier->http, line->mem, &line->callback, &line->bearer, line_told, line);
}

static void
line_turn(struct line *line)
{
    struct err *err;

    if (line->notifier->is_closed || !line->notifier->leads || line->is_busy || line->is_paused) {
        return;
    }
    line->is_busy = true;
    line->mem = mem_new("notification");
    err = store_read(line->notifier->config.store, head_read, line);
    if (err) {
        log_err(LOG_LV_WARN, "notify", err, "queue of a subscription");
        line_rest(line);
        line_pause(line);
    } else if (!line->subscription) {
        line_free(line);
    } else if (!line->head) {
        line_idle(line);
    } else {
        head_send(line);
    }
}

static struct line *
line_find(const struct notifier *notifier, const char *id)
{
    struct line *line = notifier->lines;

    while (line && !str_eq(line->id, id)) {
        line = line->next;
    }
    return line;
}

static struct line *
line_of(struct notifier *notifier, const char *id)
{
    struct line *line = line_find(notifier, id);

    if (line) {
        return line;
    }
    line = heap_alloc(sizeof *line);
    *line = (struct line){.notifier = notifier, .next = notifier->lines};
    (void)snprintf(line->id, sizeof line->id, "%s", id);
    line->timer = loop_timer_new(notifier->config.loop, pause_over, line);
    if (line->next) {
        line->next->prev = line;
    }
    notifier->lines = line;
    return line;
}

void
line_wake(struct notifier *notifier, const char *subscription_id, bool now)
{
    struct line *line = line_of(notifier, subscription_id);

    if (now && line->is_paused) {
        loop_timer_disarm(line->timer);
        line->is_paused = false;
    }
    line_turn(line);
}
