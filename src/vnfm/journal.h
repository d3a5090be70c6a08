/* Inputs and results of the VNFM's flows and steps: what is journalled. */
#ifndef CARRICK_VNFM_JOURNAL_H
#define CARRICK_VNFM_JOURNAL_H

#include "base/attr.h"

/* Items come before the tables that hold them. */
#define ATTR ATTR_MEMBER
struct vnf_connection {
    struct row row;
#include "vnfm/vnf_connection.tbl"
};
struct vnf_managed_link {
    struct row row;
#include "vnfm/vnf_managed_link.tbl"
};
struct vnf_image_at {
    struct row row;
#include "vnfm/vnf_image_at.tbl"
};
struct vnf_zone_at {
    struct row row;
#include "vnfm/vnf_zone_at.tbl"
};
struct vnf_flavor_at {
    struct row row;
#include "vnfm/vnf_flavor_at.tbl"
};
struct vnf_scale {
    struct row row;
#include "vnfm/vnf_scale.tbl"
};
struct vnf_info {
    struct row row;
#include "vnfm/vnf_info.tbl"
};
struct vnf_in {
    struct row row;
#include "vnfm/vnf_in.tbl"
};
struct describe_in {
    struct row row;
#include "vnfm/describe_in.tbl"
};
struct wanted_cp {
    struct row row;
#include "vnfm/wanted_cp.tbl"
};
struct wanted_vnfc {
    struct row row;
#include "vnfm/wanted_vnfc.tbl"
};
struct wanted_link {
    struct row row;
#include "vnfm/wanted_link.tbl"
};
struct wanted_image {
    struct row row;
#include "vnfm/wanted_image.tbl"
};
struct vnf_wanted {
    struct row row;
#include "vnfm/vnf_wanted.tbl"
};
struct grant_in {
    struct row row;
#include "vnfm/grant_in.tbl"
};
struct grant_out {
    struct row row;
#include "vnfm/grant_out.tbl"
};
struct grant_taken {
    struct row row;
#include "vnfm/grant_taken.tbl"
};
struct made_port {
    struct row row;
#include "vnfm/made_port.tbl"
};
struct made_vnfc {
    struct row row;
#include "vnfm/made_vnfc.tbl"
};
struct made_link {
    struct row row;
#include "vnfm/made_link.tbl"
};
struct vnf_made {
    struct row row;
#include "vnfm/vnf_made.tbl"
};
struct vnfc_in {
    struct row row;
#include "vnfm/vnfc_in.tbl"
};
struct held {
    struct row row;
#include "vnfm/held.tbl"
};
struct vnf_scaled {
    struct row row;
#include "vnfm/vnf_scaled.tbl"
};
struct vnf_state {
    struct row row;
#include "vnfm/vnf_state.tbl"
};
struct package_use {
    struct row row;
#include "vnfm/package_use.tbl"
};
struct vnf_repackaged {
    struct row row;
#include "vnfm/vnf_repackaged.tbl"
};
struct held_list {
    struct row row;
#include "vnfm/held_list.tbl"
};
struct foreign_ask {
    struct row row;
#include "vnfm/foreign_ask.tbl"
};
struct foreign_new {
    struct row row;
#include "vnfm/foreign_new.tbl"
};
struct foreign_known {
    struct row row;
#include "vnfm/foreign_known.tbl"
};
struct boot_text {
    struct row row;
#include "vnfm/boot_text.tbl"
};
struct boot_in {
    struct row row;
#include "vnfm/boot_in.tbl"
};
struct boot_out {
    struct row row;
#include "vnfm/boot_out.tbl"
};
struct script_in {
    struct row row;
#include "vnfm/script_in.tbl"
};
struct script_out {
    struct row row;
#include "vnfm/script_out.tbl"
};
struct script_host {
    struct row row;
#include "vnfm/script_host.tbl"
};
struct scripts_in {
    struct row row;
#include "vnfm/scripts_in.tbl"
};
struct scripts_out {
    struct row row;
#include "vnfm/scripts_out.tbl"
};
struct owner {
    struct row row;
#include "vnfm/owner.tbl"
};
#undef ATTR

extern const struct table boot_text_table, boot_in_table, boot_out_table, script_in_table,
    script_out_table, script_host_table, scripts_in_table, scripts_out_table;
extern const struct table foreign_ask_table, foreign_new_table, foreign_known_table;
extern const struct table vnf_flavor_at_table, vnf_zone_at_table, grant_taken_table;
extern const struct table describe_in_table, vnf_connection_table, vnf_managed_link_table, vnf_image_at_table, vnf_in_table,
    vnf_scale_table, vnf_scaled_table, vnf_state_table, vnf_info_table,
    wanted_cp_table, wanted_vnfc_table, wanted_link_table, wanted_image_table, vnf_wanted_table,
    grant_in_table, grant_out_table, made_port_table, made_vnfc_table, made_link_table,
    vnf_made_table, vnfc_in_table, held_table, held_list_table, owner_table,
    package_use_table, vnf_repackaged_table;

#endif
