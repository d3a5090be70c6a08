# Cancelling operations (SOL003 5.4.17, SOL005 6.4.16) at a site in memory.
include grows demo
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "grows", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", ...}
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

# Gracefully, while servers boot: no further step; a retry goes on where it stopped.
PUT site:/refuse/boots  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op1 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "PROCESSING", "isCancelPending": false,
 "_links": {"cancel": {"href": "http://$host/vnflcm/v2/vnf_lcm_op_occs/$op1/cancel"}, "self": "$ := any", "vnfInstance": "$ := any"}, ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op1/cancel  as demo
{}
= 400
POST /vnflcm/v2/vnf_lcm_op_occs/$op1/cancel  as demo
{"cancelMode": "AT_ONCE"}
= 400
{"status": 400, "detail": "$ := text", ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op1/cancel  as alice
{"cancelMode": "GRACEFUL"}
= 404
POST /vnflcm/v2/vnf_lcm_op_occs/$op1/cancel  as demo
{"cancelMode": "GRACEFUL"}
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "FAILED_TEMP", "isCancelPending": false, "error": {"status": 409, "detail": "$ := text", ...},
 "_links": {"retry": "$ := any", "rollback": "$ := any", "fail": "$ := any", "self": "$ := any", "vnfInstance": "$ := any"}, ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op1/cancel  as demo
{"cancelMode": "FORCEFUL"}
= 409
{"status": 409, "detail": "operation $op1 is FAILED_TEMP: cancel is not possible now", ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$op1/retry  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", "isCancelPending": false, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$front := text", ...}, {"id": "$back := text", ...}], ...}, ...}

# Forcefully, through version 1, and rolled back: nothing of it is left.
PUT site:/refuse/boots  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET site:/compute/v2.1/servers/detail  as demo
~ 200
{"servers": [{"status": "BUILD", "OS-EXT-STS:task_state": "spawning", ...}, {...}, {...}]}
POST /vnflcm/v1/vnf_lcm_op_occs/$op2/cancel  as demo
> Version: 1.3.0
{"cancelMode": "FORCEFUL"}
= 202
GET /vnflcm/v1/vnf_lcm_op_occs/$op2  as demo
> Version: 1.3.0
~ 200
{"operationState": "FAILED_TEMP", "isCancelPending": false, ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$op2/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{"id": "$ := text", ...}, {"id": "$ := text", ...}]}

# What is under way is awaited gracefully, which is told; forcefully it is not.
PUT site:/refuse/gone  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op3 := uuid
GET site:/compute/v2.1/servers/$back  as demo
~ 200
{"server": {"OS-EXT-STS:task_state": "deleting", ...}}
POST /vnflcm/v2/vnf_lcm_op_occs/$op3/cancel  as demo
{"cancelMode": "GRACEFUL"}
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
= 200
{"operationState": "PROCESSING", "isCancelPending": true, "cancelMode": "GRACEFUL", ...}
GET /vnflcm/v1/vnf_lcm_op_occs/$op3  as demo
> Version: 1.3.0
= 200
{"operationState": "PROCESSING", "isCancelPending": true, "cancelMode": "GRACEFUL", ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op3/cancel  as demo
{"cancelMode": "FORCEFUL"}
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"id": "$op3", "operationState": "FAILED_TEMP", "stateEnteredTime": "$ := time", "startTime": "$ := time", "vnfInstanceId": "$vnf", "grantId": "$ := any",
 "operation": "TERMINATE", "isAutomaticInvocation": false, "operationParams": {"terminationType": "FORCEFUL"}, "isCancelPending": false,
 "error": {...}, "resourceChanges": {...}, "_links": {...}}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$op3/retry  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": []}
