/* The change log: one sequence for every table, written in the transaction of
 * the change itself.  Since one thread writes, the order of sequence numbers is
 * the order of commits. */
#include "store/tx.h"

#include "sys/loop.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* How far the log may outgrow log_keep before it is cut, and how much is cut at once. */
#define TRIM_SLACK 1000
#define TRIM_PIECE 4000
/* How many times log_keep it may have for a follower that is behind. */
#define TRIM_HELD 4

/* ---- writing ----------------------------------------------------------------------------- */

static void
columns_write(struct buf *out, const struct table *table, const void *row,
              const struct attr *const *changed)
{
    struct jw w = jw_to(out);

    jw_object(&w, NULL);
    for (size_t i = 0; !changed && i < table->n_attrs; i++) {
        if (!(table->attrs[i].use & (VIRTUAL | BULK))) {
            attr_encode_plain(&w, &table->attrs[i], row, false);
        }
    }
    for (; changed && *changed; changed++) {
        if (!((*changed)->use & BULK)) {
            attr_encode_plain(&w, *changed, row, false);
        }
    }
    jw_end(&w);
}

/* What nobody can read again is not kept. */
static struct err *
text_whole(const struct buf *text, const struct table *table)
{
    return text->overflow ? err_new(E_INVALID, NULL, "%s: nested deeper than %d levels",
                                    table->name, JSON_DEPTH_MAX)
                          : NULL;
}

static const char *
text_of(const struct attr *attr, const void *row)
{
    return attr ? *(const char *const *)attr_at(attr, row) : NULL;
}

#define CHANGE_INSERT                                                                              \
    "INSERT INTO _change (seq, at, kind, tbl, id, owner, revision, columns) VALUES "
#define CHANGE_VALUES "(?, ?, ?, ?, ?, ?, ?, ?)"
#define CHANGE_COLUMNS 8

/* Binds an entry; 'columns' is its text. */
static void
change_bind(struct tx *tx, const struct stmt *stmt, int at, enum change_kind kind,
            const struct shape *shape, const void *row, const char *columns)
{
    int64_t revision = shape->revision ? *(const int64_t *)attr_at(shape->revision, row) : 0;
    const struct attr *owner =
        shape->owner && shape->owner->type != ATTR_T_integer ? shape->owner : NULL;

    stmt_int(stmt, at + 1, ++tx->seq);
    stmt_int(stmt, at + 2, tx->now);
    stmt_int(stmt, at + 3, kind);
    stmt_text(stmt, at + 4, shape->table->name);
    stmt_text(stmt, at + 5, text_of(shape->key, row));
    stmt_text(stmt, at + 6, text_of(owner, row));
    stmt_int(stmt, at + 7, revision == INT_NULL ? 0 : revision);
    stmt_text(stmt, at + 8, columns);
    tx->n_logged++;
}

struct err *
change_append(struct tx *tx, enum change_kind kind, const struct shape *shape, const void *row,
              const struct attr *const *changed)
{
    struct buf *text = &tx->store->log_text;
    AUTO_STMT stmt = {0};

    if (shape->table->unlogged) {
        return NULL;
    }
    buf_clear(text);
    columns_write(text, shape->table, row, changed);
    TRY(text_whole(text, shape->table));
    TRY(conn_take(tx->conn, CHANGE_INSERT CHANGE_VALUES, &stmt));
    change_bind(tx, &stmt, 0, kind, shape, row, text->data);
    return conn_run(tx->conn, &stmt);
}

/* INSERT_ROWS entries by one statement. */
static struct err *
changes_insert(struct tx *tx, const struct shape *shape, void *const *rows)
{
    struct buf *text = &tx->store->log_text;
    const char *const four = CHANGE_VALUES ", " CHANGE_VALUES ", " CHANGE_VALUES ", " CHANGE_VALUES;
    AUTO_STMT stmt = {0};
    size_t from[INSERT_ROWS];

    static_assert(INSERT_ROWS == 20, "the statement below has five times four rows");
    buf_clear(text);
    for (size_t i = 0; i < INSERT_ROWS; i++) {
        from[i] = text->len;
        columns_write(text, shape->table, rows[i], NULL);
        buf_char(text, '\0');
    }
    TRY(text_whole(text, shape->table));
    TRY(conn_take(tx->conn,
                  mem_printf(tx->mem, CHANGE_INSERT "%s, %s, %s, %s, %s", four, four, four, four,
                             four),
                  &stmt));
    for (size_t i = 0; i < INSERT_ROWS; i++) {
        change_bind(tx, &stmt, (int)i * CHANGE_COLUMNS, CHANGE_CREATE, shape, rows[i],
                    text->data + from[i]);
    }
    return conn_run(tx->conn, &stmt);
}

struct err *
change_append_new(struct tx *tx, const struct shape *shape, void *const *rows, size_t n)
{
    size_t i = 0;

    for (; i + INSERT_ROWS <= n && !shape->table->unlogged; i += INSERT_ROWS) {
        TRY(changes_insert(tx, shape, rows + i));
    }
    for (; i < n; i++) {
        TRY(change_append(tx, CHANGE_CREATE, shape, rows[i], NULL));
    }
    return NULL;
}

/* ---- reading ------------------------------------------------------------------------------ */

static struct err *
log_ends(struct conn *conn, int64_t *first, int64_t *last)
{
    AUTO_STMT stmt = {0};
    bool row;

    TRY(conn_take(conn,
                  "SELECT COALESCE((SELECT MIN(seq) FROM _change), 0), "
                  "COALESCE((SELECT MAX(seq) FROM _change), 0)",
                  &stmt));
    TRY(conn_step(conn, &stmt, &row));
    *first = stmt_get_int(&stmt, 0);
    *last = stmt_get_int(&stmt, 1);
    return NULL;
}

static struct err *
change_load(struct tx *tx, const struct stmt *stmt, struct change *change)
{
    const char *columns = stmt_get(stmt, 7);
    const char *name = stmt_get(stmt, 3);
    const struct shape *shape = map_get(&tx->store->shapes.by_name, name);

    *change = (struct change){
        .seq = stmt_get_int(stmt, 0),
        .at = stmt_get_int(stmt, 1),
        .kind = (enum change_kind)stmt_get_int(stmt, 2),
        .table = shape ? shape->table->name : mem_str(tx->mem, name),
        .id = mem_str(tx->mem, stmt_get(stmt, 4)),
        .owner = mem_str(tx->mem, stmt_get(stmt, 5)),
        .revision = stmt_get_int(stmt, 6),
    };
    return json_parse(tx->mem, columns, strlen(columns), &change->columns);
}

struct err *
changes_read(struct tx *tx, int64_t cursor, size_t max, struct change **changes, size_t *n)
{
    AUTO_STMT stmt = {0};
    int64_t first, last;
    bool row;

    *n = 0;
    TRY(log_ends(tx->conn, &first, &last));
    if (cursor > last || (last && cursor + 1 < first)) {
        return err_new(E_GONE, NULL,
                       "the change log holds %" PRIi64 " to %" PRIi64 ", not what follows %" PRIi64,
                       first, last, cursor);
    }
    *changes = MEM_ARRAY(tx->mem, (size_t)(last - cursor) < max ? (size_t)(last - cursor) : max,
                         struct change);
    TRY(conn_take(tx->conn,
                  "SELECT seq, at, kind, tbl, id, owner, revision, columns FROM _change "
                  "WHERE seq > ?1 ORDER BY seq LIMIT ?2",
                  &stmt));
    stmt_int(&stmt, 1, cursor);
    stmt_int(&stmt, 2, (int64_t)max);
    TRY(conn_step(tx->conn, &stmt, &row));
    while (row) {
        TRY(change_load(tx, &stmt, &(*changes)[(*n)++]));
        TRY(conn_step(tx->conn, &stmt, &row));
    }
    return NULL;
}

struct err *
change_image(struct tx *tx, const struct table *table, const char *id, int64_t cursor,
             const struct json **image)
{
    AUTO_STMT stmt = {0};
    const char *columns;
    bool row;

    *image = NULL;
    TRY(conn_take(tx->conn,
                  "SELECT columns FROM _change WHERE seq > ?1 AND kind = ?2 AND tbl = ?3 "
                  "AND id = ?4 ORDER BY seq LIMIT 1",
                  &stmt));
    stmt_int(&stmt, 1, cursor);
    stmt_int(&stmt, 2, CHANGE_DELETE);
    stmt_text(&stmt, 3, table->name);
    stmt_text(&stmt, 4, id);
    TRY(conn_step(tx->conn, &stmt, &row));
    if (!row) {
        return NULL;
    }
    columns = stmt_get(&stmt, 0);
    return json_parse(tx->mem, columns, strlen(columns), image);
}

struct err *
changes_first(struct tx *tx, int64_t *seq)
{
    int64_t last;

    return log_ends(tx->conn, seq, &last);
}

struct err *
changes_last(struct tx *tx, int64_t *seq)
{
    int64_t first;

    return log_ends(tx->conn, &first, seq);
}

/* ---- retention ------------------------------------------------------------------------------ */

struct err *
change_log_open(struct store *store)
{
    return log_ends(store->write_conn, &store->log_first, &store->seq);
}

/* How many entries are there for nobody any more. */
static struct err *
trim_count(struct store *store, int64_t *n)
{
    int64_t must = store->seq - store->log_first + 1 - TRIM_HELD * store->log_keep, done;
    AUTO_STMT stmt = {0};
    bool row;

    if (!store->log_cursor) {
        return NULL;
    }
    TRY(conn_take(store->write_conn, "SELECT value FROM _fact WHERE name = ?1", &stmt));
    stmt_text(&stmt, 1, store->log_cursor);
    TRY(conn_step(store->write_conn, &stmt, &row));
    if (row && str_to_i64(stmt_get(&stmt, 0), &done)) {
        int64_t may = done - store->log_first + 1;

        may = may > must ? may : must;
        *n = *n < may ? *n : may;
    }
    return NULL;
}

struct err *
change_log_trim(struct store *store)
{
    int64_t excess = store->seq - store->log_first + 1 - store->log_keep;
    AUTO_STMT stmt = {0};

    if (!store->log_first) {
        store->log_first = store->seq ? 1 : 0;
    }
    if (excess < TRIM_SLACK || store->seq < store->log_keep) {
        return NULL;
    }
    TRY(trim_count(store, &excess));
    if (excess <= 0) {
        return NULL;
    }
    excess = excess < TRIM_PIECE ? excess : TRIM_PIECE;
    TRY(conn_take(store->write_conn, "DELETE FROM _change WHERE seq < ?1", &stmt));
    stmt_int(&stmt, 1, store->log_first + excess);
    TRY(conn_run(store->write_conn, &stmt));
    store->log_first += excess;
    return NULL;
}

/* ---- following in the transaction itself ------------------------------------------------------- */

void
store_follow(struct store *store, store_fn *fn, void *arg)
{
    pthread_mutex_lock(&store->follow_lock);
    store->follower = fn;
    store->follower_arg = arg;
    pthread_mutex_unlock(&store->follow_lock);
}

struct err *
tx_follow(struct tx *tx)
{
    struct store *store = tx->store;
    struct err *e;

    pthread_mutex_lock(&store->follow_lock);
    e = store->follower ? store->follower(tx, store->follower_arg) : NULL;
    pthread_mutex_unlock(&store->follow_lock);
    return e;
}

/* ---- watching -------------------------------------------------------------------------------- */

static void
watch_run(void *arg)
{
    struct store_watch *watch = arg;
    pthread_mutex_t *lock = &watch->store->watch_lock;
    bool dead;

    pthread_mutex_lock(lock);
    watch->posted = false;
    dead = watch->dead;
    pthread_mutex_unlock(lock);
    if (dead) {
        free(watch);
    } else {
        watch->fn(watch->arg);
    }
}

struct store_watch *
store_watch(struct store *store, struct loop *loop, loop_fn *fn, void *arg)
{
    struct store_watch *watch = heap_alloc(sizeof *watch);

    *watch = (struct store_watch){.store = store, .loop = loop, .fn = fn, .arg = arg};
    pthread_mutex_lock(&store->watch_lock);
    watch->next = store->watches;
    store->watches = watch;
    pthread_mutex_unlock(&store->watch_lock);
    return watch;
}

void
store_unwatch(struct store_watch *watch)
{
    struct store_watch **at;
    struct store *store;
    bool posted;

    if (!watch) {
        return;
    }
    store = watch->store;
    pthread_mutex_lock(&store->watch_lock);
    for (at = &store->watches; *at != watch; at = &(*at)->next) {
    }
    *at = watch->next;
    watch->dead = true;
    posted = watch->posted;
    pthread_mutex_unlock(&store->watch_lock);
    /* A call that the loop never gets to would keep it for ever. */
    if (!posted || loop_unpost(watch->loop, watch_run, watch)) {
        free(watch);
    }
}

void
watches_tell(struct store *store)
{
    pthread_mutex_lock(&store->watch_lock);
    for (struct store_watch *watch = store->watches; watch; watch = watch->next) {
        if (!watch->posted) {
            watch->posted = true;
            loop_post(watch->loop, watch_run, watch);
        }
    }
    pthread_mutex_unlock(&store->watch_lock);
}
