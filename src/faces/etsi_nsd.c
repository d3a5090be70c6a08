/* SOL005 3.7.1 clause 5: NSD management, version 2. */
#include "faces/etsi_descriptor.h"

#define DESCRIPTORS "/nsd/v2/ns_descriptors"

static const struct etsi_link links[] = {
    {.name = "self", .path = DESCRIPTORS},
    {.name = "nsd_content", .path = DESCRIPTORS, .task = "nsd_content"},
    {0},
};

static void
encode(struct rest_request *r, struct jw *w, const void *row)
{
    if (r->route->verb == REST_UPDATE) {
        etsi_modified(r, w, row);
        return;
    }
    etsi_row(r, w, row);
    etsi_links(r, w, &ns_descriptor_table, row, links);
}

static const char *const left_out[] = {"userDefinedData", "artifacts", "onboardingFailureDetails",
                                       NULL};
static const struct rest_shape shape = {.encode = encode, .exclude_default = left_out};

static const struct route routes[] = {
    ETSI_VERSIONS("nsd"),
    REST_CRUD_SHAPED(DESCRIPTORS, ns_descriptor_resource, "PATCH", &shape),
    {.method = "PUT",
     .path = DESCRIPTORS "/{id}/nsd_content",
     .verb = REST_ACTION,
     .resource = &ns_descriptor_resource,
     .flags = REST_UPLOAD | REST_POOL,
     .status = 202,
     .rule = "writer",
     .upload = &etsi_upload,
     .write = etsi_upload_accept,
     .doc = "Uploads the NSD archive; on-boarding follows by itself."},
    {.method = "GET",
     .path = DESCRIPTORS "/{id}/nsd_content",
     .verb = REST_ACTION,
     .resource = &ns_descriptor_resource,
     .flags = REST_POOL,
     .prepare = etsi_content,
     .start = etsi_answered,
     .doc = "Gets the archive as it was uploaded."},
    {.method = "GET",
     .path = DESCRIPTORS "/{id}/nsd",
     .verb = REST_ACTION,
     .resource = &ns_descriptor_resource,
     .flags = REST_POOL,
     .prepare = etsi_descriptor,
     .start = etsi_answered,
     .doc = "Gets the NSD."},
    {.method = "GET",
     .path = DESCRIPTORS "/{id}/manifest",
     .verb = REST_ACTION,
     .resource = &ns_descriptor_resource,
     .flags = REST_POOL,
     .prepare = etsi_manifest,
     .start = etsi_answered,
     .doc = "Gets the manifest."},
    ETSI_ARTIFACTS(DESCRIPTORS "/{id}/artifacts", ns_descriptor_resource),
};

static const struct face_version versions[] = {
    {.id = "2.3.0", .status = "CURRENT", .path = "/nsd/v2/"},
    {0},
};

const struct face etsi_nsd_face = {
    .name = "etsi_nsd",
    .title = "NSD management",
    .doc = "SOL005 clause 5.",
    .service = "nfv-orchestration",
    .dialect = &dialect_etsi,
    REST_ROUTES(routes),
    .versions = versions,
};
