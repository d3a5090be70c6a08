# A path leads through a nested NS (SOL001 7.8, SOL005 NfpInfo): its hop is the function on the link of that one's SAP, and
# follows what the nested NS does: its servers, its VNFs and their ports come and go.
include service demo spare
include worker demo work function
include through demo outer work 2
PATCH /carrick/v1/sites/$east  as demo
{"containers": "YES"}
= 200
PUT site:/offer/sfc  as demo
= 204
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "outer", "nsName": "o", "nsDescription": "d"}
= 201
{"id": "$outer1 := id", ...}
POST /nslcm/v2/ns_instances/$outer1/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$outer1  as demo
= 200
{"nestedNsInstanceId": ["$inner := text"], "vnffgInfo": [{"nfpInfo": [{"nfpState": "ENABLED", ...}], ...}], ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair1 := text", "name": "o path-first/$inner:worker/fw", "ingress": "$in1 := text", "egress": "$out1 := text", ...}]}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group := text", "name": "o path-first", "port_pairs": ["$pair1"], ...}]}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{"name": "o path", "port_pair_groups": ["$group"], ...}]}
GET site:/network/v2.0/ports/$in1  as demo
= 200
{"port": {"port_security_enabled": false, ...}}
GET /nslcm/v2/ns_instances/$inner  as demo
= 200
{"vnfInstance": [{"id": "$vnf := text", ...}], ...}

# Its servers come and go by the nested NS's own operation: what comes joins the position, what goes has left it.
PUT site:/refuse/$group  as demo
= 204
POST /nslcm/v2/ns_instances/$inner/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_instances/$outer1/update  as demo
{"updateType": "REMOVE_VNFFG", "removeVnffgId": ["graph"]}
= 409
{"detail": "operation $op2 (SCALE) on NS instance $inner is FAILED_TEMP", ...}
POST /nslcm/v2/ns_instances/$outer1/terminate  as demo
{}
= 409
{"detail": "operation $op2 (SCALE) on NS instance $inner is FAILED_TEMP", ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op2/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair1", ...}]}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$outer1"}
= 200
{"differences": [], ...}
POST /nslcm/v2/ns_instances/$inner/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pairs?name=o%20path-first/$inner:worker/fw-2  as demo
= 200
{"port_pairs": [{"id": "$pair2 := text", "ingress": "$in2 := text", ...}]}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group", "port_pairs": ["$pair1", "$pair2"], ...}]}
GET site:/network/v2.0/ports/$in2  as demo
= 200
{"port": {"port_security_enabled": false, ...}}
# What the nested NS's operation made for the path is the NS's around: not left over of the nested one.
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$inner"}
= 200
{"differences": [], ...}
POST /nslcm/v2/ns_instances/$inner/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE", "additionalParamsforNs": {"leftOver": true}}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op31 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op31  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pairs/$pair2  as demo
= 200
POST /nslcm/v2/ns_instances/$inner/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_IN", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group", "port_pairs": ["$pair1"], ...}]}
GET site:/network/v2.0/sfc/port_pairs/$pair2  as demo
= 404

# So do VNFs of the profile; the position never is without one.
POST /nslcm/v2/ns_instances/$inner/update  as demo
{"updateType": "REMOVE_VNF", "removeVnfInstanceId": ["$vnf"]}
= 422
{"detail": "a path of an NS around goes through VNF profile worker, which would be without instances", ...}
POST /nslcm/v2/ns_instances/$inner/update  as demo
{"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfProfileId": "worker"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pairs?name=o%20path-first/$inner:worker-2/fw  as demo
= 200
{"port_pairs": [{"id": "$pair3 := text", "ingress": "$in3 := text", "egress": "$out3 := text", ...}]}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group", "port_pairs": ["$pair1", "$pair3"], ...}]}
GET site:/network/v2.0/ports/$in3  as demo
= 200
{"port": {"port_security_enabled": false, ...}}
POST /nslcm/v2/ns_instances/$inner/update  as demo
{"updateType": "REMOVE_VNF", "removeVnfInstanceId": ["$vnf"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group", "port_pairs": ["$pair3"], ...}]}
GET site:/network/v2.0/sfc/port_pairs/$pair1  as demo
= 404
GET /nslcm/v2/ns_instances/$inner  as demo
= 200
{"vnfInstance": [{"id": "$second := text", ...}], "virtualLinkInfo": [{"resourceHandle": [{"resourceId": "$net := text", ...}], ...}], ...}

# Ports that move: the new ones are in the position before the old ones leave, both at once.
POST /nslcm/v2/ns_instances/$inner/update  as demo
{"updateType": "CHANGE_EXTERNAL_VNF_CONNECTIVITY", "changeExtVnfConnectivityData": [
 {"vnfInstanceId": "$second", "extVirtualLinks": [{"resourceId": "$net", "extCps": [
  {"cpdId": "virtual_link_in", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.100.0.101"]}]}}]}}}]}]}]}
= 422
{"detail": "changeExtVnfConnectivityData[0]: VNF instance $second, connection point virtual_link_in of VNFC fw: at position of an NS around a port serves one pair of ports, so that virtual_link_out has to move in the same request", ...}
POST /nslcm/v2/ns_instances/$inner/update  as demo
{"updateType": "CHANGE_EXTERNAL_VNF_CONNECTIVITY", "changeExtVnfConnectivityData": [
 {"vnfInstanceId": "$second", "extVirtualLinks": [{"resourceId": "$net", "extCps": [
  {"cpdId": "virtual_link_in", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.100.0.101"]}]}}]}}},
  {"cpdId": "virtual_link_out", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.100.0.102"]}]}}]}}}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op7 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair4 := text", "name": "o path-first/$inner:worker-2/fw~1", ...}]}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group", "port_pairs": ["$pair4"], ...}]}
GET site:/network/v2.0/ports/$in3  as demo
= 404
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$outer1"}
= 200
{"differences": [], ...}

# The nested NS stays while the path is there; then it goes, and all of it with the NS around.
POST /nslcm/v2/ns_instances/$outer1/update  as demo
{"updateType": "REMOVE_NESTED_NS", "removeNestedNsId": ["$inner"]}
= 422
{"detail": "$ := text", ...}
POST /nslcm/v2/ns_instances/$outer1/update  as demo
{"updateType": "REMOVE_VNFFG", "removeVnffgId": ["graph"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op8 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": []}
# No graph begins to go through an NS of which an operation is open: that would not tell it of what it brings.
PUT site:/refuse/servers  as demo
= 204
POST /nslcm/v2/ns_instances/$inner/heal  as demo
{"healVnfData": [{"vnfInstanceId": "$second"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op32 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op32  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_instances/$outer1/update  as demo
{"updateType": "ADD_VNFFG", "addVnffg": [{"vnffgdId": "graph", "vnffgName": "g", "description": "d"}]}
= 409
{"detail": "operation $op32 (HEAL) on NS instance $inner is FAILED_TEMP", ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op32/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op32  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$outer1/update  as demo
{"updateType": "ADD_VNFFG", "addVnffg": [{"vnffgdId": "graph", "vnffgName": "g", "description": "d"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op9 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op9  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"name": "o path-first/$inner:worker-2/fw~1", ...}]}
POST /nslcm/v2/ns_instances/$outer1/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op10 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op10  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": []}
