/* The identity face: Keystone API v3. */
#include "faces/keystone.h"

/* ---- shapes ------------------------------------------------------------------- */

void
keystone_self(struct rest_request *r, struct jw *w, const char *kind, const char *id)
{
    jw_object(w, "links");
    jw_str(w, "self", mem_printf(r->mem, "%s/v3/%s/%s", r->base, kind, id));
    jw_end(w);
}

/* Options that Keystone has for each row; none of them exists here. */
static void
no_options(struct jw *w)
{
    jw_object(w, "options");
    jw_end(w);
}

static void
project_extra(struct rest_request *r, struct jw *w, const void *row)
{
    keystone_self(r, w, "projects", ((const struct project *)row)->id);
    no_options(w);
}

static void
domain_extra(struct rest_request *r, struct jw *w, const void *row)
{
    keystone_self(r, w, "domains", ((const struct domain *)row)->id);
    no_options(w);
}

static void
role_extra(struct rest_request *r, struct jw *w, const void *row)
{
    keystone_self(r, w, "roles", ((const struct role *)row)->id);
    no_options(w);
}

static void
optional(struct jw *w, const char *key, const char *value)
{
    if (value) {
        jw_str(w, key, value);
    }
}

/* What a user does not have is left out, as Keystone does. */
static void
user_encode(struct rest_request *r, struct jw *w, const void *row)
{
    const struct user *user = row;

    jw_str(w, "id", user->id);
    jw_str(w, "name", user->name);
    jw_str(w, "domain_id", user->domain_id);
    jw_bool(w, "enabled", user->enabled);
    optional(w, "default_project_id", user->default_project_id);
    optional(w, "description", user->description);
    optional(w, "email", user->email);
    jw_null(w, "password_expires_at");
    keystone_self(r, w, "users", user->id);
    no_options(w);
}

/* Filters of projects that name what does not exist here: nested projects. */
static struct err *
project_filter(struct rest_request *r, const char *name, const char *const *values,
               struct list_query *query, bool *known)
{
    (void)r;
    (void)values;
    (void)query;
    *known = str_eq(name, "is_domain");
    return NULL;
}

/* Clients send an empty "options" with everything; an option that is really
 * asked for is refused, since none is kept. */
static struct err *
drop_options(struct rest_request *r, const struct json *body, const struct json **out)
{
    const struct json *options = json_get(body, "options");
    struct json *rest;

    if (!json_is(options, JSON_T_OBJECT)) {
        return NULL;
    }
    if (options->n) {
        return err_new(E_INVALID, NULL, "Invalid input for field 'options': option '%s' is not "
                                        "supported",
                       options->keys[0]);
    }
    rest = mem_copy(r->mem, body, sizeof *body);
    rest->keys = MEM_ARRAY(r->mem, body->n, const char *);
    rest->items = MEM_ARRAY(r->mem, body->n, const struct json *);
    rest->n = 0;
    json_each (body, i) {
        if (body->items[i] != options) {
            rest->keys[rest->n] = body->keys[i];
            rest->items[rest->n++] = body->items[i];
        }
    }
    *out = rest;
    return NULL;
}

const struct rest_shape keystone_project = {
    .extra = project_extra, .filter = project_filter, .rewrite = drop_options};
const struct rest_shape keystone_domain = {.extra = domain_extra, .rewrite = drop_options};
const struct rest_shape keystone_user = {.encode = user_encode, .rewrite = drop_options};
const struct rest_shape keystone_role = {.extra = role_extra, .rewrite = drop_options};

void
keystone_list_open(struct rest_request *r, const char *plural)
{
    jw_object(&r->w, NULL);
    jw_array(&r->w, plural);
}

void
keystone_list_close(struct rest_request *r)
{
    jw_end(&r->w);
    jw_object(&r->w, "links");
    jw_null(&r->w, "next");
    jw_str(&r->w, "self", mem_printf(r->mem, "%s%s", r->base, r->path));
    jw_null(&r->w, "previous");
    jw_end(&r->w);
    jw_end(&r->w);
}

struct err *
keystone_changed(struct rest_request *r)
{
    identity_changed(keystone_identity(r));
    return NULL;
}

/* ---- routes --------------------------------------------------------------------- */

#define CRUD(path_, resource_, shape_)                                                             \
    REST_VERB("GET", path_, REST_LIST, &(resource_), &(shape_)),                                   \
    {.method = "POST", .path = path_, .verb = REST_CREATE, .resource = &(resource_),               \
     .shape = &(shape_), .committed = keystone_changed},                                           \
    REST_VERB("GET", path_ "/{id}", REST_SHOW, &(resource_), &(shape_)),                           \
    {.method = "PATCH", .path = path_ "/{id}", .verb = REST_UPDATE, .resource = &(resource_),      \
     .shape = &(shape_), .committed = keystone_changed},                                           \
    {.method = "DELETE", .path = path_ "/{id}", .verb = REST_DELETE, .resource = &(resource_),     \
     .shape = &(shape_), .committed = keystone_changed}

#define READ(path_, fn_, rule_, doc_)                                                              \
    {.method = "GET", .path = path_, .verb = REST_ACTION, .read = fn_, .rule = rule_, .doc = doc_}
#define PLAIN(path_, fn_, rule_, doc_)                                                             \
    {.method = "GET", .path = path_, .verb = REST_ACTION, .start = fn_, .rule = rule_, .doc = doc_}
#define WRITE(method_, path_, fn_, doc_)                                                           \
    {.method = method_, .path = path_, .verb = REST_ACTION, .write = fn_, .status = 204,           \
     .rule = "identity_admin", .flags = REST_NO_BODY, .committed = keystone_changed, .doc = doc_}
#define GRANTS(path_)                                                                              \
    {.method = "GET", .path = path_, .verb = REST_ACTION, .read = keystone_grant_list,             \
     .rule = "identity_admin", .doc = "Roles of a user there."},                                   \
    {.method = "GET", .path = path_ "/{role_id}", .verb = REST_ACTION, .status = 204,              \
     .read = keystone_grant_get, .rule = "identity_admin", .doc = "Does the user have the role?"}, \
    WRITE("PUT", path_ "/{role_id}", keystone_grant_put, "Gives a role."),                         \
    WRITE("DELETE", path_ "/{role_id}", keystone_grant_delete, "Takes a role away.")

static const struct route routes[] = {
    {.method = "GET", .path = "/", .verb = REST_VERSIONS, .flags = REST_PUBLIC},
    {.method = "GET", .path = "/v3", .verb = REST_VERSIONS, .flags = REST_PUBLIC},

    {.method = "POST", .path = "/v3/auth/tokens", .verb = REST_ACTION, .flags = REST_PUBLIC,
     .status = 201, .start = keystone_token_post, .doc = "Credentials for a token."},
    PLAIN("/v3/auth/tokens", keystone_token_get, NULL, "What a token (X-Subject-Token) says."),
    {.method = "DELETE", .path = "/v3/auth/tokens", .verb = REST_ACTION, .status = 204,
     .flags = REST_NO_BODY, .prepare = keystone_token_delete_prepare,
     .write = keystone_token_delete, .committed = keystone_changed, .doc = "Revokes a token."},
    PLAIN("/v3/auth/catalog", keystone_catalog, NULL, "The services of this cloud."),
    READ("/v3/auth/projects", keystone_my_projects, NULL, "Projects the caller has a role in."),
    READ("/v3/auth/domains", keystone_my_domains, NULL, "Domains the caller has a role in."),

    CRUD("/v3/domains", domain_resource, keystone_domain),
    CRUD("/v3/projects", project_resource, keystone_project),
    REST_TAGS_OF("/v3/projects", project_resource),
    CRUD("/v3/roles", role_resource, keystone_role),

    REST_VERB("GET", "/v3/users", REST_LIST, &user_resource, &keystone_user),
    {.method = "POST", .path = "/v3/users", .verb = REST_CREATE, .resource = &user_resource,
     .shape = &keystone_user, .flags = REST_POOL, .prepare = keystone_hash_given,
     .committed = keystone_changed},
    REST_VERB("GET", "/v3/users/{id}", REST_SHOW, &user_resource, &keystone_user),
    {.method = "PATCH", .path = "/v3/users/{id}", .verb = REST_UPDATE, .resource = &user_resource,
     .shape = &keystone_user, .flags = REST_POOL, .prepare = keystone_hash_given,
     .committed = keystone_changed},
    {.method = "DELETE", .path = "/v3/users/{id}", .verb = REST_DELETE,
     .resource = &user_resource, .committed = keystone_changed},
    {.method = "POST", .path = "/v3/users/{id}/password", .verb = REST_ACTION, .status = 204,
     .flags = REST_POOL | REST_PUBLIC, .prepare = keystone_password_prepare,
     .write = keystone_password_set, .committed = keystone_changed,
     .doc = "Changes the own password; the old one is asked."},
    READ("/v3/users/{user_id}/projects", keystone_user_projects, NULL,
         "Projects a user has a role in."),

    GRANTS("/v3/projects/{project_id}/users/{user_id}/roles"),
    GRANTS("/v3/domains/{domain_id}/users/{user_id}/roles"),
    READ("/v3/role_assignments", keystone_assignments, "identity_admin",
         "Who has which role where."),
    READ("/v3/role_inferences", keystone_inferences, NULL, "Roles that come with others."),
    READ("/v3/roles/{prior_role_id}/implies", keystone_implied_list, NULL,
         "Roles that come with a role."),
    {.method = "PUT", .path = "/v3/roles/{prior_role_id}/implies/{implied_role_id}",
     .verb = REST_ACTION, .write = keystone_implied_put, .status = 201, .rule = "identity_admin",
     .flags = REST_NO_BODY, .committed = keystone_changed,
     .doc = "Makes a role come with another."},
    WRITE("DELETE", "/v3/roles/{prior_role_id}/implies/{implied_role_id}", keystone_implied_delete,
          "A role no longer comes with another."),

    PLAIN("/v3/services", keystone_services, NULL, "Services of the catalog."),
    PLAIN("/v3/services/{service_id}", keystone_service, NULL, "One service of the catalog."),
    PLAIN("/v3/endpoints", keystone_endpoints, NULL, "Endpoints of the catalog."),
    PLAIN("/v3/endpoints/{endpoint_id}", keystone_endpoint, NULL, "One endpoint of the catalog."),
    PLAIN("/v3/regions", keystone_regions, NULL, "Regions: this one."),
    PLAIN("/v3/regions/{region_id}", keystone_region, NULL, "This region."),
};

static const struct face_version versions[] = {
    {.id = "v3.14", .status = "stable", .path = "/v3/", .updated = "2020-04-07T00:00:00Z"},
    {.id = NULL},
};

const struct face keystone_face = {
    .name = "keystone",
    .title = "Identity",
    .doc = "Users, projects, roles and tokens, as Keystone API v3 has them.",
    .service = "identity",
    .dialect = &dialect_keystone,
    .versions = versions,
    REST_ROUTES(routes),
};
