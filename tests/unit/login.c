/* Calls in somebody's name: a token is got once and kept, a refused one is dropped, a password goes
 * with each call, and nothing is sent where no token came. */
#include "http/login.h"

#include "base/time.h"
#include "http/server.h"
#include "test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

struct world {
    _Atomic int n_tokens, n_calls;
    _Atomic int refuse_tokens, refuse_calls; /* answered 401 */
    char asked[128], shown[128];             /* Authorization of both */
    char form[128];
    const char *says; /* instead of a token; null = a token */
};

static enum http_body_mode
on_head(struct http_exchange *x, void *arg)
{
    (void)x;
    (void)arg;
    return HTTP_COLLECT;
}

static void
on_request(struct http_exchange *x, void *arg)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    struct world *world = arg;
    const char *who = str_or(http_header(x, "Authorization"), "-");
    const char *answer = "{}";
    int status = 200;
    size_t n;

    if (str_eq(http_path(x), "/token")) {
        snprintf(world->asked, sizeof world->asked, "%s", who);
        snprintf(world->form, sizeof world->form, "%s", http_body(x, &n));
        status = world->refuse_tokens ? 401 : 200;
        answer = mem_printf(http_mem(x), "{\"access_token\": \"t%d\", \"expires_in\": 3600}",
                            (int)++world->n_tokens);
        answer = str_or(world->says, answer);
    } else {
        snprintf(world->shown, sizeof world->shown, "%s", who);
        status = world->refuse_calls ? 401 : 200;
        world->n_calls++;
    }
    http_answer(x, status, headers, answer, strlen(answer));
}

struct outcome {
    int calls, status;
    enum err_code code;
    char text[256];
};

static void
on_done(void *arg, const struct http_answer *answer, struct err *err)
{
    struct outcome *o = arg;

    o->calls++;
    o->status = answer ? answer->status : 0;
    o->code = err ? err->code : E_NONE;
    if (err) {
        AUTO(mem) mem = mem_new("text");

        snprintf(o->text, sizeof o->text, "%s", err_full(mem, err));
    }
    err_free(err);
}

struct bench {
    struct mem *mem;
    struct loop *loop;
    struct http_client *client;
    struct http_server *server;
    struct world world;
    struct http_login login;
    struct bearer bearer;
    const char *root;
};

static void
bench_begin(struct bench *b)
{
    static const struct http_handler handler = {.head = on_head, .request = on_request};
    struct http_server_config config = {
        .address = "127.0.0.1", .handler = &handler, .arg = &b->world};
    struct http_client_config client = {0};

    *b = (struct bench){.mem = mem_new("login")};
    config.arg = &b->world;
    REQUIRE_OK(http_server_new(&config, &b->server));
    REQUIRE_OK(loop_new(&b->loop));
    REQUIRE_OK(http_client_new(b->loop, &client, &b->client));
    b->root = mem_printf(b->mem, "http://127.0.0.1:%d", http_server_port(b->server));
    b->login = (struct http_login){.type = "OAUTH2_CLIENT_CREDENTIALS",
                                   .user = "a b",
                                   .secret = "s",
                                   .scope = "project:1 2",
                                   .token_endpoint = mem_printf(b->mem, "%s/token", b->root)};
}

static void
bench_end(struct bench *b)
{
    bearer_forget(&b->bearer);
    http_client_free(b->client);
    loop_free(b->loop);
    http_server_free(b->server, 1000);
    mem_free(b->mem);
}

static struct outcome
call(struct bench *b)
{
    struct http_request *request = MEM_NEW(b->mem, struct http_request);
    struct outcome o = {0};
    int64_t end = time_mono_ns() + INT64_C(10000000000) * test_patience();

    *request = (struct http_request){
        .method = "GET", .url = mem_printf(b->mem, "%s/thing", b->root), .body_fd = -1};
    http_login_call(b->client, b->mem, &b->login, &b->bearer, request, on_done, &o);
    CHECK_INT(o.calls, 0);
    while (o.calls < 1 && time_mono_ns() < end) {
        REQUIRE_OK(loop_turn(b->loop, 100));
    }
    CHECK_INT(o.calls, 1);
    return o;
}

TEST(a_token_is_got_once_and_anew_behind_a_401)
{
    struct bench b;

    bench_begin(&b);
    CHECK_INT(call(&b).status, 200);
    CHECK_INT(call(&b).status, 200);
    CHECK_INT(b.world.n_tokens, 1);
    CHECK_STR(b.world.shown, "Bearer t1");
    CHECK_STR(b.world.asked, "Basic YSUyMGI6cw=="); /* "a%20b:s" (RFC 6749 2.3.1) */
    CHECK_STR(b.world.form, "grant_type=client_credentials&scope=project%3A1%202");
    b.world.refuse_calls = 1;
    CHECK_INT(call(&b).status, 401);
    b.world.refuse_calls = 0;
    CHECK_INT(call(&b).status, 200);
    CHECK_INT(b.world.n_tokens, 2);
    CHECK_STR(b.world.shown, "Bearer t2");
    bench_end(&b);
}

TEST(without_a_token_nothing_is_sent)
{
    struct bench b;

    bench_begin(&b);
    b.world.refuse_tokens = 1;
    CHECK_INT((int)call(&b).code, E_REMOTE);
    CHECK_INT(b.world.n_calls, 0);
    bench_end(&b);
}

/* Why no token came is kept and shown to others than who knows the endpoint. */
TEST(an_endpoint_tells_neither_its_query_nor_what_it_answers)
{
    struct bench b;
    struct outcome o;

    bench_begin(&b);
    b.login.token_endpoint = mem_printf(b.mem, "%s/token?key=hidden", b.root);
    b.world.refuse_tokens = 1;
    o = call(&b);
    CHECK(strstr(o.text, "/token answered 401") && !strstr(o.text, "hidden"));
    b.world.refuse_tokens = 0;
    b.world.says = "inside";
    o = call(&b);
    CHECK_INT((int)o.code, E_REMOTE);
    CHECK(strstr(o.text, "/token answered what is no JSON") && !strstr(o.text, "inside"));
    CHECK_INT(b.world.n_calls, 0);
    bench_end(&b);
}

TEST(a_password_goes_with_each_call)
{
    struct bench b;

    bench_begin(&b);
    b.login.type = "BASIC";
    CHECK_INT(call(&b).status, 200);
    CHECK_STR(b.world.shown, "Basic YSBiOnM="); /* "a b:s" */
    CHECK_INT(b.world.n_tokens, 0);
    b.login.type = NULL;
    CHECK_INT(call(&b).status, 200);
    CHECK_STR(b.world.shown, "-");
    bench_end(&b);
}
