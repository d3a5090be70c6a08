/* An operator with patience: begins an operation, asks what became of it when no
 * answer came, and says retry or rollback when it has stopped. */
#include "kill/service.h"
#include "kill/subscriber.h"

#include "base/vec.h"

#include <stdio.h>
#include <string.h>

#define OPERATION_MS 180000
#define ONBOARD_MS 30000
#define STOPS_MAX 6
#define POLL_CALL_MS 2000
#define SOON_MS 300

const struct kind kind_ns = {
    .name = "NS",
    .instances = "/nslcm/v2/ns_instances",
    .occurrences = "/nslcm/v2/ns_lcm_op_occs",
    .instance_attr = "nsInstanceId",
    .operation_attr = "lcmOperationType",
    .instantiate = "{\"nsFlavourId\":\"default\",\"additionalParamsForNs\":{\"sapSites\":"
                   "{\"client\":\"east\"}}}",
    .terminate = "{}",
};
/* An NS in it is made with it; all of it at one site, which its error names while that is away. */
const struct kind kind_nested = {
    .name = "nested",
    .instances = "/nslcm/v2/ns_instances",
    .occurrences = "/nslcm/v2/ns_lcm_op_occs",
    .instance_attr = "nsInstanceId",
    .operation_attr = "lcmOperationType",
    .instantiate = "{\"nsFlavourId\":\"default\",\"additionalParamsForNs\":{\"sapSites\":"
                   "{\"gate\":\"west\"}},\"nestedNsLocationConstraints\":[{\"nsProfileId\":\"made\","
                   "\"locationConstraints\":{\"civicAddressElement\":[{\"caType\":1,\"caValue\":"
                   "\"west\"}]}}]}",
    .terminate = "{}",
    .descriptor_id = "shell",
};
/* A path of it leads through the NS in it, and follows what that one does. */
const struct kind kind_through = {
    .name = "through",
    .instances = "/nslcm/v2/ns_instances",
    .occurrences = "/nslcm/v2/ns_lcm_op_occs",
    .instance_attr = "nsInstanceId",
    .operation_attr = "lcmOperationType",
    .instantiate = "{\"nsFlavourId\":\"default\",\"additionalParamsForNs\":{\"sapSites\":"
                   "{\"edge\":\"west\"}},\"nestedNsLocationConstraints\":[{\"nsProfileId\":\"inner\","
                   "\"locationConstraints\":{\"civicAddressElement\":[{\"caType\":1,\"caValue\":"
                   "\"west\"}]}}]}",
    .terminate = "{}",
    .descriptor_id = "through",
};
const struct kind kind_vnf = {
    .name = "VNF",
    .instances = "/vnflcm/v2/vnf_instances",
    .occurrences = "/vnflcm/v2/vnf_lcm_op_occs",
    .instance_attr = "vnfInstanceId",
    .operation_attr = "operation",
    .terminate = "{\"terminationType\":\"FORCEFUL\"}",
};

/* ---- packages --------------------------------------------------------------------------- */

static struct err *
onboarded(struct house *house, const char *path, const struct json **out)
{
    int64_t until = deadline_ns(ONBOARD_MS);
    const char *state;

    do {
        house_tend(house);
        TRY(house_want(house, 200, ROLE_ORCHESTRATOR, "GET", path, NULL, out));
        state = json_get_str(*out, "onboardingState");
        state = state ? state : json_get_str(*out, "nsdOnboardingState");
        if (str_eq(state, "ONBOARDED")) {
            return NULL;
        }
        blink_ms(20);
    } while (!str_eq(state, "ERROR") && time_mono_ns() < until);
    return err_new(E_INVALID, NULL, "%s is %s", path, str_or(state, "?"));
}

static struct err *
onboard(struct house *house, const char *root, const char *part, const char *name,
        const struct json **out)
{
    const struct json *made;
    const char *path;

    TRY(house_want(house, 201, ROLE_ORCHESTRATOR, "POST", root, "{}", &made));
    path = mem_printf(house->case_mem, "%s/%s", root, json_get_str(made, "id"));
    TRY(house_upload(house, mem_printf(house->case_mem, "%s/%s", path, part),
                     mem_printf(house->case_mem, "%s/%s.csar", house->packages, name)));
    return onboarded(house, path, out);
}

static struct err *
network_make(struct house *house, const char *name, const char *cidr, const char **id)
{
    const struct json *made;

    TRY(house_want(house, 201, ROLE_WEST, "POST", "/network/v2.0/networks",
                   mem_printf(house->case_mem, "{\"network\":{\"name\":\"%s\"}}", name), &made));
    *id = mem_str(house->mem, json_str(json_path(made, "network.id")));
    return house_want(house, 201, ROLE_WEST, "POST", "/network/v2.0/subnets",
                      mem_printf(house->case_mem,
                                 "{\"subnet\":{\"network_id\":\"%s\",\"ip_version\":4,"
                                 "\"cidr\":\"%s\"}}",
                                 *id, cidr),
                      NULL);
}

/* An NS at east that runs as long as the house stands. */
static struct err *
core_make(struct service *service)
{
    struct house *house = service->house;
    int64_t until = deadline_ns(ONBOARD_MS);
    const struct json *ns;
    const char *path;

    TRY(house_want(house, 201, ROLE_ORCHESTRATOR, "POST", kind_ns.instances,
                   "{\"nsdId\":\"core\",\"nsName\":\"core\",\"nsDescription\":\"a test\"}", &ns));
    service->core_id = mem_str(house->mem, json_get_str(ns, "id"));
    path = mem_printf(house->case_mem, "%s/%s", kind_ns.instances, service->core_id);
    TRY(house_want(house, 202, ROLE_ORCHESTRATOR, "POST",
                   mem_printf(house->case_mem, "%s/instantiate", path),
                   "{\"nsFlavourId\":\"default\",\"locationConstraints\":[{\"vnfProfileId\":\"one\","
                   "\"locationConstraints\":{\"civicAddressElement\":[{\"caType\":1,\"caValue\":"
                   "\"east\"}]}}]}",
                   NULL));
    do {
        house_tend(house);
        TRY(house_want(house, 200, ROLE_ORCHESTRATOR, "GET", path, NULL, &ns));
        blink_ms(20);
    } while (!str_eq(json_get_str(ns, "nsState"), "INSTANTIATED") && time_mono_ns() < until);
    return str_eq(json_get_str(ns, "nsState"), "INSTANTIATED")
               ? NULL
               : err_new(E_INVALID, NULL, "the core is not instantiated");
}

struct err *
service_onboard(struct service *service)
{
    static const char *const parts[] = {"firewall", "inspector", "web", "renewed/firewall",
                                        "shape-1", "shape-2"};
    struct house *house = service->house;
    const struct json *json;

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        TRY(onboard(house, "/vnfpkgm/v2/vnf_packages", "package_content", parts[i], &json));
    }
    TRY(onboard(house, "/nsd/v2/ns_descriptors", "nsd_content", "web-through-firewall", &json));
    service->nsd_id = mem_str(house->mem, json_get_str(json, "nsdId"));
    TRY(onboard(house, "/nsd/v2/ns_descriptors", "nsd_content", "core", &json));
    TRY(onboard(house, "/nsd/v2/ns_descriptors", "nsd_content", "shell", &json));
    TRY(onboard(house, "/nsd/v2/ns_descriptors", "nsd_content", "hop", &json));
    TRY(onboard(house, "/nsd/v2/ns_descriptors", "nsd_content", "through", &json));
    TRY(network_make(house, "outside", "192.0.2.0/24", &service->network_id));
    TRY(network_make(house, "beside", "198.51.100.0/24", &service->other_id));
    return core_make(service);
}

/* ---- instances ------------------------------------------------------------------------------ */

struct err *
service_create(struct service *service)
{
    struct house *house = service->house;
    bool ns = service->kind != &kind_vnf;
    const struct json *made;
    const char *body =
        ns ? mem_printf(house->case_mem,
                        "{\"nsdId\":\"%s\",\"nsName\":\"svc\",\"nsDescription\":\"a test\"}",
                        str_or(service->kind->descriptor_id, service->nsd_id))
           : "{\"vnfdId\":\"shape-1\",\"vnfInstanceName\":\"fn\"}";

    TRY(house_want(house, 201, ROLE_ORCHESTRATOR, "POST", service->kind->instances, body, &made));
    service->id = mem_str(house->case_mem, json_get_str(made, "id"));
    return NULL;
}

struct err *
service_delete(struct service *service)
{
    const char *path =
        mem_printf(service->house->case_mem, "%s/%s", service->kind->instances, service->id);

    return house_want(service->house, 204, ROLE_ORCHESTRATOR, "DELETE", path, NULL, NULL);
}

/* ---- operations -------------------------------------------------------------------------------- */

/* Operations on the NS's firewall, and on the VNF: where, with what (and in it %s, the firewall's id; %n
 * and %o, the two networks; %c, the NS that runs; %d, the NS's own where the firewall is; %t, soon), and what
 * the occurrence is called. */
static const struct change {
    const char *what, *path, *word, *body;
} changes[] = {
#define SCALING(type)                                                                              \
    "{\"scaleType\":\"SCALE_VNF\",\"scaleVnfData\":[{\"vnfInstanceId\":\"%s\",\"scaleVnfType\":\"" type  \
    "\",\"scaleByStepData\":{\"aspectId\":\"instances\",\"additionalParams\":{\"drainSeconds\":0}}}]}"
#define OPERATION(state)                                                                           \
    "{\"updateType\":\"OPERATE_VNF\",\"operateVnfData\":[{\"vnfInstanceId\":\"%s\","                   \
    "\"changeStateTo\":\"" state "\"}]}"
    {"scale out", "scale", "SCALE", SCALING("SCALE_OUT")},
    {"scale in", "scale", "SCALE", SCALING("SCALE_IN")},
    {"spread", "scale", "SCALE", SCALING("SCALE_OUT")},
    {"gather", "scale", "SCALE", SCALING("SCALE_IN")},
    {"heal", "heal", "HEAL", "{\"healVnfData\":[{\"vnfInstanceId\":\"%s\",\"cause\":\"a test\"}]}"},
    {"stop", "update", "UPDATE", OPERATION("STOPPED")},
    {"start", "update", "UPDATE", OPERATION("STARTED")},
    {"grow", "update", "UPDATE",
     "{\"updateType\":\"INSTANTIATE_VNF\",\"instantiateVnfData\":[{\"vnfProfileId\":\"firewall\"}]}"},
    {"shrink", "update", "UPDATE", /* the firewall with the last name: the one that came */
     "{\"updateType\":\"REMOVE_VNF\",\"removeVnfInstanceId\":[\"%s\"],\"terminateVnfData\":[{"
     "\"vnfInstanceId\":\"%s\",\"additionalParams\":{\"drainSeconds\":0}}]}"},
    {"unsteer", "update", "UPDATE",
     "{\"updateType\":\"REMOVE_VNFFG\",\"removeVnffgId\":[\"web_graph\"]}"},
    {"steer", "update", "UPDATE",
     "{\"updateType\":\"ADD_VNFFG\",\"addVnffg\":[{\"vnffgdId\":\"web_graph\",\"vnffgName\":\"g\","
     "\"description\":\"d\"}]}"},
#define PACKAGE(vnfd)                                                                              \
    "{\"updateType\":\"CHANGE_VNFPKG\",\"changeVnfPackageData\":[{\"vnfInstanceId\":\"%s\","            \
    "\"vnfdId\":\"" vnfd "\"}]}"
    {"upgrade", "update", "UPDATE", PACKAGE("5d1cb0c0-8a43-4d2c-9d3e-6c1f0e0a00f1")},
    {"downgrade", "update", "UPDATE", PACKAGE("5d1cb0c0-8a43-4d2c-9d3e-6c1f0e0a0001")},
    {"nest", "update", "UPDATE",
     "{\"updateType\":\"ADD_NESTED_NS\",\"addNestedNsData\":[{\"nestedNsInstanceId\":\"%c\"}]}"},
    {"unnest", "update", "UPDATE",
     "{\"updateType\":\"REMOVE_NESTED_NS\",\"removeNestedNsId\":[\"%c\"]}"},
    {"enlarge", "change_flavour", "CHANGE_FLAVOUR", "{\"newFlavourId\":\"large\"}"},
    {"reduce", "change_flavour", "CHANGE_FLAVOUR", "{\"newFlavourId\":\"small\"}"},
#define CONNECTED(network)                                                                         \
    "\"extVirtualLinks\":[{\"id\":\"data\",\"vimConnectionId\":\"west\",\"resourceId\":\"" network    \
    "\",\"extCps\":[{\"cpdId\":\"out\"}]}]}"
#define RENEWED(vnfd, network) "{\"vnfdId\":\"" vnfd "\"," CONNECTED(network)
    {"renew", "change_vnfpkg", "CHANGE_VNFPKG", RENEWED("shape-2", "%o")},
    {"age", "change_vnfpkg", "CHANGE_VNFPKG", RENEWED("shape-1", "%n")},
#define CONNECTION(network) "{" CONNECTED(network)
    {"move", "change_ext_conn", "CHANGE_EXT_CONN", CONNECTION("%o")},
    {"return", "change_ext_conn", "CHANGE_EXT_CONN", CONNECTION("%n")},
#define SIDE(cp, mac)                                                                              \
    "{\"cpdId\":\"" cp "\",\"cpConfig\":{\"a\":{\"cpProtocolData\":[{\"layerProtocol\":"            \
    "\"IP_OVER_ETHERNET\",\"ipOverEthernet\":{\"macAddress\":\"" mac "\"}}]}}}"
#define SIDES(digit)                                                                               \
    "{\"updateType\":\"CHANGE_EXTERNAL_VNF_CONNECTIVITY\",\"changeExtVnfConnectivityData\":[{"       \
    "\"vnfInstanceId\":\"%s\",\"additionalParams\":{\"drainSeconds\":0},\"extVirtualLinks\":[{"     \
    "\"resourceId\":\"%d\",\"extCps\":[" SIDE("virtual_link_in", "02:00:00:00:0" digit ":01") ","  \
    SIDE("virtual_link_out", "02:00:00:00:0" digit ":02") "]}]}]}"
    {"lead", "update", "UPDATE", SIDES("1")},
    {"lead on", "update", "UPDATE", SIDES("2")},
#define REPAIR "{\"additionalParams\":{\"degreeHealing\":\"HEAL_RESTORE\"}}"
#define RESTORE "{\"healNsData\":{\"degreeHealing\":\"HEAL_RESTORE\"}}"
    {"repair", "heal", "HEAL", REPAIR},
    {"repair all", "heal", "HEAL", REPAIR},
    {"restore", "heal", "HEAL", RESTORE},
    {"restore all", "heal", "HEAL", RESTORE},
#define SCALING_LATER(type)                                                                        \
    "{\"scaleTime\":\"%t\",\"scaleType\":\"SCALE_VNF\",\"scaleVnfData\":[{\"vnfInstanceId\":\"%s\","  \
    "\"scaleVnfType\":\"" type "\",\"scaleByStepData\":{\"aspectId\":\"instances\","                  \
    "\"additionalParams\":{\"drainSeconds\":0}}}]}"
    {"scale out later", "scale", "SCALE", SCALING_LATER("SCALE_OUT")},
    {"scale in later", "scale", "SCALE", SCALING_LATER("SCALE_IN")},
};

static const struct change *
change_of(const char *what)
{
    for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
        if (str_eq(changes[i].what, what)) {
            return &changes[i];
        }
    }
    return NULL;
}

static const char *
filled(struct mem *mem, const char *body, const char *mark, const char *value)
{
    const char *place;

    while ((place = strstr(body, mark)) != NULL) {
        body = mem_printf(mem, "%.*s%s%s", (int)(place - body), body, value, place + strlen(mark));
    }
    return body;
}

/* The NS's only virtual link at the site of a VNF of its. */
static const char *
link_at(const struct json *ns, const struct json *vnf)
{
    const struct json *handles = json_path(ns, "virtualLinkInfo.0.resourceHandle");
    const char *site = json_str(json_path(
        vnf, "instantiatedVnfInfo.vnfcResourceInfo.0.computeResource.vimId"));

    json_each (handles, i) {
        if (str_eq(json_get_str(handles->items[i], "vimId"), site)) {
            return json_get_str(handles->items[i], "resourceId");
        }
    }
    return "";
}

/* Asked until it is answered: who was killed at the end of the operation before may be on his way back. */
static const struct json *
instance_show(const struct service *service, const char *id, int *status)
{
    struct house *house = service->house;
    const char *path = mem_printf(house->case_mem, "%s/%s", service->kind->instances, id);
    int64_t until = deadline_ns(ONBOARD_MS);
    const struct json *json;

    do {
        house_tend(house);
        json = house_call(house, ROLE_ORCHESTRATOR, "GET", path, NULL, status);
    } while (!*status && time_mono_ns() < until);
    return json;
}

/* The instance that a change is of: some are of the NS in the service's; null where it is not told. */
static const char *
instance_of(const struct service *service, const struct change *change)
{
    static const char *const inside[] = {"spread", "gather", NULL};
    int status;

    return change && str_in(change->what, inside)
               ? json_str(json_path(instance_show(service, service->id, &status), "nestedNsInstanceId.0"))
               : service->id;
}

/* Of the NS's firewall. */
static const char *
change_request(const struct service *service, const struct change *change, const char *instance)
{
    struct house *house = service->house;
    int status;
    const struct json *ns = instance_show(service, instance, &status);
    const struct json *vnfs = status == 200 ? json_get(ns, "vnfInstance") : NULL;
    const char *id = "", *link = "", *body = change->body;
    char soon[TIME_TEXT_SIZE];

    json_each (vnfs, i) {
        if (str_eq(json_get_str(vnfs->items[i], "vnfProductName"), "Firewall")) {
            id = json_get_str(vnfs->items[i], "id");
            link = link_at(ns, vnfs->items[i]);
        }
    }
    body = filled(house->case_mem, body, "%s", id);
    body = filled(house->case_mem, body, "%c", service->core_id);
    body = filled(house->case_mem, body, "%d", link);
    body = filled(house->case_mem, body, "%t",
                  time_text(soon, time_now_us() + SOON_MS * INT64_C(1000), TIME_Z_MS));
    body = filled(house->case_mem, body, "%n", service->network_id);
    return filled(house->case_mem, body, "%o", service->other_id);
}

static const char *
request_of(const struct service *service, const char *what, const char *instance)
{
    const struct change *change = change_of(what);

    if (change) {
        return change_request(service, change, instance);
    }
    if (str_eq(what, "terminate")) {
        return service->kind->terminate;
    }
    if (service->kind->instantiate) {
        return service->kind->instantiate;
    }
    return mem_printf(service->house->case_mem,
                      "{\"flavourId\":\"small\",\"extVirtualLinks\":[{\"id\":\"data\","
                      "\"vimConnectionId\":\"west\",\"resourceId\":\"%s\",\"extCps\":"
                      "[{\"cpdId\":\"out\"}]}]}",
                      service->network_id);
}

/* The operation that a request began, whose answer may have been lost; none of those before. */
static const char *
operation_find(struct service *service, const char *what, const char *instance)
{
    struct house *house = service->house;
    const char *before = str_or(service->begun, "");
    const struct change *change = change_of(what);
    const char *word = change                        ? change->word
                       : str_eq(what, "instantiate") ? "INSTANTIATE"
                                                     : "TERMINATE";
    int status;
    const struct json *all =
        house_call(house, ROLE_ORCHESTRATOR, "GET",
                   mem_printf(house->case_mem, "%s?filter=(eq,%s,%s)", service->kind->occurrences,
                              service->kind->instance_attr, instance),
                   NULL, &status);

    json_each (all, i) {
        const char *id = json_get_str(all->items[i], "id");

        if (status == 200 && !strstr(before, id) &&
            str_eq(json_get_str(all->items[i], service->kind->operation_attr), word)) {
            service->begun = mem_printf(house->case_mem, "%s %s", before, id);
            return mem_str(house->case_mem, id);
        }
    }
    return NULL;
}

/* ---- losses --------------------------------------------------------------------------------- */

/* The port is free before it can go. */
static struct err *
port_lose(struct house *house, enum part role, const char *server, const char *port)
{
    int64_t until = deadline_ns(ONBOARD_MS);
    const char *path = mem_printf(house->case_mem, "/network/v2.0/ports/%s", port);
    const struct json *json;

    TRY(house_want(house, 202, role, "DELETE",
                   mem_printf(house->case_mem, "/compute/v2.1/servers/%s/os-interface/%s", server,
                              port),
                   NULL, NULL));
    do {
        house_tend(house);
        blink_ms(20);
        TRY(house_want(house, 200, role, "GET", path, NULL, &json));
    } while (!str_empty(json_str(json_path(json, "port.device_id"))) && time_mono_ns() < until);
    return house_want(house, 204, role, "DELETE", path, NULL, NULL);
}

/* A server with its ports, 'whole', or its ports alone; 'only' of them, null = all. */
static struct err *
server_lose(struct house *house, enum part role, const struct json *server, bool whole, const char *only)
{
    const char *id = json_get_str(server, "id");
    const char *path = mem_printf(house->case_mem, "/compute/v2.1/servers/%s", id);
    const struct json *ports = json_get(server, "vnfcCpInfo");
    int64_t until = deadline_ns(ONBOARD_MS);
    int status = 0;

    TRY(whole ? house_want(house, 204, role, "DELETE", path, NULL, NULL) : NULL);
    while (whole && status != 404 && time_mono_ns() < until) {
        house_tend(house);
        blink_ms(20);
        (void)house_call(house, role, "GET", path, NULL, &status);
    }
    json_each (ports, i) {
        const char *port = json_get_str(ports->items[i], "id");

        if (whole) {
            TRY(house_want(house, 204, role, "DELETE",
                           mem_printf(house->case_mem, "/network/v2.0/ports/%s", port), NULL, NULL));
        } else if (!only || str_eq(port, only)) {
            TRY(port_lose(house, role, id, port));
        }
    }
    return NULL;
}

/* Somebody deletes the ports of the VNF's servers behind its back, or one of them with its ports: of a site that
 * knows nothing of all that is recorded nothing is believed. */
static struct err *
ports_lose(struct service *service, bool whole)
{
    struct house *house = service->house;
    const struct json *vnf, *servers;

    TRY(house_want(house, 200, ROLE_ORCHESTRATOR, "GET",
                   mem_printf(house->case_mem, "%s/%s", service->kind->instances, service->id), NULL,
                   &vnf));
    servers = json_path(vnf, "instantiatedVnfInfo.vnfcResourceInfo");
    json_each (servers, i) {
        TRY(whole && i > 0 ? NULL : server_lose(house, ROLE_WEST, servers->items[i], whole, NULL));
    }
    return NULL;
}

static struct err *
all_lose(struct house *house, enum part role, const char *plural)
{
    const char *path = mem_printf(house->case_mem, "/network/v2.0/sfc/%s", plural);
    const struct json *list;

    TRY(house_want(house, 200, role, "GET", path, NULL, &list));
    list = json_get(list, plural);
    json_each (list, i) {
        TRY(house_want(house, 204, role, "DELETE",
                       mem_printf(house->case_mem, "%s/%s", path,
                                  json_get_str(list->items[i], "id")),
                       NULL, NULL));
    }
    return NULL;
}

/* Somebody deletes the chain at the firewall's site, and a port of the firewall with what is made of it, or the firewall
 * with all of its ports: labels go with the chain, and the other site leads into them. */
static struct err *
graph_lose(struct service *service, bool whole)
{
    struct house *house = service->house;
    const struct json *ns, *vnfs, *server = NULL;
    const char *port;
    enum part role;
    int status;

    TRY(house_want(house, 200, ROLE_ORCHESTRATOR, "GET",
                   mem_printf(house->case_mem, "%s/%s", service->kind->instances, service->id), NULL,
                   &ns));
    vnfs = json_get(ns, "vnfInstance");
    json_each (vnfs, i) {
        server = str_eq(json_get_str(vnfs->items[i], "vnfProductName"), "Firewall")
                     ? json_path(vnfs->items[i], "instantiatedVnfInfo.vnfcResourceInfo.0")
                     : server;
    }
    port = json_str(json_path(server, "vnfcCpInfo.0.id"));
    (void)house_call(house, ROLE_WEST, "GET",
                     mem_printf(house->case_mem, "/network/v2.0/ports/%s", str_or(port, "none")), NULL,
                     &status);
    role = status == 200 ? ROLE_WEST : ROLE_EAST;
    TRY(all_lose(house, role, "port_chains"));
    TRY(all_lose(house, role, "port_pair_groups"));
    TRY(all_lose(house, role, "port_pairs"));
    return server_lose(house, role, server, whole, port);
}

/* What there is to repair. */
static struct err *
lose(struct service *service, const char *what)
{
    static const struct {
        const char *what;
        struct err *(*lose)(struct service *service, bool whole);
        bool whole;
    } losses[] = {
        {"repair", ports_lose, false},
        {"repair all", ports_lose, true},
        {"restore", graph_lose, false},
        {"restore all", graph_lose, true},
    };

    for (size_t i = 0; i < ARRAY_SIZE(losses); i++) {
        if (str_eq(losses[i].what, what)) {
            return losses[i].lose(service, losses[i].whole);
        }
    }
    return NULL;
}

static struct err *
begin(struct service *service, const char *what)
{
    struct house *house = service->house;
    int64_t until = deadline_ns(OPERATION_MS);
    const struct change *change = change_of(what);
    const char *instance = instance_of(service, change);
    const char *path = mem_printf(house->case_mem, "%s/%s/%s", service->kind->instances,
                                  str_or(instance, "none"), change ? change->path : what);
    /* Once: which VNF it names is another one where an unanswered one came through. */
    const char *request = request_of(service, what, str_or(instance, "none"));
    const struct json *json = NULL;
    int status = 0;

    TRY(lose(service, what));
    house->call_ms = POLL_CALL_MS; /* From here on it may stand still. */
    do {
        house_tend(house);
        if (status == 0 || status == 409) {
            json = house_call(house, ROLE_ORCHESTRATOR, "POST", path, request, &status);
        }
        /* 409: an earlier one of these requests came through after all, or parts of what was given up
         * still work. */
        if (status != 0 && status != 202 && status != 409) {
            return err_new(E_REMOTE, NULL, "POST %s: %d %s", path, status,
                           json ? json_text(house->case_mem, json) : "");
        }
        house_tend(house);
        service->op_id = operation_find(service, what, str_or(instance, "none"));
        if (service->op_id) {
            return NULL;
        }
        blink_ms(10);
    } while (time_mono_ns() < until);
    return err_new(E_UNAVAILABLE, NULL, "POST %s is never answered", path);
}

/* Asks for a task; the status, 0 where no answer came. */
static int
task(struct service *service, const char *name)
{
    struct house *house = service->house;
    int status;

    (void)house_call(house, ROLE_ORCHESTRATOR, "POST",
                     mem_printf(house->case_mem, "%s/%s/%s", service->kind->occurrences,
                                service->op_id, name),
                     NULL, &status);
    return status;
}

static const char *
state_now(struct service *service, const char **error)
{
    struct house *house = service->house;
    int status;
    const struct json *json =
        house_call(house, ROLE_ORCHESTRATOR, "GET",
                   mem_printf(house->case_mem, "%s/%s", service->kind->occurrences, service->op_id),
                   NULL, &status);

    if (status != 200) {
        return "UNKNOWN";
    }
    *error = str_or(json_str(json_path(json, "error.detail")), "");
    return str_or(json_get_str(json, "operationState"), "UNKNOWN");
}

struct err *
service_refuse(struct house *house, bool refuse)
{
    const char *path =
        mem_printf(house->case_mem, "/network/v2.0/quotas/%s", house->places[ROLE_WEST].project_id);

    if (refuse) {
        return house_want(house, 200, ROLE_WEST, "PUT", path, "{\"quota\":{\"port_chain\":0}}",
                          NULL);
    }
    return house_want(house, 204, ROLE_WEST, "DELETE", path, NULL, NULL);
}

/* An error has to say at which site which call failed. */
static const char *
error_problem(struct house *house, const char *error)
{
    if (!strstr(error, "east") && !strstr(error, "west")) {
        return mem_printf(house->case_mem, "FAILED_TEMP names no site: %s", error);
    }
    return NULL;
}

static struct err *
stopped(struct service *service, enum way way, const struct strike *strike_back,
        struct outcome *outcome)
{
    struct house *house = service->house;
    /* A rollback that has come to what is deleted for good stops there, and it is retried. */
    bool is_deleted = strstr(outcome->error, "cannot be taken back") != NULL;
    const char *problem = is_deleted ? NULL : error_problem(house, outcome->error);
    bool first = outcome->stops == 1;

    outcome->problem = outcome->problem ? outcome->problem : problem;
    TRY(house_whole(house));
    if (first) {
        outcome->points = house_points(house, true);
    }
    if (first && way != WAY_ON) {
        house_strike(house, strike_back);
    }
    if (!first && way == WAY_TURNED) {
        TRY(service_refuse(house, false));
    }
    if ((way == WAY_BACK && !is_deleted) || (way == WAY_TURNED && first)) {
        (void)task(service, "rollback");
    } else if (way == WAY_GIVEN) {
        (void)task(service, "fail");
    } else {
        (void)task(service, "retry");
    }
    return NULL;
}

static bool
is_over(const char *state)
{
    static const char *const states[] = {"COMPLETED", "ROLLED_BACK", "FAILED", NULL};

    return str_in(state, states);
}

struct err *
service_operate(struct service *service, const char *what, const struct strike *strike,
                enum way way, const struct strike *strike_back, struct outcome *outcome)
{
    struct house *house = service->house;
    int64_t until = deadline_ns(OPERATION_MS);
    int call_ms = house->call_ms;

    *outcome = (struct outcome){.state = "UNKNOWN", .error = ""};
    house_strike(house, strike);
    TRY(begin(service, what));
    do {
        house_tend(house);
        outcome->state = state_now(service, &outcome->error);
        if (is_over(outcome->state)) {
            break;
        }
        if (str_eq(outcome->state, "FAILED_TEMP") && outcome->stops++ < STOPS_MAX) {
            TRY(stopped(service, way, strike_back, outcome));
        } else if (outcome->stops > STOPS_MAX) {
            break;
        }
        blink_ms(5);
    } while (time_mono_ns() < until);
    house->call_ms = call_ms;
    house_strike(house, NULL);
    house_tend(house);
    TRY(house_whole(house));
    return is_over(outcome->state) ? subscriber_judge(house, service->op_id, outcome->state) : NULL;
}
