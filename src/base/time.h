/* Time: wall clock in microseconds since 1970 (signed 64 bits), monotonic
 * clock in nanoseconds, and the textual forms that the APIs use.  Tests freeze
 * the clock. */
#ifndef CARRICK_BASE_TIME_H
#define CARRICK_BASE_TIME_H

#include "base/err.h"

#include <stdint.h>

#define TIME_NULL INT64_MIN /* "no time" in rows */

int64_t time_now_us(void);   /* wall clock */
int64_t time_mono_ns(void);  /* never goes back; for intervals only */
void time_freeze(int64_t now_us); /* tests; TIME_NULL thaws */

enum time_form {
    TIME_Z,        /* 2026-01-02T03:04:05Z          Neutron, Nova, Glance */
    TIME_Z_US,     /* 2026-01-02T03:04:05.000000Z   Keystone */
    TIME_Z_MS,     /* 2026-01-02T03:04:05.000Z      ETSI */
    TIME_NAIVE_US, /* 2026-01-02T03:04:05.000000    Nova services */
};
#define TIME_TEXT_SIZE 40
const char *time_text(char out[TIME_TEXT_SIZE], int64_t us, enum time_form form);
/* RFC 3339 with Z or offset, fraction optional; false where malformed. */
bool time_parse(const char *s, int64_t *us);

#endif
