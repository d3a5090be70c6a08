/* Sessions: a token kept and renewed, the catalog, and a queue with a cap on
 * the calls in flight towards one site. */
#include "vim/session.h"

#include "base/version.h"
#include "sys/meter.h"

#include <stdio.h>

/* ---- ends ---------------------------------------------------------------------------- */

static void
session_free(struct session *session)
{
    loop_timer_del(session->rest);
    mem_free(session->token_mem);
    mem_free(session->mem);
}

static void
session_drop(struct session *session)
{
    struct session **at = &session->vim->sessions;

    while (*at != session) {
        at = &(*at)->next;
    }
    *at = session->next;
    session_free(session);
}

void
call_end(struct call *call, const struct vim_answer *answer, struct err *err)
{
    struct log_origin was = log_origin_swap(call->origin);

    call->done(call->arg, answer, err);
    mem_free(call->mem);
    (void)log_origin_swap(was);
}

/* Everyone who waits is told why there is no token. */
void
session_failed(struct session *session, const struct err *err)
{
    struct call *call = session->first;

    session->first = NULL;
    session->last = &session->first;
    while (call) {
        struct call *next = call->next;

        call_end(call, NULL, err_copy(err));
        call = next;
    }
}

/* ---- a site that is away for a moment -------------------------------------------------------- */

#define AWAY_PAUSE_MS 200

/* Those that rest are tried again, behind those that were not yet. */
static void
rest_end(struct session *session)
{
    if (session->away) {
        *session->last = session->away;
        session->last = session->away_last;
        session->away = NULL;
    }
}

/* loop_fn: a timer's. */
static void
site_again(void *arg)
{
    struct session *session = arg;

    rest_end(session);
    session_pump(session);
}

/* It is tried again in a moment.  What else there is goes on: of a site's services perhaps only one is away. */
static void
call_rest(struct call *call)
{
    struct session *session = call->session;

    if (!session->rest) {
        session->rest = loop_timer_new(session->vim->config.loop, site_again, session);
    }
    if (!session->away) {
        session->away_last = &session->away;
        loop_timer_arm(session->rest, AWAY_PAUSE_MS);
    }
    call->next = NULL;
    *session->away_last = call;
    session->away_last = &call->next;
}

static bool
call_wanted(const struct call *call)
{
    return !call->spec.wanted || call->spec.wanted(call->arg);
}

/* Is the call, of which 'err' says that nothing was sent, tried again in a moment? */
static bool
call_rests(struct call *call, const struct err *err)
{
    const struct vim *vim = call->session->vim;
    int64_t now = time_mono_ns();

    if (!call->spec.patient || err->code != E_UNAVAILABLE || call->session->stale || vim->closing || !call_wanted(call)) {
        return false;
    }
    call->away_ns = call->away_ns ? call->away_ns : now;
    return now - call->away_ns < vim->config.away_ms * 1000000;
}

static void
call_first(struct call *call)
{
    struct session *session = call->session;

    call->next = session->first;
    if (!session->first) {
        session->last = &call->next;
    }
    session->first = call;
}

/* Nobody was reached there: who cannot wait is told. */
static void
session_away(struct session *session, const struct err *err)
{
    struct call *call = session->first;

    session->first = NULL;
    session->last = &session->first;
    while (call) {
        struct call *next = call->next;

        if (call_rests(call, err)) {
            call_rest(call);
        } else {
            call_end(call, NULL, err_copy(err));
        }
        call = next;
    }
}

/* ---- endpoints ---------------------------------------------------------------------------- */

/* X(service, its version's root, what a URL has that already ends there) */
#define ROOTS(X)                                                                                   \
    X("network", "/v2.0", "/v2")                                                                   \
    X("compute", "/v2.1", "/v2")                                                                   \
    X("image", "/v2", "/v2")                                                                       \
    X("identity", "/v3", "/v3")

static const char *
with_root(struct mem *mem, const char *service, const char *url)
{
    size_t n = strlen(url);
    const char *base = mem_strn(mem, url, n && url[n - 1] == '/' ? n - 1 : n);

#define X(name, root, has)                                                                         \
    if (str_eq(service, name) && !strstr(base, has)) {                                             \
        return mem_printf(mem, "%s%s", base, root);                                                \
    }
    ROOTS(X)
#undef X
    return base;
}

static const char *
endpoint_url(const struct session *session, const struct json *endpoints)
{
    const struct vim_site *site = &session->site;

    json_each (endpoints, i) {
        const struct json *at = endpoints->items[i];

        if (str_eq(json_get_str(at, "interface"), str_or(site->interface, "public")) &&
            (!site->region || str_eq(json_get_str(at, "region_id"), site->region) ||
             str_eq(json_get_str(at, "region"), site->region))) {
            return json_get_str(at, "url");
        }
    }
    return NULL;
}

static void
read_catalog(struct session *session, const struct json *catalog)
{
    session->endpoints.n = session->endpoints.cap = 0;
    session->endpoints.items = NULL;
    json_each (catalog, i) {
        const char *type = json_get_str(catalog->items[i], "type");
        const char *url = endpoint_url(session, json_get(catalog->items[i], "endpoints"));

        if (type && url) {
            vec_add(session->token_mem, &session->endpoints,
                    ((struct endpoint){mem_str(session->token_mem, type),
                                       with_root(session->token_mem, type, url)}));
        }
    }
}

const char *
session_endpoint(const struct session *session, const char *service)
{
    vec_each (&session->endpoints, at) {
        if (str_eq(at->service, service)) {
            return at->url;
        }
    }
    return NULL;
}

/* ---- authentication ------------------------------------------------------------------------- */

static void
auth_body(struct jw *w, const struct vim_site *site)
{
    jw_object(w, NULL);
    jw_object(w, "auth");
    jw_object(w, "identity");
    jw_array(w, "methods");
    jw_str(w, NULL, "password");
    jw_end(w);
    jw_object(w, "password");
    jw_object(w, "user");
    jw_str(w, "name", site->username);
    jw_object(w, "domain");
    jw_str(w, "name", str_or(site->user_domain, "Default"));
    jw_end(w);
    jw_str(w, "password", site->password);
    jw_end(w);
    jw_end(w);
    jw_end(w);
    jw_object(w, "scope");
    jw_object(w, "project");
    jw_str(w, "name", site->project);
    jw_object(w, "domain");
    jw_str(w, "name", str_or(site->project_domain, "Default"));
    jw_end(w);
    jw_end(w);
    jw_end(w);
    jw_end(w);
    jw_end(w);
}

/* It outlives tokens: answers are judged by it while another token is on its way. */
static void
project_read(struct session *session, const char *id)
{
    if (!str_eq(session->project, id)) {
        session->project = mem_str(session->mem, id);
    }
}

/* A site of ours whose version is too far from this one's is not told anything. */
static struct err *
version_look(const struct session *session, struct mem *mem, const struct http_answer *http)
{
    const char *why = version_refusal(mem, mem_printf(mem, "site %s", session->site.name),
                                      http_answer_header(http, VERSION_HEADER), "this orchestrator");

    return why ? err_new(E_CONFLICT, NULL, "%s", why) : NULL;
}

/* Until when a token is good by our own clock: a site's may be off, and so are the times that it tells then.
 * For two margins at least, so that what waits for it is sent.  False where it does not say. */
static bool
token_until(const struct json *token, int64_t *until)
{
    const char *issued = json_get_str(token, "issued_at"), *expires = json_get_str(token, "expires_at");
    int64_t now = time_now_us(), from, to;

    if (!expires || !time_parse(expires, &to)) {
        return false;
    }
    to = issued && time_parse(issued, &from) ? now + (to - from) : to;
    *until = to < now + 2 * TOKEN_MARGIN_US ? now + 2 * TOKEN_MARGIN_US : to;
    return true;
}

static struct err *
auth_read(struct session *session, const struct http_answer *http)
{
    AUTO(mem) mem = mem_new("vim token");
    struct vim_call call = {.service = "identity", .method = "POST", .path = "/auth/tokens",
                            .read_only = true};
    struct vim_answer answer = {
        .status = http->status, .http = http, .request_id = vim_request_id(http)};
    const char *token = http_answer_header(http, "X-Subject-Token");

    err_ignore(json_parse(mem, http->body, http->body_len, &answer.json), "shown as it is");
    if (http->status < 200 || http->status > 299) {
        return vim_error(mem, &session->site, &call, &answer);
    }
    TRY(version_look(session, mem, http));
    if (!token || !token_until(json_get(answer.json, "token"), &session->token_until)) {
        return err_new(E_REMOTE, NULL,
                       "site %s: the answer to POST /auth/tokens has no token: is %s a Keystone "
                       "v3 URL?",
                       session->site.name, session->site.auth_url);
    }
    mem_free(session->token_mem);
    session->token_mem = mem_new("vim token");
    session->extensions = NULL;
    session->token = mem_str(session->token_mem, token);
    project_read(session, json_str(json_path(answer.json, "token.project.id")));
    read_catalog(session, json_path(answer.json, "token.catalog"));
    return NULL;
}

/* Without a token nothing was sent: what waits certainly did not happen. */
static struct err *
auth_lost(struct session *session, struct err *err)
{
    if (err->code == E_CANCELLED) {
        return err;
    }
    err->code = E_UNAVAILABLE;
    return err_wrap(err, "site %s: POST %s/auth/tokens (is the site up and reachable?)",
                    session->site.name, session->site.auth_url);
}

static void
auth_done(void *arg, const struct http_answer *http, struct err *lost)
{
    struct session *session = arg;
    bool is_away = lost && lost->code == E_UNAVAILABLE;
    AUTO(err) err = lost ? auth_lost(session, lost) : auth_read(session, http);

    session->authenticating = false;
    session->auth_call = NULL;
    if (is_away) {
        session_away(session, err);
    } else if (err) {
        session_failed(session, err);
    }
    session_pump(session);
}

void
session_auth(struct session *session)
{
    AUTO(mem) mem = mem_new("vim auth");
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    size_t n = strlen(session->site.auth_url);
    bool slash = n && session->site.auth_url[n - 1] == '/';
    const char *url = mem_strn(mem, session->site.auth_url, slash ? n - 1 : n);
    static const char *const headers[] = {"Content-Type: application/json",
                                          "Accept: application/json", NULL};
    struct http_request request = {.method = "POST", .headers = headers, .body_fd = -1};

    auth_body(&w, &session->site);
    request.url = mem_printf(mem, "%s%s/auth/tokens", url, str_ends(url, "/v3") ? "" : "/v3");
    /* The client borrows the body until the answer comes. */
    mem_free(session->token_mem);
    session->token_mem = mem_new("vim token");
    session->token = NULL;
    session->extensions = NULL;
    session->endpoints.n = 0;
    session->auth_body = buf_copy(session->token_mem, &body);
    request.body = session->auth_body;
    request.body_len = body.len;
    request.timeout_ms = session->vim->config.timeout_ms;
    session->authenticating = true;
    session->auth_call =
        http_call(session->vim->config.http, &request, auth_done, session);
}

/* ---- calls -------------------------------------------------------------------------------------- */

static void
call_unlink(struct call *call)
{
    struct call **at = &call->session->sent;

    while (*at != call) {
        at = &(*at)->next;
    }
    *at = call->next;
    call->session->n_sent -= call->spec.waits ? 0 : 1;
}

/* A 401 of a token that was good once: it is asked for again, once. */
static bool
call_again(struct call *call, const struct http_answer *http)
{
    struct session *session = call->session;

    if (!http || http->status != 401 || call->reauthenticated || session->vim->closing) {
        return false;
    }
    call->reauthenticated = true;
    session->token = NULL;
    call_first(call);
    return true;
}

static void
log_call(const struct call *call, const struct vim_answer *answer)
{
    log_debug("vim", "site=%s service=%s method=%s path=%s status=%d request=%s",
              call->session->site.name, call->spec.service, call->spec.method, call->spec.path,
              answer->status, answer->request_id);
}

/* ---- extensions: what a service offers changes less often than it is asked -------------------- */

static bool
asks_extensions(const struct vim_call *spec)
{
    return str_eq(spec->method, "GET") && str_eq(spec->service, "network") &&
           str_eq(spec->path, "/extensions");
}

static void
extensions_keep(struct session *session, const struct call *call, const struct json *json)
{
    if (json && session->token && !session->extensions && asks_extensions(&call->spec)) {
        session->extensions = mem_str(session->token_mem, json_text(call->mem, json));
    }
}

static void
call_answered(struct call *call, const struct http_answer *http)
{
    struct vim_answer answer = {
        .status = http->status, .http = http, .request_id = vim_request_id(http)};
    struct err *err = NULL;

    if (http->body_len) {
        err_ignore(json_parse(call->mem, http->body, http->body_len, &answer.json),
                   "an answer that is not JSON has a null tree");
    }
    log_call(call, &answer);
    if (http->status < 200 || http->status > 299) {
        err = vim_error(call->mem, &call->session->site, &call->spec, &answer);
    } else {
        extensions_keep(call->session, call, answer.json);
    }
    call_end(call, &answer, err);
}

/* How long the site took, and what it said. */
static void
call_meter(const struct call *call, const struct http_answer *http)
{
    const char *site = call->session->site.name;
    char status[16] = "lost";

    if (http) {
        (void)snprintf(status, sizeof status, "%d", http->status);
        meter_time(METER_site_seconds, site, time_mono_ns() - call->sent_ns);
    }
    meter_add(METER_site_calls, site, status, 1);
}

static void
call_done(void *arg, const struct http_answer *http, struct err *err)
{
    struct call *call = arg;
    struct session *session = call->session;

    call_unlink(call);
    call_meter(call, http);
    if (err && call_rests(call, err)) {
        err_ignore(err, "its site may be back in a moment");
        call_rest(call);
    } else if (err) {
        call_end(call, NULL, vim_lost(&session->site, &call->spec, err));
    } else if (!call_again(call, http)) {
        call_answered(call, http);
    }
    session_pump(session);
}

static const char *const *
call_headers(struct call *call)
{
    VEC(const char *) headers = {0};
    struct mem *mem = call->mem;
    const char *version = call->spec.microversion;

    vec_add(mem, &headers, mem_printf(mem, "X-Auth-Token: %s", call->session->token));
    vec_add(mem, &headers, "Accept: application/json");
    if (*call->origin.request) {
        vec_add(mem, &headers,
                mem_printf(mem, "X-OpenStack-Request-ID: %s", call->origin.request));
    }
    if (call->spec.body || call->spec.body_fd > 0) {
        vec_add(mem, &headers,
                mem_printf(mem, "Content-Type: %s",
                           str_or(call->spec.content_type, "application/json")));
    }
    if (version) {
        vec_add(mem, &headers, mem_printf(mem, "OpenStack-API-Version: compute %s", version));
        vec_add(mem, &headers, mem_printf(mem, "X-OpenStack-Nova-API-Version: %s", version));
    }
    vec_add(mem, &headers, NULL);
    return headers.items;
}

static void
call_send(struct session *session, struct call *call)
{
    const struct vim_call *spec = &call->spec;
    const char *root = session_endpoint(session, spec->service);
    struct http_request request = {.method = spec->method, .body_fd = -1};
    struct log_origin was;

    if (!root) {
        call_end(call, NULL,
                 err_new(E_UNAVAILABLE, NULL,
                         "site %s: its catalog has no %s service (interface %s, region %s)",
                         session->site.name, spec->service,
                         str_or(session->site.interface, "public"),
                         str_or(session->site.region, "any")));
        return;
    }
    request.url = mem_printf(call->mem, "%s%s", root, spec->path);
    request.headers = call_headers(call);
    request.body = spec->body;
    request.body_len = spec->body ? strlen(spec->body) : 0;
    request.body_fd = spec->body_fd > 0 ? spec->body_fd : -1;
    request.timeout_ms = session->vim->config.timeout_ms * (spec->body_fd > 0 ? 10 : 1);
    call->next = session->sent;
    session->sent = call;
    session->n_sent += spec->waits ? 0 : 1;
    call->sent_ns = time_mono_ns();
    was = log_origin_swap(call->origin);
    call->http = http_call(session->vim->config.http, &request, call_done, call);
    (void)log_origin_swap(was);
}

static bool
has_place(const struct session *session)
{
    return session->n_sent < session->max || session->first->spec.waits;
}

void
session_pump(struct session *session)
{
    while (session->first && !session->authenticating && has_place(session)) {
        struct call *call = session->first;

        if ((!session->token || session->token_until - TOKEN_MARGIN_US < time_now_us()) && call_wanted(call)) {
            session_auth(session);
            return;
        }
        session->first = call->next;
        if (!session->first) {
            session->last = &session->first;
        }
        if (call_wanted(call)) {
            call_send(session, call);
        } else {
            call_end(call, NULL, err_new(E_CANCELLED, NULL, "nobody waits for it any more"));
        }
    }
    if (session->stale && !session->first && !session->away && !session->sent && !session->authenticating) {
        session_drop(session);
    }
}

/* ---- sites ------------------------------------------------------------------------------------------ */

struct site_read {
    struct vim *vim;
    struct mem *mem;
    const char *id;
    struct vim_site site;
};

static struct err *
read_site(struct tx *tx, void *arg)
{
    struct site_read *read = arg;
    struct mem *mem = read->mem;
    struct vim_site site = {0};

    TRY(read->vim->config.site(tx, read->id, &site));
    read->site = (struct vim_site){
        .id = mem_str(mem, read->id),
        .name = mem_str(mem, str_or(site.name, read->id)),
        .auth_url = mem_str(mem, site.auth_url),
        .username = mem_str(mem, site.username),
        .password = mem_str(mem, site.password),
        .user_domain = mem_str(mem, site.user_domain),
        .project_domain = mem_str(mem, site.project_domain),
        .project = mem_str(mem, site.project),
        .region = mem_str(mem, site.region),
        .interface = mem_str(mem, site.interface),
        .max_calls = site.max_calls,
    };
    return NULL;
}

static struct err *
session_get(struct vim *vim, const char *site_id, struct session **session)
{
    struct site_read read = {.vim = vim, .id = site_id};
    struct session *s;
    struct err *err;

    for (s = vim->sessions; s; s = s->next) {
        if (!s->stale && str_eq(s->site.id, site_id)) {
            *session = s;
            return NULL;
        }
    }
    read.mem = mem_new("vim session");
    err = store_read(vim->config.store, read_site, &read);
    if (err) {
        mem_free(read.mem);
        return err_wrap(err, "site %s", site_id);
    }
    s = MEM_NEW(read.mem, struct session);
    s->mem = read.mem;
    s->vim = vim;
    s->site = read.site;
    s->max = read.site.max_calls > 0 ? read.site.max_calls : CALLS_MAX;
    s->last = &s->first;
    s->next = vim->sessions;
    vim->sessions = s;
    *session = s;
    return NULL;
}

bool
vim_is_lent(const struct vim *vim, const char *site_id, const struct json *object)
{
    static const char *const for_all[] = {"shared", "router:external"};
    const char *owner = json_get_str(object, "project_id");

    owner = owner ? owner : json_get_str(object, "tenant_id");
    for (const struct session *s = vim->sessions; s && owner; s = s->next) {
        if (str_eq(s->site.id, site_id) && str_eq(s->project, owner)) {
            return true;
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(for_all); i++) {
        if (json_bool(json_get(object, for_all[i]), false)) {
            return true;
        }
    }
    return false;
}

void
vim_forget(struct vim *vim, const char *site_id)
{
    for (struct session *s = vim->sessions, *next; s; s = next) {
        next = s->next;
        if (str_eq(s->site.id, site_id)) {
            s->stale = true;
            session_pump(s);
        }
    }
}

/* ---- the driver ---------------------------------------------------------------------------------------- */

void
vim_unref(struct vim *vim)
{
    if (--vim->refs == 0) {
        free(vim);
    }
}

/* Calls that are not made are answered on a later turn, like all others. */
static void
tell_ready(void *arg)
{
    struct vim *vim = arg;
    struct call *call = vim->ready;

    vim->posted = false;
    vim->ready = NULL;
    while (call) {
        struct call *next = call->next;
        struct vim_answer known = {.status = 200, .json = call->known, .request_id = "-"};
        struct err *err = call->err;

        call->err = NULL;
        call_end(call, err ? NULL : &known, err);
        call = next;
    }
    vim_unref(vim);
}

static void
call_ready(struct vim *vim, struct call *call)
{
    call->next = vim->ready;
    vim->ready = call;
    if (!vim->posted) {
        vim->posted = true;
        vim->refs++;
        loop_post(vim->config.loop, tell_ready, vim);
    }
}

static void
call_refuse(struct vim *vim, struct call *call, struct err *err)
{
    call->err = err;
    call_ready(vim, call);
}

/* Is the answer known for as long as the token is good? */
static bool
call_known(struct session *session, struct call *call)
{
    if (!session->extensions || !asks_extensions(&call->spec) ||
        session->token_until - TOKEN_MARGIN_US < time_now_us()) {
        return false;
    }
    err_ignore(json_parse(call->mem, session->extensions, strlen(session->extensions),
                          &call->known),
               "it was parsed before");
    return call->known != NULL;
}

static struct call *
call_new(const struct vim_call *spec, vim_done_fn *done, void *arg)
{
    struct mem *mem = mem_new("vim call");
    struct call *call = MEM_NEW(mem, struct call);

    call->mem = mem;
    call->done = done;
    call->arg = arg;
    call->origin = log_origin();
    call->spec = (struct vim_call){
        .site_id = mem_str(mem, spec->site_id),
        .service = mem_str(mem, spec->service),
        .method = mem_str(mem, spec->method),
        .path = mem_str(mem, spec->path),
        .body = mem_str(mem, spec->body),
        .body_fd = spec->body_fd,
        .microversion = mem_str(mem, spec->microversion),
        .content_type = mem_str(mem, spec->content_type),
        .read_only = spec->read_only,
        .waits = spec->waits,
        .patient = spec->patient,
        .wanted = spec->wanted,
    };
    return call;
}

void
vim_call(struct vim *vim, const struct vim_call *spec, vim_done_fn *done, void *arg)
{
    struct call *call = call_new(spec, done, arg);
    struct session *session = NULL;
    struct err *err = vim->closing ? err_new(E_CANCELLED, NULL, "the site driver is closing")
                                   : session_get(vim, spec->site_id, &session);

    if (!session) {
        call_refuse(vim, call, err);
        return;
    }
    call->session = session;
    if (call_known(session, call)) {
        call_ready(vim, call);
        return;
    }
    *session->last = call;
    session->last = &call->next;
    session_pump(session);
}

struct err *
vim_new(const struct vim_config *config, struct vim **vim)
{
    *vim = heap_alloc(sizeof **vim);
    (*vim)->config = *config;
    (*vim)->refs = 1;
    if (!config->list_max) {
        (*vim)->config.list_max = LIST_MAX;
    }
    if (!config->timeout_ms) {
        (*vim)->config.timeout_ms = TIMEOUT_MS;
    }
    if (!config->away_ms) {
        (*vim)->config.away_ms = VIM_AWAY_MS;
    }
    return NULL;
}

static void
session_close(struct session *session)
{
    AUTO(err) err = err_new(E_CANCELLED, NULL, "the site driver is closing");

    session->stale = false; /* Freed below, not by the last call. */
    rest_end(session);
    session_failed(session, err);
    if (session->auth_call) {
        http_cancel(session->auth_call);
    }
    while (session->sent) {
        http_cancel(session->sent->http);
    }
}

void
vim_free(struct vim *vim)
{
    if (!vim) {
        return;
    }
    vim->closing = true;
    while (vim->sessions) {
        struct session *session = vim->sessions;

        session_close(session);
        vim->sessions = session->next;
        session_free(session);
    }
    vim_unref(vim);
}
