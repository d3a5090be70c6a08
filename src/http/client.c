/* The HTTP client: libcurl's multi interface on our loop, and one blocking
 * exchange for the command line.
 *
 * Whether a failed call may have reached the site decides what a flow does
 * next, so nothing is repeated behind the caller's back.  libcurl sends a
 * request again by itself when a kept connection turns out to be closed; it
 * cannot where the body cannot be read again, so a POST's never can, and one
 * without a body always has a new connection. */
#include "http/client.h"

#include "base/log.h"
#include "base/net.h"
#include "base/vec.h"
#include "base/version.h"
#include "http/authority.h"
#include "http/lookups.h"
#include "http/tls.h"

#include <curl/curl.h>
#include <openssl/x509_vfy.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_MAX ((size_t)16 << 20)

/* Apache keeps idle connections for 5 seconds; older ones of ours are not used again. */
#define KEEP_S 4L
#define FIRST_MS 10000L
#define SLOWEST 1024L /* bytes a second of such an answer, over so long */
#define SILENCE_S 60L /* so long an answer in pieces may stand still */

/* One exchange; also what a blocking fetch uses. */
struct http_call {
    struct http_client *client; /* Null in a blocking fetch. */
    struct http_call *prev, *next;
    CURL *easy;
    struct curl_slist *headers_out;
    char error[CURL_ERROR_SIZE];
    char *what; /* "POST http://..." for messages. */
    const char *body;
    size_t body_len, body_at;
    int body_fd;
    const char *trust;             /* File of those that are believed; null = the system's. */
    bool was_refused, was_allowed; /* An address by may_connect. */
    bool looks_up, was_crowded;    /* Counted among the client's lookups; refused there. */
    char *url;
    struct mem *mem; /* Of the answer's headers. */
    VEC(const char *) headers;
    struct buf answer;
    http_done_fn *done;
    void *arg;
    struct log_origin origin;
    bool (*may_connect)(void *arg, const struct sockaddr *to);
    void *may_arg;
    struct err *(*piece)(void *arg, const void *data, size_t n);
    void *piece_arg;
    struct err *piece_err; /* What it said. */
    const char *refusal;   /* Why nothing is sent; or null. */
};

struct http_client {
    struct loop *loop;
    struct http_client_config config;
    char *ca_file, *cert_file, *key_file, *user_agent;
    CURLM *multi;
    struct loop_timer *timer;
    struct http_call *calls;
    struct lookups lookups;
};

static void
init_library(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void
init_once(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, init_library);
}

static size_t
on_header(char *data, size_t size, size_t n, void *arg)
{
    struct http_call *call = arg;
    size_t len = size * n;

    if (len >= 5 && !memcmp(data, "HTTP/", 5)) {
        call->headers.n = 0; /* What came before was an interim answer (100). */
        return len;
    }
    while (len && strchr("\r\n", data[len - 1])) {
        len--;
    }
    if (len) {
        vec_add(call->mem, &call->headers, mem_strn(call->mem, data, len));
    }
    return size * n;
}

static size_t
on_piece(char *data, size_t size, size_t n, void *arg)
{
    struct http_call *call = arg;
    long status = 0;

    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status <= 299 && !call->piece_err) {
        call->piece_err = call->piece(call->piece_arg, data, size * n);
    }
    return call->piece_err ? 0 : size * n;
}

static size_t
on_data(char *data, size_t size, size_t n, void *arg)
{
    struct http_call *call = arg;

    buf_add(&call->answer, data, size * n);
    return call->answer.overflow ? 0 : size * n;
}

static size_t
give_body(char *out, size_t size, size_t n, void *arg)
{
    struct http_call *call = arg;
    size_t room = size * n, left = call->body_len - call->body_at;
    ssize_t got;

    if (call->body_fd >= 0) {
        got = pread(call->body_fd, out, room < left ? room : left, (off_t)call->body_at);
        if (got < 0) {
            return CURL_READFUNC_ABORT;
        }
    } else {
        got = (ssize_t)(room < left ? room : left);
        memcpy(out, call->body + call->body_at, (size_t)got);
    }
    call->body_at += (size_t)got;
    return (size_t)got;
}

/* Lets libcurl send a body again; given only for methods that may be repeated. */
static int
rewind_body(void *arg, curl_off_t offset, int origin)
{
    struct http_call *call = arg;

    if (origin != SEEK_SET || offset < 0 || (size_t)offset > call->body_len) {
        return CURL_SEEKFUNC_CANTSEEK;
    }
    call->body_at = (size_t)offset;
    return CURL_SEEKFUNC_OK;
}

static void
lookup_over(struct http_call *call, bool is_answered)
{
    if (call->looks_up) {
        call->looks_up = false;
        lookups_end(&call->client->lookups, is_answered);
    }
}

/* Is the host of the URL an address, so that nobody is asked? */
static bool
url_has_address(const char *url)
{
    CURLU *parts = curl_url();
    char *host = NULL;
    struct ip ip;
    bool has = parts && !curl_url_set(parts, CURLUPART_URL, url, 0) &&
               !curl_url_get(parts, CURLUPART_HOST, &host, 0) &&
               (host[0] == '[' || ip_parse(host, &ip));

    curl_free(host);
    curl_url_cleanup(parts);
    return has;
}

/* libcurl is about to ask for an address; not 0: it does not, and the call ends. */
static int
start_lookup(void *state, void *reserved, void *arg)
{
    struct http_call *call = arg;

    (void)state;
    (void)reserved;
    if (!call->looks_up && !url_has_address(call->url)) {
        call->looks_up = lookups_begin(&call->client->lookups);
        call->was_crowded = !call->looks_up;
    }
    return call->was_crowded;
}

/* The place where an address is known and nothing was sent to it. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct http_call *call = arg;

    (void)purpose;
    lookup_over(call, true);
    if (call->may_connect && !call->may_connect(call->may_arg, &to->addr)) {
        call->was_refused = true;
        return CURL_SOCKET_BAD;
    }
    call->was_allowed = true;
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static void
set_addresses(struct http_call *call, const struct http_client_config *config)
{
    if (config && config->may_connect) {
        call->may_connect = config->may_connect;
        call->may_arg = config->may_arg;
    }
    curl_easy_setopt(call->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(call->easy, CURLOPT_OPENSOCKETDATA, call);
}

/* RFC 9110 section 9.2.2. */
static bool
idempotent(const char *method)
{
    static const char *const names[] = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", NULL};

    return str_in(method, names);
}

static void
set_body(struct http_call *call, const struct http_request *request)
{
    bool has_body = request->body_fd > 0 || request->body_len > 0;

    call->body = request->body;
    call->body_len = request->body_len;
    call->body_fd = -1;
    if (request->body_fd > 0) {
        off_t size = lseek(request->body_fd, 0, SEEK_END);

        call->body_fd = request->body_fd;
        call->body_len = size > 0 ? (size_t)size : 0;
    }
    if (str_eq(request->method, "HEAD")) {
        curl_easy_setopt(call->easy, CURLOPT_NOBODY, 1L);
    }
    if (has_body || str_eq(request->method, "POST") || str_eq(request->method, "PUT")) {
        curl_easy_setopt(call->easy, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(call->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)call->body_len);
        curl_easy_setopt(call->easy, CURLOPT_READFUNCTION, give_body);
        curl_easy_setopt(call->easy, CURLOPT_READDATA, call);
    }
    curl_easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, request->method);
    if (idempotent(request->method)) {
        curl_easy_setopt(call->easy, CURLOPT_SEEKFUNCTION, rewind_body);
        curl_easy_setopt(call->easy, CURLOPT_SEEKDATA, call);
    } else if (!call->body_len) {
        curl_easy_setopt(call->easy, CURLOPT_FRESH_CONNECT, 1L);
    }
}

static void
set_headers(struct http_call *call, const struct http_request *request)
{
    for (const char *const *h = request->headers; h && *h; h++) {
        call->headers_out = curl_slist_append(call->headers_out, *h);
    }
    /* Waiting for "100 Continue" costs a second with servers that do not send it. */
    call->headers_out = curl_slist_append(call->headers_out, "Expect:");
    curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers_out);
}

static void
set_tls(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_TLS13_CIPHERS, TLS_SUITES_13);
    curl_easy_setopt(easy, CURLOPT_SSL_CIPHER_LIST, TLS_SUITES_12);
}

static void
set_options(struct http_call *call, const struct http_client_config *config,
            const struct http_request *request)
{
    CURL *easy = call->easy;
    char agent[64];

    (void)snprintf(agent, sizeof agent, "carrick/%s", carrick_version);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    /* What is refused goes the way of every call to its end, and nowhere else. */
    curl_easy_setopt(easy, CURLOPT_URL, request->refusal ? "refused:" : request->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    /* A look-up that was given up is left to its thread: without this the loop's waits for it. */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, KEEP_S);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
    curl_easy_setopt(easy, CURLOPT_USERAGENT,
                     str_or(config ? config->user_agent : NULL, agent));
    if (config && config->tls.ca_text) {
        struct curl_blob blob = {.data = (void *)(uintptr_t)config->tls.ca_text,
                                 .len = strlen(config->tls.ca_text),
                                 .flags = CURL_BLOB_COPY};

        curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
    } else if (config && config->tls.ca_file) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, config->tls.ca_file);
    }
    if (call->trust) { /* Instead of the system's, of which libcurl knows a folder too. */
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    if (config && config->tls.cert_file && request->with_certificate) {
        curl_easy_setopt(easy, CURLOPT_SSLCERT, config->tls.cert_file);
        curl_easy_setopt(easy, CURLOPT_SSLKEY, config->tls.key_file);
    }
    set_tls(easy);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(request->connect_timeout_ms ? request->connect_timeout_ms : 5000));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                     (long)(request->timeout_ms ? request->timeout_ms : 60000));
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    if (request->piece) {
        call->piece = request->piece;
        call->piece_arg = request->piece_arg;
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_piece);
        curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, SLOWEST);
        curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, SILENCE_S);
    }
    set_body(call, request);
    set_headers(call, request);
    set_addresses(call, config);
}

static struct http_call *
call_new(const struct http_client_config *config, const struct http_request *request)
{
    struct http_call *call = heap_alloc(sizeof *call);

    init_once();
    call->mem = mem_new("http call");
    call->url = mem_str(call->mem, request->url);
    /* Without its query, which may be what lets one in: errors are kept and shown. */
    call->what = mem_printf(call->mem, "%s %.*s", request->method,
                            (int)strcspn(request->url, "?#"), request->url);
    buf_init(&call->answer, request->max_answer ? request->max_answer : ANSWER_MAX);
    call->refusal = request->refusal ? mem_str(call->mem, request->refusal) : NULL;
    call->easy = curl_easy_init();
    call->trust = !config                ? NULL
                  : config->tls.ca_text ? "the authority that is believed here"
                                        : mem_str(call->mem, config->tls.ca_file);
    if (call->easy) {
        set_options(call, config, request);
    }
    return call;
}

static void
call_free(struct http_call *call)
{
    curl_easy_cleanup(call->easy);
    curl_slist_free_all(call->headers_out);
    err_ignore(call->piece_err, "the call was given up");
    buf_done(&call->answer);
    mem_free(call->mem);
    free(call);
}

/* Was any of the request handed to the network? */
static bool
was_sent(const struct http_call *call)
{
    long size = 0;

    return curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &size) != CURLE_OK || size > 0;
}

/* Why the server's certificate is not believed, and what may be done about it. */
static const char *
distrust(struct http_call *call, const char *why)
{
    long result = 0;
    const char *of = call->trust ? call->trust : "the system's authorities";

    (void)curl_easy_getinfo(call->easy, CURLINFO_SSL_VERIFYRESULT, &result);
    if (result == X509_V_ERR_CERT_NOT_YET_VALID || result == X509_V_ERR_CERT_HAS_EXPIRED) {
        return mem_printf(call->mem, "%s: is the clock of either side wrong, or has nobody renewed it?", why);
    }
    /* Of a name that does not match libcurl says it before it asks for the result. */
    if (result != X509_V_OK && result != X509_V_ERR_UNSPECIFIED) {
        return mem_printf(call->mem, "%s: its certificate is signed by none of %s. If its authority was "
                          "changed, get the new one from whoever runs it; if not, somebody is in between",
                          why, of);
    }
    return mem_printf(call->mem, "%s: its certificate is for other addresses", why);
}

/* What a result of libcurl means for the caller. */
static struct err *
judge(struct http_call *call, CURLcode code)
{
    const char *why = *call->error ? call->error : curl_easy_strerror(code);

    if (call->piece_err) {
        struct err *e = call->piece_err;

        call->piece_err = NULL;
        return e;
    }
    if (code == CURLE_OK) {
        return NULL;
    }
    if (call->refusal) {
        return err_new(E_UNPROCESSABLE, NULL, "%s: %s", call->what, call->refusal);
    }
    if (call->answer.overflow) {
        return err_new(E_TOO_LARGE, NULL, "%s: the answer is larger than %zu bytes", call->what,
                       call->answer.max);
    }
    if (call->was_refused && !call->was_allowed) {
        return err_new(E_FORBIDDEN, NULL, "%s: its address may not be called", call->what);
    }
    if (call->was_crowded) {
        return err_new(E_UNAVAILABLE, NULL, "%s: too many names are being looked up", call->what);
    }
    if (code == CURLE_PEER_FAILED_VERIFICATION) {
        why = distrust(call, why);
    }
    if (!was_sent(call)) {
        bool is_wrong = code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;

        return err_new(is_wrong ? E_INVALID : E_UNAVAILABLE, NULL, "%s: %s", call->what, why);
    }
    /* Also where what came back is not HTTP: the request may have been done. */
    return err_new(E_IN_DOUBT, NULL, "%s: sent, but the answer was lost: %s", call->what, why);
}

/* The answer as collected; borrows from the call. */
static void
fill_answer(struct http_call *call, struct http_answer *answer)
{
    long status = 0;

    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    vec_add(call->mem, &call->headers, (const char *)NULL);
    answer->status = (int)status;
    answer->body = call->answer.data ? call->answer.data : "";
    answer->body_len = call->answer.len;
    answer->headers = call->headers.items;
}

const char *
http_answer_header(const struct http_answer *answer, const char *name)
{
    size_t n = strlen(name);

    for (const char *const *h = answer->headers; h && *h; h++) {
        if (!strncasecmp(*h, name, n) && (*h)[n] == ':') {
            return *h + n + 1 + strspn(*h + n + 1, " \t");
        }
    }
    return NULL;
}

static void
forget(struct http_call *call)
{
    struct http_client *client = call->client;

    curl_multi_remove_handle(client->multi, call->easy);
    *(call->prev ? &call->prev->next : &client->calls) = call->next;
    if (call->next) {
        call->next->prev = call->prev;
    }
}

/* Ends a call: 'e' is the callee's. */
static void
finish(struct http_call *call, struct err *e)
{
    struct http_answer answer = {0};
    struct log_origin was;

    lookup_over(call, false);
    forget(call);
    if (!e) {
        fill_answer(call, &answer);
    }
    was = log_origin_swap(call->origin);
    call->done(call->arg, e ? NULL : &answer, e);
    (void)log_origin_swap(was);
    call_free(call);
}

static void
finish_ended(struct http_client *client)
{
    CURLMsg *message;
    int n_left;

    while ((message = curl_multi_info_read(client->multi, &n_left))) {
        struct http_call *call = NULL;

        if (message->msg == CURLMSG_DONE) {
            CURLcode code = message->data.result;

            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
            lookup_over(call, code == CURLE_COULDNT_RESOLVE_HOST);
            finish(call, judge(call, code));
        }
    }
}

static void
on_timer(void *arg)
{
    struct http_client *client = arg;
    int n_running;

    curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &n_running);
    finish_ended(client);
}

static int
set_timer(CURLM *multi, long timeout_ms, void *arg)
{
    struct http_client *client = arg;

    (void)multi;
    if (timeout_ms < 0) {
        loop_timer_disarm(client->timer);
    } else {
        loop_timer_arm(client->timer, timeout_ms);
    }
    return 0;
}

/* A watched socket. */
struct peer {
    struct http_client *client;
    curl_socket_t fd;
    struct loop_fd *watch;
};

static void
on_socket(void *arg, uint32_t events)
{
    const struct peer *peer = arg;
    struct http_client *client = peer->client;
    int mask = (events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0) |
               (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
               (events & EPOLLERR ? CURL_CSELECT_ERR : 0);
    int n_running;

    curl_multi_socket_action(client->multi, peer->fd, mask, &n_running);
    finish_ended(client);
}

static void
unwatch(struct peer *peer)
{
    if (peer) {
        loop_fd_del(peer->watch);
        free(peer);
    }
}

static int
watch(struct http_client *client, curl_socket_t fd, uint32_t events, struct peer *peer)
{
    struct err *e;

    if (!peer) {
        peer = heap_alloc(sizeof *peer);
        peer->client = client;
        peer->fd = fd;
        e = loop_fd_add(client->loop, fd, events, on_socket, peer, &peer->watch);
        curl_multi_assign(client->multi, fd, e ? NULL : peer);
        if (e) {
            free(peer);
        }
    } else {
        e = loop_fd_set(peer->watch, events);
    }
    if (e) {
        err_ignore(e, "the calls on this socket end with libcurl's own time-out");
        return -1;
    }
    return 0;
}

static int
set_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *peer)
{
    struct http_client *client = arg;
    uint32_t events = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        unwatch(peer);
        curl_multi_assign(client->multi, fd, NULL);
        return 0;
    }
    return watch(client, fd, events, peer);
}

struct err *
http_client_new(struct loop *loop, const struct http_client_config *config,
                struct http_client **out)
{
    struct http_client *client = heap_alloc(sizeof *client);
    long per_host;

    init_once();
    client->loop = loop;
    if (config) {
        client->config = *config;
    }
    client->config.tls.ca_file = client->ca_file = heap_str(client->config.tls.ca_file);
    client->config.tls.cert_file = client->cert_file = heap_str(client->config.tls.cert_file);
    client->config.tls.key_file = client->key_file = heap_str(client->config.tls.key_file);
    client->config.user_agent = client->user_agent = heap_str(client->config.user_agent);
    client->multi = curl_multi_init();
    if (!client->multi) {
        http_client_free(client);
        return err_new(E_INTERNAL, NULL, "libcurl does not start");
    }
    client->timer = loop_timer_new(loop, on_timer, client);
    per_host = client->config.max_per_host ? client->config.max_per_host : 8;
    curl_multi_setopt(client->multi, CURLMOPT_MAX_HOST_CONNECTIONS, per_host);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    *out = client;
    return NULL;
}

void
http_client_free(struct http_client *client)
{
    if (!client) {
        return;
    }
    while (client->calls) {
        http_cancel(client->calls); /* NOLINT(clang-analyzer-unix.Malloc): off the list by then */
    }
    if (client->multi) {
        curl_multi_cleanup(client->multi);
    }
    loop_timer_del(client->timer);
    free(client->ca_file);
    free(client->cert_file);
    free(client->key_file);
    free(client->user_agent);
    free(client);
}

struct http_call *
http_call(struct http_client *client, const struct http_request *request, http_done_fn *done,
          void *arg)
{
    struct http_call *call = call_new(&client->config, request);

    call->client = client;
    curl_easy_setopt(call->easy, CURLOPT_RESOLVER_START_FUNCTION, start_lookup);
    curl_easy_setopt(call->easy, CURLOPT_RESOLVER_START_DATA, call);
    call->done = done;
    call->arg = arg;
    call->origin = log_origin();
    call->next = client->calls;
    if (call->next) {
        call->next->prev = call;
    }
    client->calls = call;
    if (!call->easy || curl_multi_add_handle(client->multi, call->easy) != CURLM_OK) {
        abort(); /* Out of memory, or a handle added twice: both our own end. */
    }
    return call;
}

void
http_cancel(struct http_call *call)
{
    finish(call, err_new(E_CANCELLED, NULL, "%s: given up", call->what));
}

struct err *
http_fetch(struct mem *mem, const struct http_client_config *config,
           const struct http_request *request, struct http_answer *answer)
{
    struct http_call *call = call_new(config, request);
    struct http_answer got;
    struct err *e;
    const char **headers;

    e = call->easy ? judge(call, curl_easy_perform(call->easy))
                   : err_new(E_INTERNAL, NULL, "libcurl does not start");
    if (!e) {
        fill_answer(call, &got);
        *answer = got;
        answer->body = mem_strn(mem, got.body, got.body_len);
        headers = MEM_ARRAY(mem, call->headers.n, const char *);
        for (size_t i = 0; i + 1 < call->headers.n; i++) {
            headers[i] = mem_str(mem, got.headers[i]);
        }
        answer->headers = headers;
    }
    call_free(call);
    return e;
}

/* ---- the first connection -------------------------------------------------------------------- */

/* The certificate of the chain that has the fingerprint, or null. */
static const char *
chain_find(struct mem *mem, const struct curl_certinfo *chain, const char *fingerprint)
{
    static const char mark[] = "Cert:";
    char own[AUTHORITY_FINGERPRINT];

    for (int i = 0; chain && i < chain->num_of_certs; i++) {
        for (const struct curl_slist *line = chain->certinfo[i]; line; line = line->next) {
            struct err *e;

            if (!str_starts(line->data, mark)) {
                continue;
            }
            e = authority_fingerprint(line->data + strlen(mark), true, own);
            if (!e && str_eq(own, fingerprint)) {
                return mem_str(mem, line->data + strlen(mark));
            }
            err_ignore(e, "then it is not the one");
        }
    }
    return NULL;
}

static void
set_first(CURL *easy, const char *url, char *error)
{
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
    /* Who it is is found out by the fingerprint, and nothing is told to it. */
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    set_tls(easy);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, FIRST_MS);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
}

struct err *
http_authority(struct mem *mem, const char *url, const char *fingerprint, const char **cert)
{
    char error[CURL_ERROR_SIZE] = "";
    struct curl_certinfo *chain = NULL;
    struct err *e = NULL;
    CURLcode code;
    CURL *easy;

    init_once();
    easy = curl_easy_init();
    set_first(easy, url, error);
    code = curl_easy_perform(easy);
    if (code != CURLE_OK) {
        e = err_new(E_UNAVAILABLE, NULL, "%s: %s", url, *error ? error : curl_easy_strerror(code));
    } else {
        curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain);
        *cert = chain_find(mem, chain, fingerprint);
        if (!*cert) {
            e = err_new(E_FORBIDDEN, NULL,
                        "%s shows no certificate of the authority that the token names: it is another "
                        "orchestrator, or somebody in between", url);
        }
    }
    curl_easy_cleanup(easy);
    return e;
}
