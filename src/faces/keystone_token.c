/* /v3/auth/tokens: the body of a login into credentials, a token into its
 * description. */
#include "faces/keystone.h"

#include "base/str.h"
#include "base/time.h"
#include "base/version.h"

#include <string.h>

/* ---- reading a login -------------------------------------------------------------- */

static struct err *
fault(const char *path, const char *what)
{
    return err_new(E_INVALID, NULL, "Invalid input for field '%s': %s", path, what);
}

/* A string member; absent is fine. */
static struct err *
text_member(const struct json *obj, const char *key, const char *path, const char **text)
{
    const struct json *value = json_get(obj, key);

    *text = json_str(value);
    return !value || *text ? NULL : fault(path, "it is not a string");
}

static struct err *
object_member(const struct json *obj, const char *key, const char *path, const struct json **value)
{
    *value = json_get(obj, key);
    return !*value || json_is(*value, JSON_T_OBJECT) ? NULL : fault(path, "it is not an object");
}

/* {"id": ..., "name": ..., "domain": {"id": ..., "name": ...}} */
static struct err *
read_named(const struct json *obj, const char *path, const char **id, const char **name,
           const char **domain_id, const char **domain_name)
{
    const struct json *domain;
    struct err *e = text_member(obj, "id", path, id);

    e = err_join(e, text_member(obj, "name", path, name));
    e = err_join(e, object_member(obj, "domain", path, &domain));
    e = err_join(e, text_member(domain, "id", path, domain_id));
    return err_join(e, text_member(domain, "name", path, domain_name));
}

static struct err *
read_methods(const struct json *identity, struct identity_login *login)
{
    const struct json *methods = json_get(identity, "methods");

    if (!json_is(methods, JSON_T_ARRAY)) {
        return fault("auth.identity.methods", "a list of methods is required");
    }
    json_each (methods, i) {
        const char *method = json_str(methods->items[i]);

        if (!method) {
            return fault("auth.identity.methods", "a method is a string");
        }
        if (str_eq(method, "password")) {
            login->methods |= METHOD_PASSWORD;
        } else if (str_eq(method, "token")) {
            login->methods |= METHOD_TOKEN;
        } else {
            return err_new(E_UNAUTHENTICATED, NULL, "method %s is not supported", method);
        }
    }
    return NULL;
}

static struct err *
read_identity(const struct json *identity, struct identity_login *login)
{
    const struct json *password, *user, *token;
    struct err *e;

    TRY(read_methods(identity, login));
    e = object_member(identity, "password", "auth.identity.password", &password);
    e = err_join(e, object_member(password, "user", "auth.identity.password.user", &user));
    e = err_join(e, object_member(identity, "token", "auth.identity.token", &token));
    e = err_join(e, text_member(user, "password", "auth.identity.password.user.password",
                                &login->password));
    e = err_join(e, text_member(token, "id", "auth.identity.token.id", &login->token));
    return err_join(e, read_named(user, "auth.identity.password.user", &login->user_id,
                                  &login->user_name, &login->user_domain_id,
                                  &login->user_domain_name));
}

static struct err *
read_scope(const struct json *scope, struct identity_login *login)
{
    const struct json *project = json_get(scope, "project"), *domain = json_get(scope, "domain");

    if (!scope) {
        return NULL;
    }
    if (str_eq(json_str(scope), "unscoped") || json_get(scope, "unscoped")) {
        login->unscoped = true;
        return NULL;
    }
    if (!json_is(scope, JSON_T_OBJECT) || scope->n != 1) {
        return fault("auth.scope", "exactly one scope is needed");
    }
    if (json_is(project, JSON_T_OBJECT)) {
        login->scope = SCOPE_PROJECT;
        return read_named(project, "auth.scope.project", &login->scope_id, &login->scope_name,
                          &login->scope_domain_id, &login->scope_domain_name);
    }
    if (json_is(domain, JSON_T_OBJECT)) {
        login->scope = SCOPE_DOMAIN;
        return read_named(domain, "auth.scope.domain", &login->scope_id, &login->scope_name,
                          &login->scope_domain_id, &login->scope_domain_name);
    }
    return err_new(E_UNAUTHENTICATED, NULL, "no such scope");
}

static struct err *
read_login(const struct json *body, struct identity_login *login)
{
    const struct json *auth, *identity;

    TRY(object_member(body, "auth", "auth", &auth));
    TRY(object_member(auth, "identity", "auth.identity", &identity));
    if (!auth || !identity) {
        return err_new(E_INVALID, NULL, "'%s' is a required property",
                       auth ? "identity" : "auth");
    }
    return err_join(read_identity(identity, login), read_scope(json_get(auth, "scope"), login));
}

/* ---- writing a token ---------------------------------------------------------------- */

static void
write_ref(struct jw *w, const char *key, const char *id, const char *name)
{
    jw_object(w, key);
    jw_str(w, "id", id);
    jw_str(w, "name", name);
    jw_end(w);
}

static void
write_scope(struct jw *w, const struct identity_token *t)
{
    if (t->scope == SCOPE_NONE) {
        return;
    }
    if (t->scope == SCOPE_PROJECT) {
        jw_bool(w, "is_domain", false);
        jw_object(w, "project");
        jw_str(w, "id", t->project_id);
        jw_str(w, "name", t->project_name);
        write_ref(w, "domain", t->domain_id, t->domain_name);
        jw_end(w);
    } else {
        write_ref(w, "domain", t->domain_id, t->domain_name);
    }
    jw_array(w, "roles");
    for (size_t i = 0; i < t->n_roles; i++) {
        write_ref(w, NULL, t->roles[i].id, t->roles[i].name);
    }
    jw_end(w);
}

static void
write_head(struct jw *w, const struct identity_token *t)
{
    char text[TIME_TEXT_SIZE];

    jw_array(w, "methods");
    if (t->methods & METHOD_TOKEN) {
        jw_str(w, NULL, "token");
    }
    if (t->methods & METHOD_PASSWORD) {
        jw_str(w, NULL, "password");
    }
    jw_end(w);
    jw_array(w, "audit_ids");
    jw_str(w, NULL, t->audit_id);
    if (t->parent_audit_id) {
        jw_str(w, NULL, t->parent_audit_id);
    }
    jw_end(w);
    jw_str(w, "issued_at", time_text(text, t->issued_us, TIME_Z_US));
    jw_str(w, "expires_at", time_text(text, t->expires_us, TIME_Z_US));
}

static void
write_token(struct rest_request *r, const struct identity_token *t)
{
    struct jw *w = &r->w;

    jw_object(w, NULL);
    jw_object(w, "token");
    write_head(w, t);
    jw_object(w, "user");
    jw_str(w, "id", t->user_id);
    jw_str(w, "name", t->user_name);
    write_ref(w, "domain", t->user_domain_id, t->user_domain_name);
    jw_null(w, "password_expires_at");
    jw_end(w);
    write_scope(w, t);
    if (t->scope != SCOPE_NONE && !rest_query(r, "nocatalog")) {
        keystone_write_catalog(r, w);
    }
    jw_end(w);
    jw_end(w);
    rest_header(r, "X-Subject-Token", "%s", t->text);
    rest_header(r, VERSION_HEADER, "%s", carrick_version);
}

/* ---- routes --------------------------------------------------------------------------- */

static void
log_in(void *arg)
{
    struct rest_request *r = arg;
    struct identity_token token;
    struct err *e = identity_login(keystone_identity(r), r->state, r->mem, &token);

    if (!e) {
        write_token(r, &token);
    }
    rest_finish(r, e);
}

/* An orchestrator whose version is too far from ours. */
static struct err *
version_look(const struct rest_request *r)
{
    const char *agent = rest_header_in(r, "User-Agent"), *why = NULL;

    if (agent && str_starts(agent, VERSION_AGENT)) {
        why = version_refusal(r->mem, "the orchestrator", agent + strlen(VERSION_AGENT), "this site");
    }
    return why ? err_new(E_FORBIDDEN, NULL, "%s", why) : NULL;
}

/* Only passwords cost so much that they have to queue. */
struct err *
keystone_token_post(struct rest_request *r)
{
    struct identity_login *login = MEM_NEW(r->mem, struct identity_login);

    TRY(version_look(r));
    TRY(r->body ? read_login(r->body, login)
                : err_new(E_INVALID, NULL, "'auth' is a required property"));
    r->state = login;
    r->claims = login->user_name ? login->user_name : login->user_id;
    if (login->methods & METHOD_PASSWORD) {
        return pool_run(identity_pool(keystone_identity(r)), log_in, r);
    }
    log_in(r);
    return NULL;
}

/* The token in X-Subject-Token: the caller's own, or any for an administrator. */
static struct err *
subject_token(struct rest_request *r, struct identity_token *token)
{
    const char *text = rest_header_in(r, "X-Subject-Token");
    struct err *e;

    if (!text) {
        return err_new(E_INVALID, NULL, "X-Subject-Token is required");
    }
    e = identity_validate(keystone_identity(r), text, r->mem, token);
    if (err_is(e, E_UNAUTHENTICATED)) {
        err_free(e);
        return err_new(E_NOT_FOUND, NULL, "Could not recognize the token");
    }
    TRY(e);
    if (!r->caller.is_admin && !str_eq(r->caller.user_id, token->user_id)) {
        return err_new(E_FORBIDDEN, NULL,
                       "You are not authorized to perform the requested action: "
                       "identity:validate_token.");
    }
    return NULL;
}

struct err *
keystone_token_get(struct rest_request *r)
{
    struct identity_token token;

    TRY(subject_token(r, &token));
    write_token(r, &token);
    rest_finish(r, NULL);
    return NULL;
}

struct err *
keystone_token_delete_prepare(struct rest_request *r)
{
    struct identity_token *token = MEM_NEW(r->mem, struct identity_token);

    r->state = token;
    return subject_token(r, token);
}

struct err *
keystone_token_delete(struct tx *tx, struct rest_request *r)
{
    return identity_revoke(tx, r->state);
}

struct err *
keystone_catalog(struct rest_request *r)
{
    jw_object(&r->w, NULL);
    keystone_write_catalog(r, &r->w);
    jw_object(&r->w, "links");
    jw_str(&r->w, "self", mem_printf(r->mem, "%s/v3/auth/catalog", r->base));
    jw_end(&r->w);
    jw_end(&r->w);
    rest_finish(r, NULL);
    return NULL;
}
