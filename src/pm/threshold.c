/* Thresholds in a round of measuring: each measured thing is on one side; a change of sides goes to
 * the change log, and from there to who asked. */
#include "pm/measure.h"

const char *const pm_directions[] = {"UP", "DOWN", NULL};

/* A number of simpleThresholdDetails. */
static double
number_of(const struct json *details, const char *name)
{
    const struct json *json = json_get(details, name);

    return json_is(json, JSON_T_REAL) ? json->r : (double)json_int(json, 0);
}

struct err *
pm_threshold_subject(struct tx *tx, struct mem *mem, const char *id, struct pm_subject *subject,
                     bool *there)
{
    struct cond by_id[] = {COND("id", id), {0}};
    struct pm_threshold *threshold;
    const struct pm_metric *metric;

    *there = false;
    TRY(row_find(tx, &pm_threshold_table, by_id, &threshold));
    subject->type = threshold ? pm_type_find(threshold->api, threshold->object_type) : NULL;
    if (!subject->type) {
        return NULL;
    }
    metric = pm_metric_find(subject->type, json_get_str(threshold->criteria, "performanceMetric"));
    if (!metric) {
        return NULL;
    }
    vec_add(mem, &subject->metrics, metric);
    subject->project_id = mem_str(mem, threshold->project_id);
    subject->instances = (struct strs){.n = 1, .items = MEM_ARRAY(mem, 1, const char *)};
    subject->instances.items[0] = mem_str(mem, threshold->object_instance_id);
    subject->subs.items = MEM_ARRAY(mem, threshold->sub_object_ids.n + 1, const char *);
    for (size_t i = 0; i < threshold->sub_object_ids.n; i++) {
        subject->subs.items[subject->subs.n++] = mem_str(mem, threshold->sub_object_ids.items[i]);
    }
    *there = true;
    return NULL;
}

/* ---- sides ------------------------------------------------------------------------------ */

static enum metric_side
side_of(const struct pm_crossing *crossing)
{
    return !crossing                           ? METRIC_UNKNOWN
           : str_eq(crossing->direction, "UP") ? METRIC_ABOVE
                                               : METRIC_BELOW;
}

static struct err *
crossing_find(struct tx *tx, const struct pm_threshold *threshold, const struct pm_thing *thing,
              struct pm_crossing **crossing)
{
    struct cond of_thing[] = {
        COND("threshold_id", threshold->id), COND("sub_object_id", thing->sub), {0}};

    if (!thing->sub) {
        of_thing[1] = (struct cond){.attr = "sub_object_id", .op = COND_NULL};
    }
    return row_find(tx, &pm_crossing_table, of_thing, crossing);
}

static const char *
value_text(struct mem *mem, double value)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    pm_value_write(&w, NULL, value);
    return buf_copy(mem, &text);
}

static struct err *
crossing_write(struct tx *tx, const struct pm_threshold *threshold, const struct pm_thing *thing,
               const struct pm_metric *metric, const struct pm_crossing *old, enum metric_side side,
               double value)
{
    struct pm_crossing *crossing =
        old ? row_copy(tx_mem(tx), old) : row_new(tx_mem(tx), &pm_crossing_table);

    crossing->project_id = threshold->project_id;
    crossing->threshold_id = threshold->id;
    crossing->object_type = thing->type->name;
    crossing->object_instance_id = thing->instance;
    crossing->sub_object_id = thing->sub;
    crossing->metric = metric->name;
    crossing->direction = side == METRIC_ABOVE ? "UP" : "DOWN";
    crossing->value = value_text(tx_mem(tx), value);
    return old ? row_update(tx, old, crossing) : row_insert(tx, crossing);
}

static struct err *
thing_judge(struct tx *tx, const struct pm_threshold *threshold, const struct pm_thing *thing,
            const struct pm_metric *metric, double value)
{
    const struct json *details = json_get(threshold->criteria, "simpleThresholdDetails");
    struct pm_crossing *crossing;
    enum metric_side before, side;

    TRY(crossing_find(tx, threshold, thing, &crossing));
    before = side_of(crossing);
    side = metric_side_of(number_of(details, "thresholdValue"), number_of(details, "hysteresis"),
                          before, value);
    return side == before ? NULL
                          : crossing_write(tx, threshold, thing, metric, crossing, side, value);
}

/* ---- a round -------------------------------------------------------------------------------- */

struct err *
pm_threshold_round(struct tx *tx, const struct pm_schedule *old, const struct pm_subject *subject,
                   const struct pm_things *things)
{
    struct pm_schedule *schedule = row_copy(tx_mem(tx), old);
    int64_t period_us = old->period_s * PM_SECOND;
    int64_t end = pm_period_end(old->started_at, period_us, tx_now(tx));
    struct pm_threshold *threshold;

    TRY(row_get(tx, &pm_threshold_table, old->id, &threshold));
    for (size_t i = 0; end > old->reported_at && i < things->n; i++) {
        struct metric_samples values;

        TRY(pm_values(tx, subject->metrics.items[0], &things->items[i], end - period_us, end,
                      period_us, &values));
        if (values.n) {
            TRY(thing_judge(tx, threshold, &things->items[i], subject->metrics.items[0],
                            values.items[0].value));
        }
    }
    schedule->reported_at = end;
    schedule->collect_at = pm_look_after(old, tx_now(tx));
    return row_update(tx, old, schedule);
}
