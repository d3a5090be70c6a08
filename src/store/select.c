/* Queries into SQL: conditions on columns, children and links, a predicate of
 * the caller's, and keyset paging, in which a page begins where the marker row
 * stands in the order, whatever was inserted or deleted in between. */
#include "store/tx.h"

#include "base/vec.h"

#include <string.h>

/* Rows that are kept at once while streaming. */
#define BATCH 256

struct bind {
    enum { BIND_TEXT, BIND_INT } kind;
    const char *text;
    int64_t i;
};

struct select {
    struct tx *tx;
    const struct shape *shape;
    const struct query *query;
    struct buf sql;
    VEC(struct bind) binds;
    void *marker; /* row where the page begins, or null */
};

static void
select_done(struct select *select)
{
    buf_done(&select->sql);
}
#define AUTO_SELECT __attribute__((cleanup(select_done))) struct select

static void
bind_text(struct select *select, const char *text)
{
    vec_add(select->tx->mem, &select->binds, ((struct bind){.kind = BIND_TEXT, .text = text}));
}

static void
bind_int(struct select *select, int64_t i)
{
    vec_add(select->tx->mem, &select->binds, ((struct bind){.kind = BIND_INT, .i = i}));
}

struct err *
shape_find(struct tx *tx, const struct table *table, struct shape **shape)
{
    *shape = shape_of(&tx->store->shapes, table);
    return *shape ? NULL
                  : err_new(E_INTERNAL, NULL, "table %s is not in this store", table->name);
}

/* ---- conditions --------------------------------------------------------------------------- */

/* One value, in the form in which its column holds it. */
static struct err *
value_bind(struct select *select, const struct attr *attr, const char *text)
{
    union {
        bool b;
        int64_t i;
        const char *s;
    } value = {.i = 0};
    struct mem *mem = select->tx->mem;

    switch (attr->type) {
    case ATTR_T_boolean:
        TRY(attr_decode_text(mem, attr, text, &value));
        bind_int(select, value.b);
        return NULL;
    case ATTR_T_integer:
    case ATTR_T_time:
        TRY(attr_decode_text(mem, attr, text, &value));
        bind_int(select, value.i);
        return NULL;
    case ATTR_T_mac:
    case ATTR_T_ip:
    case ATTR_T_cidr: {
        struct err *e = attr_decode_text(mem, attr, text, &value);

        bind_text(select, e ? text : value.s);
        err_ignore(e, "what is no address equals none");
        return NULL;
    }
    case ATTR_T_uuid:
    case ATTR_T_str:
    case ATTR_T_name_enum:
    case ATTR_T_json:
    case ATTR_T_strs:
    case ATTR_T_refs:
    case ATTR_T_rows:
    default:
        bind_text(select, text);
        return NULL;
    }
}

static const char *
op_sql(const struct select *select, enum cond_op op)
{
    static const char *const ops[] = {
        [COND_EQ] = "=",  [COND_NE] = "<>",  [COND_LT] = "<",
        [COND_LE] = "<=", [COND_GT] = ">",   [COND_GE] = ">=",
        [COND_NULL] = "IS NULL", [COND_NOT_NULL] = "IS NOT NULL",
    };

    return op == COND_LIKE ? select->tx->conn->driver->dialect.like : ops[op];
}

/* The values of a condition: what its text or texts say. */
static const char *const *
cond_texts(struct select *select, const struct cond *cond)
{
    const char **one;

    if (cond->texts) {
        return cond->texts;
    }
    one = MEM_ARRAY(select->tx->mem, 2, const char *);
    one[0] = cond->text;
    return one;
}

/* "?, ?, ?": a list, however long, is one expression; of ORs SQLite takes no thousand. */
static struct err *
values_add(struct select *select, const struct attr *attr, const char *const *texts)
{
    for (size_t i = 0; texts[i]; i++) {
        buf_str(&select->sql, i ? ", ?" : "?");
        TRY(value_bind(select, attr, texts[i]));
    }
    return NULL;
}

/* "(x < ? OR x < ?)" */
static struct err *
each_add(struct select *select, const struct cond *cond, const struct attr *attr,
         const char *column, const char *const *texts)
{
    buf_char(&select->sql, '(');
    for (size_t i = 0; texts[i]; i++) {
        buf_printf(&select->sql, "%s%s %s ?%s", i ? " OR " : "", column, op_sql(select, cond->op),
                   cond->op == COND_LIKE ? " ESCAPE '\\'" : "");
        if (cond->op == COND_LIKE) {
            bind_text(select, texts[i]);
        } else {
            TRY(value_bind(select, attr, texts[i]));
        }
    }
    buf_char(&select->sql, ')');
    return NULL;
}

/* One of the values, or for COND_NE none of them; 'column' is SQL. */
static struct err *
column_cond(struct select *select, const struct cond *cond, const struct attr *attr,
            const char *column)
{
    const char *const *texts = cond_texts(select, cond);

    if (cond->op == COND_NULL || cond->op == COND_NOT_NULL) {
        buf_printf(&select->sql, "%s %s", column, op_sql(select, cond->op));
        return NULL;
    }
    if (!texts[0]) {
        buf_str(&select->sql, cond->op == COND_NE ? "1 = 1" : "1 = 0");
        return NULL;
    }
    if (cond->op != COND_EQ && cond->op != COND_NE) {
        return each_add(select, cond, attr, column, texts);
    }
    if (!texts[1]) {
        buf_printf(&select->sql, "%s %s ?", column, cond->op == COND_NE ? "IS DISTINCT FROM" : "=");
        return value_bind(select, attr, texts[0]);
    }
    if (cond->op == COND_NE) {
        buf_printf(&select->sql, "(%s IS NULL OR %s NOT IN (", column, column);
    } else {
        buf_printf(&select->sql, "(%s IN (", column);
    }
    TRY(values_add(select, attr, texts));
    buf_str(&select->sql, "))");
    return NULL;
}

static const char *
quoted_column(struct select *select, const char *alias, const char *name)
{
    return mem_printf(select->tx->mem, "%s.\"%s\"", alias, name);
}

static struct err *
child_cond(struct select *select, const struct cond *cond, const struct shape_child *child,
           const char *name)
{
    const struct shape *shape = child->shape;
    const struct attr *attr = table_attr(shape->table, name);

    if (!attr || !attr_is_column(attr)) {
        return err_new(E_INVALID, NULL, "%s has no %s", shape->table->name, name);
    }
    buf_printf(&select->sql, "EXISTS (SELECT 1 FROM %s c WHERE c.\"%s\" = t.\"%s\" AND ",
               shape->sql_name, shape->table->parent, select->shape->key->name);
    TRY(column_cond(select, cond, attr, quoted_column(select, "c", name)));
    buf_char(&select->sql, ')');
    return NULL;
}

static struct err *
link_cond(struct select *select, const struct cond *cond, const struct shape_link *link)
{
    buf_printf(&select->sql, "EXISTS (SELECT 1 FROM \"%s\" c WHERE c.owner = t.\"%s\" AND ",
               link->table, select->shape->key->name);
    TRY(column_cond(select, cond, link->attr, "c.target"));
    buf_char(&select->sql, ')');
    return NULL;
}

static struct err *
list_cond(struct select *select, const struct cond *cond, const struct attr *attr)
{
    buf_printf(&select->sql, "EXISTS (SELECT 1 FROM json_each(t.\"%s\") c WHERE ", attr->name);
    TRY(column_cond(select, cond, attr, "c.value"));
    buf_char(&select->sql, ')');
    return NULL;
}

static struct err *
cond_add(struct select *select, const struct cond *cond)
{
    const struct shape *shape = select->shape;
    const char *dot = strchr(cond->attr, '.');
    const struct attr *attr;

    for (size_t i = 0; dot && i < shape->n_children; i++) {
        const char *name = shape->children[i].attr->name;

        if (!strncmp(name, cond->attr, (size_t)(dot - cond->attr)) &&
            !name[dot - cond->attr]) {
            return child_cond(select, cond, &shape->children[i], dot + 1);
        }
    }
    for (size_t i = 0; i < shape->n_links; i++) {
        if (!strcmp(shape->links[i].attr->name, cond->attr)) {
            return link_cond(select, cond, &shape->links[i]);
        }
    }
    attr = table_attr(shape->table, cond->attr);
    if (!attr || !attr_is_column(attr) || (attr->use & SECRET)) {
        return err_new(E_INVALID, NULL, "%s cannot be selected by %s", shape->table->name,
                       cond->attr);
    }
    return attr->type == ATTR_T_strs
               ? list_cond(select, cond, attr)
               : column_cond(select, cond, attr, quoted_column(select, "t", attr->name));
}

static struct err *
where_add(struct select *select, bool with_conds)
{
    const struct query *query = select->query;
    bool any = false;

    for (const struct cond *cond = query->conds; with_conds && cond && cond->attr; cond++) {
        for (const struct cond *each = cond; each; each = each->also) {
            buf_str(&select->sql, any ? " AND " : " WHERE ");
            TRY(cond_add(select, each));
            any = true;
        }
    }
    if (query->where.text) {
        buf_printf(&select->sql, "%s(%s)", any ? " AND " : " WHERE ", query->where.text);
        for (size_t i = 0; query->where.args && query->where.args[i]; i++) {
            const char *arg = query->where.args[i];

            bind_text(select, arg == tx_null ? NULL : arg);
        }
        any = true;
    }
    if (!any) {
        buf_str(&select->sql, " WHERE 1 = 1");
    }
    return NULL;
}

/* ---- order and pages ------------------------------------------------------------------------ */

static struct err *
sort_attr(const struct select *select, const struct sort *sort, const struct attr **attr)
{
    *attr = table_attr(select->shape->table, sort->attr);
    if (!*attr || !attr_is_column(*attr) || ((*attr)->use & SECRET)) {
        return err_new(E_INVALID, NULL, "%s cannot be sorted by %s", select->shape->table->name,
                       sort->attr);
    }
    return NULL;
}

static bool
is_paged(const struct query *query)
{
    return query->limit || query->marker || query->backwards;
}

/* The sort keys of the query with the row's key behind them. */
static const struct sort *
sorts_all(struct select *select)
{
    const struct sort *sorts = select->query->sorts;
    const char *key = select->shape->key ? select->shape->key->name : NULL;
    struct sort *all;
    size_t n = 0;
    bool has_key = !key;

    for (; sorts && sorts[n].attr; n++) {
        has_key = has_key || !strcmp(sorts[n].attr, key);
    }
    all = MEM_ARRAY(select->tx->mem, n + 2, struct sort);
    for (size_t i = 0; i < n; i++) {
        all[i] = sorts[i];
    }
    if (!has_key) {
        all[n].attr = key;
    }
    return all;
}

static struct err *
member_value(struct select *select, const struct attr *attr)
{
    /* Bound from the marker row itself: typed like the column it came from. */
    switch (attr->type) {
    case ATTR_T_boolean:
        bind_int(select, *(const bool *)attr_at(attr, select->marker));
        return NULL;
    case ATTR_T_integer:
    case ATTR_T_time:
        bind_int(select, *(const int64_t *)attr_at(attr, select->marker));
        return NULL;
    case ATTR_T_uuid:
    case ATTR_T_str:
    case ATTR_T_name_enum:
    case ATTR_T_mac:
    case ATTR_T_ip:
    case ATTR_T_cidr:
        bind_text(select, *(const char *const *)attr_at(attr, select->marker));
        return NULL;
    case ATTR_T_json:
    case ATTR_T_strs:
    case ATTR_T_refs:
    case ATTR_T_rows:
    default:
        return err_new(E_INVALID, NULL, "%s is no sort key", attr_json_name(attr));
    }
}

/* "Beyond the marker in this key"; null counts as the smallest value. */
static struct err *
beyond(struct select *select, const struct attr *attr, bool down)
{
    const char *column = quoted_column(select, "t", attr->name);

    if (attr_is_null(attr, select->marker)) {
        buf_printf(&select->sql, down ? "1 = 0" : "%s IS NOT NULL", column);
        return NULL;
    }
    if (down) {
        buf_printf(&select->sql, "(%s < ? OR %s IS NULL)", column, column);
    } else {
        buf_printf(&select->sql, "%s > ?", column);
    }
    return member_value(select, attr);
}

static struct err *
level(struct select *select, const struct attr *attr)
{
    const char *column = quoted_column(select, "t", attr->name);

    if (attr_is_null(attr, select->marker)) {
        buf_printf(&select->sql, "%s IS NULL", column);
        return NULL;
    }
    buf_printf(&select->sql, "%s = ?", column);
    return member_value(select, attr);
}

/* (a > m.a) OR (a = m.a AND b > m.b) OR ... */
static struct err *
keyset_add(struct select *select, const struct sort *sorts)
{
    const struct attr *attr;

    if (!select->marker) {
        return NULL;
    }
    buf_str(&select->sql, " AND (");
    for (size_t i = 0; sorts[i].attr; i++) {
        buf_str(&select->sql, i ? " OR (" : "(");
        for (size_t j = 0; j < i; j++) {
            TRY(sort_attr(select, &sorts[j], &attr));
            TRY(level(select, attr));
            buf_str(&select->sql, " AND ");
        }
        TRY(sort_attr(select, &sorts[i], &attr));
        TRY(beyond(select, attr, sorts[i].descending != select->query->backwards));
        buf_char(&select->sql, ')');
    }
    buf_char(&select->sql, ')');
    return NULL;
}

static struct err *
order_add(struct select *select, const struct sort *sorts)
{
    const struct query *query = select->query;
    const struct attr *attr;

    if (!is_paged(query) && !(query->sorts && query->sorts[0].attr)) {
        buf_str(&select->sql, select->tx->conn->driver->dialect.as_made);
        return NULL;
    }
    for (size_t i = 0; sorts[i].attr; i++) {
        bool down = sorts[i].descending != query->backwards;

        TRY(sort_attr(select, &sorts[i], &attr));
        buf_printf(&select->sql, "%s t.\"%s\"%s%s", i ? "," : " ORDER BY", attr->name,
                   down ? " DESC" : "",
                   attr_is_not_null(attr) ? "" : down ? " NULLS LAST" : " NULLS FIRST");
    }
    if (query->limit) {
        buf_str(&select->sql, " LIMIT ?");
        bind_int(select, query->limit);
    }
    return NULL;
}

/* ---- running ---------------------------------------------------------------------------------- */

static struct err *
select_take(struct select *select, struct stmt *stmt)
{
    int at = 0;

    TRY(conn_take(select->tx->conn, select->sql.data, stmt));
    vec_each (&select->binds, bind) {
        if (bind->kind == BIND_INT) {
            stmt_int(stmt, ++at, bind->i);
        } else {
            stmt_text(stmt, ++at, bind->text);
        }
    }
    return NULL;
}

/* The row that the page begins behind; one that the predicate hides is not there. */
static struct err *
marker_load(struct select *select)
{
    const char *key = select->query->marker;
    AUTO_SELECT own = {.tx = select->tx, .shape = select->shape, .query = select->query};
    AUTO_STMT stmt = {0};
    bool row;

    if (!key || !select->shape->key) {
        return NULL;
    }
    buf_printf(&own.sql, "SELECT %s FROM %s t", own.shape->sql_columns, own.shape->sql_name);
    TRY(where_add(&own, false));
    buf_printf(&own.sql, " AND t.\"%s\" = ?", own.shape->key->name);
    bind_text(&own, key);
    TRY(select_take(&own, &stmt));
    TRY(conn_step(own.tx->conn, &stmt, &row));
    if (!row) {
        return err_new(E_NOT_FOUND, NULL, "%s %s (marker) could not be found",
                       own.shape->table->name, key);
    }
    return row_load(own.tx, own.tx->mem, own.shape, &stmt, 0, &select->marker);
}

static struct err *
select_make(struct select *select)
{
    const struct sort *sorts = sorts_all(select);

    TRY(marker_load(select));
    buf_printf(&select->sql, "SELECT %s FROM %s t",
               select->query->lean ? select->shape->sql_lean : select->shape->sql_columns,
               select->shape->sql_name);
    TRY(where_add(select, true));
    TRY(keyset_add(select, sorts));
    return order_add(select, sorts);
}

/* Reads up to 'max' rows with their parts. */
static struct err *
batch_read(struct select *select, struct mem *mem, const struct stmt *stmt, void **rows,
           size_t max, size_t *n, bool *more)
{
    *n = 0;
    while (*n < max) {
        TRY(conn_step(select->tx->conn, stmt, more));
        if (!*more) {
            break;
        }
        TRY(row_load(select->tx, mem, select->shape, stmt, 0, &rows[(*n)++]));
    }
    return select->query->bare ? NULL
                               : rows_load_parts(select->tx, mem, select->shape, rows, *n);
}

static struct err *
select_begin(struct tx *tx, const struct query *query, struct select *select)
{
    struct shape *shape;

    TRY(shape_find(tx, query->table, &shape));
    if (shape->parent) {
        return err_new(E_INTERNAL, NULL, "%s is read with its parent", query->table->name);
    }
    select->tx = tx;
    select->shape = shape;
    select->query = query;
    return NULL;
}

struct err *
rows_select(struct tx *tx, const struct query *query, struct rows *rows)
{
    AUTO_SELECT select = {0};
    AUTO_STMT stmt = {0};
    VEC(void *) all = {0};
    bool more = true;

    *rows = (struct rows){0};
    TRY(select_begin(tx, query, &select));
    TRY(select_make(&select));
    TRY(select_take(&select, &stmt));
    while (more) {
        void *batch[BATCH];
        size_t n;

        TRY(batch_read(&select, tx->mem, &stmt, batch, BATCH, &n, &more));
        for (size_t i = 0; i < n; i++) {
            vec_add(tx->mem, &all, batch[i]);
        }
    }
    for (size_t i = 0; query->backwards && i < all.n / 2; i++) {
        void *swap = all.items[i];

        all.items[i] = all.items[all.n - 1 - i];
        all.items[all.n - 1 - i] = swap;
    }
    *rows = (struct rows){.n = all.n, .items = all.items};
    return NULL;
}

struct err *
rows_each_batch(struct tx *tx, const struct query *query,
                struct err *(*fn)(void *arg, void **rows, size_t n), void *arg)
{
    AUTO(mem) mem = mem_new("rows_each");
    AUTO_SELECT select = {0};
    AUTO_STMT stmt = {0};
    struct rows rows;
    bool more = true;

    if (query->backwards) {
        TRY(rows_select(tx, query, &rows));
        return rows.n ? fn(arg, rows.items, rows.n) : NULL;
    }
    TRY(select_begin(tx, query, &select));
    TRY(select_make(&select));
    TRY(select_take(&select, &stmt));
    while (more) {
        void *batch[BATCH];
        size_t n;

        mem_reset(mem);
        TRY(batch_read(&select, mem, &stmt, batch, BATCH, &n, &more));
        if (n) {
            TRY(fn(arg, batch, n));
        }
    }
    return NULL;
}

struct each {
    struct err *(*fn)(void *arg, void *row);
    void *arg;
};

static struct err *
each_batch(void *arg, void **rows, size_t n)
{
    const struct each *each = arg;

    for (size_t i = 0; i < n; i++) {
        TRY(each->fn(each->arg, rows[i]));
    }
    return NULL;
}

struct err *
rows_each(struct tx *tx, const struct query *query, struct err *(*fn)(void *arg, void *row),
          void *arg)
{
    struct each each = {.fn = fn, .arg = arg};

    return rows_each_batch(tx, query, each_batch, &each);
}

struct err *
rows_count(struct tx *tx, const struct query *query, int64_t *n)
{
    AUTO_SELECT select = {0};
    AUTO_STMT stmt = {0};
    bool row;

    *n = 0;
    TRY(select_begin(tx, query, &select));
    buf_printf(&select.sql, "SELECT COUNT(*) FROM %s t", select.shape->sql_name);
    TRY(where_add(&select, true));
    TRY(select_take(&select, &stmt));
    TRY(conn_step(tx->conn, &stmt, &row));
    *n = stmt_get_int(&stmt, 0);
    return NULL;
}

struct err *
row_get(struct tx *tx, const struct table *table, const char *key, void *row_out)
{
    AUTO_STMT stmt = {0};
    struct shape *shape;
    void *loaded;
    bool row;

    TRY(shape_find(tx, table, &shape));
    if (!shape->key || shape->parent || !key) {
        return err_new(E_INTERNAL, NULL, "%s cannot be read by a key", table->name);
    }
    TRY(conn_take(tx->conn, shape->sql_one, &stmt));
    stmt_text(&stmt, 1, key);
    TRY(conn_step(tx->conn, &stmt, &row));
    if (!row) {
        return err_new(E_NOT_FOUND, NULL, "%s %s could not be found", table->name, key);
    }
    TRY(row_load(tx, tx->mem, shape, &stmt, 0, &loaded));
    TRY(rows_load_parts(tx, tx->mem, shape, &loaded, 1));
    *(void **)row_out = loaded;
    return NULL;
}

struct err *
row_find(struct tx *tx, const struct table *table, const struct cond *conds, void *row_out)
{
    struct query query = {.table = table, .conds = conds};
    AUTO_SELECT select = {0};
    AUTO_STMT stmt = {0};
    void *batch[1];
    size_t n;
    bool more;

    *(void **)row_out = NULL;
    TRY(select_begin(tx, &query, &select));
    TRY(select_make(&select));
    buf_str(&select.sql, " LIMIT 1");
    TRY(select_take(&select, &stmt));
    TRY(batch_read(&select, tx->mem, &stmt, batch, 1, &n, &more));
    if (n) {
        *(void **)row_out = batch[0];
    }
    return NULL;
}
