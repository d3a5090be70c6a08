/* SOL005 3.7.1 clause 6: NS lifecycle management, version 2. */
#include "faces/etsi.h"

#define INSTANCES "/nslcm/v2/ns_instances"
#define OCCURRENCES "/nslcm/v2/ns_lcm_op_occs"

/* ---- instances ------------------------------------------------------------------ */

static bool
is_instantiated(const void *row)
{
    return str_eq(((const struct ns_instance *)row)->ns_state, "INSTANTIATED");
}

static bool
is_not_instantiated(const void *row)
{
    return !is_instantiated(row);
}

static const struct etsi_link instance_links[] = {
    {.name = "self", .path = INSTANCES},
    {.name = "instantiate", .path = INSTANCES, .task = "instantiate", .when = is_not_instantiated},
    {.name = "terminate", .path = INSTANCES, .task = "terminate", .when = is_instantiated},
    {0},
};

static void
instance_encode(struct rest_request *r, struct jw *w, const void *row)
{
    etsi_row(r, w, row);
    etsi_links(r, w, &ns_instance_table, row, instance_links);
}

/* A CreateNsRequest names things otherwise than the NsInstance that comes of it. */
static struct err *
instance_rewrite(struct rest_request *r, const struct json *body, const struct json **out)
{
    static const char *const names[][2] = {{"nsName", "nsInstanceName"},
                                           {"nsDescription", "nsInstanceDescription"}};

    return etsi_rename(r->mem, body, names, sizeof names / sizeof *names, out);
}

/* SOL005 6.4.2.3.2. */
static const char *const instance_left_out[] = {"vnfInstance", "virtualLinkInfo", "vnffgInfo",
                                                "sapInfo", NULL};
static const struct rest_shape instance_shape = {
    .encode = instance_encode,
    .rewrite = instance_rewrite,
    .exclude_default = instance_left_out,
};

/* POST /ns_instances/{id}/TASK: 202 and where the occurrence is. */
static struct err *
instance_task(struct tx *tx, struct rest_request *r)
{
    const char *op_occ_id = NULL;

    TRY(ns_operation_start(tx, &r->op, r->id, r->route->arg, r->body, &op_occ_id));
    rest_header(r, "Location", "%s%s/%s", r->base, OCCURRENCES, op_occ_id);
    r->status = 202;
    return NULL;
}

/* ---- occurrences ------------------------------------------------------------------ */

static bool
is_failed_temp(const void *row)
{
    return str_eq(((const struct ns_lcm_op_occ *)row)->operation_state, "FAILED_TEMP");
}

static const struct etsi_link occurrence_links[] = {
    {.name = "self", .path = OCCURRENCES},
    {.name = "nsInstance", .path = INSTANCES, .attr = "ns_instance_id"},
    {.name = "retry", .path = OCCURRENCES, .task = "retry", .when = is_failed_temp},
    {.name = "rollback", .path = OCCURRENCES, .task = "rollback", .when = is_failed_temp},
    {.name = "fail", .path = OCCURRENCES, .task = "fail", .when = is_failed_temp},
    {0},
};

static void
occurrence_encode(struct rest_request *r, struct jw *w, const void *row)
{
    etsi_row(r, w, row);
    etsi_links(r, w, &ns_lcm_op_occ_table, row, occurrence_links);
}

static const char *const occurrence_left_out[] = {"operationParams", "error", "resourceChanges",
                                                  NULL};
static const struct rest_shape occurrence_shape = {
    .encode = occurrence_encode,
    .exclude_default = occurrence_left_out,
};

static struct err *
occurrence_task(struct tx *tx, struct rest_request *r)
{
    TRY(ns_operation_task(tx, &r->op, r->id, r->route->arg));
    r->status = 202;
    return NULL;
}

/* fail answers at once, with the occurrence (SOL005 6.4.15). */
static struct err *
occurrence_fail(struct tx *tx, struct rest_request *r)
{
    void *row;

    TRY(ns_operation_task(tx, &r->op, r->id, "fail"));
    TRY(resource_get(tx, &r->op, r->id, &row));
    rest_write_row(r, &ns_lcm_op_occ_resource, &occurrence_shape, row);
    r->status = 200;
    return NULL;
}

static const struct route routes[] = {
    ETSI_VERSIONS("nslcm"),
    REST_VERB("GET", INSTANCES, REST_LIST, &ns_instance_resource, &instance_shape),
    REST_VERB("POST", INSTANCES, REST_CREATE, &ns_instance_resource, &instance_shape),
    REST_VERB("GET", INSTANCES "/{id}", REST_SHOW, &ns_instance_resource, &instance_shape),
    REST_VERB("DELETE", INSTANCES "/{id}", REST_DELETE, &ns_instance_resource, &instance_shape),
    {.method = "POST",
     .path = INSTANCES "/{id}/instantiate",
     .verb = REST_ACTION,
     .rule = "writer",
     .resource = &ns_instance_resource,
     .arg = "INSTANTIATE",
     .write = instance_task,
     .doc = "Instantiates the NS."},
    {.method = "POST",
     .path = INSTANCES "/{id}/terminate",
     .verb = REST_ACTION,
     .rule = "writer",
     .resource = &ns_instance_resource,
     .arg = "TERMINATE",
     .write = instance_task,
     .doc = "Terminates the NS."},
    REST_VERB("GET", OCCURRENCES, REST_LIST, &ns_lcm_op_occ_resource, &occurrence_shape),
    REST_VERB("GET", OCCURRENCES "/{id}", REST_SHOW, &ns_lcm_op_occ_resource, &occurrence_shape),
    {.method = "POST",
     .path = OCCURRENCES "/{id}/retry",
     .verb = REST_ACTION,
     .rule = "writer",
     .resource = &ns_lcm_op_occ_resource,
     .arg = "retry",
     .write = occurrence_task,
     .flags = REST_NO_BODY,
     .doc = "Goes on where it failed."},
    {.method = "POST",
     .path = OCCURRENCES "/{id}/rollback",
     .verb = REST_ACTION,
     .rule = "writer",
     .resource = &ns_lcm_op_occ_resource,
     .arg = "rollback",
     .write = occurrence_task,
     .flags = REST_NO_BODY,
     .doc = "Takes back what was done."},
    {.method = "POST",
     .path = OCCURRENCES "/{id}/fail",
     .verb = REST_ACTION,
     .rule = "writer",
     .resource = &ns_lcm_op_occ_resource,
     .write = occurrence_fail,
     .flags = REST_NO_BODY,
     .doc = "Gives it up."},
};

static const struct face_version versions[] = {
    {.id = "2.3.0", .status = "CURRENT", .path = "/nslcm/v2/"},
    {0},
};

const struct face etsi_nslcm_face = {
    .name = "etsi_nslcm",
    .title = "NS lifecycle management",
    .doc = "SOL005 clause 6.",
    .service = "nfv-orchestration",
    .dialect = &dialect_etsi,
    REST_ROUTES(routes),
    .versions = versions,
};
