/* `carrick doc ...`: what the tables of this binary say, for people and for tests. */
#include "cli/cli.h"
#include "cli/command.h"

#include "agent/datapath.h"
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

struct err *
doc_man_print(struct cli *cli)
{
    AUTO_BUF out = BUF_INIT;
    const struct command *command;

    buf_str(&out, ".TH CARRICK 1 \"\" \"carrick " CARRICK_VERSION "\"\n.SH NAME\n"
                  "carrick \\- network services over sites, and the sites\n.SH SYNOPSIS\n"
                  ".B carrick\n.I ROLE\n[\\fIOPTIONS\\fR]\n.br\n.B carrick\n.I NOUN VERB\n"
                  "[\\fIARGUMENTS\\fR] [\\fIOPTIONS\\fR]\n.SH ROLES\n"
                  "Each tells its options with \\-\\-help.\n");
    for (const struct cli_role *role = cli->roles; role && role->name; role++) {
        entry(&out, role->name, "", role->doc);
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
