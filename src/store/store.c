/* Opening and closing, reading, backup: what surrounds the writer. */
#include "store/tx.h"

#include "store/replica.h"
#include "store/schema.h"
#include "store/upgrade.h"

#include "sys/file.h"

#include <stdlib.h>
#include <string.h>

#define READERS 4
#define LOG_KEEP 100000
#define BUSY_PAGES 4000

/* ---- open and close ------------------------------------------------------------------- */

static struct store *
store_new(const struct store_config *config)
{
    struct store *store = heap_alloc(sizeof *store);

    store->mem = mem_new("store");
    store->path = heap_str(config->path);
    store->in_memory = !strcmp(config->path, ":memory:");
    store->log_keep = config->log_keep ? config->log_keep : LOG_KEEP;
    store->log_cursor = mem_str(store->mem, config->log_cursor);
    store->replica = mem_str(store->mem, config->replica);
    store->version = mem_str(store->mem, config->version);
    store->schema = config->n_migrations ? config->migrations[config->n_migrations - 1].number : 0;
    store->outdated = config->outdated;
    store->outdated_arg = config->outdated_arg;
    store->hears = true;
    store->busy_pages = config->busy_pages ? config->busy_pages : BUSY_PAGES;
    store->n_readers = (size_t)(config->n_readers > 0 ? config->n_readers : READERS);
    store->last = &store->first;
    if (config->seal_key) {
        memcpy(store->seal_key, config->seal_key, SEAL_KEY_SIZE);
        store->has_key = true;
    }
    pthread_mutex_init(&store->queue_lock, NULL);
    pthread_cond_init(&store->queue_more, NULL);
    pthread_mutex_init(&store->gate, NULL);
    pthread_mutex_init(&store->read_lock, NULL);
    pthread_cond_init(&store->read_more, NULL);
    pthread_mutex_init(&store->checkpoint_lock, NULL);
    pthread_cond_init(&store->checkpoint_more, NULL);
    pthread_mutex_init(&store->watch_lock, NULL);
    pthread_mutex_init(&store->follow_lock, NULL);
    return store;
}

static void
store_free(struct store *store)
{
    while (store->readers) {
        struct conn *next = store->readers->next;

        conn_close(store->readers);
        store->readers = next;
    }
    conn_close(store->write_conn);
    buf_done(&store->log_text);
    explicit_bzero(store->seal_key, sizeof store->seal_key);
    explicit_bzero(store->secret_root, sizeof store->secret_root);
    mem_free(store->mem);
    free(store->path);
    free(store);
}

static struct err *
readers_open(struct store *store)
{
    for (size_t i = 0; i < store->n_readers && !store->in_memory; i++) {
        struct conn *conn;

        TRY(conn_open(store->path, CONN_READER, &conn));
        conn->next = store->readers;
        store->readers = conn;
    }
    return NULL;
}

static bool
has_secrets(const struct shapes *shapes)
{
    for (size_t i = 0; i < shapes->n; i++) {
        for (size_t a = 0; a < shapes->all[i]->n_columns; a++) {
            if (shapes->all[i]->columns[a]->use & SECRET) {
                return true;
            }
        }
    }
    return false;
}

static struct err *
open_all(struct store *store, const struct store_config *config)
{
    const struct driver *driver;

    TRY(driver_for(config->path, &driver));
    TRY(shapes_make(store->mem, config->tables, &driver->dialect, &store->shapes));
    if (has_secrets(&store->shapes) && !store->has_key) {
        return err_new(E_INTERNAL, NULL, "a table has secrets and the store has no sealing key");
    }
    if (store->replica && !driver->share) {
        return err_new(E_INVALID, NULL, "replicas share a database in PostgreSQL");
    }
    TRY(conn_open(store->path, store->replica ? CONN_REPLICA : CONN_WRITER, &store->write_conn));
    TRY(schema_apply(store->write_conn, &store->shapes, config));
    TRY(seal_open(store));
    if (store->replica) {
        TRY(driver->share(store->write_conn));
    }
    TRY(change_log_open(store));
    TRY(readers_open(store));
    if (store->write_conn->driver->start) {
        TRY(store->write_conn->driver->start(store));
    }
    return writer_start(store);
}

static void
driver_stop(struct store *store)
{
    if (store->write_conn && store->write_conn->driver->stop) {
        store->write_conn->driver->stop(store);
    }
}

struct err *
store_open(const struct store_config *config, struct store **out)
{
    struct store *store = store_new(config);
    struct err *e = open_all(store, config);
    AUTO(mem) mem = mem_new("store open");

    if (e) {
        driver_stop(store);
        store_free(store);
        return err_wrap(e, "store %s", url_shown(mem, config->path));
    }
    *out = store;
    return NULL;
}

void
store_close(struct store *store)
{
    if (!store) {
        return;
    }
    writer_stop(store);
    driver_stop(store);
    store_free(store);
}

void
store_autofree(struct store **store)
{
    store_close(*store);
    *store = NULL;
}

/* ---- a session that was made anew ----------------------------------------------------------- */

static struct err *
same_check(struct store *store, struct conn *conn, struct mem *mem)
{
    const uint8_t *key = store->has_key ? store->seal_key : NULL;

    TRY(moved_check(conn, mem, store->path));
    TRY(seal_look(conn, mem, &store->shapes, (const char *)key));
    return upgrade_since(conn, mem, store->version, store->schema);
}

/* Once: whoever has the store is told. */
static void
outdated_tell(struct store *store, struct err *why)
{
    why = err_wrap(why, "the database was changed by somebody else while it could not be reached: nothing is written to it "
                        "any more");
    if (atomic_exchange(&store->is_outdated, true)) {
        err_ignore(why, "told before");
        return;
    }
    log_err(LOG_LV_ERROR, "store", err_copy(why), "outdated");
    if (store->outdated) {
        store->outdated(store->outdated_arg, why);
    } else {
        err_ignore(why, "told in the log");
    }
}

struct err *
session_prove(struct store *store, struct conn *conn)
{
    AUTO(mem) mem = NULL;
    struct err *e = NULL;

    if (conn->unproved && !atomic_load(&store->is_outdated)) {
        mem = mem_new("session");
        e = same_check(store, conn, mem);
        conn->unproved = e != NULL;
    }
    if (err_is(e, E_CONFLICT) || (e && str_eq(e->type, SEAL_OTHER_KEY))) {
        outdated_tell(store, e);
        e = NULL;
    }
    return e || !atomic_load(&store->is_outdated)
               ? e
               : err_new(E_UNAVAILABLE, NULL, "the database cannot be used: it is not what this process was started with");
}

/* ---- reading ------------------------------------------------------------------------------ */

static struct conn *
reader_take(struct store *store)
{
    struct conn *conn;

    if (store->in_memory) {
        pthread_mutex_lock(&store->gate);
        return store->write_conn;
    }
    pthread_mutex_lock(&store->read_lock);
    while (!store->readers) {
        pthread_cond_wait(&store->read_more, &store->read_lock);
    }
    conn = store->readers;
    store->readers = conn->next;
    pthread_mutex_unlock(&store->read_lock);
    return conn;
}

static void
reader_give(struct store *store, struct conn *conn)
{
    if (store->in_memory) {
        pthread_mutex_unlock(&store->gate);
        return;
    }
    pthread_mutex_lock(&store->read_lock);
    conn->next = store->readers;
    store->readers = conn;
    pthread_mutex_unlock(&store->read_lock);
    pthread_cond_signal(&store->read_more);
}

struct err *
store_read(struct store *store, store_fn *fn, void *arg)
{
    AUTO(mem) mem = mem_new("read");
    struct conn *conn = reader_take(store);
    struct tx tx = {.store = store, .conn = conn, .mem = mem, .now = time_now_us()};
    struct err *e = conn_begin(conn);

    if (!e) {
        e = session_prove(store, conn);
        e = e ? e : fn(&tx, arg);
        e = e ? e : conn_commit(conn);
        conn_rollback(conn);
    }
    reader_give(store, conn);
    return e;
}

/* ---- replicas --------------------------------------------------------------------------------- */

const char *
store_replica(const struct store *store)
{
    return store->replica;
}

bool
store_hears(struct store *store)
{
    return atomic_load(&store->hears);
}

struct err *
tx_replica_gone(struct tx *tx, const char *name, bool *gone)
{
    const struct driver *driver = tx->conn->driver;

    *gone = true;
    return driver->gone ? driver->gone(tx->conn, name, gone) : NULL;
}

/* ---- backup and secrets ---------------------------------------------------------------------- */

struct err *
store_backup(struct store *store, const char *path)
{
    struct conn *from = reader_take(store);
    struct err *e = from->driver->backup(from, path);

    reader_give(store, from);
    return err_wrap(e, "backup to %s", path);
}

struct err *
store_check(const char *where)
{
    const struct driver *driver;

    TRY(driver_for(where, &driver));
    return driver->check ? driver->check(where) : NULL;
}

struct err *
store_verify(const char *where)
{
    const struct driver *driver;

    TRY(driver_for(where, &driver));
    return driver->verify(where);
}

struct err *
store_statistics(const char *where, struct buf *out)
{
    const struct driver *driver;

    TRY(driver_for(where, &driver));
    return driver->statistics(where, out);
}

struct err *
store_copy(const char *from, const char *to)
{
    const struct driver *driver;
    struct conn *conn;
    struct err *e;

    TRY(driver_for(from, &driver));
    if (driver == &sqlite_driver && !file_exists(from)) {
        return err_new(E_NOT_FOUND, NULL, "%s: no such file", from);
    }
    TRY(conn_open(from, CONN_READER, &conn));
    e = driver->backup(conn, to);
    conn_close(conn);
    return err_wrap(e, "copy to %s", to);
}

struct err *
store_seal(struct store *store, struct mem *mem, const char *plain, const char **sealed)
{
    if (!store->has_key) {
        return err_new(E_INTERNAL, NULL, "the store has no sealing key");
    }
    return seal_text(mem, store->seal_key, "", plain, sealed);
}

struct err *
tx_secret(struct tx *tx, const char *place, uint8_t secret[32])
{
    if (!tx->store->has_key) {
        return err_new(E_INTERNAL, NULL, "the store has no sealing key");
    }
    return seal_secret(tx->store->secret_root, place, secret);
}

struct err *
store_unseal(struct store *store, struct mem *mem, const char *sealed, const char **plain)
{
    if (!store->has_key) {
        return err_new(E_INTERNAL, NULL, "the store has no sealing key");
    }
    return unseal_text(mem, store->seal_key, "", sealed, plain);
}
