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
#include "sys/settings.h"

#include <errno.h>
#include <fcntl.h>
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
host_open(struct host *host, struct settings_follower *follower)
{
    TRY(folders_make(host));
    TRY(owner_check(host));
    TRY(applied_open(host));
    TRY(loop_new(&host->loop));
    TRY(loop_signal(host->loop, SIGTERM, stop, host));
    TRY(loop_signal(host->loop, SIGINT, stop, host));
    TRY(settings_follow(host->loop, follower));
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
host_run(const struct host_options *options, struct settings *settings)
{
    struct host host = {.mem = mem_new("agent"), .options = *options, .applied_fd = -1};
    struct settings_follower follower = {.settings = settings, .mem = host.mem};
    struct err *e;

    world_init(&host.world);
    map_init(&host.servers, NULL);
    map_init(&host.images, NULL);
    host.links_mem = mem_new("links");
    map_init(&host.forwarding.links, host.links_mem);
    host.forwarding.world = &host.world;
    e = host_open(&host, &follower);
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

/* X(id, name, kind, default, doc).  What a site is told too is read from its file. */
#define AGENT_OPTIONS(X)                                                                           \
    X(name, "name", OF_SITE(OF_TEXT("NAME")), NULL, "of the site that it works for")               \
    X(host_id, "host-id", OF_SITE(OF_TEXT("ID")), "", "id of this box; none: the site's name")     \
    X(state, "state", OF_PATH("DIR"), "/var/lib/carrick/agent",                                    \
      "folder of images, servers' disks and consoles")                                             \
    X(site_state, "site-state", OF_SITES("state", OF_PATH("DIR")), "/var/lib/carrick/site",        \
      "folder of the site, which images are read from")                                            \
    X(socket, "socket", OF_PATH("PATH"), "/run/carrick-agent/socket", "where the site finds it")   \
    X(site_user, "site-user", OF_USER, "carrick-site", "who may speak there, besides root")        \
    X(bpffs, "bpffs", OF_PATH("DIR"), "/sys/fs/bpf/carrick",                                       \
      "folder of pinned programs and maps, on a bpf file system")                                  \
    X(vtep, "vtep", OF_SITE(OF_IPV4), "", "IPv4 address that tunnels of other sites end at")       \
    X(uid_base, "uid-base", OF_NUMBER("N", 0, UINT32_MAX - (SERVERS_MAX + 1) * UID_RANGE), "0",    \
      "first user id of servers; 0: as follows from the site's name")                              \
    X(flows, "flows", OF_POWER("N", DP_FLOWS_LEAST, DP_FLOWS_MOST), NUMBER_TEXT(DP_FLOWS_DEFAULT), \
      "entries of the flow table when it is made, of 160 bytes each; one that is there keeps its size") \
    X(responder, "responder", OF_PATH("PATH"), "/run/carrick-responder.socket",                    \
      "where the responder is; none: nobody answers servers")                                      \
    X(responder_user, "responder-user", OF_USER, "root",                                           \
      "who listens there: root where the manager of services does")                                \
    LOG_SETTING(X)

enum agent_option {
#define X(id, name, kind, def, doc) OPTION_##id,
    AGENT_OPTIONS(X)
#undef X
};
const struct setting agent_settings[] = {AGENT_OPTIONS(SETTING_ROW){0}};

#define PURGE_OPTIONS(X)                                                                           \
    X(state, "state", OF_PATH("DIR"), "/var/lib/carrick/agent", "folder of the agent")             \
    X(bpffs, "bpffs", OF_PATH("DIR"), "/sys/fs/bpf/carrick", "of pinned programs and maps")        \
    LOG_SETTING(X)

enum purge_option {
#define X(id, name, kind, def, doc) PURGE_##id,
    PURGE_OPTIONS(X)
#undef X
};
static const struct setting purge_settings[] = {PURGE_OPTIONS(SETTING_ROW){0}};

/* The id of servers' first user where nobody chose one: sites of one machine share none. */
static uint32_t
uid_base_of(const char *name)
{
    uint64_t h = hash_bytes(name, strlen(name), 1);

    return UID_FIRST + (uint32_t)(h % UID_SITES) * (SERVERS_MAX + 1) * UID_RANGE;
}

/* Users are looked up, numbers read. */
static struct err *
options_of(const struct settings *settings, struct host_options *host)
{
    const char **texts = settings->texts;
    struct err *e;

    *host = (struct host_options){
        .site_id = texts[OPTION_name],
        .host_id = *texts[OPTION_host_id] ? texts[OPTION_host_id] : texts[OPTION_name],
        .state = texts[OPTION_state],
        .site_state = texts[OPTION_site_state],
        .socket = texts[OPTION_socket],
        .bpffs = texts[OPTION_bpffs],
        .vtep = *texts[OPTION_vtep] ? texts[OPTION_vtep] : NULL,
        .uid_base = (uint32_t)setting_number(settings, OPTION_uid_base),
        .flows = (uint32_t)setting_number(settings, OPTION_flows),
        .responder = *texts[OPTION_responder] ? texts[OPTION_responder] : NULL,
    };
    if (!host->uid_base) {
        host->uid_base = uid_base_of(host->site_id);
    }
    e = setting_user(settings, OPTION_site_user, &host->site_uid);
    return host->responder
               ? err_join(e, setting_user(settings, OPTION_responder_user, &host->responder_uid))
               : e;
}

struct err *
agent_settings_check(struct mem *mem, struct settings *settings)
{
    struct host_options host;

    (void)mem;
    return options_of(settings, &host);
}

/* Whose the state folder is (owner_check), null where nobody's. */
static struct err *
owner_read(struct mem *mem, const char *state, const char **site)
{
    char *text = NULL;
    struct err *e = file_read(mem, mem_printf(mem, "%s/site", state), 256, &text, NULL);

    *site = e ? NULL : text;
    if (err_is(e, E_NOT_FOUND)) {
        err_ignore(e, "no agent was there");
        return NULL;
    }
    return e;
}

static struct err *
purge(struct mem *mem, struct host_options *host)
{
    struct err *e = owner_read(mem, host->state, &host->site_id);

    e = err_join(e, containers_purge(host));

    e = err_join(e, plugs_purge());
    e = err_join(e, datapath_purge(host->bpffs));
    return err_join(e, dir_remove(host->state));
}

static int
ended(struct err *e, const char *what)
{
    if (e) {
        log_err(LOG_LV_ERROR, "agent", e, what);
        return 1;
    }
    return 0;
}

static int
purge_main(struct mem *mem, int argc, char **argv)
{
    struct settings *settings;
    int status = settings_start(mem, "agent --purge", purge_settings, argc, argv, &settings);

    if (status >= 0) {
        return status;
    }
    settings_log(settings, "agent");
    return ended(purge(mem, &(struct host_options){.state = settings->texts[PURGE_state],
                                                   .bpffs = settings->texts[PURGE_bpffs]}),
                 "purge");
}

int
agent_main(int argc, char **argv)
{
    AUTO(mem) mem = mem_new("options");
    struct settings *settings;
    struct host_options host;
    int status;

    (void)umask(022);
    if (argc > 1 && str_eq(argv[1], "--purge")) {
        return purge_main(mem, argc - 1, argv + 1);
    }
    status = settings_start(mem, "agent", agent_settings, argc, argv, &settings);
    if (status >= 0) {
        return status;
    }
    settings_log(settings, "agent");
    struct err *e = options_of(settings, &host);

    return ended(e ? e : host_run(&host, settings), "stopped");
}
