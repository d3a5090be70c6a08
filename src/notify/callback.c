/* See callback.h.  Redirects are not followed (the client does not): a callback that
 * moves is subscribed to again, and no answer leads a password elsewhere. */
#include "notify/callback.h"

#include "base/json.h"
#include "base/time.h"
#include "notify/notify.h"

#include <stdlib.h>
#include <string.h>

#define ANSWER_MAX ((size_t)64 << 10) /* of what a callback says nothing is kept */
#define TOKEN_MAX ((size_t)8 << 10)   /* of what is kept as long as it lasts */
#define TOKEN_S 60                    /* of a token that does not say how long it lasts */
#define TOKEN_MAX_S 86400
#define TOKEN_EARLY_S 5

struct calling {
    struct http_client *http;
    struct mem *mem;
    const struct callback *callback;
    struct bearer *bearer;
    callback_done_fn *done;
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
    calling->done(calling->arg, err ? 0 : answer->status, err);
}

static const char *
basic_of(struct mem *mem, const char *user, const char *secret)
{
    const char *both = mem_printf(mem, "%s:%s", user, str_or(secret, ""));

    return mem_printf(mem, "Authorization: Basic %s", base64_from(mem, both, strlen(both), false));
}

static const char *
authorization_of(const struct calling *calling)
{
    const struct subscription *subscription = calling->callback->subscription;

    if (calling->bearer->token && str_eq(subscription->auth_type, "OAUTH2_CLIENT_CREDENTIALS")) {
        return mem_printf(calling->mem, "Authorization: Bearer %s", calling->bearer->token);
    }
    return str_eq(subscription->auth_type, "BASIC")
               ? basic_of(calling->mem, subscription->auth_user, subscription->auth_secret)
               : NULL;
}

static void
call(struct calling *calling)
{
    const struct callback *callback = calling->callback;
    const char *headers[] = {
        "Accept: application/json",
        mem_printf(calling->mem, "Version: %s", callback->version),
        NULL,
        NULL,
        NULL,
    };
    size_t n = 2;
    struct http_request request = {
        .method = callback->method,
        .url = callback->subscription->callback_uri,
        .headers = headers,
        .body = callback->body,
        .body_len = callback->body ? strlen(callback->body) : 0,
        .body_fd = -1,
        .timeout_ms = callback->timeout_ms,
        .with_certificate = str_eq(callback->subscription->auth_type, SUBSCRIPTION_TLS_CERT),
        .max_answer = ANSWER_MAX,
    };

    if (callback->body) {
        headers[n++] = "Content-Type: application/json";
    }
    headers[n] = authorization_of(calling);
    (void)http_call(calling->http, &request, called, calling);
}

/* ---- a token before it (RFC 6749 sections 2.3.1, 4.4) -------------------------------------- */

static struct err *
token_take(struct calling *calling, const struct http_answer *answer)
{
    const char *endpoint = calling->callback->subscription->token_endpoint, *token;
    const struct json *json = NULL;
    int64_t lasts;

    if (answer->status != 200) {
        return err_new(E_REMOTE, NULL, "token: POST %s answered %d", endpoint, answer->status);
    }
    TRY_MSG(json_parse(calling->mem, answer->body, answer->body_len, &json), "token: %s", endpoint);
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
    }
    if (err) {
        calling->done(calling->arg, 0, err);
    } else {
        call(calling);
    }
}

static void
token_ask(struct calling *calling)
{
    static const char body[] = "grant_type=client_credentials";
    const struct subscription *subscription = calling->callback->subscription;
    const char *headers[] = {
        "Accept: application/json",
        "Content-Type: application/x-www-form-urlencoded",
        basic_of(calling->mem, url_encode(calling->mem, subscription->auth_user),
                 url_encode(calling->mem, str_or(subscription->auth_secret, ""))),
        NULL,
    };
    struct http_request request = {
        .method = "POST",
        .url = subscription->token_endpoint,
        .headers = headers,
        .body = body,
        .body_len = sizeof body - 1,
        .body_fd = -1,
        .timeout_ms = calling->callback->timeout_ms,
        .max_answer = ANSWER_MAX,
    };

    (void)http_call(calling->http, &request, token_given, calling);
}

void
callback_call(struct http_client *http, struct mem *mem, const struct callback *callback,
              struct bearer *bearer, callback_done_fn *done, void *arg)
{
    struct calling *calling = MEM_NEW(mem, struct calling);

    *calling = (struct calling){http, mem, callback, bearer, done, arg};
    if (!bearer_lasts(bearer) &&
        str_eq(callback->subscription->auth_type, "OAUTH2_CLIENT_CREDENTIALS")) {
        token_ask(calling);
    } else {
        call(calling);
    }
}
