/* Glance v2: flat objects, relative links, the WebOb form of errors. */
#include "rest/exchange.h"

#include <string.h>

static const char *
unknown(struct mem *mem, const char *name)
{
    return mem_printf(mem, "Provided object does not match schema: '%s' is not known", name);
}

static const char *
missing(struct mem *mem, const char *name)
{
    return mem_printf(mem, "Provided object does not match schema: '%s' is required", name);
}

static const char *
not_allowed(struct mem *mem, const char *name, enum row_decode_mode mode)
{
    (void)mode;
    return mem_printf(mem, "Attribute '%s' is read-only.", name);
}

static const char *
invalid(struct mem *mem, const char *name, const char *reason)
{
    return mem_printf(mem, "Provided object does not match schema: '%s': %s", name, reason);
}

static const struct row_faults faults = {unknown, missing, not_allowed, invalid};

static void
fault(struct rest_request *r, int status, const struct err *e)
{
    jw_object(&r->w, NULL);
    jw_str(&r->w, "message",
           mem_printf(r->mem, "%s<br /><br />\n\n\n", err_full(r->mem, e)));
    jw_str(&r->w, "code", mem_printf(r->mem, "%d %s", status, http_phrase(status)));
    jw_str(&r->w, "title", http_phrase(status));
    jw_end(&r->w);
}

static void
unauthenticated(struct rest_request *r, const struct err *e)
{
    (void)e;
    dialect_middleware_401(r);
}

/* "/v2/images?..." relative to the service, with or without a marker. */
static const char *
page_path(struct rest_request *r, const char *marker)
{
    static const char *const drop[] = {"marker", NULL};
    const char *rest = query_without(r, drop);

    if (!marker) {
        return mem_printf(r->mem, "%s%s", r->path, rest);
    }
    return mem_printf(r->mem, "%s%s%smarker=%s", r->path, rest, rest[0] ? "&" : "?",
                      url_encode(r->mem, marker));
}

static void
list_end(struct rest_request *r, const struct rest_page *page)
{
    jw_str(&r->w, "first", page_path(r, NULL));
    if (page->limit && page->n >= (size_t)page->limit && page->last_id) {
        jw_str(&r->w, "next", page_path(r, page->last_id));
    }
    jw_str(&r->w, "schema", mem_printf(r->mem, "/v2/schemas/%s", page->plural));
}

static void
versions(struct rest_request *r, const struct face_version *one)
{
    (void)one;
    jw_object(&r->w, NULL);
    jw_array(&r->w, "versions");
    for (const struct face_version *v = r->face->versions; v->id; v++) {
        jw_object(&r->w, NULL);
        jw_str(&r->w, "id", v->id);
        jw_str(&r->w, "status", v->status);
        jw_array(&r->w, "links");
        jw_object(&r->w, NULL);
        jw_str(&r->w, "rel", "self");
        jw_str(&r->w, "href", mem_printf(r->mem, "%s%s", r->base, v->path));
        jw_end(&r->w);
        jw_end(&r->w);
        jw_end(&r->w);
    }
    jw_end(&r->w);
    jw_end(&r->w);
}

static void
created(struct rest_request *r, const void *row)
{
    const struct attr *key = table_key(r->route->resource->table);

    rest_header(r, "Location", "%s%s/%s", r->base, r->path,
                *(const char *const *)attr_at(key, row));
}

static const struct query_words words = {
    .limit = "limit",
    .marker = "marker",
    .sort_key = "sort_key",
    .sort_dir = "sort_dir",
    .sort = "sort",
    .bad_sort = "Unknown sort key '",
    .bad_sort_end = "'",
    .bad_marker = "No image found with ID ",
    .bad_marker_end = "",
};

const struct dialect dialect_glance = {
    .name = "glance",
    .content_type = "application/json",
    .fault_type = "application/json",
    .faults = &faults,
    .words = &words,
    .versions_status = 300,
    .fault = fault,
    .unauthenticated = unauthenticated,
    .list_end = list_end,
    .created = created,
    .versions = versions,
};
