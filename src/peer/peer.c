/* Calls.  Who a peer is, is read anew for each of them, so that nothing has to be told
 * when a row changes but that its token is of no use any more. */
#include "peer/peer.h"

#include "base/json.h"
#include "base/log.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS 30000
#define PATIENCE_MS 600000
#define ANSWER_MAX ((size_t)1 << 20)
#define ID_MAX 255
#define WORDS_MAX 512 /* of what a peer says in a message of ours */

struct bearers {
    char id[72];
    struct bearer bearer;
    struct bearers *next;
};

struct peers {
    struct peers_config config;
    struct http_client *any, *ruled; /* For trusted peers; for those that were registered. */
    struct bearers *bearers;
};

struct calling {
    struct mem *mem;
    struct peers *peers;
    const char *peer_id, *method, *path, *body, *version;
    int64_t timeout_ms;
    bool may_repeat;
    struct peer_about about;
    struct bearer none; /* of a peer that is called in nobody's name: nothing is kept of it */
    struct http_request request;
    peer_done_fn *done;
    void *arg;
    struct err *err; /* of a call that cannot be made */
};

/* ---- errors ------------------------------------------------------------------------------ */

static enum err_code
code_of(const struct calling *calling, int status)
{
    static const enum err_code same[] = {E_INVALID,  E_FORBIDDEN,     E_NOT_FOUND, E_METHOD,
                                         E_NOT_ACCEPTABLE, E_CONFLICT, E_PRECONDITION,
                                         E_TOO_LARGE, E_UNPROCESSABLE, E_BUSY,
                                         E_NOT_IMPLEMENTED, E_UNAVAILABLE};

    if (status == 401) {
        return E_FORBIDDEN;
    }
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        if (err_code_status(same[i]) == status) {
            return same[i];
        }
    }
    return status >= 500 && !calling->may_repeat ? E_IN_DOUBT : E_REMOTE;
}

/* ProblemDetails (SOL013 6.3), or what else it was. */
static const char *
words_of(const struct calling *calling, const struct peer_answer *answer)
{
    const char *text = json_get_str(answer->json, "detail");
    size_t n;

    text = text ? text : json_get_str(answer->json, "title");
    text = text ? text : str_or(answer->http->body, "");
    n = strlen(text);
    while (n > WORDS_MAX || (n && !str_utf8(text, n))) {
        n = n > WORDS_MAX ? WORDS_MAX : n - 1;
    }
    return n ? mem_strn(calling->mem, text, n) : "(no message)";
}

static struct err *
refusal(const struct calling *calling, const struct peer_answer *answer)
{
    struct err *err = err_new(code_of(calling, answer->status), NULL, "%s: %s %s answered %d: %s",
                              calling->about.name, calling->method, calling->path, answer->status,
                              words_of(calling, answer));

    err->status = answer->status;
    return err;
}

/* ---- the call ---------------------------------------------------------------------------- */

static void
calling_end(struct calling *calling, const struct peer_answer *answer, struct err *err)
{
    calling->done(calling->arg, answer, err);
    mem_free(calling->mem);
}

static void
called(void *arg, const struct http_answer *http, struct err *err)
{
    struct calling *calling = arg;
    struct peer_answer answer = {.http = http};

    if (err) {
        err = err_wrap(err, "%s: %s %s", calling->about.name, calling->method, calling->path);
        calling_end(calling, NULL, err);
        return;
    }
    answer.status = http->status;
    if (http->body_len) {
        err_ignore(json_parse(calling->mem, http->body, http->body_len, &answer.json),
                   "an answer that is not JSON has a null tree");
    }
    log_debug("peer", "peer=%s method=%s path=%s status=%d", calling->about.name, calling->method,
              calling->path, http->status);
    calling_end(calling, &answer,
                http->status < 200 || http->status > 299 ? refusal(calling, &answer) : NULL);
}

static struct err *
about_read(struct tx *tx, void *arg)
{
    struct calling *calling = arg;
    struct peers *peers = calling->peers;
    struct mem *mem = calling->mem;
    struct peer_about about = {0};

    TRY(peers->config.about(tx, peers->config.arg, calling->peer_id, &about));
    calling->about = (struct peer_about){
        .name = mem_str(mem, str_or(about.name, calling->peer_id)),
        .url = mem_str(mem, str_or(about.url, "")),
        .login = {.type = mem_str(mem, about.login.type),
                  .user = mem_str(mem, about.login.user),
                  .secret = mem_str(mem, about.login.secret),
                  .token_endpoint = mem_str(mem, about.login.token_endpoint),
                  .scope = mem_str(mem, about.login.scope)},
        .is_trusted = about.is_trusted,
        .is_stranger = about.is_stranger,
    };
    return NULL;
}

static struct bearer *
bearer_of(struct peers *peers, const char *id)
{
    struct bearers *own = peers->bearers;

    while (own && !str_eq(own->id, id)) {
        own = own->next;
    }
    if (!own) {
        own = heap_alloc(sizeof *own);
        *own = (struct bearers){.next = peers->bearers};
        (void)snprintf(own->id, sizeof own->id, "%s", id);
        peers->bearers = own;
    }
    return &own->bearer;
}

static void
send_it(struct calling *calling)
{
    struct peers *peers = calling->peers;
    const char **headers = MEM_ARRAY(calling->mem, 4, const char *);
    const char *url = calling->about.url;
    size_t n = 0, len = strlen(url);

    headers[n++] = "Accept: application/json";
    if (calling->version) {
        headers[n++] = mem_printf(calling->mem, "Version: %s", calling->version);
    }
    if (calling->body) {
        headers[n++] = str_eq(calling->method, "PATCH")
                           ? "Content-Type: application/merge-patch+json"
                           : "Content-Type: application/json";
    }
    calling->request = (struct http_request){
        .method = calling->method,
        .url = mem_printf(calling->mem, "%.*s%s", (int)(len && url[len - 1] == '/' ? len - 1 : len),
                          url, calling->path),
        .headers = headers,
        .body = calling->body,
        .body_len = calling->body ? strlen(calling->body) : 0,
        .body_fd = -1,
        .timeout_ms = calling->timeout_ms ? calling->timeout_ms : peers->config.timeout_ms,
        .with_certificate = !calling->about.login.type && !calling->about.is_stranger,
        .max_answer = ANSWER_MAX,
    };
    http_login_call(calling->about.is_trusted ? peers->any : peers->ruled, calling->mem,
                    &calling->about.login,
                    calling->about.login.type ? bearer_of(peers, calling->peer_id) : &calling->none,
                    &calling->request, called, calling);
}

static void
refuse(void *arg)
{
    struct calling *calling = arg;

    calling_end(calling, NULL, calling->err);
}

void
peer_call(struct peers *peers, const struct peer_call *call, peer_done_fn *done, void *arg)
{
    struct mem *mem = mem_new("peer call");
    struct calling *calling = MEM_NEW(mem, struct calling);

    *calling = (struct calling){
        .mem = mem,
        .peers = peers,
        .peer_id = mem_str(mem, call->peer_id),
        .method = mem_str(mem, call->method),
        .path = mem_str(mem, call->path),
        .body = mem_str(mem, call->body),
        .version = mem_str(mem, call->version),
        .timeout_ms = call->timeout_ms,
        .may_repeat = call->may_repeat || str_eq(call->method, "GET"),
        .done = done,
        .arg = arg,
    };
    calling->err = store_read(peers->config.store, about_read, calling);
    if (calling->err) {
        loop_post(peers->config.loop, refuse, calling);
        return;
    }
    send_it(calling);
}

/* ---- life -------------------------------------------------------------------------------- */

struct err *
peers_new(const struct peers_config *config, struct peers **out)
{
    struct http_client_config any = {.max_per_host = 8, .tls = config->tls}, ruled = any;
    struct peers *peers = heap_alloc(sizeof *peers);
    struct err *err;

    *peers = (struct peers){.config = *config};
    peers->config.timeout_ms = config->timeout_ms ? config->timeout_ms : TIMEOUT_MS;
    peers->config.patience_ms = config->patience_ms ? config->patience_ms : PATIENCE_MS;
    ruled.may_connect = config->may_connect;
    ruled.may_arg = config->may_arg;
    err = http_client_new(config->loop, &any, &peers->any);
    if (!err) {
        err = http_client_new(config->loop, &ruled, &peers->ruled);
    }
    if (err) {
        peers_free(peers);
        return err;
    }
    *out = peers;
    return NULL;
}

int64_t
peers_patience_ms(const struct peers *peers)
{
    return peers->config.patience_ms;
}

void
peers_forget(struct peers *peers, const char *peer_id)
{
    bearer_forget(bearer_of(peers, peer_id));
}

void
peers_free(struct peers *peers)
{
    if (!peers) {
        return;
    }
    if (peers->any) {
        http_client_free(peers->any);
    }
    if (peers->ruled) {
        http_client_free(peers->ruled);
    }
    while (peers->bearers) {
        struct bearers *next = peers->bearers->next;

        bearer_forget(&peers->bearers->bearer);
        free(peers->bearers);
        peers->bearers = next;
    }
    free(peers);
}

bool
peer_is_id(const char *id)
{
    if (str_empty(id) || strlen(id) > ID_MAX || str_eq(id, ".") || str_eq(id, "..")) {
        return false;
    }
    for (const char *at = id; *at; at++) {
        if (!isalnum((unsigned char)*at) && !strchr("-_.~", *at)) {
            return false;
        }
    }
    return true;
}

const char *
peer_location_id(struct mem *mem, const struct peer_answer *answer)
{
    const char *location = http_answer_header(answer->http, "Location");
    const char *last = location ? strrchr(location, '/') : NULL;

    return last && peer_is_id(last + 1) ? mem_str(mem, last + 1) : NULL;
}
