/* `carrick doc ...`: what the tables of this binary say, for people and for tests. */
#include "cli/cli.h"
#include "cli/command.h"

#include "agent/datapath.h"
#include "base/version.h"
#include "faces/doc.h"

#include <stdio.h>

static struct err *
print(const struct buf *out)
{
    if (out->overflow || fwrite(out->data, 1, out->len, stdout) != out->len || fflush(stdout)) {
        return err_new(E_UNAVAILABLE, NULL, "standard output cannot be written");
    }
    return NULL;
}

struct err *
doc_api_print(struct cli *cli)
{
    AUTO_BUF out = BUF_INIT;

    (void)cli;
    doc_api(&out);
    return print(&out);
}

struct err *
doc_openapi_print(struct cli *cli)
{
    AUTO_BUF out = BUF_INIT;

    TRY(doc_openapi(cli->n_args ? cli->args[0] : NULL, &out));
    return print(&out);
}

struct err *
doc_errors_print(struct cli *cli)
{
    AUTO_BUF out = BUF_INIT;

    (void)cli;
    doc_errors(&out);
    return print(&out);
}

struct err *
doc_sfc_print(struct cli *cli)
{
    AUTO_BUF out = BUF_INIT;

    (void)cli;
    doc_sfc(&out);
    return print(&out);
}

struct err *
doc_drops_print(struct cli *cli)
{
    AUTO_BUF out = BUF_INIT;

    (void)cli;
    buf_str(&out, "# Drop reasons\n\nGenerated from the data plane's table.  Each is a counter of "
                  "the site (`carrick-counters`).\n\n| number | name | the packet was dropped "
                  "because |\n|---|---|---|\n");
    for (uint32_t reason = 1; reason < DROP_N; reason++) {
        buf_printf(&out, "| %u | `%s` | %s |\n", reason, datapath_drop_name(reason),
                   datapath_drop_doc(reason));
    }
    return print(&out);
}

/* ---- carrick(1) ---------------------------------------------------------------------------- */

/* Text for troff: what it would take for a command is quoted. */
static void
roff(struct buf *out, const char *text)
{
    if (*text == '.' || *text == '\'') {
        buf_str(out, "\\&");
    }
    for (; *text; text++) {
        buf_str(out, *text == '\\' ? "\\e" : *text == '-' ? "\\-" : "");
        if (*text != '\\' && *text != '-') {
            buf_char(out, *text);
        }
    }
}

static void
entry(struct buf *out, const char *words, const char *arguments, const char *doc)
{
    buf_str(out, ".TP\n.B carrick ");
    roff(out, words);
    if (*arguments) {
        buf_str(out, " \\fI");
        roff(out, arguments);
        buf_str(out, "\\fR");
    }
    buf_char(out, '\n');
    roff(out, doc);
    buf_str(out, ".\n");
}

/* What a role is told, as a section. */
static void
settings_entries(struct buf *out, const struct cli_role *role)
{
    if (!role->settings) {
        return;
    }
    buf_printf(out, ".SH OPTIONS OF CARRICK %s\nAlso NAME: VALUE in the file of \\-\\-config, by the "
                    "package\n.IR /etc/carrick/%s.yaml .\n", role->name, role->name);
    for (const struct setting *o = role->settings; o->name; o++) {
        AUTO_BUF limits = BUF_INIT;

        buf_str(out, ".TP\n.B \\-\\-");
        roff(out, o->name);
        buf_printf(out, " \\fI%s\\fR\n", o->value);
        roff(out, o->doc);
        setting_limits(&limits, o);
        buf_str(&limits, o->def ? *o->def ? "; default " : "; default none" : "; required");
        buf_str(&limits, str_or(o->def, ""));
        buf_str(&limits, o->reloads ? "; SIGHUP takes it" : "");
        buf_str(&limits, o->of_site ? "; else as in the file of --site-config" : "");
        buf_str(out, " (");
        roff(out, limits.data);
        buf_str(out, ").\n");
    }
}

struct err *
doc_man_print(struct cli *cli)
{
    AUTO_BUF out = BUF_INIT;
    const struct command *command;

    buf_printf(&out, ".TH CARRICK 1 \"\" \"carrick %s\"\n", carrick_version);
    buf_str(&out, ".SH NAME\n"
                  "carrick \\- network services over sites, and the sites\n.SH SYNOPSIS\n"
                  ".B carrick\n.I ROLE\n[\\fIOPTIONS\\fR]\n.br\n.B carrick\n.I NOUN VERB\n"
                  "[\\fIARGUMENTS\\fR] [\\fIOPTIONS\\fR]\n.SH ROLES\n"
                  "Each tells its options with \\-\\-help.\n");
    for (const struct cli_role *role = cli->roles; role && role->name; role++) {
        entry(&out, role->name, role->words, role->doc);
    }
    for (const struct cli_role *role = cli->roles; role && role->name; role++) {
        settings_entries(&out, role);
    }
    buf_str(&out, ".SH COMMANDS\nEach tells its options with \\-\\-help.\n");
    for (size_t i = 0; (command = command_at(i)); i++) {
        entry(&out, command->words, str_or(command->arguments, ""), command->doc);
    }
    buf_str(&out, ".SH TOKENS\nA command keeps its token for the next one of the same user, project and "
                  "password, in\n.I $XDG_RUNTIME_DIR/carrick\nor, where there is none,\n"
                  ".I $XDG_CACHE_HOME/carrick\n(\n.I ~/.cache/carrick\n), mode 0600; folders and "
                  "files that others can reach are not used.\n.B carrick logout\nrevokes and "
                  "forgets it; \\-\\-no\\-token\\-cache, or CARRICK_NO_TOKEN_CACHE in the "
                  "environment, logs in for each command and keeps nothing.\n");
    buf_str(&out, ".SH EXIT STATUS\n0, 1 where the command failed, 2 where its arguments are "
                  "wrong.\n");
    return print(&out);
}

/* ---- completion ---------------------------------------------------------------------------- */

static void
completion_options(struct mem *mem, struct buf *out, const struct command *command)
{
    const struct cli_option *option = command->options;
    const struct table *table = command->noun ? command->noun->table : NULL;

    buf_printf(out, "    '%s'*) options='--help --json", command->words);
    for (; option && option->name; option++) {
        buf_printf(out, " --%s", option->name);
    }
    for (size_t i = 0; table && command->options && i < table->n_attrs; i++) {
        if (table->attrs[i].use & (POST | PUT)) {
            buf_printf(out, " --%s", option_of_attr(mem, &table->attrs[i]));
        }
    }
    buf_str(out, "' ;;\n");
}

/* Every line of words that may be typed: roles, then commands. */
static void
completion_words(const struct cli *cli, struct buf *out)
{
    const struct command *command;

    for (const struct cli_role *role = cli->roles; role && role->name; role++) {
        size_t n;
        char **words = str_split(cli->mem, role->words, '|', &n);

        for (size_t i = 0; i < n; i++) {
            buf_printf(out, "%s%s%s\n", role->name, *words[i] ? " " : "", words[i]);
        }
    }
    for (size_t i = 0; (command = command_at(i)); i++) {
        buf_printf(out, "%s\n", command->words);
    }
}

struct err *
doc_completion_print(struct cli *cli)
{
    AUTO_BUF out = BUF_INIT;
    const struct command *command;

    buf_str(&out, "# Completion of carrick(1) for bash, generated from its tables.\n"
                  "_carrick() {\n    local lines='");
    completion_words(cli, &out);
    buf_str(&out, "'\n"
                  "    local word=${COMP_WORDS[COMP_CWORD]} words= options=--help line before\n"
                  "    before=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\"\n"
                  "    case $before in\n");
    for (size_t i = 0; (command = command_at(i)); i++) {
        completion_options(cli->mem, &out, command);
    }
    buf_str(&out, "    esac\n"
                  "    if [[ $word == -* ]]; then\n"
                  "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
                  "        return\n"
                  "    fi\n"
                  "    before+=${before:+ }\n"
                  "    while read -r line; do\n"
                  "        [[ $line == \"$before\"?* ]] || continue\n"
                  "        line=${line#\"$before\"}\n"
                  "        words+=\" ${line%% *}\"\n"
                  "    done <<<\"$lines\"\n"
                  "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\" | sort -u)\n"
                  "}\n"
                  "complete -o default -F _carrick carrick\n");
    return print(&out);
}
