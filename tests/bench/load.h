/* A load generator: many keep-alive connections on one thread, each with one
 * request in flight.  Measures each answer's time; parses as little of it as
 * it can, since it shares the machine with what it measures. */
#ifndef CARRICK_TESTS_BENCH_LOAD_H
#define CARRICK_TESTS_BENCH_LOAD_H

#include "base/str.h"

struct load {
    uint16_t port;           /* of 127.0.0.1 */
    int clients;
    int64_t requests;        /* in all */
    int expect;              /* status that counts as good */
    /* Fills in the n-th request: the whole of it, head and body. */
    void (*make)(void *arg, int64_t n, struct buf *request);
    void *arg;
    /* Results. */
    double seconds;
    double *ms;              /* of each request, sorted; heap, freed by load_done */
    int64_t bad;
    int64_t bytes;           /* of answers' bodies */
    char *last;              /* body of the last answer, zero-terminated; heap */
    char *token;             /* X-Subject-Token of the last answer, or null; heap */
};

/* Runs it; E_UNAVAILABLE where a connection is refused or lost. */
struct err *load_run(struct load *load) MUST_USE;
void load_done(struct load *load);
double load_ms(const struct load *load, double quantile); /* 0.5 = median */

/* A request with head: method, path, token (or null), body (or null). */
void load_request(struct buf *out, const char *method, const char *path, const char *token,
                  const char *body);

#endif
