# A VNF by itself (SOL003 5.4.3 to 5.4.16), at a site in memory: what is refused before anything
# starts, what completes, and what becomes of an instantiation that stops on the way.
include pair v2
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "pair", "vnfInstanceName": "a", "metadata": {"owner": "me"}}
= 201
{"id": "$vnf := id", "instantiationState": "NOT_INSTANTIATED", ...}

# The form: every fault of the body.
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": 1, "extVirtualLinks": {}, "vimConnectionInfo": "x", "additionalParams": [], "colour": 1}
= 400
{"status": 400, "detail": "attribute 'flavourId': '1' is not a valid string.; attribute 'extVirtualLinks': '{}' is not a list.; attribute 'vimConnectionInfo': 'x' is not a dictionary.; attribute 'additionalParams': an object is needed.; unknown attribute 'colour'", ...}
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "vimConnectionInfo": {"a": {"vimId": "east", "accessInfo": {"password": "x"}}},
 "extVirtualLinks": [{"id": "l", "resourceId": "no uuid", "extCps": [{"cpConfig": {"x": {"linkPortId": 3, "cpProtocolData": [{"layerProtocol": "IP"}]}}}]}]}
= 400
{"status": 400, "detail": "unknown attribute 'vimConnectionInfo.a.accessInfo'; attribute 'vimConnectionInfo.a.vimType' is required; attribute 'extVirtualLinks[0].resourceId': 'no uuid' is not a valid UUID.; attribute 'extVirtualLinks[0].extCps[0].cpConfig.x.linkPortId': '3' is not a valid string.; attribute 'extVirtualLinks[0].extCps[0].cpConfig.x.cpProtocolData[0].layerProtocol': 'IP' is not in ['IP_OVER_ETHERNET'].; attribute 'extVirtualLinks[0].extCps[0].cpdId' is required", ...}
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
> Content-Type: text/plain
{"flavourId": "f"}
= 415
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
> Version: 1.0.0
{"flavourId": "f"}
= 406
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "POLITE", "gracefulTerminationTimeout": -1}
= 400
# What it means: no site is registered, nothing is connected.
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "g"}
= 422
{"status": 422, "detail": "VNFD pair has no deployment flavour g", ...}
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "instantiationLevelId": "three"}
= 422
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "vimConnectionInfo": {"here": {"vimId": "east", "vimType": "AWS"}}}
= 422
{"status": 422, "detail": "vimConnectionInfo.here: vimType AWS is not supported (ETSINFV.OPENSTACK_KEYSTONE.V_3 is); vimConnectionInfo.here: no site east is registered; connection point out (virtual_link) is not connected by extVirtualLinks", ...}
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 409
GET /vnflcm/v2/vnf_lcm_op_occs  as demo
= 200
[]

# A site with a network of the client's.
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
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "vimConnectionId": "west", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "back_in"}]},
 {"id": "l", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out", "cpConfig": {"x": {"linkPortId": "mine"}}}]},
 {"id": "m", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "virtual_link", "cpConfig": {"y": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.8.0.1"]}]}}]}}}]}]}
= 422
{"status": 422, "detail": "extVirtualLinks[0].vimConnectionId: no site west is registered; extVirtualLinks[0].extCps[0]: flavour f has no external connection point back_in; extVirtualLinks[1]: id l is given twice; extVirtualLinks[1]: site east has no network 33333333-3333-4333-8333-333333333333; extVirtualLinks[1].extCps[0].cpConfig.x: extLinkPorts has no mine; extVirtualLinks[2].extCps[0].cpConfig.y: 10.8.0.1 is in no subnet of network 11111111-1111-4111-8111-111111111111", ...}
GET /vnflcm/v2/vnf_lcm_op_occs  as demo
= 200
[]

# Each kind of what cannot be: where it is, which addresses, which port, how often.
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "instantiationLevelId": "three", "vimConnectionInfo": {"a": {"vimId": "$east", "vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3", "interfaceInfo": {"endpoint": "http://elsewhere/v3"}}},
 "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}, {"cpdId": "out"}]}]}
= 422
{"status": 422, "detail": "flavour f has no instantiation level three; vimConnectionInfo.a: site east is registered at http://$site/v3, not at http://elsewhere/v3; extVirtualLinks[0].extCps[1]: connection point out is given twice", ...}
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "vimConnectionInfo": {"a": {"vimId": "east", "vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3", "interfaceInfo": {"endpoint": "http://$site/"}}},
 "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extLinkPorts": [{"id": "mine", "resourceHandle": {"resourceId": "44444444-4444-4444-8444-444444444444"}}],
  "extCps": [{"cpdId": "out", "cpConfig": {
   "x": {"linkPortId": "mine", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "numDynamicAddresses": 1, "subnetId": "33333333-3333-4333-8333-333333333333"}]}}]},
   "y": {"createExtLinkPort": false}}}]}]}
= 422
{"status": 422, "detail": "extVirtualLinks[0].extCps[0].cpConfig.x: linkPortId and cpProtocolData exclude each other; extVirtualLinks[0].extCps[0].cpConfig.x: network 11111111-1111-4111-8111-111111111111 has no subnet 33333333-3333-4333-8333-333333333333; extVirtualLinks[0].extCps[0].cpConfig.y: without linkPortId a port has to be made (createExtLinkPort)", ...}
# A site of another project's is none, by its id as well; and it does not make two of one.
POST /carrick/v1/sites  as alice
{"name": "hers", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
{"id": "$hers := uuid", ...}
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "vimConnectionInfo": {"a": {"vimId": "$hers", "vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3"}}, "extVirtualLinks": [{"id": "l", "vimConnectionId": "a", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 422
{"status": 422, "detail": "vimConnectionInfo.a: no site $hers is registered; extVirtualLinks[0].vimConnectionId: no site a is registered", ...}
# Of two sites one is meant, and said.
POST /carrick/v1/sites  as demo
{"name": "west", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
{"id": "$west := uuid", ...}
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "vimConnectionInfo": {"a": {"vimId": "east", "vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3"}},
 "extVirtualLinks": [{"id": "l", "vimConnectionId": "west", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 422
{"status": 422, "detail": "a VNF runs at one site; the request names east and west", ...}
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 422
{"status": 422, "detail": "extVirtualLinks[0].vimConnectionId is needed: there is not just one site", ...}
DELETE /carrick/v1/sites/$west  as demo
= 204
GET /vnflcm/v2/vnf_lcm_op_occs  as demo
= 200
[]

# Three servers, a link of their own, all from one request.
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "instantiationLevelId": "two", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out", "cpConfig": {"first": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.7.0.9"]}]}}]}}}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op1 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedVnfcs": [{"vduId": "front", "changeType": "ADDED", ...}, {"vduId": "back", ...}, {"vduId": "back", ...}],
 "affectedVirtualLinks": [{"vnfVirtualLinkDescId": "inside", "changeType": "ADDED", ...}], "affectedExtLinkPorts": [{"changeType": "ADDED", ...}], ...}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiationState": "INSTANTIATED", "instantiatedVnfInfo": {"flavourId": "f", "vnfState": "STARTED",
 "extCpInfo": [{"cpdId": "out", "cpConfigId": "first", ...}],
 "extVirtualLinkInfo": [{"id": "l", "resourceHandle": {"vimConnectionId": "$east", "resourceId": "11111111-1111-4111-8111-111111111111", ...}, ...}], ...}, ...}
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f"}
= 409
DELETE /vnflcm/v2/vnf_instances/$vnf  as demo
= 409
POST /vnflcm/v2/vnf_lcm_op_occs/$op1/retry  as demo
= 409
POST /vnflcm/v2/vnf_lcm_op_occs/$op1/fail  as alice
= 404
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "GRACEFUL", "gracefulTerminationTimeout": 5}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", "operation": "TERMINATE", ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": []}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}

# It stops on the way: a retry goes on, with what is there.
PUT site:/refuse/servers  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op3 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"status": 409, "detail": "$ := text", ...}, ...}
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 409
# What it made there is not noted yet: the site stays.
DELETE /carrick/v1/sites/$east  as demo
= 409
{"detail": "operation $op3 may use site east and is FAILED_TEMP", ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$op3/retry  as demo
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op3
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op4 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op4/rollback  as demo
= 409

# A rollback leaves nothing but what the client made.
PUT site:/refuse/servers  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op5 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op5/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "ROLLED_BACK", "resourceChanges": {"affectedVirtualLinks": [{"changeType": "TEMPORARY", ...}], "affectedExtLinkPorts": [], ...}, ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": [{"name": "office", ...}]}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiationState": "NOT_INSTANTIATED", "_links": "$ := any", ...}

# What is given up can be terminated.
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out", "cpConfig": {"first": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"macAddress": "fa:16:3e:00:00:07", "ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.7.0.9"]}]}}]}}}]}]}
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
{"instantiationState": "INSTANTIATED", "instantiatedVnfInfo": {"flavourId": "f", "vnfState": "STOPPED", "vnfcResourceInfo": [],
 "extCpInfo": [{"cpdId": "out", "cpConfigId": "first", "cpProtocolInfo": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"macAddress": "fa:16:3e:00:00:07", "ipAddresses": [{"type": "IPV4", "addresses": ["10.7.0.9"]}]}}], ...}],
 "extVirtualLinkInfo": [{"id": "l", "extLinkPorts": [{"resourceHandle": {"vimConnectionId": "$east", ...}, ...}], ...}],
 "vnfVirtualLinkResourceInfo": [{"vnfVirtualLinkDescId": "inside", ...}], ...}, ...}
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op7 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}

# With a port of the client's: it is the instance's for that time only.
POST site:/network/v2.0/ports  as demo
{"port": {"id": "55555555-5555-4555-8555-555555555555", "network_id": "11111111-1111-4111-8111-111111111111"}}
= 201
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extLinkPorts": [{"id": "mine", "resourceHandle": {"resourceId": "55555555-5555-4555-8555-555555555555"}}], "extCps": [{"cpdId": "out", "cpConfig": {"first": {"linkPortId": "mine"}}}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op8 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op8/fail  as demo
= 200
{"operationState": "FAILED", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"extVirtualLinkInfo": [{"currentVnfExtCpData": [{"cpdId": "out", "cpConfig": {"first": {"linkPortId": "55555555-5555-4555-8555-555555555555"}}}], ...}], ...}, ...}
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op9 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op9  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{"id": "55555555-5555-4555-8555-555555555555", ...}]}
DELETE /vnflcm/v2/vnf_instances/$vnf  as demo
= 204
# Operations tell what they work on by its name.
GET /carrick/v1/operations?filter=(eq,id,$op7)  as demo
= 200
[{"id": "$op7", "type": "vnf_terminate", "name": "a", "state": "COMPLETED", ...}]
