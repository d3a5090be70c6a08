# Notifications of VNF lifecycle management (SOL003 5.6): they follow from what happens to instances
# and operations, in order, to whom they concern.
include single web demo
PUT receiver:/tell/full  as nobody
{}
= 204
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/full"}
= 201
{"id": "$full := id", ...}
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/short", "verbosity": "SHORT", "filter": {"notificationTypes": ["VnfLcmOperationOccurrenceNotification"],
 "operationTypes": ["INSTANTIATE"], "operationStates": ["COMPLETED", "FAILED_TEMP", "ROLLED_BACK"],
 "vnfInstanceSubscriptionFilter": {"vnfdIds": ["other", "web"], "vnfInstanceNames": ["a"], "vnfProductsFromProviders": [
  {"vnfProvider": "nobody"}, {"vnfProvider": "acme", "vnfProducts": [{"vnfProductName": "web", "versions": [{"vnfSoftwareVersion": "2", "vnfdVersions": ["0", "1"]}]}]}]}}}
= 201
{"id": "$short := id", ...}
# What does not fit: another product's version, another instance; another project, whatever it asks for.
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/none", "filter": {"vnfInstanceSubscriptionFilter": {"vnfProductsFromProviders": [
  {"vnfProvider": "acme", "vnfProducts": [{"vnfProductName": "web", "versions": [{"vnfSoftwareVersion": "3"}]}]}]}}}
= 201
{"id": "$none := id", ...}
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/none", "filter": {"vnfInstanceSubscriptionFilter": {"vnfInstanceNames": ["b"]}}}
= 201
POST /vnflcm/v2/subscriptions  as alice
{"callbackUri": "http://$receiver/cb/alice"}
= 201
{"id": "$alice := id", ...}
GET /carrick/v1/subscriptions/$full  as demo
= 200
{"waiting": 0, "dead": 0, "lost": 0, ...}

POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "web", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", ...}
GET receiver:/got/full/1  as nobody
~ 200
{"authorization": null, "version": "2.3.0", "notifications": [{"id": "$n1 := uuid", "notificationType": "VnfIdentifierCreationNotification", "subscriptionId": "$full",
 "timeStamp": "2026-01-02T03:04:05.000Z", "vnfInstanceId": "$vnf", "_links": {"vnfInstance": {"href": "http://$host/vnflcm/v2/vnf_instances/$vnf"},
 "subscription": {"href": "http://$host/vnflcm/v2/subscriptions/$full"}}}]}

POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
POST site:/network/v2.0/networks  as demo
{"network": {"id": "11111111-1111-4111-8111-111111111111", "name": "office"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "11111111-1111-4111-8111-111111111111", "cidr": "10.7.0.0/24"}}
= 201
# It stops on the way and goes on.
PUT site:/refuse/servers  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$op/retry  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET receiver:/got/full/6  as nobody
~ 200
{"notifications": [{"id": "$n1", ...},
 {"id": "$ := uuid", "notificationType": "VnfLcmOperationOccurrenceNotification", "subscriptionId": "$full", "timeStamp": "2026-01-02T03:04:05.000Z", "vnfLcmOpOccId": "$op", "vnfInstanceId": "$vnf",
  "operation": "INSTANTIATE", "operationState": "STARTING", "isAutomaticInvocation": false, "verbosity": "FULL", "notificationStatus": "START",
  "_links": {"vnfInstance": {"href": "http://$host/vnflcm/v2/vnf_instances/$vnf"}, "vnfLcmOpOcc": {"href": "http://$host/vnflcm/v2/vnf_lcm_op_occs/$op"}, "subscription": {"href": "http://$host/vnflcm/v2/subscriptions/$full"}}},
 {"operationState": "PROCESSING", "notificationStatus": "START", "isAutomaticInvocation": false, "id": "$ := uuid", "notificationType": "$ := text", "subscriptionId": "$full", "timeStamp": "$ := time", "vnfLcmOpOccId": "$op", "vnfInstanceId": "$vnf", "operation": "INSTANTIATE", "verbosity": "FULL", "_links": "$ := any"},
 {"id": "$n4 := uuid", "operationState": "FAILED_TEMP", "notificationStatus": "RESULT", "error": {"status": 409, "detail": "$ := text", ...}, "affectedExtLinkPorts": [{"changeType": "ADDED", ...}], ...},
 {"operationState": "PROCESSING", "notificationStatus": "START", "isAutomaticInvocation": false, "id": "$ := uuid", "notificationType": "$ := text", "subscriptionId": "$full", "timeStamp": "$ := time", "vnfLcmOpOccId": "$op", "vnfInstanceId": "$vnf", "operation": "INSTANTIATE", "verbosity": "FULL", "_links": "$ := any"},
 {"operationState": "COMPLETED", "notificationStatus": "RESULT", "affectedVnfcs": [{"changeType": "ADDED", "vduId": "front", ...}], "affectedExtLinkPorts": [{"changeType": "ADDED", ...}], ...}], ...}
# SHORT: the same event under the same id, without what it touched.
GET receiver:/got/short/2  as nobody
~ 200
{"notifications": [
 {"id": "$n4", "subscriptionId": "$short", "operationState": "FAILED_TEMP", "notificationStatus": "RESULT", "error": "$ := any", "verbosity": "SHORT", "isAutomaticInvocation": false, "notificationType": "$ := text", "timeStamp": "$ := time", "vnfLcmOpOccId": "$op", "vnfInstanceId": "$vnf", "operation": "INSTANTIATE", "_links": "$ := any"},
 {"subscriptionId": "$short", "operationState": "COMPLETED", "notificationStatus": "RESULT", "verbosity": "SHORT", "id": "$ := uuid", "isAutomaticInvocation": false, "notificationType": "$ := text", "timeStamp": "$ := time", "vnfLcmOpOccId": "$op", "vnfInstanceId": "$vnf", "operation": "INSTANTIATE", "_links": "$ := any"}], ...}

POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
GET /vnflcm/v2/vnf_instances/$vnf  as demo
~ 200
{"instantiationState": "NOT_INSTANTIATED", ...}
GET receiver:/got/full/9  as nobody
~ 200
DELETE /vnflcm/v2/vnf_instances/$vnf  as demo
= 204
GET receiver:/got/full/10  as nobody
~ 200
{"notifications": [{"id": "$n1", ...}, {"operationState": "STARTING", ...}, {"operationState": "PROCESSING", ...}, {"operationState": "FAILED_TEMP", ...}, {"operationState": "PROCESSING", ...}, {"operationState": "COMPLETED", ...},
 {"operation": "TERMINATE", "operationState": "STARTING", ...}, {"operation": "TERMINATE", "operationState": "PROCESSING", ...},
 {"operation": "TERMINATE", "operationState": "COMPLETED", "affectedVnfcs": [{"changeType": "REMOVED", ...}], ...},
 {"notificationType": "VnfIdentifierDeletionNotification", "vnfInstanceId": "$vnf", ...}], ...}

# Whom it does not concern heard nothing but the question.
GET /carrick/v1/subscriptions/$short  as demo
= 200
{"waiting": 0, "dead": 0, ...}
GET receiver:/got/short/3  as nobody
= 404
GET receiver:/calls/none/3  as nobody
= 404
GET receiver:/calls/alice/2  as nobody
= 404
# Hers come to her.
include single web alice
POST /vnflcm/v2/vnf_instances  as alice
{"vnfdId": "web", "vnfInstanceName": "b"}
= 201
{"id": "$hers := id", ...}
GET receiver:/got/alice/1  as nobody
~ 200
{"notifications": [{"notificationType": "VnfIdentifierCreationNotification", "subscriptionId": "$alice", "vnfInstanceId": "$hers", ...}], ...}
GET receiver:/got/full/11  as nobody
= 404
# Behind the end of a subscription nothing comes.
DELETE /vnflcm/v2/subscriptions/$alice  as alice
= 204
DELETE /vnflcm/v2/vnf_instances/$hers  as alice
= 204
GET receiver:/got/alice/2  as nobody
= 404
