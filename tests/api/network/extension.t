# What this site speaks.
GET /  as nobody
= 200
{"versions": [{"id": "v2.0", "status": "CURRENT", "links": [{"rel": "self", "href": "http://$host/network/v2.0/"}]}]}
GET /v2.0/  as demo
= 200
{"resources": [{"name": "network", "collection": "networks", "links": [{"rel": "self", "href": "http://$host/network/v2.0/networks"}]}, ...]}
GET /v2.0/extensions/sfc  as demo
= 200
{"extension": {"alias": "sfc", "name": "Service Function Chaining", "description": "$ := text", "updated": "2015-10-05T10:00:00-00:00", "links": []}}
GET /v2.0/extensions/carrick-interconnect  as demo
= 200
GET /v2.0/extensions/nope  as demo
= 404
