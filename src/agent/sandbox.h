/* Namespaces and mounts for what must not run as root of the machine. */
#ifndef CARRICK_AGENT_SANDBOX_H
#define CARRICK_AGENT_SANDBOX_H

#include "base/err.h"

#include <stdint.h>
#include <sys/types.h>

/* A user namespace that maps 'inside'.. to 'outside'.. (UID_RANGE users and
 * groups), as a descriptor. */
struct err *userns_new(uint32_t inside, uint32_t outside, int *fd) MUST_USE;

/* The mounts that a container's runtime is started in; made by mounts_enter in
 * the child, by system calls only. */
struct mounts {
    bool hide_unified;     /* The v2 control group mount of a mixed host. */
    const char *lower;     /* Unpacked image; null = no root file system. */
    int idmap;             /* User namespace for 'lower', or -1. */
    const char *lower_at;  /* Where the mapped 'lower' is put. */
    const char *overlay;   /* Options for mount(2). */
    const char *root;      /* Where the overlay is put. */
};
/* In a child, before exec: a mount namespace of its own with these mounts.
 * Ends the process with status 126 where the kernel refuses. */
void mounts_enter(void *mounts);

/* Does the kernel mount overlays over mapped layers?  Decided by trying below 'dir'. */
bool mounts_probe(const char *dir, uint32_t base);

/* Runs `exe unpack --to DIR/root DIR/archive` as user 0 of a user namespace
 * whose users are 'base'.., with DIR as the only place it can write to, no
 * network, limits and a system call filter.  Called in a child of its own;
 * never returns. */
void unpack_enter(const char *dir, uint32_t base)
    __attribute__((noreturn));

#endif
