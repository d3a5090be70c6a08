/* The engine's verbs over HTTP: bodies into rows before the transaction, the
 * verb inside it, rows into the answer. */
#include "rest/exchange.h"

#include <string.h>

static const char *
singular_of(const struct rest_request *r, const struct resource *resource,
            const struct rest_shape *shape)
{
    if (shape && shape->singular) {
        return shape->singular;
    }
    return r->face->dialect->envelope ? resource->singular : "";
}

static const char *
plural_of(const struct rest_request *r)
{
    const struct rest_shape *shape = r->route->shape;

    return shape && shape->plural ? shape->plural : r->route->resource->plural;
}

/* ---- bodies ---------------------------------------------------------------- */

static const char *
unknown_words(struct rest_request *r, const char *name)
{
    const struct row_faults *faults = r->op.faults;

    return faults && faults->unknown ? faults->unknown(r->mem, name)
                                     : mem_printf(r->mem, "unknown attribute '%s'", name);
}

/* Nothing may stand beside the envelope. */
static struct err *
open_envelope(struct rest_request *r, const char *key, const struct json **inner)
{
    struct err *faults = NULL;

    *inner = json_get(r->body, key);
    if (!*inner) {
        const struct dialect *dialect = r->face->dialect;

        return dialect->no_envelope
                   ? dialect->no_envelope(r, key)
                   : err_new(E_INVALID, NULL, "'%s' is a required property", key);
    }
    for (size_t i = 0; i < r->body->n; i++) {
        if (strcmp(r->body->keys[i], key) != 0) {
            faults = err_join(faults, err_new(E_INVALID, "HTTPBadRequest", "%s",
                                              unknown_words(r, r->body->keys[i])));
        }
    }
    return faults;
}

/* Path parameters that are attributes are set as if the body had given them. */
static struct err *
set_from_path(struct rest_request *r, void *row)
{
    const struct compiled_route *match = r->x->match;
    const struct table *table = r->route->resource->table;

    for (size_t i = 0; i < match->n_segs; i++) {
        const char *seg = match->segs[i];
        const struct attr *attr;

        if (seg[0] != '{' || strcmp(seg, "{id}") == 0) {
            continue;
        }
        attr = table_attr(table, mem_strn(r->mem, seg + 1, strlen(seg) - 2));
        if (attr) {
            TRY(attr_decode_text(r->mem, attr, r->x->segs[i], attr_at(attr, row)));
            row_give(row, attr->name);
        }
    }
    return NULL;
}

static struct err *
decode_one(struct rest_request *r, const struct json *json, enum row_decode_mode mode, void **row)
{
    const struct rest_shape *shape = r->route->shape;

    if (shape && shape->rewrite) {
        TRY(shape->rewrite(r, json, &json));
    }
    if (!json_is(json, JSON_T_OBJECT)) {
        return err_new(E_INVALID, "HTTPBadRequest", "the %s is not an object but %s",
                       r->route->resource->singular, json_type_name(json->type));
    }
    TRY(resource_decode(&r->op, json, mode, row));
    if (mode == ROW_CREATE) {
        TRY(set_from_path(r, *row));
    }
    return shape && shape->decoded ? shape->decoded(r, *row, mode) : NULL;
}

static struct err *
decode_bulk(struct rest_request *r, const struct json *items)
{
    struct rest_exchange *x = r->x;

    if (items->n == 0) {
        return err_new(E_INVALID, "HTTPBadRequest", "Resources required");
    }
    x->bulk = true;
    x->n_rows = items->n;
    x->rows = MEM_ARRAY(r->mem, items->n, void *);
    for (size_t i = 0; i < items->n; i++) {
        TRY(decode_one(r, items->items[i], ROW_CREATE, &x->rows[i]));
    }
    return NULL;
}

static struct err *
decode_verb(struct rest_request *r, enum row_decode_mode mode)
{
    const struct resource *resource = r->route->resource;
    const char *key = singular_of(r, resource, r->route->shape);
    const struct json *inner = r->body, *many = json_get(r->body, plural_of(r));

    if (key[0] != '\0') {
        if (mode == ROW_CREATE && (resource->flags & RESOURCE_BULK) &&
            json_is(many, JSON_T_ARRAY) && !json_get(r->body, key)) {
            TRY(open_envelope(r, plural_of(r), &inner));
            return decode_bulk(r, inner);
        }
        TRY(open_envelope(r, key, &inner));
    }
    TRY(decode_one(r, inner, mode, &r->row));
    r->x->rows = &r->row;
    r->x->n_rows = 1;
    return NULL;
}

static struct err *
decode_action(struct rest_request *r)
{
    const struct route *route = r->route;
    const struct json *inner = r->body;

    if (!route->body) {
        return NULL;
    }
    if (route->body_key) {
        TRY(open_envelope(r, route->body_key, &inner));
    }
    if (!json_is(inner, JSON_T_OBJECT)) {
        return err_new(E_INVALID, "HTTPBadRequest", "the body has to be a JSON object");
    }
    r->row = row_new(r->mem, route->body);
    return row_decode(r->mem, route->body, inner, ROW_PLAIN, r->op.version, r->op.faults, r->row);
}

struct err *
verb_decode(struct rest_request *r)
{
    switch (r->route->verb) {
    case REST_CREATE:
        return decode_verb(r, ROW_CREATE);
    case REST_UPDATE:
        return decode_verb(r, ROW_UPDATE);
    case REST_ACTION:
        return decode_action(r);
    case REST_LIST:
    case REST_SHOW:
    case REST_DELETE:
    case REST_TAGS:
    case REST_TAG:
    case REST_VERSIONS:
    case REST_N_VERBS:
        break;
    }
    return NULL;
}

/* ---- answers ----------------------------------------------------------------- */

void
verb_row(struct rest_request *r, const struct rest_shape *shape, const char *key, const void *row,
         const char *const *fields)
{
    jw_object(&r->w, key);
    if (shape && shape->encode) {
        shape->encode(r, &r->w, row);
    } else {
        resource_encode(&r->op, &r->w, row, fields);
    }
    if (shape && shape->extra) {
        shape->extra(r, &r->w, row);
    }
    jw_end(&r->w);
}

void
rest_write_row(struct rest_request *r, const struct resource *resource,
               const struct rest_shape *shape, const void *row)
{
    const struct resource *before = r->op.resource;
    const char *key = singular_of(r, resource, shape);

    r->op.resource = resource;
    if (key[0] != '\0') {
        jw_object(&r->w, NULL);
        verb_row(r, shape, key, row, NULL);
        jw_end(&r->w);
    } else {
        verb_row(r, shape, NULL, row, NULL);
    }
    r->op.resource = before;
}

void
rest_row_headers(struct rest_request *r, const void *row)
{
    if (r->face->dialect->show) {
        r->face->dialect->show(r, row);
    }
}

void
rest_show_row(struct rest_request *r, const struct resource *resource,
              const struct rest_shape *shape, const void *row)
{
    rest_row_headers(r, row);
    rest_write_row(r, resource, shape, row);
}

struct err *
rest_precondition(struct tx *tx, struct rest_request *r)
{
    return r->face->dialect->precondition ? r->face->dialect->precondition(tx, r) : NULL;
}

struct page_writer {
    struct rest_request *r;
    struct rest_page *page;
    const struct list_query *query;
    const struct attr *key;
};

static struct err *
write_listed(void *arg, void *row)
{
    struct page_writer *pw = arg;
    const char *id = *(const char *const *)attr_at(pw->key, row);

    verb_row(pw->r, pw->r->route->shape, NULL, row, pw->query->fields);
    if (pw->page->n++ == 0) {
        pw->page->first_id = mem_str(pw->r->mem, id);
    }
    if (pw->page->limit) {
        pw->page->last_id = mem_str(pw->r->mem, id);
    }
    return NULL;
}

struct err *
verb_list_rows(struct tx *tx, struct rest_request *r, struct list_query *query,
               struct rest_page *page)
{
    const struct query_words *words = r->face->dialect->words;
    struct page_writer pw = {
        .r = r, .page = page, .query = query, .key = table_key(r->route->resource->table)};
    struct err *e;

    page->limit = query->limit;
    page->backwards = query->backwards;
    page->plural = plural_of(r);
    e = resource_list(tx, &r->op, query, write_listed, &pw);
    if (err_is(e, E_NOT_FOUND) && query->marker && words && words->bad_marker) {
        err_ignore(e, "told as the dialect tells it");
        return err_new(E_INVALID, NULL, "%s%s%s", words->bad_marker, query->marker,
                       words->bad_marker_end);
    }
    return e;
}

static struct err *
run_list(struct tx *tx, struct rest_request *r)
{
    const struct dialect *dialect = r->face->dialect;
    struct list_query query = {0};
    struct rest_page page = {0};

    TRY(query_read(r, &query));
    if (dialect->list) {
        return dialect->list(tx, r, &query);
    }
    jw_object(&r->w, NULL);
    jw_array(&r->w, plural_of(r));
    TRY(verb_list_rows(tx, r, &query, &page));
    jw_end(&r->w);
    if (dialect->list_end) {
        dialect->list_end(r, &page);
    }
    jw_end(&r->w);
    return NULL;
}

static const char *
text_of(struct rest_request *r, const struct attr *attr, const void *row)
{
    if (attr->type == ATTR_T_integer) {
        return mem_printf(r->mem, "%lld", (long long)*(const int64_t *)attr_at(attr, row));
    }
    return *(const char *const *)attr_at(attr, row);
}

/* A row below a path is there only if the path's parents are its own. */
static struct err *
check_path(struct rest_request *r, const void *row)
{
    const struct compiled_route *match = r->x->match;
    const struct resource *resource = r->route->resource;

    for (size_t i = 0; i < match->n_segs; i++) {
        const char *seg = match->segs[i];
        const struct attr *attr;

        if (seg[0] != '{' || strcmp(seg, "{id}") == 0 || strcmp(seg, "{tag}") == 0) {
            continue;
        }
        attr = table_attr(resource->table, mem_strn(r->mem, seg + 1, strlen(seg) - 2));
        if (attr && !str_eq(text_of(r, attr, row), r->x->segs[i])) {
            return err_new(E_NOT_FOUND, resource->not_found, "%s %s could not be found.",
                           resource->singular, r->id);
        }
    }
    return NULL;
}

static bool
has_parents(const struct rest_request *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->x->match->n_segs; i++) {
        n += r->x->match->segs[i][0] == '{';
    }
    return n > 1;
}

static struct err *
check_before(struct tx *tx, struct rest_request *r)
{
    void *row;

    TRY(rest_precondition(tx, r));
    if (!has_parents(r)) {
        return NULL;
    }
    TRY(resource_get(tx, &r->op, r->id, &row));
    return check_path(r, row);
}

static struct err *
run_show(struct tx *tx, struct rest_request *r)
{
    const char *key = singular_of(r, r->route->resource, r->route->shape);
    const char *const *fields = query_fields(r);
    void *row;

    TRY(resource_get(tx, &r->op, r->id, &row));
    TRY(check_path(r, row));
    if (key[0] != '\0') {
        jw_object(&r->w, NULL);
        verb_row(r, r->route->shape, key, row, fields);
        jw_end(&r->w);
    } else {
        verb_row(r, r->route->shape, NULL, row, fields);
    }
    if (r->face->dialect->show) {
        r->face->dialect->show(r, row);
    }
    return NULL;
}

static void
note_made(struct rest_request *r, const void *row)
{
    const struct attr *key = table_key(((const struct row *)row)->table);
    const char *id = *(const char *const *)attr_at(key, row);

    r->made = r->made ? mem_printf(r->mem, "%s,%s", r->made, id) : mem_str(r->mem, id);
}

static struct err *
run_bulk(struct tx *tx, struct rest_request *r)
{
    void **made = MEM_ARRAY(tx_mem(tx), r->x->n_rows, void *);

    TRY(resource_create_all(tx, &r->op, r->x->rows, r->x->n_rows, made));
    jw_object(&r->w, NULL);
    jw_array(&r->w, plural_of(r));
    for (size_t i = 0; i < r->x->n_rows; i++) {
        verb_row(r, r->route->shape, NULL, made[i], NULL);
        note_made(r, made[i]);
    }
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

static struct err *
run_create(struct tx *tx, struct rest_request *r)
{
    void *made;

    r->made = NULL; /* where it is run again */
    if (r->x->bulk) {
        return run_bulk(tx, r);
    }
    TRY(resource_create(tx, &r->op, r->row, &made));
    note_made(r, made);
    rest_write_row(r, r->route->resource, r->route->shape, made);
    if (r->face->dialect->created) {
        r->face->dialect->created(r, made);
    }
    return NULL;
}

static struct err *
run_update(struct tx *tx, struct rest_request *r)
{
    void *made;

    TRY(check_before(tx, r));
    TRY(resource_update(tx, &r->op, r->id, r->row, &made));
    rest_write_row(r, r->route->resource, r->route->shape, made);
    if (r->face->dialect->show) {
        r->face->dialect->show(r, made);
    }
    return NULL;
}

static struct err *
run_delete(struct tx *tx, struct rest_request *r)
{
    TRY(check_before(tx, r));
    return resource_delete(tx, &r->op, r->id);
}

static struct err *
run_action(struct tx *tx, struct rest_request *r)
{
    return r->route->write ? r->route->write(tx, r) : r->route->read(tx, r);
}

bool
verb_writes(const struct rest_request *r)
{
    switch (r->route->verb) {
    case REST_CREATE:
    case REST_UPDATE:
    case REST_DELETE:
        return true;
    case REST_TAGS:
    case REST_TAG:
        return !str_eq(r->method, "GET") && !str_eq(r->method, "HEAD");
    case REST_ACTION:
        return r->route->write != NULL;
    case REST_LIST:
    case REST_SHOW:
    case REST_VERSIONS:
    case REST_N_VERBS:
        break;
    }
    return false;
}

/* Some looks write first (the default security group appears on the first
 * one): such a read is given up and run again on the writer. */
static bool
look_has_to_write(struct tx *tx, struct rest_request *r)
{
    const struct resource_hooks *hooks;

    if (!r->route->resource || verb_writes(r)) {
        return false;
    }
    hooks = &r->route->resource->hooks;
    return hooks->before_look_writes && hooks->before_look_needed &&
           hooks->before_look_needed(tx, &r->op);
}

static struct err *
run_verb(struct tx *tx, struct rest_request *r)
{
    switch (r->route->verb) {
    case REST_LIST:
        return run_list(tx, r);
    case REST_SHOW:
        return run_show(tx, r);
    case REST_CREATE:
        return run_create(tx, r);
    case REST_UPDATE:
        return run_update(tx, r);
    case REST_DELETE:
        return run_delete(tx, r);
    case REST_TAGS:
    case REST_TAG:
        return verb_tags(tx, r);
    case REST_ACTION:
        return run_action(tx, r);
    case REST_VERSIONS:
    case REST_N_VERBS:
        break;
    }
    return NULL;
}

struct err *
verb_run(struct tx *tx, void *request)
{
    struct rest_request *r = request;

    answer_reset(r);
    if (!r->x->on_writer && look_has_to_write(tx, r)) {
        r->x->again = true;
        return NULL;
    }
    TRY(run_verb(tx, r));
    return answer_whole(r); /* here, where what was written can still be taken back */
}
