# A subscription's version decides its notifications: the same events in the form of 2.6.1, with links
# into version 1, beside subscriptions of version 2.
POST /vnfpkgm/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/pkg"}
= 201
< Location: http://$host/vnfpkgm/v1/subscriptions/$pkgs
{"id": "$pkgs := id", "callbackUri": "http://$receiver/cb/pkg", "_links": {"self": {"href": "http://$host/vnfpkgm/v1/subscriptions/$pkgs"}}}
include pair v1
# vnfmInfo is version 2's.
GET receiver:/got/pkg/1  as nobody
~ 200
{"version": "1.2.0", "notifications": [{"id": "$ := uuid", "notificationType": "VnfPackageOnboardingNotification", "subscriptionId": "$pkgs", "timeStamp": "$ := time", "vnfPkgId": "$pkg", "vnfdId": "pair",
 "_links": {"vnfPackage": {"href": "http://$host/vnfpkgm/v1/vnf_packages/$pkg"}, "subscription": {"href": "http://$host/vnfpkgm/v1/subscriptions/$pkgs"}}}], ...}

# Verbosity is version 2's too; one of each version with one callback are two.
POST /vnflcm/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/old", "verbosity": "FULL"}
= 400
{"detail": "unknown attribute 'verbosity'", ...}
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/old", "verbosity": "SHORT"}
= 201
{"id": "$new := id", "verbosity": "SHORT", ...}
POST /vnflcm/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/old"}
= 201
{"id": "$old := id", "callbackUri": "http://$receiver/cb/old", "_links": {...}}
POST /vnflcm/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/old"}
= 303
< Location: http://$host/vnflcm/v1/subscriptions/$old
GET /vnflcm/v1/subscriptions  as demo
= 200
[{"id": "$old", "callbackUri": "http://$receiver/cb/old", "_links": {"self": {"href": "http://$host/vnflcm/v1/subscriptions/$old"}}}]
GET /vnflcm/v2/subscriptions  as demo
= 200
[{"id": "$new", ...}]
GET /vnflcm/v1/subscriptions/$old  as demo
= 200
{"id": "$old", ...}
GET /vnflcm/v1/subscriptions/$new  as demo
= 404
GET /vnflcm/v2/subscriptions/$old  as demo
= 404
DELETE /vnflcm/v2/subscriptions/$old  as demo
= 404
DELETE /vnflcm/v2/subscriptions/$new  as demo
= 204

POST /vnflcm/v1/vnf_instances  as demo
{"vnfdId": "pair", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", ...}
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
{"id": "$east := uuid", ...}
POST site:/network/v2.0/networks  as demo
{"network": {"id": "11111111-1111-4111-8111-111111111111", "name": "office"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "11111111-1111-4111-8111-111111111111", "cidr": "10.7.0.0/24"}}
= 201
POST /vnflcm/v1/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v1/vnf_lcm_op_occs/$op := uuid
GET receiver:/got/old/4  as nobody
~ 200
{"version": "1.3.0", "notifications": [
 {"notificationType": "VnfIdentifierCreationNotification", "subscriptionId": "$old", "_links": {"vnfInstance": {"href": "http://$host/vnflcm/v1/vnf_instances/$vnf"}, "subscription": {"href": "http://$host/vnflcm/v1/subscriptions/$old"}}, ...},
 {"operationState": "STARTING", ...}, {"operationState": "PROCESSING", ...},
 {"id": "$ := uuid", "notificationType": "VnfLcmOperationOccurrenceNotification", "subscriptionId": "$old", "timeStamp": "$ := time", "vnfLcmOpOccId": "$op", "vnfInstanceId": "$vnf",
  "operation": "INSTANTIATE", "operationState": "COMPLETED", "isAutomaticInvocation": false, "notificationStatus": "RESULT",
  "affectedVnfcs": [{"id": "$ := text", "vduId": "front", "changeType": "ADDED", "computeResource": "$ := any"}, {"vduId": "back", ...}],
  "affectedVirtualLinks": [{"id": "$ := text", "virtualLinkDescId": "inside", "changeType": "ADDED", "networkResource": "$ := any"}],
  "_links": {"vnfInstance": {"href": "http://$host/vnflcm/v1/vnf_instances/$vnf"}, "vnfLcmOpOcc": {"href": "http://$host/vnflcm/v1/vnf_lcm_op_occs/$op"},
   "subscription": {"href": "http://$host/vnflcm/v1/subscriptions/$old"}}}], ...}
DELETE /vnflcm/v1/subscriptions/$old  as demo
= 204
GET /vnflcm/v1/subscriptions  as demo
= 200
[]
POST /nslcm/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/ns", "filter": {"nsInstanceSubscriptionFilter": {"nsInstanceNames": ["n"]}}}
= 201
{"id": "$ := id", "filter": {...}, ...}
POST /nsd/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/nsd"}
= 201
{"id": "$ := id", ...}
