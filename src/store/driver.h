/* What a database has to be able to do for the store, and how its SQL differs from others'.  All that
 * is above (rows, queries, the change log, the schema) is written once, in SQL that every database
 * understands; what one says differently is a line of its dialect. */
#ifndef CARRICK_STORE_DRIVER_H
#define CARRICK_STORE_DRIVER_H

#include "base/err.h"

#include <stdint.h>

struct buf;
struct conn;
struct stmt;
struct store;

/* CONN_ALONE: writes, and nobody else has the database.  CONN_REPLICA: writes, beside others of this role. */
enum conn_role { CONN_WRITER, CONN_READER, CONN_CHECKPOINTER, CONN_ALONE, CONN_REPLICA };

/* What became of a commit that was not answered. */
enum outcome { OUTCOME_UNKNOWN, OUTCOME_COMMITTED, OUTCOME_UNDONE };

struct dialect {
    const char *text, *integer; /* types of columns; the schema calls them TEXT and INTEGER */
    const char *table_tail;     /* behind the columns of a table, and of one that is kept in the order ... */
    const char *keyed_tail;     /* ... of its key */
    const char *row_number;     /* column that the tables with a row number of their own need; "" = none */
    const char *like;           /* ignores the case of ASCII letters */
    const char *join;           /* joins what stands before with many rows, in this order */
    const char *as_made;        /* ORDER BY of rows in the order in which they were inserted; "" = by itself */
    const char *prelude;        /* script that runs before anything is made; "" = none */
    const char *fill_begin;     /* script in front of rows in whatever order; "" = none */
    bool refs_later;            /* a reference needs its table to be there: they are made at the end */
    unsigned name_max;          /* bytes of a name; 0 = any */
    /* Facts of the schema: tables; names of indexes that the store made; of table ?1 the columns (name,
     * TEXT or INTEGER, not null) in order, and the references (column, table, on delete, as in SQL);
     * the number of the last migration; what sets it, in front of the number and behind it. */
    const char *tables, *indexes, *columns, *references, *version, *version_set, *version_end;
};

/* Errors as told at conn.h.  A function for statements is given one that prepare made. */
struct driver {
    const char *name;
    struct dialect dialect;
    struct err *(*check)(const char *where); /* as store_check; may be null */
    struct err *(*open)(const char *where, enum conn_role role, struct conn **conn);
    void (*close)(struct conn *conn); /* its statements are gone */

    /* '*row' of 'once' is forgotten when it is given back. */
    struct err *(*prepare)(struct conn *conn, const char *sql, bool once, void **s);
    void (*finalize)(struct conn *conn, void *s);
    void (*reset)(void *s); /* without rows and values */
    bool (*is_busy)(void *s);
    bool (*only_reads)(void *s);
    struct err *(*step)(struct conn *conn, void *s, bool *row);
    void (*set_text)(void *s, int i, const char *text);
    void (*set_int)(void *s, int i, int64_t v);
    int (*columns)(void *s);
    const char *(*get_text)(void *s, int column, size_t *n); /* null for null, and '*n' as it was */
    int64_t (*get_int)(void *s, int column);
    bool (*is_null)(void *s, int column);

    /* Several statements with ';' between. */
    struct err *(*script)(struct conn *conn, const char *sql);
    struct err *(*begin)(struct conn *conn);
    struct err *(*commit)(struct conn *conn);
    void (*rollback)(struct conn *conn);
    bool (*in_transaction)(struct conn *conn);
    /* What became of a commit that ended in doubt; null: it never does. */
    struct err *(*settle)(struct conn *conn, enum outcome *outcome);

    /* Work of its own beside the writer: begins and ends with the store.  May be null. */
    struct err *(*start)(struct store *store);
    void (*stop)(struct store *store); /* also of one that never began */
    /* Replicas; null where the database is one process's.  The schema is made: others may write too.  Has
     * nobody who calls himself so the database open, as far as it knows (within a transaction)? */
    struct err *(*share)(struct conn *conn);
    struct err *(*gone)(struct conn *conn, const char *name, bool *gone);
    struct err *(*backup)(struct conn *from, const char *path);
    struct err *(*verify)(const char *where);
    struct err *(*statistics)(const char *where, struct buf *out); /* as store_statistics */
    /* Before the schema of 'conn' changes, in its transaction: what is committed, as one file at 'to'.  Null: a
     * server's is copied by who looks after the server. */
    struct err *(*set_aside)(struct conn *conn, const char *to);
    /* Nothing of rows that were is left where the driver keeps rows. */
    struct err *(*scrub)(struct conn *conn);
};

extern const struct driver sqlite_driver;

#endif
