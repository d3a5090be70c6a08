/* The engine over a small world: who sees what, who may do what, pages and
 * filters, revisions, quota. */
#include "resource/resource.h"

#include "base/vec.h"

#include "store_world.h"
#include "test.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static const struct quota_default quotas[] = {{"port", 3, "Ports."}, {0}};

static struct err *
port_before_create(struct tx *tx, struct op *op, void *row)
{
    struct port *port = row;

    (void)op;
    if (!port->mac_address) {
        port->mac_address =
            mem_printf(tx_mem(tx), "fa:16:3e:00:00:%02d", (int)strlen(port->name));
    }
    return NULL;
}

static const struct resource net_resource = {
    .table = &net_table,
    .singular = "network",
    .plural = "networks",
    .doc = "Networks.",
    .not_found = "NetworkNotFound",
    .in_use = "NetworkInUse",
    .visible = "t.shared = 1",
};
static const struct resource group_resource = {.table = &group_table,
                                               .singular = "security_group",
                                               .plural = "security_groups",
                                               .doc = "Groups.",
                                               .not_found = "SecurityGroupNotFound",
                                               .flags = RESOURCE_LEAN};
static const struct resource port_resource = {
    .table = &port_table,
    .singular = "port",
    .plural = "ports",
    .doc = "Ports.",
    .not_found = "PortNotFound",
    .quota = "port",
    .quota_defaults = quotas,
    .flags = RESOURCE_TAGS | RESOURCE_REVISION | RESOURCE_AT_ONCE,
    .hooks = {.before_create = port_before_create},
};

static const char *const member_role[] = {"member"};
static const char *const reader_role[] = {"reader"};
static const struct caller alice = {
    .user_id = "alice", .project_id = "p", .roles = {1, (const char **)(uintptr_t)member_role}};
static const struct caller reader = {
    .user_id = "rita", .project_id = "p", .roles = {1, (const char **)(uintptr_t)reader_role}};
static const struct caller bob = {
    .user_id = "bob", .project_id = "q", .roles = {1, (const char **)(uintptr_t)member_role}};
static const struct caller admin = {.user_id = "root", .project_id = "a", .is_admin = true};

static struct store *
world(void)
{
    static char path[512];
    static const struct table *tables[8] = {&net_table, &group_table, &port_table};
    const struct store_config config = {.path = test_store(path), .tables = tables, .seal_key = WORLD_KEY};
    struct store *store = NULL;

    for (size_t i = 0; i < 3; i++) {
        tables[3 + i] = ledger_tables[i];
    }
    snprintf(path, sizeof path, "%s/db", test_dir());
    resource_register(&net_resource);
    resource_register(&group_resource);
    resource_register(&port_resource);
    REQUIRE_OK(store_open(&config, &store));
    return store;
}

/* ---- a request ------------------------------------------------------------------------ */

enum verb { CREATE, UPDATE, DELETE, GET, LIST, COUNT };

struct ask {
    enum verb verb;
    const struct caller *caller;
    const struct resource *resource;
    const char *id, *body, *if_match;
    struct list_query query;
    struct op op;
    struct buf out; /* JSON of the answer */
    int64_t n;
};

static struct err *
write_row(void *arg, void *row)
{
    struct ask *ask = arg;
    struct jw w = jw_to(&ask->out);

    if (ask->n++) {
        buf_char(&ask->out, ' ');
    }
    jw_object(&w, NULL);
    resource_encode(&ask->op, &w, row, ask->query.fields);
    jw_end(&w);
    return NULL;
}

static struct err *
ask_fn(struct tx *tx, void *arg)
{
    struct ask *ask = arg;
    void *row = NULL, *made = NULL;
    const struct json *json;

    buf_clear(&ask->out);
    ask->n = 0;
    if (ask->body) {
        TRY(json_parse(ask->op.mem, ask->body, strlen(ask->body), &json));
        TRY(resource_decode(&ask->op, json, ask->verb == CREATE ? ROW_CREATE : ROW_UPDATE, &row));
    }
    switch (ask->verb) {
    case CREATE:
        TRY(resource_create(tx, &ask->op, row, &made));
        break;
    case UPDATE:
        TRY(resource_update(tx, &ask->op, ask->id, row, &made));
        break;
    case DELETE:
        return resource_delete(tx, &ask->op, ask->id);
    case GET:
        TRY(resource_get(tx, &ask->op, ask->id, &made));
        break;
    case LIST:
        return resource_list(tx, &ask->op, &ask->query, write_row, ask);
    case COUNT:
        return resource_count(tx, &ask->op, &ask->query, &ask->n);
    }
    return write_row(ask, made);
}

static struct err *
run(struct store *store, struct mem *mem, struct ask *ask)
{
    ask->op = (struct op){.mem = mem,
                          .caller = ask->caller,
                          .resource = ask->resource,
                          .if_match = ask->if_match};
    return ask->verb <= DELETE ? store_write_wait(store, ask_fn, ask)
                               : store_read(store, ask_fn, ask);
}

/* Creates and gives the new id. */
static const char *
create(struct store *store, struct mem *mem, const struct caller *caller,
       const struct resource *resource, const char *body)
{
    struct ask ask = {.verb = CREATE, .caller = caller, .resource = resource, .body = body};
    const struct json *json = NULL;

    CHECK_OK(run(store, mem, &ask));
    if (ask.out.len) {
        CHECK_OK(json_parse(mem, ask.out.data, ask.out.len, &json));
    }
    buf_done(&ask.out);
    return mem_str(mem, json_get_str(json, "id"));
}

static struct err *
ask(struct store *store, enum verb verb, const struct caller *caller,
    const struct resource *resource, const char *id, const char *body)
{
    AUTO(mem) mem = mem_new("ask");
    struct ask one = {
        .verb = verb, .caller = caller, .resource = resource, .id = id, .body = body};
    struct err *e = run(store, mem, &one);

    buf_done(&one.out);
    return e;
}

/* The names in a list, in order. */
static const char *
names(struct store *store, struct mem *mem, const struct caller *caller,
      const struct resource *resource, struct list_query query)
{
    static const char *const name_only[] = {"name", NULL};
    struct ask one = {.verb = LIST, .caller = caller, .resource = resource, .query = query};
    const char *text;

    one.query.fields = name_only;
    CHECK_OK(run(store, mem, &one));
    text = str_or(buf_copy(mem, &one.out), "");
    buf_done(&one.out);
    return text;
}

#define NAME(n) "{\"name\":\"" n "\"}"

static const char *
port_body(struct mem *mem, const char *net, const char *more)
{
    return mem_printf(mem, "{\"network_id\": \"%s\"%s%s}", net, *more ? ", " : "", more);
}

/* ---- tests -------------------------------------------------------------------------------- */

TEST(resource_descriptions_are_sound)
{
    const struct resource *const *all;
    size_t n;
    AUTO(store) store = world();

    REQUIRE(store != NULL);
    n = resource_all(&all);
    CHECK(n >= 3);
    for (size_t i = 0; i < n; i++) {
        CHECK_OK(resource_check(all[i]));
    }
    CHECK(resource_find("port") == &port_resource);
    CHECK(!resource_find("nothing"));
}

TEST(resource_unsound_descriptions_are_told)
{
    const struct resource bad = {.table = &net_table, .flags = RESOURCE_TAGS, .rule_show = "gone"};
    AUTO(mem) mem = mem_new("test");
    struct err *e = resource_check(&bad);
    const char *all = err_full(mem, e);

    CHECK(strstr(all, "singular and plural are needed"));
    CHECK(strstr(all, "RESOURCE_TAGS without"));
    CHECK(strstr(all, "there is no rule gone"));
    err_free(e);
}

TEST(resource_rows_belong_to_projects)
{
    AUTO(store) store = world();
    AUTO(mem) mem = mem_new("test");
    const char *mine = create(store, mem, &alice, &net_resource, NAME("mine"));
    const char *open = create(store, mem, &admin, &net_resource,
                              "{\"name\": \"open\", \"shared\": true}");

    CHECK_STR(names(store, mem, &alice, &net_resource, (struct list_query){0}),
              NAME("mine") " " NAME("open"));
    CHECK_STR(names(store, mem, &bob, &net_resource, (struct list_query){0}), NAME("open"));
    CHECK_STR(names(store, mem, &admin, &net_resource, (struct list_query){0}),
              NAME("mine") " " NAME("open"));
    CHECK_OK(ask(store, GET, &bob, &net_resource, open, NULL));
    CHECK_ERR_MSG(ask(store, GET, &bob, &net_resource, mine, NULL), E_NOT_FOUND, "Network ");
    CHECK_ERR(ask(store, UPDATE, &bob, &net_resource, mine, "{\"name\": \"x\"}"), E_NOT_FOUND);
    CHECK_ERR(ask(store, DELETE, &bob, &net_resource, mine, NULL), E_NOT_FOUND);
    CHECK_ERR_MSG(ask(store, UPDATE, &bob, &net_resource, open, "{\"name\": \"x\"}"), E_FORBIDDEN,
                  "rule:update_network is disallowed by policy");
    CHECK_ERR(ask(store, DELETE, &bob, &net_resource, open, NULL), E_FORBIDDEN);
    CHECK_OK(ask(store, DELETE, &admin, &net_resource, mine, NULL));
}

TEST(resource_counts_what_it_lists)
{
    AUTO(store) store = world();
    AUTO(mem) mem = mem_new("test");
    struct ask count = {.verb = COUNT, .caller = &bob, .resource = &net_resource};

    create(store, mem, &alice, &net_resource, NAME("a"));
    create(store, mem, &bob, &net_resource, NAME("b"));
    create(store, mem, &admin, &net_resource, "{\"name\": \"c\", \"shared\": true}");
    CHECK_OK(run(store, mem, &count));
    CHECK_INT(count.n, 2);
    count.caller = &admin;
    CHECK_OK(run(store, mem, &count));
    CHECK_INT(count.n, 3);
}

TEST(resource_lists_lack_what_is_long)
{
    AUTO(store) store = world();
    AUTO(mem) mem = mem_new("test");
    struct ask list = {.verb = LIST, .caller = &alice, .resource = &group_resource};

    list.id = create(store, mem, &alice, &group_resource, "{\"name\": \"a\", \"story\": \"once\"}");
    CHECK_OK(run(store, mem, &list));
    CHECK_STR(buf_copy(mem, &list.out),
              mem_printf(mem, "{\"id\":\"%s\",\"project_id\":\"p\",\"name\":\"a\"}", list.id));
    list.verb = GET;
    CHECK_OK(run(store, mem, &list));
    CHECK(strstr(buf_copy(mem, &list.out), "\"story\":\"once\""));
    buf_done(&list.out);
}

TEST(resource_readers_do_not_write)
{
    AUTO(store) store = world();
    AUTO(mem) mem = mem_new("test");
    const char *id = create(store, mem, &alice, &net_resource, NAME("a"));

    CHECK_OK(ask(store, GET, &reader, &net_resource, id, NULL));
    CHECK_ERR(ask(store, DELETE, &reader, &net_resource, id, NULL), E_FORBIDDEN);
    CHECK_ERR(ask(store, CREATE, &reader, &net_resource, NULL, NAME("b")), E_FORBIDDEN);
}

TEST(resource_another_projects_row_cannot_be_made_or_referred_to)
{
    AUTO(store) store = world();
    AUTO(mem) mem = mem_new("test");
    const char *mine = create(store, mem, &alice, &net_resource, NAME("mine"));
    const char *theirs = create(store, mem, &bob, &net_resource, NAME("theirs"));
    const char *group = create(store, mem, &bob, &group_resource, NAME("g"));
    struct err *e;

    CHECK_ERR(ask(store, CREATE, &alice, &net_resource, NULL,
                  "{\"name\": \"x\", \"project_id\": \"q\"}"),
              E_FORBIDDEN);
    CHECK_OK(ask(store, CREATE, &admin, &net_resource, NULL,
                 "{\"name\": \"x\", \"project_id\": \"q\"}"));
    e = ask(store, CREATE, &alice, &port_resource, NULL, port_body(mem, theirs, ""));
    CHECK_STR(e ? e->type : "", "NetworkNotFound");
    CHECK_ERR(e, E_NOT_FOUND);
    e = ask(store, CREATE, &alice, &port_resource, NULL,
            port_body(mem, mine, mem_printf(mem, "\"groups\": [\"%s\"]", group)));
    CHECK_STR(e ? e->type : "", "SecurityGroupNotFound");
    CHECK_ERR(e, E_NOT_FOUND);
    e = ask(store, CREATE, &admin, &port_resource, NULL,
            port_body(mem, "99999999-9999-4999-8999-999999999999", ""));
    CHECK_STR(e ? e->type : "", "NetworkNotFound");
    CHECK_ERR(e, E_NOT_FOUND);
}

TEST(resource_attributes_have_rules_of_their_own)
{
    AUTO(store) store = world();
    AUTO(mem) mem = mem_new("test");
    const char *net = create(store, mem, &alice, &net_resource, NAME("mine"));
    struct ask get = {.verb = GET, .caller = &alice, .resource = &port_resource};

    CHECK_ERR_MSG(ask(store, CREATE, &alice, &net_resource, NULL, "{\"shared\": true}"),
                  E_FORBIDDEN, "rule:create_network:shared is disallowed");
    CHECK_ERR_MSG(ask(store, UPDATE, &alice, &net_resource, net, "{\"shared\": true}"),
                  E_FORBIDDEN, "rule:update_network:shared is disallowed");
    get.id = create(store, mem, &alice, &port_resource, port_body(mem, net, "\"name\": \"a\""));
    CHECK_OK(run(store, mem, &get));
    CHECK(!strstr(get.out.data, "binding:profile"));
    CHECK(strstr(get.out.data, "\"shown\":\"port a\""));
    CHECK(!strstr(get.out.data, "note"));
    get.caller = &admin;
    CHECK_OK(run(store, mem, &get));
    CHECK(strstr(get.out.data, "\"binding:profile\":{}"));
    buf_done(&get.out);
}

TEST(resource_policy_is_data)
{
    static const struct policy_rule rules[] = {
        {"create_network", "rule:admin_only", ""},
        {"get_port:mac_address", "user_id:%(name)s", ""},
        {"get_network", "not user_id:bob or True:%(shared)s", ""},
    };
    AUTO(store) store = world();
    AUTO(mem) mem = mem_new("test");
    const char *net = create(store, mem, &alice, &net_resource, NAME("mine"));
    struct ask list = {.verb = LIST, .caller = &alice, .resource = &port_resource};
    struct ask count = {.verb = COUNT, .caller = &bob, .resource = &net_resource};
    struct policy *policy;

    create(store, mem, &alice, &port_resource, port_body(mem, net, "\"name\": \"alice\""));
    create(store, mem, &alice, &port_resource, port_body(mem, net, "\"name\": \"x\""));
    create(store, mem, &bob, &net_resource, NAME("bobs"));
    REQUIRE_OK(policy_new(rules, ARRAY_SIZE(rules), &policy));
    policy_use(policy);
    CHECK_ERR(ask(store, CREATE, &alice, &net_resource, NULL, NAME("b")), E_FORBIDDEN);
    CHECK_OK(run(store, mem, &list));
    CHECK(strstr(list.out.data, "fa:16:3e:00:00:05"));
    CHECK(!strstr(list.out.data, "fa:16:3e:00:00:01"));
    buf_done(&list.out);
    CHECK_STR(names(store, mem, &bob, &net_resource, (struct list_query){0}), "");
    CHECK_OK(run(store, mem, &count));
    CHECK_INT(count.n, 0);
    CHECK_STR(names(store, mem, &alice, &net_resource, (struct list_query){0}), NAME("mine"));
    policy_use(NULL);
    policy_free(policy);
}

TEST(resource_policy_expressions)
{
    static const struct {
        const char *expression;
        bool alice, bob, admin;
    } cases[] = {
        {"@", true, true, true},
        {"", true, true, true},
        {"!", false, false, false},
        {"role:member", true, true, false},
        {"role:ADMIN", false, false, true},
        {"not role:member", false, false, true},
        {"project_id:%(project_id)s", true, false, false},
        {"tenant_id:%(tenant_id)s", true, false, false},
        {"rule:owner and (role:member or role:x)", true, false, false},
        {"rule:admin_only or rule:owner", true, false, true},
        {"(rule:admin_only) or not (rule:owner)", false, true, true},
        {"user_id:alice", true, false, false},
        {"False:%(shared)s", true, true, true},
        {"user_id:%(nothing)s", false, false, false},
        {"role:member and user_id:bob or user_id:root", false, true, true},
    };
    AUTO(mem) mem = mem_new("test");
    struct net *net = row_new(mem, &net_table);

    net->project_id = "p";
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct policy_rule rule = {"r", cases[i].expression, ""};
        struct policy *policy = NULL;

        REQUIRE_OK(policy_new(&rule, 1, &policy));
        policy_use(policy);
        CHECK_INT(policy_allows(&alice, "r", NULL, net), cases[i].alice);
        CHECK_INT(policy_allows(&bob, "r", NULL, net), cases[i].bob);
        CHECK_INT(policy_allows(&admin, "r", NULL, net), cases[i].admin);
        policy_use(NULL);
        policy_free(policy);
    }
    CHECK(!policy_allows(&admin, "r", "no_such_rule", net));
    CHECK(policy_allows(&(struct caller){.is_internal = true}, "r", "nobody", net));
}

TEST(resource_policy_refuses_nonsense)
{
    static const struct policy_rule bad[][2] = {
        {{"a", "role", ""}},
        {{"a", "role:x and", ""}},
        {{"a", "(role:x", ""}},
        {{"a", "role:x role:y", ""}},
        {{"a", "rule:missing", ""}},
        {{"a", "rule:a", ""}},
        {{"a", "rule:b", ""}, {"b", "not rule:a", ""}},
        {{"a", "((((((((((((((((((((((((((((((((((((((@))))))))))))))))))))))))))))))))))))))", ""}},
    };

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct policy *policy = NULL;

        CHECK_ERR(policy_new(bad[i], bad[i][1].name ? 2 : 1, &policy), E_INVALID);
    }
}

TEST(resource_stale_revisions_are_refused)
{
    AUTO(store) store = world();
    AUTO(mem) mem = mem_new("test");
    const char *net = create(store, mem, &alice, &net_resource, NAME("n"));
    struct ask update = {.verb = UPDATE, .caller = &alice, .resource = &port_resource};

    update.id = create(store, mem, &alice, &port_resource, port_body(mem, net, ""));
    update.body = "{\"name\": \"x\"}";
    update.if_match = "revision_number=2";
    CHECK_ERR_MSG(run(store, mem, &update), E_PRECONDITION,
                  "Constrained to 2, but current revision is 1");
    update.if_match = "revision_number=1";
    CHECK_OK(run(store, mem, &update));
    CHECK_ERR(run(store, mem, &update), E_PRECONDITION);
    update.if_match = "\"2\"";
    update.body = "{\"name\": \"y\"}";
    CHECK_OK(run(store, mem, &update));
    update.if_match = "what";
    CHECK_ERR(run(store, mem, &update), E_INVALID);
    update.verb = DELETE;
    update.body = NULL;
    update.if_match = "1";
    CHECK_ERR(run(store, mem, &update), E_PRECONDITION);
    update.if_match = "*";
    CHECK_OK(run(store, mem, &update));
    buf_done(&update.out);
}

TEST(resource_quota_is_claimed_and_given_back)
{
    AUTO(store) store = world();
    AUTO(mem) mem = mem_new("test");
    const char *net = create(store, mem, &alice, &net_resource, NAME("n"));
    const char *body[] = {port_body(mem, net, "\"name\": \"1\""),
                          port_body(mem, net, "\"name\": \"22\""),
                          port_body(mem, net, "\"name\": \"333\""),
                          port_body(mem, net, "\"name\": \"4444\"")};
    const char *first = create(store, mem, &alice, &port_resource, body[0]);

    CHECK_ERR(ask(store, CREATE, &alice, &port_resource, NULL, body[0]), E_EXISTS);
    CHECK_OK(ask(store, CREATE, &alice, &port_resource, NULL, body[1]));
    CHECK_OK(ask(store, CREATE, &alice, &port_resource, NULL, body[2]));
    CHECK_ERR_MSG(ask(store, CREATE, &alice, &port_resource, NULL, body[3]), E_QUOTA,
                  "limit 3, used 3");
    CHECK_OK(ask(store, DELETE, &alice, &port_resource, first, NULL));
    CHECK_OK(ask(store, CREATE, &alice, &port_resource, NULL, body[3]));
}

/* 16 threads create ports against a quota of 3. */
struct racer {
    struct store *store;
    const char *net;
    int i;
    struct err *err;
};

static void *
race(void *arg)
{
    struct racer *racer = arg;
    AUTO(mem) mem = mem_new("racer");

    racer->err = ask(racer->store, CREATE, &alice, &port_resource, NULL,
                     port_body(mem, racer->net,
                               mem_printf(mem, "\"mac_address\": \"fa:16:3e:00:01:%02d\"",
                                          racer->i)));
    return NULL;
}

TEST(resource_concurrent_creators_never_exceed_a_quota)
{
    AUTO(store) store = world();
    AUTO(mem) mem = mem_new("test");
    const char *net = create(store, mem, &alice, &net_resource, NAME("n"));
    struct racer racers[16];
    pthread_t threads[16];
    int made = 0;

    for (int i = 0; i < 16; i++) {
        racers[i] = (struct racer){.store = store, .net = net, .i = i};
        REQUIRE(!pthread_create(&threads[i], NULL, race, &racers[i]));
    }
    for (int i = 0; i < 16; i++) {
        pthread_join(threads[i], NULL);
        made += !racers[i].err;
        if (racers[i].err) {
            CHECK_ERR(racers[i].err, E_QUOTA);
        }
    }
    CHECK_INT(made, 3);
}

/* 16 threads create two ports each at once against a quota of 3: one of them does. */
static struct err *
pair_create(struct tx *tx, void *arg)
{
    const struct racer *racer = arg;
    struct op op = {.mem = tx_mem(tx), .caller = &alice, .resource = &port_resource};
    void *given[2], *made[2];

    for (int i = 0; i < 2; i++) {
        const char *text = port_body(tx_mem(tx), racer->net,
                                     mem_printf(tx_mem(tx), "\"mac_address\": \"fa:16:3e:00:%02d:%02d\"",
                                                racer->i, i));
        const struct json *json;

        TRY(json_parse(tx_mem(tx), text, strlen(text), &json));
        TRY(resource_decode(&op, json, ROW_CREATE, &given[i]));
    }
    return resource_create_all(tx, &op, given, 2, made);
}

static void *
race_pairs(void *arg)
{
    struct racer *racer = arg;

    racer->err = store_write_wait(racer->store, pair_create, racer);
    return NULL;
}

TEST(resource_concurrent_pairs_never_exceed_a_quota)
{
    AUTO(store) store = world();
    AUTO(mem) mem = mem_new("test");
    const char *net = create(store, mem, &alice, &net_resource, NAME("n"));
    struct racer racers[16];
    pthread_t threads[16];
    int made = 0;

    for (int i = 0; i < 16; i++) {
        racers[i] = (struct racer){.store = store, .net = net, .i = i};
        REQUIRE(!pthread_create(&threads[i], NULL, race_pairs, &racers[i]));
    }
    for (int i = 0; i < 16; i++) {
        pthread_join(threads[i], NULL);
        made += !racers[i].err;
        if (racers[i].err) {
            CHECK_ERR_MSG(racers[i].err, E_QUOTA, "limit 3, used");
        }
    }
    CHECK_INT(made, 1);
}

/* ---- lists ------------------------------------------------------------------------------------ */

static struct cond
filter(struct mem *mem, const char *name, const char *const *texts, bool *known)
{
    struct op op = {.mem = mem, .caller = &alice, .resource = &port_resource};
    struct cond cond = {0};

    CHECK_OK(resource_filter(&op, name, texts, &cond, known));
    return cond;
}

static void
three_ports(struct store *store, struct mem *mem)
{
    const char *net = create(store, mem, &alice, &net_resource, NAME("n"));

    create(store, mem, &alice, &port_resource,
           port_body(mem, net, "\"name\": \"a\", \"weight\": 2, \"tags\": [\"x\", \"y\"], "
                               "\"fixed_ips\": [{\"subnet\": \"s\", \"ip_address\": \"10.0.0.1\"}]"));
    create(store, mem, &alice, &port_resource,
           port_body(mem, net, "\"name\": \"bb\", \"weight\": 1, \"tags\": [\"y\"], "
                               "\"fixed_ips\": [{\"subnet\": \"s\", \"ip_address\": \"10.0.0.2\"}]"));
    create(store, mem, &alice, &port_resource,
           port_body(mem, net, "\"name\": \"ccc\", \"admin_state_up\": false"));
}

TEST(resource_filters)
{
    static const struct {
        const char *name, *texts[3], *names;
    } cases[] = {
        {"name", {"a", "bb"}, NAME("a") " " NAME("bb")},
        {"name", {"", NULL}, ""},
        {"admin_state_up", {"False"}, NAME("ccc")},
        {"weight", {"1"}, NAME("bb")},
        {"fixed_ips", {"ip_address=10.0.0.2"}, NAME("bb")},
        {"fixed_ips", {"ip_address=10.0.0.1", "ip_address=10.0.0.2"}, NAME("a") " " NAME("bb")},
        {"fixed_ips", {"subnet=s", "ip_address=10.0.0.2"}, NAME("bb")},
        {"fixed_ips", {"ip_address_substr=0.0."}, NAME("a") " " NAME("bb")},
        {"fixed_ips", {"ip_address_substr=%"}, ""},
        {"kind", {"nonsense"}, ""},
        {"tenant_id", {"p"}, NAME("a") " " NAME("bb") " " NAME("ccc")},
    };
    AUTO(store) store = world();
    AUTO(mem) mem = mem_new("test");
    struct op op = {.mem = mem, .caller = &alice, .resource = &port_resource};
    struct cond cond;
    bool known;

    three_ports(store, mem);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct cond conds[2] = {filter(mem, cases[i].name, cases[i].texts, &known), {0}};

        CHECK(known);
        CHECK_STR(names(store, mem, &alice, &port_resource, (struct list_query){.conds = conds}),
                  cases[i].names);
    }
    CHECK_OK(resource_filter(&op, "nothing", cases[0].texts, &cond, &known));
    CHECK(!known);
    CHECK_OK(resource_filter(&op, "note", cases[0].texts, &cond, &known));
    CHECK(!known);
    CHECK_OK(resource_filter(&op, "binding:profile", cases[0].texts, &cond, &known));
    CHECK(!known);
    CHECK_ERR(resource_filter(&op, "weight", cases[0].texts, &cond, &known), E_INVALID);
    CHECK_ERR(resource_filter(&op, "fixed_ips", cases[0].texts, &cond, &known), E_INVALID);
}

TEST(resource_tags_select)
{
    static const char *const x[] = {"x", NULL}, *const y[] = {"y", NULL},
                            *const xy[] = {"x", "y", NULL};
    AUTO(store) store = world();
    AUTO(mem) mem = mem_new("test");

    three_ports(store, mem);
    CHECK_STR(names(store, mem, &alice, &port_resource, (struct list_query){.tags = xy}), NAME("a"));
    CHECK_STR(names(store, mem, &alice, &port_resource, (struct list_query){.tags_any = xy}),
              NAME("a") " " NAME("bb"));
    CHECK_STR(names(store, mem, &alice, &port_resource, (struct list_query){.not_tags = xy}),
              NAME("bb") " " NAME("ccc"));
    CHECK_STR(names(store, mem, &alice, &port_resource, (struct list_query){.not_tags_any = xy}),
              NAME("ccc"));
    CHECK_STR(names(store, mem, &alice, &port_resource,
                    (struct list_query){.tags = y, .not_tags = x}),
              NAME("bb"));
}

TEST(resource_pages_and_sorts)
{
    struct sort by_weight[] = {{"weight", true}, {0}}, by_profile[] = {{"profile", false}, {0}};
    AUTO(store) store = world();
    AUTO(mem) mem = mem_new("test");
    struct ask list = {.verb = LIST, .caller = &alice, .resource = &port_resource};

    three_ports(store, mem);
    CHECK_STR(names(store, mem, &alice, &port_resource, (struct list_query){.sorts = by_weight}),
              NAME("a") " " NAME("bb") " " NAME("ccc"));
    CHECK_STR(names(store, mem, &alice, &port_resource,
                    (struct list_query){.sorts = by_weight, .limit = 2}),
              NAME("a") " " NAME("bb"));
    list.query.sorts = by_profile;
    CHECK_ERR(run(store, mem, &list), E_INVALID);
    list.query.sorts = NULL;
    list.query.marker = "gone";
    CHECK_ERR_MSG(run(store, mem, &list), E_NOT_FOUND, "Port gone could not be found.");
}

TEST(resource_reference_is_written_from_the_tables)
{
    AUTO(store) store = world();
    AUTO_BUF out = BUF_INIT;

    REQUIRE(store != NULL);
    resource_doc(&out);
    CHECK(strstr(out.data, "## ports"));
    CHECK(strstr(out.data, "| `binding:profile` | json | create, update, show | `{}` | Facts. "
                           "Given by admin_only. Seen by admin_only. |"));
    CHECK(strstr(out.data, "| `fixed_ips[].ip_address` | ip |"));
    CHECK(!strstr(out.data, "note"));
}
