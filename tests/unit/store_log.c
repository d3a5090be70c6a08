/* The change log and those who follow it: what cannot be read again is not written, what is not
 * read yet is not cut. */
#include "store/store.h"

#include "store_world.h"
#include "test.h"

#include <stdio.h>

static const struct table *const tables[] = {&net_table, &group_table, &port_table, NULL};
static const char net_id[] = "11111111-1111-4111-8111-111111111111";

static struct err *
net_make(struct tx *tx, void *arg)
{
    struct net *net = row_new(tx_mem(tx), &net_table);

    (void)arg;
    net->id = net_id;
    net->project_id = "p";
    return row_insert(tx, net);
}

static struct store *
world(int64_t log_keep, const char *log_cursor)
{
    struct store_config config = {.path = test_store(":memory:"),
                                  .tables = tables,
                                  .seal_key = "0123456789abcdef0123456789abcdef",
                                  .log_keep = log_keep,
                                  .log_cursor = log_cursor};
    struct store *store;

    REQUIRE_OK(store_open(&config, &store));
    REQUIRE_OK(store_write_wait(store, net_make, NULL));
    return store;
}

static struct err *
toggle_net(struct tx *tx, void *arg)
{
    const int *times = arg;

    for (int i = 0; i < *times; i++) {
        TRY(row_touch(tx, &net_table, net_id));
    }
    return NULL;
}

/* ---- what is too deep ---------------------------------------------------------------------- */

static const struct json *
nested(struct mem *mem, int depth)
{
    struct json *json = NULL, *inner;

    for (int i = 0; i < depth; i++) {
        inner = json;
        json = MEM_NEW(mem, struct json);
        json->type = JSON_T_OBJECT;
        json->n = inner ? 1 : 0;
        json->keys = MEM_ARRAY(mem, 1, const char *);
        json->items = MEM_ARRAY(mem, 1, const struct json *);
        json->keys[0] = "a";
        json->items[0] = inner;
    }
    return json;
}

static struct err *
insert_deep(struct tx *tx, void *arg)
{
    struct port *port = row_new(tx_mem(tx), &port_table);

    port->network_id = net_id;
    port->project_id = "p";
    port->name = "a";
    port->mac_address = "fa:16:3e:00:00:01";
    port->profile = nested(tx_mem(tx), *(const int *)arg);
    return row_insert(tx, port);
}

static struct err *
list_deep(struct tx *tx, void *arg)
{
    const struct query query = {.table = &port_table};
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const struct json *told;
    struct rows rows;

    (void)arg;
    TRY(rows_select(tx, &query, &rows));
    jw_object(&w, NULL);
    jw_array(&w, "ports");
    for (size_t i = 0; i < rows.n; i++) {
        jw_object(&w, NULL);
        jw_json(&w, "profile", ((const struct port *)rows.items[i])->profile);
        jw_end(&w);
    }
    jw_end(&w);
    jw_end(&w);
    CHECK(!text.overflow);
    return json_parse(tx_mem(tx), text.data, text.len, &told);
}

/* A log that nobody can read again would stop whoever follows it, and one row that cannot be told a
 * whole list. */
TEST(store_keeps_nothing_that_is_too_deep_to_read)
{
    AUTO(store) store = world(0, NULL);

    CHECK_ERR_MSG(store_write_wait(store, insert_deep, &(int){65}), E_INVALID, "profile");
    CHECK_ERR_MSG(store_write_wait(store, insert_deep, &(int){57}), E_INVALID,
                  "profile: nested deeper than 56 levels");
    CHECK_OK(store_write_wait(store, insert_deep, &(int){56}));
    CHECK_OK(store_read(store, list_deep, NULL));
}

/* ---- who is behind ------------------------------------------------------------------------ */

static struct err *
done_set(struct tx *tx, void *arg)
{
    return tx_fact_set(tx, "follower", arg);
}

static struct err *
first_read(struct tx *tx, void *arg)
{
    return changes_first(tx, arg);
}

/* The first entry that is kept behind so many more. */
static int64_t
first_behind(struct store *store, int entries)
{
    int64_t first = 0;
    int times = 100;

    for (int i = 0; i < entries; i += times) {
        REQUIRE_OK(store_write_wait(store, toggle_net, &times));
    }
    REQUIRE_OK(store_read(store, first_read, &first));
    return first;
}

/* A follower that is behind keeps what it needs, up to a bound. */
TEST(store_log_is_not_cut_in_front_of_its_follower)
{
    AUTO(store) store = world(1000, "follower");
    int64_t first;

    REQUIRE_OK(store_write_wait(store, done_set, (char[]){"50"}));
    CHECK_INT(first_behind(store, 3000), 51);
    REQUIRE_OK(store_write_wait(store, done_set, (char[]){"700"}));
    CHECK_INT(first_behind(store, 100), 701);
    first = first_behind(store, 2500);
    CHECK(first > 701); /* 5600 in all: it is too far behind now */
    REQUIRE_OK(store_write_wait(store, done_set, (char[]){"5000"}));
    first = first_behind(store, 200);
    CHECK(first > 3700 && first <= 5001);
}
