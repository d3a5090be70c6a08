# Changing VNFs of an NS (SOL005 6.4.6: CHANGE_VNFPKG, CHANGE_EXTERNAL_VNF_CONNECTIVITY) at a site in memory.
include service demo spare
include renewed demo function-2
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$fw := text", "vnfdId": "function", "instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$one := text", ...}, {"id": "$two := text", ...}], ...}, ...}, {"id": "$spare := text", "instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$server := text", ...}], ...}, ...}], ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair1 := text", ...}, {"id": "$pair2 := text", ...}]}

# What is refused, each VNF's by its own faults.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNFPKG", "changeVnfPackageData": [{"vnfInstanceId": "$fw", "vnfdId": "function"}, {"vnfInstanceId": "$ns", "vnfdId": "function-2"}]}
= 409
{"detail": "changeVnfPackageData[0]: VNF instance $fw is of VNFD function already; changeVnfPackageData[1]: the NS has no VNF instance $ns", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNFPKG", "operateVnfData": [{"vnfInstanceId": "$fw", "changeStateTo": "STOPPED"}]}
= 422
{"detail": "operateVnfData is not for updateType CHANGE_VNFPKG; updateType CHANGE_VNFPKG needs changeVnfPackageData", ...}
POST /vnflcm/v2/vnf_instances/$fw/change_vnfpkg  as demo
{"vnfdId": "function-2"}
= 409
{"detail": "VNF instance $fw is managed by NS instance $ns", ...}

# A plan says which servers; nothing is done.
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "update": {"updateType": "CHANGE_VNFPKG", "changeVnfPackageData": [{"vnfInstanceId": "$fw", "vnfdId": "function-2"}]}}
= 200
{"plan": "$ := any", ...}
GET /vnflcm/v2/vnf_instances/$fw  as demo
= 200
{"vnfdId": "function", ...}

# The second server does not run: the VNF is as it was, and the operation stops.  Taken back, nothing is left of it.
PUT site:/refuse/remade-$two  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNFPKG", "changeVnfPackageData": [{"vnfInstanceId": "$fw", "vnfdId": "function-2"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", "lcmOperationType": "UPDATE",
 "resourceChanges": {"affectedVnfs": [{"vnfInstanceId": "$fw", "changeType": "CHANGE_VNFPKG", "changeResult": "ROLLED_BACK", ...}], ...}, ...}
GET /vnflcm/v2/vnf_instances/$fw  as demo
= 200
{"vnfdId": "function", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op2/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}

# Both VNFs; chains stay as they are, and a scaling makes servers of the new image.
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNFPKG", "changeVnfPackageData": [{"vnfInstanceId": "$fw", "vnfdId": "function-2"}, {"vnfInstanceId": "$spare", "vnfdId": "function-2", "additionalParams": {"why": "a hole"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_lcm_op_occs?filter=(eq,vnfInstanceId,$spare);(eq,operation,CHANGE_VNFPKG)&all_fields  as demo
= 200
[{"isAutomaticInvocation": true, "operationState": "COMPLETED", "operationParams": {"vnfdId": "function-2", "additionalParams": {"why": "a hole"}}, ...}]
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"vnfdId": "function-2", "vnfdVersion": "2", "instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$one", ...}, {"id": "$two", ...}], ...}, ...}, {"vnfdId": "function-2", ...}], ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair1", ...}, {"id": "$pair2", ...}]}
GET site:/compute/v2.1/servers/$one  as demo
= 200
{"server": {"image": {"id": "$image := text"}, ...}}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$fw", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"instantiatedVnfInfo": {"vnfcResourceInfo": [{...}, {...}, {"id": "$three := text", ...}], ...}, ...}, {...}], ...}
GET site:/compute/v2.1/servers/$three  as demo
= 200
{"server": {"image": {"id": "$image"}, ...}}

GET site:/network/v2.0/networks?name=demo-data  as demo
= 200
{"networks": [{"id": "$data := text", ...}]}

# Other networks: not where chains go through the VNF, or may end at it.
POST site:/network/v2.0/networks  as demo
{"network": {"id": "33333333-3333-4333-8333-333333333333", "name": "annex"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"network_id": "33333333-3333-4333-8333-333333333333", "cidr": "10.8.0.0/24"}}
= 201
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_EXTERNAL_VNF_CONNECTIVITY", "changeExtVnfConnectivityData": [{"vnfInstanceId": "$fw", "extVirtualLinks": [{"resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "virtual_link_in"}]}]}]}
= 422
{"detail": "changeExtVnfConnectivityData[0]: VNF instance $fw, connection point virtual_link_in of VNFC fw-1: at position path-first a port serves one pair of ports, so that virtual_link_out has to move in the same request; VNF instance $fw, connection point virtual_link_in of VNFC fw-2: at position path-first a port serves one pair of ports, so that virtual_link_out has to move in the same request; VNF instance $fw, connection point virtual_link_in of VNFC fw-3: at position path-first a port serves one pair of ports, so that virtual_link_out has to move in the same request", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_EXTERNAL_VNF_CONNECTIVITY", "changeExtVnfConnectivityData": [{"vnfInstanceId": "$spare", "extVirtualLinks": [{"extVirtualLinkId": "annex", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "virtual_link_in"}]}]}]}
= 422
{"detail": "changeExtVnfConnectivityData[0]: VNF instance $spare, connection point virtual_link_in of VNFC fw: paths know it on link data, network $data: it may get another address there, and no other network", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNFPKG", "changeVnfPackageData": [{"vnfInstanceId": "$spare", "vnfdId": "function", "extVirtualLinks": [{"resourceId": "$data", "extCps": [{"cpdId": "virtual_link_in", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"macAddress": "02:00:00:00:00:07"}}]}}}]}]}]}
= 422
{"detail": "changeVnfPackageData[0]: VNF instance $spare: paths know ports that would move: CHANGE_EXTERNAL_VNF_CONNECTIVITY moves them, in a request of its own", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$spare", "newFlavourId": "g"}]}
= 422
{"detail": "changeVnfFlavourData[0]: VNF instance $spare may be an end of path path, which names none: its ports cannot be others", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_VNFFG", "removeVnffgId": ["graph"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op7 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_EXTERNAL_VNF_CONNECTIVITY", "changeExtVnfConnectivityData": [{"vnfInstanceId": "$spare", "extVirtualLinks": [{"extVirtualLinkId": "annex", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "virtual_link_in"}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED",
 "resourceChanges": {"affectedVnfs": [{"vnfInstanceId": "$spare", "changeType": "CHANGE_EXTERNAL_VNF_CONNECTIVITY", "changeResult": "COMPLETED", ...}], ...}, ...}
GET /vnflcm/v2/vnf_lcm_op_occs?filter=(eq,vnfInstanceId,$spare);(eq,operation,CHANGE_EXT_CONN)&all_fields  as demo
= 200
[{"operationParams": {"extVirtualLinks": [{"id": "annex", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "virtual_link_in"}]}]}, "changedExtConnectivity": [{"id": "annex", ...}], ...}]

# No site is asked of networks when an NS is updated: its VNF's operation asks whose they are.
POST site:/network/v2.0/networks  as demo
{"network": {"id": "77777777-7777-4777-8777-777777777777", "name": "theirs", "project_id": "another"}}
= 201
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNFPKG", "changeVnfPackageData": [{"vnfInstanceId": "$spare", "vnfdId": "function", "extVirtualLinks": [{"resourceId": "77777777-7777-4777-8777-777777777777", "extCps": [{"cpdId": "virtual_link_in"}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op9 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op9  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"detail": "$ := text", ...}, ...}
POST /nslcm/v2/ns_lcm_op_occs/$op9/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op9  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}

# With another package it comes back to the link of the NS.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNFPKG", "changeVnfPackageData": [{"vnfInstanceId": "$spare", "vnfdId": "function", "extVirtualLinks": [{"extVirtualLinkId": "home", "resourceId": "$data", "extCps": [{"cpdId": "virtual_link_in"}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op8 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "COMPLETED",
 "resourceChanges": {"affectedVnfs": [{"vnfInstanceId": "$spare", "changeType": "CHANGE_VNFPKG", "changeResult": "COMPLETED", ...}], ...}, ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{...}, {"id": "$spare", "vnfdId": "function", "instantiatedVnfInfo": {"extVirtualLinkInfo": [{"id": "home", "resourceHandle": {"resourceId": "$data", ...}, ...}, ...], ...}, ...}], ...}

# All of it goes.
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET /carrick/v1/holdings  as demo
= 200
[]
