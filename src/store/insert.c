/* Many rows of one table at once.  A statement for one row spends most of its
 * time on beginning and ending; here one statement takes INSERT_ROWS of them.
 * Where it is refused, it has left nothing, and its rows are inserted one by
 * one to find out which of them is to blame. */
#include "store/tx.h"

#include "base/vec.h"

/* One line for a main table, a child table or a link. */
struct line {
    const char *owner; /* of a child or a link */
    int64_t place;
    const char *target; /* of a link */
    void *row;
};
typedef VEC(struct line) lines;

struct inserting {
    struct tx *tx;
    const struct shape *shape;     /* main or child table; null: a link */
    const struct shape_link *link;
    const char *sql;               /* for INSERT_ROWS lines */
};

static struct err *
line_bind(const struct inserting *in, const struct stmt *stmt, int *at, const struct line *line)
{
    if (line->owner) {
        stmt_text(stmt, ++*at, line->owner);
        stmt_int(stmt, ++*at, line->place);
    }
    if (!in->shape) {
        stmt_text(stmt, ++*at, line->target);
        return NULL;
    }
    for (size_t i = 0; i < in->shape->n_columns; i++) {
        TRY(member_bind(in->tx, stmt, ++*at, in->shape, in->shape->columns[i], line->row));
    }
    return NULL;
}

static struct err *
line_insert(const struct inserting *in, const struct line *line)
{
    if (!in->shape) {
        return link_insert(in->tx, in->link, line->owner, line->place, line->target);
    }
    return line->owner ? child_insert(in->tx, in->shape, line->owner, line->place, line->row)
                       : main_insert(in->tx, in->shape, line->row);
}

static struct err *
lines_at_once(const struct inserting *in, const struct line *items)
{
    AUTO_STMT stmt = {0};
    int at = 0;

    TRY(conn_take(in->tx->conn, in->sql, &stmt));
    for (size_t i = 0; i < INSERT_ROWS; i++) {
        TRY(line_bind(in, &stmt, &at, &items[i]));
    }
    return conn_run(in->tx->conn, &stmt);
}

static struct err *
lines_insert(const struct inserting *in, const lines *all)
{
    size_t i = 0;

    while (i < all->n) {
        size_t n = all->n - i < INSERT_ROWS ? 1 : INSERT_ROWS;
        struct err *e = n > 1 ? lines_at_once(in, &all->items[i]) : NULL;
        bool refused = e && err_is(e, E_CONFLICT) && str_eq(e->type, CONN_CONSTRAINT);

        if (e && !refused) {
            return e;
        }
        err_ignore(e, "told by the line that is to blame");
        for (size_t k = i; (refused || n == 1) && k < i + n; k++) {
            TRY(line_insert(in, &all->items[k]));
        }
        i += n;
    }
    return NULL;
}

/* ---- rows into lines ------------------------------------------------------------------ */

static const char *
key_of(const struct shape *shape, const void *row)
{
    return *(const char *const *)attr_at(shape->key, row);
}

static struct err *
mains_insert(struct tx *tx, const struct shape *shape, void *const *rows, size_t n)
{
    const struct inserting in = {.tx = tx, .shape = shape, .sql = shape->sql_inserts};
    lines all = {0};

    for (size_t i = 0; i < n; i++) {
        TRY(row_complete(tx, shape, rows[i]));
        vec_add(tx->mem, &all, ((struct line){.row = rows[i]}));
    }
    return lines_insert(&in, &all);
}

static struct err *
children_insert(struct tx *tx, const struct shape *shape, const struct shape_child *child,
                void *const *rows, size_t n)
{
    const struct inserting in = {
        .tx = tx, .shape = child->shape, .sql = child->shape->sql_inserts};
    lines all = {0};

    for (size_t i = 0; i < n; i++) {
        const struct rows *list = attr_at(child->attr, rows[i]);

        for (size_t k = 0; k < list->n; k++) {
            struct row *head = list->items[k];

            head->table = child->shape->table;
            head->place = (int64_t)k + 1;
            row_defaults(tx->mem, head);
            vec_add(tx->mem, &all,
                    ((struct line){
                        .owner = key_of(shape, rows[i]), .place = head->place, .row = head}));
        }
    }
    return lines_insert(&in, &all);
}

static struct err *
links_insert(struct tx *tx, const struct shape *shape, const struct shape_link *link,
             void *const *rows, size_t n)
{
    const struct inserting in = {.tx = tx, .link = link, .sql = link->sql_inserts};
    lines all = {0};

    for (size_t i = 0; i < n; i++) {
        const struct strs *list = attr_at(link->attr, rows[i]);

        for (size_t k = 0; k < list->n; k++) {
            vec_add(tx->mem, &all,
                    ((struct line){.owner = key_of(shape, rows[i]),
                                   .place = (int64_t)k + 1,
                                   .target = list->items[k]}));
        }
    }
    return lines_insert(&in, &all);
}

struct err *
row_insert_all(struct tx *tx, void *const *rows, size_t n)
{
    struct shape *shape;

    if (!n) {
        return NULL;
    }
    if (!tx->writes) {
        return err_new(E_INTERNAL, NULL, "a read may not write");
    }
    TRY(shape_find(tx, ((const struct row *)rows[0])->table, &shape));
    tx_forget(tx, shape->table);
    TRY(mains_insert(tx, shape, rows, n));
    for (size_t i = 0; i < shape->n_children; i++) {
        TRY(children_insert(tx, shape, &shape->children[i], rows, n));
    }
    for (size_t i = 0; i < shape->n_links; i++) {
        TRY(links_insert(tx, shape, &shape->links[i], rows, n));
    }
    return change_append_new(tx, shape, rows, n);
}
