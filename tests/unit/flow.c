/* The flow engine against a world in memory: steps, replay, retry, rollback,
 * children, polls, plan, explain. */
#include "flow/flow.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

/* ---- the world -------------------------------------------------------------------- */

struct thing {
    struct row row;
#define ATTRS(ATTR)                                                                                \
    ATTR(str, name, .use = REQUIRED, .doc = "Name.")                                               \
    ATTR(integer, size, .def = "0", .doc = "Size.")
    ATTRS(ATTR_MEMBER)
};
#define TABLE_STRUCT thing
static const struct attr thing_attrs[] = {ATTRS(ATTR_ROW)};
#undef TABLE_STRUCT
#undef ATTRS
static const struct table thing_table = {
    .name = "thing", .doc = "A thing.", TABLE(struct thing, thing_attrs)};

#define THINGS_MAX 32
struct world {
    struct loop *loop;
    struct store *store;
    struct flow_engine *engine;
    char *things[THINGS_MAX];      /* made and not removed */
    int n_made, n_removed, n_found, n_read;
    struct {
        int fail_create, doubt_create, lose_create, fail_undo, hang; /* so many times */
    } next;
    int ready_after;               /* reads until a thing is ready */
    const struct flow_type *const *types;
    const char *path;
    struct step *hanging;
};
static struct world *the_world; /* of the running test: each is a process of its own */

static struct err *
world_fail(int *n, enum err_code code, const char *text)
{
    return *n > 0 && (*n)-- ? err_new(code, NULL, "%s", text) : NULL;
}

static int
world_find(const struct world *world, const char *name)
{
    for (int i = 0; i < THINGS_MAX; i++) {
        if (world->things[i] && str_eq(world->things[i], name)) {
            return i;
        }
    }
    return -1;
}

static void
world_make(struct world *world, const char *name)
{
    int i = 0;

    while (world->things[i]) {
        i++;
    }
    world->things[i] = heap_str(name);
    world->n_made++;
}

static int
world_count(const struct world *world)
{
    int n = 0;

    for (int i = 0; i < THINGS_MAX; i++) {
        n += world->things[i] != NULL;
    }
    return n;
}

/* Acts end on a later turn of the loop, as calls to a site do. */
static void
create_later(void *arg)
{
    struct step *step = arg;
    const struct thing *in = step_in(step);
    struct thing *out = step_out_new(step);
    struct err *err = world_fail(&the_world->next.fail_create, E_CONFLICT, "no room");

    if (err) {
        step_failed(step, err);
        return;
    }
    err = world_fail(&the_world->next.lose_create, E_IN_DOUBT, "lost before it arrived");
    if (err) {
        step_failed(step, err);
        return;
    }
    world_make(the_world, in->name);
    step_said(step, "POST %s -> 201", in->name);
    err = world_fail(&the_world->next.doubt_create, E_IN_DOUBT, "the answer was lost");
    if (err) {
        step_failed(step, err);
        return;
    }
    out->name = in->name;
    out->size = in->size + 1;
    step_done(step, out);
}

static void
create_act(struct step *step)
{
    if (the_world->next.hang) {
        the_world->next.hang--;
        the_world->hanging = step;
        return;
    }
    loop_post(step_loop(step), create_later, step);
}

static void
create_find(struct step *step)
{
    const struct thing *in = step_in(step);
    struct thing *out = step_out_new(step);

    the_world->n_found++;
    if (world_find(the_world, in->name) < 0) {
        step_absent(step);
        return;
    }
    out->name = in->name;
    out->size = in->size + 1;
    step_done(step, out);
}

static void
create_undo(struct step *step)
{
    const struct thing *in = step_in(step);
    struct err *err = world_fail(&the_world->next.fail_undo, E_CONFLICT, "in use");
    int i = world_find(the_world, in->name);

    if (err) {
        step_failed(step, err);
        return;
    }
    if (i >= 0) {
        free(the_world->things[i]);
        the_world->things[i] = NULL;
        the_world->n_removed++;
    }
    step_done(step, NULL);
}

static const char *
create_describe(const struct step *step)
{
    return mem_printf(step_mem(step), "POST %s", ((const struct thing *)step_in(step))->name);
}

static void
create_capacity(struct flow_plan *plan, const void *in)
{
    flow_plan_ask(plan, "east", "THING", 1 + ((const struct thing *)in)->size);
}

static void
read_act(struct step *step)
{
    struct thing *out = step_out_new(step);

    the_world->n_read++;
    out->name = ((const struct thing *)step_in(step))->name;
    out->size = the_world->n_read >= the_world->ready_after;
    step_done(step, out);
}

static struct err *
count_local(struct tx *tx, const void *in, void *out)
{
    const struct thing *thing = in;
    struct thing *made = out;
    const char *text;
    int64_t n = 0;

    if (str_eq(thing->name, "refused")) {
        return err_new(E_QUOTA, "OverQuota", "none left");
    }
    TRY(tx_fact_get(tx, "count", &text));
    (void)(text && str_to_i64(text, &n));
    made->name = "counted";
    made->size = n + 1;
    return tx_fact_set(tx, "count", mem_printf(tx_mem(tx), "%lld", (long long)n + 1));
}

static struct err *
uncount_local(struct tx *tx, const void *in, const void *out)
{
    const char *text;
    int64_t n = 0;

    (void)in, (void)out;
    TRY(tx_fact_get(tx, "count", &text));
    (void)(text && str_to_i64(text, &n));
    return tx_fact_set(tx, "count", mem_printf(tx_mem(tx), "%lld", (long long)n - 1));
}

static const struct step_kind create_kind = {
    .name = "create", .doc = "Makes a thing.", .effect = FLOW_WRITE, .in = &thing_table,
    .out = &thing_table, .act = create_act, .find = create_find, .undo = create_undo,
    .settle_ms = 40, .describe = create_describe, .capacity = create_capacity};
static const struct step_kind read_kind = {
    .name = "read", .doc = "Looks.", .effect = FLOW_READ, .in = &thing_table,
    .out = &thing_table, .act = read_act};
static const struct step_kind count_kind = {
    .name = "count", .doc = "Counts in the store.", .effect = FLOW_LOCAL, .in = &thing_table,
    .out = &thing_table, .local = count_local, .undo_local = uncount_local};
static const struct step_kind *const kinds[] = {&create_kind, &read_kind, &count_kind, NULL};

static struct thing *
thing(struct flow *f, const char *name, int64_t size)
{
    struct thing *t = flow_new(f, &thing_table);

    t->name = name;
    t->size = size;
    return t;
}

static void
world_engine(struct world *world)
{
    const struct flow_engine_config config = {
        .loop = world->loop, .store = world->store, .owner = "one", .types = world->types};

    REQUIRE_OK(flow_engine_new(&config, &world->engine));
    flow_kinds_add(world->engine, kinds);
    REQUIRE_OK(flow_engine_start(world->engine));
}

static void
world_open(struct world *world, const struct flow_type *const *types)
{
    static const struct store_config no_store;
    struct store_config config = no_store;
    static char path[256];

    snprintf(path, sizeof path, "%s/db", test_dir());
    config.path = path;
    config.tables = flow_tables;
    the_world = world;
    world->types = types;
    world->path = path;
    REQUIRE_OK(loop_new(&world->loop));
    REQUIRE_OK(store_open(&config, &world->store));
    world_engine(world);
}

static void
world_close(struct world *world)
{
    flow_engine_free(world->engine);
    store_close(world->store);
    loop_free(world->loop);
    for (int i = 0; i < THINGS_MAX; i++) {
        free(world->things[i]);
    }
}

/* As if the process had died: nothing of the engine is kept. */
static void
world_crash(struct world *world)
{
    flow_engine_free(world->engine);
    world_engine(world);
}

/* ---- operations as a face makes them ------------------------------------------------- */

struct ask {
    const struct flow_type *type;
    char id[40];
    struct err *(*op)(struct tx *tx, struct flow_engine *engine, const char *id);
    bool forceful;
};

static struct err *
ask_start(struct tx *tx, void *arg)
{
    struct ask *ask = arg;
    struct thing *in = row_new(tx_mem(tx), &thing_table);
    const char *id;
    struct flow_start start = {.type = ask->type, .in = in};

    in->name = "x";
    in->size = 0;
    TRY(flow_start(tx, the_world->engine, &start, &id));
    snprintf(ask->id, sizeof ask->id, "%s", id);
    return NULL;
}

static struct err *
ask_op(struct tx *tx, void *arg)
{
    struct ask *ask = arg;

    return ask->op(tx, the_world->engine, ask->id);
}

static struct err *
ask_cancel(struct tx *tx, void *arg)
{
    struct ask *ask = arg;

    return flow_cancel(tx, the_world->engine, ask->id, ask->forceful);
}

static void
start(struct ask *ask, const struct flow_type *type)
{
    ask->type = type;
    REQUIRE_OK(store_write_wait(the_world->store, ask_start, ask));
}

static struct err *
operate(struct ask *ask, struct err *(*op)(struct tx *, struct flow_engine *, const char *))
{
    ask->op = op;
    return store_write_wait(the_world->store, ask_op, ask);
}

struct peek {
    const char *id;
    char state[32], error[512];
    char *explained;
    struct mem *mem;
};

static struct err *
peek_row(struct tx *tx, void *arg)
{
    struct peek *peek = arg;
    struct flow_row *row;
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    TRY(row_get(tx, &flow_table, peek->id, &row));
    snprintf(peek->state, sizeof peek->state, "%s", row->state);
    snprintf(peek->error, sizeof peek->error, "%s", str_or(row->error, ""));
    if (peek->mem) {
        jw_object(&w, NULL);
        TRY(flow_explain(tx, peek->id, &w));
        jw_end(&w);
        peek->explained = buf_copy(peek->mem, &out);
    }
    return NULL;
}

static bool
in_state(const char *id, const char *state)
{
    struct peek peek = {.id = id};

    REQUIRE_OK(store_read(the_world->store, peek_row, &peek));
    return str_eq(peek.state, state);
}

static bool
turn(const char *id, const char *state)
{
    REQUIRE_OK(loop_turn(the_world->loop, 5));
    return in_state(id, state);
}
#define REACHES(id, state) EVENTUALLY(10000, turn((id), (state)))

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
    CHECK_INT(flow_engine_running(world.engine), 0);
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

static struct err *
read_count(struct tx *tx, void *arg)
{
    const char *text;

    TRY(tx_fact_get(tx, "count", &text));
    *(int *)arg = text ? atoi(text) : 0;
    return NULL;
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
    CHECK(world.n_found >= 4);
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
    TRY(flow_step(f, "grant", &count_kind, thing(f, seen_id ? "n" : "refused", 0), NULL));
    TRY(flow_started(f));
    return flow_step(f, "a", &create_kind, thing(f, "a", 0), NULL);
}
static const struct flow_type granted = {
    .name = "granted", .version = 1, .doc = "Waits for a grant.", .in = &thing_table,
    .run = granted_run, .starting = true, .state_changed = three_changed};
static const struct flow_type *const granted_types[] = {&granted, NULL};

TEST(flow_begins_in_starting_until_granted)
{
    struct world world = {0};
    struct ask ask = {0};

    seen_id = "yes";
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

    seen_id = NULL;
    world_open(&world, granted_types);
    start(&ask, &granted);
    REACHES(ask.id, "ROLLED_BACK");
    CHECK_OK(store_read(world.store, peek_row, &peek));
    CHECK(strstr(peek.error, "none left") != NULL);
    CHECK_INT(hook_calls[FLOW_FAILED_TEMP], 0);
    world_close(&world);
}
