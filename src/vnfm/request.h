/* The bodies of SOL003's requests, described to the leaves: what has another form
 * is refused (400) before anything is looked up, all faults at once.  What SOL003
 * knows and is not listed here is refused as unknown. */
#ifndef CARRICK_VNFM_REQUEST_H
#define CARRICK_VNFM_REQUEST_H

#include "base/attr.h"

/* X(struct and table, doc): items come before the tables that hold them. */
#define VNFM_REQUESTS(X)                                                                           \
    X(ip_address_data, "Network addresses of a connection point.")                                 \
    X(ip_over_ethernet, "Addresses of a connection point.")                                        \
    X(cp_protocol_data, "Protocol of a connection point.")                                         \
    X(ext_cp_config, "One instance of an external connection point.")                              \
    X(ext_cp_data, "An external connection point.")                                                \
    X(resource_handle, "Something at a site.")                                                     \
    X(ext_link_port_data, "A port that is there already.")                                         \
    X(ext_link_data, "A network for external connection points.")                                  \
    X(ext_managed_link_data, "A network that is an internal link.")                                \
    X(vim_connection_info, "A site to use.")                                                       \
    X(instantiate_request, "Body of an instantiation.")                                            \
    X(terminate_request, "Body of a termination.")                                                 \
    X(scale_info, "How far an aspect is scaled.")                                                  \
    X(scale_request, "Body of a scaling.")                                                         \
    X(scale_to_level_request, "Body of a scaling to a level.")                                     \
    X(operate_request, "Body of a start or stop.")                                                 \
    X(modify_request, "Body of a modification.")                                                   \
    X(heal_request, "Body of a healing.")                                                          \
    X(change_package_request, "Body of a change of the package.")                                  \
    X(change_connectivity_request, "Body of a change of external connectivity.")                   \
    X(cancel_request, "How an operation is to be cancelled.")                                       \
    X(change_flavour_request, "Body of a change of the deployment flavour.")

#define ATTR ATTR_MEMBER
struct ip_address_data {
    struct row row;
#include "vnfm/ip_address_data.tbl"
};
struct ip_over_ethernet {
    struct row row;
#include "vnfm/ip_over_ethernet.tbl"
};
struct cp_protocol_data {
    struct row row;
#include "vnfm/cp_protocol_data.tbl"
};
struct ext_cp_config {
    struct row row;
#include "vnfm/ext_cp_config.tbl"
};
struct ext_cp_data {
    struct row row;
#include "vnfm/ext_cp_data.tbl"
};
struct resource_handle {
    struct row row;
#include "vnfm/resource_handle.tbl"
};
struct ext_link_port_data {
    struct row row;
#include "vnfm/ext_link_port_data.tbl"
};
struct ext_link_data {
    struct row row;
#include "vnfm/ext_link_data.tbl"
};
struct ext_managed_link_data {
    struct row row;
#include "vnfm/ext_managed_link_data.tbl"
};
struct vim_connection_info {
    struct row row;
#include "vnfm/vim_connection_info.tbl"
};
struct instantiate_request {
    struct row row;
#include "vnfm/instantiate_request.tbl"
};
struct terminate_request {
    struct row row;
#include "vnfm/terminate_request.tbl"
};
struct scale_info {
    struct row row;
#include "vnfm/scale_info.tbl"
};
struct scale_request {
    struct row row;
#include "vnfm/scale_request.tbl"
};
struct scale_to_level_request {
    struct row row;
#include "vnfm/scale_to_level_request.tbl"
};
struct operate_request {
    struct row row;
#include "vnfm/operate_request.tbl"
};
struct modify_request {
    struct row row;
#include "vnfm/modify_request.tbl"
};
struct heal_request {
    struct row row;
#include "vnfm/heal_request.tbl"
};
struct change_connectivity_request {
    struct row row;
#include "vnfm/change_connectivity_request.tbl"
};
struct change_flavour_request {
    struct row row;
#include "vnfm/change_flavour_request.tbl"
};
struct change_package_request {
    struct row row;
#include "vnfm/change_package_request.tbl"
};
struct cancel_request {
    struct row row;
#include "vnfm/cancel_request.tbl"
};
#undef ATTR

#define X(word, doc) extern const struct table word##_table;
VNFM_REQUESTS(X)
#undef X

/* Words of enumerations. */
extern const char *const termination_types[], *const scale_types[], *const vnf_states[],
    *const cancel_modes[];

/* Checks for tables of requests, here and in src/nfvo: an object and no list; each item an
 * address; a MAC or at least one address, each entry fixed or dynamic, of its type. */
attr_check_fn request_check_object, request_check_ips, request_check_ethernet;

/* One more E_UNPROCESSABLE to '*faults', which may be null, also for requests in src/nfvo. */
void request_fault(struct err **faults, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The first address asked for, of 'protocols' (cp_protocol_data); members are null where
 * nothing is asked for. */
struct asked_address {
    const char *ip_address, *mac_address, *subnet_id;
};
struct asked_address request_address(const struct rows *protocols);

#endif
