/* UUIDs (RFC 9562 version 4) as text: 36 characters, or 32 where Keystone's
 * form without dashes is asked.  Tests seed them. */
#ifndef CARRICK_BASE_UUID_H
#define CARRICK_BASE_UUID_H

#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>

#define UUID_SIZE 37
void uuid_new(char out[UUID_SIZE]);
const char *uuid_make(struct mem *mem);      /* 36 characters */
/* For keys of rows: the first 40 bits grow with each call (a clock of 16 microseconds that wraps
 * after 204 days), so that rows made one after the other stand side by side in every index, and
 * ids of one process differ within their first 11 characters; the rest is random.  Marked as
 * version 4, which clients expect. */
const char *uuid_make_ordered(struct mem *mem);
const char *uuid_make_hex(struct mem *mem);  /* 32 characters */
/* A UUID that is a function of 'name' (version 5 shape): the same name gives
 * the same id, for ids that a replay must choose again. */
const char *uuid_from(struct mem *mem, const char *name);
bool uuid_valid(const char *s);              /* 36 with dashes or 32 without */
void uuid_seed(uint64_t seed);               /* tests; 0 returns to the kernel's randomness */
void random_bytes(void *out, size_t n);      /* cryptographic, from the kernel; never seeded */

#endif
