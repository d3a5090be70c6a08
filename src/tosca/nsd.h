/* A network service descriptor as the NFVO needs it: plain structs out of a
 * SOL001 service template. */
#ifndef CARRICK_TOSCA_NSD_H
#define CARRICK_TOSCA_NSD_H

#include "tosca/vnfd.h"

/* A VNF's or SAP's connection to a virtual link of the NS. */
struct nsd_connection {
    const char *requirement;   /* "virtual_link_in": see vnfd_ext_cp.requirement */
    const char *link;          /* nsd_link's name (forwarding nodes are followed) */
    const char *forwarding;    /* the tosca.nodes.nfv.Forwarding node in between, or null */
};

struct nsd_vnf {
    const char *name;          /* node's name = vnfProfileId */
    const char *node_type;
    const char *vnfd_id;       /* descriptor_id */
    const char *flavour_id;
    const char *level;         /* instantiation level, or null */
    int64_t min_instances, max_instances; /* 1, 1 where not said */
    size_t n_connections;
    struct nsd_connection *connections;
};

/* A physical network function: nothing here makes it, it is told of. */
struct nsd_pnf {
    const char *name;          /* node's name = pnfProfileId */
    const char *pnfd_id;       /* descriptor_id */
    size_t n_connections;
    struct nsd_connection *connections;
};

/* A network service that is part of this one. */
struct nsd_nested {
    const char *name;          /* node's name = nsProfileId */
    const char *nsd_id;        /* descriptor_id */
    const char *flavour_id;    /* or null */
    const char *level;         /* instantiation level, or null */
    bool is_counted;           /* ns_profile says how many there are; else one is made, which may go */
    int64_t min_instances, max_instances; /* then; at most one is made with the NS */
    size_t n_connections;
    struct nsd_connection *connections;
};

struct nsd_sap {
    const char *name;          /* node's name = sapdId */
    const char *requirement;   /* of the NS's node, by which the SAP is reached; or null */
    const char *description;
    const char *link;          /* internal virtual link */
    size_t n_layer_protocols;
    const char **layer_protocols;
    bool wants_ip;
};

/* A connection point in a forwarding path: of a VNF, of a nested NS, or a SAP. */
struct nsd_cp_ref {
    const char *vnf;           /* nsd_vnf's name, or null */
    const char *requirement;   /* its connection's requirement, or null */
    const char *sap;           /* nsd_sap's name, or null */
    const char *nested;        /* nsd_nested's name, or null; 'requirement' is its connection's */
};
/* Packets enter by 'ingress' and leave by 'egress' (the same one where the
 * element names only one). */
struct nsd_element {
    const char *name;
    struct nsd_cp_ref ingress, egress;
};
struct nsd_position {
    const char *name;
    const char *behaviour;     /* all, lb, ff, or null */
    size_t n_elements;
    struct nsd_element *elements; /* more than one: the traffic is spread over them */
};
/* A classifier (tosca.policies.nfv.NfpRule).  Ports -1 = any; strings null = any. */
struct nsd_rule {
    const char *name;
    const char *ether_type;    /* ipv4, ipv6 */
    const char *protocol;      /* lower case: tcp, udp, icmp ... */
    int64_t source_port_min, source_port_max;
    int64_t destination_port_min, destination_port_max;
    const char *source_prefix, *destination_prefix; /* canonical prefixes */
};
struct nsd_path {
    const char *name;          /* NFP node's name = nfpdId */
    size_t n_positions;
    struct nsd_position *positions; /* in order */
    size_t n_rules;
    struct nsd_rule *rules;    /* a packet matches where any of them does */
};
struct nsd_graph {
    const char *name;          /* VNFFG group's name = vnffgdId */
    const char *description;
    size_t n_paths;
    struct nsd_path *paths;
    size_t n_members;
    const char **members;      /* as written */
};

/* A number of instances of a VNF profile. */
struct nsd_count {
    int64_t level;             /* of an aspect; 0 in an instantiation level */
    const char *vnf;           /* nsd_vnf's name */
    int64_t n;
};
/* A scaling aspect (NsScalingAspects, VnfToLevelMapping): a profile is of one at most. */
struct nsd_aspect {
    const char *name, *description;
    int64_t min_level, max_level; /* without gaps */
    size_t n_steps;
    struct nsd_count *steps;
};
/* An instantiation level (NsInstantiationLevels, VnfToInstantiationLevelMapping). */
struct nsd_level {
    const char *name, *description;
    size_t n_counts;
    struct nsd_count *counts;
};

struct nsd {
    const char *descriptor_id, *designer, *version, *name, *invariant_id;
    const char *node_type;
    const char *flavour_id;
    size_t n_vnfs;
    struct nsd_vnf *vnfs;
    size_t n_links;
    struct vnfd_link *links;   /* virtual links with profile: cidr, mtu, dhcp ... */
    size_t n_saps;
    struct nsd_sap *saps;
    size_t n_graphs;
    struct nsd_graph *graphs;
    size_t n_affinities;
    struct vnfd_affinity *affinities; /* members are nsd_vnf names */
    const struct json *monitoring; /* opaque, or null */
    size_t n_aspects;
    struct nsd_aspect *aspects;
    const char *default_level; /* null where there are no levels */
    size_t n_levels;
    struct nsd_level *levels;
    size_t n_pnfs;
    struct nsd_pnf *pnfs;
    size_t n_nested;
    struct nsd_nested *nested;
};

/* Takes the NSD out of a parsed template.  Errors as vnfd_from_tosca; PNFs in
 * forwarding paths and a profile in several scaling aspects are E_NOT_IMPLEMENTED.  SOL001 clause 7, annexes A.13 and following. */
struct err *nsd_from_tosca(struct mem *mem, const struct tosca *tosca, struct nsd **nsd) MUST_USE;
struct err *nsd_from_package(struct mem *mem, struct package *pkg, struct nsd **nsd) MUST_USE;

const struct nsd_vnf *nsd_vnf(const struct nsd *nsd, const char *name);      /* null when absent */
const struct vnfd_link *nsd_link(const struct nsd *nsd, const char *name);
const struct nsd_sap *nsd_sap(const struct nsd *nsd, const char *name);
const struct nsd_nested *nsd_nested_named(const struct nsd *nsd, const char *name);
/* How many instances of the profile an NS is made with, and how many it may have. */
int64_t nsd_nested_first(const struct nsd_nested *nested);
int64_t nsd_nested_max(const struct nsd_nested *nested);
/* Link of a point: of its VNF's or nested NS's requirement, or of the SAP; null where there is none. */
const struct vnfd_link *nsd_link_of(const struct nsd *nsd, const struct nsd_cp_ref *ref);

const struct nsd_aspect *nsd_aspect(const struct nsd *nsd, const char *name); /* null when absent */
const struct nsd_level *nsd_level(const struct nsd *nsd, const char *name);
/* Instances of a profile while the aspect is at 'level'; -1 where it is none of the aspect's. */
int64_t nsd_aspect_instances(const struct nsd_aspect *aspect, int64_t level, const char *vnf);
/* Instances of a profile at an instantiation level (null = the default one): as the level says, else
 * as its aspect's lowest level does, else the profile's minimum, and at least 1. */
int64_t nsd_instances(const struct nsd *nsd, const char *level, const struct nsd_vnf *vnf);
/* Where an aspect is at an instantiation level: the lowest one with the same numbers. */
int64_t nsd_aspect_level(const struct nsd *nsd, const struct nsd_aspect *aspect,
                         const char *level);

#endif
