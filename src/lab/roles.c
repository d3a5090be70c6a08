/* One place knows what the roles of a box are told of each other. */
#include "lab/roles.h"

#include "base/vec.h"
#include "sys/file.h"

#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

/* "--name", "value" ... in pairs, ended by a null name; a pair without a value is left out. Behind
 * them goes what 'more' has as it is. */
static const char *const *
role_argv(struct mem *mem, char *const *more, const char *role, ...)
{
    VEC(const char *) argv = {0};
    const char *option, *value;
    va_list args;

    vec_add(mem, &argv, "/proc/self/exe");
    vec_add(mem, &argv, role);
    va_start(args, role);
    while ((option = va_arg(args, const char *))) {
        value = va_arg(args, const char *);
        if (value) {
            vec_add(mem, &argv, option);
            vec_add(mem, &argv, value);
        }
    }
    va_end(args);
    for (; more && *more; more++) {
        vec_add(mem, &argv, *more);
    }
    vec_add(mem, &argv, NULL);
    return argv.items;
}

/* DIR/ROLE.yaml where there is one. */
static const char *
config_of(struct mem *mem, const char *dir, const char *role)
{
    const char *path = dir ? mem_printf(mem, "%s/%s.yaml", dir, role) : NULL;

    return path && file_exists(path) ? path : NULL;
}

struct err *
role_dir_make(const char *path, const struct role_user *user)
{
    AUTO_FD fd = -1;
    struct stat st;

    if (!stat(path, &st) && S_ISDIR(st.st_mode) && st.st_uid == user->uid) {
        return NULL;
    }
    TRY(dir_make(path, 0700));
    TRY(dir_to_give(path, user->uid, &fd));
    return fchown(fd, user->uid, user->gid) ? err_errno(E_UNAVAILABLE, "chown %s", path) : NULL;
}

static void
role_add(struct mem *mem, struct supervisor *supervisor, const struct roles_site *site,
         const char *role, const struct role_user *user, bool reloads, const char *const *argv)
{
    struct supervisor_child child = {.name = mem_printf(mem, "%s%s", role, site->suffix),
                                     .argv = argv,
                                     .netns = site->netns,
                                     .uid = user->uid,
                                     .gid = user->gid,
                                     .reloads = reloads};

    supervisor_add(supervisor, &child);
}

struct err *
roles_site_add(struct mem *mem, struct supervisor *supervisor, const struct roles_site *site)
{
    const struct role_user root = {0};
    const char *responder = mem_printf(mem, "%s/socket", site->responder_dir);
    const char *level = site->log_level, *dir = site->config_dir;

    TRY(role_dir_make(site->site_state, &site->site));
    TRY(role_dir_make(site->responder_dir, &site->responder));
    role_add(mem, supervisor, site, "responder", &site->responder, false,
             role_argv(mem, NULL, "responder", "--config", config_of(mem, dir, "responder"), "--listen", responder, "--log-level", level,
                       NULL));
    role_add(mem, supervisor, site, "agent", &root, true,
             role_argv(mem, NULL, "agent", "--config", config_of(mem, dir, "agent"), "--site-config",
                       config_of(mem, dir, "site"), "--state", site->agent_state,
                       "--site-state", site->site_state, "--socket", site->agent_socket, "--site-user",
                       mem_printf(mem, "%u", site->site.uid), "--bpffs", site->bpffs, "--vtep",
                       site->vtep, "--name", site->name, "--responder",
                       responder, "--responder-user", mem_printf(mem, "%u", site->responder.uid),
                       "--flows", site->flows, "--log-level", level, NULL));
    role_add(mem, supervisor, site, "site", &site->site, true,
             role_argv(mem, site->more, "site", "--config", config_of(mem, dir, "site"), "--state", site->site_state, "--name", site->name, "--listen",
                       site->listen, "--agent", site->agent_socket, "--vtep", site->vtep,
                       "--underlay-mtu", site->underlay_mtu, "--plain-http", site->plain_http, "--log-level",
                       level, NULL));
    return NULL;
}

struct err *
roles_orchestrator_add(struct mem *mem, struct supervisor *supervisor,
                       const struct roles_orchestrator *o)
{
    TRY(role_dir_make(o->state, &o->user));
    supervisor_add(supervisor,
                   &(struct supervisor_child){
                       .name = "orchestrator",
                       .uid = o->user.uid,
                       .gid = o->user.gid,
                       .reloads = true,
                       .argv = role_argv(mem, o->more, "orchestrator", "--config",
                                         config_of(mem, o->config_dir, "orchestrator"),
                                         "--state", o->state,
                                         "--listen", o->listen, "--callbacks", o->callbacks,
                                         "--log-level", o->log_level, NULL)});
    return NULL;
}
