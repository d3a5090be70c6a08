/* The APIs: one table each (keystone.c, glance.c, neutron.c, nova.c, etsi_*.c),
 * and which of them a site and an orchestrator serve. */
#ifndef CARRICK_FACES_FACES_H
#define CARRICK_FACES_FACES_H

#include "faces/health.h"

extern const struct face keystone_face;
extern const struct face glance_face;
extern const struct face neutron_face;
extern const struct face nova_face;

/* The services behind the faces; null = that face is not served. */
struct site_services {
    struct store *store;
    struct identity *identity;
    struct image_service *image;
    void *network;  /* op.user of the network face */
    void *compute;  /* op.user of the compute face */
    struct health *health;
    struct renewal *renewal; /* null = none */
};

/* Every face of a site with its prefix, in 'mem'. */
const struct rest_mount *site_mounts(struct mem *mem, const struct site_services *services, size_t *n);

/* Every face of this binary, for documents; ends with null. */
extern const struct face *const all_faces[];

#endif
