/* The filter grammar of SOL013 and its selectors.  Evaluated on the encoded
 * object, so that a filter can name whatever an answer shows. */
#include "rest/filter.h"

#include "base/time.h"
#include "base/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum filter_op { OP_EQ, OP_NEQ, OP_IN, OP_NIN, OP_GT, OP_GTE, OP_LT, OP_LTE, OP_CONT, OP_NCONT };

static const char *const op_names[] = {"eq", "neq", "in",  "nin",  "gt",
                                       "gte", "lt", "lte", "cont", "ncont"};

struct filter_expr {
    enum filter_op op;
    char **path;
    size_t n_path;
    VEC(const char *) values;
};

struct filter {
    VEC(struct filter_expr) exprs;
};

/* ---- parsing ------------------------------------------------------------------ */

struct reader {
    struct mem *mem;
    const char *text, *at;
};

static struct err *
refuse(const struct reader *rd, const char *what)
{
    return err_new(E_INVALID, NULL, "filter: %s at column %d of '%s'", what,
                   (int)(rd->at - rd->text) + 1, rd->text);
}

/* 'it''s' -> it's */
static struct err *
read_quoted(struct reader *rd, const char **value)
{
    AUTO_BUF out = BUF_INIT;

    for (rd->at++;; rd->at++) {
        if (*rd->at == '\0') {
            return refuse(rd, "a quote is not closed");
        }
        if (*rd->at == '\'') {
            if (rd->at[1] != '\'') {
                break;
            }
            rd->at++;
        }
        buf_char(&out, *rd->at);
    }
    rd->at++;
    *value = buf_copy(rd->mem, &out);
    return NULL;
}

static struct err *
read_word(struct reader *rd, const char **word)
{
    size_t n;

    if (*rd->at == '\'') {
        return read_quoted(rd, word);
    }
    n = strcspn(rd->at, ",()");
    *word = mem_strn(rd->mem, rd->at, n);
    rd->at += n;
    return NULL;
}

static struct err *
expect(struct reader *rd, char c, const char *what)
{
    if (*rd->at != c) {
        return refuse(rd, what);
    }
    rd->at++;
    return NULL;
}

static struct err *
read_op(struct reader *rd, enum filter_op *op)
{
    const char *word;

    TRY(read_word(rd, &word));
    for (size_t i = 0; i < ARRAY_SIZE(op_names); i++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): too deep for it to see TRY's return */
        if (strcmp(word, op_names[i]) == 0) {
            *op = (enum filter_op)i;
            return NULL;
        }
    }
    return err_new(E_INVALID, NULL,
                   "filter: '%s' is not an operator (eq neq in nin gt gte lt lte cont ncont)",
                   word);
}

static bool
takes_many(enum filter_op op)
{
    return op == OP_IN || op == OP_NIN || op == OP_CONT || op == OP_NCONT;
}

static struct err *
read_expr(struct reader *rd, struct filter_expr *expr)
{
    const char *word;

    TRY(expect(rd, '(', "'(' is expected"));
    TRY(read_op(rd, &expr->op));
    TRY(expect(rd, ',', "',' and an attribute are expected"));
    TRY(read_word(rd, &word));
    if (word[0] == '\0') {
        return refuse(rd, "an attribute is expected");
    }
    expr->path = str_split(rd->mem, word, '/', &expr->n_path);
    while (*rd->at == ',') {
        rd->at++;
        TRY(read_word(rd, &word));
        vec_add(rd->mem, &expr->values, word);
    }
    if (expr->values.n == 0 || (expr->values.n > 1 && !takes_many(expr->op))) {
        return refuse(rd, expr->values.n ? "this operator takes one value" : "a value is expected");
    }
    return expect(rd, ')', "')' is expected");
}

struct err *
filter_parse(struct mem *mem, const char *text, struct filter **filter)
{
    struct reader rd = {.mem = mem, .text = text, .at = text};

    *filter = MEM_NEW(mem, struct filter);
    for (;;) {
        struct filter_expr expr = {0};

        TRY(read_expr(&rd, &expr));
        vec_add(mem, &(*filter)->exprs, expr);
        if (*rd.at == '\0') {
            return NULL;
        }
        TRY(expect(&rd, ';', "';' is expected"));
    }
}

/* ---- matching ------------------------------------------------------------------- */

static const char *
leaf_text(const struct json *json, char scratch[64])
{
    switch (json->type) {
    case JSON_T_STR:
        return json->s;
    case JSON_T_BOOL:
        return json->b ? "true" : "false";
    case JSON_T_INT:
        (void)snprintf(scratch, 64, "%lld", (long long)json->i);
        return scratch;
    case JSON_T_REAL:
        (void)snprintf(scratch, 64, "%.17g", json->r);
        return scratch;
    case JSON_T_NULL:
        return "null";
    case JSON_T_ARRAY:
    case JSON_T_OBJECT:
        break;
    }
    return NULL;
}

/* A decimal one: strtod also knows hexadecimal ones, and NaN, which would be equal to all. */
static bool
is_number(const char *text, double *number)
{
    char *end;

    *number = strtod(text, &end);
    return end != text && *end == '\0' && strchr("-0123456789", *text) && text[strspn(text, "+-.0123456789eE")] == '\0';
}

#define SIGN(a, b) (((a) > (b)) - ((a) < (b)))

/* Numbers and times by value, everything else by bytes. */
static int
compare(const struct json *leaf, const char *text, const char *value)
{
    int64_t number, time[2];
    double real;

    if (leaf->type == JSON_T_INT && str_to_i64(value, &number)) {
        return SIGN(leaf->i, number);
    }
    if ((leaf->type == JSON_T_INT || leaf->type == JSON_T_REAL) && is_number(value, &real)) {
        return leaf->type == JSON_T_REAL ? SIGN(leaf->r, real) : SIGN((double)leaf->i, real);
    }
    if (leaf->type == JSON_T_STR && time_parse(text, &time[0]) && time_parse(value, &time[1])) {
        return SIGN(time[0], time[1]);
    }
    return strcmp(text, value);
}

static bool
any_value(const struct filter_expr *expr, const struct json *leaf, const char *text, bool part)
{
    for (size_t i = 0; i < expr->values.n; i++) {
        const char *value = expr->values.items[i];

        if (part ? strstr(text, value) != NULL : compare(leaf, text, value) == 0) {
            return true;
        }
    }
    return false;
}

static bool
leaf_matches(const struct filter_expr *expr, const struct json *leaf)
{
    char scratch[64];
    const char *text = leaf_text(leaf, scratch);
    const char *value = expr->values.items[0];

    if (!text) {
        return false;
    }
    switch (expr->op) {
    case OP_EQ:
    case OP_IN:
        return any_value(expr, leaf, text, false);
    case OP_NEQ:
    case OP_NIN:
        return !any_value(expr, leaf, text, false);
    case OP_GT:
        return compare(leaf, text, value) > 0;
    case OP_GTE:
        return compare(leaf, text, value) >= 0;
    case OP_LT:
        return compare(leaf, text, value) < 0;
    case OP_LTE:
        return compare(leaf, text, value) <= 0;
    case OP_CONT:
        return any_value(expr, leaf, text, true);
    case OP_NCONT:
        return !any_value(expr, leaf, text, true);
    }
    return false;
}

static bool
key_matches(const struct filter_expr *expr, const struct json *map)
{
    for (size_t i = 0; i < map->n; i++) {
        struct json key = {.type = JSON_T_STR, .s = map->keys[i], .n = strlen(map->keys[i])};

        if (leaf_matches(expr, &key)) {
            return true;
        }
    }
    return false;
}

static bool
expr_matches(const struct filter_expr *expr, const struct json *json, size_t at)
{
    if (!json) {
        return false;
    }
    if (json->type == JSON_T_ARRAY) {
        for (size_t i = 0; i < json->n; i++) {
            if (expr_matches(expr, json->items[i], at)) {
                return true;
            }
        }
        return false;
    }
    if (at == expr->n_path) {
        return leaf_matches(expr, json);
    }
    if (json->type != JSON_T_OBJECT) {
        return false;
    }
    if (strcmp(expr->path[at], "@key") == 0) {
        return key_matches(expr, json);
    }
    return expr_matches(expr, json_get(json, expr->path[at]), at + 1);
}

bool
filter_match(const struct filter *filter, const struct json *json)
{
    for (size_t i = 0; i < filter->exprs.n; i++) {
        if (!expr_matches(&filter->exprs.items[i], json, 0)) {
            return false;
        }
    }
    return true;
}

/* Is it equality of a text that is stored as it is shown?  Times and numbers may be written in
 * several ways, and what is null is shown as a word. */
static bool
is_plain(const struct filter_expr *expr, const struct table *table, bool older)
{
    const struct attr *attr = table_attr_json(table, expr->path[0]);

    if ((expr->op != OP_EQ && expr->op != OP_IN) || expr->n_path != 1 || !attr ||
        (attr->type != ATTR_T_str && attr->type != ATTR_T_uuid &&
         (attr->type != ATTR_T_name_enum || older))) {
        return false;
    }
    for (size_t i = 0; i < expr->values.n; i++) {
        if (str_empty(expr->values.items[i]) || str_eq(expr->values.items[i], "null")) {
            return false;
        }
    }
    return true;
}

/* SQLite takes no expression that is 1000 deep, and plans long for one of hundreds. */
#define CONDS_MAX 8
#define COND_VALUES_MAX 100

struct cond *
filter_conds(const struct filter *filter, struct op *op, const struct cond *conds, bool older)
{
    VEC(struct cond) all = {0};
    size_t n = 0, n_values = 0;

    for (; conds->attr; conds++) {
        vec_add(op->mem, &all, *conds);
    }
    for (size_t i = 0; i < filter->exprs.n && n < CONDS_MAX; i++) {
        const struct filter_expr *expr = &filter->exprs.items[i];
        const char **values = MEM_ARRAY(op->mem, expr->values.n + 1, const char *);
        struct cond cond = {0};
        bool known = false;
        struct err *e;

        if (!is_plain(expr, op->resource->table, older) ||
            n_values + expr->values.n > COND_VALUES_MAX) {
            continue;
        }
        n++;
        n_values += expr->values.n;
        for (size_t k = 0; k < expr->values.n; k++) {
            values[k] = expr->values.items[k];
        }
        e = resource_filter(op, expr->path[0], values, &cond, &known);
        if (!e && known) {
            vec_add(op->mem, &all, cond);
        }
        err_ignore(e, "the filter judges what is shown");
    }
    vec_add(op->mem, &all, (struct cond){0});
    return all.items;
}

/* ---- selecting -------------------------------------------------------------------- */

/* Is 'path' on the way to an entry of the list? */
static bool
leads_to(const char *const *list, const char *path)
{
    size_t n = strlen(path);

    for (; list && *list; list++) {
        if (strncmp(*list, path, n) == 0 && (*list)[n] == '/') {
            return true;
        }
    }
    return false;
}

/* Is 'path', or what it is part of, on the list? */
static bool
covered(const char *const *list, const char *path)
{
    for (; list && *list; list++) {
        size_t n = strlen(*list);

        if (strncmp(*list, path, n) == 0 && (path[n] == '\0' || path[n] == '/')) {
            return true;
        }
    }
    return false;
}

static bool
selected(const struct selector *s, const char *path, const struct json *json)
{
    bool simple = json->type != JSON_T_ARRAY && json->type != JSON_T_OBJECT;
    bool asked = covered(s->fields, path) || leads_to(s->fields, path);

    if (s->all || simple || covered(s->always, path)) {
        return true;
    }
    if (s->by_default) {
        return asked || !covered(s->left_out, path);
    }
    return s->exclude ? !covered(s->exclude, path) : asked;
}

static void
write_selected(struct mem *mem, struct jw *w, const char *key, const struct selector *s,
               const struct json *json, const char *path)
{
    if (json->type == JSON_T_ARRAY) {
        jw_array(w, key);
        for (size_t i = 0; i < json->n; i++) {
            write_selected(mem, w, NULL, s, json->items[i], path);
        }
        jw_end(w);
        return;
    }
    if (json->type != JSON_T_OBJECT) {
        jw_json(w, key, json);
        return;
    }
    jw_object(w, key);
    for (size_t i = 0; i < json->n; i++) {
        const char *below =
            path[0] ? mem_printf(mem, "%s/%s", path, json->keys[i]) : json->keys[i];

        if (selected(s, below, json->items[i])) {
            write_selected(mem, w, json->keys[i], s, json->items[i], below);
        }
    }
    jw_end(w);
}

void
selector_write(struct mem *mem, struct jw *w, const char *key, const struct selector *selector,
               const struct json *json)
{
    write_selected(mem, w, key, selector, json, "");
}
