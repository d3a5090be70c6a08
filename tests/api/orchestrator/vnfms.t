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
= 422
{"status": 422, "detail": "vnfms.fw: no VNFM edge is registered", ...}
# A plan with one says what it would do, and asks nobody.
POST /carrick/v1/vnfms  as demo
{"name": "far", "url": "http://127.0.0.1:1"}
= 201
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "request": {"nsFlavourId": "default", "additionalParamsForNs": {"vnfms": {"fw": "far"}}}}
= 200
{"plan": [...], "capacity": [...]}
# Nor is one named for what the NSD does not have.
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForNs": {"vnfms": {"nobody": "far"}}}
= 422
{"status": 422, "detail": "vnfms.nobody: the NSD has no such VNF profile", ...}
