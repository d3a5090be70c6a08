/* The tables of the NFVO in one place: the lists below are what store, engine
 * and faces are given. */
#include "nfvo/nfvo.h"

#include "base/vec.h"
#include "nfvo/check.h"
#include "vnfm/vnfm.h"

const char *const site_states[] = {"UNKNOWN", "UP", "DOWN", NULL};
const char *const package_onboarding_states[] = {"CREATED", "UPLOADING", "PROCESSING",
                                                 "ONBOARDED", "ERROR", NULL};
const char *const package_operational_states[] = {"ENABLED", "DISABLED", NULL};
const char *const package_usage_states[] = {"IN_USE", "NOT_IN_USE", NULL};
const char *const instantiation_states[] = {"NOT_INSTANTIATED", "INSTANTIATED", NULL};
/* SOL005 6.5.4.4 NsLcmOperationStateType. */
const char *const ns_operation_states[] = {
    "PROCESSING", "COMPLETED",    "PARTIALLY_COMPLETED", "FAILED_TEMP",
    "FAILED",     "ROLLING_BACK", "ROLLED_BACK",         NULL};
const char *const ns_operations[] = {"INSTANTIATE", "TERMINATE", NULL};
const char *const holding_kinds[] = {
    "server",    "port",       "flavor",          "network",    "subnet",     "image",
    "port_pair", "port_chain", "port_pair_group", "classifier", "interconnect", "remote_port",
    NULL};

#define ATTR ATTR_ROW
#define TABLE_STRUCT site
static const struct attr site_attrs[] = {
#include "nfvo/site.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vnf_package
static const struct attr vnf_package_attrs[] = {
#include "nfvo/vnf_package.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_descriptor
static const struct attr ns_descriptor_attrs[] = {
#include "nfvo/ns_descriptor.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT descriptor_text
static const struct attr descriptor_text_attrs[] = {
#include "nfvo/descriptor_text.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT grant
static const struct attr grant_attrs[] = {
#include "nfvo/grant.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_instance
static const struct attr ns_instance_attrs[] = {
#include "nfvo/ns_instance.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_lcm_op_occ
static const struct attr ns_lcm_op_occ_attrs[] = {
#include "nfvo/ns_lcm_op_occ.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT holding
static const struct attr holding_attrs[] = {
#include "nfvo/holding.tbl"
};
#undef TABLE_STRUCT
#undef ATTR

const struct table site_table = {
    .name = "site",
    .doc = "An OpenStack site that network functions are placed on.",
    TABLE(struct site, site_attrs),
};
const struct table vnf_package_table = {
    .name = "vnf_package",
    .doc = "A VNF package: a VNFD with its images and artifacts.",
    TABLE(struct vnf_package, vnf_package_attrs),
};
const struct table ns_descriptor_table = {
    .name = "ns_descriptor",
    .doc = "A network service descriptor.",
    TABLE(struct ns_descriptor, ns_descriptor_attrs),
};
const struct table descriptor_text_table = {
    .name = "descriptor_text",
    .doc = "A text file of an on-boarded descriptor.",
    TABLE(struct descriptor_text, descriptor_text_attrs),
};
const struct table grant_table = {
    .name = "lcm_grant",
    .doc = "Leave to use resources of a site.",
    TABLE(struct grant, grant_attrs),
};
const struct table ns_instance_table = {
    .name = "ns_instance",
    .doc = "An instance of a network service.",
    TABLE(struct ns_instance, ns_instance_attrs),
};
const struct table ns_lcm_op_occ_table = {
    .name = "ns_lcm_op_occ",
    .doc = "One operation on an NS instance.",
    TABLE(struct ns_lcm_op_occ, ns_lcm_op_occ_attrs),
};
const struct table holding_table = {
    .name = "holding",
    .doc = "What an instance holds at a site.",
    TABLE(struct holding, holding_attrs),
};

const struct table *const nfvo_tables[] = {
    &site_table,          &vnf_package_table, &ns_descriptor_table,  &descriptor_text_table,
    &ns_instance_table,   &ns_lcm_op_occ_table, &vnf_instance_table, &vnf_lcm_op_occ_table,
    &grant_table,         &holding_table,     NULL,
};

void
nfvo_register(void)
{
    static const struct resource *const all[] = {
        &site_resource,          &vnf_package_resource,  &ns_descriptor_resource,
        &ns_instance_resource,   &ns_lcm_op_occ_resource, &vnf_instance_resource,
        &vnf_lcm_op_occ_resource, &grant_resource,
    };

    for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
        resource_register(all[i]);
    }
}
