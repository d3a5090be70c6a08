/* `carrick store`: an orchestrator's rows into another database, while it does not run; and back to the one
 * of before. */
#include "cli/cli.h"
#include "cli/command.h"
#include "cli/setup.h"

#include "base/version.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct moved {
    int64_t n_tables, n_rows;
};

static void
told(void *arg, const char *table, int64_t n)
{
    struct moved *moved = arg;

    moved->n_tables++;
    moved->n_rows += n;
    if (n) {
        printf("%-28s %" PRIi64 "\n", table, n);
    }
}

/* Words of a command are seen by everybody on the box. */
static struct err *
words_check(const char *where)
{
    return url_has_password(where)
               ? err_new(E_INVALID, NULL, "a password in the words of a command is seen by all who are on the box: put it "
                         "in a file (passfile=FILE in the URL), or in PGPASSWORD")
               : NULL;
}

/* store_move makes what is not there: a name that was meant to be a URL, or is mistyped, is no new file. */
static struct err *
place_check(const char *where)
{
    TRY(words_check(where));
    return strchr(where, '/') || str_ends(where, ".db")
               ? NULL
               : err_new(E_INVALID, NULL, "%s: neither a path nor a postgresql:// URL", where);
}

struct err *
store_move_run(struct cli *cli)
{
    const struct cli_role *role = cli->roles;
    struct store_config config = {.path = cli->args[0], .version = carrick_version};
    struct moved moved = {0};

    while (role && role->name && !(role->tables && str_eq(role->name, "orchestrator"))) {
        role++;
    }
    if (!role || !role->name) {
        return err_new(E_INTERNAL, NULL, "no role of this program has a store that can be moved");
    }
    TRY(place_check(cli->args[0]));
    TRY(place_check(cli->args[1]));
    config.tables = role->tables(cli->mem);
    TRY(store_move(&config, cli->args[1], told, &moved));
    printf("%" PRIi64 " rows of %" PRIi64 " tables, each held against the source; %s has its rows as before, and nobody "
           "starts from it (carrick store reopen)\n", moved.n_rows, moved.n_tables, url_shown(cli->mem, cli->args[0]));
    return NULL;
}

struct err *
store_reopen_run(struct cli *cli)
{
    const char *where = cli->args[0];

    TRY(words_check(where));
    TRY(store_reopen(where));
    printf("%s is used again as it is: what happened elsewhere since it was moved is not in it\n", url_shown(cli->mem, where));
    return NULL;
}
