/* `carrick doctor`: what is wrong with this box, or will be, and how each is mended.  Looks at the
 * kernel, the clock, and, for each role that has a file of configuration here, at that file, its
 * certificate, disk, store, and whether it answers; an orchestrator is asked for its sites, and the
 * paths of a site's tunnels are measured. */
#include "cli/path.h"
#include "cli/setup.h"

#include "agent/link.h"
#include "base/net.h"
#include "base/time.h"
#include "base/version.h"
#include "faces/role.h"
#include "http/authority.h"
#include "store/store.h"
#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

#define CERTIFICATE_DAYS 30
#define AUTHORITY_DAYS 365
#define DISK_LOW_MB 1024
#define DISK_FULL_MB 100
#define PEERS_MAX 16 /* sites whose path is measured */
#define SERVICES_MAX 200

const struct cli_option doctor_options[] = {
    {"config-dir", "DIR", "folder of ROLE.yaml (default /etc/carrick)"},
    {"user", "NAME", "user that the roles run as (default carrick-ROLE)"},
    {0},
};

/* Exit statuses, those that monitoring knows: fine, warnings, faults. */
enum found { FINE, WARNING, FAULT };

struct doctor {
    struct cli *cli;
    struct mem *mem;
    struct buf json;
    struct jw w;
    enum found worst;
    /* The role that is looked at. */
    const struct cli_role *role;
    const struct settings *settings;
    const char *file;
    struct steps as; /* its user */
    bool may_read;   /* what only its user may */
    const char *owner_mend; /* where something of its folder is another's, else null */
};

/* Tells of one thing; 'mend' null where there is nothing to do. */
static void __attribute__((format(printf, 5, 6)))
tell(struct doctor *d, enum found found, const char *what, const char *mend, const char *fmt, ...)
{
    static const char *const words[] = {"ok", "warning", "FAULT"};
    const char *of = d->role ? mem_printf(d->mem, "%s %s", d->role->name, what) : what;
    va_list args;
    const char *text;

    va_start(args, fmt);
    text = mem_vprintf(d->mem, fmt, args);
    va_end(args);
    d->worst = found > d->worst ? found : d->worst;
    jw_object(&d->w, NULL);
    jw_str(&d->w, "found", words[found]);
    jw_str(&d->w, "what", of);
    jw_str(&d->w, "says", text);
    jw_str(&d->w, "mend", found == FINE ? NULL : mend);
    jw_end(&d->w);
    if (!d->cli->json) {
        printf("%-8s %-26s %s\n", words[found], of, print_plain(d->mem, text));
        if (found != FINE && mend) {
            printf("%35s mended by: %s\n", "", mend);
        }
    }
}

/* ---- the box --------------------------------------------------------------------------------- */

/* In a namespace that ends with it: what the agent makes links of. */
static struct err *
links_try(void *arg)
{
    __attribute__((cleanup(netlink_autofree))) struct netlink *nl = NULL;
    struct veth_spec veth = {.name = "ck-a", .peer_name = "ck-b", .peer_netns = *(int *)arg,
                             .peer_mac = {{2, 0, 0, 0, 0, 1}}, .mtu = 1500};
    int ifindex;

    TRY(netlink_new(-1, &nl));
    TRY_MSG(netlink_veth(nl, &veth, &ifindex), "a veth pair");
    return err_wrap(netlink_vxlan(nl, "ck-v", 4789, false, &ifindex), "a VXLAN device");
}

static struct err *
bpf_try(void)
{
    union bpf_attr attr = {.map_type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 4, .max_entries = 1};
    int fd = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr);

    if (fd < 0) {
        return err_errno(E_UNAVAILABLE, "eBPF");
    }
    (void)close(fd);
    return NULL;
}

static void
kernel_check(struct doctor *d)
{
    static const char wants[] = "a kernel with eBPF, network namespaces, veth and vxlan (Debian 12's has all)";
    struct utsname name;
    int netns = -1;
    struct err *e;

    (void)uname(&name);
    if (geteuid()) {
        tell(d, FINE, "kernel", NULL, "%s; what an agent needs of it is looked at as root", name.release);
        return;
    }
    e = netns_new(&netns);
    e = e ? err_wrap(e, "a network namespace") : netns_run(netns, links_try, &netns);
    e = err_join(e, bpf_try());
    if (netns >= 0) {
        (void)close(netns);
    }
    if (e) {
        tell(d, FAULT, "kernel", wants, "%s: an agent cannot work here: %s", name.release, e->message);
    } else {
        tell(d, FINE, "kernel", NULL, "%s has eBPF, network namespaces, veth, vxlan", name.release);
    }
    err_free(e);
}

static void
groups_check(struct doctor *d)
{
    static const char *const wanted[] = {"cpu", "memory", "pids"};
    struct err *e;
    char *text;

    e = file_read(d->mem, "/sys/fs/cgroup/cgroup.controllers", 4096, &text, NULL);
    if (e) {
        err_ignore(e, "told here");
        tell(d, WARNING, "control groups", "mount cgroup2 at /sys/fs/cgroup",
             "there is no cgroup2: servers of a site have no limits");
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
        if (!strstr(text, wanted[i])) {
            tell(d, WARNING, "control groups", "boot with that controller",
                 "no controller %s: servers of a site have no such limit", wanted[i]);
            return;
        }
    }
    tell(d, FINE, "control groups", NULL, "cpu, memory, pids");
}

static void
clock_check(struct doctor *d)
{
    struct timex now = {0};
    int state = adjtimex(&now);

    if (state < 0 || state == TIME_ERROR || now.status & STA_UNSYNC) {
        tell(d, WARNING, "clock", "run chrony or systemd-timesyncd",
             "nothing keeps it right: certificates, tokens and records depend on it");
    } else {
        tell(d, FINE, "clock", NULL, "synchronized, %ld us off at most", now.maxerror);
    }
}

static void
program_check(struct doctor *d, const char *name, const char *what)
{
    static const char *const dirs[] = {"/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/bin"};

    for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
        if (!access(mem_printf(d->mem, "%s/%s", dirs[i], name), X_OK)) {
            tell(d, FINE, name, NULL, "%s/%s", dirs[i], name);
            return;
        }
    }
    tell(d, FAULT, name, mem_printf(d->mem, "apt install %s", name), "is not there: %s", what);
}

/* ---- a role ------------------------------------------------------------------------------------ */

static const char *
option_of(const struct doctor *d, const char *name)
{
    for (size_t i = 0; i < d->settings->n; i++) {
        if (str_eq(d->settings->table[i].name, name)) {
            return d->settings->texts[i];
        }
    }
    return "";
}

/* Whether its file is right; what it says is then known. */
static bool
config_look(struct doctor *d)
{
    AUTO_BUF faults = BUF_INIT;
    struct settings *settings;

    if (!config_read(d->cli, d->role, d->file, &settings, &faults)) {
        tell(d, FAULT, "configuration", mem_printf(d->mem, "carrick config check %s", d->role->name),
             "%.*s", (int)strcspn(faults.data, "\n"), faults.data);
        return false;
    }
    d->settings = settings;
    AUTO(err) e = d->role->check && d->may_read ? d->role->check(d->mem, settings) : NULL;
    if (e) {
        tell(d, FAULT, "configuration", mem_printf(d->mem, "carrick config check %s", d->role->name),
             "%s", e->message);
    } else {
        tell(d, FINE, "configuration", NULL, "%s", d->file);
    }
    return true;
}

/* Address of `listen`, null where it is all of them; '*is_loopback' where nobody else reaches it. */
static const char *
served_at(const struct doctor *d, bool *is_loopback)
{
    const char *address = listen_address(d->mem, option_of(d, "listen"));
    struct ip ip;
    bool is_ip = address && ip_parse(address, &ip);

    *is_loopback = is_ip && ip_is_loopback(&ip);
    return is_ip && !str_in(address, (const char *[]){"0.0.0.0", "::", NULL}) ? address : NULL;
}

/* Whether the certificate is one that `carrick setup` made, and its authority is here. */
static bool
is_own(const struct doctor *d)
{
    return str_eq(option_of(d, "tls-cert"), mem_printf(d->mem, "%s/tls/own.crt", option_of(d, "state")));
}

static bool
signs_here(const struct doctor *d)
{
    const char *key = NULL;

    err_ignore(steps_read(&d->as, mem_printf(d->mem, "%s/tls/authority.key", option_of(d, "state")), &key),
               "then nothing is signed by it");
    return key != NULL;
}

static const char *
certificate_mend(const struct doctor *d)
{
    const char *role = d->role->name;

    if (*option_of(d, "tls-cert") && !is_own(d)) {
        return "it is your own: put another one in its place, which is taken without a restart";
    }
    return !*option_of(d, "tls-cert") || signs_here(d)
               ? mem_printf(d->mem, "carrick setup %s", role)
               : "the orchestrator signed it: carrick site invite there, and carrick site join here";
}

/* The authority's own end: all that it signed end with it. */
static void
authority_look(struct doctor *d, const char *authority)
{
    struct err *e = authority_check(authority, NULL, NULL, AUTHORITY_DAYS, NULL);

    if (e) {
        tell(d, WARNING, "authority",
             !is_own(d) ? "it is your own: a new one, and certificates that it has signed"
             : !signs_here(d) ? "it is the orchestrator's: carrick doctor there"
             : mem_printf(d->mem, "move tls/authority.key and tls/ca.crt away, carrick setup %s%s", d->role->name,
                          str_eq(d->role->name, "orchestrator") ? ", and let every site join again" : ""),
             "%s: %s", option_of(d, "ca"), e->message);
    } else {
        tell(d, FINE, "authority", NULL, "%s is good for the next %d days", option_of(d, "ca"), AUTHORITY_DAYS);
    }
    err_free(e);
}

static void
plain_look(struct doctor *d, const char *mend, bool is_loopback)
{
    bool is_asked = str_eq(option_of(d, "plain-http"), "anywhere");

    tell(d, is_loopback ? FINE : is_asked ? WARNING : FAULT, "certificate", mend, "there is none: plain HTTP at %s%s",
         option_of(d, "listen"), !is_loopback && is_asked ? ", as `plain-http: anywhere` asks" : "");
}

static void
certificate_look(struct doctor *d)
{
    const char *path = option_of(d, "tls-cert"), *key = option_of(d, "tls-key"), *ca = option_of(d, "ca");
    bool is_loopback;
    const char *hosts[] = {served_at(d, &is_loopback), NULL};
    const char *cert, *key_text, *authority = NULL;
    const char *mend = certificate_mend(d);

    if (!*path) {
        plain_look(d, mend, is_loopback);
        return;
    }
    struct err *e = steps_read(&d->as, path, &cert);

    e = e ? e : steps_read(&d->as, key, &key_text);
    e = e || !*ca ? e : steps_read(&d->as, ca, &authority);
    if (!e && (!cert || !key_text || (*ca && !authority))) {
        path = !cert ? path : !key_text ? key : ca;
        e = err_new(E_NOT_FOUND, NULL, "no such file");
    }
    /* Nobody signed it but itself, where no authority is named. */
    e = e ? e : authority_check(cert, key_text, authority ? authority : cert, CERTIFICATE_DAYS, hosts);
    if (e) {
        tell(d, FAULT, "certificate", mend, "%s: %s", path, e->message);
    } else {
        tell(d, FINE, "certificate", NULL, "%s is good for %s for the next %d days", path,
             str_or(hosts[0], "what it names"), CERTIFICATE_DAYS);
    }
    err_free(e);
    if (authority) {
        authority_look(d, authority);
    }
}

/* A folder that the role keeps things in; 'mend' where it is not there. */
static void
folder_look(struct doctor *d, const char *what, const char *option, const char *mend)
{
    const char *path = option_of(d, option);
    struct statvfs fs;
    long long free_mb;

    if (statvfs(path, &fs)) {
        tell(d, FAULT, what, mend, "%s: %s", path, strerror(errno));
        return;
    }
    free_mb = (long long)(fs.f_bavail * (fs.f_frsize >> 10) >> 10);
    tell(d, free_mb < DISK_FULL_MB || !fs.f_favail ? FAULT : free_mb < DISK_LOW_MB ? WARNING : FINE, what,
         mem_printf(d->mem, "make room, or move the folder (`%s`)", option), "%lld MiB free at %s", free_mb, path);
}

static void
disk_look(struct doctor *d)
{
    folder_look(d, "disk", "state", mem_printf(d->mem, "carrick setup %s", d->role->name));
    if (!str_eq(setting_keys(d->role, d->settings), option_of(d, "state"))) {
        folder_look(d, "shared disk", "shared", "mount it, as on the other boxes");
    }
}

/* A step_fn: as the role's user, for SQLite may make files beside the database. */
static struct err *
verify_as_user(void *path)
{
    TRY(store_verify(path));
    return store_moved_check(path);
}

static void
store_look(struct doctor *d)
{
    const char *url = option_of(d, "database"), *path = setting_store(d->mem, d->role, d->settings);
    const char *shown = url_shown(d->mem, path);
    AUTO(err) e = steps_as_user(&d->as, verify_as_user, mem_str(d->mem, path));

    if (err_is(e, E_NOT_FOUND)) {
        tell(d, WARNING, "store", "start it", "%s: it has not run here yet", shown);
    } else if (err_is(e, E_CONFLICT)) {
        tell(d, FAULT, "store", "the configuration is to say where the rows are (`database`)", "%s", e->message);
    } else if (e && !*url && d->owner_mend) {
        tell(d, FAULT, "store", d->owner_mend, "%s", e->message);
    } else if (e) {
        tell(d, FAULT, "store", *url ? "see that the server runs, and lets this user into the database (`database`)"
                                     : "stop the role and restore a backup", "%s", e->message);
    } else {
        tell(d, FINE, "store", NULL, *url ? "%s answers" : "%s is whole", shown);
    }
}

/* A step_fn: as the role's user. */
static struct err *
seal_as_user(void *arg)
{
    struct doctor *d = arg;
    const struct store_config config = {.path = setting_store(d->mem, d->role, d->settings), .version = carrick_version,
                                        .tables = d->role->tables(d->mem)};

    return role_seal_lost(d->mem, setting_keys(d->role, d->settings), &config);
}

/* A role that runs does not notice; it is the next start that would. */
static void
seal_look(struct doctor *d)
{
    const char *folder = setting_keys(d->role, d->settings), *path = mem_printf(d->mem, "%s/seal.key", folder);

    if (!file_exists(mem_printf(d->mem, "%s/clouds.yaml", option_of(d, "state")))) {
        return; /* It has not run here yet. */
    }
    AUTO(err) e = steps_as_user(&d->as, seal_as_user, d);

    if (!e) {
        tell(d, FAULT, "sealing key", mem_printf(d->mem, "put it back, from a backup; carrick secret lost %s tells what "
                                                 "is lost without", d->role->name),
             "no key in %s opens the store: %s is gone, or another one; the role will not start again", folder, path);
    } else if (str_eq(e->type, ROLE_KEY_OPENS)) {
        tell(d, FINE, "sealing key", NULL, "%s opens the store", path);
    } else {
        tell(d, FAULT, "sealing key", "what the store's look says (above)", "%s", e->message);
    }
}

/* What is not the role's user's it may not be able to read: put back by hand, say. */
static void
owners_look(struct doctor *d, const char *folder, int depth)
{
    DIR *list = opendir(folder);
    struct stat st;

    for (const struct dirent *at = list ? readdir(list) : NULL; at && !d->owner_mend; at = readdir(list)) {
        const char *path = mem_printf(d->mem, "%s/%s", folder, at->d_name);

        if (str_in(at->d_name, (const char *[]){".", "..", "lost+found", NULL}) || lstat(path, &st)) {
            continue;
        }
        if (st.st_uid != d->as.uid) {
            d->owner_mend = mem_printf(d->mem, "chown -R --no-dereference %u:%u %s", d->as.uid, d->as.gid,
                                       option_of(d, "state"));
            tell(d, WARNING, "ownership", d->owner_mend, "%s belongs to user %u, the role runs as %u and may not be able to read it",
                 path, st.st_uid, d->as.uid);
        } else if (S_ISDIR(st.st_mode) && depth) {
            owners_look(d, path, depth - 1);
        }
    }
    if (list) {
        (void)closedir(list);
    }
}

/* Where the box itself asks: of all its addresses one that a certificate may be for. */
static const char *
asked_at(const struct doctor *d)
{
    const char *listen = option_of(d, "listen"), *own;
    bool is_loopback;

    if (served_at(d, &is_loopback)) {
        return listen;
    }
    own = *option_of(d, "tls-cert") ? setup_own_address(d->mem) : NULL;
    return mem_printf(d->mem, "%s%s", own ? own : listen[0] == '[' ? "[::1]" : "127.0.0.1",
                      str_or(strrchr(listen, ':'), ""));
}

static void
answer_look(struct doctor *d)
{
    const char *ca = option_of(d, "ca"), *authority = NULL, *scheme = *option_of(d, "tls-cert") ? "https" : "http";
    struct http_request request = {.method = "GET", .body_fd = -1, .timeout_ms = 10000,
                                   .url = mem_printf(d->mem, "%s://%s/readyz", scheme, asked_at(d))};
    struct http_answer answer = {0};

    if (*ca) {
        err_ignore(steps_read(&d->as, ca, &authority), "the certificate's look has told");
    }
    const struct http_client_config config = {.tls.ca_text = authority};
    struct err *e = http_fetch(d->mem, &config, &request, &answer);

    if (!e && answer.status == 503) { /* It answers by its last look, and has looked again since. */
        (void)sleep(1);
        e = http_fetch(d->mem, &config, &request, &answer);
    }
    AUTO(err) told = e;
    if (told) {
        tell(d, FAULT, "answers", mem_printf(d->mem, "systemctl start carrick-%s, or carrick run %s; its log says why",
                                             d->role->name, d->role->name), "%s", told->message);
    } else {
        tell(d, answer.status == 200 ? FINE : FAULT, "answers", "what it says that does not answer; its log says why",
             "%s: %s", request.url, answer.body);
    }
}

/* As the role's first user, whose credentials its start writes. */
static struct err *
session_begin(struct doctor *d, const char *service)
{
    const char *path = mem_printf(d->mem, "%s/clouds.yaml", option_of(d, "state")), *text;
    struct credentials credentials = {0};

    TRY(steps_read(&d->as, path, &text));
    if (!text) {
        return err_new(E_NOT_FOUND, NULL, "%s: no such file", path);
    }
    TRY(steps_credentials(&d->as, path, &credentials));
    credentials.service = service;
    return session_open_with(d->mem, &credentials, false, &d->cli->session);
}

static const char *
session_mend(const struct doctor *d)
{
    return d->may_read ? mem_printf(d->mem, "that it answers (above); its start writes %s/clouds.yaml", option_of(d, "state"))
                       : "say it as root";
}

/* ---- an orchestrator's sites --------------------------------------------------------------------- */

/* Orchestrators on one database: is this one among them, and would another one take over? */
static void
replicas_look(struct doctor *d)
{
    const char *own = option_of(d, "replica"), *leader = "nobody";
    const struct json *all = NULL;
    AUTO(err) e = *own ? session_get(&d->cli->session, "/carrick/v1/replicas", &all) : NULL;
    bool is_there = false;

    if (e) {
        tell(d, WARNING, "replicas", NULL, "cannot be asked for: %s", e->message);
    }
    if (!all) {
        return;
    }
    json_each (all, i) {
        const char *name = print_plain(d->mem, str_or(json_get_str(all->items[i], "name"), "-"));

        is_there = is_there || str_eq(name, own);
        leader = json_bool(json_get(all->items[i], "leads"), false) ? name : leader;
    }
    tell(d, !is_there ? FAULT : all->n < 2 ? WARNING : FINE, "replicas",
         is_there ? "start another one: nobody would take over" : "its log says why the others do not see it",
         "%zu are there, %s leads%s", all->n, leader, is_there ? "" : mem_printf(d->mem, ", and %s is not one of them", own));
}

/* Its clock against this box's: tokens and certificates of both depend on it. */
static void
site_clock_look(struct doctor *d, const char *name, const char *url)
{
    const char *authority = NULL;
    struct http_request request = {.method = "GET", .url = url, .body_fd = -1, .timeout_ms = 10000};
    struct http_answer answer = {0};
    int64_t off_s;

    if (*option_of(d, "ca")) {
        err_ignore(steps_read(&d->as, option_of(d, "ca"), &authority), "the certificate's look has told");
    }
    const struct http_client_config config = {.tls.ca_text = authority};
    AUTO(err) e = http_fetch(d->mem, &config, &request, &answer);

    off_s = e ? 0 : setup_clock_off_s(&answer);
    if (off_s <= -SETUP_CLOCK_S || off_s >= SETUP_CLOCK_S) {
        tell(d, FAULT, mem_printf(d->mem, "site %s clock", name), "run chrony or systemd-timesyncd on both boxes",
             "it is %lld s %s this box's: certificates, tokens and records depend on it",
             (long long)(off_s < 0 ? -off_s : off_s), off_s < 0 ? "ahead of" : "behind");
    }
}

static void
site_tell(struct doctor *d, const struct json *site)
{
    const char *name = print_plain(d->mem, str_or(json_get_str(site, "name"), "-"));
    const char *status = str_or(json_get_str(site, "status"), "-");
    const char *url = str_or(json_get_str(site, "auth_url"), "");
    bool up = str_eq(status, "UP");

    tell(d, up ? FINE : FAULT, mem_printf(d->mem, "site %s", name),
         "carrick doctor on the site's box; its URL and credentials: carrick site set", "%s version=%s %s%s%s",
         status, print_plain(d->mem, str_or(json_get_str(site, "version"), "-")), url, up ? "" : ": ",
         up ? "" : str_or(json_get_str(site, "last_error"), ""));
    if (up) {
        site_clock_look(d, name, url);
    }
}

static void
sites_look(struct doctor *d)
{
    const struct json *sites = NULL;
    AUTO(err) e = session_get(&d->cli->session, "/carrick/v1/sites", &sites);

    if (e) {
        tell(d, WARNING, "sites", "that the orchestrator answers (above)", "cannot be asked for: %s", e->message);
        return;
    }
    json_each (sites, i) {
        site_tell(d, sites->items[i]);
    }
    if (!sites || !sites->n) {
        tell(d, WARNING, "sites", "carrick site invite, or carrick site add", "there is none");
    }
}

/* ---- a site's tunnels ------------------------------------------------------------------------ */

/* Whether packets as large as tunnels make them reach one other site's end of them. */
static void
peer_look(struct doctor *d, const struct ip *own, const struct ip *peer, int size)
{
    char text[IP_TEXT_SIZE];
    const char *what = mem_printf(d->mem, "path to %s", ip_text(text, peer));
    int reached = 0;
    AUTO(err) e = path_measure(own, peer, size, &reached);

    if (e) {
        tell(d, FAULT, what, "routes and rules of this box", "%s", e->message);
    } else if (reached && reached < size) {
        tell(d, FAULT, what, mem_printf(d->mem, "a larger MTU on the way, or `underlay-mtu: %d` at both sites", reached),
             "packets of %d bytes arrive, those of %d (underlay-mtu) do not: tunnelled ones are lost", reached, size);
    } else {
        tell(d, FINE, what, NULL, reached ? "packets of %d bytes arrive whole" :
             "answers no echo requests: whether packets of %d bytes arrive is not known", size);
    }
}

static struct err *
peers_of(struct doctor *d, const struct json **ports)
{
    TRY(session_begin(d, "network"));
    TRY(session_get(&d->cli->session, "/v2.0/carrick-interconnect/remote_ports?fields=vtep", ports));
    *ports = json_get(*ports, "remote_ports");
    return NULL;
}

static void
peers_look(struct doctor *d, const struct ip *own, int size)
{
    const struct json *ports = NULL;
    struct ip peers[PEERS_MAX], peer;
    size_t n = 0;
    AUTO(err) e = peers_of(d, &ports);

    if (e) {
        tell(d, WARNING, "paths", session_mend(d), "other sites cannot be asked for: %s", e->message);
    }
    for (size_t i = 0; !e && ports && i < ports->n && n < PEERS_MAX; i++) {
        size_t known = 0;

        if (!ip_parse(json_get_str(ports->items[i], "vtep"), &peer) || !ip_is_v4(&peer)) {
            continue;
        }
        while (known < n && ip_cmp(&peers[known], &peer)) {
            known++;
        }
        if (known == n) {
            peers[n++] = peer;
            peer_look(d, own, &peer, size);
        }
    }
}

static void
tunnels_look(struct doctor *d)
{
    int size = (int)strtol(option_of(d, "underlay-mtu"), NULL, 10), mtu;
    struct ip own;

    if (!ip_parse(option_of(d, "vtep"), &own) || !ip_is_v4(&own)) {
        return; /* It has no tunnels. */
    }
    AUTO(err) e = path_link_mtu(&own, &mtu);

    if (e) {
        tell(d, FAULT, "tunnels", "`vtep` in the site's file is an address of this box", "%s", e->message);
    } else if (mtu < size) {
        tell(d, FAULT, "tunnels", mem_printf(d->mem, "ip link set ... mtu %d, or `underlay-mtu: %d`", size, mtu),
             "the link of %s takes packets of %d bytes, underlay-mtu says %d", option_of(d, "vtep"), mtu, size);
    } else {
        tell(d, FINE, "tunnels", NULL, "the link of %s takes packets of %d bytes", option_of(d, "vtep"), size);
        if (!geteuid()) {
            peers_look(d, &own, size);
        }
    }
}

/* What is at sites otherwise than recorded, lost, or left over. */
static void
service_look(struct doctor *d, const struct json *service)
{
    const char *name = str_or(json_get_str(service, "nsInstanceName"), json_get_str(service, "id"));
    struct call call = {.method = "POST", .path = "/carrick/v1/checks",
                        .body = mem_printf(d->mem, "{\"nsInstanceId\": \"%s\"}", json_get_str(service, "id"))};
    struct reply reply;
    AUTO(err) e = session_call(&d->cli->session, &call, &reply);
    const struct json *differences = e ? NULL : json_get(reply.json, "differences");
    const struct json *left = e ? NULL : json_get(reply.json, "leftOver");
    size_t n = differences ? differences->n : 0, n_left = left ? left->n : 0;
    const char *what = mem_printf(d->mem, "service %s", print_plain(d->mem, name));

    if (e) {
        tell(d, WARNING, what, "that all of its sites are UP (above); else its log says why",
             "cannot be compared with its sites now: %s", e->message);
    } else {
        tell(d, n || n_left ? WARNING : FINE, what,
             mem_printf(d->mem, "carrick drift %s shows them; --repair mends, --left-over deletes",
                        print_plain(d->mem, str_or(json_get_str(service, "id"), "-"))), /* a name is its tenant's */
             "%zu differences between record and sites, %zu objects of ours that no record has", n, n_left);
    }
}

static void
services_look(struct doctor *d)
{
    const struct json *services = NULL;
    AUTO(err) e = session_get(&d->cli->session,
                              "/nslcm/v2/ns_instances?filter=(eq,nsState,INSTANTIATED)", &services);

    if (e) {
        tell(d, WARNING, "services", "that the orchestrator answers (above)", "cannot be asked for: %s", e->message);
    }
    for (size_t i = 0; !e && services && i < services->n && i < SERVICES_MAX; i++) {
        service_look(d, services->items[i]);
    }
    if (services && services->n > SERVICES_MAX) {
        tell(d, FINE, "services", NULL, "%zu more were not compared", services->n - SERVICES_MAX);
    }
}

static void
orchestrator_look(struct doctor *d)
{
    struct err *e = session_begin(d, NULL);

    if (e) {
        tell(d, WARNING, "sites", session_mend(d), "cannot be asked for: %s", e->message);
        err_free(e);
        return;
    }
    replicas_look(d);
    sites_look(d);
    services_look(d);
}

/* ---- all of it --------------------------------------------------------------------------------- */

static void
role_look(struct doctor *d)
{
    const char *user = mem_printf(d->mem, "carrick-%s", d->role->name);

    d->as = (struct steps){.cli = d->cli};
    struct err *nobody = role_user_find(str_or(option_get(d->cli, "user"), user), &d->as.uid, &d->as.gid);

    d->may_read = nobody || !geteuid() || geteuid() == d->as.uid;
    err_ignore(nobody, "it runs as whoever asks");
    if (!config_look(d)) {
        return;
    }
    if (!str_eq(d->role->name, "site") && !str_eq(d->role->name, "orchestrator")) {
        return;
    }
    if (d->may_read) {
        certificate_look(d);
        disk_look(d);
        d->owner_mend = NULL;
        if (!geteuid() && d->as.uid) {
            owners_look(d, option_of(d, "state"), 1);
        }
        store_look(d);
        seal_look(d);
    } else {
        tell(d, WARNING, "access", "say it as root",
             "certificates and the store are for its user alone: they are not looked at");
    }
    answer_look(d);
    if (str_eq(d->role->name, "orchestrator")) {
        orchestrator_look(d);
    } else {
        program_check(d, "crun", "a site runs containers with it");
        tunnels_look(d);
    }
}

struct err *
doctor_run(struct cli *cli)
{
    struct doctor d = {.cli = cli, .mem = cli->mem, .json = BUF_INIT};
    const struct json *all;
    int n_roles = 0;

    d.w = jw_to(&d.json);
    jw_array(&d.w, NULL);
    kernel_check(&d);
    groups_check(&d);
    clock_check(&d);
    for (const struct cli_role *role = cli->roles; role && role->name; role++) {
        const char *file;

        if (!role->settings) {
            continue;
        }
        TRY(role_of(cli, role->name, &d.role, &file));
        if (role_is_here(cli, d.role, file)) {
            d.file = file;
            n_roles += role->tables != NULL; /* A responder, and an agent without a site, do nothing for anybody. */
            role_look(&d);
        }
    }
    d.role = NULL;
    if (!n_roles) {
        tell(&d, WARNING, "roles", "carrick setup site, or carrick setup orchestrator",
             "this box has none: no file of configuration says anything");
    }
    jw_end(&d.w);
    struct err *e = json_parse(cli->mem, d.json.data, d.json.len, &all);
    buf_done(&d.json);
    TRY(e);
    if (cli->json) {
        print_json(all);
    }
    cli->status = (int)d.worst;
    return NULL;
}
