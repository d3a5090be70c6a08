/* Types that a file of the package defines: read from YAML, linked to their
 * parents, and checked (TOSCA 1.3 sections 3.6 and 3.7). */
#include "tosca/parse.h"

#include <string.h>

#define PARENTS_MAX 64

static const char *const kind_keys[TOSCA_N_KINDS] = {
#define X(name, key, doc) [TOSCA_##name] = #key,
    TOSCA_KINDS(X)
#undef X
};
static const char *const kind_words[TOSCA_N_KINDS] = {
#define X(name, key, doc) [TOSCA_##name] = doc,
    TOSCA_KINDS(X)
#undef X
};

void
check_keys(struct tosca_run *run, const struct yaml *map, const char *const *known,
           const char *what)
{
    yaml_each (map, i) {
        if (map->type == YAML_T_MAP && !str_in(map->keys[i]->text, known)) {
            run_fault(
                run, tosca_fault(map->keys[i], "%s: %s has no such key", map->keys[i]->text, what));
        }
    }
}

/* Is 'node' a map (or absent)?  Anything else is a fault. */
static bool
is_map(struct tosca_run *run, const struct yaml *node, const char *what)
{
    if (yaml_is_null(node)) {
        return false;
    }
    if (node->type != YAML_T_MAP) {
        run_fault(run, tosca_fault(node, "%s is a map", what));
        return false;
    }
    return true;
}

const struct tosca_schema *
define_schema(struct tosca_run *run, const struct yaml *body, const char *name)
{
    static const char *const known[] = {
        "type",     "description",     "required",        "default",
        "status",   "constraints",     "entry_schema",    "key_schema",
        "metadata", "external-schema", "external_schema", "value",
        NULL};
    struct tosca_schema *schema = MEM_NEW(run->mem, struct tosca_schema);
    const struct yaml *entry, *required;

    schema->name = name;
    schema->required = true;
    schema->file = body->file;
    schema->line = body->line;
    if (body->type == YAML_T_SCALAR && !yaml_is_null(body)) {
        schema->type = body->text; /* Short form: only the type. */
        return schema;
    }
    if (!is_map(run, body, str_or(name, "entry_schema"))) {
        return schema;
    }
    check_keys(run, body, known, "a property definition");
    schema->type = yaml_get_str(body, "type");
    entry = yaml_get(body, "entry_schema");
    schema->entry = entry && !yaml_is_null(entry) ? define_schema(run, entry, NULL) : NULL;
    required = yaml_get(body, "required");
    if (required && !yaml_to_bool(required, &schema->required)) {
        run_fault(run, tosca_fault(required, "required is true or false"));
    }
    schema->value = yaml_get(body, "default");
    schema->constraints =
        constraints_from_yaml(run, yaml_get(body, "constraints"), &schema->n_constraints);
    return schema;
}

static void
define_capabilities(struct tosca_run *run, struct tosca_type *type, const struct yaml *map)
{
    if (!is_map(run, map, "capabilities")) {
        return;
    }
    yaml_each (map, i) {
        const struct yaml *body = map->items[i], *properties = yaml_get(body, "properties");
        struct tosca_capability_def def = {.name = map->keys[i]->text};

        def.type = body->type == YAML_T_SCALAR ? body->text : yaml_get_str(body, "type");
        if (str_empty(def.type)) {
            run_fault(run, tosca_fault(map->keys[i], "capability %s has no type", def.name));
            continue;
        }
        yaml_each (properties, k) {
            vec_add(run->mem, &def.properties,
                    define_schema(run, properties->items[k], properties->keys[k]->text));
        }
        vec_add(run->mem, &type->capabilities, def);
    }
}

/* [low, high] of 'occurrences'; the default of a requirement is one. */
static void
read_occurrences(struct tosca_run *run, const struct yaml *list, struct tosca_requirement_def *def)
{
    int64_t low, high;

    def->min = def->max = 1;
    if (yaml_is_null(list)) {
        return;
    }
    if (list->type != YAML_T_LIST || list->n != 2 || !yaml_to_i64(list->items[0], &low) ||
        low < 0) {
        run_fault(run, tosca_fault(list, "occurrences is a list of two numbers"));
        return;
    }
    def->min = (uint32_t)low;
    def->max = yaml_to_i64(list->items[1], &high) && high >= 0 ? (uint32_t)high : TOSCA_UNBOUNDED;
}

static void
define_requirements(struct tosca_run *run, struct tosca_type *type, const struct yaml *list)
{
    if (!yaml_is_null(list) && list->type != YAML_T_LIST) {
        run_fault(run, tosca_fault(list, "requirements is a list"));
        return;
    }
    yaml_each (list, i) {
        const struct yaml *item = list->items[i], *body, *relationship;
        struct tosca_requirement_def def = {0};

        if (item->type != YAML_T_MAP || item->n != 1) {
            run_fault(run, tosca_fault(item, "a requirement definition is a map with one key"));
            continue;
        }
        body = item->items[0];
        def.name = item->keys[0]->text;
        def.capability =
            body->type == YAML_T_SCALAR ? body->text : yaml_get_str(body, "capability");
        def.node = yaml_get_str(body, "node");
        relationship = yaml_get(body, "relationship");
        def.relationship =
            yaml_str(relationship) ? yaml_str(relationship) : yaml_get_str(relationship, "type");
        read_occurrences(run, yaml_get(body, "occurrences"), &def);
        vec_add(run->mem, &type->requirements, def);
    }
}

static void
define_interfaces(struct tosca_run *run, struct tosca_type *type, const struct yaml *map)
{
    if (!is_map(run, map, "interfaces")) {
        return;
    }
    type->interface_defs = map;
    yaml_each (map, i) {
        vec_add(run->mem, &type->interfaces, map->keys[i]->text);
        vec_add(run->mem, &type->interface_types, yaml_get_str(map->items[i], "type"));
    }
}

/* An interface type's operations: under 'operations' and 'notifications' (1.3)
 * or directly in the body (before). */
static void
define_operations(struct tosca_run *run, struct tosca_type *type, const struct yaml *body)
{
    static const char *const other[] = {"derived_from", "description", "version",       "metadata",
                                        "inputs",       "operations",  "notifications", NULL};
    const struct yaml *lists[] = {yaml_get(body, "operations"), yaml_get(body, "notifications")};

    yaml_each (body, i) {
        if (!str_in(body->keys[i]->text, other)) {
            vec_add(run->mem, &type->operations, body->keys[i]->text);
        }
    }
    for (size_t k = 0; k < ARRAY_SIZE(lists); k++) {
        yaml_each (lists[k], i) {
            if (lists[k]->type == YAML_T_MAP) {
                vec_add(run->mem, &type->operations, lists[k]->keys[i]->text);
            }
        }
    }
}

static void
define_names(struct tosca_run *run, struct tosca_type *type, const struct yaml *list)
{
    yaml_each (list, i) {
        if (list->type == YAML_T_LIST && yaml_str(list->items[i])) {
            vec_add(run->mem, &type->targets, yaml_str(list->items[i]));
        }
    }
}

static void
define_schemas(struct tosca_run *run, struct tosca_type *type, const struct yaml *body)
{
    const struct yaml *properties = yaml_get(body, "properties");
    const struct yaml *attributes = yaml_get(body, "attributes");

    if (is_map(run, properties, "properties")) {
        yaml_each (properties, i) {
            vec_add(run->mem, &type->properties,
                    define_schema(run, properties->items[i], properties->keys[i]->text));
        }
    }
    if (is_map(run, attributes, "attributes")) {
        yaml_each (attributes, i) {
            vec_add(run->mem, &type->attributes,
                    define_schema(run, attributes->items[i], attributes->keys[i]->text));
        }
    }
}

/* Does a member of the type's body have more members than anyone needs? */
static bool
has_too_many(struct tosca_run *run, const struct yaml *body)
{
    yaml_each (body, i) {
        if (body->items[i]->type != YAML_T_SCALAR && body->items[i]->n > TOSCA_PROPERTIES_MAX) {
            run_fault(run, tosca_fault(body->keys[i], "%s: more than %d of them",
                                       body->keys[i]->text, TOSCA_PROPERTIES_MAX));
            return true;
        }
    }
    return false;
}

static void
define_type(struct tosca_run *run, enum tosca_kind kind, const struct yaml *key,
            const struct yaml *body)
{
    struct tosca_type *type = MEM_NEW(run->mem, struct tosca_type);
    const struct tosca_type *before = map_get(&run->tosca->types[kind], key->text);

    type->kind = kind;
    type->name = key->text;
    type->file = key->file;
    type->line = key->line;
    type->column = key->column;
    if (before && before->file && str_starts(key->text, "tosca.")) {
        return; /* Normative files of 2.5.1 repeat each other's types. */
    }
    if (before && before->file) {
        run_fault(run, tosca_fault(key, "%s %s is defined before at %s:%d", kind_words[kind],
                                   key->text, before->file, before->line));
        return;
    }
    map_set(&run->tosca->types[kind], type->name, type);
    if (!is_map(run, body, key->text) || has_too_many(run, body)) {
        return;
    }
    type->parent_name = yaml_get_str(body, "derived_from");
    define_schemas(run, type, body);
    type->constraints =
        constraints_from_yaml(run, yaml_get(body, "constraints"), &type->n_constraints);
    if (kind == TOSCA_NODE) {
        define_capabilities(run, type, yaml_get(body, "capabilities"));
        define_requirements(run, type, yaml_get(body, "requirements"));
        define_interfaces(run, type, yaml_get(body, "interfaces"));
    } else if (kind == TOSCA_INTERFACE) {
        define_operations(run, type, body);
    }
    define_names(run, type, yaml_get(body, kind == TOSCA_GROUP ? "members" : "targets"));
}

void
define_types(struct tosca_run *run, const struct tosca_file *file)
{
    for (enum tosca_kind kind = 0; kind < TOSCA_N_KINDS; kind++) {
        const struct yaml *map = yaml_get(file->yaml, kind_keys[kind]);

        if (is_map(run, map, kind_keys[kind])) {
            yaml_each (map, i) {
                define_type(run, kind, map->keys[i], map->items[i]);
            }
        }
    }
}

static struct err *
type_fault(const struct tosca_type *type, const char *what, const char *name)
{
    return err_new(E_INVALID, "TemplateInvalid", "%s:%d:%d: %s: %s %s", type->file, type->line,
                   type->column, type->name, what, name);
}

static void
link_parent(struct tosca_run *run, struct tosca_type *type)
{
    if (!type->parent_name || is_simple_type(type->parent_name)) {
        return;
    }
    type->parent = map_get(&run->tosca->types[type->kind], type->parent_name);
    if (!type->parent && type->file) {
        run_fault(run, type_fault(type, "derived_from an unknown type", type->parent_name));
    }
}

/* Names of properties, so that looking one up costs the same however many there are. */
static void
index_properties(struct tosca_run *run, struct tosca_type *type)
{
    map_init(&type->by_name, run->mem);
    vec_each (&type->properties, property) {
        map_set(&type->by_name, (*property)->name, (void *)(uintptr_t)*property);
    }
}

/* Cuts the chain where it comes back to the type or is absurdly long. */
static void
cut_cycle(struct tosca_run *run, struct tosca_type *type)
{
    const struct tosca_type *parent = type->parent;

    for (int i = 0; parent && parent != type && i < PARENTS_MAX; i++) {
        parent = parent->parent;
    }
    if (parent) {
        run_fault(run, type_fault(type, "derived_from is a cycle, or too long, through",
                                  type->parent_name));
        type->parent = NULL;
    }
}

static void
check_schema_type(struct tosca_run *run, const struct tosca_schema *schema)
{
    if (schema->file && !schema->type) {
        run_fault(run,
                  err_new(E_INVALID, "TemplateInvalid", "%s:%d:1: %s: the definition has no type",
                          schema->file, schema->line, str_or(schema->name, "entry_schema")));
    } else if (schema->file && !is_simple_type(schema->type) &&
               !map_get(&run->tosca->types[TOSCA_DATA], schema->type)) {
        run_fault(run, err_new(E_INVALID, "TemplateInvalid", "%s:%d:1: %s: unknown data type %s",
                               schema->file, schema->line, str_or(schema->name, "entry_schema"),
                               schema->type));
    }
    if (schema->entry) {
        check_schema_type(run, schema->entry);
    }
}

/* A property that refines one of a parent may leave its type out. */
static void
inherit_schema_type(const struct tosca_type *type, const struct tosca_schema *schema)
{
    const struct tosca_schema *before =
        type->parent ? tosca_property(type->parent, schema->name) : NULL;

    if (!schema->type && before) {
        /* Schemas are const for readers; this run made it. */
        struct tosca_schema *own = (struct tosca_schema *)(uintptr_t)schema;

        own->type = before->type;
        own->entry = own->entry ? own->entry : before->entry;
    }
}

static void
check_type_names(struct tosca_run *run, const struct tosca_type *type)
{
    struct map *types = run->tosca->types;

    vec_each (&type->properties, property) {
        inherit_schema_type(type, *property);
        check_schema_type(run, *property);
    }
    vec_each (&type->attributes, attribute) {
        inherit_schema_type(type, *attribute);
        check_schema_type(run, *attribute);
    }
    if (!type->file) {
        return;
    }
    vec_each (&type->capabilities, capability) {
        if (!map_get(&types[TOSCA_CAPABILITY], capability->type)) {
            run_fault(run, type_fault(type, "unknown capability type", capability->type));
        }
    }
    vec_each (&type->requirements, requirement) {
        if (requirement->capability &&
            !map_get(&types[TOSCA_CAPABILITY], requirement->capability)) {
            run_fault(run, type_fault(type, "unknown capability type", requirement->capability));
        }
        if (requirement->node && !map_get(&types[TOSCA_NODE], requirement->node)) {
            run_fault(run, type_fault(type, "unknown node type", requirement->node));
        }
    }
}

void
link_types(struct tosca_run *run)
{
    for (enum tosca_kind kind = 0; kind < TOSCA_N_KINDS; kind++) {
        map_each (&run->tosca->types[kind], it) {
            link_parent(run, it->value);
            index_properties(run, it->value);
        }
        map_each (&run->tosca->types[kind], it) {
            cut_cycle(run, it->value);
        }
    }
    for (enum tosca_kind kind = 0; kind < TOSCA_N_KINDS; kind++) {
        map_each (&run->tosca->types[kind], it) {
            check_type_names(run, it->value);
        }
    }
}
