# Healing a VNF (SOL003 5.4.9) at a site in memory: servers are replaced, ports and addresses stay.
include grows demo
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "grows", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", ...}
POST /vnflcm/v2/vnf_instances/$vnf/heal  as demo
{}
= 409
{"status": 409, "detail": "VNF instance $vnf is NOT_INSTANTIATED", ...}
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
{"id": "$east := uuid", "status": "UP", ...}
POST site:/network/v2.0/networks  as demo
{"network": {"id": "11111111-1111-4111-8111-111111111111", "name": "office"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "11111111-1111-4111-8111-111111111111", "cidr": "10.7.0.0/24"}}
= 201
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op1 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
# The level says one server behind, the scaling says two: a healing keeps to what there is.
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfcResourceInfo": [
 {"id": "$front := text", "vduId": "front", "vnfcCpInfo": [{"id": "$out := text", ...}, {"id": "$inner := text", ...}], ...},
 {"id": "$first := text", "vduId": "back", "vnfcCpInfo": [{"id": "$port1 := text", ...}], ...},
 {"id": "$second := text", "vduId": "back", "vnfcCpInfo": [{"id": "$port2 := text", ...}], ...}], ...},
 "_links": {"heal": {"href": "http://$host/vnflcm/v2/vnf_instances/$vnf/heal"}, ...}, ...}

# What is refused.
POST /vnflcm/v2/vnf_instances/$vnf/heal  as demo
{"healScript": "/etc/heal", "cause": 7}
= 400
{"status": 400, "detail": "$ := text", ...}
POST /vnflcm/v2/vnf_instances/$vnf/heal  as demo
{"vnfcInstanceId": ["nobody"]}
= 422
{"status": 422, "detail": "VNF instance $vnf has no VNFC nobody", ...}
POST /vnflcm/v2/vnf_instances/$vnf/heal  as alice
{}
= 404

# One server: another one is at its port, the others are as they were.
POST /vnflcm/v2/vnf_instances/$vnf/heal  as demo
{"vnfcInstanceId": ["$first"], "cause": "it does not answer"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op3 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", "operation": "HEAL", "grantId": "$ := uuid",
 "operationParams": {"vnfcInstanceId": ["$first"], "cause": "it does not answer"},
 "resourceChanges": {"affectedVnfcs": [{"id": "$first", "vduId": "back", "changeType": "REMOVED", ...}, {"id": "$third := text", "vduId": "back", "changeType": "ADDED", ...}],
  "affectedVirtualLinks": [], "affectedExtLinkPorts": [], ...}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfState": "STARTED", "scaleStatus": [{"aspectId": "grow", "scaleLevel": 1}, {"aspectId": "burst", "scaleLevel": 0}], "vnfcResourceInfo": [
 {"id": "$front", ...}, {"id": "$third", "vduId": "back", "vnfcCpInfo": [{"id": "$port1", ...}], ...}, {"id": "$second", ...}], ...}, ...}
GET site:/compute/v2.1/servers/$first  as demo
= 404
GET site:/compute/v2.1/servers/$third  as demo
= 200
{"server": {"status": "ACTIVE", "networks": [{"port": "$port1"}], ...}}
GET /carrick/v1/holdings?filter=(eq,kind,server);(cont,label,back)  as demo
= 200
[{...}, {...}]
GET /carrick/v1/holdings?filter=(eq,resource_id,$third)  as demo
= 200
[{"kind": "server", "label": "back", ...}]

# All of them, in parallel; through version 1.
POST /vnflcm/v1/vnf_instances/$vnf/heal  as demo
> Version: 1.3.0
{"cause": "a bad image"}
= 202
< Location: http://$host/vnflcm/v1/vnf_lcm_op_occs/$op4 := uuid
GET /vnflcm/v1/vnf_lcm_op_occs/$op4  as demo
> Version: 1.3.0
~ 200
{"operationState": "COMPLETED", "operation": "HEAL", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"extCpInfo": [{"id": "$out", ...}], "vnfcResourceInfo": [
 {"id": "$front2 := text", "vduId": "front", "vnfcCpInfo": [{"id": "$out", ...}, {"id": "$inner", ...}], ...},
 {"id": "$first2 := text", "vduId": "back", "vnfcCpInfo": [{"id": "$port1", ...}], ...},
 {"id": "$second2 := text", "vduId": "back", "vnfcCpInfo": [{"id": "$port2", ...}], ...}], ...}, ...}
GET site:/compute/v2.1/servers/$front  as demo
= 404
GET site:/compute/v2.1/servers/$second  as demo
= 404
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{...}, {...}, {...}, {...}]}

# One that stops on the way cannot be taken back; it can be retried.
PUT site:/refuse/servers  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/heal  as demo
{"vnfcInstanceId": ["$second2"]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op5 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "FAILED_TEMP", "_links": {"self": "$ := any", "vnfInstance": "$ := any", "retry": "$ := any", "fail": "$ := any"}, ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op5/rollback  as demo
= 409
{"detail": "a healing that deletes servers cannot be rolled back: retry it, or fail it", ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$op5/retry  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}

# A new server that comes up in ERROR is made once more by a retry, at the same ports.
PUT site:/refuse/hosts  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/heal  as demo
{"vnfcInstanceId": ["$first2"]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op30 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op30  as demo
~ 200
{"operationState": "FAILED_TEMP", "resourceChanges": {"affectedVnfcs": [{"id": "$first2", "changeType": "REMOVED", ...}, {"id": "$broken := text", "changeType": "ADDED", ...}], ...}, ...}
GET site:/compute/v2.1/servers/$broken  as demo
= 200
{"server": {"status": "ERROR", ...}}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$op30/retry  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op30  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedVnfcs": [{"id": "$first2", "changeType": "REMOVED", ...}, {"id": "$first3 := text", "changeType": "ADDED", ...}], ...}, ...}
GET site:/compute/v2.1/servers/$broken  as demo
= 404
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$front2", ...}, {"id": "$first3", "vduId": "back", "vnfcCpInfo": [{"id": "$port1", ...}], ...}, {...}], ...}, ...}

# Given up, it leaves a VNFC without a server: the next healing of all makes one, at its port.
PUT site:/refuse/servers  as demo
= 204
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$front2", ...}, {"id": "$first3", ...}, {"id": "$second3 := text", ...}], ...}, ...}
POST /vnflcm/v2/vnf_instances/$vnf/heal  as demo
{"vnfcInstanceId": ["$second3"]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op6 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op6/fail  as demo
= 200
{"operationState": "FAILED", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfState": "STARTED", "vnfcResourceInfo": [{"id": "$front2", ...}, {"id": "$first3", ...}], ...}, ...}
GET /carrick/v1/holdings?filter=(eq,kind,server)  as demo
= 200
[{...}, {...}]
POST /vnflcm/v2/vnf_instances/$vnf/operate  as demo
{"changeStateTo": "STOPPED"}
= 409
{"detail": "VNF instance $vnf is not whole since an operation was given up", ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/heal  as demo
{}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op7 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfcResourceInfo": [{"vduId": "front", ...}, {"vduId": "back", "vnfcCpInfo": [{"id": "$port1", ...}], ...}, {"vduId": "back", "vnfcCpInfo": [{"id": "$port2", ...}], ...}], ...}, ...}

# What is STOPPED is not healed; nothing is left at the end.
POST /vnflcm/v2/vnf_instances/$vnf/operate  as demo
{"changeStateTo": "STOPPED"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op8 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /vnflcm/v2/vnf_instances/$vnf/heal  as demo
{}
= 409
{"detail": "VNF instance $vnf is STOPPED: only what is STARTED is healed", ...}
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op9 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op9  as demo
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
