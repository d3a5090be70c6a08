/* Starting programs.  All that can be looked up or allocated is done before
 * the fork; the child only makes system calls and tells of a failure through a
 * pipe that exec closes. */
#include "sys/process.h"

#include "base/time.h"
#include "base/vec.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH_DEFAULT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define OUTPUT_MAX ((size_t)1 << 20)

/* Where the child failed. */
enum stage {
    AT_SESSION,
    AT_NETNS,
    AT_FDS,
    AT_USER,
    AT_CWD,
    AT_EXEC,
};
static const char *const stage_names[] = {"new session",    "network namespace", "descriptors",
                                          "change of user", "working folder",    "exec"};

struct failure {
    enum stage stage;
    int number; /* errno */
};

/* What the child needs, made ready before the fork. */
struct launch {
    const struct process_spec *spec;
    char *program;
    int netns_fd;
    int report_fd;
    pid_t parent;
};

static bool
is_program(const char *path)
{
    struct stat st;

    return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

/* The file to execute, in 'mem'. */
static struct err *
find_program(struct mem *mem, const char *name, char **out)
{
    const char *path = getenv("PATH");
    size_t n;
    char **folders;

    if (strchr(name, '/')) {
        *out = mem_str(mem, name);
        return NULL;
    }
    folders = str_split(mem, str_empty(path) ? PATH_DEFAULT : path, ':', &n);
    for (size_t i = 0; i < n; i++) {
        *out = mem_printf(mem, "%s/%s", folders[i], name);
        if (*folders[i] && is_program(*out)) {
            return NULL;
        }
    }
    return err_new(E_UNAVAILABLE, NULL, "program %s is not installed", name);
}

/* Signals as a fresh program expects them: none blocked, none ignored. */
static void
reset_signals(void)
{
    sigset_t none;

    for (int i = 1; i < NSIG; i++) {
        signal(i, SIG_DFL);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Puts 'fds' at 0, 1, 2; by way of high numbers, since they may be 0, 1 or 2. */
static int
place_std(const int fds[3])
{
    int high[3];

    for (int i = 0; i < 3; i++) {
        int fd = fds[i] >= 0 ? fds[i] : open("/dev/null", O_RDWR | O_CLOEXEC);

        high[i] = fcntl(fd, F_DUPFD_CLOEXEC, 128);
        if (high[i] < 0) {
            return -1;
        }
    }
    for (int i = 0; i < 3; i++) {
        if (dup2(high[i], i) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
place_fds(const struct process_spec *spec)
{
    const int std[3] = {spec->stdin_fd, spec->stdout_fd, spec->stderr_fd};

    if (place_std(std) || syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC)) {
        return -1;
    }
    for (size_t i = 0; i < ARRAY_SIZE(spec->keep_fds) && spec->keep_fds[i]; i++) {
        if (fcntl(spec->keep_fds[i], F_SETFD, 0)) {
            return -1;
        }
    }
    return 0;
}

static int
drop_user(const struct process_spec *spec)
{
    if (spec->gid && (setgroups(0, NULL) || setresgid(spec->gid, spec->gid, spec->gid))) {
        return -1;
    }
    if (spec->uid && setresuid(spec->uid, spec->uid, spec->uid)) {
        return -1;
    }
    return 0;
}

/* After the change of user, which clears the wish.  A parent that is gone
 * already will send nothing. */
static void
follow_parent(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(127);
    }
}

/* All steps of the child; returns the one that failed. */
static enum stage
become(const struct launch *launch)
{
    static const char *const env_minimal[] = {"PATH=" PATH_DEFAULT, "LANG=C.UTF-8", NULL};
    const struct process_spec *spec = launch->spec;
    const char *const *env = spec->env ? spec->env : env_minimal;

    reset_signals();
    if (spec->new_session && setsid() < 0) {
        return AT_SESSION;
    }
    if (launch->netns_fd >= 0 && setns(launch->netns_fd, CLONE_NEWNET)) {
        return AT_NETNS;
    }
    if (place_fds(spec)) {
        return AT_FDS;
    }
    if (drop_user(spec)) {
        return AT_USER;
    }
    if (spec->die_with_parent) {
        follow_parent(launch->parent);
    }
    if (spec->cwd && chdir(spec->cwd)) {
        return AT_CWD;
    }
    if (spec->before_exec) {
        spec->before_exec(spec->before_arg);
    }
    /* exec takes arrays of writable strings for historical reasons only. */
    execve(launch->program, (char *const *)(uintptr_t)spec->argv, (char *const *)(uintptr_t)env);
    return AT_EXEC;
}

static void __attribute__((noreturn)) run_child(const struct launch *launch)
{
    struct failure failure = {0};

    failure.stage = become(launch);
    failure.number = errno;
    if (write(launch->report_fd, &failure, sizeof failure) < 0) {
        _exit(126);
    }
    _exit(127);
}

/* Waits for exec (the pipe closes) or the child's word on what failed. */
static struct err *
hear_child(const char *program, int fd, pid_t pid)
{
    struct failure failure;
    ssize_t n;

    do {
        n = read(fd, &failure, sizeof failure);
    } while (n < 0 && errno == EINTR);
    if (n != sizeof failure) {
        return NULL;
    }
    waitpid(pid, NULL, 0);
    errno = failure.number;
    return err_errno(E_UNAVAILABLE, "%s: %s", program, stage_names[failure.stage]);
}

static struct err *
fork_and_exec(struct launch *launch, pid_t *pid)
{
    AUTO_FD read_end = -1;
    int fds[2];

    if (pipe2(fds, O_CLOEXEC)) {
        return err_errno(E_UNAVAILABLE, "pipe");
    }
    read_end = fds[0];
    /* Away from 0-2, where the child puts its own. */
    launch->report_fd = fcntl(fds[1], F_DUPFD_CLOEXEC, 3);
    close(fds[1]);
    launch->parent = getpid();
    *pid = launch->report_fd < 0 ? -1 : fork();
    if (!*pid) {
        run_child(launch);
    }
    fd_close(&launch->report_fd);
    if (*pid < 0) {
        return err_errno(E_UNAVAILABLE, "fork");
    }
    return hear_child(launch->program, read_end, *pid);
}

struct err *
process_start(const struct process_spec *spec, pid_t *pid)
{
    AUTO(mem) mem = mem_new("process");
    AUTO_FD netns_fd = -1;
    struct launch launch = {.spec = spec, .report_fd = -1};

    TRY(find_program(mem, spec->argv[0], &launch.program));
    if (spec->netns) {
        netns_fd = open(spec->netns, O_RDONLY | O_CLOEXEC);
        if (netns_fd < 0) {
            return err_errno(E_UNAVAILABLE, "network namespace %s", spec->netns);
        }
    }
    launch.netns_fd = netns_fd;
    return fork_and_exec(&launch, pid);
}

/* A descriptor that gives 'input' and then ends; no pipe, so that a program
 * which does not read it cannot block or kill us. */
static struct err *
input_fd(const char *input, int *fd)
{
    *fd = memfd_create("input", MFD_CLOEXEC);
    if (*fd < 0) {
        return err_errno(E_UNAVAILABLE, "memfd");
    }
    TRY(fd_write_all(*fd, input, strlen(input)));
    if (lseek(*fd, 0, SEEK_SET) < 0) {
        return err_errno(E_UNAVAILABLE, "memfd");
    }
    return NULL;
}

/* Takes what the pipe holds now (no more than a pipe can hold: somebody may
 * write faster than we read); false when it ended. */
static bool
drain(int fd, struct buf *out)
{
    char piece[16384];
    ssize_t n = 1;

    for (int i = 0; i < 64 && n > 0; i++) {
        n = read(fd, piece, sizeof piece);
        if (n > 0) {
            size_t room = out->max - out->len;

            buf_add(out, piece, (size_t)n > room ? room : (size_t)n);
        }
    }
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Collects output until the process has ended; false where time is over. */
static bool
collect(int pidfd, int fd, int64_t deadline_ns, struct buf *out)
{
    struct pollfd fds[2] = {{.fd = pidfd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};

    for (;;) {
        int64_t left_ms = (deadline_ns - time_mono_ns() + 999999) / 1000000;

        if (left_ms <= 0) {
            return false;
        }
        if (poll(fds, 2, left_ms > 60000 ? 60000 : (int)left_ms) < 0 && errno != EINTR) {
            return false;
        }
        if (fds[1].fd >= 0 && !drain(fd, out)) {
            fds[1].fd = -1;
        }
        if (fds[0].revents) {
            drain(fd, out);
            return true;
        }
    }
}

/* The last line of output that is not empty. */
static const char *
last_line(struct mem *mem, const char *output)
{
    size_t end = strlen(output), start;

    while (end && strchr(" \r\n", output[end - 1])) {
        end--;
    }
    start = end;
    while (start && output[start - 1] != '\n') {
        start--;
    }
    return mem_strn(mem, output + start, end - start);
}

/* Says how the process ended where that is not well. */
static struct err *
judge(struct mem *mem, const char *name, int status, const char *output)
{
    const char *line = last_line(mem, output);

    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return NULL;
    }
    if (WIFSIGNALED(status)) {
        return err_new(E_INTERNAL, NULL, "%s was killed by signal %d: %s", name, WTERMSIG(status),
                       line);
    }
    return err_new(E_INTERNAL, NULL, "%s ended with status %d: %s", name, WEXITSTATUS(status),
                   line);
}

/* Waits for 'pid', whose output comes from 'fd'. */
static struct err *
attend(const char *name, pid_t pid, int fd, int timeout_ms, struct buf *out, int *status)
{
    AUTO_FD pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    bool ended = false;

    if (pidfd >= 0) {
        ended = collect(pidfd, fd, time_mono_ns() + (int64_t)timeout_ms * 1000000, out);
    }
    if (!ended) {
        kill(pid, SIGKILL);
    }
    while (waitpid(pid, status, 0) < 0 && errno == EINTR) {
    }
    if (!ended) {
        return err_new(E_UNAVAILABLE, NULL, "%s did not end within %d ms", name, timeout_ms);
    }
    return NULL;
}

struct err *
process_run(struct mem *mem, const struct process_spec *spec, const char *input, int timeout_ms,
            const char **output)
{
    struct process_spec run = *spec;
    AUTO_BUF out = {.max = OUTPUT_MAX};
    AUTO_FD in_fd = -1;
    AUTO_FD read_end = -1;
    AUTO_FD write_end = -1;
    int fds[2], status = 0;
    const char *text;
    pid_t pid;

    run.stdin_fd = -1;
    if (input) {
        TRY(input_fd(input, &in_fd));
        run.stdin_fd = in_fd;
    }
    if (pipe2(fds, O_CLOEXEC)) {
        return err_errno(E_UNAVAILABLE, "pipe");
    }
    read_end = fds[0];
    write_end = fds[1];
    fcntl(read_end, F_SETFL, O_NONBLOCK);
    run.stdout_fd = run.stderr_fd = write_end;
    TRY(process_start(&run, &pid));
    fd_close(&write_end);
    TRY(attend(spec->argv[0], pid, read_end, timeout_ms, &out, &status));
    text = buf_copy(mem, &out);
    if (output) {
        *output = text;
    }
    return judge(mem, spec->argv[0], status, text);
}

const char *const *
process_argv(struct mem *mem, ...)
{
    VEC(const char *) argv = {0};
    const char *arg;
    va_list args;

    va_start(args, mem);
    while ((arg = va_arg(args, const char *))) {
        vec_add(mem, &argv, arg);
    }
    va_end(args);
    vec_add(mem, &argv, (const char *)NULL);
    return argv.items;
}
