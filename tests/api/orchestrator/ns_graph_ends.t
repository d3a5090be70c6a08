# Paths of UPDATE_VNFFG that begin at VNFs: at all instances of a profile, each of them once.
include service demo tail
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$fw := text", "vnfInstanceName": "demo-fw", "instantiatedVnfInfo": {"extCpInfo": [{"id": "$in1 := text", ...}, {"id": "$out1 := text", ...}, {"id": "$in2 := text", ...}, {"id": "$out2 := text", ...}], ...}, ...}, {"id": "$tail := text", "vnfInstanceName": "demo-tail", ...}],
 "sapInfo": [{"id": "$sap := text", ...}], ...}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$tail", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_instances/$tail  as demo
= 200
{"instantiatedVnfInfo": {"extCpInfo": [{"id": "$tail1 := text", "cpdId": "in_cp", ...}, {"id": "$other1 := text", ...}, {"id": "$tail2 := text", "cpdId": "in_cp", ...}, {...}], ...}, ...}

# All of them, and one SAP.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "UPDATE_VNFFG", "updateVnffg": [{"vnffgInfoId": "graph", "nfp": [
 {"nfpName": "a", "nfpRule": {"protocol": "UDP"}, "cpGroup": [{"cpPairInfo": [{"vnfExtCpIds": ["$tail1"]}]}, {"cpPairInfo": [{"vnfExtCpIds": ["$in1", "$out1"]}, {"vnfExtCpIds": ["$in2", "$out2"]}]}]},
 {"nfpName": "b", "nfpRule": {"protocol": "UDP"}, "cpGroup": [{"cpPairInfo": [{"sapIds": ["$sap", "$tail1"]}]}, {"cpPairInfo": [{"vnfExtCpIds": ["$in1", "$out1"]}, {"vnfExtCpIds": ["$in2", "$out2"]}]}]},
 {"nfpName": "c", "nfpRule": {"protocol": "UDP"}, "cpGroup": [{"cpPairInfo": [{"sapIds": ["$sap"]}, {"sapIds": ["$sap"]}]}, {"cpPairInfo": [{"vnfExtCpIds": ["$in1", "$out1"]}, {"vnfExtCpIds": ["$in2", "$out2"]}]}]}]}]}
= 422
{"detail": "updateVnffg[0]: nfp[0]: cpGroup[0]: virtual_link_in of VNF profile tail has 2 instances, 1 are given: all of them are an end of the path; nfp[1]: cpGroup[0]: sapIds: packets enter and leave a SAP by one port: one id is needed; nfp[2]: cpGroup[0]: SAP $sap is given twice", ...}

POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "UPDATE_VNFFG", "updateVnffg": [{"vnffgInfoId": "graph", "nfp": [
 {"nfpName": "a", "nfpRule": {"protocol": "UDP"}, "cpGroup": [{"cpPairInfo": [{"vnfExtCpIds": ["$tail1"]}, {"vnfExtCpIds": ["$tail2"]}]}, {"cpPairInfo": [{"vnfExtCpIds": ["$in1", "$out1"]}, {"vnfExtCpIds": ["$in2", "$out2"]}]}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/flow_classifiers  as demo
= 200
{"flow_classifiers": [{"protocol": "udp", "logical_source_port": "$tail2", ...}, {"protocol": "udp", "logical_source_port": "$tail1", ...}, {"protocol": "tcp", ...}]}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnffgInfo": [{"nfpInfo": [{"id": "path.0", ...}, {"id": "$a := text", "nfpName": "a", "nfpState": "ENABLED", ...}], ...}], ...}

# Another rule for it, with the way that it has.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "UPDATE_VNFFG", "updateVnffg": [{"vnffgInfoId": "graph", "nfp": [
 {"nfpInfoId": "$a", "nfpRule": {"protocol": "ICMP"}, "cpGroup": [{"cpPairInfo": [{"vnfExtCpIds": ["$tail2"]}, {"vnfExtCpIds": ["$tail1"]}]}, {"cpPairInfo": [{"vnfExtCpIds": ["$in1", "$out1"]}, {"vnfExtCpIds": ["$in2", "$out2"]}]}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/flow_classifiers  as demo
= 200
{"flow_classifiers": [{"protocol": "icmp", "logical_source_port": "$tail2", ...}, {"protocol": "icmp", "logical_source_port": "$tail1", ...}, {"protocol": "tcp", ...}]}
