# Scaling a VNF (SOL003 5.4.5, 5.4.6) at a site in memory: what is refused, what is added and removed,
# and what becomes of a scaling that stops on the way.
include grows demo
# Who asked to hear of scaling hears of it, and of nothing else.
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/scale", "filter": {"operationTypes": ["SCALE"], "notificationTypes": ["VnfLcmOperationOccurrenceNotification"]}}
= 201
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "grows", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow"}
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
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"scaleStatus": [{"aspectId": "grow", "scaleLevel": 0}, {"aspectId": "burst", "scaleLevel": 0}],
 "maxScaleLevels": [{"aspectId": "grow", "scaleLevel": 2}, {"aspectId": "burst", "scaleLevel": 2}],
 "vnfcResourceInfo": [{"vduId": "front", ...}, {"id": "$first := text", "vduId": "back", ...}], ...},
 "_links": {"scale": {"href": "http://$host/vnflcm/v2/vnf_instances/$vnf/scale"}, "scaleToLevel": {"href": "http://$host/vnflcm/v2/vnf_instances/$vnf/scale_to_level"}, ...}, ...}

# What is refused: the form, what the VNFD has not, what would leave the levels.
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "UP", "numberOfSteps": 0, "colour": 1}
= 400
{"status": 400, "detail": "attribute 'type': 'UP' is not in ['SCALE_OUT', 'SCALE_IN'].; attribute 'numberOfSteps': '0' is too small - must be at least '1'.; unknown attribute 'colour'; attribute 'aspectId' is required", ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "width"}
= 422
{"status": 422, "detail": "flavour f of VNFD grows has no scaling aspect width", ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow", "numberOfSteps": 3}
= 409
{"status": 409, "detail": "aspect grow of VNF instance $vnf would be at scale level 3: it is at 0, and 0 to 2 are allowed", ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_IN", "aspectId": "grow"}
= 409
POST /vnflcm/v2/vnf_instances/$vnf/scale  as alice
{"type": "SCALE_OUT", "aspectId": "grow"}
= 404
POST /vnflcm/v2/vnf_instances/$vnf/scale_to_level  as demo
{}
= 422
{"status": 422, "detail": "one of instantiationLevelId and scaleInfo is needed", ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale_to_level  as demo
{"instantiationLevelId": "nine"}
= 422
POST /vnflcm/v2/vnf_instances/$vnf/scale_to_level  as demo
{"scaleInfo": [{"aspectId": "grow", "scaleLevel": 3}]}
= 422
# More than the VDU may have: 1 + 2 + 3.
POST /vnflcm/v2/vnf_instances/$vnf/scale_to_level  as demo
{"scaleInfo": [{"aspectId": "grow", "scaleLevel": 2}, {"aspectId": "burst", "scaleLevel": 2}]}
= 422
{"status": 422, "detail": "VDU back has 1 to 4 instances, 6 are wanted", ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale_to_level  as demo
{"scaleInfo": [{"aspectId": "grow", "scaleLevel": 1, "vnfdId": "other"}]}
= 422

# Two more servers, in parallel.
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow", "numberOfSteps": 2, "additionalParams": {"why": "test"}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", "operation": "SCALE", "grantId": "$grant := uuid",
 "operationParams": {"type": "SCALE_OUT", "aspectId": "grow", "numberOfSteps": 2, "additionalParams": {"why": "test"}},
 "resourceChanges": {"affectedVnfcs": [{"vduId": "back", "changeType": "ADDED", ...}, {"vduId": "back", "changeType": "ADDED", ...}],
  "affectedVirtualLinks": [], "affectedExtLinkPorts": [], ...}, ...}
GET receiver:/got/scale/3  as nobody
~ 200
{"notifications": [{"operation": "SCALE", "operationState": "STARTING", "notificationStatus": "START", "vnfLcmOpOccId": "$op2", ...}, {"operationState": "PROCESSING", ...},
 {"operationState": "COMPLETED", "notificationStatus": "RESULT", "affectedVnfcs": [{"changeType": "ADDED", ...}, "..."], ...}], ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"scaleStatus": [{"aspectId": "grow", "scaleLevel": 2}, {"aspectId": "burst", "scaleLevel": 0}],
 "vnfcResourceInfo": [{"vduId": "front", ...}, {"id": "$first", ...}, {"id": "$second := text", "vduId": "back", ...}, {"id": "$third := text", ...}], ...}, ...}
GET /carrick/v1/holdings?filter=(eq,kind,server);(eq,label,front)  as demo
= 200
[{"resource_id": "$ := text", ...}]
GET /carrick/v1/holdings?filter=(eq,kind,server);(eq,label,back)  as demo
= 200
[{"resource_id": "$first", ...}]
GET /carrick/v1/holdings?filter=(eq,kind,server);(eq,label,back-2)  as demo
= 200
[{"resource_id": "$second", ...}]
GET /carrick/v1/holdings?filter=(eq,kind,server);(eq,label,back-3)  as demo
= 200
[{"resource_id": "$third", ...}]

# The newest goes first.
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_IN", "aspectId": "grow"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op3 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", "operation": "SCALE",
 "resourceChanges": {"affectedVnfcs": [{"id": "$third", "vduId": "back", "changeType": "REMOVED", ...}], ...}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"scaleStatus": [{"aspectId": "grow", "scaleLevel": 1}, {"aspectId": "burst", "scaleLevel": 0}],
 "vnfcResourceInfo": [{"vduId": "front", ...}, {"id": "$first", ...}, {"id": "$second", ...}], ...}, ...}

# To a level: by name, by aspects whose steps differ (burst: 1, then 2).
POST /vnflcm/v2/vnf_instances/$vnf/scale_to_level  as demo
{"scaleInfo": [{"aspectId": "grow", "scaleLevel": 0}, {"aspectId": "burst", "scaleLevel": 2}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op4 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", "operation": "SCALE_TO_LEVEL", "resourceChanges": {"affectedVnfcs": [{"changeType": "ADDED", ...}, {"changeType": "ADDED", ...}], ...}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfcResourceInfo": [{"vduId": "front", ...}, {"id": "$first", ...}, {"id": "$second", ...}, {"id": "$new3 := text", ...}, {"id": "$new4 := text", ...}], ...}, ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale_to_level  as demo
{"instantiationLevelId": "two"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op5 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", "operation": "SCALE_TO_LEVEL", "resourceChanges": {"affectedVnfcs": [{"id": "$new4", "changeType": "REMOVED", ...}, {"id": "$new3", "changeType": "REMOVED", ...}], ...}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"scaleStatus": [{"aspectId": "grow", "scaleLevel": 1}, {"aspectId": "burst", "scaleLevel": 0}],
 "vnfcResourceInfo": [{"vduId": "front", ...}, {"id": "$first", ...}, {"id": "$second", ...}], ...}, ...}

# A scale-out that stops on the way can be rolled back: only what it added goes.
PUT site:/refuse/servers  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op6 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "FAILED_TEMP", "_links": {"rollback": "$ := any", "retry": "$ := any", ...}, ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow"}
= 409
POST /vnflcm/v2/vnf_lcm_op_occs/$op6/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiationState": "INSTANTIATED", "instantiatedVnfInfo": {"scaleStatus": [{"aspectId": "grow", "scaleLevel": 1}, {"aspectId": "burst", "scaleLevel": 0}],
 "vnfcResourceInfo": [{"vduId": "front", ...}, {"id": "$first", ...}, {"id": "$second", ...}], ...}, ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{...}, {...}, {...}, {...}]}

# Or retried.
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op7 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$op7/retry  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}

# Or given up: what there is of it is noted, and a scaling to the level that the instance is at mends it.
POST /vnflcm/v2/vnf_instances/$vnf/scale_to_level  as demo
{"instantiationLevelId": "two"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op8 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "COMPLETED", ...}
PUT site:/refuse/servers  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op9 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op9  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op9/fail  as demo
= 200
{"operationState": "FAILED", ...}
GET /carrick/v1/holdings?filter=(eq,kind,port);(cont,label,back_in)  as demo
= 200
[{...}, {...}, {...}]
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfState": "STARTED", "scaleStatus": [{"aspectId": "grow", "scaleLevel": 1}, {"aspectId": "burst", "scaleLevel": 0}],
 "vnfcResourceInfo": [{"vduId": "front", ...}, {"id": "$first", ...}, {"id": "$second", ...}], ...}, ...}
PUT site:/refuse/none  as demo
= 204
# Claimed is what there is: three servers, and nothing for the one that did not come.
GET /carrick/v1/sites/$east  as demo
= 200
{"claimed": {"VCPU": 3, "MEMORY_MB": 192, "SERVER": 3}, ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale_to_level  as demo
{"scaleInfo": [{"aspectId": "grow", "scaleLevel": 1}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op10 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op10  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{...}, {...}, {...}, {...}]}

# A scale-in that stops cannot be rolled back.
PUT site:/refuse/deletes  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_IN", "aspectId": "grow"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op11 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op11  as demo
~ 200
{"operationState": "FAILED_TEMP", "_links": {"self": "$ := any", "vnfInstance": "$ := any", "retry": "$ := any", "fail": "$ := any"}, ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op11/rollback  as demo
= 409
{"detail": "a scaling that deletes servers cannot be rolled back: retry it, or fail it", ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$op11/retry  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op11  as demo
~ 200
{"operationState": "COMPLETED", ...}

# Nothing is left at the end.
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op12 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op12  as demo
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
