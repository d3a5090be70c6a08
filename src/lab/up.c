/* `carrick up` and `carrick down`: the lab as two commands. */
#include "lab/lab.h"

#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "bpf/abi.h"
#include "http/client.h"
#include "sys/file.h"
#include "sys/process.h"
#include "sys/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY_MS 180000 /* An emulated machine needs a minute. */
#define POLL_MS 50
#define REGISTER_MS 120000
#define DOWN_MS 60000

struct up {
    struct lab lab;
    struct mem *mem;
    struct loop *loop;
    struct supervisor *supervisor;
    struct http_client *client;
    struct loop_timer *timer;
    int64_t deadline_ns;
    int n_registered;     /* sites known to the orchestrator */
    int n_ready;          /* faces that have answered, in order: the sites, the orchestrator */
    int ready_fd;         /* where --detach waits for a byte, or -1 */
    bool failed;
};

struct options {
    const char *name, *dir;
    const char *flows;
    int number;
    bool detach;
};

/* The answer that is waited for next: each site's, then the orchestrator's. */
static const char *
next_url(const struct up *up)
{
    const char *base = up->n_ready < LAB_N_SITES ? up->lab.sites[up->n_ready].url : up->lab.url;

    return mem_printf(up->mem, "%s/identity/v3", base);
}

static void
up_fail(struct up *up, struct err *e)
{
    log_err(LOG_LV_ERROR, "lab", e, "up");
    up->failed = true;
    loop_stop(up->loop);
}

/* Both sites are known: the lab can be used. */
static void
up_ready(struct up *up)
{
    log_info("lab", "ready name=%s url=%s", up->lab.name, up->lab.url);
    loop_timer_disarm(up->timer);
    if (up->ready_fd >= 0) {
        err_ignore(fd_write_all(up->ready_fd, "r", 1), "whoever waited is gone");
        fd_close(&up->ready_fd);
    }
}

static void
registered(void *arg, pid_t pid, int status)
{
    struct up *up = arg;

    (void)pid;
    if (status) {
        up_fail(up, err_new(E_UNAVAILABLE, NULL, "a site cannot be registered: see above"));
    } else if (++up->n_registered == LAB_N_SITES) {
        up_ready(up);
    }
}

/* Registers a site at the orchestrator with the client, as a user would.  What it has to say
 * of a failure goes to our own log. */
static struct err *
site_register(struct up *up, const struct lab_site *site)
{
    struct mem *mem = up->mem;
    const char *env[] = {
        "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
        mem_printf(mem, "OS_CLIENT_CONFIG_FILE=%s/orchestrator/clouds.yaml", up->lab.dir),
        "OS_CLOUD=orchestrator",
        "CARRICK_NO_TOKEN_CACHE=1",
        NULL,
    };
    struct process_spec spec = {
        .argv = process_argv(mem, "/proc/self/exe", "site", "add", site->name, "--if-missing",
                             "--auth-url", mem_printf(mem, "%s/identity/v3", site->url),
                             "--credentials", mem_printf(mem, "%s/site/clouds.yaml", site->dir),
                             NULL),
        .env = env,
        .stdin_fd = -1,
        .stdout_fd = -1,
        .stderr_fd = 2,
        .die_with_parent = true,
    };
    pid_t pid;

    TRY_MSG(process_start(&spec, &pid), "register site %s", site->name);
    return loop_child(up->loop, pid, registered, up);
}

/* Everything answers: the sites become known to the orchestrator, at the same time, since each
 * takes two logins. */
static void
sites_register(struct up *up)
{
    up->deadline_ns = time_mono_ns() + REGISTER_MS * 1000000LL;
    loop_timer_arm(up->timer, REGISTER_MS);
    for (int i = 0; i < LAB_N_SITES; i++) {
        struct err *e = site_register(up, &up->lab.sites[i]);
        if (e) {
            up_fail(up, e);
            return;
        }
    }
}

static void
probe_done(void *arg, const struct http_answer *answer, struct err *e)
{
    struct up *up = arg;

    if (!e && answer->status == 200) {
        up->n_ready++;
    }
    if (up->n_ready > LAB_N_SITES) {
        sites_register(up);
    } else if (time_mono_ns() > up->deadline_ns) {
        up_fail(up, err_new(E_UNAVAILABLE, NULL, "no answer from %s within %d s; see %s/log",
                            next_url(up), READY_MS / 1000, up->lab.dir));
    } else {
        loop_timer_arm(up->timer, e || answer->status != 200 ? POLL_MS : 0);
    }
    err_ignore(e, "not listening yet: asked again");
}

static void
probe(void *arg)
{
    struct up *up = arg;

    if (up->n_ready > LAB_N_SITES) {
        up_fail(up, err_new(E_UNAVAILABLE, NULL, "the sites are not registered within %d s",
                            REGISTER_MS / 1000));
        return;
    }
    struct http_request request = {
        .method = "GET", .url = next_url(up), .body_fd = -1, .timeout_ms = 2000};

    (void)http_call(up->client, &request, probe_done, up);
}

static void
up_stop(void *arg)
{
    loop_stop(((struct up *)arg)->loop);
}

/* Held for the life of the process, so that two supervisors never look after the same lab. */
static struct err *
lab_lock(const struct lab *lab, int *fd)
{
    TRY(dir_make(lab->dir, 0755));
    TRY_MSG(supervisor_lock(mem_printf(lab->mem, "%s/up.pid", lab->dir), fd),
            "lab %s; if it is up already, `carrick down` ends it", lab->name);
    return NULL;
}

static struct err *
up_run(struct up *up)
{
    TRY(loop_new(&up->loop));
    TRY(loop_signal(up->loop, SIGTERM, up_stop, up));
    TRY(loop_signal(up->loop, SIGINT, up_stop, up));
    TRY(lab_wires_make(&up->lab));
    TRY(supervisor_new(up->loop, up->lab.dir, &up->supervisor));
    TRY(lab_roles_add(&up->lab, up->supervisor));
    TRY(supervisor_start(up->supervisor));
    TRY(http_client_new(up->loop, &(struct http_client_config){0}, &up->client));
    up->deadline_ns = time_mono_ns() + READY_MS * 1000000LL;
    up->timer = loop_timer_new(up->loop, probe, up);
    loop_timer_arm(up->timer, POLL_MS);
    return loop_run(up->loop);
}

static void
up_done(struct up *up)
{
    supervisor_free(up->supervisor);
    http_client_free(up->client);
    loop_timer_del(up->timer);
    loop_free(up->loop);
}

static int
up_foreground(struct up *up)
{
    int lock = -1;
    struct err *e = lab_lock(&up->lab, &lock);

    if (!e) {
        e = up_run(up);
        up_done(up);
    }
    if (e) {
        log_err(LOG_LV_ERROR, "lab", e, "up");
        return 1;
    }
    return up->failed ? 1 : 0;
}

/* The parent of --detach: waits for the byte that says ready. */
static int
up_wait(struct up *up, int fd, pid_t pid)
{
    char byte;
    ssize_t n;

    do {
        n = read(fd, &byte, 1);
    } while (n < 0 && errno == EINTR);
    if (n != 1) {
        (void)waitpid(pid, NULL, 0);
        fprintf(stderr, "carrick: the lab did not come up; see %s/log\n", up->lab.dir);
        return 1;
    }
    printf("orchestrator  %s\n", up->lab.url);
    for (int i = 0; i < LAB_N_SITES; i++) {
        printf("site %-8s %s\n", up->lab.sites[i].name, up->lab.sites[i].url);
    }
    return 0;
}

static int
up_detached(struct up *up)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC)) {
        perror("carrick: pipe");
        return 1;
    }
    pid_t pid = fork();
    if (pid < 0) {
        perror("carrick: fork");
        return 1;
    }
    if (pid > 0) {
        (void)close(fds[1]);
        return up_wait(up, fds[0], pid);
    }
    (void)close(fds[0]);
    up->ready_fd = fds[1];
    (void)setsid();
    const char *log = mem_printf(up->mem, "%s/log/lab.log", up->lab.dir);
    err_ignore(dir_make(up->lab.dir, 0755), "open says it");
    err_ignore(dir_make(mem_printf(up->mem, "%s/log", up->lab.dir), 0750), "open says it");
    int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (null_fd < 0 || log_fd < 0 || dup2(null_fd, 0) < 0 || dup2(log_fd, 1) < 0 ||
        dup2(log_fd, 2) < 0) {
        _exit(1);
    }
    exit(up_foreground(up));
}

static const char usage[] =
    "usage: carrick up [--name NAME] [--dir DIR] [--number N] [--flows N] [--detach]\n"
    "       carrick down [--name NAME] [--dir DIR] [--number N]\n"
    "\n"
    "A lab on this machine: an orchestrator and two sites, joined by a WAN link.\n"
    "  --name NAME    of the lab (default lab); a part of its namespaces' names\n"
    "  --dir DIR      where it keeps everything (default " LAB_DIR ")\n"
    "  --number N     0-199: its addresses are 198.18.N.0/24, its port 9890+N\n"
    "  --flows N      entries of a site's flow table when it is made: a power of two from\n"
    "                 " NUMBER_TEXT(DP_FLOWS_LEAST) " to " NUMBER_TEXT(DP_FLOWS_MOST) " (default "
    NUMBER_TEXT(DP_FLOWS_DEFAULT) "), of 160 bytes each\n"
    "  --detach       return when everything answers; the lab goes on\n";

/* As an agent takes it. */
static bool
flows_given(const char *text)
{
    int64_t n;

    return str_to_i64(text, &n) && n >= DP_FLOWS_LEAST && n <= DP_FLOWS_MOST &&
           !(n & (n - 1));
}

static int
options_parse(int argc, char **argv, struct options *options)
{
    static const struct option longs[] = {{"name", required_argument, NULL, 'n'},
                                          {"dir", required_argument, NULL, 'd'},
                                          {"number", required_argument, NULL, 'N'},
                                          {"flows", required_argument, NULL, 'f'},
                                          {"detach", no_argument, NULL, 'D'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    int64_t number = 0;
    int c;

    *options = (struct options){.name = "lab", .dir = LAB_DIR};
    while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        if (c == 'n') {
            options->name = optarg;
        } else if (c == 'd') {
            options->dir = optarg;
        } else if (c == 'f' && flows_given(optarg)) {
            options->flows = optarg;
        } else if (c == 'D') {
            options->detach = true;
        } else if (c != 'N' || !str_to_i64(optarg, &number) || number > 199 || number < 0) {
            fputs(usage, c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
    }
    options->number = (int)number;
    return -1;
}

/* Options and rights -> a described lab; an exit status where that is all. */
static int
lab_start(int argc, char **argv, struct up *up, struct options *options)
{
    int status = options_parse(argc, argv, options);

    if (status >= 0) {
        return status;
    }
    if (geteuid() != 0) {
        fputs("carrick: a lab makes network namespaces: run it as root\n", stderr);
        return 1;
    }
    log_init("lab", LOG_LV_INFO);
    struct err *e = lab_describe(up->mem, options->name, options->dir, options->number, &up->lab);
    if (e) {
        log_err(LOG_LV_ERROR, "lab", e, "options");
        return 2;
    }
    up->lab.flows = options->flows;
    return -1;
}

int
up_main(int argc, char **argv)
{
    AUTO(mem) mem = mem_new("lab");
    struct up up = {.mem = mem, .ready_fd = -1};
    struct options options;
    int status = lab_start(argc, argv, &up, &options);

    if (status >= 0) {
        return status;
    }
    return options.detach ? up_detached(&up) : up_foreground(&up);
}

/* Ends the supervisor named in up.pid, if it still holds the lock. */
static struct err *
supervisor_end(const struct lab *lab)
{
    const char *path = mem_printf(lab->mem, "%s/up.pid", lab->dir);
    AUTO_FD fd = open(path, O_RDWR | O_CLOEXEC);
    char text[32] = "";
    int64_t pid, end = time_mono_ns() + DOWN_MS * 1000000LL;

    if (fd < 0 || supervisor_lock_try(fd)) {
        return NULL; /* nobody looks after it */
    }
    ssize_t n = read(fd, text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    if (!str_to_i64(text, &pid) || pid < 2) {
        return err_new(E_INTERNAL, NULL, "%s does not hold a process id", path);
    }
    if (kill((pid_t)pid, SIGTERM) && errno != ESRCH) {
        return err_errno(E_UNAVAILABLE, "end process %d", (int)pid);
    }
    while (!supervisor_lock_try(fd)) {
        if (time_mono_ns() > end) {
            return err_new(E_UNAVAILABLE, NULL, "process %d does not end", (int)pid);
        }
        (void)usleep(20000);
    }
    return NULL;
}

/* Lets the agent's code take away the containers and mounts it made: what it
 * kept running through its own end must not outlive the lab. */
static struct err *
agents_purge(const struct lab *lab)
{
    struct err *all = NULL;

    for (int i = 0; i < LAB_N_SITES; i++) {
        const struct lab_site *site = &lab->sites[i];
        if (!file_exists(site->netns_path)) {
            continue;
        }
        struct process_spec spec = {
            .argv = process_argv(lab->mem, "/proc/self/exe", "agent", "--purge", "--state",
                                 mem_printf(lab->mem, "%s/agent", site->dir), "--bpffs",
                                 mem_printf(lab->mem, "%s/bpf", site->dir), NULL),
            .netns = site->netns_path,
            .stdin_fd = -1,
            .stdout_fd = -1,
            .stderr_fd = -1,
        };
        const char *output;
        all = err_join(all, err_wrap(process_run(lab->mem, &spec, NULL, DOWN_MS, &output),
                                     "purge site %s", site->name));
    }
    return all;
}

int
down_main(int argc, char **argv)
{
    AUTO(mem) mem = mem_new("lab");
    struct up up = {.mem = mem, .ready_fd = -1};
    struct options options;
    int status = lab_start(argc, argv, &up, &options);

    if (status >= 0) {
        return status;
    }
    struct err *e = supervisor_end(&up.lab);
    if (!e) {
        /* One after the other: agents are purged within the namespaces. */
        e = agents_purge(&up.lab);
        e = err_join(e, lab_wires_remove(&up.lab));
        e = err_join(e, file_exists(up.lab.dir) ? dir_remove(up.lab.dir) : NULL);
    }
    if (e) {
        fprintf(stderr, "carrick: %s\n", err_full(mem, e));
        err_free(e);
        return 1;
    }
    return 0;
}
