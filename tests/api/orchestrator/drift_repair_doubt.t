# What a repair that was given up has left in doubt goes before the next one makes it again.
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
  {"id": "$one := text", "vnfcCpInfo": [{"id": "$in1 := text", ...}, {"id": "$out1 := text", ...}], ...}, {...}], ...}, ...}], ...}
DELETE site:/compute/v2.1/servers/$one/os-interface/$in1  as demo
= 202
PUT site:/lose/$in1  as demo
= 204
PUT site:/refuse/lost-ports  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
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
clock +90s
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{...}, {...}, {...}, {...}, {...}]}
GET /carrick/v1/holdings?filter=(eq,kind,port);(eq,owner_id,$ns)  as demo
= 200
[{"label": "client", ...}]
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], "unknown": [], ...}

# A repair is given up when its port is at its server, and the pair is of one that is no more: the pair alone is told.
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$one", "vnfcCpInfo": [{"id": "$in2 := text", ...}, {...}], ...}, {...}], ...}, ...}], ...}
DELETE site:/compute/v2.1/servers/$one/os-interface/$in2  as demo
= 202
PUT site:/lose/$in2  as demo
= 204
PUT site:/refuse/port_pairs  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op4/fail  as demo
= 200
PUT site:/refuse/none  as demo
= 204
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$one", "vnfcCpInfo": [{"id": "$in3 := text", ...}, {...}], ...}, {...}], ...}, ...}], ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [{"difference": "OUTDATED", "kind": "port_pair", "mend": "carrick drift demo --repair", "mendedBy": "REPAIR", ...}], "unknown": [], ...}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], "unknown": [], ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"ingress": "$in3", "egress": "$out1", ...}, {...}]}
