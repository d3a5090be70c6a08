/* Quotas of the network service: limits per project, of classes that the
 * ledger counts. */
#include "faces/neutron.h"

#include <inttypes.h>

/* ---- rights -------------------------------------------------------------------------- */

static struct err *
look_allowed(struct rest_request *r, const char *project_id)
{
    if (r->caller.is_admin || str_eq(r->caller.project_id, project_id)) {
        return NULL;
    }
    return err_new(E_FORBIDDEN, "PolicyNotAuthorized", "rule:get_quota is disallowed by policy");
}

static struct err *
change_allowed(struct rest_request *r)
{
    if (r->caller.is_admin) {
        return NULL;
    }
    return err_new(E_FORBIDDEN, "PolicyNotAuthorized",
                   "rule:update_quota is disallowed by policy");
}

/* ---- showing --------------------------------------------------------------------------- */

static struct err *
write_limits(struct tx *tx, struct rest_request *r, const char *project_id)
{
    for (const struct quota_default *d = network_quotas; d->class; d++) {
        struct ledger_use use;

        TRY(quota_get(tx, network_quotas, project_id, d->class, &use));
        jw_int(&r->w, d->class, use.limit);
    }
    return NULL;
}

static struct err *
write_quota(struct tx *tx, struct rest_request *r, const char *project_id)
{
    jw_object(&r->w, NULL);
    jw_object(&r->w, "quota");
    TRY(write_limits(tx, r, project_id));
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

/* Projects that have limits of their own. */
struct err *
neutron_quota_list(struct tx *tx, struct rest_request *r)
{
    struct strs projects;

    TRY(change_allowed(r));
    TRY(quota_projects(tx, network_quotas, &projects));
    jw_object(&r->w, NULL);
    jw_array(&r->w, "quotas");
    for (size_t i = 0; i < projects.n; i++) {
        jw_object(&r->w, NULL);
        jw_str(&r->w, "project_id", projects.items[i]);
        jw_str(&r->w, "tenant_id", projects.items[i]);
        TRY(write_limits(tx, r, projects.items[i]));
        jw_end(&r->w);
    }
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

struct err *
neutron_quota_show(struct tx *tx, struct rest_request *r)
{
    const char *project_id = rest_param(r, "project");

    TRY(look_allowed(r, project_id));
    return write_quota(tx, r, project_id);
}

struct err *
neutron_quota_default(struct tx *tx, struct rest_request *r)
{
    (void)tx;
    TRY(look_allowed(r, rest_param(r, "project")));
    jw_object(&r->w, NULL);
    jw_object(&r->w, "quota");
    for (const struct quota_default *d = network_quotas; d->class; d++) {
        jw_int(&r->w, d->class, d->limit);
    }
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

struct err *
neutron_quota_details(struct tx *tx, struct rest_request *r)
{
    const char *project_id = rest_param(r, "project");

    TRY(look_allowed(r, project_id));
    jw_object(&r->w, NULL);
    jw_object(&r->w, "quota");
    for (const struct quota_default *d = network_quotas; d->class; d++) {
        struct ledger_use use;

        TRY(quota_get(tx, network_quotas, project_id, d->class, &use));
        jw_object(&r->w, d->class);
        jw_int(&r->w, "limit", use.limit);
        jw_int(&r->w, "used", use.used);
        jw_int(&r->w, "reserved", 0);
        jw_end(&r->w);
    }
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

/* "Which project am I?", which python-neutronclient asks first. */
struct err *
neutron_quota_own(struct tx *tx, struct rest_request *r)
{
    const char *word = r->route->arg;

    (void)tx;
    jw_object(&r->w, NULL);
    jw_object(&r->w, word);
    jw_str(&r->w, mem_printf(r->mem, "%s_id", word), r->caller.project_id);
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

/* ---- changing ------------------------------------------------------------------------------ */

static bool
is_class(const char *name)
{
    for (const struct quota_default *d = network_quotas; d->class; d++) {
        if (str_eq(d->class, name)) {
            return true;
        }
    }
    return false;
}

static struct err *
limit_read(struct rest_request *r, const char *name, const struct json *value, int64_t *limit)
{
    value = attr_convert_int(r->mem, value);
    if (!json_is(value, JSON_T_INT) || value->i < -1 || value->i > INT32_MAX) {
        return err_new(E_INVALID, "HTTPBadRequest",
                       "Invalid input for %s. Reason: '%s' is not a number from -1 to %" PRIi32 ".",
                       name, json_text(r->mem, value), INT32_MAX);
    }
    *limit = value->i;
    return NULL;
}

/* With check_limit a limit below what is used is refused (Neutron API: quotas). */
static struct err *
limit_set(struct tx *tx, struct rest_request *r, const char *project_id, const char *class,
          int64_t limit, bool check)
{
    struct ledger_use use;

    (void)r;
    TRY(quota_get(tx, network_quotas, project_id, class, &use));
    if (check && limit >= 0 && use.used > limit) {
        return err_new(E_INVALID, "InvalidQuotaValue",
                       "Change would make usage less than 0 for the following resources: ['%s'].",
                       class);
    }
    return quota_set(tx, project_id, class, limit);
}

struct err *
neutron_quota_update(struct tx *tx, struct rest_request *r)
{
    const struct json *quota = json_get(r->body, "quota");
    const char *project_id = rest_param(r, "project");
    struct err *faults = NULL;
    bool check;

    TRY(change_allowed(r));
    if (!json_is(quota, JSON_T_OBJECT)) {
        return err_new(E_INVALID, "HTTPBadRequest", "Unable to find 'quota' in request body");
    }
    check = json_bool(json_get(quota, "check_limit"), false);
    json_each (quota, i) {
        int64_t limit = 0;
        struct err *e;

        if (str_eq(quota->keys[i], "check_limit") || str_eq(quota->keys[i], "tenant_id") ||
            str_eq(quota->keys[i], "project_id") || str_eq(quota->keys[i], "force")) {
            continue;
        }
        if (!is_class(quota->keys[i])) {
            faults = err_join(faults, err_new(E_INVALID, "HTTPBadRequest",
                                              "Unrecognized attribute(s) '%s'", quota->keys[i]));
            continue;
        }
        e = limit_read(r, quota->keys[i], quota->items[i], &limit);
        faults = err_join(faults, e ? e
                                    : limit_set(tx, r, project_id, quota->keys[i], limit, check));
    }
    TRY(faults);
    return write_quota(tx, r, project_id);
}

struct err *
neutron_quota_reset(struct tx *tx, struct rest_request *r)
{
    TRY(change_allowed(r));
    for (const struct quota_default *d = network_quotas; d->class; d++) {
        TRY(quota_reset_class(tx, rest_param(r, "project"), d->class));
    }
    return NULL;
}
