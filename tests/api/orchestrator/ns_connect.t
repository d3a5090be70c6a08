# Ports of a path's functions and ends that move (SOL005 6.4.6, CHANGE_EXTERNAL_VNF_CONNECTIVITY) at a site in
# memory: the path follows, the new ports are in it before the old ones leave and are deleted.
include service demo spare
PATCH /carrick/v1/sites/$east  as demo
{"containers": "YES"}
= 200
PUT site:/offer/sfc  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$fw := text", "instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$one := text", ...}, {"id": "$two := text", ...}], ...}, ...}, {"id": "$spare := text", "instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$server := text", ...}], ...}, ...}],
 "virtualLinkInfo": [{"resourceHandle": [{"resourceId": "$net := text", ...}], ...}], ...}
GET site:/network/v2.0/sfc/port_pairs?name=demo%20path-first/fw/fw-1  as demo
= 200
{"port_pairs": [{"id": "$pair1 := text", "ingress": "$in1 := text", "egress": "$out1 := text", ...}]}
GET site:/network/v2.0/sfc/port_pairs?name=demo%20path-first/fw/fw-2  as demo
= 200
{"port_pairs": [{"id": "$pair2 := text", "ingress": "$in2 := text", "egress": "$out2 := text", ...}]}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group := text", "port_pairs": ["$pair1", "$pair2"], ...}]}
GET site:/network/v2.0/sfc/flow_classifiers  as demo
= 200
{"flow_classifiers": [{"id": "$a := text", ...}, {"id": "$b := text", ...}, {"id": "$c := text", ...}, {"id": "$d := text", ...}, {"id": "$e := text", ...}, {"id": "$f := text", ...}]}

# One side alone would need a port in two pairs, and paths do not follow to other networks: all is told at once.
POST site:/network/v2.0/networks  as demo
{"network": {"id": "33333333-3333-4333-8333-333333333333", "name": "annex"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"network_id": "33333333-3333-4333-8333-333333333333", "cidr": "10.8.0.0/24"}}
= 201
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_EXTERNAL_VNF_CONNECTIVITY", "changeExtVnfConnectivityData": [
 {"vnfInstanceId": "$fw", "extVirtualLinks": [{"resourceId": "$net", "extCps": [{"cpdId": "virtual_link_in", "cpConfig": {
  "a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.0.0.101"]}]}}]}, "b": {}}}]}]},
 {"vnfInstanceId": "$spare", "extVirtualLinks": [{"resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "virtual_link_in"}]}]}]}
= 422
{"detail": "changeExtVnfConnectivityData[0]: VNF instance $fw, connection point virtual_link_in of VNFC fw-1: at position path-first a port serves one pair of ports, so that virtual_link_out has to move in the same request; changeExtVnfConnectivityData[1]: VNF instance $spare, connection point virtual_link_in of VNFC fw: paths know it on link data, network $net: it may get another address there, and no other network", ...}

# The new ports cannot join: taken back, all is as it was.
PUT site:/refuse/$group  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_EXTERNAL_VNF_CONNECTIVITY", "changeExtVnfConnectivityData": [
 {"vnfInstanceId": "$fw", "extVirtualLinks": [{"resourceId": "$net", "extCps": [
  {"cpdId": "virtual_link_in", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.0.0.101"]}]}}]}, "b": {}}}, {"cpdId": "virtual_link_out", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.0.0.102"]}]}}]}, "b": {}}}]}]},
 {"vnfInstanceId": "$spare", "extVirtualLinks": [{"resourceId": "$net", "extCps": [{"cpdId": "virtual_link_in", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.0.0.103"]}]}}]}}}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET site:/compute/v2.1/servers/$one  as demo
= 200
{"server": {"networks": [{"port": "$in1"}, {"port": "$out1"}, {"port": "$ := text"}, {"port": "$ := text"}], ...}}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op2/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/compute/v2.1/servers/$one  as demo
= 200
{"server": {"networks": [{"port": "$in1"}, {"port": "$out1"}], ...}}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group", "port_pairs": ["$pair1", "$pair2"], ...}]}
GET site:/network/v2.0/sfc/flow_classifiers  as demo
= 200
{"flow_classifiers": [{...}, {...}, {...}, {...}, {...}, {...}]}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], ...}

# The old ones have left and cannot be deleted: from there on only forward.
PUT site:/refuse/deletes  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_EXTERNAL_VNF_CONNECTIVITY", "changeExtVnfConnectivityData": [
 {"vnfInstanceId": "$fw", "extVirtualLinks": [{"resourceId": "$net", "extCps": [
  {"cpdId": "virtual_link_in", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.0.0.101"]}]}}]}, "b": {}}}, {"cpdId": "virtual_link_out", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.0.0.102"]}]}}]}, "b": {}}}]}]},
 {"vnfInstanceId": "$spare", "extVirtualLinks": [{"resourceId": "$net", "extCps": [{"cpdId": "virtual_link_in", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.0.0.103"]}]}}]}}}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op3/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"detail": "step \"one way\": what its paths went through before is deleted, which cannot be taken back: retry the operation, or fail it", ...}, ...}
GET site:/network/v2.0/ports/$in1  as demo
= 200
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op3/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_instances/$fw  as demo
= 200
{"instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$one", "vnfcCpInfo": [{"id": "$new_in := text", ...}, {"id": "$new_out := text", ...}], ...}, {"id": "$two", "vnfcCpInfo": [{"id": "$in2", ...}, {"id": "$out2", ...}], ...}], ...}, ...}
GET site:/compute/v2.1/servers/$one  as demo
= 200
{"server": {"networks": [{"port": "$new_in"}, {"port": "$new_out"}], ...}}
GET site:/network/v2.0/ports/$new_in  as demo
= 200
{"port": {"port_security_enabled": false, "fixed_ips": [{"ip_address": "10.0.0.101"}], ...}}
GET site:/network/v2.0/sfc/port_pairs?name=demo%20path-first/fw/fw-1~1  as demo
= 200
{"port_pairs": [{"id": "$pair3 := text", "ingress": "$new_in", "egress": "$new_out", ...}]}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group", "port_pairs": ["$pair2", "$pair3"], ...}]}
GET site:/network/v2.0/sfc/port_pairs/$pair1  as demo
= 404
GET site:/network/v2.0/ports/$in1  as demo
= 404
GET /vnflcm/v2/vnf_instances/$spare  as demo
= 200
{"instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$server", "vnfcCpInfo": [{"id": "$end_in := text", ...}, {"id": "$end_out := text", ...}], ...}], ...}, ...}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{"flow_classifiers": ["$ := text", "$ := text", "$to1 := text", "$to2 := text", "$from1 := text", "$from2 := text"], ...}]}
GET site:/network/v2.0/sfc/flow_classifiers/$to1  as demo
= 200
{"flow_classifier": {"logical_destination_port": "$end_in", ...}}
GET site:/network/v2.0/sfc/flow_classifiers/$from2  as demo
= 200
{"flow_classifier": {"logical_source_port": "$end_in", ...}}
GET site:/network/v2.0/sfc/flow_classifiers  as demo
= 200
{"flow_classifiers": [{...}, {...}, {...}, {...}, {...}, {...}]}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], ...}

# What moved scales and heals as before; a further move is another instance again.
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$fw", "scaleVnfType": "SCALE_IN", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group", "port_pairs": ["$pair3"], ...}]}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healVnfData": [{"vnfInstanceId": "$fw"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_EXTERNAL_VNF_CONNECTIVITY", "changeExtVnfConnectivityData": [
 {"vnfInstanceId": "$fw", "extVirtualLinks": [{"resourceId": "$net", "extCps": [
  {"cpdId": "virtual_link_in", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.0.0.111"]}]}}]}}},
  {"cpdId": "virtual_link_out", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.0.0.112"]}]}}]}}}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED",
 "resourceChanges": {"affectedVnfs": [{"vnfInstanceId": "$fw", "changeType": "CHANGE_EXTERNAL_VNF_CONNECTIVITY", "changeResult": "COMPLETED", ...}], ...}, ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"name": "demo path-first/fw/fw-1~2", ...}]}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], ...}
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op7 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET site:/network/v2.0/sfc/flow_classifiers  as demo
= 200
{"flow_classifiers": []}
GET /carrick/v1/holdings  as demo
= 200
[]
