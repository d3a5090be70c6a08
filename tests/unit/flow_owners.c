/* The flow engine: several owners that are there by a row each, and what becomes of flows when one is gone. */
#include "unit/flow_world.h"

#include "replica/replica.h"

static const struct table *const tables[] = {&replica_table, &flow_table, &flow_step_table, NULL};

static struct err *
one_run(struct flow *f, const void *in)
{
    const struct thing *wanted = in;

    return flow_step(f, "make", &create_kind, thing(f, wanted->name, wanted->size), NULL);
}
static const struct flow_type one = {
    .name = "one", .version = 1, .doc = "Makes one thing.", .in = &thing_table, .run = one_run};

static struct err *
family_run(struct flow *f, const void *in)
{
    (void)in;
    TRY(flow_spawn(f, "first", &one, thing(f, "f1", 5)));
    TRY(flow_spawn(f, "second", &one, thing(f, "f2", 0)));
    return flow_join_all(f);
}
static const struct flow_type family = {
    .name = "family", .version = 1, .doc = "Has children.", .in = &thing_table, .run = family_run};
static const struct flow_type *const types[] = {&family, &one, NULL};

/* ---- owners --------------------------------------------------------------------------------- */

static struct err *
owner_add(struct tx *tx, void *arg)
{
    struct replica *row = row_new(tx_mem(tx), &replica_table);

    row->name = arg;
    return row_insert(tx, row);
}

static struct err *
owner_remove(struct tx *tx, void *arg)
{
    return row_delete(tx, &replica_table, arg);
}

static char name_one[] = "one", name_two[] = "two";

static struct flow_engine *
engine_of(struct world *world, const char *owner)
{
    const struct flow_engine_config config = {
        .loop = world->loop, .store = world->store, .owner = owner, .owners = &replica_table, .types = types};
    struct flow_engine *engine;

    REQUIRE_OK(flow_engine_new(&config, &engine));
    flow_kinds_add(engine, kinds);
    REQUIRE_OK(flow_engine_start(engine));
    return engine;
}

static void
owners_open(struct world *world, struct flow_engine **other)
{
    static char path[256];
    struct store_config config = {.tables = tables};

    snprintf(path, sizeof path, "%s/db", test_dir());
    the_world = world;
    REQUIRE_OK(loop_new(&world->loop));
    config.path = test_store(path);
    REQUIRE_OK(store_open(&config, &world->store));
    REQUIRE_OK(store_write_wait(world->store, owner_add, name_one));
    REQUIRE_OK(store_write_wait(world->store, owner_add, name_two));
    world->engine = engine_of(world, "one");
    *other = engine_of(world, "two");
}

static struct err *
owners_read(struct tx *tx, void *arg)
{
    const struct query query = {.table = &flow_table};
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        CHECK_STR(((const struct flow_row *)rows.items[i])->owner, arg);
    }
    return NULL;
}

/* Of all flows. */
static void
check_owner(struct world *world, char *owner)
{
    CHECK_OK(store_read(world->store, owners_read, owner));
}

/* ---- stories ----------------------------------------------------------------------------------- */

TEST(flows_of_an_owner_that_is_gone_go_on_as_one_tree)
{
    struct world world = {0};
    struct flow_engine *other;
    struct ask ask = {0};
    struct step *old;

    owners_open(&world, &other);
    world.next.hang = 1;
    start(&ask, &family);
    while (!world.hanging) {
        REQUIRE_OK(loop_turn(world.loop, 5));
    }
    old = world.hanging;
    flow_engine_take(other);
    for (int i = 0; i < 20; i++) {
        REQUIRE_OK(loop_turn(world.loop, 5));
    }
    CHECK_INT(flow_engine_running(other), 0); /* He is there. */
    flow_engine_free(world.engine);
    world.engine = other;
    REQUIRE_OK(store_write_wait(world.store, owner_remove, name_one));
    flow_engine_take(other);
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world_count(&world), 2);
    CHECK_INT(world.n_made, 2);
    step_failed(old, err_new(E_CONFLICT, NULL, "no room")); /* Nobody waits for that any more. */
    world_close(&world);
}

TEST(a_task_leaves_a_flow_with_its_owner)
{
    struct world world = {0};
    struct flow_engine *other, *own;
    struct ask ask = {0};

    owners_open(&world, &other);
    own = world.engine;
    world.next.fail_create = 1;
    start(&ask, &family);
    REACHES(ask.id, "FAILED_TEMP");
    world.engine = other; /* Whom the task is asked of. */
    CHECK_OK(operate(&ask, flow_retry));
    EVENTUALLY(10000, (CHECK_INT(flow_engine_running(other), 0), turn(ask.id, "COMPLETED")));
    check_owner(&world, name_one);
    CHECK_INT(world.n_made, 2);
    flow_engine_free(own);
    world_close(&world);
}

TEST(what_rests_when_its_owner_goes_is_retried_by_another)
{
    struct world world = {0};
    struct flow_engine *other;
    struct ask ask = {0};

    owners_open(&world, &other);
    world.next.fail_create = 1;
    start(&ask, &one);
    REACHES(ask.id, "FAILED_TEMP");
    flow_engine_free(world.engine);
    world.engine = other;
    REQUIRE_OK(store_write_wait(world.store, owner_remove, name_one));
    CHECK_OK(operate(&ask, flow_retry)); /* Before it was taken. */
    REACHES(ask.id, "COMPLETED");
    check_owner(&world, name_two);
    world_close(&world);
}
