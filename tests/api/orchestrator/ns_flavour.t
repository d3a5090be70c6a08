# VNFs of an NS are brought to other deployment flavours (SOL005 6.4.6, CHANGE_VNF_DF) at a site in memory.
include many demo
include plain demo
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf := text", "instantiatedVnfInfo": {"flavourId": "small", "vnfcResourceInfo": [{"id": "$front := text", ...}], ...}, ...}], ...}
POST site:/network/v2.0/networks  as demo
{"network": {"id": "33333333-3333-4333-8333-333333333333", "name": "annex"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"network_id": "33333333-3333-4333-8333-333333333333", "cidr": "10.8.0.0/24"}}
= 201

# What is refused, each VNF's by its own faults, and what another type's member is.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$vnf", "newFlavourId": "small"}]}
= 409
{"detail": "changeVnfFlavourData[0]: VNF instance $vnf is of flavour small already", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$ns", "newFlavourId": "large"}]}
= 422
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNFPKG", "changeVnfFlavourData": [{"vnfInstanceId": "$vnf", "newFlavourId": "large"}]}
= 422
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as demo
{"newFlavourId": "large"}
= 409
{"detail": "VNF instance $vnf is managed by NS instance $ns", ...}
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "update": {"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$vnf", "newFlavourId": "large", "extVirtualLinks": [{"extVirtualLinkId": "annex", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "extra"}]}]}]}}
= 200
{"plan": "$ := any", ...}

# What only adds is taken back.
PUT site:/refuse/servers  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$vnf", "newFlavourId": "large", "extVirtualLinks": [{"extVirtualLinkId": "annex", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "extra"}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", "_links": {"rollback": "$ := any", ...}, ...}
POST /nslcm/v2/ns_lcm_op_occs/$op2/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
PUT site:/refuse/none  as demo
= 204

# Or runs, and back.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$vnf", "newFlavourId": "large", "instantiationLevelId": "two", "extVirtualLinks": [{"extVirtualLinkId": "annex", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "extra"}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedVnfs": [{"vnfInstanceId": "$vnf", "changeType": "CHANGE_FLAVOUR", "changeResult": "COMPLETED", ...}], ...}, ...}
GET /vnflcm/v2/vnf_lcm_op_occs?filter=(eq,vnfInstanceId,$vnf);(eq,operation,CHANGE_FLAVOUR);(eq,operationState,COMPLETED)&all_fields  as demo
= 200
[{"isAutomaticInvocation": true, "operationParams": {"newFlavourId": "large", "instantiationLevelId": "two", "extVirtualLinks": [{"id": "annex", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "extra"}]}]}, ...}]
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf", "instantiatedVnfInfo": {"flavourId": "large", "vnfcResourceInfo": [{"id": "$front", ...}, {"vduId": "back", ...}, {"vduId": "back", ...}], ...}, ...}], ...}
PUT site:/refuse/deletes  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$vnf", "newFlavourId": "small"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op4/rollback  as demo
= 409
{"detail": "an update that deletes what is there cannot be rolled back: retry it, or fail it", ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op4/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf", "instantiatedVnfInfo": {"flavourId": "small", "vnfcResourceInfo": [{"id": "$front", ...}], ...}, ...}], ...}
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET /carrick/v1/holdings  as demo
= 200
[]
