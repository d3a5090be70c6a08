/* The flow engine: cancel, and what has to hold of children then; what turns out to be broken. */
#include "unit/flow_world.h"

static char hook_seen[256]; /* "PROCESSING GRACEFUL ..." of the flow that is heard of */
static bool is_refused;

static struct err *
changed(struct tx *tx, const struct flow_row *flow, int old)
{
    size_t n = strlen(hook_seen);

    (void)tx, (void)old;
    snprintf(hook_seen + n, sizeof hook_seen - n, "%s%s%s ", flow->state, flow->cancel ? "/" : "",
             str_or(flow->cancel, ""));
    return NULL;
}

static struct err *
one_run(struct flow *f, const void *in)
{
    const struct thing *wanted = in;

    return flow_step(f, "make", &create_kind, thing(f, wanted->name, wanted->size), NULL);
}
static const struct flow_type one = {
    .name = "one", .version = 1, .doc = "Makes one thing.", .in = &thing_table, .run = one_run};
static const struct flow_type heard = {.name = "heard",
                                       .version = 1,
                                       .doc = "As one, and its states are heard of.",
                                       .in = &thing_table,
                                       .run = one_run,
                                       .state_changed = changed};

static struct err *
pair_run(struct flow *f, const void *in)
{
    (void)in;
    TRY(flow_spawn(f, "first", &one, thing(f, "f1", 0)));
    TRY(flow_spawn(f, "second", &one, thing(f, "f2", 0)));
    return flow_join_all(f);
}
static const struct flow_type pair = {.name = "pair",
                                      .version = 1,
                                      .doc = "Has two children.",
                                      .in = &thing_table,
                                      .run = pair_run,
                                      .state_changed = changed};

/* Refused, or asked for while the first read is not answered. */
static struct err *
granted_run(struct flow *f, const void *in)
{
    const struct flow_poll poll = {0};

    (void)in;
    TRY(flow_poll(f, "look", &read_kind, thing(f, "a", 0), &poll, NULL));
    TRY(flow_step(f, "grant", &count_kind, thing(f, is_refused ? "refused" : "n", 0), NULL));
    TRY(flow_started(f));
    return flow_step(f, "a", &create_kind, thing(f, "a", 0), NULL);
}
static const struct flow_type granted = {.name = "granted",
                                         .version = 1,
                                         .doc = "Waits for a grant.",
                                         .in = &thing_table,
                                         .run = granted_run,
                                         .starting = true,
                                         .state_changed = changed};

static struct err *
asks_run(struct flow *f, const void *in)
{
    (void)in;
    TRY(flow_spawn(f, "child", &granted, thing(f, "x", 0)));
    return flow_join_all(f);
}
static const struct flow_type asks = {.name = "asks",
                                      .version = 1,
                                      .doc = "Its child waits for a grant.",
                                      .in = &thing_table,
                                      .run = asks_run};
static bool is_broken;

static struct err *
works(const void *out, const void *arg, bool *done)
{
    (void)out, (void)arg;
    *done = true;
    return is_broken ? err_new(E_REMOTE, NULL, "it does not work") : NULL;
}

static struct err *
fragile_run(struct flow *f, const void *in)
{
    const struct flow_poll poll = {.until = works, .made_by = "make"};

    (void)in;
    TRY(flow_step(f, "before", &create_kind, thing(f, "before", 0), NULL));
    TRY(flow_step(f, "make", &create_kind, thing(f, "made", 0), NULL));
    TRY(flow_poll(f, "works", &read_kind, thing(f, "made", 0), &poll, NULL));
    return flow_step(f, "after", &create_kind, thing(f, "after", 0), NULL);
}
static const struct flow_type fragile = {.name = "fragile",
                                         .version = 1,
                                         .doc = "What it makes may be broken.",
                                         .in = &thing_table,
                                         .run = fragile_run};

/* As fragile, while a child works. */
static struct err *
parental_run(struct flow *f, const void *in)
{
    TRY(flow_spawn(f, "child", &one, thing(f, "f2", 0)));
    return fragile_run(f, in);
}
static const struct flow_type parental = {.name = "parental",
                                          .version = 1,
                                          .doc = "What it makes may be broken while a child works.",
                                          .in = &thing_table,
                                          .run = parental_run};

static struct err *
hopeless_run(struct flow *f, const void *in)
{
    (void)in;
    TRY(flow_step(f, "a", &create_kind, thing(f, "a", 0), NULL));
    TRY(flow_step(f, "b", &create_kind, thing(f, "b", 0), NULL));
    return flow_step(f, "c", &create_kind, thing(f, "c", 0), NULL);
}

static bool
is_hopeless(const struct err *err)
{
    return err->code == E_QUOTA;
}
static const struct flow_type hopeless = {.name = "hopeless",
                                          .version = 1,
                                          .doc = "Gives up by itself.",
                                          .in = &thing_table,
                                          .run = hopeless_run,
                                          .gives_up = is_hopeless};
static const struct flow_type *const types[] = {&one,  &heard,   &pair,     &granted,
                                                &asks, &fragile, &parental, &hopeless, NULL};

static void
until_hanging(struct world *world)
{
    EVENTUALLY(5000, (err_ignore(loop_turn(world->loop, 5), "test"), world->hanging != NULL));
}

static void
cancel(struct ask *ask, bool forceful)
{
    ask->forceful = forceful;
    CHECK_OK(store_write_wait(the_world->store, ask_cancel, ask));
}

static struct err *
active_one(void *arg, int n, const char *const *columns)
{
    (void)n, (void)columns;
    ++*(int *)arg;
    return NULL;
}

static struct err *
active_read(struct tx *tx, void *arg)
{
    *(int *)arg = 0;
    return tx_sql(tx, "SELECT id FROM flow WHERE state IN ('STARTING', 'PROCESSING', 'ROLLING_BACK')",
                  NULL, active_one, arg);
}

static int
n_active(struct world *world)
{
    int n = -1;

    CHECK_OK(store_read(world->store, active_read, &n));
    return n;
}

static void
some_turns(struct world *world)
{
    for (int i = 0; i < 10; i++) {
        REQUIRE_OK(loop_turn(world->loop, 5));
    }
}

TEST(flow_cancel_that_comes_too_late_is_no_failure)
{
    struct world world = {0};
    struct ask ask = {0};

    world_open(&world, types);
    world.next.hang = 1;
    start(&ask, &heard);
    until_hanging(&world);
    cancel(&ask, false);
    create_later(world.hanging);
    REACHES(ask.id, "COMPLETED");
    CHECK_STR(hook_seen, "PROCESSING PROCESSING/GRACEFUL COMPLETED ");
    CHECK_ERR(store_write_wait(world.store, ask_cancel, &ask), E_CONFLICT);
    world_close(&world);
}

TEST(flow_forceful_cancel_may_follow_a_graceful_one_and_no_other_way_round)
{
    struct world world = {0};
    struct ask ask = {0};

    world_open(&world, types);
    world.next.hang = 1;
    start(&ask, &heard);
    until_hanging(&world);
    cancel(&ask, false);
    some_turns(&world);
    CHECK(in_state(ask.id, "PROCESSING"));
    cancel(&ask, true);
    cancel(&ask, false);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_STR(hook_seen, "PROCESSING PROCESSING/GRACEFUL PROCESSING/FORCEFUL FAILED_TEMP ");
    create_later(world.hanging); /* It happened all the same. */
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world.n_made, 1);
    world_close(&world);
}

TEST(flow_cancelled_parent_rests_only_when_its_children_do)
{
    struct world world = {0};
    struct ask ask = {0};

    world_open(&world, types);
    world.next.hang = 1;
    start(&ask, &pair);
    until_hanging(&world);
    cancel(&ask, false);
    some_turns(&world);
    CHECK(in_state(ask.id, "PROCESSING"));
    world_crash(&world); /* The wish outlives the process; the act is in doubt then. */
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_INT(n_active(&world), 0); /* By their rows: the engine hears of the last write later. */
    CHECK_STR(hook_seen, "PROCESSING PROCESSING/GRACEFUL FAILED_TEMP ");
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world_count(&world), 2);
    step_failed(world.hanging, err_new(E_CANCELLED, NULL, "too late to matter"));
    world_close(&world);
}

TEST(flow_graceful_cancel_of_a_parent_awaits_what_a_child_has_under_way)
{
    struct world world = {0};
    struct ask ask = {0};

    world_open(&world, types);
    world.next.hang = 1;
    start(&ask, &pair);
    until_hanging(&world);
    /* The other child has made its thing: else it might be cancelled before. */
    EVENTUALLY(5000, (err_ignore(loop_turn(world.loop, 5), "test"), world.n_made == 1));
    cancel(&ask, false);
    some_turns(&world);
    CHECK(in_state(ask.id, "PROCESSING"));
    create_later(world.hanging);
    EVENTUALLY(5000, (err_ignore(loop_turn(world.loop, 5), "test"),
                      flow_engine_running(world.engine) == 0));
    CHECK_INT(world_count(&world), 2);
    world_close(&world);
}

/* What is given up while a part of it works would leave what that part makes. */
TEST(flow_that_failed_rests_when_its_children_do)
{
    struct world world = {.hangs = "f2"};
    struct ask ask = {0}, child = {0};

    world_open(&world, types);
    world.next.hang = world.next.fail_create = 1;
    start(&ask, &pair);
    until_hanging(&world);
    snprintf(child.id, sizeof child.id, "%s",
             strstr(step_marker(world.hanging), "carrick:") + strlen("carrick:"));
    child.id[36] = '\0';
    some_turns(&world);
    CHECK(in_state(ask.id, "PROCESSING"));
    CHECK_ERR(operate(&ask, flow_fail), E_CONFLICT);
    step_failed(world.hanging, err_new(E_CONFLICT, NULL, "no room"));
    REACHES(ask.id, "FAILED_TEMP");
    CHECK(in_state(child.id, "FAILED_TEMP"));
    CHECK_OK(operate(&ask, flow_fail));
    CHECK(in_state(child.id, "FAILED"));
    world_close(&world);
}

TEST(flow_cancelled_before_its_grant_takes_itself_back)
{
    struct world world = {.silent = true};
    struct ask ask = {0};

    world_open(&world, types);
    start(&ask, &granted);
    EVENTUALLY(5000, (err_ignore(loop_turn(world.loop, 5), "test"), world.n_read > 0));
    cancel(&ask, true);
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_STR(hook_seen, "STARTING STARTING/FORCEFUL ROLLED_BACK ");
    world_close(&world);
}

TEST(flow_retry_starts_a_child_anew_that_took_itself_back)
{
    struct world world = {0};
    struct ask ask = {0};
    int n = -1;

    is_refused = true;
    world_open(&world, types);
    start(&ask, &asks);
    REACHES(ask.id, "FAILED_TEMP");
    is_refused = false;
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world_count(&world), 1);
    CHECK_OK(store_read(world.store, read_count, &n));
    CHECK_INT(n, 1);
    world_close(&world);
}

TEST(flow_that_gave_up_hears_of_a_cancel_although_there_was_one_before)
{
    struct world world = {.hangs = "c"};
    struct ask ask = {0};
    struct step *step;

    world.next.hang = world.next.hang_undo = 1;
    world_open(&world, types);
    start(&ask, &hopeless);
    until_hanging(&world);
    cancel(&ask, false);
    some_turns(&world);
    step = world.hanging;
    world.hanging = NULL;
    step_failed(step, err_new(E_QUOTA, NULL, "none left"));
    until_hanging(&world); /* b is being removed. */
    CHECK(in_state(ask.id, "ROLLING_BACK"));
    cancel(&ask, false);
    some_turns(&world);
    create_undo(world.hanging);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_INT(world_count(&world), 1);
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_INT(world_count(&world), 0);
    world_close(&world);
}

TEST(flow_whose_version_is_gone_waits_for_its_children)
{
    static const struct flow_type *const only[] = {&one, NULL};
    struct world world = {.hangs = "f2"};
    struct ask ask = {0};
    struct peek peek = {.id = ask.id};

    world_open(&world, types);
    world.next.hang = 2;
    start(&ask, &pair);
    until_hanging(&world);
    world.types = only;
    world_crash(&world);
    step_failed(world.hanging, err_new(E_CANCELLED, NULL, "too late to matter"));
    world.hanging = NULL;
    until_hanging(&world);
    some_turns(&world);
    CHECK(in_state(ask.id, "PROCESSING"));
    create_later(world.hanging);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.error, "no flow type pair of version 1") != NULL);
    CHECK_INT(world_count(&world), 2);
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_INT(world_count(&world), 0);
    world_close(&world);
}

/* ---- what turns out to be broken ------------------------------------------------------- */

static void
break_it(struct world *world, struct ask *ask)
{
    is_broken = true;
    world_open(world, types);
    start(ask, &fragile);
    REACHES(ask->id, "FAILED_TEMP");
    CHECK_INT(world->n_made, 2);
    CHECK_INT(world->n_removed, 0); /* Until somebody says what is to become of it. */
}

TEST(flow_retry_makes_anew_what_was_broken)
{
    struct world world = {0};
    struct ask ask = {0};

    break_it(&world, &ask);
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_INT(world.n_made, 3);
    CHECK_INT(world.n_removed, 1);
    is_broken = false;
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world.n_removed, 2);
    CHECK_INT(world_count(&world), 3);
    world_close(&world);
}

TEST(flow_retry_of_what_was_broken_survives_crashes_and_a_refusal)
{
    struct world world = {0};
    struct ask ask = {0};

    break_it(&world, &ask);
    is_broken = false;
    world.next.fail_undo = 1;
    CHECK_OK(operate(&ask, flow_retry));
    world_crash(&world);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_INT(world.n_made, 2);
    world.next.hang = 1;
    CHECK_OK(operate(&ask, flow_retry));
    until_hanging(&world);
    world_crash(&world);
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world.n_made, 4);
    CHECK_INT(world_count(&world), 3);
    step_failed(world.hanging, err_new(E_CANCELLED, NULL, "too late to matter"));
    world_close(&world);
}

/* It is told at once and waits for its child: further turns until then take nothing back. */
TEST(flow_leaves_what_was_broken_until_a_retry_also_while_it_waits_for_a_child)
{
    struct world world = {.hangs = "f2"};
    struct ask ask = {0};

    is_broken = true;
    world.next.hang = 1;
    world_open(&world, types);
    start(&ask, &parental);
    until_hanging(&world);
    EVENTUALLY(5000, (err_ignore(loop_turn(world.loop, 5), "test"), world.n_read > 0));
    some_turns(&world);
    CHECK(in_state(ask.id, "PROCESSING"));
    CHECK_INT(world.n_made, 2);
    CHECK_INT(world.n_removed, 0);
    create_later(world.hanging);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_INT(world.n_removed, 0);
    is_broken = false;
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world.n_removed, 1);
    CHECK_INT(world_count(&world), 4);
    world_close(&world);
}

TEST(flow_rollback_takes_back_what_was_broken)
{
    struct world world = {0};
    struct ask ask = {0};

    break_it(&world, &ask);
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_INT(world_count(&world), 0);
    world_close(&world);
}
