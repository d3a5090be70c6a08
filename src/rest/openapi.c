/* OpenAPI 3.0 of a face, from its routes and the tables of its resources. */
#include "rest/exchange.h"

#include "base/version.h"

#include <ctype.h>
#include <string.h>

/* ---- schemas ------------------------------------------------------------------- */

static void write_schema(struct jw *w, const char *key, const struct table *table, uint32_t use);

static const char *
type_name(enum attr_type type)
{
    switch (type) {
    case ATTR_T_boolean:
        return "boolean";
    case ATTR_T_integer:
        return "integer";
    case ATTR_T_json:
        return "object";
    case ATTR_T_strs:
    case ATTR_T_refs:
    case ATTR_T_rows:
        return "array";
    case ATTR_T_uuid:
    case ATTR_T_str:
    case ATTR_T_name_enum:
    case ATTR_T_time:
    case ATTR_T_mac:
    case ATTR_T_ip:
    case ATTR_T_cidr:
        break;
    }
    return "string";
}

static const char *
format_name(enum attr_type type)
{
    switch (type) {
    case ATTR_T_time:
        return "date-time";
    case ATTR_T_mac:
        return "mac-address";
    case ATTR_T_ip:
        return "ip-address";
    case ATTR_T_cidr:
        return "cidr";
    case ATTR_T_uuid:
        return "uuid";
    case ATTR_T_boolean:
    case ATTR_T_integer:
    case ATTR_T_json:
    case ATTR_T_strs:
    case ATTR_T_refs:
    case ATTR_T_rows:
    case ATTR_T_str:
    case ATTR_T_name_enum:
        break;
    }
    return NULL;
}

static void
write_items(struct jw *w, const struct attr *attr, uint32_t use)
{
    if (attr->type == ATTR_T_rows) {
        write_schema(w, "items", attr->item, use);
        return;
    }
    jw_object(w, "items");
    jw_str(w, "type", "string");
    jw_end(w);
}

static void
write_limits(struct jw *w, const struct attr *attr)
{
    bool text = attr->type == ATTR_T_str;

    if (!attr->min && !attr->max) {
        return;
    }
    if (attr->type == ATTR_T_integer || (text && attr->min)) {
        jw_int(w, text ? "minLength" : "minimum", attr->min);
    }
    if ((attr->type == ATTR_T_integer || text) && attr->max) {
        jw_int(w, text ? "maxLength" : "maximum", attr->max);
    }
}

static void
write_enum(struct jw *w, const struct attr *attr)
{
    if (!attr->values) {
        return;
    }
    jw_array(w, "enum");
    for (const char *const *value = attr->values; *value; value++) {
        jw_str(w, NULL, *value);
    }
    jw_end(w);
}

/* One row, or a map of them. */
static void
write_object(struct jw *w, const struct attr *attr, uint32_t use)
{
    if (attr->form == ROWS_ONE) {
        write_schema(w, attr_json_name(attr), attr->item, use);
        return;
    }
    jw_object(w, attr_json_name(attr));
    jw_str(w, "type", "object");
    write_schema(w, "additionalProperties", attr->item, use);
    jw_str(w, "description", attr->doc);
    jw_end(w);
}

static void
write_property(struct jw *w, const struct attr *attr, uint32_t use)
{
    if (attr->form != ROWS_LIST) {
        write_object(w, attr, use);
        return;
    }
    jw_object(w, attr_json_name(attr));
    jw_str(w, "type", type_name(attr->type));
    if (format_name(attr->type)) {
        jw_str(w, "format", format_name(attr->type));
    }
    if (!strcmp(type_name(attr->type), "array")) {
        write_items(w, attr, use);
    }
    write_limits(w, attr);
    write_enum(w, attr);
    if (attr->use & NULLABLE) {
        jw_bool(w, "nullable", true);
    }
    if (attr->def && attr->def[0] != GENERATED[0] && (use & POST)) {
        jw_raw(w, "default", attr->def);
    }
    if (attr->doc) {
        jw_str(w, "description", attr->doc);
    }
    jw_end(w);
}

/* Attributes of a request (POST or PUT), of an answer (SHOW), or all (0). */
static bool
takes_part(const struct attr *attr, uint32_t use)
{
    if (attr->use & INTERNAL || (use == SHOW && attr->use & SECRET)) {
        return false;
    }
    return use == 0 || attr->use == 0 || (attr->use & use);
}

static bool
any_required(const struct table *table)
{
    for (size_t i = 0; i < table->n_attrs; i++) {
        if (table->attrs[i].use & REQUIRED) {
            return true;
        }
    }
    return false;
}

static void
write_schema(struct jw *w, const char *key, const struct table *table, uint32_t use)
{
    jw_object(w, key);
    jw_str(w, "type", "object");
    jw_bool(w, "additionalProperties", use == SHOW);
    if ((use & POST || use == 0) && any_required(table)) {
        jw_array(w, "required");
        for (size_t i = 0; i < table->n_attrs; i++) {
            if (table->attrs[i].use & REQUIRED) {
                jw_str(w, NULL, attr_json_name(&table->attrs[i]));
            }
        }
        jw_end(w);
    }
    jw_object(w, "properties");
    for (size_t i = 0; i < table->n_attrs; i++) {
        if (takes_part(&table->attrs[i], use)) {
            write_property(w, &table->attrs[i], use);
        }
    }
    jw_end(w);
    jw_end(w);
}

/* ---- bodies ---------------------------------------------------------------------- */

static const char *
envelope(const struct face *face, const struct route *route)
{
    if (route->shape && route->shape->singular) {
        return route->shape->singular;
    }
    return face->dialect->envelope ? route->resource->singular : "";
}

static void
write_enveloped(struct jw *w, const char *name, const struct table *table, uint32_t use)
{
    if (name[0] == '\0') {
        write_schema(w, "schema", table, use);
        return;
    }
    jw_object(w, "schema");
    jw_str(w, "type", "object");
    jw_object(w, "properties");
    write_schema(w, name, table, use);
    jw_end(w);
    jw_end(w);
}

static void
open_content(struct jw *w, const char *type)
{
    jw_object(w, "content");
    jw_object(w, type);
}

static void
close_content(struct jw *w)
{
    jw_end(w);
    jw_end(w);
}

static void
write_request_body(struct jw *w, const struct face *face, const struct route *route)
{
    bool create = route->verb == REST_CREATE, update = route->verb == REST_UPDATE;

    if (!create && !update && !route->body && !(route->flags & (REST_UPLOAD | REST_FORM_BODY))) {
        return;
    }
    jw_object(w, "requestBody");
    jw_bool(w, "required", true);
    open_content(w, route->flags & REST_UPLOAD      ? "application/octet-stream"
                    : route->flags & REST_FORM_BODY ? "application/x-www-form-urlencoded"
                                                    : "application/json");
    if (route->flags & REST_FORM_BODY) {
        jw_object(w, "schema");
        jw_str(w, "type", "object");
        jw_end(w);
    } else if (route->flags & REST_UPLOAD) {
        jw_object(w, "schema");
        jw_str(w, "type", "string");
        jw_str(w, "format", "binary");
        jw_end(w);
    } else if (route->body) {
        write_enveloped(w, str_or(route->body_key, ""), route->body, 0);
    } else {
        write_enveloped(w, envelope(face, route), route->resource->table, create ? POST : PUT);
    }
    close_content(w);
    jw_end(w);
}

static int
success_status(const struct route *route)
{
    if (route->status) {
        return route->status;
    }
    switch (route->verb) {
    case REST_CREATE:
        return 201;
    case REST_DELETE:
        return 204;
    case REST_LIST:
    case REST_SHOW:
    case REST_UPDATE:
    case REST_TAGS:
    case REST_TAG:
    case REST_ACTION:
    case REST_VERSIONS:
    case REST_N_VERBS:
        break;
    }
    return 200;
}

static void
write_list_schema(struct jw *w, const struct face *face, const struct route *route)
{
    const char *plural =
        route->shape && route->shape->plural ? route->shape->plural : route->resource->plural;
    bool bare = face->dialect->list != NULL;

    jw_object(w, "schema");
    if (!bare) {
        jw_str(w, "type", "object");
        jw_object(w, "properties");
        jw_object(w, plural);
    }
    jw_str(w, "type", "array");
    write_schema(w, "items", route->resource->table, SHOW);
    if (!bare) {
        jw_end(w);
        jw_end(w);
    }
    jw_end(w);
}

static void
write_success(struct jw *w, struct mem *mem, const struct face *face, const struct route *route)
{
    bool row = route->verb == REST_SHOW || route->verb == REST_CREATE || route->verb == REST_UPDATE;

    jw_object(w, mem_printf(mem, "%d", success_status(route)));
    jw_str(w, "description", "Done.");
    if (row || route->verb == REST_LIST) {
        open_content(w, face->dialect->content_type);
        if (row) {
            write_enveloped(w, envelope(face, route), route->resource->table, SHOW);
        } else {
            write_list_schema(w, face, route);
        }
        close_content(w);
    }
    jw_end(w);
}

static void
write_responses(struct jw *w, struct mem *mem, const struct face *face, const struct route *route)
{
    jw_object(w, "responses");
    write_success(w, mem, face, route);
    jw_object(w, "default");
    jw_str(w, "description", "A fault, in the form of this API.");
    open_content(w, face->dialect->fault_type);
    jw_object(w, "schema");
    jw_str(w, "type", "object");
    jw_end(w);
    close_content(w);
    jw_end(w);
    jw_end(w);
}

/* ---- operations --------------------------------------------------------------------- */

static void
write_parameter(struct jw *w, const char *name, const char *in, const char *doc)
{
    jw_object(w, NULL);
    jw_str(w, "name", name);
    jw_str(w, "in", in);
    if (str_eq(in, "path")) {
        jw_bool(w, "required", true);
    }
    if (doc) {
        jw_str(w, "description", doc);
    }
    jw_object(w, "schema");
    jw_str(w, "type", "string");
    jw_end(w);
    jw_end(w);
}

static void
write_path_parameters(struct jw *w, struct mem *mem, const char *path)
{
    for (const char *open = strchr(path, '{'); open; open = strchr(open + 1, '{')) {
        write_parameter(w, mem_strn(mem, open + 1, strcspn(open + 1, "}")), "path", NULL);
    }
}

static void
write_query_parameters(struct jw *w, const struct face *face, const struct route *route)
{
    const struct query_words *words = face->dialect->words;
    const struct table *table = route->resource->table;

    if (!words) {
        write_parameter(w, "filter", "query", "Attribute-based filter (SOL013 5.2).");
        write_parameter(w, "fields", "query", "Attributes to show although left out by default.");
        write_parameter(w, "exclude_fields", "query", "Attributes to leave out.");
        write_parameter(w, "nextpage_opaque_marker", "query", "From the Link header.");
        return;
    }
    write_parameter(w, words->limit, "query", "Rows a page at most.");
    write_parameter(w, words->marker, "query", "Last id of the page before.");
    for (size_t i = 0; i < table->n_attrs; i++) {
        if (table->attrs[i].use & FILTER) {
            write_parameter(w, attr_json_name(&table->attrs[i]), "query", table->attrs[i].doc);
        }
    }
}

static const char *
summary_of(struct mem *mem, const struct route *route)
{
    static const char *const verbs[REST_N_VERBS] = {
        [REST_LIST] = "List",     [REST_SHOW] = "Show one of",
        [REST_CREATE] = "Create one of", [REST_UPDATE] = "Update one of",
        [REST_DELETE] = "Delete one of", [REST_TAGS] = "Tags of",
        [REST_TAG] = "One tag of",
    };

    if (route->doc) {
        return route->doc;
    }
    if (route->verb == REST_VERSIONS) {
        return "Versions of this API.";
    }
    return route->resource && verbs[route->verb]
               ? mem_printf(mem, "%s the %s.", verbs[route->verb], route->resource->plural)
               : "Action.";
}

static const char *
lower(struct mem *mem, const char *method)
{
    char *copy = mem_str(mem, method);

    for (char *c = copy; *c; c++) {
        *c = (char)tolower((unsigned char)*c);
    }
    return copy;
}

static void
write_operation(struct jw *w, struct mem *mem, const struct face *face, const struct route *route,
                const char *method)
{
    jw_object(w, lower(mem, method));
    jw_str(w, "summary", summary_of(mem, route));
    jw_array(w, "parameters");
    write_path_parameters(w, mem, route->path);
    if (route->verb == REST_LIST) {
        write_query_parameters(w, face, route);
    }
    jw_end(w);
    if (route->flags & REST_PUBLIC) {
        jw_array(w, "security");
        jw_end(w);
    }
    write_request_body(w, face, route);
    write_responses(w, mem, face, route);
    jw_end(w);
}

static void
write_methods(struct jw *w, struct mem *mem, const struct face *face, const struct route *route)
{
    static const char *const all[] = {"GET", "PUT", "DELETE", NULL};

    if (!str_eq(route->method, "*")) {
        write_operation(w, mem, face, route, route->method);
        return;
    }
    for (const char *const *method = all; *method; method++) {
        write_operation(w, mem, face, route, *method);
    }
}

static bool
path_before(const struct face *face, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (str_eq(face->routes[i].path, face->routes[at].path)) {
            return true;
        }
    }
    return false;
}

static void
write_paths(struct jw *w, struct mem *mem, const struct face *face)
{
    jw_object(w, "paths");
    for (size_t i = 0; i < face->n_routes; i++) {
        if (path_before(face, i)) {
            continue;
        }
        jw_object(w, face->routes[i].path);
        for (size_t j = i; j < face->n_routes; j++) {
            if (str_eq(face->routes[i].path, face->routes[j].path)) {
                write_methods(w, mem, face, &face->routes[j]);
            }
        }
        jw_end(w);
    }
    jw_end(w);
}

static void
write_security(struct jw *w)
{
    jw_object(w, "components");
    jw_object(w, "securitySchemes");
    jw_object(w, "token");
    jw_str(w, "type", "apiKey");
    jw_str(w, "in", "header");
    jw_str(w, "name", "X-Auth-Token");
    jw_end(w);
    jw_end(w);
    jw_end(w);
    jw_array(w, "security");
    jw_object(w, NULL);
    jw_array(w, "token");
    jw_end(w);
    jw_end(w);
    jw_end(w);
}

void
rest_openapi(const struct face *face, struct buf *out)
{
    AUTO(mem) mem = mem_new("openapi");
    struct jw writer = jw_to(out), *w = &writer;

    jw_object(w, NULL);
    jw_str(w, "openapi", "3.0.3");
    jw_object(w, "info");
    jw_str(w, "title", str_or(face->title, face->name));
    jw_str(w, "description", str_or(face->doc, ""));
    jw_str(w, "version",
           face->versions && face->versions[0].id ? face->versions[0].id : carrick_version);
    jw_end(w);
    write_security(w);
    write_paths(w, mem, face);
    jw_end(w);
}
