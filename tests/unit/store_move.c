/* A store is moved into another database and back: the same rows, in the same order, under the same key. */
#include "store/store.h"

#include "base/vec.h"

#include "store_world.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

#define N_PORTS 1300 /* more than two pages */

static const struct table *const tables[] = {&net_table, &group_table, &port_table, NULL};
static const char net_id[] = "11111111-1111-4111-8111-111111111111";
static const char group_id[] = "22222222-2222-4222-8222-222222222222";

static const char *
place(const char *name)
{
    static char paths[8][600];
    static int n;
    char *path = paths[n++ % 8];

    snprintf(path, sizeof paths[0], "%s/%s", test_dir(), name);
    return path;
}

static struct store *
store_at(const char *where)
{
    const struct store_config config = {.path = where, .tables = tables, .seal_key = WORLD_KEY};
    struct store *store = NULL;

    REQUIRE_OK(store_open(&config, &store));
    return store;
}

/* The i-th port, which refers to one that is made after it. */
static const char *
port_id(struct mem *mem, size_t i)
{
    return mem_printf(mem, "aaaaaaaa-0000-4000-8000-%012zu", i);
}

static struct err *
port_insert(struct tx *tx, size_t i)
{
    struct mem *mem = tx_mem(tx);
    struct port *port = row_new(mem, &port_table);
    struct address *address = row_new(mem, &address_table);

    port->id = port_id(mem, i);
    port->network_id = net_id;
    port->name = i % 3 ? "" : "\xc3\xa4 '\"\\";
    port->weight = i % 2 ? INT_NULL : (int64_t)i % 100;
    port->mac_address = mem_printf(mem, "00:00:00:00:%02zx:%02zx", i / 256, i % 256);
    address->subnet = "s";
    address->ip_address = mem_printf(mem, "10.0.%zu.%zu", i / 256, i % 256);
    port->fixed_ips.items = MEM_ARRAY(mem, 1, void *);
    port->fixed_ips.items[port->fixed_ips.n++] = address;
    port->groups.items = MEM_ARRAY(mem, 1, const char *);
    port->groups.items[port->groups.n++] = group_id;
    return row_insert(tx, port);
}

static struct err *
world_make(struct tx *tx, void *arg)
{
    struct net *net = row_new(tx_mem(tx), &net_table);
    struct group *group = row_new(tx_mem(tx), &group_table);

    (void)arg;
    net->id = net_id;
    net->project_id = "p";
    net->password = "hunter2";
    TRY(row_insert(tx, net));
    group->id = group_id;
    group->name = "g";
    group->project_id = "p";
    TRY(row_insert(tx, group));
    for (size_t i = 0; i < N_PORTS; i++) {
        TRY(port_insert(tx, i));
    }
    for (size_t i = 0; i + 1 < N_PORTS; i += 100) {
        struct port *old, *new;

        TRY(row_get(tx, &port_table, port_id(tx_mem(tx), i), &old));
        new = row_copy(tx_mem(tx), old);
        new->peer_id = port_id(tx_mem(tx), i + 1);
        TRY(row_update(tx, old, new));
    }
    return tx_fact_set(tx, "epoch", "7");
}

static struct err *
one_more(struct tx *tx, void *arg)
{
    (void)arg;
    return port_insert(tx, N_PORTS);
}

static struct err *
line(void *arg, int n, const char *const *columns)
{
    for (int i = 0; i < n; i++) {
        buf_printf(arg, "%s|", str_or(columns[i], "null"));
    }
    buf_char(arg, '\n');
    return NULL;
}

static struct err *
port_line(void *arg, void *row)
{
    buf_printf(arg, "%s\n", ((const struct port *)row)->id);
    return NULL;
}

static struct err *
dump(struct tx *tx, void *arg)
{
    static const char *const asked[] = {
        "select id, project_id, name, shared, password, created_at, revision_number from net order by id",
        ("select id, network_id, name, weight, kind, admin_state_up, mac_address, profile, tags, peer_id, "
         "revision_number, updated_at from port order by id"),
        "select port_id, _pos, subnet, ip_address from port_address order by port_id, _pos",
        "select owner, _pos, target from port_groups order by owner, _pos",
        "select seq, at, kind, tbl, id, owner, revision, columns from _change order by seq",
        "select name, value from _fact order by name",
    };
    const struct query as_made = {.table = &port_table, .bare = true};
    struct net *net;

    buf_clear(arg);
    for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
        TRY(tx_sql(tx, asked[i], NULL, line, arg));
    }
    TRY(rows_each(tx, &as_made, port_line, arg));
    TRY(row_get(tx, &net_table, net_id, &net));
    CHECK_STR(net->password, "hunter2");
    return NULL;
}

static void
dump_of(const char *where, struct buf *text)
{
    AUTO(store) store = store_at(where);

    REQUIRE_OK(store_read(store, dump, text));
}

static void
told(void *arg, const char *table, int64_t n)
{
    if (!strcmp(table, "port")) {
        *(int64_t *)arg = n;
    }
}

static struct err *
move(const char *from, const char *to, int64_t *n_ports)
{
    const struct store_config config = {.path = from, .tables = tables};

    return store_move(&config, to, told, n_ports);
}

/* To a file where there is no server: what is moved is the same. */
TEST(a_store_moves_there_and_back)
{
    const char *from = place("from"), *there = test_store(place("there")), *back = place("back");
    struct store *store = store_at(from);
    AUTO_BUF before = BUF_INIT;
    AUTO_BUF after = BUF_INIT;
    int64_t n = 0;

    REQUIRE_OK(store_write_wait(store, world_make, NULL));
    store_close(store);
    dump_of(from, &before);
    REQUIRE_OK(move(from, there, &n));
    CHECK_INT(n, N_PORTS);
    dump_of(there, &after);
    CHECK(!strcmp(before.data, after.data));
    REQUIRE_OK(move(there, back, &n));
    dump_of(back, &after);
    CHECK(!strcmp(before.data, after.data));
    /* The copy lives on. */
    store = store_at(back);
    CHECK_ERR(store_write_wait(store, world_make, NULL), E_EXISTS);
    CHECK_OK(store_write_wait(store, one_more, NULL));
    store_close(store);
}

static struct err *
try_open(const char *where)
{
    const struct store_config config = {.path = where, .tables = tables, .seal_key = WORLD_KEY};
    AUTO(store) store = NULL;

    return store_open(&config, &store);
}

TEST(a_store_that_was_moved_is_not_gone_on_with_by_mistake)
{
    const char *from = test_store(place("from")), *there = place("there");
    int64_t n = 0;

    CHECK_ERR(store_reopen(from), E_NOT_FOUND);
    store_close(store_at(from));
    CHECK_ERR_MSG(store_reopen(from), E_NOT_FOUND, "was not moved");
    CHECK_OK(store_moved_check(from));
    REQUIRE_OK(move(from, there, &n));
    CHECK_ERR_MSG(store_moved_check(from), E_CONFLICT, "its rows were moved to ");
    CHECK_OK(store_moved_check(there));
    CHECK_ERR_MSG(try_open(from), E_CONFLICT, "its rows were moved to ");
    CHECK_ERR_MSG(try_open(from), E_CONFLICT, "carrick store reopen ");
    CHECK_ERR_MSG(move(from, place("other"), &n), E_CONFLICT, "its rows were moved to ");
    CHECK_OK(try_open(there));
    REQUIRE_OK(store_reopen(from));
    CHECK_OK(try_open(from));
    CHECK_OK(move(from, place("another"), &n));
}

/* What nobody could finish is not marked as finished. */
TEST(a_store_whose_move_failed_is_used_as_before)
{
    const char *from = test_store(place("from")), *full = place("full");
    int64_t n = 0;

    store_close(store_at(from));
    store_close(store_at(full));
    CHECK_ERR(move(from, full, &n), E_CONFLICT);
    CHECK_OK(try_open(from));
}

TEST(a_store_moves_into_an_empty_one_only)
{
    const char *from = place("from"), *full = test_store(place("full"));
    AUTO_BUF before = BUF_INIT;
    AUTO_BUF after = BUF_INIT;
    struct store *store = store_at(from);
    int64_t n = 0;

    REQUIRE_OK(store_write_wait(store, world_make, NULL));
    store_close(store);
    store = store_at(full);
    REQUIRE_OK(store_write_wait(store, world_make, NULL));
    store_close(store);
    dump_of(full, &before);
    CHECK_ERR_MSG(move(from, full, &n), E_CONFLICT, "is not empty");
    dump_of(full, &after);
    CHECK(!strcmp(before.data, after.data));
    CHECK_INT(n, 0);
    CHECK_ERR(move(place("nowhere"), full, &n), E_NOT_FOUND);
}

static struct err *
move_as(const char *version, const char *from, const char *to)
{
    const struct store_config config = {.path = from, .tables = tables, .version = version};
    int64_t n = 0;

    return store_move(&config, to, told, &n);
}

/* The fact of who had it last goes along, and holds in both. */
TEST(a_store_of_a_newer_version_is_not_moved)
{
    const char *from = test_store(place("from")), *to = test_store(place("to")), *other = place("other");

    store_close(store_at(from));
    CHECK_OK(move_as("0.2.0", from, to));
    CHECK_ERR_MSG(move_as("0.1.0", from, other), E_CONFLICT, "this is 0.1.0");
    CHECK_ERR_MSG(move_as("0.1.0", to, other), E_CONFLICT, "last used by version 0.2.0");
    CHECK_OK(move_as("0.2.3", to, other));
}

/* Nobody else may have it meanwhile, so there is no copy: the role makes it. */
TEST(a_store_of_another_schema_is_moved_by_nobody)
{
    static const struct table *const fewer[] = {&net_table, NULL};
    const struct store_config config = {.path = place("from"), .tables = fewer, .seal_key = WORLD_KEY,
                                        .version = "0.1.0"};
    struct store *store = NULL;

    REQUIRE_OK(store_open(&config, &store));
    store_close(store);
    CHECK_ERR_MSG(move_as("0.2.0", config.path, place("to")), E_CONFLICT, "start its role once");
}

TEST(a_store_that_is_in_use_is_not_moved)
{
    const char *from = test_store(place("from"));
    AUTO(store) store = store_at(from);
    int64_t n = 0;

    REQUIRE_OK(store_write_wait(store, world_make, NULL));
    CHECK_ERR_MSG(move(from, place("to"), &n), E_CONFLICT, "stop it first");
    CHECK_INT(n, 0);
}
