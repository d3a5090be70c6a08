/* A store into another one, of whichever kind: all of it or nothing.  Tables are read and written page by
 * page in their own order, without references and indexes until they are full; then the target is read
 * again, and has to say what the source did. */
#include "store/schema.h"
#include "store/tx.h"

#include "base/time.h"
#include "base/vec.h"

#include <openssl/evp.h>
#include <string.h>

#define PAGE "500"

/* One table on its way. */
struct moving {
    struct mem *mem;
    struct conn *from, *to;
    const struct sql_table *table;
    int64_t n;
};

/* Everything read of one side of a table. */
struct seen {
    EVP_MD_CTX *digest;
    int64_t n;
};

/* The columns; 'places' is for the values of an insert. */
static void
columns_text(struct mem *mem, const struct sql_table *table, const char **columns, const char **places)
{
    AUTO_BUF names = BUF_INIT;
    AUTO_BUF marks = BUF_INIT;

    vec_each (&table->columns, column) {
        buf_printf(&names, "%s\"%s\"", names.len ? ", " : "", column->name);
        buf_str(&marks, marks.len ? ", ?" : "?");
    }
    *columns = buf_copy(mem, &names);
    *places = buf_copy(mem, &marks);
}

/* What a table is in order of: its key where it is kept by that, else the numbers of its rows. */
static const char *
order_of(const struct sql_table *table)
{
    return table->keyed ? table->key : "rowid";
}

static size_t
order_width(const struct sql_table *table)
{
    return table->keyed && strchr(table->key, ',') ? 2 : 1;
}

static void
seen_add(struct seen *seen, const char *text, size_t n)
{
    uint64_t head = text ? n : UINT64_MAX;

    EVP_DigestUpdate(seen->digest, &head, sizeof head);
    EVP_DigestUpdate(seen->digest, str_or(text, ""), text ? n : 0);
}

/* One page behind 'last' (the order's values, null = from the beginning); 'insert' null: only looks. */
static struct err *
page_read(const struct moving *m, struct conn *conn, const char *sql, const char *insert, const char **last,
          struct seen *seen, bool *more)
{
    size_t width = order_width(m->table), n = m->table->columns.n;
    AUTO_STMT rows = {0};
    bool row;

    TRY(conn_take(conn, sql, &rows));
    for (size_t i = 0; last[0] && i < width; i++) {
        stmt_text(&rows, (int)i + 1, last[i]);
    }
    TRY(conn_step(conn, &rows, &row));
    *more = row;
    while (row) {
        AUTO_STMT into = {0};

        if (insert) {
            TRY(conn_take(m->to, insert, &into));
        }
        for (size_t i = 0; i < n; i++) {
            size_t length = 0;
            const char *text = stmt_get_n(&rows, (int)i, &length);

            seen_add(seen, text, length);
            if (insert) {
                stmt_text(&into, (int)i + 1, text);
            }
        }
        if (insert) {
            TRY(conn_run(m->to, &into));
        }
        for (size_t i = 0; i < width; i++) {
            last[i] = mem_str(m->mem, stmt_get(&rows, (int)(n + i)));
        }
        seen->n++;
        TRY(conn_step(conn, &rows, &row));
    }
    return NULL;
}

/* All rows of one side, copied where 'insert' says so. */
static struct err *
side_read(struct moving *m, struct conn *conn, bool copies, struct seen *seen)
{
    const char *columns, *places, *order = order_of(m->table), *last[2] = {NULL, NULL}, *first, *next, *insert;
    bool more = true;

    columns_text(m->mem, m->table, &columns, &places);
    insert = mem_printf(m->mem, "INSERT INTO \"%s\" (%s) VALUES (%s)", m->table->name, columns, places);
    first = mem_printf(m->mem, "SELECT %s, %s FROM \"%s\" ORDER BY %s LIMIT " PAGE, columns, order,
                       m->table->name, order);
    next = mem_printf(m->mem, "SELECT %s, %s FROM \"%s\" WHERE (%s) > (%s) ORDER BY %s LIMIT " PAGE, columns,
                      order, m->table->name, order,
                      order_width(m->table) == 2 ? "?, CAST(? AS BIGINT)"
                      : m->table->keyed          ? "?"
                                                 : "CAST(? AS BIGINT)",
                      order);
    while (more) {
        TRY(page_read(m, conn, last[0] ? next : first, copies ? insert : NULL, last, seen, &more));
    }
    return NULL;
}

static struct err *
table_move(struct moving *m)
{
    struct seen source = {.digest = EVP_MD_CTX_new()}, target = {.digest = EVP_MD_CTX_new()};
    unsigned char a[EVP_MAX_MD_SIZE], b[EVP_MAX_MD_SIZE];
    unsigned int n_a = 0, n_b = 0;
    struct err *e;

    EVP_DigestInit_ex(source.digest, EVP_sha256(), NULL);
    EVP_DigestInit_ex(target.digest, EVP_sha256(), NULL);
    e = side_read(m, m->from, true, &source);
    e = e ? e : side_read(m, m->to, false, &target);
    EVP_DigestFinal_ex(source.digest, a, &n_a);
    EVP_DigestFinal_ex(target.digest, b, &n_b);
    EVP_MD_CTX_free(source.digest);
    EVP_MD_CTX_free(target.digest);
    TRY(e);
    m->n = source.n;
    return source.n == target.n && n_a == n_b && !memcmp(a, b, n_a)
               ? NULL
               : err_new(E_INTERNAL, NULL, "the copy is not what was copied: %lld rows against %lld",
                         (long long)target.n, (long long)source.n);
}

/* What is told of each table. */
struct telling {
    struct conn *from;
    void (*told)(void *arg, const char *table, int64_t n);
    void *arg;
};

static struct err *
tables_move(void *arg, struct conn *to, const struct sql_table *tables, size_t n)
{
    const struct telling *telling = arg;

    for (size_t i = 0; i < n; i++) {
        AUTO(mem) mem = mem_new("move");
        struct moving m = {.mem = mem, .from = telling->from, .to = to, .table = &tables[i]};

        TRY_MSG(table_move(&m), "table %s", tables[i].name);
        telling->told(telling->arg, tables[i].name, m.n);
    }
    return NULL;
}

static struct err *
must_be_empty(struct conn *conn, const char *where)
{
    AUTO(mem) mem = mem_new("move");
    AUTO_STMT stmt = {0};
    bool row;

    TRY(conn_take(conn, conn->driver->dialect.tables, &stmt));
    TRY(conn_step(conn, &stmt, &row));
    return row ? err_new(E_CONFLICT, NULL, "%s is not empty (it has a table %s): nothing was done",
                         url_shown(mem, where), stmt_get(&stmt, 0))
               : NULL;
}

static struct err *
shapes_for(struct mem *mem, const struct store_config *config, const struct conn *conn, struct shapes *shapes)
{
    return shapes_make(mem, config->tables, &conn->driver->dialect, shapes);
}

/* The source says where its rows are now.  Killed before, it does not: then the target is not empty. */
static struct err *
moved_note(struct conn *from, struct mem *mem, const char *to_where)
{
    char at[TIME_TEXT_SIZE];

    TRY(fact_set(from, STORE_MOVED, mem_printf(mem, "%s at %s", url_shown(mem, to_where),
                                               time_text(at, time_now_us(), TIME_Z))));
    return conn_commit(from);
}

/* Both are held: nobody writes to the one, nobody sees the other, until it is over. */
static struct err *
move(const struct store_config *config, struct conn *from, struct conn *to, const char *to_where,
     struct telling *telling)
{
    AUTO(mem) mem = mem_new("move");
    struct shapes source, target;
    struct err *e;

    TRY(shapes_for(mem, config, from, &source));
    TRY(shapes_for(mem, config, to, &target));
    TRY(schema_apply(from, &source, config));
    TRY(conn_begin(from));
    e = schema_fill(to, &target, config, tables_move, telling);
    if (!e) {
        e = err_wrap(moved_note(from, mem, to_where), "all rows are in %s, and %s could not be told: do not start from it",
                     url_shown(mem, to_where), url_shown(mem, config->path));
    }
    if (e) {
        conn_rollback(from);
    }
    return e;
}

struct err *
store_move(const struct store_config *config, const char *to_where,
           void (*told)(void *arg, const char *table, int64_t n), void *arg)
{
    struct telling telling = {.told = told, .arg = arg};
    AUTO(mem) mem = mem_new("move");
    struct conn *from = NULL, *to = NULL;
    struct err *e;

    TRY(store_check(config->path));
    TRY(store_check(to_where));
    TRY(store_verify(config->path));
    TRY_MSG(conn_open(config->path, CONN_ALONE, &from), "%s", url_shown(mem, config->path));
    e = err_wrap(conn_open(to_where, CONN_ALONE, &to), "%s", url_shown(mem, to_where));
    if (!e) {
        e = must_be_empty(to, to_where);
    }
    if (!e) {
        telling.from = from;
        e = move(config, from, to, to_where, &telling);
    }
    conn_close(to);
    conn_close(from);
    return e;
}

static struct err *
reopen(struct conn *conn, struct mem *mem, const char *where)
{
    const char *to;

    TRY(fact_get(conn, mem, STORE_MOVED, &to));
    if (!to) {
        return err_new(E_NOT_FOUND, NULL, "%s was not moved", url_shown(mem, where));
    }
    TRY(conn_exec(conn, "DELETE FROM _fact WHERE name = '" STORE_MOVED "'"));
    return conn_commit(conn);
}

struct err *
store_reopen(const char *where)
{
    AUTO(mem) mem = mem_new("reopen");
    struct conn *conn;
    struct err *e;

    TRY(store_check(where));
    TRY(store_verify(where));
    TRY_MSG(conn_open(where, CONN_ALONE, &conn), "%s", url_shown(mem, where));
    e = conn_begin(conn);
    e = e ? e : reopen(conn, mem, where);
    if (e) {
        conn_rollback(conn);
    }
    conn_close(conn);
    return e;
}
