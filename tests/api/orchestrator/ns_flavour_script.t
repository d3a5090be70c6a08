# A change of the flavour of a VNF that a path goes through is two operations of that VNF, and ends once: its script
# is run when the servers of the old flavour are gone, at servers that are new to it.
include flavours demo script
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$fw := text", ...}], ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$fw", "newFlavourId": "g"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"detail": "$ := text", "status": "$ := any", ...}, ...}
GET /vnflcm/v2/vnf_lcm_op_occs?filter=(eq,vnfInstanceId,$fw);(eq,operation,CHANGE_FLAVOUR);(eq,operationState,COMPLETED)  as demo
= 200
[{"id": "$came := text", ...}]
GET /vnflcm/v2/vnf_lcm_op_occs?filter=(eq,vnfInstanceId,$fw);(eq,operation,CHANGE_FLAVOUR);(eq,operationState,FAILED_TEMP)  as demo
= 200
[{"id": "$gone := text", ...}]
GET /carrick/v1/operations/$gone  as demo
= 200
{"input": {"part": "GOES", ...}, "children": [{"type": "vnf_script", "input": {"operation": "change_flavour_end", "vdu": "dpi", "is_new": true, ...}, ...},
 {"type": "vnf_script", "input": {"operation": "change_flavour_end", "vdu": "dpi", "is_new": true, ...}, ...}], ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{"name": "$ := text", ...}, {"name": "$ := text", ...}]}
