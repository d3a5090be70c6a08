/* Rows into JSON: answers in the names and forms of an API, and the plain form
 * of journals, messages and the change log, which keeps every bit. */
#include "base/attr.h"

#include <string.h>

static void
write_time(struct jw *w, const char *key, const struct attr *attr, int64_t us)
{
    char text[TIME_TEXT_SIZE];

    if (us == TIME_NULL) {
        jw_null(w, key);
    } else {
        jw_str(w, key, time_text(text, us, attr->time_form));
    }
}

static void
write_int(struct jw *w, const char *key, int64_t v)
{
    if (v == INT_NULL) {
        jw_null(w, key);
    } else {
        jw_int(w, key, v);
    }
}

static void
write_strs(struct jw *w, const char *key, const struct strs *strs)
{
    jw_array(w, key);
    for (size_t i = 0; i < strs->n; i++) {
        jw_str(w, NULL, strs->items[i]);
    }
    jw_end(w);
}

static void
write_opaque(struct jw *w, const char *key, const struct json *json)
{
    if (json) {
        jw_json(w, key, json);
    } else {
        jw_null(w, key);
    }
}

/* Types that look the same in answers and in journals. */
static void
write_value(struct jw *w, const char *key, const struct attr *attr, const void *at)
{
    switch (attr->type) {
    case ATTR_T_boolean:
        jw_bool(w, key, *(const bool *)at);
        break;
    case ATTR_T_integer:
    case ATTR_T_time:
        write_int(w, key, *(const int64_t *)at);
        break;
    case ATTR_T_json:
        write_opaque(w, key, *(const struct json *const *)at);
        break;
    case ATTR_T_strs:
    case ATTR_T_refs:
        write_strs(w, key, at);
        break;
    case ATTR_T_rows:
    case ATTR_T_uuid:
    case ATTR_T_str:
    case ATTR_T_name_enum:
    case ATTR_T_mac:
    case ATTR_T_ip:
    case ATTR_T_cidr:
    default:
        jw_str(w, key, *(const char *const *)at);
        break;
    }
}

/* ---- answers --------------------------------------------------------------------- */

static bool
in_version(const struct attr *attr, int version)
{
    return version ? version >= attr->since && (!attr->until || version < attr->until)
                   : !attr->until;
}

/* Attributes of a child are shown where its table says so; messages, whose
 * tables do not speak of use, show all. */
static bool
child_shows(const struct attr *attr, int version)
{
    return !(attr->use & (SECRET | INTERNAL)) && (!attr->use || (attr->use & SHOW)) &&
           in_version(attr, version);
}

static void encode_rows(struct jw *w, const char *key, const struct attr *attr,
                        const struct rows *rows, int version);

static void
encode(struct jw *w, const char *key, const struct attr *attr, const void *row, int version)
{
    if (attr->type == ATTR_T_time) {
        write_time(w, key, attr, *(const int64_t *)attr_at(attr, row));
        return;
    }
    if (attr->type != ATTR_T_rows) {
        write_value(w, key, attr, attr_at(attr, row));
        return;
    }
    encode_rows(w, key, attr, attr_at(attr, row), version);
}

/* Under its name, and under its second one. */
static void
encode_named(struct jw *w, const struct attr *attr, const void *row, int version)
{
    jw_key(w, attr_json_name(attr));
    encode(w, NULL, attr, row, version);
    if (attr->alias) {
        jw_key(w, attr->alias);
        encode(w, NULL, attr, row, version);
    }
}

static void
encode_child(struct jw *w, const char *key, const struct attr *attr, const void *row, int version)
{
    jw_object(w, key);
    for (size_t a = attr->form == ROWS_MAP; a < attr->item->n_attrs; a++) {
        const struct attr *child = &attr->item->attrs[a];

        if (child_shows(child, version)) {
            encode_named(w, child, row, version);
        }
    }
    jw_end(w);
}

static void
encode_rows(struct jw *w, const char *key, const struct attr *attr, const struct rows *rows,
            int version)
{
    if (attr->form == ROWS_ONE && rows->n == 0) {
        jw_null(w, key);
    } else if (attr->form == ROWS_ONE) {
        encode_child(w, key, attr, rows->items[0], version);
    } else if (attr->form == ROWS_MAP) {
        jw_object(w, key);
        for (size_t i = 0; i < rows->n; i++) {
            const struct attr *name = &attr->item->attrs[0];

            encode_child(w, *(const char *const *)attr_at(name, rows->items[i]), attr,
                         rows->items[i], version);
        }
        jw_end(w);
    } else {
        jw_array(w, key);
        for (size_t i = 0; i < rows->n; i++) {
            encode_child(w, NULL, attr, rows->items[i], version);
        }
        jw_end(w);
    }
}

void
attr_encode(struct jw *w, const char *key, const struct attr *attr, const void *row)
{
    encode(w, key ? key : attr_json_name(attr), attr, row, 0);
}

void
row_encode(struct jw *w, const void *row, int version, row_want_fn *want, void *arg)
{
    const struct table *table = ((const struct row *)row)->table;

    for (size_t i = 0; i < table->n_attrs; i++) {
        const struct attr *attr = &table->attrs[i];
        bool wanted = want ? want(arg, attr) : !(attr->use & (SECRET | INTERNAL));

        if (wanted && in_version(attr, version)) {
            encode_named(w, attr, row, version);
        }
    }
}

/* ---- the plain form ---------------------------------------------------------------- */

static void
encode_plain(struct jw *w, const void *row, bool secrets)
{
    const struct table *table = ((const struct row *)row)->table;

    for (size_t i = 0; i < table->n_attrs; i++) {
        attr_encode_plain(w, &table->attrs[i], row, secrets);
    }
}

void
attr_encode_plain(struct jw *w, const struct attr *attr, const void *row, bool secrets)
{
    const struct rows *rows = attr_at(attr, row);

    jw_key(w, attr->name);
    if ((attr->use & SECRET) && !secrets) {
        jw_str(w, NULL, attr_is_null(attr, row) ? NULL : "***");
        return;
    }
    if (attr->type != ATTR_T_rows) {
        write_value(w, NULL, attr, rows);
        return;
    }
    jw_array(w, NULL);
    for (size_t i = 0; i < rows->n; i++) {
        jw_object(w, NULL);
        encode_plain(w, rows->items[i], secrets);
        jw_end(w);
    }
    jw_end(w);
}

char *
row_to_json(struct mem *mem, const void *row, bool secrets)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    jw_object(&w, NULL);
    encode_plain(&w, row, secrets);
    jw_end(&w);
    return buf_copy(mem, &out);
}
