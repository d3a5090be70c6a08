/* What every fuzzer shares: the entry point, the invariant, and a reader that
 * turns the input's bytes into decisions. */
#ifndef CARRICK_TESTS_FUZZ_H
#define CARRICK_TESTS_FUZZ_H

#include "base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Ends the process where an invariant does not hold; the fuzzer keeps the input. */
#define MUST(x) ((x) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #x))

static inline void __attribute__((noreturn))
fuzz_broken(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

/* Bytes as decisions; past the end every decision is 0. */
struct choices {
    const uint8_t *data;
    size_t n;
};

static inline uint8_t
choose_byte(struct choices *c)
{
    if (c->n == 0) {
        return 0;
    }
    c->n--;
    return *c->data++;
}

static inline size_t
choose(struct choices *c, size_t below)
{
    return below ? (choose_byte(c) * 256u + choose_byte(c)) % below : 0;
}

/* The rest up to a newline, or all of it. */
static inline char *
choose_line(struct choices *c, struct mem *mem)
{
    size_t n = 0;
    char *line;

    while (n < c->n && c->data[n] != '\n') {
        n++;
    }
    line = mem_strn(mem, (const char *)c->data, n);
    c->data += n;
    c->n -= n;
    (void)choose_byte(c);
    return line;
}

#endif
