/* Writing rows: parents with their child tables and links, as differences,
 * each write with its entry in the change log.  A broken constraint is told in
 * terms of attributes and rows, not of SQL. */
#include "store/tx.h"

#include "base/uuid.h"
#include "base/vec.h"

#include <inttypes.h>
#include <string.h>

static const char *
row_key(const struct shape *shape, const void *row)
{
    return shape->key ? *(const char *const *)attr_at(shape->key, row) : NULL;
}

static struct err *
writable(struct tx *tx)
{
    return tx->writes ? NULL : err_new(E_INTERNAL, NULL, "a read may not write");
}

/* ---- broken constraints -------------------------------------------------------------------- */

static struct err *
key_exists(struct tx *tx, const struct shape *shape, const char *key, bool *exists)
{
    AUTO_STMT stmt = {0};

    TRY(conn_take(tx->conn, shape->sql_exists, &stmt));
    stmt_text(&stmt, 1, key);
    return conn_step(tx->conn, &stmt, exists);
}

/* Which reference of the row points at nothing? */
static struct err *
bad_reference(struct tx *tx, const struct shape *shape, const void *row)
{
    for (size_t i = 0; i < shape->n_columns; i++) {
        const struct attr *attr = shape->columns[i];
        const char *key = attr->ref ? *(const char *const *)attr_at(attr, row) : NULL;
        bool exists = true;

        if (key) {
            TRY(key_exists(tx, map_get(&tx->store->shapes.by_name, attr->ref), key, &exists));
        }
        if (!exists) {
            return err_new(E_NOT_FOUND, attr->ref, "%s %s could not be found (%s)", attr->ref, key,
                           attr_json_name(attr));
        }
    }
    return err_new(E_CONFLICT, NULL, "%s refers to something that is not there",
                   shape->table->name);
}

/* "UNIQUE constraint failed: port.network_id, port.mac_address" in our words:
 * the attributes with their values. */
static struct err *
taken(struct tx *tx, const struct shape *shape, const void *row, const char *message)
{
    const char *at = strchr(message, ':');
    AUTO_BUF out = BUF_INIT;
    size_t n = 0;
    char **parts = str_split(tx->mem, at ? at + 1 : "", ',', &n);

    for (size_t i = 0; i < n; i++) {
        const char *dot = strrchr(parts[i], '.');
        const struct attr *attr = dot ? table_attr(shape->table, dot + 1) : NULL;

        if (!attr || attr_is_null(attr, row)) {
            continue;
        }
        buf_printf(&out, "%s%s ", out.len ? " and " : "", attr_json_name(attr));
        if (attr->type == ATTR_T_integer || attr->type == ATTR_T_time) {
            buf_int(&out, *(const int64_t *)attr_at(attr, row));
        } else if (attr->type == ATTR_T_boolean) {
            buf_str(&out, *(const bool *)attr_at(attr, row) ? "true" : "false");
        } else if (attr->type != ATTR_T_json && attr->type != ATTR_T_strs) {
            buf_str(&out, *(const char *const *)attr_at(attr, row));
        }
    }
    return err_new(E_EXISTS, NULL, "%s with %s already exists",
                   shape->parent ? shape->parent->table->name : shape->table->name,
                   str_or(out.data, "this value"));
}

/* A failed write of 'row' in the words of its table. */
static struct err *
constraint(struct tx *tx, const struct shape *shape, const void *row, struct err *e)
{
    struct err *told;

    if (!err_is(e, E_CONFLICT) || !str_eq(e->type, CONN_CONSTRAINT)) {
        return e;
    }
    if (strstr(e->message, "FOREIGN KEY")) {
        told = bad_reference(tx, shape, row);
    } else if (strstr(e->message, "UNIQUE")) {
        told = taken(tx, shape, row, e->message);
    } else {
        told = err_new(E_INTERNAL, NULL, "%s: %s", shape->table->name, e->message);
    }
    err_free(e);
    return told;
}

/* ---- one table's row ------------------------------------------------------------------------- */

struct err *
main_insert(struct tx *tx, const struct shape *shape, const void *row)
{
    AUTO_STMT stmt = {0};

    TRY(conn_take(tx->conn, shape->sql_insert, &stmt));
    for (size_t i = 0; i < shape->n_columns; i++) {
        TRY(member_bind(tx, &stmt, (int)i + 1, shape, shape->columns[i], row));
    }
    return constraint(tx, shape, row, conn_run(tx->conn, &stmt));
}

struct err *
child_insert(struct tx *tx, const struct shape *shape, const char *parent, int64_t place, void *row)
{
    AUTO_STMT stmt = {0};

    ((struct row *)row)->table = shape->table;
    row_defaults(tx->mem, row);
    TRY(conn_take(tx->conn, shape->sql_insert, &stmt));
    stmt_text(&stmt, 1, parent);
    stmt_int(&stmt, 2, place);
    for (size_t i = 0; i < shape->n_columns; i++) {
        TRY(member_bind(tx, &stmt, (int)i + 3, shape, shape->columns[i], row));
    }
    TRY(constraint(tx, shape, row, conn_run(tx->conn, &stmt)));
    ((struct row *)row)->place = place;
    return NULL;
}

struct err *
link_insert(struct tx *tx, const struct shape_link *link, const char *owner, int64_t place,
            const char *target)
{
    AUTO_STMT stmt = {0};
    struct err *e;
    bool exists = true;

    TRY(conn_take(tx->conn, link->sql_insert, &stmt));
    stmt_text(&stmt, 1, owner);
    stmt_int(&stmt, 2, place);
    stmt_text(&stmt, 3, target);
    e = conn_run(tx->conn, &stmt);
    if (!err_is(e, E_CONFLICT) || !str_eq(e->type, CONN_CONSTRAINT)) {
        return e;
    }
    err_ignore(e, "told in better words below");
    TRY(key_exists(tx, link->target, target, &exists));
    return exists ? err_new(E_EXISTS, NULL, "%s: %s is there twice", attr_json_name(link->attr),
                            target)
                  : err_new(E_NOT_FOUND, link->attr->ref, "%s %s could not be found (%s)",
                            link->target->table->name, target, attr_json_name(link->attr));
}

static struct err *
part_delete(struct tx *tx, const char *sql, const char *owner, int64_t place)
{
    AUTO_STMT stmt = {0};

    TRY(conn_take(tx->conn, sql, &stmt));
    stmt_text(&stmt, 1, owner);
    stmt_int(&stmt, 2, place);
    return conn_run(tx->conn, &stmt);
}

/* ---- insert ------------------------------------------------------------------------------------ */

struct err *
row_complete(struct tx *tx, const struct shape *shape, void *row)
{
    if (shape->key && !row_key(shape, row) && shape->key->type == ATTR_T_uuid) {
        *(const char **)attr_at(shape->key, row) = uuid_make_ordered(tx->mem);
    }
    if (shape->created && shape->created->type == ATTR_T_time &&
        attr_is_null(shape->created, row)) {
        *(int64_t *)attr_at(shape->created, row) = tx->now;
    }
    if (shape->updated && shape->updated->type == ATTR_T_time &&
        attr_is_null(shape->updated, row)) {
        *(int64_t *)attr_at(shape->updated, row) = tx->now;
    }
    if (shape->revision) {
        *(int64_t *)attr_at(shape->revision, row) = 1;
    }
    row_defaults(tx->mem, row);
    return shape->key && !row_key(shape, row)
               ? err_new(E_INTERNAL, NULL, "a %s without a key", shape->table->name)
               : NULL;
}

static struct err *
parts_insert(struct tx *tx, const struct shape *shape, void *row)
{
    const char *key = row_key(shape, row);

    for (size_t c = 0; c < shape->n_children; c++) {
        const struct rows *rows = attr_at(shape->children[c].attr, row);

        for (size_t i = 0; i < rows->n; i++) {
            TRY(child_insert(tx, shape->children[c].shape, key, (int64_t)i + 1, rows->items[i]));
        }
    }
    for (size_t l = 0; l < shape->n_links; l++) {
        const struct strs *strs = attr_at(shape->links[l].attr, row);

        for (size_t i = 0; i < strs->n; i++) {
            TRY(link_insert(tx, &shape->links[l], key, (int64_t)i + 1, strs->items[i]));
        }
    }
    return NULL;
}

struct err *
row_insert(struct tx *tx, void *row)
{
    struct shape *shape;

    TRY(writable(tx));
    TRY(shape_find(tx, ((struct row *)row)->table, &shape));
    tx_forget(tx, shape->table);
    TRY(row_complete(tx, shape, row));
    TRY(main_insert(tx, shape, row));
    TRY(parts_insert(tx, shape, row));
    return change_append(tx, CHANGE_CREATE, shape, row, NULL);
}

/* ---- update -------------------------------------------------------------------------------------- */

/* Finds for each new part the old one that it is (the same content, in order),
 * deletes the others, and gives places to the rest: 'place[i]' is 0 for a new
 * part.  Parts that are where they were are not touched. */
struct diff {
    int64_t *place;
    bool *kept; /* of the old ones */
};

typedef bool same_fn(const void *a, const void *b, size_t i_old, size_t i_new);

static bool
child_same(const void *a, const void *b, size_t i_old, size_t i_new)
{
    const void *old = ((const struct rows *)a)->items[i_old];
    const void *new = ((const struct rows *)b)->items[i_new];
    const struct table *table = ((const struct row *)old)->table;

    for (size_t i = 0; i < table->n_attrs; i++) {
        if (!attr_equal(&table->attrs[i], old, new)) {
            return false;
        }
    }
    return true;
}

static bool
ref_same(const void *a, const void *b, size_t i_old, size_t i_new)
{
    return str_eq(((const struct strs *)a)->items[i_old], ((const struct strs *)b)->items[i_new]);
}

static struct diff
diff_make(struct mem *mem, const void *old, size_t n_old, const void *new, size_t n_new,
          same_fn *same)
{
    struct diff diff = {.place = MEM_ARRAY(mem, n_new, int64_t),
                        .kept = MEM_ARRAY(mem, n_old, bool)};
    size_t from = 0;

    for (size_t i = 0; i < n_new; i++) {
        size_t o = from;

        while (o < n_old && !same(old, new, o, i)) {
            o++;
        }
        if (o < n_old) {
            diff.kept[o] = true;
            diff.place[i] = (int64_t)o + 1;
            from = o + 1;
        }
    }
    return diff;
}

/* Is there nothing new in front of something kept?  Then places need not move. */
static bool
diff_appends(const struct diff *diff, size_t n_new)
{
    bool new_seen = false;

    for (size_t i = 0; i < n_new; i++) {
        if (diff->place[i] && new_seen) {
            return false;
        }
        new_seen = new_seen || !diff->place[i];
    }
    return true;
}

static struct err *
children_update(struct tx *tx, const struct shape_child *child, const char *key, const void *old,
                void *row)
{
    const struct rows *a = attr_at(child->attr, old);
    const struct rows *b = attr_at(child->attr, row);
    struct diff diff = diff_make(tx->mem, a, a->n, b, b->n, child_same);
    bool keep = diff_appends(&diff, b->n);
    int64_t last = 0;

    for (size_t i = 0; i < a->n; i++) {
        int64_t place = ((const struct row *)a->items[i])->place;

        last = place > last ? place : last;
        if (!keep || !diff.kept[i]) {
            TRY(part_delete(tx, child->shape->sql_delete, key, place));
        }
    }
    for (size_t i = 0; i < b->n; i++) {
        if (keep && diff.place[i]) {
            ((struct row *)b->items[i])->place =
                ((const struct row *)a->items[diff.place[i] - 1])->place;
        } else {
            TRY(child_insert(tx, child->shape, key, ++last, b->items[i]));
        }
    }
    return NULL;
}

/* Places of an owner's links, in order. */
static struct err *
link_places(struct tx *tx, const struct shape_link *link, const char *key, size_t n,
            int64_t **places)
{
    AUTO_STMT stmt = {0};
    bool row;

    *places = MEM_ARRAY(tx->mem, n, int64_t);
    TRY(conn_take(tx->conn, link->sql_one, &stmt));
    stmt_text(&stmt, 1, key);
    TRY(conn_step(tx->conn, &stmt, &row));
    for (size_t i = 0; row && i < n; i++) {
        (*places)[i] = stmt_get_int(&stmt, 1);
        TRY(conn_step(tx->conn, &stmt, &row));
    }
    return NULL;
}

static struct err *
links_update(struct tx *tx, const struct shape_link *link, const char *key, const void *old,
             const void *row)
{
    const struct strs *a = attr_at(link->attr, old);
    const struct strs *b = attr_at(link->attr, row);
    struct diff diff = diff_make(tx->mem, a, a->n, b, b->n, ref_same);
    bool keep = diff_appends(&diff, b->n);
    int64_t *places, last = 0;

    TRY(link_places(tx, link, key, a->n, &places));
    for (size_t i = 0; i < a->n; i++) {
        last = places[i] > last ? places[i] : last;
        if (!keep || !diff.kept[i]) {
            TRY(part_delete(tx, link->sql_delete, key, places[i]));
        }
    }
    for (size_t i = 0; i < b->n; i++) {
        if (!keep || !diff.place[i]) {
            TRY(link_insert(tx, link, key, ++last, b->items[i]));
        }
    }
    return NULL;
}

static struct err *
columns_update(struct tx *tx, const struct shape *shape, const void *row, const char *key,
               const struct attr *const *changed)
{
    AUTO_STMT stmt = {0};
    AUTO_BUF sql = BUF_INIT;
    int at = 0;

    for (const struct attr *const *it = changed; *it; it++) {
        if (attr_is_column(*it)) {
            buf_printf(&sql, "%s\"%s\" = ?", at++ ? ", " : "", (*it)->name);
        }
    }
    if (!at) {
        return NULL;
    }
    TRY(conn_take(tx->conn,
                  mem_printf(tx->mem, "UPDATE %s SET %s WHERE \"%s\" = ?", shape->sql_name,
                             sql.data, shape->key->name),
                  &stmt));
    at = 0;
    for (; *changed; changed++) {
        if (attr_is_column(*changed)) {
            TRY(member_bind(tx, &stmt, ++at, shape, *changed, row));
        }
    }
    stmt_text(&stmt, at + 1, key);
    return constraint(tx, shape, row, conn_run(tx->conn, &stmt));
}

static bool
is_kept_by_store(const struct shape *shape, const struct attr *attr)
{
    return attr == shape->revision || (attr == shape->updated && attr->type == ATTR_T_time);
}

/* What differs, with revision and time of update where anything does. */
static const struct attr **
changed_attrs(struct tx *tx, const struct shape *shape, const void *old, void *row, bool touch)
{
    const struct table *table = shape->table;
    const struct attr **changed = MEM_ARRAY(tx->mem, table->n_attrs + 1, const struct attr *);
    size_t n = 0;

    for (size_t i = 0; i < table->n_attrs && !touch; i++) {
        const struct attr *attr = &table->attrs[i];

        if (!(attr->use & VIRTUAL) && !is_kept_by_store(shape, attr) &&
            !attr_equal(attr, old, row)) {
            changed[n++] = attr;
        }
    }
    if (shape->revision) {
        int64_t revision = *(const int64_t *)attr_at(shape->revision, old);

        *(int64_t *)attr_at(shape->revision, row) = revision + (n || touch);
        if (n || touch) {
            changed[n++] = shape->revision;
        }
    }
    if ((n || touch) && shape->updated && shape->updated->type == ATTR_T_time) {
        *(int64_t *)attr_at(shape->updated, row) = tx->now;
        changed[n++] = shape->updated;
    }
    return changed;
}

static struct err *
update(struct tx *tx, const struct shape *shape, const void *old, void *row, bool touch)
{
    const char *key = row_key(shape, row);
    const struct attr **changed = changed_attrs(tx, shape, old, row, touch);

    if (!changed[0] && !touch) {
        return NULL;
    }
    TRY(columns_update(tx, shape, row, key, changed));
    for (size_t i = 0; i < shape->n_children; i++) {
        if (!attr_equal(shape->children[i].attr, old, row)) {
            TRY(children_update(tx, &shape->children[i], key, old, row));
        }
    }
    for (size_t i = 0; i < shape->n_links; i++) {
        if (!attr_equal(shape->links[i].attr, old, row)) {
            TRY(links_update(tx, &shape->links[i], key, old, row));
        }
    }
    return change_append(tx, CHANGE_UPDATE, shape, row, changed);
}

struct err *
row_update(struct tx *tx, const void *old, void *row)
{
    struct shape *shape;

    TRY(writable(tx));
    TRY(shape_find(tx, ((const struct row *)old)->table, &shape));
    if (!shape->key || shape->parent || !str_eq(row_key(shape, old), row_key(shape, row))) {
        return err_new(E_INTERNAL, NULL, "update of a %s without its key", shape->table->name);
    }
    tx_forget(tx, NULL);
    return update(tx, shape, old, row, false);
}

struct err *
row_touch(struct tx *tx, const struct table *table, const char *key)
{
    struct shape *shape;
    void *row;

    TRY(writable(tx));
    TRY(shape_find(tx, table, &shape));
    TRY(row_get(tx, table, key, &row));
    tx_forget(tx, NULL);
    return update(tx, shape, mem_copy(tx->mem, row, table->size), row, true);
}

/* ---- delete ---------------------------------------------------------------------------------------- */

static struct err *
in_use(struct tx *tx, const struct shape *shape, const char *key)
{
    for (size_t i = 0; i < shape->n_incoming; i++) {
        const struct shape_incoming *incoming = &shape->incoming[i];
        const struct shape *from = incoming->from->parent ? incoming->from->parent : incoming->from;
        AUTO_STMT stmt = {0};
        bool row;

        if (incoming->attr->on_delete) {
            continue;
        }
        TRY(conn_take(tx->conn, incoming->sql_find, &stmt));
        stmt_text(&stmt, 1, key);
        TRY(conn_step(tx->conn, &stmt, &row));
        if (row) {
            return err_new(E_IN_USE, NULL, "%s %s is in use by %s %s", shape->table->name, key,
                           from->table->name, str_or(stmt_get(&stmt, 0), "?"));
        }
    }
    return err_new(E_IN_USE, NULL, "%s %s is in use", shape->table->name, key);
}

typedef VEC(const char *) keys;

static struct err *
referrers(struct tx *tx, const struct shape_incoming *incoming, const char *key, keys *out)
{
    AUTO_STMT stmt = {0};
    bool row;

    TRY(conn_take(tx->conn, incoming->sql_find, &stmt));
    stmt_text(&stmt, 1, key);
    TRY(conn_step(tx->conn, &stmt, &row));
    while (row) {
        vec_add(tx->mem, out, mem_str(tx->mem, stmt_get(&stmt, 0)));
        TRY(conn_step(tx->conn, &stmt, &row));
    }
    return NULL;
}

/* The list without 'key'. */
static void
strs_without(struct mem *mem, struct strs *strs, const char *key)
{
    const char **items = MEM_ARRAY(mem, strs->n, const char *);
    size_t n = 0;

    for (size_t i = 0; i < strs->n; i++) {
        if (!str_eq(strs->items[i], key)) {
            items[n++] = strs->items[i];
        }
    }
    *strs = (struct strs){.n = n, .items = items};
}

/* The children without those whose 'attr' is 'key'; 'null': they stay, with null there. */
static void
rows_without(struct mem *mem, struct rows *rows, const struct attr *attr, const char *key,
             bool null)
{
    void **items = MEM_ARRAY(mem, rows->n, void *);
    size_t n = 0;

    for (size_t i = 0; i < rows->n; i++) {
        if (!str_eq(*(const char *const *)attr_at(attr, rows->items[i]), key)) {
            items[n++] = rows->items[i];
        } else if (null) {
            attr_set_null(attr, rows->items[i]);
            items[n++] = rows->items[i];
        }
    }
    *rows = (struct rows){.n = n, .items = items};
}

/* Takes the reference to 'key' out of one row: an update of that row like any other. */
static struct err *
unrefer(struct tx *tx, const struct shape_incoming *incoming, const char *from, const char *key)
{
    const struct shape *shape = incoming->from->parent ? incoming->from->parent : incoming->from;
    bool null = str_eq(incoming->attr->on_delete, "set null");
    void *old, *row;

    TRY(row_get(tx, shape->table, from, &old));
    row = row_copy(tx->mem, old);
    if (incoming->link) {
        strs_without(tx->mem, attr_at(incoming->attr, row), key);
    } else if (shape == incoming->from) {
        attr_set_null(incoming->attr, row);
    }
    for (size_t i = 0; i < shape->n_children; i++) {
        if (shape->children[i].shape == incoming->from) {
            rows_without(tx->mem, attr_at(shape->children[i].attr, row), incoming->attr, key, null);
        }
    }
    return row_update(tx, old, row);
}

/* Referring rows that go, or lose the reference, with this one: each through
 * its own delete or update, so that the change log tells of it. */
static struct err *
cascade(struct tx *tx, const struct shape_incoming *incoming, const keys *from, const char *key)
{
    bool delete = str_eq(incoming->attr->on_delete, "cascade") && !incoming->link &&
                  !incoming->from->parent;

    vec_each (from, it) {
        struct err *e = delete ? row_delete(tx, incoming->from->table, *it)
                               : unrefer(tx, incoming, *it, key);

        if (err_is(e, E_NOT_FOUND)) {
            err_ignore(e, "went by another way already");
        } else if (e) {
            return e;
        }
    }
    return NULL;
}

static struct err *
cascades(struct tx *tx, const struct shape *shape, const char *key, bool *any)
{
    for (size_t i = 0; i < shape->n_incoming; i++) {
        const struct shape_incoming *incoming = &shape->incoming[i];
        keys from = {0};

        if (!incoming->attr->on_delete || !(incoming->from->key || incoming->from->parent)) {
            continue;
        }
        TRY(referrers(tx, incoming, key, &from));
        if (from.n && !*any) {
            TRY(conn_again(tx->conn, "SAVEPOINT cascade"));
            *any = true;
        }
        TRY(cascade(tx, incoming, &from, key));
    }
    return NULL;
}

static struct err *
main_delete(struct tx *tx, const struct shape *shape, const void *row, const char *key)
{
    AUTO_STMT stmt = {0};
    struct err *e;

    TRY(conn_take(tx->conn, shape->sql_delete, &stmt));
    stmt_text(&stmt, 1, key);
    e = conn_run(tx->conn, &stmt);
    if (err_is(e, E_CONFLICT) && str_eq(e->type, CONN_CONSTRAINT)) {
        err_ignore(e, "told in better words below");
        return in_use(tx, shape, key);
    }
    TRY(e);
    return change_append(tx, CHANGE_DELETE, shape, row, NULL);
}

static bool
is_deleting(const struct tx *tx, const struct shape *shape, const char *key)
{
    for (const struct deleting *it = tx->deleting; it; it = it->outer) {
        if (it->shape == shape && str_eq(it->key, key)) {
            return true;
        }
    }
    return false;
}

/* Cascades and the row itself: all or nothing, also where the caller goes on
 * after a refusal. */
static struct err *
delete_whole(struct tx *tx, const struct shape *shape, const void *row, const char *key)
{
    bool saved = false;
    int64_t seq = tx->seq;
    struct err *e = cascades(tx, shape, key, &saved);

    if (!e) {
        e = main_delete(tx, shape, row, key);
    }
    if (!saved || tx->conn->lost) {
        return e;
    }
    if (e) {
        tx->seq = seq;
        e = err_join(e, conn_again(tx->conn, "ROLLBACK TO cascade"));
    }
    return err_join(e, conn_again(tx->conn, "RELEASE cascade"));
}

struct err *
row_delete(struct tx *tx, const struct table *table, const char *key)
{
    struct deleting self = {.outer = tx->deleting, .key = key};
    struct shape *shape;
    struct err *e;
    void *row;

    TRY(writable(tx));
    TRY(shape_find(tx, table, &shape));
    if (is_deleting(tx, shape, key)) {
        return NULL;
    }
    TRY(row_get(tx, table, key, &row));
    self.shape = shape;
    tx_forget(tx, NULL);
    tx->deleting = &self;
    e = delete_whole(tx, shape, row, key);
    tx->deleting = self.outer;
    return e;
}
