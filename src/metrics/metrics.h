/* Figures over time: series of samples in compact blocks, kept for as long as a table says, and
 * thresholds with hysteresis.  Knows neither what is measured nor who asks. */
#ifndef CARRICK_METRICS_METRICS_H
#define CARRICK_METRICS_METRICS_H

#include "store/store.h"

#define ATTR ATTR_MEMBER
struct metric_series {
    struct row row;
#include "metrics/metric_series.tbl"
};
struct metric_block {
    struct row row;
#include "metrics/metric_block.tbl"
};
#undef ATTR
extern const struct table metric_series_table, metric_block_table;
/* For store_config; null-terminated. */
extern const struct table *const metrics_tables[];

/* ---- samples --------------------------------------------------------------------------- */

struct metric_sample {
    int64_t at; /* microseconds since 1970 */
    double value;
};
struct metric_samples {
    struct metric_sample *items;
    size_t n, cap;
};

/* A sample with its series. */
struct metric_point {
    const char *object, *metric;
    struct metric_sample sample;
};
/* Appends 'n' points to their series, which begin with their first.  A point that is not newer than
 * the newest of its series, and a value that is no finite number, are dropped. */
struct err *metrics_append(struct tx *tx, const struct metric_point *points, size_t n) MUST_USE;
/* The samples with from <= at < until, oldest first, in tx_mem; none where there is no such series. */
struct err *metrics_read(struct tx *tx, const char *object, const char *metric, int64_t from,
                         int64_t until, struct metric_samples *samples) MUST_USE;

/* How long samples of a metric are kept. */
struct metric_keep {
    const char *metric; /* null ends a table */
    int64_t keep_s;
};
/* Forgets blocks whose newest sample is older than their metric is kept, and series without any. */
struct err *metrics_expire(struct tx *tx, const struct metric_keep *keeps) MUST_USE;

/* ---- blocks ---------------------------------------------------------------------------- */

#define METRIC_BLOCK_MAX 240 /* samples of a block */

/* The samples as text in 'mem', and back.  E_INVALID where the text is none of a block. */
const char *metric_block_encode(struct mem *mem, const struct metric_samples *samples);
struct err *metric_block_decode(struct mem *mem, const char *data,
                                struct metric_samples *samples) MUST_USE;

/* ---- thresholds ------------------------------------------------------------------------ */

/* Where a figure was found last. */
enum metric_side { METRIC_UNKNOWN, METRIC_BELOW, METRIC_ABOVE };
/* The side of 'value': above from value + hysteresis, below from value - hysteresis, between them as
 * 'before'.  SOL003 3.7.1 clause 6.5.3.4. */
enum metric_side metric_side_of(double threshold, double hysteresis, enum metric_side before,
                                double value);

#endif
