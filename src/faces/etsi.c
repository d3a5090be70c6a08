/* How ETSI's APIs show rows.  Their JSON has no nulls, carries links to what can
 * be done next, and serves files by ranges. */
#include "faces/etsi.h"

#include "faces/etsi_major.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- rows --------------------------------------------------------------------- */

static bool
is_absent(const struct attr *attr, const void *row)
{
    const void *at = attr_at(attr, row);

    switch (attr->type) {
    case ATTR_T_boolean:
        return false;
    case ATTR_T_integer:
    case ATTR_T_time:
        return *(const int64_t *)at == INT_NULL;
    case ATTR_T_strs:
    case ATTR_T_refs:
        return ((const struct strs *)at)->n == 0;
    case ATTR_T_rows:
        return ((const struct rows *)at)->n == 0;
    case ATTR_T_json:
        return *(const struct json *const *)at == NULL;
    case ATTR_T_uuid:
    case ATTR_T_str:
    case ATTR_T_name_enum:
    case ATTR_T_mac:
    case ATTR_T_ip:
    case ATTR_T_cidr:
        return *(const char *const *)at == NULL;
    }
    return true;
}

static bool
is_shown(const struct rest_request *r, const struct attr *attr, const void *row)
{
    bool known = !r->op.version || !attr->since || r->op.version >= attr->since;

    return known && (attr->use & SHOW) && !(attr->use & (SECRET | INTERNAL)) &&
           !is_absent(attr, row);
}

/* All members, or those that 'only' has too. */
static void
members_write(struct rest_request *r, struct jw *w, const void *row, const struct json *only)
{
    const struct table *table = r->op.resource->table;

    for (size_t i = 0; i < table->n_attrs; i++) {
        const struct attr *attr = &table->attrs[i];

        if (is_shown(r, attr, row) && (!only || json_get(only, attr_json_name(attr)))) {
            attr_encode(w, attr_json_name(attr), attr, row);
        }
    }
}

/* The same in the form of the version that is spoken. */
static void
members_tell(struct rest_request *r, struct jw *w, const void *row, const struct json *only)
{
    AUTO_BUF newer = BUF_INIT;
    struct jw scratch = jw_to(&newer);
    const struct json *json;
    struct err *e;

    if (r->op.version != 1) {
        members_write(r, w, row, only);
        return;
    }
    jw_object(&scratch, NULL);
    members_write(r, &scratch, row, only);
    jw_end(&scratch);
    e = json_parse(r->mem, newer.data, newer.len, &json);
    if (e) {
        err_ignore(e, "it nests too deeply, and so would the answer");
        w->out->overflow = true;
        return;
    }
    etsi_major_write(r->mem, w, r->op.resource->table, json);
}

void
etsi_row(struct rest_request *r, struct jw *w, const void *row)
{
    members_tell(r, w, row, NULL);
}

void
etsi_links(struct rest_request *r, struct jw *w, const struct table *table, const void *row,
           const struct etsi_link *links)
{
    jw_object(w, "_links");
    for (const struct etsi_link *link = links; link->name; link++) {
        const struct attr *attr = link->attr ? table_attr(table, link->attr) : table_key(table);
        const char *id = *(const char *const *)attr_at(attr, row);

        if (id && (!link->when || link->when(row)) &&
            (!r->op.version || r->op.version >= link->since)) {
            jw_object(w, link->name);
            jw_str(w, "href",
                   mem_printf(r->mem, "%s%s/%s%s%s", r->base, etsi_major_path(r, link->path),
                              url_encode(r->mem, id),
                              link->task ? "/" : "", str_or(link->task, "")));
            jw_end(w);
        }
    }
    jw_end(w);
}

void
etsi_modified(struct rest_request *r, struct jw *w, const void *row)
{
    members_tell(r, w, row, r->body);
}

struct err *
etsi_rename(struct mem *mem, const struct json *body, const char *const (*names)[2], size_t n,
            const struct json **out)
{
    struct json *copy;

    if (!json_is(body, JSON_T_OBJECT)) {
        *out = body;
        return NULL;
    }
    copy = mem_copy(mem, body, sizeof *body);
    copy->keys = MEM_ARRAY(mem, body->n + 1, const char *);
    for (size_t i = 0; i < body->n; i++) {
        copy->keys[i] = body->keys[i];
        for (size_t j = 0; j < n; j++) {
            if (str_eq(body->keys[i], names[j][1])) {
                return err_new(E_INVALID, NULL, "unknown attribute '%s'", body->keys[i]);
            }
            if (str_eq(body->keys[i], names[j][0])) {
                copy->keys[i] = names[j][1];
            }
        }
    }
    *out = copy;
    return NULL;
}

/* ---- files --------------------------------------------------------------------- */

/* "bytes=A-B", "bytes=A-", "bytes=-N"; anything else is no range we know and is
 * ignored (RFC 9110 section 14.2). */
static bool
range_parse(const char *text, int64_t size, int64_t *first, int64_t *last)
{
    const char *dash;
    char from[24];
    size_t n;

    if (!str_starts(text, "bytes=") || strchr(text, ',')) {
        return false;
    }
    text += 6;
    dash = strchr(text, '-');
    n = dash ? (size_t)(dash - text) : sizeof from;
    if (n >= sizeof from) {
        return false;
    }
    memcpy(from, text, n);
    from[n] = '\0';
    *last = size - 1;
    if (n == 0) {
        if (!str_to_i64(dash + 1, first) || *first < 0) {
            return false;
        }
        *first = *first > size ? 0 : size - *first;
        return true;
    }
    return str_to_i64(from, first) && *first >= 0 &&
           (dash[1] == '\0' || (str_to_i64(dash + 1, last) && *last >= *first));
}

struct err *
etsi_file(struct rest_request *r, int fd, int64_t size, const char *content_type)
{
    const char *range = rest_header_in(r, "Range");
    int64_t first = 0, last = size - 1;

    if (range && range_parse(range, size, &first, &last)) {
        if (first >= size) {
            (void)close(fd);
            rest_fault_header(r, "Content-Range", "bytes */%lld", (long long)size);
            return err_new(E_RANGE, NULL, "the content has %lld bytes", (long long)size);
        }
        last = last >= size ? size - 1 : last;
        r->status = 206;
        rest_header(r, "Content-Range", "bytes %lld-%lld/%lld", (long long)first, (long long)last,
                    (long long)size);
    } else {
        first = 0;
        last = size - 1;
    }
    rest_header(r, "Accept-Ranges", "bytes");
    rest_answer_file(r, fd, first, last - first + 1, content_type);
    return NULL;
}
