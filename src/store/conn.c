/* Connections differ only in a few settings; what matters here is that no
 * statement is prepared twice and that a failing disk is told apart from a
 * failing request. */
#include "store/conn.h"

#include "base/vec.h"
#include "store/room.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct err *
conn_settings(struct conn *conn, enum conn_role role)
{
    TRY(conn_exec(conn, "PRAGMA journal_mode = WAL"));
    TRY(conn_exec(conn, "PRAGMA synchronous = FULL"));
    TRY(conn_exec(conn, "PRAGMA foreign_keys = ON"));
    TRY(conn_exec(conn, "PRAGMA temp_store = MEMORY"));
    TRY(conn_exec(conn, "PRAGMA trusted_schema = OFF"));
    TRY(conn_exec(conn, "PRAGMA wal_autocheckpoint = 0"));
    if (role == CONN_WRITER) {
        TRY(conn_exec(conn, "PRAGMA cache_size = -8000"));
    }
    if (role == CONN_READER) {
        TRY(conn_exec(conn, "PRAGMA query_only = ON"));
        TRY(conn_exec(conn, "PRAGMA cache_size = -1000"));
    }
    return NULL;
}

struct err *
conn_open(const char *path, enum conn_role role, struct conn **out)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    struct conn *conn = heap_alloc(sizeof *conn);
    struct err *e;
    int rc;

    rc = sqlite3_open_v2(path, &conn->db, flags | (role == CONN_WRITER ? SQLITE_OPEN_CREATE : 0),
                         NULL);
    if (rc == SQLITE_OK) {
        sqlite3_busy_timeout(conn->db, 5000);
        e = conn_settings(conn, role);
    } else {
        e = err_new(E_UNAVAILABLE, NULL, "database %s: %s", path,
                    conn->db ? sqlite3_errmsg(conn->db) : sqlite3_errstr(rc));
    }
    if (e) {
        conn_close(conn);
        return e;
    }
    *out = conn;
    return NULL;
}

static void
slot_clear(struct conn *conn, struct conn_slot *slot)
{
    sqlite3_finalize(slot->s);
    free(slot->sql);
    *slot = (struct conn_slot){0};
    conn->n_stmts--;
}

void
conn_close(struct conn *conn)
{
    if (!conn) {
        return;
    }
    for (size_t i = 0; i < CONN_SLOTS; i++) {
        if (conn->slots[i].s) {
            slot_clear(conn, &conn->slots[i]);
        }
    }
    sqlite3_close_v2(conn->db);
    free(conn);
}

/* ---- statements ------------------------------------------------------------------ */

/* The slot of 'sql', or the free one where it belongs. */
static struct conn_slot *
slot_find(struct conn *conn, const char *sql, uint64_t hash)
{
    for (size_t i = 0;; i++) {
        struct conn_slot *slot = &conn->slots[(hash + i) & (CONN_SLOTS - 1)];

        if (!slot->s || (slot->hash == hash && !strcmp(slot->sql, sql))) {
            return slot;
        }
    }
}

/* Keeps the statements used in the last CONN_STMTS_MAX / 2 takes. */
static void
slots_trim(struct conn *conn)
{
    struct conn_slot *kept = heap_alloc(sizeof conn->slots);
    size_t n = 0;

    for (size_t i = 0; i < CONN_SLOTS; i++) {
        struct conn_slot *slot = &conn->slots[i];

        if (!slot->s) {
            continue;
        }
        if (slot->used + CONN_STMTS_MAX / 2 < conn->takes && !sqlite3_stmt_busy(slot->s)) {
            slot_clear(conn, slot);
        } else {
            kept[n++] = *slot;
        }
    }
    memset(conn->slots, 0, sizeof conn->slots);
    for (size_t i = 0; i < n; i++) {
        *slot_find(conn, kept[i].sql, kept[i].hash) = kept[i];
    }
    free(kept);
}

static struct err *
prepare(struct conn *conn, const char *sql, unsigned flags, sqlite3_stmt **s)
{
    const char *tail = NULL;
    int rc = sqlite3_prepare_v3(conn->db, sql, -1, flags, s, &tail);

    if (rc != SQLITE_OK) {
        return conn_err(conn, rc, sql);
    }
    return *s && !*tail ? NULL : err_new(E_INTERNAL, NULL, "not one SQL statement: %s", sql);
}

struct err *
conn_take(struct conn *conn, const char *sql, struct stmt *stmt)
{
    uint64_t hash = hash_bytes(sql, strlen(sql), 0);
    struct conn_slot *slot = slot_find(conn, sql, hash);

    *stmt = (struct stmt){0};
    conn->takes++;
    if (slot->s && !sqlite3_stmt_busy(slot->s)) {
        slot->used = conn->takes;
        stmt->s = slot->s;
        return NULL;
    }
    if (slot->s || conn->n_stmts >= CONN_STMTS_MAX + CONN_STMTS_MAX / 2) {
        stmt->once = true;
        return prepare(conn, sql, 0, &stmt->s);
    }
    TRY(prepare(conn, sql, SQLITE_PREPARE_PERSISTENT, &stmt->s));
    *slot = (struct conn_slot){
        .hash = hash, .used = conn->takes, .sql = heap_str(sql), .s = stmt->s};
    if (++conn->n_stmts > CONN_STMTS_MAX) {
        slots_trim(conn);
    }
    return NULL;
}

void
conn_give(struct stmt *stmt)
{
    if (stmt->s && stmt->once) {
        sqlite3_finalize(stmt->s);
    } else if (stmt->s) {
        sqlite3_reset(stmt->s);
        sqlite3_clear_bindings(stmt->s);
    }
    stmt->s = NULL;
}

/* ---- running ----------------------------------------------------------------------- */

static struct err *
disk_full(struct conn *conn)
{
    conn->disk_failed = true;
    return err_new(E_UNAVAILABLE, STORE_NO_ROOM, "not stored: the disk is full; reads go on, and writes do when there is room");
}

struct err *
conn_err(struct conn *conn, int rc, const char *what)
{
    const char *why = sqlite3_errmsg(conn->db);

    if ((rc & 0xff) == SQLITE_IOERR && sqlite3_system_errno(conn->db) == ENOSPC) {
        return disk_full(conn); /* so it tells of shared memory, and of syncs */
    }
    switch (rc & 0xff) {
    case SQLITE_CONSTRAINT:
        return err_new(E_CONFLICT, CONN_CONSTRAINT, "%s", why);
    case SQLITE_FULL:
        return disk_full(conn);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_PROTOCOL:
        conn->disk_failed = true;
        return err_new(E_UNAVAILABLE, NULL, "the database cannot be used: %s (%s)", why,
                       sqlite3_errstr(rc));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
        conn->disk_failed = true;
        return err_new(E_UNAVAILABLE, NULL, "the database is busy: %s", why);
    case SQLITE_TOOBIG:
        return err_new(E_TOO_LARGE, NULL, "a value is too large to be stored");
    default:
        return err_new(E_INTERNAL, NULL, "%s: %s", why, what);
    }
}

struct err *
conn_step(struct conn *conn, const struct stmt *stmt, bool *row)
{
    int rc = sqlite3_step(stmt->s);

    *row = rc == SQLITE_ROW;
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? NULL
                                                 : conn_err(conn, rc, sqlite3_sql(stmt->s));
}

struct err *
conn_run(struct conn *conn, const struct stmt *stmt)
{
    bool row = true;

    while (row) {
        TRY(conn_step(conn, stmt, &row));
    }
    return NULL;
}

struct err *
conn_exec(struct conn *conn, const char *sql)
{
    AUTO_STMT stmt = {.once = true};

    TRY(prepare(conn, sql, 0, &stmt.s));
    return conn_run(conn, &stmt);
}

struct err *
conn_again(struct conn *conn, const char *sql)
{
    AUTO_STMT stmt = {0};

    TRY(conn_take(conn, sql, &stmt));
    return conn_run(conn, &stmt);
}

void
conn_rollback(struct conn *conn)
{
    if (!sqlite3_get_autocommit(conn->db)) {
        err_ignore(conn_exec(conn, "ROLLBACK"), "SQLite rolls back on its own where this fails");
    }
    conn->disk_failed = false;
}

void
stmt_text(const struct stmt *stmt, int i, const char *text)
{
    if (text) {
        sqlite3_bind_text(stmt->s, i, text, -1, SQLITE_STATIC);
    } else {
        sqlite3_bind_null(stmt->s, i);
    }
}

void
stmt_int(const struct stmt *stmt, int i, int64_t v)
{
    sqlite3_bind_int64(stmt->s, i, v);
}

const char *
stmt_get(const struct stmt *stmt, int column)
{
    return (const char *)sqlite3_column_text(stmt->s, column);
}

int64_t
stmt_get_int(const struct stmt *stmt, int column)
{
    return sqlite3_column_int64(stmt->s, column);
}
