/* What figures come to: periods and their boundaries, what is missing, and means of parts. */
#include "pm/measure.h"
#include "nfvo/nfvo.h"
#include "vnfm/vnfm.h"

#include "vim/vim.h"

#include "test.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECOND PM_SECOND
#define PERIOD (60 * SECOND)
#define START INT64_C(1767323045000000)

static struct store *
pm_store(void)
{
    static char path[512];
    struct store_config config = {.path = test_store(path), .tables = metrics_tables};
    struct store *store = NULL;

    snprintf(path, sizeof path, "%s/db", test_dir());
    REQUIRE_OK(store_open(&config, &store));
    return store;
}

TEST(pm_periods_end_where_they_are_counted_from)
{
    static const struct {
        int64_t now, end; /* seconds behind the start */
    } cases[] = {{0, 0}, {59, 0}, {60, 60}, {61, 60}, {3600, 3600}, {3659, 3600}};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        CHECK_INT(pm_period_end(START, PERIOD, START + cases[i].now * SECOND),
                  START + cases[i].end * SECOND);
    }
}

TEST(pm_metrics_have_names_in_any_letters)
{
    const struct pm_type *vnf = pm_type_find("vnfpm", "Vnf");

    REQUIRE(vnf);
    CHECK(pm_metric_find(vnf, "VcpuUsageMeanVnf") == pm_metric_find(vnf, "VCpuUsageMeanVnf"));
    CHECK(pm_metric_find(vnf, "VCpuUsageMeanVnf") != NULL);
    CHECK(!pm_metric_find(vnf, "ByteIncomingVnfExtCp"));
    CHECK(!pm_type_find("nspm", "Vnf"));
    CHECK(pm_type_find("nspm", "Sap"));
}

/* ---- values -------------------------------------------------------------------------------- */

struct fixture {
    struct tx *tx;
    struct pm_thing thing;
    const struct pm_metric *metric;
};

static void
put(const struct fixture *f, size_t part, enum pm_figure figure, int64_t at_s, double value)
{
    const struct metric_point point = {
        .object = pm_object(tx_mem(f->tx), &f->thing, &f->thing.parts.items[part]),
        .metric = pm_figures[figure],
        .sample = {START + at_s * SECOND, value},
    };

    CHECK_OK(metrics_append(f->tx, &point, 1));
}

static struct metric_samples
values(const struct fixture *f, int64_t from_s, int64_t until_s)
{
    struct metric_samples got = {0};

    CHECK_OK(pm_values(f->tx, f->metric, &f->thing, START + from_s * SECOND,
                       START + until_s * SECOND, PERIOD, &got));
    return got;
}

static struct fixture
fixture(struct tx *tx, const char *type, const char *metric, const char *id)
{
    struct fixture f = {.tx = tx};
    struct pm_part part = {.server_id = id, .port_id = id};

    f.thing.type = pm_type_find("vnfpm", type);
    f.thing.site = "site";
    f.metric = pm_metric_find(f.thing.type, metric);
    vec_add(tx_mem(tx), &f.thing.parts, part);
    return f;
}

static struct err *
growth(struct tx *tx, void *arg)
{
    struct fixture f = fixture(tx, "VnfExtCp", "ByteIncomingVnfExtCp", "a");
    struct metric_samples got;

    (void)arg;
    /* Looked at at 0, late at 60, in between for somebody else, not at 180, anew at 300. */
    put(&f, 0, PM_RECEIVED_BYTES, 0, 1000);
    put(&f, 0, PM_RECEIVED_BYTES, 62, 1500);
    put(&f, 0, PM_RECEIVED_BYTES, 90, 1777);
    put(&f, 0, PM_RECEIVED_BYTES, 120, 2000);
    put(&f, 0, PM_RECEIVED_BYTES, 240, 9000);
    put(&f, 0, PM_RECEIVED_BYTES, 300, 10);
    put(&f, 0, PM_RECEIVED_BYTES, 360, 30);
    got = values(&f, 0, 360);
    REQUIRE(got.n == 3);
    CHECK_INT(got.items[0].value, 500);
    CHECK_INT(got.items[0].at, START + 62 * SECOND);
    CHECK_INT(got.items[1].value, 500);
    CHECK_INT(got.items[2].value, 20);
    CHECK_INT(got.items[2].at, START + 360 * SECOND);
    /* The end of an interval is in it, its beginning is not. */
    CHECK_INT(values(&f, 60, 120).n, 1);
    CHECK_INT(values(&f, 60, 60).n, 0);
    CHECK_INT(values(&f, 300, 360).n, 1);
    return NULL;
}

TEST(pm_growth_needs_both_ends_of_a_period)
{
    struct store *store = pm_store();

    CHECK_OK(store_write_wait(store, growth, NULL));
    store_close(store);
}

static void
compute_put(const struct fixture *f, size_t part, int64_t at_s, double cpu_s, double memory)
{
    put(f, part, PM_CPU_NS, at_s, cpu_s * 1e9);
    put(f, part, PM_CPUS, at_s, 2);
    put(f, part, PM_MEMORY, at_s, 512);
    put(f, part, PM_MEMORY_USED, at_s, memory);
}

static struct err *
compute(struct tx *tx, void *arg)
{
    struct fixture f = fixture(tx, "Vnf", "VCpuUsageMeanVnf", "one");
    struct pm_part other = {.server_id = "two"};
    struct metric_samples got;

    (void)arg;
    vec_add(tx_mem(tx), &f.thing.parts, other);
    compute_put(&f, 0, 0, 5, 128);
    compute_put(&f, 0, 60, 65, 256);
    compute_put(&f, 0, 120, 70, 256);
    compute_put(&f, 1, 0, 0, 128);
    compute_put(&f, 1, 60, 40, 128);
    /* Half of two processors and a third: the mean.  Of the second period one server is silent. */
    got = values(&f, 0, 120);
    REQUIRE(got.n == 1);
    CHECK_INT(got.items[0].value * 100, 4167);
    f.metric = pm_metric_find(f.thing.type, "VMemoryUsageMeanVnf");
    got = values(&f, 0, 120);
    REQUIRE(got.n == 1);
    CHECK_INT(got.items[0].value * 100, 3125);
    return NULL;
}

TEST(pm_usage_is_the_mean_of_all_servers)
{
    struct store *store = pm_store();

    CHECK_OK(store_write_wait(store, compute, NULL));
    store_close(store);
}

/* A period of 60 s has ten parts. */
static struct err *
peaks(struct tx *tx, void *arg)
{
    struct fixture f = fixture(tx, "Vnf", "VCpuUsagePeakVnf", "one");
    struct pm_part other = {.server_id = "two"};
    struct metric_samples got;
    int busy[] = {1, 0, 3, 0, 12, 0, 0, 0, 2, 0}; /* seconds of CPU in each part: of two processors */

    (void)arg;
    vec_add(tx_mem(tx), &f.thing.parts, other);
    for (int i = 0, cpu = 0; i <= 10; i++) {
        compute_put(&f, 0, 6 * i, cpu, i == 7 ? 256 : 128);
        compute_put(&f, 1, 6 * i, 3 * i, 64);
        cpu += i < 10 ? busy[i] : 0;
    }
    /* Of the second period three parts are missing of the one, and the other has begun anew. */
    for (int i = 11; i <= 20; i++) {
        if (i < 14 || i > 16) {
            compute_put(&f, 0, 6 * i, 100, 128);
        }
        compute_put(&f, 1, 6 * i, i, 64);
    }
    /* All of one part's time; the mean of the same is 15 of two times 60. */
    got = values(&f, 0, 120);
    REQUIRE(got.n == 1);
    CHECK_INT(got.items[0].value * 100, 10000);
    f.metric = pm_metric_find(f.thing.type, "VMemoryUsagePeakVnf");
    got = values(&f, 0, 120);
    REQUIRE(got.n == 1);
    CHECK_INT(got.items[0].value * 100, 5000);
    f.thing.parts.n = 1;
    f.metric = pm_metric_find(f.thing.type, "VCpuUsageMeanVnf");
    got = values(&f, 0, 60);
    REQUIRE(got.n == 1);
    CHECK_INT(got.items[0].value * 100, 1500);
    return NULL;
}

TEST(pm_a_peak_is_that_of_the_busiest_server_in_the_busiest_part)
{
    struct store *store = pm_store();

    CHECK_OK(store_write_wait(store, peaks, NULL));
    store_close(store);
}

TEST(pm_peaks_have_their_periods_looked_at_within)
{
    struct pm_schedule schedule = {.started_at = START, .period_s = 60, .collect_at = START + 6 * SECOND};

    CHECK_INT(pm_parts(60 * SECOND), 10);
    CHECK_INT(pm_parts(30 * SECOND), 6);
    CHECK_INT(pm_parts(5 * SECOND), 1);
    CHECK_INT(pm_parts(1 * SECOND), 1);
    CHECK_INT(pm_parts(86400 * SECOND), 10);
    CHECK_INT(pm_look_after(&schedule, START), START + PERIOD);
    CHECK_INT(pm_look_after(&schedule, START + PERIOD), START + 2 * PERIOD);
    schedule.looks_within = true;
    CHECK_INT(pm_look_after(&schedule, START), START + 6 * SECOND);
    CHECK_INT(pm_look_after(&schedule, START + 6 * SECOND), START + 12 * SECOND);
    CHECK_INT(pm_look_after(&schedule, START + 59 * SECOND), START + PERIOD);
    CHECK(pm_is_within(&schedule, START + 7 * SECOND));
    CHECK(!pm_is_within(&schedule, START + 61 * SECOND)); /* So late is the end of the period. */
    schedule.collect_at = START + PERIOD;
    CHECK(!pm_is_within(&schedule, START + 61 * SECOND));
}

/* As many samples as a long report has of one part: each is found without a walk over those before. */
static struct err *
long_report(struct tx *tx, void *arg)
{
    struct fixture f = fixture(tx, "VnfExtCp", "ByteIncomingVnfExtCp", "a");
    struct metric_samples got;

    (void)arg;
    for (int64_t i = 0; i <= 50; i++) {
        put(&f, 0, PM_RECEIVED_BYTES, i * 60, (double)(i * i));
    }
    got = values(&f, 0, 3000);
    REQUIRE(got.n == 50);
    for (int64_t i = 0; i < 50; i++) {
        CHECK_INT(got.items[i].value, 2 * i + 1);
        CHECK_INT(got.items[i].at, START + (i + 1) * PERIOD);
    }
    CHECK_INT(values(&f, 1200, 1260).n, 1);
    CHECK_INT(values(&f, 2940, 3060).n, 1); /* The last has no end. */
    return NULL;
}

TEST(pm_each_period_of_many_has_its_ends)
{
    struct store *store = pm_store();

    CHECK_OK(store_write_wait(store, long_report, NULL));
    store_close(store);
}

/* ---- reports -------------------------------------------------------------------------------- */

/* A job has so many reports and no more, however often it makes them. */
TEST(pm_reports_are_kept_as_long_as_there_are_not_too_many)
{
    CHECK_INT(pm_report_kept_s(120, 1, 1), 86400);
    CHECK_INT(pm_report_kept_s(30, 1, 1), 60000);
    CHECK_INT(pm_report_kept_s(300, 10, 1), 60000);
    CHECK_INT(pm_report_kept_s(5, 1, 1), 10000);
    CHECK_INT(pm_report_kept_s(5, 100, 1), 900);
    CHECK_INT(pm_report_kept_s(2678400, 100, 1), 86400);
    CHECK_INT(pm_report_kept_s(30, 1, 1000), 30000);
    CHECK_INT(pm_report_kept_s(5, 100, 10000), 500);
    CHECK_INT(pm_report_kept_s(5, 100, 100000), 60);
    CHECK_INT(pm_report_kept_s(86400, 100, 100000), 86400);
}

#define JOB "00000000-0000-4000-8000-00000000000a"

static struct err *
report_make(struct tx *tx, void *arg)
{
    static const char entries[] = "[{\"performanceValues\": []}]";
    struct pm_job *job = row_new(tx_mem(tx), &pm_job_table);
    struct pm_report *report = row_new(tx_mem(tx), &pm_report_table);

    (void)arg;
    job->id = JOB;
    job->project_id = JOB;
    job->api = "vnfpm";
    job->object_type = "Vnf";
    job->callback_uri = "http://x";
    TRY(json_parse(tx_mem(tx), "{}", 2, &job->criteria));
    TRY(row_insert(tx, job));
    report->project_id = report->job_id = report->object_instance_id = JOB;
    report->object_type = "Vnf";
    report->place = "x";
    report->ready_at = report->expires_at = START;
    TRY(json_parse(tx_mem(tx), entries, sizeof entries - 1, &report->entries));
    return row_insert(tx, report);
}

static struct err *
report_changes(struct tx *tx, void *arg)
{
    struct change *changes;
    struct rows rows;
    size_t n;

    (void)arg;
    TRY(changes_read(tx, 0, 10, &changes, &n));
    REQUIRE(n == 2);
    CHECK_STR(json_get_str(changes[1].columns, "job_id"), JOB);
    CHECK(!json_get(changes[1].columns, "entries"));
    TRY(rows_select(tx, &(struct query){.table = &pm_report_table}, &rows));
    REQUIRE(rows.n == 1);
    CHECK_INT(((const struct pm_report *)rows.items[0])->entries->n, 1);
    return NULL;
}

/* The log keeps a hundred thousand entries: a report's values are in its row, and once. */
TEST(pm_a_report_is_not_twice_in_the_store)
{
    static char path[512];
    static const struct table *const tables[] = {&pm_job_table, &pm_report_table, NULL};
    struct store_config config = {.path = test_store(path), .tables = tables};
    struct store *store = NULL;

    snprintf(path, sizeof path, "%s/db", test_dir());
    REQUIRE_OK(store_open(&config, &store));
    CHECK_OK(store_write_wait(store, report_make, NULL));
    CHECK_OK(store_read(store, report_changes, NULL));
    store_close(store);
}

/* ---- indicators ----------------------------------------------------------------------------- */

#define N_GAUGES (PM_INDICATED_MAX + 2)
#define MADE                                                                                       \
    "{\"vnf_instance_id\": \"" JOB "\", \"project_id\": \"" JOB "\", \"site\": \"" JOB                   \
    "\", \"flavour_id\": \"f\", \"vnfcs\": [{\"name\": \"v\", \"vdu\": \"v\", \"server_id\": \"s\"}]}"

static const char *
gauge_id(struct mem *mem, int i)
{
    return mem_printf(mem, "00000000-0000-4000-8000-%012d", i);
}

static struct err *
gauge_insert(struct tx *tx, int i)
{
    struct vnf_instance *vnf = row_new(tx_mem(tx), &vnf_instance_table);

    vnf->id = gauge_id(tx_mem(tx), i);
    vnf->project_id = JOB;
    vnf->vnfd_id = "gauge";
    vnf->vnf_provider = vnf->vnf_product_name = vnf->vnf_software_version = vnf->vnfd_version = "x";
    vnf->instantiation_state = i < N_GAUGES ? "INSTANTIATED" : "NOT_INSTANTIATED";
    vnf->package_id = JOB;
    vnf->site_id = JOB;
    TRY(json_parse(tx_mem(tx), MADE, strlen(MADE), &vnf->made));
    return row_insert(tx, vnf);
}

static struct err *
value_insert(struct tx *tx, int i, const char *name)
{
    struct vnf_indicator *row = row_new(tx_mem(tx), &vnf_indicator_table);

    row->vnf_instance_id = gauge_id(tx_mem(tx), i);
    row->id = mem_printf(tx_mem(tx), "%s/%s", row->vnf_instance_id, name);
    row->project_id = JOB;
    row->name = name;
    row->value = "1";
    return row_insert(tx, row);
}

static struct err *
gauges_insert(struct tx *tx, void *arg)
{
    static const char indicators[] = "{\"calls\": \"calls\", \"load\": \"v_cpu_usage_mean_vnf\","
                                     " \"load2\": \"VcpuUsageMeanVnf\", \"_v_cpuusagemeanvnf\": \"vcpu_usagemeanvnf\"}";
    struct vnf_package *package = row_new(tx_mem(tx), &vnf_package_table);
    struct site *site = row_new(tx_mem(tx), &site_table);

    (void)arg;
    site->id = site->project_id = JOB;
    site->name = site->auth_url = site->username = site->password = site->project_name = "x";
    TRY(row_insert(tx, site));
    package->id = package->project_id = JOB;
    package->vnfd_id = "gauge";
    TRY(json_parse(tx_mem(tx), indicators, sizeof indicators - 1, &package->indicators));
    TRY(row_insert(tx, package));
    for (int i = 0; i <= N_GAUGES; i++) {
        TRY(gauge_insert(tx, i));
    }
    TRY(value_insert(tx, 1, "load"));
    TRY(value_insert(tx, 1, "gone"));
    return value_insert(tx, N_GAUGES, "load");
}

static struct err *
gauges_look(struct tx *tx, void *arg)
{
    struct pm_all_indicated all = {0}, rest = {0};

    (void)arg;
    TRY(pm_indicated_now(tx, tx_mem(tx), NULL, &all));
    REQUIRE(all.n == PM_INDICATED_MAX);
    REQUIRE(all.items[0].subject.metrics.n == 1);
    CHECK_STR(all.items[0].names[0], "load");
    TRY(pm_indicated_now(tx, tx_mem(tx), all.items[all.n - 1].id, &rest));
    CHECK_INT(rest.n, 2);
    CHECK_STR(rest.items[1].id, gauge_id(tx_mem(tx), N_GAUGES - 1));
    return NULL;
}

static struct err *
values_sweep(struct tx *tx, void *arg)
{
    struct query query = {.table = &vnf_indicator_table};
    struct rows rows;

    (void)arg;
    TRY(pm_indicators_sweep(tx));
    TRY(rows_select(tx, &query, &rows));
    REQUIRE(rows.n == 1);
    CHECK_STR(((const struct vnf_indicator *)rows.items[0])->id,
              mem_printf(tx_mem(tx), "%s/load", gauge_id(tx_mem(tx), 1)));
    return NULL;
}

static struct store *
gauges_store(void)
{
    static char path[512];
    static const struct table *tables[64];
    struct store_config config = {
        .path = test_store(path), .tables = tables, .seal_key = "01234567890123456789012345678901"};
    struct store *store = NULL;
    size_t n = 0;

    for (const struct table *const *table = nfvo_tables; *table; table++) {
        tables[n++] = *table;
    }
    for (const struct table *const *table = pm_tables; *table; table++) {
        tables[n++] = *table;
    }
    for (const struct table *const *table = metrics_tables; *table; table++) {
        tables[n++] = *table;
    }
    snprintf(path, sizeof path, "%s/db", test_dir());
    REQUIRE_OK(store_open(&config, &store));
    CHECK_OK(store_write_wait(store, gauges_insert, NULL));
    return store;
}

/* However many instances there are, and under however many names a VNFD has a metric. */
TEST(pm_indicators_are_read_some_at_a_time)
{
    struct store *store = gauges_store();

    CHECK_OK(store_read(store, gauges_look, NULL));
    CHECK_OK(store_write_wait(store, values_sweep, NULL));
    store_close(store);
}

/* ---- rounds --------------------------------------------------------------------------------- */

static char silent_url[64];

/* A site that takes connections and says nothing. */
static struct err *
silent_site(struct tx *tx, const char *id, struct vim_site *site)
{
    (void)tx;
    (void)id;
    *site = (struct vim_site){.id = JOB,
                              .name = "east",
                              .auth_url = silent_url,
                              .username = "u",
                              .password = "p",
                              .project = "demo"};
    return NULL;
}

static int
silent_listen(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    REQUIRE(fd >= 0 && !bind(fd, (struct sockaddr *)&at, sizeof at) && !listen(fd, 64));
    REQUIRE(!getsockname(fd, (struct sockaddr *)&at, &size));
    snprintf(silent_url, sizeof silent_url, "http://127.0.0.1:%d/identity/v3", ntohs(at.sin_port));
    return fd;
}

/* Turns the loop until so many rounds have begun, or so many turns are over. */
static size_t
rounds_until(struct nfvo *nfvo, const struct pm_collector *collector, size_t wanted, int turns,
             size_t *n_begun)
{
    size_t n = pm_collector_rounds(collector, n_begun);

    for (int i = 0; i < turns && *n_begun < wanted; i++) {
        CHECK_OK(loop_turn(nfvo->loop, 10));
        n = pm_collector_rounds(collector, n_begun);
    }
    return n;
}

/* A site that does not answer keeps those behind it waiting for a while; one that answers, or is gone, does
 * not. */
TEST(pm_indicators_of_many_instances_are_asked_for_one_part_behind_the_other)
{
    struct nfvo nfvo = {.store = gauges_store()};
    struct http_client_config http = {0};
    struct http_client *client;
    struct pm_collector *collector;
    int silent = silent_listen();
    size_t n_begun;

    REQUIRE_OK(loop_new(&nfvo.loop));
    REQUIRE_OK(pool_new("test", 2, 16, &nfvo.pool));
    REQUIRE_OK(http_client_new(nfvo.loop, &http, &client));
    REQUIRE_OK(vim_new(&(struct vim_config){.loop = nfvo.loop,
                                            .store = nfvo.store,
                                            .site = silent_site,
                                            .http = client},
                       &nfvo.vim));
    collector = pm_collector_new(&nfvo, 5);
    CHECK_INT(rounds_until(&nfvo, collector, 1, 3000, &n_begun), 1);
    CHECK_INT(rounds_until(&nfvo, collector, 2, 100, &n_begun), 1);
    CHECK_INT(n_begun, 1);
    close(silent);
    (void)rounds_until(&nfvo, collector, 2, 3000, &n_begun);
    CHECK_INT(n_begun, 2);
    pm_collector_stop(collector);
    vim_free(nfvo.vim);
    http_client_free(client);
    pool_free(nfvo.pool);
    pm_collector_free(collector);
    loop_free(nfvo.loop);
    store_close(nfvo.store);
}
