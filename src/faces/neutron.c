/* The network face: Neutron API v2.0 with networking-sfc, and this site's own
 * extensions carrick-interconnect, carrick-changes, carrick-counters and
 * carrick-traces. */
#include "faces/neutron.h"

#include "network/trace.h"

#define ACTION(method_, path_, step_, fn_, doc_)                                                   \
    {.method = method_, .path = path_, .verb = REST_ACTION, .step_ = fn_, .doc = doc_}
#define QUOTAS "/v2.0/quotas"

static const struct route routes[] = {
    {.method = "GET", .path = "/", .verb = REST_VERSIONS, .flags = REST_PUBLIC},
    {.method = "GET", .path = "/v2.0", .verb = REST_VERSIONS},
    ACTION("GET", "/v2.0/extensions", read, neutron_extension_list, "Lists extensions."),
    ACTION("GET", "/v2.0/extensions/{alias}", read, neutron_extension_show, "Shows an extension."),

    REST_CRUD("/v2.0/networks", network_resource, "PUT"),
    REST_TAGS_OF("/v2.0/networks", network_resource),
    REST_CRUD("/v2.0/subnets", subnet_resource, "PUT"),
    REST_TAGS_OF("/v2.0/subnets", subnet_resource),
    REST_CRUD("/v2.0/ports", port_resource, "PUT"),
    REST_TAGS_OF("/v2.0/ports", port_resource),
    REST_CRUD("/v2.0/security-groups", security_group_resource, "PUT"),
    REST_TAGS_OF("/v2.0/security-groups", security_group_resource),
    REST_CRUD("/v2.0/security-group-rules", security_group_rule_resource, "PUT"),

    ACTION("GET", QUOTAS, read, neutron_quota_list, "Projects with limits of their own."),
    {.method = "GET", .path = QUOTAS "/tenant", .verb = REST_ACTION, .read = neutron_quota_own,
     .arg = "tenant", .doc = "The caller's project."},
    {.method = "GET", .path = QUOTAS "/project", .verb = REST_ACTION, .read = neutron_quota_own,
     .arg = "project", .doc = "The caller's project."},
    ACTION("GET", QUOTAS "/{project}", read, neutron_quota_show, "Limits of a project."),
    ACTION("GET", QUOTAS "/{project}/default", read, neutron_quota_default, "Default limits."),
    ACTION("GET", QUOTAS "/{project}/details", read, neutron_quota_details,
           "Limits of a project and what is used."),
    ACTION("GET", QUOTAS "/{project}/details.json", read, neutron_quota_details,
           "As details; python-neutronclient asks so."),
    ACTION("PUT", QUOTAS "/{project}", write, neutron_quota_update, "Sets limits of a project."),
    {.method = "DELETE", .path = QUOTAS "/{project}", .verb = REST_ACTION, .status = 204,
     .write = neutron_quota_reset, .flags = REST_NO_BODY, .doc = "Back to default limits."},

    REST_CRUD("/v2.0/sfc/port_pairs", port_pair_resource, "PUT"),
    REST_CRUD("/v2.0/sfc/port_pair_groups", port_pair_group_resource, "PUT"),
    REST_CRUD("/v2.0/sfc/flow_classifiers", flow_classifier_resource, "PUT"),
    REST_CRUD("/v2.0/sfc/port_chains", port_chain_resource, "PUT"),
    REST_CRUD("/v2.0/sfc/service_graphs", service_graph_resource, "PUT"),

    REST_CRUD("/v2.0/carrick-interconnect/interconnects", interconnect_resource, "PUT"),
    REST_CRUD("/v2.0/carrick-interconnect/remote_ports", remote_port_resource, "PUT"),
    REST_VERB("GET", "/v2.0/carrick-interconnect/chain_labels", REST_LIST, &chain_label_resource,
              NULL),
    REST_VERB("POST", "/v2.0/carrick-interconnect/chain_labels", REST_CREATE,
              &chain_label_resource, NULL),
    REST_VERB("GET", "/v2.0/carrick-interconnect/chain_labels/{id}", REST_SHOW,
              &chain_label_resource, NULL),
    REST_VERB("DELETE", "/v2.0/carrick-interconnect/chain_labels/{id}", REST_DELETE,
              &chain_label_resource, NULL),
    ACTION("GET", "/v2.0/carrick-changes", start, neutron_changes,
           "Changes newer than ?since, waiting up to ?timeout seconds for the first."),
    {.method = "GET", .path = "/v2.0/carrick-counters", .verb = REST_ACTION, .rule = "admin_only",
     .start = neutron_counters, .doc = "What the data plane counted: ports, chain hops, drops."},
    {.method = "POST", .path = "/v2.0/carrick-traces", .verb = REST_ACTION,
     .body = &trace_request_table, .body_key = "carrick_trace", .start = neutron_traces,
     .doc = "What a packet between two ports would meet, hop by hop; nothing is sent."},
    {.method = "POST", .path = "/v2.0/carrick-traces/follow", .verb = REST_ACTION,
     .body = &follow_request_table, .body_key = "carrick_follow", .start = neutron_follows,
     .doc = "Real packets of a flow between two ports, hop by hop, until nobody asks for 30 s."},
};

static const struct face_version versions[] = {
    {.id = "v2.0", .status = "CURRENT", .path = "/v2.0/"},
    {.id = NULL},
};

const struct face neutron_face = {
    .name = "neutron",
    .title = "Network",
    .doc = "Neutron API v2.0, networking-sfc, carrick-interconnect, carrick-changes, "
           "carrick-counters, carrick-traces.",
    .service = "network",
    .dialect = &dialect_neutron,
    REST_ROUTES(routes),
    .versions = versions,
};
