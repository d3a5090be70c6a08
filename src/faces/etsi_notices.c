/* What ETSI's APIs tell: SOL003 3.7.1 clause 5 (vnflcm), SOL005 3.7.1 clauses 5 (nsd),
 * 6 (nslcm) and 9 (vnfpkgm), alarms and figures of both (clauses 6 to 8).  Everything follows
 * from changes of rows: an operation or a state that comes later is told without a line here. */
#include "faces/etsi.h"
#include "faces/etsi_facts.h"
#include "faces/etsi_major.h"
#include "faces/etsi_subscription.h"
#include "fm/fm.h"
#include "pm/pm.h"

#define ON_CREATE (1u << CHANGE_CREATE)
#define ON_UPDATE (1u << CHANGE_UPDATE)
#define ON_DELETE (1u << CHANGE_DELETE)
#define MEMBERS(...) ((const struct notice_member[]){__VA_ARGS__, {0}})
#define LINKS(...) ((const struct notice_link[]){__VA_ARGS__, {0}})

/* Version 1 of an API that is in version 2. */
#define OLDER(...)                                                                                 \
    (&(const struct notice_older){                                                                 \
        .major = 1, .path = etsi_major_older, .body = etsi_major_notice, __VA_ARGS__})

/* ---- filters ---------------------------------------------------------------------------- */

/* SOL003 4.4.1.5: providers, their products, versions of these. */
static const struct criterion product_versions[] = {
    {.name = "vnfSoftwareVersion", .fact = "vnfSoftwareVersion"},
    {.name = "vnfdVersions", .fact = "vnfdVersion"},
    {0},
};
static const struct criterion products[] = {
    {.name = "vnfProductName", .fact = "vnfProductName"},
    {.name = "versions", .form = CRITERION_OBJECTS, .below = product_versions},
    {0},
};
/* SOL005's OpenAPI document calls the products as their parent is called. */
static const struct criterion providers[] = {
    {.name = "vnfProvider", .fact = "vnfProvider"},
    {.name = "vnfProducts", .form = CRITERION_OBJECTS, .below = products},
    {.name = "vnfProductsFromProviders", .form = CRITERION_OBJECTS, .below = products},
    {0},
};

static const char *const vnflcm_types[] = {
    "VnfLcmOperationOccurrenceNotification",
    "VnfIdentifierCreationNotification",
    "VnfIdentifierDeletionNotification",
    NULL,
};
/* SOL003 5.5.4.3 and 5.5.4.4, SOL005 6.5.4.3 and 6.5.4.4: all that the standards know. */
static const char *const vnf_lcm_operations[] = {
    "INSTANTIATE",
    "SCALE",
    "SCALE_TO_LEVEL",
    "CHANGE_FLAVOUR",
    "TERMINATE",
    "HEAL",
    "OPERATE",
    "CHANGE_EXT_CONN",
    "MODIFY_INFO",
    "CREATE_SNAPSHOT",
    "REVERT_TO_SNAPSHOT",
    "CHANGE_VNFPKG",
    NULL,
};
static const char *const vnf_lcm_states[] = {
    "STARTING", "PROCESSING",   "COMPLETED",   "FAILED_TEMP",
    "FAILED",   "ROLLING_BACK", "ROLLED_BACK", NULL,
};
static const char *const ns_lcm_operations[] = {
    "INSTANTIATE", "SCALE", "UPDATE", "TERMINATE", "HEAL", NULL,
};
static const char *const ns_lcm_states[] = {
    "PROCESSING", "COMPLETED",    "PARTIALLY_COMPLETED", "FAILED_TEMP",
    "FAILED",     "ROLLING_BACK", "ROLLED_BACK",         NULL,
};

static const struct criterion vnf_instance_filter[] = {
    {.name = "vnfdIds", .fact = "vnfdId"},
    {.name = "vnfProductsFromProviders", .form = CRITERION_OBJECTS, .below = providers},
    {.name = "vnfInstanceIds", .fact = "vnfInstanceId"},
    {.name = "vnfInstanceNames", .fact = "vnfInstanceName"},
    {0},
};
static const struct criterion vnflcm_filter[] = {
    {.name = "vnfInstanceSubscriptionFilter",
     .form = CRITERION_OBJECT,
     .below = vnf_instance_filter},
    {.name = "notificationTypes", .fact = "notificationType", .words = vnflcm_types},
    {.name = "operationTypes",
     .fact = "operation",
     .is_optional = true,
     .words = vnf_lcm_operations},
    {.name = "operationStates",
     .fact = "operationState",
     .is_optional = true,
     .words = vnf_lcm_states},
    {0},
};

/* SOL005's OpenAPI document misspells the first in its filter. */
static const char *const nslcm_types[] = {
    "NsLcmOperationOccurrenceNotification",
    "NsLcmOperationOccurenceNotification",
    "NsIdentifierCreationNotification",
    "NsIdentifierDeletionNotification",
    "NsChangeNotification",
    NULL,
};
/* SOL005 6.5.4.5 to 6.5.4.7. */
static const char *const ns_component_types[] = {"VNF", "PNF", "NS", NULL};
static const char *const component_operations[] = {
    "VNF_INSTANTIATE",     "VNF_SCALE",           "VNF_SCALE_TO_LEVEL",     "VNF_CHANGE_FLAVOUR", "VNF_TERMINATE",
    "VNF_HEAL",            "VNF_OPERATE",         "VNF_CHANGE_EXT_CONN",    "VNF_MODIFY_INFO",    "VNF_CREATE_SNAPSHOT",
    "VNF_REVERT_TO_SNAPSHOT", "VNF_CHANGE_VNFPKG", "NS_INSTANTIATE",        "NS_SCALE",           "NS_UPDATE",
    "NS_TERMINATE",        "NS_HEAL",             NULL,
};
static const struct criterion ns_instance_filter[] = {
    {.name = "nsdIds", .fact = "nsdId"},
    {.name = "vnfdIds", .fact = "vnfdIds"},
    {.name = "pnfdIds", .fact = "pnfdIds"},
    {.name = "nsInstanceIds", .fact = "nsInstanceId"},
    {.name = "nsInstanceNames", .fact = "nsInstanceName"},
    {0},
};
static const struct criterion nslcm_filter[] = {
    {.name = "nsInstanceSubscriptionFilter", .form = CRITERION_OBJECT, .below = ns_instance_filter},
    {.name = "notificationTypes", .fact = "notificationType", .words = nslcm_types},
    {.name = "operationTypes",
     .fact = "operation",
     .is_optional = true,
     .words = ns_lcm_operations},
    {.name = "operationStates",
     .fact = "operationState",
     .is_optional = true,
     .words = ns_lcm_states},
    {.name = "nsComponentTypes", .fact = "nsComponentType", .is_optional = true, .words = ns_component_types},
    {.name = "lcmOpNameImpactingNsComponent",
     .fact = "lcmOpNameImpactingNsComponent",
     .is_optional = true,
     .words = component_operations},
    {.name = "lcmOpOccStatusImpactingNsComponent",
     .fact = "lcmOpOccStatusImpactingNsComponent",
     .is_optional = true,
     .words = ns_component_states},
    {0},
};

static const char *const vnfpkgm_types[] = {
    "VnfPackageOnboardingNotification",
    "VnfPackageChangeNotification",
    NULL,
};
static const struct criterion vnfpkgm_filter[] = {
    {.name = "notificationTypes", .fact = "notificationType", .words = vnfpkgm_types},
    {.name = "vnfProductsFromProviders", .form = CRITERION_OBJECTS, .below = providers},
    {.name = "vnfdId", .fact = "vnfdId"},
    {.name = "vnfPkgId", .fact = "vnfPkgId"},
    {.name = "operationalState", .fact = "operationalState", .words = package_operational_states},
    {.name = "usageState", .fact = "usageState", .words = package_usage_states},
    {.name = "vnfmInfo", .fact = "vnfmInfo"},
    {0},
};

/* The filter of SOL005's OpenAPI document writes the second another way. */
static const char *const nsd_types[] = {
    "NsdOnBoardingNotification",        "NsdOnBoardingFailureNotification",
    "NsdOnboardingFailureNotification", "NsdChangeNotification",
    "NsdDeletionNotification",          "PnfdOnBoardingNotification",
    "PnfdOnBoardingFailureNotification", "PnfdDeletionNotification",
    NULL,
};
static const struct criterion nsd_filter[] = {
    {.name = "notificationTypes", .fact = "notificationType", .words = nsd_types},
    {.name = "nsdInfoId", .fact = "nsdInfoId"},
    {.name = "nsdId", .fact = "nsdId"},
    {.name = "nsdName", .fact = "nsdName"},
    {.name = "nsdVersion", .fact = "nsdVersion"},
    {.name = "nsdDesigner", .fact = "nsdDesigner"},
    {.name = "nsdInvariantId", .fact = "nsdInvariantId"},
    {.name = "vnfPkgIds", .fact = "vnfPkgIds"},
    {.name = "nsdOnboardingState",
     .fact = "nsdOnboardingState",
     .words = package_onboarding_states},
    {.name = "nsdOperationalState",
     .fact = "nsdOperationalState",
     .words = package_operational_states},
    {.name = "nsdUsageState", .fact = "nsdUsageState", .words = package_usage_states},
    {.name = "pnfdInfoIds", .fact = "pnfdInfoIds"},
    {.name = "nestedNsdInfoIds", .fact = "nestedNsdInfoIds"},
    {.name = "pnfdId", .fact = "pnfdId"},
    {.name = "pnfdName", .fact = "pnfdName"},
    {.name = "pnfdVersion", .fact = "pnfdVersion"},
    {.name = "pnfdProvider", .fact = "pnfdProvider"},
    {.name = "pnfdInvariantId", .fact = "pnfdInvariantId"},
    {.name = "pnfdOnboardingState",
     .fact = "pnfdOnboardingState",
     .words = package_onboarding_states},
    {.name = "pnfdUsageState", .fact = "pnfdUsageState", .words = package_usage_states},
    {0},
};

static const char *const alarm_types[] = {
    "AlarmNotification",
    "AlarmClearedNotification",
    "AlarmListRebuiltNotification",
    NULL,
};
#define ALARM_FILTER                                                                               \
    {.name = "notificationTypes", .fact = "notificationType", .words = alarm_types},               \
        {.name = "faultyResourceTypes",                                                            \
         .fact = "faultyResourceType",                                                             \
         .words = alarm_resource_types},                                                           \
        {.name = "perceivedSeverities", .fact = "perceivedSeverity", .words = alarm_severities},   \
        {.name = "eventTypes", .fact = "eventType", .words = alarm_event_types},                   \
    {                                                                                              \
        .name = "probableCauses", .fact = "probableCause"                                          \
    }
static const struct criterion vnffm_filter[] = {
    {.name = "vnfInstanceSubscriptionFilter",
     .form = CRITERION_OBJECT,
     .below = vnf_instance_filter},
    ALARM_FILTER,
    {0},
};
static const struct criterion nsfm_filter[] = {
    {.name = "nsInstanceSubscriptionFilter", .form = CRITERION_OBJECT, .below = ns_instance_filter},
    ALARM_FILTER,
    {0},
};

/* ---- what occurrences tell ----------------------------------------------------------------- */

/* SOL003 5.6.2.2, SOL005 6.6.2: which states tell of a result. */
static bool
is_result(const char *state)
{
    static const char *const results[] = {"COMPLETED", "PARTIALLY_COMPLETED", "FAILED_TEMP",
                                          "FAILED",    "ROLLED_BACK",         NULL};

    return str_in(state, results);
}

/* A notification has some lists of resourceChanges under other names (SOL005 6.5.2.3, 6.5.2.5). */
static const char *
notified_as(const char *list)
{
    static const char *const names[][2] = {
        {"affectedVnfs", "affectedVnf"}, {"affectedPnfs", "affectedPnf"},
        {"affectedVls", "affectedVl"},   {"affectedVnffgs", "affectedVnffg"},
        {"affectedNss", "affectedNs"},   {"affectedSaps", "affectedSap"},
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_eq(list, names[i][0])) {
            return names[i][1];
        }
    }
    return list;
}

static void
occurrence_more(struct jw *w, const char *state, const struct json *error,
                const struct json *changes, bool is_full)
{
    jw_str(w, "notificationStatus", is_result(state) ? "RESULT" : "START");
    if (!is_result(state)) {
        return; /* the row may know of a later one by now */
    }
    if (error) {
        jw_json(w, "error", error);
    }
    if (!is_full) {
        return;
    }
    json_each (changes, i) {
        if (changes->items[i]->n) {
            jw_json(w, notified_as(changes->keys[i]), changes->items[i]);
        }
    }
}

static void
change_tell(struct jw *w, const char *key, const struct json *change)
{
    if (change && change->n > 0) {
        jw_json(w, key, change);
    }
}

static void
vnf_occ_more(const struct notice_event *event, bool is_full, struct jw *w)
{
    const struct vnf_lcm_op_occ *occ = event->row;

    occurrence_more(w, occ->operation_state, occ->error, occ->resource_changes, is_full);
    if (is_full && is_result(occ->operation_state)) {
        change_tell(w, "changedInfo", occ->changed_info);
        change_tell(w, "changedExtConnectivity", occ->changed_connectivity);
        change_tell(w, "modificationsTriggeredByVnfPkgChange", occ->package_changes);
    }
}

static void
ns_occ_more(const struct notice_event *event, bool is_full, struct jw *w)
{
    const struct ns_lcm_op_occ *occ = event->row;

    occurrence_more(w, occ->operation_state, occ->error, occ->resource_changes, is_full);
}

/* Why a package is told of: it is gone, or its state is another. */
static void
package_more(const struct notice_event *event, bool is_full, struct jw *w)
{
    const struct vnf_package *package = event->row;

    (void)is_full;
    if (event->change->kind == CHANGE_DELETE) {
        jw_str(w, "changeType", "PKG_DELETE");
    } else {
        jw_str(w, "changeType", "OP_STATE_CHANGE");
        jw_str(w, "operationalState", package->operational_state);
    }
}

/* ---- vnflcm -------------------------------------------------------------------------------- */

#define VNF_MEMBERS MEMBERS({"vnfInstanceId", "id"})
#define VNF_FACTS                                                                                  \
    MEMBERS({"vnfdId", "vnfd_id"}, {"vnfInstanceName", "name"}, {"vnfProvider", "vnf_provider"},   \
            {"vnfProductName", "vnf_product_name"},                                                \
            {"vnfSoftwareVersion", "vnf_software_version"}, {"vnfdVersion", "vnfd_version"})
#define VNF_LINKS LINKS({"vnfInstance", "/vnflcm/v2/vnf_instances", "id"})

static const struct notice vnflcm[] = {
    {.type = "VnfLcmOperationOccurrenceNotification",
     .table = &vnf_lcm_op_occ_table,
     .on = ON_CREATE | ON_UPDATE,
     .column = "operation_state",
     .members = MEMBERS({"vnfLcmOpOccId", "id"}, {"vnfInstanceId", "vnf_instance_id"},
                        {"operation", "operation"}, {"operationState", "operation_state"},
                        {"isAutomaticInvocation", "is_automatic"}),
     .facts = MEMBERS({"vnfdId", "vnfd_id"}, {"vnfInstanceName", "vnf_name"}),
     .links = LINKS({"vnfInstance", "/vnflcm/v2/vnf_instances", "vnf_instance_id"},
                    {"vnfLcmOpOcc", "/vnflcm/v2/vnf_lcm_op_occs", "id"}),
     .look = product_look,
     .more = vnf_occ_more},
    {.type = "VnfIdentifierCreationNotification",
     .table = &vnf_instance_table,
     .on = ON_CREATE,
     .members = VNF_MEMBERS,
     .facts = VNF_FACTS,
     .links = VNF_LINKS},
    {.type = "VnfIdentifierDeletionNotification",
     .table = &vnf_instance_table,
     .on = ON_DELETE,
     .members = VNF_MEMBERS,
     .facts = VNF_FACTS,
     .links = VNF_LINKS},
};
const struct notice_api vnflcm_notices = {
    .name = "vnflcm",
    .version = "2.3.0",
    .subscriptions = "/vnflcm/v2/subscriptions",
    .time_key = "timeStamp",
    .filter = vnflcm_filter,
    .notices = vnflcm,
    .n_notices = sizeof vnflcm / sizeof *vnflcm,
    .older = OLDER(.version = "1.3.0"),
    .has_verbosity = true,
};

/* ---- nslcm --------------------------------------------------------------------------------- */

#define NS_MEMBERS MEMBERS({"nsInstanceId", "id"})
#define NS_FACTS MEMBERS({"nsdId", "nsd_id"}, {"nsInstanceName", "name"})
#define NS_LINKS LINKS({"nsInstance", "/nslcm/v2/ns_instances", "id"})

static const struct notice nslcm[] = {
    {.type = "NsLcmOperationOccurrenceNotification",
     .other = "NsLcmOperationOccurenceNotification",
     .table = &ns_lcm_op_occ_table,
     .on = ON_CREATE | ON_UPDATE,
     .column = "operation_state",
     .members = MEMBERS({"nsLcmOpOccId", "id"}, {"nsInstanceId", "ns_instance_id"},
                        {"operation", "operation"}, {"operationState", "operation_state"},
                        {"isAutomaticInvocation", "is_automatic"}),
     .links = LINKS({"nsInstance", "/nslcm/v2/ns_instances", "ns_instance_id"},
                    {"nslcmOpOcc", "/nslcm/v2/ns_lcm_op_occs", "id"}),
     .look = ns_occ_look,
     .more = ns_occ_more},
    {.type = "NsIdentifierCreationNotification",
     .table = &ns_instance_table,
     .on = ON_CREATE,
     .members = NS_MEMBERS,
     .facts = NS_FACTS,
     .links = NS_LINKS,
     .look = ns_look},
    {.type = "NsIdentifierDeletionNotification",
     .table = &ns_instance_table,
     .on = ON_DELETE,
     .members = NS_MEMBERS,
     .facts = NS_FACTS,
     .links = NS_LINKS,
     .look = ns_look},
    {.type = "NsChangeNotification",
     .table = &ns_lcm_op_occ_table,
     .on = ON_CREATE | ON_UPDATE,
     .column = "operation_state",
     .members = MEMBERS({"nsComponentId", "ns_instance_id"}, {"lcmOpOccIdImpactingNsComponent", "id"}),
     .links = LINKS({"nslcmOpOcc", "/nslcm/v2/ns_lcm_op_occs", "id"}),
     .whole_links = NS_LINKS,
     .whole = nested_whole,
     .look = nested_look,
     .more = nested_more},
};
const struct notice_api nslcm_notices = {
    .name = "nslcm",
    .version = "2.3.0",
    .subscriptions = "/nslcm/v2/subscriptions",
    .time_key = "timestamp",
    .filter = nslcm_filter,
    .notices = nslcm,
    .n_notices = sizeof nslcm / sizeof *nslcm,
    .older = OLDER(.version = "1.2.0"),
    .has_verbosity = true,
};

/* ---- vnfpkgm ------------------------------------------------------------------------------- */

#define PACKAGE_FACTS                                                                              \
    {"vnfProvider", "vnf_provider"}, {"vnfProductName", "vnf_product_name"},                       \
        {"vnfSoftwareVersion", "vnf_software_version"}, {"vnfdVersion", "vnfd_version"},           \
        {"operationalState", "operational_state"},                                                 \
    {                                                                                              \
        "usageState", "usage_state"                                                                \
    }
#define PACKAGE_LINKS LINKS({"vnfPackage", "/vnfpkgm/v2/vnf_packages", "id"})
#define PACKAGE_CHANGE(on_, column_, value_, but_)                                                 \
    {                                                                                              \
        .type = "VnfPackageChangeNotification", .table = &vnf_package_table, .on = (on_),          \
        .column = (column_), .value = (value_), .but = (but_),                                     \
        .members = MEMBERS({"vnfPkgId", "id"}, {"vnfdId", "vnfd_id"}),                             \
        .facts = MEMBERS(PACKAGE_FACTS, {"vnfmInfo", "vnfm_info"}), .links = PACKAGE_LINKS,        \
        .more = package_more                                                                       \
    }

static const struct notice vnfpkgm[] = {
    {.type = "VnfPackageOnboardingNotification",
     .table = &vnf_package_table,
     .on = ON_UPDATE,
     .column = "onboarding_state",
     .value = "ONBOARDED",
     .members = MEMBERS({"vnfPkgId", "id"}, {"vnfdId", "vnfd_id"}, {"vnfmInfo", "vnfm_info"}),
     .facts = MEMBERS(PACKAGE_FACTS),
     .links = PACKAGE_LINKS},
    PACKAGE_CHANGE(ON_UPDATE, "operational_state", NULL, "onboarding_state"),
    PACKAGE_CHANGE(ON_DELETE, "onboarding_state", "ONBOARDED", NULL),
};
const struct notice_api vnfpkgm_notices = {
    .name = "vnfpkgm",
    .version = "2.4.0",
    .subscriptions = "/vnfpkgm/v2/subscriptions",
    .time_key = "timeStamp",
    .filter = vnfpkgm_filter,
    .notices = vnfpkgm,
    .n_notices = sizeof vnfpkgm / sizeof *vnfpkgm,
    .older = OLDER(.version = "1.2.0"),
};

/* ---- nsd ----------------------------------------------------------------------------------- */

#define NSD_MEMBERS                                                                                \
    {"nsdInfoId", "id"},                                                                           \
    {                                                                                              \
        "nsdId", "nsd_id"                                                                          \
    }
#define NSD_FACTS                                                                                  \
    {"nsdName", "nsd_name"}, {"nsdVersion", "nsd_version"}, {"nsdDesigner", "nsd_designer"},       \
        {"nsdInvariantId", "nsd_invariant_id"}, {"vnfPkgIds", "vnf_pkg_ids"},                      \
        {"pnfdInfoIds", "pnfd_info_ids"}, {"nestedNsdInfoIds", "nested_nsd_info_ids"},             \
        {"nsdOnboardingState", "onboarding_state"},                                                \
    {                                                                                              \
        "nsdUsageState", "usage_state"                                                             \
    }
#define NSD_STATE                                                                                  \
    {                                                                                              \
        "nsdOperationalState", "operational_state"                                                 \
    }
#define NSD_LINKS LINKS({"nsdInfo", "/nsd/v2/ns_descriptors", "id"})

#define PNFD_MEMBERS MEMBERS({"pnfdInfoId", "id"}, {"pnfdId", "pnfd_id"})
/* A filter names the resource in the plural, since an NSD refers to several. */
#define PNFD_FACTS                                                                                 \
    MEMBERS({"pnfdInfoIds", "id"}, {"pnfdName", "pnfd_name"}, {"pnfdVersion", "pnfd_version"},     \
            {"pnfdProvider", "pnfd_provider"}, {"pnfdInvariantId", "pnfd_invariant_id"},           \
            {"pnfdOnboardingState", "onboarding_state"}, {"pnfdUsageState", "usage_state"})
#define PNFD_LINKS LINKS({"pnfdInfo", "/nsd/v2/pnf_descriptors", "id"})

static const struct notice nsd[] = {
    {.type = "NsdOnBoardingNotification",
     .table = &ns_descriptor_table,
     .on = ON_UPDATE,
     .column = "onboarding_state",
     .value = "ONBOARDED",
     .members = MEMBERS(NSD_MEMBERS),
     .facts = MEMBERS(NSD_FACTS, NSD_STATE),
     .links = NSD_LINKS},
    {.type = "NsdOnBoardingFailureNotification",
     .other = "NsdOnboardingFailureNotification",
     .table = &ns_descriptor_table,
     .on = ON_UPDATE,
     .column = "onboarding_state",
     .value = "ERROR",
     .members = MEMBERS(NSD_MEMBERS, {"onboardingFailureDetails", "failure"}),
     .facts = MEMBERS(NSD_FACTS, NSD_STATE),
     .links = NSD_LINKS},
    {.type = "NsdChangeNotification",
     .table = &ns_descriptor_table,
     .on = ON_UPDATE,
     .column = "operational_state",
     .but = "onboarding_state",
     .members = MEMBERS(NSD_MEMBERS, NSD_STATE),
     .facts = MEMBERS(NSD_FACTS),
     .links = NSD_LINKS},
    {.type = "NsdDeletionNotification",
     .table = &ns_descriptor_table,
     .on = ON_DELETE,
     .column = "onboarding_state",
     .value = "ONBOARDED",
     .members = MEMBERS(NSD_MEMBERS),
     .facts = MEMBERS(NSD_FACTS, NSD_STATE),
     .links = NSD_LINKS},
    {.type = "PnfdOnBoardingNotification",
     .table = &pnf_descriptor_table,
     .on = ON_UPDATE,
     .column = "onboarding_state",
     .value = "ONBOARDED",
     .members = PNFD_MEMBERS,
     .facts = PNFD_FACTS,
     .links = PNFD_LINKS},
    {.type = "PnfdOnBoardingFailureNotification",
     .table = &pnf_descriptor_table,
     .on = ON_UPDATE,
     .column = "onboarding_state",
     .value = "ERROR",
     .members = MEMBERS({"pnfdInfoId", "id"}, {"pnfdId", "pnfd_id"},
                        {"onboardingFailureDetails", "failure"}),
     .facts = PNFD_FACTS,
     .links = PNFD_LINKS},
    {.type = "PnfdDeletionNotification",
     .table = &pnf_descriptor_table,
     .on = ON_DELETE,
     .column = "onboarding_state",
     .value = "ONBOARDED",
     .members = PNFD_MEMBERS,
     .facts = PNFD_FACTS,
     .links = PNFD_LINKS},
};
const struct notice_api nsd_notices = {
    .name = "nsd",
    .version = "2.3.0",
    .subscriptions = "/nsd/v2/subscriptions",
    .time_key = "timeStamp",
    .filter = nsd_filter,
    .notices = nsd,
    .n_notices = sizeof nsd / sizeof *nsd,
    .older = OLDER(.version = "1.2.0"),
};

/* ---- vnffm, nsfm ---------------------------------------------------------------------------- */

static void
alarm_more(const struct notice_event *event, bool is_full, struct jw *w)
{
    (void)is_full;
    jw_object(w, "alarm");
    etsi_alarm(tx_mem(event->tx), w, event->base, event->row);
    jw_end(w);
}

/* That somebody took note of an alarm is no news of the fault.  Where raising and clearing were not
 * told, the list is to be read anew, as if it had been rebuilt (SOL003 7.5.2, SOL005 8.5.2). */
#define ALARM_NOTICES(noun, path_, object_)                                                        \
    {.type = "AlarmNotification",                                                                  \
     .table = &noun##_alarm_table,                                                                 \
     .on = ON_CREATE | ON_UPDATE,                                                                  \
     .column = "changed_at",                                                                       \
     .facts = MEMBERS({object_, "object_id"}, {"eventType", "event_type"},                         \
                      {"probableCause", "cause"}),                                                 \
     .look = noun##_alarm_look,                                                                    \
     .more = alarm_more},                                                                          \
    {.type = "AlarmClearedNotification",                                                           \
     .table = &noun##_alarm_table,                                                                 \
     .on = ON_UPDATE,                                                                              \
     .column = "cleared_at",                                                                       \
     .members = MEMBERS({"alarmId", "id"}, {"alarmClearedTime", "cleared_at"}),                    \
     .facts = MEMBERS({object_, "object_id"}, {"eventType", "event_type"},                         \
                      {"probableCause", "cause"}),                                                 \
     .links = LINKS({"alarm", path_, "id"}),                                                       \
     .look = noun##_alarm_look},                                                                   \
    {                                                                                              \
        .type = "AlarmListRebuiltNotification", .of_gap = true,                                    \
        .links = LINKS({"alarms", path_, NULL})                                                    \
    }

static const struct notice vnffm[] = {
    ALARM_NOTICES(vnf, "/vnffm/v1/alarms", "vnfInstanceId"),
};
const struct notice_api vnffm_notices = {
    .name = "vnffm",
    .version = "1.5.0",
    .subscriptions = "/vnffm/v1/subscriptions",
    .time_key = "timeStamp",
    .filter = vnffm_filter,
    .notices = vnffm,
    .n_notices = sizeof vnffm / sizeof *vnffm,
};
static const struct notice nsfm[] = {
    ALARM_NOTICES(ns, "/nsfm/v1/alarms", "nsInstanceId"),
};
const struct notice_api nsfm_notices = {
    .name = "nsfm",
    .version = "1.3.0",
    .subscriptions = "/nsfm/v1/subscriptions",
    .time_key = "timeStamp",
    .filter = nsfm_filter,
    .notices = nsfm,
    .n_notices = sizeof nsfm / sizeof *nsfm,
};

/* ---- vnfpm, nspm ----------------------------------------------------------------------------- */

/* A job or a threshold tells under a subscription of its own, which names it. */
static const struct criterion pm_filter[] = {
    {.name = "id", .fact = "id"},
    {0},
};
/* In version 1 there are subscriptions to all of them (SOL003 2.6.1 6.5.3.2, SOL005 2.6.1 7.5.3.2). */
static const char *const pm_types[] = {
    "ThresholdCrossedNotification",
    "PerformanceInformationAvailableNotification",
    NULL,
};
static const struct criterion vnfpm_older[] = {
    {.name = "vnfInstanceSubscriptionFilter",
     .form = CRITERION_OBJECT,
     .below = vnf_instance_filter},
    {.name = "notificationTypes", .fact = "notificationType", .words = pm_types},
    {0},
};
static const struct criterion nspm_older[] = {
    {.name = "nsInstanceSubscriptionFilter", .form = CRITERION_OBJECT, .below = ns_instance_filter},
    {.name = "notificationTypes", .fact = "notificationType", .words = pm_types},
    {0},
};

static void
crossing_more(const struct notice_event *event, bool is_full, struct jw *w)
{
    const struct pm_crossing *crossing = event->row;

    (void)is_full;
    jw_raw(w, "performanceValue", crossing->value);
}

#define PM_OBJECT                                                                                  \
    {"objectType", "object_type"},                                                                 \
    {                                                                                              \
        "objectInstanceId", "object_instance_id"                                                   \
    }
#define PM_CROSSED(noun, on_, value_, prefix_, instances_)                                         \
    {                                                                                              \
        .type = "ThresholdCrossedNotification", .table = &pm_crossing_table, .on = (on_),          \
        .column = "direction", .value = (value_),                                                  \
        .members = MEMBERS({"thresholdId", "threshold_id"}, {"crossingDirection", "direction"},    \
                           PM_OBJECT, {"subObjectInstanceId", "sub_object_id"},                    \
                           {"performanceMetric", "metric"}),                                       \
        .facts = MEMBERS({"id", "threshold_id"}, {#noun "InstanceId", "object_instance_id"}),      \
        .links = LINKS({"objectInstance", instances_, "object_instance_id"},                       \
                       {"threshold", prefix_ "/thresholds", "threshold_id"}),                      \
        .look = noun##_pm_look, .more = crossing_more                                              \
    }
/* That something is below a threshold from the first is no crossing. */
#define PM_NOTICES(noun, prefix_, instances_)                                                      \
    {.type = "PerformanceInformationAvailableNotification",                                        \
     .table = &pm_report_table,                                                                    \
     .on = ON_CREATE,                                                                              \
     .members = MEMBERS({"pmJobId", "job_id"}, PM_OBJECT,                                          \
                        {"subObjectInstanceIds", "sub_object_ids"}),                               \
     .facts = MEMBERS({"id", "job_id"}, {#noun "InstanceId", "object_instance_id"}),               \
     .look = noun##_pm_look,                                                                       \
     .links = LINKS({"objectInstance", instances_, "object_instance_id"},                          \
                    {"pmJob", prefix_ "/pm_jobs", "job_id"},                                       \
                    {"performanceReport", prefix_ "/pm_jobs", "place"})},                          \
        PM_CROSSED(noun, ON_CREATE, "UP", prefix_, instances_),                                    \
        PM_CROSSED(noun, ON_UPDATE, NULL, prefix_, instances_)

static const struct notice vnfpm[] = {PM_NOTICES(vnf, "/vnfpm/v2", "/vnflcm/v2/vnf_instances")};
const struct notice_api vnfpm_notices = {
    .name = "vnfpm",
    .version = "2.2.0",
    .subscriptions = "/vnfpm/v2/subscriptions",
    .time_key = "timeStamp",
    .filter = pm_filter,
    .notices = vnfpm,
    .n_notices = sizeof vnfpm / sizeof *vnfpm,
    .is_bare = true,
    .older = OLDER(.version = "1.3.0", .filter = vnfpm_older),
};
static const struct notice nspm[] = {PM_NOTICES(ns, "/nspm/v2", "/nslcm/v2/ns_instances")};
const struct notice_api nspm_notices = {
    .name = "nspm",
    .version = "2.3.0",
    .subscriptions = "/nspm/v2/subscriptions",
    .time_key = "timeStamp",
    .filter = pm_filter,
    .notices = nspm,
    .n_notices = sizeof nspm / sizeof *nspm,
    .is_bare = true,
    .older = OLDER(.version = "1.2.0", .filter = nspm_older),
};

/* ---- vnfind ---------------------------------------------------------------------------------- */

static const char *const indicator_types[] = {
    "VnfIndicatorValueChangeNotification",
    "SupportedIndicatorsChangeNotification",
    NULL,
};
static const struct criterion vnfind_filter[] = {
    {.name = "vnfInstanceSubscriptionFilter",
     .form = CRITERION_OBJECT,
     .below = vnf_instance_filter},
    {.name = "notificationTypes", .fact = "notificationType", .words = indicator_types},
    {.name = "indicatorIds", .fact = "vnfIndicatorId"},
    {0},
};

static struct err *
indicator_look(const struct notice_event *event, struct jw *w)
{
    const struct vnf_indicator *indicator = event->row;

    return vnf_facts(event, indicator->vnf_instance_id, w);
}

static void
indicator_more(const struct notice_event *event, bool is_full, struct jw *w)
{
    const struct vnf_indicator *indicator = event->row;

    (void)is_full;
    jw_raw(w, "value", indicator->value);
}

static const struct notice vnfind[] = {
    {.type = "VnfIndicatorValueChangeNotification",
     .table = &vnf_indicator_table,
     .on = ON_CREATE | ON_UPDATE,
     .column = "value",
     .members = MEMBERS({"vnfIndicatorId", "name"}, {"vnfInstanceId", "vnf_instance_id"}),
     .links = LINKS({"vnfInstance", "/vnflcm/v2/vnf_instances", "vnf_instance_id"}),
     .look = indicator_look,
     .more = indicator_more},
};
const struct notice_api vnfind_notices = {
    .name = "vnfind",
    .version = "1.4.0",
    .subscriptions = "/vnfind/v1/subscriptions",
    .time_key = "timeStamp",
    .filter = vnfind_filter,
    .notices = vnfind,
    .n_notices = sizeof vnfind / sizeof *vnfind,
};

const struct notice_api *const etsi_notices[] = {&vnflcm_notices, &nslcm_notices, &vnfpkgm_notices,
                                                 &nsd_notices,    &vnffm_notices, &nsfm_notices,
                                                 &vnfpm_notices,  &nspm_notices,
                                                 &vnfind_notices, NULL};
