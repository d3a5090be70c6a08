# Updates of an NS that were given up: what is shown is what is held, so that it can be removed and made anew.
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
{"sapInfo": [{"id": "$sap := text", "sapdId": "client", ...}], "vnffgInfo": [{"id": "graph", "nfpInfo": [{"nfpState": "ENABLED", ...}], ...}], ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_SAP", "removeSapId": ["$sap"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}

# The port of an access point is there, and cannot be opened: it is shown, and can be removed.
PUT site:/refuse/changes  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "ADD_SAP", "addSap": [{"sapdId": "client", "sapName": "half", "description": "d"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op3/fail  as demo
= 200
PUT site:/refuse/none  as demo
= 204
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"sapInfo": [{"id": "$half := text", "sapdId": "client", "sapName": "half", "sapProtocolInfo": [{...}], ...}],
 "virtualLinkInfo": [{"linkPort": [{...}, {...}, {...}, {...}, {"id": "$half", ...}], ...}], ...}
GET site:/network/v2.0/ports/$half  as demo
= 200
{"port": {...}}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "ADD_SAP", "addSap": [{"sapdId": "client", "sapName": "n", "description": "d"}]}
= 422
{"detail": "addSap[0]: SAP client is there already", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_SAP", "removeSapId": ["$half"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports/$half  as demo
= 404
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"sapInfo": [], ...}

# A graph loses its chain, and its group stays: it is shown without a way for packets, and goes at the second attempt.
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group := text", ...}]}
PUT site:/refuse/$group  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_VNFFG", "removeVnffgId": ["graph"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op5/fail  as demo
= 200
PUT site:/refuse/none  as demo
= 204
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": []}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnffgInfo": [{"id": "graph", "nfpInfo": [{"nfpState": "DISABLED", ...}], ...}], ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_VNFFG", "removeVnffgId": ["graph"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": []}
GET site:/network/v2.0/sfc/flow_classifiers  as demo
= 200
{"flow_classifiers": []}

# A graph gets its groups and classifiers, and no chain: it is shown, and can be removed.
PUT site:/refuse/port_chains  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "ADD_VNFFG", "addVnffg": [{"vnffgdId": "graph", "vnffgName": "n", "description": "d"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op7 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op7/fail  as demo
= 200
PUT site:/refuse/none  as demo
= 204
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnffgInfo": [{"id": "graph", "nfpInfo": [{"nfpState": "DISABLED", ...}], ...}], ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_VNFFG", "removeVnffgId": ["graph"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op8 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": []}
GET site:/network/v2.0/sfc/flow_classifiers  as demo
= 200
{"flow_classifiers": []}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnffgInfo": [], ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "ADD_VNFFG", "addVnffg": [{"vnffgdId": "graph", "vnffgName": "n", "description": "d"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op9 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op9  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnffgInfo": [{"id": "graph", "nfpInfo": [{"nfpState": "ENABLED", ...}], ...}], ...}

# Nothing is left at the end, also of VNFs that were given one name.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfProfileId": "fw", "vnfInstanceName": "twin", "vnfInstantiationLevelId": "one"},
 {"vnfProfileId": "fw", "vnfInstanceName": "twin", "vnfInstantiationLevelId": "one"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op10 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op10  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op99 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op99  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET /carrick/v1/holdings  as demo
= 200
[]
