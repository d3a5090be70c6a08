/* What clients of an orchestrator with many records get: instances of VNFs and of network services
 * that were created and not yet instantiated, looked at over HTTP on the loopback.
 * Then a backup of all of them while further ones are made.
 *
 * usage: bench_records CARRICK PACKAGES [SCALE]
 *        PACKAGES: folder with firewall.csar, inspector.csar, web.csar, web-through-firewall.csar
 *        SCALE: 1 = everything (default), 10 = a tenth */
#include "onboard.h"
#include "served.h"

#include "base/str.h"
#include "base/time.h"
#include "base/vec.h"
#include "sys/file.h"
#include "sys/process.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NS_RECORDS 1000
#define VNF_RECORDS 100000
#define CLIENTS 32
#define PAGE 100
#define NSD_ID "5d1cb0c0-8a43-4d2c-9d3e-6c1f0e0a0010"
#define VNFD_ID "5d1cb0c0-8a43-4d2c-9d3e-6c1f0e0a0001"

static const char *const names[] = {"firewall", "inspector", "web"};
static char ns_path[96], vnf_path[96], late_page[512];

/* ---- records -------------------------------------------------------------------------------- */

static void
make_vnf(void *arg, int64_t n, struct buf *out)
{
    char body[160];

    (void)arg;
    (void)snprintf(body, sizeof body, "{\"vnfdId\":\"" VNFD_ID "\",\"vnfInstanceName\":\"vnf-%lld\"}",
                   (long long)n);
    load_request(out, "POST", "/vnflcm/v2/vnf_instances", served.token, body);
}

static void
make_ns(void *arg, int64_t n, struct buf *out)
{
    char body[160];

    (void)arg;
    (void)snprintf(body, sizeof body,
                   "{\"nsdId\":\"" NSD_ID "\",\"nsName\":\"ns-%lld\",\"nsDescription\":\"bench\"}",
                   (long long)n);
    load_request(out, "POST", "/nslcm/v2/ns_instances", served.token, body);
}

/* As many as are asked for by so many clients; the id of the last. */
static void
records_make(const char *what, int64_t n, int clients,
             void (*make)(void *arg, int64_t n, struct buf *out), char id[40])
{
    AUTO(mem) mem = mem_new("records");
    struct load load = {.port = served.port,
                        .clients = clients,
                        .requests = n,
                        .expect = 201,
                        .make = make};
    double before = served_cpu();
    const struct json *json;

    served_load(&load, what);
    (void)printf("| %s | %d | %lld | %.0f | %.2f | %.0f |\n", what, clients, (long long)n,
                 (double)n / load.seconds, load_ms(&load, 0.5),
                 (served_cpu() - before) * 1e6 / (double)n);
    served_must(json_parse(mem, load.last, strlen(load.last), &json), what);
    served_copy_id(id, json, "id");
    load_done(&load);
}

/* Paths of the table; the last PAGE VNFs are made one by one, so that a page begins with them. */
static void
records_fill(int64_t scale)
{
    AUTO(mem) mem = mem_new("fill");
    char id[40];

    (void)printf("| records made | clients | how many | per second | p50 ms | CPU us each |\n"
                 "|---|---|---|---|---|---|\n");
    records_make("network services", NS_RECORDS / scale, CLIENTS, make_ns, id);
    (void)snprintf(ns_path, sizeof ns_path, "/nslcm/v2/ns_instances/%s", id);
    records_make("VNFs", VNF_RECORDS / scale - PAGE, CLIENTS, make_vnf, id);
    (void)snprintf(late_page, sizeof late_page, "/vnflcm/v2/vnf_instances?nextpage_opaque_marker=%s",
                   base64_from(mem, id, strlen(id), true));
    records_make("VNFs", PAGE, 1, make_vnf, id);
    (void)snprintf(vnf_path, sizeof vnf_path, "/vnflcm/v2/vnf_instances/%s", id);
    (void)printf("\n");
}

/* ---- rows of the table ---------------------------------------------------------------------- */

static struct served_row rows[] = {
    {"show an NS", 1, 500, 1, 200, served_get, ns_path, {0}, {0}, NULL, 0, 0},
    {"show a VNF", 1, 500, 1, 200, served_get, vnf_path, {0}, {0}, NULL, 0, 0},
    {"the first page of VNFs, 1 000", 1, 5, 1, 200, served_get, "/vnflcm/v2/vnf_instances", {0}, {0},
     NULL, 0, 0},
    {"a page of the newest 100 of 100 000 VNFs", 1, 20, 1, 200, served_get, late_page, {0}, {0},
     NULL, 0, 0},
    {"VNFs by name, one hit", 1, 2, 1, 200, served_get,
     "/vnflcm/v2/vnf_instances?filter=(eq,vnfInstanceName,vnf-77)", {0}, {0}, NULL, 0, 0},
};

/* ---- a backup meanwhile ----------------------------------------------------------------------- */

struct backing {
    double seconds;
    _Atomic bool is_over;
};

static void *
backup_thread(void *arg)
{
    AUTO(mem) mem = mem_new("backup");
    struct backing *backing = arg;
    const char *file = mem_printf(mem, "%s/backup", served.dir);
    const struct process_spec spec = {
        .argv = process_argv(mem, served.program, "backup", file, "--role", "orchestrator", "--config-dir",
                             served.dir, "--passphrase-file", mem_printf(mem, "%s/passphrase", served.dir), NULL),
        .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    int64_t began = time_mono_ns();
    const char *said;

    served_must(process_run(mem, &spec, NULL, 600000, &said), "carrick backup");
    backing->seconds = (double)(time_mono_ns() - began) / 1e9;
    atomic_store(&backing->is_over, true);
    return NULL;
}

static void
file_make(const char *name, const char *text)
{
    AUTO(mem) mem = mem_new("file");

    served_must(file_write(mem_printf(mem, "%s/%s", served.dir, name), text, strlen(text), 0600), name);
}

static void
backup_while_writing(void)
{
    AUTO(mem) mem = mem_new("backup");
    struct backing backing = {0};
    int64_t n = 0, began;
    pthread_t thread;
    struct stat st;

    file_make("passphrase", "of the bench and of nobody else\n");
    file_make("orchestrator.yaml", mem_printf(mem, "state: %s/state\nlisten: 127.0.0.1:%u\n", served.dir, served.port));
    (void)pthread_create(&thread, NULL, backup_thread, &backing);
    for (began = time_mono_ns(); !atomic_load(&backing.is_over); n += PAGE) {
        struct load load = {
            .port = served.port, .clients = CLIENTS, .requests = PAGE, .expect = 201, .make = make_vnf};

        served_load(&load, "VNFs");
        load_done(&load);
    }
    (void)pthread_join(thread, NULL);
    (void)stat(mem_printf(mem, "%s/backup", served.dir), &st);
    (void)printf("\n| backup of all of them, s | archive MiB | VNFs made meanwhile, per second |\n|---|---|---|\n"
                 "| %.2f | %.1f | %.0f |\n",
                 backing.seconds, (double)st.st_size / 1048576,
                 (double)n / ((double)(time_mono_ns() - began) / 1e9));
}

int
main(int argc, char **argv)
{
    int64_t scale = argc > 3 && atoi(argv[3]) > 0 ? atoi(argv[3]) : 1;

    if (argc < 3) {
        (void)fprintf(stderr, "usage: bench_records CARRICK PACKAGES [SCALE]\n");
        return 2;
    }
    served_open(argv[1], "orchestrator", NULL);
    (void)served_start();
    served_log_in();
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        onboard_package(argv[2], names[i]);
    }
    onboard_service(argv[2], "web-through-firewall");
    records_fill(scale);
    served_rows(rows, ARRAY_SIZE(rows), 1);
    served_restarts();
    served_log_in();
    backup_while_writing();
    served_close();
    return 0;
}
