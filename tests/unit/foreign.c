/* A foreign VNFM that does not do as it should: it answers every request with 500, made an instance more
 * than once, is asked of a name that means something in a filter. */
#include "vnfm/foreign.h"

#include "http/server.h"
#include "nfvo/nfvo.h"
#include "peer/peer.h"
#include "test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define VNFM "7f1c0000-0000-4000-8000-000000000001"
#define INSTANCES "/vnflcm/v2/vnf_instances"

struct fake_vnfm {
    _Atomic int n_asked, n_made;     /* operations; instances that carry the marker, numbered from 1 */
    _Atomic bool refuses_create;     /* makes it, and answers 500 */
    _Atomic int n_patched;
    _Atomic bool refuses_patch;
    char name[64], patch[256];       /* vnfInstanceName; body of the last patch */
    char marker[128], filter[512];   /* of the last create; of the last search */
};

struct bench {
    struct mem *mem;
    struct loop *loop;
    struct store *store;
    struct peers *peers;
    struct http_server *server;
    struct flow_engine *engine;
    struct fake_vnfm vnfm;
    struct nfvo nfvo;
    const char *url, *id;
    enum flow_state state;
};
static struct bench *the_bench;

static enum http_body_mode
on_head(struct http_exchange *x, void *arg)
{
    (void)x;
    (void)arg;
    return HTTP_COLLECT;
}

static void
answer(struct http_exchange *x, int status, const char *body)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};

    http_answer(x, status, (const char **)(uintptr_t)headers, body, strlen(body));
}

static void
instances_answer(struct http_exchange *x, struct fake_vnfm *vnfm)
{
    AUTO_BUF out = BUF_INIT;

    snprintf(vnfm->filter, sizeof vnfm->filter, "%s", str_or(http_query(x), ""));
    buf_char(&out, '[');
    for (int i = 1; i <= vnfm->n_made; i++) {
        buf_printf(&out, "%s{\"id\": \"vnf-%d\", \"metadata\": {\"carrick\": \"%s\"}}",
                   i > 1 ? ", " : "", i, vnfm->marker);
    }
    buf_char(&out, ']');
    answer(x, 200, out.data);
}

static void
instance_make(struct http_exchange *x, struct fake_vnfm *vnfm)
{
    size_t n;
    const char *body = http_body(x, &n);
    const struct json *json = NULL;

    err_ignore(json_parse(http_mem(x), body, n, &json), "then it has no marker");
    snprintf(vnfm->marker, sizeof vnfm->marker, "%s",
             str_or(json_str(json_path(json, "metadata.carrick")), ""));
    vnfm->n_made++;
    answer(x, vnfm->refuses_create ? 500 : 201, "{\"id\": \"vnf-1\"}");
}

static void
instance_answer(struct http_exchange *x, const struct fake_vnfm *vnfm)
{
    answer(x, 200,
           mem_printf(http_mem(x),
                      "{\"id\": \"vnf-1\", \"instantiationState\": \"NOT_INSTANTIATED\", "
                      "\"vnfInstanceName\": \"%s\", \"metadata\": {\"carrick\": \"m\"}}",
                      vnfm->name));
}

/* It takes the name, and nothing else that is said of it. */
static void
instance_patch(struct http_exchange *x, struct fake_vnfm *vnfm)
{
    size_t n;
    const char *body = http_body(x, &n);
    const struct json *json = NULL;

    CHECK_STR(http_header(x, "Content-Type"), "application/merge-patch+json");
    err_ignore(json_parse(http_mem(x), body, n, &json), "then it has no name");
    snprintf(vnfm->patch, sizeof vnfm->patch, "%s", json_text(http_mem(x), json));
    vnfm->n_patched++;
    if (vnfm->refuses_patch) {
        answer(x, 422, "{\"status\": 422, \"detail\": \"no such property\"}");
        return;
    }
    snprintf(vnfm->name, sizeof vnfm->name, "%s", str_or(json_get_str(json, "vnfInstanceName"), ""));
    answer(x, 202, "");
}

static void
on_request(struct http_exchange *x, void *arg)
{
    struct fake_vnfm *vnfm = arg;
    bool get = str_eq(http_method(x), "GET");

    if (str_eq(http_method(x), "PATCH")) {
        instance_patch(x, vnfm);
    } else if (str_eq(http_path(x), "/vnflcm/v2/vnf_lcm_op_occs")) {
        answer(x, 200, "[]");
    } else if (str_eq(http_path(x), INSTANCES)) {
        get ? instances_answer(x, vnfm) : instance_make(x, vnfm);
    } else if (str_eq(http_method(x), "DELETE")) {
        vnfm->n_made--;
        answer(x, 204, "");
    } else if (get) {
        instance_answer(x, vnfm);
    } else {
        vnfm->n_asked++;
        answer(x, 500, "{\"status\": 500, \"detail\": \"not today\"}");
    }
}

/* ---- flows ----------------------------------------------------------------------------------- */

static struct err *
operate_run(struct flow *f, const void *in)
{
    struct foreign_ask *ask = flow_new(f, &foreign_ask_table);

    (void)in;
    ask->vnfm = VNFM;
    ask->foreign_id = "vnf-1";
    ask->operation = "INSTANTIATE";
    return flow_step(f, "operate", &foreign_operate, ask, NULL);
}
static struct err *
create_run(struct flow *f, const void *in)
{
    struct foreign_new *new = flow_new(f, &foreign_new_table);
    struct foreign_ask *ask = flow_new(f, &foreign_ask_table);

    (void)in;
    new->vnfm = ask->vnfm = VNFM;
    new->vnfd_id = "d";
    new->name = "it's (a, b)";
    ask->foreign_id = "vnf-1";
    ask->operation = "NOTHING";
    TRY(flow_step(f, "create", &foreign_create, new, NULL));
    return flow_step(f, "fail", &foreign_operate, ask, NULL);
}
/* A modification, and something that fails after it. */
static struct err *
modify_run(struct flow *f, const void *in)
{
    static const char patch[] = "{\"vnfInstanceName\": \"new\", \"metadata\": {\"carrick\": \"m\"}}";
    static const char undo[] = "{\"vnfInstanceName\": \"old\"}";
    struct foreign_ask *ask = flow_new(f, &foreign_ask_table), *fail;

    (void)in;
    ask->vnfm = VNFM;
    ask->foreign_id = "vnf-1";
    ask->operation = "MODIFY_INFO";
    TRY(json_parse(flow_mem(f), patch, sizeof patch - 1, &ask->body));
    TRY(json_parse(flow_mem(f), undo, sizeof undo - 1, &ask->undo));
    TRY(flow_step(f, "modify", &foreign_operate, ask, NULL));
    fail = flow_new(f, &foreign_ask_table);
    *fail = *ask;
    fail->operation = "NOTHING";
    fail->undo = NULL;
    return flow_step(f, "fail", &foreign_operate, fail, NULL);
}
static const struct flow_type modify = {.name = "modify",
                                        .version = 1,
                                        .doc = "Modifies a VNF.",
                                        .in = &peer_ref_table,
                                        .run = modify_run};
static const struct flow_type operate = {.name = "operate",
                                         .version = 1,
                                         .doc = "Operates on a VNF.",
                                         .in = &peer_ref_table,
                                         .run = operate_run};
static const struct flow_type create = {.name = "create",
                                        .version = 1,
                                        .doc = "Creates a VNF instance.",
                                        .in = &peer_ref_table,
                                        .run = create_run};
static const struct flow_type *const types[] = {&operate, &create, &modify, NULL};
static const struct step_kind *const kinds[] = {&foreign_operate, &foreign_create, NULL};

static struct err *
about(struct tx *tx, void *arg, const char *peer_id, struct peer_about *out)
{
    (void)tx;
    (void)arg;
    *out = (struct peer_about){.name = peer_id, .url = the_bench->url, .is_trusted = true};
    return NULL;
}

static struct err *
vnfm_insert(struct tx *tx, void *arg)
{
    struct vnfm *vnfm = row_new(tx_mem(tx), &vnfm_table);

    (void)arg;
    vnfm->id = VNFM;
    vnfm->name = "edge";
    vnfm->url = the_bench->url;
    return row_insert(tx, vnfm);
}

static void
bench_begin(struct bench *b)
{
    static const struct table *tables[8] = {&vnfm_table};
    static const struct http_handler handler = {.head = on_head, .request = on_request};
    struct http_server_config server = {.address = "127.0.0.1", .handler = &handler};
    struct peers_config config = {.about = about};
    struct store_config store = {.tables = tables, .seal_key = "0123456789abcdef0123456789abcdef"};
    struct flow_engine_config engine = {.owner = "one", .types = types, .settle_ms = 50};

    *b = (struct bench){.mem = mem_new("foreign")};
    the_bench = b;
    for (size_t i = 0; flow_tables[i]; i++) {
        tables[i + 1] = flow_tables[i];
    }
    store.path = test_store(mem_printf(b->mem, "%s/db", test_dir()));
    server.arg = &b->vnfm;
    REQUIRE_OK(http_server_new(&server, &b->server));
    REQUIRE_OK(loop_new(&b->loop));
    REQUIRE_OK(store_open(&store, &b->store));
    config.loop = engine.loop = b->loop;
    config.store = engine.store = b->store;
    REQUIRE_OK(peers_new(&config, &b->peers));
    b->url = mem_printf(b->mem, "http://127.0.0.1:%d", http_server_port(b->server));
    REQUIRE_OK(flow_engine_new(&engine, &b->engine));
    flow_kinds_add(b->engine, kinds);
    flow_service_set(b->engine, PEER_SERVICE, b->peers);
    b->nfvo.store = b->store;
    flow_service_set(b->engine, NFVO_SERVICE, &b->nfvo);
    REQUIRE_OK(store_write_wait(b->store, vnfm_insert, NULL));
    REQUIRE_OK(flow_engine_start(b->engine));
}

static void
bench_end(struct bench *b)
{
    flow_engine_free(b->engine);
    peers_free(b->peers);
    loop_free(b->loop);
    store_close(b->store);
    http_server_free(b->server, 1000);
    mem_free(b->mem);
}

static struct err *
start(struct tx *tx, void *arg)
{
    struct bench *b = the_bench;
    struct peer_ref *in = row_new(tx_mem(tx), &peer_ref_table);
    const struct flow_start begin = {.type = arg, .in = in};
    const char *id;

    in->peer = "p";
    in->path = "/";
    TRY(flow_start(tx, b->engine, &begin, &id));
    b->id = mem_str(b->mem, id);
    return NULL;
}

static struct err *
peek(struct tx *tx, void *arg)
{
    struct flow_row *row;

    (void)arg;
    TRY(row_get(tx, &flow_table, the_bench->id, &row));
    the_bench->state = flow_row_state(row);
    return NULL;
}

static struct err *
roll_back(struct tx *tx, void *arg)
{
    (void)arg;
    return flow_rollback(tx, the_bench->engine, the_bench->id);
}

static bool
is_now(struct bench *b, enum flow_state state)
{
    REQUIRE_OK(loop_turn(b->loop, 20));
    REQUIRE_OK(store_read(b->store, peek, NULL));
    return b->state == state;
}
#define REACHES(b, state) EVENTUALLY(60000, is_now((b), (state)))

TEST(foreign_vnfm_that_answers_500_is_not_asked_for_ever)
{
    static struct bench b;

    bench_begin(&b);
    REQUIRE_OK(store_write_wait(b.store, start, (void *)(uintptr_t)&operate));
    REACHES(&b, FLOW_FAILED_TEMP);
    CHECK(b.vnfm.n_asked > 1);
    bench_end(&b);
}

TEST(foreign_instance_that_was_made_more_than_once_goes_altogether)
{
    static struct bench b;

    bench_begin(&b);
    b.vnfm.refuses_create = true;
    REQUIRE_OK(store_write_wait(b.store, start, (void *)(uintptr_t)&create));
    REACHES(&b, FLOW_FAILED_TEMP);
    CHECK_INT(b.vnfm.n_made, 1); /* It was found by what it carries. */
    CHECK(strstr(b.vnfm.filter, "%27it%27%27s%20%28a%2C%20b%29%27") != NULL);
    b.vnfm.n_made = 3; /* Two that it had lost sight of. */
    REQUIRE_OK(store_write_wait(b.store, roll_back, NULL));
    REACHES(&b, FLOW_ROLLED_BACK);
    CHECK_INT(b.vnfm.n_made, 0);
    bench_end(&b);
}

TEST(foreign_instance_is_patched_once_and_patched_back)
{
    static struct bench b;

    bench_begin(&b);
    snprintf(b.vnfm.name, sizeof b.vnfm.name, "old");
    REQUIRE_OK(store_write_wait(b.store, start, (void *)(uintptr_t)&modify));
    REACHES(&b, FLOW_FAILED_TEMP);
    CHECK_STR(b.vnfm.name, "new");
    CHECK_INT(b.vnfm.n_patched, 1); /* What it shows is not asked for again. */
    REQUIRE_OK(store_write_wait(b.store, roll_back, NULL));
    REACHES(&b, FLOW_ROLLED_BACK);
    CHECK_STR(b.vnfm.name, "old");
    CHECK_INT(b.vnfm.n_patched, 2);
    bench_end(&b);
}

TEST(foreign_vnfm_that_refuses_a_patch_fails_the_step)
{
    static struct bench b;

    bench_begin(&b);
    b.vnfm.refuses_patch = true;
    REQUIRE_OK(store_write_wait(b.store, start, (void *)(uintptr_t)&modify));
    REACHES(&b, FLOW_FAILED_TEMP);
    CHECK_INT(b.vnfm.n_patched, 1);
    REQUIRE_OK(store_write_wait(b.store, roll_back, NULL));
    REACHES(&b, FLOW_ROLLED_BACK);
    bench_end(&b);
}
