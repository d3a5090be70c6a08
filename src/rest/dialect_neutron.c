/* Neutron v2.0: {"NeutronError": {...}}, plural_links, bulk, fields. */
#include "rest/exchange.h"

#include <string.h>

static const char *
unknown(struct mem *mem, const char *name)
{
    return mem_printf(mem, "Unrecognized attribute(s) '%s'", name);
}

static const char *
missing(struct mem *mem, const char *name)
{
    return mem_printf(mem, "Failed to parse request. Required attribute '%s' not specified", name);
}

static const char *
not_allowed(struct mem *mem, const char *name, enum row_decode_mode mode)
{
    return mode == ROW_UPDATE ? mem_printf(mem, "Cannot update read-only attribute %s", name)
                              : mem_printf(mem, "Attribute '%s' not allowed in POST", name);
}

static const char *
invalid(struct mem *mem, const char *name, const char *reason)
{
    if (strncmp(reason, "Invalid input", 13) == 0) {
        return reason;
    }
    return mem_printf(mem, "Invalid input for %s. Reason: %s", name, reason);
}

static const struct row_faults faults = {unknown, missing, not_allowed, invalid};

static const char *
type_of(const struct err *e)
{
    static const struct {
        enum err_code code;
        const char *type;
    } types[] = {
        {E_INVALID, "HTTPBadRequest"},
        {E_UNAUTHENTICATED, "HTTPUnauthorized"},
        {E_FORBIDDEN, "PolicyNotAuthorized"},
        {E_NOT_FOUND, "HTTPNotFound"},
        {E_METHOD, "HTTPMethodNotAllowed"},
        {E_CONFLICT, "Conflict"},
        {E_IN_USE, "InUse"},
        {E_EXISTS, "Conflict"},
        {E_QUOTA, "OverQuota"},
        {E_PRECONDITION, "RevisionNumberConstraintFailed"},
        {E_TOO_LARGE, "HTTPRequestEntityTooLarge"},
        {E_BUSY, "HTTPTooManyRequests"},
        {E_INTERNAL, "HTTPInternalServerError"},
        {E_NOT_IMPLEMENTED, "NotImplementedError"},
        {E_UNAVAILABLE, "HTTPServiceUnavailable"},
    };

    if (e->type) {
        return e->type;
    }
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        if (types[i].code == e->code) {
            return types[i].type;
        }
    }
    return "HTTPBadRequest";
}

/* Neutron has one sentence for routes and methods that are not there. */
static const char *
message_of(struct rest_request *r, const struct err *e)
{
    if (!r->route && e->code == E_NOT_FOUND) {
        return "The resource could not be found.";
    }
    return err_full(r->mem, e);
}

static void
fault(struct rest_request *r, int status, const struct err *e)
{
    (void)status;
    jw_object(&r->w, NULL);
    jw_object(&r->w, "NeutronError");
    jw_str(&r->w, "type", type_of(e));
    jw_str(&r->w, "message", message_of(r, e));
    jw_str(&r->w, "detail", "");
    jw_end(&r->w);
    jw_end(&r->w);
}

static void
unauthenticated(struct rest_request *r, const struct err *e)
{
    (void)e;
    dialect_middleware_401(r);
}

static struct err *
bad_json(struct rest_request *r, struct err *why)
{
    (void)r;
    return dialect_bad_json(why, "HTTPBadRequest", "Body contains invalid data");
}

static struct err *
no_envelope(struct rest_request *r, const char *singular)
{
    (void)r;
    return err_new(E_INVALID, "HTTPBadRequest", "Unable to find '%s' in request body", singular);
}

/* "If-Match: revision_number=4" */
static struct err *
begin(struct rest_request *r)
{
    const char *match = r->op.if_match;

    if (!match) {
        return NULL;
    }
    if (strncmp(match, "revision_number=", 16) != 0) {
        return err_new(E_INVALID, "HTTPBadRequest",
                       "If-Match has the form revision_number=N, not '%s'", match);
    }
    r->op.if_match = match + 16;
    return NULL;
}

static void
write_link(struct rest_request *r, const char *rel, const char *href)
{
    jw_object(&r->w, NULL);
    jw_str(&r->w, "rel", rel);
    jw_str(&r->w, "href", href);
    jw_end(&r->w);
}

static void
list_end(struct rest_request *r, const struct rest_page *page)
{
    bool part = page->n < (size_t)page->limit;

    if (!page->limit || page->n == 0) {
        return;
    }
    jw_array(&r->w, mem_printf(r->mem, "%s_links", page->plural));
    if (!part || page->backwards) {
        write_link(r, "next", dialect_page_url(r, page->last_id, false));
    }
    if (!part || !page->backwards) {
        write_link(r, "previous", dialect_page_url(r, page->first_id, true));
    }
    jw_end(&r->w);
}

/* The core resources that stand directly below the version. */
static void
write_resources(struct rest_request *r, const struct face_version *v)
{
    size_t n = strlen(v->path);

    jw_array(&r->w, "resources");
    for (size_t i = 0; i < r->face->n_routes; i++) {
        const struct route *route = &r->face->routes[i];

        if (route->verb != REST_LIST || strncmp(route->path, v->path, n) != 0 ||
            strchr(route->path + n, '/')) {
            continue;
        }
        jw_object(&r->w, NULL);
        jw_str(&r->w, "name", route->resource->singular);
        jw_str(&r->w, "collection", route->resource->plural);
        jw_array(&r->w, "links");
        write_link(r, "self", mem_printf(r->mem, "%s%s", r->base, route->path));
        jw_end(&r->w);
        jw_end(&r->w);
    }
    jw_end(&r->w);
}

static void
versions(struct rest_request *r, const struct face_version *one)
{
    jw_object(&r->w, NULL);
    if (one) {
        write_resources(r, one);
    } else {
        jw_array(&r->w, "versions");
        for (const struct face_version *v = r->face->versions; v->id; v++) {
            jw_object(&r->w, NULL);
            jw_str(&r->w, "id", v->id);
            jw_str(&r->w, "status", v->status);
            jw_array(&r->w, "links");
            write_link(r, "self", mem_printf(r->mem, "%s%s", r->base, v->path));
            jw_end(&r->w);
            jw_end(&r->w);
        }
        jw_end(&r->w);
    }
    jw_end(&r->w);
}

static const struct query_words words = {
    .limit = "limit",
    .marker = "marker",
    .sort_key = "sort_key",
    .sort_dir = "sort_dir",
    .page_reverse = "page_reverse",
    .fields = "fields",
    .tags = true,
    .bad_sort = "['",
    .bad_sort_end = "'] is invalid attribute for sort_keys",
};

const struct dialect dialect_neutron = {
    .name = "neutron",
    .content_type = "application/json",
    .fault_type = "application/json",
    .faults = &faults,
    .words = &words,
    .envelope = true,
    .versions_status = 200,
    .fault = fault,
    .unauthenticated = unauthenticated,
    .begin = begin,
    .bad_json = bad_json,
    .no_envelope = no_envelope,
    .list_end = list_end,
    .versions = versions,
};
