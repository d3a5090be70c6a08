# A site calls a port that it made again by a word that the VNF's record has for something else: that is not believed.
include pair v2
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p", "containers": "YES"}
= 201
POST site:/network/v2.0/networks  as demo
{"network": {"id": "11111111-1111-4111-8111-111111111111", "name": "office"}}
= 201
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "pair", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", ...}
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "99999999-9999-4999-8999-999999999999", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op1 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"extCpInfo": [{"id": "$out := text", ...}], ...}, ...}
GET site:/network/v2.0/ports/$out  as demo
= 200
{"port": {"device_id": "$server := text", ...}}
DELETE site:/compute/v2.1/servers/$server/os-interface/$out  as demo
= 202
PUT site:/lose/$out  as demo
= 204
PUT site:/refuse/called-ports-99999999-9999-4999-8999-999999999999  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/heal  as demo
{"additionalParams": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"detail": "$ := text", ...}, ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op2/fail  as demo
= 200
{"operationState": "FAILED", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"extCpInfo": [{"id": "$out", ...}], "extVirtualLinkInfo": [{"id": "99999999-9999-4999-8999-999999999999", ...}], ...}, ...}
