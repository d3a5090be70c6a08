/* A new nullable column, or one with a default, adds itself; new tables and
 * indexes too.  Everything else is a migration with a number: a difference that
 * no migration explains means that another version wrote this database, and
 * guessing would lose data. */
#include "store/schema.h"

#include "base/vec.h"
#include "store/tx.h"
#include "store/upgrade.h"

#include <inttypes.h>
#include <string.h>

struct sql_index {
    const char *name, *table, *columns;
    bool unique;
};

/* A new column's reference. */
struct later {
    const char *table;
    const struct column *column;
};

struct schema {
    struct mem *mem;
    struct conn *conn;
    const struct dialect *dialect;
    VEC(struct sql_table) tables;
    VEC(struct sql_index) indexes;
    VEC(struct later) later; /* references that wait for their tables */
    schema_fill_fn *fill;    /* or null */
    void *fill_arg;
    struct upgrade upgrade;
};

/* ---- what is wanted ------------------------------------------------------------------ */

static const char *
column_type(const struct attr *attr)
{
    switch (attr->type) {
    case ATTR_T_boolean:
    case ATTR_T_integer:
    case ATTR_T_time:
        return "INTEGER";
    case ATTR_T_uuid:
    case ATTR_T_str:
    case ATTR_T_name_enum:
    case ATTR_T_mac:
    case ATTR_T_ip:
    case ATTR_T_cidr:
    case ATTR_T_json:
    case ATTR_T_strs:
    case ATTR_T_refs:
    case ATTR_T_rows:
    default:
        return "TEXT";
    }
}

/* The literal that rows of before get in a new column; null = none. */
static const char *
column_default(struct mem *mem, const struct attr *attr)
{
    size_t n = attr->def && !attr_is_generated(attr) ? strlen(attr->def) : 0;

    if (attr->type == ATTR_T_boolean) {
        return n && attr->def[0] == 't' ? "1" : "0";
    }
    if (attr->type == ATTR_T_integer) {
        return n ? attr->def : "0";
    }
    if (n >= 2 && attr->def[0] == '"' && !strpbrk(attr->def, "\\'")) {
        return mem_printf(mem, "'%.*s'", (int)(n - 2), attr->def + 1);
    }
    return attr->type == ATTR_T_str && !(attr->use & (REQUIRED | KEY)) ? "''" : NULL;
}

static const char *
on_delete_sql(const struct attr *attr)
{
    if (str_eq(attr->on_delete, "cascade")) {
        return "CASCADE";
    }
    return str_eq(attr->on_delete, "set null") ? "SET NULL" : "NO ACTION";
}

/* A name that is too long ends with a mark of what was cut. */
static void
name_cut(char *name, unsigned max)
{
    size_t n = strlen(name);

    if (max && n > max) {
        uint64_t mark = hash_bytes(name, n, 0);

        hex_from(name + max - 2 * sizeof mark, &mark, sizeof mark);
    }
}

static void
index_add(struct schema *schema, const char *table, const char *columns, bool unique)
{
    char *name = mem_printf(schema->mem, "%s_%s_%s", unique ? "ux" : "ix", table, columns);

    for (char *c = name; *c; c++) {
        if (*c == '"' || *c == ',' || *c == ' ') {
            *c = '_';
        }
    }
    name_cut(name, schema->dialect->name_max);
    vec_each (&schema->indexes, it) {
        if (!strcmp(it->name, name)) {
            return;
        }
    }
    vec_add(schema->mem, &schema->indexes,
            ((struct sql_index){
                .name = name, .table = table, .columns = columns, .unique = unique}));
}

/* The columns of an index without quotes and blanks. */
static const char *
columns_plain(struct mem *mem, const struct sql_index *index)
{
    char *out = mem_str(mem, index->columns), *to = out;

    for (const char *c = index->columns; *c; c++) {
        if (*c != '"' && *c != ' ') {
            *to++ = *c;
        }
    }
    *to = '\0';
    return out;
}

/* Does another index of the table begin with the columns of 'index'?  Then it finds what that one
 * would. */
static bool
is_covered(const struct schema *schema, const struct sql_index *index)
{
    const char *columns = columns_plain(schema->mem, index);
    size_t n = strlen(columns);

    vec_each (&schema->indexes, it) {
        const char *others = columns_plain(schema->mem, it);

        if (!strcmp(it->table, index->table) && str_starts(others, columns) && others[n] == ',') {
            return true;
        }
    }
    return false;
}

/* Every index costs each insert: those that another one covers are not made. */
static void
indexes_thin(struct schema *schema)
{
    size_t n = 0;

    for (size_t i = 0; i < schema->indexes.n; i++) {
        const struct sql_index index = schema->indexes.items[i];

        if (index.unique || !is_covered(schema, &schema->indexes.items[i])) {
            schema->indexes.items[n++] = index;
        }
    }
    schema->indexes.n = n;
}

static void
attr_indexes(struct schema *schema, const struct shape *shape, const struct attr *attr)
{
    const char *table = shape->table->name;
    const char *name = mem_printf(schema->mem, "\"%s\"", attr->name);

    if (attr->unique) {
        index_add(schema, table,
                  *attr->unique ? mem_printf(schema->mem, "%s, \"%s\"", attr->unique, attr->name)
                                : name,
                  true);
    }
    if (attr->ref || (attr->index && !str_eq(attr->unique, ""))) {
        index_add(schema, table, name, false);
    }
    if ((attr->use & KEY) && shape->parent) {
        index_add(schema, table, name, true);
    }
}

static struct column
attr_column(struct schema *schema, const struct shapes *shapes, const struct attr *attr)
{
    struct column column = {.name = attr->name,
                            .type = column_type(attr),
                            .not_null = attr_is_not_null(attr),
                            .def = column_default(schema->mem, attr)};

    if (attr->ref) {
        const struct shape *target = map_get(&shapes->by_name, attr->ref);

        column.ref = attr->ref;
        column.ref_key = target->key->name;
        column.on_delete = on_delete_sql(attr);
    }
    return column;
}

static void
link_wanted(struct schema *schema, const struct shape_link *link)
{
    struct sql_table table = {.name = link->table,
                              .key = "owner, _pos",
                              .keyed = true};

    vec_add(schema->mem, &table.columns,
            ((struct column){.name = "owner",
                             .type = "TEXT",
                             .not_null = true,
                             .ref = link->owner->table->name,
                             .ref_key = link->owner->key->name,
                             .on_delete = "CASCADE"}));
    vec_add(schema->mem, &table.columns,
            ((struct column){.name = "_pos", .type = "INTEGER", .not_null = true}));
    vec_add(schema->mem, &table.columns,
            ((struct column){.name = "target",
                             .type = "TEXT",
                             .not_null = true,
                             .ref = link->target->table->name,
                             .ref_key = link->target->key->name,
                             .on_delete = on_delete_sql(link->attr)}));
    vec_add(schema->mem, &schema->tables, table);
    index_add(schema, link->table, "target, owner", true);
}

static void
shape_wanted(struct schema *schema, const struct shapes *shapes, const struct shape *shape)
{
    struct sql_table table = {.name = shape->table->name, .keyed = shape->parent != NULL};

    if (shape->parent) {
        vec_add(schema->mem, &table.columns,
                ((struct column){.name = shape->table->parent,
                                 .type = "TEXT",
                                 .not_null = true,
                                 .ref = shape->parent->table->name,
                                 .ref_key = shape->parent->key->name,
                                 .on_delete = "CASCADE"}));
        vec_add(schema->mem, &table.columns,
                ((struct column){.name = "_pos", .type = "INTEGER", .not_null = true}));
        table.key = mem_printf(schema->mem, "\"%s\", _pos", shape->table->parent);
    } else if (shape->key) {
        table.key = mem_printf(schema->mem, "\"%s\"", shape->key->name);
    }
    for (size_t i = 0; i < shape->n_columns; i++) {
        vec_add(schema->mem, &table.columns, attr_column(schema, shapes, shape->columns[i]));
        attr_indexes(schema, shape, shape->columns[i]);
    }
    if (shape->table->unique) {
        index_add(schema, shape->table->name, shape->table->unique, true);
    }
    vec_add(schema->mem, &schema->tables, table);
    for (size_t i = 0; i < shape->n_links; i++) {
        link_wanted(schema, &shape->links[i]);
    }
}

/* The store's own tables. */
static void
own_wanted(struct schema *schema)
{
    static const struct column change[] = {
        {"seq", "INTEGER", false, NULL, NULL, NULL, NULL},
        {"at", "INTEGER", true, NULL, NULL, NULL, NULL},
        {"kind", "INTEGER", true, NULL, NULL, NULL, NULL},
        {"tbl", "TEXT", true, NULL, NULL, NULL, NULL},
        {"id", "TEXT", false, NULL, NULL, NULL, NULL},
        {"owner", "TEXT", false, NULL, NULL, NULL, NULL},
        {"revision", "INTEGER", true, NULL, NULL, NULL, NULL},
        {"columns", "TEXT", true, NULL, NULL, NULL, NULL},
    };
    static const struct column fact[] = {
        {"name", "TEXT", true, NULL, NULL, NULL, NULL},
        {"value", "TEXT", false, NULL, NULL, NULL, NULL},
    };
    struct sql_table changes = {.name = "_change", .key = "seq"};
    struct sql_table facts = {.name = "_fact", .key = "name", .keyed = true};

    for (size_t i = 0; i < ARRAY_SIZE(change); i++) {
        vec_add(schema->mem, &changes.columns, change[i]);
    }
    for (size_t i = 0; i < ARRAY_SIZE(fact); i++) {
        vec_add(schema->mem, &facts.columns, fact[i]);
    }
    vec_add(schema->mem, &schema->tables, changes);
    vec_add(schema->mem, &schema->tables, facts);
}

/* ---- making ------------------------------------------------------------------------------ */

static void
reference_sql(struct buf *out, const struct column *column)
{
    buf_printf(out, " REFERENCES \"%s\" (\"%s\") ON DELETE %s", column->ref, column->ref_key,
               column->on_delete);
}

static const char *
type_sql(const struct schema *schema, const struct column *column)
{
    return column->type[0] == 'I' ? schema->dialect->integer : schema->dialect->text;
}

static void
column_sql(struct schema *schema, struct buf *out, const struct sql_table *table,
           const struct column *column, bool added)
{
    buf_printf(out, "\"%s\" %s", column->name, type_sql(schema, column));
    if (column->not_null) {
        buf_str(out, " NOT NULL");
        if (added) {
            buf_printf(out, " DEFAULT %s", str_or(column->def, "NULL"));
        }
    }
    if (column->ref && schema->dialect->refs_later) {
        vec_add(schema->mem, &schema->later, ((struct later){table->name, column}));
    } else if (column->ref) {
        reference_sql(out, column);
    }
}

static struct err *
table_create(struct schema *schema, const struct sql_table *table)
{
    const struct dialect *dialect = schema->dialect;
    AUTO_BUF sql = BUF_INIT;

    buf_printf(&sql, "CREATE TABLE \"%s\" (", table->name);
    vec_each (&table->columns, column) {
        buf_str(&sql, column == table->columns.items ? "" : ", ");
        column_sql(schema, &sql, table, column, false);
    }
    buf_str(&sql, table->keyed ? "" : dialect->row_number);
    if (table->key) {
        buf_printf(&sql, ", PRIMARY KEY (%s)", table->key);
    }
    buf_printf(&sql, ")%s", table->keyed ? dialect->keyed_tail : dialect->table_tail);
    return conn_exec(schema->conn, sql.data);
}

static struct err *
column_add(struct schema *schema, const struct sql_table *table, const struct column *column)
{
    AUTO_BUF sql = BUF_INIT;

    if (column->not_null && !column->def) {
        return err_new(E_CONFLICT, NULL,
                       "column %s.%s is new and has no default: that needs a migration",
                       table->name, column->name);
    }
    TRY(upgrade_copy(&schema->upgrade));
    buf_printf(&sql, "ALTER TABLE \"%s\" ADD COLUMN ", table->name);
    column_sql(schema, &sql, table, column, true);
    return conn_exec(schema->conn, sql.data);
}

/* References of new columns, now that all tables are there. */
static struct err *
references_make(struct schema *schema)
{
    vec_each (&schema->later, later) {
        AUTO_BUF sql = BUF_INIT;

        buf_printf(&sql, "ALTER TABLE \"%s\" ADD FOREIGN KEY (\"%s\")", later->table,
                   later->column->name);
        reference_sql(&sql, later->column);
        TRY(conn_exec(schema->conn, sql.data));
    }
    return NULL;
}

/* ---- comparing --------------------------------------------------------------------------- */

/* The columns of a table as they are in the database. */
static struct err *
columns_there(struct schema *schema, const char *name, struct sql_table *there)
{
    AUTO_STMT stmt = {0};
    AUTO_STMT refs = {0};
    bool row;

    *there = (struct sql_table){.name = name};
    TRY(conn_take(schema->conn, schema->dialect->columns, &stmt));
    stmt_text(&stmt, 1, name);
    TRY(conn_step(schema->conn, &stmt, &row));
    while (row) {
        vec_add(schema->mem, &there->columns,
                ((struct column){.name = mem_str(schema->mem, stmt_get(&stmt, 0)),
                                 .type = mem_str(schema->mem, stmt_get(&stmt, 1)),
                                 .not_null = stmt_get_int(&stmt, 2) != 0}));
        TRY(conn_step(schema->conn, &stmt, &row));
    }
    TRY(conn_take(schema->conn, schema->dialect->references, &refs));
    stmt_text(&refs, 1, name);
    TRY(conn_step(schema->conn, &refs, &row));
    while (row) {
        vec_each (&there->columns, column) {
            if (!strcmp(column->name, stmt_get(&refs, 0))) {
                column->ref = mem_str(schema->mem, stmt_get(&refs, 1));
                column->on_delete = mem_str(schema->mem, stmt_get(&refs, 2));
            }
        }
        TRY(conn_step(schema->conn, &refs, &row));
    }
    return NULL;
}

static const struct column *
column_find(const struct sql_table *table, const char *name)
{
    vec_each (&table->columns, column) {
        if (!strcmp(column->name, name)) {
            return column;
        }
    }
    return NULL;
}

static const char *
column_text(struct mem *mem, const struct column *column)
{
    return mem_printf(mem, "%s%s%s%s%s%s", column->type, column->not_null ? " NOT NULL" : "",
                      column->ref ? " -> " : "", str_or(column->ref, ""),
                      column->ref ? " on delete " : "",
                      column->ref ? str_or(column->on_delete, "") : "");
}

static struct err *
table_compare(struct schema *schema, const struct sql_table *want)
{
    struct sql_table there;

    TRY(columns_there(schema, want->name, &there));
    if (!there.columns.n) {
        TRY(upgrade_copy(&schema->upgrade));
        return table_create(schema, want);
    }
    vec_each (&there.columns, column) {
        if (!column_find(want, column->name)) {
            return err_new(E_CONFLICT, NULL,
                           "column %s.%s is unknown here: the database is of a newer version",
                           want->name, column->name);
        }
    }
    vec_each (&want->columns, column) {
        const struct column *old = column_find(&there, column->name);
        const char *a = column_text(schema->mem, column);

        if (!old) {
            TRY(column_add(schema, want, column));
        } else if (strcmp(a, column_text(schema->mem, old)) != 0) {
            return err_new(E_CONFLICT, NULL, "column %s.%s was %s and is %s: needs a migration",
                           want->name, column->name, column_text(schema->mem, old), a);
        }
    }
    return NULL;
}

/* Tables that this binary does not know. */
static struct err *
strangers_check(struct schema *schema)
{
    AUTO_STMT stmt = {0};
    bool row;

    TRY(conn_take(schema->conn, schema->dialect->tables, &stmt));
    TRY(conn_step(schema->conn, &stmt, &row));
    while (row) {
        const char *name = stmt_get(&stmt, 0);
        bool known = false;

        vec_each (&schema->tables, table) {
            known = known || !strcmp(table->name, name);
        }
        if (!known) {
            return err_new(E_CONFLICT, NULL,
                           "table %s is unknown here: the database is of a newer version", name);
        }
        TRY(conn_step(schema->conn, &stmt, &row));
    }
    return NULL;
}

/* Indexes can always be made again, so they follow the tables freely. */
static struct err *
indexes_drop(struct schema *schema)
{
    VEC(const char *) drop = {0};
    AUTO_STMT stmt = {0};
    bool row;

    TRY(conn_take(schema->conn, schema->dialect->indexes, &stmt));
    TRY(conn_step(schema->conn, &stmt, &row));
    while (row) {
        const char *name = stmt_get(&stmt, 0);
        bool wanted = false;

        vec_each (&schema->indexes, it) {
            wanted = wanted || !strcmp(it->name, name);
        }
        if (!wanted) {
            vec_add(schema->mem, &drop, mem_str(schema->mem, name));
        }
        TRY(conn_step(schema->conn, &stmt, &row));
    }
    conn_give(&stmt);
    vec_each (&drop, name) {
        TRY(conn_exec(schema->conn, mem_printf(schema->mem, "DROP INDEX \"%s\"", *name)));
    }
    return NULL;
}

static struct err *
indexes_make(struct schema *schema)
{
    TRY(indexes_drop(schema));
    vec_each (&schema->indexes, it) {
        const char *sql = mem_printf(schema->mem, "CREATE %sINDEX IF NOT EXISTS \"%s\" ON \"%s\" (%s)",
                                     it->unique ? "UNIQUE " : "", it->name, it->table, it->columns);

        TRY_MSG(conn_exec(schema->conn, sql), "index %s", it->name);
    }
    return NULL;
}

/* ---- migrations ---------------------------------------------------------------------------- */

static struct err *
version_get(struct schema *schema, int64_t *version)
{
    AUTO_STMT stmt = {0};
    bool row;

    TRY(conn_take(schema->conn, schema->dialect->version, &stmt));
    TRY(conn_step(schema->conn, &stmt, &row));
    *version = stmt_get_int(&stmt, 0);
    return NULL;
}

/* '*newest': the number to be noted at the end, or 0. */
static struct err *
migrate(struct schema *schema, const struct store_config *config, int64_t *newest)
{
    int64_t version;

    *newest = 0;
    TRY(version_get(schema, &version));
    for (size_t i = 0; i < config->n_migrations; i++) {
        *newest = config->migrations[i].number;
    }
    if (version > *newest) {
        return err_new(E_CONFLICT, NULL,
                       "the database is of a newer version: migration %" PRIi64
                       " was run, this binary knows up to %" PRIi64,
                       version, *newest);
    }
    for (size_t i = 0; i < config->n_migrations && !schema->upgrade.is_new; i++) {
        const struct store_migration *migration = &config->migrations[i];

        if (migration->number > version) {
            TRY(upgrade_copy(&schema->upgrade));
            TRY_MSG(schema->conn->driver->script(schema->conn, migration->sql),
                    "migration %d (%s)", migration->number, migration->doc);
        }
    }
    /* Nothing is written where nothing changes: a full disk can still be opened. */
    *newest = version == *newest ? 0 : *newest;
    return NULL;
}

static struct err *
apply(struct schema *schema, const struct shapes *shapes, const struct store_config *config)
{
    int64_t newest;

    TRY(upgrade_look(schema->conn, schema->mem, config, &schema->upgrade));
    TRY(seal_look(schema->conn, schema->mem, shapes, config->seal_key));
    TRY(schema->conn->driver->script(schema->conn, schema->dialect->prelude));
    TRY(migrate(schema, config, &newest));
    own_wanted(schema);
    for (size_t i = 0; i < shapes->n; i++) {
        shape_wanted(schema, shapes, shapes->all[i]);
    }
    indexes_thin(schema);
    TRY(strangers_check(schema));
    vec_each (&schema->tables, table) {
        TRY(table_compare(schema, table));
    }
    if (schema->fill) {
        TRY(schema->fill(schema->fill_arg, schema->conn, schema->tables.items, schema->tables.n));
    }
    TRY(indexes_make(schema));
    TRY(references_make(schema));
    if (newest) {
        TRY(conn_exec(schema->conn, mem_printf(schema->mem, "%s%" PRIi64 "%s", schema->dialect->version_set,
                                               newest, schema->dialect->version_end)));
    }
    return upgrade_note(&schema->upgrade);
}

static struct err *
schema_run(struct schema *schema, const struct shapes *shapes, const struct store_config *config)
{
    struct conn *conn = schema->conn;
    struct err *e;

    schema->dialect = &conn->driver->dialect;
    TRY(conn_begin(conn));
    e = schema->fill ? conn->driver->script(conn, schema->dialect->fill_begin) : NULL;
    e = e ? e : upgrade_err(&schema->upgrade, apply(schema, shapes, config));
    if (!e) {
        e = conn_commit(conn);
    }
    if (e) {
        conn_rollback(conn);
    }
    return e;
}

struct err *
schema_apply(struct conn *conn, const struct shapes *shapes, const struct store_config *config)
{
    AUTO(mem) mem = mem_new("schema");
    struct schema schema = {.mem = mem, .conn = conn};

    return schema_run(&schema, shapes, config);
}

struct err *
schema_fill(struct conn *conn, const struct shapes *shapes, const struct store_config *config,
            schema_fill_fn *fill, void *arg)
{
    AUTO(mem) mem = mem_new("schema");
    struct schema schema = {.mem = mem, .conn = conn, .fill = fill, .fill_arg = arg};

    return schema_run(&schema, shapes, config);
}
