# What a site has lost of a service is made again, from what the journals say it was made of: its whole graph, a
# port with its addresses, a network with all that is on it.
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
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{"id": "$chain := text", "flow_classifiers": ["$fc := text"], "port_pair_groups": ["$group := text"], "description": "$marker := text", ...}]}
GET site:/network/v2.0/sfc/port_pair_groups/$group  as demo
= 200
{"port_pair_group": {"port_pairs": ["$pair1 := text", "$pair2 := text"], ...}}

# The graph goes, then a port of the function with it.
DELETE site:/network/v2.0/sfc/port_chains/$chain  as demo
= 204
DELETE site:/network/v2.0/sfc/port_pair_groups/$group  as demo
= 204
DELETE site:/network/v2.0/sfc/port_pairs/$pair1  as demo
= 204
DELETE site:/network/v2.0/sfc/flow_classifiers/$fc  as demo
= 204
DELETE site:/compute/v2.1/servers/$one/os-interface/$in1  as demo
= 202
DELETE site:/network/v2.0/ports/$in1  as demo
= 204
PUT site:/network/v2.0/ports/$out2  as demo
{"port": {"admin_state_up": false}}
= 200
POST site:/network/v2.0/networks  as demo
{"network": {"name": "left", "description": "carrick:$op1:network"}}
= 201
{"network": {"id": "$left := text", ...}}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [
  {"difference": "MISSING", "kind": "port", "resourceId": "$in1", "mend": "carrick drift demo --repair", "mendedBy": "REPAIR", "why": null, ...},
  {"difference": "STATE", "kind": "port", "resourceId": "$out2", "mendedBy": "REPAIR", ...},
  {"difference": "MISSING", "kind": "port_pair", "resourceId": "$pair1", "mendedBy": "REPAIR", ...},
  {"difference": "MISSING", "kind": "port_pair_group", "mendedBy": "REPAIR", ...},
  {"difference": "MISSING", "kind": "flow_classifier", "mendedBy": "REPAIR", ...},
  {"difference": "MISSING", "kind": "port_chain", "mendedBy": "REPAIR", ...},
  {"difference": "LEFT_OVER", "kind": "network", "resourceId": "$left", "mendedBy": null, ...}], "unknown": [], ...}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESET"}}
= 422
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE", "additionalParamsforNs": {"leftover": true}}}
= 422
{"detail": "additionalParamsforNs: leftover is not known of a repair", ...}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "HEAL", ...}
# With what is left over: only where that is asked for.
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [{"difference": "LEFT_OVER", "kind": "network", "resourceId": "$left", ...}], "unknown": [], ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"instantiatedVnfInfo": {"vnfcResourceInfo": [
  {"id": "$one", "vnfcCpInfo": [{"id": "$again := text", ...}, {"id": "$out1", ...}], ...},
  {"id": "$two", ...}], ...}, ...}], ...}
GET site:/network/v2.0/ports/$again  as demo
= 200
{"port": {"network_id": "$net", "fixed_ips": [{"subnet_id": "$subnet"}], "device_id": "$one", ...}}
GET site:/network/v2.0/ports/$out2  as demo
= 200
{"port": {"admin_state_up": true, ...}}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{"id": "$chain2 := text", "flow_classifiers": ["$fc2 := text"], "port_pair_groups": ["$group2 := text"], ...}]}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE", "additionalParamsforNs": {"leftOver": true}}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/networks/$left  as demo
= 404
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], "unknown": [], ...}

# A site that does not tell all is not repaired.
DELETE site:/network/v2.0/sfc/port_chains/$chain2  as demo
= 204
DELETE site:/network/v2.0/sfc/flow_classifiers/$fc2  as demo
= 204
PUT site:/refuse/lists  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op4/rollback  as demo
= 409
# One that refuses stops the repair, which is given up: what it made is the service's, and a further one makes
# the rest.
PUT site:/refuse/port_chains  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op4/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"detail": "$ := text", ...}, ...}
POST /nslcm/v2/ns_lcm_op_occs/$op4/fail  as demo
= 200
{"operationState": "FAILED", ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [{"difference": "MISSING", "kind": "port_chain", ...}], "unknown": [], ...}
PUT site:/refuse/none  as demo
= 204
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
# What was made again goes with the service: nothing is left.
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": []}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": []}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": []}
