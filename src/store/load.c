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

static struct err *
json_bind(struct tx *tx, const struct stmt *stmt, int at, const struct attr *attr,
          const struct json *json)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    if (!json) {
        stmt_text(stmt, at, NULL);
        return NULL;
    }
    w.depth = JSON_DEPTH_MAX - JSON_DEPTH_ROW; /* levels that others will put around it */
    jw_json(&w, NULL, json);
    if (out.overflow) {
        return err_new(E_INVALID, NULL, "%s: nested deeper than %d levels", attr->name,
                       JSON_DEPTH_ROW);
    }
    stmt_text(stmt, at, buf_copy(tx->mem, &out));
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
    case ATTR_T_json:
        return json_bind(tx, stmt, at, attr, *(const struct json *const *)member);
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
        *(int64_t *)attr_at(attr, row) = stmt_is_null(stmt, at) ? INT_NULL : stmt_get_int(stmt, at);
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
    text = stmt_get_n(stmt, at, &n);
    if (!text) {
        return NULL;
    }
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

/* What goes with a batch of rows: a child table or a link at a time. */
struct parts {
    struct tx *tx;
    struct mem *mem;
    const struct shape *shape;
    void **rows;
    size_t n;
};
struct part {
    const struct attr *attr;
    const struct shape *child; /* null: a link */
    const char *sql_one, *sql_many, *sql_range;
};

/* The keys from 'from' on as a JSON array: one value to bind, however many there are. */
static const char *
keys_text(const struct parts *parts, size_t from)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    jw_array(&w, NULL);
    for (size_t i = from; i < parts->n; i++) {
        jw_str(&w, NULL, row_key(parts->shape, parts->rows[i]));
    }
    jw_end(&w);
    return buf_copy(parts->tx->mem, &out);
}

/* Do the keys rise?  Then one walk along the part's own order meets them all. */
static bool
keys_rise(const struct parts *parts)
{
    for (size_t i = 1; i < parts->n; i++) {
        if (strcmp(row_key(parts->shape, parts->rows[i - 1]),
                   row_key(parts->shape, parts->rows[i])) >= 0) {
            return false;
        }
    }
    return parts->n > 1;
}

typedef VEC(void *) ptrs;

/* Gives what was gathered for a row to it, and begins anew. */
static void
part_give(const struct parts *parts, const struct part *part, size_t at, ptrs *gathered)
{
    void *member, *items;

    if (!gathered->n || at >= parts->n) {
        return;
    }
    member = attr_at(part->attr, parts->rows[at]);
    items = mem_copy(parts->mem, gathered->items, gathered->n * sizeof(void *));
    if (part->child) {
        *(struct rows *)member = (struct rows){.n = gathered->n, .items = items};
    } else {
        *(struct strs *)member = (struct strs){.n = gathered->n, .items = items};
    }
    gathered->n = 0;
}

static struct err *
part_load(const struct parts *parts, const struct part *part, const struct stmt *stmt, void **made)
{
    if (!part->child) {
        size_t n;
        const char *target = stmt_get_n(stmt, 2, &n);

        *made = mem_copy(parts->mem, target, n + 1);
        return NULL;
    }
    TRY(row_load(parts->tx, parts->mem, part->child, stmt, 2, made));
    ((struct row *)*made)->place = stmt_get_int(stmt, 1);
    return NULL;
}

/* The row from 'at' on that has the key, which parts come in the order of; in a walk, where each
 * key of the part is met, the row that the walk will meet next. */
static size_t
owner_of(const struct parts *parts, size_t at, const char *key, bool walk, bool *found)
{
    int order = 1;

    for (; at < parts->n; at++) {
        order = strcmp(row_key(parts->shape, parts->rows[at]), key);
        if (!order || (walk && order > 0)) {
            break;
        }
    }
    *found = at < parts->n && !order;
    return at;
}

/* Reads the parts of rows from '*at' on.  A walk that meets too many parts of others ends early:
 * '*at' is the first row that is not done. */
static struct err *
parts_read(const struct parts *parts, const struct part *part, const struct stmt *stmt, bool walk,
           size_t *at)
{
    struct conn *conn = parts->tx->conn;
    ptrs gathered = {0};
    size_t strangers = 0;
    bool more;

    TRY(conn_step(conn, stmt, &more));
    while (more && strangers <= parts->n) {
        bool found;
        size_t owner = owner_of(parts, *at, stmt_get(stmt, 0), walk, &found);
        void *made;

        if (owner != *at) {
            part_give(parts, part, *at, &gathered);
            *at = owner;
        }
        if (found) {
            TRY(part_load(parts, part, stmt, &made));
            vec_add(parts->tx->mem, &gathered, made);
        } else {
            strangers++;
        }
        TRY(conn_step(conn, stmt, &more));
    }
    part_give(parts, part, *at, &gathered);
    *at = more ? *at : parts->n; /* A walk ends on a stranger: the row before it is done. */
    return NULL;
}

/* The part of rows whose keys rise, by one walk; '*at' as above. */
static struct err *
part_walk(const struct parts *parts, const struct part *part, size_t *at)
{
    AUTO_STMT stmt = {0};

    TRY(conn_take(parts->tx->conn, part->sql_range, &stmt));
    stmt_text(&stmt, 1, row_key(parts->shape, parts->rows[0]));
    stmt_text(&stmt, 2, row_key(parts->shape, parts->rows[parts->n - 1]));
    return parts_read(parts, part, &stmt, true, at);
}

static struct err *
part_read(const struct parts *parts, const struct part *part, bool rising)
{
    AUTO_STMT stmt = {0};
    size_t at = 0;

    if (rising) {
        TRY(part_walk(parts, part, &at));
    }
    if (at == parts->n) {
        return NULL;
    }
    TRY(conn_take(parts->tx->conn, parts->n == 1 ? part->sql_one : part->sql_many, &stmt));
    stmt_text(&stmt, 1,
              parts->n == 1 ? row_key(parts->shape, parts->rows[0]) : keys_text(parts, at));
    return parts_read(parts, part, &stmt, false, &at);
}

struct err *
rows_load_parts(struct tx *tx, struct mem *mem, const struct shape *shape, void **rows, size_t n)
{
    const struct parts parts = {.tx = tx, .mem = mem, .shape = shape, .rows = rows, .n = n};
    bool rising;

    if (!n || !(shape->n_children + shape->n_links)) {
        return NULL;
    }
    rising = keys_rise(&parts);
    for (size_t i = 0; i < shape->n_children; i++) {
        const struct shape_child *child = &shape->children[i];
        const struct part part = {child->attr, child->shape, child->shape->sql_one,
                                  child->shape->sql_many, child->shape->sql_range};

        TRY(part_read(&parts, &part, rising));
    }
    for (size_t i = 0; i < shape->n_links; i++) {
        const struct shape_link *link = &shape->links[i];
        const struct part part = {link->attr, NULL, link->sql_one, link->sql_many,
                                  link->sql_range};

        TRY(part_read(&parts, &part, rising));
    }
    return NULL;
}
