# Cancelling operations of an NS (SOL005 6.4.16) at a site in memory: their VNFs' operations stop with them.
include service demo
PUT site:/refuse/boots  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs  as demo
~ 200
[{"id": "$vnfop := uuid", "operationState": "PROCESSING", ...}]
POST /vnflcm/v2/vnf_lcm_op_occs/$vnfop/cancel  as demo
{"cancelMode": "GRACEFUL"}
= 409
{"detail": "operation $vnfop is part of NS operation $op1: use cancel there", ...}
# The clock stands: nothing may be left in doubt, for it would never settle.  "spawning": who made it waits for it.
GET site:/compute/v2.1/servers/detail  as demo
~ 200
{"servers": [{"OS-EXT-STS:task_state": "spawning", ...}, {"OS-EXT-STS:task_state": "spawning", ...}]}
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
= 200
{"operationState": "PROCESSING", "isCancelPending": false, "_links": {"cancel": {"href": "http://$host/nslcm/v2/ns_lcm_op_occs/$op1/cancel"}, ...}, ...}
POST /nslcm/v2/ns_lcm_op_occs/$op1/cancel  as demo
{"cancelMode": "FORCEFUL"}
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "FAILED_TEMP", "isCancelPending": false, "error": {"status": 409, "detail": "$ := text", ...}, ...}
# It rests only when they do.
GET /vnflcm/v2/vnf_lcm_op_occs/$vnfop  as demo
= 200
{"operationState": "FAILED_TEMP", "isCancelPending": false, ...}
POST /nslcm/v2/ns_lcm_op_occs/$op1/cancel  as demo
{"cancelMode": "GRACEFUL"}
= 409
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op1/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf := text", "instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$one := text", ...}, {"id": "$two := text", ...}], ...}, ...}], ...}

# A rollback is cancelled, gracefully and through version 1, and asked for again.
PUT site:/refuse/boots  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET site:/compute/v2.1/servers/detail  as demo
~ 200
{"servers": [{"id": "$three := uuid", "status": "BUILD", ...}, {...}, {...}]}
POST /nslcm/v1/ns_lcm_op_occs/$op2/cancel  as demo
> Version: 1.2.0
{"cancelMode": "GRACEFUL"}
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
PUT site:/refuse/gone  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op2/rollback  as demo
= 202
GET site:/compute/v2.1/servers/$three  as demo
~ 200
{"server": {"OS-EXT-STS:task_state": "deleting", ...}}
POST /nslcm/v2/ns_lcm_op_occs/$op2/cancel  as demo
{"cancelMode": "GRACEFUL"}
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
= 200
{"operationState": "ROLLING_BACK", "isCancelPending": true, "cancelMode": "GRACEFUL", ...}
PUT site:/refuse/none  as demo
= 204
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", "isCancelPending": false, ...}
POST /nslcm/v2/ns_lcm_op_occs/$op2/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{...}, {...}]}
