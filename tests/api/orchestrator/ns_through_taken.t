# Positions in several NSs of one profile: such NSs neither come nor go while the path is there, for it would not be told.
include service demo spare
include worker demo work function
include through demo outer work 3
PATCH /carrick/v1/sites/$east  as demo
{"containers": "YES"}
= 200
PUT site:/offer/sfc  as demo
= 204
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "work", "nsName": "one", "nsDescription": "d"}
= 201
{"id": "$one := id", ...}
POST /nslcm/v2/ns_instances/$one/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$one  as demo
= 200
{"virtualLinkInfo": [{"id": "lan", "resourceHandle": [{"resourceId": "$net := text", ...}], ...}], ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "work", "nsName": "two", "nsDescription": "d"}
= 201
{"id": "$two := id", ...}
POST /nslcm/v2/ns_instances/$two/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForNs": {"linkNetworks": [{"link": "lan", "site": "east", "networkId": "$net"}]}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "work", "nsName": "three", "nsDescription": "d"}
= 201
{"id": "$three := id", ...}
POST /nslcm/v2/ns_instances/$three/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForNs": {"linkNetworks": [{"link": "lan", "site": "east", "networkId": "$net"}]}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "outer", "nsName": "o", "nsDescription": "d"}
= 201
{"id": "$outer1 := id", ...}
POST /nslcm/v2/ns_instances/$outer1/instantiate  as demo
{"nsFlavourId": "default", "nestedNsInstanceData": [{"nestedNsInstanceId": "$one", "nsProfileId": "inner"}, {"nestedNsInstanceId": "$two", "nsProfileId": "inner"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$ := text", "$ := text"], ...}]}
POST /nslcm/v2/ns_instances/$outer1/update  as demo
{"updateType": "REMOVE_NESTED_NS", "removeNestedNsId": ["$two"]}
= 422
{"detail": "removeNestedNsId[0]: position path-first of a path is in NSs of NS profile inner: none of these comes or goes while the path is there; remove its forwarding graph, and add it again", ...}
POST /nslcm/v2/ns_instances/$outer1/update  as demo
{"updateType": "ADD_NESTED_NS", "addNestedNsData": [{"nestedNsInstanceId": "$three", "nsProfileId": "inner"}]}
= 422
{"detail": "addNestedNsData[0]: position path-first of a path is in NSs of NS profile inner: none of these comes or goes while the path is there; remove its forwarding graph, and add it again", ...}
POST /nslcm/v2/ns_instances/$outer1/update  as demo
{"updateType": "REMOVE_VNFFG", "removeVnffgId": ["graph"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$outer1/update  as demo
{"updateType": "ADD_NESTED_NS", "addNestedNsData": [{"nestedNsInstanceId": "$three", "nsProfileId": "inner"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$outer1/update  as demo
{"updateType": "REMOVE_NESTED_NS", "removeNestedNsId": ["$two"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op7 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$outer1/update  as demo
{"updateType": "ADD_VNFFG", "addVnffg": [{"vnffgdId": "graph", "vnffgName": "g", "description": "d"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op8 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$ := text", "$ := text"], ...}]}
