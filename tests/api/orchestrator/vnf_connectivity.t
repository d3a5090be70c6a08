# Changing the external connectivity of a VNF (SOL003 5.4.11) at a site in memory: a new port joins before
# the old one leaves, and the old one is deleted last.
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
POST site:/network/v2.0/networks  as demo
{"network": {"id": "33333333-3333-4333-8333-333333333333", "name": "annex"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "44444444-4444-4444-8444-444444444444", "network_id": "33333333-3333-4333-8333-333333333333", "cidr": "10.8.0.0/24"}}
= 201
POST /vnflcm/v2/vnf_instances/$vnf/change_ext_conn  as demo
{"extVirtualLinks": [{"id": "m", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out"}]}]}
= 409
{"status": 409, "detail": "VNF instance $vnf is NOT_INSTANTIATED", ...}
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op1 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"extCpInfo": [{"id": "$old := text", "cpdId": "out", ...}], "vnfcResourceInfo": [{"id": "$front := text", "vnfcCpInfo": [{"id": "$old", ...}, {"id": "$inner := text", ...}], ...}, {...}], ...},
 "_links": {"changeExtConn": {"href": "http://$host/vnflcm/v2/vnf_instances/$vnf/change_ext_conn"}, ...}, ...}

# What is refused.
POST /vnflcm/v2/vnf_instances/$vnf/change_ext_conn  as demo
{"extVirtualLinks": [], "speed": 1}
= 400
# A network of another project of the site, which the orchestrator may use as its administrator, is none of ours.
POST site:/network/v2.0/networks  as demo
{"network": {"id": "88888888-8888-4888-8888-888888888888", "name": "theirs", "project_id": "another"}}
= 201
POST /vnflcm/v2/vnf_instances/$vnf/change_ext_conn  as demo
{"extVirtualLinks": [{"id": "m", "resourceId": "88888888-8888-4888-8888-888888888888", "extCps": [{"cpdId": "inner"}]}]}
= 422
{"status": 422, "detail": "extVirtualLinks[0]: network 88888888-8888-4888-8888-888888888888 is of another project of site east, which does not share it; extVirtualLinks[0].extCps[0]: flavour f has no external connection point inner", ...}
DELETE site:/network/v2.0/networks/88888888-8888-4888-8888-888888888888  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/change_ext_conn  as demo
{"extVirtualLinks": [{"id": "m", "resourceId": "99999999-9999-4999-8999-999999999999", "extCps": [{"cpdId": "inner"}]}]}
= 422
{"status": 422, "detail": "extVirtualLinks[0]: site east has no network 99999999-9999-4999-8999-999999999999; extVirtualLinks[0].extCps[0]: flavour f has no external connection point inner", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_ext_conn  as demo
{"extVirtualLinks": [{"id": "m", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.9.0.9"]}]}}]}}}]}]}
= 422
{"detail": "extVirtualLinks[0].extCps[0].cpConfig.a: 10.9.0.9 is in no subnet of network 33333333-3333-4333-8333-333333333333", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_ext_conn  as alice
{"extVirtualLinks": [{"id": "m", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out"}]}]}
= 404

# A port that cannot leave: the new one is there beside it.  Taken back, only the old one is.
PUT site:/refuse/detaches  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/change_ext_conn  as demo
{"extVirtualLinks": [{"id": "m", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", "operation": "CHANGE_EXT_CONN", "resourceChanges": {"affectedExtLinkPorts": [{"id": "$tried := text", "changeType": "ADDED", ...}], ...}, ...}
GET site:/compute/v2.1/servers/$front  as demo
= 200
{"server": {"networks": [{"port": "$old"}, {"port": "$inner"}, {"port": "$tried"}], ...}}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$op2/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/compute/v2.1/servers/$front  as demo
= 200
{"server": {"networks": [{"port": "$old"}, {"port": "$inner"}], ...}}
GET site:/network/v2.0/ports/$tried  as demo
= 404

# Through version 1; a delete that fails is retried, and no longer taken back once it may have happened.
PUT site:/refuse/deletes  as demo
= 204
POST /vnflcm/v1/vnf_instances/$vnf/change_ext_conn  as demo
> Version: 1.3.0
{"extVirtualLinks": [{"id": "m", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out", "cpConfig": [{"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.8.0.9"]}]}}]}]}]}]}
= 202
< Location: http://$host/vnflcm/v1/vnf_lcm_op_occs/$op3 := uuid
GET /vnflcm/v1/vnf_lcm_op_occs/$op3  as demo
> Version: 1.3.0
~ 200
{"operationState": "FAILED_TEMP", ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$op3/retry  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", "grantId": "$ := uuid",
 "resourceChanges": {"affectedVnfcs": [], "affectedVirtualLinks": [], "affectedExtLinkPorts": [{"id": "$new := text", "changeType": "ADDED", ...}, {"id": "$old", "changeType": "REMOVED", ...}]},
 "changedExtConnectivity": [{"id": "m", "resourceHandle": {"resourceId": "33333333-3333-4333-8333-333333333333", ...}, ...}], ...}
GET /vnflcm/v1/vnf_lcm_op_occs/$op3  as demo
> Version: 1.3.0
= 200
{"operation": "CHANGE_EXT_CONN", "changedExtConnectivity": [{"id": "m", ...}], ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfState": "STARTED", "extCpInfo": [{"id": "$new", "cpdId": "out", ...}], "extVirtualLinkInfo": [{"id": "m", ...}],
 "vnfcResourceInfo": [{"id": "$front", "vnfcCpInfo": [{"id": "$new", ...}, {"id": "$inner", ...}], ...}, {...}], ...}, ...}
GET site:/compute/v2.1/servers/$front  as demo
= 200
{"server": {"networks": [{"port": "$inner"}, {"port": "$new"}], ...}}
GET site:/network/v2.0/ports/$new  as demo
= 200
{"port": {"network_id": "33333333-3333-4333-8333-333333333333", "fixed_ips": [{"ip_address": "10.8.0.9"}], ...}}
GET site:/network/v2.0/ports/$old  as demo
= 404
GET /carrick/v1/holdings?filter=(eq,resource_id,$old)  as demo
= 200
[]
GET /carrick/v1/holdings?filter=(eq,resource_id,$new)  as demo
= 200
[{"kind": "port", "label": "out", ...}]

# What is there already is not moved; a port of the client's is taken, and given back when it is moved away.
POST /vnflcm/v2/vnf_instances/$vnf/change_ext_conn  as demo
{"extVirtualLinks": [{"id": "m", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op4 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedExtLinkPorts": [], ...}, ...}
# Nor is a port of another project, or one elsewhere, or none.
POST site:/network/v2.0/ports  as demo
{"port": {"id": "66666666-6666-4666-8666-666666666666", "network_id": "11111111-1111-4111-8111-111111111111", "project_id": "another"}}
= 201
POST site:/network/v2.0/ports  as demo
{"port": {"id": "77777777-7777-4777-8777-777777777777", "network_id": "33333333-3333-4333-8333-333333333333"}}
= 201
POST /vnflcm/v2/vnf_instances/$vnf/change_ext_conn  as demo
{"extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111",
 "extLinkPorts": [{"id": "p", "resourceHandle": {"resourceId": "66666666-6666-4666-8666-666666666666"}},
  {"id": "q", "resourceHandle": {"resourceId": "77777777-7777-4777-8777-777777777777"}},
  {"id": "r", "resourceHandle": {"resourceId": "99999999-9999-4999-8999-999999999999"}}],
 "extCps": [{"cpdId": "out", "cpConfig": {"a": {"linkPortId": "p"}, "b": {"linkPortId": "q"}, "c": {"linkPortId": "r"}}}]}]}
= 422
{"status": 422, "detail": "extVirtualLinks[0].extCps[0].cpConfig.a: port 66666666-6666-4666-8666-666666666666 is of another project of the site; extVirtualLinks[0].extCps[0].cpConfig.b: port 77777777-7777-4777-8777-777777777777 is on network 33333333-3333-4333-8333-333333333333, the link is 11111111-1111-4111-8111-111111111111; extVirtualLinks[0].extCps[0].cpConfig.c: the site has no port 99999999-9999-4999-8999-999999999999", ...}
DELETE site:/network/v2.0/ports/66666666-6666-4666-8666-666666666666  as demo
= 204
DELETE site:/network/v2.0/ports/77777777-7777-4777-8777-777777777777  as demo
= 204
POST site:/network/v2.0/ports  as demo
{"port": {"id": "55555555-5555-4555-8555-555555555555", "network_id": "11111111-1111-4111-8111-111111111111"}}
= 201
POST /vnflcm/v2/vnf_instances/$vnf/change_ext_conn  as demo
{"extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111",
 "extLinkPorts": [{"id": "p", "resourceHandle": {"resourceId": "55555555-5555-4555-8555-555555555555"}}],
 "extCps": [{"cpdId": "out", "cpConfig": {"a": {"linkPortId": "p"}}}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op5 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers/$front  as demo
= 200
{"server": {"networks": [{"port": "$inner"}, {"port": "55555555-5555-4555-8555-555555555555"}], ...}}
GET site:/network/v2.0/ports/$new  as demo
= 404

# One that is given up in the middle holds what it made: the termination deletes it too.
PUT site:/refuse/detaches  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/change_ext_conn  as demo
{"extVirtualLinks": [{"id": "m", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out"}]}]}
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
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op7 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": []}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{"id": "55555555-5555-4555-8555-555555555555", ...}]}
GET /carrick/v1/holdings  as demo
= 200
[]
