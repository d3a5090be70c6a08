/* Performance management (SOL003 3.7.1 clause 6, SOL005 3.7.1 clause 7): jobs that collect figures of
 * VNF and NS instances and report them, and thresholds that tell when one is crossed.  Figures are
 * what sites have measured, asked for by steps of src/vim and kept by src/metrics. */
#ifndef CARRICK_PM_PM_H
#define CARRICK_PM_PM_H

#include "metrics/metrics.h"
#include "nfvo/nfvo.h"
#include "notify/notify.h"

#define ATTR ATTR_MEMBER
struct pm_criteria {
    struct row row;
#include "pm/pm_criteria.tbl"
};
struct pm_job_request {
    struct row row;
#include "pm/pm_job_request.tbl"
};
struct pm_threshold_criteria {
    struct row row;
#include "pm/pm_threshold_criteria.tbl"
};
struct pm_threshold_request {
    struct row row;
#include "pm/pm_threshold_request.tbl"
};
struct pm_modifications {
    struct row row;
#include "pm/pm_modifications.tbl"
};
struct pm_job {
    struct row row;
#include "pm/pm_job.tbl"
};
struct pm_threshold {
    struct row row;
#include "pm/pm_threshold.tbl"
};
struct pm_report {
    struct row row;
#include "pm/pm_report.tbl"
};
struct pm_crossing {
    struct row row;
#include "pm/pm_crossing.tbl"
};
struct pm_schedule {
    struct row row;
#include "pm/pm_schedule.tbl"
};
struct vnf_indicator {
    struct row row;
#include "pm/vnf_indicator.tbl"
};
#undef ATTR

extern const struct table pm_job_table, pm_threshold_table, pm_report_table, pm_crossing_table,
    pm_schedule_table, vnf_indicator_table;
/* Bodies of requests. */
extern const struct table pm_job_request_table, pm_threshold_request_table, pm_modifications_table;
/* For store_config; null-terminated. */
extern const struct table *const pm_tables[];
extern const struct resource pm_job_resource, pm_threshold_resource, vnf_indicator_resource;
/* Registers them. */
void pm_register(void);

extern const char *const pm_directions[], *const pm_schedule_kinds[], *const pm_threshold_types[];

/* ---- creating: look first, then keep ------------------------------------------------------ */

/* A job or a threshold that was asked for and is not kept yet. */
struct pm_wanted;
/* Reads what has to be looked at for the caller of 'op' (its user is the struct nfvo); 'api' is
 * "vnfpm" or "nspm".  The result is ended by pm_wanted_free.  E_INVALID, E_NOT_FOUND and
 * E_UNPROCESSABLE with all that is wrong with the request. */
struct err *pm_job_want(const struct op *op, const char *api, const struct pm_job_request *request,
                        const struct json *criteria, struct pm_wanted **wanted) MUST_USE;
struct err *pm_threshold_want(const struct op *op, const char *api,
                              const struct pm_threshold_request *request,
                              const struct json *criteria, struct pm_wanted **wanted) MUST_USE;
/* What it will be called. */
const char *pm_wanted_id(const struct pm_wanted *wanted);
typedef void pm_done_fn(void *arg, struct err *err);
/* Asks the sites what they can tell; any thread.  'done' (owns the error) is called on the loop's
 * thread, once, but not where the driver ends before: E_UNPROCESSABLE names every metric that none
 * of the instances' sites can measure, why, and which they can. */
void pm_wanted_look(struct pm_wanted *wanted, pm_done_fn *done, void *arg);
/* Keeps it, its first samples and 'subscription', under which it tells (null: it was asked for in
 * version 1, whose subscribers are told); '*row' as resource_create. */
struct err *pm_wanted_keep(struct tx *tx, struct op *op, struct pm_wanted *wanted,
                           const struct subscription *subscription, void **row) MUST_USE;
void pm_wanted_free(struct pm_wanted *wanted); /* null accepted */

/* The subscription that a job or threshold tells under: it has its id.  'notices' is the API's,
 * 'callback' and 'authentication' those of a request; the rest as subscription_make. */
struct err *pm_subscription(struct mem *mem, const struct notice_api *notices, const char *id,
                            const char *callback, const struct rows *authentication,
                            const char *base, bool has_certificate,
                            struct subscription **made) MUST_USE;
/* Puts what a PATCH gives into copies of the row (a job or a threshold) and of its subscription, in
 * tx_mem; 'body' is the request's.  E_INVALID where it gives nothing, E_CONFLICT where it has no
 * subscription. */
struct err *pm_modify(struct tx *tx, const void *row, const struct pm_modifications *given,
                      const struct json *body, bool has_certificate, void **changed,
                      struct subscription **subscription) MUST_USE;
/* Writes both. */
struct err *pm_modified(struct tx *tx, const void *row,
                        const struct subscription *subscription) MUST_USE;

/* A report of a job, or E_NOT_FOUND. */
struct err *pm_report_get(struct tx *tx, const char *job_id, const char *id,
                          struct pm_report **report) MUST_USE;
/* A number as it is shown: whole ones without a point. */
void pm_value_write(struct jw *w, const char *key, double value);

/* ---- collecting ----------------------------------------------------------------------------- */

struct pm_collector;
/* Measures what is due, once a site and kind for all jobs and thresholds.  'tick_ms': how often it
 * looks at the clock at least; 0 = 1 000.  On the loop's thread, or before it runs. */
struct pm_collector *pm_collector_new(struct nfvo *nfvo, int64_t tick_ms) MUST_USE;
/* Begins nothing any more; on the loop's thread, or when it does not run.  Before the pool is freed,
 * though the loop may be turned until its end.  Null accepted. */
void pm_collector_stop(struct pm_collector *collector);
/* When the loop does not run any more: waits for the round's write under way.  After pool and driver are
 * freed, before store and loop are.  Null accepted. */
void pm_collector_free(struct pm_collector *collector);
/* Rounds under way, whose sites are asked or whose outcome is written; on the loop's thread.  'n_begun': how many
 * there were in all.  For tests. */
size_t pm_collector_rounds(const struct pm_collector *collector, size_t *n_begun);

#endif
