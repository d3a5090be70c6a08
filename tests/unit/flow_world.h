/* A world in memory for tests of the flow engine: things that are made, found
 * and removed, with failures on demand, and the operations as a face asks them. */
#ifndef TESTS_UNIT_FLOW_WORLD_H
#define TESTS_UNIT_FLOW_WORLD_H

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
    bool silent;               /* looks are not answered */
    struct {
        int fail_create, doubt_create, lose_create, fail_undo, hang, hang_undo; /* so many times */
    } next;
    int ready_after;               /* reads until a thing is ready */
    const struct flow_type *const *types;
    const char *path;
    const char *hangs;             /* null: whichever comes first */
    struct step *hanging;
    int64_t lease_ms;
};
static struct world *the_world; /* of the running test: each is a process of its own */

static inline struct err *
world_fail(int *n, enum err_code code, const char *text)
{
    return *n > 0 && (*n)-- ? err_new(code, NULL, "%s", text) : NULL;
}

static inline int
world_find(const struct world *world, const char *name)
{
    for (int i = 0; i < THINGS_MAX; i++) {
        if (world->things[i] && str_eq(world->things[i], name)) {
            return i;
        }
    }
    return -1;
}

static inline void
world_make(struct world *world, const char *name)
{
    int i = 0;

    while (world->things[i]) {
        i++;
    }
    world->things[i] = heap_str(name);
    world->n_made++;
}

static inline int
world_count(const struct world *world)
{
    int n = 0;

    for (int i = 0; i < THINGS_MAX; i++) {
        n += world->things[i] != NULL;
    }
    return n;
}

/* Acts end on a later turn of the loop, as calls to a site do. */
static inline void
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

static inline void
create_act(struct step *step)
{
    const struct thing *in = step_in(step);

    if (the_world->next.hang && (!the_world->hangs || str_eq(the_world->hangs, in->name))) {
        the_world->next.hang--;
        the_world->hanging = step;
        return;
    }
    loop_post(step_loop(step), create_later, step);
}

static inline void
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

static inline void
create_undo(struct step *step)
{
    const struct thing *in = step_in(step);
    struct err *err;
    int i = world_find(the_world, in->name);

    if (the_world->next.hang_undo) {
        the_world->next.hang_undo--;
        the_world->hanging = step;
        return;
    }
    err = world_fail(&the_world->next.fail_undo, E_CONFLICT, "in use");
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

static inline void
remove_act(struct step *step)
{
    create_undo(step);
}

static inline const char *
create_describe(const struct step *step)
{
    return mem_printf(step_mem(step), "POST %s", ((const struct thing *)step_in(step))->name);
}

static inline void
create_capacity(struct flow_plan *plan, const void *in)
{
    flow_plan_ask(plan, "east", "THING", 1 + ((const struct thing *)in)->size);
}

static inline void
read_act(struct step *step)
{
    struct thing *out = step_out_new(step);

    the_world->n_read++;
    if (the_world->silent) {
        step_failed(step, err_new(E_UNAVAILABLE, NULL, "GET /thing: nobody answers"));
        return;
    }
    out->name = ((const struct thing *)step_in(step))->name;
    out->size = the_world->n_read >= the_world->ready_after;
    step_done(step, out);
}

static inline struct err *
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

static inline struct err *
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
static const struct step_kind remove_kind = {.name = "remove",
                                             .doc = "Removes a thing.",
                                             .effect = FLOW_WRITE,
                                             .in = &thing_table,
                                             .act = remove_act};
static const struct step_kind read_kind = {
    .name = "read", .doc = "Looks.", .effect = FLOW_READ, .in = &thing_table,
    .out = &thing_table, .act = read_act};
static const struct step_kind count_kind = {
    .name = "count", .doc = "Counts in the store.", .effect = FLOW_LOCAL, .in = &thing_table,
    .out = &thing_table, .local = count_local, .undo_local = uncount_local};
static const struct step_kind *const kinds[] = {&create_kind, &remove_kind, &read_kind, &count_kind,
                                                NULL};

static inline struct thing *
thing(struct flow *f, const char *name, int64_t size)
{
    struct thing *t = flow_new(f, &thing_table);

    t->name = name;
    t->size = size;
    return t;
}

static inline void
world_engine(struct world *world)
{
    const struct flow_engine_config config = {
        .loop = world->loop, .store = world->store, .owner = "one", .types = world->types,
        .lease_ms = world->lease_ms};

    REQUIRE_OK(flow_engine_new(&config, &world->engine));
    flow_kinds_add(world->engine, kinds);
    REQUIRE_OK(flow_engine_start(world->engine));
}

static inline void
world_open(struct world *world, const struct flow_type *const *types)
{
    static const struct store_config no_store;
    struct store_config config = no_store;
    static char path[256];

    snprintf(path, sizeof path, "%s/db", test_dir());
    config.path = test_store(path);
    config.tables = flow_tables;
    the_world = world;
    world->types = types;
    world->path = path;
    REQUIRE_OK(loop_new(&world->loop));
    REQUIRE_OK(store_open(&config, &world->store));
    world_engine(world);
}

static inline void
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
static inline void
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

static inline struct err *
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

static inline struct err *
ask_op(struct tx *tx, void *arg)
{
    struct ask *ask = arg;

    return ask->op(tx, the_world->engine, ask->id);
}

static inline struct err *
ask_cancel(struct tx *tx, void *arg)
{
    struct ask *ask = arg;

    return flow_cancel(tx, the_world->engine, ask->id, ask->forceful);
}

static inline void
start(struct ask *ask, const struct flow_type *type)
{
    ask->type = type;
    REQUIRE_OK(store_write_wait(the_world->store, ask_start, ask));
}

static inline struct err *
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

static inline struct err *
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

static inline bool
in_state(const char *id, const char *state)
{
    struct peek peek = {.id = id};

    REQUIRE_OK(store_read(the_world->store, peek_row, &peek));
    return str_eq(peek.state, state);
}

static inline bool
turn(const char *id, const char *state)
{
    REQUIRE_OK(loop_turn(the_world->loop, 5));
    return in_state(id, state);
}
#define REACHES(id, state) EVENTUALLY(10000, turn((id), (state)))

static inline struct err *
read_count(struct tx *tx, void *arg)
{
    const char *text;

    TRY(tx_fact_get(tx, "count", &text));
    *(int *)arg = text ? atoi(text) : 0;
    return NULL;
}

#endif
