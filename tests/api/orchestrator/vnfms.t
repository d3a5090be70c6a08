# Which VNFM manages the VNFs of a service: one that the request names has to be there.
include service demo
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForNs": {"vnfms": []}}
= 400
{"status": 400, "detail": "attribute 'additionalParamsForNs': vnfms: an object is needed.", ...}
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForNs": {"vnfms": {"fw": 3}}}
= 400
{"status": 400, "detail": "attribute 'additionalParamsForNs': vnfms.fw: the name of a VNFM is needed.", ...}
# Nor does another project's count.
POST /carrick/v1/vnfms  as alice
{"name": "edge", "url": "http://$host"}
= 201
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForNs": {"vnfms": {"fw": "edge"}}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"status": 422, "detail": "step \"place\": vnfms.fw: no VNFM edge is registered", ...}, ...}
POST /nslcm/v2/ns_lcm_op_occs/$op/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}

# A plan with one says what it would do, and asks nobody.
POST /carrick/v1/vnfms  as demo
{"name": "far", "url": "http://127.0.0.1:1"}
= 201
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "request": {"nsFlavourId": "default", "additionalParamsForNs": {"vnfms": {"fw": "far"}}}}
= 200
{"plan": [...], "capacity": [...]}
