/* Locking a process in.  What cannot be had without privileges (chroot,
 * namespaces) is had where they are there; the system call filter always.  The
 * filter names calls by what they can reach: of signals, descriptors' owners and
 * memory shared with others nothing is left, because the process outside runs as
 * the same user. */
#include "sys/cage.h"

#include "base/vec.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX 512

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
limit_all(const struct cage *cage)
{
    TRY(limit(RLIMIT_CORE, 0));
    TRY(limit(RLIMIT_CPU, cage->cpu_s));
    TRY(limit(RLIMIT_NOFILE, FILES_MAX));
    TRY(limit(RLIMIT_FSIZE, cage->file_bytes));
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__ /* which map terabytes */
    TRY(limit(RLIMIT_AS, cage->memory));
#endif
    return NULL;
}

/* What is "/" now has to be what was the target: everything that is written goes below it. */
static struct err *
root_take(struct cage *cage)
{
    int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat is, wanted;

    if (root < 0 || fstat(root, &is) != 0 || fstat(cage->root, &wanted) != 0) {
        return err_errno(E_UNAVAILABLE, "open the target folder");
    }
    if (is.st_dev != wanted.st_dev || is.st_ino != wanted.st_ino) {
        (void)close(root);
        return err_new(E_UNAVAILABLE, NULL, "the target folder is not the root");
    }
    (void)close(cage->root);
    cage->root = root;
    return NULL;
}

/* With privileges: namespaces of its own, and the folder as the whole world. */
static struct err *
leave_world(struct cage *cage)
{
    if (geteuid() != 0) {
        return NULL;
    }
    if (unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0 && errno != EPERM) {
        return err_errno(E_UNAVAILABLE, "leave the network namespace");
    }
    if (cage->root < 0) {
        return NULL;
    }
    if (fchdir(cage->root) != 0 || chroot(".") != 0) {
        return errno == EPERM ? NULL : err_errno(E_UNAVAILABLE, "enter the target folder");
    }
    return root_take(cage);
}

/* ---- system calls ------------------------------------------------------------------ */

/* Reading what is open, memory, ending. */
static const int always[] = {
    SCMP_SYS(read),          SCMP_SYS(pread64),        SCMP_SYS(lseek),
    SCMP_SYS(write),         SCMP_SYS(writev),         SCMP_SYS(close),
    SCMP_SYS(fstat),         SCMP_SYS(newfstatat),     SCMP_SYS(mmap),
    SCMP_SYS(munmap),        SCMP_SYS(mremap),         SCMP_SYS(mprotect),
    SCMP_SYS(madvise),       SCMP_SYS(brk),            SCMP_SYS(futex),
    SCMP_SYS(exit),          SCMP_SYS(exit_group),     SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigaction),  SCMP_SYS(rt_sigprocmask), SCMP_SYS(getpid),
    SCMP_SYS(gettid),        SCMP_SYS(clock_gettime),  SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),     SCMP_SYS(sigaltstack),    SCMP_SYS(sched_yield),
    SCMP_SYS(restart_syscall), SCMP_SYS(time),         SCMP_SYS(dup),
    SCMP_SYS(memfd_create),
};
/* Of the file system only what works below an open folder. */
static const int writing[] = {
    SCMP_SYS(openat),    SCMP_SYS(openat2),    SCMP_SYS(mkdirat),    SCMP_SYS(symlinkat),
    SCMP_SYS(linkat),    SCMP_SYS(unlinkat),   SCMP_SYS(fchown),     SCMP_SYS(fchownat),
    SCMP_SYS(fchmod),    SCMP_SYS(fchmodat),   SCMP_SYS(ftruncate),  SCMP_SYS(getdents64),
    SCMP_SYS(utimensat), SCMP_SYS(fsync),      SCMP_SYS(syncfs),
};
/* Of sockets only those that are open: none is made, connected or accepted. */
static const int talking[] = {
    SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(recvfrom), SCMP_SYS(sendto), SCMP_SYS(shutdown),
};
/* Not F_SETOWN, F_SETSIG: they would make the kernel send signals for it. */
static const int fcntls[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL};

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

/* Calls that are harmless with some arguments only: abort() signals itself. */
static struct err *
allow_some(scmp_filter_ctx filter)
{
    int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                              SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));

    for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(fcntls); i++) {
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
                              SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)fcntls[i], 0));
    }
    return rc == 0 ? NULL : err_new(E_UNAVAILABLE, NULL, "seccomp refuses a rule");
}

/* Of flags only that all are cleared: O_ASYNC would make the kernel send signals. */
static struct err *
allow_talk(scmp_filter_ctx filter)
{
    TRY(allow(filter, talking, ARRAY_SIZE(talking)));
    if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 2,
                         SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)F_SETFL, 0),
                         SCMP_A2(SCMP_CMP_EQ, 0, 0)) != 0) {
        return err_new(E_UNAVAILABLE, NULL, "seccomp refuses a rule");
    }
    return NULL;
}

static struct err *
filter_fill(scmp_filter_ctx filter, const struct cage *cage)
{
    int rc;

    TRY(allow(filter, always, ARRAY_SIZE(always)));
    TRY(allow_some(filter));
    if (cage->root >= 0) {
        TRY(allow(filter, writing, ARRAY_SIZE(writing)));
    }
    if (cage->talks) {
        TRY(allow_talk(filter));
    }
    rc = seccomp_load(filter);
    return rc == 0 ? NULL : err_new(E_UNAVAILABLE, NULL, "seccomp filter: %s", strerror(-rc));
}

struct err *
cage_enter(struct cage *cage)
{
    scmp_filter_ctx filter;
    struct err *e;

    TRY(leave_world(cage));
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return err_errno(E_UNAVAILABLE, "give up privileges");
    }
    TRY(limit_all(cage));
    filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!filter) {
        return err_new(E_UNAVAILABLE, NULL, "seccomp is not there");
    }
    e = filter_fill(filter, cage);
    seccomp_release(filter);
    return e;
}
