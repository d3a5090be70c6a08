/* Inside the compute service: what its tables name and its files share. */
#ifndef CARRICK_COMPUTE_WORDS_H
#define CARRICK_COMPUTE_WORDS_H

#include "compute/compute.h"

attr_convert_fn server_convert_networks;
attr_check_fn flavor_check_zero, server_check_metadata, server_check_base64;

struct compute_service *compute_of(const struct op *op);

/* ---- server_ports.c */

/* Makes or plugs the ports that 'server' asked for. */
struct err *server_ports_plug(struct tx *tx, const struct op *op, const struct server *server) MUST_USE;
/* Deletes the ports that were made for it, unplugs the others. */
struct err *server_ports_drop(struct tx *tx, const struct op *op, const struct server *server) MUST_USE;
/* Fills addresses and security_groups of a batch. */
struct err *server_ports_show(struct tx *tx, void **rows, size_t n) MUST_USE;

/* ---- desired_server.c */
extern const struct desired_source server_desired_source; /* its arg is the service */

#endif
