/* Inputs and results of the NFVO's flows and steps: what is journalled. */
#ifndef CARRICK_NFVO_JOURNAL_H
#define CARRICK_NFVO_JOURNAL_H

#include "vnfm/vnfm.h"

/* Items come before the tables that hold them. */
#define ATTR ATTR_MEMBER
struct vnf_add {
    struct row row;
#include "nfvo/vnf_add.tbl"
};
struct ns_pnf_cp {
    struct row row;
#include "nfvo/ns_pnf_cp.tbl"
};
struct ns_pnf {
    struct row row;
#include "nfvo/ns_pnf.tbl"
};
struct ns_join {
    struct row row;
#include "nfvo/ns_join.tbl"
};
struct ns_nested {
    struct row row;
#include "nfvo/ns_nested.tbl"
};
struct ns_around {
    struct row row;
#include "nfvo/ns_around.tbl"
};
struct ns_nested_rows {
    struct row row;
#include "nfvo/ns_nested_rows.tbl"
};
struct ns_in {
    struct row row;
#include "nfvo/ns_in.tbl"
};
struct site_seen {
    struct row row;
#include "nfvo/site_seen.tbl"
};
struct site_list {
    struct row row;
#include "nfvo/site_list.tbl"
};
struct grant_asked {
    struct row row;
#include "nfvo/grant_asked.tbl"
};
struct grant_assets {
    struct row row;
#include "nfvo/grant_assets.tbl"
};
struct grant_end {
    struct row row;
#include "nfvo/grant_end.tbl"
};
struct place_in {
    struct row row;
#include "nfvo/place_in.tbl"
};
struct plan_member {
    struct row row;
#include "nfvo/plan_member.tbl"
};
struct plan_link {
    struct row row;
#include "nfvo/plan_link.tbl"
};
struct plan_connection {
    struct row row;
#include "nfvo/plan_connection.tbl"
};
struct plan_vnf {
    struct row row;
#include "nfvo/plan_vnf.tbl"
};
struct plan_sap {
    struct row row;
#include "nfvo/plan_sap.tbl"
};
struct plan_image {
    struct row row;
#include "nfvo/plan_image.tbl"
};
struct plan_cp {
    struct row row;
#include "nfvo/plan_cp.tbl"
};
struct plan_hop {
    struct row row;
#include "nfvo/plan_hop.tbl"
};
struct plan_rule {
    struct row row;
#include "nfvo/plan_rule.tbl"
};
struct plan_route {
    struct row row;
#include "nfvo/plan_route.tbl"
};
struct plan_path {
    struct row row;
#include "nfvo/plan_path.tbl"
};
struct ns_plan {
    struct row row;
#include "nfvo/ns_plan.tbl"
};
struct ns_vnfs {
    struct row row;
#include "nfvo/ns_vnfs.tbl"
};
struct ns_site_in {
    struct row row;
#include "nfvo/ns_site_in.tbl"
};
struct made_net {
    struct row row;
#include "nfvo/made_net.tbl"
};
struct ns_site_made {
    struct row row;
#include "nfvo/ns_site_made.tbl"
};
struct ns_image_made {
    struct row row;
#include "nfvo/ns_image_made.tbl"
};
struct fwd_port {
    struct row row;
#include "nfvo/fwd_port.tbl"
};
struct fwd_remote {
    struct row row;
#include "nfvo/fwd_remote.tbl"
};
struct fwd_instance {
    struct row row;
#include "nfvo/fwd_instance.tbl"
};
struct fwd_hop {
    struct row row;
#include "nfvo/fwd_hop.tbl"
};
struct fwd_path {
    struct row row;
#include "nfvo/fwd_path.tbl"
};
struct fwd_router {
    struct row row;
#include "nfvo/fwd_router.tbl"
};
struct fwd_pass {
    struct row row;
#include "nfvo/fwd_pass.tbl"
};
struct fwd_passes {
    struct row row;
#include "nfvo/fwd_passes.tbl"
};
struct fwd_in {
    struct row row;
#include "nfvo/fwd_in.tbl"
};
struct fwd_leave {
    struct row row;
#include "nfvo/fwd_leave.tbl"
};
struct fwd_label {
    struct row row;
#include "nfvo/fwd_label.tbl"
};
struct fwd_made {
    struct row row;
#include "nfvo/fwd_made.tbl"
};
struct fwd_labels_in {
    struct row row;
#include "nfvo/fwd_labels_in.tbl"
};
struct ns_sap_made {
    struct row row;
#include "nfvo/ns_sap_made.tbl"
};
struct nest_rows {
    struct row row;
#include "nfvo/nest_rows.tbl"
};
struct ns_made {
    struct row row;
#include "nfvo/ns_made.tbl"
};
struct shape_in {
    struct row row;
#include "nfvo/shape_in.tbl"
};
struct ns_scaled {
    struct row row;
#include "nfvo/ns_scaled.tbl"
};
struct members_in {
    struct row row;
#include "nfvo/members_in.tbl"
};
struct members {
    struct row row;
#include "nfvo/members.tbl"
};
struct follow_in {
    struct row row;
#include "nfvo/follow_in.tbl"
};
struct ns_end {
    struct row row;
#include "nfvo/ns_end.tbl"
};
struct repair_look {
    struct row row;
#include "nfvo/repair_look.tbl"
};
struct repair_item {
    struct row row;
#include "nfvo/repair_item.tbl"
};
struct repair_plan {
    struct row row;
#include "nfvo/repair_plan.tbl"
};
struct repair_pair {
    struct row row;
#include "nfvo/repair_pair.tbl"
};
struct repair_noted {
    struct row row;
#include "nfvo/repair_noted.tbl"
};
#undef ATTR

extern const struct table repair_look_table, repair_item_table, repair_plan_table,
    repair_pair_table, repair_noted_table;
extern const struct table grant_asked_table, grant_assets_table, grant_end_table;
extern const struct table ns_in_table, site_seen_table, site_list_table, place_in_table,
    plan_member_table, plan_link_table, plan_connection_table, plan_vnf_table, plan_sap_table,
    plan_image_table, plan_cp_table, plan_hop_table, plan_rule_table, plan_path_table,
    ns_plan_table, ns_vnfs_table, ns_site_in_table, made_net_table, ns_site_made_table,
    ns_image_made_table, fwd_port_table, fwd_remote_table, fwd_instance_table, fwd_hop_table,
    fwd_path_table, fwd_in_table, fwd_label_table, fwd_made_table, fwd_labels_in_table,
    ns_sap_made_table, ns_made_table, ns_end_table, fwd_leave_table, ns_scaled_table,
    vnf_add_table, shape_in_table, ns_pnf_cp_table, ns_pnf_table, plan_route_table,
    fwd_router_table, ns_join_table, ns_nested_table, ns_nested_rows_table, nest_rows_table,
    fwd_pass_table, fwd_passes_table, ns_around_table, members_in_table, members_table,
    follow_in_table;

#endif
