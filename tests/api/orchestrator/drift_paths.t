# What somebody deletes or changes of a chain at its site: shown, with the commands that mend it, and mended by them.
include service demo
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], ...}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{"id": "$chain := text", "port_pair_groups": ["$group := text"], "flow_classifiers": ["$classifier := text"], ...}]}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1 := text", "$pair2 := text"], ...}]}

# Other packets are led through it.
PUT site:/network/v2.0/sfc/port_chains/$chain  as demo
{"port_chain": {"flow_classifiers": []}}
= 200
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [
  {"difference": "MEMBERS", "kind": "port_chain", "resourceId": "$chain", "recorded": "$group, $classifier", "found": "$group",
   "mend": "carrick drift demo --repair", ...}], ...}

# All of it is gone.
DELETE site:/network/v2.0/sfc/port_chains/$chain  as demo
= 204
DELETE site:/network/v2.0/sfc/flow_classifiers/$classifier  as demo
= 204
DELETE site:/network/v2.0/sfc/port_pair_groups/$group  as demo
= 204
DELETE site:/network/v2.0/sfc/port_pairs/$pair1  as demo
= 204
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [
  {"difference": "MISSING", "kind": "port_pair", "resourceId": "$pair1", "mend": "carrick drift demo --repair", ...},
  {"difference": "MISSING", "kind": "port_pair_group", "resourceId": "$group", "mend": "carrick drift demo --repair", ...},
  {"difference": "MISSING", "kind": "flow_classifier", "resourceId": "$classifier", "mend": "carrick drift demo --repair", ...},
  {"difference": "MISSING", "kind": "port_chain", "resourceId": "$chain", "mend": "carrick drift demo --repair", ...}], ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_VNFFG", "removeVnffgId": ["graph"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "ADD_VNFFG", "addVnffg": [{"vnffgdId": "graph", "vnffgName": "g", "description": "d"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], ...}

# What a client has changed of a graph comes again with it.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "UPDATE_VNFFG", "updateVnffg": [{"vnffgInfoId": "graph", "nfp": [{"nfpInfoId": "path.0", "nfpRule": {"protocol": "UDP"}}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{"id": "$again := text", ...}]}
DELETE site:/network/v2.0/sfc/port_chains/$again  as demo
= 204
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [{"difference": "MISSING", "kind": "port_chain", "resourceId": "$again", "mend": "carrick drift demo --repair", ...}], ...}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/flow_classifiers  as demo
= 200
{"flow_classifiers": [{"id": "$udp := text", "protocol": "udp", ...}]}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{"flow_classifiers": ["$udp"], ...}]}
