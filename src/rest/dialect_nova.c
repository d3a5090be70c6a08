/* Nova v2.1: {"itemNotFound": {...}}, microversions, servers_links. */
#include "rest/exchange.h"

#include <string.h>

static const char *
unknown(struct mem *mem, const char *name)
{
    return mem_printf(mem, "Additional properties are not allowed ('%s' was unexpected)", name);
}

static const char *
missing(struct mem *mem, const char *name)
{
    return mem_printf(mem, "Invalid input for field/attribute. '%s' is a required property", name);
}

static const char *
not_allowed(struct mem *mem, const char *name, enum row_decode_mode mode)
{
    (void)mode;
    return unknown(mem, name);
}

static const char *
invalid(struct mem *mem, const char *name, const char *reason)
{
    return mem_printf(mem, "Invalid input for field/attribute %s. %s", name, reason);
}

static const struct row_faults faults = {unknown, missing, not_allowed, invalid};

static const char *
fault_name(int status)
{
    static const struct {
        int status;
        const char *name;
    } names[] = {
        {400, "badRequest"},      {401, "unauthorized"},       {403, "forbidden"},
        {404, "itemNotFound"},    {405, "badMethod"},          {409, "conflictingRequest"},
        {413, "overLimit"},       {415, "badMediaType"},       {429, "overLimit"},
        {501, "notImplemented"},  {503, "serviceUnavailable"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (names[i].status == status) {
            return names[i].name;
        }
    }
    return "computeFault";
}

/* Nova answers an exceeded quota with 403. */
static int
status(const struct err *e)
{
    return e->code == E_QUOTA ? 403 : 0;
}

static void
fault(struct rest_request *r, int code, const struct err *e)
{
    jw_object(&r->w, NULL);
    jw_object(&r->w, fault_name(code));
    jw_int(&r->w, "code", code);
    jw_str(&r->w, "message", err_full(r->mem, e));
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
    return dialect_bad_json(why, NULL, "Malformed request body");
}

static struct err *
no_envelope(struct rest_request *r, const char *singular)
{
    (void)r;
    return err_new(E_INVALID, NULL,
                   "Invalid input for field/attribute. '%s' is a required property", singular);
}

/* ---- microversions -------------------------------------------------------- */

/* "2.81" -> 281; 0 where it is not of the form major.minor. */
static int
parse_version(struct mem *mem, const char *text)
{
    size_t n;
    char **parts = str_split(mem, text, '.', &n);
    int64_t major, minor;

    if (n != 2 || !str_to_i64(parts[0], &major) || !str_to_i64(parts[1], &minor) || major < 1 ||
        major > 9 || minor < 0 || minor > 9999) {
        return 0;
    }
    return (int)(major * 100 + minor);
}

/* "OpenStack-API-Version: compute 2.81, volume 3.0" or the older header. */
static const char *
asked_version(struct rest_request *r)
{
    const char *text = rest_header_in(r, "OpenStack-API-Version");
    size_t n;
    char **parts;

    if (text) {
        parts = str_split(r->mem, text, ',', &n);
        for (size_t i = 0; i < n; i++) {
            const char *part = parts[i] + strspn(parts[i], " ");
            size_t len = strlen(str_or(r->face->service, "compute"));

            if (strncasecmp(part, str_or(r->face->service, "compute"), len) == 0 &&
                part[len] == ' ') {
                return part + len + strspn(part + len, " ");
            }
        }
    }
    return rest_header_in(r, "X-OpenStack-Nova-API-Version");
}

static struct err *
begin(struct rest_request *r)
{
    const struct face *face = r->face;
    const char *text = asked_version(r);
    int version;

    if (!face->max_version) {
        return NULL;
    }
    r->op.version = face->min_version;
    if (str_empty(text)) {
        return NULL;
    }
    if (strcasecmp(text, "latest") == 0) {
        r->op.version = face->max_version;
        return NULL;
    }
    version = parse_version(r->mem, text);
    if (!version) {
        return err_new(E_INVALID, NULL,
                       "API Version String %s is of invalid format. Must be of format "
                       "MajorNum.MinorNum.",
                       text);
    }
    if (version < face->min_version || version > face->max_version) {
        return err_new(E_NOT_ACCEPTABLE, NULL,
                       "Version %s is not supported by the API. Minimum is %d.%d and maximum is "
                       "%d.%d.",
                       text, face->min_version / 100, face->min_version % 100,
                       face->max_version / 100, face->max_version % 100);
    }
    r->op.version = version;
    return NULL;
}

static void
headers(struct rest_request *r)
{
    int major = r->op.version / 100, minor = r->op.version % 100;

    if (!r->op.version) {
        return;
    }
    rest_header(r, "OpenStack-API-Version", "%s %d.%d", str_or(r->face->service, "compute"), major,
                minor);
    rest_header(r, "X-OpenStack-Nova-API-Version", "%d.%d", major, minor);
    rest_header(r, "Vary", "OpenStack-API-Version, X-OpenStack-Nova-API-Version");
    rest_header(r, "x-compute-request-id", "%s", r->request_id);
}

/* ---- lists and versions --------------------------------------------------- */

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
    if (!page->limit || page->n < (size_t)page->limit || !page->last_id) {
        return;
    }
    jw_array(&r->w, mem_printf(r->mem, "%s_links", page->plural));
    write_link(r, "next", dialect_page_url(r, page->last_id, false));
    jw_end(&r->w);
}

static void
write_version(struct rest_request *r, const struct face_version *v, const char *key)
{
    jw_object(&r->w, key);
    jw_str(&r->w, "id", v->id);
    jw_array(&r->w, "links");
    write_link(r, "self", mem_printf(r->mem, "%s%s", r->base, v->path));
    jw_end(&r->w);
    jw_str(&r->w, "status", v->status);
    jw_str(&r->w, "version", str_or(v->max_version, ""));
    jw_str(&r->w, "min_version", str_or(v->min_version, ""));
    jw_str(&r->w, "updated", v->updated);
    if (key) {
        jw_array(&r->w, "media-types");
        jw_object(&r->w, NULL);
        jw_str(&r->w, "base", "application/json");
        jw_str(&r->w, "type", "application/vnd.openstack.compute+json;version=2.1");
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
        write_version(r, one, "version");
    } else {
        jw_array(&r->w, "versions");
        for (const struct face_version *v = r->face->versions; v->id; v++) {
            write_version(r, v, NULL);
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
    .bad_sort = "Sort key '",
    .bad_sort_end = "' is not allowed",
    .bad_marker = "marker [",
    .bad_marker_end = "] not found",
};

const struct dialect dialect_nova = {
    .name = "nova",
    .content_type = "application/json",
    .fault_type = "application/json; charset=UTF-8",
    .faults = &faults,
    .words = &words,
    .envelope = true,
    .versions_status = 200,
    .status = status,
    .fault = fault,
    .unauthenticated = unauthenticated,
    .begin = begin,
    .headers = headers,
    .bad_json = bad_json,
    .no_envelope = no_envelope,
    .list_end = list_end,
    .versions = versions,
};
