# Ports of a VNF that another VNFM manages are ours (decision 028): a scaling in deletes those of the server that went,
# and a healing leaves all of them where they are.  Here the orchestrator is that VNFM too.
include service demo
GET identity:/v3/projects?name=demo  as admin
= 200
{"projects": [{"id": "$demo := hex", ...}], ...}
POST /carrick/v1/vnfms  as demo
{"name": "edge", "url": "http://$host", "username": "demo", "password": "demo", "token_endpoint": "http://$host/oauth2/token", "scope": "project:$demo"}
= 201
{"id": "$vnfm := uuid", ...}
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForNs": {"vnfms": {"fw": "edge"}}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$fw := text", "instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$one := text", "vnfcCpInfo": [{"id": "$in1 := text", ...}, {"id": "$out1 := text", ...}], ...}, {"id": "$two := text", "vnfcCpInfo": [{"id": "$in2 := text", ...}, {"id": "$out2 := text", ...}], ...}], ...}, ...}], ...}

# Healed, the VNF is at the ports that it had.
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healVnfData": [{"vnfInstanceId": "$fw", "cause": "it hangs", "additionalParams": {}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$fw", "instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$one2 := text", "vnfcCpInfo": [{"id": "$in1", ...}, {"id": "$out1", ...}], ...}, {"id": "$two2 := text", "vnfcCpInfo": [{"id": "$in2", ...}, {"id": "$out2", ...}], ...}], ...}, ...}], ...}
GET site:/network/v2.0/ports/$in1  as demo
= 200
{"port": {"device_id": "$one2", ...}}
GET site:/compute/v2.1/servers/$one  as demo
= 404

# Scaled in, the ports of the server that went are gone, and nobody holds them.
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$fw", "scaleVnfType": "SCALE_IN", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$fw", "instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$one2", "vnfcCpInfo": [{"id": "$in1", ...}, {"id": "$out1", ...}], ...}], ...}, ...}], ...}
GET site:/network/v2.0/ports/$in2  as demo
= 404
GET site:/network/v2.0/ports/$out2  as demo
= 404
GET /carrick/v1/holdings?filter=(eq,resource_id,$in2)  as demo
= 200
[]
GET site:/network/v2.0/ports/$in1  as demo
= 200
{"port": {"device_id": "$one2", ...}}

# All of it goes.
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
