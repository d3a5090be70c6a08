/* `carrick vnf start`, `stop`, `heal`, `set`, `change-...`: requests of SOL003 on a VNF that is no part of a
 * network service; `carrick ns heal`, `start`, `stop` on those that are. */
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

static struct err *
vnf_task_path(struct cli *cli, const char *task, const char **path)
{
    const struct json *thing;

    TRY(noun_find(cli, &vnf_noun, cli->args[0], &thing));
    *path = mem_printf(cli->mem, "%s/%s/%s", vnf_noun.path, json_get_str(thing, "id"), task);
    return NULL;
}

/* --vnfc ID, as often as given. */
static void
vnfcs_write(struct cli *cli, struct jw *w)
{
    if (!option_get(cli, "vnfc")) {
        return;
    }
    jw_array(w, "vnfcInstanceId");
    vec_each (&cli->given, given) {
        if (str_eq(given->name, "vnfc")) {
            jw_str(w, NULL, given->value);
        }
    }
    jw_end(w);
}

/* command->arg: "STARTED" or "STOPPED". */
static struct err *
state_write(struct cli *cli, struct jw *w)
{
    const char *graceful = option_get(cli, "graceful");

    jw_str(w, "changeStateTo", cli->command->arg);
    if (!graceful) {
        return NULL;
    }
    jw_str(w, "stopType", "GRACEFUL");
    return number_write(w, "gracefulStopTimeout", graceful);
}

struct err *
vnf_operate(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const char *path;

    TRY(vnf_task_path(cli, "operate", &path));
    jw_object(&w, NULL);
    TRY(state_write(cli, &w));
    vnfcs_write(cli, &w);
    jw_end(&w);
    return operation_begin(cli, "POST", path, body.data);
}

struct err *
vnf_heal(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const char *cause = option_get(cli, "cause"), *path;

    TRY(vnf_task_path(cli, "heal", &path));
    jw_object(&w, NULL);
    vnfcs_write(cli, &w);
    if (cause) {
        jw_str(&w, "cause", cause);
    }
    jw_end(&w);
    return operation_begin(cli, "POST", path, body.data);
}

/* The only instance of a connection point gets this address. */
static void
address_write(struct jw *w, const char *address)
{
    jw_object(w, "cpConfig");
    jw_object(w, "1");
    jw_array(w, "cpProtocolData");
    jw_object(w, NULL);
    jw_str(w, "layerProtocol", "IP_OVER_ETHERNET");
    jw_object(w, "ipOverEthernet");
    jw_array(w, "ipAddresses");
    jw_object(w, NULL);
    jw_str(w, "type", strchr(address, ':') ? "IPV6" : "IPV4");
    jw_array(w, "fixedAddresses");
    jw_str(w, NULL, address);
    jw_end(w);
    jw_end(w);
    jw_end(w);
    jw_end(w);
    jw_end(w);
    jw_end(w);
    jw_end(w);
    jw_end(w);
}

/* "CPD=NETWORK[/ADDRESS]": a link of its own, named after the connection point. */
static struct err *
link_write(struct cli *cli, struct jw *w, const char *word)
{
    const char *equals = strchr(word, '='), *slash = equals ? strchr(equals, '/') : NULL;
    const char *cpd;

    if (!equals || equals == word || !equals[1]) {
        return err_new(E_INVALID, NULL, "--connect wants CPD=NETWORK[/ADDRESS], not '%s'", word);
    }
    cpd = mem_strn(cli->mem, word, (size_t)(equals - word));
    jw_object(w, NULL);
    jw_str(w, "id", cpd);
    jw_str(w, "resourceId",
           slash ? mem_strn(cli->mem, equals + 1, (size_t)(slash - equals - 1)) : equals + 1);
    jw_array(w, "extCps");
    jw_object(w, NULL);
    jw_str(w, "cpdId", cpd);
    if (slash) {
        address_write(w, slash + 1);
    }
    jw_end(w);
    jw_end(w);
    jw_end(w);
    return NULL;
}

/* --connect, as often as given. */
static struct err *
links_write(struct cli *cli, struct jw *w)
{
    jw_array(w, "extVirtualLinks");
    vec_each (&cli->given, given) {
        if (str_eq(given->name, "connect")) {
            TRY(link_write(cli, w, given->value));
        }
    }
    jw_end(w);
    return NULL;
}

struct err *
vnf_change_package(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const char *vnfd = option_get(cli, "vnfd"), *path;

    if (!vnfd) {
        return err_new(E_INVALID, NULL, "--vnfd is needed");
    }
    TRY(vnf_task_path(cli, "change_vnfpkg", &path));
    jw_object(&w, NULL);
    jw_str(&w, "vnfdId", vnfd);
    if (option_get(cli, "connect")) {
        TRY(links_write(cli, &w));
    }
    jw_end(&w);
    return operation_begin(cli, "POST", path, body.data);
}

struct err *
vnf_change_connectivity(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const char *path;

    if (!option_get(cli, "connect")) {
        return err_new(E_INVALID, NULL, "--connect is needed");
    }
    TRY(vnf_task_path(cli, "change_ext_conn", &path));
    jw_object(&w, NULL);
    TRY(links_write(cli, &w));
    jw_end(&w);
    return operation_begin(cli, "POST", path, body.data);
}

struct err *
vnf_change_flavour(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const char *flavour = option_get(cli, "flavour"), *level = option_get(cli, "level"), *path;

    if (!flavour) {
        return err_new(E_INVALID, NULL, "--flavour is needed");
    }
    TRY(vnf_task_path(cli, "change_flavour", &path));
    jw_object(&w, NULL);
    jw_str(&w, "newFlavourId", flavour);
    if (level) {
        jw_str(&w, "instantiationLevelId", level);
    }
    if (option_get(cli, "connect")) {
        TRY(links_write(cli, &w));
    }
    jw_end(&w);
    return operation_begin(cli, "POST", path, body.data);
}

/* command->arg: "STARTED" or "STOPPED"; --vnf VNF, as often as given. */
struct err *
ns_operate(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const struct json *thing;
    const char *id;

    TRY(noun_find(cli, &ns_noun, cli->args[0], &thing));
    jw_object(&w, NULL);
    jw_str(&w, "updateType", "OPERATE_VNF");
    jw_array(&w, "operateVnfData");
    vec_each (&cli->given, given) {
        if (str_eq(given->name, "vnf")) {
            TRY(ns_vnf_find(cli, thing, given->value, &id));
            jw_object(&w, NULL);
            jw_str(&w, "vnfInstanceId", id);
            TRY(state_write(cli, &w));
            jw_end(&w);
        }
    }
    jw_end(&w);
    jw_end(&w);
    if (!option_get(cli, "vnf")) {
        return err_new(E_INVALID, NULL, "--vnf is needed");
    }
    return operation_begin(
        cli, "POST", mem_printf(cli->mem, "%s/%s/update", ns_noun.path, json_get_str(thing, "id")),
        body.data);
}

/* --vnf VNF, as often as given; --vnfc is for one only. */
static struct err *
heal_vnfs_write(struct cli *cli, const struct json *ns, struct jw *w)
{
    const char *cause = option_get(cli, "cause"), *id;
    size_t n = 0;

    jw_array(w, "healVnfData");
    vec_each (&cli->given, given) {
        if (!str_eq(given->name, "vnf")) {
            continue;
        }
        TRY(ns_vnf_find(cli, ns, given->value, &id));
        jw_object(w, NULL);
        jw_str(w, "vnfInstanceId", id);
        vnfcs_write(cli, w);
        if (cause) {
            jw_str(w, "cause", cause);
        }
        jw_end(w);
        n++;
    }
    jw_end(w);
    if (n == 0 || (n > 1 && option_get(cli, "vnfc"))) {
        return err_new(E_INVALID, NULL, "%s",
                       n ? "--vnfc wants one --vnf" : "--vnf is needed");
    }
    return NULL;
}

struct err *
ns_heal(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const struct json *thing;

    TRY(noun_find(cli, &ns_noun, cli->args[0], &thing));
    jw_object(&w, NULL);
    TRY(heal_vnfs_write(cli, thing, &w));
    jw_end(&w);
    return operation_begin(
        cli, "POST", mem_printf(cli->mem, "%s/%s/heal", ns_noun.path, json_get_str(thing, "id")),
        body.data);
}

/* "KEY=VALUE" as a member, "KEY=" as one that is removed. */
static struct err *
metadata_write(struct cli *cli, struct jw *w)
{
    jw_object(w, "metadata");
    vec_each (&cli->given, given) {
        const char *equals = strchr(given->value ? given->value : "", '=');

        if (!str_eq(given->name, "metadata")) {
            continue;
        }
        if (!equals || equals == given->value) {
            return err_new(E_INVALID, NULL, "--metadata wants KEY=VALUE, not '%s'", given->value);
        }
        /* A null string is null. */
        jw_str(w, mem_strn(cli->mem, given->value, (size_t)(equals - given->value)),
               equals[1] ? equals + 1 : NULL);
    }
    jw_end(w);
    return NULL;
}

struct err *
vnf_set(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const char *name = option_get(cli, "name"), *description = option_get(cli, "description");
    const struct json *thing;

    TRY(noun_find(cli, &vnf_noun, cli->args[0], &thing));
    jw_object(&w, NULL);
    if (name) {
        jw_str(&w, "vnfInstanceName", name);
    }
    if (description) {
        jw_str(&w, "vnfInstanceDescription", description);
    }
    if (option_get(cli, "metadata")) {
        TRY(metadata_write(cli, &w));
    }
    jw_end(&w);
    return operation_begin(
        cli, "PATCH", mem_printf(cli->mem, "%s/%s", vnf_noun.path, json_get_str(thing, "id")),
        body.data);
}
