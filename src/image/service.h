/* The image service's own. */
#ifndef CARRICK_IMAGE_SERVICE_H
#define CARRICK_IMAGE_SERVICE_H

#include "image/image.h"

struct image_service {
    struct mem *mem;
    struct image_config config;
    struct pool *pool;
};

/* What the verification of an archive told. */
struct image_archive {
    const char *kind;      /* "tar", "oci" */
    int64_t unpacked;      /* bytes */
};
/* Is the archive one that may be unpacked?  Judged in a sandboxed child.  E_INVALID with the reason
 * where it is not. */
struct err *image_verify(const struct image_service *service, struct mem *mem, const char *path,
                         struct image_archive *archive) MUST_USE;

#endif
