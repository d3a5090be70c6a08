/* The cage of a process that opens what a stranger made: no way to gain privileges, bounded time
 * and memory, no network, no file system but one folder, only the system calls of its work. */
#ifndef CARRICK_SYS_CAGE_H
#define CARRICK_SYS_CAGE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct cage {
    int root;            /* folder that it may change and that becomes "/" where privileges
                          * allow it; -1 = no file system at all.  Replaced on success. */
    uint64_t cpu_s;      /* processor time */
    uint64_t memory;     /* bytes of address space (not under a sanitizer, which maps terabytes) */
    uint64_t file_bytes; /* of one file that it writes */
    bool talks;          /* it may wait for, read from and write to sockets that are open already */
};

/* Locks this process in, for good; the descriptors that are open stay usable.  Afterwards a
 * system call outside of the list fails with EPERM; it cannot start, signal or trace anything.
 * E_UNAVAILABLE where the kernel refuses: then nothing strange may be read. */
struct err *cage_enter(struct cage *cage) MUST_USE;

#endif
