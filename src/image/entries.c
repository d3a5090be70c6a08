/* One entry of a root file system, made below an open folder and nowhere else:
 * every folder on the way is resolved by the kernel with RESOLVE_BENEATH, names
 * are created without following links, devices are left out, set-user-id bits
 * dropped. */
#include "image/unpack.h"
#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RATIO_FLOOR (INT64_C(64) << 20)
#define REMOVE_DEPTH_MAX 256
#define WHITEOUT ".wh."
#define OPAQUE ".wh..wh..opq"

/* ---- below the root ---------------------------------------------------------------------- */

static int
open_beneath(int root, const char *path)
{
    struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};

    if (path[0] == '\0') {
        return fcntl(root, F_DUPFD_CLOEXEC, 3);
    }
    return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

/* Makes missing folders of 'path' one by one. */
static struct err *
make_folders(const struct unpack *u, struct mem *mem, const char *raw, const char *path)
{
    for (const char *slash = strchr(path, '/');; slash = strchr(slash + 1, '/')) {
        const char *part = slash ? mem_strn(mem, path, (size_t)(slash - path)) : path;
        const char *name, *above = unpack_parent(mem, part, &name);
        AUTO_FD dir = open_beneath(u->root, above);

        if (dir < 0) {
            return unpack_hostile(raw, errno == EXDEV ? "goes through a link that leads outside"
                                               : "lies below what is not a folder");
        }
        if (mkdirat(dir, name, 0755) != 0 && errno != EEXIST) {
            return err_errno(E_UNAVAILABLE, "make folder %s", part);
        }
        if (!slash) {
            return NULL;
        }
    }
}

/* The folder that holds 'path'; made where missing. */
static struct err *
open_parent(const struct unpack *u, struct mem *mem, const char *raw, const char *path, int *dir,
            const char **name)
{
    const char *above = unpack_parent(mem, path, name);

    *dir = open_beneath(u->root, above);
    if (*dir < 0 && errno == ENOENT) {
        TRY(make_folders(u, mem, raw, above));
        *dir = open_beneath(u->root, above);
    }
    if (*dir < 0) {
        if (errno == EXDEV || errno == ELOOP) {
            return unpack_hostile(raw, "goes through a link that leads outside");
        }
        return errno == ENOTDIR ? unpack_hostile(raw, "lies below what is not a folder")
                                : err_errno(E_UNAVAILABLE, "open folder of %s", path);
    }
    return NULL;
}

static struct err *empty_folder(int dir, int depth);

/* Removes a name, of a folder also what is in it; never follows links. */
static struct err *
remove_at(int dir, const char *name, int depth)
{
    AUTO_FD below = -1;

    if (unlinkat(dir, name, 0) == 0 || errno == ENOENT) {
        return NULL;
    }
    below = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (below < 0 || depth > REMOVE_DEPTH_MAX) {
        return err_errno(E_UNAVAILABLE, "remove %s", name);
    }
    TRY(empty_folder(below, depth + 1));
    if (unlinkat(dir, name, AT_REMOVEDIR) != 0) {
        return err_errno(E_UNAVAILABLE, "remove folder %s", name);
    }
    return NULL;
}

static struct err *
empty_folder(int dir, int depth)
{
    int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = copy < 0 ? NULL : fdopendir(copy);
    struct err *e = NULL;

    if (!list) {
        return err_errno(E_UNAVAILABLE, "list a folder");
    }
    for (struct dirent *d = readdir(list); !e && d; d = readdir(list)) {
        if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0) {
            e = remove_at(dir, d->d_name, depth);
        }
    }
    (void)closedir(list);
    return e;
}

static void
set_owner(const struct unpack *u, int dir, const char *name, struct archive_entry *entry)
{
    if (u->keep_owners &&
        fchownat(dir, name, (uid_t)archive_entry_uid(entry), (gid_t)archive_entry_gid(entry),
                 AT_SYMLINK_NOFOLLOW) != 0) {
        errno = 0; /* An owner that this namespace does not map is squashed. */
    }
}

static struct err *
count_bytes(struct unpack *u, const char *raw, int64_t n)
{
    u->n_bytes += n;
    if (u->n_bytes > u->limits.bytes) {
        return unpack_hostile(raw, mem_printf(u->mem, "makes the archive unpack to more than %lld bytes",
                                       (long long)u->limits.bytes));
    }
    if (u->n_bytes > RATIO_FLOOR && u->n_bytes / u->limits.ratio > u->packed) {
        return unpack_hostile(raw, mem_printf(u->mem, "unpacks to more than %lld times its size",
                                       (long long)u->limits.ratio));
    }
    return NULL;
}

/* The data of a file, into 'fd' or nowhere. */
static struct err *
copy_data(struct unpack *u, struct archive *a, const char *raw, int fd)
{
    const void *data;
    size_t n;
    la_int64_t offset;

    for (;;) {
        int rc = archive_read_data_block(a, &data, &n, &offset);

        if (rc == ARCHIVE_EOF) {
            return NULL;
        }
        if (rc != ARCHIVE_OK) {
            return unpack_read_error(u, a);
        }
        TRY(count_bytes(u, raw, (int64_t)n));
        if (fd >= 0 && lseek(fd, offset, SEEK_SET) < 0) {
            return err_errno(E_UNAVAILABLE, "write %s", raw);
        }
        if (fd >= 0) {
            TRY(fd_write_all(fd, data, n));
        }
    }
}

/* ---- the kinds -------------------------------------------------------------------------- */

static mode_t
safe_mode(struct archive_entry *entry)
{
    mode_t mode = archive_entry_mode(entry) & 0777;

    if (archive_entry_filetype(entry) == AE_IFDIR) {
        mode |= archive_entry_mode(entry) & S_ISVTX;
    }
    return mode;
}

static struct err *
make_file(struct unpack *u, struct archive *a, struct archive_entry *entry, const char *raw,
          int dir, const char *name)
{
    AUTO_FD fd = -1;

    TRY(remove_at(dir, name, 0));
    fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_errno(E_UNAVAILABLE, "create %s", raw);
    }
    TRY(copy_data(u, a, raw, fd));
    /* A file that ends in a hole has no data block there. */
    if (archive_entry_size_is_set(entry) && ftruncate(fd, archive_entry_size(entry)) != 0) {
        return err_errno(E_UNAVAILABLE, "write %s", raw);
    }
    set_owner(u, dir, name, entry);
    if (fchmod(fd, safe_mode(entry)) != 0) {
        return err_errno(E_UNAVAILABLE, "set the mode of %s", raw);
    }
    return NULL;
}

static struct err *
make_folder(const struct unpack *u, struct archive_entry *entry, const char *raw, int dir,
            const char *name)
{
    struct stat st;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(st.st_mode)) {
        TRY(remove_at(dir, name, 0));
    }
    if (mkdirat(dir, name, 0755) != 0 && errno != EEXIST) {
        return err_errno(E_UNAVAILABLE, "make folder %s", raw);
    }
    set_owner(u, dir, name, entry);
    if (fchmodat(dir, name, safe_mode(entry) | S_IRWXU, 0) != 0) {
        return err_errno(E_UNAVAILABLE, "set the mode of %s", raw);
    }
    return NULL;
}

static struct err *
make_symlink(const struct unpack *u, struct archive_entry *entry, const char *raw, int dir,
             const char *name)
{
    TRY(remove_at(dir, name, 0));
    if (symlinkat(archive_entry_symlink(entry), dir, name) != 0) {
        return err_errno(E_UNAVAILABLE, "make link %s", raw);
    }
    set_owner(u, dir, name, entry);
    return NULL;
}

/* A hard link names another entry of the same archive. */
static struct err *
make_hardlink(const struct unpack *u, struct mem *mem, const char *raw, const char *target,
              int dir, const char *name)
{
    const char *target_name;
    AUTO_FD from = open_beneath(u->root, unpack_parent(mem, target, &target_name));

    if (from < 0) {
        return unpack_hostile(raw, "is a hard link to what is not in the archive");
    }
    TRY(remove_at(dir, name, 0));
    if (linkat(from, target_name, dir, name, 0) != 0) {
        return errno == ENOENT ? unpack_hostile(raw, "is a hard link to what is not in the archive")
                               : err_errno(E_UNAVAILABLE, "make hard link %s", raw);
    }
    return NULL;
}

/* ".wh.name" takes away what a lower layer had, ".wh..wh..opq" all of a folder
 * (OCI image specification: layers, whiteouts). */
static struct err *
whiteout(int dir, const char *name)
{
    return strcmp(name, OPAQUE) == 0 ? empty_folder(dir, 0)
                                     : remove_at(dir, name + strlen(WHITEOUT), 0);
}

/* ---- one entry ---------------------------------------------------------------------------- */

static struct err *
make_entry(struct unpack *u, struct mem *mem, struct archive *a, struct archive_entry *entry,
           const char *path, const char *hardlink, bool layer)
{
    const char *raw = archive_entry_pathname(entry), *name;
    AUTO_FD dir = -1;

    TRY(open_parent(u, mem, raw, path, &dir, &name));
    if (layer && str_starts(name, WHITEOUT)) {
        return whiteout(dir, name);
    }
    if (hardlink) {
        return make_hardlink(u, mem, raw, hardlink, dir, name);
    }
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
        return make_file(u, a, entry, raw, dir, name);
    case AE_IFDIR:
        return make_folder(u, entry, raw, dir, name);
    case AE_IFLNK:
        return make_symlink(u, entry, raw, dir, name);
    default:
        return NULL;
    }
}

/* Devices, pipes and sockets have no business in a root file system: its
 * owner makes those that are needed. */
static bool
is_device(struct archive_entry *entry, const char *hardlink)
{
    unsigned int type = archive_entry_filetype(entry);

    return !hardlink && type != AE_IFREG && type != AE_IFDIR && type != AE_IFLNK;
}

static struct err *
check_symlink(struct archive_entry *entry, const char *raw)
{
    const char *target = archive_entry_symlink(entry);

    if (archive_entry_filetype(entry) != AE_IFLNK || archive_entry_hardlink(entry)) {
        return NULL;
    }
    return target && target[0] && strlen(target) < PATH_MAX
               ? NULL
               : unpack_hostile(raw, "is a link without a target");
}

static struct err *
check_only(struct unpack *u, struct mem *mem, struct archive *a, struct archive_entry *entry,
           const char *path, const char *hardlink)
{
    const char *raw = archive_entry_pathname(entry);

    TRY(unpack_check_way(u, mem, raw, &path));
    if (hardlink) {
        return unpack_check_way(u, mem, raw, &hardlink);
    }
    unpack_note_link(u, path,
                     archive_entry_filetype(entry) == AE_IFLNK ? archive_entry_symlink(entry)
                                                               : NULL);
    return archive_entry_filetype(entry) == AE_IFREG ? copy_data(u, a, raw, -1) : NULL;
}

struct err *
unpack_entry(struct unpack *u, struct archive *a, struct archive_entry *entry, bool layer)
{
    AUTO(mem) mem = mem_new("entry");
    const char *raw = archive_entry_pathname(entry), *path, *hardlink = NULL;

    if (++u->n_entries > u->limits.entries) {
        return err_new(E_INVALID, NULL, "the archive has more than %lld entries",
                       (long long)u->limits.entries);
    }
    TRY(unpack_path(mem, raw, &path));
    if (archive_entry_hardlink(entry)) {
        TRY(unpack_path(mem, archive_entry_hardlink(entry), &hardlink));
    }
    TRY(check_symlink(entry, raw));
    if (is_device(entry, hardlink)) {
        u->n_devices++;
        return NULL;
    }
    if (path[0] == '\0') {
        return NULL; /* "./": the root itself */
    }
    return u->root < 0 ? check_only(u, mem, a, entry, path, hardlink)
                       : make_entry(u, mem, a, entry, path, hardlink, layer);
}

struct err *
unpack_entries(struct unpack *u, struct archive *a, bool layer)
{
    struct archive_entry *entry;

    for (;;) {
        int rc = archive_read_next_header(a, &entry);

        if (rc == ARCHIVE_EOF) {
            return NULL;
        }
        if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN) {
            return unpack_read_error(u, a);
        }
        TRY(unpack_entry(u, a, entry, layer));
    }
}
