# What is said of VNFs of an NS (SOL005 6.4.6, MODIFY_VNF_INFORMATION).
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
{"vnfInstance": [{"id": "$vnf := text", "vnfInstanceName": "$name := text", ...}], ...}

# Of the VNF itself it is not asked: it is the NS's.
PATCH /vnflcm/v2/vnf_instances/$vnf  as demo
{"vnfInstanceName": "other"}
= 409

# What is refused, all of it at once.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "MODIFY_VNF_INFORMATION"}
= 422
{"detail": "updateType MODIFY_VNF_INFORMATION needs modifyVnfInfoData", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "MODIFY_VNF_INFORMATION", "modifyVnfInfoData": [{"vnfInstanceId": "$vnf", "vnfdId": "other", "metadata": [1]}]}
= 400
{"detail": "unknown attribute 'modifyVnfInfoData[0].vnfdId'; attribute 'modifyVnfInfoData[0].metadata': an object is needed.", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "MODIFY_VNF_INFORMATION", "modifyVnfInfoData": [{"vnfInstanceId": "$ns", "vnfInstanceName": "a"}, {"vnfInstanceId": "$vnf"}, {"vnfInstanceId": "$vnf", "vnfInstanceName": "b"}]}
= 422
{"detail": "modifyVnfInfoData[0]: the NS has no VNF instance $ns; modifyVnfInfoData[2]: VNF instance $vnf is given twice", ...}

# A plan of it changes nothing.
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "update": {"updateType": "MODIFY_VNF_INFORMATION", "modifyVnfInfoData": [{"vnfInstanceId": "$vnf", "vnfInstanceName": "planned"}]}}
= 200
{"plan": "$ := any", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"vnfInstanceName": "$name", ...}

# Name and metadata change: an operation of the VNF, told by that of the NS.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "MODIFY_VNF_INFORMATION", "modifyVnfInfoData": [{"vnfInstanceId": "$vnf", "vnfInstanceName": "edge", "vnfInstanceDescription": "at the edge", "metadata": {"owner": "ann", "tags": {"a": 1}}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "UPDATE",
 "resourceChanges": {"affectedVnfs": [{"vnfInstanceId": "$vnf", "changeType": "MODIFY_INFORMATION", "changeResult": "COMPLETED", ...}], ...}, ...}
GET /vnflcm/v2/vnf_lcm_op_occs?filter=(eq,operation,MODIFY_INFO)&all_fields  as demo
= 200
[{"vnfInstanceId": "$vnf", "isAutomaticInvocation": true,
  "operationParams": {"vnfInstanceName": "edge", "vnfInstanceDescription": "at the edge", "metadata": {"owner": "ann", "tags": {"a": 1}}},
  "changedInfo": {"vnfInstanceName": "edge", "vnfInstanceDescription": "at the edge", "metadata": {"owner": "ann", "tags": {"a": 1}}}, ...}]

# Merged into what is there, null removes; through version 1.
POST /nslcm/v1/ns_instances/$ns/update  as demo
> Version: 1.2.0
{"updateType": "MODIFY_VNF_INFORMATION", "modifyVnfInfoData": [{"vnfInstanceId": "$vnf", "vnfInstanceDescription": null, "metadata": {"owner": null, "tags": {"b": 2}}}]}
= 202
< Location: http://$host/nslcm/v1/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf", "vnfInstanceName": "edge", "metadata": {"vnfProfileId": "fw", "tags": {"a": 1, "b": 2}}, "instantiationState": "INSTANTIATED", ...}], ...}
