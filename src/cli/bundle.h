/* One file that holds files (a tar): what `carrick backup` and `carrick report` write, and
 * `carrick restore` reads. */
#ifndef CARRICK_CLI_BUNDLE_H
#define CARRICK_CLI_BUNDLE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mem;
struct bundle;

#define BUNDLE_DIGEST_SIZE 65 /* SHA-256 as text */

/* Begins 'path' (0600), under the name 'path' ".part" until its end: E_EXISTS, E_UNAVAILABLE.  It lives
 * in 'mem'; where it is not ended nothing is left. */
struct err *bundle_make(struct mem *mem, const char *path, struct bundle **bundle) MUST_USE;
struct err *bundle_put(struct bundle *bundle, const char *name, const void *data, size_t n) MUST_USE;
/* The first 'size' bytes of 'fd'; their SHA-256 at 'digest'.  E_CONFLICT where it has become shorter. */
struct err *bundle_copy(struct bundle *bundle, const char *name, int fd, uint64_t size,
                        char digest[BUNDLE_DIGEST_SIZE]) MUST_USE;
/* On the disk, and called 'path', when it returns. */
struct err *bundle_end(struct bundle *bundle) MUST_USE;

/* Is it a name that a bundle may hold: relative, no "..", nothing hidden, printable, without spaces? */
bool bundle_name_ok(const char *name);

/* What 'fn' is called with for each file in it, in order. */
struct bundle_entry {
    const char *name; /* relative, without "..", of printable characters */
    uint64_t size;
    void *archive;
};
typedef struct err *bundle_fn(void *arg, const struct bundle_entry *entry);
/* The next bytes of a file; '*n' 0 at its end.  E_INVALID where the archive is cut short. */
struct err *bundle_piece(const struct bundle_entry *entry, const void **data, size_t *n) MUST_USE;
/* Calls 'fn' for each; 'fd' stays open.  E_INVALID: it is no such archive, or holds what no bundle does. */
struct err *bundle_read(int fd, bundle_fn *fn, void *arg) MUST_USE;

/* SHA-256 of what comes by pieces. */
struct digest;
struct digest *digest_new(struct mem *mem);
void digest_add(struct digest *digest, const void *data, size_t n);
void digest_end(struct digest *digest, char text[BUNDLE_DIGEST_SIZE]);
void digest_of_text(const void *data, size_t n, char text[BUNDLE_DIGEST_SIZE]);
/* Of the first 'size' bytes of 'fd', fewer where there are not so many. */
struct err *digest_of(int fd, uint64_t size, char text[BUNDLE_DIGEST_SIZE]) MUST_USE;

#endif
