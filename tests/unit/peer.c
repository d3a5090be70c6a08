/* What a peer answers is another's: no JSON, too much of it, the wrong types, ids that lead elsewhere.
 * Each is an answer without a tree or an error, and never more. */
#include "peer/peer.h"

#include "base/json.h"
#include "base/time.h"
#include "http/server.h"
#include "test.h"

#include <string.h>

static const struct table *const tables[] = {NULL};

struct script {
    int status;
    const char *body, *location;
    size_t repeat; /* the body so many times; 0 = once */
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
    const struct script *script = *(const struct script **)arg;
    const char *headers[] = {
        "Content-Type: application/json",
        script->location ? mem_printf(http_mem(x), "Location: %s", script->location) : NULL, NULL};
    AUTO_BUF body = BUF_INIT;

    for (size_t i = 0; i < (script->repeat ? script->repeat : 1); i++) {
        buf_str(&body, script->body);
    }
    http_answer(x, script->status, headers, body.data, body.len);
}

struct bench {
    struct mem *mem;
    struct loop *loop;
    struct store *store;
    struct peers *peers;
    struct http_server *server;
    const struct script *script;
    const char *url;
};

static struct err *
about(struct tx *tx, void *arg, const char *peer_id, struct peer_about *out)
{
    const struct bench *b = arg;

    (void)tx;
    *out = (struct peer_about){.name = peer_id, .url = b->url, .is_trusted = true};
    return NULL;
}

static void
bench_begin(struct bench *b)
{
    static const struct http_handler handler = {.head = on_head, .request = on_request};
    struct http_server_config server = {.address = "127.0.0.1", .handler = &handler};
    struct peers_config config = {.about = about, .arg = b};
    struct store_config store = {.tables = tables};

    *b = (struct bench){.mem = mem_new("peer")};
    store.path = test_store(mem_printf(b->mem, "%s/db", test_dir()));
    server.arg = &b->script;
    REQUIRE_OK(http_server_new(&server, &b->server));
    REQUIRE_OK(loop_new(&b->loop));
    REQUIRE_OK(store_open(&store, &b->store));
    config.loop = b->loop;
    config.store = b->store;
    REQUIRE_OK(peers_new(&config, &b->peers));
    b->url = mem_printf(b->mem, "http://127.0.0.1:%d", http_server_port(b->server));
}

static void
bench_end(struct bench *b)
{
    peers_free(b->peers);
    loop_free(b->loop);
    store_close(b->store);
    http_server_free(b->server, 1000);
    mem_free(b->mem);
}

struct outcome {
    struct mem *mem;
    int calls, status;
    enum err_code code;
    bool has_tree;
    const char *id, *words;
};

static void
on_done(void *arg, const struct peer_answer *answer, struct err *err)
{
    struct outcome *o = arg;

    o->calls++;
    o->status = answer ? answer->status : 0;
    o->has_tree = answer && answer->json;
    o->id = answer ? peer_location_id(o->mem, answer) : NULL;
    o->code = err ? err->code : E_NONE;
    o->words = err ? mem_str(o->mem, err->message) : NULL;
    err_free(err);
}

static struct outcome
ask(struct bench *b, const char *method, const struct script *script)
{
    const struct peer_call call = {.peer_id = "p", .method = method, .path = "/thing"};
    struct outcome o = {.mem = b->mem};
    int64_t end = time_mono_ns() + INT64_C(60000000000);

    b->script = script;
    peer_call(b->peers, &call, on_done, &o);
    while (o.calls < 1 && time_mono_ns() < end) {
        REQUIRE_OK(loop_turn(b->loop, 100));
    }
    CHECK_INT(o.calls, 1);
    return o;
}

TEST(hostile_answers_of_a_peer_are_errors_or_have_no_tree)
{
    static const struct {
        const char *what, *method;
        struct script script;
        int status;
        enum err_code code;
        bool has_tree;
        const char *words;
    } cases[] = {
        {"a good one", "GET", {200, "{\"id\": \"a\"}", NULL, 0}, 200, E_NONE, true, NULL},
        {"no JSON", "GET", {200, "<html>", NULL, 0}, 200, E_NONE, false, NULL},
        {"half of it", "GET", {200, "{\"id\": ", NULL, 0}, 200, E_NONE, false, NULL},
        {"no end of brackets", "GET", {200, "[", NULL, 100000}, 200, E_NONE, false, NULL},
        {"more than is read", "GET", {200, "        ", NULL, 140000}, 0, E_TOO_LARGE, false, NULL},
        {"a number as reason", "GET", {409, "{\"detail\": 3}", NULL, 0}, 409, E_CONFLICT, true,
         "p: GET /thing answered 409: {\"detail\": 3}"},
        {"a list as reason", "GET", {404, "[1]", NULL, 0}, 404, E_NOT_FOUND, true,
         "p: GET /thing answered 404: [1]"},
        {"no reason", "GET", {403, "", NULL, 0}, 403, E_FORBIDDEN, false,
         "p: GET /thing answered 403: (no message)"},
        {"no UTF-8", "GET", {500, "\xff\xfe", NULL, 0}, 500, E_REMOTE, false,
         "p: GET /thing answered 500: (no message)"},
        {"a lost change", "POST", {500, "{}", NULL, 0}, 500, E_IN_DOUBT, true, NULL},
    };
    struct bench b;

    bench_begin(&b);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct outcome o = ask(&b, cases[i].method, &cases[i].script);

        CHECK_STR(mem_printf(b.mem, "%s: %d %d %d", cases[i].what, o.status, (int)o.code, o.has_tree),
                  mem_printf(b.mem, "%s: %d %d %d", cases[i].what, cases[i].status,
                             (int)cases[i].code, cases[i].has_tree));
        if (cases[i].words) {
            CHECK_STR(o.words, cases[i].words);
        }
    }
    bench_end(&b);
}

TEST(long_words_of_a_peer_are_cut)
{
    static const struct script script = {400, "word", NULL, 5000};
    struct bench b;

    bench_begin(&b);
    CHECK_INT((int)(strlen(ask(&b, "GET", &script).words) < 600), 1);
    bench_end(&b);
}

TEST(an_id_of_a_location_is_a_word)
{
    static const struct {
        const char *location, *id;
    } cases[] = {
        {"http://other.example/a/b-1_2.3~4", "b-1_2.3~4"}, {"/a/", NULL},   {"a", NULL},
        {"/a/..", NULL}, {"/a/.", NULL}, {"/a/b?c=d", NULL}, {"/a/%2e%2e", NULL}, {"/a/b;c", NULL},
    };
    struct bench b;

    bench_begin(&b);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct script script = {201, "{}", cases[i].location, 0};
        struct outcome o = ask(&b, "POST", &script);

        CHECK_STR(str_or(o.id, "none"), str_or(cases[i].id, "none"));
    }
    CHECK_INT(peer_is_id(NULL), false);
    CHECK_INT(peer_is_id(mem_printf(b.mem, "%0255d", 1)), true);
    CHECK_INT(peer_is_id(mem_printf(b.mem, "%0256d", 1)), false);
    bench_end(&b);
}
