/* One process, one epoll; sockets live in the servers' namespaces. */
#include "crowd.h"

#include "base/time.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNS_MAX 2048
#define EVENTS_MAX 64
#define PIECE 16384
#define HELLO 4 /* The first bytes of a connection are its number. */

enum { CLIENT, SERVER };

/* One end; what it sends and gets are streams of known bytes. */
struct end {
    int fd; /* 0 = none */
    uint64_t sent, got;
    bool ended; /* Its peer has said so. */
};
struct conn {
    bool live, closing;
    int port;
    struct end end[2];
};
struct crowd {
    struct site *from, *to;
    const char *client, *server;
    struct sockaddr_storage address;
    socklen_t address_n;
    int listener, poll;
    size_t n;
    uint64_t wanted; /* Bytes each way so far. */
    size_t broken;
    struct conn conns[CONNS_MAX];
    /* Accepted and not yet known by number: the hello may come later. */
    int strangers[CONNS_MAX];
    size_t n_strangers;
};

/* Streams repeat themselves a little, as text does. */
static uint8_t
byte_of(size_t conn, int side, uint64_t at)
{
    uint64_t h = (conn * 2 + (size_t)side + 1) * 0x9e3779b97f4a7c15ULL ^ at / 32;

    h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9ULL;
    return (uint8_t)(h >> 40);
}

static void
poll_add(struct crowd *c, int fd, uint64_t what)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = what};

    REQUIRE(!epoll_ctl(c->poll, EPOLL_CTL_ADD, fd, &event));
}

#define WHAT_LISTENER UINT64_MAX
#define WHAT_STRANGER (UINT64_MAX - 1)

struct crowd *
crowd_new(struct site *from, const char *client, const char *to_ip, struct site *to,
          const char *server, const char *ip, int port)
{
    struct crowd *c = MEM_NEW(from->topo->mem, struct crowd);
    struct sockaddr_storage own;
    socklen_t n = socket_address(ip, port, &own);
    const int one = 1;

    c->from = from;
    c->to = to;
    c->client = client;
    c->server = server;
    c->address_n = socket_address(to_ip, port, &c->address);
    c->poll = epoll_create1(EPOLL_CLOEXEC);
    c->listener = node_socket(to, server, own.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    (void)setsockopt(c->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    REQUIRE(!bind(c->listener, (struct sockaddr *)&own, n) && !listen(c->listener, CONNS_MAX));
    poll_add(c, c->listener, WHAT_LISTENER);
    return c;
}

static void
end_close(struct end *end)
{
    if (end->fd) {
        close(end->fd);
        end->fd = 0;
    }
}

static void
conn_close(struct conn *conn)
{
    conn->live = false;
    end_close(&conn->end[CLIENT]);
    end_close(&conn->end[SERVER]);
}

static void
conn_break(struct crowd *c, size_t i, const char *why)
{
    if (c->conns[i].live) {
        if (c->broken++ < 5) {
            test_fail(__FILE__, __LINE__, "connection %zu, port %d: %s", i, c->conns[i].port, why);
        }
        conn_close(&c->conns[i]);
    }
}

void
crowd_free(struct crowd *c)
{
    for (size_t i = 0; i < c->n; i++) {
        conn_close(&c->conns[i]);
    }
    for (size_t i = 0; i < c->n_strangers; i++) {
        close(c->strangers[i]);
    }
    close(c->listener);
    close(c->poll);
}

void
crowd_open(struct crowd *c, size_t n)
{
    for (size_t k = 0; k < n && c->n < CONNS_MAX; k++) {
        struct conn *conn = &c->conns[c->n];
        int fd = node_socket(c->from, c->client, c->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK,
                             0);
        struct sockaddr_in6 own = {0};
        socklen_t size = sizeof own;

        REQUIRE(!connect(fd, (struct sockaddr *)&c->address, c->address_n) ||
                errno == EINPROGRESS);
        (void)getsockname(fd, (struct sockaddr *)&own, &size);
        conn->port = ntohs(own.sin6_port); /* Both families have it at one place. */
        conn->live = true;
        conn->end[CLIENT].fd = fd;
        /* All begin where the others are. */
        poll_add(c, fd, c->n++ << 1 | CLIENT);
    }
}

/* ---- bytes ---------------------------------------------------------------------------------- */

static uint8_t
sent_byte(size_t i, int side, uint64_t at)
{
    if (side == CLIENT && at < HELLO) {
        return (uint8_t)(i >> 8 * at);
    }
    return byte_of(i, side, at);
}

/* As far as the round says and the socket takes it. */
static void
end_send(struct crowd *c, size_t i, int side)
{
    struct end *end = &c->conns[i].end[side];
    uint8_t buf[PIECE];

    /* The server answers what it has got. */
    while (end->fd && end->sent < c->wanted &&
           (side == CLIENT || c->conns[i].end[SERVER].got == c->wanted)) {
        size_t n = c->wanted - end->sent < PIECE ? (size_t)(c->wanted - end->sent) : PIECE;
        ssize_t sent;

        for (size_t k = 0; k < n; k++) {
            buf[k] = sent_byte(i, side, end->sent + k);
        }
        sent = send(end->fd, buf, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            if (errno != EAGAIN && errno != ENOTCONN) {
                conn_break(c, i, strerror(errno));
            }
            return;
        }
        end->sent += (size_t)sent;
    }
}

static void
end_receive(struct crowd *c, size_t i, int side)
{
    struct conn *conn = &c->conns[i];
    struct end *end = &conn->end[side];
    uint8_t buf[PIECE];

    while (end->fd && !end->ended) {
        ssize_t n = recv(end->fd, buf, sizeof buf, MSG_DONTWAIT);

        if (n < 0) {
            if (errno != EAGAIN && errno != ENOTCONN) {
                conn_break(c, i, strerror(errno));
            }
            return;
        }
        if (n == 0) {
            end->ended = true;
            (void)epoll_ctl(c->poll, EPOLL_CTL_DEL, end->fd, NULL);
            if (!conn->closing) {
                conn_break(c, i, "ended by its peer");
            } else if (side == SERVER) {
                (void)shutdown(end->fd, SHUT_WR);
            }
            return;
        }
        for (ssize_t k = 0; k < n; k++) {
            if (buf[k] != sent_byte(i, !side, end->got++)) {
                conn_break(c, i, "other bytes than were sent");
                return;
            }
        }
    }
}

/* The first bytes tell which connection it is. */
static bool
stranger_known(struct crowd *c, int fd)
{
    uint8_t b[HELLO];
    size_t i;

    if (recv(fd, b, HELLO, MSG_PEEK | MSG_DONTWAIT) != HELLO) {
        return false;
    }
    i = b[0] | (size_t)b[1] << 8 | (size_t)b[2] << 16 | (size_t)b[3] << 24;
    (void)epoll_ctl(c->poll, EPOLL_CTL_DEL, fd, NULL);
    if (i >= c->n || !c->conns[i].live || c->conns[i].end[SERVER].fd) {
        close(fd);
        return true;
    }
    c->conns[i].end[SERVER].fd = fd;
    poll_add(c, fd, i << 1 | SERVER);
    return true;
}

static void
strangers_look(struct crowd *c)
{
    for (size_t i = c->n_strangers; i-- > 0;) {
        if (stranger_known(c, c->strangers[i])) {
            c->strangers[i] = c->strangers[--c->n_strangers];
        }
    }
}

static void
strangers_accept(struct crowd *c)
{
    int fd;

    while (c->n_strangers < CONNS_MAX &&
           (fd = accept4(c->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        c->strangers[c->n_strangers++] = fd;
        poll_add(c, fd, WHAT_STRANGER);
    }
}

/* ---- rounds --------------------------------------------------------------------------------- */

static void
conn_turn(struct crowd *c, size_t i)
{
    for (int side = CLIENT; side <= SERVER; side++) {
        end_receive(c, i, side);
        if (!c->conns[i].closing) {
            end_send(c, i, side);
        }
    }
}

static void
crowd_turn(struct crowd *c)
{
    struct epoll_event events[EVENTS_MAX];
    int n = epoll_wait(c->poll, events, EVENTS_MAX, 10);

    for (int e = 0; e < n; e++) {
        uint64_t what = events[e].data.u64;

        if (what == WHAT_LISTENER) {
            strangers_accept(c);
        } else if (what != WHAT_STRANGER) {
            conn_turn(c, what >> 1);
        }
    }
    strangers_look(c);
    for (size_t i = 0; n < EVENTS_MAX && i < c->n; i++) {
        if (c->conns[i].live && !c->conns[i].closing) {
            end_send(c, i, CLIENT); /* What did not fit before. */
        }
    }
}

static bool
conn_is_done(const struct crowd *c, const struct conn *conn)
{
    return conn->closing ? conn->end[CLIENT].ended && conn->end[SERVER].ended
                         : conn->end[CLIENT].got == c->wanted && conn->end[SERVER].got == c->wanted;
}

static bool
all_done(const struct crowd *c, bool closing)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->conns[i].live && c->conns[i].closing == closing && !conn_is_done(c, &c->conns[i])) {
            return false;
        }
    }
    return true;
}

static void
crowd_wait(struct crowd *c, bool closing, int ms)
{
    int64_t end = time_mono_ns() + ms * 1000000LL * test_patience();

    while (!all_done(c, closing) && time_mono_ns() < end) {
        crowd_turn(c);
    }
    for (size_t i = 0; i < c->n; i++) {
        if (c->conns[i].live && c->conns[i].closing == closing && !conn_is_done(c, &c->conns[i])) {
            conn_break(c, i, "nothing came any more");
        }
    }
}

size_t
crowd_round(struct crowd *c, size_t bytes, int ms)
{
    size_t live = 0;

    c->wanted += bytes;
    for (size_t i = 0; i < c->n; i++) {
        if (c->conns[i].live) {
            end_send(c, i, CLIENT);
        }
    }
    crowd_wait(c, false, ms);
    for (size_t i = 0; i < c->n; i++) {
        live += c->conns[i].live;
    }
    return live;
}

size_t
crowd_finish(struct crowd *c, bool (*which)(const void *arg, int port), const void *arg, int ms)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n; i++) {
        struct conn *conn = &c->conns[i];

        if (conn->live && which(arg, conn->port)) {
            conn->closing = true;
            (void)shutdown(conn->end[CLIENT].fd, SHUT_WR);
            n++;
        }
    }
    crowd_wait(c, true, ms);
    for (size_t i = 0; i < c->n; i++) {
        if (c->conns[i].live && c->conns[i].closing) {
            conn_close(&c->conns[i]);
        }
    }
    return n;
}

size_t
crowd_broken(const struct crowd *c)
{
    return c->broken;
}
