/* Whole bodies: a JSON object into a row.  Every fault of the body is told at
 * once, each with the path of the value it is about, in the words of the
 * caller's dialect. */
#include "base/attr.h"

#include "base/vec.h"

#include <string.h>

/* More faults than these help nobody, and each costs memory. */
#define FAULTS_MAX 32

struct body {
    struct mem *mem;
    enum row_decode_mode mode;
    int version;
    bool plain; /* row_from_json: C names, times as integers, nothing refused */
    const struct row_faults *faults;
    struct err *errs;
    size_t n_errs;
};

static void body_row(struct body *body, const struct table *table, const struct json *json,
                     const char *prefix, void *row);

static void
add(struct body *body, struct err *e)
{
    if (e && body->n_errs++ < FAULTS_MAX) {
        body->errs = err_join(body->errs, e);
    } else {
        err_ignore(e, "enough faults told, or none");
    }
}

/* ---- wording ------------------------------------------------------------------ */

static void
unknown(struct body *body, const char *path)
{
    const char *text = body->faults && body->faults->unknown
                           ? body->faults->unknown(body->mem, path)
                           : mem_printf(body->mem, "Unknown attribute '%s'", path);

    add(body, err_new(E_INVALID, NULL, "%s", text));
}

static void
missing(struct body *body, const struct attr *attr, const char *path)
{
    const char *text = body->faults && body->faults->missing
                           ? body->faults->missing(body->mem, path)
                           : mem_printf(body->mem, "Attribute '%s' is required", path);

    add(body, err_new(E_INVALID, attr->error_type, "%s", text));
}

static void
not_allowed(struct body *body, const char *path)
{
    const char *text = body->faults && body->faults->not_allowed
                           ? body->faults->not_allowed(body->mem, path, body->mode)
                           : mem_printf(body->mem, "Attribute '%s' may not be %s", path,
                                        body->mode == ROW_CREATE ? "given" : "changed");

    add(body, err_new(E_INVALID, NULL, "%s", text));
}

static void
invalid(struct body *body, const struct attr *attr, const char *path, const char *reason)
{
    const char *text =
        body->faults && body->faults->invalid
            ? body->faults->invalid(body->mem, path, reason)
            : mem_printf(body->mem, "Invalid input for %s. Reason: %s", path, reason);

    add(body, err_new(E_INVALID, attr ? attr->error_type : NULL, "%s", text));
}

/* ---- members -------------------------------------------------------------------- */

static bool
in_version(const struct attr *attr, int version)
{
    if (!version) {
        return !attr->until;
    }
    return version >= attr->since && (!attr->until || version < attr->until);
}

static const struct attr *
find(const struct body *body, const struct table *table, const char *name)
{
    const struct attr *attr =
        body->plain ? table_attr(table, name) : table_attr_json(table, name);

    if (attr && ((body->mode != ROW_PLAIN && (attr->use & INTERNAL)) ||
                 (!body->plain && !in_version(attr, body->version)))) {
        return NULL;
    }
    return attr;
}

static bool
allowed(const struct body *body, const struct attr *attr)
{
    return body->mode == ROW_PLAIN || (attr->use & (body->mode == ROW_CREATE ? POST : PUT));
}

/* One child row: a body of its own. */
static void
child(struct body *body, const struct attr *attr, const struct json *json, const char *path,
      void *row)
{
    if (json->type == JSON_T_OBJECT) {
        body_row(body, attr->item, json, mem_printf(body->mem, "%s.", path), row);
    } else {
        invalid(body, attr, path, "an object is needed.");
    }
}

/* The name of a map's member becomes the row's first attribute. */
static void
child_named(struct body *body, const struct attr *attr, const char *name, const char *path,
            void *row)
{
    const struct attr *key = &attr->item->attrs[0];
    const struct json text = {.type = JSON_T_STR, .s = name, .n = strlen(name)};

    row_give(row, key->name);
    add(body, attr_decode(body->mem, key, &text, path, body->faults, attr_at(key, row)));
}

static void
children(struct body *body, const struct attr *attr, const struct json *json, const char *path,
         void *row)
{
    struct rows *rows = attr_at(attr, row);

    rows->n = attr->form == ROWS_ONE ? 1 : json->n;
    rows->items = MEM_ARRAY(body->mem, rows->n, void *);
    for (size_t i = 0; i < rows->n; i++) {
        rows->items[i] = row_new(body->mem, attr->item);
        if (attr->form == ROWS_ONE) {
            child(body, attr, json, path, rows->items[i]);
        } else if (attr->form == ROWS_MAP) {
            const char *at = mem_printf(body->mem, "%s.%s", path, json->keys[i]);

            child_named(body, attr, json->keys[i], at, rows->items[i]);
            child(body, attr, json->items[i], at, rows->items[i]);
        } else {
            child(body, attr, json->items[i], mem_printf(body->mem, "%s[%zu]", path, i),
                  rows->items[i]);
        }
    }
}

static bool
too_few_or_many(const struct attr *attr, const struct json *json)
{
    return attr->form != ROWS_ONE && ((attr->max && json->n > (uint64_t)attr->max) ||
                                      json->n < (uint64_t)attr->min);
}

static void
rows_member(struct body *body, const struct attr *described, const struct json *json,
            const char *path, void *row)
{
    struct attr as = *described;
    const struct attr *attr = &as;
    const struct json *value = attr->convert ? attr->convert(body->mem, json) : json;
    size_t before = body->n_errs;
    struct err *e;
    const char *why;

    as.form = body->plain ? ROWS_LIST : described->form;
    if (value->type == JSON_T_NULL && (attr->use & NULLABLE)) {
        attr_set_null(attr, row);
        return;
    }
    e = attr_decode(body->mem, attr, value, path, body->faults, attr_at(attr, row));
    if (e) {
        add(body, e);
        return;
    }
    if (too_few_or_many(attr, value)) {
        invalid(body, attr, path,
                mem_printf(body->mem, "%zu items; from %lld to %lld are allowed.", value->n,
                           (long long)attr->min, (long long)attr->max));
        return;
    }
    children(body, attr, value, path, row);
    why = attr->check && body->n_errs == before
              ? attr->check(body->mem, attr, attr_at(attr, row))
              : NULL;
    if (why) {
        invalid(body, attr, path, why);
    }
}

static void
member(struct body *body, const struct attr *attr, const struct json *json, const char *path,
       void *row)
{
    if (attr->type == ATTR_T_rows) {
        rows_member(body, attr, json, path, row);
    } else if (body->plain && attr->type == ATTR_T_time && json->type == JSON_T_INT) {
        *(int64_t *)attr_at(attr, row) = json->i;
    } else if (body->plain && json->type == JSON_T_NULL) {
        attr_set_null(attr, row);
    } else {
        add(body, attr_decode(body->mem, attr, json, path, body->faults, attr_at(attr, row)));
    }
}

/* The attribute came twice: by its name and its alias. */
static void
member_again(struct body *body, const struct attr *attr, const struct json *json,
             const char *path, const void *row)
{
    void *other = row_new(body->mem, ((const struct row *)row)->table);

    member(body, attr, json, path, other);
    if (!attr_equal(attr, row, other)) {
        invalid(body, attr, path,
                mem_printf(body->mem, "'%s' and '%s' differ.", attr_json_name(attr),
                           str_or(attr->alias, "")));
    }
}

static void
given_member(struct body *body, const struct attr *attr, const struct json *json,
             const char *path, void *row)
{
    if (!allowed(body, attr)) {
        not_allowed(body, path);
    } else if (row_given(row, attr->name)) {
        member_again(body, attr, json, path, row);
    } else {
        row_give(row, attr->name);
        member(body, attr, json, path, row);
    }
}

/* ---- defaults -------------------------------------------------------------------- */

static void
zero_member(const struct attr *attr, void *row)
{
    void *at = attr_at(attr, row);

    if (attr->type == ATTR_T_integer) {
        *(int64_t *)at = 0;
    } else if (attr->type == ATTR_T_str) {
        *(const char **)at = "";
    }
}

/* The value that the default, a JSON text in quotes, names; null where it is something else. */
static const char *
enum_default(const struct attr *attr)
{
    size_t n = strlen(attr->def);

    for (const char *const *v = attr->values; n >= 2 && v && *v; v++) {
        if (attr->def[0] == '"' && strlen(*v) == n - 2 && !strncmp(*v, attr->def + 1, n - 2)) {
            return *v;
        }
    }
    return NULL;
}

/* The default of an attribute; a default that does not parse is a bug that
 * table_check tells. */
static void
default_member(struct mem *mem, const struct attr *attr, void *row)
{
    static const struct json empty_object = {.type = JSON_T_OBJECT};
    const struct json *json;
    const char *text;
    struct err *e;

    if (!attr->def) {
        if (!(attr->use & (NULLABLE | KEY | REQUIRED))) {
            zero_member(attr, row);
        }
        return;
    }
    if (attr->type == ATTR_T_boolean) {
        *(bool *)attr_at(attr, row) = attr->def[0] == 't';
    } else if (!strcmp(attr->def, "\"\"")) {
        *(const char **)attr_at(attr, row) = "";
    } else if (attr->type == ATTR_T_integer && str_to_i64(attr->def, attr_at(attr, row))) {
        return;
    } else if (attr->type == ATTR_T_json && !attr->convert && !strcmp(attr->def, "{}")) {
        *(const struct json **)attr_at(attr, row) = &empty_object;
    } else if (attr->type == ATTR_T_name_enum && (text = enum_default(attr))) {
        *(const char **)attr_at(attr, row) = text;
    } else if (strcmp(attr->def, "[]") != 0 || attr->type == ATTR_T_json) {
        e = json_parse(mem, attr->def, strlen(attr->def), &json);
        if (!e && json->type != JSON_T_NULL) {
            e = attr_decode(mem, attr, json, attr->name, NULL, attr_at(attr, row));
        }
        err_ignore(e, "table_check tells a bad default");
    }
}

static bool
is_generated(const struct attr *attr)
{
    return attr->def && attr->def[0] == GENERATED[0];
}

void
row_defaults(struct mem *mem, void *row)
{
    const struct table *table = ((struct row *)row)->table;

    for (size_t i = 0; i < table->n_attrs; i++) {
        const struct attr *attr = &table->attrs[i];

        if (attr->type != ATTR_T_boolean && !(attr->use & NULLABLE) && !is_generated(attr) &&
            attr_is_null(attr, row)) {
            default_member(mem, attr, row);
        }
    }
}

/* Required ones that are missing are faults; the others get their default. */
static void
absent_members(struct body *body, const struct table *table, const char *prefix, void *row)
{
    for (size_t i = 0; i < table->n_attrs; i++) {
        const struct attr *attr = &table->attrs[i];
        const struct row *head = row;

        if (head->given[i / 64] >> (i % 64) & 1) {
            continue;
        }
        if ((attr->use & REQUIRED) && !body->plain && in_version(attr, body->version)) {
            missing(body, attr, mem_printf(body->mem, "%s%s", prefix, attr_json_name(attr)));
        } else if (!is_generated(attr)) {
            default_member(body->mem, attr, row);
        }
    }
}

static void
body_row(struct body *body, const struct table *table, const struct json *json,
         const char *prefix, void *row)
{
    enum row_decode_mode mode = body->mode;

    json_each (json, i) {
        const struct attr *attr = find(body, table, json->keys[i]);
        const char *path =
            *prefix ? mem_printf(body->mem, "%s%s", prefix, json->keys[i]) : json->keys[i];

        if (attr) {
            given_member(body, attr, json->items[i], path, row);
        } else if (!body->plain) {
            unknown(body, path);
        }
    }
    /* A list of children is given whole, also in an update. */
    if (mode != ROW_UPDATE || *prefix) {
        absent_members(body, table, prefix, row);
    }
}

static struct err *
body_decode(struct body *body, const struct table *table, const struct json *json, void *row)
{
    struct row *head = row;

    head->table = table;
    if (!json_is(json, JSON_T_OBJECT)) {
        return err_new(E_INVALID, NULL, "%s: a JSON object is needed", table->name);
    }
    body_row(body, table, json, "", row);
    return body->errs;
}

struct err *
row_decode(struct mem *mem, const struct table *table, const struct json *json,
           enum row_decode_mode mode, int version, const struct row_faults *faults, void *row)
{
    struct body body = {.mem = mem, .mode = mode, .version = version, .faults = faults};

    return body_decode(&body, table, json, row);
}

struct err *
row_from_json(struct mem *mem, const struct table *table, const struct json *json, void *row)
{
    struct body body = {.mem = mem, .mode = ROW_PLAIN, .plain = true};

    return body_decode(&body, table, json, row);
}
