/* Moves the write-ahead log into the database, on a thread and a connection of
 * its own, while writers and readers go on.  Under writes without a pause the
 * log would never be wholly moved and grow for ever; then the last bit is moved
 * while the writer waits between two groups. */
#include "store/sqlite.h"
#include "store/tx.h"

#include "base/log.h"

#include <string.h>

/* The log may grow to so many times busy_pages before the writer has to wait. */
#define WAIT_FACTOR 4

/* Moves what can be; 'left' pages remain of 'pages'. */
static int
checkpoint(struct conn *conn, int *pages, int *left)
{
    int moved = 0;
    int rc = sqlite3_wal_checkpoint_v2(sqlite_db(conn), NULL, SQLITE_CHECKPOINT_PASSIVE, pages, &moved);

    *left = *pages - moved;
    return rc;
}

static void
checkpoint_run(struct store *store, struct conn *conn)
{
    int pages = 0, left = 0;
    int rc = checkpoint(conn, &pages, &left);

    if (rc == SQLITE_OK && left && pages > store->busy_pages * WAIT_FACTOR) {
        pthread_mutex_lock(&store->gate);
        rc = checkpoint(conn, &pages, &left);
        pthread_mutex_unlock(&store->gate);
    }
    if (rc != SQLITE_OK && rc != SQLITE_BUSY) {
        log_warn("store", "checkpoint: %s", sqlite3_errmsg(sqlite_db(conn)));
    }
}

/* What is asked for is moving the log, or only room for the next start. */
static bool
wait_asked(struct store *store, bool *moves)
{
    bool end;

    pthread_mutex_lock(&store->checkpoint_lock);
    while (!store->checkpoint_asked && !store->reserve_asked && !store->checkpoint_end) {
        pthread_cond_wait(&store->checkpoint_more, &store->checkpoint_lock);
    }
    *moves = store->checkpoint_asked;
    store->checkpoint_asked = store->reserve_asked = false;
    end = store->checkpoint_end;
    pthread_mutex_unlock(&store->checkpoint_lock);
    return !end;
}

static void *
checkpoint_thread(void *arg)
{
    struct store *store = arg;
    struct conn *conn = NULL;
    bool moves;

    while (wait_asked(store, &moves)) {
        struct err *e = conn || !moves ? NULL : conn_open(store->path, CONN_CHECKPOINTER, &conn);

        if (e) {
            log_err(LOG_LV_WARN, "store", e, "checkpoint");
        } else if (moves) {
            checkpoint_run(store, conn);
        }
        if (atomic_load(&store->has_started)) {
            reserve_keep(store->path);
        }
    }
    conn_close(conn);
    return NULL;
}

static void
ask(struct store *store, bool *what)
{
    if (!store->checkpoint_runs) {
        return;
    }
    pthread_mutex_lock(&store->checkpoint_lock);
    *what = true;
    pthread_cond_signal(&store->checkpoint_more);
    pthread_mutex_unlock(&store->checkpoint_lock);
}

void
checkpointer_ask(struct store *store)
{
    ask(store, &store->checkpoint_asked);
}

void
store_started(struct store *store)
{
    atomic_store(&store->has_started, true);
    ask(store, &store->reserve_asked);
}

static int
wal_grew(void *arg, sqlite3 *db, const char *name, int pages)
{
    struct store *store = arg;

    (void)db;
    (void)name;
    store->wal_pages = pages;
    return SQLITE_OK;
}

struct err *
checkpointer_start(struct store *store)
{
    int rc;

    if (store->in_memory) {
        return NULL;
    }
    sqlite3_wal_hook(sqlite_db(store->write_conn), wal_grew, store);
    rc = pthread_create(&store->checkpointer, NULL, checkpoint_thread, store);
    if (rc) {
        return err_new(E_UNAVAILABLE, NULL, "the checkpointer's thread: %s", strerror(rc));
    }
    pthread_setname_np(store->checkpointer, "store-chkpt");
    store->checkpoint_runs = true;
    return NULL;
}

void
checkpointer_stop(struct store *store)
{
    if (!store->checkpoint_runs) {
        return;
    }
    pthread_mutex_lock(&store->checkpoint_lock);
    store->checkpoint_end = true;
    pthread_cond_signal(&store->checkpoint_more);
    pthread_mutex_unlock(&store->checkpoint_lock);
    pthread_join(store->checkpointer, NULL);
    store->checkpoint_runs = false;
}
