/* The cage an archive is opened in: no way to gain privileges, bounded time
 * and memory, no network, no file system but the target, and only the system
 * calls that unpacking needs.  What cannot be had without privileges (chroot,
 * namespaces) is had where they are there; the system call filter always. */
#include "image/unpack.h"

#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define CPU_S 900
#define MESSAGE_BYTES 65536 /* what is printed may go to a file too */
#define MEMORY_BYTES (UINT64_C(2) << 30)

static struct err *
limit(int resource, rlim_t value)
{
    struct rlimit want = {value, value}, have;

    if (getrlimit((__rlimit_resource_t)resource, &have) == 0 && have.rlim_max < value) {
        want.rlim_cur = want.rlim_max = have.rlim_max;
    }
    if (setrlimit((__rlimit_resource_t)resource, &want) != 0) {
        return err_errno(E_UNAVAILABLE, "set a resource limit");
    }
    return NULL;
}

static struct err *
limit_all(const struct unpack *u)
{
    TRY(limit(RLIMIT_CORE, 0));
    TRY(limit(RLIMIT_CPU, CPU_S));
    TRY(limit(RLIMIT_NOFILE, 512));
    TRY(limit(RLIMIT_FSIZE, (rlim_t)u->limits.bytes + MESSAGE_BYTES));
#ifndef __SANITIZE_ADDRESS__ /* which maps terabytes */
    TRY(limit(RLIMIT_AS, MEMORY_BYTES));
#endif
    return NULL;
}

/* With privileges: namespaces of its own, and the target as the whole world. */
static struct err *
leave_world(struct unpack *u)
{
    if (geteuid() != 0) {
        return NULL;
    }
    if (unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0 && errno != EPERM) {
        return err_errno(E_UNAVAILABLE, "leave the network namespace");
    }
    if (u->root < 0) {
        return NULL;
    }
    if (fchdir(u->root) != 0 || chroot(".") != 0) {
        return errno == EPERM ? NULL : err_errno(E_UNAVAILABLE, "enter the target folder");
    }
    (void)close(u->root);
    u->root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return u->root < 0 ? err_errno(E_UNAVAILABLE, "open the target folder") : NULL;
}

/* Reading what is open, memory, ending; and of the file system only what
 * works below an open folder. */
static const int always[] = {
    SCMP_SYS(read),          SCMP_SYS(pread64),     SCMP_SYS(lseek),
    SCMP_SYS(write),         SCMP_SYS(writev),      SCMP_SYS(close),
    SCMP_SYS(fstat),         SCMP_SYS(newfstatat),  SCMP_SYS(mmap),
    SCMP_SYS(munmap),        SCMP_SYS(mremap),      SCMP_SYS(mprotect),
    SCMP_SYS(madvise),       SCMP_SYS(brk),         SCMP_SYS(futex),
    SCMP_SYS(exit),          SCMP_SYS(exit_group),  SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigaction),  SCMP_SYS(rt_sigprocmask), SCMP_SYS(getpid),
    SCMP_SYS(gettid),        SCMP_SYS(tgkill),      SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),  SCMP_SYS(getrandom),   SCMP_SYS(fcntl),
    SCMP_SYS(sigaltstack),   SCMP_SYS(sched_yield), SCMP_SYS(restart_syscall),
    SCMP_SYS(time),
};
static const int writing[] = {
    SCMP_SYS(openat),    SCMP_SYS(openat2),    SCMP_SYS(mkdirat),    SCMP_SYS(symlinkat),
    SCMP_SYS(linkat),    SCMP_SYS(unlinkat),   SCMP_SYS(fchown),     SCMP_SYS(fchownat),
    SCMP_SYS(fchmod),    SCMP_SYS(fchmodat),   SCMP_SYS(ftruncate),  SCMP_SYS(getdents64),
    SCMP_SYS(utimensat), SCMP_SYS(fsync),      SCMP_SYS(syncfs),
};

static struct err *
allow(scmp_filter_ctx filter, const int *calls, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0) != 0) {
            return err_new(E_UNAVAILABLE, NULL, "seccomp refuses a rule");
        }
    }
    return NULL;
}

static struct err *
filter_calls(const struct unpack *u)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    struct err *e;
    int rc;

    if (!filter) {
        return err_new(E_UNAVAILABLE, NULL, "seccomp is not there");
    }
    e = allow(filter, always, ARRAY_SIZE(always));
    if (!e && u->root >= 0) {
        e = allow(filter, writing, ARRAY_SIZE(writing));
    }
    if (!e) {
        rc = seccomp_load(filter);
        e = rc == 0 ? NULL
                    : err_new(E_UNAVAILABLE, NULL, "seccomp filter: %s", strerror(-rc));
    }
    seccomp_release(filter);
    return e;
}

struct err *
unpack_sandbox(struct unpack *u)
{
    TRY(leave_world(u));
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return err_errno(E_UNAVAILABLE, "give up privileges");
    }
    TRY(limit_all(u));
    return filter_calls(u);
}
