/* Columns into structs and back.  Child tables and links are loaded for a
 * whole batch of rows with one statement each, never row by row. */
#include "store/tx.h"

#include "base/vec.h"

#include <string.h>

static const char *
seal_place(struct tx *tx, const struct shape *shape, const struct attr *attr, const void *row)
{
    const char *key = shape->key ? *(const char *const *)attr_at(shape->key, row) : NULL;

    return mem_printf(tx->mem, "%s.%s.%s", shape->table->name, attr->name, str_or(key, ""));
}

/* ---- binding --------------------------------------------------------------------------- */

static const char *
strs_text(struct mem *mem, const struct strs *strs)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    if (!strs->n) {
        return "[]";
    }
    jw_array(&w, NULL);
    for (size_t i = 0; i < strs->n; i++) {
        jw_str(&w, NULL, strs->items[i]);
    }
    jw_end(&w);
    return buf_copy(mem, &out);
}

static struct err *
text_bind(struct tx *tx, const struct stmt *stmt, int at, const struct shape *shape,
          const struct attr *attr, const void *row)
{
    const char *text = *(const char *const *)attr_at(attr, row);

    if (text && (attr->use & SECRET)) {
        if (!tx->store->has_key) {
            return err_new(E_INTERNAL, NULL, "%s.%s is secret and the store has no sealing key",
                           shape->table->name, attr->name);
        }
        TRY(seal_text(tx->mem, tx->store->seal_key, seal_place(tx, shape, attr, row), text,
                      &text));
    }
    stmt_text(stmt, at, text);
    return NULL;
}

struct err *
member_bind(struct tx *tx, const struct stmt *stmt, int at, const struct shape *shape,
            const struct attr *attr, const void *row)
{
    const void *member = attr_at(attr, row);

    switch (attr->type) {
    case ATTR_T_boolean:
        stmt_int(stmt, at, *(const bool *)member);
        return NULL;
    case ATTR_T_integer:
    case ATTR_T_time:
        if (*(const int64_t *)member == INT_NULL) {
            stmt_text(stmt, at, NULL);
        } else {
            stmt_int(stmt, at, *(const int64_t *)member);
        }
        return NULL;
    case ATTR_T_json: {
        const struct json *json = *(const struct json *const *)member;

        stmt_text(stmt, at, json ? json_text(tx->mem, json) : NULL);
        return NULL;
    }
    case ATTR_T_strs:
        stmt_text(stmt, at, strs_text(tx->mem, member));
        return NULL;
    case ATTR_T_refs:
    case ATTR_T_rows:
    case ATTR_T_uuid:
    case ATTR_T_str:
    case ATTR_T_name_enum:
    case ATTR_T_mac:
    case ATTR_T_ip:
    case ATTR_T_cidr:
    default:
        return text_bind(tx, stmt, at, shape, attr, row);
    }
}

/* ---- loading ----------------------------------------------------------------------------- */

/* An enum's text is the one of the table, so that services may compare pointers. */
static const char *
enum_text(const struct attr *attr, const char *text)
{
    for (const char *const *v = attr->values; *v; v++) {
        if (!strcmp(*v, text)) {
            return *v;
        }
    }
    return NULL;
}

static struct err *
text_load(struct tx *tx, struct mem *mem, const struct shape *shape, const struct attr *attr,
          const char *text, size_t n, void *row)
{
    const char **member = attr_at(attr, row);

    if (attr->type == ATTR_T_name_enum) {
        *member = enum_text(attr, text);
        if (*member) {
            return NULL;
        }
    }
    if (attr->use & SECRET) {
        return unseal_text(mem, tx->store->seal_key, seal_place(tx, shape, attr, row), text,
                           member);
    }
    *member = n ? mem_copy(mem, text, n + 1) : "";
    return NULL;
}

static struct err *
json_load(struct mem *mem, const struct attr *attr, const char *text, size_t n, void *row)
{
    static const struct json empty_object = {.type = JSON_T_OBJECT};
    static const struct json empty_array = {.type = JSON_T_ARRAY};
    const struct json *json;

    if (n == 2 && attr->type == ATTR_T_strs) {
        return NULL;
    }
    if (n == 2) {
        *(const struct json **)attr_at(attr, row) = *text == '{' ? &empty_object : &empty_array;
        return NULL;
    }
    TRY(json_parse(mem, text, n, &json));
    if (attr->type == ATTR_T_strs) {
        struct strs *strs = attr_at(attr, row);

        strs->items = MEM_ARRAY(mem, json->n, const char *);
        json_each (json, i) {
            strs->items[strs->n++] = str_or(json_str(json->items[i]), "");
        }
    } else {
        *(const struct json **)attr_at(attr, row) = json;
    }
    return NULL;
}

static struct err *
member_load(struct tx *tx, struct mem *mem, const struct shape *shape, const struct attr *attr,
            const struct stmt *stmt, int at, void *row)
{
    const char *text;
    size_t n;

    switch (attr->type) {
    case ATTR_T_boolean:
        *(bool *)attr_at(attr, row) = stmt_get_int(stmt, at) != 0;
        return NULL;
    case ATTR_T_integer:
    case ATTR_T_time:
        *(int64_t *)attr_at(attr, row) = sqlite3_column_type(stmt->s, at) == SQLITE_NULL
                                             ? INT_NULL
                                             : stmt_get_int(stmt, at);
        return NULL;
    case ATTR_T_json:
    case ATTR_T_strs:
    case ATTR_T_refs:
    case ATTR_T_rows:
    case ATTR_T_uuid:
    case ATTR_T_str:
    case ATTR_T_name_enum:
    case ATTR_T_mac:
    case ATTR_T_ip:
    case ATTR_T_cidr:
    default:
        break;
    }
    text = stmt_get(stmt, at);
    if (!text) {
        return NULL;
    }
    n = (size_t)sqlite3_column_bytes(stmt->s, at);
    return attr->type == ATTR_T_json || attr->type == ATTR_T_strs
               ? json_load(mem, attr, text, n, row)
               : text_load(tx, mem, shape, attr, text, n, row);
}

struct err *
row_load(struct tx *tx, struct mem *mem, const struct shape *shape, const struct stmt *stmt,
         int at, void **out)
{
    struct row *row = mem_alloc(mem, shape->table->size);

    row->table = shape->table;
    /* The key first: a sealed column is bound to it. */
    for (size_t i = 0; i < shape->n_columns; i++) {
        if (shape->columns[i]->use & KEY) {
            TRY(member_load(tx, mem, shape, shape->columns[i], stmt, at + (int)i, row));
        }
    }
    for (size_t i = 0; i < shape->n_columns; i++) {
        if (!(shape->columns[i]->use & KEY)) {
            TRY(member_load(tx, mem, shape, shape->columns[i], stmt, at + (int)i, row));
        }
    }
    *out = row;
    return NULL;
}

/* ---- parts -------------------------------------------------------------------------------- */

static const char *
row_key(const struct shape *shape, const void *row)
{
    return *(const char *const *)attr_at(shape->key, row);
}

/* The keys as a JSON array: one value to bind, however many there are. */
static const char *
keys_text(struct tx *tx, const struct shape *shape, void **rows, size_t n)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    jw_array(&w, NULL);
    for (size_t i = 0; i < n; i++) {
        jw_str(&w, NULL, row_key(shape, rows[i]));
    }
    jw_end(&w);
    return buf_copy(tx->mem, &out);
}

/* The statement that reads a part of all rows, which answers in their order. */
static struct err *
part_take(struct tx *tx, const struct shape *shape, void **rows, size_t n, const char *sql_one,
          const char *sql_many, const char *keys, struct stmt *stmt)
{
    TRY(conn_take(tx->conn, n == 1 ? sql_one : sql_many, stmt));
    stmt_text(stmt, 1, n == 1 ? row_key(shape, rows[0]) : keys);
    return NULL;
}

/* The row that a part belongs to; parts come in the order of the rows. */
static size_t
owner_of(const struct shape *shape, void **rows, size_t n, size_t at, const char *key)
{
    while (at < n && strcmp(row_key(shape, rows[at]), key) != 0) {
        at++;
    }
    return at;
}

typedef VEC(void *) ptrs;
typedef VEC(const char *) texts;

/* Gives what was gathered for a row to it, and begins anew. */
static void
children_give(struct mem *mem, const struct attr *attr, void *row, ptrs *gathered)
{
    struct rows *rows = attr_at(attr, row);

    if (gathered->n) {
        rows->n = gathered->n;
        rows->items = mem_copy(mem, gathered->items, gathered->n * sizeof(void *));
        gathered->n = 0;
    }
}

static struct err *
children_load(struct tx *tx, struct mem *mem, const struct shape *shape,
              const struct shape_child *child, void **rows, size_t n, const char *keys)
{
    AUTO_STMT stmt = {0};
    ptrs gathered = {0};
    size_t at = 0;
    bool more;

    TRY(part_take(tx, shape, rows, n, child->shape->sql_one, child->shape->sql_many, keys, &stmt));
    TRY(conn_step(tx->conn, &stmt, &more));
    while (more) {
        size_t owner = owner_of(shape, rows, n, at, stmt_get(&stmt, 0));
        void *row;

        if (owner != at && at < n) {
            children_give(mem, child->attr, rows[at], &gathered);
        }
        at = owner;
        TRY(row_load(tx, mem, child->shape, &stmt, 2, &row));
        ((struct row *)row)->place = stmt_get_int(&stmt, 1);
        vec_add(tx->mem, &gathered, row);
        TRY(conn_step(tx->conn, &stmt, &more));
    }
    if (at < n) {
        children_give(mem, child->attr, rows[at], &gathered);
    }
    return NULL;
}

static void
refs_give(struct mem *mem, const struct attr *attr, void *row, texts *gathered)
{
    struct strs *strs = attr_at(attr, row);

    if (gathered->n) {
        strs->n = gathered->n;
        strs->items = mem_copy(mem, gathered->items, gathered->n * sizeof(char *));
        gathered->n = 0;
    }
}

static struct err *
links_load(struct tx *tx, struct mem *mem, const struct shape *shape,
           const struct shape_link *link, void **rows, size_t n, const char *keys)
{
    AUTO_STMT stmt = {0};
    texts gathered = {0};
    size_t at = 0;
    bool more;

    TRY(part_take(tx, shape, rows, n, link->sql_one, link->sql_many, keys, &stmt));
    TRY(conn_step(tx->conn, &stmt, &more));
    while (more) {
        size_t owner = owner_of(shape, rows, n, at, stmt_get(&stmt, 0));

        if (owner != at && at < n) {
            refs_give(mem, link->attr, rows[at], &gathered);
        }
        at = owner;
        vec_add(tx->mem, &gathered, mem_str(mem, stmt_get(&stmt, 2)));
        TRY(conn_step(tx->conn, &stmt, &more));
    }
    if (at < n) {
        refs_give(mem, link->attr, rows[at], &gathered);
    }
    return NULL;
}

struct err *
rows_load_parts(struct tx *tx, struct mem *mem, const struct shape *shape, void **rows, size_t n)
{
    const char *keys = NULL;

    if (!n || !(shape->n_children + shape->n_links)) {
        return NULL;
    }
    if (n > 1) {
        keys = keys_text(tx, shape, rows, n);
    }
    for (size_t i = 0; i < shape->n_children; i++) {
        TRY(children_load(tx, mem, shape, &shape->children[i], rows, n, keys));
    }
    for (size_t i = 0; i < shape->n_links; i++) {
        TRY(links_load(tx, mem, shape, &shape->links[i], rows, n, keys));
    }
    return NULL;
}
