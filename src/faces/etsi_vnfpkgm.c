/* VNF package management, version 2: SOL005 3.7.1 clause 9 (Os-Ma-nfvo) and SOL003 3.7.1 clause 10
 * (Or-Vnfm).  Both have one root and the same packages below /vnf_packages; what SOL003 has besides
 * are on-boarded packages by their VNFD, which is what a VNFM knows of them. */
#include "faces/etsi_descriptor.h"
#include "faces/etsi_major.h"
#include "faces/etsi_subscription.h"
#include "nfvo/fetch.h"
#include "nfvo/outside.h"

#define PACKAGES "/vnfpkgm/v2/vnf_packages"
#define ONBOARDED "/vnfpkgm/v2/onboarded_vnf_packages"

static const struct etsi_link links[] = {
    {.name = "self", .path = PACKAGES},
    {.name = "vnfd", .path = PACKAGES, .task = "vnfd"},
    {.name = "packageContent", .path = PACKAGES, .task = "package_content"},
    {0},
};
static const struct etsi_link onboarded_links[] = {
    {.name = "self", .path = ONBOARDED, .attr = "vnfd_id"},
    {.name = "vnfd", .path = ONBOARDED, .task = "vnfd", .attr = "vnfd_id"},
    {.name = "packageContent", .path = ONBOARDED, .task = "package_content", .attr = "vnfd_id"},
    {0},
};

static void
encode(struct rest_request *r, struct jw *w, const void *row)
{
    etsi_descriptor_encode(r, w, row, &vnf_package_table, links);
}

static void
onboarded_encode(struct rest_request *r, struct jw *w, const void *row)
{
    etsi_descriptor_encode(r, w, row, &vnf_package_table, onboarded_links);
}

static struct err *
onboarded_query(struct rest_request *r, struct list_query *query)
{
    (void)r;
    rest_cond(query, (struct cond)COND("onboarding_state", "ONBOARDED"));
    return NULL;
}

/* SOL005 9.4.2.3.2, SOL003 10.4.2.3.2: URI query parameters. */
static const char *const left_out[] = {"softwareImages",           "additionalArtifacts",
                                       "userDefinedData",          "checksum",
                                       "onboardingFailureDetails", NULL};
static const struct rest_shape shape = {.encode = encode, .exclude_default = left_out};
static const struct rest_shape onboarded_shape = {
    .encode = onboarded_encode, .query = onboarded_query, .exclude_default = left_out};

/* ---- on-boarded packages by their VNFD ----------------------------------------------------- */

/* The request becomes one for the package that has the VNFD and that the caller may see. */
static struct err *
onboarded_find(struct tx *tx, void *arg)
{
    struct rest_request *r = arg;
    const char *vnfd_id = rest_param(r, "vnfd_id");
    struct cond of_vnfd[] = {
        COND("vnfd_id", vnfd_id), COND("onboarding_state", "ONBOARDED"), {0}};
    struct query query = {.table = &vnf_package_table, .conds = of_vnfd};
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct vnf_package *package = rows.items[i];
        void *seen;
        struct err *e = resource_get(tx, &r->op, package->id, &seen);

        if (!e) {
            r->id = mem_str(r->mem, package->id);
            return NULL;
        }
        err_ignore(e, "another project's is not there");
    }
    return err_new(E_NOT_FOUND, NULL, "no VNF package with vnfdId %s is on-boarded", vnfd_id);
}

static struct err *
onboarded_show(struct tx *tx, struct rest_request *r)
{
    void *row;

    TRY(onboarded_find(tx, r));
    TRY(resource_get(tx, &r->op, r->id, &row));
    rest_write_row(r, r->op.resource, r->route->shape, row);
    return NULL;
}

/* For .prepare: then it is a download like any other, which 'arg' of the route is. */
struct download {
    rest_fn *prepare;
};

static struct err *
onboarded_download(struct rest_request *r)
{
    const struct nfvo *nfvo = r->op.user;
    const struct download *download = r->route->arg;

    TRY(store_read(nfvo->store, onboarded_find, r));
    return download->prepare(r);
}

static const struct download content = {etsi_content}, vnfd = {etsi_descriptor},
                             manifest = {etsi_manifest}, artifact = {etsi_artifact},
                             artifacts = {etsi_artifacts};

/* ---- from where it is -------------------------------------------------------------------- */

static struct err *
fetch_begin(struct rest_request *r)
{
    return package_fetch(r->op.user, &r->caller, r->id, r->row);
}

static struct err *
fetch_begun(struct tx *tx, struct rest_request *r)
{
    (void)tx;
    r->status = 202;
    rest_header(r, "Location", "%s%s/%s", r->base, etsi_major_path(r, PACKAGES), r->id);
    return NULL;
}

/* ---- external artifacts --------------------------------------------------------------------- */

/* Without what lets one in (SOL005 9.5.2.10). */
static struct err *
access_write(struct tx *tx, struct rest_request *r, const struct vnf_package *package)
{
    struct rows rows;

    TRY(access_list(tx, package->id, &rows));
    rest_header(r, "ETag", "\"%lld\"", (long long)package->revision_number);
    jw_object(&r->w, NULL);
    jw_array(&r->w, "artifact");
    for (size_t i = 0; i < rows.n; i++) {
        const struct package_access *access = rows.items[i];

        jw_object(&r->w, NULL);
        jw_str(&r->w, "artifactUri", access->uri);
        if (access->override_uri) {
            jw_str(&r->w, "overrideUri", access->override_uri);
        }
        if (access->auth_type) {
            jw_str(&r->w, "authType", access->auth_type);
        }
        jw_end(&r->w);
    }
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

static struct err *
access_show(struct tx *tx, struct rest_request *r)
{
    void *row;

    TRY(resource_get(tx, &r->op, r->id, &row));
    return access_write(tx, r, row);
}

/* SOL005 9.4.4a.3.4. */
static struct err *
access_put(struct tx *tx, struct rest_request *r)
{
    void *row;
    bool again;

    TRY(access_set(tx, &r->op, r->id, r->row, &again));
    if (again) {
        return fetch_begun(tx, r);
    }
    r->status = 200;
    TRY(row_get(tx, &vnf_package_table, r->id, &row));
    return access_write(tx, r, row);
}

/* ---- routes ---------------------------------------------------------------------------------- */

#define ONBOARDED_DOWNLOAD(path_, download_, doc_)                                                 \
    {                                                                                              \
        .method = "GET", .path = ONBOARDED "/{vnfd_id}/" path_, .verb = REST_ACTION,               \
        .resource = &vnf_package_resource, .flags = REST_POOL, .prepare = onboarded_download,      \
        .start = etsi_answered, .arg = &(download_), .since = 2, .doc = doc_                       \
    }
#define ONBOARDED_ARTIFACT(path_)                                                                  \
    ONBOARDED_DOWNLOAD("artifacts/" path_, artifact, "Gets one artifact of the package.")

#define BULK_DOC "Gets the additional artifacts of the package, or some of them, in a zip."

static const struct route routes[] = {
    ETSI_VERSIONS("vnfpkgm"),
    ETSI_DESCRIPTOR_ROUTES(PACKAGES, vnf_package_resource, &shape, "package_content", "vnfd", 0),
    ETSI_DOWNLOAD(PACKAGES "/{id}/artifacts", vnf_package_resource, etsi_artifacts, BULK_DOC, 2),
    {.method = "POST",
     .path = PACKAGES "/{id}/package_content/upload_from_uri",
     .verb = REST_ACTION,
     .resource = &vnf_package_resource,
     .body = &upload_uri_request_table,
     .rule = "writer",
     .flags = REST_POOL,
     .prepare = fetch_begin,
     .read = fetch_begun,
     .doc = "Gets the archive from where it is; on-boarding follows by itself."},
    {.method = "GET",
     .path = PACKAGES "/{id}/ext_artifacts_access",
     .verb = REST_ACTION,
     .resource = &vnf_package_resource,
     .read = access_show,
     .since = 2,
     .doc = "Shows how external artifacts of the package are got, without what lets one in."},
    {.method = "PUT",
     .path = PACKAGES "/{id}/ext_artifacts_access",
     .verb = REST_ACTION,
     .resource = &vnf_package_resource,
     .body = &external_access_config_table,
     .rule = "writer",
     .write = access_put,
     .since = 2,
     .doc = "Says how external artifacts of the package are got; those that could not be are tried again."},
    {.method = "GET",
     .path = ONBOARDED,
     .verb = REST_LIST,
     .resource = &vnf_package_resource,
     .shape = &onboarded_shape,
     .since = 2},
    {.method = "GET",
     .path = ONBOARDED "/{vnfd_id}",
     .verb = REST_ACTION,
     .resource = &vnf_package_resource,
     .shape = &onboarded_shape,
     .read = onboarded_show,
     .since = 2,
     .doc = "Shows the on-boarded package that has the VNFD."},
    ONBOARDED_DOWNLOAD("package_content", content, "Gets the archive as it was uploaded."),
    ONBOARDED_DOWNLOAD("vnfd", vnfd, "Gets the descriptor."),
    ONBOARDED_DOWNLOAD("manifest", manifest, "Gets the manifest."),
    ONBOARDED_DOWNLOAD("artifacts", artifacts, BULK_DOC),
    ONBOARDED_ARTIFACT("{p1}"),
    ONBOARDED_ARTIFACT("{p1}/{p2}"),
    ONBOARDED_ARTIFACT("{p1}/{p2}/{p3}"),
    ONBOARDED_ARTIFACT("{p1}/{p2}/{p3}/{p4}"),
    ONBOARDED_ARTIFACT("{p1}/{p2}/{p3}/{p4}/{p5}"),
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
    .doc = "SOL005 clause 9, SOL003 clause 10.",
    .service = "nfv-orchestration",
    .dialect = &dialect_etsi,
    REST_ROUTES(routes),
    .versions = versions,
    .body = etsi_major_body,
};
