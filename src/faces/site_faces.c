/* Which APIs a site serves, and under which prefix.  A new face of a site is
 * one line here. */
#include "faces/faces.h"

#include "base/vec.h"
#include "faces/renewal.h"

#include <stddef.h>

static const struct {
    const struct face *face;
    const char *prefix;
    size_t service; /* offset of its context in struct site_services */
} faces[] = {
    {&keystone_face, "/identity", offsetof(struct site_services, identity)},
    {&glance_face, "/image", offsetof(struct site_services, image)},
#ifdef HAVE_NEUTRON_FACE
    {&neutron_face, "/network", offsetof(struct site_services, network)},
#endif
#ifdef HAVE_NOVA_FACE
    {&nova_face, "/compute", offsetof(struct site_services, compute)},
#endif
    {&renewal_face, "/carrick", offsetof(struct site_services, renewal)},
    {&health_face, "", offsetof(struct site_services, health)},
};

const struct rest_mount *
site_mounts(struct mem *mem, const struct site_services *services, size_t *n)
{
    struct rest_mount *mounts = MEM_ARRAY(mem, ARRAY_SIZE(faces), struct rest_mount);

    *n = 0;
    for (size_t i = 0; i < ARRAY_SIZE(faces); i++) {
        void *user = *(void *const *)(const void *)((const char *)services + faces[i].service);

        if (user) {
            mounts[(*n)++] = (struct rest_mount){.face = faces[i].face,
                                                 .prefix = faces[i].prefix,
                                                 .store = services->store,
                                                 .user = user};
        }
    }
    return mounts;
}
