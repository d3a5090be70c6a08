/* Steps of one flow that run beside one another: begun, awaited, failed, lost, cancelled. */
#include "unit/flow_world.h"

static struct err *
beside_run(struct flow *f, const void *in)
{
    struct thing a, b, c;

    (void)in;
    TRY(flow_begin(f, "a", &create_kind, thing(f, "a", 1)));
    TRY(flow_begin(f, "b", &create_kind, thing(f, "b", 2)));
    TRY(flow_end(f, "b", &b));
    TRY(flow_begin(f, "c", &create_kind, thing(f, "c", b.size)));
    TRY(flow_step(f, "count", &count_kind, thing(f, "n", 0), NULL));
    TRY(flow_end(f, "a", &a));
    TRY(flow_end(f, "c", &c));
    c.row.table = &thing_table;
    c.size += a.size;
    flow_result(f, &c);
    return NULL;
}

static const struct flow_type beside = {
    .name = "beside", .version = 1, .doc = "Makes things side by side.", .in = &thing_table,
    .out = &thing_table, .run = beside_run};

/* Begins one thing and does not ask what became of it. */
static struct err *
lax_run(struct flow *f, const void *in)
{
    (void)in;
    return flow_begin(f, "a", &create_kind, thing(f, "a", 1));
}
static const struct flow_type lax = {
    .name = "lax", .version = 1, .doc = "Awaits nothing.", .in = &thing_table, .run = lax_run};

static struct err *
hasty_run(struct flow *f, const void *in)
{
    (void)in;
    return flow_end(f, "a", NULL);
}
static const struct flow_type hasty = {.name = "hasty", .version = 1, .in = &thing_table,
                                       .doc = "Awaits what it has not begun.", .run = hasty_run};
static struct err *
strange_run(struct flow *f, const void *in)
{
    (void)f, (void)in;
    return err_new(E_CONFLICT, NULL, "the site says caf\xe9");
}
static const struct flow_type strange = {.name = "strange", .version = 1, .in = &thing_table,
                                         .doc = "Fails in words that are no text.",
                                         .run = strange_run};
static const struct flow_type *const types[] = {&beside, &lax, &hasty, &strange, NULL};

/* The flow with 'a' under way and no answer. */
static void
hang(struct world *world, struct ask *ask, const struct flow_type *type)
{
    world_open(world, types);
    world->next.hang = 1;
    world->hangs = "a";
    start(ask, type);
    EVENTUALLY(10000, !loop_turn(world->loop, 5) && world->hanging);
}

TEST(flow_step_that_is_begun_lets_others_run_beside_it)
{
    struct world world = {0};
    struct ask ask = {0};
    AUTO(mem) mem = mem_new("test");
    struct peek peek = {.id = ask.id, .mem = mem};
    int n = 0;

    hang(&world, &ask, &beside);
    EVENTUALLY(10000, !loop_turn(world.loop, 5) && world.n_made == 2);
    EVENTUALLY(10000, !loop_turn(world.loop, 5) && !store_read(world.store, read_count, &n) && n);
    CHECK(in_state(ask.id, "PROCESSING"));
    create_later(world.hanging);
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world.n_made, 3);
    CHECK_INT(world.n_found, 0);
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.explained, "\"output\":{\"name\":\"c\",\"size\":6}") != NULL);
    world_close(&world);
}

TEST(flow_that_fails_rests_when_its_other_steps_do)
{
    struct world world = {0};
    struct ask ask = {0};

    world_open(&world, types);
    world.next.hang = 1;
    world.hangs = "a";
    world.next.fail_create = 1;
    start(&ask, &beside);
    EVENTUALLY(10000, !loop_turn(world.loop, 5) && world.next.fail_create == 0);
    for (int i = 0; i < 5; i++) {
        REQUIRE_OK(loop_turn(world.loop, 5));
    }
    CHECK(in_state(ask.id, "PROCESSING"));
    create_later(world.hanging);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_INT(world_count(&world), 1);
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world.n_made, 3); /* What was done is not done again. */
    world_close(&world);
}

TEST(flow_rollback_takes_back_steps_that_ran_side_by_side)
{
    struct world world = {0};
    struct ask ask = {0};
    int n = -1;

    hang(&world, &ask, &beside);
    EVENTUALLY(10000, !loop_turn(world.loop, 5) && world.n_made == 2);
    world.next.fail_create = 1;
    create_later(world.hanging);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_INT(world_count(&world), 2);
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_INT(world_count(&world), 0);
    CHECK_OK(store_read(world.store, read_count, &n));
    CHECK_INT(n, 0);
    world_close(&world);
}

TEST(flow_steps_side_by_side_survive_a_crash)
{
    struct world world = {0};
    struct ask ask = {0};

    hang(&world, &ask, &beside);
    EVENTUALLY(10000, !loop_turn(world.loop, 5) && world.n_made == 2);
    world_make(&world, "a"); /* The site did it; we died before the answer. */
    world_crash(&world);
    step_failed(world.hanging, err_new(E_CANCELLED, NULL, "too late to matter"));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world_count(&world), 3);
    CHECK_INT(world.n_made, 3);
    world_close(&world);
}

TEST(flow_steps_side_by_side_are_each_looked_for)
{
    struct world world = {0};
    struct ask ask = {0};

    world_open(&world, types);
    world.next.lose_create = 2;
    start(&ask, &beside);
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world.n_made, 3);
    CHECK(world.n_found >= 2);
    world_close(&world);
}

TEST(flow_cancel_stops_steps_side_by_side)
{
    struct world world = {0};
    struct ask ask = {.forceful = true};

    hang(&world, &ask, &beside);
    EVENTUALLY(10000, !loop_turn(world.loop, 5) && world.n_made == 2);
    CHECK_OK(store_write_wait(world.store, ask_cancel, &ask));
    REACHES(ask.id, "FAILED_TEMP");
    world_make(&world, "a");
    step_failed(world.hanging, err_new(E_CANCELLED, NULL, "too late to matter"));
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_INT(world_count(&world), 0);
    world_close(&world);
}

TEST(flow_graceful_cancel_begins_nothing_beside_what_is_under_way)
{
    struct world world = {0};
    struct ask ask = {0};

    hang(&world, &ask, &beside);
    EVENTUALLY(10000, !loop_turn(world.loop, 5) && world.n_made == 2);
    CHECK_OK(store_write_wait(world.store, ask_cancel, &ask));
    for (int i = 0; i < 5; i++) {
        REQUIRE_OK(loop_turn(world.loop, 5));
    }
    CHECK(in_state(ask.id, "PROCESSING"));
    create_later(world.hanging);
    /* All that it had begun is done: it has nothing left that a cancel could stop. */
    EVENTUALLY(10000, turn(ask.id, "COMPLETED") || in_state(ask.id, "FAILED_TEMP"));
    CHECK_INT(world_count(&world), 3);
    world_close(&world);
}

TEST(flow_does_not_complete_before_what_it_has_begun)
{
    struct world world = {0};
    struct ask ask = {0};

    hang(&world, &ask, &lax);
    for (int i = 0; i < 5; i++) {
        REQUIRE_OK(loop_turn(world.loop, 5));
    }
    CHECK(in_state(ask.id, "PROCESSING"));
    world.next.fail_create = 1;
    create_later(world.hanging);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(operate(&ask, flow_retry));
    world.next.doubt_create = 1;
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world.n_made, 1);
    world_close(&world);
}

TEST(flow_that_awaits_what_it_has_not_begun_says_so)
{
    struct world world = {0};
    struct ask ask = {0};
    struct peek peek = {.id = ask.id};

    world_open(&world, types);
    start(&ask, &hasty);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.error, "which it has not begun") != NULL);
    world_close(&world);
}

/* What is kept of a failure is read by others: JSON, whatever a stranger said. */
TEST(flow_failure_in_words_that_are_no_text_is_kept_as_text)
{
    struct world world = {0};
    struct ask ask = {0};
    AUTO(mem) mem = mem_new("test");
    struct peek peek = {.id = ask.id};
    const struct json *json;

    world_open(&world, types);
    start(&ask, &strange);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(store_read(world.store, peek_row, &peek));
    REQUIRE_OK(json_parse(mem, peek.error, strlen(peek.error), &json));
    CHECK_STR(json_get_str(json, "message"), "the site says caf?");
    world_close(&world);
}
