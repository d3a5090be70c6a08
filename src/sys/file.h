/* Files: whole reads and durable, atomic writes. */
#ifndef CARRICK_SYS_FILE_H
#define CARRICK_SYS_FILE_H

#include "base/str.h"

#include <sys/types.h>

/* Reads at most 'max' bytes; E_NOT_FOUND, E_TOO_LARGE, E_UNAVAILABLE. */
struct err *file_read(struct mem *mem, const char *path, size_t max, char **data, size_t *n) MUST_USE;
/* Writes a new file beside it, fsyncs, renames over 'path', fsyncs the folder. */
struct err *file_write(const char *path, const void *data, size_t n, mode_t mode) MUST_USE;
/* The same without waiting for the disk: the old file or the new one while the machine runs; after
 * a power cut perhaps neither.  For what means nothing after a boot. */
struct err *file_put(const char *path, const void *data, size_t n, mode_t mode) MUST_USE;
/* What was renamed or linked to 'path' is called so after a power cut, too. */
struct err *file_name_sync(const char *path) MUST_USE;
struct err *dir_make(const char *path, mode_t mode) MUST_USE;     /* with parents; exists = fine */
/* Opens a folder that may be given to user 'uid': root's, nobody else's to write in, and empty; no link.  What was looked
 * at is then what is given (fchown), whatever comes to be at 'path' meanwhile.  '*fd' is the caller's, also with an error.
 * E_CONFLICT. */
struct err *dir_to_give(const char *path, uid_t uid, int *fd) MUST_USE;
struct err *dir_remove(const char *path) MUST_USE;  /* any depth, never follows links, stays on the file system */
bool file_exists(const char *path);
/* A file in the folder 'dir' that nobody else sees and that goes with its descriptor (the caller's). */
struct err *file_nameless(const char *dir, int *fd) MUST_USE;
void fd_close(int *fd); /* cleanup: closes where >= 0, sets -1 */
#define AUTO_FD __attribute__((cleanup(fd_close))) int
struct err *fd_write_all(int fd, const void *data, size_t n) MUST_USE;

#endif
