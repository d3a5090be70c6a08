# A network is lost with all that was on it: ports come again with their addresses, servers at them, and what is made
# of ports that are at a server. A function that is given up on the way is made whole by the next repair.
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
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group := text", "port_pairs": ["$pair1 := text", "$pair2 := text"], ...}]}
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
# One operation, and of it one for the function whose servers come back.
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], "unknown": [], ...}
GET /vnflcm/v2/vnf_lcm_op_occs?filter=(eq,operation,HEAL)  as demo
= 200
[{"id": "$healing := uuid", "operationState": "COMPLETED", "isAutomaticInvocation": true, ...}]
GET /vnflcm/v2/vnf_lcm_op_occs/$healing  as demo
= 200
{"operationParams": {"vnfcInstanceId": ["$one", "$two"], "cause": "it differed from what is recorded"}, ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"instantiatedVnfInfo": {"vnfState": "STARTED", "vnfcResourceInfo": [
  {"id": "$one2 := text", "vnfcCpInfo": [{"id": "$in3 := text", ...}, {"id": "$out3 := text", ...}], ...},
  {"id": "$two2 := text", "vnfcCpInfo": [{"id": "$in4 := text", ...}, {"id": "$out4 := text", ...}], ...}], ...}, ...}], ...}
GET site:/network/v2.0/sfc/port_pair_groups/$group  as demo
= 200
{"port_pair_group": {"port_pairs": ["$pair3 := text", "$pair4 := text"], ...}}
GET site:/network/v2.0/sfc/port_pairs/$pair3  as demo
= 200
{"port_pair": {"ingress": "$in3", "egress": "$out3", ...}}
GET site:/network/v2.0/sfc/port_pairs/$pair1  as demo
= 404
GET site:/network/v2.0/ports/$in3  as demo
= 200
{"port": {"device_id": "$one2", ...}}

# The site has no room for servers: what was made until then is kept by a retry, nothing is taken back, and what is
# given up is made by the next repair.
PUT site:/lose/$two2  as demo
= 204
PUT site:/lose/$in4  as demo
= 204
PUT site:/refuse/servers  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"detail": "$ := text", ...}, ...}
POST /nslcm/v2/ns_lcm_op_occs/$op3/rollback  as demo
= 409
{"detail": "a healing that deletes servers cannot be rolled back: retry it, or fail it", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op3/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{...}, {...}, {...}, {...}, {...}]}
POST /nslcm/v2/ns_lcm_op_occs/$op3/fail  as demo
= 200
{"operationState": "FAILED", ...}
PUT site:/refuse/none  as demo
= 204
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$one2", ...}], ...}, ...}], ...}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$one2", ...}, {"id": "$two3 := text", "vnfcCpInfo": [{"id": "$in5 := text", ...}, {"id": "$out4", ...}], ...}], ...}, ...}], ...}
GET site:/network/v2.0/ports/$in5  as demo
= 200
{"port": {"device_id": "$two3", ...}}
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
