/* The bodies of SOL005's NS requests, described to the leaves, and what they are held
 * against.  What SOL005 knows and is not listed here is refused as unknown. */
#ifndef CARRICK_NFVO_REQUEST_H
#define CARRICK_NFVO_REQUEST_H

#include "store/store.h"
#include "tosca/nsd.h"
#include "vnfm/vnfm.h"

struct ns_in;

/* X(struct and table, doc): items come before the tables that hold them. */
#define NFVO_REQUESTS(X)                                                                           \
    X(link_network, "A network that a site has for a link.")                                        \
    X(sap_data, "A service access point.")                                                         \
    X(civic_address, "An element of a civic address.")                                             \
    X(location_constraints, "What holds for a site.")                                              \
    X(vnf_location, "Where the VNFs of a profile have to be.")                                     \
    X(vnf_params, "Words for the VNFs of a profile.")                                              \
    X(affinity_rule, "VNFs that have to be together or apart.")                                    \
    X(nested_ns_data, "An NS instance that runs.")                                                 \
    X(nested_ns_params, "Words for a nested NS.")                                                  \
    X(nested_ns_location, "Where a nested NS has to be.")                                          \
    X(pnf_cp_data, "Addresses of a connection point of a PNF.")                                    \
    X(add_pnf_data, "A PNF that becomes part of an NS.")                                           \
    X(modify_pnf_data, "What changes of a PNF of an NS.")                                          \
    X(instantiate_ns_request, "Body of an instantiation.")                                         \
    X(terminate_ns_data, "Words for an NS that ends.")                                             \
    X(terminate_vnf_data, "How a VNF instance ends.")                                              \
    X(terminate_ns_request, "Body of a termination.")                                              \
    X(scale_by_step_data, "Steps to scale a VNF instance by.")                                     \
    X(scale_to_level_data, "A level to scale a VNF instance to.")                                  \
    X(scale_vnf_data, "A VNF instance to scale.")                                                  \
    X(scale_ns_by_steps_data, "Steps to scale an NS by.")                                          \
    X(ns_scale_info, "Where an aspect of an NS has to be.")                                        \
    X(scale_ns_to_level_data, "A level to scale an NS to.")                                        \
    X(scale_ns_data, "An NS to scale.")                                                            \
    X(scale_ns_request, "Body of a scaling.")                                                      \
    X(heal_vnf_data, "A VNF instance to heal.")                                                    \
    X(heal_ns_request, "Body of a healing.")                                                       \
    X(check_request, "A comparison to make.")                                                      \
    X(operate_vnf_data, "A VNF instance to start or stop.")                                        \
    X(modify_vnf_info_data, "What changes of what is said of a VNF instance.")                     \
    X(change_vnf_package_data, "A VNF instance and its package.")                                  \
    X(ns_ext_link_data, "A network for connection points of a VNF instance.")                      \
    X(change_connectivity_data, "A VNF instance and its networks.")                                \
    X(change_flavour_data, "A VNF instance and its deployment flavour.")                           \
    X(vnf_instance_data, "A VNF instance that runs.")                                               \
    X(instantiate_vnf_data, "A VNF instance to make.")                                             \
    X(add_vnffg_data, "A forwarding graph to make.")                                               \
    X(port_range, "A range of ports.")                                                             \
    X(nfp_rule, "Which packets take a path.")                                                      \
    X(cp_pair_info, "Where packets enter and leave.")                                              \
    X(cp_group_info, "A position of a path.")                                                      \
    X(nfp_data, "A path of a forwarding graph.")                                                   \
    X(update_vnffg_data, "What changes of a forwarding graph.")                                    \
    X(update_ns_request, "Body of an update.")                                                     \
    X(resource_definition, "A resource of a VNF.")                                                 \
    X(constraint_resource, "A resource that a constraint is about.")                               \
    X(placement_constraint, "What has to be together or apart.")                                   \
    X(vim_constraint, "What has to be at one site.")                                               \
    X(grant_request, "A VNFM asks for leave.")                                                     \
    X(upload_oauth2, "In whose name a package is got.")                                            \
    X(external_oauth2, "In whose name an external artifact is got.")                               \
    X(external_access, "How an external artifact is got.")                                         \
    X(external_access_config, "How external artifacts of a package are got.")                      \
    X(upload_uri_request, "A package to get from where it is.")                                    \
    X(plan_request, "A plan to make.")

#define ATTR ATTR_MEMBER
struct link_network {
    struct row row;
#include "nfvo/link_network.tbl"
};
struct sap_data {
    struct row row;
#include "nfvo/sap_data.tbl"
};
struct civic_address {
    struct row row;
#include "nfvo/civic_address.tbl"
};
struct location_constraints {
    struct row row;
#include "nfvo/location_constraints.tbl"
};
struct vnf_location {
    struct row row;
#include "nfvo/vnf_location.tbl"
};
struct vnf_params {
    struct row row;
#include "nfvo/vnf_params.tbl"
};
struct affinity_rule {
    struct row row;
#include "nfvo/affinity_rule.tbl"
};
struct nested_ns_data {
    struct row row;
#include "nfvo/nested_ns_data.tbl"
};
struct nested_ns_params {
    struct row row;
#include "nfvo/nested_ns_params.tbl"
};
struct nested_ns_location {
    struct row row;
#include "nfvo/nested_ns_location.tbl"
};
struct pnf_cp_data {
    struct row row;
#include "nfvo/pnf_cp_data.tbl"
};
struct add_pnf_data {
    struct row row;
#include "nfvo/add_pnf_data.tbl"
};
struct modify_pnf_data {
    struct row row;
#include "nfvo/modify_pnf_data.tbl"
};
struct instantiate_ns_request {
    struct row row;
#include "nfvo/instantiate_ns_request.tbl"
};
struct heal_vnf_data {
    struct row row;
#include "nfvo/heal_vnf_data.tbl"
};
struct heal_ns_request {
    struct row row;
#include "nfvo/heal_ns_request.tbl"
};
struct check_request {
    struct row row;
#include "nfvo/check_request.tbl"
};
struct modify_vnf_info_data {
    struct row row;
#include "nfvo/modify_vnf_info_data.tbl"
};
struct change_vnf_package_data {
    struct row row;
#include "nfvo/change_vnf_package_data.tbl"
};
struct ns_ext_link_data {
    struct row row;
#include "nfvo/ns_ext_link_data.tbl"
};
struct vnf_instance_data {
    struct row row;
#include "nfvo/vnf_instance_data.tbl"
};
struct change_flavour_data {
    struct row row;
#include "nfvo/change_flavour_data.tbl"
};
struct change_connectivity_data {
    struct row row;
#include "nfvo/change_connectivity_data.tbl"
};
struct operate_vnf_data {
    struct row row;
#include "nfvo/operate_vnf_data.tbl"
};
struct instantiate_vnf_data {
    struct row row;
#include "nfvo/instantiate_vnf_data.tbl"
};
struct add_vnffg_data {
    struct row row;
#include "nfvo/add_vnffg_data.tbl"
};
struct port_range {
    struct row row;
#include "nfvo/port_range.tbl"
};
struct nfp_rule {
    struct row row;
#include "nfvo/nfp_rule.tbl"
};
struct cp_pair_info {
    struct row row;
#include "nfvo/cp_pair_info.tbl"
};
struct cp_group_info {
    struct row row;
#include "nfvo/cp_group_info.tbl"
};
struct nfp_data {
    struct row row;
#include "nfvo/nfp_data.tbl"
};
struct update_vnffg_data {
    struct row row;
#include "nfvo/update_vnffg_data.tbl"
};
struct update_ns_request {
    struct row row;
#include "nfvo/update_ns_request.tbl"
};
struct resource_definition {
    struct row row;
#include "nfvo/resource_definition.tbl"
};
struct constraint_resource {
    struct row row;
#include "nfvo/constraint_resource.tbl"
};
struct placement_constraint {
    struct row row;
#include "nfvo/placement_constraint.tbl"
};
struct vim_constraint {
    struct row row;
#include "nfvo/vim_constraint.tbl"
};
struct grant_request {
    struct row row;
#include "nfvo/grant_request.tbl"
};
struct upload_oauth2 {
    struct row row;
#include "nfvo/upload_oauth2.tbl"
};
struct external_oauth2 {
    struct row row;
#include "nfvo/external_oauth2.tbl"
};
struct external_access {
    struct row row;
#include "nfvo/external_access.tbl"
};
struct external_access_config {
    struct row row;
#include "nfvo/external_access_config.tbl"
};
struct upload_uri_request {
    struct row row;
#include "nfvo/upload_uri_request.tbl"
};
struct plan_request {
    struct row row;
#include "nfvo/plan_request.tbl"
};
struct terminate_ns_data {
    struct row row;
#include "nfvo/terminate_ns_data.tbl"
};
struct terminate_vnf_data {
    struct row row;
#include "nfvo/terminate_vnf_data.tbl"
};
struct terminate_ns_request {
    struct row row;
#include "nfvo/terminate_ns_request.tbl"
};
struct scale_by_step_data {
    struct row row;
#include "nfvo/scale_by_step_data.tbl"
};
struct scale_to_level_data {
    struct row row;
#include "nfvo/scale_to_level_data.tbl"
};
struct scale_vnf_data {
    struct row row;
#include "nfvo/scale_vnf_data.tbl"
};
struct scale_ns_by_steps_data {
    struct row row;
#include "nfvo/scale_ns_by_steps_data.tbl"
};
struct ns_scale_info {
    struct row row;
#include "nfvo/ns_scale_info.tbl"
};
struct scale_ns_to_level_data {
    struct row row;
#include "nfvo/scale_ns_to_level_data.tbl"
};
struct scale_ns_data {
    struct row row;
#include "nfvo/scale_ns_data.tbl"
};
struct scale_ns_request {
    struct row row;
#include "nfvo/scale_ns_request.tbl"
};
#undef ATTR

#define X(word, doc) extern const struct table word##_table;
NFVO_REQUESTS(X)
#undef X

/* How long an instance that leaves a path keeps its flows: seconds, where the request does not say
 * and where it does. */
#define NS_DRAIN_S 10
/* Seconds in which servers of a VNF that ends with its NS, or leaves it, let its scripts in. */
#define NS_SCRIPTS_REACH_S 30
#define NS_DRAIN_MAX_S 86400
#define NS_DRAIN_PARAM "drainSeconds"

/* Checks an instantiation against the NSD and the sites that are registered (struct
 * site_seen: id, name, location), all faults at once: E_UNPROCESSABLE. */
struct err *ns_request_check(struct mem *mem, const struct nsd *nsd, const struct rows *sites,
                             const struct instantiate_ns_request *request) MUST_USE;
/* The same with the sites of the project; also, that the VNFDs of the NSD are on-boarded. */
struct err *ns_instantiate_check(struct tx *tx, const char *project_id, const struct nsd *nsd,
                                 const struct instantiate_ns_request *request) MUST_USE;
/* ns_pnf.c: the PNFs that the request tells of, all that is wrong at once, into in->pnfs_added.
 * E_UNPROCESSABLE. */
struct err *ns_pnfs_check(struct tx *tx, const struct nsd *nsd,
                          const struct instantiate_ns_request *request, struct ns_in *in) MUST_USE;
/* ns_link.c: networks that sites have already, for links of the NS (additionalParamsForNs.linkNetworks), as
 * struct link_network in 'mem'.  E_INVALID: all that is wrong with their shape. */
struct err *link_networks_read(struct mem *mem, const struct json *params,
                               struct rows *networks) MUST_USE;
/* The same against the NSD and 'sites' (struct site_seen): E_UNPROCESSABLE. */
struct err *link_networks_check(struct mem *mem, const struct nsd *nsd, const struct rows *sites,
                                const struct json *params) MUST_USE;
/* Is the link one of those? */
bool link_networks_have(struct mem *mem, const struct json *params, const char *link);
/* Checks that the VNF instances named are the NS's, or of an NS nested in it: E_UNPROCESSABLE. */
struct err *ns_terminate_check(struct tx *tx, const char *ns_instance_id,
                               const struct terminate_ns_request *request) MUST_USE;

/* Checks a scaling of the NS or of its VNFs, fills 'in', and says which flow does it.
 * E_UNPROCESSABLE, E_CONFLICT, and as vnf_scale_check. */
struct err *ns_scale_check(struct tx *tx, const struct scale_ns_request *request, struct ns_in *in,
                           const struct flow_type **type) MUST_USE;
/* Of the NS as a whole (SCALE_NS): ns_level_check.c. */
struct err *ns_level_check(struct tx *tx, const struct scale_ns_data *data, struct ns_in *in,
                           const struct flow_type **type) MUST_USE;

struct vnf_instance;
struct vnf_in;
/* A VNF instance of the NS that an operation is about, and the input of its part, added to
 * ns->scaled.  E_UNPROCESSABLE: the NS has none such, or it is named twice.  E_CONFLICT: an operation
 * is open on it. */
struct err *ns_vnf_take(struct tx *tx, struct ns_in *ns, const char *id,
                        struct vnf_instance **vnf, struct vnf_in **out) MUST_USE;
/* Checks a healing of the NS's VNFs, and fills in->scaled.  E_UNPROCESSABLE, and as
 * vnf_heal_check. */
struct err *ns_heal_check(struct tx *tx, const struct heal_ns_request *request, struct ns_in *in,
                          const struct flow_type **type) MUST_USE;

/* Checks an update of the NS by the table of its types (ns_update.h), fills 'in', and says which
 * flow does it.  E_UNPROCESSABLE, E_CONFLICT: all that is wrong, at once. */
struct err *ns_update_check(struct tx *tx, const struct update_ns_request *request,
                            struct ns_in *in, const struct flow_type **flow) MUST_USE;

/* The request that the journal keeps as the client wrote it. */
struct err *ns_request_read(struct mem *mem, const struct json *body,
                            struct instantiate_ns_request **request) MUST_USE;

#endif
