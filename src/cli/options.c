/* Arguments and options of a command.  Options come from the command's own list
 * and, where it creates something, from the attributes of the table: what an API
 * can be told, the command line can tell it. */
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

static const struct cli_option common[] = {
    {"json", NULL, "print what the API answered, as JSON"},
    {"no-token-cache", NULL, "log in anew and keep no token for the next command"},
    {"help", NULL, "print this and end"},
    {0},
};

const char *
option_of_attr(struct mem *mem, const struct attr *attr)
{
    char *name = mem_str(mem, attr->name);

    for (char *p = name; *p; p++) {
        *p = *p == '_' ? '-' : *p;
    }
    return name;
}

static const struct cli_option *
option_in(const struct cli_option *options, const char *name)
{
    for (; options && options->name; options++) {
        if (str_eq(options->name, name)) {
            return options;
        }
    }
    return NULL;
}

/* Does the option stand for an attribute of the command's table? */
static bool
is_attr(struct cli *cli, const char *name)
{
    const struct table *table = cli->command->noun ? cli->command->noun->table : NULL;

    for (size_t i = 0; table && i < table->n_attrs; i++) {
        const struct attr *attr = &table->attrs[i];

        if ((attr->use & (POST | PUT)) && str_eq(option_of_attr(cli->mem, attr), name)) {
            return true;
        }
    }
    return false;
}

/* '*wants' tells whether a value follows.  False where there is no such option. */
static bool
option_known(struct cli *cli, const char *name, bool *wants)
{
    const struct cli_option *option = option_in(cli->command->options, name);

    if (!option) {
        option = option_in(common, name);
    }
    *wants = option ? option->value != NULL : true;
    return option || is_attr(cli, name);
}

static bool
is_option(const char *word)
{
    return str_starts(word, "--") && word[2];
}

static struct err *
option_add(struct cli *cli, int argc, char **argv, int *i)
{
    const char *arg = argv[*i] + 2, *equals = strchr(arg, '=');
    struct cli_given given = {.value = ""};
    bool wants;

    given.name = equals ? mem_strn(cli->mem, arg, (size_t)(equals - arg)) : arg;
    if (!option_known(cli, given.name, &wants)) {
        return err_new(E_INVALID, NULL, "there is no option --%s", given.name);
    }
    if (!wants && equals) {
        return err_new(E_INVALID, NULL, "--%s takes no value", given.name);
    }
    if (wants && equals) {
        given.value = equals + 1;
    } else if (wants) {
        if (*i + 1 >= argc || is_option(argv[*i + 1])) {
            return err_new(E_INVALID, NULL, "--%s needs a value%s", given.name,
                           *i + 1 < argc ? mem_printf(cli->mem, " (--%s=%s where that is one)", given.name, argv[*i + 1])
                                         : "");
        }
        given.value = argv[++*i];
    }
    vec_add(cli->mem, &cli->given, given);
    return NULL;
}

struct err *
options_read(struct cli *cli, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (is_option(argv[i])) {
            TRY(option_add(cli, argc, argv, &i));
        } else if (cli->n_args == CLI_ARGS_MAX) {
            return err_new(E_INVALID, NULL, "too many arguments");
        } else {
            cli->args[cli->n_args++] = argv[i];
        }
    }
    cli->json = option_flag(cli, "json");
    if (option_flag(cli, "help")) {
        return NULL;
    }
    if (cli->n_args < cli->command->n_min || cli->n_args > cli->command->n_max) {
        return err_new(E_INVALID, NULL, "usage: carrick %s %s", cli->command->words,
                       str_or(cli->command->arguments, ""));
    }
    return NULL;
}

const char *
option_get(const struct cli *cli, const char *name)
{
    const char *value = NULL;

    vec_each (&cli->given, given) {
        value = str_eq(given->name, name) ? given->value : value;
    }
    return value;
}

bool
option_flag(const struct cli *cli, const char *name)
{
    return option_get(cli, name) != NULL;
}

static struct err *
attr_write(struct cli *cli, struct jw *w, const struct attr *attr, const char *value)
{
    const char *key = attr_json_name(attr);
    const struct json *json;
    int64_t number;

    if (attr->type == ATTR_T_json) {
        TRY_MSG(json_parse(cli->mem, value, strlen(value), &json), "--%s",
                option_of_attr(cli->mem, attr));
        jw_json(w, key, json);
    } else if (attr->type == ATTR_T_integer && str_to_i64(value, &number)) {
        jw_int(w, key, number);
    } else if (attr->type == ATTR_T_boolean && (str_eq(value, "true") || str_eq(value, "false"))) {
        jw_bool(w, key, str_eq(value, "true"));
    } else {
        jw_str(w, key, value);
    }
    return NULL;
}

struct err *
options_to_body(struct cli *cli, const struct table *table, uint32_t use, struct jw *w)
{
    for (size_t i = 0; i < table->n_attrs; i++) {
        const struct attr *attr = &table->attrs[i];
        const char *value = option_get(cli, option_of_attr(cli->mem, attr));

        if ((attr->use & use) && value) {
            TRY(attr_write(cli, w, attr, value));
        }
    }
    return NULL;
}
