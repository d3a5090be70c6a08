/* Values that clients give against what a VNFD declares: JSON's types are TOSCA's, constraints are the
 * same code that holds templates against theirs. */
#include "tosca/declared.h"

#include "tosca/parse.h"

#include <stdarg.h>
#include <string.h>

#define DEPTH 16
#define FAULTS_MAX 100
#define RULES_MAX 100

/* Texts are held against patterns of strangers in a transaction: all of it together is bounded. */
#define PATTERNS_MAX 200
#define VALUES_MAX 20000

struct checking {
    struct mem *mem;
    size_t n_patterns, n_values; /* so far */
    struct err *faults;
    size_t n_faults;
};

PRINTF_LIKE(3, 4)
static void
fault(struct checking *c, const char *path, const char *fmt, ...)
{
    va_list args;
    const char *text;

    if (++c->n_faults > FAULTS_MAX) {
        return;
    }
    va_start(args, fmt);
    text = mem_vprintf(c->mem, fmt, args);
    va_end(args);
    c->faults = err_join(c->faults, err_new(E_UNPROCESSABLE, NULL, "%s: %s", path, text));
}

/* ---- declarations ----------------------------------------------------------------------- */

static const struct json *
named(const struct json *list, const char *name)
{
    if (!json_is(list, JSON_T_ARRAY)) {
        return NULL;
    }
    json_each (list, i) {
        if (str_eq(json_get_str(list->items[i], "name"), name)) {
            return list->items[i];
        }
    }
    return NULL;
}

/* ---- constraints ------------------------------------------------------------------------- */

/* The value as constraints see it: of lists and maps their length, of a range its bounds. */
static struct yaml
as_yaml(struct mem *mem, const char *type, const struct json *value)
{
    struct yaml yaml = {.type = YAML_T_LIST, .n = value->n}, *bounds;

    if (!json_is(value, JSON_T_ARRAY) && !json_is(value, JSON_T_OBJECT)) {
        return (struct yaml){.type = YAML_T_SCALAR,
                             .text = json_str(value) ? json_str(value) : json_text(mem, value)};
    }
    if (str_eq(type, "range")) {
        yaml.items = MEM_ARRAY(mem, value->n, const struct yaml *);
        for (size_t i = 0; i < value->n; i++) {
            yaml.items[i] = bounds = MEM_NEW(mem, struct yaml);
            *bounds = as_yaml(mem, NULL, value->items[i]);
        }
    }
    return yaml;
}

static bool
is_too_long(const struct tosca_constraint *rule)
{
    return str_eq(rule->op, "pattern") && rule->n > 0 &&
           strlen(rule->values[0]) > DECLARED_PATTERN_MAX;
}

static struct tosca_constraint
rule_of(struct mem *mem, const struct json *rule)
{
    const struct json *values = json_get(rule, "values");
    struct tosca_constraint constraint = {.op = json_get_str(rule, "op")};

    constraint.values = MEM_ARRAY(mem, (values ? values->n : 0) + 1, const char *);
    json_each (values, i) {
        constraint.values[constraint.n++] = str_or(json_str(values->items[i]), "");
    }
    return constraint;
}

static void
rules_check(struct checking *c, const struct json *declaration, const struct json *value,
            const char *path)
{
    const struct json *rules = json_get(declaration, "rules");
    const char *type = json_get_str(declaration, "type");
    struct yaml yaml = as_yaml(c->mem, type, value);

    for (size_t i = 0; json_is(rules, JSON_T_ARRAY) && i < rules->n && i < RULES_MAX; i++) {
        struct tosca_constraint rule = rule_of(c->mem, rules->items[i]);
        const char *why = NULL;

        if (is_too_long(&rule)) {
            why = "its pattern is too long";
        } else if (str_eq(rule.op, "pattern") && ++c->n_patterns > PATTERNS_MAX) {
            why = c->n_patterns == PATTERNS_MAX + 1
                      ? "there is more to be held against patterns than is done at once"
                      : NULL;
        } else {
            why = constraint_broken(c->mem, type, &rule, &yaml);
        }
        if (why) {
            fault(c, path, "%s", why);
        }
    }
}

/* ---- types ------------------------------------------------------------------------------- */

static bool
is_number(const struct json *value)
{
    return json_is(value, JSON_T_INT) || json_is(value, JSON_T_REAL);
}

static bool
is_range(const struct json *value)
{
    return json_is(value, JSON_T_ARRAY) && value->n == 2 && json_is(value->items[0], JSON_T_INT) &&
           (str_eq(json_str(value->items[1]), "UNBOUNDED") ||
            (json_is(value->items[1], JSON_T_INT) && value->items[1]->i >= value->items[0]->i));
}

static bool
is_unit(const struct json *value, const char *type)
{
    double number;

    return json_str(value) && tosca_scalar(type, json_str(value), &number);
}

static bool
type_fits(const char *type, const struct json *value)
{
    if (str_eq(type, "integer")) {
        return json_is(value, JSON_T_INT);
    }
    if (str_eq(type, "float")) {
        return is_number(value);
    }
    if (str_eq(type, "boolean")) {
        return json_is(value, JSON_T_BOOL);
    }
    if (str_eq(type, "range")) {
        return is_range(value);
    }
    if (str_eq(type, "list")) {
        return json_is(value, JSON_T_ARRAY);
    }
    if (str_eq(type, "map") || str_eq(type, "object")) {
        return json_is(value, JSON_T_OBJECT);
    }
    if (str_starts(type, "scalar-unit.")) {
        return is_unit(value, type);
    }
    return str_eq(type, "any") || str_eq(type, "json") || json_is(value, JSON_T_STR);
}

static void value_check(struct checking *c, const struct json *declaration,
                        const struct json *value, const char *path, int depth);

static void
members_check(struct checking *c, const struct json *members, const struct json *value,
              const char *path, int depth)
{
    json_each (value, i) {
        const struct json *member = named(members, value->keys[i]);
        const char *at = mem_printf(c->mem, "%s.%s", path, value->keys[i]);

        if (member) {
            value_check(c, member, value->items[i], at, depth);
        } else {
            fault(c, at, "the VNFD declares no such property");
        }
    }
}

static void
entries_check(struct checking *c, const struct json *entry, const struct json *value,
              const char *path, int depth)
{
    for (size_t i = 0; entry && i < value->n && c->n_faults < FAULTS_MAX; i++) {
        value_check(c, entry, value->items[i],
                    value->keys ? mem_printf(c->mem, "%s.%s", path, value->keys[i])
                                : mem_printf(c->mem, "%s[%zu]", path, i),
                    depth);
    }
}

static void
value_check(struct checking *c, const struct json *declaration, const struct json *value,
            const char *path, int depth)
{
    const char *type = json_get_str(declaration, "type");

    if (++c->n_values > VALUES_MAX) {
        if (c->n_values == VALUES_MAX + 1) {
            fault(c, path, "there are more values than are looked at at once");
        }
        return;
    }
    if (!type || depth > DEPTH) {
        fault(c, path, "the VNFD's record says nothing of it that can be read");
    } else if (!type_fits(type, value)) {
        fault(c, path, "is no %s", type);
    } else if (str_eq(type, "object")) {
        members_check(c, json_get(declaration, "members"), value, path, depth + 1);
    } else {
        rules_check(c, declaration, value, path);
        if (str_eq(type, "list") || str_eq(type, "map")) {
            entries_check(c, json_get(declaration, "entry"), value, path, depth + 1);
        }
    }
}

struct err *
declared_check(struct mem *mem, const char *what, const struct json *declared,
               const struct json *values)
{
    struct checking c = {.mem = mem};

    if (json_is(values, JSON_T_OBJECT)) {
        members_check(&c, declared, values, what, 0);
    }
    return c.faults;
}

/* ---- other declarations ------------------------------------------------------------------- */

const struct json *
declared_move(struct mem *mem, const struct json *before, const struct json *after,
              const struct json *values)
{
    struct json *out = MEM_NEW(mem, struct json);
    size_t max = json_is(after, JSON_T_ARRAY) ? after->n : 0;

    *out = (struct json){.type = JSON_T_OBJECT,
                         .keys = MEM_ARRAY(mem, max + 1, const char *),
                         .items = MEM_ARRAY(mem, max + 1, const struct json *)};
    for (size_t i = 0; i < max; i++) {
        const char *name = json_get_str(after->items[i], "name");
        const struct json *had = name ? json_get(values, name) : NULL;
        const struct json *is =
            had || !name || named(before, name) ? had : json_get(after->items[i], "is");

        if (is) {
            out->keys[out->n] = name;
            out->items[out->n++] = is;
        }
    }
    return out->n > 0 ? out : NULL;
}
