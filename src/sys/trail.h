/* A file that lines are added to, kept through restarts and power cuts: the audit log.  Whoever adds
 * a line waits for no disk; a thread writes what has come in, syncs it, and turns the file over when
 * it is full (PATH, PATH.1, PATH.2, ...). */
#ifndef CARRICK_SYS_TRAIL_H
#define CARRICK_SYS_TRAIL_H

#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

struct trail;

struct trail_config {
    const char *path;
    int64_t max_bytes; /* of one file; the line that does not fit begins the next */
    int keep;          /* full files beside it; the oldest goes */
    void (*lost)(struct buf *out, uint64_t n); /* writes the line that tells of 'n' lost ones */
};

/* Opens or makes the file (0600), in a folder that is there.  E_UNAVAILABLE. */
struct err *trail_open(const struct trail_config *config, struct trail **trail) MUST_USE;
/* Adds a line ('line' ends with a newline).  Any thread.  While the disk takes nothing, 4 MiB wait;
 * further lines are lost, counted, and the count is written in their place. */
void trail_add(struct trail *trail, const char *line, size_t n);
/* The file was moved away: the next lines go to a new one.  Any thread. */
void trail_reopen(struct trail *trail);
uint64_t trail_lost(struct trail *trail);
/* Waits until what was added is on the disk; E_UNAVAILABLE where it is not within 'ms'. */
struct err *trail_flush(struct trail *trail, int ms) MUST_USE;
/* Writes what waits, as far as the disk takes it, and ends.  Null accepted. */
void trail_close(struct trail *trail);

#endif
