/* What a bench measured, round by round, and the line of a table that sets two
 * contenders of the same rounds against each other. */
#ifndef CARRICK_BENCH_ROUNDS_H
#define CARRICK_BENCH_ROUNDS_H

#include <stddef.h>
#include <stdio.h>

#define ROUNDS_MAX 20

struct rounds {
    double v[ROUNDS_MAX];
    size_t n;
};

void rounds_add(struct rounds *rounds, double value);
double rounds_median(const struct rounds *rounds);

/* A ratio that is wanted: no more than 'most' or no less than 'least'; 0 = not so limited. */
struct aim {
    double most, least;
};

void versus_head(FILE *out, const char *peer, size_t rounds);
/* Both medians, the median of the rounds' ratios of ours to theirs with the second lowest and the
 * second highest, the aim and whether the median keeps it. */
void versus_row(FILE *out, const char *functions, const char *what, const struct rounds *theirs,
                const struct rounds *ours, struct aim aim);

#endif
