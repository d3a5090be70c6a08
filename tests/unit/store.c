/* Rows in a database: what is written is read, constraints are told in words
 * of the tables, pages hold while rows come and go. */
#include "store/store.h"

#include "base/uuid.h"
#include "base/vec.h"
#include "sys/file.h"

#include "store_world.h"
#include "test.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const struct table *const tables[] = {&net_table, &group_table, &port_table, NULL};

static struct store *
store_at(const char *path)
{
    const struct store_config config = {.path = test_store(path), .tables = tables, .seal_key = WORLD_KEY};
    struct store *store = NULL;

    REQUIRE_OK(store_open(&config, &store));
    return store;
}

static const char *
db_path(void)
{
    static char path[512];

    snprintf(path, sizeof path, "%s/db", test_dir());
    return path;
}

/* A network, a group, and the transaction's helpers to make ports. */
static const char net_id[] = "11111111-1111-4111-8111-111111111111";
static const char group_id[] = "22222222-2222-4222-8222-222222222222";

static struct err *
world_make(struct tx *tx, void *arg)
{
    struct net *net = row_new(tx_mem(tx), &net_table);
    struct group *group = row_new(tx_mem(tx), &group_table);

    (void)arg;
    net->id = net_id;
    net->project_id = "p";
    TRY(row_insert(tx, net));
    group->id = group_id;
    group->name = "g";
    group->project_id = "p";
    return row_insert(tx, group);
}

static struct port *
port_make(struct tx *tx, const char *name)
{
    struct port *port = row_new(tx_mem(tx), &port_table);
    struct address *address = row_new(tx_mem(tx), &address_table);

    port->network_id = net_id;
    port->project_id = "p";
    port->name = name;
    port->mac_address = mem_printf(tx_mem(tx), "fa:16:3e:00:00:%s", name);
    address->subnet = "s";
    address->ip_address = mem_printf(tx_mem(tx), "10.0.0.%s", name);
    port->fixed_ips.n = 1;
    port->fixed_ips.items = MEM_NEW(tx_mem(tx), void *);
    port->fixed_ips.items[0] = address;
    port->groups.n = 1;
    port->groups.items = MEM_NEW(tx_mem(tx), const char *);
    port->groups.items[0] = group_id;
    return port;
}

static struct store *
world(void)
{
    struct store *store = store_at(db_path());

    REQUIRE_OK(store_write_wait(store, world_make, NULL));
    return store;
}

/* ---- one row ------------------------------------------------------------------------ */

static struct err *
insert_and_read(struct tx *tx, void *arg)
{
    struct port *port = port_make(tx, "10"), *back;

    (void)arg;
    port->tags = (struct strs){.n = 2, .items = (const char *[]){"a", "b\"c"}};
    port->weight = 5;
    TRY(row_insert(tx, port));
    CHECK(uuid_valid(port->id));
    CHECK_INT(port->revision_number, 1);
    CHECK_INT(port->created_at, tx_now(tx));
    CHECK_STR(port->kind, "normal");
    TRY(row_get(tx, &port_table, port->id, &back));
    for (size_t i = 0; i < port_table.n_attrs; i++) {
        if (!(port_table.attrs[i].use & VIRTUAL) &&
            !attr_equal(&port_table.attrs[i], port, back)) {
            test_fail(__FILE__, __LINE__, "%s differs", port_table.attrs[i].name);
        }
    }
    return NULL;
}

TEST(store_reads_what_it_wrote)
{
    AUTO(store) store = world();

    CHECK_OK(store_write_wait(store, insert_and_read, NULL));
    CHECK_ERR_MSG(store_write_wait(store, insert_and_read, NULL), E_EXISTS,
                  "port with network_id 11111111-1111-4111-8111-111111111111 and "
                  "mac_address fa:16:3e:00:00:10 already exists");
}

TEST(store_in_memory_works_alike)
{
    AUTO(store) store = store_at(":memory:");

    CHECK_OK(store_write_wait(store, world_make, NULL));
    CHECK_OK(store_write_wait(store, insert_and_read, NULL));
}

/* ---- constraints ---------------------------------------------------------------------- */

struct expect {
    enum err_code code;
    const char *text;
    void (*change)(struct tx *tx, struct port *port);
};

static struct err *
insert_changed(struct tx *tx, void *arg)
{
    const struct expect *expect = arg;
    struct port *port = port_make(tx, "11");

    expect->change(tx, port);
    return row_insert(tx, port);
}

static void
no_such_network(struct tx *tx, struct port *port)
{
    (void)tx;
    port->network_id = group_id;
}

static void
no_such_group(struct tx *tx, struct port *port)
{
    (void)tx;
    port->groups.items[0] = net_id;
}

static void
address_twice(struct tx *tx, struct port *port)
{
    void **items = MEM_ARRAY(tx_mem(tx), 2, void *);

    items[0] = port->fixed_ips.items[0];
    items[1] = row_copy(tx_mem(tx), items[0]);
    port->fixed_ips = (struct rows){.n = 2, .items = items};
}

static void
group_twice(struct tx *tx, struct port *port)
{
    const char **items = MEM_ARRAY(tx_mem(tx), 2, const char *);

    items[0] = items[1] = group_id;
    port->groups = (struct strs){.n = 2, .items = items};
}

TEST(store_tells_broken_constraints_in_words_of_the_tables)
{
    static const struct expect cases[] = {
        {E_NOT_FOUND, "net 22222222-2222-4222-8222-222222222222 could not be found (network_id)",
         no_such_network},
        {E_NOT_FOUND, "group 11111111-1111-4111-8111-111111111111 could not be found (groups)",
         no_such_group},
        {E_EXISTS, "port with subnet s and ip_address 10.0.0.11 already exists", address_twice},
        {E_EXISTS, "groups: 22222222-2222-4222-8222-222222222222 is there twice", group_twice},
    };
    AUTO(store) store = world();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct expect expect = cases[i];

        CHECK_ERR_MSG(store_write_wait(store, insert_changed, &expect), expect.code, expect.text);
    }
}

static struct err *
delete_net(struct tx *tx, void *arg)
{
    (void)arg;
    return row_delete(tx, &net_table, net_id);
}

static struct err *
delete_group(struct tx *tx, void *arg)
{
    (void)arg;
    return row_delete(tx, &group_table, group_id);
}

static struct err *
count_ports(struct tx *tx, void *arg)
{
    const struct query query = {.table = &port_table};

    return rows_count(tx, &query, arg);
}

struct one {
    const char *name;
    const char *parent, *peer;
    char id[UUID_SIZE];
};

static struct err *
insert_one(struct tx *tx, void *arg)
{
    struct one *one = arg;
    struct port *port = port_make(tx, one->name);

    port->parent_id = one->parent;
    port->peer_id = one->peer;
    TRY(row_insert(tx, port));
    snprintf(one->id, sizeof one->id, "%s", port->id);
    return NULL;
}

TEST(store_names_what_refers_to_a_row)
{
    AUTO(store) store = world();
    struct one one = {.name = "10"};
    char text[200];

    REQUIRE_OK(store_write_wait(store, insert_one, &one));
    snprintf(text, sizeof text, "net %s is in use by port %s", net_id, one.id);
    CHECK_ERR_MSG(store_write_wait(store, delete_net, NULL), E_IN_USE, text);
    snprintf(text, sizeof text, "group %s is in use by port %s", group_id, one.id);
    CHECK_ERR_MSG(store_write_wait(store, delete_group, NULL), E_IN_USE, text);
}

static struct err *
delete_port(struct tx *tx, void *arg)
{
    return row_delete(tx, &port_table, arg);
}

static struct err *
check_gone_and_unset(struct tx *tx, void *arg)
{
    struct one *ones = arg;
    struct change *changes;
    struct port *port;
    size_t n, deletes = 0;

    CHECK_ERR(row_get(tx, &port_table, ones[0].id, &port), E_NOT_FOUND);
    CHECK_ERR(row_get(tx, &port_table, ones[1].id, &port), E_NOT_FOUND);
    TRY(row_get(tx, &port_table, ones[2].id, &port));
    CHECK(!port->peer_id);
    CHECK_INT(port->revision_number, 2);
    TRY(changes_read(tx, 0, 100, &changes, &n));
    for (size_t i = 0; i < n; i++) {
        deletes += changes[i].kind == CHANGE_DELETE;
    }
    CHECK_INT(deletes, 2);
    return NULL;
}

TEST(store_cascades_and_unsets_through_the_log)
{
    AUTO(store) store = world();
    struct one ones[3] = {{.name = "10"}, {.name = "11", .parent = ones[0].id},
                          {.name = "12", .peer = ones[0].id}};

    for (size_t i = 0; i < 3; i++) {
        REQUIRE_OK(store_write_wait(store, insert_one, &ones[i]));
    }
    CHECK_OK(store_write_wait(store, delete_port, ones[0].id));
    CHECK_OK(store_read(store, check_gone_and_unset, ones));
}

/* Ports that are each other's parents go together. */
static struct err *
circle(struct tx *tx, void *arg)
{
    struct one *ones = arg;
    struct port *old, *port;
    int64_t n;

    TRY(row_get(tx, &port_table, ones[0].id, &old));
    port = row_copy(tx_mem(tx), old);
    port->parent_id = ones[1].id;
    TRY(row_update(tx, old, port));
    TRY(row_delete(tx, &port_table, ones[1].id));
    TRY(count_ports(tx, &n));
    CHECK_INT(n, 0);
    return NULL;
}

TEST(store_cascades_end_in_circles)
{
    AUTO(store) store = world();
    struct one ones[2] = {{.name = "10"}, {.name = "11", .parent = ones[0].id}};

    for (size_t i = 0; i < 2; i++) {
        REQUIRE_OK(store_write_wait(store, insert_one, &ones[i]));
    }
    CHECK_OK(store_write_wait(store, circle, ones));
}

/* ---- updates ---------------------------------------------------------------------------- */

static struct address *
address_make(struct tx *tx, const char *ip)
{
    struct address *address = row_new(tx_mem(tx), &address_table);

    address->subnet = "s";
    address->ip_address = ip;
    return address;
}

/* The addresses of the port become those of 'ips', through an update. */
static struct err *
addresses_set(struct tx *tx, const char *id, const char *const *ips)
{
    struct port *old, *port, *back;
    size_t n = 0;

    TRY(row_get(tx, &port_table, id, &old));
    port = row_copy(tx_mem(tx), old);
    port->fixed_ips = (struct rows){.items = MEM_ARRAY(tx_mem(tx), 8, void *)};
    for (; ips[n]; n++) {
        port->fixed_ips.items[port->fixed_ips.n++] = address_make(tx, ips[n]);
    }
    TRY(row_update(tx, old, port));
    TRY(row_get(tx, &port_table, id, &back));
    CHECK(attr_equal(table_attr(&port_table, "fixed_ips"), port, back));
    CHECK_INT(back->revision_number, old->revision_number + 1);
    return NULL;
}

static struct err *
walk_addresses(struct tx *tx, void *arg)
{
    static const char *const lists[][5] = {
        {"10.0.0.1", "10.0.0.2", "10.0.0.3", NULL},
        {"10.0.0.2", "10.0.0.3", NULL},
        {"10.0.0.2", "10.0.0.3", "10.0.0.4", NULL},
        {"10.0.0.5", "10.0.0.2", "10.0.0.4", NULL},
        {"10.0.0.4", "10.0.0.2", "10.0.0.5", NULL},
        {NULL},
        {"10.0.0.9", NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        TRY(addresses_set(tx, arg, lists[i]));
    }
    return NULL;
}

static struct err *
walk_groups(struct tx *tx, void *arg)
{
    static const char *const ids[] = {"a0000000-0000-4000-8000-000000000000",
                                      "b0000000-0000-4000-8000-000000000000",
                                      "c0000000-0000-4000-8000-000000000000"};
    static const struct {
        size_t n;
        int of[3];
    } lists[] = {{3, {0, 1, 2}}, {2, {1, 2}}, {3, {1, 2, 0}}, {3, {0, 2, 1}}, {0, {0}}, {1, {2}}};
    struct port *old, *port, *back;

    for (size_t i = 0; i < 3; i++) {
        struct group *group = row_new(tx_mem(tx), &group_table);

        group->id = ids[i];
        group->name = ids[i];
        TRY(row_insert(tx, group));
    }
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        TRY(row_get(tx, &port_table, arg, &old));
        port = row_copy(tx_mem(tx), old);
        port->groups = (struct strs){.n = lists[i].n, .items = MEM_ARRAY(tx_mem(tx), 3, const char *)};
        for (size_t g = 0; g < lists[i].n; g++) {
            port->groups.items[g] = ids[lists[i].of[g]];
        }
        TRY(row_update(tx, old, port));
        TRY(row_get(tx, &port_table, arg, &back));
        CHECK(attr_equal(table_attr(&port_table, "groups"), port, back));
    }
    return NULL;
}

TEST(store_updates_lists_as_differences)
{
    AUTO(store) store = world();
    struct one one = {.name = "10"};

    REQUIRE_OK(store_write_wait(store, insert_one, &one));
    CHECK_OK(store_write_wait(store, walk_addresses, one.id));
    CHECK_OK(store_write_wait(store, walk_groups, one.id));
}

static struct err *
update_columns(struct tx *tx, void *arg)
{
    struct port *old, *port;
    struct change *changes;
    size_t n;

    TRY(row_get(tx, &port_table, arg, &old));
    port = row_copy(tx_mem(tx), old);
    TRY(row_update(tx, old, port));
    CHECK_INT(port->revision_number, 1); /* Nothing differs: no new revision, no entry. */
    port->name = "new";
    port->weight = 9;
    TRY(row_update(tx, old, port));
    CHECK_INT(port->revision_number, 2);
    TRY(row_touch(tx, &port_table, arg));
    TRY(row_get(tx, &port_table, arg, &port));
    CHECK_INT(port->revision_number, 3);
    TRY(changes_read(tx, 3, 100, &changes, &n));
    CHECK_INT(n, 2);
    CHECK_INT(changes[0].kind, CHANGE_UPDATE);
    CHECK_STR(changes[0].table, "port");
    CHECK_STR(changes[0].id, arg);
    CHECK_STR(changes[0].owner, "p");
    CHECK_INT(changes[0].revision, 2);
    CHECK_STR(json_get_str(changes[0].columns, "name"), "new");
    CHECK_INT(json_int(json_get(changes[0].columns, "weight"), 0), 9);
    CHECK(!json_get(changes[0].columns, "network_id"));
    return NULL;
}

TEST(store_logs_what_changed)
{
    AUTO(store) store = world();
    struct one one = {.name = "10"};

    REQUIRE_OK(store_write_wait(store, insert_one, &one));
    CHECK_OK(store_write_wait(store, update_columns, one.id));
}

/* ---- transactions ------------------------------------------------------------------------- */

static struct err *
insert_then_fail(struct tx *tx, void *arg)
{
    TRY(insert_one(tx, arg));
    return err_new(E_CONFLICT, "Mine", "on purpose");
}

TEST(store_keeps_nothing_of_a_function_that_failed)
{
    AUTO(store) store = world();
    struct one one = {.name = "10"};
    int64_t n = -1;

    CHECK_ERR_MSG(store_write_wait(store, insert_then_fail, &one), E_CONFLICT, "on purpose");
    CHECK_OK(store_read(store, count_ports, &n));
    CHECK_INT(n, 0);
    CHECK_OK(store_write_wait(store, insert_one, &one));
    CHECK_OK(store_read(store, count_ports, &n));
    CHECK_INT(n, 1);
}

TEST(store_reads_do_not_write)
{
    AUTO(store) store = world();
    struct one one = {.name = "10"};

    CHECK_ERR_MSG(store_read(store, insert_one, &one), E_INTERNAL, "a read may not write");
    CHECK_ERR(store_read(store, delete_net, NULL), E_INTERNAL);
}

/* ---- queries --------------------------------------------------------------------------------- */

static const char *const names[] = {"10", "11", "12", "13", "14", "15", "16", "17"};

static struct err *
insert_eight(struct tx *tx, void *arg)
{
    (void)arg;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        struct port *port = port_make(tx, names[i]);

        port->id = mem_printf(tx_mem(tx), "0000000%zu-0000-4000-8000-000000000000", i);
        port->weight = i % 3 ? (int64_t)(i % 3) : INT_NULL;
        port->admin_state_up = i % 2 == 0;
        port->tags.n = i < 2;
        port->tags.items = (const char *[]){"red"};
        port->prefix = i == 3 ? "10.0.0.0/8" : NULL;
        TRY(row_insert(tx, port));
    }
    return NULL;
}

static const char *
names_of(struct mem *mem, const struct rows *rows)
{
    AUTO_BUF out = BUF_INIT;

    for (size_t i = 0; i < rows->n; i++) {
        buf_printf(&out, "%s%s", i ? " " : "", ((struct port *)rows->items[i])->name);
    }
    return str_or(buf_copy(mem, &out), "");
}

struct selection {
    const char *names; /* wanted */
    struct cond conds[3];
    struct sql where;
};

static struct err *
select_all(struct tx *tx, void *arg)
{
    static const char *const two[] = {"11", "12", NULL};
    static const char *const weights[] = {"1", "2", NULL};
    static const char *const addresses[] = {"10.0.0.14", "10.0.0.15", NULL};
    static const char *const args[] = {"15", NULL};
    static const struct selection cases[] = {
        {"10 11 12 13 14 15 16 17", {{0}}, {0}},
        {"11", {COND("name", "11")}, {0}},
        {"11 12", {{.attr = "name", .texts = two}}, {0}},
        {"12", {{.attr = "name", .texts = two}, COND("admin_state_up", "true")}, {0}},
        {"10 13 14 15 16 17", {{.attr = "name", .op = COND_NE, .texts = two}}, {0}},
        {"10 13 16", {{.attr = "weight", .op = COND_NE, .texts = weights}}, {0}},
        {"14 15", {{.attr = "fixed_ips.ip_address", .texts = addresses}}, {0}},
        {"10 13 16", {{.attr = "weight", .op = COND_NULL}}, {0}},
        {"12 15", {COND("weight", "2")}, {0}},
        {"11 12 14 15 17", {{.attr = "weight", .op = COND_GE, .text = "1"}}, {0}},
        {"10 12 13 14 15 16 17", {{.attr = "name", .op = COND_NE, .text = "11"}}, {0}},
        {"14", {COND("fixed_ips.ip_address", "10.0.0.14")}, {0}},
        {"15", {COND("mac_address", "FA:16:3E:00:00:15")}, {0}},
        {"10 11 12 13 14 15 16 17", {COND("groups", group_id)}, {0}},
        {"", {COND("groups", net_id)}, {0}},
        {"10 11", {COND("tags", "red")}, {0}},
        {"10 11 12 13 14 15 16 17", {{.attr = "name", .op = COND_LIKE, .text = "1%"}}, {0}},
        {"15", {{0}}, {"t.name = ?", args}},
        {"", {COND("admin_state_up", "false")}, {"t.weight IS NULL AND t.name = ?", args}},
    };

    (void)arg;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct query query = {
            .table = &port_table, .conds = cases[i].conds, .where = cases[i].where};
        struct rows rows;
        int64_t n;

        TRY(rows_select(tx, &query, &rows));
        CHECK_STR(names_of(tx_mem(tx), &rows), cases[i].names);
        TRY(rows_count(tx, &query, &n));
        CHECK_INT(n, rows.n);
    }
    return NULL;
}

static struct err *
select_bad(struct tx *tx, void *arg)
{
    const struct cond weight[] = {COND("weight", "heavy"), {0}};
    const struct cond nothing[] = {COND("nothing", "x"), {0}};
    const struct sort list[] = {{"fixed_ips", false}, {0}};
    struct rows rows;

    (void)arg;
    CHECK_ERR(rows_select(tx, &(struct query){.table = &port_table, .conds = weight}, &rows),
              E_INVALID);
    CHECK_ERR(rows_select(tx, &(struct query){.table = &port_table, .conds = nothing}, &rows),
              E_INVALID);
    CHECK_ERR(rows_select(tx, &(struct query){.table = &port_table, .sorts = list}, &rows),
              E_INVALID);
    CHECK_ERR_MSG(rows_select(tx, &(struct query){.table = &port_table, .marker = "x"}, &rows),
                  E_NOT_FOUND, "marker");
    return NULL;
}

#define VALUES 3000

/* As many as a query string can name: SQLite takes no expression of a thousand ORs. */
static struct err *
select_by_many(struct tx *tx, void *arg)
{
    static const enum cond_op ops[] = {COND_EQ, COND_NE};
    const char *values[VALUES + 1] = {NULL};

    (void)arg;
    for (size_t i = 0; i < VALUES; i++) {
        values[i] = mem_printf(tx_mem(tx), "%zu", i + 15);
    }
    for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
        const struct cond conds[] = {{.attr = "name", .op = ops[i], .texts = values}, {0}};
        const struct query query = {.table = &port_table, .conds = conds};
        struct rows rows;

        TRY(rows_select(tx, &query, &rows));
        CHECK_STR(names_of(tx_mem(tx), &rows), i ? "10 11 12 13 14" : "15 16 17");
    }
    return NULL;
}

TEST(store_selects_by_as_many_values_as_are_named)
{
    AUTO(store) store = world();

    REQUIRE_OK(store_write_wait(store, insert_eight, NULL));
    CHECK_OK(store_read(store, select_by_many, NULL));
}

TEST(store_selects)
{
    AUTO(store) store = world();

    REQUIRE_OK(store_write_wait(store, insert_eight, NULL));
    CHECK_OK(store_read(store, select_all, NULL));
    CHECK_OK(store_read(store, select_bad, NULL));
}

/* Every order, every page size, both directions: the pages are the list. */
static struct err *
walk_pages(struct tx *tx, void *arg)
{
    static const struct sort orders[][3] = {
        {{0}},
        {{"weight", false}, {0}},
        {{"weight", true}, {0}},
        {{"admin_state_up", true}, {"weight", false}, {0}},
        {{"prefix", false}, {"name", true}, {0}},
        {{"prefix", true}, {"weight", true}, {0}},
        {{"id", true}, {0}},
    };

    (void)arg;
    for (size_t o = 0; o < ARRAY_SIZE(orders); o++) {
        for (int64_t limit = 1; limit <= 9; limit++) {
            struct query query = {.table = &port_table, .sorts = orders[o], .limit = 100};
            struct rows all, page;
            size_t at = 0;

            TRY(rows_select(tx, &query, &all));
            CHECK_INT(all.n, 8);
            query.limit = limit;
            for (;;) {
                TRY(rows_select(tx, &query, &page));
                for (size_t i = 0; i < page.n; i++) {
                    CHECK_STR(((struct port *)page.items[i])->id,
                              ((struct port *)all.items[at++])->id);
                }
                if (!page.n) {
                    break;
                }
                query.marker = ((struct port *)page.items[page.n - 1])->id;
            }
            CHECK_INT(at, 8);
            query.backwards = true;
            query.marker = NULL;
            for (;;) {
                TRY(rows_select(tx, &query, &page));
                for (size_t i = page.n; i > 0; i--) {
                    CHECK_STR(((struct port *)page.items[i - 1])->id,
                              ((struct port *)all.items[--at])->id);
                }
                if (!page.n) {
                    break;
                }
                query.marker = ((struct port *)page.items[0])->id;
            }
            CHECK_INT(at, 0);
        }
    }
    return NULL;
}

TEST(store_pages_are_the_list_in_every_order_and_direction)
{
    AUTO(store) store = world();

    REQUIRE_OK(store_write_wait(store, insert_eight, NULL));
    CHECK_OK(store_read(store, walk_pages, NULL));
}

static struct err *
insert_many(struct tx *tx, void *arg)
{
    int *n = arg;

    for (int i = 0; i < *n; i++) {
        struct port *port = port_make(tx, "10");
        struct address *address = port->fixed_ips.items[0];

        port->mac_address = mem_printf(tx_mem(tx), "fa:16:3e:00:%02d:%02d", i / 100, i % 100);
        address->ip_address = mem_printf(tx_mem(tx), "10.0.%d.%d", i / 256, i % 256);
        port->fixed_ips.n = i % 3 > 0;
        port->groups.n = i % 2;
        TRY(row_insert(tx, port));
    }
    return NULL;
}

static struct err *
check_one(void *arg, void *row)
{
    const struct port *port = row;
    int *i = arg;

    CHECK_INT(port->fixed_ips.n, *i % 3 > 0);
    CHECK_INT(port->groups.n, *i % 2);
    if (port->fixed_ips.n) {
        char ip[32];

        snprintf(ip, sizeof ip, "10.0.%d.%d", *i / 256, *i % 256);
        CHECK_STR(((struct address *)port->fixed_ips.items[0])->ip_address, ip);
    }
    (*i)++;
    return NULL;
}

static struct err *
stream_all(struct tx *tx, void *arg)
{
    const struct query query = {.table = &port_table};

    return rows_each(tx, &query, check_one, arg);
}

TEST(store_streams_more_rows_than_a_batch)
{
    AUTO(store) store = world();
    int n = 1000, seen = 0;

    REQUIRE_OK(store_write_wait(store, insert_many, &n));
    CHECK_OK(store_read(store, stream_all, &seen));
    CHECK_INT(seen, 1000);
}

/* ---- the log's ends -------------------------------------------------------------------------- */

static struct err *
fact_set(struct tx *tx, void *arg)
{
    const char *value;

    (void)arg;
    TRY(tx_fact_get(tx, "epoch", &value));
    CHECK(!value);
    TRY(tx_fact_set(tx, "epoch", "1"));
    TRY(tx_fact_set(tx, "epoch", "2"));
    TRY(tx_fact_get(tx, "epoch", &value));
    CHECK_STR(value, "2");
    return NULL;
}

TEST(store_is_private_to_its_user)
{
    AUTO(store) store = world();
    char wal[600];
    struct stat st;

    test_needs_file();
    REQUIRE(store != NULL);
    REQUIRE(!stat(db_path(), &st));
    CHECK_INT(st.st_mode & 0777, 0600);
    snprintf(wal, sizeof wal, "%s-wal", db_path());
    REQUIRE(!stat(wal, &st));
    CHECK_INT(st.st_mode & 0777, 0600);
}

TEST(store_keeps_facts)
{
    AUTO(store) store = world();

    CHECK_OK(store_write_wait(store, fact_set, NULL));
}

static struct err *
toggle_net(struct tx *tx, void *arg)
{
    int *times = arg;

    for (int i = 0; i < *times; i++) {
        TRY(row_touch(tx, &net_table, net_id));
    }
    return NULL;
}

static struct err *
check_log(struct tx *tx, void *arg)
{
    struct change *changes;
    int64_t last;
    size_t n;

    (void)arg;
    TRY(changes_last(tx, &last));
    CHECK_INT(last, 6002);
    CHECK_ERR(changes_read(tx, 0, 10, &changes, &n), E_GONE);
    CHECK_ERR(changes_read(tx, last + 1, 10, &changes, &n), E_GONE);
    CHECK_OK(changes_read(tx, last, 10, &changes, &n));
    CHECK_INT(n, 0);
    TRY(changes_read(tx, last - 100, 10, &changes, &n));
    CHECK_INT(n, 10);
    CHECK_INT(changes[0].seq, last - 99);
    CHECK_INT(changes[9].seq, last - 90);
    return NULL;
}

TEST(store_log_is_cut_and_says_gone)
{
    const struct store_config config = {
        .path = test_store(db_path()), .tables = tables, .seal_key = WORLD_KEY, .log_keep = 100};
    AUTO(store) store = NULL;
    int times = 1000;

    REQUIRE_OK(store_open(&config, &store));
    REQUIRE_OK(store_write_wait(store, world_make, NULL));
    for (int i = 0; i < 6; i++) {
        REQUIRE_OK(store_write_wait(store, toggle_net, &times));
    }
    CHECK_OK(store_read(store, check_log, NULL));
    store_close(store);
    store = NULL;
    REQUIRE_OK(store_open(&config, &store));
    CHECK_OK(store_read(store, check_log, NULL));
}

static void
count_up(void *arg)
{
    ++*(int *)arg;
}

TEST(store_watch_tells_of_commits)
{
    AUTO(store) store = world();
    AUTO(loop) loop = NULL;
    struct store_watch *watch;
    int told = 0, times = 1;

    REQUIRE_OK(loop_new(&loop));
    watch = store_watch(store, loop, count_up, &told);
    CHECK_OK(store_write_wait(store, toggle_net, &times));
    CHECK_OK(store_write_wait(store, toggle_net, &times));
    EVENTUALLY(1000, (err_ignore(loop_turn(loop, 10), "test"), told > 0));
    CHECK(told <= 2);
    store_unwatch(watch);
    told = 0;
    CHECK_OK(store_write_wait(store, toggle_net, &times));
    CHECK_OK(loop_turn(loop, 0));
    CHECK_INT(told, 0);
}

/* ---- secrets ------------------------------------------------------------------------------------ */

static struct err *
secret_insert(struct tx *tx, void *arg)
{
    struct net *net = row_new(tx_mem(tx), &net_table), *back;

    (void)arg;
    net->id = group_id;
    net->password = "hunter2";
    TRY(row_insert(tx, net));
    TRY(row_get(tx, &net_table, group_id, &back));
    CHECK_STR(back->password, "hunter2");
    back->name = "renamed";
    TRY(row_update(tx, net, back));
    return NULL;
}

static struct err *
secret_steal(struct tx *tx, void *arg)
{
    struct net *net;

    (void)arg;
    TRY(tx_sql(tx, "UPDATE net SET password = (SELECT password FROM net WHERE id = ?1) WHERE id = ?2",
               (const char *[]){group_id, net_id, NULL}, NULL, NULL));
    CHECK_ERR_MSG(row_get(tx, &net_table, net_id, &net), E_INTERNAL, "not sealed with this key");
    return err_new(E_CONFLICT, NULL, "undo");
}

TEST(store_seals_secrets_at_rest)
{
    struct store *store = world();
    AUTO(mem) mem = mem_new("test");
    const char *sealed, *plain;
    char *data;
    size_t n;

    CHECK_OK(store_write_wait(store, secret_insert, NULL));
    CHECK_ERR(store_write_wait(store, secret_steal, NULL), E_CONFLICT);
    CHECK_OK(store_seal(store, mem, "text", &sealed));
    CHECK_OK(store_unseal(store, mem, sealed, &plain));
    CHECK_STR(plain, "text");
    CHECK_ERR(store_unseal(store, mem, "s1:AAAA", &plain), E_INTERNAL);
    store_close(store);
    test_needs_file();
    REQUIRE_OK(file_read(mem, db_path(), 1 << 20, &data, &n));
    CHECK(memmem(data, n, "renamed", 7));
    CHECK(!memmem(data, n, "hunter2", 7));
}

/* ---- schema --------------------------------------------------------------------------------------- */

static struct err *
check_backup(struct tx *tx, void *arg)
{
    struct net *net;

    (void)arg;
    return row_get(tx, &net_table, net_id, &net);
}

TEST(store_backup_is_whole)
{
    AUTO(store) store = world();
    AUTO(store) copy = NULL;
    char path[600];

    test_needs_file();
    snprintf(path, sizeof path, "%s.copy", db_path());
    CHECK_OK(store_backup(store, path));
    copy = store_at(path);
    CHECK_OK(store_read(copy, check_backup, NULL));
}

TEST(store_that_knows_fewer_tables_is_refused)
{
    static const struct table *const fewer[] = {&net_table, NULL};
    const struct store_config config = {.path = test_store(db_path()), .tables = fewer, .seal_key = WORLD_KEY};
    struct store *store = world();

    store_close(store);
    CHECK_ERR_MSG(store_open(&config, &store), E_CONFLICT, "is unknown here");
}

/* ---- what a transaction keeps ------------------------------------------------------------ */

static struct err *
keep_and_write(struct tx *tx, void *arg)
{
    char kept[] = "kept";
    struct net *net;
    void *copy;

    (void)arg;
    tx_keep(tx, &net_table, "a", kept);
    tx_keep(tx, &group_table, "a", kept);
    CHECK(tx_kept(tx, &net_table, "a") == kept);
    CHECK(!tx_kept(tx, &net_table, "b"));
    TRY(world_make(tx, NULL)); /* a row of either table */
    CHECK(!tx_kept(tx, &net_table, "a"));
    CHECK(!tx_kept(tx, &group_table, "a"));
    tx_keep(tx, &net_table, "a", kept);
    TRY(row_insert(tx, port_make(tx, "p")));
    CHECK(tx_kept(tx, &net_table, "a") == kept);
    TRY(row_get(tx, &net_table, net_id, &net));
    copy = mem_copy(tx_mem(tx), net, sizeof *net);
    ((struct net *)copy)->project_id = "q";
    tx_keep(tx, &group_table, "a", kept);
    TRY(row_update(tx, net, copy));
    CHECK(!tx_kept(tx, &net_table, "a"));
    CHECK(!tx_kept(tx, &group_table, "a"));
    return NULL;
}

static struct err *
keep_nothing(struct tx *tx, void *arg)
{
    char kept[] = "kept";

    (void)arg;
    tx_keep(tx, &net_table, "a", kept);
    CHECK(!tx_kept(tx, &net_table, "a"));
    return NULL;
}

TEST(transactions_keep_until_they_write)
{
    AUTO(store) store = store_at(":memory:");

    CHECK_OK(store_write_wait(store, keep_and_write, NULL));
    CHECK_OK(store_read(store, keep_nothing, NULL));
}
