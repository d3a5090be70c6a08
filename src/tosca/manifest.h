/* TOSCA.meta and the manifest: lines "Key: value" in blocks. */
#ifndef CARRICK_TOSCA_MANIFEST_H
#define CARRICK_TOSCA_MANIFEST_H

#include "base/vec.h"
#include "tosca/package.h"

/* A file that is listed ("Source:" in a manifest, "Name:" in TOSCA.meta). */
struct manifest_source {
    const char *name, *algorithm, *digest, *content_type;
    const char *signature, *certificate; /* names of files, or null */
    int line;
};

/* A file that one of the non_mano_artifact_sets names (SOL004 4.3.7). */
struct manifest_member {
    const char *set, *name;
    int line;
};

struct manifest {
    const char *file;
    VEC(struct package_key) keys;     /* first block, or metadata */
    VEC(struct manifest_source) sources;
    VEC(struct manifest_member) members;
    int sets_line;                    /* where non_mano_artifact_sets begin, or 0 */
    int signature_line;               /* where a CMS block begins in it, or 0 */
    const char *text;
    size_t signed_n;                  /* bytes of it in front of that block, which it is over */
    const char *signature;            /* the block */
    size_t signature_n;
};

/* Parses 'text' of file 'name'.  E_INVALID for lines that are no "Key: value",
 * NUL, keys out of place, anything behind a signature; all joined.  'is_meta' tells TOSCA.meta from a
 * manifest.  TOSCA 1.3 section 6.2, SOL004 4.3.2. */
struct err *manifest_parse(struct mem *mem, const char *name, const char *text, size_t n,
                           bool is_meta, struct manifest **manifest) MUST_USE;
/* The value of a key whatever its case, or null. */
const char *manifest_key(const struct manifest *manifest, const char *key, int *line);

#endif
