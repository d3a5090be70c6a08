/* YAML 1.1 as TOSCA uses it: libyaml's events into a tree that keeps line and
 * column of every node.  Scalars stay text (with their style): TOSCA types
 * them itself.  Limits: nodes, depth, and the size that aliases expand to. */
#ifndef CARRICK_BASE_YAML_H
#define CARRICK_BASE_YAML_H

#include "base/json.h"

enum yaml_type { YAML_T_SCALAR, YAML_T_LIST, YAML_T_MAP };

struct yaml {
    enum yaml_type type;
    bool plain;                  /* Scalar without quotes: may be a number, boolean, null. */
    const char *file;            /* Borrowed name given at parse. */
    int line, column;            /* From 1. */
    const char *text;            /* Scalar. */
    size_t n;                    /* Members. */
    const struct yaml **keys;    /* Map: scalar nodes, with their own lines. */
    const struct yaml **items;
    const char *tag;             /* Explicit tag or null. */
};

struct yaml_limits {
    size_t max_nodes;  /* 0 = 1 000 000, aliases counted each time they expand */
    int max_depth;     /* 0 = 64 */
};

/* Parses one document; '*root' lives in 'mem'.  'file' is copied.  E_INVALID
 * ("FILE:LINE:COL: text") for syntax, duplicate keys, several documents,
 * non-scalar keys, limits (an exploding alias says so). */
struct err *yaml_parse(struct mem *mem, const char *file, const char *text, size_t n,
                       const struct yaml_limits *limits, const struct yaml **root) MUST_USE;

const struct yaml *yaml_get(const struct yaml *map, const char *key); /* null when absent */
const struct yaml *yaml_key(const struct yaml *map, const char *key); /* the key's own node */
const char *yaml_str(const struct yaml *node);                        /* null unless scalar */
const char *yaml_get_str(const struct yaml *map, const char *key);
bool yaml_is_null(const struct yaml *node);           /* absent, ~, null, empty plain */
bool yaml_to_i64(const struct yaml *node, int64_t *v);
bool yaml_to_bool(const struct yaml *node, bool *v);  /* true/false, yes/no, on/off */
/* As JSON: plain scalars typed by the YAML 1.2 core schema. */
const struct json *yaml_to_json(struct mem *mem, const struct yaml *node);

#define yaml_each(node, i) for (size_t i = 0; (node) && (node)->type != YAML_T_SCALAR && i < (node)->n; i++)

#endif
