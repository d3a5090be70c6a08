# After a healing of an NS's VNF that was given up: a VNFC has its ports and its place in the chain, and
# no server.
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
{"vnfInstance": [{"id": "$vnf := text", "instantiatedVnfInfo": {"vnfcResourceInfo": [
  {"id": "$one := text", ...}, {"id": "$two := text", ...}], ...}, ...}], ...}
PUT site:/refuse/servers  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healVnfData": [{"vnfInstanceId": "$vnf", "vnfcInstanceId": ["$two"]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op2/fail  as demo
= 200
{"operationState": "FAILED", ...}
PUT site:/refuse/none  as demo
= 204

# It is compared as what it is.
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"compared": "$n := int", "differences": [], "unknown": []}
POST /carrick/v1/checks  as demo
{"vnfInstanceId": "$vnf"}
= 200
{"compared": 5, "differences": [], "unknown": []}
