/* `carrick alarm ack`, `carrick ns alarm ack`: somebody has taken note of a fault. */
#include "cli/command.h"

#include <stdio.h>

struct err *
alarm_acknowledge_one(struct cli *cli)
{
    const char *state = option_flag(cli, "undo") ? "UNACKNOWLEDGED" : "ACKNOWLEDGED";
    struct call call = {
        .method = "PATCH",
        .path = mem_printf(cli->mem, "%s/%s", cli->command->noun->path, cli->args[0]),
        .body = mem_printf(cli->mem, "{\"ackState\": \"%s\"}", state),
    };
    struct reply reply;

    TRY(session_call(&cli->session, &call, &reply));
    if (cli->json) {
        print_json(reply.json);
    } else {
        printf("alarm %s is %s\n", cli->args[0], state);
    }
    return NULL;
}
