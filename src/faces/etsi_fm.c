/* SOL003 3.7.1 clause 7 and SOL005 3.7.1 clause 8: alarms of VNFs and of NSs.  Both APIs are in their
 * first major version, whatever version the others are in. */
#include "faces/etsi.h"
#include "faces/etsi_subscription.h"
#include "fm/fm.h"

#define VNF_ALARMS "/vnffm/v1/alarms"
#define NS_ALARMS "/nsfm/v1/alarms"

/* ---- an alarm ------------------------------------------------------------------------- */

static void
link_write(struct mem *mem, struct jw *w, const char *name, const char *base, const char *path,
           const char *id)
{
    jw_object(w, name);
    jw_str(w, "href", mem_printf(mem, "%s%s/%s", base, path, id));
    jw_end(w);
}

void
etsi_alarm(struct mem *mem, struct jw *w, const char *base, const void *row)
{
    const struct alarm *alarm = row;
    bool of_vnf = alarm->row.table == &vnf_alarm_table;

    for (size_t i = 0; i < alarm->row.table->n_attrs; i++) {
        const struct attr *attr = &alarm->row.table->attrs[i];

        if ((attr->use & SHOW) && !(attr->use & INTERNAL) && !attr_is_null(attr, row)) {
            attr_encode(w, attr_json_name(attr), attr, row);
        }
    }
    jw_object(w, "_links");
    link_write(mem, w, "self", base, of_vnf ? VNF_ALARMS : NS_ALARMS, alarm->id);
    link_write(mem, w, "objectInstance", base,
               of_vnf ? "/vnflcm/v2/vnf_instances" : "/nslcm/v2/ns_instances", alarm->object_id);
    jw_end(w);
}

static void
encode(struct rest_request *r, struct jw *w, const void *row)
{
    etsi_alarm(r->mem, w, r->base, row);
}

static const struct rest_shape shape = {.encode = encode};

/* ---- AlarmModifications ------------------------------------------------------------------- */

/* 200 with what was modified, as it was given. */
static void
changes_encode(struct rest_request *r, struct jw *w, const void *row)
{
    (void)row;
    jw_str(w, "ackState", json_get_str(r->body, "ackState"));
}

static struct err *
acknowledge(struct tx *tx, struct rest_request *r)
{
    static const struct rest_shape changes = {.encode = changes_encode};
    void *row;

    TRY(alarm_acknowledge(tx, &r->op, r->id, r->row));
    TRY(resource_get(tx, &r->op, r->id, &row));
    rest_write_row(r, r->op.resource, &changes, row);
    r->status = 200;
    return NULL;
}

/* ---- routes ---------------------------------------------------------------------------------- */

#define ALARM_ROUTES(path_, resource_)                                                             \
    REST_VERB("GET", path_, REST_LIST, &(resource_), &shape),                                      \
        REST_VERB("GET", path_ "/{id}", REST_SHOW, &(resource_), &shape),                          \
    {                                                                                              \
        .method = "PATCH", .path = path_ "/{id}", .verb = REST_ACTION, .resource = &(resource_),   \
        .shape = &shape, .rule = "writer", .body = &alarm_changes_table, .write = acknowledge,     \
        .doc = "Takes note of an alarm, or takes that back; 409 where it is so already."           \
    }

static const struct route vnf_routes[] = {
    ETSI_VERSIONS_OF("vnffm", "v1"),
    ALARM_ROUTES(VNF_ALARMS, vnf_alarm_resource),
    ETSI_SUBSCRIPTIONS("/vnffm/v1/subscriptions", vnffm_notices, subscription_request_table),
};
static const struct route ns_routes[] = {
    ETSI_VERSIONS_OF("nsfm", "v1"),
    ALARM_ROUTES(NS_ALARMS, ns_alarm_resource),
    ETSI_SUBSCRIPTIONS("/nsfm/v1/subscriptions", nsfm_notices, subscription_request_table),
};

static const struct face_version vnf_versions[] = {
    {.id = "1.5.0", .status = "CURRENT", .path = "/vnffm/v1/"},
    {0},
};
static const struct face_version ns_versions[] = {
    {.id = "1.3.0", .status = "CURRENT", .path = "/nsfm/v1/"},
    {0},
};

const struct face etsi_vnffm_face = {
    .name = "etsi_vnffm",
    .title = "VNF fault management",
    .doc = "SOL003 clause 7.",
    .service = "nfv-orchestration",
    .dialect = &dialect_etsi,
    REST_ROUTES(vnf_routes),
    .versions = vnf_versions,
};
const struct face etsi_nsfm_face = {
    .name = "etsi_nsfm",
    .title = "NS fault management",
    .doc = "SOL005 clause 8.",
    .service = "nfv-orchestration",
    .dialect = &dialect_etsi,
    REST_ROUTES(ns_routes),
    .versions = ns_versions,
};
