/* The life of a container.  All that has to be known again after a kill -9 is
 * in its folder, its control group and crun's own state; the record here is
 * made from them. */
#include "agent/container.h"

#include "agent/oci.h"
#include "agent/resolver.h"
#include "agent/rootfs.h"
#include "agent/sandbox.h"
#include "base/log.h"
#include "base/time.h"
#include "sys/file.h"
#include "sys/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TERM_MS 3000
#define FAILURES_MAX 3
#define CRUN_MS 20000
#define CONSOLE_MAX (1L << 20)
#define TEXT_MAX 65536
#define PURGE_TRIES 100
#define PURGE_PAUSE_NS 10000000

static const char *
dir_of(const struct container *c, struct mem *mem)
{
    return mem_printf(mem, "%s/servers/%s", c->host->options.state, c->id);
}

static const char *
in_dir(const struct container *c, struct mem *mem, const char *name)
{
    return mem_printf(mem, "%s/servers/%s/%s", c->host->options.state, c->id, name);
}

static const char *
crun_id(const struct container *c, struct mem *mem)
{
    return mem_printf(mem, "%s-%s", c->host->options.site_id, c->id);
}

/* The site's own control group.  Groups are the machine's: two sites may have one
 * name there, but not one state folder. */
static const char *
site_cgroup(struct mem *mem, const struct host_options *options)
{
    return mem_printf(mem, "carrick-%s-%08x", options->site_id,
                      (uint32_t)hash_bytes(options->state, strlen(options->state), 1));
}

const char *
container_cgroup(const struct container *c, struct mem *mem)
{
    return mem_printf(mem, "/%s/%s", site_cgroup(mem, &c->host->options), c->id);
}

static uint32_t
first_uid(const struct container *c)
{
    return c->host->options.uid_base + c->range * UID_RANGE;
}

/* ---- its notes on disk -------------------------------------------------------------------- */

static const char *
boot_id(struct mem *mem)
{
    char *text;
    size_t n;
    struct err *e = file_read(mem, "/proc/sys/kernel/random/boot_id", 64, &text, &n);

    err_ignore(e, "then every boot looks alike");
    return e ? "" : mem_strn(mem, text, strcspn(text, "\n"));
}

static struct err *
notes_write(const struct container *c)
{
    AUTO(mem) mem = mem_new("container notes");
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    jw_object(&w, NULL);
    jw_int(&w, "range", c->range);
    jw_int(&w, "generation", c->generation);
    jw_bool(&w, "started", c->started);
    jw_bool(&w, "ended", c->ended);
    jw_bool(&w, "removing", c->removing);
    jw_str(&w, "boot", boot_id(mem));
    jw_end(&w);
    return file_put(in_dir(c, mem, "notes.json"), out.data, out.len, 0600);
}

/* Its range of users from the owner of its own layer, where a power cut took the notes. */
static uint32_t
range_found(const struct container *c, struct mem *mem)
{
    uint32_t base = c->host->options.uid_base;
    struct stat st;

    if (stat(in_dir(c, mem, "upper"), &st) || st.st_uid < base) {
        return 0;
    }
    return (st.st_uid - base) / UID_RANGE <= SERVERS_MAX ? (st.st_uid - base) / UID_RANGE : 0;
}

/* False where there are none, or from before this boot. */
static bool
notes_read(struct container *c)
{
    AUTO(mem) mem = mem_new("container notes");
    const struct json *json = NULL;
    char *text;
    size_t n;
    struct err *e = file_read(mem, in_dir(c, mem, "notes.json"), TEXT_MAX, &text, &n);

    e = e ? e : json_parse(mem, text, n, &json);
    if (e) {
        err_ignore(e, "it was not started yet, or the machine lost its power");
        c->range = range_found(c, mem);
        return false;
    }
    c->range = (uint32_t)json_int(json_get(json, "range"), 0);
    if (!str_eq(json_get_str(json, "boot"), boot_id(mem))) {
        return false;
    }
    c->generation = json_int(json_get(json, "generation"), -1);
    c->started = json_bool(json_get(json, "started"), false);
    c->ended = json_bool(json_get(json, "ended"), false);
    c->removing = json_bool(json_get(json, "removing"), false);
    return true;
}

/* The first process, if it is there and is ours: pid numbers come again. */
static pid_t
pid_read(const struct container *c)
{
    AUTO(mem) mem = mem_new("container pid");
    char *text, *groups;
    int64_t pid;
    size_t n;
    struct err *e = file_read(mem, in_dir(c, mem, "pid"), 32, &text, &n);

    if (e || !str_to_i64(mem_strn(mem, text, strcspn(text, "\n")), &pid) || pid <= 1) {
        err_ignore(e, "it was not started");
        return 0;
    }
    e = file_read(mem, mem_printf(mem, "/proc/%d/cgroup", (int)pid), TEXT_MAX, &groups, &n);
    if (e || !strstr(groups, container_cgroup(c, mem))) {
        err_ignore(e, "it is gone");
        return 0;
    }
    return (pid_t)pid;
}

/* ---- telling -------------------------------------------------------------------------------- */

void
container_tell(struct container *c, bool again)
{
    const char *state = c->error                       ? "ERROR"
                        : c->ended                      ? "SHUTOFF"
                        : c->state == CONTAINER_RUNNING ? "ACTIVE"
                                                        : "BUILD";
    const char *reason = c->error ? c->error : c->ended ? "its first process ended" : NULL;
    const struct desired_server *want = world_find(&c->host->world, DESIRED_server, c->id);

    if (want && str_eq(want->power, "stopped") && c->state == CONTAINER_ABSENT && !c->error) {
        state = "SHUTOFF";
        reason = NULL;
    }
    if ((again || !str_eq(state, c->told)) && want) {
        c->told = state;
        host_status(c->host, DESIRED_server, c->id, state, reason);
    }
}

static void
state_set(struct container *c, enum container_state state)
{
    c->state = state;
    container_tell(c, false);
}

static void
fail_text(struct container *c, const char *why)
{
    free(c->error);
    c->error = heap_str(why);
    log_warn("server", "failed id=%s reason=\"%s\"", c->id, why);
}

/* ---- crun ------------------------------------------------------------------------------------ */

/* The last line crun said. */
static const char *
crun_said(const struct container *c, struct mem *mem)
{
    char *text, *line;
    size_t n;
    struct err *e = file_read(mem, in_dir(c, mem, "crun.log"), TEXT_MAX, &text, &n);

    if (e || !n) {
        err_ignore(e, "nothing then");
        return "crun failed without a word";
    }
    while (n && text[n - 1] == '\n') {
        text[--n] = 0;
    }
    line = strrchr(text, '\n');
    return line ? line + 1 : text;
}

/* Starts crun with 'verb'; 'done' is called when it ends. */
static struct err *
crun_start(struct container *c, struct mounts *mounts, int console, loop_child_fn *done,
           const char *const *args)
{
    AUTO(mem) mem = mem_new("crun");
    VEC(const char *) argv = {0};
    struct process_spec spec = {.stdin_fd = -1,
                                .stdout_fd = console,
                                .stderr_fd = console,
                                .die_with_parent = true, /* Else it would race with our heir. */
                                .before_exec = mounts_enter,
                                .before_arg = mounts};
    pid_t pid;

    vec_add(mem, &argv, "crun");
    vec_add(mem, &argv, "--root");
    vec_add(mem, &argv, mem_printf(mem, "%s/crun", c->host->options.state));
    vec_add(mem, &argv, "--cgroup-manager");
    vec_add(mem, &argv, "cgroupfs");
    vec_add(mem, &argv, "--log");
    vec_add(mem, &argv, in_dir(c, mem, "crun.log"));
    for (; *args; args++) {
        vec_add(mem, &argv, *args);
    }
    vec_add(mem, &argv, crun_id(c, mem));
    vec_add(mem, &argv, NULL);
    spec.argv = argv.items;
    TRY(process_start(&spec, &pid));
    return loop_child(c->host->loop, pid, done, c);
}

/* ---- taking away -------------------------------------------------------------------------------- */

static void
clean_done(void *arg, pid_t pid, int status)
{
    struct container *c = arg;

    (void)pid;
    (void)status; /* Of a container that was never made it is not 0. */
    c->pid = 0;
    state_set(c, CONTAINER_ABSENT);
    host_kick(c->host);
}

/* crun delete --force: kills what is left, removes control group and state. */
static void
clean(struct container *c)
{
    static const char *const args[] = {"delete", "--force", NULL};
    struct mounts mounts = {.hide_unified = c->host->hybrid_cgroups, .idmap = -1};
    struct err *e;

    loop_timer_disarm(c->kill_timer);
    c->state = CONTAINER_CLEANING;
    e = crun_start(c, &mounts, -1, clean_done, args);
    if (e) {
        log_err(LOG_LV_ERROR, "server", e, "crun delete");
        c->state = CONTAINER_ABSENT;
    }
}

/* What an earlier agent was killed over may still be falling apart, so a
 * failure is believed only when it comes again. */
void
container_fail(struct container *c, struct err *e)
{
    if (++c->failures < FAILURES_MAX) {
        log_info("server", "tried again id=%s reason=\"%s\"", c->id, e->message);
    } else {
        fail_text(c, e->message);
    }
    err_free(e);
    clean(c);
    container_tell(c, false);
}

static void
first_process_ended(void *arg, pid_t pid, int status)
{
    struct container *c = arg;

    (void)status;
    if (c->pid != pid) {
        return;
    }
    c->pid = 0;
    if (c->state == CONTAINER_RUNNING) {
        c->ended = true;
        container_tell(c, false); /* Before all else: somebody may wait for that. */
        log_info("server", "ended by itself id=%s", c->id);
        err_ignore(notes_write(c), "it would be started again");
    }
    if (c->state == CONTAINER_RUNNING || c->state == CONTAINER_ENDING) {
        clean(c);
    } else if (c->state == CONTAINER_CREATED) {
        container_fail(c, err_new(E_UNAVAILABLE, NULL, "it ended before it was started"));
    } /* STARTING: start_done sees that it is gone. */
    host_kick(c->host);
}

static void
kill_now(void *arg)
{
    struct container *c = arg;

    if (c->pid) {
        (void)kill(c->pid, SIGKILL);
    }
}

static void
stop(struct container *c)
{
    if (c->state == CONTAINER_RUNNING && c->pid) {
        c->state = CONTAINER_ENDING;
        if (c->removing) {
            kill_now(c);
        } else {
            (void)kill(c->pid, SIGTERM);
            loop_timer_arm(c->kill_timer, TERM_MS);
        }
    } else if (c->state == CONTAINER_ENDING && c->removing) {
        kill_now(c);
    } else if (c->state == CONTAINER_CREATED || c->state == CONTAINER_RUNNING) {
        clean(c);
    }
}

/* ---- making --------------------------------------------------------------------------------------- */

static struct err *
range_take(struct container *c)
{
    bool used[SERVERS_MAX + 1] = {true};

    if (!c->host->idmapped || c->range) {
        return NULL;
    }
    map_each (&c->host->servers, it) {
        const struct container *other = it->value;

        used[other->range <= SERVERS_MAX ? other->range : 0] = true;
    }
    while (c->range <= SERVERS_MAX && used[c->range]) {
        c->range++;
    }
    if (c->range > SERVERS_MAX) {
        c->range = 0;
        return err_new(E_QUOTA, NULL, "more than %d servers", SERVERS_MAX);
    }
    return NULL;
}

static struct err *
owned_dir(const char *path, uint32_t uid)
{
    TRY(dir_make(path, 0755));
    if (chown(path, uid, uid)) {
        return err_errno(E_UNAVAILABLE, "chown %s", path);
    }
    return NULL;
}

static struct err *
user_data_write(struct container *c, struct mem *mem, const struct desired_server *want,
                const char *seed)
{
    size_t n = 0;
    void *data = want->user_data ? base64_to(mem, want->user_data, &n) : NULL;

    if (!want->user_data) {
        return NULL;
    }
    if (!data) {
        return err_new(E_INVALID, NULL, "the user data is not base64");
    }
    TRY(owned_dir(seed, first_uid(c)));
    TRY(owned_dir(mem_printf(mem, "%s/run", seed), first_uid(c)));
    TRY(owned_dir(mem_printf(mem, "%s/run/carrick", seed), first_uid(c)));
    return file_put(mem_printf(mem, "%s/run/carrick/user-data", seed), data, n, 0644);
}

/* In the place of the image's own, if it has one; where its /etc is no folder, it wants none. */
static struct err *
resolver_write(struct container *c, struct mem *mem, const struct desired_server *want,
               const char *seed, const char *image)
{
    AUTO_BUF out = BUF_INIT;
    struct stat st;

    if (!resolver_conf(&out, &c->host->world, want) ||
        (!lstat(mem_printf(mem, "%s/etc", image), &st) && !S_ISDIR(st.st_mode))) {
        return NULL;
    }
    TRY(owned_dir(seed, first_uid(c)));
    TRY(owned_dir(mem_printf(mem, "%s/etc", seed), first_uid(c)));
    return file_put(mem_printf(mem, "%s/etc/resolv.conf", seed), out.data, out.len, 0644);
}

/* What we tell a server lies over its image and below its own layer; the path is ours, below a
 * layer that only the stopped server has written to, so links are not followed. */
static struct err *
seed_make(struct container *c, struct mem *mem, const struct desired_server *want,
          const char *image)
{
    const char *seed = in_dir(c, mem, "seed");

    TRY(dir_remove(seed));
    TRY(user_data_write(c, mem, want, seed));
    return resolver_write(c, mem, want, seed, image);
}

static struct strs
json_texts(struct mem *mem, const struct json *list)
{
    struct strs strs = {0};

    strs.items = MEM_ARRAY(mem, json_is(list, JSON_T_ARRAY) ? list->n : 0, const char *);
    json_each (list, i) {
        if (json_str(list->items[i])) {
            strs.items[strs.n++] = list->items[i]->s;
        }
    }
    return strs;
}

/* The server's command, else what its OCI image says to run, else init
 * (OCI image-spec: Entrypoint, then Cmd as its arguments). */
static void
image_process(struct container *c, struct mem *mem, const struct desired_server *want,
              struct oci_spec *spec)
{
    const struct json *config = rootfs_config(c->host, mem, want->image_id);
    struct strs entry = json_texts(mem, json_get(config, "Entrypoint"));
    struct strs cmd = json_texts(mem, json_get(config, "Cmd"));
    const char *cwd = json_get_str(config, "WorkingDir");

    spec->env = json_texts(mem, json_get(config, "Env"));
    spec->cwd = cwd && *cwd == '/' ? cwd : "/";
    if (want->command.n) {
        spec->command = want->command;
        return;
    }
    spec->command.items = MEM_ARRAY(mem, entry.n + cmd.n + 1, const char *);
    for (size_t i = 0; i < entry.n; i++) {
        spec->command.items[spec->command.n++] = entry.items[i];
    }
    for (size_t i = 0; i < cmd.n; i++) {
        spec->command.items[spec->command.n++] = cmd.items[i];
    }
    if (!spec->command.n) {
        spec->command.items[spec->command.n++] = "/sbin/init";
    }
}

static struct err *
config_write(struct container *c, struct mem *mem, const struct desired_server *want)
{
    struct oci_spec spec = {
        .server = want,
        .host_uid = first_uid(c),
        .cgroup = container_cgroup(c, mem),
        .drive = want->config_drive ? in_dir(c, mem, "drive") : NULL,
    };
    AUTO_BUF out = BUF_INIT;

    image_process(c, mem, want, &spec);
    oci_config(&out, &spec);
    return file_put(in_dir(c, mem, "config.json"), out.data, out.len, 0600);
}

/* The server's own layer is that of its image: after a rebuild it begins anew. */
static struct err *
layer_begin(struct container *c, struct mem *mem, const struct desired_server *want)
{
    const char *path = in_dir(c, mem, "layer"), *number = mem_printf(mem, "%lld", (long long)want->layer);
    char *text = NULL;
    size_t n = 0;

    if (file_exists(path)) {
        TRY(file_read(mem, path, TEXT_MAX, &text, &n));
    }
    if (str_eq(text ? mem_strn(mem, text, n) : "0", number)) {
        return NULL;
    }
    TRY(dir_remove(in_dir(c, mem, "upper")));
    TRY(dir_remove(in_dir(c, mem, "work")));
    TRY(dir_remove(in_dir(c, mem, "seed")));
    return file_put(path, number, strlen(number), 0600);
}

static struct err *
bundle_make(struct container *c, struct mem *mem, const struct desired_server *want,
            const char *image)
{
    static const char *const plain[] = {"lower", "rootfs"}, *const owned[] = {"upper", "work"};

    TRY(dir_make(dir_of(c, mem), 0711));
    TRY(range_take(c));
    TRY(layer_begin(c, mem, want));
    for (size_t i = 0; i < ARRAY_SIZE(plain); i++) {
        TRY(dir_make(in_dir(c, mem, plain[i]), 0755));
    }
    for (size_t i = 0; i < ARRAY_SIZE(owned); i++) {
        TRY(owned_dir(in_dir(c, mem, owned[i]), first_uid(c)));
    }
    (void)unlink(in_dir(c, mem, "crun.log"));
    (void)unlink(in_dir(c, mem, "pid"));
    TRY(seed_make(c, mem, want, image));
    TRY(drive_make(&c->host->world, mem, want, in_dir(c, mem, "drive")));
    TRY(config_write(c, mem, want));
    return notes_write(c);
}

static struct err *
console_open(struct container *c, struct mem *mem, int *fd)
{
    const char *path = mem_printf(mem, "%s/console/%s.log", c->host->options.state, c->id);

    /* crun gives its file to the container's user, so the site reads it as one of the others: the
     * folder lets nobody in but the site. */
    *fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (*fd < 0 || fchown(*fd, 0, c->host->options.site_uid) || fchmod(*fd, 0644)) {
        return err_errno(E_UNAVAILABLE, "open %s", path);
    }
    return NULL;
}

static void
create_done(void *arg, pid_t pid, int status)
{
    struct container *c = arg;
    AUTO(mem) mem = mem_new("create done");
    struct err *e = NULL;

    (void)pid;
    c->pid = status ? 0 : pid_read(c);
    if (!c->pid) {
        container_fail(c, err_new(E_UNAVAILABLE, NULL, "crun create: %s", crun_said(c, mem)));
        return;
    }
    c->state = CONTAINER_CREATED;
    e = loop_child(c->host->loop, c->pid, first_process_ended, c);
    if (e) {
        container_fail(c, e);
        return;
    }
    host_kick(c->host);
}

static struct err *
create(struct container *c, const struct desired_server *want, const char *image)
{
    AUTO(mem) mem = mem_new("create");
    const char *args[] = {"create",     "--bundle", dir_of(c, mem), "--pid-file",
                          in_dir(c, mem, "pid"), NULL};
    struct mounts mounts = {.hide_unified = c->host->hybrid_cgroups,
                            .lower = image,
                            .idmap = -1,
                            .lower_at = in_dir(c, mem, "lower"),
                            .root = in_dir(c, mem, "rootfs")};
    AUTO_FD console = -1;
    AUTO_FD idmap = -1;
    const char *seed = "";

    c->generation = want->generation;
    c->ended = c->started = c->plugged = false;
    TRY(bundle_make(c, mem, want, image));
    TRY(console_open(c, mem, &console));
    if (c->host->idmapped) {
        TRY(userns_new(c->host->options.uid_base, first_uid(c), &idmap));
        mounts.idmap = idmap;
    }
    if (file_exists(in_dir(c, mem, "seed"))) {
        seed = mem_printf(mem, "%s:", in_dir(c, mem, "seed"));
    }
    mounts.overlay = mem_printf(mem, "lowerdir=%s%s,upperdir=%s,workdir=%s", seed,
                                c->host->idmapped ? mounts.lower_at : image,
                                in_dir(c, mem, "upper"), in_dir(c, mem, "work"));
    c->state = CONTAINER_CREATING;
    return crun_start(c, &mounts, console, create_done, args);
}

static void
start_done(void *arg, pid_t pid, int status)
{
    struct container *c = arg;
    AUTO(mem) mem = mem_new("start done");

    (void)pid;
    if (status) {
        container_fail(c, err_new(E_UNAVAILABLE, NULL, "crun start: %s", crun_said(c, mem)));
        return;
    }
    if (c->state != CONTAINER_STARTING) {
        return;
    }
    c->started = true;
    c->failures = 0;
    err_ignore(notes_write(c), "it would be started anew after a restart of ours");
    state_set(c, CONTAINER_RUNNING);
    log_info("server", "running id=%s pid=%d", c->id, (int)c->pid);
    if (!c->pid) {
        c->ended = true; /* So short was its life. */
        clean(c);
    }
    host_kick(c->host);
}

void
container_start(struct container *c)
{
    static const char *const args[] = {"start", NULL};
    struct mounts mounts = {.hide_unified = c->host->hybrid_cgroups, .idmap = -1};
    struct err *e;

    c->state = CONTAINER_STARTING;
    e = crun_start(c, &mounts, -1, start_done, args);
    if (e) {
        container_fail(c, e);
    }
}

/* ---- stepping --------------------------------------------------------------------------------------- */

static void
begin(struct container *c, const struct desired_server *want)
{
    AUTO(mem) mem = mem_new("begin");
    const char *image = rootfs_path(c->host, mem, want->image_id);
    const char *why = rootfs_error(c->host, want->image_id);
    struct err *e;

    if (why) {
        fail_text(c, mem_printf(mem, "image %s: %s", want->image_id, why));
        c->generation = want->generation;
        container_tell(c, false);
    } else if (image) {
        e = create(c, want, image);
        if (e) {
            container_fail(c, e);
        }
        container_tell(c, false);
    }
}

static void
remove_all(struct container *c)
{
    struct host *host = c->host;
    AUTO(mem) mem = mem_new("remove server");
    const char *console = mem_printf(mem, "%s/console/%s.log", host->options.state, c->id);

    log_info("server", "removed id=%s", c->id);
    (void)unlink(console);
    (void)unlink(mem_printf(mem, "%s.1", console));
    err_ignore(dir_remove(dir_of(c, mem)), "what is left is found at the next start");
    (void)map_take(&host->servers, c->id);
    container_free(c);
    host_kick(host);
}

void
container_step(struct container *c, const struct desired_server *want)
{
    AUTO(mem) mem = mem_new("step");
    bool run;

    if (!want && !c->removing) {
        c->removing = true;
        err_ignore(file_exists(in_dir(c, mem, "notes.json")) ? notes_write(c) : NULL,
                   "then an heir finds a server that ended");
    }
    if (c->removing) {
        want = NULL; /* Should the id come again, it is another server. */
    }
    run = want && str_eq(want->power, "running");
    if (want && want->generation != c->generation && c->state == CONTAINER_ABSENT) {
        free(c->error);
        c->error = NULL;
        c->failures = 0;
        c->ended = false;
    }
    switch (c->state) {
    case CONTAINER_ABSENT:
        if (!want) {
            remove_all(c);
            return;
        }
        if (run && !c->error && !c->ended) {
            begin(c, want);
        }
        break;
    case CONTAINER_CREATED:
    case CONTAINER_RUNNING:
    case CONTAINER_ENDING:
        if (!run || want->generation != c->generation) {
            stop(c);
        }
        break;
    case CONTAINER_CREATING:
    case CONTAINER_STARTING:
    case CONTAINER_CLEANING:
        break;
    }
    container_tell(c, false);
}

struct container *
container_get(struct host *host, const char *id)
{
    struct container *c = map_get(&host->servers, id);

    if (!c) {
        c = heap_alloc(sizeof *c);
        c->host = host;
        c->id = heap_str(id);
        c->generation = -1;
        c->kill_timer = loop_timer_new(host->loop, kill_now, c);
        map_set(&host->servers, c->id, c);
    }
    return c;
}

void
container_free(struct container *c)
{
    loop_timer_del(c->kill_timer);
    free(c->id);
    free(c->error);
    free(c);
}

/* ---- after a restart ------------------------------------------------------------------------------------ */

/* "running" or what else crun says of it; "" where it knows nothing. */
static const char *
crun_status(struct container *c, struct mem *mem)
{
    struct mounts mounts = {.hide_unified = c->host->hybrid_cgroups, .idmap = -1};
    const char *root = mem_printf(mem, "%s/crun", c->host->options.state), *text;
    struct process_spec spec = {.argv = process_argv(mem, "crun", "--root", root, "state",
                                                     crun_id(c, mem), NULL),
                                .stdin_fd = -1,
                                .stdout_fd = -1,
                                .stderr_fd = -1,
                                .before_exec = mounts_enter,
                                .before_arg = &mounts};
    const struct json *json = NULL;
    struct err *e = process_run(mem, &spec, NULL, CRUN_MS, &text);

    e = e ? e : json_parse(mem, text, strlen(text), &json);
    err_ignore(e, "then it is not there");
    return str_or(json_get_str(json, "status"), "");
}

static struct err *
adopt(struct host *host, const char *id)
{
    AUTO(mem) mem = mem_new("adopt");
    struct container *c = container_get(host, id);
    bool known = notes_read(c);

    c->pid = known ? pid_read(c) : 0;
    if (c->pid && str_eq(crun_status(c, mem), "running")) {
        c->state = CONTAINER_RUNNING;
        log_info("server", "adopted id=%s pid=%d", c->id, (int)c->pid);
        return loop_child(host->loop, c->pid, first_process_ended, c);
    }
    /* It ended while nobody looked, or was cut short in the making. */
    c->ended = c->ended || (known && c->started && !c->pid);
    if (!c->ended) {
        c->generation = -1;
    }
    clean(c);
    return NULL;
}

struct err *
containers_adopt(struct host *host)
{
    AUTO(mem) mem = mem_new("adopt");
    const char *path = mem_printf(mem, "%s/servers", host->options.state);
    DIR *dir = opendir(path);
    struct dirent *entry;
    struct err *e = NULL;

    if (!dir) {
        return err_errno(E_UNAVAILABLE, "open %s", path);
    }
    while (!e && (entry = readdir(dir))) {
        if (entry->d_name[0] != '.') {
            e = adopt(host, entry->d_name);
        }
    }
    closedir(dir);
    return e;
}

/* ---- consoles --------------------------------------------------------------------------------------------- */

/* Copies the older part away and begins anew: the server's own descriptor
 * appends, so it goes on at the start. */
static void
console_trim(struct mem *mem, const char *path, gid_t site)
{
    struct stat st;
    char *text;
    size_t n;
    struct err *e;

    if (stat(path, &st) || st.st_size <= CONSOLE_MAX) {
        return;
    }
    e = st.st_size > 16 * CONSOLE_MAX ? NULL : file_read(mem, path, 16 * CONSOLE_MAX, &text, &n);
    if (!e && st.st_size <= 16 * CONSOLE_MAX) {
        size_t keep = n > CONSOLE_MAX ? CONSOLE_MAX : n;

        e = file_write(mem_printf(mem, "%s.1", path), text + n - keep, keep, 0640);
        if (!e && chown(mem_printf(mem, "%s.1", path), 0, site)) {
            e = err_errno(E_UNAVAILABLE, "chown");
        }
    }
    err_ignore(e, "the newest lines count more");
    if (truncate(path, 0)) {
        log_warn("server", "a console cannot be cut path=%s", path);
    }
}

void
consoles_trim(struct host *host)
{
    AUTO(mem) mem = mem_new("consoles");

    map_each (&host->servers, it) {
        const struct container *c = it->value;

        console_trim(mem, mem_printf(mem, "%s/console/%s.log", host->options.state, c->id),
                     host->options.site_uid);
    }
}

/* ---- the end of all ------------------------------------------------------------------------------------------ */

/* Removes a control group and those in it; false while somebody is still in one. */
static bool
cgroup_remove(struct mem *mem, const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        if (entry->d_name[0] != '.' && entry->d_type == DT_DIR) {
            (void)rmdir(mem_printf(mem, "%s/%s", path, entry->d_name));
        }
    }
    if (dir) {
        closedir(dir);
    }
    return !rmdir(path) || errno == ENOENT || errno == ENOTDIR;
}

/* crun does not remove the group around its containers, nor theirs while the killed are still
 * dying: with version 2 one folder, with version 1 one a controller. */
static void
cgroup_purge(struct mem *mem, const struct host_options *options)
{
    const struct timespec pause = {.tv_nsec = PURGE_PAUSE_NS};
    const char *group = site_cgroup(mem, options);
    bool gone = false;

    for (int i = 0; i < PURGE_TRIES && !gone; i++) {
        DIR *dir = opendir(CGROUPS);
        struct dirent *entry;

        if (i > 0) {
            (void)nanosleep(&pause, NULL);
        }
        gone = cgroup_remove(mem, mem_printf(mem, CGROUPS "/%s", group));
        while (dir && (entry = readdir(dir))) {
            if (entry->d_name[0] != '.') {
                gone &= cgroup_remove(mem, mem_printf(mem, CGROUPS "/%s/%s", entry->d_name, group));
            }
        }
        if (dir) {
            closedir(dir);
        }
    }
}

struct err *
containers_purge(const struct host_options *options)
{
    AUTO(mem) mem = mem_new("purge");
    const char *root = mem_printf(mem, "%s/crun", options->state);
    struct mounts mounts = {.hide_unified = file_exists(CGROUPS "/unified/cgroup.procs"),
                            .idmap = -1};
    DIR *dir = opendir(root);
    struct dirent *entry;
    struct err *all = NULL;

    while (dir && (entry = readdir(dir))) {
        struct process_spec spec = {.stdin_fd = -1,
                                    .stdout_fd = -1,
                                    .stderr_fd = -1,
                                    .before_exec = mounts_enter,
                                    .before_arg = &mounts};
        const char *text;

        if (entry->d_name[0] != '.') {
            spec.argv = process_argv(mem, "crun", "--root", root, "--cgroup-manager", "cgroupfs",
                                     "delete", "--force", entry->d_name, NULL);
            all = err_join(all, process_run(mem, &spec, NULL, CRUN_MS, &text));
        }
    }
    if (dir) {
        closedir(dir);
    }
    if (options->site_id) {
        cgroup_purge(mem, options);
    }
    return all;
}
