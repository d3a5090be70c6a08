/* What connections of all kinds share: no statement is prepared twice. */
#include "store/conn.h"

#include "store/postgresql.h"

#include "base/vec.h"
#include "store/room.h"

#include <stdlib.h>
#include <string.h>

struct err *
driver_for(const char *where, const struct driver **driver)
{
    if (!str_starts(where, "postgresql://") && !str_starts(where, "postgres://")) {
        *driver = &sqlite_driver;
        return NULL;
    }
#ifdef HAVE_POSTGRESQL
    *driver = &postgresql_driver;
    return NULL;
#else
    *driver = NULL;
    return err_new(E_INVALID, NULL, "this build of the program has no PostgreSQL (-Dpostgresql=enabled)");
#endif
}

struct err *
conn_open(const char *where, enum conn_role role, struct conn **conn)
{
    const struct driver *driver;

    TRY(driver_for(where, &driver));
    return driver->open(where, role, conn);
}

static void
slot_clear(struct conn *conn, struct conn_slot *slot)
{
    conn->driver->finalize(conn, slot->s);
    free(slot->sql);
    *slot = (struct conn_slot){0};
    conn->n_stmts--;
}

void
conn_forget(struct conn *conn)
{
    for (size_t i = 0; i < CONN_SLOTS; i++) {
        if (conn->slots[i].s) {
            slot_clear(conn, &conn->slots[i]);
        }
    }
}

void
conn_close(struct conn *conn)
{
    if (conn) {
        conn_forget(conn);
        conn->driver->close(conn);
    }
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
        if (slot->used + CONN_STMTS_MAX / 2 < conn->takes && !conn->driver->is_busy(slot->s)) {
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

struct err *
conn_take(struct conn *conn, const char *sql, struct stmt *stmt)
{
    uint64_t hash = hash_bytes(sql, strlen(sql), 0);
    struct conn_slot *slot = slot_find(conn, sql, hash);

    *stmt = (struct stmt){.conn = conn};
    conn->takes++;
    if (slot->s && !conn->driver->is_busy(slot->s)) {
        slot->used = conn->takes;
        stmt->s = slot->s;
        return NULL;
    }
    if (slot->s || conn->n_stmts >= CONN_STMTS_MAX + CONN_STMTS_MAX / 2) {
        stmt->once = true;
        return conn->driver->prepare(conn, sql, true, &stmt->s);
    }
    TRY(conn->driver->prepare(conn, sql, false, &stmt->s));
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
        stmt->conn->driver->finalize(stmt->conn, stmt->s);
    } else if (stmt->s) {
        stmt->conn->driver->reset(stmt->s);
    }
    stmt->s = NULL;
}

/* ---- running ----------------------------------------------------------------------- */

struct err *
conn_no_room(struct conn *conn)
{
    conn->lost = true;
    return err_new(E_UNAVAILABLE, STORE_NO_ROOM, "not stored: the disk is full; reads go on, and writes do when there is room");
}

struct err *
conn_step(struct conn *conn, const struct stmt *stmt, bool *row)
{
    return conn->driver->step(conn, stmt->s, row);
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
    AUTO_STMT stmt = {.conn = conn, .once = true};

    TRY(conn->driver->prepare(conn, sql, true, &stmt.s));
    return conn_run(conn, &stmt);
}

struct err *
conn_again(struct conn *conn, const char *sql)
{
    AUTO_STMT stmt = {0};

    TRY(conn_take(conn, sql, &stmt));
    return conn_run(conn, &stmt);
}

/* ---- transactions -------------------------------------------------------------------- */

struct err *
conn_begin(struct conn *conn)
{
    conn->lost = conn->in_doubt = conn->spoilt = false;
    return conn->driver->begin(conn);
}

struct err *
conn_commit(struct conn *conn)
{
    return conn->driver->commit(conn);
}

void
conn_rollback(struct conn *conn)
{
    conn->driver->rollback(conn);
    conn->lost = conn->spoilt = false;
}

bool
conn_in_transaction(struct conn *conn)
{
    return conn->driver->in_transaction(conn);
}
