/* Frames over a stream socket on a loop: whole messages in, queued bytes out,
 * with limits on both, so that neither side can exhaust the other. */
#include "desired/desired.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUEUE_MAX (64 << 20)
#define READ_SIZE 65536
#define READS_A_TURN 16

struct desired_conn {
    struct desired_conn_config config;
    struct loop_fd *watch;
    struct buf in, out;
    size_t in_at, out_at;   /* Bytes consumed. */
    struct mem *mem;        /* Of the message being handled. */
    bool wants_out;
    bool busy;              /* Inside a callback: freeing waits. */
    bool dead;
    int fds[DESIRED_FDS_MAX]; /* That came and nobody took. */
    size_t n_fds;
};

static void
conn_release(struct desired_conn *conn)
{
    loop_fd_del(conn->watch);
    close(conn->config.fd);
    for (size_t i = 0; i < conn->n_fds; i++) {
        close(conn->fds[i]);
    }
    buf_done(&conn->in);
    buf_done(&conn->out);
    mem_free(conn->mem);
    free(conn);
}

static void
conn_close(struct desired_conn *conn, struct err *why)
{
    conn->busy = true;
    conn->config.closed(conn->config.arg, why);
    conn_release(conn);
}

/* Handles whole frames; an error ends the connection. */
static struct err *
frames_handle(struct desired_conn *conn)
{
    struct desired_message *message;
    uint32_t n;

    while (!conn->dead && conn->in.len - conn->in_at >= 4) {
        memcpy(&n, conn->in.data + conn->in_at, 4);
        n = ntohl(n);
        if (n > DESIRED_FRAME_MAX) {
            return err_new(E_TOO_LARGE, NULL, "a frame of %u bytes; at most %d", n,
                           DESIRED_FRAME_MAX);
        }
        if (conn->in.len - conn->in_at - 4 < n) {
            break;
        }
        mem_reset(conn->mem);
        TRY(desired_message_decode(conn->mem, conn->in.data + conn->in_at + 4, n, &message));
        conn->in_at += 4 + n;
        TRY(conn->config.message(conn->config.arg, message));
    }
    if (conn->in_at == conn->in.len) {
        buf_clear(&conn->in);
        conn->in_at = 0;
    }
    return NULL;
}

/* Moves what is not yet handled to the front, so that the buffer stays small. */
static void
compact(struct buf *buf, size_t *at)
{
    if (*at > READ_SIZE) {
        memmove(buf->data, buf->data + *at, buf->len - *at + 1);
        buf->len -= *at;
        *at = 0;
    }
}

static void
fds_keep(struct desired_conn *conn, struct msghdr *head)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(head); c; c = CMSG_NXTHDR(head, c)) {
        size_t n = c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS
                       ? (c->cmsg_len - CMSG_LEN(0)) / sizeof(int)
                       : 0;

        for (size_t i = 0; i < n; i++) {
            int fd;

            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            if (conn->config.takes_fds && conn->n_fds < DESIRED_FDS_MAX) {
                conn->fds[conn->n_fds++] = fd;
            } else {
                close(fd);
            }
        }
    }
}

static ssize_t
data_receive(struct desired_conn *conn, char *data, size_t max)
{
    char control[CMSG_SPACE(DESIRED_FDS_MAX * sizeof(int))] __attribute__((aligned(8)));
    struct iovec iov = {.iov_base = data, .iov_len = max};
    struct msghdr head = {.msg_iov = &iov,
                          .msg_iovlen = 1,
                          .msg_control = control,
                          .msg_controllen = conn->config.takes_fds ? sizeof control : 0};
    ssize_t n = recvmsg(conn->config.fd, &head, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

    if (n > 0) {
        fds_keep(conn, &head);
    }
    return n;
}

/* '*ended' where the peer has closed. */
static struct err *
conn_read(struct desired_conn *conn, bool *ended)
{
    char data[READ_SIZE / 2];
    ssize_t n;

    for (int i = 0; i < READS_A_TURN; i++) {
        n = data_receive(conn, data, sizeof data);
        if (n == 0) {
            *ended = true;
            return NULL;
        }
        if (n < 0) {
            return errno == EAGAIN || errno == EINTR ? NULL : err_errno(E_UNAVAILABLE, "receive");
        }
        buf_add(&conn->in, data, (size_t)n);
        TRY(frames_handle(conn));
        compact(&conn->in, &conn->in_at);
        if (conn->dead) {
            return NULL;
        }
    }
    return NULL;
}

static struct err *
conn_write(struct desired_conn *conn)
{
    ssize_t n;
    bool more;

    while (conn->out_at < conn->out.len) {
        n = send(conn->config.fd, conn->out.data + conn->out_at, conn->out.len - conn->out_at,
                 MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR) {
            if (errno == EAGAIN) {
                break;
            }
            return err_errno(E_UNAVAILABLE, "send");
        }
        conn->out_at += n > 0 ? (size_t)n : 0;
    }
    if (conn->out_at == conn->out.len) {
        buf_clear(&conn->out);
        conn->out_at = 0;
    } else {
        compact(&conn->out, &conn->out_at);
    }
    more = conn->out.len > 0;
    if (more != conn->wants_out) {
        conn->wants_out = more;
        TRY(loop_fd_set(conn->watch, more ? EPOLLIN | EPOLLOUT : EPOLLIN));
    }
    return NULL;
}

static void
conn_ready(void *arg, uint32_t events)
{
    struct desired_conn *conn = arg;
    struct err *e = NULL;
    bool ended = false;

    conn->busy = true;
    if (events & EPOLLOUT) {
        e = conn_write(conn);
    }
    if (!e && events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        e = conn_read(conn, &ended);
    }
    if (!e && !conn->dead && conn->out.overflow) {
        e = err_new(E_TOO_LARGE, NULL, "the peer does not read: more than %zu bytes wait",
                    conn->out.max);
    }
    conn->busy = false;
    if (conn->dead) {
        err_ignore(e, "the owner has closed it");
        conn_release(conn);
    } else if (e || ended) {
        conn_close(conn, e);
    }
}

struct err *
desired_conn_new(const struct desired_conn_config *config, struct desired_conn **conn)
{
    struct desired_conn *c = heap_alloc(sizeof *c);
    struct err *e;

    c->config = *config;
    buf_init(&c->in, (size_t)2 * (DESIRED_FRAME_MAX + READ_SIZE));
    buf_init(&c->out, config->max_queued ? config->max_queued : QUEUE_MAX);
    c->mem = mem_new("desired message");
    e = loop_fd_add(config->loop, config->fd, EPOLLIN, conn_ready, c, &c->watch);
    if (e) {
        conn_release(c);
        return e;
    }
    *conn = c;
    return NULL;
}

void
desired_conn_free(struct desired_conn *conn)
{
    if (!conn) {
        return;
    }
    if (conn->busy) {
        conn->dead = true;
        return;
    }
    conn_release(conn);
}

/* An error here shows again at the next event, where it can be told. */
static void
flush(struct desired_conn *conn)
{
    if (!conn->dead && !conn->wants_out) {
        err_ignore(conn_write(conn), "the descriptor's next event tells");
        if (conn->out.overflow || conn->out.len > 0) {
            conn->wants_out = true;
            err_ignore(loop_fd_set(conn->watch, EPOLLIN | EPOLLOUT), "it stays as it was");
        }
    }
}

void
desired_conn_send(struct desired_conn *conn, const struct desired_message *message)
{
    desired_message_encode(&conn->out, message);
    flush(conn);
}

void
desired_conn_put(struct desired_conn *conn, const char *host, enum desired_kind kind,
                 const void *object)
{
    desired_put_encode(&conn->out, host, kind, object);
    flush(conn);
}

/* The frame's first byte takes them along. */
static bool
fds_send(struct desired_conn *conn, const int *fds, size_t n)
{
    char control[CMSG_SPACE(DESIRED_FDS_MAX * sizeof(int))] __attribute__((aligned(8))) = {0};
    struct iovec iov = {.iov_base = conn->out.data + conn->out_at,
                        .iov_len = conn->out.len - conn->out_at};
    struct msghdr head = {.msg_iov = &iov,
                          .msg_iovlen = 1,
                          .msg_control = control,
                          .msg_controllen = CMSG_SPACE(n * sizeof *fds)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&head);
    ssize_t sent;

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(n * sizeof *fds);
    memcpy(CMSG_DATA(c), fds, n * sizeof *fds);
    sent = sendmsg(conn->config.fd, &head, MSG_DONTWAIT | MSG_NOSIGNAL);
    conn->out_at += sent > 0 ? (size_t)sent : 0;
    return sent > 0;
}

void
desired_conn_send_fds(struct desired_conn *conn, const struct desired_message *message,
                      const int *fds, size_t n)
{
    bool ready = conn->out.len == 0 && n <= DESIRED_FDS_MAX;

    desired_message_encode(&conn->out, message);
    if (!ready || !fds_send(conn, fds, n)) {
        /* Without them the message is worth nothing: the peer refuses it. */
        conn->out.overflow = true;
    }
    flush(conn);
}

int
desired_conn_take_fd(struct desired_conn *conn)
{
    int fd = conn->n_fds ? conn->fds[0] : -1;

    if (conn->n_fds) {
        conn->n_fds--;
        memmove(conn->fds, conn->fds + 1, conn->n_fds * sizeof *conn->fds);
    }
    return fd;
}
