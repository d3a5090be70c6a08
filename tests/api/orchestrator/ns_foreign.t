# A service whose function another VNFM manages: here the orchestrator is that too. What one operation of a VNFM
# does is refused where chains would have to let go of servers before there are others.
include flavours demo
GET identity:/v3/projects?name=demo  as admin
= 200
{"projects": [{"id": "$demo := hex", ...}], ...}
POST /carrick/v1/vnfms  as demo
{"name": "edge", "url": "http://$host", "username": "demo", "password": "demo", "token_endpoint": "http://$host/oauth2/token", "scope": "project:$demo"}
= 201
{"id": "$vnfm := uuid", ...}
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForNs": {"vnfms": {"fw": "edge"}}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_lcm_op_occs?filter=(eq,isAutomaticInvocation,false)  as demo
= 200
[{"operation": "INSTANTIATE", "operationState": "COMPLETED", ...}]
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$fw := text", ...}], ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$fw", "newFlavourId": "g"}]}
= 422
{"status": 422, "detail": "changeVnfFlavourData[0]: VNF instance $fw is a function of a chain, and its foreign VNFM removes servers in the operation that makes others: a flavour that has all of what there is can be changed to", ...}
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET /vnflcm/v2/vnf_instances?filter=(eq,instantiationState,INSTANTIATED)  as demo
= 200
[]
