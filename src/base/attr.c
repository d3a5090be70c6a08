/* Rows described by tables: look-ups in the description, and making, copying
 * and comparing structs that follow it.  Typing of values is attr_decode.c,
 * bodies are attr_json.c, answers attr_encode.c. */
#include "base/attr.h"

#include <string.h>

const struct attr *
table_attr(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->n_attrs; i++) {
        if (table->attrs[i].name[0] == name[0] && !strcmp(table->attrs[i].name, name)) {
            return &table->attrs[i];
        }
    }
    return NULL;
}

const char *
attr_json_name(const struct attr *attr)
{
    return attr->json ? attr->json : attr->name;
}

const struct attr *
table_attr_json(const struct table *table, const char *json_name)
{
    for (size_t i = 0; i < table->n_attrs; i++) {
        const struct attr *attr = &table->attrs[i];

        if (!strcmp(attr_json_name(attr), json_name) ||
            (attr->alias && !strcmp(attr->alias, json_name))) {
            return attr;
        }
    }
    return NULL;
}

const struct attr *
table_key(const struct table *table)
{
    for (size_t i = 0; i < table->n_attrs; i++) {
        if (table->attrs[i].use & KEY) {
            return &table->attrs[i];
        }
    }
    return NULL;
}

void *
attr_at(const struct attr *attr, const void *row)
{
    return (char *)(uintptr_t)row + attr->offset;
}

size_t
attr_size(const struct attr *attr)
{
    static const size_t sizes[] = {
#define X(word, ctype, doc) [ATTR_T_##word] = sizeof(ctype),
        ATTR_TYPES(X)
#undef X
    };

    return sizes[attr->type];
}

bool
row_given(const struct row *row, const char *attr_name)
{
    const struct attr *attr = table_attr(row->table, attr_name);
    size_t i = attr ? (size_t)(attr - row->table->attrs) : 0;

    return attr && (row->given[i / 64] >> (i % 64) & 1);
}

void
row_give(struct row *row, const char *attr_name)
{
    const struct attr *attr = table_attr(row->table, attr_name);

    if (attr) {
        size_t i = (size_t)(attr - row->table->attrs);

        row->given[i / 64] |= (uint64_t)1 << (i % 64);
    }
}

/* ---- null ------------------------------------------------------------------ */

bool
attr_is_null(const struct attr *attr, const void *row)
{
    const void *at = attr_at(attr, row);

    switch (attr->type) {
    case ATTR_T_boolean:
        return false;
    case ATTR_T_integer:
        return *(const int64_t *)at == INT_NULL;
    case ATTR_T_time:
        return *(const int64_t *)at == TIME_NULL;
    case ATTR_T_strs:
    case ATTR_T_refs:
        return ((const struct strs *)at)->n == 0;
    case ATTR_T_rows:
        return ((const struct rows *)at)->n == 0;
    case ATTR_T_json:
    case ATTR_T_uuid:
    case ATTR_T_str:
    case ATTR_T_name_enum:
    case ATTR_T_mac:
    case ATTR_T_ip:
    case ATTR_T_cidr:
    default:
        return *(void *const *)at == NULL;
    }
}

void
attr_set_null(const struct attr *attr, void *row)
{
    void *at = attr_at(attr, row);

    switch (attr->type) {
    case ATTR_T_boolean:
        *(bool *)at = false;
        break;
    case ATTR_T_integer:
        *(int64_t *)at = INT_NULL;
        break;
    case ATTR_T_time:
        *(int64_t *)at = TIME_NULL;
        break;
    case ATTR_T_strs:
    case ATTR_T_refs:
        *(struct strs *)at = (struct strs){0};
        break;
    case ATTR_T_rows:
        *(struct rows *)at = (struct rows){0};
        break;
    case ATTR_T_json:
    case ATTR_T_uuid:
    case ATTR_T_str:
    case ATTR_T_name_enum:
    case ATTR_T_mac:
    case ATTR_T_ip:
    case ATTR_T_cidr:
    default:
        *(void **)at = NULL;
        break;
    }
}

/* ---- making and copying ------------------------------------------------------ */

void *
row_new(struct mem *mem, const struct table *table)
{
    struct row *row = mem_alloc(mem, table->size);

    row->table = table;
    for (size_t i = 0; i < table->n_attrs; i++) {
        const struct attr *attr = &table->attrs[i];

        if (attr->type == ATTR_T_integer || attr->type == ATTR_T_time) {
            *(int64_t *)attr_at(attr, row) = INT_NULL;
        } else if (attr->type == ATTR_T_boolean) {
            *(bool *)attr_at(attr, row) = attr->def && attr->def[0] == 't';
        }
    }
    return row;
}

static const struct json *
json_copy(struct mem *mem, const struct json *json)
{
    struct json *copy;

    if (!json) {
        return NULL;
    }
    copy = mem_copy(mem, json, sizeof *json);
    if (json->type == JSON_T_STR) {
        copy->s = mem_strn(mem, json->s, json->n);
    }
    if (json->type == JSON_T_OBJECT || json->type == JSON_T_ARRAY) {
        copy->items = MEM_ARRAY(mem, json->n, const struct json *);
        copy->keys = json->type == JSON_T_OBJECT ? MEM_ARRAY(mem, json->n, const char *) : NULL;
        json_each (json, i) {
            copy->items[i] = json_copy(mem, json->items[i]);
            if (copy->keys) {
                copy->keys[i] = mem_str(mem, json->keys[i]);
            }
        }
    }
    return copy;
}

static void
strs_copy(struct mem *mem, struct strs *strs)
{
    const char **items = MEM_ARRAY(mem, strs->n, const char *);

    for (size_t i = 0; i < strs->n; i++) {
        items[i] = mem_str(mem, strs->items[i]);
    }
    strs->items = items;
}

static void
rows_copy(struct mem *mem, struct rows *rows)
{
    void **items = MEM_ARRAY(mem, rows->n, void *);

    for (size_t i = 0; i < rows->n; i++) {
        items[i] = row_copy(mem, rows->items[i]);
    }
    rows->items = items;
}

/* Replaces what the member at 'at' borrows by copies in 'mem'. */
static void
member_copy(struct mem *mem, const struct attr *attr, void *at)
{
    switch (attr->type) {
    case ATTR_T_boolean:
    case ATTR_T_integer:
    case ATTR_T_time:
        break;
    case ATTR_T_json:
        *(const struct json **)at = json_copy(mem, *(const struct json **)at);
        break;
    case ATTR_T_strs:
    case ATTR_T_refs:
        strs_copy(mem, at);
        break;
    case ATTR_T_rows:
        rows_copy(mem, at);
        break;
    case ATTR_T_uuid:
    case ATTR_T_str:
    case ATTR_T_name_enum:
    case ATTR_T_mac:
    case ATTR_T_ip:
    case ATTR_T_cidr:
    default:
        *(const char **)at = mem_str(mem, *(const char **)at);
        break;
    }
}

void *
row_copy(struct mem *mem, const void *row)
{
    const struct table *table = ((const struct row *)row)->table;
    void *copy = mem_copy(mem, row, table->size);

    for (size_t i = 0; i < table->n_attrs; i++) {
        member_copy(mem, &table->attrs[i], attr_at(&table->attrs[i], copy));
    }
    return copy;
}

/* ---- comparing ---------------------------------------------------------------- */

static bool
strs_equal(const struct strs *a, const struct strs *b)
{
    bool equal = a->n == b->n;

    for (size_t i = 0; equal && i < a->n; i++) {
        equal = str_eq(a->items[i], b->items[i]);
    }
    return equal;
}

static bool
row_equal(const void *a, const void *b)
{
    const struct table *table = ((const struct row *)a)->table;

    for (size_t i = 0; i < table->n_attrs; i++) {
        if (!attr_equal(&table->attrs[i], a, b)) {
            return false;
        }
    }
    return true;
}

static bool
rows_equal(const struct rows *a, const struct rows *b)
{
    bool equal = a->n == b->n;

    for (size_t i = 0; equal && i < a->n; i++) {
        equal = row_equal(a->items[i], b->items[i]);
    }
    return equal;
}

static bool
opaque_equal(const struct json *a, const struct json *b)
{
    return a == b || (a && b && json_equal(a, b));
}

bool
attr_equal(const struct attr *attr, const void *row_a, const void *row_b)
{
    const void *a = attr_at(attr, row_a), *b = attr_at(attr, row_b);

    switch (attr->type) {
    case ATTR_T_boolean:
        return *(const bool *)a == *(const bool *)b;
    case ATTR_T_integer:
    case ATTR_T_time:
        return *(const int64_t *)a == *(const int64_t *)b;
    case ATTR_T_json:
        return opaque_equal(*(const struct json *const *)a, *(const struct json *const *)b);
    case ATTR_T_strs:
    case ATTR_T_refs:
        return strs_equal(a, b);
    case ATTR_T_rows:
        return rows_equal(a, b);
    case ATTR_T_uuid:
    case ATTR_T_str:
    case ATTR_T_name_enum:
    case ATTR_T_mac:
    case ATTR_T_ip:
    case ATTR_T_cidr:
    default:
        return str_eq(*(const char *const *)a, *(const char *const *)b);
    }
}

/* ---- is the description sound? ------------------------------------------------ */

static struct err *
fault(struct err *faults, const struct table *table, const struct attr *attr, const char *what)
{
    return err_join(faults, err_new(E_INTERNAL, NULL, "table %s, attribute %s: %s",
                                    str_or(table->name, "?"), attr ? attr->name : "-", what));
}

static struct err *
default_check(const struct table *table, const struct attr *attr, struct err *faults)
{
    AUTO(mem) mem = mem_new("table_check");
    void *row = mem_alloc(mem, table->size);
    const struct json *json;
    struct err *e;

    if (!attr->def || !strcmp(attr->def, GENERATED)) {
        return faults;
    }
    e = json_parse(mem, attr->def, strlen(attr->def), &json);
    if (!e && json->type != JSON_T_NULL) {
        e = attr_decode(mem, attr, json, attr->name, NULL, attr_at(attr, row));
    }
    return e ? err_join(fault(faults, table, attr, "the default does not fit the type"), e)
             : faults;
}

/* jw_key writes names as they are. */
static bool
name_is_plain(const char *name)
{
    for (; *name; name++) {
        if ((unsigned char)*name < 0x20 || *name == '"' || *name == '\\') {
            return false;
        }
    }
    return true;
}

static struct err *
attr_check(const struct table *table, const struct attr *attr, struct err *faults)
{
    if (str_empty(attr->doc)) {
        faults = fault(faults, table, attr, "no .doc");
    }
    if (attr->type == ATTR_T_name_enum && !attr->values) {
        faults = fault(faults, table, attr, "a name_enum needs .values");
    }
    if (attr->type == ATTR_T_rows && !attr->item) {
        faults = fault(faults, table, attr, "rows need .item");
    }
    if (attr->form == ROWS_MAP && attr->item && attr->item->attrs[0].type != ATTR_T_str) {
        faults = fault(faults, table, attr, "the first attribute of a map's item has to be str");
    }
    if (attr->type == ATTR_T_refs && !attr->ref) {
        faults = fault(faults, table, attr, "refs need .ref");
    }
    if ((attr->use & SECRET) && attr->type != ATTR_T_str) {
        faults = fault(faults, table, attr, "only text can be SECRET");
    }
    if ((attr->use & SECRET) && (attr->use & (SHOW | FILTER | SORT))) {
        faults = fault(faults, table, attr, "SECRET is never shown, filtered or sorted");
    }
    if (attr->offset < sizeof(struct row) || attr->offset >= table->size) {
        faults = fault(faults, table, attr, "lies outside of the struct");
    }
    if (!name_is_plain(attr->name) || !name_is_plain(attr_json_name(attr)) ||
        !name_is_plain(str_or(attr->alias, "-"))) {
        faults = fault(faults, table, attr, "a name needs escapes in JSON");
    }
    if (table_attr(table, attr->name) != attr ||
        table_attr_json(table, attr_json_name(attr)) != attr) {
        faults = fault(faults, table, attr, "name used twice");
    }
    return default_check(table, attr, faults);
}

struct err *
table_check(const struct table *table)
{
    struct err *faults = NULL;

    if (str_empty(table->doc)) {
        faults = fault(faults, table, NULL, "the table has no .doc");
    }
    if (table->n_attrs > ROW_ATTRS_MAX) {
        faults = fault(faults, table, NULL, "more attributes than ROW_ATTRS_MAX");
    }
    for (size_t i = 0; i < table->n_attrs; i++) {
        const struct attr *attr = &table->attrs[i];

        faults = attr_check(table, attr, faults);
        if (attr->type == ATTR_T_rows && attr->item && attr->item != table) {
            faults = err_join(faults, table_check(attr->item));
        }
    }
    return faults;
}
