# NSDs before they are on-boarded (SOL005 clause 5).
POST /nsd/v2/ns_descriptors  as demo
{"userDefinedData": {"owner": "me"}}
= 201
< Location: http://$host/nsd/v2/ns_descriptors/$a
{"id": "$a := id", "nsdOnboardingState": "CREATED", "nsdOperationalState": "DISABLED", "nsdUsageState": "NOT_IN_USE", "userDefinedData": {"owner": "me"}, "_links": {"self": {"href": "http://$host/nsd/v2/ns_descriptors/$a"}, "nsd_content": {"href": "http://$host/nsd/v2/ns_descriptors/$a/nsd_content"}}}
GET /nsd/v2/ns_descriptors/$a/nsd_content  as demo
= 409
GET /nsd/v2/ns_descriptors/$a/nsd  as demo
= 409
PATCH /nsd/v2/ns_descriptors/$a  as demo
{"nsdOperationalState": "ENABLED"}
= 409
GET /nsd/v2/ns_descriptors?filter=(eq,nsdOnboardingState,ONBOARDED)  as demo
= 200
[]
GET /nsd/v2/ns_descriptors/$a  as alice
= 404
DELETE /nsd/v2/ns_descriptors/$a  as alice
= 404
DELETE /nsd/v2/ns_descriptors/$a  as demo
= 204
