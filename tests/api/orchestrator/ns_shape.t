# VNFs and forwarding graphs of an NS come and go (SOL005 7.4.5) at a site in memory: chains take in
# what comes once it is there, and let go of what leaves before it goes.
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
{"vnfInstance": [{"id": "$vnf := text", "vnfInstanceName": "$name1 := text", ...}], "vnffgInfo": [{"id": "graph", "vnfInstanceId": ["$vnf"], ...}], ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair2 := text", ...}, {"id": "$pair1 := text", ...}]}

# What is refused, all at once.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "INSTANTIATE_VNF"}
= 422
{"detail": "updateType INSTANTIATE_VNF needs instantiateVnfData", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfProfileId": "fw"}], "removeVnfInstanceId": ["$vnf"]}
= 422
{"detail": "removeVnfInstanceId is not for updateType INSTANTIATE_VNF", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfProfileId": "nine"}, {}, {"vnfProfileId": "fw", "vnfInstantiationLevelId": "nine"},
 {"vnfProfileId": "fw", "locationConstraints": {"vnfProfileId": "fw", "locationConstraints": {"countryCode": "XX"}}}]}
= 422
{"detail": "instantiateVnfData[0]: the NSD has no such VNF profile; instantiateVnfData[1]: vnfProfileId or vnfdId is needed; instantiateVnfData[2]: flavour f of VNFD function has no instantiation level nine; instantiateVnfData[3]: locationConstraints: no site that is registered fits: the request wants country XX, it is in an unknown one", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfProfileId": "fw"}, {"vnfProfileId": "fw"}, {"vnfProfileId": "fw"}]}
= 422
{"detail": "VNF profile fw has 1 to 3 instances, there would be 4", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_VNF", "removeVnfInstanceId": ["$ns", "$vnf", "$vnf"]}
= 422
{"detail": "removeVnfInstanceId[0]: the NS has no VNF instance $ns; removeVnfInstanceId[2]: VNF instance $vnf is given twice", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_VNF", "removeVnfInstanceId": ["$vnf"], "terminateVnfData": [{"vnfInstanceId": "$ns"}]}
= 422
{"detail": "terminateVnfData[0]: VNF instance $ns is not to be removed; VNF profile fw has 1 to 3 instances, there would be 0; position path-first would be without instances", ...}
POST /nslcm/v2/ns_instances/$ns/update  as alice
{"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfProfileId": "fw"}]}
= 404

# A plan of it says what would be done; nothing is.
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "update": {"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfProfileId": "fw", "vnfInstantiationLevelId": "one"}]}}
= 200
{"capacity": [{"class": "VCPU", "amount": 1, ...}, {"class": "MEMORY_MB", ...}, {"class": "SERVER", "amount": 1, ...}], ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}]}

# A second instance of the profile joins the position; those that are there stay.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfdId": "function", "vnfFlavourId": "f", "vnfInstantiationLevelId": "one", "vnfInstanceName": "second"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "UPDATE",
 "resourceChanges": {"affectedVnfs": [{"vnfProfileId": "fw", "vnfName": "second", "changeType": "INSTANTIATE", "changeResult": "COMPLETED", ...}], ...}, ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair3 := text", ...}, {"id": "$pair2", ...}, {"id": "$pair1", ...}]}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1", "$pair2", "$pair3"], ...}]}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{...}]}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf", ...}, {"id": "$second := text", "vnfInstanceName": "second", "instantiationState": "INSTANTIATED", ...}],
 "vnffgInfo": [{"id": "graph", "vnfInstanceId": ["$vnf", "$second"], ...}], ...}
GET /vnflcm/v2/vnf_lcm_op_occs?all_fields&filter=(eq,vnfInstanceId,$second)  as demo
= 200
[{"operationState": "COMPLETED", "operation": "INSTANTIATE", "isAutomaticInvocation": true, ...}]

# One that stops when the new instance is to join: rolled back, the record and the group are as they were.
PUT site:/refuse/port_pairs  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfProfileId": "fw"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", "lcmOperationType": "UPDATE", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{...}, {...}, {...}], ...}
POST /nslcm/v2/ns_lcm_op_occs/$op3/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf", ...}, {"id": "$second", ...}], "vnffgInfo": [{"vnfInstanceId": ["$vnf", "$second"], ...}], ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}, {...}]}

# Given up, it is part of the NS without a place in the chain: a removal takes it away.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfProfileId": "fw", "vnfInstanceName": "third", "vnfInstantiationLevelId": "one"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op4/fail  as demo
= 200
PUT site:/refuse/none  as demo
= 204
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf", ...}, {"id": "$second", ...}, {"id": "$third := text", "vnfInstanceName": "third", ...}], ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}, {...}, {...}]}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_VNF", "removeVnfInstanceId": ["$third"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}, {...}]}

# A removal that stops is not rolled back; nothing that a chain points at is deleted before.
PUT site:/refuse/deletes  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_VNF", "removeVnfInstanceId": ["$vnf"], "terminateVnfData": [{"vnfInstanceId": "$vnf", "terminationType": "GRACEFUL", "gracefulTerminationTimeout": 3}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "FAILED_TEMP", "lcmOperationType": "UPDATE", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair3"], ...}]}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}, {...}]}
POST /nslcm/v2/ns_lcm_op_occs/$op6/rollback  as demo
= 409
{"detail": "an update that deletes what is there cannot be rolled back: retry it, or fail it", ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op6/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedVnfs": [{"vnfInstanceId": "$vnf", "changeType": "TERMINATE", "changeResult": "COMPLETED", ...}], ...}, ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair3", ...}]}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 404
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$second", ...}], "vnffgInfo": [{"vnfInstanceId": ["$second"], ...}], ...}

# What was given up half-way is removed by another one.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfProfileId": "fw", "vnfInstanceName": "fourth", "vnfInstantiationLevelId": "one"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op7 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$fourth := text", "vnfInstanceName": "fourth", ...}, {"id": "$second", ...}], ...}
PUT site:/refuse/deletes  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_VNF", "removeVnfInstanceId": ["$second"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op8 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op8/fail  as demo
= 200
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_VNF", "removeVnfInstanceId": ["$second"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op9 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op9  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}]}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair4 := text"], ...}]}

# A graph goes, and comes again.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_VNFFG", "removeVnffgId": ["nine"]}
= 422
{"detail": "removeVnffgId[0]: the NS has no VNFFG nine", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "ADD_VNFFG", "addVnffg": [{"vnffgdId": "nine", "vnffgName": "n", "description": "d"}, {"vnffgdId": "graph", "vnffgName": "n", "description": "d"}]}
= 422
{"detail": "addVnffg[0]: the NSD has no VNFFG nine; addVnffg[1]: VNFFG graph is there already", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_VNFFG", "removeVnffgId": ["graph"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op10 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op10  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedVnffgs": [{"vnffgdId": "graph", "changeType": "DELETE", "changeResult": "COMPLETED", ...}], ...}, ...}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": []}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": []}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": []}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnffgInfo": [], ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "ADD_VNFFG", "addVnffg": [{"vnffgdId": "graph", "vnffgName": "n", "description": "d"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op11 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op11  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedVnffgs": [{"vnffgdId": "graph", "changeType": "ADD", "changeResult": "COMPLETED", ...}], ...}, ...}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{...}]}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair5 := text"], ...}]}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnffgInfo": [{"id": "graph", "vnfInstanceId": ["$fourth"], ...}], ...}

# A service access point goes, and comes again; its port opens last.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_SAP", "removeSapId": ["nine"]}
= 422
{"detail": "removeSapId[0]: the NS has no SAP nine", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "ADD_SAP", "addSap": [{"sapdId": "nine", "sapName": "n", "description": "d"}, {"sapdId": "client", "sapName": "n", "description": "d"}]}
= 422
{"detail": "addSap[0]: sapData[0]: the NSD has no SAP nine; addSap[1]: SAP client is there already", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"sapInfo": [{"id": "$sap := text", "sapdId": "client", ...}], ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_SAP", "removeSapId": ["$sap"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op12 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op12  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedSaps": [{"sapInstanceId": "$sap", "sapdId": "client", "changeType": "REMOVE", "changeResult": "COMPLETED", ...}], ...}, ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"sapInfo": [], ...}
GET site:/network/v2.0/ports?id=$sap  as demo
= 200
{"ports": [{...}, {...}]}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "ADD_SAP", "addSap": [{"sapdId": "client", "sapName": "back", "description": "d"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op13 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op13  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedSaps": [{"sapdId": "client", "changeType": "ADD", "changeResult": "COMPLETED", ...}], ...}, ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"sapInfo": [{"id": "$again := text", "sapdId": "client", "sapName": "back", ...}], ...}

# Nothing is left at the end.
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op99 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op99  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": []}
GET /carrick/v1/holdings  as demo
= 200
[]
