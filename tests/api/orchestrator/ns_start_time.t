# Operations that begin later (startTime, scaleTime, updateTime, terminationTime of SOL005): they are under
# way and do nothing until then, hold their instance meanwhile, and can be cancelled.
include service demo
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "startTime": "soon"}
= 400
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "startTime": "2027-03-02T03:04:05Z"}
= 422
{"detail": "it would begin in more than 365 days", ...}

# It waits: nothing is made, and nothing else begins.
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "startTime": "2026-01-02T03:04:07Z"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$first := uuid
GET /nslcm/v2/ns_lcm_op_occs/$first  as demo
= 200
{"operationState": "PROCESSING", "operationParams": {"nsFlavourId": "default", "startTime": "2026-01-02T03:04:07Z"}, ...}
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 409
GET /carrick/v1/operations/$first  as demo
~ 200
{"steps": [{"label": "its time", ...}], ...}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": []}

# Cancelled: it stops at once, and was nothing.
POST /nslcm/v2/ns_lcm_op_occs/$first/cancel  as demo
{"cancelMode": "GRACEFUL"}
= 202
GET /nslcm/v2/ns_lcm_op_occs/$first  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$first/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$first  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}

# Again; then it is time.
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "startTime": "2026-01-02T05:04:07+02:00"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$second := uuid
GET /nslcm/v2/ns_lcm_op_occs/$second  as demo
= 200
{"operationState": "PROCESSING", ...}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": []}
clock +3s
GET /nslcm/v2/ns_lcm_op_occs/$second  as demo
~ 200
{"operationState": "COMPLETED", ...}

# A time too far away hides nothing else that is wrong.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "OPERATE_VNF", "updateTime": "2028-03-02T03:04:05Z", "operateVnfData": [{"vnfInstanceId": "$ns", "changeStateTo": "STOPPED"}]}
= 422
{"detail": "operateVnfData[0]: the NS has no VNF instance $ns; it would begin in more than 365 days", ...}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleTime": "2028-03-02T03:04:05Z", "scaleVnfData": [{"vnfInstanceId": "$ns", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "none"}}]}
= 422
{"detail": "scaleVnfData[0]: the NS has no VNF instance $ns; it would begin in more than 365 days", ...}
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{"terminationTime": "2028-03-02T03:04:05Z", "terminateVnfData": [{"vnfInstanceId": "$ns", "terminationType": "FORCEFUL"}]}
= 422
{"detail": "terminateVnfData[0]: the NS has no VNF instance $ns; it would begin in more than 365 days", ...}

# What is past is done at once; an update has its time with every type.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "OPERATE_VNF", "updateTime": "2026-01-02T03:04:09Z", "operateVnfData": []}
= 400
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{"terminationTime": "2026-01-02T03:04:10Z"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$end := uuid
GET /nslcm/v2/ns_lcm_op_occs/$end  as demo
= 200
{"operationState": "PROCESSING", ...}
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{}
= 409
clock +3s
GET /nslcm/v2/ns_lcm_op_occs/$end  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "startTime": "2020-01-02T03:04:05Z"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$past := uuid
GET /nslcm/v2/ns_lcm_op_occs/$past  as demo
~ 200
{"operationState": "COMPLETED", ...}
