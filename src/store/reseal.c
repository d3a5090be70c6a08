/* The sealing key, and another one.  A fact says which key seals: a database is not opened with one that
 * opens nothing of it, and a start that was killed between the database's new seals and the key's file knows
 * where it was.  What follows from the first key (tx_secret) goes on by that key, kept as a secret among the
 * others. */
#include "store/reseal.h"

#include "base/log.h"
#include "store/room.h"
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

/* ---- is it the key? ------------------------------------------------------------------------- */

/* With the sealed texts of one column, by the keys of their rows. */
static struct err *
column_read(struct conn *conn, struct mem *mem, const struct shape *shape, const struct attr *attr, struct stmt *stmt)
{
    if (!shape->key) {
        return err_new(E_INTERNAL, NULL, "%s.%s is secret in a table without a key", shape->table->name, attr->name);
    }
    return conn_take(conn, mem_printf(mem, "SELECT \"%s\", \"%s\" FROM %s WHERE \"%s\" IS NOT NULL", shape->key->name,
                                      attr->name, shape->sql_name, attr->name), stmt);
}

/* What a text of the row 'key' was sealed for; as in load.c. */
static const char *
place_of(struct mem *mem, const struct shape *shape, const struct attr *attr, const char *key)
{
    return mem_printf(mem, "%s.%s.%s", shape->table->name, attr->name, key);
}

/* Calls 'fn' for each column that is sealed. */
static struct err *
columns_each(const struct shapes *shapes,
             struct err *(*fn)(void *arg, const struct shape *shape, const struct attr *attr), void *arg)
{
    for (size_t i = 0; i < shapes->n; i++) {
        for (size_t a = 0; a < shapes->all[i]->n_columns; a++) {
            if (shapes->all[i]->columns[a]->use & SECRET) {
                TRY(fn(arg, shapes->all[i], shapes->all[i]->columns[a]));
            }
        }
    }
    return NULL;
}

struct trial {
    struct conn *conn;
    struct mem *mem;
    const uint8_t *key;
    bool is_sealed, opens;
};

/* One text that the key opens is enough: others may be damaged, or of a key that was lost before stores noted theirs. */
static struct err *
column_try(void *arg, const struct shape *shape, const struct attr *attr)
{
    struct trial *trial = arg;
    AUTO(mem) mem = mem_new("trial");
    AUTO_STMT stmt = {0};
    bool row;

    if (!shape->key || trial->opens) {
        return NULL;
    }
    TRY(column_read(trial->conn, trial->mem, shape, attr, &stmt));
    TRY(conn_step(trial->conn, &stmt, &row));
    while (row && !trial->opens) {
        const char *plain;
        struct err *e = unseal_text(mem, trial->key, place_of(mem, shape, attr, stmt_get(&stmt, 0)),
                                    stmt_get(&stmt, 1), &plain);

        trial->is_sealed = true;
        trial->opens = !e;
        err_ignore(e, "another one may open");
        mem_reset(mem);
        TRY(conn_step(trial->conn, &stmt, &row));
    }
    return NULL;
}

/* Refuses a key that is not the one that seals; '*noted': a fact says so, else it was tried. */
static struct err *
key_check(struct conn *conn, struct mem *mem, const struct shapes *shapes, const uint8_t key[SEAL_KEY_SIZE],
          bool *noted)
{
    struct trial trial = {.conn = conn, .mem = mem, .key = key};
    const char *sealed_by, *id;
    bool right;

    TRY(fact_get(conn, mem, FACT_KEY, &sealed_by));
    TRY(key_id(mem, key, &id));
    *noted = sealed_by != NULL;
    if (!sealed_by) {
        TRY(columns_each(shapes, column_try, &trial));
    }
    right = sealed_by ? str_eq(sealed_by, id) : trial.opens || !trial.is_sealed;
    return right ? NULL
                 : err_new(E_INVALID, SEAL_OTHER_KEY,
                           "it is sealed with another key (%s) than it is opened with (%s): put back the seal.key of "
                           "before, from a backup of the state folder. Without it no secret of the store (passwords of "
                           "sites and subscribers) can be read",
                           str_or(sealed_by, "unknown"), id);
}

/* A full disk can still be opened: the next start notes it then. */
static struct err *
key_note(struct conn *conn, struct mem *mem, const uint8_t key[SEAL_KEY_SIZE])
{
    const char *id;
    struct err *e;

    TRY(key_id(mem, key, &id));
    TRY(conn_begin(conn));
    e = fact_set(conn, FACT_KEY, id);
    e = e ? e : conn_commit(conn);
    if (e) {
        conn_rollback(conn);
    }
    if (e && str_eq(e->type, STORE_NO_ROOM)) {
        err_ignore(e, "told by the first write");
        e = NULL;
    }
    return e;
}

struct err *
seal_open(struct store *store)
{
    AUTO(mem) mem = mem_new("seal");
    bool noted;

    if (!store->has_key) {
        return NULL;
    }
    TRY(key_check(store->write_conn, mem, &store->shapes, store->seal_key, &noted));
    if (!noted) {
        TRY(key_note(store->write_conn, mem, store->seal_key));
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
column_seal(void *arg, const struct shape *shape, const struct attr *attr)
{
    struct sealing *s = arg;
    VEC(struct sealed) all = {0};
    AUTO_STMT stmt = {0};
    bool row;

    TRY(column_read(s->conn, s->mem, shape, attr, &stmt));
    TRY(conn_step(s->conn, &stmt, &row));
    while (row) {
        struct sealed one = {.key = mem_str(s->mem, stmt_get(&stmt, 0))};
        const char *place = place_of(s->mem, shape, attr, one.key), *plain;

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

    TRY(columns_each(shapes, column_seal, s));
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
    struct err *e;
    bool noted;

    TRY(shapes_make(mem, config->tables, &conn->driver->dialect, &shapes));
    TRY(schema_apply(conn, &shapes, config));
    TRY(fact_get(conn, mem, FACT_KEY, &sealed_by));
    TRY(key_id(mem, s.next, &id));
    if (!str_eq(sealed_by, id)) {
        TRY(key_check(conn, mem, &shapes, s.key, &noted));
        TRY(transaction(&s, &shapes));
        log_info("store", "secrets are sealed with another key: n=%zu key=%s", s.n, id);
    }
    upgrade_copies_remove(conn, config->path);
    e = conn->driver->scrub(conn);
    if (err_is(e, E_UNAVAILABLE)) {
        struct err *left = err_new(E_UNAVAILABLE, RESEAL_LEFT, "secrets are sealed with the new key, but what the one "
                                   "before sealed is still in the database's files: %s", e->message);

        err_free(e);
        e = left;
    }
    return e;
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
