# A function of no service loses its server with its ports: one repair makes both again, at the same addresses. Where
# that stops it is retried or given up, never taken back; the next repair makes the rest.
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

# Both are lost, and the site has no room for servers.
PUT site:/lose/$server  as demo
= 204
PUT site:/lose/$out  as demo
= 204
PUT site:/refuse/servers  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/heal  as demo
{"additionalParams": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op2/rollback  as demo
= 409
POST /vnflcm/v2/vnf_lcm_op_occs/$op2/fail  as demo
= 200
{"operationState": "FAILED", ...}
PUT site:/refuse/none  as demo
= 204
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfState": "STARTED", "extCpInfo": [{"id": "$again := text", ...}], ...}, ...}
GET /carrick/v1/holdings?filter=(eq,resource_id,$again)  as demo
= 200
[{"kind": "port", ...}]
GET /carrick/v1/holdings?filter=(eq,resource_id,$server)  as demo
= 200
[]
POST /vnflcm/v2/vnf_instances/$vnf/heal  as demo
{"additionalParams": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op3 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /carrick/v1/checks  as demo
{"vnfInstanceId": "$vnf"}
= 200
{"differences": [], "unknown": [], ...}
GET site:/network/v2.0/ports/$again  as demo
= 200
{"port": {"device_id": "$other := text", ...}}
GET /carrick/v1/holdings?filter=(eq,resource_id,$other)  as demo
= 200
[{"kind": "server", ...}]

# The same without an accident; the occurrence has the grant of the healing and says what changed.
PUT site:/lose/$other  as demo
= 204
PUT site:/lose/$again  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/heal  as demo
{"additionalParams": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op4 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", "grantId": "$ := uuid", "resourceChanges": {"affectedExtLinkPorts": [{"changeType": "ADDED", ...}], ...}, ...}
POST /carrick/v1/checks  as demo
{"vnfInstanceId": "$vnf"}
= 200
{"differences": [], "unknown": [], ...}
GET /carrick/v1/holdings?filter=(eq,kind,server);(eq,label,front)  as demo
= 200
[{...}]
GET /carrick/v1/holdings?filter=(eq,kind,server);(eq,label,back)  as demo
= 200
[{...}]
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op5 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": []}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET /carrick/v1/holdings  as demo
= 200
[]
