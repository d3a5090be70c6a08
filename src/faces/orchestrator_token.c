/* POST /oauth2/token: how a program that knows OAuth 2.0 and no Keystone gets a
 * token (SOL013 clause 8.3, RFC 6749 4.4).  A client is a user of the identity
 * service, its secret the password: nothing is kept twice. */
#include "base/time.h"
#include "faces/orchestrator.h"
#include "identity/identity.h"

#include <string.h>

#define SCOPE_OF_PROJECT "project:"

struct token_request {
    struct identity_login client;
    const char *project_id; /* asked for, or null */
};

/* ---- reading ---------------------------------------------------------------------- */

/* A field of the form; empty is absent (RFC 6749 3.2), twice is refused. */
static struct err *
field(const struct rest_request *r, const char *name, const char **value)
{
    const char *const *all = rest_query_all(r, name);

    if (all && all[1]) {
        return err_new(E_INVALID, NULL, "%s is given twice", name);
    }
    *value = all && all[0][0] ? all[0] : NULL;
    return NULL;
}

static struct err *
check_grant(const struct rest_request *r)
{
    const char *grant;

    TRY(field(r, "grant_type", &grant));
    if (!grant) {
        return err_new(E_INVALID, NULL, "grant_type is missing");
    }
    return str_eq(grant, "client_credentials")
               ? NULL
               : err_new(E_INVALID, "unsupported_grant_type", "there is client_credentials");
}

static struct err *
unproved(void)
{
    return err_new(E_UNAUTHENTICATED, NULL,
                   "client_id and client_secret are needed, by Basic or in the form");
}

/* Both are encoded as fields of a form are, before they are made Basic (RFC 6749 2.3.1). */
static struct err *
read_basic(const struct rest_request *r, const char *id, const char *secret,
           struct identity_login *client)
{
    const char *name, *password;

    if (secret) {
        return err_new(E_INVALID, NULL, "the client proves itself in two ways at once");
    }
    if (!rest_basic(r, &name, &password)) {
        return unproved();
    }
    client->client = url_decode(r->mem, name, true);
    client->password = url_decode(r->mem, password, true);
    if (!client->client || !client->password || !str_utf8(client->client, strlen(client->client)) ||
        !str_utf8(client->password, strlen(client->password))) {
        return unproved();
    }
    return !id || str_eq(id, client->client)
               ? NULL
               : err_new(E_INVALID, NULL, "client_id is another than the one of Authorization");
}

static struct err *
read_client(const struct rest_request *r, struct identity_login *client)
{
    const char *id, *secret;

    client->methods = METHOD_PASSWORD;
    TRY(field(r, "client_id", &id));
    TRY(field(r, "client_secret", &secret));
    if (rest_header_in(r, "Authorization")) {
        return read_basic(r, id, secret, client);
    }
    client->client = id;
    client->password = secret;
    return id && secret ? NULL : unproved();
}

static struct err *
read_scope(const struct rest_request *r, const char **project_id)
{
    const char *scope;

    TRY(field(r, "scope", &scope));
    *project_id = NULL;
    if (!scope) {
        return NULL;
    }
    if (!str_starts(scope, SCOPE_OF_PROJECT) || strchr(scope, ' ')) {
        return err_new(E_INVALID, "invalid_scope", "a scope is one " SCOPE_OF_PROJECT "ID");
    }
    *project_id = scope + strlen(SCOPE_OF_PROJECT);
    return NULL;
}

/* ---- answering --------------------------------------------------------------------- */

/* The password is proved by then: that a project is not the client's may be said. */
static struct err *
narrow(struct rest_request *r, const char *project_id, struct identity_token *token)
{
    struct identity_login login = {.methods = METHOD_TOKEN,
                                   .token = token->text,
                                   .scope = SCOPE_PROJECT,
                                   .scope_id = project_id};
    struct err *e = NULL;

    if (project_id && !str_eq(project_id, token->project_id)) {
        e = identity_login(r->op.user, &login, r->mem, token);
    }
    if (err_is(e, E_UNAUTHENTICATED)) {
        err_free(e);
        return err_new(E_INVALID, "invalid_scope", "the client has no role in that project");
    }
    TRY(e);
    return token->scope == SCOPE_PROJECT
               ? NULL
               : err_new(E_INVALID, "invalid_scope",
                         "the client has no role in a default project; scope=" SCOPE_OF_PROJECT
                         "ID names another");
}

static void
write_token(struct rest_request *r, const struct identity_token *token)
{
    struct jw *w = &r->w;

    jw_object(w, NULL);
    jw_str(w, "access_token", token->text);
    jw_str(w, "token_type", "Bearer");
    jw_int(w, "expires_in", (token->expires_us - time_now_us()) / 1000000);
    jw_str(w, "scope", mem_printf(r->mem, SCOPE_OF_PROJECT "%s", token->project_id));
    jw_end(w);
}

static void
log_in(void *arg)
{
    struct rest_request *r = arg;
    const struct token_request *asked = r->state;
    struct identity_token token;
    struct err *e = identity_login(r->op.user, &asked->client, r->mem, &token);

    if (!e) {
        e = narrow(r, asked->project_id, &token);
    }
    if (!e) {
        write_token(r, &token);
    }
    rest_finish(r, e);
}

static struct err *
token_post(struct rest_request *r)
{
    struct token_request *asked = MEM_NEW(r->mem, struct token_request);

    TRY(check_grant(r));
    TRY(read_client(r, &asked->client));
    r->claims = asked->client.client;
    TRY(read_scope(r, &asked->project_id));
    r->state = asked;
    return pool_run(identity_pool(r->op.user), log_in, r);
}

static const struct route routes[] = {
    {.method = "POST", .path = "/token", .verb = REST_ACTION, .status = 200,
     .flags = REST_PUBLIC | REST_FORM_BODY, .start = token_post,
     .doc = "A client's id and secret for a token (RFC 6749 4.4)."},
};

const struct face oauth2_face = {
    .name = "oauth2",
    .title = "OAuth 2.0 token endpoint",
    .doc = "Client credentials (RFC 6749) of users of the identity service.",
    .dialect = &dialect_oauth2,
    REST_ROUTES(routes),
};
