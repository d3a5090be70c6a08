# A chain over two sites (both are the one in memory): a scaling that is given up between the two rounds of
# labels is finished by the next one.
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
{"vnfInstance": [{"id": "$vnf := text", ...}], ...}
GET site:/network/v2.0/carrick-interconnect/chain_labels  as demo
= 200
{"chain_labels": [{...}, {...}, {...}, {...}, {...}, {...}, {...}, {...}]}

# The site of the client is not told the labels of the new instance, whose own site has them.
PUT site:/refuse/told_labels  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op2/fail  as demo
= 200
GET site:/network/v2.0/carrick-interconnect/chain_labels  as demo
= 200
{"chain_labels": [{"direction": "reverse", "label": 16000007, "port_chain_id": "$far := text", ...}, {"direction": "forward", "label": 16000006, "port_chain_id": "$far", ...},
 {...}, {...}, {...}, {...}, {...}, {...}, {...}, {...}]}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$ := text", "$ := text", "$ := text"], ...}, {"port_pairs": ["$ := text", "$ := text", "$ := text"], ...}]}

# One that stops there again is rolled back to what groups held when it began.
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_TO_SCALE_LEVEL(S)", "scaleToLevelData": {"vnfScaleInfo": [{"aspectId": "grow", "scaleLevel": 2}]}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op3/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$ := text", "$ := text", "$ := text"], ...}, {"port_pairs": ["$ := text", "$ := text", "$ := text"], ...}]}

# The next one tells it what its own site allocated then, and opens its pair.
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_TO_SCALE_LEVEL(S)", "scaleToLevelData": {"vnfScaleInfo": [{"aspectId": "grow", "scaleLevel": 2}]}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/carrick-interconnect/chain_labels  as demo
= 200
{"chain_labels": [{"direction": "reverse", "label": 16000007, "port_chain_id": "$near := text", "port_pair_id": "$pair := text", ...}, {"direction": "forward", "label": 16000006, "port_chain_id": "$near", ...},
 {"label": 16000007, "port_chain_id": "$far", ...}, {"label": 16000006, "port_chain_id": "$far", ...}, {...}, {...}, {...}, {...}, {...}, {...}, {...}, {...}]}
GET site:/network/v2.0/sfc/port_pairs/$pair  as demo
= 200
{"port_pair": {"drain_seconds": null, ...}}

# One direction only is there: the other is made, and this one is not made twice.
PUT site:/refuse/reverse  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
# What the other site is told meanwhile is done when both groups have all.
GET site:/network/v2.0/sfc/port_pair_groups  as demo
~ 200
{"port_pair_groups": [{"port_pairs": ["$ := text", "$ := text", "$ := text", "$ := text"], ...}, {"port_pairs": ["$ := text", "$ := text", "$ := text", "$ := text"], ...}]}
POST /nslcm/v2/ns_lcm_op_occs/$op5/fail  as demo
= 200
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_TO_SCALE_LEVEL(S)", "scaleToLevelData": {"vnfScaleInfo": [{"aspectId": "grow", "scaleLevel": 3}]}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/carrick-interconnect/chain_labels  as demo
= 200
{"chain_labels": [{"direction": "reverse", "label": 16000009, "port_chain_id": "$near", ...}, {"direction": "forward", "label": 16000008, "port_chain_id": "$near", ...},
 {"direction": "reverse", "label": 16000009, "port_chain_id": "$far", ...}, {"direction": "forward", "label": 16000008, "port_chain_id": "$far", ...},
 {...}, {...}, {...}, {...}, {...}, {...}, {...}, {...}, {...}, {...}, {...}, {...}]}

# Nothing is left at the end.
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op7 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/carrick-interconnect/chain_labels  as demo
= 200
{"chain_labels": []}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET /carrick/v1/holdings  as demo
= 200
[]
