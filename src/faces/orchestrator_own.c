/* The orchestrator's own API beside ETSI's: sites, plans, operations explained,
 * holdings.  The same dialect, so that clients need one set of manners. */
#include "faces/etsi.h"
#include "faces/orchestrator_join.h"
#include "faces/orchestrator_plan.h"
#include "faces/orchestrator_replica.h"
#include "nfvo/drift.h"
#include "nfvo/invitation.h"
#include "nfvo/stored_plan.h"
#include "notify/notify.h"
#include "vim/vim.h"
#include "vnfm/scripts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOT "/carrick/v1"

/* ---- sites ---------------------------------------------------------------------- */

static void
site_encode(struct rest_request *r, struct jw *w, const void *row)
{
    etsi_row(r, w, row);
}

static const size_t member_sizes[] = {
#define X(word, ctype, doc) [ATTR_T_##word] = sizeof(ctype),
    ATTR_TYPES(X)
#undef X
};

/* What a probe works on: the site as it will be. */
struct probing {
    struct rest_request *r;
    struct site *site;
};

/* Lays what was given over the stored row. */
static struct err *
site_merge(struct tx *tx, void *arg)
{
    struct probing *probing = arg;
    const struct table *table = &site_table;
    void *stored;

    TRY(resource_get(tx, &probing->r->op, probing->r->id, &stored));
    probing->site = row_copy(probing->r->mem, stored);
    for (size_t i = 0; i < table->n_attrs; i++) {
        const struct attr *attr = &table->attrs[i];

        if (row_given(probing->r->row, attr->name)) {
            memcpy(attr_at(attr, probing->site), attr_at(attr, probing->r->row),
                   member_sizes[attr->type]);
        }
    }
    return NULL;
}

/* Credentials are believed once a token was got with them. */
static struct err *
site_check(struct rest_request *r)
{
    const struct nfvo *nfvo = r->op.user;
    struct probing probing = {.r = r, .site = r->row};
    struct site *row = r->row;

    if (r->route->verb == REST_UPDATE) {
        TRY(store_read(nfvo->store, site_merge, &probing));
    }
    TRY(site_probe(r->op.user, r->mem, probing.site, &row->version));
    row->status = "UP";
    row->last_error = NULL;
    row->checked_at = time_now_us();
    row_give(&row->row, "status");
    row_give(&row->row, "version");
    row_give(&row->row, "last_error");
    row_give(&row->row, "checked_at");
    return NULL;
}

struct forgetting {
    struct vim *vim;     /* of a site, */
    struct peers *peers; /* or of a peer */
    char id[64];
};

static void
forget_run(void *arg)
{
    struct forgetting *forgetting = arg;

    if (forgetting->vim) {
        vim_forget(forgetting->vim, forgetting->id);
    } else {
        peers_forget(forgetting->peers, forgetting->id);
    }
    free(forgetting);
}

/* A token that was got with what is no more would be used until it ends. */
static struct err *
peer_changed(struct rest_request *r)
{
    const struct nfvo *nfvo = r->op.user;
    struct forgetting *forgetting = heap_alloc(sizeof *forgetting);

    *forgetting = (struct forgetting){.peers = nfvo->peers};
    (void)snprintf(forgetting->id, sizeof forgetting->id, "%s", r->id);
    loop_post(nfvo->loop, forget_run, forgetting);
    return NULL;
}

/* The driver reads the site again before its next call. */
static struct err *
site_forget(struct rest_request *r)
{
    const struct nfvo *nfvo = r->op.user;
    struct forgetting *forgetting = heap_alloc(sizeof *forgetting);

    *forgetting = (struct forgetting){.vim = nfvo->vim};
    (void)snprintf(forgetting->id, sizeof forgetting->id, "%s", r->id);
    loop_post(nfvo->loop, forget_run, forgetting);
    return NULL;
}

static const struct rest_shape site_shape = {.encode = site_encode};

/* ---- checks ------------------------------------------------------------------------ */

/* POST /checks, in check_request. */
struct checking {
    struct rest_request *r;
    struct drift_check *check;
};

static void
check_done(void *arg, struct err *err)
{
    struct checking *checking = arg;

    jw_end(&checking->r->w);
    rest_finish(checking->r, err);
}

static void
check_run(void *arg)
{
    struct checking *checking = arg;

    jw_object(&checking->r->w, NULL);
    drift_check_run(checking->check, &checking->r->w, check_done, checking);
}

static struct err *
check_start(struct rest_request *r)
{
    struct nfvo *nfvo = r->op.user;
    struct checking *checking = MEM_NEW(r->mem, struct checking);

    checking->r = r;
    TRY(drift_check_new(&r->op, r->row, &checking->check));
    r->status = 200;
    rest_post(r, nfvo->loop, check_run, checking);
    return NULL;
}

/* ---- operations --------------------------------------------------------------------- */

/* What people call the instance that an operation works on: its input says so. */
static const char *
operation_name(struct mem *mem, const struct flow_row *row)
{
    const struct json *input = NULL;

    if (row->input) {
        err_ignore(json_parse(mem, row->input, strlen(row->input), &input), "then it has no name");
    }
    return json_get_str(input, "name");
}

static void
operation_encode(struct rest_request *r, struct jw *w, const void *row)
{
    static const char *const shown[] = {"id",    "type",       "state",      "parent_id",
                                        "label", "project_id", "created_at", "state_at"};

    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        const struct attr *attr = table_attr(&flow_table, shown[i]);

        attr_encode(w, attr_json_name(attr), attr, row);
    }
    jw_str(w, "name", operation_name(r->mem, row));
}

static const struct rest_shape operation_shape = {.encode = operation_encode};

/* Flows without a parent: what somebody asked for. */
static struct err *
operation_query(struct rest_request *r, struct list_query *query)
{
    (void)r;
    query->where = (struct sql){.text = "t.parent_id IS NULL"};
    return NULL;
}

static const struct rest_shape operations_shape = {
    .encode = operation_encode,
    .query = operation_query,
};

static struct err *
operation_explain(struct tx *tx, struct rest_request *r)
{
    void *row;

    TRY(resource_get(tx, &r->op, r->id, &row));
    jw_object(&r->w, NULL);
    TRY(flow_explain(tx, r->id, &r->w));
    jw_end(&r->w);
    return NULL;
}

static void
holding_encode(struct rest_request *r, struct jw *w, const void *row)
{
    etsi_row(r, w, row);
}

static const struct rest_shape holding_shape = {.encode = holding_encode};

/* ---- subscriptions --------------------------------------------------------------------- */

/* Those of all APIs, with what waits for the subscriber: ETSI has no words for that. */
static void
own_encode(struct rest_request *r, struct jw *w, const void *row)
{
    etsi_row(r, w, row);
}

static const struct rest_shape own_shape = {.encode = own_encode};

static struct err *
redrive(struct tx *tx, struct rest_request *r)
{
    const struct nfvo *nfvo = r->op.user;
    int64_t n, left;
    void *row;

    TRY(resource_get(tx, &r->op, r->id, &row));
    TRY(notifier_redrive(nfvo->notifier, tx, r->id, &n, &left));
    jw_object(&r->w, NULL);
    jw_int(&r->w, "redriven", n);
    jw_int(&r->w, "dead", left);
    jw_end(&r->w);
    return NULL;
}

/* They wait again whatever becomes of this: it only saves them the pause. */
static struct err *
redriven(struct rest_request *r)
{
    const struct nfvo *nfvo = r->op.user;

    notifier_wake(nfvo->notifier, r->id);
    return NULL;
}

/* ---- the face -------------------------------------------------------------------------- */

static const struct route routes[] = {
    {.method = "GET", .path = ROOT "/api_versions", .verb = REST_VERSIONS},
    REST_VERB("GET", ROOT "/sites", REST_LIST, &site_resource, &site_shape),
    {.method = "POST",
     .path = ROOT "/sites",
     .verb = REST_CREATE,
     .resource = &site_resource,
     .shape = &site_shape,
     .flags = REST_POOL,
     .prepare = site_check},
    REST_VERB("GET", ROOT "/sites/{id}", REST_SHOW, &site_resource, &site_shape),
    {.method = "PATCH",
     .path = ROOT "/sites/{id}",
     .verb = REST_UPDATE,
     .resource = &site_resource,
     .shape = &site_shape,
     .flags = REST_POOL,
     .prepare = site_check,
     .committed = site_forget},
    {.method = "DELETE",
     .path = ROOT "/sites/{id}",
     .verb = REST_DELETE,
     .resource = &site_resource,
     .shape = &site_shape,
     .committed = site_forget},
    REST_VERB("GET", ROOT "/invitations", REST_LIST, &site_invitation_resource, &invitation_shape),
    {.method = "POST",
     .path = ROOT "/invitations",
     .verb = REST_CREATE,
     .resource = &site_invitation_resource,
     .shape = &invitation_shape,
     .rule = "admin_only", /* asked before a token is made */
     .prepare = invitation_prepare},
    REST_VERB("GET", ROOT "/invitations/{id}", REST_SHOW, &site_invitation_resource,
              &invitation_shape),
    REST_VERB("DELETE", ROOT "/invitations/{id}", REST_DELETE, &site_invitation_resource,
              &invitation_shape),
    {.method = "POST",
     .path = ROOT "/joins/certificate",
     .verb = REST_ACTION,
     .status = 201,
     .flags = REST_PUBLIC | REST_POOL,
     .body = &join_certificate_table,
     .prepare = join_certificate_prepare,
     .write = join_certificate_write,
     .doc = "Signs the key of a site that was invited."},
    {.method = "POST",
     .path = ROOT "/joins/site",
     .verb = REST_ACTION,
     .status = 201,
     .flags = REST_PUBLIC | REST_POOL,
     .body = &join_site_table,
     .prepare = join_site_prepare,
     .write = join_site_write,
     .committed = site_forget,
     .doc = "Registers a site that was invited, and uses its invitation up."},
    REST_VERB("GET", ROOT "/replicas", REST_LIST, &replica_resource, &own_shape),
    REST_VERB("GET", ROOT "/vnfms", REST_LIST, &vnfm_resource, &own_shape),
    REST_VERB("POST", ROOT "/vnfms", REST_CREATE, &vnfm_resource, &own_shape),
    REST_VERB("GET", ROOT "/vnfms/{id}", REST_SHOW, &vnfm_resource, &own_shape),
    {.method = "PATCH",
     .path = ROOT "/vnfms/{id}",
     .verb = REST_UPDATE,
     .resource = &vnfm_resource,
     .shape = &own_shape,
     .committed = peer_changed},
    {.method = "DELETE",
     .path = ROOT "/vnfms/{id}",
     .verb = REST_DELETE,
     .resource = &vnfm_resource,
     .shape = &own_shape,
     .committed = peer_changed},
    {.method = "POST",
     .path = ROOT "/plans",
     .verb = REST_ACTION,
     .body = &plan_request_table,
     .flags = REST_POOL,
     .prepare = plan_prepare,
     .start = plan_start,
     .doc = "Shows what an operation on a network service or a VNF would do, without doing it."},
    REST_VERB("GET", ROOT "/stored_plans", REST_LIST, &stored_plan_resource, &stored_plan_shape),
    REST_VERB("GET", ROOT "/stored_plans/{id}", REST_SHOW, &stored_plan_resource,
              &stored_plan_shape),
    REST_VERB("DELETE", ROOT "/stored_plans/{id}", REST_DELETE, &stored_plan_resource,
              &stored_plan_shape),
    {.method = "POST",
     .path = ROOT "/stored_plans",
     .verb = REST_ACTION,
     .rule = "writer",
     .body = &plan_request_table,
     .flags = REST_POOL,
     .prepare = plan_prepare,
     .start = stored_plan_save,
     .doc = "Plans an operation on a network service or a VNF, and keeps the plan."},
    {.method = "POST",
     .path = ROOT "/stored_plans/{id}/apply",
     .verb = REST_ACTION,
     .rule = "writer",
     .resource = &stored_plan_resource,
     .flags = REST_NO_BODY | REST_POOL,
     .prepare = stored_plan_prepare,
     .start = stored_plan_apply,
     .doc = "Begins what was planned, if the world is as the plan saw it."},
    {.method = "POST",
     .path = ROOT "/checks",
     .verb = REST_ACTION,
     .body = &check_request_table,
     .start = check_start,
     .doc = "Compares what is recorded of an instance with what sites show; changes nothing."},
    REST_VERB("GET", ROOT "/operations", REST_LIST, &flow_resource, &operations_shape),
    {.method = "GET",
     .path = ROOT "/operations/{id}",
     .verb = REST_ACTION,
     .resource = &flow_resource,
     .shape = &operation_shape,
     .read = operation_explain,
     .doc = "Explains an operation: steps, calls, answers, reasons."},
    REST_VERB("GET", ROOT "/subscriptions", REST_LIST, &subscription_resource, &own_shape),
    REST_VERB("GET", ROOT "/subscriptions/{id}", REST_SHOW, &subscription_resource, &own_shape),
    {.method = "POST",
     .path = ROOT "/subscriptions/{id}/redrive",
     .verb = REST_ACTION,
     .resource = &subscription_resource,
     .flags = REST_NO_BODY,
     .status = 200,
     .rule = "writer",
     .write = redrive,
     .committed = redriven,
     .doc = "Delivers dead letters after all, in the place that is theirs; as many as may wait."},
    REST_VERB("GET", ROOT "/notifications", REST_LIST, &notification_resource, &own_shape),
    REST_VERB("GET", ROOT "/holdings", REST_LIST, &holding_resource, &holding_shape),
    REST_VERB("GET", ROOT "/script_runs", REST_LIST, &script_run_resource, &own_shape),
    REST_VERB("GET", ROOT "/script_runs/{id}", REST_SHOW, &script_run_resource, &own_shape),
};

static const struct face_version versions[] = {
    {.id = "1.0.0", .status = "CURRENT", .path = ROOT "/"},
    {0},
};

const struct face carrick_face = {
    .name = "carrick",
    .title = "Sites, plans and operations",
    .doc = "What ETSI's APIs have no words for.",
    .service = "nfv-orchestration",
    .dialect = &dialect_etsi,
    REST_ROUTES(routes),
    .versions = versions,
};
