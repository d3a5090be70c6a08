/* The sealing key changes.  A fact says which key seals, so that a start that was killed between the
 * database's new seals and the key's file knows where it was; what follows from the first key
 * (tx_secret) goes on by that key, kept as a secret among the others. */
#include "store/reseal.h"

#include "base/log.h"
#include "store/schema.h"
#include "store/tx.h"
#include "store/upgrade.h"

#include <string.h>

#define FACT_KEY "seal"
#define FACT_ROOT "secret-root"
#define ID_BYTES 8

/* Names a key without telling anything of it. */
static struct err *
key_id(struct mem *mem, const uint8_t key[SEAL_KEY_SIZE], const char **id)
{
    uint8_t digest[SEAL_KEY_SIZE];
    char *text = mem_alloc(mem, ID_BYTES * 2 + 1);

    TRY(seal_secret(key, "which key", digest));
    hex_from(text, digest, ID_BYTES);
    *id = text;
    return NULL;
}

/* ---- the root of tx_secret ------------------------------------------------------------------ */

static struct err *
root_get(struct conn *conn, struct mem *mem, const uint8_t key[SEAL_KEY_SIZE], uint8_t root[SEAL_KEY_SIZE])
{
    const char *sealed, *text;

    TRY(fact_get(conn, mem, FACT_ROOT, &sealed));
    if (!sealed) {
        memcpy(root, key, SEAL_KEY_SIZE);
        return NULL;
    }
    TRY(unseal_text(mem, key, FACT_ROOT, sealed, &text));
    return hex_to(root, text, SEAL_KEY_SIZE) ? NULL : err_new(E_INTERNAL, NULL, "fact " FACT_ROOT " is damaged");
}

static struct err *
root_set(struct conn *conn, struct mem *mem, const uint8_t next[SEAL_KEY_SIZE],
         const uint8_t root[SEAL_KEY_SIZE])
{
    char text[SEAL_KEY_SIZE * 2 + 1];
    const char *sealed;

    hex_from(text, root, SEAL_KEY_SIZE);
    TRY(seal_text(mem, next, FACT_ROOT, text, &sealed));
    explicit_bzero(text, sizeof text);
    return fact_set(conn, FACT_ROOT, sealed);
}

/* Unseals one value of each column that has any. */
static struct err *
column_prove(struct store *store, struct mem *mem, const struct shape *shape, const struct attr *attr)
{
    AUTO_STMT stmt = {0};
    const char *plain;
    bool row;

    TRY(conn_take(store->write_conn, mem_printf(mem, "SELECT \"%s\", \"%s\" FROM %s WHERE \"%s\" IS NOT NULL LIMIT 1",
                                                shape->key->name, attr->name, shape->sql_name, attr->name), &stmt));
    TRY(conn_step(store->write_conn, &stmt, &row));
    if (!row) {
        return NULL;
    }
    return unseal_text(mem, store->seal_key, mem_printf(mem, "%s.%s.%s", shape->table->name, attr->name, stmt_get(&stmt, 0)),
                       stmt_get(&stmt, 1), &plain);
}

/* The first of several: from now on every other has the same key.  What was sealed before has to be so by it. */
static struct err *
key_note(struct store *store, struct mem *mem, const char *id)
{
    const struct shapes *shapes = &store->shapes;

    for (size_t i = 0; i < shapes->n; i++) {
        const struct shape *shape = shapes->all[i];

        for (size_t a = 0; shape->key && a < shape->n_columns; a++) {
            if (shape->columns[a]->use & SECRET) {
                TRY_MSG(column_prove(store, mem, shape, shape->columns[a]), "it is sealed with another key than the "
                        "one that is there");
            }
        }
    }
    return fact_set(store->write_conn, FACT_KEY, id);
}

struct err *
seal_open(struct store *store)
{
    AUTO(mem) mem = mem_new("seal");
    const char *sealed_by, *id;

    if (!store->has_key) {
        return NULL;
    }
    TRY(fact_get(store->write_conn, mem, FACT_KEY, &sealed_by));
    TRY(key_id(mem, store->seal_key, &id));
    if (sealed_by && !str_eq(sealed_by, id)) {
        return err_new(E_INVALID, NULL,
                       "it is sealed with another key (%s) than the one that is there (%s): restore seal.key "
                       "from the backup", sealed_by, id);
    }
    if (!sealed_by && store->replica) {
        TRY(key_note(store, mem, id));
    }
    return root_get(store->write_conn, mem, store->seal_key, store->secret_root);
}

/* ---- sealing anew --------------------------------------------------------------------------- */

struct sealing {
    struct conn *conn;
    struct mem *mem;
    const uint8_t *key, *next;
    size_t n;
};

struct sealed {
    const char *key, *text;
};

static struct err *
column_put(struct sealing *s, const struct shape *shape, const struct attr *attr, const struct sealed *one)
{
    AUTO_STMT stmt = {0};

    TRY(conn_take(s->conn, mem_printf(s->mem, "UPDATE %s SET \"%s\" = ?2 WHERE \"%s\" = ?1", shape->sql_name,
                                      attr->name, shape->key->name), &stmt));
    stmt_text(&stmt, 1, one->key);
    stmt_text(&stmt, 2, one->text);
    s->n++;
    return conn_run(s->conn, &stmt);
}

static struct err *
column_seal(struct sealing *s, const struct shape *shape, const struct attr *attr)
{
    VEC(struct sealed) all = {0};
    AUTO_STMT stmt = {0};
    bool row;

    if (!shape->key) {
        return err_new(E_INTERNAL, NULL, "%s.%s is secret in a table without a key", shape->table->name, attr->name);
    }
    TRY(conn_take(s->conn, mem_printf(s->mem, "SELECT \"%s\", \"%s\" FROM %s WHERE \"%s\" IS NOT NULL",
                                      shape->key->name, attr->name, shape->sql_name, attr->name), &stmt));
    TRY(conn_step(s->conn, &stmt, &row));
    while (row) {
        struct sealed one = {.key = mem_str(s->mem, stmt_get(&stmt, 0))};
        const char *place = mem_printf(s->mem, "%s.%s.%s", shape->table->name, attr->name, one.key), *plain;

        TRY(unseal_text(s->mem, s->key, place, stmt_get(&stmt, 1), &plain));
        TRY(seal_text(s->mem, s->next, place, plain, &one.text));
        vec_add(s->mem, &all, one);
        TRY(conn_step(s->conn, &stmt, &row));
    }
    vec_each (&all, one) {
        TRY(column_put(s, shape, attr, one));
    }
    return NULL;
}

static struct err *
all_seal(struct sealing *s, const struct shapes *shapes)
{
    uint8_t root[SEAL_KEY_SIZE];
    const char *id;

    for (size_t i = 0; i < shapes->n; i++) {
        for (size_t a = 0; a < shapes->all[i]->n_columns; a++) {
            if (shapes->all[i]->columns[a]->use & SECRET) {
                TRY(column_seal(s, shapes->all[i], shapes->all[i]->columns[a]));
            }
        }
    }
    TRY(root_get(s->conn, s->mem, s->key, root));
    TRY(root_set(s->conn, s->mem, s->next, root));
    explicit_bzero(root, sizeof root);
    TRY(key_id(s->mem, s->next, &id));
    return fact_set(s->conn, FACT_KEY, id);
}

static struct err *
transaction(struct sealing *s, const struct shapes *shapes)
{
    struct err *e;

    TRY(conn_begin(s->conn));
    e = all_seal(s, shapes);
    e = e ? e : conn_commit(s->conn);
    if (e) {
        conn_rollback(s->conn);
    }
    return e;
}

static struct err *
reseal(struct conn *conn, struct mem *mem, const struct store_config *config, const char *next)
{
    struct sealing s = {.conn = conn, .mem = mem, .key = (const uint8_t *)config->seal_key,
                        .next = (const uint8_t *)next};
    const char *sealed_by, *id;
    struct shapes shapes;

    TRY(shapes_make(mem, config->tables, &conn->driver->dialect, &shapes));
    TRY(schema_apply(conn, &shapes, config));
    TRY(fact_get(conn, mem, FACT_KEY, &sealed_by));
    TRY(key_id(mem, s.next, &id));
    if (!str_eq(sealed_by, id)) {
        TRY(transaction(&s, &shapes));
        log_info("store", "secrets are sealed with another key: n=%zu key=%s", s.n, id);
    }
    TRY(conn->driver->scrub(conn));
    upgrade_copies_remove(conn, config->path);
    return NULL;
}

struct err *
store_reseal(const struct store_config *config, const char *next)
{
    AUTO(mem) mem = mem_new("reseal");
    struct conn *conn;
    struct err *e;

    TRY(conn_open(config->path, CONN_WRITER, &conn));
    e = reseal(conn, mem, config, next);
    conn_close(conn);
    return err_wrap(e, "another sealing key for %s", url_shown(mem, config->path));
}
