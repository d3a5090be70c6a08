# Ports of several VNFs move, and one of the VNFs cannot: the NS goes on without it, and it keeps the ports that it had in
# the path.  What a foreign VNFM moves in one go has no place beside that.
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
{"vnfInstance": [{"id": "$fw := text", ...}, {"id": "$spare := text", "instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$server := text", "vnfcCpInfo": [{"id": "$old := text", ...}, {...}], ...}], ...}, ...}],
 "virtualLinkInfo": [{"resourceHandle": [{"resourceId": "$net := text", ...}], ...}], ...}
GET site:/network/v2.0/sfc/port_pairs?name=demo%20path-first/fw/fw-1  as demo
= 200
{"port_pairs": [{"id": "$pair1 := text", "ingress": "$in1 := text", ...}]}
GET site:/network/v2.0/sfc/port_pairs?name=demo%20path-first/fw/fw-2  as demo
= 200
{"port_pairs": [{"id": "$pair2 := text", "ingress": "$in2 := text", ...}]}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group := text", "port_pairs": ["$pair1", "$pair2"], ...}]}
PUT site:/refuse/$server  as demo
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
POST /nslcm/v2/ns_lcm_op_occs/$op2/continue  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "PARTIALLY_COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pairs?name=demo%20path-first/fw/fw-1~1  as demo
= 200
{"port_pairs": [{"id": "$pair3 := text", ...}]}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group", "port_pairs": ["$pair2", "$pair3"], ...}]}
GET site:/network/v2.0/ports/$in1  as demo
= 404
GET site:/network/v2.0/ports/$in2  as demo
= 200
GET site:/network/v2.0/ports/$old  as demo
= 200
GET site:/network/v2.0/sfc/flow_classifiers  as demo
= 200
{"flow_classifiers": [{...}, {...}, {...}, {...}, {...}, {...}]}
