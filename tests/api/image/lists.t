# Lists: newest first, pages with relative links, filters.
POST /v2/images  as demo
{"name": "a", "disk_format": "raw", "container_format": "bare"}
= 201
{"id": "$a := uuid", ...}
clock +1s
POST /v2/images  as demo
{"name": "b", "disk_format": "qcow2", "container_format": "bare", "tags": ["x"]}
= 201
{"id": "$b := uuid", ...}
clock +1s
POST /v2/images  as demo
{"name": "c", "disk_format": "qcow2", "container_format": "bare", "os_hidden": true}
= 201
{"id": "$c := uuid", ...}
GET /v2/images  as demo
= 200
{"images": [{"id": "$b", ...}, {"id": "$a", ...}], "first": "/v2/images", "schema": "/v2/schemas/images"}
GET /v2/images?limit=1  as demo
= 200
{"images": [{"id": "$b", ...}], "first": "/v2/images?limit=1", "next": "/v2/images?limit=1&marker=$b", "schema": "/v2/schemas/images"}
GET /v2/images?limit=1&marker=$b  as demo
= 200
{"images": [{"id": "$a", ...}], "first": "/v2/images?limit=1", "next": "/v2/images?limit=1&marker=$a", "schema": "/v2/schemas/images"}
GET /v2/images?sort=name:asc  as demo
= 200
{"images": [{"id": "$a", ...}, {"id": "$b", ...}], ...}
GET /v2/images?sort_key=name&sort_dir=desc  as demo
= 200
{"images": [{"id": "$b", ...}, {"id": "$a", ...}], ...}
GET /v2/images?sort=colour  as demo
= 400
GET /v2/images?limit=x  as demo
= 400
GET /v2/images?name=a  as demo
= 200
{"images": [{"id": "$a", ...}], ...}
GET /v2/images?tag=x  as demo
= 200
{"images": [{"id": "$b", ...}], ...}
GET /v2/images?os_hidden=true  as demo
= 200
{"images": [{"id": "$c", ...}], ...}
GET /v2/images?disk_format=raw&status=queued  as demo
= 200
{"images": [{"id": "$a", ...}], ...}
GET /v2/images  as alice
= 200
{"images": [], ...}
GET /v2/images?marker=11111111-1111-1111-1111-111111111111  as demo
= 400
GET /v2/images?limit=1  as nobody
= 401
