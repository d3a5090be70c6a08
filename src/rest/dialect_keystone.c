/* Keystone v3: {"error": {...}}, lists with links, 300 for versions. */
#include "rest/exchange.h"

#include "base/version.h"

static const char *
unknown(struct mem *mem, const char *name)
{
    return mem_printf(mem, "Additional properties are not allowed ('%s' was unexpected)", name);
}

static const char *
missing(struct mem *mem, const char *name)
{
    return mem_printf(mem, "'%s' is a required property", name);
}

static const char *
not_allowed(struct mem *mem, const char *name, enum row_decode_mode mode)
{
    return mem_printf(mem, "'%s' cannot be given %s", name,
                      mode == ROW_UPDATE ? "in an update" : "at creation");
}

static const char *
invalid(struct mem *mem, const char *name, const char *reason)
{
    return mem_printf(mem, "Invalid input for field '%s': %s", name, reason);
}

static const struct row_faults faults = {unknown, missing, not_allowed, invalid};

static void
fault(struct rest_request *r, int status, const struct err *e)
{
    jw_object(&r->w, NULL);
    jw_object(&r->w, "error");
    jw_int(&r->w, "code", status);
    jw_str(&r->w, "message", err_full(r->mem, e));
    jw_str(&r->w, "title", http_phrase(status));
    jw_end(&r->w);
    jw_end(&r->w);
}

/* The reason of a refused login is never told: a stranger learns nothing. */
static void
unauthenticated(struct rest_request *r, const struct err *e)
{
    (void)e;
    dialect_middleware_401(r);
}

static void
headers(struct rest_request *r)
{
    rest_header(r, "Vary", "X-Auth-Token");
}

static struct err *
bad_json(struct rest_request *r, struct err *why)
{
    (void)r;
    return dialect_bad_json(why, NULL, "Expecting to find valid JSON in request body");
}

static void
list_end(struct rest_request *r, const struct rest_page *page)
{
    bool more = page->limit && page->n >= (size_t)page->limit && page->last_id;

    jw_object(&r->w, "links");
    jw_str(&r->w, "next", more ? dialect_page_url(r, page->last_id, false) : NULL);
    jw_str(&r->w, "self", dialect_self(r));
    jw_null(&r->w, "previous");
    jw_end(&r->w);
}

static void
write_version(struct rest_request *r, const struct face_version *v, const char *key)
{
    jw_object(&r->w, key);
    jw_str(&r->w, "id", v->id);
    jw_str(&r->w, "status", v->status);
    jw_str(&r->w, "updated", v->updated);
    jw_array(&r->w, "links");
    jw_object(&r->w, NULL);
    jw_str(&r->w, "rel", "self");
    jw_str(&r->w, "href", mem_printf(r->mem, "%s%s", r->base, v->path));
    jw_end(&r->w);
    jw_end(&r->w);
    jw_array(&r->w, "media-types");
    jw_object(&r->w, NULL);
    jw_str(&r->w, "base", "application/json");
    jw_str(&r->w, "type", "application/vnd.openstack.identity-v3+json");
    jw_end(&r->w);
    jw_end(&r->w);
    jw_end(&r->w);
}

static void
versions(struct rest_request *r, const struct face_version *one)
{
    rest_header(r, VERSION_HEADER, "%s", carrick_version);
    jw_object(&r->w, NULL);
    if (one) {
        write_version(r, one, "version");
    } else {
        jw_object(&r->w, "versions");
        jw_array(&r->w, "values");
        for (const struct face_version *v = r->face->versions; v->id; v++) {
            write_version(r, v, NULL);
        }
        jw_end(&r->w);
        jw_end(&r->w);
        rest_header(r, "Location", "%s%s", r->base, r->face->versions[0].path);
    }
    jw_end(&r->w);
}

static const struct query_words words = {
    .limit = "limit",
    .marker = "marker",
    .sort_key = "sort_key",
    .sort_dir = "sort_dir",
    .tags = true,
    .bad_sort = "'",
    .bad_sort_end = "' is not a sort key",
};

const struct dialect dialect_keystone = {
    .name = "keystone",
    .content_type = "application/json",
    .fault_type = "application/json",
    .faults = &faults,
    .words = &words,
    .envelope = true,
    .versions_status = 300,
    .fault = fault,
    .unauthenticated = unauthenticated,
    .headers = headers,
    .bad_json = bad_json,
    .list_end = list_end,
    .versions = versions,
};
