# NSDs that are nested are in use from the request on, before anything is made of them, until it has ended.
include service demo
DELETE /nslcm/v2/ns_instances/$ns  as demo
= 204
include around demo mid service link
include around demo outer mid
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "outer", "nsName": "a", "nsDescription": "d"}
= 201
{"id": "$ns1 := id", ...}
GET /nsd/v2/ns_descriptors/$nsd  as demo
= 200
{"nsdUsageState": "NOT_IN_USE", ...}
PUT site:/refuse/networks  as demo
= 204
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET /nslcm/v2/ns_instances?filter=(eq,nsdId,service)  as demo
= 200
[]

# The innermost is not made yet, and its NSD cannot be taken away; also when another of it comes and goes.
GET /nsd/v2/ns_descriptors/$nsd  as demo
= 200
{"nsdUsageState": "IN_USE", ...}
GET /nsd/v2/ns_descriptors/$mid  as demo
= 200
{"nsdUsageState": "IN_USE", ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "service", "nsName": "b", "nsDescription": "d"}
= 201
{"id": "$passing := id", ...}
DELETE /nslcm/v2/ns_instances/$passing  as demo
= 204
PATCH /nsd/v2/ns_descriptors/$nsd  as demo
{"nsdOperationalState": "DISABLED"}
= 200
DELETE /nsd/v2/ns_descriptors/$nsd  as demo
= 409
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op1/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nsd/v2/ns_descriptors/$nsd  as demo
= 200
{"nsdUsageState": "IN_USE", ...}
POST /nslcm/v2/ns_instances/$ns1/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nsd/v2/ns_descriptors/$nsd  as demo
= 200
{"nsdUsageState": "NOT_IN_USE", ...}
DELETE /nsd/v2/ns_descriptors/$nsd  as demo
= 204
