# VNF packages before they are on-boarded (SOL005 clause 9): what may be done in which state.
GET /vnfpkgm/v2/vnf_packages  as demo
= 200
[]
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
< Location: http://$host/vnfpkgm/v2/vnf_packages/$a
{"id": "$a := id", "onboardingState": "CREATED", "operationalState": "DISABLED", "usageState": "NOT_IN_USE", "_links": {"self": {"href": "http://$host/vnfpkgm/v2/vnf_packages/$a"}, "vnfd": {"href": "http://$host/vnfpkgm/v2/vnf_packages/$a/vnfd"}, "packageContent": {"href": "http://$host/vnfpkgm/v2/vnf_packages/$a/package_content"}}}
POST /vnfpkgm/v2/vnf_packages  as demo
{"onboardingState": "ONBOARDED"}
= 400

# Nothing to get yet.
GET /vnfpkgm/v2/vnf_packages/$a/package_content  as demo
= 409
{"status": 409, "detail": "$a is not ONBOARDED but CREATED", ...}
GET /vnfpkgm/v2/vnf_packages/$a/vnfd  as demo
= 409
GET /vnfpkgm/v2/vnf_packages/$a/manifest  as demo
= 409
GET /vnfpkgm/v2/vnf_packages/$a/artifacts/Files/x.txt  as demo
= 409

# The operational state is fixed until then.
PATCH /vnfpkgm/v2/vnf_packages/$a  as demo
{"operationalState": "ENABLED"}
= 409
PATCH /vnfpkgm/v2/vnf_packages/$a  as demo
{"operationalState": "SLEEPING"}
= 400
PATCH /vnfpkgm/v2/vnf_packages/$a  as demo
{"vnfdId": "x"}
= 400
PATCH /vnfpkgm/v2/vnf_packages/$a  as demo
{"userDefinedData": {"colour": "red"}}
= 200
{"userDefinedData": {"colour": "red"}}

# An upload without content is refused and leaves the package as it was.
PUT /vnfpkgm/v2/vnf_packages/$a/package_content  as demo
> Content-Type: application/zip
= 400
GET /vnfpkgm/v2/vnf_packages/$a  as demo
= 200
{"onboardingState": "CREATED", ...}

# Another project knows nothing of it, and cannot upload into it.
PUT /vnfpkgm/v2/vnf_packages/$a/package_content  as alice
> Content-Type: application/zip
@hex 504b0304
= 404
GET /vnfpkgm/v2/vnf_packages/$a/package_content  as alice
= 404
GET /vnfpkgm/v2/vnf_packages/$a  as demo
= 200
{"onboardingState": "CREATED", ...}

# What is not there is absent.
GET /vnfpkgm/v1/vnf_packages/$a/ext_artifacts_access  as demo
= 404
DELETE /vnfpkgm/v2/vnf_packages  as demo
= 405
PUT /vnfpkgm/v2/vnf_packages/$a  as demo
{}
= 405

DELETE /vnfpkgm/v2/vnf_packages/$a  as demo
= 204
DELETE /vnfpkgm/v2/vnf_packages/$a  as demo
= 404
