/* What an author of packages has beside the checker: a skeleton to begin with, and a packer. */
#ifndef CARRICK_TOSCA_AUTHOR_H
#define CARRICK_TOSCA_AUTHOR_H

#include "tosca/package.h"

/* Makes the folder 'folder' with a VNF package of one part: descriptor, type, TOSCA.meta, manifest
 * and change log; the last part of its path is the VNF's name.  'image' is copied in: a tar of a root
 * file system, qcow2 or raw.  E_INVALID for a name that is none of a
 * type, E_EXISTS where there is something already; then nothing is left of it.
 * SOL004 4.1.2, SOL001 6 and annex A. */
struct err *author_begin(struct mem *mem, const char *folder, const char *provider,
                         const char *image) MUST_USE;

/* Writes the digest of every file of 'folder' into its manifest and packs all of it as the CSAR
 * 'file', which is not in it; the same files give the same bytes.  The rest of the manifest stays but
 * for comments in its list.  A signature in it would not hold any more: E_INVALID.  SOL004 4.3.2. */
struct err *author_pack(struct mem *mem, const char *folder, const char *file) MUST_USE;

/* 'carrick package init FOLDER' and 'carrick package pack FOLDER FILE'. */
int package_init_main(const char *folder, const char *provider, const char *image);
int package_pack_main(const char *folder, const char *file);

#endif
