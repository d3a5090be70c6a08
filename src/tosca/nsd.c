/* NSD: a parsed service template into plain structs.  Forwarding graphs are in
 * nsd_path.c. */
#include "tosca/nsd.h"

#include "tosca/extract.h"

#include <string.h>

#define NS "tosca.nodes.nfv.NS"
#define VNF "tosca.nodes.nfv.VNF"
#define PNF "tosca.nodes.nfv.PNF"
#define VL "tosca.nodes.nfv.NsVirtualLink"
#define SAP "tosca.nodes.nfv.Sap"
#define FORWARDING "tosca.nodes.nfv.Forwarding"

/* Where a requirement leads to: the link itself, or through a forwarding node. */
static const char *
follow_link(struct extract *x, const struct tosca_node *node,
            const struct tosca_requirement *requirement, const char **forwarding)
{
    const struct tosca_node *target = tosca_node(node->in, str_or(requirement->node, ""));
    const struct tosca_requirement *next;

    *forwarding = NULL;
    if (!target || !tosca_is(target->type, FORWARDING)) {
        return requirement->node;
    }
    *forwarding = target->name;
    next = extract_requirement(target, "virtual_link");
    if (!next || !next->node) {
        extract_fault(x,
                      tosca_fault(requirement->at, "%s: leads to no virtual link", target->name));
        return NULL;
    }
    return next->node;
}

static struct nsd_connection *
read_connections(struct extract *x, const struct tosca_node *node, size_t *n)
{
    struct nsd_connection *list = MEM_ARRAY(x->mem, node->n_requirements, struct nsd_connection);

    *n = 0;
    for (size_t i = 0; i < node->n_requirements; i++) {
        const struct tosca_requirement *requirement = &node->requirements[i];
        struct nsd_connection *connection = &list[*n];
        const struct tosca_node *target = tosca_node(node->in, str_or(requirement->node, ""));

        if (!target || !(tosca_is(target->type, VL) || tosca_is(target->type, FORWARDING))) {
            continue; /* A dependency, or left open. */
        }
        connection->requirement = requirement->name;
        connection->link = follow_link(x, node, requirement, &connection->forwarding);
        *n += connection->link != NULL;
    }
    return list;
}

static struct nsd_vnf
vnf_of(struct extract *x, const struct tosca_node *node)
{
    const struct yaml *profile = tosca_value(x->tosca, node, "vnf_profile");
    struct nsd_vnf vnf = {.name = node->name, .node_type = node->type->name};

    vnf.vnfd_id = extract_required(x, node, "descriptor_id");
    vnf.flavour_id = extract_required(x, node, "flavour_id");
    vnf.level = extract_text(x, profile, "instantiation_level");
    vnf.min_instances = extract_int(x, profile, "min_number_of_instances", 1);
    vnf.max_instances = extract_int(x, profile, "max_number_of_instances", 1);
    if (vnf.min_instances > vnf.max_instances) {
        extract_fault(x, tosca_fault(node->yaml, "%s: min_number_of_instances is above the maximum",
                                     node->name));
    }
    vnf.connections = read_connections(x, node, &vnf.n_connections);
    return vnf;
}

static struct nsd_pnf
pnf_of(struct extract *x, const struct tosca_node *node)
{
    struct nsd_pnf pnf = {.name = node->name};

    pnf.pnfd_id = extract_required(x, node, "descriptor_id");
    pnf.connections = read_connections(x, node, &pnf.n_connections);
    return pnf;
}

/* How many there are. */
static void
nested_profile_read(struct extract *x, const struct tosca_node *node, const struct yaml *profile,
                    struct nsd_nested *nested)
{
    if (!profile) {
        return;
    }
    nested->is_counted = true;
    nested->level = extract_text(x, profile, "ns_instantiation_level");
    nested->min_instances = extract_int(x, profile, "min_number_of_instances", 1);
    nested->max_instances = extract_int(x, profile, "max_number_of_instances", 1);
    if (nested->min_instances > nested->max_instances) {
        extract_fault(x, tosca_fault(profile, "%s: min_number_of_instances is above the maximum",
                                     node->name));
    }
    if (nested->min_instances > 1) {
        extract_fault(x, tosca_unsupported(profile,
                                           "nested network service of which %lld instances are made "
                                           "(%s)",
                                           (long long)nested->min_instances, node->name));
    }
}

static struct nsd_nested
nested_of(struct extract *x, const struct tosca_node *node)
{
    const struct yaml *profile = tosca_value(x->tosca, node, "ns_profile");
    struct nsd_nested nested = {.name = node->name};

    nested.nsd_id = extract_required(x, node, "descriptor_id");
    nested.flavour_id = tosca_value_str(x->tosca, node, "flavour_id");
    nested_profile_read(x, node, profile, &nested);
    nested.connections = read_connections(x, node, &nested.n_connections);
    return nested;
}

static const char *
mapped_to(const struct tosca_node *node)
{
    vec_each (&node->in->mappings, mapping) {
        if (str_eq(mapping->node, node->name)) {
            return mapping->name;
        }
    }
    return NULL;
}

static struct nsd_sap
sap_of(struct extract *x, const struct tosca_node *node)
{
    const struct tosca_requirement *link = extract_requirement(node, "internal_virtual_link");
    const struct yaml *protocols = tosca_value(x->tosca, node, "protocol");
    struct nsd_sap sap = {.name = node->name, .requirement = mapped_to(node)};
    const char *forwarding;

    sap.description = tosca_value_str(x->tosca, node, "description");
    sap.layer_protocols =
        extract_texts(x, tosca_value(x->tosca, node, "layer_protocols"), &sap.n_layer_protocols);
    sap.link = link ? follow_link(x, node, link, &forwarding) : NULL;
    if (!sap.link) {
        extract_fault(x, tosca_fault(node->yaml, "%s: internal_virtual_link names no virtual link",
                                     node->name));
    }
    yaml_each (protocols, i) {
        const struct yaml *list = extract_get(x, protocols->items[i], "address_data");

        yaml_each (list, k) {
            const struct yaml *l3 = extract_get(x, list->items[k], "l3_address_data");

            sap.wants_ip = sap.wants_ip || extract_bool(x, l3, "ip_address_assignment", false);
            if (extract_bool(x, l3, "floating_ip_activated", false)) {
                extract_fault(x, tosca_unsupported(l3, "floating IP (%s)", node->name));
            }
        }
    }
    return sap;
}

static void
read_members(struct extract *x, const struct tosca_template *in, const struct tosca_node *main,
             struct nsd *nsd)
{
    nsd->vnfs = MEM_ARRAY(x->mem, in->nodes.n, struct nsd_vnf);
    nsd->links = MEM_ARRAY(x->mem, in->nodes.n, struct vnfd_link);
    nsd->saps = MEM_ARRAY(x->mem, in->nodes.n, struct nsd_sap);
    nsd->pnfs = MEM_ARRAY(x->mem, in->nodes.n, struct nsd_pnf);
    nsd->nested = MEM_ARRAY(x->mem, in->nodes.n, struct nsd_nested);
    vec_each (&in->nodes, it) {
        const struct tosca_node *node = *it;

        if (tosca_is(node->type, VNF)) {
            nsd->vnfs[nsd->n_vnfs++] = vnf_of(x, node);
        } else if (tosca_is(node->type, VL)) {
            nsd->links[nsd->n_links++] = extract_link(x, node);
        } else if (tosca_is(node->type, SAP)) {
            nsd->saps[nsd->n_saps++] = sap_of(x, node);
        } else if (tosca_is(node->type, NS) && node != main) {
            nsd->nested[nsd->n_nested++] = nested_of(x, node);
        } else if (tosca_is(node->type, PNF)) {
            nsd->pnfs[nsd->n_pnfs++] = pnf_of(x, node);
        }
    }
}

/* Policies that change what runs and that nothing here follows. */
static void
refuse_policies(struct extract *x, const struct tosca_template *in)
{
    static const struct refused_policy refused[] = {
        {"tosca.policies.nfv.NsAutoScale", "automatic scaling of a network service"},
        {"tosca.policies.nfv.DataFlowInfo", "data flow mirroring"},
        {"tosca.policies.nfv.NsSecurityGroupRule", "security group rules"},
        {"tosca.policies.nfv.SecurityGroupRule", "security group rules"},
    };

    extract_refuse_policies(x, in, refused, ARRAY_SIZE(refused));
}

static void
read_monitoring(struct extract *x, const struct tosca_template *in, struct nsd *nsd)
{
    vec_each (&in->policies, policy) {
        if (tosca_is((*policy)->type, "tosca.policies.nfv.NsMonitoring")) {
            nsd->monitoring =
                extract_json(x, tosca_value(x->tosca, *policy, "ns_monitoring_parameters"));
        }
    }
}

/* The template with the service's inside: the one that holds its links and VNFs. */
static const struct tosca_template *
inside_of(struct extract *x, const struct tosca_node *main)
{
    const struct tosca_template *found = NULL;

    vec_each (&x->tosca->templates, in) {
        bool has_members = false;

        vec_each (&(*in)->nodes, node) {
            has_members =
                has_members || tosca_is((*node)->type, VNF) || tosca_is((*node)->type, VL);
        }
        /* A VNFD or PNFD that the NSD imports substitutes its function and is not meant. */
        if (!has_members || tosca_is((*in)->substitutes, VNF) ||
            tosca_is((*in)->substitutes, PNF)) {
            continue;
        }
        if (found && tosca_is((*in)->substitutes, NS)) {
            extract_fault(x, tosca_unsupported((*in)->yaml,
                                               "several deployment flavours of a network service"));
        }
        found = found ? found : *in;
    }
    return found ? found : main->in;
}

static void
check_connections(struct extract *x, const struct tosca_node *of, const struct nsd *nsd,
                  const struct nsd_connection *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!nsd_link(nsd, list[i].link)) {
            extract_fault(x, tosca_fault(of->yaml, "%s.%s: %s is no virtual link", of->name,
                                         list[i].requirement, list[i].link));
        }
    }
}

static void
check_members(struct extract *x, const struct tosca_template *in, const struct nsd *nsd)
{
    for (size_t v = 0; v < nsd->n_vnfs; v++) {
        check_connections(x, tosca_node(in, nsd->vnfs[v].name), nsd, nsd->vnfs[v].connections,
                          nsd->vnfs[v].n_connections);
    }
    for (size_t p = 0; p < nsd->n_pnfs; p++) {
        check_connections(x, tosca_node(in, nsd->pnfs[p].name), nsd, nsd->pnfs[p].connections,
                          nsd->pnfs[p].n_connections);
    }
    for (size_t n = 0; n < nsd->n_nested; n++) {
        check_connections(x, tosca_node(in, nsd->nested[n].name), nsd, nsd->nested[n].connections,
                          nsd->nested[n].n_connections);
    }
}

static void
read_identity(struct extract *x, const struct tosca_node *ns, struct nsd *nsd)
{
    nsd->node_type = ns->type->name;
    nsd->descriptor_id = extract_required(x, ns, "descriptor_id");
    nsd->designer = extract_required(x, ns, "designer");
    nsd->version = extract_required(x, ns, "version");
    nsd->name = extract_required(x, ns, "name");
    nsd->invariant_id = extract_required(x, ns, "invariant_id");
    nsd->flavour_id = tosca_value_str(x->tosca, ns, "flavour_id");
    extract_refuse_scripts(x, ns);
}

struct err *
nsd_from_tosca(struct mem *mem, const struct tosca *tosca, struct nsd **nsd)
{
    struct extract x = {.mem = mem, .tosca = tosca, .in = tosca->templates.items[0]};
    const struct tosca_node *ns = extract_main(tosca, NS);
    const struct tosca_template *in;

    *nsd = NULL;
    if (!ns) {
        return tosca_fault(x.in->yaml, "no node is a %s: this is no NSD", NS);
    }
    *nsd = MEM_NEW(mem, struct nsd);
    read_identity(&x, ns, *nsd);
    x.in = in = inside_of(&x, ns);
    read_members(&x, in, ns, *nsd);
    check_members(&x, in, *nsd);
    refuse_policies(&x, in);
    read_monitoring(&x, in, *nsd);
    extract_ns_levels(&x, in, *nsd);
    extract_graphs(&x, in, *nsd);
    extract_affinities(&x, in, "tosca.policies.nfv.NsAffinityRule",
                       "tosca.policies.nfv.NsAntiAffinityRule", &(*nsd)->affinities,
                       &(*nsd)->n_affinities);
    if (x.faults) {
        *nsd = NULL;
    }
    return x.faults;
}

struct err *
nsd_from_package(struct mem *mem, struct package *pkg, struct nsd **nsd)
{
    struct tosca *tosca;

    *nsd = NULL;
    TRY(tosca_parse_package(mem, pkg, &tosca));
    return nsd_from_tosca(mem, tosca, nsd);
}

const struct nsd_vnf *
nsd_vnf(const struct nsd *nsd, const char *name)
{
    for (size_t i = 0; i < nsd->n_vnfs; i++) {
        if (str_eq(nsd->vnfs[i].name, name)) {
            return &nsd->vnfs[i];
        }
    }
    return NULL;
}

const struct vnfd_link *
nsd_link(const struct nsd *nsd, const char *name)
{
    for (size_t i = 0; i < nsd->n_links; i++) {
        if (str_eq(nsd->links[i].name, name)) {
            return &nsd->links[i];
        }
    }
    return NULL;
}

const struct nsd_sap *
nsd_sap(const struct nsd *nsd, const char *name)
{
    for (size_t i = 0; i < nsd->n_saps; i++) {
        if (str_eq(nsd->saps[i].name, name)) {
            return &nsd->saps[i];
        }
    }
    return NULL;
}

const struct nsd_nested *
nsd_nested_named(const struct nsd *nsd, const char *name)
{
    for (size_t i = 0; i < nsd->n_nested; i++) {
        if (str_eq(nsd->nested[i].name, name)) {
            return &nsd->nested[i];
        }
    }
    return NULL;
}

int64_t
nsd_nested_first(const struct nsd_nested *nested)
{
    return nested->is_counted ? nested->min_instances : 1;
}

int64_t
nsd_nested_max(const struct nsd_nested *nested)
{
    return nested->is_counted ? nested->max_instances : 1;
}

static const struct vnfd_link *
link_of(const struct nsd *nsd, const struct nsd_connection *list, size_t n, const char *requirement)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(list[i].requirement, requirement)) {
            return nsd_link(nsd, list[i].link);
        }
    }
    return NULL;
}

const struct vnfd_link *
nsd_link_of(const struct nsd *nsd, const struct nsd_cp_ref *ref)
{
    const struct nsd_vnf *vnf = ref->vnf ? nsd_vnf(nsd, ref->vnf) : NULL;
    const struct nsd_nested *nested = ref->nested ? nsd_nested_named(nsd, ref->nested) : NULL;
    const struct nsd_sap *sap = ref->sap ? nsd_sap(nsd, ref->sap) : NULL;

    return vnf      ? link_of(nsd, vnf->connections, vnf->n_connections, ref->requirement)
           : nested ? link_of(nsd, nested->connections, nested->n_connections, ref->requirement)
           : sap    ? nsd_link(nsd, sap->link)
                    : NULL;
}
