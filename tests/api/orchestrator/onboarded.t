# On-boarded packages by their VNFD (SOL003 clause 10), as a VNFM asks for them: the same packages.
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
GET /vnfpkgm/v2/onboarded_vnf_packages  as demo
= 200
[]
include pair v2
GET /vnfpkgm/v2/onboarded_vnf_packages  as reader
= 200
[{"id": "$pkg", "vnfdId": "pair", "vnfProvider": "p", "vnfProductName": "n", "vnfSoftwareVersion": "1", "vnfdVersion": "1", "onboardingState": "ONBOARDED", "operationalState": "ENABLED", "usageState": "NOT_IN_USE", "vnfmInfo": ["etsivnfm:v2.0.0"],
 "_links": {"self": {"href": "http://$host/vnfpkgm/v2/onboarded_vnf_packages/pair"}, "vnfd": {"href": "http://$host/vnfpkgm/v2/onboarded_vnf_packages/pair/vnfd"}, "packageContent": {"href": "http://$host/vnfpkgm/v2/onboarded_vnf_packages/pair/package_content"}}}]
GET /vnfpkgm/v2/onboarded_vnf_packages?filter=(eq,vnfdId,other)  as demo
= 200
[]
GET /vnfpkgm/v2/onboarded_vnf_packages/pair  as demo
= 200
< Version: 2.4.0
{"id": "$pkg", "vnfdId": "pair", "softwareImages": [{...}, {...}], "checksum": {...}, "_links": {"self": {"href": "http://$host/vnfpkgm/v2/onboarded_vnf_packages/pair"}, ...}, ...}
GET /vnfpkgm/v2/onboarded_vnf_packages/pair/vnfd  as demo
> Accept: text/plain
= 200
< Content-Type: text/plain
GET /vnfpkgm/v2/onboarded_vnf_packages/pair/manifest  as demo
= 200
< Content-Type: text/plain
GET /vnfpkgm/v2/onboarded_vnf_packages/pair/package_content  as demo
= 200
< Content-Type: application/zip
GET /vnfpkgm/v2/onboarded_vnf_packages/pair/artifacts/vnfd.yaml  as demo
= 200
< Content-Type: application/octet-stream
GET /vnfpkgm/v2/onboarded_vnf_packages/pair/artifacts/nothing/there  as demo
= 404

# It is read only, newer than version 1, and a project's.
DELETE /vnfpkgm/v2/onboarded_vnf_packages/pair  as demo
= 405
GET /vnfpkgm/v1/onboarded_vnf_packages/pair  as demo
= 404
GET /vnfpkgm/v2/onboarded_vnf_packages/other  as demo
= 404
{"detail": "no VNF package with vnfdId other is on-boarded", ...}
GET /vnfpkgm/v2/onboarded_vnf_packages  as alice
= 200
[]
GET /vnfpkgm/v2/onboarded_vnf_packages/pair  as alice
= 404
GET /vnfpkgm/v2/onboarded_vnf_packages/pair/package_content  as alice
= 404
GET /vnfpkgm/v2/onboarded_vnf_packages/pair/vnfd  as nobody
= 401

# What a VNFD is called may hold what a path cannot: links have it encoded, and lead there.
include single site/b demo
GET /vnfpkgm/v2/onboarded_vnf_packages?filter=(eq,vnfdId,site/b)  as demo
= 200
[{"vnfdId": "site/b", "_links": {"self": {"href": "http://$host/vnfpkgm/v2/onboarded_vnf_packages/site%2Fb"}, "vnfd": {"href": "http://$host/vnfpkgm/v2/onboarded_vnf_packages/site%2Fb/vnfd"}, ...}, ...}]
GET /vnfpkgm/v2/onboarded_vnf_packages/site%2Fb  as demo
= 200
{"vnfdId": "site/b", ...}
