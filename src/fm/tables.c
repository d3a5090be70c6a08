/* The tables of fault management, and what they are as resources. */
#include "fm/fm.h"

#include "base/vec.h"

const char *const alarm_ack_states[] = {"UNACKNOWLEDGED", "ACKNOWLEDGED", NULL};
/* SOL003 7.5.4.2, 7.5.4.3, 7.5.4.4. */
const char *const alarm_severities[] = {"CRITICAL", "MAJOR",   "MINOR", "WARNING",
                                        "INDETERMINATE", "CLEARED", NULL};
const char *const alarm_event_types[] = {
    "COMMUNICATIONS_ALARM", "PROCESSING_ERROR_ALARM", "ENVIRONMENTAL_ALARM",
    "QOS_ALARM",            "EQUIPMENT_ALARM",        NULL};
const char *const alarm_resource_types[] = {"COMPUTE", "STORAGE", "NETWORK", NULL};

#define ATTR ATTR_ROW
#define TABLE_STRUCT alarm
static const struct attr alarm_attrs[] = {
#include "fm/alarm.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT alarm_changes
static const struct attr alarm_changes_attrs[] = {
#include "fm/alarm_changes.tbl"
};
#undef TABLE_STRUCT
#undef ATTR

const struct table vnf_alarm_table = {
    .name = "vnf_alarm",
    .doc = "A fault of a VNF instance.",
    TABLE(struct alarm, alarm_attrs),
};
const struct table ns_alarm_table = {
    .name = "ns_alarm",
    .doc = "A fault of an NS instance.",
    TABLE(struct alarm, alarm_attrs),
};
const struct table alarm_changes_table = {
    .name = "alarm_changes",
    .doc = "What a client may change of an alarm.",
    TABLE(struct alarm_changes, alarm_changes_attrs),
};

const struct table *const fm_tables[] = {&vnf_alarm_table, &ns_alarm_table, NULL};

const struct resource vnf_alarm_resource = {
    .table = &vnf_alarm_table,
    .singular = "vnf_alarm",
    .plural = "vnf_alarms",
    .doc = "Alarms of VNF instances (SOL003 clause 7).",
    .flags = RESOURCE_FIXED | RESOURCE_REVISION,
};
const struct resource ns_alarm_resource = {
    .table = &ns_alarm_table,
    .singular = "ns_alarm",
    .plural = "ns_alarms",
    .doc = "Alarms of NS instances (SOL005 clause 8).",
    .flags = RESOURCE_FIXED | RESOURCE_REVISION,
};

void
fm_register(void)
{
    resource_register(&vnf_alarm_resource);
    resource_register(&ns_alarm_resource);
}
