# Flavors by microversion, extra specs, and who may change them.
GET /v2.1/flavors  as demo
= 200
{"flavors": [{"id": "1", "name": "c1.tiny", "links": [{"rel": "self", "href": "http://$host/compute/v2.1/flavors/1"}, {"rel": "bookmark", "href": "http://$host/compute/flavors/1"}]}, ...]}
GET /v2.1/flavors/1  as demo
= 200
{"flavor": {"id": "1", "name": "c1.tiny", "ram": 64, "vcpus": 1, "disk": 1, "swap": "", "rxtx_factor": "$ := any", "OS-FLV-DISABLED:disabled": false,
            "OS-FLV-EXT-DATA:ephemeral": 0, "os-flavor-access:is_public": true, "links": ["$ := any", "$ := any"]}}
GET /v2.1/flavors/1  as demo
> OpenStack-API-Version: compute 2.79
= 200
< OpenStack-API-Version: compute 2.79
{"flavor": {"id": "1", "swap": 0, "description": null, "extra_specs": {}, ...}}
POST /v2.1/flavors  as demo
{"flavor": {"name": "x", "ram": 64, "vcpus": 1, "disk": 1}}
= 403
POST /v2.1/flavors  as admin
{"flavor": {"name": "x", "ram": 64, "vcpus": 1, "disk": 1, "os-flavor-access:is_public": false, "rxtx_factor": 1.0, "swap": 0, "OS-FLV-EXT-DATA:ephemeral": 0, "id": null}}
= 200
{"flavor": {"id": "$x := uuid", "name": "x", "os-flavor-access:is_public": false, ...}}
GET /v2.1/flavors/$x  as demo
= 404
{"itemNotFound": {"code": 404, "message": "Flavor $x could not be found."}}
POST /v2.1/flavors  as admin
{"flavor": {"name": "x", "ram": 64, "vcpus": 1, "disk": 1}}
= 409
{"conflictingRequest": {"code": 409, "message": "Flavor with name x already exists."}}
POST /v2.1/flavors  as admin
{"flavor": {"name": "y", "ram": "a", "vcpus": 1, "disk": 1}}
= 400
{"badRequest": {"code": 400, "message": "$ := text"}}
POST /v2.1/flavors/$x/os-extra_specs  as admin
{"extra_specs": {"a": "b"}}
= 200
{"extra_specs": {"a": "b"}}
GET /v2.1/flavors/$x/os-extra_specs/a  as admin
= 200
{"a": "b"}
DELETE /v2.1/flavors/$x/os-extra_specs/a  as admin
= 200
GET /v2.1/flavors/$x/os-extra_specs  as admin
= 200
{"extra_specs": {}}
GET /v2.1/flavors?limit=1  as demo
= 200
{"flavors": [{"id": "1", ...}], "flavors_links": [{"rel": "next", "href": "http://$host/compute/v2.1/flavors?limit=1&marker=1"}]}
GET /v2.1/flavors?marker=nope  as demo
= 400
{"badRequest": {"code": 400, "message": "marker [nope] not found"}}
GET /v2.1/flavors?minRam=1024  as demo
= 200
{"flavors": [{"name": "c1.large", ...}, {"name": "c1.xlarge", ...}]}
DELETE /v2.1/flavors/$x  as admin
= 202
GET /v2.1/flavors/nope  as demo
> OpenStack-API-Version: compute 2.999
= 406
{"computeFault": {"code": 406, "message": "Version 2.999 is not supported by the API. Minimum is 2.1 and maximum is 2.79."}}
