/* Arguments, folders, and the loop. */
#include "agent/agent.h"

#include "agent/container.h"
#include "agent/follow.h"
#include "agent/nsh.h"
#include "agent/plug.h"
#include "agent/rootfs.h"
#include "agent/sandbox.h"
#include "base/log.h"
#include "base/time.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COLLECT_MS 2000
#define COLLECT_TURN_MS 250 /* Between turns through a large table. */
#define CONSOLE_MS 1000
#define UID_FIRST 0x40000000u /* Far above what people and services have. */
#define UID_SITES 40u

void
host_status(struct host *host, enum desired_kind kind, const char *id, const char *state,
            const char *reason)
{
    AUTO(mem) mem = mem_new("status");
    struct desired_message *m = desired_message_new(mem, DESIRED_OP_status);

    m->kind = desired_kind_names[kind];
    m->id = id;
    m->state = state;
    m->reason = reason;
    m->at = time_now_us();
    agent_listener_send(host->listener, m);
}

/* ---- (epoch, seq) ------------------------------------------------------------------------------- */

#define APPLIED_SIZE 64

struct err *
host_applied(struct host *host, int64_t epoch, int64_t seq)
{
    char text[APPLIED_SIZE + 1];
    int n = snprintf(text, sizeof text, "%" PRId64 " %" PRId64, epoch, seq);

    memset(text + n, ' ', sizeof text - (size_t)n);
    text[APPLIED_SIZE - 1] = '\n';
    host->epoch = epoch;
    host->seq = seq;
    /* One page of cache: a killed agent has it, and a power cut takes away the
     * kernel's state as well. */
    if (pwrite(host->applied_fd, text, APPLIED_SIZE, 0) != APPLIED_SIZE) {
        return err_errno(E_UNAVAILABLE, "write what was applied");
    }
    return NULL;
}

static struct err *
applied_open(struct host *host)
{
    const char *path = mem_printf(host->mem, "%s/applied", host->options.state);
    char text[APPLIED_SIZE + 1] = "";
    ssize_t n;

    host->applied_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (host->applied_fd < 0) {
        return err_errno(E_UNAVAILABLE, "open %s", path);
    }
    n = pread(host->applied_fd, text, APPLIED_SIZE, 0);
    if (n > 0 && sscanf(text, "%" SCNd64 " %" SCNd64, &host->epoch, &host->seq) != 2) {
        return err_new(E_INTERNAL, NULL, "%s is not what an agent writes", path);
    }
    return NULL;
}

/* ---- the folders ---------------------------------------------------------------------------------- */

static struct err *
folders_make(const struct host *host)
{
    static const struct {
        const char *name;
        mode_t mode;
    } folders[] = {{"", 0711}, {"/servers", 0711}, {"/images", 0711}, {"/console", 0750},
                   {"/crun", 0700}};

    for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
        const char *path = mem_printf(host->mem, "%s%s", host->options.state, folders[i].name);

        TRY(dir_make(path, folders[i].mode));
        if (chmod(path, folders[i].mode)) {
            return err_errno(E_UNAVAILABLE, "chmod %s", path);
        }
    }
    if (chown(mem_printf(host->mem, "%s/console", host->options.state), 0,
              host->options.site_uid)) {
        return err_errno(E_UNAVAILABLE, "chown the consoles' folder");
    }
    return NULL;
}

/* A state folder belongs to one site for ever. */
static struct err *
owner_check(const struct host *host)
{
    const char *path = mem_printf(host->mem, "%s/site", host->options.state);
    char *text;
    size_t n;
    struct err *e = file_read(host->mem, path, 256, &text, &n);

    if (err_is(e, E_NOT_FOUND)) {
        err_ignore(e, "it is new");
        return file_write(path, host->options.site_id, strlen(host->options.site_id), 0600);
    }
    if (!e && !str_eq(text, host->options.site_id)) {
        e = err_new(E_CONFLICT, NULL, "%s belongs to site '%s'", host->options.state, text);
    }
    return e;
}

/* ---- the loop ------------------------------------------------------------------------------------- */

static void
collect(void *arg)
{
    struct host *host = arg;
    bool done = true;
    struct err *e = datapath_collect(host->forwarding.dp, &done);

    if (e) {
        log_err(LOG_LV_WARN, "flows", e, "collect");
    }
    loop_timer_arm(host->collect_timer, done ? COLLECT_MS : COLLECT_TURN_MS);
}

static void
consoles(void *arg)
{
    struct host *host = arg;

    consoles_trim(host);
    loop_timer_arm(host->console_timer, CONSOLE_MS);
}

static void
retry(void *arg)
{
    host_kick(arg);
}

static void
stop(void *arg)
{
    struct host *host = arg;

    loop_stop(host->loop);
}

/* On the watching thread: flows have moved already, the site is to hear of it. */
static void
on_health(void *arg)
{
    struct host *host = arg;

    loop_post(host->loop, retry, host);
}

static struct err *
host_open(struct host *host)
{
    TRY(folders_make(host));
    TRY(owner_check(host));
    TRY(applied_open(host));
    TRY(loop_new(&host->loop));
    TRY(loop_signal(host->loop, SIGTERM, stop, host));
    TRY(loop_signal(host->loop, SIGINT, stop, host));
    TRY(netlink_new(-1, &host->nl));
    TRY(datapath_new(host->options.bpffs, host->options.flows, &host->forwarding.dp));
    TRY(watch_new(datapath_health(host->forwarding.dp), on_health, host, &host->watch));
    TRY(follows_new(host, &host->follows));
    TRY(plug_tunnel(host));
    nsh_tunnel(host);
    host->hybrid_cgroups = file_exists("/sys/fs/cgroup/unified/cgroup.procs");
    host->idmapped = mounts_probe(host->options.state, host->options.uid_base);
    TRY(containers_adopt(host));
    TRY(agent_listener_new(host, &host->listener));
    if (host->options.responder) {
        TRY(briefing_new(host, &host->briefing));
    }
    host->collect_timer = loop_timer_new(host->loop, collect, host);
    host->console_timer = loop_timer_new(host->loop, consoles, host);
    host->retry_timer = loop_timer_new(host->loop, retry, host);
    host->due_timer = loop_timer_new(host->loop, retry, host);
    loop_timer_arm(host->collect_timer, COLLECT_MS);
    loop_timer_arm(host->console_timer, CONSOLE_MS);
    return NULL;
}

static void
host_close(struct host *host)
{
    agent_listener_free(host->listener);
    briefing_free(host->briefing);
    map_each (&host->servers, it) {
        container_free(it->value);
    }
    map_done(&host->servers);
    rootfs_free(host);
    told_free(host);
    world_done(&host->world);
    watch_free(host->watch);
    follows_free(host->follows);
    forwarding_done(&host->forwarding);
    datapath_free(host->forwarding.dp);
    netlink_free(host->nl);
    loop_timer_del(host->collect_timer);
    loop_timer_del(host->console_timer);
    loop_timer_del(host->retry_timer);
    loop_timer_del(host->due_timer);
    loop_free(host->loop);
    fd_close(&host->applied_fd);
    mem_free(host->links_mem);
    mem_free(host->mem);
}

static struct err *
host_run(const struct host_options *options)
{
    struct host host = {.mem = mem_new("agent"), .options = *options, .applied_fd = -1};
    struct err *e;

    world_init(&host.world);
    map_init(&host.servers, NULL);
    map_init(&host.images, NULL);
    host.links_mem = mem_new("links");
    map_init(&host.forwarding.links, host.links_mem);
    host.forwarding.world = &host.world;
    e = host_open(&host);
    if (!e) {
        log_info("agent", "ready site=%s host=%s vtep=%s users=%s epoch=%lld seq=%lld",
                 options->site_id, options->host_id, str_or(options->vtep, "-"),
                 host.idmapped ? "per-server" : "per-site", (long long)host.epoch,
                 (long long)host.seq);
        e = loop_run(host.loop);
    }
    host_close(&host);
    return e;
}

/* ---- arguments ------------------------------------------------------------------------------------- */

struct arguments {
    struct host_options host;
    enum log_level level;
    bool purge;
};

static const char usage[] =
    "usage: carrick agent --site-id ID --host-id ID --state DIR --site-state DIR --socket PATH\n"
    "                     --site-uid UID --bpffs DIR [--vtep IP] [--uid-base N]\n"
    "                     [--flows N]\n"
    "                     [--responder PATH --responder-uid UID] [--log-level LEVEL]\n"
    "       carrick agent --purge --state DIR --bpffs DIR\n";

static const struct option options[] = {
    {"site-id", required_argument, NULL, 'i'},    {"host-id", required_argument, NULL, 'h'},
    {"state", required_argument, NULL, 's'},      {"site-state", required_argument, NULL, 'd'},
    {"socket", required_argument, NULL, 'k'},     {"site-uid", required_argument, NULL, 'u'},
    {"bpffs", required_argument, NULL, 'b'},      {"vtep", required_argument, NULL, 'v'},
    {"uid-base", required_argument, NULL, 'r'},   {"log-level", required_argument, NULL, 'l'},
    {"responder", required_argument, NULL, 'a'},  {"responder-uid", required_argument, NULL, 'w'},
    {"flows", required_argument, NULL, 'f'},      {"purge", no_argument, NULL, 'p'},
    {NULL, 0, NULL, 0},
};

static bool
argument_number(const char *text, int64_t max, uint32_t *out)
{
    int64_t v;

    if (!str_to_i64(text, &v) || v < 0 || v > max) {
        return false;
    }
    *out = (uint32_t)v;
    return true;
}

static bool
argument_take(struct arguments *a, int which, const char *value)
{
    switch (which) {
    case 'i':
        a->host.site_id = value;
        return true;
    case 'h':
        a->host.host_id = value;
        return true;
    case 's':
        a->host.state = value;
        return *value == '/';
    case 'd':
        a->host.site_state = value;
        return true;
    case 'k':
        a->host.socket = value;
        return true;
    case 'u':
        return argument_number(value, UINT32_MAX - 1, &a->host.site_uid);
    case 'b':
        a->host.bpffs = value;
        return true;
    case 'v':
        a->host.vtep = value;
        return true;
    case 'r':
        return argument_number(value, UINT32_MAX - (SERVERS_MAX + 1) * UID_RANGE,
                               &a->host.uid_base);
    case 'a':
        a->host.responder = value;
        return *value == '/';
    case 'w':
        return argument_number(value, UINT32_MAX - 1, &a->host.responder_uid);
    case 'f':
        return argument_number(value, DP_FLOWS_MOST, &a->host.flows) &&
               a->host.flows >= DP_FLOWS_LEAST && !(a->host.flows & (a->host.flows - 1));
    case 'l':
        return log_level_from_name(value, &a->level);
    case 'p':
        a->purge = true;
        return true;
    default:
        return false;
    }
}

static bool
arguments_parse(int argc, char **argv, struct arguments *a)
{
    struct ip ip;
    int which;

    optind = 1;
    while ((which = getopt_long(argc, argv, "", options, NULL)) >= 0) {
        if (!argument_take(a, which, optarg)) {
            return false;
        }
    }
    if (optind != argc || !a->host.state || !a->host.bpffs) {
        return false;
    }
    if (a->purge) {
        return true;
    }
    if (a->host.vtep && (!ip_parse(a->host.vtep, &ip) || !ip_is_v4(&ip))) {
        return false;
    }
    return a->host.site_id && a->host.host_id && a->host.site_state && a->host.socket;
}

static struct err *
purge(const struct host_options *host)
{
    struct err *e = containers_purge(host);

    e = err_join(e, plugs_purge());
    e = err_join(e, datapath_purge(host->bpffs));
    return err_join(e, dir_remove(host->state));
}

int
agent_main(int argc, char **argv)
{
    struct arguments a = {.level = LOG_LV_INFO, .host.flows = DP_FLOWS_DEFAULT};
    struct err *e;

    if (!arguments_parse(argc, argv, &a)) {
        (void)fputs(usage, stderr);
        return 2;
    }
    log_init("agent", a.level);
    if (!a.host.uid_base && !a.purge) {
        uint64_t h = hash_bytes(a.host.site_id, strlen(a.host.site_id), 1);

        a.host.uid_base = UID_FIRST + (uint32_t)(h % UID_SITES) * (SERVERS_MAX + 1) * UID_RANGE;
    }
    (void)umask(022);
    e = a.purge ? purge(&a.host) : host_run(&a.host);
    if (e) {
        log_err(LOG_LV_ERROR, "agent", e, a.purge ? "purge" : "stopped");
        return 1;
    }
    return 0;
}
