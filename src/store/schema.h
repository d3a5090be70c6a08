/* The database's schema: made from the tables, compared with what is there,
 * and mended where that needs no decision. */
#ifndef CARRICK_STORE_SCHEMA_H
#define CARRICK_STORE_SCHEMA_H

#include "store/conn.h"
#include "store/shape.h"
#include "store/store.h"

#include "base/vec.h"

struct column {
    const char *name, *type;
    bool not_null;
    const char *def;                       /* literal, for columns added later; or null */
    const char *ref, *ref_key, *on_delete; /* or null */
};

struct sql_table {
    const char *name;
    const char *key; /* columns of its key, or null */
    bool keyed;      /* kept in the order of its key, without row numbers */
    VEC(struct column) columns;
};

/* Brings the database of 'conn' to what 'shapes' and 'config' say, in one
 * transaction.  E_CONFLICT as told at store_open. */
struct err *schema_apply(struct conn *conn, const struct shapes *shapes,
                         const struct store_config *config) MUST_USE;


/* As above for an empty database, whose tables 'fill' puts rows into before they have indexes and
 * references: in the same transaction. */
typedef struct err *schema_fill_fn(void *arg, struct conn *conn, const struct sql_table *tables, size_t n);
struct err *schema_fill(struct conn *conn, const struct shapes *shapes, const struct store_config *config,
                        schema_fill_fn *fill, void *arg) MUST_USE;

#endif
