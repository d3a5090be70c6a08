/* Flavors as Nova shows them, and their extra specs. */
#include "faces/nova.h"

static void
flavor_extra(struct rest_request *r, struct jw *w, const void *row)
{
    const struct flavor *flavor = row;

    /* An empty text stood for no swap until 2.75. */
    if (r->op.version < 275) {
        jw_str(w, "swap", "");
    } else {
        jw_int(w, "swap", flavor->swap);
    }
    jw_raw(w, "rxtx_factor", "1.0");
    nova_links(r, w, "flavors", flavor->id);
}

static void
flavor_brief(struct rest_request *r, struct jw *w, const void *row)
{
    const struct flavor *flavor = row;

    jw_str(w, "id", flavor->id);
    jw_str(w, "name", flavor->name);
    if (r->op.version >= 255) {
        jw_str(w, "description", flavor->description);
    }
    nova_links(r, w, "flavors", flavor->id);
}

/* rxtx_factor means nothing here: only the value that changes nothing is taken. */
static struct err *
flavor_rewrite(struct rest_request *r, const struct json *body, const struct json **out)
{
    const struct json *factor = json_get(body, "rxtx_factor");
    struct json *kept = MEM_NEW(r->mem, struct json);
    bool plain = json_is(factor, JSON_T_REAL) ? factor->r >= 1.0 && factor->r <= 1.0
                                              : json_int(factor, 1) == 1;

    if (!plain) {
        return err_new(E_INVALID, NULL,
                       "Invalid input for field/attribute rxtx_factor. Only 1.0 is supported.");
    }
    kept->type = JSON_T_OBJECT;
    kept->keys = MEM_ARRAY(r->mem, body->n + 1, const char *);
    kept->items = MEM_ARRAY(r->mem, body->n + 1, const struct json *);
    json_each (body, i) {
        if (body->type == JSON_T_OBJECT && !str_eq(body->keys[i], "rxtx_factor") &&
            !(str_eq(body->keys[i], "id") && json_is(body->items[i], JSON_T_NULL))) {
            bool is_id = str_eq(body->keys[i], "id");

            kept->keys[kept->n] = body->keys[i];
            kept->items[kept->n++] =
                is_id ? attr_convert_str(r->mem, body->items[i]) : body->items[i];
        }
    }
    *out = body->type == JSON_T_OBJECT ? kept : body;
    return NULL;
}

/* minRam and minDisk are lower bounds; is_public=None means all. */
static struct err *
flavor_filter(struct rest_request *r, const char *name, const char *const *values,
              struct list_query *query, bool *known)
{
    const char *column = str_eq(name, "minRam") ? "ram" : str_eq(name, "minDisk") ? "disk" : NULL;
    const char **args;
    int64_t number;

    if (str_eq(name, "is_public")) {
        *known = str_eq_case(values[0], "none");
        return NULL;
    }
    *known = column != NULL;
    if (!column) {
        return NULL;
    }
    if (!str_to_i64(values[0], &number)) {
        return err_new(E_INVALID, NULL, "Invalid %s filter [%s]", name, values[0]);
    }
    args = MEM_ARRAY(r->mem, 2, const char *);
    args[0] = values[0];
    query->where = (struct sql){.text = mem_printf(r->mem, "t.%s >= ?", column), .args = args};
    return NULL;
}

const struct rest_shape nova_flavor_full = {
    .extra = flavor_extra, .rewrite = flavor_rewrite, .filter = flavor_filter};
const struct rest_shape nova_flavor_brief = {.encode = flavor_brief, .filter = flavor_filter};

/* ---- extra specs --------------------------------------------------------------------------- */

static struct err *
flavor_look(struct tx *tx, struct rest_request *r, struct flavor **flavor)
{
    void *row;

    r->op.resource = &flavor_resource;
    TRY(resource_get(tx, &r->op, r->id, &row));
    *flavor = row;
    return NULL;
}

static struct err *
flavor_store(struct tx *tx, struct rest_request *r, const struct json *specs)
{
    struct flavor *old, *flavor;

    if (!r->caller.is_admin) {
        return err_new(E_FORBIDDEN, NULL,
                       "Policy doesn't allow os_compute_api:os-flavor-extra-specs:update to be "
                       "performed.");
    }
    TRY(row_get(tx, &flavor_table, r->id, &old));
    flavor = row_copy(tx_mem(tx), old);
    flavor->extra_specs = specs;
    return row_update(tx, old, flavor);
}

/* 'base' with the keys of 'more' replaced or added, without 'drop'. */
static const struct json *
specs_merge(struct mem *mem, const struct json *base, const struct json *more, const char *drop)
{
    struct json *out = MEM_NEW(mem, struct json);
    size_t n = (base ? base->n : 0) + (more ? more->n : 0);

    out->type = JSON_T_OBJECT;
    out->keys = MEM_ARRAY(mem, n + 1, const char *);
    out->items = MEM_ARRAY(mem, n + 1, const struct json *);
    json_each (base, i) {
        if (!json_get(more, base->keys[i]) && !str_eq(base->keys[i], drop)) {
            out->keys[out->n] = base->keys[i];
            out->items[out->n++] = base->items[i];
        }
    }
    json_each (more, i) {
        out->keys[out->n] = more->keys[i];
        out->items[out->n++] = more->items[i];
    }
    return out;
}

static struct err *
specs_check(const struct json *specs)
{
    if (!json_is(specs, JSON_T_OBJECT) || specs->n == 0 || specs->n > 128) {
        return err_new(E_INVALID, NULL,
                       "Invalid input for field/attribute extra_specs. It is an object of texts.");
    }
    json_each (specs, i) {
        if (!json_is(specs->items[i], JSON_T_STR) || specs->items[i]->n > 255) {
            return err_new(E_INVALID, NULL,
                           "Invalid input for field/attribute %s. It is a text of at most 255 "
                           "characters.", specs->keys[i]);
        }
    }
    return NULL;
}

struct err *
nova_specs_list(struct tx *tx, struct rest_request *r)
{
    struct flavor *flavor;

    TRY(flavor_look(tx, r, &flavor));
    jw_object(&r->w, NULL);
    jw_json(&r->w, "extra_specs", flavor->extra_specs);
    jw_end(&r->w);
    return NULL;
}

struct err *
nova_specs_add(struct tx *tx, struct rest_request *r)
{
    const struct json *specs = json_get(r->body, "extra_specs");
    struct flavor *flavor;

    TRY(specs_check(specs));
    TRY(flavor_look(tx, r, &flavor));
    TRY(flavor_store(tx, r, specs_merge(tx_mem(tx), flavor->extra_specs, specs, NULL)));
    jw_object(&r->w, NULL);
    jw_json(&r->w, "extra_specs", specs);
    jw_end(&r->w);
    return NULL;
}

static struct err *
spec_missing(const struct rest_request *r, const char *key)
{
    return err_new(E_NOT_FOUND, NULL, "Flavor %s has no extra specs with key %s.", r->id, key);
}

struct err *
nova_specs_show(struct tx *tx, struct rest_request *r)
{
    const char *key = rest_param(r, "key");
    struct flavor *flavor;

    TRY(flavor_look(tx, r, &flavor));
    if (!json_get(flavor->extra_specs, key)) {
        return spec_missing(r, key);
    }
    jw_object(&r->w, NULL);
    jw_json(&r->w, key, json_get(flavor->extra_specs, key));
    jw_end(&r->w);
    return NULL;
}

struct err *
nova_specs_put(struct tx *tx, struct rest_request *r)
{
    const char *key = rest_param(r, "key");
    struct flavor *flavor;

    TRY(specs_check(r->body));
    if (r->body->n != 1 || !json_get(r->body, key)) {
        return err_new(E_INVALID, NULL, "Request body and URI mismatch");
    }
    TRY(flavor_look(tx, r, &flavor));
    TRY(flavor_store(tx, r, specs_merge(tx_mem(tx), flavor->extra_specs, r->body, NULL)));
    jw_object(&r->w, NULL);
    jw_json(&r->w, key, json_get(r->body, key));
    jw_end(&r->w);
    return NULL;
}

struct err *
nova_specs_delete(struct tx *tx, struct rest_request *r)
{
    const char *key = rest_param(r, "key");
    struct flavor *flavor;

    TRY(flavor_look(tx, r, &flavor));
    if (!json_get(flavor->extra_specs, key)) {
        return spec_missing(r, key);
    }
    return flavor_store(tx, r, specs_merge(tx_mem(tx), flavor->extra_specs, NULL, key));
}
