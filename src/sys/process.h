/* Child processes: argv in, pid out; never through a shell. */
#ifndef CARRICK_SYS_PROCESS_H
#define CARRICK_SYS_PROCESS_H

#include "base/str.h"
#include "sys/loop.h"

struct process_spec {
    const char *const *argv;     /* null-terminated; argv[0] looked up in PATH */
    const char *const *env;      /* "K=V", null = a minimal environment (PATH, LANG) */
    const char *cwd;             /* null = inherit */
    int stdin_fd, stdout_fd, stderr_fd; /* -1 = /dev/null */
    uid_t uid;                   /* drop to this user and group where non-zero */
    gid_t gid;
    const char *netns;           /* path of a network namespace to enter, or null */
    bool new_session;
    bool die_with_parent;        /* PR_SET_PDEATHSIG SIGKILL */
    int keep_fds[8];             /* further descriptors kept open under the same number; ends with 0 */
    void (*before_exec)(void *arg); /* runs in the child just before exec; async-signal-safe only */
    void *before_arg;
};

/* Starts it; E_UNAVAILABLE where the program is missing or exec fails. */
struct err *process_start(const struct process_spec *spec, pid_t *pid) MUST_USE;
/* Starts, feeds 'input' (null = none), waits at most 'timeout_ms', keeps up to 1 MiB of output
 * (stdout+stderr interleaved).  A status other than 0 is an E_INTERNAL with the last line of
 * output.  For short helpers (nft, crun) outside of loops' threads or where waiting is fine. */
struct err *process_run(struct mem *mem, const struct process_spec *spec, const char *input,
                        int timeout_ms, const char **output) MUST_USE;
/* argv from arguments: process_argv(mem, "nft", "-f", "-", NULL) */
const char *const *process_argv(struct mem *mem, ...) __attribute__((sentinel)) MUST_USE;

#endif
