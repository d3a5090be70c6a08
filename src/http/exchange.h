/* Inside of the server: what server.c, answer.c and guard.c share. */
#ifndef CARRICK_HTTP_EXCHANGE_H
#define CARRICK_HTTP_EXCHANGE_H

#include "http/server.h"

#include <gnutls/abstract.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#define N_LOCKS 64
#define BODY_RATE_MIN 1024 /* Bytes a second below which an upload counts as idle. */

/* A connection, for the guard: libmicrohttpd starts its idle clock again at
 * every byte, so that a head sent byte by byte would hold a connection for ever. */
struct guarded {
    struct http_server *server;
    struct guarded *prev, *next;
    int fd;
    _Atomic int64_t deadline_ns; /* 0 = the server is at work, not the client */
};

struct shown;

struct http_server {
    struct http_server_config config;
    struct shown *shown; /* certificates: the one that is shown, and older ones; under 'lock' */
    struct MHD_Daemon *daemon;
    uint16_t port;
    /* Guards the state of exchanges: outside of them, since the one who
     * answers may still hold it when the exchange is freed. */
    pthread_mutex_t locks[N_LOCKS];

    pthread_mutex_t lock; /* Guards the following. */
    pthread_cond_t wake;
    struct guarded *guarded;
    struct http_exchange *exchanges;
    struct http_exchange *cut; /* over, and somebody may still answer them */
    bool stopping, guard_runs;
    pthread_t guard;
};

enum exchange_state {
    X_HEAD,      /* The handler has not seen it. */
    X_BODY,      /* Receiving. */
    X_WORKING,   /* 'request' was called and has not returned. */
    X_SUSPENDED, /* Waits for http_answer. */
    X_QUEUED,    /* The answer is libmicrohttpd's. */
};

struct http_exchange {
    struct http_server *server;
    struct MHD_Connection *connection;
    struct http_exchange *prev, *next;
    struct guarded *guarded;
    struct mem *mem;
    void *user;
    char *method;
    char *path;
    char *query;
    char *peer;
    struct buf body;
    int64_t head_at_ns;
    size_t n_received;
    struct err *body_error;
    enum http_body_mode mode;
    bool told;    /* The handler knows of it: 'done' is due. */
    bool dropped; /* The rest of the body is not wanted. */
    /* Under the lock of the exchange. */
    enum exchange_state state;
    struct MHD_Response *response;
    int status;
    bool answered;
    bool is_cut; /* It slept when the server ended. */
};

pthread_mutex_t *exchange_lock(struct http_exchange *x);
/* The server's own answer: 400, 413, 431. */
void exchange_refuse(struct http_exchange *x, int status, const char *why);
/* Gives the stored answer to libmicrohttpd. */
enum MHD_Result exchange_queue(struct http_exchange *x);

/* The certificate that clients are shown from now on (certificate.c). */
struct err *shown_set(struct http_server *server, const char *cert, const char *key) MUST_USE;
void shown_free(struct http_server *server);
/* As gnutls_certificate_retrieve_function2; the session's pointer is the connection. */
gnutls_certificate_retrieve_function2 shown_ask;
struct err *guard_start(struct http_server *server) MUST_USE;
void guard_stop(struct http_server *server);
/* The client's turn: it has the idle time-out and, for each KiB that it sent,
 * another second.  Or the server's turn: no deadline. */
void guard_client(struct http_exchange *x, size_t n_received);
void guard_server(struct http_exchange *x);
/* Called by libmicrohttpd at the beginning and the end of a connection. */
void guard_notify(void *arg, struct MHD_Connection *connection, void **context,
                  enum MHD_ConnectionNotificationCode code);

#endif
