/* What the faces of VNF packages and of NSDs share: uploads and downloads. */
#ifndef CARRICK_FACES_ETSI_DESCRIPTOR_H
#define CARRICK_FACES_ETSI_DESCRIPTOR_H

#include "faces/etsi.h"

/* Encodes a row with its links; after a PATCH only what was modified (SOL005 5.4.4, 9.4.3). */
void etsi_descriptor_encode(struct rest_request *r, struct jw *w, const void *row,
                            const struct table *table, const struct etsi_link *links);

/* For REST_UPLOAD routes with 'resource' set: PUT package_content, nsd_content. */
extern const struct rest_upload etsi_upload;
rest_tx_fn etsi_upload_accept;

/* For GET routes with REST_POOL: .prepare is one of them, .start etsi_answered.  With
 * include_signatures the middle three are a zip of what is asked for and what proves it. */
rest_fn etsi_content;    /* the archive as it was uploaded */
rest_fn etsi_descriptor; /* the main service template, text/plain; or all of the descriptor as zip */
rest_fn etsi_manifest;
rest_fn etsi_artifact; /* the path behind /artifacts/ */
rest_fn etsi_artifacts; /* a zip of those that the query leaves in */
rest_fn etsi_answered;

#define ETSI_DOWNLOAD(path_, resource_, prepare_, doc_, since_)                                          \
    {                                                                                              \
        .method = "GET", .path = (path_), .verb = REST_ACTION, .resource = &(resource_),           \
        .flags = REST_POOL, .prepare = (prepare_), .start = etsi_answered, .doc = (doc_),          \
        .since = (since_)                                                                          \
    }
/* Artifacts may stand in folders: one route for each depth. */
#define ETSI_ARTIFACT(path_, resource_, since_)                                                    \
    ETSI_DOWNLOAD(path_, resource_, etsi_artifact, "Gets one artifact of the package.", since_)
#define ETSI_ARTIFACTS(path_, resource_, since_)                                                   \
    ETSI_ARTIFACT(path_ "/{p1}", resource_, since_),                                               \
        ETSI_ARTIFACT(path_ "/{p1}/{p2}", resource_, since_),                                      \
        ETSI_ARTIFACT(path_ "/{p1}/{p2}/{p3}", resource_, since_),                                 \
        ETSI_ARTIFACT(path_ "/{p1}/{p2}/{p3}/{p4}", resource_, since_),                            \
        ETSI_ARTIFACT(path_ "/{p1}/{p2}/{p3}/{p4}/{p5}", resource_, since_)

/* Every route of a kind of descriptor: 'content_' and 'descriptor_' are the last words of the
 * paths of the archive and of the descriptor; the latter and artifacts are there since the major
 * version 'since_', manifests since 2. */
#define ETSI_DESCRIPTOR_ROUTES(path_, resource_, shape_, content_, descriptor_, since_)            \
    REST_CRUD_SHAPED(path_, resource_, "PATCH", shape_),                                           \
        {.method = "PUT",                                                                          \
         .path = path_ "/{id}/" content_,                                                          \
         .verb = REST_ACTION,                                                                      \
         .resource = &(resource_),                                                                 \
         .flags = REST_UPLOAD | REST_POOL,                                                         \
         .status = 202,                                                                            \
         .rule = "writer",                                                                         \
         .upload = &etsi_upload,                                                                   \
         .write = etsi_upload_accept,                                                              \
         .doc = "Uploads the archive; on-boarding follows by itself."},                            \
        ETSI_DOWNLOAD(path_ "/{id}/" content_, resource_, etsi_content,                            \
                      "Gets the archive as it was uploaded.", 0),                                  \
        ETSI_DOWNLOAD(path_ "/{id}/" descriptor_, resource_, etsi_descriptor,                      \
                      "Gets the descriptor.", since_),                                             \
        ETSI_DOWNLOAD(path_ "/{id}/manifest", resource_, etsi_manifest, "Gets the manifest.", 2),  \
        ETSI_ARTIFACTS(path_ "/{id}/artifacts", resource_, since_)

#endif
