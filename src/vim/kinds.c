/* The tables: what objects there are, their attributes, and the step kinds that
 * follow from them. */
#include "vim/session.h"
#include "vim/zones.h"

static const char *const vim_directions[] = {"ingress", "egress", NULL};
static const char *const vim_ethertypes[] = {"IPv4", "IPv6", NULL};
static const char *const vim_label_directions[] = {"forward", "reverse", NULL};

/* ---- tables ------------------------------------------------------------------------- */

#define ATTR ATTR_ROW
#define TABLE_STRUCT vim_fixed_ip
static const struct attr fixed_ip_attrs[] = {
#include "vim/fixed_ip.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_endpoint
static const struct attr endpoint_attrs[] = {
#include "vim/endpoint.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_network
static const struct attr network_attrs[] = {
#include "vim/network.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_subnet
static const struct attr subnet_attrs[] = {
#include "vim/subnet.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_port
static const struct attr port_attrs[] = {
#include "vim/port.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_security_group
static const struct attr security_group_attrs[] = {
#include "vim/security_group.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_security_group_rule
static const struct attr security_group_rule_attrs[] = {
#include "vim/security_group_rule.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_flow_classifier
static const struct attr flow_classifier_attrs[] = {
#include "vim/flow_classifier.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_port_pair
static const struct attr port_pair_attrs[] = {
#include "vim/port_pair.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_port_pair_group
static const struct attr port_pair_group_attrs[] = {
#include "vim/port_pair_group.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_port_chain
static const struct attr port_chain_attrs[] = {
#include "vim/port_chain.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_server
static const struct attr server_attrs[] = {
#include "vim/server.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_interconnect
static const struct attr interconnect_attrs[] = {
#include "vim/interconnect.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_remote_port
static const struct attr remote_port_attrs[] = {
#include "vim/remote_port.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_chain_label
static const struct attr chain_label_attrs[] = {
#include "vim/chain_label.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_router
static const struct attr router_attrs[] = {
#include "vim/router.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_route
static const struct attr route_attrs[] = {
#include "vim/route.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_routes
static const struct attr routes_attrs[] = {
#include "vim/routes.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_passes
static const struct attr passes_attrs[] = {
#include "vim/passes.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_router_interface
static const struct attr router_interface_attrs[] = {
#include "vim/router_interface.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_made
static const struct attr made_attrs[] = {
#include "vim/made.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_members
static const struct attr members_attrs[] = {
#include "vim/members.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_drain
static const struct attr drain_attrs[] = {
#include "vim/drain.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_power
static const struct attr power_attrs[] = {
#include "vim/power.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_rebuild
static const struct attr rebuild_attrs[] = {
#include "vim/rebuild.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_attachment
static const struct attr attachment_attrs[] = {
#include "vim/attachment.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_ref
static const struct attr ref_attrs[] = {
#include "vim/ref.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_image
static const struct attr image_attrs[] = {
#include "vim/image.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_flavor
static const struct attr flavor_attrs[] = {
#include "vim/flavor.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_site_ref
static const struct attr site_ref_attrs[] = {
#include "vim/site_ref.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_site_about
static const struct attr site_about_attrs[] = {
#include "vim/site_about.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_marked
static const struct attr marked_attrs[] = {
#include "vim/marked.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_found
static const struct attr found_attrs[] = {
#include "vim/found.tbl"
};
#undef TABLE_STRUCT
#undef ATTR

/* X(word, doc) */
#define MORE_TABLES(X)                                                                             \
    X(fixed_ip, "an address of a port")                                                            \
    X(endpoint, "a service of a site")                                                             \
    X(made, "what a site says of an object")                                                       \
    X(members, "what a group consists of")                                                         \
    X(drain, "an instance to drain")                                                               \
    X(ref, "one object of a site")                                                                 \
    X(image, "an image to have")                                                                   \
    X(flavor, "a flavor to have")                                                                  \
    X(site_ref, "a site")                                                                          \
    X(site_about, "what a site offers")                                                            \
    X(marked, "a question for objects by marker")                                                  \
    X(found, "objects that carry a marker")                                                        \
    X(power, "a server that has to run, or not")                                                   \
    X(rebuild, "a server that has to be made anew")                                                \
    X(attachment, "a port that has to be at a server, or not")                                     \
    X(route, "a route of a router")                                                                \
    X(routes, "what a router's routes are")                                                        \
    X(passes, "what a port may send for others")                                                   \
    X(router_interface, "a router that has to be on a subnet")

#define X(word, doc_)                                                                              \
    const struct table vim_##word##_table = {                                                      \
        .name = "vim_" #word, .doc = doc_, TABLE(struct vim_##word, word##_attrs)};
VIM_OBJECTS(X)
MORE_TABLES(X)
#undef X

/* ---- objects ---------------------------------------------------------------------------- */

#define NETWORK_OBJECT(word, path_)                                                                \
    {.kind = #word,                                                                                \
     .plural = #word "s",                                                                          \
     .service = "network",                                                                         \
     .path = path_,                                                                                \
     .table = &vim_##word##_table,                                                                 \
     .create = &vim_##word##_create,                                                               \
     .remove = &vim_##word##_delete}

/* In the order of VIM_OBJECTS. */
const struct object vim_objects[] = {
    NETWORK_OBJECT(network, "/networks"),
    NETWORK_OBJECT(subnet, "/subnets"),
    NETWORK_OBJECT(port, "/ports"),
    NETWORK_OBJECT(security_group, "/security-groups"),
    NETWORK_OBJECT(security_group_rule, "/security-group-rules"),
    NETWORK_OBJECT(flow_classifier, "/sfc/flow_classifiers"),
    NETWORK_OBJECT(port_pair, "/sfc/port_pairs"),
    NETWORK_OBJECT(port_pair_group, "/sfc/port_pair_groups"),
    NETWORK_OBJECT(port_chain, "/sfc/port_chains"),
    {.kind = "server",
     .plural = "servers",
     .service = "compute",
     .path = "/servers",
     .list_path = "/servers/detail",
     .table = &vim_server_table,
     .marked = BY_METADATA,
     .wait_gone = true,
     .body = body_server,
     .create = &vim_server_create,
     .remove = &vim_server_delete},
    NETWORK_OBJECT(interconnect, "/carrick-interconnect/interconnects"),
    NETWORK_OBJECT(remote_port, "/carrick-interconnect/remote_ports"),
    NETWORK_OBJECT(chain_label, "/carrick-interconnect/chain_labels"),
    NETWORK_OBJECT(router, "/routers"),
};
const size_t vim_n_objects = ARRAY_SIZE(vim_objects);

enum object_index {
#define X(word, doc) OBJECT_##word,
    VIM_OBJECTS(X)
#undef X
};

/* ---- step kinds ----------------------------------------------------------------------------- */

#define X(word, doc_)                                                                              \
    const struct step_kind vim_##word##_create = {.name = "vim " #word " create",                  \
                                                  .doc = doc_,                                     \
                                                  .effect = FLOW_WRITE,                            \
                                                  .in = &vim_##word##_table,                       \
                                                  .out = &vim_made_table,                          \
                                                  .data = &vim_objects[OBJECT_##word],             \
                                                  .act = object_create,                            \
                                                  .find = object_find_marked,                      \
                                                  .undo = object_undo,                             \
                                                  .describe = object_describe_create};             \
    const struct step_kind vim_##word##_delete = {.name = "vim " #word " delete",                  \
                                                  .doc = doc_,                                     \
                                                  .effect = FLOW_WRITE,                            \
                                                  .in = &vim_ref_table,                            \
                                                  .data = &vim_objects[OBJECT_##word],             \
                                                  .act = object_delete,                            \
                                                  .describe = object_describe_delete};
VIM_OBJECTS(X)
#undef X

/* The addresses of a port that is deleted may be another's by then. */
static void
drop_undo(struct step *step)
{
    const struct vim_ref *ref = step_in(step);

    step_failed(step, err_new(E_CONFLICT, "OneWay",
                              "site %s: port %s is deleted, which cannot be taken back: retry the "
                              "operation, or fail it",
                              site_name_of(step), ref->id));
}

const struct step_kind vim_port_drop = {.name = "vim port drop",
                                        .doc = "a port is deleted for good",
                                        .effect = FLOW_WRITE,
                                        .in = &vim_ref_table,
                                        .data = &vim_objects[OBJECT_port],
                                        .act = object_delete,
                                        .undo = drop_undo,
                                        .describe = object_describe_delete};
const struct step_kind vim_server_show = {.name = "vim server show",
                                          .doc = "a server as it is now",
                                          .effect = FLOW_READ,
                                          .in = &vim_ref_table,
                                          .out = &vim_made_table,
                                          .data = &vim_objects[OBJECT_server],
                                          .act = object_show};
const struct step_kind vim_network_show = {.name = "vim network show",
                                           .doc = "a network as it is now, that is lent",
                                           .effect = FLOW_READ,
                                           .in = &vim_ref_table,
                                           .out = &vim_made_table,
                                           .data = &vim_objects[OBJECT_network],
                                           .act = object_show_lent};
const struct step_kind vim_security_group_show = {.name = "vim security_group show",
                                                  .doc = "a group as it is now, that is lent",
                                                  .effect = FLOW_READ,
                                                  .in = &vim_ref_table,
                                                  .out = &vim_made_table,
                                                  .data = &vim_objects[OBJECT_security_group],
                                                  .act = object_show_lent};
const struct step_kind vim_port_show = {.name = "vim port show",
                                        .doc = "a port as it is now",
                                        .effect = FLOW_READ,
                                        .in = &vim_ref_table,
                                        .out = &vim_made_table,
                                        .data = &vim_objects[OBJECT_port],
                                        .act = object_show};
const struct step_kind vim_port_lent_show = {.name = "vim port lent show",
                                             .doc = "a port as it is now, that is lent",
                                             .effect = FLOW_READ,
                                             .in = &vim_ref_table,
                                             .out = &vim_made_table,
                                             .data = &vim_objects[OBJECT_port],
                                             .act = object_show_lent};
const struct step_kind vim_port_pair_group_show = {.name = "vim port_pair_group show",
                                                   .doc = "a group with its members as it is now",
                                                   .effect = FLOW_READ,
                                                   .in = &vim_ref_table,
                                                   .out = &vim_made_table,
                                                   .data = &vim_objects[OBJECT_port_pair_group],
                                                   .act = object_show};
const struct step_kind vim_chain_label_show = {.name = "vim chain_label show",
                                               .doc = "a label that was allocated before",
                                               .effect = FLOW_READ,
                                               .in = &vim_ref_table,
                                               .out = &vim_made_table,
                                               .data = &vim_objects[OBJECT_chain_label],
                                               .act = object_show};
const struct step_kind vim_router_show = {.name = "vim router show",
                                          .doc = "a router with its routes as it is now",
                                          .effect = FLOW_READ,
                                          .in = &vim_ref_table,
                                          .out = &vim_made_table,
                                          .data = &vim_objects[OBJECT_router],
                                          .act = object_show};
const struct step_kind vim_flow_classifier_show = {.name = "vim flow_classifier show",
                                                   .doc = "a classifier as it is now",
                                                   .effect = FLOW_READ,
                                                   .in = &vim_ref_table,
                                                   .out = &vim_made_table,
                                                   .data = &vim_objects[OBJECT_flow_classifier],
                                                   .act = object_show};
const struct step_kind vim_marked_list = {.name = "vim list by marker",
                                          .doc = "objects that a step may have made",
                                          .effect = FLOW_READ,
                                          .in = &vim_marked_table,
                                          .out = &vim_found_table,
                                          .act = object_list_marked};

const struct step_kind *const vim_kinds[] = {
#define X(word, doc) &vim_##word##_create, &vim_##word##_delete,
    VIM_OBJECTS(X)
#undef X
    &vim_network_show, &vim_security_group_show, &vim_server_show,  &vim_server_stop,  &vim_server_power, &vim_port_show,    &vim_port_lent_show, &vim_port_open,      &vim_port_shut,
    &vim_marked_list,  &vim_image_have,   &vim_flavor_have,  &vim_image_delete, &vim_flavor_delete,  &vim_site_look, &vim_site_zones,
    &vim_port_chain_set, &vim_port_pair_group_set, &vim_port_pair_drain, &vim_port_pair_open,
    &vim_server_rebuild, &vim_server_attach, &vim_server_detach, &vim_port_drop,
    &vim_port_pair_group_show, &vim_chain_label_show, &vim_flow_classifier_show,
    &vim_router_show,  &vim_router_join,  &vim_router_routes_set, &vim_router_clear,
    &vim_port_passes_set,
    NULL,
};
