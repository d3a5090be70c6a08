/* One connection to a database of whatever kind: its prepared statements by text, and results as
 * errors.  Used by one thread at a time. */
#ifndef CARRICK_STORE_CONN_H
#define CARRICK_STORE_CONN_H

#include "base/err.h"
#include "base/str.h"
#include "store/driver.h"

#define CONN_SLOTS 1024 /* power of two */
#define CONN_STMTS_MAX 512

struct stmt {
    struct conn *conn;
    void *s; /* the driver's */
    bool once; /* not in the cache: finalized when given back */
};

struct conn_slot {
    uint64_t hash;
    uint64_t used; /* when last, in takes of the connection */
    char *sql;
    void *s;
};

/* The head of a driver's own connection. */
struct conn {
    const struct driver *driver;
    struct conn_slot slots[CONN_SLOTS];
    size_t n_stmts;
    uint64_t takes;
    bool lost;     /* the transaction is: a full disk, an I/O error, a connection that ended */
    bool in_doubt; /* ... while it was being committed: what became of it is not known */
    bool renewed;  /* it is another connection than before: what was read of the database is old ... */
    bool unproved; /* ... and nobody kept others away meanwhile: is it still what it was? (session_prove) */
    bool spoilt;   /* a statement failed and took what the function did with it: the function has to run
                    * again, with ... */
    bool careful;  /* ... each statement so that it can be taken back alone */
    bool beside;   /* others have the database as it is: its schema stays */
    bool tells;    /* what is committed next concerns others who follow the log */
    struct conn *next; /* free list of readers */
};

/* The driver for 'where': a file, or a URL of a database. */
struct err *driver_for(const char *where, const struct driver **driver) MUST_USE;

/* Opens 'where'; E_UNAVAILABLE. */
struct err *conn_open(const char *where, enum conn_role role, struct conn **conn) MUST_USE;
void conn_close(struct conn *conn);
/* For drivers: the error of a disk that is full (room.h); the transaction is lost. */
struct err *conn_no_room(struct conn *conn) MUST_USE;
/* For drivers: a connection begins without statements, and loses them all. */
void conn_forget(struct conn *conn);

/* A prepared statement for 'sql', reset and without values; give it back. */
struct err *conn_take(struct conn *conn, const char *sql, struct stmt *stmt) MUST_USE;
void conn_give(struct stmt *stmt);
/* Cleanup of a struct stmt at the end of its scope. */
#define AUTO_STMT __attribute__((cleanup(conn_give))) struct stmt

/* One step: '*row' tells whether there is a row.  A failed constraint is left
 * to the caller: E_CONFLICT of type CONN_CONSTRAINT, its text has FOREIGN KEY, or UNIQUE and behind a
 * colon the columns as table.column, commas between. */
#define CONN_CONSTRAINT "constraint"
struct err *conn_step(struct conn *conn, const struct stmt *stmt, bool *row) MUST_USE;
/* Steps to the end, ignoring rows. */
struct err *conn_run(struct conn *conn, const struct stmt *stmt) MUST_USE;
/* Prepares, runs, forgets. */
struct err *conn_exec(struct conn *conn, const char *sql) MUST_USE;
/* Same, through the cache: for what is run again and again. */
struct err *conn_again(struct conn *conn, const char *sql) MUST_USE;

/* A transaction by the connection's role: a writer's holds others off, a reader's is one snapshot. */
struct err *conn_begin(struct conn *conn) MUST_USE;
/* E_UNAVAILABLE with 'in_doubt' where nobody can say whether it was. */
struct err *conn_commit(struct conn *conn) MUST_USE;
/* Ends a transaction that may already have been rolled back by the database. */
void conn_rollback(struct conn *conn);
bool conn_in_transaction(struct conn *conn);

/* A null text binds null; texts must live until the statement is given back. */
static inline void
stmt_text(const struct stmt *stmt, int i, const char *text)
{
    stmt->conn->driver->set_text(stmt->s, i, text);
}

static inline void
stmt_int(const struct stmt *stmt, int i, int64_t v)
{
    stmt->conn->driver->set_int(stmt->s, i, v);
}

/* Text and its length, null for null; valid until the next step. */
static inline const char *
stmt_get_n(const struct stmt *stmt, int column, size_t *n)
{
    return stmt->conn->driver->get_text(stmt->s, column, n);
}

static inline const char *
stmt_get(const struct stmt *stmt, int column)
{
    return stmt->conn->driver->get_text(stmt->s, column, NULL);
}

static inline int64_t
stmt_get_int(const struct stmt *stmt, int column)
{
    return stmt->conn->driver->get_int(stmt->s, column);
}

static inline bool
stmt_is_null(const struct stmt *stmt, int column)
{
    return stmt->conn->driver->is_null(stmt->s, column);
}

#endif
