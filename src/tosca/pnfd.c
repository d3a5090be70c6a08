/* PNFD: a parsed service template into a plain struct.  A physical function has
 * no inside that anybody here could make: only its name and its connection points
 * are of use. */
#include "tosca/pnfd.h"

#include "tosca/extract.h"

#define PNF "tosca.nodes.nfv.PNF"
#define PNF_EXT_CP "tosca.nodes.nfv.PnfExtCp"

/* The requirement of the PNF's node that a connection point stands for; null: none. */
static const char *
mapped_to(const struct tosca_template *in, const char *node)
{
    vec_each (&in->mappings, mapping) {
        if (str_eq(mapping->node, node)) {
            return mapping->name;
        }
    }
    return NULL;
}

static void
read_cps(struct extract *x, const struct tosca_template *in, struct pnfd *pnfd)
{
    pnfd->cps = MEM_ARRAY(x->mem, in->nodes.n, struct pnfd_cp);
    vec_each (&in->nodes, it) {
        const struct tosca_node *node = *it;
        struct pnfd_cp *cp = &pnfd->cps[pnfd->n_cps];

        if (!tosca_is(node->type, PNF_EXT_CP)) {
            continue;
        }
        cp->name = node->name;
        cp->description = tosca_value_str(x->tosca, node, "description");
        cp->role = tosca_value_str(x->tosca, node, "role");
        cp->layer_protocols =
            extract_texts(x, tosca_value(x->tosca, node, "layer_protocols"), &cp->n_layer_protocols);
        cp->requirement = mapped_to(in, node->name);
        pnfd->n_cps++;
    }
}

static void
read_identity(struct extract *x, const struct tosca_node *pnf, struct pnfd *pnfd)
{
    pnfd->node_type = pnf->type->name;
    pnfd->descriptor_id = extract_required(x, pnf, "descriptor_id");
    pnfd->name = extract_required(x, pnf, "name");
    pnfd->version = extract_required(x, pnf, "version");
    pnfd->provider = extract_required(x, pnf, "provider");
    pnfd->invariant_id = extract_required(x, pnf, "descriptor_invariant_id");
    pnfd->description = extract_required(x, pnf, "function_description");
    pnfd->location = extract_json(x, tosca_value(x->tosca, pnf, "geographical_location_info"));
    extract_refuse_scripts(x, pnf);
}

struct err *
pnfd_from_tosca(struct mem *mem, const struct tosca *tosca, struct pnfd **pnfd)
{
    struct extract x = {.mem = mem, .tosca = tosca, .in = tosca->templates.items[0]};
    const struct tosca_node *pnf = extract_main(tosca, PNF);

    *pnfd = NULL;
    if (!pnf) {
        return tosca_fault(x.in->yaml, "no node is a %s: this is no PNFD", PNF);
    }
    *pnfd = MEM_NEW(mem, struct pnfd);
    x.in = pnf->in;
    read_identity(&x, pnf, *pnfd);
    read_cps(&x, pnf->in, *pnfd);
    if (x.faults) {
        *pnfd = NULL;
    }
    return x.faults;
}

struct err *
pnfd_from_package(struct mem *mem, struct package *pkg, struct pnfd **pnfd)
{
    struct tosca *tosca;

    *pnfd = NULL;
    TRY(tosca_parse_package(mem, pkg, &tosca));
    return pnfd_from_tosca(mem, tosca, pnfd);
}
