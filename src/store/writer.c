/* The writer: one thread runs what waits, each function in a savepoint, and
 * commits them together.  When the commit itself fails, the group is run again
 * one by one, so that a write that does not fit the disk fails alone. */
#include "store/tx.h"

#include "base/log.h"
#include "store/room.h"
#include "sys/meter.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A group ends after so many functions or so long: what waits behind a large
 * body is answered soon all the same. */
#define GROUP_MAX 256
#define GROUP_NS 4000000
/* How long it is until a database in doubt is asked again: doubling, up to the second. */
#define SETTLE_MS 50
#define SETTLE_MAX_MS 2000
#define DOUBT "doubt" /* type of the error that says so */

static struct mem *
arena_take(struct store *store)
{
    return store->n_spare ? store->spare[--store->n_spare] : mem_new("write");
}

static void
arena_give(struct store *store, struct mem *mem)
{
    if (store->n_spare < sizeof store->spare / sizeof *store->spare) {
        mem_reset(mem);
        store->spare[store->n_spare++] = mem;
    } else {
        mem_free(mem);
    }
}

/* ---- queue ------------------------------------------------------------------------------ */

void
store_write(struct store *store, store_fn *fn, void *arg, store_done_fn *done)
{
    struct job *job = heap_alloc(sizeof *job);
    bool wake;

    *job = (struct job){.fn = fn, .arg = arg, .done = done, .origin = log_origin()};
    pthread_mutex_lock(&store->queue_lock);
    if (store->closing) {
        pthread_mutex_unlock(&store->queue_lock);
        free(job);
        done(arg, err_new(E_UNAVAILABLE, NULL, "the store is closing"));
        return;
    }
    wake = !store->first;
    *store->last = job;
    store->last = &job->next;
    pthread_mutex_unlock(&store->queue_lock);
    if (wake) {
        pthread_cond_signal(&store->queue_more);
    }
}

struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t over_cond;
    bool over;
    struct err *err;
    store_fn *fn;
    void *arg;
};

static struct err *
waiter_fn(struct tx *tx, void *arg)
{
    struct waiter *waiter = arg;

    return waiter->fn(tx, waiter->arg);
}

static void
waiter_done(void *arg, struct err *err)
{
    struct waiter *waiter = arg;

    pthread_mutex_lock(&waiter->lock);
    waiter->over = true;
    waiter->err = err;
    pthread_cond_signal(&waiter->over_cond);
    pthread_mutex_unlock(&waiter->lock);
}

struct err *
store_write_wait(struct store *store, store_fn *fn, void *arg)
{
    struct waiter waiter = {.fn = fn, .arg = arg};

    pthread_mutex_init(&waiter.lock, NULL);
    pthread_cond_init(&waiter.over_cond, NULL);
    store_write(store, waiter_fn, &waiter, waiter_done);
    pthread_mutex_lock(&waiter.lock);
    while (!waiter.over) {
        pthread_cond_wait(&waiter.over_cond, &waiter.lock);
    }
    pthread_mutex_unlock(&waiter.lock);
    pthread_mutex_destroy(&waiter.lock);
    pthread_cond_destroy(&waiter.over_cond);
    return waiter.err;
}

/* The next job, or null: at the end, or (not 'wait') when none waits. */
static struct job *
job_next(struct store *store, bool wait)
{
    struct job *job;

    pthread_mutex_lock(&store->queue_lock);
    while (wait && !store->first && !store->closing) {
        pthread_cond_wait(&store->queue_more, &store->queue_lock);
    }
    job = store->first;
    if (job) {
        store->first = job->next;
        if (!store->first) {
            store->last = &store->first;
        }
        job->next = NULL;
    }
    pthread_mutex_unlock(&store->queue_lock);
    return job;
}

/* ---- one function ------------------------------------------------------------------------- */

/* Functions that are committed together. */
struct group {
    struct job *first, **last;
    size_t n;
    int64_t seq;
    size_t n_logged;
    struct keeping *kept; /* in arenas of jobs that went well */
};

/* Runs the job's function once in a savepoint.  False where the transaction is lost. */
static bool
job_try(struct store *store, struct job *job, struct group *group)
{
    struct conn *conn = store->write_conn;
    struct tx tx = {
        .store = store, .conn = conn, .writes = true, .seq = group->seq, .kept = group->kept};
    struct err *e;

    err_free(job->err);
    if (!job->mem) {
        job->mem = arena_take(store);
    }
    mem_reset(job->mem);
    tx.mem = job->mem;
    tx.now = time_now_us();
    job->err = conn_again(conn, "SAVEPOINT job");
    if (job->err) {
        return false;
    }
    (void)log_origin_swap(job->origin);
    job->err = job->fn(&tx, job->arg);
    (void)log_origin_swap(log_origin_of(NULL));
    if (conn->lost || !conn_in_transaction(conn)) {
        return false;
    }
    e = job->err || conn->spoilt ? conn_again(conn, "ROLLBACK TO job") : NULL;
    if (!e) {
        e = conn_again(conn, "RELEASE job");
    }
    if (conn->spoilt && conn->careful && !job->err) {
        job->err = err_new(E_INTERNAL, NULL, "a statement failed and nobody was told");
    }
    group->kept = NULL;
    if (!job->err) {
        group->seq = tx.seq;
        group->n_logged += tx.n_logged;
        group->kept = tx.kept;
    }
    job->err = err_join(job->err, e);
    return !e;
}

/* The same, once more where the database lets a statement that fails take the rest with it: then each
 * statement is guarded, which would cost too much for those that do not fail. */
static bool
job_run(struct store *store, struct job *job, struct group *group)
{
    struct conn *conn = store->write_conn;
    struct group before = *group;
    bool whole = job_try(store, job, group);

    if (whole && conn->spoilt) {
        group->seq = before.seq;
        group->n_logged = before.n_logged;
        group->kept = NULL;
        conn->spoilt = false;
        conn->careful = true;
        whole = job_try(store, job, group);
        conn->careful = false;
    }
    return whole;
}

/* What watches over the process is told, and whether it is over. */
static void
room_note(struct store *store, const struct err *e)
{
    bool is_full = e && str_eq(e->type, STORE_NO_ROOM);

    if (e && !is_full) {
        return;
    }
    if (is_full != atomic_exchange(&store->is_full, is_full)) {
        meter_set(METER_store_full, NULL, is_full);
        log_line(is_full ? LOG_LV_ERROR : LOG_LV_INFO, "store", "%s",
                 is_full ? "the disk is full: writes are refused, reads go on" : "there is room again: writes go on");
        if (!is_full) {
            checkpointer_ask(store); /* and, where a start took it, for the next one */
        }
    }
}

bool
tx_is_lost(const struct tx *tx)
{
    return tx->conn->lost;
}

bool
store_is_full(struct store *store)
{
    return atomic_load(&store->is_full);
}

static void
jobs_done(struct store *store, struct job *jobs)
{
    while (jobs) {
        struct job *next = jobs->next;
        struct err *e = jobs->err;

        room_note(store, e);
        meter_add(METER_store_writes, e ? "failed" : "committed", NULL, 1);
        (void)log_origin_swap(jobs->origin);
        jobs->done(jobs->arg, e);
        (void)log_origin_swap(log_origin_of(NULL));
        if (jobs->mem) {
            arena_give(store, jobs->mem);
        }
        free(jobs);
        jobs = next;
    }
}

/* ---- a group -------------------------------------------------------------------------------- */

/* Fails what waits: the answer that a client understands while there is no database. */
static void
queue_refuse(struct store *store)
{
    struct job *job;

    while ((job = job_next(store, false))) {
        job->err = err_new(E_UNAVAILABLE, NULL, "the database cannot be reached");
        jobs_done(store, job);
    }
}

/* Waits a while; true where the store is being closed. */
static bool
settle_pause(struct store *store, int64_t ms)
{
    struct timespec until;
    bool closing;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += ms * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&store->queue_lock);
    if (!store->first && !store->closing) {
        pthread_cond_timedwait(&store->queue_more, &store->queue_lock, &until);
    }
    closing = store->closing;
    pthread_mutex_unlock(&store->queue_lock);
    return closing;
}

/* The connection ended while a commit was under way: nobody is answered before the database has
 * said whether it was. */
static struct err *
group_settle(struct store *store, struct err *why)
{
    struct conn *conn = store->write_conn;
    enum outcome outcome = OUTCOME_UNKNOWN;
    bool closing = false;

    log_err(LOG_LV_ERROR, "store", why, "a commit is in doubt: asking until the database says what became of it");
    for (int64_t ms = SETTLE_MS; !closing; ms = ms < SETTLE_MAX_MS ? ms * 2 : ms) {
        struct err *e = conn->driver->settle(conn, &outcome);

        if (!e && outcome != OUTCOME_UNKNOWN) {
            break;
        }
        err_ignore(e, "it is asked again");
        queue_refuse(store);
        closing = settle_pause(store, ms);
    }
    conn->in_doubt = false;
    if (outcome == OUTCOME_COMMITTED) {
        log_warn("store", "the commit in doubt had been made");
        return NULL;
    }
    return outcome == OUTCOME_UNDONE
               ? err_new(E_UNAVAILABLE, NULL, "the connection to the database ended before the commit")
               : err_new(E_UNAVAILABLE, DOUBT,
                         "the connection to the database ended: nobody knows whether this was stored");
}

static struct err *
group_commit(struct store *store, struct group *group, bool trim)
{
    if (trim) {
        TRY(change_log_trim(store));
    }
    int64_t began = time_mono_ns();
    struct err *e;

    store->write_conn->tells = group->n_logged > 0;
    e = conn_commit(store->write_conn);

    if (e && store->write_conn->in_doubt) {
        e = group_settle(store, e);
    }
    TRY(e);
    store->seq = group->seq;
    meter_time(METER_store_seconds, NULL, time_mono_ns() - began);
    meter_set(METER_change_log, NULL, (double)group->seq);
    return NULL;
}

static struct err *
group_begin(struct store *store, struct group *group)
{
    TRY(conn_begin(store->write_conn));
    TRY(session_prove(store, store->write_conn));
    if (store->write_conn->renewed) {
        TRY(change_log_open(store));
        store->write_conn->renewed = false;
    }
    group->seq = store->seq;
    return NULL;
}

/* Runs one job in a transaction of its own. */
static void
job_alone(struct store *store, struct job *job, size_t *n_logged)
{
    struct group group = {0};
    struct err *e = group_begin(store, &group);
    bool whole = !e && job_run(store, job, &group);

    if (whole && !job->err) {
        e = group_commit(store, &group, false);
    }
    if (whole && !job->err && !e) {
        *n_logged += group.n_logged;
        return;
    }
    conn_rollback(store->write_conn);
    if (e) {
        err_free(job->err);
        job->err = e;
    }
    if (!job->err) {
        job->err = err_new(E_UNAVAILABLE, NULL, "the transaction was lost");
    }
    /* Room in the log may be all that is missing. */
    checkpointer_ask(store);
}

/* Takes what waits until the group is full.  False where the transaction is lost. */
static bool
group_fill(struct store *store, struct group *group, struct job *job)
{
    int64_t until = time_mono_ns() + GROUP_NS;

    for (; job; job = job_next(store, false)) {
        *group->last = job;
        group->last = &job->next;
        if (!job_run(store, job, group)) {
            return false;
        }
        if (++group->n >= GROUP_MAX || time_mono_ns() >= until) {
            break;
        }
    }
    return true;
}

/* A group that cannot be committed together: each of its jobs alone, unless what became of them is not
 * known, where running them again might do it twice. */
static void
group_alone(struct store *store, struct group *group, struct err *e, size_t *n_logged)
{
    bool doubt = str_eq(e->type, DOUBT);

    conn_rollback(store->write_conn);
    if (!doubt) {
        log_err(LOG_LV_WARN, "store", e, "a group of writes is run again one by one");
        e = NULL;
    }
    for (struct job *job = group->first; job; job = job->next) {
        if (doubt) {
            err_free(job->err);
            job->err = err_new(e->code, NULL, "%s", e->message);
        } else {
            job_alone(store, job, n_logged);
        }
    }
    if (e) {
        log_err(LOG_LV_ERROR, "store", e, "what became of a group of writes is not known");
    }
}

static void
group_run(struct store *store, struct job *first)
{
    struct group group = {.last = &group.first};
    int64_t log_first;
    size_t n_logged = 0;
    struct err *e;

    pthread_mutex_lock(&store->gate);
    e = group_begin(store, &group);
    log_first = store->log_first;
    if (e) {
        *group.last = first;
    } else if (group_fill(store, &group, first)) {
        e = group_commit(store, &group, true);
        n_logged = group.n_logged;
    } else {
        e = err_new(E_UNAVAILABLE, NULL, "the transaction was lost");
    }
    if (e) {
        store->log_first = log_first;
        n_logged = 0;
        group_alone(store, &group, e, &n_logged);
    }
    pthread_mutex_unlock(&store->gate);
    jobs_done(store, group.first);
    if (n_logged) {
        watches_tell(store);
    }
}

static void *
writer_thread(void *arg)
{
    struct store *store = arg;
    struct job *job;

    while ((job = job_next(store, true))) {
        group_run(store, job);
        if (store->wal_pages > store->busy_pages) {
            checkpointer_ask(store);
        }
    }
    return NULL;
}

struct err *
writer_start(struct store *store)
{
    int rc;

    meter_set(METER_store_full, NULL, 0); /* a figure that is always there */
    rc = pthread_create(&store->writer, NULL, writer_thread, store);
    if (rc) {
        return err_new(E_UNAVAILABLE, NULL, "the writer's thread: %s", strerror(rc));
    }
    pthread_setname_np(store->writer, "store-write");
    return NULL;
}

void
writer_stop(struct store *store)
{
    pthread_mutex_lock(&store->queue_lock);
    store->closing = true;
    pthread_mutex_unlock(&store->queue_lock);
    pthread_cond_signal(&store->queue_more);
    pthread_join(store->writer, NULL);
    while (store->n_spare) {
        mem_free(store->spare[--store->n_spare]);
    }
}
