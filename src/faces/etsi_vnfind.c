/* SOL003 3.7.1 clause 8: VNF indicators.  What has a value is shown; what a VNFD declares and
 * nothing here measures is absent (decision 035). */
#include "faces/etsi.h"
#include "faces/etsi_subscription.h"
#include "pm/pm.h"

#define INDICATORS "/vnfind/v1/indicators"

static void
link_write(struct rest_request *r, struct jw *w, const char *name, const char *path,
           const char *below)
{
    jw_object(w, name);
    jw_str(w, "href", mem_printf(r->mem, "%s%s/%s", r->base, path, below));
    jw_end(w);
}

static void
encode(struct rest_request *r, struct jw *w, const void *row)
{
    const struct vnf_indicator *indicator = row;

    jw_str(w, "id", indicator->name);
    jw_raw(w, "value", indicator->value);
    jw_str(w, "vnfInstanceId", indicator->vnf_instance_id);
    jw_object(w, "_links");
    link_write(r, w, "self", INDICATORS,
               mem_printf(r->mem, "%s/%s", indicator->vnf_instance_id,
                          url_encode(r->mem, indicator->name)));
    link_write(r, w, "vnfInstance", "/vnflcm/v2/vnf_instances", indicator->vnf_instance_id);
    jw_end(w);
}

static const struct rest_shape shape = {.encode = encode};

/* ---- of one VNF instance -------------------------------------------------------------------- */

static struct err *
instance_look(struct tx *tx, void *arg)
{
    const struct rest_request *r = arg;
    struct op op = r->op;
    void *vnf;

    op.resource = &vnf_instance_resource;
    return resource_get(tx, &op, rest_param(r, "vnf_instance_id"), &vnf);
}

/* For .prepare: indicators of an instance that is not there are no empty list. */
static struct err *
instance_exists(struct rest_request *r)
{
    const struct nfvo *nfvo = r->op.user;

    return store_read(nfvo->store, instance_look, r);
}

static struct err *
indicator_show(struct tx *tx, struct rest_request *r)
{
    const char *vnf_id = rest_param(r, "vnf_instance_id"), *name = rest_param(r, "name");
    struct cond by_name[] = {COND("vnf_instance_id", vnf_id), COND("name", name), {0}};
    struct vnf_indicator *found;
    void *row;

    TRY(instance_look(tx, r)); /* Of another project's nothing is said but that. */
    TRY(row_find(tx, &vnf_indicator_table, by_name, &found));
    if (!found) {
        return err_new(E_NOT_FOUND, NULL, "VNF instance %s has no indicator %s with a value",
                       vnf_id, name);
    }
    TRY(resource_get(tx, &r->op, found->id, &row));
    rest_write_row(r, r->op.resource, r->route->shape, row);
    return NULL;
}

/* ---- routes ------------------------------------------------------------------------------------ */

static const struct route routes[] = {
    ETSI_VERSIONS_OF("vnfind", "v1"),
    REST_VERB("GET", INDICATORS, REST_LIST, &vnf_indicator_resource, &shape),
    {.method = "GET",
     .path = INDICATORS "/{vnf_instance_id}",
     .verb = REST_LIST,
     .resource = &vnf_indicator_resource,
     .shape = &shape,
     .prepare = instance_exists},
    {.method = "GET",
     .path = INDICATORS "/{vnf_instance_id}/{name}",
     .verb = REST_ACTION,
     .resource = &vnf_indicator_resource,
     .shape = &shape,
     .read = indicator_show,
     .doc = "Shows the value of an indicator of a VNF instance."},
    ETSI_SUBSCRIPTIONS("/vnfind/v1/subscriptions", vnfind_notices, subscription_request_table),
};

static const struct face_version versions[] = {
    {.id = "1.4.0", .status = "CURRENT", .path = "/vnfind/v1/"},
    {0},
};

const struct face etsi_vnfind_face = {
    .name = "etsi_vnfind",
    .title = "VNF indicators",
    .doc = "SOL003 clause 8.",
    .service = "nfv-orchestration",
    .dialect = &dialect_etsi,
    REST_ROUTES(routes),
    .versions = versions,
};
