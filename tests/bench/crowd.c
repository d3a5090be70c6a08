/* Many network services at once, at sites in memory that are slow and fail: how fast they come to an
 * end, and that it is one: COMPLETED, or rolled back with nothing left.
 *
 * usage: bench_crowd CARRICK PACKAGES [SERVICES]
 *        PACKAGES: folder with firewall.csar, inspector.csar, web.csar and five.csar, the service of
 *        five VNFs; SERVICES: 100 where it is not said */
#include "flow/fake_site.h"
#include "onboard.h"
#include "served.h"

#include "base/str.h"
#include "base/time.h"
#include "base/vec.h"

#include <openssl/evp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#define N_SITES 2
#define N_VNFS 5
#define SERVICES_MAX 1000
#define SLOW_MS 20
#define LATE_MS 400
#define END_S 300
#define NSD_ID "5d1cb0c0-8a43-4d2c-9d3e-6c1f0e0a0020"
#define OCCURRENCES "/nslcm/v2/ns_lcm_op_occs"

static struct fake_control control[N_SITES];
static struct fake_site *sites[N_SITES];
/* What one round is about; 'op' is the instantiation, then the termination. */
static struct service {
    char id[40], op[40];
    bool was_retried;
} services[SERVICES_MAX];
static int n_services = 100;

struct outcome {
    double seconds, cpu_s;
    int completed, rolled_back, retries, rollbacks;
    int effects, faults, left, doubles;
};

/* ---- sites ---------------------------------------------------------------------------------- */

static const char *
sha512_of(struct mem *mem, const void *data, size_t n)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    AUTO_BUF text = BUF_INIT;

    if (EVP_Digest(data, n, digest, &size, EVP_sha512(), NULL) != 1) {
        return "";
    }
    for (unsigned int i = 0; i < size; i++) {
        buf_printf(&text, "%02x", digest[i]);
    }
    return buf_copy(mem, &text);
}

static void
sites_make(void)
{
    AUTO(mem) mem = mem_new("sites");

    for (int i = 0; i < N_SITES; i++) {
        control[i].hash = sha512_of;
        control[i].slow_ms = SLOW_MS;
        control[i].late_ms = LATE_MS;
        control[i].boot_looks = 3;
        served_must(fake_site_new(&control[i], &sites[i]), "site");
        (void)served_ask(mem, "POST", "/carrick/v1/sites",
                         mem_printf(mem,
                                    "{\"name\":\"site%d\",\"auth_url\":\"http://127.0.0.1:%d/v3\","
                                    "\"username\":\"u\",\"password\":\"p\",\"project_name\":\"p\"}",
                                    i, control[i].port),
                         201);
    }
}

static int
sum_of(int (*of)(const struct fake_control *c))
{
    int sum = 0;

    for (int i = 0; i < N_SITES; i++) {
        sum += of(&control[i]);
    }
    return sum;
}

static int
effects_of(const struct fake_control *c)
{
    return c->n_effects;
}

static int
left_of(const struct fake_control *c)
{
    return c->n_live;
}

static int
doubles_of(const struct fake_control *c)
{
    return c->n_doubles;
}

static int
pending_of(const struct fake_control *c)
{
    return c->pending;
}

/* Looking takes the same processors; an orchestrator that has ended is not waited for. */
static void
pause_ms(int ms)
{
    struct pollfd gone = {.fd = served.pidfd, .events = POLLIN};

    served_must(poll(&gone, 1, ms) > 0 ? err_new(E_UNAVAILABLE, NULL, "it has ended") : NULL,
                "orchestrator");
}

/* ---- operations ------------------------------------------------------------------------------ */

static void
services_create(void)
{
    AUTO(mem) mem = mem_new("create");

    for (int i = 0; i < n_services; i++) {
        const char *body = mem_printf(
            mem, "{\"nsdId\":\"" NSD_ID "\",\"nsName\":\"ns-%d\",\"nsDescription\":\"bench\"}", i);

        services[i].was_retried = false;
        served_copy_id(services[i].id, served_ask(mem, "POST", "/nslcm/v2/ns_instances", body, 201),
                       "id");
    }
}

/* 'verb' of all; what each has begun is found by its instance. */
static void
all_begin(const char *verb, const char *body, const char *operation)
{
    AUTO(mem) mem = mem_new("begin");

    for (int i = 0; i < n_services; i++) {
        const struct json *found;

        (void)served_ask(mem, "POST",
                         mem_printf(mem, "/nslcm/v2/ns_instances/%s/%s", services[i].id, verb), body,
                         202);
        found = served_ask(mem, "GET",
                           mem_printf(mem, OCCURRENCES "?filter=(eq,nsInstanceId,%s);(eq,"
                                                       "lcmOperationType,%s)",
                                      services[i].id, operation),
                           NULL, 200);
        served_must(found && found->n == 1 ? NULL : err_new(E_REMOTE, NULL, "no operation"), verb);
        served_copy_id(services[i].op, found->items[0], "id");
    }
}

static const struct json *
in_state(struct mem *mem, const char *states)
{
    return served_ask(mem, "GET",
                      mem_printf(mem, OCCURRENCES "?exclude_default&filter=(in,operationState,%s)",
                                 states),
                      NULL, 200);
}

static struct service *
service_of(const char *op)
{
    for (int i = 0; i < n_services; i++) {
        if (str_eq(services[i].op, op)) {
            return &services[i];
        }
    }
    return NULL;
}

/* What an operator would do: try once again, then take it back. */
static void
failed_drive(struct mem *mem, const char *op, bool may_roll_back, struct outcome *outcome)
{
    struct service *service = service_of(op);
    bool retry;

    if (!service) {
        return;
    }
    retry = !service->was_retried || !may_roll_back;
    service->was_retried = true;
    *(retry ? &outcome->retries : &outcome->rollbacks) += 1;
    (void)served_ask(mem, "POST",
                     mem_printf(mem, OCCURRENCES "/%s/%s", op, retry ? "retry" : "rollback"), "{}",
                     202);
}

/* Drives those that have failed; are all at an end? */
static bool
all_look(bool may_roll_back, struct outcome *outcome)
{
    AUTO(mem) mem = mem_new("look");
    const struct json *failed = in_state(mem, "FAILED_TEMP");
    bool none = failed->n == 0;

    for (size_t i = 0; i < failed->n; i++) {
        failed_drive(mem, str_or(json_get_str(failed->items[i], "id"), ""), may_roll_back, outcome);
    }
    return none && in_state(mem, "STARTING,PROCESSING,ROLLING_BACK")->n == 0 &&
           in_state(mem, "FAILED_TEMP")->n == 0;
}

static void
all_end(const char *what, bool may_roll_back, struct outcome *outcome)
{
    AUTO(mem) mem = mem_new("end");
    int64_t end = time_mono_ns() + END_S * INT64_C(1000000000);

    while (!all_look(may_roll_back, outcome)) {
        served_must(time_mono_ns() > end ? err_new(E_UNAVAILABLE, NULL, "not all have an end") : NULL,
                    what);
        pause_ms(100);
    }
    for (int i = 0; i < n_services; i++) {
        const struct json *op =
            served_ask(mem, "GET", mem_printf(mem, OCCURRENCES "/%s", services[i].op), NULL, 200);

        if (str_eq(json_get_str(op, "operationState"), "COMPLETED")) {
            outcome->completed++;
        } else {
            outcome->rolled_back++;
        }
    }
}

/* ---- rounds ----------------------------------------------------------------------------------- */

static void
outcome_print(const char *what, const char *state, const struct outcome *o)
{
    (void)printf("| %s | %s | %d | %.1f | %.1f | %.1f | %.1f | %d | %d | %d | %d | %d | %d |\n", what,
                 state, n_services, o->seconds, n_services / o->seconds,
                 n_services * N_VNFS / o->seconds, o->cpu_s,
                 o->faults, o->retries, o->completed, o->rolled_back, o->left, o->doubles);
}

/* Instantiates all at once and terminates them; every so manyth effect fails ('every' 0: none). */
static void
crowd_round(const char *what, int every)
{
    AUTO(mem) mem = mem_new("round");
    struct outcome up = {0}, down = {0};
    int before = sum_of(effects_of);
    int64_t began;
    double cpu;

    for (int i = 0; i < N_SITES; i++) {
        control[i].fault_every = every;
    }
    services_create();
    cpu = served_cpu();
    began = time_mono_ns();
    all_begin("instantiate", "{\"nsFlavourId\":\"default\"}", "INSTANTIATE");
    all_end(what, true, &up);
    up.seconds = (double)(time_mono_ns() - began) / 1e9;
    up.cpu_s = served_cpu() - cpu;
    up.faults = every ? (sum_of(effects_of) - before) / every : 0;
    up.left = sum_of(left_of);
    up.doubles = sum_of(doubles_of);
    outcome_print(what, "instantiate", &up);

    /* The rolled back have nothing to terminate. */
    for (int i = 0; i < n_services;) {
        const char *path = mem_printf(mem, "/nslcm/v2/ns_instances/%s", services[i].id);

        if (str_eq(json_get_str(served_ask(mem, "GET", path, NULL, 200), "nsState"),
                   "INSTANTIATED")) {
            i++;
            continue;
        }
        (void)served_ask(mem, "DELETE", path, NULL, 204);
        services[i] = services[--n_services];
    }
    before = sum_of(effects_of);
    cpu = served_cpu();
    began = time_mono_ns();
    all_begin("terminate", "{}", "TERMINATE");
    all_end(what, false, &down);
    down.seconds = (double)(time_mono_ns() - began) / 1e9;
    down.cpu_s = served_cpu() - cpu;
    down.faults = every ? (sum_of(effects_of) - before) / every : 0;
    while (sum_of(pending_of)) {
        pause_ms(20);
    }
    down.left = sum_of(left_of);
    down.doubles = sum_of(doubles_of);
    outcome_print(what, "terminate", &down);
    served_must(down.left ? err_new(E_INTERNAL, NULL, "%d objects are left", down.left) : NULL, what);
}

int
main(int argc, char **argv)
{
    static const char *const names[] = {"firewall", "inspector", "web"};
    int wanted = argc > 3 ? atoi(argv[3]) : n_services;

    if (argc < 3 || wanted < 1 || wanted > SERVICES_MAX) {
        (void)fprintf(stderr, "usage: bench_crowd CARRICK PACKAGES [SERVICES]\n");
        return 2;
    }
    served_open(argv[1], "orchestrator", NULL);
    (void)served_start();
    served_log_in();
    sites_make();
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        onboard_package(argv[2], names[i]);
    }
    onboard_service(argv[2], "five");
    (void)printf("%d sites in memory, each answer after %d ms; services of %d VNFs and a chain, all begun at "
                 "once. An operation that fails is tried once again, then rolled back.\n\n"
                 "| sites | operation | services | seconds | NS/s | VNF/s | CPU s | faults | retries | completed "
                 "| rolled back | objects there | doubles |\n"
                 "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n",
                 N_SITES, SLOW_MS, N_VNFS);
    for (int i = 0; i < 3; i++) {
        static const struct {
            const char *what;
            int every;
        } rounds[] = {{"sound", 0}, {"every 200th effect fails", 200}, {"every 50th effect fails", 50}};

        n_services = wanted;
        crowd_round(rounds[i].what, rounds[i].every);
    }
    (void)printf("\nThe orchestrator holds %.0f MiB then.\n", served_rss_mb());
    for (int i = 0; i < N_SITES; i++) {
        fake_site_free(sites[i]);
    }
    served_close();
    return 0;
}
