/* `carrick report FILE`: one archive for whoever is asked for help with this box: what runs here, what it
 * is told, says, counts and keeps how much of, and what its kernel forwards.  Nothing secret is looked for;
 * what may be in texts of others (logs, above all) all the same is struck out of every one of them. */
#include "cli/bundle.h"
#include "cli/setup.h"

#include "base/time.h"
#include "base/version.h"
#include "store/store.h"
#include "sys/file.h"
#include "sys/process.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define COMMAND_MS 60000
#define LOG_MAX ((size_t)8 << 20)
#define SECRET_MIN 8 /* shorter texts are found everywhere */
#define STRUCK "***"

const struct cli_option report_options[] = {
    {"log", "FILE", "a file with what roles logged, where no journal has it; may be repeated"},
    {"config-dir", "DIR", "folder of ROLE.yaml (default /etc/carrick)"},
    {"user", "NAME", "user that the roles run as (default carrick-ROLE)"},
    {0},
};

struct report {
    struct cli *cli;
    struct mem *mem;
    struct bundle *bundle;
    struct strs secrets; /* of this box, as they are */
    struct steps as;
    const struct cli_role *role;
    const char *file, *state;
    const struct settings *settings;
    size_t n_files;
};

/* ---- what must not be in it ------------------------------------------------------------------------ */

/* Names behind which a value is one: "password": "x", password=x, X-Auth-Token: x. */
static const char *const telling[] = {"password_hash", "secret_key", "password",  "passwd",      "passphrase",
                                      "secret",        "token",      "userdata",  "user_data",   "authorization",
                                      "cookie",        "api_key",    "apikey",    "private_key", "adminpass",
                                      NULL};

static size_t
telling_at(const char *text)
{
    for (const char *const *word = telling; *word; word++) {
        if (!strncasecmp(text, *word, strlen(*word))) {
            return strlen(*word);
        }
    }
    return 0;
}

/* Length of the quote that 'text' begins with: ", ', or \" of a text within one. */
static size_t
quote_at(const char *text)
{
    size_t n = *text == '\\';

    return text[n] == '"' || text[n] == '\'' ? n + 1 : 0;
}

/* Length of what stands between a telling name and its value; 0 = it is no name of a value. */
static size_t
value_at(const char *text)
{
    size_t n = strspn(text, "\"'\\");
    bool is_value;

    n += strspn(text + n, " ");
    is_value = text[n] == ':' || text[n] == '=';
    n += is_value ? 1 : 0;
    n += strspn(text + n, " ");
    n += quote_at(text + n) ? 0 : strspn(text + n, "\"'\\"); /* of a text in a text in one */
    return is_value ? n : 0;
}

/* Length of an option of a command line up to its value, where that is the next word: --os-password x, or
 * "--os-password", "x" of a list; 0 = it is none. */
static size_t
option_at(const char *text)
{
    size_t n = str_starts(text, "--") ? strspn(text, "-abcdefghijklmnopqrstuvwxyz_") : 0, word = 0, gap;

    for (size_t i = 2; i < n; i++) {
        word = telling_at(text + i) == n - i ? i : word;
    }
    gap = word ? strspn(text + n, "\"'\\, ") : 0;
    return gap && strcspn(text + n, ", ") < gap ? n + gap : 0;
}

/* Up to the quote that ends what such a one has begun, or the line. */
static size_t
quoted_length(const char *text, size_t n_quote)
{
    const char *at = text + n_quote;

    while (*at && *at != '\n' && strncmp(at, text, n_quote) != 0) {
        if (n_quote == 1 && *at == '\\') {
            at++; /* what stands behind it ends nothing */
        } else if (!strncmp(at, "\\\\", 2)) {
            at += at[2] == '\\' ? 3 : 2;
        }
        at += *at != '\0';
    }
    return (size_t)(at - text);
}

/* Up to where a value goes: "Bearer x" is one. */
static size_t
value_length(const char *text)
{
    size_t n_quote = quote_at(text), n;

    if (n_quote) {
        return quoted_length(text, n_quote);
    }
    n = strcspn(text, " \t\r\n\"'\\,;}&");
    if (text[n] == ' ' && (!strncasecmp(text, "bearer", n) || !strncasecmp(text, "basic", n))) {
        n += 1 + strcspn(text + n + 1, " \t\r\n\"'\\,;}&");
    }
    return n;
}

static size_t
known_at(const struct report *r, const char *text)
{
    for (size_t i = 0; i < r->secrets.n; i++) {
        size_t n = strlen(r->secrets.items[i]);

        if (*text == *r->secrets.items[i] && !strncmp(text, r->secrets.items[i], n)) {
            return n;
        }
    }
    return 0;
}

/* "://" of a URL that tells user and password (RFC 3986 section 3.2.1): up to the "@" behind them. */
static size_t
user_at(const char *text)
{
    size_t n = strlen("://"), end;
    const char *at;

    if (!str_starts(text, "://")) {
        return 0;
    }
    end = n + strcspn(text + n, "/?# \t\r\n\"'<>");
    at = memrchr(text + n, '@', end - n);
    return at ? (size_t)(at - text) : 0;
}

/* Up to the end of a private key, as PEM has it. */
static size_t
pem_at(const char *text)
{
    static const char begin[] = "-----BEGIN ", end[] = "-----END ";
    const char *stop;

    if (!str_starts(text, begin) || !memmem(text, strcspn(text, "\n"), "PRIVATE", strlen("PRIVATE"))) {
        return 0;
    }
    stop = strstr(text, end);
    return stop ? (size_t)(stop - text) : strlen(text);
}

/* A number or a word of JSON, behind a name in quotes: what stands in its place is JSON too. */
static bool
is_bare(const char *text, size_t name, size_t gap)
{
    return text[name] == '"' && memchr(text + name, ':', gap) && !quote_at(text + name + gap);
}

static void
strike(const struct report *r, const char *text, struct buf *out)
{
    while (*text) {
        size_t name = telling_at(text), gap = name ? value_at(text + name) : 0, user = user_at(text);
        size_t hidden = pem_at(text), shown = 0, option = option_at(text);
        bool bare = false;

        hidden = hidden ? hidden : known_at(r, text);
        if (!hidden && option) {
            shown = option;
            hidden = value_length(text + option);
        } else if (!hidden && gap) {
            bare = is_bare(text, name, gap);
            shown = name + gap + quote_at(text + name + gap);
            hidden = name + gap + value_length(text + name + gap) - shown;
        } else if (!hidden && user) {
            shown = strlen("://");
            hidden = user - shown;
        }
        if (hidden || shown) {
            buf_add(out, text, shown);
            buf_str(out, bare ? "\"" STRUCK "\"" : STRUCK);
            text += shown + hidden;
        } else {
            buf_char(out, *text++);
        }
    }
}

static void
secret_know(struct report *r, const char *text)
{
    size_t n = text ? strcspn(text, "\r\n") : 0;

    if (n >= SECRET_MIN) {
        const char **items = MEM_ARRAY(r->mem, r->secrets.n + 1, const char *);

        for (size_t i = 0; i < r->secrets.n; i++) {
            items[i] = r->secrets.items[i];
        }
        items[r->secrets.n] = mem_strn(r->mem, text, n);
        r->secrets = (struct strs){.n = r->secrets.n + 1, .items = items};
    }
}

/* Keys and passwords of the role, to know them where they are met. */
static void
secrets_learn(struct report *r)
{
    static const char *const files[] = {"admin.password", "seal.key"};

    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        const char *text = NULL;

        err_ignore(steps_read(&r->as, mem_printf(r->mem, "%s/%s", setting_keys(r->role, r->settings), files[i]), &text),
                   "not known, then");
        secret_know(r, text);
    }
}

/* ---- members --------------------------------------------------------------------------------------- */

static struct err *
text_add(struct report *r, const char *name, const char *text)
{
    AUTO_BUF out = BUF_INIT;

    strike(r, str_or(text, ""), &out);
    r->n_files++;
    return bundle_put(r->bundle, r->role ? mem_printf(r->mem, "%s/%s", r->role->name, name) : name,
                      str_or(out.data, ""), out.len);
}

/* Why something could not be had, or not whole, stands beside it: what is called JSON stays it. */
static struct err *
outcome_add(struct report *r, const char *name, const char *text, struct err *e)
{
    const char *why = e ? mem_printf(r->mem, "not to be had: %s\n", e->message) : NULL;

    err_ignore(e, "it stands in the report");
    TRY(why ? text_add(r, mem_printf(r->mem, "%s.error", name), why) : NULL);
    return why && str_empty(text) ? NULL : text_add(r, name, text);
}

static struct err *
command_run(struct report *r, const char *const *argv, const char **text)
{
    const struct process_spec spec = {.argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};

    *text = NULL;
    return process_run(r->mem, &spec, NULL, COMMAND_MS, text);
}

static struct err *
command_add(struct report *r, const char *name, const char *const *argv)
{
    const char *text;
    struct err *e = command_run(r, argv, &text);

    return outcome_add(r, name, text, e);
}

/* Its status says how bad it is, and not that it failed. */
static struct err *
doctor_add(struct report *r)
{
    const char *text, *dir = str_or(option_get(r->cli, "config-dir"), SETTINGS_DIR);
    struct err *e = command_run(r, process_argv(r->mem, "/proc/self/exe", "doctor", "--json", "--config-dir", dir, NULL), &text);

    if (!str_empty(text)) {
        err_ignore(e, "what it says is there");
        e = NULL;
    }
    return outcome_add(r, "doctor.json", text, e);
}

struct look {
    const char *name;
    const char *argv[12];
};

static struct err *
looks_add(struct report *r, const struct look *looks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        TRY(command_add(r, looks[i].name, looks[i].argv));
    }
    return NULL;
}

/* ---- the box ------------------------------------------------------------------------------------------ */

static struct err *
box_add(struct report *r)
{
    const struct look looks[] = {
        {"disks", {"df", "-k"}},
        {"memory", {"free", "-m"}},
    };
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);
    struct utsname name = {0};
    char now[TIME_TEXT_SIZE], *os = NULL;

    err_ignore(file_read(r->mem, "/etc/os-release", 65536, &os, NULL), "left out");
    (void)uname(&name);
    jw_object(&w, NULL);
    jw_str(&w, "version", carrick_version);
    jw_str(&w, "made_at", time_text(now, time_now_us(), TIME_Z));
    jw_str(&w, "host", name.nodename);
    jw_str(&w, "kernel", mem_printf(r->mem, "%s %s %s", name.release, name.version, name.machine));
    jw_str(&w, "os", os);
    jw_end(&w);
    TRY(text_add(r, "versions.json", buf_copy(r->mem, &out)));
    TRY(doctor_add(r));
    return looks_add(r, looks, ARRAY_SIZE(looks));
}

static struct err *
logs_add(struct report *r)
{
    size_t n = 0;

    vec_each (&r->cli->given, given) {
        char *text = NULL;
        struct err *e;

        if (!str_eq(given->name, "log")) {
            continue;
        }
        e = file_read(r->mem, given->value, LOG_MAX, &text, NULL);
        TRY(outcome_add(r, mem_printf(r->mem, "log.%zu", ++n), text, e));
    }
    return NULL;
}

/* ---- a role ---------------------------------------------------------------------------------------------- */

static struct err *
config_add(struct report *r)
{
    AUTO_BUF out = BUF_INIT;

    for (size_t i = 0; i < r->settings->n; i++) {
        buf_printf(&out, "%s = %s  (%s)\n", r->settings->table[i].name,
                   setting_shown(r->mem, &r->settings->table[i], r->settings->texts[i]), r->settings->origins[i]);
    }
    return text_add(r, "config", buf_copy(r->mem, &out));
}

/* As its first user, whose credentials are in its folder. */
static struct err *
session_as_admin(struct report *r, struct session *session)
{
    struct credentials credentials = {0};
    const char *root;

    TRY(steps_credentials(&r->as, mem_printf(r->mem, "%s/clouds.yaml", r->state), &credentials));
    credentials.service = str_eq(r->role->name, "site") ? "network" : NULL;
    secret_know(r, credentials.password);
    TRY(session_open_with(r->mem, &credentials, false, session));
    secret_know(r, session->token);
    root = strstr(session->root, "://");
    if (root) {
        session->root = mem_strn(r->mem, session->root, (size_t)(root + 3 - session->root) + strcspn(root + 3, "/"));
    }
    return NULL;
}

static struct err *
answers_add(struct report *r)
{
    static const struct {
        const char *name, *path;
    } asked[] = {{"metrics", "/metrics"}, {"readyz.json", "/readyz"}};
    struct session session;
    struct err *none = session_as_admin(r, &session);

    for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
        const struct call call = {.method = "GET", .path = asked[i].path};
        struct reply reply = {0};
        struct err *e = none ? err_copy(none) : session_call(&session, &call, &reply);

        TRY(outcome_add(r, asked[i].name, reply.body, e));
    }
    err_free(none);
    return NULL;
}

struct counting {
    const char *path;
    struct buf out;
};

/* A step_fn of the role's user. */
static struct err *
count(void *arg)
{
    struct counting *counting = arg;

    return store_statistics(counting->path, &counting->out);
}

static struct err *
store_add(struct report *r)
{
    struct counting counting = {.path = setting_store(r->mem, r->role, r->settings), .out = BUF_INIT};
    struct err *e = steps_as_user(&r->as, count, &counting);

    e = outcome_add(r, "store.json", counting.out.data, e);
    buf_done(&counting.out);
    return e;
}

static struct err *
journal_add(struct report *r)
{
    if (!file_exists("/run/systemd/system")) {
        return NULL;
    }
    return command_add(r, "journal",
                       process_argv(r->mem, "journalctl", "--no-pager", "-o", "short-iso-precise", "-n", "4000", "-u",
                            mem_printf(r->mem, "carrick-%s", r->role->name), NULL));
}

/* Folder of the agent of this box: as its file says, or as it is without one. */
static const char *
agent_state(struct report *r)
{
    AUTO_BUF faults = BUF_INIT;
    const struct cli_role *agent;
    struct settings *settings;
    const char *file;
    struct err *e = role_of(r->cli, "agent", &agent, &file);

    if (e) {
        err_ignore(e, "this program has none");
        return "";
    }
    if (file_exists(file) && config_read(r->cli, agent, file, &settings, &faults)) {
        return setting_text(settings, "state");
    }
    for (const struct setting *setting = agent->settings; setting->name; setting++) {
        if (str_eq(setting->name, "state")) {
            return str_or(setting->def, "");
        }
    }
    return "";
}

/* What the kernel has of the site's links, and does with packets. */
static struct err *
dataplane_add(struct report *r)
{
    static const char *const pins[][2] = {{"dataplane/pinned", "/sys/fs/bpf/carrick"}, /* of a service */
                                          {"dataplane/pinned-by-run", "/run/carrick/bpf"}};
    static const struct look looks[] = {
        {"dataplane/links.json", {"ip", "-j", "-d", "-s", "link"}},
        {"dataplane/addresses.json", {"ip", "-j", "address"}},
        {"dataplane/routes.json", {"ip", "-j", "route", "show", "table", "all"}},
        {"dataplane/neighbours.json", {"ip", "-j", "-s", "neighbour"}},
        {"dataplane/queues", {"tc", "-s", "qdisc"}},
        {"dataplane/kernel", {"dmesg", "--level", "warn,err,crit,alert,emerg"}},
    };
    const char *root = mem_printf(r->mem, "%s/crun", agent_state(r));

    TRY(looks_add(r, looks, ARRAY_SIZE(looks)));
    for (size_t i = 0; i < ARRAY_SIZE(pins); i++) {
        TRY(!file_exists(pins[i][1]) ? NULL : command_add(r, pins[i][0], process_argv(r->mem, "find", pins[i][1], "-printf",
                                                                                       "%P\\n", NULL)));
    }
    return file_exists(root) ? command_add(r, "dataplane/containers.json",
                                           process_argv(r->mem, "crun", "--root", root, "list", "-f", "json", NULL))
                             : NULL;
}

static struct err *
role_add(struct report *r)
{
    AUTO_BUF faults = BUF_INIT;
    struct settings *settings;

    r->as = (struct steps){.cli = r->cli};
    err_ignore(role_user_find(str_or(option_get(r->cli, "user"), mem_printf(r->mem, "carrick-%s", r->role->name)),
                              &r->as.uid, &r->as.gid),
               "it runs as whoever asks");
    if (!config_read(r->cli, r->role, r->file, &settings, &faults)) {
        return text_add(r, "config", faults.data);
    }
    r->settings = settings;
    r->state = setting_text(settings, "state");
    if (r->role->tables) {
        secrets_learn(r);
    }
    TRY(config_add(r));
    TRY(journal_add(r));
    if (r->role->tables) {
        TRY(answers_add(r));
        TRY(store_add(r));
    }
    return str_eq(r->role->name, "agent") || str_eq(r->role->name, "site") ? dataplane_add(r) : NULL;
}

static struct err *
report_make(struct report *r)
{
    int n_roles = 0;

    for (const struct cli_role *role = r->cli->roles; role && role->name; role++) {
        if (!role->settings) {
            continue;
        }
        TRY(role_of(r->cli, role->name, &r->role, &r->file));
        if (role_is_here(r->cli, r->role, r->file)) {
            n_roles++;
            TRY(role_add(r));
        }
    }
    r->role = NULL;
    if (!n_roles) {
        return err_new(E_NOT_FOUND, NULL, "this box has no role: no file of configuration is there");
    }
    TRY(box_add(r));
    TRY(logs_add(r)); /* last: by now all of the secrets are known */
    return bundle_end(r->bundle);
}

struct err *
report_run(struct cli *cli)
{
    struct report r = {.cli = cli, .mem = cli->mem};

    (void)umask(077);
    TRY(bundle_make(cli->mem, cli->args[0], &r.bundle));
    TRY_MSG(report_make(&r), "no report is made");
    printf("%s: %zu texts; passwords, tokens and keys are struck out, names and addresses are not\n", cli->args[0],
           r.n_files);
    return NULL;
}
