# A function in a nested NS whose VNFD has port security on: its ports let a path's packets pass from the start, when servers
# and VNFs come too.  What ran before does not, and routes do not lead into other NSs.
include routed demo
include worker demo work router
include through demo over work 1
PUT site:/offer/sfc  as demo
= 204
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "over", "nsName": "p", "nsDescription": "d"}
= 201
{"id": "$ns1 := id", ...}
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns1  as demo
= 200
{"nestedNsInstanceId": ["$inner := text"], ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"ingress": "$in1 := text", "egress": "$out1 := text", ...}]}
GET site:/network/v2.0/ports/$in1  as demo
= 200
{"port": {"port_security_enabled": false, ...}}
GET site:/network/v2.0/ports/$out1  as demo
= 200
{"port": {"port_security_enabled": false, ...}}
POST /nslcm/v2/ns_instances/$inner/update  as demo
{"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfProfileId": "worker"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pairs?name=p%20path-first/$inner:worker-2/fw  as demo
= 200
{"port_pairs": [{"ingress": "$in2 := text", ...}]}
GET site:/network/v2.0/ports/$in2  as demo
= 200
{"port": {"port_security_enabled": false, ...}}
POST /nslcm/v2/ns_instances/$ns1/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}

# An NS that ran before was made without leave to let others' packets pass.
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "work", "nsName": "w", "nsDescription": "d"}
= 201
{"id": "$work2 := id", ...}
POST /nslcm/v2/ns_instances/$work2/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$work2  as demo
= 200
{"vnfInstance": [{"id": "$there := text", ...}], ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "over", "nsName": "o", "nsDescription": "d"}
= 201
{"id": "$ns4 := id", ...}
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns4", "request": {"nsFlavourId": "default", "nestedNsInstanceData": [{"nestedNsInstanceId": "$work2", "nsProfileId": "inner"}]}}
= 200
{"error": "VNF instance $there in NS instance $work2 has port security at virtual_link_in or virtual_link_out, which would drop what a path sends through it: its VNFD has to say 'port_security: disabled' there", ...}

# Sites without chains have routes, which lead to functions of the NS itself.
PUT site:/offer/routers  as demo
= 204
PATCH /carrick/v1/sites/$east  as demo
{"password": "p"}
= 200
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns4", "request": {"nsFlavourId": "default"}}
= 200
{"error": "path path passes site east, which does not offer service function chains (networking-sfc), and routes cannot stand in for one: position path-first is in a nested NS, and routes lead to functions of the NS itself", ...}
