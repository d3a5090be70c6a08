/* Sites need somebody who says that servers run.  What the real agent does with
 * the kernel is tested in tests/datapath and tests/lab; here only its words count. */
#include "kill/agent.h"

#include "base/vec.h"

#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct held {
    enum desired_kind kind;
    const char *id;
    const char *state;
};

struct agent {
    struct mem *mem;
    struct loop *loop;
    const char *name;
    int listener;
    struct desired_conn *conn;
    int64_t epoch, seq;       /* last applied */
    int64_t conn_epoch;
    VEC(struct held) held, told; /* 'told': since the last begin */
    bool snapshot;
    struct agent_count *count;
};

static void
say(struct agent *a, enum desired_op op, int64_t seq)
{
    AUTO(mem) mem = mem_new("agent says");
    struct desired_message *m = desired_message_new(mem, op);

    m->seq = seq;
    if (op == DESIRED_OP_hello) {
        m->site = m->host = a->name;
        m->version = DESIRED_VERSION;
        m->epoch = a->epoch;
        m->console_dir = "/nowhere";
    }
    desired_conn_send(a->conn, m);
}

static void
say_status(struct agent *a, const struct held *held)
{
    AUTO(mem) mem = mem_new("agent says");
    struct desired_message *m = desired_message_new(mem, DESIRED_OP_status);

    if (!held->state) {
        return;
    }
    m->kind = desired_kind_names[held->kind];
    m->id = held->id;
    m->state = held->state;
    m->at = time_now_us();
    desired_conn_send(a->conn, m);
}

/* What of their states is told; of other kinds there is none. */
static bool
has_state(enum desired_kind kind)
{
    return kind == DESIRED_server || kind == DESIRED_image || kind == DESIRED_port ||
           kind == DESIRED_chain || kind == DESIRED_label;
}

static const char *
state_of(enum desired_kind kind, const struct json *object)
{
    if (!has_state(kind)) {
        return NULL;
    }
    return str_eq(json_get_str(object, "power"), "stopped") ? "SHUTOFF" : "ACTIVE";
}

static void
count(struct agent *a)
{
    int n[DESIRED_N_KINDS] = {0};

    vec_each (&a->held, held) {
        n[held->kind] += held->id != NULL;
    }
    for (int i = 0; i < DESIRED_N_KINDS; i++) {
        a->count->objects[i] = n[i];
    }
}

static void
forget(struct agent *a, enum desired_kind kind, const char *id)
{
    vec_each (&a->held, held) {
        if (held->id && held->kind == kind && str_eq(held->id, id)) {
            held->id = NULL;
        }
    }
}

static void
take(struct agent *a, const struct desired_message *m)
{
    enum desired_kind kind = desired_kind_from_name(str_or(m->kind, ""));
    bool put = str_eq(m->op, "put");
    struct held held = {.kind = kind,
                        .id = mem_str(a->mem, put ? json_get_str(m->object, "id") : m->id),
                        .state = put ? state_of(kind, m->object) : NULL};

    forget(a, kind, held.id);
    if (put) {
        vec_add(a->mem, &a->held, held);
        vec_add(a->mem, &a->told, held);
    }
}

/* All of it at once, as the protocol wants: nobody looks in between. */
static void
applied(struct agent *a, const struct desired_message *m)
{
    a->epoch = a->conn_epoch;
    a->seq = m->seq == INT_NULL ? a->seq : m->seq;
    count(a);
    say(a, DESIRED_OP_applied, a->seq);
    vec_each (&a->told, held) {
        say_status(a, held);
    }
    a->told.n = 0;
}

static struct err *
on_message(void *arg, struct desired_message *m)
{
    struct agent *a = arg;
    enum desired_op op = desired_op_from_name(m->op);

    if (op == DESIRED_OP_hello) {
        a->conn_epoch = m->epoch;
    } else if (op == DESIRED_OP_snapshot_begin) {
        a->held.n = a->told.n = 0;
        a->seq = m->seq;
    } else if (op == DESIRED_OP_begin) {
        a->seq = m->seq;
    } else if (op == DESIRED_OP_put || op == DESIRED_OP_delete) {
        take(a, m);
    } else if (op == DESIRED_OP_snapshot_end || op == DESIRED_OP_commit) {
        applied(a, m);
    }
    return NULL;
}

static void
on_closed(void *arg, struct err *why)
{
    ((struct agent *)arg)->conn = NULL;
    err_ignore(why, "the site comes again");
}

static void
on_connect(void *arg, uint32_t events)
{
    struct agent *a = arg;
    struct desired_conn_config config = {
        .loop = a->loop, .message = on_message, .closed = on_closed, .arg = a};
    struct err *err;

    (void)events;
    config.fd = accept4(a->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (config.fd < 0) {
        return;
    }
    desired_conn_free(a->conn);
    a->conn = NULL;
    err = desired_conn_new(&config, &a->conn);
    if (err) {
        fprintf(stderr, "agent: %s\n", err->message);
        err_ignore(err, "said");
        return;
    }
    say(a, DESIRED_OP_hello, a->seq);
}

static struct err *
listen_at(struct agent *a, const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int n = snprintf(addr.sun_path, sizeof addr.sun_path, "%s", path);

    if (n < 0 || (size_t)n >= sizeof addr.sun_path) {
        return err_new(E_INVALID, NULL, "%s is too long", path);
    }
    (void)unlink(path);
    a->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (a->listener < 0 || bind(a->listener, (struct sockaddr *)&addr, sizeof addr) ||
        listen(a->listener, 4)) {
        return err_errno(E_UNAVAILABLE, "listen on %s", path);
    }
    return NULL;
}

struct err *
agent_serve(const char *socket, const char *name, struct agent_count *count)
{
    struct mem *mem = mem_new("agent");
    struct agent *a = MEM_NEW(mem, struct agent);
    struct loop_fd *watch;

    a->mem = mem;
    a->name = name;
    a->count = count;
    TRY(loop_new(&a->loop));
    TRY(listen_at(a, socket));
    TRY(loop_fd_add(a->loop, a->listener, EPOLLIN, on_connect, a, &watch));
    return loop_run(a->loop);
}
