# Filters, sorting, pages, field selection, bulk creation and tags.
POST /v2.0/networks  as demo
{"networks": [{"name": "a", "description": "one"}, {"name": "b"}, {"name": "c"}]}
= 201
{"networks": [{"id": "$a := uuid", "name": "a", ...}, {"id": "$b := uuid", "name": "b", ...}, {"id": "$c := uuid", "name": "c", ...}]}
# All or nothing.
POST /v2.0/networks  as demo
{"networks": [{"name": "d"}, {"name": "e", "mtu": 9000}]}
= 400
{"NeutronError": {"type": "InvalidInput", ...}}
GET /v2.0/networks?name=d  as demo
= 200
{"networks": []}
GET /v2.0/networks?sort_key=name&sort_dir=desc&fields=name  as demo
= 200
{"networks": [{"name": "c"}, {"name": "b"}, {"name": "a"}]}
GET /v2.0/networks?name=a&name=c&sort_key=name&sort_dir=asc&fields=id  as demo
= 200
{"networks": [{"id": "$a"}, {"id": "$c"}]}
GET /v2.0/networks?name=a&description=two  as demo
= 200
{"networks": []}
GET /v2.0/networks?limit=2&sort_key=name&sort_dir=asc&fields=name  as demo
= 200
{"networks": [{"name": "a"}, {"name": "b"}],
 "networks_links": [{"rel": "next", "href": "http://$host/network/v2.0/networks?limit=2&sort_key=name&sort_dir=asc&fields=name&marker=$b"},
                    {"rel": "previous", "href": "http://$host/network/v2.0/networks?limit=2&sort_key=name&sort_dir=asc&fields=name&marker=$a&page_reverse=True"}]}
GET /v2.0/networks?limit=2&sort_key=name&sort_dir=asc&fields=name&marker=$b  as demo
= 200
{"networks": [{"name": "c"}], ...}
GET /v2.0/networks?limit=2&sort_key=name&sort_dir=asc&fields=name&marker=$c&page_reverse=True  as demo
= 200
{"networks": [{"name": "a"}, {"name": "b"}], ...}
GET /v2.0/networks?sort_key=foo&sort_dir=asc  as demo
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "['foo'] is invalid attribute for sort_keys", "detail": ""}}
GET /v2.0/networks?sort_key=name&sort_key=id&sort_dir=asc  as demo
= 400
GET /v2.0/networks?limit=x  as demo
= 400
GET /v2.0/networks?limit=1&marker=11111111-1111-1111-1111-111111111111  as demo
= 404
{"NeutronError": {"type": "NetworkNotFound", ...}}
GET /v2.0/networks?foo=1&name=a&fields=name  as demo
= 200
{"networks": [{"name": "a"}]}
# Tags.
PUT /v2.0/networks/$a/tags  as demo
{"tags": ["x", "y"]}
= 200
{"tags": ["x", "y"]}
PUT /v2.0/networks/$a/tags/z  as demo
= 201
GET /v2.0/networks/$a/tags/z  as demo
= 204
GET /v2.0/networks/$a/tags/none  as demo
= 404
{"NeutronError": {"type": "TagNotFound", ...}}
GET /v2.0/networks?tags=x,y&fields=name  as demo
= 200
{"networks": [{"name": "a"}]}
GET /v2.0/networks?tags-any=x,q&fields=name  as demo
= 200
{"networks": [{"name": "a"}]}
GET /v2.0/networks?not-tags=x&fields=name&sort_key=name&sort_dir=asc  as demo
= 200
{"networks": [{"name": "b"}, {"name": "c"}]}
DELETE /v2.0/networks/$a/tags  as demo
= 204
GET /v2.0/networks/$a/tags  as demo
= 200
{"tags": []}
