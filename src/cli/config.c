/* `carrick config ...`: what the roles of this box are told, before they are started with it. */
#include "cli/cli.h"
#include "cli/command.h"
#include "cli/setup.h"

#include "sys/file.h"
#include "sys/settings.h"

#include <stdio.h>
#include <string.h>

#define SUFFIX ".yaml"

const struct cli_option config_options[] = {
    {"config-dir", "DIR", "folder of ROLE.yaml (default " SETTINGS_DIR ")"}, {0}};

static const char *
file_of(struct cli *cli, const char *role)
{
    return mem_printf(cli->mem, "%s/%s" SUFFIX, str_or(option_get(cli, "config-dir"), SETTINGS_DIR),
                      role);
}

/* The role of that name that has options, or null. */
static const struct cli_role *
role_find(const struct cli *cli, const char *name, size_t n)
{
    for (const struct cli_role *role = cli->roles; role && role->name; role++) {
        if (role->settings && strlen(role->name) == n && !strncmp(role->name, name, n)) {
            return role;
        }
    }
    return NULL;
}

struct err *
role_of(struct cli *cli, const char *word, const struct cli_role **role, const char **file)
{
    const char *slash = strrchr(word, '/'), *name = slash ? slash + 1 : word;
    bool is_file = slash || str_ends(word, SUFFIX);
    size_t n = strlen(name) - (str_ends(name, SUFFIX) ? strlen(SUFFIX) : 0);

    *role = role_find(cli, name, n);
    if (!*role) {
        cli->status = 2;
        return err_new(E_INVALID, NULL,
                       "%s: it is neither a role with options (site, agent, responder, orchestrator) "
                       "nor a file that is called after one (site" SUFFIX ")",
                       word);
    }
    *file = is_file ? word : file_of(cli, (*role)->name);
    return NULL;
}

bool
config_read(struct cli *cli, const struct cli_role *role, const char *file,
            struct settings **settings, struct buf *faults)
{
    const char *dir = strrchr(file, '/');
    const char *site = mem_printf(cli->mem, "%.*ssite" SUFFIX, dir ? (int)(dir - file) + 1 : 0, file);
    bool shares = settings_takes_site(role->settings) && file_exists(site);
    const char *argv[] = {role->name, "--config", file, "--site-config", site};

    if (!settings_read(cli->mem, role->name, role->settings, shares ? 5 : 3,
                       (char **)(uintptr_t)argv, settings, faults)) {
        return false;
    }
    (*settings)->argv = NULL; /* It ends with this function. */
    (*settings)->argc = 0;
    return true;
}

bool
role_is_here(struct cli *cli, const struct cli_role *role, const char *file)
{
    AUTO_BUF sample = BUF_INIT, faults = BUF_INIT;
    struct settings *settings;
    char *text = NULL;
    struct err *e = file_read(cli->mem, file, (size_t)256 << 10, &text, NULL);

    if (e) {
        bool is_absent = err_is(e, E_NOT_FOUND);

        err_ignore(e, "who reads it says why it cannot");
        return !is_absent;
    }
    settings_sample(&sample, role->name, role->settings);
    if (!str_eq(text, sample.data) || !config_read(cli, role, file, &settings, &faults)) {
        return true;
    }
    const char *state = setting_text(settings, "state");

    return !*state || file_exists(state);
}

/* A fault that the role itself finds is called after an option: it stands where the option does. */
static void
fault_add(const struct settings *settings, const char *file, const char *message, struct buf *faults)
{
    const char *name = str_starts(message, "--") ? message + 2 : "";
    size_t n = strcspn(name, " :");

    for (size_t i = 0; i < settings->n; i++) {
        const char *known = settings->table[i].name;

        if (strlen(known) == n && !strncmp(known, name, n) && setting_is_given(settings, i)) {
            buf_printf(faults, "%s: %s\n", settings->origins[i], name);
            return;
        }
    }
    buf_printf(faults, "%s: %s\n", file, message);
}

/* Tells what is wrong with a file, or how much it sets. */
static bool
config_check_one(struct cli *cli, const struct cli_role *role, const char *file)
{
    AUTO_BUF faults = BUF_INIT;
    struct settings *settings;
    size_t n = 0;

    (void)config_read(cli, role, file, &settings, &faults);
    if (!settings->is_unread && role->check) { /* All that is wrong, whatever else is. */
        struct err *e = role->check(cli->mem, settings_righted(cli->mem, settings));

        for (const struct err *one = e; one; one = one->next) {
            fault_add(settings, file, one->message, &faults);
        }
        err_free(e);
    }
    if (faults.len) {
        (void)fputs(faults.data, stdout);
        return false;
    }
    for (size_t i = 0; i < settings->n; i++) {
        n += setting_is_given(settings, i);
    }
    printf("%s: right, %zu of %zu options given\n", file, n, settings->n);
    return true;
}

struct err *
config_check(struct cli *cli)
{
    int n_read = 0, n_wrong = 0;

    for (int i = 0; i < cli->n_args; i++) {
        const struct cli_role *role;
        const char *file;

        TRY(role_of(cli, cli->args[i], &role, &file));
        n_read++;
        n_wrong += !config_check_one(cli, role, file);
    }
    for (const struct cli_role *role = cli->roles; !cli->n_args && role && role->name; role++) {
        const char *file = role->settings ? file_of(cli, role->name) : NULL;

        if (file && file_exists(file)) {
            n_read++;
            n_wrong += !config_check_one(cli, role, file);
        }
    }
    if (!n_read) {
        return err_new(E_NOT_FOUND, NULL, "there is no file of a role in %s",
                       str_or(option_get(cli, "config-dir"), SETTINGS_DIR));
    }
    cli->status = n_wrong ? 1 : 0;
    return NULL;
}

const char *
setting_text(const struct settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->n; i++) {
        if (str_eq(settings->table[i].name, name)) {
            return settings->texts[i];
        }
    }
    return "";
}

const char *
setting_store(struct mem *mem, const struct cli_role *role, const struct settings *settings)
{
    const char *database = setting_text(settings, "database");

    return *database ? database : mem_printf(mem, "%s/%s.db", setting_text(settings, "state"), role->name);
}

const char *
setting_keys(const struct cli_role *role, const struct settings *settings)
{
    const char *shared = str_eq(role->name, "orchestrator") ? setting_text(settings, "shared") : "";

    return *shared ? shared : setting_text(settings, "state");
}

static void
settings_write(struct mem *mem, struct jw *w, const struct settings *settings)
{
    jw_array(w, NULL);
    for (size_t i = 0; i < settings->n; i++) {
        jw_object(w, NULL);
        jw_str(w, "option", settings->table[i].name);
        jw_str(w, "value", setting_shown(mem, &settings->table[i], settings->texts[i]));
        jw_str(w, "from", settings->origins[i]);
        jw_str(w, "reload", settings->table[i].reloads ? "yes" : "no");
        jw_end(w);
    }
    jw_end(w);
}

struct err *
config_show(struct cli *cli)
{
    static const char *const columns[] = {"option", "value", "from", "reload", NULL};
    AUTO_BUF faults = BUF_INIT;
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const struct cli_role *role;
    const struct json *list;
    struct settings *settings;
    const char *file;

    TRY(role_of(cli, cli->args[0], &role, &file));
    if (!config_read(cli, role, file, &settings, &faults)) {
        (void)fputs(faults.data, stderr);
        return err_new(E_INVALID, NULL, "%s is not right", file);
    }
    settings_write(cli->mem, &w, settings);
    TRY(json_parse(cli->mem, text.data, text.len, &list));
    if (cli->json) {
        print_json(list);
    } else {
        print_table(cli->mem, list, columns, NULL);
    }
    return NULL;
}

struct err *
config_sample(struct cli *cli)
{
    AUTO_BUF out = BUF_INIT;
    const struct cli_role *role;
    const char *file;

    TRY(role_of(cli, cli->args[0], &role, &file));
    settings_sample(&out, role->name, role->settings);
    (void)fputs(out.data, stdout);
    return NULL;
}
