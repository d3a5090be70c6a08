/* `carrick ns update`, `carrick plan update`: update requests of SOL005 out of a few words, by a
 * table of what each of them stands for. */
#include "cli/command.h"

#include "nfvo/nfvo.h"

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
} changes[] = {
    {"instantiate", "INSTANTIATE_VNF", "instantiateVnfData", profile_write, NULL},
    {"add", "ADD_VNF", "addVnfIstance", adopt_write, NULL},
    {"remove", "REMOVE_VNF", "removeVnfInstanceId", vnf_write, ends_write},
    {"package", "CHANGE_VNFPKG", "changeVnfPackageData", package_write, NULL},
    {"flavour", "CHANGE_VNF_DF", "changeVnfFlavourData", flavour_write, NULL},
    {"add-graph", "ADD_VNFFG", "addVnffg", graph_write, NULL},
    {"remove-graph", "REMOVE_VNFFG", "removeVnffgId", text_write, NULL},
    {"add-sap", "ADD_SAP", "addSap", sap_write, NULL},
    {"remove-sap", "REMOVE_SAP", "removeSapId", text_write, NULL},
};

/* What is said of another option's change only. */
static struct err *
others_check(struct cli *cli)
{
    static const char *const others[][2] = {
        {"level", "instantiate"}, {"name", "instantiate"}, {"place", "instantiate"}, {"drain", "remove"}};

    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        if (option_get(cli, others[i][0]) && !option_get(cli, others[i][1])) {
            return err_new(E_INVALID, NULL, "--%s is for --%s", others[i][0], others[i][1]);
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
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
        if (option_get(cli, changes[i].option)) {
            *found = &changes[i];
            n++;
        }
    }
    if (n != 1) {
        return err_new(E_INVALID, NULL,
                       "one kind of change is needed: --instantiate, --add, --remove, --package, "
                       "--flavour, --add-graph, --remove-graph, --add-sap or --remove-sap, as often as "
                       "wanted");
    }
    return NULL;
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
ns_update(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    struct updating u = {.cli = cli, .w = &w};

    TRY(others_check(cli));
    TRY(noun_find(cli, &ns_noun, cli->args[0], &u.ns));
    TRY(request_write(&u, NULL));
    return operation_begin(
        cli, "POST", mem_printf(cli->mem, "%s/%s/update", ns_noun.path, json_get_str(u.ns, "id")),
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
