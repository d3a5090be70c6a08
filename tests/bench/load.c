/* The load generator: see load.h. */
#include "load.h"

#include "base/time.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct client {
    int fd;
    struct buf out, in;
    size_t sent;
    int64_t began_ns;
    size_t head, need; /* bytes of the head; of the whole answer, 0 = not known yet */
};

struct run {
    struct load *load;
    int epoll;
    struct client *clients;
    int64_t started, finished;
};

void
load_request(struct buf *out, const char *method, const char *path, const char *token,
             const char *body)
{
    buf_printf(out, "%s %s HTTP/1.1\r\nHost: bench\r\n", method, path);
    if (token) {
        buf_printf(out, "X-Auth-Token: %s\r\n", token);
    }
    if (body) {
        buf_printf(out, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
    }
    buf_str(out, "\r\n");
    buf_str(out, body);
}

static struct err *
client_connect(struct run *run, struct client *c)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(run->load->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    int one = 1;

    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0) {
        return err_errno(E_UNAVAILABLE, "connect to port %u", run->load->port);
    }
    (void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (epoll_ctl(run->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0) {
        return err_errno(E_UNAVAILABLE, "epoll");
    }
    return NULL;
}

/* Requests are small against a socket's buffer: written at once. */
static struct err *
client_send(struct run *run, struct client *c)
{
    if (run->started == run->load->requests) {
        return NULL;
    }
    buf_clear(&c->out);
    run->load->make(run->load->arg, run->started++, &c->out);
    c->began_ns = time_mono_ns();
    for (c->sent = 0; c->sent < c->out.len;) {
        ssize_t n = write(c->fd, c->out.data + c->sent, c->out.len - c->sent);

        if (n < 0) {
            return err_errno(E_UNAVAILABLE, "send");
        }
        c->sent += (size_t)n;
    }
    return NULL;
}

static const char *
header(const struct client *c, const char *name)
{
    const char *at = strcasestr(c->in.data, name);

    return at && at < c->in.data + c->head ? at + strlen(name) : NULL;
}

static void
read_head(struct client *c)
{
    const char *end = memmem(c->in.data, c->in.len, "\r\n\r\n", 4), *length;

    if (end) {
        c->head = (size_t)(end - c->in.data) + 4;
        length = header(c, "Content-Length:");
        c->need = c->head + (length ? strtoul(length, NULL, 10) : 0);
    }
}

static char *
copy_token(const struct client *c)
{
    const char *at = header(c, "X-Subject-Token: ");
    char *copy;
    size_t n;

    if (!at) {
        return NULL;
    }
    n = strcspn(at, "\r\n");
    copy = heap_alloc(n + 1);
    memcpy(copy, at, n);
    return copy;
}

static void
keep_last(struct load *load, const struct client *c)
{
    free(load->last);
    free(load->token);
    load->last = heap_alloc(c->need - c->head + 1);
    memcpy(load->last, c->in.data + c->head, c->need - c->head);
    load->token = copy_token(c);
}

static struct err *
client_finish(struct run *run, struct client *c)
{
    struct load *load = run->load;

    load->ms[run->finished++] = (double)(time_mono_ns() - c->began_ns) / 1e6;
    load->bad += atoi(c->in.data + strlen("HTTP/1.1 ")) != load->expect;
    load->bytes += (int64_t)(c->need - c->head);
    if (run->finished == load->requests) {
        keep_last(load, c);
    }
    buf_clear(&c->in);
    c->need = c->head = 0;
    return client_send(run, c);
}

static struct err *
client_read(struct run *run, struct client *c)
{
    static char piece[262144];
    ssize_t n = read(c->fd, piece, sizeof piece);

    if (n <= 0) {
        return n < 0 && errno == EINTR ? NULL : err_errno(E_UNAVAILABLE, "an answer was cut short");
    }
    buf_add(&c->in, piece, (size_t)n);
    if (!c->need) {
        read_head(c);
    }
    return c->need && c->in.len >= c->need ? client_finish(run, c) : NULL;
}

static struct err *
turn(struct run *run)
{
    struct epoll_event events[64];
    int n = epoll_wait(run->epoll, events, 64, 30000);

    if (n == 0) {
        return err_new(E_UNAVAILABLE, NULL, "no answer within 30 s");
    }
    for (int i = 0; i < n; i++) {
        TRY(client_read(run, events[i].data.ptr));
    }
    return NULL;
}

static struct err *
run_all(struct run *run)
{
    int64_t began;

    for (int i = 0; i < run->load->clients; i++) {
        TRY(client_connect(run, &run->clients[i]));
    }
    began = time_mono_ns();
    for (int i = 0; i < run->load->clients; i++) {
        TRY(client_send(run, &run->clients[i]));
    }
    while (run->finished < run->load->requests) {
        TRY(turn(run));
    }
    run->load->seconds = (double)(time_mono_ns() - began) / 1e9;
    return NULL;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

struct err *
load_run(struct load *load)
{
    struct run run = {.load = load, .epoll = epoll_create1(EPOLL_CLOEXEC)};
    struct err *e;

    load->ms = heap_alloc((size_t)load->requests * sizeof *load->ms);
    run.clients = heap_alloc((size_t)load->clients * sizeof *run.clients);
    e = run_all(&run);
    for (int i = 0; i < load->clients; i++) {
        buf_done(&run.clients[i].in);
        buf_done(&run.clients[i].out);
        if (run.clients[i].fd > 0) {
            (void)close(run.clients[i].fd);
        }
    }
    free(run.clients);
    (void)close(run.epoll);
    qsort(load->ms, (size_t)run.finished, sizeof *load->ms, compare);
    return e;
}

void
load_done(struct load *load)
{
    free(load->ms);
    free(load->last);
    free(load->token);
    load->ms = NULL;
    load->last = load->token = NULL;
}

double
load_ms(const struct load *load, double quantile)
{
    return load->ms[(size_t)((double)(load->requests - 1) * quantile)];
}
