/* Services whose VNFs the other process manages: made, changed, stopped half way and taken back. */
#include "split.h"

#include "base/time.h"

#include <string.h>

#define INSTANTIATE_NS                                                                             \
    "{\"nsFlavourId\":\"default\",\"additionalParamsForNs\":{\"vnfms\":{\"fw\":\"vnfm\"}}}"

static const char *
ns_create_of(struct split *s, const char *nsd)
{
    return id_of(s, want(s, &s->nfvo, 201, 0, "POST", "/nslcm/v2/ns_instances",
                         mem_printf(s->mem,
                                    "{\"nsdId\":\"%s\",\"nsName\":\"demo\","
                                    "\"nsDescription\":\"d\"}",
                                    nsd)));
}

static const char *
ns_create(struct split *s)
{
    return ns_create_of(s, "service");
}

static void
ns_delete(struct split *s, const char *ns)
{
    (void)want(s, &s->nfvo, 204, 404, "DELETE",
               mem_printf(s->mem, "/nslcm/v2/ns_instances/%s", ns), NULL);
    if (want(s, &s->vnfm, 200, 0, "GET", "/vnflcm/v2/vnf_instances", NULL)->n != 0) {
        die(s, "the VNFM keeps an instance of a service that is gone");
    }
    site_empty(s);
}

/* A service whose function the VNFM makes: its two servers are a position of the service's chain. */
void
ns_life(struct split *s)
{
    const char *ns = ns_create(s);

    (void)operate(s, services(s), ns, "instantiate", INSTANTIATE_NS, "COMPLETED");
    if (want(s, &s->vnfm, 200, 0, "GET",
             "/vnflcm/v2/vnf_instances?filter=(eq,instantiationState,INSTANTIATED)", NULL)
            ->n != 1) {
        die(s, "the VNFM has not one instance");
    }
    if (site_count(s, "/network/v2.0/sfc/port_pairs", "port_pairs") != 2 ||
        site_count(s, "/compute/v2.1/servers/detail", "servers") != 2) {
        die(s, "the chain has not the two servers of the function");
    }
    (void)operate(s, services(s), ns, "terminate", "{}", "COMPLETED");
    ns_delete(s, ns);
}

/* The VNFM's only operation was asked for without links, and has them from its grant, with the
 * parameters that the NFVO has for the VNFM. */
static void
links_granted(struct split *s)
{
    const struct json *list =
        want(s, &s->vnfm, 200, 0, "GET",
             "/vnflcm/v2/vnf_lcm_op_occs?all_fields&filter=(eq,operation,INSTANTIATE);"
             "(eq,operationState,COMPLETED)",
             NULL);
    const struct json *grant;
    size_t n = list ? list->n : 0;

    for (size_t i = 0; i < n; i++) {
        if (json_path(list->items[i], "operationParams.extVirtualLinks")) {
            continue;
        }
        grant = want(s, &s->nfvo, 200, 0, "GET",
                     mem_printf(s->mem, "/grant/v1/grants/%s",
                                json_get_str(list->items[i], "grantId")),
                     NULL);
        if (!json_path(grant, "extVirtualLinks.0.extCps.0.cpConfig") ||
            !str_eq(json_get_str(json_path(grant, "extVirtualLinks.0"), "vimConnectionId"),
                    json_get_str(json_path(grant, "addResources.0"), "vimConnectionId")) ||
            !str_eq(json_get_str(json_get(grant, "additionalParams"), "colour"), "red")) {
            die(s, mem_printf(s->mem, "the grant has no links: %s", json_text(s->mem, grant)));
        }
        return;
    }
    die(s, "no instantiation was asked for without links");
}

static void
links_by_grant(struct split *s, const char *value)
{
    const struct json *vnfms = want(s, &s->nfvo, 200, 0, "GET", "/carrick/v1/vnfms", NULL);

    (void)want(s, &s->nfvo, 200, 0, "PATCH",
               mem_printf(s->mem, "/carrick/v1/vnfms/%s", id_of(s, vnfms->items[0])),
               mem_printf(s->mem, "{\"links_by_grant\":%s,\"grant_params\":{\"colour\":\"red\"}}",
                          value));
}

void
ns_linked(struct split *s)
{
    const char *ns = ns_create(s);

    links_by_grant(s, "true");
    (void)operate(s, services(s), ns, "instantiate", INSTANTIATE_NS, "COMPLETED");
    links_granted(s);
    if (site_count(s, "/network/v2.0/sfc/port_pairs", "port_pairs") != 2 ||
        site_count(s, "/compute/v2.1/servers/detail", "servers") != 2) {
        die(s, "the chain has not the two servers of the function");
    }
    (void)operate(s, services(s), ns, "terminate", "{}", "COMPLETED");
    ns_delete(s, ns);
    links_by_grant(s, "false");
}

/* What the VNFM says of its only instance: that it is as the service was told. */
static void
vnf_shows(struct split *s, int level, const char *state)
{
    const struct json *list =
        want(s, &s->vnfm, 200, 0, "GET", "/vnflcm/v2/vnf_instances?all_fields", NULL);
    const struct json *info =
        list && list->n == 1 ? json_get(list->items[0], "instantiatedVnfInfo") : NULL;
    const struct json *levels = json_get(info, "scaleStatus");

    if (!levels || levels->n != 1 ||
        json_int(json_get(levels->items[0], "scaleLevel"), -1) != level ||
        !str_eq(json_get_str(info, "vnfState"), state)) {
        die(s, mem_printf(s->mem, "the VNFM's instance is not at level %d and %s: %s", level, state,
                          list ? json_text(s->mem, list) : "none"));
    }
}

/* The chain goes through as many servers as there are, each by ports that the site has. */
static void
chain_has(struct split *s, size_t n)
{
    const struct json *pairs = site_list(s, "/network/v2.0/sfc/port_pairs", "port_pairs");
    const struct json *ports = site_list(s, "/network/v2.0/ports", "ports");
    size_t n_servers = site_count(s, "/compute/v2.1/servers/detail", "servers"), n_joined = 0;

    json_each (pairs, i) {
        json_each (ports, j) {
            const struct json *port = ports->items[j];

            n_joined += str_eq(json_get_str(pairs->items[i], "ingress"),
                               json_get_str(port, "id")) &&
                        !str_empty(json_get_str(port, "device_id"));
        }
    }
    if (pairs->n != n || n_servers != n || n_joined != n) {
        die(s, mem_printf(s->mem, "%zu pairs, %zu servers, %zu of them joined: not %zu", pairs->n,
                          n_servers, n_joined, n));
    }
}

static void
ns_scale(struct split *s, const char *ns, const char *vnf, int level)
{
    (void)operate(s, services(s), ns, "scale",
                  mem_printf(s->mem,
                             "{\"scaleType\":\"SCALE_VNF\",\"scaleVnfData\":[{"
                             "\"vnfInstanceId\":\"%s\","
                             "\"scaleVnfType\":\"SCALE_TO_SCALE_LEVEL(S)\",\"scaleToLevelData\":{"
                             "\"vnfScaleInfo\":[{\"aspectId\":\"grow\",\"scaleLevel\":%d}],"
                             "\"additionalParams\":{\"drainSeconds\":0}}}]}",
                             vnf, level),
                  "COMPLETED");
    vnf_shows(s, level, "STARTED");
    chain_has(s, (size_t)level + 1);
}

static void
ns_power(struct split *s, const char *ns, const char *vnf, const char *state)
{
    (void)operate(s, services(s), ns, "update",
                  mem_printf(s->mem,
                             "{\"updateType\":\"OPERATE_VNF\",\"operateVnfData\":[{"
                             "\"vnfInstanceId\":\"%s\",\"changeStateTo\":\"%s\"}]}",
                             vnf, state),
                  "COMPLETED");
    vnf_shows(s, 2, state);
}

static size_t
n_same(const struct json *before, const struct json *after)
{
    size_t n = 0;

    json_each (before, i) {
        json_each (after, j) {
            n += str_eq(json_get_str(before->items[i], "id"), json_get_str(after->items[j], "id"));
        }
    }
    return n;
}

/* The only VNF of the service, as the NFVO names it. */
static const char *
vnf_of(struct split *s, const char *ns)
{
    const struct json *seen = json_get(want(s, &s->nfvo, 200, 0, "GET",
                                            mem_printf(s->mem, "/nslcm/v2/ns_instances/%s", ns),
                                            NULL),
                                       "vnfInstance");

    return id_of(s, seen && seen->n ? seen->items[0] : NULL);
}

/* A service whose function the VNFM scales, heals, stops and starts, as the service is told. */
void
ns_changes(struct split *s)
{
    const char *ns = ns_create(s), *vnf;
    const struct json *servers;

    (void)operate(s, services(s), ns, "instantiate", INSTANTIATE_NS, "COMPLETED");
    vnf = vnf_of(s, ns);
    ns_scale(s, ns, vnf, 2);
    servers = site_list(s, "/compute/v2.1/servers/detail", "servers");
    (void)operate(s, services(s), ns, "heal",
                  mem_printf(s->mem, "{\"healVnfData\":[{\"vnfInstanceId\":\"%s\"}]}", vnf),
                  "COMPLETED");
    chain_has(s, 3);
    if (n_same(servers, site_list(s, "/compute/v2.1/servers/detail", "servers")) > 0) {
        die(s, "a server that was to be healed is the same as before");
    }
    ns_power(s, ns, vnf, "STOPPED");
    ns_power(s, ns, vnf, "STARTED");
    ns_scale(s, ns, vnf, 0);
    (void)operate(s, services(s), ns, "terminate", "{}", "COMPLETED");
    ns_delete(s, ns);
}

/* The site makes none of these, until "none". */
static void
site_refuse(struct split *s, const char *plural)
{
    const struct side site = {
        .name = "site", .url = mem_printf(s->mem, "http://127.0.0.1:%d", s->control.port),
        .token = "any"};

    (void)want(s, &site, 204, 0, "PUT", mem_printf(s->mem, "/refuse/%s", plural), "{}");
}

static void
task_do(struct split *s, const char *op, const char *task, const char *state)
{
    (void)want(s, &s->nfvo, str_eq(task, "fail") ? 200 : 202, 0, "POST",
               mem_printf(s->mem, "/nslcm/v2/ns_lcm_op_occs/%s/%s", op, task), NULL);
    (void)operation_wait(s, services(s), op, task, state);
}

/* The VNFM's operation stops, and so does the service's: it says why, and does as the service is
 * told: goes on, takes all back, or leaves it at what there is, until it is terminated. */
void
ns_stopped(struct split *s, const char *task, const char *state)
{
    const char *ns = ns_create(s), *op, *detail;
    const struct json *occ;

    site_refuse(s, "servers");
    occ = operate(s, services(s), ns, "instantiate", INSTANTIATE_NS, "FAILED_TEMP");
    site_refuse(s, "none");
    detail = json_get_str(json_get(occ, "error"), "detail");
    if (!detail || !strstr(detail, "the VNFM's operation") || !strstr(detail, "is FAILED_TEMP: step")) {
        die(s, mem_printf(s->mem, "the service stopped with: %s", str_or(detail, "nothing")));
    }
    op = operation_last(s, services(s), ns);
    task_do(s, op, task, state);
    if (!str_eq(state, "ROLLED_BACK")) {
        (void)operate(s, services(s), ns, "terminate", "{}", "COMPLETED");
    }
    ns_delete(s, ns);
}


/* ---- other packages, networks and flavours ------------------------------------------------- */

/* What the VNFM's only instance is: instantiatedVnfInfo's member, or the instance's own. */
static const char *
vnfm_says(struct split *s, const char *member)
{
    const struct json *list =
        want(s, &s->vnfm, 200, 0, "GET", "/vnflcm/v2/vnf_instances?all_fields", NULL);
    const struct json *one = list && list->n == 1 ? list->items[0] : NULL;
    const char *own = json_get_str(one, member);

    return str_or(own ? own : json_get_str(json_get(one, "instantiatedVnfInfo"), member), "nothing");
}

static void
vnfm_has(struct split *s, const char *member, const char *value)
{
    if (!str_eq(vnfm_says(s, member), value)) {
        die(s, mem_printf(s->mem, "the VNFM's %s is %s, not %s", member, vnfm_says(s, member),
                          value));
    }
}

static void
nfvo_has(struct split *s, const char *vnf, const char *vnfd)
{
    const struct json *seen =
        want(s, &s->nfvo, 200, 0, "GET", mem_printf(s->mem, "/vnflcm/v2/vnf_instances/%s", vnf),
             NULL);

    if (!str_eq(json_get_str(seen, "vnfdId"), vnfd)) {
        die(s, mem_printf(s->mem, "the NFVO's VNF instance is of %s, not %s",
                          str_or(json_get_str(seen, "vnfdId"), "nothing"), vnfd));
    }
}

static const char *
package_wish(struct split *s, const char *vnf, const char *vnfd)
{
    return mem_printf(s->mem,
                      "{\"updateType\":\"CHANGE_VNFPKG\",\"changeVnfPackageData\":[{"
                      "\"vnfInstanceId\":\"%s\",\"vnfdId\":\"%s\"}]}",
                      vnf, vnfd);
}

void
ns_renewed(struct split *s)
{
    const char *ns = ns_create(s), *vnf;

    (void)operate(s, services(s), ns, "instantiate", INSTANTIATE_NS, "COMPLETED");
    vnf = vnf_of(s, ns);
    site_refuse(s, "actions"); /* No server is made anew: it takes itself back there, and stops here. */
    (void)operate(s, services(s), ns, "update", package_wish(s, vnf, "function-2"), "FAILED_TEMP");
    site_refuse(s, "none");
    nfvo_has(s, vnf, "function");
    task_do(s, operation_last(s, services(s), ns), "rollback", "ROLLED_BACK");
    vnfm_has(s, "vnfdId", "function");
    (void)operate(s, services(s), ns, "update", package_wish(s, vnf, "function-2"), "COMPLETED");
    vnfm_has(s, "vnfdId", "function-2");
    nfvo_has(s, vnf, "function-2");
    chain_has(s, 2);
    (void)operate(s, services(s), ns, "terminate", "{}", "COMPLETED");
    ns_delete(s, ns);
}

/* Ports in the annex, and those of them that have a server. */
static void
annex_has(struct split *s, size_t n)
{
    const struct json *ports = site_list(s, "/network/v2.0/ports", "ports");
    size_t n_there = 0, n_joined = 0;

    json_each (ports, i) {
        if (str_eq(json_get_str(ports->items[i], "network_id"), ANNEX)) {
            n_there++;
            n_joined += !str_empty(json_get_str(ports->items[i], "device_id"));
        }
    }
    if (n_there != n || n_joined != n) {
        die(s, mem_printf(s->mem, "%zu ports in the annex, %zu of them joined: not %zu", n_there,
                          n_joined, n));
    }
}

static void
servers_are(struct split *s, size_t n)
{
    size_t now = site_count(s, "/compute/v2.1/servers/detail", "servers");

    if (now != n) {
        die(s, mem_printf(s->mem, "%zu servers, not %zu", now, n));
    }
}

static const char *
flavour_wish(struct split *s, const char *vnf, const char *flavour, const char *more)
{
    return mem_printf(s->mem,
                      "{\"updateType\":\"CHANGE_VNF_DF\",\"changeVnfFlavourData\":[{"
                      "\"vnfInstanceId\":\"%s\",\"newFlavourId\":\"%s\"%s}]}",
                      vnf, flavour, more);
}

#define IN_ANNEX(cpd)                                                                              \
    ",\"extVirtualLinks\":[{\"extVirtualLinkId\":\"annex\",\"resourceId\":\"" ANNEX                   \
    "\",\"extCps\":[{\"cpdId\":\"" cpd "\"}]}]"

void
ns_moved(struct split *s)
{
    const char *ns = ns_create_of(s, "plain"), *vnf, *wish;

    (void)operate(s, services(s), ns, "instantiate",
                  "{\"nsFlavourId\":\"default\",\"additionalParamsForNs\":"
                  "{\"vnfms\":{\"one\":\"vnfm\"}}}",
                  "COMPLETED");
    vnf = vnf_of(s, ns);
    wish = flavour_wish(s, vnf, "large", IN_ANNEX("extra"));
    site_refuse(s, "servers");
    (void)operate(s, services(s), ns, "update", wish, "FAILED_TEMP");
    site_refuse(s, "none");
    task_do(s, operation_last(s, services(s), ns), "rollback", "ROLLED_BACK");
    annex_has(s, 0);
    (void)operate(s, services(s), ns, "update", wish, "COMPLETED");
    vnfm_has(s, "flavourId", "large");
    servers_are(s, 2);
    annex_has(s, 1);
    (void)operate(s, services(s), ns, "update", flavour_wish(s, vnf, "small", ""), "COMPLETED");
    vnfm_has(s, "flavourId", "small");
    servers_are(s, 1);
    annex_has(s, 0);
    wish = mem_printf(s->mem,
                      "{\"updateType\":\"CHANGE_EXTERNAL_VNF_CONNECTIVITY\","
                      "\"changeExtVnfConnectivityData\":[{\"vnfInstanceId\":\"%s\"%s}]}",
                      vnf, IN_ANNEX("main"));
    site_refuse(s, "attaches");
    (void)operate(s, services(s), ns, "update", wish, "FAILED_TEMP");
    site_refuse(s, "none");
    task_do(s, operation_last(s, services(s), ns), "rollback", "ROLLED_BACK");
    annex_has(s, 0);
    (void)operate(s, services(s), ns, "update", wish, "COMPLETED");
    annex_has(s, 1);
    (void)operate(s, services(s), ns, "terminate", "{}", "COMPLETED");
    ns_delete(s, ns);
}

/* ---- cancels -------------------------------------------------------------------------------- */

/* Until the VNFM has an operation in this state. */
static void
vnfm_operation_is(struct split *s, const char *state)
{
    const char *path = mem_printf(s->mem,
                                  "/vnflcm/v2/vnf_lcm_op_occs?filter=(eq,operationState,%s)", state);
    int64_t began = time_mono_ns();

    while (want(s, &s->vnfm, 200, 0, "GET", path, NULL)->n == 0) {
        if (!wait_more(s, began)) {
            die(s, mem_printf(s->mem, "no operation of the VNFM is %s", state));
        }
    }
}

void
ns_cancelled(struct split *s, const char *mode)
{
    const char *ns = ns_create(s), *op;

    site_refuse(s, "boots");
    (void)want(s, &s->nfvo, 202, 0, "POST",
               mem_printf(s->mem, "/nslcm/v2/ns_instances/%s/instantiate", ns), INSTANTIATE_NS);
    op = operation_last(s, services(s), ns);
    vnfm_operation_is(s, "PROCESSING");
    (void)want(s, &s->nfvo, 202, 0, "POST",
               mem_printf(s->mem, "/nslcm/v2/ns_lcm_op_occs/%s/cancel", op),
               mem_printf(s->mem, "{\"cancelMode\":\"%s\"}", mode));
    (void)operation_wait(s, services(s), op, "cancel", "FAILED_TEMP");
    vnfm_operation_is(s, "FAILED_TEMP");
    site_refuse(s, "none");
    task_do(s, op, "retry", "COMPLETED");
    chain_has(s, 2);
    (void)operate(s, services(s), ns, "terminate", "{}", "COMPLETED");
    ns_delete(s, ns);
}
