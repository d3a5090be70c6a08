/* See bundle.h. */
#include "cli/bundle.h"

#include "base/str.h"
#include "base/time.h"
#include "sys/file.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE ((size_t)256 << 10)
#define NAME_MAX_SIZE 512

/* ---- digests --------------------------------------------------------------------------------- */

struct digest {
    EVP_MD_CTX *ctx;
};

static void
digest_drop(void *arg)
{
    struct digest *digest = arg;

    EVP_MD_CTX_free(digest->ctx);
}

struct digest *
digest_new(struct mem *mem)
{
    struct digest *digest = MEM_NEW(mem, struct digest);

    digest->ctx = EVP_MD_CTX_new();
    mem_on_free(mem, digest_drop, digest);
    (void)EVP_DigestInit_ex(digest->ctx, EVP_sha256(), NULL);
    return digest;
}

void
digest_add(struct digest *digest, const void *data, size_t n)
{
    (void)EVP_DigestUpdate(digest->ctx, data, n);
}

void
digest_end(struct digest *digest, char text[BUNDLE_DIGEST_SIZE])
{
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned int n = 0;

    (void)EVP_DigestFinal_ex(digest->ctx, raw, &n);
    hex_from(text, raw, n);
}

void
digest_of_text(const void *data, size_t n, char text[BUNDLE_DIGEST_SIZE])
{
    AUTO(mem) scratch = mem_new("digest");
    struct digest *digest = digest_new(scratch);

    digest_add(digest, data, n);
    digest_end(digest, text);
}

struct err *
digest_of(int fd, uint64_t size, char text[BUNDLE_DIGEST_SIZE])
{
    AUTO(mem) scratch = mem_new("digest");
    struct digest *digest = digest_new(scratch);
    char *piece = mem_alloc(scratch, PIECE);

    while (size) {
        ssize_t n = read(fd, piece, size < PIECE ? size : PIECE);

        if (n < 0) {
            return err_errno(E_UNAVAILABLE, "read");
        }
        if (n == 0) {
            break;
        }
        digest_add(digest, piece, (size_t)n);
        size -= (uint64_t)n;
    }
    digest_end(digest, text);
    return NULL;
}

/* ---- writing ----------------------------------------------------------------------------------- */

struct bundle {
    struct mem *mem;
    const char *path, *part;
    struct archive *archive;
    int fd;
    char *piece;
};

static void
bundle_drop(void *arg)
{
    struct bundle *bundle = arg;

    if (bundle->archive) {
        archive_write_free(bundle->archive);
        bundle->archive = NULL;
    }
    if (bundle->part) { /* While it is locked: it is nobody else's yet. */
        (void)unlink(bundle->part);
        bundle->part = NULL;
    }
    fd_close(&bundle->fd);
}

static struct err *
archive_fault(const struct bundle *bundle)
{
    return err_new(E_UNAVAILABLE, NULL, "%s: %s", bundle->path,
                   archive_errno(bundle->archive) == ENOSPC ? "no room is left there"
                                                            : archive_error_string(bundle->archive));
}

/* What one that was killed has left is ours to write over; what another one writes, or somebody else made, is not.
 * Where it was killed with all of it done the part is another name of the archive, and only that goes. */
static struct err *
part_open(const char *part, int *fd)
{
    struct stat st, there;

    if (!lstat(part, &st) && S_ISREG(st.st_mode) && st.st_uid == geteuid() && st.st_nlink > 1) {
        (void)unlink(part);
    }
    AUTO_FD own = open(part, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

    if (own < 0) {
        return err_errno(E_UNAVAILABLE, "make %s", part);
    }
    if (flock(own, LOCK_EX | LOCK_NB)) {
        return errno == EWOULDBLOCK ? err_new(E_EXISTS, NULL, "another one is writing %s", part)
                                    : err_errno(E_UNAVAILABLE, "lock %s", part);
    }
    /* Who had the lock a moment ago may have made an archive of it: then the name is gone, or another file's. */
    if (fstat(own, &st) || lstat(part, &there)) {
        return err_errno(E_UNAVAILABLE, "make %s", part);
    }
    if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_nlink != 1 || st.st_ino != there.st_ino ||
        st.st_dev != there.st_dev) {
        return err_new(E_EXISTS, NULL, "%s is there, and is no archive of yours that was begun: remove it", part);
    }
    if (ftruncate(own, 0) || fchmod(own, 0600)) {
        return err_errno(E_UNAVAILABLE, "make %s", part);
    }
    *fd = own;
    own = -1; /* NOLINT(clang-analyzer-deadcode.DeadStores): its end looks at it */
    return NULL;
}

struct err *
bundle_make(struct mem *mem, const char *path, struct bundle **out)
{
    struct bundle *bundle = MEM_NEW(mem, struct bundle);
    const char *part = mem_printf(mem, "%s.part", path);

    if (file_exists(path)) {
        return err_new(E_EXISTS, NULL, "%s is there already, and is not written over", path);
    }
    *bundle = (struct bundle){.mem = mem, .path = mem_str(mem, path), .fd = -1};
    TRY(part_open(part, &bundle->fd));
    bundle->part = part;
    bundle->piece = mem_alloc(mem, PIECE);
    bundle->archive = archive_write_new();
    mem_on_free(mem, bundle_drop, bundle);
    if (archive_write_set_format_pax_restricted(bundle->archive) != ARCHIVE_OK ||
        archive_write_open_fd(bundle->archive, bundle->fd) != ARCHIVE_OK) {
        return archive_fault(bundle);
    }
    *out = bundle;
    return NULL;
}

static struct err *
head_write(struct bundle *bundle, const char *name, uint64_t size)
{
    struct archive_entry *entry = archive_entry_new();
    int rc;

    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)size);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    archive_entry_set_mtime(entry, time_now_us() / 1000000, 0);
    rc = archive_write_header(bundle->archive, entry);
    archive_entry_free(entry);
    return rc == ARCHIVE_OK ? NULL : archive_fault(bundle);
}

static struct err *
data_write(struct bundle *bundle, const void *data, size_t n)
{
    return archive_write_data(bundle->archive, data, n) == (la_ssize_t)n ? NULL : archive_fault(bundle);
}

struct err *
bundle_put(struct bundle *bundle, const char *name, const void *data, size_t n)
{
    TRY(head_write(bundle, name, n));
    return data_write(bundle, data, n);
}

struct err *
bundle_copy(struct bundle *bundle, const char *name, int fd, uint64_t size,
            char digest_text[BUNDLE_DIGEST_SIZE])
{
    AUTO(mem) scratch = mem_new("bundle");
    struct digest *digest = digest_new(scratch);

    TRY(head_write(bundle, name, size));
    while (size) {
        ssize_t n = read(fd, bundle->piece, size < PIECE ? size : PIECE);

        if (n <= 0) {
            return n ? err_errno(E_UNAVAILABLE, "read %s", name)
                     : err_new(E_CONFLICT, NULL, "%s became shorter while it was read", name);
        }
        TRY(data_write(bundle, bundle->piece, (size_t)n));
        digest_add(digest, bundle->piece, (size_t)n);
        size -= (uint64_t)n;
    }
    digest_end(digest, digest_text);
    return NULL;
}

struct err *
bundle_end(struct bundle *bundle)
{
    if (archive_write_close(bundle->archive) != ARCHIVE_OK) {
        return archive_fault(bundle);
    }
    if (fsync(bundle->fd) || link(bundle->part, bundle->path)) {
        return err_errno(errno == EEXIST ? E_EXISTS : E_UNAVAILABLE, "%s", bundle->path);
    }
    bundle_drop(bundle);
    return file_name_sync(bundle->path);
}

/* ---- reading --------------------------------------------------------------------------------------- */

/* Names are ours: whatever else one would name is not made. */
bool
bundle_name_ok(const char *name)
{
    size_t n = name ? strlen(name) : 0;

    if (!n || n > NAME_MAX_SIZE || name[0] == '/' || name[n - 1] == '/') {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        bool begins = i == 0 || name[i - 1] == '/';

        if (name[i] <= ' ' || name[i] > '~' || name[i] == '\\' || (begins && name[i] == '/') ||
            (begins && name[i] == '.')) {
            return false;
        }
    }
    return true;
}

struct err *
bundle_piece(const struct bundle_entry *entry, const void **data, size_t *n)
{
    la_int64_t offset;
    int rc = archive_read_data_block(entry->archive, data, n, &offset);

    if (rc == ARCHIVE_EOF) {
        *n = 0;
        return NULL;
    }
    return rc == ARCHIVE_OK ? NULL
                            : err_new(E_INVALID, NULL, "it is damaged or cut short: %s",
                                      archive_error_string(entry->archive));
}

static struct err *
entries_read(struct archive *archive, bundle_fn *fn, void *arg)
{
    struct archive_entry *head;
    int rc;

    while ((rc = archive_read_next_header(archive, &head)) == ARCHIVE_OK) {
        const struct bundle_entry entry = {.name = archive_entry_pathname(head),
                                           .size = (uint64_t)archive_entry_size(head),
                                           .archive = archive};

        if (archive_entry_filetype(head) != AE_IFREG || archive_entry_hardlink(head) ||
            !bundle_name_ok(entry.name)) {
            return err_new(E_INVALID, NULL, "it holds what no archive of Carrick's does");
        }
        TRY(fn(arg, &entry));
    }
    return rc == ARCHIVE_EOF ? NULL
                             : err_new(E_INVALID, NULL, "it is no archive of Carrick's, damaged or cut short: %s",
                                       str_or(archive_error_string(archive), "?"));
}

struct err *
bundle_read(int fd, bundle_fn *fn, void *arg)
{
    struct archive *archive = archive_read_new();
    struct err *e;

    if (lseek(fd, 0, SEEK_SET) < 0 || archive_read_support_format_tar(archive) != ARCHIVE_OK ||
        archive_read_open_fd(archive, fd, PIECE) != ARCHIVE_OK) {
        e = err_new(E_INVALID, NULL, "it is no archive of Carrick's: %s",
                    str_or(archive_error_string(archive), "it cannot be read"));
    } else {
        e = entries_read(archive, fn, arg);
    }
    archive_read_free(archive);
    return e;
}
