/* What the store and the engine do alone, without HTTP: ports created durably
 * by one client, by 64, in bulks of 100; lists and shows with their encoding.
 * Prints a table; rates are of the median of the rounds. */
#include "resource/resource.h"

#include "base/vec.h"

#include "unit/store_world.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define ROUNDS 7
#define LIST_ROWS 5000

static const struct quota_default quotas[] = {{"port", -1, "Ports."}, {0}};
static const struct resource net_resource = {
    .table = &net_table, .singular = "network", .plural = "networks", .doc = "Networks."};
static const struct resource group_resource = {.table = &group_table,
                                               .singular = "security_group",
                                               .plural = "security_groups",
                                               .doc = "Groups."};
static const struct resource port_resource = {
    .table = &port_table,
    .singular = "port",
    .plural = "ports",
    .doc = "Ports.",
    .quota = "port",
    .quota_defaults = quotas,
    .flags = RESOURCE_TAGS | RESOURCE_REVISION | RESOURCE_BULK | RESOURCE_AT_ONCE,
};
static const char *roles[] = {"member"};
static const struct caller caller = {
    .user_id = "u", .project_id = "p", .roles = {.n = 1, .items = roles}};

static const char net_id[] = "11111111-1111-4111-8111-111111111111";
static const char group_id[] = "22222222-2222-4222-8222-222222222222";

static void
must(struct err *e)
{
    if (e) {
        fprintf(stderr, "%s\n", e->message);
        exit(1);
    }
}

static struct err *
world_make(struct tx *tx, void *arg)
{
    struct net *net = row_new(tx_mem(tx), &net_table);
    struct group *group = row_new(tx_mem(tx), &group_table);

    (void)arg;
    net->id = net_id;
    net->project_id = "p";
    TRY(row_insert(tx, net));
    group->id = group_id;
    group->name = "g";
    group->project_id = "p";
    return row_insert(tx, group);
}

/* ---- creating ------------------------------------------------------------------------- */

static _Atomic int64_t counter;

/* One request: bodies are text, as a client would send them. */
struct request {
    struct mem *mem;
    struct op op;
    size_t n;
    void *rows[100];
};

static void
request_begin(struct request *request, size_t n)
{
    request->n = n;
    mem_reset(request->mem);
    request->op =
        (struct op){.mem = request->mem, .caller = &caller, .resource = &port_resource};
    for (size_t i = 0; i < n; i++) {
        int64_t id = ++counter;
        const struct json *json;
        const char *body = mem_printf(
            request->mem,
            "{\"network_id\": \"%s\", \"name\": \"port\", \"mac_address\": "
            "\"fa:16:%02d:%02d:%02d:%02d\", \"groups\": [\"%s\"], \"fixed_ips\": [{\"subnet\": "
            "\"33333333-3333-4333-8333-333333333333\", \"ip_address\": \"10.%d.%d.%d\"}]}",
            net_id, (int)(id / 1000000 % 100), (int)(id / 10000 % 100), (int)(id / 100 % 100),
            (int)(id % 100), group_id, (int)(id / 65536 % 256), (int)(id / 256 % 256),
            (int)(id % 256));

        must(json_parse(request->mem, body, strlen(body), &json));
        must(resource_decode(&request->op, json, ROW_CREATE, &request->rows[i]));
    }
}

static struct err *
request_run(struct tx *tx, void *arg)
{
    struct request *request = arg;
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    void *made[100];

    TRY(resource_create_all(tx, &request->op, request->rows, request->n, made));
    for (size_t i = 0; i < request->n; i++) {
        jw_object(&w, NULL);
        resource_encode(&request->op, &w, made[i], NULL);
        jw_end(&w);
    }
    return NULL;
}

struct client {
    struct store *store;
    size_t bulk, times;
    int64_t *latency_ns;
};

static void *
client_run(void *arg)
{
    struct client *client = arg;
    struct request request = {.mem = mem_new("request")};

    for (size_t i = 0; i < client->times; i++) {
        int64_t begin = time_mono_ns();

        request_begin(&request, client->bulk);
        must(store_write_wait(client->store, request_run, &request));
        client->latency_ns[i] = time_mono_ns() - begin;
    }
    mem_free(request.mem);
    return NULL;
}

static int
compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static double
cpu_s(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
create_bench(struct store *store, const char *what, size_t n_clients, size_t bulk, size_t times)
{
    static int64_t latency[1 << 20];
    int64_t rates[ROUNDS];
    struct client clients[64];
    pthread_t threads[64];
    size_t n = n_clients * times;
    double cpu = cpu_s();

    for (int round = 0; round < ROUNDS; round++) {
        int64_t begin = time_mono_ns();

        for (size_t i = 0; i < n_clients; i++) {
            clients[i] = (struct client){
                .store = store, .bulk = bulk, .times = times, .latency_ns = latency + i * times};
            pthread_create(&threads[i], NULL, client_run, &clients[i]);
        }
        for (size_t i = 0; i < n_clients; i++) {
            pthread_join(threads[i], NULL);
        }
        rates[round] = (int64_t)((double)(n * bulk) * 1e9 / (double)(time_mono_ns() - begin));
    }
    cpu = (cpu_s() - cpu) * 1e6 / (double)(n * bulk * ROUNDS);
    qsort(rates, ROUNDS, sizeof *rates, compare);
    qsort(latency, n, sizeof *latency, compare);
    printf("| %s | %" PRIi64 "/s | %" PRIi64 "-%" PRIi64 " | %.1f | %.2f | %.2f |\n", what,
           rates[ROUNDS / 2], rates[0], rates[ROUNDS - 1], cpu, (double)latency[n / 2] / 1e6,
           (double)latency[n * 99 / 100] / 1e6);
    fflush(stdout);
}

/* ---- looking ----------------------------------------------------------------------------- */

struct look {
    struct mem *mem;
    struct op op;
    struct list_query query;
    struct buf out;
    size_t n;
    char id[40];
};

static struct err *
look_row(void *arg, void *row)
{
    struct look *look = arg;
    struct jw w = jw_to(&look->out);

    jw_object(&w, NULL);
    resource_encode(&look->op, &w, row, NULL);
    jw_end(&w);
    snprintf(look->id, sizeof look->id, "%s", ((struct port *)row)->id);
    look->n++;
    return NULL;
}

static struct err *
list_run(struct tx *tx, void *arg)
{
    struct look *look = arg;

    return resource_list(tx, &look->op, &look->query, look_row, look);
}

static struct err *
show_run(struct tx *tx, void *arg)
{
    struct look *look = arg;
    void *row;

    TRY(resource_get(tx, &look->op, look->id, &row));
    return look_row(look, row);
}

static void
look_bench(struct store *store, const char *what, struct look *look, store_fn *fn, int times)
{
    int64_t ns[ROUNDS];
    double cpu = cpu_s();

    for (int round = 0; round < ROUNDS; round++) {
        int64_t begin = time_mono_ns();

        for (int i = 0; i < times; i++) {
            buf_clear(&look->out);
            mem_reset(look->mem);
            look->n = 0;
            look->op = (struct op){.mem = look->mem, .caller = &caller, .resource = &port_resource};
            must(store_read(store, fn, look));
        }
        ns[round] = (time_mono_ns() - begin) / times;
    }
    cpu = (cpu_s() - cpu) * 1e6 / (ROUNDS * times);
    qsort(ns, ROUNDS, sizeof *ns, compare);
    printf("| %s: %zu rows, %zu bytes | %.0f/s | - | %.1f | %.3f | - |\n", what, look->n,
           look->out.len, 1e9 / (double)ns[ROUNDS / 2], cpu, (double)ns[ROUNDS / 2] / 1e6);
    fflush(stdout);
}

int
main(int argc, char **argv)
{
    static const struct table *tables[8] = {&net_table, &group_table, &port_table};
    struct store_config config = {.tables = tables, .seal_key = WORLD_KEY};
    struct look look = {.mem = mem_new("look")};
    AUTO(store) store = NULL;

    if (argc < 2) {
        fprintf(stderr, "usage: bench_store NEW-DATABASE [look]\n");
        return 2;
    }
    config.path = argv[1];
    config.log_keep = 20000; /* so that the cost of cutting the log is in the numbers */
    for (size_t i = 0; i < 3; i++) {
        tables[3 + i] = ledger_tables[i];
    }
    resource_register(&net_resource);
    resource_register(&group_resource);
    resource_register(&port_resource);
    must(store_open(&config, &store));
    must(store_write_wait(store, world_make, NULL));
    printf("| what | rate | min-max of %d | CPU us/op | p50 ms | p99 ms |\n|---|---|---|---|---|---|\n",
           ROUNDS);
    create_bench(store, "port create, durable, 1 client", 1, 1, 1000);
    look.query.limit = LIST_ROWS;
    look_bench(store, "list, in order of id", &look, list_run, 10);
    look.query.limit = 1000;
    look_bench(store, "list, first page", &look, list_run, 20);
    look_bench(store, "show one", &look, show_run, 2000);
    if (argc == 3) {
        look.query.limit = LIST_ROWS;
        look_bench(store, "list, again", &look, list_run, 100);
        exit(0); /* for a profiler */
    }
    create_bench(store, "port create, durable, 64 clients", 64, 1, 100);
    create_bench(store, "port create, bulk of 100, 2 clients (rate of ports)", 2, 100, 20);
    buf_done(&look.out);
    mem_free(look.mem);
    return 0;
}
