/* See settings.h. */
#include "sys/settings.h"

#include "base/json.h"
#include "base/net.h"
#include "base/vec.h"
#include "base/yaml.h"
#include "sys/file.h"

#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((size_t)256 << 10)
#define CONFIG "config"
#define SITE_CONFIG "site-config"
#define LOG_LEVEL "log-level"
#define LOG_LEVELS "log-levels"

/* A reading on its way: texts are null until something says them. */
struct reading {
    struct mem *mem;
    struct settings *to;
    struct buf *faults;
    size_t n_faults;
};

static void PRINTF_LIKE(3, 4)
fault(struct reading *r, const char *where, const char *fmt, ...)
{
    va_list args;
    char *text;

    va_start(args, fmt);
    text = mem_vprintf(r->mem, fmt, args);
    va_end(args);
    for (char *c = text; *c; c++) {
        *c = (unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c;
    }
    buf_printf(r->faults, "%s: %s\n", where, text);
    r->n_faults++;
}

static int
setting_find(const struct settings *s, const char *name, size_t n)
{
    for (size_t i = 0; i < s->n; i++) {
        if (strlen(s->table[i].name) == n && !strncmp(s->table[i].name, name, n)) {
            return (int)i;
        }
    }
    return -1;
}

/* The setting that a site's file means by 'name'; -1: none that an agent shares. */
static int
setting_find_shared(const struct settings *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->table[i].of_site && str_eq(str_or(s->table[i].site_name, s->table[i].name), name)) {
            return (int)i;
        }
    }
    return -1;
}

bool
settings_takes_site(const struct setting *table)
{
    for (const struct setting *setting = table; setting->name; setting++) {
        if (setting->of_site) {
            return true;
        }
    }
    return false;
}

/* ---- what a text may be -------------------------------------------------------------------- */

/* "127.0.0.1:80", "[::1]:80" -> address and port. */
static bool
listen_parse(struct mem *mem, const char *text, const char **address, uint16_t *port)
{
    const char *colon = strrchr(text, ':');
    int64_t number;
    struct ip ip;

    if (!colon || !str_to_i64(colon + 1, &number) || number < 0 || number > UINT16_MAX) {
        return false;
    }
    bool bracket = text[0] == '[' && colon > text + 1 && colon[-1] == ']';
    *address = bracket ? mem_strn(mem, text + 1, (size_t)(colon - text) - 2)
                       : mem_strn(mem, text, (size_t)(colon - text));
    *port = (uint16_t)number;
    return ip_parse(*address, &ip);
}

static bool
is_prefixes(struct mem *mem, const char *text)
{
    size_t n;
    char **parts = str_split(mem, text, ',', &n);
    struct cidr cidr;

    for (size_t i = 0; i < n; i++) {
        if (!cidr_parse(parts[i], &cidr)) {
            return false;
        }
    }
    return n > 0;
}

static bool
is_word(struct mem *mem, const char *text, const char *words)
{
    size_t n;
    char **all = str_split(mem, words, ' ', &n);

    for (size_t i = 0; i < n; i++) {
        if (str_eq(all[i], text)) {
            return true;
        }
    }
    return false;
}

static bool
is_text(const char *text)
{
    for (const char *c = text; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f) {
            return false;
        }
    }
    return *text && str_utf8(text, strlen(text));
}

static bool
is_number(const struct setting *setting, const char *text)
{
    int64_t v;

    return str_to_i64(text, &v) && v >= setting->min && v <= setting->max &&
           (setting->kind == SETTING_NUMBER || (v > 0 && !(v & (v - 1))));
}

static bool
is_right(struct mem *mem, const struct setting *setting, const char *text)
{
    const char *address;
    uint16_t port;
    struct ip ip;

    if (!is_text(text)) {
        return false;
    }
    switch (setting->kind) {
    case SETTING_NUMBER:
    case SETTING_POWER:
        return is_number(setting, text);
    case SETTING_LISTEN:
        return listen_parse(mem, text, &address, &port);
    case SETTING_IPV4:
        return ip_parse(text, &ip) && ip_is_v4(&ip);
    case SETTING_PATH:
        return *text == '/';
    case SETTING_WORD:
        return is_word(mem, text, setting->words);
    case SETTING_URL:
        return str_starts(text, "http://") || str_starts(text, "https://");
    case SETTING_DATABASE:
        return str_starts(text, "postgresql://") || str_starts(text, "postgres://");
    case SETTING_PREFIXES:
        return is_prefixes(mem, text);
    case SETTING_LEVELS:
        return log_levels_valid(text);
    case SETTING_TEXT:
    case SETTING_USER:
        return true;
    }
    return false;
}

void
setting_limits(struct buf *out, const struct setting *setting)
{
    switch (setting->kind) {
    case SETTING_NUMBER:
        buf_printf(out, "%" PRId64 " to %" PRId64, setting->min, setting->max);
        break;
    case SETTING_POWER:
        buf_printf(out, "a power of two from %" PRId64 " to %" PRId64, setting->min, setting->max);
        break;
    case SETTING_LISTEN:
        buf_str(out, "ADDRESS:PORT, [ADDRESS]:PORT for IPv6");
        break;
    case SETTING_IPV4:
        buf_str(out, "an IPv4 address");
        break;
    case SETTING_PATH:
        buf_str(out, "an absolute path");
        break;
    case SETTING_WORD:
        buf_str(out, "one of: ");
        buf_str(out, setting->words);
        break;
    case SETTING_URL:
        buf_str(out, "an http or https URL");
        break;
    case SETTING_DATABASE:
        buf_str(out, "a postgresql:// URL");
        break;
    case SETTING_PREFIXES:
        buf_str(out, "ADDRESS/LENGTH, several with commas between");
        break;
    case SETTING_LEVELS:
        buf_str(out, "MODULE=LEVEL, several with commas between; modules: " LOG_MODULES);
        break;
    case SETTING_TEXT:
        buf_str(out, "a text of one line");
        break;
    case SETTING_USER:
        buf_str(out, "a user's name or number");
        break;
    }
}

const char *
setting_shown(struct mem *mem, const struct setting *setting, const char *text)
{
    if (setting->kind != SETTING_DATABASE || !*text) {
        return text;
    }
    return strstr(text, "://") ? url_shown(mem, text) : "(not shown)";
}

/* ---- where texts come from ----------------------------------------------------------------- */

/* Takes a text unless an earlier source has said one. */
static void
take(struct reading *r, int which, const char *text, const char *origin)
{
    struct settings *s = r->to;
    const struct setting *setting = &s->table[which];
    AUTO_BUF limits = BUF_INIT;

    if (s->texts[which]) {
        return;
    }
    size_t n_before = r->n_faults;

    s->texts[which] = text;
    s->origins[which] = origin;
    if (!*text && !setting->def) {
        fault(r, origin, "%s: it needs a value", setting->name);
    } else if (setting->kind == SETTING_DATABASE && url_has_password(text) && str_starts(origin, "--")) {
        fault(r, origin, "%s: a password in the words of a command is seen by all who are on the box: put it in a file "
              "(passfile=FILE)", setting->name);
    } else if (*text && !is_right(r->mem, setting, text)) {
        setting_limits(&limits, setting);
        fault(r, origin, "%s: '%s' is not %s", setting->name, setting_shown(r->mem, setting, text), limits.data);
    }
    s->wrong[which] = r->n_faults > n_before;
}

static void
command_line(struct reading *r)
{
    struct settings *s = r->to;

    for (int i = 1; i < s->argc; i++) {
        const char *arg = s->argv[i], *name = str_starts(arg, "--") ? arg + 2 : "";
        size_t n = strcspn(name, "=");
        const char *value = name[n] ? name + n + 1 : NULL;
        const char **file = n == strlen(CONFIG) && !strncmp(name, CONFIG, n) ? &s->file
                            : n == strlen(SITE_CONFIG) && !strncmp(name, SITE_CONFIG, n) &&
                                    settings_takes_site(s->table)
                                ? &s->site_file
                                : NULL;
        int which = file ? -1 : setting_find(s, name, n);

        if (!file && which < 0) {
            fault(r, arg, "no such option");
            continue;
        }
        if (!value && i + 1 < s->argc && !str_starts(s->argv[i + 1], "--")) {
            value = s->argv[++i];
        }
        if (!value) {
            fault(r, arg, "a value is missing");
        } else if (file) {
            *file = value;
        } else {
            s->texts[which] = NULL; /* The last one of a name is meant. */
            take(r, which, value, mem_printf(r->mem, "--%s", s->table[which].name));
        }
    }
}

/* A scalar's text; a list's texts with commas between; null for what is neither. */
static const char *
node_text(struct mem *mem, const struct yaml *node)
{
    AUTO_BUF out = BUF_INIT;

    if (node->type == YAML_T_SCALAR) {
        return yaml_is_null(node) ? "" : node->text;
    }
    yaml_each (node, i) {
        if (node->type != YAML_T_LIST || node->items[i]->type != YAML_T_SCALAR) {
            return NULL;
        }
        buf_printf(&out, "%s%s", i ? "," : "", node->items[i]->text);
    }
    return node->type == YAML_T_LIST ? buf_copy(mem, &out) : NULL;
}

/* The map of a file, or null; a file that holds comments only is an empty one. */
static const struct yaml *
file_map(struct reading *r, const char *path)
{
    const struct yaml *root = NULL;
    struct stat st;
    char *text = NULL;
    size_t n = 0;
    struct err *e = file_read(r->mem, path, FILE_MAX, &text, &n);
    bool is_empty = true;

    for (const char *line = text; !e && line && *line; line += strcspn(line, "\n"), line += *line == '\n') {
        const char *first = line + strspn(line, " \t\r");
        is_empty = is_empty && (*first == '#' || *first == '\n' || !*first);
    }
    if (!e && !is_empty) {
        e = yaml_parse(r->mem, path, text, n, &(struct yaml_limits){.max_nodes = 10000}, &root);
    }
    if (e) {
        const char *why = err_full(r->mem, e);
        r->to->is_unread = true;
        if (str_starts(why, path) && why[strlen(path)] == ':') {
            why += strlen(path); /* It says the place: FILE:LINE:COLUMN: ... */
            fault(r, mem_printf(r->mem, "%s%.*s", path, (int)strcspn(why, " ") - 1, why), "%s",
                  why + strcspn(why, " ") + 1);
        } else {
            fault(r, path, "%s", why);
        }
        err_free(e);
        return NULL;
    }
    if (!stat(path, &st) && (st.st_mode & S_IWOTH)) {
        fault(r, path, "everybody may write it (mode %03o): chmod o-w %s", st.st_mode & 0777, path);
    }
    /* An agent is root, and reads its site's. */
    if (!stat(path, &st) && st.st_uid && st.st_uid != geteuid()) {
        fault(r, path, "it belongs to user %u, who is neither root nor the one who reads it: chown root %s",
              (unsigned int)st.st_uid, path);
    }
    if (root && root->type != YAML_T_MAP) {
        fault(r, path, "it is not a list of NAME: VALUE");
        return NULL;
    }
    return root;
}

/* What 'path' says; of a site's file what an agent shares with it, the rest is not ours to judge. */
static void
config_file(struct reading *r, const char *path, bool is_sites)
{
    const struct yaml *map = path ? file_map(r, path) : NULL;

    yaml_each (map, i) {
        const char *name = map->keys[i]->text;
        const char *where = mem_printf(r->mem, "%s:%d", path, map->keys[i]->line);
        int which = is_sites ? setting_find_shared(r->to, name) : setting_find(r->to, name, strlen(name));
        const char *text = node_text(r->mem, map->items[i]);

        if (is_sites && which < 0) {
            continue;
        }
        if (which < 0) {
            fault(r, where, "%s: no such option of carrick %s", name, r->to->role);
        } else if (!text) {
            fault(r, where, "%s: a value or a list of values stands here", name);
        } else {
            take(r, which, text, where);
        }
    }
}

static void
defaults(struct reading *r)
{
    struct settings *s = r->to;

    for (size_t i = 0; i < s->n; i++) {
        if (s->texts[i]) {
            continue;
        }
        if (!s->table[i].def && !s->is_unread) {
            fault(r, s->file ? s->file : "command line", "%s is required", s->table[i].name);
        }
        s->texts[i] = str_or(s->table[i].def, "");
        s->origins[i] = "default";
        s->wrong[i] = !s->table[i].def;
    }
}

struct settings *
settings_righted(struct mem *mem, const struct settings *settings)
{
    struct settings *right = mem_copy(mem, settings, sizeof *settings);

    right->texts = MEM_ARRAY(mem, settings->n, const char *);
    for (size_t i = 0; i < settings->n; i++) {
        const struct setting *setting = &settings->table[i];
        const char *other = setting->kind == SETTING_LISTEN && !setting->def ? "127.0.0.1:1" : str_or(setting->def, "");

        right->texts[i] = settings->wrong[i] ? other : settings->texts[i];
    }
    return right;
}

bool
settings_read(struct mem *mem, const char *role, const struct setting *table, int argc, char **argv,
              struct settings **settings, struct buf *faults)
{
    struct settings *s = mem_alloc(mem, sizeof *s);
    struct reading r = {.mem = mem, .to = s, .faults = faults};

    *s = (struct settings){.role = role, .table = table, .argc = argc, .argv = argv};
    while (table[s->n].name) {
        s->n++;
    }
    s->texts = MEM_ARRAY(mem, s->n, const char *);
    s->origins = MEM_ARRAY(mem, s->n, const char *);
    s->wrong = MEM_ARRAY(mem, s->n, bool);
    command_line(&r);
    config_file(&r, s->file, false);
    config_file(&r, s->site_file, true);
    defaults(&r);
    *settings = s;
    return !r.n_faults;
}

int
settings_start(struct mem *mem, const char *role, const struct setting *table, int argc, char **argv,
               struct settings **settings)
{
    AUTO_BUF faults = BUF_INIT;

    for (int i = 1; i < argc; i++) {
        if (str_eq(argv[i], "--help")) {
            settings_usage(stdout, role, table);
            return 0;
        }
    }
    if (settings_read(mem, role, table, argc, argv, settings, &faults)) {
        return -1;
    }
    for (const char *line = faults.data; line && *line; line += strcspn(line, "\n"), line += *line == '\n') {
        fprintf(stderr, "carrick %s: %.*s\n", role, (int)strcspn(line, "\n"), line);
    }
    fprintf(stderr, "carrick %s: its options: carrick %s --help\n", role, role);
    return 2;
}

/* ---- while the role runs -------------------------------------------------------------------- */

static const char *
text_of(const struct settings *settings, const char *name)
{
    int which = setting_find(settings, name, strlen(name));

    return which >= 0 ? settings->texts[which] : "";
}

void
settings_log(const struct settings *settings, const char *process)
{
    enum log_level level = LOG_LV_INFO;

    /* Both were checked. */
    (void)log_level_from_name(text_of(settings, LOG_LEVEL), &level);
    (void)log_levels_set(text_of(settings, LOG_LEVELS));
    log_init(process, level);
}

static void
log_faults(const struct buf *faults)
{
    for (const char *line = faults->data; line && *line;
         line += strcspn(line, "\n"), line += *line == '\n') {
        log_error("config", "%.*s", (int)strcspn(line, "\n"), line);
    }
    log_error("config", "not taken: nothing changes until that is mended");
}

/* At SIGHUP. */
static void
settings_reload(void *arg)
{
    const struct settings_follower *f = arg;
    struct settings *was = f->settings, *now;
    AUTO(mem) mem = mem_new("settings");
    AUTO_BUF faults = BUF_INIT;

    if (!settings_read(mem, was->role, was->table, was->argc, was->argv, &now, &faults)) {
        log_faults(&faults);
        return;
    }
    for (size_t i = 0; i < was->n; i++) {
        const struct setting *setting = &was->table[i];

        if (str_eq(was->texts[i], now->texts[i])) {
            continue;
        }
        if (!setting->reloads) {
            log_warn("config", "%s: %s is now '%s', in force '%s': it takes a restart",
                     now->origins[i], setting->name, setting_shown(mem, setting, now->texts[i]),
                     setting_shown(mem, setting, was->texts[i]));
            continue;
        }
        log_info("config", "%s: %s is '%s', was '%s'", now->origins[i], setting->name,
                 now->texts[i], was->texts[i]);
        was->texts[i] = mem_str(f->mem, now->texts[i]);
        was->origins[i] = mem_str(f->mem, now->origins[i]);
    }
    settings_log(was, NULL);
    if (f->fn) {
        f->fn(f->arg);
    }
    log_info("config", "read again file=%s", str_or(was->file, "-"));
}

struct err *
settings_follow(struct loop *loop, struct settings_follower *follower)
{
    return loop_signal(loop, SIGHUP, settings_reload, follower);
}

/* ---- values -------------------------------------------------------------------------------- */

int64_t
setting_number(const struct settings *settings, size_t which)
{
    int64_t v = 0;

    (void)str_to_i64(settings->texts[which], &v); /* It was checked. */
    return v;
}

void
setting_listen(struct mem *mem, const struct settings *settings, size_t which, const char **address,
               uint16_t *port)
{
    if (!listen_parse(mem, settings->texts[which], address, port)) {
        *port = 0; /* It was checked. */
    }
}

struct err *
setting_user(const struct settings *settings, size_t which, uint32_t *uid)
{
    const char *text = settings->texts[which];
    const struct passwd *entry;
    int64_t v;

    if (str_to_i64(text, &v) && v >= 0 && v < UINT32_MAX) {
        *uid = (uint32_t)v;
        return NULL;
    }
    errno = 0;
    entry = getpwnam(text);
    if (!entry) {
        return err_new(E_NOT_FOUND, NULL, "%s: there is no user %s: the package makes it, or "
                       "`useradd --system --user-group %s`", settings->origins[which], text, text);
    }
    *uid = entry->pw_uid;
    return NULL;
}

bool
setting_is_given(const struct settings *settings, size_t which)
{
    return !str_eq(settings->origins[which], "default");
}

/* ---- texts --------------------------------------------------------------------------------- */

static void
usage_line(FILE *to, const char *name, const char *value, const char *doc)
{
    fprintf(to, "  --%s %-*s %s", name, 24 - (int)strlen(name), value, doc);
}

void
settings_usage(FILE *to, const char *role, const struct setting *table)
{
    fprintf(to, "usage: carrick %s OPTIONS\n\n", role);
    for (const struct setting *o = table; o->name; o++) {
        usage_line(to, o->name, o->value, o->doc);
        if (!o->def) {
            fputs(" (required)", to);
        } else if (*o->def) {
            fprintf(to, " (default %s)", o->def);
        }
        fputc('\n', to);
    }
    usage_line(to, CONFIG, "FILE", "options as NAME: VALUE; the command line goes before it\n");
    if (settings_takes_site(table)) {
        usage_line(to, SITE_CONFIG, "FILE", "file of the site: what the two share is read from it\n");
    }
}

/* 'text' as comment lines of at most 96 columns. */
static void
comment(struct buf *out, const char *text)
{
    size_t column = 0;

    for (const char *word = text; *word;) {
        size_t n = strcspn(word, " ");

        if (column && column + 1 + n > 96) {
            buf_char(out, '\n');
            column = 0;
        }
        buf_str(out, column ? " " : "# ");
        buf_add(out, word, n);
        column += n + (column ? 1 : 2);
        word += n;
        word += strspn(word, " ");
    }
    buf_char(out, '\n');
}

void
settings_sample(struct buf *out, const char *role, const struct setting *table)
{
    buf_printf(out, "# What `carrick %s` is told.  `carrick config check` reads this file, `carrick config show %s`\n"
                    "# tells each value and where it comes from.\n", role, role);
    for (const struct setting *o = table; o->name; o++) {
        AUTO_BUF text = BUF_INIT;

        buf_printf(&text, "%s (", o->doc);
        setting_limits(&text, o);
        buf_str(&text, o->reloads ? "; a reload takes it" : "");
        buf_printf(&text, "%s%s%s)", o->of_site ? "; else as in the site's file" : "", o->site_name ? ", there called " : "",
                   str_or(o->site_name, ""));
        buf_char(out, '\n');
        comment(out, text.data);
        buf_printf(out, "%s%s:%s%s\n", o->sample ? "" : "#", o->name,
                   *str_or(o->sample, str_or(o->def, "")) ? " " : "", str_or(o->sample, str_or(o->def, "")));
    }
}

/* Lines from 'line' on that are an option's: its own, and those of its list. */
static size_t
option_length(const char *line)
{
    size_t n = strcspn(line, "\n");

    while (line[n] == '\n' && (line[n + 1] == ' ' || line[n + 1] == '-')) {
        n += 1 + strcspn(line + n + 1, "\n");
    }
    return n;
}

/* The line that begins with 'mark' and "NAME:", or null. */
static const char *
option_line(const char *text, const char *mark, const char *name)
{
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t n = strlen(name), skip = strlen(mark);

        if (str_starts(line, mark) && !strncmp(line + skip, name, n) && line[skip + n] == ':') {
            return line;
        }
    }
    return NULL;
}

/* As YAML reads it back: what could mean something else is quoted. */
static void
put_value(struct buf *out, const char *value)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:-,";
    size_t n = strlen(value);
    struct jw w = jw_to(out);

    if (n && strspn(value, plain) == n && !strchr("-:,", value[0]) && value[n - 1] != ':' &&
        strcasecmp(value, "null") != 0) {
        buf_str(out, value);
    } else {
        jw_str(&w, NULL, value);
    }
}

void
settings_put(struct buf *out, const char *text, const char *name, const char *value)
{
    const char *line = option_line(text, "", name);
    size_t n;

    line = line ? line : option_line(text, "#", name);
    line = line ? line : text + strlen(text);
    n = option_length(line);
    buf_add(out, text, (size_t)(line - text));
    if (!*line && line > text && line[-1] != '\n') {
        buf_char(out, '\n');
    }
    buf_printf(out, "%s: ", name);
    put_value(out, value);
    buf_char(out, '\n');
    buf_str(out, line[n] == '\n' ? line + n + 1 : line + n);
}
