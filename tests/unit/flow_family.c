/* The flow engine: children, plans, grants. */
#include "unit/flow_world.h"

static int hook_calls[FLOW_N_STATES];

static struct err *
changed(struct tx *tx, const struct flow_row *flow, int old)
{
    (void)tx, (void)old;
    hook_calls[flow_row_state(flow)]++;
    return NULL;
}

static const char *is_granted;

/* ---- children ----------------------------------------------------------------------------------------- */

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

static const struct flow_type told = {
    .name = "told", .version = 1, .doc = "As one, and its states are heard of.",
    .in = &thing_table, .out = &thing_table, .run = one_run, .state_changed = changed};

static struct err *
family_run(struct flow *f, const void *in)
{
    struct thing first;

    (void)in;
    TRY(flow_spawn(f, "first", &one, thing(f, "f1", 5)));
    TRY(flow_spawn(f, "second", &one, thing(f, "f2", 0)));
    TRY(flow_join(f, "first", &first));
    TRY(flow_join_all(f));
    return flow_step(f, "last", &create_kind, thing(f, "last", first.size), NULL);
}
static const struct flow_type family = {
    .name = "family", .version = 1, .doc = "Has children.", .in = &thing_table,
    .run = family_run};
static const struct flow_type *const family_types[] = {&family, &one, NULL};

TEST(flow_children_run_and_their_results_are_typed)
{
    struct world world = {0};
    struct ask ask = {0};
    AUTO(mem) mem = mem_new("test");
    struct peek peek = {.id = ask.id, .mem = mem};
    const struct json *json;
    AUTO_BUF out = BUF_INIT;

    world_open(&world, family_types);
    start(&ask, &family);
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world_count(&world), 3);
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.explained, "\"input\":{\"name\":\"last\",\"size\":6}") != NULL);
    REQUIRE_OK(json_parse(mem, peek.explained, strlen(peek.explained), &json));
    CHECK_INT((long long)json_get(json, "children")->n, 2);
    flow_tree(&out, json, false);
    CHECK(strstr(out.data, "   + one first  COMPLETED") != NULL);
    world_close(&world);
}

/* What sites and scripts say is in it. */
TEST(flow_tree_tells_a_terminal_nothing_but_colours)
{
    static const char said[] = "{\"type\": \"t\", \"label\": \"a\\u001b[2Jb\\u009b1mc\\u0007\\r\\u00e4\", "
                               "\"state\": \"COMPLETED\"}";
    AUTO(mem) mem = mem_new("test");
    const struct json *json;

    REQUIRE_OK(json_parse(mem, said, strlen(said), &json));
    for (int colour = 0; colour < 2; colour++) {
        AUTO_BUF out = BUF_INIT;

        flow_tree(&out, json, colour);
        CHECK(strstr(out.data, "a?[2Jb?1mc??\303\244"));
        CHECK(!strchr(out.data, '\x1b') == !colour);
    }
}

TEST(flow_failure_of_a_child_is_seen_retried_and_rolled_back)
{
    struct world world = {0};
    struct ask ask = {0};
    struct peek peek = {.id = ask.id};

    world_open(&world, family_types);
    world.next.fail_create = 1;
    start(&ask, &family);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.error, "no room") != NULL);
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world_count(&world), 3);
    world_close(&world);
}

TEST(flow_rollback_of_a_parent_takes_its_children_back)
{
    struct world world = {0};
    struct ask ask = {0};

    world_open(&world, family_types);
    start(&ask, &family);
    while (world.n_made < 2) {
        REQUIRE_OK(loop_turn(world.loop, 5));
    }
    world.next.fail_create = 1;
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_INT(world_count(&world), 2);
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_INT(world_count(&world), 0);
    world_close(&world);
}

/* A thing, a child that makes another, a third. */
static struct err *
late_run(struct flow *f, const void *in)
{
    (void)in;
    TRY(flow_step(f, "before", &create_kind, thing(f, "before", 0), NULL));
    TRY(flow_spawn(f, "child", &one, thing(f, "child", 0)));
    TRY(flow_join(f, "child", NULL));
    return flow_step(f, "last", &create_kind, thing(f, "last", 0), NULL);
}
static const struct flow_type late = {
    .name = "late", .version = 1, .doc = "Fails late.", .in = &thing_table, .run = late_run};
static const struct flow_type *const late_types[] = {&late, &one, NULL};

/* Its rollback fails after the child was taken back, or, 'within', in the child. */
static void
fail_going_back(struct world *world, struct ask *ask, bool within)
{
    world_open(world, late_types);
    start(ask, &late);
    while (world->n_made < 2) {
        REQUIRE_OK(loop_turn(world->loop, 5));
    }
    world->next.fail_create = 1;
    REACHES(ask->id, "FAILED_TEMP");
    CHECK_INT(world_count(world), 2);
    world->next.fail_undo = within;
    CHECK_OK(operate(ask, flow_rollback));
    while (!within && world->n_removed < 1) {
        REQUIRE_OK(loop_turn(world->loop, 5));
    }
    world->next.fail_undo = 1;
    REACHES(ask->id, "FAILED_TEMP");
    CHECK_INT(world_count(world), within ? 2 : 1);
    world->next.fail_undo = 0;
}

TEST(flow_child_that_was_taken_back_is_made_again_by_a_retry)
{
    struct world world = {0};
    struct ask ask = {0};

    fail_going_back(&world, &ask, false);
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world_count(&world), 3);
    CHECK_INT(world.n_made, 4); /* the child's twice */
    world_close(&world);
}

TEST(flow_child_made_again_survives_a_crash_and_can_be_taken_back)
{
    struct world world = {0};
    struct ask ask = {0};

    fail_going_back(&world, &ask, false);
    world.next.fail_create = 0;
    CHECK_OK(operate(&ask, flow_retry));
    while (world.n_made < 3) {
        REQUIRE_OK(loop_turn(world.loop, 5));
    }
    world.next.fail_create = 1;
    world_crash(&world);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_INT(world_count(&world), 0);
    world_close(&world);
}

TEST(flow_child_half_taken_back_goes_on_with_its_parents_retry)
{
    struct world world = {0};
    struct ask ask = {0};

    fail_going_back(&world, &ask, true);
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world_count(&world), 3);
    world_close(&world);
}

static struct err *
parent_run(struct flow *f, const void *in)
{
    (void)in;
    TRY(flow_spawn(f, "child", &told, thing(f, "child", 0)));
    return flow_join(f, "child", NULL);
}
static const struct flow_type parent = {
    .name = "parent", .version = 1, .doc = "Has a child.", .in = &thing_table, .run = parent_run};
static const struct flow_type *const parent_types[] = {&parent, &told, NULL};

static struct err *
child_spoil(struct tx *tx, void *arg)
{
    (void)arg;
    return tx_sql(tx, "UPDATE flow_step SET input = '{' WHERE label = 'make'", NULL, NULL, NULL);
}

TEST(flow_hears_of_a_child_whose_journal_cannot_be_read)
{
    struct world world = {0};
    struct ask ask = {0};
    struct peek peek = {.id = ask.id};

    world_open(&world, parent_types);
    world.next.hang = 1;
    start(&ask, &parent);
    while (!world.hanging) {
        REQUIRE_OK(loop_turn(world.loop, 5));
    }
    REQUIRE_OK(store_write_wait(world.store, child_spoil, NULL));
    world_crash(&world);
    step_failed(world.hanging, err_new(E_CANCELLED, NULL, "too late to matter"));
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.error, "cannot be read: step 0 'make'") != NULL);
    CHECK_INT(hook_calls[FLOW_FAILED_TEMP], 1); /* However often it was tried. */
    world_close(&world);
}

/* ---- plan -------------------------------------------------------------------------------------------------- */

struct planned {
    bool done;
    char text[4096];
};

static void
plan_done(void *arg, const struct flow_plan *plan)
{
    struct planned *planned = arg;
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    jw_object(&w, NULL);
    flow_plan_to_json(plan, &w);
    jw_end(&w);
    snprintf(planned->text, sizeof planned->text, "%s", out.data);
    planned->done = true;
}

TEST(flow_plan_has_no_effects_and_tells_exact_calls)
{
    struct world world = {0};
    struct planned planned = {0};
    AUTO(mem) mem = mem_new("test");
    struct thing *in = row_new(mem, &thing_table);
    int n = -1;

    world_open(&world, family_types);
    in->name = "x";
    flow_plan(world.engine, &family, NULL, in, plan_done, &planned);
    EVENTUALLY(1000, (err_ignore(loop_turn(world.loop, 5), "test"), planned.done));
    CHECK(strstr(planned.text, "POST f1") != NULL);
    CHECK(strstr(planned.text, "POST last") != NULL);
    CHECK(strstr(planned.text, "{\"provider\":\"east\",\"class\":\"THING\",\"amount\":8}") != NULL);
    CHECK_INT(world.n_made, 0);
    CHECK_OK(store_read(world.store, read_count, &n));
    CHECK_INT(n, 0);
    world_close(&world);
}

/* ---- the grant ----------------------------------------------------------------------------------------------- */

static struct err *
granted_run(struct flow *f, const void *in)
{
    (void)in;
    TRY(flow_step(f, "grant", &count_kind, thing(f, is_granted ? "n" : "refused", 0), NULL));
    TRY(flow_started(f));
    return flow_step(f, "a", &create_kind, thing(f, "a", 0), NULL);
}
static const struct flow_type granted = {
    .name = "granted", .version = 1, .doc = "Waits for a grant.", .in = &thing_table,
    .run = granted_run, .starting = true, .state_changed = changed};
static const struct flow_type *const granted_types[] = {&granted, NULL};

TEST(flow_begins_in_starting_until_granted)
{
    struct world world = {0};
    struct ask ask = {0};

    is_granted = "yes";
    world_open(&world, granted_types);
    start(&ask, &granted);
    CHECK(in_state(ask.id, "STARTING"));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(hook_calls[FLOW_STARTING], 1);
    CHECK_INT(hook_calls[FLOW_PROCESSING], 1);
    world_close(&world);
}

TEST(flow_whose_grant_is_refused_ends_rolled_back)
{
    struct world world = {0};
    struct ask ask = {0};
    struct peek peek = {.id = ask.id};

    is_granted = NULL;
    world_open(&world, granted_types);
    start(&ask, &granted);
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.error, "none left") != NULL);
    CHECK_INT(hook_calls[FLOW_FAILED_TEMP], 0);
    world_close(&world);
}

static struct err *
hopeless_run(struct flow *f, const void *in)
{
    (void)in;
    TRY(flow_step(f, "a", &create_kind, thing(f, "a", 0), NULL));
    return flow_step(f, "count", &count_kind, thing(f, is_granted ? "n" : "refused", 0), NULL);
}

static bool
is_hopeless(const struct err *err)
{
    return strstr(err->message, "none left") != NULL;
}
static const struct flow_type hopeless = {
    .name = "hopeless", .version = 1, .doc = "Gives up by itself.", .in = &thing_table,
    .run = hopeless_run, .state_changed = changed, .gives_up = is_hopeless};
static const struct flow_type *const hopeless_types[] = {&hopeless, NULL};

TEST(flow_that_gives_up_takes_back_what_it_did_by_itself)
{
    struct world world = {0};
    struct ask ask = {0};
    struct peek peek = {.id = ask.id};

    is_granted = NULL;
    world_open(&world, hopeless_types);
    start(&ask, &hopeless);
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.error, "none left") != NULL);
    CHECK_INT(hook_calls[FLOW_FAILED_TEMP], 0);
    CHECK_INT(hook_calls[FLOW_ROLLING_BACK], 1);
    CHECK_INT(world.n_made, 1);
    CHECK_INT(world.n_removed, 1);
    world_close(&world);
}

static struct err *
lapse(struct tx *tx, void *arg)
{
    const char *args[] = {arg, NULL};

    return tx_sql(tx, "UPDATE flow SET lease = 1 WHERE id = ?", args, NULL, NULL);
}

/* ---- who runs it ------------------------------------------------------------------------------------------------ */

TEST(flow_is_taken_over_when_its_owner_is_silent_and_the_old_owner_lets_go)
{
    static const struct flow_type *const types[] = {&one, NULL};
    struct world world = {0};
    struct ask ask = {0};
    struct flow_engine_config config = {.owner = "two", .types = types, .lease_ms = 60};
    struct flow_engine *other;
    struct step *old;

    world.lease_ms = 3600000;
    world_open(&world, types);
    world.next.hang = 1;
    start(&ask, &one);
    while (!world.hanging) {
        REQUIRE_OK(loop_turn(world.loop, 5));
    }
    old = world.hanging;
    config.loop = world.loop;
    config.store = world.store;
    REQUIRE_OK(flow_engine_new(&config, &other));
    flow_kinds_add(other, kinds);
    REQUIRE_OK(flow_engine_start(other));
    CHECK_INT(flow_engine_running(other), 0); /* Its lease is good. */
    REQUIRE_OK(store_write_wait(world.store, lapse, ask.id));
    EVENTUALLY(5000, (err_ignore(loop_turn(world.loop, 5), "test"), in_state(ask.id, "COMPLETED")));
    CHECK_INT(world_count(&world), 1);
    /* The first owner wakes up: what has become of its step is not journalled. */
    step_failed(old, err_new(E_CONFLICT, NULL, "no room"));
    EVENTUALLY(5000, (err_ignore(loop_turn(world.loop, 5), "test"),
                      flow_engine_running(world.engine) == 0));
    CHECK(in_state(ask.id, "COMPLETED"));
    flow_engine_free(other);
    world_close(&world);
}

/* ---- children that end otherwise ----------------------------------------------------------------------------------- */

static struct err *
taken_run(struct flow *f, const void *in)
{
    (void)in;
    TRY(flow_spawn_as(f, "child", &one, flow_self(f), thing(f, "x", 0)));
    return flow_join_all(f);
}
static const struct flow_type taken = {
    .name = "taken", .version = 1, .doc = "Gives its child an id that is taken.",
    .in = &thing_table, .run = taken_run};

TEST(flow_child_whose_id_is_taken_is_an_error_of_the_parent)
{
    static const struct flow_type *const types[] = {&taken, &one, NULL};
    struct world world = {0};
    struct ask ask = {0};

    world_open(&world, types);
    start(&ask, &taken);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "ROLLED_BACK");
    world_close(&world);
}

TEST(flow_cancel_of_a_parent_cancels_its_children)
{
    struct world world = {0};
    struct ask ask = {.forceful = true};

    world_open(&world, family_types);
    world.next.hang = 1; /* One child is at work, the other ends by itself. */
    start(&ask, &family);
    EVENTUALLY(5000, (err_ignore(loop_turn(world.loop, 5), "test"), world.hanging != NULL));
    CHECK_OK(store_write_wait(world.store, ask_cancel, &ask));
    REACHES(ask.id, "FAILED_TEMP");
    EVENTUALLY(5000, (err_ignore(loop_turn(world.loop, 5), "test"),
                      flow_engine_running(world.engine) == 0));
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_INT(world_count(&world), 0);
    step_failed(world.hanging, err_new(E_CANCELLED, NULL, "too late to matter"));
    world_close(&world);
}

static struct err *
unmake_run(struct flow *f, const void *in)
{
    (void)in;
    TRY(flow_step(f, "remove", &remove_kind, thing(f, "m", 0), NULL));
    return flow_note(f, "taken back by an operation of its own");
}
static struct err *
unmake_input(struct tx *tx, const struct flow_row *child, void *in)
{
    (void)tx;
    ((struct thing *)in)->name = child->id;
    return NULL;
}
static const struct flow_type unmake = {
    .name = "unmake", .version = 1, .doc = "Terminates.", .in = &thing_table, .run = unmake_run};
static const struct flow_type made = {
    .name = "made", .version = 1, .doc = "As ETSI has it: terminated, not rolled back.",
    .in = &thing_table, .out = &thing_table, .run = one_run, .undo_type = &unmake,
    .undo_input = unmake_input, .no_rollback = true};

static struct err *
pair_run(struct flow *f, const void *in)
{
    (void)in;
    TRY(flow_spawn(f, "child", &made, thing(f, "m", 0)));
    TRY(flow_join(f, "child", NULL));
    return flow_step(f, "last", &create_kind, thing(f, "last", 0), NULL);
}
static const struct flow_type pair = {
    .name = "pair", .version = 1, .doc = "Has one child.", .in = &thing_table, .run = pair_run};
static const struct flow_type *const pair_types[] = {&pair, &made, &unmake, NULL};

/* The child is there, what follows it was refused. */
static void
fail_behind_child(struct world *world, struct ask *ask)
{
    world_open(world, pair_types);
    start(ask, &pair);
    EVENTUALLY(5000, (err_ignore(loop_turn(world->loop, 5), "test"), world->n_made == 1));
    world->next.fail_create = 1;
    REACHES(ask->id, "FAILED_TEMP");
}

TEST(flow_completed_child_is_taken_back_by_the_flow_its_type_names)
{
    struct world world = {0};
    struct ask ask = {0};
    AUTO(mem) mem = mem_new("test");
    struct peek peek = {.id = ask.id, .mem = mem};

    fail_behind_child(&world, &ask);
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_INT(world_count(&world), 0);
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.explained, "taken back by an operation of its own") != NULL);
    world_close(&world);
}

/* The flow that takes the child back fails, and with it the rollback. */
static void
tear(struct world *world, struct ask *ask)
{
    fail_behind_child(world, ask);
    world->next.fail_undo = 10;
    CHECK_OK(operate(ask, flow_rollback));
    REACHES(ask->id, "FAILED_TEMP");
    CHECK_INT(world_count(world), 1);
}

TEST(flow_child_half_taken_back_by_a_flow_is_taken_back_and_made_again_by_a_retry)
{
    struct world world = {0};
    struct ask ask = {0};
    struct peek peek = {.id = ask.id};

    tear(&world, &ask);
    CHECK_OK(operate(&ask, flow_retry)); /* It is refused still. */
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_INT(world.n_removed, 0);
    world.next.fail_undo = 0;
    world.next.fail_create = 1;
    CHECK_OK(operate(&ask, flow_retry)); /* The new one fails: the parent has waited for it. */
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.error, "made 'child'") != NULL);
    CHECK_OK(operate(&ask, flow_retry));
    REACHES(ask.id, "COMPLETED");
    CHECK_INT(world.n_removed, 1);
    CHECK_INT(world.n_made, 3); /* the child's twice */
    CHECK_INT(world_count(&world), 2);
    world_close(&world);
}

TEST(flow_retry_of_a_half_taken_back_child_survives_a_crash_and_can_be_turned)
{
    struct world world = {0};
    struct ask ask = {0};

    tear(&world, &ask);
    CHECK_OK(operate(&ask, flow_retry));
    world_crash(&world);
    REACHES(ask.id, "FAILED_TEMP");
    CHECK_OK(operate(&ask, flow_retry));
    ask.forceful = true;
    CHECK_OK(store_write_wait(world.store, ask_cancel, &ask));
    REACHES(ask.id, "FAILED_TEMP");
    world.next.fail_undo = 0;
    CHECK_OK(operate(&ask, flow_rollback));
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_INT(world_count(&world), 0);
    world_close(&world);
}
