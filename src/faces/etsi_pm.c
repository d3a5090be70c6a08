/* SOL003 3.7.1 clause 6 and SOL005 3.7.1 clause 7: performance management of VNFs and of NSs,
 * version 2, and of the same rows version 1 (2.6.1).  Jobs and thresholds are the same under both
 * APIs; before one is kept its sites are asked what they can tell, and its callback whether anybody
 * is there.  In version 1 they have no callback: all of its subscribers are told. */
#include "faces/etsi.h"
#include "faces/etsi_major.h"
#include "faces/etsi_subscription.h"
#include "pm/pm.h"

/* One of the two collections of one of the two APIs. */
struct pm_face {
    const struct notice_api *notices;
    const char *path, *instances;
    struct err *(*want)(struct rest_request *r, const struct pm_face *face,
                        struct pm_wanted **wanted);
};

static const struct pm_face *
face_of(const struct rest_request *r)
{
    return r->route->arg;
}

/* ---- one ------------------------------------------------------------------------------------- */

static const struct json *
reports_shown(struct rest_request *r, const struct json *reports)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const struct json *shown = NULL;

    jw_array(&w, NULL);
    json_each (reports, i) {
        const struct json *report = reports->items[i];

        jw_object(&w, NULL);
        json_each (report, j) {
            if (str_eq(report->keys[j], "href")) {
                jw_str(&w, "href",
                       mem_printf(r->mem, "%s%s/%s", r->base,
                                  etsi_major_path(r, face_of(r)->path),
                                  json_str(report->items[j])));
            } else {
                jw_json(&w, report->keys[j], report->items[j]);
            }
        }
        jw_end(&w);
    }
    jw_end(&w);
    err_ignore(json_parse(r->mem, text.data, text.len, &shown), "what was just written is JSON");
    return shown;
}

static void
link_write(struct rest_request *r, struct jw *w, const char *name, const char *path, const char *id)
{
    jw_object(w, name);
    jw_str(w, "href", mem_printf(r->mem, "%s%s/%s", r->base, etsi_major_path(r, path), id));
    jw_end(w);
}

static void
job_encode(struct rest_request *r, struct jw *w, const void *row)
{
    struct pm_job job = *(const struct pm_job *)row;

    job.reports = job.reports ? reports_shown(r, job.reports) : NULL;
    job.callback_uri = str_empty(job.callback_uri) ? NULL : job.callback_uri;
    etsi_row(r, w, &job);
    jw_object(w, "_links");
    link_write(r, w, "self", face_of(r)->path, job.id);
    jw_array(w, "objects");
    for (size_t i = 0; i < job.object_instance_ids.n; i++) {
        link_write(r, w, NULL, face_of(r)->instances, job.object_instance_ids.items[i]);
    }
    jw_end(w);
    jw_end(w);
}

static void
threshold_encode(struct rest_request *r, struct jw *w, const void *row)
{
    struct pm_threshold threshold = *(const struct pm_threshold *)row;

    threshold.callback_uri = str_empty(threshold.callback_uri) ? NULL : threshold.callback_uri;
    etsi_row(r, w, &threshold);
    jw_object(w, "_links");
    link_write(r, w, "self", face_of(r)->path, threshold.id);
    link_write(r, w, "object", face_of(r)->instances, threshold.object_instance_id);
    jw_end(w);
}

/* The rows of both APIs are in one table.  What was made in version 1 has no callback, without which
 * there is none in version 2: it is not there. */
static struct err *
query(struct rest_request *r, struct list_query *query)
{
    struct cond called = COND("callback_uri", "");

    rest_cond(query, (struct cond)COND("api", face_of(r)->notices->name));
    if (r->op.version != 1) {
        called.op = COND_NE;
        rest_cond(query, called);
    }
    return NULL;
}

static bool
is_here(const struct rest_request *r, const void *row)
{
    const struct table *table = r->op.resource->table;
    const char *api = *(const char *const *)attr_at(table_attr(table, "api"), row),
               *callback = *(const char *const *)attr_at(table_attr(table, "callback_uri"), row);

    return str_eq(api, face_of(r)->notices->name) &&
           (r->op.version == 1 || !str_empty(callback));
}

/* SOL003 6.4.2.3.2. */
static const char *const left_out[] = {"reports", NULL};
static const struct rest_shape job_shape = {
    .encode = job_encode, .query = query, .exclude_default = left_out};
static const struct rest_shape threshold_shape = {.encode = threshold_encode, .query = query};

static struct err *
pm_get(struct tx *tx, struct rest_request *r, void **row)
{
    TRY(resource_get(tx, &r->op, r->id, row));
    return is_here(r, *row)
               ? NULL
               : err_new(E_NOT_FOUND, NULL, "%s %s could not be found.", r->op.resource->singular,
                         r->id);
}

static struct err *
pm_show(struct tx *tx, struct rest_request *r)
{
    void *row;

    TRY(pm_get(tx, r, &row));
    rest_show_row(r, r->op.resource, r->route->shape, row);
    return NULL;
}

static struct err *
pm_delete(struct tx *tx, struct rest_request *r)
{
    void *row;

    TRY(pm_get(tx, r, &row));
    TRY(rest_precondition(tx, r));
    return resource_delete(tx, &r->op, r->id);
}

/* What the instance is made from; null where it is gone. */
static struct err *
descriptor_of(struct tx *tx, const struct pm_report *report, bool is_ns, const char **descriptor)
{
    struct cond by_id[] = {COND("id", report->object_instance_id), {0}};
    struct vnf_instance *vnf = NULL;
    struct ns_instance *ns = NULL;

    if (is_ns) {
        TRY(row_find(tx, &ns_instance_table, by_id, &ns));
    } else {
        TRY(row_find(tx, &vnf_instance_table, by_id, &vnf));
    }
    *descriptor = vnf ? vnf->vnfd_id : ns ? ns->nsd_id : NULL;
    return NULL;
}

/* In 2.6.1 the type of an object is its descriptor, and what is measured is the object. */
static void
entry_older(struct jw *w, const struct json *entry, const char *descriptor)
{
    const char *sub = json_get_str(entry, "subObjectInstanceId");

    jw_object(w, NULL);
    json_each (entry, i) {
        const char *key = entry->keys[i];

        if (descriptor && str_eq(key, "objectType")) {
            jw_str(w, key, descriptor);
        } else if (sub && str_eq(key, "objectInstanceId")) {
            jw_str(w, key, sub);
        } else if (!str_eq(key, "subObjectInstanceId")) {
            jw_json(w, key, entry->items[i]);
        }
    }
    jw_end(w);
}

static struct err *
report_older(struct tx *tx, struct rest_request *r, const struct pm_report *report)
{
    const char *descriptor;

    TRY(descriptor_of(tx, report, face_of(r)->notices == &nspm_notices, &descriptor));
    jw_array(&r->w, "entries");
    json_each (report->entries, i) {
        entry_older(&r->w, report->entries->items[i], descriptor);
    }
    jw_end(&r->w);
    return NULL;
}

static struct err *
report_show(struct tx *tx, struct rest_request *r)
{
    struct pm_report *report;
    void *job;

    TRY(pm_get(tx, r, &job));
    TRY(pm_report_get(tx, r->id, rest_param(r, "report_id"), &report));
    jw_object(&r->w, NULL);
    if (r->op.version == 1) {
        TRY(report_older(tx, r, report));
    } else {
        jw_json(&r->w, "entries", report->entries);
    }
    jw_end(&r->w);
    return NULL;
}

/* ---- a new one -------------------------------------------------------------------------- */

struct creating {
    struct rest_request *r;
    struct pm_wanted *wanted;
    struct subscription *subscription;
    void *made;
};

static struct err *
create_write(struct tx *tx, void *arg)
{
    struct creating *creating = arg;
    void *made;

    TRY(pm_wanted_keep(tx, &creating->r->op, creating->wanted, creating->subscription, &made));
    creating->made = row_copy(creating->r->mem, made);
    return NULL;
}

/* store_done_fn */
static void
created(void *arg, struct err *err)
{
    struct creating *creating = arg;
    struct rest_request *r = creating->r;

    if (!err) {
        rest_header(r, "Location", "%s%s/%s", r->base, etsi_major_path(r, face_of(r)->path),
                    pm_wanted_id(creating->wanted));
        rest_write_row(r, r->op.resource, r->route->shape, creating->made);
    }
    rest_finish(r, err);
}

/* notifier_probe_fn */
static void
probed(void *arg, struct err *err)
{
    struct creating *creating = arg;
    const struct nfvo *nfvo = creating->r->op.user;

    if (err) {
        rest_finish(creating->r, err);
    } else {
        store_write(nfvo->store, create_write, creating, created);
    }
}

/* pm_done_fn */
static void
looked(void *arg, struct err *err)
{
    struct creating *creating = arg;
    const struct nfvo *nfvo = creating->r->op.user;

    if (err) {
        rest_finish(creating->r, err);
    } else if (!creating->subscription) {
        store_write(nfvo->store, create_write, creating, created);
    } else {
        notifier_probe(nfvo->notifier, creating->r->mem, creating->subscription, probed, creating);
    }
}

static void
release(void *wanted)
{
    pm_wanted_free(wanted);
}

static struct err *
subscription_want(struct creating *creating)
{
    struct rest_request *r = creating->r;
    const struct nfvo *nfvo = r->op.user;
    const char *callback = json_get_str(r->body, "callbackUri");

    if (!callback) {
        return NULL;
    }
    return pm_subscription(r->mem, face_of(r)->notices, pm_wanted_id(creating->wanted), callback,
                           attr_at(table_attr(r->route->body, "authentication"), r->row), r->base,
                           notifier_has_certificate(nfvo->notifier), &creating->subscription);
}

static struct err *
pm_create(struct rest_request *r)
{
    struct creating *creating = MEM_NEW(r->mem, struct creating);
    const char *project;

    creating->r = r;
    TRY(owner_set(&r->op, &project));
    TRY(face_of(r)->want(r, face_of(r), &creating->wanted));
    mem_on_free(r->mem, release, creating->wanted);
    TRY(subscription_want(creating));
    pm_wanted_look(creating->wanted, looked, creating);
    return NULL;
}

static struct err *
job_want(struct rest_request *r, const struct pm_face *face, struct pm_wanted **wanted)
{
    return pm_job_want(&r->op, face->notices->name, r->row, json_get(r->body, "criteria"), wanted);
}

static struct err *
threshold_want(struct rest_request *r, const struct pm_face *face, struct pm_wanted **wanted)
{
    return pm_threshold_want(&r->op, face->notices->name, r->row, json_get(r->body, "criteria"),
                             wanted);
}

/* ---- a changed one
 * ---------------------------------------------------------------------------------- */

struct changing {
    struct rest_request *r;
    struct subscription *subscription; /* As it is asked. */
    void *made;
};

/* The rows as they are now, with what the body says. */
static struct err *
change_make(struct tx *tx, struct rest_request *r, void **row, struct subscription **subscription)
{
    const struct nfvo *nfvo = r->op.user;
    void *old;

    TRY(pm_get(tx, r, &old));
    TRY(rest_precondition(tx, r));
    return pm_modify(tx, old, r->row, r->body, notifier_has_certificate(nfvo->notifier), row,
                     subscription);
}

static struct err *
change_read(struct tx *tx, void *arg)
{
    struct changing *changing = arg;
    struct subscription *subscription;
    void *row;

    TRY(change_make(tx, changing->r, &row, &subscription));
    changing->subscription = row_copy(changing->r->mem, subscription);
    return NULL;
}

/* Anew: while the callback was asked, others may have written them. */
static struct err *
change_write(struct tx *tx, void *arg)
{
    struct changing *changing = arg;
    struct subscription *subscription;
    void *row;

    TRY(change_make(tx, changing->r, &row, &subscription));
    TRY(pm_modified(tx, row, subscription));
    TRY(pm_get(tx, changing->r, &row));
    changing->made = row_copy(changing->r->mem, row);
    return NULL;
}

/* store_done_fn: PmJobModifications, without what nobody is shown. */
static void
changed(void *arg, struct err *err)
{
    struct changing *changing = arg;
    struct rest_request *r = changing->r;

    if (!err) {
        rest_row_headers(r, changing->made);
        jw_object(&r->w, NULL);
        jw_str(&r->w, "callbackUri", changing->subscription->callback_uri);
        jw_end(&r->w);
    }
    rest_finish(r, err);
}

/* notifier_probe_fn */
static void
change_probed(void *arg, struct err *err)
{
    struct changing *changing = arg;
    const struct nfvo *nfvo = changing->r->op.user;

    if (err) {
        rest_finish(changing->r, err);
    } else {
        store_write(nfvo->store, change_write, changing, changed);
    }
}

static struct err *
pm_change(struct rest_request *r)
{
    const struct nfvo *nfvo = r->op.user;
    struct changing *changing = MEM_NEW(r->mem, struct changing);

    changing->r = r;
    TRY(store_read(nfvo->store, change_read, changing));
    notifier_probe(nfvo->notifier, r->mem, changing->subscription, change_probed, changing);
    return NULL;
}

/* ---- routes
 * ---------------------------------------------------------------------------------------------- */

#define PM_ACTION(method_, path_, resource_, shape_, arg_, ...)                                    \
    {                                                                                              \
        .method = (method_), .path = (path_), .verb = REST_ACTION, .resource = &(resource_),       \
        .shape = &(shape_), .arg = &(arg_), __VA_ARGS__                                            \
    }
#define PM_COLLECTION(path_, resource_, shape_, arg_, request_, doc_)                              \
    {.method = "GET",                                                                              \
     .path = (path_),                                                                              \
     .verb = REST_LIST,                                                                            \
     .resource = &(resource_),                                                                     \
     .shape = &(shape_),                                                                           \
     .arg = &(arg_)},                                                                              \
        PM_ACTION("POST", path_, resource_, shape_, arg_, .status = 201, .rule = "writer",         \
                  .body = &(request_), .start = pm_create, .doc = doc_),                           \
        PM_ACTION("GET", path_ "/{id}", resource_, shape_, arg_, .read = pm_show,                  \
                  .doc = "Shows one."),                                                            \
        PM_ACTION("PATCH", path_ "/{id}", resource_, shape_, arg_, .status = 200, .since = 2,      \
                  .rule = "writer", .body = &pm_modifications_table, .start = pm_change,           \
                  .doc = "Tells another callback, once that has answered a GET with 204."),        \
        PM_ACTION("DELETE", path_ "/{id}", resource_, shape_, arg_, .rule = "writer",              \
                  .write = pm_delete, .doc = "Ends it, with all that it has told and collected.")

#define PM_ROUTES(prefix_, jobs_, thresholds_)                                                     \
    PM_COLLECTION(prefix_ "/pm_jobs", pm_job_resource, job_shape, jobs_, pm_job_request_table,     \
                  "Collects and reports figures of instances, once their sites have shown that "   \
                  "they have them and the callback has answered a GET with 204."),                 \
        PM_ACTION("GET", prefix_ "/pm_jobs/{id}/reports/{report_id}", pm_job_resource, job_shape,  \
                  jobs_, .read = report_show, .doc = "Shows what was collected."),                 \
        PM_COLLECTION(prefix_ "/thresholds", pm_threshold_resource, threshold_shape, thresholds_,  \
                      pm_threshold_request_table, "Tells when a figure crosses a threshold.")

#define PM_FACE(notices_, path_, instances_, want_)                                                \
    {                                                                                              \
        .notices = &(notices_), .path = (path_), .instances = (instances_), .want = (want_)        \
    }
static const struct pm_face vnf_jobs =
    PM_FACE(vnfpm_notices, "/vnfpm/v2/pm_jobs", "/vnflcm/v2/vnf_instances", job_want);
static const struct pm_face vnf_thresholds =
    PM_FACE(vnfpm_notices, "/vnfpm/v2/thresholds", "/vnflcm/v2/vnf_instances", threshold_want);
static const struct pm_face ns_jobs =
    PM_FACE(nspm_notices, "/nspm/v2/pm_jobs", "/nslcm/v2/ns_instances", job_want);
static const struct pm_face ns_thresholds =
    PM_FACE(nspm_notices, "/nspm/v2/thresholds", "/nslcm/v2/ns_instances", threshold_want);

static const struct route vnf_routes[] = {
    ETSI_VERSIONS("vnfpm"),
    PM_ROUTES("/vnfpm/v2", vnf_jobs, vnf_thresholds),
    ETSI_SUBSCRIPTIONS_UNTIL("/vnfpm/v2/subscriptions", vnfpm_notices, subscription_request_table,
                             2),
};
static const struct route ns_routes[] = {
    ETSI_VERSIONS("nspm"),
    PM_ROUTES("/nspm/v2", ns_jobs, ns_thresholds),
    ETSI_SUBSCRIPTIONS_UNTIL("/nspm/v2/subscriptions", nspm_notices, subscription_request_table, 2),
};

static const struct face_version vnf_versions[] = {
    {.id = "2.2.0", .status = "CURRENT", .path = "/vnfpm/v2/"},
    {.id = "1.3.0", .status = "SUPPORTED", .path = "/vnfpm/v1/"},
    {0},
};
static const struct face_version ns_versions[] = {
    {.id = "2.3.0", .status = "CURRENT", .path = "/nspm/v2/"},
    {.id = "1.2.0", .status = "SUPPORTED", .path = "/nspm/v1/"},
    {0},
};

const struct face etsi_vnfpm_face = {
    .name = "etsi_vnfpm",
    .title = "VNF performance management",
    .doc = "SOL003 clause 6.",
    .service = "nfv-orchestration",
    .dialect = &dialect_etsi,
    REST_ROUTES(vnf_routes),
    .versions = vnf_versions,
    .body = etsi_major_body,
};
const struct face etsi_nspm_face = {
    .name = "etsi_nspm",
    .title = "NS performance management",
    .doc = "SOL005 clause 7.",
    .service = "nfv-orchestration",
    .dialect = &dialect_etsi,
    REST_ROUTES(ns_routes),
    .versions = ns_versions,
    .body = etsi_major_body,
};
