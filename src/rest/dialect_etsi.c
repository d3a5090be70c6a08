/* ETSI NFV (SOL013): ProblemDetails, filters, selectors, opaque page markers,
 * Version header, ETags. */
#include "rest/exchange.h"
#include "rest/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *
unknown(struct mem *mem, const char *name)
{
    return mem_printf(mem, "unknown attribute '%s'", name);
}

static const char *
missing(struct mem *mem, const char *name)
{
    return mem_printf(mem, "attribute '%s' is required", name);
}

static const char *
not_allowed(struct mem *mem, const char *name, enum row_decode_mode mode)
{
    return mem_printf(mem, "attribute '%s' cannot be %s", name,
                      mode == ROW_UPDATE ? "modified" : "given");
}

static const char *
invalid(struct mem *mem, const char *name, const char *reason)
{
    return mem_printf(mem, "attribute '%s': %s", name, reason);
}

static const struct row_faults faults = {unknown, missing, not_allowed, invalid};

#define RETRY_AFTER_S 5

/* Too many requests in flight and lost answers have no other code in SOL013. */
static int
status(const struct err *e)
{
    return e->code == E_BUSY ? 503 : 0;
}

static void
fault(struct rest_request *r, int code, const struct err *e)
{
    if (e->code == E_BUSY) {
        rest_header(r, "Retry-After", "%d", RETRY_AFTER_S);
    }
    jw_object(&r->w, NULL);
    jw_str(&r->w, "title", http_phrase(code));
    jw_int(&r->w, "status", code);
    jw_str(&r->w, "detail", err_full(r->mem, e));
    if (r->path) {
        jw_str(&r->w, "instance", r->path);
    }
    jw_end(&r->w);
}

static void
unauthenticated(struct rest_request *r, const struct err *e)
{
    static const char by_token[] =
        "a valid token is needed (Authorization: Bearer or X-Auth-Token)";
    bool passwords = passwords_taken(r);
    const char *lately = r->route && r->route->flags & REST_UPLOAD
                             ? " that another request had in the last minute"
                             : "";

    (void)e;
    rest_header(r, "WWW-Authenticate", "Bearer realm=\"carrick\"%s%s",
                r->token ? ", error=\"invalid_token\"" : "", /* RFC 6750 section 3 */
                passwords ? ", Basic realm=\"carrick\", charset=\"UTF-8\"" : "");
    r->x->content_type = r->face->dialect->fault_type;
    jw_object(&r->w, NULL);
    jw_str(&r->w, "title", http_phrase(401));
    jw_int(&r->w, "status", 401);
    jw_str(&r->w, "detail",
           passwords
               ? mem_printf(r->mem, "%s, or a user's name and password (Authorization: Basic)%s",
                            by_token, lately)
               : by_token);
    jw_end(&r->w);
}

/* ---- versions ------------------------------------------------------------------ */

/* The version that the request's path names: /vnflcm/v2/...  What is above all of them
 * (/vnflcm/api_versions) is of the first; what is elsewhere is of none. */
static const struct face_version *
version_of(const struct rest_request *r)
{
    const struct face_version *first = r->face->versions;

    for (const struct face_version *v = first; v && v->id && r->path; v++) {
        if (str_starts(r->path, v->path)) {
            return v;
        }
    }
    return first && first->id && (r->route || r->x->allow) ? first : NULL;
}

/* Can who asks for 'asked' be served by 'ours'?  MAJOR.MINOR.PATCH, perhaps with a build behind
 * '-': the same major, and no minor that is newer (SOL013 9.1). */
static bool
version_serves(const char *asked, const char *ours)
{
    int major[2], minor[2], patch, n = 0;

    return sscanf(asked, "%5d.%5d.%5d%n", &major[0], &minor[0], &patch, &n) == 3 &&
           (asked[n] == '\0' || asked[n] == '-') &&
           sscanf(ours, "%5d.%5d", &major[1], &minor[1]) == 2 && major[0] == major[1] &&
           minor[0] <= minor[1];
}

/* Who names none is served by what the path names. */
static struct err *
check_version(struct rest_request *r)
{
    const char *asked = rest_header_in(r, "Version");
    const struct face_version *ours = version_of(r);

    if (!asked || !ours || (r->route && r->route->verb == REST_VERSIONS) ||
        version_serves(asked, ours->id)) {
        return NULL;
    }
    return err_new(E_NOT_ACCEPTABLE, NULL, "version %s is not supported there; %s is", asked,
                   ours->id);
}

/* Files say themselves what they can be had as. */
static bool
answers_json(const struct route *route)
{
    return route && !(route->flags & REST_UPLOAD) && !(route->verb == REST_ACTION && route->start);
}

/* Does an Accept header take JSON (RFC 9110 12.5.1)?  An order of preference says nothing where
 * there is one form, but for q=0, which refuses it. */
static bool
accepts_json(struct mem *mem, const char *accept)
{
    static const char *const forms[] = {"application/json", "application/*", "*/*", NULL};
    size_t n;
    char **ranges = str_split(mem, accept, ',', &n);

    for (size_t i = 0; i < n; i++) {
        const char *range = ranges[i] + strspn(ranges[i], " \t");
        const char *q = strstr(range, "q=");

        if (str_in(mem_strn(mem, range, strcspn(range, "; \t")), forms) &&
            !(q && strtod(q + 2, NULL) <= 0)) {
            return true;
        }
    }
    return false;
}

static struct err *
check_accept(const struct rest_request *r)
{
    const char *accept = rest_header_in(r, "Accept");

    if (str_empty(accept) || !answers_json(r->route) || accepts_json(r->mem, accept)) {
        return NULL;
    }
    return err_new(E_NOT_ACCEPTABLE, NULL, "there is application/json, not %s", accept);
}

/* "\"4\"" -> "4"; "*" matches whatever is there.  Where ETags are revisions, what is none is no row's (RFC 9110 13.1.1),
 * as a weak tag never matches: 0 is before the first. */
static void
read_if_match(struct rest_request *r)
{
    const char *match = r->op.if_match;
    size_t n = match ? strlen(match) : 0;
    const struct resource *resource = r->route ? r->route->resource : NULL;

    if (match && strcmp(match, "*") == 0) {
        r->op.if_match = NULL;
        return;
    }
    if (n >= 2 && match[0] == '"' && match[n - 1] == '"') {
        r->op.if_match = mem_strn(r->mem, match + 1, n - 2);
    }
    if (match && resource && table_attr(resource->table, "revision_number") &&
        (r->op.if_match[0] == '\0' || r->op.if_match[strspn(r->op.if_match, "0123456789")] != '\0')) {
        r->op.if_match = "0";
    }
}

/* What a body may come as (SOL013 4.2, 6.4: 415); an upload judges its own. */
static struct err *
check_type(const struct rest_request *r)
{
    static const char *const types[] = {"application/json", "application/merge-patch+json", NULL};
    const char *given = rest_header_in(r, "Content-Type");
    const char *type = given ? mem_strn(r->mem, given, strcspn(given, "; \t")) : NULL;
    bool has_body = r->route && !(r->route->flags & (REST_UPLOAD | REST_NO_BODY)) &&
                    strcmp(r->method, "GET") != 0 && strcmp(r->method, "DELETE") != 0;

    for (size_t i = 0; has_body && given && types[i]; i++) {
        has_body = !str_eq_case(type, types[i]); /* RFC 9110 8.3.1 */
    }
    if (!has_body || !given) {
        return NULL;
    }
    return err_new(E_MEDIA_TYPE, NULL, "Content-Type %s is not supported; application/json is",
                   given);
}

static struct err *
begin(struct rest_request *r)
{
    const struct face_version *version = version_of(r);

    r->op.version = version ? atoi(version->id) : 0;
    read_if_match(r);
    TRY(check_version(r));
    TRY(check_accept(r));
    return check_type(r);
}

static void
headers(struct rest_request *r)
{
    const struct face_version *version = version_of(r);

    if (version) {
        rest_header(r, "Version", "%s", version->id);
    }
}

/* GET /vnflcm/api_versions has all, /vnflcm/v2/api_versions those of one major (SOL013 9.3). */
static void
versions(struct rest_request *r, const struct face_version *one)
{
    const char *above = mem_strn(r->mem, r->path, strlen(r->path) - strlen("api_versions"));

    (void)one;
    jw_object(&r->w, NULL);
    jw_str(&r->w, "uriPrefix",
           mem_printf(r->mem, "%s%s", r->base, mem_strn(r->mem, above, strlen(above) - 1)));
    jw_array(&r->w, "apiVersions");
    for (const struct face_version *v = r->face->versions; v->id; v++) {
        if (!str_starts(v->path, above)) {
            continue;
        }
        jw_object(&r->w, NULL);
        jw_str(&r->w, "version", v->id);
        jw_bool(&r->w, "isDeprecated", false);
        jw_end(&r->w);
    }
    jw_end(&r->w);
    jw_end(&r->w);
}

/* ---- lists ------------------------------------------------------------------------ */

struct etsi_list {
    struct rest_request *r;
    const struct filter *filter;
    struct selector selector;
    const struct attr *key;
    int64_t limit;
    int64_t n;
    const char *last;  /* id of the last row shown */
    bool more;
    struct buf scratch;
    struct mem *mem;   /* of one row */
};

/* What python3-tackerclient 1.12 says for exclude_fields. */
#define EXCLUDE_ALIAS "exclude-fields"

static struct err *
check_keys(const struct rest_request *r)
{
    static const char *const known[] = {"filter", "fields", "exclude_fields", "all_fields",
                                        "exclude_default", "nextpage_opaque_marker",
                                        EXCLUDE_ALIAS, NULL};

    vec_each (&r->x->query, pair) {
        if (!str_in(pair->name, known)) {
            return err_new(E_INVALID, NULL, "'%s' is not a query parameter of this list",
                           pair->name);
        }
        if (rest_query(r, pair->name) != pair->value) { /* One of them would count for nothing. */
            return err_new(E_INVALID, NULL, "'%s' is given twice", pair->name);
        }
    }
    return NULL;
}

static const char *const *
comma_list(struct rest_request *r, const char *name)
{
    const char *text = rest_query(r, name);
    const char **list;
    char **parts;
    size_t n;

    if (str_empty(text)) {
        return NULL;
    }
    parts = str_split(r->mem, text, ',', &n);
    list = MEM_ARRAY(r->mem, n + 1, const char *);
    for (size_t i = 0; i < n; i++) {
        list[i] = parts[i];
    }
    return list;
}

static const char *const links_only[] = {"_links", NULL};

static struct err *
read_selector(struct rest_request *r, struct selector *s)
{
    const struct rest_shape *shape = r->route->shape;
    bool exclude_default = rest_query(r, "exclude_default") != NULL;

    s->all = rest_query(r, "all_fields") != NULL;
    s->fields = comma_list(r, "fields");
    s->exclude = comma_list(r, rest_query(r, EXCLUDE_ALIAS) ? EXCLUDE_ALIAS : "exclude_fields");
    s->by_default = exclude_default || (!s->all && !s->fields && !s->exclude);
    s->left_out = shape ? shape->exclude_default : NULL;
    s->always = shape && shape->always ? shape->always : links_only;
    if (s->all + (s->fields != NULL) + (s->exclude != NULL) > 1 ||
        (exclude_default && (s->all || s->exclude))) {
        return err_new(E_INVALID, NULL,
                       "all_fields, fields and exclude_fields exclude each other; exclude_default "
                       "goes with fields only");
    }
    return NULL;
}

static struct err *
read_marker(struct rest_request *r, struct list_query *query)
{
    const char *opaque = rest_query(r, "nextpage_opaque_marker");
    size_t n;

    if (!opaque) {
        return NULL;
    }
    query->marker = base64_to(r->mem, opaque, &n);
    if (!query->marker || n == 0 || !str_utf8(query->marker, n)) {
        return err_new(E_INVALID, NULL, "nextpage_opaque_marker is not one of ours");
    }
    query->marker = mem_strn(r->mem, query->marker, n);
    return NULL;
}

/* Encodes the row by itself, judges it, and writes what is selected of it. */
static struct err *
write_row(void *arg, void *row)
{
    struct etsi_list *list = arg;
    struct rest_request *r = list->r;
    struct jw out = r->w;
    struct mem *mem = r->mem;
    const struct json *json;

    mem_reset(list->mem);
    buf_clear(&list->scratch);
    r->w = jw_to(&list->scratch);
    r->mem = r->op.mem = list->mem;
    verb_row(r, r->route->shape, NULL, row, NULL);
    r->w = out;
    r->mem = r->op.mem = mem;
    if (list->scratch.overflow) {
        r->out.overflow = true; /* of one row or of all of them: this is no answer */
        return answer_whole(r);
    }
    TRY(json_parse(list->mem, list->scratch.data, list->scratch.len, &json));
    if (list->filter && !filter_match(list->filter, json)) {
        return NULL;
    }
    if (list->limit && list->n == list->limit) {
        list->more = true;
        return err_new(E_CANCELLED, NULL, "the page is full");
    }
    selector_write(list->mem, &r->w, NULL, &list->selector, json);
    list->n++;
    list->last = mem_str(r->mem, *(const char *const *)attr_at(list->key, row));
    return NULL;
}

static void
link_next(struct etsi_list *list)
{
    static const char *const drop[] = {"nextpage_opaque_marker", NULL};
    struct rest_request *r = list->r;
    const char *rest = query_without(r, drop);

    rest_header(r, "Link", "<%s%s%s%snextpage_opaque_marker=%s>; rel=\"next\"", r->base, r->path,
                rest, rest[0] ? "&" : "?",
                base64_from(r->mem, list->last, strlen(list->last), true));
}

static struct err *
list(struct tx *tx, struct rest_request *r, struct list_query *query)
{
    AUTO(mem) mem = mem_new("row of a list");
    struct etsi_list list = {.r = r,
                             .mem = mem,
                             .key = table_key(r->route->resource->table),
                             .limit = r->x->rest->config.list_max};
    struct sort *by_key = MEM_ARRAY(r->mem, 2, struct sort);
    struct filter *filter = NULL;
    struct err *e;

    /* The next page begins behind the last key of this one. */
    by_key[0].attr = list.key->name;
    query->sorts = by_key;
    TRY(check_keys(r));
    TRY(read_selector(r, &list.selector));
    TRY(read_marker(r, query));
    if (rest_query(r, "filter")) {
        TRY(filter_parse(r->mem, rest_query(r, "filter"), &filter));
        list.filter = filter;
        query->conds = filter_conds(filter, &r->op, query->conds,
                                    version_of(r) != r->face->versions);
    }
    jw_array(&r->w, NULL);
    e = resource_list(tx, &r->op, query, write_row, &list);
    buf_done(&list.scratch);
    if (e && list.more) {
        err_ignore(e, "the page is full");
        e = NULL;
    }
    TRY(e);
    jw_end(&r->w);
    if (list.more) {
        link_next(&list);
    }
    return NULL;
}

/* ---- single rows --------------------------------------------------------------------- */

/* The revision where the row has one, else a digest of all that is stored of it. */
static const char *
etag_of(struct mem *mem, const void *row)
{
    const struct attr *revision = table_attr(((const struct row *)row)->table, "revision_number");
    const char *text;

    if (revision) {
        return mem_printf(mem, "%lld", (long long)*(const int64_t *)attr_at(revision, row));
    }
    text = row_to_json(mem, row, false);
    return mem_printf(mem, "%016llx", (unsigned long long)hash_bytes(text, strlen(text), 0));
}

/* The engine compares revisions; rows without one are compared here. */
static struct err *
precondition(struct tx *tx, struct rest_request *r)
{
    const char *etag;
    void *row;

    if (!r->op.if_match || table_attr(r->route->resource->table, "revision_number")) {
        return NULL;
    }
    TRY(resource_get(tx, &r->op, r->id, &row));
    etag = etag_of(tx_mem(tx), row);
    if (!str_eq(etag, r->op.if_match)) {
        return err_new(E_PRECONDITION, NULL, "the ETag is \"%s\" now, not \"%s\"", etag,
                       r->op.if_match);
    }
    return NULL;
}

static void
show(struct rest_request *r, const void *row)
{
    rest_header(r, "ETag", "\"%s\"", etag_of(r->mem, row));
}

static void
created(struct rest_request *r, const void *row)
{
    const struct attr *key = table_key(r->route->resource->table);

    rest_header(r, "Location", "%s%s/%s", r->base, r->path,
                *(const char *const *)attr_at(key, row));
    show(r, row);
}

const struct dialect dialect_etsi = {
    .name = "etsi",
    .content_type = "application/json",
    .fault_type = "application/problem+json",
    .faults = &faults,
    .versions_status = 200,
    .without_token = true,
    .majors = true,
    .status = status,
    .fault = fault,
    .unauthenticated = unauthenticated,
    .begin = begin,
    .headers = headers,
    .list = list,
    .precondition = precondition,
    .show = show,
    .created = created,
    .versions = versions,
};
