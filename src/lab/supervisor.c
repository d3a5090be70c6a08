/* On a machine with a manager of services that one does this; in a lab, and
 * where there is none, one loop and a list do. */
#include "lab/supervisor.h"

#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "base/vec.h"
#include "sys/file.h"
#include "sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESTART_MIN_MS 100
#define RESTART_MAX_MS 5000
#define STEADY_NS 10000000000LL /* ran so long: the next restart is quick again */
#define STOP_MS 5000
#define LINE_MAX_BYTES 8192 /* a longer line is cut in two */

struct child {
    struct supervisor *supervisor;
    struct supervisor_child what;
    pid_t pid;               /* 0 = not running */
    int64_t started_ns;
    int64_t delay_ms;        /* before the next restart */
    struct loop_timer *timer;
    int output;              /* its lines, or -1 */
    struct loop_fd *output_watch;
    struct buf line;         /* what came since the last end of a line */
};

struct supervisor {
    struct mem *mem;
    struct loop *loop;
    const char *dir;
    VEC(struct child *) children;
    bool stopping;
};

/* ---- output ------------------------------------------------------------------------------------- */

static void
line_print(struct child *child)
{
    AUTO_BUF out = BUF_INIT;

    buf_printf(&out, "%s: %.*s\n", child->what.name, (int)child->line.len, child->line.data);
    err_ignore(fd_write_all(STDERR_FILENO, out.data, out.len), "nowhere left to say so");
    buf_clear(&child->line);
}

static void
output_close(struct child *child)
{
    loop_fd_del(child->output_watch);
    child->output_watch = NULL;
    fd_close(&child->output);
    if (child->line.len) {
        line_print(child);
    }
}

static void
on_output(void *arg, uint32_t events)
{
    struct child *child = arg;
    char text[4096];
    ssize_t n = read(child->output, text, sizeof text);

    (void)events;
    for (ssize_t i = 0; i < n; i++) {
        if (text[i] != '\n') {
            buf_char(&child->line, text[i]);
        }
        if (text[i] == '\n' || child->line.len >= LINE_MAX_BYTES) {
            line_print(child);
        }
    }
    if (!n || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        output_close(child);
    }
}

/* Where a child writes: its log, or a pipe whose other end is watched. */
static struct err *
output_open(struct child *child, int *fd)
{
    struct supervisor *s = child->supervisor;
    int fds[2];

    if (s->dir) {
        const char *log = mem_printf(s->mem, "%s/log/%s.log", s->dir, child->what.name);

        *fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
        return *fd < 0 ? err_errno(E_UNAVAILABLE, "open %s", log) : NULL;
    }
    output_close(child);
    if (pipe2(fds, O_CLOEXEC)) {
        return err_errno(E_UNAVAILABLE, "pipe");
    }
    *fd = fds[1];
    child->output = fds[0];
    if (fcntl(child->output, F_SETFL, O_NONBLOCK)) {
        return err_errno(E_UNAVAILABLE, "pipe");
    }
    return loop_fd_add(s->loop, child->output, EPOLLIN, on_output, child, &child->output_watch);
}

/* ---- one child ---------------------------------------------------------------------------------- */

static const char *
pid_path(const struct child *child)
{
    return mem_printf(child->supervisor->mem, "%s/run/%s.pid", child->supervisor->dir,
                      child->what.name);
}

static struct err *child_start(struct child *child);

static void
child_restart(void *arg)
{
    struct child *child = arg;
    struct err *e = child_start(child);

    if (e) {
        log_err(LOG_LV_ERROR, "supervisor", e, child->what.name);
        loop_timer_arm(child->timer, RESTART_MAX_MS);
    }
}

static void
child_ended(void *arg, pid_t pid, int status)
{
    struct child *child = arg;
    bool steady = time_mono_ns() - child->started_ns > STEADY_NS;

    child->pid = 0;
    if (child->supervisor->dir) {
        (void)unlink(pid_path(child));
    }
    if (child->supervisor->stopping) {
        return;
    }
    child->delay_ms = steady ? RESTART_MIN_MS : child->delay_ms * 2;
    if (child->delay_ms > RESTART_MAX_MS) {
        child->delay_ms = RESTART_MAX_MS;
    }
    log_warn("supervisor", "process ended name=%s pid=%d %s=%d restart_ms=%d", child->what.name,
             (int)pid, WIFSIGNALED(status) ? "signal" : "status",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), (int)child->delay_ms);
    loop_timer_arm(child->timer, child->delay_ms);
}

/* The pid for scripts and people.  Where it cannot be written (a full disk) the child runs all the
 * same: to fail here would start a second one. */
static void
pid_tell(struct child *child)
{
    const char *text = mem_printf(child->supervisor->mem, "%d\n", (int)child->pid);
    struct err *e = NULL;

    if (child->supervisor->dir) {
        e = file_write(pid_path(child), text, strlen(text), 0644);
    } else {
        log_info("supervisor", "started name=%s pid=%d", child->what.name, (int)child->pid);
    }
    if (e) {
        log_err(LOG_LV_WARN, "supervisor", e, child->what.name);
    }
}

/* A child that cannot be watched is not left behind. */
static struct err *
child_watch(struct child *child)
{
    struct err *e = loop_child(child->supervisor->loop, child->pid, child_ended, child);

    if (e) {
        (void)kill(child->pid, SIGKILL);
        (void)waitpid(child->pid, NULL, 0);
        child->pid = 0;
    }
    return e;
}

static struct err *
child_start(struct child *child)
{
    AUTO_FD fd = -1;

    TRY(output_open(child, &fd));
    struct process_spec spec = {.argv = child->what.argv,
                                .stdin_fd = -1,
                                .stdout_fd = fd,
                                .stderr_fd = fd,
                                .uid = child->what.uid,
                                .gid = child->what.gid,
                                .netns = child->what.netns,
                                .new_session = true,
                                .die_with_parent = true};
    TRY(process_start(&spec, &child->pid));
    child->started_ns = time_mono_ns();
    pid_tell(child);
    return child_watch(child);
}

/* ---- all of them -------------------------------------------------------------------------------- */

static struct err *
dirs_make(const struct supervisor *s)
{
    TRY(dir_make(mem_printf(s->mem, "%s/run", s->dir), 0755));
    return dir_make(mem_printf(s->mem, "%s/log", s->dir), 0750);
}

struct err *
supervisor_new(struct loop *loop, const char *dir, struct supervisor **supervisor)
{
    struct supervisor *s = heap_alloc(sizeof *s);

    *supervisor = s;
    s->mem = mem_new("supervisor");
    s->loop = loop;
    s->dir = mem_str(s->mem, dir);
    return dir ? dirs_make(s) : NULL;
}

void
supervisor_add(struct supervisor *s, const struct supervisor_child *what)
{
    struct child *child = mem_alloc(s->mem, sizeof *child);

    *child = (struct child){.supervisor = s,
                            .what = *what,
                            .delay_ms = RESTART_MIN_MS,
                            .output = -1,
                            .line = BUF_INIT};
    child->timer = loop_timer_new(s->loop, child_restart, child);
    vec_add(s->mem, &s->children, child);
}

struct err *
supervisor_start(struct supervisor *s)
{
    for (size_t i = 0; i < s->children.n; i++) {
        TRY_MSG(child_start(s->children.items[i]), "start %s", s->children.items[i]->what.name);
    }
    return NULL;
}

void
supervisor_reload(struct supervisor *s)
{
    for (size_t i = 0; i < s->children.n; i++) {
        struct child *child = s->children.items[i];

        if (child->what.reloads && child->pid && kill(child->pid, SIGHUP)) {
            log_warn("supervisor", "name=%s is not told to read its options again: %s",
                     child->what.name, strerror(errno));
        }
    }
}

/* Sends 'signo' and turns the loop until it has ended or the time is over. */
static void
child_stop(struct child *child, int signo)
{
    int64_t end = time_mono_ns() + STOP_MS * 1000000LL;

    if (child->pid) {
        (void)kill(child->pid, signo);
    }
    while (child->pid && time_mono_ns() < end) {
        err_ignore(loop_turn(child->supervisor->loop, 100), "we are stopping anyway");
    }
}

void
supervisor_free(struct supervisor *s)
{
    if (!s) {
        return;
    }
    s->stopping = true;
    for (size_t i = s->children.n; i-- > 0;) {
        struct child *child = s->children.items[i];

        loop_timer_disarm(child->timer);
        child_stop(child, SIGTERM);
        child_stop(child, SIGKILL);
        if (!s->dir) {
            log_info("supervisor", "ended name=%s", child->what.name);
        }
    }
    for (size_t i = 0; i < s->children.n; i++) {
        struct child *child = s->children.items[i];

        output_close(child);
        buf_done(&child->line);
        loop_timer_del(child->timer);
    }
    mem_free(s->mem);
    free(s);
}

/* ---- the lock ----------------------------------------------------------------------------------- */

bool
supervisor_lock_try(int fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

struct err *
supervisor_lock(const char *path, int *fd)
{
    AUTO(mem) mem = mem_new("lock");
    const char *pid = mem_printf(mem, "%d\n", (int)getpid());

    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (*fd < 0) {
        return err_errno(E_UNAVAILABLE, "open %s", path);
    }
    if (!supervisor_lock_try(*fd)) {
        return err_new(E_CONFLICT, NULL, "another supervisor runs (%s)", path);
    }
    if (ftruncate(*fd, 0)) {
        return err_errno(E_UNAVAILABLE, "truncate %s", path);
    }
    return fd_write_all(*fd, pid, strlen(pid));
}
