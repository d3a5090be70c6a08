/* Jobs as rows, and what a round of measuring means to them: at the end of each reporting period a
 * report of each instance, whose coming to the change log is the notification. */
#include "pm/measure.h"

#include "base/uuid.h"

#include <string.h>

static const struct quota_default pm_quotas[] = {
    {"pm_job", 100, "PM jobs of a project."},
    {"pm_threshold", 100, "PM thresholds of a project."},
    {0},
};

/* ---- the resources ------------------------------------------------------------------------- */

struct telling {
    struct jw w;
};

/* Place and times alone: what was measured is a figure a period, and there is a day of it. */
static struct err *
report_tell(void *arg, int n, const char *const *columns)
{
    static const char *const names[] = {"ready_at", "expires_at"};
    struct telling *telling = arg;
    char text[TIME_TEXT_SIZE];
    int64_t at;

    if (n < 3) {
        return NULL;
    }
    jw_object(&telling->w, NULL);
    jw_str(&telling->w, "href", columns[0]);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const struct attr *attr = table_attr(&pm_report_table, names[i]);

        if (str_to_i64(columns[i + 1], &at)) {
            jw_str(&telling->w, attr_json_name(attr), time_text(text, at, attr->time_form));
        }
    }
    jw_end(&telling->w);
    return NULL;
}

static struct err *
job_show(struct tx *tx, struct pm_job *job)
{
    const char *of_job[] = {job->id, NULL};
    AUTO_BUF text = BUF_INIT;
    struct telling telling = {.w = jw_to(&text)};
    const struct json *reports;

    jw_array(&telling.w, NULL);
    TRY(tx_sql(tx,
               "SELECT place, ready_at, expires_at FROM pm_report WHERE job_id = ? "
               "ORDER BY ready_at, id",
               of_job, report_tell, &telling));
    jw_end(&telling.w);
    TRY(json_parse(tx_mem(tx), text.data, text.len, &reports));
    job->reports = reports->n ? reports : NULL;
    return NULL;
}

static struct err *
before_show(struct tx *tx, struct op *op, void **rows, size_t n)
{
    (void)op;
    for (size_t i = 0; i < n; i++) {
        TRY(job_show(tx, rows[i]));
    }
    return NULL;
}

static struct err *
row_drop(struct tx *tx, const struct table *table, const char *id)
{
    struct cond by_id[] = {COND("id", id), {0}};
    void *row;

    TRY(row_find(tx, table, by_id, &row));
    return row ? row_delete(tx, table, id) : NULL;
}

/* With it go its measuring and whom it told. */
static struct err *
before_delete(struct tx *tx, struct op *op, const void *row)
{
    const struct row *head = row;
    const char *id = *(const char *const *)attr_at(table_key(head->table), row);

    (void)op;
    TRY(row_drop(tx, &pm_schedule_table, id));
    return row_drop(tx, &subscription_table, id);
}

const struct resource pm_job_resource = {
    .table = &pm_job_table,
    .singular = "pm_job",
    .plural = "pm_jobs",
    .doc = "PM jobs: what is collected of instances, and the reports.",
    .quota = "pm_job",
    .quota_defaults = pm_quotas,
    .rule_create = "writer",
    .rule_delete = "writer",
    .flags = RESOURCE_NO_UPDATE,
    .hooks = {.before_delete = before_delete, .before_show = before_show},
};
const struct resource pm_threshold_resource = {
    .table = &pm_threshold_table,
    .singular = "threshold",
    .plural = "thresholds",
    .doc = "Thresholds of metrics, which tell when one is crossed.",
    .quota = "pm_threshold",
    .quota_defaults = pm_quotas,
    .rule_create = "writer",
    .rule_delete = "writer",
    .flags = RESOURCE_NO_UPDATE,
    .hooks = {.before_delete = before_delete},
};

/* ---- what it is about ------------------------------------------------------------------------ */

static struct strs
strs_copy(struct mem *mem, const struct strs *strs)
{
    struct strs copy = {.items = MEM_ARRAY(mem, strs->n + 1, const char *)};

    for (size_t i = 0; i < strs->n; i++) {
        copy.items[copy.n++] = mem_str(mem, strs->items[i]);
    }
    return copy;
}

struct err *
pm_job_subject(struct tx *tx, struct mem *mem, const char *id, struct pm_subject *subject,
               bool *there)
{
    struct cond by_id[] = {COND("id", id), {0}};
    struct pm_job *job;

    TRY(row_find(tx, &pm_job_table, by_id, &job));
    subject->type = job ? pm_type_find(job->api, job->object_type) : NULL;
    *there = subject->type != NULL;
    if (!*there) {
        return NULL;
    }
    subject->project_id = mem_str(mem, job->project_id);
    subject->instances = strs_copy(mem, &job->object_instance_ids);
    subject->subs = strs_copy(mem, &job->sub_object_ids);
    for (size_t i = 0; i < job->metrics.n; i++) {
        const struct pm_metric *metric = pm_metric_find(subject->type, job->metrics.items[i]);

        if (metric) {
            vec_add(mem, &subject->metrics, metric);
        }
    }
    return NULL;
}

/* ---- reports ---------------------------------------------------------------------------- */

/* One report in the making. */
struct making {
    struct tx *tx;
    const struct pm_schedule *schedule;
    const struct pm_subject *subject;
    const struct pm_things *things;
    int64_t until;
};

void
pm_value_write(struct jw *w, const char *key, double value)
{
    int64_t whole = value > -1e15 && value < 1e15 ? (int64_t)value : 0;
    double back = (double)whole;

    /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c): -0 is not 0 */
    if (memcmp(&back, &value, sizeof back) == 0) {
        jw_int(w, key, whole);
    } else {
        jw_real(w, key, value);
    }
}

static void
entry_write(struct jw *w, const struct pm_thing *thing, const struct pm_metric *metric,
            const struct metric_samples *values)
{
    char at[TIME_TEXT_SIZE];

    jw_object(w, NULL);
    jw_str(w, "objectType", thing->type->name);
    jw_str(w, "objectInstanceId", thing->instance);
    if (thing->sub) {
        jw_str(w, "subObjectInstanceId", thing->sub);
    }
    jw_str(w, "performanceMetric", metric->name);
    jw_array(w, "performanceValues");
    vec_each (values, value) {
        jw_object(w, NULL);
        jw_str(w, "timeStamp", time_text(at, value->at, TIME_Z_MS));
        pm_value_write(w, "value", value->value);
        jw_end(w);
    }
    jw_end(w);
    jw_end(w);
}

static struct err *
entries_write(const struct making *making, const char *instance, struct jw *w)
{
    int64_t period_us = making->schedule->period_s * PM_SECOND;

    for (size_t i = 0; i < making->things->n; i++) {
        const struct pm_thing *thing = &making->things->items[i];

        for (size_t j = 0; str_eq(thing->instance, instance) && j < making->subject->metrics.n;
             j++) {
            const struct pm_metric *metric = making->subject->metrics.items[j];
            struct metric_samples values;

            TRY(pm_values(making->tx, metric, thing, making->schedule->reported_at, making->until,
                          period_us, &values));
            if (values.n) {
                entry_write(w, thing, metric, &values);
            }
        }
    }
    return NULL;
}

static int64_t
within(int64_t value, int64_t least, int64_t most)
{
    return value < least ? least : value > most ? most : value;
}

int64_t
pm_report_kept_s(int64_t reporting_s, size_t n_instances, int64_t n_values)
{
    int64_t by_number = PM_REPORTS_MAX * reporting_s / (int64_t)(n_instances ? n_instances : 1);
    int64_t by_values = PM_KEPT_VALUES_MAX * reporting_s / n_values;
    int64_t kept_s = within(by_number, PM_REPORT_LEAST_S, PM_REPORT_KEEP_S);

    return within(by_values, PM_REPORT_FETCH_S, kept_s);
}

/* As many as there may be in what is made now. */
static int64_t
values_of(const struct making *making)
{
    const struct pm_schedule *schedule = making->schedule;
    int64_t periods = (making->until - schedule->reported_at) / (schedule->period_s * PM_SECOND);
    int64_t n = (int64_t)making->things->n * (int64_t)making->subject->metrics.n * periods;

    return n > 1 ? n : 1;
}

/* Where nothing could be measured there is nothing to report. */
static struct err *
report_make(const struct making *making, const char *instance)
{
    struct mem *mem = tx_mem(making->tx);
    struct pm_report *report = row_new(mem, &pm_report_table);
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_array(&w, NULL);
    TRY(entries_write(making, instance, &w));
    jw_end(&w);
    TRY(json_parse(mem, text.data, text.len, &report->entries));
    if (!report->entries->n) {
        return NULL;
    }
    report->id = uuid_make_ordered(mem);
    report->project_id = making->subject->project_id;
    report->job_id = making->schedule->id;
    report->object_type = making->subject->type->name;
    report->object_instance_id = instance;
    report->sub_object_ids = making->subject->subs;
    report->place = mem_printf(mem, "%s/reports/%s", report->job_id, report->id);
    report->ready_at = tx_now(making->tx);
    report->expires_at =
        report->ready_at +
        PM_SECOND * pm_report_kept_s(making->schedule->reporting_s,
                                     making->subject->instances.n, values_of(making));
    return row_insert(making->tx, report);
}

struct err *
pm_report_get(struct tx *tx, const char *job_id, const char *id, struct pm_report **report)
{
    struct cond by_id[] = {COND("id", id), COND("job_id", job_id), {0}};

    TRY(row_find(tx, &pm_report_table, by_id, report));
    return *report ? NULL
                   : err_new(E_NOT_FOUND, NULL,
                             "report %s of PM job %s could not be found: a report "
                             "is kept until its expiryTime",
                             id, job_id);
}

/* ---- a round -------------------------------------------------------------------------------- */

static struct err *
reports_make(struct tx *tx, const struct pm_schedule *schedule, const struct pm_subject *subject,
             const struct pm_things *things, int64_t until)
{
    struct making making = {tx, schedule, subject, things, until};

    for (size_t i = 0; i < subject->instances.n; i++) {
        TRY(report_make(&making, subject->instances.items[i]));
    }
    return NULL;
}

/* Behind a long stop of ours the newest periods are reported. */
static int64_t
oldest_of(int64_t from, int64_t until, int64_t period_us)
{
    return until - from > PM_PERIODS_MAX * period_us ? until - PM_PERIODS_MAX * period_us : from;
}

struct err *
pm_job_round(struct tx *tx, const struct pm_schedule *old, const struct pm_subject *subject,
             const struct pm_things *things)
{
    struct pm_schedule *schedule = row_copy(tx_mem(tx), old);
    int64_t now = tx_now(tx), period_us = old->period_s * PM_SECOND, until;
    bool is_last = old->ends_at != INT_NULL &&
                   pm_period_end(old->started_at, period_us, now) + period_us > old->ends_at;

    schedule->collect_at = pm_look_after(old, now);
    until = is_last
                ? pm_period_end(old->started_at, period_us, now < old->ends_at ? now : old->ends_at)
                : pm_period_end(old->started_at, old->reporting_s * PM_SECOND, now);
    if (until > old->reported_at) {
        schedule->reported_at = oldest_of(old->reported_at, until, period_us);
        TRY(reports_make(tx, schedule, subject, things, until));
        schedule->reported_at = until;
    }
    return is_last ? row_delete(tx, &pm_schedule_table, old->id) : row_update(tx, old, schedule);
}
