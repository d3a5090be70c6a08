# What another NFVO says with its grants (SOL003 9.5.2.3, decision 047): links and parameters, of each operation
# that may have them, against VNFD, instance and site before anything is made.
world vnfm
include told demo told 1 x 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac text
include told demo told-2 2 x 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac text
include many demo
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p", "containers": "YES"}
= 201
{"id": "$east := uuid", ...}
POST site:/network/v2.0/networks  as demo
{"network": {"id": "11111111-1111-4111-8111-111111111111", "name": "office"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "11111111-1111-4111-8111-111111111111", "cidr": "10.7.0.0/24"}}
= 201
POST site:/network/v2.0/networks  as demo
{"network": {"id": "33333333-3333-4333-8333-333333333333", "name": "fast"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "44444444-4444-4444-8444-444444444444", "network_id": "33333333-3333-4333-8333-333333333333", "cidr": "10.8.0.0/24"}}
= 201

# A network that its site has not: nothing is made.
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "told", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", ...}
PUT receiver:/grants  as nobody
{"vimConnectionInfo": {"here": {"vimType": "X", "interfaceInfo": {"endpoint": "http://$site/v3"}}},
 "extVirtualLinks": [{"id": "l", "vimConnectionId": "here", "resourceId": "55555555-5555-4555-8555-555555555555", "extCps": [{"cpdId": "out"}]}]}
= 204
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "additionalParams": {"name": "you"}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$nowhere := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$nowhere  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}

# A plan leaves to the grant what the request leaves to it: networks, and what servers are told.
POST /carrick/v1/plans  as demo
{"vnfInstanceId": "$vnf", "instantiateVnf": {"flavourId": "f", "vimConnectionInfo": {"here": {"vimId": "$east", "vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3"}}}}
= 200
{"plan": [...], "capacity": [...]}
# What neither says ends it before anything is made.
PUT receiver:/grants  as nobody
{"vimConnectionInfo": {"here": {"vimType": "X", "interfaceInfo": {"endpoint": "http://$site/v3"}}},
 "extVirtualLinks": [{"id": "l", "vimConnectionId": "here", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 204
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$untold := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$untold  as demo
~ 200
{"operationState": "ROLLED_BACK", "error": {"detail": "step \"grant taken\": boot data of VDU front: input name has no value", ...}, ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}

# The instantiation was asked for without links, and has them from the grant, and parameters.
PUT receiver:/grants  as nobody
{"vimConnectionInfo": {"here": {"vimType": "X", "interfaceInfo": {"endpoint": "http://$site/v3"}}}, "additionalParams": {"greeting": "bye", "name": "you"},
 "extVirtualLinks": [{"id": "l", "vimConnectionId": "here", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 204
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op1 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{"user_data": "YnllIHlvdQ==", ...}]}

# A healing, and a change of the package: the server that is made anew is told what the grant says.
PUT receiver:/grants  as nobody
{"vimConnectionInfo": {"here": {"vimType": "X", "interfaceInfo": {"endpoint": "http://$site/v3"}}}, "additionalParams": {"greeting": "good day"}}
= 204
POST /vnflcm/v2/vnf_instances/$vnf/heal  as demo
{"cause": "it hangs"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$healed := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$healed  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{"user_data": "Z29vZCBkYXkgeW91", ...}]}
PUT receiver:/grants  as nobody
{"additionalParams": {"greeting": "hello"}}
= 204
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "told-2"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$renewed := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$renewed  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{"user_data": "aGVsbG8geW91", ...}]}

# A change of the flavour: a port that stays is not moved by the way, nor is a link that is there another's.
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "many", "vnfInstanceName": "c"}
= 201
{"id": "$many := id", ...}
PUT receiver:/grants  as nobody
{"vimConnectionInfo": {"here": {"vimType": "X", "interfaceInfo": {"endpoint": "http://$site/v3"}}}}
= 204
POST /vnflcm/v2/vnf_instances/$many/instantiate  as demo
{"flavourId": "small", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$small := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$small  as demo
~ 200
{"operationState": "COMPLETED", ...}
PUT receiver:/grants  as nobody
{"vimConnectionInfo": {"here": {"vimType": "X", "interfaceInfo": {"endpoint": "http://$site/v3"}}},
 "extVirtualLinks": [{"id": "g", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out"}]}],
 "extManagedVirtualLinks": [{"id": "h", "vnfVirtualLinkDescId": "inside", "resourceId": "33333333-3333-4333-8333-333333333333"}]}
= 204
POST /vnflcm/v2/vnf_instances/$many/change_flavour  as demo
{"newFlavourId": "large", "extVirtualLinks": [{"id": "m", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "extra"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$moved := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$moved  as demo
~ 200
{"operationState": "ROLLED_BACK", "error": {"detail": "step \"grant taken\": the grant: extManagedVirtualLinks: internal virtual link inside is there already; connection point out of VNFC front has a port of both flavours, which stays: change_ext_conn moves it", ...}, ...}

# What comes it may give: of the request's link another network, of an internal one somebody else's.
PUT receiver:/grants  as nobody
{"vimConnectionInfo": {"here": {"vimType": "X", "interfaceInfo": {"endpoint": "http://$site/v3"}}},
 "extVirtualLinks": [{"id": "g", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "extra"}]}],
 "extManagedVirtualLinks": [{"id": "h", "vnfVirtualLinkDescId": "between", "resourceId": "33333333-3333-4333-8333-333333333333"}]}
= 204
POST /vnflcm/v2/vnf_instances/$many/change_flavour  as demo
{"newFlavourId": "large", "extVirtualLinks": [{"id": "m", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "extra"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$large := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$large  as demo
~ 200
{"operationState": "COMPLETED", "changedExtConnectivity": [{"id": "g", ...}], ...}
GET /vnflcm/v2/vnf_instances/$many  as demo
= 200
{"instantiatedVnfInfo": {"extManagedVirtualLinkInfo": [{"id": "h", "vnfVirtualLinkDescId": "between", ...}], ...}, ...}

# Links of the grant alone are told as changed too.
PUT receiver:/grants  as nobody
{"vimConnectionInfo": {"here": {"vimType": "X", "interfaceInfo": {"endpoint": "http://$site/v3"}}},
 "extVirtualLinks": [{"id": "n", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out"}]}]}
= 204
POST /vnflcm/v2/vnf_instances/$many/change_flavour  as demo
{"newFlavourId": "moved"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$edge := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$edge  as demo
~ 200
{"operationState": "COMPLETED", "changedExtConnectivity": [{"id": "n", ...}], ...}

# So is a change of the package given links: its port moves to where the grant says, before what the request says.
PUT receiver:/grants  as nobody
{"extVirtualLinks": [{"id": "p", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"macAddress": "02:00:00:00:00:09"}}]}}}]}]}
= 204
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "told", "extVirtualLinks": [{"id": "q", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}], "additionalParams": {"name": "me", "greeting": "hi"}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$carried := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$carried  as demo
~ 200
{"operationState": "COMPLETED", "changedExtConnectivity": [{"id": "p", ...}], "resourceChanges": {"affectedExtLinkPorts": [{"changeType": "ADDED", ...}, {"changeType": "REMOVED", ...}], ...}, ...}
PUT receiver:/grants  as nobody
{"extManagedVirtualLinks": [{"id": "h", "vnfVirtualLinkDescId": "none", "resourceId": "33333333-3333-4333-8333-333333333333"}]}
= 204
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "told-2", "additionalParams": {"name": "me", "greeting": "hi"}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$kept := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$kept  as demo
~ 200
{"operationState": "ROLLED_BACK", "error": {"detail": "step \"grant taken\": the grant: extManagedVirtualLinks[0]: flavour f has no internal virtual link none", ...}, ...}
PUT receiver:/grants  as nobody
{"extVirtualLinks": [{"id": "p", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out"}]}]}
= 204

# What the request names besides is asked of its site, which was silent before: the NFVO's leave is not its owner's.
POST site:/network/v2.0/networks  as demo
{"network": {"id": "77777777-7777-4777-8777-777777777777", "name": "theirs", "project_id": "another"}}
= 201
PUT receiver:/grants  as nobody
{}
= 204
PUT site:/refuse/shows  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/change_ext_conn  as demo
{"extVirtualLinks": [{"id": "t", "resourceId": "77777777-7777-4777-8777-777777777777", "extCps": [{"cpdId": "out"}]}]}
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
{"operationState": "FAILED_TEMP", "error": {"status": 403, ...}, ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$theirs/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$theirs  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
PUT receiver:/grants  as nobody
{"extVirtualLinks": [{"id": "p", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out"}]}]}
= 204

# What a request of that operation cannot have is no grant's to give.
POST /vnflcm/v2/vnf_instances/$many/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$ended := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$ended  as demo
~ 200
{"operationState": "ROLLED_BACK", "error": {"detail": "step \"grant taken\": the grant gives extVirtualLinks, which are not taken for TERMINATE", ...}, ...}
