/* SOL005 3.7.1 clause 9: VNF package management, version 2, on Os-Ma-nfvo. */
#include "faces/etsi_descriptor.h"

#define PACKAGES "/vnfpkgm/v2/vnf_packages"

static const struct etsi_link links[] = {
    {.name = "self", .path = PACKAGES},
    {.name = "vnfd", .path = PACKAGES, .task = "vnfd"},
    {.name = "packageContent", .path = PACKAGES, .task = "package_content"},
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
    etsi_links(r, w, &vnf_package_table, row, links);
}

/* SOL005 9.4.2.3.2, URI query parameters. */
static const char *const left_out[] = {"softwareImages",           "additionalArtifacts",
                                       "userDefinedData",          "checksum",
                                       "onboardingFailureDetails", NULL};
static const struct rest_shape shape = {.encode = encode, .exclude_default = left_out};

static const struct route routes[] = {
    ETSI_VERSIONS("vnfpkgm"),
    REST_CRUD_SHAPED(PACKAGES, vnf_package_resource, "PATCH", &shape),
    {.method = "PUT",
     .path = PACKAGES "/{id}/package_content",
     .verb = REST_ACTION,
     .resource = &vnf_package_resource,
     .flags = REST_UPLOAD | REST_POOL,
     .status = 202,
     .rule = "writer",
     .upload = &etsi_upload,
     .write = etsi_upload_accept,
     .doc = "Uploads the package; on-boarding follows by itself."},
    {.method = "GET",
     .path = PACKAGES "/{id}/package_content",
     .verb = REST_ACTION,
     .resource = &vnf_package_resource,
     .flags = REST_POOL,
     .prepare = etsi_content,
     .start = etsi_answered,
     .doc = "Gets the package as it was uploaded."},
    {.method = "GET",
     .path = PACKAGES "/{id}/vnfd",
     .verb = REST_ACTION,
     .resource = &vnf_package_resource,
     .flags = REST_POOL,
     .prepare = etsi_descriptor,
     .start = etsi_answered,
     .doc = "Gets the VNFD."},
    {.method = "GET",
     .path = PACKAGES "/{id}/manifest",
     .verb = REST_ACTION,
     .resource = &vnf_package_resource,
     .flags = REST_POOL,
     .prepare = etsi_manifest,
     .start = etsi_answered,
     .doc = "Gets the manifest."},
    ETSI_ARTIFACTS(PACKAGES "/{id}/artifacts", vnf_package_resource),
};

static const struct face_version versions[] = {
    {.id = "2.4.0", .status = "CURRENT", .path = "/vnfpkgm/v2/"},
    {0},
};

const struct face etsi_vnfpkgm_face = {
    .name = "etsi_vnfpkgm",
    .title = "VNF package management",
    .doc = "SOL005 clause 9.",
    .service = "nfv-orchestration",
    .dialect = &dialect_etsi,
    REST_ROUTES(routes),
    .versions = versions,
};
