# Operations of an NS that go on without what failed (SOL005 6.4.13), at a site in memory.
include service demo
# Not without the only function of a position: packets would go past it.
PUT site:/refuse/servers  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "FAILED_TEMP", "_links": {"self": {...}, "nsInstance": {...}, "retry": {...}, "rollback": {...}, "fail": {...}}, ...}
POST /nslcm/v2/ns_lcm_op_occs/$op1/continue  as demo
= 409
{"status": 409, "detail": "position path-first of a forwarding path would have no instance: packets would go past it", ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op1/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op1/continue  as demo
= 409
{"detail": "operation $op1 is COMPLETED: continue is not possible now", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op1/continue  as alice
= 404
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf := text", ...}], ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair2 := text", ...}, {"id": "$pair1 := text", ...}]}

# Without a VNF that was to come: it has what there is of it, and no place in the chain.
PUT site:/refuse/servers  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfProfileId": "fw", "vnfInstanceName": "second", "vnfInstantiationLevelId": "one"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", "_links": {"continue": {"href": "http://$host/nslcm/v2/ns_lcm_op_occs/$op2/continue"}, ...}, ...}
POST /nslcm/v2/ns_lcm_op_occs/$op2/continue  as demo
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "PARTIALLY_COMPLETED", "resourceChanges": {"affectedVnfs": [{"vnfName": "second", "changeType": "INSTANTIATE", "changeResult": "FAILED", ...}], ...}, ...}
PUT site:/refuse/none  as demo
= 204
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1", "$pair2"], ...}]}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf", ...}, {"id": "$second := text", "vnfInstanceName": "second", ...}], ...}
GET /vnflcm/v2/vnf_lcm_op_occs?filter=(eq,vnfInstanceId,$second)  as demo
= 200
[{"operationState": "FAILED", "operation": "INSTANTIATE", ...}]
# It may be removed, and be made again.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_VNF", "removeVnfInstanceId": ["$second"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfProfileId": "fw", "vnfInstanceName": "third", "vnfInstantiationLevelId": "one"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf", ...}, {"id": "$third := text", "vnfInstanceName": "third", "instantiatedVnfInfo": {"vnfcResourceInfo": [{"computeResource": {"resourceId": "$server3 := text", ...}, ...}], ...}, ...}], ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1", "$pair2", "$pair3 := text"], ...}]}

# Of two VNFs one does what is asked.  Asked of version 1.
PUT site:/refuse/$server3  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "OPERATE_VNF", "operateVnfData": [{"vnfInstanceId": "$third", "changeStateTo": "STOPPED"}, {"vnfInstanceId": "$vnf", "changeStateTo": "STOPPED"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v1/ns_lcm_op_occs/$op5/continue  as demo
> Version: 1.2.0
= 202
GET /nslcm/v1/ns_lcm_op_occs/$op5  as demo
> Version: 1.2.0
~ 200
{"operationState": "PARTIALLY_COMPLETED", ...}
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
= 200
{"resourceChanges": {"affectedVnfs": [{"vnfInstanceId": "$third", "changeResult": "FAILED", ...}, {"vnfInstanceId": "$vnf", "changeResult": "COMPLETED", ...}], ...}, ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "OPERATE_VNF", "operateVnfData": [{"vnfInstanceId": "$vnf", "changeStateTo": "STARTED"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", ...}

# Of a scaling the NS keeps what it had: a server that did not come is in no chain.
PUT site:/refuse/servers  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op7 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op7/continue  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "PARTIALLY_COMPLETED", "lcmOperationType": "SCALE", ...}
PUT site:/refuse/none  as demo
= 204
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1", "$pair2", "$pair3"], ...}]}

# What failed was no VNF's part: there is nothing to go on without.
PUT site:/refuse/port_pairs  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$third", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op8 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op8/continue  as demo
= 409
{"detail": "operation $op8: what failed is no part that it could go on without; retry it, roll it back or fail it", ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op8/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}

# A termination leaves nothing behind, so it cannot go on without anything.
PUT site:/refuse/deletes  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op9 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op9  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op9/continue  as demo
= 404
{"status": 404, "detail": "operation $op9 (ns_terminate) cannot go on without anything that failed", ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op9/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op9  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": []}
GET /carrick/v1/holdings  as demo
= 200
[]
