/* Inside the compute face. */
#ifndef CARRICK_FACES_NOVA_H
#define CARRICK_FACES_NOVA_H

#include "compute/compute.h"
#include "faces/faces.h"

/* ---- nova_server.c */
extern const struct rest_shape nova_server_brief, nova_server_full, nova_server_create,
    nova_server_update;
rest_fn nova_action_prepare;
rest_tx_fn nova_action;

/* ---- nova_parts.c: what stands below a server */
rest_tx_fn nova_server_ips, nova_server_ips_of, nova_server_interfaces, nova_server_interface,
    nova_interface_attach, nova_interface_detach,
    nova_server_groups, nova_metadata_show, nova_metadata_replace, nova_metadata_merge,
    nova_metadata_key, nova_metadata_delete;

/* ---- nova_flavor.c */
extern const struct rest_shape nova_flavor_brief, nova_flavor_full;
rest_tx_fn nova_specs_list, nova_specs_add, nova_specs_show, nova_specs_put, nova_specs_delete;

/* ---- nova_limits.c: quota sets, limits, zones, extensions */
rest_tx_fn nova_quota_show, nova_quota_detail, nova_quota_defaults, nova_quota_update,
    nova_quota_delete, nova_limits, nova_zones, nova_extension_list, nova_extension_show,
    nova_hypervisors, nova_hypervisor_show, nova_hypervisor_statistics;

/* The server named by the path, where the caller may see it. */
struct err *nova_server_look(struct tx *tx, struct rest_request *r, struct server **server) MUST_USE;
struct compute_service *nova_service(const struct rest_request *r);
/* "links": self and bookmark of a thing. */
void nova_links(struct rest_request *r, struct jw *w, const char *kind, const char *id);

#endif
