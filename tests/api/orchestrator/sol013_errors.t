# Errors (SOL013 clause 6): a problem each, whoever finds it, with the headers that go with it.
GET /nslcm/v2/ns_instances/none  as nobody
= 401
< Content-Type: application/problem+json
< WWW-Authenticate: Bearer realm="carrick", Basic realm="carrick", charset="UTF-8"
{"title": "Unauthorized", "status": 401, "detail": "$ := text"}
# Paths that are not there: below an API, of another major, of no API at all.
GET /nslcm/v2/nothing  as demo
= 404
< Content-Type: application/problem+json
{"title": "Not Found", "status": 404, "detail": "$ := text", "instance": "/nslcm/v2/nothing"}
GET /nslcm/v9/ns_instances  as demo
= 404
< Content-Type: application/problem+json
{"status": 404, "detail": "$ := text", ...}
GET /nothing/at/all  as demo
= 404
< Content-Type: application/problem+json
{"status": 404, "detail": "$ := text", ...}
# Methods
PATCH /nslcm/v2/ns_instances  as demo
{}
= 405
< Allow: GET, POST
< Version: 2.3.0
{"title": "Method Not Allowed", "status": 405, "detail": "$ := text", "instance": "/nslcm/v2/ns_instances"}
OPTIONS /nslcm/v2/ns_instances  as demo
= 405
# Forms that are asked for and not there (RFC 9110 12.5.1), and those that are.
GET /nslcm/v2/ns_instances  as demo
> Accept: text/html
= 406
< Content-Type: application/problem+json
{"title": "Not Acceptable", "status": 406, "detail": "there is application/json, not text/html", ...}
GET /nslcm/v2/ns_instances  as demo
> Accept: text/html, application/json;q=0
= 406
GET /nslcm/v2/ns_instances  as demo
> Accept: text/html, application/json;q=0.5
= 200
GET /nslcm/v2/ns_instances  as demo
> Accept: application/*
= 200
GET /nslcm/v2/ns_instances  as demo
> Accept: */*
= 200
# Bodies in other languages, broken ones, and none.
POST /nslcm/v2/ns_instances  as demo
> Content-Type: application/xml
<a/>
= 415
{"title": "Unsupported Media Type", "status": 415, "detail": "$ := text", ...}
POST /nslcm/v2/ns_instances  as demo
> Content-Type: application/json; charset=utf-8
{"nsdId": 
= 400
{"title": "Bad Request", "status": 400, "detail": "$ := text", ...}
POST /nslcm/v2/ns_instances  as demo
= 400
POST /nslcm/v2/ns_instances  as demo
[]
= 400
# Nothing of ours begins there, and nothing of it is understood.
GET /nslcm/v2/ns_instances?nextpage_opaque_marker=%00  as demo
= 400
GET /nslcm/v2/ns_instances/%ff  as demo
= 400
< Content-Type: application/problem+json
# The server's own refusals are problems too.
POST /nslcm/v2/ns_instances  as demo
@repeat x 8400000
= 413
< Content-Type: application/problem+json
{"title": "$ := text", "status": 413, "detail": "$ := text", ...}
