/* The words of NS requests held against NSD, sites and packages before anything is
 * started: a person hears of all faults at once and nothing was made. */
#include "nfvo/request.h"

#include "base/net.h"
#include "base/vec.h"
#include "nfvo/flows.h"
#include "nfvo/ns_update.h"
#include "nfvo/place.h"

#include <ctype.h>
#include <string.h>

static const char *const affinity_kinds[] = {"AFFINITY", "ANTI_AFFINITY", NULL};
static const char *const affinity_scopes[] = {"NFVI_POP", "ZONE", "ZONE_GROUP", "NFVI_NODE", NULL};

/* Is 'words' absent, or {NAME: "name of a THING"}? */
static const char *
names_fault(struct mem *mem, const struct json *params, const char *words, const char *thing)
{
    const struct json *names = json_get(params, words);

    if (names && names->type != JSON_T_OBJECT) {
        return mem_printf(mem, "%s: an object is needed.", words);
    }
    json_each (names, i) {
        if (!json_str(names->items[i])) {
            return mem_printf(mem, "%s.%s: the name of a %s is needed.", words, names->keys[i],
                              thing);
        }
    }
    return NULL;
}

static const char *
networks_fault(struct mem *mem, const struct json *params)
{
    struct rows networks;
    struct err *e = link_networks_read(mem, params, &networks);
    const char *fault = e ? err_full(mem, e) : NULL;

    err_ignore(e, "its text is the answer");
    return fault;
}

/* additionalParamsForNs is the NS's own, but for sapSites: {SAP: SITE}, vnfms: {PROFILE: VNFM} and
 * linkNetworks: [LINK_NETWORK]. */
static const char *
request_check_ns_params(struct mem *mem, const struct attr *attr, void *value)
{
    const char *fault = request_check_object(mem, attr, value);
    const struct json *params = *(const struct json **)value;

    fault = fault ? fault : names_fault(mem, params, "sapSites", "site");
    fault = fault ? fault : names_fault(mem, params, "vnfms", "VNFM");
    return fault ? fault : networks_fault(mem, params);
}

/* additionalParams are the VNF's own, but for drainSeconds. */
static const char *
request_check_drain(struct mem *mem, const struct attr *attr, void *value)
{
    const char *fault = request_check_object(mem, attr, value);
    const struct json *drain =
        fault ? NULL : json_get(*(const struct json **)value, NS_DRAIN_PARAM);

    if (drain && (!json_is(drain, JSON_T_INT) || drain->i < 0 || drain->i > NS_DRAIN_MAX_S)) {
        return mem_printf(mem, NS_DRAIN_PARAM ": 0 to %d seconds are needed.", NS_DRAIN_MAX_S);
    }
    return fault;
}

/* An array of objects. */
static const char *
request_check_objects(struct mem *mem, const struct attr *attr, void *value)
{
    const struct json *list = *(const struct json *const *)value;

    (void)mem;
    (void)attr;
    if (!json_is(list, JSON_T_ARRAY)) {
        return "an array of objects is needed.";
    }
    json_each (list, i) {
        if (!json_is(list->items[i], JSON_T_OBJECT)) {
            return "an array of objects is needed.";
        }
    }
    return NULL;
}

static const char *const resource_types[] = {"COMPUTE", "VL", "STORAGE", "LINKPORT", NULL};
static const char *const constraint_id_types[] = {"RES_MGMT", "GRANT", NULL};
/* SOL003 9.5.4.3 GrantedLcmOperationType. */
static const char *const granted_operations[] = {
    "INSTANTIATE",     "SCALE",           "SCALE_TO_LEVEL",     "CHANGE_FLAVOUR",
    "TERMINATE",       "HEAL",            "OPERATE",            "CHANGE_EXT_CONN",
    "CREATE_SNAPSHOT", "REVERT_TO_SNAPSHOT", "CHANGE_VNFPKG",   NULL};

static const char *const upload_auth_types[] = {"OAUTH2_CLIENT_CREDENTIALS", NULL};

/* An URL may have a query, whose words may be what lets one in; no user, and no fragment. */
static const char *
request_check_source(struct mem *mem, const struct attr *attr, void *value)
{
    const char *url = *(const char *const *)value;
    const char *host = str_starts(url, "http://")    ? url + 7
                       : str_starts(url, "https://") ? url + 8
                                                     : "";
    bool is_plain = *host && !strchr("/:?", *host) && !memchr(host, '@', strcspn(host, "/?"));

    for (const char *at = url; *at && is_plain; at++) {
        is_plain = (unsigned char)*at > ' ' && (unsigned char)*at < 127 && *at != '#';
    }
    return is_plain ? NULL
                    : mem_printf(mem,
                                 "Invalid input for %s. Reason: an http or https URL with a host, "
                                 "without user and fragment, is wanted.",
                                 attr_json_name(attr));
}

static const char *
request_check_artifact(struct mem *mem, const struct attr *attr, void *value)
{
    const char *uri = *(const char *const *)value;
    const char *why = strstr(uri, "://") ? package_uri_fault(uri) : "is no URI with a host";

    return why ? mem_printf(mem, "Invalid input for %s. Reason: %s.", attr_json_name(attr), why) : NULL;
}

/* It becomes a word of a path. */
static const char *
request_check_word(struct mem *mem, const struct attr *attr, void *value)
{
    const char *const *word = value;

    (void)attr;
    for (const char *at = *word; *at; at++) {
        if (!isalnum((unsigned char)*at) && !strchr("-_.~", *at)) {
            return mem_printf(mem, "'%s' is no identifier.", *word);
        }
    }
    return str_eq(*word, ".") || str_eq(*word, "..") ? "'.' and '..' are none." : NULL;
}

static const char *
request_check_words(struct mem *mem, const struct attr *attr, void *value)
{
    const struct strs *words = value;
    const char *why = NULL;

    for (size_t i = 0; !why && i < words->n; i++) {
        why = strlen(words->items[i]) > 255 ? "an identifier has 255 characters at most."
                                            : request_check_word(mem, attr, &words->items[i]);
    }
    return why;
}

static const char *const update_ns_types[] = {
#define X(word, ...) #word,
    NS_UPDATES(X)
#undef X
        NULL,
};
static const char *const nfp_ether_types[] = {"IPV4", "IPV6", NULL};
static const char *const nfp_protocols[] = {"TCP", "UDP", "ICMP", NULL};
static const char *const nfp_behaviours[] = {"LB", NULL};
static const char *const scale_ns_types[] = {"SCALE_NS", "SCALE_VNF", NULL};
static const char *const scale_vnf_types[] = {"SCALE_OUT", "SCALE_IN",
                                              "SCALE_TO_INSTANTIATION_LEVEL",
                                              "SCALE_TO_SCALE_LEVEL(S)", "SCALE_TO_SCALE_LEVEL",
                                              NULL};

#define ATTR ATTR_ROW
#define TABLE_STRUCT link_network
static const struct attr link_network_attrs[] = {
#include "nfvo/link_network.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT sap_data
static const struct attr sap_data_attrs[] = {
#include "nfvo/sap_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT civic_address
static const struct attr civic_address_attrs[] = {
#include "nfvo/civic_address.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT location_constraints
static const struct attr location_constraints_attrs[] = {
#include "nfvo/location_constraints.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vnf_location
static const struct attr vnf_location_attrs[] = {
#include "nfvo/vnf_location.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vnf_params
static const struct attr vnf_params_attrs[] = {
#include "nfvo/vnf_params.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT affinity_rule
static const struct attr affinity_rule_attrs[] = {
#include "nfvo/affinity_rule.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT nested_ns_data
static const struct attr nested_ns_data_attrs[] = {
#include "nfvo/nested_ns_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT nested_ns_params
static const struct attr nested_ns_params_attrs[] = {
#include "nfvo/nested_ns_params.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT nested_ns_location
static const struct attr nested_ns_location_attrs[] = {
#include "nfvo/nested_ns_location.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT pnf_cp_data
static const struct attr pnf_cp_data_attrs[] = {
#include "nfvo/pnf_cp_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT add_pnf_data
static const struct attr add_pnf_data_attrs[] = {
#include "nfvo/add_pnf_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT modify_pnf_data
static const struct attr modify_pnf_data_attrs[] = {
#include "nfvo/modify_pnf_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT instantiate_ns_request
static const struct attr instantiate_ns_request_attrs[] = {
#include "nfvo/instantiate_ns_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT check_request
static const struct attr check_request_attrs[] = {
#include "nfvo/check_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT external_oauth2
static const struct attr external_oauth2_attrs[] = {
#include "nfvo/external_oauth2.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT external_access
static const struct attr external_access_attrs[] = {
#include "nfvo/external_access.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT external_access_config
static const struct attr external_access_config_attrs[] = {
#include "nfvo/external_access_config.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT upload_oauth2
static const struct attr upload_oauth2_attrs[] = {
#include "nfvo/upload_oauth2.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT upload_uri_request
static const struct attr upload_uri_request_attrs[] = {
#include "nfvo/upload_uri_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT plan_request
static const struct attr plan_request_attrs[] = {
#include "nfvo/plan_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT terminate_ns_data
static const struct attr terminate_ns_data_attrs[] = {
#include "nfvo/terminate_ns_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT terminate_vnf_data
static const struct attr terminate_vnf_data_attrs[] = {
#include "nfvo/terminate_vnf_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT terminate_ns_request
static const struct attr terminate_ns_request_attrs[] = {
#include "nfvo/terminate_ns_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT scale_by_step_data
static const struct attr scale_by_step_data_attrs[] = {
#include "nfvo/scale_by_step_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT scale_to_level_data
static const struct attr scale_to_level_data_attrs[] = {
#include "nfvo/scale_to_level_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT scale_vnf_data
static const struct attr scale_vnf_data_attrs[] = {
#include "nfvo/scale_vnf_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT scale_ns_by_steps_data
static const struct attr scale_ns_by_steps_data_attrs[] = {
#include "nfvo/scale_ns_by_steps_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_scale_info
static const struct attr ns_scale_info_attrs[] = {
#include "nfvo/ns_scale_info.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT scale_ns_to_level_data
static const struct attr scale_ns_to_level_data_attrs[] = {
#include "nfvo/scale_ns_to_level_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT scale_ns_data
static const struct attr scale_ns_data_attrs[] = {
#include "nfvo/scale_ns_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT scale_ns_request
static const struct attr scale_ns_request_attrs[] = {
#include "nfvo/scale_ns_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT heal_vnf_data
static const struct attr heal_vnf_data_attrs[] = {
#include "nfvo/heal_vnf_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT heal_ns_request
static const struct attr heal_ns_request_attrs[] = {
#include "nfvo/heal_ns_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT change_vnf_package_data
static const struct attr change_vnf_package_data_attrs[] = {
#include "nfvo/change_vnf_package_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT ns_ext_link_data
static const struct attr ns_ext_link_data_attrs[] = {
#include "nfvo/ns_ext_link_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vnf_instance_data
static const struct attr vnf_instance_data_attrs[] = {
#include "nfvo/vnf_instance_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT change_flavour_data
static const struct attr change_flavour_data_attrs[] = {
#include "nfvo/change_flavour_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT change_connectivity_data
static const struct attr change_connectivity_data_attrs[] = {
#include "nfvo/change_connectivity_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT modify_vnf_info_data
static const struct attr modify_vnf_info_data_attrs[] = {
#include "nfvo/modify_vnf_info_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT operate_vnf_data
static const struct attr operate_vnf_data_attrs[] = {
#include "nfvo/operate_vnf_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT instantiate_vnf_data
static const struct attr instantiate_vnf_data_attrs[] = {
#include "nfvo/instantiate_vnf_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT add_vnffg_data
static const struct attr add_vnffg_data_attrs[] = {
#include "nfvo/add_vnffg_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT port_range
static const struct attr port_range_attrs[] = {
#include "nfvo/port_range.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT nfp_rule
static const struct attr nfp_rule_attrs[] = {
#include "nfvo/nfp_rule.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT cp_pair_info
static const struct attr cp_pair_info_attrs[] = {
#include "nfvo/cp_pair_info.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT cp_group_info
static const struct attr cp_group_info_attrs[] = {
#include "nfvo/cp_group_info.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT nfp_data
static const struct attr nfp_data_attrs[] = {
#include "nfvo/nfp_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT update_vnffg_data
static const struct attr update_vnffg_data_attrs[] = {
#include "nfvo/update_vnffg_data.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT update_ns_request
static const struct attr update_ns_request_attrs[] = {
#include "nfvo/update_ns_request.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT resource_definition
static const struct attr resource_definition_attrs[] = {
#include "nfvo/resource_definition.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT constraint_resource
static const struct attr constraint_resource_attrs[] = {
#include "nfvo/constraint_resource.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT placement_constraint
static const struct attr placement_constraint_attrs[] = {
#include "nfvo/placement_constraint.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vim_constraint
static const struct attr vim_constraint_attrs[] = {
#include "nfvo/vim_constraint.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT grant_request
static const struct attr grant_request_attrs[] = {
#include "nfvo/grant_request.tbl"
};
#undef TABLE_STRUCT
#undef ATTR

#define X(word, doc_)                                                                              \
    const struct table word##_table = {                                                            \
        .name = #word, .doc = doc_, TABLE(struct word, word##_attrs)};
NFVO_REQUESTS(X)
#undef X

/* ---- what is checked ------------------------------------------------------------------- */

struct checking {
    struct mem *mem;
    const struct nsd *nsd;
    const struct rows *sites; /* struct site_seen */
    const struct instantiate_ns_request *request;
    struct err *faults;
};

/* The text at 'offset' of entries 'rows', given once each. */
static void
twice_check(struct checking *c, const char *list, const struct rows *rows, size_t offset)
{
    struct map seen;

    map_init(&seen, c->mem);
    for (size_t i = 0; i < rows->n; i++) {
        const char *name =
            *(const char *const *)(const void *)((const char *)rows->items[i] + offset);

        if (!map_add(&seen, name, rows->items[i])) {
            request_fault(&c->faults, "%s[%zu]: %s is given twice", list, i, name);
        }
    }
}

static void
profile_check(struct checking *c, const char *list, size_t i, const char *profile)
{
    if (!nsd_vnf(c->nsd, profile)) {
        request_fault(&c->faults, "%s[%zu]: the NSD has no VNF profile %s", list, i, profile);
    }
}

/* ---- SAPs --------------------------------------------------------------------------------- */

static size_t
link_index(const struct nsd *nsd, const char *name)
{
    size_t i = 0;

    while (i < nsd->n_links && !str_eq(nsd->links[i].name, name)) {
        i++;
    }
    return i;
}

static void
sap_address_check(struct checking *c, size_t i, const struct sap_data *data,
                  const struct nsd_sap *sap)
{
    struct asked_address asked = request_address(&data->protocols);
    size_t at = link_index(c->nsd, sap->link);
    struct cidr cidr;
    struct ip ip;

    if (link_networks_have(c->mem, c->request->params, sap->link)) {
        return; /* Its site knows which addresses it has. */
    }
    if (asked.subnet_id) {
        request_fault(&c->faults, "sapData[%zu]: subnetId: the NS makes the subnets of its links",
                      i);
    }
    if (asked.ip_address && at < c->nsd->n_links &&
        cidr_parse(place_link_cidr(c->mem, c->nsd, at), &cidr) &&
        !(ip_parse(asked.ip_address, &ip) && cidr_has(&cidr, &ip))) {
        request_fault(&c->faults, "sapData[%zu]: %s is not in %s, the prefix of link %s", i,
                      asked.ip_address, place_link_cidr(c->mem, c->nsd, at), sap->link);
    }
}

static void
saps_check(struct checking *c)
{
    const struct rows *saps = &c->request->saps;

    twice_check(c, "sapData", saps, offsetof(struct sap_data, sapd));
    for (size_t i = 0; i < saps->n; i++) {
        const struct sap_data *data = saps->items[i];
        const struct nsd_sap *sap = nsd_sap(c->nsd, data->sapd);

        if (!sap) {
            request_fault(&c->faults, "sapData[%zu]: the NSD has no SAP %s", i, data->sapd);
        } else {
            sap_address_check(c, i, data, sap);
        }
    }
}

static void
sap_sites_check(struct checking *c)
{
    const struct json *sites = json_get(c->request->params, "sapSites");

    json_each (sites, i) {
        const char *site = json_str(sites->items[i]);

        if (!nsd_sap(c->nsd, sites->keys[i])) {
            request_fault(&c->faults, "sapSites: the NSD has no SAP %s", sites->keys[i]);
        }
        if (!place_site_named(c->sites, site)) {
            request_fault(&c->faults, "sapSites.%s: no site %s is registered", sites->keys[i],
                          site);
        }
    }
}

/* ---- VNFs ----------------------------------------------------------------------------------- */

/* Is there any site that could do, up or not? */
static void
location_check(struct checking *c, size_t i, const struct vnf_location *location)
{
    const char *why = "there are no sites";

    profile_check(c, "locationConstraints", i, location->profile);
    for (size_t j = 0; j < c->sites->n; j++) {
        why = place_location_fault(c->mem, location, c->sites->items[j]);
        if (!why) {
            return;
        }
    }
    request_fault(&c->faults, "locationConstraints[%zu]: no site that is registered fits: %s", i,
                  why);
}

static void
vnfs_check(struct checking *c)
{
    const struct rows *locations = &c->request->locations, *params = &c->request->vnf_params;

    twice_check(c, "locationConstraints", locations, offsetof(struct vnf_location, profile));
    for (size_t i = 0; i < locations->n; i++) {
        location_check(c, i, locations->items[i]);
    }
    twice_check(c, "additionalParamsForVnf", params, offsetof(struct vnf_params, profile));
    for (size_t i = 0; i < params->n; i++) {
        profile_check(c, "additionalParamsForVnf", i,
                      ((const struct vnf_params *)params->items[i])->profile);
    }
}

static void
rules_check(struct checking *c)
{
    for (size_t i = 0; i < c->request->rules.n; i++) {
        const struct affinity_rule *rule = c->request->rules.items[i];

        for (size_t j = 0; j < rule->profiles.n; j++) {
            profile_check(c, "additionalAffinityOrAntiAffinityRule", i, rule->profiles.items[j]);
        }
        if (str_eq(rule->kind, "AFFINITY") && !str_eq(rule->scope, "NFVI_POP")) {
            request_fault(
                &c->faults,
                "additionalAffinityOrAntiAffinityRule[%zu]: AFFINITY is supported for scope "
                "NFVI_POP only",
                i);
        }
    }
}

struct err *
ns_request_check(struct mem *mem, const struct nsd *nsd, const struct rows *sites,
                 const struct instantiate_ns_request *request)
{
    struct checking c = {.mem = mem, .nsd = nsd, .sites = sites, .request = request};

    if (nsd->flavour_id && !str_eq(request->flavour_id, nsd->flavour_id)) {
        request_fault(&c.faults, "the NSD has no deployment flavour %s (it has %s)",
                      request->flavour_id, nsd->flavour_id);
    }
    if (request->level_id && !nsd_level(nsd, request->level_id)) {
        request_fault(&c.faults, "the NSD has no instantiation level %s", request->level_id);
    }
    saps_check(&c);
    sap_sites_check(&c);
    c.faults = err_join(c.faults, link_networks_check(mem, nsd, sites, request->params));
    vnfs_check(&c);
    rules_check(&c);
    return c.faults;
}

/* ---- against rows ----------------------------------------------------------------------------- */

static struct err *
package_check(struct tx *tx, const char *project_id, const struct nsd_vnf *profile,
              struct vnf_package **package)
{
    TRY(vnf_package_find(tx, project_id, profile->vnfd_id, package));
    if (!str_eq((*package)->operational_state, "ENABLED")) {
        return err_new(E_UNPROCESSABLE, NULL, "VNF package %s is DISABLED", (*package)->id);
    }
    return NULL;
}

static const struct json *
params_of(const struct instantiate_ns_request *request, const char *profile)
{
    for (size_t i = 0; i < request->vnf_params.n; i++) {
        const struct vnf_params *params = request->vnf_params.items[i];

        if (str_eq(params->profile, profile)) {
            return params->additional_params;
        }
    }
    return NULL;
}

/* What servers of a profile's VNFs are to be told has its values; a foreign VNFM sees to that itself. */
static struct err *
told_check(struct tx *tx, const char *project_id, const struct nsd *nsd,
           const struct instantiate_ns_request *request, const struct nsd_vnf *profile)
{
    struct vnf_wanted *wanted = row_new(tx_mem(tx), &vnf_wanted_table);
    struct vnf_package *package = NULL;
    struct vnfm *vnfm;
    struct vnfd *vnfd;
    struct err *e;

    TRY_MSG(package_check(tx, project_id, profile, &package), "VNF profile %s", profile->name);
    TRY(vnfd_load(tx, package->id, &vnfd));
    e = place_vnfm_find(tx, project_id, request->params, profile->name, vnfd, &vnfm);
    if (err_is(e, E_UNPROCESSABLE)) {
        err_ignore(e, "it is told where the request names it");
        return NULL;
    }
    TRY(e);
    if (vnfm || nsd_instances(nsd, request->level_id, profile) == 0) {
        return NULL;
    }
    TRY_MSG(vnf_wanted_fill(tx_mem(tx), vnfd, profile->flavour_id, profile->level, NULL, wanted),
            "VNF profile %s", profile->name);
    return err_wrap(boot_params_check(tx_mem(tx), wanted, params_of(request, profile->name)),
                    "VNF profile %s", profile->name);
}

/* The VNFM of a profile, which the request names. */
static struct err *
vnfm_check(struct tx *tx, const char *project_id, const struct nsd *nsd, const char *profile,
           const char *name)
{
    struct cond by_name[] = {COND("project_id", project_id), COND("name", name), {0}};
    struct vnfm *vnfm = NULL;

    if (!nsd_vnf(nsd, profile)) {
        return err_new(E_UNPROCESSABLE, NULL, "vnfms.%s: the NSD has no such VNF profile", profile);
    }
    TRY(row_find(tx, &vnfm_table, by_name, &vnfm));
    return vnfm ? NULL
                : err_new(E_UNPROCESSABLE, NULL, "vnfms.%s: no VNFM %s is registered", profile,
                          name);
}

struct err *
ns_instantiate_check(struct tx *tx, const char *project_id, const struct nsd *nsd,
                     const struct instantiate_ns_request *request)
{
    struct owner *owner = row_new(tx_mem(tx), &owner_table);
    struct site_list *list = row_new(tx_mem(tx), &site_list_table);
    const struct json *vnfms = json_get(request->params, "vnfms");
    struct err *faults;

    owner->project_id = project_id;
    TRY(ns_sites.local(tx, owner, list));
    faults = ns_request_check(tx_mem(tx), nsd, &list->sites, request);
    for (size_t i = 0; i < nsd->n_vnfs; i++) {
        faults = err_join(faults, told_check(tx, project_id, nsd, request, &nsd->vnfs[i]));
    }
    json_each (vnfms, i) {
        faults = err_join(faults, vnfm_check(tx, project_id, nsd, vnfms->keys[i],
                                             json_str(vnfms->items[i])));
    }
    return faults;
}

struct err *
ns_terminate_check(struct tx *tx, const char *ns_instance_id,
                   const struct terminate_ns_request *request)
{
    struct err *faults = NULL;

    for (size_t i = 0; i < request->vnfs.n; i++) {
        const struct terminate_vnf_data *data = request->vnfs.items[i];
        bool holds = false;
        struct err *e = ns_holds(tx, ns_instance_id, data->vnf_instance_id, &holds);

        if (!e && !holds) {
            e = err_new(E_UNPROCESSABLE, NULL,
                        "terminateVnfData[%zu]: the NS has no VNF instance %s", i,
                        data->vnf_instance_id);
        }
        faults = err_join(faults, e);
    }
    return faults;
}

struct err *
ns_request_read(struct mem *mem, const struct json *body, struct instantiate_ns_request **request)
{
    *request = row_new(mem, &instantiate_ns_request_table);
    return row_decode(mem, &instantiate_ns_request_table, body, ROW_PLAIN, 0, NULL, *request);
}
