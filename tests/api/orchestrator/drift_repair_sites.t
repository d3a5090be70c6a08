# A chain over two sites (both are the one in memory) whose function loses a port: the port, its pair and the labels by
# which the other site leads into it are made again, and the other site is told their new numbers.
include service demo
PUT site:/offer/carrick-sfc  as demo
= 204
POST /carrick/v1/sites  as demo
{"name": "west", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
{"id": "$west := uuid", "status": "UP", ...}
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForNs": {"sapSites": {"client": "west"}}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf := text", "instantiatedVnfInfo": {"vnfcResourceInfo": [
  {"id": "$one := text", "vnfcCpInfo": [{"id": "$in1 := text", ...}, {"id": "$out1 := text", ...}], ...}, {...}], ...}, ...}], ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], "unknown": [], ...}
GET site:/network/v2.0/carrick-interconnect/chain_labels  as demo
= 200
{"chain_labels": [{...}, {...}, {...}, {...}, {...}, {...}, {...}, {...}]}
DELETE site:/compute/v2.1/servers/$one/os-interface/$in1  as demo
= 202
PUT site:/lose/$in1  as demo
= 204
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [{"difference": "MISSING", "kind": "port", "resourceId": "$in1", "mendedBy": "REPAIR", "why": null, ...}], "unknown": [], ...}
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
{"differences": [], "unknown": [], ...}
GET site:/network/v2.0/sfc/port_pairs?device_id=$out1  as demo
= 200
{"port_pairs": [{"id": "$pair := text", "ingress": "$again := text", "egress": "$out1", ...}]}
GET site:/network/v2.0/carrick-interconnect/chain_labels?device_id=$pair  as demo
= 200
{"chain_labels": [{"port_chain_id": "$near := text", ...}, {"port_chain_id": "$near", ...}]}
GET site:/network/v2.0/carrick-interconnect/chain_labels?device_id=16000006  as demo
= 200
{"chain_labels": [{"direction": "$a := text", ...}, {"direction": "$a", ...}]}
GET site:/network/v2.0/carrick-interconnect/chain_labels?device_id=16000007  as demo
= 200
{"chain_labels": [{"direction": "$b := text", ...}, {"direction": "$b", ...}]}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"instantiatedVnfInfo": {"vnfcResourceInfo": [
  {"id": "$one", "vnfcCpInfo": [{"id": "$again", ...}, {"id": "$out1", ...}], ...}, {...}], ...}, ...}], ...}

# The whole chain of the function's site goes; the repair is given up when the other site refuses its new numbers, and the
# next one tells them.
PUT site:/lose/$near  as demo
= 204
PUT site:/refuse/told_labels  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op3/fail  as demo
= 200
PUT site:/refuse/none  as demo
= 204
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [{"kind": "chain_label", "mendedBy": "REPAIR", ...}, ...], "unknown": [], ...}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], "unknown": [], ...}
GET site:/network/v2.0/carrick-interconnect/chain_labels  as demo
= 200
{"chain_labels": [{...}, {...}, {...}, {...}, {...}, {...}, {...}, {...}]}
GET site:/network/v2.0/carrick-interconnect/chain_labels?device_id=16000008  as demo
= 200
{"chain_labels": [{"direction": "$d8 := text", ...}, {"direction": "$d8", ...}]}
GET site:/network/v2.0/carrick-interconnect/chain_labels?device_id=16000009  as demo
= 200
{"chain_labels": [{"direction": "$d9 := text", ...}, {"direction": "$d9", ...}]}
GET site:/network/v2.0/carrick-interconnect/chain_labels?device_id=16000010  as demo
= 200
{"chain_labels": [{"direction": "$d10 := text", ...}, {"direction": "$d10", ...}]}
GET site:/network/v2.0/carrick-interconnect/chain_labels?device_id=16000011  as demo
= 200
{"chain_labels": [{"direction": "$d11 := text", ...}, {"direction": "$d11", ...}]}
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/carrick-interconnect/chain_labels  as demo
= 200
{"chain_labels": []}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": []}
