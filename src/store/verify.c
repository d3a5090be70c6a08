/* Is a database of SQLite whole, and how much is in it?  For who looks after it: nothing is opened for writing, and no
 * table is known. */
#include "store/sqlite.h"

#include "base/json.h"
#include "base/vec.h"
#include "sys/file.h"

#include <string.h>
#include <sys/stat.h>

/* One row of either pragma as a line; "ok" is none. */
static int
fault_add(void *arg, int n, char **values, char **names)
{
    struct buf *faults = arg;

    (void)names;
    if (n == 1 && values[0] && str_eq(values[0], "ok")) {
        return 0;
    }
    buf_str(faults, faults->len ? "; " : "");
    if (n == 1) {
        buf_str(faults, values[0]);
    } else {
        buf_printf(faults, "a row of %s refers to a row of %s that is not there",
                   str_or(values[0], "?"), n > 2 ? str_or(values[2], "?") : "?");
    }
    return 0;
}

static struct err *
verify(sqlite3 *db, const char *path, void *arg)
{
    static const char *const pragmas[] = {"PRAGMA integrity_check(20)",
                                          "SELECT * FROM pragma_foreign_key_check LIMIT 20"};
    AUTO_BUF faults = BUF_INIT;

    (void)arg;
    for (size_t i = 0; i < ARRAY_SIZE(pragmas); i++) {
        char *said = NULL;
        int rc = sqlite3_exec(db, pragmas[i], fault_add, &faults, &said);

        if (rc != SQLITE_OK) {
            struct err *e = err_new(rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB ? E_INVALID : E_UNAVAILABLE,
                                    NULL, "%s: %s", path, said ? said : sqlite3_errstr(rc));

            sqlite3_free(said);
            return e;
        }
    }
    return faults.len ? err_new(E_INVALID, NULL, "%s: %s", path, faults.data) : NULL;
}

/* Opens it to look, runs 'fn', closes it. */
static struct err *
with(const char *path, struct err *(*fn)(sqlite3 *db, const char *path, void *arg), void *arg)
{
    sqlite3 *db = NULL;
    struct err *e;
    int rc;

    if (!file_exists(path)) {
        return err_new(E_NOT_FOUND, NULL, "%s: no such file", path);
    }
    rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_busy_timeout(db, 5000);
        e = fn(db, path, arg);
    } else {
        e = err_new(E_UNAVAILABLE, NULL, "%s: %s", path, sqlite3_errstr(rc));
    }
    (void)sqlite3_close(db);
    return e;
}

struct err *
sqlite_verify(const char *path)
{
    return with(path, verify, NULL);
}

/* ---- how much there is ----------------------------------------------------------------------- */

static int64_t
number_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int64_t n = -1;

    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW) {
        n = sqlite3_column_int64(stmt, 0);
    }
    (void)sqlite3_finalize(stmt);
    return n;
}

static int64_t
bytes_of(const char *path)
{
    struct stat st;

    return stat(path, &st) ? 0 : (int64_t)st.st_size;
}

static struct err *
statistics(sqlite3 *db, const char *path, void *arg)
{
    static const char *const pragmas[] = {"page_size", "page_count", "freelist_count", "user_version"};
    AUTO(mem) mem = mem_new("statistics");
    struct jw w = jw_to(arg);
    sqlite3_stmt *stmt = NULL;

    jw_object(&w, NULL);
    jw_int(&w, "bytes", bytes_of(path));
    jw_int(&w, "log_bytes", bytes_of(mem_printf(mem, "%s-wal", path)));
    for (size_t i = 0; i < ARRAY_SIZE(pragmas); i++) {
        jw_int(&w, pragmas[i], number_of(db, mem_printf(mem, "PRAGMA %s", pragmas[i])));
    }
    jw_object(&w, "rows");
    if (sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", -1, &stmt,
                           NULL) != SQLITE_OK) {
        return err_new(E_UNAVAILABLE, NULL, "%s: %s", path, sqlite3_errmsg(db));
    }
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(stmt, 0);

        jw_int(&w, name, number_of(db, mem_printf(mem, "SELECT count(*) FROM \"%s\"", name)));
    }
    (void)sqlite3_finalize(stmt);
    jw_end(&w);
    jw_end(&w);
    return NULL;
}

struct err *
sqlite_statistics(const char *path, struct buf *out)
{
    return with(path, statistics, out);
}
