/* Parsing goes through jansson, which is strict where it matters, and then into
 * our own tree: immutable, in one arena, with exact integers.  This is the only
 * file that knows jansson. */
#define json_equal jansson_equal /* jansson's own; we never call it */
#include <jansson.h>
#undef json_equal

#include "base/json.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

/* Where in the text, for messages. */
struct place {
    size_t line, column;
};

static struct place
place_at(const char *text, size_t at)
{
    struct place place = {1, 1};

    for (size_t i = 0; i < at; i++) {
        place.column++;
        if (text[i] == '\n') {
            place.line++;
            place.column = 1;
        }
    }
    return place;
}

static struct err *
fault_at(const char *text, size_t at, const char *what)
{
    struct place place = place_at(text, at);

    return err_new(E_INVALID, NULL, "JSON, line %zu, column %zu: %s", place.line, place.column,
                   what);
}

/* The offset just behind the string that starts at 'i' (its quote). */
static size_t
skip_string(const char *text, size_t n, size_t i)
{
    for (i++; i < n && text[i] != '"'; i++) {
        i += text[i] == '\\';
    }
    return i;
}

/* Depth is checked before anything recurses over the text. */
static struct err *
check_depth(const char *text, size_t n, size_t depth_max)
{
    size_t depth = 0;

    for (size_t i = 0; i < n; i++) {
        char c = text[i];

        if (c == '"') {
            i = skip_string(text, n, i);
        } else if (c == '[' || c == '{') {
            if (++depth > depth_max) {
                struct place place = place_at(text, i);

                return err_new(E_INVALID, NULL,
                               "JSON, line %zu, column %zu: nested deeper than %zu levels",
                               place.line, place.column, depth_max);
            }
        } else if ((c == ']' || c == '}') && depth) {
            depth--;
        }
    }
    return NULL;
}

static const struct json *convert(struct mem *mem, json_t *in);

static void
convert_array(struct mem *mem, json_t *in, struct json *out)
{
    out->n = json_array_size(in);
    out->items = MEM_ARRAY(mem, out->n, const struct json *);
    for (size_t i = 0; i < out->n; i++) {
        out->items[i] = convert(mem, json_array_get(in, i));
    }
}

static void
convert_object(struct mem *mem, json_t *in, struct json *out)
{
    const char *key;
    json_t *value;
    size_t i = 0;

    out->n = json_object_size(in);
    out->keys = MEM_ARRAY(mem, out->n, const char *);
    out->items = MEM_ARRAY(mem, out->n, const struct json *);
    json_object_foreach (in, key, value) {
        out->keys[i] = mem_str(mem, key);
        out->items[i++] = convert(mem, value);
    }
}

static const struct json *
convert(struct mem *mem, json_t *in)
{
    static const enum json_type types[] = {
        [JSON_OBJECT] = JSON_T_OBJECT, [JSON_ARRAY] = JSON_T_ARRAY, [JSON_STRING] = JSON_T_STR,
        [JSON_INTEGER] = JSON_T_INT,   [JSON_REAL] = JSON_T_REAL,   [JSON_TRUE] = JSON_T_BOOL,
        [JSON_FALSE] = JSON_T_BOOL,    [JSON_NULL] = JSON_T_NULL,
    };
    struct json *out = MEM_NEW(mem, struct json);

    out->type = types[json_typeof(in)];
    if (out->type == JSON_T_OBJECT) {
        convert_object(mem, in, out);
    } else if (out->type == JSON_T_ARRAY) {
        convert_array(mem, in, out);
    } else if (out->type == JSON_T_STR) {
        out->n = json_string_length(in);
        out->s = mem_strn(mem, json_string_value(in), out->n);
    } else if (out->type == JSON_T_INT) {
        out->i = json_integer_value(in);
    } else if (out->type == JSON_T_REAL) {
        out->r = json_real_value(in);
    } else if (out->type == JSON_T_BOOL) {
        out->b = json_is_true(in);
    }
    return out;
}

struct err *
json_parse(struct mem *mem, const char *text, size_t n, const struct json **json)
{
    return json_parse_within(mem, text, n, JSON_DEPTH_MAX, json);
}

struct err *
json_parse_within(struct mem *mem, const char *text, size_t n, size_t depth_max,
                  const struct json **json)
{
    json_error_t error;
    const char *nul = n ? memchr(text, 0, n) : NULL;
    json_t *root;

    if (nul) {
        return fault_at(text, (size_t)(nul - text), "NUL byte");
    }
    TRY(check_depth(text, n, depth_max));
    root = json_loadb(text, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!root) {
        return err_new(E_INVALID, NULL, "JSON, line %d, column %d: %s",
                       error.line < 1 ? 1 : error.line, error.column < 1 ? 1 : error.column,
                       error.text);
    }
    *json = convert(mem, root);
    json_decref(root);
    return NULL;
}

const struct json *
json_get(const struct json *obj, const char *key)
{
    if (!json_is(obj, JSON_T_OBJECT)) {
        return NULL;
    }
    for (size_t i = 0; i < obj->n; i++) {
        if (!strcmp(obj->keys[i], key)) {
            return obj->items[i];
        }
    }
    return NULL;
}

/* The member of 'json' called by the 'n' characters at 'name'. */
static const struct json *
member(const struct json *json, const char *name, size_t n)
{
    size_t index;
    char *end;

    if (json_is(json, JSON_T_ARRAY)) {
        index = strtoul(name, &end, 10);
        return n && end == name + n && index < json->n ? json->items[index] : NULL;
    }
    for (size_t i = 0; json_is(json, JSON_T_OBJECT) && i < json->n; i++) {
        if (!strncmp(json->keys[i], name, n) && !json->keys[i][n]) {
            return json->items[i];
        }
    }
    return NULL;
}

const struct json *
json_path(const struct json *json, const char *path)
{
    while (json && *path) {
        size_t n = strcspn(path, ".");

        json = member(json, path, n);
        path += n + (path[n] == '.');
    }
    return json;
}

bool
json_is(const struct json *json, enum json_type type)
{
    return json && json->type == type;
}

const char *
json_str(const struct json *json)
{
    return json_is(json, JSON_T_STR) ? json->s : NULL;
}

const char *
json_get_str(const struct json *obj, const char *key)
{
    return json_str(json_get(obj, key));
}

int64_t
json_int(const struct json *json, int64_t otherwise)
{
    return json_is(json, JSON_T_INT) ? json->i : otherwise;
}

bool
json_bool(const struct json *json, bool otherwise)
{
    return json_is(json, JSON_T_BOOL) ? json->b : otherwise;
}

/* Objects have no order.  In an index, since a stranger's may have any number of members. */
static bool
members_equal(const struct json *a, const struct json *b)
{
    bool equal = a->n == b->n;
    struct map members;

    map_init(&members, NULL);
    for (size_t i = 0; equal && i < b->n; i++) {
        map_set(&members, b->keys[i], (void *)(uintptr_t)b->items[i]);
    }
    for (size_t i = 0; equal && i < a->n; i++) {
        const struct json *other = map_get(&members, a->keys[i]);

        equal = other && json_equal(a->items[i], other);
    }
    map_done(&members);
    return equal;
}

static bool
items_equal(const struct json *a, const struct json *b)
{
    bool equal = a->n == b->n;

    for (size_t i = 0; equal && i < a->n; i++) {
        equal = json_equal(a->items[i], b->items[i]);
    }
    return equal;
}

bool
json_equal(const struct json *a, const struct json *b)
{
    if (!a || !b || a->type != b->type) {
        return a == b;
    }
    switch (a->type) {
    case JSON_T_NULL:
        return true;
    case JSON_T_BOOL:
        return a->b == b->b;
    case JSON_T_INT:
        return a->i == b->i;
    case JSON_T_REAL:
        return !(a->r < b->r) && !(a->r > b->r);
    case JSON_T_STR:
        return a->n == b->n && !memcmp(a->s, b->s, a->n);
    case JSON_T_OBJECT:
        return members_equal(a, b);
    case JSON_T_ARRAY:
    default:
        return items_equal(a, b);
    }
}

static void
index_members(struct map *map, const struct json *object)
{
    map_init(map, NULL);
    json_each (object, i) {
        map_set(map, object->keys[i], (void *)(uintptr_t)object->items[i]);
    }
}

const struct json *
json_merge(struct mem *mem, const struct json *json, const struct json *patch)
{
    const struct json *old = json_is(json, JSON_T_OBJECT) ? json : NULL;
    struct map had, given;
    struct json *out;

    if (!json_is(patch, JSON_T_OBJECT)) {
        return patch;
    }
    out = MEM_NEW(mem, struct json);
    out->type = JSON_T_OBJECT;
    out->keys = MEM_ARRAY(mem, (old ? old->n : 0) + patch->n + 1, const char *);
    out->items = MEM_ARRAY(mem, (old ? old->n : 0) + patch->n + 1, const struct json *);
    index_members(&had, old);
    index_members(&given, patch);
    json_each (old, i) {
        if (!map_get(&given, old->keys[i])) {
            out->keys[out->n] = old->keys[i];
            out->items[out->n++] = old->items[i];
        }
    }
    for (size_t i = 0; i < patch->n; i++) {
        if (!json_is(patch->items[i], JSON_T_NULL)) {
            out->keys[out->n] = patch->keys[i];
            out->items[out->n++] = json_merge(mem, map_get(&had, patch->keys[i]), patch->items[i]);
        }
    }
    map_done(&had);
    map_done(&given);
    return out;
}

const struct json *
json_merge_undo(struct mem *mem, const struct json *json, const struct json *patch)
{
    static const struct json nothing = {.type = JSON_T_NULL};
    struct json *out;
    struct map had;

    if (!json) {
        return &nothing;
    }
    if (!json_is(patch, JSON_T_OBJECT) || !json_is(json, JSON_T_OBJECT)) {
        return json;
    }
    out = MEM_NEW(mem, struct json);
    out->type = JSON_T_OBJECT;
    out->n = patch->n;
    out->keys = MEM_ARRAY(mem, patch->n + 1, const char *);
    out->items = MEM_ARRAY(mem, patch->n + 1, const struct json *);
    index_members(&had, json);
    for (size_t i = 0; i < patch->n; i++) {
        out->keys[i] = patch->keys[i];
        out->items[i] = json_merge_undo(mem, map_get(&had, patch->keys[i]), patch->items[i]);
    }
    map_done(&had);
    return out;
}

const char *
json_type_name(enum json_type type)
{
    static const char *const names[] = {"null",   "boolean", "integer", "number",
                                        "string", "array",   "object"};

    return (size_t)type < sizeof names / sizeof *names ? names[type] : "unknown";
}
