/* The agent's socket.  One site at a time; what it sends is collected into a
 * change and takes effect as a whole, or is refused with the reason. */
#include "agent/host.h"
#include "agent/follow.h"
#include "agent/rootfs.h"
#include "agent/trace.h"
#include "base/log.h"
#include "base/time.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct agent_listener {
    struct host *host;
    int fd;
    struct loop_fd *watch;
    struct desired_conn *conn; /* The connected site, or null. */
    bool greeted;
    bool snapshot_done;        /* Transactions may follow. */
    int64_t epoch;
    struct delta *delta;       /* Under way, or null. */
    struct err *bad;           /* First thing wrong with it. */
};

void
agent_listener_send(struct agent_listener *l, const struct desired_message *message)
{
    if (l && l->conn && l->greeted) {
        desired_conn_send(l->conn, message);
    }
}

static void
hello_send(struct agent_listener *l)
{
    struct host *host = l->host;
    AUTO(mem) mem = mem_new("hello");
    struct desired_message *m = desired_message_new(mem, DESIRED_OP_hello);

    m->site = host->options.site_id;
    m->host = host->options.host_id;
    m->version = DESIRED_VERSION;
    m->epoch = host->epoch;
    m->seq = host->seq;
    m->vtep = host->options.vtep;
    m->console_dir = mem_printf(mem, "%s/console", host->options.state);
    desired_conn_send(l->conn, m);
}

static void
delta_drop(struct agent_listener *l)
{
    delta_free(l->delta);
    l->delta = NULL;
    err_free(l->bad);
    l->bad = NULL;
}

/* ---- what the site sends ---------------------------------------------------------------------- */

static struct err *
on_hello(struct agent_listener *l, const struct desired_message *m)
{
    struct host *host = l->host;

    if (m->version != DESIRED_VERSION) {
        return err_new(E_INVALID, NULL, "protocol version %lld; this agent speaks %d",
                       (long long)m->version, DESIRED_VERSION);
    }
    if (!str_eq(m->site, host->options.site_id) || !str_eq(m->host, host->options.host_id)) {
        return err_new(E_FORBIDDEN, NULL,
                       "site '%s', host '%s'; this agent serves site '%s', host '%s'",
                       str_or(m->site, ""), str_or(m->host, ""), host->options.site_id,
                       host->options.host_id);
    }
    if (m->epoch == INT_NULL || m->epoch < host->epoch) {
        return err_new(E_CONFLICT, NULL, "epoch %lld is older than %lld",
                       m->epoch == INT_NULL ? -1LL : (long long)m->epoch,
                       (long long)host->epoch);
    }
    l->greeted = true;
    l->epoch = m->epoch;
    log_info("site", "connected site=%s epoch=%lld", m->site, (long long)m->epoch);
    return NULL;
}

static struct err *
on_begin(struct agent_listener *l, const struct desired_message *m, bool snapshot)
{
    if (l->delta) {
        return err_new(E_INVALID, NULL, "'%s' inside of another change", m->op);
    }
    if (m->seq == INT_NULL) {
        return err_new(E_INVALID, NULL, "'%s' without seq", m->op);
    }
    l->delta = delta_new(snapshot, m->seq);
    if (!snapshot && !l->snapshot_done) {
        l->bad = err_new(E_CONFLICT, NULL, "a transaction before the snapshot");
    }
    return NULL;
}

static void
note(struct agent_listener *l, struct err *e)
{
    if (l->bad) {
        err_ignore(e, "the first is told");
    } else {
        l->bad = e;
    }
}

static struct err *
on_object(struct agent_listener *l, const struct desired_message *m, bool put)
{
    enum desired_kind kind = desired_kind_from_name(m->kind);

    if (!l->delta || kind >= DESIRED_guest || (put ? !m->object : !m->id)) {
        return err_new(E_INVALID, NULL, "'%s' outside of a change, or not whole", m->op);
    }
    if (!str_eq(m->host, l->host->options.host_id)) {
        note(l, err_new(E_FORBIDDEN, NULL, "an object of host '%s'", str_or(m->host, "")));
    } else if (put) {
        note(l, delta_put(l->delta, kind, m->object));
    } else {
        delta_delete(l->delta, kind, m->id);
    }
    return NULL;
}

static struct err *
order_check(struct agent_listener *l)
{
    const struct host *host = l->host;

    if (l->epoch < host->epoch || (l->epoch == host->epoch && l->delta->seq < host->seq)) {
        return err_new(E_CONFLICT, NULL, "state %lld.%lld is older than %lld.%lld",
                       (long long)l->epoch, (long long)l->delta->seq, (long long)host->epoch,
                       (long long)host->seq);
    }
    return NULL;
}

static struct err *
take(struct agent_listener *l, const struct desired_message *m)
{
    struct host *host = l->host;

    if (l->bad) {
        struct err *e = l->bad;

        l->bad = NULL;
        return e;
    }
    if (m->seq != l->delta->seq) {
        return err_new(E_INVALID, NULL, "it began as %lld and ends as %lld",
                       (long long)l->delta->seq, (long long)m->seq);
    }
    if (l->delta->is_snapshot && m->count != (int64_t)l->delta->n_puts) {
        return err_new(E_INVALID, NULL, "the snapshot is not whole: %zu objects of %lld",
                       l->delta->n_puts, (long long)m->count);
    }
    TRY(order_check(l));
    TRY(world_change(&host->world, l->delta, m->allow_removal));
    return host_applied(host, l->epoch, l->delta->seq);
}

static struct err *
on_end(struct agent_listener *l, const struct desired_message *m, bool snapshot)
{
    struct host *host = l->host;
    AUTO(mem) mem = mem_new("answer");
    struct desired_message *answer;
    struct err *e;

    if (!l->delta || l->delta->is_snapshot != snapshot) {
        return err_new(E_INVALID, NULL, "'%s' without its beginning", m->op);
    }
    e = take(l, m);
    answer = desired_message_new(mem, e ? DESIRED_OP_refused : DESIRED_OP_applied);
    answer->seq = l->delta->seq;
    if (e) {
        const char *why = err_full(mem, e);

        answer->reason = mem_strn(mem, why, strlen(why) > 1000 ? 1000 : strlen(why));
        log_warn("site", "refused seq=%lld reason=\"%s\"", (long long)l->delta->seq,
                 answer->reason);
        err_free(e);
    } else {
        host->has_world = true;
        l->snapshot_done = true;
        if (snapshot) {
            rootfs_retry(host);
        }
        host_kick(host);
    }
    desired_conn_send(l->conn, answer);
    if (!e && snapshot) {
        host_statuses(host);
    }
    delta_drop(l);
    return NULL;
}

static struct err *
on_counters(struct agent_listener *l)
{
    AUTO(mem) mem = mem_new("counters");
    struct desired_message *m = desired_message_new(mem, DESIRED_OP_counters);

    m->object = host_counters(l->host, mem);
    desired_conn_send(l->conn, m);
    return NULL;
}

static struct err *
on_usage(struct agent_listener *l, const struct desired_message *asked)
{
    AUTO(mem) mem = mem_new("usage");
    struct desired_message *m = desired_message_new(mem, DESIRED_OP_usage);

    if (!asked->id) {
        return err_new(E_INVALID, NULL, "a question of usage without a server");
    }
    m->object = host_usage(l->host, mem, asked->id);
    desired_conn_send(l->conn, m);
    return NULL;
}

/* A question of either kind; what cannot be told does not end the connection. */
static struct err *
on_question(struct agent_listener *l, enum desired_op op, const struct desired_message *asked)
{
    AUTO(mem) mem = mem_new("question");
    struct desired_message *m = desired_message_new(mem, op);
    struct err *e = !asked->object ? err_new(E_INVALID, NULL, "a question without its object")
                    : op == DESIRED_OP_trace
                        ? host_trace(l->host, mem, asked->object, &m->object)
                        : follows_ask(l->host->follows, mem, asked->object, &m->object);

    if (e) {
        m->object = NULL;
        m->reason = err_full(mem, e);
        err_ignore(e, "it is told");
    }
    desired_conn_send(l->conn, m);
    return NULL;
}

static struct err *
dispatch(struct agent_listener *l, const struct desired_message *m)
{
    enum desired_op op = desired_op_from_name(m->op);

    if (!l->greeted) {
        return op == DESIRED_OP_hello ? on_hello(l, m)
                                      : err_new(E_INVALID, NULL, "'%s' before hello", m->op);
    }
    switch (op) {
    case DESIRED_OP_snapshot_begin:
        return on_begin(l, m, true);
    case DESIRED_OP_begin:
        return on_begin(l, m, false);
    case DESIRED_OP_put:
        return on_object(l, m, true);
    case DESIRED_OP_delete:
        return on_object(l, m, false);
    case DESIRED_OP_snapshot_end:
        return on_end(l, m, true);
    case DESIRED_OP_commit:
        return on_end(l, m, false);
    case DESIRED_OP_counters:
        return on_counters(l);
    case DESIRED_OP_usage:
        return on_usage(l, m);
    case DESIRED_OP_trace:
    case DESIRED_OP_follow:
        return on_question(l, op, m);
    case DESIRED_OP_hello:
    case DESIRED_OP_applied:
    case DESIRED_OP_refused:
    case DESIRED_OP_status:
    case DESIRED_OP_event:
    case DESIRED_OP_descriptors:
    case DESIRED_N_OPS:
    default:
        return err_new(E_INVALID, NULL, "'%s' is not for an agent", m->op);
    }
}

/* What ends the connection is answered, so that the site's log says why too. */
static struct err *
on_message(void *arg, struct desired_message *m)
{
    struct agent_listener *l = arg;
    struct err *e = dispatch(l, m);

    if (e) {
        AUTO(mem) mem = mem_new("refused");
        struct desired_message *answer = desired_message_new(mem, DESIRED_OP_refused);

        answer->seq = m->seq;
        answer->reason = e->message;
        desired_conn_send(l->conn, answer);
    }
    return e;
}

/* ---- connections --------------------------------------------------------------------------------- */

static void
on_closed(void *arg, struct err *why)
{
    struct agent_listener *l = arg;

    log_info("site", "disconnected reason=\"%s\"", why ? why->message : "closed by the site");
    err_free(why);
    l->conn = NULL;
    l->greeted = l->snapshot_done = false;
    delta_drop(l);
}

static bool
is_site(const struct host *host, int fd)
{
    struct ucred peer;
    socklen_t n = sizeof peer;

    return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) &&
           (peer.uid == host->options.site_uid || peer.uid == 0);
}

static void
on_connect(void *arg, uint32_t events)
{
    struct agent_listener *l = arg;
    struct desired_conn_config config = {
        .loop = l->host->loop, .message = on_message, .closed = on_closed, .arg = l};
    struct err *e;

    (void)events;
    config.fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
    if (config.fd < 0) {
        return;
    }
    if (!is_site(l->host, config.fd)) {
        log_warn("site", "a connection of a user that is not the site's was refused");
        close(config.fd);
        return;
    }
    if (l->conn) {
        /* The newer one is the one that is alive. */
        desired_conn_free(l->conn);
        on_closed(l, err_new(E_CONFLICT, NULL, "replaced by a newer connection"));
    }
    e = desired_conn_new(&config, &l->conn);
    if (e) {
        log_err(LOG_LV_ERROR, "site", e, "connection");
        return;
    }
    hello_send(l);
}

static struct err *
socket_listen(struct agent_listener *l, const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof addr.sun_path) {
        return err_new(E_INVALID, NULL, "the socket's path is too long: %s", path);
    }
    memcpy(addr.sun_path, path, strlen(path) + 1);
    (void)unlink(path);
    l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (l->fd < 0 || bind(l->fd, (struct sockaddr *)&addr, sizeof addr) ||
        chmod(path, 0600) || chown(path, l->host->options.site_uid, 0) || listen(l->fd, 4)) {
        return err_errno(E_UNAVAILABLE, "listen on %s", path);
    }
    return NULL;
}

struct err *
agent_listener_new(struct host *host, struct agent_listener **out)
{
    struct agent_listener *l = heap_alloc(sizeof *l);

    *out = l;
    l->host = host;
    l->fd = -1;
    TRY(socket_listen(l, host->options.socket));
    return loop_fd_add(host->loop, l->fd, EPOLLIN, on_connect, l, &l->watch);
}

void
agent_listener_free(struct agent_listener *l)
{
    if (!l) {
        return;
    }
    loop_fd_del(l->watch);
    if (l->fd >= 0) {
        close(l->fd);
        (void)unlink(l->host->options.socket);
    }
    desired_conn_free(l->conn);
    delta_drop(l);
    free(l);
}
