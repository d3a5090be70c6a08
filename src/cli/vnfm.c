/* `carrick vnfm ...`: VNFMs that are other processes; options are the attributes of
 * their table. */
#include "cli/command.h"

#include "nfvo/nfvo.h"

#include <stdio.h>

struct err *
vnfm_add(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    const struct json *made;

    jw_object(&w, NULL);
    jw_str(&w, "name", cli->args[0]);
    TRY(options_to_body(cli, &vnfm_table, POST, &w));
    jw_end(&w);
    TRY(noun_create(cli, &vnfm_noun, body.data, &made));
    if (cli->json) {
        print_json(made);
    } else {
        printf("VNFM %s is registered (%s)\n", cli->args[0], json_get_str(made, "id"));
    }
    return NULL;
}

struct err *
vnfm_set(struct cli *cli)
{
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    struct call call = {.method = "PATCH"};
    const struct json *thing;
    struct reply reply;

    TRY(noun_find(cli, &vnfm_noun, cli->args[0], &thing));
    jw_object(&w, NULL);
    TRY(options_to_body(cli, &vnfm_table, PUT, &w));
    jw_end(&w);
    call.path = mem_printf(cli->mem, "%s/%s", vnfm_noun.path, json_get_str(thing, "id"));
    call.body = body.data;
    TRY(session_call(&cli->session, &call, &reply));
    printf("VNFM %s is changed\n", cli->args[0]);
    return NULL;
}
