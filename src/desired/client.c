/* The site's end: connects to the agent again and again, and sends snapshots
 * and transactions. */
#include "desired/desired.h"

#include "base/vec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define RETRY_MIN_MS 100
#define RETRY_MAX_MS 2000
#define ANSWER_MS 30000

struct query {
    enum desired_op op;
    const struct table *table; /* Of the answer. */
    desired_counters_fn *counters; /* Who asked, either ... */
    desired_answer_fn *answer;     /* ... or. */
    void *arg;
    char *owner;         /* On whose behalf, or null. */
    int64_t deadline_ns;
    bool given_up;       /* Who asked was told so; the answer may still come. */
    struct query *next;
};

struct desired_client {
    struct desired_client_config config;
    struct mem *mem;
    struct desired_conn *conn;    /* Null while not connected. */
    struct loop_timer *timer;
    int64_t retry_ms;
    bool greeted;                 /* The agent's hello came. */
    int64_t seq, n_puts;          /* Of the snapshot or transaction under way. */
    struct query *first, **last;  /* What was asked, in order. */
    struct loop_timer *patience;  /* Armed while 'waited' for an answer. */
    bool waited;
};

static void
query_tell(const struct query *q, const void *answer, const char *why)
{
    if (q->given_up) {
        return;
    }
    if (q->counters) {
        q->counters(q->arg, answer);
    } else {
        q->answer(q->arg, answer, why);
    }
}

static void
query_end(struct query *q, const void *answer, const char *why)
{
    query_tell(q, answer, why);
    free(q->owner);
    free(q);
}

/* loop_fn: nobody waits for ever for an agent that hangs.  The question keeps its place, since
 * answers are known by their order. */
static void
queries_give_up(void *arg)
{
    struct desired_client *client = arg;
    int64_t now = time_mono_ns(), next = INT64_MAX;

    for (struct query *q = client->first; q; q = q->next) {
        if (!q->given_up && q->deadline_ns <= now) {
            query_tell(q, NULL, NULL);
            q->given_up = true;
        } else if (!q->given_up && q->deadline_ns < next) {
            next = q->deadline_ns;
        }
    }
    client->waited = next != INT64_MAX;
    if (client->waited) {
        loop_timer_arm(client->patience, (next - now) / 1000000 + 1);
    }
}

static void
queries_fail(struct desired_client *client)
{
    struct query *q;

    while ((q = client->first)) {
        client->first = q->next;
        query_end(q, NULL, NULL);
    }
    client->last = &client->first;
}

static void
retry_later(struct desired_client *client)
{
    loop_timer_arm(client->timer, client->retry_ms);
    client->retry_ms = client->retry_ms * 2 > RETRY_MAX_MS ? RETRY_MAX_MS : client->retry_ms * 2;
}

static void
conn_closed(void *arg, struct err *why)
{
    struct desired_client *client = arg;
    const char *text = why ? why->message : "closed by the agent";

    client->conn = NULL;
    if (client->greeted && client->config.lost) {
        client->config.lost(client->config.arg, text);
    }
    client->greeted = false;
    queries_fail(client);
    retry_later(client);
    err_free(why);
}

static struct err *
on_hello(struct desired_client *client, struct desired_message *message)
{
    if (client->greeted || message->version != DESIRED_VERSION ||
        !str_eq(message->site, client->config.site) ||
        !str_eq(message->host, client->config.host)) {
        return err_new(E_INVALID, NULL,
                       "the agent is of site '%s', host '%s', version %lld; this is site '%s', "
                       "host '%s', version %d",
                       str_or(message->site, ""), str_or(message->host, ""),
                       (long long)message->version, client->config.site, client->config.host,
                       DESIRED_VERSION);
    }
    client->greeted = true;
    client->retry_ms = RETRY_MIN_MS;
    client->config.ready(client->config.arg, message);
    return NULL;
}

/* Questions are answered in the order in which they were asked. */
static struct err *
on_answer(struct desired_client *client, enum desired_op op, struct desired_message *message)
{
    AUTO(mem) mem = mem_new("answer");
    struct query *q = client->first;
    void *answer = NULL;

    if (!q || q->op != op || !(message->object || message->reason)) {
        return err_new(E_INVALID, NULL, "'%s' that nobody asked for", message->op);
    }
    if (message->object) {
        answer = row_new(mem, q->table);
        TRY(row_decode(mem, q->table, message->object, ROW_PLAIN, 0, NULL, answer));
    }
    client->first = q->next;
    if (!client->first) {
        client->last = &client->first;
    }
    query_end(q, answer, message->reason);
    return NULL;
}

static struct err *
conn_message(void *arg, struct desired_message *message)
{
    struct desired_client *client = arg;
    const struct desired_client_config *config = &client->config;
    enum desired_op op = desired_op_from_name(message->op);

    if (op == DESIRED_OP_hello) {
        return on_hello(client, message);
    }
    if (op == DESIRED_OP_counters || op == DESIRED_OP_trace || op == DESIRED_OP_follow ||
        op == DESIRED_OP_usage) {
        return on_answer(client, op, message);
    }
    if (op == DESIRED_OP_applied && config->applied) {
        config->applied(config->arg, message->seq);
    } else if (op == DESIRED_OP_refused && config->refused) {
        config->refused(config->arg, message->seq, str_or(message->reason, ""));
    } else if (op == DESIRED_OP_status && config->status) {
        config->status(config->arg, message);
    } else if (op == DESIRED_OP_event && config->event) {
        config->event(config->arg, message);
    }
    return NULL;
}

static struct err *
dial(struct desired_client *client, int *fd)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    struct ucred peer;
    socklen_t n = sizeof peer;

    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd < 0) {
        return err_errno(E_UNAVAILABLE, "socket");
    }
    memcpy(addr.sun_path, client->config.socket, strlen(client->config.socket) + 1);
    if (connect(*fd, (struct sockaddr *)&addr, sizeof addr)) {
        return err_errno(E_UNAVAILABLE, "connect to %s", client->config.socket);
    }
    if (getsockopt(*fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) ||
        peer.uid != client->config.agent_uid) {
        return err_new(E_FORBIDDEN, NULL, "%s is not the agent's: uid %u", client->config.socket,
                       peer.uid);
    }
    return NULL;
}

static void
client_connect(void *arg)
{
    struct desired_client *client = arg;
    struct desired_conn_config config = {.loop = client->config.loop,
                                         .fd = -1,
                                         .message = conn_message,
                                         .closed = conn_closed,
                                         .arg = client};
    AUTO(mem) mem = mem_new("hello");
    struct desired_message *hello;
    struct err *e = dial(client, &config.fd);

    if (!e) {
        e = desired_conn_new(&config, &client->conn);
        config.fd = -1;
    }
    if (e) {
        if (config.fd >= 0) {
            close(config.fd);
        }
        err_ignore(e, "it is tried again; 'connected' tells the state");
        retry_later(client);
        return;
    }
    hello = desired_message_new(mem, DESIRED_OP_hello);
    hello->site = client->config.site;
    hello->host = client->config.host;
    hello->version = DESIRED_VERSION;
    hello->epoch = client->config.epoch;
    desired_conn_send(client->conn, hello);
}

struct err *
desired_client_new(const struct desired_client_config *config, struct desired_client **client)
{
    struct desired_client *c;

    if (strlen(config->socket) >= sizeof((struct sockaddr_un *)0)->sun_path) {
        return err_new(E_INVALID, NULL, "the socket's path is too long: %s", config->socket);
    }
    c = heap_alloc(sizeof *c);
    c->config = *config;
    c->mem = mem_new("desired client");
    c->config.socket = mem_str(c->mem, config->socket);
    c->config.site = mem_str(c->mem, config->site);
    c->config.host = mem_str(c->mem, config->host);
    c->retry_ms = RETRY_MIN_MS;
    c->last = &c->first;
    c->config.answer_ms = config->answer_ms ? config->answer_ms : ANSWER_MS;
    c->patience = loop_timer_new(config->loop, queries_give_up, c);
    c->timer = loop_timer_new(config->loop, client_connect, c);
    loop_timer_arm(c->timer, 0);
    *client = c;
    return NULL;
}

void
desired_client_free(struct desired_client *client)
{
    if (!client) {
        return;
    }
    desired_conn_free(client->conn);
    queries_fail(client);
    loop_timer_del(client->timer);
    loop_timer_del(client->patience);
    mem_free(client->mem);
    free(client);
}

bool
desired_client_connected(const struct desired_client *client)
{
    return client->greeted;
}

/* Sends an op with a sequence number; nothing where not connected. */
static void
say(struct desired_client *client, enum desired_op op, int64_t count, bool allow_removal)
{
    AUTO(mem) mem = mem_new("desired");
    struct desired_message *message;

    if (!client->greeted) {
        return;
    }
    message = desired_message_new(mem, op);
    message->seq = client->seq;
    message->count = count;
    message->allow_removal = allow_removal;
    desired_conn_send(client->conn, message);
}

void
desired_client_snapshot(struct desired_client *client, int64_t seq)
{
    client->seq = seq;
    client->n_puts = 0;
    say(client, DESIRED_OP_snapshot_begin, INT_NULL, false);
}

void
desired_client_snapshot_end(struct desired_client *client, bool allow_removal)
{
    say(client, DESIRED_OP_snapshot_end, client->n_puts, allow_removal);
}

void
desired_client_send_fds(struct desired_client *client, const int *fds, size_t n)
{
    AUTO(mem) mem = mem_new("descriptors");
    struct desired_message *message = desired_message_new(mem, DESIRED_OP_descriptors);

    message->count = (int64_t)n;
    if (client->greeted) {
        desired_conn_send_fds(client->conn, message, fds, n);
    }
}

void
desired_client_begin(struct desired_client *client, int64_t seq)
{
    client->seq = seq;
    say(client, DESIRED_OP_begin, INT_NULL, false);
}

void
desired_client_commit(struct desired_client *client, bool allow_removal)
{
    say(client, DESIRED_OP_commit, INT_NULL, allow_removal);
}

struct err *
desired_client_put(struct desired_client *client, enum desired_kind kind, const void *object)
{
    AUTO(mem) mem = mem_new("desired put");

    TRY(desired_check(mem, kind, object));
    if (client->greeted) {
        client->n_puts++;
        desired_conn_put(client->conn, client->config.host, kind, object);
    }
    return NULL;
}

void
desired_client_delete(struct desired_client *client, enum desired_kind kind, const char *id)
{
    AUTO(mem) mem = mem_new("desired delete");
    struct desired_message *message;

    if (!client->greeted) {
        return;
    }
    message = desired_message_new(mem, DESIRED_OP_delete);
    message->host = client->config.host;
    message->kind = desired_kind_names[kind];
    message->id = id;
    desired_conn_send(client->conn, message);
}

static void
query_add(struct desired_client *client, const struct query *query)
{
    struct query *q = heap_alloc(sizeof *q);

    *q = *query;
    q->deadline_ns = time_mono_ns() + client->config.answer_ms * 1000000;
    *client->last = q;
    client->last = &q->next;
    if (!client->waited) {
        client->waited = true;
        loop_timer_arm(client->patience, client->config.answer_ms);
    }
}

/* Why no more questions of the owner are taken, or null.  The agent answers one after the other, and
 * what it has to do for the kernel waits behind them. */
static const char *
crowd_check(const struct desired_client *client, const char *owner)
{
    int all = 0, own = 0;

    for (const struct query *q = client->first; q; q = q->next) {
        all++;
        own += q->owner && owner && str_eq(q->owner, owner);
    }
    return own >= DESIRED_QUESTIONS_OF_ONE ? "so many questions of this project wait already; ask "
                                             "again when they are answered"
           : all >= DESIRED_QUESTIONS_MAX  ? "too many questions wait already; ask again later"
                                           : NULL;
}

void
desired_client_counters(struct desired_client *client, desired_counters_fn *fn, void *arg)
{
    if (!client->greeted) {
        fn(arg, NULL);
        return;
    }
    query_add(client, &(struct query){.op = DESIRED_OP_counters,
                                      .table = &desired_counters_table,
                                      .counters = fn,
                                      .arg = arg});
    say(client, DESIRED_OP_counters, INT_NULL, false);
}

void
desired_client_ask(struct desired_client *client, enum desired_op op, const char *owner,
                   const void *object, const struct table *table, desired_answer_fn *fn, void *arg)
{
    AUTO(mem) mem = mem_new("question");
    struct desired_message *message = desired_message_new(mem, op);
    const char *text = row_to_json(mem, object, true);
    const char *why = crowd_check(client, owner);

    if (!client->greeted || why) {
        fn(arg, NULL, client->greeted ? why : NULL);
        return;
    }
    err_ignore(json_parse(mem, text, strlen(text), &message->object), "it was just written");
    query_add(client, &(struct query){.op = op,
                                      .table = table,
                                      .answer = fn,
                                      .arg = arg,
                                      .owner = owner ? heap_str(owner) : NULL});
    desired_conn_send(client->conn, message);
}

void
desired_client_usage(struct desired_client *client, const char *server_id, desired_answer_fn *fn,
                     void *arg)
{
    AUTO(mem) mem = mem_new("question");
    struct desired_message *message = desired_message_new(mem, DESIRED_OP_usage);

    if (!client->greeted) {
        fn(arg, NULL, NULL);
        return;
    }
    message->id = server_id;
    query_add(client, &(struct query){.op = DESIRED_OP_usage,
                                      .table = &desired_server_usage_table,
                                      .answer = fn,
                                      .arg = arg});
    desired_conn_send(client->conn, message);
}
