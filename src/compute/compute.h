/* The compute service of a site: flavors and servers.  A server is a row that
 * says what shall run; the agent makes it so and tells how it is.  What runs it
 * (a container now, a virtual machine later) follows from the image. */
#ifndef CARRICK_COMPUTE_COMPUTE_H
#define CARRICK_COMPUTE_COMPUTE_H

#include "image/image.h"
#include "network/network.h"

#define ATTR ATTR_MEMBER
struct flavor {
    struct row row;
#include "compute/flavor.tbl"
};
struct server {
    struct row row;
#include "compute/server.tbl"
};
#undef ATTR

extern const struct table flavor_table, server_table;
extern const struct table *const compute_tables[]; /* for store_config, null-terminated */
extern const struct resource flavor_resource, server_resource;
extern const struct resource *const compute_resources[]; /* null-terminated */

/* instances, cores, ram (MiB); ends with class null. */
extern const struct quota_default compute_quotas[];

struct compute_config {
    const char *host;          /* Host id of this box. */
    int64_t vcpus, memory_mb;  /* What servers of this box may use in sum; 0 = all its
                                * memory, 16 vCPUs a processor. */
    struct image_service *image;
    struct network_service *network;
};

struct compute_service {
    char *host;
    int64_t vcpus, memory_mb;
    struct image_service *image;
    struct network_service *network;
    struct desired_source source; /* servers and images, for site_sync_config */
    struct site_sync *sync;       /* set by the site: where consoles are; or null */
};

/* Sets the host's capacity in the ledger and makes the usual flavors at the first start.  The other
 * services and 'store' are borrowed.  Not on the writer's thread. */
struct err *compute_service_new(const struct compute_config *config, struct store *store,
                                struct compute_service **service) MUST_USE;
void compute_service_free(struct compute_service *service); /* null accepted */

/* "ACTIVE", "BUILD", "REBOOT", "HARD_REBOOT", "REBUILD", "SHUTOFF", "ERROR" (Compute API: server status). */
const char *server_status(const struct server *server);
/* The vm_state that a status filter means, or null where no server has that status. */
const char *server_state_of(const char *status);

/* A change of power that the API asks for. */
enum server_action { SERVER_START, SERVER_STOP, SERVER_REBOOT_SOFT, SERVER_REBOOT_HARD, SERVER_REBUILD };
/* E_NOT_FOUND, E_CONFLICT (the server's state does not allow it).  A rebuild is asked for by
 * server_rebuild. */
struct err *server_act(struct tx *tx, const struct op *op, const char *id,
                       enum server_action action) MUST_USE;

/* A port that is there joins a server, as its last; one of its ports leaves it: one that was made for it
 * is deleted.  'server' was looked up for the caller.  E_CONFLICT (its state does not allow it; the port
 * is another's), E_INVALID (no such port, or attached already), E_NOT_FOUND (not attached).  Compute API:
 * os-interface. */
struct err *server_port_attach(struct tx *tx, const struct op *op, const struct server *server,
                               const char *port_id) MUST_USE;
struct err *server_port_detach(struct tx *tx, const struct op *op, const struct server *server,
                               const char *port_id) MUST_USE;

/* What a server is made anew of: its image (null = the same), and its user data where 'sets_data'
 * (null = none).  Ports, flavor and id stay; what it wrote is gone (Compute API: rebuild). */
struct server_rebuild {
    const char *image_ref, *user_data;
    bool sets_data;
};
/* E_NOT_FOUND, E_CONFLICT (the server's state does not allow it), E_INVALID (the image, the data). */
struct err *server_rebuild(struct tx *tx, const struct op *op, const char *id,
                           const struct server_rebuild *rebuild) MUST_USE;

/* Last 'lines' lines (-1 = all, at most 1 MiB) of a server's console, in 'mem'.  The server must have
 * been looked up for its caller before.  E_UNAVAILABLE where the agent has not said where it is. */
struct err *server_console(struct compute_service *service, struct mem *mem, const char *id,
                           int64_t lines, const char **text) MUST_USE;

#endif
