# NS instances (SOL005 clause 6): what is refused before anything is started.
GET /nslcm/v2/ns_instances  as nobody
= 401
GET /nslcm/v2/ns_instances  as demo
= 200
[]
# All faults of a body at once.
POST /nslcm/v2/ns_instances  as demo
{"nsState": "INSTANTIATED", "colour": "red"}
= 400
{"status": 400, "detail": "$ := text", ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "not-on-boarded", "nsName": "a", "nsDescription": "b"}
= 422
{"status": 422, "detail": "no NSD with nsdId not-on-boarded is on-boarded", ...}
# The names of an answer are not those of a request.
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "x", "nsInstanceName": "a", "nsInstanceDescription": "b"}
= 400
POST /nslcm/v2/ns_instances/0b000000-0000-4000-8000-000000000000/instantiate  as demo
{"nsFlavourId": "default"}
= 404
POST /nslcm/v2/ns_instances/0b000000-0000-4000-8000-000000000000/scale  as demo
{}
= 400
POST /nslcm/v2/ns_instances/0b000000-0000-4000-8000-000000000000/scale  as demo
{"scaleType": "SCALE_VNF"}
= 404
POST /nslcm/v2/ns_instances/0b000000-0000-4000-8000-000000000000/heal  as demo
{}
= 404
GET /nslcm/v2/ns_lcm_op_occs  as demo
= 200
[]
POST /nslcm/v2/ns_lcm_op_occs  as demo
{}
= 405
POST /nslcm/v2/ns_lcm_op_occs/0b000000-0000-4000-8000-000000000000/retry  as demo
= 404
GET /nslcm/v2/ns_lcm_op_occs/0b000000-0000-4000-8000-000000000000/retry  as demo
= 405
GET /nslcm/api_versions  as demo
= 200
{"uriPrefix": "http://$host/nslcm", "apiVersions": [{"version": "2.3.0", "isDeprecated": false}, ...]}
