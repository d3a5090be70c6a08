# Version 1 of NSDs and NSs (SOL005 2.6.1).
GET /nslcm/v1/api_versions  as demo
= 200
{"uriPrefix": "http://$host/nslcm/v1", "apiVersions": [{"version": "1.2.0", "isDeprecated": false}]}
POST /nsd/v1/ns_descriptors  as demo
{"userDefinedData": {"a": "b"}}
= 201
< Location: http://$host/nsd/v1/ns_descriptors/$nsd
< Version: 1.2.0
{"id": "$nsd := id", "nsdOnboardingState": "CREATED", "nsdOperationalState": "DISABLED", "nsdUsageState": "NOT_IN_USE", "userDefinedData": {"a": "b"},
 "_links": {"self": {"href": "http://$host/nsd/v1/ns_descriptors/$nsd"}, "nsd_content": {"href": "http://$host/nsd/v1/ns_descriptors/$nsd/nsd_content"}}}
# A failed on-boarding has no state of its own in version 1.
PUT /nsd/v1/ns_descriptors/$nsd/nsd_content  as demo
> Content-Type: application/zip
@file nothing.txt
nothing
= 202
GET /nsd/v2/ns_descriptors/$nsd  as demo
~ 200
{"nsdOnboardingState": "ERROR", ...}
GET /nsd/v1/ns_descriptors/$nsd  as demo
= 200
{"nsdOnboardingState": "CREATED", "onboardingFailureDetails": {...}, ...}
GET /nsd/v1/ns_descriptors?filter=(eq,nsdOnboardingState,ERROR)  as demo
= 200
[]
GET /nsd/v1/ns_descriptors?filter=(eq,nsdOnboardingState,CREATED)  as demo
= 200
[{"id": "$nsd", ...}]
GET /nsd/v2/ns_descriptors?filter=(eq,nsdOnboardingState,CREATED)  as demo
= 200
[]
GET /nsd/v1/ns_descriptors/$nsd/manifest  as demo
= 404
PATCH /nsd/v1/ns_descriptors/$nsd  as demo
{"userDefinedData": {"c": "d"}}
= 200
{"userDefinedData": {"a": "b", "c": "d"}}
GET /nslcm/v1/ns_instances  as demo
= 200
< Version: 1.2.0
[]
POST /nslcm/v1/ns_instances  as demo
{"nsdId": "none", "nsName": "n", "nsDescription": "d"}
= 422
GET /nslcm/v1/ns_lcm_op_occs  as demo
= 200
[]
DELETE /nsd/v1/ns_descriptors/$nsd  as demo
= 204
