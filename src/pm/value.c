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

/* How many per cent of the time of its processors it worked from one look to the next; below 0 where whoever
 * counts has begun anew, or tells of no processors. */
static double
busy(const struct metric_sample *first, const struct metric_sample *last,
     const struct metric_sample *whole)
{
    double grown = last->value - first->value;

    return !whole || whole->value < 1 || last->at <= first->at
               ? -1
               : grown / ((double)(last->at - first->at) * 1000 * whole->value) * 100;
}

/* The most of a part of the period from 'first' to 'last', both among the figures.  A part that was not looked
 * at may have been the one. */
static bool
peak_value(const struct pm_metric *metric, const struct figures *figures,
           const struct metric_sample *first, const struct metric_sample *last, int64_t period_us,
           double *peak)
{
    int64_t part_us = period_us / pm_parts(period_us);

    *peak = -1;
    for (const struct metric_sample *at = first; at <= last; at++) {
        const struct metric_sample *whole = sample_at(&figures->whole, at->at, 1);
        double value;

        if (!whole || whole->value <= 0 || (at > first && at->at - at[-1].at > 2 * part_us)) {
            return false;
        }
        if (metric->rule == PM_FULLEST) {
            value = share(at, whole);
        } else if (at == first) {
            continue;
        } else {
            value = busy(at - 1, at, whole);
        }
        if (value < 0) {
            return false;
        }
        *peak = value > *peak ? value : *peak;
    }
    return *peak >= 0;
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
        value->value = busy(first, last, whole);
        return value->value >= 0;
    case PM_BUSIEST:
    case PM_FULLEST:
        return peak_value(metric, figures, first, last, period_us, &value->value);
    case PM_SHARE:
        if (!whole || !whole_first || whole->value <= 0 || whole_first->value <= 0) {
            return false;
        }
        value->value = (share(first, whole_first) + share(last, whole)) / 2;
        return true;
    }
    return false;
}

/* The mean of all parts, a peak of the one that has the highest; of some of them would be no value of the
 * thing. */
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
        sum.value = !pm_is_peak(metric)     ? sum.value + one.value
                    : one.value > sum.value ? one.value
                                            : sum.value;
        sum.at = one.at > sum.at ? one.at : sum.at;
    }
    value->at = sum.at;
    value->value = metric->rule == PM_GROWTH ? sum.value
                   : pm_is_peak(metric)      ? rounded(sum.value)
                                             : rounded(sum.value / (double)thing->parts.n);
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

int64_t
pm_parts(int64_t period_us)
{
    int64_t parts = period_us / (PM_PART_S * PM_SECOND);

    return parts < 1 ? 1 : parts > PM_PARTS ? PM_PARTS : parts;
}

int64_t
pm_look_after(const struct pm_schedule *schedule, int64_t now)
{
    int64_t period_us = schedule->period_s * PM_SECOND;
    int64_t from = pm_period_end(schedule->started_at, period_us, now), parts, part;

    parts = schedule->looks_within ? pm_parts(period_us) : 1;
    part = (now - from) * parts / period_us + 1;
    return from + period_us * part / parts;
}

bool
pm_is_within(const struct pm_schedule *schedule, int64_t now)
{
    int64_t period_us = schedule->period_s * PM_SECOND, due = schedule->collect_at;
    int64_t end = pm_period_end(schedule->started_at, period_us, due);

    return end != due && end == pm_period_end(schedule->started_at, period_us, now);
}
