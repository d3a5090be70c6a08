/* The flow engine against a world in memory: steps, replay, retry, rollback, polls. */
#include "unit/flow_world.h"

/* ---- flow types -------------------------------------------------------------------------- */

static int n_runs;
static const char *seen_id;

static struct err *
three_run(struct flow *f, const void *in)
{
    struct thing a, b, c;

    (void)in;
    n_runs++;
    TRY(flow_note(f, "three things are wanted"));
    TRY(flow_step(f, "a", &create_kind, thing(f, "a", 1), &a));
    TRY(flow_step(f, "count", &count_kind, thing(f, "n", 0), &b));
    TRY(flow_step(f, "c", &create_kind, thing(f, "c", a.size + b.size), &c));
    seen_id = flow_id(f, "x");
    c.row.table = &thing_table;
    flow_result(f, &c);
    return NULL;
}

static int hook_calls[FLOW_N_STATES];

static struct err *
three_changed(struct tx *tx, const struct flow_row *flow, int old)
{
    (void)tx, (void)old;
    hook_calls[flow_row_state(flow)]++;
    return NULL;
}

static int n_sweeps;
static struct err *
three_sweep(struct flow *f, const void *in)
{
    struct flow_made made;

    (void)in;
    n_sweeps++;
    for (size_t i = 0; flow_made(f, i, &made); i++) {
        if (made.doubted && !made.held && made.kind == &create_kind) {
            TRY(flow_note(f, "%s is not held", made.label));
        }
    }
    return NULL;
}

static const struct flow_type three = {
    .name = "three", .version = 1, .doc = "Makes three things.", .in = &thing_table,
    .out = &thing_table, .run = three_run, .sweep = three_sweep, .state_changed = three_changed};

static const struct flow_type *const three_only[] = {&three, NULL};

/* ---- tests ----------------------------------------------------------------------------------- */

TEST(flow_runs_its_steps_and_completes)
{
    struct world world = {0};
    struct ask ask = {0};
    AUTO(mem) mem = mem_new("test");
    struct peek peek = {.id = ask.id, .mem = mem};

    world_open(&world, three_only);
    start(&ask, &three);
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world_count(&world), 2);
    CHECK_INT(world.n_made, 2);
    CHECK_INT(hook_calls[FLOW_PROCESSING], 1);
    CHECK_INT(hook_calls[FLOW_COMPLETED], 1);
    CHECK_INT(n_sweeps, 0);
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.explained, "three things are wanted") != NULL);
    CHECK(strstr(peek.explained, "POST a -> 201") != NULL);
    CHECK(strstr(peek.explained, "\"output\":{\"name\":\"c\",\"size\":4}") != NULL);
    /* The store knows it a little earlier than the loop. */
    EVENTUALLY(10000, turn(ask.id, "COMPLETED") && flow_engine_running(world.engine) == 0);
    world_close(&world);
}

TEST(flow_failure_is_retried_without_repeating_what_is_done)
{
    struct world world = {.next.fail_create = 0};
    struct ask ask = {0};
    struct peek peek = {.id = ask.id};

    world_open(&world, three_only);
    world.next.fail_create = 1;
    start(&ask, &three);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.error, "no room") != NULL);
    CHECK(strstr(peek.error, "\"step\":\"a\"") != NULL);
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world.n_made, 2);
    CHECK_INT(world.n_found, 0); /* A refusal leaves no doubt. */
    CHECK_ERR(operate(&ask, flow_retry), E_CONFLICT);
    CHECK_ERR(operate(&ask, flow_rollback), E_CONFLICT);
    CHECK_ERR(operate(&ask, flow_fail), E_CONFLICT);
    CHECK_ERR(store_write_wait(world.store, ask_cancel, &ask), E_CONFLICT);
    world_close(&world);
}

/* The second create fails: what the first steps did is taken back. */
static int
fail_second(struct world *world, struct ask *ask)
{
    world_open(world, three_only);
    start(ask, &three);
    while (world->n_made == 0) {
        REQUIRE_OK(loop_turn(world->loop, 5));
    }
    world->next.fail_create = 1;
    REACHES(ask->id, "FAILED_TEMP");
    return world_count(world);
}

TEST(flow_rollback_undoes_in_reverse)
{
    struct world world = {0};
    struct ask ask = {0};
    int n = -1;

    CHECK_INT(fail_second(&world, &ask), 1);
    CHECK_OK(store_read(world.store, read_count, &n));
    CHECK_INT(n, 1);
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_INT(world_count(&world), 0);
    CHECK_OK(store_read(world.store, read_count, &n));
    CHECK_INT(n, 0);
    CHECK_INT(hook_calls[FLOW_ROLLED_BACK], 1);
    world_close(&world);
}

TEST(flow_undo_failure_is_told_and_can_be_tried_again)
{
    struct world world = {0};
    struct ask ask = {0};
    struct peek peek = {.id = ask.id};

    CHECK_INT(fail_second(&world, &ask), 1);
    world.next.fail_undo = 1;
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.error, "in use") != NULL);
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_INT(world_count(&world), 0);
    world_close(&world);
}

TEST(flow_can_be_retried_after_a_rollback_that_failed)
{
    struct world world = {0};
    struct ask ask = {0};
    int n = -1;

    CHECK_INT(fail_second(&world, &ask), 1);
    world.next.fail_undo = 1;
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world_count(&world), 2);
    CHECK_OK(store_read(world.store, read_count, &n));
    CHECK_INT(n, 1);
    world_close(&world);
}

TEST(flow_fail_gives_up)
{
    struct world world = {0};
    struct ask ask = {0};

    fail_second(&world, &ask);
    CHECK_OK(operate(&ask, flow_fail));
    REACHES(ask.id, "FAILED");
    CHECK_INT(world_count(&world), 1);
    CHECK_ERR(operate(&ask, flow_rollback), E_CONFLICT);
    world_close(&world);
}

TEST(flow_lost_answer_is_looked_for_and_adopted)
{
    struct world world = {0};
    struct ask ask = {0};

    world_open(&world, three_only);
    world.next.doubt_create = 1;
    start(&ask, &three);
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world.n_made, 2);
    CHECK(world.n_found >= 1);
    CHECK_INT(n_sweeps > 0, 1); /* Some outcome was in doubt. */
    world_close(&world);
}

TEST(flow_lost_request_is_repeated_after_the_settle_time)
{
    struct world world = {0};
    struct ask ask = {0};

    world_open(&world, three_only);
    world.next.lose_create = 2;
    start(&ask, &three);
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world.n_made, 2);
    CHECK(world.n_found >= 2); /* Once for each loss; how often meanwhile is the machine's speed. */
    world_close(&world);
}

TEST(flow_goes_on_after_a_crash_in_the_middle_of_an_act)
{
    struct world world = {0};
    struct ask ask = {0};

    world_open(&world, three_only);
    world.next.hang = 1;
    start(&ask, &three);
    while (!world.hanging) {
        REQUIRE_OK(loop_turn(world.loop, 5));
    }
    world_make(&world, "a"); /* The site did it; we died before the answer. */
    world_crash(&world);
    step_failed(world.hanging, err_new(E_CANCELLED, NULL, "too late to matter"));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world_count(&world), 2);
    CHECK_INT(world.n_made, 2);
    world_close(&world);
}

static struct err *
put_back(struct tx *tx, void *arg)
{
    (void)arg;
    return tx_fact_set(tx, STORE_RESTORED, "1");
}

/* A backup that is older than what was made since: all of it carries the markers of the same steps. */
TEST(flow_of_a_restored_backup_looks_before_it_makes)
{
    struct world world = {0};
    struct ask ask = {0};

    world_open(&world, three_only);
    world.next.hang = 1;
    start(&ask, &three);
    while (!world.hanging) {
        REQUIRE_OK(loop_turn(world.loop, 5));
    }
    world_make(&world, "a"); /* Begun as the backup says; */
    world_make(&world, "c"); /* of this one it knows nothing. */
    REQUIRE_OK(store_write_wait(world.store, put_back, NULL));
    world_crash(&world);
    step_failed(world.hanging, err_new(E_CANCELLED, NULL, "too late to matter"));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world.n_made, 2);
    CHECK_INT(n_sweeps > 0, 1);
    start(&ask, &three); /* What is begun after that asks nobody. */
    world.n_found = 0;
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world.n_found, 0);
    world_close(&world);
}

/* A step has failed in the backup; it was retried since. */
static void
restore_failed(struct world *world, struct ask *ask)
{
    world_open(world, three_only);
    world->next.fail_create = 1;
    start(ask, &three);
    REACHES(ask->id, "FAILED_TEMP");
    world_make(world, "a");
    REQUIRE_OK(store_write_wait(world->store, put_back, NULL));
    world_crash(world);
}

TEST(flow_of_a_restored_backup_looks_for_what_had_failed)
{
    struct world world = {0};
    struct ask ask = {0};

    restore_failed(&world, &ask);
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world.n_made, 2);
    world_close(&world);
}

TEST(flow_of_a_restored_backup_takes_back_what_had_failed)
{
    struct world world = {0};
    struct ask ask = {0};

    restore_failed(&world, &ask);
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_INT(world_count(&world), 0);
    world_close(&world);
}

TEST(flow_forceful_cancel_leaves_the_act_in_doubt_and_rolls_back)
{
    struct world world = {0};
    struct ask ask = {.forceful = true};

    world_open(&world, three_only);
    world.next.hang = 1;
    start(&ask, &three);
    while (!world.hanging) {
        REQUIRE_OK(loop_turn(world.loop, 5));
    }
    CHECK_OK(store_write_wait(world.store, ask_cancel, &ask));
    REACHES(ask.id, "FAILED_TEMP");
    world_make(&world, "a");
    step_failed(world.hanging, err_new(E_CANCELLED, NULL, "too late to matter"));
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_INT(world_count(&world), 0);
    world_close(&world);
}

TEST(flow_graceful_cancel_awaits_the_act)
{
    struct world world = {0};
    struct ask ask = {0};

    world_open(&world, three_only);
    world.next.hang = 1;
    start(&ask, &three);
    while (!world.hanging) {
        REQUIRE_OK(loop_turn(world.loop, 5));
    }
    CHECK_OK(store_write_wait(world.store, ask_cancel, &ask));
    for (int i = 0; i < 5; i++) {
        REQUIRE_OK(loop_turn(world.loop, 5));
    }
    CHECK(in_state(ask.id, "PROCESSING"));
    create_later(world.hanging);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_INT(world_count(&world), 1);
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world.n_made, 2);
    world_close(&world);
}

/* ---- replay checks ------------------------------------------------------------------------------ */

static int64_t fickle_size;
static struct err *
fickle_run(struct flow *f, const void *in)
{
    struct thing out;

    (void)in;
    TRY(flow_step(f, "a", &create_kind, thing(f, "a", fickle_size), &out));
    return flow_step(f, "b", &create_kind, thing(f, "b", 0), &out);
}
static const struct flow_type fickle = {
    .name = "fickle", .version = 1, .doc = "Is not a function of its input.", .in = &thing_table,
    .run = fickle_run};

TEST(flow_that_replays_differently_is_stopped_and_says_how)
{
    static const struct flow_type *const types[] = {&fickle, NULL};
    struct world world = {0};
    struct ask ask = {0};
    struct peek peek = {.id = ask.id};

    world_open(&world, types);
    world.next.hang = 1;
    start(&ask, &fickle);
    while (!world.hanging) {
        REQUIRE_OK(loop_turn(world.loop, 5));
    }
    fickle_size = 7;
    create_later(world.hanging);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.error, "ReplayMismatch") != NULL);
    CHECK(strstr(peek.error, "the input differs") != NULL);
    CHECK_OK(operate(&ask, flow_rollback)); /* Undo needs no replay. */
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_INT(world_count(&world), 0);
    world_close(&world);
}

/* The first entry becomes one that an earlier program wrote. */
struct rewrite {
    const char *flow_id, *input;
};
static struct err *
rewrite_entry(struct tx *tx, void *arg)
{
    const struct rewrite *rewrite = arg;
    struct flow_step_row *old, *row;

    TRY(row_get(tx, &flow_step_table, mem_printf(tx_mem(tx), "%s.0", rewrite->flow_id), &old));
    row = row_copy(tx_mem(tx), old);
    row->input = rewrite->input;
    row->in_hash = "0000000000000000";
    return row_update(tx, old, row);
}

TEST(flow_whose_tables_have_grown_goes_on_and_one_that_asks_for_more_does_not)
{
    static const struct flow_type *const types[] = {&fickle, NULL};
    static const struct {
        const char *input, *end;
    } cases[] = {
        {"{\"name\": \"a\"}", "COMPLETED"},
        {"{\"name\": \"a\", \"size\": 7}", "FAILED_TEMP"},
        {"{\"size\": 0}", "FAILED_TEMP"},
        {"{\"name\": \"a\", \"size\": 0, \"gone\": null}", "FAILED_TEMP"},
        {"{\"name\": \"a\", \"size\": null}", "FAILED_TEMP"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world world = {.hangs = "b"};
        struct ask ask = {0};
        struct rewrite rewrite = {.flow_id = ask.id, .input = cases[i].input};

        fickle_size = 0;
        world_open(&world, types);
        world.next.hang = 1;
        start(&ask, &fickle);
        while (!world.hanging) {
            REQUIRE_OK(loop_turn(world.loop, 5));
        }
        flow_engine_free(world.engine);
        CHECK_OK(store_write_wait(world.store, rewrite_entry, &rewrite));
        world_engine(&world);
        step_failed(world.hanging, err_new(E_CANCELLED, NULL, "too late to matter"));
        REACHES(ask.id, cases[i].end);
        world_close(&world);
    }
}

TEST(flow_whose_version_is_gone_says_so_and_can_be_rolled_back)
{
    static const struct flow_type *const none[] = {&fickle, NULL};
    struct world world = {0};
    struct ask ask = {0};
    struct peek peek = {.id = ask.id};

    world_open(&world, three_only);
    world.next.hang = 1;
    start(&ask, &three);
    while (!world.hanging) {
        REQUIRE_OK(loop_turn(world.loop, 5));
    }
    world_make(&world, "a");
    world.types = none;
    world_crash(&world);
    step_failed(world.hanging, err_new(E_CANCELLED, NULL, "too late to matter"));
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.error, "no flow type three of version 1") != NULL);
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_INT(world_count(&world), 0);
    world_close(&world);
}

static struct err *
journal_spoil(struct tx *tx, void *arg)
{
    (void)arg;
    return tx_sql(tx, "UPDATE flow_step SET input = '{' WHERE label = 'a'", NULL, NULL, NULL);
}

/* Who is told of its states is of the type, not of its order of steps. */
TEST(flow_whose_version_is_gone_tells_its_states_all_the_same)
{
    static const struct flow_type newer = {
        .name = "three", .version = 2, .doc = "Makes three things otherwise.", .in = &thing_table,
        .out = &thing_table, .run = three_run, .state_changed = three_changed};
    static const struct flow_type *const newer_only[] = {&newer, NULL};
    struct world world = {0};
    struct ask ask = {0};

    world_open(&world, three_only);
    world.next.hang = 1;
    start(&ask, &three);
    EVENTUALLY(10000, !loop_turn(world.loop, 5) && world.hanging);
    world.types = newer_only;
    world_crash(&world);
    step_failed(world.hanging, err_new(E_CANCELLED, NULL, "too late to matter"));
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_INT(hook_calls[FLOW_FAILED_TEMP], 1);
    CHECK_OK(operate(&ask, flow_fail));
    CHECK(in_state(ask.id, "FAILED"));
    CHECK_INT(hook_calls[FLOW_FAILED], 1);
    world_close(&world);
}

TEST(flow_whose_journal_cannot_be_read_stops_and_says_why)
{
    struct world world = {.lease_ms = 60};
    struct ask ask = {0};
    struct peek peek = {.id = ask.id};

    world_open(&world, three_only);
    world.next.hang = 1;
    start(&ask, &three);
    while (!world.hanging) {
        REQUIRE_OK(loop_turn(world.loop, 5));
    }
    REQUIRE_OK(store_write_wait(world.store, journal_spoil, NULL));
    world_crash(&world);
    step_failed(world.hanging, err_new(E_CANCELLED, NULL, "too late to matter"));
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.error, "cannot be read: step 1 'a'") != NULL);
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "FAILED_TEMP"); /* And so does a retry, without end or crash. */
    CHECK_OK(operate(&ask, flow_fail));
    CHECK(in_state(ask.id, "FAILED"));
    world_close(&world);
}

/* ---- polls, local failures ------------------------------------------------------------------------ */

static struct err *
is_ready(const void *out, const void *arg, bool *done)
{
    (void)arg;
    *done = ((const struct thing *)out)->size == 1;
    return NULL;
}

static int64_t poll_timeout_ms;
static struct err *
poll_run(struct flow *f, const void *in)
{
    const struct flow_poll poll = {
        .until = is_ready, .interval_ms = 5, .timeout_ms = poll_timeout_ms};
    struct thing out;
    int64_t a, b;

    (void)in;
    TRY(flow_time(f, "before", &a));
    TRY(flow_poll(f, "ready", &read_kind, thing(f, "r", 0), &poll, &out));
    TRY(flow_delay(f, "rest", 20));
    TRY(flow_time(f, "after", &b));
    return b - a >= 20000 ? NULL : err_new(E_INTERNAL, NULL, "time ran backwards");
}
static const struct flow_type polls = {
    .name = "polls", .version = 1, .doc = "Waits.", .in = &thing_table, .run = poll_run};

TEST(flow_poll_waits_until_ready)
{
    static const struct flow_type *const types[] = {&polls, NULL};
    struct world world = {.ready_after = 4};
    struct ask ask = {0};

    world_open(&world, types);
    start(&ask, &polls);
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world.n_read, 4);
    world_close(&world);
}

/* ---- a time by the clock ------------------------------------------------------------------- */

static int64_t begins_us;
static struct err *
later_run(struct flow *f, const void *in)
{
    struct thing out;

    (void)in;
    TRY(flow_until(f, "its time", begins_us));
    return flow_step(f, "make", &create_kind, thing(f, "late", 1), &out);
}
static const struct flow_type laters = {
    .name = "laters", .version = 1, .doc = "Begins later.", .in = &thing_table, .run = later_run};

TEST(flow_until_outlives_the_process)
{
    static const struct flow_type *const types[] = {&laters, NULL};
    struct world world = {0};
    struct ask ask = {0};
    struct peek peek = {0};

    begins_us = time_now_us() + INT64_C(400000);
    world_open(&world, types);
    start(&ask, &laters);
    world_crash(&world);
    peek.id = ask.id;
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK_STR(peek.state, "PROCESSING");
    CHECK_INT(world_count(&world), 0);
    REACHES(ask.id, "COMPLETED");
    CHECK(time_now_us() >= begins_us);
    CHECK_INT(world_count(&world), 1);
    world_close(&world);
}

static struct err *
silent_run(struct flow *f, const void *in)
{
    const struct flow_poll poll = {
        .until = is_ready, .interval_ms = 5, .timeout_ms = 600000, .silence_ms = 50};
    struct thing out;

    (void)in;
    return flow_poll(f, "ready", &read_kind, thing(f, "r", 0), &poll, &out);
}
static const struct flow_type silents = {
    .name = "silents", .version = 1, .doc = "Waits.", .in = &thing_table, .run = silent_run};

TEST(flow_poll_bears_silence_only_so_long)
{
    static const struct flow_type *const types[] = {&silents, NULL};
    struct world world = {.ready_after = 1000000, .silent = true};
    struct ask ask = {0};
    struct peek peek = {.id = ask.id};

    world_open(&world, types);
    start(&ask, &silents);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK(world.n_read > 1);
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.error, "GET /thing: nobody answers") != NULL);
    world.silent = false;
    world.ready_after = world.n_read + 2;
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    world_close(&world);
}

static struct err *
patient_run(struct flow *f, const void *in)
{
    const struct flow_poll poll = {.until = is_ready, .interval_ms = 4000 * test_patience()};
    struct thing out;

    (void)in;
    return flow_poll(f, "ready", &read_kind, thing(f, "r", 0), &poll, &out);
}
static const struct flow_type patient = {
    .name = "patient", .version = 1, .doc = "Waits.", .in = &thing_table, .run = patient_run};

TEST(flow_poll_looks_again_after_a_part_of_its_interval)
{
    static const struct flow_type *const types[] = {&patient, NULL};
    struct world world = {.ready_after = 2};
    struct ask ask = {0};
    int64_t since = time_mono_ns();

    world_open(&world, types);
    start(&ask, &patient);
    REACHES(ask.id, "COMPLETED");
    CHECK((time_mono_ns() - since) / 1000000 >= 1000 * test_patience());
    CHECK((time_mono_ns() - since) / 1000000 < 3500 * test_patience());
    world_close(&world);
}

TEST(flow_poll_ends_at_its_deadline_and_a_retry_starts_a_new_one)
{
    static const struct flow_type *const types[] = {&polls, NULL};
    struct world world = {.ready_after = 1000000};
    struct ask ask = {0};
    struct peek peek = {.id = ask.id};

    poll_timeout_ms = 30;
    world_open(&world, types);
    start(&ask, &polls);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.error, "did not come about") != NULL);
    world.ready_after = world.n_read + 2;
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    world_close(&world);
}

static struct err *
refused_run(struct flow *f, const void *in)
{
    (void)in;
    return flow_step(f, "n", &count_kind, thing(f, "refused", 0), NULL);
}
static const struct flow_type refused = {
    .name = "refused", .version = 1, .doc = "Asks for too much.", .in = &thing_table,
    .run = refused_run};

TEST(flow_local_step_that_is_refused_leaves_nothing)
{
    static const struct flow_type *const types[] = {&refused, NULL};
    struct world world = {0};
    struct ask ask = {0};
    int n = -1;

    world_open(&world, types);
    start(&ask, &refused);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(store_read(world.store, read_count, &n));
    CHECK_INT(n, 0);
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_OK(store_read(world.store, read_count, &n));
    CHECK_INT(n, 0);
    world_close(&world);
}

/* What it looks at decides what it asks for. */
static struct err *
looks_run(struct flow *f, const void *in)
{
    struct thing seen;

    (void)in;
    TRY(flow_step(f, "a", &create_kind, thing(f, "a", 1), NULL));
    TRY(flow_step(f, "look", &read_kind, thing(f, "world", 0), &seen));
    TRY(flow_note(f, "seen %d", (int)seen.size));
    return flow_step(f, "n", &count_kind, thing(f, seen.size ? "n" : "refused", 0), NULL);
}
static const struct flow_type looks = {
    .name = "looks", .version = 1, .doc = "Looks before it asks.", .in = &thing_table,
    .run = looks_run};

TEST(flow_retry_looks_again_at_what_it_decided_on)
{
    static const struct flow_type *const types[] = {&looks, NULL};
    struct world world = {.ready_after = 2};
    struct ask ask = {0};

    world_open(&world, types);
    start(&ask, &looks);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_INT(world.n_read, 1);
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world.n_read, 2);
    CHECK_INT(world.n_made, 1);
    world_close(&world);
}
