/* `carrick drift`: what sites show of an instance against what is recorded of it, a difference at a time
 * with the command that mends it. */
#include "cli/command.h"

#include <stdio.h>

static const char *
word_of(struct cli *cli, const struct json *of, const char *key)
{
    return str_or(print_plain(cli->mem, json_get_str(of, key)), "-");
}

static void
difference_print(struct cli *cli, const struct json *difference)
{
    printf("%-10s  %s %s (%s) at %s: recorded %s, found %s\n", word_of(cli, difference, "difference"),
           word_of(cli, difference, "kind"), word_of(cli, difference, "name"),
           word_of(cli, difference, "resourceId"), word_of(cli, difference, "siteName"),
           word_of(cli, difference, "recorded"), word_of(cli, difference, "found"));
    printf("            mended by: %s\n",
           str_or(json_get_str(difference, "mend"), "none of our commands"));
    if (json_get_str(difference, "why")) {
        printf("            since %s\n", word_of(cli, difference, "why"));
    }
}

static void
unknown_print(struct cli *cli, const struct json *unknown)
{
    const struct json *kinds = json_get(unknown, "kinds");

    printf("%-10s  at %s:", "unknown", word_of(cli, unknown, "siteName"));
    json_each (kinds, i) {
        printf("%s %s", i ? "," : "", str_or(json_str(kinds->items[i]), "-"));
    }
    printf(": %s\n", word_of(cli, unknown, "reason"));
}

static struct err *
check_ask(struct cli *cli, const struct noun *noun, const struct json *thing,
           const struct json **told)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    struct call call = {.method = "POST", .path = "/carrick/v1/checks"};
    struct reply reply;

    jw_object(&w, NULL);
    jw_str(&w, noun == &vnf_noun ? "vnfInstanceId" : "nsInstanceId", json_get_str(thing, "id"));
    jw_end(&w);
    call.body = body.data;
    TRY(session_call(&cli->session, &call, &reply));
    *told = reply.json;
    return NULL;
}

static void
told_print(struct cli *cli, const struct json *told)
{
    const struct json *differences = json_get(told, "differences");
    const struct json *unknown = json_get(told, "unknown");

    json_each (differences, i) {
        difference_print(cli, differences->items[i]);
    }
    json_each (unknown, i) {
        unknown_print(cli, unknown->items[i]);
    }
    printf("%lld recorded, %zu differences\n", (long long)json_int(json_get(told, "compared"), 0),
           differences ? differences->n : 0);
}

/* ---- repair ------------------------------------------------------------------------------ */

/* A server is healed once, whatever differs at it: is it named by a difference before 'n'? */
static bool
is_named(const struct json *differences, size_t n, const char *key, const char *id)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(json_get_str(differences->items[i], key), id)) {
            return true;
        }
    }
    return false;
}

/* Members of an open object: what of a VNF is healed. */
static void
servers_write(struct jw *w, const struct json *differences, const char *vnf)
{
    jw_array(w, "vnfcInstanceId");
    json_each (differences, i) {
        const struct json *difference = differences->items[i];
        const char *server = json_get_str(difference, "vnfcInstanceId");

        if (server && str_eq(json_get_str(difference, "vnfInstanceId"), vnf) &&
            !is_named(differences, i, "vnfcInstanceId", server)) {
            jw_str(w, NULL, server);
        }
    }
    jw_end(w);
    jw_str(w, "cause", "it differed from what is recorded");
}

static void
vnfs_write(struct jw *w, const struct json *differences)
{
    jw_array(w, "healVnfData");
    json_each (differences, i) {
        const char *vnf = json_get_str(differences->items[i], "vnfInstanceId");

        if (vnf && !is_named(differences, i, "vnfInstanceId", vnf)) {
            jw_object(w, NULL);
            jw_str(w, "vnfInstanceId", vnf);
            servers_write(w, differences, vnf);
            jw_end(w);
        }
    }
    jw_end(w);
}

static struct err *
heal(struct cli *cli, const struct noun *noun, const struct json *thing,
     const struct json *differences)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const char *id = json_get_str(thing, "id");

    jw_object(&w, NULL);
    if (noun == &vnf_noun) {
        servers_write(&w, differences, id);
    } else {
        vnfs_write(&w, differences);
    }
    jw_end(&w);
    return operation_begin(cli, "POST", mem_printf(cli->mem, "%s/%s/heal", noun->path, id),
                           body.data);
}

/* Has any difference this member, of this value? */
static bool
any(const struct json *differences, const char *key, const char *value)
{
    return is_named(differences, differences ? differences->n : 0, key, value);
}

static const char *
restore_body(struct cli *cli, const struct noun *noun)
{
    bool left_over = option_flag(cli, "left-over");
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);

    jw_object(&w, NULL);
    jw_object(&w, noun == &vnf_noun ? "additionalParams" : "healNsData");
    jw_str(&w, "degreeHealing", "HEAL_RESTORE");
    if (noun == &ns_noun) {
        jw_object(&w, "additionalParamsforNs");
    }
    jw_bool(&w, "leftOver", left_over);
    if (noun == &ns_noun) {
        jw_end(&w);
    }
    jw_end(&w);
    jw_end(&w);
    return buf_copy(cli->mem, &body);
}

/* Servers are healed once their ports are there: only then they are looked at again. */
static struct err *
restore_then_heal(struct cli *cli, const struct noun *noun, const struct json *thing)
{
    const char *path = mem_printf(cli->mem, "%s/%s/heal", noun->path, json_get_str(thing, "id"));
    struct call call = {.method = "POST", .path = path, .body = restore_body(cli, noun)};
    const struct json *told, *differences;
    struct reply reply;

    TRY(session_call(&cli->session, &call, &reply));
    TRY(operation_wait(cli, reply.location));
    TRY(check_ask(cli, noun, thing, &told));
    differences = json_get(told, "differences");
    return any(differences, "mendedBy", "HEAL") ? heal(cli, noun, thing, differences) : NULL;
}

static struct err *
repair(struct cli *cli, const struct noun *noun, const struct json *thing,
       const struct json *differences)
{
    bool restores = any(differences, "mendedBy", "REPAIR") ||
                    (option_flag(cli, "left-over") && any(differences, "difference", "LEFT_OVER"));

    if (!restores) {
        return heal(cli, noun, thing, differences);
    }
    if (any(differences, "mendedBy", "HEAL")) {
        return restore_then_heal(cli, noun, thing);
    }
    return operation_begin(
        cli, "POST", mem_printf(cli->mem, "%s/%s/heal", noun->path, json_get_str(thing, "id")),
        restore_body(cli, noun));
}

static bool
is_repaired(struct cli *cli, const struct json *differences)
{
    return option_flag(cli, "repair") &&
           (any(differences, "mendedBy", "REPAIR") || any(differences, "mendedBy", "HEAL") ||
            (option_flag(cli, "left-over") && any(differences, "difference", "LEFT_OVER")));
}

/* 1 where something differs or is not known; a repair's is that of its healing. */
struct err *
drift_show(struct cli *cli)
{
    const char *vnf = option_get(cli, "vnf");
    const struct noun *noun = vnf ? &vnf_noun : &ns_noun;
    const struct json *thing, *told, *differences, *unknown;

    if ((cli->n_args == 1) == (vnf != NULL)) {
        return err_new(E_INVALID, NULL, "a network service is needed, or --vnf");
    }
    TRY(noun_find(cli, noun, vnf ? vnf : cli->args[0], &thing));
    TRY(check_ask(cli, noun, thing, &told));
    differences = json_get(told, "differences");
    unknown = json_get(told, "unknown");
    if (is_repaired(cli, differences)) {
        return repair(cli, noun, thing, differences);
    }
    cli->status = (differences && differences->n) || (unknown && unknown->n) ? 1 : 0;
    if (cli->json) {
        print_json(told);
    } else {
        told_print(cli, told);
    }
    return NULL;
}
