/* Tags below any resource that has them: /things/{id}/tags replaces or clears
 * the set, /things/{id}/tags/{tag} one of it (Neutron API: standard attribute
 * tags; Keystone: project tags). */
#include "rest/exchange.h"

#include <string.h>

#define TAG_MAX 255

static const struct attr *
tags_attr(const struct rest_request *r)
{
    return table_attr(r->route->resource->table, "tags");
}

static bool
has_tag(const struct strs *tags, const char *tag)
{
    for (size_t i = 0; i < tags->n; i++) {
        if (strcmp(tags->items[i], tag) == 0) {
            return true;
        }
    }
    return false;
}

static struct err *
store_tags(struct tx *tx, struct rest_request *r, const struct strs *tags)
{
    void *made, *patch = row_new(tx_mem(tx), r->route->resource->table);

    *(struct strs *)attr_at(tags_attr(r), patch) = *tags;
    row_give(patch, "tags");
    return resource_update(tx, &r->op, r->id, patch, &made);
}

static void
write_tags(struct rest_request *r, const struct strs *tags)
{
    jw_object(&r->w, NULL);
    jw_array(&r->w, "tags");
    for (size_t i = 0; i < tags->n; i++) {
        jw_str(&r->w, NULL, tags->items[i]);
    }
    jw_end(&r->w);
    jw_end(&r->w);
}

static struct err *
check_tag(const char *tag)
{
    size_t n = tag ? strlen(tag) : 0;

    if (n == 0 || n > TAG_MAX) {
        return err_new(E_INVALID, "HTTPBadRequest",
                       "Invalid input for tags. Reason: a tag has 1 to %d characters.", TAG_MAX);
    }
    return NULL;
}

/* {"tags": ["a", "b"]}: the new set, doubles dropped. */
static struct err *
body_tags(struct rest_request *r, struct strs *tags)
{
    const struct json *list = json_get(r->body, "tags");

    if (!json_is(list, JSON_T_ARRAY)) {
        return err_new(E_INVALID, "HTTPBadRequest",
                       "Invalid input for tags. Reason: a list of strings is required.");
    }
    tags->items = MEM_ARRAY(r->mem, list->n + 1, const char *);
    json_each (list, i) {
        const char *tag = json_str(list->items[i]);

        TRY(check_tag(tag));
        if (!has_tag(tags, tag)) {
            tags->items[tags->n++] = tag;
        }
    }
    return NULL;
}

static struct err *
whole_set(struct tx *tx, struct rest_request *r, const struct strs *have)
{
    struct strs tags = {0};

    if (str_eq(r->method, "PUT")) {
        TRY(body_tags(r, &tags));
        TRY(store_tags(tx, r, &tags));
        write_tags(r, &tags);
        r->status = 200;
        return NULL;
    }
    if (str_eq(r->method, "DELETE")) {
        r->status = 204;
        return store_tags(tx, r, &tags);
    }
    if (!str_eq(r->method, "GET") && !str_eq(r->method, "HEAD")) {
        return err_new(E_METHOD, NULL, "tags have GET, PUT and DELETE");
    }
    write_tags(r, have);
    r->status = 200;
    return NULL;
}

static struct strs
with_tag(struct mem *mem, const struct strs *have, const char *tag, bool add)
{
    struct strs tags = {.items = MEM_ARRAY(mem, have->n + 1, const char *)};

    for (size_t i = 0; i < have->n; i++) {
        if (strcmp(have->items[i], tag) != 0) {
            tags.items[tags.n++] = have->items[i];
        }
    }
    if (add) {
        tags.items[tags.n++] = tag;
    }
    return tags;
}

static struct err *
one_tag(struct tx *tx, struct rest_request *r, const struct strs *have, const char *tag)
{
    bool there = has_tag(have, tag), put = str_eq(r->method, "PUT");
    int created = r->route->status ? r->route->status : 201;
    struct strs tags;

    TRY(check_tag(tag));
    r->status = put ? created : 204;
    if (!put && !there) {
        return err_new(E_NOT_FOUND, "TagNotFound", "Tag %s could not be found.", tag);
    }
    if (str_eq(r->method, "GET") || str_eq(r->method, "HEAD")) {
        return NULL;
    }
    if (!put && !str_eq(r->method, "DELETE")) {
        return err_new(E_METHOD, NULL, "a tag has GET, PUT and DELETE");
    }
    if (put && created == 201) {
        buf_str(&r->out, "null");
    }
    tags = with_tag(tx_mem(tx), have, tag, put);
    return there == put ? NULL : store_tags(tx, r, &tags);
}

struct err *
verb_tags(struct tx *tx, struct rest_request *r)
{
    const struct strs *have;
    void *row;

    TRY(resource_get(tx, &r->op, r->id, &row));
    have = attr_at(tags_attr(r), row);
    return r->route->verb == REST_TAGS ? whole_set(tx, r, have)
                                       : one_tag(tx, r, have, rest_param(r, "tag"));
}
