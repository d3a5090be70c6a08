/* See login.h.  Redirects are not followed (the client does not): no answer leads a
 * password elsewhere. */
#include "http/login.h"

#include "base/json.h"
#include "base/time.h"

#include <stdlib.h>
#include <string.h>

#define ANSWER_MAX ((size_t)64 << 10) /* of a token endpoint */
#define TOKEN_MAX ((size_t)8 << 10)   /* of what is kept as long as it lasts */
#define TOKEN_S 60                    /* of a token that does not say how long it lasts */
#define TOKEN_MAX_S 86400
#define TOKEN_EARLY_S 5

struct calling {
    struct http_client *client;
    struct mem *mem;
    const struct http_login *login;
    struct bearer *bearer;
    const struct http_request *request;
    http_done_fn *done;
    void *arg;
};

void
bearer_forget(struct bearer *bearer)
{
    free(bearer->token);
    *bearer = (struct bearer){0};
}

int64_t
bearer_lasts(struct bearer *bearer)
{
    int64_t left_ns = bearer->until_ns - time_mono_ns();

    if (bearer->token && left_ns <= 0) {
        bearer_forget(bearer);
    }
    return bearer->token ? left_ns / 1000000 + 1 : 0;
}

/* ---- the call ----------------------------------------------------------------------------- */

static void
called(void *arg, const struct http_answer *answer, struct err *err)
{
    struct calling *calling = arg;

    if (!err && answer->status == 401) {
        bearer_forget(calling->bearer); /* the next call asks for another */
    }
    calling->done(calling->arg, answer, err);
}

static const char *
basic_of(struct mem *mem, const char *user, const char *secret)
{
    const char *both = mem_printf(mem, "%s:%s", str_or(user, ""), str_or(secret, ""));

    return mem_printf(mem, "Authorization: Basic %s", base64_from(mem, both, strlen(both), false));
}

static const char *
authorization_of(const struct calling *calling)
{
    const struct http_login *login = calling->login;

    if (calling->bearer->token && str_eq(login->type, "OAUTH2_CLIENT_CREDENTIALS")) {
        return mem_printf(calling->mem, "Authorization: Bearer %s", calling->bearer->token);
    }
    return str_eq(login->type, "BASIC") ? basic_of(calling->mem, login->user, login->secret) : NULL;
}

static void
call(struct calling *calling)
{
    struct http_request request = *calling->request;
    const char **headers;
    size_t n = 0;

    while (request.headers && request.headers[n]) {
        n++;
    }
    headers = MEM_ARRAY(calling->mem, n + 2, const char *);
    for (size_t i = 0; i < n; i++) {
        headers[i] = request.headers[i];
    }
    headers[n] = authorization_of(calling);
    request.headers = headers;
    (void)http_call(calling->client, &request, called, calling);
}

/* ---- a token before it (RFC 6749 sections 2.3.1, 4.4) -------------------------------------- */

static struct err *
token_take(struct calling *calling, const struct http_answer *answer)
{
    const char *url = calling->login->token_endpoint, *token;
    /* Errors are kept and shown: without its query, which may be what lets one in, and without a word of what
     * it answered. */
    const char *endpoint = mem_printf(calling->mem, "%.*s", (int)strcspn(url, "?#"), url);
    const struct json *json = NULL;
    struct err *e;
    int64_t lasts;

    if (answer->status != 200) {
        return err_new(E_REMOTE, NULL, "token: POST %s answered %d", endpoint, answer->status);
    }
    if ((e = json_parse(calling->mem, answer->body, answer->body_len, &json))) {
        err_ignore(e, "it names what it met");
        return err_new(E_REMOTE, NULL, "token: POST %s answered what is no JSON", endpoint);
    }
    token = json_get_str(json, "access_token");
    if (str_empty(token) || token[strcspn(token, " \r\n\t")]) {
        return err_new(E_REMOTE, NULL, "token: POST %s answered without a usable access_token",
                       endpoint);
    }
    if (strlen(token) > TOKEN_MAX) {
        return err_new(E_REMOTE, NULL, "token: the access_token of POST %s has more than %zu bytes",
                       endpoint, TOKEN_MAX);
    }
    lasts = json_int(json_get(json, "expires_in"), TOKEN_S);
    lasts = lasts < 0 ? 0 : lasts > TOKEN_MAX_S ? TOKEN_MAX_S : lasts;
    bearer_forget(calling->bearer); /* another call may have got one meanwhile */
    calling->bearer->token = heap_str(token);
    calling->bearer->until_ns = time_mono_ns() + (lasts - TOKEN_EARLY_S) * 1000000000;
    return NULL;
}

static void
token_given(void *arg, const struct http_answer *answer, struct err *err)
{
    struct calling *calling = arg;

    if (!err) {
        err = token_take(calling, answer);
    } else if (err->code == E_IN_DOUBT) {
        err->code = E_UNAVAILABLE; /* The call itself was certainly not made. */
    }
    if (err) {
        calling->done(calling->arg, NULL, err);
    } else {
        call(calling);
    }
}

static void
token_ask(struct calling *calling)
{
    const struct http_login *login = calling->login;
    const char *body = login->scope
                           ? mem_printf(calling->mem, "grant_type=client_credentials&scope=%s",
                                        url_encode(calling->mem, login->scope))
                           : "grant_type=client_credentials";
    const char *headers[] = {
        "Accept: application/json",
        "Content-Type: application/x-www-form-urlencoded",
        basic_of(calling->mem, url_encode(calling->mem, login->user),
                 url_encode(calling->mem, str_or(login->secret, ""))),
        NULL,
    };
    struct http_request request = {
        .method = "POST",
        .url = login->token_endpoint,
        .headers = headers,
        .body = body,
        .body_len = strlen(body),
        .body_fd = -1,
        .timeout_ms = calling->request->piece ? 0 : calling->request->timeout_ms, /* a token is no file */
        .max_answer = ANSWER_MAX,
    };

    (void)http_call(calling->client, &request, token_given, calling);
}

void
http_login_call(struct http_client *client, struct mem *mem, const struct http_login *login,
                struct bearer *bearer, const struct http_request *request, http_done_fn *done,
                void *arg)
{
    struct calling *calling = MEM_NEW(mem, struct calling);

    *calling = (struct calling){client, mem, login, bearer, request, done, arg};
    if (!bearer_lasts(bearer) && str_eq(login->type, "OAUTH2_CLIENT_CREDENTIALS")) {
        token_ask(calling);
    } else {
        call(calling);
    }
}
