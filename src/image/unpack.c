/* `carrick unpack [--to DIR | --check] [--max-bytes N] [--max-entries N] ARCHIVE`
 *
 * Unpacks a root file system (tar, plain or gzip, xz, zstd) or an OCI image
 * archive below DIR, or only judges it.  The archive comes from a stranger: it
 * is opened first, then the process locks itself in, then it reads.  On
 * success one line of JSON goes to standard output:
 *     {"format": "oci", "entries": 12, "bytes": 3456, "devices": 0, "config": {...}}
 * On failure one line says why and the status is 1 (2: wrong arguments). */
#include "image/image.h"
#include "image/unpack.h"

#include "sys/cage.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENTRIES_MAX 500000
#define BYTES_MAX (INT64_C(16) << 30)
#define RATIO_MAX 200
#define CPU_S 900
#define MESSAGE_BYTES 65536 /* what is printed may go to a file too */
#define MEMORY_BYTES (UINT64_C(2) << 30)

struct err *
unpack_read_error(struct unpack *u, struct archive *a)
{
    return err_new(E_INVALID, NULL, "%s cannot be read: %s", u->path,
                   str_or(archive_error_string(a), "unknown reason"));
}

struct err *
unpack_open(struct unpack *u, struct archive **out)
{
    struct archive *a = archive_read_new();
    struct err *e;

    archive_read_support_format_tar(a);
    archive_read_support_filter_gzip(a);
    archive_read_support_filter_xz(a);
    archive_read_support_filter_zstd(a);
    if (lseek(u->fd, 0, SEEK_SET) != 0) {
        e = err_errno(E_UNAVAILABLE, "read %s", u->path);
    } else if (archive_read_open_fd(a, u->fd, 65536) != ARCHIVE_OK) {
        e = unpack_read_error(u, a);
    } else {
        *out = a;
        return NULL;
    }
    archive_read_free(a);
    return e;
}

/* ---- running ------------------------------------------------------------------- */

/* An OCI archive has "oci-layout" or "index.json" at its top. */
static struct err *
is_oci(struct unpack *u, bool *oci)
{
    struct archive_entry *entry;
    struct archive *a;
    int rc;

    *oci = false;
    TRY(unpack_open(u, &a));
    while ((rc = archive_read_next_header(a, &entry)) == ARCHIVE_OK || rc == ARCHIVE_WARN) {
        const char *path = str_or(archive_entry_pathname(entry), "");

        path += str_starts(path, "./") ? 2 : 0;
        if (strcmp(path, "index.json") == 0 || strcmp(path, "oci-layout") == 0) {
            *oci = true;
            break;
        }
        if (++u->n_entries > u->limits.entries) {
            break;
        }
    }
    u->n_entries = 0;
    archive_read_free(a);
    return NULL;
}

static struct err *
unpack_rootfs(struct unpack *u)
{
    struct archive *a;
    struct err *e;

    u->format = "tar";
    TRY(unpack_open(u, &a));
    e = unpack_entries(u, a, false);
    archive_read_free(a);
    if (!e && u->n_entries == 0) {
        e = err_new(E_INVALID, NULL, "%s holds nothing", u->path);
    }
    return e;
}

static struct err *
run(struct unpack *u)
{
    struct cage cage = {
        .root = u->root,
        .cpu_s = CPU_S,
        .memory = MEMORY_BYTES,
        .file_bytes = (uint64_t)u->limits.bytes + MESSAGE_BYTES,
    };
    bool oci;

    TRY(cage_enter(&cage));
    u->root = cage.root;
    TRY(is_oci(u, &oci));
    return oci ? unpack_oci(u) : unpack_rootfs(u);
}

static struct err *
open_all(struct unpack *u, const char *to)
{
    struct stat st;

    u->fd = open(u->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (u->fd < 0 || fstat(u->fd, &st) != 0) {
        return err_errno(E_UNAVAILABLE, "open %s", u->path);
    }
    if (!S_ISREG(st.st_mode)) {
        return err_new(E_INVALID, NULL, "%s is not a file", u->path);
    }
    u->packed = st.st_size > 0 ? st.st_size : 1;
    if (to) {
        u->root = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (u->root < 0) {
            return err_errno(E_UNAVAILABLE, "open %s", to);
        }
    }
    return NULL;
}

static void
report(const struct unpack *u)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);
    struct err *e;

    jw_object(&w, NULL);
    jw_str(&w, "format", u->format);
    jw_int(&w, "entries", u->n_entries);
    jw_int(&w, "bytes", u->n_bytes);
    jw_int(&w, "devices", u->n_devices);
    if (u->config) {
        jw_json(&w, "config", u->config);
    }
    jw_end(&w);
    buf_char(&out, '\n');
    e = fd_write_all(STDOUT_FILENO, out.data, out.len);
    err_ignore(e, "nobody listens: the status tells as much");
}

static void
complain(struct unpack *u, struct err *e)
{
    const char *line = mem_printf(u->mem, "%s\n", err_full(u->mem, e));
    struct err *lost = fd_write_all(STDERR_FILENO, line, strlen(line));

    err_ignore(lost, "nobody listens: the status tells as much");
    err_free(e);
}

/* ---- arguments -------------------------------------------------------------------- */

static int
usage(void)
{
    (void)fprintf(stderr, "usage: carrick unpack [--to DIR | --check] [--max-bytes N] "
                          "[--max-entries N] ARCHIVE\n");
    return 2;
}

static bool
read_options(int argc, char **argv, struct unpack *u, const char **to)
{
    static const struct option options[] = {
        {"to", required_argument, NULL, 't'},
        {"check", no_argument, NULL, 'c'},
        {"max-bytes", required_argument, NULL, 'b'},
        {"max-entries", required_argument, NULL, 'e'},
        {NULL, 0, NULL, 0},
    };
    bool check = false, good = true;
    int c;

    optind = 1;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (c) {
        case 't':
            *to = optarg;
            break;
        case 'c':
            check = true;
            break;
        case 'b':
            good &= str_to_i64(optarg, &u->limits.bytes) && u->limits.bytes > 0;
            break;
        case 'e':
            good &= str_to_i64(optarg, &u->limits.entries) && u->limits.entries > 0;
            break;
        default:
            return false;
        }
    }
    u->path = optind + 1 == argc ? argv[optind] : NULL;
    return good && u->path && check == (*to == NULL);
}

int
unpack_main(int argc, char **argv)
{
    struct unpack u = {
        .mem = mem_new("unpack"),
        .fd = -1,
        .root = -1,
        .keep_owners = geteuid() == 0,
        .limits = {.entries = ENTRIES_MAX, .bytes = BYTES_MAX, .ratio = RATIO_MAX},
    };
    const char *to = NULL;
    struct err *e;
    int status;

    if (!read_options(argc, argv, &u, &to)) {
        mem_free(u.mem);
        return usage();
    }
    map_init(&u.links, u.mem);
    (void)umask(0);
    e = open_all(&u, to);
    if (!e) {
        e = run(&u);
    }
    status = e ? 1 : 0;
    if (e) {
        complain(&u, e);
    } else {
        report(&u);
    }
    /* Straight out: leaving through atexit needs system calls that are gone. */
    _exit(status);
}
