# Stopping and starting a VNF (SOL003 5.4.10) at a site in memory: what is refused, what follows
# whom, and what becomes of one that stops on the way.
include grows demo
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "grows", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", ...}
POST /vnflcm/v2/vnf_instances/$vnf/operate  as demo
{"changeStateTo": "STOPPED"}
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
{"flavourId": "f", "instantiationLevelId": "two", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op1 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfState": "STARTED", "vnfcResourceInfo": [{"id": "$front := text", ...}, {"id": "$first := text", ...}, {"id": "$second := text", ...}], ...},
 "_links": {"operate": {"href": "http://$host/vnflcm/v2/vnf_instances/$vnf/operate"}, ...}, ...}

# What is refused.
POST /vnflcm/v2/vnf_instances/$vnf/operate  as demo
{"changeStateTo": "PAUSED", "stopType": "POLITE", "speed": 1}
= 400
{"status": 400, "detail": "attribute 'changeStateTo': 'PAUSED' is not in ['STARTED', 'STOPPED'].; attribute 'stopType': 'POLITE' is not in ['FORCEFUL', 'GRACEFUL'].; unknown attribute 'speed'", ...}
POST /vnflcm/v2/vnf_instances/$vnf/operate  as demo
{"changeStateTo": "STARTED", "stopType": "FORCEFUL"}
= 422
{"status": 422, "detail": "stopType and gracefulStopTimeout are for STOPPED, not for STARTED", ...}
POST /vnflcm/v2/vnf_instances/$vnf/operate  as demo
{"changeStateTo": "STOPPED", "stopType": "GRACEFUL"}
= 422
{"status": 422, "detail": "gracefulStopTimeout is needed with stopType GRACEFUL, and with no other", ...}
POST /vnflcm/v2/vnf_instances/$vnf/operate  as demo
{"changeStateTo": "STOPPED", "gracefulStopTimeout": 5}
= 422
POST /vnflcm/v2/vnf_instances/$vnf/operate  as demo
{"changeStateTo": "STOPPED", "vnfcInstanceId": ["$first", "nobody"]}
= 422
{"status": 422, "detail": "VNF instance $vnf has no VNFC nobody", ...}
POST /vnflcm/v2/vnf_instances/$vnf/operate  as alice
{"changeStateTo": "STOPPED"}
= 404

# All servers stop, in parallel; ports and holdings stay, and what is STOPPED is not scaled.
POST /vnflcm/v2/vnf_instances/$vnf/operate  as demo
{"changeStateTo": "STOPPED", "stopType": "GRACEFUL", "gracefulStopTimeout": 5}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", "operation": "OPERATE", "grantId": "$ := uuid",
 "operationParams": {"changeStateTo": "STOPPED", "stopType": "GRACEFUL", "gracefulStopTimeout": 5},
 "resourceChanges": {"affectedVnfcs": [{"vduId": "$ := text", "changeType": "MODIFIED", ...}, {"vduId": "$ := text", "changeType": "MODIFIED", ...}, {"vduId": "$ := text", "changeType": "MODIFIED", ...}], ...}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiationState": "INSTANTIATED", "instantiatedVnfInfo": {"vnfState": "STOPPED", "vnfcResourceInfo": [{"id": "$front", ...}, {"id": "$first", ...}, {"id": "$second", ...}], ...}, ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{"status": "SHUTOFF", ...}, {"status": "SHUTOFF", ...}, {"status": "SHUTOFF", ...}]}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{...}, {...}, {...}, {...}]}
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow"}
= 409
{"detail": "VNF instance $vnf is STOPPED: only what is STARTED is scaled", ...}

# One of them starts: only that one is touched, and the VNF runs.  Through version 1.
POST /vnflcm/v1/vnf_instances/$vnf/operate  as demo
> Version: 1.3.0
{"changeStateTo": "STARTED", "vnfcInstanceId": ["$first"]}
= 202
< Location: http://$host/vnflcm/v1/vnf_lcm_op_occs/$op3 := uuid
GET /vnflcm/v1/vnf_lcm_op_occs/$op3  as demo
> Version: 1.3.0
~ 200
{"operationState": "COMPLETED", "operation": "OPERATE",
 "resourceChanges": {"affectedVnfcs": [{"id": "$first", "vduId": "back", "changeType": "MODIFIED", ...}], ...}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfState": "STARTED", ...}, ...}
POST /carrick/v1/checks  as demo
{"vnfInstanceId": "$vnf"}
= 200
{"compared": 9, "differences": [], "unknown": []}
GET /vnffm/v1/alarms?filter=(neq,perceivedSeverity,CLEARED)  as demo
= 200
[]
POST site:/compute/v2.1/servers/$second/action  as demo
{"os-start": null}
= 202
POST /carrick/v1/checks  as demo
{"vnfInstanceId": "$vnf"}
= 200
{"differences": [{"difference": "STATE", "resourceId": "$second", "recorded": "SHUTOFF", "found": "ACTIVE", "mend": "carrick vnf stop a --vnfc $second", ...}], ...}
POST site:/compute/v2.1/servers/$second/action  as demo
{"os-stop": null}
= 202

# It stops again, while the others are stopped: nothing runs.
POST /vnflcm/v2/vnf_instances/$vnf/operate  as demo
{"changeStateTo": "STOPPED", "vnfcInstanceId": ["$first"]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op4 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfState": "STOPPED", ...}, ...}

# A start that is refused by the site can be retried.
PUT site:/refuse/actions  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/operate  as demo
{"changeStateTo": "STARTED"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op5 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "FAILED_TEMP", "_links": {"retry": "$ := any", "rollback": "$ := any", "fail": "$ := any", ...}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfState": "STOPPED", ...}, ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$op5/retry  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{"status": "ACTIVE", ...}, {"status": "ACTIVE", ...}, {"status": "ACTIVE", ...}]}

# A stop that cannot go on is rolled back: what it stopped runs again, and nothing else is started.
POST site:/compute/v2.1/servers/$second/action  as demo
{"os-stop": null}
= 202
PUT site:/refuse/$front  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/operate  as demo
{"changeStateTo": "STOPPED"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op6 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET site:/compute/v2.1/servers/$first  as demo
= 200
{"server": {"status": "SHUTOFF", ...}}
POST /vnflcm/v2/vnf_lcm_op_occs/$op6/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/compute/v2.1/servers/$first  as demo
= 200
{"server": {"status": "ACTIVE", ...}}
GET site:/compute/v2.1/servers/$second  as demo
= 200
{"server": {"status": "SHUTOFF", ...}}

PUT site:/refuse/none  as demo
= 204

# Given up, the VNF is as it was; and it can be terminated.
DELETE site:/compute/v2.1/servers/$front  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/operate  as demo
{"changeStateTo": "STOPPED", "vnfcInstanceId": ["$front"]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op7 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op7/fail  as demo
= 200
{"operationState": "FAILED", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfState": "STARTED", ...}, ...}
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "GRACEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op8 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET /carrick/v1/holdings  as demo
= 200
[]
