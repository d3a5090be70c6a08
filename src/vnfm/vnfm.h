/* The VNFM: VNF instances and the operations on them (SOL003), for any VNFD that
 * SOL001 can describe.  Grants come from the NFVO by a function call. */
#ifndef CARRICK_VNFM_VNFM_H
#define CARRICK_VNFM_VNFM_H

#include "flow/flow.h"
#include "resource/resource.h"
#include "tosca/vnfd.h"
/* Steps, flows and what they exchange, which operations of the NFVO are built of. */
#include "vnfm/describe.h"
#include "vnfm/flows.h"
#include "vnfm/foreign.h"
#include "vnfm/held.h"
#include "vnfm/journal.h"
#include "vnfm/op_occ.h"
#include "vnfm/request.h"
#include "vnfm/scripts.h"

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

/* Fills what the package of instance->vnfd_id says, for a row about to be inserted,
 * and marks the package IN_USE.  E_UNPROCESSABLE: not on-boarded, or DISABLED (SOL003
 * 5.4.2.3.1). */
struct err *vnf_instance_fill(struct tx *tx, struct vnf_instance *instance) MUST_USE;
/* The instance 'made' is INSTANTIATED and tells what it consists of; 'state' is STARTED or STOPPED
 * (SOL003 5.5.4.2). */
struct err *vnf_instance_keep(struct tx *tx, const struct vnf_made *made,
                              const char *state) MUST_USE;
/* VimConnectionInfo of a site, by its id (SOL003 4.4.1.6): where it is, and no credentials. */
struct err *vim_connection_of(struct tx *tx, const char *site_id, const struct json **vim) MUST_USE;
/* What an INSTANTIATED instance consists of.  E_CONFLICT: an earlier version kept no such record. */
struct err *vnf_instance_made(struct tx *tx, const char *id, struct vnf_made *made) MUST_USE;
/* A package is IN_USE where an operation takes it, else as instances and changes that lead to it say;
 * these until they have ended, one in FAILED_TEMP too. */
struct err *vnf_package_taken(struct tx *tx, const char *package_id) MUST_USE;
struct err *vnf_package_used(struct tx *tx, const char *package_id) MUST_USE;
/* After an instance was deleted: its package may be NOT_IN_USE now. */
struct err *vnf_instance_gone(struct tx *tx, const struct vnf_instance *instance) MUST_USE;

/* Member 'key' of an open object, a CpProtocolInfo or CpProtocolData (SOL003): a MAC (null = none)
 * and 'ips', each in an entry whose member the two name differently.  Here and in src/nfvo. */
void protocol_write(struct jw *w, const char *key, const char *mac_address, const struct strs *ips,
                    const char *addresses);

/* What the input of every operation on an instance says of it; strings are the row's. */
void vnf_in_fill(const struct vnf_instance *instance, struct vnf_in *in);
/* Is no operation open on the instance?  E_CONFLICT names the one that is. */
struct err *vnf_operation_free(struct tx *tx, const char *vnf_instance_id) MUST_USE;
/* A request on an instance, here and in src/nfvo: its decoded row, its body, and what sites say of its networks. */
struct lcm_request {
    const void *row;         /* of the operation's table: instantiate_request, ... */
    const struct json *body; /* kept as operationParams */
    const struct network_seen *seen; /* see vnf_networks_look; may be none */
    size_t n_seen;
    const char *site;        /* Of a plan: for an instantiation that names none; null = the grant chooses. */
};
/* How long servers may take to shut down where a request does not say. */
#define GRACEFUL_TIMEOUT_S 30
/* Start an operation; op->user is the struct nfvo.  '*op_occ_id' lives in tx_mem.  E_NOT_FOUND,
 * E_CONFLICT (state; another operation is open), E_UNPROCESSABLE (all that VNFD and sites hold
 * against the request).  SOL003 5.4.4, 5.4.8. */
struct err *vnf_instantiate_start(struct tx *tx, struct op *op, const char *id,
                                  const struct lcm_request *request,
                                  const char **op_occ_id) MUST_USE;
struct err *vnf_terminate_start(struct tx *tx, struct op *op, const char *id,
                                const struct lcm_request *request,
                                const char **op_occ_id) MUST_USE;
/* SOL003 5.4.5, 5.4.6.  E_NOT_FOUND too where the VNFD has nothing to scale; E_CONFLICT too where
 * an aspect would leave its scale levels. */
struct err *vnf_scale_start(struct tx *tx, struct op *op, const char *id,
                            const struct lcm_request *request, const char **op_occ_id) MUST_USE;
struct err *vnf_scale_to_level_start(struct tx *tx, struct op *op, const char *id,
                                     const struct lcm_request *request,
                                     const char **op_occ_id) MUST_USE;
/* How long a server may take to start or stop, at least. */
#define OPERATE_TIMEOUT_S 600
/* SOL003 5.4.10; also where the instance is STARTED or STOPPED as asked.  E_CONFLICT too where it is
 * not whole. */
struct err *vnf_operate_start(struct tx *tx, struct op *op, const char *id,
                              const struct lcm_request *request, const char **op_occ_id) MUST_USE;
/* The same checks for an operation of which it is a part: fill in->operation, in->state,
 * in->servers and in->timeout_s. */
struct err *vnf_operate_check(struct tx *tx, const struct vnf_instance *instance,
                              const struct operate_request *asked, struct vnf_in *in) MUST_USE;
/* SOL003 5.4.9.  E_CONFLICT too where the instance is not STARTED, or a VNFC lacks ports. */
struct err *vnf_heal_start(struct tx *tx, struct op *op, const char *id,
                           const struct lcm_request *request, const char **op_occ_id) MUST_USE;
/* The same checks for an operation of which the healing is a part: fill in->operation, in->servers
 * and in->scales. */
struct err *vnf_heal_check(struct tx *tx, const struct vnf_instance *instance,
                           const struct strs *vnfcs, struct vnf_in *in) MUST_USE;
/* SOL003 5.4.11a.  E_CONFLICT too where the instance is not STARTED (each of its servers), not whole, or
 * of that VNFD already;
 * E_UNPROCESSABLE with all that would change besides images and user data, or with the input of the new ones
 * that has no value. */
struct err *vnf_change_package_start(struct tx *tx, struct op *op, const char *id,
                                     const struct lcm_request *request,
                                     const char **op_occ_id) MUST_USE;
/* The same checks for an operation of which the change is a part: fill in->operation,
 * in->package_after, in->scales, with links in->connections and in->site and, with what is said of the VNF
 * (vnf_info_moved), in->info; in->request is there. */
struct err *vnf_change_package_check(struct tx *tx, const struct vnf_instance *instance,
                                     const struct lcm_request *request,
                                     struct vnf_in *in) MUST_USE;
/* Links that a grant gives for a change of the package against what stays: 'in' is what was asked.
 * E_UNPROCESSABLE: all that does not fit. */
struct err *vnf_package_granted_check(struct tx *tx, const struct vnf_in *in,
                                      const struct grant_out *grant) MUST_USE;
/* SOL003 5.4.7.  E_NOT_FOUND too where the VNFD has one flavour only; E_CONFLICT too where the instance
 * is not STARTED, is of the flavour already, or is on its way to a third one since a change was given up;
 * E_UNPROCESSABLE with all in which what stays would have to change. */
struct err *vnf_change_flavour_start(struct tx *tx, struct op *op, const char *id,
                                     const struct lcm_request *request,
                                     const char **op_occ_id) MUST_USE;
/* The same checks for an operation of which the change is a part: fill in->operation, in->flavour_id,
 * in->level_id and in->connections, and say which flow does it; in->package_id is there. */
struct err *vnf_change_flavour_check(struct tx *tx, const struct vnf_instance *instance,
                                     const struct lcm_request *request, struct vnf_in *in,
                                     const struct flow_type **type) MUST_USE;
/* SOL003 5.4.11.  E_CONFLICT too where the instance is not STARTED or not whole. */
struct err *vnf_change_connectivity_start(struct tx *tx, struct op *op, const char *id,
                                          const struct lcm_request *request,
                                          const char **op_occ_id) MUST_USE;
/* The same checks for an operation of which the change is a part: fill in->operation,
 * in->connections and in->scales; in->package_id is there. */
struct err *vnf_change_connectivity_check(struct tx *tx, const struct vnf_instance *instance,
                                          const struct lcm_request *request,
                                          struct vnf_in *in) MUST_USE;
/* The connection of instance 'number' of a connection point: by its internal link, its external
 * name or its requirement, in the order in which they were given.  Where fewer were given than
 * there are instances, the last one that asks for no address and no port serves the rest.  Null
 * where none fits. */
const struct vnf_connection *vnf_connection_of(const struct rows *connections,
                                               const struct wanted_cp *cp,
                                               int64_t number) MUST_USE;
/* Is the port as the connection wants it? */
bool vnf_port_fits(const struct made_port *port, const struct vnf_connection *connection);
/* Servers are held as if made last, so that they go before their ports; inside a transaction. */
struct err *vnf_servers_last(struct tx *tx, const struct vnf_made *made) MUST_USE;
/* Is the instance STARTED and whole, to be 'what' ("healed")?  Fills 'made'.  E_CONFLICT. */
struct err *vnf_whole_check(struct tx *tx, const struct vnf_instance *instance, const char *what,
                            struct vnf_made *made) MUST_USE;
/* Are all of these servers the instance's?  E_UNPROCESSABLE names the one that is not. */
struct err *vnf_servers_check(const struct vnf_made *made, const struct strs *servers) MUST_USE;
/* SOL003 5.4.3: name, description, metadata; whatever state the instance is in.  E_PRECONDITION
 * where op->if_match names another revision. */
struct err *vnf_modify_start(struct tx *tx, struct op *op, const char *id,
                             const struct lcm_request *request, const char **op_occ_id) MUST_USE;
/* What clients keep with a resource, patched (RFC 7396): a body is bounded, and what many of them add up
 * to is too.  E_UNPROCESSABLE where its text would be longer. */
#define CLIENT_DATA_MAX (256 << 10)
struct err *client_data_merge(struct mem *mem, const char *name, const struct json *patch,
                              const struct json **data) MUST_USE;
/* At its creation: what its VNFD declares for clients to set begins as it says (SOL003 5.5.2.2). */
struct err *vnf_info_begin(struct tx *tx, struct vnf_instance *instance) MUST_USE;
/* Where 'asked' (a row of any request's table) gives attributes of vnf_info: what is said of the instance
 * from then on, into in->info.  E_UNPROCESSABLE lists all that its VNFD does not declare so. */
struct err *vnf_info_asked(struct tx *tx, const struct vnf_instance *instance, const void *asked,
                           struct vnf_in *in) MUST_USE;
/* The same for an operation after which it is of another package: what that declares too stays. */
struct err *vnf_info_moved(struct tx *tx, const struct vnf_instance *instance,
                           const char *package_id, const void *asked, struct vnf_in *in) MUST_USE;
/* The same for a modification, which may give nothing: fills in->info and in->operation. */
struct err *vnf_modify_check(struct tx *tx, const struct vnf_instance *instance, const void *asked,
                             struct vnf_in *in) MUST_USE;
/* The VnfInfoModificationRequest that 'asked' becomes: what of vnf_info it gives, null where it removes. */
struct err *vnf_modify_body(struct mem *mem, const void *asked, const struct json **body) MUST_USE;
/* The same checks, for an operation of which the scaling is a part: fill in->scales, in->level_id
 * and in->operation, and say which flow does it. */
struct err *vnf_scale_check(struct tx *tx, const struct vnf_instance *instance,
                            const struct scale_request *request, struct vnf_in *in,
                            const struct flow_type **type) MUST_USE;
struct err *vnf_scale_to_level_check(struct tx *tx, const struct vnf_instance *instance,
                                     const struct scale_to_level_request *request,
                                     struct vnf_in *in, const struct flow_type **type) MUST_USE;
/* An operation that can be planned, and the plan of it kept: its request is a member of a plan_request, of
 * the form 'request'.  The input of its flow, after the same checks as before a start, is told by one of the
 * two: of an NS (tables of src/nfvo) or of a VNF. */
struct ns_in;
struct plannable {
    const char *word, *member;
    const struct table *request;
    struct err *(*ns_input)(struct tx *tx, struct op *op, const char *id,
                            const struct lcm_request *request, struct ns_in **in,
                            const struct flow_type **type);
    struct err *(*vnf_input)(struct tx *tx, struct op *op, const char *id,
                             const struct lcm_request *request, struct vnf_in **in,
                             const struct flow_type **type);
    struct err *(*start)(struct tx *tx, struct op *op, const char *id,
                         const struct lcm_request *request, const char **op_occ_id);
    /* The networks that the request names, as an instantiation would name them; null = it names none. */
    const struct instantiate_request *(*links)(struct mem *mem, const void *request);
};
extern const struct plannable vnf_plannables[]; /* ended by a null word */
/* What operations on instances of a VNF and of an NS have in common. */
struct lcm_kind {
    const char *name; /* "VNF instance", for messages */
    const struct table *instances, *operations;
    const char *state, *instance; /* attributes: of an instance, of an operation */
};
struct lcm_operation {
    const struct lcm_kind *kind;
    const struct flow_type *type;
    const char *state; /* That the instance has to be in; null = any. */
};
/* Is no operation open on instance 'id'?  E_CONFLICT names the one that is. */
struct err *lcm_free(struct tx *tx, const struct lcm_kind *kind, const char *id) MUST_USE;
/* The instance, visible to the caller, free and in the operation's state.  E_NOT_FOUND, E_CONFLICT.
 */
struct err *lcm_take(struct tx *tx, struct op *op, const struct lcm_operation *operation,
                     const char *id, void **instance) MUST_USE;
/* Starts its flow; op->user is the struct nfvo.  '*op_occ_id' lives in tx_mem. */
struct err *lcm_start(struct tx *tx, struct op *op, const struct lcm_operation *operation,
                      const void *in, const char *project_id, const char **op_occ_id) MUST_USE;
/* Task "retry", "rollback", "fail" or "cancel" on an occurrence; a cancel with its mode
 * (cancel_modes), the others with null.  SOL003 5.4.14-5.4.17. */
struct err *vnf_operation_task(struct tx *tx, struct op *op, const char *id, const char *task,
                               const char *cancel_mode) MUST_USE;
/* May the operation be rolled back?  E_CONFLICT: it deletes what it cannot give back. */
struct err *lcm_may_roll_back(const char *operation, bool one_way) MUST_USE;
/* The same for any flow. */
struct err *flow_task(struct tx *tx, struct flow_engine *engine, const char *id,
                      const char *task, const char *cancel_mode) MUST_USE;

/* States in which an operation is open: no other may begin; null-terminated. */
extern const char *const lcm_open_states[];
/* Words of the enumerations, null-terminated. */
extern const char *const vnf_operation_states[], *const vnf_operations[];

#endif
