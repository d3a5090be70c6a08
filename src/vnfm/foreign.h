/* VNF instances that a foreign VNFM manages (SOL003 clause 5): the same flows, whose effect is at
 * another VNFM's. */
#ifndef CARRICK_VNFM_FOREIGN_H
#define CARRICK_VNFM_FOREIGN_H

#include "flow/flow.h"
#include "vnfm/journal.h"

/* What the flows of these operations do where in->vnfm says so. */
struct err *foreign_instantiate(struct flow *f, const struct vnf_in *in) MUST_USE;
struct err *foreign_terminate(struct flow *f, const struct vnf_in *in) MUST_USE;
struct err *foreign_scale(struct flow *f, const struct vnf_in *in) MUST_USE;
struct err *foreign_heal(struct flow *f, const struct vnf_in *in) MUST_USE;
struct err *foreign_power(struct flow *f, const struct vnf_in *in) MUST_USE; /* OPERATE */
struct err *foreign_repackage(struct flow *f, const struct vnf_in *in) MUST_USE;
/* The VNFM attaches the servers to the ports of 'after', which have been made, in place of those of
 * 'before'; then 'after' has the servers that it tells of (SOL003 5.4.11). */
struct err *foreign_connect(struct flow *f, const struct vnf_in *in, const struct vnf_made *before,
                            struct vnf_made *after) MUST_USE;
/* MODIFY_INFO, at the VNFM: our row is the caller's. */
struct err *foreign_modify(struct flow *f, const struct vnf_in *in) MUST_USE;

/* WRITE, in foreign_new, out peer_said with the id: creates the instance. */
extern const struct step_kind foreign_create;
/* WRITE, in foreign_known: deletes it. */
extern const struct step_kind foreign_delete;
/* WRITE, in foreign_ask, out peer_said: operates until the instance is as the operation leaves it.
 * It is told by the instance whether there is anything to do, and by the occurrences whether it is
 * under way: so it may be repeated.  Undo: not instantiated, or the operation with ask->undo. */
extern const struct step_kind foreign_operate;
/* extVirtualLinks of the operation that we are having the VNFM do with its instance; null: we have it do
 * no such one, or it has none. */
struct err *foreign_links_asked(struct tx *tx, const char *vnfm_id, const char *foreign_id,
                                const char *operation, const struct json **links) MUST_USE;
/* LOCAL, in foreign_known: our row names it; READ, in owner, out foreign_known. */
extern const struct step_kind foreign_note, foreign_read;

#endif
