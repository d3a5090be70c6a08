/* Samples come back as they went in, by series and interval and for as long as they are kept; a
 * threshold is crossed once. */
#include "metrics/metrics.h"

#include "base/str.h"
#include "base/vec.h"
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MINUTE INT64_C(60000000)
#define START INT64_C(1767323045000000)

static struct store *
metrics_store(void)
{
    static char path[512];
    struct store_config config = {.path = test_store(path), .tables = metrics_tables};
    struct store *store = NULL;

    snprintf(path, sizeof path, "%s/db", test_dir());
    REQUIRE_OK(store_open(&config, &store));
    return store;
}

/* ---- blocks ------------------------------------------------------------------------------ */

/* The same bits, which == does not see of -0. */
static bool
is_same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

TEST(metrics_blocks_keep_every_sample)
{
    static const struct metric_sample given[] = {
        {START, 0},
        {START + MINUTE, 18446744073709551615.0},
        {START + 2 * MINUTE + 7, 0.1},
        {START + 2 * MINUTE + 8, -0.0},
        {START + 3 * MINUTE, -4503599627370496.0},
        {START + 4 * MINUTE, 4503599627370496.0},
        {START + 4 * MINUTE + 1, 4503599627370497.0},
        {INT64_MAX, 1e308},
    };
    AUTO(mem) mem = mem_new("test");
    struct metric_samples in = {0}, out;

    for (size_t i = 0; i < ARRAY_SIZE(given); i++) {
        vec_add(mem, &in, given[i]);
    }
    CHECK_OK(metric_block_decode(mem, metric_block_encode(mem, &in), &out));
    REQUIRE(out.n == in.n);
    for (size_t i = 0; i < in.n; i++) {
        CHECK_INT(out.items[i].at, in.items[i].at);
        CHECK(is_same(out.items[i].value, in.items[i].value));
    }
    in.n = 0;
    CHECK_OK(metric_block_decode(mem, metric_block_encode(mem, &in), &out));
    CHECK_INT(out.n, 0);
}

TEST(metrics_blocks_of_counters_are_small)
{
    AUTO(mem) mem = mem_new("test");
    struct metric_samples in = {0};

    for (int i = 0; i < METRIC_BLOCK_MAX; i++) {
        struct metric_sample sample = {START + i * MINUTE + i % 3, 1000000.0 + i * 1400};

        vec_add(mem, &in, sample);
    }
    CHECK(strlen(metric_block_encode(mem, &in)) < METRIC_BLOCK_MAX * 5);
}

TEST(metrics_broken_blocks_are_refused)
{
    /* No base64; a varint without an end; a value that is cut. */
    static const char *const broken[] = {"!", "gA", "AAE", "AIA"};
    AUTO(mem) mem = mem_new("test");
    struct metric_samples out;

    for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
        CHECK_ERR(metric_block_decode(mem, broken[i], &out), E_INVALID);
    }
}

/* ---- series ------------------------------------------------------------------------------ */

static struct err *
append_one(struct tx *tx, const char *object, int64_t at, double value)
{
    const struct metric_point point = {.object = object, .metric = "m", .sample = {at, value}};

    return metrics_append(tx, &point, 1);
}

static struct err *
series(struct tx *tx, void *arg)
{
    struct metric_samples got;

    (void)arg;
    for (int i = 0; i < 2 * METRIC_BLOCK_MAX + 3; i++) {
        CHECK_OK(append_one(tx, "a", START + i * MINUTE, i));
    }
    CHECK_OK(append_one(tx, "b", START, 7));
    /* What is not newer, and what is no number, is no sample. */
    CHECK_OK(append_one(tx, "b", START, 8));
    CHECK_OK(append_one(tx, "b", START - 1, 8));
    CHECK_OK(append_one(tx, "b", START + 1, (double)NAN));
    CHECK_OK(append_one(tx, "b", START + 1, (double)INFINITY));
    CHECK_OK(metrics_read(tx, "b", "m", 0, INT64_MAX, &got));
    REQUIRE(got.n == 1);
    CHECK_INT(got.items[0].value, 7);
    /* An interval over the seam of two blocks: with its beginning, without its end. */
    CHECK_OK(metrics_read(tx, "a", "m", START + 238 * MINUTE, START + 243 * MINUTE, &got));
    REQUIRE(got.n == 5);
    CHECK_INT(got.items[0].value, 238);
    CHECK_INT(got.items[4].value, 242);
    CHECK_OK(metrics_read(tx, "a", "n", 0, INT64_MAX, &got));
    CHECK_INT(got.n, 0);
    CHECK_OK(metrics_read(tx, "c", "m", 0, INT64_MAX, &got));
    CHECK_INT(got.n, 0);
    return NULL;
}

TEST(metrics_series_are_read_by_interval)
{
    struct store *store = metrics_store();

    CHECK_OK(store_write_wait(store, series, NULL));
    store_close(store);
}

static struct err *
retention(struct tx *tx, void *arg)
{
    static const struct metric_keep keeps[] = {{"m", 3600}, {0}}, others[] = {{"n", 0}, {0}};
    int64_t now = tx_now(tx), *n = arg;
    struct query all = {.table = &metric_series_table};
    struct metric_samples got;

    for (int i = 0; i < METRIC_BLOCK_MAX + 1; i++) {
        CHECK_OK(append_one(tx, "a", now - (300 - i) * MINUTE, i));
    }
    CHECK_OK(append_one(tx, "old", now - 61 * MINUTE, 1));
    CHECK_OK(append_one(tx, "new", now - 59 * MINUTE, 1));
    CHECK_OK(metrics_expire(tx, others));
    CHECK_OK(rows_count(tx, &all, n));
    CHECK_INT(*n, 3);
    CHECK_OK(metrics_expire(tx, keeps));
    /* Of "a" the full block is an hour old, the one that grows is not. */
    CHECK_OK(metrics_read(tx, "a", "m", 0, INT64_MAX, &got));
    CHECK_INT(got.n, 1);
    CHECK_OK(rows_count(tx, &all, n));
    CHECK_INT(*n, 2);
    return NULL;
}

TEST(metrics_are_kept_as_their_table_says)
{
    struct store *store = metrics_store();
    int64_t n = 0;

    CHECK_OK(store_write_wait(store, retention, &n));
    store_close(store);
}

/* ---- thresholds -------------------------------------------------------------------------- */

TEST(metrics_thresholds_have_hysteresis)
{
    static const struct {
        double threshold, hysteresis;
        enum metric_side before;
        double value;
        enum metric_side side;
    } cases[] = {
        {100, 10, METRIC_UNKNOWN, 105, METRIC_UNKNOWN},
        {100, 10, METRIC_UNKNOWN, 110, METRIC_ABOVE},
        {100, 10, METRIC_UNKNOWN, 90, METRIC_BELOW},
        {100, 10, METRIC_BELOW, 109.9, METRIC_BELOW},
        {100, 10, METRIC_BELOW, 110, METRIC_ABOVE},
        {100, 10, METRIC_ABOVE, 90.1, METRIC_ABOVE},
        {100, 10, METRIC_ABOVE, 90, METRIC_BELOW},
        {100, 0, METRIC_BELOW, 100, METRIC_BELOW},
        {100, 0, METRIC_ABOVE, 100, METRIC_ABOVE},
        {100, 0, METRIC_UNKNOWN, 100, METRIC_ABOVE},
        {100, 0, METRIC_BELOW, 100.1, METRIC_ABOVE},
        {100, 0, METRIC_ABOVE, 99.9, METRIC_BELOW},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        CHECK_INT(metric_side_of(cases[i].threshold, cases[i].hysteresis, cases[i].before,
                                 cases[i].value),
                  cases[i].side);
    }
}
