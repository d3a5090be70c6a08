# A server leaves the path's position at a site that is not ours.  networking-sfc's driver loses the answers of a chain
# with that, so the chain is set anew behind it.
include service demo spare
PATCH /carrick/v1/sites/$east  as demo
{"containers": "YES"}
= 200
PUT site:/offer/sfc  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf := text", ...}, {...}], ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group := text", "port_pairs": ["$pair1 := text", "$pair2 := text"], ...}]}

# A plan says so.
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "scale": {"scaleType": "SCALE_VNF", "scaleVnfData": [
 {"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_IN", "scaleByStepData": {"aspectId": "grow"}}]}}
= 200
{"plan": [{"label": "made", ...}, {"label": "noted", ...}, {"label": "sites", ...}, {"label": "look", ...}, {"label": "made fw", ...}, {"label": "describe fw", ...},
 {"flow": "ns_leave", "label": "leave path-first", "call": "site $east: network PUT /sfc/port_pair_groups/$group port_pairs: 1 of 2, and at a site that is not ours its chains anew", ...}, "..."], ...}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_IN", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group", "port_pairs": ["$pair1"], ...}]}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{"id": "$chain := text", "port_pair_groups": ["$group"], "answers": "whole", ...}]}

# The chain is refused: the scaling stops there, and a retry goes on with it.
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
PUT site:/refuse/$chain  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_IN", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET site:/network/v2.0/sfc/port_chains/$chain  as demo
= 200
{"port_chain": {"answers": "lost", ...}}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op4/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_chains/$chain  as demo
= 200
{"port_chain": {"answers": "whole", ...}}
