/* SOL003 3.7.1 clause 5 and SOL005 3.7.1 clause 6: the lifecycles of VNFs and of NSs, version 2,
 * and version 1 of them (2.6.1) by etsi_major.h.  They are one shape under two sets of names:
 * instances that operations work on, and occurrences of these that can be retried, rolled back,
 * given up. */
#include "faces/etsi.h"
#include "faces/etsi_major.h"
#include "faces/etsi_subscription.h"
#include "vnfm/network_look.h"
#include "vnfm/request_check.h"

#define VNF_INSTANCES "/vnflcm/v2/vnf_instances"
#define VNF_OCCURRENCES "/vnflcm/v2/vnf_lcm_op_occs"
#define NS_INSTANCES "/nslcm/v2/ns_instances"
#define NS_OCCURRENCES "/nslcm/v2/ns_lcm_op_occs"

typedef struct err *lcm_start_fn(struct tx *tx, struct op *op, const char *id,
                                 const struct lcm_request *request, const char **op_occ_id);
typedef struct err *lcm_task_fn(struct tx *tx, struct op *op, const char *id, const char *task,
                                const char *cancel_mode);

/* ---- what can be done now ----------------------------------------------------------------- */

static const char *
text_of(const void *row, const char *attr)
{
    return *(const char *const *)attr_at(table_attr(((const struct row *)row)->table, attr), row);
}

static bool
is_vnf_instantiated(const void *row)
{
    return str_eq(text_of(row, "instantiation_state"), "INSTANTIATED");
}

static bool
is_vnf_not_instantiated(const void *row)
{
    return !is_vnf_instantiated(row);
}

/* Has the VNFD what can be scaled?  A VNF of an NS is scaled by way of the NS. */
static bool
has_vnf_aspects(const void *row)
{
    return is_vnf_instantiated(row) && !text_of(row, "ns_instance_id") &&
           json_get(((const struct vnf_instance *)row)->instantiated_info, "scaleStatus");
}

static bool
has_vnf_levels(const void *row)
{
    const struct vnf_instance *vnf = row;

    return is_vnf_instantiated(row) && !vnf->ns_instance_id &&
           (json_get_str(vnf->made, "level_id") || has_vnf_aspects(row));
}

static bool
is_vnf_alone(const void *row)
{
    return is_vnf_instantiated(row) && !text_of(row, "ns_instance_id");
}

static bool
is_ns_instantiated(const void *row)
{
    return str_eq(text_of(row, "ns_state"), "INSTANTIATED");
}

static bool
is_ns_not_instantiated(const void *row)
{
    return !is_ns_instantiated(row);
}

static bool
flag_of(const void *row, const char *name)
{
    const struct attr *attr = table_attr(((const struct row *)row)->table, name);

    return attr && *(const bool *)attr_at(attr, row);
}

/* What is part of another operation is retried, taken back and given up there. */
static bool
is_failed_temp(const void *row)
{
    return str_eq(text_of(row, "operation_state"), "FAILED_TEMP") && !flag_of(row, "is_automatic");
}

static bool
may_cancel(const void *row)
{
    const char *state = text_of(row, "operation_state");

    return !flag_of(row, "is_automatic") &&
           (str_eq(state, "STARTING") || str_eq(state, "PROCESSING") ||
            str_eq(state, "ROLLING_BACK"));
}

/* Operations of a VNF have no such word. */
static bool
may_continue(const void *row)
{
    return is_failed_temp(row) && flag_of(row, "may_continue");
}

static bool
may_roll_back(const void *row)
{
    return is_failed_temp(row) && !str_eq(text_of(row, "operation"), "TERMINATE") &&
           !flag_of(row, "one_way");
}

/* ---- the two APIs ---------------------------------------------------------------------------- */

#define INSTANCE_LINKS(path_, noun, ...)                                                           \
    {                                                                                              \
        {.name = "self", .path = (path_)},                                                         \
        {.name = "instantiate",                                                                    \
         .path = (path_),                                                                          \
         .task = "instantiate",                                                                    \
         .when = is_##noun##_not_instantiated},                                                    \
        {.name = "terminate",                                                                      \
         .path = (path_),                                                                          \
         .task = "terminate",                                                                      \
         .when = is_##noun##_instantiated},                                                        \
        __VA_ARGS__,                                                                               \
        {0},                                                                                       \
    }
#define OCCURRENCE_LINKS(path_, instances_, noun)                                                  \
    {                                                                                              \
        {.name = "self", .path = (path_)},                                                         \
        {.name = #noun "Instance", .path = (instances_), .attr = #noun "_instance_id"},            \
        {.name = "retry", .path = (path_), .task = "retry", .when = is_failed_temp},               \
        {.name = "rollback", .path = (path_), .task = "rollback", .when = may_roll_back},          \
        {.name = "fail", .path = (path_), .task = "fail", .when = is_failed_temp},                 \
        {.name = "cancel", .path = (path_), .task = "cancel", .when = may_cancel},                 \
        {.name = "continue", .path = (path_), .task = "continue", .when = may_continue},           \
        {0},                                                                                       \
    }

static const struct lcm {
    const struct resource *instance, *occurrence;
    const char *occurrences;
    lcm_task_fn *task;
    struct etsi_link instance_links[13], occurrence_links[8];
} lcms[] = {
    {&vnf_instance_resource, &vnf_lcm_op_occ_resource, VNF_OCCURRENCES, vnf_operation_task,
     INSTANCE_LINKS(VNF_INSTANCES, vnf,
                    {.name = "scale", .path = VNF_INSTANCES, .task = "scale",
                     .when = has_vnf_aspects},
                    {.name = "scaleToLevel", .path = VNF_INSTANCES, .task = "scale_to_level",
                     .when = has_vnf_levels},
                    {.name = "operate", .path = VNF_INSTANCES, .task = "operate",
                     .when = is_vnf_alone},
                    {.name = "heal", .path = VNF_INSTANCES, .task = "heal",
                     .when = is_vnf_alone},
                    {.name = "changeExtConn", .path = VNF_INSTANCES, .task = "change_ext_conn",
                     .when = is_vnf_alone},
                    {.name = "changeFlavour", .path = VNF_INSTANCES, .task = "change_flavour",
                     .when = is_vnf_alone},
                    {.name = "changeCurrentVnfPkg", .path = VNF_INSTANCES,
                     .task = "change_vnfpkg", .when = is_vnf_alone, .since = 2}),
     OCCURRENCE_LINKS(VNF_OCCURRENCES, VNF_INSTANCES, vnf)},
    {&ns_instance_resource, &ns_lcm_op_occ_resource, NS_OCCURRENCES, ns_operation_task,
     INSTANCE_LINKS(NS_INSTANCES, ns,
                    {.name = "scale", .path = NS_INSTANCES, .task = "scale",
                     .when = is_ns_instantiated},
                    {.name = "heal", .path = NS_INSTANCES, .task = "heal",
                     .when = is_ns_instantiated},
                    {.name = "update", .path = NS_INSTANCES, .task = "update",
                     .when = is_ns_instantiated}), OCCURRENCE_LINKS(NS_OCCURRENCES, NS_INSTANCES, ns)},
};

static const struct lcm *
lcm_of(const struct rest_request *r)
{
    const struct lcm *lcm = lcms;

    while (lcm->instance != r->op.resource && lcm->occurrence != r->op.resource) {
        lcm++;
    }
    return lcm;
}

/* ---- instances ------------------------------------------------------------------------------ */

static void
instance_encode(struct rest_request *r, struct jw *w, const void *row)
{
    etsi_row(r, w, row);
    etsi_links(r, w, r->op.resource->table, row, lcm_of(r)->instance_links);
}

/* A CreateNsRequest names things otherwise than the NsInstance that comes of it. */
static struct err *
ns_rewrite(struct rest_request *r, const struct json *body, const struct json **out)
{
    static const char *const names[][2] = {{"nsName", "nsInstanceName"},
                                           {"nsDescription", "nsInstanceDescription"}};

    return etsi_rename(r->mem, body, names, sizeof names / sizeof *names, out);
}

/* SOL003 5.4.2.3.2, SOL005 6.4.2.3.2. */
static const char *const vnf_left_out[] = {"instantiatedVnfInfo", "metadata",
                                            "vnfConfigurableProperties", "extensions", NULL};
static const char *const ns_left_out[] = {"vnfInstance", "virtualLinkInfo", "vnffgInfo", "sapInfo",
                                          "pnfInfo",     NULL};
static const struct rest_shape vnf_shape = {
    .encode = instance_encode,
    .exclude_default = vnf_left_out,
};
static const struct rest_shape ns_shape = {
    .encode = instance_encode,
    .rewrite = ns_rewrite,
    .exclude_default = ns_left_out,
};

/* What sites say of the networks named, while nothing is locked. */
static struct err *
links_look(struct rest_request *r, const struct instantiate_request *asked)
{
    struct lcm_request *request = MEM_NEW(r->mem, struct lcm_request);
    struct network_seen *seen = NULL;

    TRY(vnf_networks_look(r->op.user, r->mem, &r->caller, r->id, asked, &seen, &request->n_seen));
    request->seen = seen;
    r->state = request;
    return NULL;
}

static struct err *
networks_look(struct rest_request *r)
{
    return links_look(r, r->row);
}

static struct err *
changed_networks_look(struct rest_request *r)
{
    return links_look(r, connectivity_links(r->mem, r->row));
}

static struct err *
flavour_networks_look(struct rest_request *r)
{
    return links_look(r, flavour_links(r->mem, r->row));
}

static struct err *
package_networks_look(struct rest_request *r)
{
    return links_look(r, package_links(r->mem, r->row));
}

/* POST /..._instances/{id}/OPERATION: 202 and where the occurrence is. */
static struct err *
operation_start(struct tx *tx, struct rest_request *r)
{
    lcm_start_fn *const *start = r->route->arg;
    struct lcm_request request = {0};
    const char *op_occ_id = NULL;

    if (r->state) {
        request = *(const struct lcm_request *)r->state;
    }
    request.row = r->row;
    request.body = r->body;
    TRY((*start)(tx, &r->op, r->id, &request, &op_occ_id));
    rest_header(r, "Location", "%s%s/%s", r->base,
                etsi_major_path(r, lcm_of(r)->occurrences), op_occ_id);
    r->status = 202;
    return NULL;
}

/* ---- occurrences ------------------------------------------------------------------------------ */

static void
occurrence_encode(struct rest_request *r, struct jw *w, const void *row)
{
    etsi_row(r, w, row);
    etsi_links(r, w, r->op.resource->table, row, lcm_of(r)->occurrence_links);
}

static const char *const occurrence_left_out[] = {"operationParams", "error", "resourceChanges",
                                                  "changedInfo",
                                                  "modificationsTriggeredByVnfPkgChange",
                                                  "changedExtConnectivity", NULL};
static const struct rest_shape occurrence_shape = {
    .encode = occurrence_encode,
    .exclude_default = occurrence_left_out,
};

/* 202; SOL005 asks for the Location of what goes on. */
static struct err *
task_begin(struct tx *tx, struct rest_request *r, const char *task, const char *cancel_mode)
{
    rest_header(r, "Location", "%s%s/%s", r->base, etsi_major_path(r, lcm_of(r)->occurrences),
                r->id);
    r->status = 202;
    return lcm_of(r)->task(tx, &r->op, r->id, task, cancel_mode);
}

static struct err *
task_retry(struct tx *tx, struct rest_request *r)
{
    return task_begin(tx, r, "retry", NULL);
}

static struct err *
task_rollback(struct tx *tx, struct rest_request *r)
{
    return task_begin(tx, r, "rollback", NULL);
}

static struct err *
task_continue(struct tx *tx, struct rest_request *r)
{
    return task_begin(tx, r, "continue", NULL);
}

/* Whether it stops before it completes is told by the occurrence. */
static struct err *
task_cancel(struct tx *tx, struct rest_request *r)
{
    return task_begin(tx, r, "cancel", ((const struct cancel_request *)r->row)->mode);
}

/* fail answers at once, with the occurrence (SOL003 5.4.16, SOL005 6.4.15). */
static struct err *
task_fail(struct tx *tx, struct rest_request *r)
{
    void *row;

    TRY(lcm_of(r)->task(tx, &r->op, r->id, "fail", NULL));
    TRY(resource_get(tx, &r->op, r->id, &row));
    rest_write_row(r, r->op.resource, &occurrence_shape, row);
    r->status = 200;
    return NULL;
}

/* ---- routes ------------------------------------------------------------------------------------- */

#define LCM_START(path_, resource_, body_, start_, doc_)                                           \
    LCM_OPERATION("POST", path_, resource_, body_, start_, doc_)
#define LCM_OPERATION(method_, path_, resource_, body_, start_, doc_)                              \
    .method = method_, .path = path_, .verb = REST_ACTION, .rule = "writer",                        \
    .resource = &(resource_), .body = &(body_), .arg = &(start_), .write = operation_start,        \
    .doc = doc_

#define LCM_TASK(path_, resource_, word, doc_)                                                    \
    {.method = "POST",                                                                             \
     .path = path_ "/{id}/" #word,                                                                 \
     .verb = REST_ACTION,                                                                          \
     .rule = "writer",                                                                             \
     .resource = &(resource_),                                                                     \
     .write = task_##word,                                                                         \
     .flags = REST_NO_BODY,                                                                        \
     .doc = doc_}

#define LCM_INSTANCES(path_, noun)                                                                 \
    REST_VERB("GET", path_, REST_LIST, &noun##_instance_resource, &noun##_shape),                  \
    REST_VERB("POST", path_, REST_CREATE, &noun##_instance_resource, &noun##_shape),               \
    REST_VERB("GET", path_ "/{id}", REST_SHOW, &noun##_instance_resource, &noun##_shape),          \
    REST_VERB("DELETE", path_ "/{id}", REST_DELETE, &noun##_instance_resource, &noun##_shape)

#define LCM_OCCURRENCES(path_, resource_)                                                          \
    REST_VERB("GET", path_, REST_LIST, &(resource_), &occurrence_shape),                           \
    REST_VERB("GET", path_ "/{id}", REST_SHOW, &(resource_), &occurrence_shape),                   \
    LCM_TASK(path_, resource_, retry, "Goes on where it failed."),                                 \
    LCM_TASK(path_, resource_, rollback, "Takes back what was done."),                             \
    LCM_TASK(path_, resource_, fail, "Gives it up."),                                              \
    {                                                                                              \
        .method = "POST", .path = path_ "/{id}/cancel", .verb = REST_ACTION, .rule = "writer",     \
        .resource = &(resource_), .body = &cancel_request_table, .write = task_cancel,             \
        .doc = "Stops it, gracefully or forcefully."                                               \
    }

static lcm_start_fn *const vnf_instantiate = vnf_instantiate_start;
static lcm_start_fn *const vnf_terminate = vnf_terminate_start;
static lcm_start_fn *const vnf_scale = vnf_scale_start;
static lcm_start_fn *const vnf_scale_to_level = vnf_scale_to_level_start;
static lcm_start_fn *const vnf_operate = vnf_operate_start;
static lcm_start_fn *const vnf_heal = vnf_heal_start;
static lcm_start_fn *const vnf_change_package = vnf_change_package_start;
static lcm_start_fn *const vnf_change_connectivity = vnf_change_connectivity_start;
static lcm_start_fn *const vnf_change_flavour = vnf_change_flavour_start;
static lcm_start_fn *const vnf_modify = vnf_modify_start;
static lcm_start_fn *const ns_instantiate = ns_instantiate_start;
static lcm_start_fn *const ns_terminate = ns_terminate_start;
static lcm_start_fn *const ns_scale = ns_scale_start;
static lcm_start_fn *const ns_heal = ns_heal_start;
static lcm_start_fn *const ns_update = ns_update_start;

static const struct route vnf_routes[] = {
    ETSI_VERSIONS("vnflcm"),
    LCM_INSTANCES(VNF_INSTANCES, vnf),
    {LCM_START(VNF_INSTANCES "/{id}/instantiate", vnf_instance_resource,
               instantiate_request_table, vnf_instantiate, "Instantiates the VNF."),
     .flags = REST_POOL,
     .prepare = networks_look},
    {LCM_START(VNF_INSTANCES "/{id}/terminate", vnf_instance_resource, terminate_request_table,
               vnf_terminate, "Terminates the VNF.")},
    {LCM_START(VNF_INSTANCES "/{id}/scale", vnf_instance_resource, scale_request_table, vnf_scale,
               "Scales the VNF by steps of an aspect.")},
    {LCM_START(VNF_INSTANCES "/{id}/scale_to_level", vnf_instance_resource,
               scale_to_level_request_table, vnf_scale_to_level, "Scales the VNF to a level.")},
    {LCM_START(VNF_INSTANCES "/{id}/operate", vnf_instance_resource, operate_request_table,
               vnf_operate, "Starts or stops the VNF.")},
    {LCM_START(VNF_INSTANCES "/{id}/heal", vnf_instance_resource, heal_request_table, vnf_heal,
               "Replaces servers of the VNF; their ports stay.")},
    {LCM_START(VNF_INSTANCES "/{id}/change_vnfpkg", vnf_instance_resource,
               change_package_request_table, vnf_change_package,
               "Makes servers of the VNF anew of another package, at their ports or at others."),
     .flags = REST_POOL,
     .prepare = package_networks_look,
     .since = 2},
    {LCM_START(VNF_INSTANCES "/{id}/change_ext_conn", vnf_instance_resource,
               change_connectivity_request_table, vnf_change_connectivity,
               "Moves external connection points of the VNF to other networks."),
     .flags = REST_POOL,
     .prepare = changed_networks_look},
    {LCM_START(VNF_INSTANCES "/{id}/change_flavour", vnf_instance_resource,
               change_flavour_request_table, vnf_change_flavour,
               "Brings the VNF to another deployment flavour of its VNFD."),
     .flags = REST_POOL,
     .prepare = flavour_networks_look},
    {LCM_OPERATION("PATCH", VNF_INSTANCES "/{id}", vnf_instance_resource, modify_request_table,
                   vnf_modify, "Changes name, description and metadata of the VNF.")},
    LCM_OCCURRENCES(VNF_OCCURRENCES, vnf_lcm_op_occ_resource),
    ETSI_SUBSCRIPTIONS("/vnflcm/v2/subscriptions", vnflcm_notices, lcm_subscription_request_table),
};
static const struct route ns_routes[] = {
    ETSI_VERSIONS("nslcm"),
    LCM_INSTANCES(NS_INSTANCES, ns),
    {LCM_START(NS_INSTANCES "/{id}/instantiate", ns_instance_resource,
               instantiate_ns_request_table, ns_instantiate, "Instantiates the NS.")},
    {LCM_START(NS_INSTANCES "/{id}/terminate", ns_instance_resource, terminate_ns_request_table,
               ns_terminate, "Terminates the NS.")},
    {LCM_START(NS_INSTANCES "/{id}/scale", ns_instance_resource, scale_ns_request_table, ns_scale,
               "Scales VNFs of the NS.")},
    {LCM_START(NS_INSTANCES "/{id}/heal", ns_instance_resource, heal_ns_request_table, ns_heal,
               "Heals VNFs of the NS.")},
    {LCM_START(NS_INSTANCES "/{id}/update", ns_instance_resource, update_ns_request_table,
               ns_update, "Changes the NS in the way that updateType says.")},
    LCM_OCCURRENCES(NS_OCCURRENCES, ns_lcm_op_occ_resource),
    LCM_TASK(NS_OCCURRENCES, ns_lcm_op_occ_resource, continue,
             "Goes on without those of its VNFs' operations that failed."),
    ETSI_SUBSCRIPTIONS("/nslcm/v2/subscriptions", nslcm_notices, lcm_subscription_request_table),
};

static const struct face_version vnf_versions[] = {
    {.id = "2.3.0", .status = "CURRENT", .path = "/vnflcm/v2/"},
    {.id = "1.3.0", .status = "SUPPORTED", .path = "/vnflcm/v1/"},
    {0},
};
static const struct face_version ns_versions[] = {
    {.id = "2.3.0", .status = "CURRENT", .path = "/nslcm/v2/"},
    {.id = "1.2.0", .status = "SUPPORTED", .path = "/nslcm/v1/"},
    {0},
};

const struct face etsi_vnflcm_face = {
    .name = "etsi_vnflcm",
    .title = "VNF lifecycle management",
    .doc = "SOL003 clause 5.",
    .service = "nfv-orchestration",
    .dialect = &dialect_etsi,
    REST_ROUTES(vnf_routes),
    .versions = vnf_versions,
    .body = etsi_major_body,
};
const struct face etsi_nslcm_face = {
    .name = "etsi_nslcm",
    .title = "NS lifecycle management",
    .doc = "SOL005 clause 6.",
    .service = "nfv-orchestration",
    .dialect = &dialect_etsi,
    REST_ROUTES(ns_routes),
    .versions = ns_versions,
    .body = etsi_major_body,
};
