/* Runs processes: starts them in order, starts again what ends, and ends them in
 * the reverse order.  Where it is killed they go with it: nobody would start
 * them again, nor end them. */
#ifndef CARRICK_LAB_SUPERVISOR_H
#define CARRICK_LAB_SUPERVISOR_H

#include "base/err.h"
#include "sys/loop.h"

struct supervisor;

/* One process; what it points to lives as long as the supervisor. */
struct supervisor_child {
    const char *name;        /* "agent-east" */
    const char *const *argv;
    const char *netns;       /* network namespace, or null */
    uid_t uid;               /* 0 = as we are */
    gid_t gid;
    bool reloads;            /* reads its options again at SIGHUP; others would end of it */
};

/* 'dir': output goes to DIR/log/NAME.log and pids to DIR/run/NAME.pid; null: each line of output
 * goes to standard error behind "NAME: ". */
struct err *supervisor_new(struct loop *loop, const char *dir, struct supervisor **supervisor) MUST_USE;
/* Adds a process, before the start. */
void supervisor_add(struct supervisor *supervisor, const struct supervisor_child *child);
/* Starts all, in the order of adding.  E_UNAVAILABLE: one cannot be started at all. */
struct err *supervisor_start(struct supervisor *supervisor) MUST_USE;
/* Has those that can read their options again (SIGHUP).  One that has not come so far ends of it, and reads
 * them when it is started again. */
void supervisor_reload(struct supervisor *supervisor);
/* Ends each in the reverse order (SIGTERM, after 5 s SIGKILL), and frees; null accepted. */
void supervisor_free(struct supervisor *supervisor);

/* Keeps a second supervisor away: a lock on 'path', which then holds our pid, until 'fd' is closed.
 * E_CONFLICT where another holds it. */
struct err *supervisor_lock(const char *path, int *fd) MUST_USE;
/* Takes the lock on an open file if nobody has it. */
bool supervisor_lock_try(int fd);

#endif
