/* The flow engine: going on without children that failed. */
#include "unit/flow_world.h"

static bool is_refused;

static struct err *
one_run(struct flow *f, const void *in)
{
    const struct thing *wanted = in;
    struct thing out;

    TRY(flow_step(f, "make", &create_kind, thing(f, wanted->name, wanted->size), &out));
    out.row.table = &thing_table;
    flow_result(f, &out);
    return NULL;
}
static const struct flow_type one = {
    .name = "one", .version = 1, .doc = "Makes one thing.", .in = &thing_table,
    .out = &thing_table, .run = one_run};
static const struct flow_type needed = {
    .name = "needed", .version = 1, .doc = "As one, and not spared.", .in = &thing_table,
    .out = &thing_table, .run = one_run};

static struct err *
granted_run(struct flow *f, const void *in)
{
    TRY(flow_step(f, "grant", &count_kind, thing(f, is_refused ? "refused" : "granted", 0), NULL));
    TRY(flow_started(f));
    return flow_step(f, "make", &create_kind, in, NULL);
}
static const struct flow_type granted = {
    .name = "granted", .version = 1, .doc = "Needs a grant.", .in = &thing_table,
    .run = granted_run, .starting = true};

static struct err *
sparing_run(struct flow *f, const void *in)
{
    struct thing first = {.size = 40};
    bool left;

    (void)in;
    TRY(flow_spawn(f, "first", &one, thing(f, "f1", 5)));
    TRY(flow_spawn(f, "second", &one, thing(f, "f2", 0)));
    TRY(flow_join_or_leave(f, "first", &first, &left));
    TRY(flow_join_all(f));
    TRY(flow_spawn(f, "third", &needed, thing(f, "f3", 0)));
    TRY(flow_join_all(f));
    return flow_step(f, "last", &create_kind, thing(f, left ? "without" : "with", first.size),
                     NULL);
}
static const struct flow_type *const spared[] = {&one, &granted, NULL};
static const struct flow_type sparing = {
    .name = "sparing", .version = 1, .doc = "Goes on without some.", .in = &thing_table,
    .run = sparing_run, .spares = spared};

static struct err *
asking_run(struct flow *f, const void *in)
{
    (void)in;
    TRY(flow_spawn(f, "only", &granted, thing(f, "only", 0)));
    TRY(flow_join_all(f));
    return flow_step(f, "last", &create_kind, thing(f, "last", 0), NULL);
}
static const struct flow_type asking = {
    .name = "asking", .version = 1, .doc = "Goes on without a grant.", .in = &thing_table,
    .run = asking_run, .spares = spared};

/* One that fails, and later one that is refused: the one is left, the other not. */
static struct err *
later_run(struct flow *f, const void *in)
{
    (void)in;
    TRY(flow_spawn(f, "early", &one, thing(f, "early", 0)));
    TRY(flow_join_all(f));
    TRY(flow_spawn(f, "late", &granted, thing(f, "late", 0)));
    TRY(flow_join_all(f));
    return flow_step(f, "last", &create_kind, thing(f, "last", 0), NULL);
}
static const struct flow_type later = {
    .name = "later", .version = 1, .doc = "Needs a grant later.", .in = &thing_table,
    .run = later_run, .spares = spared};
static const struct flow_type *const types[] = {&sparing, &asking, &later, &one,
                                                &needed,  &granted, NULL};

TEST(flow_continues_without_a_child_that_failed)
{
    struct world world = {0};
    struct ask ask = {0};
    AUTO(mem) mem = mem_new("test");
    struct peek peek = {.id = ask.id, .mem = mem};

    world_open(&world, types);
    world.next.fail_create = 1;
    start(&ask, &sparing);
    CHECK_ERR(operate(&ask, flow_continue), E_CONFLICT);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(operate(&ask, flow_continue));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world_count(&world), 3);
    CHECK(world_find(&world, "f1") < 0);
    CHECK(world_find(&world, "without") >= 0);
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.explained, "\"LEFT\"") != NULL);
    CHECK(strstr(peek.explained, "\"size\":40") != NULL); /* What it had told is as it was. */
    CHECK(strstr(peek.explained, "\"FAILED\"") != NULL);
    world_close(&world);
}

TEST(flow_that_continued_leaves_the_same_children_after_a_crash_and_a_retry)
{
    struct world world = {0};
    struct ask ask = {0};

    world_open(&world, types);
    world.next.fail_create = 2;
    start(&ask, &sparing);
    REACHES(ask.id, "FAILED_TEMP");
    world.next.fail_create = 1; /* The one that it needs. */
    CHECK_OK(operate(&ask, flow_continue));
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_ERR(operate(&ask, flow_continue), E_CONFLICT);
    world_crash(&world);
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world_count(&world), 2);
    CHECK(world_find(&world, "f3") >= 0);
    world_close(&world);
}

TEST(flow_that_continued_can_be_rolled_back)
{
    struct world world = {0};
    struct ask ask = {0};

    world_open(&world, types);
    world.next.fail_create = 1;
    start(&ask, &sparing);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_INT(world_count(&world), 1);
    world.next.fail_create = 1;
    CHECK_OK(operate(&ask, flow_continue));
    REACHES(ask.id, "FAILED_TEMP");
    world.next.fail_undo = 1;
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_ERR(operate(&ask, flow_continue), E_CONFLICT); /* It is on its way back. */
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_INT(world_count(&world), 0);
    world_close(&world);
}

TEST(flow_continues_without_a_child_that_took_itself_back)
{
    struct world world = {0};
    struct ask ask = {0};

    is_refused = true;
    world_open(&world, types);
    start(&ask, &asking);
    REACHES(ask.id, "FAILED_TEMP");
    world.next.fail_create = 1;
    CHECK_OK(operate(&ask, flow_continue));
    REACHES(ask.id, "FAILED_TEMP");
    is_refused = false;
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world_count(&world), 1);
    CHECK(world_find(&world, "last") >= 0);
    world_close(&world);
}

TEST(flow_that_continued_asks_again_for_what_is_refused_later)
{
    struct world world = {0};
    struct ask ask = {0};

    is_refused = true;
    world_open(&world, types);
    world.next.fail_create = 1;
    start(&ask, &later);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(operate(&ask, flow_continue));
    REACHES(ask.id, "FAILED_TEMP"); /* And not without it, which nobody has said. */
    CHECK(world_find(&world, "last") < 0);
    is_refused = false;
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    CHECK(world_find(&world, "late") >= 0);
    CHECK(world_find(&world, "early") < 0);
    world_close(&world);
}

TEST(flow_may_continue_once_more)
{
    struct world world = {0};
    struct ask ask = {0};

    is_refused = true;
    world_open(&world, types);
    world.next.fail_create = 1;
    start(&ask, &later);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(operate(&ask, flow_continue));
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(operate(&ask, flow_continue));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world_count(&world), 1);
    CHECK(world_find(&world, "last") >= 0);
    is_refused = false;
    world_close(&world);
}

TEST(flow_whose_type_spares_nobody_cannot_continue)
{
    struct world world = {0};
    struct ask ask = {0};

    world_open(&world, types);
    world.next.fail_create = 1;
    start(&ask, &one);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_ERR(operate(&ask, flow_continue), E_NOT_FOUND);
    world_close(&world);
}
