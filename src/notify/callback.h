/* One call of a subscriber's callback, in the subscriber's name: with the password or the
 * token that the subscription asks for. */
#ifndef CARRICK_NOTIFY_CALLBACK_H
#define CARRICK_NOTIFY_CALLBACK_H

#include "http/client.h"

struct subscription;

/* A token of OAuth 2.0, kept between calls of one subscription; starts zeroed. */
struct bearer {
    char *token;
    int64_t until_ns; /* monotonic */
};
void bearer_forget(struct bearer *bearer);
/* For how long it is good, in milliseconds; 0: there is none, or it is forgotten now. */
int64_t bearer_lasts(struct bearer *bearer);

struct callback {
    const struct subscription *subscription;
    const char *method;  /* GET, POST */
    const char *body;    /* null = none */
    const char *version; /* header Version */
    int64_t timeout_ms;  /* of each call: one, or two where a token is got first */
};
/* 'err' (owned by the callee) is null where the callback answered: then 'status' says what. */
typedef void callback_done_fn(void *arg, int status, struct err *err);

/* On the loop's thread.  All is borrowed until 'done', which is called once, never from inside;
 * what the call itself needs is taken from 'mem'. */
void callback_call(struct http_client *http, struct mem *mem, const struct callback *callback,
                   struct bearer *bearer, callback_done_fn *done, void *arg);

#endif
