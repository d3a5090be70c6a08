# Ports of functions that move, in a chain over two sites (both are the one in memory) that drain: the other
# site learns of the new ones and of their labels before the old ones go.
include service demo
PUT site:/offer/carrick-sfc  as demo
= 204
POST /carrick/v1/sites  as demo
{"name": "west", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
{"id": "$west := uuid", "status": "UP", ...}
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForNs": {"sapSites": {"client": "west"}}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$fw := text", ...}], "virtualLinkInfo": [{"resourceHandle": [{"vimId": "$ := text", "resourceId": "$net := text", ...}, {...}], ...}], ...}
GET site:/network/v2.0/carrick-interconnect/chain_labels  as demo
= 200
{"chain_labels": [{...}, {...}, {...}, {...}, {...}, {...}, {...}, {...}]}
GET site:/network/v2.0/carrick-interconnect/remote_ports  as demo
= 200
{"remote_ports": [{...}, {...}, {...}, {...}, {...}]}

GET site:/network/v2.0/sfc/port_pairs?name=demo%20path-first/fw/fw-1  as demo
= 200
{"port_pairs": [{"id": "$one := text", ...}, {"id": "$far := text", ...}]}

# While the old ones are drained the operation may be cancelled and taken back: they get flows again.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_EXTERNAL_VNF_CONNECTIVITY", "changeExtVnfConnectivityData": [
 {"vnfInstanceId": "$fw", "additionalParams": {"drainSeconds": 60}, "extVirtualLinks": [{"resourceId": "$net", "extCps": [
  {"cpdId": "virtual_link_in", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.0.0.101"]}]}}]}, "b": {}}},
  {"cpdId": "virtual_link_out", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.0.0.102"]}]}}]}, "b": {}}}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET site:/network/v2.0/sfc/port_pairs/$one  as demo
~ 200
{"port_pair": {"drain_seconds": 60, ...}}
GET site:/network/v2.0/sfc/port_pairs/$far  as demo
~ 200
{"port_pair": {"drain_seconds": 60, ...}}
# (The clock stands: no answer may be under way, for what is in doubt would never settle.)
GET /carrick/v1/operations/$op5  as demo
~ 200
{"steps": [{...}, {...}, {...}, {...}, {...}, {...}, {...}, {...}, {...}, {...}, {...}, {...}, {"label": "depart east", "child": "$leaves_east := uuid", ...}, {"label": "depart west", "child": "$leaves_west := uuid", ...}, ...], ...}
GET /carrick/v1/operations/$leaves_east  as demo
~ 200
{"steps": [{"state": "DONE", ...}, {"label": "drained", ...}], ...}
GET /carrick/v1/operations/$leaves_west  as demo
~ 200
{"steps": [{"state": "DONE", ...}, {"label": "drained", ...}], ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$ := text", "$ := text", "$ := text"], ...}, {"port_pairs": ["$ := text", "$ := text", "$ := text"], ...}]}
POST /nslcm/v2/ns_lcm_op_occs/$op5/cancel  as demo
{"cancelMode": "FORCEFUL"}
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op5/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/network/v2.0/sfc/port_pairs/$one  as demo
= 200
{"port_pair": {"drain_seconds": null, ...}}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$ := text", "$ := text"], ...}, {"port_pairs": ["$ := text", "$ := text"], ...}]}
GET site:/network/v2.0/carrick-interconnect/chain_labels  as demo
= 200
{"chain_labels": [{...}, {...}, {...}, {...}, {...}, {...}, {...}, {...}]}

# The other site is not told the labels of what is new, and the operation is given up: old and new are there.
PUT site:/refuse/told_labels  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_EXTERNAL_VNF_CONNECTIVITY", "changeExtVnfConnectivityData": [
 {"vnfInstanceId": "$fw", "additionalParams": {"drainSeconds": 0}, "extVirtualLinks": [{"resourceId": "$net", "extCps": [
  {"cpdId": "virtual_link_in", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.0.0.101"]}]}}]}, "b": {}}},
  {"cpdId": "virtual_link_out", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.0.0.102"]}]}}]}, "b": {}}}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op2/fail  as demo
= 200
PUT site:/refuse/none  as demo
= 204
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$ := text", "$ := text", "$ := text"], ...}, {"port_pairs": ["$ := text", "$ := text", "$ := text"], ...}]}

# The same once more finds nothing to make, and ends it.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_EXTERNAL_VNF_CONNECTIVITY", "changeExtVnfConnectivityData": [
 {"vnfInstanceId": "$fw", "additionalParams": {"drainSeconds": 0}, "extVirtualLinks": [{"resourceId": "$net", "extCps": [
  {"cpdId": "virtual_link_in", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.0.0.101"]}]}}]}, "b": {}}},
  {"cpdId": "virtual_link_out", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.0.0.102"]}]}}]}, "b": {}}}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$ := text", "$ := text"], ...}, {"port_pairs": ["$ := text", "$ := text"], ...}]}
GET site:/network/v2.0/carrick-interconnect/chain_labels  as demo
= 200
{"chain_labels": [{...}, {...}, {...}, {...}, {...}, {...}, {...}, {...}]}
GET site:/network/v2.0/carrick-interconnect/remote_ports  as demo
= 200
{"remote_ports": [{...}, {...}, {...}, {...}, {...}]}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{...}, {...}, {...}, {...}, {...}]}

# A graph of which one site has a chain no more is not ENABLED.
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{"id": "$chain := text", ...}, {...}]}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnffgInfo": [{"nfpInfo": [{"nfpState": "ENABLED", ...}], ...}], ...}
PUT site:/refuse/$chain  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_VNFFG", "removeVnffgId": ["graph"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op6/fail  as demo
= 200
PUT site:/refuse/none  as demo
= 204
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{"id": "$chain", ...}]}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnffgInfo": [{"nfpInfo": [{"nfpState": "DISABLED", ...}], ...}], ...}
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET /carrick/v1/holdings  as demo
= 200
[]
