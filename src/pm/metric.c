/* What can be measured, and from which figures it follows: names, groups and object types of ETSI
 * GS NFV-IFA 027 clauses 6.2, 7.2 and 7.3.  A metric that is not here cannot be measured: disks,
 * of which no site tells how full they are.
 */
#include "pm/measure.h"

#include "base/str.h"

#define WEEK_S (INT64_C(7) * 86400)

const char *const pm_figures[] = {
#define X(id, series) series,
    PM_FIGURES(X)
#undef X
        NULL,
};
/* As far back as somebody who was told of a report may want to look behind it. */
const struct metric_keep pm_keeps[] = {
#define X(id, series) {series, WEEK_S},
    PM_FIGURES(X)
#undef X
        {0},
};

#define COMPUTE "VirtualisedComputeResource"
#define INTERNAL_CP "VnfInternalCP"
#define EXTERNAL_CP "VnfExternalCP"
#define SAPS "Sap"

static const struct pm_type types[] = {
    {"Vnf", "vnfpm", COMPUTE, PM_VNF, PM_SERVER},
    {"Vnfc", "vnfpm", COMPUTE, PM_VNFC, PM_SERVER},
    {"VnfIntCp", "vnfpm", INTERNAL_CP, PM_INT_CP, PM_PORT},
    {"VnfExtCp", "vnfpm", EXTERNAL_CP, PM_EXT_CP, PM_PORT},
    {"Sap", "nspm", SAPS, PM_SAP, PM_PORT},
};

/* Incoming is what the network function receives. */
#define TRAFFIC(of, group)                                                                         \
    {"ByteIncoming" of, group, PM_GROWTH, PM_RECEIVED_BYTES, 0},                                   \
        {"ByteOutgoing" of, group, PM_GROWTH, PM_SENT_BYTES, 0},                                   \
        {"PacketIncoming" of, group, PM_GROWTH, PM_RECEIVED_PACKETS, 0},                           \
    {                                                                                              \
        "PacketOutgoing" of, group, PM_GROWTH, PM_SENT_PACKETS, 0                                  \
    }

static const struct pm_metric metrics[] = {
    {"VCpuUsageMeanVnf", COMPUTE, PM_BUSY, PM_CPU_NS, PM_CPUS},
    {"VCpuUsagePeakVnf", COMPUTE, PM_BUSIEST, PM_CPU_NS, PM_CPUS},
    {"VMemoryUsageMeanVnf", COMPUTE, PM_SHARE, PM_MEMORY_USED, PM_MEMORY},
    {"VMemoryUsagePeakVnf", COMPUTE, PM_FULLEST, PM_MEMORY_USED, PM_MEMORY},
    TRAFFIC("VnfIntCp", INTERNAL_CP),
    TRAFFIC("VnfExtCp", EXTERNAL_CP),
    TRAFFIC("Sap", SAPS),
};

bool
pm_is_peak(const struct pm_metric *metric)
{
    return metric->rule == PM_BUSIEST || metric->rule == PM_FULLEST;
}

const struct pm_type *
pm_type_find(const char *api, const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        if (str_eq(types[i].api, api) && str_eq_case(types[i].name, name)) {
            return &types[i];
        }
    }
    return NULL;
}

/* The standard and its users do not agree on capital letters (VcpuUsageMeanVnf). */
const struct pm_metric *
pm_metric_find(const struct pm_type *type, const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(metrics); i++) {
        if (str_eq(metrics[i].group, type->group) && str_eq_case(metrics[i].name, name)) {
            return &metrics[i];
        }
    }
    return NULL;
}

const struct pm_type *
pm_type_of(const char *api, const char *metric, const char *group)
{
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        if (str_eq(types[i].api, api) && (metric ? pm_metric_find(&types[i], metric) != NULL
                                                 : str_eq_case(types[i].group, group))) {
            return &types[i];
        }
    }
    return NULL;
}

void
pm_metrics_of(struct mem *mem, const struct pm_type *type, struct pm_metrics *found)
{
    for (size_t i = 0; i < ARRAY_SIZE(metrics); i++) {
        if (str_eq(metrics[i].group, type->group)) {
            vec_add(mem, found, &metrics[i]);
        }
    }
}

static const char *
joined(struct mem *mem, const char *text, const char *word)
{
    return text ? mem_printf(mem, "%s, %s", text, word) : word;
}

const char *
pm_types_text(struct mem *mem, const char *api)
{
    const char *text = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        text = str_eq(types[i].api, api) ? joined(mem, text, types[i].name) : text;
    }
    return str_or(text, "");
}

const char *
pm_metrics_text(struct mem *mem, const struct pm_type *type)
{
    const char *text = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(metrics); i++) {
        text = str_eq(metrics[i].group, type->group) ? joined(mem, text, metrics[i].name) : text;
    }
    return str_or(text, "");
}
