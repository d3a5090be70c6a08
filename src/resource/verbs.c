/* The five verbs: rules first, then the service's hooks around one write, all
 * in the caller's transaction. */
#include "resource/engine.h"

#include "base/uuid.h"
#include "base/vec.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* ---- errors -------------------------------------------------------------------------------- */

/* "security_group" -> "Security group" */
static const char *
title(struct mem *mem, const char *singular)
{
    char *text = mem_str(mem, singular);

    for (char *c = text; *c; c++) {
        *c = *c == '_' ? ' ' : *c;
    }
    *text = (char)toupper((unsigned char)*text);
    return text;
}

struct err *
resource_missing(const struct resource *resource, const char *id)
{
    AUTO(mem) mem = mem_new("missing");

    return err_new(E_NOT_FOUND, resource->not_found, "%s %s could not be found.",
                   title(mem, resource->singular), id);
}

struct err *
resource_err(const struct resource *resource, const char *id, struct err *e)
{
    const struct resource *target;
    struct err *told;

    if (err_is(e, E_IN_USE) && !e->type && resource->in_use) {
        err_set_type(e, resource->in_use);
    }
    if (!err_is(e, E_NOT_FOUND)) {
        return e;
    }
    /* A reference to something that is not there carries that table's name. */
    target = e->type ? resource_find(e->type) : NULL;
    if (target && target->not_found) {
        err_set_type(e, target->not_found);
        return e;
    }
    if (e->type || !id) {
        return e;
    }
    told = resource_missing(resource, id);
    err_ignore(e, "told in the resource's words");
    return told;
}

/* ---- shared steps --------------------------------------------------------------------------- */

struct err *
look_begin(struct tx *tx, struct op *op)
{
    const struct resource_hooks *hooks = &op->resource->hooks;

    if (!hooks->before_look || (hooks->before_look_writes && !tx_writes(tx))) {
        return NULL;
    }
    if (hooks->before_look_needed && !hooks->before_look_needed(tx, op)) {
        return NULL;
    }
    return hooks->before_look(tx, op);
}

struct err *
rows_dress(struct tx *tx, struct op *op, void **rows, size_t n)
{
    const struct resource *resource = op->resource;

    if (resource->hooks.before_show && n) {
        TRY(resource->hooks.before_show(tx, op, rows, n));
    }
    for (size_t a = 0; a < resource->table->n_attrs; a++) {
        const struct attr *attr = &resource->table->attrs[a];

        for (size_t i = 0; attr->fill && i < n; i++) {
            attr->fill(tx_mem(tx), attr, rows[i]);
        }
    }
    return NULL;
}

static struct err *
method_check(const struct op *op, uint32_t flag, const char *what)
{
    if (op->resource->flags & (flag | RESOURCE_FIXED) && !op->caller->is_internal) {
        return err_new(E_METHOD, NULL, "%s cannot be %s", op->resource->plural, what);
    }
    return NULL;
}

/* Reads the row where the caller may see it; it is not dressed. */
static struct err *
row_look(struct tx *tx, struct op *op, const struct resource *resource, const char *id, void **row)
{
    const struct attr *key = table_key(resource->table);
    struct sql visible = visible_sql(tx_mem(tx), op, resource);
    const struct cond conds[] = {COND(key->name, id), {0}};
    const struct query query = {.table = resource->table, .conds = conds, .where = visible};
    struct rows rows;

    if (!id) {
        return resource_missing(resource, "(none)");
    }
    if (!visible.text) {
        return resource_err(resource, id, row_get(tx, resource->table, id, row));
    }
    TRY(rows_select(tx, &query, &rows));
    if (!rows.n) {
        return resource_missing(resource, id);
    }
    *row = rows.items[0];
    return NULL;
}

/* A row that a caller looked at in a transaction.  'tx_mem' names the function that looked: others
 * of its group ask for others. */
struct seen {
    const struct mem *tx_mem;
    const struct caller *caller;
    void *row;
    bool ruled; /* the rule of showing holds too */
};

static const char *
seen_key(struct tx *tx, const char *id)
{
    size_t n = strlen(id);
    char *key = mem_alloc(tx_mem(tx), n + 6);

    memcpy(key, "seen ", 5);
    memcpy(key + 5, id, n + 1);
    return key;
}

/* As row_look, but a row that the same function saw for the same caller is not read again. */
static struct err *
row_look_again(struct tx *tx, struct op *op, const struct resource *resource, const char *id,
               struct seen **seen)
{
    const char *key = tx_writes(tx) && id ? seen_key(tx, id) : NULL;

    *seen = key ? tx_kept(tx, resource->table, key) : NULL;
    if (*seen && (*seen)->tx_mem == tx_mem(tx) && (*seen)->caller == op->caller) {
        return NULL;
    }
    *seen = MEM_NEW(tx_mem(tx), struct seen);
    **seen = (struct seen){.tx_mem = tx_mem(tx), .caller = op->caller};
    TRY(row_look(tx, op, resource, id, &(*seen)->row));
    if (key) {
        tx_keep(tx, resource->table, key, *seen);
    }
    return NULL;
}

static struct err *
row_look_ruled(struct tx *tx, struct op *op, const char *id, void **row)
{
    TRY(row_look(tx, op, op->resource, id, row));
    return view_row(view_of(op), op, *row) ? NULL : resource_missing(op->resource, id);
}

/* "revision_number=7", "7", "\"7\"", "W/\"7\"": the number at the end. */
struct err *
resource_revision_check(const struct op *op, const void *row)
{
    const struct attr *attr = table_attr(op->resource->table, "revision_number");
    const char *given = op->if_match;
    int64_t wanted, now;
    char *text;

    if (!given || !attr || !(op->resource->flags & RESOURCE_REVISION) || str_eq(given, "*")) {
        return NULL;
    }
    text = mem_str(op->mem, given + strcspn(given, "0123456789"));
    text[strspn(text, "0123456789")] = '\0';
    now = *(const int64_t *)attr_at(attr, row);
    if (!str_to_i64(text, &wanted)) {
        return err_new(E_INVALID, NULL, "If-Match: '%s' names no revision", given);
    }
    if (wanted != now) {
        return err_new(E_PRECONDITION, "RevisionNumberConstraintFailed",
                       "Constrained to %" PRIi64 ", but current revision is %" PRIi64, wanted, now);
    }
    return NULL;
}

/* What is referred to must be something that the caller may see: an id of
 * another project's is as good as none. */
static struct err *
reference_check(struct tx *tx, struct op *op, const struct attr *attr, const char *id)
{
    const struct resource *target = resource_find(attr->ref);
    struct seen *seen;

    if (!target || !id) {
        return NULL;
    }
    return row_look_again(tx, op, target, id, &seen);
}

static struct err *
references_check(struct tx *tx, struct op *op, const void *given, const void *row)
{
    const struct table *table = op->resource->table;
    const struct row *head = given;

    if (op->caller->is_internal || op->caller->is_admin) {
        return NULL; /* Sees everything: the foreign keys say the rest. */
    }
    for (size_t i = 0; i < table->n_attrs; i++) {
        const struct attr *attr = &table->attrs[i];
        const struct strs *strs = attr_at(attr, row);

        if (!attr->ref || !(head->given[i / 64] >> (i % 64) & 1)) {
            continue;
        }
        if (attr->type != ATTR_T_refs) {
            TRY(reference_check(tx, op, attr, *(const char *const *)attr_at(attr, row)));
        }
        for (size_t s = 0; attr->type == ATTR_T_refs && s < strs->n; s++) {
            TRY(reference_check(tx, op, attr, strs->items[s]));
        }
    }
    return NULL;
}

/* ---- decode and create ------------------------------------------------------------------------ */

struct err *
resource_decode(struct op *op, const struct json *json, enum row_decode_mode mode, void **row)
{
    *row = row_new(op->mem, op->resource->table);
    return row_decode(op->mem, op->resource->table, json, mode, op->version, op->faults, *row);
}

static const char **
project_of(const struct resource *resource, void *row)
{
    const struct attr *attr = table_attr(resource->table, "project_id");

    return attr ? attr_at(attr, row) : NULL;
}

static struct claim
quota_claim(const struct op *op, void *row)
{
    const struct resource *resource = op->resource;
    const char **project = project_of(resource, row);

    return (struct claim){.provider = LEDGER_QUOTA,
                          .class = resource->quota,
                          .project_id = project ? str_or(*project, "") : "",
                          .consumer = *(const char **)attr_at(table_key(resource->table), row),
                          .amount = 1,
                          .until = LEDGER_FOREVER};
}

static struct err *
create_checked(struct tx *tx, struct op *op, void *row)
{
    const struct resource *resource = op->resource;
    const char **project = project_of(resource, row);

    if (project && str_empty(*project) && table_attr(resource->table, "project_id")->use & POST) {
        *project = op->caller->project_id;
    }
    TRY(rule_check(op, ACTION_CREATE, row));
    TRY(rule_check_given(op, ACTION_CREATE, row, row));
    TRY(look_begin(tx, op));
    return references_check(tx, op, row, row);
}

/* Everything up to the insert but the quota. */
static struct err *
create_settle(struct tx *tx, struct op *op, void *row)
{
    const struct resource_hooks *hooks = &op->resource->hooks;
    const char **id = attr_at(table_key(op->resource->table), row);

    TRY(method_check(op, RESOURCE_NO_CREATE, "created"));
    TRY(create_checked(tx, op, row));
    if (hooks->before_create) {
        TRY(hooks->before_create(tx, op, row));
    }
    if (!*id) {
        *id = uuid_make_ordered(tx_mem(tx));
    }
    return NULL;
}

static struct err *
create_row(struct tx *tx, struct op *op, void *row)
{
    const struct resource *resource = op->resource;
    const struct resource_hooks *hooks = &resource->hooks;
    struct claim claim;

    TRY(create_settle(tx, op, row));
    if (resource->quota) {
        claim = quota_claim(op, row);
        TRY(ledger_claim(tx, resource->quota_defaults, &claim, 1));
    }
    TRY(resource_err(resource, NULL, row_insert(tx, row)));
    if (hooks->after_create) {
        TRY(hooks->after_create(tx, op, row));
    }
    return rows_dress(tx, op, &row, 1);
}

/* Tells the service of rows that come to nothing; hands the error on. */
static struct err *
not_created(const struct op *op, void *const *rows, size_t n, struct err *e)
{
    if (e && op->resource->hooks.not_created) {
        op->resource->hooks.not_created(op, rows, n);
    }
    return e;
}

struct err *
resource_create(struct tx *tx, struct op *op, const void *given, void **made)
{
    *made = row_copy(tx_mem(tx), given);
    return not_created(op, made, 1, create_row(tx, op, *made));
}

/* ---- create many ------------------------------------------------------------------- */

struct creating {
    struct op *op;
    size_t n;
    void **made; /* as given, until they are settled */
};

static struct err *
creating_claim(struct tx *tx, const struct creating *c)
{
    const struct resource *resource = c->op->resource;
    struct claim *claims = MEM_ARRAY(tx_mem(tx), c->n, struct claim);

    for (size_t i = 0; i < c->n; i++) {
        claims[i] = quota_claim(c->op, c->made[i]);
    }
    return resource->quota ? ledger_claim(tx, resource->quota_defaults, claims, c->n) : NULL;
}

/* All rows settled, then claimed for, then inserted at once.  What a hook writes for a later row
 * would come before the rows in front of it: that is for the other way. */
static struct err *
create_at_once(struct tx *tx, void *arg)
{
    const struct creating *c = arg;
    size_t logged = 0;

    for (size_t i = 0; i < c->n; i++) {
        TRY(create_settle(tx, c->op, c->made[i]));
        if (i && tx_logged(tx) != logged) {
            return err_new(E_CONFLICT, NULL, "a hook writes rows of its own");
        }
        logged = tx_logged(tx);
    }
    TRY(creating_claim(tx, c));
    TRY(row_insert_all(tx, c->made, c->n));
    return rows_dress(tx, c->op, c->made, c->n);
}

struct err *
resource_create_all(struct tx *tx, struct op *op, void *const *given, size_t n, void **made)
{
    struct creating creating = {.op = op, .n = n, .made = made};
    struct err *e;

    if (n > 1 && (op->resource->flags & RESOURCE_AT_ONCE) && !op->resource->hooks.after_create) {
        for (size_t i = 0; i < n; i++) {
            made[i] = row_copy(tx_mem(tx), given[i]);
        }
        e = not_created(op, made, n, tx_try(tx, create_at_once, &creating));
        if (!e || err_is(e, E_UNAVAILABLE)) {
            return e;
        }
        err_ignore(e, "one after the other tells it, or succeeds");
    }
    for (size_t i = 0; i < n; i++) {
        e = resource_create(tx, op, given[i], &made[i]);
        if (e) {
            return not_created(op, made, i, e);
        }
    }
    return NULL;
}

/* ---- update ------------------------------------------------------------------------------------- */

/* Takes over what the patch gives. */
static void
patch_apply(const struct table *table, const void *patch, void *row)
{
    const struct row *head = patch;

    for (size_t i = 0; i < table->n_attrs; i++) {
        const struct attr *attr = &table->attrs[i];

        if (head->given[i / 64] >> (i % 64) & 1) {
            memcpy(attr_at(attr, row), attr_at(attr, patch), attr_size(attr));
        }
    }
    memcpy(((struct row *)row)->given, head->given, sizeof head->given);
}

struct err *
resource_update(struct tx *tx, struct op *op, const char *id, const void *patch, void **made)
{
    const struct resource *resource = op->resource;
    const struct resource_hooks *hooks = &resource->hooks;
    void *old, *row;

    TRY(method_check(op, RESOURCE_NO_UPDATE, "changed"));
    TRY(row_look_ruled(tx, op, id, &old));
    TRY(rule_check(op, ACTION_UPDATE, old));
    TRY(rule_check_given(op, ACTION_UPDATE, patch, old));
    TRY(resource_revision_check(op, old));
    row = row_copy(tx_mem(tx), old);
    patch_apply(resource->table, row_copy(tx_mem(tx), patch), row);
    TRY(references_check(tx, op, row, row));
    if (hooks->before_update) {
        TRY(hooks->before_update(tx, op, old, row));
    }
    TRY(resource_err(resource, NULL, row_update(tx, old, row)));
    if (hooks->after_update) {
        TRY(hooks->after_update(tx, op, old, row));
    }
    TRY(rows_dress(tx, op, &row, 1));
    *made = row;
    return NULL;
}

/* ---- delete and get -------------------------------------------------------------------------------- */

struct err *
resource_delete(struct tx *tx, struct op *op, const char *id)
{
    const struct resource *resource = op->resource;
    const struct resource_hooks *hooks = &resource->hooks;
    void *row;

    TRY(method_check(op, RESOURCE_NO_DELETE, "deleted"));
    TRY(row_look_ruled(tx, op, id, &row));
    TRY(rule_check(op, ACTION_DELETE, row));
    TRY(resource_revision_check(op, row));
    if (hooks->before_delete) {
        TRY(hooks->before_delete(tx, op, row));
    }
    TRY(resource_err(resource, id, row_delete(tx, resource->table, id)));
    if (resource->quota) {
        TRY(ledger_release(tx, id));
    }
    return hooks->after_delete ? hooks->after_delete(tx, op, row) : NULL;
}

struct err *
resource_look(struct tx *tx, struct op *op, const char *id, void **row)
{
    struct seen *seen;

    TRY(look_begin(tx, op));
    TRY(row_look_again(tx, op, op->resource, id, &seen));
    if (!seen->ruled && !view_row(view_of(op), op, seen->row)) {
        return resource_missing(op->resource, id);
    }
    seen->ruled = true;
    *row = seen->row;
    return NULL;
}

struct err *
resource_get(struct tx *tx, struct op *op, const char *id, void **row)
{
    TRY(look_begin(tx, op));
    TRY(row_look_ruled(tx, op, id, row));
    return rows_dress(tx, op, row, 1);
}
