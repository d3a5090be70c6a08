/* SOL005 3.7.1 clause 5: NSDs and PNFDs, version 2. */
#include "faces/etsi_descriptor.h"
#include "faces/etsi_major.h"
#include "faces/etsi_subscription.h"

#define DESCRIPTORS "/nsd/v2/ns_descriptors"

#define PNFDS "/nsd/v2/pnf_descriptors"

static const struct etsi_link links[] = {
    {.name = "self", .path = DESCRIPTORS},
    {.name = "nsd_content", .path = DESCRIPTORS, .task = "nsd_content"},
    {0},
};

static const struct etsi_link pnfd_links[] = {
    {.name = "self", .path = PNFDS},
    {.name = "pnfd_content", .path = PNFDS, .task = "pnfd_content"},
    {0},
};

static void
encode(struct rest_request *r, struct jw *w, const void *row)
{
    etsi_descriptor_encode(r, w, row, &ns_descriptor_table, links);
}

static void
pnfd_encode(struct rest_request *r, struct jw *w, const void *row)
{
    etsi_descriptor_encode(r, w, row, &pnf_descriptor_table, pnfd_links);
}

static const char *const left_out[] = {"userDefinedData", "artifacts", "onboardingFailureDetails",
                                       NULL};
static const struct rest_shape shape = {.encode = encode, .exclude_default = left_out};
static const struct rest_shape pnfd_shape = {.encode = pnfd_encode, .exclude_default = left_out};

static const struct route routes[] = {
    ETSI_VERSIONS("nsd"),
    ETSI_DESCRIPTOR_ROUTES(DESCRIPTORS, ns_descriptor_resource, &shape, "nsd_content", "nsd", 2),
    ETSI_DESCRIPTOR_ROUTES(PNFDS, pnf_descriptor_resource, &pnfd_shape, "pnfd_content", "pnfd", 2),
    ETSI_SUBSCRIPTIONS("/nsd/v2/subscriptions", nsd_notices, subscription_request_table),
};

static const struct face_version versions[] = {
    {.id = "2.3.0", .status = "CURRENT", .path = "/nsd/v2/"},
    {.id = "1.2.0", .status = "SUPPORTED", .path = "/nsd/v1/"},
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
    .body = etsi_major_body,
};
