/* Plans at the orchestrator's own API: shown at once, or kept and applied later. */
#ifndef CARRICK_FACES_ORCHESTRATOR_PLAN_H
#define CARRICK_FACES_ORCHESTRATOR_PLAN_H

#include "rest/rest.h"

/* POST /plans: what it would do; nothing is kept.  POST /stored_plans: kept under its name.  POST
 * /stored_plans/{id}/apply: does it if the world is as it was, else says what is not (409). */
struct err *plan_start(struct rest_request *r) MUST_USE;
/* .prepare of the first two, and of the last: which operation it is, and what sites say of its networks; on
 * the pool. */
struct err *plan_prepare(struct rest_request *r) MUST_USE;
struct err *stored_plan_prepare(struct rest_request *r) MUST_USE;
struct err *stored_plan_save(struct rest_request *r) MUST_USE;
struct err *stored_plan_apply(struct rest_request *r) MUST_USE;
/* A list leaves out what is long. */
extern const struct rest_shape stored_plan_shape;

#endif
