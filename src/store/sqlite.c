/* SQLite: a file in WAL mode with synchronous=FULL.  Connections differ only in a few settings; what
 * matters here is that a failing disk is told apart from a failing request. */
#include "store/sqlite.h"

#include "base/vec.h"
#include "sys/file.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- result codes -------------------------------------------------------------------- */

/* The error of a result code. */
static struct err *
code_err(struct conn *conn, int rc, const char *what)
{
    const char *why = sqlite3_errmsg(sqlite_db(conn));

    if ((rc & 0xff) == SQLITE_IOERR && sqlite3_system_errno(sqlite_db(conn)) == ENOSPC) {
        return conn_no_room(conn); /* so it tells of shared memory, and of syncs */
    }
    switch (rc & 0xff) {
    case SQLITE_CONSTRAINT:
        return err_new(E_CONFLICT, CONN_CONSTRAINT, "%s", why);
    case SQLITE_FULL:
        return conn_no_room(conn);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_PROTOCOL:
        conn->lost = true;
        return err_new(E_UNAVAILABLE, NULL, "the database cannot be used: %s (%s)", why,
                       sqlite3_errstr(rc));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
        conn->lost = true;
        return err_new(E_UNAVAILABLE, NULL, "the database is busy: %s", why);
    case SQLITE_TOOBIG:
        return err_new(E_TOO_LARGE, NULL, "a value is too large to be stored");
    default:
        return err_new(E_INTERNAL, NULL, "%s: %s", why, what);
    }
}

/* ---- statements ------------------------------------------------------------------------ */

static struct err *
sqlite_prepare(struct conn *conn, const char *sql, bool once, void **s)
{
    const char *tail = NULL;
    sqlite3_stmt *made = NULL;
    int rc = sqlite3_prepare_v3(sqlite_db(conn), sql, -1, once ? 0 : SQLITE_PREPARE_PERSISTENT, &made,
                                &tail);

    *s = made;
    if (rc != SQLITE_OK) {
        return code_err(conn, rc, sql);
    }
    return made && !*tail ? NULL : err_new(E_INTERNAL, NULL, "not one SQL statement: %s", sql);
}

static void
sqlite_finalize(struct conn *conn, void *s)
{
    (void)conn;
    sqlite3_finalize(s);
}

static void
sqlite_reset(void *s)
{
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
}

static bool
sqlite_is_busy(void *s)
{
    return sqlite3_stmt_busy(s);
}

static bool
sqlite_only_reads(void *s)
{
    return sqlite3_stmt_readonly(s);
}

static struct err *
sqlite_step(struct conn *conn, void *s, bool *row)
{
    int rc = sqlite3_step(s);

    *row = rc == SQLITE_ROW;
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? NULL : code_err(conn, rc, sqlite3_sql(s));
}

/* A statement that is at its end and that somebody else holds takes no values before it is reset. */
static void
sqlite_set_text(void *s, int i, const char *text)
{
    if (sqlite3_bind_text(s, i, text, -1, SQLITE_STATIC) == SQLITE_MISUSE) {
        sqlite3_reset(s);
        sqlite3_bind_text(s, i, text, -1, SQLITE_STATIC);
    }
}

static void
sqlite_set_int(void *s, int i, int64_t v)
{
    if (sqlite3_bind_int64(s, i, v) == SQLITE_MISUSE) {
        sqlite3_reset(s);
        sqlite3_bind_int64(s, i, v);
    }
}

static int
sqlite_columns(void *s)
{
    return sqlite3_column_count(s);
}

static const char *
sqlite_get_text(void *s, int column, size_t *n)
{
    const char *text = (const char *)sqlite3_column_text(s, column);

    if (n && text) {
        *n = (size_t)sqlite3_column_bytes(s, column);
    }
    return text;
}

static int64_t
sqlite_get_int(void *s, int column)
{
    return sqlite3_column_int64(s, column);
}

static bool
sqlite_is_null(void *s, int column)
{
    return sqlite3_column_type(s, column) == SQLITE_NULL;
}

static struct err *
sqlite_script(struct conn *conn, const char *sql)
{
    const char *rest = sql;

    while (*rest) {
        sqlite3_stmt *s = NULL;
        struct stmt stmt;
        struct err *e;
        int rc = sqlite3_prepare_v2(sqlite_db(conn), rest, -1, &s, &rest);

        if (rc != SQLITE_OK) {
            return code_err(conn, rc, sql);
        }
        if (!s) {
            break;
        }
        stmt = (struct stmt){.conn = conn, .s = s, .once = true};
        e = conn_run(conn, &stmt);
        conn_give(&stmt);
        TRY(e);
    }
    return NULL;
}

/* ---- transactions ------------------------------------------------------------------------ */

static struct err *
sqlite_begin(struct conn *conn)
{
    return conn_again(conn, sqlite_writes(((struct sqlite_conn *)conn)->role) ? "BEGIN IMMEDIATE" : "BEGIN");
}

static struct err *
sqlite_commit(struct conn *conn)
{
    return conn_again(conn, "COMMIT");
}

static bool
sqlite_in_transaction(struct conn *conn)
{
    return !sqlite3_get_autocommit(sqlite_db(conn));
}

static void
sqlite_rollback(struct conn *conn)
{
    if (sqlite_in_transaction(conn)) {
        err_ignore(conn_exec(conn, "ROLLBACK"), "SQLite rolls back on its own where this fails");
    }
}

/* ---- opening --------------------------------------------------------------------------------- */

static struct err *
settings_make(struct conn *conn, enum conn_role role)
{
    if (role == CONN_ALONE) {
        TRY(conn_exec(conn, "PRAGMA locking_mode = EXCLUSIVE"));
    }
    TRY(conn_exec(conn, "PRAGMA journal_mode = WAL"));
    TRY(conn_exec(conn, "PRAGMA synchronous = FULL"));
    TRY(conn_exec(conn, "PRAGMA foreign_keys = ON"));
    TRY(conn_exec(conn, "PRAGMA temp_store = MEMORY"));
    TRY(conn_exec(conn, "PRAGMA trusted_schema = OFF"));
    TRY(conn_exec(conn, "PRAGMA wal_autocheckpoint = 0"));
    if (sqlite_writes(role)) {
        TRY(conn_exec(conn, "PRAGMA cache_size = -8000"));
    }
    if (role == CONN_READER) {
        TRY(conn_exec(conn, "PRAGMA query_only = ON"));
        TRY(conn_exec(conn, "PRAGMA cache_size = -1000"));
    }
    return NULL;
}

/* Only this user reads the database; its log takes the same mode. */
static struct err *
file_make(const char *path)
{
    return !strcmp(path, SQLITE_MEMORY) || file_exists(path) ? NULL : file_write(path, "", 0, 0600);
}

/* Statistics of SQLite's memory cost a lock each allocation. */
static void
library_settings(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_initialize();
}

static struct err *
sqlite_open(const char *path, enum conn_role role, struct conn **out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    struct sqlite_conn *conn;
    struct err *e;
    bool writes = sqlite_writes(role);
    int rc;

    pthread_once(&once, library_settings);
    if (role == CONN_WRITER && strcmp(path, SQLITE_MEMORY) != 0) {
        reserve_give_up(path);
    }
    if (writes) {
        TRY(file_make(path));
    }
    conn = heap_alloc(sizeof *conn);
    conn->conn.driver = &sqlite_driver;
    conn->role = role;
    rc = sqlite3_open_v2(path, &conn->db, flags | (writes ? SQLITE_OPEN_CREATE : 0),
                         NULL);
    if (rc == SQLITE_OK) {
        sqlite3_busy_timeout(conn->db, 5000);
        e = settings_make(&conn->conn, role);
    } else {
        e = err_new(E_UNAVAILABLE, NULL, "database %s: %s", path,
                    conn->db ? sqlite3_errmsg(conn->db) : sqlite3_errstr(rc));
    }
    if (e && role == CONN_ALONE && (sqlite3_errcode(conn->db) & 0xff) == SQLITE_BUSY) {
        err_ignore(e, "told in other words");
        e = err_new(E_CONFLICT, NULL, "a role uses this database: stop it first");
    }
    if (e) {
        conn_close(&conn->conn);
        return e;
    }
    *out = &conn->conn;
    return NULL;
}

static void
sqlite_close(struct conn *conn)
{
    sqlite3_close_v2(sqlite_db(conn));
    free(conn);
}

/* ---- copy ---------------------------------------------------------------------------------------- */

static struct err *
backup_copy(struct conn *from, struct conn *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(sqlite_db(to), "main", sqlite_db(from), "main");
    int rc;

    if (!backup) {
        return code_err(to, sqlite3_errcode(sqlite_db(to)), "backup");
    }
    rc = sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
    return rc == SQLITE_DONE ? NULL : code_err(to, rc, "backup");
}

static struct err *
sqlite_backup(struct conn *from, const char *path)
{
    struct conn *to;
    struct err *e;

    TRY(file_write(path, "", 0, 0600));
    TRY(sqlite_open(path, CONN_WRITER, &to));
    e = backup_copy(from, to);
    if (!e) {
        /* One file is left, whole and synced. */
        e = conn_exec(to, "PRAGMA journal_mode = DELETE");
    }
    conn_close(to);
    return e;
}

/* By a connection of its own, which is in no transaction: whole, without the log, and small. */
static struct err *
sqlite_set_aside(struct conn *conn, const char *path)
{
    struct conn *own;
    struct stmt stmt;
    struct err *e;

    if (((struct sqlite_conn *)conn)->role == CONN_ALONE) {
        return err_new(E_CONFLICT, NULL, "another version had it: start its role once, which copies it before it changes it");
    }
    (void)unlink(path);
    TRY(sqlite_open(sqlite3_db_filename(sqlite_db(conn), "main"), CONN_CHECKPOINTER, &own));
    e = conn_take(own, "VACUUM INTO ?1", &stmt);
    if (!e) {
        stmt_text(&stmt, 1, path);
        e = conn_run(own, &stmt);
        conn_give(&stmt);
    }
    conn_close(own);
    return e;
}

/* The log into the file, and nothing left of it. */
static struct err *
log_empty(struct conn *conn)
{
    AUTO_STMT stmt = {0};
    bool row;

    TRY(conn_take(conn, "PRAGMA wal_checkpoint(TRUNCATE)", &stmt));
    TRY(conn_step(conn, &stmt, &row));
    return row && stmt_get_int(&stmt, 0) ? err_new(E_UNAVAILABLE, NULL, "somebody reads it, so its log cannot be emptied")
                                         : NULL;
}

/* Neither pages that are free nor the log keep what was.  A disk that was too full has the room of the log back. */
static struct err *
sqlite_scrub(struct conn *conn)
{
    struct err *e = conn_exec(conn, "VACUUM");

    return err_join(e, log_empty(conn));
}

const struct driver sqlite_driver = {
    .name = "SQLite",
    .dialect =
        {
            .text = "TEXT",
            .integer = "INTEGER",
            .table_tail = " STRICT",
            .keyed_tail = " STRICT, WITHOUT ROWID",
            .row_number = "",
            .like = "LIKE",
            .join = "CROSS JOIN",
            .as_made = "",
            .prelude = "",
            .fill_begin = "PRAGMA defer_foreign_keys = ON",
            .tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE "
                      "'sqlite\\_%' ESCAPE '\\'",
            .indexes = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
            .columns = "SELECT name, type, \"notnull\" FROM pragma_table_xinfo(?1) ORDER BY cid",
            .references =
                "SELECT \"from\", \"table\", on_delete FROM pragma_foreign_key_list(?1)",
            .version = "PRAGMA user_version",
            .version_set = "PRAGMA user_version = ",
            .version_end = "",
        },
    .open = sqlite_open,
    .close = sqlite_close,
    .prepare = sqlite_prepare,
    .finalize = sqlite_finalize,
    .reset = sqlite_reset,
    .is_busy = sqlite_is_busy,
    .only_reads = sqlite_only_reads,
    .step = sqlite_step,
    .set_text = sqlite_set_text,
    .set_int = sqlite_set_int,
    .columns = sqlite_columns,
    .get_text = sqlite_get_text,
    .get_int = sqlite_get_int,
    .is_null = sqlite_is_null,
    .script = sqlite_script,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .in_transaction = sqlite_in_transaction,
    .start = checkpointer_start,
    .stop = checkpointer_stop,
    .backup = sqlite_backup,
    .verify = sqlite_verify,
    .statistics = sqlite_statistics,
    .set_aside = sqlite_set_aside,
    .scrub = sqlite_scrub,
};
