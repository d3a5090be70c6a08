/* `carrick ns ...`, `carrick plan ns ...`: a request of SOL005 out of a few words. */
#include "cli/command.h"

#include "nfvo/nfvo.h"

#include <stdio.h>
#include <string.h>

#define CA_LANDMARK 21 /* Civic address type "landmark or vanity address" (RFC 4776). */

struct err *
ns_create(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const char *nsd = option_get(cli, "nsd"), *name = option_get(cli, "name");
    const struct json *descriptor, *made;

    if (!nsd || !name) {
        return err_new(E_INVALID, NULL, "--nsd and --name are needed");
    }
    TRY(noun_find(cli, &nsd_noun, nsd, &descriptor));
    jw_object(&w, NULL);
    jw_str(&w, "nsdId", json_get_str(descriptor, "nsdId"));
    jw_str(&w, "nsName", name);
    jw_str(&w, "nsDescription", str_or(option_get(cli, "description"), ""));
    jw_end(&w);
    TRY(noun_create(cli, &ns_noun, body.data, &made));
    if (cli->json) {
        print_json(made);
    } else {
        printf("network service %s is created (%s)\n", name, json_get_str(made, "id"));
    }
    return NULL;
}

/* ---- the request of an instantiation ---------------------------------------------------- */

/* "VNF=SITE" -> its two halves; false where it is something else. */
static bool
place_split(struct cli *cli, const struct cli_given *given, const char **what, const char **site)
{
    const char *equals = strchr(given->value, '=');

    if (!str_eq(given->name, "place") || !equals) {
        return false;
    }
    *what = mem_strn(cli->mem, given->value, (size_t)(equals - given->value));
    *site = equals + 1;
    return true;
}

void
ns_constraint_write(struct jw *w, const char *key, const char *vnf, const char *site)
{
    jw_object(w, key);
    jw_str(w, "vnfProfileId", vnf);
    jw_object(w, "locationConstraints");
    jw_array(w, "civicAddressElement");
    jw_object(w, NULL);
    jw_int(w, "caType", CA_LANDMARK);
    jw_str(w, "caValue", site);
    jw_end(w);
    jw_end(w);
    jw_end(w);
    jw_end(w);
}

/* A place is a VNF's, or with "sap:" in front a SAP's. */
static void
places_write(struct cli *cli, struct jw *w, bool saps)
{
    const char *what, *site;

    vec_each (&cli->given, given) {
        bool split = place_split(cli, given, &what, &site);

        if (split && saps && str_starts(what, "sap:")) {
            jw_str(w, what + 4, site);
        } else if (split && !saps && !str_starts(what, "sap:")) {
            ns_constraint_write(w, NULL, what, site);
        }
    }
}

/* "LINK=SITE/NETWORK,GROUP,..." */
static struct err *
network_write(struct cli *cli, struct jw *w, const char *text)
{
    char *link = mem_str(cli->mem, text), *at = link, *site, *network, *group;

    strsep(&at, "=");
    site = strsep(&at, "/");
    network = strsep(&at, ",");
    if (!network || !*link || !*site || !*network) {
        return err_new(E_INVALID, NULL, "--network is LINK=SITE/NETWORK[,GROUP...], not %s", text);
    }
    jw_object(w, NULL);
    jw_str(w, "link", link);
    jw_str(w, "site", site);
    jw_str(w, "networkId", network);
    jw_array(w, "securityGroupIds");
    while ((group = strsep(&at, ","))) {
        jw_str(w, NULL, group);
    }
    jw_end(w);
    jw_end(w);
    return NULL;
}

static struct err *
networks_write(struct cli *cli, struct jw *w)
{
    jw_array(w, "linkNetworks");
    vec_each (&cli->given, given) {
        if (str_eq(given->name, "network")) {
            TRY(network_write(cli, w, given->value));
        }
    }
    jw_end(w);
    return NULL;
}

/* The flavour of the NSD where none is named: its descriptor tells none, so the
 * usual word. */
static struct err *
request_write(struct cli *cli, struct jw *w, const char *key)
{
    jw_object(w, key);
    jw_str(w, "nsFlavourId", str_or(option_get(cli, "flavour"), "default"));
    if (option_get(cli, "level")) {
        jw_str(w, "nsInstantiationLevelId", option_get(cli, "level"));
    }
    jw_array(w, "locationConstraints");
    places_write(cli, w, false);
    jw_end(w);
    jw_object(w, "additionalParamsForNs");
    jw_object(w, "sapSites");
    places_write(cli, w, true);
    jw_end(w);
    TRY(networks_write(cli, w));
    jw_end(w);
    jw_end(w);
    return NULL;
}

/* ---- starting ------------------------------------------------------------------------------ */

/* command->arg: "instantiate" or "terminate". */
struct err *
ns_start(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const char *task = cli->command->arg;
    const struct json *thing;

    TRY(noun_find(cli, &ns_noun, cli->args[0], &thing));
    if (str_eq(task, "instantiate")) {
        TRY(request_write(cli, &w, NULL));
    } else {
        buf_str(&body, "{}");
    }
    return operation_begin(cli, "POST",
                           mem_printf(cli->mem, "%s/%s/%s", ns_noun.path,
                                      json_get_str(thing, "id"), task),
                           body.data);
}

/* ---- plan ---------------------------------------------------------------------------------------
 */

struct err *
ns_plan_show(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const struct json *thing;

    TRY(noun_find(cli, &ns_noun, cli->args[0], &thing));
    jw_object(&w, NULL);
    jw_str(&w, "nsInstanceId", json_get_str(thing, "id"));
    TRY(request_write(cli, &w, "request"));
    jw_end(&w);
    return plan_show(cli, body.data);
}

struct err *
plan_show(struct cli *cli, const char *body)
{
    AUTO_BUF tree = BUF_INIT;
    struct call call = {.method = "POST", .path = "/carrick/v1/plans", .body = body};
    struct reply reply;

    TRY(session_call(&cli->session, &call, &reply));
    if (cli->json) {
        print_json(reply.json);
        return NULL;
    }
    flow_tree(&tree, reply.json, false);
    fputs(str_or(tree.data, ""), stdout);
    if (json_is(json_get(reply.json, "error"), JSON_T_OBJECT)) {
        cli->status = 1;
    }
    return NULL;
}
