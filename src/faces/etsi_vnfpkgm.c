/* SOL005 3.7.1 clause 9: VNF package management, version 2, on Os-Ma-nfvo. */
#include "faces/etsi_descriptor.h"
#include "faces/etsi_major.h"
#include "faces/etsi_subscription.h"

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
    etsi_descriptor_encode(r, w, row, &vnf_package_table, links);
}

/* SOL005 9.4.2.3.2, URI query parameters. */
static const char *const left_out[] = {"softwareImages",           "additionalArtifacts",
                                       "userDefinedData",          "checksum",
                                       "onboardingFailureDetails", NULL};
static const struct rest_shape shape = {.encode = encode, .exclude_default = left_out};

static const struct route routes[] = {
    ETSI_VERSIONS("vnfpkgm"),
    ETSI_DESCRIPTOR_ROUTES(PACKAGES, vnf_package_resource, &shape, "package_content", "vnfd", 0),
    ETSI_SUBSCRIPTIONS("/vnfpkgm/v2/subscriptions", vnfpkgm_notices, subscription_request_table),
};

static const struct face_version versions[] = {
    {.id = "2.4.0", .status = "CURRENT", .path = "/vnfpkgm/v2/"},
    {.id = "1.2.0", .status = "SUPPORTED", .path = "/vnfpkgm/v1/"},
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
    .body = etsi_major_body,
};
