/* A transaction and the store behind it, as the files of this folder share
 * them.  Everything here is used under the connection's transaction. */
#ifndef CARRICK_STORE_TX_H
#define CARRICK_STORE_TX_H

#include "store/conn.h"
#include "store/seal.h"
#include "store/shape.h"
#include "store/store.h"

#include "base/log.h"

#include <pthread.h>
#include <stdatomic.h>

/* A delete on its way through cascades: rows may refer to each other in circles. */
struct deleting {
    const struct deleting *outer;
    const struct shape *shape;
    const char *key;
};

/* Something a transaction keeps. */
struct keeping {
    struct keeping *next;
    const struct table *table;
    const char *key;
    void *value;
};

struct tx {
    struct store *store;
    struct conn *conn;
    struct mem *mem;
    int64_t now;
    bool writes;     /* false: a reader */
    int64_t seq;     /* newest entry of the change log as this transaction sees it */
    size_t n_logged;
    const struct deleting *deleting;
    struct keeping *kept;
};

/* One queued write. */
struct job {
    struct job *next;
    store_fn *fn;
    void *arg;
    store_done_fn *done;
    struct mem *mem;
    struct err *err;
    int64_t seq; /* log position after it */
    struct log_origin origin;
};

struct store_watch {
    struct store *store;
    struct store_watch *next;
    struct loop *loop;
    loop_fn *fn;
    void *arg;
    bool posted; /* a call waits on the loop; under watch_lock */
    bool dead;
};

struct store {
    struct mem *mem;               /* of shapes and texts; lives as long as the store */
    struct shapes shapes;
    char *path;
    bool in_memory;
    bool has_key;
    uint8_t seal_key[SEAL_KEY_SIZE];
    uint8_t secret_root[SEAL_KEY_SIZE]; /* of tx_secret */
    int64_t log_keep, busy_pages;
    char *log_cursor; /* or null */

    pthread_t writer;
    pthread_mutex_t queue_lock;
    pthread_cond_t queue_more;
    struct job *first, **last;
    bool closing;
    _Atomic bool is_full;          /* the last write had no room */
    _Atomic bool has_started;      /* its role has written what a start writes */
    struct conn *write_conn;
    pthread_mutex_t gate;          /* held while the writer has a transaction open */
    struct buf log_text;           /* scratch of the change log, the writer's */
    int64_t seq;                   /* newest committed entry, the writer's */
    int64_t log_first;             /* oldest kept entry, the writer's */
    struct mem *spare[16];         /* arenas for the next jobs, the writer's */
    size_t n_spare;
    int wal_pages;                 /* as of the last commit, the writer's */

    pthread_mutex_t read_lock;
    pthread_cond_t read_more;
    struct conn *readers;          /* free ones */
    size_t n_readers;

    pthread_t checkpointer;
    pthread_mutex_t checkpoint_lock;
    pthread_cond_t checkpoint_more;
    bool checkpoint_asked, reserve_asked, checkpoint_end, checkpoint_runs;

    pthread_mutex_t watch_lock;
    struct store_watch *watches;

    char *replica;                 /* our name among those who write, or null: we are alone */
    const char *version;           /* of the program, or null ... */
    int64_t schema;                /* ... and the last migration: what it was opened with */
    void (*outdated)(void *arg, struct err *why);
    void *outdated_arg;
    _Atomic bool is_outdated;
    struct listener *listener;     /* the driver's, where it has one */
    _Atomic bool hears;            /* others' commits */

    pthread_mutex_t follow_lock; /* held while the follower runs */
    store_fn *follower;
    void *follower_arg;
};

/* The writer's thread (writer.c): started by store_open, ended by store_close. */
struct err *writer_start(struct store *store) MUST_USE;
void writer_stop(struct store *store);
/* In a transaction: is the database of a session that was made anew still what the store was opened with (store.c)?
 * E_UNAVAILABLE where it is not, from then on for all sessions. */
struct err *session_prove(struct store *store, struct conn *conn) MUST_USE;
/* Wakes the checkpointer's thread, where the database is a file (checkpoint.c). */
void checkpointer_ask(struct store *store);

/* Appends to the change log (change.c).  'changed': attributes that differ,
 * null-terminated; null = all. */
struct err *change_append(struct tx *tx, enum change_kind kind, const struct shape *shape,
                          const void *row, const struct attr *const *changed) MUST_USE;
/* The same for 'n' new rows. */
struct err *change_append_new(struct tx *tx, const struct shape *shape, void *const *rows,
                              size_t n) MUST_USE;
/* Reads the ends of the log into the store; drops what is older than log_keep. */
struct err *change_log_open(struct store *store) MUST_USE;
struct err *change_log_trim(struct store *store) MUST_USE;
void watches_tell(struct store *store);

/* Reading rows (load.c).  The statement's columns from 'at' on are those of the shape. */
struct err *row_load(struct tx *tx, struct mem *mem, const struct shape *shape,
                     const struct stmt *stmt, int at, void **row) MUST_USE;
/* Children and references of 'n' rows, a statement per child table. */
struct err *rows_load_parts(struct tx *tx, struct mem *mem, const struct shape *shape, void **rows,
                            size_t n) MUST_USE;
/* Binds a member, sealed where it is SECRET. */
struct err *member_bind(struct tx *tx, const struct stmt *stmt, int at, const struct shape *shape,
                        const struct attr *attr, const void *row) MUST_USE;
/* Makes a row ready to be inserted: key, times, revision, defaults (row.c). */
struct err *row_complete(struct tx *tx, const struct shape *shape, void *row) MUST_USE;
/* A main row alone; a row of a child table and a link at their place (row.c). */
struct err *main_insert(struct tx *tx, const struct shape *shape, const void *row) MUST_USE;
struct err *child_insert(struct tx *tx, const struct shape *shape, const char *parent,
                         int64_t place, void *row) MUST_USE;
struct err *link_insert(struct tx *tx, const struct shape_link *link, const char *owner,
                        int64_t place, const char *target) MUST_USE;
struct err *shape_find(struct tx *tx, const struct table *table, struct shape **shape) MUST_USE;

/* Facts without a transaction of rows around (sql.c); as tx_fact_get and tx_fact_set. */
struct err *fact_get(struct conn *conn, struct mem *mem, const char *name, const char **value) MUST_USE;
struct err *fact_set(struct conn *conn, const char *name, const char *value) MUST_USE;
/* As fact_get, where the database perhaps has no facts yet. */
struct err *fact_look(struct conn *conn, struct mem *mem, const char *name, const char **value) MUST_USE;

/* reseal.c: is it the key that sealed?  And what tx_secret follows from.  E_INVALID. */
struct err *seal_open(struct store *store) MUST_USE;
/* The same before the schema is what 'shapes' say; 'key' null: whatever key. */
struct err *seal_look(struct conn *conn, struct mem *mem, const struct shapes *shapes, const char *key) MUST_USE;

#endif
