/* The HTTP server: libmicrohttpd's pool of epoll threads underneath, limits
 * and the life of an exchange here.  libmicrohttpd calls 'access_handler' once
 * for the head, once for each piece of body, and once at the end; and again
 * after a connection that slept was woken. */
#include "http/exchange.h"

#include "base/log.h"
#include "base/net.h"
#include "base/time.h"
#include "http/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A refused body of up to this many times 'max_body' is read and dropped, so
 * that the client is surely listening when the refusal comes. */
#define DROP_FACTOR 4

static char *
peer_text(struct mem *mem, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    char text[IP_TEXT_SIZE] = "";
    struct ip ip;

    if (address && address->sa_family == AF_INET) {
        struct sockaddr_in in;

        memcpy(&in, address, sizeof in);
        ip = ip_from_v4(ntohl(in.sin_addr.s_addr));
        ip_text(text, &ip);
    } else if (address && address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;

        memcpy(&in6, address, sizeof in6);
        memcpy(ip.b, in6.sin6_addr.s6_addr, sizeof ip.b);
        ip_text(text, &ip);
    }
    return mem_str(mem, text);
}

/* Splits a request target into path and query; the absolute form ("http://host/path",
 * RFC 9112 section 3.2.2) loses scheme and host. */
static void
split_target(struct http_exchange *x, const char *target)
{
    const char *host = strncmp(target, "http", 4) ? NULL : strstr(target, "://");
    const char *query;

    if (host) {
        target = strchrnul(host + 3, '/');
    }
    query = strchrnul(target, '?');
    x->path = *target == '/' || *target == '*' ? mem_strn(x->mem, target, (size_t)(query - target))
                                               : mem_str(x->mem, "/");
    x->query = mem_str(x->mem, *query ? query + 1 : "");
}

/* The request line is there: the exchange begins. */
static void *
begin(void *arg, const char *target, struct MHD_Connection *connection)
{
    struct http_server *server = arg;
    struct http_exchange *x = heap_alloc(sizeof *x);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    x->server = server;
    x->connection = connection;
    x->guarded = info ? info->socket_context : NULL;
    x->mem = mem_new("http exchange");
    x->peer = peer_text(x->mem, connection);
    buf_init(&x->body, server->config.max_body);
    split_target(x, target);
    pthread_mutex_lock(&server->lock);
    x->next = server->exchanges;
    if (x->next) {
        x->next->prev = x;
    }
    server->exchanges = x;
    pthread_mutex_unlock(&server->lock);
    return x;
}

static void
forget(struct http_exchange *x)
{
    struct http_server *server = x->server;

    pthread_mutex_lock(&server->lock);
    *(x->prev ? &x->prev->next : &server->exchanges) = x->next;
    if (x->next) {
        x->next->prev = x->prev;
    }
    if (!server->exchanges) {
        pthread_cond_broadcast(&server->wake);
    }
    pthread_mutex_unlock(&server->lock);
}

static void
exchange_free(struct http_exchange *x)
{
    if (x->response) {
        MHD_destroy_response(x->response);
    }
    err_free(x->body_error);
    buf_done(&x->body);
    mem_free(x->mem);
    free(x);
}

/* Whoever owes its answer may still write to it. */
static void
cut_keep(struct http_exchange *x)
{
    struct http_server *server = x->server;

    pthread_mutex_lock(&server->lock);
    x->next = server->cut;
    server->cut = x;
    pthread_mutex_unlock(&server->lock);
}

/* The exchange is over, whatever became of it. */
static void
completed(void *arg, struct MHD_Connection *connection, void **context,
          enum MHD_RequestTerminationCode code)
{
    struct http_server *server = arg;
    struct http_exchange *x = *context;
    pthread_mutex_t *lock;

    (void)connection;
    (void)code;
    if (!x) {
        return;
    }
    *context = NULL;
    x->head_at_ns = time_mono_ns(); /* The next head's time starts now. */
    guard_client(x, 0);
    if (x->told && server->config.handler->done) {
        server->config.handler->done(x, server->config.arg);
    }
    forget(x);
    lock = exchange_lock(x);
    pthread_mutex_lock(lock); /* Whoever answered has let go of it. */
    pthread_mutex_unlock(lock);
    if (x->is_cut) {
        cut_keep(x);
    } else {
        exchange_free(x);
    }
}

static bool
printable(const char *s)
{
    for (; *s; s++) {
        if (*s < 0x21 || *s > 0x7e) {
            return false;
        }
    }
    return true;
}

static enum MHD_Result
count_length(void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    (void)value;
    *(int *)arg += str_eq_case(name, "Content-Length") || str_eq_case(name, "Transfer-Encoding");
    return MHD_YES;
}

/* Refuses a head that breaks a limit, or that two readers could take for two
 * different requests (RFC 9112 section 6.3). */
static bool
head_is_fine(struct http_exchange *x)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    const char *encoding = http_header(x, "Transfer-Encoding");
    int n_lengths = 0;

    if (info && info->header_size > x->server->config.max_head) {
        exchange_refuse(x, 431, "The request line and headers are too large");
        return false;
    }
    MHD_get_connection_values(x->connection, MHD_HEADER_KIND, count_length, &n_lengths);
    if (n_lengths > 1 || (encoding && !str_eq_case(encoding, "chunked"))) {
        exchange_refuse(x, 400, "The length of the body is not clear");
        return false;
    }
    if (!printable(x->path) || !printable(x->query)) {
        exchange_refuse(x, 400, "The request target has characters that must be encoded");
        return false;
    }
    return true;
}

/* Length of the body as announced; -1 where it is chunked. */
static int64_t
announced(const struct http_exchange *x)
{
    const char *length = http_header(x, "Content-Length");
    int64_t n = 0;

    if (http_header(x, "Transfer-Encoding")) {
        return -1;
    }
    if (length && (!str_to_i64(length, &n) || n < 0)) {
        n = INT64_MAX;
    }
    return n;
}

/* The answer is known before the body: is it given at once (and the connection
 * closed) rather than after reading the body away? */
static bool
answer_early(const struct http_exchange *x)
{
    int64_t limit = (int64_t)x->server->config.max_body * DROP_FACTOR;
    int64_t n = announced(x);

    return n != 0 && (http_header(x, "Expect") || n > limit);
}

static enum MHD_Result
on_head(struct http_exchange *x, const char *method)
{
    const struct http_server_config *config = &x->server->config;

    x->method = mem_str(x->mem, method);
    x->head_at_ns = time_mono_ns();
    x->state = X_BODY;
    guard_client(x, 0);
    if (!head_is_fine(x)) {
        x->mode = HTTP_REFUSE;
    } else {
        x->told = true;
        x->mode = config->handler->head(x, config->arg);
        if (x->mode == HTTP_COLLECT && announced(x) > (int64_t)config->max_body) {
            exchange_refuse(x, 413, "The body is too large");
            x->mode = HTTP_REFUSE;
        }
    }
    x->dropped = x->mode == HTTP_REFUSE;
    if (x->dropped && answer_early(x)) {
        return exchange_queue(x);
    }
    return MHD_YES;
}

static enum MHD_Result
on_piece(struct http_exchange *x, const char *data, size_t n)
{
    const struct http_server_config *config = &x->server->config;

    x->n_received += n;
    guard_client(x, x->n_received);
    if (x->dropped) {
        /* A stream that failed is read to its end; what nobody wanted is not. */
        return x->mode != HTTP_REFUSE || x->n_received <= config->max_body * DROP_FACTOR ? MHD_YES
                                                                                         : MHD_NO;
    }
    if (x->mode == HTTP_STREAM) {
        x->body_error = config->handler->body(x, config->arg, data, n);
        x->dropped = x->body_error != NULL;
        return MHD_YES;
    }
    buf_add(&x->body, data, n);
    if (x->body.overflow) {
        exchange_refuse(x, 413, "The body is too large");
        x->mode = HTTP_REFUSE;
        x->dropped = true;
        buf_done(&x->body);
    }
    return MHD_YES;
}

/* The request is complete, or the connection was woken.  Queues the answer if
 * there is one, or puts the connection to sleep. */
static enum MHD_Result
on_end(struct http_exchange *x)
{
    const struct http_server_config *config = &x->server->config;
    pthread_mutex_t *lock = exchange_lock(x);
    bool answered;

    if (x->state == X_BODY) {
        guard_server(x);
        x->state = X_WORKING;
        if (x->mode != HTTP_REFUSE) {
            config->handler->request(x, config->arg);
        }
    }
    pthread_mutex_lock(lock);
    answered = x->answered;
    if (!answered && x->state == X_WORKING) {
        x->state = X_SUSPENDED;
        MHD_suspend_connection(x->connection);
    }
    pthread_mutex_unlock(lock);
    return answered ? exchange_queue(x) : MHD_YES;
}

static enum MHD_Result
access_handler(void *arg, struct MHD_Connection *connection, const char *url, const char *method,
               const char *version, const char *data, size_t *n, void **context)
{
    struct http_exchange *x = *context;
    enum MHD_Result result;

    (void)arg;
    (void)connection;
    (void)url;
    (void)version;
    if (!x) {
        return MHD_NO;
    }
    if (x->state == X_HEAD) {
        return on_head(x, method);
    }
    if (*n) {
        result = on_piece(x, data, *n);
        *n = 0;
        return result;
    }
    return on_end(x);
}

static void library_log(void *arg, const char *fmt, va_list args) PRINTF_LIKE(2, 0);

static void
library_log(void *arg, const char *fmt, va_list args)
{
    char text[256];

    (void)arg;
    vsnprintf(text, sizeof text, fmt, args);
    log_debug("http", "%s", text);
}

/* Fills in defaults; texts are borrowed only while the server starts. */
static void
set_config(struct http_server *server, const struct http_server_config *config)
{
    struct http_server_config *c = &server->config;

    *c = *config;
    c->n_threads = c->n_threads ? c->n_threads : 2;
    c->max_connections = c->max_connections ? c->max_connections : 1024;
    c->max_per_address = c->max_per_address ? c->max_per_address : 256;
    c->idle_timeout_s = c->idle_timeout_s ? c->idle_timeout_s : 60;
    c->max_head = c->max_head ? c->max_head : 32 << 10;
    c->max_body = c->max_body ? c->max_body : 8 << 20;
}

static struct err *
bind_and_listen(int fd, const struct sockaddr *address, socklen_t size)
{
    int on = 1, off = 0;

    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
        (address->sa_family == AF_INET6 &&
         setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off)) ||
        bind(fd, address, size) || listen(fd, SOMAXCONN)) {
        return err_errno(E_UNAVAILABLE, "listen");
    }
    return NULL;
}

/* A listening socket on the configured address. */
static struct err *
open_listener(const struct http_server_config *config, int *fd)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(config->port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(config->port)};
    bool v6 = strchr(config->address, ':') != NULL;
    struct err *e;

    if (inet_pton(v6 ? AF_INET6 : AF_INET, config->address,
                  v6 ? (void *)&in6.sin6_addr : (void *)&in.sin_addr) != 1) {
        return err_new(E_INVALID, NULL, "\"%s\" is not an address to listen on", config->address);
    }
    *fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0) {
        return err_errno(E_UNAVAILABLE, "socket");
    }
    e = v6 ? bind_and_listen(*fd, (const struct sockaddr *)&in6, sizeof in6)
           : bind_and_listen(*fd, (const struct sockaddr *)&in, sizeof in);
    if (e) {
        close(*fd);
        return err_wrap(e, "%s port %u", config->address, (unsigned int)config->port);
    }
    return NULL;
}

static uint16_t
port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    struct sockaddr_in in;

    /* The port stands at the same place in both families. */
    if (getsockname(fd, (struct sockaddr *)&address, &size)) {
        return 0;
    }
    memcpy(&in, &address, sizeof in);
    return ntohs(in.sin_port);
}

/* The thread that takes the listener out of the pool's sets comes back here; null in others. */
static _Thread_local jmp_buf *quiescing;
static _Atomic int n_ending; /* servers */

/* libmicrohttpd found something that it takes for impossible.  Its compiler was told that this
 * does not return: behind the call stands the next function, which would run with what happens to
 * be in the registers.  One such thing is possible (0.9.75, 1.0.1): at the end a thread of the pool
 * and MHD_quiesce_daemon both take the listener out of the thread's set, and the second finds it gone. */
static void
panicked(void *arg, const char *file, unsigned int line, const char *reason)
{
    (void)arg;
    if (strstr(str_or(reason, ""), "remove listen FD")) {
        if (quiescing && errno == ENOENT) {
            longjmp(*quiescing, 1);
        }
        if (n_ending) {
            pthread_exit(NULL); /* A thread of a pool that ends; its connections last as long as the process. */
        }
    }
    log_error("http", "libmicrohttpd, %s:%u: %s", file, line, str_or(reason, "no reason given"));
    abort();
}

/* No new connections; the listener, which is the caller's then.  What panics is asked again: it
 * passes those that it did, and the thread that was first notes in its next instructions that the
 * listener is gone. */
static MHD_socket
quiesce(struct MHD_Daemon *daemon)
{
    MHD_socket listener;
    jmp_buf back;

    if (setjmp(back)) {
        (void)sched_yield();
    }
    quiescing = &back;
    listener = MHD_quiesce_daemon(daemon);
    quiescing = NULL;
    return listener;
}

/* Starts libmicrohttpd on the socket 'fd', which it then owns. */
static struct err *
start_daemon(struct http_server *server, int fd)
{
    const struct http_server_config *c = &server->config;
    bool tls = c->tls_cert && c->tls_key;
    unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                         MHD_USE_ERROR_LOG | MHD_USE_TURBO | (tls ? MHD_USE_TLS : 0);
    struct MHD_OptionItem tls_options[] = {
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(uintptr_t)shown_ask},
        {MHD_OPTION_HTTPS_PRIORITIES, 0,
         (void *)(uintptr_t) TLS_PRIORITY},
        {c->tls_client_ca ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0,
         (void *)(uintptr_t)c->tls_client_ca},
        {MHD_OPTION_END, 0, NULL},
    };

    MHD_set_panic_func(panicked, NULL);
    /* The pool holds the head twice (as it came and taken apart) and the answer's. */
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, access_handler, server, MHD_OPTION_EXTERNAL_LOGGER, library_log,
        server, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE,
        (unsigned int)(c->n_threads > 1 ? c->n_threads : 0), MHD_OPTION_CONNECTION_LIMIT,
        (unsigned int)c->max_connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned int)c->max_per_address, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned int)c->idle_timeout_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        c->max_head * 2 + (16 << 10), MHD_OPTION_URI_LOG_CALLBACK, begin, server,
        MHD_OPTION_NOTIFY_COMPLETED, completed, server, MHD_OPTION_NOTIFY_CONNECTION, guard_notify,
        server, MHD_OPTION_STRICT_FOR_CLIENT, 1, tls ? MHD_OPTION_ARRAY : MHD_OPTION_END,
        tls_options, MHD_OPTION_END);
    if (!server->daemon) {
        close(fd);
        return err_new(E_UNAVAILABLE, NULL, "the HTTP server does not start%s",
                       tls ? " (is a certificate or the key bad?)" : "");
    }
    return NULL;
}

static struct err *
show_first(struct http_server *server)
{
    struct err *e = shown_set(server, server->config.tls_cert, server->config.tls_key), *told = NULL;

    if (e) {
        told = err_new(E_UNAVAILABLE, NULL, "the HTTP server does not start: certificate: %s", e->message);
        err_free(e);
    }
    return told;
}

struct err *
http_server_new(const struct http_server_config *config, struct http_server **out)
{
    struct http_server *server = heap_alloc(sizeof *server);
    int fd = -1;
    struct err *e;

    mem_give_back();
    set_config(server, config);
    for (size_t i = 0; i < N_LOCKS; i++) {
        pthread_mutex_init(&server->locks[i], NULL);
    }
    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->wake, NULL);
    e = open_listener(&server->config, &fd);
    if (!e) {
        server->port = port_of(fd);
        e = config->tls_cert ? show_first(server) : NULL;
        if (e) {
            close(fd);
        } else {
            e = start_daemon(server, fd);
        }
    }
    if (!e) {
        e = guard_start(server);
    }
    if (e) {
        http_server_free(server, 0);
        return e;
    }
    *out = server;
    return NULL;
}

/* Waits for the exchanges to end. */
static void
wait_for_exchanges(struct http_server *server, int grace_ms)
{
    int64_t at = time_mono_ns() + (int64_t)grace_ms * 1000000;
    struct timespec until = {.tv_sec = at / 1000000000, .tv_nsec = at % 1000000000};

    pthread_mutex_lock(&server->lock);
    while (server->exchanges && time_mono_ns() < at) {
        pthread_cond_clockwait(&server->wake, &server->lock, CLOCK_MONOTONIC, &until);
    }
    pthread_mutex_unlock(&server->lock);
}

/* Answers those that still sleep: libmicrohttpd cannot stop before. */
static void
end_sleepers(struct http_server *server)
{
    static const char *const headers[] = {"Connection: close", NULL};

    pthread_mutex_lock(&server->lock);
    for (struct http_exchange *x = server->exchanges, *next; x; x = next) {
        bool sleeps;

        next = x->next;
        pthread_mutex_lock(exchange_lock(x));
        sleeps = x->state == X_SUSPENDED;
        x->is_cut = sleeps;
        pthread_mutex_unlock(exchange_lock(x));
        if (sleeps) {
            http_answer(x, 503, headers, "", 0);
        }
    }
    pthread_mutex_unlock(&server->lock);
}

void
http_server_stop(struct http_server *server, int grace_ms)
{
    MHD_socket listener;

    if (!server || !server->daemon) {
        return;
    }
    n_ending++;
    listener = quiesce(server->daemon);
    wait_for_exchanges(server, grace_ms);
    end_sleepers(server);
    MHD_stop_daemon(server->daemon);
    server->daemon = NULL;
    n_ending--;
    if (listener != MHD_INVALID_SOCKET) {
        close(listener);
    }
}

void
http_server_free(struct http_server *server, int grace_ms)
{
    if (!server) {
        return;
    }
    http_server_stop(server, grace_ms);
    for (struct http_exchange *x = server->cut, *next; x; x = next) {
        next = x->next;
        exchange_free(x);
    }
    guard_stop(server);
    shown_free(server);
    for (size_t i = 0; i < N_LOCKS; i++) {
        pthread_mutex_destroy(&server->locks[i]);
    }
    pthread_cond_destroy(&server->wake);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

uint16_t
http_server_port(const struct http_server *server)
{
    return server->port;
}

bool
http_is_cut(struct http_exchange *x)
{
    bool is_cut;

    pthread_mutex_lock(exchange_lock(x));
    is_cut = x->is_cut;
    pthread_mutex_unlock(exchange_lock(x));
    return is_cut;
}

struct mem *
http_mem(struct http_exchange *x)
{
    return x->mem;
}

const char *
http_method(const struct http_exchange *x)
{
    return x->method;
}

const char *
http_path(const struct http_exchange *x)
{
    return x->path;
}

const char *
http_query(const struct http_exchange *x)
{
    return x->query;
}

const char *
http_header(const struct http_exchange *x, const char *name)
{
    return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

const char *
http_body(const struct http_exchange *x, size_t *n)
{
    *n = x->body.len;
    return x->body.data ? x->body.data : "";
}

struct err *
http_body_error(const struct http_exchange *x)
{
    return x->body_error;
}

const char *
http_peer(const struct http_exchange *x)
{
    return x->peer;
}

void
http_set_user(struct http_exchange *x, void *user)
{
    x->user = user;
}

void *
http_user(const struct http_exchange *x)
{
    return x->user;
}
