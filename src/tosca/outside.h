/* What a package has elsewhere: artifacts that its manifest lists by URI, and images that its VNFD has by one
 * (SOL004 4.3.2, SOL001 6.3.1). */
#ifndef CARRICK_TOSCA_OUTSIDE_H
#define CARRICK_TOSCA_OUTSIDE_H

#include "tosca/vnfd.h"

struct outside {
    const char *uri;
    const char *path;                  /* where it would be in the package; no file there has that name */
    const char *algorithm, *digest;    /* as the manifest lists them, else the VNFD's; neither null */
    const char *checksum_algorithm, *checksum; /* the VNFD's where there are both, or null */
    const char *set;                   /* non-MANO artifact set that it is of, or null */
    bool is_image;
};

/* All of them, each URI once, those of the manifest first; 'vnfd' null = no images.  In 'mem'; strings are the
 * package's and the descriptor's. */
struct outside *outside_list(struct mem *mem, const struct package *pkg, const struct vnfd *vnfd,
                             size_t *n);

#endif
