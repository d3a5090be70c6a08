/* Images: archives of the site, copied, checked and unpacked once. */
#ifndef CARRICK_AGENT_ROOTFS_H
#define CARRICK_AGENT_ROOTFS_H

#include "agent/host.h"

enum rootfs_state { ROOTFS_UNPACKING, ROOTFS_READY, ROOTFS_FAILED };
struct rootfs {
    struct host *host;
    char *id;
    char *sha512;
    enum rootfs_state state;
    char *error;
    pid_t pid;
    struct loop_timer *timer; /* Time limit. */
};

/* Starts, keeps or removes images so that they match what is desired. */
void rootfs_step(struct host *host);
/* Forgets failures, so that the next step tries those images again. */
void rootfs_retry(struct host *host);
/* Folder of the unpacked root file system in 'mem'; null while not ready. */
const char *rootfs_path(struct host *host, struct mem *mem, const char *id);
/* What an OCI image says of its process (OCI image-spec, "config"), or null. */
const struct json *rootfs_config(struct host *host, struct mem *mem, const char *id);
/* Why it failed, or null. */
const char *rootfs_error(struct host *host, const char *id);
void rootfs_free(struct host *host);

#endif
