/* What a client of a site gets: a real `carrick site` on disk, asked over HTTP
 * on the loopback.  The generator runs on the same processors; the CPU time of
 * the site alone stands beside every rate.
 *
 * Every operation runs once in each round, so that what disturbs the machine for a
 * while disturbs all of them; the first round warms up and does not count.
 *
 * usage: bench_api CARRICK [SCALE]      SCALE: 1 = everything (default), 10 = a tenth */
#include "load.h"

#include "base/json.h"
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

#define BULK 100
#define ROUNDS 7
#define PORTS_BEFORE 5000

static struct site {
    const char *program;
    char dir[64];
    uint16_t port;
    pid_t pid;
    int pidfd;
    char *token;
    char password[64];
    char project[40], network[40], port_id[40];
    int64_t scale;
} site;

static void
must(struct err *e, const char *what)
{
    if (e) {
        (void)fprintf(stderr, "bench: %s: %s\n", what, e->message);
        if (site.pid) {
            (void)kill(site.pid, SIGKILL);
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

/* The answer's JSON in 'mem'. */
static const struct json *
ask(struct mem *mem, const char *method, const char *path, const char *body, int expect)
{
    struct one one = {method, path, site.token, body};
    struct load load = {.port = site.port,
                        .clients = 1,
                        .requests = 1,
                        .expect = expect,
                        .make = make_one,
                        .arg = &one};
    const struct json *json = NULL;

    must(load_run(&load), path);
    if (load.bad) {
        must(err_new(E_REMOTE, NULL, "%s", load.last), path);
    }
    if (load.last[0]) {
        must(json_parse(mem, load.last, strlen(load.last), &json), path);
    }
    if (load.token) {
        free(site.token);
        site.token = heap_str(load.token);
    }
    load_done(&load);
    return json;
}

/* ---- the site ------------------------------------------------------------------------- */

static void
exec_site(void)
{
    char listen[64], state[80], agent[80];
    int log = open("/dev/null", O_WRONLY);

    (void)snprintf(listen, sizeof listen, "127.0.0.1:%u", site.port);
    (void)snprintf(state, sizeof state, "%s/site", site.dir);
    (void)snprintf(agent, sizeof agent, "%s/agent.sock", site.dir);
    (void)dup2(log, STDOUT_FILENO);
    (void)dup2(log, STDERR_FILENO);
    (void)execl(site.program, site.program, "site", "--state", state, "--name", "bench",
                "--listen", listen, "--agent", agent, "--log-level", "warn", (char *)NULL);
    _exit(127);
}

static bool
answers(void)
{
    struct one one = {"GET", "/identity/v3", NULL, NULL};
    struct load load = {.port = site.port,
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

/* Milliseconds from exec to the first answer. */
static double
start_site(void)
{
    int64_t began = time_mono_ns();

    site.pid = fork();
    if (site.pid == 0) {
        exec_site();
    }
    site.pidfd = (int)syscall(SYS_pidfd_open, site.pid, 0);
    while (!answers()) {
        if (waitpid(site.pid, NULL, WNOHANG) != 0 || time_mono_ns() - began > INT64_C(20000000000)) {
            must(err_new(E_UNAVAILABLE, NULL, "the site does not start"), "start");
        }
        (void)poll(&(struct pollfd){.fd = site.pidfd, .events = POLLIN}, 1, 1);
    }
    return (double)(time_mono_ns() - began) / 1e6;
}

static void
stop_site(int signo)
{
    (void)kill(site.pid, signo);
    (void)waitpid(site.pid, NULL, 0);
    (void)close(site.pidfd);
}

static void
read_proc(const char *name, char *out, size_t size)
{
    char path[64];
    int fd;
    ssize_t n;

    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)site.pid, name);
    fd = open(path, O_RDONLY);
    n = fd < 0 ? 0 : read(fd, out, size - 1);
    out[n > 0 ? n : 0] = '\0';
    if (fd >= 0) {
        (void)close(fd);
    }
}

/* User and system time of the site so far, seconds. */
static double
site_cpu(void)
{
    struct timespec now = {0};
    clockid_t clock;

    if (clock_getcpuclockid(site.pid, &clock) || clock_gettime(clock, &now)) {
        must(err_new(E_UNAVAILABLE, NULL, "no clock of the site"), "CPU time");
    }
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double
site_rss_mb(void)
{
    char text[8192];
    const char *at;

    read_proc("status", text, sizeof text);
    at = strstr(text, "VmRSS:");
    return at ? atof(at + 6) / 1024 : 0;
}

static void
copy_id(char out[40], const struct json *json, const char *path)
{
    const char *id = json_str(json_path(json, path));

    must(id ? NULL : err_new(E_REMOTE, NULL, "no %s", path), "an id");
    (void)snprintf(out, 40, "%s", id);
}

static void
log_in(void)
{
    AUTO(mem) mem = mem_new("login");
    char path[96], *text;
    size_t n;
    const struct json *json;

    (void)snprintf(path, sizeof path, "%s/site/admin.password", site.dir);
    must(file_read(mem, path, 60, &text, &n), "password");
    (void)snprintf(site.password, sizeof site.password, "%.*s", (int)strcspn(text, "\n"), text);
    json = ask(mem, "POST", "/identity/v3/auth/tokens",
               mem_printf(mem,
                          "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":"
                          "{\"user\":{\"name\":\"admin\",\"domain\":{\"id\":\"default\"},"
                          "\"password\":\"%s\"}}}}}",
                          site.password),
               201);
    copy_id(site.project, json, "token.project.id");
}

static void
prepare(void)
{
    AUTO(mem) mem = mem_new("prepare");

    (void)ask(mem, "PUT", mem_printf(mem, "/network/v2.0/quotas/%s", site.project),
              "{\"quota\":{\"port\":-1}}", 200);
    copy_id(site.network,
            ask(mem, "POST", "/network/v2.0/networks", "{\"network\":{\"name\":\"bench\"}}", 201),
            "network.id");
    (void)ask(mem, "POST", "/network/v2.0/subnets",
              mem_printf(mem,
                         "{\"subnet\":{\"network_id\":\"%s\",\"ip_version\":4,\"cidr\":"
                         "\"10.0.0.0/12\",\"enable_dhcp\":false}}",
                         site.network),
              201);
}

/* ---- requests ------------------------------------------------------------------------------- */

static void
make_port(void *arg, int64_t n, struct buf *out)
{
    char body[160];

    (void)arg;
    (void)snprintf(body, sizeof body, "{\"port\":{\"network_id\":\"%s\",\"name\":\"p%lld\"}}",
                   site.network, (long long)n);
    load_request(out, "POST", "/network/v2.0/ports", site.token, body);
}

static void
make_bulk(void *arg, int64_t n, struct buf *out)
{
    AUTO_BUF body = BUF_INIT;

    (void)arg;
    buf_str(&body, "{\"ports\":[");
    for (int i = 0; i < BULK; i++) {
        buf_printf(&body, "%s{\"network_id\":\"%s\",\"name\":\"b%lld-%d\"}", i ? "," : "",
                   site.network, (long long)n, i);
    }
    buf_str(&body, "]}");
    load_request(out, "POST", "/network/v2.0/ports", site.token, body.data);
}

static void
make_get(void *arg, int64_t n, struct buf *out)
{
    (void)n;
    load_request(out, "GET", arg, site.token, NULL);
}

static void
make_show(void *arg, int64_t n, struct buf *out)
{
    char path[96];

    (void)arg;
    (void)n;
    (void)snprintf(path, sizeof path, "/network/v2.0/ports/%s", site.port_id);
    load_request(out, "GET", path, site.token, NULL);
}

static void
make_validate(void *arg, int64_t n, struct buf *out)
{
    (void)arg;
    (void)n;
    buf_printf(out,
               "GET /identity/v3/auth/tokens?nocatalog HTTP/1.1\r\nHost: bench\r\n"
               "X-Auth-Token: %s\r\nX-Subject-Token: %s\r\n\r\n",
               site.token, site.token);
}

static void
make_token(void *arg, int64_t n, struct buf *out)
{
    AUTO_BUF body = BUF_INIT;

    (void)arg;
    (void)n;
    buf_printf(&body,
               "{\"auth\":{\"identity\":{\"methods\":[\"token\"],\"token\":{\"id\":\"%s\"}},"
               "\"scope\":{\"project\":{\"id\":\"%s\"}}}}",
               site.token, site.project);
    load_request(out, "POST", "/identity/v3/auth/tokens?nocatalog", NULL, body.data);
}

static void
make_password(void *arg, int64_t n, struct buf *out)
{
    AUTO_BUF body = BUF_INIT;

    (void)arg;
    (void)n;
    buf_printf(&body,
               "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":"
               "{\"name\":\"admin\",\"domain\":{\"id\":\"default\"},\"password\":\"%s\"}}}}}",
               site.password);
    load_request(out, "POST", "/identity/v3/auth/tokens?nocatalog", NULL, body.data);
}

/* Enough ports for the lists, and one to show. */
static void
fill(void)
{
    AUTO(mem) mem = mem_new("fill");
    struct load load = {.port = site.port,
                        .clients = 2,
                        .requests = PORTS_BEFORE / BULK,
                        .expect = 201,
                        .make = make_bulk};
    const struct json *json;

    must(load_run(&load), "fill");
    must(load.bad ? err_new(E_REMOTE, NULL, "%.500s", load.last) : NULL, "fill");
    must(json_parse(mem, load.last, strlen(load.last), &json), "ports");
    copy_id(site.port_id, json_get(json, "ports")->items[0], "id");
    load_done(&load);
}

/* ---- rows of the table ---------------------------------------------------------------------- */

static struct row {
    const char *what;
    int clients;
    int64_t requests;   /* a round */
    int64_t each;       /* things a request makes */
    int expect;
    void (*make)(void *arg, int64_t n, struct buf *out);
    const char *path;
    /* Results. */
    double rates[ROUNDS], cpu_us[ROUNDS];
    double *ms;         /* of all requests that count */
    size_t n_ms;
    int64_t bytes;      /* of all their answers */
} rows[] = {
    {"port create, durable", 1, 150, 1, 201, make_port, NULL, {0}, {0}, NULL, 0, 0},
    {"port create, durable", 64, 2000, 1, 201, make_port, NULL, {0}, {0}, NULL, 0, 0},
    {"port create, bulk of 100", 4, 24, BULK, 201, make_bulk, NULL, {0}, {0}, NULL, 0, 0},
    {"list of 1 000 ports", 1, 5, 1, 200, make_get, "/network/v2.0/ports?limit=1000", {0}, {0},
     NULL, 0, 0},
    {"list of 5 000 ports", 1, 5, 1, 200, make_get, "/network/v2.0/ports?limit=5000", {0}, {0},
     NULL, 0, 0},
    {"list of 5 000 ports, fields=id", 1, 5, 1, 200, make_get,
     "/network/v2.0/ports?limit=5000&fields=id", {0}, {0}, NULL, 0, 0},
    {"ports by name, few hits", 1, 200, 1, 200, make_get, "/network/v2.0/ports?name=p7", {0}, {0},
     NULL, 0, 0},
    {"show a port", 1, 1000, 1, 200, make_show, NULL, {0}, {0}, NULL, 0, 0},
    {"show a port", 16, 5000, 1, 200, make_show, NULL, {0}, {0}, NULL, 0, 0},
    {"token by token", 16, 3000, 1, 201, make_token, NULL, {0}, {0}, NULL, 0, 0},
    {"validate a token", 16, 8000, 1, 200, make_validate, NULL, {0}, {0}, NULL, 0, 0},
    {"token by password (bcrypt 12)", 4, 8, 1, 201, make_password, NULL, {0}, {0}, NULL, 0, 0},
    {"version document (no token)", 16, 8000, 1, 200, make_get, "/identity/v3", {0}, {0}, NULL, 0,
     0},
};

/* Every client sends at least one request, whatever the scale. */
static int64_t
requests_of(const struct row *row)
{
    int64_t n = row->requests / site.scale;

    return n < row->clients ? row->clients : n;
}

static void
row_count(struct row *row, const struct load *load, double cpu, int round)
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
row_run(struct row *row, int round)
{
    struct load load = {.port = site.port,
                        .clients = row->clients,
                        .requests = requests_of(row),
                        .expect = row->expect,
                        .make = row->make,
                        .arg = (void *)(uintptr_t)row->path};
    double before = site_cpu();

    must(load_run(&load), row->what);
    if (load.bad) {
        must(err_new(E_REMOTE, NULL, "%lld bad answers, the last: %.500s", (long long)load.bad,
                     load.last),
             row->what);
    }
    if (round >= 0) {
        row_count(row, &load, site_cpu() - before, round);
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
row_print(struct row *row)
{
    qsort(row->rates, ROUNDS, sizeof(double), compare);
    qsort(row->cpu_us, ROUNDS, sizeof(double), compare);
    qsort(row->ms, row->n_ms, sizeof(double), compare);
    (void)printf("| %s | %d | %.0f (%.0f-%.0f) | %.2f | %.2f | %.0f (%.0f-%.0f) | %lld |\n",
                 row->what, row->clients, row->rates[ROUNDS / 2], row->rates[0],
                 row->rates[ROUNDS - 1], row->ms[row->n_ms / 2], row->ms[row->n_ms * 99 / 100],
                 row->cpu_us[ROUNDS / 2], row->cpu_us[0], row->cpu_us[ROUNDS - 1],
                 (long long)row->bytes / (long long)row->n_ms);
    free(row->ms);
}

static void
bench_rows(void)
{
    for (int round = -1; round < ROUNDS; round++) {
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
            row_run(&rows[i], round);
        }
    }
    (void)printf("Median of %d interleaved rounds (lowest-highest); p50 and p99 of all their "
                 "requests; bytes of an answer's body.\n\n"
                 "| operation | clients | per second | p50 ms | p99 ms | site CPU us each | bytes "
                 "|\n|---|---|---|---|---|---|---|\n", ROUNDS);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        row_print(&rows[i]);
    }
    (void)fflush(stdout);
}

static void
bench_restart(double rss)
{
    double ms[ROUNDS], fresh;

    for (int i = 0; i < ROUNDS; i++) {
        stop_site(i % 2 ? SIGKILL : SIGTERM);
        ms[i] = start_site();
    }
    fresh = site_rss_mb();
    qsort(ms, ROUNDS, sizeof *ms, compare);
    (void)printf("\n| site process | |\n|---|---|\n"
                 "| restart to first answer, ms: median of %d (min-max) | %.0f (%.0f-%.0f) |\n"
                 "| RSS after the load above, MiB | %.1f |\n"
                 "| RSS after a restart, MiB | %.1f |\n",
                 ROUNDS, ms[ROUNDS / 2], ms[0], ms[ROUNDS - 1], rss, fresh);
}

int
main(int argc, char **argv)
{
    double first, rss;

    if (argc < 2) {
        (void)fprintf(stderr, "usage: bench_api CARRICK [SCALE]\n");
        return 2;
    }
    site.program = argv[1];
    site.scale = argc > 2 && atoi(argv[2]) > 0 ? atoi(argv[2]) : 1;
    site.port = (uint16_t)(20000 + getpid() % 20000);
    (void)snprintf(site.dir, sizeof site.dir, "%s", "/tmp/bench-api-XXXXXX");
    if (!mkdtemp(site.dir)) {
        return 1;
    }
    first = start_site();
    log_in();
    prepare();
    fill();
    bench_rows();
    rss = site_rss_mb();
    bench_restart(rss);
    (void)printf("| first start (keys, password, tables) to first answer, ms | %.0f |\n", first);
    stop_site(SIGTERM);
    must(dir_remove(site.dir), "clean up");
    free(site.token);
    return 0;
}
