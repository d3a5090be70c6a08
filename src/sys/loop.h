/* The event loop: descriptors, timers, child processes, signals and functions
 * posted from other threads.  One loop a thread; everything here is called on
 * the loop's own thread except loop_post and loop_stop. */
#ifndef CARRICK_SYS_LOOP_H
#define CARRICK_SYS_LOOP_H

#include "base/err.h"

#include <stdint.h>
#include <sys/types.h>

struct loop;
struct loop_fd;
struct loop_timer;

typedef void loop_fn(void *arg);
typedef void loop_fd_fn(void *arg, uint32_t events); /* EPOLLIN, EPOLLOUT, ... */
typedef void loop_child_fn(void *arg, pid_t pid, int status);

struct err *loop_new(struct loop **loop) MUST_USE;
void loop_free(struct loop *loop);
void loop_autofree(struct loop **loop);
/* Runs until loop_stop.  A manager of services that started this process (sys/service.h) hears
 * that it is ready now, that the loop turns, and that it stops. */
struct err *loop_run(struct loop *loop) MUST_USE;
/* Runs what is ready, waiting at most 'timeout_ms' (0 = no wait). */
struct err *loop_turn(struct loop *loop, int timeout_ms) MUST_USE;
void loop_stop(struct loop *loop); /* any thread */
/* Runs 'fn(arg)' on the loop's thread soon, in order of posting.  Any thread. */
void loop_post(struct loop *loop, loop_fn *fn, void *arg);
/* Takes back what was posted with the same 'fn' and 'arg' and waits still.
 * False: nothing waits; on the loop's own thread a call may then be about to
 * run in this very turn.  Any thread. */
bool loop_unpost(struct loop *loop, loop_fn *fn, void *arg);

/* Watches 'fd' (borrowed: the caller closes it after loop_fd_del). */
struct err *loop_fd_add(struct loop *loop, int fd, uint32_t events, loop_fd_fn *fn, void *arg,
                        struct loop_fd **watch) MUST_USE;
struct err *loop_fd_set(struct loop_fd *watch, uint32_t events) MUST_USE;
void loop_fd_del(struct loop_fd *watch); /* null accepted */

/* A one-shot timer; arm again at will.  It does not fire after loop_timer_del. */
struct loop_timer *loop_timer_new(struct loop *loop, loop_fn *fn, void *arg) MUST_USE;
void loop_timer_arm(struct loop_timer *timer, int64_t delay_ms); /* re-arms */
/* Fires after 'delay_ms' at the latest: where it is armed for earlier, that stays. */
void loop_timer_arm_by(struct loop_timer *timer, int64_t delay_ms);
/* Fires at the next turn, if it is armed at all. */
void loop_timer_hurry(struct loop_timer *timer);
void loop_timer_disarm(struct loop_timer *timer);
void loop_timer_del(struct loop_timer *timer); /* null accepted */

/* Calls 'fn' once when the process ends (pidfd).  Own children are reaped and
 * 'status' is wait(2)'s; of other processes it is -1. */
struct err *loop_child(struct loop *loop, pid_t pid, loop_child_fn *fn, void *arg) MUST_USE;
/* Calls 'fn' at each delivery of 'signo' (blocked for the whole process). */
struct err *loop_signal(struct loop *loop, int signo, loop_fn *fn, void *arg) MUST_USE;

#endif
