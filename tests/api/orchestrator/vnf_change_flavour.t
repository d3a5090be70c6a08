# Change of the deployment flavour (SOL003 5.4.7) at a site in memory: what is refused, what only adds and is taken
# back, what deletes and is not, and what becomes of a change that is given up.
include many demo
include single one demo
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/flavour", "filter": {"operationTypes": ["CHANGE_FLAVOUR"], "notificationTypes": ["VnfLcmOperationOccurrenceNotification"]}}
= 201
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "many", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as demo
{"newFlavourId": "large"}
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
POST site:/network/v2.0/networks  as demo
{"network": {"id": "33333333-3333-4333-8333-333333333333", "name": "yard"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "44444444-4444-4444-8444-444444444444", "network_id": "33333333-3333-4333-8333-333333333333", "cidr": "10.8.0.0/24"}}
= 201
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "small", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out", "cpConfig": {"1": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.7.0.9"]}]}}]}}}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op1 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"flavourId": "small", "extCpInfo": [{"id": "$out := text", "cpdId": "out", ...}], "vnfcResourceInfo": [{"id": "$front := text", "vduId": "front", ...}],
  "vnfVirtualLinkResourceInfo": [{"id": "$inside := text", "vnfVirtualLinkDescId": "inside", ...}], ...},
 "_links": {"changeFlavour": {"href": "http://$host/vnflcm/v2/vnf_instances/$vnf/change_flavour"}, ...}, ...}

# What is refused: the form, a flavour that there is not, the one that it is of, all that would have to change at once.
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as demo
{"instantiationLevelId": 7, "speed": 1}
= 400
{"status": 400, ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as demo
{"newFlavourId": "huge"}
= 422
{"status": 422, "detail": "VNFD many has no deployment flavour huge", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as demo
{"newFlavourId": "large", "instantiationLevelId": "nine"}
= 422
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as demo
{"newFlavourId": "small"}
= 409
{"status": 409, "detail": "VNF instance $vnf is of flavour small already", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as alice
{"newFlavourId": "large"}
= 404
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as demo
{"newFlavourId": "large"}
= 422
{"status": 422, "detail": "VNF instance $vnf cannot be brought to flavour large in this way; back: connection point extra is not connected by extVirtualLinks, or has more instances than were configured", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as demo
{"newFlavourId": "heavy"}
= 422
{"status": 422, "detail": "VNF instance $vnf cannot be brought to flavour heavy in this way; VDU front, memory in MiB: 64 becomes 128; VDU front, connection points: 2 becomes 1", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as demo
{"newFlavourId": "moved"}
= 422
{"status": 422, "detail": "VNF instance $vnf cannot be brought to flavour moved in this way; connection point out of VDU edge: VNFC front has its port or address until it goes", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as demo
{"newFlavourId": "large", "extVirtualLinks": [{"id": "m", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "extra"}, {"cpdId": "out"}, {"cpdId": "none"}]}]}
= 422
{"status": 422, "detail": "VNF instance $vnf cannot be brought to flavour large in this way; extVirtualLinks[0].extCps[2]: flavour large has no external connection point none; connection point out of VNFC front has a port of both flavours, which stays: change_ext_conn moves it", ...}
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "one", "vnfInstanceName": "b"}
= 201
{"id": "$other := id", ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}]}

# What only adds stops on the way and is taken back: links too.
PUT site:/refuse/servers  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as demo
{"newFlavourId": "large", "instantiationLevelId": "two", "extVirtualLinks": [{"id": "m", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "extra"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", "_links": {"rollback": "$ := any", "retry": "$ := any", ...}, ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op2/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": [{...}, {...}, {...}]}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{...}, {...}]}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"flavourId": "small", "vnfcResourceInfo": [{"id": "$front", ...}], ...}, ...}
PUT site:/refuse/none  as demo
= 204

# Or runs: server and ports of both flavours are the same ones, and flavour, levels and links are told together.
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as demo
{"newFlavourId": "large", "instantiationLevelId": "two", "extVirtualLinks": [{"id": "m", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "extra"}]}], "additionalParams": {"why": "test"}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op3 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", "operation": "CHANGE_FLAVOUR", "grantId": "$ := uuid",
 "operationParams": {"newFlavourId": "large", "instantiationLevelId": "two", "additionalParams": {"why": "test"}, ...},
 "resourceChanges": {"affectedVnfcs": [{"vduId": "back", "changeType": "ADDED", ...}, {"vduId": "back", "changeType": "ADDED", ...}],
  "affectedVirtualLinks": [{"vnfVirtualLinkDescId": "between", "changeType": "ADDED", ...}],
  "affectedExtLinkPorts": [{"changeType": "ADDED", ...}, {"changeType": "ADDED", ...}], ...},
 "changedExtConnectivity": [{"id": "m", ...}], ...}
GET receiver:/got/flavour/8  as nobody
~ 200
{"notifications": [{...}, {...}, {"operationState": "FAILED_TEMP", ...}, {"operationState": "ROLLING_BACK", ...}, {"operationState": "ROLLED_BACK", ...},
 {"operation": "CHANGE_FLAVOUR", "operationState": "STARTING", "notificationStatus": "START", "vnfLcmOpOccId": "$op3", ...}, {"operationState": "PROCESSING", ...},
 {"operationState": "COMPLETED", "notificationStatus": "RESULT", "affectedVnfcs": [{"changeType": "ADDED", ...}, "..."], ...}], ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"flavourId": "large", "scaleStatus": [{"aspectId": "grow", "scaleLevel": 1}], "maxScaleLevels": [{"aspectId": "grow", "scaleLevel": 2}],
  "extCpInfo": [{"id": "$out", "cpdId": "out", ...}, {"cpdId": "extra", ...}, {"cpdId": "extra", ...}],
  "vnfcResourceInfo": [{"id": "$front", "vduId": "front", ...}, {"id": "$first := text", "vduId": "back", ...}, {"id": "$second := text", "vduId": "back", ...}],
  "vnfVirtualLinkResourceInfo": [{"id": "$inside", ...}, {"id": "$between := text", "vnfVirtualLinkDescId": "between", ...}], ...}, ...}

# It scales by the aspects of the flavour that it is of.
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op4 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}

# Back: servers go, then their link.  What deletes cannot be rolled back.
PUT site:/refuse/deletes  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as demo
{"newFlavourId": "small"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op5 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "FAILED_TEMP", "_links": {"self": "$ := any", "vnfInstance": "$ := any", "retry": "$ := any", "fail": "$ := any"}, ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op5/rollback  as demo
= 409
{"detail": "a change of the flavour that deletes servers cannot be rolled back: retry it, or fail it", ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$op5/retry  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedVnfcs": [{"changeType": "REMOVED", ...}, {"changeType": "REMOVED", ...}, {"changeType": "REMOVED", ...}],
 "affectedVirtualLinks": [{"id": "$between", "changeType": "REMOVED", ...}], ...}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"flavourId": "small", "extCpInfo": [{"id": "$out", ...}], "vnfcResourceInfo": [{"id": "$front", ...}],
 "vnfVirtualLinkResourceInfo": [{"id": "$inside", ...}], ...}, ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{...}, {...}]}

# Given up on the way: it is of its flavour, and is brought to one of the two and to no third one.  The network of what
# leads outside was told already.
PUT site:/refuse/servers  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as demo
{"newFlavourId": "large"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op6 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op6/fail  as demo
= 200
{"operationState": "FAILED", ...}
PUT site:/refuse/none  as demo
= 204
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"flavourId": "small", "vnfcResourceInfo": [{"id": "$front", ...}], "vnfVirtualLinkResourceInfo": [{"id": "$inside", ...}, {"id": "$between2 := text", ...}], ...}, ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as demo
{"newFlavourId": "moved"}
= 409
{"detail": "a change of VNF instance $vnf from flavour small to large was given up: it can only be brought to one of these", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as demo
{"newFlavourId": "large"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op7 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"flavourId": "large", "vnfcResourceInfo": [{"id": "$front", ...}, {"vduId": "back", ...}],
 "vnfVirtualLinkResourceInfo": [{"id": "$inside", ...}, {"id": "$between2", ...}], ...}, ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{...}, {...}, {...}, {...}, {...}]}
PUT site:/refuse/deletes  as demo
= 204
POST /vnflcm/v1/vnf_instances/$vnf/change_flavour  as demo
{"newFlavourId": "small"}
= 202
< Location: http://$host/vnflcm/v1/vnf_lcm_op_occs/$op8 := uuid
GET /vnflcm/v1/vnf_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "FAILED_TEMP", "operation": "CHANGE_FLAVOUR", ...}
POST /vnflcm/v1/vnf_lcm_op_occs/$op8/fail  as demo
= 200
{"operationState": "FAILED", ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as demo
{"newFlavourId": "large"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op9 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op9  as demo
~ 200
{"operationState": "COMPLETED", ...}

# Nothing is left at the end but what was there before.
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op10 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op10  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": []}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": [{...}, {...}]}
GET /carrick/v1/holdings  as demo
= 200
[]
