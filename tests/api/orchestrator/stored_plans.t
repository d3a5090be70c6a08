# Plans that are kept, and applied if the world is as they saw it, at a site in memory.
include service demo
POST /carrick/v1/stored_plans  as demo
{"nsInstanceId": "$ns", "request": {"nsFlavourId": "default"}}
= 400
{"detail": "a plan that is kept needs a 'name'", ...}
POST /carrick/v1/stored_plans  as demo
{"nsInstanceId": "$ns", "name": "both", "request": {"nsFlavourId": "default"}, "terminate": {}}
= 400
{"detail": "only one of 'request' and 'terminate' can be planned", ...}
POST /carrick/v1/stored_plans  as demo
{"nsInstanceId": "$ns", "name": "early", "terminate": {}}
= 409
{"detail": "NS instance $ns is NOT_INSTANTIATED", ...}
POST /carrick/v1/stored_plans  as alice
{"nsInstanceId": "$ns", "name": "theirs", "request": {"nsFlavourId": "default"}}
= 404
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "name": "shown", "request": {"nsFlavourId": "default"}}
= 400

# Kept: nothing is made by that.
POST /carrick/v1/stored_plans  as demo
{"nsInstanceId": "$ns", "name": "opening", "request": {"nsFlavourId": "default"}}
= 201
< Location: http://$host/carrick/v1/stored_plans/$plan
{"id": "$plan := uuid", "name": "opening", "nsInstanceId": "$ns", "lcmOperationType": "INSTANTIATE", "request": {"nsFlavourId": "default"},
 "seen": {"instance": {"revision": "$ := int", "state": "NOT_INSTANTIATED"}, "descriptor": {"id": "$ := uuid", "state": "ENABLED"}, "looks": {...}, "calls": [...]},
 "plan": {"plan": [...], "capacity": [...]}, "created_at": "$ := time"}
POST /carrick/v1/stored_plans  as demo
{"nsInstanceId": "$ns", "name": "opening", "request": {"nsFlavourId": "default"}}
= 409
GET /carrick/v1/stored_plans  as demo
= 200
[{"id": "$plan", "name": "opening", "nsInstanceId": "$ns", "lcmOperationType": "INSTANTIATE", "created_at": "$ := time"}]
GET /carrick/v1/stored_plans  as alice
= 200
[]
POST /carrick/v1/stored_plans/$plan/apply  as alice
= 404
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": []}

# The world moves: all of it is said, and nothing begins.
GET /carrick/v1/sites  as demo
= 200
[{"id": "$east := uuid", "name": "east", ...}]
PATCH /carrick/v1/sites/$east  as demo
{"location": {"country_code": "DE"}, "containers": "YES"}
= 200
POST /carrick/v1/stored_plans/$plan/apply  as demo
= 409
{"status": 409, "detail": "the world has moved since plan opening was made: sites[east].location was null, is {\"country_code\":\"DE\"}; sites[east].containers_word was \"DISCOVERED\", is \"YES\"", ...}
GET /nslcm/v2/ns_lcm_op_occs  as demo
= 200
[]
DELETE /carrick/v1/stored_plans/$plan  as alice
= 404
DELETE /carrick/v1/stored_plans/$plan  as demo
= 204

# Applied: the operation and the plan know of each other; once only.
POST /carrick/v1/stored_plans  as demo
{"nsInstanceId": "$ns", "name": "opening", "request": {"nsFlavourId": "default"}}
= 201
{"id": "$plan2 := uuid", ...}
POST /carrick/v1/stored_plans/$plan2/apply  as demo
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "INSTANTIATE", "operationParams": {"nsFlavourId": "default"}, ...}
GET /carrick/v1/stored_plans/$plan2  as demo
= 200
{"nsLcmOpOccId": "$op1", "applied_at": "$ := time", ...}
POST /carrick/v1/stored_plans/$plan2/apply  as demo
= 409
{"detail": "plan opening is applied: operation $op1", ...}

# A scaling, a healing, an update.
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf := text", "instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$one := text", ...}, {"id": "$two := text", ...}], ...}, ...}], ...}
POST /carrick/v1/stored_plans  as demo
{"nsInstanceId": "$ns", "name": "wider", "scale": {"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}}
= 201
{"id": "$wider := uuid", "lcmOperationType": "SCALE", ...}
POST /carrick/v1/stored_plans  as demo
{"nsInstanceId": "$ns", "name": "mending", "heal": {"healVnfData": [{"vnfInstanceId": "$vnf", "cause": "it hangs"}]}}
= 201
{"id": "$mending := uuid", "lcmOperationType": "HEAL", ...}
POST /carrick/v1/stored_plans/$mending/apply  as demo
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "HEAL", ...}
# It was healed since: the scaling that was planned before does not begin.
POST /carrick/v1/stored_plans/$wider/apply  as demo
= 409
{"status": 409, "detail": "$ := text", ...}
POST /carrick/v1/stored_plans  as demo
{"nsInstanceId": "$ns", "name": "wider still", "scale": {"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}}
= 201
{"id": "$wider2 := uuid", ...}
POST /carrick/v1/stored_plans/$wider2/apply  as demo
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "SCALE", ...}
POST /carrick/v1/stored_plans  as demo
{"nsInstanceId": "$ns", "name": "pause", "update": {"updateType": "OPERATE_VNF", "operateVnfData": [{"vnfInstanceId": "$vnf", "changeStateTo": "STOPPED"}]}}
= 201
{"id": "$pause := uuid", "lcmOperationType": "UPDATE", ...}
POST /carrick/v1/stored_plans/$pause/apply  as demo
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "UPDATE", ...}

# The end, planned and done; with the instance its plans go.
POST /carrick/v1/stored_plans  as demo
{"nsInstanceId": "$ns", "name": "closing", "terminate": {}}
= 201
{"id": "$closing := uuid", "lcmOperationType": "TERMINATE", ...}
POST /carrick/v1/stored_plans/$closing/apply  as demo
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "TERMINATE", ...}
DELETE /nslcm/v2/ns_instances/$ns  as demo
= 204
GET /carrick/v1/stored_plans  as demo
= 200
[]
