# What is there and made of a port that is lost is made anew, its old one goes last; where that is given up between the two, the
# next repair ends it.
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
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group := text", "port_pairs": ["$pair1 := text", "$pair2 := text"], ...}]}
GET site:/network/v2.0/sfc/port_pairs/$pair1  as demo
= 200
{"port_pair": {"ingress": "$in1", "egress": "$out1", ...}}
DELETE site:/compute/v2.1/servers/$one/os-interface/$in1  as demo
= 202
PUT site:/lose/$in1  as demo
= 204
PUT site:/refuse/$group  as demo
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
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [
  {"difference": "MEMBERS", "kind": "port_pair_group", "resourceId": "$group", "found": "$pair1, $pair2", "mendedBy": "REPAIR", ...},
  {"difference": "LEFT_OVER", "kind": "port_pair", "resourceId": "$pair1", "mend": "carrick drift demo --repair", "mendedBy": "REPAIR", ...}], "unknown": [], ...}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], "unknown": [], ...}
GET site:/network/v2.0/sfc/port_pairs/$pair1  as demo
= 404
GET site:/network/v2.0/sfc/port_pair_groups/$group  as demo
= 200
{"port_pair_group": {"port_pairs": ["$pair3 := text", "$pair2"], ...}}
GET site:/network/v2.0/sfc/port_pairs/$pair3  as demo
= 200
{"port_pair": {"ingress": "$in3 := text", "egress": "$out1", ...}}
GET site:/network/v2.0/ports/$in3  as demo
= 200
{"port": {"device_id": "$one", ...}}
GET /carrick/v1/holdings?filter=(eq,kind,port_pair)  as demo
= 200
[{"stale": false, ...}, {"stale": false, ...}]

# Given up before it came to the pair: the next one sees that the pair is of a port that is no more.
DELETE site:/compute/v2.1/servers/$one/os-interface/$in3  as demo
= 202
PUT site:/lose/$in3  as demo
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
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pairs/$pair3  as demo
= 404
GET site:/network/v2.0/sfc/port_pair_groups/$group  as demo
= 200
{"port_pair_group": {"port_pairs": ["$pair4 := text", "$pair2"], ...}}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], "unknown": [], ...}

# A port of a function that is stopped comes again, too, at its server.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "OPERATE_VNF", "operateVnfData": [{"vnfInstanceId": "$vnf", "changeStateTo": "STOPPED"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", ...}
DELETE site:/compute/v2.1/servers/$one/os-interface/$out1  as demo
= 202
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [{"difference": "ATTACHMENT", "resourceId": "$out1", "found": "at none", "mendedBy": "REPAIR", "why": null, ...}], "unknown": [], ...}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op7 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports/$out1  as demo
= 200
{"port": {"device_id": "$one", ...}}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], "unknown": [], ...}
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
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": []}
