/* JSON: a strict parser into an immutable tree in an arena, and a streaming
 * writer.  Strict: no NUL in strings, no duplicate keys, integers exact in 64
 * bits (a larger one is refused, never rounded), limited depth (RFC 8259). */
#ifndef CARRICK_BASE_JSON_H
#define CARRICK_BASE_JSON_H

#include "base/str.h"

enum json_type { JSON_T_NULL, JSON_T_BOOL, JSON_T_INT, JSON_T_REAL, JSON_T_STR, JSON_T_ARRAY, JSON_T_OBJECT };

struct json {
    enum json_type type;
    union {
        bool b;
        int64_t i;
        double r;
        const char *s;
    };
    size_t n;                   /* Length of a string; members of an array or object. */
    const char **keys;          /* Object. */
    const struct json **items;  /* Array, object. */
};

#define JSON_DEPTH_MAX 64
/* What strangers may send: less, since it is told, logged and journalled inside of objects of ours. */
#define JSON_DEPTH_REQUEST 48
/* What a row may keep, for the same reason: of a list that tells of it nothing could be told else. */
#define JSON_DEPTH_ROW 56

/* Parses 'n' bytes.  '*json' lives in 'mem'.  E_INVALID with line and column
 * where the text is not strict JSON or deeper than JSON_DEPTH_MAX. */
struct err *json_parse(struct mem *mem, const char *text, size_t n, const struct json **json) MUST_USE;
/* The same with a limit of its own; 'depth_max' is at most JSON_DEPTH_MAX. */
struct err *json_parse_within(struct mem *mem, const char *text, size_t n, size_t depth_max,
                              const struct json **json) MUST_USE;

/* Look-ups accept null and wrong types and then answer null / the default. */
const struct json *json_get(const struct json *obj, const char *key);
/* Dotted path with array indexes: "server.addresses.0.addr". */
const struct json *json_path(const struct json *json, const char *path);
const char *json_str(const struct json *json);              /* null unless a string */
const char *json_get_str(const struct json *obj, const char *key);
int64_t json_int(const struct json *json, int64_t otherwise);
bool json_bool(const struct json *json, bool otherwise);
bool json_is(const struct json *json, enum json_type type);
bool json_equal(const struct json *a, const struct json *b);
const char *json_type_name(enum json_type type);
/* 'json' (null: nothing yet) with what 'patch' changes of it (RFC 7396): members of objects are
 * merged, null takes one away, anything else replaces.  Both are parts of the result. */
const struct json *json_merge(struct mem *mem, const struct json *json, const struct json *patch);
/* The patch that brings back of 'json' (null: nothing yet) what 'patch' changes of it.  Both are parts
 * of the result. */
const struct json *json_merge_undo(struct mem *mem, const struct json *json,
                                   const struct json *patch);

#define json_each(json, i)                                                                         \
    for (size_t i = 0; (json) && ((json)->type == JSON_T_ARRAY || (json)->type == JSON_T_OBJECT) && i < (json)->n; i++)

/* Streaming writer: commas and quoting are its business.  Values behind a key
 * inside objects, bare values inside arrays.
 *
 *     struct jw w = jw_to(&buf);
 *     jw_object(&w, NULL);  jw_str(&w, "id", id);  jw_end(&w);
 *
 * Below JSON_DEPTH_MAX levels what is written is no JSON any more: the buffer's 'overflow' is set,
 * as it is where something did not fit, and json_parse refuses the text.
 */
struct jw {
    struct buf *out;
    uint64_t is_array; /* One bit per open level. */
    uint64_t has_item;
    int depth;
    bool has_key;      /* jw_key was called for the next value */
};
struct jw jw_to(struct buf *out);
void jw_object(struct jw *w, const char *key); /* key null: in an array or at the top */
void jw_array(struct jw *w, const char *key);
void jw_end(struct jw *w);
/* The key of the next value in an object, which is then written with key null.  'key' is one of our
 * own words: nothing in it needs an escape. */
void jw_key(struct jw *w, const char *key);
void jw_str(struct jw *w, const char *key, const char *s); /* null string writes null */
void jw_int(struct jw *w, const char *key, int64_t v);
void jw_real(struct jw *w, const char *key, double v);
void jw_bool(struct jw *w, const char *key, bool v);
void jw_null(struct jw *w, const char *key);
void jw_json(struct jw *w, const char *key, const struct json *json);
void jw_raw(struct jw *w, const char *key, const char *json_text); /* already JSON */
/* Compact text of a tree in 'mem'. */
char *json_text(struct mem *mem, const struct json *json);

#endif
