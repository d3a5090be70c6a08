# Changing the package of a VNF (SOL003 5.4.11a) at a site in memory: what is refused, one server after
# the other, and all of them back where one does not run.
include grows demo
include family demo grows-2 n 2 64 y 3bb2abb69ebb27fbfe63c7639624c6ec5e331b841a5bc8c3ebc10b9285e90877
include family demo other q 3 64 y 3bb2abb69ebb27fbfe63c7639624c6ec5e331b841a5bc8c3ebc10b9285e90877
include family demo big r 4 128 z c865f6c5ab8d1b0bcd383a5e1e3879d22681c96bf462c269b7581d523fbe70ab
GET /vnfpkgm/v2/vnf_packages?filter=(eq,vnfdId,grows)  as demo
= 200
[{"id": "$pkg1 := id", "usageState": "NOT_IN_USE", ...}]
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "grows", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "grows-2"}
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
{"instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$front := text", "vnfcCpInfo": [{"id": "$out := text", ...}, {...}], ...}, {"id": "$first := text", ...}, {"id": "$second := text", ...}], ...},
 "_links": {"changeCurrentVnfPkg": {"href": "http://$host/vnflcm/v2/vnf_instances/$vnf/change_vnfpkg"}, ...}, ...}
GET site:/compute/v2.1/servers/$front  as demo
= 200
{"server": {"image": {"id": "$image1 := text"}, ...}}

# What is refused; all that would change besides images is told at once.
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": 7, "speed": 1}
= 400
{"status": 400, ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{}
= 400
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "nothing"}
= 422
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "grows"}
= 409
{"status": 409, "detail": "VNF instance $vnf is of VNFD grows already", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "other"}
= 422
{"status": 422, "detail": "only images and user data can change with the package; VNFD other differs; product: n becomes q", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "big"}
= 422
{"status": 422, "detail": "only images and user data can change with the package; VNFD big differs; product: n becomes r; VDU back, memory in MiB: 64 becomes 128", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as alice
{"vnfdId": "grows-2"}
= 404
# Version 1 has no such operation.
POST /vnflcm/v1/vnf_instances/$vnf/change_vnfpkg  as demo
> Version: 1.3.0
{"vnfdId": "grows-2"}
= 404
GET /vnflcm/v1/vnf_instances/$vnf  as demo
> Version: 1.3.0
= 200
{"_links": {"self": "$ := any", "terminate": "$ := any", "scale": "$ := any", "scaleToLevel": "$ := any", "operate": "$ := any", "heal": "$ := any", "changeExtConn": "$ := any", "changeFlavour": "$ := any"}, ...}

# What is stopped shows nothing of a new image.
POST /vnflcm/v2/vnf_instances/$vnf/operate  as demo
{"changeStateTo": "STOPPED", "stopType": "FORCEFUL", "vnfcInstanceId": ["$first"]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$stop := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$stop  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "grows-2"}
= 409
{"status": 409, "detail": "VNFC back-1 of VNF instance $vnf is stopped: start it before the package changes", ...}
POST /vnflcm/v2/vnf_instances/$vnf/operate  as demo
{"changeStateTo": "STARTED", "vnfcInstanceId": ["$first"]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$start := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$start  as demo
~ 200
{"operationState": "COMPLETED", ...}

# The second server does not run of the new image: both go back to the old one, by themselves.
PUT site:/refuse/remade-$first  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "grows-2"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "ROLLED_BACK", "operation": "CHANGE_VNFPKG", "error": {"detail": "$ := text", "status": "$ := any", ...}, "resourceChanges": {"affectedVnfcs": [], ...}, ...}
GET site:/compute/v2.1/servers/$front  as demo
= 200
{"server": {"status": "ACTIVE", "image": {"id": "$image1"}, ...}}
GET site:/compute/v2.1/servers/$first  as demo
= 200
{"server": {"status": "ACTIVE", "image": {"id": "$image1"}, ...}}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"vnfdId": "grows", "vnfdVersion": "1", "instantiatedVnfInfo": {"vnfState": "STARTED", ...}, ...}
GET /vnfpkgm/v2/vnf_packages/$pkg2  as demo
= 200
{"usageState": "NOT_IN_USE", ...}

# A site that refuses stops it on the way: taken back by request, or given up.
PUT site:/refuse/$second  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "grows-2"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op3 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", "resourceChanges": {"affectedVnfcs": [{"id": "$front", "changeType": "MODIFIED", ...}, {"id": "$first", "changeType": "MODIFIED", ...}], ...},
 "_links": {"retry": "$ := any", "rollback": "$ := any", "fail": "$ := any", ...}, ...}
GET /vnfpkgm/v2/vnf_packages/$pkg2  as demo
= 200
{"usageState": "IN_USE", ...}
DELETE /vnfpkgm/v2/vnf_packages/$pkg2  as demo
= 409
# Also when another instance of it comes and goes meanwhile.
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "grows-2", "vnfInstanceName": "passing"}
= 201
{"id": "$passing := id", ...}
DELETE /vnflcm/v2/vnf_instances/$passing  as demo
= 204
GET /vnfpkgm/v2/vnf_packages/$pkg2  as demo
= 200
{"usageState": "IN_USE", ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$op3/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/compute/v2.1/servers/$first  as demo
= 200
{"server": {"status": "ACTIVE", "image": {"id": "$image1"}, ...}}
GET /vnfpkgm/v2/vnf_packages/$pkg2  as demo
= 200
{"usageState": "NOT_IN_USE", ...}
PUT site:/refuse/$second  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "grows-2"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op4 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op4/fail  as demo
= 200
{"operationState": "FAILED", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"vnfdId": "grows", "instantiatedVnfInfo": {"vnfState": "STARTED", "vnfcResourceInfo": [{"id": "$front", ...}, {"id": "$first", ...}, {"id": "$second", ...}], ...}, ...}
GET /vnfpkgm/v2/vnf_packages/$pkg2  as demo
= 200
{"usageState": "NOT_IN_USE", ...}

# It goes on where it stopped; then all is of the new package.
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "grows-2", "additionalParams": {"why": "a hole"}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op5 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$op5/retry  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", "operation": "CHANGE_VNFPKG", "grantId": "$ := uuid",
 "operationParams": {"vnfdId": "grows-2", "additionalParams": {"why": "a hole"}},
 "resourceChanges": {"affectedVnfcs": [{"id": "$front", "vduId": "front", "changeType": "MODIFIED", ...}, {"id": "$first", "vduId": "back", "changeType": "MODIFIED", ...}, {"id": "$second", "vduId": "back", "changeType": "MODIFIED", ...}],
  "affectedVirtualLinks": [], "affectedExtLinkPorts": [], ...},
 "modificationsTriggeredByVnfPkgChange": {"vnfdId": "grows-2", "vnfProvider": "p", "vnfProductName": "n", "vnfSoftwareVersion": "2", "vnfdVersion": "2"}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"vnfdId": "grows-2", "vnfSoftwareVersion": "2", "vnfdVersion": "2", "instantiatedVnfInfo": {"vnfState": "STARTED", "vnfcResourceInfo": [
 {"id": "$front", "vnfcCpInfo": [{"id": "$out", ...}, {...}], ...}, {"id": "$first", ...}, {"id": "$second", ...}], ...}, ...}
GET site:/compute/v2.1/servers/$front  as demo
= 200
{"server": {"status": "ACTIVE", "image": {"id": "$image2 := text"}, ...}}
GET site:/compute/v2.1/servers/$second  as demo
= 200
{"server": {"status": "ACTIVE", "image": {"id": "$image2"}, ...}}
GET /vnfpkgm/v2/vnf_packages/$pkg1  as demo
= 200
{"usageState": "NOT_IN_USE", ...}
GET /vnfpkgm/v2/vnf_packages/$pkg2  as demo
= 200
{"usageState": "IN_USE", ...}
GET /carrick/v1/holdings?filter=(eq,kind,server)  as demo
= 200
[{...}, {...}, {...}]

# What it is scaled by and healed with is the new package's image; the old package can go.
DELETE /vnfpkgm/v2/vnf_packages/$pkg1  as demo
= 409
PATCH /vnfpkgm/v2/vnf_packages/$pkg1  as demo
{"operationalState": "DISABLED"}
= 200
DELETE /vnfpkgm/v2/vnf_packages/$pkg1  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op6 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedVnfcs": [{"id": "$third := text", ...}], ...}, ...}
GET site:/compute/v2.1/servers/$third  as demo
= 200
{"server": {"image": {"id": "$image2"}, ...}}

# What is STOPPED is not changed.
POST /vnflcm/v2/vnf_instances/$vnf/operate  as demo
{"changeStateTo": "STOPPED"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op7 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "big"}
= 409
{"detail": "VNF instance $vnf is STOPPED: only what is STARTED is changed", ...}
