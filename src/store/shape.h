/* A table as the store sees it: which attributes are columns, which are child
 * tables and links, who refers to it, and the SQL that follows from that.
 * Compiled once when the store is opened and never changed. */
#ifndef CARRICK_STORE_SHAPE_H
#define CARRICK_STORE_SHAPE_H

#include "base/attr.h"
#include "base/vec.h"
#include "store/driver.h"

struct shape;

/* Rows that one statement inserts where there are many. */
#define INSERT_ROWS 20

/* An attribute of type rows: a child table. */
struct shape_child {
    const struct attr *attr;
    struct shape *shape;
};
/* An attribute of type refs: a link table "<table>_<attr>" (owner, _pos, target). */
struct shape_link {
    const struct attr *attr;
    const struct shape *owner, *target;
    const char *table;
    const char *sql_one, *sql_many, *sql_range, *sql_insert, *sql_inserts, *sql_delete;
};
/* Some table's reference to this one: a column, or a link table's target. */
struct shape_incoming {
    struct shape *from;
    const struct attr *attr;
    const struct shape_link *link; /* or null */
    const char *sql_find;          /* keys of the rows that refer to ?1 */
};

struct shape {
    const struct table *table;
    struct shape *parent;          /* of a child table */
    const char *sql_name;          /* quoted */
    const struct attr *key;        /* or null */
    const struct attr **columns;
    size_t n_columns;
    struct shape_child *children;
    size_t n_children;
    struct shape_link *links;
    size_t n_links;
    struct shape_incoming *incoming;
    size_t n_incoming;
    const struct attr *revision, *created, *updated, *owner;
    const char *sql_columns;       /* t."a", t."b" */
    const char *sql_lean;          /* the same, with NULL for BULK columns */
    const char *sql_insert, *sql_delete, *sql_exists;
    const char *sql_inserts;       /* INSERT_ROWS rows at once */
    const char *sql_one, *sql_many; /* children by parent; main tables: sql_one by key */
    const char *sql_range;          /* children of parents from ?1 to ?2, in order of key */
};

struct shapes {
    struct mem *mem;
    const struct dialect *dialect;
    struct map by_name;
    struct shape **all;            /* parents before their child tables */
    size_t n;
};

/* 'tables' as in store_config.  E_INTERNAL where a description is unsound. */
struct err *shapes_make(struct mem *mem, const struct table *const *tables,
                        const struct dialect *dialect, struct shapes *shapes) MUST_USE;
/* Null where the store does not have the table. */
struct shape *shape_of(const struct shapes *shapes, const struct table *table);
/* Does the attribute have a column of its own? */
bool attr_is_column(const struct attr *attr);
/* Is its value made where none is given? */
bool attr_is_generated(const struct attr *attr);
/* Is the column one that always has a value? */
bool attr_is_not_null(const struct attr *attr);

#endif
