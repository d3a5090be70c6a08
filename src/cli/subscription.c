/* Subscriptions: what waits for a subscriber, and dead letters. */
#include "cli/command.h"

#include <stdio.h>

struct err *
subscription_show(struct cli *cli)
{
    const struct json *thing, *letters;

    TRY(noun_find(cli, &subscription_noun, cli->args[0], &thing));
    TRY(session_get(&cli->session,
                    mem_printf(cli->mem, "%s?filter=(eq,subscriptionId,%s)", notification_noun.path,
                               cli->args[0]),
                    &letters));
    if (cli->json) {
        printf("{\"subscription\": %s, \"notifications\": %s}\n", json_text(cli->mem, thing),
               json_text(cli->mem, letters));
        return NULL;
    }
    print_thing(thing);
    if (letters && letters->n) {
        printf("\n");
        print_table(cli->mem, letters, notification_noun.columns, NULL);
    }
    return NULL;
}

struct err *
subscription_send_again(struct cli *cli)
{
    struct call call = {
        .method = "POST",
        .path = mem_printf(cli->mem, "%s/%s/redrive", subscription_noun.path, cli->args[0])};
    struct reply reply;

    TRY(session_call(&cli->session, &call, &reply));
    if (cli->json) {
        print_json(reply.json);
    } else {
        int64_t left = json_int(json_get(reply.json, "dead"), 0);

        printf("%lld dead letters wait for their delivery again\n",
               (long long)json_int(json_get(reply.json, "redriven"), 0));
        if (left) {
            printf("%lld stay dead: no more may wait at once\n", (long long)left);
        }
    }
    return NULL;
}
