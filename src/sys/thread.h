/* Threads: a pool for work that must not run on a loop (password hashing,
 * file hashing), and thin wrappers that abort on programming errors. */
#ifndef CARRICK_SYS_THREAD_H
#define CARRICK_SYS_THREAD_H

#include "base/err.h"

struct pool;
/* 'n' threads named 'name' (<= 12 characters); at most 'max_queued' jobs wait. */
struct err *pool_new(const char *name, int n, size_t max_queued, struct pool **pool) MUST_USE;
/* Runs what waits, then joins; no more jobs are taken.  Before that goes which jobs are of.  Null
 * accepted, and twice. */
void pool_stop(struct pool *pool);
void pool_free(struct pool *pool); /* Stops it and ends; null accepted. */
/* E_BUSY where the queue is full, or the pool stopped. */
struct err *pool_run(struct pool *pool, void (*fn)(void *arg), void *arg) MUST_USE;

#endif
