/* Forwarding graphs of an NSD: VNFFG groups, their NFP nodes with positions in
 * order, and the NfpRule policies that say which packets take them (SOL001
 * clauses 7.8 to 7.11). */
#include "tosca/extract.h"

#include <ctype.h>
#include <string.h>

#define PORT_ANY (-1)
#define PATHS_MAX 256

/* What connections lead to a tosca.nodes.nfv.Forwarding node.  Two of one function are where
 * packets enter and where they leave, in this order (its capability 'forwarding', occurrences [ 1,
 * 2 ]). */
struct forwarding {
    struct nsd_cp_ref refs[2];
    size_t n; /* may be more than are kept */
};

/* The PNF that leads to a forwarding node, or null. */
static const char *
leads_pnf(const struct nsd *nsd, const char *forwarding)
{
    for (size_t p = 0; p < nsd->n_pnfs; p++) {
        for (size_t i = 0; i < nsd->pnfs[p].n_connections; i++) {
            if (str_eq(nsd->pnfs[p].connections[i].forwarding, forwarding)) {
                return nsd->pnfs[p].name;
            }
        }
    }
    return NULL;
}

/* What is behind a profile_element: a SAP itself, or the VNF or nested NS whose requirements lead to
 * the named forwarding node. */
static bool
cp_refs(struct extract *x, const struct tosca_node *element,
        const struct tosca_requirement *requirement, const struct nsd *nsd, struct forwarding *refs)
{
    const char *name = str_or(requirement->node, "");
    const struct forwarding *at = map_get(&x->by_forwarding, name);

    if (nsd_sap(nsd, name)) {
        *refs = (struct forwarding){.refs = {{.sap = name}}, .n = 1};
        return true;
    }
    if (!at && leads_pnf(nsd, name)) {
        extract_fault(x, tosca_unsupported(requirement->at,
                                           "physical network function in a forwarding path (%s)",
                                           leads_pnf(nsd, name)));
        return false;
    }
    if (!at) {
        extract_fault(x, tosca_fault(requirement->at,
                                     "%s.%s: \"%s\" is no service access point and no forwarding "
                                     "node that a connection of a VNF or a nested network service "
                                     "leads to",
                                     element->name, requirement->name, name));
        return false;
    }
    if (at->n > 2) {
        extract_fault(x, tosca_fault(requirement->at,
                                     "%s.%s: %zu connections lead to forwarding node \"%s\", one "
                                     "or two may",
                                     element->name, requirement->name, at->n, name));
        return false;
    }
    *refs = *at;
    return true;
}

/* Puts what a profile_element leads to behind what is there; false where that is too much. */
static bool
element_add(struct extract *x, const struct tosca_node *node,
            const struct tosca_requirement *requirement, const struct nsd *nsd,
            struct forwarding *ends)
{
    struct forwarding refs;

    if (!cp_refs(x, node, requirement, nsd, &refs)) {
        return false;
    }
    if (ends->n + refs.n > 2) {
        extract_fault(x, tosca_fault(requirement->at,
                                     "%s.%s: \"%s\" with the other profile_element makes %zu "
                                     "connections, one or two may be",
                                     node->name, requirement->name, requirement->node,
                                     ends->n + refs.n));
        return false;
    }
    for (size_t i = 0; i < refs.n; i++) {
        ends->refs[ends->n++] = refs.refs[i];
    }
    return true;
}

static bool
element_of(struct extract *x, const struct tosca_node *node, const struct nsd *nsd,
           struct nsd_element *element)
{
    struct forwarding ends = {0};
    size_t n = 0;

    for (size_t i = 0; i < node->n_requirements && n < 2; i++) {
        const struct tosca_requirement *requirement = &node->requirements[i];

        if (!str_eq(requirement->name, "profile_element")) {
            continue;
        }
        if (!element_add(x, node, requirement, nsd, &ends)) {
            return false;
        }
        n++;
    }
    *element = (struct nsd_element){
        .name = node->name, .ingress = ends.refs[0], .egress = ends.refs[ends.n == 2]};
    if (n == 0) {
        extract_fault(x, tosca_fault(node->yaml, "%s: profile_element is missing", node->name));
    }
    if (ends.n == 2 && (!str_eq(element->ingress.vnf, element->egress.vnf) ||
                        !str_eq(element->ingress.nested, element->egress.nested))) {
        extract_fault(x, tosca_fault(node->yaml,
                                     "%s: ingress and egress belong to different "
                                     "functions",
                                     node->name));
    }
    return n > 0;
}

static struct nsd_position
position_of(struct extract *x, const struct tosca_node *node, const struct nsd *nsd)
{
    struct nsd_position position = {.name = node->name};

    position.behaviour = tosca_value_str(x->tosca, node, "forwarding_behaviour");
    position.elements = MEM_ARRAY(x->mem, node->n_requirements, struct nsd_element);
    for (size_t i = 0; i < node->n_requirements; i++) {
        const struct tosca_node *element =
            tosca_node(node->in, str_or(node->requirements[i].node, ""));

        if (element && str_eq(node->requirements[i].name, "element") &&
            element_of(x, element, nsd, &position.elements[position.n_elements])) {
            position.n_elements++;
        }
    }
    if (position.n_elements > 1) {
        extract_fault(x, tosca_unsupported(node->yaml, "several elements at one NFP position (%s)",
                                           node->name));
    }
    return position;
}

/* A range property: min and max, PORT_ANY where it is absent. */
static void
ports_of(struct extract *x, const struct tosca_node *policy, const char *property, int64_t *min,
         int64_t *max)
{
    const struct yaml *range = tosca_value(x->tosca, policy, property);

    *min = *max = PORT_ANY;
    if (range && range->type == YAML_T_LIST && range->n == 2 && yaml_to_i64(range->items[0], min) &&
        !yaml_to_i64(range->items[1], max)) {
        *max = 65535; /* UNBOUNDED */
    }
}

static void
refuse_match(struct extract *x, const struct tosca_node *policy)
{
    static const char *const refused[] = {"vlan_tag",
                                          "dscp",
                                          "extended_criteria",
                                          "ether_source_address",
                                          "ether_destination_address",
                                          NULL};

    for (size_t i = 0; refused[i]; i++) {
        const struct yaml *value = tosca_value(x->tosca, policy, refused[i]);

        if (value) {
            extract_fault(x, tosca_unsupported(value, "NfpRule match on %s", refused[i]));
        }
    }
}

static struct nsd_rule
rule_of(struct extract *x, const struct tosca_node *policy)
{
    struct nsd_rule rule = {.name = policy->name};
    char *protocol = mem_str(x->mem, tosca_value_str(x->tosca, policy, "protocol"));

    for (char *p = protocol; p && *p; p++) {
        *p = (char)tolower((unsigned char)*p);
    }
    rule.protocol = protocol;
    rule.ether_type = tosca_value_str(x->tosca, policy, "ether_type");
    ports_of(x, policy, "source_port_range", &rule.source_port_min, &rule.source_port_max);
    ports_of(x, policy, "destination_port_range", &rule.destination_port_min,
             &rule.destination_port_max);
    rule.source_prefix =
        extract_prefix(x, tosca_value(x->tosca, policy, "source_ip_address_prefix"));
    rule.destination_prefix =
        extract_prefix(x, tosca_value(x->tosca, policy, "destination_ip_address_prefix"));
    refuse_match(x, policy);
    if ((rule.source_port_min != PORT_ANY || rule.destination_port_min != PORT_ANY) &&
        !str_in(str_or(protocol, ""), (const char *const[]){"tcp", "udp", "sctp", NULL})) {
        extract_fault(x,
                      tosca_fault(policy->yaml, "%s: a port range needs protocol tcp, udp or sctp",
                                  policy->name));
    }
    return rule;
}

static void
read_rules(struct extract *x, const struct tosca_node *nfp, struct nsd_path *path)
{
    VEC(struct nsd_rule) rules = {0};

    vec_each (&nfp->in->policies, it) {
        const struct tosca_node *policy = *it;

        if (!tosca_is(policy->type, "tosca.policies.nfv.NfpRule")) {
            continue;
        }
        for (size_t i = 0; i < policy->n_targets; i++) {
            if (str_eq(policy->targets[i], nfp->name)) {
                vec_add(x->mem, &rules, rule_of(x, policy));
            }
        }
    }
    path->rules = rules.items;
    path->n_rules = rules.n;
    if (rules.n == 0) {
        extract_fault(x, tosca_fault(nfp->yaml, "%s: no NfpRule says which packets take this path",
                                     nfp->name));
    }
}

static struct nsd_path
path_of(struct extract *x, const struct tosca_node *nfp, const struct nsd *nsd)
{
    struct nsd_path path = {.name = nfp->name};

    path.positions = MEM_ARRAY(x->mem, nfp->n_requirements, struct nsd_position);
    for (size_t i = 0; i < nfp->n_requirements; i++) {
        const struct tosca_node *position =
            tosca_node(nfp->in, str_or(nfp->requirements[i].node, ""));

        if (position && str_eq(nfp->requirements[i].name, "nfp_position")) {
            path.positions[path.n_positions++] = position_of(x, position, nsd);
        }
    }
    if (path.n_positions == 0) {
        extract_fault(x, tosca_fault(nfp->yaml, "%s: a path has positions", nfp->name));
    }
    read_rules(x, nfp, &path);
    return path;
}

static struct nsd_graph
graph_of(struct extract *x, const struct tosca_node *group, const struct nsd *nsd)
{
    struct nsd_graph graph = {
        .name = group->name, .n_members = group->n_targets, .members = group->targets};

    graph.description = tosca_value_str(x->tosca, group, "description");
    graph.paths = MEM_ARRAY(x->mem, group->n_targets, struct nsd_path);
    for (size_t i = 0; i < group->n_targets; i++) {
        const struct tosca_node *member = tosca_node(group->in, group->targets[i]);

        if (member && tosca_is(member->type, "tosca.nodes.nfv.NFP") && ++x->n_paths <= PATHS_MAX) {
            graph.paths[graph.n_paths++] = path_of(x, member, nsd);
        }
    }
    return graph;
}

/* Connections of one function that lead to forwarding nodes; 'of' says whose. */
static void
forwarding_add(struct extract *x, const struct nsd_connection *list, size_t n, struct nsd_cp_ref of)
{
    for (size_t i = 0; i < n; i++) {
        struct forwarding *at = map_get(&x->by_forwarding, str_or(list[i].forwarding, ""));

        if (list[i].forwarding && !at) {
            at = MEM_NEW(x->mem, struct forwarding);
            map_set(&x->by_forwarding, list[i].forwarding, at);
        }
        if (at && at->n++ < 2) {
            of.requirement = list[i].requirement;
            at->refs[at->n - 1] = of;
        }
    }
}

/* Which connections stand behind each forwarding node. */
static void
index_forwarding(struct extract *x, const struct nsd *nsd)
{
    map_init(&x->by_forwarding, x->mem);
    for (size_t i = 0; i < nsd->n_vnfs; i++) {
        forwarding_add(x, nsd->vnfs[i].connections, nsd->vnfs[i].n_connections,
                       (struct nsd_cp_ref){.vnf = nsd->vnfs[i].name});
    }
    for (size_t i = 0; i < nsd->n_nested; i++) {
        forwarding_add(x, nsd->nested[i].connections, nsd->nested[i].n_connections,
                       (struct nsd_cp_ref){.nested = nsd->nested[i].name});
    }
}

void
extract_graphs(struct extract *x, const struct tosca_template *in, struct nsd *nsd)
{
    index_forwarding(x, nsd);
    nsd->graphs = MEM_ARRAY(x->mem, in->groups.n, struct nsd_graph);
    vec_each (&in->groups, group) {
        if (tosca_is((*group)->type, "tosca.groups.nfv.VNFFG")) {
            nsd->graphs[nsd->n_graphs++] = graph_of(x, *group, nsd);
        }
    }
    if (x->n_paths > PATHS_MAX) {
        extract_fault(x, tosca_unsupported(in->yaml, "more than %d forwarding paths", PATHS_MAX));
    }
}
