/* `carrick setup site|orchestrator`: a box that has the program becomes one that runs it.  What it
 * will do is computed from what there is, so that it can be run again. */
#include "cli/setup.h"

#include "base/net.h"
#include "base/time.h"
#include "http/authority.h"
#include "sys/file.h"
#include "sys/process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SYSTEMD "/run/systemd/system"
#define SYSTEMCTL_MS 180000
#define NAME_MAX_SIZE 64

const struct cli_option setup_options[] = {
    {"name", "NAME", "of the site; default: the box's"},
    {"listen", "ADDRESS:PORT", "where the APIs are served, at which others reach them"},
    {"vtep", "ADDRESS", "of a site: IPv4 address that other sites tunnel to; default: that of --listen"},
    {"dns", "NAME", "host name that the certificate is good for besides; may be repeated"},
    {"certificate", "FILE", "the operator's own certificate (PEM, with what signed it behind)"},
    {"key", "FILE", "key of --certificate"},
    {"ca", "FILE", "who signed --certificate (PEM)"},
    {"plain-http", NULL, "no TLS: on a loopback address only"},
    {"config-dir", "DIR", "folder of ROLE.yaml (default /etc/carrick)"},
    {"state", "DIR", "folder of what the role keeps"},
    {"user", "NAME", "user that the role runs as"},
    {"yes", NULL, "do not ask"},
    {0},
};

/* What can be set up. */
struct kind {
    const char *role, *user, *port;
    bool has_name; /* and a tunnel endpoint */
    bool signs;    /* its authority signs for others */
};

static const struct kind kinds[] = {
    {.role = "site", .user = "carrick-site", .port = "8080", .has_name = true},
    {.role = "orchestrator", .user = "carrick-orchestrator", .port = "9890", .signs = true},
    {0},
};

/* Options of a role's file that are to say something. */
struct wish {
    const char *name, *value;
};

struct setup {
    struct cli *cli;
    const struct kind *kind;
    const struct cli_role *role;
    struct settings *settings; /* of the file as it is */
    const char *file, *state, *name, *listen, *address;
    bool is_plain, is_moved; /* the service is told of another folder */
    const char *cert, *key, *ca;
    VEC(const char *) hosts;
    VEC(struct wish) wishes;
    struct steps steps;
};

/* ---- what is wanted ----------------------------------------------------------------------- */

const char *
setup_own_address(struct mem *mem)
{
    char text[INET_ADDRSTRLEN];
    struct ifaddrs *all = NULL;
    const char *found = NULL;

    if (getifaddrs(&all)) {
        return NULL;
    }
    for (const struct ifaddrs *one = all; one && !found; one = one->ifa_next) {
        struct sockaddr_in in;

        if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET || one->ifa_flags & IFF_LOOPBACK) {
            continue;
        }
        memcpy(&in, one->ifa_addr, sizeof in);
        found = inet_ntop(AF_INET, &in.sin_addr, text, sizeof text) ? mem_str(mem, text) : NULL;
    }
    freeifaddrs(all);
    return found;
}

int64_t
setup_clock_off_s(const struct http_answer *answer)
{
    const char *date = http_answer_header(answer, "Date");
    struct tm tm = {0};

    if (!date || !strptime(date, "%a, %d %b %Y %H:%M:%S GMT", &tm)) {
        return 0;
    }
    return time_now_us() / 1000000 - timegm(&tm);
}

static int
option_of(const struct setup *s, const char *name)
{
    for (size_t i = 0; i < s->settings->n; i++) {
        if (str_eq(s->role->settings[i].name, name)) {
            return (int)i;
        }
    }
    return -1;
}

/* What the file says, where somebody has said it: not what it comes with. */
static const char *
said(const struct setup *s, const char *name)
{
    int i = option_of(s, name);
    const char *text = i < 0 ? "" : s->settings->texts[i];

    return i < 0 || !*str_or(text, "") || !setting_is_given(s->settings, (size_t)i) ||
                   str_eq(text, s->role->settings[i].sample)
               ? NULL
               : text;
}

/* From its option, the file, the terminal with 'def' for nothing; null where none of them says it. */
static const char *
answer(struct setup *s, const char *name, const char *def)
{
    const char *value = option_get(s->cli, name);

    value = value ? value : said(s, name);
    if (!value && !option_flag(s->cli, "yes")) {
        value = steps_ask(s->cli->mem, mem_printf(s->cli->mem, "%s [%s]: ", name, str_or(def, "")),
                          false);
        value = value && !*value ? def : value;
    }
    return value;
}

static void
wish(struct setup *s, const char *name, const char *value)
{
    vec_add(s->cli->mem, &s->wishes, ((struct wish){name, value}));
}

const char *
listen_address(struct mem *mem, const char *listen)
{
    const char *colon = strrchr(listen, ':');
    const char *address = !colon             ? NULL
                          : listen[0] == '[' ? mem_strn(mem, listen + 1, strcspn(listen + 1, "]"))
                                             : mem_strn(mem, listen, (size_t)(colon - listen));
    struct ip ip;

    return address && ip_parse(address, &ip) ? address : NULL;
}

static bool
is_own_address(const char *address)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_DGRAM}, *at = NULL;
    bool is_own = true;

    if (getaddrinfo(address, NULL, &hints, &at)) {
        return true;
    }
    AUTO_FD fd = socket(at->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    is_own = fd < 0 || !bind(fd, at->ai_addr, at->ai_addrlen) || errno != EADDRNOTAVAIL;
    freeaddrinfo(at);
    return is_own;
}

static struct err *
ask_listen(struct setup *s)
{
    struct mem *mem = s->cli->mem;
    const char *own = setup_own_address(mem);
    int64_t port;

    s->listen = answer(s, "listen", own ? mem_printf(mem, "%s:%s", own, s->kind->port) : NULL);
    if (!s->listen) {
        return err_new(E_INVALID, NULL, "--listen ADDRESS:PORT is needed: where others reach this box%s%s",
                       own ? ", as " : "", own ? mem_printf(mem, "%s:%s", own, s->kind->port) : "");
    }
    s->address = listen_address(mem, s->listen);
    if (!s->address || !str_to_i64(strrchr(s->listen, ':') + 1, &port) || port < 1 || port > UINT16_MAX) {
        return err_new(E_INVALID, NULL, "--listen %s: it is not ADDRESS:PORT (a port from 1 to 65535)", s->listen);
    }
    if (str_eq(s->address, "0.0.0.0") || str_eq(s->address, "::")) {
        return err_new(E_INVALID, NULL, "--listen %s: an address of this box is needed: clients are "
                       "told it, and the certificate is for it", s->listen);
    }
    wish(s, "listen", s->listen);
    if (!is_own_address(s->address)) { /* It may come, and go to another box: told, not refused. */
        printf("  note    no link of this box has %s now: the role does not start before one has\n", s->address);
    }
    return NULL;
}

static struct err *
ask_name(struct setup *s)
{
    char host[NAME_MAX_SIZE + 1] = "";
    struct ip ip;
    const char *vtep = option_get(s->cli, "vtep");

    if (!s->kind->has_name) {
        s->name = s->kind->role;
        return option_flag(s->cli, "name") || vtep
                   ? err_new(E_INVALID, NULL, "--name and --vtep are of sites")
                   : NULL;
    }
    (void)gethostname(host, sizeof host - 1);
    s->name = answer(s, "name", *host ? mem_strn(s->cli->mem, host, strcspn(host, ".")) : NULL);
    if (!s->name || !*s->name || strlen(s->name) > NAME_MAX_SIZE) {
        return err_new(E_INVALID, NULL, "--name NAME is needed, of %d bytes at most; it stays for the "
                       "life of the site", NAME_MAX_SIZE);
    }
    if (said(s, "name") && !str_eq(said(s, "name"), s->name) &&
        file_exists(mem_printf(s->cli->mem, "%s/site.db", s->state))) {
        return err_new(E_CONFLICT, NULL, "--name %s: this site is %s, and stays that for its life", s->name,
                       said(s, "name"));
    }
    wish(s, "name", s->name);
    vtep = vtep ? vtep : said(s, "vtep");
    if (!vtep && s->address && ip_parse(s->address, &ip) && ip_is_v4(&ip) && !ip_is_loopback(&ip)) {
        vtep = s->address;
    }
    if (vtep) {
        wish(s, "vtep", vtep);
    }
    return NULL;
}

static struct err *
ask_tls(struct setup *s)
{
    const char *cert = option_get(s->cli, "certificate"), *key = option_get(s->cli, "key");
    const char *ca = option_get(s->cli, "ca");
    struct ip ip;
    bool is_loopback = s->address && ip_parse(s->address, &ip) && ip_is_loopback(&ip);

    s->is_plain = option_flag(s->cli, "plain-http");
    if (s->is_plain && (cert || key || ca || said(s, "tls-cert"))) {
        return err_new(E_INVALID, NULL, "--plain-http: there is a certificate");
    }
    if (s->is_plain && !is_loopback) {
        return err_new(E_INVALID, NULL, "--plain-http: %s is no loopback address: others would read "
                       "passwords on their way", str_or(s->address, "it"));
    }
    if (!cert != !key || (ca && !cert)) {
        return err_new(E_INVALID, NULL, "--certificate and --key go together, and --ca with them");
    }
    const char *own_cert = mem_printf(s->cli->mem, "%s/tls/own.crt", s->state);

    /* Somebody else's files that the role's file names stay. */
    if (!cert && said(s, "tls-cert") && !str_eq(said(s, "tls-cert"), own_cert)) {
        cert = said(s, "tls-cert");
        key = said(s, "tls-key");
        ca = said(s, "ca");
    }
    s->cert = cert;
    s->key = key;
    s->ca = ca;
    return NULL;
}

/* ---- certificates --------------------------------------------------------------------------- */

static struct err *
file_step(struct setup *s, const char *what, const char *path, const char *text, mode_t mode)
{
    return steps_add(&s->steps, (struct step){.what = what, .path = path, .text = text, .mode = mode,
                                              .is_users = true});
}

/* The key at 'path', or a new one. */
static struct err *
key_plan(struct setup *s, const char *what, const char *path, const char **key)
{
    TRY(steps_read(&s->steps, path, key));
    if (!*key) {
        TRY(authority_key(s->cli->mem, key));
    }
    return file_step(s, what, path, *key, 0600);
}

static const char *
tls_path(const struct setup *s, const char *name)
{
    return mem_printf(s->cli->mem, "%s/tls/%s", s->state, name);
}

/* A certificate of 'key' by the authority here; what is there stays while it is good. */
static struct err *
own_sign(struct setup *s, const char *ca, const char *ca_key, const char *key, const char **cert)
{
    struct mem *mem = s->cli->mem;
    const struct authority_leaf leaf = {.name = s->name, .hosts = s->hosts.items};
    const char *request, *now;
    struct err *e;

    TRY(steps_read(&s->steps, s->cert, &now));
    if (now) {
        e = authority_check(now, key, ca, AUTHORITY_RENEW_DAYS, s->hosts.items);
        if (!e) {
            *cert = now;
            return NULL;
        }
        if (!ca_key && s->kind->signs) {
            return err_wrap(e, "%s cannot be made anew: the authority's key (%s) is gone. Put it back from a backup, or move %s "
                            "away too, for a new authority, which every site has to join", s->cert,
                            tls_path(s, "authority.key"), s->ca);
        }
        if (!ca_key) {
            return err_wrap(e, "%s is not signed here: have it signed anew with `carrick site join`",
                            s->cert);
        }
        printf("  the certificate is made anew: %s\n", e->message);
        err_ignore(e, "it was told");
    }
    TRY(authority_request(mem, key, s->name, &request));
    return authority_sign(mem, ca, ca_key, request, &leaf, cert);
}

/* An authority of its own, unless another one has signed already (a site that has joined). */
static struct err *
authority_plan(struct setup *s, const char **ca, const char **ca_key)
{
    struct mem *mem = s->cli->mem;
    const char *path = tls_path(s, "authority.key");

    TRY(steps_read(&s->steps, s->ca, ca));
    TRY(steps_read(&s->steps, path, ca_key));
    if (*ca && !*ca_key) {
        return file_step(s, "authority that certificates are believed by", s->ca, *ca, 0644);
    }
    TRY(key_plan(s, "key of the authority", path, ca_key));
    if (*ca) {
        TRY_MSG(authority_check(*ca, *ca_key, *ca, 0, NULL), "%s", s->ca);
    } else {
        TRY(authority_self(mem, *ca_key, mem_printf(mem, "Carrick %s", s->name), ca));
    }
    return file_step(s, "authority that certificates are believed by", s->ca, *ca, 0644);
}

static struct err *
own_plan(struct setup *s)
{
    const char *ca, *ca_key, *key, *cert = NULL;

    s->cert = tls_path(s, "own.crt");
    s->key = tls_path(s, "own.key");
    s->ca = tls_path(s, "ca.crt");
    TRY(steps_add(&s->steps, (struct step){.what = "folder of keys", .path = mem_printf(s->cli->mem, "%s/tls", s->state),
                                           .mode = 0700, .is_users = true}));
    TRY(authority_plan(s, &ca, &ca_key));
    TRY(key_plan(s, "key of this box", s->key, &key));
    TRY(own_sign(s, ca, ca_key, key, &cert));
    return file_step(s, "certificate of this box", s->cert, cert, 0644);
}

/* The operator's: what is wrong with them is told before anything is done. */
static struct err *
given_check(struct setup *s)
{
    const char *cert, *key, *ca = NULL;

    TRY(steps_read(&s->steps, s->cert, &cert));
    TRY(steps_read(&s->steps, s->key, &key));
    if (s->ca) {
        TRY(steps_read(&s->steps, s->ca, &ca));
    }
    if (!cert || !key || (s->ca && !ca)) {
        return err_new(E_NOT_FOUND, NULL, "%s: no such file", !cert ? s->cert : !key ? s->key : s->ca);
    }
    return err_wrap(authority_check(cert, key, ca, 0, s->hosts.items), "%s", s->cert);
}

/* Host names that the certificate is for, besides the address. */
static struct err *
names_take(struct setup *s)
{
    vec_each (&s->cli->given, given) {
        if (!str_eq(given->name, "dns")) {
            continue;
        }
        struct ip ip;

        if (!host_is_name(given->value) && !ip_parse(given->value, &ip)) {
            return err_new(E_INVALID, NULL, "--dns %s: it is no host name (letters, digits, - and ., as in "
                           "cloud.example.net)", given->value);
        }
        vec_add(s->cli->mem, &s->hosts, given->value);
    }
    return NULL;
}

static struct err *
tls_plan(struct setup *s)
{
    if (s->is_plain) {
        return NULL;
    }
    vec_add(s->cli->mem, &s->hosts, s->address);
    TRY(names_take(s));
    vec_add(s->cli->mem, &s->hosts, NULL);
    bool is_own = !s->cert;

    TRY(is_own ? own_plan(s) : given_check(s));
    wish(s, "tls-cert", s->cert);
    wish(s, "tls-key", s->key);
    if (s->ca) {
        wish(s, "ca", s->ca);
    }
    if (is_own && s->kind->signs) {
        wish(s, "authority-key", tls_path(s, "authority.key"));
    }
    return NULL;
}

/* ---- the file, the service ------------------------------------------------------------------- */

/* step_fn: what is written is what the role takes. */
static struct err *
file_check(struct cli *cli, const struct step *step)
{
    const char *fresh = mem_printf(cli->mem, "%s.new", step->path);
    AUTO_BUF faults = BUF_INIT;
    struct settings *settings;

    if (config_read(cli, step->arg, fresh, &settings, &faults)) {
        return ((const struct cli_role *)step->arg)->check(cli->mem, settings);
    }
    return err_new(E_INVALID, NULL, "%s", faults.data);
}

static struct err *
file_plan(struct setup *s)
{
    struct mem *mem = s->cli->mem;
    AUTO_BUF text = BUF_INIT;
    char *now = NULL;
    struct err *e = file_read(mem, s->file, (size_t)256 << 10, &now, NULL);

    if (err_is(e, E_NOT_FOUND)) {
        err_free(e);
        settings_sample(&text, s->kind->role, s->role->settings);
    } else {
        TRY(e);
        buf_str(&text, now);
    }
    TRY(steps_add(&s->steps, (struct step){.what = "folder of what roles are told",
                                           .path = mem_strn(mem, s->file, (size_t)(strrchr(s->file, '/') - s->file)),
                                           .mode = 0755}));
    vec_each (&s->wishes, w) {
        AUTO_BUF next = BUF_INIT;
        int i = option_of(s, w->name);

        if (i >= 0 && now && str_eq(s->settings->texts[i], w->value)) {
            continue;
        }
        settings_put(&next, str_or(text.data, ""), w->name, w->value);
        buf_clear(&text);
        buf_str(&text, next.data);
    }
    TRY(steps_add(&s->steps, (struct step){.what = "what the role is told", .path = s->file,
                                           .text = buf_copy(mem, &text), .mode = 0644,
                                           .check = file_check, .arg = s->role}));
    return NULL;
}

static bool
systemctl(struct mem *mem, const char *verb, const char *option, const char *unit, struct err **e)
{
    const struct process_spec spec = {
        .argv = process_argv(mem, "systemctl", verb, option, unit, NULL),
        .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    const char *out;
    struct err *failed = process_run(mem, &spec, NULL, SYSTEMCTL_MS, &out);
    bool good = !failed;

    if (e) {
        *e = failed;
    } else {
        err_ignore(failed, "that was the question");
    }
    return good;
}

/* As a word of a unit: no specifier, no end of it. */
static const char *
unit_word(struct mem *mem, const char *path)
{
    AUTO_BUF out = BUF_INIT;

    for (const char *c = path; *c; c++) {
        buf_printf(&out, "%s%c", *c == '%' ? "%" : *c == '"' || *c == '\\' ? "\\" : "", *c);
    }
    return mem_printf(mem, "\"%s\"", str_or(out.data, ""));
}

/* A folder that is not the unit's own: the service may write there, and waits for what is mounted there.  Where it was
 * another one before, that need not be there any more. */
static struct err *
unit_plan(struct setup *s)
{
    struct mem *mem = s->cli->mem;
    const char *own = mem_printf(mem, "/var/lib/carrick/%s", s->kind->role);
    const char *folder = mem_printf(mem, "/etc/systemd/system/carrick-%s.service.d", s->kind->role), *word;
    const char *file = mem_printf(mem, "%s/state.conf", folder);
    bool is_own = str_eq(s->state, own) || str_starts(s->state, mem_printf(mem, "%s/", own));

    if (!file_exists(SYSTEMD) || (is_own && !file_exists(file))) {
        return NULL;
    }
    if (str_starts(s->state, "/home/") || str_starts(s->state, "/root/") || str_starts(s->state, "/run/user/")) {
        return err_new(E_INVALID, NULL, "--state %s: services see nothing of /home, /root and /run/user", s->state);
    }
    word = unit_word(mem, s->state);
    TRY(steps_add(&s->steps, (struct step){.what = "folder of what the service is told besides", .path = folder,
                                           .mode = 0755}));
    TRY(steps_add(&s->steps, (struct step){.what = "where the service may write", .path = file, .mode = 0644,
                                           .text = is_own ? "# Where the unit says.\n"
                                                          : mem_printf(mem, "[Unit]\nRequiresMountsFor=%s\n\n[Service]\n"
                                                                       "ReadWritePaths=%s\n", word, word)}));
    s->is_moved = !s->steps.all.items[s->steps.all.n - 1].is_there;
    return NULL;
}

/* step_fn */
static struct err *
service_start(struct cli *cli, const struct step *step)
{
    struct err *e;

    if (systemctl(cli->mem, "daemon-reload", NULL, NULL, &e) &&
        systemctl(cli->mem, "enable", "--quiet", step->arg, &e)) {
        (void)systemctl(cli->mem, "restart", "--quiet", step->arg, &e);
    }
    return err_wrap(e, "systemctl: `journalctl -u %s` tells more", (const char *)step->arg);
}

/* step_fn */
static struct err *
agent_restart(struct cli *cli, const struct step *step)
{
    struct err *e;

    (void)systemctl(cli->mem, "try-restart", "--quiet", step->arg, &e);
    return err_wrap(e, "systemctl: `journalctl -u %s` tells more", (const char *)step->arg);
}

/* A site's agent reads images in the site's folder: it is told of another one at its start. */
static struct err *
agent_plan(struct setup *s)
{
    return s->is_moved && s->kind->has_name
               ? steps_add(&s->steps, (struct step){.what = "service carrick-agent.service", .run = agent_restart,
                                                    .arg = "carrick-agent.service"})
               : NULL;
}

struct err *
setup_service_add(struct steps *steps, const char *role)
{
    struct mem *mem = steps->cli->mem;
    const char *unit = mem_printf(mem, "carrick-%s.service", role);
    const struct step *last = &steps->all.items[steps->all.n - 1];
    bool is_there;

    if (!file_exists(SYSTEMD)) {
        return NULL;
    }
    is_there = last->is_there && systemctl(mem, "is-active", "--quiet", unit, NULL) &&
               systemctl(mem, "is-enabled", "--quiet", unit, NULL);
    return steps_add(steps, (struct step){.what = mem_printf(mem, "service %s", unit),
                                          .run = service_start, .arg = unit, .is_there = is_there});
}

const char *
setup_run_words(struct mem *mem, const char *role, const char *file)
{
    const char *slash = strrchr(file, '/'), *dir = slash ? mem_strn(mem, file, (size_t)(slash - file)) : ".";

    if (!str_eq(slash ? slash + 1 : file, mem_printf(mem, "%s.yaml", role))) {
        return mem_printf(mem, "carrick %s --config %s, as its user", role, file);
    }
    return mem_printf(mem, "carrick run %s%s%s", role, str_eq(dir, SETTINGS_DIR) ? "" : " --config-dir ",
                      str_eq(dir, SETTINGS_DIR) ? "" : dir);
}

void
setup_service_tell(struct mem *mem, const char *role, const char *file)
{
    if (!file_exists(SYSTEMD)) {
        printf("start it: %s\n", setup_run_words(mem, role, file));
    }
}

/* ---- the command ------------------------------------------------------------------------------ */

struct err *
role_user_find(const char *name, uid_t *uid, gid_t *gid)
{
    const struct passwd *entry = getpwnam(name);

    if (!entry || !entry->pw_uid) {
        return err_new(E_NOT_FOUND, NULL, entry ? "user %s is root: roles that read what strangers send are not"
                                                : "there is no user %s: the package makes it, or "
                                                  "`useradd --system --user-group` does", name);
    }
    *uid = entry->pw_uid;
    *gid = entry->pw_gid;
    return NULL;
}

static struct err *
setup_begin(struct setup *s)
{
    struct cli *cli = s->cli;
    AUTO_BUF faults = BUF_INIT;

    for (s->kind = kinds; s->kind->role && !str_eq(s->kind->role, cli->args[0]); s->kind++) {
    }
    if (!s->kind->role) {
        cli->status = 2;
        return err_new(E_INVALID, NULL, "%s: a box is set up as a site or as an orchestrator",
                       cli->args[0]);
    }
    TRY(role_of(cli, s->kind->role, &s->role, &s->file));
    if (geteuid()) {
        return err_new(E_FORBIDDEN, NULL, "it writes %s and makes folders of other users: run it as root",
                       s->file);
    }
    (void)umask(022);
    s->steps.cli = cli;
    TRY(role_user_find(str_or(option_get(cli, "user"), s->kind->user), &s->steps.uid, &s->steps.gid));
    if (!file_exists(s->file)) {
        s->settings = MEM_NEW(cli->mem, struct settings);
        return NULL;
    }
    /* What is missing in it is what this is about; what is wrong is told before it is replaced. */
    (void)config_read(cli, s->role, s->file, &s->settings, &faults);
    return NULL;
}

static void
setup_tell(const struct setup *s)
{
    printf("%s is set up: %s://%s\n", s->kind->has_name ? s->name : "the orchestrator",
           s->is_plain ? "http" : "https", s->listen);
    setup_service_tell(s->cli->mem, s->kind->role, s->file);
    printf("credentials of its first user, once it runs: %s/clouds.yaml\n", s->state);
}

/* A folder that is made and given away is one below another one that is not the root: never /, /srv, /home.  What the
 * file says may be any that is the role's already. */
static struct err *
state_check(const struct setup *s)
{
    const char *state = s->state;
    const char *below = *state == '/' && state[1] && state[1] != '/' ? strchr(state + 1, '/') : NULL;
    struct stat st;

    for (const char *c = state; *c; c++) {
        if ((unsigned char)*c < ' ') {
            return err_new(E_INVALID, NULL, "--state: a folder whose name has no line breaks and the like");
        }
    }
    if (!option_get(s->cli, "state") && !stat(state, &st) && st.st_uid == s->steps.uid) {
        return NULL;
    }
    if (!below || !below[1] || str_ends(state, "/") || strstr(state, "//") || strstr(state, "/.")) {
        return err_new(E_INVALID, NULL, "--state %s: a folder of its own is needed, as /var/lib/carrick/site or "
                       "/srv/carrick/site", state);
    }
    return NULL;
}

struct err *
setup_run(struct cli *cli)
{
    struct setup s = {.cli = cli};
    const char *state;

    TRY(setup_begin(&s));
    state = option_get(cli, "state");
    state = state ? state : said(&s, "state");
    s.state = state ? state : mem_printf(cli->mem, "/var/lib/carrick/%s", s.kind->role);
    TRY(state_check(&s));
    if (option_get(cli, "state")) {
        wish(&s, "state", s.state);
    }
    struct err *e = ask_listen(&s); /* The others look at its address. */

    e = err_join(e, ask_name(&s));
    TRY(err_join(e, ask_tls(&s)));
    TRY(steps_add(&s.steps, (struct step){.what = "folder of everything it keeps", .path = s.state,
                                          .mode = 0700, .is_given = true}));
    TRY(tls_plan(&s));
    TRY(unit_plan(&s));
    TRY(file_plan(&s));
    TRY(agent_plan(&s));
    TRY(setup_service_add(&s.steps, s.kind->role));
    TRY(steps_do(&s.steps));
    setup_tell(&s);
    return NULL;
}
