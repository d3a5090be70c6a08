/* The tables of performance management in one place. */
#include "pm/measure.h"

#include <math.h>

const char *const pm_schedule_kinds[] = {"JOB", "THRESHOLD", NULL};
const char *const pm_threshold_types[] = {"SIMPLE", NULL};

/* ---- checks of values ------------------------------------------------------------------------ */

static bool
is_number(const struct json *json, double min)
{
    return (json_is(json, JSON_T_REAL) && isfinite(json->r) && json->r >= min) ||
           (json_is(json, JSON_T_INT) && (double)json_int(json, 0) >= min);
}

static const char *
pm_check_details(struct mem *mem, const struct attr *attr, void *value)
{
    const struct json *details = *(const struct json *const *)value;

    if (details && is_number(json_get(details, "thresholdValue"), -HUGE_VAL) &&
        is_number(json_get(details, "hysteresis"), 0) && details->n == 2) {
        return NULL;
    }
    return mem_printf(mem,
                      "Invalid input for %s. Reason: {\"thresholdValue\": number, \"hysteresis\": "
                      "number, not negative} is wanted.",
                      attr_json_name(attr));
}

/* ---- tables --------------------------------------------------------------------------------- */

#define ATTR ATTR_ROW
#define TABLE_STRUCT pm_criteria
static const struct attr pm_criteria_attrs[] = {
#include "pm/pm_criteria.tbl"
};
#undef TABLE_STRUCT
static const struct table pm_criteria_table = {
    .name = "pm_criteria",
    .doc = "What a PM job collects, and when.",
    TABLE(struct pm_criteria, pm_criteria_attrs),
};
#define TABLE_STRUCT pm_job_request
static const struct attr pm_job_request_attrs[] = {
#include "pm/pm_job_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT pm_threshold_criteria
static const struct attr pm_threshold_criteria_attrs[] = {
#include "pm/pm_threshold_criteria.tbl"
};
#undef TABLE_STRUCT
static const struct table pm_threshold_criteria_table = {
    .name = "pm_threshold_criteria",
    .doc = "What a threshold looks at, and where it is.",
    TABLE(struct pm_threshold_criteria, pm_threshold_criteria_attrs),
};
#define TABLE_STRUCT pm_threshold_request
static const struct attr pm_threshold_request_attrs[] = {
#include "pm/pm_threshold_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT pm_modifications
static const struct attr pm_modifications_attrs[] = {
#include "pm/pm_modifications.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT pm_job
static const struct attr pm_job_attrs[] = {
#include "pm/pm_job.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT pm_threshold
static const struct attr pm_threshold_attrs[] = {
#include "pm/pm_threshold.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT pm_report
static const struct attr pm_report_attrs[] = {
#include "pm/pm_report.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT pm_crossing
static const struct attr pm_crossing_attrs[] = {
#include "pm/pm_crossing.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT pm_schedule
static const struct attr pm_schedule_attrs[] = {
#include "pm/pm_schedule.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vnf_indicator
static const struct attr vnf_indicator_attrs[] = {
#include "pm/vnf_indicator.tbl"
};
#undef TABLE_STRUCT
#undef ATTR

const struct table pm_job_request_table = {
    .name = "pm_job_request",
    .doc = "Body of the creation of a PM job.",
    TABLE(struct pm_job_request, pm_job_request_attrs),
};
const struct table pm_threshold_request_table = {
    .name = "pm_threshold_request",
    .doc = "Body of the creation of a threshold.",
    TABLE(struct pm_threshold_request, pm_threshold_request_attrs),
};
const struct table pm_modifications_table = {
    .name = "pm_modifications",
    .doc = "What of a PM job or a threshold can be changed.",
    TABLE(struct pm_modifications, pm_modifications_attrs),
};
const struct table pm_job_table = {
    .name = "pm_job",
    .doc = "What is collected of instances.",
    TABLE(struct pm_job, pm_job_attrs),
};
const struct table pm_threshold_table = {
    .name = "pm_threshold",
    .doc = "A threshold of a metric.",
    TABLE(struct pm_threshold, pm_threshold_attrs),
};
const struct table pm_report_table = {
    .name = "pm_report",
    .doc = "What was collected of an instance.",
    TABLE(struct pm_report, pm_report_attrs),
};
const struct table pm_crossing_table = {
    .name = "pm_crossing",
    .doc = "Which side of a threshold something is on.",
    TABLE(struct pm_crossing, pm_crossing_attrs),
};
/* Every round changes it: nobody follows that. */
const struct table pm_schedule_table = {
    .name = "pm_schedule",
    .doc = "When something is measured next.",
    .unlogged = true,
    TABLE(struct pm_schedule, pm_schedule_attrs),
};
const struct table vnf_indicator_table = {
    .name = "vnf_indicator",
    .doc = "Values of VNF indicators.",
    TABLE(struct vnf_indicator, vnf_indicator_attrs),
};

const struct table *const pm_tables[] = {&pm_job_table,      &pm_threshold_table, &pm_report_table,
                                         &pm_crossing_table, &pm_schedule_table,
                                         &vnf_indicator_table, NULL};

void
pm_register(void)
{
    resource_register(&pm_job_resource);
    resource_register(&pm_threshold_resource);
    resource_register(&vnf_indicator_resource);
}
