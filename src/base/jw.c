/* The streaming JSON writer: answers are written as they are made, without a
 * tree in between. */
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(JSON_DEPTH_MAX <= 64, "a level has a bit");

struct jw
jw_to(struct buf *out)
{
    return (struct jw){.out = out};
}

/* Has none of eight bytes to be escaped?  (Bytes below 0x20, '"' and '\\'.) */
static bool
eight_plain(const char *s)
{
    const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
    uint64_t x, quote, backslash;

    memcpy(&x, s, sizeof x);
    quote = x ^ ones * '"';
    backslash = x ^ ones * '\\';
    return !((((x - ones * 0x20) & ~x) | ((quote - ones) & ~quote) |
              ((backslash - ones) & ~backslash)) &
             high);
}

/* How many bytes from 's' on go out as they are. */
static size_t
plain_run(const char *s, size_t n)
{
    size_t i = 0;

    while (i + 8 <= n && eight_plain(s + i)) {
        i += 8;
    }
    while (i < n && (unsigned char)s[i] >= 0x20 && s[i] != '"' && s[i] != '\\') {
        i++;
    }
    return i;
}

/* 'n' more bytes to write, as buf_extend. */
static inline char *
extend(struct buf *out, size_t n)
{
    char *at = out->data + out->len;

    if (n >= out->cap - out->len) {
        return buf_extend(out, n);
    }
    out->len += n;
    at[n] = 0;
    return at;
}

static void
write_escape(struct buf *out, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    char escaped[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
    const char *at = c ? strchr("\"\"\\\\\bb\ff\nn\rr\tt", c) : NULL;

    escaped[1] = at ? at[1] : 'u';
    buf_add(out, escaped, at ? 2 : 6);
}

static void
write_string(struct buf *out, const char *s, size_t n)
{
    size_t run = plain_run(s, n);
    char *to = run == n ? extend(out, n + 2) : NULL;

    if (to) {
        to[0] = '"';
        memcpy(to + 1, s, n);
        to[n + 1] = '"';
        return;
    }
    buf_char(out, '"');
    while (run < n) {
        buf_add(out, s, run);
        write_escape(out, (unsigned char)s[run]);
        s += run + 1;
        n -= run + 1;
        run = plain_run(s, n);
    }
    buf_add(out, s, n);
    buf_char(out, '"');
}

static void
write_plain_key(struct buf *out, const char *key, size_t n, bool comma)
{
    char *to = extend(out, n + 3 + comma);

    if (to) {
        *to = ',';
        to += comma;
        *to++ = '"';
        memcpy(to, key, n);
        to[n] = '"';
        to[n + 1] = ':';
    }
}

static void
write_key(struct buf *out, const char *key, bool comma)
{
    size_t n = strlen(key);

    if (plain_run(key, n) == n) {
        write_plain_key(out, key, n, comma);
        return;
    }
    if (comma) {
        buf_char(out, ',');
    }
    write_string(out, key, n);
    buf_char(out, ':');
}

/* The bit of the innermost open level; none at the top, nor below what there are bits for. */
static uint64_t
level_bit(const struct jw *w)
{
    return w->depth > 0 && w->depth <= JSON_DEPTH_MAX ? (uint64_t)1 << (w->depth - 1) : 0;
}

/* What comes before a value: comma and key. */
static void
begin(struct jw *w, const char *key)
{
    uint64_t bit = level_bit(w);
    bool comma = (w->has_item & bit) != 0;

    if (w->has_key) {
        w->has_key = false;
        return;
    }
    w->has_item |= bit;
    if (key && bit && !(w->is_array & bit)) {
        write_key(w->out, key, comma);
    } else if (comma) {
        buf_char(w->out, ',');
    }
}

static void
open_level(struct jw *w, const char *key, bool array)
{
    uint64_t bit;

    begin(w, key);
    buf_char(w->out, array ? '[' : '{');
    if (++w->depth > JSON_DEPTH_MAX) {
        w->out->overflow = true; /* a stranger's tree in one of ours: whoever sends it looks */
    }
    bit = level_bit(w);
    w->has_item &= ~bit;
    w->is_array = array ? w->is_array | bit : w->is_array & ~bit;
}

void
jw_object(struct jw *w, const char *key)
{
    open_level(w, key, false);
}

void
jw_array(struct jw *w, const char *key)
{
    open_level(w, key, true);
}

void
jw_key(struct jw *w, const char *key)
{
    uint64_t bit = level_bit(w);

    write_plain_key(w->out, key, strlen(key), (w->has_item & bit) != 0);
    w->has_item |= bit;
    w->has_key = true;
}

void
jw_end(struct jw *w)
{
    buf_char(w->out, w->is_array & level_bit(w) ? ']' : '}');
    w->depth--;
}

void
jw_str(struct jw *w, const char *key, const char *s)
{
    begin(w, key);
    if (s) {
        write_string(w->out, s, strlen(s));
    } else {
        buf_str(w->out, "null");
    }
}

void
jw_int(struct jw *w, const char *key, int64_t v)
{
    begin(w, key);
    buf_int(w->out, v);
}

/* The shortest text that reads back as the same number. */
void
jw_real(struct jw *w, const char *key, double v)
{
    char text[40];

    begin(w, key);
    if (!isfinite(v)) {
        buf_str(w->out, "null");
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        double back;

        snprintf(text, sizeof text, "%.*g", digits, v);
        back = strtod(text, NULL);
        if (!memcmp(&back, &v, sizeof v)) { /* NOLINT: the same bits are meant, -0 and all */
            break;
        }
    }
    buf_str(w->out, text);
    if (!strpbrk(text, ".e")) {
        buf_str(w->out, ".0");
    }
}

void
jw_bool(struct jw *w, const char *key, bool v)
{
    begin(w, key);
    buf_add(w->out, v ? "true" : "false", v ? 4 : 5);
}

void
jw_null(struct jw *w, const char *key)
{
    begin(w, key);
    buf_str(w->out, "null");
}

void
jw_raw(struct jw *w, const char *key, const char *json_text_)
{
    begin(w, key);
    buf_str(w->out, json_text_);
}

static void
write_items(struct jw *w, const char *key, const struct json *json)
{
    bool object = json->type == JSON_T_OBJECT;

    open_level(w, key, !object);
    json_each (json, i) {
        jw_json(w, object ? json->keys[i] : NULL, json->items[i]);
    }
    jw_end(w);
}

void
jw_json(struct jw *w, const char *key, const struct json *json)
{
    switch (json ? json->type : JSON_T_NULL) {
    case JSON_T_BOOL:
        jw_bool(w, key, json->b);
        break;
    case JSON_T_INT:
        jw_int(w, key, json->i);
        break;
    case JSON_T_REAL:
        jw_real(w, key, json->r);
        break;
    case JSON_T_STR:
        begin(w, key);
        write_string(w->out, json->s, json->n);
        break;
    case JSON_T_ARRAY:
    case JSON_T_OBJECT:
        write_items(w, key, json);
        break;
    case JSON_T_NULL:
    default:
        jw_null(w, key);
        break;
    }
}

char *
json_text(struct mem *mem, const struct json *json)
{
    AUTO_BUF buf = BUF_INIT;
    struct jw w = jw_to(&buf);

    jw_json(&w, NULL, json);
    return buf_copy(mem, &buf);
}
