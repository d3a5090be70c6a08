/* The NFVO: sites, packages and descriptors, network service instances and the
 * operations on them, grants.  It reaches sites only by steps of src/vim. */
#ifndef CARRICK_NFVO_NFVO_H
#define CARRICK_NFVO_NFVO_H

#include "flow/flow.h"
#include "resource/resource.h"
#include "tosca/nsd.h"

/* What the floor works with; op.user of its faces, service "nfvo" of its flows. */
struct nfvo {
    struct store *store;
    struct flow_engine *engine;
    const char *packages_dir;    /* Folder of package files, mode 0700. */
    uint64_t max_package;        /* Bytes of an upload; 0 = 16 GiB. */
};
#define NFVO_SERVICE "nfvo"

#define ATTR ATTR_MEMBER
struct site {
    struct row row;
#include "nfvo/site.tbl"
};
struct vnf_package {
    struct row row;
#include "nfvo/vnf_package.tbl"
};
struct ns_descriptor {
    struct row row;
#include "nfvo/ns_descriptor.tbl"
};
struct descriptor_text {
    struct row row;
#include "nfvo/descriptor_text.tbl"
};
struct grant {
    struct row row;
#include "nfvo/grant.tbl"
};
struct ns_instance {
    struct row row;
#include "nfvo/ns_instance.tbl"
};
struct ns_lcm_op_occ {
    struct row row;
#include "nfvo/ns_lcm_op_occ.tbl"
};
struct holding {
    struct row row;
#include "nfvo/holding.tbl"
};
#undef ATTR

extern const struct table site_table, vnf_package_table, ns_descriptor_table,
    descriptor_text_table, grant_table, ns_instance_table, ns_lcm_op_occ_table, holding_table;
/* Null-terminated, for store_config: these and those of src/vnfm, parents first. */
extern const struct table *const nfvo_tables[];
extern const struct resource site_resource, vnf_package_resource, ns_descriptor_resource,
    grant_resource, ns_instance_resource, ns_lcm_op_occ_resource;

/* Words of the enumerations, null-terminated. */
extern const char *const site_states[], *const package_onboarding_states[],
    *const package_operational_states[], *const package_usage_states[],
    *const instantiation_states[], *const ns_operation_states[], *const ns_operations[],
    *const holding_kinds[];

/* Registers the resources of this floor and of src/vnfm. */
void nfvo_register(void);

#endif
