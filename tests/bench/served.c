/* Starting, asking, counting: what benches of a served role share. */
#include "served.h"

#include "base/time.h"
#include "base/vec.h"
#include "sys/file.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ARGS_MAX 16
#define START_NS INT64_C(20000000000)

struct served served;

void
served_must(struct err *e, const char *what)
{
    if (e) {
        (void)fprintf(stderr, "bench: %s: %s\n", what, e->message);
        if (served.pid) {
            (void)kill(served.pid, SIGKILL);
        }
        exit(1);
    }
}

/* ---- one request -------------------------------------------------------------------- */

struct one {
    const char *method, *path, *token, *body;
};

static void
make_one(void *arg, int64_t n, struct buf *out)
{
    const struct one *one = arg;

    (void)n;
    load_request(out, one->method, one->path, one->token, one->body);
}

const struct json *
served_ask(struct mem *mem, const char *method, const char *path, const char *body, int expect)
{
    struct one one = {method, path, served.token, body};
    struct load load = {.port = served.port,
                        .clients = 1,
                        .requests = 1,
                        .expect = expect,
                        .make = make_one,
                        .arg = &one};
    const struct json *json = NULL;

    served_load(&load, path);
    if (load.last[0]) {
        served_must(json_parse(mem, load.last, strlen(load.last), &json), path);
    }
    if (load.token) {
        free(served.token);
        served.token = heap_str(load.token);
    }
    load_done(&load);
    return json;
}

void
served_load(struct load *load, const char *what)
{
    served_must(load_run(load), what);
    if (load->bad) {
        served_must(err_new(E_REMOTE, NULL, "%lld bad answers, the last: %.500s",
                            (long long)load->bad, load->last),
                    what);
    }
}

/* ---- the process -------------------------------------------------------------------- */

static void
exec_served(void)
{
    AUTO(mem) mem = mem_new("exec");
    const char *argv[ARGS_MAX] = {served.program, served.role, "--state",
                                  mem_printf(mem, "%s/state", served.dir), "--listen",
                                  mem_printf(mem, "127.0.0.1:%u", served.port), "--log-level",
                                  "warn"};
    int log = open("/dev/null", O_WRONLY), n = 8;

    for (size_t i = 0; i < ARRAY_SIZE(served.args) && served.args[i]; i++) {
        const char *arg = served.args[i];

        argv[n++] = str_starts(arg, "{dir}") ? mem_printf(mem, "%s%s", served.dir, arg + 5) : arg;
    }
    (void)dup2(log, STDOUT_FILENO);
    (void)dup2(log, STDERR_FILENO);
    (void)execv(served.program, (char *const *)(uintptr_t)argv);
    _exit(127);
}

static bool
answers(void)
{
    struct one one = {"GET", "/identity/v3", NULL, NULL};
    struct load load = {.port = served.port,
                        .clients = 1,
                        .requests = 1,
                        .expect = 200,
                        .make = make_one,
                        .arg = &one};
    struct err *e = load_run(&load);
    bool good = !e && !load.bad;

    err_ignore(e, "asked again");
    load_done(&load);
    return good;
}

double
served_start(void)
{
    int64_t began = time_mono_ns();

    served.pid = fork();
    if (served.pid == 0) {
        exec_served();
    }
    served.pidfd = (int)syscall(SYS_pidfd_open, served.pid, 0);
    while (!answers()) {
        if (waitpid(served.pid, NULL, WNOHANG) != 0 || time_mono_ns() - began > START_NS) {
            served_must(err_new(E_UNAVAILABLE, NULL, "it does not start"), "start");
        }
        (void)poll(&(struct pollfd){.fd = served.pidfd, .events = POLLIN}, 1, 1);
    }
    return (double)(time_mono_ns() - began) / 1e6;
}

void
served_stop(int signo)
{
    (void)kill(served.pid, signo);
    (void)waitpid(served.pid, NULL, 0);
    (void)close(served.pidfd);
}

static void
read_proc(const char *name, char *out, size_t size)
{
    char path[64];
    int fd;
    ssize_t n;

    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)served.pid, name);
    fd = open(path, O_RDONLY);
    n = fd < 0 ? 0 : read(fd, out, size - 1);
    out[n > 0 ? n : 0] = '\0';
    if (fd >= 0) {
        (void)close(fd);
    }
}

double
served_cpu(void)
{
    struct timespec now = {0};
    clockid_t clock;

    if (clock_getcpuclockid(served.pid, &clock) || clock_gettime(clock, &now)) {
        served_must(err_new(E_UNAVAILABLE, NULL, "no clock of it"), "CPU time");
    }
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double
served_rss_mb(void)
{
    char text[8192];
    const char *at;

    read_proc("status", text, sizeof text);
    at = strstr(text, "VmRSS:");
    return at ? atof(at + 6) / 1024 : 0;
}

void
served_open(const char *program, const char *role, const char *const *args)
{
    served.program = program;
    served.role = role;
    for (size_t i = 0; args && args[i] && i + 1 < ARRAY_SIZE(served.args); i++) {
        served.args[i] = args[i];
    }
    served.port = (uint16_t)(20000 + getpid() % 20000);
    (void)snprintf(served.dir, sizeof served.dir, "/tmp/bench-%s-XXXXXX", role);
    if (!mkdtemp(served.dir)) {
        served_must(err_new(E_UNAVAILABLE, NULL, "no folder %s", served.dir), "open");
    }
}

void
served_close(void)
{
    served_stop(SIGTERM);
    served_must(dir_remove(served.dir), "clean up");
    free(served.token);
}

void
served_copy_id(char out[40], const struct json *json, const char *path)
{
    const char *id = json_str(json_path(json, path));

    served_must(id ? NULL : err_new(E_REMOTE, NULL, "no %s", path), "an id");
    (void)snprintf(out, 40, "%s", id);
}

void
served_log_in(void)
{
    AUTO(mem) mem = mem_new("login");
    char path[96], *text;
    size_t n;
    const struct json *json;

    (void)snprintf(path, sizeof path, "%s/state/admin.password", served.dir);
    served_must(file_read(mem, path, 60, &text, &n), "password");
    (void)snprintf(served.password, sizeof served.password, "%.*s", (int)strcspn(text, "\n"), text);
    json = served_ask(mem, "POST", "/identity/v3/auth/tokens",
               mem_printf(mem,
                          "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":"
                          "{\"user\":{\"name\":\"admin\",\"domain\":{\"id\":\"default\"},"
                          "\"password\":\"%s\"}}}}}",
                          served.password),
               201);
    served_copy_id(served.project, json, "token.project.id");
}

void
served_get(void *arg, int64_t n, struct buf *out)
{
    (void)n;
    load_request(out, "GET", arg, served.token, NULL);
}

/* ---- tables ------------------------------------------------------------------------- */

/* Every client sends at least one request, whatever the scale. */
static int64_t
requests_of(const struct served_row *row, int64_t scale)
{
    int64_t n = row->requests / scale;

    return n < row->clients ? row->clients : n;
}

static void
row_count(struct served_row *row, const struct load *load, double cpu, int round)
{
    double things = (double)(load->requests * row->each);

    row->rates[round] = things / load->seconds;
    row->cpu_us[round] = cpu * 1e6 / things;
    row->ms = heap_realloc(row->ms, (row->n_ms + (size_t)load->requests) * sizeof *row->ms);
    memcpy(row->ms + row->n_ms, load->ms, (size_t)load->requests * sizeof *row->ms);
    row->n_ms += (size_t)load->requests;
    row->bytes += load->bytes;
}

/* Runs one operation once; 'round' below 0 does not count. */
static void
row_run(struct served_row *row, int round, int64_t scale)
{
    struct load load = {.port = served.port,
                        .clients = row->clients,
                        .requests = requests_of(row, scale),
                        .expect = row->expect,
                        .make = row->make,
                        .arg = (void *)(uintptr_t)row->path};
    double before = served_cpu();

    served_load(&load, row->what);
    if (round >= 0) {
        row_count(row, &load, served_cpu() - before, round);
    }
    load_done(&load);
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static void
row_print(struct served_row *row)
{
    qsort(row->rates, SERVED_ROUNDS, sizeof(double), compare);
    qsort(row->cpu_us, SERVED_ROUNDS, sizeof(double), compare);
    qsort(row->ms, row->n_ms, sizeof(double), compare);
    (void)printf("| %s | %d | %.0f (%.0f-%.0f) | %.2f | %.2f | %.0f (%.0f-%.0f) | %lld |\n",
                 row->what, row->clients, row->rates[SERVED_ROUNDS / 2], row->rates[0],
                 row->rates[SERVED_ROUNDS - 1], row->ms[row->n_ms / 2],
                 row->ms[row->n_ms * 99 / 100], row->cpu_us[SERVED_ROUNDS / 2], row->cpu_us[0],
                 row->cpu_us[SERVED_ROUNDS - 1], (long long)row->bytes / (long long)row->n_ms);
    free(row->ms);
}

void
served_rows(struct served_row *rows, size_t n, int64_t scale)
{
    for (int round = -1; round < SERVED_ROUNDS; round++) {
        for (size_t i = 0; i < n; i++) {
            row_run(&rows[i], round, scale);
        }
    }
    (void)printf("Median of %d interleaved rounds (lowest-highest); p50 and p99 of all their "
                 "requests; bytes of an answer's body.\n\n"
                 "| operation | clients | per second | p50 ms | p99 ms | %s CPU us each | bytes "
                 "|\n|---|---|---|---|---|---|---|\n",
                 SERVED_ROUNDS, served.role);
    for (size_t i = 0; i < n; i++) {
        row_print(&rows[i]);
    }
    (void)fflush(stdout);
}

void
served_restarts(void)
{
    double ms[SERVED_ROUNDS], rss = served_rss_mb();

    for (int i = 0; i < SERVED_ROUNDS; i++) {
        served_stop(i % 2 ? SIGKILL : SIGTERM);
        ms[i] = served_start();
    }
    qsort(ms, SERVED_ROUNDS, sizeof *ms, compare);
    (void)printf("\n| %s process | |\n|---|---|\n"
                 "| restart to first answer, ms: median of %d (min-max) | %.0f (%.0f-%.0f) |\n"
                 "| RSS after the load above, MiB | %.1f |\n"
                 "| RSS after a restart, MiB | %.1f |\n",
                 served.role, SERVED_ROUNDS, ms[SERVED_ROUNDS / 2], ms[0], ms[SERVED_ROUNDS - 1],
                 rss, served_rss_mb());
}
