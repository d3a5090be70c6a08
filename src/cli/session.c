/* How the command line reaches the orchestrator: credentials are searched where
 * every OpenStack client searches them, so that one clouds.yaml serves both. */
#include "cli/session.h"

#include "base/vec.h"
#include "base/yaml.h"
#include "cli/token_cache.h"
#include "sys/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLOUDS_MAX (1 << 20)
#define PAGES_MAX 100000 /* ten million things */
#define SERVICE_TYPE "nfv-orchestration"

/* ---- credentials ---------------------------------------------------------- */

/* One line a credential: variable, key below "auth" (or beside it), member, default. */
struct source {
    const char *variable, *key;
    bool is_beside;
    size_t offset;
    const char *def;
};
#define SOURCE(variable_, key_, beside_, member_, def_)                                            \
    {                                                                                              \
        variable_, key_, beside_, offsetof(struct credentials, member_), def_                      \
    }
static const struct source sources[] = {
    SOURCE("OS_AUTH_URL", "auth_url", false, auth_url, NULL),
    SOURCE("OS_USERNAME", "username", false, username, NULL),
    SOURCE("OS_PASSWORD", "password", false, password, NULL),
    SOURCE("OS_PROJECT_NAME", "project_name", false, project, NULL),
    SOURCE("OS_USER_DOMAIN_NAME", "user_domain_name", false, user_domain, "Default"),
    SOURCE("OS_PROJECT_DOMAIN_NAME", "project_domain_name", false, project_domain, "Default"),
    SOURCE("OS_REGION_NAME", "region_name", true, region, ""),
    SOURCE("OS_CACERT", "cacert", true, ca_file, ""),
};

static const char **
source_at(const struct source *source, struct credentials *credentials)
{
    return (const char **)(void *)((char *)credentials + source->offset);
}

static struct err *
clouds_find(struct mem *mem, const char **path)
{
    const char *home = getenv("HOME");
    const char *const places[] = {
        getenv("OS_CLIENT_CONFIG_FILE"),
        "clouds.yaml",
        home ? mem_printf(mem, "%s/.config/openstack/clouds.yaml", home) : NULL,
        "/etc/openstack/clouds.yaml",
    };

    if (places[0] && *places[0] && access(places[0], R_OK)) { /* It is meant, and no other. */
        return err_errno(errno == ENOENT ? E_NOT_FOUND : E_FORBIDDEN, "OS_CLIENT_CONFIG_FILE=%s", places[0]);
    }
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        if (places[i] && file_exists(places[i])) {
            *path = places[i];
            return NULL;
        }
    }
    return err_new(E_INVALID, NULL,
                   "no credentials: set OS_AUTH_URL, OS_USERNAME, OS_PASSWORD and "
                   "OS_PROJECT_NAME, or OS_CLOUD with a clouds.yaml");
}

static struct err *
cloud_choose(const struct yaml *clouds, const char *path, const char **name)
{
    if (!*name) {
        bool is_one = clouds && clouds->type == YAML_T_MAP && clouds->n == 1;

        *name = is_one ? yaml_str(clouds->keys[0]) : "carrick";
    }
    if (!yaml_get(clouds, *name)) {
        return err_new(E_INVALID, NULL, "%s has no cloud called \"%s\": set OS_CLOUD", path, *name);
    }
    return NULL;
}

/* What the cloud of the file says; the cloud gets its name where it has none. */
static struct err *
cloud_read(struct mem *mem, const char *path, struct credentials *credentials)
{
    const struct yaml *root, *cloud;
    char *text;
    size_t n;

    TRY(file_read(mem, path, CLOUDS_MAX, &text, &n));
    TRY(yaml_parse(mem, path, text, n, NULL, &root));
    TRY(cloud_choose(yaml_get(root, "clouds"), path, &credentials->cloud));
    cloud = yaml_get(yaml_get(root, "clouds"), credentials->cloud);
    for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
        const struct yaml *from = sources[i].is_beside ? cloud : yaml_get(cloud, "auth");
        const char *value = yaml_get_str(from, sources[i].key);

        if (value) {
            *source_at(&sources[i], credentials) = value;
        }
    }
    return NULL;
}

/* Variables where no cloud is named, and defaults; what is missing then is a fault. */
static struct err *
credentials_complete(struct credentials *credentials)
{
    struct err *faults = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
        const char **at = source_at(&sources[i], credentials);
        const char *value = getenv(sources[i].variable);

        if (value && !credentials->cloud) {
            *at = value;
        }
        if (str_empty(*at)) {
            *at = sources[i].def;
        }
        if (!*at) {
            faults =
                err_join(faults, err_new(E_INVALID, NULL, "%s is not set", sources[i].variable));
        }
    }
    return faults;
}

struct err *
credentials_read(struct mem *mem, struct credentials *credentials)
{
    const char *path = NULL;

    *credentials = (struct credentials){.cloud = getenv("OS_CLOUD")};
    if (credentials->cloud || !getenv("OS_AUTH_URL")) {
        TRY(clouds_find(mem, &path));
        TRY(cloud_read(mem, path, credentials));
    }
    return credentials_complete(credentials);
}

struct err *
credentials_read_site(struct mem *mem, const char *where, struct credentials *credentials)
{
    const char *colon = where ? strrchr(where, ':') : NULL, *path = where;

    if (!where) {
        TRY(credentials_read(mem, credentials));
        credentials->service = "network";
        return NULL;
    }
    *credentials = (struct credentials){.service = "network"};
    if (!file_exists(where)) {
        path = colon ? mem_strn(mem, where, (size_t)(colon - where)) : NULL;
        credentials->cloud = colon ? colon + 1 : where;
    }
    if (!path) {
        TRY(clouds_find(mem, &path));
    }
    TRY(cloud_read(mem, path, credentials));
    return credentials_complete(credentials);
}

/* ---- what a server says ---------------------------------------------------- */

static enum err_code
code_of(int status)
{
    for (int code = 1; code < E_N; code++) {
        if (err_code_status((enum err_code)code) == status) {
            return (enum err_code)code;
        }
    }
    return status < 500 ? E_INVALID : E_REMOTE;
}

/* ProblemDetails, or the error of another dialect, as one line. */
static const char *
problem_text(const struct json *json, const char *body)
{
    static const char *const places[] = {"detail", "title", "error.message", "message",
                                         "NeutronError.message"};

    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        const char *text = json_str(json_path(json, places[i]));

        if (text) {
            return text;
        }
    }
    return str_or(body, "");
}

/* ---- token and catalog ---------------------------------------------------- */

static const char *
auth_root(struct mem *mem, const char *auth_url)
{
    size_t n = strlen(auth_url);

    while (n && auth_url[n - 1] == '/') {
        n--;
    }
    if (n >= 3 && !strncmp(auth_url + n - 3, "/v3", 3)) {
        n -= 3;
    }
    return mem_strn(mem, auth_url, n);
}

static void
token_body(const struct credentials *credentials, struct buf *out)
{
    struct jw w = jw_to(out);

    jw_object(&w, NULL);
    jw_object(&w, "auth");
    jw_object(&w, "identity");
    jw_array(&w, "methods");
    jw_str(&w, NULL, "password");
    jw_end(&w);
    jw_object(&w, "password");
    jw_object(&w, "user");
    jw_str(&w, "name", credentials->username);
    jw_str(&w, "password", credentials->password);
    jw_object(&w, "domain");
    jw_str(&w, "name", credentials->user_domain);
    jw_end(&w);
    jw_end(&w);
    jw_end(&w);
    jw_end(&w);
    jw_object(&w, "scope");
    jw_object(&w, "project");
    jw_str(&w, "name", credentials->project);
    jw_object(&w, "domain");
    jw_str(&w, "name", credentials->project_domain);
    jw_end(&w);
    jw_end(&w);
    jw_end(&w);
    jw_end(&w);
    jw_end(&w);
}

static const char *
endpoint_of(struct mem *mem, const struct session *session, const struct json *service)
{
    const struct json *endpoints = json_get(service, "endpoints");

    json_each (endpoints, i) {
        const struct json *endpoint = endpoints->items[i];
        const char *region = json_get_str(endpoint, "region");

        if (str_eq(json_get_str(endpoint, "interface"), "public") &&
            (str_empty(session->credentials.region) ||
             str_eq(region, session->credentials.region))) {
            return auth_root(mem, str_or(json_get_str(endpoint, "url"), ""));
        }
    }
    return NULL;
}

static struct err *
catalog_read(struct session *session, const struct json *token)
{
    const struct json *catalog = json_get(token, "catalog");
    const char *service = str_or(session->credentials.service, SERVICE_TYPE);

    session->expires_at = json_get_str(token, "expires_at");
    session->project_id = json_str(json_path(token, "project.id"));
    json_each (catalog, i) {
        if (str_eq(json_get_str(catalog->items[i], "type"), service)) {
            session->root = endpoint_of(session->mem, session, catalog->items[i]);
        }
    }
    if (!session->root) {
        return err_new(E_NOT_FOUND, NULL, "the catalog of %s has no service of type %s",
                       session->credentials.auth_url, service);
    }
    return NULL;
}

static struct http_client_config
client_config(const struct session *session)
{
    return (struct http_client_config){
        .tls.ca_file =
            str_empty(session->credentials.ca_file) ? NULL : session->credentials.ca_file,
    };
}

static struct err *
login_refusal(struct mem *mem, const struct session *session, const char *url, const struct http_answer *answer)
{
    const struct json *json = NULL;

    if (answer->status == 401 || answer->status == 403) {
        return err_new(E_UNAUTHENTICATED, NULL, "%s refused user \"%s\" (status %d)", url, session->credentials.username,
                       answer->status);
    }
    err_ignore(json_parse(mem, answer->body, answer->body_len, &json), "then its words as they are");
    return err_new(code_of(answer->status), NULL, "%s gives no token: %.300s (status %d)", url,
                   problem_text(json, answer->body), answer->status);
}

/* A new token by password. */
static struct err *
login(struct session *session)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    struct http_client_config config = client_config(session);
    struct mem *mem = session->mem;
    AUTO_BUF body = BUF_INIT;
    struct http_answer answer;
    const struct json *json;

    token_body(&session->credentials, &body);
    struct http_request request = {
        .method = "POST",
        .url = mem_printf(mem, "%s/v3/auth/tokens", auth_root(mem, session->credentials.auth_url)),
        .headers = headers,
        .body = body.data,
        .body_len = body.len,
        .body_fd = -1,
    };
    TRY(http_fetch(mem, &config, &request, &answer));
    if (answer.status != 201) {
        return login_refusal(mem, session, request.url, &answer);
    }
    session->is_kept = false;
    session->token = mem_str(mem, http_answer_header(&answer, "X-Subject-Token"));
    TRY(json_parse(mem, answer.body, answer.body_len, &json));
    TRY(catalog_read(session, json_get(json, "token")));
    if (session->cache) {
        token_cache_store(session, session->cache);
    }
    return NULL;
}

struct err *
session_open(struct mem *mem, bool use_cache, struct session *session)
{
    struct credentials credentials;

    TRY(credentials_read(mem, &credentials));
    return session_open_with(mem, &credentials, use_cache, session);
}

struct err *
session_open_with(struct mem *mem, const struct credentials *credentials, bool use_cache,
                  struct session *session)
{
    *session = (struct session){.mem = mem, .credentials = *credentials};
    session->cache = use_cache ? token_cache_path(mem, &session->credentials) : NULL;
    if (session->cache && token_cache_load(session, session->cache, false)) {
        session->is_kept = true;
        return NULL;
    }
    return login(session);
}

struct err *
session_end(struct mem *mem, bool *ended)
{
    struct session session = {.mem = mem};
    struct http_client_config config;
    struct http_answer answer;

    *ended = false;
    TRY(credentials_read(mem, &session.credentials));
    session.cache = token_cache_path(mem, &session.credentials);
    if (!session.cache || !token_cache_load(&session, session.cache, true)) {
        return NULL;
    }
    /* First the file: whatever the server says, nobody finds the token here again. */
    if (unlink(session.cache) && errno != ENOENT) {
        return err_errno(E_UNAVAILABLE, "remove %s", session.cache);
    }
    *ended = true;
    config = client_config(&session);
    const char *headers[] = {mem_printf(mem, "X-Auth-Token: %s", session.token),
                             mem_printf(mem, "X-Subject-Token: %s", session.token), NULL};
    struct http_request request = {
        .method = "DELETE",
        .url = mem_printf(mem, "%s/v3/auth/tokens", auth_root(mem, session.credentials.auth_url)),
        .headers = headers,
        .body_fd = -1,
    };
    TRY_MSG(http_fetch(mem, &config, &request, &answer), "the token is removed but not revoked");
    /* 401, 404: it was not valid any more. */
    if (answer.status != 204 && answer.status != 401 && answer.status != 404) {
        return err_new(E_REMOTE, NULL, "the token is removed but not revoked: %s answered %d",
                       request.url, answer.status);
    }
    return NULL;
}

/* ---- calls ---------------------------------------------------------------- */

/* Path and query of the first of `<URL>; rel="next", ...` (RFC 8288) that is next, or null. */
static const char *
link_next(struct mem *mem, const char *link)
{
    const char *at = link, *end;

    while ((at = at ? strchr(at, '<') : NULL) && (end = strchr(at, '>'))) {
        const char *url = mem_strn(mem, at + 1, (size_t)(end - at) - 1), *host = strstr(url, "://");
        const char *path = host ? strchr(host + 3, '/') : *url == '/' ? url : NULL;
        const char *about = mem_strn(mem, end, strcspn(end, "<"));

        if (path && (strstr(about, "rel=\"next\"") || strstr(about, "rel=next"))) {
            return path;
        }
        at = end;
    }
    return NULL;
}

static struct err *
reply_read(struct session *session, const struct call *call, const struct http_answer *answer,
           struct reply *reply)
{
    const char *type = str_or(http_answer_header(answer, "Content-Type"), "");

    *reply = (struct reply){
        .status = answer->status,
        .body = answer->body,
        .location = http_answer_header(answer, "Location"),
        .next = link_next(session->mem, http_answer_header(answer, "Link")),
    };
    if (answer->body_len && strstr(type, "json")) {
        TRY_MSG(json_parse(session->mem, answer->body, answer->body_len, &reply->json),
                "answer of %s %s", call->method, call->path);
    }
    if (answer->status >= 400) {
        return err_new(code_of(answer->status), NULL, "%s (%s %s answered %d, request %s)",
                       problem_text(reply->json, answer->body), call->method, call->path,
                       answer->status,
                       str_or(http_answer_header(answer, "X-OpenStack-Request-Id"), "unknown"));
    }
    return NULL;
}

static struct err *
call_once(struct session *session, const struct call *call, struct http_answer *answer)
{
    struct http_client_config config = client_config(session);
    const char *headers[] = {
        mem_printf(session->mem, "X-Auth-Token: %s", session->token),
        mem_printf(session->mem, "Content-Type: %s",
                   str_or(call->content_type, "application/json")),
        "Accept: application/json",
        strstr(call->path, "/v2/") ? "Version: 2.0.0" : NULL, /* ETSI's majors */
        NULL,
    };
    struct http_request request = {
        .method = call->method,
        .url = str_starts(call->path, "http")
                   ? call->path
                   : mem_printf(session->mem, "%s%s", session->root, call->path),
        .headers = headers,
        .body = call->body,
        .body_len = call->body ? strlen(call->body) : 0,
        .body_fd = call->body_fd > 0 ? call->body_fd : -1,
        .timeout_ms = call->body_fd > 0 ? 3600000 : 0,
    };

    return http_fetch(session->mem, &config, &request, answer);
}

/* Could a new login change that?  The token may be over or revoked, of a server that was made
 * anew or has moved, or from before a role was given: nothing has happened in any of these. */
static bool
is_stale(const struct session *session, const struct err *e, const struct http_answer *answer)
{
    return session->is_kept &&
           (e ? err_is(e, E_UNAVAILABLE) : answer->status == 401 || answer->status == 403);
}

struct err *
session_call(struct session *session, const struct call *call, struct reply *reply)
{
    struct http_answer answer = {0};
    struct err *e = call_once(session, call, &answer);

    if (is_stale(session, e, &answer)) {
        err_ignore(e, "asked again with a new token");
        TRY(login(session));
        e = call_once(session, call, &answer);
    }
    TRY(e);
    return reply_read(session, call, &answer, reply);
}

/* Pages of a list as one. */
struct err *
session_get(struct session *session, const char *path, const struct json **json)
{
    struct call call = {.method = "GET", .path = path};
    VEC(const struct json *) items = {0};
    const char *met = path; /* of the last power of two: a circle comes back to it */
    struct json *all;
    struct reply reply;

    TRY(session_call(session, &call, &reply));
    *json = reply.json;
    if (!reply.next || !json_is(*json, JSON_T_ARRAY)) {
        return NULL;
    }
    all = mem_copy(session->mem, reply.json, sizeof *all);
    for (int n_pages = 1;; n_pages++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a list, or it would not have come so far */
        for (size_t i = 0; i < reply.json->n; i++) {
            vec_add(session->mem, &items, reply.json->items[i]);
        }
        if (!reply.next) {
            break;
        }
        if (n_pages == PAGES_MAX || str_eq(reply.next, met)) {
            return err_new(E_REMOTE, NULL, "GET %s: after %d pages the list goes on at %s", path, n_pages, reply.next);
        }
        met = n_pages & (n_pages - 1) ? met : reply.next;
        call.path = reply.next;
        TRY(session_call(session, &call, &reply));
        if (!json_is(reply.json, JSON_T_ARRAY)) {
            return err_new(E_REMOTE, NULL, "GET %s answered no page of a list", call.path);
        }
    }
    all->items = items.items;
    all->n = items.n;
    *json = all;
    return NULL;
}
