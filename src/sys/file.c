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

#define REMOVE_DEPTH_MAX 512

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

static struct err *
sync_parent(const char *path)
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
    return content->durable ? sync_parent(path) : NULL;
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

static struct err *remove_content(int fd, dev_t dev, int depth);

/* Removes the entry 'name' of the folder 'parent'. */
static struct err *
remove_entry(int parent, const char *name, dev_t dev, int depth)
{
    struct stat st;
    AUTO_FD fd = -1;

    if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW)) {
        return errno == ENOENT ? NULL : err_errno(E_UNAVAILABLE, "stat %s", name);
    }
    if (S_ISDIR(st.st_mode)) {
        if (st.st_dev != dev) {
            return err_new(E_IN_USE, NULL, "%s is on another file system: not removed", name);
        }
        fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0) {
            return err_errno(E_UNAVAILABLE, "open %s", name);
        }
        TRY(remove_content(fd, dev, depth + 1));
    }
    if (unlinkat(parent, name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0) && errno != ENOENT) {
        return err_errno(errno == EBUSY ? E_IN_USE : E_UNAVAILABLE, "remove %s", name);
    }
    return NULL;
}

/* Removes what is in the folder 'fd' (borrowed). */
static struct err *
remove_content(int fd, dev_t dev, int depth)
{
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    DIR *dir = own < 0 ? NULL : fdopendir(own);
    struct err *e = NULL;
    struct dirent *entry;

    if (!dir) {
        e = err_errno(E_UNAVAILABLE, "read folder");
        fd_close(&own);
        return e;
    }
    if (depth > REMOVE_DEPTH_MAX) {
        e = err_new(E_INVALID, NULL, "folders are nested more than %d deep", REMOVE_DEPTH_MAX);
    }
    while (!e && (entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            e = remove_entry(fd, entry->d_name, dev, depth);
        }
    }
    closedir(dir);
    return e;
}

struct err *
dir_remove(const char *path)
{
    AUTO_FD fd = -1;
    struct stat st;

    fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? NULL : err_errno(E_UNAVAILABLE, "open %s", path);
    }
    if (fstat(fd, &st)) {
        return err_errno(E_UNAVAILABLE, "stat %s", path);
    }
    TRY_MSG(remove_content(fd, st.st_dev, 0), "remove %s", path);
    if (rmdir(path) && errno != ENOENT) {
        return err_errno(errno == EBUSY ? E_IN_USE : E_UNAVAILABLE, "remove %s", path);
    }
    return NULL;
}

bool
file_exists(const char *path)
{
    struct stat st;

    return !stat(path, &st);
}
