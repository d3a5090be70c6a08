/* The pool: everything runs, on several threads, and the queue has an end. */
#include "sys/thread.h"
#include "test.h"

#include <semaphore.h>
#include <stdatomic.h>

static atomic_int n_done;

static void
count(void *arg)
{
    atomic_fetch_add(&n_done, *(int *)arg);
}

TEST(thread_pool_runs_everything_before_it_ends)
{
    struct pool *pool;
    int one = 1;

    REQUIRE_OK(pool_new("test", 4, 1000, &pool));
    for (int i = 0; i < 1000; i++) {
        CHECK_OK(pool_run(pool, count, &one));
    }
    pool_stop(pool);
    CHECK_INT(n_done, 1000);
    CHECK_ERR(pool_run(pool, count, &one), E_BUSY);
    pool_stop(pool);
    pool_free(pool);
    CHECK_INT(n_done, 1000);
    pool_free(NULL);
}

struct gate {
    sem_t entered, open;
};

static void
pass(void *arg)
{
    struct gate *gate = arg;

    sem_post(&gate->entered);
    sem_wait(&gate->open);
}

TEST(thread_pool_says_when_it_is_full)
{
    struct pool *pool;
    struct gate gate;

    sem_init(&gate.entered, 0, 0);
    sem_init(&gate.open, 0, 0);
    REQUIRE_OK(pool_new("test", 2, 2, &pool));
    CHECK_OK(pool_run(pool, pass, &gate));
    CHECK_OK(pool_run(pool, pass, &gate));
    sem_wait(&gate.entered);
    sem_wait(&gate.entered); /* Both threads are held, the queue is empty. */
    CHECK_OK(pool_run(pool, pass, &gate));
    CHECK_OK(pool_run(pool, pass, &gate));
    CHECK_ERR(pool_run(pool, pass, &gate), E_BUSY);
    for (int i = 0; i < 4; i++) {
        sem_post(&gate.open);
    }
    pool_free(pool);
}
