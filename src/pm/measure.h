/* What is measured, of what, where, and what it comes to: within src/pm. */
#ifndef CARRICK_PM_MEASURE_H
#define CARRICK_PM_MEASURE_H

#include "base/vec.h"
#include "pm/pm.h"

/* ---- metric.c: the tables -------------------------------------------------------------------- */

enum pm_source { PM_SERVER, PM_PORT };

/* X(id, series of the sample store) */
#define PM_FIGURES(X)                                                                              \
    X(CPU_NS, "cpu_ns")                                                                            \
    X(CPUS, "cpus")                                                                                \
    X(MEMORY, "memory")                                                                            \
    X(MEMORY_USED, "memory_used")                                                                  \
    X(RECEIVED_PACKETS, "received_packets")                                                        \
    X(RECEIVED_BYTES, "received_bytes")                                                            \
    X(SENT_PACKETS, "sent_packets")                                                                \
    X(SENT_BYTES, "sent_bytes")
enum pm_figure {
#define X(id, series) PM_##id,
    PM_FIGURES(X)
#undef X
};
extern const char *const pm_figures[];          /* names of series, by enum pm_figure */
extern const struct metric_keep pm_keeps[];     /* how long each is kept */

/* How a metric follows from figures at the two ends of a collection period. */
enum pm_rule {
    PM_GROWTH, /* how much 'figure' grew */
    PM_BUSY,   /* 'figure', nanoseconds, grew by so many per cent of the time of 'whole' processors */
    PM_SHARE,  /* 'figure' is so many per cent of 'whole': the mean of both ends */
    PM_BUSIEST, /* as PM_BUSY, of the busiest part of the period (pm_parts) */
    PM_FULLEST, /* as PM_SHARE, the most that was found at an end of such a part */
};
/* What may be measured: an object type of IFA027 and where its instances are. */
enum pm_kind { PM_VNF, PM_VNFC, PM_INT_CP, PM_EXT_CP, PM_SAP };
struct pm_type {
    const char *name, *api, *group;
    enum pm_kind kind;
    enum pm_source source;
};
struct pm_metric {
    const char *name, *group;
    enum pm_rule rule;
    enum pm_figure figure, whole;
};
/* Is it of what goes on within a period? */
bool pm_is_peak(const struct pm_metric *metric);
/* The type, or null; the metric of it, or null. */
const struct pm_type *pm_type_find(const char *api, const char *name);
const struct pm_metric *pm_metric_find(const struct pm_type *type, const char *name);
/* The first type of the API that has the metric, or where that is null the group; or null: version 1
 * names no type. */
const struct pm_type *pm_type_of(const char *api, const char *metric, const char *group);
/* "Vnf, Vnfc": what an API has; what a type has. */
const char *pm_types_text(struct mem *mem, const char *api);
const char *pm_metrics_text(struct mem *mem, const struct pm_type *type);

struct pm_metrics {
    const struct pm_metric **items;
    size_t n, cap;
};
void pm_metrics_of(struct mem *mem, const struct pm_type *type, struct pm_metrics *metrics);

/* ---- thing.c: what there is to measure --------------------------------------------------------- */

/* A server or a port; what is not known is null. */
struct pm_part {
    const char *server_id, *port_id, *mac;
};
/* What has one value: an instance, or a part of it that is a sub-object. */
struct pm_thing {
    const struct pm_type *type;
    const char *instance, *sub, *site;
    VEC(struct pm_part) parts;
};
struct pm_things {
    struct pm_thing *items;
    size_t n, cap;
};
/* What a job or a threshold is about. */
struct pm_subject {
    const struct pm_type *type;
    const char *project_id;
    struct strs instances, subs;
    struct pm_metrics metrics;
};
/* Adds what there is of an instance (a vnf_instance or ns_instance) of the subject now, in 'mem';
 * nothing where it is not instantiated. */
struct err *pm_things_add(struct tx *tx, struct mem *mem, const struct pm_subject *subject,
                          const void *instance, struct pm_things *things) MUST_USE;
/* The same for all its instances that are there. */
struct err *pm_things_now(struct tx *tx, struct mem *mem, const struct pm_subject *subject,
                          struct pm_things *things) MUST_USE;
const struct table *pm_instances(const struct pm_type *type);
/* What the part is called in the sample store. */
const char *pm_object(struct mem *mem, const struct pm_thing *thing, const struct pm_part *part);

/* ---- look.c: asking the sites -------------------------------------------------------------------- */

/* One round of questions. */
struct pm_look;
struct pm_look *pm_look_new(struct nfvo *nfvo);
/* Lives as long as the look. */
struct mem *pm_look_mem(struct pm_look *look);
/* Things of one source are looked at too; borrowed. */
void pm_look_add(struct pm_look *look, const struct pm_things *things);
/* The element manager of 'one' is asked for its indicators too (SOL002 clause 8); borrowed. */
struct pm_indicated;
void pm_look_add_told(struct pm_look *look, const struct pm_indicated *one);
/* What it said of one of them, as JSON text; null where it said nothing that has room. */
const char *pm_look_told(const struct pm_look *look, const char *vnf_id, const char *name);
/* On the loop.  'done' is called there once, later, but not where the driver ends before. */
void pm_look_run(struct pm_look *look, loop_fn *done, void *arg);
/* What was found; when the questions were asked. */
const struct metric_point *pm_look_points(const struct pm_look *look, size_t *n);
int64_t pm_look_began(const struct pm_look *look);
/* Was something found that the metric needs of one of the things at least? */
bool pm_look_has(const struct pm_look *look, const struct pm_metric *metric,
                 const struct pm_things *things);
/* Why sites told nothing; "" where all did.  In the look's arena. */
const char *pm_look_reasons(const struct pm_look *look);
/* The caller is done with it; any thread; null accepted. */
void pm_look_free(struct pm_look *look);

/* ---- value.c: what figures come to ------------------------------------------------------------------ */

/* Values of a metric for the collection periods that end in (from, until], 'from' and 'until' being
 * ends of periods; in tx_mem.  A period without a figure at both ends has none. */
struct err *pm_values(struct tx *tx, const struct pm_metric *metric, const struct pm_thing *thing,
                      int64_t from, int64_t until, int64_t period_us,
                      struct metric_samples *values) MUST_USE;

/* ---- job.c, threshold.c: what a round means to them ------------------------------------------------- */

/* What a schedule is about; '*there' false where it is gone. */
struct err *pm_job_subject(struct tx *tx, struct mem *mem, const char *id,
                           struct pm_subject *subject, bool *there) MUST_USE;
struct err *pm_threshold_subject(struct tx *tx, struct mem *mem, const char *id,
                                 struct pm_subject *subject, bool *there) MUST_USE;
/* The samples of a round are kept: reports and crossings follow, and the schedule goes on. */
struct err *pm_job_round(struct tx *tx, const struct pm_schedule *schedule,
                         const struct pm_subject *subject, const struct pm_things *things) MUST_USE;
struct err *pm_threshold_round(struct tx *tx, const struct pm_schedule *schedule,
                               const struct pm_subject *subject,
                               const struct pm_things *things) MUST_USE;
/* ---- indicator.c: values of VNF indicators -------------------------------------------------------- */

/* A VNF instance whose VNFD declares indicators: those that can be measured are metrics of 'subject',
 * 'names' what the VNFD calls them. */
struct pm_indicated {
    const char *id;
    struct pm_subject subject;
    const char **names;
    struct strs told; /* those that are no metrics, where it has an element manager that may tell them */
};
struct pm_all_indicated {
    struct pm_indicated *items;
    size_t n, cap;
};
/* Those that are INSTANTIATED now, in 'mem': the first PM_INDICATED_MAX by id, behind id 'behind' (null = from the
 * beginning).  A metric is told under one name, the first that the VNFD has for it. */
struct err *pm_indicated_now(struct tx *tx, struct mem *mem, const char *behind,
                             struct pm_all_indicated *all) MUST_USE;
/* The samples of a round are kept: its indicators get their values of the last period, or what its element
 * manager has told; or none. */
struct err *pm_indicator_round(struct tx *tx, const struct pm_indicated *one,
                               const struct pm_things *things, const struct pm_look *look) MUST_USE;
/* Forgets values of what is not instantiated or not declared any more. */
struct err *pm_indicators_sweep(struct tx *tx) MUST_USE;

/* The newest end of a period of 'period_us' that is not after 'now'. */
int64_t pm_period_end(int64_t started_at, int64_t period_us, int64_t now);
/* Parts of a period, at whose ends sites are asked for a metric that is a peak: 1 to PM_PARTS. */
int64_t pm_parts(int64_t period_us);
/* When the schedule is to be measured behind 'now': at the end of the period, or of a part where it 'looks_within'. */
int64_t pm_look_after(const struct pm_schedule *schedule, int64_t now);
/* Was it due in the midst of a period that has not ended at 'now' either? */
bool pm_is_within(const struct pm_schedule *schedule, int64_t now);
#define PM_PARTS 10
#define PM_PART_S 5 /* Seconds of a part at least. */
#define PM_SECOND INT64_C(1000000)
#define PM_THRESHOLD_S 30      /* Thresholds are looked at so often. */
#define PM_INDICATOR_S 30      /* Indicators get a value so often. */
#define PM_TOLD_MAX 64         /* Bytes of what it says of an indicator. */
#define PM_TOLD_MS 3000        /* So long an element manager has: others' figures are kept behind it. */
#define PM_INDICATED_MAX 500   /* Instances with indicators of a round. */
#define PM_PERIODS_MAX 1000    /* Collection periods of a report. */
#define PM_VALUES_MAX 100000   /* Values of all reports that a job makes at once. */
/* Reports are kept for a day; less where a job makes so many, but not less than a while, or where they have
 * so many values, but long enough to be fetched. */
#define PM_REPORTS_MAX 2000
#define PM_KEPT_VALUES_MAX 1000000 /* Some 70 bytes each. */
#define PM_REPORT_KEEP_S 86400
#define PM_REPORT_LEAST_S 900
#define PM_REPORT_FETCH_S 60
/* How long, in seconds, a job that reports so often of so many instances, 'n_values' (at least 1) at once of all of
 * them, keeps each. */
int64_t pm_report_kept_s(int64_t reporting_s, size_t n_instances, int64_t n_values);

#endif
