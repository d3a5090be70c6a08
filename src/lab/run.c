/* `carrick run site`, `carrick run orchestrator`: what a manager of services does
 * elsewhere, with the folders, sockets and users that the units have. */
#include "lab/lab.h"

#include "agent/agent.h"
#include "base/log.h"
#include "base/str.h"
#include "bpf/abi.h"
#include "faces/orchestrator.h"
#include "faces/role.h"
#include "faces/site.h"
#include "lab/roles.h"
#include "sys/file.h"
#include "sys/settings.h"

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* X(id, name, kind, default, doc).  What is not given here is as the roles' files say. */
#define SHARED_OPTIONS(X)                                                                          \
    X(config_dir, "config-dir", OF_PATH("DIR"), SETTINGS_DIR,                                      \
      "folder of ROLE.yaml, what the roles are told besides")                                      \
    X(state, "state", OF_PATH("DIR"), "",                                                          \
      "folder of everything that is kept, as DIR/ROLE; none: as their files say")                  \
    X(runtime, "runtime", OF_PATH("DIR"), "/run/carrick", "folder of sockets and locks")           \
    X(listen, "listen", OF_LISTEN, "", "where the APIs are served")                                \
    X(log_level, "log-level", OF_WORD("LEVEL", "debug info warn error"), "",                       \
      "what all of them tell on standard error")
#define SITE_OPTIONS(X)                                                                            \
    SHARED_OPTIONS(X)                                                                              \
    X(user, "user", OF_TEXT("NAME"), "carrick-site", "that serves the APIs")                       \
    X(name, "name", OF_TEXT("NAME"), "", "of the site, and of its entry in clouds.yaml")           \
    X(responder_user, "responder-user", OF_TEXT("NAME"), "carrick-responder",                      \
      "that answers guests")                                                                       \
    X(vtep, "vtep", OF_IPV4, "", "IPv4 address that other sites tunnel to")                        \
    X(underlay_mtu, "underlay-mtu", OF_NUMBER("BYTES", 576, 65535), "",                            \
      "MTU of the link that tunnels go over")                                                      \
    X(flows, "flows", OF_POWER("N", DP_FLOWS_LEAST, DP_FLOWS_MOST), "",                            \
      "entries of the flow table when it is made")
#define ORCHESTRATOR_OPTIONS(X)                                                                    \
    SHARED_OPTIONS(X)                                                                              \
    X(user, "user", OF_TEXT("NAME"), "carrick-orchestrator", "that serves the APIs")

/* Those that both have are the first of either. */
enum run_option {
#define X(id, name, kind, def, doc) OPTION_##id,
    SITE_OPTIONS(X)
#undef X
};
enum run_orchestrator_option {
#define X(id, name, kind, def, doc) ORCHESTRATOR_##id,
    ORCHESTRATOR_OPTIONS(X)
#undef X
};
static const struct setting site_options[] = {SITE_OPTIONS(SETTING_ROW){0}};
static const struct setting orchestrator_options[] = {ORCHESTRATOR_OPTIONS(SETTING_ROW){0}};

struct run {
    struct mem *mem;
    const char **values; /* by enum run_option */
    char **more;         /* what stands behind "--": the role's own options, as they are */
    struct loop *loop;
    struct supervisor *supervisor;
    int lock;
};

/* What can be run: the table behind `carrick run WORD`. */
struct runnable {
    const char *word;
    const struct setting *options;
    struct err *(*add)(struct run *run); /* makes what the roles need, and adds them */
};

static struct err *
user_find(const char *name, struct role_user *user)
{
    const struct passwd *entry;

    errno = 0;
    entry = getpwnam(name);
    if (!entry) {
        return err_new(E_NOT_FOUND, NULL, "there is no user %s: the package makes it, or "
                       "`useradd --system --user-group %s`", name, name);
    }
    if (!entry->pw_uid) {
        return err_new(E_FORBIDDEN, NULL, "%s is root: it reads what strangers send", name);
    }
    *user = (struct role_user){entry->pw_uid, entry->pw_gid};
    return NULL;
}

/* Null where the roles' files say it. */
static const char *
given(const struct run *run, int which)
{
    return *run->values[which] ? run->values[which] : NULL;
}

/* The folder of a role: of its name where one is given for all, else as its file says. */
static struct err *
state_of(struct run *run, const char *role, const struct setting *table, const char **state)
{
    const char *dir = given(run, OPTION_state);
    char *path = mem_printf(run->mem, "%s/%s.yaml", run->values[OPTION_config_dir], role);
    char config[] = "--config", *argv[] = {mem_str(run->mem, role), config, path, NULL};
    AUTO_BUF faults = BUF_INIT;
    struct settings *settings;
    const char *slash;
    size_t which = 0;

    if (dir) {
        *state = mem_printf(run->mem, "%s/%s", dir, role);
    } else {
        while (!str_eq(table[which].name, "state")) {
            which++;
        }
        /* Of other mistakes, and of what only our options say, the role itself tells. */
        if (!settings_read(run->mem, role, table, file_exists(path) ? 3 : 1, argv, &settings, &faults) &&
            (settings->is_unread || settings->wrong[which])) {
            fputs(faults.data, stderr);
            return err_new(E_INVALID, NULL, "where the %s keeps what it has is not known: nothing was started", role);
        }
        *state = settings->texts[which];
    }
    /* Others go through what is above it. */
    slash = strrchr(*state, '/');
    return slash && slash > *state ? dir_make(mem_strn(run->mem, *state, (size_t)(slash - *state)), 0755) : NULL;
}

static struct err *
site_add(struct run *run)
{
    struct mem *mem = run->mem;
    const char **values = run->values, *runtime = values[OPTION_runtime];
    struct roles_site site = {
        .suffix = "",
        .config_dir = values[OPTION_config_dir],
        .name = given(run, OPTION_name),
        .listen = given(run, OPTION_listen),
        .vtep = given(run, OPTION_vtep),
        .underlay_mtu = given(run, OPTION_underlay_mtu),
        .log_level = given(run, OPTION_log_level),
        .flows = given(run, OPTION_flows),
        .agent_socket = mem_printf(mem, "%s/agent.sock", runtime),
        .responder_dir = mem_printf(mem, "%s/responder", runtime),
        .bpffs = mem_printf(mem, "%s/bpf", runtime),
        .more = run->more,
    };

    TRY(user_find(values[OPTION_user], &site.site));
    TRY(user_find(values[OPTION_responder_user], &site.responder));
    if (site.site.uid != site.site.gid) {
        return err_new(E_INVALID, NULL, "user %s has the number %u and its group %u: the agent "
                       "knows both by one number", values[OPTION_user], site.site.uid,
                       site.site.gid);
    }
    TRY(state_of(run, "site", site_settings, &site.site_state));
    TRY(state_of(run, "agent", agent_settings, &site.agent_state));
    TRY(lab_bpffs_make(site.bpffs));
    return roles_site_add(mem, run->supervisor, &site);
}

static struct err *
orchestrator_add(struct run *run)
{
    struct roles_orchestrator orchestrator = {
        .config_dir = run->values[OPTION_config_dir],
        .listen = given(run, OPTION_listen),
        .log_level = given(run, OPTION_log_level),
        .more = run->more,
    };

    TRY(user_find(run->values[ORCHESTRATOR_user], &orchestrator.user));
    TRY(state_of(run, "orchestrator", orchestrator_settings, &orchestrator.state));
    return roles_orchestrator_add(run->mem, run->supervisor, &orchestrator);
}

static const struct runnable runnables[] = {
    {"site", site_options, site_add},
    {"orchestrator", orchestrator_options, orchestrator_add},
    {0},
};

/* At SIGHUP.  Our own options are for the start. */
static void
reload(void *arg)
{
    struct run *run = arg;

    supervisor_reload(run->supervisor);
}

static struct err *
run_all(struct run *run, const struct runnable *what)
{
    const char *runtime = run->values[OPTION_runtime];

    TRY(dir_make(runtime, 0755));
    TRY(supervisor_lock(mem_printf(run->mem, "%s/%s.pid", runtime, what->word), &run->lock));
    TRY(loop_new(&run->loop));
    TRY(role_signals(run->loop));
    TRY(supervisor_new(run->loop, NULL, &run->supervisor));
    TRY(loop_signal(run->loop, SIGHUP, reload, run));
    TRY(what->add(run));
    TRY(supervisor_start(run->supervisor));
    return loop_run(run->loop);
}

static int
run_what(struct run *run, const struct runnable *what, int argc, char **argv)
{
    const char *role = mem_printf(run->mem, "run %s", what->word);
    struct settings *settings;
    int own = 1;

    while (own < argc && !str_eq(argv[own], "--")) {
        own++;
    }
    run->more = own < argc ? argv + own + 1 : NULL;
    int status = settings_start(run->mem, role, what->options, own, argv, &settings);

    if (status >= 0) {
        return status;
    }
    run->values = settings->texts;
    settings_log(settings, "run");
    struct err *e = geteuid() ? err_new(E_FORBIDDEN, NULL, "it starts roles of several users: "
                                                           "run it as root")
                              : run_all(run, what);
    supervisor_free(run->supervisor);
    loop_free(run->loop);
    fd_close(&run->lock);
    if (e) {
        log_err(LOG_LV_ERROR, "run", e, what->word);
        return 1;
    }
    return 0;
}

int
run_main(int argc, char **argv)
{
    AUTO(mem) mem = mem_new("run");
    struct run run = {.mem = mem, .lock = -1};

    for (const struct runnable *what = runnables; argc > 1 && what->word; what++) {
        if (str_eq(argv[1], what->word)) {
            return run_what(&run, what, argc - 1, argv + 1);
        }
    }
    bool help = argc > 1 && str_eq(argv[1], "--help");
    fputs("usage: carrick run site OPTIONS [-- OPTIONS of carrick site]\n"
          "       carrick run orchestrator OPTIONS [-- OPTIONS of carrick orchestrator]\n"
          "\n"
          "What they are told stands in /etc/carrick/ROLE.yaml; options go before it.\n"
          "Starts the roles, starts again what ends, and ends them in order on SIGTERM.\n"
          "SIGHUP is passed on: the roles read their files again.\n"
          "Each tells its options with --help.\n",
          help ? stdout : stderr);
    return help ? 0 : 2;
}
