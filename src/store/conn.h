/* One SQLite connection: its settings, its prepared statements by text, and
 * its result codes as errors.  Used by one thread at a time. */
#ifndef CARRICK_STORE_CONN_H
#define CARRICK_STORE_CONN_H

#include "base/err.h"
#include "base/str.h"

#include <sqlite3.h>

#define CONN_SLOTS 1024 /* power of two */
#define CONN_STMTS_MAX 512

struct stmt {
    sqlite3_stmt *s;
    bool once; /* not in the cache: finalized when given back */
};

struct conn_slot {
    uint64_t hash;
    uint64_t used; /* when last, in takes of the connection */
    char *sql;
    sqlite3_stmt *s;
};

struct conn {
    sqlite3 *db;
    struct conn_slot slots[CONN_SLOTS];
    size_t n_stmts;
    uint64_t takes;
    bool disk_failed; /* a statement met a full disk or an I/O error: the transaction is lost */
    struct conn *next; /* free list of readers */
};

enum conn_role { CONN_WRITER, CONN_READER, CONN_CHECKPOINTER };

/* Opens 'path'; E_UNAVAILABLE. */
struct err *conn_open(const char *path, enum conn_role role, struct conn **conn) MUST_USE;
void conn_close(struct conn *conn);

/* A prepared statement for 'sql', reset and without values; give it back. */
struct err *conn_take(struct conn *conn, const char *sql, struct stmt *stmt) MUST_USE;
void conn_give(struct stmt *stmt);
/* Cleanup of a struct stmt at the end of its scope. */
#define AUTO_STMT __attribute__((cleanup(conn_give))) struct stmt

/* One step: '*row' tells whether there is a row.  A failed constraint is left
 * to the caller: E_CONFLICT of type CONN_CONSTRAINT. */
#define CONN_CONSTRAINT "constraint"
struct err *conn_step(struct conn *conn, const struct stmt *stmt, bool *row) MUST_USE;
/* Steps to the end, ignoring rows. */
struct err *conn_run(struct conn *conn, const struct stmt *stmt) MUST_USE;
/* Prepares, runs, forgets. */
struct err *conn_exec(struct conn *conn, const char *sql) MUST_USE;
/* Same, through the cache: for what is run again and again. */
struct err *conn_again(struct conn *conn, const char *sql) MUST_USE;
/* The error of a result code. */
struct err *conn_err(struct conn *conn, int rc, const char *what) MUST_USE;
/* Ends a transaction that may already have been rolled back by SQLite. */
void conn_rollback(struct conn *conn);

/* A null text binds null; texts must live until the statement is given back. */
void stmt_text(const struct stmt *stmt, int i, const char *text);
void stmt_int(const struct stmt *stmt, int i, int64_t v);
const char *stmt_get(const struct stmt *stmt, int column); /* valid until the next step */
int64_t stmt_get_int(const struct stmt *stmt, int column);

#endif
