/* A pool of worker threads over one queue. */
#include "sys/thread.h"

#include "base/log.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct job {
    struct job *next;
    void (*fn)(void *arg);
    void *arg;
    struct log_origin origin;
};

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct job *first, **last;
    size_t n_queued, max_queued;
    bool stopping;
    int n_threads;
    pthread_t threads[];
};

/* Takes the next job; null where the pool stops and nothing waits. */
static struct job *
next_job(struct pool *pool)
{
    struct job *job;

    pthread_mutex_lock(&pool->lock);
    while (!pool->first && !pool->stopping) {
        pthread_cond_wait(&pool->wake, &pool->lock);
    }
    job = pool->first;
    if (job) {
        pool->first = job->next;
        pool->last = pool->first ? pool->last : &pool->first;
        pool->n_queued--;
    }
    pthread_mutex_unlock(&pool->lock);
    return job;
}

static void *
work(void *arg)
{
    struct pool *pool = arg;
    struct job *job;

    while ((job = next_job(pool))) {
        (void)log_origin_swap(job->origin);
        job->fn(job->arg);
        free(job);
    }
    return NULL;
}

/* Starts one thread with every signal blocked: signals belong to loops. */
static int
start_thread(struct pool *pool, const char *name)
{
    char full[16];
    sigset_t all, before;
    int failure;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    failure = pthread_create(&pool->threads[pool->n_threads], NULL, work, pool);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!failure) {
        snprintf(full, sizeof full, "%.12s-%d", name, pool->n_threads % 10);
        pthread_setname_np(pool->threads[pool->n_threads++], full);
    }
    return failure;
}

struct err *
pool_new(const char *name, int n, size_t max_queued, struct pool **out)
{
    struct pool *pool = heap_alloc(sizeof *pool + (size_t)n * sizeof *pool->threads);

    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pool->last = &pool->first;
    pool->max_queued = max_queued;
    while (pool->n_threads < n) {
        int failure = start_thread(pool, name);

        if (failure) {
            pool_free(pool);
            return err_new(E_UNAVAILABLE, NULL, "thread %s: %s", name, strerrordesc_np(failure));
        }
    }
    *out = pool;
    return NULL;
}

void
pool_stop(struct pool *pool)
{
    if (!pool) {
        return;
    }
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->n_threads; i++) {
        pthread_join(pool->threads[i], NULL);
    }
    pool->n_threads = 0;
}

void
pool_free(struct pool *pool)
{
    if (!pool) {
        return;
    }
    pool_stop(pool);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

struct err *
pool_run(struct pool *pool, void (*fn)(void *arg), void *arg)
{
    struct job *job = heap_alloc(sizeof *job);
    bool full, stopping;

    job->fn = fn;
    job->arg = arg;
    job->origin = log_origin();
    pthread_mutex_lock(&pool->lock);
    full = pool->n_queued >= pool->max_queued;
    stopping = pool->stopping;
    if (!full && !stopping) {
        *pool->last = job;
        pool->last = &job->next;
        pool->n_queued++;
        pthread_cond_signal(&pool->wake);
    }
    pthread_mutex_unlock(&pool->lock);
    if (full || stopping) {
        free(job);
        return stopping ? err_new(E_BUSY, NULL, "no more jobs are taken: it ends")
                        : err_new(E_BUSY, NULL, "%zu jobs wait already", pool->max_queued);
    }
    return NULL;
}
