# A change of the package that moves external connection points by the way (SOL003 5.4.11a, extVirtualLinks): new
# ports are at their servers first, old ones leave before their servers are made anew, and all of it goes back.
include grows demo
include family demo grows-2 n 2 64 y 3bb2abb69ebb27fbfe63c7639624c6ec5e331b841a5bc8c3ebc10b9285e90877
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
POST site:/network/v2.0/networks  as demo
{"network": {"id": "33333333-3333-4333-8333-333333333333", "name": "annex"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "44444444-4444-4444-8444-444444444444", "network_id": "33333333-3333-4333-8333-333333333333", "cidr": "10.8.0.0/24"}}
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
{"instantiatedVnfInfo": {"extCpInfo": [{"id": "$old := text", ...}], "vnfcResourceInfo": [{"id": "$front := text", "vnfcCpInfo": [{"id": "$old", ...}, {"id": "$inner := text", ...}], ...}, {"id": "$first := text", ...}, {"id": "$second := text", ...}], ...}, ...}
GET site:/compute/v2.1/servers/$front  as demo
= 200
{"server": {"image": {"id": "$image1 := text"}, ...}}

# What is refused, all of it at once; internal links stay where they are.
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "grows-2", "extVirtualLinks": [{"id": "m", "resourceId": "99999999-9999-4999-8999-999999999999", "extCps": [{"cpdId": "none"}]}],
 "extManagedVirtualLinks": [{"id": "i", "vnfVirtualLinkDescId": "inside", "resourceId": "33333333-3333-4333-8333-333333333333"}], "vimConnectionInfo": {"x": {"vimId": "nowhere", "vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3"}}}
= 422
{"detail": "vimConnectionInfo.x: no site nowhere is registered; extVirtualLinks[0].extCps[0]: flavour f has no external connection point none; extManagedVirtualLinks: internal virtual link inside is there already, as network $inside := uuid: a change of the package leaves it there", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "grows-2", "extManagedVirtualLinks": [{"id": "i", "vnfVirtualLinkDescId": "inside", "resourceId": "33333333-3333-4333-8333-333333333333"}]}
= 422
{"detail": "extManagedVirtualLinks: internal virtual link inside is there already, as network $inside: a change of the package leaves it there", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "grows-2", "extVirtualLinks": [{"id": "m", "vimConnectionId": "west", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out"}]}]}
= 422

# Whose a network is its site does not say when it is asked: the operation asks again, before anything is made.
POST site:/network/v2.0/networks  as demo
{"network": {"id": "77777777-7777-4777-8777-777777777777", "name": "theirs", "project_id": "another"}}
= 201
PUT site:/refuse/shows  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "grows-2", "extVirtualLinks": [{"id": "t", "resourceId": "77777777-7777-4777-8777-777777777777", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$theirs := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$theirs  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$theirs/retry  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$theirs  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"status": 403, ...}, "resourceChanges": {"affectedExtLinkPorts": [], ...}, ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$theirs/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$theirs  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}

# A back does not run of its new image: the front is at its old port again, of its old image, by itself.
PUT site:/refuse/remade-$first  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "grows-2", "extVirtualLinks": [{"id": "m", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "ROLLED_BACK", "operation": "CHANGE_VNFPKG", "resourceChanges": {"affectedExtLinkPorts": [], ...}, ...}
GET site:/compute/v2.1/servers/$front  as demo
= 200
{"server": {"status": "ACTIVE", "image": {"id": "$image1"}, "networks": [{"port": "$inner"}, {"port": "$old"}], ...}}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"vnfdId": "grows", "instantiatedVnfInfo": {"extCpInfo": [{"id": "$old", ...}], "extVirtualLinkInfo": [{"id": "l", ...}], ...}, ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{...}, {...}, {...}, {...}]}

# Given up in the middle: the instance is of its package still, and holds the port that came.
PUT site:/refuse/none  as demo
= 204
PUT site:/refuse/$second  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "grows-2", "extVirtualLinks": [{"id": "m", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op3 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", "resourceChanges": {"affectedExtLinkPorts": [{"id": "$tried := text", "changeType": "ADDED", ...}], ...}, ...}
GET site:/compute/v2.1/servers/$front  as demo
= 200
{"server": {"networks": [{"port": "$inner"}, {"port": "$tried"}], ...}}
POST /vnflcm/v2/vnf_lcm_op_occs/$op3/fail  as demo
= 200
{"operationState": "FAILED", ...}
GET /carrick/v1/holdings?filter=(eq,resource_id,$tried)  as demo
= 200
[{"kind": "port", ...}]

# Whole: the server is of the new image at its new port, the old one is gone, and the occurrence tells both.
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "grows-2", "extVirtualLinks": [{"id": "m", "vimConnectionId": "here", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.8.0.9"]}]}}]}}}]}],
 "vimConnectionInfo": {"here": {"vimId": "$east", "vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3"}}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op4 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedExtLinkPorts": [{"id": "$new := text", "changeType": "ADDED", ...}, {"id": "$old", "changeType": "REMOVED", ...}], ...},
 "changedExtConnectivity": [{"id": "m", "resourceHandle": {"resourceId": "33333333-3333-4333-8333-333333333333", ...}, ...}], "modificationsTriggeredByVnfPkgChange": {"vnfdId": "grows-2", ...}, ...}
GET site:/compute/v2.1/servers/$front  as demo
= 200
{"server": {"status": "ACTIVE", "image": {"id": "$image2 := text"}, ...}}
GET site:/network/v2.0/ports/$new  as demo
= 200
{"port": {"network_id": "33333333-3333-4333-8333-333333333333", "device_id": "$front", "fixed_ips": [{"ip_address": "10.8.0.9"}], ...}}
GET site:/network/v2.0/ports/$old  as demo
= 404
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"vnfdId": "grows-2", "instantiatedVnfInfo": {"extCpInfo": [{"id": "$new", "cpdId": "out", ...}], "extVirtualLinkInfo": [{"id": "m", ...}],
 "vnfcResourceInfo": [{"id": "$front", "vnfcCpInfo": [{"id": "$new", ...}, {"id": "$inner", ...}], ...}, {...}, {...}], ...}, ...}
GET /carrick/v1/holdings?filter=(eq,resource_id,$old)  as demo
= 200
[]
GET /carrick/v1/holdings?filter=(eq,resource_id,$new)  as demo
= 200
[{"kind": "port", "label": "out", ...}]

# All of it goes with the instance, what the given-up operation left too.
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op5 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports/$tried  as demo
= 404
GET site:/network/v2.0/ports/$new  as demo
= 404
GET /carrick/v1/holdings  as demo
= 200
[]
