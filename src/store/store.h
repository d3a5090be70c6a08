/* The store: SQLite in WAL mode with synchronous=FULL, or PostgreSQL.  A write is a function;
 * waiting functions run each in its savepoint and are committed together, so
 * that everyone is answered after the same fsync.  Every row write appends to
 * one sequence-numbered change log in the same transaction. */
#ifndef CARRICK_STORE_STORE_H
#define CARRICK_STORE_STORE_H

#include "base/attr.h"
#include "sys/loop.h"

struct store;
struct tx;

/* A change of the schema or of data that no table can express by itself (a rename, a new meaning).
 * Runs once, in one transaction with the rest of opening, before the tables are compared. */
struct store_migration {
    int number;                          /* from 1, rising; kept in the database's user_version */
    const char *doc;
    const char *sql;                     /* statements, ';' between them */
};

struct store_config {
    const char *path;                    /* Database file; ":memory:" for tests (one connection);
                                          * postgresql://... */
    const char *version;                 /* The program's (base/version.h); null = copies nothing, notes none */
    const struct table *const *tables;   /* null-terminated: every table, parents before children */
    const char *seal_key;                /* 32 bytes that seal SECRET columns (AES-256-GCM); null
                                          * only where no table has one */
    int n_readers;                       /* Reader connections, 0 = 4. */
    int64_t log_keep;                    /* Entries of change log kept at least, 0 = 100 000. */
    const char *log_cursor;              /* Fact (tx_fact_set) of a follower with the last entry that it
                                          * is done with: the log is not cut in front of it before
                                          * it has four times log_keep entries; null = nobody's */
    int64_t busy_pages;                  /* Checkpoint after so many WAL pages, 0 = 4 000. */
    const char *replica;                 /* What this process is called among several that write to one
                                          * database (store/replica.h); null = it is the only one. */
    const struct store_migration *migrations; /* in order of number */
    size_t n_migrations;
    /* Another program changed the database while nobody of ours was connected: another version has it, it has another
     * key, or its rows are elsewhere.  Nothing is written or read any more (E_UNAVAILABLE).  Called once, on any thread,
     * also while it is being opened; owns 'why', must not block; may be null. */
    void (*outdated)(void *arg, struct err *why);
    void *outdated_arg;
};

/* Opens or creates; makes missing tables and nullable columns, of a file that is there after a copy beside
 * it (PATH STORE_FROM VERSION, the newest three stay); E_CONFLICT where a newer minor version had it, its schema
 * is newer than this binary, a change needs a migration that is not there, or its rows were moved (store_move);
 * E_INVALID of type SEAL_OTHER_KEY where another key seals it. */
#define SEAL_OTHER_KEY "SealOtherKey"
struct err *store_open(const struct store_config *config, struct store **store) MUST_USE;
#define STORE_FROM ".from-"
/* What a start writes was written: from now on room is kept for the next one (a file's, by its own thread). */
void store_started(struct store *store);
/* Runs what waits, commits, closes; watches have to be gone. */
void store_close(struct store *store);
void store_autofree(struct store **store);

/* Reads and writes in one transaction, does no I/O, may be run again: results
 * belong into what 'arg' points at, reset at entry.  It may queue further
 * writes, but never waits for one and never calls store_read. */
typedef struct err *store_fn(struct tx *tx, void *arg);
/* Called on the writer's thread once, after the commit (err null) or when the
 * function failed (its own error) or the disk did (E_UNAVAILABLE).  Owns 'err'.  Must not block. */
typedef void store_done_fn(void *arg, struct err *err);

/* Queues a write; any thread. */
void store_write(struct store *store, store_fn *fn, void *arg, store_done_fn *done);
/* As above, but waits.  Not from a loop's or the writer's thread. */
struct err *store_write_wait(struct store *store, store_fn *fn, void *arg) MUST_USE;
/* Runs 'fn' now on a reader connection: one consistent snapshot, read only. */
struct err *store_read(struct store *store, store_fn *fn, void *arg) MUST_USE;
/* One consistent copy of the database at 'path' while it runs. */
struct err *store_backup(struct store *store, const char *path) MUST_USE;
/* The same of the database at 'from' that another process perhaps has open: it goes on writing, and its
 * log is not moved meanwhile.  'to' is replaced.  E_NOT_FOUND; E_UNAVAILABLE (no room); E_CONFLICT: a
 * server's. */
struct err *store_copy(const char *from, const char *to) MUST_USE;
/* Fact (tx_fact_set) of a database that was put back from a backup: when, in microseconds.  What the
 * world around has seen since then of what it says is not in it. */
#define STORE_RESTORED "restored"
/* Fact of a database whose rows were moved: where to, and when. */
#define STORE_MOVED "moved"
/* What a secret reads as whose sealing key is lost (store_give_up): no secret is empty by itself.  Who needs it says
 * that it is to be given anew. */
#define SEAL_LOST ""
#define STORE_GIVEN_UP "given-up"
/* Whether the database at 'where', perhaps in use, is whole: its pages, its indexes, its references; of a
 * server's only whether it is there.  Only reads.  E_NOT_FOUND; E_INVALID says what is broken, the first
 * twenty things; E_UNAVAILABLE. */
struct err *store_verify(const char *where) MUST_USE;
/* Copies the store of 'config' to 'to', which has to be empty: all of it or nothing, each table held against
 * the source afterwards.  Nobody else may have either meanwhile.  'told' (table, rows) after each.  Sealed
 * columns stay as they are: it takes the same sealing key.  Then the source says where its rows are: nobody opens
 * or moves it again but after store_reopen.  E_CONFLICT: not empty, in use, or moved already. */
struct err *store_move(const struct store_config *config, const char *to,
                       void (*told)(void *arg, const char *table, int64_t n), void *arg) MUST_USE;
/* Whether the rows at 'where', which is there and perhaps in use, were moved: E_CONFLICT says where to, and what to do.
 * Only reads.  E_UNAVAILABLE. */
struct err *store_moved_check(const char *where) MUST_USE;
/* The store at 'where' is used again although its rows were moved.  Nobody may have it.  E_NOT_FOUND: not there,
 * or it was not moved. */
struct err *store_reopen(const char *where) MUST_USE;
/* Whether 'where' is something that store_open understands, in this build.  E_INVALID; never tells what
 * is secret in it. */
struct err *store_check(const char *where) MUST_USE;

/* How much is in the database at 'where', perhaps in use: pages, what is free of them, the log beside it
 * (of a server's its bytes), and the rows of each table, as a JSON object.  Only reads.  E_NOT_FOUND,
 * E_UNAVAILABLE. */
struct err *store_statistics(const char *where, struct buf *out) MUST_USE;

/* The transaction's arena: rows read in it live here, until it ends (a write's: until its done
 * callback has returned). */
struct mem *tx_mem(struct tx *tx);
int64_t tx_now(struct tx *tx);           /* One time for the whole transaction, microseconds. */
struct store *tx_store(struct tx *tx);
bool tx_writes(const struct tx *tx);     /* false: a read */

/* What a transaction has read and made of rows of 'table' for 'key', for its later steps: null where
 * nothing is kept.  Functions that are committed together share it, so it must follow from rows
 * alone, not from who asks.  An inserted row of the table makes the transaction forget what it kept
 * for the table; an update, touch or delete of any row, and a failure, make it forget all.  Writes of
 * tx_sql do not. */
void *tx_kept(const struct tx *tx, const struct table *table, const char *key);
/* Keeps 'value', which lives in the transaction's arena.  On a reader: nothing. */
void tx_keep(struct tx *tx, const struct table *table, const char *key, void *value);
/* Forgets what was kept for the table; null: everything. */
void tx_forget(struct tx *tx, const struct table *table);
/* Entries that the transaction has appended to the change log so far. */
size_t tx_logged(const struct tx *tx);
/* Runs 'fn(tx, arg)' so that where it fails nothing of it is left and the transaction can go on. */
struct err *tx_try(struct tx *tx, store_fn *fn, void *arg) MUST_USE;

/* ---- rows ------------------------------------------------------------- */

/* Conditions are ANDed; several values of one attribute are ORed (for COND_NE: none of them).
 * COND_LIKE takes patterns with % and _, '\\' before a literal one.  A condition on refs or strs
 * holds where the list has the value. */
enum cond_op { COND_EQ, COND_NE, COND_LT, COND_LE, COND_GT, COND_GE, COND_LIKE, COND_NULL, COND_NOT_NULL };
struct cond {
    const char *attr;            /* Attribute; "fixed_ips.ip_address" for a child's; null ends a list */
    enum cond_op op;
    const char *const *texts;    /* Values as text, null-terminated ... */
    const char *text;            /* ... or one of them */
    const struct cond *also;     /* a further condition that must hold too, or null */
};
#define COND(attr_, value_) {.attr = (attr_), .text = (value_)}
/* A predicate in SQL with its values; the row's table has the alias "t". */
struct sql {
    const char *text;            /* null = none */
    const char *const *args;     /* texts, bound in order, null-terminated */
};
struct sort {
    const char *attr;
    bool descending;
};
struct query {
    const struct table *table;
    const struct cond *conds;    /* ends with attr null; may be null */
    struct sql where;            /* further predicate (visibility) */
    const struct sort *sorts;    /* ends with attr null; the key is always the last sort key; null
                                  * is the smallest value; without sorts and pages: as inserted */
    int64_t limit;               /* 0 = all */
    const char *marker;          /* key of the last row of the page before, or null; E_NOT_FOUND if gone */
    bool backwards;              /* page before the marker */
    bool bare;                   /* do not load child tables and references */
    bool lean;                   /* do not read BULK columns: they are null */
};

/* E_NOT_FOUND (type: null; message "port ID could not be found").  The row
 * lives in the transaction's arena, with its children. */
struct err *row_get(struct tx *tx, const struct table *table, const char *key, void *row_out) MUST_USE;
/* First match or null. */
struct err *row_find(struct tx *tx, const struct table *table, const struct cond *conds, void *row_out) MUST_USE;
struct err *rows_select(struct tx *tx, const struct query *query, struct rows *rows) MUST_USE;
struct err *rows_count(struct tx *tx, const struct query *query, int64_t *n) MUST_USE;
/* Streams instead of keeping: children are loaded in batches; the row is valid
 * during the call. */
struct err *rows_each(struct tx *tx, const struct query *query,
                      struct err *(*fn)(void *arg, void *row), void *arg) MUST_USE;
/* The same by batches: what goes with rows can be read for many at once. */
struct err *rows_each_batch(struct tx *tx, const struct query *query,
                            struct err *(*fn)(void *arg, void **rows, size_t n), void *arg) MUST_USE;
/* Inserts with children and references; sets a missing key (uuid_make_ordered), defaults, and
 * created_at, updated_at, revision_number where the table has them.  E_EXISTS,
 * E_NOT_FOUND (a reference that does not exist: names the attribute, its type is the other table's
 * name). */
struct err *row_insert(struct tx *tx, void *row) MUST_USE;
/* Inserts 'n' rows of one table, as by row_insert one after the other, with fewer statements.  Where
 * it fails some of them may be there: the transaction, or its tx_try, has to fail too. */
struct err *row_insert_all(struct tx *tx, void *const *rows, size_t n) MUST_USE;
/* Writes what differs between 'old' (as read) and 'row': columns, children and
 * references as a difference; bumps revision_number and updated_at if anything did. */
struct err *row_update(struct tx *tx, const void *old, void *row) MUST_USE;
/* E_NOT_FOUND, E_IN_USE (names what refers to it). */
struct err *row_delete(struct tx *tx, const struct table *table, const char *key) MUST_USE;
/* Bumps revision_number and logs, without another change (a child of it changed). */
struct err *row_touch(struct tx *tx, const struct table *table, const char *key) MUST_USE;

/* Plain SQL for the few things rows cannot say (allocation of addresses, VNIs): one statement; 'args'
 * texts, null-terminated (tx_null stands for null; "CAST(? AS BIGINT)" where no column beside it
 * says that a number is meant).  Calls 'fn' (null = nothing) for each result row with its columns
 * as text.  Changes made so are not in the change log: for unlogged tables, or with row_touch. */
extern const char tx_null[];
struct err *tx_sql(struct tx *tx, const char *sql, const char *const *args,
                   struct err *(*fn)(void *arg, int n, const char *const *columns), void *arg) MUST_USE;
/* Small persistent facts of a floor: sequences, epochs.  Absent = null. */
struct err *tx_fact_get(struct tx *tx, const char *name, const char **value) MUST_USE;
struct err *tx_fact_set(struct tx *tx, const char *name, const char *value) MUST_USE;

/* ---- change log -------------------------------------------------------- */

enum change_kind { CHANGE_CREATE, CHANGE_UPDATE, CHANGE_DELETE };
struct change {
    int64_t seq;
    int64_t at;                  /* microseconds */
    enum change_kind kind;
    const char *table;
    const char *id;
    const char *owner;           /* project_id of the row, or null */
    int64_t revision;
    const struct json *columns;  /* changed columns (create: all, delete: last image); SECRET redacted */
};
/* Entries after 'cursor' in sequence order, at most 'max'.  E_GONE where the
 * log no longer reaches back to the cursor: take a fresh snapshot. */
struct err *changes_read(struct tx *tx, int64_t cursor, size_t max, struct change **changes, size_t *n) MUST_USE;
/* The last image of a row of 'table' that was deleted behind 'cursor', as of 'columns' above; null
 * where the log has none.  Reads one entry, however long the log is. */
struct err *change_image(struct tx *tx, const struct table *table, const char *id, int64_t cursor,
                         const struct json **image) MUST_USE;
/* Oldest and newest sequence number: 0 in an empty log. */
struct err *changes_first(struct tx *tx, int64_t *seq) MUST_USE;
struct err *changes_last(struct tx *tx, int64_t *seq) MUST_USE;
/* Who follows the log may do so in a transaction that asks for it (tx_follow): 'fn' reads what the
 * transaction has logged, and what it writes is committed with it.  One for a store; null = none.  Returns
 * when no call is under way. */
void store_follow(struct store *store, store_fn *fn, void *arg);
/* Has the follower look now, at the end of a function that somebody waits to hear of: one commit for both.
 * On the writer.  The follower's errors; null where there is none. */
struct err *tx_follow(struct tx *tx) MUST_USE;
/* Calls 'fn(arg)' on 'loop' after commits that wrote to the log (coalesced). */
struct store_watch;
struct store_watch *store_watch(struct store *store, struct loop *loop, loop_fn *fn, void *arg);
void store_unwatch(struct store_watch *watch);

/* 32 bytes that follow from the sealing key and 'place', the same whenever they are asked for; neither is
 * told by them.  E_INTERNAL where the store has no key. */
struct err *tx_secret(struct tx *tx, const char *place, uint8_t secret[32]) MUST_USE;

/* Sealing of secrets outside rows (files, journals): text in, text out. */
struct err *store_seal(struct store *store, struct mem *mem, const char *plain, const char **sealed) MUST_USE;
struct err *store_unseal(struct store *store, struct mem *mem, const char *sealed, const char **plain) MUST_USE;

#endif
