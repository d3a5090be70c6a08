/* A list of what is needed; any other system call gives EPERM.  There is no
 * call in it that opens a file, makes a socket or starts a program: who takes
 * over this process has two sockets that the data plane guards, and nothing. */
#include "responder/sandbox.h"

#include "base/vec.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static const int allowed[] = {
    SCMP_SYS(read),          SCMP_SYS(write),        SCMP_SYS(writev),
    SCMP_SYS(recvfrom),      SCMP_SYS(recvmsg),      SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),       SCMP_SYS(accept4),      SCMP_SYS(getpeername),
    SCMP_SYS(shutdown),      SCMP_SYS(close),        SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),   SCMP_SYS(epoll_ctl),
    SCMP_SYS(munmap),        SCMP_SYS(mremap),       SCMP_SYS(madvise),
    SCMP_SYS(brk),           SCMP_SYS(futex),        SCMP_SYS(exit),
    SCMP_SYS(exit_group),    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(getpid),      SCMP_SYS(gettid),
    SCMP_SYS(tgkill),        SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),     SCMP_SYS(sigaltstack),  SCMP_SYS(sched_yield),
    SCMP_SYS(restart_syscall), SCMP_SYS(newfstatat), SCMP_SYS(fstat),
};
/* On sockets: who is there, and how a connection is ended; nothing else. */
static const struct {
    int call, level, option;
} socket_options[] = {
    {SCMP_SYS(getsockopt), SOL_SOCKET, SO_PEERCRED},
    {SCMP_SYS(setsockopt), SOL_SOCKET, SO_LINGER},
};

static struct err *
refused(int rc)
{
    return err_new(E_UNAVAILABLE, NULL, "seccomp filter: %s", strerror(-rc));
}

static struct err *
filter_fill(scmp_filter_ctx filter)
{
    int rc = 0;

    for (size_t i = 0; i < ARRAY_SIZE(allowed) && !rc; i++) {
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    }
    for (size_t i = 0; i < ARRAY_SIZE(socket_options) && !rc; i++) {
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, socket_options[i].call, 2,
                              SCMP_A1(SCMP_CMP_EQ, (uint64_t)socket_options[i].level, 0),
                              SCMP_A2(SCMP_CMP_EQ, (uint64_t)socket_options[i].option, 0));
    }
    if (!rc) { /* Memory, but no new code. */
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                              SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    }
    return rc ? refused(rc) : NULL;
}

static struct err *
filter_load(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    struct err *e;

    if (!filter) {
        return err_new(E_UNAVAILABLE, NULL, "seccomp is not there");
    }
    e = filter_fill(filter);
    if (!e) {
        int rc = seccomp_load(filter);

        e = rc ? refused(rc) : NULL;
    }
    seccomp_release(filter);
    return e;
}

static struct err *
limits_set(void)
{
    static const struct {
        __rlimit_resource_t what;
        rlim_t n;
    } limits[] = {
        {RLIMIT_CORE, 0},
        {RLIMIT_NOFILE, 512},
        {RLIMIT_NPROC, 0},
    };

    for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
        struct rlimit r = {limits[i].n, limits[i].n};

        if (setrlimit(limits[i].what, &r)) {
            return err_errno(E_UNAVAILABLE, "set a resource limit");
        }
    }
    return NULL;
}

struct err *
sandbox_enter(void)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)) {
        return err_errno(E_UNAVAILABLE, "give up privileges");
    }
    TRY(limits_set());
    return filter_load();
}
