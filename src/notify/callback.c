/* See callback.h.  Redirects are not followed (the client does not): a callback that
 * moves is subscribed to again, and no answer leads a password elsewhere. */
#include "notify/callback.h"

#include "notify/notify.h"

#include <string.h>

#define ANSWER_MAX ((size_t)64 << 10) /* of what a callback says nothing is kept */

struct calling {
    struct http_login login;
    struct http_request request;
    const char *headers[4];
    callback_done_fn *done;
    void *arg;
};

static void
called(void *arg, const struct http_answer *answer, struct err *err)
{
    struct calling *calling = arg;

    calling->done(calling->arg, err ? 0 : answer->status, err);
}

void
callback_call(struct http_client *http, struct mem *mem, const struct callback *callback,
              struct bearer *bearer, callback_done_fn *done, void *arg)
{
    const struct subscription *subscription = callback->subscription;
    struct calling *calling = MEM_NEW(mem, struct calling);

    *calling = (struct calling){
        .login = {.type = subscription->auth_type,
                  .user = subscription->auth_user,
                  .secret = subscription->auth_secret,
                  .token_endpoint = subscription->token_endpoint},
        .request = {.method = callback->method,
                    .url = subscription->callback_uri,
                    .headers = calling->headers,
                    .body = callback->body,
                    .body_len = callback->body ? strlen(callback->body) : 0,
                    .body_fd = -1,
                    .timeout_ms = callback->timeout_ms,
                    .with_certificate =
                        str_eq(subscription->auth_type, SUBSCRIPTION_TLS_CERT),
                    .max_answer = ANSWER_MAX},
        .headers = {"Accept: application/json",
                    mem_printf(mem, "Version: %s", callback->version),
                    callback->body ? "Content-Type: application/json" : NULL},
        .done = done,
        .arg = arg,
    };
    http_login_call(http, mem, &calling->login, bearer, &calling->request, called, calling);
}
