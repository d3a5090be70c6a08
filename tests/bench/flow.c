/* What the flow engine does alone: journalled steps a second, each with its
 * fsync (shared by group commit), for few and many flows in parallel.  The acts
 * do nothing, so that what is measured is the engine, the journal and the disk.
 * The ratio is against the same number of plain one-row transactions by as many
 * writers in the same run. */
#include "flow/flow.h"

#include "base/log.h"
#include "sys/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define STEPS 20        /* of a flow: as many WRITE as LOCAL */
#define ROUNDS 7

struct piece {
    struct row row;
#define ATTRS(ATTR)                                                                                \
    ATTR(str, name, .use = REQUIRED, .doc = "Name.")                                               \
    ATTR(str, of, .doc = "What it is made of.")
    ATTRS(ATTR_MEMBER)
};
#define TABLE_STRUCT piece
static const struct attr piece_attrs[] = {ATTRS(ATTR_ROW)};
#undef TABLE_STRUCT
static const struct table piece_table = {
    .name = "piece", .doc = "A piece.", TABLE(struct piece, piece_attrs)};

static void
must(struct err *e)
{
    if (e) {
        fprintf(stderr, "%s\n", e->message);
        exit(1);
    }
}

static void
later(void *arg)
{
    struct step *step = arg;
    struct piece *out = step_out_new(step);

    out->name = ((const struct piece *)step_in(step))->name;
    step_done(step, out);
}

static void
act(struct step *step)
{
    loop_post(step_loop(step), later, step);
}

static struct err *
local(struct tx *tx, const void *in, void *out)
{
    (void)tx;
    ((struct piece *)out)->name = ((const struct piece *)in)->name;
    return NULL;
}

static const struct step_kind write_kind = {.name = "write", .doc = "Does nothing outside.",
                                            .effect = FLOW_WRITE, .in = &piece_table,
                                            .out = &piece_table, .act = act};
static const struct step_kind local_kind = {.name = "local", .doc = "Does nothing inside.",
                                            .effect = FLOW_LOCAL, .in = &piece_table,
                                            .out = &piece_table, .local = local};
static const struct step_kind *const kinds[] = {&write_kind, &local_kind, NULL};

static struct err *
steps_run(struct flow *f, const void *arg)
{
    const char *of = ((const struct piece *)arg)->name;

    for (int i = 0; i < STEPS; i++) {
        struct piece *in = flow_new(f, &piece_table), out;

        in->name = flow_label(f, "step %d", i);
        in->of = of;
        TRY(flow_step(f, in->name, i % 2 ? &local_kind : &write_kind, in, &out));
        of = out.name;
    }
    return NULL;
}
static const struct flow_type steps = {.name = "steps", .version = 1, .doc = "Twenty steps.",
                                       .in = &piece_table, .run = steps_run};
static const struct flow_type *const types[] = {&steps, NULL};

struct bench {
    struct loop *loop;
    struct store *store;
    struct flow_engine *engine;
    int n;
    _Atomic int n_done;
};

static struct err *
start_all(struct tx *tx, void *arg)
{
    struct bench *b = arg;

    for (int i = 0; i < b->n; i++) {
        struct piece *in = row_new(tx_mem(tx), &piece_table);
        const struct flow_start start = {.type = &steps, .in = in};

        in->name = "root";
        in->of = "nothing";
        TRY(flow_start(tx, b->engine, &start, NULL));
    }
    return NULL;
}

static int64_t
cpu_us(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000LL + u.ru_utime.tv_usec +
           u.ru_stime.tv_usec;
}

struct sample {
    double per_second, cpu_us;
};

static struct sample
flows_once(struct bench *b)
{
    int64_t since = time_mono_ns(), cpu = cpu_us(), n = (int64_t)b->n * STEPS;

    must(store_write_wait(b->store, start_all, b));
    do {
        must(loop_turn(b->loop, 50));
    } while (flow_engine_running(b->engine));
    return (struct sample){(double)n * 1e9 / (double)(time_mono_ns() - since),
                           (double)(cpu_us() - cpu) / (double)n};
}

/* ---- the yardstick: one-row transactions, each waited for ------------------------------ */

static struct err *
one_row(struct tx *tx, void *arg)
{
    (void)arg;
    return tx_fact_set(tx, "yardstick", "x");
}

struct chain {
    struct bench *b;
    int left;
};

static void
chain_next(void *arg, struct err *err)
{
    struct chain *chain = arg;

    must(err);
    if (chain->left-- > 0) {
        store_write(chain->b->store, one_row, chain, chain_next);
    } else {
        chain->b->n_done++;
    }
}

static struct sample
rows_once(struct bench *b)
{
    struct chain *chains = calloc((size_t)b->n, sizeof *chains);
    int64_t since = time_mono_ns(), cpu = cpu_us(), n = (int64_t)b->n * STEPS;

    b->n_done = 0;
    for (int i = 0; i < b->n; i++) {
        chains[i] = (struct chain){b, STEPS};
        chain_next(&chains[i], NULL);
    }
    while (b->n_done < b->n) {
        must(loop_turn(b->loop, 1));
    }
    free(chains);
    return (struct sample){(double)n * 1e9 / (double)(time_mono_ns() - since),
                           (double)(cpu_us() - cpu) / (double)n};
}

/* ---- rounds -------------------------------------------------------------------------------- */

static int
by_rate(const void *a, const void *b)
{
    double x = ((const struct sample *)a)->per_second, y = ((const struct sample *)b)->per_second;

    return (x > y) - (x < y);
}

static void
measure(struct bench *b, int n)
{
    struct sample flows[ROUNDS], rows[ROUNDS];

    b->n = n;
    for (int i = 0; i < ROUNDS; i++) { /* Interleaved. */
        flows[i] = flows_once(b);
        rows[i] = rows_once(b);
    }
    qsort(flows, ROUNDS, sizeof *flows, by_rate);
    qsort(rows, ROUNDS, sizeof *rows, by_rate);
    printf("| %d | %.0f (%.0f-%.0f) | %.1f | %.0f | %.2f |\n", n, flows[ROUNDS / 2].per_second,
           flows[0].per_second, flows[ROUNDS - 1].per_second, flows[ROUNDS / 2].cpu_us,
           rows[ROUNDS / 2].per_second,
           flows[ROUNDS / 2].per_second / rows[ROUNDS / 2].per_second);
    fflush(stdout);
}

int
main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : "/var/tmp/carrick-bench-flow";
    char path[300];
    const struct store_config store = {.path = path, .tables = flow_tables};
    struct flow_engine_config engine = {.owner = "bench", .types = types};
    struct bench b = {0};
    static const int parallel[] = {1, 8, 64, 256, 1000};

    log_init("bench", LOG_LV_ERROR);
    snprintf(path, sizeof path, "%s/db", folder);
    must(dir_make(folder, 0700));
    must(loop_new(&b.loop));
    must(store_open(&store, &b.store));
    engine.loop = b.loop;
    engine.store = b.store;
    must(flow_engine_new(&engine, &b.engine));
    flow_kinds_add(b.engine, kinds);
    must(flow_engine_start(b.engine));
    printf("Flows of %d steps (half WRITE, half LOCAL), journalled and fsynced; median (range) of "
           "%d rounds, interleaved with one-row transactions by as many writers.\n\n",
           STEPS, ROUNDS);
    printf("| flows in parallel | steps/s | CPU us a step | one-row transactions/s | ratio |\n");
    printf("|---|---|---|---|---|\n");
    for (size_t i = 0; i < ARRAY_SIZE(parallel); i++) {
        measure(&b, parallel[i]);
    }
    flow_engine_free(b.engine);
    store_close(b.store);
    loop_free(b.loop);
    must(dir_remove(folder));
    return 0;
}
