/* The image face: Image API v2. */
#include "faces/faces.h"
#include "image/image.h"


#include <string.h>

#define PROPERTIES_MAX 128
#define PROPERTY_MAX 255

static struct image_service *
service_of(const struct rest_request *r)
{
    return r->op.user;
}

/* ---- shape ------------------------------------------------------------------- */

static void
write_stores(struct jw *w, const struct image *image)
{
    if (str_eq(image->status, "active")) {
        jw_str(w, "stores", "file");
    }
}

static void
image_extra(struct rest_request *r, struct jw *w, const void *row)
{
    const struct image *image = row;

    jw_str(w, "self", mem_printf(r->mem, "/v2/images/%s", image->id));
    jw_str(w, "file", mem_printf(r->mem, "/v2/images/%s/file", image->id));
    jw_str(w, "schema", "/v2/schemas/image");
    write_stores(w, image);
    json_each (image->properties, i) {
        jw_json(w, image->properties->keys[i], image->properties->items[i]);
    }
}

/* Names that the answer has beside the table's. */
static bool
is_reserved(const char *name)
{
    static const char *const reserved[] = {"self",   "file",      "schema",   "stores",
                                           "direct_url", "locations", "properties", NULL};

    return str_in(name, reserved);
}

static const struct attr *
base_attr(const char *name)
{
    const struct attr *attr = table_attr_json(&image_table, name);

    return attr && !(attr->use & INTERNAL) ? attr : NULL;
}

static struct err *
check_property(const char *name, const struct json *value)
{
    if (is_reserved(name)) {
        return err_new(E_FORBIDDEN, NULL, "Attribute '%s' is reserved.", name);
    }
    if (!json_is(value, JSON_T_STR)) {
        return err_new(E_INVALID, NULL,
                       "Provided object does not match schema 'image': '%s' is not of type "
                       "'string'",
                       name);
    }
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): null is no string */
    if (name[0] == '\0' || strlen(name) > PROPERTY_MAX || value->n > 65535) {
        return err_new(E_INVALID, NULL,
                       "Provided object does not match schema 'image': property '%.40s' is too "
                       "long",
                       name);
    }
    return NULL;
}

/* An object made of some members of another. */
static struct json *
object_new(struct mem *mem, size_t room)
{
    struct json *obj = MEM_NEW(mem, struct json);

    obj->type = JSON_T_OBJECT;
    obj->keys = MEM_ARRAY(mem, room + 1, const char *);
    obj->items = MEM_ARRAY(mem, room + 1, const struct json *);
    return obj;
}

static void
object_set(struct json *obj, const char *key, const struct json *value)
{
    for (size_t i = 0; i < obj->n; i++) {
        if (strcmp(obj->keys[i], key) == 0) {
            obj->items[i] = value;
            return;
        }
    }
    obj->keys[obj->n] = key;
    obj->items[obj->n++] = value;
}

/* The flat body in two: attributes of the table, and free properties, which
 * wait in r->state until the row is there. */
static struct err *
image_rewrite(struct rest_request *r, const struct json *body, const struct json **out)
{
    struct json *attrs = object_new(r->mem, body->n), *properties = object_new(r->mem, body->n);
    struct err *faults = NULL;

    json_each (body, i) {
        if (base_attr(body->keys[i])) {
            object_set(attrs, body->keys[i], body->items[i]);
        } else {
            faults = err_join(faults, check_property(body->keys[i], body->items[i]));
            object_set(properties, body->keys[i], body->items[i]);
        }
    }
    if (properties->n > PROPERTIES_MAX) {
        faults = err_join(faults, err_new(E_TOO_LARGE, NULL, "An image has at most %d properties.",
                                          PROPERTIES_MAX));
    }
    r->state = properties;
    *out = attrs;
    return faults;
}

static struct err *
image_decoded(struct rest_request *r, void *row, enum row_decode_mode mode)
{
    struct image *image = row;

    if (mode == ROW_CREATE) {
        image->properties = r->state;
        row_give(&image->row, "properties");
    }
    return NULL;
}

/* Hidden images and other projects' community images are listed only where
 * they are asked for. */
static struct err *
image_query(struct rest_request *r, struct list_query *query)
{
    if (r->route->verb != REST_LIST) {
        return NULL;
    }
    if (!rest_query(r, "os_hidden")) {
        rest_cond(query, (struct cond)COND("os_hidden", "false"));
    }
    if (!rest_query(r, "visibility")) {
        const char **args = MEM_ARRAY(r->mem, 2, const char *);

        args[0] = str_or(r->caller.project_id, "");
        query->where = (struct sql){
            .text = "t.visibility <> 'community' OR t.project_id = ?", .args = args};
    }
    if (!rest_query(r, "sort_key") && !rest_query(r, "sort")) {
        query->sorts = MEM_ARRAY(r->mem, 2, struct sort);
        query->sorts[0] = (struct sort){.attr = "created_at", .descending = true};
    }
    return NULL;
}

static struct err *
image_filter(struct rest_request *r, const char *name, const char *const *values,
             struct list_query *query, bool *known)
{
    (void)r;
    if (str_eq(name, "tag")) {
        query->tags = values;
        *known = true;
    } else if (str_eq(name, "member_status") ||
               (str_eq(name, "visibility") && str_eq(values[0], "all"))) {
        *known = true;
    }
    return NULL;
}

static const struct rest_shape image_shape = {
    .extra = image_extra,
    .rewrite = image_rewrite,
    .decoded = image_decoded,
    .query = image_query,
    .filter = image_filter,
};

/* ---- JSON patch ----------------------------------------------------------------- */

struct image_patch {
    void *row;              /* attributes of the table */
    struct json *set;       /* properties to set */
    struct strs removed;    /* properties to remove */
    struct strs must_exist; /* properties that 'replace' names */
};

/* "/a~1b" -> "a/b"; null where it is not the path of one member (RFC 6901). */
static const char *
pointer_name(struct mem *mem, const char *path)
{
    AUTO_BUF out = BUF_INIT;

    if (!path || path[0] != '/' || strchr(path + 1, '/')) {
        return NULL;
    }
    for (const char *c = path + 1; *c; c++) {
        if (*c == '~' && (c[1] == '0' || c[1] == '1')) {
            buf_char(&out, *++c == '0' ? '~' : '/');
        } else {
            buf_char(&out, *c);
        }
    }
    return buf_copy(mem, &out);
}

static struct err *
patch_attr(const struct attr *attr, const char *name, const char *op, const struct json *value,
           struct json *attrs)
{
    if (!(attr->use & PUT)) {
        return err_new(E_FORBIDDEN, NULL, "Attribute '%s' is read-only.", name);
    }
    if (str_eq(op, "remove")) {
        return err_new(E_FORBIDDEN, NULL, "Property %s may not be removed.", name);
    }
    object_set(attrs, name, value);
    return NULL;
}

static struct err *
patch_property(const char *name, const char *op, const struct json *value,
               struct image_patch *patch)
{
    if (str_eq(op, "remove")) {
        patch->removed.items[patch->removed.n++] = name;
        return NULL;
    }
    if (str_eq(op, "replace")) {
        patch->must_exist.items[patch->must_exist.n++] = name;
    }
    TRY(check_property(name, value));
    object_set(patch->set, name, value);
    return NULL;
}

static struct err *
patch_one(struct rest_request *r, const struct json *change, struct json *attrs,
          struct image_patch *patch)
{
    static const char *const ops[] = {"add", "replace", "remove", NULL};
    const char *op = json_get_str(change, "op");
    const char *name = pointer_name(r->mem, json_get_str(change, "path"));
    const struct json *value = json_get(change, "value");
    const struct attr *attr;

    if (!op || !str_in(op, ops) || !name) {
        return err_new(E_INVALID, NULL,
                       "Operations of the patch have op add, replace or remove and the path of a "
                       "member.");
    }
    if (!value && !str_eq(op, "remove")) {
        return err_new(E_INVALID, NULL, "Operation \"%s\" requires a member named \"value\".", op);
    }
    attr = base_attr(name);
    return attr ? patch_attr(attr, name, op, value, attrs)
                : patch_property(name, op, value, patch);
}

static struct err *
check_patch_type(const struct rest_request *r)
{
    static const char *const types[] = {"application/openstack-images-v2.1-json-patch",
                                        "application/openstack-images-v2.0-json-patch", NULL};
    const char *type = rest_header_in(r, "Content-Type");

    if (!type || !str_in(type, types)) {
        return err_new(E_MEDIA_TYPE, NULL,
                       "The request media type %s is not supported by this server.",
                       str_or(type, "(none)"));
    }
    return NULL;
}

static struct err *
patch_prepare(struct rest_request *r)
{
    struct image_patch *patch = MEM_NEW(r->mem, struct image_patch);
    size_t room = r->body ? r->body->n : 0;
    struct json *attrs = object_new(r->mem, room);
    struct err *faults = NULL;

    TRY(check_patch_type(r));
    if (!json_is(r->body, JSON_T_ARRAY)) {
        return err_new(E_INVALID, NULL, "Request body must be a JSON array of operation objects.");
    }
    patch->set = object_new(r->mem, room);
    patch->removed.items = MEM_ARRAY(r->mem, room + 1, const char *);
    patch->must_exist.items = MEM_ARRAY(r->mem, room + 1, const char *);
    json_each (r->body, i) {
        faults = err_join(faults, patch_one(r, r->body->items[i], attrs, patch));
    }
    TRY(faults);
    r->state = patch;
    r->op.resource = &image_resource;
    return resource_decode(&r->op, attrs, ROW_UPDATE, &patch->row);
}

static struct err *
drop_property(struct json *properties, const char *name)
{
    for (size_t i = 0; i < properties->n; i++) {
        if (strcmp(properties->keys[i], name) == 0) {
            properties->n--;
            properties->keys[i] = properties->keys[properties->n];
            properties->items[i] = properties->items[properties->n];
            return NULL;
        }
    }
    return err_new(E_CONFLICT, NULL, "Property %s does not exist.", name);
}

static struct err *
merge_properties(struct mem *mem, const struct json *have, const struct image_patch *patch,
                 const struct json **out)
{
    struct json *merged = object_new(mem, (have ? have->n : 0) + patch->set->n);

    json_each (have, i) {
        object_set(merged, have->keys[i], have->items[i]);
    }
    for (size_t i = 0; i < patch->must_exist.n; i++) {
        if (!json_get(merged, patch->must_exist.items[i])) {
            return err_new(E_CONFLICT, NULL, "Property %s does not exist.",
                           patch->must_exist.items[i]);
        }
    }
    json_each (patch->set, i) {
        object_set(merged, patch->set->keys[i], patch->set->items[i]);
    }
    for (size_t i = 0; i < patch->removed.n; i++) {
        TRY(drop_property(merged, patch->removed.items[i]));
    }
    *out = merged;
    return merged->n <= PROPERTIES_MAX ? NULL
                                       : err_new(E_TOO_LARGE, NULL,
                                                 "An image has at most %d properties.",
                                                 PROPERTIES_MAX);
}

static struct err *
patch_image(struct tx *tx, struct rest_request *r)
{
    const struct image_patch *patch = r->state;
    struct image *change = row_copy(tx_mem(tx), patch->row);
    const struct json *properties = NULL;
    void *have, *made;

    r->op.resource = &image_resource;
    TRY(resource_get(tx, &r->op, r->id, &have));
    TRY(merge_properties(tx_mem(tx), ((const struct image *)have)->properties, patch,
                         &properties));
    change->properties = properties;
    row_give(&change->row, "properties");
    TRY(resource_update(tx, &r->op, r->id, change, &made));
    rest_write_row(r, &image_resource, &image_shape, made);
    return NULL;
}

/* ---- data ------------------------------------------------------------------------- */

static struct err *
upload_begin(struct rest_request *r)
{
    struct image_upload *upload;

    if (!str_eq(rest_header_in(r, "Content-Type"), "application/octet-stream")) {
        return err_new(E_MEDIA_TYPE, NULL,
                       "The request media type %s is not supported by this server.",
                       str_or(rest_header_in(r, "Content-Type"), "(none)"));
    }
    r->op.resource = &image_resource;
    TRY(image_upload_begin(service_of(r), &r->op, r->id, &upload));
    r->state = upload;
    return NULL;
}

static struct err *
upload_piece(struct rest_request *r, const void *data, size_t n)
{
    return image_upload_piece(r->state, data, n);
}

/* What is left to do takes long and belongs on the image pool: see .start. */
static struct err *
upload_end(struct rest_request *r)
{
    (void)r;
    return NULL;
}

static void
upload_abort(struct rest_request *r)
{
    image_upload_abort(r->state);
}

static void
finish_upload(void *arg)
{
    struct rest_request *r = arg;

    rest_finish(r, image_upload_end(r->state));
}

static struct err *
upload_start(struct rest_request *r)
{
    struct err *e = pool_run(image_pool(service_of(r)), finish_upload, r);

    if (e) {
        image_upload_abort(r->state);
    }
    return e;
}

static const struct rest_upload upload = {upload_begin, upload_piece, upload_end, upload_abort};

static struct err *
download(struct tx *tx, struct rest_request *r)
{
    const struct image *image;
    void *row;
    int fd;

    r->op.resource = &image_resource;
    TRY(resource_get(tx, &r->op, r->id, &row));
    image = row;
    if (str_eq(image->status, "deactivated") && !r->caller.is_admin) {
        return err_new(E_FORBIDDEN, NULL, "The requested image has been deactivated. Image data "
                                          "download is forbidden.");
    }
    if (image->size == INT_NULL) {
        r->status = 204;
        return NULL;
    }
    TRY(image_open(service_of(r), image, &fd));
    rest_header(r, "Content-MD5", "%s", image->checksum);
    rest_answer_file(r, fd, 0, image->size, "application/octet-stream");
    return NULL;
}

static struct err *
removed(struct rest_request *r)
{
    image_remove_file(service_of(r), r->id);
    return NULL;
}

/* ---- deactivation -------------------------------------------------------------------- */

static struct err *
set_active(struct tx *tx, struct rest_request *r)
{
    bool active = strstr(r->path, "reactivate") != NULL;
    const char *from = active ? "deactivated" : "active", *to = active ? "active" : "deactivated";
    struct image *image;
    void *row;

    r->op.resource = &image_resource;
    TRY(resource_get(tx, &r->op, r->id, &row));
    image = row_copy(tx_mem(tx), row);
    if (str_eq(image->status, to)) {
        return NULL;
    }
    if (!str_eq(image->status, from)) {
        return err_new(E_FORBIDDEN, NULL,
                       "Not allowed to %s image in status '%s'",
                       active ? "reactivate" : "deactivate", image->status);
    }
    image->status = to;
    return row_update(tx, row, image);
}

/* ---- schemas --------------------------------------------------------------------------- */

static void
write_types(struct jw *w, const struct attr *attr)
{
    const char *type = attr->type == ATTR_T_boolean   ? "boolean"
                       : attr->type == ATTR_T_integer ? "integer"
                       : attr->type == ATTR_T_strs    ? "array"
                                                      : "string";

    if (!(attr->use & NULLABLE)) {
        jw_str(w, "type", type);
        return;
    }
    jw_array(w, "type");
    jw_str(w, NULL, "null");
    jw_str(w, NULL, type);
    jw_end(w);
}

static void
write_schema_enum(struct jw *w, const struct attr *attr)
{
    if (!attr->values) {
        return;
    }
    jw_array(w, "enum");
    if (attr->use & NULLABLE) {
        jw_null(w, NULL);
    }
    for (const char *const *value = attr->values; *value; value++) {
        jw_str(w, NULL, *value);
    }
    jw_end(w);
}

static void
write_schema_property(struct jw *w, const struct attr *attr)
{
    jw_object(w, attr_json_name(attr));
    write_types(w, attr);
    write_schema_enum(w, attr);
    if (attr->type == ATTR_T_strs) {
        jw_object(w, "items");
        jw_str(w, "type", "string");
        jw_int(w, "maxLength", 255);
        jw_end(w);
    } else if (attr->type == ATTR_T_str && attr->max) {
        jw_int(w, "maxLength", attr->max);
    }
    if (!(attr->use & (POST | PUT))) {
        jw_bool(w, "readOnly", true);
    }
    jw_str(w, "description", attr->doc);
    jw_end(w);
}

static void
write_link_property(struct jw *w, const char *name, const char *doc)
{
    jw_object(w, name);
    jw_str(w, "type", "string");
    jw_bool(w, "readOnly", true);
    jw_str(w, "description", doc);
    jw_end(w);
}

static void
write_image_schema(struct jw *w, const char *key)
{
    jw_object(w, key);
    jw_str(w, "name", "image");
    jw_object(w, "properties");
    for (size_t i = 0; i < image_table.n_attrs; i++) {
        if (!(image_table.attrs[i].use & INTERNAL)) {
            write_schema_property(w, &image_table.attrs[i]);
        }
    }
    write_link_property(w, "self", "An image self url");
    write_link_property(w, "file", "An image file url");
    write_link_property(w, "schema", "An image schema url");
    jw_end(w);
    jw_object(w, "additionalProperties");
    jw_str(w, "type", "string");
    jw_end(w);
    jw_end(w);
}

static struct err *
schema_image(struct rest_request *r)
{
    write_image_schema(&r->w, NULL);
    rest_finish(r, NULL);
    return NULL;
}

static struct err *
schema_images(struct rest_request *r)
{
    struct jw *w = &r->w;

    jw_object(w, NULL);
    jw_str(w, "name", "images");
    jw_object(w, "properties");
    jw_object(w, "images");
    jw_str(w, "type", "array");
    write_image_schema(w, "items");
    jw_end(w);
    write_link_property(w, "first", "First page");
    write_link_property(w, "next", "Next page");
    write_link_property(w, "schema", "Schema of this list");
    jw_end(w);
    jw_end(w);
    rest_finish(r, NULL);
    return NULL;
}

static struct err *
info_stores(struct rest_request *r)
{
    struct jw *w = &r->w;

    jw_object(w, NULL);
    jw_array(w, "stores");
    jw_object(w, NULL);
    jw_str(w, "id", "file");
    jw_str(w, "default", "true");
    jw_end(w);
    jw_end(w);
    jw_end(w);
    rest_finish(r, NULL);
    return NULL;
}

/* Data comes by PUT only: no import. */
static struct err *
info_import(struct rest_request *r)
{
    struct jw *w = &r->w;

    jw_object(w, NULL);
    jw_object(w, "import-methods");
    jw_str(w, "description", "Import methods available.");
    jw_str(w, "type", "array");
    jw_array(w, "value");
    jw_end(w);
    jw_end(w);
    jw_end(w);
    rest_finish(r, NULL);
    return NULL;
}

/* ---- routes ------------------------------------------------------------------------------ */

#define PLAIN(path_, fn_, doc_)                                                                    \
    {.method = "GET", .path = path_, .verb = REST_ACTION, .start = fn_, .doc = doc_}
#define SWITCH(name_, doc_)                                                                        \
    {.method = "POST", .path = "/v2/images/{id}/actions/" name_, .verb = REST_ACTION,              \
     .rule = "image_admin", .flags = REST_NO_BODY, .status = 204, .write = set_active, .doc = doc_}

static const struct route routes[] = {
    {.method = "GET", .path = "/", .verb = REST_VERSIONS, .flags = REST_PUBLIC},
    {.method = "GET", .path = "/versions", .verb = REST_VERSIONS, .flags = REST_PUBLIC,
     .status = 200},
    REST_VERB("GET", "/v2/images", REST_LIST, &image_resource, &image_shape),
    REST_VERB("POST", "/v2/images", REST_CREATE, &image_resource, &image_shape),
    REST_VERB("GET", "/v2/images/{id}", REST_SHOW, &image_resource, &image_shape),
    {.method = "PATCH", .path = "/v2/images/{id}", .verb = REST_ACTION, .flags = REST_ANY_BODY,
     .status = 200, .prepare = patch_prepare, .write = patch_image,
     .doc = "Changes an image by a JSON patch (RFC 6902, one level)."},
    {.method = "DELETE", .path = "/v2/images/{id}", .verb = REST_DELETE,
     .resource = &image_resource, .committed = removed},
    {.method = "PUT", .path = "/v2/images/{id}/file", .verb = REST_ACTION, .status = 204,
     .flags = REST_UPLOAD, .upload = &upload, .start = upload_start,
     .doc = "Uploads the data of a queued image."},
    {.method = "GET", .path = "/v2/images/{id}/file", .verb = REST_ACTION, .read = download,
     .doc = "Downloads the data."},
    {.method = "*", .path = "/v2/images/{id}/tags/{tag}", .verb = REST_TAG,
     .resource = &image_resource, .status = 204},
    SWITCH("deactivate", "Forbids downloads of an image."),
    SWITCH("reactivate", "Allows downloads again."),
    PLAIN("/v2/schemas/image", schema_image, "JSON schema of an image."),
    PLAIN("/v2/schemas/images", schema_images, "JSON schema of a list of images."),
    PLAIN("/v2/info/stores", info_stores, "Where data is kept."),
    PLAIN("/v2/info/import", info_import, "Ways of import: none."),
};

static const struct face_version versions[] = {
    {.id = "v2.9", .status = "CURRENT", .path = "/v2/"},
    {.id = "v2.7", .status = "SUPPORTED", .path = "/v2/"},
    {.id = "v2.6", .status = "SUPPORTED", .path = "/v2/"},
    {.id = "v2.5", .status = "SUPPORTED", .path = "/v2/"},
    {.id = "v2.4", .status = "SUPPORTED", .path = "/v2/"},
    {.id = "v2.3", .status = "SUPPORTED", .path = "/v2/"},
    {.id = "v2.2", .status = "SUPPORTED", .path = "/v2/"},
    {.id = "v2.1", .status = "SUPPORTED", .path = "/v2/"},
    {.id = "v2.0", .status = "SUPPORTED", .path = "/v2/"},
    {.id = NULL},
};

const struct face glance_face = {
    .name = "glance",
    .title = "Image",
    .doc = "Images that servers are started from, as Image API v2 has them.",
    .service = "image",
    .dialect = &dialect_glance,
    .versions = versions,
    REST_ROUTES(routes),
};
