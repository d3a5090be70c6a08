/* `carrick ns update`, `carrick plan update`: update requests of SOL005 out of a few words, by a
 * table of what each of them stands for. */
#include "cli/command.h"

#include "base/net.h"
#include "nfvo/nfvo.h"
#include "vnfm/vnfm.h"

#include <string.h>

struct updating {
    struct cli *cli;
    const struct json *ns;
    struct jw *w;
};

/* ---- entries -------------------------------------------------------------------------------- */

static struct err *
text_write(struct updating *u, const char *word)
{
    jw_str(u->w, NULL, word);
    return NULL;
}

static struct err *
vnf_write(struct updating *u, const char *word)
{
    const char *id = NULL;

    TRY(ns_vnf_find(u->cli, u->ns, word, &id));
    jw_str(u->w, NULL, id);
    return NULL;
}

/* --place PROFILE=SITE, where there is one. */
static void
place_write(struct updating *u, const char *profile)
{
    const char *prefix = mem_printf(u->cli->mem, "%s=", profile);

    vec_each (&u->cli->given, given) {
        if (str_eq(given->name, "place") && str_starts(given->value, prefix)) {
            ns_constraint_write(u->w, "locationConstraints", profile,
                                given->value + strlen(prefix));
            return;
        }
    }
}

static struct err *
profile_write(struct updating *u, const char *word)
{
    const char *level = option_get(u->cli, "level"), *name = option_get(u->cli, "name");

    jw_object(u->w, NULL);
    jw_str(u->w, "vnfProfileId", word);
    if (level) {
        jw_str(u->w, "vnfInstantiationLevelId", level);
    }
    if (name) {
        jw_str(u->w, "vnfInstanceName", name);
    }
    place_write(u, word);
    jw_end(u->w);
    return NULL;
}

static struct err *
graph_write(struct updating *u, const char *word)
{
    jw_object(u->w, NULL);
    jw_str(u->w, "vnffgdId", word);
    jw_str(u->w, "vnffgName", word);
    jw_str(u->w, "description", "");
    jw_end(u->w);
    return NULL;
}

static struct err *
sap_write(struct updating *u, const char *word)
{
    jw_object(u->w, NULL);
    jw_str(u->w, "sapdId", word);
    jw_str(u->w, "sapName", word);
    jw_str(u->w, "description", "");
    jw_end(u->w);
    return NULL;
}

/* VNF=VNFD. */
static struct err *
package_write(struct updating *u, const char *word)
{
    const char *equals = strchr(word, '='), *id = NULL;

    if (!equals || equals == word || !equals[1]) {
        return err_new(E_INVALID, NULL, "--package wants VNF=VNFD, not '%s'", word);
    }
    TRY(ns_vnf_find(u->cli, u->ns, mem_strn(u->cli->mem, word, (size_t)(equals - word)), &id));
    jw_object(u->w, NULL);
    jw_str(u->w, "vnfInstanceId", id);
    jw_str(u->w, "vnfdId", equals + 1);
    jw_end(u->w);
    return NULL;
}

/* PROFILE=ID. */
static struct err *
adopt_write(struct updating *u, const char *word)
{
    const char *equals = strchr(word, '=');

    if (!equals || equals == word || !equals[1]) {
        return err_new(E_INVALID, NULL, "--add wants PROFILE=ID, not '%s'", word);
    }
    jw_object(u->w, NULL);
    jw_str(u->w, "vnfInstanceId", equals + 1);
    jw_str(u->w, "vnfProfileId", mem_strn(u->cli->mem, word, (size_t)(equals - word)));
    jw_end(u->w);
    return NULL;
}

/* VNF=FLAVOUR[/LEVEL]. */
static struct err *
flavour_write(struct updating *u, const char *word)
{
    const char *equals = strchr(word, '='), *slash = equals ? strchr(equals, '/') : NULL;
    const char *id = NULL;

    if (!equals || equals == word || !equals[1] || slash == equals + 1 || (slash && !slash[1])) {
        return err_new(E_INVALID, NULL, "--flavour wants VNF=FLAVOUR[/LEVEL], not '%s'", word);
    }
    TRY(ns_vnf_find(u->cli, u->ns, mem_strn(u->cli->mem, word, (size_t)(equals - word)), &id));
    jw_object(u->w, NULL);
    jw_str(u->w, "vnfInstanceId", id);
    jw_str(u->w, "newFlavourId",
           slash ? mem_strn(u->cli->mem, equals + 1, (size_t)(slash - equals - 1)) : equals + 1);
    if (slash) {
        jw_str(u->w, "instantiationLevelId", slash + 1);
    }
    jw_end(u->w);
    return NULL;
}

/* ---- nested services ------------------------------------------------------------------------ */

/* [PROFILE=]NS. */
static struct err *
nest_write(struct updating *u, const char *word)
{
    const char *equals = strchr(word, '=');
    const struct json *ns;

    if (equals && (equals == word || !equals[1])) {
        return err_new(E_INVALID, NULL, "--add-nested wants [PROFILE=]NS, not '%s'", word);
    }
    TRY(noun_find(u->cli, &ns_noun, equals ? equals + 1 : word, &ns));
    jw_object(u->w, NULL);
    jw_str(u->w, "nestedNsInstanceId", json_get_str(ns, "id"));
    if (equals) {
        jw_str(u->w, "nsProfileId", mem_strn(u->cli->mem, word, (size_t)(equals - word)));
    }
    jw_end(u->w);
    return NULL;
}

static struct err *
unnest_write(struct updating *u, const char *word)
{
    const struct json *ns;

    TRY(noun_find(u->cli, &ns_noun, word, &ns));
    jw_str(u->w, NULL, json_get_str(ns, "id"));
    return NULL;
}

/* ---- physical functions --------------------------------------------------------------------- */

/* A PnfExtCpData under 'key' for each --address CP=IP. */
static struct err *
addresses_write(struct updating *u, const char *key)
{
    jw_array(u->w, "cpData");
    vec_each (&u->cli->given, given) {
        const char *equals = strchr(given->value, '=');
        struct strs ips = {0};
        const char *text;
        struct ip ip;

        if (!str_eq(given->name, "address")) {
            continue;
        }
        if (!equals || equals == given->value || !ip_parse(equals + 1, &ip)) {
            return err_new(E_INVALID, NULL, "--address wants CP=ADDRESS, not '%s'", given->value);
        }
        text = equals + 1;
        ips.items = &text;
        ips.n = 1;
        jw_object(u->w, NULL);
        jw_str(u->w, key, mem_strn(u->cli->mem, given->value, (size_t)(equals - given->value)));
        protocol_write(u->w, "cpProtocolData", NULL, &ips, "fixedAddresses");
        jw_end(u->w);
    }
    jw_end(u->w);
    return NULL;
}

/* PROFILE=ID. */
static struct err *
pnf_add_write(struct updating *u, const char *word)
{
    const char *equals = strchr(word, '='), *pnfd = option_get(u->cli, "pnfd");

    if (!equals || equals == word || !equals[1] || !pnfd) {
        return err_new(E_INVALID, NULL, "--add-pnf wants PROFILE=ID, and --pnfd");
    }
    jw_object(u->w, NULL);
    jw_str(u->w, "pnfId", equals + 1);
    jw_str(u->w, "pnfName", str_or(option_get(u->cli, "name"), equals + 1));
    jw_str(u->w, "pnfdId", pnfd);
    jw_str(u->w, "pnfProfileId", mem_strn(u->cli->mem, word, (size_t)(equals - word)));
    TRY(addresses_write(u, "cpdId"));
    jw_end(u->w);
    return NULL;
}

static struct err *
pnf_modify_write(struct updating *u, const char *word)
{
    const char *name = option_get(u->cli, "name");

    jw_object(u->w, NULL);
    jw_str(u->w, "pnfId", word);
    if (name) {
        jw_str(u->w, "pnfName", name);
    }
    TRY(addresses_write(u, "cpInstanceId"));
    jw_end(u->w);
    return NULL;
}

/* ---- paths of a graph ----------------------------------------------------------------------- */

/* "81" or "81-90" under 'key'. */
static struct err *
ports_write(struct updating *u, const char *key, const char *text)
{
    const char *dash = strchr(text, '-');

    jw_object(u->w, key);
    TRY(number_write(u->w, "lowerPort",
                     dash ? mem_strn(u->cli->mem, text, (size_t)(dash - text)) : text));
    TRY(number_write(u->w, "upperPort", dash ? dash + 1 : text));
    jw_end(u->w);
    return NULL;
}

/* A word of a rule: "tcp", "to-port=81". */
static struct err *
rule_word_write(struct updating *u, const char *word)
{
    static const char *const plain[][3] = {{"tcp", "protocol", "TCP"},   {"udp", "protocol", "UDP"},
                                           {"icmp", "protocol", "ICMP"}, {"ipv4", "etherType", "IPV4"},
                                           {"ipv6", "etherType", "IPV6"}};
    static const char *const valued[][2] = {{"from=", "sourceIpAddressPrefix"},
                                            {"to=", "destinationIpAddressPrefix"}};
    static const char *const ports[][2] = {{"from-port=", "sourcePortRange"},
                                           {"to-port=", "destinationPortRange"}};

    for (size_t i = 0; i < ARRAY_SIZE(plain); i++) {
        if (str_eq(word, plain[i][0])) {
            jw_str(u->w, plain[i][1], plain[i][2]);
            return NULL;
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(valued); i++) {
        if (str_starts(word, valued[i][0])) {
            jw_str(u->w, valued[i][1], word + strlen(valued[i][0]));
            return NULL;
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
        if (str_starts(word, ports[i][0])) {
            return ports_write(u, ports[i][1], word + strlen(ports[i][0]));
        }
    }
    return err_new(E_INVALID, NULL,
                   "'%s' is no word of a rule: tcp, udp, icmp, ipv4, ipv6, from=PREFIX, to=PREFIX, "
                   "from-port=N[-M], to-port=N[-M]",
                   word);
}

/* Has the graph of the NS that path? */
static bool
has_path(const struct updating *u, const char *graph, const char *path)
{
    const struct json *graphs = json_get(u->ns, "vnffgInfo");

    json_each (graphs, i) {
        const struct json *paths = json_get(graphs->items[i], "nfpInfo");

        json_each (paths, k) {
            if (str_eq(json_get_str(graphs->items[i], "id"), graph) &&
                str_eq(json_get_str(paths->items[k], "id"), path)) {
                return true;
            }
        }
    }
    return false;
}

/* NFP=RULE: another rule for a path that is there, else a new path. */
static struct err *
path_write(struct updating *u, const char *graph, const char *word)
{
    const char *equals = strchr(word, '=');
    char *rest, *next, *path;

    if (!equals || equals == word || !equals[1]) {
        return err_new(E_INVALID, NULL, "--path wants NFP=RULE, not '%s'", word);
    }
    path = mem_strn(u->cli->mem, word, (size_t)(equals - word));
    jw_object(u->w, NULL);
    jw_str(u->w, has_path(u, graph, path) ? "nfpInfoId" : "nfpName", path);
    jw_object(u->w, "nfpRule");
    for (rest = mem_str(u->cli->mem, equals + 1); rest; rest = next) {
        next = strchr(rest, ',');
        if (next) {
            *next++ = '\0';
        }
        TRY(rule_word_write(u, rest));
    }
    jw_end(u->w);
    jw_end(u->w);
    return NULL;
}

static struct err *
graph_change_write(struct updating *u, const char *graph)
{
    jw_object(u->w, NULL);
    jw_str(u->w, "vnffgInfoId", graph);
    if (option_get(u->cli, "path")) {
        jw_array(u->w, "nfp");
        vec_each (&u->cli->given, given) {
            TRY(str_eq(given->name, "path") ? path_write(u, graph, given->value) : NULL);
        }
        jw_end(u->w);
    }
    if (option_get(u->cli, "end")) {
        jw_array(u->w, "nfpInfoId");
        vec_each (&u->cli->given, given) {
            TRY(str_eq(given->name, "end") ? text_write(u, given->value) : NULL);
        }
        jw_end(u->w);
    }
    jw_end(u->w);
    return NULL;
}

/* How those that --remove names end. */
static struct err *
ends_write(struct updating *u)
{
    const char *drain = option_get(u->cli, "drain"), *id = NULL;

    jw_array(u->w, "terminateVnfData");
    vec_each (&u->cli->given, given) {
        if (drain && str_eq(given->name, "remove")) {
            TRY(ns_vnf_find(u->cli, u->ns, given->value, &id));
            jw_object(u->w, NULL);
            jw_str(u->w, "vnfInstanceId", id);
            jw_object(u->w, "additionalParams");
            TRY(number_write(u->w, "drainSeconds", drain));
            jw_end(u->w);
            jw_end(u->w);
        }
    }
    jw_end(u->w);
    return NULL;
}

/* ---- the table ------------------------------------------------------------------------------ */

static const struct update_word {
    const char *option, *type, *member;
    struct err *(*write)(struct updating *u, const char *word);
    struct err *(*also)(struct updating *u); /* a further member, or null */
    bool once;                               /* options besides are for one of them */
} changes[] = {
    {"instantiate", "INSTANTIATE_VNF", "instantiateVnfData", profile_write, NULL, false},
    {"add", "ADD_VNF", "addVnfIstance", adopt_write, NULL, false},
    {"remove", "REMOVE_VNF", "removeVnfInstanceId", vnf_write, ends_write, false},
    {"package", "CHANGE_VNFPKG", "changeVnfPackageData", package_write, NULL, false},
    {"flavour", "CHANGE_VNF_DF", "changeVnfFlavourData", flavour_write, NULL, false},
    {"add-graph", "ADD_VNFFG", "addVnffg", graph_write, NULL, false},
    {"remove-graph", "REMOVE_VNFFG", "removeVnffgId", text_write, NULL, false},
    {"add-sap", "ADD_SAP", "addSap", sap_write, NULL, false},
    {"remove-sap", "REMOVE_SAP", "removeSapId", text_write, NULL, false},
    {"change-graph", "UPDATE_VNFFG", "updateVnffg", graph_change_write, NULL, true},
    {"add-pnf", "ADD_PNF", "addPnfData", pnf_add_write, NULL, true},
    {"modify-pnf", "MODIFY_PNF", "modifyPnfData", pnf_modify_write, NULL, true},
    {"remove-pnf", "REMOVE_PNF", "removePnfId", text_write, NULL, false},
    {"add-nested", "ADD_NESTED_NS", "addNestedNsData", nest_write, NULL, false},
    {"remove-nested", "REMOVE_NESTED_NS", "removeNestedNsId", unnest_write, NULL, false},
};

/* What is said of another option's change only. */
static struct err *
others_check(struct cli *cli)
{
    static const struct {
        const char *option, *of[4];
    } others[] = {{"level", {"instantiate"}},
                  {"name", {"instantiate", "add-pnf", "modify-pnf"}},
                  {"place", {"instantiate"}},
                  {"drain", {"remove"}},
                  {"pnfd", {"add-pnf"}},
                  {"address", {"add-pnf", "modify-pnf"}},
                  {"path", {"change-graph"}},
                  {"end", {"change-graph"}}};

    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        bool is_known = !option_get(cli, others[i].option);

        for (size_t k = 0; others[i].of[k]; k++) {
            is_known = is_known || option_get(cli, others[i].of[k]);
        }
        if (!is_known) {
            return err_new(E_INVALID, NULL, "--%s is for --%s", others[i].option, others[i].of[0]);
        }
    }
    vec_each (&cli->given, given) {
        bool is_known = !str_eq(given->name, "place");

        vec_each (&cli->given, made) {
            is_known = is_known ||
                       (str_eq(made->name, "instantiate") &&
                        str_starts(given->value, mem_printf(cli->mem, "%s=", made->value)));
        }
        if (!is_known) {
            return err_new(E_INVALID, NULL, "--place %s: no --instantiate is of that profile",
                           given->value);
        }
    }
    return NULL;
}

static struct err *
change_find(struct cli *cli, const struct update_word **found)
{
    AUTO_BUF all = BUF_INIT;
    size_t n = 0, times = 0;

    for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
        buf_printf(&all, "%s--%s", i ? ", " : "", changes[i].option);
        if (option_get(cli, changes[i].option)) {
            *found = &changes[i];
            n++;
        }
    }
    if (n != 1) {
        return err_new(E_INVALID, NULL, "one kind of change is needed, of %s", all.data);
    }
    vec_each (&cli->given, given) {
        times += str_eq(given->name, (*found)->option);
    }
    return (*found)->once && times > 1
               ? err_new(E_INVALID, NULL, "--%s is given once", (*found)->option)
               : NULL;
}

/* UpdateNsRequest under 'key'. */
static struct err *
request_write(struct updating *u, const char *key)
{
    const struct update_word *change = NULL;

    TRY(change_find(u->cli, &change));
    jw_object(u->w, key);
    jw_str(u->w, "updateType", change->type);
    jw_array(u->w, change->member);
    vec_each (&u->cli->given, given) {
        if (str_eq(given->name, change->option)) {
            TRY(change->write(u, given->value));
        }
    }
    jw_end(u->w);
    TRY(change->also ? change->also(u) : NULL);
    jw_end(u->w);
    return NULL;
}

struct err *
ns_update_write(struct cli *cli, const struct json *ns, struct jw *w)
{
    struct updating u = {.cli = cli, .ns = ns, .w = w};

    TRY(others_check(cli));
    return request_write(&u, NULL);
}

struct err *
ns_update(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const struct json *ns;

    TRY(others_check(cli));
    TRY(noun_find(cli, &ns_noun, cli->args[0], &ns));
    TRY(ns_update_write(cli, ns, &w));
    return operation_begin(
        cli, "POST", mem_printf(cli->mem, "%s/%s/update", ns_noun.path, json_get_str(ns, "id")),
        body.data);
}

struct err *
ns_update_plan(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    struct updating u = {.cli = cli, .w = &w};

    TRY(others_check(cli));
    TRY(noun_find(cli, &ns_noun, cli->args[0], &u.ns));
    jw_object(&w, NULL);
    jw_str(&w, "nsInstanceId", json_get_str(u.ns, "id"));
    TRY(request_write(&u, "update"));
    jw_end(&w);
    return plan_show(cli, body.data);
}
