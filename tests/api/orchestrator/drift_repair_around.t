# While what sites lost of a nested service is made again, nothing begins on the one around it: records of both are written.
include service demo
DELETE /nslcm/v2/ns_instances/$ns  as demo
= 204
include around demo mid service link
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "mid", "nsName": "a", "nsDescription": "d"}
= 201
{"id": "$ns1 := id", ...}
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances?filter=(eq,nsdId,service)  as demo
= 200
[{"id": "$inner := id", ...}]
PUT site:/refuse/lists  as demo
= 204
POST /nslcm/v2/ns_instances/$inner/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_instances/$ns1/terminate  as demo
{}
= 409
{"detail": "$ := text", ...}
POST /nslcm/v2/ns_instances/$ns1/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 409
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op2/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$ns1/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
