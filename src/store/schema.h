/* The database's schema: made from the tables, compared with what is there,
 * and mended where that needs no decision. */
#ifndef CARRICK_STORE_SCHEMA_H
#define CARRICK_STORE_SCHEMA_H

#include "store/conn.h"
#include "store/shape.h"
#include "store/store.h"

/* Brings the database of 'conn' to what 'shapes' and 'config' say, in one
 * transaction.  E_CONFLICT as told at store_open. */
struct err *schema_apply(struct conn *conn, const struct shapes *shapes,
                         const struct store_config *config) MUST_USE;

#endif
