/* What VNF and NS descriptors have in common. */
#include "tosca/extract.h"

#include "base/net.h"

#include <ctype.h>
#include <string.h>

void
extract_fault(struct extract *x, struct err *e)
{
    if (x->n_faults++ >= TOSCA_FAULTS_MAX) {
        err_free(e);
        return;
    }
    x->faults = err_join(x->faults, e);
}

const struct yaml *
extract_get(struct extract *x, const struct yaml *map, const char *key)
{
    const struct yaml *value = map && map->type == YAML_T_MAP ? yaml_get(map, key) : NULL;

    value = tosca_resolve(x->tosca, x->in, value);
    return yaml_is_null(value) ? NULL : value;
}

const struct yaml *
extract_path(struct extract *x, const struct yaml *map, ...)
{
    va_list keys;
    const char *key;

    va_start(keys, map);
    while (map && (key = va_arg(keys, const char *)) != NULL) {
        map = extract_get(x, map, key);
    }
    va_end(keys);
    return map;
}

const char *
extract_text(struct extract *x, const struct yaml *map, const char *key)
{
    return yaml_str(extract_get(x, map, key));
}

int64_t
extract_int(struct extract *x, const struct yaml *map, const char *key, int64_t otherwise)
{
    const struct yaml *value = extract_get(x, map, key);
    int64_t number;

    return value && yaml_to_i64(value, &number) ? number : otherwise;
}

bool
extract_bool(struct extract *x, const struct yaml *map, const char *key, bool otherwise)
{
    const struct yaml *value = extract_get(x, map, key);
    bool flag;

    return value && yaml_to_bool(value, &flag) ? flag : otherwise;
}

uint64_t
extract_size(struct extract *x, const struct yaml *map, const char *key)
{
    double bytes;

    return tosca_scalar("scalar-unit.size", extract_text(x, map, key), &bytes) && bytes < 1e18
               ? (uint64_t)bytes
               : 0;
}

const char **
extract_texts(struct extract *x, const struct yaml *list, size_t *n)
{
    VEC(const char *) texts = {0};

    yaml_each (list, i) {
        const char *text = yaml_str(tosca_resolve(x->tosca, x->in, list->items[i]));

        if (text) {
            vec_add(x->mem, &texts, text);
        }
    }
    *n = texts.n;
    return texts.items;
}

const struct json *
extract_json(struct extract *x, const struct yaml *value)
{
    return yaml_is_null(value) ? NULL : yaml_to_json(x->mem, value);
}

const char *
extract_required(struct extract *x, const struct tosca_node *node, const char *property)
{
    const char *text = tosca_value_str(x->tosca, node, property);

    if (str_empty(text)) {
        extract_fault(x, tosca_fault(node->yaml, "%s.%s: has no value that is known now",
                                     node->name, property));
    }
    return str_or(text, "");
}

const char *
extract_prefix(struct extract *x, const struct yaml *value)
{
    struct cidr cidr;
    char text[CIDR_TEXT_SIZE];

    if (!yaml_str(value)) {
        return NULL;
    }
    if (!cidr_parse(yaml_str(value), &cidr)) {
        struct ip ip;

        if (!ip_parse(yaml_str(value), &ip)) {
            extract_fault(x, tosca_fault(value, "\"%s\" is no address prefix", yaml_str(value)));
            return NULL;
        }
        cidr = (struct cidr){.ip = ip, .len = ip_is_v4(&ip) ? 32 : 128};
    }
    cidr = cidr_network(&cidr);
    return mem_str(x->mem, cidr_text(text, &cidr));
}

static const char *
address(struct extract *x, const struct yaml *map, const char *key)
{
    const struct yaml *value = extract_get(x, map, key);
    struct ip ip;
    char text[IP_TEXT_SIZE];

    if (!yaml_str(value)) {
        return NULL;
    }
    if (!ip_parse(yaml_str(value), &ip)) {
        extract_fault(x, tosca_fault(value, "%s: \"%s\" is no address", key, yaml_str(value)));
        return NULL;
    }
    return mem_str(x->mem, ip_text(text, &ip));
}

static void
link_pools(struct extract *x, struct vnfd_link *link, const struct yaml *list)
{
    VEC(struct vnfd_pool) pools = {0};

    yaml_each (list, i) {
        struct vnfd_pool pool = {address(x, list->items[i], "start_ip_address"),
                                 address(x, list->items[i], "end_ip_address")};

        if (pool.start && pool.end) {
            vec_add(x->mem, &pools, pool);
        }
    }
    link->pools = pools.items;
    link->n_pools = pools.n;
}

/* One entry of virtual_link_protocol_data. */
static void
link_protocol(struct extract *x, struct vnfd_link *link, const struct yaml *data)
{
    const struct yaml *l2 = extract_get(x, data, "l2_protocol_data");
    const struct yaml *l3 = extract_get(x, data, "l3_protocol_data");

    if (l2) {
        link->network_type = extract_text(x, l2, "network_type");
        link->segmentation_id = extract_text(x, l2, "segmentation_id");
        link->mtu = extract_int(x, l2, "mtu", 0);
        if (extract_bool(x, l2, "vlan_transparent", false)) {
            extract_fault(x, tosca_unsupported(l2, "vlan_transparent virtual link"));
        }
    }
    if (!l3) {
        return;
    }
    if (link->cidr) {
        extract_fault(x, tosca_unsupported(l3, "virtual link with several L3 profiles"));
        return;
    }
    link->ip_version = extract_text(x, l3, "ip_version");
    link->cidr = extract_prefix(x, extract_get(x, l3, "cidr"));
    link->gateway_ip = address(x, l3, "gateway_ip");
    link->dhcp = extract_bool(x, l3, "dhcp_enabled", true);
    link->ipv6_address_mode = extract_text(x, l3, "ipv6_address_mode");
    link_pools(x, link, extract_get(x, l3, "ip_allocation_pools"));
}

struct vnfd_link
extract_link(struct extract *x, const struct tosca_node *node)
{
    const struct yaml *type = tosca_value(x->tosca, node, "connectivity_type");
    const struct yaml *profile = tosca_value(x->tosca, node, "vl_profile");
    const struct yaml *protocols = extract_get(x, profile, "virtual_link_protocol_data");
    const struct yaml *max = extract_get(x, profile, "max_bitrate_requirements");
    const struct yaml *min = extract_get(x, profile, "min_bitrate_requirements");
    struct vnfd_link link = {.name = node->name, .dhcp = true};

    link.description = tosca_value_str(x->tosca, node, "description");
    link.flow_pattern = extract_text(x, type, "flow_pattern");
    link.layer_protocols =
        extract_texts(x, extract_get(x, type, "layer_protocols"), &link.n_layer_protocols);
    link.max_bitrate = extract_int(x, max, "root", 0);
    link.min_bitrate = extract_int(x, min, "root", 0);
    if (str_eq(link.flow_pattern, "tree")) {
        extract_fault(x, tosca_unsupported(node->yaml, "flow_pattern tree (%s)", node->name));
    }
    yaml_each (protocols, i) {
        link_protocol(x, &link, protocols->items[i]);
    }
    return link;
}

/* Group names become their members. */
static void
expand_targets(struct extract *x, const struct tosca_node *rule, struct vnfd_affinity *out)
{
    VEC(const char *) members = {0};

    for (size_t i = 0; i < rule->n_targets; i++) {
        const struct tosca_node *group = NULL;

        vec_each (&rule->in->groups, it) {
            group = str_eq((*it)->name, rule->targets[i]) ? *it : group;
        }
        if (!group) {
            vec_add(x->mem, &members, rule->targets[i]);
            continue;
        }
        if (members.n + group->n_targets > TOSCA_LISTED_MAX) {
            extract_fault(x, tosca_fault(rule->yaml, "%s: more than %d members", rule->name,
                                         TOSCA_LISTED_MAX));
            break;
        }
        for (size_t k = 0; k < group->n_targets; k++) {
            vec_add(x->mem, &members, group->targets[k]);
        }
    }
    out->members = members.items;
    out->n_members = members.n;
}

void
extract_affinities(struct extract *x, const struct tosca_template *in, const char *affinity,
                   const char *anti, struct vnfd_affinity **list, size_t *n)
{
    VEC(struct vnfd_affinity) rules = {0};

    vec_each (&in->policies, policy) {
        bool is_anti = tosca_is((*policy)->type, anti);

        if (is_anti || tosca_is((*policy)->type, affinity)) {
            struct vnfd_affinity rule = {.name = (*policy)->name, .anti = is_anti};

            rule.scope = tosca_value_str(x->tosca, *policy, "scope");
            expand_targets(x, *policy, &rule);
            vec_add(x->mem, &rules, rule);
        }
    }
    *list = rules.items;
    *n = rules.n;
}

void
extract_refuse_policies(struct extract *x, const struct tosca_template *in,
                        const struct refused_policy *refused, size_t n)
{
    vec_each (&in->policies, policy) {
        for (size_t i = 0; i < n; i++) {
            if (tosca_is((*policy)->type, refused[i].type)) {
                extract_fault(x, tosca_unsupported((*policy)->yaml, "%s (%s)", refused[i].feature,
                                                   (*policy)->name));
            }
        }
    }
}

const struct tosca_requirement *
extract_requirement(const struct tosca_node *node, const char *name)
{
    for (size_t i = 0; i < node->n_requirements; i++) {
        if (str_eq(node->requirements[i].name, name)) {
            return &node->requirements[i];
        }
    }
    return NULL;
}

bool
extract_has_script(const struct yaml *name, const struct yaml *operation)
{
    static const char *const other[] = {"type", "description", "inputs", "operations",
                                        "notifications", NULL};
    const struct yaml *implementation = yaml_get(operation, "implementation");

    return !str_in(name->text, other) &&
           ((operation->type == YAML_T_SCALAR && !yaml_is_null(operation)) ||
            !yaml_is_null(implementation));
}

static void
refuse_scripts(struct extract *x, const struct yaml *interfaces)
{
    yaml_each (interfaces, i) {
        const struct yaml *body = interfaces->items[i];
        const struct yaml *lists[] = {body, yaml_get(body, "operations")};

        for (size_t k = 0; k < ARRAY_SIZE(lists); k++) {
            yaml_each (lists[k], o) {
                if (lists[k]->type == YAML_T_MAP &&
                    extract_has_script(lists[k]->keys[o], lists[k]->items[o])) {
                    extract_fault(
                        x, tosca_unsupported(lists[k]->keys[o], "LCM script (%s of interface %s)",
                                             lists[k]->keys[o]->text, interfaces->keys[i]->text));
                }
            }
        }
    }
}

void
extract_refuse_scripts(struct extract *x, const struct tosca_node *node)
{
    refuse_scripts(x, yaml_get(node->yaml, "interfaces"));
    for (const struct tosca_type *type = node->type; type; type = type->parent) {
        refuse_scripts(x, type->interface_defs);
    }
}

/* Is it joined to something of the template?  Then it is a part of the thing, which is reached by what
 * substitution_mappings map. */
static bool
is_part(const struct tosca_node *node)
{
    return node->n_requirements > 0;
}

/* The node that stands for the thing described: the one of the substituted type where
 * substitution_mappings says so; of several, the first that is no part of another. */
const struct tosca_node *
extract_main(const struct tosca *tosca, const char *base_type)
{
    vec_each (&tosca->templates, in) {
        const struct tosca_node *found = NULL;
        int best = -1;

        vec_each (&(*in)->nodes, node) {
            int rank = 2 * ((*in)->substitutes == (*node)->type) + !is_part(*node);

            if (tosca_is((*node)->type, base_type) && rank > best) {
                found = *node;
                best = rank;
            }
        }
        if (found) {
            return found;
        }
    }
    return NULL;
}
