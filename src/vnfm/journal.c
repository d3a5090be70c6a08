/* The tables behind vnfm/journal.h. */
#include "vnfm/journal.h"

#define ATTR ATTR_ROW
#define TABLE_STRUCT vnf_managed_link
static const struct attr vnf_managed_link_attrs[] = {
#include "vnfm/vnf_managed_link.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vnf_connection
static const struct attr vnf_connection_attrs[] = {
#include "vnfm/vnf_connection.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vnf_image_at
static const struct attr vnf_image_at_attrs[] = {
#include "vnfm/vnf_image_at.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vnf_zone_at
static const struct attr vnf_zone_at_attrs[] = {
#include "vnfm/vnf_zone_at.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vnf_flavor_at
static const struct attr vnf_flavor_at_attrs[] = {
#include "vnfm/vnf_flavor_at.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vnf_scale
static const struct attr vnf_scale_attrs[] = {
#include "vnfm/vnf_scale.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vnf_info
static const struct attr vnf_info_attrs[] = {
#include "vnfm/vnf_info.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vnf_in
static const struct attr vnf_in_attrs[] = {
#include "vnfm/vnf_in.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT describe_in
static const struct attr describe_in_attrs[] = {
#include "vnfm/describe_in.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT wanted_cp
static const struct attr wanted_cp_attrs[] = {
#include "vnfm/wanted_cp.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT wanted_vnfc
static const struct attr wanted_vnfc_attrs[] = {
#include "vnfm/wanted_vnfc.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT wanted_link
static const struct attr wanted_link_attrs[] = {
#include "vnfm/wanted_link.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT wanted_image
static const struct attr wanted_image_attrs[] = {
#include "vnfm/wanted_image.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vnf_wanted
static const struct attr vnf_wanted_attrs[] = {
#include "vnfm/vnf_wanted.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT grant_in
static const struct attr grant_in_attrs[] = {
#include "vnfm/grant_in.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT grant_out
static const struct attr grant_out_attrs[] = {
#include "vnfm/grant_out.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT grant_taken
static const struct attr grant_taken_attrs[] = {
#include "vnfm/grant_taken.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT made_port
static const struct attr made_port_attrs[] = {
#include "vnfm/made_port.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT made_vnfc
static const struct attr made_vnfc_attrs[] = {
#include "vnfm/made_vnfc.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT made_link
static const struct attr made_link_attrs[] = {
#include "vnfm/made_link.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vnf_made
static const struct attr vnf_made_attrs[] = {
#include "vnfm/vnf_made.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vnfc_in
static const struct attr vnfc_in_attrs[] = {
#include "vnfm/vnfc_in.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT held
static const struct attr held_attrs[] = {
#include "vnfm/held.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vnf_scaled
static const struct attr vnf_scaled_attrs[] = {
#include "vnfm/vnf_scaled.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vnf_state
static const struct attr vnf_state_attrs[] = {
#include "vnfm/vnf_state.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT package_use
static const struct attr package_use_attrs[] = {
#include "vnfm/package_use.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vnf_repackaged
static const struct attr vnf_repackaged_attrs[] = {
#include "vnfm/vnf_repackaged.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT held_list
static const struct attr held_list_attrs[] = {
#include "vnfm/held_list.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT foreign_ask
static const struct attr foreign_ask_attrs[] = {
#include "vnfm/foreign_ask.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT foreign_new
static const struct attr foreign_new_attrs[] = {
#include "vnfm/foreign_new.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT foreign_known
static const struct attr foreign_known_attrs[] = {
#include "vnfm/foreign_known.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT boot_text
static const struct attr boot_text_attrs[] = {
#include "vnfm/boot_text.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT boot_in
static const struct attr boot_in_attrs[] = {
#include "vnfm/boot_in.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT boot_out
static const struct attr boot_out_attrs[] = {
#include "vnfm/boot_out.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT script_in
static const struct attr script_in_attrs[] = {
#include "vnfm/script_in.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT script_out
static const struct attr script_out_attrs[] = {
#include "vnfm/script_out.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT script_host
static const struct attr script_host_attrs[] = {
#include "vnfm/script_host.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT scripts_in
static const struct attr scripts_in_attrs[] = {
#include "vnfm/scripts_in.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT scripts_out
static const struct attr scripts_out_attrs[] = {
#include "vnfm/scripts_out.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT owner
static const struct attr owner_attrs[] = {
#include "vnfm/owner.tbl"
};
#undef TABLE_STRUCT
#undef ATTR

const struct table vnf_managed_link_table = {
    .name = "vnf_managed_link",
    .doc = "A network of somebody else's that is an internal link.",
    TABLE(struct vnf_managed_link, vnf_managed_link_attrs),
};
const struct table vnf_connection_table = {
    .name = "vnf_connection",
    .doc = "An external connection point and the network that it attaches to.",
    TABLE(struct vnf_connection, vnf_connection_attrs),
};
const struct table vnf_image_at_table = {
    .name = "vnf_image_at",
    .doc = "An image of the VNFD as the site knows it.",
    TABLE(struct vnf_image_at, vnf_image_at_attrs),
};
const struct table vnf_scale_table = {
    .name = "vnf_scale",
    .doc = "How far an aspect of a VNF is scaled.",
    TABLE(struct vnf_scale, vnf_scale_attrs),
};
const struct table vnf_scaled_table = {
    .name = "vnf_scaled",
    .doc = "What became of a scaling.",
    TABLE(struct vnf_scaled, vnf_scaled_attrs),
};
const struct table vnf_state_table = {
    .name = "vnf_state",
    .doc = "Whether a VNF runs.",
    TABLE(struct vnf_state, vnf_state_attrs),
};
const struct table package_use_table = {
    .name = "package_use",
    .doc = "A package that an operation needs until it ends.",
    TABLE(struct package_use, package_use_attrs),
};
const struct table vnf_repackaged_table = {
    .name = "vnf_repackaged",
    .doc = "An instance that is of another package.",
    TABLE(struct vnf_repackaged, vnf_repackaged_attrs),
};
const struct table vnf_info_table = {
    .name = "vnf_info",
    .doc = "What a client may change of a VNF instance.",
    TABLE(struct vnf_info, vnf_info_attrs),
};
const struct table vnf_in_table = {
    .name = "vnf_in",
    .doc = "Input of an operation on a VNF instance.",
    TABLE(struct vnf_in, vnf_in_attrs),
};
const struct table describe_in_table = {
    .name = "describe_in",
    .doc = "Which descriptor, and what of it.",
    TABLE(struct describe_in, describe_in_attrs),
};
const struct table wanted_cp_table = {
    .name = "wanted_cp",
    .doc = "A port that a VNFC needs.",
    TABLE(struct wanted_cp, wanted_cp_attrs),
};
const struct table wanted_vnfc_table = {
    .name = "wanted_vnfc",
    .doc = "A server that a VNF needs.",
    TABLE(struct wanted_vnfc, wanted_vnfc_attrs),
};
const struct table wanted_link_table = {
    .name = "wanted_link",
    .doc = "An internal virtual link that a VNF needs.",
    TABLE(struct wanted_link, wanted_link_attrs),
};
const struct table wanted_image_table = {
    .name = "wanted_image",
    .doc = "An image that a VNF needs, with its file.",
    TABLE(struct wanted_image, wanted_image_attrs),
};
const struct table vnf_wanted_table = {
    .name = "vnf_wanted",
    .doc = "What a VNF needs, as its VNFD says for a flavour and a level.",
    TABLE(struct vnf_wanted, vnf_wanted_attrs),
};
const struct table grant_in_table = {
    .name = "grant_in",
    .doc = "A grant request (SOL003 9.5.2.2 GrantRequest), as a function call.",
    TABLE(struct grant_in, grant_in_attrs),
};
const struct table vnf_zone_at_table = {
    .name = "vnf_zone_at",
    .doc = "The zone of a server.",
    TABLE(struct vnf_zone_at, vnf_zone_at_attrs),
};
const struct table vnf_flavor_at_table = {
    .name = "vnf_flavor_at",
    .doc = "A VDU's flavour as the site knows it.",
    TABLE(struct vnf_flavor_at, vnf_flavor_at_attrs),
};
const struct table grant_taken_table = {
    .name = "grant_taken",
    .doc = "A foreign NFVO's grant.",
    TABLE(struct grant_taken, grant_taken_attrs),
};
const struct table foreign_ask_table = {
    .name = "foreign_ask",
    .doc = "An operation at a foreign VNFM.",
    TABLE(struct foreign_ask, foreign_ask_attrs),
};
const struct table foreign_new_table = {
    .name = "foreign_new",
    .doc = "An instance to create at a foreign VNFM.",
    TABLE(struct foreign_new, foreign_new_attrs),
};
const struct table foreign_known_table = {
    .name = "foreign_known",
    .doc = "An instance, here and at a foreign VNFM.",
    TABLE(struct foreign_known, foreign_known_attrs),
};
const struct table grant_out_table = {
    .name = "grant_out",
    .doc = "The grant given.",
    TABLE(struct grant_out, grant_out_attrs),
};
const struct table made_port_table = {
    .name = "made_port",
    .doc = "A port that was made for a VNFC.",
    TABLE(struct made_port, made_port_attrs),
};
const struct table made_vnfc_table = {
    .name = "made_vnfc",
    .doc = "A server that was made.",
    TABLE(struct made_vnfc, made_vnfc_attrs),
};
const struct table made_link_table = {
    .name = "made_link",
    .doc = "An internal virtual link that was made.",
    TABLE(struct made_link, made_link_attrs),
};
const struct table vnf_made_table = {
    .name = "vnf_made",
    .doc = "What became of an instantiation: kept with the instance and told to the NS.",
    TABLE(struct vnf_made, vnf_made_attrs),
};
const struct table vnfc_in_table = {
    .name = "vnfc_in",
    .doc = "Input of the making of one server with its ports.",
    TABLE(struct vnfc_in, vnfc_in_attrs),
};
const struct table held_table = {
    .name = "held",
    .doc = "One thing at a site.",
    TABLE(struct held, held_attrs),
};
const struct table held_list_table = {
    .name = "held_list",
    .doc = "What an instance holds at sites.",
    TABLE(struct held_list, held_list_attrs),
};
const struct table owner_table = {
    .name = "owner",
    .doc = "An instance, for steps that look at or forget what it holds.",
    TABLE(struct owner, owner_attrs),
};
const struct table boot_text_table = {
    .name = "boot_text",
    .doc = "What servers of a VDU are told when they boot, before its inputs have values.",
    TABLE(struct boot_text, boot_text_attrs),
};
const struct table boot_in_table = {
    .name = "boot_in",
    .doc = "Texts of boot data and what their inputs are.",
    TABLE(struct boot_in, boot_in_attrs),
};
const struct table boot_out_table = {
    .name = "boot_out",
    .doc = "User data of VDUs.",
    TABLE(struct boot_out, boot_out_attrs),
};
const struct table script_in_table = {
    .name = "script_in",
    .doc = "A script of the package at one server.",
    TABLE(struct script_in, script_in_attrs),
};
const struct table script_out_table = {
    .name = "script_out",
    .doc = "What became of a script.",
    TABLE(struct script_out, script_out_attrs),
};
const struct table script_host_table = {
    .name = "script_host",
    .doc = "A server that scripts are run at.",
    TABLE(struct script_host, script_host_attrs),
};
const struct table scripts_in_table = {
    .name = "scripts_in",
    .doc = "Which scripts an instance has.",
    TABLE(struct scripts_in, scripts_in_attrs),
};
const struct table scripts_out_table = {
    .name = "scripts_out",
    .doc = "Scripts of an instance and where they are to be run.",
    TABLE(struct scripts_out, scripts_out_attrs),
};
