/* `carrick vnf start`, `stop`: requests of SOL003 on a VNF that is no part of a network service. */
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
struct err *
vnf_operate(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const char *graceful = option_get(cli, "graceful"), *path;

    TRY(vnf_task_path(cli, "operate", &path));
    jw_object(&w, NULL);
    jw_str(&w, "changeStateTo", cli->command->arg);
    if (graceful) {
        jw_str(&w, "stopType", "GRACEFUL");
        TRY(number_write(&w, "gracefulStopTimeout", graceful));
    }
    vnfcs_write(cli, &w);
    jw_end(&w);
    return operation_begin(cli, path, body.data);
}
