# Scaling the VNFs of an NS (SOL005 6.4.5) at a site in memory: chains take in what comes once it is
# there, and let go of what leaves before it goes.
include service demo
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": []}
= 409
# The NSD's profile asks for level two: one position, one group, two instances.
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair2 := text", ...}, {"id": "$pair1 := text", ...}]}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1", "$pair2"], ...}]}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf := text", "instantiatedVnfInfo": {"scaleStatus": [{"aspectId": "grow", "scaleLevel": 1}], ...}, ...}],
 "_links": {"scale": {"href": "http://$host/nslcm/v2/ns_instances/$ns/scale"}, ...}, ...}
# The VNF belongs to the NS: it is not scaled behind its back.
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"_links": {"self": "$ := any", "terminate": "$ := any"}, ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow"}
= 409

# What is refused.
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "x", "scaleVnfType": "UP", "scaleByStepData": {"additionalParams": {"drainSeconds": -1}}}]}
= 400
{"status": 400, "detail": "$ := text", ...}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_NS", "scaleNsData": {}}
= 422
{"status": 422, "detail": "scaleType SCALE_NS: the NSD has no scaling aspects and no instantiation levels; SCALE_VNF scales its VNFs", ...}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF"}
= 422
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$ns", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 422
{"status": 422, "detail": "scaleVnfData[0]: the NS has no VNF instance $ns", ...}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleToLevelData": {"vnfInstantiationLevelId": "two"}}]}
= 422
{"status": 422, "detail": "scaleVnfData[0]: SCALE_OUT needs scaleByStepData, and nothing else", ...}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow", "numberOfSteps": 3}}]}
= 409
POST /nslcm/v2/ns_instances/$ns/scale  as alice
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 404

# A plan of it says what would be done; nothing is.
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns"}
= 400
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "scale": {"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}}
= 200
{"capacity": [{"class": "VCPU", "amount": 1, ...}, {"class": "MEMORY_MB", ...}, {"class": "SERVER", "amount": 1, ...}], ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}]}

# Out: the new instance joins, those that are there stay.
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "SCALE", "resourceChanges": {"affectedVnfs": [{"vnfInstanceId": "$vnf", "changeType": "SCALE", "changeResult": "COMPLETED", ...}], ...}, ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair3 := text", ...}, {"id": "$pair2", ...}, {"id": "$pair1", ...}]}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1", "$pair2", "$pair3"], ...}]}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{...}]}
GET /vnflcm/v2/vnf_lcm_op_occs?all_fields&filter=(eq,operation,SCALE)  as demo
= 200
[{"operationState": "COMPLETED", "isAutomaticInvocation": true, "operationParams": {"type": "SCALE_OUT", "aspectId": "grow", "numberOfSteps": 1}, ...}]

# In: the newest leaves, and is gone afterwards.
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_IN", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "SCALE", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1", "$pair2"], ...}]}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair2", ...}, {"id": "$pair1", ...}]}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}]}

# Out that stops when the new instance is to join: rolled back, the group is as it was.
PUT site:/refuse/port_pairs  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "FAILED_TEMP", "lcmOperationType": "SCALE", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op4/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}]}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"instantiatedVnfInfo": {"scaleStatus": [{"aspectId": "grow", "scaleLevel": 1}], ...}, ...}], ...}

# Given up, the server is there without a place in the chain; a scaling to where it is finds it one.
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "FAILED_TEMP", "lcmOperationType": "SCALE", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op5/fail  as demo
= 200
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_TO_SCALE_LEVEL(S)", "scaleToLevelData": {"vnfScaleInfo": [{"aspectId": "grow", "scaleLevel": 2}]}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "SCALE", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1", "$pair2", "$pair4 := text"], ...}]}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}, {...}]}

# The same where its pair was made and did not join: the group is set anew.
PUT site:/refuse/changes  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op31 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op31  as demo
~ 200
{"operationState": "FAILED_TEMP", "lcmOperationType": "SCALE", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op31/fail  as demo
= 200
PUT site:/refuse/none  as demo
= 204
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1", "$pair2", "$pair4"], ...}]}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair5 := text", ...}, {...}, {...}, {...}]}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_TO_SCALE_LEVEL(S)", "scaleToLevelData": {"vnfScaleInfo": [{"aspectId": "grow", "scaleLevel": 3}]}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op32 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op32  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "SCALE", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1", "$pair2", "$pair4", "$pair5"], ...}]}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_TO_SCALE_LEVEL(S)", "scaleToLevelData": {"vnfScaleInfo": [{"aspectId": "grow", "scaleLevel": 2}]}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op33 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op33  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "SCALE", ...}

# A scale-in that stops is not rolled back; nothing that a chain points at is deleted before.
PUT site:/refuse/deletes  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_TO_INSTANTIATION_LEVEL", "scaleToLevelData": {"vnfInstantiationLevelId": "one"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op7 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "FAILED_TEMP", "lcmOperationType": "SCALE", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1"], ...}]}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}, {...}]}
POST /nslcm/v2/ns_lcm_op_occs/$op7/rollback  as demo
= 409
{"detail": "a scaling that deletes servers cannot be rolled back: retry it, or fail it", ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op7/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair1", ...}]}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}]}

# Nothing is left at the end.
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op8 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": []}
GET /carrick/v1/holdings  as demo
= 200
[]
