/* Many rows at once are the same as one after the other: the same rows, the
 * same log, the same words where one is refused.  What goes with many rows is
 * found whichever way they are read. */
#include "store/store.h"

#include "base/uuid.h"
#include "base/vec.h"

#include "store_world.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

#define MANY 67 /* three statements of many rows, and some over */

static const struct table *const tables[] = {&net_table, &group_table, &port_table, NULL};
static const char net_id[] = "11111111-1111-4111-8111-111111111111";
static const char *const group_ids[] = {"22222222-2222-4222-8222-222222222222",
                                        "33333333-3333-4333-8333-333333333333"};

static struct err *
world_make(struct tx *tx, void *arg)
{
    struct net *net = row_new(tx_mem(tx), &net_table);

    (void)arg;
    net->id = net_id;
    net->project_id = "p";
    TRY(row_insert(tx, net));
    for (size_t i = 0; i < ARRAY_SIZE(group_ids); i++) {
        struct group *group = row_new(tx_mem(tx), &group_table);

        group->id = group_ids[i];
        group->name = i ? "b" : "a";
        group->project_id = "p";
        TRY(row_insert(tx, group));
    }
    return NULL;
}

static struct store *
world(void)
{
    const struct store_config config = {
        .path = test_store(":memory:"), .tables = tables, .seal_key = WORLD_KEY};
    struct store *store = NULL;

    REQUIRE_OK(store_open(&config, &store));
    REQUIRE_OK(store_write_wait(store, world_make, NULL));
    return store;
}

/* The i-th of many ports: none, one or two addresses and groups. */
static void *
port_make(struct mem *mem, size_t i)
{
    struct port *port = row_new(mem, &port_table);

    port->id = mem_printf(mem, "aaaaaaaa-0000-4000-8000-%012zu", i);
    port->network_id = net_id;
    port->project_id = "p";
    port->name = mem_printf(mem, "%zu", i);
    port->mac_address = mem_printf(mem, "fa:16:3e:00:%02zu:%02zu", i / 100, i % 100);
    port->fixed_ips.n = i % 3;
    port->fixed_ips.items = MEM_ARRAY(mem, 2, void *);
    port->groups.n = (i + 1) % 3;
    port->groups.items = MEM_ARRAY(mem, 2, const char *);
    for (size_t k = 0; k < 2; k++) {
        struct address *address = row_new(mem, &address_table);

        address->subnet = "s";
        address->ip_address = mem_printf(mem, "10.0.%zu.%zu", i, k);
        port->fixed_ips.items[k] = address;
        port->groups.items[k] = group_ids[(k + i) % 2];
    }
    return port;
}

struct making {
    size_t n, bad;                        /* 'bad': a port of the other network's; 0 = none */
    void (*spoil)(struct mem *mem, struct port *port);
    bool at_once;
};

static struct err *
ports_make(struct tx *tx, void *arg)
{
    const struct making *making = arg;
    void **ports = MEM_ARRAY(tx_mem(tx), making->n, void *);

    for (size_t i = 0; i < making->n; i++) {
        ports[i] = port_make(tx_mem(tx), i);
        if (making->spoil && i == making->bad) {
            making->spoil(tx_mem(tx), ports[i]);
        }
    }
    for (size_t i = 0; i < making->n && !making->at_once; i++) {
        TRY(row_insert(tx, ports[i]));
    }
    return making->at_once ? row_insert_all(tx, ports, making->n) : NULL;
}

/* ---- everything there is, as text -------------------------------------------------------- */

static struct err *
line(void *arg, int n, const char *const *columns)
{
    struct buf *out = arg;

    for (int i = 0; i < n; i++) {
        buf_printf(out, "%s|", str_or(columns[i], "null"));
    }
    buf_char(out, '\n');
    return NULL;
}

static struct err *
dump(struct tx *tx, void *arg)
{
    const char *const asked[] = {
        "select id, network_id, name, kind, admin_state_up, mac_address, profile, tags, "
        "revision_number from port order by id",
        "select * from port_address order by port_id, _pos",
        "select * from port_groups order by owner, _pos",
        test_on_server() ? "select seq, kind, tbl, id, owner, revision, (columns::jsonb - "
                           "'{created_at,updated_at}'::text[])::text from _change order by seq"
                         : "select seq, kind, tbl, id, owner, revision, json_remove(columns, "
                           "'$.created_at', '$.updated_at') from _change order by seq",
    };

    buf_clear(arg);
    for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
        TRY(tx_sql(tx, asked[i], NULL, line, arg));
    }
    return NULL;
}

TEST(many_rows_at_once_are_as_one_after_the_other)
{
    static const size_t counts[] = {1, 2, 19, 20, 21, 40, MANY};

    for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
        AUTO(store) a = world();
        AUTO(store) b = world();
        AUTO_BUF text_a = BUF_INIT, text_b = BUF_INIT;
        struct making making = {.n = counts[i]};

        CHECK_OK(store_write_wait(a, ports_make, &making));
        making.at_once = true;
        CHECK_OK(store_write_wait(b, ports_make, &making));
        CHECK_OK(store_read(a, dump, &text_a));
        CHECK_OK(store_read(b, dump, &text_b));
        CHECK(strstr(text_a.data, "aaaaaaaa-0000-4000-8000-000000000000|"));
        CHECK_STR(text_a.data, text_b.data);
    }
}

/* ---- refusals ------------------------------------------------------------------------------- */

static void
same_mac(struct mem *mem, struct port *port)
{
    (void)mem;
    port->mac_address = "fa:16:3e:00:00:03";
}

static void
same_address(struct mem *mem, struct port *port)
{
    struct address *address = row_new(mem, &address_table);

    address->subnet = "s";
    address->ip_address = "10.0.1.0";
    port->fixed_ips = (struct rows){.n = 1, .items = MEM_NEW(mem, void *)};
    port->fixed_ips.items[0] = address;
}

static void
no_network(struct mem *mem, struct port *port)
{
    (void)mem;
    port->network_id = "99999999-1111-4111-8111-111111111111";
}

static void
no_group(struct mem *mem, struct port *port)
{
    port->groups = (struct strs){.n = 1, .items = MEM_NEW(mem, const char *)};
    port->groups.items[0] = "99999999-1111-4111-8111-111111111111";
}

TEST(many_rows_at_once_are_refused_in_the_same_words)
{
    static const struct {
        void (*spoil)(struct mem *mem, struct port *port);
        enum err_code code;
    } cases[] = {
        {same_mac, E_EXISTS},
        {same_address, E_EXISTS},
        {no_network, E_NOT_FOUND},
        {no_group, E_NOT_FOUND}};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(store) store = world();
        AUTO_BUF before = BUF_INIT, after = BUF_INIT;
        struct making making = {.n = MANY, .bad = 33, .spoil = cases[i].spoil};
        AUTO(err) one = NULL;
        AUTO(err) all = NULL;

        CHECK_OK(store_read(store, dump, &before));
        one = store_write_wait(store, ports_make, &making);
        making.at_once = true;
        all = store_write_wait(store, ports_make, &making);
        REQUIRE(one && all);
        CHECK_INT(all->code, cases[i].code);
        CHECK_INT(all->code, one->code);
        CHECK_STR(all->message, one->message);
        CHECK_OK(store_read(store, dump, &after));
        CHECK_STR(before.data, after.data);
    }
}

/* ---- trying ---------------------------------------------------------------------------------- */

static struct err *
write_and_fail(struct tx *tx, void *arg)
{
    struct net *net = row_new(tx_mem(tx), &net_table);

    tx_keep(tx, &group_table, "tried", arg);
    net->project_id = "q";
    TRY(row_insert(tx, net));
    CHECK_INT(tx_logged(tx), 1);
    return err_new(E_CONFLICT, NULL, "no");
}

static struct err *
try_and_go_on(struct tx *tx, void *arg)
{
    struct making making = {.n = 1};

    CHECK_ERR(tx_try(tx, write_and_fail, arg), E_CONFLICT);
    CHECK_INT(tx_logged(tx), 0);
    CHECK(!tx_kept(tx, &group_table, "tried"));
    return tx_try(tx, ports_make, &making);
}

/* What was tried in vain leaves neither rows nor a gap in the log. */
TEST(what_was_tried_in_vain_leaves_nothing)
{
    AUTO(store) a = world();
    AUTO(store) b = world();
    AUTO_BUF text_a = BUF_INIT, text_b = BUF_INIT;
    struct making making = {.n = 1};

    CHECK_OK(store_write_wait(a, try_and_go_on, a));
    CHECK_OK(store_write_wait(b, ports_make, &making));
    CHECK_OK(store_read(a, dump, &text_a));
    CHECK_OK(store_read(b, dump, &text_b));
    CHECK_STR(text_a.data, text_b.data);
}

/* ---- what goes with many rows --- */

static void
parts_check(const struct port *port)
{
    size_t i = (size_t)atoi(port->name);
    AUTO(mem) mem = mem_new("parts");
    const struct port *wanted = port_make(mem, i);

    CHECK_INT(port->fixed_ips.n, wanted->fixed_ips.n);
    CHECK_INT(port->groups.n, wanted->groups.n);
    for (size_t k = 0; k < port->fixed_ips.n && k < wanted->fixed_ips.n; k++) {
        CHECK_STR(((struct address *)port->fixed_ips.items[k])->ip_address,
                  ((struct address *)wanted->fixed_ips.items[k])->ip_address);
    }
    for (size_t k = 0; k < port->groups.n && k < wanted->groups.n; k++) {
        CHECK_STR(port->groups.items[k], wanted->groups.items[k]);
    }
}

static struct err *
select_parts(struct tx *tx, void *arg)
{
    static const struct sort up[] = {{.attr = "id"}, {0}}, down[] = {{"id", true}, {0}},
                             by_name[] = {{.attr = "name"}, {0}};
    static const struct sort *const orders[] = {NULL, up, down, by_name};
    static const char *const far[] = {"0", "1", "500", "998", "999", NULL};
    const struct cond few[] = {{.attr = "name", .texts = far}, {0}};
    const struct cond *const conds[] = {NULL, few};
    struct rows rows;

    (void)arg;
    for (size_t i = 0; i < ARRAY_SIZE(orders) * ARRAY_SIZE(conds); i++) {
        const struct query query = {.table = &port_table,
                                    .sorts = orders[i / 2],
                                    .conds = conds[i % 2]};

        TRY(rows_select(tx, &query, &rows));
        CHECK_INT(rows.n, i % 2 ? 5 : 1000);
        for (size_t k = 0; k < rows.n; k++) {
            parts_check(rows.items[k]);
        }
    }
    return NULL;
}

/* In order of key the parts are walked; between few rows of many lies too much of others. */
TEST(rows_have_their_parts_in_every_order_and_selection)
{
    AUTO(store) store = world();
    struct making making = {.n = 1000, .at_once = true};

    CHECK_OK(store_write_wait(store, ports_make, &making));
    CHECK_OK(store_read(store, select_parts, NULL));
}

/* ---- indexes --- */

static struct err *
indexes(struct tx *tx, void *arg)
{
    return tx_sql(tx,
                  test_on_server() ? "select indexname from pg_indexes where tablename = 'port' and schemaname = "
                                     "current_schema() and indexname not like '%_pkey' order by 1"
                                   : "select name from sqlite_schema where type = 'index' and tbl_name = 'port' "
                                     "and sql is not null order by name",
                  NULL, line, arg);
}

/* The unique (network_id, mac_address) finds ports by network too: a second index would only cost. */
TEST(an_index_that_another_one_covers_is_not_made)
{
    AUTO(store) store = world();
    AUTO_BUF names = BUF_INIT;

    CHECK_OK(store_read(store, indexes, &names));
    CHECK_STR(names.data, "ix_port__parent_id_|\nix_port__peer_id_|\nix_port__project_id_|\n"
                          "ux_port_network_id___mac_address_|\n");
}

/* ---- what a group shares --- */

struct sharing {
    struct store *store;
    bool found, fails;
    struct err *err;
};

static struct err *
share(struct tx *tx, void *arg)
{
    struct sharing *sharing = arg;

    sharing->found = tx_kept(tx, &net_table, "shared") != NULL;
    tx_keep(tx, &net_table, "shared", mem_str(tx_mem(tx), "x"));
    return sharing->fails ? err_new(E_CONFLICT, NULL, "no") : NULL;
}

static void
shared(void *arg, struct err *err)
{
    ((struct sharing *)arg)->err = err;
}

/* Queues the others while it runs: they are of its group. */
static struct err *
share_with_others(struct tx *tx, void *arg)
{
    struct sharing *all = arg;

    for (size_t i = 1; i < 4; i++) {
        store_write(tx_store(tx), share, &all[i], shared);
    }
    return share(tx, all);
}

static struct err *
nothing(struct tx *tx, void *arg)
{
    (void)tx, (void)arg;
    return NULL;
}

TEST(a_group_shares_what_it_keeps_until_one_fails)
{
    AUTO(store) store = world();
    struct sharing all[4] = {[2] = {.fails = true}};

    if (test_on_server()) {
        SKIP("a group of a server's ends, by time, after any of them");
    }
    CHECK_OK(store_write_wait(store, share_with_others, all));
    CHECK_OK(store_write_wait(store, nothing, NULL));
    CHECK(!all[0].found);
    CHECK(all[1].found);
    CHECK(all[2].found);
    CHECK(!all[3].found);
    CHECK_ERR(all[2].err, E_CONFLICT);
}
