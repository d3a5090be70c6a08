/* The runtime configuration of a container (OCI runtime-spec 1.0.2). */
#ifndef CARRICK_AGENT_OCI_H
#define CARRICK_AGENT_OCI_H

#include "desired/desired.h"

/* Where cloud-init looks for a config drive that is no device (its NoCloud-like seed of ConfigDrive). */
#define OCI_DRIVE "/var/lib/cloud/seed/config_drive"

struct oci_spec {
    const struct desired_server *server;
    struct strs command;           /* Program and arguments. */
    struct strs env;               /* Of the image, "K=V"; the server's own come after. */
    const char *cwd;
    uint32_t uid;                  /* Inside. */
    uint32_t gid;
    uint32_t host_uid;             /* First of its range. */
    const char *cgroup;            /* Path of its control group. */
    const char *drive;             /* Folder that is its config drive; null = it has none. */
};

/* A server's host name, made of its name (RFC 1123), in 'mem'. */
const char *oci_hostname(struct mem *mem, const char *name);
/* Appends the JSON to 'out'. */
void oci_config(struct buf *out, const struct oci_spec *spec);

#endif
