/* The types of an NS update (SOL005 6.5.2.12, updateType): one line says what each of them needs of
 * the request, who checks it and which flow does it. */
#ifndef CARRICK_NFVO_NS_UPDATE_H
#define CARRICK_NFVO_NS_UPDATE_H

#include "base/vec.h"
#include "nfvo/flows.h"
#include "nfvo/request.h"

/* X(updateType, member, also, check, flow, each): 'member' and 'also' are members of struct
 * update_ns_request, of which the first is needed, the second may be given besides (the first
 * again: none may); 'check' is asked for each entry of 'member'; 'flow' is the operation's,
 * ns_update_flow runs 'each' for every VNF of in->scaled.  Where a check says that what is asked for
 * deletes, a one-way flow is taken instead: ns_flavour_change_flow for flavours, else ns_shrink_flow. */
#define NS_UPDATES(X)                                                                              \
    X(OPERATE_VNF, operate, operate, update_operate, ns_update_flow, &vnf_operate_flow)            \
    X(MODIFY_VNF_INFORMATION, modify_info, modify_info, update_modify_info, ns_update_flow,        \
      &vnf_modify_flow)                                                                            \
    X(CHANGE_VNFPKG, package, package, update_package, ns_update_flow, &vnf_change_package_flow)   \
    X(CHANGE_EXTERNAL_VNF_CONNECTIVITY, connectivity, connectivity, update_connectivity,           \
      ns_update_flow, &vnf_change_connectivity_flow)                                               \
    X(CHANGE_VNF_DF, flavour, flavour, update_flavour, ns_flavour_grow_flow, NULL)                 \
    X(ADD_VNF, adopt, adopt, update_adopt, ns_adopt_flow, NULL)                                    \
    X(INSTANTIATE_VNF, instantiate, instantiate, update_instantiate, ns_grow_flow, NULL)           \
    X(REMOVE_VNF, remove, terminate, update_remove, ns_shrink_flow, NULL)                          \
    X(ADD_VNFFG, graph_add, graph_add, update_graph_add, ns_grow_flow, NULL)                       \
    X(REMOVE_VNFFG, graph_remove, graph_remove, update_graph_remove, ns_shrink_flow, NULL)         \
    X(UPDATE_VNFFG, graph_change, graph_change, update_graph_change, ns_grow_flow, NULL)           \
    X(ADD_SAP, sap_add, sap_add, update_sap_add, ns_grow_flow, NULL)                               \
    X(REMOVE_SAP, sap_remove, sap_remove, update_sap_remove, ns_shrink_flow, NULL)                 \
    X(ADD_PNF, pnf_add, pnf_add, update_pnf_add, ns_pnfs_flow, NULL)                               \
    X(MODIFY_PNF, pnf_modify, pnf_modify, update_pnf_modify, ns_pnfs_flow, NULL)                   \
    X(REMOVE_PNF, pnf_remove, pnf_remove, update_pnf_remove, ns_pnfs_flow, NULL)                   \
    X(ADD_NESTED_NS, nest, nest, update_nest, ns_nest_flow, NULL)                                  \
    X(REMOVE_NESTED_NS, unnest, unnest, update_unnest, ns_unnest_flow, NULL)

/* An update that is held against the NS. */
struct ns_updating {
    struct tx *tx;
    const struct update_ns_request *request;
    struct ns_in *in;     /* What the flow will be given: 'scaled' and so on. */
    struct ns_made *made; /* What the NS consists of. */
    struct nsd *nsd;
    struct map vnfds; /* package id -> struct vnfd: of those that come */
    bool one_way; /* It deletes what is there. */
    const struct flow_type *flow; /* Another one than the type's; null = that. */
};
/* Checks an entry of the type's member (of a list of strings: the string) and adds to u->in what it
 * means; at the end it is called with null, for what concerns all of them.  E_UNPROCESSABLE,
 * E_CONFLICT; all entries are asked, and all that is wrong is told at once. */
typedef struct err *ns_update_check_fn(struct ns_updating *u, const void *item);

struct ns_update_type {
    const char *word;
    const char *member, *also;
    ns_update_check_fn *check;
    const struct flow_type *flow, *each;
};

/* The type of a word of update_ns_types; of any other, null. */
const struct ns_update_type *ns_update_type(const char *word);

ns_update_check_fn update_adopt;                       /* ns_adopt.c */
ns_update_check_fn update_operate, update_modify_info; /* ns_update.c */
ns_update_check_fn update_package, update_connectivity, update_flavour; /* ns_change.c */
/* ns_shape_check.c */
ns_update_check_fn update_instantiate, update_remove, update_graph_add, update_graph_remove;
ns_update_check_fn update_sap_add, update_sap_remove;
ns_update_check_fn update_graph_change; /* ns_graph.c */
ns_update_check_fn update_pnf_add, update_pnf_modify, update_pnf_remove; /* ns_pnf.c */
ns_update_check_fn update_nest, update_unnest; /* ns_nest.c */

/* Takes a VNF of a profile, or one of the NS that goes, into u->in; all of it together is checked
 * at the end: numbers of instances of each profile, positions without any.  E_UNPROCESSABLE. */
struct err *ns_shape_add(struct ns_updating *u, const struct nsd_vnf *profile,
                         struct vnf_add *add) MUST_USE;
struct err *ns_shape_remove(struct ns_updating *u, const char *id, struct vnf_in **in) MUST_USE;
struct err *ns_shape_check(const struct ns_updating *u) MUST_USE;

#endif
