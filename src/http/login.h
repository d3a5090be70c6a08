/* Calls in somebody's name: with his password (RFC 7617), or with a token that it is
 * exchanged for (OAuth 2.0 client credentials, RFC 6749 4.4). */
#ifndef CARRICK_HTTP_LOGIN_H
#define CARRICK_HTTP_LOGIN_H

#include "http/client.h"

/* In whose name; strings are borrowed. */
struct http_login {
    const char *type; /* "BASIC", "OAUTH2_CLIENT_CREDENTIALS"; null or another: in nobody's */
    const char *user, *secret;
    const char *token_endpoint;
    const char *scope; /* of the token that is asked for; null = what it is without one */
};

/* A token of OAuth 2.0, kept between calls; starts zeroed. */
struct bearer {
    char *token;
    int64_t until_ns; /* monotonic */
};
void bearer_forget(struct bearer *bearer);
/* For how long it is good, in milliseconds; 0: there is none, or it is forgotten now. */
int64_t bearer_lasts(struct bearer *bearer);

/* http_call with Authorization; where there is no token yet, it is got first.  A 401 drops it: the
 * next call asks for another.  E_UNPROCESSABLE, and nobody is called, where the secret is empty: it was lost.  On the loop's thread.  All is borrowed until 'done', which is called
 * once, never from inside; what the call itself needs is taken from 'mem'. */
void http_login_call(struct http_client *client, struct mem *mem, const struct http_login *login,
                     struct bearer *bearer, const struct http_request *request,
                     http_done_fn *done, void *arg);

#endif
