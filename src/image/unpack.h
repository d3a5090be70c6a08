/* What the files of the unpacker share.  They run in a process of their own,
 * sandboxed, because an archive comes from a stranger. */
#ifndef CARRICK_IMAGE_UNPACK_H
#define CARRICK_IMAGE_UNPACK_H

#include "base/json.h"
#include "base/vec.h"

#include <archive.h>
#include <archive_entry.h>

struct unpack_limits {
    int64_t entries;    /* files, folders, links */
    int64_t bytes;      /* of all files together, unpacked */
    int64_t ratio;      /* unpacked : packed, once past 64 MiB */
};

/* One run.  'root' is where the tree grows, -1 = nothing is written. */
struct unpack {
    struct mem *mem;
    const char *path;   /* of the archive, for messages */
    int fd;             /* the archive */
    int64_t packed;     /* its size */
    int root;
    bool keep_owners;   /* this process may chown to any owner of its namespace */
    struct unpack_limits limits;
    const char *format; /* "tar", "oci": what it turned out to be */
    int64_t n_entries, n_bytes, n_devices;
    const struct json *config; /* of an OCI image: the "config" object, or null */
    struct map links;   /* symbolic links seen: path -> target (nothing written) */
};

/* ---- entries.c: one entry of a root file system */
/* Checks an entry and, where there is a root, makes it.  'layer': whiteouts are meant. */
struct err *unpack_entry(struct unpack *u, struct archive *a, struct archive_entry *entry,
                         bool layer) MUST_USE;
/* All entries of an opened archive. */
struct err *unpack_entries(struct unpack *u, struct archive *a, bool layer) MUST_USE;

/* ---- paths.c: names */
/* "./a//b/" -> "a/b"; E_INVALID for absolute paths, "..", and what is too long or too deep. */
struct err *unpack_path(struct mem *mem, const char *raw, const char **path) MUST_USE;
/* "a/b/c" -> "a/b", '*name' = "c" */
const char *unpack_parent(struct mem *mem, const char *path, const char **name);
struct err *unpack_hostile(const char *raw, const char *why) MUST_USE;
/* Follows the links on the way to '*path' (not its last name), as far as they were noted;
 * E_INVALID where they lead outside. */
struct err *unpack_check_way(struct unpack *u, struct mem *mem, const char *raw,
                             const char **path) MUST_USE;
/* Remembers a symbolic link, or (null) that the path is none any more. */
void unpack_note_link(struct unpack *u, const char *path, const char *target);

/* ---- oci.c */
/* The layers of an OCI archive, each digest verified. */
struct err *unpack_oci(struct unpack *u) MUST_USE;

/* ---- reading */
/* A reader of any supported compression over the archive, from its start. */
struct err *unpack_open(struct unpack *u, struct archive **a) MUST_USE;
struct err *unpack_read_error(struct unpack *u, struct archive *a);

#endif
