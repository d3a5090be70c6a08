/* Several processes that write to one database: here several stores of one process, each with connections,
 * a writer and a listener of its own.  Only of a database server. */
#include "store/replica.h"

#include "base/vec.h"
#include "replica/replica.h"
#include "replica/turn.h"

#include "store_world.h"
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define EACH 200

static const struct table *const tables[] = {&replica_table, &replica_turn_table, &net_table,
                                            &group_table, &port_table, NULL};
static const struct table *const fewer[] = {&replica_table, &replica_turn_table, &net_table, NULL};

static struct err *
opened(const char *name, const struct table *const *of, const char *version, struct store **store)
{
    const struct store_config config = {
        .path = test_store("shared"), .tables = of, .seal_key = WORLD_KEY, .replica = name, .version = version};

    return store_open(&config, store);
}

static struct store *
store_of(const char *name)
{
    struct store *store = NULL;

    if (!test_on_server()) {
        SKIP("no server: see tests/postgresql");
    }
    REQUIRE_OK(opened(name, tables, "1.0.0", &store));
    return store;
}

static struct err *
net_insert(struct tx *tx, void *arg)
{
    struct net *net = row_new(tx_mem(tx), &net_table);

    net->name = arg;
    return row_insert(tx, net);
}

/* ---- the order of the log ------------------------------------------------------------------- */

static void *
crowd(void *arg)
{
    static char name[] = "n";

    for (int i = 0; i < EACH; i++) {
        CHECK_OK(store_write_wait(arg, net_insert, name));
    }
    return NULL;
}

struct follower {
    int64_t cursor;
    int n;
};

static struct err *
follow(struct tx *tx, void *arg)
{
    struct follower *f = arg;
    struct change *changes;
    size_t n;

    TRY(changes_read(tx, f->cursor, 50, &changes, &n));
    for (size_t i = 0; i < n; i++) {
        CHECK_INT(changes[i].seq, f->cursor + 1); /* No number comes late. */
        f->cursor = changes[i].seq;
        f->n++;
    }
    return NULL;
}

TEST(replicas_write_into_one_log_in_the_order_of_commits)
{
    struct store *stores[] = {store_of("a"), store_of("b")};
    struct follower f = {0};
    pthread_t threads[4];

    for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
        REQUIRE(!pthread_create(&threads[i], NULL, crowd, stores[i % 2]));
    }
    EVENTUALLY(60000, (CHECK_OK(store_read(stores[0], follow, &f)), f.n == 4 * EACH));
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
        pthread_join(threads[i], NULL);
    }
    CHECK_INT(f.n, 4 * EACH);
    store_close(stores[0]);
    store_close(stores[1]);
}

/* ---- who hears whom --------------------------------------------------------------------------- */

static _Atomic int n_heard;

static void
heard(void *arg)
{
    (void)arg;
    n_heard++;
}

TEST(what_one_replica_commits_the_other_hears)
{
    struct store *a = store_of("a"), *b = store_of("b");
    static char name[] = "n";
    struct store_watch *watch;
    struct loop *loop;

    REQUIRE_OK(loop_new(&loop));
    watch = store_watch(b, loop, heard, NULL);
    CHECK(store_hears(b));
    CHECK_OK(store_write_wait(a, net_insert, name));
    EVENTUALLY(5000, (CHECK_OK(loop_turn(loop, 10)), n_heard > 0));
    store_unwatch(watch);
    store_close(a);
    store_close(b);
    loop_free(loop);
}

struct asked {
    const char *name;
    bool gone;
};

static struct err *
ask(struct tx *tx, void *arg)
{
    struct asked *asked = arg;

    return tx_replica_gone(tx, asked->name, &asked->gone);
}

static bool
is_gone(struct store *store, const char *name)
{
    struct asked asked = {.name = name};

    CHECK_OK(store_read(store, ask, &asked));
    return asked.gone;
}

TEST(a_replica_is_seen_to_be_gone)
{
    struct store *a = store_of("a"), *b = store_of("b");

    CHECK(!is_gone(a, "b"));
    CHECK(!is_gone(b, "a"));
    CHECK(is_gone(a, "c"));
    store_close(b);
    EVENTUALLY(5000, is_gone(a, "b"));
    store_close(a);
}

TEST(who_may_not_write_beside_replicas)
{
    struct store *a = store_of("a"), *other = NULL;

    CHECK_ERR_MSG(opened("a", tables, "1.0.0", &other), E_CONFLICT, "is called a");
    CHECK_ERR_MSG(opened(NULL, tables, "1.0.0", &other), E_CONFLICT, "another orchestrator");
    CHECK_ERR_MSG(opened("b", tables, "1.0.1", &other), E_CONFLICT, "all are of one version");
    CHECK_ERR(opened("b", fewer, "1.0.0", &other), E_CONFLICT);
    REQUIRE_OK(opened("b", tables, "1.0.0", &other));
    store_close(other);
    store_close(a);
    REQUIRE_OK(opened(NULL, tables, "1.0.1", &other));
    CHECK_ERR_MSG(opened("b", tables, "1.0.1", &a), E_CONFLICT, "that is no replica");
    store_close(other);
}

/* ---- who leads ------------------------------------------------------------------------------------ */

struct process {
    struct store *store;
    struct replicas *replicas;
    bool leads;
    int n_gone;
};

static void
lead(void *arg, bool leads)
{
    ((struct process *)arg)->leads = leads;
}

static void
gone(void *arg)
{
    ((struct process *)arg)->n_gone++;
}

static _Atomic int n_orphaned;

static struct err *
orphaned(struct tx *tx)
{
    (void)tx;
    n_orphaned++;
    return NULL;
}

static void
process_begin(struct process *process, const char *name, struct loop *loop)
{
    const struct replicas_config config = {
        .loop = loop, .address = name, .look_ms = 20, .orphaned = orphaned, .gone = gone, .lead = lead,
        .arg = process, .store = process->store = store_of(name)};

    REQUIRE_OK(replicas_new(&config, &process->replicas));
}

static void
process_end(struct process *process)
{
    replicas_free(process->replicas);
    store_close(process->store);
    process->replicas = NULL;
}

static struct err *
nothing(struct tx *tx, void *arg)
{
    (void)tx;
    (void)arg;
    return NULL;
}

static struct err *
may(struct tx *tx, void *arg)
{
    (void)arg;
    return replica_leads(tx);
}

static struct err *
beside_look(struct tx *tx, void *arg)
{
    return replica_beside(tx, arg);
}

TEST(one_replica_leads_and_another_when_it_is_gone)
{
    struct process a = {0}, b = {0};
    struct loop *loop;

    REQUIRE_OK(loop_new(&loop));
    process_begin(&a, "a", loop);
    CHECK(a.leads);
    process_begin(&b, "b", loop);
    for (int i = 0; i < 10; i++) {
        CHECK_OK(loop_turn(loop, 20));
    }
    CHECK(a.leads && !b.leads);
    CHECK_OK(store_write_wait(a.store, may, NULL));
    CHECK_ERR_MSG(store_write_wait(b.store, may, NULL), E_CONFLICT, "replica a leads");
    process_end(&a);
    EVENTUALLY(10000, (CHECK_OK(loop_turn(loop, 20)), b.leads));
    CHECK_OK(store_write_wait(b.store, may, NULL));
    CHECK_INT(b.n_gone, 1);
    CHECK_INT(n_orphaned, 1);
    a = (struct process){0};
    process_begin(&a, "a", loop); /* It comes back, and does not lead. */
    CHECK(!a.leads && b.leads);
    process_end(&a);
    process_end(&b);
    loop_free(loop);
}

static bool
is_ours(struct store *store)
{
    bool ours;

    CHECK_OK(turn_is_ours(store, "image", &ours));
    return ours;
}

TEST(a_turn_is_one_replicas_until_it_ends_or_that_is_gone)
{
    struct process a = {0}, b = {0};
    struct loop *loop;

    REQUIRE_OK(loop_new(&loop));
    process_begin(&a, "a", loop);
    process_begin(&b, "b", loop);
    CHECK(!is_ours(a.store));
    turn_ask(a.store, "image");
    EVENTUALLY(5000, is_ours(a.store));
    turn_ask(b.store, "image");
    turn_end(b.store, "image"); /* It is not b's to give back. */
    CHECK_OK(store_write_wait(b.store, nothing, NULL));
    CHECK(is_ours(a.store) && !is_ours(b.store));
    turn_end(a.store, "image");
    CHECK_OK(store_write_wait(a.store, nothing, NULL));
    turn_ask(b.store, "image");
    EVENTUALLY(5000, is_ours(b.store));
    process_end(&b);
    EVENTUALLY(10000, (CHECK_OK(loop_turn(loop, 20)), turn_ask(a.store, "image"), is_ours(a.store)));
    process_end(&a);
    loop_free(loop);
}

static struct err *
sql(struct tx *tx, void *arg)
{
    return tx_sql(tx, arg, NULL, NULL, NULL);
}

TEST(an_end_of_a_turn_that_the_store_did_not_take_is_told_again)
{
    static char away[] = "ALTER TABLE replica_turn RENAME TO elsewhere", back[] = "ALTER TABLE elsewhere RENAME TO replica_turn";
    struct process a = {0}, b = {0};
    struct loop *loop;

    REQUIRE_OK(loop_new(&loop));
    process_begin(&a, "a", loop);
    process_begin(&b, "b", loop);
    turn_ask(a.store, "image");
    EVENTUALLY(5000, is_ours(a.store));
    REQUIRE_OK(store_write_wait(b.store, sql, away));
    turn_end(a.store, "image");
    CHECK_OK(store_write_wait(a.store, nothing, NULL)); /* It was tried. */
    REQUIRE_OK(store_write_wait(b.store, sql, back));
    EVENTUALLY(10000, (CHECK_OK(loop_turn(loop, 20)), turn_ask(b.store, "image"), is_ours(b.store)));
    /* Ends of before are of no harm to what was asked for since. */
    for (int i = 0; i < 10; i++) {
        CHECK_OK(loop_turn(loop, 20));
    }
    CHECK(is_ours(b.store) && !is_ours(a.store));
    process_end(&a);
    process_end(&b);
    loop_free(loop);
}

TEST(a_process_knows_whether_another_one_is_there)
{
    struct process a = {0}, b = {0};
    struct loop *loop;
    bool beside;

    REQUIRE_OK(loop_new(&loop));
    process_begin(&a, "a", loop);
    CHECK_OK(store_write_wait(a.store, beside_look, &beside));
    CHECK(!beside);
    process_begin(&b, "b", loop);
    CHECK_OK(store_write_wait(a.store, beside_look, &beside));
    CHECK(beside);
    replicas_free(b.replicas); /* As one that is killed: its row stays. */
    store_close(b.store);
    EVENTUALLY(5000, (CHECK_OK(store_write_wait(a.store, beside_look, &beside)), !beside));
    process_end(&a);
    loop_free(loop);
}

TEST(who_begins_anew_has_no_turn_of_before)
{
    struct process a = {0};
    struct loop *loop;

    REQUIRE_OK(loop_new(&loop));
    process_begin(&a, "a", loop);
    turn_ask(a.store, "image");
    EVENTUALLY(5000, is_ours(a.store));
    process_end(&a);
    process_begin(&a, "a", loop);
    CHECK(!is_ours(a.store));
    process_end(&a);
    loop_free(loop);
}

static bool
alone_opens(struct store **store)
{
    struct err *e = opened(NULL, tables, "1.0.0", store);

    if (e) {
        CHECK_ERR(e, E_CONFLICT); /* The server has not missed who ended. */
    }
    return !e;
}

/* Replicas and turns. */
static struct err *
all_count(struct tx *tx, void *arg)
{
    int64_t *sum = arg, n;

    *sum = 0;
    for (size_t i = 0; replica_tables[i]; i++) {
        const struct query query = {.table = replica_tables[i]};

        TRY(rows_count(tx, &query, &n));
        *sum += n;
    }
    return NULL;
}

TEST(who_is_alone_now_keeps_no_rows_of_replicas_that_were)
{
    struct process a = {0}, b = {0}, alone = {0};
    struct replicas_config config = {.lead = lead, .arg = &alone};
    struct loop *loop;
    int64_t n;

    REQUIRE_OK(loop_new(&loop));
    process_begin(&a, "a", loop);
    process_begin(&b, "b", loop);
    turn_ask(b.store, "image");
    EVENTUALLY(5000, is_ours(b.store));
    process_end(&a);
    process_end(&b);
    EVENTUALLY(5000, alone_opens(&alone.store));
    CHECK_OK(store_read(alone.store, all_count, &n));
    CHECK_INT(n, 3);
    config.loop = loop;
    config.store = alone.store;
    REQUIRE_OK(replicas_new(&config, &alone.replicas));
    CHECK(alone.leads);
    CHECK_OK(store_read(alone.store, all_count, &n));
    CHECK_INT(n, 0);
    process_end(&alone);
    process_begin(&a, "c", loop); /* And several again: nobody of before leads. */
    CHECK(a.leads);
    process_end(&a);
    loop_free(loop);
}

TEST(a_process_that_is_alone_leads)
{
    struct process alone = {0};
    struct replicas_config config = {.lead = lead, .arg = &alone};
    struct loop *loop;
    bool beside = true;

    REQUIRE_OK(loop_new(&loop));
    REQUIRE_OK(store_open(&(struct store_config){.path = test_store(":memory:"), .tables = tables, .seal_key = WORLD_KEY},
                          &alone.store));
    config.loop = loop;
    config.store = alone.store;
    REQUIRE_OK(replicas_new(&config, &alone.replicas));
    CHECK(alone.leads);
    CHECK(store_hears(alone.store));
    CHECK(is_ours(alone.store)); /* without having asked */
    CHECK_OK(store_write_wait(alone.store, beside_look, &beside));
    CHECK(!beside);
    CHECK_OK(store_write_wait(alone.store, may, NULL));
    process_end(&alone);
    loop_free(loop);
}
