/* What the files of SQLite's driver share. */
#ifndef CARRICK_STORE_SQLITE_H
#define CARRICK_STORE_SQLITE_H

#include "store/conn.h"

#include <sqlite3.h>

#define SQLITE_MEMORY ":memory:"

struct sqlite_conn {
    struct conn conn;
    sqlite3 *db;
    enum conn_role role;
};

static inline bool
sqlite_writes(enum conn_role role)
{
    return role == CONN_WRITER || role == CONN_ALONE;
}

static inline sqlite3 *
sqlite_db(struct conn *conn)
{
    return ((struct sqlite_conn *)conn)->db;
}

/* The checkpointer's thread (checkpoint.c). */
struct err *checkpointer_start(struct store *store) MUST_USE;
void checkpointer_stop(struct store *store);
/* Room beside the database at 'path' for the next start (reserve.c): gone where there is not as much besides; taken
 * again, as far as half of what there is allows.  What fails is told in the log: nobody waits for it. */
void reserve_give_up(const char *path);
void reserve_keep(const char *path);
/* Is the database of the file whole, and how much is in it (verify.c)?  As store_verify, store_statistics. */
struct err *sqlite_verify(const char *path) MUST_USE;
struct err *sqlite_statistics(const char *path, struct buf *out) MUST_USE;

#endif
