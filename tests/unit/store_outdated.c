/* A database that somebody else changed while a process had no connection to it: it writes nothing there any
 * more, reads nothing by a new session, and its owner is told.  Only of a database server. */
#include "store/replica.h"

#include "base/vec.h"
#include "store/conn.h"

#include "store_world.h"
#include "test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define REFUSED "not what this process was started with"

static const struct table *const tables[] = {&net_table, &group_table, &port_table, NULL};

struct owner {
    _Atomic int n;
    char why[512];
};

static void
outdated(void *arg, struct err *why)
{
    struct owner *owner = arg;

    snprintf(owner->why, sizeof owner->why, "%s", why->message);
    err_free(why);
    owner->n++;
}

static struct err *
opened(const char *path, const char *name, const char *version, struct owner *owner, struct store **store)
{
    const struct store_config config = {.path = test_store(path), .tables = tables, .seal_key = WORLD_KEY,
                                        .n_readers = 1, .replica = name, .version = version,
                                        .outdated = owner ? outdated : NULL, .outdated_arg = owner};

    return store_open(&config, store);
}

static char net_name[] = "n";

static struct err *
net_insert(struct tx *tx, void *arg)
{
    struct net *net = row_new(tx_mem(tx), &net_table);

    (void)arg;
    net->name = net_name;
    return row_insert(tx, net);
}

static struct err *
nothing(struct tx *tx, void *arg)
{
    (void)tx;
    (void)arg;
    return NULL;
}

static struct err *
sql(struct tx *tx, void *arg)
{
    return tx_sql(tx, arg, NULL, NULL, NULL);
}

static struct err *
number(void *arg, int n, const char *const *columns)
{
    snprintf(arg, 24, "%s", n ? columns[0] : "");
    return NULL;
}

#define WRITER "FROM pg_locks WHERE locktype = 'advisory' AND ((classid::bigint << 32) | objid::bigint) = " \
               "hashtextextended('carrick ' || current_schema(), 0)"
static char writer_end[] = "SELECT pg_terminate_backend(pid)::text " WRITER;

static struct err *
writers_count(struct tx *tx, void *arg)
{
    return tx_sql(tx, "SELECT count(*) " WRITER, NULL, number, arg);
}

static bool
counts(struct store *store, store_fn *fn, const char *wanted)
{
    char n[24] = "";

    CHECK_OK(store_read(store, fn, n));
    return str_eq(n, wanted);
}

/* The server has ended the writer's session, and nobody has the database. */
static void
writer_lost(struct store *store)
{
    CHECK_OK(store_read(store, sql, writer_end));
    EVENTUALLY(10000, counts(store, writers_count, "0"));
}

static struct err *
session_of(struct tx *tx, void *arg)
{
    return tx_sql(tx, "SELECT pg_backend_pid()", NULL, number, arg);
}

static struct err *
session_end(struct tx *tx, void *pid)
{
    const char *const args[] = {pid, NULL};

    return tx_sql(tx, "SELECT pg_terminate_backend(CAST(? AS BIGINT)::int)::text", args, NULL, NULL);
}

struct session {
    const char *pid;
    char n[24];
};

static struct err *
session_count(struct tx *tx, void *arg)
{
    struct session *session = arg;
    const char *const args[] = {session->pid, NULL};

    return tx_sql(tx, "SELECT count(*) FROM pg_stat_activity WHERE pid = CAST(? AS BIGINT)", args, number, session->n);
}

/* The same of the one reader's. */
static void
reader_lost(struct store *store)
{
    char pid[24];
    struct session session = {.pid = pid};

    CHECK_OK(store_read(store, session_of, pid));
    CHECK_OK(store_write_wait(store, session_end, pid));
    EVENTUALLY(10000, (CHECK_OK(store_write_wait(store, session_count, &session)), str_eq(session.n, "0")));
}

static struct err *
nets_count(struct tx *tx, void *arg)
{
    return tx_sql(tx, "SELECT count(*) FROM net", NULL, number, arg);
}

TEST(replicas_that_lost_the_database_do_not_write_to_a_newer_versions)
{
    struct owner owner = {0};
    struct store *a, *b, *again;

    if (!test_on_server()) {
        SKIP("no server: see tests/postgresql");
    }
    REQUIRE_OK(opened("shared", "a", "1.0.0", &owner, &a));
    CHECK_OK(store_write_wait(a, net_insert, NULL));
    writer_lost(a);
    REQUIRE_OK(opened("shared", "b", "1.1.0", NULL, &b));
    for (int i = 0; i < 2; i++) {
        CHECK_ERR_MSG(store_write_wait(a, net_insert, NULL), E_UNAVAILABLE, REFUSED);
    }
    CHECK_INT(owner.n, 1);
    CHECK(strstr(owner.why, "version 1.1.0 has it, and this is 1.0.0"));
    CHECK(counts(b, nets_count, "1"));
    CHECK_OK(store_write_wait(b, net_insert, NULL));
    store_close(a);
    CHECK_ERR_MSG(opened("shared", "a", "1.0.0", NULL, &again), E_CONFLICT, "newer version");
    store_close(b);
}

/* What else makes of a database another one. */
static const struct {
    const char *change, *says;
} others[] = {
    {"UPDATE _fact SET value = '1.0.1' WHERE name = 'version'", "version 1.0.1 has it, and this is 1.0.0"},
    {"COMMENT ON TABLE _fact IS '7'", "migration 7 was run"},
    {"INSERT INTO _fact (name, value) VALUES ('moved', 'elsewhere')", "its rows were moved to elsewhere"},
    {"UPDATE _fact SET value = 'ff' WHERE name = 'seal'", "it is sealed with another key"},
};

TEST(a_database_that_is_another_one_is_not_written_to)
{
    if (!test_on_server()) {
        SKIP("no server: see tests/postgresql");
    }
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        char path[16], change[128], n[24];
        struct owner owner = {0};
        struct store *store;

        snprintf(path, sizeof path, "other%zu", i);
        snprintf(change, sizeof change, "%s", others[i].change);
        REQUIRE_OK(opened(path, NULL, "1.0.0", &owner, &store));
        writer_lost(store);
        CHECK_OK(store_write_wait(store, net_insert, NULL)); /* By a new session of what it was. */
        CHECK_INT(owner.n, 0);
        CHECK_OK(store_write_wait(store, sql, change));
        CHECK_OK(store_write_wait(store, nothing, NULL));
        writer_lost(store);
        CHECK_ERR_MSG(store_write_wait(store, net_insert, NULL), E_UNAVAILABLE, REFUSED);
        CHECK_INT(owner.n, 1);
        CHECK(strstr(owner.why, others[i].says));
        CHECK_ERR_MSG(store_read(store, nets_count, n), E_UNAVAILABLE, REFUSED);
        store_close(store);
    }
}

TEST(a_session_of_readers_that_is_made_anew_is_looked_at_too)
{
    struct owner owner = {0};
    char change[128], n[24];
    struct store *store;

    if (!test_on_server()) {
        SKIP("no server: see tests/postgresql");
    }
    REQUIRE_OK(opened("shared", NULL, "1.0.0", &owner, &store));
    reader_lost(store);
    CHECK(counts(store, nets_count, "0"));
    snprintf(change, sizeof change, "%s", others[0].change);
    CHECK_OK(store_write_wait(store, sql, change));
    CHECK_OK(store_read(store, nets_count, n)); /* By a session that was there all the time. */
    CHECK_INT(owner.n, 0);
    reader_lost(store);
    CHECK_ERR_MSG(store_read(store, nets_count, n), E_UNAVAILABLE, REFUSED);
    CHECK_INT(owner.n, 1);
    store_close(store);
}
