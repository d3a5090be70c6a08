/* Ratios are taken within a round, in which both ran one after the other: what
 * disturbs the machine for longer than that disturbs both. */
#include "rounds.h"

#include "../test.h"

#include <stdlib.h>

void
rounds_add(struct rounds *rounds, double value)
{
    REQUIRE(rounds->n < ROUNDS_MAX);
    rounds->v[rounds->n++] = value;
}

static int
double_cmp(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static struct rounds
sorted(const struct rounds *rounds)
{
    struct rounds copy = *rounds;

    qsort(copy.v, copy.n, sizeof *copy.v, double_cmp);
    return copy;
}

double
rounds_median(const struct rounds *rounds)
{
    struct rounds copy = sorted(rounds);

    REQUIRE(copy.n);
    return copy.v[copy.n / 2];
}

void
versus_head(FILE *out, const char *peer, size_t rounds)
{
    (void)fprintf(out,
                  "| functions | what | %s | Carrick | ratio (2nd lowest - 2nd highest of %zu "
                  "rounds) | aim | |\n|---|---|---|---|---|---|---|\n",
                  peer, rounds);
}

static void
aim_write(FILE *out, struct aim aim, double ratio)
{
    if (aim.most > 0) {
        (void)fprintf(out, " <= %g | %s |\n", aim.most, ratio <= aim.most ? "held" : "missed");
    } else if (aim.least > 0) {
        (void)fprintf(out, " >= %g | %s |\n", aim.least, ratio >= aim.least ? "held" : "missed");
    } else {
        (void)fprintf(out, " - | |\n");
    }
}

void
versus_row(FILE *out, const char *functions, const char *what, const struct rounds *theirs,
           const struct rounds *ours, struct aim aim)
{
    struct rounds ratios = {0};
    double median;

    for (size_t i = 0; i < ours->n && i < theirs->n; i++) {
        rounds_add(&ratios, ours->v[i] / theirs->v[i]);
    }
    ratios = sorted(&ratios);
    REQUIRE(ratios.n > 2);
    median = ratios.v[ratios.n / 2];
    (void)fprintf(out, "| %s | %s | %.2f | %.2f | %.2f (%.2f-%.2f) |", functions, what,
                  rounds_median(theirs), rounds_median(ours), median, ratios.v[1],
                  ratios.v[ratios.n - 2]);
    aim_write(out, aim, median);
}
