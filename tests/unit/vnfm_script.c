/* Scripts as steps of flows, at a real sshd: what is kept, what fails, what a retry and a crash do. */
#include "nfvo/nfvo.h"
#include "base/uuid.h"
#include "script_world.h"
#include "tosca/record.h"
#include "vnfm/access.h"
#include "vnfm/scripts.h"
#include "vnfm/vnfm.h"

#include <stdio.h>

#define PROJECT "00000000-0000-4000-8000-000000000001"
#define INSTANCE "00000000-0000-4000-8000-000000000002"
#define PACKAGE "00000000-0000-4000-8000-000000000003"
#define FLOW_ID "00000000-0000-4000-8000-000000000004"

static const char seal_key[] = "01234567890123456789012345678901";

struct life {
    struct world *w;
    struct store *store;
    struct nfvo nfvo;
    const char *text;   /* the script; null = it will not be run */
    const char *server; /* its id */
    const char *state;  /* of the flow */
    const char *error;
    struct rows runs;   /* of the script, oldest first */
};

/* ---- the world ------------------------------------------------------------------------------- */

static void
store_begin(struct life *life)
{
    static const struct table *tables[64];
    struct store_config config = {.tables = tables, .seal_key = seal_key};
    char path[512];
    size_t n = 0;

    for (size_t i = 0; flow_tables[i]; i++) {
        tables[n++] = flow_tables[i];
    }
    for (size_t i = 0; nfvo_tables[i]; i++) {
        tables[n++] = nfvo_tables[i];
    }
    snprintf(path, sizeof path, "%s/db", test_dir());
    config.path = test_store(path);
    REQUIRE_OK(store_open(&config, &life->store));
}

static struct err *
seed_read(struct tx *tx, void *arg)
{
    return tx_secret(tx, "ssh/" INSTANCE, arg);
}

/* A VNFD of one VDU, whose connection point leads to the listener. */
static const struct json *
record_of(struct mem *mem, const struct life *life)
{
    static struct vnfd_cp cp = {.name = "cp", .vdu = "vdu", .order = -1};
    static struct vnfd_cp *cps[] = {&cp};
    static struct vnfd_vdu vdu = {.name = "vdu", .n_cps = 1, .cps = cps};
    static struct vnfd_script script = {.operation = "heal_end", .timeout_s = LONG_MS / 1000};
    static struct vnfd_flavour flavour = {.id = "f", .n_vdus = 1, .vdus = &vdu, .n_cps = 1, .cps = &cp,
                                          .n_scripts = 1, .scripts = &script};
    static const char inputs[] = "{\"who\": {\"concat\": [\"<\", {\"input\": \"who\"}, \">\"]}}";
    static const struct vnfd vnfd = {.descriptor_id = "d", .descriptor_version = "1",
                                     .provider = "p", .product_name = "n", .software_version = "1",
                                     .n_flavours = 1, .flavours = &flavour};
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const struct json *json;

    cp.management_user = life->w->user;
    cp.management_port = life->w->port;
    script.text = life->text ? life->text : "true";
    script.timeout_s = life->text ? LONG_MS / 1000 : 1; /* There is nobody to wait for. */
    REQUIRE_OK(json_parse(mem, inputs, strlen(inputs), &script.inputs));
    jw_object(&w, NULL);
    vnfd_write(&w, "d", &vnfd);
    jw_end(&w);
    REQUIRE_OK(json_parse(mem, text.data, text.len, &json));
    return json_get(json, "d");
}

static struct err *
rows_begin(struct tx *tx, void *arg)
{
    struct vnf_package *package = row_new(tx_mem(tx), &vnf_package_table);
    struct vnf_instance *vnf = row_new(tx_mem(tx), &vnf_instance_table);

    (void)arg;
    package->id = vnf->package_id = PACKAGE;
    vnf->id = INSTANCE;
    package->project_id = vnf->project_id = PROJECT;
    vnf->vnfd_id = vnf->vnf_provider = vnf->vnf_product_name = "x";
    vnf->vnf_software_version = vnf->vnfd_version = "x";
    TRY(row_insert(tx, package));
    return row_insert(tx, vnf);
}

/* The script is what it is from now on. */
static struct err *
descriptor_put(struct tx *tx, void *arg)
{
    struct cond owned[] = {COND("owner_id", PACKAGE), {0}};
    struct descriptor *row = row_new(tx_mem(tx), &descriptor_table), *old;

    TRY(row_find(tx, &descriptor_table, owned, (void **)&old));
    TRY(old ? row_delete(tx, &descriptor_table, old->id) : NULL);
    row->owner_id = PACKAGE;
    row->project_id = PROJECT;
    row->record = record_of(tx_mem(tx), arg);
    return row_insert(tx, row);
}

static void
script_put(struct life *life, const char *text)
{
    life->text = text;
    REQUIRE_OK(store_write_wait(life->store, descriptor_put, life));
}

static void
engine_begin(struct life *life)
{
    static const struct flow_type *const types[] = {&vnf_script_flow, NULL};
    static const struct step_kind *const kinds[] = {&vnf_script, NULL};
    const struct flow_engine_config config = {
        .loop = life->w->loop, .store = life->store, .owner = "test", .types = types};

    REQUIRE_OK(flow_engine_new(&config, &life->nfvo.engine));
    life->nfvo.store = life->store;
    life->nfvo.loop = life->w->loop;
    life->nfvo.scripts = life->w->runs;
    flow_service_set(life->nfvo.engine, NFVO_SERVICE, &life->nfvo);
    flow_kinds_add(life->nfvo.engine, kinds);
    REQUIRE_OK(flow_engine_start(life->nfvo.engine));
}

static void
life_begin(struct life *life)
{
    uint8_t seed[32];

    *life = (struct life){.server = "server-1"};
    store_begin(life);
    REQUIRE_OK(store_read(life->store, seed_read, seed));
    life->w = world_new(SERVES, seed);
    REQUIRE_OK(store_write_wait(life->store, rows_begin, life));
    engine_begin(life);
}

static void
life_end(struct life *life)
{
    flow_engine_free(life->nfvo.engine);
    store_close(life->store);
    world_free(life->w);
}

/* ---- the operation ----------------------------------------------------------------------------- */

static struct err *
start_fn(struct tx *tx, void *arg)
{
    static const char params[] = "{\"who\": \"it's\\n$(me)\"}";
    const struct life *life = arg;
    struct script_in *in = row_new(tx_mem(tx), &script_in_table);

    in->vnf_lcm_op_occ_id = FLOW_ID;
    in->vnf_instance_id = INSTANCE;
    in->project_id = PROJECT;
    in->package_id = PACKAGE;
    in->flavour_id = "f";
    in->operation = "heal_end";
    in->vnfc = in->vdu = "vdu";
    in->server_id = life->server;
    in->cpd = "cp";
    in->address = "127.0.0.1";
    TRY(json_parse(tx_mem(tx), params, sizeof params - 1, &in->params));
    return flow_start(tx, life->nfvo.engine,
                      &(struct flow_start){.type = &vnf_script_flow, .in = in, .id = FLOW_ID}, NULL);
}

static struct err *
retry_fn(struct tx *tx, void *arg)
{
    return flow_retry(tx, ((struct life *)arg)->nfvo.engine, FLOW_ID);
}

static struct err *
look_fn(struct tx *tx, void *arg)
{
    struct life *life = arg;
    struct sort sorts[] = {{.attr = "id"}, {0}};
    struct query query = {.table = &script_run_table, .sorts = sorts};
    struct flow_row *flow;
    struct rows rows;

    TRY(row_get(tx, &flow_table, FLOW_ID, &flow));
    TRY(rows_select(tx, &query, &rows));
    life->state = mem_str(life->w->mem, flow->state);
    life->error = flow->error ? mem_str(life->w->mem, flow->error) : "";
    life->runs = (struct rows){.n = rows.n, .items = MEM_ARRAY(life->w->mem, rows.n + 1, void *)};
    for (size_t i = 0; i < rows.n; i++) {
        life->runs.items[i] = row_copy(life->w->mem, rows.items[i]);
    }
    return NULL;
}

static bool
is_over(struct life *life)
{
    REQUIRE_OK(store_read(life->store, look_fn, life));
    return !str_eq(life->state, "PROCESSING") && !str_eq(life->state, "STARTING");
}

static void
until_over(struct life *life)
{
    while (!is_over(life)) {
        REQUIRE_OK(loop_turn(life->w->loop, 100));
    }
}

static const struct script_run_row *
last_run(const struct life *life)
{
    REQUIRE(life->runs.n > 0);
    return life->runs.items[life->runs.n - 1];
}

TEST(vnfm_script_fails_the_operation_and_a_retry_runs_it_again)
{
    struct life life;

    life_begin(&life);
    script_put(&life, "echo \"$who $CARRICK_OPERATION $CARRICK_VNFC $CARRICK_NEW\"\n"
                      "echo no good >&2; exit 4\n");
    REQUIRE_OK(store_write_wait(life.store, start_fn, &life));
    until_over(&life);
    CHECK_STR(life.state, "FAILED_TEMP");
    CHECK(strstr(life.error, "script heal_end at VNFC vdu"));
    CHECK(strstr(life.error, "ended with status 4: no good"));
    CHECK_INT(last_run(&life)->exit_status, 4);
    CHECK_STR(last_run(&life)->output, "<it's\n$(me)> heal_end vdu 0\n");
    CHECK_STR(last_run(&life)->errors, "no good\n");
    CHECK_STR(last_run(&life)->host_key, life.w->host_key);
    script_put(&life, "true");
    REQUIRE_OK(store_write_wait(life.store, retry_fn, &life));
    until_over(&life);
    CHECK_STR(life.state, "COMPLETED");
    CHECK_INT(life.runs.n, 2);
    CHECK_INT(last_run(&life)->exit_status, 0);
    CHECK(!last_run(&life)->problem);
    life_end(&life);
}

/* The end of one long line, and no half of a character before it. */
TEST(vnfm_script_error_is_cut_between_characters)
{
    static const char text[] = "i=0; while [ $i -lt 1000 ]; do printf '\\303\\244' >&2; i=$((i+1)); done\n"
                               "printf x >&2; exit 4\n";
    struct life life;
    const char *told;

    life_begin(&life);
    script_put(&life, text);
    REQUIRE_OK(store_write_wait(life.store, start_fn, &life));
    until_over(&life);
    CHECK_STR(life.state, "FAILED_TEMP");
    CHECK_INT(last_run(&life)->errors_bytes, 2001);
    told = strstr(life.error, "status 4: ");
    REQUIRE(told);
    CHECK(str_starts(told + 10, "\303\244"));
    CHECK(str_utf8(life.error, strlen(life.error)));
    life_end(&life);
}

/* Runs of the same server before: one that met it, and many that did not. */
static struct err *
many_fn(struct tx *tx, void *arg)
{
    const struct life *life = arg;

    for (int i = 0; i < 20; i++) {
        struct script_run_row *row = row_new(tx_mem(tx), &script_run_table);

        row->id = uuid_make_ordered(tx_mem(tx));
        row->project_id = PROJECT;
        row->vnf_instance_id = INSTANCE;
        row->vnf_lcm_op_occ_id = FLOW_ID;
        row->operation = row->address = row->output = row->errors = "x";
        row->vnfc = i == 19 ? "other" : "vdu";
        row->server_id = life->server;
        row->host_key = i < 2 ? life->w->host_key : NULL;
        row->problem = mem_printf(tx_mem(tx), "%d", i);
        TRY(row_insert(tx, row));
    }
    return NULL;
}

TEST(vnfm_script_runs_are_kept_for_a_while)
{
    struct life life;
    const struct script_run_row *first, *second;

    life_begin(&life);
    script_put(&life, "true");
    REQUIRE_OK(store_write_wait(life.store, many_fn, &life));
    life.w->manner = SHUTS;
    script_put(&life, NULL);
    REQUIRE_OK(store_write_wait(life.store, start_fn, &life));
    until_over(&life);
    CHECK_STR(life.state, "FAILED_TEMP");
    CHECK_INT(life.runs.n, 8 + 1 + 1); /* The one with the newest key, and another VNFC's. */
    first = life.runs.items[0];
    second = life.runs.items[1];
    CHECK_STR(first->problem, "1");
    CHECK_STR(second->problem, "12");
    CHECK(!last_run(&life)->host_key);
    life.w->manner = SERVES;
    script_put(&life, "true");
    REQUIRE_OK(store_write_wait(life.store, retry_fn, &life));
    until_over(&life);
    CHECK_STR(life.state, "COMPLETED");
    CHECK_INT(life.runs.n, 8 + 1);
    life_end(&life);
}

static struct err *
stranger_fn(struct tx *tx, void *arg)
{
    const struct life *life = arg;
    struct script_run_row *row = row_new(tx_mem(tx), &script_run_table);

    row->project_id = PROJECT;
    row->vnf_instance_id = INSTANCE;
    row->vnf_lcm_op_occ_id = FLOW_ID;
    row->operation = row->vnfc = row->address = row->output = row->errors = "x";
    row->server_id = life->server;
    row->host_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
    return row_insert(tx, row);
}

TEST(vnfm_script_is_not_run_at_a_server_that_is_another_one)
{
    struct life life;
    const char *mark;

    life_begin(&life);
    mark = mem_printf(life.w->mem, "%s/ran", test_dir());
    script_put(&life, mem_printf(life.w->mem, "touch %s", mark));
    REQUIRE_OK(store_write_wait(life.store, stranger_fn, &life));
    REQUIRE_OK(store_write_wait(life.store, start_fn, &life));
    until_over(&life);
    CHECK_STR(life.state, "FAILED_TEMP");
    CHECK(strstr(life.error, "shows another host key than before"));
    CHECK(!file_exists(mark));
    CHECK(!last_run(&life)->host_key);
    CHECK_INT(last_run(&life)->exit_status, INT_NULL);
    life_end(&life);
}

static struct err *
forget_fn(struct tx *tx, void *arg)
{
    const struct life *life = arg;
    struct script_host *host = row_new(tx_mem(tx), &script_host_table);

    host->vnf_instance_id = INSTANCE;
    host->server_id = life->server;
    return vnf_host_key_forget.local(tx, host, NULL);
}

/* It has been made anew: the key that it had is not asked for any more. */
TEST(vnfm_script_is_run_at_a_server_whose_key_was_forgotten)
{
    struct life life;

    life_begin(&life);
    script_put(&life, "true");
    REQUIRE_OK(store_write_wait(life.store, stranger_fn, &life));
    REQUIRE_OK(store_write_wait(life.store, forget_fn, &life));
    REQUIRE_OK(store_write_wait(life.store, start_fn, &life));
    until_over(&life);
    CHECK_STR(life.state, "COMPLETED");
    CHECK_STR(last_run(&life)->host_key, life.w->host_key);
    life_end(&life);
}

static struct err *
cancel_fn(struct tx *tx, void *arg)
{
    return flow_cancel(tx, ((struct life *)arg)->nfvo.engine, FLOW_ID, true);
}

/* It has begun: what it did, and at which server, is known. */
TEST(vnfm_script_that_is_cancelled_leaves_its_run)
{
    struct life life;
    const char *mark;

    life_begin(&life);
    mark = mem_printf(life.w->mem, "%s/ran", test_dir());
    script_put(&life, mem_printf(life.w->mem, "touch %s; exec sleep 1000", mark));
    REQUIRE_OK(store_write_wait(life.store, start_fn, &life));
    while (!file_exists(mark)) {
        REQUIRE_OK(loop_turn(life.w->loop, 100));
    }
    REQUIRE_OK(loop_turn(life.w->loop, 100)); /* The child has told of the beginning. */
    REQUIRE_OK(store_write_wait(life.store, cancel_fn, &life));
    until_over(&life);
    CHECK_STR(life.state, "FAILED_TEMP");
    while (life.runs.n == 0) {
        REQUIRE_OK(loop_turn(life.w->loop, 100));
        (void)is_over(&life);
    }
    CHECK(str_starts(str_or(last_run(&life)->problem, ""), "cancelled"));
    CHECK_STR(last_run(&life)->host_key, life.w->host_key);
    CHECK_INT(last_run(&life)->exit_status, INT_NULL);
    life_end(&life);
}

/* What a killed process leaves: the intent is in the journal, the outcome is not. */
TEST(vnfm_script_is_run_again_after_a_crash_in_its_midst)
{
    struct life life;
    const char *mark;
    char *text;
    size_t n;

    life_begin(&life);
    mark = mem_printf(life.w->mem, "%s/ran", test_dir());
    script_put(&life, mem_printf(life.w->mem, "echo once >>%s; exec sleep 1000", mark));
    REQUIRE_OK(store_write_wait(life.store, start_fn, &life));
    while (!file_exists(mark)) {
        REQUIRE_OK(loop_turn(life.w->loop, 100));
    }
    flow_engine_free(life.nfvo.engine);
    script_runs_free(life.w->runs);
    life.w->runs = script_runs_new(&(struct script_runs_config){.loop = life.w->loop});
    script_put(&life, mem_printf(life.w->mem, "echo again >>%s", mark));
    engine_begin(&life);
    until_over(&life);
    CHECK_STR(life.state, "COMPLETED");
    REQUIRE_OK(file_read(life.w->mem, mark, 100, &text, &n));
    CHECK_STR(text, "once\nagain\n");
    REQUIRE(life.runs.n == 2); /* The first one ended with its process. */
    CHECK(str_starts(str_or(((const struct script_run_row *)life.runs.items[0])->problem, ""),
                     "cancelled"));
    life_end(&life);
}
