/* What figures come to: from what was read at the two ends of each collection period. */
#include "pm/measure.h"

#include <math.h>

/* The figures of one part over an interval. */
struct figures {
    struct metric_samples figure, whole;
};

static struct err *
figures_read(struct tx *tx, const struct pm_metric *metric, const char *object, int64_t from,
             int64_t until, struct figures *figures)
{
    *figures = (struct figures){0};
    TRY(metrics_read(tx, object, pm_figures[metric->figure], from, until, &figures->figure));
    if (metric->rule == PM_GROWTH) {
        return NULL;
    }
    return metrics_read(tx, object, pm_figures[metric->whole], from, until, &figures->whole);
}

/* The first sample of the period that begins at 'from': sites are asked when it begins.  Samples are
 * in the order of time. */
static const struct metric_sample *
sample_at(const struct metric_samples *samples, int64_t from, int64_t period_us)
{
    size_t low = 0, high = samples->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (samples->items[middle].at < from) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < samples->n && samples->items[low].at < from + period_us ? &samples->items[low]
                                                                          : NULL;
}

static double
share(const struct metric_sample *part, const struct metric_sample *whole)
{
    return 100 * part->value / whole->value;
}

/* Hundredths: more is not in what was measured. */
static double
rounded(double per_cent)
{
    return round(per_cent * 100) / 100;
}

/* Of the period that ends at 'end'; false where it cannot be told: a figure is missing at an end,
 * or whoever counts has begun anew. */
static bool
part_value(const struct pm_metric *metric, const struct figures *figures, int64_t end,
           int64_t period_us, struct metric_sample *value)
{
    const struct metric_sample *first = sample_at(&figures->figure, end - period_us, period_us);
    const struct metric_sample *last = sample_at(&figures->figure, end, period_us);
    const struct metric_sample *whole_first =
        sample_at(&figures->whole, end - period_us, period_us);
    const struct metric_sample *whole = sample_at(&figures->whole, end, period_us);
    double grown;

    if (!first || !last) {
        return false;
    }
    value->at = last->at;
    grown = last->value - first->value;
    switch (metric->rule) {
    case PM_GROWTH:
        value->value = grown;
        return grown >= 0;
    case PM_BUSY:
        if (grown < 0 || !whole || whole->value < 1) {
            return false;
        }
        value->value = grown / ((double)(last->at - first->at) * 1000 * whole->value) * 100;
        return true;
    case PM_SHARE:
        if (!whole || !whole_first || whole->value <= 0 || whole_first->value <= 0) {
            return false;
        }
        value->value = (share(first, whole_first) + share(last, whole)) / 2;
        return true;
    }
    return false;
}

/* The mean of all parts; of some of them would be no value of the thing. */
static bool
thing_value(const struct pm_metric *metric, const struct pm_thing *thing,
            const struct figures *parts, int64_t end, int64_t period_us,
            struct metric_sample *value)
{
    struct metric_sample sum = {0};

    for (size_t i = 0; i < thing->parts.n; i++) {
        struct metric_sample one = {0};

        if (!part_value(metric, &parts[i], end, period_us, &one)) {
            return false;
        }
        sum.value += one.value;
        sum.at = one.at > sum.at ? one.at : sum.at;
    }
    value->at = sum.at;
    value->value =
        metric->rule == PM_GROWTH ? sum.value : rounded(sum.value / (double)thing->parts.n);
    return thing->parts.n > 0;
}

struct err *
pm_values(struct tx *tx, const struct pm_metric *metric, const struct pm_thing *thing, int64_t from,
          int64_t until, int64_t period_us, struct metric_samples *values)
{
    struct mem *mem = tx_mem(tx);
    struct figures *parts = MEM_ARRAY(mem, thing->parts.n + 1, struct figures);

    *values = (struct metric_samples){0};
    for (size_t i = 0; i < thing->parts.n; i++) {
        TRY(figures_read(tx, metric, pm_object(mem, thing, &thing->parts.items[i]), from,
                         until + period_us, &parts[i]));
    }
    for (int64_t end = from + period_us; end <= until; end += period_us) {
        struct metric_sample value;

        if (thing_value(metric, thing, parts, end, period_us, &value)) {
            vec_add(mem, values, value);
        }
    }
    return NULL;
}

int64_t
pm_period_end(int64_t started_at, int64_t period_us, int64_t now)
{
    return started_at + (now - started_at) / period_us * period_us;
}
