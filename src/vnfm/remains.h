/* What a given-up instantiation left, told in the words of one that went well. */
#ifndef CARRICK_VNFM_REMAINS_H
#define CARRICK_VNFM_REMAINS_H

#include "flow/flow.h"
#include "vnfm/describe.h"
#include "vnfm/journal.h"

/* Reads from the journal of 'flow' which of the VNF's servers and links are there; in
 * tx_mem.  server_id is null where a server is not there. */
struct err *vnf_remains(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in,
                        struct vnf_made **made) MUST_USE;

/* The same for a scaling: what the instance consisted of, without what is deleted, with what there
 * is of what was to be added.  E_CONFLICT as vnf_instance_made. */
struct err *vnf_scale_remains(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in,
                              struct vnf_made **made) MUST_USE;

/* What the servers that are there take, by the VNFD: of the levels it was at, and of those that the
 * scaling was to lead to. */
struct err *vnf_scale_remains_size(struct tx *tx, const struct vnf_in *in,
                                   const struct vnf_made *made, struct vnf_size *size) MUST_USE;

/* The same for a healing: a VNFC stays one when its server is gone, with its ports. */
struct err *vnf_heal_remains(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in,
                             struct vnf_made **made) MUST_USE;

#endif
