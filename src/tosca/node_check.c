/* Node templates, policies, groups and mappings against their types. */
#include "tosca/parse.h"

#include <ctype.h>
#include <string.h>

static const struct tosca_requirement_def *
requirement_def(const struct tosca_type *type, const char *name)
{
    for (; type; type = type->parent) {
        vec_each (&type->requirements, def) {
            if (str_eq(def->name, name)) {
                return def;
            }
        }
    }
    return NULL;
}

static const struct tosca_capability_def *
capability_def(const struct tosca_type *type, const char *name)
{
    for (; type; type = type->parent) {
        vec_each (&type->capabilities, def) {
            if (str_eq(def->name, name)) {
                return def;
            }
        }
    }
    return NULL;
}

/* Has the node type a capability of the type, called 'name' where that is given
 * (it may also be the capability type's name)? */
static bool
offers(const struct tosca *tosca, const struct tosca_type *type, const char *capability,
       const char *name)
{
    for (; type; type = type->parent) {
        vec_each (&type->capabilities, def) {
            const struct tosca_type *is = tosca_type(tosca, TOSCA_CAPABILITY, def->type);

            if ((!capability || tosca_is(is, capability)) &&
                (!name || str_eq(def->name, name) || tosca_is(is, name))) {
                return true;
            }
        }
    }
    return false;
}

static void
check_target(struct tosca_run *run, const struct tosca_node *node,
             const struct tosca_requirement *requirement, const struct tosca_requirement_def *def)
{
    const struct tosca_node *target = tosca_node(node->in, requirement->node);

    if (!target) {
        if (!tosca_type(run->tosca, TOSCA_NODE, requirement->node)) {
            run_fault(run, tosca_fault(requirement->at, "%s.%s: no node is called %s", node->name,
                                       requirement->name, requirement->node));
        }
        return;
    }
    if (!target->type) {
        return; /* Told already. */
    }
    if (!offers(run->tosca, target->type, def->capability, requirement->capability)) {
        run_fault(run, tosca_fault(requirement->at, "%s.%s: %s (%s) has no capability %s",
                                   node->name, requirement->name, target->name, target->type->name,
                                   str_or(requirement->capability, def->capability)));
    } else if (def->node && !tosca_is(target->type, def->node)) {
        run_fault(run, tosca_fault(requirement->at, "%s.%s: %s is no %s", node->name,
                                   requirement->name, target->name, def->node));
    }
}

static void
check_requirements(struct tosca_run *run, const struct tosca_node *node)
{
    for (size_t i = 0; i < node->n_requirements; i++) {
        const struct tosca_requirement *requirement = &node->requirements[i];
        const struct tosca_requirement_def *def = requirement_def(node->type, requirement->name);
        uint32_t n = 0;

        if (!requirement->name) {
            continue;
        }
        if (!def) {
            run_fault(run, tosca_fault(requirement->at, "%s: %s has no requirement %s", node->name,
                                       node->type->name, requirement->name));
            continue;
        }
        for (size_t k = 0; k <= i; k++) {
            n += str_eq(node->requirements[k].name, requirement->name);
        }
        if (n > def->max) {
            run_fault(run, tosca_fault(requirement->at, "%s.%s: at most %u allowed", node->name,
                                       requirement->name, def->max));
        }
        if (requirement->node) {
            check_target(run, node, requirement, def);
        }
    }
}

static void
check_capabilities(struct tosca_run *run, const struct tosca_node *node)
{
    const struct yaml *map = yaml_get(node->yaml, "capabilities");

    if (yaml_is_null(map)) {
        return;
    }
    if (map->type != YAML_T_MAP) {
        run_fault(run, tosca_fault(map, "%s: capabilities is a map", node->name));
        return;
    }
    yaml_each (map, i) {
        const struct yaml *key = map->keys[i], *body = map->items[i];
        const struct tosca_capability_def *def = capability_def(node->type, key->text);
        const char *path = mem_printf(run->mem, "%s.%s", node->name, key->text);

        if (!def) {
            run_fault(run, tosca_fault(key, "%s: %s has no capability %s", node->name,
                                       node->type->name, key->text));
        } else if (!yaml_is_null(body)) {
            static const char *const known[] = {"properties", "attributes", "occurrences", NULL};

            check_keys(run, body, known, "a capability assignment");
            check_properties(run, node->in, tosca_type(run->tosca, TOSCA_CAPABILITY, def->type),
                             def, yaml_get(body, "properties"), key, path);
        }
    }
}

static bool
interface_has(const struct tosca *tosca, const char *type_name, const char *operation)
{
    const struct tosca_type *type =
        type_name ? tosca_type(tosca, TOSCA_INTERFACE, type_name) : NULL;

    if (!type) {
        return true; /* An interface without a type declares its operations itself. */
    }
    for (; type; type = type->parent) {
        vec_each (&type->operations, name) {
            if (str_eq(*name, operation)) {
                return true;
            }
        }
    }
    return false;
}

/* The type of the interface 'name' of a node type; false where it has none of that name. */
static bool
interface_type(const struct tosca_type *type, const char *name, const char **type_name)
{
    *type_name = NULL;
    for (; type; type = type->parent) {
        for (size_t i = 0; i < type->interfaces.n; i++) {
            if (str_eq(type->interfaces.items[i], name)) {
                *type_name = type->interface_types.items[i];
                if (*type_name) {
                    return true;
                }
            }
        }
    }
    return *type_name != NULL;
}

static void
check_operations(struct tosca_run *run, const struct tosca_node *node, const char *name,
                 const char *type, const struct yaml *body)
{
    static const char *const other[] = {"type",          "inputs",      "operations",
                                        "notifications", "description", NULL};
    const struct yaml *lists[] = {yaml_get(body, "operations"), yaml_get(body, "notifications"),
                                  body};

    for (size_t k = 0; k < ARRAY_SIZE(lists); k++) {
        if (yaml_is_null(lists[k]) || lists[k]->type != YAML_T_MAP) {
            continue;
        }
        yaml_each (lists[k], i) {
            const struct yaml *key = lists[k]->keys[i];

            if (!(lists[k] == body && str_in(key->text, other)) &&
                !interface_has(run->tosca, type, key->text)) {
                run_fault(run, tosca_fault(key, "%s.%s: %s has no operation %s", node->name, name,
                                           type, key->text));
            }
        }
    }
}

static void
check_interfaces(struct tosca_run *run, const struct tosca_node *node)
{
    const struct yaml *map = yaml_get(node->yaml, "interfaces");

    if (yaml_is_null(map) || map->type != YAML_T_MAP) {
        return;
    }
    yaml_each (map, i) {
        const struct yaml *key = map->keys[i], *body = map->items[i];
        const char *type, *own = yaml_get_str(body, "type");

        if (!interface_type(node->type, key->text, &type) && !own) {
            const struct tosca_type *named = tosca_type(run->tosca, TOSCA_INTERFACE, key->text);

            if (!named) {
                run_fault(run, tosca_fault(key, "%s: %s has no interface %s", node->name,
                                           node->type->name, key->text));
                continue;
            }
            type = named->name;
        }
        check_operations(run, node, key->text, own ? own : type, body);
    }
}

static void
check_artifacts(struct tosca_run *run, const struct tosca_node *node)
{
    const struct yaml *map = yaml_get(node->yaml, "artifacts");

    yaml_each (map, i) {
        const struct yaml *key = map->type == YAML_T_MAP ? map->keys[i] : map,
                          *body = map->items[i];
        const char *type_name = yaml_get_str(body, "type");
        const struct tosca_type *type;

        if (map->type != YAML_T_MAP) {
            run_fault(run, tosca_fault(map, "%s: artifacts is a map", node->name));
            return;
        }
        type = type_name ? tosca_type(run->tosca, TOSCA_ARTIFACT, type_name) : NULL;
        if (type_name && !type) {
            run_fault(run, tosca_fault(key, "%s.%s: unknown artifact type %s", node->name,
                                       key->text, type_name));
        }
        if (body->type != YAML_T_SCALAR && !yaml_get(body, "file")) {
            run_fault(run,
                      tosca_fault(key, "%s.%s: an artifact has a file", node->name, key->text));
        }
        if (!yaml_is_null(yaml_get(body, "repository")) && !yaml_get_str(body, "repository")) {
            run_fault(run, tosca_fault(yaml_get(body, "repository"), "%s.%s: repository is a name",
                                       node->name, key->text));
        }
        if (type && yaml_get(body, "properties")) {
            check_properties(run, node->in, type, NULL, yaml_get(body, "properties"), key,
                             mem_printf(run->mem, "%s.%s", node->name, key->text));
        }
    }
}

static void
check_node(struct tosca_run *run, const struct tosca_node *node)
{
    static const char *const known[] = {"type",       "description", "metadata",     "directives",
                                        "properties", "attributes",  "requirements", "capabilities",
                                        "interfaces", "artifacts",   "node_filter",  "copy",
                                        NULL};

    if (!node->type) {
        return;
    }
    check_keys(run, node->yaml, known, "a node template");
    check_properties(run, node->in, node->type, NULL, yaml_get(node->yaml, "properties"),
                     node->yaml, node->name);
    check_requirements(run, node);
    check_capabilities(run, node);
    check_interfaces(run, node);
    check_artifacts(run, node);
}

static const struct tosca_node *
group_find(const struct tosca_template *in, const char *name)
{
    vec_each (&in->groups, group) {
        if (str_eq((*group)->name, name)) {
            return *group;
        }
    }
    return NULL;
}

/* May a policy or group of the type have a target of type 'target'? */
static bool
allows(const struct tosca_type *type, const struct tosca_type *target)
{
    bool is_limited = false;

    for (; type; type = type->parent) {
        vec_each (&type->targets, name) {
            is_limited = true;
            if (tosca_is(target, *name)) {
                return true;
            }
        }
    }
    return !is_limited;
}

static void
check_member(struct tosca_run *run, const struct tosca_node *node, const char *key,
             const char *name)
{
    const struct tosca_node *target = tosca_node(node->in, name);
    const struct yaml *at = yaml_get(node->yaml, key);

    target = target ? target : group_find(node->in, name);
    if (!target) {
        run_fault(run, tosca_fault(at, "%s.%s: no node or group is called \"%s\"", node->name, key,
                                   name));
    } else if (target->type && !allows(node->type, target->type)) {
        run_fault(run, tosca_fault(at, "%s.%s: %s (%s) is no target of %s", node->name, key, name,
                                   target->type->name, node->type->name));
    }
}

static void
check_policy(struct tosca_run *run, const struct tosca_node *policy, const char *key)
{
    static const char *const known[] = {"type",       "description", "metadata",
                                        "properties", "targets",     "triggers",
                                        "members",    "interfaces",  NULL};

    if (!policy->type) {
        return;
    }
    check_keys(run, policy->yaml, known, "a policy or group");
    check_properties(run, policy->in, policy->type, NULL, yaml_get(policy->yaml, "properties"),
                     policy->yaml, policy->name);
    for (size_t i = 0; i < policy->n_targets; i++) {
        check_member(run, policy, key, policy->targets[i]);
    }
}

/* Is 'name' a requirement or capability of the type?  SOL001 lets a requirement
 * be mapped several times as NAME_1, NAME_2 ... */
static bool
is_mappable(const struct tosca_type *type, struct mem *mem, const char *name)
{
    size_t n = strlen(name);

    while (n > 0 && isdigit((unsigned char)name[n - 1])) {
        n--;
    }
    if (requirement_def(type, name) || capability_def(type, name)) {
        return true;
    }
    return n > 1 && n < strlen(name) && name[n - 1] == '_' &&
           requirement_def(type, mem_strn(mem, name, n - 1));
}

static void
check_mapping(struct tosca_run *run, const struct tosca_template *in,
              const struct tosca_mapping *mapping)
{
    const struct tosca_node *node = tosca_node(in, mapping->node);

    if (in->substitutes && !is_mappable(in->substitutes, run->mem, mapping->name)) {
        run_fault(run, tosca_fault(mapping->at, "substitution_mappings: %s has no requirement %s",
                                   in->substitutes->name, mapping->name));
    }
    if (!node) {
        run_fault(run, tosca_fault(mapping->at, "substitution_mappings.%s: no node is called %s",
                                   mapping->name, mapping->node));
    } else if (node->type && mapping->target && !requirement_def(node->type, mapping->target) &&
               !capability_def(node->type, mapping->target)) {
        run_fault(run, tosca_fault(mapping->at, "substitution_mappings.%s: %s has no %s",
                                   mapping->name, node->type->name, mapping->target));
    }
}

/* Values given for the substituted node's properties; what is required comes from
 * the node that is substituted. */
static void
check_substitution(struct tosca_run *run, const struct tosca_template *in)
{
    const struct yaml *properties = yaml_get(in->substitution, "properties");

    yaml_each (properties, i) {
        const struct tosca_schema *schema;
        const char *name = properties->type == YAML_T_MAP ? properties->keys[i]->text : NULL;

        if (!name || !in->substitutes) {
            continue;
        }
        schema = tosca_property(in->substitutes, name);
        if (!schema) {
            run_fault(run, tosca_fault(properties->keys[i],
                                       "substitution_mappings: %s has no property %s",
                                       in->substitutes->name, name));
        } else if (properties->items[i]->type == YAML_T_SCALAR) {
            check_value(run, in, schema, properties->items[i],
                        mem_printf(run->mem, "substitution_mappings.%s", name));
        }
    }
    vec_each (&in->mappings, mapping) {
        check_mapping(run, in, mapping);
    }
}

void
check_topology(struct tosca_run *run, const struct tosca_template *in)
{
    vec_each (&in->inputs, input) {
        if ((*input)->type && !is_simple_type((*input)->type) &&
            !tosca_type(run->tosca, TOSCA_DATA, (*input)->type)) {
            run_fault(run,
                      err_new(E_INVALID, "TemplateInvalid", "%s:%d:1: input %s: unknown type %s",
                              (*input)->file, (*input)->line, (*input)->name, (*input)->type));
        } else if ((*input)->value) {
            check_value(run, in, *input, (*input)->value,
                        mem_printf(run->mem, "inputs.%s", (*input)->name));
        }
    }
    vec_each (&in->nodes, node) {
        if (run->n_faults < TOSCA_FAULTS_MAX) {
            check_node(run, *node);
        }
    }
    vec_each (&in->policies, policy) {
        check_policy(run, *policy, "targets");
    }
    vec_each (&in->groups, group) {
        check_policy(run, *group, "members");
    }
    check_substitution(run, in);
}
