# A request names networks while its site does not say whose they are: it is taken, and the operation makes nothing before the
# site has said so.
include pair v2
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p", "containers": "YES"}
= 201
POST site:/network/v2.0/networks  as demo
{"network": {"id": "11111111-1111-4111-8111-111111111111", "name": "office"}}
= 201
POST site:/network/v2.0/networks  as demo
{"network": {"id": "77777777-7777-4777-8777-777777777777", "name": "theirs", "project_id": "another"}}
= 201
POST site:/network/v2.0/ports  as demo
{"port": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "77777777-7777-4777-8777-777777777777"}}
= 201
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "pair", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", ...}
PUT site:/refuse/shows  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "77777777-7777-4777-8777-777777777777", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op1 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"detail": "$ := text", ...}, ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$op1/retry  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"status": 403, "detail": "step \"network named 77777777-7777-4777-8777-777777777777\": the request: site east: network 77777777-7777-4777-8777-777777777777 is of another project there, which does not share it; next: have its owner share it, or name one of the project that the site is registered with", ...}, ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op1/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": []}

# Its own network is its own, once the site says so; a port on it is not on another one.
PUT site:/refuse/shows  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$op2/retry  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op3 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
PUT site:/refuse/shows  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111",
 "extCps": [{"cpdId": "out", "cpConfig": {"p": {"linkPortId": "given"}}}],
 "extLinkPorts": [{"id": "given", "resourceHandle": {"resourceId": "22222222-2222-4222-8222-222222222222"}}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op4 := uuid
PUT site:/refuse/none  as demo
= 204
GET /vnflcm/v2/vnf_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op4/retry  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"status": 409, "detail": "the request: port 22222222-2222-4222-8222-222222222222 is on network 77777777-7777-4777-8777-777777777777, the link is 11111111-1111-4111-8111-111111111111", ...}, ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op4/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": []}
