/* `carrick drift`: what sites show of an instance against what is recorded of it, a difference at a time
 * with the command that mends it. */
#include "cli/command.h"

#include <stdio.h>

static void
difference_print(const struct json *difference)
{
    printf("%-10s  %s %s (%s) at %s: recorded %s, found %s\n",
           json_get_str(difference, "difference"), json_get_str(difference, "kind"),
           json_get_str(difference, "name"), json_get_str(difference, "resourceId"),
           json_get_str(difference, "siteName"), json_get_str(difference, "recorded"),
           json_get_str(difference, "found"));
    printf("            mended by: %s\n",
           str_or(json_get_str(difference, "mend"), "none of our commands"));
}

static void
unknown_print(const struct json *unknown)
{
    const struct json *kinds = json_get(unknown, "kinds");

    printf("%-10s  at %s:", "unknown", json_get_str(unknown, "siteName"));
    json_each (kinds, i) {
        printf("%s %s", i ? "," : "", json_str(kinds->items[i]));
    }
    printf(": %s\n", json_get_str(unknown, "reason"));
}

static struct err *
check_body(struct cli *cli, struct jw *w)
{
    const char *vnf = option_get(cli, "vnf");
    const struct json *thing;

    if ((cli->n_args == 1) == (vnf != NULL)) {
        return err_new(E_INVALID, NULL, "a network service is needed, or --vnf");
    }
    TRY(noun_find(cli, vnf ? &vnf_noun : &ns_noun, vnf ? vnf : cli->args[0], &thing));
    jw_object(w, NULL);
    jw_str(w, vnf ? "vnfInstanceId" : "nsInstanceId", json_get_str(thing, "id"));
    jw_end(w);
    return NULL;
}

/* 1 where something differs or is not known. */
struct err *
drift_show(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    struct call call = {.method = "POST", .path = "/carrick/v1/checks"};
    const struct json *differences, *unknown;
    struct reply reply;

    TRY(check_body(cli, &w));
    call.body = body.data;
    TRY(session_call(&cli->session, &call, &reply));
    differences = json_get(reply.json, "differences");
    unknown = json_get(reply.json, "unknown");
    cli->status = (differences && differences->n) || (unknown && unknown->n) ? 1 : 0;
    if (cli->json) {
        print_json(reply.json);
        return NULL;
    }
    json_each (differences, i) {
        difference_print(differences->items[i]);
    }
    json_each (unknown, i) {
        unknown_print(unknown->items[i]);
    }
    printf("%lld recorded, %zu differences\n",
           (long long)json_int(json_get(reply.json, "compared"), 0),
           differences ? differences->n : 0);
    return NULL;
}
