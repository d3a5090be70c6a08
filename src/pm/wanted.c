/* A job or a threshold is kept only when its sites have shown that they can measure it: what they
 * showed are its first samples. */
#include "pm/measure.h"

#include "base/str.h"
#include "base/uuid.h"
#include "vnfm/vnfm.h"

#include <string.h>

struct pm_wanted {
    struct pm_look *look;
    struct mem *mem; /* The look's. */
    struct nfvo *nfvo;
    struct pm_subject subject;
    struct pm_things things;
    void *row; /* The job or the threshold. */
    struct pm_schedule *schedule;
    pm_done_fn *done;
    void *arg;
};

static struct pm_wanted *
wanted_new(const struct op *op)
{
    struct pm_look *look = pm_look_new(op->user);
    struct pm_wanted *wanted = MEM_NEW(pm_look_mem(look), struct pm_wanted);

    wanted->look = look;
    wanted->mem = pm_look_mem(look);
    wanted->nfvo = op->user;
    wanted->subject.project_id = mem_str(wanted->mem, op->caller->project_id);
    return wanted;
}

void
pm_wanted_free(struct pm_wanted *wanted)
{
    if (wanted) {
        pm_look_free(wanted->look);
    }
}

const char *
pm_wanted_id(const struct pm_wanted *wanted)
{
    return wanted->schedule->id;
}

/* ---- what is meant ---------------------------------------------------------------------- */

/* Without a name, which version 1 does not have, it follows from a metric or a group. */
static struct err *
type_take(struct pm_wanted *wanted, const char *api, const char *name, const char *metric,
          const char *group)
{
    if (!name && !metric && !group) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "criteria: performanceMetric or performanceMetricGroup is needed");
    }
    wanted->subject.type = name ? pm_type_find(api, name) : pm_type_of(api, metric, group);
    if (!name && !wanted->subject.type) {
        return err_new(E_UNPROCESSABLE, NULL, "%s is not measured of any object", metric ? metric : group);
    }
    return wanted->subject.type
               ? NULL
               : err_new(E_UNPROCESSABLE, NULL, "objectType %s is not measured; %s are", name,
                         pm_types_text(wanted->mem, api));
}

static void
metric_add(struct pm_wanted *wanted, const struct pm_metric *metric)
{
    vec_each (&wanted->subject.metrics, there) {
        if (*there == metric) {
            return;
        }
    }
    vec_add(wanted->mem, &wanted->subject.metrics, metric);
}

static struct err *
metric_take(struct pm_wanted *wanted, const char *name)
{
    const struct pm_metric *metric = pm_metric_find(wanted->subject.type, name);

    if (!metric) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "performanceMetric %s of objectType %s cannot be measured; %s can", name,
                       wanted->subject.type->name,
                       pm_metrics_text(wanted->mem, wanted->subject.type));
    }
    metric_add(wanted, metric);
    return NULL;
}

static struct err *
group_take(struct pm_wanted *wanted, const char *name)
{
    struct pm_metrics metrics = {0};

    if (!str_eq_case(name, wanted->subject.type->group)) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "objectType %s has no performanceMetricGroup %s; it has %s",
                       wanted->subject.type->name, name, wanted->subject.type->group);
    }
    pm_metrics_of(wanted->mem, wanted->subject.type, &metrics);
    vec_each (&metrics, metric) {
        metric_add(wanted, *metric);
    }
    return NULL;
}

/* ---- what there is ------------------------------------------------------------------------ */

struct reading {
    struct op op;
    struct pm_wanted *wanted;
};

static struct err *
subs_check(const struct pm_wanted *wanted)
{
    struct err *faults = NULL;

    for (size_t i = 0; i < wanted->subject.subs.n; i++) {
        bool there = false;

        vec_each (&wanted->things, thing) {
            there = there || str_eq(thing->sub, wanted->subject.subs.items[i]);
        }
        if (!there) {
            faults = err_join(faults,
                              err_new(E_UNPROCESSABLE, NULL, "instance %s has no %s %s now",
                                      wanted->subject.instances.items[0],
                                      wanted->subject.type->name, wanted->subject.subs.items[i]));
        }
    }
    return faults;
}

static struct err *
instance_read(struct tx *tx, struct reading *reading, const char *id)
{
    struct pm_wanted *wanted = reading->wanted;
    size_t before = wanted->things.n;
    void *instance;
    struct err *e = resource_get(tx, &reading->op, id, &instance);

    if (err_is(e, E_NOT_FOUND)) {
        err_ignore(e, "told as a fault of the body");
        return err_new(E_UNPROCESSABLE, NULL, "there is no %s %s", reading->op.resource->singular,
                       id);
    }
    TRY(e);
    TRY(pm_things_add(tx, wanted->mem, &wanted->subject, instance, &wanted->things));
    if (wanted->things.n == before && !wanted->subject.subs.n) {
        return err_new(E_UNPROCESSABLE, NULL, "%s %s has no %s to measure now: is it instantiated?",
                       reading->op.resource->singular, id, wanted->subject.type->name);
    }
    return NULL;
}

static struct err *
things_read(struct tx *tx, void *arg)
{
    struct reading *reading = arg;
    struct err *faults = NULL;

    for (size_t i = 0; i < reading->wanted->subject.instances.n; i++) {
        faults = err_join(faults,
                          instance_read(tx, reading, reading->wanted->subject.instances.items[i]));
    }
    return faults ? faults : subs_check(reading->wanted);
}

static struct strs
strs_take(struct mem *mem, const struct strs *given)
{
    struct strs strs = {.items = MEM_ARRAY(mem, given->n + 1, const char *)};

    for (size_t i = 0; i < given->n; i++) {
        strs.items[strs.n++] = mem_str(mem, given->items[i]);
    }
    return strs;
}

static struct err *
things_take(struct pm_wanted *wanted, const struct op *op, const struct strs *instances,
            const struct strs *subs)
{
    struct reading reading = {.op = *op, .wanted = wanted};

    wanted->subject.instances = strs_take(wanted->mem, instances);
    wanted->subject.subs = strs_take(wanted->mem, subs);
    if (subs->n && instances->n != 1) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "with subObjectInstanceIds there is one of objectInstanceIds, not %zu",
                       instances->n);
    }
    if (subs->n && wanted->subject.type->kind == PM_VNF) {
        return err_new(E_UNPROCESSABLE, NULL, "objectType Vnf has no sub-objects: is Vnfc meant?");
    }
    reading.op.resource =
        wanted->subject.type->kind == PM_SAP ? &ns_instance_resource : &vnf_instance_resource;
    TRY(store_read(wanted->nfvo->store, things_read, &reading));
    pm_look_add(wanted->look, &wanted->things);
    return NULL;
}

static void
schedule_make(struct pm_wanted *wanted, const char *kind, int64_t period_s, int64_t reporting_s)
{
    struct pm_schedule *schedule = row_new(wanted->mem, &pm_schedule_table);

    schedule->id = uuid_make_ordered(wanted->mem);
    schedule->kind = kind;
    schedule->period_s = period_s;
    schedule->reporting_s = reporting_s;
    schedule->ends_at = INT_NULL;
    wanted->schedule = schedule;
}

/* ---- a job ---------------------------------------------------------------------------------- */

static struct err *
criteria_take(struct pm_wanted *wanted, const struct pm_criteria *criteria)
{
    struct err *faults = NULL;

    for (size_t i = 0; i < criteria->metrics.n; i++) {
        faults = err_join(faults, metric_take(wanted, criteria->metrics.items[i]));
    }
    for (size_t i = 0; i < criteria->groups.n; i++) {
        faults = err_join(faults, group_take(wanted, criteria->groups.items[i]));
    }
    if (!criteria->metrics.n && !criteria->groups.n) {
        faults =
            err_join(faults, err_new(E_UNPROCESSABLE, NULL,
                                     "criteria: performanceMetric or performanceMetricGroup is "
                                     "needed"));
    }
    if (criteria->reporting_period % criteria->collection_period ||
        criteria->reporting_period / criteria->collection_period > PM_PERIODS_MAX) {
        faults =
            err_join(faults, err_new(E_UNPROCESSABLE, NULL,
                                     "criteria: reportingPeriod is 1 to %d times collectionPeriod",
                                     PM_PERIODS_MAX));
    }
    if (criteria->boundary != TIME_NULL &&
        criteria->boundary < time_now_us() + criteria->collection_period * PM_SECOND) {
        faults = err_join(faults, err_new(E_UNPROCESSABLE, NULL,
                                          "criteria: no collectionPeriod ends before "
                                          "reportingBoundary"));
    }
    return faults;
}

static void
job_make(struct pm_wanted *wanted, const char *api, const struct pm_job_request *request,
         const struct json *criteria)
{
    const struct pm_criteria *given = request->criteria.items[0];
    struct pm_job *job = row_new(wanted->mem, &pm_job_table);

    schedule_make(wanted, "JOB", given->collection_period, given->reporting_period);
    wanted->schedule->ends_at = given->boundary == TIME_NULL ? INT_NULL : given->boundary;
    job->id = wanted->schedule->id;
    job->project_id = wanted->subject.project_id;
    job->api = api;
    job->object_type = wanted->subject.type->name;
    job->object_instance_ids = wanted->subject.instances;
    job->sub_object_ids = wanted->subject.subs;
    job->criteria = criteria;
    job->callback_uri = str_or(request->callback_uri, "");
    job->metrics.items = MEM_ARRAY(wanted->mem, wanted->subject.metrics.n + 1, const char *);
    vec_each (&wanted->subject.metrics, metric) {
        job->metrics.items[job->metrics.n++] = (*metric)->name;
    }
    wanted->row = job;
}

/* All that is reported at once is one write, and stands in one answer or a few. */
static struct err *
size_check(const struct pm_wanted *wanted, const struct pm_criteria *criteria)
{
    int64_t n = (int64_t)wanted->things.n * (int64_t)wanted->subject.metrics.n *
                (criteria->reporting_period / criteria->collection_period);

    return n > PM_VALUES_MAX
               ? err_new(E_UNPROCESSABLE, NULL,
                         "criteria: %lld values would be reported at once, and %d are possible: "
                         "a shorter reportingPeriod, fewer metrics or instances",
                         (long long)n, PM_VALUES_MAX)
               : NULL;
}

static struct err *
job_take(struct pm_wanted *wanted, const struct op *op, const char *api,
         const struct pm_job_request *request)
{
    const struct pm_criteria *criteria = request->criteria.items[0];

    TRY(type_take(wanted, api, request->object_type,
                  criteria->metrics.n ? criteria->metrics.items[0] : NULL,
                  criteria->groups.n ? criteria->groups.items[0] : NULL));
    TRY(criteria_take(wanted, criteria));
    TRY(things_take(wanted, op, &request->object_instance_ids, &request->sub_object_ids));
    return size_check(wanted, criteria);
}

struct err *
pm_job_want(const struct op *op, const char *api, const struct pm_job_request *request,
            const struct json *criteria, struct pm_wanted **out)
{
    struct pm_wanted *wanted = wanted_new(op);
    struct err *e = job_take(wanted, op, api, request);

    if (e) {
        pm_wanted_free(wanted);
        return e;
    }
    job_make(wanted, api, request, criteria);
    *out = wanted;
    return NULL;
}

/* ---- a threshold ---------------------------------------------------------------------------- */

static struct err *
threshold_take(struct pm_wanted *wanted, const struct op *op, const char *api,
               const struct pm_threshold_request *request)
{
    const struct pm_threshold_criteria *criteria = request->criteria.items[0];
    const char *ids[] = {request->object_instance_id};
    const struct strs instances = {.n = 1, .items = ids};

    TRY(type_take(wanted, api, request->object_type, criteria->metric, NULL));
    TRY(metric_take(wanted, criteria->metric));
    return things_take(wanted, op, &instances, &request->sub_object_ids);
}

struct err *
pm_threshold_want(const struct op *op, const char *api, const struct pm_threshold_request *request,
                  const struct json *criteria, struct pm_wanted **out)
{
    struct pm_wanted *wanted = wanted_new(op);
    struct err *e = threshold_take(wanted, op, api, request);
    struct pm_threshold *threshold;

    if (e) {
        pm_wanted_free(wanted);
        return e;
    }
    threshold = row_new(wanted->mem, &pm_threshold_table);
    schedule_make(wanted, "THRESHOLD", PM_THRESHOLD_S, PM_THRESHOLD_S);
    threshold->id = wanted->schedule->id;
    threshold->project_id = wanted->subject.project_id;
    threshold->api = api;
    threshold->object_type = wanted->subject.type->name;
    threshold->object_instance_id = wanted->subject.instances.items[0];
    threshold->sub_object_ids = wanted->subject.subs;
    threshold->criteria = criteria;
    threshold->callback_uri = str_or(request->callback_uri, "");
    wanted->row = threshold;
    *out = wanted;
    return NULL;
}

/* ---- can it be measured? -------------------------------------------------------------------- */

static const char *
measurable(const struct pm_wanted *wanted)
{
    struct pm_metrics all = {0};
    const char *text = NULL;

    pm_metrics_of(wanted->mem, wanted->subject.type, &all);
    vec_each (&all, metric) {
        if (pm_look_has(wanted->look, *metric, &wanted->things)) {
            text =
                text ? mem_printf(wanted->mem, "%s, %s", text, (*metric)->name) : (*metric)->name;
        }
    }
    return str_or(text, "none");
}

static struct err *
metrics_check(const struct pm_wanted *wanted)
{
    struct err *faults = NULL;

    vec_each (&wanted->subject.metrics, metric) {
        if (!pm_look_has(wanted->look, *metric, &wanted->things)) {
            faults = err_join(
                faults,
                err_new(E_UNPROCESSABLE, NULL,
                        "%s cannot be measured where it is (%s); of objectType %s can be: %s",
                        (*metric)->name,
                        *pm_look_reasons(wanted->look) ? pm_look_reasons(wanted->look)
                                                       : "its site tells no such figure",
                        wanted->subject.type->name, measurable(wanted)));
        }
    }
    return faults;
}

/* loop_fn */
static void
looked(void *arg)
{
    struct pm_wanted *wanted = arg;

    wanted->schedule->started_at = wanted->schedule->reported_at = pm_look_began(wanted->look);
    vec_each (&wanted->subject.metrics, metric) {
        wanted->schedule->looks_within = wanted->schedule->looks_within || pm_is_peak(*metric);
    }
    wanted->schedule->collect_at = pm_look_after(wanted->schedule, wanted->schedule->started_at);
    wanted->done(wanted->arg, metrics_check(wanted));
}

/* loop_fn */
static void
look_start(void *arg)
{
    struct pm_wanted *wanted = arg;

    pm_look_run(wanted->look, looked, wanted);
}

void
pm_wanted_look(struct pm_wanted *wanted, pm_done_fn *done, void *arg)
{
    wanted->done = done;
    wanted->arg = arg;
    loop_post(wanted->nfvo->loop, look_start, wanted);
}

/* ---- keeping -------------------------------------------------------------------------------- */

struct err *
pm_wanted_keep(struct tx *tx, struct op *op, struct pm_wanted *wanted,
               const struct subscription *subscription, void **row)
{
    const struct metric_point *points;
    size_t n;

    TRY(resource_create(tx, op, wanted->row, row));
    if (subscription) {
        struct subscription *teller = row_copy(tx_mem(tx), subscription);

        teller->project_id = wanted->subject.project_id;
        TRY(changes_last(tx, &teller->since));
        TRY(row_insert(tx, teller));
    }
    TRY(row_insert(tx, row_copy(tx_mem(tx), wanted->schedule)));
    points = pm_look_points(wanted->look, &n);
    return metrics_append(tx, points, n);
}

/* ---- whom it tells -------------------------------------------------------------------------- */

struct err *
pm_subscription(struct mem *mem, const struct notice_api *notices, const char *id,
                const char *callback, const struct rows *authentication, const char *base,
                bool has_certificate, struct subscription **made)
{
    const char *filter = mem_printf(mem, "{\"id\": [\"%s\"]}", id);
    struct subscription_request request = {.callback_uri = callback,
                                           .authentication = *authentication};

    TRY(json_parse(mem, filter, strlen(filter), &request.filter));
    TRY(subscription_make(mem, notices, &request, 0, base, has_certificate, made));
    (*made)->id = id;
    return NULL;
}

static void
callback_set(struct mem *mem, void *row, const char *callback)
{
    const struct row *head = row;
    const struct attr *attr = table_attr(head->table, "callback_uri");

    *(const char **)attr_at(attr, row) = mem_str(mem, callback);
}

struct err *
pm_modify(struct tx *tx, const void *row, const struct pm_modifications *given,
          const struct json *body, bool has_certificate, void **changed,
          struct subscription **subscription)
{
    const struct row *head = row;
    const char *id = *(const char *const *)attr_at(table_key(head->table), row);
    struct cond by_id[] = {COND("id", id), {0}};
    bool authentication = json_get(body, "authentication") != NULL;
    struct subscription *old;

    if (!given->callback_uri && (!authentication || json_get(body, "callbackUri"))) {
        return err_new(E_INVALID, NULL,
                       "callbackUri (which is never null) or authentication is needed");
    }
    TRY(row_find(tx, &subscription_table, by_id, &old));
    if (!old) {
        return err_new(E_CONFLICT, NULL,
                       "it was made in version 1, whose subscribers are told: it has no callbackUri");
    }
    *changed = row_copy(tx_mem(tx), row);
    *subscription = row_copy(tx_mem(tx), old);
    if (given->callback_uri) {
        callback_set(tx_mem(tx), *changed, given->callback_uri);
        (*subscription)->callback_uri = given->callback_uri;
    }
    if (authentication) {
        return subscription_authenticate(&given->authentication, has_certificate, *subscription);
    }
    return str_eq((*subscription)->auth_type, SUBSCRIPTION_TLS_CERT) &&
                   !str_starts((*subscription)->callback_uri, "https://")
               ? err_new(E_INVALID, NULL, "TLS_CERT needs an https callbackUri")
               : NULL;
}

static struct err *
row_put(struct tx *tx, const void *row)
{
    const struct row *head = row;
    void *old, *copy = row_copy(tx_mem(tx), row);

    TRY(row_get(tx, head->table, *(const char *const *)attr_at(table_key(head->table), row), &old));
    return row_update(tx, old, copy);
}

struct err *
pm_modified(struct tx *tx, const void *row, const struct subscription *subscription)
{
    TRY(row_put(tx, row));
    return row_put(tx, subscription);
}
