# A path through functions that route, at a site without service function chains: routers and routes do
# what a chain would, both ways.
include routed demo

# Neither chains nor routers: a plan says so, and why.
PUT site:/offer/nothing  as demo
= 204
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "request": {"nsFlavourId": "default"}}
= 200
{"error": "path path passes site east, which does not offer service function chains (networking-sfc), and routes cannot stand in for one: the site does not offer router, extraroute and allowed-address-pairs", ...}
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op0 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op0  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"status": 501, ...}, ...}
POST /nslcm/v2/ns_lcm_op_occs/$op0/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op0  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}

# What the site offers is asked again once the site was changed.
PUT site:/offer/routers  as demo
= 204
PATCH /carrick/v1/sites/$east  as demo
{"password": "p"}
= 200
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedVnffgs": [{"vnffgInstanceId": "graph", "changeType": "ADD", "changeResult": "COMPLETED", ...}], ...}, ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnffgInfo": [{"id": "graph", "nfpInfo": [{"nfpState": "ENABLED", ...}], ...}], ...}
GET site:/network/v2.0/subnets?name=demo-a  as demo
= 200
{"subnets": [{"gateway_ip": "10.1.0.1", "id": "$sub_a := text", ...}]}
GET site:/network/v2.0/subnets?name=demo-b  as demo
= 200
{"subnets": [{"gateway_ip": "10.2.0.1", "id": "$sub_b := text", ...}]}
GET site:/network/v2.0/subnets?name=demo-c  as demo
= 200
{"subnets": [{"gateway_ip": "10.3.0.1", "id": "$sub_c := text", ...}]}
GET site:/network/v2.0/routers?name=demo-c  as demo
= 200
{"routers": [{"id": "$r_c := text", "routes": [{"destination": "10.1.0.0/24", "nexthop": "$gw_out := text"}], ...}]}
GET site:/network/v2.0/routers?name=demo-b  as demo
= 200
{"routers": [{"id": "$r_b := text", "routes": [{"destination": "10.1.0.0/24", "nexthop": "$fw_out := text"}, {"destination": "10.0.0.0/8", "nexthop": "$gw_in := text"}], ...}]}
GET site:/network/v2.0/routers?name=demo-a  as demo
= 200
{"routers": [{"id": "$r_a := text", "routes": [{"destination": "10.0.0.0/8", "nexthop": "$fw_in := text"}], ...}]}
GET site:/network/v2.0/ports?device_id=$r_b  as demo
= 200
{"ports": [{"device_owner": "network:router_interface", "fixed_ips": [{"subnet_id": "$sub_b", ...}], ...}]}

# Port security stays at the functions: each side may send what comes through from the other.
GET site:/network/v2.0/ports?name=demo-fw-fw-in_cp  as demo
= 200
{"ports": [{"id": "$fw_in_port := text", "allowed_address_pairs": [{"ip_address": "10.0.0.0/8"}], "security_groups": ["$ := text"], "fixed_ips": [{"subnet_id": "$sub_a", "ip_address": "$fw_in"}], ...}]}
GET site:/network/v2.0/ports?name=demo-fw-fw-out_cp  as demo
= 200
{"ports": [{"allowed_address_pairs": [{"ip_address": "10.1.0.0/24"}], "fixed_ips": [{"subnet_id": "$sub_b", "ip_address": "$fw_out"}], ...}]}
GET site:/network/v2.0/ports?name=demo-gw-fw-in_cp  as demo
= 200
{"ports": [{"allowed_address_pairs": [{"ip_address": "10.0.0.0/8"}], "fixed_ips": [{"subnet_id": "$sub_b", "ip_address": "$gw_in"}], ...}]}
GET site:/network/v2.0/ports?name=demo-gw-fw-out_cp  as demo
= 200
{"ports": [{"allowed_address_pairs": [{"ip_address": "10.1.0.0/24"}], "fixed_ips": [{"subnet_id": "$sub_c", "ip_address": "$gw_out"}], ...}]}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": []}

# What somebody changes there is told, and repaired; scaling a function to where it is tells the routes anew, too.
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], ...}
PUT site:/network/v2.0/routers/$r_b  as demo
{"router": {"routes": [{"destination": "10.1.0.0/24", "nexthop": "10.2.0.99"}]}}
= 200
PUT site:/network/v2.0/ports/$fw_in_port  as demo
{"port": {"allowed_address_pairs": []}}
= 200
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [
 {"difference": "PASSES", "kind": "port", "resourceId": "$fw_in_port", "recorded": "10.0.0.0/8", "found": "none", "mend": "carrick drift demo --repair", ...},
 {"difference": "ROUTES", "kind": "router", "resourceId": "$r_b", "name": "b", "recorded": "10.1.0.0/24 via $fw_out, 10.0.0.0/8 via $gw_in",
  "found": "10.1.0.0/24 via 10.2.0.99", "mend": "carrick drift demo --repair", ...}], ...}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op20 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op20  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], ...}

# Routes lead over interfaces: a router that is taken off its subnet joins it again, too.
PUT site:/network/v2.0/routers/$r_b  as demo
{"router": {"routes": []}}
= 200
GET site:/network/v2.0/ports?device_id=$r_b  as demo
= 200
{"ports": [{"id": "$gate := text", ...}]}
PUT site:/network/v2.0/routers/$r_b/remove_router_interface  as demo
{"port_id": "$gate"}
= 200
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op22 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op22  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports?device_id=$r_b  as demo
= 200
{"ports": [{"device_owner": "network:router_interface", "fixed_ips": [{"subnet_id": "$sub_b", ...}], ...}]}

# A port that is lost comes again with its address and with what it may send, at its server.
GET site:/network/v2.0/ports/$fw_in_port  as demo
= 200
{"port": {"device_id": "$fw_server := text", "fixed_ips": [{"ip_address": "$fw_in := text", ...}], ...}}
DELETE site:/compute/v2.1/servers/$fw_server/os-interface/$fw_in_port  as demo
= 202
DELETE site:/network/v2.0/ports/$fw_in_port  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op21 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op21  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"vnfInstanceName": "demo-fw", "instantiatedVnfInfo": {"vnfcResourceInfo": [{"vnfcCpInfo": [{"id": "$again := text", ...}, {...}], ...}], ...}, ...}, {...}], ...}
GET site:/network/v2.0/ports/$again  as demo
= 200
{"port": {"fixed_ips": [{"ip_address": "$fw_in", ...}], "allowed_address_pairs": [{"ip_address": "10.0.0.0/8"}], "device_id": "$fw_server", ...}}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], ...}
PUT site:/network/v2.0/routers/$r_b  as demo
{"router": {"routes": []}}
= 200
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$fw := text", "vnfInstanceName": "demo-fw", ...}, {"id": "$gw := text", "vnfInstanceName": "demo-gw", ...}], ...}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$gw", "scaleVnfType": "SCALE_TO_SCALE_LEVEL(S)", "scaleToLevelData": {"vnfScaleInfo": [{"aspectId": "grow", "scaleLevel": 0}]}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], ...}

# A side of a function gets another address, and routes follow; taken back, they lead where they did.
GET site:/network/v2.0/networks?name=demo-b  as demo
= 200
{"networks": [{"id": "$net_b := text", ...}]}
PUT site:/refuse/detaches  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_EXTERNAL_VNF_CONNECTIVITY", "changeExtVnfConnectivityData": [{"vnfInstanceId": "$fw", "extVirtualLinks": [{"resourceId": "$net_b", "extCps": [
 {"cpdId": "virtual_link_out", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.2.0.77"]}]}}]}, "b": {}}}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET site:/network/v2.0/routers/$r_b  as demo
= 200
{"router": {"routes": [{"destination": "10.1.0.0/24", "nexthop": "10.2.0.77"}, {"destination": "10.0.0.0/8", "nexthop": "$gw_in"}], ...}}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op5/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/network/v2.0/routers/$r_b  as demo
= 200
{"router": {"routes": [{"destination": "10.1.0.0/24", "nexthop": "$fw_out"}, {"destination": "10.0.0.0/8", "nexthop": "$gw_in"}], ...}}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_EXTERNAL_VNF_CONNECTIVITY", "changeExtVnfConnectivityData": [{"vnfInstanceId": "$fw", "extVirtualLinks": [{"resourceId": "$net_b", "extCps": [
 {"cpdId": "virtual_link_out", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.2.0.77"]}]}}]}, "b": {}}}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/routers/$r_b  as demo
= 200
{"router": {"routes": [{"destination": "10.1.0.0/24", "nexthop": "10.2.0.77"}, {"destination": "10.0.0.0/8", "nexthop": "$gw_in"}], ...}}
GET site:/network/v2.0/ports?name=demo-fw-fw-out_cp  as demo
= 200
{"ports": [{"allowed_address_pairs": [{"ip_address": "10.1.0.0/24"}], "fixed_ips": [{"ip_address": "10.2.0.77", ...}], ...}]}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], ...}

# A route leads to one server: more are refused before anything is done, also as VNFs.
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "scale": {"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$fw", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}}
= 200
{"error": "VNF fw would have 2 servers at virtual_link_in: path path goes through it by routes, and a route leads to one", ...}
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "update": {"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfdId": "router", "vnfFlavourId": "f", "vnfProfileId": "fw"}]}}
= 200
{"error": "VNF fw-2 cannot join path path, which is routed: a route leads to one instance", ...}

# What somebody changes of what ports may send is told too, and mended by the same command.
PUT site:/network/v2.0/ports/$again  as demo
{"port": {"allowed_address_pairs": []}}
= 200
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [{"difference": "PASSES", "kind": "port", "resourceId": "$again", "mend": "carrick drift demo --repair", ...}], ...}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$fw", "scaleVnfType": "SCALE_TO_SCALE_LEVEL(S)", "scaleToLevelData": {"vnfScaleInfo": [{"aspectId": "grow", "scaleLevel": 0}]}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op7 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], ...}

# Its rules change: routes, and what ports may send, follow.  Rules that no route says are refused as at the beginning.
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnffgInfo": [{"nfpInfo": [{"id": "path.0", "nfpState": "ENABLED", ...}], ...}], ...}
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "update": {"updateType": "UPDATE_VNFFG", "updateVnffg": [{"vnffgInfoId": "graph", "nfp": [{"nfpInfoId": "path.0", "nfpRule": {"protocol": "TCP"}}]}]}}
= 200
{"error": "path path passes site east, which does not offer service function chains (networking-sfc), and routes cannot stand in for one: its rule rule asks for a protocol or ports, and a route knows prefixes only", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "UPDATE_VNFFG", "updateVnffg": [{"vnffgInfoId": "graph", "nfp": [{"nfpInfoId": "path.0", "nfpRule": {"destinationIpAddressPrefix": "10.9.0.0/16"}}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op8 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/routers/$r_a  as demo
= 200
{"router": {"routes": [{"destination": "10.9.0.0/16", "nexthop": "$fw_in"}], ...}}
GET site:/network/v2.0/routers/$r_b  as demo
= 200
{"router": {"routes": [{"destination": "10.1.0.0/24", "nexthop": "10.2.0.77"}, {"destination": "10.9.0.0/16", "nexthop": "$gw_in"}], ...}}
GET site:/network/v2.0/ports/$again  as demo
= 200
{"port": {"allowed_address_pairs": [{"ip_address": "10.9.0.0/16"}], ...}}

# Without the graph nothing is led through functions, which may then scale; with two servers it does not come back.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_VNFFG", "removeVnffgId": ["graph"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op9 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op9  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/routers/$r_a  as demo
= 200
{"router": {"routes": [], ...}}
GET site:/network/v2.0/ports/$again  as demo
= 200
{"port": {"allowed_address_pairs": [], ...}}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], ...}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$gw", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op10 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op10  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "update": {"updateType": "ADD_VNFFG", "addVnffg": [{"vnffgdId": "graph", "vnffgName": "g", "description": "d"}]}}
= 200
{"error": "path path passes site east, which does not offer service function chains (networking-sfc), and routes cannot stand in for one: position path-position_gw has 2 instances, and a route leads to one", ...}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$gw", "scaleVnfType": "SCALE_IN", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op11 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op11  as demo
~ 200
{"operationState": "COMPLETED", ...}

# It comes back as the NSD has it; where a port is not told what it may send, it can be taken back.
PUT site:/refuse/$again  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "ADD_VNFFG", "addVnffg": [{"vnffgdId": "graph", "vnffgName": "g", "description": "d"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op12 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op12  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op12/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op12  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/network/v2.0/routers/$r_b  as demo
= 200
{"router": {"routes": [], ...}}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "ADD_VNFFG", "addVnffg": [{"vnffgdId": "graph", "vnffgName": "g", "description": "d"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op13 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op13  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/routers/$r_b  as demo
= 200
{"router": {"routes": [{"destination": "10.1.0.0/24", "nexthop": "10.2.0.77"}, {"destination": "10.0.0.0/8", "nexthop": "$gw_in"}], ...}}
GET site:/network/v2.0/ports/$again  as demo
= 200
{"port": {"allowed_address_pairs": [{"ip_address": "10.0.0.0/8"}], ...}}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], ...}

# In the end nothing is left: routes first, then interfaces, then routers.
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedVnffgs": [{"vnffgInstanceId": "graph", "changeType": "DELETE", "changeResult": "COMPLETED", ...}], ...}, ...}
GET site:/network/v2.0/routers  as demo
= 200
{"routers": []}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET site:/network/v2.0/subnets  as demo
= 200
{"subnets": []}

# Taken back half-way, with routers that are there.
PUT site:/refuse/servers  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op4/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/network/v2.0/routers  as demo
= 200
{"routers": []}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": []}
