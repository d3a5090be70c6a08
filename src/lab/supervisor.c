/* Runs the lab's processes: starts them in order, writes their output to log
 * files and their pids to run/, and starts again what ends.  On a real machine
 * the service manager does this; here one loop and a table do.  Where it is
 * killed they go with it: nobody would start them again, nor end them. */
#include "lab/lab.h"

#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "sys/file.h"
#include "sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESTART_MIN_MS 100
#define RESTART_MAX_MS 5000
#define STEADY_NS 10000000000LL /* ran so long: the next restart is quick again */
#define STOP_MS 5000

struct child {
    struct supervisor *supervisor;
    const char *name;        /* "agent-east": log and pid file */
    const char *const *argv;
    const char *netns;
    uid_t uid;
    pid_t pid;               /* 0 = not running */
    int64_t started_ns;
    int64_t delay_ms;        /* before the next restart */
    struct loop_timer *timer;
};

struct supervisor {
    struct mem *mem;
    struct loop *loop;
    const struct lab *lab;
    struct child children[3 * LAB_N_SITES + 1];
    size_t n;
    bool stopping;
};

static const char *
pid_path(const struct child *child)
{
    return mem_printf(child->supervisor->mem, "%s/run/%s.pid", child->supervisor->lab->dir,
                      child->name);
}

static struct err *child_start(struct child *child);

static void
child_restart(void *arg)
{
    struct child *child = arg;
    struct err *e = child_start(child);

    if (e) {
        log_err(LOG_LV_ERROR, "lab", e, child->name);
        loop_timer_arm(child->timer, RESTART_MAX_MS);
    }
}

static void
child_ended(void *arg, pid_t pid, int status)
{
    struct child *child = arg;
    bool steady = time_mono_ns() - child->started_ns > STEADY_NS;

    child->pid = 0;
    (void)unlink(pid_path(child));
    if (child->supervisor->stopping) {
        return;
    }
    child->delay_ms = steady ? RESTART_MIN_MS : child->delay_ms * 2;
    if (child->delay_ms > RESTART_MAX_MS) {
        child->delay_ms = RESTART_MAX_MS;
    }
    log_warn("lab", "process ended name=%s pid=%d %s=%d restart_ms=%d", child->name, (int)pid,
             WIFSIGNALED(status) ? "signal" : "status",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), (int)child->delay_ms);
    loop_timer_arm(child->timer, child->delay_ms);
}

/* The pid for scripts and people.  Where it cannot be written (a full disk) the child runs all the
 * same: to fail here would start a second one. */
static void
pid_tell(struct child *child)
{
    const char *text = mem_printf(child->supervisor->mem, "%d\n", (int)child->pid);
    struct err *e = file_write(pid_path(child), text, strlen(text), 0644);

    if (e) {
        log_err(LOG_LV_WARN, "lab", e, child->name);
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
    struct supervisor *s = child->supervisor;
    const char *log = mem_printf(s->mem, "%s/log/%s.log", s->lab->dir, child->name);
    AUTO_FD fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);

    if (fd < 0) {
        return err_errno(E_UNAVAILABLE, "open %s", log);
    }
    struct process_spec spec = {.argv = child->argv,
                                .stdin_fd = -1,
                                .stdout_fd = fd,
                                .stderr_fd = fd,
                                .uid = child->uid,
                                .gid = (gid_t)child->uid,
                                .netns = child->netns,
                                .new_session = true,
                                .die_with_parent = true};
    TRY(process_start(&spec, &child->pid));
    child->started_ns = time_mono_ns();
    pid_tell(child);
    return child_watch(child);
}

static void
child_add(struct supervisor *s, const char *role, const struct lab_site *site, uid_t uid,
          const char *const *argv)
{
    s->children[s->n++] = (struct child){
        .supervisor = s,
        .name = site ? mem_printf(s->mem, "%s-%s", role, site->name) : role,
        .argv = argv,
        .netns = site ? site->netns_path : NULL,
        .uid = uid,
        .delay_ms = RESTART_MIN_MS,
    };
}

static void
site_children(struct supervisor *s, const struct lab_site *site)
{
    struct mem *mem = s->mem;
    const char *socket = mem_printf(mem, "%s/agent.sock", site->dir);
    const char *state = mem_printf(mem, "%s/site", site->dir);
    const char *responder = mem_printf(mem, "%s/responder/socket", site->dir);

    child_add(s, "responder", site, site->responder_uid,
              process_argv(mem, "/proc/self/exe", "responder", "--listen", responder, NULL));
    child_add(s, "agent", site, 0,
              process_argv(mem, "/proc/self/exe", "agent", "--state",
                           mem_printf(mem, "%s/agent", site->dir), "--site-state", state,
                           "--socket", socket, "--site-uid", mem_printf(mem, "%u", site->uid),
                           "--bpffs", mem_printf(mem, "%s/bpf", site->dir), "--vtep", site->wan_ip,
                           "--site-id", site->name, "--host-id", site->name, "--responder",
                           responder, "--responder-uid",
                           mem_printf(mem, "%u", site->responder_uid),
                           s->lab->flows ? "--flows" : NULL, s->lab->flows, NULL));
    child_add(s, "site", site, site->uid,
              process_argv(mem, "/proc/self/exe", "site", "--state", state, "--name", site->name,
                           "--listen", site->url + strlen("http://"), "--agent", socket, "--vtep",
                           site->wan_ip, NULL));
}

/* A folder that is one user's alone. */
static struct err *
dir_make_for(const char *path, uid_t uid)
{
    TRY(dir_make(path, 0700));
    return chown(path, uid, (gid_t)uid) ? err_errno(E_UNAVAILABLE, "chown %s", path) : NULL;
}

static struct err *
dirs_make(const struct lab *lab)
{
    TRY(dir_make(mem_printf(lab->mem, "%s/run", lab->dir), 0755));
    TRY(dir_make(mem_printf(lab->mem, "%s/log", lab->dir), 0750));
    for (int i = 0; i < LAB_N_SITES; i++) {
        const struct lab_site *site = &lab->sites[i];

        TRY(dir_make_for(mem_printf(lab->mem, "%s/site", site->dir), site->uid));
        TRY(dir_make_for(mem_printf(lab->mem, "%s/responder", site->dir), site->responder_uid));
    }
    return dir_make_for(mem_printf(lab->mem, "%s/orchestrator", lab->dir), lab->uid);
}

struct err *
supervisor_new(struct loop *loop, const struct lab *lab, struct supervisor **supervisor)
{
    struct supervisor *s = heap_alloc(sizeof *s);

    *supervisor = s;
    s->mem = mem_new("supervisor");
    s->loop = loop;
    s->lab = lab;
    TRY(dirs_make(lab));
    for (int i = 0; i < LAB_N_SITES; i++) {
        site_children(s, &lab->sites[i]);
    }
    child_add(s, "orchestrator", NULL, lab->uid,
              process_argv(s->mem, "/proc/self/exe", "orchestrator", "--state",
                           mem_printf(s->mem, "%s/orchestrator", lab->dir), "--listen",
                           lab->url + strlen("http://"), NULL));
    for (size_t i = 0; i < s->n; i++) {
        s->children[i].timer = loop_timer_new(loop, child_restart, &s->children[i]);
        TRY(child_start(&s->children[i]));
    }
    return NULL;
}

static bool
any_running(const struct supervisor *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->children[i].pid) {
            return true;
        }
    }
    return false;
}

/* Sends 'signo' and turns the loop until all have ended or the time is over. */
static void
stop_all(struct supervisor *s, int signo)
{
    int64_t end = time_mono_ns() + STOP_MS * 1000000LL;

    for (size_t i = 0; i < s->n; i++) {
        if (s->children[i].pid) {
            (void)kill(s->children[i].pid, signo);
        }
    }
    while (any_running(s) && time_mono_ns() < end) {
        err_ignore(loop_turn(s->loop, 100), "we are stopping anyway");
    }
}

void
supervisor_free(struct supervisor *s)
{
    if (!s) {
        return;
    }
    s->stopping = true;
    stop_all(s, SIGTERM);
    stop_all(s, SIGKILL);
    for (size_t i = 0; i < s->n; i++) {
        loop_timer_del(s->children[i].timer);
    }
    mem_free(s->mem);
    free(s);
}
