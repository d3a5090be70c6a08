/* Questions to an agent that is slow, silent or gone: who asks is told once, and answers are never
 * taken for those of other questions. */
#include "desired/trace.h"
#include "test.h"

#include "base/vec.h"

#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct world {
    struct mem *mem;
    struct loop *loop;
    struct desired_client *client;
    struct desired_conn *conn; /* The agent's end. */
    struct loop_fd *watch;
    int listener;
    bool is_silent;
    int n_owed;   /* Questions that it has not answered. */
    int64_t said; /* In its last answer; they are numbered. */
};

static void
agent_answer(struct world *w)
{
    AUTO(mem) mem = mem_new("answer");
    struct desired_message *m = desired_message_new(mem, DESIRED_OP_follow);
    const char *text = mem_printf(mem, "{\"events\": [], \"last\": %lld, \"lost\": 0}",
                                  (long long)++w->said);

    REQUIRE_OK(json_parse(mem, text, strlen(text), &m->object));
    desired_conn_send(w->conn, m);
    w->n_owed--;
}

static struct err *
on_message(void *arg, struct desired_message *message)
{
    struct world *w = arg;

    if (str_eq(message->op, "hello")) {
        struct desired_message *m = desired_message_new(w->mem, DESIRED_OP_hello);

        m->site = "s";
        m->host = "h";
        m->version = DESIRED_VERSION;
        desired_conn_send(w->conn, m);
        return NULL;
    }
    w->n_owed++;
    while (!w->is_silent && w->n_owed) {
        agent_answer(w);
    }
    return NULL;
}

static void
on_closed(void *arg, struct err *why)
{
    ((struct world *)arg)->conn = NULL;
    err_free(why);
}

static void
on_connect(void *arg, uint32_t events)
{
    struct world *w = arg;
    struct desired_conn_config config = {
        .loop = w->loop, .message = on_message, .closed = on_closed, .arg = w};

    (void)events;
    config.fd = accept4(w->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    REQUIRE_OK(desired_conn_new(&config, &w->conn));
}

static void
on_ready(void *arg, const struct desired_message *agent)
{
    (void)arg, (void)agent;
}

static bool
turned(struct world *w)
{
    CHECK_OK(loop_turn(w->loop, 10));
    return true;
}

static void
world_up(struct world *w, int64_t answer_ms)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    struct desired_client_config config = {.site = "s", .host = "h", .agent_uid = getuid(),
                                           .answer_ms = answer_ms, .ready = on_ready};

    w->mem = mem_new("world");
    snprintf(addr.sun_path, sizeof addr.sun_path, "%s/agent", test_dir());
    REQUIRE_OK(loop_new(&w->loop));
    w->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(bind(w->listener, (struct sockaddr *)&addr, sizeof addr) == 0);
    REQUIRE(listen(w->listener, 1) == 0);
    REQUIRE_OK(loop_fd_add(w->loop, w->listener, EPOLLIN, on_connect, w, &w->watch));
    config.loop = w->loop;
    config.socket = addr.sun_path;
    REQUIRE_OK(desired_client_new(&config, &w->client));
    EVENTUALLY(5000, turned(w) && desired_client_connected(w->client));
}

static void
world_end(struct world *w)
{
    desired_client_free(w->client);
    desired_conn_free(w->conn);
    loop_fd_del(w->watch);
    close(w->listener);
    loop_free(w->loop);
    mem_free(w->mem);
}

struct told {
    int times;
    int64_t last; /* 0 = no answer */
    char why[200];
};

static void
on_told(void *arg, const void *answer, const char *why)
{
    struct told *told = arg;

    told->times++;
    told->last = answer ? ((const struct desired_followed *)answer)->last : 0;
    snprintf(told->why, sizeof told->why, "%s", str_or(why, ""));
}

static void
ask(struct world *w, const char *owner, struct told *told)
{
    struct desired_follow_question *q = row_new(w->mem, &desired_follow_question_table);

    *told = (struct told){0};
    q->id = q->network_id = "11111111-1111-4111-8111-111111111111";
    q->source_ip = q->destination_ip = "10.0.0.1";
    q->protocol = 6;
    desired_client_ask(w->client, DESIRED_OP_follow, owner, q, &desired_followed_table, on_told,
                       told);
}

/* Is a question answered, and with its own answer?  It may have been given up again meanwhile. */
static bool
is_answered(struct world *w, int64_t *asked)
{
    struct told told;

    ask(w, NULL, &told);
    ++*asked;
    EVENTUALLY(5000, turned(w) && told.times);
    CHECK(!told.last || told.last == *asked);
    return told.last == *asked;
}

TEST(client_gives_up_on_an_agent_that_is_silent)
{
    struct world w = {.is_silent = true};
    struct told told;
    int64_t asked = 1;

    world_up(&w, 200);
    ask(&w, NULL, &told);
    EVENTUALLY(5000, turned(&w) && told.times);
    CHECK_INT(told.last, 0);
    CHECK_STR(told.why, "");
    /* Its late answer is nobody's; the next one is of the next question. */
    w.is_silent = false;
    EVENTUALLY(5000, is_answered(&w, &asked));
    CHECK_INT(told.times, 1);
    world_end(&w);
}

TEST(client_takes_few_questions_of_one_owner)
{
    struct world w = {.is_silent = true};
    struct told told[DESIRED_QUESTIONS_MAX + 2];
    int n = 0;

    world_up(&w, 0);
    while (n < DESIRED_QUESTIONS_OF_ONE) {
        ask(&w, "one", &told[n++]);
    }
    ask(&w, "one", &told[n]);
    CHECK_INT(told[n].times, 1);
    CHECK(strstr(told[n].why, "of this project") != NULL);
    while (n < DESIRED_QUESTIONS_MAX) {
        ask(&w, mem_printf(w.mem, "%d", n), &told[n]);
        CHECK_INT(told[n++].times, 0);
    }
    ask(&w, "another", &told[n]);
    CHECK_INT(told[n].times, 1);
    CHECK(strstr(told[n].why, "too many") != NULL);
    /* When they are answered there is room again. */
    EVENTUALLY(5000, turned(&w) && w.n_owed == DESIRED_QUESTIONS_MAX);
    agent_answer(&w);
    EVENTUALLY(5000, turned(&w) && told[0].times);
    CHECK_INT(told[0].last, 1);
    ask(&w, "one", &told[n]);
    CHECK_INT(told[n].times, 0);
    /* Who still waits when the connection goes is told. */
    desired_client_free(w.client);
    w.client = NULL;
    for (int i = 0; i <= n; i++) {
        CHECK_INT(told[i].times, 1);
    }
    world_end(&w);
}
