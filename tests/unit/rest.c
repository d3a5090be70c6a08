/* The parts of rest that need no server: filters, selectors, routes, queries. */
#include "http/client.h"
#include "rest/exchange.h"
#include "rest/filter.h"
#include "sys/thread.h"
#include "test.h"

#include <semaphore.h>
#include <stdio.h>
#include <string.h>

static const struct json *
parse(struct mem *mem, const char *text)
{
    const struct json *json;

    REQUIRE_OK(json_parse(mem, text, strlen(text), &json));
    return json;
}

static const char vnf[] =
    "{\"id\":\"v1\",\"vnfProvider\":\"Company\",\"count\":3,\"big\":9007199254740993,"
    "\"on\":true,\"none\":null,\"info\":{\"flavour\":\"simple\",\"cps\":[{\"id\":\"a\"},"
    "{\"id\":\"b\"}]},\"tags\":[\"x\",\"y z\"],\"map\":{\"k1\":\"v\"},\"quote\":\"it's, ok\",\"load\":1.5,"
    "\"at\":\"2026-01-02T03:04:05.500Z\"}";

/* ---- SOL013 filters ----------------------------------------------------------------- */

TEST(filters_select_as_sol013_says)
{
    static const struct {
        const char *filter;
        bool matches;
    } cases[] = {
        {"(eq,vnfProvider,Company)", true},
        {"(eq,vnfProvider,company)", false},
        {"(neq,vnfProvider,Other)", true},
        {"(neq,vnfProvider,Company)", false},
        {"(in,id,v0,v1)", true},
        {"(in,id,v0,v2)", false},
        {"(nin,id,v0,v2)", true},
        {"(nin,id,v1,v2)", false},
        {"(gt,count,2)", true},
        {"(gt,count,3)", false},
        {"(gte,count,3)", true},
        {"(lt,count,10)", true}, /* by number, not by text */
        {"(lte,count,2)", false},
        {"(gt,count,2.5)", true},
        {"(lt,count,2.5)", false},
        {"(lt,count,10.5)", true},
        {"(gt,load,0.5e0)", true},
        {"(gt,load,2)", false},
        {"(eq,load,high)", false},
        {"(eq,load,-nan)", false},
        {"(eq,count,-nan)", false},
        {"(eq,count,0x3)", false},
        {"(lte,count,0.3e1)", true},
        {"(gt,at,2026-01-02T03:04:05Z)", true}, /* by time, not by text */
        {"(lt,at,2026-01-02T03:04:06Z)", true},
        {"(lt,at,2026-01-02T03:04:05Z)", false},
        {"(gt,at,2026-01-02T04:04:05+01:00)", true},
        {"(eq,at,2026-01-02T04:04:05.5+01:00)", true},
        {"(eq,at,2026-01-02)", false},
        {"(eq,big,9007199254740993)", true},
        {"(eq,big,9007199254740992)", false},
        {"(cont,vnfProvider,omp,zzz)", true},
        {"(ncont,vnfProvider,omp)", false},
        {"(ncont,vnfProvider,zzz)", true},
        {"(eq,on,true)", true},
        {"(eq,info/flavour,simple)", true},
        {"(eq,info/cps/id,b)", true},
        {"(eq,info/cps/id,c)", false},
        {"(eq,tags,x)", true},
        {"(eq,tags,'y z')", true},
        {"(eq,map/@key,k1)", true},
        {"(eq,map/@key,k2)", false},
        {"(eq,quote,'it''s, ok')", true},
        {"(eq,absent,x)", false},
        {"(neq,absent,x)", false},
        {"(nin,absent,x)", false},
        {"(eq,id,v1);(eq,on,true)", true},
        {"(eq,id,v1);(eq,on,false)", false},
        {"(eq,info,simple)", false},
    };
    AUTO(mem) mem = mem_new("test");
    const struct json *json = parse(mem, vnf);

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct filter *filter;

        REQUIRE_OK(filter_parse(mem, cases[i].filter, &filter));
        if (filter_match(filter, json) != cases[i].matches) {
            test_fail(__FILE__, __LINE__, "%s", cases[i].filter);
        }
    }
}

TEST(malformed_filters_are_refused)
{
    static const char *const bad[] = {
        "",          "eq,id,v1",       "(eq,id,v1",     "(eq,id)",    "(eq)",
        "()",        "(like,id,v1)",   "(eq,id,a,b)",   "(eq,,x)",    "(eq,id,'x)",
        "(eq,id,x)(", "(eq,id,x),(eq,id,y)", "(eq,id,x);", "(gt,count,1,2)",
    };
    AUTO(mem) mem = mem_new("test");

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct filter *filter;
        struct err *e = filter_parse(mem, bad[i], &filter);

        if (!err_is(e, E_INVALID)) {
            test_fail(__FILE__, __LINE__, "accepted: %s", bad[i]);
        }
        err_free(e);
    }
}

static const char *
select_from(struct mem *mem, const struct selector *selector)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    selector_write(mem, &w, NULL, selector,
                   parse(mem, "{\"id\":1,\"a\":{\"b\":2,\"c\":3},\"d\":[{\"e\":4,\"f\":5}]}"));
    return buf_copy(mem, &out);
}

TEST(selectors_leave_out_and_bring_back)
{
    static const char *const left_out[] = {"a", "d", NULL};
    static const char *const fields[] = {"a", NULL}, *const deep[] = {"d/e", NULL};
    static const char *const exclude[] = {"a/b", "d", "id", NULL};
    AUTO(mem) mem = mem_new("test");

    CHECK_STR(select_from(mem, &(struct selector){.left_out = left_out, .by_default = true}),
              "{\"id\":1}");
    CHECK_STR(select_from(mem, &(struct selector){.left_out = left_out, .all = true}),
              "{\"id\":1,\"a\":{\"b\":2,\"c\":3},\"d\":[{\"e\":4,\"f\":5}]}");
    CHECK_STR(select_from(mem, &(struct selector){.left_out = left_out, .fields = fields}),
              "{\"id\":1,\"a\":{\"b\":2,\"c\":3}}");
    CHECK_STR(select_from(mem, &(struct selector){.always = left_out, .fields = deep}),
              "{\"id\":1,\"a\":{\"b\":2,\"c\":3},\"d\":[{\"e\":4,\"f\":5}]}");
    CHECK_STR(select_from(mem, &(struct selector){.left_out = fields, .fields = deep, .by_default = true}),
              "{\"id\":1,\"d\":[{\"e\":4,\"f\":5}]}");
    CHECK_STR(select_from(mem, &(struct selector){.left_out = left_out, .fields = deep}),
              "{\"id\":1,\"d\":[{\"e\":4,\"f\":5}]}");
    CHECK_STR(select_from(mem, &(struct selector){.left_out = left_out, .exclude = exclude}),
              "{\"id\":1,\"a\":{\"b\":2,\"c\":3}}");
}

/* ---- routes ------------------------------------------------------------------------------ */

static struct err *
nothing(struct rest_request *r)
{
    (void)r;
    return NULL;
}

#define ACTION(method_, path_)                                                                     \
    {.method = method_, .path = path_, .verb = REST_ACTION, .start = nothing}

static const struct route routes[] = {
    ACTION("GET", "/servers/{id}"),
    ACTION("GET", "/servers/detail"),
    ACTION("DELETE", "/servers/{id}"),
    ACTION("GET", "/servers/{server_id}/ports/{id}"),
    ACTION("GET", "/"),
};
static const struct face face = {
    .name = "test", .dialect = &dialect_nova, REST_ROUTES(routes)};
static const struct rest_mount mount = {.face = &face, .prefix = "/compute"};

static struct rest_exchange *
exchange(struct mem *mem)
{
    struct rest_exchange *x = MEM_NEW(mem, struct rest_exchange);

    x->r.mem = mem;
    x->r.x = x;
    return x;
}

TEST(routes_prefer_words_to_parameters)
{
    AUTO(mem) mem = mem_new("test");
    const struct rest_mount *near;
    struct route_table table = {0};
    struct rest_exchange *x = exchange(mem);

    REQUIRE_OK(routes_compile(mem, &mount, 1, &table));
    REQUIRE_OK(routes_match(&table, x, "/compute/servers/detail", "GET", &near));
    CHECK_STR(x->match->route->path, "/servers/detail");
    REQUIRE_OK(routes_match(&table, x, "/compute/servers/detail", "DELETE", &near));
    CHECK_STR(x->match->route->path, "/servers/{id}");
    CHECK_STR(rest_param(&x->r, "id"), "detail");
    REQUIRE_OK(routes_match(&table, x, "/compute/servers/a%2Fb/ports/7/", "HEAD", &near));
    CHECK_STR(rest_param(&x->r, "server_id"), "a/b");
    CHECK_STR(rest_param(&x->r, "id"), "7");
    CHECK(rest_param(&x->r, "server") == NULL);
    REQUIRE_OK(routes_match(&table, x, "/compute", "GET", &near));
    CHECK_ERR(routes_match(&table, x, "/compute/servers/7", "PUT", &near), E_METHOD);
    CHECK_STR(x->allow, "DELETE, GET");
    CHECK_ERR(routes_match(&table, x, "/compute/nothing", "GET", &near), E_NOT_FOUND);
    CHECK(near == &mount);
    CHECK_ERR(routes_match(&table, x, "/other", "GET", &near), E_NOT_FOUND);
    CHECK_ERR(routes_match(&table, x, "/compute/servers/%zz", "GET", &near), E_INVALID);
    CHECK_ERR(routes_match(&table, x, "/compute/servers/%ff", "GET", &near), E_INVALID);
    CHECK_ERR(routes_match(&table, x, "/compute/servers/%00", "GET", &near), E_INVALID);
}

TEST(routes_that_clash_are_refused)
{
    static const struct route twice[] = {ACTION("GET", "/a/{id}"), ACTION("GET", "/a/{id}")};
    static const struct route bare[] = {{.method = "GET", .path = "/a", .verb = REST_LIST}};
    static const struct face clash = {.name = "c", .dialect = &dialect_nova, REST_ROUTES(twice)};
    static const struct face empty = {.name = "e", .dialect = &dialect_nova, REST_ROUTES(bare)};
    struct rest_mount mounts[] = {{.face = &clash, .prefix = ""}, {.face = &empty, .prefix = ""}};
    AUTO(mem) mem = mem_new("test");
    struct route_table table = {0};

    CHECK_ERR(routes_compile(mem, &mounts[0], 1, &table), E_CONFLICT);
    CHECK_ERR(routes_compile(mem, &mounts[1], 1, &table), E_INVALID);
}

/* ---- queries -------------------------------------------------------------------------------- */

TEST(queries_are_decoded_once)
{
    static const char *const drop[] = {"marker", NULL};
    AUTO(mem) mem = mem_new("test");
    struct rest_exchange *x = exchange(mem);
    const char *const *all;

    REQUIRE_OK(query_parse(x, "a=1&a=2%263&b&c=x+y&&marker=m"));
    CHECK_STR(rest_query(&x->r, "a"), "1");
    all = rest_query_all(&x->r, "a");
    REQUIRE(all && all[0] && all[1]);
    CHECK_STR(all[1], "2&3");
    CHECK(all[2] == NULL);
    CHECK_STR(rest_query(&x->r, "b"), "");
    CHECK(rest_query_flag(&x->r, "b"));
    CHECK_STR(rest_query(&x->r, "c"), "x y");
    CHECK(rest_query(&x->r, "d") == NULL);
    CHECK_STR(query_without(&x->r, drop), "?a=1&a=2%263&b=&c=x%20y");
    CHECK_ERR(query_parse(x, "a=%ff"), E_INVALID);
    CHECK_ERR(query_parse(x, "a=%0"), E_INVALID);
}

TEST(openapi_is_json_for_a_face)
{
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF out = BUF_INIT;
    const struct json *doc, *paths;

    rest_openapi(&face, &out);
    doc = parse(mem, out.data);
    CHECK_STR(json_get_str(doc, "openapi"), "3.0.3");
    paths = json_get(doc, "paths");
    REQUIRE(paths != NULL);
    CHECK_INT(paths->n, 4);
    CHECK(json_get(json_get(paths, "/servers/{id}"), "delete") != NULL);
}

/* ---- uploads --------------------------------------------------------------------------- */

/* What became of the upload of the test below. */
static struct {
    bool ended, aborted;
    enum err_code refusal;
} upload_seen;

static struct err *
upload_end(struct rest_request *r)
{
    (void)r;
    upload_seen.ended = true;
    return NULL;
}

static struct err *
upload_piece(struct rest_request *r, const void *data, size_t n)
{
    (void)r;
    (void)data;
    (void)n;
    return NULL;
}

static void
upload_abort(struct rest_request *r)
{
    (void)r;
    upload_seen.aborted = true;
}

static struct err *
upload_write(struct tx *tx, struct rest_request *r)
{
    (void)tx;
    r->status = 202;
    return upload_seen.refusal ? err_new(upload_seen.refusal, NULL, "no flow can be started") : NULL;
}

static struct err *
anybody(void *arg, const char *token, struct mem *mem, struct caller *caller)
{
    (void)arg;
    (void)token;
    (void)mem;
    (void)caller;
    return NULL;
}

static int
upload_status(struct mem *mem, const struct rest *rest)
{
    static const char *const headers[] = {"X-Auth-Token: x", NULL};
    struct http_request request = {
        .method = "PUT",
        .url = mem_printf(mem, "http://127.0.0.1:%u/content", rest_port(rest)),
        .headers = headers,
        .body = "x",
        .body_len = 1,
        .body_fd = -1,
        .timeout_ms = 20000,
    };
    struct http_client_config config = {0};
    struct http_answer answer = {0};

    CHECK_OK(http_fetch(mem, &config, &request, &answer));
    return answer.status;
}

/* All of it came, but what should follow cannot be written: it must not stay half-way. */
TEST(uploads_that_are_not_accepted_are_given_up)
{
    static const struct rest_upload upload = {nothing, upload_piece, upload_end, upload_abort};
    static const struct route upload_routes[] = {
        {.method = "PUT", .path = "/content", .verb = REST_ACTION,
         .flags = REST_UPLOAD | REST_POOL, .upload = &upload, .write = upload_write},
    };
    static const struct face upload_face = {
        .name = "test", .dialect = &dialect_etsi, REST_ROUTES(upload_routes)};
    static const struct table *const no_tables[] = {NULL};
    AUTO(mem) mem = mem_new("test");
    struct store_config store_config = {.path = ":memory:", .tables = no_tables};
    struct rest_mount upload_mount = {.face = &upload_face, .prefix = ""};
    struct rest_config config = {.http = {.address = "127.0.0.1"},
                                 .mounts = &upload_mount,
                                 .n_mounts = 1,
                                 .authenticate = anybody};
    struct rest *rest;

    REQUIRE_OK(store_open(&store_config, &upload_mount.store));
    REQUIRE_OK(pool_new("test", 1, 8, &config.pool));
    REQUIRE_OK(rest_new(&config, &rest));
    CHECK_INT(upload_status(mem, rest), 202);
    CHECK(upload_seen.ended && !upload_seen.aborted);
    upload_seen.refusal = E_UNAVAILABLE;
    CHECK_INT(upload_status(mem, rest), 503);
    CHECK(upload_seen.aborted);
    rest_free(rest);
    pool_free(config.pool);
    store_close(upload_mount.store);
}

/* ---- answers that are none ---------------------------------------------------------------- */

static struct err *
write_deep(struct tx *tx, struct rest_request *r)
{
    int n = str_eq(rest_param(r, "depth"), "65") ? 65 : 64;

    (void)tx;
    for (int i = 0; i < n; i++) {
        jw_array(&r->w, NULL);
    }
    for (int i = 0; i < n; i++) {
        jw_end(&r->w);
    }
    return NULL;
}

static int
deep_status(struct mem *mem, const struct rest *rest, const char *method, const char *depth)
{
    static const char *const headers[] = {"X-Auth-Token: x", NULL};
    struct http_request request = {
        .method = method,
        .url = mem_printf(mem, "http://127.0.0.1:%u/deep/%s", rest_port(rest), depth),
        .headers = headers,
        .body_fd = -1,
        .timeout_ms = 20000,
    };
    struct http_client_config config = {0};
    struct http_answer answer = {0};

    CHECK_OK(http_fetch(mem, &config, &request, &answer));
    return answer.status;
}

/* What was stored deeper than it can be told is that row's error, and nobody's end. */
TEST(answers_that_nest_too_deep_are_faults)
{
    static const struct route deep_routes[] = {
        {.method = "GET", .path = "/deep/{depth}", .verb = REST_ACTION, .read = write_deep},
        {.method = "POST", .path = "/deep/{depth}", .verb = REST_ACTION, .write = write_deep},
    };
    static const struct face deep_face = {
        .name = "test", .dialect = &dialect_etsi, REST_ROUTES(deep_routes)};
    static const struct table *const no_tables[] = {NULL};
    AUTO(mem) mem = mem_new("test");
    struct store_config store_config = {.path = ":memory:", .tables = no_tables};
    struct rest_mount deep_mount = {.face = &deep_face, .prefix = ""};
    struct rest_config config = {.http = {.address = "127.0.0.1"},
                                 .mounts = &deep_mount,
                                 .n_mounts = 1,
                                 .authenticate = anybody};
    struct rest *rest;

    REQUIRE_OK(store_open(&store_config, &deep_mount.store));
    REQUIRE_OK(rest_new(&config, &rest));
    CHECK_INT(deep_status(mem, rest, "GET", "64"), 200);
    CHECK_INT(deep_status(mem, rest, "GET", "65"), 500);
    CHECK_INT(deep_status(mem, rest, "POST", "65"), 500);
    CHECK_INT(deep_status(mem, rest, "POST", "64"), 200);
    rest_free(rest);
    store_close(deep_mount.store);
}

/* ---- passwords with requests -------------------------------------------------------- */

static bool
never_proved(void *arg, const char *name, const char *password, struct mem *mem,
             struct caller *caller)
{
    (void)arg;
    (void)name;
    (void)password;
    (void)mem;
    (void)caller;
    return false;
}

static struct err *
prove_anna(void *arg, const char *name, const char *password, struct mem *mem,
           struct caller *caller)
{
    (void)arg;
    (void)mem;
    caller->user_name = name;
    caller->is_admin = true;
    return str_eq(name, "anna") && str_eq(password, "a:b")
               ? NULL
               : err_new(E_UNAUTHENTICATED, NULL, "somebody else");
}

static struct err *
write_caller(struct rest_request *r)
{
    jw_object(&r->w, NULL);
    jw_str(&r->w, "name", r->caller.user_name);
    jw_end(&r->w);
    rest_finish(r, NULL);
    return NULL;
}

static int
password_status(struct mem *mem, const struct rest *rest, const char *prefix, const char *both,
                struct http_answer *answer)
{
    const char *const headers[] = {
        mem_printf(mem, "Authorization: Basic %s", base64_from(mem, both, strlen(both), false)),
        NULL};
    struct http_request request = {
        .method = "GET",
        .url = mem_printf(mem, "http://127.0.0.1:%u/%s/me", rest_port(rest), prefix),
        .headers = headers,
        .body_fd = -1,
        .timeout_ms = 20000,
    };
    struct http_client_config config = {0};

    *answer = (struct http_answer){0};
    CHECK_OK(http_fetch(mem, &config, &request, answer));
    return answer->status;
}

/* A password in clear is not even proved where others can listen, nor by dialects without Basic. */
TEST(passwords_are_taken_where_they_may_be_and_nowhere_else)
{
    static const struct route me_routes[] = {
        {.method = "GET", .path = "/me", .verb = REST_ACTION, .start = write_caller,
         .rule = "admin_only"}};
    static const struct face etsi = {.name = "e", .dialect = &dialect_etsi, REST_ROUTES(me_routes)};
    static const struct face nova = {.name = "n", .dialect = &dialect_nova, REST_ROUTES(me_routes)};
    static const struct rest_mount me_mounts[] = {{.face = &etsi, .prefix = "/etsi"},
                                               {.face = &nova, .prefix = "/nova"}};
    AUTO(mem) mem = mem_new("test");
    struct rest_config config = {.http = {.address = "127.0.0.1"},
                                 .mounts = me_mounts,
                                 .n_mounts = ARRAY_SIZE(me_mounts),
                                 .authenticate = anybody,
                                 .passwords = {.proved = never_proved, .prove = prove_anna}};
    struct http_answer answer;
    struct rest *rest, *open;

    REQUIRE_OK(pool_new("test", 1, 8, &config.passwords.pool));
    REQUIRE_OK(rest_new(&config, &rest));
    config.passwords.in_clear = true;
    REQUIRE_OK(rest_new(&config, &open));
    CHECK_INT(password_status(mem, rest, "etsi", "anna:a:b", &answer), 401);
    CHECK_STR(http_answer_header(&answer, "WWW-Authenticate"), "Bearer realm=\"carrick\"");
    CHECK_INT(password_status(mem, open, "etsi", "anna:a:b", &answer), 200);
    CHECK_STR(answer.body, "{\"name\":\"anna\"}");
    CHECK_INT(password_status(mem, open, "etsi", "anna:a", &answer), 401);
    CHECK_INT(password_status(mem, open, "nova", "anna:a:b", &answer), 401);
    pool_stop(config.passwords.pool); /* as one whose queue is full */
    CHECK_INT(password_status(mem, open, "etsi", "anna:a:b", &answer), 503);
    rest_free(open);
    rest_free(rest);
    pool_free(config.passwords.pool);
}

/* ---- the end ------------------------------------------------------------------------------ */

/* One waits for the loop, one for somebody who answers when nobody hears it any more. */
static struct {
    struct loop *loop;
    sem_t came;
    struct rest_request *owed;
    int n_ran, port;
    int status[2];
} ending;

static void
ran(void *arg)
{
    ending.n_ran++;
    rest_finish(arg, NULL);
}

static struct err *
wait_for_loop(struct rest_request *r)
{
    rest_post(r, ending.loop, ran, r);
    sem_post(&ending.came);
    return NULL;
}

static struct err *
wait_for_ever(struct rest_request *r)
{
    ending.owed = r;
    sem_post(&ending.came);
    return NULL;
}

static void
ask_at_the_end(void *arg)
{
    AUTO(mem) mem = mem_new("client");
    int *status = arg;
    struct http_request request = {
        .method = "GET",
        .url = mem_printf(mem, "http://127.0.0.1:%d/%s", ending.port,
                          status == ending.status ? "loop" : "ever"),
        .body_fd = -1,
        .timeout_ms = 60000,
    };
    struct http_client_config config = {0};
    struct http_answer answer = {0};

    err_ignore(http_fetch(mem, &config, &request, &answer), "503, or the connection ends before it");
    *status = answer.status;
}

TEST(requests_that_wait_when_the_server_ends_are_nobodys_harm)
{
    static const struct route ending_routes[] = {
        {.method = "GET", .path = "/loop", .verb = REST_ACTION, .start = wait_for_loop,
         .flags = REST_PUBLIC},
        {.method = "GET", .path = "/ever", .verb = REST_ACTION, .start = wait_for_ever,
         .flags = REST_PUBLIC}};
    static const struct face end_face = {
        .name = "e", .dialect = &dialect_etsi, REST_ROUTES(ending_routes)};
    static const struct rest_mount end_mount = {.face = &end_face, .prefix = ""};
    struct rest_config config = {
        .http = {.address = "127.0.0.1"}, .mounts = &end_mount, .n_mounts = 1, .authenticate = anybody};
    struct pool *clients;
    struct rest *rest;

    REQUIRE(!sem_init(&ending.came, 0, 0));
    REQUIRE_OK(loop_new(&ending.loop));
    REQUIRE_OK(pool_new("clients", 2, 2, &clients));
    REQUIRE_OK(rest_new(&config, &rest));
    ending.port = rest_port(rest);
    for (int i = 0; i < 2; i++) {
        REQUIRE_OK(pool_run(clients, ask_at_the_end, &ending.status[i]));
    }
    for (int i = 0; i < 2; i++) {
        REQUIRE(!sem_wait(&ending.came));
    }
    rest_stop(rest);
    pool_free(clients);
    CHECK(ending.status[0] == 0 || ending.status[0] == 503);
    CHECK(ending.status[1] == 0 || ending.status[1] == 503);
    CHECK_OK(loop_turn(ending.loop, 0));
    CHECK_INT(ending.n_ran, 0);
    jw_object(&ending.owed->w, NULL);
    jw_str(&ending.owed->w, "too", "late");
    jw_end(&ending.owed->w);
    rest_finish(ending.owed, err_new(E_UNAVAILABLE, NULL, "it ends"));
    rest_free(rest);
    loop_free(ending.loop);
    sem_destroy(&ending.came);
}

/* One whose write goes on while the server ends: what it uses is there until it is over. */
static struct {
    sem_t came, stopped;
    int port;
    size_t n_before, n_behind;
    char if_match[16];
} writing;

static struct err *
write_for_long(struct tx *tx, struct rest_request *r)
{
    (void)tx;
    jw_object(&r->w, NULL);
    jw_str(&r->w, "a", "b");
    writing.n_before = r->out.len;
    sem_post(&writing.came);
    while (sem_wait(&writing.stopped)) {
    }
    writing.n_behind = r->out.len;
    snprintf(writing.if_match, sizeof writing.if_match, "%s", r->op.if_match);
    jw_end(&r->w);
    return NULL;
}

static void
write_at_the_end(void *arg)
{
    static const char *const headers[] = {"X-Auth-Token: x", "If-Match: revision_number=5", NULL};
    AUTO(mem) mem = mem_new("client");
    struct http_request request = {
        .method = "PUT",
        .url = mem_printf(mem, "http://127.0.0.1:%d/long", writing.port),
        .headers = headers,
        .body_fd = -1,
        .timeout_ms = 60000,
    };
    struct http_client_config config = {0};
    struct http_answer answer = {0};

    (void)arg;
    err_ignore(http_fetch(mem, &config, &request, &answer), "503, or the connection ends before it");
}

TEST(a_write_under_way_when_the_server_ends_keeps_what_it_uses)
{
    static const struct route writing_routes[] = {
        {.method = "PUT", .path = "/long", .verb = REST_ACTION, .flags = REST_NO_BODY, .write = write_for_long}};
    static const struct face writing_face = {
        .name = "network", .dialect = &dialect_neutron, REST_ROUTES(writing_routes)};
    static const struct table *const no_tables[] = {NULL};
    struct store_config store_config = {.path = ":memory:", .tables = no_tables};
    struct rest_mount writing_mount = {.face = &writing_face, .prefix = ""};
    struct rest_config config = {.http = {.address = "127.0.0.1"}, .mounts = &writing_mount, .n_mounts = 1,
                                 .authenticate = anybody};
    struct pool *clients;
    struct rest *rest;

    REQUIRE(!sem_init(&writing.came, 0, 0) && !sem_init(&writing.stopped, 0, 0));
    REQUIRE_OK(pool_new("clients", 1, 1, &clients));
    REQUIRE_OK(store_open(&store_config, &writing_mount.store));
    REQUIRE_OK(rest_new(&config, &rest));
    writing.port = rest_port(rest);
    REQUIRE_OK(pool_run(clients, write_at_the_end, NULL));
    while (sem_wait(&writing.came)) {
    }
    rest_stop(rest);
    sem_post(&writing.stopped);
    store_close(writing_mount.store);
    rest_free(rest);
    pool_free(clients);
    CHECK(writing.n_before > 0);
    CHECK_INT(writing.n_behind, writing.n_before);
    CHECK_STR(writing.if_match, "5");
}
