/* The container of a package, a zip or a folder, seen as a list of files. */
#ifndef CARRICK_TOSCA_ARCHIVE_H
#define CARRICK_TOSCA_ARCHIVE_H

#include "tosca/package.h"

#include "base/vec.h"

struct package_archive {
    struct mem *mem;
    void *zip;              /* zip_t, or null: a folder */
    int dir_fd;             /* folder, else -1 */
    VEC(struct package_file) files;
    VEC(const char *) folders; /* entries that end in "/" */
};

/* Opens and lists; every entry is checked against 'limits' and the rules of
 * names before it is kept.  '*archive' may be given beside faults (bad entries
 * are left out); null where nothing can be read.  Closed with 'mem'. */
struct err *archive_open(struct mem *mem, const char *path, const struct package_limits *limits,
                         struct package_archive **archive) MUST_USE;
/* The same for a zip that is open as 'fd' (taken over); 'path' is for messages. */
struct err *archive_open_fd(struct mem *mem, const char *path, int fd,
                            const struct package_limits *limits,
                            struct package_archive **archive) MUST_USE;

/* Calls 'sink' with the file's bytes in pieces; stops at its first error. */
struct err *archive_read(struct package_archive *archive, const struct package_file *file,
                         package_sink_fn *sink, void *arg) MUST_USE;

/* The entries of a zip, in 'mem': names and unpacked sizes. */
struct directory {
    VEC(struct package_file) entries;
};
/* directory.c: checks the zip's central directory byte by byte, before libzip
 * sees it: names, limits, links, encryption.  What it found is for comparison:
 * a file can hold two directories, and two readers can choose differently. */
struct err *directory_check(struct mem *mem, const char *path, int fd,
                            const struct package_limits *limits,
                            struct directory *directory) MUST_USE;
/* Null where the name may stand in a package, else why not. */
const char *directory_name_fault(struct mem *mem, const char *name, size_t n, size_t max);

#endif
