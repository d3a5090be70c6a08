/* The one pipeline of every API: match, authenticate, decode, run, answer.
 * A request runs on its server thread; a write puts the exchange to sleep and
 * is answered from the writer's thread after the commit. */
#include "base/log.h"
#include "base/uuid.h"
#include "rest/exchange.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#define GRACE_MS 2000 /* for requests under way when it ends */

/* ---- what handlers ask ------------------------------------------------------- */

const char *
rest_param(const struct rest_request *r, const char *name)
{
    const struct compiled_route *match = r->x->match;
    size_t n = strlen(name);

    for (size_t i = 0; match && i < match->n_segs; i++) {
        const char *seg = match->segs[i];

        if (seg[0] == '{' && strncmp(seg + 1, name, n) == 0 && seg[n + 1] == '}') {
            return r->x->segs[i];
        }
    }
    return NULL;
}

const char *
rest_header_in(const struct rest_request *r, const char *name)
{
    return http_header(r->x->http, name);
}

const char *
rest_body_raw(const struct rest_request *r, size_t *n)
{
    return http_body(r->x->http, n);
}

bool
rest_basic(const struct rest_request *r, const char **name, const char **password)
{
    const char *header = http_header(r->x->http, "Authorization");
    const char *both, *colon;
    size_t n;

    if (!header || strncasecmp(header, "Basic ", 6) != 0) {
        return false;
    }
    both = base64_to(r->mem, header + 6 + strspn(header + 6, " "), &n);
    if (!both || !str_utf8(both, n) || memchr(both, '\0', n)) {
        return false;
    }
    both = mem_strn(r->mem, both, n);
    colon = strchr(both, ':');
    if (!colon) {
        return false;
    }
    *name = mem_strn(r->mem, both, (size_t)(colon - both));
    *password = colon + 1;
    return true;
}

/* ---- the head ------------------------------------------------------------------ */

/* The host as the client named it; a name that could break out of a link or
 * a header is replaced. */
static const char *
host_of(struct rest_exchange *x)
{
    const char *host = http_header(x->http, "Host");

    for (const char *c = str_or(host, "/"); *c; c++) {
        if (!isalnum((unsigned char)*c) && !strchr(".-_:[]", *c)) {
            return mem_printf(x->r.mem, "127.0.0.1:%u", http_server_port(x->rest->server));
        }
    }
    return str_empty(host)
               ? mem_printf(x->r.mem, "127.0.0.1:%u", http_server_port(x->rest->server))
               : host;
}

static void
set_base(struct rest_exchange *x, const struct rest_mount *mount)
{
    x->r.base = mem_printf(x->r.mem, "%s://%s%s", http_is_tls(x->http) ? "https" : "http",
                           host_of(x), mount->prefix);
}

static void
begin_request(struct rest_exchange *x, struct rest *rest, struct http_exchange *http)
{
    struct rest_request *r = &x->r;

    x->rest = rest;
    x->http = http;
    x->fd = -1;
    x->began_ns = time_mono_ns();
    r->x = x;
    r->mem = http_mem(http);
    r->method = http_method(http);
    r->request_id = mem_printf(r->mem, "req-%s", uuid_make(r->mem));
    r->caller.request_id = r->request_id;
    r->op.mem = r->mem;
    r->op.caller = &r->caller;
    r->w = jw_to(&r->out);
}

static void
speak(struct rest_exchange *x, const struct rest_mount *mount)
{
    x->r.mount = mount;
    x->r.face = mount->face;
    x->r.op.user = mount->user;
    x->r.op.faults = mount->face->dialect->faults;
    set_base(x, mount);
}

static struct err *
match_route(struct rest_exchange *x)
{
    struct rest_request *r = &x->r;
    const struct rest_mount *near = NULL;
    struct err *e = routes_match(&x->rest->table, x, http_path(x->http), r->method, &near);

    if (near || x->rest->config.n_mounts) {
        speak(x, near ? near : &x->rest->config.mounts[0]);
    }
    if (e) {
        if (r->mount && str_starts(http_path(x->http), r->mount->prefix)) {
            r->path = http_path(x->http) + strlen(r->mount->prefix);
        }
        return e;
    }
    r->route = x->match->route;
    speak(x, x->match->mount);
    r->op.resource = r->route->resource;
    r->op.if_match = http_header(x->http, "If-Match");
    r->id = rest_param(r, "id");
    r->path = http_path(x->http) + strlen(x->match->mount->prefix);
    return query_parse(x, http_query(x->http));
}

static const char *
given_token(struct http_exchange *http)
{
    const char *token = http_header(http, "X-Auth-Token");
    const char *bearer = http_header(http, "Authorization");

    if (!token && bearer && strncasecmp(bearer, "Bearer ", 7) == 0) {
        token = bearer + 7;
    }
    return str_empty(token) ? NULL : token;
}

bool
passwords_taken(const struct rest_request *r)
{
    const struct rest_passwords *passwords = &r->x->rest->config.passwords;

    return passwords->prove && r->face->dialect->without_token &&
           (passwords->in_clear || http_is_tls(r->x->http));
}

/* What was proved lately is known at once; else the proof waits for the whole request, for it takes
 * a pool.  A file cannot wait: it would have to be kept before it is known whose it is. */
static struct err *
authenticate_password(struct rest_exchange *x)
{
    const struct rest_config *config = &x->rest->config;
    struct rest_request *r = &x->r;
    const char *name, *password;

    if (!rest_basic(r, &name, &password)) {
        return err_new(E_UNAUTHENTICATED, "Unauthorized", "no token was given");
    }
    r->authenticated =
        config->passwords.proved(config->auth_arg, name, password, r->mem, &r->caller);
    r->caller.request_id = r->request_id;
    if (r->authenticated) {
        return NULL;
    }
    if (r->route->flags & REST_UPLOAD) {
        return err_new(E_UNAUTHENTICATED, "Unauthorized", "not proved within the last minute");
    }
    x->name = r->claims = name;
    x->password = password;
    return NULL;
}

/* Whose certificate the connection shows; null where none is taken, or a header says who asks. */
static const char *
certified(const struct rest_exchange *x)
{
    return x->rest->config.certified && x->r.face->dialect->without_token &&
                   !http_header(x->http, "Authorization")
               ? http_client_name(x->http)
               : NULL;
}

static struct err *
authenticate_certificate(struct rest_exchange *x, const char *name)
{
    const struct rest_config *config = &x->rest->config;
    struct rest_request *r = &x->r;
    struct err *e = config->certified(config->auth_arg, name, r->mem, &r->caller);

    r->caller.request_id = r->request_id;
    r->authenticated = !e;
    return e;
}

static struct err *
authenticate(struct rest_exchange *x)
{
    struct rest_request *r = &x->r;
    const struct rest_config *config = &x->rest->config;
    bool is_public = r->route->flags & REST_PUBLIC;
    const char *name;
    struct err *e;

    r->token = given_token(x->http);
    name = r->token || is_public ? NULL : certified(x);
    if (name) {
        return authenticate_certificate(x, name);
    }
    if (!r->token && !is_public && passwords_taken(r)) {
        return authenticate_password(x);
    }
    if (is_public && !config->authenticate) {
        return NULL; /* Nobody is known here, whatever is shown. */
    }
    if (!r->token) {
        return is_public ? NULL : err_new(E_UNAUTHENTICATED, "Unauthorized", "no token was given");
    }
    e = config->authenticate(config->auth_arg, r->token, r->mem, &r->caller);
    r->caller.request_id = r->request_id;
    if (e && is_public) {
        err_ignore(e, "a public route does not care who asks");
        return NULL;
    }
    r->authenticated = !e;
    return e;
}

static struct err *
check_version(struct rest_exchange *x)
{
    struct rest_request *r = &x->r;
    int version = r->op.version;

    if (r->face->dialect->begin) {
        TRY(r->face->dialect->begin(r));
        version = r->op.version;
    }
    if (version && ((r->route->since && version < r->route->since) ||
                    (r->route->until && version >= r->route->until))) {
        return err_new(E_NOT_FOUND, NULL, "%s %s is not part of this version", r->method, r->path);
    }
    return NULL;
}

static struct err *
check_rule(const struct rest_request *r)
{
    if (r->route->rule && !policy_allows(&r->caller, r->route->rule, "admin_only", NULL)) {
        return err_new(E_FORBIDDEN, "PolicyNotAuthorized", "(rule:%s) is disallowed by policy",
                       r->route->rule);
    }
    return NULL;
}

static struct err *
check_head(struct rest_exchange *x)
{
    struct rest_request *r = &x->r;

    TRY(match_route(x));
    TRY(check_version(x));
    TRY(authenticate(x));
    if (x->password) {
        return NULL; /* nobody yet */
    }
    TRY(check_rule(r));
    if (r->route->flags & REST_UPLOAD) {
        TRY(r->route->upload->begin(r));
        x->upload_open = true;
    }
    return NULL;
}

static enum http_body_mode
on_head(struct http_exchange *http, void *arg)
{
    struct rest_exchange *x = MEM_NEW(http_mem(http), struct rest_exchange);
    struct log_origin was;
    struct err *e;

    begin_request(x, arg, http);
    http_set_user(http, x);
    was = log_origin_swap(log_origin_of(x->r.request_id));
    e = check_head(x);
    bool refused = e != NULL;

    if (refused) {
        answer_err(&x->r, e);
    }
    (void)log_origin_swap(was);
    if (refused) {
        return HTTP_REFUSE;
    }
    return x->r.route->flags & REST_UPLOAD ? HTTP_STREAM : HTTP_COLLECT;
}

static struct err *
on_body(struct http_exchange *http, void *arg, const void *data, size_t n)
{
    struct rest_exchange *x = http_user(http);

    (void)arg;
    return x->r.route->upload->piece(&x->r, data, n);
}

/* ---- the body -------------------------------------------------------------------- */

static bool
wants_json(const struct rest_request *r)
{
    if (r->route->flags & (REST_UPLOAD | REST_NO_BODY | REST_RAW_BODY | REST_FORM_BODY)) {
        return false;
    }
    switch (r->route->verb) {
    case REST_CREATE:
    case REST_UPDATE:
        return true;
    case REST_TAGS:
        return str_eq(r->method, "PUT");
    case REST_ACTION:
        return !str_eq(r->method, "GET") && !str_eq(r->method, "HEAD") &&
               !str_eq(r->method, "DELETE");
    case REST_LIST:
    case REST_SHOW:
    case REST_DELETE:
    case REST_TAG:
    case REST_VERSIONS:
    case REST_N_VERBS:
        break;
    }
    return false;
}

static struct err *
bad_json(struct rest_request *r, struct err *why)
{
    const struct dialect *dialect = r->face->dialect;

    return dialect->bad_json ? dialect->bad_json(r, why) : why;
}

static struct err *
parse_body(struct rest_request *r)
{
    bool needed = r->route->verb != REST_ACTION || r->route->body;
    const char *text;
    struct err *e;
    size_t n;

    if (!wants_json(r)) {
        return NULL;
    }
    text = http_body(r->x->http, &n);
    if (n == 0 && (!needed || r->route->flags & REST_ANY_BODY)) {
        return NULL;
    }
    e = json_parse_within(r->mem, n ? text : "", n, JSON_DEPTH_REQUEST, &r->body);
    if (e) {
        return bad_json(r, e);
    }
    if (!json_is(r->body, JSON_T_OBJECT) && !(r->route->flags & REST_ANY_BODY)) {
        return bad_json(r, err_new(E_INVALID, NULL, "the body is not an object but %s",
                                   json_type_name(r->body->type)));
    }
    return NULL;
}

/* Secrets are in forms: what stands in an address is in logs. */
static struct err *
parse_form(struct rest_request *r)
{
    static const char form[] = "application/x-www-form-urlencoded";
    const char *type = rest_header_in(r, "Content-Type");
    const char *text;
    size_t n;

    if (!(r->route->flags & REST_FORM_BODY)) {
        return NULL;
    }
    if (!type || !str_eq(mem_strn(r->mem, type, strcspn(type, "; ")), form)) {
        return err_new(E_MEDIA_TYPE, NULL, "the body has to be %s", form);
    }
    text = http_body(r->x->http, &n);
    if (n > REST_FORM_MAX) {
        return err_new(E_TOO_LARGE, NULL, "a form has %d bytes at most", REST_FORM_MAX);
    }
    if (n && memchr(text, '\0', n)) {
        return err_new(E_INVALID, NULL, "the body is no form");
    }
    r->x->query.n = 0;
    return n ? query_parse(r->x, mem_strn(r->mem, text, n)) : NULL;
}

/* ---- running --------------------------------------------------------------------- */

static void
finish(struct rest_request *r, struct err *e)
{
    if (http_is_cut(r->x->http)) {
        err_ignore(e, "its client was told that the server ends");
        buf_done(&r->out);
        return;
    }
    if (!e && r->route->committed) {
        e = r->route->committed(r);
    }
    if (!e) {
        e = answer_whole(r);
    }
    if (e) {
        answer_err(r, e);
    } else {
        answer_ok(r);
    }
}

void
rest_finish(struct rest_request *r, struct err *err)
{
    finish(r, err);
}

void
rest_post(struct rest_request *r, struct loop *loop, loop_fn *fn, void *arg)
{
    r->x->loop = loop;
    r->x->posted = fn;
    r->x->posted_arg = arg;
    loop_post(loop, fn, arg);
}

/* An upload that came to nothing is forgotten before its answer goes out: who
 * reads the answer may look at once. */
static void
upload_drop(struct rest_exchange *x)
{
    if (x->upload_open) {
        x->upload_open = false;
        x->r.route->upload->abort(&x->r);
    }
}

/* On the pool: to give an upload up may wait for a write of its own. */
static void
upload_refused(void *arg)
{
    struct rest_request *r = arg;
    struct err *e = r->x->failed;

    r->x->failed = NULL;
    upload_drop(r->x);
    finish(r, e);
}

/* The upload is all there, but what should follow it was not written. */
static void
write_done(void *arg, struct err *e)
{
    struct rest_request *r = arg;
    struct err *busy;

    if (!e || !r->x->upload_open) {
        r->x->upload_open = false;
        finish(r, e);
        return;
    }
    r->x->failed = e;
    busy = pool_run(r->x->rest->config.pool, upload_refused, r);
    if (busy) {
        err_ignore(busy, "it is given up when the exchange ends");
        r->x->failed = NULL;
        finish(r, e);
    }
}

static void
queue_write(struct rest_request *r)
{
    r->x->on_writer = true;
    store_write(r->mount->store, verb_run, r, write_done);
}

static void
run_read(struct rest_request *r)
{
    struct err *e = store_read(r->mount->store, verb_run, r);

    if (!e && r->x->again) {
        queue_write(r);
        return;
    }
    finish(r, e);
}

static const struct face_version *
version_at(const struct rest_request *r)
{
    size_t n = strlen(r->route->path);

    while (n > 0 && r->route->path[n - 1] == '/') {
        n--;
    }
    for (const struct face_version *v = r->face->versions; n && v && v->id; v++) {
        if (strncmp(v->path, r->route->path, n) == 0 && (v->path[n] == '/' || !v->path[n])) {
            return v;
        }
    }
    return NULL;
}

static void
run_versions(struct rest_request *r)
{
    const struct face_version *one = version_at(r);

    answer_reset(r);
    r->status = r->route->status ? r->route->status
                : one            ? 200
                                 : r->face->dialect->versions_status;
    r->face->dialect->versions(r, one);
    answer_ok(r);
}

/* Into the store, or wherever the route ends. */
static void
run(struct rest_request *r)
{
    const struct route *route = r->route;

    if (route->verb == REST_VERSIONS) {
        run_versions(r);
    } else if (verb_writes(r)) {
        queue_write(r);
    } else if (route->verb != REST_ACTION || route->read) {
        run_read(r);
    } else if (route->start) {
        struct err *e = route->start(r);

        if (e) {
            answer_err(r, e);
        }
    } else {
        finish(r, NULL);
    }
}

/* What comes before the transaction; on the pool where the route says so. */
static void
prepare(void *arg)
{
    struct rest_request *r = arg;
    struct err *e = NULL;

    if (r->x->upload_open) {
        e = r->route->upload->end(r);
        r->x->upload_open = e || r->route->write;
    }
    if (!e && r->route->prepare) {
        e = r->route->prepare(r);
    }
    if (e) {
        upload_drop(r->x);
        answer_err(r, e);
    } else {
        run(r);
    }
}

static struct err *
read_body(struct rest_request *r)
{
    const struct err *broken = http_body_error(r->x->http);

    if (broken) {
        return err_copy(broken);
    }
    TRY(parse_form(r));
    TRY(parse_body(r));
    if (r->body && r->face->body) {
        TRY(r->face->body(r));
    }
    return verb_decode(r);
}

/* The request of a known caller. */
static void
take(struct rest_exchange *x)
{
    struct err *e = read_body(&x->r);

    if (!e && (x->r.route->flags & REST_POOL)) {
        e = pool_run(x->rest->config.pool, prepare, &x->r);
        if (!e) {
            return;
        }
    }
    if (e) {
        upload_drop(x);
        answer_err(&x->r, e);
    } else {
        prepare(&x->r);
    }
}

/* On the pool that hashes. */
static void
prove(void *arg)
{
    struct rest_request *r = arg;
    const struct rest_config *config = &r->x->rest->config;
    struct err *e =
        config->passwords.prove(config->auth_arg, r->x->name, r->x->password, r->mem, &r->caller);

    r->caller.request_id = r->request_id;
    r->authenticated = !e;
    if (!e) {
        e = check_rule(r);
    }
    if (e) {
        answer_err(r, e);
    } else {
        take(r->x);
    }
}

static void
take_or_prove(struct rest_exchange *x)
{
    struct err *e;

    if (!x->password) {
        take(x);
        return;
    }
    e = pool_run(x->rest->config.passwords.pool, prove, &x->r);
    if (e) {
        answer_err(&x->r, e);
    }
}

/* What follows from it is on its behalf, wherever it is done. */
static void
on_request(struct http_exchange *http, void *arg)
{
    struct rest_exchange *x = http_user(http);
    struct log_origin was;

    (void)arg;
    if (x->answered) {
        return;
    }
    was = log_origin_swap(log_origin_of(x->r.request_id));
    take_or_prove(x);
    (void)log_origin_swap(was);
}

static void
on_done(struct http_exchange *http, void *arg)
{
    struct rest_exchange *x = http_user(http);

    (void)arg;
    if (!x) {
        return;
    }
    if (x->loop) {
        (void)loop_unpost(x->loop, x->posted, x->posted_arg); /* Waits where the server ends. */
    }
    upload_drop(x);
    if (x->fd >= 0) {
        (void)close(x->fd);
    }
    buf_done(&x->r.out);
    http_set_user(http, NULL);
}

/* The server's own refusals (too large, malformed) in the language of the API
 * that was meant, if the head got that far. */
static void
on_refused(struct http_exchange *http, void *arg, int status, const char *why, struct buf *body,
           const char *const **headers)
{
    struct rest_exchange *x = http_user(http);
    struct rest *rest = arg;
    struct rest_exchange bare = {.fd = -1};
    AUTO(err) e = err_new(status == 413 ? E_TOO_LARGE : E_INVALID, NULL, "%s", why);
    struct rest_request *r;

    if (rest->config.n_mounts == 0) {
        return;
    }
    if (!x) {
        x = &bare;
        x->r.x = x;
        x->r.mem = http_mem(http);
        x->r.face = rest->config.mounts[0].face;
    }
    r = &x->r;
    if (!r->face) {
        return;
    }
    answer_reset(r);
    r->status = status;
    r->face->dialect->fault(r, status, e);
    buf_add(body, r->out.data, r->out.len);
    if (r->face->dialect->headers) {
        r->face->dialect->headers(r);
    }
    rest_header(r, "Content-Type", "%s", r->face->dialect->fault_type);
    rest_header(r, "Connection", "close");
    vec_add(r->mem, &x->headers, NULL);
    *headers = x->headers.items;
    buf_done(&bare.r.out);
}

/* ---- life ------------------------------------------------------------------------- */

struct err *
rest_new(const struct rest_config *config, struct rest **out)
{
    struct mem *mem = mem_new("rest");
    struct rest *rest = MEM_NEW(mem, struct rest);
    struct http_server_config http = config->http;
    struct err *e;

    rest->mem = mem;
    rest->config = *config;
    rest->handler = (struct http_handler){.head = on_head,
                                          .body = on_body,
                                          .request = on_request,
                                          .done = on_done,
                                          .refused = on_refused};
    e = routes_compile(mem, config->mounts, config->n_mounts, &rest->table);
    if (!e) {
        http.handler = &rest->handler;
        http.arg = rest;
        e = http_server_new(&http, &rest->server);
    }
    if (e) {
        mem_free(mem);
        return e;
    }
    *out = rest;
    return NULL;
}

void
rest_stop(struct rest *rest)
{
    if (rest) {
        http_server_stop(rest->server, GRACE_MS);
    }
}

void
rest_free(struct rest *rest)
{
    if (rest) {
        http_server_free(rest->server, GRACE_MS);
        mem_free(rest->mem);
    }
}

uint16_t
rest_port(const struct rest *rest)
{
    return http_server_port(rest->server);
}

struct err *
rest_certify(struct rest *rest, const char *cert, const char *key)
{
    return http_server_certify(rest->server, cert, key);
}
