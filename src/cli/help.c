/* What the program says of itself: its roles, its commands, the options of one. */
#include "cli/cli.h"
#include "cli/command.h"

#include "base/version.h"

#include <stdio.h>
#include <string.h>

/* ---- one command --------------------------------------------------------------- */

static void
line_print(FILE *to, const char *what, const char *arguments, const char *doc, int width)
{
    int n = fprintf(to, "  %s%s%s", what, *arguments ? " " : "", arguments);

    fprintf(to, "%*s%s\n", n < width ? width - n : 1, "", doc);
}

void
command_help(struct cli *cli, const struct command *command)
{
    const struct table *table = command->noun ? command->noun->table : NULL;
    const struct cli_option *option = command->options;

    printf("usage: carrick %s %s\n%s\n", command->words, str_or(command->arguments, ""),
           command->doc);
    for (; option && option->name; option++) {
        line_print(stdout, mem_printf(cli->mem, "--%s", option->name), str_or(option->value, ""),
                   option->doc, 32);
    }
    for (size_t i = 0; table && command->options && i < table->n_attrs; i++) {
        const struct attr *attr = &table->attrs[i];

        if (attr->use & (POST | PUT)) {
            line_print(stdout, mem_printf(cli->mem, "--%s", option_of_attr(cli->mem, attr)),
                       "VALUE", attr->doc, 32);
        }
    }
}

/* ---- all, or those of a noun ------------------------------------------------------ */

/* Whether a command's words begin with these. */
static bool
begins(const struct command *command, const char *words)
{
    size_t n = strlen(words);

    return !strncmp(command->words, words, n) && (!command->words[n] || command->words[n] == ' ');
}

static void
commands_print(FILE *to, const char *words)
{
    const struct command *command;

    for (size_t i = 0; (command = command_at(i)); i++) {
        if (!*words || begins(command, words)) {
            line_print(to, command->words, str_or(command->arguments, ""), command->doc, 34);
        }
    }
}

static void
everything_print(const struct cli *cli, FILE *to)
{
    fputs("usage: carrick ROLE OPTIONS\n"
          "       carrick NOUN VERB [ARGUMENTS] [OPTIONS]\n\n"
          "Roles; each tells its options with --help:\n",
          to);
    for (const struct cli_role *role = cli->roles; role && role->name; role++) {
        line_print(to, role->name, role->words, role->doc, 34);
    }
    fputs("\nCommands; each tells its options with --help, and takes --json:\n", to);
    commands_print(to, "");
}

/* The first 'n' of 'words' with blanks between. */
static const char *
joined(struct mem *mem, int n, const char *const *words)
{
    const char *all = "";

    for (int i = 0; i < n; i++) {
        all = mem_printf(mem, "%s%s%s", all, *all ? " " : "", words[i]);
    }
    return all;
}

static bool
any_begins(const char *words)
{
    const struct command *command;

    for (size_t i = 0; (command = command_at(i)); i++) {
        if (begins(command, words)) {
            return true;
        }
    }
    return false;
}

/* As many of the words as some command begins with, or null. */
static const char *
nearest(struct mem *mem, int n, const char *const *words)
{
    while (n > 0 && !any_begins(joined(mem, n, words))) {
        n--;
    }
    return n > 0 ? joined(mem, n, words) : NULL;
}

struct err *
help_show(struct cli *cli)
{
    const char *words = joined(cli->mem, cli->n_args, cli->args);
    const struct command *only;

    if (!*words) {
        everything_print(cli, stdout);
        return NULL;
    }
    for (size_t i = 0; (only = command_at(i)); i++) {
        if (str_eq(only->words, words)) {
            command_help(cli, only);
            return NULL;
        }
    }
    if (any_begins(words)) {
        commands_print(stdout, words);
        return NULL;
    }
    cli->status = 2;
    return err_new(E_INVALID, "UnknownCommand",
                   "nothing is called '%s'; 'carrick help' tells what there is", words);
}

struct err *
version_show(struct cli *cli)
{
    (void)cli;
    printf("carrick %s\n", carrick_version);
    return NULL;
}

int
command_unknown(struct cli *cli, int argc, const char *const *words)
{
    const char *near = nearest(cli->mem, argc, words);

    if (argc < 1) {
        everything_print(cli, stderr);
        return 2;
    }
    if (argc > 1 && (str_eq(words[argc - 1], "--help") || str_eq(words[argc - 1], "-h")) &&
        any_begins(joined(cli->mem, argc - 1, words))) {
        commands_print(stdout, joined(cli->mem, argc - 1, words));
        return 0;
    }
    fprintf(stderr, "carrick: there is no command '%s'; %s\n", joined(cli->mem, argc, words),
            near ? "these are:" : "'carrick help' tells what there is");
    if (near) {
        commands_print(stderr, near);
    }
    return 2;
}
