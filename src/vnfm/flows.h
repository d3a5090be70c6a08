/* The VNFM's flows and the steps that they share with the NFVO. */
#ifndef CARRICK_VNFM_FLOWS_H
#define CARRICK_VNFM_FLOWS_H

#include "flow/flow.h"
#include "vim/vim.h"
#include "vnfm/journal.h"

/* In vnf_in; instantiation answers vnf_made. */
extern const struct flow_type vnf_instantiate_flow, vnf_terminate_flow;
/* Of those that began in an earlier program. */
extern const struct flow_type vnf_terminate_flow_1, vnf_operate_flow_1, vnf_modify_flow_1,
    vnf_change_package_flow_1, vnf_flavour_grow_flow_2, vnf_flavour_change_flow_2;
extern const struct flow_type vnfc_flow;
/* In vnf_in with 'operation' and 'scales', out vnf_made: as 'scales' and 'level_id' want it.  The
 * one only adds servers and can be taken back; the other deletes servers and cannot. */
extern const struct flow_type vnf_scale_out_flow, vnf_scale_in_flow;

/* The same with 'flavour_id' too, and 'connections' (those that are new or change). */
extern const struct flow_type vnf_flavour_grow_flow, vnf_flavour_change_flow;

/* In vnf_in with 'operation', 'state' and 'servers'. */
extern const struct flow_type vnf_operate_flow;
extern const struct flow_type vnfc_power_flow;
/* In vnf_in with 'operation', 'servers' and 'scales', out vnf_made. */
extern const struct flow_type vnf_heal_flow, vnf_heal_flow_2;
/* All that it does, within another flow; not of a foreign VNFM's VNF. */
struct err *vnf_servers_heal(struct flow *f, const struct vnf_in *in) MUST_USE;
/* In vnf_in with 'operation', 'package_after' and 'scales', out vnf_made. */
extern const struct flow_type vnf_change_package_flow;
/* In vnf_in with 'operation', 'connections' (those that change) and 'scales', out vnf_made. */
extern const struct flow_type vnf_change_connectivity_flow;
/* In vnf_in with 'info'. */
extern const struct flow_type vnf_modify_flow;

/* LOCAL, in vnf_made: the instance is INSTANTIATED and tells what it consists of. */
extern const struct step_kind vnf_keep;
/* READ, in owner, out vnf_made: what the instance consists of. */
extern const struct step_kind vnf_made_read;
/* LOCAL, in vnf_scaled, out vnf_made as it was before. */
extern const struct step_kind vnf_scaled;
/* LOCAL, in vnf_state, out vnf_state as it was before. */
extern const struct step_kind vnf_state_keep;
/* LOCAL, in vnf_info, out vnf_info as it was before. */
extern const struct step_kind vnf_info_keep;
/* The same as step "info" of an operation that brings values with it; none where it brings none. */
struct err *vnf_info_take(struct flow *f, const struct vnf_in *in) MUST_USE;
/* READ, in owner, out vnf_info. */
extern const struct step_kind vnf_info_read;
/* LOCAL, in vnf_scaled, out vnf_made as it was before: as vnf_scaled, but for ports that join servers. */
extern const struct step_kind vnf_connected;
/* LOCAL, in package_use: the package is in use until instances say otherwise. */
extern const struct step_kind vnf_package_take;
/* LOCAL, in vnf_repackaged, out vnf_repackaged as it was before. */
extern const struct step_kind vnf_repackaged;
/* LOCAL, in owner: it is NOT_INSTANTIATED again. */
extern const struct step_kind vnf_forget;
/* Steps "grant" and those behind it: the NFVO's answer, ours (nfvo_grant) or, where '*asked' says so, a
 * foreign one's.  '*asked' becomes the input as the grant has it; 'wanted' may be null for operations whose
 * requests have no links.  E_FORBIDDEN: it is refused; E_NOT_FOUND: its site has no such network. */
struct err *vnf_grant(struct flow *f, const struct vnf_in **asked, const struct vnf_wanted *wanted,
                      const struct grant_in *in, struct grant_out *out) MUST_USE;
/* Of a request that was taken while its site was silent ('unjudged'): asks the site, behind flow_started, for what the
 * request names, before anything is made.  Steps "network named ID", "port named ID".  E_NOT_FOUND; E_FORBIDDEN: it is
 * another project's; E_CONFLICT: a port on another network; what the driver says of a site that is still silent. */
struct err *vnf_request_judge(struct flow *f, const struct vnf_in *in, const char *site) MUST_USE;
/* The input as the grant has it (SOL003 9.5.2.3, notes 5, 7 and 8): links that it gives go before the
 * request's, parameters behind them. */
const struct vnf_in *vnf_in_granted(struct mem *mem, const struct vnf_in *in,
                                    const struct grant_out *grant,
                                    const struct vnf_wanted *wanted);
/* The foreign NFVO's grant that the flow took; one that says nothing where it took none. */
struct err *vnf_grant_read(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in,
                           struct grant_out **grant) MUST_USE;
/* Do links that the grant of a change of the flavour gives fit ports that stay and servers that come?
 * 'in' is what was asked.  E_UNPROCESSABLE: all that does not. */
struct err *vnf_flavour_granted_check(struct tx *tx, const struct vnf_in *in,
                                      const struct grant_out *grant) MUST_USE;
struct site;
/* Is the connection that a link of the grant names (null: none) that of 'site'?  E_CONFLICT, E_REMOTE. */
struct err *vnf_grant_connection_check(struct tx *tx, const struct grant_in *in,
                                       const struct json *grant, const struct site *site,
                                       const char *name) MUST_USE;
/* Links and parameters of the grant into 'out'.  'site' is where everything is granted, or null.
 * E_REMOTE: it gives what the operation's request could not; E_UNPROCESSABLE: what VNFD or sites have
 * against it, all of it. */
struct err *vnf_grant_links(struct tx *tx, const struct grant_in *asked, const struct json *grant,
                            struct site *site, struct grant_out *out) MUST_USE;
/* WRITE, in grant_in, out peer_said; LOCAL, in grant_taken, out grant_out. */
extern const struct step_kind vnf_grant_ask, vnf_grant_take;
/* LOCAL, in grant_in, out grant_out: the NFVO's answer, given by src/nfvo. */
extern const struct step_kind nfvo_grant;
/* LOCAL, in grant_in: all that the instance has claimed becomes what the input says, under the
 * grant of this operation. */
extern const struct step_kind nfvo_grant_settle;
/* LOCAL, in owner: what the grants of an instance claimed is given back. */
extern const struct step_kind nfvo_grant_end;

/* Is the operation about this server?  Where its input names none, it is about all. */
bool vnf_in_names(const struct vnf_in *in, const struct made_vnfc *vnfc);
/* Input of vim_image_have for an image of a package. */
struct vim_image *vim_image_of(struct flow *f, const char *site, const struct wanted_image *image);

#endif
