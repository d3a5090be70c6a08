/* HTTP server (libmicrohttpd behind it): a small pool of epoll threads.  It
 * knows nothing of resources.  Limits on everything a stranger sends. */
#ifndef CARRICK_HTTP_SERVER_H
#define CARRICK_HTTP_SERVER_H

#include "base/str.h"

struct http_server;
struct http_exchange;

struct http_server_config {
    const char *address;      /* "127.0.0.1", "::", ... */
    uint16_t port;            /* 0 = any; http_server_port tells */
    int n_threads;            /* 0 = 2 */
    int max_connections;      /* 0 = 1024 */
    int max_per_address;      /* 0 = 256 */
    int idle_timeout_s;       /* 0 = 60; also bounds how slowly a head may arrive */
    size_t max_head;          /* 0 = 32 KiB of request line and headers -> 431 */
    size_t max_body;          /* 0 = 8 MiB for collected bodies -> 413 */
    const char *tls_cert;     /* PEM texts; both null = plain HTTP */
    const char *tls_key;
    const char *tls_client_ca; /* whose certificates clients may show; null = none is asked for */
    const struct http_handler *handler;
    void *arg;
};

enum http_body_mode {
    HTTP_COLLECT, /* keep the body (up to max_body) and call 'request' */
    HTTP_STREAM,  /* hand each piece to 'body', then call 'request' */
    HTTP_REFUSE,  /* the handler has answered; the body is dropped */
};

/* Called on a server thread. */
struct http_handler {
    /* The head is complete. */
    enum http_body_mode (*head)(struct http_exchange *x, void *arg);
    /* One piece of a streamed body.  An error ends the upload: it is answered
     * by 'request' being called with http_body_error() set. */
    struct err *(*body)(struct http_exchange *x, void *arg, const void *data, size_t n);
    /* The request is complete.  If no answer was given when it returns, the
     * connection sleeps until http_answer is called from any thread. */
    void (*request)(struct http_exchange *x, void *arg);
    /* The exchange is over (answered or connection lost); free what hangs on it. */
    void (*done)(struct http_exchange *x, void *arg);
    /* Answers for refusals made by the server itself (413, 431, 400): body and headers
     * ("Name: value", null-terminated, in the exchange's arena) in the caller's dialect.
     * Null = plain text. */
    void (*refused)(struct http_exchange *x, void *arg, int status, const char *why, struct buf *body,
                    const char *const **headers);
};

struct err *http_server_new(const struct http_server_config *config, struct http_server **server) MUST_USE;
/* Stops accepting, waits up to 'grace_ms' for exchanges, closes; those that still sleep then are cut: they get a
 * 503, and whoever owes their answers may go on with what is his until the server is freed.  Null accepted. */
void http_server_stop(struct http_server *server, int grace_ms);
bool http_is_cut(struct http_exchange *x);
/* Stops it where that was not done, and forgets exchanges that were cut. */
void http_server_free(struct http_server *server, int grace_ms);
/* Shows that certificate, with its key, to clients that connect from now on; connections go on as
 * they are.  E_INVALID where they do not fit, or the server speaks no TLS: then nothing changes.  From
 * any thread. */
struct err *http_server_certify(struct http_server *server, const char *cert, const char *key) MUST_USE;
uint16_t http_server_port(const struct http_server *server);

/* Are they a certificate (with those that signed it behind it) and its key, in PEM, and is now
 * within its time?  E_INVALID says what is wrong. */
struct err *http_check_certificate(const char *cert, const char *key) MUST_USE;
/* Is there at least one certificate in the PEM text?  E_INVALID. */
struct err *http_check_authorities(const char *text) MUST_USE;

/* What is known of a request; strings live as long as the exchange. */
struct mem *http_mem(struct http_exchange *x);          /* arena of the exchange */
const char *http_method(const struct http_exchange *x);
const char *http_path(const struct http_exchange *x);   /* undecoded, without query */
const char *http_query(const struct http_exchange *x);  /* undecoded, "" when none */
const char *http_header(const struct http_exchange *x, const char *name); /* null when absent */
const char *http_body(const struct http_exchange *x, size_t *n);
struct err *http_body_error(const struct http_exchange *x); /* borrowed */
const char *http_peer(const struct http_exchange *x);   /* address of the client */
bool http_is_tls(const struct http_exchange *x);
/* Common name in the certificate that the client showed and holds the key of, in the exchange's
 * arena; null where there is none, or it is not (any more, yet) good for a client by tls_client_ca.
 * On the server's thread, before the answer. */
const char *http_client_name(const struct http_exchange *x);
void http_set_user(struct http_exchange *x, void *user);
void *http_user(const struct http_exchange *x);

/* Answers, once; from any thread.  'headers' are "Name: value", null-terminated
 * or null; all is copied. */
void http_answer(struct http_exchange *x, int status, const char *const *headers, const void *body,
                 size_t n);
/* The same with a body that is taken over, not copied: 'body' is empty afterwards. */
void http_answer_buf(struct http_exchange *x, int status, const char *const *headers,
                     struct buf *body);
/* The body is the file (closed by the server), 'size' bytes from 'offset'. */
void http_answer_file(struct http_exchange *x, int status, const char *const *headers, int fd,
                      int64_t offset, int64_t size);

#endif
