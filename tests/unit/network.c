/* The network service on a store in memory: addresses, defaults, refusals. */
#include "network/network.h"
#include "test.h"

#include "base/net.h"
#include "base/vec.h"

#include <pthread.h>
#include <string.h>

#define PROJECT "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* ---- a small world -------------------------------------------------------------------- */

struct world {
    struct mem *mem;
    struct store *store;
    struct network_service *service;
    struct caller admin, member, other;
};

static const struct table **
all_tables(struct mem *mem)
{
    const struct table *const *const lists[] = {ledger_tables, network_tables};
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

static struct world *
world_new(void)
{
    struct mem *mem = mem_new("world");
    struct world *w = MEM_NEW(mem, struct world);
    struct store_config store = {.path = mem_printf(mem, "%s/db", test_dir()),
                                 .tables = all_tables(mem)};
    struct network_config network = {.host = "box", .vtep = "192.0.2.1"};

    w->mem = mem;
    REQUIRE_OK(store_open(&store, &w->store));
    network.store = w->store;
    REQUIRE_OK(network_service_new(&network, &w->service));
    for (const struct resource *const *r = network_resources; *r; r++) {
        resource_register(*r);
    }
    w->admin = caller_make(mem, "cccccccccccccccccccccccccccccccc", "admin");
    w->member = caller_make(mem, PROJECT, "member");
    w->other = caller_make(mem, OTHER, "member");
    return w;
}

static void
world_end(struct world *w)
{
    store_close(w->store);
    network_service_free(w->service);
    mem_free(w->mem);
}

/* One verb with a JSON body, in a transaction of its own; the row outlives it in w->mem. */
struct call {
    struct world *w;
    const struct caller *caller;
    const struct resource *resource;
    const char *verb, *id, *body;
    void *row;
};

static struct err *
call_run(struct tx *tx, void *arg)
{
    struct call *call = arg;
    struct op op = {.mem = tx_mem(tx), .caller = call->caller, .resource = call->resource,
                    .user = call->w->service};
    void *given = NULL, *made = NULL;
    const struct json *json;

    if (call->body) {
        TRY(json_parse(tx_mem(tx), call->body, strlen(call->body), &json));
        TRY(resource_decode(&op, json, str_eq(call->verb, "create") ? ROW_CREATE : ROW_UPDATE,
                            &given));
    }
    if (str_eq(call->verb, "create")) {
        TRY(resource_create(tx, &op, given, &made));
    } else if (str_eq(call->verb, "update")) {
        TRY(resource_update(tx, &op, call->id, given, &made));
    } else if (str_eq(call->verb, "delete")) {
        return resource_delete(tx, &op, call->id);
    } else {
        TRY(resource_get(tx, &op, call->id, &made));
    }
    call->row = row_copy(call->w->mem, made);
    return NULL;
}

static struct err *
create(struct world *w, const struct caller *caller, const struct resource *resource, void *row,
       const char *body)
{
    struct call call = {.w = w, .caller = caller, .resource = resource, .verb = "create",
                        .body = body};
    struct err *e = store_write_wait(w->store, call_run, &call);

    *(void **)row = call.row;
    return e;
}

static struct err *
change(struct world *w, const struct caller *caller, const struct resource *resource,
       const char *verb, const char *id, const char *body)
{
    struct call call = {.w = w, .caller = caller, .resource = resource, .verb = verb, .id = id,
                        .body = body};

    return store_write_wait(w->store, call_run, &call);
}

static const char *
body(struct world *w, const char *fmt, ...) PRINTF_LIKE(2, 3);

static const char *
body(struct world *w, const char *fmt, ...)
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

static struct network *
network_make(struct world *w)
{
    struct network *network;

    REQUIRE_OK(create(w, &w->member, &network_resource, &network, body(w, "{'name': 'n'}")));
    return network;
}

static struct subnet *
subnet_make(struct world *w, const struct network *network, const char *cidr)
{
    struct subnet *subnet;

    REQUIRE_OK(create(w, &w->member, &subnet_resource, &subnet,
                      body(w, "{'network_id': '%s', 'ip_version': %d, 'cidr': '%s'}", network->id,
                           strchr(cidr, ':') ? 6 : 4, cidr)));
    return subnet;
}

static struct port *
port_make(struct world *w, const struct network *network, const char *more)
{
    struct port *port;

    REQUIRE_OK(create(w, &w->member, &port_resource, &port,
                      body(w, "{'network_id': '%s'%s}", network->id, more)));
    return port;
}

static const char *
ip_of(const struct port *port, size_t i)
{
    return i < port->fixed_ips.n ? ((struct fixed_ip *)port->fixed_ips.items[i])->ip_address : "-";
}

/* ---- networks ------------------------------------------------------------------------------ */

TEST(network_has_mtu_and_vni_of_its_own)
{
    struct world *w = world_new();
    struct network *a = network_make(w), *b = network_make(w);

    CHECK_INT(a->mtu, 1450);
    CHECK(a->segmentation_id >= 1 && a->segmentation_id <= DESIRED_VNI_MAX);
    CHECK(a->segmentation_id != b->segmentation_id);
    CHECK_STR(a->network_type, "vxlan");
    world_end(w);
}

TEST(network_refuses_an_mtu_that_does_not_fit)
{
    struct world *w = world_new();
    struct network *network;

    CHECK_ERR_MSG(create(w, &w->member, &network_resource, &network, "{\"mtu\": 1451}"), E_INVALID,
                  "maximum is 1450");
    CHECK_ERR(create(w, &w->member, &network_resource, &network, "{\"mtu\": 100}"), E_INVALID);
    CHECK_OK(create(w, &w->member, &network_resource, &network, "{\"mtu\": 1400}"));
    CHECK_INT(network->mtu, 1400);
    world_end(w);
}

TEST(network_provider_attributes_are_the_administrators)
{
    struct world *w = world_new();
    struct network *network;

    CHECK_ERR(create(w, &w->member, &network_resource, &network,
                     "{\"provider:segmentation_id\": 77}"), E_FORBIDDEN);
    CHECK_OK(create(w, &w->admin, &network_resource, &network,
                    "{\"provider:segmentation_id\": 77}"));
    CHECK_INT(network->segmentation_id, 77);
    CHECK_ERR(create(w, &w->admin, &network_resource, &network,
                     "{\"provider:segmentation_id\": 77}"), E_CONFLICT);
    world_end(w);
}

TEST(network_goes_with_its_subnets_but_not_with_ports)
{
    struct world *w = world_new();
    struct network *network = network_make(w);
    struct subnet *subnet = subnet_make(w, network, "10.0.0.0/24");
    struct port *port = port_make(w, network, "");

    CHECK_ERR_MSG(change(w, &w->member, &network_resource, "delete", network->id, NULL), E_IN_USE,
                  port->id);
    CHECK_ERR(change(w, &w->member, &subnet_resource, "delete", subnet->id, NULL), E_IN_USE);
    CHECK_OK(change(w, &w->member, &port_resource, "delete", port->id, NULL));
    CHECK_OK(change(w, &w->member, &network_resource, "delete", network->id, NULL));
    CHECK_ERR(change(w, &w->member, &subnet_resource, "get", subnet->id, NULL), E_NOT_FOUND);
    world_end(w);
}

/* ---- subnets --------------------------------------------------------------------------------- */

TEST(subnet_has_gateway_and_pools)
{
    struct world *w = world_new();
    struct network *network = network_make(w);
    struct subnet *v4 = subnet_make(w, network, "192.0.2.0/24");
    struct subnet *v6 = subnet_make(w, network, "2001:db8::/64");
    struct pool *pool = v4->allocation_pools.items[0];

    CHECK_STR(v4->gateway_ip, "192.0.2.1");
    CHECK_INT(v4->allocation_pools.n, 1);
    CHECK_STR(pool->start, "192.0.2.2");
    CHECK_STR(pool->end, "192.0.2.254");
    CHECK_STR(v6->gateway_ip, "2001:db8::1");
    pool = v6->allocation_pools.items[0];
    CHECK_STR(pool->start, "2001:db8::2");
    CHECK_STR(pool->end, "2001:db8::ffff:ffff:ffff:ffff");
    world_end(w);
}

TEST(subnet_refusals)
{
    static const struct {
        const char *rest, *why;
        enum err_code code;
    } cases[] = {
        {"'ip_version': 4, 'cidr': '10.0.0.128/25'", "overlaps", E_INVALID},
        {"'ip_version': 6, 'cidr': '10.1.0.0/24'", "does not match", E_INVALID},
        {"'ip_version': 5, 'cidr': '10.1.0.0/24'", "ip_version", E_INVALID},
        {"'ip_version': 4, 'cidr': '10.1.0.1/24'", "10.1.0.0/24", E_INVALID},
        {"'ip_version': 4, 'cidr': '224.0.0.0/24'", "unicast", E_INVALID},
        {"'ip_version': 4, 'cidr': '10.1.0.0/24', 'gateway_ip': '10.1.0.255'", "Gateway", E_INVALID},
        {"'ip_version': 4, 'cidr': '10.1.0.0/24', 'allocation_pools': [{'start': '10.1.1.1', "
         "'end': '10.1.1.9'}]", "spans beyond", E_INVALID},
        {"'ip_version': 4, 'cidr': '10.1.0.0/24', 'allocation_pools': [{'start': '10.1.0.9', "
         "'end': '10.1.0.8'}]", "not valid", E_INVALID},
        {"'ip_version': 4, 'cidr': '10.1.0.0/24', 'allocation_pools': [{'start': '10.1.0.1', "
         "'end': '10.1.0.8'}]", "conflicts", E_CONFLICT},
        {"'ip_version': 4, 'cidr': '10.1.0.0/24', 'ipv6_ra_mode': 'slaac'", "ipv6_ra_mode",
         E_INVALID},
        {"'ip_version': 6, 'cidr': '2001:db8::/60', 'ipv6_ra_mode': 'slaac', "
         "'ipv6_address_mode': 'slaac'", "/64", E_INVALID},
    };
    struct world *w = world_new();
    struct network *network = network_make(w);
    struct subnet *subnet;

    subnet_make(w, network, "10.0.0.0/24");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        CHECK_ERR_MSG(create(w, &w->member, &subnet_resource, &subnet,
                             body(w, "{'network_id': '%s', %s}", network->id, cases[i].rest)),
                      cases[i].code, cases[i].why);
    }
    world_end(w);
}

TEST(subnet_of_another_project_is_not_there)
{
    struct world *w = world_new();
    struct network *network = network_make(w);
    struct subnet *subnet;

    CHECK_ERR(create(w, &w->other, &subnet_resource, &subnet,
                     body(w, "{'network_id': '%s', 'ip_version': 4, 'cidr': '10.0.0.0/24'}",
                          network->id)), E_NOT_FOUND);
    world_end(w);
}

/* ---- addresses ----------------------------------------------------------------------------------- */

TEST(ipam_gives_lowest_free_address)
{
    struct world *w = world_new();
    struct network *network = network_make(w);
    struct port *a, *b;

    subnet_make(w, network, "10.0.0.0/24");
    a = port_make(w, network, "");
    b = port_make(w, network, "");
    CHECK_STR(ip_of(a, 0), "10.0.0.2");
    CHECK_STR(ip_of(b, 0), "10.0.0.3");
    CHECK_OK(change(w, &w->member, &port_resource, "delete", a->id, NULL));
    CHECK_STR(ip_of(port_make(w, network, ""), 0), "10.0.0.2");
    CHECK_STR(ip_of(port_make(w, network, ""), 0), "10.0.0.4");
    world_end(w);
}

TEST(ipam_steps_over_what_was_asked_for)
{
    struct world *w = world_new();
    struct network *network = network_make(w);

    subnet_make(w, network, "10.0.0.0/24");
    for (int i = 2; i < 40; i++) {
        struct port *port = port_make(
            w, network, mem_printf(w->mem, ", 'fixed_ips': [{'ip_address': '10.0.0.%d'}]", i));

        CHECK_INT(port->fixed_ips.n, 1);
    }
    CHECK_STR(ip_of(port_make(w, network, ""), 0), "10.0.0.40");
    world_end(w);
}

TEST(ipam_exhausts_a_subnet)
{
    struct world *w = world_new();
    struct network *network = network_make(w);
    struct port *port, *last = NULL;

    subnet_make(w, network, "10.0.0.0/29");
    for (int i = 0; i < 5; i++) {
        last = port_make(w, network, "");
    }
    CHECK_ERR_MSG(create(w, &w->member, &port_resource, &port,
                         body(w, "{'network_id': '%s'}", network->id)), E_CONFLICT,
                  "No more IP addresses available");
    CHECK_OK(change(w, &w->member, &port_resource, "delete", last->id, NULL));
    CHECK_OK(create(w, &w->member, &port_resource, &port,
                    body(w, "{'network_id': '%s'}", network->id)));
    CHECK_STR(ip_of(port, 0), "10.0.0.6");
    world_end(w);
}

TEST(ipam_refusals)
{
    static const struct {
        const char *ips, *why;
        enum err_code code;
    } cases[] = {
        {"{'ip_address': '10.0.0.2'}", "already allocated", E_CONFLICT},
        {"{'ip_address': '10.0.0.9'}, {'ip_address': '10.0.0.9'}", "already allocated", E_CONFLICT},
        {"{'ip_address': '9.9.9.9'}", "not a valid IP for any", E_INVALID},
        {"{'ip_address': '10.0.0.255'}", "not a valid IP for the specified", E_INVALID},
        {"{'ip_address': '10.0.0.0'}", "not a valid IP for the specified", E_INVALID},
        {"{'subnet_id': '11111111-1111-1111-1111-111111111111'}", "invalid subnet", E_INVALID},
        {"{'ip_address': 'x'}", "fixed_ips", E_INVALID},
        {"{}", "requires subnet_id or ip_address", E_INVALID},
    };
    struct world *w = world_new();
    struct network *network = network_make(w);
    struct port *port;

    subnet_make(w, network, "10.0.0.0/24");
    port_make(w, network, "");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        CHECK_ERR_MSG(create(w, &w->member, &port_resource, &port,
                             body(w, "{'network_id': '%s', 'fixed_ips': [%s]}", network->id,
                                  cases[i].ips)), cases[i].code, cases[i].why);
    }
    world_end(w);
}

TEST(ipam_gives_one_of_each_version_and_slaac)
{
    struct world *w = world_new();
    struct network *network = network_make(w);
    struct subnet *subnet;
    struct port *before, *port;

    subnet_make(w, network, "10.0.0.0/24");
    before = port_make(w, network, ", 'mac_address': 'fa:16:3e:51:d7:3c'");
    CHECK_OK(create(w, &w->member, &subnet_resource, &subnet,
                    body(w, "{'network_id': '%s', 'ip_version': 6, 'cidr': '2001:db8:77::/64', "
                         "'ipv6_ra_mode': 'slaac', 'ipv6_address_mode': 'slaac'}", network->id)));
    port = port_make(w, network, "");
    CHECK_INT(port->fixed_ips.n, 2);
    {
        struct call call = {.w = w, .caller = &w->member, .resource = &port_resource,
                            .verb = "get", .id = before->id};

        CHECK_OK(store_write_wait(w->store, call_run, &call));
        CHECK_STR(ip_of(call.row, 1), "2001:db8:77:0:f816:3eff:fe51:d73c");
    }
    CHECK_OK(change(w, &w->member, &subnet_resource, "delete", subnet->id, NULL));
    world_end(w);
}

/* 16 threads, one subnet with 61 addresses left: each address is given once. */
struct racer {
    struct world *w;
    const char *network_id;
    int made, refused;
};

static void *
race(void *arg)
{
    struct racer *racer = arg;

    for (int i = 0; i < 8; i++) {
        AUTO(mem) mem = mem_new("race");
        struct world w = *racer->w;
        struct port *port;
        struct err *e;

        w.mem = mem;
        e = create(&w, &w.admin, &port_resource, &port,
                   mem_printf(mem, "{\"network_id\": \"%s\"}", racer->network_id));
        racer->made += e == NULL;
        racer->refused += err_is(e, E_CONFLICT);
        err_free(e);
    }
    return NULL;
}

static struct err *
count_twice(struct tx *tx, void *arg)
{
    return sql_exists(tx, "select ip_address from fixed_ip group by subnet_id, ip_address having "
                          "count(*) > 1", SQL_ARGS(NULL), arg);
}

TEST(ipam_gives_no_address_twice_to_16_creators)
{
    struct world *w = world_new();
    struct network *network = network_make(w);
    struct racer racers[16];
    pthread_t threads[16];
    int made = 0, refused = 0;
    bool twice = true;

    subnet_make(w, network, "10.0.0.0/26");
    for (int i = 0; i < 16; i++) {
        racers[i] = (struct racer){.w = w, .network_id = network->id};
        pthread_create(&threads[i], NULL, race, &racers[i]);
    }
    for (int i = 0; i < 16; i++) {
        pthread_join(threads[i], NULL);
        made += racers[i].made;
        refused += racers[i].refused;
    }
    CHECK_INT(made, 61);
    CHECK_INT(refused, 16 * 8 - 61);
    CHECK_OK(store_read(w->store, count_twice, &twice));
    CHECK(!twice);
    world_end(w);
}

/* 16 threads, bulks of 5, 61 addresses left: twelve bulks fit, and none in part. */
#define BULK 5

struct bulk_racer {
    struct world *w;
    const char *body;
    int made, refused;
};

static struct err *
bulk_run(struct tx *tx, void *arg)
{
    const struct bulk_racer *racer = arg;
    struct op op = {.mem = tx_mem(tx), .caller = &racer->w->admin, .resource = &port_resource,
                    .user = racer->w->service};
    void *given[BULK], *made[BULK];
    const struct json *json;

    TRY(json_parse(tx_mem(tx), racer->body, strlen(racer->body), &json));
    for (size_t i = 0; i < BULK; i++) {
        TRY(resource_decode(&op, json, ROW_CREATE, &given[i]));
    }
    return resource_create_all(tx, &op, given, BULK, made);
}

static void *
bulk_race(void *arg)
{
    struct bulk_racer *racer = arg;

    for (int i = 0; i < 2; i++) {
        struct err *e = store_write_wait(racer->w->store, bulk_run, racer);

        racer->made += e == NULL;
        racer->refused += err_is(e, E_CONFLICT);
        err_free(e);
    }
    return NULL;
}

static struct err *
ports_counted(struct tx *tx, void *arg)
{
    return rows_count(tx, &(struct query){.table = &port_table}, arg);
}

TEST(ipam_gives_bulks_whole_or_not_at_all_to_16_creators)
{
    struct world *w = world_new();
    struct network *network = network_make(w);
    struct bulk_racer racers[16];
    pthread_t threads[16];
    int made = 0, refused = 0;
    int64_t ports = 0;
    bool twice = true;

    subnet_make(w, network, "10.0.0.0/26");
    for (int i = 0; i < 16; i++) {
        racers[i] = (struct bulk_racer){
            .w = w, .body = body(w, "{\"network_id\": \"%s\"}", network->id)};
        pthread_create(&threads[i], NULL, bulk_race, &racers[i]);
    }
    for (int i = 0; i < 16; i++) {
        pthread_join(threads[i], NULL);
        made += racers[i].made;
        refused += racers[i].refused;
    }
    CHECK_INT(made, 61 / BULK);
    CHECK_INT(refused, 16 * 2 - 61 / BULK);
    CHECK_OK(store_read(w->store, ports_counted, &ports));
    CHECK_INT(ports, 61 / BULK * BULK);
    CHECK_OK(store_read(w->store, count_twice, &twice));
    CHECK(!twice);
    world_end(w);
}

/* ---- ports ------------------------------------------------------------------------------------------ */

TEST(port_mac_is_unique_on_its_network)
{
    struct world *w = world_new();
    struct network *a = network_make(w), *b = network_make(w);
    const char *mac = ", 'mac_address': 'FA:16:3E:00:00:01'";
    struct port *port;

    CHECK_STR(port_make(w, a, mac)->mac_address, "fa:16:3e:00:00:01");
    CHECK_ERR_MSG(create(w, &w->member, &port_resource, &port,
                         body(w, "{'network_id': '%s'%s}", a->id, mac)), E_EXISTS, "is in use");
    port_make(w, b, mac);
    CHECK_ERR(create(w, &w->member, &port_resource, &port,
                     body(w, "{'network_id': '%s', 'mac_address': '01:00:5e:00:00:01'}", a->id)),
              E_INVALID);
    world_end(w);
}

TEST(port_gets_the_default_group_or_none)
{
    struct world *w = world_new();
    struct network *network = network_make(w);

    CHECK_INT(port_make(w, network, "")->security_groups.n, 1);
    CHECK_INT(port_make(w, network, ", 'security_groups': []")->security_groups.n, 0);
    CHECK_INT(port_make(w, network, ", 'port_security_enabled': false")->security_groups.n, 0);
    world_end(w);
}

TEST(port_security_refusals)
{
    static const struct {
        const char *rest, *why;
        enum err_code code;
    } cases[] = {
        {"'port_security_enabled': false, 'allowed_address_pairs': [{'ip_address': '10.0.0.9'}]",
         "Port Security must be enabled", E_CONFLICT},
        {"'allowed_address_pairs': [{'ip_address': '10.0.0.9'}, {'ip_address': '10.0.0.9'}]",
         "duplicate address pair", E_INVALID},
        {"'allowed_address_pairs': [{'ip_address': 'x'}]", "not a valid IP", E_INVALID},
        {"'security_groups': ['11111111-1111-1111-1111-111111111111']", "", E_NOT_FOUND},
        {"'status': 'ACTIVE'", "status", E_INVALID},
        {"'binding:host_id': 'box'", "disallowed", E_FORBIDDEN},
    };
    struct world *w = world_new();
    struct network *network = network_make(w);
    struct port *port;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        CHECK_ERR_MSG(create(w, &w->member, &port_resource, &port,
                             body(w, "{'network_id': '%s', %s}", network->id, cases[i].rest)),
                      cases[i].code, cases[i].why);
    }
    port = port_make(w, network, "");
    CHECK_ERR(change(w, &w->member, &port_resource, "update", port->id,
                     "{\"port_security_enabled\": false}"), E_CONFLICT);
    CHECK_OK(change(w, &w->member, &port_resource, "update", port->id,
                    "{\"port_security_enabled\": false, \"security_groups\": []}"));
    world_end(w);
}

TEST(port_on_a_shared_network_may_not_choose_addresses)
{
    struct world *w = world_new();
    struct network *network = network_make(w);
    struct port *port;

    subnet_make(w, network, "10.0.0.0/24");
    CHECK_ERR(create(w, &w->other, &port_resource, &port,
                     body(w, "{'network_id': '%s'}", network->id)), E_NOT_FOUND);
    CHECK_OK(change(w, &w->admin, &network_resource, "update", network->id, "{\"shared\": true}"));
    CHECK_ERR(create(w, &w->other, &port_resource, &port,
                     body(w, "{'network_id': '%s', 'fixed_ips': [{'ip_address': '10.0.0.9'}]}",
                          network->id)), E_FORBIDDEN);
    CHECK_ERR(create(w, &w->other, &port_resource, &port,
                     body(w, "{'network_id': '%s', 'mac_address': 'fa:16:3e:00:00:01'}",
                          network->id)), E_FORBIDDEN);
    CHECK_OK(create(w, &w->other, &port_resource, &port,
                    body(w, "{'network_id': '%s'}", network->id)));
    CHECK_ERR(change(w, &w->admin, &network_resource, "update", network->id,
                     "{\"shared\": false}"), E_CONFLICT);
    world_end(w);
}

/* ---- security groups ---------------------------------------------------------------------------------- */

static struct security_group *
group_make(struct world *w)
{
    struct security_group *group;

    REQUIRE_OK(create(w, &w->member, &security_group_resource, &group,
                      body(w, "{'name': 'g'}")));
    return group;
}

TEST(security_group_lets_everything_out)
{
    struct world *w = world_new();
    struct security_group *group = group_make(w), *made;

    CHECK_INT(group->security_group_rules.n, 2);
    CHECK_ERR(create(w, &w->member, &security_group_resource, &made, "{\"name\": \"default\"}"),
              E_EXISTS);
    world_end(w);
}

TEST(security_group_rule_refusals)
{
    static const struct {
        const char *rest, *why;
        enum err_code code;
    } cases[] = {
        {"'protocol': 'zz'", "not supported", E_INVALID},
        {"'protocol': '256'", "not supported", E_INVALID},
        {"'port_range_min': 80, 'port_range_max': 80", "Must also specify protocol", E_INVALID},
        {"'protocol': 'tcp', 'port_range_min': 9, 'port_range_max': 1", "must be <=", E_INVALID},
        {"'protocol': 'tcp', 'port_range_min': 9, 'port_range_max': 70000", "port_range_max",
         E_INVALID},
        {"'protocol': 'icmp', 'port_range_max': 1", "ICMP type", E_INVALID},
        {"'protocol': 'icmp', 'port_range_min': 300", "0 to 255", E_INVALID},
        {"'protocol': 'gre', 'port_range_min': 1, 'port_range_max': 1", "Ports cannot", E_INVALID},
        {"'protocol': 'ipv6-icmp'", "Invalid ethertype", E_INVALID},
        {"'remote_ip_prefix': '2001:db8::/64'", "Conflicting value", E_INVALID},
        {"'remote_ip_prefix': 'nonsense'", "remote_ip_prefix", E_INVALID},
        {"'protocol': 'tcp', 'port_range_min': 80, 'port_range_max': 81, "
         "'remote_ip_prefix': '10.0.0.0/8'", "already exists", E_EXISTS},
        {"'protocol': '6', 'port_range_min': '80', 'port_range_max': '81', "
         "'remote_ip_prefix': '10.0.0.0/8'", "already exists", E_EXISTS},
    };
    struct world *w = world_new();
    struct security_group *group = group_make(w);
    struct security_group_rule *rule;
    const char *head = mem_printf(w->mem, "{'security_group_id': '%s', 'direction': 'ingress', ",
                                  group->id);

    CHECK_OK(create(w, &w->member, &security_group_rule_resource, &rule,
                    body(w, "%s'protocol': 'TCP', 'port_range_min': 80, 'port_range_max': 81, "
                         "'remote_ip_prefix': '10.0.0.0/8'}", head)));
    CHECK_STR(rule->protocol, "tcp");
    CHECK_STR(rule->normalized_cidr, "10.0.0.0/8");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        CHECK_ERR_MSG(create(w, &w->member, &security_group_rule_resource, &rule,
                             body(w, "%s%s}", head, cases[i].rest)), cases[i].code, cases[i].why);
    }
    world_end(w);
}

TEST(security_group_default_is_kept_from_its_owner)
{
    struct world *w = world_new();
    struct network *network = network_make(w);
    const char *id = port_make(w, network, "")->security_groups.items[0];

    CHECK_ERR(change(w, &w->member, &security_group_resource, "delete", id, NULL), E_CONFLICT);
    CHECK_ERR(change(w, &w->member, &security_group_resource, "update", id,
                     "{\"name\": \"mine\"}"), E_CONFLICT);
    CHECK_ERR(change(w, &w->admin, &security_group_resource, "delete", id, NULL), E_IN_USE);
    CHECK_ERR(change(w, &w->other, &security_group_resource, "get", id, NULL), E_NOT_FOUND);
    world_end(w);
}

/* ---- chains ------------------------------------------------------------------------------------------- */

static struct port *
port_bound(struct world *w, const struct network *network)
{
    struct port *port;

    REQUIRE_OK(create(w, &w->admin, &port_resource, &port,
                      body(w, "{'network_id': '%s', 'project_id': '" PROJECT
                           "', 'binding:host_id': 'box'}", network->id)));
    return port;
}

static struct port_chain *
chain_make(struct world *w, const struct network *network, struct port_pair **pair)
{
    struct port *in = port_bound(w, network), *out = port_bound(w, network);
    struct port_pair_group *group;
    struct flow_classifier *c;
    struct port_chain *chain;

    REQUIRE_OK(create(w, &w->member, &port_pair_resource, pair,
                      body(w, "{'ingress': '%s', 'egress': '%s'}", in->id, out->id)));
    REQUIRE_OK(create(w, &w->member, &port_pair_group_resource, &group,
                      body(w, "{'port_pairs': ['%s']}", (*pair)->id)));
    REQUIRE_OK(create(w, &w->member, &flow_classifier_resource, &c,
                      body(w, "{'protocol': 'tcp', 'destination_port_range_min': 80, "
                           "'destination_port_range_max': 80, 'logical_source_port': '%s'}",
                           in->id)));
    REQUIRE_OK(create(w, &w->member, &port_chain_resource, &chain,
                      body(w, "{'port_pair_groups': ['%s'], 'flow_classifiers': ['%s'], "
                           "'chain_parameters': {'symmetric': true}}", group->id, c->id)));
    return chain;
}

static const char *
position_make(struct world *w, const struct network *network)
{
    struct port *in = port_bound(w, network), *out = port_bound(w, network);
    struct port_pair_group *group;
    struct port_pair *pair;

    REQUIRE_OK(create(w, &w->member, &port_pair_resource, &pair,
                      body(w, "{'ingress': '%s', 'egress': '%s'}", in->id, out->id)));
    REQUIRE_OK(create(w, &w->member, &port_pair_group_resource, &group,
                      body(w, "{'port_pairs': ['%s']}", pair->id)));
    return group->id;
}

static struct err *
chain_of_ports(struct world *w, const char *group, const char *min, const char *max,
               const char *source)
{
    struct flow_classifier *c;
    struct port_chain *chain;

    REQUIRE_OK(create(w, &w->member, &flow_classifier_resource, &c,
                      body(w, "{'protocol': 'tcp', 'destination_port_range_min': %s, "
                           "'destination_port_range_max': %s, 'logical_source_port': %s}",
                           min, max, source)));
    return create(w, &w->member, &port_chain_resource, &chain,
                  body(w, "{'port_pair_groups': ['%s'], 'flow_classifiers': ['%s']}", group, c->id));
}

/* However the rival is found: by its source, by its port, by a range around it, or by neither. */
TEST(chain_rivals_are_found_by_source_and_by_port)
{
    struct world *w = world_new();
    struct network *network = network_make(w);
    struct port *a = port_bound(w, network), *b = port_bound(w, network);
    const char *of_a = mem_printf(w->mem, "'%s'", a->id);
    const char *of_b = mem_printf(w->mem, "'%s'", b->id);
    const struct {
        const char *min, *max, *source;
        bool meets;
    } cases[] = {
        {"80", "80", of_a, false},   {"80", "80", of_b, false}, {"80", "80", of_a, true},
        {"70", "90", of_b, true},    {"80", "80", "null", true}, {"81", "81", "null", false},
        {"81", "81", of_a, true},    {"85", "95", "null", false}, {"90", "90", "null", true},
        {"90", "92", "null", true},  {"82", "84", "null", false}, {"96", "99", of_a, false},
        {"97", "97", "null", true},  {"100", "100", "null", false}, {"null", "null", "null", true},
        {"null", "null", of_b, true}, {"101", "65535", of_b, false}, {"200", "200", "null", true},
    };

    const char *group = position_make(w, network);

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct err *e =
            chain_of_ports(w, group, cases[i].min, cases[i].max, cases[i].source);

        if (cases[i].meets != (e != NULL) || (e && e->code != E_CONFLICT)) {
            test_fail(__FILE__, __LINE__, "case %zu: %s", i, e ? e->message : "no conflict");
        }
        group = e ? group : position_make(w, network);
        err_free(e);
    }
    world_end(w);
}

TEST(chain_holds_what_it_is_made_of)
{
    struct world *w = world_new();
    struct network *network = network_make(w);
    struct port_pair *pair;
    struct port_chain *chain = chain_make(w, network, &pair), *second;

    CHECK_INT(chain->chain_id, 1);
    CHECK(json_bool(json_get(chain->chain_parameters, "symmetric"), false));
    CHECK_STR(json_get_str(chain->chain_parameters, "correlation"), "mpls");
    CHECK_ERR(change(w, &w->member, &port_pair_resource, "delete", pair->id, NULL), E_IN_USE);
    CHECK_ERR(change(w, &w->member, &port_pair_group_resource, "delete",
                     chain->port_pair_groups.items[0], NULL), E_IN_USE);
    CHECK_ERR(change(w, &w->member, &flow_classifier_resource, "delete",
                     chain->flow_classifiers.items[0], NULL), E_IN_USE);
    CHECK_ERR(change(w, &w->member, &port_resource, "delete", pair->ingress, NULL), E_IN_USE);
    CHECK_ERR_MSG(create(w, &w->member, &port_chain_resource, &second,
                         body(w, "{'port_pair_groups': ['%s']}",
                              chain->port_pair_groups.items[0])), E_CONFLICT, chain->id);
    CHECK_OK(change(w, &w->member, &port_chain_resource, "delete", chain->id, NULL));
    CHECK_OK(change(w, &w->member, &port_pair_group_resource, "delete",
                    chain->port_pair_groups.items[0], NULL));
    CHECK_OK(change(w, &w->member, &port_pair_resource, "delete", pair->id, NULL));
    world_end(w);
}

TEST(chain_part_refusals)
{
    struct world *w = world_new();
    struct network *network = network_make(w);
    struct port *loose = port_make(w, network, "");
    struct port_pair *pair, *twin;
    struct port_chain *chain = chain_make(w, network, &pair), *made;
    struct port_pair_group *group;
    struct flow_classifier *c;

    CHECK_ERR_MSG(create(w, &w->member, &port_pair_resource, &twin,
                         body(w, "{'ingress': '%s', 'egress': '%s'}", loose->id, loose->id)),
                  E_INVALID, "does not belong to a host");
    CHECK_ERR_MSG(create(w, &w->member, &port_pair_resource, &twin,
                         body(w, "{'ingress': '%s', 'egress': '%s'}", pair->ingress,
                              pair->egress)), E_INVALID, "already used");
    CHECK_ERR(create(w, &w->member, &port_pair_group_resource, &group,
                     body(w, "{'port_pairs': ['%s']}", pair->id)), E_IN_USE);
    CHECK_ERR(create(w, &w->member, &port_chain_resource, &made,
                     body(w, "{'port_pair_groups': []}")), E_INVALID);
    CHECK_OK(create(w, &w->member, &port_pair_group_resource, &group, "{}"));
    CHECK_ERR(create(w, &w->member, &port_chain_resource, &made,
                     body(w, "{'port_pair_groups': ['%s'], 'flow_classifiers': ['%s']}",
                          group->id, chain->flow_classifiers.items[0])), E_IN_USE);
    CHECK_ERR(create(w, &w->member, &flow_classifier_resource, &c,
                     body(w, "{'source_port_range_min': 5}")), E_INVALID);
    static const struct {
        const char *body;
        const char *fault; /* null: taken */
    } cases[] = {
        {"{'protocol': 'sctp', 'source_port_range_min': 5, 'source_port_range_max': 5}", NULL},
        {"{'protocol': 'icmp', 'source_port_range_min': 5}", "TCP, UDP or SCTP"},
        {"{'protocol': 'tcp', 'source_port_range_min': 6, 'source_port_range_max': 5}", "lesser"},
        {"{'protocol': 'tcp', 'destination_port_range_min': 5, 'destination_port_range_max': 5}",
         NULL},
        {"{'protocol': 'tcp', 'destination_port_range_min': 6, 'destination_port_range_max': 5}",
         "lesser"},
        {"{'source_ip_prefix': '2001:db8::/64'}", "conflicts with ethertype"},
        {"{'destination_ip_prefix': '2001:db8::/64'}", "conflicts with ethertype"},
        {"{'ethertype': 'IPv6', 'destination_ip_prefix': '2001:db8::/64'}", NULL},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct err *e = create(w, &w->member, &flow_classifier_resource, &c,
                               body(w, "%s", cases[i].body));

        if (cases[i].fault) {
            CHECK_ERR_MSG(e, E_INVALID, cases[i].fault);
        } else {
            CHECK_OK(e);
        }
    }
    CHECK_ERR_MSG(create(w, &w->member, &port_chain_resource, &made,
                         body(w, "{'port_pair_groups': ['%s'], 'chain_id': %d}", group->id,
                              (int)chain->chain_id)), E_INVALID, "conflicts with Chain id");
    CHECK_ERR(create(w, &w->member, &flow_classifier_resource, &c,
                     body(w, "{'logical_source_port': '11111111-1111-1111-1111-111111111111'}")),
              E_NOT_FOUND);
    world_end(w);
}

/* ---- joins ------------------------------------------------------------------------------------------------ */

TEST(interconnect_reserves_addresses_of_other_sites)
{
    struct world *w = world_new();
    struct network *network = network_make(w);
    struct interconnect *join;
    struct remote_port *remote;
    struct port *port;
    const char *text = body(w, "{'network_id': '%s', 'mac_address': 'fa:16:3e:00:00:99', "
                            "'fixed_ips': [{'ip_address': '10.0.0.2'}], 'vtep': '192.0.2.2', "
                            "'vni': 9}", network->id);

    subnet_make(w, network, "10.0.0.0/24");
    CHECK_ERR(create(w, &w->member, &remote_port_resource, &remote, text), E_CONFLICT);
    CHECK_OK(create(w, &w->member, &interconnect_resource, &join,
                    body(w, "{'network_id': '%s'}", network->id)));
    CHECK_INT(join->vni, network->segmentation_id);
    CHECK_STR(join->vtep, "192.0.2.1");
    CHECK_OK(create(w, &w->member, &remote_port_resource, &remote, text));
    CHECK_STR(ip_of(port_make(w, network, ""), 0), "10.0.0.3");
    CHECK_ERR(create(w, &w->member, &port_resource, &port,
                     body(w, "{'network_id': '%s', 'fixed_ips': [{'ip_address': '10.0.0.2'}]}",
                          network->id)), E_CONFLICT);
    CHECK_ERR(create(w, &w->member, &port_resource, &port,
                     body(w, "{'network_id': '%s', 'mac_address': 'fa:16:3e:00:00:99'}",
                          network->id)), E_EXISTS);
    CHECK_ERR(change(w, &w->member, &interconnect_resource, "delete", join->id, NULL), E_IN_USE);
    CHECK_ERR(change(w, &w->member, &network_resource, "delete", network->id, NULL), E_IN_USE);
    CHECK_OK(change(w, &w->member, &remote_port_resource, "delete", remote->id, NULL));
    CHECK_OK(change(w, &w->member, &interconnect_resource, "delete", join->id, NULL));
    world_end(w);
}

TEST(chain_labels_are_given_by_the_site_of_the_pair)
{
    struct world *w = world_new();
    struct network *network = network_make(w);
    struct port_pair *pair;
    struct port_chain *chain = chain_make(w, network, &pair);
    struct chain_label *forward, *again;
    const char *fmt = "{'port_chain_id': '%s', 'port_pair_id': '%s', 'direction': 'forward'}";

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    CHECK_OK(create(w, &w->member, &chain_label_resource, &forward,
                    body(w, fmt, chain->id, pair->id)));
    CHECK(forward->label > DESIRED_LABEL_MIN && forward->label <= 0xffffff && forward->local);
    CHECK_ERR(create(w, &w->member, &chain_label_resource, &again,
                     body(w, fmt, chain->id, pair->id)), E_EXISTS);
#pragma GCC diagnostic pop
    CHECK_OK(change(w, &w->member, &port_chain_resource, "delete", chain->id, NULL));
    CHECK_ERR(change(w, &w->member, &chain_label_resource, "get", forward->id, NULL), E_NOT_FOUND);
    world_end(w);
}
