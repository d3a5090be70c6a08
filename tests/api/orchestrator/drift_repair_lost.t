# A network is lost with all that was on it: ports come again with their addresses, then servers are healed.
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
  {"id": "$one := text", "vnfcCpInfo": [{"id": "$in1 := text", ...}, {"id": "$out1 := text", ...}], ...},
  {"id": "$two := text", "vnfcCpInfo": [{"id": "$in2 := text", ...}, {"id": "$out2 := text", ...}], ...}], ...}, ...}], ...}
GET site:/network/v2.0/ports/$in1  as demo
= 200
{"port": {"network_id": "$net := text", "fixed_ips": [{"subnet_id": "$subnet := text"}], ...}}
GET /carrick/v1/holdings?filter=(eq,label,client)  as demo
= 200
[{"resource_id": "$client := text", ...}]
PUT site:/lose/$one  as demo
= 204
PUT site:/lose/$two  as demo
= 204
PUT site:/lose/$in1  as demo
= 204
PUT site:/lose/$out1  as demo
= 204
PUT site:/lose/$in2  as demo
= 204
PUT site:/lose/$out2  as demo
= 204
PUT site:/lose/$client  as demo
= 204
PUT site:/lose/$subnet  as demo
= 204
PUT site:/lose/$net  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [
  {"difference": "ATTACHMENT", "mendedBy": "HEAL", ...}, {"difference": "ATTACHMENT", "mendedBy": "HEAL", ...},
  {"difference": "MISSING", "kind": "server", "resourceId": "$one", "mendedBy": "HEAL", ...},
  {"difference": "ATTACHMENT", "mendedBy": "HEAL", ...}, {"difference": "ATTACHMENT", "mendedBy": "HEAL", ...},
  {"difference": "MISSING", "kind": "server", "resourceId": "$two", "mendedBy": "HEAL", ...}], "unknown": [], ...}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healVnfData": [{"vnfInstanceId": "$vnf", "vnfcInstanceId": ["$one", "$two"], "cause": "it was lost"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], "unknown": [], ...}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": [{"id": "$again := text", ...}]}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{"network_id": "$again", ...}, {"network_id": "$again", ...}, {"network_id": "$again", ...}, {"network_id": "$again", ...}, {"network_id": "$again", ...}]}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{...}, {...}]}
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": []}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": []}
