/* Shared by the files that turn parsed templates into descriptors. */
#ifndef CARRICK_TOSCA_EXTRACT_H
#define CARRICK_TOSCA_EXTRACT_H

#include "tosca/nsd.h"

struct extract {
    struct mem *mem;
    const struct tosca *tosca;
    const struct tosca_template *in; /* whose inputs are meant */
    struct err *faults;
    size_t n_faults;
    struct map by_forwarding; /* forwarding node -> struct forwarding (nsd_path.c) */
    size_t n_paths;
};

void extract_fault(struct extract *x, struct err *e);

/* Member 'key' of 'map' with functions followed; null where absent or null. */
const struct yaml *extract_get(struct extract *x, const struct yaml *map, const char *key);
/* The same along several keys, ended by null. */
const struct yaml *extract_path(struct extract *x, const struct yaml *map, ...)
    __attribute__((sentinel));
const char *extract_text(struct extract *x, const struct yaml *map, const char *key);
int64_t extract_int(struct extract *x, const struct yaml *map, const char *key, int64_t otherwise);
bool extract_bool(struct extract *x, const struct yaml *map, const char *key, bool otherwise);
uint64_t extract_size(struct extract *x, const struct yaml *map, const char *key); /* bytes */
const char **extract_texts(struct extract *x, const struct yaml *list, size_t *n);
const struct json *extract_json(struct extract *x, const struct yaml *value); /* null: null */

/* A required text property of a node; a fault and "" where its value is not known. */
const char *extract_required(struct extract *x, const struct tosca_node *node, const char *property);

/* A virtual link of a VNF or NS, from its node. */
struct vnfd_link extract_link(struct extract *x, const struct tosca_node *node);
/* Affinity rules of a template; types are told by 'affinity', 'anti'. */
void extract_affinities(struct extract *x, const struct tosca_template *in, const char *affinity,
                        const char *anti, struct vnfd_affinity **list, size_t *n);
/* Policies of a type that changes what runs and that nothing here follows. */
struct refused_policy {
    const char *type, *feature;
};
void extract_refuse_policies(struct extract *x, const struct tosca_template *in,
                             const struct refused_policy *refused, size_t n);
/* Requirement of a node by name, or null. */
const struct tosca_requirement *extract_requirement(const struct tosca_node *node, const char *name);
/* Nodes with behaviour that Carrick does not run: scripts of an interface. */
void extract_refuse_scripts(struct extract *x, const struct tosca_node *node);
/* Is 'operation' of an interface called 'name' one that a script implements? */
bool extract_has_script(const struct yaml *name, const struct yaml *operation);
/* A prefix or address in canonical form; a fault where it is none. */
const char *extract_prefix(struct extract *x, const struct yaml *value);
/* The main node of a descriptor ("tosca.nodes.nfv.VNF"), wherever it stands among others of its type, and
 * its template; null where there is none.  Of several that nothing tells apart, the first. */
const struct tosca_node *extract_main(const struct tosca *tosca, const char *base_type);

/* vnfd_policy.c */
void extract_levels(struct extract *x, const struct tosca_template *in, struct vnfd_flavour *flavour);
void extract_aspects(struct extract *x, const struct tosca_template *in, struct vnfd_flavour *flavour);
/* vnfd_script.c */
void extract_boot_data(struct extract *x, const struct tosca_node *node, struct vnfd_vdu *vdu);
/* Of a VNF's node, once connection points are read: its scripts, of which those are refused for which
 * there is no moment with a server to run at. */
void extract_scripts(struct extract *x, const struct tosca_node *node, struct vnfd_flavour *flavour);
/* vnfd_declared.c: what the VNF's node declares for clients to set, of the kind that late.h calls 'late'
 * ("configurable", "extension"), as declared.h has it; null where that is nothing. */
const struct json *extract_declared(struct extract *x, const struct tosca_node *vnf,
                                    const char *late);
/* Does a get_property of the VNF's node name one of these?  Its word of late.h, '*name' for clients, and
 * '*otherwise' what its type says that it is; else null. */
const char *declared_late(const struct extract *x, const struct tosca_node *vnf,
                          const struct yaml *call, const char **name,
                          const struct yaml **otherwise);
/* nsd_scale.c */
void extract_ns_levels(struct extract *x, const struct tosca_template *in, struct nsd *nsd);
/* nsd_path.c */
void extract_graphs(struct extract *x, const struct tosca_template *in, struct nsd *nsd);

#endif
