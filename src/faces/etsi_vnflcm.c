/* SOL003 3.7.1 clause 5: VNF lifecycle management, version 2. */
#include "faces/etsi.h"

#define INSTANCES "/vnflcm/v2/vnf_instances"
#define OCCURRENCES "/vnflcm/v2/vnf_lcm_op_occs"

/* ---- instances ------------------------------------------------------------------ */

static bool
is_instantiated(const void *row)
{
    return str_eq(((const struct vnf_instance *)row)->instantiation_state, "INSTANTIATED");
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
    etsi_links(r, w, &vnf_instance_table, row, instance_links);
}

/* SOL003 5.4.2.3.2. */
static const char *const instance_left_out[] = {"instantiatedVnfInfo", "metadata", NULL};
static const struct rest_shape instance_shape = {
    .encode = instance_encode,
    .exclude_default = instance_left_out,
};

/* POST /vnf_instances/{id}/TASK: 202 and where the occurrence is. */
static struct err *
instance_task(struct tx *tx, struct rest_request *r)
{
    const char *op_occ_id = NULL;

    TRY(vnf_operation_start(tx, &r->op, r->id, r->route->arg, r->body, &op_occ_id));
    rest_header(r, "Location", "%s%s/%s", r->base, OCCURRENCES, op_occ_id);
    r->status = 202;
    return NULL;
}

/* ---- occurrences ------------------------------------------------------------------ */

static bool
is_failed_temp(const void *row)
{
    return str_eq(((const struct vnf_lcm_op_occ *)row)->operation_state, "FAILED_TEMP");
}

static const struct etsi_link occurrence_links[] = {
    {.name = "self", .path = OCCURRENCES},
    {.name = "vnfInstance", .path = INSTANCES, .attr = "vnf_instance_id"},
    {.name = "retry", .path = OCCURRENCES, .task = "retry", .when = is_failed_temp},
    {.name = "rollback", .path = OCCURRENCES, .task = "rollback", .when = is_failed_temp},
    {.name = "fail", .path = OCCURRENCES, .task = "fail", .when = is_failed_temp},
    {0},
};

static void
occurrence_encode(struct rest_request *r, struct jw *w, const void *row)
{
    etsi_row(r, w, row);
    etsi_links(r, w, &vnf_lcm_op_occ_table, row, occurrence_links);
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
    TRY(vnf_operation_task(tx, &r->op, r->id, r->route->arg));
    r->status = 202;
    return NULL;
}

/* fail answers at once, with the occurrence (SOL003 5.4.16). */
static struct err *
occurrence_fail(struct tx *tx, struct rest_request *r)
{
    void *row;

    TRY(vnf_operation_task(tx, &r->op, r->id, "fail"));
    TRY(resource_get(tx, &r->op, r->id, &row));
    rest_write_row(r, &vnf_lcm_op_occ_resource, &occurrence_shape, row);
    r->status = 200;
    return NULL;
}

static const struct route routes[] = {
    ETSI_VERSIONS("vnflcm"),
    REST_VERB("GET", INSTANCES, REST_LIST, &vnf_instance_resource, &instance_shape),
    REST_VERB("POST", INSTANCES, REST_CREATE, &vnf_instance_resource, &instance_shape),
    REST_VERB("GET", INSTANCES "/{id}", REST_SHOW, &vnf_instance_resource, &instance_shape),
    REST_VERB("DELETE", INSTANCES "/{id}", REST_DELETE, &vnf_instance_resource, &instance_shape),
    {.method = "POST",
     .path = INSTANCES "/{id}/instantiate",
     .verb = REST_ACTION,
     .rule = "writer",
     .resource = &vnf_instance_resource,
     .arg = "INSTANTIATE",
     .write = instance_task,
     .doc = "Instantiates the VNF."},
    {.method = "POST",
     .path = INSTANCES "/{id}/terminate",
     .verb = REST_ACTION,
     .rule = "writer",
     .resource = &vnf_instance_resource,
     .arg = "TERMINATE",
     .write = instance_task,
     .doc = "Terminates the VNF."},
    REST_VERB("GET", OCCURRENCES, REST_LIST, &vnf_lcm_op_occ_resource, &occurrence_shape),
    REST_VERB("GET", OCCURRENCES "/{id}", REST_SHOW, &vnf_lcm_op_occ_resource, &occurrence_shape),
    {.method = "POST",
     .path = OCCURRENCES "/{id}/retry",
     .verb = REST_ACTION,
     .rule = "writer",
     .resource = &vnf_lcm_op_occ_resource,
     .arg = "retry",
     .write = occurrence_task,
     .flags = REST_NO_BODY,
     .doc = "Goes on where it failed."},
    {.method = "POST",
     .path = OCCURRENCES "/{id}/rollback",
     .verb = REST_ACTION,
     .rule = "writer",
     .resource = &vnf_lcm_op_occ_resource,
     .arg = "rollback",
     .write = occurrence_task,
     .flags = REST_NO_BODY,
     .doc = "Takes back what was done."},
    {.method = "POST",
     .path = OCCURRENCES "/{id}/fail",
     .verb = REST_ACTION,
     .rule = "writer",
     .resource = &vnf_lcm_op_occ_resource,
     .write = occurrence_fail,
     .flags = REST_NO_BODY,
     .doc = "Gives it up."},
};

static const struct face_version versions[] = {
    {.id = "2.3.0", .status = "CURRENT", .path = "/vnflcm/v2/"},
    {0},
};

const struct face etsi_vnflcm_face = {
    .name = "etsi_vnflcm",
    .title = "VNF lifecycle management",
    .doc = "SOL003 clause 5.",
    .service = "nfv-orchestration",
    .dialect = &dialect_etsi,
    REST_ROUTES(routes),
    .versions = versions,
};
