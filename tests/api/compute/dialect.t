# What holds for every Nova resource: versions, microversions, faults.
GET /  as nobody
= 200
{"versions": [{"id": "$ := text", ...}, ...]}
GET /v2.1/  as nobody
= 200
{"version": {"id": "v2.1", "status": "CURRENT", "min_version": "2.1", "version": "$max := text", "links": [{"rel": "self", "href": "http://$host/compute/v2.1/"}, ...], ...}}
GET /v2.1/servers  as nobody
= 401
{"error": {"code": 401, "message": "The request you have made requires authentication.", "title": "Unauthorized"}}
GET /v2.1/servers  as demo
= 200
< OpenStack-API-Version: compute 2.1
< X-OpenStack-Nova-API-Version: 2.1
< x-compute-request-id: $ := text
{"servers": []}
GET /v2.1/servers  as demo
> OpenStack-API-Version: compute latest
= 200
< OpenStack-API-Version: compute $max
GET /v2.1/servers  as demo
> X-OpenStack-Nova-API-Version: 2.10
= 200
< X-OpenStack-Nova-API-Version: 2.10
GET /v2.1/servers  as demo
> OpenStack-API-Version: volume 3.0, compute 2.10
= 200
< OpenStack-API-Version: compute 2.10
GET /v2.1/servers  as demo
> OpenStack-API-Version: compute 2.999
= 406
{"computeFault": {"code": 406, "message": "Version 2.999 is not supported by the API. Minimum is 2.1 and maximum is $max."}}
GET /v2.1/servers  as demo
> OpenStack-API-Version: compute x.y
= 400
{"badRequest": {"code": 400, "message": "API Version String x.y is of invalid format. Must be of format MajorNum.MinorNum."}}
GET /v2.1/servers/11111111-1111-1111-1111-111111111111  as demo
= 404
< Content-Type: application/json; charset=UTF-8
{"itemNotFound": {"code": 404, "message": "$ := text"}}
GET /v2.1/flavors?limit=1  as demo
= 200
{"flavors": [{"id": "$f := any", ...}], "flavors_links": [{"rel": "next", "href": "http://$host/compute/v2.1/flavors?limit=1&marker=$f"}]}
POST /v2.1/servers  as demo
{"server": {}}
= 400
{"badRequest": {"code": 400, "message": "$ := text"}}
POST /v2.1/servers  as demo
{
= 400
{"badRequest": {"code": 400, "message": "$ := text"}}
POST /v2.1/flavors  as demo
{"flavor": {"name": "x", "ram": 64, "vcpus": 1, "disk": 0}}
= 403
{"forbidden": {"code": 403, "message": "$ := text"}}
