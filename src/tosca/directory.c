/* The central directory of a zip, read byte by byte before any library parses
 * the file: its strings hide nothing from us (NUL, backslashes, links), and its
 * claims are held against the limits before memory is taken for them. */
#include "tosca/archive.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string.h>

#define END_SIZE 22u
#define END_MAX (END_SIZE + 65535u)
#define ENTRY_SIZE 46u
#define LOCATOR_SIZE 20u
#define END64_SIZE 56u
#define FAULTS_MAX 20
#define RATIO_FROM (1u << 20)
#define UNIX_HOST 3

struct walk {
    struct mem *mem;
    const char *path;
    const struct package_limits *limits;
    uint64_t file_size;
    uint64_t n_entries, start, size; /* of the directory */
    uint64_t unpacked, packed;
    struct map names;
    struct directory *found;
    struct err *faults;
    size_t n_faults;
};

static uint64_t
le(const uint8_t *p, size_t n)
{
    uint64_t v = 0;

    while (n > 0) {
        v = v << 8 | p[--n];
    }
    return v;
}

static struct err *
invalid(const char *path, const char *what)
{
    return err_new(E_INVALID, "PackageInvalid", "%s: %s", path, what);
}

static struct err *
too_large(const char *path, const char *what, uint64_t is, uint64_t max)
{
    return err_new(E_TOO_LARGE, "PackageTooLarge", "%s: %s: %llu, at most %llu allowed", path, what,
                   (unsigned long long)is, (unsigned long long)max);
}

static bool
read_at(int fd, void *data, size_t n, uint64_t offset)
{
    size_t done = 0;

    while (done < n) {
        ssize_t got = pread(fd, (char *)data + done, n - done, (off_t)(offset + done));

        if (got <= 0) {
            return false;
        }
        done += (size_t)got;
    }
    return true;
}

/* zip64: the real numbers stand in a record of their own. */
static bool
find_end64(struct walk *walk, int fd, uint64_t end_offset)
{
    uint8_t locator[LOCATOR_SIZE], end[END64_SIZE];

    if (end_offset < LOCATOR_SIZE ||
        !read_at(fd, locator, sizeof locator, end_offset - LOCATOR_SIZE) ||
        le(locator, 4) != 0x07064b50 || !read_at(fd, end, sizeof end, le(locator + 8, 8)) ||
        le(end, 4) != 0x06064b50) {
        return false;
    }
    walk->n_entries = le(end + 32, 8);
    walk->size = le(end + 40, 8);
    walk->start = le(end + 48, 8);
    return true;
}

/* Finds the end record, which says where the directory is; false: no zip. */
static bool
find_end(struct walk *walk, int fd)
{
    size_t n = walk->file_size < END_MAX ? (size_t)walk->file_size : END_MAX;
    uint8_t *tail = mem_alloc(walk->mem, n);

    if (n < END_SIZE || !read_at(fd, tail, n, walk->file_size - n)) {
        return false;
    }
    for (size_t i = n - END_SIZE + 1; i-- > 0;) {
        const uint8_t *end = tail + i;

        if (le(end, 4) != 0x06054b50 || i + END_SIZE + le(end + 20, 2) > n) {
            continue;
        }
        walk->n_entries = le(end + 10, 2);
        walk->size = le(end + 12, 4);
        walk->start = le(end + 16, 4);
        if (walk->n_entries == 0xffff || walk->size == 0xffffffff || walk->start == 0xffffffff) {
            (void)find_end64(walk, fd, walk->file_size - n + i);
        }
        return true;
    }
    return false;
}

/* The sizes of an entry; those that do not fit stand in extra field 1. */
static void
entry_sizes(const uint8_t *entry, size_t name_size, uint64_t *packed, uint64_t *unpacked)
{
    const uint8_t *extra = entry + ENTRY_SIZE + name_size;
    size_t left = le(entry + 30, 2);

    *packed = le(entry + 20, 4);
    *unpacked = le(entry + 24, 4);
    while (left >= 4) {
        size_t n = le(extra + 2, 2), at = 4;

        if (n + 4 > left) {
            return;
        }
        if (le(extra, 2) == 1) {
            if (*unpacked == 0xffffffff && at + 8 <= n + 4) {
                *unpacked = le(extra + at, 8);
                at += 8;
            }
            if (*packed == 0xffffffff && at + 8 <= n + 4) {
                *packed = le(extra + at, 8);
            }
        }
        extra += n + 4;
        left -= n + 4;
    }
}

/* Is "." or ".." or nothing one of the parts?  A '/' at the end is fine. */
static bool
has_odd_part(const char *name, size_t n)
{
    size_t start = 0;

    for (size_t i = 0; i <= n; i++) {
        if (i < n && name[i] != '/') {
            continue;
        }
        if ((i == start && i < n) || (i - start == 1 && name[start] == '.') ||
            (i - start == 2 && name[start] == '.' && name[start + 1] == '.')) {
            return true;
        }
        start = i + 1;
    }
    return false;
}

const char *
directory_name_fault(struct mem *mem, const char *name, size_t n, size_t max)
{
    if (n == 0 || n > max) {
        return mem_printf(mem, "name of %zu bytes, 1 to %zu allowed", n, max);
    }
    if (memchr(name, '\0', n)) {
        return "NUL in a name";
    }
    if (memchr(name, '\\', n)) {
        return "backslash in a name";
    }
    if (name[0] == '/' || (n > 1 && name[1] == ':')) {
        return "absolute name";
    }
    if (has_odd_part(name, n)) {
        return "name with an empty part, \".\" or \"..\"";
    }
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f) {
            return "control character in a name";
        }
    }
    return str_utf8(name, n) ? NULL : "name is not UTF-8";
}

static const char *
entry_fault(struct walk *walk, const uint8_t *entry, const char *name, size_t name_size)
{
    const char *why = directory_name_fault(walk->mem, name, name_size, walk->limits->max_name);
    uint64_t mode = le(entry + 38, 4) >> 16, method = le(entry + 10, 2);
    bool is_unix = entry[5] == UNIX_HOST;

    if (why) {
        return why;
    }
    if (le(entry + 8, 2) & 1) {
        return "entry is encrypted";
    }
    if (is_unix && (mode & S_IFMT) && !S_ISREG(mode) && !S_ISDIR(mode)) {
        return S_ISLNK(mode) ? "entry is a symbolic link" : "entry is a special file";
    }
    if (method != 0 && method != 8) {
        return "entry is compressed by a method other than deflate";
    }
    if (!map_add(&walk->names, name, walk)) {
        return "name appears twice";
    }
    return NULL;
}

static void
keep_fault(struct walk *walk, struct err *e)
{
    if (walk->n_faults++ < FAULTS_MAX) {
        walk->faults = err_join(walk->faults, e);
    } else {
        err_free(e);
    }
}

/* A name for messages: unprintable bytes become '?'. */
static const char *
printable(struct mem *mem, const char *name, size_t n)
{
    char *copy;

    n = n > 200 ? 200 : n;
    copy = mem_alloc(mem, n + 1);
    for (size_t i = 0; i < n; i++) {
        copy[i] = (unsigned char)name[i] < 0x20 || (unsigned char)name[i] >= 0x7f ? '?' : name[i];
    }
    return copy;
}

static void
entry_check(struct walk *walk, const uint8_t *entry, size_t name_size)
{
    const char *raw = (const char *)entry + ENTRY_SIZE;
    const char *name = mem_copy(walk->mem, raw, name_size + 1);
    const char *why;
    uint64_t packed, unpacked;

    ((char *)(uintptr_t)name)[name_size] = '\0';
    why = entry_fault(walk, entry, name, name_size);
    entry_sizes(entry, name_size, &packed, &unpacked);
    vec_add(walk->mem, &walk->found->entries,
            ((struct package_file){.name = name, .size = unpacked}));
    walk->packed += packed < walk->file_size ? packed : walk->file_size + 1;
    walk->unpacked +=
        unpacked < walk->limits->max_unpacked ? unpacked : walk->limits->max_unpacked + 1;
    if (why) {
        keep_fault(walk, err_new(E_INVALID, "PackageInvalid", "%s: %s: %s", walk->path,
                                 printable(walk->mem, name, name_size), why));
    } else if (unpacked > RATIO_FROM && unpacked / walk->limits->max_ratio > packed) {
        keep_fault(walk, err_new(E_TOO_LARGE, "PackageTooLarge",
                                 "%s: %s: unpacks to more than %u times its size", walk->path, name,
                                 walk->limits->max_ratio));
    }
}

static struct err *
walk_entries(struct walk *walk, int fd)
{
    uint8_t *directory;
    uint64_t at = 0, n = 0;

    if (walk->n_entries > walk->limits->max_files) {
        return too_large(walk->path, "entries", walk->n_entries, walk->limits->max_files);
    }
    if (walk->size > walk->file_size || walk->start > walk->file_size - walk->size) {
        return invalid(walk->path, "the zip's directory lies outside of the file");
    }
    if (walk->size > walk->limits->max_files * (ENTRY_SIZE + walk->limits->max_name + 64)) {
        return too_large(walk->path, "bytes of the zip's directory", walk->size,
                         walk->limits->max_files * (ENTRY_SIZE + walk->limits->max_name + 64));
    }
    directory = mem_alloc(walk->mem, walk->size + 1);
    if (!read_at(fd, directory, walk->size, walk->start)) {
        return invalid(walk->path, "the zip is cut short");
    }
    while (at + ENTRY_SIZE <= walk->size && le(directory + at, 4) == 0x02014b50) {
        const uint8_t *entry = directory + at;
        size_t name_size = le(entry + 28, 2);
        size_t size = ENTRY_SIZE + name_size + le(entry + 30, 2) + le(entry + 32, 2);

        if (size > walk->size - at || ++n > walk->n_entries) {
            return invalid(walk->path, "the zip's directory is damaged");
        }
        entry_check(walk, entry, name_size);
        at += size;
    }
    if (n != walk->n_entries || at != walk->size) {
        return invalid(walk->path, "the zip's directory is damaged");
    }
    return NULL;
}

struct err *
directory_check(struct mem *mem, const char *path, int fd, const struct package_limits *limits,
                struct directory *directory)
{
    struct walk walk = {.mem = mem, .path = path, .limits = limits, .found = directory};
    struct stat st;
    struct err *e;

    *directory = (struct directory){0};
    if (fstat(fd, &st) != 0) {
        return err_errno(E_UNAVAILABLE, "%s", path);
    }
    walk.file_size = (uint64_t)st.st_size;
    map_init(&walk.names, mem);
    if (!find_end(&walk, fd)) {
        return invalid(path, "is no zip file");
    }
    e = walk_entries(&walk, fd);
    if (e) {
        return err_join(e, walk.faults);
    }
    if (walk.unpacked > limits->max_unpacked) {
        keep_fault(&walk, too_large(path, "bytes unpacked", walk.unpacked, limits->max_unpacked));
    }
    if (walk.packed > walk.file_size) {
        keep_fault(&walk, invalid(path, "entries overlap"));
    }
    return walk.faults;
}
