/* The VNFM: VNF instances and the operations on them (SOL003), for any VNFD that
 * SOL001 can describe.  Grants come from the NFVO by a function call. */
#ifndef CARRICK_VNFM_VNFM_H
#define CARRICK_VNFM_VNFM_H

#include "flow/flow.h"
#include "resource/resource.h"
#include "tosca/vnfd.h"

#define ATTR ATTR_MEMBER
struct vnf_instance {
    struct row row;
#include "vnfm/vnf_instance.tbl"
};
struct vnf_lcm_op_occ {
    struct row row;
#include "vnfm/vnf_lcm_op_occ.tbl"
};
#undef ATTR

extern const struct table vnf_instance_table, vnf_lcm_op_occ_table;
extern const struct resource vnf_instance_resource, vnf_lcm_op_occ_resource;

/* Words of the enumerations, null-terminated. */
extern const char *const vnf_operation_states[], *const vnf_operations[];

#endif
