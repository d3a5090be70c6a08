/* Which APIs an orchestrator serves.  A new face of it is one line here. */
#include "base/vec.h"
#include "faces/etsi.h"
#include "faces/faces.h"
#include "faces/orchestrator.h"
#include "identity/identity.h"

static const struct face *const faces[] = {
    &etsi_vnfpkgm_face, &etsi_nsd_face, &etsi_nslcm_face, &etsi_vnflcm_face, &etsi_vnffm_face,
    &etsi_nsfm_face,    &etsi_vnfpm_face, &etsi_nspm_face, &carrick_face,
    &etsi_grant_face,   &etsi_vnfind_face,
};

const struct rest_mount *
orchestrator_mounts(struct mem *mem, struct identity *identity, struct nfvo *nfvo,
                    struct health *health, size_t *n)
{
    struct rest_mount *mounts = MEM_ARRAY(mem, ARRAY_SIZE(faces) + 3, struct rest_mount);

    *n = 0;
    for (size_t i = 0; i < ARRAY_SIZE(faces); i++) {
        mounts[(*n)++] = (struct rest_mount){
            .face = faces[i],
            .prefix = "",
            .store = nfvo->store,
            .user = nfvo,
        };
    }
    /* The first of them answers what is nobody's: a request that cannot be read. */
    mounts[(*n)++] = (struct rest_mount){
        .face = &keystone_face,
        .prefix = "/identity",
        .store = nfvo->store,
        .user = identity,
    };
    mounts[(*n)++] = (struct rest_mount){
        .face = &oauth2_face,
        .prefix = "/oauth2",
        .store = nfvo->store,
        .user = identity,
    };
    mounts[(*n)++] = (struct rest_mount){
        .face = &health_face,
        .prefix = "",
        .store = nfvo->store,
        .user = health,
    };
    return mounts;
}
