# A VNF that runs is taken into an NS (SOL005 6.4.6, ADD_VNF) at a site in memory, and leaves it again (REMOVE_VNF).
include many demo
include single one demo
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
{"vnfInstance": [{"id": "$first := text", "instantiatedVnfInfo": {"extVirtualLinkInfo": [{"id": "data", "resourceHandle": {"resourceId": "$data := text", ...}, ...}], ...}, ...}], ...}
POST site:/network/v2.0/networks  as demo
{"network": {"id": "33333333-3333-4333-8333-333333333333", "name": "annex"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"network_id": "33333333-3333-4333-8333-333333333333", "cidr": "10.8.0.0/24"}}
= 201
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "many", "vnfInstanceName": "alone"}
= 201
{"id": "$vnf := id", ...}

# What is refused: what does not run, what is another's, what is not on the service's links, with every reason.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "ADD_VNF", "addVnfIstance": [{"vnfInstanceId": "$vnf", "vnfProfileId": "one"}, {"vnfInstanceId": "$first", "vnfProfileId": "one"}, {"vnfInstanceId": "$ns", "vnfProfileId": "one"}, {"vnfInstanceId": "$vnf", "vnfProfileId": "two"}]}
= 409
{"detail": "addVnfIstance[0]: VNF instance $vnf is not INSTANTIATED: only what is STARTED is taken in; addVnfIstance[1]: VNF instance $first is managed by NS instance $ns; addVnfIstance[2]: there is no VNF instance $ns; addVnfIstance[3]: the NSD has no VNF profile two", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "ADD_VNF", "addVnfIstance": [{"vnfInstanceId": "$vnf"}]}
= 400
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "large", "extVirtualLinks": [{"id": "l", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out"}, {"cpdId": "extra"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$front := text", "vduId": "front", ...}, {"vduId": "back", ...}], ...}, ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "ADD_VNF", "addVnfIstance": [{"vnfInstanceId": "$vnf", "vnfProfileId": "one"}]}
= 422
{"detail": "addVnfIstance[0]: it is of flavour large, profile one is of small; connection point main of VNFC front is on network 33333333-3333-4333-8333-333333333333, which is not link data there: change_ext_conn moves it; profile one says no link for connection point side", ...}

# Brought there first, it is taken in as it is.
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as demo
{"newFlavourId": "small"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op3 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_ext_conn  as demo
{"extVirtualLinks": [{"id": "mine", "resourceId": "$data", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op4 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "update": {"updateType": "ADD_VNF", "addVnfIstance": [{"vnfInstanceId": "$vnf", "vnfProfileId": "one"}]}}
= 200
{"plan": "$ := any", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "ADD_VNF", "addVnfIstance": [{"vnfInstanceId": "$vnf", "vnfProfileId": "one"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "UPDATE", "resourceChanges": {"affectedVnfs": [{"vnfInstanceId": "$vnf", "vnfProfileId": "one", "changeType": "ADD", "changeResult": "COMPLETED", ...}], ...}, ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{...}, {...}],
 "virtualLinkInfo": [{"nsVirtualLinkDescId": "data", "linkPort": [{...}, {...}, {...}], ...}], ...}
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 409
{"detail": "VNF instance $vnf is managed by NS instance $ns", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "ADD_VNF", "addVnfIstance": [{"vnfInstanceId": "$vnf", "vnfProfileId": "one"}]}
= 409

# It is operated by way of the service, and goes as any other of it.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "OPERATE_VNF", "operateVnfData": [{"vnfInstanceId": "$vnf", "changeStateTo": "STOPPED"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_VNF", "removeVnfInstanceId": ["$vnf"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op7 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 404
GET site:/compute/v2.1/servers/$front  as demo
= 404
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
GET /carrick/v1/holdings  as demo
= 200
[]
