/* The words of an InstantiateNsRequest (SOL005 6.5.2.11) held against the NSD,
 * before anything is started. */
#include "nfvo/place.h"

typedef struct err *entry_fn(const struct nsd *nsd, const struct json *entry);

static struct err *
profile_check(const struct nsd *nsd, const struct json *entry)
{
    const char *profile = json_get_str(entry, "vnfProfileId");

    if (!profile) {
        return err_new(E_INVALID, NULL, "attribute 'vnfProfileId' is required");
    }
    return nsd_vnf(nsd, profile)
               ? NULL
               : err_new(E_INVALID, NULL, "the NSD has no VNF profile %s", profile);
}

static struct err *
sap_check(const struct nsd *nsd, const struct json *entry)
{
    const char *sap = json_get_str(entry, "sapdId");

    if (!sap || !json_get_str(entry, "sapName") || !json_get_str(entry, "description")) {
        return err_new(E_INVALID, NULL,
                       "attributes 'sapdId', 'sapName' and 'description' are required");
    }
    return nsd_sap(nsd, sap) ? NULL : err_new(E_INVALID, NULL, "the NSD has no SAP %s", sap);
}

static struct err *
rule_check(const struct nsd *nsd, const struct json *entry)
{
    const struct json *profiles = json_get(entry, "vnfProfileId");
    struct err *faults = NULL;

    if (json_get(entry, "vnfInstanceId") || json_get(entry, "vnfdId")) {
        faults = err_new(E_NOT_IMPLEMENTED, "FeatureNotSupported",
                         "only rules over vnfProfileId are supported");
    }
    json_each (profiles, i) {
        const char *profile = str_or(json_str(profiles->items[i]), "");

        if (!nsd_vnf(nsd, profile)) {
            faults = err_join(faults,
                              err_new(E_INVALID, NULL, "the NSD has no VNF profile %s", profile));
        }
    }
    return faults;
}

/* The attributes that are supported; 'entry' checks each entry of a list. */
static const struct request_key {
    const char *name;
    enum json_type type;
    entry_fn *entry;
} keys[] = {
    {"nsFlavourId", JSON_T_STR, NULL},
    {"sapData", JSON_T_ARRAY, sap_check},
    {"locationConstraints", JSON_T_ARRAY, profile_check},
    {"additionalParamsForNs", JSON_T_OBJECT, NULL},
    {"additionalParamsForVnf", JSON_T_ARRAY, profile_check},
    {"additionalAffinityOrAntiAffinityRule", JSON_T_ARRAY, rule_check},
};

static struct err *
entries_check(const struct nsd *nsd, const struct request_key *key, const struct json *value)
{
    struct err *faults = NULL;

    for (size_t i = 0; key->entry && i < value->n; i++) {
        struct err *e = key->entry(nsd, value->items[i]);

        faults = err_join(faults, err_wrap(e, "%s[%zu]", key->name, i));
    }
    return faults;
}

static struct err *
key_check(const struct nsd *nsd, const char *name, const struct json *value)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!str_eq(keys[i].name, name)) {
            continue;
        }
        if (!json_is(value, keys[i].type)) {
            return err_new(E_INVALID, NULL, "attribute '%s' has to be of type %s", name,
                           json_type_name(keys[i].type));
        }
        return entries_check(nsd, &keys[i], value);
    }
    return err_new(E_INVALID, NULL, "attribute '%s' is not supported", name);
}

struct err *
ns_request_check(const struct nsd *nsd, const struct json *request)
{
    const char *flavour = json_get_str(request, "nsFlavourId");
    struct err *faults = NULL;

    if (!flavour) {
        faults = err_new(E_INVALID, NULL, "attribute 'nsFlavourId' is required");
    } else if (nsd->flavour_id && !str_eq(flavour, nsd->flavour_id)) {
        faults = err_new(E_INVALID, NULL, "the NSD has no deployment flavour %s (it has %s)",
                         flavour, nsd->flavour_id);
    }
    json_each (request, i) {
        faults = err_join(faults, key_check(nsd, request->keys[i], request->items[i]));
    }
    return faults;
}
