/* Plans that are kept and applied later, if the world is still as they saw it. */
#ifndef CARRICK_NFVO_STORED_PLAN_H
#define CARRICK_NFVO_STORED_PLAN_H

#include "base/vec.h"
#include "nfvo/nfvo.h"
#include "vnfm/vnfm.h"

struct stored_plan {
    struct row row;
#define ATTR ATTR_MEMBER
#include "nfvo/stored_plan.tbl"
#undef ATTR
};
extern const struct table stored_plan_table;
extern const struct resource stored_plan_resource;

#define STORED_PLANS_MAX 100 /* Of a project. */
/* Keeps a plan, made now.  E_QUOTA where the project has as many as it may, E_EXISTS (the name). */
struct err *stored_plan_keep(struct tx *tx, struct stored_plan *plan) MUST_USE;

extern const char *const plan_operations[]; /* of NSs and of VNFs; null-terminated */

extern const struct plannable ns_plannables[]; /* ended by a null word */
/* The operation of that word ("HEAL") on a VNF, or else on an NS; or null. */
const struct plannable *plannable_of(bool is_vnf, const char *word);

/* What 'plan' of an operation on the VNF's, or else NS's, instance saw, as JSON in tx_mem: revision and
 * state of the instance, its descriptor, the answer of each look, and the calls that follow. */
struct err *stored_plan_seen(struct tx *tx, bool is_vnf, const char *instance_id,
                             const struct flow_plan *plan, const struct json **seen) MUST_USE;

/* One line in 'mem' for each thing that is not as it was; none where all is.  The calls are only
 * compared where nothing that they follow from has changed. */
typedef VEC(const char *) stored_plan_lines;
void stored_plan_differences(struct mem *mem, const struct json *then, const struct json *now,
                             stored_plan_lines *lines);

/* Has the instance not changed since 'seen'?  For the transaction that begins the operation.
 * E_CONFLICT. */
struct err *stored_plan_still(struct tx *tx, const struct stored_plan *plan) MUST_USE;

#endif
