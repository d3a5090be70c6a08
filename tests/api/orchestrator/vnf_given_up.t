# An instantiation that is given up leaves the VNF at the level that was asked for: a scaling adds to
# what there is, or takes from it, from there.
include service demo
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "function", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", ...}
POST site:/network/v2.0/networks  as demo
{"network": {"id": "11111111-1111-4111-8111-111111111111", "name": "office"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "11111111-1111-4111-8111-111111111111", "cidr": "10.7.0.0/24"}}
= 201
PUT site:/refuse/servers  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "instantiationLevelId": "one", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "virtual_link_in"}, {"cpdId": "virtual_link_out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op1 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op1/fail  as demo
= 200
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfState": "STOPPED", "vnfcResourceInfo": [],
 "scaleStatus": [{"aspectId": "grow", "scaleLevel": 0}], ...}, ...}
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /carrick/v1/holdings  as demo
= 200
[]
