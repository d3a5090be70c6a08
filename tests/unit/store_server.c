/* A store in a database server: connections that end at any moment, also between a commit and its
 * answer; a server that is away; a second one who wants to write.  Between the store and the server is
 * a relay that can be told to break. */
#include "store/conn.h"
#include "store/room.h"

#include "base/vec.h"

#include "store_world.h"
#include "test.h"

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const struct table *const tables[] = {&net_table, &group_table, &port_table, NULL};

/* ---- the relay ----------------------------------------------------------------------------- */

enum mode {
    PASS,
    BREAK_BEFORE_COMMIT, /* once: what the client says does not arrive */
    BREAK_AFTER_COMMIT,  /* once: what the server answers does not */
    AWAY,                /* every connection ends at once */
};
static _Atomic int mode, broken;
static char server_path[100];

static int
socket_at(const char *path, bool listens)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    if (fd < 0 || (listens ? bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 16)
                           : connect(fd, (struct sockaddr *)&at, sizeof at))) {
        test_fail(__FILE__, __LINE__, "socket %s", path);
        return -1;
    }
    return fd;
}

/* Moves what is there; false where the connection is over. */
static bool
move(int from, int to, bool to_server)
{
    char data[16384];
    ssize_t n = read(from, data, sizeof data), sent = 0;
    bool commit = n > 0 && to_server && memmem(data, (size_t)n, "COMMIT", 7);
    int is = atomic_load(&mode);

    if (n <= 0 || (commit && is == BREAK_BEFORE_COMMIT)) {
        broken += n > 0;
        atomic_store(&mode, n > 0 ? PASS : is);
        return false;
    }
    while (sent < n) {
        ssize_t one = write(to, data + sent, (size_t)(n - sent));

        if (one <= 0) {
            return false;
        }
        sent += one;
    }
    if (commit && is == BREAK_AFTER_COMMIT) {
        atomic_store(&mode, PASS);
        broken++;
        return read(to, data, sizeof data) < 0; /* The answer, which nobody gets. */
    }
    return true;
}

static void *
relay_one(void *arg)
{
    int client = (int)(intptr_t)arg, server = socket_at(server_path, false);
    struct pollfd fds[] = {{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};

    while (server >= 0 && atomic_load(&mode) != AWAY && poll(fds, 2, 20) >= 0) {
        if ((fds[0].revents && !move(client, server, true)) ||
            (fds[1].revents && !move(server, client, false))) {
            break;
        }
    }
    close(client);
    close(server);
    return NULL;
}

static void *
relay(void *arg)
{
    int listener = (int)(intptr_t)arg, client;

    while ((client = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        pthread_t thread;

        REQUIRE(!pthread_create(&thread, NULL, relay_one, (void *)(intptr_t)client));
        pthread_detach(thread);
    }
    return NULL;
}

/* From now on test_store's databases are behind the relay. */
static void
relay_begin(void)
{
    const char *base = getenv("CARRICK_TEST_DATABASE"), *host = base ? strstr(base, "host=") : NULL;
    char url[600], path[200];
    pthread_t thread;
    int listener;

    if (!host) {
        SKIP("no server: see tests/postgresql");
    }
    host += strlen("host=");
    snprintf(server_path, sizeof server_path, "%.*s/.s.PGSQL.5432", (int)strcspn(host, "&"), host);
    snprintf(path, sizeof path, "%s/.s.PGSQL.5432", test_dir());
    snprintf(url, sizeof url, "%.*s%s%s", (int)(host - base), base, test_dir(), host + strcspn(host, "&"));
    REQUIRE(!setenv("CARRICK_TEST_DATABASE", url, 1));
    listener = socket_at(path, true);
    REQUIRE(!pthread_create(&thread, NULL, relay, (void *)(intptr_t)listener));
    pthread_detach(thread);
}

/* ---- what is written ------------------------------------------------------------------------------ */

static struct store *
store_there(void)
{
    const struct store_config config = {.path = test_store("there"), .tables = tables, .seal_key = WORLD_KEY};
    struct store *store = NULL;

    REQUIRE_OK(store_open(&config, &store));
    return store;
}

static _Atomic int runs;

static struct err *
net_insert(struct tx *tx, void *arg)
{
    struct net *net = row_new(tx_mem(tx), &net_table);

    runs++;
    net->name = arg;
    return row_insert(tx, net);
}

static struct err *
nets_count(struct tx *tx, void *arg)
{
    const struct query query = {.table = &net_table};
    int64_t last;

    TRY(rows_count(tx, &query, arg));
    TRY(changes_last(tx, &last));
    CHECK_INT(last, *(int64_t *)arg); /* Each has its entry, and no number is left out. */
    return NULL;
}

static int64_t
nets(struct store *store)
{
    int64_t n = -1;

    CHECK_OK(store_read(store, nets_count, &n));
    return n;
}

static char name[] = "n";

TEST(a_commit_whose_answer_is_lost_is_asked_about)
{
    AUTO(store) store = NULL;

    relay_begin();
    store = store_there();
    CHECK_OK(store_write_wait(store, net_insert, name));
    runs = 0;
    mode = BREAK_AFTER_COMMIT;
    CHECK_OK(store_write_wait(store, net_insert, name));
    CHECK_INT(broken, 1);
    CHECK_INT(runs, 1); /* It was there: nothing runs twice. */
    CHECK_INT(nets(store), 2);
    CHECK_OK(store_write_wait(store, net_insert, name));
    CHECK_INT(nets(store), 3);
}

TEST(a_commit_that_did_not_arrive_runs_again)
{
    AUTO(store) store = NULL;

    relay_begin();
    store = store_there();
    CHECK_OK(store_write_wait(store, net_insert, name));
    runs = 0;
    mode = BREAK_BEFORE_COMMIT;
    CHECK_OK(store_write_wait(store, net_insert, name));
    CHECK_INT(broken, 1);
    CHECK_INT(runs, 2);
    CHECK_INT(nets(store), 2);
}

/* A connection that was tried in vain a moment ago is not tried again at once: a read may be refused. */
static bool
reads(struct store *store, int64_t at_least)
{
    int64_t n = -1;
    struct err *e = store_read(store, nets_count, &n);
    bool fine = !e;

    if (e) {
        CHECK_ERR(e, E_UNAVAILABLE);
    }
    return fine && n >= at_least;
}

/* Many at once, again and again: what is acknowledged is there once, and nothing else is. */
struct crowd {
    struct store *store;
    int64_t n_good;
};

static void *
crowd_write(void *arg)
{
    struct crowd *crowd = arg;

    for (int i = 0; i < 40; i++) {
        struct err *e = store_write_wait(crowd->store, net_insert, name);

        crowd->n_good += !e;
        if (e) {
            CHECK_ERR(e, E_UNAVAILABLE);
        }
    }
    return NULL;
}

TEST(commits_in_doubt_of_many_lose_and_double_nothing)
{
    AUTO(store) store = NULL;
    struct crowd crowds[4];
    pthread_t threads[4];
    int64_t good = 0;

    relay_begin();
    store = store_there();
    for (int i = 0; i < 4; i++) {
        crowds[i] = (struct crowd){.store = store};
        REQUIRE(!pthread_create(&threads[i], NULL, crowd_write, &crowds[i]));
    }
    for (int i = 0; i < 6; i++) {
        int before = broken;

        mode = i % 2 ? BREAK_BEFORE_COMMIT : BREAK_AFTER_COMMIT;
        for (int64_t until = test_now_ns() + 300000000; broken == before && test_again(until);) {
        }
    }
    mode = PASS;
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        good += crowds[i].n_good;
    }
    CHECK(broken > 0);
    CHECK(good > 0);
    CHECK_INT(nets(store), good);
}

static bool
writes(struct store *store)
{
    struct err *e = store_write_wait(store, net_insert, name);
    bool fine = !e;

    if (e) {
        CHECK_ERR(e, E_UNAVAILABLE);
    }
    return fine;
}

TEST(a_server_that_is_away_is_told_and_found_again)
{
    AUTO(store) store = NULL;
    int64_t n = 0;

    relay_begin();
    store = store_there();
    REQUIRE(writes(store));
    mode = AWAY;
    EVENTUALLY(5000, !writes(store));
    CHECK_ERR_MSG(store_read(store, nets_count, &n), E_UNAVAILABLE, "the database cannot be reached");
    CHECK_ERR_MSG(store_write_wait(store, net_insert, name), E_UNAVAILABLE, "the database cannot be reached");
    mode = PASS;
    EVENTUALLY(10000, writes(store));
    EVENTUALLY(10000, reads(store, 2));
}

static struct err *
writer_end(struct tx *tx, void *arg)
{
    return tx_sql(tx, "SELECT pg_terminate_backend(pid)::text FROM pg_locks WHERE locktype = 'advisory' AND "
                      "((classid::bigint << 32) | objid::bigint) = hashtextextended('carrick ' || current_schema(), 0)",
                  NULL, NULL, arg);
}

/* Whoever looks after the server ends sessions, at any moment: nobody who writes is told. */
TEST(a_session_that_the_server_ends_costs_nobody_anything)
{
    AUTO(store) store = NULL;

    if (!test_on_server()) {
        SKIP("no server: see tests/postgresql");
    }
    store = store_there();
    for (int i = 1; i <= 10; i++) {
        CHECK_OK(store_read(store, writer_end, NULL));
        CHECK_OK(store_write_wait(store, net_insert, name));
        CHECK_INT(nets(store), i);
    }
}

static struct err *
no_room(struct tx *tx, void *arg)
{
    TRY(net_insert(tx, arg));
    return tx_sql(tx, "DO $do$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $do$",
                  NULL, NULL, NULL);
}

TEST(a_server_without_room_is_told_as_a_full_disk)
{
    AUTO(store) store = NULL;
    struct err *e;

    if (!test_on_server()) {
        SKIP("no server: see tests/postgresql");
    }
    store = store_there();
    CHECK(writes(store));
    e = store_write_wait(store, no_room, name);
    REQUIRE(e != NULL);
    CHECK_STR(e->type, STORE_NO_ROOM);
    CHECK_ERR(e, E_UNAVAILABLE);
    CHECK(store_is_full(store));
    CHECK_INT(nets(store), 1);
    CHECK(writes(store));
    CHECK(!store_is_full(store));
    CHECK_INT(nets(store), 2);
}

static struct err *
setting_take(void *arg, int n, const char *const *columns)
{
    snprintf(arg, 100, "%s", n ? str_or(columns[0], "") : "");
    return NULL;
}

/* ---- who may ------------------------------------------------------------------------------------------ */

TEST(one_orchestrator_writes_to_a_database)
{
    const struct store_config config = {.path = test_store("there"), .tables = tables, .seal_key = WORLD_KEY};
    struct store *first, *second;

    if (!test_on_server()) {
        SKIP("no server: see tests/postgresql");
    }
    first = store_there();
    CHECK_ERR_MSG(store_open(&config, &second), E_CONFLICT, "another orchestrator uses this database");
    CHECK(writes(first));
    store_close(first);
    REQUIRE_OK(store_open(&config, &second));
    CHECK(writes(second));
    store_close(second);
}

/* The place of a store behind the relay, past it. */
static const char *
past_relay(struct mem *mem, const char *url)
{
    const char *host = strstr(url, "host=") + strlen("host=");

    return mem_printf(mem, "%.*s%.*s%s", (int)(host - url), url, (int)(strrchr(server_path, '/') - server_path),
                      server_path, host + strcspn(host, "&"));
}

static bool
told_taken(struct store *store)
{
    struct err *e = store_write_wait(store, net_insert, name);
    bool told = e && strstr(e->message, "another orchestrator uses this database");

    CHECK_ERR(e, E_UNAVAILABLE);
    return told;
}

/* Whoever had the database and finds another one there has to say so, as of a database that is away. */
TEST(an_orchestrator_whose_database_another_one_has_is_told)
{
    struct store_config config = {.tables = tables, .seal_key = WORLD_KEY};
    AUTO(mem) mem = mem_new("test");
    AUTO(store) first = NULL;
    AUTO(store) second = NULL;

    relay_begin();
    config.path = past_relay(mem, test_store("there"));
    first = store_there();
    REQUIRE(writes(first));
    mode = AWAY;
    EVENTUALLY(5000, !writes(first));
    REQUIRE_OK(store_open(&config, &second));
    mode = PASS;
    EVENTUALLY(20000, told_taken(first));
    CHECK(writes(second));
    CHECK_ERR_MSG(store_write_wait(first, net_insert, name), E_UNAVAILABLE, "the database cannot be");
    store_close(second);
    second = NULL;
    EVENTUALLY(10000, writes(first));
}

static struct err *
setting_ask(struct tx *tx, void *arg)
{
    static const char sql[] = "SELECT current_setting('statement_timeout') || ' ' || current_setting('transaction_isolation') "
                              "|| ' ' || current_setting('standard_conforming_strings')";

    return tx_sql(tx, sql, NULL, setting_take, arg);
}

/* What a user or a database has for usual is not what a store takes. */
TEST(a_server_s_settings_are_not_the_store_s)
{
    struct store_config config = {.path = test_store("there"), .tables = tables, .seal_key = WORLD_KEY};
    AUTO(mem) mem = mem_new("test");
    AUTO(store) store = NULL;
    char said[100] = "";

    if (!test_on_server()) {
        SKIP("no server: see tests/postgresql");
    }
    config.path = mem_printf(mem, "%s%%20-cstatement_timeout%%3D100000%%20-cstandard_conforming_strings%%3Doff"
                             "%%20-cdefault_transaction_isolation%%3Dserializable", config.path);
    REQUIRE_OK(store_open(&config, &store));
    CHECK_OK(store_write_wait(store, setting_ask, said));
    CHECK_STR(said, "0 read committed on");
}

TEST(a_database_without_a_place_for_tables_is_told)
{
    struct store_config config = {.tables = tables, .seal_key = WORLD_KEY};
    const char *base = getenv("CARRICK_TEST_DATABASE");
    AUTO(mem) mem = mem_new("test");
    struct store *store = NULL;

    if (!test_on_server()) {
        SKIP("no server: see tests/postgresql");
    }
    config.path = mem_printf(mem, "%s&options=-csearch_path%%3Dnot_there,neither", base);
    CHECK_ERR_MSG(store_open(&config, &store), E_CONFLICT, "there is no schema for its tables");
}

/* A statement that is at its end and not given back yet is another one's meanwhile. */
TEST(a_statement_runs_again_while_another_one_holds_it)
{
    struct conn *conn = NULL;
    char said[100] = "";
    struct stmt stmts[2], count;
    bool row = false;

    REQUIRE_OK(conn_open(test_store(":memory:"), CONN_WRITER, &conn));
    CHECK_OK(conn_exec(conn, "CREATE TABLE t (a TEXT)"));
    for (int i = 0; i < 2; i++) {
        REQUIRE_OK(conn_take(conn, "INSERT INTO t (a) VALUES (?)", &stmts[i]));
        stmt_text(&stmts[i], 1, i ? "b" : "a");
        CHECK_OK(conn_run(conn, &stmts[i]));
    }
    conn_give(&stmts[1]);
    conn_give(&stmts[0]);
    REQUIRE_OK(conn_take(conn, "SELECT count(*), min(a), max(a) FROM t", &count));
    CHECK_OK(conn_step(conn, &count, &row));
    CHECK(row);
    snprintf(said, sizeof said, "%s %s %s", str_or(stmt_get(&count, 0), ""), str_or(stmt_get(&count, 1), ""),
             str_or(stmt_get(&count, 2), ""));
    CHECK_STR(said, "2 a b");
    conn_give(&count);
    conn_close(conn);
}

TEST(a_url_is_never_told_with_its_password)
{
    static const char *const urls[] = {
        "postgresql://carrick:hunter2@127.0.0.1:1/x",
        "postgresql://carrick:hun/ter2@127.0.0.1:1/x",
        "postgresql://127.0.0.1:1/x?password=hunter2",
        "postgresql://127.0.0.1:1/x?nonsense=hunter2",
        "postgresql://carrick:hunter2@[::1/x",
    };

    for (size_t i = 0; i < ARRAY_SIZE(urls); i++) {
        const struct store_config config = {.path = urls[i], .tables = tables, .seal_key = WORLD_KEY};
        AUTO(mem) mem = mem_new("test");
        struct store *store;
        struct err *e = store_open(&config, &store);

        REQUIRE(e != NULL);
        CHECK(!strstr(err_full(mem, e), "hun"));
        err_free(e);
    }
}
