/* The streaming JSON writer: answers are written as they are made, without a
 * tree in between. */
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct jw
jw_to(struct buf *out)
{
    return (struct jw){.out = out};
}

static void
write_string(struct buf *out, const char *s, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    size_t from = 0;

    buf_char(out, '"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        char escaped[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
        const char *at = c ? strchr("\"\"\\\\\bb\ff\nn\rr\tt", c) : NULL;

        if (c >= 0x20 && c != '"' && c != '\\') {
            continue;
        }
        buf_add(out, s + from, i - from);
        from = i + 1;
        escaped[1] = at ? at[1] : 'u';
        buf_add(out, escaped, at ? 2 : 6);
    }
    buf_add(out, s + from, n - from);
    buf_char(out, '"');
}

/* What comes before a value: comma and key. */
static void
begin(struct jw *w, const char *key)
{
    uint64_t bit = w->depth ? (uint64_t)1 << (w->depth - 1) : 0;

    if (w->has_item & bit) {
        buf_char(w->out, ',');
    }
    w->has_item |= bit;
    if (key && bit && !(w->is_array & bit)) {
        write_string(w->out, key, strlen(key));
        buf_char(w->out, ':');
    }
}

static void
open_level(struct jw *w, const char *key, bool array)
{
    uint64_t bit;

    begin(w, key);
    buf_char(w->out, array ? '[' : '{');
    if (w->depth >= 64) {
        abort(); /* Our own tables never nest that deep, and parsed trees cannot. */
    }
    bit = (uint64_t)1 << w->depth++;
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
jw_end(struct jw *w)
{
    w->depth--;
    buf_char(w->out, w->is_array >> w->depth & 1 ? ']' : '}');
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
        if (!memcmp(&back, &v, sizeof v)) {
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
    buf_str(w->out, v ? "true" : "false");
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
