/* Compiles the tables of a binary once, so that reading and writing rows later
 * only walks arrays and finds its SQL ready. */
#include "store/shape.h"

#include "base/vec.h"

#include <string.h>

bool
attr_is_column(const struct attr *attr)
{
    return !(attr->use & VIRTUAL) && attr->type != ATTR_T_rows && attr->type != ATTR_T_refs;
}

bool
attr_is_generated(const struct attr *attr)
{
    return attr->def && attr->def[0] == GENERATED[0];
}

bool
attr_is_not_null(const struct attr *attr)
{
    if (attr->use & NULLABLE) {
        return false;
    }
    if (attr->use & (KEY | REQUIRED) || attr->type == ATTR_T_boolean) {
        return true;
    }
    return (attr->type == ATTR_T_integer || attr->type == ATTR_T_str) && !attr_is_generated(attr);
}

struct shape *
shape_of(const struct shapes *shapes, const struct table *table)
{
    return map_get(&shapes->by_name, table->name);
}

/* ---- the SQL of one shape ----------------------------------------------------------- */

static const char *
column_list(struct mem *mem, const struct shape *shape, const char *prefix)
{
    AUTO_BUF out = BUF_INIT;

    for (size_t i = 0; i < shape->n_columns; i++) {
        buf_printf(&out, "%s%s\"%s\"", i ? ", " : "", prefix, shape->columns[i]->name);
    }
    return str_or(buf_copy(mem, &out), "");
}

/* As many columns in as many places, without what is long. */
static const char *
lean_list(struct mem *mem, const struct shape *shape)
{
    AUTO_BUF out = BUF_INIT;

    for (size_t i = 0; i < shape->n_columns; i++) {
        const struct attr *attr = shape->columns[i];

        if (attr->use & BULK) {
            buf_printf(&out, "%sNULL", i ? ", " : "");
        } else {
            buf_printf(&out, "%st.\"%s\"", i ? ", " : "", attr->name);
        }
    }
    return str_or(buf_copy(mem, &out), "");
}

static const char *
marks(struct mem *mem, size_t n)
{
    AUTO_BUF out = BUF_INIT;

    for (size_t i = 0; i < n; i++) {
        buf_str(&out, i ? ", ?" : "?");
    }
    return buf_copy(mem, &out);
}

/* The statement of one row with as many rows as INSERT_ROWS. */
static const char *
inserts(struct mem *mem, const char *insert)
{
    const char *values = strstr(insert, " VALUES ") + strlen(" VALUES ");
    AUTO_BUF out = BUF_INIT;

    buf_str(&out, insert);
    for (size_t i = 1; i < INSERT_ROWS; i++) {
        buf_printf(&out, ", %s", values);
    }
    return buf_copy(mem, &out);
}

static void
main_sql(struct mem *mem, struct shape *shape)
{
    const char *key = shape->key ? shape->key->name : "rowid";

    shape->sql_insert = mem_printf(mem, "INSERT INTO %s (%s) VALUES (%s)", shape->sql_name,
                                   column_list(mem, shape, ""), marks(mem, shape->n_columns));
    shape->sql_delete = mem_printf(mem, "DELETE FROM %s WHERE \"%s\" = ?1", shape->sql_name, key);
    shape->sql_exists =
        mem_printf(mem, "SELECT 1 FROM %s WHERE \"%s\" = ?1", shape->sql_name, key);
    shape->sql_one = mem_printf(mem, "SELECT %s FROM %s t WHERE t.\"%s\" = ?1",
                                shape->sql_columns, shape->sql_name, key);
}

static void
child_sql(struct mem *mem, const struct dialect *dialect, struct shape *shape)
{
    const char *up = shape->table->parent;
    const char *comma = shape->n_columns ? ", " : "";

    shape->sql_insert = mem_printf(mem, "INSERT INTO %s (\"%s\", _pos%s%s) VALUES (%s)",
                                   shape->sql_name, up, comma, column_list(mem, shape, ""),
                                   marks(mem, shape->n_columns + 2));
    shape->sql_delete = mem_printf(mem, "DELETE FROM %s WHERE \"%s\" = ?1 AND _pos = ?2",
                                   shape->sql_name, up);
    shape->sql_one =
        mem_printf(mem, "SELECT t.\"%s\", t._pos%s%s FROM %s t WHERE t.\"%s\" = ?1 ORDER BY t._pos",
                   up, comma, shape->sql_columns, shape->sql_name, up);
    shape->sql_many = mem_printf(mem,
                                 "SELECT t.\"%s\", t._pos%s%s FROM json_each(?1) j %s %s t "
                                 "ON t.\"%s\" = j.value ORDER BY j.id, t._pos",
                                 up, comma, shape->sql_columns, dialect->join, shape->sql_name, up);
    shape->sql_range = mem_printf(mem,
                                  "SELECT t.\"%s\", t._pos%s%s FROM %s t WHERE t.\"%s\" BETWEEN ?1 "
                                  "AND ?2 ORDER BY t.\"%s\", t._pos",
                                  up, comma, shape->sql_columns, shape->sql_name, up, up);
}

static void
shape_sql(struct mem *mem, const struct dialect *dialect, struct shape *shape)
{
    shape->sql_columns = column_list(mem, shape, "t.");
    shape->sql_lean = lean_list(mem, shape);
    if (shape->parent) {
        child_sql(mem, dialect, shape);
    } else {
        main_sql(mem, shape);
    }
    shape->sql_inserts = inserts(mem, shape->sql_insert);
}

/* ---- the parts of one shape ---------------------------------------------------------- */

static struct shape *
shape_add(struct shapes *shapes, const struct table *table, struct shape *parent)
{
    struct shape *shape = MEM_NEW(shapes->mem, struct shape);

    shape->table = table;
    shape->parent = parent;
    shape->sql_name = mem_printf(shapes->mem, "\"%s\"", table->name);
    shape->key = table_key(table);
    shape->columns = MEM_ARRAY(shapes->mem, table->n_attrs, const struct attr *);
    shape->children = MEM_ARRAY(shapes->mem, table->n_attrs, struct shape_child);
    shape->links = MEM_ARRAY(shapes->mem, table->n_attrs, struct shape_link);
    shapes->all[shapes->n++] = shape;
    map_set(&shapes->by_name, table->name, shape);
    return shape;
}

static struct err *
child_add(struct shapes *shapes, struct shape *shape, const struct attr *attr)
{
    struct shape_child *child = &shape->children[shape->n_children];

    if (shape->parent) {
        return err_new(E_INTERNAL, NULL, "table %s: a child table has no children of its own",
                       shape->table->name);
    }
    if (!shape->key || !attr->item->parent) {
        return err_new(E_INTERNAL, NULL, "%s.%s: needs a key and a .parent in %s",
                       shape->table->name, attr->name, attr->item->name);
    }
    if (map_get(&shapes->by_name, attr->item->name)) {
        return err_new(E_INTERNAL, NULL, "table %s is used twice", attr->item->name);
    }
    *child = (struct shape_child){.attr = attr, .shape = shape_add(shapes, attr->item, shape)};
    shape->n_children++;
    return NULL;
}

static struct err *
parts_add(struct shapes *shapes, struct shape *shape)
{
    const struct table *table = shape->table;

    for (size_t i = 0; i < table->n_attrs; i++) {
        const struct attr *attr = &table->attrs[i];

        if (attr_is_column(attr)) {
            shape->columns[shape->n_columns++] = attr;
        } else if (attr->use & VIRTUAL) {
            continue;
        } else if (attr->type == ATTR_T_rows) {
            TRY(child_add(shapes, shape, attr));
            TRY(parts_add(shapes, shape->children[shape->n_children - 1].shape));
        } else if (shape->parent || !shape->key) {
            return err_new(E_INTERNAL, NULL, "%s.%s: references need a table with a key",
                           table->name, attr->name);
        } else {
            shape->links[shape->n_links++] = (struct shape_link){.attr = attr, .owner = shape};
        }
    }
    shape->revision = table_attr(table, "revision_number");
    shape->created = table_attr(table, "created_at");
    shape->updated = table_attr(table, "updated_at");
    shape->owner = table_attr(table, "project_id");
    shape_sql(shapes->mem, shapes->dialect, shape);
    return NULL;
}

/* ---- references ------------------------------------------------------------------------ */

static struct err *
target_of(const struct shapes *shapes, const struct shape *shape, const struct attr *attr,
          struct shape **target)
{
    *target = map_get(&shapes->by_name, attr->ref);
    if (!*target || !(*target)->key) {
        return err_new(E_INTERNAL, NULL, "%s.%s refers to %s, which is no table with a key here",
                       shape->table->name, attr->name, attr->ref);
    }
    return NULL;
}

static void
incoming_add(struct shapes *shapes, struct shape *target, struct shape_incoming incoming)
{
    struct shape_incoming *more =
        MEM_ARRAY(shapes->mem, target->n_incoming + 1, struct shape_incoming);

    if (target->n_incoming) {
        memcpy(more, target->incoming, target->n_incoming * sizeof *more);
    }
    more[target->n_incoming++] = incoming;
    target->incoming = more;
}

static void
link_sql(struct mem *mem, const struct dialect *dialect, struct shape_link *link)
{
    link->table = mem_printf(mem, "%s_%s", link->owner->table->name, link->attr->name);
    link->sql_one = mem_printf(
        mem, "SELECT owner, _pos, target FROM \"%s\" WHERE owner = ?1 ORDER BY _pos", link->table);
    link->sql_many = mem_printf(mem,
                                "SELECT t.owner, t._pos, t.target FROM json_each(?1) j %s "
                                "\"%s\" t ON t.owner = j.value ORDER BY j.id, t._pos",
                                dialect->join, link->table);
    link->sql_range = mem_printf(mem,
                                 "SELECT owner, _pos, target FROM \"%s\" WHERE owner BETWEEN ?1 "
                                 "AND ?2 ORDER BY owner, _pos",
                                 link->table);
    link->sql_insert =
        mem_printf(mem, "INSERT INTO \"%s\" (owner, _pos, target) VALUES (?, ?, ?)", link->table);
    link->sql_inserts = inserts(mem, link->sql_insert);
    link->sql_delete =
        mem_printf(mem, "DELETE FROM \"%s\" WHERE owner = ?1 AND _pos = ?2", link->table);
}

static struct err *
links_resolve(struct shapes *shapes, struct shape *shape)
{
    for (size_t i = 0; i < shape->n_links; i++) {
        struct shape_link *link = &shape->links[i];
        struct shape *target;

        TRY(target_of(shapes, shape, link->attr, &target));
        link->target = target;
        link_sql(shapes->mem, shapes->dialect, link);
        incoming_add(shapes, target,
                     (struct shape_incoming){
                         .from = shape,
                         .attr = link->attr,
                         .link = link,
                         .sql_find = mem_printf(shapes->mem,
                                                "SELECT owner FROM \"%s\" WHERE target = ?1",
                                                link->table)});
    }
    return NULL;
}

static struct err *
columns_resolve(struct shapes *shapes, struct shape *shape)
{
    const char *told = shape->parent ? shape->table->parent
                       : shape->key  ? shape->key->name
                                     : "rowid";

    for (size_t i = 0; i < shape->n_columns; i++) {
        const struct attr *attr = shape->columns[i];
        struct shape *target;

        if (!attr->ref) {
            continue;
        }
        TRY(target_of(shapes, shape, attr, &target));
        incoming_add(shapes, target,
                     (struct shape_incoming){
                         .from = shape,
                         .attr = attr,
                         .sql_find = mem_printf(shapes->mem,
                                                "SELECT \"%s\" FROM %s WHERE \"%s\" = ?1", told,
                                                shape->sql_name, attr->name)});
    }
    return NULL;
}

/* How many shapes the tables make: each, and each child table. */
static size_t
shapes_count(const struct table *const *tables)
{
    size_t n = 0;

    for (; *tables; tables++) {
        n++;
        for (size_t i = 0; i < (*tables)->n_attrs; i++) {
            n += (*tables)->attrs[i].type == ATTR_T_rows;
        }
    }
    return n;
}

struct err *
shapes_make(struct mem *mem, const struct table *const *tables, const struct dialect *dialect,
            struct shapes *shapes)
{
    *shapes = (struct shapes){.mem = mem, .dialect = dialect};
    map_init(&shapes->by_name, mem);
    shapes->all = MEM_ARRAY(mem, shapes_count(tables), struct shape *);
    for (size_t i = 0; tables[i]; i++) {
        TRY(table_check(tables[i]));
        if (map_get(&shapes->by_name, tables[i]->name)) {
            return err_new(E_INTERNAL, NULL, "table %s is there twice", tables[i]->name);
        }
        TRY(parts_add(shapes, shape_add(shapes, tables[i], NULL)));
    }
    for (size_t i = 0; i < shapes->n; i++) {
        TRY(links_resolve(shapes, shapes->all[i]));
        TRY(columns_resolve(shapes, shapes->all[i]));
    }
    return NULL;
}
