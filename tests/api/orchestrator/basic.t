# A name and a password with every request (SOL013 8.3, RFC 7617), as an orchestrator on loopback takes them.
GET identity:/v3/projects?name=demo  as admin
= 200
{"projects": [{"id": "$demo := hex", ...}], ...}
GET identity:/v3/roles?name=member  as admin
= 200
{"roles": [{"id": "$member := hex", ...}], ...}
GET identity:/v3/roles?name=reader  as admin
= 200
{"roles": [{"id": "$reader := hex", ...}], ...}
POST identity:/v3/users  as admin
{"user": {"name": "oss", "password": "first", "default_project_id": "$demo"}}
= 201
{"user": {"id": "$oss := hex", ...}}

# Proved, but for no project.
GET /nslcm/v2/ns_instances  as nobody
> Authorization: Basic b3NzOmZpcnN0
= 403
< Content-Type: application/problem+json
PUT identity:/v3/projects/$demo/users/$oss/roles/$member  as admin
= 204
GET /nslcm/v2/ns_instances  as nobody
> Authorization: Basic b3NzOmZpcnN0
= 200
[]
GET /nslcm/v2/ns_instances  as nobody
> Authorization: basic b3NzOmZpcnN0
= 200
[]
POST /vnfpkgm/v2/vnf_packages  as nobody
> Authorization: Basic b3NzOmZpcnN0
{}
= 201
{"id": "$package := id", ...}

# Whoever it is not; neither part is named.
GET /nslcm/v2/ns_instances  as nobody
> Authorization: Basic b3NzOndyb25n
= 401
< Content-Type: application/problem+json
< WWW-Authenticate: Bearer realm="carrick", Basic realm="carrick", charset="UTF-8"
{"title": "Unauthorized", "status": 401, "detail": "$refused := text"}
GET /nslcm/v2/ns_instances  as nobody
> Authorization: Basic eDp5
= 401
{"title": "Unauthorized", "status": 401, "detail": "$refused"}
POST /nslcm/v2/ns_instances  as nobody
> Authorization: Basic eDp5
{"nsdId": "none", "nsName": "n", "nsDescription": "d"}
= 401
# No colon, no base64, not UTF-8, a NUL.
GET /nslcm/v2/ns_instances  as nobody
> Authorization: Basic b3Nz
= 401
GET /nslcm/v2/ns_instances  as nobody
> Authorization: Basic !
= 401
GET /nslcm/v2/ns_instances  as nobody
> Authorization: Basic /zr/
= 401
GET /nslcm/v2/ns_instances  as nobody
> Authorization: Basic b3NzOmZpcnN0AA==
= 401
# The judgement of a body comes behind that of the password.
POST /vnfpkgm/v2/vnf_packages  as nobody
> Authorization: Basic b3NzOndyb25n
{"colour": "red"}
= 401
POST /vnfpkgm/v2/vnf_packages  as nobody
> Authorization: Basic b3NzOmZpcnN0
{"colour": "red"}
= 400
# A token goes first.
GET /nslcm/v2/ns_instances  as nobody
> X-Auth-Token: nonsense
> Authorization: Basic b3NzOmZpcnN0
= 401
# Keystone's API has its own way.
GET identity:/v3/auth/projects  as nobody
> Authorization: Basic b3NzOmZpcnN0
= 401
< WWW-Authenticate: Keystone uri="http://$host/identity/v3"

# A file does not wait for a proof: it is taken where one was made in the last minute.
clock +61s
PUT /vnfpkgm/v2/vnf_packages/$package/package_content  as nobody
> Authorization: Basic b3NzOmZpcnN0
> Content-Type: application/zip
no zip
= 401
{"title": "Unauthorized", "status": 401, "detail": "$ := text"}
GET /vnfpkgm/v2/vnf_packages/$package  as nobody
> Authorization: Basic b3NzOmZpcnN0
= 200
{"id": "$package", "onboardingState": "CREATED", ...}
PUT /vnfpkgm/v2/vnf_packages/$package/package_content  as nobody
> Authorization: Basic b3NzOmZpcnN0
> Content-Type: application/zip
no zip
= 202

# What the user may do is judged behind the proof, be it new or known.
clock +61s
POST /vnflcm/v2/vnf_instances/none/instantiate  as nobody
> Authorization: Basic b3NzOmZpcnN0
{"flavourId": "f"}
= 404
PUT identity:/v3/projects/$demo/users/$oss/roles/$reader  as admin
= 204
DELETE identity:/v3/projects/$demo/users/$oss/roles/$member  as admin
= 204
POST /vnflcm/v2/vnf_instances/none/instantiate  as nobody
> Authorization: Basic b3NzOmZpcnN0
{"flavourId": "f"}
= 403
clock +61s
POST /vnflcm/v2/vnf_instances/none/instantiate  as nobody
> Authorization: Basic b3NzOmZpcnN0
{"flavourId": "f"}
= 403
GET /nslcm/v2/ns_instances  as nobody
> Authorization: Basic b3NzOmZpcnN0
= 200
DELETE identity:/v3/projects/$demo/users/$oss/roles/$reader  as admin
= 204
PUT identity:/v3/projects/$demo/users/$oss/roles/$member  as admin
= 204

# Roles, another password and a disabled user are seen by the next request.
DELETE identity:/v3/projects/$demo/users/$oss/roles/$member  as admin
= 204
GET /nslcm/v2/ns_instances  as nobody
> Authorization: Basic b3NzOmZpcnN0
= 403
PUT identity:/v3/projects/$demo/users/$oss/roles/$member  as admin
= 204
GET /nslcm/v2/ns_instances  as nobody
> Authorization: Basic b3NzOmZpcnN0
= 200
clock +1s
PATCH identity:/v3/users/$oss  as admin
{"user": {"password": "second"}}
= 200
GET /nslcm/v2/ns_instances  as nobody
> Authorization: Basic b3NzOmZpcnN0
= 401
GET /nslcm/v2/ns_instances  as nobody
> Authorization: Basic b3NzOnNlY29uZA==
= 200
PATCH identity:/v3/users/$oss  as admin
{"user": {"enabled": false}}
= 200
GET /nslcm/v2/ns_instances  as nobody
> Authorization: Basic b3NzOnNlY29uZA==
= 401
