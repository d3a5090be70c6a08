/* The tables behind nfvo/journal.h. */
#include "nfvo/journal.h"

#include "nfvo/request.h"

#define ATTR ATTR_ROW
#define TABLE_STRUCT vnf_add
static const struct attr vnf_add_attrs[] = {
#include "nfvo/vnf_add.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_pnf_cp
static const struct attr ns_pnf_cp_attrs[] = {
#include "nfvo/ns_pnf_cp.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_pnf
static const struct attr ns_pnf_attrs[] = {
#include "nfvo/ns_pnf.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_join
static const struct attr ns_join_attrs[] = {
#include "nfvo/ns_join.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_nested
static const struct attr ns_nested_attrs[] = {
#include "nfvo/ns_nested.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_nested_rows
static const struct attr ns_nested_rows_attrs[] = {
#include "nfvo/ns_nested_rows.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_in
static const struct attr ns_in_attrs[] = {
#include "nfvo/ns_in.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT site_seen
static const struct attr site_seen_attrs[] = {
#include "nfvo/site_seen.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT site_list
static const struct attr site_list_attrs[] = {
#include "nfvo/site_list.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT grant_asked
static const struct attr grant_asked_attrs[] = {
#include "nfvo/grant_asked.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT grant_assets
static const struct attr grant_assets_attrs[] = {
#include "nfvo/grant_assets.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT grant_end
static const struct attr grant_end_attrs[] = {
#include "nfvo/grant_end.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT place_in
static const struct attr place_in_attrs[] = {
#include "nfvo/place_in.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT plan_member
static const struct attr plan_member_attrs[] = {
#include "nfvo/plan_member.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT plan_link
static const struct attr plan_link_attrs[] = {
#include "nfvo/plan_link.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT plan_connection
static const struct attr plan_connection_attrs[] = {
#include "nfvo/plan_connection.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT plan_vnf
static const struct attr plan_vnf_attrs[] = {
#include "nfvo/plan_vnf.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT plan_sap
static const struct attr plan_sap_attrs[] = {
#include "nfvo/plan_sap.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT plan_image
static const struct attr plan_image_attrs[] = {
#include "nfvo/plan_image.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT plan_cp
static const struct attr plan_cp_attrs[] = {
#include "nfvo/plan_cp.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT plan_hop
static const struct attr plan_hop_attrs[] = {
#include "nfvo/plan_hop.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT plan_rule
static const struct attr plan_rule_attrs[] = {
#include "nfvo/plan_rule.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT plan_route
static const struct attr plan_route_attrs[] = {
#include "nfvo/plan_route.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT plan_path
static const struct attr plan_path_attrs[] = {
#include "nfvo/plan_path.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_plan
static const struct attr ns_plan_attrs[] = {
#include "nfvo/ns_plan.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_vnfs
static const struct attr ns_vnfs_attrs[] = {
#include "nfvo/ns_vnfs.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_site_in
static const struct attr ns_site_in_attrs[] = {
#include "nfvo/ns_site_in.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT made_net
static const struct attr made_net_attrs[] = {
#include "nfvo/made_net.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_site_made
static const struct attr ns_site_made_attrs[] = {
#include "nfvo/ns_site_made.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_around
static const struct attr ns_around_attrs[] = {
#include "nfvo/ns_around.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT members_in
static const struct attr members_in_attrs[] = {
#include "nfvo/members_in.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT members
static const struct attr members_attrs[] = {
#include "nfvo/members.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT follow_in
static const struct attr follow_in_attrs[] = {
#include "nfvo/follow_in.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT nest_rows
static const struct attr nest_rows_attrs[] = {
#include "nfvo/nest_rows.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_image_made
static const struct attr ns_image_made_attrs[] = {
#include "nfvo/ns_image_made.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT fwd_port
static const struct attr fwd_port_attrs[] = {
#include "nfvo/fwd_port.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT fwd_remote
static const struct attr fwd_remote_attrs[] = {
#include "nfvo/fwd_remote.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT fwd_instance
static const struct attr fwd_instance_attrs[] = {
#include "nfvo/fwd_instance.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT fwd_hop
static const struct attr fwd_hop_attrs[] = {
#include "nfvo/fwd_hop.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT fwd_path
static const struct attr fwd_path_attrs[] = {
#include "nfvo/fwd_path.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT fwd_router
static const struct attr fwd_router_attrs[] = {
#include "nfvo/fwd_router.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT fwd_pass
static const struct attr fwd_pass_attrs[] = {
#include "nfvo/fwd_pass.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT fwd_passes
static const struct attr fwd_passes_attrs[] = {
#include "nfvo/fwd_passes.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT fwd_in
static const struct attr fwd_in_attrs[] = {
#include "nfvo/fwd_in.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT fwd_leave
static const struct attr fwd_leave_attrs[] = {
#include "nfvo/fwd_leave.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT fwd_label
static const struct attr fwd_label_attrs[] = {
#include "nfvo/fwd_label.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT fwd_made
static const struct attr fwd_made_attrs[] = {
#include "nfvo/fwd_made.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT fwd_labels_in
static const struct attr fwd_labels_in_attrs[] = {
#include "nfvo/fwd_labels_in.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_sap_made
static const struct attr ns_sap_made_attrs[] = {
#include "nfvo/ns_sap_made.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_made
static const struct attr ns_made_attrs[] = {
#include "nfvo/ns_made.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT shape_in
static const struct attr shape_in_attrs[] = {
#include "nfvo/shape_in.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_scaled
static const struct attr ns_scaled_attrs[] = {
#include "nfvo/ns_scaled.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_end
static const struct attr ns_end_attrs[] = {
#include "nfvo/ns_end.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT repair_look
static const struct attr repair_look_attrs[] = {
#include "nfvo/repair_look.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT repair_item
static const struct attr repair_item_attrs[] = {
#include "nfvo/repair_item.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT repair_plan
static const struct attr repair_plan_attrs[] = {
#include "nfvo/repair_plan.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT repair_pair
static const struct attr repair_pair_attrs[] = {
#include "nfvo/repair_pair.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT repair_noted
static const struct attr repair_noted_attrs[] = {
#include "nfvo/repair_noted.tbl"
};
#undef TABLE_STRUCT
#undef ATTR

const struct table vnf_add_table = {
    .name = "vnf_add",
    .doc = "A VNF instance that an NS is to have besides.",
    TABLE(struct vnf_add, vnf_add_attrs),
};
const struct table shape_in_table = {
    .name = "shape_in",
    .doc = "Input of the placement in an NS that runs.",
    TABLE(struct shape_in, shape_in_attrs),
};
const struct table ns_pnf_cp_table = {
    .name = "ns_pnf_cp",
    .doc = "A connection point of a PNF, as it was told.",
    TABLE(struct ns_pnf_cp, ns_pnf_cp_attrs),
};
const struct table ns_pnf_table = {
    .name = "ns_pnf",
    .doc = "A physical network function that is part of an NS.",
    TABLE(struct ns_pnf, ns_pnf_attrs),
};
const struct table ns_join_table = {
    .name = "ns_join",
    .doc = "A virtual link that two NSs have.",
    TABLE(struct ns_join, ns_join_attrs),
};
const struct table ns_nested_table = {
    .name = "ns_nested",
    .doc = "A network service that is part of another one.",
    TABLE(struct ns_nested, ns_nested_attrs),
};
const struct table ns_nested_rows_table = {
    .name = "ns_nested_rows",
    .doc = "Nested NS instances to make rows for.",
    TABLE(struct ns_nested_rows, ns_nested_rows_attrs),
};
const struct table ns_around_table = {
    .name = "ns_around",
    .doc = "An NS with a path through one that is nested in it.",
    TABLE(struct ns_around, ns_around_attrs),
};
const struct table members_in_table = {
    .name = "members_in",
    .doc = "Which functions of nested NSs are asked for.",
    TABLE(struct members_in, members_in_attrs),
};
const struct table members_table = {
    .name = "members",
    .doc = "VNFs of nested NSs that serve positions of the NS around.",
    TABLE(struct members, members_attrs),
};
const struct table follow_in_table = {
    .name = "follow_in",
    .doc = "What changed in a nested NS, for the paths of one around it.",
    TABLE(struct follow_in, follow_in_attrs),
};
const struct table nest_rows_table = {
    .name = "nest_rows",
    .doc = "NS instances that become part of an NS, or are no part of it any more.",
    TABLE(struct nest_rows, nest_rows_attrs),
};
const struct table ns_in_table = {
    .name = "ns_in",
    .doc = "Input of an operation on an NS instance.",
    TABLE(struct ns_in, ns_in_attrs),
};
const struct table site_seen_table = {
    .name = "site_seen",
    .doc = "A site as a plan sees it.",
    TABLE(struct site_seen, site_seen_attrs),
};
const struct table site_list_table = {
    .name = "site_list",
    .doc = "The sites that a plan may use.",
    TABLE(struct site_list, site_list_attrs),
};
const struct table grant_asked_table = {
    .name = "grant_asked",
    .doc = "What a foreign VNFM asked for.",
    TABLE(struct grant_asked, grant_asked_attrs),
};
const struct table grant_assets_table = {
    .name = "grant_assets",
    .doc = "What a site has for a VNF that was granted it.",
    TABLE(struct grant_assets, grant_assets_attrs),
};
const struct table grant_end_table = {
    .name = "grant_end",
    .doc = "How a granted operation ended.",
    TABLE(struct grant_end, grant_end_attrs),
};
const struct table place_in_table = {
    .name = "place_in",
    .doc = "Input of placement.",
    TABLE(struct place_in, place_in_attrs),
};
const struct table plan_member_table = {
    .name = "plan_member",
    .doc = "A site's share of a virtual link.",
    TABLE(struct plan_member, plan_member_attrs),
};
const struct table plan_link_table = {
    .name = "plan_link",
    .doc = "A virtual link of the NS.",
    TABLE(struct plan_link, plan_link_attrs),
};
const struct table plan_connection_table = {
    .name = "plan_connection",
    .doc = "A VNF's connection to a virtual link.",
    TABLE(struct plan_connection, plan_connection_attrs),
};
const struct table plan_vnf_table = {
    .name = "plan_vnf",
    .doc = "A VNF instance to make.",
    TABLE(struct plan_vnf, plan_vnf_attrs),
};
const struct table plan_sap_table = {
    .name = "plan_sap",
    .doc = "A service access point to make.",
    TABLE(struct plan_sap, plan_sap_attrs),
};
const struct table plan_image_table = {
    .name = "plan_image",
    .doc = "An image that a site has to have.",
    TABLE(struct plan_image, plan_image_attrs),
};
const struct table plan_cp_table = {
    .name = "plan_cp",
    .doc = "A connection point in a forwarding path.",
    TABLE(struct plan_cp, plan_cp_attrs),
};
const struct table plan_hop_table = {
    .name = "plan_hop",
    .doc = "A position of chains: equal functions.",
    TABLE(struct plan_hop, plan_hop_attrs),
};
const struct table plan_rule_table = {
    .name = "plan_rule",
    .doc = "Which flows a path is for.",
    TABLE(struct plan_rule, plan_rule_attrs),
};
const struct table plan_route_table = {
    .name = "plan_route",
    .doc = "A route that stands in for a part of a chain.",
    TABLE(struct plan_route, plan_route_attrs),
};
const struct table fwd_router_table = {
    .name = "fwd_router",
    .doc = "What the router of a link has to know.",
    TABLE(struct fwd_router, fwd_router_attrs),
};
const struct table fwd_pass_table = {
    .name = "fwd_pass",
    .doc = "What a port of a function that routes may send for others.",
    TABLE(struct fwd_pass, fwd_pass_attrs),
};
const struct table fwd_passes_table = {
    .name = "fwd_passes",
    .doc = "What ports of a site may send for others.",
    TABLE(struct fwd_passes, fwd_passes_attrs),
};
const struct table plan_path_table = {
    .name = "plan_path",
    .doc = "A forwarding path of a VNFFG.",
    TABLE(struct plan_path, plan_path_attrs),
};
const struct table ns_plan_table = {
    .name = "ns_plan",
    .doc = "What an instantiation will make, where and why.",
    TABLE(struct ns_plan, ns_plan_attrs),
};
const struct table ns_vnfs_table = {
    .name = "ns_vnfs",
    .doc = "VNF instances to make rows for.",
    TABLE(struct ns_vnfs, ns_vnfs_attrs),
};
const struct table ns_site_in_table = {
    .name = "ns_site_in",
    .doc = "What one site has to have for an NS before its VNFs are made.",
    TABLE(struct ns_site_in, ns_site_in_attrs),
};
const struct table made_net_table = {
    .name = "made_net",
    .doc = "A virtual link at a site.",
    TABLE(struct made_net, made_net_attrs),
};
const struct table ns_site_made_table = {
    .name = "ns_site_made",
    .doc = "What a site has for an NS.",
    TABLE(struct ns_site_made, ns_site_made_attrs),
};
const struct table ns_image_made_table = {
    .name = "ns_image_made",
    .doc = "An image at a site.",
    TABLE(struct ns_image_made, ns_image_made_attrs),
};
const struct table fwd_port_table = {
    .name = "fwd_port",
    .doc = "A port of the NS, wherever it is.",
    TABLE(struct fwd_port, fwd_port_attrs),
};
const struct table fwd_remote_table = {
    .name = "fwd_remote",
    .doc = "A port of another site to make known here.",
    TABLE(struct fwd_remote, fwd_remote_attrs),
};
const struct table fwd_instance_table = {
    .name = "fwd_instance",
    .doc = "One instance of a function at a position.",
    TABLE(struct fwd_instance, fwd_instance_attrs),
};
const struct table fwd_hop_table = {
    .name = "fwd_hop",
    .doc = "A position of chains with its instances.",
    TABLE(struct fwd_hop, fwd_hop_attrs),
};
const struct table fwd_path_table = {
    .name = "fwd_path",
    .doc = "A path with its ends resolved to ports.",
    TABLE(struct fwd_path, fwd_path_attrs),
};
const struct table fwd_in_table = {
    .name = "fwd_in",
    .doc = "What a site has to know to steer the traffic of an NS.",
    TABLE(struct fwd_in, fwd_in_attrs),
};
const struct table fwd_leave_table = {
    .name = "fwd_leave",
    .doc = "Instances that leave the chains of a site.",
    TABLE(struct fwd_leave, fwd_leave_attrs),
};
const struct table fwd_label_table = {
    .name = "fwd_label",
    .doc = "What packets for an instance are labelled with between sites.",
    TABLE(struct fwd_label, fwd_label_attrs),
};
const struct table fwd_made_table = {
    .name = "fwd_made",
    .doc = "What a site was told.",
    TABLE(struct fwd_made, fwd_made_attrs),
};
const struct table fwd_labels_in_table = {
    .name = "fwd_labels_in",
    .doc = "Labels of other sites to tell a site.",
    TABLE(struct fwd_labels_in, fwd_labels_in_attrs),
};
const struct table ns_sap_made_table = {
    .name = "ns_sap_made",
    .doc = "A service access point that was made.",
    TABLE(struct ns_sap_made, ns_sap_made_attrs),
};
const struct table ns_made_table = {
    .name = "ns_made",
    .doc = "What became of an instantiation: kept with the instance.",
    TABLE(struct ns_made, ns_made_attrs),
};
const struct table ns_scaled_table = {
    .name = "ns_scaled",
    .doc = "What became of a scaling.",
    TABLE(struct ns_scaled, ns_scaled_attrs),
};
const struct table ns_end_table = {
    .name = "ns_end",
    .doc = "VNF instances of an NS that are left to terminate.",
    TABLE(struct ns_end, ns_end_attrs),
};
const struct table repair_look_table = {
    .name = "repair_look",
    .doc = "Whose things are to be made again.",
    TABLE(struct repair_look, repair_look_attrs),
};
const struct table repair_item_table = {
    .name = "repair_item",
    .doc = "One thing that a repair does.",
    TABLE(struct repair_item, repair_item_attrs),
};
const struct table repair_plan_table = {
    .name = "repair_plan",
    .doc = "What a repair does.",
    TABLE(struct repair_plan, repair_plan_attrs),
};
const struct table repair_pair_table = {
    .name = "repair_pair",
    .doc = "A thing that was made again.",
    TABLE(struct repair_pair, repair_pair_attrs),
};
const struct table repair_noted_table = {
    .name = "repair_noted",
    .doc = "What of an instance was made again.",
    TABLE(struct repair_noted, repair_noted_attrs),
};
