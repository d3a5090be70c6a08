/* Strings: a growing buffer with a limit, and the few tests on C strings that
 * are used everywhere. */
#ifndef CARRICK_BASE_STR_H
#define CARRICK_BASE_STR_H

#include "base/err.h"

#include <stdint.h>

/* A growing byte buffer on the heap; always zero-terminated behind 'len'.
 * Past 'max' bytes (0 = 1 GiB) further input is dropped and 'overflow' set. */
struct buf {
    char *data;
    size_t len, cap, max;
    bool overflow;
};

#define BUF_INIT {0}
void buf_init(struct buf *buf, size_t max);
void buf_done(struct buf *buf);
void buf_autofree(struct buf *buf); /* for __attribute__((cleanup)) on a struct buf */
#define AUTO_BUF __attribute__((cleanup(buf_autofree))) struct buf
void buf_clear(struct buf *buf);
void buf_add(struct buf *buf, const void *data, size_t n);
void buf_str(struct buf *buf, const char *s); /* null adds nothing */
void buf_char(struct buf *buf, char c);
/* 'n' more bytes for the caller to write, or null past the limit. */
char *buf_extend(struct buf *buf, size_t n);
void buf_printf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_int(struct buf *buf, int64_t v); /* decimal, faster than printf */
/* Copy of the content in 'mem'. */
char *buf_copy(struct mem *mem, const struct buf *buf);

bool str_eq(const char *a, const char *b);          /* nulls are equal to each other only */
bool str_eq_case(const char *a, const char *b);     /* ASCII */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
bool str_empty(const char *s);                      /* null or "" */
const char *str_or(const char *s, const char *otherwise);
/* Splits at each 'sep'; empty parts are kept.  '*n' parts in 'mem'. */
char **str_split(struct mem *mem, const char *s, char sep, size_t *n);
/* Whole decimal integers only: "12" yes, "12x", "", " 1" no. */
bool str_to_i64(const char *s, int64_t *v);
bool str_in(const char *s, const char *const *list); /* list ends with null */
/* Valid UTF-8 without NUL. */
bool str_utf8(const char *s, size_t n);
/* 'n' bytes as lower-case hex, 2n characters plus NUL at 'out'. */
void hex_from(char *out, const void *data, size_t n);
bool hex_to(void *out, const char *hex, size_t n_bytes);
char *base64_from(struct mem *mem, const void *data, size_t n, bool url); /* url: no padding, -_ */
/* Null where 's' is not valid base64 (either alphabet, padding optional). */
void *base64_to(struct mem *mem, const char *s, size_t *n);
char *url_encode(struct mem *mem, const char *s);           /* RFC 3986 unreserved stay */
char *url_decode(struct mem *mem, const char *s, bool plus); /* null on bad %XX or %00 */
/* A URL for people and logs: without a password, and without what stands behind a '?' or '#'.  What is no
 * URL stays as it is. */
const char *url_shown(struct mem *mem, const char *url);
/* Whether a URL has a password in it: behind the user's name, or as a parameter. */
bool url_has_password(const char *url);
/* Equal, in time that depends on the lengths only. */
bool secret_eq(const char *a, const char *b);

#endif
