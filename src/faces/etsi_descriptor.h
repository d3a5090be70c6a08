/* What the faces of VNF packages and of NSDs share: uploads and downloads. */
#ifndef CARRICK_FACES_ETSI_DESCRIPTOR_H
#define CARRICK_FACES_ETSI_DESCRIPTOR_H

#include "faces/etsi.h"

/* For REST_UPLOAD routes with 'resource' set: PUT package_content, nsd_content. */
extern const struct rest_upload etsi_upload;
rest_tx_fn etsi_upload_accept;

/* For GET routes with REST_POOL: .prepare is one of the first four, .start the last. */
rest_fn etsi_content;    /* the archive as it was uploaded */
rest_fn etsi_descriptor; /* the main service template, text/plain; or the whole archive as zip */
rest_fn etsi_manifest;
rest_fn etsi_artifact; /* the path behind /artifacts/ */
rest_fn etsi_answered;

/* Artifacts may stand in folders: one route for each depth. */
#define ETSI_ARTIFACT(path_, resource_)                                                            \
    {                                                                                              \
        .method = "GET", .path = (path_), .verb = REST_ACTION, .resource = &(resource_),           \
        .flags = REST_POOL, .prepare = etsi_artifact, .start = etsi_answered,                      \
        .doc = "Gets one artifact of the package."                                                 \
    }
#define ETSI_ARTIFACTS(path_, resource_)                                                           \
    ETSI_ARTIFACT(path_ "/{p1}", resource_), ETSI_ARTIFACT(path_ "/{p1}/{p2}", resource_),         \
        ETSI_ARTIFACT(path_ "/{p1}/{p2}/{p3}", resource_),                                         \
        ETSI_ARTIFACT(path_ "/{p1}/{p2}/{p3}/{p4}", resource_),                                    \
        ETSI_ARTIFACT(path_ "/{p1}/{p2}/{p3}/{p4}/{p5}", resource_)

#endif
