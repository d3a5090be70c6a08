# A VNF that a path goes through is brought to another flavour: its new servers join the chain before those
# of the old one leave it.
include flavours demo
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
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group := text", "port_pairs": ["$one := text", "$two := text"], ...}]}

# A plan says it in this order; nothing is done.
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "update": {"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$fw", "newFlavourId": "g"}]}}
= 200
{"plan": "$ := any", "capacity": "$ := any"}
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "update": {"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$fw", "newFlavourId": "h"}]}}
= 200
{"error": "VNF fw would have no server at position path-first any more", ...}

# The new servers cannot be told to the chain: the old ones are in it and run.
PUT site:/refuse/port_pairs  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$fw", "newFlavourId": "g"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$one", "$two"], ...}]}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{"name": "$ := text", ...}, {"name": "$ := text", ...}, {"name": "$ := text", ...}, {"name": "$ := text", ...}]}

# Given up, the VNF consists of both; brought to one of the two it is whole.
POST /nslcm/v2/ns_lcm_op_occs/$op2/fail  as demo
= 200
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$fw", "newFlavourId": "g"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$fw", "instantiatedVnfInfo": {"flavourId": "g", "vnfcResourceInfo": [{"vduId": "dpi", ...}, {"vduId": "dpi", ...}], ...}, ...}], ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group", "port_pairs": ["$three := text", "$four := text"], ...}]}
GET site:/network/v2.0/sfc/port_pairs/$three  as demo
= 200
{"port_pair": {"name": "demo path-first/fw/dpi-1", ...}}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], ...}

# What fails may be gone on without: nothing leaves where nothing came.
PUT site:/refuse/servers  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$fw", "newFlavourId": "f"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op6/continue  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "PARTIALLY_COMPLETED", ...}
PUT site:/refuse/none  as demo
= 204
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group", "port_pairs": ["$three", "$four"], ...}]}

# Straight on.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$fw", "newFlavourId": "f"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedVnfs": [{"vnfInstanceId": "$fw", "changeType": "CHANGE_FLAVOUR", "changeResult": "COMPLETED", ...}], ...}, ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group", "port_pairs": ["$five := text", "$six := text"], ...}]}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], ...}
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET /carrick/v1/holdings  as demo
= 200
[]
