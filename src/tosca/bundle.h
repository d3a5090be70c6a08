/* Parts of a package given together, as a zip: SOL005 9.4.4 to 9.4.7, SOL003 10.4.4 to 10.4.6. */
#ifndef CARRICK_TOSCA_BUNDLE_H
#define CARRICK_TOSCA_BUNDLE_H

#include "base/attr.h"
#include "tosca/vnfd.h"

/* What a file of a package is of. */
enum package_part {
    PACKAGE_NAVIGATION, /* TOSCA.meta, the manifest */
    PACKAGE_DESCRIPTOR, /* the main service template and what it imports */
    PACKAGE_IMAGE,      /* a software image */
    PACKAGE_PROOF,      /* a signature or a certificate */
    PACKAGE_ARTIFACT,   /* all else */
};

/* What tells parts apart: the parsed descriptor, and of a VNF package its VNFD. */
struct package_uses {
    struct tosca *tosca;
    struct vnfd *vnfd;
};
enum package_part package_part(const struct package *pkg, const struct package_uses *uses,
                               const struct package_file *file);
/* "HISTORY", "TESTING", "LICENSE" by the entries of TOSCA.meta (SOL004 4.3.3 to 4.3.5), or null. */
const char *package_what(const struct package *pkg, const struct package_file *file);

/* What is wanted. */
struct bundle_order {
    enum bundle_of {
        BUNDLE_ARTIFACTS,  /* no images, nothing of the descriptor */
        BUNDLE_DESCRIPTOR, /* what is needed to read it */
        BUNDLE_MANIFEST,
        BUNDLE_FILE,
    } of;
    const char *file;      /* BUNDLE_FILE: its name */
    bool signatures;       /* with what the package has of signatures and certificates of these */
    bool no_mano;          /* artifacts: none that is of no non-MANO set */
    bool no_non_mano;      /* artifacts: only such */
    bool some_sets;        /* artifacts: of those in sets, only of these: */
    struct strs sets;
};
/* The order as one text, and back; both live in 'mem'.  E_INVALID where it is none. */
const char *bundle_order_text(struct mem *mem, const struct bundle_order *order);
struct err *bundle_order_read(struct mem *mem, const char *text, struct bundle_order *order) MUST_USE;

/* Gives the zip to 'sink' in pieces (stored, without compression; the same bytes every time), of a package
 * that is a zip.  Files keep their names and stand in their order.  E_NOT_FOUND (BUNDLE_FILE, _MANIFEST),
 * E_TOO_LARGE from 4 GiB on, errors of package_give and of the sink. */
struct err *bundle_give(struct mem *mem, struct package *pkg, const struct bundle_order *order,
                        package_sink_fn *sink, void *arg) MUST_USE;

/* Adds a file to a zip of bundle_give's in 'fd' (or to an empty file: then it is the first of a new one):
 * 'size' bytes of 'from' under 'name'; '*total' is the size of the zip, which is none any more after an error.
 * E_TOO_LARGE as above, E_INVALID (no such zip, fewer bytes), E_UNAVAILABLE. */
struct err *bundle_append(int fd, const char *name, int from, uint64_t size, int64_t *total) MUST_USE;

#endif
