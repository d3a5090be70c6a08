/* SOL003 3.7.1 clause 9: grants, version 1, for VNFMs that are other processes. */
#include "faces/etsi.h"
#include "nfvo/grant_desk.h"

#include <string.h>

#define GRANTS "/grant/v1/grants"

static void
encode(struct rest_request *r, struct jw *w, const void *row)
{
    etsi_row(r, w, row);
}

/* Operation and instance are the VNFM's: below the root that it was registered with. */
static struct err *
links_write(struct tx *tx, struct rest_request *r, const struct grant *grant)
{
    const struct {
        const char *name, *path, *id;
    } theirs[] = {
        {"vnfLcmOpOcc", "vnf_lcm_op_occs", grant->vnf_lcm_op_occ_id},
        {"vnfInstance", "vnf_instances", grant->vnf_instance_id},
    };
    struct cond by_id[] = {COND("id", str_or(grant->vnfm_id, "")), {0}};
    const char *root = r->base;
    struct vnfm *vnfm;
    size_t n;

    TRY(row_find(tx, &vnfm_table, by_id, &vnfm));
    root = vnfm ? vnfm->url : root;
    n = strlen(root);
    jw_object(&r->w, "_links");
    jw_object(&r->w, "self");
    jw_str(&r->w, "href", mem_printf(r->mem, "%s" GRANTS "/%s", r->base, grant->id));
    jw_end(&r->w);
    for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++) {
        jw_object(&r->w, theirs[i].name);
        jw_str(&r->w, "href",
               mem_printf(r->mem, "%.*s/vnflcm/v2/%s/%s",
                          (int)(n && root[n - 1] == '/' ? n - 1 : n), root, theirs[i].path,
                          theirs[i].id));
        jw_end(&r->w);
    }
    jw_end(&r->w);
    return NULL;
}

/* 403 with what the decision said. */
static struct err *
refused(const struct grant *grant)
{
    return err_new(E_FORBIDDEN, NULL, "%s",
                   str_or(json_get_str(grant->problem, "detail"), "the grant is refused"));
}

static struct err *
answer(struct tx *tx, struct rest_request *r, const char *id, int status)
{
    struct grant *grant;
    void *row;

    TRY(resource_get(tx, &r->op, id, &row));
    grant = row;
    if (str_eq(grant->status, "REFUSED")) {
        return refused(grant);
    }
    r->status = str_eq(grant->status, "PROCESSING") ? 202 : status;
    if (r->status == 202) {
        return NULL;
    }
    jw_object(&r->w, NULL);
    encode(r, &r->w, grant);
    TRY(links_write(tx, r, grant));
    jw_end(&r->w);
    return NULL;
}

struct asked {
    const char *id;
    bool is_async;
};

static struct err *
ask(struct rest_request *r)
{
    struct asked *asked = MEM_NEW(r->mem, struct asked);

    asked->is_async = str_eq_case(rest_header_in(r, "Prefer"), "respond-async"); /* RFC 7240 4.1 */
    r->state = asked;
    return grant_ask(r->op.user, r->mem, r->op.caller, r->row, asked->is_async, &asked->id);
}

static struct err *
asked_answer(struct tx *tx, struct rest_request *r)
{
    const struct asked *asked = r->state;

    rest_header(r, "Location", "%s" GRANTS "/%s", r->base, asked->id);
    if (asked->is_async) {
        r->status = 202;
        return NULL;
    }
    return answer(tx, r, asked->id, 201);
}

static struct err *
show(struct tx *tx, struct rest_request *r)
{
    return answer(tx, r, r->id, 200);
}

static const struct rest_shape shape = {.encode = encode};

static const struct route routes[] = {
    {.method = "GET", .path = "/grant/api_versions", .verb = REST_VERSIONS},
    {.method = "GET", .path = "/grant/v1/api_versions", .verb = REST_VERSIONS},
    {.method = "POST",
     .path = GRANTS,
     .verb = REST_ACTION,
     .resource = &grant_resource,
     .shape = &shape,
     .body = &grant_request_table,
     .rule = "writer",
     .flags = REST_POOL,
     .prepare = ask,
     .read = asked_answer,
     .doc = "Asks for leave to use resources; 202 where that takes a while."},
    {.method = "GET",
     .path = GRANTS "/{id}",
     .verb = REST_ACTION,
     .resource = &grant_resource,
     .shape = &shape,
     .read = show,
     .doc = "Shows a grant; 202 until it is decided."},
};

static const struct face_version versions[] = {
    {.id = "1.7.0", .status = "CURRENT", .path = "/grant/v1/"},
    {0},
};

const struct face etsi_grant_face = {
    .name = "etsi_grant",
    .title = "VNF lifecycle operation granting",
    .doc = "SOL003 clause 9.",
    .service = "nfv-orchestration",
    .dialect = &dialect_etsi,
    REST_ROUTES(routes),
    .versions = versions,
};
