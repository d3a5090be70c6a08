/* The collector: what is due at one time is measured in one round for all jobs and thresholds. What
 * a round found, and what follows from it, is one transaction.  A round that waits for a slow site
 * holds up nothing but its own jobs: what is due later begins another. */
#include "pm/measure.h"

#include "base/log.h"
#include "replica/replica.h"
#include "base/str.h"
#include "base/time.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define TICK_MS 1000
#define RETRY_US INT64_C(1000000)
#define DUE_MAX 1000     /* Jobs and thresholds of a round. */
#define EXPIRED_MAX "5000" /* Reports that a round forgets. */
#define INDICATOR_US (PM_INDICATOR_S * PM_SECOND)
#define PART_US (3 * PM_SECOND) /* So long some instances' indicators hold up the next ones'. */

/* A job or a threshold that is due, or a VNF instance with indicators. */
struct due {
    const char *id;
    struct pm_schedule *schedule; /* null: 'indicated' */
    const struct pm_indicated *indicated;
    const struct pm_look *look; /* The round's. */
    struct pm_subject subject;
    struct pm_things things;
    bool is_there;
};

/* What is due together.  The loop's, but while a worker reads it. */
struct round {
    struct pm_collector *collector;
    struct round *next;
    struct pm_look *look;
    struct map busy; /* Ids of what other rounds are at. */
    VEC(struct due) due;
    bool sweeps; /* Values of indicators that are no more are forgotten. */
    bool indicates;     /* Indicators have their turn in it: those behind this instance ("" = all) when it is
                         * begun, and when it was read the last that it took ("" = there are no more). */
    char indicated[64];
    int64_t next_at; /* When something is due next, as far as is known. */
    struct err *err;
};

/* All is the loop's thread's, but what is guarded. */
struct pm_collector {
    struct nfvo *nfvo;
    struct loop_timer *timer;
    int64_t tick_ms;
    bool is_closed;
    struct round *reading; /* With a worker, or on its way back. */
    /* When indicators are due next, the last instance whose were read since, and the round that asks for
     * them where more are to come. */
    int64_t indicators_at;
    char indicated[64];
    const struct round *part;
    struct round *rounds;  /* Under way. */
    size_t n_begun;
    pthread_mutex_t lock;
    pthread_cond_t quiet;
    int n_writes; /* Under way; guarded. */
};

/* ---- what is due ------------------------------------------------------------------------- */

static struct err *
due_read(struct tx *tx, struct round *round, const struct pm_schedule *schedule)
{
    struct mem *mem = pm_look_mem(round->look);
    struct due due = {.schedule = row_copy(mem, schedule)};

    due.id = due.schedule->id;
    if (str_eq(schedule->kind, "JOB")) {
        TRY(pm_job_subject(tx, mem, schedule->id, &due.subject, &due.is_there));
    } else {
        TRY(pm_threshold_subject(tx, mem, schedule->id, &due.subject, &due.is_there));
    }
    if (due.is_there) {
        TRY(pm_things_now(tx, mem, &due.subject, &due.things));
    }
    vec_add(mem, &round->due, due);
    return NULL;
}

static void
busy_note(struct round *round)
{
    struct mem *mem = pm_look_mem(round->look);

    map_init(&round->busy, mem);
    for (const struct round *other = round->collector->rounds; other; other = other->next) {
        vec_each (&other->due, due) {
            map_set(&round->busy, mem_str(mem, due->id), round);
        }
    }
}

/* Those that have their turn in this round; '*behind' is the last of them, null where none are left. */
static struct err *
indicated_read(struct tx *tx, struct round *round, const char **behind)
{
    struct mem *mem = pm_look_mem(round->look);
    const char *from = *round->indicated ? round->indicated : NULL;
    struct pm_all_indicated all = {0};

    TRY(pm_indicated_now(tx, mem, from, &all));
    vec_each (&all, one) {
        struct due due = {
            .id = one->id, .indicated = one, .look = round->look, .is_there = true};

        if (!map_get(&round->busy, one->id)) {
            TRY(pm_things_now(tx, mem, &one->subject, &due.things));
            vec_add(mem, &round->due, due);
        }
    }
    *behind = all.n < PM_INDICATED_MAX ? NULL : all.items[all.n - 1].id;
    return NULL;
}

static struct err *
indicators_read(struct tx *tx, struct round *round)
{
    struct query kept = {.table = &vnf_indicator_table, .limit = 1};
    const char *behind;
    struct rows rows;

    TRY(indicated_read(tx, round, &behind));
    (void)snprintf(round->indicated, sizeof round->indicated, "%s", str_or(behind, ""));
    if (!behind) {
        TRY(rows_select(tx, &kept, &rows));
        round->sweeps = rows.n > 0;
    }
    return NULL;
}

/* store_fn: on a reader.  Who is waited for takes nobody's place. */
static struct err *
round_read(struct tx *tx, void *arg)
{
    struct round *round = arg;
    struct sort sorts[] = {{.attr = "collect_at"}, {0}};
    struct query query = {.table = &pm_schedule_table,
                          .sorts = sorts,
                          .limit = DUE_MAX + (int64_t)round->busy.n_live};
    int64_t now = time_now_us();
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct pm_schedule *schedule = rows.items[i];

        if (schedule->collect_at > now) {
            round->next_at = schedule->collect_at;
            break;
        }
        if (!map_get(&round->busy, schedule->id)) {
            TRY(due_read(tx, round, schedule));
        }
    }
    return round->indicates ? indicators_read(tx, round) : NULL;
}

/* ---- what follows ------------------------------------------------------------------------- */

/* Nothing follows from this one. */
static struct err *
look_next(struct tx *tx, const struct pm_schedule *old)
{
    struct pm_schedule *schedule = row_copy(tx_mem(tx), old);

    schedule->collect_at = pm_look_after(old, tx_now(tx));
    return row_update(tx, old, schedule);
}

/* Deleted meanwhile: nothing follows. */
static struct err *
due_write(struct tx *tx, void *arg)
{
    const struct due *due = arg;
    struct cond by_id[] = {COND("id", due->id), {0}};
    struct pm_schedule *schedule;

    if (due->indicated) {
        return pm_indicator_round(tx, due->indicated, &due->things, due->look);
    }
    TRY(row_find(tx, &pm_schedule_table, by_id, &schedule));
    if (!schedule) {
        return NULL;
    }
    if (!due->is_there) {
        return row_delete(tx, &pm_schedule_table, schedule->id);
    }
    if (pm_is_within(schedule, tx_now(tx))) {
        return look_next(tx, schedule);
    }
    return str_eq(schedule->kind, "JOB")
               ? pm_job_round(tx, schedule, &due->subject, &due->things)
               : pm_threshold_round(tx, schedule, &due->subject, &due->things);
}

/* What went wrong with one is no other's matter: it is measured again in its next period. */
static struct err *
due_skip(struct tx *tx, const struct due *due, struct err *why)
{
    const struct pm_schedule *old = due->schedule;

    log_err(LOG_LV_WARN, "pm", why, "a job, threshold or indicator is left out");
    if (!old) {
        return NULL;
    }
    return look_next(tx, old);
}

/* Nobody follows the end of a report, and what was measured need not be read for it. */
static struct err *
reports_expire(struct tx *tx)
{
    const char *now[] = {mem_printf(tx_mem(tx), "%lld", (long long)tx_now(tx)), NULL};

    return tx_sql(tx,
                  "DELETE FROM pm_report WHERE id IN (SELECT id FROM pm_report "
                  "WHERE expires_at < CAST(? AS BIGINT) LIMIT " EXPIRED_MAX ")",
                  now, NULL, NULL);
}

/* store_fn */
static struct err *
round_write(struct tx *tx, void *arg)
{
    struct round *round = arg;
    const struct metric_point *points;
    size_t n;

    TRY(replica_leads(tx)); /* Else it is measured again, by who does. */
    points = pm_look_points(round->look, &n);
    TRY(metrics_append(tx, points, n));
    vec_each (&round->due, due) {
        struct err *e = tx_try(tx, due_write, due);

        if (e) {
            TRY(due_skip(tx, due, e));
        }
    }
    if (round->sweeps) {
        TRY(pm_indicators_sweep(tx));
    }
    TRY(metrics_expire(tx, pm_keeps));
    return reports_expire(tx);
}

/* ---- rounds -------------------------------------------------------------------------------- */

/* The clock may be set: it is looked at now and then, whatever it said before. */
static void
sleep_until(struct pm_collector *collector, int64_t at)
{
    int64_t ms = at == INT64_MAX ? collector->tick_ms : (at - time_now_us()) / 1000 + 1;

    loop_timer_arm(collector->timer, ms < 1                    ? 1
                                     : ms > collector->tick_ms ? collector->tick_ms
                                                               : ms);
}

/* Every so often, at the same times for all: then a value is of a whole period.  Many instances are several
 * rounds, one behind the other: sites are not asked by all of them at once.  One that does not answer holds
 * them up for a while only. */
static void
indicators_plan(struct pm_collector *collector, const struct round *round)
{
    int64_t now = time_now_us();
    bool more = *round->indicated;

    (void)snprintf(collector->indicated, sizeof collector->indicated, "%s", round->indicated);
    collector->part = more ? round : NULL;
    collector->indicators_at =
        more ? now + PART_US : pm_period_end(0, INDICATOR_US, now) + INDICATOR_US;
}

/* The round is over with, as far as others wait for it. */
static void
indicators_go_on(struct pm_collector *collector, const struct round *round)
{
    if (collector->part == round) {
        collector->part = NULL;
        collector->indicators_at = time_now_us();
        sleep_until(collector, collector->indicators_at);
    }
}

static void
round_free(struct round *round)
{
    pm_look_free(round->look);
    free(round);
}

static void
round_end(struct round *round)
{
    struct round **at = &round->collector->rounds;

    while (*at != round) {
        at = &(*at)->next;
    }
    *at = round->next;
    round_free(round);
}

/* loop_fn */
static void
round_kept(void *arg)
{
    struct round *round = arg;
    struct pm_collector *collector = round->collector;
    int64_t again_at = 0;

    if (round->err) {
        log_err(LOG_LV_WARN, "pm", round->err, "a round was not kept");
        again_at = time_now_us() + RETRY_US;
    }
    round_end(round);
    if (!collector->is_closed) {
        sleep_until(collector, again_at);
    }
}

/* store_done_fn */
static void
round_written(void *arg, struct err *err)
{
    struct round *round = arg;
    struct pm_collector *collector = round->collector;

    pthread_mutex_lock(&collector->lock);
    round->err = err;
    collector->n_writes--;
    loop_post(collector->nfvo->loop, round_kept, round);
    pthread_cond_broadcast(&collector->quiet);
    pthread_mutex_unlock(&collector->lock);
}

/* loop_fn: sites have answered. */
static void
round_looked(void *arg)
{
    struct round *round = arg;
    struct pm_collector *collector = round->collector;
    const char *reasons = pm_look_reasons(round->look);

    if (*reasons) {
        log_warn("pm", "not measured: %s", reasons);
    }
    if (!collector->is_closed) {
        indicators_go_on(collector, round);
    }
    pthread_mutex_lock(&collector->lock);
    collector->n_writes++;
    pthread_mutex_unlock(&collector->lock);
    store_write(collector->nfvo->store, round_write, round, round_written);
}

static void
round_look(struct round *round)
{
    round->next = round->collector->rounds;
    round->collector->rounds = round;
    round->collector->n_begun++;
    vec_each (&round->due, due) {
        pm_look_add(round->look, &due->things);
        if (due->indicated) {
            pm_look_add_told(round->look, due->indicated);
        }
    }
    pm_look_run(round->look, round_looked, round);
}

/* loop_fn: it is known what is due. */
static void
round_begin(void *arg)
{
    struct round *round = arg;
    struct pm_collector *collector = round->collector;
    int64_t next_at = round->next_at;
    bool failed = round->err != NULL;

    collector->reading = NULL;
    if (failed) {
        log_err(LOG_LV_WARN, "pm", round->err, "what is due");
        round->err = NULL;
        next_at = time_now_us() + RETRY_US;
    } else if (round->indicates) {
        indicators_plan(collector, round);
    }
    if (!failed && collector->indicators_at < next_at) {
        next_at = collector->indicators_at;
    }
    if (failed || (!round->due.n && !round->sweeps) || collector->is_closed) {
        if (collector->part == round) { /* Others are at all of those. */
            collector->part = NULL;
            next_at = collector->indicators_at = time_now_us();
        }
        round_free(round);
    } else {
        round_look(round);
    }
    if (!collector->is_closed) {
        sleep_until(collector, next_at);
    }
}

/* On a worker: what there is to measure may be much. */
static void
round_job(void *arg)
{
    struct round *round = arg;

    round->err = store_read(round->collector->nfvo->store, round_read, round);
    loop_post(round->collector->nfvo->loop, round_begin, round);
}

/* loop_fn */
static void
round_start(void *arg)
{
    struct pm_collector *collector = arg;
    int64_t now = time_now_us();
    struct round *round;
    struct err *err;

    if (collector->reading) {
        return; /* It sets the next date. */
    }
    if (collector->nfvo->stands_by) {
        sleep_until(collector, INT64_MAX);
        return;
    }
    round = heap_alloc(sizeof *round);
    *round = (struct round){.collector = collector,
                            .look = pm_look_new(collector->nfvo),
                            .indicates = collector->indicators_at <= now ||
                                         collector->indicators_at > now + INDICATOR_US,
                            .next_at = INT64_MAX};
    (void)snprintf(round->indicated, sizeof round->indicated, "%s", collector->indicated);
    busy_note(round);
    collector->reading = round;
    err = pool_run(collector->nfvo->pool, round_job, round);
    if (err) {
        round->err = err;
        round_begin(round);
    }
}

/* ---- start and end -------------------------------------------------------------------------- */

struct pm_collector *
pm_collector_new(struct nfvo *nfvo, int64_t tick_ms)
{
    struct pm_collector *collector = heap_alloc(sizeof *collector);

    *collector = (struct pm_collector){.nfvo = nfvo, .tick_ms = tick_ms ? tick_ms : TICK_MS};
    pthread_mutex_init(&collector->lock, NULL);
    pthread_cond_init(&collector->quiet, NULL);
    collector->timer = loop_timer_new(nfvo->loop, round_start, collector);
    loop_timer_arm(collector->timer, 1);
    return collector;
}

size_t
pm_collector_rounds(const struct pm_collector *collector, size_t *n_begun)
{
    size_t n = 0;

    for (const struct round *round = collector->rounds; round; round = round->next) {
        n++;
    }
    *n_begun = collector->n_begun;
    return n;
}

void
pm_collector_stop(struct pm_collector *collector)
{
    if (collector && !collector->is_closed) {
        collector->is_closed = true;
        loop_timer_del(collector->timer);
    }
}

void
pm_collector_free(struct pm_collector *collector)
{
    if (!collector) {
        return;
    }
    pm_collector_stop(collector);
    pthread_mutex_lock(&collector->lock);
    while (collector->n_writes) {
        pthread_cond_wait(&collector->quiet, &collector->lock);
    }
    pthread_mutex_unlock(&collector->lock);
    if (collector->reading) {
        (void)loop_unpost(collector->nfvo->loop, round_begin, collector->reading);
        err_ignore(collector->reading->err, "nobody waits for it any more");
        round_free(collector->reading);
    }
    for (struct round *round = collector->rounds, *next; round; round = next) {
        next = round->next;
        if (loop_unpost(collector->nfvo->loop, round_kept, round)) {
            round_kept(round);
        } else {
            round_end(round);
        }
    }
    pthread_cond_destroy(&collector->quiet);
    pthread_mutex_destroy(&collector->lock);
    free(collector);
}
