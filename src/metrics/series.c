/* Series as rows: the newest block of each grows until it is full.  What a round of measuring found
 * is one transaction, whatever it measured. */
#include "base/str.h"
#include "base/vec.h"
#include "metrics/metrics.h"

#include <math.h>

#define ATTR ATTR_ROW
#define TABLE_STRUCT metric_series
static const struct attr metric_series_attrs[] = {
#include "metrics/metric_series.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT metric_block
static const struct attr metric_block_attrs[] = {
#include "metrics/metric_block.tbl"
};
#undef TABLE_STRUCT
#undef ATTR

/* A sample is no news: what follows from samples is a row of whoever draws the conclusion. */
const struct table metric_series_table = {
    .name = "metric_series",
    .doc = "One figure of one thing over time.",
    .unique = "object, metric",
    .unlogged = true,
    TABLE(struct metric_series, metric_series_attrs),
};
const struct table metric_block_table = {
    .name = "metric_block",
    .doc = "Samples of a series.",
    .unlogged = true,
    TABLE(struct metric_block, metric_block_attrs),
};
const struct table *const metrics_tables[] = {&metric_series_table, &metric_block_table, NULL};

/* ---- look-up ----------------------------------------------------------------------------- */

static struct err *
series_find(struct tx *tx, const char *object, const char *metric, struct metric_series **series)
{
    struct cond by_name[] = {COND("object", object), COND("metric", metric), {0}};

    return row_find(tx, &metric_series_table, by_name, series);
}

static const char *
number(struct tx *tx, int64_t n)
{
    return mem_printf(tx_mem(tx), "%lld", (long long)n);
}

static struct err *
block_newest(struct tx *tx, const struct metric_series *series, struct metric_block **block)
{
    struct cond of_series[] = {COND("series_id", series->id), {0}};
    struct sort newest[] = {{.attr = "last_at", .descending = true}, {0}};
    struct query query = {
        .table = &metric_block_table, .conds = of_series, .sorts = newest, .limit = 1};
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    *block = rows.n ? rows.items[0] : NULL;
    return NULL;
}

/* ---- appending ---------------------------------------------------------------------------- */

static struct err *
block_begin(struct tx *tx, const struct metric_series *series, const struct metric_sample *sample)
{
    struct metric_block *block = row_new(tx_mem(tx), &metric_block_table);
    struct metric_samples samples = {0};

    vec_add(tx_mem(tx), &samples, *sample);
    block->series_id = series->id;
    block->first_at = block->last_at = sample->at;
    block->n = 1;
    block->data = metric_block_encode(tx_mem(tx), &samples);
    return row_insert(tx, block);
}

static struct err *
block_grow(struct tx *tx, const struct metric_block *block, const struct metric_sample *sample)
{
    struct metric_block *grown = row_copy(tx_mem(tx), block);
    struct metric_samples samples;

    TRY(metric_block_decode(tx_mem(tx), block->data, &samples));
    vec_add(tx_mem(tx), &samples, *sample);
    grown->last_at = sample->at;
    grown->n = (int64_t)samples.n;
    grown->data = metric_block_encode(tx_mem(tx), &samples);
    return row_update(tx, block, grown);
}

static struct err *
point_append(struct tx *tx, const struct metric_point *point)
{
    struct metric_series *series;
    struct metric_block *block;

    TRY(series_find(tx, point->object, point->metric, &series));
    if (!series) {
        series = row_new(tx_mem(tx), &metric_series_table);
        series->object = point->object;
        series->metric = point->metric;
        TRY(row_insert(tx, series));
    }
    TRY(block_newest(tx, series, &block));
    if (block && block->last_at >= point->sample.at) {
        return NULL;
    }
    return block && block->n < METRIC_BLOCK_MAX ? block_grow(tx, block, &point->sample)
                                                : block_begin(tx, series, &point->sample);
}

struct err *
metrics_append(struct tx *tx, const struct metric_point *points, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (isfinite(points[i].sample.value)) {
            TRY(point_append(tx, &points[i]));
        }
    }
    return NULL;
}

/* ---- reading -------------------------------------------------------------------------------- */

struct err *
metrics_read(struct tx *tx, const char *object, const char *metric, int64_t from, int64_t until,
             struct metric_samples *samples)
{
    struct sort oldest[] = {{.attr = "first_at"}, {0}};
    struct metric_series *series;
    struct rows rows;

    *samples = (struct metric_samples){0};
    TRY(series_find(tx, object, metric, &series));
    if (!series) {
        return NULL;
    }
    struct cond within[] = {COND("series_id", series->id),
                            {.attr = "last_at", .op = COND_GE, .text = number(tx, from)},
                            {.attr = "first_at", .op = COND_LT, .text = number(tx, until)},
                            {0}};
    struct query query = {.table = &metric_block_table, .conds = within, .sorts = oldest};
    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct metric_block *block = rows.items[i];
        struct metric_samples all;

        TRY(metric_block_decode(tx_mem(tx), block->data, &all));
        vec_each (&all, sample) {
            if (sample->at >= from && sample->at < until) {
                vec_add(tx_mem(tx), samples, *sample);
            }
        }
    }
    return NULL;
}

/* ---- retention ------------------------------------------------------------------------------ */

struct err *
metrics_expire(struct tx *tx, const struct metric_keep *keeps)
{
    int64_t now = tx_now(tx);

    for (; keeps->metric; keeps++) {
        const char *args[] = {number(tx, now - keeps->keep_s * 1000000), keeps->metric, NULL};

        TRY(tx_sql(tx,
                   "DELETE FROM metric_block WHERE last_at < CAST(? AS BIGINT) AND series_id IN "
                   "(SELECT id FROM metric_series WHERE metric = ?)",
                   args, NULL, NULL));
    }
    return tx_sql(tx,
                  "DELETE FROM metric_series WHERE NOT EXISTS "
                  "(SELECT 1 FROM metric_block WHERE series_id = metric_series.id)",
                  (const char *const[]){NULL}, NULL, NULL);
}
