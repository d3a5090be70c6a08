/* Constraint clauses of properties (TOSCA 1.3 section 3.6.3): read from YAML and
 * applied to values. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "tosca/parse.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

/* How often a pattern may step before it counts as hostile. */
#define MATCH_LIMIT 100000

static const char *const op_names[] = {
    "equal",        "greater_than", "greater_or_equal", "less_than",  "less_or_equal", "in_range",
    "valid_values", "length",       "min_length",       "max_length", "pattern",       "schema",
    NULL,
};

static void
constraint_read(struct tosca_run *run, const struct yaml *item, struct tosca_constraint *constraint)
{
    VEC(const char *) values = {0};
    const struct yaml *operand;

    if (item->type != YAML_T_MAP || item->n != 1) {
        run_fault(run, tosca_fault(item, "a constraint is a map with one key"));
        return;
    }
    constraint->op = item->keys[0]->text;
    operand = item->items[0];
    if (!str_in(constraint->op, op_names)) {
        run_fault(run, tosca_fault(item, "%s: no such constraint", constraint->op));
    }
    if (operand->type == YAML_T_SCALAR) {
        vec_add(run->mem, &values, operand->text);
    }
    yaml_each (operand, i) {
        vec_add(run->mem, &values, str_or(yaml_str(operand->items[i]), ""));
    }
    if (str_eq(constraint->op, "in_range") && values.n != 2) {
        run_fault(run, tosca_fault(item, "in_range takes two bounds"));
        values.n = 0;
    }
    constraint->values = values.items;
    constraint->n = values.n;
}

const struct tosca_constraint *
constraints_from_yaml(struct tosca_run *run, const struct yaml *list, size_t *n)
{
    struct tosca_constraint *constraints;

    *n = 0;
    if (yaml_is_null(list)) {
        return NULL;
    }
    if (list->type != YAML_T_LIST) {
        run_fault(run, tosca_fault(list, "constraints is a list"));
        return NULL;
    }
    constraints = MEM_ARRAY(run->mem, list->n, struct tosca_constraint);
    yaml_each (list, i) {
        constraint_read(run, list->items[i], &constraints[i]);
    }
    *n = list->n;
    return constraints;
}

/* A number of the base type; UNBOUNDED is infinite. */
static bool
number_of(const char *base_type, const char *text, double *value)
{
    char *end;

    if (str_eq_case(text, "UNBOUNDED")) {
        *value = __builtin_inf();
        return true;
    }
    if (str_starts(base_type, "scalar-unit.")) {
        return tosca_scalar(base_type, text, value);
    }
    if (str_empty(text)) {
        return false;
    }
    *value = strtod(text, &end);
    return *end == '\0';
}

static bool
values_equal(const char *base_type, const char *a, const char *b)
{
    double x, y;
    bool numeric = str_eq(base_type, "integer") || str_eq(base_type, "float") ||
                   str_starts(base_type, "scalar-unit.");

    if (str_eq(a, b) || (str_eq(base_type, "boolean") && str_eq_case(a, b))) {
        return true;
    }
    return numeric && number_of(base_type, a, &x) && number_of(base_type, b, &y) && !(x < y) &&
           !(x > y);
}

static bool
pattern_matches(const char *pattern, const char *text, bool *is_valid)
{
    int code;
    PCRE2_SIZE offset;
    pcre2_code *regex =
        pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                      PCRE2_ANCHORED | PCRE2_NEVER_BACKSLASH_C, &code, &offset, NULL);
    pcre2_match_data *match;
    pcre2_match_context *context;
    int n;

    *is_valid = regex != NULL;
    if (!regex) {
        return false;
    }
    match = pcre2_match_data_create(1, NULL);
    context = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(context, MATCH_LIMIT);
    n = pcre2_match(regex, (PCRE2_SPTR)text, strlen(text), 0, 0, match, context);
    pcre2_match_context_free(context);
    pcre2_match_data_free(match);
    pcre2_code_free(regex);
    return n >= 0;
}

static const char *
join(struct mem *mem, const struct tosca_constraint *constraint)
{
    AUTO_BUF buf = BUF_INIT;

    for (size_t i = 0; i < constraint->n; i++) {
        buf_printf(&buf, "%s%s", i ? ", " : "", constraint->values[i]);
    }
    return buf_copy(mem, &buf);
}

static bool
compare(const char *op, double value, double bound)
{
    if (str_eq(op, "greater_or_equal")) {
        return value >= bound;
    }
    if (str_eq(op, "greater_than")) {
        return value > bound;
    }
    if (str_eq(op, "less_or_equal")) {
        return value <= bound;
    }
    return value < bound;
}

static const char *
number_broken(struct mem *mem, const char *base_type, const struct tosca_constraint *constraint,
              const char *text)
{
    double value, low, high;
    bool is_range = str_eq(constraint->op, "in_range");

    if (!number_of(base_type, text, &value) || constraint->n < 1 ||
        !number_of(base_type, constraint->values[0], &low)) {
        return NULL; /* Not a number: told where its type is checked. */
    }
    if (is_range) {
        if (constraint->n == 2 && number_of(base_type, constraint->values[1], &high) &&
            (value < low || value > high)) {
            return mem_printf(mem, "%s is not in the range %s to %s", text, constraint->values[0],
                              constraint->values[1]);
        }
        return NULL;
    }
    if (!compare(constraint->op, value, low)) {
        return mem_printf(mem, "%s breaks %s %s", text, constraint->op, constraint->values[0]);
    }
    return NULL;
}

static const char *
length_broken(struct mem *mem, const struct tosca_constraint *constraint, const struct yaml *value)
{
    size_t length = value->type == YAML_T_SCALAR ? strlen(value->text) : value->n;
    int64_t bound;

    if (constraint->n != 1 || !str_to_i64(constraint->values[0], &bound)) {
        return NULL;
    }
    if ((str_eq(constraint->op, "min_length") && (int64_t)length < bound) ||
        (str_eq(constraint->op, "max_length") && (int64_t)length > bound) ||
        (str_eq(constraint->op, "length") && (int64_t)length != bound)) {
        return mem_printf(mem, "length %zu breaks %s %s", length, constraint->op,
                          constraint->values[0]);
    }
    return NULL;
}

static const char *
values_broken(struct mem *mem, const char *base_type, const struct tosca_constraint *constraint,
              const char *text)
{
    for (size_t i = 0; i < constraint->n; i++) {
        if (values_equal(base_type, constraint->values[i], text)) {
            return NULL;
        }
    }
    return mem_printf(mem, "\"%s\" is not one of: %s", text, join(mem, constraint));
}

static const char *
pattern_broken(struct mem *mem, const struct tosca_constraint *constraint, const char *text)
{
    bool is_valid;

    if (constraint->n != 1 || pattern_matches(constraint->values[0], text, &is_valid)) {
        return NULL;
    }
    return is_valid ? mem_printf(mem, "\"%s\" does not match %s", text, constraint->values[0])
                    : mem_printf(mem, "\"%s\" is no valid pattern", constraint->values[0]);
}

const char *
constraint_broken(struct mem *mem, const char *base_type, const struct tosca_constraint *constraint,
                  const struct yaml *value)
{
    const char *op = constraint->op;

    if (!op || str_eq(op, "schema")) {
        return NULL;
    }
    if (str_ends(op, "length")) {
        return length_broken(mem, constraint, value);
    }
    if (value->type != YAML_T_SCALAR) {
        /* A range: each bound obeys. */
        yaml_each (value, i) {
            const char *why = value->items[i]->type == YAML_T_SCALAR
                                  ? constraint_broken(mem, "integer", constraint, value->items[i])
                                  : NULL;

            if (why && str_eq(base_type, "range")) {
                return why;
            }
        }
        return NULL;
    }
    if (str_eq(op, "valid_values") || str_eq(op, "equal")) {
        return values_broken(mem, base_type, constraint, value->text);
    }
    if (str_eq(op, "pattern")) {
        return pattern_broken(mem, constraint, value->text);
    }
    return number_broken(mem, base_type, constraint, value->text);
}
