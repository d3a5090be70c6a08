/* The topology template: read into nodes, policies and groups, then checked
 * against their types (TOSCA 1.3 sections 3.8 and 3.9). */
#include "tosca/parse.h"

#include <string.h>

static const char *
key_text(const struct yaml *map, size_t i)
{
    return map->keys[i]->text;
}

static void
read_requirement(struct tosca_run *run, const struct yaml *item, struct tosca_requirement *out)
{
    const struct yaml *body;

    out->at = item;
    if (item->type != YAML_T_MAP || item->n != 1) {
        run_fault(run, tosca_fault(item, "a requirement is a map with one key"));
        return;
    }
    out->at = item->keys[0];
    out->name = key_text(item, 0);
    body = item->items[0];
    if (body->type == YAML_T_SCALAR) {
        out->node = yaml_is_null(body) ? NULL : body->text;
    } else {
        out->node = yaml_get_str(body, "node");
        out->capability = yaml_get_str(body, "capability");
    }
}

static void
read_requirements(struct tosca_run *run, struct tosca_node *node)
{
    const struct yaml *list = yaml_get(node->yaml, "requirements");

    if (yaml_is_null(list)) {
        return;
    }
    if (list->type != YAML_T_LIST) {
        run_fault(run, tosca_fault(list, "%s: requirements is a list", node->name));
        return;
    }
    if (list->n > TOSCA_REQUIREMENTS_MAX) {
        run_fault(run, tosca_fault(list, "%s: more than %d requirements", node->name,
                                   TOSCA_REQUIREMENTS_MAX));
        return;
    }
    node->n_requirements = list->n;
    node->requirements = MEM_ARRAY(run->mem, list->n, struct tosca_requirement);
    yaml_each (list, i) {
        read_requirement(run, list->items[i], &node->requirements[i]);
    }
}

static void
read_targets(struct tosca_run *run, struct tosca_node *node, const char *key)
{
    const struct yaml *list = yaml_get(node->yaml, key);
    VEC(const char *) names = {0};

    if (!yaml_is_null(list) && list->type != YAML_T_LIST) {
        run_fault(run, tosca_fault(list, "%s: %s is a list", node->name, key));
        return;
    }
    yaml_each (list, i) {
        if (yaml_str(list->items[i])) {
            vec_add(run->mem, &names, yaml_str(list->items[i]));
        }
    }
    node->targets = names.items;
    node->n_targets = names.n;
}

static struct tosca_node *
read_node(struct tosca_run *run, struct tosca_template *in, enum tosca_kind kind,
          const struct yaml *key, const struct yaml *body)
{
    struct tosca_node *node = MEM_NEW(run->mem, struct tosca_node);
    const char *type = yaml_get_str(body, "type");

    node->name = key->text;
    node->yaml = body;
    node->in = in;
    if (body->type != YAML_T_MAP) {
        run_fault(run, tosca_fault(key, "%s: is a map", node->name));
        return node;
    }
    node->type = type ? tosca_type(run->tosca, kind, type) : NULL;
    if (!type) {
        run_fault(run, tosca_fault(key, "%s: has no type", node->name));
    } else if (!node->type) {
        run_fault(run,
                  tosca_fault(yaml_get(body, "type"), "%s: unknown type %s", node->name, type));
    }
    return node;
}

static void
read_nodes(struct tosca_run *run, struct tosca_template *in, const struct yaml *map)
{
    if (yaml_is_null(map)) {
        return;
    }
    if (map->type != YAML_T_MAP) {
        run_fault(run, tosca_fault(map, "node_templates is a map"));
        return;
    }
    if (map->n > TOSCA_NODES_MAX) {
        run_fault(run, tosca_fault(map, "more than %d nodes", TOSCA_NODES_MAX));
        return;
    }
    map_init(&in->by_name, run->mem);
    yaml_each (map, i) {
        struct tosca_node *node = read_node(run, in, TOSCA_NODE, map->keys[i], map->items[i]);

        read_requirements(run, node);
        vec_add(run->mem, &in->nodes, node);
        map_set(&in->by_name, node->name, node);
    }
}

static void
read_groups(struct tosca_run *run, struct tosca_template *in, const struct yaml *map)
{
    if (yaml_is_null(map)) {
        return;
    }
    if (map->type != YAML_T_MAP) {
        run_fault(run, tosca_fault(map, "groups is a map"));
        return;
    }
    if (map->n > TOSCA_LISTED_MAX) {
        run_fault(run, tosca_fault(map, "more than %d of them", TOSCA_LISTED_MAX));
        return;
    }
    yaml_each (map, i) {
        struct tosca_node *group = read_node(run, in, TOSCA_GROUP, map->keys[i], map->items[i]);

        read_targets(run, group, "members");
        vec_add(run->mem, &in->groups, group);
    }
}

static void
read_policies(struct tosca_run *run, struct tosca_template *in, const struct yaml *list)
{
    if (yaml_is_null(list)) {
        return;
    }
    if (list->type != YAML_T_LIST) {
        run_fault(run, tosca_fault(list, "policies is a list of maps with one key each"));
        return;
    }
    if (list->n > TOSCA_LISTED_MAX) {
        run_fault(run, tosca_fault(list, "more than %d of them", TOSCA_LISTED_MAX));
        return;
    }
    yaml_each (list, i) {
        const struct yaml *item = list->items[i];
        struct tosca_node *policy;

        if (item->type != YAML_T_MAP || item->n != 1) {
            run_fault(run, tosca_fault(item, "a policy is a map with one key, its name"));
            continue;
        }
        policy = read_node(run, in, TOSCA_POLICY, item->keys[0], item->items[0]);
        read_targets(run, policy, "targets");
        vec_add(run->mem, &in->policies, policy);
    }
}

static void
read_mappings(struct tosca_run *run, struct tosca_template *in, const struct yaml *map)
{
    if (map->n > TOSCA_LISTED_MAX) {
        run_fault(run, tosca_fault(map, "more than %d of them", TOSCA_LISTED_MAX));
        return;
    }
    yaml_each (map, i) {
        const struct yaml *to = map->items[i];
        struct tosca_mapping mapping = {.name = map->keys[i] ? key_text(map, i) : NULL,
                                        .at = map->keys[i]};

        if (to->type == YAML_T_MAP) { /* { mapping: [a, b] } */
            to = yaml_get(to, "mapping");
        }
        if (to && to->type == YAML_T_LIST && to->n == 0) {
            continue; /* Named, but mapped to nothing. */
        }
        if (!to || to->type != YAML_T_LIST || !yaml_str(to->items[0]) || to->n > 2) {
            run_fault(run,
                      tosca_fault(map->keys[i], "%s: is mapped to [node, name]", mapping.name));
            continue;
        }
        mapping.node = yaml_str(to->items[0]);
        mapping.target = to->n > 1 ? yaml_str(to->items[1]) : NULL;
        vec_add(run->mem, &in->mappings, mapping);
    }
}

static void
read_substitution(struct tosca_run *run, struct tosca_template *in, const struct yaml *body)
{
    static const char *const known[] = {
        "node_type",  "properties",  "attributes", "capabilities",        "requirements",
        "interfaces", "description", "metadata",   "substitution_filter", NULL};
    const char *type = yaml_get_str(body, "node_type");
    const struct yaml *maps[] = {yaml_get(body, "requirements"), yaml_get(body, "capabilities")};

    if (yaml_is_null(body)) {
        return;
    }
    check_keys(run, body, known, "substitution_mappings");
    in->substitution = body;
    in->substitutes = type ? tosca_type(run->tosca, TOSCA_NODE, type) : NULL;
    if (!in->substitutes) {
        run_fault(run, tosca_fault(type ? yaml_get(body, "node_type") : body,
                                   "substitution_mappings: unknown node_type %s",
                                   str_or(type, "(none)")));
    }
    for (size_t i = 0; i < ARRAY_SIZE(maps); i++) {
        if (!yaml_is_null(maps[i]) && maps[i]->type == YAML_T_MAP) {
            read_mappings(run, in, maps[i]);
        } else if (!yaml_is_null(maps[i]) && maps[i]->n > 0) {
            run_fault(run, tosca_fault(maps[i], "substitution_mappings: a map of names"));
        }
    }
}

void
read_topology(struct tosca_run *run, const struct tosca_file *file)
{
    static const char *const known[] = {"description",    "inputs",
                                        "node_templates", "relationship_templates",
                                        "groups",         "policies",
                                        "outputs",        "substitution_mappings",
                                        "workflows",      "imperative_workflows",
                                        "metadata",       NULL};
    struct tosca_template *in = MEM_NEW(run->mem, struct tosca_template);
    const struct yaml *body = yaml_get(file->yaml, "topology_template"), *inputs;

    in->file = file->name;
    in->yaml = file->yaml;
    if (yaml_is_null(body) && run->tosca->templates.n > 0) {
        return; /* Types only. */
    }
    vec_add(run->mem, &run->tosca->templates, in);
    if (yaml_is_null(body)) {
        return;
    }
    if (body->type != YAML_T_MAP) {
        run_fault(run, tosca_fault(body, "topology_template is a map"));
        return;
    }
    check_keys(run, body, known, "a topology template");
    inputs = yaml_get(body, "inputs");
    if (inputs && inputs->n > TOSCA_LISTED_MAX) {
        run_fault(run, tosca_fault(inputs, "more than %d of them", TOSCA_LISTED_MAX));
        return;
    }
    yaml_each (inputs, i) {
        if (inputs->type == YAML_T_MAP) {
            vec_add(run->mem, &in->inputs,
                    define_schema(run, inputs->items[i], key_text(inputs, i)));
        }
    }
    read_nodes(run, in, yaml_get(body, "node_templates"));
    read_groups(run, in, yaml_get(body, "groups"));
    read_policies(run, in, yaml_get(body, "policies"));
    read_substitution(run, in, yaml_get(body, "substitution_mappings"));
}
