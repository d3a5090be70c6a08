/* Buffers, tests on strings, and the text encodings of bytes. */
#include "base/str.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BUF_MAX ((size_t)1 << 30)

void
buf_init(struct buf *buf, size_t max)
{
    *buf = (struct buf){.max = max};
}

void
buf_done(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){.max = buf->max};
}

void
buf_autofree(struct buf *buf)
{
    buf_done(buf);
}

void
buf_clear(struct buf *buf)
{
    buf->len = 0;
    buf->overflow = false;
    if (buf->data) {
        buf->data[0] = 0;
    }
}

/* Makes room for 'n' more bytes and the final zero; false past the limit. */
static bool
buf_room(struct buf *buf, size_t n)
{
    size_t max = buf->max ? buf->max : BUF_MAX;
    size_t cap;

    if (n < buf->cap - buf->len) {
        return true; /* 'cap' never exceeds the limit. */
    }
    if (n > max || buf->len > max - n) {
        buf->overflow = true;
        return false;
    }
    if (buf->len + n + 1 > buf->cap) {
        cap = buf->cap ? buf->cap * 2 : 128;
        cap = cap < buf->len + n + 1 ? buf->len + n + 1 : cap;
        cap = cap > max + 1 ? max + 1 : cap;
        buf->data = heap_realloc(buf->data, cap);
        buf->cap = cap;
    }
    return true;
}

void
buf_add(struct buf *buf, const void *data, size_t n)
{
    if (buf_room(buf, n)) {
        if (n) {
            memcpy(buf->data + buf->len, data, n);
        }
        buf->len += n;
        buf->data[buf->len] = 0;
    }
}

char *
buf_extend(struct buf *buf, size_t n)
{
    char *at;

    if (!buf_room(buf, n)) {
        return NULL;
    }
    at = buf->data + buf->len;
    buf->len += n;
    buf->data[buf->len] = 0;
    return at;
}

void
buf_str(struct buf *buf, const char *s)
{
    if (s) {
        buf_add(buf, s, strlen(s));
    }
}

void
buf_char(struct buf *buf, char c)
{
    if (buf_room(buf, 1)) {
        buf->data[buf->len++] = c;
        buf->data[buf->len] = 0;
    }
}

void
buf_printf(struct buf *buf, const char *fmt, ...)
{
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n >= 0 && buf_room(buf, (size_t)n)) {
        va_start(args, fmt);
        vsnprintf(buf->data + buf->len, (size_t)n + 1, fmt, args);
        va_end(args);
        buf->len += (size_t)n;
    }
}

void
buf_int(struct buf *buf, int64_t v)
{
    char text[24];
    char *p = text + sizeof text;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

    do {
        *--p = (char)('0' + u % 10);
        u /= 10;
    } while (u);
    if (v < 0) {
        *--p = '-';
    }
    buf_add(buf, p, (size_t)(text + sizeof text - p));
}

char *
buf_copy(struct mem *mem, const struct buf *buf)
{
    return mem_strn(mem, buf->data ? buf->data : "", buf->len);
}

bool
str_eq(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

bool
str_eq_case(const char *a, const char *b)
{
    return a == b || (a && b && !strcasecmp(a, b));
}

bool
str_starts(const char *s, const char *prefix)
{
    return s && !strncmp(s, prefix, strlen(prefix));
}

bool
str_ends(const char *s, const char *suffix)
{
    size_t n = s ? strlen(s) : 0, m = strlen(suffix);

    return s && n >= m && !memcmp(s + n - m, suffix, m);
}

bool
str_empty(const char *s)
{
    return !s || !*s;
}

const char *
str_or(const char *s, const char *otherwise)
{
    return s ? s : otherwise;
}

char **
str_split(struct mem *mem, const char *s, char sep, size_t *n)
{
    size_t parts = 1;
    char **out;

    for (const char *p = s; *p; p++) {
        parts += *p == sep;
    }
    out = MEM_ARRAY(mem, parts + 1, char *);
    for (size_t i = 0; i < parts; i++) {
        const char *end = strchrnul(s, sep);

        out[i] = mem_strn(mem, s, (size_t)(end - s));
        s = end + 1;
    }
    *n = parts;
    return out;
}

bool
str_to_i64(const char *s, int64_t *v)
{
    const char *digits = s && *s == '-' ? s + 1 : s;
    long long value;

    if (str_empty(digits) || digits[strspn(digits, "0123456789")]) {
        return false;
    }
    errno = 0;
    value = strtoll(s, NULL, 10);
    if (errno) {
        return false;
    }
    *v = value;
    return true;
}

bool
str_in(const char *s, const char *const *list)
{
    for (; s && *list; list++) {
        if (!strcmp(s, *list)) {
            return true;
        }
    }
    return false;
}

/* Length of the UTF-8 sequence at 's' (of 'n' bytes), 0 where it is not one:
 * Unicode table 3-7, which excludes overlong forms and surrogates. */
static size_t
utf8_sequence(const unsigned char *s, size_t n)
{
    unsigned char low = 0x80, high = 0xbf;
    size_t len;

    if (s[0] < 0x80) {
        return s[0] ? 1 : 0;
    }
    if (s[0] < 0xc2 || s[0] > 0xf4) {
        return 0;
    }
    len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    low = s[0] == 0xe0 ? 0xa0 : s[0] == 0xf0 ? 0x90 : low;
    high = s[0] == 0xed ? 0x9f : s[0] == 0xf4 ? 0x8f : high;
    if (n < len || s[1] < low || s[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return len;
}

bool
str_utf8(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;

    for (size_t i = 0; i < n;) {
        size_t len = utf8_sequence(p + i, n - i);

        if (!len) {
            return false;
        }
        i += len;
    }
    return true;
}

void
hex_from(char *out, const void *data, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *p = data;

    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 15];
    }
    out[2 * n] = 0;
}

/* Value of a hex digit, or -1. */
static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
hex_to(void *out, const char *hex, size_t n_bytes)
{
    unsigned char *p = out;

    for (size_t i = 0; i < n_bytes; i++) {
        int high = hex_digit(hex[2 * i]);
        int low = high < 0 ? -1 : hex_digit(hex[2 * i + 1]);

        if (low < 0) {
            return false;
        }
        p[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

static const char base64_std[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char *
base64_from(struct mem *mem, const void *data, size_t n, bool url)
{
    const char *digits = url ? base64_url : base64_std;
    const unsigned char *in = data;
    char *out = mem_alloc(mem, (n + 2) / 3 * 4 + 1);
    char *p = out;

    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i;
        uint32_t v = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
                     (left > 2 ? in[i + 2] : 0);

        *p++ = digits[v >> 18];
        *p++ = digits[v >> 12 & 63];
        if (left > 1 || !url) {
            *p++ = left > 1 ? digits[v >> 6 & 63] : '=';
        }
        if (left > 2 || !url) {
            *p++ = left > 2 ? digits[v & 63] : '=';
        }
    }
    return out;
}

static int
base64_digit(char c)
{
    const char *at;

    if (c == '-' || c == '_') {
        return c == '-' ? 62 : 63;
    }
    at = c ? strchr(base64_std, c) : NULL;
    return at ? (int)(at - base64_std) : -1;
}

void *
base64_to(struct mem *mem, const char *s, size_t *n)
{
    size_t len = strlen(s), padding = 0;
    unsigned char *out, *p;
    uint32_t v = 0;

    while (len && padding < 2 && s[len - 1] == '=') {
        len--;
        padding++;
    }
    if (len % 4 == 1 || (padding && (len + padding) % 4)) {
        return NULL;
    }
    p = out = mem_alloc(mem, len / 4 * 3 + 3);
    for (size_t i = 0; i < len; i++) {
        int digit = base64_digit(s[i]);

        if (digit < 0) {
            return NULL;
        }
        v = v << 6 | (uint32_t)digit;
        if (i % 4) {
            *p++ = (unsigned char)(v >> (6 - 2 * (i % 4)));
        }
    }
    *n = (size_t)(p - out);
    return out;
}

static bool
url_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~", c));
}

char *
url_encode(struct mem *mem, const char *s)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = mem_alloc(mem, strlen(s) * 3 + 1);
    char *p = out;

    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;

        if (url_unreserved(*s)) {
            *p++ = *s;
        } else {
            *p++ = '%';
            *p++ = digits[c >> 4];
            *p++ = digits[c & 15];
        }
    }
    return out;
}

char *
url_decode(struct mem *mem, const char *s, bool plus)
{
    char *out = mem_alloc(mem, strlen(s) + 1);
    char *p = out;

    for (; *s; s++, p++) {
        if (*s == '%') {
            if (!hex_to(p, s + 1, 1) || !*p) {
                return NULL;
            }
            s += 2;
        } else {
            *p = *s == '+' && plus ? ' ' : *s;
        }
    }
    return out;
}

const char *
url_shown(struct mem *mem, const char *url)
{
    const char *from = strstr(url, "://"), *to, *colon;

    if (!from) {
        return mem_str(mem, url);
    }
    /* Whatever is between the user's name and the host, and all that stands behind. */
    from += strlen("://");
    to = strrchr(from, '@');
    colon = strchr(from, ':');
    if (to && colon && colon < to) {
        return mem_printf(mem, "%.*s%.*s", (int)(colon - url), url, (int)strcspn(to, "?#"), to);
    }
    return mem_printf(mem, "%.*s", (int)strcspn(url, "?#"), url);
}

bool
url_has_password(const char *url)
{
    const char *from = strstr(url, "://"), *to, *colon;

    if (!from) {
        return false;
    }
    from += strlen("://");
    to = memchr(from, '@', strcspn(from, "/?#"));
    colon = strchr(from, ':');
    return (to && colon && colon < to) || strstr(from, "password=");
}

bool
secret_eq(const char *a, const char *b)
{
    size_t n = strlen(a);
    volatile unsigned char differs = 0;

    if (n != strlen(b)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        differs |= (unsigned char)(a[i] ^ b[i]);
    }
    return !differs;
}
