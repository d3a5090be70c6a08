/* Images: their rows, their files, and what is known of the files.  Knows
 * nothing of HTTP. */
#ifndef CARRICK_IMAGE_IMAGE_H
#define CARRICK_IMAGE_IMAGE_H

#include "resource/resource.h"
#include "sys/thread.h"

#define ATTR ATTR_MEMBER
struct image {
    struct row row;
#include "image/image.tbl"
};
#undef ATTR

extern const struct table image_table;
extern const struct table *const image_tables[]; /* null-terminated, for store_config */
extern const struct resource image_resource;
extern const struct policy_rule image_rules[];
extern const size_t image_n_rules;

struct image_config {
    struct store *store;
    const char *dir;         /* folder of the files, made where absent: STATE/images */
    int64_t max_size;        /* bytes of one image, 0 = 10 GiB */
    const char *program;     /* run as PROGRAM unpack --check; null = /proc/self/exe */
};

struct image_service;
/* Opens the folder; removes files without a row and uploads that a crash cut
 * short.  E_UNAVAILABLE where the folder cannot be used. */
struct err *image_service_new(const struct image_config *config,
                              struct image_service **service) MUST_USE;
void image_service_free(struct image_service *service);
struct pool *image_pool(const struct image_service *service); /* verifies what was uploaded */

/* Name of an image's file inside the folder: its id. */
const char *image_path(const struct image_service *service, struct mem *mem, const char *id);
/* Opens the data of an active image; E_NOT_FOUND where it has none. */
struct err *image_open(const struct image_service *service, const struct image *image,
                       int *fd) MUST_USE;
/* After the commit of a deletion; what a crash leaves is swept at the next start. */
void image_remove_file(const struct image_service *service, const char *id);

/* ---- uploads ----------------------------------------------------------------- */

struct image_upload;
/* Claims the image for this upload (queued -> saving) and opens a file beside
 * its place.  Waits for a commit.  E_CONFLICT where it already has data or is
 * being uploaded, E_NOT_FOUND, E_FORBIDDEN. */
struct err *image_upload_begin(struct image_service *service, struct op *op, const char *id,
                               struct image_upload **upload) MUST_USE;
/* E_TOO_LARGE past the limit, E_UNAVAILABLE where the disk fails. */
struct err *image_upload_piece(struct image_upload *upload, const void *data, size_t n) MUST_USE;
/* All is there: fsync, verification of archives in a sandboxed child, rename,
 * row.  Takes as long as that; on a pool.  An error leaves the image queued
 * and without data.  Frees the upload either way. */
struct err *image_upload_end(struct image_upload *upload) MUST_USE;
/* Gives up: the image is queued again.  Frees the upload. */
void image_upload_abort(struct image_upload *upload);

/* ---- archives ------------------------------------------------------------------ */

/* `carrick unpack [--check | --to DIR] [limits] ARCHIVE`: see unpack.c. */
int unpack_main(int argc, char **argv);

#endif
