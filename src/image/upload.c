/* An upload: data is streamed into a file beside the image's place and hashed
 * on the way; only a whole, verified file is renamed and only then the row
 * says "active". */
#include "image/service.h"

#include "base/log.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct image_upload {
    struct image_service *service;
    struct mem *mem;
    const char *id, *part;   /* path of the file that grows */
    int fd;
    int64_t size;
    EVP_MD_CTX *sha512, *md5;
    struct image *image;     /* as it was claimed */
    struct image_archive archive;
    const char *checksum, *hash;
};

/* ---- claiming ------------------------------------------------------------------ */

struct claim_args {
    struct op *op;
    const char *id;
    struct mem *mem;
    struct image *image;
};

static struct err *
claim_image(struct tx *tx, void *arg)
{
    struct claim_args *args = arg;
    struct image *old, *image;
    void *row;

    TRY(resource_get(tx, args->op, args->id, &row));
    old = row;
    if (!policy_allows(args->op->caller, "image_owner", "image_owner", old)) {
        return err_new(E_FORBIDDEN, NULL,
                       "You are not authorized to complete upload_image action.");
    }
    if (!old->container_format || !old->disk_format) {
        return err_new(E_INVALID, NULL,
                       "Properties disk_format and container_format must be set prior to saving "
                       "data.");
    }
    if (!str_eq(old->status, "queued")) {
        return err_new(E_CONFLICT, NULL,
                       "Image status transition from %s to saving is not allowed", old->status);
    }
    image = row_copy(tx_mem(tx), old);
    image->status = "saving";
    TRY(row_update(tx, old, image));
    args->image = row_copy(args->mem, image);
    return NULL;
}

struct status_args {
    const struct image_upload *upload;
    const char *status;
};

/* Ends the claim: queued again, or active with all that is known. */
static struct err *
set_status(struct tx *tx, void *arg)
{
    const struct status_args *args = arg;
    const struct image_upload *up = args->upload;
    struct image *old, *image;

    TRY(row_get(tx, &image_table, up->id, &old));
    image = row_copy(tx_mem(tx), old);
    image->status = args->status;
    if (str_eq(args->status, "active")) {
        image->size = up->size;
        image->virtual_size = up->archive.kind ? up->archive.unpacked : up->size;
        image->archive = up->archive.kind;
        image->checksum = up->checksum;
        image->os_hash_algo = "sha512";
        image->os_hash_value = up->hash;
    }
    return row_update(tx, old, image);
}

static struct err *
write_status(struct image_upload *upload, const char *status)
{
    struct status_args args = {.upload = upload, .status = status};

    return store_write_wait(upload->service->config.store, set_status, &args);
}

/* ---- life ------------------------------------------------------------------------ */

static void
upload_free(struct image_upload *upload)
{
    fd_close(&upload->fd);
    EVP_MD_CTX_free(upload->sha512);
    EVP_MD_CTX_free(upload->md5);
    mem_free(upload->mem);
}

static struct err *
open_part(struct image_upload *up)
{
    up->part = mem_printf(up->mem, "%s.part", image_path(up->service, up->mem, up->id));
    up->fd = open(up->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (up->fd < 0) {
        return err_errno(E_UNAVAILABLE, "create %s", up->part);
    }
    up->sha512 = EVP_MD_CTX_new();
    up->md5 = EVP_MD_CTX_new();
    if (!up->sha512 || !up->md5 || EVP_DigestInit_ex(up->sha512, EVP_sha512(), NULL) != 1 ||
        EVP_DigestInit_ex(up->md5, EVP_md5(), NULL) != 1) {
        return err_new(E_INTERNAL, NULL, "no sha512 or md5 in libcrypto");
    }
    return NULL;
}

struct err *
image_upload_begin(struct image_service *service, struct op *op, const char *id,
                   struct image_upload **out)
{
    struct mem *mem = mem_new("upload");
    struct image_upload *up = MEM_NEW(mem, struct image_upload);
    struct claim_args args = {.op = op, .id = id, .mem = mem};
    struct err *e;

    *up = (struct image_upload){
        .service = service, .mem = mem, .id = mem_str(mem, id), .fd = -1};
    e = store_write_wait(service->config.store, claim_image, &args);
    if (e) {
        upload_free(up);
        return e;
    }
    up->image = args.image;
    e = open_part(up);
    if (e) {
        image_upload_abort(up);
        return e;
    }
    *out = up;
    return NULL;
}

struct err *
image_upload_piece(struct image_upload *up, const void *data, size_t n)
{
    if ((int64_t)n > up->service->config.max_size - up->size) {
        return err_new(E_TOO_LARGE, NULL, "Image storage media is full or the image exceeds %lld "
                                          "bytes.",
                       (long long)up->service->config.max_size);
    }
    (void)EVP_DigestUpdate(up->sha512, data, n);
    (void)EVP_DigestUpdate(up->md5, data, n);
    up->size += (int64_t)n;
    return fd_write_all(up->fd, data, n);
}

void
image_upload_abort(struct image_upload *up)
{
    struct err *e = write_status(up, "queued");

    if (e) {
        log_err(LOG_LV_WARN, "image", e, "an upload was given up");
    }
    if (up->part) {
        (void)unlink(up->part);
    }
    upload_free(up);
}

/* ---- the end ------------------------------------------------------------------------ */

static const char *
digest_text(struct mem *mem, EVP_MD_CTX *ctx)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int n = 0;
    char *text;

    (void)EVP_DigestFinal_ex(ctx, digest, &n);
    text = mem_alloc(mem, 2 * (size_t)n + 1);
    hex_from(text, digest, n);
    return text;
}

/* Containers are started from archives; disks are not looked into. */
static bool
is_archive(const struct image *image)
{
    const char *rootfs = json_get_str(image->properties, "rootfs");

    return str_eq(image->container_format, "docker") || str_eq(rootfs, "tar") ||
           str_eq(rootfs, "oci");
}

static struct err *
sync_parent(const struct image_upload *up)
{
    AUTO_FD dir = open(up->service->config.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (dir < 0 || fsync(dir) != 0) {
        return err_errno(E_UNAVAILABLE, "sync folder %s", up->service->config.dir);
    }
    return NULL;
}

static struct err *
keep_file(struct image_upload *up)
{
    if (fsync(up->fd) != 0 || fchmod(up->fd, 0644) != 0) {
        return err_errno(E_UNAVAILABLE, "sync %s", up->part);
    }
    if (is_archive(up->image)) {
        TRY(image_verify(up->service, up->mem, up->part, &up->archive));
    }
    if (rename(up->part, image_path(up->service, up->mem, up->id)) != 0) {
        return err_errno(E_UNAVAILABLE, "rename %s", up->part);
    }
    return sync_parent(up);
}

struct err *
image_upload_end(struct image_upload *up)
{
    struct err *e;

    up->checksum = digest_text(up->mem, up->md5);
    up->hash = digest_text(up->mem, up->sha512);
    e = keep_file(up);
    if (!e) {
        e = write_status(up, "active");
        if (e) {
            image_remove_file(up->service, up->id);
        }
    }
    if (e) {
        image_upload_abort(up);
        return e;
    }
    upload_free(up);
    return NULL;
}
