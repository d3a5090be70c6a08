/* The attribute language.  A struct is described by a table, one line an
 * attribute, kept in a .tbl file that is included twice:
 *
 *     struct port {
 *         struct row row;
 *     #define ATTR ATTR_MEMBER
 *     #include "network/port.tbl"
 *     #undef ATTR
 *     };
 *
 *     #define TABLE_STRUCT port
 *     static const struct attr port_attrs[] = {
 *     #define ATTR ATTR_ROW
 *     #include "network/port.tbl"
 *     #undef ATTR
 *     };
 *     #undef TABLE_STRUCT
 *     const struct table port_table = {
 *         .name = "port", TABLE(struct port, port_attrs), ...
 *     };
 *
 * From the description follow the column, validation, JSON in both directions,
 * filters, sort keys, policy names, documentation, the command line.  The same
 * language describes flow inputs and results and the messages to the agent
 * (which have no 'use' and no key). */
#ifndef CARRICK_BASE_ATTR_H
#define CARRICK_BASE_ATTR_H

#include "base/json.h"
#include "base/time.h"

#include <stdint.h>

/* X(table word, C type of the member, doc).  Null: strings null pointer, ints INT_NULL, times
 * TIME_NULL, lists n == 0, JSON null pointer; a bool is never null. */
#define ATTR_TYPES(X)                                                                              \
    X(uuid, const char *, "identifier; 36 characters, or 32 hex (Keystone)")                       \
    X(str, const char *, "text")                                                                   \
    X(name_enum, const char *, "one of .values")                                                   \
    X(boolean, bool, "true or false")                                                              \
    X(integer, int64_t, "whole number within .min and .max")                                       \
    X(time, int64_t, "microseconds since 1970, UTC")                                               \
    X(mac, const char *, "link-layer address, lower case")                                         \
    X(ip, const char *, "IPv4 or IPv6 address, canonical text")                                    \
    X(cidr, const char *, "prefix, canonical text without host bits")                              \
    X(json, const struct json *, "opaque JSON (object or array)")                                  \
    X(strs, struct strs, "list of strings kept as JSON in one column")                             \
    X(refs, struct strs, "m:n references: ids of .ref rows in a link table")                       \
    X(rows, struct rows, "child table .item, updated as a difference")

enum attr_type {
#define X(word, ctype, doc) ATTR_T_##word,
    ATTR_TYPES(X)
#undef X
};

struct strs {
    size_t n;
    const char **items;
};
/* Rows of a child table: 'items' points at pointers to its struct. */
struct rows {
    size_t n;
    void **items;
};

#define X(word, ctype, doc) typedef ctype attr_c_##word;
ATTR_TYPES(X)
#undef X

#define INT_NULL INT64_MIN

/* How an attribute may be used. */
enum attr_use {
    POST = 1 << 0,      /* May be given at creation. */
    PUT = 1 << 1,       /* May be given in an update. */
    SHOW = 1 << 2,      /* Appears in answers. */
    FILTER = 1 << 3,    /* ?name=value selects. */
    SORT = 1 << 4,      /* May be a sort key. */
    REQUIRED = 1 << 5,  /* Must be given at creation. */
    KEY = 1 << 6,       /* The primary key. */
    NULLABLE = 1 << 7,  /* null is a value. */
    SECRET = 1 << 8,    /* Sealed at rest; never in answers, logs, log entries. */
    VIRTUAL = 1 << 9,   /* No column: filled by .fill when shown, or consumed by a hook. */
    INTERNAL = 1 << 10, /* Column without a face: never in JSON. */
    BULK = 1 << 11,     /* Not in the change log, which would have it twice: read the row. */
    /* The usual sums. */
    RO = SHOW | FILTER | SORT,
    RW = POST | PUT | SHOW | FILTER | SORT,
    ONCE = POST | SHOW | FILTER | SORT, /* Given at creation, fixed after. */
};

/* .def: a default as JSON text ("\"\"", "true", "[]"), or one of these. */
#define GENERATED "\x01generated" /* a hook or the engine (KEY, times, mac) sets it */

struct attr;
struct table;
struct fault_list;

/* How rows stand in JSON.  The plain form (row_to_json) is always a list. */
enum rows_form {
    ROWS_LIST, /* [{...}, ...] */
    ROWS_ONE,  /* {...}: one row; none where it is absent */
    ROWS_MAP,  /* {"name": {...}, ...}: the name is the item's first attribute */
};

/* Checks (and may replace) a given value beyond what type and limits say.
 * 'value' points at the struct member.  Returns null, or what is wrong with
 * it: text in 'mem' that ends "Invalid input for X. Reason: ...". */
typedef const char *attr_check_fn(struct mem *mem, const struct attr *attr, void *value);
/* Replaces the JSON given by the client before typing it: "1" -> 1, null -> []. */
typedef const struct json *attr_convert_fn(struct mem *mem, const struct json *json);

struct attr {
    const char *name;         /* C member = SQL column. */
    const char *json;         /* JSON name where it differs. */
    const char *alias;        /* A second JSON name, accepted and shown (tenant_id). */
    const char *doc;          /* For people; the build fails without. */
    enum attr_type type;
    uint32_t offset;          /* Of the member. */
    uint32_t use;             /* enum attr_use */
    int64_t min, max;         /* integer: range (both 0 = none); text: length; lists: items. */
    const char *const *values; /* name_enum: null-terminated. */
    const char *def;          /* Default; null = null, "", 0, false, empty. */
    const char *ref;          /* Table that it refers to: an immediate foreign key. */
    const char *on_delete;    /* "cascade" or "set null"; default refuses (E_IN_USE). */
    const struct table *item; /* rows: the child table. */
    enum rows_form form;      /* rows: how they stand in JSON. */
    const char *unique;       /* Unique within these columns ("network_id", "" = table). */
    const char *policy;       /* Rule needed to give it (default: none beyond the request's). */
    const char *see;          /* Rule needed to see it. */
    const char *error_type;   /* Dialect's error type of a broken value, or null. */
    attr_check_fn *check;
    attr_convert_fn *convert;
    void (*fill)(struct mem *mem, const struct attr *attr, void *row); /* VIRTUAL */
    int since, until;         /* Microversion or API major, 0 = always; until is exclusive. */
    enum time_form time_form; /* How a time is shown; default TIME_Z. */
    int index;                /* Non-zero: make an SQL index. */
};

#define ATTR_MEMBER(type, name, ...) attr_c_##type name;
#define ATTR_ROW(type_, name_, ...)                                                                \
    {.name = #name_,                                                                               \
     .type = ATTR_T_##type_,                                                                       \
     .offset = offsetof(struct TABLE_STRUCT, name_),                                               \
     __VA_ARGS__},

/* Head of every struct that is a row.  'given' has a bit per attribute that
 * the client gave in this request (set by the decoder, read by hooks). */
#define ROW_ATTRS_MAX 128
struct row {
    const struct table *table;
    uint64_t given[ROW_ATTRS_MAX / 64];
    int64_t place; /* Of a child row as the store read it, from 1; 0 = new. */
};
/* Was the attribute given?  row_given(&port->row, "mac_address") */
bool row_given(const struct row *row, const char *attr_name);
void row_give(struct row *row, const char *attr_name);

struct table {
    const char *name;         /* "port": SQL table, kind in the change log, policy names. */
    const char *doc;
    const struct attr *attrs;
    size_t n_attrs;
    size_t size;              /* sizeof the struct; its first member is a struct row. */
    const char *parent;       /* Child tables: column that refers to the parent's key (made by the
                               * store, not an attribute). */
    const char *unique;       /* Further unique constraint: "network_id, mac_address". */
    bool unlogged;            /* Not in the change log: bookkeeping that nobody follows. */
};

#define TABLE(struct_type, attr_array)                                                             \
    .size = sizeof(struct_type), .attrs = (attr_array), .n_attrs = sizeof(attr_array) / sizeof *(attr_array)

const struct attr *table_attr(const struct table *table, const char *name); /* null when absent */
const struct attr *table_attr_json(const struct table *table, const char *json_name);
const struct attr *table_key(const struct table *table);
const char *attr_json_name(const struct attr *attr);
/* Pointer to the member of 'attr' in 'row'. */
void *attr_at(const struct attr *attr, const void *row);
size_t attr_size(const struct attr *attr); /* of the member */

/* Is the description sound: docs, names, key, limits, defaults that fit their type?  Child tables
 * too.  All faults, joined (E_INTERNAL); the store refuses to open with a table that has any. */
struct err *table_check(const struct table *table) MUST_USE;

/* A zeroed struct of the table with nulls as described above and row.table set; a boolean, which
 * has no null, starts with its default. */
void *row_new(struct mem *mem, const struct table *table) MUST_USE;
/* Copies strings, lists and children too. */
void *row_copy(struct mem *mem, const void *row) MUST_USE;
bool attr_is_null(const struct attr *attr, const void *row);
void attr_set_null(const struct attr *attr, void *row);
/* Gives every null member that is not NULLABLE its default (row_insert does so too, so that rows
 * made by a service need only what matters). */
void row_defaults(struct mem *mem, void *row);

enum row_decode_mode {
    ROW_CREATE, /* POST rights, REQUIRED, defaults */
    ROW_UPDATE, /* PUT rights, only what is given */
    /* no rights: every attribute of the version may be given, REQUIRED holds, defaults (actions,
     * flows, agent) */
    ROW_PLAIN,
};
/* The words in which faults are told; dialects differ.  Each gets the JSON
 * name (path for children: "fixed_ips[0].ip_address") and returns a message. */
struct row_faults {
    const char *(*unknown)(struct mem *mem, const char *name);
    const char *(*missing)(struct mem *mem, const char *name);
    const char *(*not_allowed)(struct mem *mem, const char *name, enum row_decode_mode mode);
    const char *(*invalid)(struct mem *mem, const char *name, const char *reason);
};
/* JSON object -> struct: all faults of the body at once, joined (err_join),
 * E_INVALID each; 'faults' null = plain English.  'version' is the microversion
 * or API major (0 = newest).  Strings are borrowed from 'json' or in 'mem'. */
struct err *row_decode(struct mem *mem, const struct table *table, const struct json *json,
                       enum row_decode_mode mode, int version, const struct row_faults *faults,
                       void *row) MUST_USE;
/* Types one value of 'attr' from JSON / from text (query strings, columns). */
struct err *attr_decode(struct mem *mem, const struct attr *attr, const struct json *json,
                        const char *path, const struct row_faults *faults, void *member) MUST_USE;
struct err *attr_decode_text(struct mem *mem, const struct attr *attr, const char *text,
                             void *member) MUST_USE;

/* Usual converters.  What they do not understand stays as it is and is refused by the type. */
attr_convert_fn attr_convert_int;          /* "1" -> 1 */
attr_convert_fn attr_convert_bool;         /* "true", "True", "1", 1 -> true ... */
attr_convert_fn attr_convert_str;          /* 1 -> "1" */
attr_convert_fn attr_convert_lower;        /* "TCP" -> "tcp" */
attr_convert_fn attr_convert_null_to_list; /* null -> [] */
attr_convert_fn attr_convert_null_to_object;
attr_convert_fn attr_convert_null_to_empty; /* null -> "" */
attr_convert_fn attr_convert_to_list;      /* x -> [x], null -> [] */
attr_convert_fn attr_convert_network;      /* "10.0.0.5" -> "10.0.0.5/32", host bits cleared */
/* Usual checks. */
attr_check_fn attr_check_uuids;   /* strs, refs: each item is a UUID */
attr_check_fn attr_check_port;    /* integer: 0..65535 */
attr_check_fn attr_check_word;    /* text: letters, digits, '_', '-', '.', not empty */
attr_check_fn attr_check_trimmed; /* text: no space at either end, not empty */

/* Struct -> JSON members (the object is opened and closed by the caller).
 * 'want' decides per attribute (null: every attribute that is not SECRET or
 * INTERNAL). */
typedef bool row_want_fn(void *arg, const struct attr *attr);
void row_encode(struct jw *w, const void *row, int version, row_want_fn *want, void *arg);
void attr_encode(struct jw *w, const char *key, const struct attr *attr, const void *row);
/* Whole struct as a JSON object / back, for journals and messages: every attribute under its C
 * name, times as microseconds; SECRET included where 'secrets', else "***" stands for it.  Reading
 * ignores unknown members and defaults absent ones, so that an older or newer text still reads. */
char *row_to_json(struct mem *mem, const void *row, bool secrets);
/* One attribute in that form, as a member of an open object. */
void attr_encode_plain(struct jw *w, const struct attr *attr, const void *row, bool secrets);
struct err *row_from_json(struct mem *mem, const struct table *table, const struct json *json,
                          void *row) MUST_USE;
bool attr_equal(const struct attr *attr, const void *row_a, const void *row_b);

#endif
