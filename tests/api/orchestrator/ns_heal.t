# Healing the VNFs of an NS (SOL005 6.4.7, healVnfData) at a site in memory: servers are replaced at
# their ports, so that chains stay as they are.
include service demo
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healVnfData": [{"vnfInstanceId": "$ns"}]}
= 409
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf := text", "instantiatedVnfInfo": {"vnfcResourceInfo": [
  {"id": "$one := text", "vnfcCpInfo": [{"id": "$in1 := text", ...}, {"id": "$out1 := text", ...}], ...},
  {"id": "$two := text", "vnfcCpInfo": [{"id": "$in2 := text", ...}, {"id": "$out2 := text", ...}], ...}], ...}, ...}],
 "_links": {"heal": {"href": "http://$host/nslcm/v2/ns_instances/$ns/heal"}, ...}, ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair2 := text", "ingress": "$in2", "egress": "$out2", ...}, {"id": "$pair1 := text", "ingress": "$in1", "egress": "$out1", ...}]}

# What is refused: behind the NS's back, what is not supported, what is not the NS's.
POST /vnflcm/v2/vnf_instances/$vnf/heal  as demo
{}
= 409
{"detail": "VNF instance $vnf is managed by NS instance $ns", ...}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healVnfData": [{"cause": "?", "healScript": "x"}]}
= 400
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESET"}}
= 422
{"detail": "healNsData: no NSD has actions or scripts that are supported; degreeHealing HEAL_RESTORE makes again what sites have lost, healVnfData heals VNFs", ...}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{}
= 422
{"detail": "healVnfData is needed", ...}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healVnfData": [{"vnfInstanceId": "$vnf"}, {"vnfInstanceId": "$ns"}]}
= 422
{"detail": "healVnfData[1]: the NS has no VNF instance $ns", ...}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healVnfData": [{"vnfInstanceId": "$vnf", "vnfcInstanceId": ["nobody"]}]}
= 422
{"detail": "healVnfData[0]: VNF instance $vnf has no VNFC nobody", ...}
POST /nslcm/v2/ns_instances/$ns/heal  as alice
{"healVnfData": [{"vnfInstanceId": "$vnf"}]}
= 404

# One server: another is at its ports, and the chain has not changed.
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healVnfData": [{"vnfInstanceId": "$vnf", "vnfcInstanceId": ["$one"], "cause": "it hangs"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "HEAL",
 "operationParams": {"healVnfData": [{"vnfInstanceId": "$vnf", "vnfcInstanceId": ["$one"], "cause": "it hangs"}]},
 "resourceChanges": {"affectedVnfs": [{"vnfInstanceId": "$vnf", "changeType": "HEAL", "changeResult": "COMPLETED", ...}], "affectedVnffgs": [], ...}, ...}
GET /vnflcm/v2/vnf_lcm_op_occs?filter=(eq,operation,HEAL)&all_fields  as demo
= 200
[{"vnfInstanceId": "$vnf", "isAutomaticInvocation": true, "operationParams": {"vnfcInstanceId": ["$one"], "cause": "it hangs"}, ...}]
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf", "instantiatedVnfInfo": {"vnfcResourceInfo": [
  {"id": "$three := text", "vnfcCpInfo": [{"id": "$in1", ...}, {"id": "$out1", ...}], ...}, {"id": "$two", ...}], ...}, ...}], ...}
GET site:/compute/v2.1/servers/$one  as demo
= 404
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair2", "ingress": "$in2", "egress": "$out2", ...}, {"id": "$pair1", "ingress": "$in1", "egress": "$out1", ...}]}

# One that stops has no rollback; given up, it is told by the NS, and the next one makes it whole.
# Through version 1.
PUT site:/refuse/servers  as demo
= 204
POST /nslcm/v1/ns_instances/$ns/heal  as demo
> Version: 1.2.0
{"healVnfData": [{"vnfInstanceId": "$vnf"}]}
= 202
< Location: http://$host/nslcm/v1/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op3/rollback  as demo
= 409
{"detail": "a healing that deletes servers cannot be rolled back: retry it, or fail it", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op3/fail  as demo
= 200
{"operationState": "FAILED", ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healVnfData": [{"vnfInstanceId": "$vnf"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf", "instantiatedVnfInfo": {"vnfcResourceInfo": [
  {"vnfcCpInfo": [{"id": "$in1", ...}, {"id": "$out1", ...}], ...}, {"vnfcCpInfo": [{"id": "$in2", ...}, {"id": "$out2", ...}], ...}], ...}, ...}], ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair2", ...}, {"id": "$pair1", ...}]}

# Nothing is left at the end.
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": []}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET /carrick/v1/holdings  as demo
= 200
[]
