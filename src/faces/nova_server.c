/* Servers as Nova takes and shows them, by microversion, and their actions. */
#include "faces/nova.h"

#include "base/vec.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

struct compute_service *
nova_service(const struct rest_request *r)
{
    return r->mount->user;
}

static void
write_link(struct jw *w, const char *rel, const char *href)
{
    jw_object(w, NULL);
    jw_str(w, "rel", rel);
    jw_str(w, "href", href);
    jw_end(w);
}

void
nova_links(struct rest_request *r, struct jw *w, const char *kind, const char *id)
{
    jw_array(w, "links");
    write_link(w, "self", mem_printf(r->mem, "%s/v2.1/%s/%s", r->base, kind, id));
    write_link(w, "bookmark", mem_printf(r->mem, "%s/%s/%s", r->base, kind, id));
    jw_end(w);
}

struct err *
nova_server_look(struct tx *tx, struct rest_request *r, struct server **server)
{
    struct err *e;
    void *row;

    r->op.resource = &server_resource;
    e = resource_get(tx, &r->op, r->id, &row);
    if (err_is(e, E_NOT_FOUND)) {
        err_ignore(e, "told in Nova's words");
        return err_new(E_NOT_FOUND, "InstanceNotFound", "Instance %s could not be found.", r->id);
    }
    TRY(e);
    *server = row;
    return NULL;
}

/* ---- showing ------------------------------------------------------------------------------- */

static void
bookmark(struct rest_request *r, struct jw *w, const char *kind, const char *id)
{
    jw_array(w, "links");
    write_link(w, "bookmark", mem_printf(r->mem, "%s/%s/%s", r->base, kind, id));
    jw_end(w);
}

/* Since 2.47 what the flavor said when the server was made, not a link to what may be gone. */
static void
write_flavor(struct rest_request *r, struct jw *w, const struct server *server)
{
    jw_object(w, "flavor");
    if (r->op.version < 247) {
        jw_str(w, "id", server->flavor_id);
        bookmark(r, w, "flavors", server->flavor_id);
    } else {
        jw_int(w, "vcpus", server->vcpus);
        jw_int(w, "ram", server->ram);
        jw_int(w, "disk", server->disk);
        jw_int(w, "ephemeral", 0);
        jw_int(w, "swap", 0);
        jw_str(w, "original_name", server->flavor_name);
        jw_json(w, "extra_specs", server->extra_specs);
    }
    jw_end(w);
}

static void
write_time(struct jw *w, const char *key, int64_t at, enum time_form form)
{
    char text[TIME_TEXT_SIZE];

    jw_str(w, key, at == TIME_NULL ? NULL : time_text(text, at, form));
}

static void
write_fault(struct rest_request *r, struct jw *w, const struct server *server)
{
    if (!str_eq(server->vm_state, "error")) {
        return;
    }
    jw_object(w, "fault");
    jw_int(w, "code", 500);
    write_time(w, "created", server->fault_at, TIME_Z);
    jw_str(w, "message", str_or(server->fault_message, ""));
    if (r->caller.is_admin) {
        jw_str(w, "details", str_or(server->fault_message, ""));
    }
    jw_end(w);
}

/* Letters, digits and dashes of the name. */
static const char *
host_name(struct mem *mem, const char *name)
{
    char *out = mem_str(mem, name);
    size_t n = 0;

    for (const char *c = name; *c && n < 63; c++) {
        if (isalnum((unsigned char)*c)) {
            out[n++] = (char)tolower((unsigned char)*c);
        } else if (n > 0 && out[n - 1] != '-') {
            out[n++] = '-';
        }
    }
    while (n > 0 && out[n - 1] == '-') {
        n--;
    }
    out[n] = '\0';
    return n ? out : "server";
}

/* What only administrators see (Nova's default policies). */
static void
write_admin(struct rest_request *r, struct jw *w, const struct server *server)
{
    if (!r->caller.is_admin) {
        return;
    }
    jw_str(w, "OS-EXT-SRV-ATTR:host", server->host);
    jw_str(w, "OS-EXT-SRV-ATTR:hypervisor_hostname", server->host);
    jw_str(w, "OS-EXT-SRV-ATTR:instance_name", server->id);
    if (r->op.version >= 203) {
        jw_str(w, "OS-EXT-SRV-ATTR:reservation_id", server->reservation_id);
        jw_int(w, "OS-EXT-SRV-ATTR:launch_index", 0);
        jw_str(w, "OS-EXT-SRV-ATTR:hostname", host_name(r->mem, server->name));
        jw_str(w, "OS-EXT-SRV-ATTR:kernel_id", "");
        jw_str(w, "OS-EXT-SRV-ATTR:ramdisk_id", "");
        jw_null(w, "OS-EXT-SRV-ATTR:root_device_name");
        jw_str(w, "OS-EXT-SRV-ATTR:user_data", server->user_data);
    }
    if (r->op.version >= 216) {
        bool up = nova_service(r)->sync && site_sync_connected(nova_service(r)->sync);

        jw_str(w, "host_status", up ? "UP" : "DOWN");
    }
}

static void
write_newer(struct rest_request *r, struct jw *w, const struct server *server)
{
    int version = r->op.version;

    if (version >= 209) {
        jw_bool(w, "locked", false);
    }
    if (version >= 219) {
        jw_str(w, "description", server->description);
    }
    if (version >= 226) {
        jw_array(w, "tags");
        for (size_t i = 0; i < server->tags.n; i++) {
            jw_str(w, NULL, server->tags.items[i]);
        }
        jw_end(w);
    }
    if (version >= 263) {
        jw_null(w, "trusted_image_certificates");
    }
    if (version >= 271 && r->route->verb != REST_LIST) {
        jw_array(w, "server_groups");
        jw_end(w);
    }
    if (version >= 273) {
        jw_null(w, "locked_reason");
    }
}

static void
write_states(struct jw *w, const struct server *server)
{
    const char *status = server_status(server);

    jw_str(w, "status", status);
    jw_str(w, "OS-EXT-STS:vm_state", server->vm_state);
    jw_str(w, "OS-EXT-STS:task_state",
           str_eq(server->task_state, "rebooting_hard") ? "rebooting" : server->task_state);
    jw_int(w, "OS-EXT-STS:power_state", server->power_state);
    write_time(w, "OS-SRV-USG:launched_at", server->launched_at, TIME_NAIVE_US);
    jw_null(w, "OS-SRV-USG:terminated_at");
    if (!str_eq(status, "SHUTOFF") && !str_eq(status, "ERROR")) {
        jw_int(w, "progress", 0);
    }
}

/* The same for all servers of a project on this host, and tells nothing else. */
static const char *
host_id(struct rest_request *r, const struct server *server)
{
    const char *text = mem_printf(r->mem, "%s %s", server->project_id, server->host);

    return mem_printf(r->mem, "%016" PRIx64 "%016" PRIx64, hash_bytes(text, strlen(text), 1),
                      hash_bytes(text, strlen(text), 2));
}

static void
server_full(struct rest_request *r, struct jw *w, const void *row)
{
    const struct server *server = row;

    jw_str(w, "id", server->id);
    jw_str(w, "name", server->name);
    jw_str(w, "tenant_id", server->project_id);
    jw_str(w, "user_id", server->user_id);
    write_states(w, server);
    jw_str(w, "hostId", host_id(r, server));
    jw_object(w, "image");
    jw_str(w, "id", server->image_ref);
    bookmark(r, w, "images", server->image_ref);
    jw_end(w);
    write_flavor(r, w, server);
    write_time(w, "created", server->created_at, TIME_Z);
    write_time(w, "updated", server->updated_at, TIME_Z);
    jw_json(w, "addresses", server->addresses);
    jw_str(w, "accessIPv4", server->access_ipv4);
    jw_str(w, "accessIPv6", server->access_ipv6);
    jw_json(w, "metadata", server->metadata);
    jw_str(w, "OS-DCF:diskConfig", "MANUAL");
    jw_str(w, "OS-EXT-AZ:availability_zone", server->availability_zone);
    jw_str(w, "config_drive", server->config_drive ? "True" : "");
    jw_null(w, "key_name");
    if (server->security_groups && server->security_groups->n > 0) {
        jw_json(w, "security_groups", server->security_groups);
    }
    jw_array(w, "os-extended-volumes:volumes_attached");
    jw_end(w);
    nova_links(r, w, "servers", server->id);
    write_fault(r, w, server);
    write_admin(r, w, server);
    write_newer(r, w, server);
}

static void
server_brief(struct rest_request *r, struct jw *w, const void *row)
{
    const struct server *server = row;

    jw_str(w, "id", server->id);
    jw_str(w, "name", server->name);
    nova_links(r, w, "servers", server->id);
}

static void
server_created(struct rest_request *r, struct jw *w, const void *row)
{
    const struct server *server = row;

    jw_str(w, "id", server->id);
    jw_str(w, "OS-DCF:diskConfig", "MANUAL");
    jw_json(w, "security_groups", server->security_groups);
    nova_links(r, w, "servers", server->id);
}

/* ---- taking -------------------------------------------------------------------------------------- */

static struct err *
not_supported(const char *what)
{
    return err_new(E_INVALID, NULL, "Invalid input for field/attribute %s: this site does not "
                                    "support it.", what);
}

/* One disk made from the image is what every server has: such a mapping says nothing new. */
static struct err *
mapping_check(const struct json *mapping)
{
    json_each (mapping, i) {
        const struct json *disk = mapping->items[i];

        if (!str_eq(json_get_str(disk, "source_type"), "image") ||
            !str_eq(json_get_str(disk, "destination_type"), "local")) {
            return not_supported("block_device_mapping_v2");
        }
    }
    return NULL;
}

/* Keys that clients send with values that ask for nothing. */
static struct err *
idle_key(const char *key, const struct json *value, bool *idle)
{
    bool nothing = json_is(value, JSON_T_NULL) || str_eq(json_str(value), "") ||
                   (json_is(value, JSON_T_BOOL) && !value->b) ||
                   (json_is(value, JSON_T_ARRAY) && value->n == 0);

    *idle = true;
    if (str_eq(key, "min_count") || str_eq(key, "max_count")) {
        return json_int(value, 1) == 1 || str_eq(json_str(value), "1") ? NULL : not_supported(key);
    }
    if (str_eq(key, "key_name")) {
        return nothing ? NULL : err_new(E_INVALID, NULL, "Invalid key_name provided.");
    }
    if (str_eq(key, "config_drive") && nothing) {
        return NULL;
    }
    if (str_eq(key, "personality") || str_eq(key, "trusted_image_certificates") ||
        str_eq(key, "block_device_mapping")) {
        return nothing || str_eq_case(json_str(value), "false") ? NULL : not_supported(key);
    }
    if (str_eq(key, "block_device_mapping_v2")) {
        return mapping_check(value);
    }
    if (str_eq(key, "tenant_id") || str_eq(key, "project_id")) {
        return err_new(E_INVALID, NULL,
                       "Additional properties are not allowed ('%s' was unexpected)", key);
    }
    *idle = str_eq(key, "OS-DCF:diskConfig");
    return NULL;
}

/* Where the image stands only in the mapping, it is the server's image all the same. */
static const struct json *
image_of(const struct json *body)
{
    const struct json *mapping = json_get(body, "block_device_mapping_v2");

    if (!str_empty(json_get_str(body, "imageRef")) || !mapping || mapping->n == 0) {
        return NULL;
    }
    return json_get(mapping->items[0], "uuid");
}

static struct err *
server_rewrite(struct rest_request *r, const struct json *body, const struct json **out)
{
    struct json *kept = MEM_NEW(r->mem, struct json);
    const struct json *image = image_of(body);
    struct err *faults = NULL;

    if (body->type != JSON_T_OBJECT) {
        *out = body;
        return NULL;
    }
    kept->type = JSON_T_OBJECT;
    kept->keys = MEM_ARRAY(r->mem, body->n + 2, const char *);
    kept->items = MEM_ARRAY(r->mem, body->n + 2, const struct json *);
    json_each (body, i) {
        bool idle;

        faults = err_join(faults, idle_key(body->keys[i], body->items[i], &idle));
        if (!idle && !(image && str_eq(body->keys[i], "imageRef"))) {
            kept->keys[kept->n] = body->keys[i];
            kept->items[kept->n++] = body->items[i];
        }
    }
    if (image) {
        kept->keys[kept->n] = "imageRef";
        kept->items[kept->n++] = image;
    }
    if (r->op.version >= 237 && r->route->verb == REST_CREATE && !json_get(body, "networks")) {
        faults = err_join(faults, err_new(E_INVALID, NULL,
                                          "Invalid input for field/attribute server. 'networks' "
                                          "is a required property"));
    }
    *out = kept;
    return faults;
}

/* ---- looking ---------------------------------------------------------------------------------------- */

static void
where_and(struct rest_request *r, struct list_query *query, const char *text, const char *arg)
{
    size_t n = 0;
    const char **args;

    while (query->where.args && query->where.args[n]) {
        n++;
    }
    args = MEM_ARRAY(r->mem, n + 2, const char *);
    for (size_t i = 0; i < n; i++) {
        args[i] = query->where.args[i];
    }
    args[n] = arg;
    query->where.args = args;
    query->where.text = query->where.text
                            ? mem_printf(r->mem, "(%s) and (%s)", query->where.text, text)
                            : text;
}

/* Lists are of the caller's project unless an administrator asks for all. */
static struct err *
server_query(struct rest_request *r, struct list_query *query)
{
    static struct sort newest_first[] = {{.attr = "created_at", .descending = true},
                                         {.attr = NULL}};
    bool all = rest_query(r, "all_tenants") && rest_query_flag(r, "all_tenants");

    if (r->route->verb != REST_LIST) {
        return NULL;
    }
    if (all && !r->caller.is_admin) {
        return err_new(E_FORBIDDEN, NULL,
                       "Policy doesn't allow os_compute_api:servers:index:get_all_tenants to be "
                       "performed.");
    }
    if (!all) {
        where_and(r, query, "t.project_id = ?", str_or(r->caller.project_id, ""));
    }
    if (!query->sorts || !query->sorts[0].attr) {
        query->sorts = newest_first;
    }
    return NULL;
}

/* A name is found anywhere in the name, or anchored by ^ and $ (Nova takes a pattern). */
static void
name_filter(struct rest_request *r, struct list_query *query, const char *pattern)
{
    size_t n = strlen(pattern);
    bool begins = pattern[0] == '^', ends = n > 1 && pattern[n - 1] == '$';
    AUTO_BUF like = BUF_INIT;

    buf_str(&like, begins ? "" : "%");
    for (size_t i = begins; i < n - ends; i++) {
        if (strchr("%_\\", pattern[i])) {
            buf_char(&like, '\\');
        }
        buf_char(&like, pattern[i]);
    }
    buf_str(&like, ends ? "" : "%");
    where_and(r, query, "t.name like ? escape '\\'", str_or(buf_copy(r->mem, &like), ""));
}

static struct err *
server_filter(struct rest_request *r, const char *name, const char *const *values,
              struct list_query *query, bool *known)
{
    static const struct {
        const char *name, *where;
    } columns[] = {
        {"image", "t.image_ref = ?"},
        {"flavor", "t.flavor_id = ?"},
        {"reservation_id", "t.reservation_id = ?"},
        {"host", "t.host = ?"},
        {"project_id", "t.project_id = ?"},
        {"tenant_id", "t.project_id = ?"},
    };

    *known = true;
    if (str_eq(name, "name")) {
        name_filter(r, query, values[0]);
        return NULL;
    }
    if (str_eq(name, "status")) {
        where_and(r, query, "t.vm_state = ?", str_or(server_state_of(values[0]), "none"));
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        if (str_eq(columns[i].name, name)) {
            where_and(r, query, columns[i].where, values[0]);
            return NULL;
        }
    }
    *known = str_eq(name, "all_tenants") || str_eq(name, "deleted");
    return NULL;
}

const struct rest_shape nova_server_full = {
    .encode = server_full, .query = server_query, .filter = server_filter};
const struct rest_shape nova_server_brief = {
    .encode = server_brief, .query = server_query, .filter = server_filter};
const struct rest_shape nova_server_create = {.encode = server_created, .rewrite = server_rewrite};
const struct rest_shape nova_server_update = {.encode = server_full, .rewrite = server_rewrite};

/* ---- actions ------------------------------------------------------------------------------------------ */

/* store_fn: the server is there and the caller's. */
static struct err *
look_only(struct tx *tx, void *arg)
{
    struct server *server;

    return nova_server_look(tx, arg, &server);
}

/* A console is a file: it is read before the transaction, for those who may. */
struct err *
nova_action_prepare(struct rest_request *r)
{
    const struct json *console = json_get(r->body, "os-getConsoleOutput");
    const struct json *length;
    const char *text;
    int64_t lines;

    if (!console) {
        return NULL;
    }
    length = json_get(console, "length");
    length = length ? attr_convert_int(r->mem, length) : NULL;
    lines = json_int(length, -1);
    if (length && !json_is(length, JSON_T_INT) && !json_is(length, JSON_T_NULL)) {
        return err_new(E_INVALID, NULL, "Invalid input for field/attribute length. Value: %s.",
                       json_text(r->mem, length));
    }
    TRY(store_read(r->mount->store, look_only, r));
    TRY(server_console(nova_service(r), r->mem, r->id, lines, &text));
    r->state = mem_str(r->mem, text);
    return NULL;
}

static struct err *
reboot_kind(const struct json *reboot, enum server_action *action)
{
    const char *type = json_get_str(reboot, "type");

    if (!str_eq_case(type, "SOFT") && !str_eq_case(type, "HARD")) {
        return err_new(E_INVALID, NULL,
                       "Invalid input for field/attribute type. It is 'SOFT' or 'HARD'.");
    }
    *action = str_eq_case(type, "SOFT") ? SERVER_REBOOT_SOFT : SERVER_REBOOT_HARD;
    return NULL;
}

/* {"rebuild": {"imageRef": ID, "user_data": BASE64}}: 202 and the server. */
static struct err *
rebuild_start(struct tx *tx, struct rest_request *r, const struct json *asked)
{
    struct server_rebuild rebuild = {.image_ref = json_get_str(asked, "imageRef"),
                                     .user_data = json_get_str(asked, "user_data"),
                                     .sets_data = json_get(asked, "user_data") != NULL};
    void *row;

    json_each (asked, i) {
        if (!str_eq(asked->keys[i], "imageRef") && !str_eq(asked->keys[i], "user_data")) {
            return err_new(E_INVALID, NULL,
                           "Invalid input for field/attribute rebuild: '%s' is not supported.",
                           asked->keys[i]);
        }
    }
    if (!rebuild.image_ref) {
        return err_new(E_INVALID, NULL,
                       "Invalid input for field/attribute rebuild: 'imageRef' is a required "
                       "property");
    }
    if (rebuild.sets_data && r->op.version < 257) {
        return err_new(E_INVALID, NULL,
                       "Invalid input for field/attribute rebuild: 'user_data' needs "
                       "microversion 2.57.");
    }
    if (rebuild.sets_data && !rebuild.user_data &&
        !json_is(json_get(asked, "user_data"), JSON_T_NULL)) {
        return err_new(E_INVALID, NULL,
                       "Invalid input for field/attribute rebuild: 'user_data' is no text.");
    }
    TRY(server_rebuild(tx, &r->op, r->id, &rebuild));
    TRY(resource_get(tx, &r->op, r->id, &row));
    rest_write_row(r, r->op.resource, &nova_server_full, row);
    r->status = 202;
    return NULL;
}

/* {"os-start": null}, {"os-stop": null}, {"reboot": {"type": "SOFT"}}, {"os-getConsoleOutput": {}},
 * {"rebuild": {"imageRef": ID}} */
struct err *
nova_action(struct tx *tx, struct rest_request *r)
{
    const char *name = r->body->n == 1 ? r->body->keys[0] : "";
    enum server_action action = SERVER_START;
    struct server *server;

    TRY(nova_server_look(tx, r, &server));
    if (str_eq(name, "os-getConsoleOutput")) {
        jw_object(&r->w, NULL);
        jw_str(&r->w, "output", str_or(r->state, ""));
        jw_end(&r->w);
        r->status = 200;
        return NULL;
    }
    if (str_eq(name, "rebuild")) {
        return rebuild_start(tx, r, r->body->items[0]);
    }
    if (str_eq(name, "os-stop")) {
        action = SERVER_STOP;
    } else if (str_eq(name, "reboot")) {
        TRY(reboot_kind(r->body->items[0], &action));
    } else if (!str_eq(name, "os-start")) {
        return err_new(E_INVALID, NULL, "There is no such action: %s", name);
    }
    r->status = 202;
    return server_act(tx, &r->op, r->id, action);
}
