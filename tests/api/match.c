/* Compares an answer with what a story expects of it. */
#include "story.h"

#include "base/time.h"
#include "base/uuid.h"
#include "base/vec.h"

#include <ctype.h>
#include <string.h>

#define DOTS "..."

/* ---- captures ------------------------------------------------------------------ */

static size_t
name_length(const char *s)
{
    size_t n = 0;

    while (isalnum((unsigned char)s[n]) || s[n] == '_') {
        n++;
    }
    return n;
}

const char *
captures_fill(struct captures *c, const char *text)
{
    AUTO_BUF out = BUF_INIT;

    for (const char *at = text; *at;) {
        size_t n = *at == '$' ? name_length(at + 1) : 0;
        const char *value = n ? map_get(&c->values, mem_strn(c->mem, at + 1, n)) : NULL;

        if (value) {
            buf_str(&out, value);
            at += n + 1;
        } else {
            buf_char(&out, *at++);
        }
    }
    return buf_copy(c->mem, &out);
}

static bool
is_hex32(const char *s)
{
    return strlen(s) == 32 && strspn(s, "0123456789abcdef") == 32;
}

static bool
is_kind(const char *kind, const char *text, enum json_type type)
{
    int64_t at;

    if (strcmp(kind, "any") == 0) {
        return true;
    }
    if (strcmp(kind, "int") == 0) {
        return type == JSON_T_INT;
    }
    if (type != JSON_T_STR) {
        return false;
    }
    return strcmp(kind, "text") == 0 || (strcmp(kind, "uuid") == 0 && uuid_valid(text)) ||
           (strcmp(kind, "hex") == 0 && is_hex32(text)) ||
           (strcmp(kind, "id") == 0 && (uuid_valid(text) || is_hex32(text))) ||
           (strcmp(kind, "time") == 0 && time_parse(text, &at));
}

/* "$name := kind" and "$ := kind"; '*handled' false for any other text. */
static const char *
take(struct captures *c, const char *want, const char *text, enum json_type type, bool *handled)
{
    size_t n = want[0] == '$' ? name_length(want + 1) : 0;
    const char *kind = want[0] == '$' ? strstr(want, " := ") : NULL;

    *handled = kind && kind == want + 1 + n;
    if (!*handled) {
        return NULL;
    }
    kind += 4;
    if (!is_kind(kind, text, type)) {
        return mem_printf(c->mem, "expected %s, got %s", kind, text);
    }
    if (n) {
        map_set(&c->values, mem_strn(c->mem, want + 1, n), mem_str(c->mem, text));
    }
    return NULL;
}

/* "$id := uuid>; ...": what is known behind the kind is looked at and left off both. */
static void
tail_drop(struct captures *c, const char **want, const char **have)
{
    const char *kind = strstr(*want, " := ");
    const char *tail = kind ? kind + 4 + strspn(kind + 4, "abcdefghijklmnopqrstuvwxyz") : "";

    if (tail[0] && str_ends(*have, tail)) {
        *have = mem_strn(c->mem, *have, strlen(*have) - strlen(tail));
        *want = mem_strn(c->mem, *want, (size_t)(tail - *want));
    }
}

const char *
match_text(struct captures *c, const char *want, const char *have)
{
    const char *last, *fault;
    bool handled;

    tail_drop(c, &want, &have);
    last = strrchr(want, '$');
    fault = take(c, want, have, JSON_T_STR, &handled);
    if (handled) {
        return fault;
    }
    /* "http://$host/things/$id := uuid": known text, then what is taken. */
    if (last && last != want && strstr(last, " := ")) {
        const char *known = captures_fill(c, mem_strn(c->mem, want, (size_t)(last - want)));

        if (str_starts(have, known)) {
            return match_text(c, last, have + strlen(known));
        }
    }
    want = captures_fill(c, want);
    return str_eq(want, have) ? NULL : mem_printf(c->mem, "expected \"%s\", got \"%s\"", want, have);
}

/* ---- trees ---------------------------------------------------------------------- */

static const char *match_value(struct captures *c, const char *path, const struct json *want,
                               const struct json *have);

static const char *
at_path(struct captures *c, const char *path, const char *fault)
{
    return fault ? mem_printf(c->mem, "%s: %s", path[0] ? path : "(top)", fault) : NULL;
}

static const char *
match_object(struct captures *c, const char *path, const struct json *want, const struct json *have)
{
    bool open = json_get(want, DOTS) != NULL;
    struct map keys;

    map_init(&keys, c->mem);
    json_each (want, i) {
        const char *key = captures_fill(c, want->keys[i]);
        const struct json *value = json_get(have, key);
        const char *below = mem_printf(c->mem, "%s.%s", path, key);
        const char *fault;

        map_set(&keys, key, &keys);
        if (strcmp(key, DOTS) == 0) {
            continue;
        }
        fault = value ? match_value(c, below, want->items[i], value)
                      : mem_printf(c->mem, "%s: is missing", below);
        if (fault) {
            return fault;
        }
    }
    json_each (have, i) {
        if (!open && !map_get(&keys, have->keys[i])) {
            return mem_printf(c->mem, "%s.%s: is not expected", path, have->keys[i]);
        }
    }
    return NULL;
}

static const char *
match_array(struct captures *c, const char *path, const struct json *want, const struct json *have)
{
    bool open = want->n && str_eq(json_str(want->items[want->n - 1]), DOTS);
    size_t n = open ? want->n - 1 : want->n;

    if (have->n < n || (!open && have->n != n)) {
        return at_path(c, path, mem_printf(c->mem, "expected %zu items, got %zu", n, have->n));
    }
    for (size_t i = 0; i < n; i++) {
        const char *fault = match_value(c, mem_printf(c->mem, "%s[%zu]", path, i), want->items[i],
                                        have->items[i]);

        if (fault) {
            return fault;
        }
    }
    return NULL;
}

static const char *
match_string(struct captures *c, const char *path, const char *want, const struct json *have)
{
    const char *text = json_is(have, JSON_T_STR) ? have->s : json_text(c->mem, have);
    bool handled;
    const char *fault = take(c, want, text, have->type, &handled);

    if (handled) {
        return at_path(c, path, fault);
    }
    if (json_is(have, JSON_T_STR) && strstr(want, " := ")) {
        return at_path(c, path, match_text(c, want, have->s));
    }
    want = captures_fill(c, want);
    if (!json_is(have, JSON_T_STR) || strcmp(want, have->s) != 0) {
        return at_path(c, path, mem_printf(c->mem, "expected \"%s\", got %s", want,
                                           json_text(c->mem, have)));
    }
    return NULL;
}

static const char *
match_value(struct captures *c, const char *path, const struct json *want, const struct json *have)
{
    if (want->type == JSON_T_STR) {
        return match_string(c, path, want->s, have);
    }
    if (want->type != have->type) {
        return at_path(c, path, mem_printf(c->mem, "expected %s, got %s", json_text(c->mem, want),
                                           json_text(c->mem, have)));
    }
    if (want->type == JSON_T_OBJECT) {
        return match_object(c, path, want, have);
    }
    if (want->type == JSON_T_ARRAY) {
        return match_array(c, path, want, have);
    }
    return json_equal(want, have)
               ? NULL
               : at_path(c, path, mem_printf(c->mem, "expected %s, got %s",
                                             json_text(c->mem, want), json_text(c->mem, have)));
}

/* ---- expected text into JSON ------------------------------------------------------ */

/* "..." outside of strings becomes a member or an item that JSON knows. */
static const char *
close_dots(struct mem *mem, const char *text)
{
    AUTO_BUF out = BUF_INIT;
    char stack[256];
    int depth = 0;
    bool quoted = false;

    for (const char *at = text; *at; at++) {
        if (quoted) {
            if (*at == '\\' && at[1]) {
                buf_char(&out, *at++);
            } else if (*at == '"') {
                quoted = false;
            }
        } else if (*at == '"') {
            quoted = true;
        } else if ((*at == '{' || *at == '[') && depth < 255) {
            stack[depth++] = *at;
        } else if ((*at == '}' || *at == ']') && depth > 0) {
            depth--;
        } else if (strncmp(at, DOTS, 3) == 0) {
            buf_str(&out, depth && stack[depth - 1] == '{' ? "\"...\": true" : "\"...\"");
            at += 2;
            continue;
        }
        buf_char(&out, *at);
    }
    return buf_copy(mem, &out);
}

const char *
match_json(struct captures *c, const char *want, const struct json *have)
{
    const char *text = close_dots(c->mem, want);
    const struct json *json;
    struct err *e = json_parse(c->mem, text, strlen(text), &json);

    if (e) {
        const char *fault = mem_printf(c->mem, "the expectation is not JSON: %s", e->message);

        err_free(e);
        return fault;
    }
    return match_value(c, "", json, have);
}
