# A site with networking-sfc has a classifier of its own for each pair of ends: those of a port that is lost are made
# again with it, and the chain gets them before the old ones go.
PUT site:/offer/sfc  as demo
= 204
include service demo spare
PATCH /carrick/v1/sites/$east  as demo
{"containers": "YES"}
= 200
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /carrick/v1/holdings?filter=(eq,label,client)  as demo
= 200
[{"resource_id": "$client := text", ...}]
GET site:/network/v2.0/sfc/flow_classifiers  as demo
= 200
{"flow_classifiers": [{"name": "demo path/0.2.1", "id": "$fc21 := text", ...}, {"name": "demo path/0.2.0", "id": "$fc20 := text", "logical_destination_port": "$client", ...},
 {"name": "demo path/0.1.2", "id": "$fc12 := text", ...}, {...}, {...}, {"name": "demo path/0.0.1", "logical_source_port": "$client", ...}]}
PUT site:/lose/$client  as demo
= 204
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
GET /carrick/v1/holdings?filter=(eq,label,client)  as demo
= 200
[{"resource_id": "$again := text", ...}]
GET site:/network/v2.0/sfc/flow_classifiers?name=demo%20path/0.2.0  as demo
= 200
{"flow_classifiers": [{"id": "$new20 := text", "logical_destination_port": "$again", ...}]}
GET site:/network/v2.0/sfc/flow_classifiers?name=demo%20path/0.1.0  as demo
= 200
{"flow_classifiers": [{"id": "$new10 := text", "logical_destination_port": "$again", ...}]}
GET site:/network/v2.0/sfc/flow_classifiers?name=demo%20path/0.0.1  as demo
= 200
{"flow_classifiers": [{"id": "$new01 := text", "logical_source_port": "$again", ...}]}
GET site:/network/v2.0/sfc/flow_classifiers?name=demo%20path/0.0.2  as demo
= 200
{"flow_classifiers": [{"id": "$new02 := text", "logical_source_port": "$again", ...}]}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{"flow_classifiers": ["$new01", "$new02", "$new10", "$fc12", "$new20", "$fc21"], ...}]}
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/flow_classifiers  as demo
= 200
{"flow_classifiers": []}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
