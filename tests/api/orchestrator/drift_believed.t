# What a site says is not believed at once: neither a list that leaves out what is there, nor one who says that all is
# gone, nor what it calls a thing that it made again.
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
{"vnfInstance": [{"id": "$vnf := text", "instantiatedVnfInfo": {"vnfcResourceInfo": [
  {"id": "$one := text", "vnfcCpInfo": [{"id": "$in1 := text", ...}, {"id": "$out1 := text", ...}], ...},
  {"id": "$two := text", "vnfcCpInfo": [{"id": "$in2 := text", ...}, {"id": "$out2 := text", ...}], ...}], ...}, ...}], ...}

# A list without what is there: each port is there where it is asked for by itself, and no second one is made.
PUT site:/refuse/empty-ports  as demo
= 204
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], "unknown": [{"siteName": "east", "kinds": ["port"], "reason": "$ := text", ...}], ...}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op2/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{...}, {...}, {...}, {...}, {...}]}

# Nothing of all that is recorded: so says a site that is used as another project.
PUT site:/refuse/project  as demo
= 204
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], "unknown": [{"siteName": "east", "reason": "$ := text", "kinds": ["network", "subnet", "port", ...], ...}], ...}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op3/fail  as demo
= 200
PUT site:/refuse/none  as demo
= 204
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{...}, {...}, {...}, {...}, {...}]}

# All that one instance has is lost, where the site shows what others have: that is believed.
GET site:/network/v2.0/networks  as demo
= 200
{"networks": [{"id": "$net := text", ...}]}
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "function", "vnfInstanceName": "alone"}
= 201
{"id": "$alone := id", ...}
POST /vnflcm/v2/vnf_instances/$alone/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "$net", "extCps": [{"cpdId": "in_cp"}, {"cpdId": "out_cp"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$opa := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$opa  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_instances/$alone  as demo
= 200
{"instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$server := text", "vnfcCpInfo": [{"id": "$a := text", ...}, {"id": "$b := text", ...}], ...}], ...}, ...}
PUT site:/lose/$server  as demo
= 204
PUT site:/lose/$a  as demo
= 204
PUT site:/lose/$b  as demo
= 204
POST /carrick/v1/checks  as demo
{"vnfInstanceId": "$alone"}
= 200
{"differences": [{"difference": "MISSING", "kind": "port", "mendedBy": "REPAIR", ...}, {"difference": "MISSING", "kind": "port", ...}, {"difference": "MISSING", "kind": "server", "mendedBy": "HEAL", ...}], "unknown": [], ...}
POST /vnflcm/v2/vnf_instances/$alone/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$opb := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$opb  as demo
~ 200
{"operationState": "COMPLETED", ...}

# It calls the port that it made again what another one is called.
DELETE site:/compute/v2.1/servers/$one/os-interface/$in1  as demo
= 202
PUT site:/lose/$in1  as demo
= 204
PUT site:/refuse/called-ports-$in2  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"detail": "$ := text", ...}, ...}
POST /nslcm/v2/ns_lcm_op_occs/$op4/fail  as demo
= 200
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"instantiatedVnfInfo": {"vnfcResourceInfo": [
  {"id": "$one", "vnfcCpInfo": [{"id": "$in1", ...}, {"id": "$out1", ...}], ...},
  {"id": "$two", "vnfcCpInfo": [{"id": "$in2", ...}, {"id": "$out2", ...}], ...}], ...}, ...}], ...}
PUT site:/lose/$in2  as demo
= 204

# ... or as the service is.
PUT site:/refuse/called-ports-$ns  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"detail": "$ := text", ...}, ...}
POST /nslcm/v2/ns_lcm_op_occs/$op5/fail  as demo
= 200
PUT site:/lose/$ns  as demo
= 204

# ... or what is no identifier at all.
PUT site:/refuse/called-ports-none  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"detail": "$ := text", ...}, ...}
POST /nslcm/v2/ns_lcm_op_occs/$op6/fail  as demo
= 200
PUT site:/lose/none  as demo
= 204

# When it is itself again all of it is made once.
PUT site:/refuse/none  as demo
= 204
clock +90s
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op7 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], "unknown": [], ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{...}, {...}, {...}, {...}, {...}]}
GET /carrick/v1/holdings?filter=(eq,kind,port);(eq,label,in_cp)  as demo
= 200
[{...}, {...}]
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op8 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": []}
