# Properties are strings; unknown formats are refused; all faults at once.
POST /v2/images  as demo
{"foo_bar": 5, "disk_format": "zz"}
= 400
{"code": "400 Bad Request", "title": "Bad Request", "message": "$ := text"}
POST /v2/images  as demo
{"name": "x", "self": "y"}
= 403
POST /v2/images  as demo
{"name": "x", "status": "active"}
= 400
POST /v2/images  as demo
[]
= 400
POST /v2/images  as demo
{"owner": "11111111111111111111111111111111"}
= 403
POST /v2/images  as reader
{"name": "x"}
= 403
# no formats: no data
POST /v2/images  as demo
{"name": "x"}
= 201
{"id": "$i := uuid", "disk_format": null, "container_format": null, ...}
PUT /v2/images/$i/file  as demo
> Content-Type: application/octet-stream
abcd
= 400
# larger than allowed (4 MiB here): nothing stays
POST /v2/images  as demo
{"name": "big", "disk_format": "raw", "container_format": "bare"}
= 201
{"id": "$big := uuid", ...}
PUT /v2/images/$big/file  as demo
> Content-Type: application/octet-stream
@repeat 0123456789abcdef 300000
= 413
GET /v2/images/$big  as demo
= 200
{"status": "queued", "size": null, ...}
# what is called a container has to be an archive
POST /v2/images  as demo
{"name": "web", "disk_format": "raw", "container_format": "docker"}
= 201
{"id": "$web := uuid", ...}
PUT /v2/images/$web/file  as demo
> Content-Type: application/octet-stream
this is not an archive
= 400
GET /v2/images/$web  as demo
= 200
{"status": "queued", "size": null, ...}
# versions and schemas
GET /  as nobody
= 300
{"versions": [{"id": "v2.9", "status": "CURRENT", "links": [{"rel": "self", "href": "http://$host/image/v2/"}]}, ...]}
GET /versions  as nobody
= 200
GET /v2/schemas/image  as demo
= 200
{"name": "image", "additionalProperties": {"type": "string"}, "properties": {"disk_format": {"enum": [null, "ami", ...], "type": ["null", "string"], ...}, ...}, ...}
GET /v2/schemas/images  as demo
= 200
{"name": "images", "properties": {"images": {"type": "array", "items": {"name": "image", ...}}, ...}, ...}
GET /v2/info/stores  as demo
= 200
{"stores": [{"id": "file", "default": "true"}]}
DELETE /v2/schemas/image  as demo
= 405
