/* Arguments, the agent's connection and the packet socket. */
#include "responder/responder.h"

#include "base/log.h"
#include "responder/answer.h"
#include "responder/metadata.h"
#include "responder/sandbox.h"
#include "sys/file.h"
#include "sys/service.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define FRAMES_A_TURN 64
#define READ_SIZE 2048 /* A longer question is cut off, and then none. */

struct responder {
    struct loop *loop;
    struct guests *guests;
    struct metadata *metadata;
    int listen_fd, packet_fd;
    struct loop_fd *listen_watch, *packet_watch;
    struct desired_conn *conn; /* The agent, or null. */
    bool greeted;
};

/* ---- packets ---------------------------------------------------------------------------------- */

static void
on_packets(void *arg, uint32_t events)
{
    struct responder *r = arg;
    uint8_t in[READ_SIZE], out[FRAME_SIZE];

    (void)events;
    for (int i = 0; i < FRAMES_A_TURN; i++) {
        ssize_t n = recv(r->packet_fd, in, sizeof in, MSG_DONTWAIT);
        size_t m = n > 0 ? frame_answer(r->guests, in, (size_t)n, out) : 0;

        if (m) {
            /* A full queue loses it, as a wire would; the client asks again. */
            (void)!send(r->packet_fd, out, m, MSG_DONTWAIT);
        }
        if (n < 0) {
            break;
        }
    }
}

static void
packets_close(struct responder *r)
{
    loop_fd_del(r->packet_watch);
    r->packet_watch = NULL;
    fd_close(&r->packet_fd);
}

/* ---- what the agent sends --------------------------------------------------------------------- */

static struct err *
on_hello(struct responder *r, const struct desired_message *m)
{
    AUTO(mem) mem = mem_new("hello");
    struct desired_message *answer;

    if (m->version != DESIRED_VERSION || !m->site || !m->host) {
        return err_new(E_INVALID, NULL, "not an agent's hello of version %d", DESIRED_VERSION);
    }
    r->greeted = true;
    answer = desired_message_new(mem, DESIRED_OP_hello);
    answer->site = m->site;
    answer->host = m->host;
    answer->version = DESIRED_VERSION;
    desired_conn_send(r->conn, answer);
    log_info("agent", "connected site=%s host=%s", m->site, m->host);
    return NULL;
}

/* A new agent's sockets take the place of an earlier one's. */
static struct err *
on_descriptors(struct responder *r)
{
    int packets = desired_conn_take_fd(r->conn), metadata = desired_conn_take_fd(r->conn);
    struct err *e;

    if (packets < 0 || metadata < 0) {
        fd_close(&packets);
        return err_new(E_INVALID, NULL, "descriptors that did not come");
    }
    packets_close(r);
    r->packet_fd = packets;
    e = loop_fd_add(r->loop, packets, EPOLLIN, on_packets, r, &r->packet_watch);
    return err_join(e, metadata_listen(r->metadata, metadata));
}

static struct err *
on_end(struct responder *r, const struct desired_message *m, bool snapshot)
{
    TRY(guests_end(r->guests, snapshot, m->count));
    metadata_recheck(r->metadata);
    log_debug("agent", "applied seq=%lld guests=%zu", (long long)m->seq, guests_count(r->guests));
    return NULL;
}

static struct err *
on_put(struct responder *r, const struct desired_message *m)
{
    if (desired_kind_from_name(m->kind) != DESIRED_guest || !m->object) {
        return err_new(E_INVALID, NULL, "a put of what is no guest");
    }
    return guests_put(r->guests, m->object);
}

static struct err *
on_delete(struct responder *r, const struct desired_message *m)
{
    if (desired_kind_from_name(m->kind) != DESIRED_guest || !m->id) {
        return err_new(E_INVALID, NULL, "a delete of what is no guest");
    }
    return guests_delete(r->guests, m->id);
}

static struct err *
on_message(void *arg, struct desired_message *m)
{
    struct responder *r = arg;
    enum desired_op op = desired_op_from_name(m->op);

    if (!r->greeted) {
        return op == DESIRED_OP_hello ? on_hello(r, m)
                                      : err_new(E_INVALID, NULL, "'%s' before hello", m->op);
    }
    if (op == DESIRED_OP_descriptors) {
        return on_descriptors(r);
    }
    if (op == DESIRED_OP_snapshot_begin || op == DESIRED_OP_begin) {
        guests_begin(r->guests, op == DESIRED_OP_snapshot_begin);
        return NULL;
    }
    if (op == DESIRED_OP_put) {
        return on_put(r, m);
    }
    if (op == DESIRED_OP_delete) {
        return on_delete(r, m);
    }
    if (op == DESIRED_OP_snapshot_end || op == DESIRED_OP_commit) {
        return on_end(r, m, op == DESIRED_OP_snapshot_end);
    }
    return err_new(E_INVALID, NULL, "'%s' is not for a responder", m->op);
}

/* What it said stays true until another says otherwise. */
static void
on_closed(void *arg, struct err *why)
{
    struct responder *r = arg;

    log_info("agent", "disconnected reason=\"%s\"", why ? why->message : "closed by the agent");
    err_free(why);
    r->conn = NULL;
    r->greeted = false;
}

static bool
is_agent(int fd)
{
    struct ucred peer;
    socklen_t n = sizeof peer;

    return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) && peer.uid == 0;
}

static void
on_connect(void *arg, uint32_t events)
{
    struct responder *r = arg;
    struct desired_conn_config config = {.loop = r->loop,
                                         .message = on_message,
                                         .closed = on_closed,
                                         .arg = r,
                                         .takes_fds = true};
    struct err *e;

    (void)events;
    config.fd = accept4(r->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (config.fd < 0) {
        return;
    }
    if (!is_agent(config.fd)) {
        log_warn("agent", "a connection of a user that is not the agent's was refused");
        close(config.fd);
        return;
    }
    if (r->conn) {
        /* The newer one is the one that is alive. */
        desired_conn_free(r->conn);
        on_closed(r, err_new(E_CONFLICT, NULL, "replaced by a newer connection"));
    }
    e = desired_conn_new(&config, &r->conn);
    if (e) {
        log_err(LOG_LV_ERROR, "agent", e, "connection");
    }
}

/* ---- the process ------------------------------------------------------------------------------ */

static struct err *
socket_listen(int *fd, const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof at.sun_path) {
        return err_new(E_INVALID, NULL, "the socket's path is too long: %s", path);
    }
    *fd = service_socket(path);
    if (*fd >= 0) {
        return NULL;
    }
    memcpy(at.sun_path, path, strlen(path) + 1);
    (void)unlink(path);
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0 || bind(*fd, (struct sockaddr *)&at, sizeof at) || chmod(path, 0600) ||
        listen(*fd, 4)) {
        return err_errno(E_UNAVAILABLE, "listen on %s", path);
    }
    return NULL;
}

static void
stop(void *arg)
{
    loop_stop(arg);
}

static struct err *
responder_open(struct responder *r, const char *path)
{
    if (geteuid() == 0) {
        return err_new(E_FORBIDDEN, NULL, "not as root: it reads strangers' packets");
    }
    TRY(loop_new(&r->loop));
    TRY(loop_signal(r->loop, SIGTERM, stop, r->loop));
    TRY(loop_signal(r->loop, SIGINT, stop, r->loop));
    TRY(socket_listen(&r->listen_fd, path));
    TRY(loop_fd_add(r->loop, r->listen_fd, EPOLLIN, on_connect, r, &r->listen_watch));
    r->metadata = metadata_new(r->loop, r->guests);
    log_info("responder", "ready socket=%s", path);
    return sandbox_enter();
}

static void
responder_close(struct responder *r)
{
    loop_fd_del(r->listen_watch);
    desired_conn_free(r->conn);
    packets_close(r);
    metadata_free(r->metadata);
    guests_free(r->guests);
    fd_close(&r->listen_fd);
    loop_free(r->loop);
}

/* X(id, name, kind, default, doc) */
#define RESPONDER_OPTIONS(X)                                                                       \
    X(listen, "listen", OF_PATH("PATH"), "/run/carrick-responder.socket",                          \
      "where the agent finds it; the manager of services hands it over")                           \
    X(log_level, "log-level", OF_WORD("LEVEL", "debug info warn error"), "info",                   \
      "what is told on standard error, from this on; no file is read once it is locked in")

enum responder_option {
#define X(id, name, kind, def, doc) OPTION_##id,
    RESPONDER_OPTIONS(X)
#undef X
};
const struct setting responder_settings[] = {RESPONDER_OPTIONS(SETTING_ROW){0}};

int
responder_main(int argc, char **argv)
{
    AUTO(mem) mem = mem_new("options");
    struct responder r = {.listen_fd = -1, .packet_fd = -1};
    struct settings *settings;
    int status = settings_start(mem, "responder", responder_settings, argc, argv, &settings);
    struct err *e;

    if (status >= 0) {
        return status;
    }
    settings_log(settings, "responder");
    r.guests = guests_new();
    e = responder_open(&r, settings->texts[OPTION_listen]);
    e = e ? e : loop_run(r.loop);
    responder_close(&r);
    if (e) {
        log_err(LOG_LV_ERROR, "responder", e, "stopped");
        _exit(1);
    }
    _exit(0); /* What libraries do at an exit may need calls that the filter refuses. */
}
