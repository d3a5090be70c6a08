/* From a request to scale to the scale levels wanted, held against VNFD and instance. */
#ifndef CARRICK_VNFM_SCALE_CHECK_H
#define CARRICK_VNFM_SCALE_CHECK_H

#include "vnfm/vnfm.h"

/* Fill in->scales, in->level_id and in->operation, and say which flow does it.  E_NOT_FOUND where
 * the VNFD has nothing to scale; E_CONFLICT where an aspect would leave its levels, or the instance
 * is not in a state to be scaled; E_UNPROCESSABLE for all else that does not fit.  SOL003 5.4.5.3.1,
 * 5.4.6.3.1. */
struct err *scale_check(struct tx *tx, const struct vnf_instance *instance,
                        const struct scale_request *request, struct vnf_in *in,
                        const struct flow_type **type) MUST_USE;
struct err *scale_to_level_check(struct tx *tx, const struct vnf_instance *instance,
                                 const struct scale_to_level_request *request, struct vnf_in *in,
                                 const struct flow_type **type) MUST_USE;

#endif
