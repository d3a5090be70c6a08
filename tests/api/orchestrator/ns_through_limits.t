# Paths through nested NSs: deeper ones, and what cannot be gone through; each refused before anything is made, with its reason.
include service demo spare
include worker demo work function
include around demo mid work link
include through demo deep mid 1
PATCH /carrick/v1/sites/$east  as demo
{"containers": "YES"}
= 200
PUT site:/offer/sfc  as demo
= 204
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "deep", "nsName": "o", "nsDescription": "d"}
= 201
{"id": "$ns1 := id", ...}
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances?filter=(eq,nsdId,work)  as demo
= 200
[{"id": "$work1 := id", ...}]
GET /nslcm/v2/ns_instances/$work1  as demo
= 200
{"vnfInstance": [{"id": "$vnf := text", ...}], ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair1 := text", "name": "o path-first/$work1:worker/fw", "ingress": "$in1 := text", ...}]}
GET site:/network/v2.0/ports/$in1  as demo
= 200
{"port": {"port_security_enabled": false, ...}}
POST /nslcm/v2/ns_instances/$work1/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1", "$ := text"], ...}]}
POST /nslcm/v2/ns_instances/$ns1/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}

# Several functions behind a SAP; one that a path of the nested NS goes through itself.
include through demo two service 1
include through demo twice deep 1
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "two", "nsName": "o", "nsDescription": "d"}
= 201
{"id": "$ns2 := id", ...}
POST /nslcm/v2/ns_instances/$ns2/instantiate  as demo
{"nsFlavourId": "default"}
= 422
{"detail": "NS profile inner: path element through: packets enter and leave NS profile inner by one function that is on the links of its SAPs, and 2 are (inner:fw, inner:spare)", ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "twice", "nsName": "o", "nsDescription": "d"}
= 201
{"id": "$ns3 := id", ...}
POST /nslcm/v2/ns_instances/$ns3/instantiate  as demo
{"nsFlavourId": "default"}
= 422
{"detail": "NS profile inner: path element through: a path of NS profile inner itself goes through inner:inner:inner:worker, and a port is in one pair of ports", ...}
