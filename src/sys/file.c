/* Whole files and folders.  A write is durable when it returns and atomic at
 * every moment: the old file or the new one, never a part. */
#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Folders nested deeper are first moved up: depth costs descriptors and stack, and what is removed
 * may be a tenant's. */
#define REMOVE_DEPTH_MAX 64

void
fd_close(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
    *fd = -1;
}

static struct err *
open_to_read(const char *path, int *fd)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (*fd < 0) {
        return err_errno(errno == ENOENT || errno == ENOTDIR ? E_NOT_FOUND : E_UNAVAILABLE,
                         "open %s", path);
    }
    return NULL;
}

/* Reads to the end of 'fd' into 'buf', which drops what passes its limit. */
static struct err *
read_all(int fd, const char *path, struct buf *buf)
{
    char piece[65536 / 2];

    while (!buf->overflow) {
        ssize_t n = read(fd, piece, sizeof piece);

        if (n == 0) {
            return NULL;
        }
        if (n < 0 && errno != EINTR) {
            return err_errno(E_UNAVAILABLE, "read %s", path);
        }
        if (n > 0) {
            buf_add(buf, piece, (size_t)n);
        }
    }
    return err_new(E_TOO_LARGE, NULL, "%s is larger than %zu bytes", path, buf->max);
}

struct err *
file_read(struct mem *mem, const char *path, size_t max, char **data, size_t *n)
{
    AUTO_FD fd = -1;
    AUTO_BUF buf = {.max = max};

    TRY(open_to_read(path, &fd));
    TRY(read_all(fd, path, &buf));
    *data = buf_copy(mem, &buf);
    if (n) {
        *n = buf.len;
    }
    return NULL;
}

struct err *
fd_write_all(int fd, const void *data, size_t n)
{
    const char *p = data;

    while (n) {
        ssize_t done = write(fd, p, n);

        if (done < 0 && errno != EINTR) {
            return err_errno(E_UNAVAILABLE, "write");
        }
        if (done > 0) {
            p += done;
            n -= (size_t)done;
        }
    }
    return NULL;
}

/* The folder that 'path' is in. */
static void
parent_of(const char *path, char out[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;

    if (!slash) {
        snprintf(out, PATH_MAX, ".");
    } else {
        snprintf(out, PATH_MAX, "%.*s", n ? (int)n : 1, path);
    }
}

struct err *
file_name_sync(const char *path)
{
    char parent[PATH_MAX];
    AUTO_FD fd = -1;

    parent_of(path, parent);
    fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd)) {
        return err_errno(E_UNAVAILABLE, "fsync %s", parent);
    }
    return NULL;
}

struct content {
    const void *data;
    size_t n;
    mode_t mode;
    bool durable;
};

/* Fills the new file and puts it in place. */
static struct err *
write_and_rename(int fd, const char *fresh, const char *path, const struct content *content)
{
    TRY_MSG(fd_write_all(fd, content->data, content->n), "%s", path);
    if (fchmod(fd, content->mode)) {
        return err_errno(E_UNAVAILABLE, "chmod %s", path);
    }
    if (content->durable && fsync(fd)) {
        return err_errno(E_UNAVAILABLE, "fsync %s", path);
    }
    if (rename(fresh, path)) {
        return err_errno(E_UNAVAILABLE, "rename %s", path);
    }
    return NULL;
}

static struct err *
content_put(const char *path, const struct content *content)
{
    char fresh[PATH_MAX];
    AUTO_FD fd = -1;
    struct err *e;

    if (snprintf(fresh, sizeof fresh, "%s.XXXXXX", path) >= (int)sizeof fresh) {
        return err_new(E_INVALID, NULL, "the path is too long: %.80s...", path);
    }
    fd = mkostemp(fresh, O_CLOEXEC);
    if (fd < 0) {
        return err_errno(E_UNAVAILABLE, "create %s", path);
    }
    e = write_and_rename(fd, fresh, path, content);
    if (e) {
        unlink(fresh);
        return e;
    }
    return content->durable ? file_name_sync(path) : NULL;
}

struct err *
file_write(const char *path, const void *data, size_t n, mode_t mode)
{
    const struct content content = {.data = data, .n = n, .mode = mode, .durable = true};

    return content_put(path, &content);
}

struct err *
file_put(const char *path, const void *data, size_t n, mode_t mode)
{
    const struct content content = {.data = data, .n = n, .mode = mode};

    return content_put(path, &content);
}

static struct err *
make_one(const char *path, mode_t mode)
{
    struct stat st;

    if (!mkdir(path, mode)) {
        return NULL;
    }
    if (errno == EEXIST && !stat(path, &st)) {
        if (S_ISDIR(st.st_mode)) {
            return NULL;
        }
        errno = ENOTDIR;
    }
    return err_errno(E_UNAVAILABLE, "mkdir %s", path);
}

struct err *
dir_make(const char *path, mode_t mode)
{
    char part[PATH_MAX];

    if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part) {
        return err_new(E_INVALID, NULL, "the path is too long: %.80s...", path);
    }
    for (char *slash = strchr(part + 1, '/'); *part && slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        TRY(make_one(part, mode | 0100));
        *slash = '/';
    }
    return make_one(part, mode);
}

/* Nothing is in it that could be anybody's. */
static bool
is_bare(int fd)
{
    int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = own < 0 ? NULL : fdopendir(own);
    size_t n = 0;

    if (!list) {
        fd_close(&own);
        return false;
    }
    for (const struct dirent *d = readdir(list); d; d = readdir(list)) {
        n += !str_in(d->d_name, (const char *[]){".", "..", "lost+found", NULL});
    }
    (void)closedir(list);
    return !n;
}

struct err *
dir_to_give(const char *path, uid_t uid, int *fd)
{
    struct stat st;
    const char *why;

    *fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*fd < 0 && (errno == ELOOP || errno == ENOTDIR)) {
        return err_new(E_CONFLICT, NULL, "%s is a link to a folder that is not of the role's user (%u): name that one", path,
                       uid);
    }
    if (*fd < 0 || fstat(*fd, &st)) {
        return err_errno(E_UNAVAILABLE, "open %s", path);
    }
    why = st.st_uid ? "" : st.st_mode & (S_IWGRP | S_IWOTH) ? ", and others may write there"
          : is_bare(*fd) ? NULL : ", and is not empty";
    return why ? err_new(E_CONFLICT, NULL, "%s belongs to user %u%s: a role keeps what it has in a folder of its own user "
                         "(here %u), name another one or chown it", path, st.st_uid, why, uid)
               : NULL;
}

struct removal {
    int top; /* the folder that all is in */
    dev_t dev;
    unsigned n_moved;
};

static struct err *remove_content(struct removal *r, int fd, int depth);

/* Moves a folder to the top, under a name that is free. */
static struct err *
move_up(struct removal *r, int parent, const char *name)
{
    char fresh[32];

    do {
        snprintf(fresh, sizeof fresh, "deep.%u", r->n_moved++);
        if (!renameat2(parent, name, r->top, fresh, RENAME_NOREPLACE)) {
            return NULL;
        }
    } while (errno == EEXIST);
    return err_errno(E_UNAVAILABLE, "move %s", name);
}

/* Removes the entry 'name' of the folder 'parent'. */
static struct err *
remove_entry(struct removal *r, int parent, const char *name, int depth)
{
    struct stat st;
    AUTO_FD fd = -1;

    if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW)) {
        return errno == ENOENT ? NULL : err_errno(E_UNAVAILABLE, "stat %s", name);
    }
    if (S_ISDIR(st.st_mode)) {
        if (st.st_dev != r->dev) {
            return err_new(E_IN_USE, NULL, "%s is on another file system: not removed", name);
        }
        if (depth >= REMOVE_DEPTH_MAX) {
            return move_up(r, parent, name);
        }
        fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0) {
            return err_errno(E_UNAVAILABLE, "open %s", name);
        }
        TRY(remove_content(r, fd, depth + 1));
    }
    if (unlinkat(parent, name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0) && errno != ENOENT) {
        return err_errno(errno == EBUSY ? E_IN_USE : E_UNAVAILABLE, "remove %s", name);
    }
    return NULL;
}

/* Removes what is in the folder 'fd' (borrowed). */
static struct err *
remove_content(struct removal *r, int fd, int depth)
{
    int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* read from its start */
    DIR *dir = own < 0 ? NULL : fdopendir(own);
    struct err *e = NULL;
    struct dirent *entry;

    if (!dir) {
        e = err_errno(E_UNAVAILABLE, "read folder");
        fd_close(&own);
        return e;
    }
    while (!e && (entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            e = remove_entry(r, fd, entry->d_name, depth);
        }
    }
    closedir(dir);
    return e;
}

struct err *
dir_remove(const char *path)
{
    AUTO_FD fd = -1;
    struct removal r = {0};
    struct stat st;
    unsigned n_moved;

    fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? NULL : err_errno(E_UNAVAILABLE, "open %s", path);
    }
    if (fstat(fd, &st)) {
        return err_errno(E_UNAVAILABLE, "stat %s", path);
    }
    r.top = fd;
    r.dev = st.st_dev;
    do {
        n_moved = r.n_moved;
        TRY_MSG(remove_content(&r, fd, 0), "remove %s", path);
    } while (r.n_moved != n_moved);
    if (rmdir(path) && errno != ENOENT) {
        return err_errno(errno == EBUSY ? E_IN_USE : E_UNAVAILABLE, "remove %s", path);
    }
    return NULL;
}

/* Some file systems that are shared know no file without a name. */
struct err *
file_nameless(const char *dir, int *fd)
{
    char path[PATH_MAX];

    *fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (*fd >= 0 || errno != EOPNOTSUPP) {
        return *fd < 0 ? err_errno(E_UNAVAILABLE, "a file in %s", dir) : NULL;
    }
    if (snprintf(path, sizeof path, "%s/.nameless.XXXXXX", dir) >= (int)sizeof path) {
        return err_new(E_INVALID, NULL, "%s: its name is too long", dir);
    }
    *fd = mkostemp(path, O_CLOEXEC);
    if (*fd < 0 || unlink(path)) {
        fd_close(fd);
        return err_errno(E_UNAVAILABLE, "a file in %s", dir);
    }
    return NULL;
}

bool
file_exists(const char *path)
{
    struct stat st;

    return !stat(path, &st);
}
