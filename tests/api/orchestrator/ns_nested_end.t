# How VNFs of network services within others end, two deep; what the request around says of them.
include service demo
DELETE /nslcm/v2/ns_instances/$ns  as demo
= 204
include around demo mid service
include around demo outer mid
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "outer", "nsName": "a", "nsDescription": "d"}
= 201
{"id": "$ns1 := id", ...}
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns1  as demo
= 200
{"nestedNsInstanceId": ["$mid1 := text"], ...}
GET /nslcm/v2/ns_instances/$mid1  as demo
= 200
{"nestedNsInstanceId": ["$in1 := text"], ...}
GET /nslcm/v2/ns_instances/$in1  as demo
= 200
{"vnfInstance": [{"id": "$vnf := id", ...}], ...}

# Those of other services are told.
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "function", "vnfInstanceName": "alone"}
= 201
{"id": "$alone := id", ...}
POST /nslcm/v2/ns_instances/$ns1/terminate  as demo
{"terminateVnfData": [{"vnfInstanceId": "$vnf", "terminationType": "GRACEFUL"}, {"vnfInstanceId": "$alone", "terminationType": "GRACEFUL"}]}
= 422
{"detail": "terminateVnfData[1]: the NS has no VNF instance $alone", ...}

# Their operation, and nobody else's, hears of it.
POST /nslcm/v2/ns_instances/$ns1/terminate  as demo
{"terminateVnfData": [{"vnfInstanceId": "$vnf", "terminationType": "GRACEFUL", "gracefulTerminationTimeout": 3}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_lcm_op_occs?filter=(eq,nsInstanceId,$in1);(eq,lcmOperationType,TERMINATE)  as demo
= 200
[{"id": "$op3 := text", ...}]
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
= 200
{"operationParams": {"terminateVnfData": [{"vnfInstanceId": "$vnf", "terminationType": "GRACEFUL", "gracefulTerminationTimeout": 3}]}, ...}
GET /vnflcm/v2/vnf_lcm_op_occs?filter=(eq,vnfInstanceId,$vnf);(eq,operation,TERMINATE)  as demo
= 200
[{"id": "$op4 := text", ...}]
GET /carrick/v1/operations/$op4  as demo
= 200
{"type": "vnf_terminate", "input": {"graceful": true, "timeout_s": 3, ...}, ...}
