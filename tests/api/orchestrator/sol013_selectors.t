# Attribute selectors (SOL013 5.3): complex attributes that may be absent are chosen, the others are always there.
POST /vnfpkgm/v2/vnf_packages  as demo
{"userDefinedData": {"colour": "red"}}
= 201
{"id": "$p := id", ...}
# By default, and with exclude_default, what the resource leaves out.
GET /vnfpkgm/v2/vnf_packages  as demo
= 200
[{"id": "$p", "onboardingState": "CREATED", "operationalState": "DISABLED", "usageState": "NOT_IN_USE", "_links": {...}}]
GET /vnfpkgm/v2/vnf_packages?exclude_default  as demo
= 200
[{"id": "$p", "onboardingState": "CREATED", "operationalState": "DISABLED", "usageState": "NOT_IN_USE", "_links": {...}}]
GET /vnfpkgm/v2/vnf_packages?all_fields  as demo
= 200
[{"id": "$p", "userDefinedData": {"colour": "red"}, ...}]
# Only those asked for; links are not a matter of choice, nor are simple attributes.
GET /vnfpkgm/v2/vnf_packages?fields=softwareImages  as demo
= 200
[{"id": "$p", "onboardingState": "CREATED", "operationalState": "DISABLED", "usageState": "NOT_IN_USE", "_links": {...}}]
GET /vnfpkgm/v2/vnf_packages?fields=userDefinedData  as demo
= 200
[{"id": "$p", "onboardingState": "CREATED", "operationalState": "DISABLED", "usageState": "NOT_IN_USE", "userDefinedData": {"colour": "red"}, "_links": {...}}]
GET /vnfpkgm/v2/vnf_packages?exclude_default&fields=userDefinedData  as demo
= 200
[{"id": "$p", "userDefinedData": {"colour": "red"}, ...}]
GET /vnfpkgm/v2/vnf_packages?exclude_fields=userDefinedData,_links,id  as demo
= 200
[{"id": "$p", "onboardingState": "CREATED", "operationalState": "DISABLED", "usageState": "NOT_IN_USE", "_links": {...}}]
GET /vnfpkgm/v2/vnf_packages?exclude_fields=softwareImages  as demo
= 200
[{"id": "$p", "userDefinedData": {"colour": "red"}, ...}]
# What excludes each other.
GET /vnfpkgm/v2/vnf_packages?all_fields&exclude_fields=userDefinedData  as demo
= 400
GET /vnfpkgm/v2/vnf_packages?fields=a&exclude_fields=b  as demo
= 400
GET /vnfpkgm/v2/vnf_packages?exclude_default&all_fields  as demo
= 400
