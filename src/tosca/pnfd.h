/* A PNF descriptor: who makes the physical function, and where it is to be connected. */
#ifndef CARRICK_TOSCA_PNFD_H
#define CARRICK_TOSCA_PNFD_H

#include "tosca/nsd.h"

struct pnfd_cp {
    const char *name;        /* node's name = cpdId */
    const char *description; /* or null */
    const char *role;        /* root, leaf; or null */
    size_t n_layer_protocols;
    const char **layer_protocols;
    const char *requirement; /* of the PNF's node, that is mapped to it; or null */
};

struct pnfd {
    const char *descriptor_id, *name, *version, *provider, *invariant_id;
    const char *description; /* of the function */
    const char *node_type;
    const struct json *location; /* tosca.datatypes.nfv.LocationInfo, or null */
    size_t n_cps;
    struct pnfd_cp *cps;
};

/* Takes the PNFD out of a parsed template.  Errors as vnfd_from_tosca.  SOL001 clause 8. */
struct err *pnfd_from_tosca(struct mem *mem, const struct tosca *tosca,
                            struct pnfd **pnfd) MUST_USE;
struct err *pnfd_from_package(struct mem *mem, struct package *pkg, struct pnfd **pnfd) MUST_USE;

#endif
