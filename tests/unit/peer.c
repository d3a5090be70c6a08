/* What a peer answers is another's: no JSON, too much of it, the wrong types, ids that lead elsewhere.
 * Each is an answer without a tree or an error, and never more. */
#include "peer/peer.h"

#include "base/json.h"
#include "base/time.h"
#include "http/server.h"
#include "sys/file.h"
#include "sys/process.h"
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

/* Says by which certificate it knows who calls. */
static void
on_request_named(struct http_exchange *x, void *arg)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    const char *body =
        mem_printf(http_mem(x), "{\"detail\": \"%s\"}", str_or(http_client_name(x), "nobody"));

    (void)arg;
    http_answer(x, 403, headers, body, strlen(body));
}

struct bench {
    bool is_stranger;
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
    *out = (struct peer_about){
        .name = peer_id, .url = b->url, .is_trusted = true, .is_stranger = b->is_stranger};
    return NULL;
}

/* A certificate for server and client, which is its own authority; null = in clear. */
static void
bench_begin_as(struct bench *b, const char *cert_file, const char *key_file)
{
    static const struct http_handler handler = {.head = on_head, .request = on_request},
                                     named = {.head = on_head, .request = on_request_named};
    struct http_server_config server = {.address = "127.0.0.1",
                                        .handler = cert_file ? &named : &handler};
    struct peers_config config = {.about = about,
                                  .arg = b,
                                  .tls = {.ca_file = cert_file,
                                          .cert_file = cert_file,
                                          .key_file = key_file}};
    struct store_config store = {.tables = tables};
    char *cert = NULL, *key = NULL;

    *b = (struct bench){.mem = mem_new("peer")};
    if (cert_file) {
        REQUIRE_OK(file_read(b->mem, cert_file, 10000, &cert, NULL));
        REQUIRE_OK(file_read(b->mem, key_file, 10000, &key, NULL));
        server.tls_cert = server.tls_client_ca = cert;
        server.tls_key = key;
    }
    store.path = test_store(mem_printf(b->mem, "%s/db", test_dir()));
    server.arg = &b->script;
    REQUIRE_OK(http_server_new(&server, &b->server));
    REQUIRE_OK(loop_new(&b->loop));
    REQUIRE_OK(store_open(&store, &b->store));
    config.loop = b->loop;
    config.store = b->store;
    REQUIRE_OK(peers_new(&config, &b->peers));
    b->url = mem_printf(b->mem, "http%s://127.0.0.1:%d", cert_file ? "s" : "",
                        http_server_port(b->server));
}

static void
bench_begin(struct bench *b)
{
    bench_begin_as(b, NULL, NULL);
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

/* Whoever owns a VNF says where its element manager is: it does not learn who we are. */
TEST(a_stranger_is_not_shown_our_certificate)
{
    static const struct script none;
    AUTO(mem) mem = mem_new("test");
    const char *key = mem_printf(mem, "%s/key", test_dir());
    const char *cert = mem_printf(mem, "%s/cert", test_dir());
    struct process_spec openssl = {
        .argv = process_argv(mem, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                             "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj",
                             "/CN=carrick", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key,
                             "-out", cert, NULL)};
    struct bench b;
    struct outcome o;

    REQUIRE_OK(process_run(mem, &openssl, NULL, 10000, NULL));
    bench_begin_as(&b, cert, key);
    o = ask(&b, "GET", &none);
    CHECK_STR(o.words, "p: GET /thing answered 403: carrick");
    bench_end(&b);
    bench_begin_as(&b, cert, key);
    b.is_stranger = true;
    o = ask(&b, "GET", &none);
    CHECK_STR(o.words, "p: GET /thing answered 403: nobody");
    bench_end(&b);
}
