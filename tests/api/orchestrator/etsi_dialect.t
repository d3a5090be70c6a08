# What holds for every ETSI face (SOL013): problem details, versions, filters, selectors, pages, ETags.
GET /vnfpkgm/v2/vnf_packages  as nobody
= 401
< WWW-Authenticate: Bearer realm="carrick", Basic realm="carrick", charset="UTF-8"
< Content-Type: application/problem+json
{"title": "Unauthorized", "status": 401, "detail": "$ := text"}
GET /vnfpkgm/v2/vnf_packages  as nobody
> Authorization: Bearer nonsense
= 401
< WWW-Authenticate: Bearer realm="carrick", error="invalid_token", Basic realm="carrick", charset="UTF-8"
GET /vnfpkgm/api_versions  as demo
= 200
< Version: $ := text
{"uriPrefix": "http://$host/vnfpkgm", "apiVersions": [{"version": "$version := text", "isDeprecated": false}, ...]}
GET /vnfpkgm/v2/api_versions  as demo
= 200
{"uriPrefix": "http://$host/vnfpkgm/v2", "apiVersions": [{"version": "$version", "isDeprecated": false}, ...]}
GET /vnfpkgm/v2/vnf_packages  as demo
> Version: 2.0.0
= 200
< Version: $version
[]
GET /vnfpkgm/v2/vnf_packages  as demo
> Version: 9.0.0
= 406
< Content-Type: application/problem+json
{"title": "Not Acceptable", "status": 406, "detail": "$ := text", "instance": "/vnfpkgm/v2/vnf_packages"}
PUT /vnfpkgm/v2/vnf_packages  as demo
{}
= 405
< Allow: GET, POST
{"title": "Method Not Allowed", "status": 405, "detail": "$ := text", ...}
PATCH /vnfpkgm/v2/nothing  as demo
= 404
{"title": "Not Found", "status": 404, "detail": "$ := text", ...}

# A package resource, to have something to look at.
POST /vnfpkgm/v2/vnf_packages  as admin
{"userDefinedData": {"colour": "red", "size": "5"}}
= 201
< Location: http://$host/vnfpkgm/v2/vnf_packages/$a
< ETag: $ := text
{"id": "$a := id", "onboardingState": "CREATED", "userDefinedData": {"colour": "red", "size": "5"}, ...}
POST /vnfpkgm/v2/vnf_packages  as admin
{"userDefinedData": {"colour": "blue, dark"}}
= 201
{"id": "$b := id", ...}
GET /vnfpkgm/v2/vnf_packages/$a  as admin
= 200
< ETag: $etag := text
{"id": "$a", ...}

# Filters
GET /vnfpkgm/v2/vnf_packages?filter=(eq,userDefinedData/colour,red)  as admin
= 200
[{"id": "$a", ...}]
GET /vnfpkgm/v2/vnf_packages?filter=(eq,userDefinedData/colour,%27blue,%20dark%27);(eq,onboardingState,CREATED)  as admin
= 200
[{"id": "$b", ...}]
GET /vnfpkgm/v2/vnf_packages?filter=(neq,id,$a)  as admin
= 200
[{"id": "$b", ...}]
# Long ones, of many values and of many expressions, judge as short ones do.
GET /vnfpkgm/v2/vnf_packages?filter=(in,id,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,$a)  as admin
= 200
[{"id": "$a", ...}]
GET /vnfpkgm/v2/vnf_packages?filter=(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(neq,id,x)  as admin
= 200
[{"id": "$a", ...}]
GET /vnfpkgm/v2/vnf_packages?filter=(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,$a);(eq,id,x)  as admin
= 200
[]
GET /vnfpkgm/v2/vnf_packages?filter=(in,id,$a,none);(eq,operationalState,DISABLED)  as admin
= 200
[{"id": "$a", ...}]
# No value that it can have: nobody, and no error.
GET /vnfpkgm/v2/vnf_packages?filter=(eq,onboardingState,SLEEPING)  as admin
= 200
[]
GET /vnfpkgm/v2/vnf_packages?filter=(eq,vnfdId,null)  as admin
= 200
[]
GET /vnfpkgm/v2/vnf_packages?filter=(eq,id  as admin
= 400
{"title": "Bad Request", "status": 400, "detail": "$ := text", ...}
GET /vnfpkgm/v2/vnf_packages?filter=(is,id,x)  as admin
= 400
GET /vnfpkgm/v2/vnf_packages?colour=red  as admin
= 400
GET /vnfpkgm/v2/vnf_packages?filter=(eq,id,$a)&filter=(eq,id,$b)  as admin
= 400
{"detail": "'filter' is given twice", ...}
# Selectors
GET /vnfpkgm/v2/vnf_packages?filter=(eq,id,$a)&all_fields  as admin
= 200
[{"id": "$a", "userDefinedData": {"colour": "red", "size": "5"}, ...}]
GET /vnfpkgm/v2/vnf_packages?filter=(eq,id,$a)&fields=userDefinedData/colour  as admin
= 200
[{"id": "$a", "userDefinedData": {"colour": "red", "size": "5"}, ...}]
GET /vnfpkgm/v2/vnf_packages?all_fields&fields=userDefinedData  as admin
= 400

# Preconditions
PATCH /vnfpkgm/v2/vnf_packages/$a  as admin
> If-Match: "9999"
{"userDefinedData": {"colour": "green"}}
= 412
{"title": "Precondition Failed", "status": 412, "detail": "$ := text", ...}
PATCH /vnfpkgm/v2/vnf_packages/$a  as admin
> If-Match: $etag
{"userDefinedData": {"colour": "green"}}
= 200
PATCH /vnfpkgm/v2/vnf_packages/$a  as admin
> If-Match: $etag
{"userDefinedData": {"colour": "white"}}
= 412
# No tag of ours, and one that is compared strongly (RFC 9110 13.1.1).
PATCH /vnfpkgm/v2/vnf_packages/$a  as admin
> If-Match: "none"
{"userDefinedData": {"colour": "white"}}
= 412
PATCH /vnfpkgm/v2/vnf_packages/$a  as admin
> If-Match: W/$etag
{"userDefinedData": {"colour": "white"}}
= 412
# The name of a type has no case.
PATCH /vnfpkgm/v2/vnf_packages/$a  as admin
> Content-Type: Application/JSON; charset=utf-8
{"userDefinedData": {"colour": "green"}}
= 200
# Bad bodies
POST /vnfpkgm/v2/vnf_packages  as admin
{"userDefinedData": 5, "colour": "red"}
= 400
{"status": 400, "detail": "$ := text", ...}
POST /vnfpkgm/v2/vnf_packages  as admin
{"userDefinedData": {"a": 1, "a": 2}}
= 400
POST /vnfpkgm/v2/vnf_packages  as admin
{"userDefinedData": []}
= 400
{"detail": "attribute 'userDefinedData': an object is needed.", ...}
PATCH /vnfpkgm/v2/vnf_packages/$a  as admin
{"userDefinedData": "red"}
= 400
POST /nsd/v2/ns_descriptors  as admin
{"userDefinedData": []}
= 400
POST /nsd/v2/pnf_descriptors  as admin
{"userDefinedData": []}
= 400
POST /vnfpkgm/v2/vnf_packages  as admin
@repeat [ 10000
@repeat ] 10000
= 400
POST /vnfpkgm/v2/vnf_packages  as admin
{"userDefinedData": {"n": 99999999999999999999}}
= 400
# Other projects do not know of it.
GET /vnfpkgm/v2/vnf_packages/$a  as alice
= 404
DELETE /vnfpkgm/v2/vnf_packages/$a  as alice
= 404
DELETE /vnfpkgm/v2/vnf_packages/$a  as admin
= 204
GET /vnfpkgm/v2/vnf_packages/$a  as admin
= 404
{"title": "Not Found", "status": 404, "detail": "$ := text", "instance": "/vnfpkgm/v2/vnf_packages/$a"}
