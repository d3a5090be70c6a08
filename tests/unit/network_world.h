/* A site and, for its half of the agent protocol, an agent that only listens. */
#ifndef CARRICK_TESTS_NETWORK_WORLD_H
#define CARRICK_TESTS_NETWORK_WORLD_H

#include "network/network.h"
#include "test.h"

#include "base/uuid.h"
#include "base/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PROJECT "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

struct told {
    char op[16], kind[20], id[40];
    char *object;
};

struct agent {
    struct mem *mem;
    struct loop *loop;
    struct store *store;
    struct network_service *network;
    struct site_sync *sync;
    int listener;
    struct loop_fd *watch;
    struct desired_conn *conn;
    VEC(struct told) told;
};

/* ---- the agent ------------------------------------------------------------------------- */

static inline void
say(struct agent *a, enum desired_op op, int64_t seq, const char *id, const char *state)
{
    AUTO(mem) mem = mem_new("say");
    struct desired_message *m = desired_message_new(mem, op);

    m->site = op == DESIRED_OP_hello ? "s" : NULL;
    m->host = op == DESIRED_OP_hello ? "h" : NULL;
    m->version = op == DESIRED_OP_hello ? DESIRED_VERSION : INT_NULL;
    m->epoch = op == DESIRED_OP_hello ? 0 : INT_NULL;
    m->seq = seq;
    m->console_dir = op == DESIRED_OP_hello ? "/consoles" : NULL;
    if (id) {
        m->kind = "port";
        m->id = id;
        m->state = state;
        m->at = time_now_us();
    }
    desired_conn_send(a->conn, m);
}

static inline struct err *
on_message(void *arg, struct desired_message *message)
{
    struct agent *a = arg;
    struct told told = {.object = NULL};

    snprintf(told.op, sizeof told.op, "%s", message->op);
    snprintf(told.kind, sizeof told.kind, "%s", str_or(message->kind, ""));
    snprintf(told.id, sizeof told.id, "%s",
             str_or(message->id, str_or(json_get_str(message->object, "id"), "")));
    told.object = message->object ? json_text(a->mem, message->object) : NULL;
    vec_add(a->mem, &a->told, told);
    if (str_eq(message->op, "hello")) {
        say(a, DESIRED_OP_hello, 0, NULL, NULL);
    }
    if (str_eq(message->op, "snapshot_end") || str_eq(message->op, "commit")) {
        say(a, DESIRED_OP_applied, message->seq == INT_NULL ? 0 : message->seq, NULL, NULL);
    }
    return NULL;
}

static inline void
on_closed(void *arg, struct err *why)
{
    ((struct agent *)arg)->conn = NULL;
    err_free(why);
}

static inline void
on_connect(void *arg, uint32_t events)
{
    struct agent *a = arg;
    struct desired_conn_config config = {
        .loop = a->loop, .message = on_message, .closed = on_closed, .arg = a};

    (void)events;
    config.fd = accept4(a->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    REQUIRE_OK(desired_conn_new(&config, &a->conn));
}

/* Turns the loop once and tells whether something was said. */
static inline bool
heard(struct agent *a, const char *op, const char *kind, const char *id)
{
    CHECK_OK(loop_turn(a->loop, 10));
    vec_each (&a->told, t) {
        if (str_eq(t->op, op) && (!kind || str_eq(t->kind, kind)) && (!id || str_eq(t->id, id))) {
            return true;
        }
    }
    return false;
}

/* The object put last, or "". */
static inline const char *
object_of(const struct agent *a, const char *kind, const char *id)
{
    const char *last = "";

    vec_each (&a->told, t) {
        if (str_eq(t->op, "put") && str_eq(t->kind, kind) && str_eq(t->id, id)) {
            last = t->object;
        }
    }
    return last;
}

/* ---- the site ------------------------------------------------------------------------------ */

static inline const struct table **
tables(struct mem *mem)
{
    VEC(const struct table *) all = {0};

    for (const struct table *const *t = ledger_tables; *t; t++) {
        vec_add(mem, &all, *t);
    }
    for (const struct table *const *t = network_tables; *t; t++) {
        vec_add(mem, &all, *t);
    }
    vec_add(mem, &all, NULL);
    return all.items;
}

static const struct desired_source *const sources[] = {&network_desired_source, NULL};

static inline struct agent *
agent_new(void)
{
    struct mem *mem = mem_new("agent");
    struct agent *a = MEM_NEW(mem, struct agent);
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    struct store_config store = {.path = mem_printf(mem, "%s/db", test_dir()),
                                 .tables = tables(mem)};
    struct network_config network = {.host = "h", .vtep = "192.0.2.1"};
    int n = snprintf(addr.sun_path, sizeof addr.sun_path, "%s/agent", test_dir());

    a->mem = mem;
    REQUIRE(n > 0 && (size_t)n < sizeof addr.sun_path);
    REQUIRE_OK(loop_new(&a->loop));
    REQUIRE_OK(store_open(&store, &a->store));
    network.store = a->store;
    REQUIRE_OK(network_service_new(&network, &a->network));
    a->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(bind(a->listener, (struct sockaddr *)&addr, sizeof addr) == 0);
    REQUIRE(listen(a->listener, 1) == 0);
    REQUIRE_OK(loop_fd_add(a->loop, a->listener, EPOLLIN, on_connect, a, &a->watch));
    return a;
}

static inline void
sync_start(struct agent *a)
{
    struct site_sync_config config = {.store = a->store,
                                      .loop = a->loop,
                                      .socket = mem_printf(a->mem, "%s/agent", test_dir()),
                                      .site = "s",
                                      .host = "h",
                                      .agent_uid = getuid(),
                                      .sources = sources};

    REQUIRE_OK(site_sync_new(&config, &a->sync));
}

static inline void
agent_end(struct agent *a)
{
    site_sync_free(a->sync);
    desired_conn_free(a->conn);
    loop_fd_del(a->watch);
    close(a->listener);
    store_close(a->store);
    loop_free(a->loop);
    network_service_free(a->network);
    mem_free(a->mem);
}

struct call {
    struct agent *a;
    const struct resource *resource;
    const char *body, *id;
    const char *made;
};

static inline struct err *
call_run(struct tx *tx, void *arg)
{
    struct call *call = arg;
    struct caller caller = {.project_id = PROJECT, .is_internal = true};
    struct op op = {.mem = tx_mem(tx), .caller = &caller, .resource = call->resource,
                    .user = call->a->network};
    const struct json *json;
    void *given, *made;

    if (!call->body) {
        return resource_delete(tx, &op, call->id);
    }
    TRY(json_parse(tx_mem(tx), call->body, strlen(call->body), &json));
    TRY(resource_decode(&op, json, call->id ? ROW_UPDATE : ROW_CREATE, &given));
    TRY(call->id ? resource_update(tx, &op, call->id, given, &made)
                 : resource_create(tx, &op, given, &made));
    call->made = mem_str(call->a->mem,
                         *(const char **)attr_at(table_key(call->resource->table), made));
    return NULL;
}

static inline const char *make(struct agent *a, const struct resource *resource,
                               const char *fmt, ...) PRINTF_LIKE(3, 4);

static inline const char *
make(struct agent *a, const struct resource *resource, const char *fmt, ...)
{
    struct call call = {.a = a, .resource = resource};
    va_list args;
    char *text;

    va_start(args, fmt);
    text = mem_vprintf(a->mem, fmt, args);
    va_end(args);
    for (char *c = text; *c; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    call.body = text;
    REQUIRE_OK(store_write_wait(a->store, call_run, &call));
    return call.made;
}

static inline void
change(struct agent *a, const struct resource *resource, const char *id, const char *body)
{
    struct call call = {.a = a, .resource = resource, .id = id, .body = body};

    REQUIRE_OK(store_write_wait(a->store, call_run, &call));
}

static inline const char *
network_make(struct agent *a)
{
    const char *id = make(a, &network_resource, "{}");

    make(a, &subnet_resource, "{'network_id': '%s', 'ip_version': 4, 'cidr': '10.0.0.0/24'}", id);
    return id;
}

static inline struct err *
status_read(struct tx *tx, void *arg)
{
    struct call *call = arg;
    struct port *port;

    TRY(row_get(tx, &port_table, call->id, &port));
    call->made = mem_str(call->a->mem, port->status);
    return NULL;
}

static inline bool
port_is(struct agent *a, const char *id, const char *status)
{
    struct call call = {.a = a, .id = id};

    CHECK_OK(loop_turn(a->loop, 5));
    CHECK_OK(store_read(a->store, status_read, &call));
    return str_eq(call.made, status);
}

#endif
