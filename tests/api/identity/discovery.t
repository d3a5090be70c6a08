# Version discovery needs no token; links carry the host the client used.
GET /  as nobody
= 300
< Location: http://$host/identity/v3/
{"versions": {"values": [{"id": "v3.14", "status": "stable", "updated": "$ := time", "links": [{"rel": "self", "href": "http://$host/identity/v3/"}],
  "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}]}]}}
GET /v3  as nobody
= 200
{"version": {"id": "v3.14", "links": [{"rel": "self", "href": "http://$host/identity/v3/"}], ...}}
GET /v3/  as nobody
> Host: cloud.example:5000
= 200
{"version": {"links": [{"rel": "self", "href": "http://cloud.example:5000/identity/v3/"}], ...}}
# ... unless it is no host at all
GET /v3/  as nobody
> Host: a"b
= 200
{"version": {"links": [{"rel": "self", "href": "http://$host/identity/v3/"}], ...}}
GET /v3/auth/catalog  as demo
= 200
{"catalog": [{"type": "identity", "name": "keystone", "id": "$ks := hex", "endpoints": [{"interface": "public", "id": "$ep := hex", "region": "RegionOne", "region_id": "RegionOne", "url": "http://$host/identity/v3"}, ...]}, ...],
 "links": {"self": "http://$host/identity/v3/auth/catalog"}}
GET /v3/services/$ks  as demo
= 200
{"service": {"id": "$ks", "name": "keystone", "type": "identity", "enabled": true, "links": {"self": "http://$host/identity/v3/services/$ks"}}}
GET /v3/services?type=image  as demo
= 200
{"services": [{"type": "image", ...}], ...}
GET /v3/endpoints/$ep  as demo
= 200
{"endpoint": {"id": "$ep", "service_id": "$ks", "interface": "public", "enabled": true, "url": "http://$host/identity/v3", ...}}
GET /v3/endpoints?interface=admin&service_id=$ks  as demo
= 200
{"endpoints": [{"interface": "admin", "service_id": "$ks", ...}], ...}
GET /v3/regions  as demo
= 200
{"regions": [{"id": "RegionOne", "description": "", "parent_region_id": null, "links": {"self": "http://$host/identity/v3/regions/RegionOne"}}], ...}
GET /v3/regions/Nowhere  as demo
= 404
GET /v3/auth/catalog  as nobody
= 401
