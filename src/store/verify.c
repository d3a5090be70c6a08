/* Is a database whole?  For who looks after it: nothing is opened for writing, and no table is known. */
#include "store/sqlite.h"

#include "base/vec.h"
#include "sys/file.h"

#include <string.h>

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
verify(sqlite3 *db, const char *path)
{
    static const char *const pragmas[] = {"PRAGMA integrity_check(20)",
                                          "SELECT * FROM pragma_foreign_key_check LIMIT 20"};
    AUTO_BUF faults = BUF_INIT;

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

struct err *
sqlite_verify(const char *path)
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
        e = verify(db, path);
    } else {
        e = err_new(E_UNAVAILABLE, NULL, "%s: %s", path, sqlite3_errstr(rc));
    }
    (void)sqlite3_close(db);
    return e;
}
