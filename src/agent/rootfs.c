/* Images are copied before they are looked at: what is hashed is what is
 * unpacked, whatever the site does to its file meanwhile. */
#include "agent/rootfs.h"

#include "agent/sandbox.h"
#include "base/log.h"
#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define UNPACK_MS 300000
#define CONFIG_MAX (1 << 20)
#define COPY_SIZE (1 << 20)
#define ARCHIVE_MAX (16LL << 30)
/* What no server is of any more is kept for the next one of it: so many, so long, and only where
 * the disk has room. */
#define KEPT_MAX 16
#define KEPT_S 86400
#define KEPT_FREE_PART 5 /* a fifth of the disk has to be free */

static const char *
rootfs_dir(struct host *host, struct mem *mem, const char *id)
{
    return mem_printf(mem, "%s/images/%s", host->options.state, id);
}

/* Of this agent alone: what an earlier one was killed over is swept. */
static const char *
rootfs_tmp(struct host *host, struct mem *mem, const char *id)
{
    return mem_printf(mem, "%s/images/%s.%d.tmp", host->options.state, id, (int)getpid());
}

const char *
rootfs_path(struct host *host, struct mem *mem, const char *id)
{
    const struct rootfs *rootfs = map_get(&host->images, id);

    return rootfs && rootfs->state == ROOTFS_READY
               ? mem_printf(mem, "%s/root", rootfs_dir(host, mem, id))
               : NULL;
}

const struct json *
rootfs_config(struct host *host, struct mem *mem, const char *id)
{
    const char *path = mem_printf(mem, "%s/answer.json", rootfs_dir(host, mem, id));
    const struct json *json = NULL;
    char *text;
    size_t n;
    struct err *e = file_read(mem, path, CONFIG_MAX, &text, &n);

    e = e ? e : json_parse(mem, text, strcspn(text, "\n"), &json);
    err_ignore(e, "an image without a configuration");
    return json_get(json, "config");
}

const char *
rootfs_error(struct host *host, const char *id)
{
    const struct rootfs *rootfs = map_get(&host->images, id);

    return rootfs && rootfs->state == ROOTFS_FAILED ? rootfs->error : NULL;
}

/* ---- in the child --------------------------------------------------------------------------- */

static void __attribute__((noreturn))
fail(const char *what)
{
    (void)dprintf(2, "%s: %s\n", what, errno ? strerror(errno) : "refused");
    _exit(1);
}

/* The site's file, by no link and from nowhere but its folder. */
static int
archive_open(const char *dir, const char *path)
{
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
                                      RESOLVE_NO_MAGICLINKS};
    int base = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), fd;
    struct stat st;

    if (base < 0) {
        fail(dir);
    }
    fd = (int)syscall(SYS_openat2, base, path, &how, sizeof how);
    if (fd < 0 || fstat(fd, &st)) {
        fail(path);
    }
    if (!S_ISREG(st.st_mode) || st.st_size > ARCHIVE_MAX) {
        errno = EINVAL;
        fail(path);
    }
    return fd;
}

static void
archive_copy(int from, const char *to, const char *sha512)
{
    int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char hash[EVP_MAX_MD_SIZE];
    char *data = heap_alloc(COPY_SIZE), hex[129];
    ssize_t n;

    if (fd < 0 || !ctx || !EVP_DigestInit_ex(ctx, EVP_sha512(), NULL)) {
        fail(to);
    }
    while ((n = read(from, data, COPY_SIZE)) > 0) {
        if (write(fd, data, (size_t)n) != n || !EVP_DigestUpdate(ctx, data, (size_t)n)) {
            fail(to);
        }
    }
    if (n < 0 || !EVP_DigestFinal_ex(ctx, hash, NULL)) {
        fail("read the archive");
    }
    hex_from(hex, hash, 64);
    if (strcmp(hex, sha512) != 0) {
        errno = 0;
        fail("the archive has another SHA-512 than the site said");
    }
    close(fd);
}

static void
rootfs_child(struct host *host, pid_t agent, const char *tmp, const struct desired_image *image)
{
    AUTO(mem) mem = mem_new("unpack");
    const char *root = mem_printf(mem, "%s/root", tmp);
    uint32_t base = host->options.uid_base;
    sigset_t none;
    int log = open(mem_printf(mem, "%s/log", tmp), O_WRONLY | O_CREAT | O_APPEND, 0600);
    int answer = open(mem_printf(mem, "%s/answer.json", tmp), O_WRONLY | O_CREAT, 0600);

    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (log < 0 || answer < 0 || dup2(answer, 1) < 0 || dup2(log, 2) < 0 ||
        close_range(3, ~0u, 0) || prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != agent) {
        _exit(1);
    }
    archive_copy(archive_open(host->options.site_state, image->path),
                 mem_printf(mem, "%s/archive", tmp), image->sha512);
    if (mkdir(root, 0755) || chown(root, base, base)) {
        fail(root);
    }
    unpack_enter(tmp, base);
}

/* ---- in the agent ------------------------------------------------------------------------------ */

static void
rootfs_failed(struct rootfs *rootfs, const char *why)
{
    rootfs->state = ROOTFS_FAILED;
    free(rootfs->error);
    rootfs->error = heap_str(why);
    log_warn("image", "failed id=%s reason=\"%s\"", rootfs->id, why);
    host_status(rootfs->host, DESIRED_image, rootfs->id, "ERROR", why);
}

static void
rootfs_ready(struct rootfs *rootfs)
{
    rootfs->state = ROOTFS_READY;
    log_info("image", "ready id=%s", rootfs->id);
    host_status(rootfs->host, DESIRED_image, rootfs->id, "ACTIVE", NULL);
}

/* The last line of the child's output. */
static const char *
log_tail(struct mem *mem, const char *tmp, int status)
{
    char *text, *line;
    size_t n;
    struct err *e = file_read(mem, mem_printf(mem, "%s/log", tmp), 1 << 20, &text, &n);

    if (e || !n) {
        err_ignore(e, "there is only the status then");
        return mem_printf(mem, "unpacking ended with status %d", status);
    }
    while (n && text[n - 1] == '\n') {
        text[--n] = 0;
    }
    line = strrchr(text, '\n');
    return line ? line + 1 : text;
}

static void
rootfs_done(void *arg, pid_t pid, int status)
{
    struct rootfs *rootfs = arg;
    struct host *host = rootfs->host;
    AUTO(mem) mem = mem_new("image");
    const char *dir = rootfs_dir(host, mem, rootfs->id);
    const char *tmp = rootfs_tmp(host, mem, rootfs->id);

    (void)pid;
    rootfs->pid = 0;
    loop_timer_disarm(rootfs->timer);
    if (status) {
        rootfs_failed(rootfs, log_tail(mem, tmp, status));
        err_ignore(dir_remove(tmp), "it is removed at the next start");
    } else {
        (void)unlink(mem_printf(mem, "%s/archive", tmp));
        if (rename(tmp, dir)) {
            rootfs_failed(rootfs, "rename");
        } else {
            rootfs_ready(rootfs);
        }
    }
    host_kick(host);
}

static void
rootfs_too_long(void *arg)
{
    struct rootfs *rootfs = arg;

    if (rootfs->pid) {
        (void)kill(-rootfs->pid, SIGKILL);
    }
}

static struct err *
rootfs_unpack(struct rootfs *rootfs, const struct desired_image *image)
{
    struct host *host = rootfs->host;
    AUTO(mem) mem = mem_new("image");
    const char *tmp = rootfs_tmp(host, mem, image->id);
    pid_t agent = getpid();

    TRY(dir_remove(tmp));
    TRY(dir_make(tmp, 0711));
    rootfs->state = ROOTFS_UNPACKING;
    rootfs->pid = fork();
    if (!rootfs->pid) {
        (void)setsid();
        rootfs_child(host, agent, tmp, image);
    }
    if (rootfs->pid < 0) {
        return err_errno(E_UNAVAILABLE, "fork");
    }
    loop_timer_arm(rootfs->timer, UNPACK_MS);
    return loop_child(host->loop, rootfs->pid, rootfs_done, rootfs);
}

static void
rootfs_new(struct host *host, const struct desired_image *image)
{
    AUTO(mem) mem = mem_new("image");
    struct rootfs *rootfs = heap_alloc(sizeof *rootfs);
    struct err *e;

    rootfs->host = host;
    rootfs->id = heap_str(image->id);
    rootfs->sha512 = heap_str(image->sha512);
    rootfs->timer = loop_timer_new(host->loop, rootfs_too_long, rootfs);
    map_set(&host->images, rootfs->id, rootfs);
    if (file_exists(mem_printf(mem, "%s/root", rootfs_dir(host, mem, image->id)))) {
        rootfs_ready(rootfs);
        return;
    }
    e = rootfs_unpack(rootfs, image);
    if (e) {
        rootfs_failed(rootfs, e->message);
        err_free(e);
    }
}

static void
rootfs_release(struct rootfs *rootfs)
{
    loop_timer_del(rootfs->timer);
    free(rootfs->id);
    free(rootfs->sha512);
    free(rootfs->error);
    free(rootfs);
}

/* A folder that nobody wants now. */
struct kept {
    const char *path, *name;
    time_t since;
};

static int
newest_first(const void *a, const void *b)
{
    const struct kept *x = a, *y = b;

    return (x->since < y->since) - (x->since > y->since);
}

/* How many of the folders that nobody wants may stay. */
static size_t
kept_max(const char *path)
{
    struct statvfs fs;

    return !statvfs(path, &fs) && fs.f_bavail >= fs.f_blocks / KEPT_FREE_PART ? KEPT_MAX : 0;
}

/* Removes folders of images that nobody has wanted for long, and at once what unpackings that
 * were cut short have left. */
static void
rootfs_sweep(struct host *host)
{
    AUTO(mem) mem = mem_new("image sweep");
    const char *path = mem_printf(mem, "%s/images", host->options.state);
    VEC(struct kept) kept = {0};
    DIR *dir = opendir(path);
    struct dirent *entry;
    size_t max;

    while (dir && (entry = readdir(dir))) {
        const char *name = mem_str(mem, entry->d_name);
        const char *id = mem_strn(mem, name, strcspn(name, "."));
        bool leftover = strchr(name, '.') &&
                        !str_ends(rootfs_tmp(host, mem, id), mem_printf(mem, "/%s", name));
        struct kept found = {.path = mem_printf(mem, "%s/%s", path, name), .name = name};
        struct stat st;

        if (name[0] != '.' && (leftover || !map_get(&host->images, id))) {
            found.since = leftover || stat(found.path, &st) ? 0 : st.st_mtime;
            vec_add(mem, &kept, found);
        }
    }
    if (dir) {
        closedir(dir);
    }
    max = kept.n ? kept_max(path) : 0;
    if (kept.n) {
        qsort(kept.items, kept.n, sizeof *kept.items, newest_first);
    }
    for (size_t i = 0; i < kept.n; i++) {
        if (i >= max || kept.items[i].since + KEPT_S < time(NULL)) {
            log_info("image", "removed id=%s", kept.items[i].name);
            err_ignore(dir_remove(kept.items[i].path), "tried again next time");
        }
    }
}

void
rootfs_retry(struct host *host)
{
    AUTO(mem) mem = mem_new("images");
    VEC(struct rootfs *) failed = {0};

    map_each (&host->images, it) {
        struct rootfs *rootfs = it->value;

        if (rootfs->state == ROOTFS_FAILED && !rootfs->pid) {
            vec_add(mem, &failed, rootfs);
        }
    }
    vec_each (&failed, rootfs) {
        (void)map_take(&host->images, (*rootfs)->id);
        rootfs_release(*rootfs);
    }
}

void
rootfs_step(struct host *host)
{
    world_each (&host->world, DESIRED_image, it) {
        if (!map_get(&host->images, it->key)) {
            rootfs_new(host, world_object(it));
        }
    }
    {
        AUTO(mem) mem = mem_new("images");
        VEC(struct rootfs *) gone = {0};

        map_each (&host->images, it) {
            struct rootfs *rootfs = it->value;

            if (!world_find(&host->world, DESIRED_image, rootfs->id) && !rootfs->pid) {
                vec_add(mem, &gone, rootfs);
            }
        }
        vec_each (&gone, rootfs) {
            /* From now on it is kept for another server (rootfs_sweep). */
            (void)utimensat(AT_FDCWD, rootfs_dir(host, mem, (*rootfs)->id), NULL, 0);
            (void)map_take(&host->images, (*rootfs)->id);
            rootfs_release(*rootfs);
        }
    }
    rootfs_sweep(host);
}

void
rootfs_free(struct host *host)
{
    map_each (&host->images, it) {
        struct rootfs *rootfs = it->value;

        if (rootfs->pid) {
            (void)kill(-rootfs->pid, SIGKILL);
        }
        rootfs_release(rootfs);
    }
    map_done(&host->images);
}
