/* The tables of the NFVO in one place: the lists below are what store, engine
 * and faces are given. */
#include "nfvo/nfvo.h"

#include "base/vec.h"
#include "nfvo/check.h"
#include "nfvo/flows.h"
#include "nfvo/grant_desk.h"
#include "nfvo/invitation.h"
#include "nfvo/onboard.h"
#include "nfvo/place.h"
#include "nfvo/request.h"
#include "nfvo/stored_plan.h"
#include "vnfm/vnfm.h"

const char *const site_containers[] = {"DISCOVERED", "YES", "NO", NULL};
const char *const site_states[] = {"UNKNOWN", "UP", "DOWN", NULL};
const char *const package_onboarding_states[] = {"CREATED",   "UPLOADING", "PROCESSING",
                                                 "ONBOARDED", "ERROR",     NULL};
const char *const package_operational_states[] = {"ENABLED", "DISABLED", NULL};
const char *const package_usage_states[] = {"IN_USE", "NOT_IN_USE", NULL};
const char *const instantiation_states[] = {"NOT_INSTANTIATED", "INSTANTIATED", NULL};
/* SOL005 6.5.4.4 NsLcmOperationStateType. */
const char *const ns_operation_states[] = {"PROCESSING",  "COMPLETED", "PARTIALLY_COMPLETED",
                                           "FAILED_TEMP", "FAILED",    "ROLLING_BACK",
                                           "ROLLED_BACK", NULL};
const char *const ns_operations[] = {"INSTANTIATE", "SCALE", "TERMINATE", "HEAL", "UPDATE", NULL};
const char *const plan_operations[] = {"INSTANTIATE", "SCALE", "TERMINATE", "HEAL", "UPDATE",
                                       "SCALE_TO_LEVEL", "OPERATE", "CHANGE_VNFPKG",
                                       "CHANGE_EXT_CONN", "CHANGE_FLAVOUR", NULL};
const char *const grant_states[] = {"PROCESSING", "GRANTED", "REFUSED", "ENDED", NULL};
#define ATTR ATTR_ROW
#define TABLE_STRUCT vnfm
static const struct attr vnfm_attrs[] = {
#include "nfvo/vnfm.tbl"
};
#undef TABLE_STRUCT
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
#define TABLE_STRUCT pnf_descriptor
static const struct attr pnf_descriptor_attrs[] = {
#include "nfvo/pnf_descriptor.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT descriptor
static const struct attr descriptor_attrs[] = {
#include "nfvo/descriptor.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT package_image
static const struct attr package_image_attrs[] = {
#include "nfvo/package_image.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT package_access
static const struct attr package_access_attrs[] = {
#include "nfvo/package_access.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT package_outside
static const struct attr package_outside_attrs[] = {
#include "nfvo/package_outside.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT outside_set
static const struct attr outside_set_attrs[] = {
#include "nfvo/outside_set.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT onboard_in
static const struct attr onboard_in_attrs[] = {
#include "nfvo/onboard_in.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT onboard_out
static const struct attr onboard_out_attrs[] = {
#include "nfvo/onboard_out.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT problem
static const struct attr problem_attrs[] = {
#include "nfvo/problem.tbl"
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
const struct table vnfm_table = {
    .name = "vnfm",
    .doc = "A VNFM that is another process.",
    TABLE(struct vnfm, vnfm_attrs),
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
const struct table pnf_descriptor_table = {
    .name = "pnf_descriptor",
    .doc = "A descriptor of a physical network function.",
    TABLE(struct pnf_descriptor, pnf_descriptor_attrs),
};
const struct table descriptor_table = {
    .name = "descriptor",
    .doc = "An on-boarded descriptor.",
    TABLE(struct descriptor, descriptor_attrs),
};
const struct table package_image_table = {
    .name = "package_image",
    .doc = "A software image of an on-boarded package.",
    TABLE(struct package_image, package_image_attrs),
};
const struct table package_access_table = {
    .name = "package_access",
    .doc = "How an external artifact of a package is got.",
    TABLE(struct package_access, package_access_attrs),
};
const struct table package_outside_table = {
    .name = "package_outside",
    .doc = "An external artifact of an on-boarded package.",
    TABLE(struct package_outside, package_outside_attrs),
};
const struct table outside_set_table = {
    .name = "outside_set",
    .doc = "External artifacts of a package.",
    TABLE(struct outside_set, outside_set_attrs),
};
const struct table onboard_in_table = {
    .name = "onboard_in",
    .doc = "Input of an on-boarding.",
    TABLE(struct onboard_in, onboard_in_attrs),
};
const struct table onboard_out_table = {
    .name = "onboard_out",
    .doc = "What was found in a package.",
    TABLE(struct onboard_out, onboard_out_attrs),
};
const struct table problem_table = {
    .name = "problem",
    .doc = "Why an on-boarding failed.",
    TABLE(struct problem, problem_attrs),
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
    &vnfm_table,           &site_table,           &site_invitation_table, &vnf_package_table, &ns_descriptor_table, &descriptor_table,
    &pnf_descriptor_table,
    &package_access_table, &package_outside_table,
    &package_image_table,  &ns_instance_table, &ns_lcm_op_occ_table, &vnf_instance_table,
    &script_run_table,
    &vnf_lcm_op_occ_table, &grant_table,       &holding_table,       &stored_plan_table,
    NULL,
};

void
nfvo_register(void)
{
    static const struct resource *const all[] = {
        &site_resource,           &vnf_package_resource,   &ns_descriptor_resource,
        &pnf_descriptor_resource,
        &ns_instance_resource,    &ns_lcm_op_occ_resource, &vnf_instance_resource,
        &vnf_lcm_op_occ_resource, &grant_resource,         &flow_resource,
        &script_run_resource,
        &holding_resource,        &stored_plan_resource,   &vnfm_resource,
        &site_invitation_resource,
    };

    for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
        resource_register(all[i]);
    }
}

const struct flow_type *const nfvo_flows[] = {
    &package_onboard_flow, &nsd_onboard_flow,
    &pnfd_onboard_flow,
    &package_erase_flow,   &vnf_instantiate_flow,
    &vnf_terminate_flow,   &vnfc_flow,
    &vnf_terminate_flow_1, &vnf_script_flow,
    &vnf_scale_out_flow,   &vnf_scale_in_flow,
    &vnf_operate_flow,     &vnfc_power_flow,
    &vnf_modify_flow,      &vnf_heal_flow,
    &vnf_change_package_flow, &vnf_change_connectivity_flow,
    &vnf_flavour_grow_flow, &vnf_flavour_change_flow,
    &ns_instantiate_flow,  &ns_terminate_flow,
    &ns_scale_out_flow,    &ns_scale_in_flow,
    &ns_heal_flow,         &ns_update_flow,
    &ns_repair_flow,       &ns_repair_flow_2,   &vnf_repair_flow,
    &ns_adopt_flow,        &ns_pnfs_flow,
    &ns_nest_flow,         &ns_unnest_flow,
    &ns_leave_flow,        &ns_flavour_grow_flow,
    &ns_flavour_change_flow, &ns_connect_flow,
    &ns_depart_flow,       &ns_passes_flow,
    &ns_instantiate_flow_1,
    &ns_scale_out_flow_1,  &ns_scale_in_flow_1,
    &ns_grow_flow,         &ns_shrink_flow,
    &ns_scale_up_flow,     &ns_scale_down_flow,
    &ns_site_flow,         &ns_image_flow,
    &ns_release_flow,      &ns_forward_flow,
    &ns_labels_flow,       &grant_flow,
    &ns_follow_flow,       &ns_unfollow_flow,
    &ns_forward_flow_1,    &ns_terminate_flow_1,
    &ns_terminate_flow_2,  &vnf_operate_flow_1,
    &vnf_modify_flow_1,    &vnf_change_package_flow_1,
    &vnf_heal_flow_2,
    &vnf_flavour_grow_flow_2, &vnf_flavour_change_flow_2,
    NULL,
};

const struct step_kind *const nfvo_kinds[] = {
    &package_examine_kind,
    &package_keep_kind,
    &package_refuse_kind,
    &package_fetching_kind,
    &package_fetch_kind,
    &ns_nested_make,
    &ns_nest_take,
    &ns_nest_leave,
    &nsd_examine_kind,
    &nsd_keep_kind,
    &nsd_refuse_kind,
    &pnfd_examine_kind,
    &pnfd_keep_kind,
    &pnfd_refuse_kind,
    &package_erase_kind,
    &held_note,
    &held_read,
    &vnf_describe,
    &vnf_boot_data,
    &vnf_script,
    &vnf_scripts_read,
    &vnf_host_key_forget,
    &vnf_keep,
    &vnf_made_read,
    &vnf_scaled,
    &vnf_state_keep,
    &vnf_info_read,
    &vnf_info_keep,
    &vnf_package_take,
    &vnf_repackaged,
    &vnf_connected,
    &vnf_forget,
    &nfvo_grant,
    &nfvo_grant_end,
    &nfvo_grant_settle,
    &vnf_grant_ask,
    &vnf_grant_take,
    &foreign_create,
    &foreign_delete,
    &foreign_operate,
    &foreign_note,
    &foreign_read,
    &grant_decide,
    &grant_complete,
    &grant_refuse,
    &grant_tell,
    &grant_over,
    &ns_sites,
    &ns_sites_look,
    &ns_place,
    &ns_vnfs_make,
    &ns_keep,
    &ns_vnfs_left,
    &ns_forget,
    &ns_made_read,
    &ns_scaled,
    &ns_one_way,
    &ns_shape_place,
    &ns_vnfs_take,
    &ns_vnfs_adopt,
    &ns_members,
    &repair_look_kind,
    &repair_note_kind,
    NULL,
};
