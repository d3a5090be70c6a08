/* Reading the files of a package: from a zip through libzip (after directory.c
 * looked at it), or from a folder. */
#include "tosca/archive.h"

#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#define PIECE 65536
#define DEPTH_MAX 32

static void
archive_close(void *arg)
{
    struct package_archive *archive = arg;

    if (archive->zip) {
        zip_discard(archive->zip);
    }
    fd_close(&archive->dir_fd);
}

static struct package_archive *
archive_new(struct mem *mem)
{
    struct package_archive *archive = MEM_NEW(mem, struct package_archive);

    archive->mem = mem;
    archive->dir_fd = -1;
    mem_on_free(mem, archive_close, archive);
    return archive;
}

/* What libzip reads has to be what was looked at. */
static bool
is_listed(const struct directory *directory, zip_uint64_t i, const zip_stat_t *st)
{
    return str_eq(directory->entries.items[i].name, st->name) &&
           directory->entries.items[i].size == st->size;
}

static struct err *
zip_list(struct package_archive *archive, const char *path, const struct directory *directory)
{
    zip_int64_t n = zip_get_num_entries(archive->zip, 0);

    if (n != (zip_int64_t)directory->entries.n) {
        return err_new(E_INVALID, "PackageInvalid", "%s: holds more than one directory", path);
    }
    for (zip_uint64_t i = 0; (zip_int64_t)i < n; i++) {
        struct package_file file = {.index = i};
        zip_stat_t st;

        if (zip_stat_index(archive->zip, i, ZIP_FL_ENC_RAW, &st) != 0 ||
            !(st.valid & ZIP_STAT_NAME) || !(st.valid & ZIP_STAT_SIZE)) {
            return err_new(E_INVALID, "PackageInvalid", "%s: entry %llu is damaged", path,
                           (unsigned long long)i);
        }
        if (!is_listed(directory, i, &st)) {
            return err_new(E_INVALID, "PackageInvalid",
                           "%s: entry %llu has two names or sizes: more than one directory", path,
                           (unsigned long long)i);
        }
        file.name = mem_str(archive->mem, st.name);
        file.size = st.size;
        file.crc = st.valid & ZIP_STAT_CRC ? st.crc : 0;
        if (str_ends(file.name, "/")) {
            vec_add(archive->mem, &archive->folders, file.name);
        } else {
            vec_add(archive->mem, &archive->files, file);
        }
    }
    return NULL;
}

struct err *
archive_open_fd(struct mem *mem, const char *path, int fd, const struct package_limits *limits,
                struct package_archive **archive)
{
    AUTO(mem) scratch = mem_new("zip directory");
    AUTO_FD own = fd;
    struct directory directory;
    int code;

    *archive = NULL;
    TRY(directory_check(scratch, path, own, limits, &directory));
    *archive = archive_new(mem);
    (*archive)->zip = zip_fdopen(own, 0, &code);
    if (!(*archive)->zip) {
        *archive = NULL;
        return err_new(E_INVALID, "PackageInvalid", "%s: the zip is damaged (%d)", path, code);
    }
    own = -1; /* libzip has it. NOLINT(clang-analyzer-deadcode.DeadStores): its end looks at it */
    return zip_list(*archive, path, &directory);
}

static struct err *folder_walk(struct package_archive *archive, const char *root,
                               const char *prefix, int depth, const struct package_limits *limits);

static struct err *
folder_entry(struct package_archive *archive, const char *root, const char *name, int depth,
             const struct package_limits *limits)
{
    struct package_file file = {.name = name};
    const char *why = directory_name_fault(archive->mem, name, strlen(name), limits->max_name);
    struct stat st;

    if (!why && fstatat(archive->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return err_errno(E_UNAVAILABLE, "%s/%s", root, name);
    }
    if (!why && S_ISDIR(st.st_mode)) {
        vec_add(archive->mem, &archive->folders, mem_printf(archive->mem, "%s/", name));
        return folder_walk(archive, root, name, depth + 1, limits);
    }
    if (!why && !S_ISREG(st.st_mode)) {
        why = S_ISLNK(st.st_mode) ? "is a symbolic link" : "is a special file";
    }
    if (why) {
        return err_new(E_INVALID, "PackageInvalid", "%s: %s: %s", root, name, why);
    }
    if (archive->files.n >= limits->max_files) {
        return err_new(E_TOO_LARGE, "PackageTooLarge", "%s: more than %zu files", root,
                       limits->max_files);
    }
    file.size = (uint64_t)st.st_size;
    vec_add(archive->mem, &archive->files, file);
    return NULL;
}

static struct err *
folder_walk(struct package_archive *archive, const char *root, const char *prefix, int depth,
            const struct package_limits *limits)
{
    int fd = openat(archive->dir_fd, *prefix ? prefix : ".",
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct err *faults = NULL;
    const struct dirent *entry;

    if (!dir || depth > DEPTH_MAX) {
        struct err *e = depth > DEPTH_MAX
                            ? err_new(E_INVALID, "PackageInvalid", "%s: folders too deep", root)
                            : err_errno(E_UNAVAILABLE, "%s/%s", root, prefix);

        if (dir) {
            closedir(dir);
        } else {
            fd_close(&fd);
        }
        return e;
    }
    while ((entry = readdir(dir)) != NULL) {
        if (!str_eq(entry->d_name, ".") && !str_eq(entry->d_name, "..")) {
            const char *name = *prefix ? mem_printf(archive->mem, "%s/%s", prefix, entry->d_name)
                                       : mem_str(archive->mem, entry->d_name);

            faults = err_join(faults, folder_entry(archive, root, name, depth, limits));
        }
    }
    closedir(dir);
    return faults;
}

struct err *
archive_open(struct mem *mem, const char *path, const struct package_limits *limits,
             struct package_archive **archive)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    *archive = NULL;
    if (fd < 0 || fstat(fd, &st) != 0) {
        struct err *e = err_errno(errno == ENOENT ? E_NOT_FOUND : E_UNAVAILABLE, "%s", path);

        fd_close(&fd);
        return e;
    }
    if (!S_ISDIR(st.st_mode)) {
        return archive_open_fd(mem, path, fd, limits, archive);
    }
    *archive = archive_new(mem);
    (*archive)->dir_fd = fd;
    return folder_walk(*archive, path, "", 0, limits);
}

/* Feeds what 'next' gives to the sink; more or less than the listed size is damage. */
static struct err *
pump(const struct package_file *file, int64_t (*next)(void *from, void *piece, size_t n),
     void *from, package_sink_fn *sink, void *arg)
{
    char *piece = heap_alloc(PIECE);
    struct err *e = NULL;
    uint64_t total = 0;

    for (;;) {
        int64_t n = next(from, piece, PIECE);

        if (n <= 0) {
            if (n < 0 || total != file->size) {
                e = err_new(E_INVALID, "PackageInvalid", "%s: is damaged", file->name);
            }
            break;
        }
        total += (uint64_t)n;
        e = total > file->size
                ? err_new(E_INVALID, "PackageInvalid", "%s: is longer than it claims", file->name)
                : sink(arg, piece, (size_t)n);
        if (e) {
            break;
        }
    }
    free(piece);
    return e;
}

static int64_t
zip_next(void *from, void *piece, size_t n)
{
    return zip_fread(from, piece, n);
}

static int64_t
fd_next(void *from, void *piece, size_t n)
{
    return read(*(int *)from, piece, n);
}

struct err *
archive_read(struct package_archive *archive, const struct package_file *file,
             package_sink_fn *sink, void *arg)
{
    struct err *e;

    if (archive->zip) {
        zip_file_t *from = zip_fopen_index(archive->zip, file->index, 0);

        if (!from) {
            return err_new(E_INVALID, "PackageInvalid", "%s: is damaged", file->name);
        }
        e = pump(file, zip_next, from, sink, arg);
        zip_fclose(from);
    } else {
        AUTO_FD fd = openat(archive->dir_fd, file->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

        if (fd < 0) {
            return err_errno(E_UNAVAILABLE, "%s", file->name);
        }
        e = pump(file, fd_next, &fd, sink, arg);
    }
    return e;
}
