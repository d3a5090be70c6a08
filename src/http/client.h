/* HTTP client on our loop (libcurl multi).  Knows nothing of resources. */
#ifndef CARRICK_HTTP_CLIENT_H
#define CARRICK_HTTP_CLIENT_H

#include "base/str.h"
#include "sys/loop.h"

struct http_client;
struct http_call;
struct sockaddr;

/* PEM files, read anew for each connection; null for what there is not. */
struct http_tls {
    const char *ca_file;     /* Trust store, null = the system's. */
    const char *ca_text;     /* Instead: PEM text, for http_fetch. */
    const char *cert_file;   /* Shown by calls .with_certificate ... */
    const char *key_file;    /* ... with its key. */
};

struct http_client_config {
    int max_per_host;        /* Connections a host, 0 = 8. */
    struct http_tls tls;
    const char *user_agent;  /* null = "carrick/VERSION" */
    /* Asked before each connection with the address that it would lead to; null = any may be
     * called.  A call that came to refused addresses only is E_FORBIDDEN. */
    bool (*may_connect)(void *arg, const struct sockaddr *to);
    void *may_arg;
};

struct http_request {
    const char *method;
    const char *url;
    const char *const *headers;  /* "Name: value", null-terminated, or null */
    const void *body;            /* Borrowed until done; null = none */
    size_t body_len;
    int body_fd;                 /* > 0: the body is this file, from its start; streamed */
    int64_t connect_timeout_ms;  /* 0 = 5 000 */
    int64_t timeout_ms;          /* Whole call; 0 = 60 000 */
    bool with_certificate;       /* Show the client's certificate where the server asks for one */
    size_t max_answer;           /* Bytes of answer kept; 0 = 16 MiB; more = E_TOO_LARGE */
    /* Not null: an answer of 2xx is given to it piece by piece, and no other is kept.  Its error ends
     * the call and is the call's; so does a minute in which nothing comes (E_IN_DOUBT). */
    struct err *(*piece)(void *arg, const void *data, size_t n);
    void *piece_arg;
    const char *refusal;         /* Not null: nothing is sent, and the call ends with this, E_UNPROCESSABLE */
};

struct http_answer {
    int status;
    const char *body;            /* Zero-terminated. */
    size_t body_len;
    const char *const *headers;  /* "Name: value" as received, null-terminated */
};
/* Value of a header or null; name without case. */
const char *http_answer_header(const struct http_answer *answer, const char *name);

/* 'err' (owned by the callee) is null where an answer of any status came.
 * E_UNAVAILABLE: certainly not sent (refused, no route, name).  E_IN_DOUBT:
 * it may have been received (time-out, connection lost after sending).
 * 'answer' is valid during the call only. */
typedef void http_done_fn(void *arg, const struct http_answer *answer, struct err *err);

struct err *http_client_new(struct loop *loop, const struct http_client_config *config,
                            struct http_client **client) MUST_USE;
void http_client_free(struct http_client *client); /* calls in flight end with E_CANCELLED */

/* Starts a call on the loop's thread; what 'request' points at is copied
 * except the body.  'done' is always called exactly once, never from inside
 * http_call itself.  The returned handle may be given to http_cancel before. */
struct http_call *http_call(struct http_client *client, const struct http_request *request,
                            http_done_fn *done, void *arg);
/* Gives a call up: 'done' is called with E_CANCELLED before it returns. */
void http_cancel(struct http_call *call);

/* The certificate, among those that the server at 'url' shows, with that fingerprint (SHA-256 in
 * hexadecimal digits); nothing is sent.  Who trusts it as an authority finds out by the next call
 * whether it signed the server's own.  E_FORBIDDEN: it shows none with it. */
struct err *http_authority(struct mem *mem, const char *url, const char *fingerprint,
                           const char **cert) MUST_USE;
/* The whole exchange on the calling thread, for the command line: 'answer'
 * lives in 'mem'. */
struct err *http_fetch(struct mem *mem, const struct http_client_config *config,
                       const struct http_request *request, struct http_answer *answer) MUST_USE;

#endif
