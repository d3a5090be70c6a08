# An image is made, filled, read, changed and deleted.
POST /v2/images  as demo
{"name": "i1", "disk_format": "raw", "container_format": "bare", "x_prop": "v", "tags": ["t"]}
= 201
< Location: http://$host/image/v2/images/$i
{"id": "$i := uuid", "name": "i1", "status": "queued", "visibility": "shared", "protected": false, "os_hidden": false, "owner": "$project := hex",
 "container_format": "bare", "disk_format": "raw", "min_disk": 0, "min_ram": 0, "size": null, "virtual_size": null, "checksum": null,
 "os_hash_algo": null, "os_hash_value": null, "tags": ["t"], "created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z",
 "self": "/v2/images/$i", "file": "/v2/images/$i/file", "schema": "/v2/schemas/image", "x_prop": "v"}
GET /v2/images/$i/file  as demo
= 204
PUT /v2/images/$i/file  as demo
> Content-Type: application/json
abcd
= 415
PUT /v2/images/$i/file  as alice
> Content-Type: application/octet-stream
abcd
= 404
PUT /v2/images/$i/file  as reader
> Content-Type: application/octet-stream
abcd
= 403
PUT /v2/images/$i/file  as demo
> Content-Type: application/octet-stream
abcd
= 204
PUT /v2/images/$i/file  as demo
> Content-Type: application/octet-stream
abcd
= 409
{"code": "409 Conflict", "title": "Conflict", "message": "Image status transition from active to saving is not allowed<br /><br />\n\n\n"}
GET /v2/images/$i  as peer
= 200
{"id": "$i", "status": "active", "size": 4, "virtual_size": 4, "checksum": "e2fc714c4727ee9395f324cd2e7f331f", "os_hash_algo": "sha512",
 "os_hash_value": "d8022f2060ad6efd297ab73dcc5355c9b214054b0d1776a136a669d26a7d3b14f73aa0d0ebff19ee333368f0164b6419a96da49e3e481753e7e96b716bdccb6f", "stores": "file", ...}
GET /v2/images/$i/file  as demo
= 200
< Content-Type: application/octet-stream
< Content-MD5: e2fc714c4727ee9395f324cd2e7f331f
abcd
# JSON patch
PATCH /v2/images/$i  as demo
> Content-Type: application/openstack-images-v2.1-json-patch
[{"op": "replace", "path": "/name", "value": "q"}, {"op": "add", "path": "/y", "value": "1"}, {"op": "remove", "path": "/x_prop"}, {"op": "replace", "path": "/tags", "value": ["a", "b"]}]
= 200
{"id": "$i", "name": "q", "y": "1", "tags": ["a", "b"], "status": "active", "visibility": "shared", "protected": false, "os_hidden": false, "owner": "$project",
 "container_format": "bare", "disk_format": "raw", "min_disk": 0, "min_ram": 0, "size": 4, "virtual_size": 4, "checksum": "$ := text", "os_hash_algo": "sha512", "os_hash_value": "$ := text",
 "created_at": "$ := time", "updated_at": "$ := time", "self": "/v2/images/$i", "file": "/v2/images/$i/file", "schema": "/v2/schemas/image", "stores": "file"}
PATCH /v2/images/$i  as demo
[{"op": "replace", "path": "/name", "value": "q"}]
= 415
PATCH /v2/images/$i  as demo
> Content-Type: application/openstack-images-v2.1-json-patch
[{"op": "replace", "path": "/status", "value": "q"}]
= 403
{"message": "Attribute 'status' is read-only.<br /><br />\n\n\n", "code": "403 Forbidden", "title": "Forbidden"}
PATCH /v2/images/$i  as demo
> Content-Type: application/openstack-images-v2.1-json-patch
[{"op": "replace", "path": "/nothing", "value": "q"}]
= 409
PATCH /v2/images/$i  as demo
> Content-Type: application/openstack-images-v2.1-json-patch
[{"op": "add", "path": "/z", "value": 5}, {"op": "jump", "path": "/z"}]
= 400
PATCH /v2/images/$i  as demo
> Content-Type: application/openstack-images-v2.1-json-patch
[{"op": "replace", "path": "/disk_format", "value": "qcow2"}]
= 403
PATCH /v2/images/$i  as reader
> Content-Type: application/openstack-images-v2.1-json-patch
[{"op": "replace", "path": "/name", "value": "mine"}]
= 403
# tags
PUT /v2/images/$i/tags/c  as demo
= 204
DELETE /v2/images/$i/tags/a  as demo
= 204
GET /v2/images/$i  as demo
= 200
{"tags": ["b", "c"], ...}
# Who sees it: not other projects, unless it is public, which only administrators make it.
GET /v2/images/$i  as alice
= 404
{"code": "404 Not Found", "title": "Not Found", "message": "$ := text"}
PATCH /v2/images/$i  as demo
> Content-Type: application/openstack-images-v2.1-json-patch
[{"op": "replace", "path": "/visibility", "value": "public"}]
= 403
PATCH /v2/images/$i  as admin
> Content-Type: application/openstack-images-v2.1-json-patch
[{"op": "replace", "path": "/visibility", "value": "public"}]
= 200
GET /v2/images/$i  as alice
= 200
{"id": "$i", "visibility": "public", ...}
DELETE /v2/images/$i  as alice
= 403
# community: found by those who know of it, not listed
PATCH /v2/images/$i  as demo
> Content-Type: application/openstack-images-v2.1-json-patch
[{"op": "replace", "path": "/visibility", "value": "community"}]
= 200
GET /v2/images  as alice
= 200
{"images": [], "first": "/v2/images", "schema": "/v2/schemas/images"}
GET /v2/images?visibility=community  as alice
= 200
{"images": [{"id": "$i", ...}], ...}
# deactivated: no data for others
POST /v2/images/$i/actions/deactivate  as demo
= 403
POST /v2/images/$i/actions/deactivate  as admin
= 204
GET /v2/images/$i/file  as demo
= 403
POST /v2/images/$i/actions/reactivate  as admin
= 204
GET /v2/images/$i/file  as demo
= 200
# protected
PATCH /v2/images/$i  as demo
> Content-Type: application/openstack-images-v2.1-json-patch
[{"op": "replace", "path": "/protected", "value": true}]
= 200
DELETE /v2/images/$i  as demo
= 403
PATCH /v2/images/$i  as demo
> Content-Type: application/openstack-images-v2.1-json-patch
[{"op": "replace", "path": "/protected", "value": false}]
= 200
DELETE /v2/images/$i  as demo
= 204
DELETE /v2/images/$i  as demo
= 404
GET /v2/images/$i/file  as demo
= 404
