/* Builds our tree from libyaml's events.  A tree of our own because TOSCA needs
 * the line of every node, scalars as they were written, and aliases whose
 * expanded size is counted before anything walks it. */
#include "base/yaml.h"

#include "base/vec.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define NODES_MAX 1000000
#define DEPTH_MAX 64

/* What an alias stands for: the node, how many nodes it expands to, how deep. */
struct anchor {
    const struct yaml *node;
    size_t size;
    int height;
};

struct reader {
    struct mem *mem;
    const char *file;
    yaml_parser_t parser;
    struct map anchors;
    size_t n_nodes, max_nodes;
    int max_depth;
};

/* A node under construction and what it weighs. */
struct built {
    struct yaml *node;
    size_t size;
    int height;
};

static struct err *
fault(const struct reader *r, yaml_mark_t mark, const char *what)
{
    return err_new(E_INVALID, NULL, "%s:%zu:%zu: %s", r->file, mark.line + 1, mark.column + 1,
                   what);
}

static struct err *
next_event(struct reader *r, yaml_event_t *event)
{
    yaml_mark_t mark;

    if (yaml_parser_parse(&r->parser, event)) {
        return NULL;
    }
    mark = r->parser.problem_mark;
    if (r->parser.error == YAML_READER_ERROR) {
        mark = r->parser.mark;
    }
    return fault(r, mark, str_or(r->parser.problem, "not YAML"));
}

static struct err *
count(struct reader *r, yaml_mark_t mark, size_t n, bool alias)
{
    if (n > r->max_nodes - r->n_nodes) {
        return fault(r, mark, alias ? "aliases expand to too many nodes" : "too many nodes");
    }
    r->n_nodes += n;
    return NULL;
}

static struct err *build(struct reader *r, yaml_event_t *event, int depth, struct built *out);

/* Builds the next node, or gives a null node where the collection ends. */
static struct err *
build_next(struct reader *r, int depth, struct built *out)
{
    yaml_event_t event;
    struct err *e;

    out->node = NULL;
    TRY(next_event(r, &event));
    if (event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT) {
        e = NULL;
    } else {
        e = build(r, &event, depth, out);
    }
    yaml_event_delete(&event);
    return e;
}

static void
add_weight(struct built *parent, const struct built *child)
{
    parent->size += child->size;
    if (parent->height <= child->height) {
        parent->height = child->height + 1;
    }
}

static struct err *
build_list(struct reader *r, int depth, struct built *out)
{
    VEC(const struct yaml *) items = {0};
    struct built item;

    for (;;) {
        TRY(build_next(r, depth + 1, &item));
        if (!item.node) {
            break;
        }
        vec_add(r->mem, &items, item.node);
        add_weight(out, &item);
    }
    out->node->type = YAML_T_LIST;
    out->node->items = items.items;
    out->node->n = items.n;
    return NULL;
}

static struct err *
check_key(struct reader *r, struct map *seen, const struct yaml *key)
{
    yaml_mark_t mark = {.line = (size_t)key->line - 1, .column = (size_t)key->column - 1};

    if (key->type != YAML_T_SCALAR) {
        return fault(r, mark, "a key must be a scalar");
    }
    if (!map_add(seen, key->text, r)) {
        return fault(r, mark, mem_printf(r->mem, "key \"%s\" is given twice", key->text));
    }
    return NULL;
}

struct members {
    VEC(const struct yaml *) keys;
    VEC(const struct yaml *) items;
    struct map seen;
};

static struct err *
merge_fault(struct reader *r, const struct yaml *at)
{
    return fault(r, (yaml_mark_t){.line = (size_t)at->line - 1, .column = (size_t)at->column - 1},
                 "<< takes a map, or a list of maps");
}

/* What has a key already, keeps it.  Nothing is new in 'from': its nodes were counted where it stands. */
static struct err *
merge_map(struct reader *r, struct members *members, const struct yaml *from)
{
    if (from->type != YAML_T_MAP) {
        return merge_fault(r, from);
    }
    for (size_t i = 0; i < from->n; i++) {
        if (map_add(&members->seen, from->keys[i]->text, r)) {
            vec_add(r->mem, &members->keys, from->keys[i]);
            vec_add(r->mem, &members->items, from->items[i]);
        }
    }
    return NULL;
}

/* "<<: *A" (yaml.org/type/merge): the members of A, behind those that the map has itself. */
static struct err *
merge(struct reader *r, struct members *members, const struct yaml *from)
{
    if (from->type != YAML_T_LIST) {
        return merge_map(r, members, from);
    }
    for (size_t i = 0; i < from->n; i++) {
        TRY(merge_map(r, members, from->items[i]));
    }
    return NULL;
}

static bool
is_merge(const struct yaml *key)
{
    return key->plain && str_eq(key->text, "<<");
}

static struct err *
build_map(struct reader *r, int depth, struct built *out)
{
    struct members members = {0};
    const struct yaml *merged = NULL;
    struct built key, item;

    map_init(&members.seen, r->mem);
    for (;;) {
        TRY(build_next(r, depth + 1, &key));
        if (!key.node) {
            break;
        }
        TRY(check_key(r, &members.seen, key.node));
        TRY(build_next(r, depth + 1, &item));
        add_weight(out, &key);
        add_weight(out, &item);
        if (is_merge(key.node)) {
            merged = item.node;
            continue;
        }
        vec_add(r->mem, &members.keys, key.node);
        vec_add(r->mem, &members.items, item.node);
    }
    if (merged) {
        TRY(merge(r, &members, merged));
    }
    out->node->type = YAML_T_MAP;
    out->node->keys = members.keys.items;
    out->node->items = members.items.items;
    out->node->n = members.items.n;
    return NULL;
}

static struct err *
build_scalar(struct reader *r, const yaml_event_t *event, struct yaml *node)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t n = event->data.scalar.length;

    if (memchr(text, 0, n)) {
        return fault(r, event->start_mark, "NUL in a scalar");
    }
    node->type = YAML_T_SCALAR;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->text = mem_strn(r->mem, text, n);
    node->n = 0;
    return NULL;
}

static struct err *
follow_alias(struct reader *r, const yaml_event_t *event, int depth, struct built *out)
{
    const char *name = (const char *)event->data.alias.anchor;
    const struct anchor *anchor = map_get(&r->anchors, name);

    if (!anchor) {
        return fault(r, event->start_mark, mem_printf(r->mem, "unknown alias *%s", name));
    }
    if (depth + anchor->height - 1 > r->max_depth) {
        return fault(r, event->start_mark, "nested too deeply (through an alias)");
    }
    TRY(count(r, event->start_mark, anchor->size, true));
    /* The copy of the head shares the members and has the alias' own place. */
    out->node = mem_copy(r->mem, anchor->node, sizeof *anchor->node);
    out->node->line = (int)event->start_mark.line + 1;
    out->node->column = (int)event->start_mark.column + 1;
    out->size = anchor->size;
    out->height = anchor->height;
    return NULL;
}

static void
keep_anchor(struct reader *r, const yaml_char_t *name, const struct built *built)
{
    struct anchor *anchor;

    if (name) {
        anchor = MEM_NEW(r->mem, struct anchor);
        *anchor = (struct anchor){built->node, built->size, built->height};
        map_set(&r->anchors, mem_str(r->mem, (const char *)name), anchor);
    }
}

/* Builds the node that 'event' starts. */
static struct err *
build(struct reader *r, yaml_event_t *event, int depth, struct built *out)
{
    const yaml_char_t *anchor, *tag;

    if (event->type == YAML_ALIAS_EVENT) {
        return follow_alias(r, event, depth, out);
    }
    if (depth > r->max_depth) {
        return fault(r, event->start_mark, "nested too deeply");
    }
    TRY(count(r, event->start_mark, 1, false));
    *out = (struct built){.node = MEM_NEW(r->mem, struct yaml), .size = 1, .height = 1};
    out->node->file = r->file;
    out->node->line = (int)event->start_mark.line + 1;
    out->node->column = (int)event->start_mark.column + 1;
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
        TRY(build_scalar(r, event, out->node));
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
        TRY(build_list(r, depth, out));
    } else {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
        TRY(build_map(r, depth, out));
    }
    out->node->tag = mem_str(r->mem, (const char *)tag);
    keep_anchor(r, anchor, out);
    return NULL;
}

/* Passes over an event that has to be of type 'want'. */
static struct err *
expect(struct reader *r, yaml_event_type_t want, const char *otherwise)
{
    yaml_event_t event;
    struct err *e = NULL;

    TRY(next_event(r, &event));
    if (event.type != want) {
        e = fault(r, event.start_mark, otherwise);
    }
    yaml_event_delete(&event);
    return e;
}

static struct err *
read_document(struct reader *r, const struct yaml **root)
{
    struct built built;

    TRY(expect(r, YAML_STREAM_START_EVENT, "not YAML"));
    TRY(expect(r, YAML_DOCUMENT_START_EVENT, "empty document"));
    TRY(build_next(r, 1, &built));
    TRY(expect(r, YAML_DOCUMENT_END_EVENT, "not YAML"));
    TRY(expect(r, YAML_STREAM_END_EVENT, "more than one document"));
    *root = built.node;
    return NULL;
}

struct err *
yaml_parse(struct mem *mem, const char *file, const char *text, size_t n,
           const struct yaml_limits *limits, const struct yaml **root)
{
    struct reader r = {.mem = mem, .file = mem_str(mem, file)};
    struct err *e;

    r.max_nodes = limits && limits->max_nodes ? limits->max_nodes : NODES_MAX;
    r.max_depth = limits && limits->max_depth ? limits->max_depth : DEPTH_MAX;
    map_init(&r.anchors, mem);
    if (!yaml_parser_initialize(&r.parser)) {
        return err_new(E_INTERNAL, NULL, "libyaml does not start");
    }
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, n);
    e = read_document(&r, root);
    yaml_parser_delete(&r.parser);
    return e;
}

static size_t
find_key(const struct yaml *map, const char *key)
{
    for (size_t i = 0; map && map->type == YAML_T_MAP && i < map->n; i++) {
        if (!strcmp(map->keys[i]->text, key)) {
            return i;
        }
    }
    return SIZE_MAX;
}

const struct yaml *
yaml_get(const struct yaml *map, const char *key)
{
    size_t i = find_key(map, key);

    return i == SIZE_MAX ? NULL : map->items[i];
}

const struct yaml *
yaml_key(const struct yaml *map, const char *key)
{
    size_t i = find_key(map, key);

    return i == SIZE_MAX ? NULL : map->keys[i];
}

const char *
yaml_str(const struct yaml *node)
{
    return node && node->type == YAML_T_SCALAR ? node->text : NULL;
}

const char *
yaml_get_str(const struct yaml *map, const char *key)
{
    return yaml_str(yaml_get(map, key));
}

/* The text of a scalar without quotes, or null. */
static const char *
plain(const struct yaml *node)
{
    return node && node->type == YAML_T_SCALAR && node->plain ? node->text : NULL;
}

bool
yaml_is_null(const struct yaml *node)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};

    return !node || str_in(plain(node), nulls);
}

bool
yaml_to_i64(const struct yaml *node, int64_t *v)
{
    const char *text = plain(node);

    return text && str_to_i64(text + (*text == '+' && text[1] != '-'), v);
}

bool
yaml_to_bool(const struct yaml *node, bool *v)
{
    static const char *const yes[] = {"true", "yes", "on", NULL};
    static const char *const no[] = {"false", "no", "off", NULL};
    const char *text = plain(node);

    for (size_t i = 0; text && yes[i]; i++) {
        if (str_eq_case(text, yes[i]) || str_eq_case(text, no[i])) {
            *v = str_eq_case(text, yes[i]);
            return true;
        }
    }
    return false;
}

/* A plain scalar as the YAML 1.2 core schema types it. */
static void
scalar_to_json(struct mem *mem, const struct yaml *node, struct json *out)
{
    static const char *const bools[] = {"true", "True", "TRUE", "false", "False", "FALSE", NULL};
    const char *digits = node->text + strspn(node->text, "+-");
    char *end;

    if (yaml_is_null(node)) {
        out->type = JSON_T_NULL;
    } else if (node->plain && str_in(node->text, bools)) {
        out->type = JSON_T_BOOL;
        out->b = *node->text == 't' || *node->text == 'T';
    } else if (yaml_to_i64(node, &out->i)) {
        out->type = JSON_T_INT;
    } else {
        out->type = JSON_T_STR;
        if (node->plain && *digits && strspn(digits, "0123456789.eE+-") == strlen(digits) &&
            strcspn(digits, "0123456789") < 2) {
            out->type = JSON_T_REAL;
            out->r = strtod(node->text, &end);
            out->type = *end ? JSON_T_STR : JSON_T_REAL;
        }
        if (out->type == JSON_T_STR) {
            out->s = mem_str(mem, node->text);
            out->n = strlen(node->text);
        }
    }
}

const struct json *
yaml_to_json(struct mem *mem, const struct yaml *node)
{
    struct json *out = MEM_NEW(mem, struct json);

    if (!node) {
        out->type = JSON_T_NULL;
        return out;
    }
    if (node->type == YAML_T_SCALAR) {
        scalar_to_json(mem, node, out);
        return out;
    }
    out->type = node->type == YAML_T_MAP ? JSON_T_OBJECT : JSON_T_ARRAY;
    out->n = node->n;
    out->items = MEM_ARRAY(mem, node->n, const struct json *);
    out->keys = node->type == YAML_T_MAP ? MEM_ARRAY(mem, node->n, const char *) : NULL;
    for (size_t i = 0; i < node->n; i++) {
        out->items[i] = yaml_to_json(mem, node->items[i]);
        if (out->keys) {
            out->keys[i] = node->keys[i]->text;
        }
    }
    return out;
}
