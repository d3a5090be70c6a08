/* Who asks is the peer's address, which the data plane writes: 240.0.0.0/4, the
 * handle, the address' index.  It is looked up when the connection is made and
 * again when the answer is, since the port may have gone in between. */
#include "responder/metadata.h"

#include "base/log.h"
#include "base/str.h"
#include "responder/http.h"
#include "responder/tree.h"
#include "sys/file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 448 /* Below the limit of descriptors. */
#define CONNECTIONS_A_GUEST 8
#define TIME_MS 10000 /* For the whole of it. */
#define ACCEPTS_A_TURN 16

struct connection {
    struct metadata *metadata;
    struct connection *prev, *next;
    int fd;
    struct loop_fd *watch;
    struct loop_timer *timer;
    uint32_t handle;
    char in[HTTP_HEAD_MAX];
    size_t n_in;
    struct buf out;
    size_t out_at;
    bool answered;
    bool eof; /* The client says no more; it may still read. */
};

struct metadata {
    struct loop *loop;
    const struct guests *guests;
    int fd;
    struct loop_fd *watch;
    struct connection *first;
    size_t n;
};

static void
connection_free(struct connection *c)
{
    struct metadata *m = c->metadata;

    if (c->prev) {
        c->prev->next = c->next;
    } else {
        m->first = c->next;
    }
    if (c->next) {
        c->next->prev = c->prev;
    }
    m->n--;
    loop_fd_del(c->watch);
    loop_timer_del(c->timer);
    fd_close(&c->fd);
    buf_done(&c->out);
    free(c);
}

/* Without another byte: whoever has the address next must not get what was for this one. */
static void
connection_reset(struct connection *c)
{
    const struct linger at_once = {.l_onoff = 1};

    (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    connection_free(c);
}

static void
on_time(void *arg)
{
    connection_reset(arg);
}

/* ---- the answer ------------------------------------------------------------------------------- */

static void
answer_make(struct connection *c, int status, const struct http_request *request)
{
    const struct desired_guest *guest = guests_find(c->metadata->guests, c->handle);
    const char *type = "text/plain; charset=utf-8";
    AUTO_BUF body = BUF_INIT;

    if (status == 200 &&
        (!guest || !tree_get(c->metadata->guests, guest, request->path, &body, &type))) {
        status = 404;
        buf_clear(&body);
    }
    if (status != 200) {
        buf_printf(&body, "%d %s\n", status, http_reason(status));
    }
    buf_printf(&c->out,
               "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s"
               "Connection: close\r\n\r\n",
               status, http_reason(status), type, body.len,
               status == 405 ? "Allow: GET, HEAD\r\n" : "");
    if (!request->head_only) {
        buf_add(&c->out, body.data, body.len);
    }
    c->answered = true;
}

/* False where the connection is over. */
static bool
answer_write(struct connection *c)
{
    while (c->out_at < c->out.len) {
        ssize_t n = send(c->fd, c->out.data + c->out_at, c->out.len - c->out_at,
                         MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n < 0) {
            return errno == EAGAIN || errno == EINTR;
        }
        c->out_at += (size_t)n;
    }
    return !shutdown(c->fd, SHUT_WR);
}

/* What comes behind the request is read and forgotten, so that closing sends no
 * reset that would overtake the answer.  False where the connection is over. */
static bool
request_read(struct connection *c)
{
    AUTO(mem) mem = mem_new("request");
    struct http_request request = {.path = "/"};
    char *to = c->answered ? c->in : c->in + c->n_in;
    size_t room = c->answered ? sizeof c->in : sizeof c->in - c->n_in;
    ssize_t n = recv(c->fd, to, room, MSG_DONTWAIT);
    int status;

    if (n < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    c->eof = !n;
    if (!n || c->answered) {
        return c->answered;
    }
    c->n_in += (size_t)n;
    status = http_parse(mem, c->in, c->n_in, &request);
    if (status) {
        answer_make(c, status, &request);
    }
    return true;
}

static void
on_ready(void *arg, uint32_t events)
{
    struct connection *c = arg;
    bool more = c->out_at < c->out.len, was = c->answered;
    bool goes_on = !(events & (EPOLLERR | EPOLLHUP));

    if (goes_on && events & EPOLLIN) {
        goes_on = request_read(c);
    }
    if (goes_on && (more || c->answered != was)) {
        goes_on = answer_write(c);
        more = c->out_at < c->out.len;
    }
    if (!goes_on || (c->eof && !more)) {
        connection_free(c);
        return;
    }
    err_ignore(loop_fd_set(c->watch, (c->eof ? 0 : EPOLLIN) | (more ? EPOLLOUT : 0)),
               "it stays as it was");
}

/* ---- connections ------------------------------------------------------------------------------ */

static size_t
connections_of(const struct metadata *m, uint32_t handle)
{
    size_t n = 0;

    for (const struct connection *c = m->first; c; c = c->next) {
        n += c->handle == handle;
    }
    return n;
}

static struct err *
connection_new(struct metadata *m, int fd, uint32_t handle)
{
    struct connection *c = heap_alloc(sizeof *c);
    struct err *e;

    c->metadata = m;
    c->fd = fd;
    c->handle = handle;
    c->next = m->first;
    if (m->first) {
        m->first->prev = c;
    }
    m->first = c;
    m->n++;
    c->timer = loop_timer_new(m->loop, on_time, c);
    loop_timer_arm(c->timer, TIME_MS);
    e = loop_fd_add(m->loop, fd, EPOLLIN, on_ready, c, &c->watch);
    if (e) {
        connection_free(c);
    }
    return e;
}

/* Whoever asks and reads is served in an instant: the oldest is the one that does not. */
static void
oldest_reset(struct metadata *m)
{
    struct connection *c = m->first;

    while (c && c->next) {
        c = c->next;
    }
    if (c) {
        connection_reset(c);
    }
}

/* Takes 'fd' over. */
static void
connection_take(struct metadata *m, int fd, const struct sockaddr_in *peer)
{
    uint32_t handle = ntohl(peer->sin_addr.s_addr) >> 4 & HANDLE_MAX;
    struct err *e;

    if (peer->sin_family != AF_INET || !guests_find(m->guests, handle) ||
        connections_of(m, handle) >= CONNECTIONS_A_GUEST) {
        close(fd);
        return;
    }
    if (m->n >= CONNECTIONS_MAX) {
        oldest_reset(m);
    }
    e = connection_new(m, fd, handle);
    if (e) {
        log_err(LOG_LV_WARN, "metadata", e, "connection");
    }
}

static void
on_connect(void *arg, uint32_t events)
{
    struct metadata *m = arg;

    (void)events;
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        struct sockaddr_in peer = {0};
        socklen_t n = sizeof peer;
        int fd = accept4(m->fd, (struct sockaddr *)&peer, &n, SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (fd < 0) {
            return;
        }
        connection_take(m, fd, &peer);
    }
}

struct metadata *
metadata_new(struct loop *loop, const struct guests *guests)
{
    struct metadata *m = heap_alloc(sizeof *m);

    m->loop = loop;
    m->guests = guests;
    m->fd = -1;
    return m;
}

void
metadata_free(struct metadata *m)
{
    if (!m) {
        return;
    }
    for (struct connection *c = m->first, *next; c; c = next) {
        next = c->next;
        connection_free(c);
    }
    loop_fd_del(m->watch);
    fd_close(&m->fd);
    free(m);
}

struct err *
metadata_listen(struct metadata *m, int fd)
{
    loop_fd_del(m->watch);
    m->watch = NULL;
    fd_close(&m->fd);
    m->fd = fd;
    return loop_fd_add(m->loop, fd, EPOLLIN, on_connect, m, &m->watch);
}

void
metadata_recheck(struct metadata *m)
{
    for (struct connection *c = m->first, *next; c; c = next) {
        next = c->next;
        if (!guests_find(m->guests, c->handle)) {
            connection_reset(c);
        }
    }
}
