/* The compute face: Nova API v2.1.  2.79 is the newest microversion whose every
 * change is in these tables or concerns what this site does not have. */
#include "faces/nova.h"

#define ACTION(method_, path_, step_, fn_, doc_)                                                   \
    {.method = method_, .path = path_, .verb = REST_ACTION, .step_ = fn_, .doc = doc_}
#define GONE(path_, status_, fn_, doc_)                                                            \
    {.method = "DELETE", .path = path_, .verb = REST_ACTION, .write = fn_, .status = status_,      \
     .flags = REST_NO_BODY, .doc = doc_}
#define FLAVORS "/v2.1/flavors"
#define SERVERS "/v2.1/servers"
#define QUOTAS "/v2.1/os-quota-sets/{project}"
#define HYPERVISORS "/v2.1/os-hypervisors"

static const struct route routes[] = {
    {.method = "GET", .path = "/", .verb = REST_VERSIONS, .flags = REST_PUBLIC},
    {.method = "GET", .path = "/v2.1", .verb = REST_VERSIONS, .flags = REST_PUBLIC},

    REST_VERB("GET", FLAVORS, REST_LIST, &flavor_resource, &nova_flavor_brief),
    REST_VERB("GET", FLAVORS "/detail", REST_LIST, &flavor_resource, &nova_flavor_full),
    {.method = "POST", .path = FLAVORS, .verb = REST_CREATE, .resource = &flavor_resource,
     .shape = &nova_flavor_full, .status = 200},
    REST_VERB("GET", FLAVORS "/{id}", REST_SHOW, &flavor_resource, &nova_flavor_full),
    {.method = "PUT", .path = FLAVORS "/{id}", .verb = REST_UPDATE, .resource = &flavor_resource,
     .shape = &nova_flavor_full, .since = 255},
    {.method = "DELETE", .path = FLAVORS "/{id}", .verb = REST_DELETE,
     .resource = &flavor_resource, .status = 202},
    ACTION("GET", FLAVORS "/{id}/os-extra_specs", read, nova_specs_list, "Extra specs."),
    ACTION("POST", FLAVORS "/{id}/os-extra_specs", write, nova_specs_add, "Adds extra specs."),
    ACTION("GET", FLAVORS "/{id}/os-extra_specs/{key}", read, nova_specs_show, "One extra spec."),
    ACTION("PUT", FLAVORS "/{id}/os-extra_specs/{key}", write, nova_specs_put,
           "Sets one extra spec."),
    GONE(FLAVORS "/{id}/os-extra_specs/{key}", 200, nova_specs_delete, "Removes an extra spec."),

    REST_VERB("GET", SERVERS, REST_LIST, &server_resource, &nova_server_brief),
    REST_VERB("GET", SERVERS "/detail", REST_LIST, &server_resource, &nova_server_full),
    {.method = "POST", .path = SERVERS, .verb = REST_CREATE, .resource = &server_resource,
     .shape = &nova_server_create, .status = 202},
    REST_VERB("GET", SERVERS "/{id}", REST_SHOW, &server_resource, &nova_server_full),
    REST_VERB("PUT", SERVERS "/{id}", REST_UPDATE, &server_resource, &nova_server_update),
    REST_VERB("DELETE", SERVERS "/{id}", REST_DELETE, &server_resource, NULL),
    {.method = "POST", .path = SERVERS "/{id}/action", .verb = REST_ACTION,
     .prepare = nova_action_prepare, .write = nova_action,
     .doc = "os-start, os-stop, reboot, rebuild, os-getConsoleOutput."},
    ACTION("GET", SERVERS "/{id}/ips", read, nova_server_ips, "Addresses."),
    ACTION("GET", SERVERS "/{id}/ips/{network}", read, nova_server_ips_of,
           "Addresses on one network."),
    ACTION("GET", SERVERS "/{id}/os-interface", read, nova_server_interfaces, "Interfaces."),
    ACTION("GET", SERVERS "/{id}/os-interface/{port}", read, nova_server_interface,
           "One interface."),
    ACTION("POST", SERVERS "/{id}/os-interface", write, nova_interface_attach,
           "A port that is there joins the server."),
    GONE(SERVERS "/{id}/os-interface/{port}", 202, nova_interface_detach,
         "A port leaves the server."),
    ACTION("GET", SERVERS "/{id}/os-security-groups", read, nova_server_groups,
           "Security groups."),
    ACTION("GET", SERVERS "/{id}/metadata", read, nova_metadata_show, "Metadata."),
    ACTION("PUT", SERVERS "/{id}/metadata", write, nova_metadata_replace, "Replaces metadata."),
    ACTION("POST", SERVERS "/{id}/metadata", write, nova_metadata_merge, "Adds metadata."),
    ACTION("GET", SERVERS "/{id}/metadata/{key}", read, nova_metadata_key, "One metadata item."),
    GONE(SERVERS "/{id}/metadata/{key}", 204, nova_metadata_delete, "Removes a metadata item."),

    ACTION("GET", QUOTAS, read, nova_quota_show, "Limits of a project."),
    ACTION("GET", QUOTAS "/detail", read, nova_quota_detail, "Limits and what is used."),
    ACTION("GET", QUOTAS "/defaults", read, nova_quota_defaults, "Default limits."),
    ACTION("PUT", QUOTAS, write, nova_quota_update, "Sets limits."),
    GONE(QUOTAS, 202, nova_quota_delete, "Back to default limits."),
    ACTION("GET", "/v2.1/limits", read, nova_limits, "What the caller's project may take."),
    ACTION("GET", "/v2.1/os-availability-zone", read, nova_zones, "Availability zones."),
    {.method = "GET", .path = "/v2.1/os-availability-zone/detail", .verb = REST_ACTION,
     .read = nova_zones, .arg = "detail", .doc = "Availability zones and their hosts."},
    ACTION("GET", HYPERVISORS, read, nova_hypervisors, "This box."),
    {.method = "GET", .path = HYPERVISORS "/detail", .verb = REST_ACTION,
     .read = nova_hypervisors, .arg = "detail", .doc = "This box and what is used of it."},
    ACTION("GET", HYPERVISORS "/statistics", read, nova_hypervisor_statistics,
           "Sums over all boxes."),
    ACTION("GET", HYPERVISORS "/{hypervisor}", read, nova_hypervisor_show, "This box by id."),
    ACTION("GET", "/v2.1/extensions", read, nova_extension_list, "Extensions."),
    ACTION("GET", "/v2.1/extensions/{alias}", read, nova_extension_show, "One extension."),
};

static const struct face_version versions[] = {
    {.id = "v2.1", .status = "CURRENT", .path = "/v2.1/", .min_version = "2.1",
     .max_version = "2.79", .updated = "2013-07-23T11:33:21Z"},
    {.id = NULL},
};

const struct face nova_face = {
    .name = "nova",
    .title = "Compute",
    .doc = "Nova API v2.1, microversions 2.1 to 2.79.",
    .service = "compute",
    .dialect = &dialect_nova,
    REST_ROUTES(routes),
    .versions = versions,
    .min_version = 201,
    .max_version = 279,
};
