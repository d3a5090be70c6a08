# UPDATE_VNFFG (SOL005 6.4.6) at a site in memory: paths of a graph that runs come, get other rules and go;
# what the others steer is not touched.
include service demo
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf := text", "instantiatedVnfInfo": {"extCpInfo": [{"id": "$in1 := text", "cpdId": "in_cp", ...}, {"id": "$out1 := text", "cpdId": "out_cp", ...}, {"id": "$in2 := text", ...}, {"id": "$out2 := text", ...}], ...}, ...}],
 "sapInfo": [{"id": "$sap := text", ...}],
 "vnffgInfo": [{"id": "graph", "nfpInfo": [{"id": "path.0", "nfpdId": "path", "nfpName": "path", "nfpRule": {"destinationPortRange": {"lowerPort": 80, "upperPort": 80}, ...}, ...}], ...}], ...}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{"id": "$chain := text", "flow_classifiers": ["$fc1 := text"], "port_pair_groups": ["$group := text"], ...}]}

# What is wrong, all at once.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "UPDATE_VNFFG", "updateVnffg": [{"vnffgInfoId": "nine", "nfpInfoId": ["path.0"]}, {"vnffgInfoId": "graph"}]}
= 422
{"detail": "updateVnffg[0]: the NS has no VNFFG nine; updateVnffg[1]: nfp or nfpInfoId is needed", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "UPDATE_VNFFG", "updateVnffg": [{"vnffgInfoId": "graph", "nfpInfoId": ["path.0", "path.1"]}]}
= 422
{"detail": "updateVnffg[0]: VNFFG graph has no NFP path.1", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "UPDATE_VNFFG", "updateVnffg": [{"vnffgInfoId": "graph", "nfpInfoId": ["path.0"]}]}
= 422
{"detail": "updateVnffg[0]: VNFFG graph would have no NFP: REMOVE_VNFFG takes it away", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "UPDATE_VNFFG", "updateVnffg": [{"vnffgInfoId": "graph", "nfp": [
 {"nfpInfoId": "path.9", "nfpRule": {"protocol": "UDP"}},
 {"nfpName": "a"},
 {"nfpName": "a", "nfpRule": {}},
 {"nfpName": "a", "nfpRule": {"protocol": "ICMP", "destinationPortRange": {"lowerPort": 1, "upperPort": 2}}},
 {"nfpName": "a", "nfpRule": {"protocol": "UDP", "destinationPortRange": {"lowerPort": 3, "upperPort": 2}}},
 {"nfpName": "a", "nfpRule": {"protocol": "UDP", "sourceIpAddressPrefix": "fd00::/64"}},
 {"nfpName": "a b", "nfpRule": {"protocol": "UDP"}, "cpGroup": [{"cpPairInfo": [{"vnfExtCpIds": ["$in1", "$out1"]}]}]},
 {"nfpName": "a", "nfpRule": {"protocol": "UDP"}, "cpGroup": [{"cpPairInfo": [{"vnfExtCpIds": ["$sap"]}]}]},
 {"nfpName": "b", "nfpRule": {"protocol": "UDP"}, "cpGroup": [{"cpPairInfo": [{"pnfExtCpIds": ["x"]}]}]},
 {"nfpName": "c", "nfpRule": {"protocol": "UDP"}, "cpGroup": [{"cpPairInfo": [{"sapIds": ["$sap"]}]}]},
 {"nfpName": "d", "nfpRule": {"protocol": "UDP"}, "cpGroup": [{"cpPairInfo": [{"vnfExtCpIds": ["$in1", "$out2"]}]}]},
 {"nfpName": "e", "nfpRule": {"protocol": "UDP"}, "cpGroup": [{"cpPairInfo": [{"vnfExtCpIds": ["$in1", "$out1"]}]}]},
 {"nfpInfoId": "path.0", "cpGroup": [{"cpPairInfo": [{"sapIds": ["$sap"]}]}, {"cpPairInfo": [{"vnfExtCpIds": ["$in1", "$out1"]}, {"vnfExtCpIds": ["$in2", "$out2"]}]}]}]}]}
= 422
{"detail": "updateVnffg[0]: nfp[0]: VNFFG graph has no NFP path.9; nfp[1]: a new NFP needs nfpName and nfpRule; nfp[2]: nfpRule: at least one attribute is needed; nfp[3]: nfpRule: destinationPortRange needs protocol TCP or UDP; nfp[4]: nfpRule: destinationPortRange: lowerPort is above upperPort; nfp[5]: nfpRule: fd00::/64 is not of etherType IPv4; nfp[6]: nfpName: letters, digits, - and _ only; nfp[7]: cpGroup[0]: no VNF of the NS has connection point $sap; nfp[8]: cpGroup[0]: pnfExtCpIds: a path goes through a PNF where the NSD says so: an NFP that is added without cpGroup has the way of the others; nfp[9]: cpGroup: the path goes through no function; nfp[10]: cpGroup[0]: connection points $in1 and $out2 are of two instances; nfp[11]: cpGroup[0]: position path-first has 2 instances, 1 are given: all of a position serve its paths; nfp[12]: the positions of an NFP that is there stay: remove it and add another", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "UPDATE_VNFFG", "updateVnffg": [{"vnffgInfoId": "graph", "nfp": [{"nfpName": "dns", "nfpRule": {"protocol": "TCP"}, "cpGroup": [{"cpPairInfo": [{"vnfExtCpIds": ["$in1", "$out1"]}, {"vnfExtCpIds": ["$in2", "$out2"]}]}]}]}]}
= 422
{"detail": "the same packets would take two paths: rule rule of path path and rule dns of path graph.dns; narrow their rules or name the ends of the paths", ...}

# A plan of it changes nothing.
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "update": {"updateType": "UPDATE_VNFFG", "updateVnffg": [{"vnffgInfoId": "graph", "nfp": [{"nfpName": "web2", "nfpRule": {"protocol": "TCP", "destinationPortRange": {"lowerPort": 81, "upperPort": 81}}}]}]}}
= 200
{"capacity": [], ...}
GET site:/network/v2.0/sfc/flow_classifiers  as demo
= 200
{"flow_classifiers": [{"id": "$fc1", ...}]}

# More packets take the same way: the chain gets one more classifier.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "UPDATE_VNFFG", "updateVnffg": [{"vnffgInfoId": "graph", "nfp": [{"nfpName": "web2", "nfpRule": {"protocol": "TCP", "destinationPortRange": {"lowerPort": 81, "upperPort": 81}}}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "UPDATE", "resourceChanges": {"affectedVnffgs": [{"vnffgInstanceId": "graph", "vnffgdId": "graph", "changeType": "MODIFY", "changeResult": "COMPLETED"}], ...}, ...}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{"id": "$chain", "flow_classifiers": ["$fc1", "$fc2 := text"], "port_pair_groups": ["$group"], ...}]}
GET site:/network/v2.0/sfc/flow_classifiers/$fc2  as demo
= 200
{"flow_classifier": {"protocol": "tcp", "destination_port_range_min": 81, "destination_port_range_max": 81, ...}}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnffgInfo": [{"id": "graph", "nfpInfo": [{"id": "path.0", ...}, {"id": "$web2 := text", "nfpName": "web2", "nfpState": "ENABLED", ...}], ...}], ...}

# One that stops: rolled back, the chain is as it was.
PUT site:/refuse/changes  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "UPDATE_VNFFG", "updateVnffg": [{"vnffgInfoId": "graph", "nfp": [{"nfpName": "web3", "nfpRule": {"protocol": "TCP", "destinationPortRange": {"lowerPort": 82, "upperPort": 82}}}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op3/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "ROLLED_BACK", "resourceChanges": {"affectedVnffgs": [{"changeType": "MODIFY", "changeResult": "ROLLED_BACK", ...}], ...}, ...}
PUT site:/refuse/none  as demo
= 204
GET site:/network/v2.0/sfc/flow_classifiers  as demo
= 200
{"flow_classifiers": [{"id": "$fc2", ...}, {"id": "$fc1", ...}]}

# A rule changes: the new classifier is there before the old one goes; others stay.  With it comes a path of
# the client's own, from the service access point through the same position.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "UPDATE_VNFFG", "updateVnffg": [{"vnffgInfoId": "graph", "nfp": [
 {"nfpInfoId": "path.0", "nfpRule": {"protocol": "TCP", "destinationPortRange": {"lowerPort": 8080, "upperPort": 8081}, "destinationIpAddressPrefix": "10.100.0.0/24"}},
 {"nfpName": "dns", "nfpRule": {"protocol": "UDP", "destinationPortRange": {"lowerPort": 53, "upperPort": 53}}, "cpGroup": [{"cpPairInfo": [{"sapIds": ["$sap"]}]}, {"forwardingBehaviour": "LB", "cpPairInfo": [{"vnfExtCpIds": ["$in2", "$out2"]}, {"vnfExtCpIds": ["$in1", "$out1"]}]}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{"id": "$chain2 := text", "flow_classifiers": ["$fc4 := text"], "port_pair_groups": ["$group"], ...}, {"id": "$chain", "flow_classifiers": ["$fc2", "$fc3 := text"], ...}]}
GET site:/network/v2.0/sfc/flow_classifiers/$fc1  as demo
= 404
GET site:/network/v2.0/sfc/flow_classifiers/$fc3  as demo
= 200
{"flow_classifier": {"protocol": "tcp", "destination_port_range_min": 8080, "destination_port_range_max": 8081, "destination_ip_prefix": "10.100.0.0/24", ...}}
GET site:/network/v2.0/sfc/flow_classifiers/$fc4  as demo
= 200
{"flow_classifier": {"protocol": "udp", "destination_port_range_min": 53, "logical_source_port": "$sap", ...}}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnffgInfo": [{"id": "graph", "vnfInstanceId": ["$vnf"], "nfpInfo": [{"id": "path.0", "nfpRule": {"destinationPortRange": {"lowerPort": 8080, "upperPort": 8081}, ...}, ...}, {"id": "$web2", ...}, {"id": "$dns := text", "nfpName": "dns", "nfpRule": {"protocol": "UDP", ...}, ...}], ...}], ...}

# What comes later joins all of them.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfProfileId": "fw", "vnfInstanceName": "second", "vnfInstantiationLevelId": "one"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{"id": "$chain2", "flow_classifiers": ["$fc4"], "port_pair_groups": ["$group"], ...}, {"id": "$chain", "flow_classifiers": ["$fc2", "$fc3"], ...}]}
GET site:/network/v2.0/sfc/port_pair_groups/$group  as demo
= 200
{"port_pair_group": {"port_pairs": ["$ := text", "$ := text", "$ := text"], ...}}

# One that is given up when the rule is another one already: the record has both, each by an id of its own.
PUT site:/refuse/deletes  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "UPDATE_VNFFG", "updateVnffg": [{"vnffgInfoId": "graph", "nfp": [{"nfpInfoId": "$web2", "nfpRule": {"protocol": "TCP", "destinationPortRange": {"lowerPort": 83, "upperPort": 83}}}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op50 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op50  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op50/fail  as demo
= 200
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnffgInfo": [{"id": "graph", "nfpInfo": [{"id": "path.0", ...}, {"id": "$web2", "nfpRule": {"destinationPortRange": {"lowerPort": 83, ...}, ...}, ...}, {"id": "$before := text", "nfpRule": {"destinationPortRange": {"lowerPort": 81, ...}, ...}, ...}, {"id": "$dns", ...}], ...}], ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "UPDATE_VNFFG", "updateVnffg": [{"vnffgInfoId": "graph", "nfpInfoId": ["$before", "$web2"]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op51 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op51  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "UPDATE_VNFFG", "updateVnffg": [{"vnffgInfoId": "graph", "nfp": [{"nfpName": "web4", "nfpRule": {"protocol": "TCP", "destinationPortRange": {"lowerPort": 84, "upperPort": 84}}, "cpGroup": []}], "nfpInfoId": ["$dns"]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op52 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op52  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/flow_classifiers  as demo
= 200
{"flow_classifiers": [{"id": "$fc5 := text", ...}, {"id": "$fc3", ...}]}

# Some go: one of a chain.  It deletes, and is not taken back.
PUT site:/refuse/deletes  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "UPDATE_VNFFG", "updateVnffg": [{"vnffgInfoId": "graph", "nfpInfoId": ["path.0"]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op6/rollback  as demo
= 409
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op6/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{"id": "$chain", "flow_classifiers": ["$fc5"], ...}]}
GET site:/network/v2.0/sfc/flow_classifiers  as demo
= 200
{"flow_classifiers": [{"id": "$fc5", ...}]}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnffgInfo": [{"id": "graph", "nfpInfo": [{"nfpName": "web4", ...}], ...}], ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], ...}

# The graph goes as a whole, and comes as the NSD has it.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_VNFFG", "removeVnffgId": ["graph"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op7 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/flow_classifiers  as demo
= 200
{"flow_classifiers": []}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "ADD_VNFFG", "addVnffg": [{"vnffgdId": "graph", "vnffgName": "n", "description": "d"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op8 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op99 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op99  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/flow_classifiers  as demo
= 200
{"flow_classifiers": []}
GET /carrick/v1/holdings  as demo
= 200
[]
