# Stopping and starting VNFs of an NS (SOL005 6.4.6, OPERATE_VNF) at a site in memory.
include service demo
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf := text", "instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$one := text", ...}, {"id": "$two := text", ...}], ...}, ...}],
 "_links": {"update": {"href": "http://$host/nslcm/v2/ns_instances/$ns/update"}, ...}, ...}

# What is refused.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "MOVE_VNF", "moveVnfInstanceData": [{"targetNsInstanceId": "$ns", "vnfInstanceId": ["$vnf"]}]}
= 400
{"detail": "$ := text", "status": 400, ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "OPERATE_VNF"}
= 422
{"detail": "updateType OPERATE_VNF needs operateVnfData", ...}
# All that is wrong is told at once.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "OPERATE_VNF", "operateVnfData": [{"vnfInstanceId": "$ns", "changeStateTo": "STOPPED"}, {"vnfInstanceId": "$vnf", "changeStateTo": "STARTED", "stopType": "GRACEFUL"}]}
= 422
{"detail": "operateVnfData[0]: the NS has no VNF instance $ns; operateVnfData[1]: stopType and gracefulStopTimeout are for STOPPED, not for STARTED", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "OPERATE_VNF", "operateVnfData": [{"vnfInstanceId": "$ns", "changeStateTo": "STOPPED"}]}
= 422
{"detail": "operateVnfData[0]: the NS has no VNF instance $ns", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "OPERATE_VNF", "operateVnfData": [{"vnfInstanceId": "$vnf", "changeStateTo": "STARTED", "stopType": "GRACEFUL"}]}
= 422

# A plan of it says what would be done; nothing is.
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "update": {"updateType": "OPERATE_VNF", "operateVnfData": [{"vnfInstanceId": "$vnf", "changeStateTo": "STOPPED"}]}}
= 200
{"plan": "$ := any", ...}

# It stops, and is neither scaled nor healed; ports and chains stay.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "OPERATE_VNF", "operateVnfData": [{"vnfInstanceId": "$vnf", "changeStateTo": "STOPPED", "stopType": "GRACEFUL", "gracefulStopTimeout": 3}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "UPDATE",
 "resourceChanges": {"affectedVnfs": [{"vnfInstanceId": "$vnf", "changeType": "OPERATE", "changeResult": "COMPLETED", ...}], ...}, ...}
GET /vnflcm/v2/vnf_lcm_op_occs?filter=(eq,operation,OPERATE)&all_fields  as demo
= 200
[{"vnfInstanceId": "$vnf", "isAutomaticInvocation": true, "operationParams": {"changeStateTo": "STOPPED", "stopType": "GRACEFUL", "gracefulStopTimeout": 3}, ...}]
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"instantiatedVnfInfo": {"vnfState": "STOPPED", ...}, ...}], ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{"status": "SHUTOFF", ...}, {"status": "SHUTOFF", ...}]}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healVnfData": [{"vnfInstanceId": "$vnf"}]}
= 409

# A start that cannot go on is rolled back: what it started stops again.  Through version 1.
PUT site:/refuse/$two  as demo
= 204
POST /nslcm/v1/ns_instances/$ns/update  as demo
> Version: 1.2.0
{"updateType": "OPERATE_VNF", "operateVnfData": [{"vnfInstanceId": "$vnf", "changeStateTo": "STARTED"}]}
= 202
< Location: http://$host/nslcm/v1/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", "_links": {"rollback": "$ := any", ...}, ...}
POST /nslcm/v2/ns_lcm_op_occs/$op3/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{"status": "SHUTOFF", ...}, {"status": "SHUTOFF", ...}]}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "OPERATE_VNF", "operateVnfData": [{"vnfInstanceId": "$vnf", "changeStateTo": "STARTED"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"instantiatedVnfInfo": {"vnfState": "STARTED", ...}, ...}], ...}
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /carrick/v1/holdings  as demo
= 200
[]
