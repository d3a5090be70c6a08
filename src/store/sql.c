/* What rows cannot say: single statements of SQL, and facts. */
#include "store/tx.h"

#include "base/vec.h"

struct mem *
tx_mem(struct tx *tx)
{
    return tx->mem;
}

int64_t
tx_now(struct tx *tx)
{
    return tx->now;
}

struct store *
tx_store(struct tx *tx)
{
    return tx->store;
}

bool
tx_writes(const struct tx *tx)
{
    return tx->writes;
}

size_t
tx_logged(const struct tx *tx)
{
    return tx->n_logged;
}

struct err *
tx_try(struct tx *tx, store_fn *fn, void *arg)
{
    int64_t seq = tx->seq;
    size_t n_logged = tx->n_logged;
    struct err *e;

    TRY(conn_again(tx->conn, "SAVEPOINT try"));
    e = fn(tx, arg);
    if (e && !tx->conn->lost) {
        tx->seq = seq;
        tx->n_logged = n_logged;
        tx_forget(tx, NULL);
        e = err_join(e, conn_again(tx->conn, "ROLLBACK TO try"));
    }
    return tx->conn->lost ? e : err_join(e, conn_again(tx->conn, "RELEASE try"));
}

const char tx_null[] = "";

static struct err *
columns_give(const struct stmt *stmt, const char **columns, int n,
         struct err *(*fn)(void *arg, int n, const char *const *columns), void *arg)
{
    for (int i = 0; i < n; i++) {
        columns[i] = stmt_get(stmt, i);
    }
    return fn ? fn(arg, n, columns) : NULL;
}

struct err *
tx_sql(struct tx *tx, const char *sql, const char *const *args,
       struct err *(*fn)(void *arg, int n, const char *const *columns), void *arg)
{
    AUTO_STMT stmt = {0};
    const char **columns;
    bool row;
    int n;

    TRY(conn_take(tx->conn, sql, &stmt));
    if (!tx->writes && !tx->conn->driver->only_reads(stmt.s)) {
        return err_new(E_INTERNAL, NULL, "a read may not write: %s", sql);
    }
    for (int i = 0; args && args[i]; i++) {
        stmt_text(&stmt, i + 1, args[i] == tx_null ? NULL : args[i]);
    }
    TRY(conn_step(tx->conn, &stmt, &row));
    n = tx->conn->driver->columns(stmt.s);
    columns = MEM_ARRAY(tx->mem, (size_t)n, const char *);
    while (row) {
        TRY(columns_give(&stmt, columns, n, fn, arg));
        TRY(conn_step(tx->conn, &stmt, &row));
    }
    return NULL;
}

struct err *
fact_get(struct conn *conn, struct mem *mem, const char *name, const char **value)
{
    AUTO_STMT stmt = {0};
    bool row;

    *value = NULL;
    TRY(conn_take(conn, "SELECT value FROM _fact WHERE name = ?1", &stmt));
    stmt_text(&stmt, 1, name);
    TRY(conn_step(conn, &stmt, &row));
    if (row) {
        *value = mem_str(mem, stmt_get(&stmt, 0));
    }
    return NULL;
}

struct err *
fact_look(struct conn *conn, struct mem *mem, const char *name, const char **value)
{
    bool row, has_facts = false;
    AUTO_STMT tables = {0};

    *value = NULL;
    TRY(conn_take(conn, conn->driver->dialect.tables, &tables));
    TRY(conn_step(conn, &tables, &row));
    while (row && !has_facts) {
        has_facts = str_eq(stmt_get(&tables, 0), "_fact");
        TRY(conn_step(conn, &tables, &row));
    }
    conn_give(&tables);
    return has_facts ? fact_get(conn, mem, name, value) : NULL;
}

struct err *
fact_set(struct conn *conn, const char *name, const char *value)
{
    AUTO_STMT stmt = {0};

    TRY(conn_take(conn,
                  "INSERT INTO _fact (name, value) VALUES (?1, ?2) "
                  "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                  &stmt));
    stmt_text(&stmt, 1, name);
    stmt_text(&stmt, 2, value);
    return conn_run(conn, &stmt);
}

struct err *
tx_fact_get(struct tx *tx, const char *name, const char **value)
{
    return fact_get(tx->conn, tx->mem, name, value);
}

struct err *
tx_fact_set(struct tx *tx, const char *name, const char *value)
{
    return tx->writes ? fact_set(tx->conn, name, value) : err_new(E_INTERNAL, NULL, "a read may not write");
}
