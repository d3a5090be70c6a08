/* Looking: visibility as one predicate for list, show and count; filters from
 * query strings; tags. */
#include "resource/engine.h"

#include "base/vec.h"

#include <string.h>

/* ---- predicates --------------------------------------------------------------------------- */

struct predicate {
    struct mem *mem;
    struct buf text;
    VEC(const char *) args;
};

static struct sql
predicate_end(struct predicate *p)
{
    struct sql sql = {0};

    if (p->text.len) {
        vec_add(p->mem, &p->args, NULL);
        sql = (struct sql){.text = buf_copy(p->mem, &p->text), .args = p->args.items};
    }
    buf_done(&p->text);
    return sql;
}

/* Adds 'text' with :project_id and :user_id as values to be bound. */
static void
predicate_named(struct predicate *p, const char *text, const struct caller *caller)
{
    while (*text) {
        bool project = str_starts(text, ":project_id"), user = str_starts(text, ":user_id");

        if (project || user) {
            const char *value = project ? caller->project_id : caller->user_id;

            buf_char(&p->text, '?');
            vec_add(p->mem, &p->args, value ? value : tx_null);
            text += project ? strlen(":project_id") : strlen(":user_id");
        } else {
            buf_char(&p->text, *text++);
        }
    }
}

struct sql
visible_sql(struct mem *mem, const struct op *op, const struct resource *resource)
{
    struct predicate p = {.mem = mem};
    bool owned = table_attr(resource->table, "project_id") != NULL;

    if (op->caller->is_internal || op->caller->is_admin) {
        return (struct sql){0};
    }
    if (owned) {
        predicate_named(&p, "t.project_id = :project_id", op->caller);
    }
    if (resource->visible) {
        buf_str(&p.text, owned ? " OR (" : "(");
        predicate_named(&p, resource->visible, op->caller);
        buf_char(&p.text, ')');
    }
    if (!p.text.len) {
        buf_str(&p.text, "1 = 0"); /* Nothing says who may see it: administrators. */
    }
    return predicate_end(&p);
}

static void
predicate_add(struct predicate *p, struct sql sql)
{
    if (!sql.text) {
        return;
    }
    buf_printf(&p->text, "%s(%s)", p->text.len ? " AND " : "", sql.text);
    for (; sql.args && *sql.args; sql.args++) {
        vec_add(p->mem, &p->args, *sql.args);
    }
}

struct sql
sql_and(struct mem *mem, struct sql a, struct sql b)
{
    struct predicate p = {.mem = mem};

    predicate_add(&p, a);
    predicate_add(&p, b);
    return predicate_end(&p);
}

/* ---- tags ------------------------------------------------------------------------------------ */

/* "has x AND has y", joined by 'word', negated where 'not'. */
static void
tags_add(struct predicate *p, const char *const *tags, const char *word, bool not )
{
    if (!tags || !tags[0]) {
        return;
    }
    buf_printf(&p->text, "%s%s(", p->text.len ? " AND " : "", not ? "NOT " : "");
    for (size_t i = 0; tags[i]; i++) {
        buf_printf(&p->text, "%sEXISTS (SELECT 1 FROM json_each(t.tags) j WHERE j.value = ?)",
                   i ? word : "");
        vec_add(p->mem, &p->args, tags[i]);
    }
    buf_char(&p->text, ')');
}

static struct sql
tags_sql(struct mem *mem, const struct list_query *query)
{
    struct predicate p = {.mem = mem};

    tags_add(&p, query->tags, " AND ", false);
    tags_add(&p, query->tags_any, " OR ", false);
    tags_add(&p, query->not_tags, " AND ", true);
    tags_add(&p, query->not_tags_any, " OR ", true);
    return predicate_end(&p);
}

/* ---- list and count ---------------------------------------------------------------------------- */

static struct err *
sorts_check(const struct op *op, const struct sort *sorts)
{
    for (; sorts && sorts->attr; sorts++) {
        const struct attr *attr = table_attr(op->resource->table, sorts->attr);

        if (!attr || !(attr->use & (SORT | KEY)) || (attr->use & VIRTUAL)) {
            return err_new(E_INVALID, NULL, "%s is not a sort key of %s", sorts->attr,
                           op->resource->plural);
        }
    }
    return NULL;
}

static struct err *
query_make(struct tx *tx, struct op *op, const struct list_query *list, struct query *query)
{
    const struct resource *resource = op->resource;
    struct sql where = visible_sql(tx_mem(tx), op, resource);

    if (list && table_attr(resource->table, "tags")) {
        where = sql_and(tx_mem(tx), where, tags_sql(tx_mem(tx), list));
    }
    *query = (struct query){.table = resource->table,
                            .where = where,
                            .lean = (resource->flags & RESOURCE_LEAN) != 0};
    if (list) {
        TRY(sorts_check(op, list->sorts));
        query->where = sql_and(tx_mem(tx), where, list->where);
        query->conds = list->conds;
        query->sorts = list->sorts;
        query->limit = list->limit;
        query->marker = list->marker;
        query->backwards = list->backwards;
        query->bare = list->fields && !resource->hooks.before_show &&
                      !view_wants_parts(op, list->fields);
    }
    return NULL;
}

struct listing {
    struct tx *tx;
    struct op *op;
    const struct view *view;
    struct err *(*fn)(void *arg, void *row);
    void *arg;
    int64_t n;
};

static struct err *
list_batch(void *arg, void **rows, size_t n)
{
    struct listing *listing = arg;
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        if (view_row(listing->view, listing->op, rows[i])) {
            rows[kept++] = rows[i];
        }
    }
    listing->n += (int64_t)kept;
    if (!listing->fn) {
        return NULL;
    }
    TRY(rows_dress(listing->tx, listing->op, rows, kept));
    for (size_t i = 0; i < kept; i++) {
        TRY(listing->fn(listing->arg, rows[i]));
    }
    return NULL;
}

struct err *
resource_list(struct tx *tx, struct op *op, const struct list_query *list,
              struct err *(*fn)(void *arg, void *row), void *arg)
{
    struct listing listing = {.tx = tx, .op = op, .view = view_of(op), .fn = fn, .arg = arg};
    struct query query;
    struct err *e;

    TRY(look_begin(tx, op));
    TRY(query_make(tx, op, list, &query));
    if (listing.view->nothing) {
        return NULL;
    }
    e = rows_each_batch(tx, &query, list_batch, &listing);
    return list && err_is(e, E_NOT_FOUND) ? resource_err(op->resource, list->marker, e) : e;
}

struct err *
resource_count(struct tx *tx, struct op *op, const struct list_query *list, int64_t *n)
{
    struct listing listing = {.tx = tx, .op = op, .view = view_of(op)};
    struct query query;

    *n = 0;
    TRY(query_make(tx, op, list, &query));
    query.limit = 0;
    query.marker = NULL;
    query.backwards = false;
    query.bare = true;
    if (listing.view->nothing) {
        return NULL;
    }
    if (!listing.view->rows_ruled) {
        return rows_count(tx, &query, n);
    }
    TRY(rows_each_batch(tx, &query, list_batch, &listing));
    *n = listing.n;
    return NULL;
}

/* ---- filters ------------------------------------------------------------------------------------- */

/* A pattern of LIKE that finds 'text' anywhere. */
static const char *
anywhere(struct mem *mem, const char *text)
{
    AUTO_BUF out = BUF_INIT;

    buf_char(&out, '%');
    for (; *text; text++) {
        if (strchr("%_\\", *text)) {
            buf_char(&out, '\\');
        }
        buf_char(&out, *text);
    }
    buf_char(&out, '%');
    return buf_copy(mem, &out);
}

/* The texts that begin with the same "key=" as the first of the rest. */
static const char *const *
texts_with_key(struct mem *mem, const char *const *texts, const char *key, size_t n_key)
{
    VEC(const char *) same = {0};

    for (; *texts; texts++) {
        if (!strncmp(*texts, key, n_key) && (*texts)[n_key] == '=') {
            vec_add(mem, &same, *texts + n_key + 1);
        }
    }
    vec_add(mem, &same, NULL);
    return same.items;
}

/* Is the key of texts[i] met for the first time there? */
static bool
first_of_key(const char *const *texts, size_t i, size_t n_key)
{
    for (size_t j = 0; j < i; j++) {
        if (!strncmp(texts[j], texts[i], n_key + 1)) {
            return false;
        }
    }
    return true;
}

static struct err *
child_cond(struct op *op, const struct attr *attr, const char *const *texts, const char *key,
           size_t n_key, struct cond *cond)
{
    static const char part[] = "_substr";
    bool like = n_key > strlen(part) && !strncmp(key + n_key - strlen(part), part, strlen(part));
    const char *name = mem_strn(op->mem, key, like ? n_key - strlen(part) : n_key);
    const struct attr *child = table_attr_json(attr->item, name);
    const char **patterns;
    size_t n = 0;

    if (!child || !(child->use & FILTER)) {
        return err_new(E_INVALID, NULL, "'%s' is not a filter of %s", name, attr_json_name(attr));
    }
    *cond = (struct cond){.attr = mem_printf(op->mem, "%s.%s", attr->name, child->name),
                          .texts = texts_with_key(op->mem, texts, key, n_key)};
    if (!like) {
        return NULL;
    }
    cond->op = COND_LIKE;
    while (cond->texts[n]) {
        n++;
    }
    patterns = MEM_ARRAY(op->mem, n + 1, const char *);
    for (size_t i = 0; i < n; i++) {
        patterns[i] = anywhere(op->mem, cond->texts[i]);
    }
    cond->texts = patterns;
    return NULL;
}

/* "fixed_ips=subnet_id=X", "fixed_ips=ip_address=Y": one condition a key, all must hold. */
static struct err *
children_filter(struct op *op, const struct attr *attr, const char *const *texts,
                struct cond *cond)
{
    struct cond *at = NULL;

    for (size_t i = 0; texts[i]; i++) {
        const char *equals = strchr(texts[i], '=');
        size_t n_key = equals ? (size_t)(equals - texts[i]) : 0;
        struct cond *next;

        if (!n_key) {
            return err_new(E_INVALID, NULL, "%s is filtered by KEY=VALUE", attr_json_name(attr));
        }
        if (!first_of_key(texts, i, n_key)) {
            continue;
        }
        next = at ? MEM_NEW(op->mem, struct cond) : cond;
        TRY(child_cond(op, attr, texts, texts[i], n_key, next));
        if (at) {
            at->also = next;
        }
        at = next;
    }
    return NULL;
}

/* Refuses values that the column could never hold. */
static struct err *
values_check(struct op *op, const struct attr *attr, const char *const *texts)
{
    int64_t value[2];

    if (attr->type != ATTR_T_boolean && attr->type != ATTR_T_integer &&
        attr->type != ATTR_T_time) {
        return NULL;
    }
    for (; *texts; texts++) {
        TRY(attr_decode_text(op->mem, attr, *texts, value));
    }
    return NULL;
}

struct err *
resource_filter(struct op *op, const char *json_name, const char *const *texts, struct cond *cond,
                bool *known)
{
    const struct table *table = op->resource->table;
    const struct attr *attr = table_attr_json(table, json_name);
    const struct view *view = view_of(op);
    size_t i = attr ? (size_t)(attr - table->attrs) : 0;

    *known = attr && (attr->use & (FILTER | KEY)) && !(attr->use & (VIRTUAL | INTERNAL | SECRET)) &&
             view->shows[i] && !view->see[i];
    if (!*known) {
        return NULL;
    }
    if (attr->type == ATTR_T_rows) {
        return children_filter(op, attr, texts, cond);
    }
    TRY(values_check(op, attr, texts));
    *cond = (struct cond){.attr = attr->name, .texts = texts};
    return NULL;
}
