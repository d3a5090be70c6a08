/* Values against what their definitions say (TOSCA 1.3 sections 3.3 and 3.10). */
#include "tosca/parse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const simple_types[] = {
    "string",
    "integer",
    "float",
    "boolean",
    "timestamp",
    "version",
    "range",
    "null",
    "list",
    "map",
    "scalar-unit.size",
    "scalar-unit.time",
    "scalar-unit.frequency",
    "scalar-unit.bitrate",
    "any",
    "json",
    "xml",
    NULL,
};
static const char *const functions[] = {
    "get_input",
    "get_property",
    "get_attribute",
    "get_operation_output",
    "get_nodes_of_type",
    "get_artifact",
    "concat",
    "join",
    "token",
    NULL,
};

bool
is_simple_type(const char *name)
{
    return str_in(name, simple_types);
}

bool
is_function(const struct yaml *value)
{
    return value && value->type == YAML_T_MAP && value->n == 1 &&
           str_in(value->keys[0]->text, functions);
}

static const char *
first_text(const struct yaml *value)
{
    if (!value || value->type == YAML_T_SCALAR) {
        return yaml_str(value);
    }
    return value->type == YAML_T_LIST && value->n > 0 ? yaml_str(value->items[0]) : NULL;
}

static bool
has_input(const struct tosca_template *in, const char *name)
{
    vec_each (&in->inputs, input) {
        if (str_eq((*input)->name, name)) {
            return true;
        }
    }
    return false;
}

static void
check_function(struct tosca_run *run, const struct tosca_template *in, const struct yaml *call,
               const char *path)
{
    const char *function = call->keys[0]->text, *name = first_text(call->items[0]);
    bool is_get = str_starts(function, "get_");

    if (is_get && !name) {
        run_fault(run, tosca_fault(call, "%s: %s needs a name", path, function));
    } else if (str_eq(function, "get_input") && in && !has_input(in, name)) {
        run_fault(run, tosca_fault(call, "%s: get_input: no input is called %s", path, name));
    } else if (in && (str_eq(function, "get_property") || str_eq(function, "get_attribute")) &&
               !str_in(name, (const char *const[]){"SELF", "SOURCE", "TARGET", "HOST", NULL}) &&
               !tosca_node(in, name)) {
        run_fault(run, tosca_fault(call, "%s: %s: no node is called %s", path, function, name));
    }
}

static bool
is_float(const char *text)
{
    char *end;

    (void)strtod(text, &end);
    return end != text && *end == '\0';
}

static bool
is_range(const struct yaml *value)
{
    int64_t low, high;

    if (value->type != YAML_T_LIST || value->n != 2 || !yaml_to_i64(value->items[0], &low)) {
        return false;
    }
    return str_eq(yaml_str(value->items[1]), "UNBOUNDED") ||
           (yaml_to_i64(value->items[1], &high) && high >= low);
}

/* Is a scalar a value of the simple type? */
static bool
scalar_fits(const char *type, const struct yaml *value)
{
    int64_t number;
    bool flag;
    double scalar;

    if (str_eq(type, "integer")) {
        return yaml_to_i64(value, &number);
    }
    if (str_eq(type, "float")) {
        return value->plain && is_float(value->text);
    }
    if (str_eq(type, "boolean")) {
        return yaml_to_bool(value, &flag);
    }
    if (str_starts(type, "scalar-unit.")) {
        return tosca_scalar(type, value->text, &scalar);
    }
    return !str_eq(type, "range");
}

static void
check_simple(struct tosca_run *run, const struct tosca_template *in,
             const struct tosca_schema *schema, const struct yaml *value, const char *path)
{
    const char *type = schema->type;
    bool is_list = str_eq(type, "list"), is_map = str_eq(type, "map");

    if (str_eq(type, "any") || str_eq(type, "json") || str_eq(type, "xml")) {
        return;
    }
    if (str_eq(type, "range") ? !is_range(value)
        : is_list             ? value->type != YAML_T_LIST
        : is_map              ? value->type != YAML_T_MAP
                              : value->type != YAML_T_SCALAR || !scalar_fits(type, value)) {
        run_fault(run, tosca_fault(value, "%s: %s%s%sis no %s", path, yaml_str(value) ? "\"" : "",
                                   str_or(yaml_str(value), "this "), yaml_str(value) ? "\" " : "",
                                   type));
        return;
    }
    if ((is_list || is_map) && schema->entry) {
        yaml_each (value, i) {
            check_value(run, in, schema->entry, value->items[i],
                        is_list ? mem_printf(run->mem, "%s[%zu]", path, i)
                                : mem_printf(run->mem, "%s.%s", path, value->keys[i]->text));
        }
    }
}

const char *
simple_base(const struct tosca_type *type)
{
    const struct tosca_type *root = type;

    while (root->parent) {
        root = root->parent;
    }
    return root->parent_name && is_simple_type(root->parent_name) ? root->parent_name : NULL;
}

static void
check_constraints(struct tosca_run *run, const char *base, size_t n,
                  const struct tosca_constraint *constraints, const struct yaml *value,
                  const char *path)
{
    for (size_t i = 0; i < n; i++) {
        const char *why = constraint_broken(run->mem, base, &constraints[i], value);

        if (why) {
            run_fault(run, tosca_fault(value, "%s: %s", path, why));
        }
    }
}

static void
check_data(struct tosca_run *run, const struct tosca_template *in, const struct tosca_type *type,
           const struct yaml *value, const char *path)
{
    const char *base = simple_base(type);

    if (base) {
        struct tosca_schema schema = {.type = base};

        check_simple(run, in, &schema, value, path);
        for (const struct tosca_type *at = type; at; at = at->parent) {
            check_constraints(run, base, at->n_constraints, at->constraints, value, path);
        }
    } else if (value->type != YAML_T_MAP) {
        run_fault(run, tosca_fault(value, "%s: is no %s (a map)", path, type->name));
    } else {
        check_properties(run, in, type, NULL, value, value, path);
    }
}

void
check_value(struct tosca_run *run, const struct tosca_template *in,
            const struct tosca_schema *schema, const struct yaml *value, const char *path)
{
    const struct tosca_type *type;

    if (yaml_is_null(value) || !schema->type) {
        return;
    }
    if (is_function(value)) {
        check_function(run, in, value, path);
        return;
    }
    if (is_simple_type(schema->type)) {
        check_simple(run, in, schema, value, path);
        check_constraints(run, schema->type, schema->n_constraints, schema->constraints, value,
                          path);
        return;
    }
    type = map_get(&run->tosca->types[TOSCA_DATA], schema->type);
    if (type) {
        const char *base = simple_base(type);

        check_data(run, in, type, value, path);
        check_constraints(run, base ? base : "map", schema->n_constraints, schema->constraints,
                          value, path);
    }
}

static const struct tosca_schema *
property_of(const struct tosca_type *type, const struct tosca_capability_def *extra,
            const char *name)
{
    if (extra) {
        vec_each (&extra->properties, property) {
            if (str_eq((*property)->name, name)) {
                return *property;
            }
        }
    }
    return type ? tosca_property(type, name) : NULL;
}

/* A text for people that is left out harms nobody, and many leave it out. */
static void
missing(struct tosca_run *run, const struct yaml *owner, const char *path, const char *name)
{
    if (str_eq(name, "description")) {
        vec_add(run->mem, &run->tosca->notes,
                mem_printf(run->mem, "%s:%d:%d: %s: required property description is missing",
                           owner->file, owner->line, owner->column, path));
    } else {
        run_fault(run, tosca_fault(owner, "%s: required property %s is missing", path, name));
    }
}

static void
check_required(struct tosca_run *run, const struct tosca_type *type, const struct yaml *assigned,
               const struct yaml *owner, const char *path)
{
    for (const struct tosca_type *at = type; at; at = at->parent) {
        vec_each (&at->properties, property) {
            const struct tosca_schema *schema = tosca_property(type, (*property)->name);

            /* A refinement in a derived type speaks for the property. */
            if (schema == *property && schema->required && !schema->value && !schema->def &&
                yaml_is_null(yaml_get(assigned, schema->name))) {
                missing(run, owner, path, schema->name);
            }
        }
    }
}

void
check_properties(struct tosca_run *run, const struct tosca_template *in,
                 const struct tosca_type *type, const struct tosca_capability_def *extra,
                 const struct yaml *assigned, const struct yaml *owner, const char *path)
{
    if (!yaml_is_null(assigned) && assigned->type != YAML_T_MAP) {
        run_fault(run, tosca_fault(assigned, "%s: properties is a map", path));
        return;
    }
    yaml_each (assigned, i) {
        const char *name = assigned->keys[i]->text;
        const struct tosca_schema *schema = property_of(type, extra, name);
        const char *at = mem_printf(run->mem, "%s.%s", path, name);

        if (schema) {
            check_value(run, in, schema, assigned->items[i], at);
        } else {
            run_fault(run, tosca_fault(assigned->keys[i], "%s: %s has no such property", at,
                                       type ? type->name : "the type"));
        }
    }
    if (type) {
        check_required(run, type, assigned, owner, path);
    }
}
