/* The compute service on a store of its own: what a server takes and gives
 * back, its ports, its states. */
#include "compute/compute.h"
#include "test.h"

#include "base/vec.h"

#include <pthread.h>
#include <string.h>

#define PROJECT "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define IMAGE "33333333-3333-4333-8333-333333333333"

struct world {
    struct mem *mem;
    struct store *store;
    struct network_service *network;
    struct compute_service *compute;
    struct policy *policy;
    struct caller member, other, admin;
};

/* ---- a small world ----------------------------------------------------------------------- */

static const struct table **
tables(struct mem *mem)
{
    const struct table *const *const lists[] = {ledger_tables, image_tables, network_tables,
                                                compute_tables};
    VEC(const struct table *) all = {0};

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        for (const struct table *const *t = lists[i]; *t; t++) {
            vec_add(mem, &all, *t);
        }
    }
    vec_add(mem, &all, NULL);
    return all.items;
}

static struct caller
caller_make(struct mem *mem, const char *project, const char *role)
{
    struct caller caller = {.user_id = project, .project_id = project};

    caller.roles = (struct strs){.n = 1, .items = MEM_NEW(mem, const char *)};
    caller.roles.items[0] = role;
    caller.is_admin = str_eq(role, "admin");
    return caller;
}

/* store_fn: an active image, as an upload leaves it. */
static struct err *
image_add(struct tx *tx, void *arg)
{
    struct image *image = row_new(tx_mem(tx), &image_table);

    (void)arg;
    image->id = IMAGE;
    image->name = "img";
    image->status = "active";
    image->visibility = "public";
    image->container_format = "docker";
    image->disk_format = "raw";
    image->archive = "tar";
    image->os_hash_value = "00";
    image->min_ram = 32;
    image->min_disk = 0;
    return row_insert(tx, image);
}

static struct world *
world_new(void)
{
    struct mem *mem = mem_new("world");
    struct world *w = MEM_NEW(mem, struct world);
    struct store_config store = {.path = mem_printf(mem, "%s/db", test_dir()),
                                 .tables = tables(mem)};
    struct network_config network = {.host = "box"};
    struct compute_config compute = {.host = "box", .vcpus = 4, .memory_mb = 1024};

    w->mem = mem;
    REQUIRE_OK(policy_new(image_rules, image_n_rules, &w->policy));
    policy_use(w->policy);
    REQUIRE_OK(store_open(&store, &w->store));
    network.store = w->store;
    REQUIRE_OK(network_service_new(&network, &w->network));
    compute.network = w->network;
    REQUIRE_OK(compute_service_new(&compute, w->store, &w->compute));
    REQUIRE_OK(store_write_wait(w->store, image_add, NULL));
    w->member = caller_make(mem, PROJECT, "member");
    w->other = caller_make(mem, OTHER, "member");
    w->admin = caller_make(mem, "cccccccccccccccccccccccccccccccc", "admin");
    return w;
}

static void
world_end(struct world *w)
{
    store_close(w->store);
    compute_service_free(w->compute);
    network_service_free(w->network);
    policy_use(NULL);
    policy_free(w->policy);
    mem_free(w->mem);
}

struct call {
    struct world *w;
    const struct caller *caller;
    const struct resource *resource;
    const char *body, *id;
    void *row;
};

static struct err *
call_run(struct tx *tx, void *arg)
{
    struct call *call = arg;
    bool is_network = call->resource != &server_resource && call->resource != &flavor_resource;
    struct op op = {.mem = tx_mem(tx), .caller = call->caller, .resource = call->resource};
    const struct json *json;
    void *given, *made;

    op.user = is_network ? (void *)call->w->network : (void *)call->w->compute;
    if (call->id && !call->body) {
        return resource_delete(tx, &op, call->id);
    }
    TRY(json_parse(tx_mem(tx), call->body, strlen(call->body), &json));
    TRY(resource_decode(&op, json, ROW_CREATE, &given));
    TRY(resource_create(tx, &op, given, &made));
    call->row = row_copy(call->w->mem, made);
    return NULL;
}

static const char *
quoted(struct world *w, const char *fmt, ...) PRINTF_LIKE(2, 3);

static const char *
quoted(struct world *w, const char *fmt, ...)
{
    va_list args;
    char *text;

    va_start(args, fmt);
    text = mem_vprintf(w->mem, fmt, args);
    va_end(args);
    for (char *c = text; *c; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    return text;
}

static struct err *
create(struct world *w, const struct resource *resource, const char *body, void *row)
{
    struct call call = {.w = w, .caller = &w->member, .resource = resource, .body = body};
    struct err *e = store_write_wait(w->store, call_run, &call);

    *(void **)row = call.row;
    return e;
}

static struct err *
drop(struct world *w, const struct resource *resource, const char *id)
{
    struct call call = {.w = w, .caller = &w->member, .resource = resource, .id = id};

    return store_write_wait(w->store, call_run, &call);
}

static struct network *
network_make(struct world *w)
{
    struct network *network;
    struct subnet *subnet;

    REQUIRE_OK(create(w, &network_resource, "{\"name\": \"net\"}", &network));
    REQUIRE_OK(create(w, &subnet_resource,
                      quoted(w, "{'network_id': '%s', 'ip_version': 4, 'cidr': '10.0.0.0/24'}",
                             network->id), &subnet));
    return network;
}

static struct err *
server_try(struct world *w, const char *flavor, const char *more, struct server **server)
{
    return create(w, &server_resource,
                  quoted(w, "{'name': 's', 'flavorRef': '%s', 'imageRef': '" IMAGE "'%s}", flavor,
                         more), server);
}

struct looked {
    const char *id;
    struct server server;
    int64_t vcpus_used, instances_used, ports;
};

static struct err *
look(struct tx *tx, void *arg)
{
    struct looked *looked = arg;
    struct ledger_use use;
    struct server *server;
    struct query ports = {.table = &port_table};

    TRY(ledger_usage(tx, "box", "VCPU", &use));
    looked->vcpus_used = use.used;
    TRY(quota_get(tx, compute_quotas, PROJECT, "instances", &use));
    looked->instances_used = use.used;
    TRY(rows_count(tx, &ports, &looked->ports));
    if (looked->id) {
        TRY(row_get(tx, &server_table, looked->id, &server));
        looked->server = *server;
        looked->server.vm_state = str_eq(server->vm_state, "active")    ? "active"
                                  : str_eq(server->vm_state, "stopped") ? "stopped"
                                  : str_eq(server->vm_state, "error")   ? "error"
                                                                        : "building";
        looked->server.task_state = server->task_state ? "some" : NULL;
    }
    return NULL;
}

/* ---- what a server takes -------------------------------------------------------------------- */

TEST(server_claims_and_gives_back)
{
    struct world *w = world_new();
    struct looked looked = {.id = NULL};
    struct server *a, *b;

    network_make(w);
    CHECK_OK(server_try(w, "3", "", &a));
    CHECK_OK(server_try(w, "3", "", &b));
    CHECK_OK(store_read(w->store, look, &looked));
    CHECK_INT(looked.vcpus_used, 4);
    CHECK_INT(looked.instances_used, 2);
    CHECK_INT(looked.ports, 2);
    CHECK_ERR_MSG(server_try(w, "1", "", &b), E_CONFLICT, "No valid host was found");
    CHECK_OK(drop(w, &server_resource, a->id));
    CHECK_OK(store_read(w->store, look, &looked));
    CHECK_INT(looked.vcpus_used, 2);
    CHECK_INT(looked.instances_used, 1);
    CHECK_INT(looked.ports, 1);
    CHECK_OK(server_try(w, "1", "", &b));
    world_end(w);
}

/* store_fn */
static struct err *
quota_small(struct tx *tx, void *arg)
{
    return quota_set(tx, PROJECT, "instances", *(int64_t *)arg);
}

static void *
race(void *arg)
{
    struct world w = *(struct world *)arg;
    int64_t made = 0;

    w.mem = mem_new("race");
    for (int i = 0; i < 4; i++) {
        struct server *server;
        struct err *e = server_try(&w, "1", ", 'networks': []", &server);

        made += e == NULL;
        CHECK(!e || err_is(e, E_QUOTA));
        err_free(e);
    }
    mem_free(w.mem);
    return (void *)(intptr_t)made;
}

TEST(server_quota_holds_against_16_creators)
{
    struct world *w = world_new();
    struct looked looked = {.id = NULL};
    pthread_t threads[16];
    int64_t made = 0, limit = 3;

    REQUIRE_OK(store_write_wait(w->store, quota_small, &limit));
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
        pthread_create(&threads[i], NULL, race, w);
    }
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
        void *one;

        pthread_join(threads[i], &one);
        made += (intptr_t)one;
    }
    CHECK_INT(made, 3);
    CHECK_OK(store_read(w->store, look, &looked));
    CHECK_INT(looked.instances_used, 3);
    world_end(w);
}

TEST(server_refusals)
{
    static const struct {
        const char *flavor, *more, *why;
        enum err_code code;
    } cases[] = {
        {"nope", "", "Flavor nope could not be found", E_INVALID},
        {"1", ", 'availability_zone': 'mars'", "availability zone", E_INVALID},
        {"1", ", 'networks': [{'uuid': '11111111-1111-1111-1111-111111111111'}]",
         "could not be found", E_INVALID},
        {"1", ", 'networks': [{}]", "Bad networks format", E_INVALID},
        {"1", ", 'networks': 'some'", "'auto', 'none' or a list", E_INVALID},
        {"1", ", 'networks': 'auto'", "automatically allocate", E_INVALID},
        {"1", ", 'security_groups': [{'name': 'nope'}]", "Unable to find security_group",
         E_INVALID},
        {"1", ", 'metadata': {'k': 1}", "metadata", E_INVALID},
        {"1", ", 'user_data': '*'", "base64", E_INVALID},
    };
    struct world *w = world_new();
    struct looked looked = {.id = NULL};
    struct server *server;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        CHECK_ERR_MSG(server_try(w, cases[i].flavor, cases[i].more, &server), cases[i].code,
                      cases[i].why);
    }
    CHECK_OK(store_read(w->store, look, &looked));
    CHECK_INT(looked.instances_used, 0);
    world_end(w);
}

/* ---- ports --------------------------------------------------------------------------------------- */

TEST(server_keeps_a_port_that_was_given)
{
    struct world *w = world_new();
    struct network *network = network_make(w);
    struct looked looked = {.id = NULL};
    struct server *server, *second;
    struct port *port;
    const char *with;

    REQUIRE_OK(create(w, &port_resource, quoted(w, "{'network_id': '%s'}", network->id), &port));
    with = mem_printf(w->mem, ", 'networks': [{'port': '%s'}]", port->id);
    CHECK_OK(server_try(w, "1", with, &server));
    CHECK(json_get(server->addresses, "net") != NULL);
    CHECK_ERR_MSG(server_try(w, "1", with, &second), E_CONFLICT, "attached device");
    CHECK_OK(drop(w, &server_resource, server->id));
    CHECK_OK(store_read(w->store, look, &looked));
    CHECK_INT(looked.ports, 1);
    CHECK_OK(server_try(w, "1", with, &second));
    world_end(w);
}

TEST(server_takes_the_address_it_asks_for)
{
    struct world *w = world_new();
    struct network *network = network_make(w);
    struct server *server;
    const char *more = mem_printf(
        w->mem, ", 'networks': [{'uuid': '%s', 'fixed_ip': '10.0.0.77'}]", network->id);

    CHECK_OK(server_try(w, "1", more, &server));
    CHECK_STR(json_get_str(json_path(server->addresses, "net.0"), "addr"), "10.0.0.77");
    CHECK_ERR(server_try(w, "1", more, &server), E_CONFLICT);
    world_end(w);
}

/* ---- states -------------------------------------------------------------------------------------- */

struct report {
    const struct desired_source *source;
    const char *id, *state, *reason;
    int64_t at;
};

static struct err *
report_run(struct tx *tx, void *arg)
{
    struct report *report = arg;
    struct desired_message *status = desired_message_new(tx_mem(tx), DESIRED_OP_status);

    status->kind = "server";
    status->id = report->id;
    status->state = report->state;
    status->reason = report->reason;
    status->at = report->at;
    return report->source->status(tx, report->source->arg, status);
}

static struct looked
reported(struct world *w, const char *id, const char *state, int64_t at)
{
    struct report report = {.source = &w->compute->source, .id = id, .state = state,
                            .reason = "because", .at = at};
    struct looked looked = {.id = id};

    CHECK_OK(store_write_wait(w->store, report_run, &report));
    CHECK_OK(store_read(w->store, look, &looked));
    return looked;
}

struct action {
    struct world *w;
    const char *id;
    enum server_action action;
};

static struct err *
action_run(struct tx *tx, void *arg)
{
    struct action *action = arg;
    struct op op = {.mem = tx_mem(tx), .caller = &action->w->member, .user = action->w->compute,
                    .resource = &server_resource};

    return server_act(tx, &op, action->id, action->action);
}

static struct err *
act(struct world *w, const char *id, enum server_action action)
{
    struct action args = {.w = w, .id = id, .action = action};

    return store_write_wait(w->store, action_run, &args);
}

TEST(server_follows_the_agent)
{
    struct world *w = world_new();
    int64_t now = INT64_C(1767323045000000);
    struct looked looked;
    struct server *server;

    time_freeze(now);
    REQUIRE_OK(server_try(w, "1", ", 'networks': 'none'", &server));
    CHECK_STR(server_status(server), "BUILD");
    CHECK_ERR(act(w, server->id, SERVER_STOP), E_CONFLICT);
    looked = reported(w, server->id, "ACTIVE", now + 1);
    CHECK_STR(server_status(&looked.server), "ACTIVE");
    CHECK(looked.server.launched_at == now + 1 && !looked.server.task_state);
    CHECK_ERR(act(w, server->id, SERVER_START), E_CONFLICT);
    time_freeze(now + 100);
    CHECK_OK(act(w, server->id, SERVER_STOP));
    /* A report of before is stale. */
    looked = reported(w, server->id, "ACTIVE", now + 50);
    CHECK_STR(looked.server.task_state, "some");
    looked = reported(w, server->id, "SHUTOFF", now + 150);
    CHECK_STR(server_status(&looked.server), "SHUTOFF");
    CHECK_OK(act(w, server->id, SERVER_START));
    CHECK_OK(store_read(w->store, look, &looked));
    CHECK_INT(looked.server.generation, 2);
    looked = reported(w, server->id, "ERROR", now + 200);
    CHECK_STR(server_status(&looked.server), "ERROR");
    CHECK_OK(act(w, server->id, SERVER_REBOOT_HARD));
    looked = reported(w, server->id, "ACTIVE", now + 300);
    CHECK_STR(server_status(&looked.server), "ACTIVE");
    CHECK(looked.server.fault_message == NULL);
    world_end(w);
}

struct rebuilding {
    struct world *w;
    const char *id;
    struct server_rebuild rebuild;
};

static struct err *
rebuilding_run(struct tx *tx, void *arg)
{
    struct rebuilding *rebuilding = arg;
    struct op op = {.mem = tx_mem(tx), .caller = &rebuilding->w->member,
                    .user = rebuilding->w->compute, .resource = &server_resource};

    return server_rebuild(tx, &op, rebuilding->id, &rebuilding->rebuild);
}

TEST(server_is_made_anew)
{
    struct world *w = world_new();
    int64_t now = INT64_C(1767323045000000);
    struct rebuilding rebuilding = {.w = w};
    struct looked looked;
    struct server *server;

    time_freeze(now);
    REQUIRE_OK(server_try(w, "1", ", 'networks': 'none'", &server));
    rebuilding.id = server->id;
    rebuilding.rebuild.image_ref = server->image_ref;
    CHECK_ERR(store_write_wait(w->store, rebuilding_run, &rebuilding), E_CONFLICT);
    (void)reported(w, server->id, "ACTIVE", now + 1);
    rebuilding.rebuild.image_ref = "11111111-1111-4111-8111-111111111111";
    CHECK_ERR(store_write_wait(w->store, rebuilding_run, &rebuilding), E_INVALID);
    rebuilding.rebuild.image_ref = server->image_ref;
    rebuilding.rebuild.sets_data = true;
    rebuilding.rebuild.user_data = "?";
    CHECK_ERR(store_write_wait(w->store, rebuilding_run, &rebuilding), E_INVALID);
    rebuilding.rebuild.user_data = "eA==";
    time_freeze(now + 100);
    CHECK_OK(store_write_wait(w->store, rebuilding_run, &rebuilding));
    looked.id = server->id;
    CHECK_OK(store_read(w->store, look, &looked));
    CHECK_INT(looked.server.layer, 1);
    CHECK_INT(looked.server.generation, 2);
    looked.server.task_state = "rebuilding";
    CHECK_STR(server_status(&looked.server), "REBUILD");
    /* What ran before it was asked for says nothing of it. */
    looked = reported(w, server->id, "ACTIVE", now + 50);
    CHECK_STR(looked.server.task_state, "some");
    looked = reported(w, server->id, "ACTIVE", now + 150);
    CHECK_STR(server_status(&looked.server), "ACTIVE");
    CHECK(!looked.server.task_state);
    /* One that is stopped stays so. */
    time_freeze(now + 200);
    CHECK_OK(act(w, server->id, SERVER_STOP));
    (void)reported(w, server->id, "SHUTOFF", now + 250);
    CHECK_OK(store_write_wait(w->store, rebuilding_run, &rebuilding));
    CHECK_OK(store_read(w->store, look, &looked));
    CHECK_STR(server_status(&looked.server), "SHUTOFF");
    CHECK_INT(looked.server.layer, 2);
    world_end(w);
}

struct joining {
    struct world *w;
    const char *server_id, *port_id;
    bool leaves;
};

static struct err *
joining_run(struct tx *tx, void *arg)
{
    struct joining *joining = arg;
    struct op op = {.mem = tx_mem(tx), .caller = &joining->w->member,
                    .user = joining->w->compute, .resource = &server_resource};
    struct server *server;
    struct strs ports;

    TRY(row_get(tx, &server_table, joining->server_id, &server));
    if (!joining->port_id) {
        TRY(sql_column(tx, "select id from port where server_id = ?", SQL_ARGS(server->id),
                       &ports));
        joining->port_id = heap_str(ports.items[0]);
    }
    return joining->leaves ? server_port_detach(tx, &op, server, joining->port_id)
                           : server_port_attach(tx, &op, server, joining->port_id);
}

TEST(ports_join_and_leave_servers_that_are_there)
{
    struct world *w = world_new();
    struct joining joining = {.w = w, .leaves = true};
    struct looked looked = {.id = NULL};
    struct server *a;

    time_freeze(INT64_C(1767323045000000));
    network_make(w);
    REQUIRE_OK(server_try(w, "1", "", &a));
    joining.server_id = a->id;
    /* A server that is not built yet keeps its ports. */
    CHECK_ERR(store_write_wait(w->store, joining_run, &joining), E_CONFLICT);
    (void)reported(w, a->id, "ACTIVE", INT64_C(1767323045000000) + 1);
    joining.leaves = false;
    CHECK_ERR_MSG(store_write_wait(w->store, joining_run, &joining), E_INVALID, "still in use");
    joining.leaves = true;
    CHECK_OK(store_write_wait(w->store, joining_run, &joining));
    CHECK_ERR(store_write_wait(w->store, joining_run, &joining), E_NOT_FOUND);
    /* It was made for the server. */
    CHECK_OK(store_read(w->store, look, &looked));
    CHECK_INT(looked.ports, 0);
    joining.leaves = false;
    CHECK_ERR(store_write_wait(w->store, joining_run, &joining), E_INVALID);
    free((void *)(uintptr_t)joining.port_id);
    world_end(w);
}

TEST(server_of_another_project_is_not_there)
{
    struct world *w = world_new();
    struct call call = {.w = w, .caller = &w->other, .resource = &server_resource};
    struct server *server;

    REQUIRE_OK(server_try(w, "1", ", 'networks': 'none'", &server));
    call.id = server->id;
    CHECK_ERR(store_write_wait(w->store, call_run, &call), E_NOT_FOUND);
    world_end(w);
}

TEST(flavors_are_made_once)
{
    struct world *w = world_new();
    struct compute_config config = {.host = "box", .vcpus = 4, .memory_mb = 1024,
                                    .network = w->network};
    struct compute_service *again;
    struct call call = {.w = w, .caller = &w->admin, .resource = &flavor_resource, .id = "1"};
    struct server *server;

    CHECK_OK(store_write_wait(w->store, call_run, &call));
    REQUIRE_OK(compute_service_new(&config, w->store, &again));
    compute_service_free(again);
    CHECK_ERR(server_try(w, "1", ", 'networks': 'none'", &server), E_INVALID);
    world_end(w);
}
